/*
 * Inside of lib/revocation: what a file is that was given for another kind.
 */
#ifndef ANTIN_GIVEN_LIKELY_H
#define ANTIN_GIVEN_LIKELY_H

#include <antin/der.h>
#include <antin/err.h>

/* The first rows; more than these follow. */
enum { LIKELY_CERT, LIKELY_CRL, LIKELY_REQUEST, LIKELY_OCSP };
size_t given_likely(struct antin_slice octets);
/* Says what the file is, where that is known; ANTIN_E_FORMAT. */
enum antin_rc given_refuse(size_t likely, const char *path, struct antin_err *err) ANTIN_MUST;

#endif
