/*
 * Documents with time stamps of every quality, beside those of how.h.
 */
#ifndef ANTIN_TEST_STAMPED_H
#define ANTIN_TEST_STAMPED_H

#include <antin/timestamp.h>

#include "how.h"

#define DAY       86400
#define THEN      (PKI_NOW - 3000) /* of a revocation */
#define BEFORE    (PKI_NOW - 3600) /* of a stamp before it */
#define TSA_NAME  "State/Stamps"
#define YEAR_2015 INT64_C(1425168000)

enum { TSA_SERIAL = 99, TOKENS = 10 };

/* One token; zero is a good one of BEFORE. */
struct token {
	int64_t time;
	uint64_t accuracy;
	bool sha1_imprint, sha1_signature, over_other, of_stranger, no_cert, forged, cut, nonce;
	bool name_tsa, other_name;
};

struct stamped {
	const char *what;
	const char *code; /* among the warnings; NULL: each stamp counts */
	struct how how;   /* with its code and sub-indication */
	int64_t best;     /* 0: nothing is proven */
	void (*tsa)(struct pki_spec *s);
	bool untrusted; /* its issuer is nobody's */
	size_t n;       /* tokens; 0: one */
	bool one_attribute;
	struct token tokens[TOKENS];
};

/* The case that is being made. */
static const struct stamped *current;
static struct antin_cert *authority;

static void
eku_of(struct pki_spec *s, const char *extra, bool critical)
{
	static uint8_t der[64];
	ANTIN_SCOPED(antin_bytes) b = {0};
	size_t seq = antin_der_open(&b, ANTIN_SEQUENCE);

	antin_der_add_oid(&b, extra ? extra : "1.3.6.1.5.5.7.3.8");
	if (extra)
		antin_der_add_oid(&b, "1.3.6.1.5.5.7.3.8");
	antin_der_close(&b, seq);
	ck_assert_uint_le(b.len, sizeof(der));
	memcpy(der, b.p, b.len);
	s->exts[0] = (struct pki_ext){"2.5.29.37", critical, {der, b.len}};
}

static void
make_authority(const struct stamped *c)
{
	struct pki_spec s = pki_leaf(TSA_NAME, c->untrusted ? "Lạ/Lạ" : "State/Root", other_key,
	                             c->untrusted ? leaf_key : root_key);

	s.serial = TSA_SERIAL;
	s.from = PKI_NOW - 3 * PKI_YEAR;
	eku_of(&s, NULL, true);
	if (c->tsa)
		c->tsa(&s);
	authority = pki_cert(s);
}

static void
make_token(const struct token *t, struct antin_slice signature, struct antin_bytes *out)
{
	static const uint8_t serial[] = {0x42}, nonce[] = {0x00, 0xd4, 0x31};
	uint8_t digest[ANTIN_DIGEST_MAX];
	struct antin_timestamp_spec s = {
	        .cms = {.alg = {ANTIN_ECDSA, ANTIN_SHA256},
	                .signer = authority,
	                .signing_time = INT64_MIN},
	        .policy = "1.2.3.4.1",
	        .imprint = {ANTIN_SHA256, {digest, 32}},
	        .serial = {serial, sizeof(serial)},
	        .time = t->time ? t->time : BEFORE,
	        .accuracy = t->accuracy,
	        .name_tsa = t->name_tsa,
	        .nonce = {t->nonce ? nonce : NULL, t->nonce ? sizeof(nonce) : 0},
	};
	ANTIN_SCOPED(antin_bytes) info = {0};
	ANTIN_SCOPED(antin_bytes) attrs = {0};
	ANTIN_SCOPED(antin_bytes) value = {0};
	ANTIN_SCOPED(antin_bytes) token = {0};
	struct antin_err err = {0};

	if (t->over_other)
		signature.len--;
	util_ok(antin_digest_of(ANTIN_SHA256, signature, digest, &err));
	util_ok(antin_timestamp_info(&s, &info, &err));
	if (t->other_name)
		pdf_swap(&info, "Stamps", "Stamp5");
	if (t->sha1_imprint) {
		/* The library makes none with SHA-1: 2.16.840.1.101.3.4.2.1 becomes 1.3.14.3.2.26.
		 */
		ANTIN_SCOPED(antin_bytes) weak = {0};
		struct antin_in in = antin_in_of(antin_bytes_slice(&info)), i;
		struct antin_tlv part;
		size_t seq = antin_der_open(&weak, ANTIN_SEQUENCE), imprint, alg;

		ck_assert(antin_der_enter(&in, ANTIN_SEQUENCE, &i));
		for (int k = 0; k < 2; k++) {
			ck_assert(antin_der_next(&i, &part));
			antin_bytes_add(&weak, part.whole.p, part.whole.len);
		}
		ck_assert(antin_der_next(&i, &part));
		util_ok(antin_digest_of(ANTIN_SHA1, signature, digest, &err));
		imprint = antin_der_open(&weak, ANTIN_SEQUENCE);
		alg = antin_der_open(&weak, ANTIN_SEQUENCE);
		antin_der_add_oid(&weak, "1.3.14.3.2.26");
		antin_der_close(&weak, alg);
		antin_der_add(&weak, ANTIN_OCTET_STRING, (struct antin_slice){digest, 20});
		antin_der_close(&weak, imprint);
		antin_bytes_add(&weak, i.p, (size_t)(i.end - i.p));
		antin_der_close(&weak, seq);
		antin_bytes_clear(&info);
		antin_bytes_add(&info, weak.p, weak.len);
	}
	util_ok(antin_timestamp_attributes(&s, antin_bytes_slice(&info), &attrs, &err));
	if (t->sha1_signature) {
		const struct how weak = {.sha1 = true};

		util_ok(antin_digest_of(ANTIN_SHA1, antin_bytes_slice(&info), digest, &err));
		edit_attributes(&weak, &attrs, (struct antin_slice){digest, 20});
		s.cms.alg.digest = ANTIN_SHA1;
	}
	raw_sign(t->of_stranger ? leaf_key : other_key,
	         t->sha1_signature ? EVP_sha1() : EVP_sha256(), antin_bytes_slice(&attrs), &value);
	util_ok(antin_timestamp_build(&s, antin_bytes_slice(&info), antin_bytes_slice(&attrs),
	                              antin_bytes_slice(&value), &token, &err));
	/* Names the certificate, but carries another one. */
	if (t->no_cert)
		pdf_swap(&token, "Stamps", "Stamp5");
	if (t->forged) {
		uint8_t *p = memmem(token.p, token.len, "20261118", 8);

		ck_assert_ptr_nonnull(p);
		p[3] = '5';
	}
	antin_bytes_add(out, token.p, t->cut ? token.len - 1 : token.len);
}

static void
open_attribute(struct antin_bytes *b, size_t marks[2])
{
	marks[0] = antin_der_open(b, ANTIN_SEQUENCE);
	antin_der_add_oid(b, "1.2.840.113549.1.9.16.2.14");
	marks[1] = antin_der_open(b, ANTIN_SET);
}

static void
close_attribute(struct antin_bytes *b, const size_t marks[2])
{
	antin_der_close(b, marks[1]);
	antin_der_close(b, marks[0]);
}

static void
cms_stamp(struct antin_bytes *cms)
{
	ANTIN_OWN_S(antin_cades) c = NULL;
	ANTIN_SCOPED(antin_bytes) attrs = {0};
	struct antin_err err = {0};
	size_t outer = antin_der_open(&attrs, ANTIN_CONTEXT_CONS(1)), marks[2];

	util_ok(antin_cades_read(antin_bytes_slice(cms), &c, &err));
	for (size_t i = 0; i < (current->n ? current->n : 1); i++) {
		ANTIN_SCOPED(antin_bytes) token = {0};

		if (i == 0 || !current->one_attribute)
			open_attribute(&attrs, marks);
		make_token(&current->tokens[i], c->signature, &token);
		/* Cut short it is no DER any more: it lies in an OCTET STRING then. */
		if (current->tokens[i].cut)
			antin_der_add(&attrs, ANTIN_OCTET_STRING, antin_bytes_slice(&token));
		else
			antin_bytes_add(&attrs, token.p, token.len);
		if (i + 1 == (current->n ? current->n : 1) || !current->one_attribute)
			close_attribute(&attrs, marks);
	}
	antin_der_close(&attrs, outer);
	cms_insert(cms, (struct antin_slice){0}, antin_bytes_slice(&attrs));
}

#define REVOKED .of_leaf = {SERIAL, THEN, 1}
#define COUNTED .best = BEFORE, .how = {REVOKED, .code = "revoked-after-stamp"}

PKI_UNUSED static void
make_stamped(struct scene *s, const struct stamped *c)
{
	struct how h = c->how;

	current = c;
	make_authority(c);
	h.cms = cms_stamp;
	make_how(s, &h);
}

PKI_UNUSED static void
stamped_done(struct scene *s)
{
	antin_cert_free(authority);
	scene_done(s);
}

#endif
