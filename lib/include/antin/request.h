/*
 * Certificate requests (PKCS#10, RFC 2986): read strictly with the proof of possession verified,
 * and written in two steps for any kind of key.
 */
#ifndef ANTIN_REQUEST_H
#define ANTIN_REQUEST_H

#include <antin/cert.h>

enum { ANTIN_REQUEST_MAX = 65536, ANTIN_REQUEST_EXTS = 32 };

/* Read-only for everyone but request.c.  What the requester wishes is data, never copied blindly.
 */
struct antin_request {
	struct antin_slice der, info; /* the whole, and CertificationRequestInfo */
	struct antin_slice subject;   /* whole Name, may be empty */
	struct antin_slice spki;      /* whole SubjectPublicKeyInfo */
	struct antin_slice sigalg, signature;
	size_t n_attributes; /* all, also those that are not read */
	size_t n_exts;       /* of extensionRequest */
	struct antin_ext exts[ANTIN_REQUEST_EXTS];
	struct antin_public *public_key;
	uint8_t sha256[32]; /* of the DER */
	uint8_t spki_sha256[32];
};

/* DER only (see antin_pem_or_der, labels "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST").
 * ANTIN_E_BAD_SIGNATURE when the request was not signed by the key it names. */
enum antin_rc antin_request_read(struct antin_slice der, struct antin_request **out,
                                 struct antin_err *err) ANTIN_MUST;
/* The file, PEM or DER; "-" is standard input. */
enum antin_rc antin_request_load(const char *path, struct antin_request **out,
                                 struct antin_err *err) ANTIN_MUST;
void antin_request_free(struct antin_request *r);
ANTIN_OWNER_S(antin_request, antin_request_free);
/* The rfc822Name entries that are asked for, one a line; false (and none) when they are damaged. */
bool antin_request_emails(const struct antin_request *r, struct antin_bytes *out);

/* Step one: the CertificationRequestInfo to sign; `email` may be NULL. */
enum antin_rc antin_request_info(struct antin_slice spki, struct antin_slice subject,
                                 const char *email, struct antin_bytes *info, struct antin_err *err)
        ANTIN_MUST;
/* Step two: the request from it. */
enum antin_rc antin_request_finish(struct antin_slice info, struct antin_sigalg a,
                                   struct antin_slice signature, struct antin_bytes *der,
                                   struct antin_err *err) ANTIN_MUST;
/* Both, signed by the key with its default algorithm. */
enum antin_rc antin_request_write(struct antin_key *key, struct antin_slice subject,
                                  const char *email, struct antin_bytes *der, struct antin_err *err)
        ANTIN_MUST;

#endif
