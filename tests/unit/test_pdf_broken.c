/*
 * PDF: broken and hostile files.  Each is refused with its own message, quickly and in little
 * memory; a signed file that was touched never gives the digest that was signed.
 */
#include <sys/resource.h>
#include <time.h>

#include <zlib.h>

#include "pdf_file.h"

/* A file of up to six objects and what is said about it. */
struct broken_case {
	const char *text; /* part of the message; NULL: it is opened */
	const char *trailer;
	struct pdf_part parts[6];
};
#define WHOLE                                                                                      \
	{1, PDF_CATALOG}, {2, PDF_PAGES},                                                          \
	{                                                                                          \
		3, PDF_PAGE                                                                        \
	}

static const struct broken_case broken[] = {
        {NULL, PDF_ROOT, {WHOLE, {4, PDF_STREAM}}},
        {"catalogue", "/Size 9", {WHOLE, {4, PDF_STREAM}}},
        {"catalogue", "/Size 9 /Root 3 0 R", {WHOLE, {4, PDF_STREAM}}},
        {"catalogue", "/Size 9 /Root 8 0 R", {WHOLE, {4, PDF_STREAM}}},
        {"/Size", "/Root 1 0 R", {WHOLE, {4, PDF_STREAM}}},
        {"/Size", "/Size 2147483647 /Root 1 0 R", {WHOLE, {4, PDF_STREAM}}},
        {"beyond the /Size", "/Size 3 /Root 1 0 R", {WHOLE, {4, PDF_STREAM}}},
        {"/Prev", PDF_ROOT " /Prev 99999999", {WHOLE, {4, PDF_STREAM}}},
        {"no cross-reference", PDF_ROOT " /Prev 9", {WHOLE, {4, PDF_STREAM}}},
        {"encrypted", PDF_ROOT " /Encrypt 4 0 R", {WHOLE, {4, PDF_STREAM}}},
        {"listed twice", PDF_ROOT, {WHOLE, {4, PDF_STREAM}, {4, PDF_STREAM}}},
        {"/Length", PDF_ROOT, {WHOLE, {4, "<< /Length 5 >>\nstream\n0 0 m \nendstream"}}},
        {"/Length", PDF_ROOT, {WHOLE, {4, "<< /Length 4000 0 R >>\nstream\n0 0 m \nendstream"}}},
        {"/Length", PDF_ROOT, {WHOLE, {4, "<< /Length 4 0 R >>\nstream\n0 0 m \nendstream"}}},
        {"/Length", PDF_ROOT, {WHOLE, {4, "<< >>\nstream\n0 0 m \nendstream"}}},
        {"runs out", PDF_ROOT, {WHOLE, {4, "<< /Length 99999 >>\nstream\n0 0 m \nendstream"}}},
        {"line of its own", PDF_ROOT, {WHOLE, {4, "<< /Length 6 >> stream 0 0 m \nendstream"}}},
        {"one key twice", PDF_ROOT, {WHOLE, {4, "<< /A 1 /B 2 /#41 3 >>"}}},
        {"not well formed", PDF_ROOT, {WHOLE, {4, "<< /A#4 1 >>"}}},
        {"key is not a name", PDF_ROOT, {WHOLE, {4, "<< 1 2 >>"}}},
        {"wrong place", PDF_ROOT, {WHOLE, {4, "<< /A >>"}}},
        {"wrong place", PDF_ROOT, {WHOLE, {4, "[ 1 2 >>"}}},
        {"unknown word", PDF_ROOT, {WHOLE, {4, "[ maybe ]"}}},
        {"no value can begin", PDF_ROOT, {WHOLE, {4, "[ } ]"}}},
        {"another character", PDF_ROOT, {WHOLE, {4, "<12G4>"}}},
        {"too large", PDF_ROOT, {WHOLE, {4, "99999999999999999999"}}},
        {"out of range", PDF_ROOT, {WHOLE, {4, "[ 99999999 0 R ]"}}},
        {"only a reference", PDF_ROOT, {WHOLE, {4, "3 0 R"}}},
        {"endobj", PDF_ROOT, {WHOLE, {4, "1 2"}}},
        {"more than once",
         PDF_ROOT,
         {{1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R 4 0 R] >> >>"},
          {2, PDF_PAGES},
          {3, PDF_PAGE},
          {4, "<< /FT /Sig /T (a) >>"}}},
        {"more than once",
         PDF_ROOT,
         {{1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] >> >>"},
          {2, PDF_PAGES},
          {3, PDF_PAGE},
          {4, "<< /FT /Sig /T (a) /Kids [4 0 R] >>"}}},
        {"not an object of its own",
         PDF_ROOT,
         {{1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [<< /T (a) >>] >> >>"},
          {2, PDF_PAGES},
          {3, PDF_PAGE},
          {4, PDF_STREAM}}},
        {"not an array",
         PDF_ROOT,
         {{1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields 4 0 R >> >>"},
          {2, PDF_PAGES},
          {3, PDF_PAGE},
          {4, PDF_STREAM}}},
        {"not a dictionary",
         PDF_ROOT,
         {{1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] >> >>"},
          {2, PDF_PAGES},
          {3, PDF_PAGE},
          {4, "(text)"}}},
};

static size_t
count_parts(const struct pdf_part *parts, size_t max)
{
	size_t n = 0;

	while (n < max && parts[n].num)
		n++;
	return n;
}

START_TEST(refuses_broken)
{
	const struct broken_case *c = &broken[_i];
	struct antin_bytes b = {0};

	pdf_append(&b, c->parts, count_parts(c->parts, 6), c->trailer);
	if (!c->text) {
		antin_doc_free(pdf_must_open(&b));
	} else {
		bool locked = strcmp(c->text, "encrypted") == 0;

		pdf_must_refuse(&b, locked ? ANTIN_E_ENCRYPTED : ANTIN_E_DAMAGED, c->text, c->text);
	}
	antin_bytes_done(&b);
}
END_TEST

/* Byte surgery on a good file: same length, so that only one thing is wrong. */
struct swap_case {
	const char *sample, *from, *to, *text;
};
static const struct swap_case swaps[] = {
        {"classic.pdf", "0000000015 00000 n", "0000000016 00000 n", "out of range"},
        {"classic.pdf", "0000000015 00000 n", "0000000064 00000 n", "another object"},
        {"classic.pdf", "0000000015 00000 n", "0000000015 00001 n", "another object"},
        {"classic.pdf", "0000000015 00000 n", "0000900015 00000 n", "beyond the end"},
        {"classic.pdf", "0000000015 00000 n", "000000001x 00000 n", "not well formed"},
        {"classic.pdf", "0000000015 00000 n", "0000000015 00000 x", "not well formed"},
        {"classic.pdf", "xref\n0 7", "xref\n1 7", "beyond the /Size"},
        {"classic.pdf", "xref\n0 7", "xref\n0 8", "not well formed"},
        {"classic.pdf", "trailer", "trailor", "not well formed"},
        {"classic.pdf", "startxref", "startxxxx", "not preceded by startxref"},
        {"classic.pdf", "%%EOF", "%%EOE", "no end mark"},
        {"classic.pdf", "%PDF-", "%PDG-", "unknown kind"},
        {"objstm.pdf", "/W [ 1 2 1 ]", "/W [ 9 9 9 ]", "/W of a cross"},
        {"objstm.pdf", "/W [ 1 2 1 ]", "/W [ 1 0 1 ]", "/W of a cross"},
        {"objstm.pdf", "/Type /XRef", "/Type /XReg", "no cross-reference"},
        {"objstm.pdf", "/Type /ObjStm", "/Type /ObjStn", "makes no sense"},
        {"hybrid.pdf", "/XRefStm 7", "/XRefStm 8", "no object begins"},
        {"linear.pdf", "/Linearized", "/Linearisxx", "not in their order"},
};

START_TEST(refuses_swapped)
{
	const struct swap_case *c = &swaps[_i];
	struct antin_bytes b = pdf_sample(c->sample);
	struct antin_err err = {0};
	struct antin_doc *d;
	char line[1024];

	/* The last end mark counts. */
	if (strcmp(c->from, "startxref") == 0 || strcmp(c->from, "%%EOF") == 0)
		memcpy(b.p + pdf_find_last(&b, c->from), c->to, strlen(c->to));
	else
		pdf_swap(&b, c->from, c->to);
	d = pdf_open_bytes(&b, &err);
	ck_assert_msg(d == NULL, "%s was opened", c->text);
	pdf_print(&err, line, sizeof(line));
	ck_assert_msg(strstr(line, c->text) != NULL, "want %s, got %s", c->text, line);
	ck_assert_int_eq(antin_rc_exit(err.rc), 5);
	antin_doc_free(d);
	antin_bytes_done(&b);
}
END_TEST

START_TEST(refuses_circle)
{
	struct antin_bytes b = pdf_sample("classic.pdf");
	char trailer[64];

	(void)snprintf(trailer, sizeof(trailer), PDF_ROOT " /Prev %zu", b.len);
	pdf_end(&b, NULL, NULL, 0, trailer);
	pdf_must_refuse(&b, ANTIN_E_DAMAGED, "in a circle", "circle");
	antin_bytes_done(&b);
}
END_TEST

START_TEST(refuses_junk)
{
	struct antin_bytes b = pdf_sample("classic.pdf");

	antin_bytes_text(&b, "\n \r\n");
	antin_doc_free(pdf_must_open(&b)); /* white space at the end is nothing */
	antin_bytes_text(&b, "junk junk");
	pdf_must_refuse(&b, ANTIN_E_DAMAGED, "9 bytes follow", "junk");
	antin_bytes_insert(&b, 0, "junk", 4);
	pdf_must_refuse(&b, ANTIN_E_DAMAGED, "before the PDF header", "junk before");
	antin_bytes_done(&b);
}
END_TEST

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Tests run in a process of their own: its memory is limited for good. */
static void
limit_memory(void)
{
#if !defined(__SANITIZE_ADDRESS__)
	struct rlimit limit = {(rlim_t)512 << 20, (rlim_t)512 << 20};

	if (!getenv("CK_FORK"))
		ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
#endif
}

static void
add_flate(struct antin_bytes *b, const char *dict, const struct antin_bytes *data)
{
	uLongf len = compressBound(data->len);
	uint8_t *packed = malloc(len);

	ck_assert(packed && compress2(packed, &len, data->p, data->len, 9) == Z_OK);
	antin_bytes_printf(b, "<< %s /Filter /FlateDecode /Length %lu >>\nstream\n", dict, len);
	antin_bytes_add(b, packed, len);
	antin_bytes_text(b, "\nendstream");
	free(packed);
}

/* An object stream of 200 MB of spaces in 200 kB: stopped at the cap, not at the end of memory. */
START_TEST(bomb_object_stream)
{
	struct antin_bytes b = {0}, zeros = {0}, rows = {0};
	uint64_t start, at;
	double begin;

	ck_assert(antin_bytes_grow(&zeros, (size_t)200 << 20) != NULL);
	memset(zeros.p, ' ', zeros.len);
	memcpy(zeros.p, "1 0 <<>>", 8);
	antin_bytes_text(&b, "%PDF-1.7\n");
	at = b.len;
	antin_bytes_text(&b, "5 0 obj\n");
	add_flate(&b, "/Type /ObjStm /N 1 /First 4", &zeros);
	antin_bytes_done(&zeros);
	antin_bytes_text(&b, "\nendobj\n");
	start = b.len;
	antin_bytes_byte(&rows, 2);
	antin_bytes_add(&rows, "\0\0\0\5\0", 5);
	antin_bytes_byte(&rows, 1);
	for (int shift = 24; shift >= 0; shift -= 8)
		antin_bytes_byte(&rows, (uint8_t)(at >> shift));
	antin_bytes_byte(&rows, 0);
	antin_bytes_printf(&b,
	                   "6 0 obj\n<< /Type /XRef /Size 7 /Root 1 0 R /W [1 4 1] "
	                   "/Index [1 1 5 1] /Length %zu >>\nstream\n",
	                   rows.len);
	antin_bytes_add(&b, rows.p, rows.len);
	antin_bytes_printf(&b, "\nendstream\nendobj\nstartxref\n%llu\n%%%%EOF\n",
	                   (unsigned long long)start);
	limit_memory();
	begin = now();
	pdf_must_refuse(&b, ANTIN_E_TOO_LARGE, "unpacks to more", "bomb");
	ck_assert(now() - begin < 5);
	antin_bytes_done(&b);
	antin_bytes_done(&rows);
}
END_TEST

static const char *const nests[] = {"[", "<</A", "(("};
static const char *const nest_texts[] = {"nested too deeply", "nested too deeply", "ends inside"};

START_TEST(bomb_nesting)
{
	struct antin_bytes text = {0}, b = {0};
	struct pdf_part parts[] = {WHOLE, {4, NULL}};
	double begin = now();

	for (int i = 0; i < 200000; i++)
		antin_bytes_text(&text, nests[_i]);
	parts[3].text = antin_bytes_cstr(&text);
	pdf_append(&b, parts, 4, PDF_ROOT);
	limit_memory();
	pdf_must_refuse(&b, ANTIN_E_DAMAGED, nest_texts[_i], nests[_i]);
	ck_assert(now() - begin < 5);
	antin_bytes_done(&b);
	antin_bytes_done(&text);
}
END_TEST

/* Tables that promise millions of lines. */
START_TEST(bomb_tables)
{
	static const char *const tables[] = {
	        "xref\n0 8388607\n",
	        "xref\n0 99999999999\n",
	        "1 0 obj\n<< /Type /XRef /Size 8388607 /W [1 8 8] /Index [0 8388607] /Length 0 "
	        ">>\nstream\n\nendstream\nendobj\n",
	};
	struct antin_bytes b = {0};
	struct antin_err err = {0};

	antin_bytes_printf(&b, "%%PDF-1.7\n%strailer << /Size 5 >>\nstartxref\n9\n%%%%EOF\n",
	                   tables[_i]);
	limit_memory();
	ck_assert(pdf_open_bytes(&b, &err) == NULL);
	ck_assert(err.rc == ANTIN_E_DAMAGED);
	antin_bytes_done(&b);
}
END_TEST

static bool
has_sound(const struct antin_doc *d)
{
	for (size_t i = 0; i < d->n_sigs; i++)
		if (!d->sigs[i].problem)
			return true;
	return false;
}

/* Every sample cut at every byte: refused, still what it was, or its signature named as lost. */
START_TEST(survives_truncation)
{
	static const char *const samples[] = {"classic.pdf", "hybrid.pdf", "objstm.pdf",
	                                      "linear.pdf", "updated.pdf"};
	struct antin_bytes base = pdf_sample(samples[_i]);
	struct antin_bytes b = pdf_sign(&base);
	size_t whole = b.len;

	for (size_t len = 0; len < whole; len++) {
		struct antin_bytes cut = {.p = b.p, .len = len};
		struct antin_err err = {0};
		struct antin_doc *d = pdf_open_bytes(&cut, &err);

		/* The end mark's own line end may go; everything else is missed. */
		if (d && len > base.len && len < whole - 1)
			ck_assert_msg(d->n_sigs == 1 && !has_sound(d),
			              "%s was opened at %zu of %zu", samples[_i], len, whole);
		antin_doc_free(d);
	}
	antin_bytes_done(&base);
	antin_bytes_done(&b);
}
END_TEST

/* No byte outside of the signature value can change without changing the digest. */
START_TEST(no_flip_is_missed)
{
	struct antin_bytes base = pdf_sample(_i ? "objstm.pdf" : "classic.pdf");
	struct antin_bytes b = pdf_sign(&base);
	struct antin_doc *d = pdf_must_open(&b);
	uint64_t hole = d->sigs[0].ranges[0].length, after = d->sigs[0].ranges[1].offset;
	uint8_t want[ANTIN_DIGEST_MAX], got[ANTIN_DIGEST_MAX];

	ck_assert(antin_doc_digest(d, 0, ANTIN_SHA256, want, NULL) == ANTIN_OK);
	antin_doc_free(d);
	for (size_t i = 0; i < b.len; i++) {
		static const uint8_t masks[] = {0x01, 0x20, 0x80, 0xff};

		for (size_t m = 0; m < sizeof(masks) && (i < hole || i >= after); m++) {
			struct antin_err err = {0};

			b.p[i] ^= masks[m];
			d = pdf_open_bytes(&b, &err);
			for (size_t k = 0; d && k < d->n_sigs; k++)
				if (antin_doc_digest(d, k, ANTIN_SHA256, got, NULL) == ANTIN_OK)
					ck_assert_msg(memcmp(want, got, 32) != 0, "byte %zu", i);
			antin_doc_free(d);
			b.p[i] ^= masks[m];
		}
	}
	antin_bytes_done(&base);
	antin_bytes_done(&b);
}
END_TEST

Suite *suite_pdf_broken(void);
Suite *
suite_pdf_broken(void)
{
	Suite *s = suite_create("pdf_broken");
	TCase *t = tcase_create("files");

	tcase_add_loop_test(t, refuses_broken, 0, sizeof(broken) / sizeof(broken[0]));
	tcase_add_loop_test(t, refuses_swapped, 0, sizeof(swaps) / sizeof(swaps[0]));
	tcase_add_test(t, refuses_circle);
	tcase_add_test(t, refuses_junk);
	tcase_add_test(t, bomb_object_stream);
	tcase_add_loop_test(t, bomb_nesting, 0, 3);
	tcase_add_loop_test(t, bomb_tables, 0, 3);
	tcase_add_loop_test(t, survives_truncation, 0, 5);
	tcase_add_loop_test(t, no_flip_is_missed, 0, 2);
	suite_add_tcase(s, t);
	return s;
}
