/*
 * What the files of OCSP share.
 */
#ifndef ANTIN_X509_OCSP_INTERNAL_H
#define ANTIN_X509_OCSP_INTERNAL_H

#include <antin/ocsp.h>

/* The next CertID of a list. */
bool antin_certid_next(struct antin_in *in, struct antin_certid *out) ANTIN_MUST;
/* A Nonce: OCTET STRING of 1..128 octets inside the extension (RFC 9654 2.1). */
bool antin_ocsp_nonce_read(struct antin_slice value, struct antin_slice *out) ANTIN_MUST;
void antin_ocsp_nonce_add(struct antin_bytes *b, struct antin_slice nonce);

#endif
