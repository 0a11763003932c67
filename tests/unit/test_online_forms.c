/*
 * The HTTP server as strangers use it: addresses, methods and headers right and wrong, published
 * files with every condition, several requests over one connection.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <antin/ocsp.h>

#include "http_talk.h"

#define NOW      INT64_C(1795000000)
#define MODIFIED "Wed, 18 Nov 2026 11:06:40 GMT"
#define EARLIER  "Wed, 18 Nov 2026 11:06:39 GMT"

static int64_t now_is = NOW + 50;

/* What the service is told to answer. */
static struct {
	int status;
	bool cacheable;
	int64_t next_update;
	size_t asked, ids, nonce;
} service;

static enum antin_rc
answer(void *user, const struct antin_slice *ids, size_t n, struct antin_slice nonce,
       struct antin_signer_ocsp *out, struct antin_err *err)
{
	(void)user, (void)err;
	ck_assert(ids[0].p && n <= ANTIN_OCSP_IDS);
	service.asked++;
	service.ids = n;
	service.nonce = nonce.len;
	antin_bytes_text(&out->der, "octets of an answer");
	out->status = service.status;
	out->this_update = NOW;
	out->next_update = service.next_update;
	out->cacheable = service.cacheable;
	return ANTIN_OK;
}

static char *folder;
static struct antin_online *server;

static void
up(void)
{
	struct antin_online_config config = {.address = "127.0.0.1",
	                                     .socket = -1,
	                                     .clock = util_clock(&now_is),
	                                     .ocsp = answer};
	struct timespec times[2] = {{NOW, 0}, {NOW, 0}};
	struct antin_err err = {0};

	folder = util_scratch();
	config.folder = folder;
	ck_assert_int_eq(mkdir(util_path(folder, "published"), 0700), 0);
	util_write(util_path(folder, "published/a.crl"), UTIL_LITERAL("a list"));
	util_write(util_path(folder, "published/a.crt"), UTIL_LITERAL("a certificate"));
	ck_assert_int_eq(utimensat(AT_FDCWD, util_path(folder, "published/a.crl"), times, 0), 0);
	ck_assert_int_eq(utimensat(AT_FDCWD, util_path(folder, "published/a.crt"), times, 0), 0);
	util_ok(antin_online_start(&config, &server, &err));
	memset(&service, 0, sizeof(service));
	service.cacheable = true;
	service.next_update = NOW + 300;
}

static void
down(void)
{
	antin_online_free(server);
	server = NULL;
	util_scratch_remove(folder);
}

static void
talk(const char *text, struct antin_bytes *out)
{
	http_talk(server, true, (struct antin_slice){(const uint8_t *)text, strlen(text)}, out);
}

#define GET(path, headers)        "GET " path " HTTP/1.1\r\n" CLOSE headers "\r\n"
#define HEAD(path, headers)       "HEAD " path " HTTP/1.1\r\n" CLOSE headers "\r\n"
#define POST(path, headers, body) "POST " path " HTTP/1.1\r\n" CLOSE headers "\r\n" body

/* `has` and `lacks` are in the whole answer, or not. */
static const struct {
	const char *what, *text;
	int code;
	const char *has, *lacks;
	size_t asked;
} talks[] = {
        /* files */
        {"a list", GET("/crl/a.crl", ""), 200, "application/pkix-crl", "no-store", 0},
        {"its content", GET("/crl/a.crl", ""), 200, "\r\n\r\na list", NULL, 0},
        {"its date", GET("/crl/a.crl", ""), 200, "Last-Modified: " MODIFIED, NULL, 0},
        {"its tag", GET("/crl/a.crl", ""), 200, "ETag: \"", NULL, 0},
        {"a certificate", GET("/crt/a.crt", ""), 200, "application/pkix-cert", NULL, 0},
        {"only the head", HEAD("/crl/a.crl", ""), 200, "Content-Length: 6", "\r\n\r\na list", 0},
        {"nosniff", GET("/crl/a.crl", ""), 200, "X-Content-Type-Options: nosniff", NULL, 0},
        {"unchanged", GET("/crl/a.crl", "If-Modified-Since: " MODIFIED "\r\n"), 304,
         "Last-Modified", "a list", 0},
        {"changed since", GET("/crl/a.crl", "If-Modified-Since: " EARLIER "\r\n"), 200, "a list",
         NULL, 0},
        {"a date that is none", GET("/crl/a.crl", "If-Modified-Since: yesterday\r\n"), 200,
         "a list", NULL, 0},
        {"any tag", GET("/crl/a.crl", "If-None-Match: *\r\n"), 304, NULL, "a list", 0},
        {"another tag", GET("/crl/a.crl", "If-None-Match: \"x\"\r\n"), 200, "a list", NULL, 0},
        {"a tag goes before the date",
         GET("/crl/a.crl", "If-None-Match: \"x\"\r\nIf-Modified-Since: " MODIFIED "\r\n"), 200,
         "a list", NULL, 0},
        {"HEAD unchanged", HEAD("/crl/a.crl", "If-None-Match: *\r\n"), 304, NULL, "a list", 0},
        {"no such list", GET("/crl/b.crl", ""), 404, "no-store", NULL, 0},
        {"out of the folder", GET("/crl/../published/a.crl", ""), 404, NULL, "a list", 0},
        {"out of the folder, encoded", GET("/crl/%2e%2e/a.crl", ""), 404, NULL, "a list", 0},
        {"a null octet", GET("/crl/a.crl%00.crl", ""), 404, NULL, "a list", 0},
        {"a wrong ending", GET("/crl/a.crt", ""), 404, NULL, "certificate", 0},
        {"the folder itself", GET("/crl/", ""), 404, NULL, "a.crl", 0},
        {"a question behind it", GET("/crl/a.crl?x=1", ""), 200, "a list", NULL, 0},
        {"POST to a list", POST("/crl/a.crl", TYPE "Content-Length: 0\r\n", ""), 405,
         "Allow: GET, HEAD", NULL, 0},
        {"DELETE", "DELETE /crl/a.crl HTTP/1.1\r\n" CLOSE "\r\n", 405, "Allow: GET, HEAD, POST",
         NULL, 0},
        {"PUT", "PUT /crl/a.crl HTTP/1.1\r\n" CLOSE "Content-Length: 1\r\n\r\nx", 405, "Allow",
         NULL, 0},
        {"OPTIONS", "OPTIONS * HTTP/1.1\r\n" CLOSE "\r\n", 405, "Allow", NULL, 0},
        /* OCSP by GET */
        {"a question", GET("/" QUESTION, ""), 200, "octets of an answer", "no-store", 1},
        {"its type", GET("/" QUESTION, ""), 200, "Content-Type: application/ocsp-response", NULL,
         1},
        {"its age", GET("/" QUESTION, ""), 200, "max-age=250, public, no-transform", NULL, 1},
        {"its end", GET("/" QUESTION, ""), 200, "Expires: Wed, 18 Nov 2026 11:11:40 GMT", NULL, 1},
        {"below /ocsp", GET("/ocsp/" QUESTION, ""), 200, "octets of an answer", NULL, 1},
        {"below //", GET("//" QUESTION, ""), 200, "octets of an answer", NULL, 1},
        {"below ///", GET("///" QUESTION, ""), 200, "octets of an answer", NULL, 1},
        {"below /ocsp//", GET("/ocsp//" QUESTION, ""), 200, "octets of an answer", NULL, 1},
        {"below /ocsp/ocsp/", GET("/ocsp/ocsp/" QUESTION, ""), 404, "no-store", NULL, 0},
        {"below /./", GET("/./" QUESTION, ""), 404, "no-store", NULL, 0},
        {"M encoded", GET("/%4dAAA", ""), 200, "no-store", "octets of an answer", 0},
        {"M encoded twice", GET("/%254dAAA", ""), 404, "no-store", NULL, 0},
        {"below /OCSP", GET("/OCSP/" QUESTION, ""), 404, NULL, NULL, 0},
        {"no request", GET("/MAAA", ""), 200, "no-store", "octets of an answer", 0},
        {"broken base64", GET("/M=AA", ""), 200, "no-store", "octets of an answer", 0},
        {"broken percent sign", GET("/M%zz", ""), 200, "no-store", "octets of an answer", 0},
        {"nothing", GET("/", ""), 404, "no-store", NULL, 0},
        {"/ocsp alone", GET("/ocsp", ""), 404, NULL, NULL, 0},
        {"favicon", GET("/favicon.ico", ""), 404, "no-store", NULL, 0},
        {"a full address", GET("http://x/" QUESTION, ""), 400, NULL, NULL, 0},
        {"HEAD of a question", HEAD("/" QUESTION, ""), 200, "max-age=250", "octets of", 1},
        /* OCSP by POST */
        {"POST nothing", POST("/", TYPE "Content-Length: 0\r\n", ""), 200, "no-store", "octets of",
         0},
        {"POST nonsense", POST("/", TYPE "Content-Length: 5\r\n", "hello"), 200, "no-store",
         "octets of", 0},
        {"POST without a type", POST("/", "Content-Length: 5\r\n", "hello"), 415, "no-store", NULL,
         0},
        {"POST as text", POST("/", "Content-Type: text/plain\r\nContent-Length: 5\r\n", "hello"),
         415, NULL, NULL, 0},
        {"POST as an answer",
         POST("/", "Content-Type: application/ocsp-response\r\nContent-Length: 5\r\n", "hello"),
         415, NULL, NULL, 0},
        {"POST with a longer type",
         POST("/", "Content-Type: application/ocsp-requests\r\nContent-Length: 5\r\n", "hello"),
         415, NULL, NULL, 0},
        {"POST with a parameter",
         POST("/", "Content-Type: application/ocsp-request; q=1\r\nContent-Length: 5\r\n", "hello"),
         200, "no-store", NULL, 0},
        {"POST in capitals",
         POST("/", "Content-Type: APPLICATION/OCSP-REQUEST\r\nContent-Length: 5\r\n", "hello"), 200,
         NULL, NULL, 0},
        {"POST too much", POST("/", TYPE "Content-Length: 8193\r\n", ""), 413, "no-store", NULL, 0},
        {"POST elsewhere", POST("/x", TYPE "Content-Length: 5\r\n", "hello"), 404, NULL, NULL, 0},
        {"POST to /ocsp", POST("/ocsp", TYPE "Content-Length: 5\r\n", "hello"), 200, NULL, NULL, 0},
        {"POST to /ocsp/", POST("/ocsp/", TYPE "Content-Length: 5\r\n", "hello"), 200, NULL, NULL,
         0},
        {"POST to /ocsp/x", POST("/ocsp/x", TYPE "Content-Length: 5\r\n", "hello"), 404, NULL, NULL,
         0},
};

START_TEST(talking)
{
	ANTIN_SCOPED(antin_bytes) said = {0};
	const char *s;
	int code;

	talk(talks[_i].text, &said);
	s = (const char *)said.p;
	ck_assert_msg(said.len > 12 && strncmp(s, "HTTP/1.1 ", 9) == 0, "%s: %s", talks[_i].what,
	              s);
	code = (int)strtol(s + 9, NULL, 10);
	ck_assert_msg(code == talks[_i].code, "%s: %d: %s", talks[_i].what, code, s);
	ck_assert_msg(!talks[_i].has || strstr(s, talks[_i].has), "%s: %s", talks[_i].what, s);
	ck_assert_msg(!talks[_i].lacks || !strstr(s, talks[_i].lacks), "%s: %s", talks[_i].what, s);
	ck_assert_msg(service.asked == talks[_i].asked, "%s", talks[_i].what);
}
END_TEST

/* What a cache may keep depends on the answer: how long, and whether at all. */
START_TEST(caching)
{
	static const struct {
		int status;
		bool cacheable;
		int64_t next_update;
		const char *has;
	} cases[] = {
	        {ANTIN_OCSP_SUCCESSFUL, true, NOW + 51, "max-age=1,"},
	        {ANTIN_OCSP_SUCCESSFUL, true, NOW + 650, "max-age=600,"},
	        {ANTIN_OCSP_SUCCESSFUL, true, NOW + 86400, "max-age=600,"},
	        {ANTIN_OCSP_SUCCESSFUL, true, NOW + 50, "Cache-Control: no-store"},
	        {ANTIN_OCSP_SUCCESSFUL, true, NOW - 5, "Cache-Control: no-store"},
	        {ANTIN_OCSP_SUCCESSFUL, false, NOW + 300, "Cache-Control: no-store"},
	        {ANTIN_OCSP_UNAUTHORIZED, true, NOW + 300, "Cache-Control: no-store"},
	        {ANTIN_OCSP_TRY_LATER, true, NOW + 300, "Cache-Control: no-store"},
	        {ANTIN_OCSP_INTERNAL, false, 0, "Cache-Control: no-store"},
	};

	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) said = {0};

		service.status = cases[i].status;
		service.cacheable = cases[i].cacheable;
		service.next_update = cases[i].next_update;
		talk(GET("/" QUESTION, ""), &said);
		ck_assert_msg(strstr((const char *)said.p, cases[i].has), "%zu: %s", i,
		              (const char *)said.p);
		ck_assert_int_eq(strstr((const char *)said.p, "ETag") != NULL,
		                 strstr(cases[i].has, "max-age") != NULL);
	}
	ck_assert_uint_eq(service.asked, UTIL_COUNT(cases));
	ck_assert_uint_eq(service.ids, 1);
	ck_assert_uint_eq(service.nonce, 0);
}
END_TEST

/* The tag of a file brings 304 alone, in a list and as a weak one; a changed file has another. */
START_TEST(tags)
{
	static const char *const forms[] = {"%s", "\"x\", %s", "%s, \"y\"", "W/%s"};
	char tag[80], text[512];
	const char *at;
	ANTIN_SCOPED(antin_bytes) first = {0};
	ANTIN_SCOPED(antin_bytes) later = {0};

	talk(GET("/crl/a.crl", ""), &first);
	at = strstr((const char *)first.p, "ETag: ");
	ck_assert_ptr_nonnull(at);
	(void)snprintf(tag, sizeof(tag), "%.*s", (int)strcspn(at + 6, "\r"), at + 6);
	for (size_t i = 0; i < UTIL_COUNT(forms); i++) {
		ANTIN_SCOPED(antin_bytes) said = {0};
		ANTIN_SCOPED(antin_bytes) value = {0};
		const char *hole = strstr(forms[i], "%s");

		antin_bytes_add(&value, forms[i], (size_t)(hole - forms[i]));
		antin_bytes_printf(&value, "%s%s", tag, hole + 2);
		(void)snprintf(text, sizeof(text), GET("/crl/a.crl", "If-None-Match: %s\r\n"),
		               antin_bytes_cstr(&value));
		talk(text, &said);
		ck_assert_msg(strncmp((const char *)said.p, "HTTP/1.1 304", 12) == 0, "%s: %s",
		              forms[i], (const char *)said.p);
	}
	util_write(util_path(folder, "published/a.crl"), UTIL_LITERAL("another list"));
	(void)snprintf(text, sizeof(text), GET("/crl/a.crl", "If-None-Match: %s\r\n"), tag);
	talk(text, &later);
	ck_assert_ptr_nonnull(strstr((const char *)later.p, "another list"));
}
END_TEST

/* Several requests over one connection, each with its answer in order. */
START_TEST(one_connection)
{
	ANTIN_SCOPED(antin_bytes) said = {0};
	const char *at;

	talk("GET /crl/a.crl HTTP/1.1\r\nHost: x\r\n\r\n"
	     "GET /crt/a.crt HTTP/1.1\r\nHost: x\r\n\r\n" GET("/" QUESTION, ""),
	     &said);
	at = strstr((const char *)said.p, "a list");
	ck_assert_ptr_nonnull(at);
	at = strstr(at, "a certificate");
	ck_assert_ptr_nonnull(at);
	ck_assert_ptr_nonnull(strstr(at, "octets of an answer"));
}
END_TEST

/* An address that is too long, of a file and of a question. */
START_TEST(long_addresses)
{
	static const char *const starts[] = {"/M", "/crl/", "/ocsp/M"};

	for (size_t i = 0; i < UTIL_COUNT(starts); i++) {
		ANTIN_SCOPED(antin_bytes) text = {0};
		ANTIN_SCOPED(antin_bytes) said = {0};

		antin_bytes_printf(&text, "GET %s", starts[i]);
		for (int k = 0; k < ANTIN_ONLINE_URI_MAX; k++)
			antin_bytes_byte(&text, 'A');
		antin_bytes_text(&text, " HTTP/1.1\r\n" CLOSE "\r\n");
		talk(antin_bytes_cstr(&text), &said);
		ck_assert_msg(strncmp((const char *)said.p, "HTTP/1.1 414", 12) == 0, "%s",
		              (const char *)said.p);
		ck_assert_uint_eq(service.asked, 0);
	}
}
END_TEST

Suite *suite_online_forms(void);
Suite *
suite_online_forms(void)
{
	Suite *s = suite_create("online_forms");
	TCase *t = tcase_create("online_forms");

	tcase_add_checked_fixture(t, up, down);
	tcase_add_loop_test(t, talking, 0, UTIL_COUNT(talks));
	tcase_add_test(t, caching);
	tcase_add_test(t, tags);
	tcase_add_test(t, one_connection);
	tcase_add_test(t, long_addresses);
	suite_add_tcase(s, t);
	return s;
}
