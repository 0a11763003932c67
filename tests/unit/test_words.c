/*
 * The words of verdicts and errors: every row of every table in both languages, short, with the
 * same places to fill in the same order, and no two faults with one message.
 */
#include <ctype.h>
#include <stdio.h>

#include <antin/kind.h>
#include <antin/verify_cert.h>

#include "util.h"

enum { TEXTS = 4096, WORDS = 25 };

/* tools/po/vi.po, read by hand: what the programs were given to say. */
static struct pair {
	char *english, *vietnamese;
} pairs[TEXTS];
static size_t n_pairs;

static void
add_quoted(struct antin_bytes *b, const char *line)
{
	const char *p = strchr(line, '"');

	for (p++; *p && *p != '"'; p++) {
		if (*p == '\\' && *++p == 'n')
			antin_bytes_byte(b, '\n');
		else
			antin_bytes_byte(b, (uint8_t)*p);
	}
}

static void
keep_pair(struct antin_bytes *english, struct antin_bytes *vietnamese)
{
	if (english->len) {
		ck_assert_uint_lt(n_pairs, TEXTS);
		pairs[n_pairs].english = strdup(antin_bytes_cstr(english));
		pairs[n_pairs++].vietnamese = strdup(antin_bytes_cstr(vietnamese));
	}
	antin_bytes_clear(english);
	antin_bytes_clear(vietnamese);
}

static void
read_po(void)
{
	ANTIN_SCOPED(antin_bytes) english = {0};
	ANTIN_SCOPED(antin_bytes) vietnamese = {0};
	struct antin_bytes *to = NULL;
	char line[4096];
	FILE *f = fopen("tools/po/vi.po", "r");

	ck_assert_ptr_nonnull(f);
	n_pairs = 0;
	while (fgets(line, sizeof(line), f)) {
		if (strncmp(line, "msgid ", 6) == 0) {
			keep_pair(&english, &vietnamese);
			to = &english;
		} else if (strncmp(line, "msgstr ", 7) == 0) {
			to = &vietnamese;
		} else if (line[0] != '"') {
			continue;
		}
		add_quoted(to, line);
	}
	keep_pair(&english, &vietnamese);
	(void)fclose(f);
	ck_assert_uint_gt(n_pairs, 1000);
}

static void
forget_po(void)
{
	for (size_t i = 0; i < n_pairs; i++) {
		free(pairs[i].english);
		free(pairs[i].vietnamese);
	}
}

/* "" when it was not translated. */
static const char *
in_vietnamese(const char *english)
{
	for (size_t i = 0; i < n_pairs; i++)
		if (strcmp(pairs[i].english, english) == 0)
			return pairs[i].vietnamese;
	return "";
}

static size_t
count_words(const char *text)
{
	size_t n = 0;
	bool in = false;

	for (; *text; text++) {
		bool letter = !isspace((unsigned char)*text);

		n += letter && !in;
		in = letter;
	}
	return n;
}

/* How many %s; any other % is wrong. */
static size_t
count_places(const char *text)
{
	size_t n = 0;

	for (; (text = strchr(text, '%')); text++, n++)
		ck_assert_int_eq(text[1], 's');
	return n;
}

/* Both languages, as short as they must be, to be filled alike. */
static void
good_text(const char *english, const char *where)
{
	const char *vietnamese;

	ck_assert_msg(english && *english, "%s has no text", where);
	if (strcmp(english, "%s") == 0)
		return;
	vietnamese = in_vietnamese(english);
	ck_assert_msg(*vietnamese, "%s: no Vietnamese for: %s", where, english);
	ck_assert_msg(strcmp(vietnamese, english) != 0, "%s: left in English: %s", where, english);
	ck_assert_msg(count_words(english) <= WORDS, "%s: %zu words: %s", where,
	              count_words(english), english);
	ck_assert_msg(count_places(english) == count_places(vietnamese), "%s: %s", where,
	              vietnamese);
}

/* Vietnamese writes syllables apart: twenty-five words are some forty of them. */
static void
good_sentence(const char *english, const char *where)
{
	const char *vietnamese;

	good_text(english, where);
	if (strcmp(english, "%s") == 0)
		return;
	vietnamese = in_vietnamese(english);
	ck_assert_msg(count_words(vietnamese) <= 40, "%s: %s", where, vietnamese);
	ck_assert_msg(english[strlen(english) - 1] == '.', "%s: %s", where, english);
	ck_assert_msg(vietnamese[strlen(vietnamese) - 1] == '.', "%s: %s", where, vietnamese);
}

typedef const struct antin_finding_row *rows_fn(size_t i);

static void
good_rows(rows_fn *rows)
{
	const struct antin_finding_row *row;

	for (size_t i = 0; (row = rows(i)); i++) {
		bool error = row->sub != ANTIN_SUB_NONE;

		ck_assert_msg(row->code && *row->code, "row %zu has no code", i);
		ck_assert_msg(row->clause && *row->clause, "%s has no clause", row->code);
		good_sentence(row->why, row->code);
		ck_assert_uint_le(count_places(row->why), 2);
		ck_assert_msg(error == (row->advice != NULL), "%s", row->code);
		if (!error)
			continue;
		good_sentence(row->advice, row->code);
		ck_assert_msg(row->field && *row->field, "%s names no field", row->code);
	}
}

START_TEST(test_tables)
{
	good_rows(antin_finding_row);
	good_rows(antin_cert_finding_row);
}
END_TEST

/* Two rows with one sentence, in whichever language, would be two faults with one message. */
START_TEST(test_one_message_each)
{
	const struct antin_finding_row *all[256];
	size_t n = 0;

	for (size_t i = 0; antin_finding_row(i); i++)
		all[n++] = antin_finding_row(i);
	for (size_t i = 0; antin_cert_finding_row(i); i++)
		all[n++] = antin_cert_finding_row(i);
	ck_assert_uint_gt(n, 60);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++) {
			if (strcmp(all[i]->why, "%s") == 0 || strcmp(all[k]->why, "%s") == 0)
				continue;
			ck_assert_str_ne(all[i]->why, all[k]->why);
			ck_assert_msg(strcmp(in_vietnamese(all[i]->why),
			                     in_vietnamese(all[k]->why)) != 0,
			              "%s and %s: %s", all[i]->code, all[k]->code,
			              in_vietnamese(all[i]->why));
		}
}
END_TEST

/* Every sub-indication has a row that says why and what to do; every one is of one indication. */
START_TEST(test_subs)
{
	for (size_t s = 0; s < ANTIN_SUB_COUNT; s++) {
		const struct antin_finding_row *row = NULL;
		bool said = false;

		for (size_t i = 0; (row = antin_finding_row(i)); i++)
			said = said || row->sub == s;
		ck_assert_msg(said, "nothing says %s", antin_sub_id((enum antin_sub)s));
		ck_assert_int_eq(antin_sub_indication((enum antin_sub)s) == ANTIN_TOTAL_PASSED,
		                 s == ANTIN_SUB_NONE);
		for (size_t k = 0; k < s; k++)
			ck_assert_str_ne(antin_sub_id((enum antin_sub)s),
			                 antin_sub_id((enum antin_sub)k));
	}
}
END_TEST

/* Error classes: an identifier of its own, and what to do in both languages. */
START_TEST(test_classes)
{
	for (int rc = ANTIN_OK + 1; rc < ANTIN_RC_COUNT; rc++) {
		const char *id = antin_rc_id((enum antin_rc)rc);

		ck_assert_msg(id && *id, "class %d has no identifier", rc);
		good_sentence(antin_rc_hint((enum antin_rc)rc), id);
		for (int k = ANTIN_OK; k < rc; k++)
			ck_assert_str_ne(id, antin_rc_id((enum antin_rc)k));
	}
}
END_TEST

/* Parts of sentences: faults of a path, reasons of a revocation, kinds of signers and services. */
START_TEST(test_parts)
{
	char where[64];

	for (int f = ANTIN_FAULT_NONE + 1; f < ANTIN_FAULT_COUNT; f++) {
		const struct antin_fault_info *info = antin_fault_info((enum antin_fault)f);

		good_text(info->text, info->id);
		for (int k = ANTIN_FAULT_NONE + 1; k < f; k++)
			ck_assert_str_ne(info->text, antin_fault_info((enum antin_fault)k)->text);
	}
	for (int r = 0; r <= 10; r++) {
		(void)snprintf(where, sizeof(where), "reason %d", r);
		good_text(antin_reason_text(r), where);
	}
	for (int c = 0; c < ANTIN_CLASSES_N; c++)
		good_text(antin_class_text((enum antin_class)c),
		          antin_class_id((enum antin_class)c));
	for (int h = 0; h < ANTIN_HOLDERS_N; h++)
		good_text(antin_holder_text((enum antin_holder)h),
		          antin_holder_id((enum antin_holder)h));
}
END_TEST

/* The four headings of a verdict. */
START_TEST(test_headings)
{
	static const struct {
		enum antin_indication indication;
		enum antin_change_level changed;
		const char *vietnamese;
	} headings[] = {
	        {ANTIN_TOTAL_PASSED, ANTIN_CHANGE_NONE, "HỢP LỆ"},
	        {ANTIN_TOTAL_PASSED, ANTIN_CHANGE_LTA, "HỢP LỆ"},
	        {ANTIN_TOTAL_PASSED, ANTIN_CHANGE_FILL, "HỢP LỆ, có thay đổi được phép sau khi ký"},
	        {ANTIN_TOTAL_PASSED, ANTIN_CHANGE_ANNOTATE,
	         "HỢP LỆ, có thay đổi được phép sau khi ký"},
	        {ANTIN_INDETERMINATE, ANTIN_CHANGE_FILL, "CHƯA KẾT LUẬN"},
	        {ANTIN_TOTAL_FAILED, ANTIN_CHANGE_NONE, "KHÔNG HỢP LỆ"},
	};

	for (size_t i = 0; i < UTIL_COUNT(headings); i++) {
		const struct antin_verdict v = {.indication = headings[i].indication,
		                                .changes = {.level = headings[i].changed}};

		ck_assert_str_eq(in_vietnamese(antin_verdict_heading(&v)), headings[i].vietnamese);
	}
}
END_TEST

Suite *suite_words(void);
Suite *
suite_words(void)
{
	Suite *s = suite_create("words");
	TCase *c = tcase_create("words");

	tcase_add_unchecked_fixture(c, read_po, forget_po);
	tcase_add_test(c, test_tables);
	tcase_add_test(c, test_one_message_each);
	tcase_add_test(c, test_subs);
	tcase_add_test(c, test_classes);
	tcase_add_test(c, test_parts);
	tcase_add_test(c, test_headings);
	suite_add_tcase(s, c);
	return s;
}
