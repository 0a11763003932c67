/*
 * Inside of lib/revocation: what is asked about one certificate, and what the pieces of evidence
 * have said so far.
 */
#ifndef ANTIN_REVOCATION_INNER_H
#define ANTIN_REVOCATION_INNER_H

#include <antin/revocation.h>

/* ReasonFlags 1 to 8 (RFC 5280 4.2.1.13): a status is known when all are covered. */
#define ALL_REASONS 0x1feu
#define HOLD_REASON (1u << 6)

/* The question. */
struct query {
	struct antin_revocation *r;
	const struct antin_path *path;
	size_t index;
	struct antin_cert *cert, *issuer, *anchor;
	/*
	 * Of the piece of evidence in hand: as of when its signers must be in order and its
	 * algorithm counts.  That of the check, or an earlier time at which it is proven to have
	 * existed: then nobody can have made it up since.
	 */
	int64_t as_of;
	bool proven;
};
/* The same question put to this piece of evidence. */
struct query query_of(const struct query *q, const struct antin_evidence_item *e);

/* Why a piece of evidence was of no use; the last of these says most. */
enum useless {
	USELESS_NONE,
	USELESS_ABSENT,
	USELESS_SCOPE,
	USELESS_REASONS,
	USELESS_FUTURE,
	USELESS_CRITICAL,
	USELESS_CONTRADICTING,
	USELESS_FORGOTTEN,
	USELESS_RESPONDER_UNKNOWN,
	USELESS_UNANSWERED,
	USELESS_SIGNER,
	USELESS_WEAK,
	USELESS_STALE,
	USELESS_LATE,
	USELESS_COUNT
};

/* What was found. */
struct tally {
	uint32_t reasons; /* covered by "not revoked", or not before the time asked */
	struct antin_status good, hold, revoked;
	bool has_good, has_hold, has_revoked;
	int64_t not_held; /* the newest that says so; ANTIN_NO_TIME: none */
	/* The evidence of a revocation is fit to show alone that there was none before it. */
	bool hold_dates, revoked_dates;
	enum useless useless;
	char file[128]; /* of the useless one */
	int64_t this_update, next_update;
	const char *weak; /* algorithm of the useless one */
};
void tally_useless(struct tally *t, enum useless why, const struct antin_evidence_item *e);
/* `reasons` are those that the evidence speaks about in full; 0: it only tells of a revocation. */
void tally_add(struct tally *t, const struct query *q, const struct antin_status *st,
               uint32_t reasons);

/*
 * How far the signer of a piece of evidence is believed: one whose certificate has ended, or of
 * whom nobody tells any more whether it was revoked, can still revoke, but nobody answers for what
 * it leaves out.
 */
enum voice { VOICE_NONE, VOICE_LATE, VOICE_FULL };

/* What a piece of evidence says that is in scope and signed by one who may. */
struct said {
	const struct antin_status *status;
	enum voice voice;
	bool remembered;
	uint32_t reasons;
};
/* Adds it; "good" only if it is strong, fresh, not yet forgotten and answered for. */
void tally_weigh(struct tally *t, const struct query *q, const struct antin_evidence_item *e,
                 const struct said *said);

/* Adds what the evidence from item `from` on says. */
enum antin_rc weigh_evidence(const struct query *q, size_t from, struct tally *t,
                             struct antin_err *err) ANTIN_MUST;
/* Whether the status is known by what was found. */
bool settled(const struct query *q, const struct tally *t);
/* Asks the addresses of the certificate until its status is settled. */
enum antin_rc ask_addresses(const struct query *q, struct tally *t, struct antin_err *err)
        ANTIN_MUST;
enum antin_rc crl_evidence(const struct query *q, const struct antin_evidence_item *e,
                           struct tally *t, struct antin_err *err) ANTIN_MUST;
enum antin_rc ocsp_evidence(const struct query *q, const struct antin_evidence_item *e,
                            struct tally *t, struct antin_err *err) ANTIN_MUST;

/*
 * Whether the list speaks about the certificate (RFC 5280 6.3.3 (b)), and for which reasons;
 * USELESS_NONE if it does (0 reasons otherwise), USELESS_ABSENT if it is plainly about others.
 */
enum useless crl_scope(const struct antin_cert *cert, const struct antin_crl *crl,
                       uint32_t *reasons);
/* The certificate's issuer made the list, or one whom the certificate names for it (5.2.5). */
bool crl_by_issuer(const struct antin_cert *cert, const struct antin_crl *crl);
/* Two lists of one scope: same issuer, same issuingDistributionPoint. */
bool crl_same_scope(const struct antin_crl *a, const struct antin_crl *b);

/*
 * Evidence made after an expired certificate's end may have dropped it, unless it says since when
 * it keeps such ones (X.509 9.5.2.8, RFC 6960 4.4.4); ANTIN_NO_TIME: it does not say.
 */
bool evidence_remembers(const struct query *q, int64_t this_update, int64_t kept_since);
/*
 * The name of a signature algorithm that was too weak at the time asked, NULL if it was not.  Such
 * evidence still revokes: a forger gains nothing by it that withholding evidence would not give.
 */
const char *evidence_weak(const struct query *q, struct antin_slice sigalg);

/*
 * The time of the check, at which evidence must still hold.  A proof that a signature is older
 * proves nothing of the evidence.
 */
int64_t evidence_time(const struct antin_revocation *r);
/* What is dated later clears nobody: the real time, when the last of it came. */
int64_t evidence_latest(const struct antin_revocation *r);
/* A voice if the holder of the list's issuer name signed it, may, and chains to the same anchor. */
enum antin_rc crl_signer(const struct query *q, struct antin_crl *crl, enum voice *voice,
                         struct antin_err *err) ANTIN_MUST;
/* A voice if the answer's signer is the issuer itself or a delegate of its key. */
enum antin_rc ocsp_signer(const struct query *q, struct antin_ocsp_response *o, int64_t made,
                          enum voice *voice, struct antin_err *err) ANTIN_MUST;

/* The path ends in an anchor, and all that it lacks is among the `n` faults. */
bool path_lacks_only(const struct antin_path *p, const enum antin_fault *faults, size_t n);

/* So many paths of signers are looked for; beyond, what is at hand counts as not looked at. */
enum { REVOCATION_SEARCHES = 256 };

/* Counters and certificates whose status is being found out, outermost first. */
struct antin_revocation_memo {
	const struct antin_cert *open[ANTIN_REVOCATION_NESTED * 2];
	size_t n_open;
	size_t searches;
	struct signed_by {
		const void *what; /* list or answer */
		uint8_t key[32];
		bool yes;
	} * signatures;
	size_t n_signatures, cap_signatures;
};
/* Checks the signature of a list or an answer under a certificate's key, once. */
enum antin_rc signed_by_key(struct antin_revocation *r, const struct antin_evidence_item *e,
                            struct antin_cert *signer, bool *yes, struct antin_err *err) ANTIN_MUST;

#endif
