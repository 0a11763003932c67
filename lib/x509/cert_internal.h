/*
 * Decoding of the extensions that every certificate's view carries; part of cert.c's work.
 */
#ifndef ANTIN_X509_CERT_INTERNAL_H
#define ANTIN_X509_CERT_INTERNAL_H

#include <antin/cert.h>

/* From c->exts to the fields below them. */
enum antin_rc antin_cert_decode_exts(struct antin_cert *c, struct antin_err *err) ANTIN_MUST;

#endif
