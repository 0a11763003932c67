/*
 * Certificate requests: ours read by OpenSSL, OpenSSL's read by us, and what is refused.
 */
#include <openssl/x509v3.h>

#include <antin/request.h>

#include "issued.h"

static void
write_request(const char *algorithm, const char *email, struct antin_bytes *der)
{
	ANTIN_OWN_S(antin_key) key = issued_key(algorithm);
	ANTIN_SCOPED(antin_bytes) name = {0};
	struct antin_err err = {0};

	util_ok(antin_name_parse(EE_NAME, &name, &err));
	util_ok(antin_request_write(key, antin_bytes_slice(&name), email, der, &err));
}

START_TEST(both_ways)
{
	static const char *const algorithms[] = {"rsa2048", "rsa3072", "p256", "p384"};
	const char *email = _i % 2 ? "vanthu@example.gov.vn" : NULL;
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_SCOPED(antin_bytes) emails = {0};
	ANTIN_OWN_S(antin_request) r = NULL;
	struct antin_err err = {0};
	const unsigned char *p;
	X509_REQ *theirs;

	write_request(algorithms[_i], email, &der);
	p = der.p;
	theirs = d2i_X509_REQ(NULL, &p, (long)der.len);
	ck_assert_ptr_nonnull(theirs);
	ck_assert_int_eq(X509_REQ_verify(theirs, X509_REQ_get0_pubkey(theirs)), 1);
	X509_REQ_free(theirs);
	util_ok(antin_request_read(antin_bytes_slice(&der), &r, &err));
	util_slice_eq(r->der, antin_bytes_slice(&der));
	util_slice_eq(r->spki, antin_public_spki(r->public_key));
	ck_assert_uint_eq(r->n_exts, email ? 1 : 0);
	antin_request_emails(r, &emails);
	if (email)
		ck_assert(antin_slice_is(antin_bytes_slice(&emails), "vanthu@example.gov.vn\n"));
	else
		ck_assert_uint_eq(emails.len, 0);
}
END_TEST

/* A request as `openssl req` makes it, with more than we look at. */
START_TEST(of_openssl)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509_REQ *theirs = X509_REQ_new();
	STACK_OF(X509_EXTENSION) *exts = sk_X509_EXTENSION_new_null();
	ANTIN_SCOPED(antin_bytes) emails = {0};
	ANTIN_OWN_S(antin_request) r = NULL;
	struct antin_err err = {0};
	unsigned char *der = NULL;
	int len;

	ck_assert(X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(theirs), "CN", MBSTRING_UTF8,
	                                     (const unsigned char *)"Ấn", -1, -1, 0));
	ck_assert(X509_REQ_set_pubkey(theirs, key));
	sk_X509_EXTENSION_push(exts, X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name,
	                                                 "email:a@b.vn,email:c@d.vn,DNS:x"));
	sk_X509_EXTENSION_push(exts, X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints,
	                                                 "critical,CA:TRUE"));
	ck_assert(X509_REQ_add_extensions(theirs, exts));
	ck_assert(X509_REQ_add1_attr_by_NID(theirs, NID_pkcs9_challengePassword, MBSTRING_ASC,
	                                    (const unsigned char *)"secret", -1));
	ck_assert_int_gt(X509_REQ_sign(theirs, key, EVP_sha256()), 0);
	len = i2d_X509_REQ(theirs, &der);
	ck_assert_int_gt(len, 0);
	util_ok(antin_request_read((struct antin_slice){der, (size_t)len}, &r, &err));
	ck_assert_uint_eq(r->n_exts, 2);
	ck_assert_uint_eq(r->n_attributes, 2);
	ck_assert(r->exts[1].critical);
	antin_request_emails(r, &emails);
	ck_assert(antin_slice_is(antin_bytes_slice(&emails), "a@b.vn\nc@d.vn\n"));
	OPENSSL_free(der);
	sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
	X509_REQ_free(theirs);
	EVP_PKEY_free(key);
}
END_TEST

/* A cut and a flipped bit never give a request: all of it is signed or is the signature. */
START_TEST(broken)
{
	ANTIN_SCOPED(antin_bytes) der = {0};

	write_request("p256", "a@b.vn", &der);
	for (size_t len = 0; len < der.len; len++) {
		ANTIN_OWN_S(antin_request) r = NULL;

		ck_assert_int_ne(antin_request_read((struct antin_slice){der.p, len}, &r, NULL),
		                 ANTIN_OK);
	}
	for (size_t i = 0; i < der.len * 8; i++) {
		ANTIN_OWN_S(antin_request) r = NULL;

		der.p[i / 8] ^= (uint8_t)(1U << i % 8);
		ck_assert_msg(antin_request_read(antin_bytes_slice(&der), &r, NULL) != ANTIN_OK,
		              "bit %zu", i);
		der.p[i / 8] ^= (uint8_t)(1U << i % 8);
	}
	antin_bytes_byte(&der, 0);
	{
		ANTIN_OWN_S(antin_request) r = NULL;

		ck_assert_int_eq(antin_request_read(antin_bytes_slice(&der), &r, NULL),
		                 ANTIN_E_FORMAT);
	}
}
END_TEST

/* Properly signed, but not what PKCS#10 allows: hex of version and of the attributes. */
static const struct {
	const char *what, *version, *attributes;
	enum antin_rc want;
} shapes[] = {
        {"good", "020100", "a000", ANTIN_OK},
        {"version 2", "020101", "a000", ANTIN_E_FORMAT},
        {"no attributes", "020100", "", ANTIN_E_FORMAT},
        {"attribute without a value", "020100",
         "a00b3009060"
         "32a0304"
         "3100"
         "0000",
         ANTIN_E_FORMAT},
        {"something behind", "020100", "a0000500", ANTIN_E_FORMAT},
        {"extensions twice", "020100",
         "a042301f06092a864886f70d01090e31123010300e0603551d130101ff040430020000"
         "301f06092a864886f70d01090e31123010300e0603551d130101ff040430020000",
         ANTIN_E_FORMAT},
        {"the same extension twice", "020100",
         "a02c302a06092a864886f70d01090e311d301b30090603551d13040230"
         "00300e0603551d130101ff04"
         "0430020000",
         ANTIN_E_FORMAT},
        {"no extension", "020100", "a011300f06092a864886f70d01090e31023000", ANTIN_E_FORMAT},
};

START_TEST(shape)
{
	ANTIN_OWN_S(antin_key) key = issued_key("p256");
	ANTIN_SCOPED(antin_bytes) info = {0};
	ANTIN_SCOPED(antin_bytes) name = {0};
	ANTIN_SCOPED(antin_bytes) signature = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_slice spki = antin_public_spki(key->public_key);
	struct antin_sigalg a = antin_sigalg_default(ANTIN_KEY_P256);
	ANTIN_OWN_S(antin_request) r = NULL;
	struct antin_err err = {0};
	size_t mark = antin_der_open(&info, ANTIN_SEQUENCE);

	util_ok(antin_name_parse("CN=A", &name, &err));
	util_hex(shapes[_i].version, &info);
	antin_bytes_add(&info, name.p, name.len);
	antin_bytes_add(&info, spki.p, spki.len);
	if (*shapes[_i].attributes)
		util_hex(shapes[_i].attributes, &info);
	antin_der_close(&info, mark);
	util_ok(antin_key_sign_message(key, a, antin_bytes_slice(&info), &signature, &err));
	util_ok(antin_request_finish(antin_bytes_slice(&info), a, antin_bytes_slice(&signature),
	                             &der, &err));
	ck_assert_msg(antin_request_read(antin_bytes_slice(&der), &r, &err) == shapes[_i].want,
	              "%s: %s", shapes[_i].what, util_line(&err));
}
END_TEST

/* Signed by another key, or with an algorithm that proves nothing. */
START_TEST(possession)
{
	ANTIN_OWN_S(antin_key) key = issued_key("p256");
	ANTIN_OWN_S(antin_key) other = issued_key("p256");
	ANTIN_SCOPED(antin_bytes) name = {0};
	ANTIN_SCOPED(antin_bytes) info = {0};
	ANTIN_SCOPED(antin_bytes) signature = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_SCOPED(antin_bytes) sha1 = {0};
	struct antin_sigalg a = antin_sigalg_default(ANTIN_KEY_P256);
	ANTIN_OWN_S(antin_request) r = NULL;
	struct antin_err err = {0};

	util_ok(antin_name_parse("CN=A", &name, &err));
	util_ok(antin_request_info(antin_public_spki(key->public_key), antin_bytes_slice(&name),
	                           NULL, &info, &err));
	util_ok(antin_key_sign_message(other, a, antin_bytes_slice(&info), &signature, &err));
	util_ok(antin_request_finish(antin_bytes_slice(&info), a, antin_bytes_slice(&signature),
	                             &der, &err));
	util_fails(antin_request_read(antin_bytes_slice(&der), &r, &err), ANTIN_E_BAD_SIGNATURE);
	antin_err_clear(&err);
	a.digest = ANTIN_SHA1;
	util_ok(antin_request_finish(antin_bytes_slice(&info), a, antin_bytes_slice(&signature),
	                             &sha1, &err));
	util_fails(antin_request_read(antin_bytes_slice(&sha1), &r, &err), ANTIN_E_POLICY);
	ck_assert_ptr_null(r);
}
END_TEST

START_TEST(emails)
{
	static const struct {
		const char *email;
		bool good;
	} cases[] = {
	        {"a@b", true},    {"van.thu+1@example.gov.vn", true},
	        {"", false},      {"a", false},
	        {"@b", false},    {"a@", false},
	        {"a@b@c", false}, {"a b@c", false},
	        {"ả@b", false},   {"a@b\n", false},
	        {"<a@b>", false}, {"a,b@c", false},
	};
	ANTIN_OWN_S(antin_key) key = issued_key("p256");
	ANTIN_SCOPED(antin_bytes) name = {0};
	struct antin_err err = {0};

	util_ok(antin_name_parse("CN=A", &name, &err));
	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) der = {0};
		struct antin_err e = {0};
		enum antin_rc rc = antin_request_write(key, antin_bytes_slice(&name),
		                                       cases[i].email, &der, &e);

		ck_assert_msg(rc == (cases[i].good ? ANTIN_OK : ANTIN_E_USAGE), "<%s>",
		              cases[i].email);
		ck_assert_int_eq(der.len > 0, cases[i].good);
	}
}
END_TEST

START_TEST(files)
{
	static const char *const labels[] = {"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"};
	char *folder = util_scratch();
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_err err = {0};

	write_request("p256", NULL, &der);
	for (size_t i = 0; i < UTIL_COUNT(labels); i++) {
		const char *path = util_path(folder, "x.csr");
		ANTIN_SCOPED(antin_bytes) pem = {0};
		ANTIN_OWN_S(antin_request) r = NULL;

		antin_pem_add(&pem, labels[i], antin_bytes_slice(&der));
		util_write(path, antin_bytes_slice(&pem));
		util_ok(antin_request_load(path, &r, &err));
		util_slice_eq(r->der, antin_bytes_slice(&der));
	}
	{
		ANTIN_OWN_S(antin_request) r = NULL;

		util_write(util_path(folder, "y.csr"), antin_bytes_slice(&der));
		util_ok(antin_request_load(util_path(folder, "y.csr"), &r, &err));
		util_fails(antin_request_load(util_path(folder, "none.csr"), &r, &err),
		           ANTIN_E_MISSING);
		antin_err_clear(&err);
		util_fails(antin_request_load(folder, &r, &err), ANTIN_E_FOLDER);
	}
	util_scratch_remove(folder);
}
END_TEST

Suite *suite_request(void);
Suite *
suite_request(void)
{
	Suite *s = suite_create("request");
	TCase *t = tcase_create("request");

	tcase_add_loop_test(t, both_ways, 0, 4);
	tcase_add_test(t, of_openssl);
	tcase_add_test(t, broken);
	tcase_add_loop_test(t, shape, 0, UTIL_COUNT(shapes));
	tcase_add_test(t, possession);
	tcase_add_test(t, emails);
	tcase_add_test(t, files);
	suite_add_tcase(s, t);
	return s;
}
