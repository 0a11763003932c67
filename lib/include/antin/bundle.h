/*
 * Trust bundles: anchors with class and limits, intermediates and revocation data in one signed
 * file, for computers without a network (docs/formats/bundle.md).  A zip archive of manifest.json,
 * its detached CAdES-B signature and what it names; the certificate that signs is pinned, and the
 * number of a bundle never steps back.
 */
#ifndef ANTIN_BUNDLE_H
#define ANTIN_BUNDLE_H

#include <antin/key.h>
#include <antin/trust.h>

enum { ANTIN_BUNDLE_NAME = 200 };

/* A bundle to be made of all that `trust` holds. */
struct antin_bundle_spec {
	const char *name;
	uint64_t sequence;
	int64_t as_of, expires; /* expires ANTIN_NO_TIME: never */
	const struct antin_trust *trust;
	struct antin_key *key;
	struct antin_cert *signer; /* of the key */
};
/* Appends it; it is read back and verified before. */
enum antin_rc antin_bundle_write(const struct antin_bundle_spec *spec, struct antin_bytes *out,
                                 struct antin_err *err) ANTIN_MUST;

struct antin_bundle {
	struct antin_origin origin; /* owns its texts */
	struct antin_trust content;
};
void antin_bundle_done(struct antin_bundle *b);
ANTIN_SCOPED_S(antin_bundle, antin_bundle_done);
/*
 * Reads and verifies; `file` is for messages.  The certificate with the SHA-256 `pinned` must have
 * signed it: KEY_MISMATCH if another did.  With NULL the one that it carries is taken, so that it
 * can be shown to a person who compares it: whoever made the bundle chose that one too.
 */
enum antin_rc antin_bundle_read(struct antin_slice bytes, const char *file, const uint8_t *pinned,
                                struct antin_bundle *out, struct antin_err *err) ANTIN_MUST;
/* True if the bytes begin like a bundle. */
bool antin_bundle_is(struct antin_slice bytes);

/*
 * ---- in a trust folder: signed/SHA256.bundle and signed/SHA256.xml (list.h), named by the
 * certificate that is pinned ----
 */

/* Whether one of this kind and signer is there: its certificate was compared by a person. */
bool antin_bundle_pinned(const char *folder, const struct antin_origin *o);
/*
 * Puts the bundle there as it was read from `bytes`.  A later one of the same signer replaces it:
 * POLICY for a lower number, or for the same number with other content; STATE if it is the very one
 * that is there; POLICY as well for one that shows an older state, or a state that is still to
 * come, and when the certificate that signed it has ended `now`: its key may be in other hands
 * since.  The former one stays whole whatever fails.
 */
enum antin_rc antin_bundle_store(const char *folder, const struct antin_bundle *b,
                                 struct antin_slice bytes, int64_t now, struct antin_err *err)
        ANTIN_MUST;
/* Adds all that is in `folder`/signed; of two bundles of one signer the later one counts. */
enum antin_rc antin_bundle_configured(struct antin_trust *t, const char *folder,
                                      struct antin_err *err) ANTIN_MUST;
/* Adds one that was read. */
enum antin_rc antin_bundle_join(struct antin_trust *t, const struct antin_bundle *b,
                                struct antin_err *err) ANTIN_MUST;

#endif
