/*
 * The copies of answers that are kept between runs (lib/net/kept.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <utime.h>

#include "../../lib/net/kept.h"
#include "util.h"

Suite *suite_kept(void);

static char *folder;
enum { NOW = 1800000000, DAY = 24 * 3600 };

static void
begin(void)
{
	folder = util_scratch();
}

static void
finish(void)
{
	util_scratch_remove(folder);
}

static struct antin_fetch_request
asked(enum antin_fetch_kind kind, const char *url)
{
	return (struct antin_fetch_request){.kind = kind, .url = antin_slice_text(url)};
}

/* What is kept for that question at that time; "" for nothing. */
static const char *
kept(enum antin_fetch_kind kind, const char *url, int64_t now)
{
	static struct copy c;
	const struct antin_fetch_request q = asked(kind, url);

	copy_done(&c);
	if (!cache_get(util_path(folder, "net"), &q, now, &c))
		return "";
	ck_assert_int_le(c.fetched, now);
	util_slice_eq(antin_bytes_slice(&c.mark), antin_slice_text("If-None-Match: 1"));
	return antin_bytes_cstr(&c.body);
}

static void
keep(enum antin_fetch_kind kind, const char *url, const char *body)
{
	const struct antin_fetch_request q = asked(kind, url);

	cache_put(util_path(folder, "net"), &q, NOW, antin_slice_text("If-None-Match: 1"),
	          antin_slice_text(body));
}

START_TEST(copies)
{
	struct stat st;

	ck_assert_str_eq(kept(ANTIN_FETCH_CRL, "http://a.vn/", NOW), "");
	keep(ANTIN_FETCH_CRL, "http://a.vn/", "list");
	ck_assert_str_eq(kept(ANTIN_FETCH_CRL, "http://a.vn/", NOW), "list");
	ck_assert_str_eq(kept(ANTIN_FETCH_ISSUER, "http://a.vn/", NOW), "");
	ck_assert_str_eq(kept(ANTIN_FETCH_CRL, "http://a.vn/x", NOW), "");
	keep(ANTIN_FETCH_CRL, "http://a.vn/", "newer");
	ck_assert_str_eq(kept(ANTIN_FETCH_CRL, "http://a.vn/", NOW), "newer");
	/* Too old, and from a future that the clock was set back from. */
	ck_assert_str_eq(kept(ANTIN_FETCH_CRL, "http://a.vn/", NOW + 30 * DAY), "newer");
	ck_assert_str_eq(kept(ANTIN_FETCH_CRL, "http://a.vn/", NOW + 30 * DAY + 1), "");
	ck_assert_str_eq(kept(ANTIN_FETCH_CRL, "http://a.vn/", NOW - 1), "");
	/* Answers to questions are not kept: they are about one moment. */
	keep(ANTIN_FETCH_OCSP, "http://a.vn/", "answer");
	ck_assert_str_eq(kept(ANTIN_FETCH_OCSP, "http://a.vn/", NOW), "");
	ck_assert_uint_eq(util_entries(util_path(folder, "net")), 1);
	ck_assert_int_eq(stat(util_path(folder, "net"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0700);
}
END_TEST

/* Cut anywhere, or with any octet changed, it is no copy. */
START_TEST(copies_damaged)
{
	/* The sign of the time too: long before all times is no age. */
	static const uint8_t masks[] = {0x40, 0x80, 0xff};
	ANTIN_SCOPED(antin_paths) l = {0};
	ANTIN_SCOPED(antin_bytes) file = {0};
	struct antin_err err = {0};
	uint8_t *changed;

	keep(ANTIN_FETCH_ISSUER, "http://a.vn/goc.crt", "certificate");
	util_ok(antin_folder_list(util_path(folder, "net"), &l, &err));
	ck_assert_uint_eq(l.n, 1);
	util_read(l.items[0], &file);
	changed = malloc(file.len);
	for (size_t i = 0; i < file.len; i++) {
		util_write(l.items[0], (struct antin_slice){file.p, i});
		ck_assert_str_eq(kept(ANTIN_FETCH_ISSUER, "http://a.vn/goc.crt", NOW), "");
		for (size_t k = 0; k < UTIL_COUNT(masks); k++) {
			const char *got;

			memcpy(changed, file.p, file.len);
			changed[i] ^= masks[k];
			util_write(l.items[0], (struct antin_slice){changed, file.len});
			got = kept(ANTIN_FETCH_ISSUER, "http://a.vn/goc.crt", NOW);
			/* Of the time only the lowest octets can still be one that fits. */
			if (i < 18 || i >= 21)
				ck_assert_str_eq(got, "");
		}
	}
	util_write(l.items[0], antin_bytes_slice(&file));
	ck_assert_str_eq(kept(ANTIN_FETCH_ISSUER, "http://a.vn/goc.crt", NOW), "certificate");
	free(changed);
}
END_TEST

/* The oldest make room. */
START_TEST(copies_bounded)
{
	ANTIN_SCOPED(antin_paths) l = {0};
	const struct utimbuf long_ago = {NOW / 2, NOW / 2};
	struct antin_err err = {0};
	char url[64];

	keep(ANTIN_FETCH_ISSUER, "http://a.vn/first", "first");
	util_ok(antin_folder_list(util_path(folder, "net"), &l, &err));
	ck_assert_int_eq(utime(l.items[0], &long_ago), 0);
	for (int i = 0; i < CACHE_FILES + 40; i++) {
		(void)snprintf(url, sizeof(url), "http://a.vn/%d", i);
		keep(ANTIN_FETCH_ISSUER, url, "one");
	}
	ck_assert_uint_eq(util_entries(util_path(folder, "net")), CACHE_FILES);
	ck_assert_str_eq(kept(ANTIN_FETCH_ISSUER, url, NOW), "one");
	ck_assert_str_eq(kept(ANTIN_FETCH_ISSUER, "http://a.vn/first", NOW), "");
}
END_TEST

/* A folder that cannot be written changes nothing but that nothing is kept. */
START_TEST(copies_nowhere)
{
	util_write(util_path(folder, "net"), antin_slice_text("a file in the way"));
	keep(ANTIN_FETCH_CRL, "http://a.vn/", "list");
	ck_assert_str_eq(kept(ANTIN_FETCH_CRL, "http://a.vn/", NOW), "");
}
END_TEST

Suite *
suite_kept(void)
{
	Suite *s = suite_create("kept");
	TCase *t = tcase_create("copies");

	tcase_add_checked_fixture(t, begin, finish);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, copies);
	tcase_add_test(t, copies_damaged);
	tcase_add_test(t, copies_bounded);
	tcase_add_test(t, copies_nowhere);
	suite_add_tcase(s, t);
	return s;
}
