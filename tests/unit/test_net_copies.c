/*
 * The copies of earlier runs beside a real server: which counts when, and what takes its place.
 */
#include "net_run.h"

Suite *suite_net_copies(void);

enum { HOUR = 3600, DAY = 24 * HOUR };

/* Each step is a run of its own: what it asks, when, and where the answer is from. */
struct run {
	const char *content; /* behind the address; NULL: it hangs up */
	int64_t later;
	enum antin_fetch_kind kind;
	bool anew, offline;
	uint32_t keep;
	enum antin_fetch_result result;
	enum antin_fetch_how how;
	const char *body;
};
#define GOT  ANTIN_FETCHED_ANSWERED, ANTIN_FETCH_ASKED
#define SAME ANTIN_FETCHED_ANSWERED, ANTIN_FETCH_CONFIRMED
#define KEPT ANTIN_FETCHED_ANSWERED, ANTIN_FETCH_STORED
#define PAGE ANTIN_FETCHED_UNREADABLE
/* A server that gives no mark is asked for the whole list each time. */
static const struct run plain[] = {
        {"one", 0, ANTIN_FETCH_CRL, false, true, 0, ANTIN_FETCHED_OFFLINE, ANTIN_FETCH_REFUSED, ""},
        {"one", 0, ANTIN_FETCH_CRL, false, false, 0, GOT, "one"},
        {"two", 1, ANTIN_FETCH_CRL, false, false, 0, GOT, "two"},
        {"three", HOUR, ANTIN_FETCH_CRL, false, true, 0, ANTIN_FETCHED_OFFLINE, ANTIN_FETCH_STORED,
         "two"},
        /* Of another kind it is not, whatever the address. */
        {"two", 60, ANTIN_FETCH_ISSUER, false, false, 0, GOT, "two"},
        /* When asking fails, better than nothing. */
        {NULL, HOUR + 1, ANTIN_FETCH_CRL, false, false, 0, ANTIN_FETCHED_EMPTY, ANTIN_FETCH_STORED,
         "two"},
        {"four", HOUR + 2, ANTIN_FETCH_CRL, true, false, 0, GOT, "four"},
        {NULL, HOUR + 3, ANTIN_FETCH_CRL, true, false, 0, ANTIN_FETCHED_EMPTY, ANTIN_FETCH_STORED,
         "four"},
        /* A page is no list, and pushes none out. */
        {"<html>", HOUR + 4, ANTIN_FETCH_CRL, false, false, 0, PAGE, ANTIN_FETCH_STORED, "four"},
        {"\xef\xbb\xbf\r\n <", HOUR + 5, ANTIN_FETCH_CRL, true, false, 0, PAGE, ANTIN_FETCH_STORED,
         "four"},
        {"\n\n", HOUR + 5, ANTIN_FETCH_OCSP, false, false, 0, GOT, "\n\n"},
        {" <!doctype html>", HOUR + 6, ANTIN_FETCH_ISSUER, true, false, 0, PAGE, ANTIN_FETCH_STORED,
         "two"},
        {"<list/>", HOUR + 7, ANTIN_FETCH_TRUST, false, false, 0, GOT, "<list/>"},
        /* Whoever wants it so is not told of a newer list for a while, and then is. */
        {"five", HOUR + 62, ANTIN_FETCH_CRL, false, false, 60, KEPT, "four"},
        {"five", HOUR + 62, ANTIN_FETCH_CRL, true, false, 60, GOT, "five"},
        {"six", HOUR + 123, ANTIN_FETCH_CRL, false, false, 60, GOT, "six"},
        {"seven", 20 * DAY, ANTIN_FETCH_CRL, false, true, 0, ANTIN_FETCHED_OFFLINE,
         ANTIN_FETCH_STORED, "six"},
        {"seven", 40 * DAY, ANTIN_FETCH_CRL, false, true, 0, ANTIN_FETCHED_OFFLINE,
         ANTIN_FETCH_REFUSED, ""},
        {"seven", 3 * DAY, ANTIN_FETCH_ISSUER, false, false, 0, KEPT, "two"},
        {"seven", 8 * DAY, ANTIN_FETCH_ISSUER, false, false, 0, GOT, "seven"},
};
/* One that does says whether there is a newer one; after a day all of it is sent once more. */
static const struct run marked[] = {
        {"one", 0, ANTIN_FETCH_CRL, false, false, 0, GOT, "one"},
        {"one", 1, ANTIN_FETCH_CRL, false, false, 0, SAME, "one"},
        {"one", HOUR, ANTIN_FETCH_CRL, false, false, 0, SAME, "one"},
        {"one", HOUR, ANTIN_FETCH_CRL, false, false, 2 * HOUR, KEPT, "one"},
        {"two", HOUR, ANTIN_FETCH_CRL, false, false, 0, GOT, "two"},
        {"two", HOUR + 1, ANTIN_FETCH_CRL, false, false, 0, SAME, "two"},
        /* All of it, for who can make no use of the copy. */
        {"two", HOUR + 1, ANTIN_FETCH_CRL, true, false, 0, GOT, "two"},
        {NULL, HOUR + 2, ANTIN_FETCH_CRL, false, false, 0, ANTIN_FETCHED_EMPTY, ANTIN_FETCH_STORED,
         "two"},
        {"two", DAY + HOUR + 1, ANTIN_FETCH_CRL, false, false, 0, SAME, "two"},
        {"two", DAY + HOUR + 2, ANTIN_FETCH_CRL, false, false, 0, GOT, "two"},
        {"two", DAY + HOUR + 3, ANTIN_FETCH_CRL, false, false, 0, SAME, "two"},
        /* Answers and lists of authorities are asked for as if there were no copy. */
        {"six", 0, ANTIN_FETCH_TRUST, false, false, 0, GOT, "six"},
        {"six", 1, ANTIN_FETCH_TRUST, false, false, 0, GOT, "six"},
        {"six", 8 * DAY, ANTIN_FETCH_ISSUER, false, false, 0, GOT, "six"},
        {"six", 16 * DAY, ANTIN_FETCH_ISSUER, false, false, 0, GOT, "six"},
};

/* As a list begins: the first two fields and thisUpdate. */
#define LIST(date)                                                                                 \
	"\x30\x1b\x30\x19"                                                                         \
	"\x30\x03\x06\x01\x2a"                                                                     \
	"\x30\x03\x31\x01\x41"                                                                     \
	"\x17\x0d" date
/* Somebody between sends an older list than the one at hand: it neither counts nor is kept. */
static const struct run turned_back[] = {
        {LIST("270114070000Z"), 0, ANTIN_FETCH_CRL, false, false, 0, GOT, LIST("270114070000Z")},
        {LIST("270114065959Z"), 1, ANTIN_FETCH_CRL, false, false, 0, KEPT, LIST("270114070000Z")},
        {LIST("270114070000Z"), 2, ANTIN_FETCH_CRL, false, false, 0, GOT, LIST("270114070000Z")},
        /* The copy was of no use: both are looked at. */
        {LIST("270114065959Z"), 3, ANTIN_FETCH_CRL, true, false, 0, GOT, LIST("270114065959Z")},
        {LIST("270114065959Z"), 4, ANTIN_FETCH_CRL, false, true, 0, ANTIN_FETCHED_OFFLINE,
         ANTIN_FETCH_STORED, LIST("270114070000Z")},
        {LIST("270114080000Z"), 5, ANTIN_FETCH_CRL, false, false, 0, GOT, LIST("270114080000Z")},
        /* One dated ahead of our time holds nothing up. */
        {LIST("491231235959Z"), 6, ANTIN_FETCH_CRL, false, false, 0, GOT, LIST("491231235959Z")},
        {LIST("270115070000Z"), 7, ANTIN_FETCH_CRL, false, false, 0, GOT, LIST("270115070000Z")},
        {LIST("270114070000Z"), 8, ANTIN_FETCH_CRL, false, false, 0, KEPT, LIST("270115070000Z")},
        /* What has no such form is for the judge. */
        {"-----", 9, ANTIN_FETCH_CRL, false, false, 0, GOT, "-----"},
        {LIST("270114070000Z"), 10, ANTIN_FETCH_CRL, false, false, 0, GOT, LIST("270114070000Z")},
        {LIST("270114070000Z"), 10, ANTIN_FETCH_ISSUER, false, false, 0, GOT,
         LIST("270114070000Z")},
        {LIST("270113070000Z"), 8 * DAY, ANTIN_FETCH_ISSUER, false, false, 0, GOT,
         LIST("270113070000Z")},
};

static void
run_once(const char *path, const struct run *r, size_t i)
{
	ANTIN_SCOPED(antin_fetch_answer) a = {0};
	struct antin_net_config c = config();
	struct antin_err err = {0};
	const struct antin_fetch_request q = {.kind = r->kind,
	                                      .url = address(path),
	                                      .anew = r->anew};
	struct antin_net *n;

	server.body = r->content ? r->content : "";
	server.body_len = strlen(server.body);
	c.cache = util_path(folder, "cache/net");
	c.now += r->later;
	c.offline = r->offline;
	c.keep = r->keep;
	n = run_of(c);
	util_ok(antin_fetch(antin_net_fetcher(n), &q, NULL, &a, &err));
	ck_assert_msg(a.result == r->result && a.how == r->how, "%s %zu: %s, %s", path, i,
	              antin_fetch_info(a.result)->id, antin_fetch_how_id(a.how));
	util_slice_eq(antin_bytes_slice(&a.body), antin_slice_text(r->body));
	ck_assert_int_eq(a.fetched != 0,
	                 a.how == ANTIN_FETCH_STORED || a.how == ANTIN_FETCH_CONFIRMED);
	ck_assert_int_eq(antin_fetch_kept(&a), a.fetched && a.result == ANTIN_FETCHED_ANSWERED);
	/* What is confirmed is as new as this moment. */
	ck_assert_int_eq(a.came != 0, a.how == ANTIN_FETCH_CONFIRMED ||
	                                      a.how == ANTIN_FETCH_ASKED ||
	                                      a.result == ANTIN_FETCHED_EMPTY ||
	                                      a.result == ANTIN_FETCHED_UNREADABLE);
	antin_net_free(n);
}

START_TEST(kept)
{
	static const struct {
		const char *path;
		const struct run *runs;
		size_t n;
	} servers[] = {{"/body", plain, UTIL_COUNT(plain)},
	               {"/marked", marked, UTIL_COUNT(marked)},
	               {"/dated", marked, UTIL_COUNT(marked)},
	               {"/body", turned_back, UTIL_COUNT(turned_back)}};

	for (size_t i = 0; i < servers[_i].n; i++)
		run_once(servers[_i].path, &servers[_i].runs[i], i);
}
END_TEST

/* A server that calls something unchanged of which nobody spoke has answered nothing. */
START_TEST(unchanged_unasked)
{
	static const struct run before = {"one", 0, ANTIN_FETCH_CRL, false, false, 0, GOT, "one"};
	struct antin_net_config c = config();
	ANTIN_SCOPED(antin_fetch_answer) a = {0};
	struct antin_net *n;

	run_once("/body", &before, 0);
	c.cache = util_path(folder, "cache/net");
	n = run_of(c);
	get(n, ANTIN_FETCH_CRL, "/304", &a);
	ck_assert_int_eq(a.result, ANTIN_FETCHED_STATUS);
	ck_assert_uint_eq(a.body.len, 0);
	antin_net_free(n);
}
END_TEST

/* In one run: the copy first, then anew, and then what came is what there is. */
static const struct {
	const char *path;
	uint32_t keep;
	enum antin_fetch_how first;
	int requests;
} again[] = {
        {"/ok", 60, ANTIN_FETCH_STORED, 2},
        {"/marked", 0, ANTIN_FETCH_CONFIRMED, 3},
};

START_TEST(kept_then_anew)
{
	struct antin_net_config c = config();
	const enum antin_fetch_how hows[] = {again[_i].first, again[_i].first, ANTIN_FETCH_ASKED,
	                                     ANTIN_FETCH_BEFORE, ANTIN_FETCH_BEFORE};
	static const bool anew[] = {false, false, true, true, false};
	struct antin_err err = {0};
	struct antin_net *n;

	server.body = "hello";
	server.body_len = 5;
	c.cache = util_path(folder, "net");
	c.keep = again[_i].keep;
	for (int run = 0; run < 2; run++) {
		n = run_of(c);
		for (size_t i = 0; i < (run ? UTIL_COUNT(hows) : 1); i++) {
			ANTIN_SCOPED(antin_fetch_answer) a = {0};
			const struct antin_fetch_request q = {.kind = ANTIN_FETCH_CRL,
			                                      .url = address(again[_i].path),
			                                      .anew = anew[i]};

			util_ok(antin_fetch(antin_net_fetcher(n), &q, NULL, &a, &err));
			ck_assert_int_eq(a.how, run ? hows[i] : ANTIN_FETCH_ASKED);
			util_slice_eq(antin_bytes_slice(&a.body), antin_slice_text("hello"));
		}
		antin_net_free(n);
	}
	ck_assert_int_eq(server.requests, again[_i].requests);
}
END_TEST

Suite *
suite_net_copies(void)
{
	Suite *s = suite_create("net_copies");
	TCase *t = tcase_create("net_copies");

	tcase_add_checked_fixture(t, begin, finish);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, kept, 0, 4);
	tcase_add_test(t, unchanged_unasked);
	tcase_add_loop_test(t, kept_then_anew, 0, (int)UTIL_COUNT(again));
	suite_add_tcase(s, t);
	return s;
}
