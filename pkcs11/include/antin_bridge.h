/*
 * A token key as an EVP_PKEY, for the places where OpenSSL itself must hold one: TLS with a client
 * certificate (OpenSSL, libcurl), CMS decryption, CMP.  libp11 makes it, over a virtual PKCS#11
 * module inside this library; PIN, reconnecting and threads stay with the key's own token.
 *
 * Only in libantin_p11.so, which programs link instead of antin_p11.a.
 */
#ifndef ANTIN_BRIDGE_H
#define ANTIN_BRIDGE_H

#include <openssl/evp.h>

#include <antin_p11.h>

enum antin_bridge_use {                        /* what the key will be asked to do */
	                ANTIN_BRIDGE_SIGN = 1, /* RSA PKCS#1 v1.5 or ECDSA */
	                ANTIN_BRIDGE_PSS = 2,  /* RSA-PSS, as TLS 1.3 and most of TLS 1.2 want it */
	                ANTIN_BRIDGE_DECRYPT = 4, /* RSA PKCS#1 v1.5 */
	                ANTIN_BRIDGE_OAEP = 8,    /* RSA-OAEP */
	                ANTIN_BRIDGE_DERIVE = 16, /* ECDH */
	                ANTIN_BRIDGE_TLS = 32,    /* a TLS client: SIGN, and PSS for RSA */
};

/*
 * Takes a key of a PKCS#11 key store (it and its store's PIN source live as long as the process;
 * on failure it stays the caller's) and logs in.  NO_MECHANISM, before anything is tried, when the
 * token lacks what a use needs or keeps the key from it; the error names it.  `out` is freed with
 * EVP_PKEY_free.  A key that was bridged before gives the same EVP_PKEY again.
 */
enum antin_rc antin_bridge_key(struct antin_key *key, unsigned int uses, EVP_PKEY **out,
                               struct antin_err *err) ANTIN_MUST;
/*
 * Why the last operation of a bridged key failed: OpenSSL only knows that it did.  ANTIN_OK when it
 * did not, or the key is none of ours.
 */
enum antin_rc antin_bridge_failure(const EVP_PKEY *pkey, struct antin_err *err);

#endif
