/*
 * Safe display, escapes, NFC, likeness, mixed scripts, nearest words.
 */
#include "util.h"

#include <stdlib.h>
#include <string.h>

#include <antin/text.h>

static const struct {
	const char *text, *safe;
} shown[] = {
        {"", ""},
        {"Nguy\xe1\xbb\x85n V\xc4\x83n A", "Nguy\xe1\xbb\x85n V\xc4\x83n A"},
        {"a\\b", "a\\\\b"},
        {"a\tb\r\n", "a\\u{9}b\\u{d}\\u{a}"},
        {"\x1b[2J", "\\u{1b}[2J"},
        {"\x7f", "\\u{7f}"},
        {"\xc2\x9b"
         "31m",
         "\\u{9b}31m"},
        {"abc\xe2\x80\xae"
         "fdp.exe",
         "abc\\u{202e}fdp.exe"},
        {"\xe2\x81\xa6x\xe2\x81\xa9", "\\u{2066}x\\u{2069}"},
        {"a\xe2\x80\x8b"
         "b\xe2\x80\x8d\xef\xbb\xbf",
         "a\\u{200b}b\\u{200d}\\u{feff}"},
        {"a\xc2\xa0"
         "b",
         "a\\u{a0}b"},
        {"a\xe3\x80\x80"
         "b",
         "a\\u{3000}b"},
        {"\xe2\x80\xa8\xe2\x80\xa9", "\\u{2028}\\u{2029}"},
        {"a\xc2\xad"
         "b",
         "a\\u{ad}b"},
        {"\xee\x80\x80", "\\u{e000}"},
        {"\xf3\xa0\x81\x81", "\\u{e0041}"},
        {"\xef\xb8\x8f", "\\u{fe0f}"},
        {"\xe2\xa0\x80", "\\u{2800}"},
        {"\xe3\x85\xa4", "\\u{3164}"},
        {"\xef\xbf\xbf", "\\u{ffff}"},
        {"\xcd\xb8", "\\u{378}"},
        {"\xff\xfe", "\\x{ff}\\x{fe}"},
        {"a\xc3", "a\\x{c3}"},
        {"\xc0\xaf", "\\x{c0}\\x{af}"},
        {"\xed\xa0\x80", "\\x{ed}\\x{a0}\\x{80}"},
        {"\xf4\x90\x80\x80", "\\x{f4}\\x{90}\\x{80}\\x{80}"},
        {"\xf0\x9f\x98\x80 50%", "\xf0\x9f\x98\x80 50%"},
        /* a mark with no base, a base with its marks, a flood of marks */
        {"\xcc\x81"
         "a",
         "\\u{301}a"},
        {"a\xcc\x81", "a\xcc\x81"},
        {"a\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85", "a\xcc\x81\xcc\x82\xcc\x83\xcc\x84\\u{305}"},
        {"\n\xcc\x81", "\\u{a}\\u{301}"},
        {"<script>=1+1", "<script>=1+1"},
};

START_TEST(safe_forms)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	char out[256];

	antin_text_safe_add(&b, antin_slice_text(shown[_i].text), 100);
	ck_assert_str_eq(antin_bytes_cstr(&b), shown[_i].safe);
	ck_assert_str_eq(antin_text_safe(antin_slice_text(shown[_i].text), out, sizeof(out)),
	                 shown[_i].safe);
}
END_TEST

START_TEST(nul_is_escaped)
{
	char out[32];

	ck_assert_str_eq(antin_text_safe(UTIL_LITERAL("a\0b"), out, sizeof(out)), "a\\u{0}b");
	ck_assert(!antin_utf8_valid(UTIL_LITERAL("a\0b")));
}
END_TEST

START_TEST(cut_with_ellipsis)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	char text[600], out[1000];

	antin_text_safe_add(&b, antin_slice_text("abcd"), 4);
	ck_assert_str_eq(antin_bytes_cstr(&b), "abcd");
	antin_bytes_clear(&b);
	antin_text_safe_add(&b, antin_slice_text("ab\ncde"), 4);
	ck_assert_str_eq(antin_bytes_cstr(&b), "ab\\u{a}c\xe2\x80\xa6");
	memset(text, 'x', sizeof(text));
	(void)antin_text_safe((struct antin_slice){(uint8_t *)text, ANTIN_SAFE_MAX}, out,
	                      sizeof(out));
	ck_assert_uint_eq(strlen(out), ANTIN_SAFE_MAX);
	(void)antin_text_safe((struct antin_slice){(uint8_t *)text, ANTIN_SAFE_MAX + 1}, out,
	                      sizeof(out));
	ck_assert_uint_eq(strlen(out), ANTIN_SAFE_MAX + 3);
	ck_assert_str_eq(out + ANTIN_SAFE_MAX, "\xe2\x80\xa6");
}
END_TEST

/* Whatever the room, the result is whole pieces of valid UTF-8. */
START_TEST(small_rooms)
{
	static const char text[] = "\xe1\xbb\x85\xe1\xbb\x85\n\xff\\z";
	char out[64], whole[64];

	(void)antin_text_safe(antin_slice_text(text), whole, sizeof(whole));
	for (size_t cap = 1; cap <= sizeof(out); cap++) {
		memset(out, '#', sizeof(out));
		(void)antin_text_safe(antin_slice_text(text), out, cap);
		ck_assert_uint_lt(strlen(out), cap);
		ck_assert(antin_utf8_valid(antin_slice_text(out)));
		/* Room for the ellipsis is kept until the last piece. */
		if (cap > strlen(whole) + 3)
			ck_assert_str_eq(out, whole);
		else if (cap >= 4 && strcmp(out, whole) != 0)
			ck_assert_str_eq(out + strlen(out) - 3, "\xe2\x80\xa6");
	}
	out[0] = '#';
	(void)antin_text_safe(antin_slice_text(text), out, 0);
	ck_assert_int_eq(out[0], '#');
}
END_TEST

/* No octet below space, no DEL, no bidirectional control survives, whatever comes in. */
START_TEST(every_code_point)
{
	for (uint32_t c = 1; c < 0x30000; c++) {
		uint8_t in[4];
		size_t n = 0;
		char out[32];

		if (c >= 0xd800 && c < 0xe000)
			continue;
		if (c < 0x80) {
			in[n++] = (uint8_t)c;
		} else if (c < 0x800) {
			in[n++] = (uint8_t)(0xc0 | c >> 6);
		} else if (c < 0x10000) {
			in[n++] = (uint8_t)(0xe0 | c >> 12);
			in[n++] = (uint8_t)(0x80 | (c >> 6 & 63));
		} else {
			in[n++] = (uint8_t)(0xf0 | c >> 18);
			in[n++] = (uint8_t)(0x80 | (c >> 12 & 63));
			in[n++] = (uint8_t)(0x80 | (c >> 6 & 63));
		}
		if (c >= 0x80)
			in[n++] = (uint8_t)(0x80 | (c & 63));
		(void)antin_text_safe((struct antin_slice){in, n}, out, sizeof(out));
		ck_assert(antin_utf8_valid(antin_slice_text(out)));
		if (c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
		    (c >= 0x2028 && c <= 0x202f) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
		    (c >= 0xe000 && c < 0xf900) || c == 0x61c)
			ck_assert_msg(strncmp(out, "\\u{", 3) == 0, "%x shown", c);
	}
}
END_TEST

START_TEST(html_and_csv)
{
	static const struct {
		const char *text, *html, *csv;
	} rows[] = {
	        {"", "", "\"\""},
	        {"a&b<c>\"'", "a&amp;b&lt;c&gt;&quot;&#39;", "\"a&b<c>\"\"'\""},
	        {"=1+1", "=1+1", "\"'=1+1\""},
	        {"+84", "+84", "\"'+84\""},
	        {"-1", "-1", "\"'-1\""},
	        {"@x", "@x", "\"'@x\""},
	        {"a=1", "a=1", "\"a=1\""},
	};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		ANTIN_SCOPED(antin_bytes) html = {0};
		ANTIN_SCOPED(antin_bytes) csv = {0};

		antin_text_html_add(&html, antin_slice_text(rows[i].text));
		antin_text_csv_add(&csv, antin_slice_text(rows[i].text));
		ck_assert_str_eq(antin_bytes_cstr(&html), rows[i].html);
		ck_assert_str_eq(antin_bytes_cstr(&csv), rows[i].csv);
	}
}
END_TEST

START_TEST(normal_form)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_err err = {0};

	/* e + circumflex + tilde, and the marks the other way round, are one letter */
	util_ok(antin_text_nfc(antin_slice_text("Nguye\xcc\x82\xcc\x83n"), &b, &err));
	ck_assert_str_eq(antin_bytes_cstr(&b), "Nguy\xe1\xbb\x85n");
	antin_bytes_clear(&b);
	util_ok(antin_text_nfc(antin_slice_text("o\xcc\xa3\xcc\x82"), &b, &err));
	ck_assert_str_eq(antin_bytes_cstr(&b), "\xe1\xbb\x99");
	ck_assert(antin_text_is_nfc(antin_slice_text("Nguy\xe1\xbb\x85n")));
	ck_assert(antin_text_is_nfc(antin_slice_text("")));
	ck_assert(!antin_text_is_nfc(antin_slice_text("e\xcc\x82")));
	ck_assert(!antin_text_is_nfc(antin_slice_text("\xff")));
	util_fails(antin_text_nfc(antin_slice_text("a\xff"), &b, &err), ANTIN_E_FORMAT);
	ck_assert_uint_eq(antin_text_characters(antin_slice_text("Nguy\xe1\xbb\x85n")), 6);
}
END_TEST

static const struct {
	const char *a, *b;
	bool same, same_folded;
} alike[] = {
        {"H\xc3\xb2"
         "a",
         "Ho\xc3\xa0", true, true}, /* hòa, hoà */
        {"Th\xc3\xba"
         "y",
         "Thu\xc3\xbd", true, true}, /* thúy, thuý */
        {"kh\xe1\xbb\x8f"
         "e",
         "kho\xe1\xba\xbb", true, true},                                  /* khỏe, khoẻ */
        {"\xc4\x90\xe1\xba\xb7ng", "\xc3\x90\xe1\xba\xb7ng", true, true}, /* Đ, Ð */
        {"\xc6\x89\xe1\xba\xb7ng", "\xc4\x91\xe1\xba\xb7NG", true, true}, /* Ɖ, đ */
        {"Nguy\xe1\xbb\x85n  V\xc4\x83n\tA ", " NGUY\xe1\xbb\x84N V\xc4\x82N A", true, true},
        {"Nguye\xcc\x82\xcc\x83n", "Nguy\xe1\xbb\x85n", true, true}, /* NFD, NFC */
        {"A\xc2\xa0"
         "B",
         "a b", true, true},
        {"A\xe2\x80\x8b"
         "B",
         "ab", true, true}, /* zero width */
        {"Nguyen", "Nguy\xe1\xbb\x85n", false, true},
        {"\xc4\x90"
         "at",
         "Dat", false, true},
        {"ma", "m\xc3\xa1", false, true},
        {"m\xc3\xa0", "m\xc3\xa1", false, true},
        {"an h", "anh", false, false},
        {"lan", "lam", false, false},
        {"V\xc4\x83n", "V\xc3\xa2n", false, true}, /* ă, â */
        {"S\xc6\xa1n", "Son", false, true},
};

START_TEST(likeness)
{
	struct antin_err err = {0};

	for (int fold = 0; fold < 2; fold++) {
		ANTIN_SCOPED(antin_bytes) a = {0};
		ANTIN_SCOPED(antin_bytes) b = {0};

		util_ok(antin_text_likeness(antin_slice_text(alike[_i].a), fold, &a, &err));
		util_ok(antin_text_likeness(antin_slice_text(alike[_i].b), fold, &b, &err));
		ck_assert_msg(antin_bytes_equal(&a, &b) ==
		                      (fold ? alike[_i].same_folded : alike[_i].same),
		              "'%s' and '%s', fold %d", antin_bytes_cstr(&a), antin_bytes_cstr(&b),
		              fold);
	}
}
END_TEST

START_TEST(likeness_appends)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_err err = {0};

	antin_bytes_text(&b, "x ");
	util_ok(antin_text_likeness(antin_slice_text(" \xc4\x90\xc3\xa0o "), true, &b, &err));
	ck_assert_str_eq(antin_bytes_cstr(&b), "x dao");
	util_fails(antin_text_likeness(antin_slice_text("\xc3("), true, &b, &err), ANTIN_E_FORMAT);
}
END_TEST

static const struct {
	const char *text;
	bool mixed;
} scripts[] = {
        {"", false},
        {"Nguy\xe1\xbb\x85n V\xc4\x83n A 123", false},
        {"\xd0\x9c\xd0\xbe\xd1\x81\xd0\xba\xd0\xb2\xd0\xb0", false},
        {"B\xd0\xbe", true},    /* Cyrillic o */
        {"\xce\x91lpha", true}, /* Greek Alpha */
        {"\xef\xbc\xa1"
         "bc",
         true}, /* full-width A */
        {"\xf0\x9d\x90\x80"
         "bc",
         true}, /* mathematical bold A */
        {"\xc4\x90"
         "at",
         false}, /* Đ */
        {"\xc3\x90"
         "at",
         true}, /* Ð */
        {"\xc6\x89"
         "at",
         true},                              /* Ɖ */
        {"\xe4\xb8\xad\xe3\x81\xae", false}, /* Han and hiragana */
        {"abc \xff", true},
        {"1234 + 5", false},
};

START_TEST(mixed_scripts)
{
	ck_assert_msg(antin_text_mixed_scripts(antin_slice_text(scripts[_i].text)) ==
	                      scripts[_i].mixed,
	              "%s", scripts[_i].text);
}
END_TEST

/* A copy replaces the one before, also when it is made of that one. */
START_TEST(copies)
{
	static const char *const texts[] = {"", "a", "Văn phòng", "a longer text than the others"};
	char *copy = NULL;

	for (size_t i = 0; i < UTIL_COUNT(texts); i++) {
		struct antin_err err = {0};

		util_ok(antin_text_copy(texts[i], &copy, &err));
		ck_assert_str_eq(copy, texts[i]);
		ck_assert_ptr_ne(copy, texts[i]);
		util_ok(antin_text_copy(copy, &copy, &err));
		ck_assert_str_eq(copy, texts[i]);
		util_ok(antin_text_copy(copy + strlen(copy) / 2, &copy, &err));
		ck_assert_str_eq(copy, texts[i] + strlen(texts[i]) / 2);
	}
	free(copy);
}
END_TEST

START_TEST(nearest_word)
{
	static const char *const list[] = {"days", "subject", "keyUsage", "crl", "no", NULL};
	static const struct {
		const char *word, *near;
	} rows[] = {
	        {"days", "days"},
	        {"day", "days"},
	        {"dasy", "days"},
	        {"subjct", "subject"},
	        {"keyusage", "keyUsage"},
	        {"colour", NULL},
	        {"crl", "crl"},
	        {"a", NULL},
	        {"", NULL},
	        {"on", "no"},
	        {"xx", NULL},
	};
	char big[300];

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		const char *near = antin_text_nearest(rows[i].word, list);

		if (rows[i].near)
			ck_assert_str_eq(near ? near : "(none)", rows[i].near);
		else
			ck_assert_msg(near == NULL, "%s: %s", rows[i].word, near);
	}
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	ck_assert_ptr_null(antin_text_nearest(big, list));
}
END_TEST

Suite *suite_text(void);
Suite *
suite_text(void)
{
	Suite *s = suite_create("text");
	TCase *tc = tcase_create("text");

	tcase_add_loop_test(tc, safe_forms, 0, (int)UTIL_COUNT(shown));
	tcase_add_test(tc, nul_is_escaped);
	tcase_add_test(tc, cut_with_ellipsis);
	tcase_add_test(tc, small_rooms);
	tcase_add_test(tc, every_code_point);
	tcase_add_test(tc, html_and_csv);
	tcase_add_test(tc, normal_form);
	tcase_add_loop_test(tc, likeness, 0, (int)UTIL_COUNT(alike));
	tcase_add_test(tc, likeness_appends);
	tcase_add_loop_test(tc, mixed_scripts, 0, (int)UTIL_COUNT(scripts));
	tcase_add_test(tc, copies);
	tcase_add_test(tc, nearest_word);
	suite_add_tcase(s, tc);
	return s;
}
