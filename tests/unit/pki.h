/*
 * A small maker of certificates for tests: any field can be wrong on purpose.  Independent of the
 * library's own issuing code; signs with OpenSSL.
 */
#ifndef TEST_PKI_H
#define TEST_PKI_H

#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <antin/cert.h>
#include <antin/ocsp.h>

#define PKI_NOW  INT64_C(1795000000) /* 2026-11-18 */
#define PKI_YEAR INT64_C(31536000)

struct pki_ext {
	const char *oid;
	bool critical;
	struct antin_slice value;
};

struct pki_spec {
	const char *subject, *issuer; /* "CN" or "O/CN"; "" an empty name */
	const char *email;            /* in the subject; NULL none */
	EVP_PKEY *key, *signer;
	int64_t from, to; /* 0: a year around PKI_NOW */
	int ca;           /* 1 CA:TRUE, 0 CA:FALSE, -1 no extension */
	int path_len;     /* with ca 1; -1 none */
	uint32_t usage;   /* 0 no extension */
	uint64_t serial;  /* 0: the next one */
	bool v1, sha1, bad_signature, no_ids;
	struct pki_ext exts[4];
};

#define PKI_UNUSED __attribute__((unused))

PKI_UNUSED static EVP_PKEY *
pki_key(void)
{
	EVP_PKEY *k = EVP_EC_gen("P-256");

	ck_assert_ptr_nonnull(k);
	return k;
}

PKI_UNUSED static void
pki_add_spki(struct antin_bytes *b, EVP_PKEY *key)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key, &der);

	ck_assert_int_gt(len, 0);
	antin_bytes_add(b, der, (size_t)len);
	OPENSSL_free(der);
}

PKI_UNUSED static void
pki_add_attr(struct antin_bytes *b, const char *oid, const char *value, size_t len)
{
	size_t set = antin_der_open(b, ANTIN_SET), seq = antin_der_open(b, ANTIN_SEQUENCE);

	antin_der_add_oid(b, oid);
	antin_der_add(b, ANTIN_UTF8, (struct antin_slice){(const uint8_t *)value, len});
	antin_der_close(b, seq);
	antin_der_close(b, set);
}

PKI_UNUSED static void
pki_add_named(struct antin_bytes *b, const char *text, const char *email)
{
	const char *slash = strchr(text, '/');
	size_t seq = antin_der_open(b, ANTIN_SEQUENCE);

	if (slash)
		pki_add_attr(b, "2.5.4.10", text, (size_t)(slash - text));
	text = slash ? slash + 1 : text;
	if (*text)
		pki_add_attr(b, "2.5.4.3", text, strlen(text));
	if (email)
		pki_add_attr(b, "1.2.840.113549.1.9.1", email, strlen(email));
	antin_der_close(b, seq);
}

PKI_UNUSED static void
pki_add_name(struct antin_bytes *b, const char *text)
{
	pki_add_named(b, text, NULL);
}

PKI_UNUSED static void
pki_add_ext(struct antin_bytes *b, const char *oid, bool critical, struct antin_slice value)
{
	size_t seq = antin_der_open(b, ANTIN_SEQUENCE);

	antin_der_add_oid(b, oid);
	if (critical)
		antin_der_add_bool(b, true);
	antin_der_add(b, ANTIN_OCTET_STRING, value);
	antin_der_close(b, seq);
}

PKI_UNUSED static void
pki_key_id(EVP_PKEY *key, uint8_t out[20])
{
	uint8_t point[256];
	size_t len = 0;

	if (EVP_PKEY_get_octet_string_param(key, "pub", point, sizeof(point), &len) != 1) {
		ANTIN_SCOPED(antin_bytes) b = {0};

		pki_add_spki(&b, key);
		ck_assert(EVP_Digest(b.p, b.len, out, NULL, EVP_sha1(), NULL));
		return;
	}
	ck_assert(EVP_Digest(point, len, out, NULL, EVP_sha1(), NULL));
}

PKI_UNUSED static void
pki_add_exts(struct antin_bytes *b, const struct pki_spec *s)
{
	ANTIN_SCOPED(antin_bytes) value = {0};
	uint8_t id[20];
	size_t outer = antin_der_open(b, ANTIN_CONTEXT_CONS(3)), list, seq;

	list = antin_der_open(b, ANTIN_SEQUENCE);
	if (s->ca >= 0) {
		seq = antin_der_open(&value, ANTIN_SEQUENCE);
		if (s->ca)
			antin_der_add_bool(&value, true);
		if (s->ca && s->path_len >= 0)
			antin_der_add_uint(&value, (uint64_t)s->path_len);
		antin_der_close(&value, seq);
		pki_add_ext(b, "2.5.29.19", true, antin_bytes_slice(&value));
		antin_bytes_clear(&value);
	}
	if (s->usage) {
		antin_der_add_named_bits(&value, s->usage);
		pki_add_ext(b, "2.5.29.15", true, antin_bytes_slice(&value));
		antin_bytes_clear(&value);
	}
	if (!s->no_ids) {
		pki_key_id(s->key, id);
		antin_der_add(&value, ANTIN_OCTET_STRING, (struct antin_slice){id, 20});
		pki_add_ext(b, "2.5.29.14", false, antin_bytes_slice(&value));
		antin_bytes_clear(&value);
		pki_key_id(s->signer, id);
		seq = antin_der_open(&value, ANTIN_SEQUENCE);
		antin_der_add(&value, ANTIN_CONTEXT(0), (struct antin_slice){id, 20});
		antin_der_close(&value, seq);
		pki_add_ext(b, "2.5.29.35", false, antin_bytes_slice(&value));
	}
	for (size_t i = 0; i < 4 && s->exts[i].oid; i++)
		pki_add_ext(b, s->exts[i].oid, s->exts[i].critical, s->exts[i].value);
	antin_der_close(b, list);
	antin_der_close(b, outer);
}

PKI_UNUSED static void
pki_add_alg(struct antin_bytes *b, EVP_PKEY *signer, bool sha1)
{
	bool rsa = EVP_PKEY_get_base_id(signer) == EVP_PKEY_RSA;
	size_t seq = antin_der_open(b, ANTIN_SEQUENCE);

	if (rsa)
		antin_der_add_oid(b, sha1 ? "1.2.840.113549.1.1.5" : "1.2.840.113549.1.1.11");
	else
		antin_der_add_oid(b, sha1 ? "1.2.840.10045.4.1" : "1.2.840.10045.4.3.2");
	if (rsa)
		antin_der_add_null(b);
	antin_der_close(b, seq);
}

/* SEQUENCE { tbs, algorithm, BIT STRING signature } */
PKI_UNUSED static void
pki_sign(struct antin_bytes *out, struct antin_slice tbs, EVP_PKEY *signer, bool sha1, bool bad)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t sig[1024];
	size_t len = sizeof(sig), seq = antin_der_open(out, ANTIN_SEQUENCE);

	ck_assert(EVP_DigestSignInit(ctx, NULL, sha1 ? EVP_sha1() : EVP_sha256(), NULL, signer));
	ck_assert(EVP_DigestSign(ctx, sig, &len, tbs.p, tbs.len));
	EVP_MD_CTX_free(ctx);
	if (bad)
		sig[len - 1] ^= 1;
	antin_bytes_add(out, tbs.p, tbs.len);
	pki_add_alg(out, signer, sha1);
	antin_der_add_bits(out, (struct antin_slice){sig, len});
	antin_der_close(out, seq);
	ck_assert(!out->failed);
}

PKI_UNUSED static void
pki_add_tbs(struct antin_bytes *tbs, const struct pki_spec *s)
{
	static uint64_t next = 1000;
	size_t seq = antin_der_open(tbs, ANTIN_SEQUENCE), part;

	if (!s->v1) {
		part = antin_der_open(tbs, ANTIN_CONTEXT_CONS(0));
		antin_der_add_uint(tbs, 2);
		antin_der_close(tbs, part);
	}
	antin_der_add_uint(tbs, s->serial ? s->serial : next++);
	pki_add_alg(tbs, s->signer, s->sha1);
	pki_add_name(tbs, s->issuer);
	part = antin_der_open(tbs, ANTIN_SEQUENCE);
	antin_der_add_time(tbs, s->from ? s->from : PKI_NOW - PKI_YEAR);
	antin_der_add_time(tbs, s->to ? s->to : PKI_NOW + PKI_YEAR);
	antin_der_close(tbs, part);
	pki_add_named(tbs, s->subject, s->email);
	pki_add_spki(tbs, s->key);
	if (!s->v1)
		pki_add_exts(tbs, s);
	antin_der_close(tbs, seq);
}

PKI_UNUSED static struct antin_cert *
pki_cert(struct pki_spec s)
{
	ANTIN_SCOPED(antin_bytes) tbs = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_cert *c = NULL;
	struct antin_err err = {0};
	char line[400];

	pki_add_tbs(&tbs, &s);
	pki_sign(&der, antin_bytes_slice(&tbs), s.signer, s.sha1, s.bad_signature);
	if (antin_cert_read(antin_bytes_slice(&der), &c, &err) != ANTIN_OK)
		ck_abort_msg("%s", antin_err_line(&err, NULL, line, sizeof(line)));
	return c;
}

#define PKI_CA_USAGE   (1u << ANTIN_KU_KEY_CERT_SIGN | 1u << ANTIN_KU_CRL_SIGN)
#define PKI_LEAF_USAGE (1u << ANTIN_KU_DIGITAL_SIGNATURE | 1u << ANTIN_KU_NON_REPUDIATION)

/* The usual authority and the usual leaf; change what the test is about. */
PKI_UNUSED static struct pki_spec
pki_ca(const char *subject, const char *issuer, EVP_PKEY *key, EVP_PKEY *signer)
{
	return (struct pki_spec){.subject = subject,
	                         .issuer = issuer,
	                         .key = key,
	                         .signer = signer,
	                         .ca = 1,
	                         .path_len = -1,
	                         .usage = PKI_CA_USAGE};
}

PKI_UNUSED static struct pki_spec
pki_leaf(const char *subject, const char *issuer, EVP_PKEY *key, EVP_PKEY *signer)
{
	struct pki_spec s = pki_ca(subject, issuer, key, signer);

	s.ca = 0;
	s.usage = PKI_LEAF_USAGE;
	return s;
}

/* ---- CRLs and OCSP answers ---- */

struct pki_revoked {
	uint64_t serial;
	int64_t at;
	int reason;         /* 0 none */
	bool critical;      /* with a critical extension that nobody knows */
	const char *issuer; /* certificateIssuer, of an indirect list; NULL none */
};
struct pki_list {
	const char *issuer;
	EVP_PKEY *signer;
	int64_t from, to; /* 0: an hour around PKI_NOW; to -1: none */
	struct pki_revoked revoked[4];
	bool sha1, bad_signature;
	struct antin_slice idp;      /* critical issuingDistributionPoint */
	struct antin_slice freshest; /* freshestCRL */
	bool unknown_critical;
	uint8_t number; /* 0: 1 */
	uint8_t base;   /* of a delta; 0: complete */
};

/* GeneralNames: one directoryName. */
PKI_UNUSED static void
pki_add_directory(struct antin_bytes *b, uint8_t tag, const char *name)
{
	size_t seq = antin_der_open(b, tag), dir = antin_der_open(b, ANTIN_CONTEXT_CONS(4));

	pki_add_name(b, name);
	antin_der_close(b, dir);
	antin_der_close(b, seq);
}

PKI_UNUSED static void
pki_add_revoked(struct antin_bytes *b, const struct pki_revoked *r)
{
	static const uint8_t null[] = {5, 0};
	ANTIN_SCOPED(antin_bytes) value = {0};
	size_t seq = antin_der_open(b, ANTIN_SEQUENCE), exts, before;

	antin_der_add_uint(b, r->serial);
	antin_der_add_time(b, r->at);
	before = b->len;
	exts = antin_der_open(b, ANTIN_SEQUENCE);
	if (r->reason) {
		antin_der_add_enum(&value, (uint8_t)r->reason);
		pki_add_ext(b, "2.5.29.21", false, antin_bytes_slice(&value));
	}
	if (r->critical)
		pki_add_ext(b, "1.2.3.4.6", true, (struct antin_slice){null, 2});
	if (r->issuer) {
		antin_bytes_clear(&value);
		pki_add_directory(&value, ANTIN_SEQUENCE, r->issuer);
		pki_add_ext(b, "2.5.29.29", true, antin_bytes_slice(&value));
	}
	if (r->reason || r->critical || r->issuer)
		antin_der_close(b, exts);
	else
		b->len = before;
	antin_der_close(b, seq);
}

PKI_UNUSED static void
pki_add_list_exts(struct antin_bytes *b, const struct pki_list *l)
{
	static const uint8_t null[] = {5, 0};
	const uint8_t number[] = {2, 1, l->number ? l->number : 1}, base[] = {2, 1, l->base};
	size_t outer = antin_der_open(b, ANTIN_CONTEXT_CONS(0));
	size_t list = antin_der_open(b, ANTIN_SEQUENCE);

	pki_add_ext(b, "2.5.29.20", false, (struct antin_slice){number, 3});
	if (l->base)
		pki_add_ext(b, "2.5.29.27", true, (struct antin_slice){base, 3});
	if (l->idp.p)
		pki_add_ext(b, "2.5.29.28", true, l->idp);
	if (l->freshest.p)
		pki_add_ext(b, "2.5.29.46", false, l->freshest);
	if (l->unknown_critical)
		pki_add_ext(b, "1.2.3.4.5", true, (struct antin_slice){null, 2});
	antin_der_close(b, list);
	antin_der_close(b, outer);
}

PKI_UNUSED static struct antin_crl *
pki_crl(struct pki_list l)
{
	ANTIN_SCOPED(antin_bytes) tbs = {0};
	struct antin_bytes der = {0};
	struct antin_crl *crl = NULL;
	struct antin_err err = {0};
	size_t seq = antin_der_open(&tbs, ANTIN_SEQUENCE), list;

	antin_der_add_uint(&tbs, 1);
	pki_add_alg(&tbs, l.signer, l.sha1);
	pki_add_name(&tbs, l.issuer);
	antin_der_add_time(&tbs, l.from ? l.from : PKI_NOW - 3600);
	if (l.to != -1)
		antin_der_add_time(&tbs, l.to ? l.to : PKI_NOW + 3600);
	if (l.revoked[0].serial) {
		list = antin_der_open(&tbs, ANTIN_SEQUENCE);
		for (size_t i = 0; i < 4 && l.revoked[i].serial; i++)
			pki_add_revoked(&tbs, &l.revoked[i]);
		antin_der_close(&tbs, list);
	}
	pki_add_list_exts(&tbs, &l);
	antin_der_close(&tbs, seq);
	pki_sign(&der, antin_bytes_slice(&tbs), l.signer, l.sha1, l.bad_signature);
	if (antin_crl_read(&der, &crl, &err) != ANTIN_OK)
		ck_abort_msg("CRL: %s", err.frames[0].format);
	return crl;
}

struct pki_answer {
	struct antin_cert *issuer; /* of the certificate asked for */
	struct antin_slice serial;
	int status;
	int64_t revoked;
	int reason;
	int64_t from, to; /* as in a list */
	EVP_PKEY *signer;
	struct antin_cert *delegate; /* embedded; NULL none */
	bool bad_signature, sha1;
	/* A second answer about the same certificate. */
	struct {
		bool yes, sha256; /* hashes of its CertID */
		int status, reason;
	} also;
};

PKI_UNUSED static struct antin_ocsp_response *
pki_ocsp(struct pki_answer a)
{
	ANTIN_SCOPED(antin_bytes) id = {0};
	ANTIN_SCOPED(antin_bytes) other_id = {0};
	ANTIN_SCOPED(antin_bytes) tbs = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_ocsp_single single[2] = {{
	        .status = a.status,
	        .revoked = a.revoked,
	        .reason = a.reason,
	        .this_update = a.from ? a.from : PKI_NOW - 60,
	        .next_update = a.to == -1 ? ANTIN_NO_TIME
	                       : a.to     ? a.to
	                                  : PKI_NOW + 3600,
	        .archive_cutoff = ANTIN_NO_TIME,
	        .invalidity = ANTIN_NO_TIME,
	}};
	struct antin_ocsp_answer answer = {.n = a.also.yes ? 2 : 1, .singles = single};
	struct antin_ocsp_response *out = NULL;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t sig[512];
	size_t len = sizeof(sig);
	struct antin_err err = {0};
	const struct antin_sigalg alg = {ANTIN_ECDSA, a.sha1 ? ANTIN_SHA1 : ANTIN_SHA256};
	const EVP_MD *md = a.sha1 ? EVP_sha1() : EVP_sha256();

	answer.produced_at = single[0].this_update;
	pki_key_id(a.signer, answer.key_hash);
	ck_assert(antin_certid_add(&id, ANTIN_SHA1, a.issuer, a.serial, &err) == ANTIN_OK);
	ck_assert(antin_certid_add(&other_id, a.also.sha256 ? ANTIN_SHA256 : ANTIN_SHA1, a.issuer,
	                           a.serial, &err) == ANTIN_OK);
	single[0].id.der = antin_bytes_slice(&id);
	single[1] = single[0];
	single[1].id.der = antin_bytes_slice(&other_id);
	single[1].status = a.also.status;
	single[1].reason = a.also.reason;
	ck_assert(antin_ocsp_tbs(&answer, &tbs, &err) == ANTIN_OK);
	ck_assert(EVP_DigestSignInit(ctx, NULL, md, NULL, a.signer));
	ck_assert(EVP_DigestSign(ctx, sig, &len, tbs.p, tbs.len));
	EVP_MD_CTX_free(ctx);
	if (a.bad_signature)
		sig[len - 1] ^= 1;
	ck_assert(antin_ocsp_finish(antin_bytes_slice(&tbs), alg, (struct antin_slice){sig, len},
	                            a.delegate ? a.delegate->der : (struct antin_slice){0}, &der,
	                            &err) == ANTIN_OK);
	ck_assert_msg(antin_ocsp_response_read(antin_bytes_slice(&der), &out, &err) == ANTIN_OK,
	              "%s", err.frames[0].format);
	return out;
}

#endif
