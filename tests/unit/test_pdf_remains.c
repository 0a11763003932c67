/*
 * PDF: signatures that no field shows, because the field was taken away or damaged.  A file with
 * one is not called unsigned; what only looks like one is no signature.
 */
#include "pdf_file.h"

#define LOST    "no field shows this signature"
#define OUTSIDE "not part of the form"

/* The numbers that prepare takes in classic.pdf. */
enum { SIGNATURE = 7, FIELD = 8 };

static struct antin_bytes
signed_sample(void)
{
	struct antin_bytes base = pdf_sample("classic.pdf"), b = pdf_sign(&base);

	antin_bytes_done(&base);
	return b;
}

/* One octet another one: what becomes of the signature. */
struct flip_case {
	const char *from, *to, *problem;
};
static const struct flip_case flips[] = {
        {"/V 7 0 R", "/W 7 0 R", LOST},
        {"/V 7 0 R", "/V 6 0 R", LOST},
        {"/V 7 0 R", "/V 7 1 R", LOST},
        {"/FT /Sig", "/FT /Tig", LOST},
        {"/FT /Sig", "/FU /Sig", LOST},
        {"/Fields [8 0 R]", "/Gields [8 0 R]", OUTSIDE},
        {"/Fields [8 0 R]", "/Fields [6 0 R]", OUTSIDE},
        {"/AcroForm", "/AcroBorm", OUTSIDE},
        {"/Type /Sig ", "/Type /Tig ", NULL},
        {"/Type /Sig ", "/Uype /Sig ", NULL},
};

static size_t
count_problem(const struct antin_doc *d, const char *problem)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n_sigs; i++)
		n += problem ? d->sigs[i].problem && strstr(d->sigs[i].problem, problem)
		             : !d->sigs[i].problem;
	return n;
}

START_TEST(flipped)
{
	const struct flip_case *c = &flips[_i];
	struct antin_bytes b = signed_sample();
	struct antin_doc *d;

	pdf_swap(&b, c->from, c->to);
	d = pdf_must_open(&b);
	ck_assert_msg(count_problem(d, c->problem) == 1, "%s: %zu signatures, first %s", c->to,
	              d->n_sigs, d->n_sigs ? d->sigs[0].problem : "none");
	if (!c->problem)
		ck_assert_uint_eq(d->n_sigs, 1);
	antin_doc_free(d);
	antin_bytes_done(&b);
}
END_TEST

/* A later state of the file without the signature: the one before still holds it. */
struct removal {
	const char *what;
	struct pdf_part parts[3];
	const char *problem;
};
static const struct removal removals[] = {
        {"field emptied", {{FIELD, "<< /FT /Sig /T (Signature1) /Rect [0 0 0 0] >>"}}, LOST},
        {"value null", {{FIELD, "<< /FT /Sig /T (Signature1) /V null >>"}}, LOST},
        {"field deleted", {{FIELD, NULL}}, LOST},
        {"both deleted", {{SIGNATURE, NULL}, {FIELD, NULL}}, LOST},
        {"field another one", {{FIELD, "<< /FT /Tx /T (a) /V (b) >>"}}, LOST},
        {"value another one", {{FIELD, "<< /FT /Tx /T (a) /V 7 0 R >>"}}, LOST},
        {"no form", {{1, PDF_CATALOG}, {FIELD, "<< >>"}}, LOST},
        {"form without fields",
         {{1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [] >> >>"}, {FIELD, "<< >>"}},
         LOST},
        {"signature null, field emptied",
         {{SIGNATURE, "null"}, {FIELD, "<< /FT /Sig /T (Signature1) >>"}},
         LOST},
        {"form without fields, the field left",
         {{1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [] >> >>"}},
         OUTSIDE},
        {"value deleted", {{SIGNATURE, NULL}}, "holds no signature"},
        {"value null", {{SIGNATURE, "null"}}, "holds no signature"},
};

START_TEST(removed)
{
	const struct removal *c = &removals[_i];
	struct antin_bytes b = signed_sample();
	struct antin_doc_place place = {.reserve = 64};
	ANTIN_SCOPED(antin_slot) slot = {0};
	struct antin_err err = {0};
	char line[512];
	struct antin_doc *d;
	size_t n = 0;

	while (n < 3 && c->parts[n].num)
		n++;
	pdf_append(&b, c->parts, n, PDF_ROOT);
	d = pdf_must_open(&b);
	ck_assert_msg(count_problem(d, c->problem) >= 1, "%s: %zu signatures, first %s", c->what,
	              d->n_sigs, d->n_sigs ? d->sigs[0].problem : "none");
	ck_assert_uint_eq(count_problem(d, NULL), 0);
	if (strcmp(c->problem, LOST) == 0) {
		ck_assert_uint_eq(d->n_sigs, 1);
		ck_assert_int_eq(d->sigs[0].coverage, ANTIN_COVERAGE_ENTIRE_REVISION);
		ck_assert_int_eq(antin_doc_prepare(d, &place, &slot, &err), ANTIN_E_POLICY);
		pdf_print(&err, line, sizeof(line));
		ck_assert_msg(strstr(line, "save it anew"), "%s", line);
		ck_assert_uint_eq(slot.tail.len, 0);
	}
	antin_doc_free(d);
	antin_bytes_done(&b);
}
END_TEST

/* Two signatures, one of them flipped away. */
START_TEST(of_two)
{
	struct antin_bytes one = signed_sample(), two = pdf_sign(&one);
	struct antin_doc *d;
	size_t second = pdf_find_last(&two, "/V ");

	ck_assert_uint_gt(second, one.len);
	two.p[second + 1] = 'W';
	d = pdf_must_open(&two);
	ck_assert_uint_eq(d->n_sigs, 2);
	ck_assert_ptr_null(d->sigs[0].problem);
	ck_assert_msg(strstr(d->sigs[1].problem, LOST), "%s", d->sigs[1].problem);
	ck_assert_int_eq(d->sigs[1].coverage, ANTIN_COVERAGE_ENTIRE_FILE);
	antin_doc_free(d);
	/* The first one gone as well: both are named. */
	pdf_swap(&two, "/V 7 0 R", "/W 7 0 R");
	d = pdf_must_open(&two);
	ck_assert_uint_eq(count_problem(d, LOST), 2);
	antin_doc_free(d);
	/* Only the first: its signer's field was not there when the second signed. */
	two.p[second + 1] = 'V';
	d = pdf_must_open(&two);
	ck_assert_uint_eq(d->n_sigs, 1);
	ck_assert_ptr_null(d->sigs[0].problem);
	antin_doc_free(d);
	antin_bytes_done(&one);
	antin_bytes_done(&two);
}
END_TEST

/* What is no signature of the document, though it has a range. */
#define DICT                                                                                       \
	"<< /Type /Sig /SubFilter /adbe.pkcs7.detached /ByteRange [0 1 2 3] /Contents <3000> >>"
static const struct {
	const char *what;
	struct pdf_part parts[3];
	size_t signatures;
} lookalikes[] = {
        {"usage rights",
         {{1, "<< /Type /Catalog /Pages 2 0 R /Perms << /UR3 9 0 R >> >>"}, {9, DICT}},
         0},
        {"usage rights of old",
         {{1, "<< /Type /Catalog /Pages 2 0 R /Perms 8 0 R >>"}, {8, "<< /UR 9 0 R >>"}, {9, DICT}},
         0},
        {"text of a string", {{9, "(/ByteRange [0 1 2 3] /Contents <3000>)"}}, 0},
        {"text of a stream", {{9, "<< /Length 90 >>\nstream\n" DICT "\n\n\n\nendstream"}}, 0},
        {"a dictionary without a value", {{9, "<< /ByteRange [0 1 2 3] >>"}}, 0},
        {"a dictionary with the key in a string", {{9, "<< /Contents <30> /A (/ByteRange) >>"}}, 0},
        {"a comment", {{9, "<< /Contents <30> >> %/ByteRange"}}, 0},
        {"a permission, not a right",
         {{1, "<< /Type /Catalog /Pages 2 0 R /Perms << /DocMDP 9 0 R >> >>"}, {9, DICT}},
         1},
        {"another right",
         {{1, "<< /Type /Catalog /Pages 2 0 R /Perms << /UR3 8 0 R >> >>"}, {9, DICT}},
         1},
        {"nothing leads to it", {{9, DICT}}, 1},
        {"inside of another", {{9, "<< /X << /Y [" DICT "] >> >>"}}, 1},
        {"two of them", {{8, DICT}, {9, DICT}}, 2},
};

START_TEST(similar)
{
	struct antin_bytes b = {0};
	struct pdf_part parts[7] = {{1, PDF_CATALOG},
	                            {2, PDF_PAGES},
	                            {3, PDF_PAGE},
	                            {4, PDF_STREAM}};
	struct antin_doc *d;
	size_t n = 4;

	for (size_t i = 0; i < 3 && lookalikes[_i].parts[i].num; i++) {
		if (lookalikes[_i].parts[i].num == 1)
			parts[0] = lookalikes[_i].parts[i];
		else
			parts[n++] = lookalikes[_i].parts[i];
	}
	pdf_append(&b, parts, n, PDF_ROOT);
	d = pdf_must_open(&b);
	ck_assert_msg(d->n_sigs == lookalikes[_i].signatures, "%s: %zu", lookalikes[_i].what,
	              d->n_sigs);
	ck_assert_uint_eq(count_problem(d, LOST), d->n_sigs);
	antin_doc_free(d);
	antin_bytes_done(&b);
}
END_TEST

/* Another document behind the signed one whose tables leave it out, whole or but for one object. */
START_TEST(left_out)
{
	static const struct pdf_part parts[] = {{1, PDF_CATALOG},
	                                        {2, PDF_PAGES},
	                                        {3, PDF_PAGE},
	                                        {4, PDF_STREAM}};
	struct antin_bytes b = signed_sample();
	uint64_t at[5] = {0}, first = (uint64_t)(pdf_find(&b, "xref\n") - b.p);
	struct antin_doc *d;
	char trailer[64] = PDF_ROOT;

	if (_i == 1)
		(void)snprintf(trailer, sizeof(trailer), PDF_ROOT " /Prev %llu",
		               (unsigned long long)first);
	if (_i == 2)
		pdf_swap(&b, "7 0 obj", "7 9 obj");
	for (size_t i = 0; i < 4; i++) {
		at[i] = b.len;
		antin_bytes_printf(&b, "%u 0 obj\n%s\nendobj\n", parts[i].num, parts[i].text);
	}
	pdf_end(&b, parts, at, 4, trailer);
	d = pdf_must_open(&b);
	ck_assert_uint_eq(d->n_sigs, 1);
	ck_assert_msg(strstr(d->sigs[0].problem, LOST), "%s", d->sigs[0].problem);
	antin_doc_free(d);
	/* Without a header in front of it, it is bytes and no object. */
	pdf_swap(&b, _i == 2 ? "7 9 obj" : "7 0 obj", "7 x obj");
	d = pdf_must_open(&b);
	ck_assert_uint_eq(d->n_sigs, 0);
	antin_doc_free(d);
	antin_bytes_done(&b);
}
END_TEST

/* A signature that calls itself a time stamp is judged by nobody, and not left out for it. */
START_TEST(no_time_stamp)
{
	static const struct {
		const char *type;
		enum antin_sig_kind kind;
	} rows[] = {{"/Type /Sig", ANTIN_SIG_OTHER},
	            {"/Type /DocTimeStamp", ANTIN_SIG_TIMESTAMP},
	            {"", ANTIN_SIG_TIMESTAMP}};

	for (size_t i = 0; i < 3; i++) {
		struct antin_bytes b = {0};
		char sig[160];
		const struct pdf_part parts[] = {
		        {1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R] >> >>"},
		        {2, PDF_PAGES},
		        {3, PDF_PAGE},
		        {4, PDF_STREAM},
		        {7, sig},
		        {8, "<< /FT /Sig /T (a) /V 7 0 R >>"},
		};
		struct antin_doc *d;

		(void)snprintf(sig, sizeof(sig),
		               "<< %s /SubFilter /ETSI.RFC3161 /ByteRange [0 1 2 3] /Contents <30> "
		               ">>",
		               rows[i].type);
		pdf_append(&b, parts, 6, PDF_ROOT);
		d = pdf_must_open(&b);
		ck_assert_uint_eq(d->n_sigs, 1);
		ck_assert_int_eq(d->sigs[0].kind, rows[i].kind);
		antin_doc_free(d);
		antin_bytes_done(&b);
	}
}
END_TEST

/* The key across the border of what is read at once, at each of its octets. */
START_TEST(across_windows)
{
	enum { WINDOW = 65536 };

	for (size_t shift = 0; shift < 12; shift++) {
		struct antin_bytes b = {0}, filler = {0};
		struct pdf_part parts[] = {{1, PDF_CATALOG}, {2, PDF_PAGES}, {3, PDF_PAGE},
		                           {4, PDF_STREAM},  {5, NULL},      {9, DICT}};
		struct antin_doc *d;
		size_t at;

		antin_bytes_text(&filler, "(");
		while (filler.len < WINDOW - 400)
			antin_bytes_byte(&filler, 'x');
		antin_bytes_text(&filler, ")");
		parts[4].text = antin_bytes_cstr(&filler);
		pdf_append(&b, parts, 6, PDF_ROOT);
		at = (size_t)(pdf_find(&b, "/ByteRange") - b.p);
		ck_assert_uint_lt(at, WINDOW - 11);
		for (size_t i = at; i < WINDOW - shift; i++) {
			filler.p[filler.len - 1] = 'x';
			antin_bytes_text(&filler, ")");
		}
		parts[4].text = antin_bytes_cstr(&filler);
		antin_bytes_done(&b);
		pdf_append(&b, parts, 6, PDF_ROOT);
		ck_assert_uint_eq((size_t)(pdf_find(&b, "/ByteRange") - b.p), WINDOW - shift);
		d = pdf_must_open(&b);
		ck_assert_msg(count_problem(d, LOST) == 1, "shift %zu", shift);
		antin_doc_free(d);
		antin_bytes_done(&b);
		antin_bytes_done(&filler);
	}
}
END_TEST

/* A file that was encrypted in one of its states is not read, whichever trailer says so. */
START_TEST(encrypted_once)
{
	static const char *const first[] = {PDF_ROOT " /Encrypt << >>", PDF_ROOT};
	static const char *const second[] = {PDF_ROOT, PDF_ROOT " /Encrypt 4 0 R"};
	struct antin_bytes b = {0};
	const struct pdf_part parts[] = {{1, PDF_CATALOG},
	                                 {2, PDF_PAGES},
	                                 {3, PDF_PAGE},
	                                 {4, PDF_STREAM}};

	pdf_append(&b, parts, 4, first[_i]);
	pdf_append(&b, parts + 3, 1, second[_i]);
	pdf_must_refuse(&b, ANTIN_E_ENCRYPTED, "is encrypted", second[_i]);
	antin_bytes_done(&b);
}
END_TEST

#define LOOP(t, test, rows) tcase_add_loop_test(t, test, 0, sizeof(rows) / sizeof(rows[0]))

Suite *suite_pdf_remains(void);
Suite *
suite_pdf_remains(void)
{
	Suite *s = suite_create("pdf_remains");
	TCase *t = tcase_create("remains");

	LOOP(t, flipped, flips);
	LOOP(t, removed, removals);
	tcase_add_test(t, of_two);
	LOOP(t, similar, lookalikes);
	tcase_add_loop_test(t, left_out, 0, 3);
	tcase_add_test(t, no_time_stamp);
	tcase_add_test(t, across_windows);
	tcase_add_loop_test(t, encrypted_once, 0, 2);
	suite_add_tcase(s, t);
	return s;
}
