/*
 * Revocation status of one certificate from CRLs (RFC 5280 6.3) and OCSP answers (RFC 6960) that
 * are at hand: given as files, found in the signature, later fetched.  An authentic "revoked"
 * always wins; "good" needs evidence that is in scope, fresh and signed by who may speak.
 */
#ifndef ANTIN_REVOCATION_H
#define ANTIN_REVOCATION_H

#include <antin/fetch.h>
#include <antin/ocsp.h>
#include <antin/path.h>

enum { ANTIN_EVIDENCE_MAX = 4096, ANTIN_EVIDENCE_NAME = 128, ANTIN_REVOCATION_NESTED = 4 };

struct antin_evidence_item {
	struct antin_crl *crl;            /* one of the two */
	struct antin_ocsp_response *ocsp; /* counted */
	char name[ANTIN_EVIDENCE_NAME];   /* where it came from, safe to show */
	int64_t proven;                   /* it existed then; ANTIN_NO_TIME: not proven */
};
struct antin_evidence {
	struct antin_evidence_item *items;
	size_t n, cap;
};
void antin_evidence_done(struct antin_evidence *e);
ANTIN_SCOPED_S(antin_evidence, antin_evidence_done);
/* Each takes a reference of its own. */
enum antin_rc antin_evidence_add_crl(struct antin_evidence *e, struct antin_crl *crl,
                                     const char *name, struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_evidence_add_ocsp(struct antin_evidence *e, struct antin_ocsp_response *r,
                                      const char *name, struct antin_err *err) ANTIN_MUST;
/* All of `from`. */
enum antin_rc antin_evidence_join(struct antin_evidence *e, const struct antin_evidence *from,
                                  struct antin_err *err) ANTIN_MUST;

/*
 * A source of statuses for a path search: fill the first part, then call antin_revocation_status
 * from the `status` of the search's ops.  Remembers what it checked; belongs to one verification.
 */
struct antin_revocation {
	const struct antin_evidence *evidence;
	const struct antin_path_ops *world; /* issuers, anchors, algorithms: for signers of lists */
	int64_t now;                        /* real time: nothing dated after it clears anybody */
	int64_t time;                       /* the status at this time is asked */
	int64_t proven; /* seconds that a proof, not a wish, puts `time` before the check */
	int64_t grace;  /* seconds after nextUpdate that are still let pass */
	/* Who is asked for what the evidence lacks, and that list itself, to add it; NULL: nobody.
	 */
	const struct antin_fetcher *fetcher;
	struct antin_evidence *grows;
	struct antin_fetch_log *log; /* may be NULL */
	int64_t heard; /* until when data may be dated, by when the latest answer came */

	struct antin_revocation_memo *memo; /* owned */
};
void antin_revocation_done(struct antin_revocation *r);
ANTIN_SCOPED_S(antin_revocation, antin_revocation_done);

/*
 * Status of path->chain.items[index], whose issuer is the next one of the chain; of the last one
 * only what it says of itself.
 */
enum antin_rc antin_revocation_status(struct antin_revocation *r, const struct antin_path *path,
                                      size_t index, struct antin_status *out, struct antin_err *err)
        ANTIN_MUST;

#endif
