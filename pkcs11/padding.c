/*
 * Paddings of RSA for tokens that compute only the bare power (RFC 8017 7.1, 7.2, 9.1, 9.2).  What
 * was wrong with a padding is never told apart, neither in words nor by branches on secret octets.
 */
#include "p11.h"

#include <string.h>

#include <openssl/crypto.h>

/* EMSA-PKCS1-v1_5: 00 01 ff.. 00 DigestInfo, as long as the modulus. */
enum antin_rc
antin_p11_pad_v15(size_t k, const struct antin_bytes *info, struct antin_bytes *out,
                  struct antin_err *err)
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
enum antin_rc
antin_p11_pad_pss(unsigned int bits, enum antin_digest d, struct antin_slice digest,
                  struct antin_bytes *out, struct antin_err *err)
{
	size_t h_len = antin_digest_size(d), em_len = (bits - 1 + 7) / 8, db_len;
	size_t k = (bits + 7) / 8;
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

enum antin_rc
antin_p11_fail_padding(struct antin_err *err)
{
	return antin_fail(err, ANTIN_E_DAMAGED, N_("this was not encrypted for this key"));
}

/* 0xff when x is zero, else 0; no branch. */
static uint8_t
zero_mask(unsigned int x)
{
	return (uint8_t)(((x - 1) & ~x) >> (8 * sizeof(x) - 1)) * 0xff;
}

/* The first octet after the padding that ends with the first `mark`; `good` loses its bits. */
static size_t
padding_end(const uint8_t *p, size_t from, size_t len, uint8_t mark, uint8_t *good)
{
	uint8_t found = 0;
	size_t at = 0;

	for (size_t i = from; i < len; i++) {
		uint8_t here = zero_mask(p[i] ^ mark) & (uint8_t)~found;

		at |= i & (size_t)(0 - (size_t)(here & 1));
		/* in OAEP only zeros come before the one; in v1.5 anything but a zero does */
		if (mark)
			*good &= found | here | zero_mask(p[i]);
		found |= here;
	}
	*good &= found;
	return at + 1;
}

/* EME-OAEP decoding of a block as long as the modulus, in place. */
static enum antin_rc
oaep_open(enum antin_digest d, struct antin_bytes *block, struct antin_bytes *out,
          struct antin_err *err)
{
	size_t h = antin_digest_size(d), db = h + 1, at;
	uint8_t label[ANTIN_DIGEST_MAX], good;
	uint8_t *em = block->p;
	enum antin_rc rc;

	if (block->len < 2 * h + 2)
		return antin_p11_fail_padding(err);
	rc = mgf1_xor(d, (struct antin_slice){em + db, block->len - db}, em + 1, h, err);
	if (rc == ANTIN_OK)
		rc = mgf1_xor(d, (struct antin_slice){em + 1, h}, em + db, block->len - db, err);
	if (rc == ANTIN_OK)
		rc = antin_digest_of(d, (struct antin_slice){NULL, 0}, label, err);
	if (rc != ANTIN_OK)
		return rc;
	good = zero_mask(em[0]) & zero_mask((unsigned int)CRYPTO_memcmp(em + db, label, h));
	at = padding_end(em, db + h, block->len, 1, &good);
	if (!good)
		return antin_p11_fail_padding(err);
	antin_bytes_add(out, em + at, block->len - at);
	return antin_bytes_check(out, err);
}

/* EME-PKCS1-v1_5 decoding: 00 02, at least eight octets that are not zero, 00, the message. */
static enum antin_rc
v15_open(const struct antin_bytes *block, struct antin_bytes *out, struct antin_err *err)
{
	uint8_t good;
	size_t at;

	if (block->len < 11)
		return antin_p11_fail_padding(err);
	good = zero_mask(block->p[0]) & zero_mask(block->p[1] ^ 2);
	for (size_t i = 2; i < 10; i++)
		good &= (uint8_t)~zero_mask(block->p[i]);
	at = padding_end(block->p, 2, block->len, 0, &good);
	if (!good)
		return antin_p11_fail_padding(err);
	antin_bytes_add(out, block->p + at, block->len - at);
	return antin_bytes_check(out, err);
}

enum antin_rc
antin_p11_unpad(enum antin_padding padding, enum antin_digest d, struct antin_bytes *block,
                struct antin_bytes *out, struct antin_err *err)
{
	return padding == ANTIN_PADDING_OAEP ? oaep_open(d, block, out, err)
	                                     : v15_open(block, out, err);
}
