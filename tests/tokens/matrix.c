/*
 * Every supported scheme on a real module, for everything that we sign: raw digest, certificate,
 * CRL, OCSP answer, time stamp, CMS, PDF; each verified by OpenSSL.  What may be missing is told by
 * the module's own list of mechanisms: what it offers must work, what it does not offer must be
 * refused as that.  usage: matrix   with P11_MODULE, P11_TOKEN, P11_PIN, and P11_KEYS (else it
 * makes them, or takes those it made before)
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <p11-kit/pkcs11.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/rsa.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <antin/clock.h>
#include <antin/issue.h>
#include <antin/ocsp.h>
#include <antin/sign.h>
#include <antin/timestamp.h>
#include <antin_p11.h>

#include "apart.h"
#include "matrix_libp11.h"
#include "matrix_offer.h"

#define DOCUMENT "tests/data/pdf/classic.pdf"

static const struct antin_sigalg algorithms[] = {
        {ANTIN_RSA_PKCS1, ANTIN_SHA256}, {ANTIN_RSA_PKCS1, ANTIN_SHA384},
        {ANTIN_RSA_PKCS1, ANTIN_SHA512}, {ANTIN_RSA_PSS, ANTIN_SHA256},
        {ANTIN_RSA_PSS, ANTIN_SHA384},   {ANTIN_RSA_PSS, ANTIN_SHA512},
        {ANTIN_ECDSA, ANTIN_SHA256},     {ANTIN_ECDSA, ANTIN_SHA384},
        {ANTIN_ECDSA, ANTIN_SHA512},
};
static const char *const schemes[] = {
        [ANTIN_RSA_PKCS1] = "PKCS#1 v1.5",
        [ANTIN_RSA_PSS] = "PSS",
        [ANTIN_ECDSA] = "ECDSA",
};
enum { ALGORITHMS = sizeof(algorithms) / sizeof(algorithms[0]) };

/*
 * One key of the token in two parts: as an authority with a root of its own, and as an official
 * whose certificate comes from an authority in software; and OpenSSL's view of them.
 */
struct one {
	struct antin_key *key, *software;
	struct antin_cert *root;      /* of the key, by itself */
	struct antin_cert *soft_root; /* of the key in software */
	struct antin_cert *leaf;      /* of the key, by the key in software */
	struct antin_cert *stamper;   /* the same for time stamps */
	struct antin_profile *as_root, *as_leaf, *as_stamper;
	X509 *x_root, *x_leaf;
	EVP_PKEY *public_key;
	X509_STORE *trust;
	int64_t now;
	struct second second;
	bool each_time;          /* libp11 would ask for the PIN again */
	struct antin_sigalg own; /* with which it signs the root */
};
static unsigned int passed, failed, skipped, seconded;
static char folder[64];

static void
complain(const char *what, const struct antin_err *err)
{
	char line[1024];

	if (err->rc != ANTIN_OK)
		(void)printf("    %s: %s\n", what, antin_err_line(err, NULL, line, sizeof(line)));
	else
		(void)printf("    %s: OpenSSL refuses it\n", what);
	if (err->rc == ANTIN_OK)
		ERR_print_errors_fp(stdout);
	ERR_clear_error();
}

/* ---- the products; each true when OpenSSL verifies it ---- */

static bool
raw_judge(const struct one *o, struct antin_sigalg a, struct antin_slice text,
          const struct antin_bytes *sig)
{
	static const char *const digests[] = {
	        [ANTIN_SHA256] = "SHA256", [ANTIN_SHA384] = "SHA384", [ANTIN_SHA512] = "SHA512"};
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *how;
	bool good = EVP_DigestVerifyInit_ex(ctx, &how, digests[a.digest], NULL, NULL, o->public_key,
	                                    NULL) == 1;

	if (good && a.scheme == ANTIN_RSA_PSS)
		good = EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(how, RSA_PSS_SALTLEN_DIGEST) == 1;
	good = good && EVP_DigestVerify(ctx, sig->p, sig->len, text.p, text.len) == 1;
	EVP_MD_CTX_free(ctx);
	return good;
}

static bool
made_raw(struct one *o, struct antin_sigalg a, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) sig = {0};
	struct antin_slice text = antin_slice_text("văn bản thử nghiệm");

	return antin_key_sign_message(o->key, a, text, &sig, err) == ANTIN_OK &&
	       raw_judge(o, a, text, &sig);
}

/* What libp11 makes of the same: "ok", "same" octets as ours, or why not. */
static const char *
second_cell(struct one *o, struct antin_sigalg a)
{
	ANTIN_SCOPED(antin_bytes) ours = {0};
	ANTIN_SCOPED(antin_bytes) theirs = {0};
	struct antin_slice text = antin_slice_text("văn bản thử nghiệm");
	const char *must = getenv("MATRIX_LIBP11");
	enum antin_rc rc;

	if (o->each_time)
		return "PIN";
	rc = second_sign(&o->second, a, text, &theirs);
	if (rc != ANTIN_OK && !must)
		return "no";
	if (rc != ANTIN_OK || !raw_judge(o, a, text, &theirs))
		return "FAILED";
	if (a.scheme != ANTIN_RSA_PKCS1)
		return "ok";
	if (antin_key_sign_message(o->key, a, text, &ours, &o->second.err) != ANTIN_OK ||
	    !antin_bytes_equal(&ours, &theirs))
		return "FAILED";
	return "same";
}

/* Who certifies whom; without an issuer it is a root. */
struct wish {
	struct antin_key *by;
	struct antin_cert *issuer;
	const struct antin_public *of;
	struct antin_sigalg a;
	bool stamps;
};

static enum antin_rc
certificate(const struct one *o, const struct wish *w, struct antin_cert **out,
            struct antin_err *err)
{
	static const struct antin_profile_setting settings[] = {{"base", "http://ca.example"},
	                                                        {"ca", "thu"},
	                                                        {"ocsp", "http://ocsp.example"},
	                                                        {NULL, NULL}};
	static const char *const emails[] = {"thu@example.gov.vn", NULL};
	ANTIN_SCOPED(antin_bytes) name = {0};
	ANTIN_SCOPED(antin_bytes) tbs = {0};
	ANTIN_SCOPED(antin_bytes) sig = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_issue i = {.profile = w->stamps   ? o->as_stamper
	                                   : w->issuer ? o->as_leaf
	                                               : o->as_root,
	                        .issuer = w->issuer,
	                        .public_key = w->of,
	                        .emails = w->issuer && !w->stamps ? emails : NULL,
	                        .sigalg = w->a,
	                        .settings = settings};
	enum antin_rc rc = antin_name_parse(w->issuer ? "CN=Nguyễn Văn Ấn,O=Bộ Thử nghiệm,C=VN"
	                                              : "CN=Gốc thử,O=Ban thử,C=VN",
	                                    &name, err);

	i.subject = antin_bytes_slice(&name);
	if (rc == ANTIN_OK)
		rc = antin_issue_serial(1, i.serial, err);
	if (rc == ANTIN_OK)
		rc = antin_issue_period(i.profile, w->issuer, o->now, 10, &i.period, err);
	if (rc == ANTIN_OK)
		rc = antin_issue_tbs(&i, &tbs, err);
	if (rc == ANTIN_OK)
		rc = antin_key_sign_message(w->by, w->a, antin_bytes_slice(&tbs), &sig, err);
	if (rc == ANTIN_OK)
		rc = antin_issue_finish(antin_bytes_slice(&tbs), w->a, antin_bytes_slice(&sig),
		                        &der, err);
	return rc == ANTIN_OK ? antin_cert_read(antin_bytes_slice(&der), out, err) : rc;
}

static X509 *
x509(const struct antin_cert *c)
{
	const unsigned char *p = c->der.p;

	return d2i_X509(NULL, &p, (long)c->der.len);
}

static bool
made_certificate(struct one *o, struct antin_sigalg a, struct antin_err *err)
{
	struct wish w = {o->key, o->root, o->software->public_key, a};
	ANTIN_OWN_S(antin_cert) c = NULL;
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509 *x = NULL;
	bool good = false;

	if (certificate(o, &w, &c, err) == ANTIN_OK) {
		x = x509(c);
		good = x && X509_verify(x, o->public_key) == 1 &&
		       X509_STORE_CTX_init(ctx, o->trust, x, NULL) == 1 &&
		       X509_verify_cert(ctx) == 1;
	}
	X509_STORE_CTX_free(ctx);
	X509_free(x);
	return good;
}

static enum antin_rc
crl_row(void *user, struct antin_crl_writer *w, struct antin_err *err)
{
	struct one *o = user;
	struct antin_crl_entry e = {o->leaf->serial, o->now - 60, ANTIN_REASON_SUPERSEDED,
	                            ANTIN_NO_TIME};

	return antin_crl_add(w, &e, err);
}

static bool
made_crl(struct one *o, struct antin_sigalg a, struct antin_err *err)
{
	static const uint8_t number[] = {7};
	uint8_t id[20];
	struct antin_crl_spec spec = {.issuer = o->root->subject,
	                              .aki = {id, sizeof(id)},
	                              .number = {number, 1},
	                              .this_update = o->now,
	                              .next_update = o->now + 86400,
	                              .expired_on_crl = ANTIN_NO_TIME,
	                              .sigalg = a,
	                              .rows = crl_row,
	                              .user = o};
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_crl_made made;
	const unsigned char *p;
	X509_REVOKED *row = NULL;
	X509_CRL *crl;
	bool good;

	if (antin_public_key_id(o->key->public_key, id, err) != ANTIN_OK ||
	    antin_crl_write_bytes(&spec, o->key, &der, &made, err) != ANTIN_OK)
		return false;
	p = der.p;
	crl = d2i_X509_CRL(NULL, &p, (long)der.len);
	good = crl && X509_CRL_verify(crl, o->public_key) == 1 &&
	       X509_CRL_get0_by_cert(crl, &row, o->x_leaf) == 1;
	X509_CRL_free(crl);
	return good;
}

/* OpenSSL finds the answer for its own CertID and takes the signature. */
static bool
ocsp_judge(const struct one *o, const struct antin_bytes *der)
{
	const unsigned char *p = der->p;
	OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &p, (long)der->len);
	OCSP_BASICRESP *basic = response ? OCSP_response_get1_basic(response) : NULL;
	OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), o->x_leaf, o->x_root);
	STACK_OF(X509) *certs = sk_X509_new_null();
	int status = -1, reason;
	ASN1_GENERALIZEDTIME *revoked, *from, *to;
	bool good = basic && sk_X509_push(certs, o->x_root) == 1 &&
	            OCSP_basic_verify(basic, certs, o->trust, 0) == 1 &&
	            OCSP_resp_find_status(basic, id, &status, &reason, &revoked, &from, &to) == 1 &&
	            status == V_OCSP_CERTSTATUS_GOOD;

	sk_X509_free(certs);
	OCSP_CERTID_free(id);
	OCSP_BASICRESP_free(basic);
	OCSP_RESPONSE_free(response);
	return good;
}

static bool
made_ocsp(struct one *o, struct antin_sigalg a, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) id = {0};
	ANTIN_SCOPED(antin_bytes) tbs = {0};
	ANTIN_SCOPED(antin_bytes) sig = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_ocsp_single single = {.status = ANTIN_OCSP_GOOD,
	                                   .this_update = o->now,
	                                   .next_update = o->now + 3600,
	                                   .archive_cutoff = ANTIN_NO_TIME,
	                                   .invalidity = ANTIN_NO_TIME};
	struct antin_ocsp_answer answer = {.produced_at = o->now, .n = 1, .singles = &single};
	enum antin_rc rc = antin_certid_add(&id, ANTIN_SHA1, o->root, o->leaf->serial, err);

	single.id.der = antin_bytes_slice(&id);
	if (rc == ANTIN_OK)
		rc = antin_public_key_id(o->key->public_key, answer.key_hash, err);
	if (rc == ANTIN_OK)
		rc = antin_ocsp_tbs(&answer, &tbs, err);
	if (rc == ANTIN_OK)
		rc = antin_key_sign_message(o->key, a, antin_bytes_slice(&tbs), &sig, err);
	if (rc == ANTIN_OK)
		rc = antin_ocsp_finish(antin_bytes_slice(&tbs), a, antin_bytes_slice(&sig),
		                       o->root->der, &der, err);
	return rc == ANTIN_OK && ocsp_judge(o, &der);
}

static bool
cms_judge(const struct one *o, struct antin_slice der, BIO *content)
{
	const unsigned char *p = der.p;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &p, (long)der.len);
	bool good = cms && CMS_verify(cms, NULL, o->trust, content, NULL, CMS_BINARY) == 1;

	CMS_ContentInfo_free(cms);
	return good;
}

static bool
made_cms(struct one *o, struct antin_sigalg a, struct antin_err *err)
{
	struct antin_slice text = antin_slice_text("Quyết định số 01/QĐ-BTN");
	struct antin_cades_spec spec = {a, o->leaf, &o->soft_root, 1, o->now};
	ANTIN_SCOPED(antin_bytes) der = {0};
	uint8_t digest[ANTIN_DIGEST_MAX];
	BIO *content = BIO_new_mem_buf(text.p, (int)text.len);
	bool good = antin_digest_of(a.digest, text, digest, err) == ANTIN_OK &&
	            antin_cades_sign(&spec, o->key,
	                             (struct antin_slice){digest, antin_digest_size(a.digest)},
	                             &der, err) == ANTIN_OK &&
	            cms_judge(o, antin_bytes_slice(&der), content);

	BIO_free(content);
	return good;
}

/*
 * OpenSSL finds the text under the imprint and the chain good for time stamps.  Its time stamps
 * stand on PKCS#7, which has no PSS: there its CMS takes the signature.
 */
static bool
stamp_judge(const struct one *o, const struct antin_bytes *token, struct antin_slice text, bool pss)
{
	const unsigned char *p = token->p;
	PKCS7 *seven = d2i_PKCS7(NULL, &p, (long)token->len);
	TS_VERIFY_CTX *ctx = TS_VERIFY_CTX_new();
	X509_STORE *trust = X509_STORE_new();
	X509 *soft = x509(o->soft_root);
	bool good;

	(void)X509_STORE_add_cert(trust, soft);
	TS_VERIFY_CTX_set_store(ctx, trust);
	TS_VERIFY_CTX_set_data(ctx, BIO_new_mem_buf(text.p, (int)text.len));
	TS_VERIFY_CTX_set_flags(ctx,
	                        (int)((pss ? 0 : TS_VFY_SIGNATURE) | TS_VFY_VERSION | TS_VFY_DATA));
	good = seven && TS_RESP_verify_token(ctx, seven) == 1 &&
	       (!pss || cms_judge(o, antin_bytes_slice(token), NULL));
	X509_free(soft);
	TS_VERIFY_CTX_free(ctx);
	PKCS7_free(seven);
	return good;
}

static bool
made_time_stamp(struct one *o, struct antin_sigalg a, struct antin_err *err)
{
	static const uint8_t serial[] = {1};
	struct antin_slice text = antin_slice_text("Quyết định số 02/QĐ-BTN");
	uint8_t digest[ANTIN_DIGEST_MAX];
	struct antin_timestamp_spec spec = {
	        .cms = {a, o->stamper, &o->soft_root, 1, INT64_MIN},
	        .policy = "1.2.3.4.1",
	        .imprint = {a.digest, {digest, antin_digest_size(a.digest)}},
	        .serial = {serial, sizeof(serial)},
	        .time = o->now,
	        .name_tsa = true,
	};
	ANTIN_SCOPED(antin_bytes) token = {0};

	return antin_digest_of(a.digest, text, digest, err) == ANTIN_OK &&
	       antin_timestamp_sign(&spec, o->key, &token, err) == ANTIN_OK &&
	       stamp_judge(o, &token, text, a.scheme == ANTIN_RSA_PSS);
}

/* Takes the signature out of the file by its own words, apart from our reader. */
static bool
pdf_judge(const struct one *o, const struct antin_bytes *file)
{
	static const char mark[] = "/ByteRange [";
	ANTIN_SCOPED(antin_bytes) cms = {0};
	ANTIN_SCOPED(antin_bytes) hex = {0};
	char *at = memmem(file->p, file->len, mark, strlen(mark));
	unsigned long r[4] = {1};
	BIO *content = BIO_new(BIO_s_mem());
	bool good;

	at = at ? at + strlen(mark) : NULL;
	for (size_t i = 0; at && i < 4; i++)
		r[i] = strtoul(at, &at, 10);
	good = r[0] == 0 && r[2] > r[1] + 2 && r[2] + r[3] == file->len;
	if (good) {
		(void)BIO_write(content, file->p, (int)r[1]);
		(void)BIO_write(content, file->p + r[2], (int)r[3]);
		antin_bytes_add(&hex, file->p + r[1] + 1, r[2] - r[1] - 2);
		good = antin_hex_parse(antin_bytes_cstr(&hex), &cms, NULL) == ANTIN_OK &&
		       cms_judge(o, antin_bytes_slice(&cms), content);
	}
	BIO_free(content);
	return good;
}

static bool
made_pdf(struct one *o, struct antin_sigalg a, struct antin_err *err)
{
	struct antin_sign_who who = {o->key, o->leaf, &o->soft_root, 1, a};
	struct antin_sign_what what = {.now = o->now, .name = "Nguyễn Văn Ấn"};
	ANTIN_OWN_S(antin_sign_job) job = NULL;
	ANTIN_OWN_S(antin_output) out = NULL;
	ANTIN_SCOPED(antin_bytes) file = {0};
	char path[96];
	enum antin_rc rc = antin_sign_open(DOCUMENT, &what, &job, err);

	(void)snprintf(path, sizeof(path), "%s/signed.pdf", folder);
	if (rc == ANTIN_OK)
		rc = antin_output_open(path, ANTIN_OUTPUT_REPLACE, &out, err);
	if (rc == ANTIN_OK)
		rc = antin_sign_run(job, &who, &what, out, err);
	if (rc == ANTIN_OK)
		rc = antin_file_read(path, 1 << 24, &file, err);
	(void)unlink(path);
	return rc == ANTIN_OK && pdf_judge(o, &file);
}

static const struct {
	const char *name;
	bool (*made)(struct one *o, struct antin_sigalg a, struct antin_err *err);
} products[] = {
        {"raw", made_raw},   {"certificate", made_certificate}, {"CRL", made_crl},
        {"OCSP", made_ocsp}, {"time stamp", made_time_stamp},   {"CMS", made_cms},
        {"PDF", made_pdf},
};
enum { PRODUCTS = sizeof(products) / sizeof(products[0]) };

/* ---- keys ---- */

static enum antin_rc
pin_get(void *user, const struct antin_pin_request *request, struct antin_bytes *pin,
        struct antin_err *err)
{
	const char *text = getenv("P11_PIN");

	(void)user;
	if (request->last_try)
		return antin_fail(err, ANTIN_E_PIN_LAST_TRY, "the last try is not for tests");
	antin_bytes_text(pin, text ? text : "");
	return antin_bytes_check(pin, err);
}

static void
one_done(struct one *o)
{
	second_done(&o->second);
	X509_free(o->x_root);
	X509_free(o->x_leaf);
	EVP_PKEY_free(o->public_key);
	X509_STORE_free(o->trust);
	antin_cert_free(o->leaf);
	antin_cert_free(o->stamper);
	antin_cert_free(o->root);
	antin_cert_free(o->soft_root);
	antin_key_free(o->software);
	antin_profile_free(o->as_leaf);
	antin_profile_free(o->as_stamper);
	antin_profile_free(o->as_root);
	antin_key_free(o->key);
}

static enum antin_rc
one_certify(struct one *o, struct antin_err *err)
{
	struct antin_sigalg soft = {ANTIN_ECDSA, ANTIN_SHA256};
	struct antin_keygen spec = {.type = ANTIN_KEY_P256, .label = "software"};
	enum antin_rc rc = antin_key_mock(&spec, ANTIN_OK, 0, &o->software, err);

	if (rc == ANTIN_OK)
		rc = antin_profile_load("ca/profiles/vn-root.json", &o->as_root, err);
	if (rc == ANTIN_OK)
		rc = antin_profile_load("ca/profiles/vn-person.json", &o->as_leaf, err);
	if (rc == ANTIN_OK)
		rc = antin_profile_load("ca/profiles/vn-tsa.json", &o->as_stamper, err);
	if (rc != ANTIN_OK)
		return rc;
	o->as_stamper->rsa_bits |= 1U << ANTIN_PROFILE_RSA_2048;
	o->as_root->rsa_bits |= 1U << ANTIN_PROFILE_RSA_2048;
	o->now = antin_now(NULL);
	rc = certificate(o, &(struct wish){o->key, NULL, o->key->public_key, o->own}, &o->root,
	                 err);
	if (rc == ANTIN_OK)
		rc = certificate(o,
		                 &(struct wish){o->software, NULL, o->software->public_key, soft},
		                 &o->soft_root, err);
	if (rc == ANTIN_OK)
		rc = certificate(o,
		                 &(struct wish){o->software, o->soft_root, o->key->public_key,
		                                soft},
		                 &o->leaf, err);
	if (rc == ANTIN_OK)
		rc = certificate(o,
		                 &(struct wish){o->software, o->soft_root, o->key->public_key, soft,
		                                .stamps = true},
		                 &o->stamper, err);
	return rc;
}

/* OpenSSL's side: the public key is read from the DER alone. */
static enum antin_rc
one_begin(struct one *o, struct antin_err *err)
{
	struct antin_slice spki = antin_public_spki(o->key->public_key);
	const unsigned char *p = spki.p;
	enum antin_rc rc = one_certify(o, err);
	X509 *soft;

	if (rc != ANTIN_OK)
		return rc;
	o->public_key = d2i_PUBKEY(NULL, &p, (long)spki.len);
	o->x_root = x509(o->root);
	o->x_leaf = x509(o->leaf);
	soft = x509(o->soft_root);
	o->trust = X509_STORE_new();
	(void)X509_STORE_add_cert(o->trust, o->x_root);
	(void)X509_STORE_add_cert(o->trust, soft);
	(void)X509_VERIFY_PARAM_set_purpose(X509_STORE_get0_param(o->trust), X509_PURPOSE_ANY);
	X509_free(soft);
	return ANTIN_OK;
}

static void
row(struct one *o, const char *name, struct antin_sigalg a)
{
	char line[PRODUCTS][8];
	struct antin_err err[PRODUCTS] = {{0}};
	const char *second;
	bool bad;

	for (size_t i = 0; i < PRODUCTS; i++) {
		bool good = products[i].made(o, a, &err[i]);

		passed += good;
		failed += !good;
		(void)snprintf(line[i], sizeof(line[i]), "%s", good ? "ok" : "FAILED");
	}
	(void)printf("%-9s %-12s %-8s", name, schemes[a.scheme], antin_digest_name(a.digest));
	for (size_t i = 0; i < PRODUCTS; i++)
		(void)printf(" %-11s", line[i]);
	second = second_cell(o, a);
	bad = strcmp(second, "FAILED") == 0;
	failed += bad;
	seconded += strcmp(second, "ok") == 0 || strcmp(second, "same") == 0;
	(void)printf(" %s\n", second);
	if (bad)
		complain("libp11", &o->second.err);
	for (size_t i = 0; i < PRODUCTS; i++)
		if (strcmp(line[i], "ok") != 0)
			complain(products[i].name, &err[i]);
}

/* What is not offered must be refused as that, before the key is used. */
static void
row_absent(struct one *o, const char *name, struct antin_sigalg a)
{
	struct antin_err err = {0};
	bool made = made_raw(o, a, &err);

	(void)printf("%-9s %-12s %-8s skipped: not in the list of mechanisms\n", name,
	             schemes[a.scheme], antin_digest_name(a.digest));
	skipped++;
	if (made || err.rc != ANTIN_E_NO_MECHANISM) {
		failed++;
		complain("and yet", &err);
	}
}

/* A token may keep a key from signing (PIV 9d is for key agreement): its facts say so, once used.
 */
static bool
may_sign(struct antin_keystore *s, struct antin_key *k)
{
	const struct antin_key_fact *f;
	struct antin_sigalg a = antin_sigalg_default(antin_public_type(k->public_key));
	ANTIN_SCOPED(antin_bytes) sig = {0};
	struct antin_err err = {0};

	if (antin_key_sign_message(k, a, antin_slice_text("x"), &sig, &err) != ANTIN_E_NO_MECHANISM)
		return true;
	for (f = antin_keystore_facts(s, k); f && f->name; f++)
		if (strcmp(f->name, "CKA_SIGN") == 0)
			return f->value != 0;
	return true;
}

static void
key_rows(struct antin_keystore *s, struct antin_key *k)
{
	struct one o = {.key = k};
	const char *name = antin_public_name(k->public_key);
	unsigned int bits = antin_public_bits(k->public_key);
	bool rsa = antin_public_type(k->public_key) == ANTIN_KEY_RSA;
	struct antin_err err = {0};
	size_t first = 0;

	while (first < ALGORITHMS && (rsa != (algorithms[first].scheme != ANTIN_ECDSA) ||
	                              !offers_scheme(algorithms[first], bits)))
		first++;
	o.own = algorithms[first < ALGORITHMS ? first : 0];
	if (first < ALGORITHMS && one_begin(&o, &err) != ANTIN_OK) {
		failed++;
		complain(name, &err);
		one_done(&o);
		return;
	}
	o.each_time = wants_pin_each_time(s, k);
	if (!o.each_time)
		second_begin(&o.second, &token_info, antin_module_args(token_module),
		             k->public_key);
	for (size_t i = 0; i < ALGORITHMS; i++) {
		if (rsa != (algorithms[i].scheme != ANTIN_ECDSA))
			continue;
		if (offers_scheme(algorithms[i], bits))
			row(&o, name, algorithms[i]);
		else
			row_absent(&o, name, algorithms[i]);
	}
	one_done(&o);
}

static void
made_keys(struct antin_keystore *s, const char *token)
{
	static const char *const kinds[] = {"rsa2048", "rsa3072", "rsa4096", "p256", "p384"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		char label[32], uri[160];
		struct antin_keygen spec = {.label = label};
		struct antin_err err = {0};
		struct antin_key *k = NULL;
		enum antin_rc rc = antin_keygen_parse(kinds[i], &spec, &err);
		bool rsa = spec.type == ANTIN_KEY_RSA;
		unsigned int bits = rsa ? spec.rsa_bits : 256;

		(void)snprintf(label, sizeof(label), "matrix-%s", kinds[i]);
		(void)snprintf(uri, sizeof(uri), "%s;object=%s", token, label);
		if (rc == ANTIN_OK && antin_keystore_find(s, uri, &k, NULL) != ANTIN_OK)
			rc = antin_keystore_generate(s, token, &spec, &k, &err);
		if (rc == ANTIN_OK) {
			key_rows(s, k);
			continue;
		}
		if (offers(rsa ? CKM_RSA_PKCS_KEY_PAIR_GEN : CKM_EC_KEY_PAIR_GEN,
		           CKF_GENERATE_KEY_PAIR, bits)) {
			failed++;
			complain(kinds[i], &err);
			continue;
		}
		skipped++;
		(void)printf("%-9s skipped: not in the list of mechanisms\n", kinds[i]);
	}
}

/* Keys that stand on the token: as many URIs as there are, with blanks between. */
static void
found_keys(struct antin_keystore *s, const char *uris)
{
	char list[1024], *rest = list;

	(void)snprintf(list, sizeof(list), "%s", uris);
	for (char *uri = strsep(&rest, " "); uri; uri = strsep(&rest, " ")) {
		struct antin_err err = {0};
		struct antin_key *k = NULL;

		if (antin_keystore_find(s, uri, &k, &err) != ANTIN_OK) {
			failed++;
			complain(uri, &err);
		} else if (!may_sign(s, k)) {
			skipped++;
			(void)printf("%-9s skipped: CKA_SIGN is false\n",
			             antin_public_name(k->public_key));
			antin_key_free(k);
		} else {
			key_rows(s, k);
		}
	}
}

static bool
slot_find(const char *name, const char *uri, struct antin_err *err)
{
	ANTIN_SCOPED(antin_modules) l = {0};
	ANTIN_OWN_S(antin_token) t = NULL;
	struct antin_token_info info;

	if (antin_modules_load(name, &l, err) != ANTIN_OK ||
	    antin_token_open(&l, uri, &t, err) != ANTIN_OK ||
	    antin_token_info(t, &info, err) != ANTIN_OK || !module_reach(info.module))
		return false;
	slot = info.slot;
	token_info = info;
	for (size_t i = 0; i < l.n; i++)
		if (strcmp(antin_module_path(l.items[i]), info.module) == 0)
			token_module = antin_module_ref(l.items[i]);
	(void)printf("token \"%s\", %s %s\n%-9s %-12s %-8s", info.label, info.manufacturer,
	             info.model, "key", "scheme", "digest");
	for (size_t i = 0; i < PRODUCTS; i++)
		(void)printf(" %-11s", products[i].name);
	(void)printf(" libp11\n");
	return true;
}

int
main(void)
{
	static const struct antin_pin_source pins = {.get = pin_get};
	const char *name = getenv("P11_MODULE"), *token = getenv("P11_TOKEN");
	const char *keys = getenv("P11_KEYS");
	struct antin_keystore *s = NULL;
	struct antin_err err = {0};

	apart();
	if (!name || !token || antin_keystore_pkcs11(name, &pins, &s, &err) != ANTIN_OK ||
	    !slot_find(name, token, &err)) {
		complain("matrix", &err);
		return 2;
	}
	(void)snprintf(folder, sizeof(folder), "/tmp/antin-matrix.XXXXXX");
	if (!mkdtemp(folder))
		return 2;
	if (keys)
		found_keys(s, keys);
	else
		made_keys(s, token);
	antin_keystore_free(s);
	antin_module_free(token_module);
	(void)rmdir(folder);
	(void)printf("%u verified by OpenSSL, %u seconded by libp11, %u failed, %u not offered\n",
	             passed, seconded, failed, skipped);
	return failed || !passed;
}
