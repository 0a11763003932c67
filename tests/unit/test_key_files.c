/*
 * Key files made on the spot by OpenSSL: every protection of PKCS#8 and PKCS#12 with every kind of
 * passphrase, files that hold the wrong number of things, keys whose halves do not fit.  OpenSSL
 * itself says what each file holds.
 */
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <antin/keystore.h>

#include "../../lib/x509/key_internal.h"
#include "issued.h"

ANTIN_OWNER(PKCS12, PKCS12_free);
ANTIN_OWNER(PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free);
ANTIN_OWNER(X509_SIG, X509_SIG_free);

/* Longer than a block of any digest, which PBKDF2 then hashes first. */
static const char long_pass[] =
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
        "abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/* What a person may have typed when the file was made. */
static const char *const passes[] = {"1234",          " 12 34 ",          "mật khẩu",
                                     "p@ss\"w\\ord'", "\xf0\x9f\x94\x91", "tab\tand\nline",
                                     long_pass};
enum { PASSES = UTIL_COUNT(passes) };

struct given {
	struct antin_pin_source source;
	struct antin_slice pin;
	int asked;
};

static enum antin_rc
give(void *user, const struct antin_pin_request *q, struct antin_bytes *pin, struct antin_err *err)
{
	struct given *g = user;

	ck_assert_int_eq(q->why, ANTIN_PIN_PASSPHRASE);
	g->asked++;
	antin_bytes_add(pin, g->pin.p, g->pin.len);
	return antin_bytes_check(pin, err);
}

/* Reads the octets with this passphrase; how often it was asked for goes to `asked`. */
static enum antin_rc
read_key(const struct antin_bytes *file, struct antin_slice pin, EVP_PKEY **out, int *asked,
         struct antin_err *err)
{
	struct given g = {.source = {.get = give}, .pin = pin};
	ANTIN_SCOPED(antin_certs) found = {0};
	enum antin_rc rc;

	g.source.user = &g;
	rc = antin_pkey_read(antin_bytes_slice(file), "k", &g.source, out, &found, err);
	*asked = g.asked;
	/* Nothing of the library's own error queue is left for the next call to trip over. */
	ck_assert_uint_eq(ERR_peek_error(), 0);
	return rc;
}

#define TO_BYTES(name, type)                                                                       \
	static void name(type *x, struct antin_bytes *out)                                         \
	{                                                                                          \
		unsigned char *der = NULL;                                                         \
		int len = i2d_##type(x, &der);                                                     \
                                                                                                   \
		ck_assert_int_gt(len, 0);                                                          \
		antin_bytes_add(out, der, (size_t)len);                                            \
		OPENSSL_free(der);                                                                 \
	}
TO_BYTES(p12_bytes, PKCS12)
TO_BYTES(info_bytes, PKCS8_PRIV_KEY_INFO)
TO_BYTES(sealed_bytes, X509_SIG)

/* ---- protections ---- */

static const struct protection {
	const char *what;
	const EVP_CIPHER *(*cipher)(void); /* PBES2; NULL: `nid` */
	int nid;
	int iterations;
} protections[] = {
        {"AES-128", EVP_aes_128_cbc, -1, 2048},
        {"AES-192", EVP_aes_192_cbc, -1, 2048},
        {"AES-256", EVP_aes_256_cbc, -1, 2048},
        {"AES-256, one round", EVP_aes_256_cbc, -1, 1},
        {"Triple DES of PKCS#12", NULL, NID_pbe_WithSHA1And3_Key_TripleDES_CBC, 2048},
        {"Triple DES of two keys", NULL, NID_pbe_WithSHA1And2_Key_TripleDES_CBC, 2048},
};
enum { PROTECTIONS = UTIL_COUNT(protections) };

static void
seal(EVP_PKEY *key, const struct protection *p, const char *pass, struct antin_bytes *out)
{
	static unsigned char salt[8] = "saltsalt";
	ANTIN_OWN(PKCS8_PRIV_KEY_INFO) info = EVP_PKEY2PKCS8(key);
	ANTIN_OWN(X509_SIG) sealed = NULL;

	ck_assert_ptr_nonnull(info);
	sealed = PKCS8_encrypt(p->nid, p->cipher ? p->cipher() : NULL, pass, (int)strlen(pass),
	                       salt, sizeof(salt), p->iterations, info);
	ck_assert_msg(sealed != NULL, "%s", p->what);
	sealed_bytes(sealed, out);
}

START_TEST(sealed_pkcs8)
{
	const struct protection *p = &protections[_i / PASSES];
	const char *pass = passes[_i % PASSES];
	ANTIN_OWN(EVP_PKEY) key = EVP_EC_gen("P-256");
	ANTIN_OWN(EVP_PKEY) got = NULL;
	ANTIN_OWN(EVP_PKEY) none = NULL;
	ANTIN_SCOPED(antin_bytes) file = {0};
	struct antin_err err = {0};
	int asked;

	seal(key, p, pass, &file);
	util_ok(read_key(&file, antin_slice_text(pass), &got, &asked, &err));
	ck_assert_int_eq(asked, 1);
	ck_assert_int_eq(EVP_PKEY_eq(key, got), 1);
	/* One character less is another passphrase. */
	util_fails(read_key(&file, (struct antin_slice){(const uint8_t *)pass, strlen(pass) - 1},
	                    &none, &asked, &err),
	           ANTIN_E_PIN_WRONG);
	ck_assert_ptr_null(none);
	ck_assert_ptr_null(strstr(util_line(&err), pass));
}
END_TEST

static PKCS12 *
p12_of(const char *pass, EVP_PKEY *key, int nid_key, int nid_cert)
{
	PKCS12 *p12 = PKCS12_create(pass, "n", key, NULL, NULL, nid_key, nid_cert, 2048, 2048, 0);

	ck_assert_ptr_nonnull(p12);
	return p12;
}

START_TEST(sealed_pkcs12)
{
	static const int nids[][2] = {
	        {NID_aes_256_cbc, NID_aes_256_cbc},
	        {NID_aes_128_cbc, -1},
	        {-1, -1},
	        {-1, NID_aes_256_cbc},
	        {NID_pbe_WithSHA1And3_Key_TripleDES_CBC, NID_pbe_WithSHA1And3_Key_TripleDES_CBC},
	};
	const char *pass = passes[_i];

	for (size_t n = 0; n < UTIL_COUNT(nids); n++) {
		ANTIN_OWN(EVP_PKEY) key = EVP_EC_gen("P-256");
		ANTIN_OWN(PKCS12) p12 = p12_of(pass, key, nids[n][0], nids[n][1]);
		ANTIN_OWN(EVP_PKEY) got = NULL;
		ANTIN_OWN(EVP_PKEY) theirs = NULL;
		ANTIN_OWN(EVP_PKEY) none = NULL;
		ANTIN_SCOPED(antin_bytes) file = {0};
		struct antin_err err = {0};
		int asked;

		ck_assert_int_eq(PKCS12_parse(p12, pass, &theirs, NULL, NULL), 1);
		p12_bytes(p12, &file);
		util_ok(read_key(&file, antin_slice_text(pass), &got, &asked, &err));
		ck_assert_int_eq(asked, 1);
		ck_assert_int_eq(EVP_PKEY_eq(theirs, got), 1);
		util_fails(read_key(&file, UTIL_LITERAL("wrong"), &none, &asked, &err),
		           ANTIN_E_PIN_WRONG);
		/* What a MAC covers may not be changed, wherever. */
		for (size_t at = 0; at < file.len && _i == 0; at += 7) {
			struct antin_err why = {0};
			enum antin_rc rc;

			file.p[at] ^= 0x04;
			rc = read_key(&file, antin_slice_text(pass), &none, &asked, &why);
			ck_assert_msg(rc != ANTIN_OK || EVP_PKEY_eq(theirs, none) == 1, "octet %zu",
			              at);
			EVP_PKEY_free(none);
			none = NULL;
			file.p[at] ^= 0x04;
		}
	}
}
END_TEST

/* A NUL is neither the end of a passphrase nor nothing. */
START_TEST(nul_in_passphrase)
{
	static const struct antin_slice pins[] = {UTIL_LITERAL("1234\0"),
	                                          UTIL_LITERAL("1234\0"
	                                                       "5"),
	                                          UTIL_LITERAL("\0"
	                                                       "1234"),
	                                          UTIL_LITERAL("\0")};
	ANTIN_OWN(EVP_PKEY) key = EVP_EC_gen("P-256");
	ANTIN_OWN(PKCS12) p12 = p12_of("1234", key, NID_aes_256_cbc, -1);
	struct antin_bytes files[2] = {{0}, {0}};

	seal(key, &protections[2], "1234", &files[0]);
	p12_bytes(p12, &files[1]);
	for (size_t i = 0; i < UTIL_COUNT(pins) * 2; i++) {
		ANTIN_OWN(EVP_PKEY) got = NULL;
		struct antin_err err = {0};
		int asked;

		util_fails(read_key(&files[i % 2], pins[i / 2], &got, &asked, &err),
		           ANTIN_E_PIN_WRONG);
		ck_assert_ptr_null(got);
	}
	antin_bytes_done(&files[0]);
	antin_bytes_done(&files[1]);
}
END_TEST

/* No passphrase has two encodings (RFC 7292 B.1); neither is asked for. */
START_TEST(no_passphrase)
{
	static const char *const none[] = {NULL, ""};

	for (size_t i = 0; i < UTIL_COUNT(none); i++) {
		ANTIN_OWN(EVP_PKEY) key = EVP_EC_gen("P-384");
		ANTIN_OWN(PKCS12) p12 = p12_of(none[i], key, -1, -1);
		ANTIN_OWN(EVP_PKEY) got = NULL;
		ANTIN_SCOPED(antin_bytes) file = {0};
		struct antin_err err = {0};
		int asked;

		p12_bytes(p12, &file);
		util_ok(read_key(&file, UTIL_LITERAL("x"), &got, &asked, &err));
		ck_assert_int_eq(asked, 0);
		ck_assert_int_eq(EVP_PKEY_eq(key, got), 1);
	}
}
END_TEST

/* ---- MACs ---- */

START_TEST(macs)
{
	static const struct {
		const EVP_MD *(*digest)(void);
		int iterations;
		enum antin_rc rc;
	} cases[] = {
	        {EVP_sha1, 1, ANTIN_OK},        {EVP_sha1, 2048, ANTIN_OK},
	        {EVP_sha256, 1, ANTIN_OK},      {EVP_sha256, 2048, ANTIN_OK},
	        {EVP_sha384, 2048, ANTIN_OK},   {EVP_sha512, 2048, ANTIN_OK},
	        {EVP_sha512, 100000, ANTIN_OK},
	};

	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		ANTIN_OWN(EVP_PKEY) key = EVP_EC_gen("P-256");
		ANTIN_OWN(PKCS12) p12 = p12_of("1234", key, -1, -1);
		ANTIN_OWN(EVP_PKEY) got = NULL;
		ANTIN_SCOPED(antin_bytes) file = {0};
		struct antin_err err = {0};
		int asked;

		ck_assert_int_eq(PKCS12_set_mac(p12, "1234", -1, NULL, 0, cases[i].iterations,
		                                cases[i].digest()),
		                 1);
		p12_bytes(p12, &file);
		ck_assert_msg(read_key(&file, UTIL_LITERAL("1234"), &got, &asked, &err) ==
		                      cases[i].rc,
		              "%zu: %s", i, util_line(&err));
	}
}
END_TEST

/* Copies elements with another number for that of the rounds, 2048. */
static void
replace_rounds(struct antin_slice elements, const char *number, struct antin_bytes *out)
{
	struct antin_in in = antin_in_of(elements);
	struct antin_tlv e;

	while (antin_der_next(&in, &e)) {
		size_t mark;

		if (e.tag == ANTIN_INTEGER && antin_slice_equal(e.value, UTIL_LITERAL("\x08\0"))) {
			util_hex(number, out);
			continue;
		}
		if (!(e.tag & 0x20)) {
			antin_bytes_add(out, e.whole.p, e.whole.len);
			continue;
		}
		mark = antin_der_open(out, e.tag);
		replace_rounds(e.value, number, out);
		antin_der_close(out, mark);
	}
}

/* A number of rounds that would keep the machine busy for hours is refused before the first. */
START_TEST(rounds_without_end)
{
	static const char *const numbers[] = {"020400989681", "02047fffffff",
	                                      "020800ffffffffffffff", "0204ffffffff"};
	ANTIN_OWN(EVP_PKEY) key = EVP_EC_gen("P-256");
	ANTIN_OWN(PKCS12) p12 = p12_of("1234", key, -1, -1);
	struct antin_bytes files[3] = {{0}, {0}, {0}};

	p12_bytes(p12, &files[0]);
	seal(key, &protections[2], "1234", &files[1]);
	seal(key, &protections[4], "1234", &files[2]);
	for (size_t i = 0; i < UTIL_COUNT(numbers) * UTIL_COUNT(files); i++) {
		struct antin_bytes *file = &files[i % UTIL_COUNT(files)];
		ANTIN_SCOPED(antin_bytes) other = {0};
		ANTIN_SCOPED(antin_bytes) same = {0};
		ANTIN_OWN(EVP_PKEY) got = NULL;
		struct antin_err err = {0};
		int asked;

		replace_rounds(antin_bytes_slice(file), "02020800", &same);
		util_slice_eq(antin_bytes_slice(&same), antin_bytes_slice(file));
		replace_rounds(antin_bytes_slice(file), numbers[i / UTIL_COUNT(files)], &other);
		ck_assert_uint_ne(other.len, file->len);
		util_fails(read_key(&other, UTIL_LITERAL("1234"), &got, &asked, &err),
		           ANTIN_E_FORMAT);
		ck_assert_int_eq(asked, 0);
	}
	for (size_t i = 0; i < UTIL_COUNT(files); i++)
		antin_bytes_done(&files[i]);
}
END_TEST

/* ---- what lies in a file ---- */

static PKCS12_SAFEBAG *
add_key(STACK_OF(PKCS12_SAFEBAG) * *bags, EVP_PKEY *key, bool sealed)
{
	return PKCS12_add_key(bags, key, 0, 2048, sealed ? NID_aes_256_cbc : -1, "1234");
}

/* As many keys as asked, in one safe or each in its own. */
static PKCS12 *
p12_of_keys(size_t keys, bool sealed, bool own_safes)
{
	STACK_OF(PKCS7) *safes = NULL;
	STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
	PKCS12 *p12;

	for (size_t i = 0; i < keys; i++) {
		ANTIN_OWN(EVP_PKEY) key = EVP_EC_gen("P-256");

		ck_assert_ptr_nonnull(add_key(&bags, key, sealed));
		if (own_safes || i + 1 == keys) {
			ck_assert_int_eq(PKCS12_add_safe(&safes, bags, i % 2 ? NID_aes_256_cbc : -1,
			                                 2048, "1234"),
			                 1);
			sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
			bags = NULL;
		}
	}
	p12 = PKCS12_add_safes(safes, 0);
	ck_assert_ptr_nonnull(p12);
	ck_assert_int_eq(PKCS12_set_mac(p12, "1234", -1, NULL, 0, 2048, NULL), 1);
	sk_PKCS7_pop_free(safes, PKCS7_free);
	return p12;
}

/* Two keys are a question that nobody answered: never the first that comes. */
START_TEST(number_of_keys)
{
	for (size_t i = 0; i < 3 * 4; i++) {
		size_t keys = 1 + i / 4;
		ANTIN_OWN(PKCS12) p12 = p12_of_keys(keys, i & 1, i & 2);
		ANTIN_OWN(EVP_PKEY) got = NULL;
		ANTIN_SCOPED(antin_bytes) file = {0};
		struct antin_err err = {0};
		enum antin_rc rc;
		int asked;

		p12_bytes(p12, &file);
		rc = read_key(&file, UTIL_LITERAL("1234"), &got, &asked, &err);
		ck_assert_msg(rc == (keys == 1 ? ANTIN_OK : ANTIN_E_AMBIGUOUS), "%zu: %s", i,
		              util_line(&err));
		if (keys == 1)
			continue;
		ck_assert_ptr_nonnull(strstr(util_line(&err), "k holds more than one key"));
		ck_assert_ptr_null(got);
	}
}
END_TEST

/* ---- halves that do not fit ---- */

START_TEST(halves)
{
	ANTIN_OWN(EVP_PKEY) one = EVP_EC_gen("P-256");
	ANTIN_OWN(EVP_PKEY) two = EVP_EC_gen("P-256");
	ANTIN_OWN(PKCS8_PRIV_KEY_INFO) a = EVP_PKEY2PKCS8(one);
	ANTIN_OWN(PKCS8_PRIV_KEY_INFO) b = EVP_PKEY2PKCS8(two);
	ANTIN_SCOPED(antin_bytes) first = {0};
	ANTIN_SCOPED(antin_bytes) second = {0};
	enum { POINT = 65 };
	ANTIN_OWN(EVP_PKEY) got = NULL;
	ANTIN_OWN_S(antin_key) k = NULL;
	ANTIN_SCOPED(antin_bytes) signature = {0};
	struct antin_err err = {0};
	enum antin_rc rc;
	int asked;

	info_bytes(a, &first);
	info_bytes(b, &second);
	ck_assert_uint_eq(first.len, second.len);
	/* The point stands at the end: the private half of one, the public half of the other. */
	memcpy(first.p + first.len - POINT, second.p + second.len - POINT, POINT);
	rc = read_key(&first, UTIL_LITERAL(""), &got, &asked, &err);
	if (rc == ANTIN_OK)
		rc = antin_key_of_pkey(got, "k", &k, &err);
	if (rc == ANTIN_OK)
		rc = antin_key_sign_message(k, antin_sigalg_default(ANTIN_KEY_P256),
		                            UTIL_LITERAL("x"), &signature, &err);
	ck_assert_msg(rc != ANTIN_OK, "a signature that nobody can verify was made");
	ck_assert_uint_eq(signature.len, 0);
}
END_TEST

Suite *suite_key_files(void);
Suite *
suite_key_files(void)
{
	Suite *s = suite_create("key_files");
	TCase *t = tcase_create("key_files");

	tcase_add_loop_test(t, sealed_pkcs8, 0, PROTECTIONS * PASSES);
	tcase_add_loop_test(t, sealed_pkcs12, 0, PASSES);
	tcase_add_test(t, nul_in_passphrase);
	tcase_add_test(t, no_passphrase);
	tcase_add_test(t, macs);
	tcase_add_test(t, rounds_without_end);
	tcase_add_test(t, number_of_keys);
	tcase_add_test(t, halves);
	suite_add_tcase(s, t);
	return s;
}
