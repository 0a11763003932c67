/*
 * What several unit suites share: scratch folders, files, octets written as hex, assertions on
 * result classes.
 */
#ifndef ANTIN_TESTS_UTIL_H
#define ANTIN_TESTS_UTIL_H

#include <check.h>

#include <antin/clock.h>
#include <antin/file.h>

#define UTIL_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Bytes of a string literal, NULs inside included. */
#define UTIL_LITERAL(text) ((struct antin_slice){(const uint8_t *)(text), sizeof(text) - 1})

/* The call gives this class; the message shows the error's line otherwise. */
#define util_ok(call)                                                                              \
	do {                                                                                       \
		enum antin_rc util_rc = (call);                                                    \
		ck_assert_msg(util_rc == ANTIN_OK, "%s: %s", #call, util_line(&err));              \
	} while (0)
#define util_fails(call, want)                                                                     \
	do {                                                                                       \
		enum antin_rc util_rc = (call);                                                    \
		ck_assert_msg(util_rc == (want) && err.rc == (want), "%s gave %s, not %s: %s",     \
		              #call, antin_rc_id(util_rc), antin_rc_id(want), util_line(&err));    \
	} while (0)
const char *util_line(const struct antin_err *err); /* kept until the next call */

/* Octets from hex, appended to a kept buffer; stops the test on bad hex. */
void util_hex(const char *hex, struct antin_bytes *out);
#define util_slice_eq(a, b) util_slice_equal((a), (b), __FILE__, __LINE__)
void util_slice_equal(struct antin_slice a, struct antin_slice b, const char *file, int line);

/* A fresh folder under TMPDIR; removed with all it holds by util_scratch_remove. */
char *util_scratch(void);
void util_scratch_remove(char *folder);
/* "FOLDER/NAME" in a buffer kept until four calls later. */
const char *util_path(const char *folder, const char *name);
void util_write(const char *path, struct antin_slice bytes);
void util_read(const char *path, struct antin_bytes *out);
size_t util_entries(const char *folder); /* how many, hidden ones included */

/* A clock that stands still. */
struct antin_clock util_clock(const int64_t *now);

#endif
