/*
 * The error object: classes, frames, arguments, cutting, translation.
 */
#include "util.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

static char line[4096];

static const char *
text_of(const struct antin_err *err)
{
	return antin_err_line(err, NULL, line, sizeof(line));
}

START_TEST(classes_are_complete)
{
	ck_assert_str_eq(antin_rc_id(ANTIN_OK), "ok");
	ck_assert_int_eq(antin_rc_exit(ANTIN_OK), 0);
	for (int rc = ANTIN_OK + 1; rc < ANTIN_RC_COUNT; rc++) {
		const char *id = antin_rc_id((enum antin_rc)rc);
		int code = antin_rc_exit((enum antin_rc)rc);

		ck_assert_msg(strspn(id, "abcdefghijklmnopqrstuvwxyz-") == strlen(id) && *id, "%s",
		              id);
		ck_assert_msg(code == 1 || code == 2 || code == 5 || code == 6, "%s: %d", id, code);
		ck_assert_msg(strlen(antin_rc_hint((enum antin_rc)rc)) > 10, "%s has no hint", id);
		for (int other = rc + 1; other < ANTIN_RC_COUNT; other++)
			ck_assert_str_ne(id, antin_rc_id((enum antin_rc)other));
	}
	ck_assert_str_eq(antin_rc_id((enum antin_rc)9999), "internal");
}
END_TEST

START_TEST(null_error_is_allowed)
{
	ck_assert_int_eq(antin_fail(NULL, ANTIN_E_FORMAT, "x %d", 1), ANTIN_E_FORMAT);
	ck_assert_int_eq(antin_fail_memory(NULL), ANTIN_E_MEMORY);
	ck_assert_int_eq(antin_fail_errno(NULL, ENOSPC, "x", "x"), ANTIN_E_DISK_FULL);
	ck_assert_int_eq(antin_fail_crypto(NULL, ANTIN_E_INTERNAL, "x"), ANTIN_E_INTERNAL);
	antin_err_set_file(NULL, "x");
	antin_err_set_where(NULL, "x");
	antin_err_set_hint(NULL, "x");
	antin_err_clear(NULL);
	ck_assert_str_eq(text_of(NULL), "");
}
END_TEST

START_TEST(cause_first_class_wins)
{
	struct antin_err err = {0};

	ck_assert_int_eq(antin_fail(&err, ANTIN_E_NOT_FOUND, "no certificate %s", "01"),
	                 ANTIN_E_NOT_FOUND);
	ck_assert_int_eq(antin_wrap(&err, ANTIN_E_INTERNAL, "revoke"), ANTIN_E_NOT_FOUND);
	ck_assert_str_eq(text_of(&err), "revoke: no certificate 01 [not-found]");
	ck_assert_str_eq(antin_err_frame_text(&err, 0, NULL, line, sizeof(line)),
	                 "no certificate 01");
	ck_assert_str_eq(antin_err_frame_text(&err, 2, NULL, line, sizeof(line)), "");
	ck_assert_str_eq(antin_err_hint(&err, NULL), antin_rc_hint(ANTIN_E_NOT_FOUND));
	antin_err_clear(&err);
	ck_assert_uint_eq(err.n_frames, 0);
	ck_assert_int_eq(err.rc, ANTIN_OK);
}
END_TEST

START_TEST(every_conversion)
{
	struct antin_err err = {0};

	(void)antin_fail(&err, ANTIN_E_IO, "%d %u %ld %lu", INT_MIN, UINT_MAX, LONG_MIN, ULONG_MAX);
	ck_assert_str_eq(antin_err_frame_text(&err, 0, NULL, line, sizeof(line)),
	                 "-2147483648 4294967295 -9223372036854775808 18446744073709551615");
	(void)antin_wrap(&err, ANTIN_E_IO, "%lld %llu %zu 100%% %s", LLONG_MIN, ULLONG_MAX,
	                 (size_t)SIZE_MAX, "t");
	ck_assert_str_eq(antin_err_frame_text(&err, 1, NULL, line, sizeof(line)),
	                 "-9223372036854775808 18446744073709551615 18446744073709551615 100% t");
}
END_TEST

START_TEST(foreign_text_is_escaped)
{
	struct antin_err err = {0};

	(void)antin_fail(&err, ANTIN_E_FORMAT, "%s", "a\x1b[31m\xe2\x80\xae%s\xff\n");
	antin_err_set_where(&err, "%s", "k\x07");
	ck_assert_str_eq(text_of(&err), "a\\u{1b}[31m\\u{202e}%s\\x{ff}\\u{a} (k\\u{7}) [format]");
}
END_TEST

START_TEST(limits_hold)
{
	struct antin_err err = {0};
	char big[4000], small[16];

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	for (int i = 0; i < 20; i++)
		(void)antin_fail(&err, ANTIN_E_IO, "%s %s", big, "tail");
	ck_assert_uint_eq(err.n_frames, ANTIN_ERR_FRAMES);
	ck_assert_uint_le(err.pool_used, ANTIN_ERR_POOL);
	ck_assert_uint_lt(strlen(text_of(&err)), sizeof(line));
	antin_err_set_file(&err, big);
	antin_err_set_where(&err, "%s", big);
	antin_err_set_hint(&err, "%s", big);
	ck_assert_uint_eq(strlen(err.file), sizeof(err.file) - 1);
	ck_assert_uint_eq(strlen(err.where), sizeof(err.where) - 1);
	ck_assert_uint_eq(strlen(antin_err_hint(&err, NULL)), sizeof(err.hint) - 1);
	(void)antin_err_line(&err, NULL, small, sizeof(small));
	ck_assert_uint_eq(strlen(small), sizeof(small) - 1);
}
END_TEST

/* Cutting never leaves half a character, whatever the room. */
START_TEST(cut_at_characters)
{
	struct antin_err err = {0};
	char out[64];

	(void)antin_fail(&err, ANTIN_E_IO, "\xe1\xba\xa5n t\xc3\xadn %s",
	                 "\xe1\xbb\x8d\xe1\xbb\x8d");
	for (size_t cap = 1; cap <= sizeof(out); cap++) {
		(void)antin_err_frame_text(&err, 0, NULL, out, cap);
		ck_assert_uint_lt(strlen(out), cap);
		for (size_t i = 0; out[i];) {
			size_t n = (out[i] & 0xe0) == 0xc0 ? 2 : (out[i] & 0xf0) == 0xe0 ? 3 : 1;

			ck_assert_uint_le(i + n, strlen(out));
			ck_assert_int_ne(out[i] & 0xc0, 0x80);
			i += n;
		}
	}
}
END_TEST

static const char *
reversed(const char *text)
{
	return strcmp(text, "%s of %s") == 0 ? "%2$s cua %1$s" : text;
}

START_TEST(translation_may_reorder)
{
	struct antin_err err = {0};

	(void)antin_fail(&err, ANTIN_E_IO, "%s of %s", "a", "b");
	ck_assert_str_eq(antin_err_frame_text(&err, 0, reversed, line, sizeof(line)), "b cua a");
}
END_TEST

START_TEST(fields_are_set_once)
{
	struct antin_err err = {0};

	antin_err_set_file(&err, "inner");
	antin_err_set_file(&err, "outer");
	antin_err_set_where(&err, "inner");
	antin_err_set_where(&err, "outer");
	antin_err_set_hint(&err, "do %d", 1);
	antin_err_set_hint(&err, "do %d", 2);
	ck_assert_str_eq(err.file, "inner");
	ck_assert_str_eq(err.where, "inner");
	ck_assert_str_eq(antin_err_hint(&err, NULL), "do 1");
}
END_TEST

static const struct {
	int saved;
	enum antin_rc rc;
} system_errors[] = {
        {ENOENT, ANTIN_E_MISSING},
        {ENOTDIR, ANTIN_E_MISSING},
        {EISDIR, ANTIN_E_FOLDER},
        {EACCES, ANTIN_E_UNREADABLE},
        {EROFS, ANTIN_E_NOT_WRITABLE},
        {ENOSPC, ANTIN_E_DISK_FULL},
        {EDQUOT, ANTIN_E_DISK_FULL},
        {EEXIST, ANTIN_E_EXISTS},
        {ENAMETOOLONG, ANTIN_E_MISSING},
        {EIO, ANTIN_E_IO},
        {123456, ANTIN_E_IO},
};

START_TEST(system_error_classes)
{
	struct antin_err err = {0};

	util_fails(antin_fail_errno(&err, system_errors[_i].saved, "w\x1b", "p"),
	           system_errors[_i].rc);
	ck_assert_str_eq(err.file, "p");
	ck_assert_ptr_nonnull(strstr(text_of(&err), "w\\u{1b}: "));
}
END_TEST

START_TEST(crypto_queue_is_drained)
{
	struct antin_err err = {0};

	ck_assert_ptr_null(EVP_MD_fetch(NULL, "no such digest", NULL));
	util_fails(antin_fail_crypto(&err, ANTIN_E_INTERNAL, "digest"), ANTIN_E_INTERNAL);
	ck_assert_int_eq(strncmp(text_of(&err), "digest: ", 8), 0);
	ck_assert_uint_eq(ERR_peek_error(), 0);
}
END_TEST

Suite *suite_err(void);
Suite *
suite_err(void)
{
	Suite *s = suite_create("err");
	TCase *tc = tcase_create("err");

	tcase_add_test(tc, classes_are_complete);
	tcase_add_test(tc, null_error_is_allowed);
	tcase_add_test(tc, cause_first_class_wins);
	tcase_add_test(tc, every_conversion);
	tcase_add_test(tc, foreign_text_is_escaped);
	tcase_add_test(tc, limits_hold);
	tcase_add_test(tc, cut_at_characters);
	tcase_add_test(tc, translation_may_reorder);
	tcase_add_test(tc, fields_are_set_once);
	tcase_add_loop_test(tc, system_error_classes, 0, (int)UTIL_COUNT(system_errors));
	tcase_add_test(tc, crypto_queue_is_drained);
	suite_add_tcase(s, tc);
	return s;
}
