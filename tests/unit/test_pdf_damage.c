/*
 * PDF: a signed file that was damaged where listing the signatures does not look.  It is opened so
 * that the signature can be named, but it is never clean: not signed further, never valid.
 */
#include "pdf_file.h"

static struct antin_bytes
signed_sample(const char *name)
{
	struct antin_bytes base = pdf_sample(name), b = pdf_sign(&base);

	antin_bytes_done(&base);
	return b;
}

/* One change of the same length in a signed file, and what is noted about it. */
struct damage_case {
	const char *sample, *from, *to, *text;
};
static const struct damage_case damages[] = {
        {"classic.pdf", "\n4 0 obj", "\n9 0 obj", "another object"},
        {"classic.pdf", "\n4 0 obj", "\n4 1 obj", "another object"},
        {"classic.pdf", "\n4 0 obj", "\n4 0 obk", "word obj is missing"},
        {"classic.pdf", "\n4 0 obj", "\nx 0 obj", "no object begins"},
        {"classic.pdf", "endstream", "endstreax", "/Length of object"},
        {"classic.pdf", "stream\n", "strean\n", "endobj"},
        {"classic.pdf", "0000000015 00000 n", "0000000015 00000 x", "not well formed"},
        {"classic.pdf", "0000000015 00000 n", "00000x0015 00000 n", "not well formed"},
        {"classic.pdf", "0000000000 65535 f", "0000000000x65535 f", "not well formed"},
        {"classic.pdf", "/Helvetica", "/Helvet#xx", "not well formed"},
};

START_TEST(names_damage)
{
	const struct damage_case *c = &damages[_i];
	struct antin_bytes b = signed_sample(c->sample);
	struct antin_doc *d;
	struct antin_doc_place place = {.reserve = 64};
	ANTIN_SCOPED(antin_slot) slot = {0};
	struct antin_err err = {0};
	char line[1024];

	pdf_swap(&b, c->from, c->to);
	d = pdf_open_bytes(&b, &err);
	pdf_print(&err, line, sizeof(line));
	if (!d) {
		/* Where the catalogue itself is hit, nothing can be listed. */
		ck_assert_msg(err.rc == ANTIN_E_DAMAGED && strstr(c->from, "0015"), "%s: %s", c->to,
		              line);
		antin_bytes_done(&b);
		return;
	}
	ck_assert_uint_eq(d->n_sigs, 1);
	ck_assert_int_eq(d->damage.rc, ANTIN_E_DAMAGED);
	pdf_print(&d->damage, line, sizeof(line));
	ck_assert_msg(strstr(line, c->text), "%s: %s", c->to, line);
	ck_assert_int_eq(antin_doc_prepare(d, &place, &slot, &err), ANTIN_E_DAMAGED);
	ck_assert_int_eq(err.rc, ANTIN_E_DAMAGED);
	ck_assert_uint_eq(slot.tail.len, 0);
	ck_assert_int_eq(antin_doc_prepare(d, &place, &slot, NULL), ANTIN_E_DAMAGED);
	antin_doc_free(d);
	antin_bytes_done(&b);
}
END_TEST

/* The same damage without a signature is refused with the same words: it may have hidden one. */
START_TEST(refuses_damage_unsigned)
{
	const struct damage_case *c = &damages[_i];
	struct antin_bytes b = pdf_sample(c->sample);

	pdf_swap(&b, c->from, c->to);
	pdf_must_refuse(&b, ANTIN_E_DAMAGED, c->text, c->to);
	antin_bytes_done(&b);
}
END_TEST

/* A whole file has none. */
START_TEST(clean_is_clean)
{
	static const char *const samples[] = {
	        "classic.pdf", "form.pdf",   "updated.pdf",       "hybrid.pdf",
	        "objstm.pdf",  "linear.pdf", "linear-objstm.pdf",
	};
	struct antin_bytes b = signed_sample(samples[_i]), twice = pdf_sign(&b);
	struct antin_doc *d = pdf_must_open(&twice);

	ck_assert_int_eq(d->damage.rc, ANTIN_OK);
	ck_assert_uint_eq(d->damage.n_frames, 0);
	antin_doc_free(d);
	antin_bytes_done(&b);
	antin_bytes_done(&twice);
}
END_TEST

/* A page of text, as a short letter has. */
static struct antin_bytes
letter(void)
{
	struct antin_bytes base = {0}, text = {0}, stream = {0};
	struct pdf_part parts[] = {
	        {1, PDF_CATALOG},
	        {2, PDF_PAGES},
	        {3, PDF_PAGE},
	        {4, NULL},
	};
	struct antin_bytes b;

	for (int i = 0; i < 60; i++)
		antin_bytes_printf(&text, "BT /F1 9 Tf 50 %d Td (Dieu %d. Noi dung) Tj ET\n",
		                   800 - 12 * i, i);
	antin_bytes_printf(&stream, "<< /Length %zu >>\nstream\n%sendstream", text.len,
	                   antin_bytes_cstr(&text));
	parts[3].text = antin_bytes_cstr(&stream);
	pdf_append(&base, parts, 4, PDF_ROOT);
	b = pdf_sign(&base);
	antin_bytes_done(&base);
	antin_bytes_done(&text);
	antin_bytes_done(&stream);
	return b;
}

/*
 * Every octet of every form of file: the file is refused, or it lists its signature and the digest
 * is another one.  Of a letter nearly all are of the second kind, so that a reader learns whose
 * signature was broken; the samples are hardly more than the structure that listing needs.
 */
START_TEST(every_flip)
{
	static const struct {
		const char *sample;
		size_t most; /* percent refused */
	} rows[] = {
	        {NULL, 12},          {"classic.pdf", 25}, {"form.pdf", 25},
	        {"updated.pdf", 25}, {"hybrid.pdf", 40},  {"objstm.pdf", 60},
	};
	struct antin_bytes b = rows[_i].sample ? signed_sample(rows[_i].sample) : letter();
	struct antin_doc *d = pdf_must_open(&b);
	uint64_t hole = d->sigs[0].ranges[0].length, after = d->sigs[0].ranges[1].offset;
	uint8_t want[ANTIN_DIGEST_MAX], got[ANTIN_DIGEST_MAX];
	size_t refused = 0, listed = 0, damaged = 0;

	ck_assert(antin_doc_digest(d, 0, ANTIN_SHA256, want, NULL) == ANTIN_OK);
	antin_doc_free(d);
	for (size_t i = 0; i < b.len; i++) {
		struct antin_err err = {0};

		if (i >= hole && i < after)
			continue;
		b.p[i] ^= 1;
		d = pdf_open_bytes(&b, &err);
		refused += d == NULL;
		listed += d && d->n_sigs > 0;
		damaged += d && d->damage.rc != ANTIN_OK;
		ck_assert_msg(d == NULL || d->n_sigs > 0, "byte %zu", i);
		for (size_t k = 0; d && k < d->n_sigs; k++)
			if (antin_doc_digest(d, k, ANTIN_SHA256, got, NULL) == ANTIN_OK)
				ck_assert_msg(memcmp(want, got, 32) != 0, "byte %zu", i);
		antin_doc_free(d);
		b.p[i] ^= 1;
	}
	(void)printf("%s: %zu refused, %zu listed (%zu with damage)\n",
	             rows[_i].sample ? rows[_i].sample : "letter", refused, listed, damaged);
	ck_assert_uint_gt(damaged, 0);
	ck_assert_msg(refused * 100 < rows[_i].most * (refused + listed), "%zu of %zu refused",
	              refused, refused + listed);
	antin_bytes_done(&b);
}
END_TEST

Suite *suite_pdf_damage(void);
Suite *
suite_pdf_damage(void)
{
	Suite *s = suite_create("pdf_damage");
	TCase *t = tcase_create("damage");

	tcase_add_loop_test(t, names_damage, 0, sizeof(damages) / sizeof(damages[0]));
	tcase_add_loop_test(t, refuses_damage_unsigned, 0, sizeof(damages) / sizeof(damages[0]));
	tcase_add_loop_test(t, clean_is_clean, 0, 7);
	tcase_add_loop_test(t, every_flip, 0, 6);
	suite_add_tcase(s, t);
	return s;
}
