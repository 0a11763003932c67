/*
 * The parts of the HTTP side that need no network: addresses, dates, files, and a server on
 * loopback with an answer of our own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <antin/ocsp.h>

#include "http_talk.h"

static const struct {
	const char *path, *hex; /* NULL: refused */
} addresses[] = {
        {"/MAA=", "3000"},
        {"/MAA", NULL},
        {"/MAA%3D", "3000"},
        {"/MAA%3d", "3000"},
        {"/%4dAA%3D", "3000"},
        {"/MA//", "300fff"},
        {"/MA%2F%2f", "300fff"},
        {"/MA++", "300fbe"},
        {"/MAA%", NULL},
        {"/MAA%3", NULL},
        {"/MAA%3g", NULL},
        {"/M!!!", NULL},
        {"MAA=", NULL},
        {"", NULL},
        {"/", ""},
};

START_TEST(address)
{
	ANTIN_SCOPED(antin_bytes) got = {0};
	ANTIN_SCOPED(antin_bytes) want = {0};
	struct antin_err err = {0};
	enum antin_rc rc = antin_online_get_request(addresses[_i].path, &got, &err);

	ck_assert_msg((rc == ANTIN_OK) == (addresses[_i].hex != NULL), "%s", addresses[_i].path);
	if (rc != ANTIN_OK)
		return;
	if (*addresses[_i].hex)
		util_hex(addresses[_i].hex, &want);
	util_slice_eq(antin_bytes_slice(&got), antin_bytes_slice(&want));
}
END_TEST

/* Where the request begins; NULL: the address is of something else. */
static const struct {
	const char *path, *at;
} places[] = {
        {"/MAA=", "/MAA="},
        {"//MAA=", "/MAA="},
        {"/////MAA=", "/MAA="},
        {"/ocsp/MAA=", "/MAA="},
        {"/ocsp//MAA=", "/MAA="},
        {"/%4dAA=", "/%4dAA="},
        {"/%4DAA=", "/%4DAA="},
        {"/ocsp/%4DAA=", "/%4DAA="},
        {"/M", "/M"},
        {"/MA//", "/MA//"},
        {"//MA//M///", "/MA//M///"},
        {"", NULL},
        {"/", NULL},
        {"//", NULL},
        {"/ocsp", NULL},
        {"/ocsp/", NULL},
        {"/ocspMAA=", NULL},
        {"/ocsp/ocsp/MAA=", NULL},
        {"/mAA=", NULL},
        {"/%4e", NULL},
        {"/%4", NULL},
        {"/%", NULL},
        {"/%%4d", NULL},
        {"/%254d", NULL},
        {"/%6d", NULL},
        {"/NAA=", NULL},
        {"/LAA=", NULL},
        {"/ MAA=", NULL},
        {"/%2fMAA=", NULL},
        {"/../MAA=", NULL},
        {"MAA=", NULL},
        {"/crl/M.crl", NULL},
};

START_TEST(place_of_the_request)
{
	const char *at = antin_online_request_at(places[_i].path);

	if (!places[_i].at) {
		ck_assert_msg(!at, "%s: %s", places[_i].path, at ? at : "");
		return;
	}
	ck_assert_msg(at && strcmp(at, places[_i].at) == 0, "%s", places[_i].path);
	/* A part of what was given, so that nothing has to be freed. */
	ck_assert_ptr_eq(at, places[_i].path + strlen(places[_i].path) - strlen(at));
}
END_TEST

/* Each sign of each length of request alone and all at once percent-encoded: the same octets. */
START_TEST(every_spelling_is_the_same_request)
{
	uint8_t octets[48];

	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(i * 37 + 0xf1);
	octets[0] = 0x30;
	for (size_t len = 1; len <= sizeof(octets); len++) {
		ANTIN_SCOPED(antin_bytes) plain = {0};
		struct antin_slice want = {octets, len};
		struct antin_err err = {0};

		antin_base64_add(&plain, want);
		for (size_t at = 0; at <= plain.len; at++) {
			ANTIN_SCOPED(antin_bytes) path = {0};
			ANTIN_SCOPED(antin_bytes) got = {0};
			const char *begin;

			antin_bytes_text(&path, len % 2 ? "/" : "/ocsp//");
			for (size_t i = 0; i < plain.len; i++)
				antin_bytes_printf(&path,
				                   i == at || at == plain.len
				                           ? i % 2 ? "%%%02x" : "%%%02X"
				                           : "%c",
				                   plain.p[i]);
			begin = antin_online_request_at(antin_bytes_cstr(&path));
			ck_assert_msg(begin != NULL, "%s", (const char *)path.p);
			util_ok(antin_online_get_request(begin, &got, &err));
			util_slice_eq(antin_bytes_slice(&got), want);
		}
	}
}
END_TEST

START_TEST(dates)
{
	static const struct {
		const char *text;
		int64_t t; /* -1: refused */
	} cases[] = {
	        {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
	        {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
	        {"Sat, 29 Feb 2020 23:59:59 GMT", 1583020799},
	        {"Mon, 06 Nov 1994 08:49:37 GMT", -1},
	        {"Sun, 31 Feb 2027 00:00:00 GMT", -1},
	        {"Sun, 06 Nov 1994 08:49:37 UTC", -1},
	        {"Sunday, 06-Nov-94 08:49:37 GMT", -1},
	        {"Sun, 6 Nov 1994 08:49:37 GMT", -1},
	        {"Sun, 06 Nov 1994 24:49:37 GMT", -1},
	        {"Sun, 06 Nov 1994 08:49:37 GMTx", -1},
	        {"", -1},
	        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaa", -1},
	};
	char again[ANTIN_HTTP_DATE];

	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		int64_t t = -1;

		ck_assert_msg(antin_http_date_parse(cases[i].text, &t) == (cases[i].t >= 0), "%s",
		              cases[i].text);
		ck_assert_int_eq(t, cases[i].t);
		if (t >= 0)
			ck_assert_str_eq(antin_http_date(t, again), cases[i].text);
	}
}
END_TEST

START_TEST(files)
{
	static const struct {
		const char *path;
		bool good;
	} cases[] = {
	        {"/crl/a.crl", true},     {"/crt/a.crt", true},       {"/crl/a.crt", false},
	        {"/crt/a.crl", false},    {"/a.crl", false},          {"/crl/", false},
	        {"/crl/.crl", false},     {"/crl/none.crl", false},   {"/crl/../a.crl", false},
	        {"/crl/link.crl", false}, {"/crl/folder.crl", false}, {"/crl/empty.crl", false},
	        {"/crl//a.crl", false},   {"/CRL/a.crl", false},      {"", false},
	        {"/crl/%61.crl", false},
	};
	char *folder = util_scratch();
	ANTIN_SCOPED(antin_bytes) published = {0};

	antin_bytes_printf(&published, "%s/published", folder);
	ck_assert_int_eq(mkdir(antin_bytes_cstr(&published), 0700), 0);
	util_write(util_path(folder, "published/a.crl"), UTIL_LITERAL("list"));
	util_write(util_path(folder, "published/a.crt"), UTIL_LITERAL("certificate"));
	util_write(util_path(folder, "published/empty.crl"), UTIL_LITERAL(""));
	ck_assert_int_eq(symlink("a.crl", util_path(folder, "published/link.crl")), 0);
	ck_assert_int_eq(mkdir(util_path(folder, "published/folder.crl"), 0700), 0);
	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		struct antin_online_file f = {.fd = -1};
		enum antin_rc rc = antin_online_file(folder, cases[i].path, &f, NULL);

		ck_assert_msg((rc == ANTIN_OK) == cases[i].good, "%s", cases[i].path);
		ck_assert_int_eq(f.fd >= 0, cases[i].good);
		if (f.fd >= 0) {
			ck_assert(f.size == 4 || f.size == 11);
			ck_assert_int_eq(f.etag[0], '"');
			ck_assert_int_eq(close(f.fd), 0);
		}
		ck_assert_int_ne(antin_online_file(NULL, cases[i].path, &f, NULL), ANTIN_OK);
	}
	util_scratch_remove(folder);
}
END_TEST

/* What the tests' own signer says, and what it was asked. */
struct signer {
	size_t asked;
	enum antin_rc rc;
	char reported[256];
};

static const uint8_t answer_octets[] = {0x30, 0x03, 0x0a, 0x01, 0x00};

static enum antin_rc
answer(void *user, const struct antin_slice *cert_ids, size_t n, struct antin_slice nonce,
       struct antin_signer_ocsp *out, struct antin_err *err)
{
	struct signer *s = user;

	ck_assert_uint_eq(n, 1);
	ck_assert_ptr_nonnull(cert_ids[0].p);
	s->asked++;
	if (s->rc != ANTIN_OK)
		return antin_fail(err, s->rc, "the store is gone");
	antin_bytes_add(&out->der, answer_octets, sizeof(answer_octets));
	out->this_update = 1000;
	out->next_update = 1100;
	out->cacheable = nonce.len == 0;
	return ANTIN_OK;
}

static void
note(void *user, const char *line)
{
	struct signer *s = user;

	(void)snprintf(s->reported, sizeof(s->reported), "%s", line);
}

static void
talk(struct antin_online *o, const char *text, size_t len, struct antin_bytes *out)
{
	http_talk(o, true, (struct antin_slice){(const uint8_t *)text, len}, out);
}

static const struct {
	const char *text, *first, *has; /* first line, and something in the answer */
} talks[] = {
        {"GET /" QUESTION " HTTP/1.1\r\n" CLOSE "\r\n", "HTTP/1.1 200", "max-age=50, public"},
        {"HEAD /" QUESTION " HTTP/1.1\r\n" CLOSE "\r\n", "HTTP/1.1 200", "ocsp-response"},
        {"GET /ocsp/" QUESTION " HTTP/1.1\r\n" CLOSE "\r\n", "HTTP/1.1 200", "max-age=50, public"},
        {"GET /MAAA HTTP/1.1\r\n" CLOSE "\r\n", "HTTP/1.1 200", "no-store"},
        {"GET / HTTP/1.1\r\n" CLOSE "\r\n", "HTTP/1.1 404", "no-store"},
        {"GET /ocspx HTTP/1.1\r\n" CLOSE "\r\n", "HTTP/1.1 404", "no-store"},
        {"GET /crl/a.crl HTTP/1.1\r\n" CLOSE "\r\n", "HTTP/1.1 404", "no-store"},
        {"PATCH / HTTP/1.1\r\n" CLOSE "\r\n", "HTTP/1.1 405", "Allow: GET, HEAD, POST"},
        {"POST / HTTP/1.1\r\n" CLOSE "Content-Length: 2\r\n\r\nab", "HTTP/1.1 415", "no-store"},
        {"POST / HTTP/1.1\r\n" CLOSE TYPE "Content-Length: 2\r\n\r\nab", "HTTP/1.1 200",
         "no-store"},
        {"POST / HTTP/1.1\r\n" CLOSE TYPE "Content-Length: 99999\r\n\r\nab", "HTTP/1.1 413",
         "no-store"},
        {"POST /x HTTP/1.1\r\n" CLOSE TYPE "Content-Length: 2\r\n\r\nab", "HTTP/1.1 404",
         "no-store"},
        {"POST /crt/a.crt HTTP/1.1\r\n" CLOSE TYPE "Content-Length: 2\r\n\r\nab", "HTTP/1.1 405",
         "Allow: GET, HEAD"},
        {"nonsense\r\n\r\n", "", ""},
};

static int64_t now_is = 1050;

static struct antin_online *
start(struct signer *s)
{
	const struct antin_online_config config = {
	        .address = "127.0.0.1",
	        .socket = -1,
	        .clock = util_clock(&now_is),
	        .ocsp = answer,
	        .report = note,
	        .user = s,
	};
	struct antin_online *o = NULL;
	struct antin_err err = {0};

	util_ok(antin_online_start(&config, &o, &err));
	ck_assert_uint_gt(antin_online_port(o), 0);
	ck_assert_int_ge(antin_online_descriptor(o), 0);
	return o;
}

START_TEST(talking)
{
	struct signer s = {0};
	ANTIN_OWN_S(antin_online) o = start(&s);
	ANTIN_SCOPED(antin_bytes) said = {0};

	talk(o, talks[_i].text, strlen(talks[_i].text), &said);
	if (!*talks[_i].first)
		return;
	ck_assert_msg(strncmp((const char *)said.p, talks[_i].first, strlen(talks[_i].first)) == 0,
	              "%s: %s", talks[_i].text, (const char *)said.p);
	ck_assert_msg(strstr((const char *)said.p, talks[_i].has), "%s: %s", talks[_i].text,
	              (const char *)said.p);
}
END_TEST

/* A signer that fails: an OCSP answer all the same, and the operator hears why. */
START_TEST(failing)
{
	static const char text[] = "GET /" QUESTION " HTTP/1.1\r\n" CLOSE "\r\n";
	struct signer s = {.rc = ANTIN_E_STORE};
	ANTIN_OWN_S(antin_online) o = start(&s);
	ANTIN_SCOPED(antin_bytes) said = {0};

	talk(o, text, sizeof(text) - 1, &said);
	ck_assert_uint_eq(s.asked, 1);
	ck_assert_ptr_nonnull(memmem(said.p, said.len, "\r\n\r\n\x30\x03\x0a\x01\x02", 9));
	ck_assert_ptr_nonnull(strstr((const char *)said.p, "no-store"));
	ck_assert_ptr_nonnull(strstr(s.reported, "the store is gone"));
}
END_TEST

/* A body without length that is too long ends the connection without an answer. */
START_TEST(endless)
{
	static const char head[] =
	        "POST / HTTP/1.1\r\n" CLOSE TYPE "Transfer-Encoding: chunked\r\n\r\n";
	struct signer s = {0};
	ANTIN_OWN_S(antin_online) o = start(&s);
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bytes) said = {0};

	antin_bytes_text(&text, head);
	for (int i = 0; i < 40; i++) {
		antin_bytes_text(&text, "400\r\n");
		ck_assert_ptr_nonnull(antin_bytes_grow(&text, 1024));
		antin_bytes_text(&text, "\r\n");
	}
	talk(o, (const char *)text.p, text.len, &said);
	ck_assert_uint_eq(s.asked, 0);
	ck_assert_ptr_null(said.p ? strstr((const char *)said.p, "200") : NULL);
}
END_TEST

START_TEST(not_started)
{
	static const char *const addresses_bad[] = {"localhost", "", "1.2.3", "::g"};
	struct antin_online_config config = {.socket = -1, .ocsp = answer};

	for (size_t i = 0; i < UTIL_COUNT(addresses_bad); i++) {
		struct antin_online *o = NULL;
		struct antin_err err = {0};

		config.address = addresses_bad[i];
		util_fails(antin_online_start(&config, &o, &err), ANTIN_E_CONFIG);
		ck_assert_ptr_null(o);
	}
	{
		struct signer s = {0};
		ANTIN_OWN_S(antin_online) first = start(&s);
		struct antin_online *second = NULL;

		config.address = "192.0.2.1"; /* not an address of this machine */
		config.port = antin_online_port(first);
		ck_assert_int_ne(antin_online_start(&config, &second, NULL), ANTIN_OK);
		ck_assert_ptr_null(second);
	}
}
END_TEST

Suite *suite_online(void);
Suite *
suite_online(void)
{
	Suite *s = suite_create("online");
	TCase *t = tcase_create("online");

	tcase_add_loop_test(t, address, 0, UTIL_COUNT(addresses));
	tcase_add_loop_test(t, place_of_the_request, 0, UTIL_COUNT(places));
	tcase_add_test(t, every_spelling_is_the_same_request);
	tcase_add_test(t, dates);
	tcase_add_test(t, files);
	tcase_add_loop_test(t, talking, 0, UTIL_COUNT(talks));
	tcase_add_test(t, failing);
	tcase_add_test(t, endless);
	tcase_add_test(t, not_started);
	suite_add_tcase(s, t);
	return s;
}
