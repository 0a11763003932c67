/*
 * Public keys from SubjectPublicKeyInfo (RFC 5280 4.1.2.7, RFC 8017, RFC 5480), made from their
 * numbers: OpenSSL's own decoder costs ten times as much.  See key.h.
 */
#include <antin/key.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include <antin/der.h>

#include "key_internal.h"

ANTIN_OWNER(BIGNUM, BN_free);
ANTIN_OWNER(OSSL_PARAM_BLD, OSSL_PARAM_BLD_free);
ANTIN_OWNER(OSSL_PARAM, OSSL_PARAM_free);

#define OID_RSA "1.2.840.113549.1.1.1"
#define OID_DSA "1.2.840.10040.4.1"
#define OID_EC  "1.2.840.10045.2.1"

enum {
	RSA_MIN = 1024,
	RSA_MAX = 8192,
	RSA_MAX_OCTETS = RSA_MAX / 8,
	EXPONENT_MIN = 3,
	DSA_Q_MIN = 160
};
#define EXPONENT_MAX ((uint64_t)1 << 32)

struct curve_row {
	const char *oid, *group, *name;
	enum antin_key_type type;
	unsigned int bits;
	size_t point; /* octets of an uncompressed point */
};

static const struct curve_row curves[] = {
        {"1.2.840.10045.3.1.7", "prime256v1", "P-256", ANTIN_KEY_P256, 256, 65},
        {"1.3.132.0.34", "secp384r1", "P-384", ANTIN_KEY_P384, 384, 97},
};

/* Kinds of keys that exist but are not taken, for a message that says which. */
static const struct {
	const char *oid, *name;
} others[] = {
        {"1.2.840.10046.2.1", "Diffie-Hellman"},
        {"1.2.840.113549.1.1.10", "RSASSA-PSS"},
        {"1.3.101.110", "X25519"},
        {"1.3.101.111", "X448"},
        {"1.3.101.112", "Ed25519"},
        {"1.3.101.113", "Ed448"},
        {"1.2.840.10045.3.1.1", "P-192"},
        {"1.3.132.0.33", "P-224"},
        {"1.3.132.0.35", "P-521"},
        {"1.3.132.0.10", "secp256k1"},
};

struct antin_public {
	atomic_uint refs;
	enum antin_key_type type;
	unsigned int bits;
	char name[16];
	EVP_PKEY *pkey;
	struct antin_slice spki, octets; /* octets: content of the BIT STRING */
	uint8_t der[];
};

static enum antin_rc
not_readable(struct antin_err *err)
{
	return antin_fail(err, ANTIN_E_FORMAT, N_("the public key is not readable"));
}

static enum antin_rc
not_supported(struct antin_slice oid, struct antin_err *err)
{
	char dotted[64];
	const char *name = antin_oid_text(oid, dotted, sizeof(dotted));

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(others[i].oid, dotted) == 0)
			name = others[i].name;
	return antin_fail(err, ANTIN_E_UNSUPPORTED, N_("keys of the kind %s are not supported"),
	                  name);
}

/* The EVP_PKEY of a kind from its parameters. */
static enum antin_rc
make_pkey(const char *kind, OSSL_PARAM *params, EVP_PKEY **out, struct antin_err *err)
{
	ANTIN_OWN(EVP_PKEY_CTX) ctx = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);

	if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1)
		return antin_fail_crypto(err, ANTIN_E_INTERNAL, kind);
	/* The only thing left that can be wrong is a point that does not lie on the curve. */
	if (EVP_PKEY_fromdata(ctx, out, EVP_PKEY_PUBLIC_KEY, params) != 1) {
		ERR_clear_error();
		return not_readable(err);
	}
	return ANTIN_OK;
}

/* An INTEGER that is positive, as magnitude. */
static bool
read_positive(struct antin_in *in, struct antin_slice *out)
{
	struct antin_slice v;

	if (!antin_der_integer(in, &v) || v.p[0] >= 0x80)
		return false;
	if (v.p[0] == 0) {
		v.p++;
		v.len--;
	}
	*out = v;
	return v.len > 0;
}

static enum antin_rc
make_rsa(struct antin_slice n, uint64_t e, EVP_PKEY **out, struct antin_err *err)
{
	ANTIN_OWN(OSSL_PARAM_BLD) build = OSSL_PARAM_BLD_new();
	ANTIN_OWN(BIGNUM) modulus = BN_bin2bn(n.p, (int)n.len, NULL);
	ANTIN_OWN(OSSL_PARAM) params = NULL;

	if (!build || !modulus || OSSL_PARAM_BLD_push_BN(build, "n", modulus) != 1 ||
	    OSSL_PARAM_BLD_push_uint64(build, "e", e) != 1)
		return antin_fail_crypto(err, ANTIN_E_INTERNAL, "RSA");
	params = OSSL_PARAM_BLD_to_param(build);
	if (!params)
		return antin_fail_crypto(err, ANTIN_E_INTERNAL, "RSA");
	return make_pkey("RSA", params, out, err);
}

static unsigned int
bits_of(struct antin_slice magnitude)
{
	unsigned int bits = (unsigned int)magnitude.len * 8;

	for (unsigned int top = 0x80; top && !(magnitude.p[0] & top); top >>= 1)
		bits--;
	return bits;
}

static enum antin_rc
read_rsa(struct antin_public *p, struct antin_in *parameters, struct antin_err *err)
{
	struct antin_in in = antin_in_of(p->octets), sequence;
	struct antin_slice null, n;
	uint64_t e;

	/* RFC 3279 2.3.1: NULL, never left out. */
	if (!antin_der_take(parameters, ANTIN_NULL, &null) || null.len ||
	    !antin_der_end(parameters))
		return not_readable(err);
	if (!antin_der_enter(&in, ANTIN_SEQUENCE, &sequence) || !antin_der_end(&in) ||
	    !read_positive(&sequence, &n))
		return not_readable(err);
	if (n.len > RSA_MAX_OCTETS || bits_of(n) < RSA_MIN)
		return antin_fail(err, ANTIN_E_UNSUPPORTED,
		                  N_("an RSA key of %u bits: only %d to %d are supported"),
		                  bits_of(n), RSA_MIN, RSA_MAX);
	if (!antin_der_uint(&sequence, EXPONENT_MAX, &e) || !antin_der_end(&sequence) ||
	    e < EXPONENT_MIN || e % 2 == 0 || n.p[n.len - 1] % 2 == 0)
		return antin_fail(err, ANTIN_E_FORMAT, N_("the RSA key has unusable numbers"));
	p->type = ANTIN_KEY_RSA;
	p->bits = bits_of(n);
	(void)snprintf(p->name, sizeof(p->name), "RSA-%u", p->bits);
	return make_rsa(n, e, &p->pkey, err);
}

static enum antin_rc
make_dsa(const struct antin_slice numbers[4], EVP_PKEY **out, struct antin_err *err)
{
	static const char *const names[] = {"p", "q", "g", "pub"};
	ANTIN_OWN(OSSL_PARAM_BLD) build = OSSL_PARAM_BLD_new();
	ANTIN_OWN(OSSL_PARAM) params = NULL;
	BIGNUM *n[4] = {NULL};
	bool ok = build != NULL;

	for (size_t i = 0; i < 4 && ok; i++) {
		n[i] = BN_bin2bn(numbers[i].p, (int)numbers[i].len, NULL);
		ok = n[i] && OSSL_PARAM_BLD_push_BN(build, names[i], n[i]) == 1;
	}
	params = ok ? OSSL_PARAM_BLD_to_param(build) : NULL;
	for (size_t i = 0; i < 4; i++)
		BN_free(n[i]);
	if (!params)
		return antin_fail_crypto(err, ANTIN_E_INTERNAL, "DSA");
	return make_pkey("DSA", params, out, err);
}

/* RFC 3279 2.3.2; parameters that are to be taken from the issuer's key are not. */
static enum antin_rc
read_dsa(struct antin_public *p, struct antin_in *parameters, struct antin_err *err)
{
	struct antin_in in = antin_in_of(p->octets), sequence;
	struct antin_slice numbers[4];

	if (antin_der_end(parameters))
		return antin_fail(err, ANTIN_E_UNSUPPORTED,
		                  N_("keys of the kind %s are not supported"),
		                  "DSA without parameters");
	if (!antin_der_enter(parameters, ANTIN_SEQUENCE, &sequence) || !antin_der_end(parameters))
		return not_readable(err);
	for (size_t i = 0; i < 3; i++)
		if (!read_positive(&sequence, &numbers[i]))
			return not_readable(err);
	if (!antin_der_end(&sequence) || !read_positive(&in, &numbers[3]) || !antin_der_end(&in))
		return not_readable(err);
	p->type = ANTIN_KEY_DSA;
	p->bits = bits_of(numbers[0]);
	(void)snprintf(p->name, sizeof(p->name), "DSA-%u", p->bits);
	if (p->bits < RSA_MIN || p->bits > RSA_MAX || bits_of(numbers[1]) < DSA_Q_MIN)
		return antin_fail(err, ANTIN_E_UNSUPPORTED,
		                  N_("keys of the kind %s are not supported"), p->name);
	return make_dsa(numbers, &p->pkey, err);
}

static enum antin_rc
make_ec(const struct curve_row *curve, struct antin_slice point, EVP_PKEY **out,
        struct antin_err *err)
{
	char group[16];
	uint8_t octets[97];
	OSSL_PARAM params[3];

	(void)snprintf(group, sizeof(group), "%s", curve->group);
	memcpy(octets, point.p, point.len);
	params[0] = OSSL_PARAM_construct_utf8_string("group", group, 0);
	params[1] = OSSL_PARAM_construct_octet_string("pub", octets, point.len);
	params[2] = OSSL_PARAM_construct_end();
	return make_pkey("EC", params, out, err);
}

static enum antin_rc
read_ec(struct antin_public *p, struct antin_in *parameters, struct antin_err *err)
{
	const struct curve_row *curve = NULL;
	struct antin_slice oid;

	/* RFC 5480 2.1.1: a named curve; explicit parameters are how curves are forged. */
	if (!antin_der_take(parameters, ANTIN_OID, &oid) || !antin_der_end(parameters))
		return antin_fail(err, ANTIN_E_UNSUPPORTED,
		                  N_("the elliptic-curve key does not name its curve"));
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
		if (antin_oid_is(oid, curves[i].oid))
			curve = &curves[i];
	if (!curve)
		return not_supported(oid, err);
	if (p->octets.len != curve->point || p->octets.p[0] != 0x04)
		return not_readable(err);
	p->type = curve->type;
	p->bits = curve->bits;
	(void)snprintf(p->name, sizeof(p->name), "%s", curve->name);
	return make_ec(curve, p->octets, &p->pkey, err);
}

static enum antin_rc
decode(struct antin_public *p, struct antin_err *err)
{
	struct antin_in in = antin_in_of(p->spki), spki, algorithm;
	struct antin_slice oid;
	unsigned int unused;

	if (!antin_der_enter(&in, ANTIN_SEQUENCE, &spki) || !antin_der_end(&in) ||
	    !antin_der_enter(&spki, ANTIN_SEQUENCE, &algorithm) ||
	    !antin_der_take(&algorithm, ANTIN_OID, &oid) ||
	    !antin_der_bits(&spki, &p->octets, &unused) || unused || !antin_der_end(&spki) ||
	    p->octets.len == 0)
		return not_readable(err);
	if (antin_oid_is(oid, OID_RSA))
		return read_rsa(p, &algorithm, err);
	if (antin_oid_is(oid, OID_EC))
		return read_ec(p, &algorithm, err);
	if (antin_oid_is(oid, OID_DSA))
		return read_dsa(p, &algorithm, err);
	return not_supported(oid, err);
}

enum antin_rc
antin_public_read(struct antin_slice spki, struct antin_public **out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_public) p = NULL;
	enum antin_rc rc;

	if (spki.len == 0 || spki.len > ANTIN_CERT_MAX)
		return not_readable(err);
	p = calloc(1, sizeof(*p) + spki.len);
	if (!p)
		return antin_fail_memory(err);
	atomic_init(&p->refs, 1);
	memcpy(p->der, spki.p, spki.len);
	p->spki = (struct antin_slice){p->der, spki.len};
	rc = decode(p, err);
	if (rc != ANTIN_OK)
		return rc;
	*out = ANTIN_TAKE(p);
	return ANTIN_OK;
}

struct antin_public *
antin_public_ref(struct antin_public *p)
{
	(void)atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
	return p;
}

void
antin_public_free(struct antin_public *p)
{
	if (!p || atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) != 1)
		return;
	EVP_PKEY_free(p->pkey);
	free(p);
}

enum antin_key_type
antin_public_type(const struct antin_public *p)
{
	return p->type;
}

unsigned int
antin_public_bits(const struct antin_public *p)
{
	return p->bits;
}

struct antin_slice
antin_public_spki(const struct antin_public *p)
{
	return p->spki;
}

const char *
antin_public_name(const struct antin_public *p)
{
	return p->name;
}

enum antin_rc
antin_public_key_id(const struct antin_public *p, uint8_t out[20], struct antin_err *err)
{
	uint8_t digest[ANTIN_DIGEST_MAX];
	enum antin_rc rc = antin_digest_of(ANTIN_SHA1, p->octets, digest, err);

	if (rc == ANTIN_OK)
		memcpy(out, digest, 20);
	return rc;
}

/* RFC 8017 8.1.2 and 8.2.2, 1: as long as the modulus; OpenSSL lets shorter ones pass for PSS. */
static bool
right_length(const struct antin_public *p, struct antin_slice signature)
{
	if (p->type != ANTIN_KEY_RSA)
		return signature.len > 0;
	return signature.len == (size_t)EVP_PKEY_get_size(p->pkey);
}

enum antin_rc
antin_public_verify(const struct antin_public *p, struct antin_sigalg a, struct antin_slice digest,
                    struct antin_slice signature, struct antin_err *err)
{
	ANTIN_OWN(EVP_PKEY_CTX) ctx = NULL;
	struct antin_sign_params params = {0};
	enum antin_rc rc = antin_sigalg_fits(a, p->type, digest.len, err);

	if (rc != ANTIN_OK)
		return rc;
	antin_sign_params(a, &params);
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, p->pkey, NULL);
	if (!ctx || EVP_PKEY_verify_init_ex(ctx, params.list) != 1)
		return antin_fail_crypto(err, ANTIN_E_INTERNAL, antin_sigalg_name(a));
	if (right_length(p, signature) &&
	    EVP_PKEY_verify(ctx, signature.p, signature.len, digest.p, digest.len) == 1)
		return ANTIN_OK;
	ERR_clear_error();
	return antin_fail(err, ANTIN_E_BAD_SIGNATURE, N_("the signature does not verify"));
}
