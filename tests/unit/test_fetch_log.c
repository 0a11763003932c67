/*
 * The record of what was asked of the network, and its words (lib/net/fetch.c).
 */
#include <antin/fetch.h>

#include <stdio.h>
#include <string.h>

#include "util.h"

Suite *suite_fetch_log(void);

static enum antin_rc
record_fetch(void *user, const struct antin_fetch_request *q, struct antin_fetch_answer *out,
             struct antin_err *err)
{
	(void)q, (void)err;
	*out = *(struct antin_fetch_answer *)user;
	return ANTIN_OK;
}

static void
note(struct antin_fetch_log *log, const char *url, enum antin_fetch_result r,
     enum antin_fetch_how how)
{
	struct antin_fetch_answer a = {.result = r, .how = how}, out = {0};
	const struct antin_fetcher f = {record_fetch, &a};
	const struct antin_fetch_request q = {.url = antin_slice_text(url)};
	struct antin_err err = {0};

	util_ok(antin_fetch(&f, &q, log, &out, &err));
	ck_assert_int_eq(out.result, r);
}

START_TEST(records)
{
	ANTIN_SCOPED(antin_fetch_log) log = {0};
	ANTIN_SCOPED(antin_fetch_answer) none = {0};
	const struct antin_fetch_request q = {.url = antin_slice_text("http://a.vn/")};
	struct antin_err err = {0};
	char url[400];

	note(&log, "http://a.vn/", ANTIN_FETCHED_LATE, ANTIN_FETCH_ASKED);
	note(&log, "http://a.vn/", ANTIN_FETCHED_LATE, ANTIN_FETCH_BEFORE);
	ck_assert_uint_eq(log.n, 1);
	note(&log, "http://a.vn/", ANTIN_FETCHED_ANSWERED, ANTIN_FETCH_STORED);
	ck_assert_uint_eq(log.n, 2);
	antin_fetch_log_unreadable(&log, antin_slice_text("http://a.vn/"));
	ck_assert_int_eq(log.items[1].result, ANTIN_FETCHED_UNREADABLE);
	ck_assert_int_eq(log.items[0].result, ANTIN_FETCHED_LATE);
	/* Foreign text is shown as text, and cut. */
	note(&log, "http://a.vn/\x1b[2J\n\xe2\x80\xae", ANTIN_FETCHED_URL, ANTIN_FETCH_REFUSED);
	ck_assert(!strchr(log.items[2].url, '\x1b') && !strchr(log.items[2].url, '\n'));
	memset(url, 'x', sizeof(url));
	url[sizeof(url) - 1] = '\0';
	note(&log, url, ANTIN_FETCHED_URL, ANTIN_FETCH_REFUSED);
	ck_assert_uint_lt(strlen(log.items[3].url), sizeof(log.items[3].url));
	/* So many and no more. */
	for (int i = 0; i < ANTIN_FETCH_RECORDS + 10; i++) {
		(void)snprintf(url, sizeof(url), "http://a.vn/%d", i);
		note(&log, url, ANTIN_FETCHED_LATE, ANTIN_FETCH_ASKED);
	}
	ck_assert_uint_eq(log.n, ANTIN_FETCH_RECORDS);
	ck_assert_uint_eq(log.omitted, 14);
	/* Nobody to ask: offline, and nothing written down. */
	util_ok(antin_fetch(NULL, &q, &log, &none, &err));
	ck_assert_int_eq(none.result, ANTIN_FETCHED_OFFLINE);
	ck_assert_uint_eq(log.omitted, 14);
}
END_TEST

/* Every row has an identifier of its own, a class and a sentence part. */
START_TEST(words)
{
	for (int i = 0; i < ANTIN_FETCHED_COUNT; i++) {
		const struct antin_fetch_info *info = antin_fetch_info((enum antin_fetch_result)i);

		ck_assert_uint_eq(strspn(info->id, "abcdefghijklmnopqrstuvwxyz-"),
		                  strlen(info->id));
		ck_assert_uint_gt(strlen(info->text), 5);
		ck_assert_int_eq(info->class == ANTIN_OK, i == ANTIN_FETCHED_ANSWERED);
		for (int k = 0; k < i; k++) {
			const struct antin_fetch_info *o =
			        antin_fetch_info((enum antin_fetch_result)k);

			ck_assert_str_ne(info->id, o->id);
			ck_assert_str_ne(info->text, o->text);
		}
	}
	for (int k = 0; k < ANTIN_FETCH_KINDS; k++)
		ck_assert(antin_fetch_kind_id(k)[0] && antin_fetch_kind_text(k)[0]);
	for (int h = 0; h < ANTIN_FETCH_HOWS; h++)
		ck_assert(antin_fetch_how_id(h)[0]);
}
END_TEST

Suite *
suite_fetch_log(void)
{
	Suite *s = suite_create("fetch_log");
	TCase *t = tcase_create("log");

	tcase_add_test(t, records);
	tcase_add_test(t, words);
	suite_add_tcase(s, t);
	return s;
}
