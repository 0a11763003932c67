/*
 * Signatures that OpenSSL makes with a token key; see bridge.c.
 */
#include <openssl/cms.h>
#include <openssl/rsa.h>

#include "bridge.h"

static bool
sign_one(const struct lent *l, const EVP_MD *md, bool pss)
{
	static const unsigned char text[] = "kính gửi";
	unsigned char sig[1024];
	size_t len = sizeof(sig);
	EVP_MD_CTX *m = EVP_MD_CTX_new(), *v = EVP_MD_CTX_new();
	EVP_PKEY_CTX *a = NULL, *b = NULL;
	bool good = EVP_DigestSignInit(m, &a, md, NULL, l->key) == 1 &&
	            EVP_DigestVerifyInit(v, &b, md, NULL, l->plain) == 1;

	if (good && pss)
		good = EVP_PKEY_CTX_set_rsa_padding(a, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_rsa_padding(b, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(a, RSA_PSS_SALTLEN_DIGEST) == 1;
	good = good && EVP_DigestSignUpdate(m, text, sizeof(text)) == 1 &&
	       EVP_DigestSignFinal(m, sig, &len) == 1 &&
	       EVP_DigestVerify(v, sig, len, text, sizeof(text)) == 1;
	EVP_MD_CTX_free(m);
	EVP_MD_CTX_free(v);
	return good;
}

bool
bridge_sign_request(const struct lent *l)
{
	X509_REQ *r = X509_REQ_new();
	bool good = X509_REQ_set_pubkey(r, l->plain) == 1 &&
	            X509_REQ_sign(r, l->key, EVP_sha256()) > 0 && X509_REQ_verify(r, l->plain) == 1;

	X509_REQ_free(r);
	return good;
}

bool
bridge_sign_cms(const struct lent *l)
{
	BIO *in = BIO_new_mem_buf("van ban", 7), *again = BIO_new_mem_buf("van ban", 7);
	CMS_ContentInfo *c = CMS_sign(l->cert, l->key, NULL, in, CMS_DETACHED | CMS_BINARY);
	X509_STORE *trust = X509_STORE_new();
	bool good = X509_STORE_add_cert(trust, bridge_ca) == 1 && c &&
	            CMS_verify(c, NULL, trust, again, NULL, CMS_DETACHED | CMS_BINARY) == 1;

	X509_STORE_free(trust);
	CMS_ContentInfo_free(c);
	BIO_free(in);
	BIO_free(again);
	return good;
}

bool
bridge_sign(const struct lent *l)
{
	return sign_one(l, EVP_sha256(), false);
}

static bool
sign_each(const struct lent *l, bool pss)
{
	return sign_one(l, EVP_sha256(), pss) && sign_one(l, EVP_sha384(), pss) &&
	       sign_one(l, EVP_sha512(), pss);
}

bool
bridge_sign_digests(const struct lent *l)
{
	return EVP_PKEY_eq(l->key, l->plain) == 1 && X509_check_private_key(l->cert, l->key) == 1 &&
	       sign_each(l, false);
}

bool
bridge_sign_pss(const struct lent *l)
{
	return sign_each(l, true);
}
