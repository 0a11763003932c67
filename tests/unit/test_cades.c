/*
 * CAdES: ours judged by OpenSSL's CMS, OpenSSL's read by us, every rule broken once, cut and
 * changed at every octet.
 */
#include "pki.h"
#include "util.h"

#include <openssl/cms.h>
#include <openssl/x509_vfy.h>

#include <antin/cades.h>
#include <antin/keystore.h>

static const char content[] = "C\xc3\xb4ng v\xc4\x83n s\xe1\xbb\x91 1/2026\n";

/* A signer: key, authority, certificate. */
struct signer {
	struct antin_key *key;
	EVP_PKEY *public_key, *ca_key;
	struct antin_cert *cert, *ca;
};

static void
signer_new(struct signer *s, enum antin_key_type type, unsigned int bits)
{
	struct antin_keygen spec = {.type = type, .rsa_bits = bits, .label = "test"};
	struct antin_err err = {0};
	struct antin_slice spki;
	const unsigned char *p;

	util_ok(antin_key_mock(&spec, ANTIN_OK, 0, &s->key, &err));
	spki = antin_public_spki(s->key->public_key);
	p = spki.p;
	s->public_key = d2i_PUBKEY(NULL, &p, (long)spki.len);
	s->ca_key = pki_key();
	s->ca = pki_cert(pki_ca("CA", "CA", s->ca_key, s->ca_key));
	s->cert = pki_cert(pki_leaf("Nguy\xe1\xbb\x85n A", "CA", s->public_key, s->ca_key));
}

static void
signer_done(struct signer *s)
{
	antin_key_free(s->key);
	antin_cert_free(s->cert);
	antin_cert_free(s->ca);
	EVP_PKEY_free(s->public_key);
	EVP_PKEY_free(s->ca_key);
}

static X509 *
x509_of(const struct antin_cert *c)
{
	const unsigned char *p = c->der.p;

	return d2i_X509(NULL, &p, (long)c->der.len);
}

/* OpenSSL's opinion, with the ESS check of CAdES. */
static bool
openssl_accepts(struct antin_slice cms, const struct signer *s, const char *text)
{
	const unsigned char *p = cms.p;
	CMS_ContentInfo *info = d2i_CMS_ContentInfo(NULL, &p, (long)cms.len);
	BIO *data = BIO_new_mem_buf(text, (int)strlen(text));
	X509_STORE *store = X509_STORE_new();
	X509 *ca = x509_of(s->ca);
	bool ok;

	ck_assert_ptr_nonnull(info);
	ck_assert_ptr_eq(p, cms.p + cms.len);
	X509_STORE_add_cert(store, ca);
	X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), (time_t)PKI_NOW);
	ok = CMS_verify(info, NULL, store, data, NULL, CMS_DETACHED | CMS_BINARY | CMS_CADES) == 1;
	X509_free(ca);
	X509_STORE_free(store);
	BIO_free(data);
	CMS_ContentInfo_free(info);
	return ok;
}

/* Our opinion, as the verifier forms it, path and time left out. */
static bool
accepted(struct antin_slice cms, const char *text, enum antin_cades_form form)
{
	const struct antin_cades_problem *problems[ANTIN_CADES_PROBLEMS];
	ANTIN_OWN_S(antin_cades) c = NULL;
	uint8_t digest[ANTIN_DIGEST_MAX];
	const struct antin_public *key;
	struct antin_cert *signer;
	size_t n;

	if (antin_cades_read(cms, &c, NULL) != ANTIN_OK)
		return false;
	signer = antin_cades_signer(c);
	if (!signer || antin_cert_public(signer, &key, NULL) != ANTIN_OK)
		return false;
	n = antin_cades_problems(c, form, signer, problems);
	for (size_t i = 0; i < n; i++)
		if (problems[i]->fatal)
			return false;
	ck_assert_int_eq(antin_digest_of(c->digest, antin_slice_text(text), digest, NULL),
	                 ANTIN_OK);
	return antin_cades_verify(c, key,
	                          (struct antin_slice){digest, antin_digest_size(c->digest)}, NULL,
	                          NULL) == ANTIN_OK;
}

static void
sign(const struct signer *s, struct antin_sigalg alg, int64_t time, struct antin_bytes *out)
{
	struct antin_cades_spec spec = {alg, s->cert, &s->ca, 1, time};
	uint8_t digest[ANTIN_DIGEST_MAX];
	struct antin_err err = {0};

	util_ok(antin_digest_of(alg.digest, antin_slice_text(content), digest, &err));
	util_ok(antin_cades_sign(&spec, s->key,
	                         (struct antin_slice){digest, antin_digest_size(alg.digest)}, out,
	                         &err));
	ck_assert_uint_le(out->len, antin_cades_size(&spec));
}

static const struct {
	enum antin_key_type type;
	unsigned int bits;
	struct antin_sigalg alg;
} ways[] = {
        {ANTIN_KEY_RSA, 2048, {ANTIN_RSA_PKCS1, ANTIN_SHA256}},
        {ANTIN_KEY_RSA, 3072, {ANTIN_RSA_PKCS1, ANTIN_SHA512}},
        {ANTIN_KEY_RSA, 2048, {ANTIN_RSA_PSS, ANTIN_SHA256}},
        {ANTIN_KEY_RSA, 2048, {ANTIN_RSA_PSS, ANTIN_SHA384}},
        {ANTIN_KEY_P256, 0, {ANTIN_ECDSA, ANTIN_SHA256}},
        {ANTIN_KEY_P384, 0, {ANTIN_ECDSA, ANTIN_SHA384}},
};

START_TEST(openssl_agrees)
{
	ANTIN_SCOPED(antin_bytes) cms = {0};
	ANTIN_OWN_S(antin_cades) c = NULL;
	struct antin_err err = {0};
	struct signer s;

	signer_new(&s, ways[_i].type, ways[_i].bits);
	sign(&s, ways[_i].alg, INT64_MIN, &cms);
	ck_assert(openssl_accepts(antin_bytes_slice(&cms), &s, content));
	ck_assert(!openssl_accepts(antin_bytes_slice(&cms), &s, "other"));
	ck_assert(accepted(antin_bytes_slice(&cms), content, ANTIN_FORM_PADES));
	ck_assert(!accepted(antin_bytes_slice(&cms), "other", ANTIN_FORM_PADES));
	util_ok(antin_cades_read(antin_bytes_slice(&cms), &c, &err));
	ck_assert_uint_eq(c->certs.n, 2);
	ck_assert_int_eq(c->alg.scheme, ways[_i].alg.scheme);
	ck_assert_int_eq(c->digest, ways[_i].alg.digest);
	ck_assert_int_eq(c->signing_time, INT64_MIN);
	ck_assert(c->ess.present && !c->ess.v1 && c->ess.digest == ways[_i].alg.digest);
	ck_assert(!c->has_content && c->n_signers == 1 && c->version_fits);
	ck_assert_mem_eq(antin_cades_signer(c)->sha256, s.cert->sha256, 32);
	signer_done(&s);
}
END_TEST

START_TEST(signing_time_outside_pades)
{
	const struct antin_cades_problem *problems[ANTIN_CADES_PROBLEMS];
	ANTIN_SCOPED(antin_bytes) cms = {0};
	ANTIN_OWN_S(antin_cades) c = NULL;
	struct antin_err err = {0};
	struct signer s;

	signer_new(&s, ANTIN_KEY_P256, 0);
	sign(&s, ways[4].alg, PKI_NOW, &cms);
	ck_assert(openssl_accepts(antin_bytes_slice(&cms), &s, content));
	util_ok(antin_cades_read(antin_bytes_slice(&cms), &c, &err));
	ck_assert_int_eq(c->signing_time, PKI_NOW);
	ck_assert_uint_eq(antin_cades_problems(c, ANTIN_FORM_CADES, s.cert, problems), 0);
	ck_assert_uint_eq(antin_cades_problems(c, ANTIN_FORM_PADES, s.cert, problems), 1);
	ck_assert_str_eq(problems[0]->code, "signing-time-in-pades");
	ck_assert(!problems[0]->fatal);
	signer_done(&s);
}
END_TEST

/* What others make: OpenSSL with its own choices of attributes and identifiers. */
static const struct {
	bool rsa, pss;
	const char *digest;
	unsigned int flags;
	const char *problem; /* as CAdES; NULL none */
} foreign[] = {
        {false, false, "SHA256", CMS_CADES, NULL},
        {false, false, "SHA512", CMS_CADES, NULL},
        {true, false, "SHA256", CMS_CADES, NULL},
        {true, true, "SHA384", CMS_CADES, NULL},
        {false, false, "SHA256", CMS_CADES | CMS_USE_KEYID, NULL},
        {false, false, "SHA256", 0, "no-ess-certificate"},
        {false, false, "SHA256", CMS_NOATTR, "no-signed-attributes"},
        {false, false, "SHA256", CMS_CADES | CMS_NOCERTS, "no-signer-certificate"},
};

static void
openssl_signs(size_t way, X509 *cert, EVP_PKEY *key, struct antin_bytes *out)
{
	BIO *data = BIO_new_mem_buf(content, (int)strlen(content));
	unsigned int flags = CMS_DETACHED | CMS_BINARY | CMS_PARTIAL;
	CMS_ContentInfo *info = CMS_sign(NULL, NULL, NULL, data, flags);
	unsigned char *der = NULL;
	CMS_SignerInfo *si;
	int len;

	si = CMS_add1_signer(info, cert, key, EVP_get_digestbyname(foreign[way].digest),
	                     flags | foreign[way].flags | (foreign[way].pss ? CMS_KEY_PARAM : 0));
	ck_assert_ptr_nonnull(si);
	if (foreign[way].pss)
		ck_assert_int_eq(EVP_PKEY_CTX_ctrl_str(CMS_SignerInfo_get0_pkey_ctx(si),
		                                       "rsa_padding_mode", "pss"),
		                 1);
	if (foreign[way].pss)
		ck_assert_int_eq(EVP_PKEY_CTX_ctrl_str(CMS_SignerInfo_get0_pkey_ctx(si),
		                                       "rsa_pss_saltlen", "digest"),
		                 1);
	ck_assert_int_eq(CMS_final(info, data, NULL, flags), 1);
	len = i2d_CMS_ContentInfo(info, &der);
	antin_bytes_add(out, der, (size_t)len);
	OPENSSL_free(der);
	CMS_ContentInfo_free(info);
	BIO_free(data);
}

START_TEST(reads_openssl)
{
	const struct antin_cades_problem *problems[ANTIN_CADES_PROBLEMS];
	EVP_PKEY *key = foreign[_i].rsa ? EVP_RSA_gen(2048) : pki_key();
	ANTIN_OWN_S(antin_cert) cert = pki_cert(pki_leaf("A", "A", key, key));
	ANTIN_SCOPED(antin_bytes) cms = {0};
	ANTIN_OWN_S(antin_cades) c = NULL;
	X509 *x = x509_of(cert);
	struct antin_err err = {0};
	bool fatal = false, found = false;
	size_t n;

	openssl_signs((size_t)_i, x, key, &cms);
	util_ok(antin_cades_read(antin_bytes_slice(&cms), &c, &err));
	n = antin_cades_problems(c, ANTIN_FORM_CADES, cert, problems);
	for (size_t i = 0; i < n; i++) {
		fatal = fatal || problems[i]->fatal;
		found = found || (foreign[_i].problem &&
		                  strcmp(problems[i]->code, foreign[_i].problem) == 0);
	}
	ck_assert(found == (foreign[_i].problem != NULL));
	ck_assert_int_eq(accepted(antin_bytes_slice(&cms), content, ANTIN_FORM_CADES),
	                 !fatal && antin_cades_signer(c) != NULL);
	ck_assert(!accepted(antin_bytes_slice(&cms), "x", ANTIN_FORM_CADES));
	if (foreign[_i].flags & CMS_NOATTR)
		ck_assert(!accepted(antin_bytes_slice(&cms), content, ANTIN_FORM_PKCS7));
	else if (foreign[_i].flags == 0)
		ck_assert(accepted(antin_bytes_slice(&cms), content, ANTIN_FORM_PKCS7));
	X509_free(x);
	EVP_PKEY_free(key);
}
END_TEST

/* A signature made to order, each rule broken by a switch. */
struct order {
	const char *code; /* the problem expected; NULL: malformed */
	bool fatal;
	bool no_attributes, no_digest, digest_twice, two_values, other_type, typed_wrong, embedded;
	bool undeclared, other_digest, no_ess, ess_wrong, ess_v1, ess_issuer, other_serial, no_cert;
	bool foreign_cert, version, two_signers, unsorted, time, no_signers, trailing;
	char both; /* s, c: a reference of version 1 besides, to the signer, to the authority */
	const char *protected; /* CMSAlgorithmProtection: its content in hex */
};

static size_t
attr_open(struct antin_bytes *b, const char *oid, size_t *set)
{
	size_t seq = antin_der_open(b, ANTIN_SEQUENCE);

	antin_der_add_oid(b, oid);
	*set = antin_der_open(b, ANTIN_SET);
	return seq;
}

static void
attr_close(struct antin_bytes *b, size_t seq, size_t set)
{
	antin_der_close(b, set);
	antin_der_close(b, seq);
}

static void
order_ess(const struct order *o, const struct signer *s, struct antin_bytes *b)
{
	const struct antin_cert *to = o->ess_wrong || o->both == 'c' ? s->ca : s->cert;
	enum antin_digest d = o->ess_v1 || o->both ? ANTIN_SHA1 : ANTIN_SHA256;
	const char *oid =
	        o->ess_v1 || o->both ? "1.2.840.113549.1.9.16.2.12" : "1.2.840.113549.1.9.16.2.47";
	uint8_t hash[ANTIN_DIGEST_MAX];
	size_t seq, set, signing, certs, id, is, names, dir;

	ck_assert_int_eq(antin_digest_of(d, to->der, hash, NULL), ANTIN_OK);
	seq = attr_open(b, oid, &set);
	signing = antin_der_open(b, ANTIN_SEQUENCE);
	certs = antin_der_open(b, ANTIN_SEQUENCE);
	id = antin_der_open(b, ANTIN_SEQUENCE);
	antin_der_add(b, ANTIN_OCTET_STRING, (struct antin_slice){hash, antin_digest_size(d)});
	if (o->ess_issuer) {
		is = antin_der_open(b, ANTIN_SEQUENCE);
		names = antin_der_open(b, ANTIN_SEQUENCE);
		dir = antin_der_open(b, ANTIN_CONTEXT_CONS(4));
		antin_bytes_add(b, s->cert->issuer.p, s->cert->issuer.len);
		antin_der_close(b, dir);
		antin_der_close(b, names);
		antin_der_add_uint(b, 7);
		antin_der_close(b, is);
	}
	antin_der_close(b, id);
	antin_der_close(b, certs);
	antin_der_close(b, signing);
	attr_close(b, seq, set);
}

static void
order_attributes(const struct order *o, const struct signer *s, struct antin_bytes *b)
{
	uint8_t digest[ANTIN_DIGEST_MAX];
	struct antin_slice value = {digest, 32};
	size_t outer = antin_der_open(b, ANTIN_SET), seq, set;

	ck_assert_int_eq(antin_digest_of(ANTIN_SHA256, antin_slice_text(content), digest, NULL),
	                 ANTIN_OK);
	for (int i = 0; i < (o->no_digest ? 0 : o->digest_twice ? 2 : 1); i++) {
		seq = attr_open(b, "1.2.840.113549.1.9.4", &set);
		antin_der_add(b, ANTIN_OCTET_STRING, value);
		if (o->two_values)
			antin_der_add(b, ANTIN_OCTET_STRING, value);
		attr_close(b, seq, set);
	}
	seq = attr_open(b, "1.2.840.113549.1.9.3", &set);
	antin_der_add_oid(b, o->other_type ? "1.2.840.113549.1.7.5" : "1.2.840.113549.1.7.1");
	attr_close(b, seq, set);
	if (o->time) {
		seq = attr_open(b, "1.2.840.113549.1.9.5", &set);
		antin_der_add_time(b, PKI_NOW);
		attr_close(b, seq, set);
	}
	if (!o->no_ess)
		order_ess(o, s, b);
	if (o->both)
		order_ess(&(struct order){.ess_wrong = false}, s, b);
	if (o->protected) {
		seq = attr_open(b, "1.2.840.113549.1.9.52", &set);
		ck_assert_int_eq(antin_hex_parse(o->protected, b, NULL), ANTIN_OK);
		attr_close(b, seq, set);
	}
	if (o->unsorted)
		antin_der_close(b, outer);
	else
		antin_der_close_set(b, outer);
}

static void
order_digest(struct antin_bytes *b, enum antin_digest d)
{
	size_t seq = antin_der_open(b, ANTIN_SEQUENCE);

	antin_der_add_oid(b, antin_digest_oid(d));
	antin_der_close(b, seq);
}

static void
order_signer(const struct order *o, const struct signer *s, struct antin_bytes *b)
{
	ANTIN_SCOPED(antin_bytes) attributes = {0};
	ANTIN_SCOPED(antin_bytes) signature = {0};
	struct antin_slice to_sign = antin_slice_text(content);
	struct antin_err err = {0};
	size_t info = antin_der_open(b, ANTIN_SEQUENCE), sid;

	antin_der_add_uint(b, o->version ? 3 : 1);
	sid = antin_der_open(b, ANTIN_SEQUENCE);
	antin_bytes_add(b, s->cert->issuer.p, s->cert->issuer.len);
	if (o->other_serial)
		antin_der_add_uint(b, 1);
	else
		antin_der_add(b, ANTIN_INTEGER, s->cert->serial);
	antin_der_close(b, sid);
	order_digest(b, o->other_digest ? ANTIN_SHA512 : ANTIN_SHA256);
	if (!o->no_attributes) {
		order_attributes(o, s, &attributes);
		to_sign = antin_bytes_slice(&attributes);
		antin_bytes_byte(b, ANTIN_CONTEXT_CONS(0));
		antin_bytes_add(b, attributes.p + 1, attributes.len - 1);
	}
	antin_sigalg_add(b, ways[4].alg);
	util_ok(antin_key_sign_message(s->key, ways[4].alg, to_sign, &signature, &err));
	antin_der_add(b, ANTIN_OCTET_STRING, antin_bytes_slice(&signature));
	antin_der_close(b, info);
}

static void
order_certs(const struct order *o, const struct signer *s, struct antin_bytes *b)
{
	size_t set = antin_der_open(b, ANTIN_CONTEXT_CONS(0));

	if (!o->no_cert)
		antin_bytes_add(b, s->cert->der.p, s->cert->der.len);
	antin_bytes_add(b, s->ca->der.p, s->ca->der.len);
	if (o->foreign_cert)
		antin_der_add(b, ANTIN_CONTEXT_CONS(1), UTIL_LITERAL("\x05\x00"));
	antin_der_close(b, set);
}

static void
make(const struct order *o, const struct signer *s, struct antin_bytes *b)
{
	size_t info = antin_der_open(b, ANTIN_SEQUENCE), explicit, data, part, inner;

	antin_der_add_oid(b, "1.2.840.113549.1.7.2");
	explicit = antin_der_open(b, ANTIN_CONTEXT_CONS(0));
	data = antin_der_open(b, ANTIN_SEQUENCE);
	antin_der_add_uint(b, 1);
	part = antin_der_open(b, ANTIN_SET);
	if (!o->undeclared)
		order_digest(b, ANTIN_SHA256);
	antin_der_close(b, part);
	part = antin_der_open(b, ANTIN_SEQUENCE);
	antin_der_add_oid(b, o->typed_wrong ? "1.2.840.113549.1.7.5" : "1.2.840.113549.1.7.1");
	if (o->embedded) {
		inner = antin_der_open(b, ANTIN_CONTEXT_CONS(0));
		antin_der_add_text(b, ANTIN_OCTET_STRING, content);
		antin_der_close(b, inner);
	}
	antin_der_close(b, part);
	order_certs(o, s, b);
	part = antin_der_open(b, ANTIN_SET);
	for (int i = 0; i < (o->no_signers ? 0 : o->two_signers ? 2 : 1); i++)
		order_signer(o, s, b);
	antin_der_close(b, part);
	antin_der_close(b, data);
	antin_der_close(b, explicit);
	antin_der_close(b, info);
	if (o->trailing)
		antin_bytes_byte(b, 0);
	ck_assert(!b->failed);
}

#define SHA256_ALONE   "300b0609608648016503040201"
#define SHA256_NULL    "300d06096086480165030402010500"
#define SHA512_ALONE   "300b0609608648016503040203"
#define ECDSA_SHA256   "06082a8648ce3d040302"
#define ECDSA_SHA512   "06082a8648ce3d040304"
#define PROTECTED(hex) .code = "algorithm-protection", .fatal = true, .protected = (hex)
static const struct order orders[] = {
        {.code = ""},
        {.code = "no-signed-attributes", .fatal = true, .no_attributes = true},
        {.code = "no-message-digest", .fatal = true, .no_digest = true},
        {.code = "attribute-twice", .fatal = true, .digest_twice = true},
        {.code = "attribute-twice", .fatal = true, .two_values = true},
        {.code = "content-type", .fatal = true, .other_type = true},
        {.code = "content-type", .fatal = true, .typed_wrong = true},
        {.code = "content-type", .fatal = true, .typed_wrong = true, .other_type = true},
        {.code = "content-embedded", .fatal = true, .embedded = true},
        {.code = "digest-undeclared", .undeclared = true},
        {.code = "digest-algorithms-differ", .fatal = true, .other_digest = true},
        {.code = "no-ess-certificate", .fatal = true, .no_ess = true},
        {.code = "ess-mismatch", .fatal = true, .ess_wrong = true},
        {.code = "ess-mismatch", .fatal = true, .ess_issuer = true},
        {.code = "ess-v1", .ess_v1 = true},
        {.code = "", .both = 's'},
        {.code = "ess-mismatch", .fatal = true, .both = 'c'},
        {.code = "", .protected = "3019" SHA256_ALONE "a10a" ECDSA_SHA256},
        {.code = "", .protected = "301b" SHA256_NULL "a10a" ECDSA_SHA256},
        {.code = "", .protected = "301b" SHA256_ALONE "a10c" ECDSA_SHA256 "0500"},
        {PROTECTED("3019" SHA512_ALONE "a10a" ECDSA_SHA256)},
        {PROTECTED("3019" SHA256_ALONE "a10a" ECDSA_SHA512)},
        {PROTECTED("301b" SHA256_ALONE "a10c" ECDSA_SHA256 "0100")},
        {PROTECTED("3019" SHA256_ALONE "a20a" ECDSA_SHA256)},
        {PROTECTED("301b" SHA256_ALONE "a10a" ECDSA_SHA256 "0500")},
        {PROTECTED("300d" SHA256_ALONE)},
        {PROTECTED("3000")},
        {.code = "signer-mismatch", .fatal = true, .other_serial = true},
        {.code = "no-signer-certificate", .no_cert = true},
        {.code = "foreign-certificate", .foreign_cert = true},
        {.code = "version", .version = true},
        {.code = "two-signers", .fatal = true, .two_signers = true},
        {.code = "attributes-not-sorted", .unsorted = true},
        {.code = "signing-time-in-pades", .time = true},
        {.code = NULL, .no_signers = true},
        {.code = NULL, .trailing = true},
};

START_TEST(rules_are_held)
{
	const struct antin_cades_problem *problems[ANTIN_CADES_PROBLEMS];
	const struct order *o = &orders[_i];
	ANTIN_SCOPED(antin_bytes) cms = {0};
	ANTIN_OWN_S(antin_cades) c = NULL;
	struct antin_err err = {0};
	struct signer s;
	bool found = false;
	size_t n;

	signer_new(&s, ANTIN_KEY_P256, 0);
	make(o, &s, &cms);
	if (!o->code) {
		util_fails(antin_cades_read(antin_bytes_slice(&cms), &c, &err), ANTIN_E_FORMAT);
		ck_assert_str_ne(err.where, "");
		signer_done(&s);
		return;
	}
	util_ok(antin_cades_read(antin_bytes_slice(&cms), &c, &err));
	n = antin_cades_problems(c, ANTIN_FORM_PADES, s.cert, problems);
	for (size_t i = 0; i < n; i++)
		if (strcmp(problems[i]->code, o->code) == 0) {
			found = true;
			ck_assert_int_eq(problems[i]->fatal, o->fatal);
			ck_assert_str_ne(problems[i]->clause, "");
		}
	ck_assert_msg(found == (*o->code != '\0'), "%s: %zu problems", o->code, n);
	ck_assert_msg(accepted(antin_bytes_slice(&cms), content, ANTIN_FORM_PADES) ==
	                      (!o->fatal && !o->no_cert),
	              "%s", o->code);
	signer_done(&s);
}
END_TEST

START_TEST(key_of_another)
{
	struct antin_cades_spec spec = {ways[4].alg, NULL, NULL, 0, INT64_MIN};
	ANTIN_SCOPED(antin_bytes) out = {0};
	struct antin_err err = {0};
	uint8_t digest[32] = {1};
	struct signer one, two;

	signer_new(&one, ANTIN_KEY_P256, 0);
	signer_new(&two, ANTIN_KEY_P256, 0);
	spec.signer = two.cert;
	util_fails(antin_cades_sign(&spec, one.key, (struct antin_slice){digest, 32}, &out, &err),
	           ANTIN_E_KEY_MISMATCH);
	antin_err_clear(&err);
	spec.signer = one.cert;
	spec.alg.digest = ANTIN_SHA1;
	util_fails(antin_cades_sign(&spec, one.key, (struct antin_slice){digest, 20}, &out, &err),
	           ANTIN_E_POLICY);
	antin_err_clear(&err);
	spec.alg.digest = ANTIN_SHA384;
	util_fails(antin_cades_sign(&spec, one.key, (struct antin_slice){digest, 32}, &out, &err),
	           ANTIN_E_INTERNAL);
	ck_assert_uint_eq(out.len, 0);
	signer_done(&one);
	signer_done(&two);
}
END_TEST

/* A key whose device fails or computes wrongly: no signature comes out. */
START_TEST(key_that_fails)
{
	static const enum antin_rc faults[] = {ANTIN_E_REMOVED, ANTIN_E_BAD_SIGNATURE,
	                                       ANTIN_E_PIN_LOCKED};

	for (size_t i = 0; i < UTIL_COUNT(faults); i++) {
		struct antin_keygen spec = {.type = ANTIN_KEY_P256, .label = "x"};
		ANTIN_SCOPED(antin_bytes) out = {0};
		struct antin_cades_spec cades;
		struct antin_err err = {0};
		uint8_t digest[32] = {1};
		struct signer s;

		signer_new(&s, ANTIN_KEY_P256, 0);
		antin_key_free(s.key);
		util_ok(antin_key_mock(&spec, faults[i], 0, &s.key, &err));
		EVP_PKEY_free(s.public_key);
		{
			struct antin_slice spki = antin_public_spki(s.key->public_key);
			const unsigned char *p = spki.p;

			s.public_key = d2i_PUBKEY(NULL, &p, (long)spki.len);
		}
		antin_cert_free(s.cert);
		s.cert = pki_cert(pki_leaf("B", "CA", s.public_key, s.ca_key));
		cades = (struct antin_cades_spec){ways[4].alg, s.cert, NULL, 0, INT64_MIN};
		ck_assert_int_ne(antin_cades_sign(&cades, s.key, (struct antin_slice){digest, 32},
		                                  &out, &err),
		                 ANTIN_OK);
		ck_assert_uint_eq(out.len, 0);
		signer_done(&s);
	}
}
END_TEST

START_TEST(cut_everywhere)
{
	ANTIN_SCOPED(antin_bytes) cms = {0};
	struct signer s;

	signer_new(&s, ANTIN_KEY_P256, 0);
	sign(&s, ways[4].alg, INT64_MIN, &cms);
	for (size_t len = 0; len < cms.len; len++) {
		struct antin_slice exact = {malloc(len ? len : 1), len};
		ANTIN_OWN_S(antin_cades) c = NULL;

		memcpy((void *)(uintptr_t)exact.p, cms.p, len);
		ck_assert_int_eq(antin_cades_read(exact, &c, NULL), ANTIN_E_FORMAT);
		free((void *)(uintptr_t)exact.p);
	}
	signer_done(&s);
}
END_TEST

/*
 * Each bit of each octet turned.  Accepted can only be what is not signed and not judged: the
 * version numbers and the list of digest algorithms, which stand before the content type, and the
 * signer's version and the case of letters in the issuer's name.
 */
START_TEST(changed_everywhere)
{
	static const uint8_t type[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01};
	struct order o = {.code = ""};
	ANTIN_SCOPED(antin_bytes) cms = {0};
	const uint8_t *head, *info;
	struct signer s;

	signer_new(&s, ANTIN_KEY_P256, 0);
	antin_cert_free(s.ca); /* the signer's certificate twice: no other's octets to be changed */
	s.ca = antin_cert_ref(s.cert);
	make(&o, &s, &cms);
	ck_assert(accepted(antin_bytes_slice(&cms), content, ANTIN_FORM_PADES));
	head = memmem(cms.p, cms.len, type, sizeof(type));
	info = (const uint8_t *)memmem(cms.p, cms.len, s.cert->der.p, s.cert->der.len) +
	       2 * s.cert->der.len;
	for (size_t i = 0; i < cms.len; i++)
		for (int bit = 0; bit < 8; bit++) {
			const uint8_t *at = cms.p + i;
			bool copy = at >= info - 2 * s.cert->der.len && at < info;
			bool ok;

			cms.p[i] ^= (uint8_t)(1 << bit);
			ok = accepted(antin_bytes_slice(&cms), content, ANTIN_FORM_PADES);
			cms.p[i] ^= (uint8_t)(1 << bit);
			ck_assert_msg(!ok || at < head || copy ||
			                      (at > info && at < info + 14 + s.cert->issuer.len),
			              "octet %zu, bit %d: %td of %zu", i, bit, at - info, cms.len);
		}
	signer_done(&s);
}
END_TEST

Suite *suite_cades(void);
Suite *
suite_cades(void)
{
	Suite *s = suite_create("cades");
	TCase *tc = tcase_create("cades");

	tcase_add_loop_test(tc, openssl_agrees, 0, (int)UTIL_COUNT(ways));
	tcase_add_test(tc, signing_time_outside_pades);
	tcase_add_loop_test(tc, reads_openssl, 0, (int)UTIL_COUNT(foreign));
	tcase_add_loop_test(tc, rules_are_held, 0, (int)UTIL_COUNT(orders));
	tcase_add_test(tc, key_of_another);
	tcase_add_test(tc, key_that_fails);
	tcase_add_test(tc, cut_everywhere);
	tcase_add_test(tc, changed_everywhere);
	suite_add_tcase(s, tc);
	return s;
}
