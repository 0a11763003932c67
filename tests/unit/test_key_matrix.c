/*
 * Algorithms and public keys, all combinations: RSASSA-PSS parameters (RFC 4055 3.1), which
 * algorithm fits which key, points and curves of EC keys, RSA numbers.  OpenSSL is asked wherever
 * it has an opinion: nothing that it refuses is taken.
 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "../../lib/x509/key_internal.h"
#include "issued.h"

/* ---- PSS ---- */

static const struct digest_row {
	const char *oid;
	size_t size;
	int ours; /* -1: not one of ours */
} digests[] = {
        {"1.3.14.3.2.26", 20, ANTIN_SHA1},
        {"2.16.840.1.101.3.4.2.4", 28, -1},
        {"2.16.840.1.101.3.4.2.1", 32, ANTIN_SHA256},
        {"2.16.840.1.101.3.4.2.2", 48, ANTIN_SHA384},
        {"2.16.840.1.101.3.4.2.3", 64, ANTIN_SHA512},
        {"2.16.840.1.101.3.4.2.8", 32, -1}, /* SHA3-256: as long as SHA-256 */
};
enum { DIGESTS = UTIL_COUNT(digests), SALTS = DIGESTS + 2 };

static void
add_digest(struct antin_bytes *b, const struct digest_row *d, bool null)
{
	size_t mark = antin_der_open(b, ANTIN_SEQUENCE);

	antin_der_add_oid(b, d->oid);
	if (null)
		antin_der_add_null(b);
	antin_der_close(b, mark);
}

struct pss {
	size_t hash, mgf;
	uint64_t salt;
	unsigned int trailer; /* 0: left out */
	bool null;            /* parameters of digests: NULL or absent */
	const char *mgf_oid;
};

static void
pss_make(const struct pss *p, struct antin_bytes *b)
{
	size_t outer = antin_der_open(b, ANTIN_SEQUENCE), params, field, mgf;

	antin_der_add_oid(b, "1.2.840.113549.1.1.10");
	params = antin_der_open(b, ANTIN_SEQUENCE);
	field = antin_der_open(b, ANTIN_CONTEXT_CONS(0));
	add_digest(b, &digests[p->hash], p->null);
	antin_der_close(b, field);
	field = antin_der_open(b, ANTIN_CONTEXT_CONS(1));
	mgf = antin_der_open(b, ANTIN_SEQUENCE);
	antin_der_add_oid(b, p->mgf_oid);
	add_digest(b, &digests[p->mgf], p->null);
	antin_der_close(b, mgf);
	antin_der_close(b, field);
	field = antin_der_open(b, ANTIN_CONTEXT_CONS(2));
	antin_der_add_uint(b, p->salt);
	antin_der_close(b, field);
	if (p->trailer) {
		field = antin_der_open(b, ANTIN_CONTEXT_CONS(3));
		antin_der_add_uint(b, p->trailer);
		antin_der_close(b, field);
	}
	antin_der_close(b, params);
	antin_der_close(b, outer);
	ck_assert(!b->failed);
}

/* One shape for each digest, whatever way its parameters are written; nothing else. */
static void
pss_judge(const struct pss *p, bool mgf1)
{
	const struct digest_row *hash = &digests[p->hash];
	bool good = mgf1 && p->hash == p->mgf && hash->ours >= 0 && p->salt == hash->size &&
	            p->trailer <= 1;
	struct antin_sigalg a = {ANTIN_ECDSA, ANTIN_SHA512};
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_err err = {0};
	enum antin_rc rc;

	pss_make(p, &der);
	rc = antin_sigalg_read(antin_bytes_slice(&der), &a, &err);
	ck_assert_msg(rc == (good ? ANTIN_OK : ANTIN_E_UNSUPPORTED),
	              "hash %s, mask %s, salt %llu, trailer %u: %s", hash->oid, digests[p->mgf].oid,
	              (unsigned long long)p->salt, p->trailer, util_line(&err));
	if (good) {
		ck_assert_int_eq(a.scheme, ANTIN_RSA_PSS);
		ck_assert_int_eq((int)a.digest, hash->ours);
		return;
	}
	ck_assert_int_eq(a.scheme, ANTIN_ECDSA);
	ck_assert_ptr_nonnull(strstr(util_line(&err), "RSASSA-PSS are not the expected ones"));
}

START_TEST(pss_parameters)
{
	for (size_t i = 0; i < (size_t)DIGESTS * DIGESTS * SALTS * 3 * 2; i++) {
		size_t salt = i / 6 % SALTS;
		struct pss p = {.hash = i / 6 / SALTS / DIGESTS,
		                .mgf = i / 6 / SALTS % DIGESTS,
		                .trailer = i / 2 % 3,
		                .null = i % 2,
		                .mgf_oid = "1.2.840.113549.1.1.8"};

		p.salt = salt < DIGESTS ? digests[salt].size : salt == DIGESTS ? 0 : 1024;
		pss_judge(&p, true);
	}
}
END_TEST

/* Another mask generation function, in all else the right shape. */
START_TEST(pss_masks)
{
	static const char *const others[] = {"1.2.840.113549.1.1.9", "1.2.840.113549.1.1.7",
	                                     "1.2.840.113549.1.1.8.1", "2.16.840.1.101.3.4.2.11"};

	for (size_t i = 0; i < UTIL_COUNT(others) * DIGESTS; i++) {
		struct pss p = {i % DIGESTS, i % DIGESTS, digests[i % DIGESTS].size,
		                0,           true,        others[i / DIGESTS]};

		pss_judge(&p, false);
	}
}
END_TEST

/* ---- algorithms and keys ---- */

/* Scheme by kind of key: the wrong pair is refused before anything is computed. */
START_TEST(fitting)
{
	static const enum antin_scheme schemes[] = {ANTIN_RSA_PKCS1, ANTIN_RSA_PSS, ANTIN_ECDSA};
	static const enum antin_digest ours[] = {ANTIN_SHA1, ANTIN_SHA256, ANTIN_SHA384,
	                                         ANTIN_SHA512};
	static const enum antin_key_type types[] = {ANTIN_KEY_RSA, ANTIN_KEY_P256, ANTIN_KEY_P384};

	for (size_t i = 0; i < 3 * 4 * 3; i++) {
		struct antin_sigalg a = {schemes[i / 12], ours[i / 3 % 4]};
		enum antin_key_type type = types[i % 3];
		bool fits = (a.scheme == ANTIN_ECDSA) == (type != ANTIN_KEY_RSA);
		size_t size = antin_digest_size(a.digest);
		struct antin_err err = {0};

		if (!fits) {
			util_fails(antin_sigalg_fits(a, type, size, &err), ANTIN_E_NO_MECHANISM);
			ck_assert_ptr_nonnull(strstr(util_line(&err), antin_sigalg_name(a)));
			continue;
		}
		util_ok(antin_sigalg_fits(a, type, size, &err));
		util_fails(antin_sigalg_fits(a, type, size - 1, &err), ANTIN_E_INTERNAL);
		antin_err_clear(&err);
		util_fails(antin_sigalg_fits(a, type, 0, &err), ANTIN_E_INTERNAL);
	}
}
END_TEST

/* A signature is one over this digest, by this key, with this algorithm, and with all its octets.
 */
START_TEST(signatures)
{
	static const struct {
		const char *key;
		enum antin_scheme scheme;
	} kinds[] = {{"rsa2048", ANTIN_RSA_PKCS1},
	             {"rsa2048", ANTIN_RSA_PSS},
	             {"p256", ANTIN_ECDSA},
	             {"p384", ANTIN_ECDSA}};
	ANTIN_OWN_S(antin_key) key = issued_key(kinds[_i].key);
	ANTIN_OWN_S(antin_key) other = issued_key(kinds[_i].key);
	static const enum antin_digest ours[] = {ANTIN_SHA256, ANTIN_SHA384, ANTIN_SHA512};

	for (size_t i = 0; i < UTIL_COUNT(ours); i++) {
		struct antin_sigalg a = {kinds[_i].scheme, ours[i]}, b = a;
		struct antin_slice digest = {NULL, antin_digest_size(a.digest)};
		uint8_t octets[ANTIN_DIGEST_MAX] = {0};
		ANTIN_SCOPED(antin_bytes) s = {0};
		struct antin_err err = {0};

		util_ok(antin_digest_of(a.digest, UTIL_LITERAL("x"), octets, &err));
		digest.p = octets;
		util_ok(antin_key_sign_message(key, a, UTIL_LITERAL("x"), &s, &err));
		util_ok(antin_public_verify(key->public_key, a, digest, antin_bytes_slice(&s),
		                            &err));
#define REFUSED(public_key, alg, value)                                                            \
	do {                                                                                       \
		struct antin_err why = {0};                                                        \
		ck_assert_int_eq(antin_public_verify((public_key), (alg), digest, (value), &why),  \
		                 ANTIN_E_BAD_SIGNATURE);                                           \
		ck_assert_ptr_nonnull(strstr(util_line(&why), "does not verify"));                 \
	} while (0)
		REFUSED(other->public_key, a, antin_bytes_slice(&s));
		REFUSED(key->public_key, a, ((struct antin_slice){s.p, s.len - 1}));
		REFUSED(key->public_key, a, ((struct antin_slice){s.p + 1, s.len - 1}));
		REFUSED(key->public_key, a, ((struct antin_slice){s.p, 0}));
		if (a.scheme != ANTIN_ECDSA) {
			b.scheme = a.scheme == ANTIN_RSA_PSS ? ANTIN_RSA_PKCS1 : ANTIN_RSA_PSS;
			REFUSED(key->public_key, b, antin_bytes_slice(&s));
		}
		octets[0] ^= 1;
		REFUSED(key->public_key, a, antin_bytes_slice(&s));
		octets[0] ^= 1;
		antin_bytes_byte(&s, 0);
		REFUSED(key->public_key, a, antin_bytes_slice(&s));
	}
}
END_TEST

/* ---- points ---- */

static const struct curve_case {
	const char *name, *oid;
	size_t field;
	bool ours;
} curves[] = {
        {"prime256v1", "1.2.840.10045.3.1.7", 32, true}, {"secp384r1", "1.3.132.0.34", 48, true},
        {"secp521r1", "1.3.132.0.35", 66, false},        {"secp224r1", "1.3.132.0.33", 28, false},
        {"secp256k1", "1.3.132.0.10", 32, false},
};

static void
ec_spki(const char *oid, struct antin_slice point, struct antin_bytes *b)
{
	size_t outer, inner;

	antin_bytes_clear(b);
	outer = antin_der_open(b, ANTIN_SEQUENCE);
	inner = antin_der_open(b, ANTIN_SEQUENCE);
	antin_der_add_oid(b, "1.2.840.10045.2.1");
	antin_der_add_oid(b, oid);
	antin_der_close(b, inner);
	antin_der_add_bits(b, point);
	antin_der_close(b, outer);
}

/* The class, and never a key that OpenSSL would not have made of it. */
static enum antin_rc
read_spki(const struct antin_bytes *der, struct antin_err *err)
{
	ANTIN_OWN_S(antin_public) p = NULL;
	const unsigned char *at = der->p;
	enum antin_rc rc = antin_public_read(antin_bytes_slice(der), &p, err);
	ANTIN_OWN(EVP_PKEY) theirs = d2i_PUBKEY(NULL, &at, (long)der->len);

	ERR_clear_error();
	ck_assert(rc != ANTIN_OK || (theirs && at == der->p + der->len));
	ck_assert_int_eq(rc == ANTIN_OK, p != NULL);
	return rc;
}

/* A PSS signature that begins with a zero octet, drawn until there is one, without that octet. */
START_TEST(shorter_by_a_zero)
{
	ANTIN_OWN_S(antin_key) key = issued_key("rsa2048");
	const struct antin_sigalg a = {ANTIN_RSA_PSS, ANTIN_SHA256};
	uint8_t octets[ANTIN_DIGEST_MAX];
	struct antin_err err = {0};
	bool met = false;

	util_ok(antin_digest_of(a.digest, UTIL_LITERAL("x"), octets, &err));
	for (int i = 0; i < 20000 && !met; i++) {
		struct antin_slice digest = {octets, antin_digest_size(a.digest)}, shorter;
		ANTIN_SCOPED(antin_bytes) s = {0};

		util_ok(antin_key_sign_message(key, a, UTIL_LITERAL("x"), &s, &err));
		met = s.p[0] == 0;
		shorter = (struct antin_slice){s.p + 1, s.len - 1};
		util_ok(antin_public_verify(key->public_key, a, digest, antin_bytes_slice(&s),
		                            &err));
		if (met)
			ck_assert_int_eq(antin_public_verify(key->public_key, a, digest, shorter,
			                                     NULL),
			                 ANTIN_E_BAD_SIGNATURE);
	}
	ck_assert_msg(met, "no signature of 20,000 began with a zero octet");
}
END_TEST

/* Every curve's good point under every curve's name, in every form of points. */
START_TEST(points)
{
	const struct curve_case *c = &curves[_i];
	ANTIN_OWN(EVP_PKEY) key = EVP_EC_gen(c->name);
	uint8_t point[256];
	size_t len = 0;

	ck_assert_int_eq(EVP_PKEY_get_octet_string_param(key, "pub", point, sizeof(point), &len),
	                 1);
	ck_assert_uint_eq(len, 2 * c->field + 1);
	for (size_t i = 0; i < UTIL_COUNT(curves); i++) {
		const struct curve_case *named = &curves[i];
		bool good = named->ours && named == c;
		ANTIN_SCOPED(antin_bytes) der = {0};
		struct antin_err err = {0};
		enum antin_rc want = !named->ours ? ANTIN_E_UNSUPPORTED
		                     : good       ? ANTIN_OK
		                                  : ANTIN_E_FORMAT;

		ec_spki(named->oid, (struct antin_slice){point, len}, &der);
		ck_assert_msg(read_spki(&der, &err) == want, "%s as %s: %s", c->name, named->name,
		              util_line(&err));
	}
	if (!c->ours)
		return;
	for (unsigned int first = 0; first < 256; first++) {
		size_t cut = first == 2 || first == 3 ? c->field + 1 : first ? len : 1;
		uint8_t changed[sizeof(point)];
		ANTIN_SCOPED(antin_bytes) der = {0};
		struct antin_err err = {0};

		memcpy(changed, point, len);
		changed[0] = (uint8_t)first;
		ec_spki(c->oid, (struct antin_slice){changed, cut}, &der);
		ck_assert_msg(read_spki(&der, &err) == (first == 4 ? ANTIN_OK : ANTIN_E_FORMAT),
		              "%s, form %u", c->name, first);
		if (first != 4)
			ck_assert_ptr_nonnull(
			        strstr(util_line(&err), "the public key is not readable"));
	}
	/* Any bit of a coordinate changed leaves the curve. */
	for (size_t bit = 8; bit < len * 8; bit += 5) {
		ANTIN_SCOPED(antin_bytes) der = {0};
		struct antin_err err = {0};

		point[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ec_spki(c->oid, (struct antin_slice){point, len}, &der);
		util_fails(read_spki(&der, &err), ANTIN_E_FORMAT);
		point[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}
END_TEST

/* ---- chains ---- */

static struct antin_cert *
certified(const struct issued *root, struct antin_key *key, int64_t days)
{
	ANTIN_OWN_S(antin_profile) p = issued_profile("vn-sub-ca");
	ANTIN_SCOPED(antin_bytes) name = {0};
	struct antin_err err = {0};
	struct antin_issue i;

	util_ok(antin_name_parse(SUB_NAME, &name, &err));
	i = issued_spec(p, root, key, antin_bytes_slice(&name));
	i.period.not_after = i.period.not_before + days * 86400;
	return issued_finish(&i, root->key);
}

/* Of several certificates for one key the one that ends last leads, in whatever order they come;
 * an issuer of the same name with another key is passed over. */
START_TEST(chain_choice)
{
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	struct issued twin = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	ANTIN_OWN_S(antin_key) key = issued_key("p256");
	ANTIN_OWN_S(antin_cert) early = certified(&root, key, 2000);
	ANTIN_OWN_S(antin_cert) late = certified(&root, key, 3000);
	struct antin_cert *const all[] = {early, late, twin.cert, root.cert};
	static const size_t orders[][4] = {{0, 1, 2, 3}, {1, 0, 3, 2}, {3, 2, 1, 0},
	                                   {2, 1, 0, 3}, {2, 0, 3, 1}, {0, 3, 2, 1}};

	for (size_t i = 0; i < UTIL_COUNT(orders); i++) {
		ANTIN_OWN(EVP_PKEY) pkey = EVP_EC_gen("P-256");
		ANTIN_OWN_S(antin_key) k = NULL;
		ANTIN_SCOPED(antin_certs) l = {0};
		struct antin_err err = {0};

		util_ok(antin_key_of_pkey(pkey, "k", &k, &err));
		antin_public_free(k->public_key);
		k->public_key = antin_public_ref(key->public_key);
		for (size_t n = 0; n < 4; n++)
			util_ok(antin_certs_add(&l, all[orders[i][n]], &err));
		util_ok(antin_key_chain(k, &l, &err));
		ck_assert_uint_eq(k->n_chain, 2);
		util_slice_eq(k->chain[0]->der, late->der);
		util_slice_eq(k->chain[1]->der, root.cert->der);
	}
	issued_done(&root);
	issued_done(&twin);
}
END_TEST

Suite *suite_key_matrix(void);
Suite *
suite_key_matrix(void)
{
	Suite *s = suite_create("key_matrix");
	TCase *t = tcase_create("key_matrix");

	tcase_add_test(t, pss_parameters);
	tcase_add_test(t, pss_masks);
	tcase_add_test(t, fitting);
	tcase_add_loop_test(t, signatures, 0, 4);
	tcase_add_test(t, shorter_by_a_zero);
	tcase_add_loop_test(t, points, 0, (int)UTIL_COUNT(curves));
	tcase_add_test(t, chain_choice);
	suite_add_tcase(s, t);
	return s;
}
