/*
 * lib/net with the real antin-fetch against a server that behaves badly: what is asked, what is
 * refused, what it costs, what is remembered.
 */
#include "net_server.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "../../lib/net/fetch_wire.h"

Suite *suite_net(void);

static struct server server;
static char *folder;
enum { NOW = 1800000000 };

static void
begin(void)
{
	server_begin(&server);
	folder = util_scratch();
}

static void
finish(void)
{
	server_end(&server);
	util_scratch_remove(folder);
}

static struct antin_net_config
config(void)
{
	return (struct antin_net_config){.program = fetch_program(),
	                                 .allow = "127.0.0.1",
	                                 .now = NOW};
}

static struct antin_net *
run_of(struct antin_net_config c)
{
	struct antin_err err = {0};
	struct antin_net *n = NULL;

	util_ok(antin_net_new(&c, &n, &err));
	return n;
}

/* "/path" is one of the server's; anything else stands for itself. */
static struct antin_slice
address(const char *path)
{
	static char url[4096];

	if (path[0] != '/')
		return antin_slice_text(path);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", server.port, path);
	return antin_slice_text(url);
}

static void
get(struct antin_net *n, enum antin_fetch_kind kind, const char *path, struct antin_fetch_answer *a)
{
	struct antin_err err = {0};
	const struct antin_fetch_request q = {.kind = kind, .url = address(path)};

	antin_fetch_answer_done(a);
	util_ok(antin_fetch(antin_net_fetcher(n), &q, NULL, a, &err));
}

/* ---- one address each ---- */

struct one {
	const char *path;
	enum antin_fetch_result result;
	int status;
	const char *body; /* NULL: not looked at */
};
static const struct one ones[] = {
        {"/ok", ANTIN_FETCHED_ANSWERED, 200, "hello"},
        {"/close", ANTIN_FETCHED_ANSWERED, 200, "hello"},
        {"/chunked", ANTIN_FETCHED_ANSWERED, 200, "hello"},
        {"/404", ANTIN_FETCHED_STATUS, 404, ""},
        {"/500", ANTIN_FETCHED_STATUS, 500, ""},
        {"/206", ANTIN_FETCHED_STATUS, 206, ""},
        {"/304", ANTIN_FETCHED_STATUS, 304, ""},
        {"/401", ANTIN_FETCHED_STATUS, 401, ""},
        {"/empty", ANTIN_FETCHED_EMPTY, 200, ""},
        {"/short", ANTIN_FETCHED_BROKEN, 200, ""},
        {"/cut", ANTIN_FETCHED_BROKEN, 200, ""},
        {"/negative", ANTIN_FETCHED_BROKEN, 200, ""},
        {"/declared", ANTIN_FETCHED_LARGE, 200, ""},
        {"/endless", ANTIN_FETCHED_LARGE, 200, ""},
        {"/headers", ANTIN_FETCHED_LARGE, 200, ""},
        {"/garbage", ANTIN_FETCHED_BROKEN, 0, ""},
        {"/old", ANTIN_FETCHED_BROKEN, 0, ""},
        {"/silent", ANTIN_FETCHED_BROKEN, 0, ""},
        {"/hang", ANTIN_FETCHED_LATE, 0, ""},
        {"/drip", ANTIN_FETCHED_LATE, 200, ""},
        /* Nothing is unpacked: what is not what was asked for is no evidence. */
        {"/gzip", ANTIN_FETCHED_ANSWERED, 200,
         "\x1f\x8b"
         "bombbo!"},
        {"/to-ok", ANTIN_FETCHED_ANSWERED, 200, "hello"},
        {"/to-self", ANTIN_FETCHED_REDIRECT, 302, ""},
        {"/to-file", ANTIN_FETCHED_REDIRECT, 302, ""},
        {"/to-ftp", ANTIN_FETCHED_REDIRECT, 302, ""},
        {"/to-private", ANTIN_FETCHED_REDIRECT, 302, ""},
        {"/to-port", ANTIN_FETCHED_REDIRECT, 302, ""},
        {"/to-host", ANTIN_FETCHED_REDIRECT, 302, ""},
        {"/to-nowhere", ANTIN_FETCHED_REDIRECT, 302, ""},
        {"http://127.0.0.1:1/", ANTIN_FETCHED_NO_CONNECTION, 0, ""},
        {"http://127.0.0.2:1/", ANTIN_FETCHED_PRIVATE, 0, ""},
        {"http://[::1]:1/", ANTIN_FETCHED_PRIVATE, 0, ""},
        {"http://[::ffff:127.0.0.2]:1/", ANTIN_FETCHED_PRIVATE, 0, ""},
        {"http://0.0.0.0:1/", ANTIN_FETCHED_PRIVATE, 0, ""},
        {"http://10.255.255.1/", ANTIN_FETCHED_PRIVATE, 0, ""},
        {"http://169.254.169.254/latest/meta-data/", ANTIN_FETCHED_PRIVATE, 0, ""},
        {"http://does-not-exist.invalid/", ANTIN_FETCHED_NO_NAME, 0, ""},
};

START_TEST(each_answer)
{
	const struct one *o = &ones[_i];
	ANTIN_SCOPED(antin_fetch_answer) a = {0};
	struct antin_net_config c = config();
	struct antin_net *n;

	if (o->result == ANTIN_FETCHED_LATE)
		c.address_ms = 300;
	n = run_of(c);
	get(n, ANTIN_FETCH_ISSUER, o->path, &a);
	/* Where names are not resolved at all, a name takes as long as it may. */
	if (o->result == ANTIN_FETCHED_NO_NAME && a.result == ANTIN_FETCHED_LATE)
		a.result = ANTIN_FETCHED_NO_NAME;
	ck_assert_msg(a.result == o->result, "%s: %s, not %s", o->path,
	              antin_fetch_info(a.result)->id, antin_fetch_info(o->result)->id);
	ck_assert_int_eq(a.status, o->status);
	ck_assert_int_eq(a.how, ANTIN_FETCH_ASKED);
	util_slice_eq(antin_bytes_slice(&a.body), antin_slice_text(o->body));
	ck_assert_uint_eq(antin_net_spent(n).sent, 1);
	/* It is known now, and the same is not asked twice. */
	get(n, ANTIN_FETCH_ISSUER, o->path, &a);
	ck_assert_int_eq(a.how, ANTIN_FETCH_BEFORE);
	ck_assert_int_eq(a.status, o->status);
	util_slice_eq(antin_bytes_slice(&a.body), antin_slice_text(o->body));
	ck_assert_uint_eq(antin_net_spent(n).sent, 1);
	ck_assert_uint_eq(a.ms, 0);
	antin_net_free(n);
}
END_TEST

/* What is no address of http is not even handed to antin-fetch. */
START_TEST(not_asked)
{
	static const char *const urls[] = {
	        "",
	        "ftp://127.0.0.1/x",
	        "ldap://127.0.0.1/cn=x?certificateRevocationList",
	        "file:///etc/passwd",
	        "http://",
	        "http:///x",
	        "http://user@127.0.0.1/",
	        "http://user:secret@127.0.0.1/",
	        "http://127.0.0.1:0/",
	        "http://127.0.0.1:65536/",
	        "http://127.0.0.1/a b",
	        "http://127.0.0.1/\r\nHost: x",
	        "http://127.0.0.1/%00",
	        "http://127.0.0.1/%0d%0aX: y",
	        "http://127.0.0.1/#x",
	        "http://2130706433/",
	        "http://0x7f000001/",
	        "http://127.1/",
	        "http://0177.0.0.1/",
	        "http://\xc3\xa1n.vn/",
	        "gopher://127.0.0.1/",
	        "dict://127.0.0.1/",
	        "javascript:alert(1)",
	        "//127.0.0.1/x",
	};
	struct antin_net *n = run_of(config());

	for (size_t i = 0; i < UTIL_COUNT(urls); i++) {
		ANTIN_SCOPED(antin_fetch_answer) a = {0};
		struct antin_err err = {0};
		const struct antin_fetch_request q = {.url = antin_slice_text(urls[i])};

		util_ok(antin_fetch(antin_net_fetcher(n), &q, NULL, &a, &err));
		ck_assert_msg(a.result == ANTIN_FETCHED_URL && a.how == ANTIN_FETCH_REFUSED, "%s",
		              urls[i]);
	}
	ck_assert_uint_eq(antin_net_spent(n).sent, 0);
	ck_assert_int_eq(server.connections, 0);
	antin_net_free(n);
}
END_TEST

/* ---- net.allow ---- */

static const struct {
	const char *allow, *host;
	bool reached;
} allowed[] = {
        {NULL, "127.0.0.1", false},
        {"127.0.0.1", "127.0.0.1", true},
        {"127.0.0.0/8", "127.0.0.1", true},
        {"10.0.0.0/8 , 127.0.0.0/31", "127.0.0.1", true},
        {"127.0.0.2", "127.0.0.1", false},
        {"126.0.0.0/8", "127.0.0.1", false},
        {"localhost", "127.0.0.1", false},
        /* A name leads to this computer: only where the name, or where it leads, is allowed. */
        {NULL, "localhost", false},
        {"10.0.0.0/8", "localhost", false},
        {"LocalHost", "localhost", true},
        {"127.0.0.0/8 ::1", "localhost", true},
        {"localhos", "localhost", false},
        {"localhost.vn", "localhost", false},
};

START_TEST(allow)
{
	struct antin_net_config c = config();
	ANTIN_SCOPED(antin_fetch_answer) a = {0};
	struct antin_net *n;
	char url[128];

	c.allow = allowed[_i].allow;
	n = run_of(c);
	(void)snprintf(url, sizeof(url), "http://%s:%u/ok", allowed[_i].host, server.port);
	get(n, ANTIN_FETCH_CRL, url, &a);
	ck_assert_msg(a.result == (allowed[_i].reached ? ANTIN_FETCHED_ANSWERED
	                                               : ANTIN_FETCHED_PRIVATE),
	              "%s", antin_fetch_info(a.result)->id);
	ck_assert_int_eq(server.connections, allowed[_i].reached);
	antin_net_free(n);
}
END_TEST

/* ---- what is sent ---- */

START_TEST(nothing_more)
{
	static const char *const never[] = {"User-Agent", "Cookie",          "Authorization",
	                                    "Referer",    "Accept-Encoding", "Expect"};
	struct antin_net *n = run_of(config());
	ANTIN_SCOPED(antin_fetch_answer) a = {0};
	const char *text;

	(void)setenv("http_proxy", "http://127.0.0.1:1", 1);
	(void)setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	get(n, ANTIN_FETCH_ISSUER, "/cookie", &a);
	ck_assert_int_eq(a.result, ANTIN_FETCHED_ANSWERED);
	get(n, ANTIN_FETCH_ISSUER, "/request", &a);
	ck_assert_int_eq(a.result, ANTIN_FETCHED_ANSWERED);
	text = antin_bytes_cstr(&a.body);
	for (size_t i = 0; i < UTIL_COUNT(never); i++)
		ck_assert_msg(!strcasestr(text, never[i]), "%s in %s", never[i], text);
	ck_assert(strstr(text, "GET /request HTTP/1.1\r\n") == text);
	ck_assert(strstr(text, "Accept: application/pkix-cert") != NULL);
	antin_net_free(n);
}
END_TEST

static const struct {
	enum antin_fetch_kind kind;
	const char *path, *answer;
	enum antin_fetch_result result;
} posts[] = {
        {ANTIN_FETCH_OCSP, "/echo", "question", ANTIN_FETCHED_ANSWERED},
        {ANTIN_FETCH_OCSP, "/to-echo-307", "question", ANTIN_FETCHED_ANSWERED},
        /* 302 would make a GET of it. */
        {ANTIN_FETCH_OCSP, "/to-echo-302", "", ANTIN_FETCHED_REDIRECT},
        {ANTIN_FETCH_OCSP, "/404", "", ANTIN_FETCHED_STATUS},
};

START_TEST(post)
{
	struct antin_net *n = run_of(config());
	ANTIN_SCOPED(antin_fetch_answer) a = {0};
	struct antin_err err = {0};
	const struct antin_fetch_request q = {.kind = posts[_i].kind,
	                                      .url = address(posts[_i].path),
	                                      .body = antin_slice_text("question")};

	util_ok(antin_fetch(antin_net_fetcher(n), &q, NULL, &a, &err));
	ck_assert_int_eq(a.result, posts[_i].result);
	util_slice_eq(antin_bytes_slice(&a.body), antin_slice_text(posts[_i].answer));
	antin_net_free(n);
}
END_TEST

/* Two questions to one service are two; a service that failed is not asked the second. */
START_TEST(two_questions)
{
	struct antin_net *n = run_of(config());
	static const struct {
		const char *path, *body;
		enum antin_fetch_how how;
		size_t sent;
	} steps[] = {
	        {"/echo", "first", ANTIN_FETCH_ASKED, 1},
	        {"/echo", "second", ANTIN_FETCH_ASKED, 2},
	        {"/echo", "first", ANTIN_FETCH_BEFORE, 2},
	        {"/500", "first", ANTIN_FETCH_ASKED, 3},
	        {"/500", "second", ANTIN_FETCH_BEFORE, 3},
	        {"/echo", "third", ANTIN_FETCH_ASKED, 4},
	};

	for (size_t i = 0; i < UTIL_COUNT(steps); i++) {
		ANTIN_SCOPED(antin_fetch_answer) a = {0};
		struct antin_err err = {0};
		const struct antin_fetch_request q = {.kind = ANTIN_FETCH_OCSP,
		                                      .url = address(steps[i].path),
		                                      .body = antin_slice_text(steps[i].body)};

		util_ok(antin_fetch(antin_net_fetcher(n), &q, NULL, &a, &err));
		ck_assert_int_eq(a.how, steps[i].how);
		ck_assert_uint_eq(antin_net_spent(n).sent, steps[i].sent);
		if (a.result == ANTIN_FETCHED_ANSWERED)
			util_slice_eq(antin_bytes_slice(&a.body), antin_slice_text(steps[i].body));
	}
	ck_assert_int_eq(server.requests, 4);
	antin_net_free(n);
}
END_TEST

/* ---- the budget ---- */

/* A thousand questions to three addresses that hang, and more that would: three waits. */
START_TEST(three_waits)
{
	struct antin_net_config c = config();
	struct antin_net *n;
	ANTIN_SCOPED(antin_fetch_answer) a = {0};
	size_t late = 0, spent = 0;

	c.address_ms = 200;
	c.run_ms = 600;
	n = run_of(c);
	for (int i = 0; i < 1000; i++) {
		char path[32];

		(void)snprintf(path, sizeof(path), "/hang-%d", i % 3 + (i > 500 ? 3 : 0));
		get(n, ANTIN_FETCH_CRL, path, &a);
		late += a.result == ANTIN_FETCHED_LATE && a.how == ANTIN_FETCH_ASKED;
		spent += a.result == ANTIN_FETCHED_SPENT;
		ck_assert(a.result == ANTIN_FETCHED_LATE || a.result == ANTIN_FETCHED_SPENT);
	}
	ck_assert_uint_eq(late, 3);
	ck_assert_uint_gt(spent, 0);
	ck_assert_int_eq(server.connections, 3);
	ck_assert_uint_eq(antin_net_spent(n).sent, 3);
	ck_assert_uint_le(antin_net_spent(n).ms, 600 + 3 * 100);
	antin_net_free(n);
}
END_TEST

/* No wish is longer than the contract. */
START_TEST(never_longer)
{
	struct antin_net_config c = config();
	struct antin_net *n;

	ck_assert_int_eq(ANTIN_NET_ADDRESS_MS, 5000);
	ck_assert_int_eq(ANTIN_NET_RUN_MS, 15000);
	ck_assert_int_le(ANTIN_NET_ADDRESS_MS, WIRE_TIME_MAX);
	c.run_ms = 1; /* less than anything is begun with */
	n = run_of(c);
	for (int i = 0; i < 3; i++) {
		ANTIN_SCOPED(antin_fetch_answer) a = {0};

		get(n, ANTIN_FETCH_CRL, "/ok", &a);
		ck_assert_int_eq(a.result, ANTIN_FETCHED_SPENT);
	}
	ck_assert_int_eq(server.connections, 0);
	antin_net_free(n);
}
END_TEST

/* ---- the other process ---- */

/* Somebody's own: it was not there, it dies, it answers nonsense, it never answers. */
#define HEAD(type, octets, result)                                                                 \
	"printf '\\" type "\\0\\0\\0\\" octets "\\0\\0\\0\\0\\0\\0\\" result                       \
	"\\0\\0\\0\\310\\0\\0\\0\\0"
START_TEST(helper)
{
	static const struct {
		const char *script;
		enum antin_fetch_result result;
	} programs[] = {
	        {NULL, ANTIN_FETCHED_NO_HELPER},
	        {"exit 0", ANTIN_FETCHED_BROKEN},
	        {"kill -9 $$", ANTIN_FETCHED_BROKEN},
	        {"head -c 32 <&3 >/dev/null; printf 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' >&3; sleep 1",
	         ANTIN_FETCHED_BROKEN},
	        /* An answer of 4 GiB; one of another type; without octets; of no known result;
	         * with a mark that is a header of its own. */
	        {"printf '\\2\\0\\0\\0\\377\\377\\377\\377' >&3; sleep 1", ANTIN_FETCHED_BROKEN},
	        {HEAD("1", "22", "0") "\\0\\0\\0\\0x' >&3; sleep 1", ANTIN_FETCHED_BROKEN},
	        {HEAD("2", "20", "0") "\\0\\0\\0\\0' >&3; sleep 1", ANTIN_FETCHED_BROKEN},
	        {HEAD("2", "20", "377") "\\0\\0\\0\\0' >&3; sleep 1", ANTIN_FETCHED_BROKEN},
	        {HEAD("2", "30", "0") "\\0\\0\\0\\3a: hello' >&3; sleep 1", ANTIN_FETCHED_BROKEN},
	        /* Less than it says. */
	        {HEAD("2", "25", "0") "\\0\\0\\0\\0hell' >&3", ANTIN_FETCHED_BROKEN},
	        /* As it should be: the shell scripts above are heard at all. */
	        {HEAD("2", "25", "0") "\\0\\0\\0\\0hello' >&3; sleep 1", ANTIN_FETCHED_ANSWERED},
	        {"sleep 60", ANTIN_FETCHED_LATE},
	};
	struct antin_net_config c = config();
	ANTIN_SCOPED(antin_fetch_answer) a = {0};
	struct antin_net *n;
	char text[512];

	c.program = util_path(folder, "fetch");
	if (programs[_i].result == ANTIN_FETCHED_LATE)
		c.address_ms = 100;
	if (programs[_i].script) {
		(void)snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", programs[_i].script);
		util_write(c.program, antin_slice_text(text));
		ck_assert_int_eq(chmod(c.program, 0700), 0);
	}
	n = run_of(c);
	get(n, ANTIN_FETCH_CRL, "/ok", &a);
	ck_assert_msg(a.result == programs[_i].result, "%s", antin_fetch_info(a.result)->id);
	ck_assert_uint_eq(a.body.len, a.result == ANTIN_FETCHED_ANSWERED ? 5 : 0);
	antin_net_free(n);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
}
END_TEST

/* One that died is started again for the next address. */
START_TEST(started_again)
{
	struct antin_net *n = run_of(config());
	ANTIN_SCOPED(antin_fetch_answer) a = {0};

	get(n, ANTIN_FETCH_ISSUER, "/ok", &a);
	ck_assert_int_eq(a.result, ANTIN_FETCHED_ANSWERED);
	for (int i = 0; i < 3; i++) {
		char path[64], command[128];

		(void)snprintf(command, sizeof(command), "kill -9 $(pgrep -P %d -x antin-fetch)",
		               getpid());
		ck_assert_int_eq(system(command), 0);
		(void)snprintf(path, sizeof(path), "/request?%d", i);
		get(n, ANTIN_FETCH_ISSUER, path, &a);
		ck_assert_int_eq(a.result, ANTIN_FETCHED_BROKEN);
		(void)snprintf(path, sizeof(path), "/request?again%d", i);
		get(n, ANTIN_FETCH_ISSUER, path, &a);
		ck_assert_int_eq(a.result, ANTIN_FETCHED_ANSWERED);
	}
	antin_net_free(n);
}
END_TEST

/* Nothing asked: no process, no packet, no folder. */
START_TEST(nothing)
{
	struct antin_net_config c = config();
	char command[128];
	struct antin_net *n;

	c.cache = util_path(folder, "cache");
	n = run_of(c);
	(void)snprintf(command, sizeof(command), "pgrep -P %d -x antin-fetch >/dev/null", getpid());
	ck_assert_int_ne(system(command), 0);
	antin_net_free(n);
	ck_assert_uint_eq(util_entries(folder), 0);
	ck_assert_int_eq(server.connections, 0);
}
END_TEST

/* ---- copies of earlier runs ---- */

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
	               {"/dated", marked, UTIL_COUNT(marked)}};

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

/* ---- the cage ---- */

/* The process that asks has a filter of calls, no further rights, limits, and no descriptor of
 * ours. */
START_TEST(caged)
{
	static const char *const wanted[] = {"\nSeccomp:\t2\n", "\nNoNewPrivs:\t1\n"};
	struct antin_net *n = run_of(config());
	ANTIN_SCOPED(antin_fetch_answer) a = {0};
	char command[160], path[64], text[8192];
	ssize_t len;
	FILE *f;
	int pid = 0, fd, extra = open("/dev/zero", O_RDONLY);

	ck_assert_int_eq(dup2(extra, 90), 90);
	get(n, ANTIN_FETCH_ISSUER, "/ok", &a);
	ck_assert_int_eq(a.result, ANTIN_FETCHED_ANSWERED);
	(void)snprintf(command, sizeof(command), "pgrep -P %d -x antin-fetch", getpid());
	f = popen(command, "r");
	ck_assert(f && fgets(path, sizeof(path), f));
	(void)pclose(f);
	pid = (int)strtol(path, NULL, 10);
	ck_assert_int_gt(pid, 0);
	(void)snprintf(path, sizeof(path), "/proc/%d/status", pid);
	fd = open(path, O_RDONLY);
	len = read(fd, text, sizeof(text) - 1);
	ck_assert_int_gt(len, 0);
	text[len] = '\0';
	for (size_t i = 0; i < UTIL_COUNT(wanted); i++)
		ck_assert_msg(strstr(text, wanted[i]) != NULL, "%s", text);
	(void)snprintf(command, sizeof(command), "/proc/%d/fd/90", pid);
	ck_assert_int_ne(access(command, F_OK), 0);
	(void)snprintf(command, sizeof(command), "grep -q 'Max file size  *0  *0 ' /proc/%d/limits",
	               pid);
	ck_assert_int_eq(system(command), 0);
	/* Nothing of the environment. */
	(void)snprintf(command, sizeof(command), "test -z \"$(tr -d '\\0' </proc/%d/environ)\"",
	               pid);
	ck_assert_int_eq(system(command), 0);
	(void)close(fd);
	antin_net_free(n);
}
END_TEST

Suite *
suite_net(void)
{
	Suite *s = suite_create("net");
	TCase *t = tcase_create("net");

	tcase_add_checked_fixture(t, begin, finish);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, each_answer, 0, (int)UTIL_COUNT(ones));
	tcase_add_test(t, not_asked);
	tcase_add_loop_test(t, allow, 0, (int)UTIL_COUNT(allowed));
	tcase_add_test(t, nothing_more);
	tcase_add_loop_test(t, post, 0, (int)UTIL_COUNT(posts));
	tcase_add_test(t, two_questions);
	tcase_add_test(t, three_waits);
	tcase_add_test(t, never_longer);
	tcase_add_loop_test(t, helper, 0, 11);
	tcase_add_test(t, started_again);
	tcase_add_test(t, nothing);
	tcase_add_loop_test(t, kept, 0, 3);
	tcase_add_test(t, unchanged_unasked);
	tcase_add_loop_test(t, kept_then_anew, 0, (int)UTIL_COUNT(again));
	tcase_add_test(t, caged);
	suite_add_tcase(s, t);
	return s;
}
