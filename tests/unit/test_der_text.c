/*
 * DER as a line for people: each kind of element, limits, and that nothing foreign gets through
 * whatever the octets are.
 */
#include <antin/der.h>
#include <antin/text.h>

#include "util.h"

static const char *
word(const char *dotted)
{
	return strcmp(dotted, "2.5.29.32.0") == 0 ? "anyPolicy" : NULL;
}

#define BYTES(...)                                                                                 \
	{                                                                                          \
		(const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})             \
	}

static const struct text_case {
	struct antin_slice der;
	const char *text;
} cases[] = {
        {BYTES(1, 1, 0xff), "TRUE"},
        {BYTES(1, 1, 0), "FALSE"},
        {BYTES(2, 1, 5), "5"},
        {BYTES(2, 1, 0x80), "-128"},
        {BYTES(2, 8, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), "9223372036854775807"},
        {BYTES(2, 9, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), "00ffffffffffffffff"},
        {BYTES(10, 1, 4), "4"},
        {BYTES(3, 2, 5, 0xa0), "'101'"},
        {BYTES(3, 1, 0), "''"},
        {BYTES(3, 1, 3), "03"},
        {BYTES(3, 2, 9, 0xa0), "09a0"},
        {BYTES(5, 0), "NULL"},
        {BYTES(6, 3, 0x2a, 3, 4), "1.2.3.4"},
        {BYTES(6, 4, 0x55, 0x1d, 0x20, 0), "2.5.29.32.0 (anyPolicy)"},
        {BYTES(4, 2, 0xde, 0xad), "dead"},
        {BYTES(4, 3, 2, 1, 7), "{7}"},
        {BYTES(4, 0), ""},
        {BYTES(12, 2, 'a', '"'), "\"a\"\""},
        {BYTES(12, 3, 0xe2, 0x80, 0xae), "\"\\u{202e}\""},
        {BYTES(22, 2, 'a', '\n'), "\"a\\u{a}\""},
        {BYTES(30, 2, 0, 'a'), "0061"},
        {BYTES(23, 13, '2', '6', '0', '1', '0', '1', '0', '0', '0', '0', '0', '0', 'Z'),
         "2026-01-01T00:00:00Z"},
        {BYTES(23, 1, 'x'), "\"x\""},
        {BYTES(48, 0), "{}"},
        {BYTES(48, 6, 2, 1, 1, 1, 1, 0xff), "{1, TRUE}"},
        {BYTES(49, 3, 2, 1, 1), "{1}"},
        {BYTES(0x86, 1, 'x'), "[6] \"x\""},
        {BYTES(0x87, 4, 192, 168, 1, 2), "[7] c0a80102"},
        {BYTES(0x80, 0), "[0] "},
        {BYTES(0xa1, 3, 2, 1, 1), "[1] {1}"},
        {BYTES(2, 1, 1, 2, 1, 2), "1, 2"},
        /* No DER: all of it as hex. */
        {BYTES(48, 3, 2, 1), "30030201"},
        {BYTES(2, 1, 1, 0xff), "020101ff"},
        {BYTES(48, 0x80, 0, 0), "30800000"},
        {BYTES(0x1f, 0x81, 1, 0), "1f810100"},
};

START_TEST(test_text)
{
	const struct text_case *c = &cases[_i];
	ANTIN_SCOPED(antin_bytes) out = {0};

	antin_bytes_text(&out, "> ");
	antin_der_text_add(&out, c->der, word);
	ck_assert_str_eq(antin_bytes_cstr(&out) + 2, c->text);
}
END_TEST

/* Deep, wide and long: cut, never endless. */
START_TEST(test_limits)
{
	ANTIN_SCOPED(antin_bytes) deep = {0};
	ANTIN_SCOPED(antin_bytes) wide = {0};
	ANTIN_SCOPED(antin_bytes) longer = {0};
	ANTIN_SCOPED(antin_bytes) out = {0};
	size_t marks[60], seq;

	for (size_t i = 0; i < 60; i++)
		marks[i] = antin_der_open(&deep, ANTIN_SEQUENCE);
	for (size_t i = 60; i-- > 0;)
		antin_der_close(&deep, marks[i]);
	antin_der_text_add(&out, antin_bytes_slice(&deep), NULL);
	ck_assert_ptr_null(strchr(antin_bytes_cstr(&out), '{'));
	ck_assert_uint_le(out.len, 200);

	antin_bytes_clear(&out);
	seq = antin_der_open(&wide, ANTIN_SEQUENCE);
	for (size_t i = 0; i < 20000; i++)
		antin_der_add_null(&wide);
	antin_der_close(&wide, seq);
	antin_der_text_add(&out, antin_bytes_slice(&wide), NULL);
	ck_assert_ptr_nonnull(strstr(antin_bytes_cstr(&out), "NULL, …}"));
	ck_assert_uint_le(out.len, 5000);

	antin_bytes_clear(&out);
	for (size_t i = 0; i < 5000; i++)
		antin_bytes_byte(&longer, 0xee);
	antin_der_text_add(&out, antin_bytes_slice(&longer), NULL);
	ck_assert_str_eq(antin_bytes_cstr(&out) + 128, "…");
}
END_TEST

static void
is_safe(const struct antin_bytes *out)
{
	ck_assert(antin_utf8_valid(antin_bytes_slice(out)));
	for (size_t i = 0; i < out->len; i++)
		ck_assert(out->p[i] >= 0x20 && out->p[i] != 0x7f);
	ck_assert_uint_le(out->len, 8000);
}

/* Cut at every octet, every octet changed in every bit: a safe line each time. */
START_TEST(test_mutations)
{
	static const uint8_t whole[] = {
	        0x30, 0x38, 0x06, 0x03, 0x55, 0x1d, 0x11, 0x01, 0x01, 0xff, 0x04, 0x20,
	        0x30, 0x1e, 0x81, 0x08, 'a',  '@',  'b',  '.',  'v',  'n',  0x0a, 'x',
	        0x82, 0x04, 'v',  'n',  0xc4, 0x83, 0x87, 0x04, 1,    2,    3,    4,
	        0xa0, 0x06, 0x06, 0x01, 0x2a, 0x0c, 0x01, 'y',  0x02, 0x01, 0x7f, 0x0c,
	        0x06, 0xe2, 0x80, 0xae, 0xe2, 0x80, 0x8b, 0x05, 0x00, 0x00,
	};
	uint8_t copy[sizeof(whole)];

	for (size_t n = 0; n <= sizeof(whole); n++) {
		ANTIN_SCOPED(antin_bytes) out = {0};

		antin_der_text_add(&out, (struct antin_slice){whole, n}, word);
		is_safe(&out);
	}
	for (size_t i = 0; i < sizeof(whole); i++)
		for (unsigned int bit = 0; bit < 8; bit++) {
			ANTIN_SCOPED(antin_bytes) out = {0};

			memcpy(copy, whole, sizeof(whole));
			copy[i] ^= (uint8_t)(1u << bit);
			antin_der_text_add(&out, (struct antin_slice){copy, sizeof(copy)}, word);
			is_safe(&out);
		}
}
END_TEST

Suite *suite_der_text(void);
Suite *
suite_der_text(void)
{
	Suite *s = suite_create("der_text");
	TCase *c = tcase_create("der_text");

	tcase_add_loop_test(c, test_text, 0, UTIL_COUNT(cases));
	tcase_add_test(c, test_limits);
	tcase_add_test(c, test_mutations);
	suite_add_tcase(s, c);
	return s;
}
