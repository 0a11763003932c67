/*
 * A key file opened to be carried onto a token: its private key in the form of PKCS#8 (RFC 5958).
 */
#include <antin/keystore.h>

#include <openssl/x509.h>

#include <antin/file.h>

#include "key_internal.h"

ANTIN_OWNER(PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free);

enum { KEY_FILE_MAX = 1024 * 1024 };

static enum antin_rc
write_pkcs8(const EVP_PKEY *pkey, struct antin_bytes *out, struct antin_err *err)
{
	ANTIN_OWN(PKCS8_PRIV_KEY_INFO) info = EVP_PKEY2PKCS8(pkey);
	unsigned char *der = NULL;
	int len = info ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : -1;

	if (len <= 0)
		return antin_fail_crypto(err, ANTIN_E_UNSUPPORTED, "the private key");
	out->secret = true;
	antin_bytes_add(out, der, (size_t)len);
	OPENSSL_clear_free(der, (size_t)len);
	return antin_bytes_check(out, err);
}

enum antin_rc
antin_key_file_secret(const char *path, const struct antin_pin_source *pins, struct antin_key **out,
                      struct antin_bytes *pkcs8, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) bytes = {.secret = true};
	ANTIN_SCOPED(antin_certs) found = {0};
	ANTIN_OWN(EVP_PKEY) pkey = NULL;
	ANTIN_OWN_S(antin_key) k = NULL;
	enum antin_rc rc = antin_file_read(path, KEY_FILE_MAX, &bytes, err);

	if (rc == ANTIN_OK)
		rc = antin_pkey_read(antin_bytes_slice(&bytes), path, pins, &pkey, &found, err);
	if (rc == ANTIN_OK)
		rc = antin_key_of_pkey(pkey, path, &k, err);
	if (rc == ANTIN_OK)
		rc = antin_key_chain(k, &found, err);
	if (rc == ANTIN_OK)
		rc = write_pkcs8(pkey, pkcs8, err);
	if (rc != ANTIN_OK) {
		antin_err_set_file(err, path);
		return rc;
	}
	*out = ANTIN_TAKE(k);
	return ANTIN_OK;
}
