/*
 * Inside of lib/verify: proofs of existence (EN 319 102-1 5.6.2.3).
 */
#ifndef ANTIN_PROOFS_H
#define ANTIN_PROOFS_H

#include <antin/archive.h>
#include <antin/verify.h>

/* Objects, by the SHA-256 of their octets, each with the earliest time at which it existed. */
struct proofs {
	struct proof {
		uint8_t sha256[32];
		int64_t time;
	} * items;
	size_t n, cap;
};
void proofs_done(struct proofs *p);
ANTIN_SCOPED_S(proofs, proofs_done);

/* All that an archive time stamp names, and what lies in it; `c` is the signature stamped. */
enum antin_rc proofs_cover(struct proofs *p, const struct antin_archive *a,
                           const struct antin_cades *c, int64_t time, struct antin_err *err)
        ANTIN_MUST;
/* ANTIN_NO_TIME: not proven. */
int64_t proofs_time(const struct proofs *p, const uint8_t sha256[32]);
/* The same by the octets, and `otherwise` when it is not proven or only for later. */
int64_t proofs_of(const struct proofs *p, struct antin_slice der, int64_t otherwise);

/*
 * Whether a certificate of a chain relies on what is too weak at the time at which it is proven to
 * have existed, or at that of the check: it could have been made up since.
 */
struct weak_link {
	const char *clause;
	char text[80];
};
bool proofs_weak_link(const struct proofs *p, const struct antin_verify_options *o,
                      const struct antin_certs *chain, size_t index, struct weak_link *out);

/*
 * Whether one from `first` on could have been made by who stole the key of an authority above it,
 * which was revoked since the time of the path: nothing proves that it existed before.  `by` is
 * that authority.
 */
bool proofs_forgeable(const struct proofs *p, const struct antin_path *path, size_t first,
                      size_t *by);
/*
 * That neither is so of any above the first, which is bound to what is dated, where the path is one
 * of an earlier time.
 */
bool proofs_links_hold(const struct proofs *p, const struct antin_verify_options *o,
                       const struct antin_path *path, int64_t time);
/* Whether a proof of an earlier time may lift all that this path lacks (EN 319 102-1 5.5.4). */
bool proofs_may_lift(const struct antin_trust *t, const struct antin_path *p);

#endif
