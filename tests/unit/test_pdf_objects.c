/*
 * PDF: tokens, values, strings and dates, by the inner functions.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "../../lib/doc/pdf/object.h"

static enum antin_rc
parse(const char *text, struct pdf_tree *t)
{
	struct pdf_lex lx = {.text = antin_slice_text(text), .final = true};
	enum antin_rc rc = pdf_tree_parse(&lx, t, NULL);

	antin_bytes_clear(&t->text);
	antin_bytes_add(&t->text, text, strlen(text));
	return rc;
}

struct value_case {
	const char *text;
	enum pdf_kind kind;
	uint32_t nodes;
};
static const struct value_case values[] = {
        {"null", PDF_NULL, 1},
        {" true ", PDF_BOOL, 1},
        {"%c\n-12", PDF_INT, 1},
        {"+0.5", PDF_REAL, 1},
        {".5", PDF_REAL, 1},
        {"(a(b)\\)c)", PDF_STRING, 1},
        {"<48 6\n5>", PDF_HEX, 1},
        {"/A#20B", PDF_NAME_KIND, 1},
        {"/", PDF_NAME_KIND, 1},
        {"12 0 R", PDF_REF, 1},
        {"[1 2 0 R 3]", PDF_ARRAY, 4},
        {"[1 2 3 R]", PDF_ARRAY, 3},
        {"<</A[]/B<<>>/C 1 0 R/D(x)>>", PDF_DICT, 9},
        {"[[][[]]]", PDF_ARRAY, 4},
};

START_TEST(parses_values)
{
	const struct value_case *c = &values[_i];
	ANTIN_SCOPED(pdf_tree) t = {0};

	ck_assert_msg(parse(c->text, &t) == ANTIN_OK, "%s", c->text);
	ck_assert(pdf_is(pdf_root(&t), c->kind));
	ck_assert_uint_eq(t.n, c->nodes);
	ck_assert_uint_eq(t.nodes[0].next, c->nodes);
}
END_TEST

static const char *const wrong[] = {
        "",
        "]",
        ">>",
        "[1",
        "<<",
        "<</A>>",
        "<<1 2>>",
        "<</A 1/A 2>>",
        "(",
        "(\\)",
        "<1",
        "<1g>",
        "/A#0",
        "/A#zz",
        "/A#00",
        "truee",
        "R",
        "1 0 S",
        "}",
        "{",
        ")",
        ">",
        "<</A 1>",
        "[1>>",
        "<</A 1]",
        "--1",
        "1..2",
        "99999999999999999999",
        "9999999 99999 R",
};

START_TEST(refuses_values)
{
	ANTIN_SCOPED(pdf_tree) t = {0};
	bool number = strcmp(wrong[_i], "1 0 S") == 0;

	/* A number followed by something else is that number. */
	ck_assert_msg((parse(wrong[_i], &t) == ANTIN_OK) == number, "%s", wrong[_i]);
}
END_TEST

/* A window that ends anywhere asks for more; it never guesses. */
START_TEST(asks_for_more)
{
	static const char text[] = "<</Key[12 0 R(a\\)b)<4865>/N true]/M -1.5>> ";
	ANTIN_SCOPED(pdf_tree) t = {0};

	for (size_t len = 0; len < sizeof(text) - 2; len++) {
		struct pdf_lex lx = {.text = {(const uint8_t *)text, len}};
		struct antin_err err = {0};

		ck_assert(pdf_tree_parse(&lx, &t, &err) != ANTIN_OK);
		ck_assert_msg(lx.more && err.rc == ANTIN_OK, "at %zu", len);
	}
}
END_TEST

START_TEST(depth_has_a_limit)
{
	struct antin_bytes b = {0};
	ANTIN_SCOPED(pdf_tree) t = {0};

	for (int i = 0; i < PDF_DEPTH; i++)
		antin_bytes_text(&b, "[");
	for (int i = 0; i < PDF_DEPTH; i++)
		antin_bytes_text(&b, "]");
	ck_assert(parse(antin_bytes_cstr(&b), &t) == ANTIN_OK);
	antin_bytes_insert(&b, 0, "[", 1);
	antin_bytes_text(&b, "]");
	ck_assert(parse(antin_bytes_cstr(&b), &t) != ANTIN_OK);
	antin_bytes_done(&b);
}
END_TEST

START_TEST(many_keys_once)
{
	struct antin_bytes b = {0};
	ANTIN_SCOPED(pdf_tree) t = {0};

	antin_bytes_text(&b, "<<");
	for (int i = 0; i < 1000; i++)
		antin_bytes_printf(&b, "/K%d %d", i, i);
	antin_bytes_text(&b, ">>");
	ck_assert(parse(antin_bytes_cstr(&b), &t) == ANTIN_OK);
	ck_assert_uint_eq(pdf_count(pdf_root(&t)), 1000);
	ck_assert(pdf_has(pdf_root(&t), "K999") && !pdf_has(pdf_root(&t), "K1000"));
	b.len -= 2;
	antin_bytes_text(&b, "/#4b17 1>>");
	ck_assert(parse(antin_bytes_cstr(&b), &t) != ANTIN_OK);
	antin_bytes_done(&b);
}
END_TEST

struct text_case {
	const char *written, *utf8;
};
static const struct text_case texts[] = {
        {"(plain)", "plain"},
        {"(a\\(b\\)\\\\c)", "a(b)\\c"},
        {"(a\\\nb\\\r\nc\rd\r\ne)", "abc\nd\ne"},
        {"(\\101\\60\\7z)", "A0\007z"},
        {"(\\n\\t\\q)", "\n\tq"},
        {"<FEFF1EA5006E>", "\u1ea5n"},
        {"<feffd83dde00>", "\U0001f600"},
        {"<FEFFD83D>", "\ufffd"},
        {"<FEFF00>", "\ufffd"},
        {"<EFBBBFC3A2>", "\u00e2"},
        {"<EFBBBFC3>", "\u00ef\u00bb\u00bf\u00c3"},
        {"<80A0E2>", "\u2022\u20ac\u00e2"},
        {"<4>", "@"},
        /* language escapes are taken out, what only looks like one stays */
        {"<FEFF001B7669001B0041>", "A"},
        {"<FEFF0041001B7669564E001B0042>", "AB"},
        {"<FEFF001B7669001B001B656E001B0041>", "A"},
        {"<FEFF001B76690041001B>", "\033\u7669A\033"},
        {"<FEFF001B7669564E5858001B>", "\033\u7669\u564e\u5858\033"},
        {"<FEFF001B001B0041>", "\033\033A"},
        {"<FEFF001B3132001B0041>", "\033\u3132\033A"},
        {"<FEFF001B7669>", "\033\u7669"},
        {"<FEFF001B>", "\033"},
        {"(\033vi\033)", "\u02d9vi\u02d9"},
        /* little-endian and UTF-32 marks are no marks: octets of PDFDocEncoding */
        {"<FFFE4100>", "\u00ff\u00fe"
                       "A\ufffd"},
        {"<FE>", "\u00fe"},
        {"<FEFF>", ""},
        {"<EFBB>", "\u00ef\u00bb"},
        {"<EFBBBF>", ""},
        {"<EFBBBF41>", "A"},
        {"<FEFF0000>", "\ufffd"},
        {"<FEFFDC00D800>", "\ufffd\ufffd"},
        {"<FEFFD83D0041>", "\ufffdA"},
        {"<FEFFDBFFDFFF>", "\U0010ffff"},
        {"<FEFFFFFF>", "\uffff"},
        {"<FE FF 1E\nA5>", "\u1ea5"},
        {"(\\376\\377\\036\\245)", "\u1ea5"},
        {"(\\400)", "\ufffd"},
        {"(\\777)", "\u00ff"},
        {"(\\8\\9)", "89"},
        {"(\\1a\\12b\\123c)", "\001a\nbSc"},
        {"()", ""},
        {"/Name", ""},
};

START_TEST(reads_texts)
{
	ANTIN_SCOPED(pdf_tree) t = {0};
	struct antin_bytes out = {0};

	ck_assert(parse(texts[_i].written, &t) == ANTIN_OK);
	pdf_string_utf8(pdf_root(&t), &out);
	ck_assert_msg(antin_slice_is(antin_bytes_slice(&out), texts[_i].utf8), "%s: %.*s",
	              texts[_i].written, (int)out.len, (const char *)out.p);
	antin_bytes_done(&out);
}
END_TEST

/* Annex D.2, each of the 256 octets, as published: Latin-1 but for these. */
START_TEST(every_octet)
{
	static const struct {
		uint8_t from;
		const char *characters;
	} rows[] = {
	        {0x18, "\u02d8\u02c7\u02c6\u02d9\u02dd\u02db\u02da\u02dc"},
	        {0x80, "\u2022\u2020\u2021\u2026\u2014\u2013\u0192\u2044"},
	        {0x88, "\u2039\u203a\u2212\u2030\u201e\u201c\u201d\u2018"},
	        {0x90, "\u2019\u201a\u2122\ufb01\ufb02\u0141\u0152\u0160"},
	        {0x98, "\u0178\u017d\u0131\u0142\u0153\u0161\u017e\ufffd"},
	        {0xa0, "\u20ac"},
	        {0xad, "\ufffd"},
	        {0x7f, "\ufffd"},
	        {0x00, "\ufffd"},
	};

	for (unsigned int c = 0; c < 256; c++) {
		ANTIN_SCOPED(pdf_tree) t = {0};
		ANTIN_SCOPED(antin_bytes) out = {0};
		char written[8], want[8];
		size_t len = c < 0x80 ? 1 : 2;

		(void)snprintf(written, sizeof(written), "<%02X>", c);
		want[0] = (char)(c < 0x80 ? c : 0xc0 | c >> 6);
		want[1] = (char)(0x80 | (c & 63));
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			const char *p = rows[i].characters;

			for (unsigned int at = rows[i].from; *p; at++) {
				size_t n = (uint8_t)*p >= 0xe0 ? 3 : 2;

				if (at == c)
					memcpy(want, p, len = n);
				p += n;
			}
		}
		ck_assert(parse(written, &t) == ANTIN_OK);
		pdf_string_utf8(pdf_root(&t), &out);
		ck_assert_msg(out.len == len && memcmp(out.p, want, len) == 0, "%s", written);
	}
}
END_TEST

/* What is written is read back as it was, in ASCII where that is enough. */
START_TEST(writes_texts)
{
	static const char *const names[] = {
	        "Nguyen Van A", "Nguy\u1ec5n V\u0103n \u00c2n", "a(b)\\c", "\U0001f600 x",
	        "tab\there",
	};
	ANTIN_SCOPED(pdf_tree) t = {0};
	struct antin_bytes out = {0}, back = {0};

	ck_assert(pdf_string_write(names[_i], &out, NULL) == ANTIN_OK);
	ck_assert(parse(antin_bytes_cstr(&out), &t) == ANTIN_OK);
	pdf_string_utf8(pdf_root(&t), &back);
	ck_assert(antin_slice_is(antin_bytes_slice(&back), names[_i]));
	for (size_t i = 0; i < out.len; i++)
		ck_assert(out.p[i] >= 0x20 && out.p[i] < 0x7f);
	ck_assert(pdf_string_write("\xff", &out, NULL) == ANTIN_E_FORMAT);
	antin_bytes_done(&out);
	antin_bytes_done(&back);
}
END_TEST

struct date_case {
	const char *written;
	int64_t time; /* INT64_MIN: none */
};
static const struct date_case dates[] = {
        {"(D:20261121140509+07'00')", 1795244709},
        {"(D:20261121140509+07'00)", 1795244709},
        {"(D:20261121070509Z)", 1795244709},
        {"(D:20261121070509Z00'00')", 1795244709},
        {"(D:20261121070509)", 1795244709},
        {"(D:20261121000509-07'00')", 1795244709},
        {"(D:2026)", 1767225600},
        {"(D:202602)", 1769904000},
        {"(D:20260231)", INT64_MIN},
        {"(D:20261321)", INT64_MIN},
        {"(D:20261121250000)", INT64_MIN},
        {"(D:20261121140509+07'00'x)", INT64_MIN},
        {"(D:20261121140509+99'00')", INT64_MIN},
        {"(D:202)", INT64_MIN},
        {"(2026)", INT64_MIN},
        {"()", INT64_MIN},
        {"12", INT64_MIN},
};

START_TEST(reads_dates)
{
	const struct date_case *c = &dates[_i];
	ANTIN_SCOPED(pdf_tree) t = {0};
	int64_t got = INT64_MIN;

	ck_assert(parse(c->written, &t) == ANTIN_OK);
	ck_assert_int_eq(pdf_date_read(pdf_root(&t), &got), c->time != INT64_MIN);
	ck_assert_msg(got == c->time, "%s: %lld", c->written, (long long)got);
}
END_TEST

START_TEST(writes_dates)
{
	struct antin_bytes out = {0};

	pdf_date_write(1795244709, &out);
	ck_assert(antin_slice_is(antin_bytes_slice(&out), "(D:20261121140509+07'00')"));
	antin_bytes_done(&out);
}
END_TEST

struct same_case {
	const char *a, *b;
	bool same;
};
static const struct same_case sames[] = {
        {"[1 2.0 /A (x)]", "[ 1 2.00 /#41 <78> ]", true},
        {"<< /Rect [1 2 3.0 4] /F 4 >>", "<</#52ect[1.0 2 3 4]/F 4>>", true},
        {"<< /MediaBox [0 0 595.303937007874 842] >>", "<< /MediaBox [0 0 595.3039370079 842] >>",
         true},
        {"<< /Rect [0 0 2000000000.0 1] >>", "<< /Rect [0 0 2000000001.0 1] >>", false},
        {"<< /Rect [0 0 2 1] >>", "<< /Rect [0 0 2.0001 1] >>", false},
        {"<< /Rect [0 0 2 1] /F 2 >>", "<< /Rect [0 0 2 1] /F 2.0 >>", false},
        /* What shows a hidden annotation to readers that take no real for flags, */
        {"<< /F 2 >>", "<< /F 2.0 >>", false},
        {"<< /F 2.0 >>", "<< /F 2.0000000001 >>", false},
        /* and to all. */
        {"<< /F 2013265922 >>", "<< /F 2013265920 >>", false},
        /* What is small here may be large behind a matrix. */
        {"<< /Matrix [1 0 0 1 1.0 0] >>", "<< /Matrix [1 0 0 1 1.0000000001 0] >>", false},
        {"[/Indexed /DeviceRGB 255 <00>]", "[/Indexed /DeviceRGB 255.0 <00>]", false},
        {"595.303937007874", "595.3039370079", false},
        {"0.001", "0.0011", false},
        {"0.50", ".5", true},
        {"-1", "1", false},
        {"-1.5", "1.5", false},
        {"0", "0.0", false},
        {"9007199254740993", "9007199254740992", false},
        {"<</A 1>>", "<</A 2>>", false},
        {"<</A 1>>", "<</B 1>>", false},
        {"[1]", "[1 1]", false},
        {"[[1] 1]", "[[1 1]]", false},
        {"1 0 R", "1 1 R", false},
        {"1 0 R", "2 0 R", false},
        {"true", "false", false},
        {"null", "[]", false},
        {"(a)", "/a", false},
};

START_TEST(compares)
{
	ANTIN_SCOPED(pdf_tree) a = {0};
	ANTIN_SCOPED(pdf_tree) b = {0};

	ck_assert(parse(sames[_i].a, &a) == ANTIN_OK && parse(sames[_i].b, &b) == ANTIN_OK);
	ck_assert_msg(pdf_same(pdf_root(&a), pdf_root(&b)) == sames[_i].same, "%s %s", sames[_i].a,
	              sames[_i].b);
	ck_assert(pdf_same(pdf_root(&b), pdf_root(&a)) == sames[_i].same);
	ck_assert(pdf_same(pdf_root(&a), pdf_root(&a)));
}
END_TEST

#define LOOP(t, test, rows) tcase_add_loop_test(t, test, 0, sizeof(rows) / sizeof(rows[0]))

Suite *suite_pdf_objects(void);
Suite *
suite_pdf_objects(void)
{
	Suite *s = suite_create("pdf_objects");
	TCase *t = tcase_create("values");

	LOOP(t, parses_values, values);
	LOOP(t, refuses_values, wrong);
	tcase_add_test(t, asks_for_more);
	tcase_add_test(t, depth_has_a_limit);
	tcase_add_test(t, many_keys_once);
	LOOP(t, reads_texts, texts);
	tcase_add_test(t, every_octet);
	tcase_add_loop_test(t, writes_texts, 0, 5);
	LOOP(t, reads_dates, dates);
	tcase_add_test(t, writes_dates);
	LOOP(t, compares, sames);
	suite_add_tcase(s, t);
	return s;
}
