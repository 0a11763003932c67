/*
 * PDF: objects that serve two purposes.  Names of resources, glyphs and states of looks are their
 * author's (ISO 32000-1, 7.8.3, 9.6.5, 12.5.5): what rules let change in its one place must not be
 * drawn from another.  Each attack stands beside the same change without the second purpose.
 */
#include "pdf_file.h"
#include "util.h"

#define PAGE(res, more)                                                                            \
	"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R\n/Resources << " res \
	" >> /Annots [7 0 R 10 0 R] " more ">>"
#define CATALOG(more)                                                                              \
	"<< /Type /Catalog /Pages 2 0 R /AcroForm 9 0 R /Metadata 13 0 R /DSS 14 0 R\n"            \
	"/Extensions << /A " more " >> >>"
#define TEXT(value, more)                                                                          \
	"<< /Type /Annot /Subtype /Widget /FT /Tx /T (so) /V " value                               \
	" /Rect [9 9 99 20] /P 3 0 R " more ">>"
#define NOTE(more) "<< /Type /Annot /Subtype /Text /Rect [9 9 20 20] /P 3 0 R " more " >>"
#define XMP(text)  "<< /Type /Metadata /Subtype /XML /Length 6 >>\nstream\n" text "endstream"
#define LOOK                                                                                       \
	"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 6 >>\nstream\n9 9 m \nendstream"
#define INFO(date) "<< /Title (t) /ModDate (D:2026010100000" date "Z) >>"
#define GLYPHS     "/Font << /F << /Type /Font /Subtype /Type3 /CharProcs "

/* 18 is of the test's own, and not used by the others. */
static const struct pdf_part base_parts[] = {
        {1, CATALOG("0")},
        {2, PDF_PAGES},
        {3, PAGE("", "")},
        {4, PDF_STREAM},
        {6, INFO("0")},
        {7, TEXT("(12)", "")},
        {9, "<< /Fields 12 0 R >>"},
        {10, NOTE("/Contents (a)")},
        {12, "[7 0 R]"},
        {13, XMP("0 0 m \n")},
        {14, "<< /Certs 15 0 R >>"},
        {15, "[17 0 R]"},
        {17, PDF_STREAM},
        {18, "null"},
};
#define T "/Size 80 /Root 1 0 R /Info 6 0 R"

struct role_case {
	const char *what;
	enum antin_change_level level;
	const char *text; /* in an item, or NULL */
	struct pdf_part base[3], later[3];
	int certify;
};
#define LTA   ANTIN_CHANGE_LTA
#define FILL  ANTIN_CHANGE_FILL
#define NOTED ANTIN_CHANGE_ANNOTATE
#define OTHER ANTIN_CHANGE_OTHER
#define TWO   "serves another purpose too"

static const struct role_case cases[] = {
        /* the description */
        {"the description", LTA, "description", {{0}}, {{13, XMP("9 9 m \n")}}, 0},
        {"a glyph",
         OTHER,
         "entry Metadata",
         {{3, PAGE(GLYPHS "<< /Metadata 13 0 R >> >> >>", "")}},
         {{13, XMP("9 9 m \n")}},
         0},
        {"the catalogue as a list of glyphs",
         OTHER,
         "entry Metadata",
         {{3, PAGE(GLYPHS "1 0 R >> >>", "")}},
         {{13, XMP("9 9 m \n")}},
         0},
        {"the catalogue, by an object of its own",
         OTHER,
         "entry Metadata",
         {{18, "<< /CharProcs 1 0 R >>"}},
         {{13, XMP("9 9 m \n")}},
         0},
        {"one of the looks of a field",
         OTHER,
         "entry Metadata",
         {{7, TEXT("(12)", "/AS /Metadata /AP << /N << /Metadata 13 0 R >> >>")}},
         {{13, XMP("9 9 m \n")}},
         0},
        {"contents of a page",
         OTHER,
         "entry Metadata",
         {{3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 13 0 R >>"}},
         {{13, XMP("9 9 m \n")}},
         0},
        {"deep inside of the catalogue",
         OTHER,
         "entry Metadata",
         {{1, CATALOG("<< /Metadata 13 0 R >>")}},
         {{13, XMP("9 9 m \n")}},
         0},
        {"drawn before, and then no more",
         OTHER,
         "entry Metadata",
         {{3, PAGE("/XObject << /Metadata 13 0 R >>", "")}, {13, LOOK}},
         {{13, XMP("9 9 m \n")}},
         0},
        {"the data of a signature is the catalogue",
         LTA,
         "description",
         {{18, "<< /TransformMethod /DocMDP /Data 1 0 R >>"}},
         {{13, XMP("9 9 m \n")}},
         0},
        /* the catalogue */
        {"extensions", LTA, "version", {{0}}, {{1, CATALOG("1")}}, 0},
        {"extensions as a graphics state",
         OTHER,
         TWO,
         {{3, PAGE("/ExtGState 1 0 R", "")}},
         {{1, CATALOG("1")}},
         0},
        {"the catalogue below a page tree",
         LTA,
         "version",
         {{2, "<< /Type /Pages /Parent 1 0 R /Kids [3 0 R] /Count 1 >>"}},
         {{1, CATALOG("1")}},
         0},
        /* properties */
        {"the date", LTA, "date of the last change", {{0}}, {{6, INFO("1")}}, 0},
        {"a day of making where none was",
         LTA,
         "date of the last change",
         {{0}},
         {{6, "<< /Title (t) /ModDate (x) /CreationDate (D:2026) >>"}},
         0},
        {"another day of making",
         OTHER,
         "the property CreationDate",
         {{6, "<< /Title (t) /CreationDate (D:2026) >>"}},
         {{6, "<< /Title (t) /CreationDate (D:2025) >>"}},
         0},
        {"a date in a list of states",
         OTHER,
         "properties",
         {{3, PAGE("/ExtGState 6 0 R", "")}},
         {{6, INFO("1")}},
         0},
        {"properties that are drawn",
         OTHER,
         "properties",
         {{3, PAGE("/XObject << /Info 6 0 R >>", "")}, {6, LOOK}},
         {{6, "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 6 >>\nstream\n8 8 m "
              "\nendstream"}},
         0},
        {"properties that become a stream",
         OTHER,
         "properties",
         {{0}},
         {{6, "<< /Title (t) /ModDate (x) /Length 6 >>\nstream\n8 8 m \nendstream"}},
         0},
        /* validation data */
        {"a certificate more",
         LTA,
         "validation data",
         {{0}},
         {{15, "[17 0 R 70 0 R]"}, {70, PDF_STREAM}},
         0},
        {"the first certificate",
         LTA,
         "validation data",
         {{15, "[]"}},
         {{15, "[70 0 R]"}, {70, PDF_STREAM}},
         0},
        {"a list of colours",
         OTHER,
         "entry DSS",
         {{3, PAGE("/ColorSpace << /Certs 15 0 R >>", "")},
          {15, "[/Indexed /DeviceRGB 1 <000000FFFFFF>]"}},
         {{15, "[/Indexed /DeviceRGB 1 <FFFFFF000000> <000000FFFFFF>]"}},
         0},
        {"a list of colours by references",
         OTHER,
         "entry DSS",
         {{15, "[18 0 R]"}, {18, "/Indexed"}},
         {{15, "[18 0 R 17 0 R]"}},
         0},
        {"an empty list becomes one of colours",
         OTHER,
         "entry DSS",
         {{15, "[]"}},
         {{15, "[/Pattern]"}},
         0},
        {"what is shown or not is called validation data",
         OTHER,
         "entry DSS",
         {{14, "<< /Type /OCMD /OCGs 18 0 R >>"}},
         {{14, "<< /Type /DSS /OCGs 18 0 R >>"}},
         0},
        {"the kind of validation data is added",
         LTA,
         "validation data",
         {{0}},
         {{14, "<< /Type /DSS /Certs 15 0 R >>"}},
         0},
        /* fields */
        {"a value", FILL, "filled in", {{0}}, {{7, TEXT("(13)", "")}}, 0},
        {"a value that is drawn",
         OTHER,
         TWO,
         {{3, PAGE("/XObject 7 0 R", "")}, {7, TEXT("18 0 R", "")}, {18, LOOK}},
         {{7, TEXT("70 0 R", "")}, {70, LOOK}},
         0},
        {"a value that is a glyph",
         OTHER,
         TWO,
         {{3, PAGE(GLYPHS "7 0 R >> >>", "")}},
         {{7, TEXT("70 0 R", "")}, {70, PDF_STREAM}},
         0},
        {"a style that is a graphics state",
         OTHER,
         TWO,
         {{3, PAGE("/ExtGState 7 0 R", "")}, {7, TEXT("(12)", "/DA << /ca 1 >> ")}},
         {{7, TEXT("(13)", "/DA << /ca 0 >> ")}},
         0},
        {"looks of another field",
         OTHER,
         TWO,
         {{18, "<< /AP 7 0 R >>"}},
         {{7, TEXT("(13)", "")}},
         0},
        {"a button ticked",
         FILL,
         "filled in",
         {{7, "<< /FT /Btn /T (so) /V /Off >>"}},
         {{7, "<< /FT /Btn /T (so) /V /Yes >>"}},
         0},
        {"a push button with a value",
         OTHER,
         "beyond filling",
         {{7, "<< /FT /Btn /T (so) /Ff 65536 >>"}},
         {{7, "<< /FT /Btn /T (so) /Ff 65536 /V /Yes /AP << /N 70 0 R >> >>"}, {70, LOOK}},
         0},
        {"a push button by what stands above it",
         OTHER,
         "beyond filling",
         {{7, "<< /FT /Btn /T (so) /Ff 65537 /Kids [18 0 R] >>"}, {18, "<< /Parent 7 0 R >>"}},
         {{18, "<< /Parent 7 0 R /V /Yes /AP << /N 70 0 R >> >>"}, {70, LOOK}},
         0},
        {"a button whose flags are no number",
         OTHER,
         "beyond filling",
         {{7, "<< /FT /Btn /T (so) /Ff 65536.0 >>"}},
         {{7, "<< /FT /Btn /T (so) /Ff 65536.0 /V /Yes >>"}},
         0},
        {"a field of the structure",
         FILL,
         "filled in",
         {{18, "<< /Type /OBJR /Obj 7 0 R >>"}},
         {{7, TEXT("(13)", "")}},
         0},
        {"a field that an action hides",
         FILL,
         "filled in",
         {{18, "<< /S /Hide /T 7 0 R >>"}},
         {{7, TEXT("(13)", "")}},
         0},
        {"a field in the order of reckoning",
         FILL,
         "filled in",
         {{9, "<< /Fields 12 0 R /CO [7 0 R] >>"}},
         {{7, TEXT("(13)", "")}},
         0},
        {"a group of a page that is a choice",
         OTHER,
         "beyond filling",
         {{7, "<< /FT /Ch /T (so) /V (12) /S /Transparency /I false >>"}},
         {{7, "<< /FT /Ch /T (so) /V (13) /S /Transparency /I true >>"}},
         0},
        {"a field that calls itself something else",
         OTHER,
         "beyond filling",
         {{7, "<< /Type /OCG /FT /Tx /T (so) /V (1) >>"}},
         {{7, "<< /Type /Annot /FT /Tx /T (so) /V (2) >>"}},
         0},
        {"a page that is a field",
         OTHER,
         TWO,
         {{3, PAGE("", "/FT /Tx /T (trang) /V (1) ")}, {12, "[7 0 R 3 0 R]"}},
         {{3, "<< /Type /Annot /Parent 2 0 R /FT /Tx /T (trang) /V (2) >>"}},
         0},
        /* comments */
        {"a comment", NOTED, "was changed", {{0}}, {{10, NOTE("/Contents (b)")}}, 3},
        {"a comment with looks",
         NOTED,
         "was changed",
         {{0}},
         {{10, NOTE("/Contents (a) /AP << /N 70 0 R >> /C [1 0 0] /M (x)")}, {70, LOOK}},
         3},
        {"a comment as a graphics state",
         OTHER,
         "replaced",
         {{3, PAGE("/ExtGState << /G 10 0 R >>", "")}},
         {{10, NOTE("/Contents (b)")}},
         3},
        {"a comment as a list of states",
         OTHER,
         "replaced",
         {{3, PAGE("/ExtGState 10 0 R", "")}},
         {{10, NOTE("/Contents (a) /BS << /ca 0 >>")}},
         3},
        {"a comment that answers one",
         NOTED,
         "was changed",
         {{18, "<< /IRT 10 0 R >>"}},
         {{10, NOTE("/Contents (b)")}},
         3},
        {"opacity, which a graphics state has too",
         OTHER,
         "replaced",
         {{0}},
         {{10, NOTE("/Contents (a) /CA 0")}},
         3},
        {"contents of a page in a comment",
         OTHER,
         "replaced",
         {{0}},
         {{10, NOTE("/Contents 4 0 R")}},
         3},
        {"a page that calls itself a comment",
         OTHER,
         "replaced",
         {{3, PAGE("", "/Subtype /Text ")}},
         {{3,
           "<< /Type /Page /Subtype /Text /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 70 0 R "
           ">>"},
          {70, PDF_STREAM}},
         3},
        {"a page without its kind that calls itself a comment",
         OTHER,
         "replaced",
         {{18, "<< /Subtype /Text /Parent 2 0 R /Contents 4 0 R /Resources << >> >>"}},
         {{18, "<< /Subtype /Text /Parent 2 0 R /Contents 4 0 R /Resources << /Font 70 0 R >> >>"},
          {70, "<< >>"}},
         3},
        {"contents of such a page taken away",
         OTHER,
         "replaced",
         {{18, "<< /Subtype /Text /Parent 2 0 R /Contents 4 0 R >>"}},
         {{18, "<< /Subtype /Text /Parent 2 0 R >>"}},
         3},
        {"a list of contents taken away",
         OTHER,
         "replaced",
         {{18, "<< /Subtype /Text /Parent 2 0 R /Contents [4 0 R] >>"}},
         {{18, "<< /Subtype /Text /Parent 2 0 R /Contents () >>"}},
         3},
        {"words that were an object of their own",
         NOTED,
         "was changed",
         {{10, NOTE("/Contents 18 0 R")}, {18, "(a)"}},
         {{10, NOTE("/Contents (b)")}},
         3},
        /* signature fields whose looks are in kids */
        {"a time stamp that a kid shows",
         NOTED,
         "time stamp",
         {{12, "[7 0 R 18 0 R]"},
          {18, "<< /FT /Sig /T (tem) /Kids [10 0 R] >>"},
          {10, "<< /Type /Annot /Subtype /Widget /Parent 18 0 R /Rect [0 0 9 9] /F 4 >>"}},
         {{18, "<< /FT /Sig /T (tem) /Kids [10 0 R] /V << /Type /DocTimeStamp /SubFilter "
               "/ETSI.RFC3161 >> >>"},
          {10, "<< /Type /Annot /Subtype /Widget /Parent 18 0 R /Rect [0 0 9 9] /F 4 /AP << /N 70 "
               "0 R >> >>"},
          {70, LOOK}},
         0},
        {"a signature that a kid shows",
         FILL,
         "visible signature",
         {{12, "[7 0 R 18 0 R]"},
          {18, "<< /FT /Sig /T (ky) /Kids [10 0 R] >>"},
          {10, "<< /Type /Annot /Subtype /Widget /Parent 18 0 R /Rect [0 0 9 9] /F 4 >>"}},
         {{18, "<< /FT /Sig /T (ky) /Kids [10 0 R] /V << /Type /Sig /SubFilter "
               "/ETSI.CAdES.detached >> >>"},
          {10, "<< /Type /Annot /Subtype /Widget /Parent 18 0 R /Rect [0 0 9 9] /F 4 /AP << /N 70 "
               "0 R >> >>"},
          {70, LOOK}},
         0},
};

static bool
mentions(const struct antin_changes *c, const char *text)
{
	char line[512];
	bool found = false;

	for (size_t i = 0; i < c->n; i++) {
		const char *mark = strstr(c->items[i].what, "%s");

		(void)snprintf(line, sizeof(line), "%.*s%s%s",
		               mark ? (int)(mark - c->items[i].what) : 400, c->items[i].what,
		               mark ? c->items[i].detail : "", mark ? mark + 2 : "");
		found = found || strstr(line, text);
	}
	return found;
}

/* The signed file of a case: its own objects in place of the usual ones. */
static struct antin_bytes
signed_base(const struct role_case *c)
{
	const struct antin_doc_place place = {.reserve = 64, .certify = c->certify};
	struct pdf_part parts[UTIL_COUNT(base_parts)];
	struct antin_bytes base = {0}, b;

	memcpy(parts, base_parts, sizeof(parts));
	for (size_t i = 0; i < UTIL_COUNT(parts); i++)
		for (size_t k = 0; k < UTIL_COUNT(c->base); k++)
			if (parts[i].num == c->base[k].num)
				parts[i] = c->base[k];
	pdf_append(&base, parts, UTIL_COUNT(parts), "/Size 60 /Root 1 0 R /Info 6 0 R");
	b = pdf_sign_at(&base, &place);
	antin_bytes_done(&base);
	return b;
}

START_TEST(one_purpose)
{
	const struct role_case *c = &cases[_i];
	struct antin_bytes b = signed_base(c);
	ANTIN_SCOPED(antin_changes) found = {0};
	struct antin_err err = {0};
	struct antin_doc *d;
	size_t n = 0;

	while (n < UTIL_COUNT(c->later) && c->later[n].num)
		n++;
	pdf_append(&b, c->later, n, T);
	d = pdf_must_open(&b);
	util_ok(antin_doc_changes(d, 0, &found, &err));
	ck_assert_msg(found.level == c->level, "%s: level %u, first item: %s", c->what, found.level,
	              found.n ? found.items[0].what : "none");
	ck_assert_msg(mentions(&found, c->text), "%s: %zu items, first %s", c->what, found.n,
	              found.n ? found.items[0].what : "none");
	antin_doc_free(d);
	antin_bytes_done(&b);
}
END_TEST

/* The same object under another generation: what refers to it finds nothing any more (7.3.10). */
START_TEST(another_generation)
{
	static const uint32_t nums[] = {2, 3, 4, 7, 10, 13, 14, 15, 17};
	struct antin_bytes b = signed_base(&cases[0]), copy = {0};
	const struct pdf_part part = {nums[_i], ""};
	ANTIN_SCOPED(antin_changes) found = {0};
	uint64_t prev = pdf_startxref(&b), at = b.len, start;
	char head[16];
	struct antin_err err = {0};
	struct antin_doc *d;
	const uint8_t *from, *to;

	(void)snprintf(head, sizeof(head), "\n%u 0 obj\n", part.num);
	from = b.p + pdf_find_last(&b, head) + strlen(head);
	to = memmem(from, b.len - (size_t)(from - b.p), "\nendobj", 7);
	antin_bytes_printf(&copy, "%u 1 obj\n", part.num);
	antin_bytes_add(&copy, from, (size_t)(to - from));
	antin_bytes_add(&b, copy.p, copy.len);
	antin_bytes_text(&b, "\nendobj\n");
	start = b.len;
	antin_bytes_printf(&b,
	                   "xref\n%u 1\n%010llu 00001 n \ntrailer\n<< " T " /Prev %llu >>\n"
	                   "startxref\n%llu\n%%%%EOF\n",
	                   part.num, (unsigned long long)at, (unsigned long long)prev,
	                   (unsigned long long)start);
	d = pdf_must_open(&b);
	util_ok(antin_doc_changes(d, 0, &found, &err));
	ck_assert_int_eq(found.level, OTHER);
	ck_assert(mentions(&found, "was deleted"));
	antin_doc_free(d);
	antin_bytes_done(&copy);
	antin_bytes_done(&b);
}
END_TEST

/* 7.5.8.4: readers of the table alone, which is not wrong, see no object that it calls free. */
START_TEST(hidden_by_hybrid)
{
	static const struct {
		uint32_t num;
		int prev; /* of the stream: 0 none, 1 as that of the table, 2 another */
		const char *text;
	} rows[] = {
	        {4, 0, "was deleted"}, {13, 0, "was deleted"}, {70, 0, NULL},
	        {70, 1, NULL},         {70, 2, "leads into"},
	};
	const uint32_t num = rows[_i].num;
	struct antin_bytes b = signed_base(&cases[0]);
	ANTIN_SCOPED(antin_changes) found = {0};
	uint64_t prev = pdf_startxref(&b), at = b.len, stm, start;
	struct antin_err err = {0};
	struct antin_doc *d;

	antin_bytes_printf(&b, "%u 0 obj\n%s\nendobj\n", num,
	                   num == 13 ? XMP("0 0 m \n") : PDF_STREAM);
	stm = b.len;
	antin_bytes_printf(
	        &b,
	        "71 0 obj\n<< /Type /XRef /Size 80 /Root 1 0 R /W [1 4 1] /Index [%u 1 71 "
	        "1] /Length 12",
	        num);
	if (rows[_i].prev)
		antin_bytes_printf(&b, " /Prev %llu",
		                   (unsigned long long)prev - (rows[_i].prev == 2));
	antin_bytes_text(&b, " >>\nstream\n");
	for (int i = 0; i < 2; i++) {
		antin_bytes_byte(&b, 1);
		for (int shift = 24; shift >= 0; shift -= 8)
			antin_bytes_byte(&b, (uint8_t)((i ? stm : at) >> shift));
		antin_bytes_byte(&b, 0);
	}
	antin_bytes_text(&b, "\nendstream\nendobj\n");
	start = b.len;
	antin_bytes_printf(&b,
	                   "xref\n%u 1\n0000000000 65535 f \ntrailer\n<< " T " /Prev %llu /XRefStm "
	                   "%llu >>\nstartxref\n%llu\n%%%%EOF\n",
	                   num, (unsigned long long)prev, (unsigned long long)stm,
	                   (unsigned long long)start);
	d = pdf_must_open(&b);
	util_ok(antin_doc_changes(d, 0, &found, &err));
	ck_assert_msg(found.level == (rows[_i].text ? OTHER : ANTIN_CHANGE_NONE), "%d: level %u",
	              _i, found.level);
	ck_assert(!rows[_i].text || mentions(&found, rows[_i].text));
	antin_doc_free(d);
	antin_bytes_done(&b);
}
END_TEST

/* A cross-reference stream under the number of something else, which it does not list. */
START_TEST(number_of_stream)
{
	static const struct {
		uint32_t own;
		bool listed;
		const char *text;
	} rows[] = {
	        {70, true, NULL},
	        {70, false, NULL},
	        {4, false, "was replaced"},
	        {4, true, "was re"},
	        {40, false, "was replaced"},
	        {40, true, "nothing explains"},
	        {71, false, "was replaced"},
	};
	static const struct role_case dangling = {
	        .base = {{3, PAGE("/XObject << /X 40 0 R >>", "")}}};
	struct antin_bytes b = signed_base(&dangling);
	ANTIN_SCOPED(antin_changes) found = {0};
	uint64_t prev = pdf_startxref(&b), at[2] = {b.len, 0};
	const int n = rows[_i].listed ? 2 : 1;
	struct antin_err err = {0};
	struct antin_doc *d;

	antin_bytes_text(&b, "71 0 obj\n(x)\nendobj\n");
	at[1] = b.len;
	antin_bytes_printf(&b,
	                   "%u 0 obj\n<< /Type /XRef " T
	                   " /W [1 4 1] /Index [71 1 %u %d] /Length %d "
	                   "/Prev %llu >>\nstream\n",
	                   rows[_i].own, rows[_i].listed ? rows[_i].own : 72, n - 1, 6 * n,
	                   (unsigned long long)prev);
	for (int i = 0; i < n; i++) {
		antin_bytes_byte(&b, 1);
		for (int shift = 24; shift >= 0; shift -= 8)
			antin_bytes_byte(&b, (uint8_t)(at[i] >> shift));
		antin_bytes_byte(&b, 0);
	}
	antin_bytes_printf(&b, "\nendstream\nendobj\nstartxref\n%llu\n%%%%EOF\n",
	                   (unsigned long long)at[1]);
	d = pdf_must_open(&b);
	util_ok(antin_doc_changes(d, 0, &found, &err));
	ck_assert_int_eq(found.level, rows[_i].text ? OTHER : ANTIN_CHANGE_NONE);
	ck_assert_msg(!rows[_i].text || mentions(&found, rows[_i].text), "%d: %s", _i,
	              found.n ? found.items[0].what : "none");
	antin_doc_free(d);
	antin_bytes_done(&b);
}
END_TEST

Suite *suite_pdf_roles(void);
Suite *
suite_pdf_roles(void)
{
	Suite *s = suite_create("pdf_roles");
	TCase *t = tcase_create("changes");

	tcase_add_loop_test(t, one_purpose, 0, UTIL_COUNT(cases));
	tcase_add_loop_test(t, another_generation, 0, 9);
	tcase_add_loop_test(t, hidden_by_hybrid, 0, 5);
	tcase_add_loop_test(t, number_of_stream, 0, 7);
	suite_add_tcase(s, t);
	return s;
}
