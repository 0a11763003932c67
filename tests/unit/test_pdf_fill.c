/*
 * PDF: what counts as filling in after a signature, and attacks that pretend to be it: looks
 * without a value, looks made of other parts of the file, fields hidden, shown, printed, retyped.
 */
#include "pdf_file.h"

#define W(rest)  "<< /Type /Annot /Subtype /Widget /P 3 0 R " rest " >>"
#define BOX      "/Rect [9 9 99 20] "
#define X(draws) "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 6 >>\nstream\n" draws

static const struct pdf_part base_parts[] = {
        {1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 50 0 R >>"},
        {2, PDF_PAGES},
        {3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R\n"
            "/Annots [5 0 R 6 0 R 7 0 R 9 0 R 10 0 R 11 0 R 12 0 R 30 0 R 31 0 R 32 0 R] >>"},
        {4, PDF_STREAM},
        {5, W(BOX "/FT /Tx /T (so) /F 4")},
        {6, W(BOX "/FT /Tx /T (don vi) /F 4 /V (A) /AP << /N 20 0 R /D 41 0 R >>")},
        {7, W(BOX "/FT /Btn /T (dong y) /F 4 /V /Off /AS /Off\n"
                  "/AP << /N << /Yes 21 0 R /Off 22 0 R >> >>")},
        {8, "<< /FT /Btn /T (chon) /Ff 32768 /V /a /Kids [9 0 R 10 0 R] >>"},
        {9, W(BOX "/F 4 /Parent 8 0 R /AS /a /AP << /N << /a 24 0 R >> >>")},
        {10, W(BOX "/F 4 /Parent 8 0 R /AS /Off /AP << /N << /b 25 0 R >> >>")},
        {11, W(BOX "/FT /Ch /T (loai) /V (a) /Opt [(a) (b)] /I [0] /DA (/F1 9 Tf)")},
        {12, W(BOX "/FT /Sig /T (duyet) /F 4")},
        {13, W("/Rect [0 0 595 842] /FT /Sig /T (an) /F 4 /AP << /N 26 0 R >>")},
        {20, X("1 0 m \nendstream")},
        {21, X("2 0 m \nendstream")},
        {22, X("3 0 m \nendstream")},
        {24, X("4 0 m \nendstream")},
        {25, X("5 0 m \nendstream")},
        {26, X("6 0 m \nendstream")},
        {27, X("7 0 m \nendstream")},
        {30, W(BOX "/FT /Tx /T (giau) /F 2 /V (9 999) /AP << /N 27 0 R >>")},
        {31, W(BOX "/FT /Tx /T (khuat) /F 32 /V (9 999) /AP << /N 27 0 R >>")},
        {32, W(BOX "/FT /Tx /T (tron) /V (1) /AP << /N 27 0 R >>")},
        {40, X("8 0 m \nendstream")},
        {41, X("9 0 m \nendstream")},
        {50, "<< /Fields [5 0 R 6 0 R 7 0 R 8 0 R 11 0 R 12 0 R 13 0 R 30 0 R 31 0 R 32 0 R] >>"},
};
#define T "/Size 91 /Root 1 0 R"

static struct antin_bytes
signed_form(int certify)
{
	struct antin_doc_place place = {.reserve = 64, .certify = certify};
	struct antin_bytes base = {0}, b;

	pdf_append(&base, base_parts, sizeof(base_parts) / sizeof(base_parts[0]), PDF_ROOT);
	b = pdf_sign_at(&base, &place);
	antin_bytes_done(&base);
	return b;
}

#define UNCHANGED  "looks different although its value did not change"
#define NOT_MADE   "not made for its new value"
#define BEYOND     "changed beyond filling it in"
#define SEEN       "was hidden, shown or made to print"
#define FILLED     "was filled in"
#define NEW        X("9 9 m \nendstream")
#define SIG        "<< /Type /Sig /SubFilter /ETSI.CAdES.detached >>"
#define FIELDS     "5 0 R 6 0 R 7 0 R 8 0 R 11 0 R 12 0 R 13 0 R 30 0 R 31 0 R 32 0 R 61 0 R"
#define ANNOTS     "5 0 R 6 0 R 7 0 R 9 0 R 10 0 R 11 0 R 12 0 R 30 0 R 31 0 R 32 0 R 61 0 R"
#define FORM(more) "<< /Fields [" FIELDS " " more "]\n/SigFlags 3\n>>"
#define PAGE(more)                                                                                 \
	"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R\n/Annots [" ANNOTS   \
	" " more "] >>"

struct fill_case {
	const char *what, *say;
	enum antin_change_level level;
	struct pdf_part parts[6];
};
#define FILL  ANTIN_CHANGE_FILL
#define OTHER ANTIN_CHANGE_OTHER

static const struct fill_case texts[] = {
        {"value alone", FILLED, FILL, {{5, W(BOX "/FT /Tx /T (so) /F 4 /V (12)")}}},
        {"value and looks",
         FILLED,
         FILL,
         {{5, W(BOX "/FT /Tx /T (so) /F 4 /V (12) /AP << /N 70 0 R >>")}, {70, NEW}}},
        {"looks in a dictionary of its own",
         FILLED,
         FILL,
         {{5, W(BOX "/FT /Tx /T (so) /F 4 /V (12) /AP 71 0 R")},
          {70, NEW},
          {71, "<< /N 70 0 R >>"}}},
        {"another value, the looks it had",
         FILLED,
         FILL,
         {{6, W(BOX "/FT /Tx /T (don vi) /F 4 /V (B) /AP << /N 20 0 R >>")}}},
        {"emptied", FILLED, FILL, {{11, W(BOX "/FT /Ch /T (loai) /Opt [(a) (b)] /DA (/F1 9 Tf)")}}},
        {"locked, with a date",
         FILLED,
         FILL,
         {{6, W(BOX "/FT /Tx /T (don vi) /F 132 /V (A) /AP << /N 20 0 R /D 41 0 R >> /M (x)")}}},
        {"style with a value",
         FILLED,
         FILL,
         {{5, W(BOX "/FT /Tx /T (so) /F 4 /V (1) /DA (/F1 8 Tf) /Q 1 /Ff 1")}}},
        {"style of what stands above others",
         BEYOND,
         OTHER,
         {{8, "<< /FT /Btn /T (chon) /Ff 32768 /V /b /DA (/F1 0 Tf) /Kids [9 0 R 10 0 R] >>"}}},
        {"the same without the style",
         FILLED,
         FILL,
         {{8, "<< /FT /Btn /T (chon) /Ff 32768 /V /b /Kids [9 0 R 10 0 R] >>"}}},
        {"printed once filled",
         FILLED,
         FILL,
         {{32, W(BOX "/FT /Tx /T (tron) /V (2) /AP << /N 27 0 R >> /F 4")}}},
        {"a list of choices",
         FILLED,
         FILL,
         {{11, W(BOX "/FT /Ch /T (loai) /V [(a) (b)] "
                     "/Opt [(a) (b)] /I [0 1] /DA (/F1 9 Tf)")}}},
        /* looks without a value */
        {"new looks, no value",
         UNCHANGED,
         OTHER,
         {{5, W(BOX "/FT /Tx /T (so) /F 4 /AP << /N 70 0 R >>")}, {70, NEW}}},
        {"new looks, same value",
         UNCHANGED,
         OTHER,
         {{6, W(BOX "/FT /Tx /T (don vi) /F 4 /V (A) /AP << /N 70 0 R >>")}, {70, NEW}}},
        {"new looks, value in hexadecimal",
         UNCHANGED,
         OTHER,
         {{6, W(BOX "/FT /Tx /T (don vi) /F 4 /V <41> /AP << /N 70 0 R >>")}, {70, NEW}}},
        {"new looks, value in UTF-16",
         UNCHANGED,
         OTHER,
         {{6, W(BOX "/FT /Tx /T (don vi) /F 4 /V <FEFF0041> /AP << /N 70 0 R >>")}, {70, NEW}}},
        {"new looks, value in UTF-8",
         UNCHANGED,
         OTHER,
         {{6, W(BOX "/FT /Tx /T (don vi) /F 4 /V <EFBBBF41> /AP << /N 70 0 R >>")}, {70, NEW}}},
        {"new looks, value escaped",
         UNCHANGED,
         OTHER,
         {{6, W(BOX "/FT /Tx /T (don vi) /F 4 /V (\\101) /AP << /N 70 0 R >>")}, {70, NEW}}},
        {"new looks, value an object",
         UNCHANGED,
         OTHER,
         {{6, W(BOX "/FT /Tx /T (don vi) /F 4 /V 71 0 R /AP << /N 70 0 R >>")},
          {70, NEW},
          {71, "(A)"}}},
        {"prepared looks become the usual ones",
         UNCHANGED,
         OTHER,
         {{6, W(BOX "/FT /Tx /T (don vi) /F 4 /V (A) /AP << /N 41 0 R >>")}}},
        {"looks taken away", UNCHANGED, OTHER, {{6, W(BOX "/FT /Tx /T (don vi) /F 4 /V (A)")}}},
        {"style without a value",
         UNCHANGED,
         OTHER,
         {{11, W(BOX "/FT /Ch /T (loai) /V (a) /Opt [(a) (b)] /I [0] /DA (/F1 0 Tf)")}}},
        {"another row shown",
         UNCHANGED,
         OTHER,
         {{11, W(BOX "/FT /Ch /T (loai) /V (a) /Opt [(a) (b)] /I [1] /DA (/F1 9 Tf)")}}},
        {"looks written over",
         "part of the signed version was replaced",
         OTHER,
         {{20, X("7 7 m \nendstream")}}},
        {"value and looks written over",
         "part of the signed version was replaced",
         OTHER,
         {{6, W(BOX "/FT /Tx /T (don vi) /F 4 /V (B) /AP << /N 20 0 R /D 41 0 R >>")},
          {20, X("7 7 m \nendstream")}}},
        /* looks that were something else */
        {"page contents as looks",
         NOT_MADE,
         OTHER,
         {{5, W(BOX "/FT /Tx /T (so) /F 4 /V (12) /AP << /N 4 0 R >>")}}},
        {"prepared contents as looks",
         NOT_MADE,
         OTHER,
         {{5, W(BOX "/FT /Tx /T (so) /F 4 /V (12) /AP << /N 40 0 R >>")}}},
        {"the looks of another field",
         NOT_MADE,
         OTHER,
         {{5, W(BOX "/FT /Tx /T (so) /F 4 /V (12) /AP << /N 20 0 R >>")}}},
        {"page contents, one step further",
         NOT_MADE,
         OTHER,
         {{5, W(BOX "/FT /Tx /T (so) /F 4 /V (12) /AP 70 0 R")}, {70, "<< /N 4 0 R >>"}}},
        {"page contents as one of the states",
         NOT_MADE,
         OTHER,
         {{5, W(BOX "/FT /Tx /T (so) /F 4 /V (12) /AP << /N 70 0 R /R 4 0 R >>")}, {70, NEW}}},
        {"looks that are a dictionary too deep",
         NOT_MADE,
         OTHER,
         {{5, W(BOX "/FT /Tx /T (so) /F 4 /V (1) /AP << /N << /A << /B << /C 70 0 R >> >> >> >>")},
          {70, NEW}}},
        {"looks that are no stream",
         NOT_MADE,
         OTHER,
         {{5, W(BOX "/FT /Tx /T (so) /F 4 /V (12) /AP << /N 70 0 R >>")}, {70, "(x)"}}},
        {"looks that are a stream themselves",
         NOT_MADE,
         OTHER,
         {{5, W(BOX "/FT /Tx /T (so) /F 4 /V (12) /AP 70 0 R")}, {70, NEW}}},
        {"empty looks uncover the page",
         NOT_MADE,
         OTHER,
         {{6, W(BOX "/FT /Tx /T (don vi) /F 4 /V (B) /AP << >>")}}},
        {"looks of the pressed state alone",
         NOT_MADE,
         OTHER,
         {{6, W(BOX "/FT /Tx /T (don vi) /F 4 /V (B) /AP << /D 70 0 R >>")}, {70, NEW}}},
        {"looks taken away with a value",
         NOT_MADE,
         OTHER,
         {{6, W(BOX "/FT /Tx /T (don vi) /F 4 /V (B)")}}},
        {"looks that do not exist",
         NOT_MADE,
         OTHER,
         {{6, W(BOX "/FT /Tx /T (don vi) /F 4 /V (B) /AP << /N 77 0 R >>")}}},
        /* kinds */
        {"a text that is a name", BEYOND, OTHER, {{5, W(BOX "/FT /Tx /T (so) /F 4 /V /Yes")}}},
        {"a text that is a number", BEYOND, OTHER, {{5, W(BOX "/FT /Tx /T (so) /F 4 /V 12")}}},
        {"a text that is a dictionary",
         BEYOND,
         OTHER,
         {{5, W(BOX "/FT /Tx /T (so) /F 4 /V << /A 1 >>")}}},
        {"a text that was page contents",
         BEYOND,
         OTHER,
         {{5, W(BOX "/FT /Tx /T (so) /F 4 /V 4 0 R")}}},
        {"a text of a new stream",
         FILLED,
         FILL,
         {{5, W(BOX "/FT /Tx /T (so) /F 4 /V 70 0 R")}, {70, PDF_STREAM}}},
        {"a state of a text field",
         BEYOND,
         OTHER,
         {{6, W(BOX "/FT /Tx /T (don vi) /F 4 /V (B) /AS /N /AP << /N 20 0 R >>")}}},
        {"more lines", BEYOND, OTHER, {{5, W(BOX "/FT /Tx /T (so) /F 4 /V (1) /Ff 4096")}}},
        {"a password", BEYOND, OTHER, {{5, W(BOX "/FT /Tx /T (so) /F 4 /V (1) /Ff 8192")}}},
        {"flags that are no number",
         BEYOND,
         OTHER,
         {{5, W(BOX "/FT /Tx /T (so) /F 4 /V (1) /Ff (1)")}}},
        {"another type of object",
         BEYOND,
         OTHER,
         {{5, "<< /Type /Page /Subtype /Widget /P 3 0 R " BOX "/FT /Tx /T (so) /F 4 /V (1) >>"}}},
        {"a date that is no text",
         BEYOND,
         OTHER,
         {{5, W(BOX "/FT /Tx /T (so) /F 4 /V (1) /M 12")}}},
        {"a layer",
         BEYOND,
         OTHER,
         {{5, W(BOX "/FT /Tx /T (so) /F 4 /V (1) /OC 70 0 R")}, {70, "<< >>"}}},
        {"another place",
         BEYOND,
         OTHER,
         {{5, W("/Rect [0 0 595 842] /FT /Tx /T (so) /F 4 /V (1)")}}},
        {"a length", BEYOND, OTHER, {{5, W(BOX "/FT /Tx /T (so) /F 4 /V (1) /MaxLen 1")}}},
        {"a default", BEYOND, OTHER, {{5, W(BOX "/FT /Tx /T (so) /F 4 /V (1) /DV (2)")}}},
        {"a rich text", BEYOND, OTHER, {{5, W(BOX "/FT /Tx /T (so) /F 4 /V (1) /RV (<b>2</b>)")}}},
        {"other choices",
         BEYOND,
         OTHER,
         {{11, W(BOX "/FT /Ch /T (loai) /V (b) /Opt [(b) (a)] /I [0] /DA (/F1 9 Tf)")}}},
};

#define CHECK(rest) W(BOX "/FT /Btn /T (dong y) /F 4 " rest)
#define LOOKS       "/AP << /N << /Yes 21 0 R /Off 22 0 R >> >>"
static const struct fill_case buttons[] = {
        {"ticked", FILLED, FILL, {{7, CHECK("/V /Yes /AS /Yes " LOOKS)}}},
        {"the value first", FILLED, FILL, {{7, CHECK("/V /Yes /AS /Off " LOOKS)}}},
        {"another of the group",
         FILLED,
         FILL,
         {{8, "<< /FT /Btn /T (chon) /Ff 32768 /V /b /Kids [9 0 R 10 0 R] >>"},
          {9, W(BOX "/F 4 /Parent 8 0 R /AS /Off /AP << /N << /a 24 0 R >> >>")},
          {10, W(BOX "/F 4 /Parent 8 0 R /AS /b /AP << /N << /b 25 0 R >> >>")}}},
        {"ticked with new looks",
         FILLED,
         FILL,
         {{7, CHECK("/V /Yes /AS /Yes /AP << /N << /Yes 70 0 R /Off 22 0 R >> >>")}, {70, NEW}}},
        {"looks ticked, value not", UNCHANGED, OTHER, {{7, CHECK("/V /Off /AS /Yes " LOOKS)}}},
        {"a state that is not its value", BEYOND, OTHER, {{7, CHECK("/V /Yes /AS /Maybe " LOOKS)}}},
        {"a state that is no name", BEYOND, OTHER, {{7, CHECK("/V /Yes /AS (Yes) " LOOKS)}}},
        {"no state", BEYOND, OTHER, {{7, CHECK("/V /Yes " LOOKS)}}},
        {"a value that is text", BEYOND, OTHER, {{7, CHECK("/V (Yes) /AS /Off " LOOKS)}}},
        {"looks exchanged",
         UNCHANGED,
         OTHER,
         {{7, CHECK("/V /Off /AS /Off /AP << /N << /Yes 22 0 R /Off 21 0 R >> >>")}}},
        {"a kid ticked, the group not",
         UNCHANGED,
         OTHER,
         {{10, W(BOX "/F 4 /Parent 8 0 R /AS /b /AP << /N << /b 25 0 R >> >>")}}},
        {"the wrong kid ticked",
         BEYOND,
         OTHER,
         {{8, "<< /FT /Btn /T (chon) /Ff 32768 /V /c /Kids [9 0 R 10 0 R] >>"},
          {10, W(BOX "/F 4 /Parent 8 0 R /AS /b /AP << /N << /b 25 0 R >> >>")}}},
        {"the group becomes one of push buttons",
         BEYOND,
         OTHER,
         {{8, "<< /FT /Btn /T (chon) /Ff 65536 /V /b /Kids [9 0 R 10 0 R] >>"}}},
        {"the looks of the other kid",
         NOT_MADE,
         OTHER,
         {{8, "<< /FT /Btn /T (chon) /Ff 32768 /V /b /Kids [9 0 R 10 0 R] >>"},
          {10, W(BOX "/F 4 /Parent 8 0 R /AS /b /AP << /N << /b 24 0 R >> >>")}}},
};

#define HIDE(rest) W(BOX "/FT /Tx /T (giau) " rest " /AP << /N 27 0 R >>")
#define VIEW(rest) W(BOX "/FT /Tx /T (khuat) " rest " /AP << /N 27 0 R >>")
#define UNIT(rest) W(BOX "/FT /Tx /T (don vi) " rest " /AP << /N 20 0 R /D 41 0 R >>")
static const struct fill_case flags[] = {
        {"a hidden one shown", SEEN, OTHER, {{30, HIDE("/F 0 /V (9 999)")}}},
        {"a hidden one shown to readers that take no real for flags",
         SEEN,
         OTHER,
         {{30, HIDE("/F 2.0 /V (9 999)")}}},
        {"a hidden one printed", SEEN, OTHER, {{30, HIDE("/F 6 /V (9 999)")}}},
        {"a hidden one filled and shown", SEEN, OTHER, {{30, HIDE("/F 4 /V (1)")}}},
        {"a hidden one filled and printed", SEEN, OTHER, {{30, HIDE("/F 6 /V (1)")}}},
        {"a hidden one filled", FILLED, FILL, {{30, HIDE("/F 2 /V (1)")}}},
        {"out of view, then printed", SEEN, OTHER, {{31, VIEW("/F 36 /V (9 999)")}}},
        {"out of view, filled, printed", SEEN, OTHER, {{31, VIEW("/F 36 /V (1)")}}},
        {"out of view, then seen", SEEN, OTHER, {{31, VIEW("/F 0 /V (9 999)")}}},
        {"hidden", SEEN, OTHER, {{6, UNIT("/F 6 /V (A)")}}},
        {"taken out of view", SEEN, OTHER, {{6, UNIT("/F 36 /V (A)")}}},
        {"no longer printed", SEEN, OTHER, {{6, UNIT("/F 0 /V (A)")}}},
        {"no longer printed, filled", SEEN, OTHER, {{6, UNIT("/V (B)")}}},
        {"shown when printed only", SEEN, OTHER, {{6, UNIT("/F 260 /V (A)")}}},
        {"printed without a value",
         SEEN,
         OTHER,
         {{32, W(BOX "/FT /Tx /T (tron) /V (1) /AP << /N 27 0 R >> /F 4")}}},
        {"flags that are text", SEEN, OTHER, {{6, UNIT("/F (4) /V (A)")}}},
        {"flags of another object", SEEN, OTHER, {{6, UNIT("/F 70 0 R /V (A)")}, {70, "2"}}},
        {"negative flags", SEEN, OTHER, {{6, UNIT("/F -1 /V (A)")}}},
};

#define SIGN(rest) W(BOX "/FT /Sig /T (duyet) " rest)
#define NO_LOOKS   "holds no signature but covers"
#define STAMP      "<< /Type /DocTimeStamp /SubFilter /ETSI.RFC3161 >>"
static const struct fill_case signatures[] = {
        {"the empty field is signed",
         "a visible signature was added in the field duyet",
         FILL,
         {{12, SIGN("/F 132 /V 70 0 R /AP << /N 71 0 R >>")}, {70, SIG}, {71, NEW}}},
        {"signed without looks",
         "a visible signature",
         FILL,
         {{12, SIGN("/F 4 /V 70 0 R")}, {70, SIG}}},
        {"looks without a signature",
         UNCHANGED,
         OTHER,
         {{12, SIGN("/F 4 /AP << /N 71 0 R >>")}, {71, NEW}}},
        {"signed, page contents as looks",
         NOT_MADE,
         OTHER,
         {{12, SIGN("/F 4 /V 70 0 R /AP << /N 4 0 R >>")}, {70, SIG}}},
        {"signed and moved",
         BEYOND,
         OTHER,
         {{12, W("/Rect [0 0 595 842] /FT /Sig /T (duyet) /F 4 /V 70 0 R")}, {70, SIG}}},
        {"a signature that is text", BEYOND, OTHER, {{12, SIGN("/F 4 /V (x)")}}},
        {"a signature that is a stream",
         BEYOND,
         OTHER,
         {{12, SIGN("/F 4 /V 70 0 R")}, {70, PDF_STREAM}}},
        {"a new field with looks of its own",
         "a visible signature",
         FILL,
         {{50, FORM("71 0 R")},
          {3, PAGE("71 0 R")},
          {70, SIG},
          {72, NEW},
          {71, W(BOX "/FT /Sig /T (b) /F 132 /V 70 0 R /AP << /N 72 0 R >>")}}},
        {"a new field, page contents as looks",
         "was not made for it",
         OTHER,
         {{50, FORM("71 0 R")},
          {3, PAGE("71 0 R")},
          {70, SIG},
          {71, W(BOX "/FT /Sig /T (b) /F 132 /V 70 0 R /AP << /N 4 0 R >>")}}},
        {"a new field, looks of another",
         "was not made for it",
         OTHER,
         {{50, FORM("71 0 R")},
          {3, PAGE("71 0 R")},
          {70, SIG},
          {71, W(BOX "/FT /Sig /T (b) /F 132 /V 70 0 R /AP << /N << /A 26 0 R >> >>")}}},
        {"a new empty field",
         NO_LOOKS,
         OTHER,
         {{50, FORM("71 0 R")},
          {3, PAGE("71 0 R")},
          {71, W(BOX "/FT /Sig /T (b) /F 4 /MK << >>")}}},
        {"a new empty field that covers the page",
         NO_LOOKS,
         OTHER,
         {{50, FORM("71 0 R")},
          {3, PAGE("71 0 R")},
          {72, NEW},
          {71, W("/Rect [0 0 595 842] /FT /Sig /T (b) /F 4 /AP << /N 72 0 R >>")}}},
        {"a new empty field with a background",
         NO_LOOKS,
         OTHER,
         {{50, FORM("71 0 R")},
          {3, PAGE("71 0 R")},
          {71, W("/Rect [0 0 595 842] /FT /Sig /T (b) /F 4 /MK << /BG [1 1 1] >>")}}},
        {"a new empty field with a background of its own object",
         NO_LOOKS,
         OTHER,
         {{50, FORM("71 0 R")},
          {3, PAGE("71 0 R")},
          {70, "<< /BG [1 1 1] >>"},
          {71, W("/Rect [0 0 595 842] /FT /Sig /T (b) /F 4 /MK 70 0 R")}}},
        {"a new empty field that covers only paper",
         NO_LOOKS,
         OTHER,
         {{50, FORM("71 0 R")},
          {3, PAGE("71 0 R")},
          {72, NEW},
          {71, W("/Rect [0 0 595 842] /FT /Sig /T (b) /F 36 /AP << /N 72 0 R >>")}}},
        {"the looks in a kid of a new empty field",
         NO_LOOKS,
         OTHER,
         {{50, FORM("71 0 R")},
          {3, PAGE("73 0 R")},
          {72, NEW},
          {71, "<< /FT /Sig /T (b) /Kids [73 0 R] >>"},
          {73, W("/Rect [0 0 595 842] /F 4 /Parent 71 0 R /AP << /N 72 0 R >>")}}},
        {"a new field below the signed one",
         "no plain signature field",
         OTHER,
         {{50, FORM("71 0 R")},
          {3, PAGE("71 0 R")},
          {71, W(BOX "/FT /Sig /T (b) /Parent 61 0 R")}}},
        {"a kid that names another parent",
         "no plain signature field",
         OTHER,
         {{50, FORM("71 0 R")},
          {3, PAGE("73 0 R")},
          {70, SIG},
          {71, "<< /FT /Sig /T (b) /V 70 0 R /Kids [73 0 R] >>"},
          {73, W(BOX "/F 4 /Parent 12 0 R")}}},
        {"a prepared field is put on the page", "entry Annots", OTHER, {{3, PAGE("13 0 R")}}},
        {"a prepared field is written anew and put on the page",
         "entry Annots",
         OTHER,
         {{3, PAGE("13 0 R")},
          {13, W("/Rect [0 0 595 842] /FT /Sig /T (an) /F 132 /AP << /N 26 0 R >>")}}},
        {"a prepared field is signed and put on the page",
         "a visible signature",
         FILL,
         {{3, PAGE("13 0 R")},
          {70, SIG},
          {13, W("/Rect [0 0 595 842] /FT /Sig /T (an) /F 4 /V 70 0 R /AP << /N 26 0 R >>")}}},
        {"a time stamp that is seen",
         "a document time stamp was added in the field b",
         ANTIN_CHANGE_ANNOTATE,
         {{50, FORM("71 0 R")},
          {3, PAGE("71 0 R")},
          {70, STAMP},
          {72, NEW},
          {71, W(BOX "/FT /Sig /T (b) /F 132 /V 70 0 R /AP << /N 72 0 R >>")}}},
        {"a time stamp that is seen in a kid",
         "a document time stamp was added in the field b",
         ANTIN_CHANGE_ANNOTATE,
         {{50, FORM("71 0 R")},
          {3, PAGE("73 0 R")},
          {70, STAMP},
          {72, NEW},
          {71, "<< /FT /Sig /T (b) /V 70 0 R /Kids [73 0 R] >>"},
          {73, W("/Rect [0 0 595 842] /F 4 /Parent 71 0 R /AP << /N 72 0 R >>")}}},
        {"a time stamp that is seen when the mouse comes",
         "a document time stamp was added in the field b",
         ANTIN_CHANGE_ANNOTATE,
         {{50, FORM("71 0 R")},
          {3, PAGE("71 0 R")},
          {70, STAMP},
          {72, NEW},
          {71, W(BOX "/FT /Sig /T (b) /F 288 /V 70 0 R /AP << /N 72 0 R >>")}}},
        {"a time stamp out of view",
         "a document time stamp was added in the field b",
         ANTIN_CHANGE_LTA,
         {{50, FORM("71 0 R")},
          {3, PAGE("71 0 R")},
          {70, STAMP},
          {72, NEW},
          {71, W(BOX "/FT /Sig /T (b) /F 32 /V 70 0 R /AP << /N 72 0 R >>")}}},
        {"a time stamp in the place of the signature",
         "a document time stamp was added in the field duyet",
         ANTIN_CHANGE_ANNOTATE,
         {{12, SIGN("/F 132 /V 70 0 R /AP << /N 71 0 R >>")}, {70, STAMP}, {71, NEW}}},
        {"the signed field twice on the page", "entry Annots", OTHER, {{3, PAGE("61 0 R")}}},
};

/* A signed file with updates, which is freed. */
static void
check_file(struct antin_bytes b, const struct fill_case *c, enum antin_change_level level)
{
	ANTIN_SCOPED(antin_changes) found = {0};
	struct antin_doc *d;
	struct antin_err err = {0};
	bool said = false;
	char line[512];

	d = pdf_must_open(&b);
	ck_assert_msg(antin_doc_changes(d, 0, &found, &err) == ANTIN_OK, "%s: %s", c->what,
	              antin_err_line(&err, NULL, line, sizeof(line)));
	for (size_t i = 0; i < found.n; i++) {
		const char *mark = strstr(found.items[i].what, "%s");
		int head = mark ? (int)(mark - found.items[i].what) : 0;

		(void)snprintf(line, sizeof(line), "%.*s%s%s", head, found.items[i].what,
		               mark ? found.items[i].detail : "",
		               mark ? mark + 2 : found.items[i].what);
		said = said || strstr(line, c->say);
	}
	ck_assert_msg(found.level == level, "%s: level %u: %s", c->what, found.level,
	              found.n ? line : "nothing said");
	ck_assert_msg(said, "%s: %s", c->what, found.n ? line : "nothing said");
	antin_doc_free(d);
	antin_bytes_done(&b);
}

static void
append_parts(struct antin_bytes *b, const struct pdf_part *parts)
{
	size_t n = 0;

	while (n < 6 && parts[n].num)
		n++;
	pdf_append(b, parts, n, T);
}

static void
check_case(const struct fill_case *c, int certify, enum antin_change_level level)
{
	struct antin_bytes b = signed_form(certify);

	append_parts(&b, c->parts);
	check_file(b, c, level);
}

START_TEST(fills_texts)
{
	check_case(&texts[_i], 0, texts[_i].level);
}
END_TEST

START_TEST(fills_buttons)
{
	check_case(&buttons[_i], 0, buttons[_i].level);
}
END_TEST

START_TEST(keeps_what_is_seen)
{
	check_case(&flags[_i], 0, flags[_i].level);
}
END_TEST

START_TEST(adds_signatures)
{
	check_case(&signatures[_i], 0, signatures[_i].level);
}
END_TEST

/* A certification that allows filling in lets a prepared field be signed, but no new one be seen.
 */
START_TEST(certified)
{
	const struct fill_case *c = &signatures[_i];
	bool fresh = c->level == FILL && c->parts[0].num == 50;
	struct fill_case put = *c;

	/* What was on no page when the certification was made is not put over one. */
	if (c->parts[0].num == 3 && c->level == FILL) {
		put.level = OTHER;
		put.say = "entry Annots";
	}
	check_case(&put, 2, fresh ? ANTIN_CHANGE_ANNOTATE : put.level);
}
END_TEST

/* Readers put a mark on a field that waits for its signature, over what stands there. */
static const struct {
	struct fill_case c; /* the first update */
	struct pdf_part later[6];
} waiting[] = {
        {{"hidden, left empty",
          "an empty signature field b was added",
          FILL,
          {{50, FORM("71 0 R")}, {3, PAGE("71 0 R")}, {71, W(BOX "/FT /Sig /T (b) /F 2")}}},
         {{90, "null"}}},
        {{"without an area, left empty",
          "an empty signature field b was added",
          FILL,
          {{50, FORM("71 0 R")}, {71, W("/Rect [9 9 9 9] /FT /Sig /T (b) /F 4")}}},
         {{90, "null"}}},
        {{"seen, left empty",
          NO_LOOKS,
          OTHER,
          {{50, FORM("71 0 R")}, {3, PAGE("71 0 R")}, {71, W(BOX "/FT /Sig /T (b) /F 4")}}},
         {{90, "null"}}},
        {{"seen, signed next",
          "a visible signature was added in the field b",
          FILL,
          {{50, FORM("71 0 R")}, {3, PAGE("71 0 R")}, {71, W(BOX "/FT /Sig /T (b) /F 4")}}},
         {{70, SIG}, {72, NEW}, {71, W(BOX "/FT /Sig /T (b) /F 4 /V 70 0 R /AP << /N 72 0 R >>")}}},
        {{"a kid, its parent signed next",
          "an empty signature field b was added",
          FILL,
          {{50, FORM("71 0 R")},
           {3, PAGE("72 0 R")},
           {71, "<< /FT /Sig /T (b) /Kids [72 0 R] >>"},
           {72, W(BOX "/F 4 /Parent 71 0 R")}}},
         {{70, SIG}, {71, "<< /FT /Sig /T (b) /Kids [72 0 R] /V 70 0 R >>"}}},
        {{"with a background, signed next",
          NO_LOOKS,
          OTHER,
          {{50, FORM("71 0 R")},
           {3, PAGE("71 0 R")},
           {71, W(BOX "/FT /Sig /T (b) /F 4 /MK << /BG [1] >>")}}},
         {{70, SIG}, {71, W(BOX "/FT /Sig /T (b) /F 4 /MK << /BG [1] >> /V 70 0 R")}}},
};

START_TEST(waits_for_signature)
{
	struct antin_bytes b = signed_form(0);

	append_parts(&b, waiting[_i].c.parts);
	append_parts(&b, waiting[_i].later);
	check_file(b, &waiting[_i].c, waiting[_i].c.level);
}
END_TEST

#define LOOP(t, test, rows) tcase_add_loop_test(t, test, 0, sizeof(rows) / sizeof(rows[0]))

Suite *suite_pdf_fill(void);
Suite *
suite_pdf_fill(void)
{
	Suite *s = suite_create("pdf_fill");
	TCase *t = tcase_create("filling in");

	LOOP(t, fills_texts, texts);
	LOOP(t, fills_buttons, buttons);
	LOOP(t, keeps_what_is_seen, flags);
	LOOP(t, adds_signatures, signatures);
	LOOP(t, certified, signatures);
	LOOP(t, waits_for_signature, waiting);
	suite_add_tcase(s, t);
	return s;
}
