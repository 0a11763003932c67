/*
 * Trusted lists (ETSI TS 119 612 version 5 and 6): which services of which providers were trusted
 * from when until when.  A list is kept beside bundles, under the same pin and the same rule that
 * its number never steps back.
 */
#ifndef ANTIN_LIST_H
#define ANTIN_LIST_H

#include <antin/bundle.h>

/* True if the bytes begin like an XML document. */
bool antin_list_is(struct antin_slice bytes);
/*
 * As antin_bundle_read: verifies the signature, then reads.  Each certificate of a service becomes
 * an anchor with the spans in which its status was good, for signatures (CA) or time stamps (TSA).
 */
enum antin_rc antin_list_read(struct antin_slice bytes, const char *file, const uint8_t *pinned,
                              struct antin_bundle *out, struct antin_err *err) ANTIN_MUST;
/* One of the two, by what the bytes are. */
enum antin_rc antin_signed_read(struct antin_slice bytes, const char *file, const uint8_t *pinned,
                                struct antin_bundle *out, struct antin_err *err) ANTIN_MUST;

#endif
