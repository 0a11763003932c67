/*
 * What the token, its writer and the messages around it share.
 */
#ifndef ANTIN_TIMESTAMP_INTERNAL_H
#define ANTIN_TIMESTAMP_INTERNAL_H

#include <antin/timestamp.h>

#include "cades_internal.h"

/* MessageImprint; *known false: its digest is not one of those in use, and nothing else is set. */
bool timestamp_imprint_read(struct antin_in *in, struct antin_imprint *out, bool *known) ANTIN_MUST;
/* False, and nothing written, when the hash does not have the digest's length. */
bool timestamp_imprint_add(struct antin_bytes *b, const struct antin_imprint *i) ANTIN_MUST;
/* An optional INTEGER of at most ANTIN_TIMESTAMP_NONCE octets. */
bool timestamp_nonce_read(struct antin_in *in, struct antin_slice *out) ANTIN_MUST;
/* A BOOLEAN DEFAULT FALSE: DER leaves FALSE out (X.690 11.5). */
bool timestamp_flag_read(struct antin_in *in, bool *out) ANTIN_MUST;
enum antin_rc timestamp_bad_digest(struct antin_err *err);

#endif
