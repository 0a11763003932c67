/*
 * PDF: forms and page trees of every shape, as readers find them and as prepare adds to them.
 */
#include "../../lib/doc/pdf/reader.h"

#include "pdf_file.h"

#define SIGNED "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached >>"

struct form_case {
	const char *what;
	struct pdf_part parts[8];
	size_t fields;     /* of the form */
	const char *names; /* each with a blank behind it, in the order of reading */
	size_t signatures;
};
#define CATALOG(form)                                                                              \
	{                                                                                          \
		1, "<< /Type /Catalog /Pages 2 0 R /AcroForm " form " >>"                          \
	}
#define PAGE                                                                                       \
	{2, PDF_PAGES}, {3, PDF_PAGE},                                                             \
	{                                                                                          \
		4, PDF_STREAM                                                                      \
	}

static const struct form_case forms[] = {
        {"no form", {{1, PDF_CATALOG}, PAGE}, 0, "", 0},
        {"a null form", {CATALOG("null"), PAGE}, 0, "", 0},
        {"a form that does not exist", {CATALOG("50 0 R"), PAGE}, 0, "", 0},
        {"a form without fields", {CATALOG("<< >>"), PAGE}, 0, "", 0},
        {"an empty list", {CATALOG("<< /Fields [] >>"), PAGE}, 0, "", 0},
        {"a list that does not exist", {CATALOG("<< /Fields 50 0 R >>"), PAGE}, 0, "", 0},
        {"fields that do not exist", {CATALOG("<< /Fields [50 0 R 51 0 R] >>"), PAGE}, 0, "", 0},
        {"one field",
         {CATALOG("<< /Fields [5 0 R] >>"), PAGE, {5, "<< /FT /Tx /T (a) >>"}},
         1,
         "a ",
         0},
        {"a form of its own",
         {CATALOG("6 0 R"), PAGE, {5, "<< /FT /Tx /T (a) >>"}, {6, "<< /Fields [5 0 R] >>"}},
         1,
         "a ",
         0},
        {"a list of its own",
         {CATALOG("<< /Fields 6 0 R >>"), PAGE, {5, "<< /FT /Tx /T (a) >>"}, {6, "[5 0 R]"}},
         1,
         "a ",
         0},
        {"an empty signature field",
         {CATALOG("<< /Fields [5 0 R] >>"), PAGE, {5, "<< /FT /Sig /T (a) >>"}},
         1,
         "a ",
         0},
        {"a null value",
         {CATALOG("<< /Fields [5 0 R] >>"), PAGE, {5, "<< /FT /Sig /T (a) /V null >>"}},
         1,
         "a ",
         0},
        {"a value that is none",
         {CATALOG("<< /Fields [5 0 R] >>"),
          PAGE,
          {5, "<< /FT /Sig /T (a) /V 6 0 R >>"},
          {6, SIGNED}},
         1,
         "a ",
         1},
        {"a value that does not exist",
         {CATALOG("<< /Fields [5 0 R] >>"), PAGE, {5, "<< /FT /Sig /T (a) /V 50 0 R >>"}},
         1,
         "a ",
         1},
        {"a text as value",
         {CATALOG("<< /Fields [5 0 R] >>"), PAGE, {5, "<< /FT /Sig /T (a) /V (b) >>"}},
         1,
         "a ",
         1},
        {"a direct value",
         {CATALOG("<< /Fields [5 0 R] >>"), PAGE, {5, "<< /FT /Sig /T (a) /V " SIGNED " >>"}},
         1,
         "a ",
         1},
        {"a parent and a kid",
         {CATALOG("<< /Fields [5 0 R] >>"),
          PAGE,
          {5, "<< /T (a) /Kids [6 0 R] >>"},
          {6, "<< /FT /Tx /T (b) /Parent 5 0 R >>"}},
         2,
         "a a.b ",
         0},
        {"a kind handed down",
         {CATALOG("<< /Fields [5 0 R] >>"),
          PAGE,
          {5, "<< /T (a) /FT /Sig /Kids [6 0 R] >>"},
          {6, "<< /T (b) /V 7 0 R >>"},
          {7, SIGNED}},
         2,
         "a a.b ",
         1},
        {"a kind that the kid changes",
         {CATALOG("<< /Fields [5 0 R] >>"),
          PAGE,
          {5, "<< /T (a) /FT /Sig /Kids [6 0 R] >>"},
          {6, "<< /T (b) /FT /Tx /V 7 0 R >>"},
          {7, SIGNED}},
         2,
         "a a.b ",
         0},
        {"a widget below its field",
         {CATALOG("<< /Fields [5 0 R] >>"),
          PAGE,
          {5, "<< /T (a) /FT /Sig /V 7 0 R /Kids [6 0 R] >>"},
          {6, "<< /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /Parent 5 0 R >>"},
          {7, SIGNED}},
         2,
         "a a ",
         1},
        {"three deep, in the order of levels",
         {CATALOG("<< /Fields [5 0 R 8 0 R] >>"),
          PAGE,
          {5, "<< /T (a) /Kids [6 0 R] >>"},
          {6, "<< /T (b) /Kids [7 0 R] >>"},
          {7, "<< /T (c) /FT /Tx >>"},
          {8, "<< /T (d) /FT /Tx >>"}},
         4,
         "a d a.b a.b.c ",
         0},
        {"no names at all",
         {CATALOG("<< /Fields [5 0 R] >>"),
          PAGE,
          {5, "<< /Kids [6 0 R] >>"},
          {6, "<< /FT /Sig /V 7 0 R >>"},
          {7, SIGNED}},
         2,
         "  ",
         1},
        {"a name that is an object",
         {CATALOG("<< /Fields [5 0 R] >>"), PAGE, {5, "<< /FT /Tx /T 6 0 R >>"}, {6, "(xa)"}},
         1,
         "xa ",
         0},
        {"a name in Vietnamese",
         {CATALOG("<< /Fields [5 0 R] >>"), PAGE, {5, "<< /FT /Tx /T <FEFF1EA5006E> >>"}},
         1,
         "\u1ea5n ",
         0},
        {"a kid that does not exist",
         {CATALOG("<< /Fields [5 0 R] >>"), PAGE, {5, "<< /FT /Tx /T (a) /Kids [50 0 R] >>"}},
         1,
         "a ",
         0},
        {"the same signature in two fields",
         {CATALOG("<< /Fields [5 0 R 6 0 R] >>"),
          PAGE,
          {5, "<< /FT /Sig /T (a) /V 7 0 R >>"},
          {6, "<< /FT /Sig /T (b) /V 7 0 R >>"},
          {7, SIGNED}},
         2,
         "a b ",
         2},
};

static size_t
count_parts(const struct pdf_part *parts, size_t max)
{
	size_t n = 0;

	while (n < max && parts[n].num)
		n++;
	return n;
}

START_TEST(reads_forms)
{
	const struct form_case *c = &forms[_i];
	ANTIN_SCOPED(pdf_form) f = {0};
	ANTIN_SCOPED(antin_bytes) names = {0};
	struct antin_bytes b = {0};
	struct antin_doc *d;
	struct pdf *pdf;

	pdf_append(&b, c->parts, count_parts(c->parts, 8), PDF_ROOT);
	d = pdf_must_open(&b);
	pdf = (struct pdf *)d;
	ck_assert(pdf_form_read(pdf, pdf_last(pdf), &f, NULL) == ANTIN_OK);
	ck_assert_msg(f.n == c->fields, "%s: %zu fields", c->what, f.n);
	for (size_t i = 0; i < f.n; i++) {
		ANTIN_SCOPED(antin_bytes) name = {0};

		pdf_field_name(&f, i, &name);
		antin_bytes_add(&names, name.p, name.len);
		antin_bytes_byte(&names, ' ');
		ck_assert(pdf_field_of(&f, f.fields[i].num) == &f.fields[i]);
	}
	ck_assert_msg(antin_slice_is(antin_bytes_slice(&names), c->names), "%s: %.*s", c->what,
	              (int)names.len, (const char *)names.p);
	ck_assert(pdf_field_of(&f, 59) == NULL && pdf_field_of(&f, 0) == NULL);
	ck_assert_msg(d->n_sigs == c->signatures, "%s: %zu signatures", c->what, d->n_sigs);
	/* None of these was made by anybody. */
	for (size_t i = 0; i < d->n_sigs; i++) {
		ck_assert_ptr_nonnull(d->sigs[i].problem);
		ck_assert_int_eq(d->sigs[i].coverage, ANTIN_COVERAGE_UNCLEAR);
	}
	antin_doc_free(d);
	antin_bytes_done(&b);
}
END_TEST

/* A form is found, added to and signed, in every shape it comes in; then once more. */
START_TEST(signs_forms)
{
	const struct form_case *c = &forms[_i];
	struct antin_bytes b = {0}, once, twice;
	struct antin_doc *d;
	struct antin_doc_place place = {.reserve = 64, .time = 1795000000, .name = "An"};
	char want[32];
	ANTIN_SCOPED(antin_changes) after = {0};

	if (c->signatures)
		return; /* broken signatures: see reads_forms */
	pdf_append(&b, c->parts, count_parts(c->parts, 8), PDF_ROOT);
	once = pdf_sign_at(&b, &place);
	twice = pdf_sign_at(&once, &place);
	ck_assert_msg(memcmp(b.p, twice.p, b.len) == 0 && memcmp(once.p, twice.p, once.len) == 0,
	              "%s", c->what);
	d = pdf_must_open(&twice);
	ck_assert_msg(d->n_sigs == 2, "%s", c->what);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_msg(d->sigs[i].problem == NULL, "%s: %s", c->what, d->sigs[i].problem);
		(void)snprintf(want, sizeof(want), "Signature%zu", i + 1);
		ck_assert(antin_slice_is(antin_bytes_slice(&d->sigs[i].field), want));
	}
	ck_assert_int_eq(d->sigs[0].coverage, ANTIN_COVERAGE_ENTIRE_REVISION);
	ck_assert_int_eq(d->sigs[1].coverage, ANTIN_COVERAGE_ENTIRE_FILE);
	ck_assert(antin_doc_changes(d, 0, &after, NULL) == ANTIN_OK);
	ck_assert_msg(after.level == ANTIN_CHANGE_FILL, "%s: level %u", c->what, after.level);
	antin_doc_free(d);
	antin_bytes_done(&b);
	antin_bytes_done(&once);
	antin_bytes_done(&twice);
}
END_TEST

/* The new field's name is above every other of its kind. */
struct title_case {
	const char *fields[3], *want;
};
static const struct title_case titles[] = {
        {{"(a)"}, "Signature1"},
        {{"(Signature1)"}, "Signature2"},
        {{"(Signature7)", "(Signature3)"}, "Signature8"},
        {{"(Signature)"}, "Signature1"},
        {{"(Signature01)"}, "Signature2"},
        {{"(Signature1x)"}, "Signature2"},
        {{"(Signature-5)"}, "Signature1"},
        {{"(signature5)"}, "Signature1"},
        {{"(xSignature5)"}, "Signature1"},
        {{"(Signature99999999999999999999)"}, "Signature1"},
        {{"<5369676E617475726534>"}, "Signature5"},
        {{"<FEFF005300690067006E0061007400750072006500340032>"}, "Signature43"},
        {{"(Signature8388607)"}, "Signature8388608"},
};

START_TEST(names_fields)
{
	const struct title_case *c = &titles[_i];
	struct pdf_part parts[] = {CATALOG("<< /Fields [5 0 R 6 0 R 7 0 R] >>"),
	                           PAGE,
	                           {5, NULL},
	                           {6, NULL},
	                           {7, NULL}};
	char texts[3][128];
	struct antin_bytes b = {0}, once;
	struct antin_doc *d;
	size_t n = 0;

	for (; n < 3 && c->fields[n]; n++) {
		(void)snprintf(texts[n], sizeof(texts[n]), "<< /FT /Sig /T %s >>", c->fields[n]);
		parts[4 + n].text = texts[n];
	}
	pdf_append(&b, parts, 4 + n, PDF_ROOT);
	once = pdf_sign(&b);
	d = pdf_must_open(&once);
	ck_assert_uint_eq(d->n_sigs, 1);
	ck_assert_msg(antin_slice_is(antin_bytes_slice(&d->sigs[0].field), c->want), "%s: %.*s",
	              c->want, (int)d->sigs[0].field.len, (const char *)d->sigs[0].field.p);
	antin_doc_free(d);
	antin_bytes_done(&b);
	antin_bytes_done(&once);
}
END_TEST

/* Page trees: what is signed, and on which page; what is refused. */
struct tree_case {
	const char *what, *say; /* NULL: signed */
	struct pdf_part parts[8];
	unsigned int pages;
	const char *written; /* begins the page that is written anew */
};
#define LEAF(parent, more) "<< /Type /Page /Parent " parent " /MediaBox [0 0 9 9]" more " >>"
static const struct tree_case trees[] = {
        {"one page", NULL, {{1, PDF_CATALOG}, PAGE}, 1, "3 0 obj"},
        {"two pages",
         NULL,
         {{1, PDF_CATALOG},
          {2, "<< /Type /Pages /Kids [5 0 R 3 0 R] /Count 2 >>"},
          {3, LEAF("2 0 R", "")},
          {5, LEAF("2 0 R", "")}},
         2,
         "5 0 obj"},
        {"a branch before a page",
         NULL,
         {{1, PDF_CATALOG},
          {2, "<< /Type /Pages /Kids [6 0 R 3 0 R] /Count 2 >>"},
          {3, LEAF("2 0 R", "")},
          {5, LEAF("6 0 R", "")},
          {6, "<< /Type /Pages /Parent 2 0 R /Kids [5 0 R] /Count 1 >>"}},
         2,
         "5 0 obj"},
        {"an empty branch before a page",
         NULL,
         {{1, PDF_CATALOG},
          {2, "<< /Type /Pages /Kids [6 0 R 3 0 R] /Count 1 >>"},
          {3, LEAF("2 0 R", "")},
          {6, "<< /Type /Pages /Parent 2 0 R /Kids [] /Count 0 >>"}},
         1,
         "3 0 obj"},
        {"kids of their own",
         NULL,
         {{1, PDF_CATALOG},
          {2, "<< /Type /Pages /Kids 5 0 R /Count 1 >>"},
          {3, LEAF("2 0 R", "")},
          {5, "[3 0 R]"}},
         1,
         "3 0 obj"},
        {"annotations inside",
         NULL,
         {{1, PDF_CATALOG},
          {2, PDF_PAGES},
          {3, LEAF("2 0 R", "/Annots [5 0 R]")},
          {5, "<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] >>"}},
         1,
         "3 0 obj"},
        {"annotations of their own",
         NULL,
         {{1, PDF_CATALOG},
          {2, PDF_PAGES},
          {3, LEAF("2 0 R", "/Annots 6 0 R")},
          {5, "<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] >>"},
          {6, "[5 0 R]"}},
         1,
         "6 0 obj"},
        {"contents as a list",
         NULL,
         {{1, PDF_CATALOG},
          {2, PDF_PAGES},
          {3, LEAF("2 0 R", "/Contents [4 0 R]")},
          {4, PDF_STREAM}},
         1,
         "3 0 obj"},
        {"no page",
         "page tree",
         {{1, PDF_CATALOG}, {2, "<< /Type /Pages /Kids [] /Count 0 >>"}},
         0,
         NULL},
        {"a wrong count",
         "page tree",
         {{1, PDF_CATALOG},
          {2, "<< /Type /Pages /Kids [3 0 R] /Count 2 >>"},
          {3, LEAF("2 0 R", "")}},
         2,
         NULL},
        {"a page of another parent",
         "page tree",
         {{1, PDF_CATALOG}, {2, PDF_PAGES}, {3, LEAF("5 0 R", "")}},
         1,
         NULL},
        {"a page without a parent",
         "page tree",
         {{1, PDF_CATALOG}, {2, PDF_PAGES}, {3, "<< /Type /Page >>"}},
         1,
         NULL},
        {"a kid that does not exist", "page tree", {{1, PDF_CATALOG}, {2, PDF_PAGES}}, 1, NULL},
        {"a kid inside of the list",
         "page tree",
         {{1, PDF_CATALOG}, {2, "<< /Type /Pages /Kids [<< /Type /Page >>] /Count 1 >>"}},
         1,
         NULL},
        {"a kid of another kind",
         "page tree",
         {{1, PDF_CATALOG}, {2, PDF_PAGES}, {3, "<< /Type /Font /Parent 2 0 R >>"}},
         1,
         NULL},
        {"kids that are no list",
         "page tree",
         {{1, PDF_CATALOG}, {2, "<< /Type /Pages /Kids 3 /Count 1 >>"}},
         1,
         NULL},
        {"a tree in a circle",
         "page tree",
         {{1, PDF_CATALOG}, {2, "<< /Type /Pages /Parent 2 0 R /Kids [2 0 R] /Count 1 >>"}},
         1,
         NULL},
        {"a page that is a stream",
         "page tree",
         {{1, PDF_CATALOG},
          {2, PDF_PAGES},
          {3, "<< /Type /Page /Parent 2 0 R /Length 6 >>\nstream\n0 0 m \nendstream"}},
         1,
         NULL},
        {"a page as the root",
         "page tree",
         {{1, "<< /Type /Catalog /Pages 3 0 R >>"}, {3, "<< /Type /Page >>"}},
         0,
         NULL},
        {"a root inside of the catalogue",
         "page tree",
         {{1, "<< /Type /Catalog /Pages << /Type /Pages /Kids [] /Count 0 >> >>"}},
         0,
         NULL},
        {"contents that are no stream",
         "first page",
         {{1, PDF_CATALOG}, {2, PDF_PAGES}, {3, LEAF("2 0 R", "/Contents 4 0 R")}, {4, "(x)"}},
         1,
         NULL},
        {"contents in place",
         "first page",
         {{1, PDF_CATALOG}, {2, PDF_PAGES}, {3, LEAF("2 0 R", "/Contents << >>")}},
         1,
         NULL},
        {"a page that is its own annotations",
         "first page",
         {{1, PDF_CATALOG}, {2, PDF_PAGES}, {3, LEAF("2 0 R", "/Annots 3 0 R")}},
         1,
         NULL},
        {"annotations that are no list",
         "/Annots is not an array",
         {{1, PDF_CATALOG}, {2, PDF_PAGES}, {3, LEAF("2 0 R", "/Annots (x)")}},
         1,
         NULL},
        {"annotations that serve as fields too",
         NULL,
         {{1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields 6 0 R >> >>"},
          {2, PDF_PAGES},
          {3, LEAF("2 0 R", "/Annots 6 0 R")},
          {5, "<< /FT /Tx /T (a) >>"},
          {6, "[5 0 R]"}},
         1,
         "6 0 obj"},
};

START_TEST(walks_pages)
{
	const struct tree_case *c = &trees[_i];
	struct antin_doc_place place = {.reserve = 64};
	ANTIN_SCOPED(antin_slot) slot = {0};
	struct antin_bytes b = {0}, signed_file;
	struct antin_err err = {0};
	struct antin_doc *d;
	char line[512];
	enum antin_rc rc;

	pdf_append(&b, c->parts, count_parts(c->parts, 8), PDF_ROOT);
	d = pdf_must_open(&b);
	ck_assert_msg(d->pages == c->pages, "%s: %u pages", c->what, d->pages);
	rc = antin_doc_prepare(d, &place, &slot, &err);
	pdf_print(&err, line, sizeof(line));
	ck_assert_msg((rc == ANTIN_OK) == (c->say == NULL), "%s: %s", c->what, line);
	if (c->say) {
		ck_assert_int_eq(rc, ANTIN_E_DAMAGED);
		ck_assert_msg(strstr(line, c->say), "%s: %s", c->what, line);
		ck_assert_uint_eq(slot.tail.len, 0);
	} else {
		char head[32];

		(void)snprintf(head, sizeof(head), "\n%s", c->written);
		ck_assert_msg(memmem(slot.tail.p, slot.tail.len, head, strlen(head)), "%s",
		              c->what);
		signed_file = pdf_slot_bytes(&b, &slot,
		                             (struct antin_slice){small_cms, sizeof(small_cms)});
		antin_doc_free(pdf_must_open(&signed_file));
		antin_bytes_done(&signed_file);
	}
	antin_doc_free(d);
	antin_bytes_done(&b);
}
END_TEST

/* What prepare is told makes sense, or it is refused. */
START_TEST(refuses_places)
{
	static const struct {
		struct antin_doc_place place;
		enum antin_rc rc;
	} rows[] = {
	        {{.certify = -1}, ANTIN_E_INTERNAL},
	        {{.certify = 4}, ANTIN_E_INTERNAL},
	        {{.reserve = (size_t)ANTIN_CMS_MAX + 1}, ANTIN_E_INTERNAL},
	        {{.name = "\xff"}, ANTIN_E_FORMAT},
	        {{.reason = "a\xc3"}, ANTIN_E_FORMAT},
	        {{.location = "\xed\xa0\x80"}, ANTIN_E_FORMAT},
	        {{.contact = "\xf8\x88\x80\x80\x80"}, ANTIN_E_FORMAT},
	        {{.certify = 1}, ANTIN_OK},
	        {{.certify = 3, .name = "", .reason = "x"}, ANTIN_OK},
	        {{.time = INT64_C(253402300799) - 25200}, ANTIN_OK},
	        {{.time = 0}, ANTIN_OK},
	};
	struct antin_bytes b = pdf_sample("classic.pdf");
	struct antin_doc *d = pdf_must_open(&b);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ANTIN_SCOPED(antin_slot) slot = {0};
		struct antin_err err = {0};
		enum antin_rc rc = antin_doc_prepare(d, &rows[i].place, &slot, &err);

		ck_assert_msg(rc == rows[i].rc, "row %zu: %u", i, rc);
		ck_assert_int_eq(err.rc, rc);
		ck_assert((slot.tail.len > 0) == (rc == ANTIN_OK));
	}
	antin_doc_free(d);
	antin_bytes_done(&b);
}
END_TEST

/* Names, reasons and places come back as they were given, whatever is in them. */
START_TEST(keeps_texts)
{
	static const char *const texts[] = {
	        "Nguy\u1ec5n V\u0103n \u1ea4n",
	        "a(b)c",
	        "((",
	        "))",
	        "\\",
	        "\\)",
	        "<>",
	        "%",
	        "\u0111\u1ed3ng \u00fd",
	        "\U0001f58b",
	        "/Type /Sig",
	        ">> endobj",
	        "tab\there",
	        "line\nbreak",
	};
	struct antin_bytes base = pdf_sample("classic.pdf");
	const char *text = texts[_i];
	struct antin_doc_place place = {
	        .reserve = 64, .name = text, .reason = text, .location = text, .contact = text};
	struct antin_bytes b = pdf_sign_at(&base, &place);
	struct antin_doc *d = pdf_must_open(&b);
	const struct antin_doc_sig *s = &d->sigs[0];

	ck_assert_ptr_null(s->problem);
	ck_assert(antin_slice_is(antin_bytes_slice(&s->name), text));
	ck_assert(antin_slice_is(antin_bytes_slice(&s->reason), text));
	ck_assert(antin_slice_is(antin_bytes_slice(&s->location), text));
	ck_assert(antin_slice_is(antin_bytes_slice(&s->contact), text));
	ck_assert_int_eq(s->time, 0);
	antin_doc_free(d);
	antin_bytes_done(&base);
	antin_bytes_done(&b);
}
END_TEST

#define LOOP(t, test, rows) tcase_add_loop_test(t, test, 0, sizeof(rows) / sizeof(rows[0]))

Suite *suite_pdf_forms(void);
Suite *
suite_pdf_forms(void)
{
	Suite *s = suite_create("pdf_forms");
	TCase *t = tcase_create("forms");

	LOOP(t, reads_forms, forms);
	LOOP(t, signs_forms, forms);
	LOOP(t, names_fields, titles);
	LOOP(t, walks_pages, trees);
	tcase_add_test(t, refuses_places);
	tcase_add_loop_test(t, keeps_texts, 0, 14);
	suite_add_tcase(s, t);
	return s;
}
