/*
 * PDF: attacks on signatures (signature wrapping, universal forgery, incremental saving, shadow
 * attacks).  Each is answered by its own problem or coverage, never by "the entire file".
 */
#include "pdf_file.h"

/* A signature by hand: two fields of ByteRange and Contents are the test's. */
static struct antin_bytes
signed_sample(void)
{
	struct antin_bytes base = pdf_sample("classic.pdf"), b = pdf_sign(&base);

	antin_bytes_done(&base);
	return b;
}

/* What one signature is now said to be. */
struct forged_case {
	const char *from, *to; /* same length */
	const char *problem;
	enum antin_coverage coverage;
};
static const struct forged_case forged[] = {
        {"/ByteRange [0 ", "/ByteRange [1 ", "begin at the start", ANTIN_COVERAGE_UNCLEAR},
        {"/ByteRange [0 ", "/ByteRangf [0 ", "which bytes", ANTIN_COVERAGE_UNCLEAR},
        {"/ByteRange [0 9", "/ByteRange [0 0", "exactly the signature", ANTIN_COVERAGE_UNCLEAR},
        {"/ByteRange [0 ", "/ByteRange [-1", "which bytes", ANTIN_COVERAGE_UNCLEAR},
        {"/ByteRange [0 9", "/ByteRange [0 -", "overlap or lie", ANTIN_COVERAGE_UNCLEAR},
        {"/ByteRange [0 ", "/ByteRange [  ", "which bytes", ANTIN_COVERAGE_UNCLEAR},
        {"/ByteRange [0 ", "/ByteRange 0 [", "holds no signature", ANTIN_COVERAGE_UNCLEAR},
        {"/Contents <30", "/Contents <00", "is not a signature", ANTIN_COVERAGE_ENTIRE_FILE},
        {"/Contents <30", "/Contents <3 ", "whole octets", ANTIN_COVERAGE_ENTIRE_FILE},
        {"/Contents <30", "/Contenty <30", "exactly", ANTIN_COVERAGE_UNCLEAR},
        {"3003020101000", "3003020101001", "other than zero", ANTIN_COVERAGE_ENTIRE_FILE},
        {"3003020101000", "3003020101xxx", "holds no signature", ANTIN_COVERAGE_UNCLEAR},
        {"3003020101", "0000000000", "has no value", ANTIN_COVERAGE_ENTIRE_FILE},
        {"3003020101", "30ff020101", "is not a signature", ANTIN_COVERAGE_ENTIRE_FILE},
        {"3003020101", "0403020101", "is not a signature", ANTIN_COVERAGE_ENTIRE_FILE},
};

START_TEST(names_forgery)
{
	const struct forged_case *c = &forged[_i];
	struct antin_bytes b = signed_sample();
	struct antin_err err = {0};
	struct antin_doc *d;
	uint8_t digest[ANTIN_DIGEST_MAX];

	pdf_swap(&b, c->from, c->to);
	d = pdf_open_bytes(&b, &err);
	ck_assert_ptr_nonnull(d);
	if (d) {
		ck_assert_uint_eq(d->n_sigs, 1);
		ck_assert_msg(d->sigs[0].problem && strstr(d->sigs[0].problem, c->problem),
		              "want %s, got %s", c->problem, d->sigs[0].problem);
		ck_assert_int_eq(d->sigs[0].coverage, c->coverage);
		ck_assert((antin_doc_digest(d, 0, ANTIN_SHA256, digest, NULL) == ANTIN_OK) ==
		          (c->coverage != ANTIN_COVERAGE_UNCLEAR));
	}
	antin_doc_free(d);
	antin_bytes_done(&b);
}
END_TEST

static void
check_first(const struct antin_bytes *b, const char *problem, enum antin_coverage coverage)
{
	struct antin_doc *d = pdf_must_open(b);

	ck_assert_uint_ge(d->n_sigs, 1);
	ck_assert_msg(d->sigs[0].coverage == coverage, "coverage %u", d->sigs[0].coverage);
	ck_assert_msg((d->sigs[0].problem != NULL) == (problem != NULL), "%s", d->sigs[0].problem);
	if (problem)
		ck_assert_msg(strstr(d->sigs[0].problem, problem), "%s", d->sigs[0].problem);
	antin_doc_free(d);
}

/* Writes the four numbers anew, in the width that is there. */
static void
set_range(struct antin_bytes *b, uint64_t first, uint64_t second, uint64_t length)
{
	char text[65];
	int n = snprintf(text, sizeof(text), "[0 %llu %llu %llu]", (unsigned long long)first,
	                 (unsigned long long)second, (unsigned long long)length);
	uint8_t *at = pdf_find(b, "/ByteRange [") + 11;

	ck_assert_int_lt(n, 64);
	memset(at, ' ', 64);
	memcpy(at, text, (size_t)n);
}

START_TEST(range_leaves_bytes_out)
{
	struct antin_bytes b = signed_sample();
	struct antin_doc *d = pdf_must_open(&b);
	uint64_t a = d->sigs[0].ranges[0].length, s = d->sigs[0].ranges[1].offset;
	uint64_t len = d->sigs[0].ranges[1].length;

	antin_doc_free(d);
	set_range(&b, a, s, len);
	check_first(&b, NULL, ANTIN_COVERAGE_ENTIRE_FILE);
	set_range(&b, a, s, len - 1); /* without the last line end */
	check_first(&b, NULL, ANTIN_COVERAGE_ENTIRE_REVISION);
	set_range(&b, a, s, len - 2);
	check_first(&b, "not covered", ANTIN_COVERAGE_PARTIAL);
	set_range(&b, a, s, 0);
	check_first(&b, "not covered", ANTIN_COVERAGE_PARTIAL);
	set_range(&b, a - 1, s, len);
	check_first(&b, "exactly the signature", ANTIN_COVERAGE_UNCLEAR);
	set_range(&b, a, s + 1, len - 1);
	check_first(&b, "exactly the signature", ANTIN_COVERAGE_UNCLEAR);
	set_range(&b, a, s, len + 1);
	check_first(&b, "overlap or lie", ANTIN_COVERAGE_UNCLEAR);
	set_range(&b, s, a, len);
	check_first(&b, "overlap or lie", ANTIN_COVERAGE_UNCLEAR);
	set_range(&b, a, UINT64_MAX / 4, UINT64_MAX / 4);
	check_first(&b, "overlap or lie", ANTIN_COVERAGE_UNCLEAR);
	antin_bytes_done(&b);
}
END_TEST

/* The number of the field's and of the signature's object, as prepare gives them. */
enum { SIGNATURE = 7, FIELD = 8, FORM = 9 };

/* Signature wrapping: the signed bytes stay, a later dictionary with the same range takes over. */
START_TEST(wrapped_signature)
{
	struct antin_bytes b = signed_sample(), copy = {0};
	const uint8_t *from = pdf_find(&b, "<< /Type /Sig");
	const uint8_t *to = memmem(from, b.len - (size_t)(from - b.p), "\nendobj", 7);
	const struct pdf_part parts[] = {{SIGNATURE, NULL}};
	struct pdf_part again = parts[0];

	antin_bytes_add(&copy, from, (size_t)(to - from));
	again.text = antin_bytes_cstr(&copy);
	pdf_append(&b, &again, 1, PDF_ROOT);
	check_first(&b, "exactly the signature", ANTIN_COVERAGE_UNCLEAR);
	antin_bytes_done(&b);
	antin_bytes_done(&copy);
}
END_TEST

/* Incremental saving without a table that reaches it: a tail, whatever it pretends to be. */
static const char *const tails[] = {
        "4 0 obj\n<< /Length 0 >>\nstream\n\nendstream\nendobj\n",
        "4 0 obj\n<<>>\nendobj\nxref\n4 1\n0000000000 00000 n \ntrailer\n<< /Size 9 /Root 1 0 R",
        "junk",
        "\1",
};

START_TEST(tail_is_named)
{
	struct antin_bytes b = signed_sample();
	ANTIN_SCOPED(antin_changes) c = {0};
	struct antin_doc *d;
	size_t at = b.len;

	antin_bytes_text(&b, tails[_i]);
	check_first(&b, NULL, ANTIN_COVERAGE_ENTIRE_REVISION);
	d = pdf_must_open(&b);
	ck_assert(antin_doc_changes(d, 0, &c, NULL) == ANTIN_OK);
	ck_assert_int_eq(c.level, ANTIN_CHANGE_OTHER);
	ck_assert_uint_eq(c.tail_offset, at);
	ck_assert_uint_ge(c.unsigned_tail, 1);
	ck_assert_uint_le(c.unsigned_tail, strlen(tails[_i]));
	antin_doc_free(d);
	antin_bytes_done(&b);
}
END_TEST

/* Annex H.3: so much white space that readers look for startxref elsewhere is no white space. */
START_TEST(tail_of_white_space)
{
	static const char spaces[] = {' ', '\0', '\n'};

	for (size_t more = 0; more < 2; more++) {
		struct antin_bytes b = signed_sample();
		ANTIN_SCOPED(antin_changes) c = {0};
		size_t at = b.len, full = pdf_find_last(&b, "startxref") + 1024 + more;
		struct antin_doc *d;

		while (b.len < full)
			antin_bytes_byte(&b, (uint8_t)spaces[_i]);
		check_first(&b, NULL, ANTIN_COVERAGE_ENTIRE_REVISION);
		d = pdf_must_open(&b);
		ck_assert(antin_doc_changes(d, 0, &c, NULL) == ANTIN_OK);
		ck_assert_int_eq(c.level, more ? ANTIN_CHANGE_OTHER : ANTIN_CHANGE_NONE);
		ck_assert_uint_eq(c.unsigned_tail, more ? b.len - at : 0);
		antin_doc_free(d);
		antin_bytes_done(&b);
	}
}
END_TEST

/*
 * Annex F.3.1: a file is linearised while /L is its length.  Signed with another number, and then
 * made as long as that, it would be read from its beginning.
 */
static const struct {
	const char *before, *behind; /* the number of /L */
	bool signable;               /* as long as it has another length */
} linear[] = {
        {"/Linearized 1 /L", "", true},
        {"/L", "/Linearized 1", true},
        {"/Linearized 1.0 /L", "", true},
        {"/Line#61rized 1 /L", "", true},
        {"/Linearized 1 /#4c", "", true},
        {"/X (endobj) /Linearized 1 /L", "", true},
        {"/Linearized 1 /L", "%% endobj\n", true},
        {"/Linearized 1 /L", ".0", false},
        {"/Linearized 1 /M", "", false},
        {"/Linearized 1 /L (", ")", false},
};

static struct antin_bytes
linear_sample(int row, size_t length)
{
	static const struct pdf_part parts[] = {{1, PDF_CATALOG},
	                                        {2, PDF_PAGES},
	                                        {3, PDF_PAGE},
	                                        {4, PDF_STREAM}};
	struct antin_bytes b = {0};
	uint64_t at[4];

	antin_bytes_printf(&b, "%%PDF-1.7\n%% x\n50 0 obj\n<< %s %05zu%s >>\nendobj\n",
	                   linear[row].before, length, linear[row].behind);
	for (size_t i = 0; i < 4; i++) {
		at[i] = b.len;
		antin_bytes_printf(&b, "%u 0 obj\n%s\nendobj\n", parts[i].num, parts[i].text);
	}
	pdf_end(&b, parts, at, 4, PDF_ROOT);
	return b;
}

START_TEST(made_linear_later)
{
	enum { MORE = 7 };
	struct antin_bytes base = linear_sample(_i, 0), b;
	const char *two = "two versions", *what = linear[_i].before;

	if (!linear[_i].signable) {
		pdf_must_refuse(&base, ANTIN_E_DAMAGED, two, what);
		antin_bytes_done(&base);
		return;
	}
	b = pdf_sign(&base);
	antin_bytes_done(&base);
	base = linear_sample(_i, b.len + MORE);
	antin_bytes_done(&b);
	b = pdf_sign(&base);
	check_first(&b, NULL, ANTIN_COVERAGE_ENTIRE_FILE);
	antin_bytes_text(&b, "      ");
	check_first(&b, NULL, ANTIN_COVERAGE_ENTIRE_REVISION);
	antin_bytes_text(&b, " ");
	pdf_must_refuse(&b, ANTIN_E_DAMAGED, two, what);
	antin_bytes_text(&b, " ");
	check_first(&b, NULL, ANTIN_COVERAGE_ENTIRE_REVISION);
	antin_bytes_done(&base);
	antin_bytes_done(&b);
}
END_TEST

/* The same startxref again behind foreign objects: the newest table does not reach them. */
START_TEST(tail_with_old_startxref)
{
	struct antin_bytes b = signed_sample();
	ANTIN_SCOPED(antin_changes) c = {0};
	uint64_t old = pdf_startxref(&b);
	size_t at = b.len;
	struct antin_doc *d;

	antin_bytes_printf(&b, "4 0 obj\n(x)\nendobj\nstartxref\n%llu\n%%%%EOF\n",
	                   (unsigned long long)old);
	d = pdf_must_open(&b);
	ck_assert_int_eq(d->sigs[0].coverage, ANTIN_COVERAGE_ENTIRE_REVISION);
	ck_assert(antin_doc_changes(d, 0, &c, NULL) == ANTIN_OK);
	ck_assert_int_eq(c.level, ANTIN_CHANGE_OTHER);
	ck_assert_uint_eq(c.tail_offset, at);
	antin_doc_free(d);
	antin_bytes_done(&b);
}
END_TEST

/* A whole document behind the signed one, without /Prev: the signature is of another file. */
START_TEST(replaced_document)
{
	struct antin_bytes b = signed_sample(), other = {0};
	char form[160];
	const struct pdf_part parts[] = {
	        {1, form},
	        {2, PDF_PAGES},
	        {3, PDF_PAGE},
	        {4, PDF_STREAM},
	        {FIELD, "<< /FT /Sig /T (a) /V 7 0 R >>"},
	};
	uint64_t at[5] = {0}, sig = (uint64_t)(pdf_find(&b, "7 0 obj") - b.p);

	(void)snprintf(form, sizeof(form),
	               "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R] >> >>");
	for (size_t i = 0; i < 5; i++) {
		at[i] = b.len;
		antin_bytes_printf(&b, "%u 0 obj\n%s\nendobj\n", parts[i].num, parts[i].text);
	}
	antin_bytes_printf(&other, "xref\n0 1\n0000000000 65535 f \n7 1\n%010llu 00000 n \n",
	                   (unsigned long long)sig);
	for (size_t i = 0; i < 5; i++)
		antin_bytes_printf(&other, "%u 1\n%010llu 00000 n \n", parts[i].num,
		                   (unsigned long long)at[i]);
	antin_bytes_printf(&other, "trailer\n<< " PDF_ROOT " >>\nstartxref\n%zu\n%%%%EOF\n", b.len);
	antin_bytes_add(&b, other.p, other.len);
	check_first(&b, "not covered", ANTIN_COVERAGE_PARTIAL);
	antin_bytes_done(&b);
	antin_bytes_done(&other);
}
END_TEST

/* The signed state lists an object that only comes later. */
START_TEST(table_leads_beyond)
{
	struct antin_bytes base = {0};
	const struct pdf_part parts[] = {
	        {1, PDF_CATALOG},
	        {2, PDF_PAGES},
	        {3, PDF_PAGE},
	        {4, PDF_STREAM},
	};
	uint64_t at[6] = {0, 0, 0, 0, 2800, 0};
	const struct pdf_part listed[] = {
	        {1, ""}, {2, ""}, {3, ""}, {4, ""}, {5, ""},
	};
	struct antin_err err = {0};

	antin_bytes_text(&base, "%PDF-1.7\n");
	for (size_t i = 0; i < 4; i++) {
		at[i] = base.len;
		antin_bytes_printf(&base, "%u 0 obj\n%s\nendobj\n", parts[i].num, parts[i].text);
	}
	pdf_end(&base, listed, at, 5, PDF_ROOT);
	/* Such a file is not signed to begin with. */
	ck_assert(pdf_open_bytes(&base, &err) == NULL);
	ck_assert(err.rc == ANTIN_E_DAMAGED);
	antin_bytes_done(&base);
}
END_TEST

static const struct pdf_part shared[] = {
        {1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R 20 0 R] >> >>"},
        {20, "<< /FT /Sig /T (b) /V 7 0 R >>"},
};
static const struct pdf_part outside[] = {
        {3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [21 0 R] "
            ">>"},
        {21, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (c) /V 7 0 R /Rect [0 0 9 9] >>"},
};
static const struct pdf_part no_dictionary[] = {
        {7, "(text)"},
};
struct listed_case {
	const struct pdf_part *parts;
	size_t n;
	const char *problem;
	size_t signatures;
};
static const struct listed_case listed_cases[] = {
        {shared, 2, "two fields", 2},
        {outside, 2, "not part of the form", 2},
        {no_dictionary, 1, "holds no signature", 1},
};

START_TEST(odd_fields)
{
	const struct listed_case *c = &listed_cases[_i];
	struct antin_bytes b = signed_sample();
	struct antin_doc *d;
	size_t found = 0;

	pdf_append(&b, c->parts, c->n, PDF_ROOT);
	d = pdf_must_open(&b);
	ck_assert_uint_eq(d->n_sigs, c->signatures);
	for (size_t i = 0; i < d->n_sigs; i++)
		found += d->sigs[i].problem && strstr(d->sigs[i].problem, c->problem);
	ck_assert_msg(found > 0, "%s", c->problem);
	antin_doc_free(d);
	antin_bytes_done(&b);
}
END_TEST

/* What prepare refuses. */
struct refused_case {
	const char *form, *page, *pages;
	enum antin_rc rc;
	const char *text;
};
static const struct refused_case refused[] = {
        {" /AcroForm << /Fields [] /XFA (x) >>", PDF_PAGE, PDF_PAGES, ANTIN_E_UNSUPPORTED, "XFA"},
        {" /Perms << /DocMDP 4 0 R >>", PDF_PAGE, PDF_PAGES, ANTIN_E_POLICY, "certified already"},
        {"", PDF_PAGE, "<< /Type /Pages /Kids [2 0 R] /Count 1 >>", ANTIN_E_DAMAGED, "page tree"},
        {"", PDF_PAGE, "<< /Type /Pages /Kids [3 0 R] /Count 2 >>", ANTIN_E_DAMAGED, "page tree"},
        {"", PDF_PAGE, "<< /Type /Pages /Kids [9 0 R] /Count 1 >>", ANTIN_E_DAMAGED, "page tree"},
        {"", PDF_PAGE, "<< /Type /Pages /Kids [4 0 R] /Count 1 >>", ANTIN_E_DAMAGED, "page tree"},
        {"", PDF_PAGE, "<< /Type /Pages /Kids [] /Count 0 >>", ANTIN_E_DAMAGED, "page tree"},
        {"", PDF_PAGE, "<< /Type /Pages /Count 1 >>", ANTIN_E_DAMAGED, "page tree"},
        {"", "<< /Type /Page /Parent 1 0 R /Contents 4 0 R >>", PDF_PAGES, ANTIN_E_DAMAGED,
         "page tree"},
        {"", "<< /Type /Page /Parent 2 0 R /Contents 3 0 R >>", PDF_PAGES, ANTIN_E_DAMAGED,
         "first page"},
        {"", "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Annots 3 0 R >>", PDF_PAGES,
         ANTIN_E_DAMAGED, "first page"},
        {"", "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Annots 4 0 R >>", PDF_PAGES,
         ANTIN_E_DAMAGED, "not an array"},
};

START_TEST(prepare_refuses)
{
	const struct refused_case *c = &refused[_i];
	struct antin_doc_place place = {.certify = 2};
	ANTIN_SCOPED(antin_slot) slot = {0};
	struct antin_bytes b = {0};
	struct antin_err err = {0};
	char catalog[160], line[1024];
	struct pdf_part parts[] = {{1, catalog}, {2, c->pages}, {3, c->page}, {4, PDF_STREAM}};
	struct antin_doc *d;

	(void)snprintf(catalog, sizeof(catalog), "<< /Type /Catalog /Pages 2 0 R%s >>", c->form);
	pdf_append(&b, parts, 4, PDF_ROOT);
	d = pdf_must_open(&b);
	ck_assert(antin_doc_prepare(d, &place, &slot, &err) == c->rc);
	ck_assert_msg(strstr(antin_err_line(&err, NULL, line, sizeof(line)), c->text), "%s", line);
	ck_assert_uint_eq(slot.tail.len, 0);
	antin_doc_free(d);
	antin_bytes_done(&b);
}
END_TEST

START_TEST(prepare_refuses_certified)
{
	struct antin_bytes base = pdf_sample("classic.pdf"), b;
	struct antin_doc_place place = {.reserve = 64, .certify = 1};
	ANTIN_SCOPED(antin_slot) slot = {0};
	struct antin_err err = {0};
	struct antin_doc *d;

	b = pdf_sign_at(&base, &place);
	d = pdf_must_open(&b);
	ck_assert_int_eq(d->sigs[0].docmdp, 1);
	place.certify = 0;
	ck_assert(antin_doc_prepare(d, &place, &slot, &err) == ANTIN_E_POLICY);
	antin_err_clear(&err);
	place.certify = 2;
	ck_assert(antin_doc_prepare(d, &place, &slot, &err) == ANTIN_E_POLICY);
	antin_doc_free(d);
	antin_bytes_text(&b, "junk");
	d = pdf_must_open(&b);
	antin_err_clear(&err);
	ck_assert(antin_doc_prepare(d, &place, &slot, &err) == ANTIN_E_DAMAGED);
	antin_doc_free(d);
	antin_bytes_done(&b);
	antin_bytes_done(&base);
}
END_TEST

Suite *suite_pdf_attack(void);
Suite *
suite_pdf_attack(void)
{
	Suite *s = suite_create("pdf_attack");
	TCase *t = tcase_create("signatures");

	tcase_add_loop_test(t, names_forgery, 0, sizeof(forged) / sizeof(forged[0]));
	tcase_add_test(t, range_leaves_bytes_out);
	tcase_add_test(t, wrapped_signature);
	tcase_add_loop_test(t, tail_is_named, 0, sizeof(tails) / sizeof(tails[0]));
	tcase_add_loop_test(t, tail_of_white_space, 0, 3);
	tcase_add_loop_test(t, made_linear_later, 0, sizeof(linear) / sizeof(linear[0]));
	tcase_add_test(t, tail_with_old_startxref);
	tcase_add_test(t, replaced_document);
	tcase_add_test(t, table_leads_beyond);
	tcase_add_loop_test(t, odd_fields, 0, sizeof(listed_cases) / sizeof(listed_cases[0]));
	tcase_add_loop_test(t, prepare_refuses, 0, sizeof(refused) / sizeof(refused[0]));
	tcase_add_test(t, prepare_refuses_certified);
	suite_add_tcase(s, t);
	return s;
}
