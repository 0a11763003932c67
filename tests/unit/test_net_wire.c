/*
 * The messages to antin-fetch and its answers (lib/net/wire.c), and the marks of copies in them.
 */
#include <string.h>

#include "../../lib/net/fetch_wire.h"
#include "util.h"

Suite *suite_net_wire(void);

static void
request_held(const struct wire_request *r)
{
	ck_assert_int_lt(r->kind, ANTIN_FETCH_KINDS);
	ck_assert(r->ms > 0 && r->ms <= WIRE_TIME_MAX);
	ck_assert(r->max > 0 && r->max <= WIRE_ANSWER_MAX);
	ck_assert(r->url.len <= URL_MAX && r->body.len <= WIRE_BODY_MAX);
	ck_assert(r->allow.len <= WIRE_CONFIG_MAX && r->proxy.len <= URL_MAX);
}

/* Cut anywhere, longer, with any octet changed: refused, or read to the very same octets. */
START_TEST(requests)
{
	const struct wire_request made = {.kind = ANTIN_FETCH_OCSP,
	                                  .ms = 5000,
	                                  .max = 1 << 20,
	                                  .url = antin_slice_text("http://a.vn/"),
	                                  .body = antin_slice_text("question"),
	                                  .allow = antin_slice_text("10.0.0.1"),
	                                  .proxy = antin_slice_text("http://p"),
	                                  .mark = antin_slice_text("If-None-Match: \"1\"")};
	ANTIN_SCOPED(antin_bytes) message = {0};
	struct wire_request r;

	wire_request_put(&made, &message);
	ck_assert_uint_le(message.len, WIRE_REQUEST_MAX);
	ck_assert(wire_request_get(antin_bytes_slice(&message), &r));
	ck_assert(r.kind == made.kind && r.ms == 5000 && r.max == 1 << 20);
	util_slice_eq(r.url, made.url);
	util_slice_eq(r.body, made.body);
	util_slice_eq(r.allow, made.allow);
	util_slice_eq(r.proxy, made.proxy);
	util_slice_eq(r.mark, made.mark);
	for (size_t n = 0; n < message.len; n++)
		ck_assert(!wire_request_get((struct antin_slice){message.p, n}, &r));
	antin_bytes_byte(&message, 0);
	ck_assert(!wire_request_get(antin_bytes_slice(&message), &r));
	message.len--;
	for (size_t i = 0; i < message.len * 256; i++) {
		ANTIN_SCOPED(antin_bytes) again = {0};
		const uint8_t was = message.p[i / 256];

		message.p[i / 256] = (uint8_t)i;
		if (wire_request_get(antin_bytes_slice(&message), &r)) {
			request_held(&r);
			wire_request_put(&r, &again);
			util_slice_eq(antin_bytes_slice(&again), antin_bytes_slice(&message));
		}
		message.p[i / 256] = was;
	}
}
END_TEST

START_TEST(answers)
{
	static const struct wire_answer made = {ANTIN_FETCHED_ANSWERED,
	                                        200,
	                                        17,
	                                        {(const uint8_t *)"If-None-Match: x", 16},
	                                        {(const uint8_t *)"hello", 5}};
	ANTIN_SCOPED(antin_bytes) message = {0};
	struct wire_answer r;
	size_t taken = 0;

	wire_answer_put(&made, &message);
	ck_assert(wire_answer_get(antin_bytes_slice(&message), 5, &r));
	ck_assert(r.result == made.result && r.status == 200 && r.ms == 17);
	util_slice_eq(r.body, made.body);
	util_slice_eq(r.mark, made.mark);
	ck_assert_uint_le(message.len, WIRE_ANSWER_HEAD + 5);
	ck_assert(!wire_answer_get(antin_bytes_slice(&message), 4, &r));
	for (size_t n = 0; n <= message.len - 5; n++)
		ck_assert(!wire_answer_get((struct antin_slice){message.p, n}, 5, &r));
	for (size_t i = 0; i < (message.len - 5) * 256; i++) {
		const uint8_t was = message.p[i / 256];

		message.p[i / 256] = (uint8_t)i;
		if (wire_answer_get(antin_bytes_slice(&message), 5, &r)) {
			/* Whatever else came of asking comes without content. */
			ck_assert_int_eq(r.result, ANTIN_FETCHED_ANSWERED);
			ck_assert(r.status >= 0 && r.status <= 999);
			ck_assert(wire_mark_valid(r.mark));
			taken++;
		}
		message.p[i / 256] = was;
	}
	ck_assert_uint_gt(taken, 4 * 256);
}
END_TEST

/* Lines of an answer's head, one after another, and the line of the next request. */
static const struct {
	const char *lines[3];
	const char *mark;
} heads[] = {
        {{"HTTP/1.1 200 OK\r\n", "Content-Length: 5\r\n", "\r\n"}, ""},
        {{"ETag: \"abc\"\r\n"}, "If-None-Match: \"abc\""},
        {{"etag:W/\"abc\" \r\n"}, "If-None-Match: W/\"abc\""},
        {{"Last-Modified: Sat, 21 Nov 2026 07:05:09 GMT\r\n"},
         "If-Modified-Since: Sat, 21 Nov 2026 07:05:09 GMT"},
        /* The former tells more exactly, whichever comes first. */
        {{"ETag: \"1\"\r\n", "Last-Modified: today\r\n"}, "If-None-Match: \"1\""},
        {{"Last-Modified: today\r\n", "ETag: \"1\"\r\n"}, "If-None-Match: \"1\""},
        /* What could say more than that in a request is none. */
        {{"ETag: \"a\rHost: other\"\r\n"}, ""},
        {{"ETag: \"a\nHost: other\"\n"}, ""},
        {{"ETag: \"\t\"\r\n"}, ""},
        {{"ETag: \"\x7f\"\r\n"}, ""},
        {{"ETag: \"\xc3\xa0\"\r\n"}, ""},
        {{"ETag:\r\n"}, ""},
        {{"ETag:   \r\n"}, ""},
        {{"X-ETag: \"1\"\r\n", "ETags: \"1\"\r\n"}, ""},
};

START_TEST(marks)
{
	ANTIN_SCOPED(antin_bytes) mark = {0};

	for (size_t i = 0; i < UTIL_COUNT(heads[_i].lines) && heads[_i].lines[i]; i++)
		wire_mark_from(antin_slice_text(heads[_i].lines[i]), &mark);
	util_slice_eq(antin_bytes_slice(&mark), antin_slice_text(heads[_i].mark));
	ck_assert(wire_mark_valid(antin_bytes_slice(&mark)));
}
END_TEST

START_TEST(marks_bounded)
{
	char text[WIRE_MARK_MAX + 2] = "If-None-Match: ", line[WIRE_MARK_MAX + 16] = "ETag: ";
	static const char *const none[] = {"If-None-Match: ", "If-Modified-Since: ", "Host: other",
	                                   "If-None-Match", "If-None-Match: a\r\nHost: b"};
	ANTIN_SCOPED(antin_bytes) mark = {0};

	memset(text + 15, 'x', WIRE_MARK_MAX + 1 - 15);
	ck_assert(wire_mark_valid((struct antin_slice){(uint8_t *)text, WIRE_MARK_MAX}));
	ck_assert(!wire_mark_valid((struct antin_slice){(uint8_t *)text, WIRE_MARK_MAX + 1}));
	for (size_t i = 0; i < UTIL_COUNT(none); i++)
		ck_assert(!wire_mark_valid(antin_slice_text(none[i])));
	memset(line + 6, 'x', WIRE_MARK_MAX - 14);
	wire_mark_from(antin_slice_text(line), &mark);
	ck_assert_uint_eq(mark.len, 0);
	line[6 + WIRE_MARK_MAX - 15] = '\0';
	wire_mark_from(antin_slice_text(line), &mark);
	ck_assert_uint_eq(mark.len, WIRE_MARK_MAX);
}
END_TEST

Suite *
suite_net_wire(void)
{
	Suite *s = suite_create("net_wire");
	TCase *t = tcase_create("messages");

	tcase_add_test(t, requests);
	tcase_add_test(t, answers);
	tcase_add_loop_test(t, marks, 0, (int)UTIL_COUNT(heads));
	tcase_add_test(t, marks_bounded);
	suite_add_tcase(s, t);
	return s;
}
