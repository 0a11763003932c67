/*
 * PDF: what came after a signature.  Each case appends one revision to a signed file and says which
 * level it must have; what no rule explains is "other".
 */
#include "pdf_file.h"
#include "util.h"

/* The signed file: a filled text field, an empty signature field, a comment, a font, properties. */
static const struct pdf_part base_parts[] = {
        {1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 9 0 R /Metadata 13 0 R >>"},
        {2, PDF_PAGES},
        {3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents [4 0 R 40 0 R]\n"
            "/Resources << /Font << /F1 5 0 R >> >> /Annots [7 0 R 8 0 R 10 0 R] >>"},
        {4, PDF_STREAM},
        {5, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"},
        {6, "<< /Title (So 12) /ModDate (D:20260101000000Z) >>"},
        {7,
         "<< /Type /Annot /Subtype /Widget /FT /Tx /T (so) /V (12) /Rect [9 9 99 20] /P 3 0 R >>"},
        {8, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (duyet) /Rect [0 0 0 0] /P 3 0 R >>"},
        {9, "<< /Fields 12 0 R /DA (/F1 9 Tf) >>"},
        {10, "<< /Type /Annot /Subtype /Text /Rect [9 9 20 20] /Contents (nhac) /P 3 0 R >>"},
        {12, "[7 0 R 8 0 R]"},
        {13, "<< /Type /Metadata /Subtype /XML /Length 7 >>\nstream\n<xmp1/>\nendstream"},
};
#define BASE_TRAILER "/Size 60 /Root 1 0 R /Info 6 0 R"
/* Of our signature on it: prepare takes the numbers from /Size on. */
#define OUR_FIELDS "[7 0 R 8 0 R 61 0 R"
#define OUR_FORM   "<< /Fields " OUR_FIELDS "] /DA (/F1 9 Tf)\n/SigFlags 3\n>>"
#define OUR_PAGE_HEAD                                                                              \
	"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents [4 0 R 40 0 R]\n"          \
	"/Resources << /Font << /F1 5 0 R >> >> "
#define OUR_ANNOTS  "[7 0 R 8 0 R 10 0 R 61 0 R"
#define OUR_CATALOG "<< /Type /Catalog /Pages 2 0 R /AcroForm 9 0 R /Metadata 13 0 R"

static struct antin_bytes
signed_base(int certify)
{
	struct antin_doc_place place = {.reserve = 64, .certify = certify};
	struct antin_bytes base = {0}, b;

	pdf_append(&base, base_parts, sizeof(base_parts) / sizeof(base_parts[0]), BASE_TRAILER);
	b = pdf_sign_at(&base, &place);
	antin_bytes_done(&base);
	return b;
}

#define SIG   "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached >>"
#define STAMP "<< /Type /DocTimeStamp /SubFilter /ETSI.RFC3161 >>"
#define WIDGET(name, value, rect)                                                                  \
	"<< /Type /Annot /Subtype /Widget /FT /Sig /T (" name ") /V " value " /Rect " rect         \
	" /F 132 /P 3 0 R >>"
#define XREAM(text)                                                                                \
	"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 6 " text                         \
	">>\nstream\n0 0 m \nendstream"
#define T "/Size 80 /Root 1 0 R /Info 6 0 R"

struct change_case {
	const char *what;
	enum antin_change_level level;
	const char *text; /* in an item, or NULL */
	const char *trailer;
	struct pdf_part parts[6];
};

static const struct change_case cases[] = {
        {"the same again", ANTIN_CHANGE_NONE, NULL, T, {{4, PDF_STREAM}}},
        {"the same, written anew",
         ANTIN_CHANGE_NONE,
         NULL,
         T,
         {{5, "<</Type/Font/Subtype/Type1/BaseFont/Helv#65tica>>"}}},
        {"an object nothing leads to", ANTIN_CHANGE_NONE, NULL, T, {{70, "(x)"}}},
        {"new field, new widget",
         ANTIN_CHANGE_FILL,
         "a signature was added",
         T,
         {{9, "<< /Fields " OUR_FIELDS " 71 0 R] /DA (/F1 9 Tf) /SigFlags 3 >>"},
          {3, OUR_PAGE_HEAD "/Annots " OUR_ANNOTS " 71 0 R] >>"},
          {70, SIG},
          {71, WIDGET("b", "70 0 R", "[0 0 0 0]")}}},
        {"a visible one",
         ANTIN_CHANGE_FILL,
         "a visible signature",
         T,
         {{9, "<< /Fields " OUR_FIELDS " 71 0 R] /DA (/F1 9 Tf) /SigFlags 3 >>"},
          {3, OUR_PAGE_HEAD "/Annots " OUR_ANNOTS " 71 0 R] >>"},
          {70, SIG},
          {71, WIDGET("b", "70 0 R", "[0 0 9 9] /AP << /N 72 0 R >>")},
          {72, XREAM("/Resources << /Font << /F1 5 0 R >> >>")}}},
        {"a document time stamp",
         ANTIN_CHANGE_LTA,
         "time stamp",
         T,
         {{9, "<< /Fields " OUR_FIELDS " 71 0 R] /DA (/F1 9 Tf) /SigFlags 3 >>"},
          {3, OUR_PAGE_HEAD "/Annots " OUR_ANNOTS " 71 0 R] >>"},
          {70, STAMP},
          {71, WIDGET("b", "70 0 R", "[0 0 0 0]")}}},
        {"validation data",
         ANTIN_CHANGE_LTA,
         "validation data",
         T,
         {{1, OUR_CATALOG " /DSS 70 0 R >>"},
          {70, "<< /Certs 71 0 R /CRLs [72 0 R] >>"},
          {71, "[72 0 R]"},
          {72, PDF_STREAM}}},
        {"the empty field is signed",
         ANTIN_CHANGE_FILL,
         "duyet",
         T,
         {{8, WIDGET("duyet", "70 0 R", "[0 0 0 0]")}, {70, SIG}}},
        {"the text field is filled",
         ANTIN_CHANGE_FILL,
         "the field so was filled",
         T,
         {{7, "<< /Type /Annot /Subtype /Widget /FT /Tx /T (so) /V (13) /Rect [9 9 99 20] /P 3 0 R "
              "/AP << /N 70 0 R >> >>"},
          {70, XREAM("")}}},
        {"the date of the last change",
         ANTIN_CHANGE_LTA,
         "date of the last change",
         T,
         {{6, "<< /Title (So 12) /ModDate (D:20260202000000Z) >>"}}},
        {"the description",
         ANTIN_CHANGE_LTA,
         "description",
         T,
         {{13, "<< /Type /Metadata /Subtype /XML /Length 7 >>\nstream\n<xmp2/>\nendstream"}}},
        {"the format version",
         ANTIN_CHANGE_LTA,
         "version",
         T,
         {{1, OUR_CATALOG " /Version /2.0 >>"}}},
        {"a comment",
         ANTIN_CHANGE_ANNOTATE,
         "kind Highlight was added",
         T,
         {{3, OUR_PAGE_HEAD "/Annots " OUR_ANNOTS " 70 0 R] >>"},
          {70,
           "<< /Type /Annot /Subtype /Highlight /Rect [0 0 9 9] /P 3 0 R /AP << /N 71 0 R >> >>"},
          {71, XREAM("")}}},
        {"a comment changed",
         ANTIN_CHANGE_ANNOTATE,
         "kind Text was changed",
         T,
         {{10, "<< /Type /Annot /Subtype /Text /Rect [9 9 20 20] /Contents (sua) /P 3 0 R >>"}}},
        {"a comment removed",
         ANTIN_CHANGE_ANNOTATE,
         "kind Text was removed",
         T,
         {{3, OUR_PAGE_HEAD "/Annots [7 0 R 8 0 R 61 0 R] >>"}}},
        /* From here on: what must never pass. */
        {"page contents replaced",
         ANTIN_CHANGE_OTHER,
         "replaced",
         T,
         {{4, "<< /Length 6 >>\nstream\n9 9 m \nendstream"}}},
        {"dangling contents filled", ANTIN_CHANGE_OTHER, "nothing explains", T, {{40, PDF_STREAM}}},
        {"dangling contents as appearance",
         ANTIN_CHANGE_OTHER,
         "not made for its new value",
         T,
         {{7, "<< /Type /Annot /Subtype /Widget /FT /Tx /T (so) /V (13) /Rect [9 9 99 20] /P 3 0 R "
              "/AP << /N 40 0 R >> >>"},
          {40, XREAM("")}}},
        {"font replaced",
         ANTIN_CHANGE_OTHER,
         "replaced",
         T,
         {{5, "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>"}}},
        {"object deleted", ANTIN_CHANGE_OTHER, "deleted", T, {{4, NULL}}},
        {"annotation deleted", ANTIN_CHANGE_OTHER, "deleted", T, {{10, NULL}}},
        {"page box",
         ANTIN_CHANGE_OTHER,
         "entry MediaBox",
         T,
         {{3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 400] /Contents [4 0 R 40 0 R]\n"
              "/Resources << /Font << /F1 5 0 R >> >> /Annots " OUR_ANNOTS "] >>"}}},
        {"page contents exchanged",
         ANTIN_CHANGE_OTHER,
         "entry Contents",
         T,
         {{3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 70 0 R\n"
              "/Resources << /Font << /F1 5 0 R >> >> /Annots " OUR_ANNOTS "] >>"},
          {70, PDF_STREAM}}},
        {"page rotated",
         ANTIN_CHANGE_OTHER,
         "entry Rotate",
         T,
         {{3, OUR_PAGE_HEAD "/Rotate 90 /Annots " OUR_ANNOTS "] >>"}}},
        {"page added",
         ANTIN_CHANGE_OTHER,
         "replaced",
         T,
         {{2, "<< /Type /Pages /Kids [3 0 R 70 0 R] /Count 2 >>"}, {70, PDF_PAGE}}},
        {"catalogue exchanged",
         ANTIN_CHANGE_OTHER,
         "catalogue",
         "/Size 80 /Root 70 0 R /Info 6 0 R",
         {{70, OUR_CATALOG " >>"}}},
        {"script added",
         ANTIN_CHANGE_OTHER,
         "entry OpenAction",
         T,
         {{1, OUR_CATALOG " /OpenAction 70 0 R >>"}, {70, "<< /S /JavaScript /JS (x) >>"}}},
        {"layers",
         ANTIN_CHANGE_OTHER,
         "entry OCProperties",
         T,
         {{1, OUR_CATALOG " /OCProperties << >> >>"}}},
        {"certified afterwards",
         ANTIN_CHANGE_OTHER,
         "entry Perms",
         T,
         {{1, OUR_CATALOG " /Perms << /DocMDP 60 0 R >> >>"}}},
        {"metadata taken away",
         ANTIN_CHANGE_OTHER,
         "entry Metadata",
         T,
         {{1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 9 0 R >>"}}},
        {"a text field added",
         ANTIN_CHANGE_OTHER,
         "no plain signature field",
         T,
         {{9, "<< /Fields " OUR_FIELDS " 71 0 R] /DA (/F1 9 Tf) /SigFlags 3 >>"},
          {71, "<< /FT /Tx /T (b) /V (x) >>"}}},
        {"a signature field with a script",
         ANTIN_CHANGE_OTHER,
         "no plain signature field",
         T,
         {{9, "<< /Fields " OUR_FIELDS " 71 0 R] /DA (/F1 9 Tf) /SigFlags 3 >>"},
          {71, "<< /FT /Sig /T (b) /AA << /E << /S /JavaScript /JS (x) >> >> >>"}}},
        {"a field removed",
         ANTIN_CHANGE_OTHER,
         "entry Fields of the form",
         T,
         {{9, "<< /Fields [8 0 R 61 0 R] /DA (/F1 9 Tf) /SigFlags 3 >>"}}},
        {"the signature removed",
         ANTIN_CHANGE_OTHER,
         "signed field",
         T,
         {{8, WIDGET("duyet", "60 0 R", "[0 0 0 0]")},
          {61, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Signature1) /Rect [0 0 0 0] >>"}}},
        {"the signature shown elsewhere",
         ANTIN_CHANGE_OTHER,
         "shown in another field",
         T,
         {{8, WIDGET("duyet", "60 0 R", "[0 0 0 0]")}}},
        {"flags fallen",
         ANTIN_CHANGE_OTHER,
         "entry SigFlags",
         T,
         {{9, "<< /Fields " OUR_FIELDS "] /DA (/F1 9 Tf) /SigFlags 0 >>"}}},
        {"fields drawn anew",
         ANTIN_CHANGE_OTHER,
         "entry NeedAppearances",
         T,
         {{9, "<< /Fields " OUR_FIELDS "] /DA (/F1 9 Tf) /SigFlags 3 /NeedAppearances true >>"}}},
        {"default look changed",
         ANTIN_CHANGE_OTHER,
         "entry DA",
         T,
         {{9, "<< /Fields " OUR_FIELDS "] /DA (/F1 0 Tf) /SigFlags 3 >>"}}},
        {"XFA added",
         ANTIN_CHANGE_OTHER,
         "entry XFA",
         T,
         {{9, "<< /Fields " OUR_FIELDS "] /DA (/F1 9 Tf) /SigFlags 3 /XFA (x) >>"}}},
        {"a field moved",
         ANTIN_CHANGE_OTHER,
         "beyond filling",
         T,
         {{7,
           "<< /Type /Annot /Subtype /Widget /FT /Tx /T (so) /V (12) /Rect [0 0 500 800] /P 3 0 R "
           ">>"}}},
        {"a widget taken from the page",
         ANTIN_CHANGE_OTHER,
         "entry Annots",
         T,
         {{3, OUR_PAGE_HEAD "/Annots [8 0 R 10 0 R 61 0 R] >>"}}},
        {"the order of drawing",
         ANTIN_CHANGE_OTHER,
         "entry Annots",
         T,
         {{3, OUR_PAGE_HEAD "/Annots [8 0 R 7 0 R 10 0 R 61 0 R] >>"}}},
        {"a link",
         ANTIN_CHANGE_OTHER,
         "entry Annots",
         T,
         {{3, OUR_PAGE_HEAD "/Annots " OUR_ANNOTS " 70 0 R] >>"},
          {70, "<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (x) >> >>"}}},
        {"a comment with an action",
         ANTIN_CHANGE_OTHER,
         "entry Annots",
         T,
         {{3, OUR_PAGE_HEAD "/Annots " OUR_ANNOTS " 70 0 R] >>"},
          {70, "<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /AA << >> >>"}}},
        {"a hidden redaction",
         ANTIN_CHANGE_OTHER,
         "entry Annots",
         T,
         {{3, OUR_PAGE_HEAD "/Annots " OUR_ANNOTS " 70 0 R] >>"},
          {70, "<< /Type /Annot /Subtype /Redact /Rect [0 0 9 9] >>"}}},
        {"the title",
         ANTIN_CHANGE_OTHER,
         "property Title",
         T,
         {{6, "<< /Title (So 13) /ModDate (D:20260101000000Z) >>"}}},
        {"the font as properties",
         ANTIN_CHANGE_OTHER,
         "properties",
         "/Size 80 /Root 1 0 R /Info 5 0 R",
         {{5, "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>"}}},
        {"a description that is drawn",
         ANTIN_CHANGE_OTHER,
         "entry Metadata",
         T,
         {{1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 9 0 R /Metadata 4 0 R >>"},
          {4, "<< /Type /Metadata /Subtype /XML /Length 6 >>\nstream\n9 9 m \nendstream"}}},
        {"validation data that is drawn",
         ANTIN_CHANGE_OTHER,
         "entry DSS",
         T,
         {{1, OUR_CATALOG " /DSS 70 0 R >>"}, {70, "<< /Certs [40 0 R] >>"}, {40, PDF_STREAM}}},
        {"validation data of another kind",
         ANTIN_CHANGE_OTHER,
         "entry DSS",
         T,
         {{1, OUR_CATALOG " /DSS << /Pages 3 0 R >> >>"}}},
        {"a bad VRI",
         ANTIN_CHANGE_OTHER,
         "entry DSS",
         T,
         {{1, OUR_CATALOG " /DSS << /VRI << /AB << >> >> >> >>"}}},
};

static bool
mentions(const struct antin_changes *c, const char *text)
{
	char line[512];

	for (size_t i = 0; i < c->n; i++) {
		const char *mark = strstr(c->items[i].what, "%s");

		if (mark)
			(void)snprintf(line, sizeof(line), "%.*s%s%s",
			               (int)(mark - c->items[i].what), c->items[i].what,
			               c->items[i].detail, mark + 2);
		else
			(void)snprintf(line, sizeof(line), "%s", c->items[i].what);
		if (strstr(line, text))
			return true;
	}
	return false;
}

static size_t
count_parts(const struct pdf_part *parts)
{
	size_t n = 0;

	while (n < 6 && parts[n].num)
		n++;
	return n;
}

static void
judge(const struct antin_bytes *b, size_t index, struct antin_changes *out)
{
	struct antin_doc *d = pdf_must_open(b);
	struct antin_err err = {0};
	char line[1024];
	enum antin_rc rc;

	ck_assert_uint_gt(d->n_sigs, index);
	rc = antin_doc_changes(d, index, out, &err);
	ck_assert_msg(rc == ANTIN_OK, "%s", antin_err_line(&err, NULL, line, sizeof(line)));
	antin_doc_free(d);
}

START_TEST(levels)
{
	const struct change_case *c = &cases[_i];
	struct antin_bytes b = signed_base(0);
	ANTIN_SCOPED(antin_changes) found = {0};

	pdf_append(&b, c->parts, count_parts(c->parts), c->trailer);
	judge(&b, 0, &found);
	ck_assert_msg(found.level == c->level, "%s: level %u, first item: %s", c->what, found.level,
	              found.n ? found.items[0].what : "none");
	ck_assert_msg(!c->text || mentions(&found, c->text), "%s: %zu items, first %s", c->what,
	              found.n, found.n ? found.items[0].what : "none");
	ck_assert_msg(c->text || found.n == 0, "%s: has items", c->what);
	ck_assert_uint_eq(found.unsigned_tail, 0);
	antin_bytes_done(&b);
}
END_TEST

/* What one revision does is not hidden by the next that undoes it. */
START_TEST(middle_counts)
{
	const struct change_case *c = &cases[_i];
	const struct pdf_part back[] = {{4, PDF_STREAM}};
	struct antin_bytes b;
	ANTIN_SCOPED(antin_changes) found = {0};

	if (c->level != ANTIN_CHANGE_OTHER || strstr(c->trailer, "/Root 70") ||
	    strstr(c->what, "removed") || strstr(c->what, "elsewhere"))
		return;
	b = signed_base(0);
	pdf_append(&b, c->parts, count_parts(c->parts), c->trailer);
	pdf_append(&b, back, 1, T);
	judge(&b, 0, &found);
	ck_assert_msg(found.level == ANTIN_CHANGE_OTHER, "%s", c->what);
	antin_bytes_done(&b);
}
END_TEST

/* Under a certification a visible new field is more than signing. */
START_TEST(certified_visible)
{
	struct antin_bytes b = signed_base(2);
	ANTIN_SCOPED(antin_changes) found = {0};

	ck_assert_str_eq(cases[4].what, "a visible one");
	pdf_append(&b, cases[4].parts, count_parts(cases[4].parts), T);
	judge(&b, 0, &found);
	ck_assert_int_eq(found.level, ANTIN_CHANGE_ANNOTATE);
	antin_bytes_done(&b);
}
END_TEST

/*
 * A font or a style that comes changes what all those show that readers draw by themselves: widgets
 * and texts without looks, in the form or not, and every widget where the form asks for it.  Looks
 * that readers were asked not to take, and then are to, show something else if they were prepared.
 */
START_TEST(drawn_by_readers)
{
#define WIDGETS "<< /Type /Annot /Subtype /Widget /Rect [9 9 99 20] /P 3 0 R "
#define DRAWN   "/FT /Tx /T (so) /V (12) "
#define LOOKS   WIDGETS DRAWN "/AP << /N 42 0 R >> >>"
#define NO_AP   WIDGETS DRAWN ">>"
#define AP(is)  WIDGETS DRAWN "/AP " is " >>"
#define WORDS   "<< /Type /Annot /Subtype /FreeText /Rect [9 9 99 20] /DA (/F1 9 Tf) "
#define FONT    "/DR << /Font << /F1 70 0 R >> >> "
#define NEED    "/NeedAppearances "
#define STYLE   "/DA (/F1 1 Tf) "
#define SIDE    "/Q 2 "
#define PARENT  "<< " DRAWN "/Kids [43 0 R] >>"
#define OF_FORM ANTIN_CHANGE_OTHER
#define NOTHING ANTIN_CHANGE_NONE
	static const struct {
		const char *before, *after, *field, *other;
		enum antin_change_level level;
	} rows[] = {
	        {NEED "true", NEED "true " FONT, LOOKS, NULL, OF_FORM},
	        {NEED "41 0 R", NEED "41 0 R " FONT, LOOKS, NULL, OF_FORM},
	        {NEED "true", NEED "true " STYLE, LOOKS, NULL, OF_FORM},
	        {NEED "true", NEED "true " SIDE, LOOKS, NULL, OF_FORM},
	        {NEED "true", NEED "true ", LOOKS, NULL, NOTHING},
	        {NEED "false", NEED "false " FONT STYLE SIDE, LOOKS, NULL, NOTHING},
	        {"", FONT STYLE SIDE, LOOKS, NULL, NOTHING},
	        {"", FONT, NO_AP, NULL, OF_FORM},
	        {"", STYLE, NO_AP, NULL, OF_FORM},
	        {"", SIDE, NO_AP, NULL, OF_FORM},
	        {"", "", NO_AP, NULL, NOTHING},
	        {SIDE, SIDE, NO_AP, NULL, NOTHING},
	        {"", FONT, PARENT, NULL, OF_FORM},
	        {"", FONT, "<< /FT /Tx /T (so) >>", NULL, NOTHING},
	        {"", FONT, "<< /FT /Btn /T (so) /MK << /CA (12) >> >>", NULL, OF_FORM},
	        {"", FONT, "<< /FT /Ch /T (so) /Opt [(12)] >>", NULL, OF_FORM},
	        /* looks that are none */
	        {"", STYLE, AP("<< >>"), NULL, OF_FORM},
	        {"", STYLE, AP("<< /D 42 0 R >>"), NULL, OF_FORM},
	        {"", STYLE, AP("<< /N 99 0 R >>"), NULL, OF_FORM},
	        {"", STYLE, AP("<< /N << >> >>"), NULL, OF_FORM},
	        {"", STYLE, AP("<< /N << /A 42 0 R >> >>"), NULL, OF_FORM},
	        {"", STYLE, AP("<< /N << /A 42 0 R >> >> /AS /A"), NULL, NOTHING},
	        {"", STYLE, AP("99 0 R"), NULL, OF_FORM},
	        {"", STYLE, AP("(x)"), NULL, OF_FORM},
	        {"", STYLE, AP("44 0 R"), NULL, NOTHING},
	        /* what hangs in no form */
	        {"", FONT, LOOKS, NO_AP, OF_FORM},
	        {"", STYLE, LOOKS, NO_AP, OF_FORM},
	        {"", SIDE, LOOKS, WIDGETS "/Parent 7 0 R >>", OF_FORM},
	        {"", STYLE, LOOKS, WIDGETS "/FT /Btn /MK << /CA (12) >> >>", OF_FORM},
	        {"", STYLE, LOOKS, WIDGETS "/FT /Sig >>", NOTHING},
	        {"", STYLE, LOOKS, WIDGETS "/FT /Tx >>", NOTHING},
	        {"", STYLE, LOOKS, LOOKS, NOTHING},
	        {"", STYLE, LOOKS, "[ " NO_AP " ]", OF_FORM},
	        {"", STYLE, LOOKS, "<< /Type /Annot /Subtype /#57idget /V (1) >>", OF_FORM},
	        {"", FONT, LOOKS, WORDS "/Contents (12) >>", OF_FORM},
	        {"", FONT, LOOKS, WORDS "/Contents (12) /AP << /N 42 0 R >> >>", NOTHING},
	        /* the looks that stand there */
	        {NEED "true", "", LOOKS, NULL, OF_FORM},
	        {NEED "true", NEED "false", LOOKS, NULL, OF_FORM},
	        {NEED "41 0 R", NEED "null", LOOKS, NULL, OF_FORM},
	        {NEED "true", "", NO_AP, NULL, OF_FORM},
	        {NEED "true", "", "<< /FT /Tx /T (so) /AP << /N 42 0 R >> >>", NULL, OF_FORM},
	        {NEED "true", "", WIDGETS "/FT /Tx /T (so) >>", NULL, NOTHING},
	        {NEED "true", "", WIDGETS "/FT /Tx /T (so) >>", LOOKS, OF_FORM},
	        {NEED "false", "", LOOKS, NULL, NOTHING},
	        {"", NEED "false", LOOKS, NULL, NOTHING},
	};
	const struct antin_doc_place place = {.reserve = 64};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		ANTIN_SCOPED(antin_bytes) base = {0};
		ANTIN_SCOPED(antin_changes) found = {0};
		char form[200], young[300];
		const struct pdf_part more[] = {
		        {41, "true"},
		        {42, XREAM("")},
		        {43, rows[i].other ? rows[i].other : WIDGETS ">>"},
		        {44, "<< /N 42 0 R >>"},
		};
		const struct pdf_part later[] = {{9, young}, {70, "<< /Subtype /Type3 >>"}};
		struct pdf_part parts[UTIL_COUNT(base_parts) + UTIL_COUNT(more)];
		struct antin_bytes b;

		memcpy(parts, base_parts, sizeof(base_parts));
		memcpy(parts + UTIL_COUNT(base_parts), more, sizeof(more));
		(void)snprintf(form, sizeof(form), "<< /Fields 12 0 R %s >>", rows[i].before);
		parts[6].text = rows[i].field;
		parts[8].text = form;
		pdf_append(&base, parts, UTIL_COUNT(parts), BASE_TRAILER);
		b = pdf_sign_at(&base, &place);
		(void)snprintf(young, sizeof(young), "<< /Fields " OUR_FIELDS "] %s /SigFlags 3 >>",
		               rows[i].after);
		pdf_append(&b, later, strstr(young, "70 0 R") ? 2 : 1, T);
		judge(&b, 0, &found);
		ck_assert_msg(found.level == rows[i].level, "%zu: level %u, %s", i, found.level,
		              found.n ? found.items[0].what : "nothing said");
		ck_assert_msg(mentions(&found, "of the form") == (found.level == OF_FORM), "%zu",
		              i);
		antin_bytes_done(&b);
	}
}
END_TEST

/* Bytes between objects, and tables that lead back. */
START_TEST(stray_bytes)
{
	static const char *const stray[] = {"(hidden)", "9 0 obj\n<<>>\nendobj\n", "%%EOF\n1"};
	struct antin_bytes b = signed_base(0);
	ANTIN_SCOPED(antin_changes) found = {0};
	const struct pdf_part parts[] = {{70, "(x)"}};
	uint64_t prev = pdf_startxref(&b), at[1];
	char trailer[128];

	antin_bytes_text(&b, stray[_i]);
	antin_bytes_text(&b, "\n");
	at[0] = b.len;
	antin_bytes_text(&b, "70 0 obj\n(x)\nendobj\n");
	(void)snprintf(trailer, sizeof(trailer), T " /Prev %llu", (unsigned long long)prev);
	pdf_end(&b, parts, at, 1, trailer);
	judge(&b, 0, &found);
	ck_assert_int_eq(found.level, ANTIN_CHANGE_OTHER);
	ck_assert(mentions(&found, "belong to no object"));
	antin_bytes_done(&b);
}
END_TEST

/* 7.3.8.1: the same stream again, in an update whose end some readers do not see. */
START_TEST(ends_of_streams)
{
	static const struct {
		const char *end;
		enum antin_change_level level;
	} rows[] = {
	        {"\nendstream\nendobj\n", ANTIN_CHANGE_NONE},
	        {"endstream endobj\n", ANTIN_CHANGE_NONE},
	        {"\r\nendstream\rendobj\n", ANTIN_CHANGE_NONE},
	        {"\nendstream%x\nendobj\n", ANTIN_CHANGE_NONE},
	        {"\nendstreamendobj\n", ANTIN_CHANGE_OTHER},
	        {"endstreamendobj\n", ANTIN_CHANGE_OTHER},
	};
	static const struct pdf_part parts[] = {{4, PDF_STREAM}};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		struct antin_bytes b = signed_base(0);
		ANTIN_SCOPED(antin_changes) found = {0};
		uint64_t prev = pdf_startxref(&b), at[1] = {b.len};
		char trailer[128];

		antin_bytes_text(&b, "4 0 obj\n" PDF_STREAM);
		b.len -= strlen("\nendstream");
		antin_bytes_text(&b, rows[i].end);
		(void)snprintf(trailer, sizeof(trailer), T " /Prev %llu", (unsigned long long)prev);
		pdf_end(&b, parts, at, 1, trailer);
		judge(&b, 0, &found);
		ck_assert_msg(found.level == rows[i].level, "%zu: level %u", i, found.level);
		ck_assert_uint_eq(found.n, rows[i].level != ANTIN_CHANGE_NONE);
		ck_assert(!found.n || mentions(&found, "belong to no object"));
		antin_bytes_done(&b);
	}
}
END_TEST

/* Bytes between the trailer and startxref. */
START_TEST(stray_behind_trailer)
{
	static const struct {
		const char *text;
		enum antin_change_level level;
	} rows[] = {
	        {"", ANTIN_CHANGE_NONE},
	        {"\n \r\n", ANTIN_CHANGE_NONE},
	        {"% 4 0 obj\n", ANTIN_CHANGE_NONE},
	        {"% startxref 9 %%EOF\n", ANTIN_CHANGE_NONE},
	        {"4 0 obj\n<<>>\nendobj\n", ANTIN_CHANGE_OTHER},
	        {"trailer\n<< /Root 2 0 R >>\n", ANTIN_CHANGE_OTHER},
	        {"stream\n4 0 obj\nendstream\n", ANTIN_CHANGE_OTHER},
	        {"startxref\n9\n", ANTIN_CHANGE_OTHER},
	        {"(", ANTIN_CHANGE_OTHER},
	};
	struct antin_bytes b = signed_base(0), tail = {0};
	const struct pdf_part parts[] = {{70, "(x)"}};
	ANTIN_SCOPED(antin_changes) found = {0};
	size_t at;

	pdf_append(&b, parts, 1, T);
	at = pdf_find_last(&b, "startxref");
	antin_bytes_add(&tail, b.p + at, b.len - at);
	b.len = at;
	antin_bytes_text(&b, rows[_i].text);
	antin_bytes_add(&b, tail.p, tail.len);
	judge(&b, 0, &found);
	ck_assert_msg(found.level == rows[_i].level, "%s: level %u", rows[_i].text, found.level);
	ck_assert(mentions(&found, "belong to no object") == (found.level == ANTIN_CHANGE_OTHER));
	antin_bytes_done(&tail);
	antin_bytes_done(&b);
}
END_TEST

/* The signed bytes hold an object inside of a stream that a later table brings to light. */
START_TEST(table_leads_back)
{
	static const struct pdf_part parts[] = {
	        {1, PDF_CATALOG},
	        {2, PDF_PAGES},
	        {3, PDF_PAGE},
	        {4, "<< /Length 19 >>\nstream\n70 0 obj\n(x)\nendobj\nendstream"},
	};
	static const struct pdf_part hidden[] = {{70, "(x)"}};
	struct antin_bytes base = {0}, b;
	ANTIN_SCOPED(antin_changes) found = {0};
	uint64_t at[1];
	char trailer[128];

	pdf_append(&base, parts, 4, PDF_ROOT);
	b = pdf_sign(&base);
	at[0] = (uint64_t)(pdf_find(&b, "70 0 obj") - b.p);
	(void)snprintf(trailer, sizeof(trailer), "/Size 80 /Root 1 0 R /Prev %llu",
	               (unsigned long long)pdf_startxref(&b));
	pdf_end(&b, hidden, at, 1, trailer);
	judge(&b, 0, &found);
	ck_assert_int_eq(found.level, ANTIN_CHANGE_OTHER);
	ck_assert(mentions(&found, "earlier part"));
	antin_bytes_done(&base);
	antin_bytes_done(&b);
}
END_TEST

/* A signature of ours upon one of ours, three deep; the first sees only signatures. */
START_TEST(three_signatures)
{
	struct antin_bytes one = signed_base(0), two = pdf_sign(&one), three = pdf_sign(&two);
	static const enum antin_change_level want[] = {ANTIN_CHANGE_FILL, ANTIN_CHANGE_FILL,
	                                               ANTIN_CHANGE_NONE};

	for (size_t i = 0; i < 3; i++) {
		ANTIN_SCOPED(antin_changes) found = {0};

		judge(&three, i, &found);
		ck_assert_int_eq(found.level, want[i]);
		ck_assert_uint_eq(found.n, 2 - i);
	}
	antin_bytes_done(&one);
	antin_bytes_done(&two);
	antin_bytes_done(&three);
}
END_TEST

Suite *suite_pdf_changes(void);
Suite *
suite_pdf_changes(void)
{
	Suite *s = suite_create("pdf_changes");
	TCase *t = tcase_create("revisions");

	tcase_add_loop_test(t, levels, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_loop_test(t, middle_counts, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(t, certified_visible);
	tcase_add_test(t, drawn_by_readers);
	tcase_add_loop_test(t, stray_bytes, 0, 3);
	tcase_add_test(t, ends_of_streams);
	tcase_add_loop_test(t, stray_behind_trailer, 0, 9);
	tcase_add_test(t, table_leads_back);
	tcase_add_test(t, three_signatures);
	suite_add_tcase(s, t);
	return s;
}
