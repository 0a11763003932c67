/*
 * Forged and odd signatures: what must never verify, made with the private key itself, so that
 * nothing but the form is wrong (RFC 8017 8.2.2, 8.1.2; RFC 3279 2.2.3; FIPS 186-5 6.4.2).
 */
#include "x509_util.h"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <antin/der.h>
#include <antin/keystore.h>

enum { MODULUS = 256 }; /* octets of the RSA test key */

static EVP_PKEY *
private_key(const char *name)
{
	FILE *f = fopen(data_path(name), "r");
	EVP_PKEY *k;

	ck_assert_ptr_nonnull(f);
	k = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	(void)fclose(f);
	ck_assert_ptr_nonnull(k);
	return k;
}

static struct antin_public *
public_half(EVP_PKEY *k)
{
	struct antin_public *p = NULL;
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(k, &der);

	ck_assert_int_gt(len, 0);
	ck_assert_int_eq(antin_public_read((struct antin_slice){der, (size_t)len}, &p, NULL),
	                 ANTIN_OK);
	OPENSSL_free(der);
	return p;
}

/* The RSA private operation on a whole block, without any padding. */
static void
raw_rsa(EVP_PKEY *k, const uint8_t block[MODULUS], uint8_t out[MODULUS])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(k, NULL);
	size_t len = MODULUS;

	ck_assert_int_eq(EVP_PKEY_sign_init(ctx), 1);
	ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING), 1);
	ck_assert_int_eq(EVP_PKEY_sign(ctx, out, &len, block, MODULUS), 1);
	ck_assert_uint_eq(len, MODULUS);
	EVP_PKEY_CTX_free(ctx);
}

#define HASH "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define INFO "3031300d060960864801650304020105000420"

/*
 * EMSA-PKCS1-v1_5 blocks: `head`, then so many octets ff that the block is full, then `tail`.
 * `cut` octets of padding are left out and as many zeros added at the end.
 */
static const struct {
	const char *what, *head, *tail;
	size_t cut;
	bool ok;
} blocks[] = {
        {"right", "0001", "00" INFO HASH, 0, true},
        {"block type 0", "0000", "00" INFO HASH, 0, false},
        {"block type 2", "0002", "00" INFO HASH, 0, false},
        {"first octet 1", "0101", "00" INFO HASH, 0, false},
        {"no separator", "0001", INFO HASH, 0, false},
        {"two separators", "0001", "0000" INFO HASH, 0, false},
        {"a padding octet fe", "0001fe", "00" INFO HASH, 0, false},
        {"a padding octet 00 among the first", "000100", "00" INFO HASH, 0, false},
        {"zeros behind the hash", "0001", "00" INFO HASH, 1, false},
        {"many zeros behind the hash", "0001", "00" INFO HASH, 150, false},
        {"garbage behind the hash", "0001", "00" INFO HASH "2a2a2a2a", 0, false},
        {"garbage behind the hash, eight octets of padding", "0001", "00" INFO HASH, 194, false},
        {"hash alone, without DigestInfo", "0001", "00" HASH, 0, false},
        {"parameters left out", "0001", "00302f300b06096086480165030402010420" HASH, 0, false},
        {"parameters left out, as an empty octet string", "0001",
         "003031300d060960864801650304020104000420" HASH, 0, false},
        {"parameters with content", "0001", "003035301106096086480165030402010504deadbeef0420" HASH,
         0, false},
        {"long form of a length, outer", "0001", "00308131300d060960864801650304020105000420" HASH,
         0, false},
        {"long form of a length, algorithm", "0001",
         "00303230810d060960864801650304020105000420" HASH, 0, false},
        {"long form of a length, hash", "0001", "003032300d06096086480165030402010500048120" HASH,
         0, false},
        {"indefinite length", "0001", "003080300d060960864801650304020105000420" HASH "0000", 0,
         false},
        {"a set", "0001", "003131300d060960864801650304020105000420" HASH, 0, false},
        {"hash as a bit string", "0001", "003031300d060960864801650304020105000320" HASH, 0, false},
        {"digest named SHA-384", "0001", "003031300d060960864801650304020205000420" HASH, 0, false},
        {"digest named SHA-1", "0001", "00302d300906052b0e03021a05000420" HASH, 0, false},
        {"digest named MD5", "0001", "003030300c06082a864886f70d020505000420" HASH, 0, false},
        {"hash cut by one octet", "0001",
         "003030300d06096086480165030402010500041f"
         "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015",
         0, false},
        {"hash longer by one octet", "0001", "003032300d060960864801650304020105000421" HASH "00",
         0, false},
        {"something behind the hash inside DigestInfo", "0001",
         "003033300d060960864801650304020105000420" HASH "0500", 0, false},
        {"DigestInfo claims more than there is", "0001",
         "003032300d060960864801650304020105000420" HASH, 0, false},
        {"another hash", "0001",
         "00" INFO "bb7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 0, false},
        {"PSS trailer", "0001", "00" INFO HASH "bc", 0, false},
};

static void
fill_block(size_t i, uint8_t block[MODULUS])
{
	ANTIN_SCOPED(antin_bytes) head = hex(blocks[i].head);
	ANTIN_SCOPED(antin_bytes) tail = hex(blocks[i].tail);
	size_t used = head.len + tail.len + blocks[i].cut;

	ck_assert_uint_lt(used, MODULUS);
	memset(block, 0, MODULUS);
	memcpy(block, head.p, head.len);
	memset(block + head.len, 0xff, MODULUS - used);
	memcpy(block + head.len + (MODULUS - used), tail.p, tail.len);
}

START_TEST(pkcs1_forms)
{
	EVP_PKEY *k = private_key("rsa2048.pem");
	ANTIN_OWN_S(antin_public) p = public_half(k);
	ANTIN_SCOPED(antin_bytes) digest = hex(HASH);
	struct antin_sigalg v15 = {ANTIN_RSA_PKCS1, ANTIN_SHA256},
	                    pss = {ANTIN_RSA_PSS, ANTIN_SHA256};

	for (size_t i = 0; i < COUNT(blocks); i++) {
		uint8_t block[MODULUS], signature[MODULUS];
		struct antin_slice s = {signature, MODULUS};
		enum antin_rc rc;

		fill_block(i, block);
		raw_rsa(k, block, signature);
		rc = antin_public_verify(p, v15, antin_bytes_slice(&digest), s, NULL);
		ck_assert_msg(rc == (blocks[i].ok ? ANTIN_OK : ANTIN_E_BAD_SIGNATURE), "%s: %s",
		              blocks[i].what, antin_rc_id(rc));
		ck_assert_int_eq(antin_public_verify(p, pss, antin_bytes_slice(&digest), s, NULL),
		                 ANTIN_E_BAD_SIGNATURE);
	}
	EVP_PKEY_free(k);
}
END_TEST

/* The number itself in other dress: as long as the modulus, below it, and nothing else. */
START_TEST(rsa_numbers)
{
	EVP_PKEY *k = private_key("rsa2048.pem");
	ANTIN_OWN_S(antin_public) p = public_half(k);
	ANTIN_SCOPED(antin_bytes) digest = hex(HASH);
	struct antin_slice d = antin_bytes_slice(&digest);
	static const struct antin_sigalg algorithms[] = {{ANTIN_RSA_PKCS1, ANTIN_SHA256},
	                                                 {ANTIN_RSA_PSS, ANTIN_SHA256}};
	uint8_t block[MODULUS], good[MODULUS], other[2 * MODULUS] = {0};
	BIGNUM *n = NULL, *s, *sum = BN_new();

	fill_block(0, block);
	raw_rsa(k, block, good);
	ck_assert_int_eq(EVP_PKEY_get_bn_param(k, "n", &n), 1);
	s = BN_bin2bn(good, MODULUS, NULL);
	ck_assert_int_eq(BN_add(sum, s, n), 1);
	for (size_t a = 0; a < COUNT(algorithms); a++) {
		struct antin_sigalg alg = algorithms[a];

		/* zero, one, n - 1, n, s + n; longer and shorter; a zero octet before and behind */
		memset(other, 0, sizeof(other));
		ck_assert_int_eq(antin_public_verify(p, alg, d,
		                                     (struct antin_slice){other, MODULUS}, NULL),
		                 ANTIN_E_BAD_SIGNATURE);
		other[MODULUS - 1] = 1;
		ck_assert_int_eq(antin_public_verify(p, alg, d,
		                                     (struct antin_slice){other, MODULUS}, NULL),
		                 ANTIN_E_BAD_SIGNATURE);
		ck_assert_int_eq(BN_bn2binpad(n, other, MODULUS), MODULUS);
		ck_assert_int_eq(antin_public_verify(p, alg, d,
		                                     (struct antin_slice){other, MODULUS}, NULL),
		                 ANTIN_E_BAD_SIGNATURE);
		other[MODULUS - 1]--;
		ck_assert_int_eq(antin_public_verify(p, alg, d,
		                                     (struct antin_slice){other, MODULUS}, NULL),
		                 ANTIN_E_BAD_SIGNATURE);
		ck_assert_int_eq(BN_bn2binpad(sum, other, MODULUS + 1), MODULUS + 1);
		for (size_t skip = 0; skip < 2; skip++)
			ck_assert_int_eq(antin_public_verify(p, alg, d,
			                                     (struct antin_slice){other + skip,
			                                                          MODULUS + 1 -
			                                                                  skip},
			                                     NULL),
			                 ANTIN_E_BAD_SIGNATURE);
		memset(other, 0, sizeof(other));
		memcpy(other + 1, good, MODULUS);
		for (size_t len = 0; len <= MODULUS + 2; len++)
			ck_assert_int_eq(antin_public_verify(p, alg, d,
			                                     (struct antin_slice){other, len},
			                                     NULL),
			                 ANTIN_E_BAD_SIGNATURE);
		for (size_t len = 0; len < MODULUS; len++)
			ck_assert_int_eq(antin_public_verify(p, alg, d,
			                                     (struct antin_slice){good, len}, NULL),
			                 ANTIN_E_BAD_SIGNATURE);
	}
	ck_assert_int_eq(antin_public_verify(p, algorithms[0], d,
	                                     (struct antin_slice){good, MODULUS}, NULL),
	                 ANTIN_OK);
	BN_free(n);
	BN_free(s);
	BN_free(sum);
	EVP_PKEY_free(k);
}
END_TEST

static size_t
sign_pss(EVP_PKEY *k, const char *md, const char *mgf, int salt, const uint8_t *digest,
         uint8_t out[MODULUS])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(k, NULL);
	EVP_MD *hash = EVP_MD_fetch(NULL, md, NULL), *mask = EVP_MD_fetch(NULL, mgf, NULL);
	size_t len = MODULUS;

	ck_assert_int_eq(EVP_PKEY_sign_init(ctx), 1);
	ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING), 1);
	ck_assert_int_eq(EVP_PKEY_CTX_set_signature_md(ctx, hash), 1);
	ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, mask), 1);
	ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, salt), 1);
	ck_assert_int_eq(EVP_PKEY_sign(ctx, out, &len, digest, (size_t)EVP_MD_get_size(hash)), 1);
	EVP_MD_free(hash);
	EVP_MD_free(mask);
	EVP_PKEY_CTX_free(ctx);
	return len;
}

START_TEST(pss_parameters)
{
	static const struct {
		const char *md, *mgf;
		int salt;
		enum antin_digest as;
		bool ok;
	} cases[] = {
	        {"SHA256", "SHA256", 32, ANTIN_SHA256, true},
	        {"SHA384", "SHA384", 48, ANTIN_SHA384, true},
	        {"SHA512", "SHA512", 64, ANTIN_SHA512, true},
	        {"SHA1", "SHA1", 20, ANTIN_SHA1, true},
	        {"SHA256", "SHA256", 0, ANTIN_SHA256, false},
	        {"SHA256", "SHA256", 20, ANTIN_SHA256, false},
	        {"SHA256", "SHA256", 31, ANTIN_SHA256, false},
	        {"SHA256", "SHA256", 33, ANTIN_SHA256, false},
	        {"SHA256", "SHA256", 222, ANTIN_SHA256, false}, /* the longest that fits */
	        {"SHA256", "SHA1", 32, ANTIN_SHA256, false},
	        {"SHA256", "SHA512", 32, ANTIN_SHA256, false},
	        {"SHA384", "SHA256", 48, ANTIN_SHA384, false},
	        {"SHA512", "SHA512", 32, ANTIN_SHA512, false},
	        {"SHA512", "SHA512", 0, ANTIN_SHA512, false},
	};
	EVP_PKEY *k = private_key("rsa2048.pem");
	ANTIN_OWN_S(antin_public) p = public_half(k);

	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t digest[ANTIN_DIGEST_MAX], signature[MODULUS];
		struct antin_sigalg a = {ANTIN_RSA_PSS, cases[i].as},
		                    v15 = {ANTIN_RSA_PKCS1, cases[i].as};
		struct antin_slice d = {digest, antin_digest_size(cases[i].as)},
		                   s = {signature, MODULUS};

		ck_assert_int_eq(antin_digest_of(cases[i].as, antin_slice_text("abc"), digest,
		                                 NULL),
		                 0);
		s.len = sign_pss(k, cases[i].md, cases[i].mgf, cases[i].salt, digest, signature);
		ck_assert_msg((antin_public_verify(p, a, d, s, NULL) == ANTIN_OK) == cases[i].ok,
		              "%s %s %d", cases[i].md, cases[i].mgf, cases[i].salt);
		ck_assert_int_eq(antin_public_verify(p, v15, d, s, NULL), ANTIN_E_BAD_SIGNATURE);
	}
	EVP_PKEY_free(k);
}
END_TEST

/* Every bit of a signature and of its digest counts. */
START_TEST(every_bit)
{
	static const struct {
		const char *file;
		struct antin_sigalg a;
	} cases[] = {
	        {"p256.pem", {ANTIN_ECDSA, ANTIN_SHA256}},
	        {"p384.pem", {ANTIN_ECDSA, ANTIN_SHA384}},
	        {"rsa2048.pem", {ANTIN_RSA_PKCS1, ANTIN_SHA256}},
	        {"rsa2048.pem", {ANTIN_RSA_PSS, ANTIN_SHA256}},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_OWN_S(antin_keystore) store = NULL;
		ANTIN_OWN_S(antin_key) k = NULL;
		ANTIN_SCOPED(antin_bytes) s = {0};
		uint8_t digest[ANTIN_DIGEST_MAX] = {7, 8, 9};
		struct antin_slice d = {digest, antin_digest_size(cases[i].a.digest)};

		ck_assert_int_eq(antin_keystore_file(NULL, &store, NULL), ANTIN_OK);
		ck_assert_int_eq(antin_keystore_find(store, data_path(cases[i].file), &k, NULL),
		                 ANTIN_OK);
		ck_assert_int_eq(antin_key_sign(k, cases[i].a, d, &s, NULL), ANTIN_OK);
		for (size_t bit = 0; bit < s.len * 8; bit++) {
			s.p[bit / 8] ^= (uint8_t)(1U << bit % 8);
			ck_assert_msg(antin_public_verify(k->public_key, cases[i].a, d,
			                                  antin_bytes_slice(&s),
			                                  NULL) == ANTIN_E_BAD_SIGNATURE,
			              "%s: bit %zu of the signature", cases[i].file, bit);
			s.p[bit / 8] ^= (uint8_t)(1U << bit % 8);
		}
		for (size_t bit = 0; bit < 256; bit++) {
			digest[bit / 8] ^= (uint8_t)(1U << bit % 8);
			ck_assert_msg(antin_public_verify(k->public_key, cases[i].a, d,
			                                  antin_bytes_slice(&s),
			                                  NULL) == ANTIN_E_BAD_SIGNATURE,
			              "%s: bit %zu of the digest", cases[i].file, bit);
			digest[bit / 8] ^= (uint8_t)(1U << bit % 8);
		}
	}
}
END_TEST

#define P256_ORDER "00ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
#define P384_ORDER                                                                                 \
	"00ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec19" \
	"6a"                                                                                       \
	"ccc52973"

/* A signature of the curve with its two INTEGERs as contents. */
struct ec_case {
	struct antin_sigalg a;
	struct antin_key *k;
	struct antin_slice d;
	struct antin_bytes whole;
	struct antin_slice r, s; /* contents */
};

static void
ec_begin(struct ec_case *c, const char *file, enum antin_digest digest, const uint8_t *octets)
{
	ANTIN_OWN_S(antin_keystore) store = NULL;
	struct antin_in in, sequence;

	*c = (struct ec_case){.a = {ANTIN_ECDSA, digest}, .d = {octets, antin_digest_size(digest)}};
	ck_assert_int_eq(antin_keystore_file(NULL, &store, NULL), ANTIN_OK);
	ck_assert_int_eq(antin_keystore_find(store, data_path(file), &c->k, NULL), ANTIN_OK);
	ck_assert_int_eq(antin_key_sign(c->k, c->a, c->d, &c->whole, NULL), ANTIN_OK);
	in = antin_in_of(antin_bytes_slice(&c->whole));
	ck_assert(antin_der_enter(&in, ANTIN_SEQUENCE, &sequence));
	ck_assert(antin_der_integer(&sequence, &c->r) && antin_der_integer(&sequence, &c->s));
}

static void
ec_end(struct ec_case *c)
{
	antin_key_free(c->k);
	antin_bytes_done(&c->whole);
}

static enum antin_rc
ec_verify(const struct ec_case *c, const struct antin_bytes *signature)
{
	ck_assert(!signature->failed);
	return antin_public_verify(c->k->public_key, c->a, c->d, antin_bytes_slice(signature),
	                           NULL);
}

/* SEQUENCE of two elements with these tags and contents. */
static struct antin_bytes
pair(uint8_t outer, uint8_t tag, struct antin_slice r, struct antin_slice s)
{
	struct antin_bytes b = {0};
	size_t mark = antin_der_open(&b, outer);

	antin_der_add(&b, tag, r);
	antin_der_add(&b, tag, s);
	antin_der_close(&b, mark);
	return b;
}

static const struct {
	const char *file, *order;
	enum antin_digest digest;
	size_t size;
} ec_curves[] = {
        {"p256.pem", P256_ORDER, ANTIN_SHA256, 32},
        {"p384.pem", P384_ORDER, ANTIN_SHA384, 48},
};

START_TEST(ecdsa_values)
{
	static const char *const odd[] = {"00", "01", "ff", "7f", "0080", "80", ""};
	uint8_t digest[ANTIN_DIGEST_MAX] = {1, 2, 3};

	for (size_t i = 0; i < COUNT(ec_curves); i++) {
		ANTIN_SCOPED(antin_bytes) order = hex(ec_curves[i].order);
		struct ec_case c;

		ec_begin(&c, ec_curves[i].file, ec_curves[i].digest, digest);
		ck_assert_int_eq(ec_verify(&c, &c.whole), ANTIN_OK);
		for (size_t v = 0; v <= COUNT(odd); v++) {
			ANTIN_SCOPED(antin_bytes) value = {0};
			struct antin_slice o;

			antin_bytes_add(&value, order.p, v == COUNT(odd) ? order.len : 0);
			if (v < COUNT(odd)) {
				ANTIN_SCOPED(antin_bytes) parsed = hex(odd[v]);

				antin_bytes_add(&value, parsed.p, parsed.len);
			}
			o = antin_bytes_slice(&value);
			for (int which = 0; which < 3; which++) {
				ANTIN_SCOPED(antin_bytes)
				made = pair(ANTIN_SEQUENCE, ANTIN_INTEGER, which == 1 ? c.r : o,
				            which == 0 ? c.s : o);

				ck_assert_msg(ec_verify(&c, &made) == ANTIN_E_BAD_SIGNATURE,
				              "%s value %zu place %d", ec_curves[i].file, v, which);
			}
		}
		ec_end(&c);
	}
}
END_TEST

/* r + n and s + n are the same numbers modulo n, and still no signature; n - s is one, as ECDSA is.
 */
START_TEST(ecdsa_modulo)
{
	uint8_t digest[ANTIN_DIGEST_MAX] = {4, 5, 6};

	for (size_t i = 0; i < COUNT(ec_curves); i++) {
		ANTIN_SCOPED(antin_bytes) order = hex(ec_curves[i].order);
		BIGNUM *n = BN_bin2bn(order.p, (int)order.len, NULL), *x = NULL, *y = BN_new();
		struct ec_case c;

		ec_begin(&c, ec_curves[i].file, ec_curves[i].digest, digest);
		for (int which = 0; which < 4; which++) {
			ANTIN_SCOPED(antin_bytes) made = {0};
			struct antin_slice from = which % 2 ? c.s : c.r, to;
			uint8_t octets[64];
			size_t mark;

			x = BN_bin2bn(from.p, (int)from.len, x);
			ck_assert_int_eq(which < 2 ? BN_add(y, x, n) : BN_sub(y, n, x), 1);
			to = (struct antin_slice){octets, (size_t)BN_bn2bin(y, octets)};
			mark = antin_der_open(&made, ANTIN_SEQUENCE);
			antin_der_add_integer(&made, which % 2 ? c.r : to);
			antin_der_add_integer(&made, which % 2 ? to : c.s);
			antin_der_close(&made, mark);
			ck_assert_int_eq(ec_verify(&c, &made),
			                 which == 3 ? ANTIN_OK : ANTIN_E_BAD_SIGNATURE);
		}
		BN_free(n);
		BN_free(x);
		BN_free(y);
		ec_end(&c);
	}
}
END_TEST

/* A number without its sign octet, at the right end of a field. */
static void
put_right(uint8_t *field, size_t size, struct antin_slice number)
{
	size_t skip = number.len > size ? number.len - size : 0;

	memcpy(field + size - (number.len - skip), number.p + skip, number.len - skip);
}

/* The same two numbers in a form that is not DER. */
START_TEST(ecdsa_forms)
{
	uint8_t digest[ANTIN_DIGEST_MAX] = {7, 7, 7};

	for (size_t i = 0; i < COUNT(ec_curves); i++) {
		ANTIN_SCOPED(antin_bytes) zero_r = {0};
		ANTIN_SCOPED(antin_bytes) raw = {0};
		struct ec_case c;
		struct antin_bytes forms[8] = {0};
		struct antin_slice content;
		struct antin_in in;

		ec_begin(&c, ec_curves[i].file, ec_curves[i].digest, digest);
		in = antin_in_of(antin_bytes_slice(&c.whole));
		ck_assert(antin_der_take(&in, ANTIN_SEQUENCE, &content));
		antin_bytes_byte(&zero_r, 0);
		antin_bytes_byte(&zero_r, 0);
		antin_bytes_add(&zero_r, c.r.p, c.r.len);
		forms[0] = pair(ANTIN_SET, ANTIN_INTEGER, c.r, c.s);
		forms[1] = pair(ANTIN_SEQUENCE, ANTIN_OCTET_STRING, c.r, c.s);
		forms[2] = pair(ANTIN_SEQUENCE, ANTIN_INTEGER, antin_bytes_slice(&zero_r), c.s);
		forms[3] = pair(ANTIN_SEQUENCE, ANTIN_INTEGER, c.s, c.r);
		/* the length in two octets; without end; one element more; one octet behind */
		antin_bytes_byte(&forms[4], ANTIN_SEQUENCE);
		antin_bytes_byte(&forms[4], 0x82);
		antin_bytes_byte(&forms[4], 0);
		antin_bytes_byte(&forms[4], (uint8_t)content.len);
		antin_bytes_add(&forms[4], content.p, content.len);
		antin_bytes_byte(&forms[5], ANTIN_SEQUENCE);
		antin_bytes_byte(&forms[5], 0x80);
		antin_bytes_add(&forms[5], content.p, content.len);
		antin_bytes_add(&forms[5], "\0\0", 2);
		antin_bytes_byte(&forms[6], ANTIN_SEQUENCE);
		antin_bytes_byte(&forms[6], (uint8_t)(content.len + 2));
		antin_bytes_add(&forms[6], content.p, content.len);
		antin_bytes_add(&forms[6], "\5\0", 2);
		antin_bytes_add(&forms[7], c.whole.p, c.whole.len);
		antin_bytes_byte(&forms[7], 0);
		for (size_t f = 0; f < COUNT(forms); f++) {
			ck_assert_msg(ec_verify(&c, &forms[f]) == ANTIN_E_BAD_SIGNATURE,
			              "%s form %zu", ec_curves[i].file, f);
			antin_bytes_done(&forms[f]);
		}
		/* r and s side by side, as XML signatures and tokens have them */
		(void)antin_bytes_grow(&raw, 2 * ec_curves[i].size);
		put_right(raw.p, ec_curves[i].size, c.r);
		put_right(raw.p + ec_curves[i].size, ec_curves[i].size, c.s);
		ck_assert_int_eq(ec_verify(&c, &raw), ANTIN_E_BAD_SIGNATURE);
		for (size_t len = 0; len < c.whole.len; len++) {
			struct antin_slice cut = {c.whole.p, len};

			ck_assert_int_eq(antin_public_verify(c.k->public_key, c.a, c.d, cut, NULL),
			                 ANTIN_E_BAD_SIGNATURE);
		}
		ec_end(&c);
	}
}
END_TEST

/* A signature is good for one key, one scheme and one digest. */
START_TEST(not_for_others)
{
	static const char *const files[] = {"p256.pem", "p384.pem", "rsa2048.pem"};
	static const enum antin_digest digests[] = {ANTIN_SHA256, ANTIN_SHA384, ANTIN_SHA512};
	struct antin_key *keys[COUNT(files)] = {NULL};

	for (size_t i = 0; i < COUNT(files); i++) {
		ANTIN_OWN_S(antin_keystore) store = NULL;

		ck_assert_int_eq(antin_keystore_file(NULL, &store, NULL), ANTIN_OK);
		ck_assert_int_eq(antin_keystore_find(store, data_path(files[i]), &keys[i], NULL),
		                 ANTIN_OK);
	}
	for (size_t i = 0; i < COUNT(files); i++)
		for (size_t made = 0; made < COUNT(digests); made++) {
			ANTIN_SCOPED(antin_bytes) s = {0};
			enum antin_scheme scheme = i == 2 ? ANTIN_RSA_PKCS1 : ANTIN_ECDSA;
			uint8_t octets[ANTIN_DIGEST_MAX] = {3};

			ck_assert_int_eq(
			        antin_key_sign(keys[i],
			                       (struct antin_sigalg){scheme, digests[made]},
			                       (struct antin_slice){octets, antin_digest_size(
			                                                            digests[made])},
			                       &s, NULL),
			        ANTIN_OK);
			for (size_t k = 0; k < COUNT(files); k++)
				for (size_t as = 0; as < COUNT(digests); as++) {
					struct antin_slice d = {octets,
					                        antin_digest_size(digests[as])};
					enum antin_rc rc = antin_public_verify(
					        keys[k]->public_key,
					        (struct antin_sigalg){scheme, digests[as]}, d,
					        antin_bytes_slice(&s), NULL);
					bool same = k == i && as == made;

					/* ECDSA cuts a digest to the curve: zeros behind it are the
					 * same. */
					if (k == i && scheme == ANTIN_ECDSA && !same)
						continue;
					ck_assert_msg((rc == ANTIN_OK) == same,
					              "key %zu as key %zu, digest %zu as %zu", i, k,
					              made, as);
				}
		}
	for (size_t i = 0; i < COUNT(files); i++)
		antin_key_free(keys[i]);
}
END_TEST

Suite *suite_signature(void);
Suite *
suite_signature(void)
{
	Suite *s = suite_create("signature");
	TCase *tc = tcase_create("signature");

	tcase_add_test(tc, pkcs1_forms);
	tcase_add_test(tc, rsa_numbers);
	tcase_add_test(tc, pss_parameters);
	tcase_add_test(tc, every_bit);
	tcase_add_test(tc, ecdsa_values);
	tcase_add_test(tc, ecdsa_modulo);
	tcase_add_test(tc, ecdsa_forms);
	tcase_add_test(tc, not_for_others);
	suite_add_tcase(s, tc);
	return s;
}
