/*
 * PDF: reading every form of file, preparing signatures in it, refusing what is no PDF.
 */
#include "pdf_file.h"

static const char *const samples[] = {
        "classic.pdf", "form.pdf",   "updated.pdf",       "hybrid.pdf",
        "objstm.pdf",  "linear.pdf", "linear-objstm.pdf",
};
enum { SAMPLES = sizeof(samples) / sizeof(samples[0]) };

static void
check_signature(struct antin_doc *d, size_t i, const char *field, enum antin_coverage coverage)
{
	const struct antin_doc_sig *s = &d->sigs[i];

	ck_assert_msg(s->problem == NULL, "%s", s->problem);
	ck_assert_int_eq(s->kind, ANTIN_SIG_CADES);
	ck_assert_str_eq(s->subtype, "ETSI.CAdES.detached");
	ck_assert_int_eq(s->coverage, coverage);
	ck_assert_int_eq(s->time, 1795000000);
	ck_assert_int_eq(s->docmdp, 0);
	ck_assert(antin_slice_is(antin_bytes_slice(&s->field), field));
	ck_assert(antin_slice_is(antin_bytes_slice(&s->name), "An"));
	ck_assert_uint_eq(s->cms.len, sizeof(small_cms));
	ck_assert(memcmp(s->cms.p, small_cms, sizeof(small_cms)) == 0);
}

/* Two signatures in each form of file: nothing before is touched, both are found, qpdf is content.
 */
START_TEST(signs_every_form)
{
	struct antin_bytes base = pdf_sample(samples[_i]);
	struct antin_bytes once = pdf_sign(&base), twice = pdf_sign(&once);
	struct antin_doc *d = pdf_must_open(&once);

	ck_assert_uint_eq(d->pages, 1);
	ck_assert_uint_eq(d->n_sigs, 1);
	ck_assert(memcmp(base.p, once.p, base.len) == 0);
	check_signature(d, 0, "Signature1", ANTIN_COVERAGE_ENTIRE_FILE);
	ck_assert_uint_eq(d->sigs[0].revision_end, once.len);
	antin_doc_free(d);
	d = pdf_must_open(&twice);
	ck_assert_uint_eq(d->n_sigs, 2);
	ck_assert(memcmp(once.p, twice.p, once.len) == 0);
	check_signature(d, 0, "Signature1", ANTIN_COVERAGE_ENTIRE_REVISION);
	check_signature(d, 1, "Signature2", ANTIN_COVERAGE_ENTIRE_FILE);
	ck_assert_uint_eq(d->sigs[0].revision_end, once.len);
	ck_assert_msg(pdf_judge(&twice, "qpdf", "--check"), "qpdf finds fault with %s",
	              samples[_i]);
	antin_doc_free(d);
	antin_bytes_done(&base);
	antin_bytes_done(&once);
	antin_bytes_done(&twice);
}
END_TEST

/* The slot's digest before writing is the document's digest afterwards. */
START_TEST(digests_agree)
{
	struct antin_bytes base = pdf_sample(samples[_i]), out;
	struct antin_doc *d = pdf_must_open(&base);
	struct antin_doc_place place = {.reserve = 100, .time = 0};
	ANTIN_SCOPED(antin_slot) slot = {0};
	uint8_t before[ANTIN_DIGEST_MAX], after[ANTIN_DIGEST_MAX];

	ck_assert(antin_doc_prepare(d, &place, &slot, NULL) == ANTIN_OK);
	ck_assert(antin_slot_digest(&slot, ANTIN_SHA256, before, NULL) == ANTIN_OK);
	out = pdf_slot_bytes(&base, &slot, (struct antin_slice){small_cms, sizeof(small_cms)});
	antin_doc_free(d);
	d = pdf_must_open(&out);
	ck_assert(antin_doc_digest(d, 0, ANTIN_SHA256, after, NULL) == ANTIN_OK);
	ck_assert(memcmp(before, after, 32) == 0);
	antin_doc_free(d);
	antin_bytes_done(&base);
	antin_bytes_done(&out);
}
END_TEST

#define BYTES(text) text, sizeof(text) - 1
struct other_case {
	const char *head;
	size_t len;
	enum antin_rc rc;
	const char *text;
};
static const struct other_case others[] = {
        {BYTES(""), ANTIN_E_EMPTY, "is empty"},
        {BYTES("PK\3\4\24\0\0\0[Content_Types].xml"), ANTIN_E_FORMAT, "office document"},
        {BYTES("PK\3\4\24\0mimetypeapplication/vnd.oasis.opendocument.text"), ANTIN_E_FORMAT,
         "OpenDocument"},
        {BYTES("PK\3\4\24\0abc"), ANTIN_E_FORMAT, "zip archive"},
        {BYTES("\211PNG\r\n\32\n"), ANTIN_E_FORMAT, "PNG"},
        {BYTES("\377\330\377\340"), ANTIN_E_FORMAT, "JPEG"},
        {BYTES("<?xml version='1.0'?>"), ANTIN_E_FORMAT, "XML"},
        {BYTES("<!DOCTYPE html>"), ANTIN_E_FORMAT, "HTML"},
        {BYTES("-----BEGIN CERTIFICATE-----"), ANTIN_E_FORMAT, "PEM"},
        {BYTES("{\\rtf1"), ANTIN_E_FORMAT, "RTF"},
        {BYTES("\320\317\21\340\241\261"), ANTIN_E_FORMAT, "old office"},
        {BYTES("C\303\264ng v\304\203n\n"), ANTIN_E_FORMAT, "plain text"},
        {BYTES("\1\2\3\4"), ANTIN_E_FORMAT, "unknown kind"},
        {BYTES("%PDF-1.7\n"), ANTIN_E_DAMAGED, "no end mark"},
        {BYTES("junk%PDF-1.7\n"), ANTIN_E_DAMAGED, "before the PDF header"},
};

START_TEST(names_other_files)
{
	const struct other_case *c = &others[_i];
	struct antin_bytes b = {0};

	antin_bytes_add(&b, c->head, c->len);
	pdf_must_refuse(&b, c->rc, c->text, c->text);
	antin_bytes_done(&b);
}
END_TEST

Suite *suite_pdf(void);
Suite *
suite_pdf(void)
{
	Suite *s = suite_create("pdf");
	TCase *t = tcase_create("forms");

	tcase_add_loop_test(t, signs_every_form, 0, SAMPLES);
	tcase_add_loop_test(t, digests_agree, 0, SAMPLES);
	tcase_add_loop_test(t, names_other_files, 0, sizeof(others) / sizeof(others[0]));
	suite_add_tcase(s, t);
	return s;
}
