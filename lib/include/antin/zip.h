/*
 * Zip archives in one canonical form: entries stored as they are, one after the other, without
 * anything optional.  What is read is octet for octet what would be written from it, so that no two
 * readers can see different content (PKWARE APPNOTE 4.3).
 */
#ifndef ANTIN_ZIP_H
#define ANTIN_ZIP_H

#include <antin/bytes.h>

enum {
	ANTIN_ZIP_ENTRIES = 4096,
	ANTIN_ZIP_NAME = 128,
	ANTIN_ZIP_MAX = 256 * 1024 * 1024, /* octets of an archive */
};

struct antin_zip_entry {
	char name[ANTIN_ZIP_NAME];
	struct antin_slice bytes;
};
/* The entries in their order; bytes point into what was read or added. */
struct antin_zip {
	struct antin_zip_entry *items;
	size_t n, cap;
};
void antin_zip_done(struct antin_zip *z);
ANTIN_SCOPED_S(antin_zip, antin_zip_done);

/*
 * Names are parts of a-z, 0-9, '.', '-' and '_' with '/' between, none of them beginning with a
 * dot; a second entry of one name is refused.  The bytes are borrowed until the archive is written.
 */
enum antin_rc antin_zip_add(struct antin_zip *z, const char *name, struct antin_slice bytes,
                            struct antin_err *err) ANTIN_MUST;
/* Appends the archive. */
enum antin_rc antin_zip_write(const struct antin_zip *z, struct antin_bytes *out,
                              struct antin_err *err) ANTIN_MUST;
/* FORMAT for everything that antin_zip_write would not have made. */
enum antin_rc antin_zip_read(struct antin_slice in, struct antin_zip *out, struct antin_err *err)
        ANTIN_MUST;
/* True if the bytes begin as an archive with an entry does. */
bool antin_zip_is(struct antin_slice in);
/* The entry of that name, or NULL. */
const struct antin_zip_entry *antin_zip_find(const struct antin_zip *z, const char *name);

#endif
