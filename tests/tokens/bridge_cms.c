/*
 * What is encrypted for the certificate of a token key is opened with it; CMP with it; see
 * bridge.c.
 */
#include <string.h>

#include <openssl/cmp.h>
#include <openssl/cms.h>
#include <openssl/rsa.h>

#include "bridge.h"

enum wrap { WRAP_V15, WRAP_OAEP_SHA1, WRAP_OAEP_SHA256, WRAP_ECDH };

static bool
wrap_for(CMS_ContentInfo *c, const struct lent *l, enum wrap how)
{
	CMS_RecipientInfo *r = CMS_add1_recipient_cert(c, l->cert, CMS_KEY_PARAM);
	EVP_PKEY_CTX *x = r ? CMS_RecipientInfo_get0_pkey_ctx(r) : NULL;

	if (!x || (how != WRAP_OAEP_SHA1 && how != WRAP_OAEP_SHA256))
		return x != NULL;
	return EVP_PKEY_CTX_set_rsa_padding(x, RSA_PKCS1_OAEP_PADDING) == 1 &&
	       (how == WRAP_OAEP_SHA1 || EVP_PKEY_CTX_set_rsa_oaep_md(x, EVP_sha256()) == 1);
}

/* Encrypted for the certificate in software, opened with the key on the token. */
static bool
cms_open(const struct lent *l, enum wrap how)
{
	static const char text[] = "tối mật";
	BIO *in = BIO_new_mem_buf(text, sizeof(text)), *out = BIO_new(BIO_s_mem());
	CMS_ContentInfo *c = CMS_encrypt(NULL, NULL, EVP_aes_256_cbc(), CMS_PARTIAL | CMS_BINARY);
	char got[64] = "";
	bool good = c && wrap_for(c, l, how) && CMS_final(c, in, NULL, CMS_BINARY) == 1 &&
	            CMS_decrypt(c, l->key, l->cert, NULL, out, CMS_BINARY) == 1 &&
	            BIO_read(out, got, sizeof(got)) == (int)sizeof(text) &&
	            memcmp(got, text, sizeof(text)) == 0;

	CMS_ContentInfo_free(c);
	BIO_free(in);
	BIO_free(out);
	return good;
}

bool
bridge_cms_v15(const struct lent *l)
{
	return cms_open(l, WRAP_V15);
}

bool
bridge_cms_oaep(const struct lent *l)
{
	return cms_open(l, WRAP_OAEP_SHA1);
}

bool
bridge_cms_oaep_sha256(const struct lent *l)
{
	return cms_open(l, WRAP_OAEP_SHA256);
}

bool
bridge_cms_ecdh(const struct lent *l)
{
	return cms_open(l, WRAP_ECDH);
}

/* ---- CMP: an initial request protected and with possession proved by the token key ---- */

bool
bridge_cmp(const struct lent *l)
{
	OSSL_CMP_CTX *c = OSSL_CMP_CTX_new(NULL, NULL);
	X509_STORE *trust = X509_STORE_new();
	X509 *got = NULL;
	EVP_PKEY *fresh = l->key;
	bool good = X509_STORE_add_cert(trust, bridge_ca) == 1 && EVP_PKEY_up_ref(fresh) == 1 &&
	            OSSL_CMP_CTX_set1_server(c, "127.0.0.1") == 1 &&
	            OSSL_CMP_CTX_set_serverPort(c, (int)l->cmp_port) == 1 &&
	            OSSL_CMP_CTX_set1_serverPath(c, "") == 1 &&
	            OSSL_CMP_CTX_set_option(c, OSSL_CMP_OPT_MSG_TIMEOUT, 20) == 1 &&
	            OSSL_CMP_CTX_set1_cert(c, l->cert) == 1 &&
	            OSSL_CMP_CTX_set1_pkey(c, l->key) == 1 &&
	            OSSL_CMP_CTX_set0_trustedStore(c, trust) == 1 &&
	            OSSL_CMP_CTX_set0_newPkey(c, 1, fresh) == 1;

	if (good)
		got = OSSL_CMP_exec_IR_ses(c);
	good = got && X509_cmp(got, l->cert) == 0;
	OSSL_CMP_CTX_free(c);
	return good;
}
