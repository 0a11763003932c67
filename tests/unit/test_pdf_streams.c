/*
 * PDF: cross-reference streams and object streams of every shape (ISO 32000-1, 7.5.7, 7.5.8,
 * 7.4.4.4): widths, /Index, predictors encoded here with zlib and read back, circles and nesting.
 */
#include "pdf_file.h"

#include <zlib.h>

/* How a stream is written. */
struct coding {
	int predictor; /* 0: not compressed; 1, 2, 10..14; 15: every PNG filter in turn */
	unsigned int colors, bits, columns;
	const char *said; /* in place of what is true */
};

static uint8_t
paeth_of(int a, int b, int c)
{
	int p = a + b - c, pa = abs(p - a), pb = abs(p - b), pc = abs(p - c);

	return (uint8_t)(pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
}

static size_t
row_size(const struct coding *c)
{
	return (c->colors * c->bits * c->columns + 7) / 8;
}

/* Rows as a PNG or TIFF encoder writes them. */
static struct antin_bytes
filtered(const struct antin_bytes *raw, const struct coding *c)
{
	size_t step = (c->colors * c->bits + 7) / 8, len = row_size(c);
	struct antin_bytes out = {0};

	for (size_t at = 0, row = 0; at < raw->len; at += len, row++) {
		int filter = c->predictor == 15 ? (int)(row % 5) : c->predictor - 10;

		ck_assert_uint_le(at + len, raw->len);
		if (c->predictor >= 10)
			antin_bytes_byte(&out, (uint8_t)filter);
		for (size_t i = 0; i < len; i++) {
			const uint8_t *p = raw->p + at + i;
			int a = i < step ? 0 : p[-(ptrdiff_t)step],
			    b = row ? p[-(ptrdiff_t)len] : 0;
			int up = row && i >= step ? p[-(ptrdiff_t)(len + step)] : 0;
			int take[] = {0, a, b, (a + b) / 2, paeth_of(a, b, up)};

			antin_bytes_byte(&out,
			                 (uint8_t)(*p - (c->predictor == 2 ? a : take[filter])));
		}
	}
	return out;
}

static void
add_stream(struct antin_bytes *b, const struct antin_bytes *raw, const struct coding *c,
           const char *dict)
{
	struct antin_bytes rows = {0};
	uint8_t packed[8192];
	uLongf len = sizeof(packed);
	char parms[160] = "";

	if (c->predictor >= 2)
		rows = filtered(raw, c);
	else
		antin_bytes_add(&rows, raw->p, raw->len);
	if (c->predictor) {
		ck_assert_int_eq(compress2(packed, &len, rows.p, rows.len, 9), Z_OK);
		antin_bytes_clear(&rows);
		antin_bytes_add(&rows, packed, len);
		(void)snprintf(parms, sizeof(parms),
		               " /Filter /FlateDecode /DecodeParms << /Predictor %d /Colors %u "
		               "/BitsPerComponent %u /Columns %u >>",
		               c->predictor, c->colors, c->bits, c->columns);
	}
	antin_bytes_printf(b, "<< %s /Length %zu%s >>\nstream\n", dict, rows.len,
	                   c->said ? c->said : parms);
	antin_bytes_add(b, rows.p, rows.len);
	antin_bytes_text(b, "\nendstream\nendobj\n");
	antin_bytes_done(&rows);
}

/* A file whose structure lies in streams. */
struct shape {
	unsigned int w[3];
	const char *widths, *index, *more; /* in place of /W, /Index; more keys of the XRef */
	const char *extra;                 /* of the object stream's dictionary */
	bool turned;                       /* rows of 3.. before those of 0..2 */
	bool plain;                        /* no object stream */
	bool nested;                       /* the object stream in an object stream */
	int index_wrong;                   /* added to the index of object 2 */
	struct coding xref, objects;
};
enum { OBJECTS = 7, CONTAINER = 5, XREF = 6 };
static const char *const bodies[] = {
        "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [] >> >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
};

static void
add_row(struct antin_bytes *rows, const unsigned int w[3], const uint64_t field[3])
{
	for (size_t f = 0; f < 3; f++)
		for (unsigned int i = w[f]; i-- > 0;)
			antin_bytes_byte(rows, i < 8 ? (uint8_t)(field[f] >> (8 * i)) : 0);
}

static void
add_objects(struct antin_bytes *b, const struct shape *s, uint64_t at[OBJECTS])
{
	struct antin_bytes head = {0}, body = {0};
	char dict[128];

	antin_bytes_text(b, "%PDF-1.5\n");
	for (size_t i = 0; i < 3; i++) {
		at[i + 1] = b->len;
		if (s->plain)
			antin_bytes_printf(b, "%zu 0 obj\n%s\nendobj\n", i + 1, bodies[i]);
		antin_bytes_printf(&head, "%zu %zu ", i + 1, body.len);
		antin_bytes_printf(&body, "%s ", bodies[i]);
	}
	at[4] = b->len;
	antin_bytes_printf(b, "4 0 obj\n%s\nendobj\n", PDF_STREAM);
	(void)snprintf(dict, sizeof(dict), "/Type /ObjStm /N 3 /First %zu %s", head.len,
	               s->extra ? s->extra : "");
	antin_bytes_add(&head, body.p, body.len);
	while (row_size(&s->objects) && head.len % row_size(&s->objects))
		antin_bytes_byte(&head, ' ');
	at[CONTAINER] = b->len;
	antin_bytes_text(b, "5 0 obj\n");
	add_stream(b, &head, &s->objects, dict);
	antin_bytes_done(&head);
	antin_bytes_done(&body);
}

static struct antin_bytes
make(const struct shape *s)
{
	struct antin_bytes b = {0}, rows = {0};
	uint64_t at[OBJECTS] = {0};
	char dict[256];

	add_objects(&b, s, at);
	at[XREF] = b.len;
	for (uint64_t i = 0; i < OBJECTS; i++) {
		uint64_t num = s->turned ? (i + 3) % OBJECTS : i;
		uint64_t row[3] = {num ? 1 : 0, at[num], num ? 0 : 255};

		if (num >= 1 && num <= 3 && !s->plain) {
			row[0] = 2;
			row[1] = CONTAINER;
			row[2] = num - 1 + (uint64_t)(num == 2 ? s->index_wrong : 0);
		}
		if (num == CONTAINER && s->nested)
			row[0] = 2, row[1] = 4, row[2] = 0;
		if (num || s->w[0])
			add_row(&rows, s->w, row);
	}
	(void)snprintf(dict, sizeof(dict), "/Type /XRef /Size 7 /Root 1 0 R %s %s %s",
	               s->widths ? s->widths : "", s->index ? s->index : "",
	               s->more ? s->more : "");
	antin_bytes_text(&b, "6 0 obj\n");
	if (!s->widths) {
		size_t used = strlen(dict);

		(void)snprintf(dict + used, sizeof(dict) - used, " /W [%u %u %u]", s->w[0], s->w[1],
		               s->w[2]);
	}
	add_stream(&b, &rows, &s->xref, dict);
	antin_bytes_printf(&b, "startxref\n%llu\n%%%%EOF\n", (unsigned long long)at[XREF]);
	antin_bytes_done(&rows);
	ck_assert(!b.failed);
	return b;
}

/* Read, signed, and its signature read again. */
static void
check_whole(const struct antin_bytes *b)
{
	struct antin_doc *d = pdf_must_open(b);
	struct antin_bytes two;

	ck_assert_uint_eq(d->pages, 1);
	ck_assert_uint_eq(d->n_sigs, 0);
	ck_assert_int_eq(d->damage.rc, ANTIN_OK);
	antin_doc_free(d);
	two = pdf_sign(b);
	d = pdf_must_open(&two);
	ck_assert_uint_eq(d->n_sigs, 1);
	ck_assert_msg(!d->sigs[0].problem, "%s", d->sigs[0].problem);
	ck_assert_int_eq(d->sigs[0].coverage, ANTIN_COVERAGE_ENTIRE_FILE);
	antin_doc_free(d);
	antin_bytes_done(&two);
}

static const struct shape wholes[] = {
        {.w = {1, 2, 1}},
        {.w = {1, 2, 2}},
        {.w = {1, 3, 1}},
        {.w = {1, 4, 1}},
        {.w = {1, 8, 8}},
        {.w = {2, 2, 2}},
        {.w = {8, 8, 8}},
        {.w = {0, 2, 1}, .plain = true, .index = "/Index [1 6]"},
        {.w = {0, 4, 0}, .plain = true, .index = "/Index [1 6]"},
        {.w = {1, 2, 0}, .plain = true},
        {.w = {1, 2, 1}, .index = "/Index [0 7]"},
        {.w = {1, 2, 1}, .index = "/Index [0 1 1 6]"},
        {.w = {1, 2, 1}, .index = "/Index [0 1 1 1 2 1 3 1 4 1 5 1 6 1]"},
        {.w = {1, 2, 1}, .index = "/Index [0 3 3 0 3 4]"},
        {.w = {1, 2, 1}, .index = "/Index [3 4 0 3]", .turned = true},
        {.w = {1, 2, 1}, .extra = "/Extends 5 0 R"},
        {.w = {1, 2, 1}, .extra = "/Extends 99 0 R"},
        {.w = {1, 2, 1}, .more = "/Prev null"},
};

START_TEST(reads_shapes)
{
	struct antin_bytes b = make(&wholes[_i]);

	check_whole(&b);
	antin_bytes_done(&b);
}
END_TEST

/* Every predictor over the table and over the objects. */
static const struct coding codings[] = {
        {.predictor = 1, .colors = 1, .bits = 8, .columns = 4},
        {.predictor = 2, .colors = 1, .bits = 8, .columns = 4},
        {.predictor = 10, .colors = 1, .bits = 8, .columns = 4},
        {.predictor = 11, .colors = 1, .bits = 8, .columns = 4},
        {.predictor = 12, .colors = 1, .bits = 8, .columns = 4},
        {.predictor = 13, .colors = 1, .bits = 8, .columns = 4},
        {.predictor = 14, .colors = 1, .bits = 8, .columns = 4},
        {.predictor = 15, .colors = 1, .bits = 8, .columns = 4},
        {.predictor = 2, .colors = 2, .bits = 8, .columns = 2},
        {.predictor = 2, .colors = 4, .bits = 8, .columns = 1},
        {.predictor = 15, .colors = 2, .bits = 8, .columns = 2},
        {.predictor = 15, .colors = 4, .bits = 8, .columns = 1},
        {.predictor = 15, .colors = 1, .bits = 16, .columns = 2},
        {.predictor = 15, .colors = 1, .bits = 4, .columns = 8},
        {.predictor = 15, .colors = 1, .bits = 1, .columns = 32},
        {.predictor = 14, .colors = 2, .bits = 16, .columns = 1},
        {.predictor = 12, .colors = 1, .bits = 8, .columns = 1},
        {.predictor = 15, .colors = 1, .bits = 8, .columns = 2},
};

START_TEST(reads_predictors)
{
	struct shape s = {.w = {1, 2, 1}, .xref = codings[_i]};
	struct antin_bytes b = make(&s);

	check_whole(&b);
	antin_bytes_done(&b);
	s.xref = (struct coding){0};
	s.objects = codings[_i];
	b = make(&s);
	check_whole(&b);
	antin_bytes_done(&b);
}
END_TEST

#define PARMS(text) " /Filter /FlateDecode /DecodeParms << " text " >>"
#define CODED(text)                                                                                \
	{                                                                                          \
		.predictor = 12, .colors = 1, .bits = 8, .columns = 4, .said = text                \
	}
struct wrong_case {
	struct shape shape;
	enum antin_rc rc;
	const char *text;
};
#define W121 .w = {1, 2, 1}
static const struct wrong_case wrongs[] = {
        {{W121, .widths = "/W []"}, ANTIN_E_DAMAGED, "/W of"},
        {{W121, .widths = "/W [1]"}, ANTIN_E_DAMAGED, "/W of"},
        {{W121, .widths = "/W [1 2]"}, ANTIN_E_DAMAGED, "/W of"},
        {{W121, .widths = "/W [1 2 1 1]"}, ANTIN_E_DAMAGED, "/W of"},
        {{W121, .widths = "/W [1 9 1]"}, ANTIN_E_DAMAGED, "/W of"},
        {{W121, .widths = "/W [1 -2 1]"}, ANTIN_E_DAMAGED, "/W of"},
        {{W121, .widths = "/W [1 0 1]"}, ANTIN_E_DAMAGED, "/W of"},
        {{W121, .widths = "/W [1 (x) 1]"}, ANTIN_E_DAMAGED, "/W of"},
        {{W121, .widths = "/W 3"}, ANTIN_E_DAMAGED, "/W of"},
        {{W121, .widths = "/X [1 2 1]"}, ANTIN_E_DAMAGED, "/W of"},
        {{W121, .widths = "/W [1 2 2]"}, ANTIN_E_DAMAGED, "does not hold what it lists"},
        {{W121, .widths = "/W [1 1 1]"}, ANTIN_E_DAMAGED, ""},
        {{W121, .index = "/Index [0 8]"}, ANTIN_E_DAMAGED, "does not hold what it lists"},
        {{W121, .index = "/Index [0 6]"}, ANTIN_E_DAMAGED, "does not hold what it lists"},
        {{W121, .index = "/Index [0 8388608]"}, ANTIN_E_DAMAGED, "does not hold what it lists"},
        {{W121, .index = "/Index []"}, ANTIN_E_DAMAGED, "does not hold what it lists"},
        {{W121, .index = "/Index [0]"}, ANTIN_E_DAMAGED, "/Index of"},
        {{W121, .index = "/Index [-1 7]"}, ANTIN_E_DAMAGED, "/Index of"},
        {{W121, .index = "/Index [0 -7]"}, ANTIN_E_DAMAGED, "/Index of"},
        {{W121, .index = "/Index [0 (7)]"}, ANTIN_E_DAMAGED, "/Index of"},
        {{W121, .index = "/Index << /A 0 /B 7 >>"}, ANTIN_E_DAMAGED, "/Index of"},
        {{W121, .index = "/Index 4 0 R"}, ANTIN_E_DAMAGED, "/Index of"},
        {{W121, .index = "/Index [1 7]"}, ANTIN_E_DAMAGED, "beyond the /Size"},
        {{W121, .index = "/Index [8388607 7]"}, ANTIN_E_DAMAGED, ""},
        {{W121, .index = "/Index [0 4 3 3]"}, ANTIN_E_DAMAGED, "listed twice"},
        {{W121, .nested = true}, ANTIN_E_DAMAGED, "does not exist"},
        {{W121, .index_wrong = 1}, ANTIN_E_DAMAGED, "holds another object"},
        {{W121, .index_wrong = 7}, ANTIN_E_DAMAGED, "holds another object"},
        {{W121, .extra = "/Type /ObjStm"}, ANTIN_E_DAMAGED, "one key twice"},
        {{W121, .more = "/Prev -1"}, ANTIN_E_DAMAGED, "/Prev"},
        {{W121, .more = "/Prev 99999999"}, ANTIN_E_DAMAGED, "/Prev"},
        {{W121, .more = "/Prev 9"}, ANTIN_E_DAMAGED, "no cross-reference section"},
        {{W121, .more = "/Prev (9)"}, ANTIN_E_DAMAGED, "/Prev"},
        {{W121, .more = "/Encrypt 4 0 R"}, ANTIN_E_ENCRYPTED, "encrypted"},
        {{W121, .xref = CODED(PARMS("/Predictor 12 /Columns 3"))}, ANTIN_E_DAMAGED, "predictor"},
        {{W121, .xref = CODED(PARMS("/Predictor 12 /Columns 0"))}, ANTIN_E_DAMAGED, "predictor"},
        {{W121, .xref = CODED(PARMS("/Predictor 16 /Columns 4"))}, ANTIN_E_DAMAGED, "predictor"},
        {{W121, .xref = CODED(PARMS("/Predictor 3 /Columns 4"))}, ANTIN_E_DAMAGED, "predictor"},
        {{W121, .xref = CODED(PARMS("/Predictor 9 /Columns 4"))}, ANTIN_E_DAMAGED, "predictor"},
        {{W121, .xref = CODED(PARMS("/Predictor -1 /Columns 4"))}, ANTIN_E_DAMAGED, "predictor"},
        {{W121, .xref = CODED(PARMS("/Predictor 12 /Columns 4 /Colors 33"))},
         ANTIN_E_DAMAGED,
         "predictor"},
        {{W121, .xref = CODED(PARMS("/Predictor 12 /Columns 4 /BitsPerComponent 17"))},
         ANTIN_E_DAMAGED,
         "predictor"},
        {{W121, .xref = CODED(PARMS("/Predictor 12 /Columns 1048577"))},
         ANTIN_E_DAMAGED,
         "predictor"},
        {{W121, .xref = CODED(PARMS("/Predictor 2 /Columns 4"))}, ANTIN_E_DAMAGED, "predictor"},
        {{W121, .xref = CODED(PARMS("/Predictor 2 /Columns 5 /BitsPerComponent 4"))},
         ANTIN_E_DAMAGED,
         "predictor"},
        {{W121, .xref = CODED(PARMS("/Predictor 1"))}, ANTIN_E_DAMAGED, ""},
        {{W121, .xref = CODED(" /Filter /FlateDecode /DecodeParms 4")},
         ANTIN_E_UNSUPPORTED,
         "unusual filter"},
        {{W121, .xref = CODED(" /Filter /LZWDecode")}, ANTIN_E_UNSUPPORTED, "unusual filter"},
        {{W121, .xref = CODED(" /Filter [/FlateDecode /FlateDecode]")},
         ANTIN_E_UNSUPPORTED,
         "unusual filter"},
        {{W121, .xref = CODED(" /Filter []")}, ANTIN_E_UNSUPPORTED, "unusual filter"},
        {{W121, .objects = CODED(" /Filter /ASCIIHexDecode")},
         ANTIN_E_UNSUPPORTED,
         "unusual filter"},
        {{W121, .extra = "/F /ASCIIHexDecode"}, ANTIN_E_UNSUPPORTED, "unusual filter"},
        {{W121, .extra = "/F (other.bin)"}, ANTIN_E_UNSUPPORTED, "unusual filter"},
        {{W121, .extra = "/DP << /Predictor 12 >>"}, ANTIN_E_UNSUPPORTED, "unusual filter"},
        {{W121, .more = "/XRefStm 15"}, ANTIN_E_DAMAGED, "/XRefStm"},
        {{W121, .more = "/F /FlateDecode"}, ANTIN_E_UNSUPPORTED, "unusual filter"},
        {{W121, .objects = CODED(PARMS("/Predictor 10 /Columns 9"))}, ANTIN_E_DAMAGED, ""},
        {{W121, .objects = CODED("")}, ANTIN_E_DAMAGED, ""},
};

START_TEST(refuses_shapes)
{
	const struct wrong_case *c = &wrongs[_i];
	struct antin_bytes b = make(&c->shape);
	char what[32];

	(void)snprintf(what, sizeof(what), "case %d", _i);
	pdf_must_refuse(&b, c->rc, c->text, what);
	antin_bytes_done(&b);
}
END_TEST

/* An object stream whose first number, offset or count is another: refused, never another object.
 */
START_TEST(object_stream_numbers)
{
	static const struct {
		const char *from, *to, *text;
	} rows[] = {
	        {"/N 3", "/N 2", "holds another object"},
	        {"/N 3", "/N 0", "another object"},
	        {"/N 3", "/N 9", ""},
	        {"/N 3", "/M 3", "makes no sense"},
	        {"/Type /ObjStm", "/Type /ObjStr", "makes"},
	        {"1 0 2 61", "1 0 9 61", "another object"},
	        {"1 0 2 61", "1 0 x 61", ""},
	        {"1 0 2 61", "1 0 2 99", ""},
	        {"1 0 2 61", "2 0 1 61", "another object"},
	        {"1 0 2 61", "1 61 2 0", "makes no sense"},
	        {"1 0 2 61", "1 61 2 1", "makes no sense"},
	        {"1 0 2 61", "1 0 2 00", "makes no sense"},
	        {"1 0 2 61", "3 0 2 61", "makes no sense"},
	        {"1 0 2 61", "2 0 2 61", "makes no sense"},
	        {"1 0 2 61", "1 0 2 59", "cut short"},
	};
	const struct shape s = {W121};
	struct antin_bytes b = make(&s);

	pdf_swap(&b, rows[_i].from, rows[_i].to);
	pdf_must_refuse(&b, ANTIN_E_DAMAGED, rows[_i].text, rows[_i].to);
	antin_bytes_done(&b);
}
END_TEST

/* A compressed stream changed at each octet: opened as it was, or refused; never other pages. */
START_TEST(compressed_flips)
{
	const struct shape s = {W121, .xref = codings[7], .objects = codings[7]};
	struct antin_bytes b = make(&s);
	size_t from = (size_t)(pdf_find(&b, "5 0 obj") - b.p), refused = 0;
	size_t to = pdf_find_last(&b, "startxref");

	for (size_t i = from; i < to; i++) {
		struct antin_err err = {0};
		struct antin_doc *d;

		b.p[i] ^= 0x10;
		d = pdf_open_bytes(&b, &err);
		refused += !d;
		ck_assert_msg(!d || (d->pages == 1 && d->n_sigs == 0), "octet %zu", i);
		antin_doc_free(d);
		b.p[i] ^= 0x10;
	}
	ck_assert_uint_gt(refused * 10, (to - from) * 8);
	antin_bytes_done(&b);
}
END_TEST

/* Hybrid files (7.5.8.4): where /XRefStm may lead. */
START_TEST(hybrid_places)
{
	static const struct {
		const char *place; /* NULL: the stream itself */
		const char *text;
	} rows[] = {
	        {"0", "/XRefStm"},    {"-5", "/XRefStm"},     {"(5)", "/XRefStm"},
	        {"99999999", ""},     {"9", "no cross-ref"},  {"1.5", "/XRefStm"},
	        {"[15]", "/XRefStm"}, {"15 0 R", "/XRefStm"},
	};
	struct antin_bytes b = {0};
	char trailer[96];
	const struct pdf_part parts[] = {{1, PDF_CATALOG},
	                                 {2, PDF_PAGES},
	                                 {3, PDF_PAGE},
	                                 {4, PDF_STREAM}};

	(void)snprintf(trailer, sizeof(trailer), PDF_ROOT " /XRefStm %s", rows[_i].place);
	pdf_append(&b, parts, 4, trailer);
	pdf_must_refuse(&b, ANTIN_E_DAMAGED, rows[_i].text, rows[_i].place);
	antin_bytes_done(&b);
}
END_TEST

/* Tables (7.5.4) as they are read by all, and forms at which some readers look for objects anew. */
START_TEST(tables)
{
	static const struct {
		const char *begin, *end; /* around the rows of object 4 */
		bool good;
	} rows[] = {
	        {"xref\n4 1\n", "trailer\n<<", true},
	        {"xref\r\n4 1\r\n", "trailer<<", true},
	        {"xref 4 1\n", " \r\n trailer %\n<<", true},
	        {"xref\r4 1 \r", "9 0\ntrailer\n<<", true},
	        {"xref \n\n0004 001\n", "0 1\n0000000000 65535 f \ntrailer <<", true},
	        {"xref\n0 1\n0000000000 65535 f \n4 1\n", "trailer <<", true},
	        {"xref\n0 1\n0000000000 65536 f \n4 1\n", "trailer <<", true},
	        {"xref\n2 1\n0000000000 65536 n \n4 1\n", "trailer <<", false},
	        {"xref\n1 1\n0000000000 65535 f \n4 1\n", "trailer <<", false},
	        {"xref\n4  1\n", "trailer <<", false},
	        {"xref\n4 1\n", " 9 0\ntrailer <<", false},
	        {"xref\n%\n4 1\n", "trailer <<", false},
	        {"xref\n4%\n1\n", "trailer <<", false},
	        {"xref\n4 1%\n", "trailer <<", false},
	        {"xref\n4\n1\n", "trailer <<", false},
	        {"xref\n+4 1\n", "trailer <<", false},
	        {"xref\n4 +1\n", "trailer <<", false},
	        {"xref\f4 1\n", "trailer <<", false},
	        {"xref\n4 1\f\n", "trailer <<", false},
	        {"xref\n4 1\n", "%\ntrailer <<", false},
	        {"xref\n4 1\n", "\ftrailer <<", false},
	        {"xref\n4 1\n", "trailers <<", false},
	        {"xref\n4 1\n", "9 \ntrailer <<", false},
	        {"xref\n4 1\n", "9999999999 0\ntrailer <<", false},
	        {"xref\n4 1\n", "99999999990 0\ntrailer <<", false},
	        {"xref\n4 1\n", "8388607 2\ntrailer <<", false},
	};
	static const struct pdf_part parts[] = {{1, PDF_CATALOG},
	                                        {2, PDF_PAGES},
	                                        {3, PDF_PAGE},
	                                        {4, PDF_STREAM}};
	struct antin_bytes b = {0};
	unsigned long long at, prev;

	pdf_append(&b, parts, 4, PDF_ROOT);
	prev = pdf_startxref(&b);
	at = b.len;
	antin_bytes_text(&b, "4 0 obj\n" PDF_STREAM "\nendobj\n");
	antin_bytes_printf(&b,
	                   "%s%010llu 00000 n \n%s " PDF_ROOT " /Prev %llu >>\nstartxref\n%llu\n"
	                   "%%%%EOF\n",
	                   rows[_i].begin, at, rows[_i].end, prev,
	                   at + sizeof("4 0 obj\n" PDF_STREAM "\nendobj\n") - 1);
	if (rows[_i].good)
		check_whole(&b);
	else
		pdf_must_refuse(&b, ANTIN_E_DAMAGED, "table is ", rows[_i].begin);
	antin_bytes_done(&b);
}
END_TEST

#define LOOP(t, test, rows) tcase_add_loop_test(t, test, 0, sizeof(rows) / sizeof(rows[0]))

Suite *suite_pdf_streams(void);
Suite *
suite_pdf_streams(void)
{
	Suite *s = suite_create("pdf_streams");
	TCase *t = tcase_create("streams");

	LOOP(t, reads_shapes, wholes);
	LOOP(t, reads_predictors, codings);
	LOOP(t, refuses_shapes, wrongs);
	tcase_add_loop_test(t, object_stream_numbers, 0, 15);
	tcase_add_test(t, compressed_flips);
	tcase_add_loop_test(t, hybrid_places, 0, 8);
	tcase_add_loop_test(t, tables, 0, 26);
	suite_add_tcase(s, t);
	return s;
}
