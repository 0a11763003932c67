/*
 * Mechanisms (PKCS#11 v2.40 current mechanisms, 2.1 and 2.3): which way a token can make a
 * signature of our schemes from a digest, what it must be given for it, and the signature in the
 * form that the world reads (RFC 3279 2.2.3).
 */
#include "p11.h"

struct way {
	CK_MECHANISM_TYPE type;
	enum antin_scheme scheme;
	bool hashes; /* only with this digest */
	enum antin_digest digest;
};
/* Best first: with raw RSA the token checks nothing of what it signs. */
static const struct way ways[] = {
        {CKM_RSA_PKCS, ANTIN_RSA_PKCS1},
        {CKM_SHA256_RSA_PKCS, ANTIN_RSA_PKCS1, true, ANTIN_SHA256},
        {CKM_SHA384_RSA_PKCS, ANTIN_RSA_PKCS1, true, ANTIN_SHA384},
        {CKM_SHA512_RSA_PKCS, ANTIN_RSA_PKCS1, true, ANTIN_SHA512},
        {CKM_RSA_X_509, ANTIN_RSA_PKCS1},
        {CKM_RSA_PKCS_PSS, ANTIN_RSA_PSS},
        {CKM_SHA256_RSA_PKCS_PSS, ANTIN_RSA_PSS, true, ANTIN_SHA256},
        {CKM_SHA384_RSA_PKCS_PSS, ANTIN_RSA_PSS, true, ANTIN_SHA384},
        {CKM_SHA512_RSA_PKCS_PSS, ANTIN_RSA_PSS, true, ANTIN_SHA512},
        {CKM_RSA_X_509, ANTIN_RSA_PSS},
        {CKM_ECDSA, ANTIN_ECDSA},
        {CKM_ECDSA_SHA256, ANTIN_ECDSA, true, ANTIN_SHA256},
        {CKM_ECDSA_SHA384, ANTIN_ECDSA, true, ANTIN_SHA384},
        {CKM_ECDSA_SHA512, ANTIN_ECDSA, true, ANTIN_SHA512},
};

static enum antin_rc
fail_offer(const char *missing, const char *hashing, struct antin_err *err)
{
	if (!hashing)
		return antin_fail(err, ANTIN_E_NO_MECHANISM, N_("the token does not offer %s"),
		                  missing);
	return antin_fail(err, ANTIN_E_NO_MECHANISM,
	                  N_("the token signs only what it hashes itself: it offers %s, not %s"),
	                  hashing, missing);
}

enum antin_rc
antin_p11_ladder(struct antin_p11_session *s, struct antin_sigalg a, bool message,
                 struct antin_p11_rung rungs[ANTIN_P11_RUNGS], size_t *n, struct antin_err *err)
{
	const char *missing = NULL, *hashing = NULL;
	enum antin_rc rc = antin_p11_offer_refresh(s, err);

	if (rc != ANTIN_OK)
		return rc;
	*n = 0;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		const struct way *w = &ways[i];

		if (w->scheme != a.scheme || (w->hashes && w->digest != a.digest))
			continue;
		missing = missing ? missing : antin_p11_mechanism_name(w->type);
		if (!antin_p11_offers(s->token, w->type))
			continue;
		if (w->hashes && !message)
			hashing = antin_p11_mechanism_name(w->type);
		else if (*n < ANTIN_P11_RUNGS)
			rungs[(*n)++] = (struct antin_p11_rung){w->type, .hashes = w->hashes};
	}
	return *n ? ANTIN_OK : fail_offer(missing, hashing, err);
}

static void
digest_info(struct antin_sigalg a, struct antin_slice digest, struct antin_bytes *out)
{
	size_t outer = antin_der_open(out, ANTIN_SEQUENCE);
	size_t inner = antin_der_open(out, ANTIN_SEQUENCE);

	antin_der_add_oid(out, antin_digest_oid(a.digest));
	antin_der_add_null(out);
	antin_der_close(out, inner);
	antin_der_add(out, ANTIN_OCTET_STRING, digest);
	antin_der_close(out, outer);
}

static const struct {
	CK_MECHANISM_TYPE hash;
	CK_RSA_PKCS_MGF_TYPE mgf;
} hashes[ANTIN_DIGESTS] = {
        [ANTIN_SHA1] = {CKM_SHA_1, CKG_MGF1_SHA1},
        [ANTIN_SHA256] = {CKM_SHA256, CKG_MGF1_SHA256},
        [ANTIN_SHA384] = {CKM_SHA384, CKG_MGF1_SHA384},
        [ANTIN_SHA512] = {CKM_SHA512, CKG_MGF1_SHA512},
};

void
antin_p11_hash_of(enum antin_digest d, CK_MECHANISM_TYPE *hash, CK_RSA_PKCS_MGF_TYPE *mgf)
{
	*hash = hashes[d].hash;
	*mgf = hashes[d].mgf;
}

/* ECDSA takes the leftmost bits of the digest (FIPS 186-5 6.4.1). */
static void
cut_to_order(const struct antin_public *key, struct antin_slice digest, struct antin_bytes *out)
{
	size_t order = antin_public_type(key) == ANTIN_KEY_P256 ? 32 : 48;

	antin_bytes_add(out, digest.p, digest.len < order ? digest.len : order);
}

enum antin_rc
antin_p11_prepare(const struct antin_public *key, struct antin_sigalg a,
                  struct antin_p11_rung *rung, struct antin_slice given, struct antin_bytes *out,
                  struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) info = {0};
	unsigned int bits = antin_public_bits(key);
	size_t k = (bits + 7) / 8;

	if (a.scheme == ANTIN_RSA_PSS && rung->type != CKM_RSA_X_509) {
		rung->has_pss = true;
		antin_p11_hash_of(a.digest, &rung->pss.hashAlg, &rung->pss.mgf);
		rung->pss.sLen = antin_digest_size(a.digest);
	}
	if (rung->hashes || rung->type == CKM_RSA_PKCS_PSS) {
		antin_bytes_add(out, given.p, given.len);
	} else if (rung->type == CKM_ECDSA) {
		cut_to_order(key, given, out);
	} else if (rung->type == CKM_RSA_PKCS) {
		digest_info(a, given, out);
	} else if (a.scheme == ANTIN_RSA_PSS) {
		return antin_p11_pad_pss(bits, a.digest, given, out, err);
	} else {
		digest_info(a, given, &info);
		return info.failed ? antin_fail_memory(err) : antin_p11_pad_v15(k, &info, out, err);
	}
	return antin_bytes_check(out, err);
}

enum antin_rc
antin_p11_signature(const struct antin_public *key, struct antin_slice raw, struct antin_bytes *out,
                    struct antin_err *err)
{
	enum antin_key_type type = antin_public_type(key);
	size_t n = type == ANTIN_KEY_RSA ? (antin_public_bits(key) + 7) / 8
	                                 : (type == ANTIN_KEY_P256 ? 64 : 96);
	size_t mark;

	if (raw.len != n)
		return antin_fail(err, ANTIN_E_TOKEN,
		                  N_("the token gave a signature of %zu octets, not %zu"), raw.len,
		                  n);
	if (type == ANTIN_KEY_RSA) {
		antin_bytes_add(out, raw.p, raw.len);
	} else {
		mark = antin_der_open(out, ANTIN_SEQUENCE);
		antin_der_add_integer(out, (struct antin_slice){raw.p, n / 2});
		antin_der_add_integer(out, (struct antin_slice){raw.p + n / 2, n / 2});
		antin_der_close(out, mark);
	}
	return antin_bytes_check(out, err);
}
