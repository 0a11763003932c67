/*
 * DSA keys of old archives (RFC 3279 2.3.2): read strictly, verified, too weak today; nothing of
 * this library signs with one.
 */
#include <openssl/dsa.h>

#include <antin/clock.h>
#include <antin/path.h>

#include "pki.h"
#include "util.h"

static EVP_PKEY *key;
static struct antin_bytes spki, signature;
static const uint8_t digest[20] = "the digest of a text";

static void
begin(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL), *sign;
	EVP_PKEY *params = NULL;
	uint8_t value[64];
	size_t len = sizeof(value);

	ck_assert(EVP_PKEY_paramgen_init(ctx) == 1);
	ck_assert(EVP_PKEY_CTX_set_dsa_paramgen_bits(ctx, 1024) == 1);
	ck_assert(EVP_PKEY_CTX_set_dsa_paramgen_q_bits(ctx, 160) == 1);
	ck_assert(EVP_PKEY_paramgen(ctx, &params) == 1);
	EVP_PKEY_CTX_free(ctx);
	ctx = EVP_PKEY_CTX_new(params, NULL);
	ck_assert(EVP_PKEY_keygen_init(ctx) == 1 && EVP_PKEY_keygen(ctx, &key) == 1);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(params);
	pki_add_spki(&spki, key);
	sign = EVP_PKEY_CTX_new(key, NULL);
	ck_assert(EVP_PKEY_sign_init(sign) == 1);
	ck_assert(EVP_PKEY_CTX_set_signature_md(sign, EVP_sha1()) == 1);
	ck_assert(EVP_PKEY_sign(sign, value, &len, digest, sizeof(digest)) == 1);
	EVP_PKEY_CTX_free(sign);
	antin_bytes_add(&signature, value, len);
}

static void
end(void)
{
	EVP_PKEY_free(key);
	antin_bytes_done(&spki);
	antin_bytes_done(&signature);
}

static enum antin_rc
verify(struct antin_slice of_key, struct antin_slice value, struct antin_sigalg alg)
{
	ANTIN_OWN_S(antin_public) p = NULL;
	struct antin_err err = {0};
	enum antin_rc rc = antin_public_read(of_key, &p, &err);

	return rc == ANTIN_OK
	               ? antin_public_verify(p, alg, (struct antin_slice){digest, sizeof(digest)},
	                                     value, &err)
	               : rc;
}

static const struct antin_sigalg dsa = {ANTIN_DSA, ANTIN_SHA1};

START_TEST(test_verified)
{
	static const struct antin_sigalg others[] = {
	        {ANTIN_ECDSA, ANTIN_SHA1},   {ANTIN_RSA_PKCS1, ANTIN_SHA1},
	        {ANTIN_RSA_PSS, ANTIN_SHA1}, {ANTIN_DSA, ANTIN_SHA256},
	        {ANTIN_ECDSA, ANTIN_SHA256},
	};
	struct antin_slice s = antin_bytes_slice(&spki), value = antin_bytes_slice(&signature);

	ck_assert_int_eq(verify(s, value, dsa), ANTIN_OK);
	for (size_t i = 0; i < UTIL_COUNT(others); i++)
		ck_assert_int_eq(verify(s, value, others[i]), ANTIN_E_NO_MECHANISM);
	for (size_t n = 0; n < value.len; n++)
		ck_assert_int_eq(verify(s, (struct antin_slice){value.p, n}, dsa),
		                 ANTIN_E_BAD_SIGNATURE);
	for (size_t i = 0; i < signature.len; i++) {
		signature.p[i] ^= 1;
		ck_assert_int_eq(verify(s, value, dsa), ANTIN_E_BAD_SIGNATURE);
		signature.p[i] ^= 1;
	}
}
END_TEST

/* No octet of the key can be changed or cut off without the signature being refused. */
START_TEST(test_key_mutations)
{
	struct antin_slice value = antin_bytes_slice(&signature);

	for (size_t n = 0; n < spki.len; n++)
		ck_assert_int_ne(verify((struct antin_slice){spki.p, n}, value, dsa), ANTIN_OK);
	for (size_t i = 0; i < spki.len; i++) {
		for (unsigned int bit = 1; bit < 256; bit <<= 3) {
			spki.p[i] ^= (uint8_t)bit;
			ck_assert_msg(verify(antin_bytes_slice(&spki), value, dsa) != ANTIN_OK,
			              "octet %zu", i);
			spki.p[i] ^= (uint8_t)bit;
		}
	}
	ck_assert_int_eq(verify(antin_bytes_slice(&spki), value, dsa), ANTIN_OK);
}
END_TEST

/* Parameters that are left out belong to the issuer's key and are not looked up there. */
START_TEST(test_inherited_parameters)
{
	struct antin_in in = antin_in_of(antin_bytes_slice(&spki)), outer, alg;
	ANTIN_SCOPED(antin_bytes) bare = {0};
	ANTIN_OWN_S(antin_public) p = NULL;
	struct antin_slice oid, bits;
	struct antin_err err = {0};
	size_t seq = antin_der_open(&bare, ANTIN_SEQUENCE), part;
	char line[200];

	ck_assert(antin_der_enter(&in, ANTIN_SEQUENCE, &outer));
	ck_assert(antin_der_enter(&outer, ANTIN_SEQUENCE, &alg));
	ck_assert(antin_der_whole(&alg, ANTIN_OID, &oid));
	ck_assert(antin_der_whole(&outer, ANTIN_BIT_STRING, &bits));
	part = antin_der_open(&bare, ANTIN_SEQUENCE);
	antin_bytes_add(&bare, oid.p, oid.len);
	antin_der_close(&bare, part);
	antin_bytes_add(&bare, bits.p, bits.len);
	antin_der_close(&bare, seq);
	util_fails(antin_public_read(antin_bytes_slice(&bare), &p, &err), ANTIN_E_UNSUPPORTED);
	(void)antin_err_line(&err, NULL, line, sizeof(line));
	ck_assert_ptr_nonnull(strstr(line, "DSA without parameters"));
	ck_assert_ptr_null(p);
}
END_TEST

/* The floor: the hash ended in 2016, keys this short in 2013. */
START_TEST(test_floor)
{
	static const struct {
		const char *time;
		bool hash, size;
	} rows[] = {
	        {"2010-01-01T00:00:00Z", true, true},   {"2013-12-31T23:59:59Z", true, true},
	        {"2014-01-01T00:00:00Z", true, false},  {"2016-12-31T23:59:59Z", true, false},
	        {"2017-01-01T00:00:00Z", false, false}, {"2026-11-22T00:00:00Z", false, false},
	};
	ANTIN_OWN_S(antin_public) p = NULL;
	struct antin_err err = {0};

	util_ok(antin_public_read(antin_bytes_slice(&spki), &p, &err));
	ck_assert_int_eq(antin_public_type(p), ANTIN_KEY_DSA);
	ck_assert_uint_eq(antin_public_bits(p), 1024);
	ck_assert_str_eq(antin_public_name(p), "DSA-1024");
	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		int64_t t;

		util_ok(antin_time_parse(rows[i].time, &t, &err));
		ck_assert_msg(antin_algorithms_allow(NULL, &dsa, NULL, t, NULL) == rows[i].hash,
		              "%s", rows[i].time);
		ck_assert_msg(antin_algorithms_allow(NULL, NULL, p, t, NULL) == rows[i].size, "%s",
		              rows[i].time);
	}
}
END_TEST

/* The name of the algorithm, read and written; parameters are absent (RFC 3279 2.2.2). */
START_TEST(test_identifier)
{
	static const uint8_t null[] = {0x30, 11, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x38, 4, 3, 5, 0};
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_sigalg back;
	struct antin_err err = {0};

	antin_sigalg_add(&b, dsa);
	util_ok(antin_sigalg_read(antin_bytes_slice(&b), &back, &err));
	ck_assert_int_eq(back.scheme, ANTIN_DSA);
	ck_assert_int_eq(back.digest, ANTIN_SHA1);
	ck_assert_str_eq(antin_sigalg_name(back), "dsa-with-SHA1");
	util_fails(antin_sigalg_read((struct antin_slice){null, sizeof(null)}, &back, &err),
	           ANTIN_E_FORMAT);
}
END_TEST

Suite *suite_dsa(void);
Suite *
suite_dsa(void)
{
	Suite *s = suite_create("dsa");
	TCase *c = tcase_create("dsa");

	tcase_add_unchecked_fixture(c, begin, end);
	tcase_add_test(c, test_verified);
	tcase_add_test(c, test_key_mutations);
	tcase_add_test(c, test_inherited_parameters);
	tcase_add_test(c, test_floor);
	tcase_add_test(c, test_identifier);
	suite_add_tcase(s, c);
	return s;
}
