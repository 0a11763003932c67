/*
 * Archive time stamps (archive-time-stamp-v3, ETSI EN 319 122-1 5.5): what one is over, and which
 * of the certificates, revocation data and unsigned attributes its index names.
 */
#ifndef ANTIN_ARCHIVE_H
#define ANTIN_ARCHIVE_H

#include <antin/timestamp.h>

enum { ANTIN_ARCHIVE_OBJECTS = 512 };

/* An object of a signature that an index can name. */
enum antin_archive_kind { ANTIN_ARCHIVE_CERT, ANTIN_ARCHIVE_LIST, ANTIN_ARCHIVE_ATTRIBUTE };
struct antin_archive_object {
	enum antin_archive_kind kind;
	struct antin_slice type; /* of an attribute: whole OBJECT IDENTIFIER */
	struct antin_slice der;  /* whole: a choice of the set, one value of the attribute */
	bool covered;
	bool archive; /* an archive time stamp, which may have come later */
};
struct antin_archive {
	struct antin_archive_object objects[ANTIN_ARCHIVE_OBJECTS];
	size_t n;
};

/*
 * ANTIN_E_BAD_SIGNATURE unless the token is over this signature, the content with this digest (made
 * with the token's) and an index of which each entry is found; then *out says what it names.  Does
 * not look at the token's own signature.
 */
enum antin_rc antin_archive_check(const struct antin_cades *c, const struct antin_timestamp *t,
                                  struct antin_slice content_digest, struct antin_archive *out,
                                  struct antin_err *err) ANTIN_MUST;
/* What the token must be stamped over; `index` is the whole ATSHashIndexV3. */
enum antin_rc antin_archive_imprint(const struct antin_cades *c, struct antin_slice index,
                                    enum antin_digest digest, struct antin_slice content_digest,
                                    uint8_t out[ANTIN_DIGEST_MAX], struct antin_err *err)
        ANTIN_MUST;
/* The index of all that the signature carries now; appended as the whole ATSHashIndexV3. */
enum antin_rc antin_archive_index(const struct antin_cades *c, enum antin_digest digest,
                                  struct antin_bytes *out, struct antin_err *err) ANTIN_MUST;

#endif
