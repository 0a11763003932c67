/*
 * Documents made to order for tests of verdicts: signed under certificates, in forms, with later
 * revisions and revocation data that are wrong in one way each.
 */
#ifndef TEST_HOW_H
#define TEST_HOW_H

#include "scene.h"
#include "util.h"

enum { CA_SERIAL = 55 };

/* One way to make, change and check a document. */
struct how {
	const char *what;
	const char *code;   /* expected among errors or warnings */
	enum antin_sub sub; /* of the whole */
	const char *says;   /* in the report for people */
	void (*leaf)(struct pki_spec *s);
	void (*ca)(struct pki_spec *s);
	/* The signature. */
	int certify;
	int64_t doc_time, attr_time; /* 0: none, the usual one */
	const char *subfilter;
	bool no_ess, sha1, stranger_signs, no_chain;
	void (*cms)(struct antin_bytes *cms);
	/* The file. */
	void (*file)(struct scene *s);
	/* What is at hand. */
	bool no_anchor, stranger_anchor, no_root_list, no_ca_list;
	struct pki_revoked of_leaf, of_ca;
	int64_t list_from, list_to;
	void (*around)(struct scene *s);
	int64_t at;
	const char *signer;
	bool strict, whole;
	enum antin_level min_level;
};

/* The unsigned parts: an element between certificates and signers, or at the end of the signer. */
PKI_UNUSED static void
cms_insert(struct antin_bytes *cms, struct antin_slice lists, struct antin_slice unsigned_attrs)
{
	struct antin_bytes out = {0};
	struct antin_in in = antin_in_of(antin_bytes_slice(cms)), info, explicit, data, signers;
	struct antin_tlv part;
	size_t a = antin_der_open(&out, ANTIN_SEQUENCE), b, c, e, f;

	ck_assert(antin_der_enter(&in, ANTIN_SEQUENCE, &info));
	ck_assert(antin_der_next(&info, &part));
	antin_bytes_add(&out, part.whole.p, part.whole.len);
	b = antin_der_open(&out, ANTIN_CONTEXT_CONS(0));
	ck_assert(antin_der_enter(&info, ANTIN_CONTEXT_CONS(0), &explicit));
	ck_assert(antin_der_enter(&explicit, ANTIN_SEQUENCE, &data));
	c = antin_der_open(&out, ANTIN_SEQUENCE);
	for (int i = 0; i < 4; i++) {
		ck_assert(antin_der_next(&data, &part));
		antin_bytes_add(&out, part.whole.p, part.whole.len);
	}
	antin_bytes_add(&out, lists.p, lists.len);
	ck_assert(antin_der_enter(&data, ANTIN_SET, &signers));
	ck_assert(antin_der_next(&signers, &part));
	e = antin_der_open(&out, ANTIN_SET);
	f = antin_der_open(&out, ANTIN_SEQUENCE);
	antin_bytes_add(&out, part.value.p, part.value.len);
	antin_bytes_add(&out, unsigned_attrs.p, unsigned_attrs.len);
	antin_der_close(&out, f);
	antin_der_close(&out, e);
	antin_der_close(&out, c);
	antin_der_close(&out, b);
	antin_der_close(&out, a);
	antin_bytes_done(cms);
	*cms = out;
}

static const struct pdf_part base_parts[] = {
        {1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 9 0 R >>"},
        {2, PDF_PAGES},
        {3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R\n"
            "/Resources << /Font << /F1 5 0 R >> >> /Annots [7 0 R 10 0 R] >>"},
        {4, PDF_STREAM},
        {5, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"},
        {6, "<< /Title (So 12) /ModDate (D:20260101000000Z) >>"},
        {7,
         "<< /Type /Annot /Subtype /Widget /FT /Tx /T (so) /V (12) /Rect [9 9 99 20] /P 3 0 R >>"},
        {9, "<< /Fields [7 0 R] /DA (/F1 9 Tf) >>"},
        {10, "<< /Type /Annot /Subtype /Text /Rect [9 9 20 20] /Contents (nhac) /P 3 0 R >>"},
};
#define BASE_TRAILER "/Size 60 /Root 1 0 R /Info 6 0 R"
#define NEXT_TRAILER "/Size 90 /Root 1 0 R /Info 6 0 R"

/* The attributes as the library makes them, one left out or its digest another. */
PKI_UNUSED static void
edit_attributes(const struct how *h, struct antin_bytes *attrs, struct antin_slice digest)
{
	static const uint8_t md[] = {6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4};
	static const uint8_t ess[] = {6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 47};
	struct antin_in in = antin_in_of(antin_bytes_slice(attrs)), set, one;
	struct antin_bytes out = {0};
	size_t outer = antin_der_open(&out, ANTIN_SET), seq, values;

	ck_assert(antin_der_enter(&in, ANTIN_SET, &set));
	while (!antin_der_end(&set)) {
		struct antin_slice whole, oid;

		ck_assert(antin_der_whole(&set, ANTIN_SEQUENCE, &whole));
		one = antin_in_of(whole);
		ck_assert(antin_der_enter(&one, ANTIN_SEQUENCE, &one));
		ck_assert(antin_der_whole(&one, ANTIN_OID, &oid));
		if (h->no_ess && antin_slice_equal(oid, (struct antin_slice){ess, sizeof(ess)}))
			continue;
		if (!h->sha1 || !antin_slice_equal(oid, (struct antin_slice){md, sizeof(md)})) {
			antin_bytes_add(&out, whole.p, whole.len);
			continue;
		}
		seq = antin_der_open(&out, ANTIN_SEQUENCE);
		antin_bytes_add(&out, oid.p, oid.len);
		values = antin_der_open(&out, ANTIN_SET);
		antin_der_add(&out, ANTIN_OCTET_STRING, digest);
		antin_der_close(&out, values);
		antin_der_close(&out, seq);
	}
	antin_der_close_set(&out, outer);
	antin_bytes_done(attrs);
	*attrs = out;
}

PKI_UNUSED static void
raw_sign(EVP_PKEY *key, const EVP_MD *md, struct antin_slice data, struct antin_bytes *out)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t sig[512];
	size_t len = sizeof(sig);

	ck_assert(EVP_DigestSignInit(ctx, NULL, md, NULL, key));
	ck_assert(EVP_DigestSign(ctx, sig, &len, data.p, data.len));
	EVP_MD_CTX_free(ctx);
	antin_bytes_add(out, sig, len);
}

PKI_UNUSED static void
sign_how(struct scene *s, const struct antin_bytes *base, const struct how *h)
{
	struct antin_doc *d = pdf_must_open(base);
	const struct antin_doc_place place = {.time = h->doc_time ? h->doc_time : PKI_NOW - 60,
	                                      .certify = h->certify};
	struct antin_cert *const up[] = {s->ca};
	struct antin_cades_spec spec = {
	        .alg = {ANTIN_ECDSA, ANTIN_SHA256},
	        .signer = s->leaf,
	        .chain = up,
	        .n_chain = h->no_chain ? 0 : 1,
	        .signing_time = h->attr_time ? h->attr_time : INT64_MIN,
	};
	const enum antin_digest alg = h->sha1 ? ANTIN_SHA1 : ANTIN_SHA256;
	uint8_t digest[ANTIN_DIGEST_MAX];
	ANTIN_SCOPED(antin_slot) slot = {0};
	ANTIN_SCOPED(antin_bytes) cms = {0};
	ANTIN_SCOPED(antin_bytes) attrs = {0};
	ANTIN_SCOPED(antin_bytes) value = {0};
	struct antin_err err = {0};

	util_ok(antin_doc_prepare(d, &place, &slot, &err));
	if (h->subfilter)
		pdf_swap(&slot.tail, "ETSI.CAdES.detached", h->subfilter);
	memset(digest, 0, sizeof(digest));
	util_ok(antin_slot_digest(&slot, alg, digest, &err));
	util_ok(antin_cades_attributes(&spec, (struct antin_slice){digest, 32}, &attrs, &err));
	edit_attributes(h, &attrs, (struct antin_slice){digest, antin_digest_size(alg)});
	raw_sign(h->stranger_signs ? other_key : leaf_key, h->sha1 ? EVP_sha1() : EVP_sha256(),
	         antin_bytes_slice(&attrs), &value);
	spec.alg.digest = alg;
	util_ok(antin_cades_build(&spec, antin_bytes_slice(&attrs), antin_bytes_slice(&value), &cms,
	                          &err));
	if (h->cms)
		h->cms(&cms);
	s->pdf = pdf_slot_bytes(base, &slot, antin_bytes_slice(&cms));
	antin_doc_free(d);
}

/* One more signature of the same person on what is there. */
PKI_UNUSED static void
sign_again(struct scene *s)
{
	static const struct how plain = {.what = "again"};
	struct antin_bytes base = s->pdf;

	sign_how(s, &base, &plain);
	antin_bytes_done(&base);
}

/* ---- what comes after a signature ---- */

PKI_UNUSED static void
append(struct scene *s, uint32_t num, const char *text)
{
	const struct pdf_part part = {num, text};

	pdf_append(&s->pdf, &part, 1, NEXT_TRAILER);
}
PKI_UNUSED static void
later_date(struct scene *s)
{
	append(s, 6, "<< /Title (So 12) /ModDate (D:20260202000000Z) >>");
}
PKI_UNUSED static void
later_fill(struct scene *s)
{
	static const struct pdf_part parts[] = {
	        {7, "<< /Type /Annot /Subtype /Widget /FT /Tx /T (so) /V (13) /Rect [9 9 99 20] /P "
	            "3 0 "
	            "R /AP << /N 80 0 R >> >>"},
	        {80, "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 6 >>\nstream\n0 0 m "
	             "\nendstream"},
	};

	pdf_append(&s->pdf, parts, 2, NEXT_TRAILER);
}
PKI_UNUSED static void
later_comment(struct scene *s)
{
	append(s, 10,
	       "<< /Type /Annot /Subtype /Text /Rect [9 9 20 20] /Contents (sua) /P 3 0 R >>");
}
PKI_UNUSED static void
later_page(struct scene *s)
{
	append(s, 4, "<< /Length 6 >>\nstream\n9 9 m \nendstream");
}
PKI_UNUSED static void
later_title(struct scene *s)
{
	append(s, 1, "<< /Type /Catalog /Pages 2 0 R >>");
}
PKI_UNUSED static void
no_change(struct scene *s)
{
	(void)s;
}
static const struct {
	const char *what;
	void (*make)(struct scene *s);
	enum antin_change_level level;
} laters[] = {
        {"nothing", no_change, ANTIN_CHANGE_NONE},
        {"a date", later_date, ANTIN_CHANGE_LTA},
        {"a field", later_fill, ANTIN_CHANGE_FILL},
        {"a signature", sign_again, ANTIN_CHANGE_FILL},
        {"a comment", later_comment, ANTIN_CHANGE_ANNOTATE},
        {"a page", later_page, ANTIN_CHANGE_OTHER},
};

PKI_UNUSED static void
page_flipped(struct scene *s)
{
	*pdf_find(&s->pdf, "0 0 m") ^= 1;
}
PKI_UNUSED static void
lists_of(struct scene *s, const struct how *h)
{
	if (!h->no_root_list)
		add_list(s, (struct pki_list){.issuer = "State/Root",
		                              .signer = root_key,
		                              .revoked = {h->of_ca}});
	if (!h->no_ca_list)
		add_list(s, (struct pki_list){.issuer = "Agency/CA",
		                              .signer = ca_key,
		                              .from = h->list_from,
		                              .to = h->list_to,
		                              .revoked = {h->of_leaf}});
}

PKI_UNUSED static void
make_how(struct scene *s, const struct how *h)
{
	static const char *signers[2];
	const struct plan certs = {.leaf = h->leaf};
	struct pki_spec ca = pki_ca("Agency/CA", "State/Root", ca_key, root_key);
	struct antin_bytes base = {0};
	struct antin_err err = {0};

	memset(s, 0, sizeof(*s));
	make_certs(s, &certs);
	ca.serial = CA_SERIAL;
	if (h->ca)
		h->ca(&ca);
	s->ca = world_add(&s->w, ca, false);
	pdf_append(&base, base_parts, UTIL_COUNT(base_parts), BASE_TRAILER);
	sign_how(s, &base, h);
	antin_bytes_done(&base);
	if (h->file)
		h->file(s);
	if (!h->no_anchor)
		util_ok(antin_trust_add(&s->trust,
		                        h->stranger_anchor ? world_add(&s->w,
		                                                       pki_ca("L/L", "L/L",
		                                                              other_key, other_key),
		                                                       false)
		                                           : s->root,
		                        ANTIN_CLASS_PUBLIC_SERVICE, "root.crt", &err));
	lists_of(s, h);
	if (h->around)
		h->around(s);
	signers[0] = h->signer;
	s->options = (struct antin_verify_options){
	        .trust = &s->trust,
	        .evidence = &s->evidence,
	        .now = PKI_NOW,
	        .time = h->at ? h->at : PKI_NOW,
	        .assumed = h->at != 0,
	        .signers = h->signer ? signers : NULL,
	        .strict_changes = h->strict,
	        .whole_file = h->whole,
	        .min_level = h->min_level,
	};
}

/* Findings of time stamps, which have a suite of their own. */
PKI_UNUSED static const char *const stamp_codes[] = {
        "claimed-time-after-stamp", "time-stamp-unreadable",        "time-stamp-over-other",
        "time-stamp-weak",          "time-stamp-authority-missing", "time-stamp-wrong",
        "time-stamp-ahead",         "time-stamp-outside",           "time-stamp-authority",
        "time-stamp-early",         "time-stamp-authority-revoked", "time-stamps-many",
        "judged-at-proven-time",    "revoked-after-stamp",          "signed-before-certificate",
};
/* Those of signatures in files of their own. */
PKI_UNUSED static const char *const cms_codes[] = {
        "counter-signature",        "counter-signature-undecided",
        "counter-signature-broken", "counter-signatures-many",
        "content-missing",          "content-other",
        "content-beside",           "time-stamp-parts",
        "time-stamp-order"};
/* Those that only rules bring about. */
PKI_UNUSED static const char *const rules_codes[] = {"rules-relaxed", "rules-demand",
                                                     "other-service", "time-stamp-missing"};

static const char *
code_of(const struct antin_finding *f)
{
	return f->code ? f->code : f->row->code;
}

PKI_UNUSED static const struct antin_finding *
find_code(const struct antin_verdict *v, const char *code)
{
	for (size_t i = 0; i < v->n_errors; i++)
		if (strcmp(code_of(&v->errors[i]), code) == 0)
			return &v->errors[i];
	for (size_t i = 0; i < v->n_warnings; i++)
		if (strcmp(code_of(&v->warnings[i]), code) == 0)
			return &v->warnings[i];
	return NULL;
}

PKI_UNUSED static const char *
codes(const struct antin_verdict *v)
{
	static char out[600];
	size_t n = 0;

	out[0] = 0;
	for (size_t i = 0; i < v->n_errors; i++)
		n += (size_t)snprintf(out + n, sizeof(out) - n, " %s", code_of(&v->errors[i]));
	n += (size_t)snprintf(out + n, sizeof(out) - n, " |");
	for (size_t i = 0; i < v->n_warnings; i++)
		n += (size_t)snprintf(out + n, sizeof(out) - n, " %s", code_of(&v->warnings[i]));
	return out;
}

PKI_UNUSED static void
cms_broken_list(struct antin_bytes *cms)
{
	static const uint8_t lists[] = {0xa1, 5, 0x30, 3, 2, 1, 1};

	cms_insert(cms, (struct antin_slice){lists, sizeof(lists)}, (struct antin_slice){0});
}

PKI_UNUSED static void
cms_time_stamp(struct antin_bytes *cms)
{
	ANTIN_SCOPED(antin_bytes) attrs = {0};
	size_t outer = antin_der_open(&attrs, ANTIN_CONTEXT_CONS(1));
	size_t seq = antin_der_open(&attrs, ANTIN_SEQUENCE), set;

	antin_der_add_oid(&attrs, "1.2.840.113549.1.9.16.2.14");
	set = antin_der_open(&attrs, ANTIN_SET);
	antin_bytes_add(&attrs, small_cms, sizeof(small_cms));
	antin_der_close(&attrs, set);
	antin_der_close(&attrs, seq);
	antin_der_close(&attrs, outer);
	cms_insert(cms, (struct antin_slice){0}, antin_bytes_slice(&attrs));
}

#endif
