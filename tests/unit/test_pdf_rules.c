/*
 * PDF: locks of fields (ISO 32000-1, 12.8.2.4), certifications, validation data, comments and
 * filled fields after a signature: each rule with what it lets pass and what it stops.
 */
#include "pdf_file.h"

#define WIDGET  "/Type /Annot /Subtype /Widget /Rect [9 9 99 20] /P 3 0 R "
#define FORM    "<< /Fields [5 0 R 6 0 R 7 0 R 8 0 R 12 0 R] /SigFlags 1 /DA (/F1 9 Tf) >>"
#define CATALOG "<< /Type /Catalog /Pages 2 0 R /AcroForm 9 0 R /DSS 10 0 R /Metadata 11 0 R "

/* A form: a text field, a field with two kids, a choice, an empty signature field. */
static const struct pdf_part base_parts[] = {
        {1, CATALOG ">>"},
        {2, PDF_PAGES},
        {3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            "/Annots [5 0 R 14 0 R 15 0 R 7 0 R 8 0 R 16 0 R] >>"},
        {4, PDF_STREAM},
        {5, "<< " WIDGET "/FT /Tx /T (so) >>"},
        {6, "<< /FT /Tx /T (can bo) /Kids [14 0 R 15 0 R] >>"},
        {7, "<< " WIDGET "/FT /Ch /T (loai) /V (a) >>"},
        {8, "<< " WIDGET "/FT /Sig /T (duyet) >>"},
        {9, FORM},
        {10, "<< /Type /DSS /Certs [17 0 R] >>"},
        {11, "<< /Type /Metadata /Subtype /XML /Length 7 >>\nstream\n<xmp1/>\nendstream"},
        {14, "<< " WIDGET "/Parent 6 0 R /T (ten) >>"},
        {15, "<< " WIDGET "/Parent 6 0 R /T (chuc vu) >>"},
        {16, "<< /Type /Annot /Subtype /Highlight /Rect [9 9 20 20] /P 3 0 R /Contents (cu) >>"},
        {17, PDF_STREAM},
        {18, "<< /Title (t) >>"},
        {19, "(so)"},
};
#define T "/Size 80 /Root 1 0 R /Info 18 0 R"

/*
 * The base with a signature by hand in field 12: ranges over all, an update of its own so that
 * /Reference can be anything.
 */
static struct antin_bytes
signed_field(const char *reference, const char *lock)
{
	struct antin_bytes b = {0}, range = {0};
	struct antin_doc *d;
	char form[160], field[256];
	struct antin_bytes sig = {0};
	struct pdf_part parts[] = {{12, field}, {13, NULL}, {9, FORM}};
	size_t hole, at;

	(void)snprintf(field, sizeof(field), "<< /FT /Sig /T (ky) /V 13 0 R %s >>", lock);

	pdf_append(&b, base_parts, sizeof(base_parts) / sizeof(base_parts[0]), T);
	antin_bytes_printf(&sig,
	                   "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached\n"
	                   "/ByteRange %40s\n/Contents <3003020101000000>\n%s >>",
	                   "[]", reference);
	parts[1].text = antin_bytes_cstr(&sig);
	(void)snprintf(form, sizeof(form), FORM);
	parts[2].text = form;
	pdf_append(&b, parts, 3, T);
	hole = (size_t)(pdf_find(&b, "/Contents <3") - b.p) + 10;
	at = hole + 18;
	antin_bytes_printf(&range, "[0 %zu %zu %zu]", hole, at, b.len - at);
	memset(pdf_find(&b, "/ByteRange ") + 11, ' ', 40);
	memcpy(pdf_find(&b, "/ByteRange ") + 11, range.p, range.len);
	d = pdf_must_open(&b);
	ck_assert_uint_eq(d->n_sigs, 1);
	ck_assert_msg(d->sigs[0].problem == NULL, "%s", d->sigs[0].problem);
	ck_assert_int_eq(d->sigs[0].coverage, ANTIN_COVERAGE_ENTIRE_FILE);
	antin_doc_free(d);
	antin_bytes_done(&sig);
	antin_bytes_done(&range);
	return b;
}

static struct antin_bytes
signed_with(const char *reference)
{
	return signed_field(reference, "");
}

static bool
mentions(const struct antin_changes *c, const char *text)
{
	for (size_t i = 0; i < c->n; i++)
		if (strstr(c->items[i].what, text))
			return true;
	return false;
}

static void
judge(const struct antin_bytes *b, struct antin_changes *out)
{
	struct antin_doc *d = pdf_must_open(b);
	struct antin_err err = {0};
	char line[512];
	enum antin_rc rc = antin_doc_changes(d, 0, out, &err);

	pdf_print(&err, line, sizeof(line));
	ck_assert_msg(rc == ANTIN_OK, "%s", line);
	antin_doc_free(d);
}

#define LOCK(action, more)                                                                         \
	"/Reference [<< /TransformMethod /FieldMDP /TransformParams << /Action /" action " " more  \
	" >> >>]"

/*
 * Which fields a lock leaves open: "so", "can bo.ten", "can bo.chuc vu", "loai", "duyet"; and "can
 * bo" itself only if both below it are, which inherit its value.
 */
enum { FIELDS = 5, FILLS };
struct lock_case {
	const char *reference;
	bool open[FIELDS];
};
static const struct lock_case locks[] = {
        {"", {true, true, true, true, true}},
        {LOCK("All", ""), {false, false, false, false, false}},
        {LOCK("All", "/Fields [(x)]"), {false, false, false, false, false}},
        {LOCK("Include", "/Fields [(so)]"), {false, true, true, true, true}},
        {LOCK("Include", "/Fields [(so) (loai)]"), {false, true, true, false, true}},
        {LOCK("Include", "/Fields [(can bo)]"), {true, false, false, true, true}},
        {LOCK("Include", "/Fields [(can bo.ten)]"), {true, false, true, true, true}},
        {LOCK("Include", "/Fields [(can)]"), {true, true, true, true, true}},
        {LOCK("Include", "/Fields [(SO)]"), {true, true, true, true, true}},
        {LOCK("Include", "/Fields [<736F>]"), {false, true, true, true, true}},
        {LOCK("Include", "/Fields [<FEFF0073006F>]"), {false, true, true, true, true}},
        {LOCK("Include", "/Fields [19 0 R]"), {false, true, true, true, true}},
        {LOCK("Exclude", "/Fields [19 0 R]"), {true, false, false, false, false}},
        {LOCK("Include", "/Fields []"), {true, true, true, true, true}},
        {LOCK("Include", ""), {true, true, true, true, true}},
        {LOCK("Include", "/Fields [(duyet)]"), {true, true, true, true, false}},
        {LOCK("Exclude", "/Fields [(so)]"), {true, false, false, false, false}},
        {LOCK("Exclude", "/Fields [(can bo)]"), {false, true, true, false, false}},
        {LOCK("Exclude", "/Fields [(can bo.ten) (duyet)]"), {false, true, false, false, true}},
        {LOCK("Exclude", "/Fields []"), {false, false, false, false, false}},
        {LOCK("Exclude", ""), {false, false, false, false, false}},
        {LOCK("Nonsense", "/Fields [(so)]"), {false, false, false, false, false}},
        {"/Reference [<< /TransformMethod /FieldMDP >>]", {false, false, false, false, false}},
        {"/Reference [<< /TransformMethod /UR3 >>]", {true, true, true, true, true}},
        {"/Reference [<< /TransformMethod /Identity /TransformParams << /Action /All >> >>]",
         {true, true, true, true, true}},
        {"/Reference []", {true, true, true, true, true}},
        {"/Reference [<< /TransformMethod /FieldMDP /TransformParams << /Action /Include /Fields "
         "[(so)] >> >> << /TransformMethod /FieldMDP /TransformParams << /Action /Include /Fields "
         "[(loai)] >> >>]",
         {false, true, true, false, true}},
};

static const struct pdf_part fills[FILLS][2] = {
        {{5, "<< " WIDGET "/FT /Tx /T (so) /V (12) >>"}},
        {{14, "<< " WIDGET "/Parent 6 0 R /T (ten) /V (An) >>"}},
        {{15, "<< " WIDGET "/Parent 6 0 R /T (chuc vu) /V (CT) >>"}},
        {{7, "<< " WIDGET "/FT /Ch /T (loai) /V (b) >>"}},
        {{8, "<< " WIDGET "/FT /Sig /T (duyet) /V 70 0 R >>"},
         {70, "<< /Type /Sig /SubFilter /ETSI.CAdES.detached >>"}},
        {{6, "<< /FT /Tx /T (can bo) /V (An) /Kids [14 0 R 15 0 R] >>"}},
};

/* Each field filled in after a signature with this lock. */
static void
fill_locked(const char *reference, const char *lock, const bool opened[FIELDS])
{
	for (size_t i = 0; i < FILLS; i++) {
		struct antin_bytes b = signed_field(reference, lock);
		ANTIN_SCOPED(antin_changes) found = {0};
		bool open = i < FIELDS ? opened[i] : opened[1] && opened[2];

		pdf_append(&b, fills[i], fills[i][1].num ? 2 : 1, T);
		judge(&b, &found);
		ck_assert_msg(found.level == (open ? ANTIN_CHANGE_FILL : ANTIN_CHANGE_OTHER),
		              "%s%s: field %zu: level %u", reference, lock, i, found.level);
		ck_assert_msg(mentions(&found, "locked") == !open, "%s%s: field %zu", reference,
		              lock, i);
		antin_bytes_done(&b);
	}
}

START_TEST(locked_fields)
{
	fill_locked(locks[_i].reference, "", locks[_i].open);
}
END_TEST

/* 12.7.4.5: the field's own lock counts too, whether or not the signature repeats it. */
static const struct {
	const char *reference, *lock;
	bool open[FIELDS];
} own_locks[] = {
        {"", "/Lock << /Type /SigFieldLock /Action /All >>", {false, false, false, false, false}},
        {"", "/Lock << /Action /Include /Fields [(so)] >>", {false, true, true, true, true}},
        {"", "/Lock << /Action /Exclude /Fields [(so)] >>", {true, false, false, false, false}},
        {"", "/Lock << /Action /Nonsense >>", {false, false, false, false, false}},
        {"", "/Lock << >>", {false, false, false, false, false}},
        {"", "/Lock null", {true, true, true, true, true}},
        {"", "/Lock 4 0 R", {false, false, false, false, false}},
        {"", "/Lock 99 0 R", {true, true, true, true, true}},
        {LOCK("Include", "/Fields [(loai)]"),
         "/Lock << /Action /Include /Fields [(so)] >>",
         {false, true, true, false, true}},
        {LOCK("Include", "/Fields []"),
         "/Lock << /Action /Include /Fields [(can bo.ten)] >>",
         {true, false, true, true, true}},
};

START_TEST(locked_by_field)
{
	fill_locked(own_locks[_i].reference, own_locks[_i].lock, own_locks[_i].open);
}
END_TEST

#define DOCMDP(more) "/Reference [<< /TransformMethod /DocMDP /TransformParams << " more " >> >>]"

/* P of the certification as it is read: missing means 2, nonsense the strictest. */
static const struct {
	const char *reference;
	int docmdp;
} certifications[] = {
        {"", 0},
        {"/Reference []", 0},
        {"/Reference (x)", 0},
        {"/Reference [(x) 5 null]", 0},
        {"/Reference [<< >>]", 0},
        {"/Reference [<< /TransformMethod /FieldMDP >>]", 0},
        {"/Reference [<< /TransformMethod /DocMDP >>]", 2},
        {DOCMDP(""), 2},
        {DOCMDP("/P null"), 2},
        {DOCMDP("/P 1"), 1},
        {DOCMDP("/P 2"), 2},
        {DOCMDP("/P 3"), 3},
        {DOCMDP("/P 0"), 1},
        {DOCMDP("/P 4"), 1},
        {DOCMDP("/P -1"), 1},
        {DOCMDP("/P 2.0"), 1},
        {DOCMDP("/P (3)"), 1},
        {DOCMDP("/P /3"), 1},
        {DOCMDP("/P 9999999999"), 1},
        {"/Reference [<< /TransformMethod /DocMDP /TransformParams << /P 3 >> >> "
         "<< /TransformMethod /DocMDP /TransformParams << /P 1 >> >>]",
         1},
        {"/Reference [<< /TransformMethod /DocMDP /TransformParams << /P 1 >> >> "
         "<< /TransformMethod /DocMDP /TransformParams << /P 3 >> >>]",
         1},
        {"/Reference [<< /TransformMethod /Doc#4dDP /TransformParams << /P 3 >> >>]", 3},
};

START_TEST(reads_certifications)
{
	struct antin_bytes b = signed_with(certifications[_i].reference);
	struct antin_doc *d = pdf_must_open(&b);

	ck_assert_msg(d->sigs[0].docmdp == certifications[_i].docmdp, "%s: %d",
	              certifications[_i].reference, d->sigs[0].docmdp);
	antin_doc_free(d);
	antin_bytes_done(&b);
}
END_TEST

/* Who certified so that nothing may be added is obeyed when signing. */
START_TEST(certified_against_signing)
{
	static const char *const levels[] = {DOCMDP("/P 1"), DOCMDP("/P 2"), DOCMDP("/P 3"),
	                                     DOCMDP("/P 9")};
	static const bool may[] = {false, true, true, false};
	struct antin_bytes b = signed_with(levels[_i]);
	struct antin_doc *d = pdf_must_open(&b);
	struct antin_doc_place place = {.reserve = 64};
	ANTIN_SCOPED(antin_slot) slot = {0};
	struct antin_err err = {0};
	char line[512];
	enum antin_rc rc = antin_doc_prepare(d, &place, &slot, &err);

	ck_assert_int_eq(rc, may[_i] ? ANTIN_OK : ANTIN_E_POLICY);
	pdf_print(&err, line, sizeof(line));
	if (!may[_i])
		ck_assert_msg(strstr(line, "nothing may be added"), "%s", line);
	/* A second certification never. */
	place.certify = 2;
	err = (struct antin_err){0};
	ck_assert_int_eq(antin_doc_prepare(d, &place, &slot, &err), ANTIN_E_POLICY);
	pdf_print(&err, line, sizeof(line));
	ck_assert_msg(strstr(line, "only the first signature"), "%s", line);
	antin_doc_free(d);
	antin_bytes_done(&b);
}
END_TEST

struct rule_case {
	const char *what;
	enum antin_change_level level;
	const char *say; /* in an item, NULL: nothing is said */
	struct pdf_part parts[5];
};
#define VRI40 "/0123456789ABCDEFabcdef0123456789ABCDEF01"
static const struct rule_case rules[] = {
        /* validation data */
        {"a certificate more",
         ANTIN_CHANGE_LTA,
         "validation data",
         {{10, "<< /Type /DSS /Certs [17 0 R 70 0 R] >>"}, {70, PDF_STREAM}}},
        {"a CRL",
         ANTIN_CHANGE_LTA,
         "validation data",
         {{10, "<< /Type /DSS /Certs [17 0 R] /CRLs [70 0 R] >>"}, {70, PDF_STREAM}}},
        {"an OCSP answer",
         ANTIN_CHANGE_LTA,
         "validation data",
         {{10, "<< /Type /DSS /Certs [17 0 R] /OCSPs [70 0 R] >>"}, {70, PDF_STREAM}}},
        {"a VRI",
         ANTIN_CHANGE_LTA,
         "validation data",
         {{10, "<< /Type /DSS /Certs [17 0 R] /VRI << " VRI40 " << /Cert [17 0 R] >> >> >>"}}},
        {"a VRI with a stream",
         ANTIN_CHANGE_LTA,
         "validation data",
         {{10, "<< /Type /DSS /Certs [17 0 R] /VRI 70 0 R >>"},
          {70, "<< " VRI40 " 71 0 R >>"},
          {71, "<< /CRL [72 0 R] >>"},
          {72, PDF_STREAM}}},
        {"a certificate less", ANTIN_CHANGE_OTHER, NULL, {{10, "<< /Type /DSS /Certs [] >>"}}},
        {"no certificates any more", ANTIN_CHANGE_OTHER, NULL, {{10, "<< /Type /DSS >>"}}},
        {"a certificate exchanged",
         ANTIN_CHANGE_OTHER,
         "replaced",
         {{17, "<< /Length 6 >>\nstream\n9 9 m \nendstream"}}},
        {"another key in the DSS",
         ANTIN_CHANGE_OTHER,
         NULL,
         {{10, "<< /Type /DSS /Certs [17 0 R] /Pages 2 0 R >>"}}},
        {"a VRI of a short key",
         ANTIN_CHANGE_OTHER,
         NULL,
         {{10, "<< /Type /DSS /Certs [17 0 R] /VRI << /0123 << >> >> >>"}}},
        {"a VRI of another alphabet",
         ANTIN_CHANGE_OTHER,
         NULL,
         {{10, "<< /Type /DSS /Certs [17 0 R] /VRI << "
               "/z123456789ABCDEFabcdef0123456789ABCDEF01 << >> >> >>"}}},
        {"a CRL that does not exist",
         ANTIN_CHANGE_OTHER,
         NULL,
         {{10, "<< /Type /DSS /Certs [17 0 R] /CRLs [75 0 R] >>"}}},
        /* fields */
        {"a text is filled in",
         ANTIN_CHANGE_FILL,
         "was filled in",
         {{5, "<< " WIDGET "/FT /Tx /T (so) /V (12) >>"}}},
        {"filled with its looks",
         ANTIN_CHANGE_FILL,
         "was filled in",
         {{5, "<< " WIDGET "/FT /Tx /T (so) /V (12) /AP << /N 70 0 R >> >>"}, {70, PDF_STREAM}}},
        {"a long text of its own",
         ANTIN_CHANGE_FILL,
         "was filled in",
         {{5, "<< " WIDGET "/FT /Tx /T (so) /V 70 0 R >>"}, {70, "(12)"}}},
        {"a choice is made",
         ANTIN_CHANGE_FILL,
         "was filled in",
         {{7, "<< " WIDGET "/FT /Ch /T (loai) /V (b) /I [1] >>"}}},
        {"a field made read-only",
         ANTIN_CHANGE_FILL,
         "was filled in",
         {{5, "<< " WIDGET "/FT /Tx /T (so) /V (12) /Ff 1 >>"}}},
        {"a kid is filled in",
         ANTIN_CHANGE_FILL,
         "was filled in",
         {{14, "<< " WIDGET "/Parent 6 0 R /T (ten) /V (An) >>"}}},
        {"a field gets another name",
         ANTIN_CHANGE_OTHER,
         "beyond filling",
         {{5, "<< " WIDGET "/FT /Tx /T (s0) /V (12) >>"}}},
        {"a field gets another kind",
         ANTIN_CHANGE_OTHER,
         NULL,
         {{5, "<< " WIDGET "/FT /Sig /T (so) >>"}}},
        {"a field gets a script",
         ANTIN_CHANGE_OTHER,
         "beyond filling",
         {{5, "<< " WIDGET "/FT /Tx /T (so) /AA << /K << /S /JavaScript /JS (x) >> >> >>"}}},
        {"a field gets an action",
         ANTIN_CHANGE_OTHER,
         "beyond filling",
         {{5, "<< " WIDGET "/FT /Tx /T (so) /A << /S /Launch /F (x) >> >>"}}},
        {"a field moves",
         ANTIN_CHANGE_OTHER,
         "beyond filling",
         {{5, "<< /Type /Annot /Subtype /Widget /Rect [0 0 595 842] /P 3 0 R /FT /Tx /T (so) >>"}}},
        {"a field gets another border",
         ANTIN_CHANGE_OTHER,
         "beyond filling",
         {{5, "<< " WIDGET "/FT /Tx /T (so) /MK << /BG [1 1 1] >> >>"}}},
        {"a kid moves to another parent",
         ANTIN_CHANGE_OTHER,
         NULL,
         {{14, "<< " WIDGET "/Parent 5 0 R /T (ten) >>"}}},
        {"kids in another order",
         ANTIN_CHANGE_OTHER,
         "beyond filling",
         {{6, "<< /FT /Tx /T (can bo) /Kids [15 0 R 14 0 R] >>"}}},
        {"a kid is taken away",
         ANTIN_CHANGE_OTHER,
         "removed",
         {{6, "<< /FT /Tx /T (can bo) /Kids [14 0 R] >>"}}},
        {"looks that were page contents",
         ANTIN_CHANGE_OTHER,
         "not made for its new value",
         {{5, "<< " WIDGET "/FT /Tx /T (so) /V (12) /AP << /N 4 0 R >> >>"}}},
        {"a value that does not exist",
         ANTIN_CHANGE_OTHER,
         "beyond filling",
         {{5, "<< " WIDGET "/FT /Tx /T (so) /V 75 0 R >>"}}},
        /* the form */
        {"flags rise",
         ANTIN_CHANGE_NONE,
         NULL,
         {{9, "<< /Fields [5 0 R 6 0 R 7 0 R 8 0 R 12 0 R] /SigFlags 3 /DA (/F1 9 Tf) >>"}}},
        {"flags fall",
         ANTIN_CHANGE_OTHER,
         "of the form",
         {{9, "<< /Fields [5 0 R 6 0 R 7 0 R 8 0 R 12 0 R] /SigFlags 2 /DA (/F1 9 Tf) >>"}}},
        {"flags of another kind",
         ANTIN_CHANGE_OTHER,
         "of the form",
         {{9, "<< /Fields [5 0 R 6 0 R 7 0 R 8 0 R 12 0 R] /SigFlags 7 /DA (/F1 9 Tf) >>"}}},
        {"a default for all",
         ANTIN_CHANGE_OTHER,
         "of the form",
         {{9, "<< /Fields [5 0 R 6 0 R 7 0 R 8 0 R 12 0 R] /SigFlags 1 /DA (/F1 9 Tf) /Q 1 >>"}}},
        {"nothing drawn anew",
         ANTIN_CHANGE_NONE,
         NULL,
         {{9, "<< /Fields [5 0 R 6 0 R 7 0 R 8 0 R 12 0 R] /SigFlags 1 /DA (/F1 9 Tf) "
              "/NeedAppearances false >>"}}},
        {"an order of calculation",
         ANTIN_CHANGE_OTHER,
         "of the form",
         {{9, "<< /Fields [5 0 R 6 0 R 7 0 R 8 0 R 12 0 R] /SigFlags 1 /DA (/F1 9 Tf) /CO [5 0 R] "
              ">>"}}},
        {"fields in another order",
         ANTIN_CHANGE_OTHER,
         "of the form",
         {{9, "<< /Fields [6 0 R 5 0 R 7 0 R 8 0 R 12 0 R] /SigFlags 1 /DA (/F1 9 Tf) >>"}}},
        {"the signed field written anew",
         ANTIN_CHANGE_OTHER,
         "signed field",
         {{12, "<< /FT /Sig /T (ky) /V 13 0 R /F 132 >>"}}},
        /* comments */
        {"a comment changes its text",
         ANTIN_CHANGE_ANNOTATE,
         "was changed",
         {{16,
           "<< /Type /Annot /Subtype /Highlight /Rect [9 9 20 20] /P 3 0 R /Contents (moi) >>"}}},
        {"a comment becomes a link",
         ANTIN_CHANGE_OTHER,
         "replaced",
         {{16, "<< /Type /Annot /Subtype /Link /Rect [9 9 20 20] /P 3 0 R >>"}}},
        {"a comment gets an action",
         ANTIN_CHANGE_OTHER,
         "replaced",
         {{16,
           "<< /Type /Annot /Subtype /Highlight /Rect [9 9 20 20] /A << /S /URI /URI (x) >> >>"}}},
        {"a comment becomes a field",
         ANTIN_CHANGE_OTHER,
         "replaced",
         {{16, "<< /Type /Annot /Subtype /Highlight /Rect [9 9 20 20] /FT /Tx >>"}}},
        /* properties */
        {"the program",
         ANTIN_CHANGE_LTA,
         "date of the last change",
         {{18, "<< /Title (t) /Producer (x) /ModDate (D:2026) >>"}}},
        {"another title", ANTIN_CHANGE_OTHER, "property", {{18, "<< /Title (u) >>"}}},
        {"no title any more", ANTIN_CHANGE_OTHER, "property", {{18, "<< >>"}}},
        {"an author", ANTIN_CHANGE_OTHER, "property", {{18, "<< /Title (t) /Author (x) >>"}}},
        {"a program that is no text",
         ANTIN_CHANGE_OTHER,
         "property",
         {{18, "<< /Title (t) /Producer << >> >>"}}},
        /* the catalogue */
        {"an extension level",
         ANTIN_CHANGE_LTA,
         "version",
         {{1, CATALOG "/Extensions << /ESIC << /BaseVersion /1.7 /ExtensionLevel 2 >> >> >>"}}},
        {"an extension that leads on",
         ANTIN_CHANGE_OTHER,
         "catalogue",
         {{1, CATALOG "/Extensions 4 0 R >>"}}},
        {"other pages",
         ANTIN_CHANGE_OTHER,
         "catalogue",
         {{1, "<< /Type /Catalog /Pages 70 0 R /AcroForm 9 0 R /DSS 10 0 R /Metadata 11 0 R >>"},
          {70, PDF_PAGES}}},
        {"names", ANTIN_CHANGE_OTHER, "catalogue", {{1, CATALOG "/Names << >> >>"}}},
        {"a first action",
         ANTIN_CHANGE_OTHER,
         "catalogue",
         {{1, CATALOG "/OpenAction [3 0 R /Fit] >>"}}},
        {"another language", ANTIN_CHANGE_OTHER, "catalogue", {{1, CATALOG "/Lang (vi) >>"}}},
        {"no description",
         ANTIN_CHANGE_OTHER,
         "catalogue",
         {{1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 9 0 R /DSS 10 0 R >>"}}},
        {"no form",
         ANTIN_CHANGE_OTHER,
         NULL,
         {{1, "<< /Type /Catalog /Pages 2 0 R /DSS 10 0 R /Metadata 11 0 R >>"}}},
};

START_TEST(judges_rules)
{
	const struct rule_case *c = &rules[_i];
	struct antin_bytes b = signed_with("");
	ANTIN_SCOPED(antin_changes) found = {0};
	size_t n = 0;

	while (n < 5 && c->parts[n].num)
		n++;
	pdf_append(&b, c->parts, n, T);
	if (strcmp(c->what, "no form") == 0) {
		/* Then the signature is outside of any form, or not found at all. */
		struct antin_doc *d = pdf_must_open(&b);

		for (size_t i = 0; i < d->n_sigs; i++)
			ck_assert_ptr_nonnull(d->sigs[i].problem);
		antin_doc_free(d);
	} else {
		judge(&b, &found);
		ck_assert_msg(found.level == c->level, "%s: level %u: %s", c->what, found.level,
		              found.n ? found.items[0].what : "none");
		if (c->say)
			ck_assert_msg(mentions(&found, c->say), "%s: %s", c->what,
			              found.n ? found.items[0].what : "none");
		ck_assert(found.n > 0 || found.level == ANTIN_CHANGE_NONE);
		for (size_t i = 0; i < found.n; i++)
			ck_assert_uint_le(found.items[i].level, found.level);
	}
	antin_bytes_done(&b);
}
END_TEST

/* Two changes together are as bad as the worse of them. */
START_TEST(worst_counts)
{
	const struct rule_case *c = &rules[_i];
	static const struct pdf_part comment[] = {
	        {16,
	         "<< /Type /Annot /Subtype /Highlight /Rect [9 9 20 20] /P 3 0 R /Contents (moi) "
	         ">>"}};
	struct antin_bytes b;
	ANTIN_SCOPED(antin_changes) found = {0};
	size_t n = 0;

	if (strcmp(c->what, "no form") == 0 || c->parts[0].num == 16)
		return;
	b = signed_with("");
	while (n < 5 && c->parts[n].num)
		n++;
	pdf_append(&b, comment, 1, T);
	pdf_append(&b, c->parts, n, T);
	judge(&b, &found);
	ck_assert_msg(found.level ==
	                      (c->level > ANTIN_CHANGE_ANNOTATE ? c->level : ANTIN_CHANGE_ANNOTATE),
	              "%s: level %u", c->what, found.level);
	antin_bytes_done(&b);
}
END_TEST

#define LOOP(t, test, rows) tcase_add_loop_test(t, test, 0, sizeof(rows) / sizeof(rows[0]))

Suite *suite_pdf_rules(void);
Suite *
suite_pdf_rules(void)
{
	Suite *s = suite_create("pdf_rules");
	TCase *t = tcase_create("rules");

	LOOP(t, locked_fields, locks);
	LOOP(t, locked_by_field, own_locks);
	LOOP(t, reads_certifications, certifications);
	tcase_add_loop_test(t, certified_against_signing, 0, 4);
	LOOP(t, judges_rules, rules);
	LOOP(t, worst_counts, rules);
	suite_add_tcase(s, t);
	return s;
}
