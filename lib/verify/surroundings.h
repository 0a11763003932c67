/*
 * Inside of lib/verify: the world of path searches, shared by signers and time-stamp authorities.
 */
#ifndef ANTIN_SURROUNDINGS_H
#define ANTIN_SURROUNDINGS_H

#include <antin/verify.h>

#include "proofs.h"

enum { SURROUNDINGS_CMS = 2 };

/* Which certificates and revocation data count, besides the anchors. */
enum reach {
	REACH_ALL,
	REACH_EMBEDDED, /* what the signature carries */
	REACH_PROVEN,   /* of that, what a later time stamp proves */
};

/*
 * What came over the network for one signature: it counts in all that is judged of it afterwards.
 * A list that is settled by older ones is not asked for again, and may tell who was revoked since.
 */
struct heard {
	struct antin_evidence evidence;
	struct antin_certs issuers;
	int64_t until; /* as in struct antin_revocation */
};
void heard_done(struct heard *h);
ANTIN_SCOPED_S(heard, heard_done);

/* What stands first is set by the caller, who keeps what it points to. */
struct surroundings {
	const struct antin_verify_options *o;
	struct antin_cert *target;
	bool target_counts; /* as an anchor, though another issued it */
	/* Whose certificates and lists are at hand besides those given. */
	const struct antin_cades *cms[SURROUNDINGS_CMS];
	const struct antin_fetcher *fetcher; /* NULL: nobody is asked */
	struct antin_fetch_log *log;         /* of the addresses asked */
	struct heard *heard;                 /* before, and grows; NULL none */
	const struct proofs *proofs;         /* NULL none */
	enum reach reach;
	int64_t proven_by; /* of what is in reach as proven: no later */

	struct antin_certs fetched; /* issuers that were asked for */
	struct antin_evidence evidence;
	size_t n_evidence, n_fetched; /* what comes behind these is new */
	size_t n_broken;              /* embedded lists that cannot be read */
	struct antin_revocation revocation;
	enum antin_purpose purpose; /* of the search going on: what anchors must be trusted for */
	struct antin_path_ops ops;
};
void surroundings_done(struct surroundings *s);
ANTIN_SCOPED_S(surroundings, surroundings_done);

/* Collects the evidence; once, before the first search. */
enum antin_rc surroundings_gather(struct surroundings *s, struct antin_err *err) ANTIN_MUST;
/*
 * A path of the target that holds at `time`, which is that of the checks or was proven to lie
 * before it.
 */
enum antin_rc surroundings_find(struct surroundings *s, enum antin_purpose purpose, int64_t time,
                                struct antin_path *out, struct antin_err *err) ANTIN_MUST;
enum antin_rc surroundings_search(struct surroundings *s, const struct antin_path_rules *rules,
                                  int64_t time, struct antin_path *out, struct antin_err *err)
        ANTIN_MUST;

#endif
