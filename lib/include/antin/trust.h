/*
 * Trust: the anchors that count in a run, their class, and the intermediates at hand.  Nothing is
 * trusted unless it was given or imported.  Immutable once filled.
 */
#ifndef ANTIN_TRUST_H
#define ANTIN_TRUST_H

#include <antin/fields.h>
#include <antin/revocation.h>

/* What kind of service an anchor belongs to; told to people in every verdict. */
enum antin_class {
	ANTIN_CLASS_UNKNOWN,
	ANTIN_CLASS_PUBLIC_SERVICE, /* the Government's signature service */
	ANTIN_CLASS_PUBLIC_CA,      /* a licensed public authority of Viet Nam */
	ANTIN_CLASS_FOREIGN,
	ANTIN_CLASSES_N
};
const char *antin_class_id(enum antin_class c);   /* "public-service" */
const char *antin_class_text(enum antin_class c); /* marked sentence part */
extern const struct antin_choice antin_class_choices[];

/* What an anchor is trusted for, where that is not everything. */
struct antin_limits {
	int64_t from, until; /* of the time proven, both inclusive; ANTIN_NO_TIME: no bound */
	uint32_t purposes;   /* by enum antin_purpose; 0: all */
};
#define ANTIN_NO_LIMITS ((struct antin_limits){ANTIN_NO_TIME, ANTIN_NO_TIME, 0})

/* A signed collection of anchors, of which the newest one counts. */
struct antin_origin {
	char *name, *file; /* as it calls itself, foreign text; where it was read */
	const char *kind;  /* "bundle" or "list" */
	uint64_t sequence;
	int64_t as_of, expires;    /* ANTIN_NO_TIME: it does not end */
	struct antin_cert *signer; /* counted: the certificate that is pinned */
};

struct antin_anchor {
	struct antin_cert *cert; /* counted */
	enum antin_class class;
	int64_t imported; /* ANTIN_NO_TIME unknown */
	char *file;       /* where it was read */
	struct antin_limits limits;
	const struct antin_origin *origin; /* owned by the trust; NULL: it stands alone */
};

void antin_anchor_done(struct antin_anchor *a);

struct antin_trust {
	struct antin_anchor *anchors;
	size_t n_anchors, cap_anchors;
	struct antin_certs intermediates;
	struct antin_evidence evidence; /* revocation data that came with bundles */
	struct antin_origin **origins;
	size_t n_origins, cap_origins;
	bool given; /* anchors were given for this run: configured ones do not count */
};
void antin_trust_done(struct antin_trust *t);
ANTIN_SCOPED_S(antin_trust, antin_trust_done);

/*
 * Whether a certificate may be an anchor for documents: that of an authority, or one that no
 * authority stands behind.  An end certificate as an anchor would be good for ever, whatever its
 * issuer says of it later: POLICY, with its issuer named.
 */
enum antin_rc antin_trust_fit(struct antin_cert *cert, struct antin_err *err) ANTIN_MUST;
/* Every certificate of a file, or of a folder's files, becomes an anchor if it may be one. */
enum antin_rc antin_trust_give(struct antin_trust *t, const char *path, struct antin_err *err)
        ANTIN_MUST;
/* As give, for certificates between signers and anchors. */
enum antin_rc antin_trust_intermediates(struct antin_trust *t, const char *path,
                                        struct antin_err *err) ANTIN_MUST;
/*
 * A configured folder: its certificates are anchors, FILE.json beside FILE.pem says their class and
 * limits; `intermediates/` in it holds no anchors, `signed/` bundles and lists (bundle.h).  A
 * missing folder is empty; a broken file is an error.
 */
enum antin_rc antin_trust_configured(struct antin_trust *t, const char *folder,
                                     struct antin_err *err) ANTIN_MUST;
/* One certificate without limits, as when it was read from `file`. */
enum antin_rc antin_trust_add(struct antin_trust *t, struct antin_cert *cert,
                              enum antin_class class, const char *file, struct antin_err *err)
        ANTIN_MUST;
/* A copy as it was read from `file`, unless one that is good for as much is there. */
enum antin_rc antin_trust_add_anchor(struct antin_trust *t, const struct antin_anchor *a,
                                     const char *file, struct antin_err *err) ANTIN_MUST;
/* A copy; *out is the trust's own. */
enum antin_rc antin_trust_add_origin(struct antin_trust *t, const struct antin_origin *o,
                                     const struct antin_origin **out, struct antin_err *err)
        ANTIN_MUST;
/* The first anchor that this very certificate is, or NULL. */
const struct antin_anchor *antin_trust_anchor(const struct antin_trust *t,
                                              const struct antin_cert *cert);
/* As above, of those that are trusted for this purpose at this (proven) time. */
const struct antin_anchor *antin_trust_anchor_for(const struct antin_trust *t,
                                                  const struct antin_cert *cert,
                                                  enum antin_purpose purpose, int64_t time);
/* Sets trustedFrom, trustedUntil and purposes where they are bounded; 0, or -1 without memory. */
int antin_limits_json(json_t *object, const struct antin_limits *l);
bool antin_limits_allow(const struct antin_limits *l, enum antin_purpose purpose, int64_t time);

/* Writes the certificate and its metadata into the folder, durable; CONFLICT if it is there. */
enum antin_rc antin_trust_import(const char *folder, struct antin_cert *cert,
                                 enum antin_class class, int64_t now, struct antin_err *err)
        ANTIN_MUST;
/* Removes the anchor whose SHA-256 begins with these hex digits (at least 8). */
enum antin_rc antin_trust_remove(const char *folder, const char *hex, struct antin_bytes *name,
                                 struct antin_err *err) ANTIN_MUST;
/* For programs that have anchors of their own. */
enum antin_trust_form {
	ANTIN_TRUST_PEM,    /* certificates behind each other, each with its subject */
	ANTIN_TRUST_PKCS12, /* trusted entries as Java has them; no password, no keys */
	ANTIN_TRUST_CMS,    /* a SignedData of certificates alone (RFC 5652 5), for Adobe */
};
/*
 * Appends the anchors that are trusted at `time`; *left_out tells how many are not.  No form can
 * say until when or for what: who needs limits must keep to antin.
 */
enum antin_rc antin_trust_export(const struct antin_trust *t, enum antin_trust_form form,
                                 int64_t time, struct antin_bytes *out, size_t *left_out,
                                 struct antin_err *err) ANTIN_MUST;
/* What its country tells of an authority: foreign or unknown.  Rules tell more: antin_kinds_class.
 */
enum antin_class antin_class_guess(const struct antin_cert *cert);

#endif
