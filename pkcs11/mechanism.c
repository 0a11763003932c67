/*
 * Mechanisms (PKCS#11 v2.40 current mechanisms, 2.1 and 2.3): which way a token can make a
 * signature of our schemes from a digest, what it must be given for it, and the signature in the
 * form that the world reads.  Encodings: RFC 8017 9.1 (PSS) and 9.2 (v1.5), RFC 3279 2.2.3 (ECDSA).
 */
#include "p11.h"

#include <string.h>

enum { RSA_OCTETS_MAX = 1024 };

struct way {
	CK_MECHANISM_TYPE type;
	enum antin_scheme scheme;
};
/* Best first: with raw RSA the token checks nothing of what it signs. */
static const struct way ways[] = {
        {CKM_RSA_PKCS, ANTIN_RSA_PKCS1},   {CKM_RSA_X_509, ANTIN_RSA_PKCS1},
        {CKM_RSA_PKCS_PSS, ANTIN_RSA_PSS}, {CKM_RSA_X_509, ANTIN_RSA_PSS},
        {CKM_ECDSA, ANTIN_ECDSA},
};

enum antin_rc
antin_p11_ladder(struct antin_p11_session *s, enum antin_scheme scheme,
                 struct antin_p11_rung rungs[2], size_t *n, struct antin_err *err)
{
	enum antin_rc rc = antin_p11_offer_refresh(s, err);
	const char *missing = "";

	if (rc != ANTIN_OK)
		return rc;
	*n = 0;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]) && *n < 2; i++) {
		if (ways[i].scheme != scheme)
			continue;
		if (antin_p11_offers(s->token, ways[i].type))
			rungs[(*n)++] = (struct antin_p11_rung){.type = ways[i].type};
	}
	missing = scheme == ANTIN_RSA_PKCS1 ? "CKM_RSA_PKCS"
	          : scheme == ANTIN_RSA_PSS ? "CKM_RSA_PKCS_PSS"
	                                    : "CKM_ECDSA";
	if (*n == 0)
		return antin_fail(err, ANTIN_E_NO_MECHANISM, N_("the token does not offer %s"),
		                  missing);
	return ANTIN_OK;
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

/* EMSA-PKCS1-v1_5: 00 01 ff.. 00 DigestInfo, as long as the modulus. */
static enum antin_rc
pad_v15(size_t k, const struct antin_bytes *info, struct antin_bytes *out, struct antin_err *err)
{
	if (info->len + 11 > k)
		return antin_fail(err, ANTIN_E_NO_MECHANISM,
		                  N_("the key is too short for this digest"));
	antin_bytes_byte(out, 0);
	antin_bytes_byte(out, 1);
	for (size_t i = info->len + 3; i < k; i++)
		antin_bytes_byte(out, 0xff);
	antin_bytes_byte(out, 0);
	antin_bytes_add(out, info->p, info->len);
	return antin_bytes_check(out, err);
}

/* MGF1 (RFC 8017 B.2.1), xored onto `to`. */
static enum antin_rc
mgf1_xor(enum antin_digest d, struct antin_slice seed, uint8_t *to, size_t len,
         struct antin_err *err)
{
	size_t size = antin_digest_size(d), done = 0;

	for (uint32_t counter = 0; done < len; counter++) {
		ANTIN_SCOPED(antin_bytes) in = {0};
		uint8_t block[ANTIN_DIGEST_MAX];
		enum antin_rc rc;

		antin_bytes_add(&in, seed.p, seed.len);
		for (int shift = 24; shift >= 0; shift -= 8)
			antin_bytes_byte(&in, (uint8_t)(counter >> shift));
		if (in.failed)
			return antin_fail_memory(err);
		rc = antin_digest_of(d, antin_bytes_slice(&in), block, err);
		if (rc != ANTIN_OK)
			return rc;
		for (size_t i = 0; i < size && done < len; i++)
			to[done++] ^= block[i];
	}
	return ANTIN_OK;
}

/* H = Hash(00*8 || digest || salt). */
static enum antin_rc
pss_hash(enum antin_digest d, struct antin_slice digest, const uint8_t *salt, uint8_t *h,
         struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) in = {0};

	(void)antin_bytes_grow(&in, 8);
	antin_bytes_add(&in, digest.p, digest.len);
	antin_bytes_add(&in, salt, antin_digest_size(d));
	return in.failed ? antin_fail_memory(err)
	                 : antin_digest_of(d, antin_bytes_slice(&in), h, err);
}

/*
 * EMSA-PSS with a salt as long as the digest.  The keys are of a whole number of octets, so the
 * encoded message is one bit shorter than the modulus.
 */
static enum antin_rc
pad_pss(size_t k, unsigned int bits, enum antin_digest d, struct antin_slice digest,
        struct antin_bytes *out, struct antin_err *err)
{
	size_t h_len = antin_digest_size(d), em_len = (bits - 1 + 7) / 8, db_len;
	uint8_t salt[ANTIN_DIGEST_MAX], h[ANTIN_DIGEST_MAX];
	uint8_t *em;
	enum antin_rc rc;

	if (em_len < 2 * h_len + 2 || digest.len != h_len || em_len > k)
		return antin_fail(err, ANTIN_E_NO_MECHANISM,
		                  N_("the key is too short for this digest"));
	db_len = em_len - h_len - 1;
	rc = antin_random(salt, h_len, err);
	if (rc == ANTIN_OK)
		rc = pss_hash(d, digest, salt, h, err);
	if (rc != ANTIN_OK)
		return rc;
	em = antin_bytes_grow(out, k);
	if (!em)
		return antin_fail_memory(err);
	em += k - em_len;
	em[db_len - h_len - 1] = 1;
	memcpy(em + db_len - h_len, salt, h_len);
	rc = mgf1_xor(d, (struct antin_slice){h, h_len}, em, db_len, err);
	em[0] &= (uint8_t)(0xff >> (8 * em_len - (bits - 1)));
	memcpy(em + db_len, h, h_len);
	em[em_len - 1] = 0xbc;
	return rc;
}

static const struct {
	CK_MECHANISM_TYPE hash;
	CK_RSA_PKCS_MGF_TYPE mgf;
} pss_of[ANTIN_DIGESTS] = {
        [ANTIN_SHA1] = {CKM_SHA_1, CKG_MGF1_SHA1},
        [ANTIN_SHA256] = {CKM_SHA256, CKG_MGF1_SHA256},
        [ANTIN_SHA384] = {CKM_SHA384, CKG_MGF1_SHA384},
        [ANTIN_SHA512] = {CKM_SHA512, CKG_MGF1_SHA512},
};

/* ECDSA takes the leftmost bits of the digest (FIPS 186-5 6.4.1). */
static void
cut_to_order(const struct antin_public *key, struct antin_slice digest, struct antin_bytes *out)
{
	size_t order = antin_public_type(key) == ANTIN_KEY_P256 ? 32 : 48;

	antin_bytes_add(out, digest.p, digest.len < order ? digest.len : order);
}

enum antin_rc
antin_p11_prepare(const struct antin_public *key, struct antin_sigalg a,
                  struct antin_p11_rung *rung, struct antin_slice digest, struct antin_bytes *out,
                  struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) info = {0};
	unsigned int bits = antin_public_bits(key);
	size_t k = (bits + 7) / 8;

	if (rung->type == CKM_ECDSA) {
		cut_to_order(key, digest, out);
	} else if (rung->type == CKM_RSA_PKCS) {
		digest_info(a, digest, out);
	} else if (rung->type == CKM_RSA_PKCS_PSS) {
		rung->has_pss = true;
		rung->pss.hashAlg = pss_of[a.digest].hash;
		rung->pss.mgf = pss_of[a.digest].mgf;
		rung->pss.sLen = antin_digest_size(a.digest);
		antin_bytes_add(out, digest.p, digest.len);
	} else if (a.scheme == ANTIN_RSA_PSS) {
		return pad_pss(k, bits, a.digest, digest, out, err);
	} else {
		digest_info(a, digest, &info);
		return info.failed ? antin_fail_memory(err) : pad_v15(k, &info, out, err);
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
