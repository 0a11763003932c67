/*
 * PDF: every token the lexer knows, how values lie in a tree, and how the accessors read them.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "../../lib/doc/pdf/object.h"

#define TEXT(s)                                                                                    \
	{                                                                                          \
		(const uint8_t *)(s), sizeof(s) - 1                                                \
	}

/* One text and its first token; `rest` is where the next would begin. */
struct token_case {
	const char *text;
	enum pdf_token_kind kind;
	size_t at, len, rest;
	int64_t number;
};
static const struct token_case tokens[] = {
        {"", PDF_T_END, 0, 0, 0, 0},
        {" \t\r\n\f", PDF_T_END, 0, 0, 5, 0},
        {"% only a comment", PDF_T_END, 0, 0, 16, 0},
        {"%a\n%b\r%c\r\n12", PDF_T_INT, 10, 2, 12, 12},
        {"0", PDF_T_INT, 0, 1, 1, 0},
        {"-0", PDF_T_INT, 0, 2, 2, 0},
        {"+7", PDF_T_INT, 0, 2, 2, 7},
        {"007", PDF_T_INT, 0, 3, 3, 7},
        {"-17]", PDF_T_INT, 0, 3, 3, -17},
        {"9223372036854775807", PDF_T_INT, 0, 19, 19, INT64_MAX},
        {"-9223372036854775807", PDF_T_INT, 0, 20, 20, -INT64_MAX},
        {"1.", PDF_T_REAL, 0, 2, 2, 0},
        {".5", PDF_T_REAL, 0, 2, 2, 0},
        {"-.5/", PDF_T_REAL, 0, 3, 3, 0},
        {"+3.14 ", PDF_T_REAL, 0, 5, 5, 0},
        {"0.00000000000000000000000001", PDF_T_REAL, 0, 28, 28, 0},
        {"1.99999999999999999999999999", PDF_T_REAL, 0, 28, 28, 0},
        {".", PDF_T_WORD, 0, 1, 1, 0},
        {"-", PDF_T_WORD, 0, 1, 1, 0},
        {"+.", PDF_T_WORD, 0, 2, 2, 0},
        {"1.2.3", PDF_T_WORD, 0, 5, 5, 0},
        {"--1", PDF_T_WORD, 0, 3, 3, 0},
        {"1-1", PDF_T_WORD, 0, 3, 3, 0},
        {"1e5", PDF_T_WORD, 0, 3, 3, 0},
        {"0x10", PDF_T_WORD, 0, 4, 4, 0},
        {"16#FF", PDF_T_WORD, 0, 5, 5, 0},
        {"true", PDF_T_WORD, 0, 4, 4, 0},
        {"endobj%x", PDF_T_WORD, 0, 6, 6, 0},
        {"R", PDF_T_WORD, 0, 1, 1, 0},
        {"obj<<", PDF_T_WORD, 0, 3, 3, 0},
        {"\xc3\xa2", PDF_T_WORD, 0, 2, 2, 0},
        {"\x01", PDF_T_WORD, 0, 1, 1, 0},
        {"/", PDF_T_NAME, 0, 1, 1, 0},
        {"//", PDF_T_NAME, 0, 1, 1, 0},
        {"/Name/Other", PDF_T_NAME, 0, 5, 5, 0},
        {"/A#20B(", PDF_T_NAME, 0, 6, 6, 0},
        {"/A;_-*.$@^&'\"", PDF_T_NAME, 0, 13, 13, 0},
        {" /1.2 ", PDF_T_NAME, 1, 4, 5, 0},
        {"()", PDF_T_STRING, 0, 2, 2, 0},
        {"(a)b", PDF_T_STRING, 0, 3, 3, 0},
        {"(a(b)c)d", PDF_T_STRING, 0, 7, 7, 0},
        {"(((())))", PDF_T_STRING, 0, 8, 8, 0},
        {"(\\()", PDF_T_STRING, 0, 4, 4, 0},
        {"(\\))", PDF_T_STRING, 0, 4, 4, 0},
        {"(\\\\)", PDF_T_STRING, 0, 4, 4, 0},
        {"(%no comment)", PDF_T_STRING, 0, 13, 13, 0},
        {"(<</A>>\n)", PDF_T_STRING, 0, 9, 9, 0},
        {"<>", PDF_T_HEX, 0, 2, 2, 0},
        {"<0>", PDF_T_HEX, 0, 3, 3, 0},
        {"<aF 0\n9>>", PDF_T_HEX, 0, 8, 8, 0},
        {"<<", PDF_T_DICT_OPEN, 0, 2, 2, 0},
        {"<<<", PDF_T_DICT_OPEN, 0, 2, 2, 0},
        {">>", PDF_T_DICT_CLOSE, 0, 2, 2, 0},
        {">>>", PDF_T_DICT_CLOSE, 0, 2, 2, 0},
        {"[[", PDF_T_ARRAY_OPEN, 0, 1, 1, 0},
        {"]]", PDF_T_ARRAY_CLOSE, 0, 1, 1, 0},
};

START_TEST(first_token)
{
	const struct token_case *c = &tokens[_i];
	struct pdf_lex lx = {.text = antin_slice_text(c->text), .final = true};
	struct antin_err err = {0};
	struct pdf_token t;

	ck_assert_msg(pdf_lex_next(&lx, &t, &err) == ANTIN_OK, "%s", c->text);
	ck_assert_int_eq(err.rc, ANTIN_OK);
	ck_assert(!lx.more);
	ck_assert_msg(t.kind == c->kind, "%s: kind %u", c->text, t.kind);
	ck_assert_msg(lx.at == c->rest, "%s: rest at %zu", c->text, lx.at);
	ck_assert_uint_eq(t.len, c->len);
	if (c->kind != PDF_T_END)
		ck_assert_uint_eq(t.at, c->at);
	if (c->kind == PDF_T_INT)
		ck_assert_int_eq(t.number, c->number);
}
END_TEST

/* In a window on more, a token that touches the end is not final, whatever it looks like. */
START_TEST(open_window)
{
	const struct token_case *c = &tokens[_i];
	struct pdf_lex lx = {.text = antin_slice_text(c->text)};
	struct antin_err err = {0};
	struct pdf_token t;
	bool closed = c->kind != PDF_T_END && c->rest < strlen(c->text);
	enum antin_rc rc = pdf_lex_next(&lx, &t, &err);

	if (c->kind == PDF_T_STRING || c->kind == PDF_T_HEX || c->kind == PDF_T_DICT_OPEN ||
	    c->kind == PDF_T_DICT_CLOSE || c->kind == PDF_T_ARRAY_OPEN ||
	    c->kind == PDF_T_ARRAY_CLOSE)
		closed = true; /* by itself */
	ck_assert_msg((rc == ANTIN_OK) == closed, "%s", c->text);
	ck_assert(lx.more == !closed);
	ck_assert_int_eq(err.rc, ANTIN_OK);
	if (closed)
		ck_assert_int_eq(t.kind, c->kind);
}
END_TEST

struct bad_token {
	struct antin_slice text;
	enum antin_rc rc;
	const char *say; /* NULL: the text just ended */
};
static const struct bad_token bad_tokens[] = {
        {TEXT("("), ANTIN_E_DAMAGED, NULL},
        {TEXT("(abc"), ANTIN_E_DAMAGED, NULL},
        {TEXT("(a(b)"), ANTIN_E_DAMAGED, NULL},
        {TEXT("(\\"), ANTIN_E_DAMAGED, NULL},
        {TEXT("(\\)"), ANTIN_E_DAMAGED, NULL},
        {TEXT("<"), ANTIN_E_DAMAGED, NULL},
        {TEXT("<1"), ANTIN_E_DAMAGED, NULL},
        {TEXT("<12 \n"), ANTIN_E_DAMAGED, NULL},
        {TEXT(">"), ANTIN_E_DAMAGED, NULL},
        {TEXT("<1G>"), ANTIN_E_DAMAGED, "another character"},
        {TEXT("<(>"), ANTIN_E_DAMAGED, "another character"},
        {TEXT("<12%c\n>"), ANTIN_E_DAMAGED, "another character"},
        {TEXT("<-1>"), ANTIN_E_DAMAGED, "another character"},
        {TEXT(")"), ANTIN_E_DAMAGED, "no value can begin"},
        {TEXT("{"), ANTIN_E_DAMAGED, "no value can begin"},
        {TEXT("}"), ANTIN_E_DAMAGED, "no value can begin"},
        {TEXT("> "), ANTIN_E_DAMAGED, "no value can begin"},
        {TEXT(">x"), ANTIN_E_DAMAGED, "no value can begin"},
        {TEXT("9223372036854775808"), ANTIN_E_DAMAGED, "number is too large"},
        {TEXT("-9223372036854775808"), ANTIN_E_DAMAGED, "number is too large"},
        {TEXT("99999999999999999999.5"), ANTIN_E_DAMAGED, "number is too large"},
};

START_TEST(refused_token)
{
	const struct bad_token *c = &bad_tokens[_i];
	struct pdf_lex lx = {.text = c->text, .final = true};
	struct antin_err err = {0};
	struct pdf_token t;
	char line[512];

	ck_assert_int_eq(pdf_lex_next(&lx, &t, &err), c->rc);
	ck_assert(lx.more == (c->say == NULL));
	if (c->say) {
		(void)antin_err_line(&err, NULL, line, sizeof(line));
		ck_assert_msg(strstr(line, c->say), "%s", line);
	} else {
		ck_assert_int_eq(err.rc, ANTIN_OK);
	}
	/* Without anybody to tell the answer is the same. */
	lx = (struct pdf_lex){.text = c->text, .final = true};
	ck_assert_int_eq(pdf_lex_next(&lx, &t, NULL), c->rc);
}
END_TEST

/* NUL is white space, not an end. */
START_TEST(nul_is_space)
{
	static const char text[] = "\0\0 1\0 2\0/A\0(x\0y)";
	static const enum pdf_token_kind want[] = {PDF_T_INT, PDF_T_INT, PDF_T_NAME, PDF_T_STRING,
	                                           PDF_T_END};
	struct pdf_lex lx = {.text = TEXT(text), .final = true};
	struct pdf_token t;

	for (size_t i = 0; i < 5; i++) {
		ck_assert(pdf_lex_next(&lx, &t, NULL) == ANTIN_OK);
		ck_assert_int_eq(t.kind, want[i]);
	}
	ck_assert_uint_eq(lx.at, sizeof(text) - 1);
}
END_TEST

/* Each octet belongs to exactly one class; delimiters and white space end a name. */
START_TEST(character_classes)
{
	static const char spaces[] = "\t\n\f\r ", delimiters[] = "()<>[]{}/%";

	for (int c = 0; c < 256; c++) {
		bool space = c == 0 || strchr(spaces, c);
		bool delimiter = c != 0 && strchr(delimiters, c);
		uint8_t text[3] = {'/', (uint8_t)c, 'x'};
		struct pdf_lex lx = {.text = {text, 3}, .final = true};
		struct pdf_token t;

		ck_assert_msg(pdf_is_space((uint8_t)c) == space, "%02x", (unsigned int)c);
		ck_assert_msg(pdf_is_regular((uint8_t)c) == (!space && !delimiter), "%02x",
		              (unsigned int)c);
		ck_assert(pdf_lex_next(&lx, &t, NULL) == ANTIN_OK);
		ck_assert_int_eq(t.kind, PDF_T_NAME);
		ck_assert_uint_eq(t.len, space || delimiter ? 1 : 3);
	}
}
END_TEST

START_TEST(name_length)
{
	struct antin_bytes b = {0};
	struct pdf_token t;
	struct pdf_lex lx;
	struct antin_err err = {0};

	antin_bytes_text(&b, "/");
	for (int i = 1; i < PDF_NAME; i++)
		antin_bytes_byte(&b, 'n');
	lx = (struct pdf_lex){.text = antin_bytes_slice(&b), .final = true};
	ck_assert(pdf_lex_next(&lx, &t, &err) == ANTIN_OK);
	ck_assert_uint_eq(t.len, PDF_NAME);
	antin_bytes_byte(&b, 'n');
	lx = (struct pdf_lex){.text = antin_bytes_slice(&b), .final = true};
	ck_assert(pdf_lex_next(&lx, &t, &err) == ANTIN_E_DAMAGED);
	ck_assert(err.rc == ANTIN_E_DAMAGED);
	antin_bytes_done(&b);
}
END_TEST

struct word_case {
	const char *text, *word;
	bool yes;
};
static const struct word_case words[] = {
        {"obj", "obj", true},
        {" % x\n obj ", "obj", true},
        {"objx", "obj", false},
        {"ob", "obj", false},
        {"(obj)", "obj", false},
        {"/obj", "obj", false},
        {"12", "obj", false},
        {"", "obj", false},
        {"OBJ", "obj", false},
        {"endobj", "endobj", true},
        {"R", "R", true},
        {"r", "R", false},
        {"stream\r\n", "stream", true},
        {"stream", "streams", false},
};

START_TEST(consumes_words)
{
	const struct word_case *c = &words[_i];
	struct pdf_lex lx = {.text = antin_slice_text(c->text), .final = true};
	struct antin_err err = {0};

	ck_assert_msg((pdf_lex_word(&lx, c->word, &err) == ANTIN_OK) == c->yes, "%s", c->text);
	ck_assert_int_eq(err.rc, c->yes ? ANTIN_OK : ANTIN_E_DAMAGED);
}
END_TEST

struct int_case {
	const char *text;
	int64_t max, got; /* -1: refused */
};
static const struct int_case ints[] = {
        {"0", 0, 0},
        {"1", 0, -1},
        {"65535", 65535, 65535},
        {"65536", 65535, -1},
        {"-1", 10, -1},
        {"-0", 10, 0},
        {"+5", 10, 5},
        {"5.0", 10, -1},
        {"five", 10, -1},
        {"", 10, -1},
        {"(5)", 10, -1},
        {"/5", 10, -1},
        {" 8388607", PDF_OBJECTS, PDF_OBJECTS},
        {"8388608", PDF_OBJECTS, -1},
};

START_TEST(takes_integers)
{
	const struct int_case *c = &ints[_i];
	struct pdf_lex lx = {.text = antin_slice_text(c->text), .final = true};
	int64_t got = -1;
	enum antin_rc rc = pdf_lex_int(&lx, c->max, &got, NULL);

	ck_assert_msg((rc == ANTIN_OK) == (c->got >= 0), "%s", c->text);
	ck_assert_int_eq(got, c->got); /* untouched on failure */
}
END_TEST

static struct pdf_value
parse(const char *text, struct pdf_tree *t)
{
	struct pdf_lex lx = {.text = antin_slice_text(text), .final = true};

	ck_assert_msg(pdf_tree_parse(&lx, t, NULL) == ANTIN_OK, "%s", text);
	antin_bytes_clear(&t->text);
	antin_bytes_add(&t->text, text, strlen(text));
	return pdf_root(t);
}

/* References are three tokens, and only then. */
struct ref_case {
	const char *text;
	size_t items;
	uint32_t num, gen; /* of the first reference; num 0: none */
};
static const struct ref_case refs[] = {
        {"[1 0 R]", 1, 1, 0},         {"[1 0 R 2 0 R]", 2, 1, 0},
        {"[7 65535 R]", 1, 7, 65535}, {"[8388607 1 R]", 1, 8388607, 1},
        {"[1 2 3 0 R]", 3, 3, 0},     {"[1 0 0 R]", 2, 0, 0},
        {"[1 0]", 2, 0, 0},           {"[1]", 1, 0, 0},
        {"[1 0.0]", 2, 0, 0},         {"[-1 0]", 2, 0, 0},
        {"[1 %x\n0 %y\nR]", 1, 1, 0}, {"[1\n0\nR/R]", 2, 1, 0},
        {"[1 0 R(R)]", 2, 1, 0},      {"[5 +0 R]", 1, 5, 0},
        {"[1 1 1 1 R]", 3, 1, 1},
};

START_TEST(finds_references)
{
	const struct ref_case *c = &refs[_i];
	ANTIN_SCOPED(pdf_tree) t = {0};
	struct pdf_value array = parse(c->text, &t), item;
	struct pdf_iter it = pdf_iter_of(array);
	uint32_t num = 0, gen = 0;

	while (pdf_iter_item(&it, &item)) {
		if (!pdf_is(item, PDF_REF) || num)
			continue;
		num = pdf_node_of(item)->v.ref.num;
		gen = pdf_node_of(item)->v.ref.gen;
	}
	ck_assert_msg(pdf_count(array) == c->items, "%s: %zu", c->text, pdf_count(array));
	ck_assert_uint_eq(num, c->num);
	ck_assert_uint_eq(gen, c->gen);
}
END_TEST

static const char *const bad_values[] = {
        "[8388608 0 R]",
        "[1 65536 R]",
        "[1 -1 R]",
        "[1 0 r]",
        "[1 R]",
        "[R]",
        "[nul]",
        "[True]",
        "[NULL]",
        "[1 0 obj]",
        "<</A 1 0 R 2>>",
        "<<(a) 1>>",
        "<<1 0 R 1>>",
        "<<[] 1>>",
        "<</A/B/C>>",
        "[/#]",
        "[/#1]",
        "[/A#]",
        "[/A#g0]",
        "[/A#0]",
        "[/#00]",
        "[/x#00y]",
        "<</A 1/#41 2>>",
        "<</A/A/A/A>>",
        "<<<</A 1>> 2>>",
        "[>>",
        "<<]",
        "[<<]>>",
        "<<[>>]",
        "[(]",
};

START_TEST(refuses_values)
{
	ANTIN_SCOPED(pdf_tree) t = {0};
	struct pdf_lex lx = {.text = antin_slice_text(bad_values[_i]), .final = true};
	struct antin_err err = {0};
	enum antin_rc rc = pdf_tree_parse(&lx, &t, &err);

	ck_assert_msg(rc == ANTIN_E_DAMAGED, "%s: %u", bad_values[_i], rc);
	ck_assert(lx.more == (err.rc == ANTIN_OK));
}
END_TEST

/* Names mean what their escapes mean; keys are compared by that. */
struct name_case {
	const char *written, *meant;
};
static const struct name_case names[] = {
        {"/Type", "Type"},
        {"/T#79pe", "Type"},
        {"/#54#79#70#65", "Type"},
        {"/#54#79#70#6", NULL},
        {"/", ""},
        {"/A#20B", "A B"},
        {"/A#2fB", "A/B"},
        {"/A#23B", "A#B"},
        {"/#e1#ba#a5n", "\u1ea5n"},
        {"/\xe1\xba\xa5n", "\u1ea5n"},
        {"/Lime#20Green", "Lime Green"},
        {"/paired#28#29parentheses", "paired()parentheses"},
        {"/The_Key_of_F#23_Minor", "The_Key_of_F#_Minor"},
        {"/1.2", "1.2"},
        {"/$$", "$$"},
        {"/@pattern", "@pattern"},
        {"/.notdef", ".notdef"},
};

START_TEST(means_names)
{
	const struct name_case *c = &names[_i];
	ANTIN_SCOPED(pdf_tree) t = {0};
	ANTIN_SCOPED(pdf_tree) d = {0};
	struct pdf_lex lx = {.text = antin_slice_text(c->written), .final = true};
	char text[64], small[4], dict[96];

	if (!c->meant) {
		ck_assert_int_eq(pdf_tree_parse(&lx, &t, NULL), ANTIN_E_DAMAGED);
		return;
	}
	pdf_name_text(parse(c->written, &t), text, sizeof(text));
	ck_assert_str_eq(text, c->meant);
	ck_assert(pdf_name_is(pdf_root(&t), c->meant));
	ck_assert(!pdf_name_is(pdf_root(&t), "Other"));
	pdf_name_text(pdf_root(&t), small, sizeof(small));
	ck_assert_uint_le(strlen(small), 3);
	ck_assert(strncmp(small, c->meant, strlen(small)) == 0);
	(void)snprintf(dict, sizeof(dict), "<< %s 12 >>", c->written);
	ck_assert(pdf_has(parse(dict, &d), c->meant));
	ck_assert(!pdf_has(pdf_root(&d), "Other"));
}
END_TEST

/* The accessors never read what is not there. */
START_TEST(foreign_kinds)
{
	static const char *const texts[] = {"null", "true", "12",    "1.5", "(a)",
	                                    "<61>", "/A",   "1 0 R", "[]",  "<<>>"};
	static const enum pdf_kind kinds[] = {PDF_NULL,   PDF_BOOL, PDF_INT,       PDF_REAL,
	                                      PDF_STRING, PDF_HEX,  PDF_NAME_KIND, PDF_REF,
	                                      PDF_ARRAY,  PDF_DICT};
	ANTIN_SCOPED(pdf_tree) t = {0};
	struct pdf_value v = parse(texts[_i], &t), item, key;
	struct pdf_iter it = pdf_iter_of(v);
	ANTIN_SCOPED(antin_bytes) octets = {0};
	char name[8];
	int64_t n = 99;

	for (size_t k = 0; k < 10; k++)
		ck_assert(pdf_is(v, kinds[k]) == (k == (size_t)_i));
	ck_assert_uint_eq(pdf_count(v), 0);
	ck_assert(!pdf_iter_item(&it, &item));
	it = pdf_iter_of(v);
	ck_assert(!pdf_iter_pair(&it, &key, &item));
	ck_assert(!pdf_has(v, "A"));
	ck_assert(pdf_is(pdf_get(v, "A"), PDF_NULL));
	ck_assert(pdf_int_of(v, 0, 100, &n) == (kinds[_i] == PDF_INT));
	ck_assert_int_eq(n, kinds[_i] == PDF_INT ? 12 : 99);
	ck_assert(!pdf_int_of(v, 13, 100, &n) && !pdf_int_of(v, 0, 11, &n));
	pdf_name_text(v, name, sizeof(name));
	ck_assert_str_eq(name, kinds[_i] == PDF_NAME_KIND ? "A" : "");
	pdf_string_octets(v, &octets);
	ck_assert_uint_eq(octets.len, kinds[_i] == PDF_STRING || kinds[_i] == PDF_HEX ? 1 : 0);
	ck_assert(antin_slice_is(pdf_text_of(v), texts[_i]));
}
END_TEST

/* A value that is none: nothing is found in it, nothing crashes. */
START_TEST(no_value)
{
	struct pdf_value none = {0};
	ANTIN_SCOPED(antin_bytes) out = {0};
	int64_t n = 5, when = 6;

	ck_assert(pdf_is(none, PDF_NULL));
	ck_assert(!pdf_has(none, "A") && pdf_count(none) == 0);
	ck_assert(antin_slice_is(pdf_text_of(none), "null"));
	ck_assert(!pdf_int_of(none, 0, 9, &n) && n == 5);
	ck_assert(!pdf_date_read(none, &when) && when == 6);
	pdf_string_utf8(none, &out);
	ck_assert_uint_eq(out.len, 0);
	ck_assert(pdf_same(none, none));
}
END_TEST

/* Spans cover exactly what was written, so that a copy is a copy. */
START_TEST(spans)
{
	static const char text[] = "<< /A [1 (b) <63>] /D << /E 5 0 R >> /F -1.5 /G null >>";
	ANTIN_SCOPED(pdf_tree) t = {0};
	struct pdf_value d = parse(text, &t);

	ck_assert_uint_eq(pdf_count(d), 4);
	ck_assert(antin_slice_is(pdf_text_of(d), text));
	ck_assert(antin_slice_is(pdf_text_of(pdf_get(d, "A")), "[1 (b) <63>]"));
	ck_assert(antin_slice_is(pdf_text_of(pdf_get(d, "D")), "<< /E 5 0 R >>"));
	ck_assert(antin_slice_is(pdf_text_of(pdf_get(pdf_get(d, "D"), "E")), "5 0 R"));
	ck_assert(antin_slice_is(pdf_text_of(pdf_get(d, "F")), "-1.5"));
	ck_assert(!pdf_has(d, "G")); /* null is as if it were not there */
	ck_assert_uint_eq(pdf_count(pdf_get(d, "A")), 3);
}
END_TEST

/* Every prefix and every flipped octet of a rich value: never a crash, spans stay inside. */
START_TEST(mutations)
{
	static const char text[] = "<</K#65y[12 0 R(a\\)b(c))<48 65>/N true -1.5 null]/M<</X 1>>>>";
	ANTIN_SCOPED(pdf_tree) t = {0};
	uint8_t copy[sizeof(text)];
	size_t parsed = 0, refused = 0;

	for (size_t at = 0; at < sizeof(text) - 1; at++) {
		for (int bit = 0; bit < 8; bit++) {
			struct pdf_lex lx = {.text = {copy, sizeof(text) - 1}, .final = true};

			memcpy(copy, text, sizeof(text));
			copy[at] ^= (uint8_t)(1 << bit);
			if (pdf_tree_parse(&lx, &t, NULL) != ANTIN_OK) {
				refused++;
				continue;
			}
			parsed++;
			ck_assert_uint_le(lx.at, sizeof(text) - 1);
			for (uint32_t i = 0; i < t.n; i++) {
				ck_assert_uint_le(t.nodes[i].at + t.nodes[i].len, lx.at);
				ck_assert(t.nodes[i].next > i && t.nodes[i].next <= t.n);
			}
		}
	}
	ck_assert_uint_gt(parsed, 50);
	ck_assert_uint_gt(refused, 50);
}
END_TEST

#define LOOP(t, test, rows) tcase_add_loop_test(t, test, 0, sizeof(rows) / sizeof(rows[0]))

Suite *suite_pdf_lex(void);
Suite *
suite_pdf_lex(void)
{
	Suite *s = suite_create("pdf_lex");
	TCase *t = tcase_create("tokens");

	LOOP(t, first_token, tokens);
	LOOP(t, open_window, tokens);
	LOOP(t, refused_token, bad_tokens);
	tcase_add_test(t, nul_is_space);
	tcase_add_test(t, character_classes);
	tcase_add_test(t, name_length);
	LOOP(t, consumes_words, words);
	LOOP(t, takes_integers, ints);
	LOOP(t, finds_references, refs);
	LOOP(t, refuses_values, bad_values);
	LOOP(t, means_names, names);
	tcase_add_loop_test(t, foreign_kinds, 0, 10);
	tcase_add_test(t, no_value);
	tcase_add_test(t, spans);
	tcase_add_test(t, mutations);
	suite_add_tcase(s, t);
	return s;
}
