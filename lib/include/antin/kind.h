/*
 * The kind of a signer: whose service vouches for it (class), and what holds the certificate
 * (person, agency, service).  Both come from a file of rules (antin.signers/1); what no rule tells
 * is unknown, and is said to be.
 */
#ifndef ANTIN_KIND_H
#define ANTIN_KIND_H

#include <antin/trust.h>

enum antin_holder {
	ANTIN_HOLDER_UNKNOWN,
	ANTIN_HOLDER_PERSON,
	ANTIN_HOLDER_AGENCY,
	ANTIN_HOLDER_SERVICE,
	ANTIN_HOLDERS_N
};
const char *antin_holder_id(enum antin_holder h);   /* "agency" */
const char *antin_holder_text(enum antin_holder h); /* marked sentence part */

struct antin_kind {
	enum antin_class class;
	enum antin_holder holder;
	bool proven;           /* the path leads to an anchor; else only the certificate's words */
	const char *authority; /* the rule that told the class, borrowed; NULL: the anchor did */
	const char *rule;      /* the rule that told the holder, borrowed; NULL none */
};

/* The rules, immutable once read. */
struct antin_kinds;
enum { ANTIN_KINDS_MAX = 262144 };
/* Reads and checks the JSON; every error names the place. */
enum antin_rc antin_kinds_read(struct antin_slice text, const char *name, struct antin_kinds **out,
                               struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_kinds_load(const char *path, struct antin_kinds **out, struct antin_err *err)
        ANTIN_MUST;
void antin_kinds_free(struct antin_kinds *k);
ANTIN_OWNER_S(antin_kinds, antin_kinds_free);
struct antin_slice antin_kinds_text(const struct antin_kinds *k); /* of its file */

/*
 * The class of an authority whose certificate or key a rule names, else antin_class_guess.  `kinds`
 * may be NULL.
 */
enum antin_class antin_kinds_class(const struct antin_kinds *kinds, const struct antin_cert *ca);
/* The same for each anchor of which nobody told more than can be guessed. */
void antin_kinds_classify(const struct antin_kinds *kinds, struct antin_trust *trust);
/*
 * The kind of the holder of `cert`.  The class is that of an authority of the path whose key or
 * certificate a rule names, else the anchor's; names alone tell it only where no path was found,
 * and then prove nothing.  `kinds` may be NULL: then only the anchor tells.
 */
struct antin_kind antin_kind_of(const struct antin_kinds *kinds, const struct antin_cert *cert,
                                const struct antin_path *path, const struct antin_anchor *anchor);

#endif
