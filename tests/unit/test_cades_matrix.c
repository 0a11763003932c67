/*
 * CAdES: what OpenSSL signs with every kind of key, digest and form, and exactly what we say of it:
 * the class of reading it, the rules it breaks, the class of checking it against the key.
 */
#include "pki.h"
#include "util.h"

#include <openssl/cms.h>

#include <antin/cades.h>

static const char content[] = "C\xc3\xb4ng v\xc4\x83n s\xe1\xbb\x91 2/2026\n";

enum { RSA_KEY, PSS_KEY, P256_KEY, P384_KEY, KEYS };
static EVP_PKEY *keys[KEYS];
static X509 *certs[KEYS];
static struct antin_cert *parsed[KEYS];

static void
set_up(void)
{
	keys[RSA_KEY] = EVP_RSA_gen(2048);
	keys[PSS_KEY] = EVP_RSA_gen(2048);
	keys[P256_KEY] = EVP_EC_gen("P-256");
	keys[P384_KEY] = EVP_EC_gen("P-384");
	for (int i = 0; i < KEYS; i++) {
		const unsigned char *p;

		parsed[i] = pki_cert(pki_leaf("A", "A", keys[i], keys[i]));
		p = parsed[i]->der.p;
		certs[i] = d2i_X509(NULL, &p, (long)parsed[i]->der.len);
		ck_assert_ptr_nonnull(certs[i]);
	}
}

static void
tear_down(void)
{
	for (int i = 0; i < KEYS; i++) {
		EVP_PKEY_free(keys[i]);
		X509_free(certs[i]);
		antin_cert_free(parsed[i]);
	}
}

/* How a signature is made. */
struct way {
	const char *digest;
	unsigned int flags; /* of CMS_add1_signer */
	bool extra, two, counter, attached;
};

static void
add_signer(CMS_ContentInfo *info, int key, const struct way *w, unsigned int flags)
{
	CMS_SignerInfo *si;

	si = CMS_add1_signer(info, certs[key], keys[key], EVP_get_digestbyname(w->digest),
	                     flags | w->flags | (key == PSS_KEY ? CMS_KEY_PARAM : 0));
	ck_assert_ptr_nonnull(si);
	if (key == PSS_KEY) {
		EVP_PKEY_CTX *ctx = CMS_SignerInfo_get0_pkey_ctx(si);

		ck_assert_int_eq(EVP_PKEY_CTX_ctrl_str(ctx, "rsa_padding_mode", "pss"), 1);
		ck_assert_int_eq(EVP_PKEY_CTX_ctrl_str(ctx, "rsa_pss_saltlen", "digest"), 1);
	}
	/* RFC 5652 11.4: who countersigns is no second signer. */
	if (w->counter)
		ck_assert_int_eq(CMS_unsigned_add1_attr_by_NID(si, NID_pkcs9_countersignature,
		                                               V_ASN1_SEQUENCE, "\x30\x00", 2),
		                 1);
}

static void
openssl_signs(int key, const struct way *w, struct antin_bytes *out)
{
	BIO *data = BIO_new_mem_buf(content, (int)strlen(content));
	unsigned int flags = CMS_BINARY | CMS_PARTIAL | (w->attached ? 0 : CMS_DETACHED);
	CMS_ContentInfo *info = CMS_sign(NULL, NULL, NULL, data, flags);
	unsigned char *der = NULL;
	int len;

	add_signer(info, key, w, flags);
	if (w->two)
		add_signer(info, key == P256_KEY ? P384_KEY : P256_KEY, w, flags);
	if (w->extra)
		for (int i = 0; i < KEYS; i++)
			if (i != key)
				ck_assert_int_eq(CMS_add1_cert(info, certs[i]), 1);
	ck_assert_int_eq(CMS_final(info, data, NULL, flags), 1);
	len = i2d_CMS_ContentInfo(info, &der);
	ck_assert_int_gt(len, 0);
	antin_bytes_add(out, der, (size_t)len);
	OPENSSL_free(der);
	CMS_ContentInfo_free(info);
	BIO_free(data);
}

/* What is said: "read: class", or the codes in order, then the class of checking. */
static void
describe(struct antin_slice cms, int key, enum antin_cades_form form, char *line, size_t cap)
{
	const struct antin_cades_problem *problems[ANTIN_CADES_PROBLEMS];
	ANTIN_OWN_S(antin_cades) c = NULL;
	const struct antin_public *public_key = NULL;
	uint8_t digest[ANTIN_DIGEST_MAX];
	struct antin_err err = {0};
	enum antin_rc rc = antin_cades_read(cms, &c, &err);
	size_t n, used = 0;

	ck_assert_int_eq(rc, err.rc);
	if (rc != ANTIN_OK) {
		(void)snprintf(line, cap, "read: %s", antin_rc_id(rc));
		return;
	}
	line[0] = '\0';
	n = antin_cades_problems(c, form, parsed[key], problems);
	for (size_t i = 0; i < n; i++)
		used += (size_t)snprintf(line + used, cap - used, "%s%s ",
		                         problems[i]->fatal ? "!" : "", problems[i]->code);
	util_ok(antin_cert_public(parsed[key], &public_key, &err));
	util_ok(antin_digest_of(c->digest, antin_slice_text(content), digest, &err));
	rc = antin_cades_verify(c, public_key,
	                        (struct antin_slice){digest, antin_digest_size(c->digest)}, NULL,
	                        &err);
	(void)snprintf(line + used, cap - used, "%s", antin_rc_id(rc));
	/* Other content never. */
	digest[0] ^= 1;
	ck_assert_int_ne(antin_cades_verify(c, public_key,
	                                    (struct antin_slice){digest,
	                                                         antin_digest_size(c->digest)},
	                                    NULL, NULL),
	                 ANTIN_OK);
	/* Another key never. */
	for (int i = 0; i < KEYS && rc == ANTIN_OK; i++) {
		const struct antin_public *other = NULL;

		digest[0] ^= (uint8_t)(i == 0);
		util_ok(antin_cert_public(parsed[i], &other, &err));
		ck_assert((antin_cades_verify(c, other,
		                              (struct antin_slice){digest,
		                                                   antin_digest_size(c->digest)},
		                              NULL, NULL) == ANTIN_OK) == (i == key));
	}
}

struct matrix_row {
	struct way way;
	const char *cades, *pkcs7; /* what is said in either form */
};
static const struct matrix_row matrix[] = {
        {{"SHA256", CMS_CADES}, "ok", "ok"},
        {{"SHA256", CMS_CADES | CMS_USE_KEYID}, "ok", "ok"},
        {{"SHA256", 0}, "!no-ess-certificate ok", "ok"},
        {{"SHA256", CMS_NOATTR},
         "!no-signed-attributes !no-ess-certificate bad-signature",
         "!no-signed-attributes bad-signature"},
        {{"SHA256", CMS_CADES | CMS_NOCERTS},
         "no-signer-certificate ok",
         "no-signer-certificate ok"},
        {{"SHA256", CMS_USE_KEYID}, "!no-ess-certificate ok", "ok"},
        {{"SHA256", CMS_NOATTR | CMS_USE_KEYID},
         "!no-signed-attributes !no-ess-certificate bad-signature",
         "!no-signed-attributes bad-signature"},
        {{"SHA384", CMS_CADES}, "ok", "ok"},
        {{"SHA384", CMS_CADES | CMS_USE_KEYID}, "ok", "ok"},
        {{"SHA384", 0}, "!no-ess-certificate ok", "ok"},
        {{"SHA384", CMS_NOATTR},
         "!no-signed-attributes !no-ess-certificate bad-signature",
         "!no-signed-attributes bad-signature"},
        {{"SHA384", CMS_CADES | CMS_NOCERTS},
         "no-signer-certificate ok",
         "no-signer-certificate ok"},
        {{"SHA384", CMS_USE_KEYID}, "!no-ess-certificate ok", "ok"},
        {{"SHA384", CMS_NOATTR | CMS_USE_KEYID},
         "!no-signed-attributes !no-ess-certificate bad-signature",
         "!no-signed-attributes bad-signature"},
        {{"SHA512", CMS_CADES}, "ok", "ok"},
        {{"SHA512", CMS_CADES | CMS_USE_KEYID}, "ok", "ok"},
        {{"SHA512", 0}, "!no-ess-certificate ok", "ok"},
        {{"SHA512", CMS_NOATTR},
         "!no-signed-attributes !no-ess-certificate bad-signature",
         "!no-signed-attributes bad-signature"},
        {{"SHA512", CMS_CADES | CMS_NOCERTS},
         "no-signer-certificate ok",
         "no-signer-certificate ok"},
        {{"SHA512", CMS_USE_KEYID}, "!no-ess-certificate ok", "ok"},
        {{"SHA512", CMS_NOATTR | CMS_USE_KEYID},
         "!no-signed-attributes !no-ess-certificate bad-signature",
         "!no-signed-attributes bad-signature"},
        {{"SHA224", CMS_CADES}, "read: unsupported", "read: unsupported"},
        {{"SHA224", CMS_CADES | CMS_USE_KEYID}, "read: unsupported", "read: unsupported"},
        {{"SHA224", 0}, "read: unsupported", "read: unsupported"},
        {{"SHA224", CMS_NOATTR}, "read: unsupported", "read: unsupported"},
        {{"SHA224", CMS_CADES | CMS_NOCERTS}, "read: unsupported", "read: unsupported"},
        {{"SHA224", CMS_USE_KEYID}, "read: unsupported", "read: unsupported"},
        {{"SHA224", CMS_NOATTR | CMS_USE_KEYID}, "read: unsupported", "read: unsupported"},
        {{"SHA1", CMS_CADES}, "ess-v1 ok", "ess-v1 ok"},
        {{"SHA1", CMS_CADES | CMS_USE_KEYID}, "ess-v1 ok", "ess-v1 ok"},
        {{"SHA1", 0}, "!no-ess-certificate ok", "ok"},
        {{"SHA1", CMS_NOATTR},
         "!no-signed-attributes !no-ess-certificate bad-signature",
         "!no-signed-attributes bad-signature"},
        {{"SHA1", CMS_CADES | CMS_NOCERTS},
         "ess-v1 no-signer-certificate ok",
         "ess-v1 no-signer-certificate ok"},
        {{"SHA1", CMS_USE_KEYID}, "!no-ess-certificate ok", "ok"},
        {{"SHA1", CMS_NOATTR | CMS_USE_KEYID},
         "!no-signed-attributes !no-ess-certificate bad-signature",
         "!no-signed-attributes bad-signature"},
        {{"MD5", CMS_CADES}, "read: unsupported", "read: unsupported"},
        {{"MD5", CMS_CADES | CMS_USE_KEYID}, "read: unsupported", "read: unsupported"},
        {{"MD5", 0}, "read: unsupported", "read: unsupported"},
        {{"MD5", CMS_NOATTR}, "read: unsupported", "read: unsupported"},
        {{"MD5", CMS_CADES | CMS_NOCERTS}, "read: unsupported", "read: unsupported"},
        {{"MD5", CMS_USE_KEYID}, "read: unsupported", "read: unsupported"},
        {{"MD5", CMS_NOATTR | CMS_USE_KEYID}, "read: unsupported", "read: unsupported"},
        {{"SHA256", CMS_CADES, .extra = true}, "ok", "ok"},
        {{"SHA256", CMS_CADES | CMS_USE_KEYID, .extra = true}, "ok", "ok"},
        {{"SHA256", 0, .extra = true}, "!no-ess-certificate ok", "ok"},
        {{"SHA256", CMS_NOATTR, .extra = true},
         "!no-signed-attributes !no-ess-certificate bad-signature",
         "!no-signed-attributes bad-signature"},
        {{"SHA256", CMS_CADES, .counter = true}, "ok", "ok"},
        {{"SHA256", CMS_CADES | CMS_USE_KEYID, .counter = true}, "ok", "ok"},
        {{"SHA256", 0, .counter = true}, "!no-ess-certificate ok", "ok"},
        {{"SHA256", CMS_NOATTR, .counter = true},
         "!no-signed-attributes !no-ess-certificate bad-signature",
         "!no-signed-attributes bad-signature"},
        {{"SHA256", CMS_CADES, .attached = true}, "ok", "!content-embedded ok"},
        {{"SHA256", CMS_CADES | CMS_USE_KEYID, .attached = true}, "ok", "!content-embedded ok"},
        {{"SHA256", 0, .attached = true}, "!no-ess-certificate ok", "!content-embedded ok"},
        {{"SHA256", CMS_NOATTR, .attached = true},
         "!no-signed-attributes !no-ess-certificate bad-signature",
         "!no-signed-attributes !content-embedded bad-signature"},
        {{"SHA256", CMS_CADES, .extra = true, .counter = true}, "ok", "ok"},
        {{"SHA256", CMS_CADES | CMS_USE_KEYID, .extra = true, .counter = true}, "ok", "ok"},
        {{"SHA256", 0, .extra = true, .counter = true}, "!no-ess-certificate ok", "ok"},
        {{"SHA256", CMS_NOATTR, .extra = true, .counter = true},
         "!no-signed-attributes !no-ess-certificate bad-signature",
         "!no-signed-attributes bad-signature"},
};

START_TEST(each_key)
{
	const struct matrix_row *row = &matrix[_i];

	for (int key = 0; key < KEYS; key++) {
		ANTIN_SCOPED(antin_bytes) cms = {0};
		char line[512];

		/* OpenSSL makes MD5 signatures in the oldest form only. */
		if (key != RSA_KEY && strcmp(row->way.digest, "MD5") == 0)
			continue;
		openssl_signs(key, &row->way, &cms);
		describe(antin_bytes_slice(&cms), key, ANTIN_FORM_CADES, line, sizeof(line));
		ck_assert_msg(strcmp(line, row->cades) == 0, "%s %#x key %d as CAdES: %s",
		              row->way.digest, row->way.flags, key, line);
		describe(antin_bytes_slice(&cms), key, ANTIN_FORM_PKCS7, line, sizeof(line));
		ck_assert_msg(strcmp(line, row->pkcs7) == 0, "%s %#x key %d as PKCS#7: %s",
		              row->way.digest, row->way.flags, key, line);
	}
}
END_TEST

/* Two signers are one too many, whichever of them is judged; but in a file of its own. */
START_TEST(two_signers)
{
	static const unsigned int forms[] = {CMS_CADES, CMS_CADES | CMS_USE_KEYID, 0, CMS_NOATTR};

	for (int key = 0; key < KEYS; key++) {
		const struct way way = {"SHA256", forms[_i], .two = true};
		ANTIN_SCOPED(antin_bytes) cms = {0};
		char line[512];

		openssl_signs(key, &way, &cms);
		describe(antin_bytes_slice(&cms), key, ANTIN_FORM_CADES, line, sizeof(line));
		ck_assert_msg(!strstr(line, "two-signers"), "key %d: %s", key, line);
		for (int form = ANTIN_FORM_PADES; form <= ANTIN_FORM_TIME_STAMP; form++) {
			describe(antin_bytes_slice(&cms), key, (enum antin_cades_form)form, line,
			         sizeof(line));
			ck_assert_msg(strncmp(line, "!two-signers ", 13) == 0, "key %d: %s", key,
			              line);
		}
	}
}
END_TEST

/* An octet changed: not read, or a rule broken, or no signature of the key; or it is not signed. */
START_TEST(flipped_values)
{
	for (int key = 0; key < KEYS; key++) {
		const struct way way = {"SHA256", CMS_CADES};
		ANTIN_SCOPED(antin_bytes) cms = {0};
		size_t unread = 0, bad = 0;

		openssl_signs(key, &way, &cms);
		for (size_t i = 0; i < cms.len; i += 7) {
			char line[512];

			cms.p[i] ^= 0x04;
			describe(antin_bytes_slice(&cms), key, ANTIN_FORM_PADES, line,
			         sizeof(line));
			unread += strncmp(line, "read: ", 6) == 0;
			bad += strstr(line, "bad-signature") || strchr(line, '!');
			cms.p[i] ^= 0x04;
		}
		ck_assert_uint_gt(unread, 0);
		ck_assert_uint_gt(bad, 0);
	}
}
END_TEST

Suite *suite_cades_matrix(void);
Suite *
suite_cades_matrix(void)
{
	Suite *s = suite_create("cades_matrix");
	TCase *t = tcase_create("openssl");

	tcase_add_unchecked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, each_key, 0, sizeof(matrix) / sizeof(matrix[0]));
	tcase_add_loop_test(t, two_signers, 0, 4);
	tcase_add_test(t, flipped_values);
	suite_add_tcase(s, t);
	return s;
}
