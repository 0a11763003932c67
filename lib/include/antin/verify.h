/*
 * Validation of signatures after ETSI EN 319 102-1: format, cryptography, signer, path, revocation
 * and what changed since, for each signature of a document; a verdict with its evidence.  A time
 * stamp that can be relied on proves the best signature time; without one it is that of the check.
 */
#ifndef ANTIN_VERIFY_H
#define ANTIN_VERIFY_H

#include <antin/cades.h>
#include <antin/doc.h>
#include <antin/fetch.h>
#include <antin/kind.h>
#include <antin/revocation.h>
#include <antin/rules.h>
#include <antin/trust.h>

enum antin_indication { ANTIN_TOTAL_PASSED, ANTIN_INDETERMINATE, ANTIN_TOTAL_FAILED };
const char *antin_indication_id(enum antin_indication i); /* "TOTAL-PASSED" */

/* Sub-indications as EN 319 102-1 5.1.3 names them, and the indication each belongs to. */
#define ANTIN_SUBS(X)                                                                              \
	X(NONE, PASSED)                                                                            \
	X(FORMAT_FAILURE, FAILED)                                                                  \
	X(HASH_FAILURE, FAILED)                                                                    \
	X(SIG_CRYPTO_FAILURE, FAILED)                                                              \
	X(NOT_YET_VALID, FAILED)                                                                   \
	X(SIG_CONSTRAINTS_FAILURE, INDETERMINATE)                                                  \
	X(CHAIN_CONSTRAINTS_FAILURE, INDETERMINATE)                                                \
	X(CERTIFICATE_CHAIN_GENERAL_FAILURE, INDETERMINATE)                                        \
	X(CRYPTO_CONSTRAINTS_FAILURE_NO_POE, INDETERMINATE)                                        \
	X(NO_SIGNING_CERTIFICATE_FOUND, INDETERMINATE)                                             \
	X(NO_CERTIFICATE_CHAIN_FOUND, INDETERMINATE)                                               \
	X(REVOKED_NO_POE, INDETERMINATE)                                                           \
	X(REVOKED_CA_NO_POE, INDETERMINATE)                                                        \
	X(OUT_OF_BOUNDS_NO_POE, INDETERMINATE)                                                     \
	X(OUT_OF_BOUNDS_NOT_REVOKED, INDETERMINATE)                                                \
	X(TRY_LATER, INDETERMINATE)                                                                \
	X(SIGNED_DATA_NOT_FOUND, INDETERMINATE)                                                    \
	X(TIMESTAMP_ORDER_FAILURE, INDETERMINATE)                                                  \
	X(GENERIC, INDETERMINATE)
enum antin_sub {
#define ANTIN_SUB_ENUM(sym, of) ANTIN_SUB_##sym,
	ANTIN_SUBS(ANTIN_SUB_ENUM)
#undef ANTIN_SUB_ENUM
	        ANTIN_SUB_COUNT
};
const char *antin_sub_id(enum antin_sub s); /* "HASH_FAILURE"; "" for NONE */
enum antin_indication antin_sub_indication(enum antin_sub s);

/* One row of the table of findings (finding.c). */
struct antin_finding_row {
	const char *code;   /* "hash-mismatch" */
	enum antin_sub sub; /* NONE: a warning */
	const char *why;    /* marked sentence, at most two %s: see antin_finding_text */
	const char *advice; /* marked sentence; NULL for warnings */
	const char *clause;
	const char *field; /* of the file, signature or certificate that is at fault */
};
const struct antin_finding_row *antin_finding_row(size_t i); /* the table; NULL past its end */
struct antin_finding {
	const struct antin_finding_row *row;
	const char *text;   /* marked sentence more exact than row->why, or NULL */
	const char *clause; /* more exact than row->clause, or NULL */
	const char *code;   /* more exact than row->code, or NULL */
	/* For %s: a text that is safe to show, a marked sentence part, or both ("a; b"). */
	char detail[160];
	const char *arg;
	/* Whose certificate, and which of its fields, safe to show; "" none, or that of the row. */
	char certificate[128], field[128];
};
enum { ANTIN_FINDINGS = 32 };

/* The signer as the certificate names it; UTF-8 as encoded, not yet safe to show. */
struct antin_signer {
	struct antin_cert *cert; /* counted; NULL when not found */
	struct antin_bytes name, organization, unit, title, email;
};

/* What a time stamp is over. */
enum antin_stamp_kind {
	ANTIN_STAMP_SIGNATURE, /* the signature value (EN 319 122-1 5.3) */
	ANTIN_STAMP_CONTENT,   /* the content, before it was signed (5.2.8) */
	ANTIN_STAMP_ARCHIVE,   /* signature, content and all that an index names (5.5.3) */
};
/* A time stamp on the signature, as it was judged. */
struct antin_stamp {
	enum antin_stamp_kind kind;
	bool valid;
	const char *code; /* why not, as in the warning about it; NULL when valid */
	int64_t time;     /* as the authority writes it; ANTIN_NO_TIME not readable */
	bool has_accuracy;
	uint64_t accuracy; /* microseconds */
	struct antin_bytes serial;
	struct antin_cert *tsa;   /* counted; NULL when not found */
	struct antin_certs chain; /* from it to the anchor, when valid */
	const struct antin_anchor *anchor;
	int64_t judged_at; /* as of when: the check, or a time that a later stamp proves */
	bool has_status;
	struct antin_status status; /* of the authority's certificate */
};
enum { ANTIN_STAMPS = 3 * ANTIN_CADES_STAMPS };

/* Who signed the signature in turn (RFC 5652 11.4), as it was judged; it never decides. */
struct antin_counter {
	unsigned int depth; /* 1: over the signature; 2: over one of those, before it */
	enum antin_indication indication;
	const char *code;          /* why not, as in the warning about it; NULL when it holds */
	const char *why;           /* marked sentence part; NULL when it holds */
	int64_t signing_time;      /* claimed; ANTIN_NO_TIME none */
	int64_t judged_at;         /* as stamps; ANTIN_NO_TIME: no path was looked for */
	struct antin_cert *signer; /* counted; NULL when not found */
	struct antin_certs chain;  /* from it to the anchor, when it holds */
	const struct antin_anchor *anchor;
	bool has_status;
	struct antin_status status; /* of the signer's certificate */
};

struct antin_verdict {
	enum antin_indication indication;
	enum antin_sub sub;
	struct antin_finding errors[ANTIN_FINDINGS], warnings[ANTIN_FINDINGS];
	size_t n_errors, n_warnings; /* errors[0] decided */
	const char *level;           /* "B-B"; "PKCS7" for the older form; NULL unknown */
	struct antin_signer signer;
	struct antin_kind kind; /* of the signer; borrows from the rules */
	struct antin_sigalg alg;
	bool alg_known;
	int64_t signing_time; /* claimed by the signer; ANTIN_NO_TIME none */
	bool time_attribute;  /* claimed in the signed attributes, not in the document's field */
	int64_t best_time;    /* best signature time */
	enum antin_coverage coverage;
	uint64_t revision_end;
	int docmdp;
	struct antin_bytes field;
	struct antin_changes changes;
	struct antin_path path;
	const struct antin_anchor *anchor; /* borrowed from the trust; NULL none */
	bool intact;                       /* digest and signature value are right */
	struct antin_stamp stamps[ANTIN_STAMPS];
	size_t n_stamps;
	struct antin_counter counters[ANTIN_CADES_COUNTERS];
	size_t n_counters;
};
void antin_verdict_done(struct antin_verdict *v);
/* First line for people: "VALID", "VALID, with permitted changes after signing"... marked. */
const char *antin_verdict_heading(const struct antin_verdict *v);

/* Levels of ETSI EN 319 142-1 6, in rising order; of a signature, what is proven of it. */
enum antin_level {
	ANTIN_LEVEL_NONE,
	ANTIN_LEVEL_B,
	ANTIN_LEVEL_T,
	ANTIN_LEVEL_LT,
	ANTIN_LEVEL_LTA
};

struct antin_verify_options {
	const struct antin_trust *trust;
	const struct antin_rules *rules;           /* NULL: as antin_rules_check has them */
	const struct antin_kinds *kinds;           /* rules about kinds of signers; may be NULL */
	const struct antin_algorithms *algorithms; /* until when each counts; NULL: built in */
	const struct antin_evidence *evidence;     /* given CRLs and OCSP answers; may be NULL */
	const struct antin_fetcher *fetcher;       /* asked for what is lacking; NULL: offline */
	struct antin_fetch_log *fetches; /* of antin_verify_cert; a report has its own; or NULL */
	int64_t now;                     /* the real time */
	int64_t time;                    /* time of the checks; equal to now unless assumed */
	bool assumed;
	const char *const *signers; /* NULL-terminated texts or SHA-256; NULL: anybody */
	bool whole_file, strict_changes;
	enum antin_level min_level;  /* what must be proven */
	struct antin_memory *memory; /* of earlier files; NULL: one for this file alone */
	/*
	 * What detached signatures are over; borrowed, NULL none.  A file that carries a content
	 * must carry this one.  `detached_named`: the caller named it, which has a meaning for
	 * files of signatures alone; else it was found beside.
	 */
	struct antin_source *detached;
	bool detached_named;
};

struct antin_report {
	char *file; /* as named by the caller */
	uint8_t sha256[32];
	const char *format;         /* "pdf", "cms" */
	char *content;              /* detached: the file that was signed; NULL otherwise */
	uint8_t content_sha256[32]; /* of that file */
	const char *beside;         /* borrowed, set by the caller: x.p7s where x carries none */
	struct antin_verdict *verdicts;
	size_t n;
	int64_t now, time;
	bool assumed;
	const struct antin_rules *rules; /* borrowed; NULL none given */
	struct antin_fetch_log fetches;  /* every address asked, or why not */
	struct antin_texts *texts;       /* inner: of a verdict that a worker gave */
};
void antin_report_done(struct antin_report *r);
ANTIN_SCOPED_S(antin_report, antin_report_done);

/*
 * Judges every signature of the file.  ANTIN_OK whenever there is a verdict, good or bad; an error
 * when the file cannot be read as what it claims to be.
 */
enum antin_rc antin_verify(struct antin_source *src, const char *name,
                           const struct antin_verify_options *o, struct antin_report *out,
                           struct antin_err *err) ANTIN_MUST;

/* What signing was to make of a document. */
struct antin_signed {
	const struct antin_doc_place *place; /* NULL: how it was added is not looked at */
	struct antin_slice cms;              /* the signature; without place: whatever it is */
	struct antin_cert *cert;             /* that made it; NULL: it is not looked at */
};
/*
 * That `after` is `before` with one more signature over all of it and nothing else, and earlier
 * ones as they were: INTERNAL otherwise.  No trust, no revocation: antin_verify tells of those.
 */
enum antin_rc antin_verify_signed(struct antin_source *before, struct antin_source *after,
                                  const struct antin_signed *wanted, struct antin_err *err)
        ANTIN_MUST;

/* Exit code: 0 all passed, 1 one failed, 3 indeterminate, 4 no signature. */
int antin_report_exit(const struct antin_report *r);
/* Of two exit codes of several files the one that is reported: 2, 1, 5, 6, 3, 4, 0. */
int antin_exit_worse(int a, int b);

#endif
