/*
 * What the files of the key part share: OpenSSL's names and objects, which no public header shows.
 */
#ifndef ANTIN_X509_KEY_INTERNAL_H
#define ANTIN_X509_KEY_INTERNAL_H

#include <openssl/evp.h>
#include <openssl/params.h>

#include <antin/cert.h>
#include <antin/key.h>
#include <antin/keystore.h>

ANTIN_OWNER(EVP_PKEY, EVP_PKEY_free);
ANTIN_OWNER(EVP_PKEY_CTX, EVP_PKEY_CTX_free);

/* The name by which OpenSSL fetches the digest: "SHA256". */
const char *antin_digest_fetch(enum antin_digest d);

/* The parameters of one signature operation; the list points into the struct. */
struct antin_sign_params {
	char digest[12], padding[8], salt[8];
	OSSL_PARAM list[5];
};
void antin_sign_params(struct antin_sigalg a, struct antin_sign_params *out);

/* OK if a key of this type can make signatures of this kind over a digest of this length. */
enum antin_rc antin_sigalg_fits(struct antin_sigalg a, enum antin_key_type type, size_t digest_len,
                                struct antin_err *err) ANTIN_MUST;

/* A software key over `pkey`, of which it takes its own reference. */
enum antin_rc antin_key_of_pkey(EVP_PKEY *pkey, const char *uri, struct antin_key **out,
                                struct antin_err *err) ANTIN_MUST;
/* A fresh key pair. */
enum antin_rc antin_pkey_generate(const struct antin_keygen *spec, EVP_PKEY **out,
                                  struct antin_err *err) ANTIN_MUST;
/*
 * A key from the content of a file; `pins` is asked only when it is encrypted, `uri` names the
 * file.  Certificates found beside the key are added to `found`.
 */
enum antin_rc antin_pkey_read(struct antin_slice bytes, const char *uri,
                              const struct antin_pin_source *pins, EVP_PKEY **out,
                              struct antin_certs *found, struct antin_err *err) ANTIN_MUST;
#endif
