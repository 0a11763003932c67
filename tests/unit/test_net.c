/*
 * lib/net with the real antin-fetch against a server that behaves badly: what is asked, what is
 * refused, what it costs, what is remembered.
 */
#include "net_run.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "../../lib/net/fetch_wire.h"

Suite *suite_net(void);

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

/*
 * A thousand questions to three addresses that hang, and more that would: three waits of so many
 * milliseconds, for which all the time is spent.  Returns how many were waited for to their end.
 */
static size_t
waits(unsigned int ms)
{
	struct antin_net_config c = config();
	ANTIN_SCOPED(antin_fetch_answer) a = {0};
	const int before = server.connections;
	size_t late = 0, spent = 0;
	struct antin_net *n;

	c.address_ms = ms;
	c.run_ms = 3 * ms;
	n = run_of(c);
	for (int i = 0; i < 1000; i++) {
		char path[32];

		(void)snprintf(path, sizeof(path), "/hang-%d", i % 3 + (i > 500 ? 3 : 0));
		get(n, ANTIN_FETCH_CRL, path, &a);
		late += a.result == ANTIN_FETCHED_LATE && a.how == ANTIN_FETCH_ASKED;
		spent += a.result == ANTIN_FETCHED_SPENT;
		ck_assert(a.result == ANTIN_FETCHED_LATE || a.result == ANTIN_FETCHED_SPENT);
	}
	ck_assert_uint_gt(spent, 0);
	ck_assert_uint_le(antin_net_spent(n).sent, 3);
	ck_assert_int_eq(server.connections - before, (int)antin_net_spent(n).sent);
	antin_net_free(n);
	return late;
}

/* A busy machine wakes too late for short waits. */
START_TEST(three_waits)
{
	if (waits(200) != 3)
		ck_assert_uint_eq(waits(3000), 3);
}
END_TEST

/* Junk addresses of issuers, that hang: what revocation data need is kept for them. */
START_TEST(share_of_issuers)
{
	struct antin_net_config c = config();
	struct antin_net *n;
	ANTIN_SCOPED(antin_fetch_answer) a = {0};
	size_t late = 0, spent = 0;

	c.address_ms = 300;
	c.run_ms = 900;
	n = run_of(c);
	for (int i = 0; i < 20000; i++) {
		char path[32];

		(void)snprintf(path, sizeof(path), "/hang-%d", i);
		get(n, ANTIN_FETCH_ISSUER, path, &a);
		late += a.result == ANTIN_FETCHED_LATE;
		spent += a.result == ANTIN_FETCHED_SPENT && a.how == ANTIN_FETCH_REFUSED;
	}
	ck_assert_uint_eq(late, 2);
	ck_assert_uint_eq(spent, 20000 - 2);
	ck_assert_uint_eq(antin_net_spent(n).sent, 2);
	/* The address of one that hung as well, asked for something else. */
	get(n, ANTIN_FETCH_CRL, "/ok", &a);
	ck_assert_int_eq(a.result, ANTIN_FETCHED_ANSWERED);
	get(n, ANTIN_FETCH_OCSP, "/hang-0", &a);
	ck_assert_int_eq(a.result, ANTIN_FETCHED_LATE);
	ck_assert_uint_eq(antin_net_spent(n).sent, 4);
	antin_net_free(n);
}
END_TEST

/*
 * An address that was of no use for one thing is asked for another, unless nobody is there at all:
 * whoever names the address of a list as that of an issuer does not close it.
 */
START_TEST(not_closed)
{
	static const struct {
		const char *path;
		bool closed;
	} rows[] = {
	        {"/404", false},
	        {"/empty", false},
	        {"/short", false},
	        {"/declared", false},
	        {"/garbage", false},
	        {"/to-file", false},
	        {"/hang", false},
	        {"http://127.0.0.1:1/", true},
	        {"http://10.255.255.1/", true},
	};
	static const enum antin_fetch_kind kinds[] = {ANTIN_FETCH_ISSUER, ANTIN_FETCH_CRL,
	                                              ANTIN_FETCH_OCSP};
	struct antin_net_config c = config();
	ANTIN_SCOPED(antin_fetch_answer) a = {0};
	struct antin_net *n;

	c.address_ms = 250;
	n = run_of(c);
	for (size_t k = 0; k < UTIL_COUNT(kinds); k++) {
		for (int again = 0; again < 2; again++) {
			bool asked = !again && (k == 0 || !rows[_i].closed);

			get(n, kinds[k], rows[_i].path, &a);
			ck_assert_msg((a.how == ANTIN_FETCH_ASKED) == asked, "%s, %s: %s",
			              rows[_i].path, antin_fetch_kind_id(kinds[k]),
			              antin_fetch_how_id(a.how));
		}
	}
	ck_assert_uint_eq(antin_net_spent(n).sent, rows[_i].closed ? 1 : 3);
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
	tcase_add_test(t, share_of_issuers);
	tcase_add_loop_test(t, not_closed, 0, 9);
	tcase_add_test(t, never_longer);
	tcase_add_loop_test(t, helper, 0, 11);
	tcase_add_test(t, started_again);
	tcase_add_test(t, nothing);
	tcase_add_test(t, caged);
	suite_add_tcase(s, t);
	return s;
}
