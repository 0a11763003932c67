/*
 * The scene of a verdict in tests: three certificates, a signed PDF in memory, trust and revocation
 * data around it; a plan says what is wrong with it.
 */
#ifndef TEST_SCENE_H
#define TEST_SCENE_H

#include <antin/cades.h>
#include <antin/report.h>

#include "four_keys.h"
#include "pdf_file.h"
#include "ways.h"
#include "world.h"

/* A key of the library over one of OpenSSL's. */
struct test_key {
	struct antin_key base;
	EVP_PKEY *key;
};

PKI_UNUSED static enum antin_rc
key_sign(struct antin_key *k, struct antin_sigalg a, struct antin_slice digest,
         struct antin_bytes *signature, struct antin_err *err)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(((struct test_key *)k)->key, NULL);
	uint8_t sig[512];
	size_t len = sizeof(sig);

	(void)a, (void)err;
	ck_assert(EVP_PKEY_sign_init(ctx) == 1);
	ck_assert(EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1);
	ck_assert(EVP_PKEY_sign(ctx, sig, &len, digest.p, digest.len) == 1);
	EVP_PKEY_CTX_free(ctx);
	antin_bytes_add(signature, sig, len);
	return ANTIN_OK;
}

PKI_UNUSED static void
key_free(struct antin_key *k)
{
	free(k);
}

PKI_UNUSED static struct antin_key *
key_over(EVP_PKEY *key)
{
	static const struct antin_key_ops ops = {"test", key_sign, key_free};
	struct test_key *k = calloc(1, sizeof(*k));
	ANTIN_SCOPED(antin_bytes) spki = {0};
	struct antin_err err = {0};

	pki_add_spki(&spki, key);
	k->base.ops = &ops;
	k->key = key;
	ck_assert(antin_public_read(antin_bytes_slice(&spki), &k->base.public_key, &err) ==
	          ANTIN_OK);
	return (struct antin_key *)k;
}

enum { SERIAL = 77 };

/* What a case may change before the document is signed and checked. */
struct plan {
	const char *name;
	void (*leaf)(struct pki_spec *s);
	void (*ca)(struct pki_spec *s);
	struct pki_revoked revoked;
	int64_t list_to;
	bool no_lists, no_anchor, no_chain, other_anchor, wrong_key;
	int64_t at; /* 0 now */
	const char *signer;
	enum antin_sub sub;
	const char *code;
};

struct scene {
	struct world w;
	struct antin_cert *root, *ca, *leaf;
	struct antin_trust trust;
	struct antin_evidence evidence;
	struct antin_verify_options options;
	struct antin_bytes pdf;
};

PKI_UNUSED static void
sign_pdf(struct scene *s, const struct antin_bytes *base, bool chain, EVP_PKEY *key)
{
	struct antin_doc *d = pdf_must_open(base);
	const struct antin_doc_place place = {.time = PKI_NOW - 60, .name = "An"};
	ANTIN_SCOPED(antin_slot) slot = {0};
	ANTIN_SCOPED(antin_bytes) cms = {0};
	struct antin_key *k = key_over(key);
	struct antin_cert *const up[] = {s->ca};
	const struct antin_cades_spec spec = {
	        .alg = {ANTIN_ECDSA, ANTIN_SHA256},
	        .signer = s->leaf,
	        .chain = up,
	        .n_chain = chain ? 1 : 0,
	        .signing_time = INT64_MIN,
	};
	uint8_t digest[ANTIN_DIGEST_MAX];
	ANTIN_SCOPED(antin_bytes) attrs = {0};
	ANTIN_SCOPED(antin_bytes) value = {0};
	struct antin_slice over = {digest, 32};
	struct antin_err err = {0};

	ck_assert(antin_doc_prepare(d, &place, &slot, &err) == ANTIN_OK);
	ck_assert(antin_slot_digest(&slot, ANTIN_SHA256, digest, &err) == ANTIN_OK);
	ck_assert(antin_cades_attributes(&spec, over, &attrs, &err) == ANTIN_OK);
	ck_assert(antin_key_sign_message(k, spec.alg, antin_bytes_slice(&attrs), &value, &err) ==
	          ANTIN_OK);
	ck_assert(antin_cades_build(&spec, antin_bytes_slice(&attrs), antin_bytes_slice(&value),
	                            &cms, &err) == ANTIN_OK);
	s->pdf = pdf_slot_bytes(base, &slot, antin_bytes_slice(&cms));
	antin_key_free(k);
	antin_doc_free(d);
}

PKI_UNUSED static void
add_list(struct scene *s, struct pki_list l)
{
	struct antin_crl *crl = pki_crl(l);
	struct antin_err err = {0};

	ck_assert(antin_evidence_add_crl(&s->evidence, crl, "list.crl", &err) == ANTIN_OK);
	antin_crl_free(crl);
}

PKI_UNUSED static void
make_certs(struct scene *s, const struct plan *p)
{
	struct pki_spec ca = pki_ca("Agency/CA", "State/Root", ca_key, root_key);
	struct pki_spec leaf = pki_leaf("Sở Nội vụ/Nguyễn Văn An", "Agency/CA", leaf_key, ca_key);

	leaf.serial = SERIAL;
	if (p->leaf)
		p->leaf(&leaf);
	if (p->ca)
		p->ca(&ca);
	s->root = world_add(&s->w, pki_ca("State/Root", "State/Root", root_key, root_key), true);
	s->ca = world_add(&s->w, ca, false);
	s->leaf = world_add(&s->w, leaf, false);
}

PKI_UNUSED static void
scene_make(struct scene *s, const struct plan *p)
{
	static const char *signers[2];
	struct antin_bytes base = pdf_sample("classic.pdf");
	struct antin_err err = {0};
	struct pki_spec stranger = pki_ca("Lạ/Lạ", "Lạ/Lạ", other_key, other_key);

	memset(s, 0, sizeof(*s));
	make_certs(s, p);
	sign_pdf(s, &base, !p->no_chain, p->wrong_key ? other_key : leaf_key);
	antin_bytes_done(&base);
	if (!p->no_anchor)
		ck_assert(antin_trust_add(&s->trust,
		                          p->other_anchor ? world_add(&s->w, stranger, false)
		                                          : s->root,
		                          ANTIN_CLASS_PUBLIC_SERVICE, "root.crt",
		                          &err) == ANTIN_OK);
	if (!p->no_lists) {
		add_list(s, (struct pki_list){.issuer = "State/Root", .signer = root_key});
		add_list(s, (struct pki_list){.issuer = "Agency/CA",
		                              .signer = ca_key,
		                              .from = p->list_to ? p->list_to - 60 : 0,
		                              .to = p->list_to,
		                              .revoked = {p->revoked}});
	}
	signers[0] = p->signer;
	s->options = (struct antin_verify_options){
	        .trust = &s->trust,
	        .evidence = &s->evidence,
	        .now = PKI_NOW,
	        .time = p->at ? p->at : PKI_NOW,
	        .assumed = p->at != 0,
	        .signers = p->signer ? signers : NULL,
	};
}

PKI_UNUSED static void
scene_done(struct scene *s)
{
	antin_bytes_done(&s->pdf);
	antin_trust_done(&s->trust);
	antin_evidence_done(&s->evidence);
	world_done(&s->w);
}

PKI_UNUSED static enum antin_rc
check(struct scene *s, const char *name, struct antin_report *r, struct antin_err *err)
{
	ANTIN_OWN_S(antin_source) src = NULL;
	enum antin_rc rc;

	ck_assert(antin_source_memory(antin_bytes_slice(&s->pdf), name, &src, err) == ANTIN_OK);
	rc = antin_verify(src, name, &s->options, r, err);
	ways_options(&s->options);
	if (rc == ANTIN_OK) {
		ways_report(&s->options, r);
		ways_memory(src, name, &s->options, r);
	} else {
		ways_error(err);
	}
	return rc;
}

PKI_UNUSED static void
must_check(struct scene *s, struct antin_report *r)
{
	struct antin_err err = {0};
	char line[400];

	ck_assert_msg(check(s, "x.pdf", r, &err) == ANTIN_OK, "%s",
	              antin_err_line(&err, NULL, line, sizeof(line)));
	ck_assert_uint_eq(r->n, 1);
}

#endif
