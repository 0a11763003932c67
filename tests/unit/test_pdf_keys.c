/*
 * PDF: every key put into every object of a signed file, with values of every kind.  What passes is
 * in a table, which says all that rules let happen to a single dictionary; anything else is
 * refused.
 */
#include "pdf_file.h"
#include "util.h"

#define XML(text) "<< /Type /Metadata /Subtype /XML /Length 6 >>\nstream\n" text "\nendstream"
#define LOOK                                                                                       \
	"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 6 >>\nstream\n9 9 m \nendstream"
#define BOX "/Type /Annot /Subtype /Widget /Rect [9 9 99 20] /P 3 0 R "

static const struct pdf_part base_parts[] = {
        {1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 9 0 R /Metadata 13 0 R /DSS 14 0 R\n"
            "/OCProperties 20 0 R /Outlines 22 0 R /StructTreeRoot 24 0 R /Names 25 0 R >>"},
        {2, PDF_PAGES},
        {3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R\n"
            "/Resources << /Font << /F1 5 0 R >> /Properties << /A 21 0 R >> >>\n"
            "/Annots [7 0 R 8 0 R 10 0 R 11 0 R] >>"},
        {4, PDF_STREAM},
        {5, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"},
        {6, "<< /Title (t) >>"},
        {7, "<< " BOX "/FT /Tx /T (so) >>"},
        {8, "<< " BOX "/FT /Sig /T (duyet) >>"},
        {9, "<< /Fields [7 0 R 8 0 R] >>"},
        {10, "<< /Type /Annot /Subtype /Text /Rect [9 9 20 20] /P 3 0 R >>"},
        {11, "<< /Type /Annot /Subtype /Link /Rect [9 9 20 20] /P 3 0 R /A 12 0 R >>"},
        {12, "<< /S /URI /URI (http://a/) >>"},
        {13, XML("0 0 m ")},
        {14, "<< /Certs [15 0 R] >>"},
        {15, PDF_STREAM},
        {20, "<< /OCGs [21 0 R] /D << /ON [21 0 R] >> >>"},
        {21, "<< /Type /OCG /Name (a) >>"},
        {22, "<< /Type /Outlines /First 23 0 R /Last 23 0 R >>"},
        {23, "<< /Title (a) /Parent 22 0 R /Dest [3 0 R /Fit] >>"},
        {24, "<< /Type /StructTreeRoot >>"},
        {25, "<< /EmbeddedFiles << /Names [(a) 26 0 R] >> >>"},
        {26, "<< /Type /Filespec /F (a) /EF << /F 27 0 R >> >>"},
        {27, "<< /Type /EmbeddedFile /Length 6 >>\nstream\n0 0 m \nendstream"},
};
/* As signing leaves them; its numbers begin at /Size. */
static const struct pdf_part signed_parts[] = {
        {3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R\n"
            "/Resources << /Font << /F1 5 0 R >> /Properties << /A 21 0 R >> >>\n"
            "/Annots [7 0 R 8 0 R 10 0 R 11 0 R 61 0 R] >>"},
        {9, "<< /Fields [7 0 R 8 0 R 61 0 R] /SigFlags 3 >>"},
};
#define T(size) "/Size " size " /Root 1 0 R /Info 6 0 R"

static const char *const keys[] = {
        "A",          "AA",
        "AF",         "AN",
        "AP",         "AS",
        "ActualText", "Alt",
        "Annots",     "Author",
        "B",          "BBox",
        "BS",         "BaseFont",
        "Border",     "C",
        "CA",         "CO",
        "CRLs",       "Collection",
        "Contents",   "Creator",
        "CropBox",    "D",
        "DA",         "DR",
        "DV",         "DecodeParms",
        "Dests",      "Dur",
        "Encoding",   "Extensions",
        "F",          "FT",
        "Ff",         "Filter",
        "Flags",      "FontDescriptor",
        "Group",      "H",
        "I",          "IRT",
        "JavaScript", "K",
        "Kids",       "Lang",
        "Lock",       "M",
        "MK",         "MaxLen",
        "ModDate",    "NM",
        "Names",      "NeedAppearances",
        "Next",       "OC",
        "OCSPs",      "OpenAction",
        "Opt",        "OutputIntents",
        "PageLabels", "PageMode",
        "Parent",     "Perms",
        "PieceInfo",  "Popup",
        "Producer",   "Q",
        "QuadPoints", "RC",
        "RV",         "Rect",
        "Resources",  "RoleMap",
        "Rotate",     "SV",
        "SigFlags",   "StructParents",
        "Subj",       "T",
        "TI",         "TU",
        "Thumb",      "Title",
        "ToUnicode",  "Trapped",
        "Type",       "URI",
        "Usage",      "UserUnit",
        "V",          "VRI",
        "Version",    "ViewerPreferences",
        "Widths",     "XFA",
};
static const char *const values[] = {
        "70 0 R",   "4 0 R",           "(x)",   "1",     "true", "/A", "[1]",
        "[70 0 R]", "<< /N 70 0 R >>", "false", "<< >>",
};

/* For each key the kinds of value that pass are judged elsewhere; here, that one does. */
static const struct allowed {
	uint32_t num;
	enum antin_change_level level;
	const char *keys; /* between blanks */
} allowed[] = {
        {1, ANTIN_CHANGE_LTA, " Extensions Version "},
        {6, ANTIN_CHANGE_LTA, " Creator ModDate Producer Trapped "},
        {7, ANTIN_CHANGE_FILL, " Ff M V "},
        {8, ANTIN_CHANGE_FILL, " Ff M "},
        {9, ANTIN_CHANGE_NONE, " DA DR NeedAppearances Q "},
        {10, ANTIN_CHANGE_ANNOTATE,
         " AP BS Border C Contents DA F IRT M NM Popup Q QuadPoints RC Subj T "},
        {13, ANTIN_CHANGE_LTA, "*"},
        {14, ANTIN_CHANGE_LTA, " CRLs OCSPs VRI "},
};

static const struct allowed *
row_of(uint32_t num, const char *key)
{
	char word[40];

	(void)snprintf(word, sizeof(word), " %s ", key);
	for (size_t i = 0; i < UTIL_COUNT(allowed); i++)
		if (allowed[i].num == num &&
		    (allowed[i].keys[0] == '*' || strstr(allowed[i].keys, word)))
			return &allowed[i];
	return NULL;
}

/* The level of an update that puts one key into one object. */
static enum antin_change_level
judge(const struct antin_bytes *signed_file, const struct pdf_part *part, const char *key,
      const char *value)
{
	ANTIN_SCOPED(antin_changes) found = {0};
	struct antin_bytes b = {0};
	struct antin_err err = {0};
	char text[800];
	const struct pdf_part later[] = {{part->num, text}, {70, LOOK}};
	enum antin_change_level level = ANTIN_CHANGE_OTHER;
	struct antin_doc *d;

	(void)snprintf(text, sizeof(text), "<< /%s %s%s", key, value, part->text + 2);
	antin_bytes_add(&b, signed_file->p, signed_file->len);
	pdf_append(&b, later, 2, T("80"));
	d = pdf_open_bytes(&b, &err);
	if (d && d->n_sigs == 1 && antin_doc_changes(d, 0, &found, &err) == ANTIN_OK)
		level = found.level;
	antin_doc_free(d);
	antin_bytes_done(&b);
	return level;
}

START_TEST(puts_every_key)
{
	const struct pdf_part *part = &base_parts[_i];
	const struct antin_doc_place place = {.reserve = 64};
	struct antin_bytes base = {0}, b;

	pdf_append(&base, base_parts, UTIL_COUNT(base_parts), T("60"));
	b = pdf_sign_at(&base, &place);
	for (size_t i = 0; i < UTIL_COUNT(signed_parts); i++)
		part = signed_parts[i].num == part->num ? &signed_parts[i] : part;
	for (size_t k = 0; k < UTIL_COUNT(keys); k++) {
		const struct allowed *row = row_of(part->num, keys[k]);
		size_t passed = 0;
		char there[40];

		(void)snprintf(there, sizeof(there), "/%s ", keys[k]);
		if (strstr(part->text, there))
			continue;
		for (size_t i = 0; i < UTIL_COUNT(values); i++) {
			enum antin_change_level level = judge(&b, part, keys[k], values[i]);

			passed += level != ANTIN_CHANGE_OTHER;
			ck_assert_msg(level == ANTIN_CHANGE_OTHER || (row && level == row->level),
			              "object %u, /%s %s: level %u", part->num, keys[k], values[i],
			              level);
		}
		ck_assert_msg(!row || row->keys[0] == '*' || passed, "object %u, /%s: never passes",
		              part->num, keys[k]);
	}
	antin_bytes_done(&base);
	antin_bytes_done(&b);
}
END_TEST

Suite *suite_pdf_keys(void);
Suite *
suite_pdf_keys(void)
{
	Suite *s = suite_create("pdf_keys");
	TCase *t = tcase_create("keys");

	tcase_add_loop_test(t, puts_every_key, 0, UTIL_COUNT(base_parts));
	suite_add_tcase(s, t);
	return s;
}
