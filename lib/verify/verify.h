/*
 * Inside of lib/verify: the table of findings by symbol, one validation and its parts.
 */
#ifndef ANTIN_VERIFY_INNER_H
#define ANTIN_VERIFY_INNER_H

#include <antin/verify.h>

#include "proofs.h"
#include "surroundings.h"

/* Rows of the table in finding.c; in rising order of weight: the last error decides. */
enum finding {
	/* warnings */
	WARN_PERMITTED,
	WARN_COMMENTED,
	WARN_EVIDENCE,
	WARN_CADES,
	WARN_SEVEN_HOURS,
	WARN_TIME_AHEAD,
	WARN_CLAIM_AFTER,
	WARN_OTHER_SERVICE,
	WARN_STAMP_MISSING,
	WARN_STAMP_UNREADABLE,
	WARN_STAMP_OTHER,
	WARN_STAMP_WEAK,
	WARN_STAMP_NO_CERT,
	WARN_STAMP_WRONG,
	WARN_STAMP_AHEAD,
	WARN_STAMP_OUTSIDE,
	WARN_STAMP_AUTHORITY,
	WARN_STAMP_REVOKED,
	WARN_STAMP_EARLY,
	WARN_STAMP_MANY,
	WARN_STAMP_PARTS,
	WARN_PROVEN,
	WARN_REVOKED_SINCE,
	WARN_LATER_REVOKED,
	WARN_CRL_IGNORED,
	WARN_WEAK_EVIDENCE,
	WARN_OWN_ANCHOR,
	WARN_TRUST_OLD,
	WARN_COUNTER,
	WARN_COUNTER_OPEN,
	WARN_COUNTER_BROKEN,
	WARN_COUNTER_MANY,
	WARN_RULES,
	/* INDETERMINATE */
	FIND_RULES,
	FIND_FORM,
	FIND_STATUS_UNKNOWN,
	FIND_CA_STATUS_UNKNOWN,
	FIND_ON_HOLD,
	FIND_CA_ON_HOLD,
	FIND_NOT_YET_VALID_ASSUMED,
	FIND_EXPIRED_GOOD,
	FIND_EXPIRED,
	FIND_CA_TIME,
	FIND_SIGNER_WANTED,
	FIND_LEVEL,
	FIND_KEY_USAGE,
	FIND_WEAK,
	FIND_WEAK_CHAIN,
	FIND_CHAIN_CONSTRAINTS,
	FIND_CHAIN,
	FIND_CA_REVOKED,
	FIND_REVOKED,
	FIND_LIMIT,
	FIND_NO_CHAIN,
	FIND_UNTRUSTED,
	FIND_ANCHOR_LIMITS,
	FIND_NO_ANCHORS,
	FIND_STAMP_ORDER,
	FIND_NO_SIGNER,
	FIND_NO_CONTENT,
	/* TOTAL-FAILED */
	FIND_OLDER_THAN_CERT,
	FIND_NOT_YET_VALID,
	FIND_STRICT,
	FIND_WHOLE_FILE,
	FIND_CHANGED,
	FIND_TAIL,
	FIND_COVERAGE,
	FIND_SIGNATURE,
	FIND_CADES,
	FIND_CMS,
	FIND_DICTIONARY,
	FIND_DAMAGED,
	FIND_CONTENT_OTHER,
	FIND_CONTENT_BESIDE,
	FIND_HASH,
	FINDINGS
};
extern const struct antin_finding_row finding_rows[FINDINGS];

/* One signature being judged. */
struct judging {
	const struct antin_verify_options *o;
	struct antin_doc *doc;
	const struct antin_doc_sig *sig;
	size_t index;
	struct antin_cades *cms; /* owned by the caller; NULL when unreadable */
	struct antin_verdict *v;
	struct antin_fetch_log *log; /* of the report */
	int64_t time; /* as of when the signer is judged: that of the checks, or proven */
	struct antin_status own; /* of a signer that is itself the anchor, as of then */
	size_t n_broken;         /* lists of the signature that cannot be read */
	struct proofs proofs;    /* of the existence of what the signature carries */
	struct heard *heard;     /* owned by the caller */
};

/* Records a finding; warnings and errors by its row.  Returns it for the more exact fields. */
struct antin_finding *find(struct antin_verdict *v, enum finding f, const char *detail);
struct antin_finding *find_row(struct antin_verdict *v, const struct antin_finding_row *row);
void find_detail(struct antin_finding *f, const char *detail);
/* What a status warns of: weak evidence, a revocation after the time of the check. */
void find_status(struct antin_verdict *v, const struct antin_status *st, bool proven);
/*
 * Applies the rules, brings the heaviest error to the front and sets indication and sub-indication
 * from it.
 */
void conclude(struct antin_verdict *v, const struct antin_rules *rules);

/* antin_verify; without `digests` those of file and content are left to the caller. */
enum antin_rc verify_file(struct antin_source *src, const char *name,
                          const struct antin_verify_options *o, bool digests,
                          struct antin_report *out, struct antin_err *err) ANTIN_MUST;
/* SHA-256 of all of it. */
enum antin_rc verify_digest(struct antin_source *src, uint8_t out[32], struct antin_err *err)
        ANTIN_MUST;

/* Coverage, unsigned tail, later changes against what they may be. */
enum antin_rc judge_document(struct judging *j, struct antin_err *err) ANTIN_MUST;
/* How far changes after signature `index` may go. */
enum antin_change_level document_limit(const struct antin_doc *doc, size_t index, bool strict);
/* Structure, digest, signature value, signer's certificate. */
enum antin_rc judge_cryptography(struct judging *j, struct antin_err *err) ANTIN_MUST;
/* Of a form that cannot be judged: a detached CMS of other bytes is broken in every form. */
enum antin_rc judge_unknown(struct judging *j, struct antin_err *err) ANTIN_MUST;
/* The signer's path as of the check.  Asks the network, so it comes before what is not signed. */
enum antin_rc judge_now(struct judging *j, struct antin_err *err) ANTIN_MUST;
/* Path and revocation of the signer, algorithm, wished signer; as of a proven time where needed. */
enum antin_rc judge_trust(struct judging *j, struct antin_err *err) ANTIN_MUST;
/* The time stamps on the signature; sets the best signature time. */
enum antin_rc judge_time_stamps(struct judging *j, struct antin_err *err) ANTIN_MUST;
/* How much of what is needed later the signature carries, and what of it is proven. */
enum antin_rc judge_long_term(struct judging *j, struct antin_err *err) ANTIN_MUST;
/* Who signed the signature in turn: a small verdict each, which changes nothing of this one. */
enum antin_rc judge_counters(struct judging *j, struct antin_err *err) ANTIN_MUST;
/* What is said of a time or a name in a finding. */
void detail_time(struct antin_finding *f, int64_t t);
void detail_name(struct antin_finding *f, struct antin_slice name);
/* The common name, else the organization, safe to show; "?" without. */
void name_short(struct antin_slice name, char *out, size_t cap);
/* The claimed time beside the one that is proven. */
void judge_claim(struct judging *j);
/* Claimed times: ahead of the clock, the habit of local time marked as UTC. */
void judge_times(struct judging *j);
/* report_fetch.c: every address asked, and what came of it. */
json_t *fetches_json(const struct antin_fetch_log *l, antin_translate_fn *tr);
void fetches_text(const struct antin_fetch_log *l, antin_translate_fn *tr, struct antin_bytes *out);
/* One of them, without a line's end; safe to show. */
void fetch_text(const struct antin_fetch_record *f, antin_translate_fn *tr,
                struct antin_bytes *out);
/* Who switched the network off knows it: only programs are told what was not asked then. */
bool fetch_told(const struct antin_fetch_record *f);
/* Fills the texts of the signer from its certificate. */
enum antin_rc read_signer(struct antin_signer *s, struct antin_cert *cert, struct antin_err *err)
        ANTIN_MUST;
/*
 * Whether it is the certificate of one of these names, offices, e-mail addresses or SHA-256, or
 * anybody is wanted.  Names as they are written, capitals and accents included, but for the way in
 * which Unicode composes them; an address as antin_cert_named compares it.
 */
bool signer_wanted(const struct antin_cert *cert, const char *const *wanted);

#endif
