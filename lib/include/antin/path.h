/*
 * Certification paths: a backtracking builder over every candidate issuer and the validator of RFC
 * 5280 section 6.  Both reach the world only through struct antin_path_ops; the work they do is
 * bounded by counters, and every candidate they refuse is kept with its reason.
 */
#ifndef ANTIN_PATH_H
#define ANTIN_PATH_H

#include <antin/algorithms.h>
#include <antin/crl.h>
#include <antin/fetch.h>

/*
 * What can be wrong with a certificate in its place in a path: symbol, identifier for programs,
 * clause, sentence.  The order is that of gravity: the last one decides how a failure is named.
 */
#define ANTIN_FAULTS(X)                                                                            \
	X(NONE, "none", "", "")                                                                    \
	X(LIMIT, "limit", "RFC 5280 6.1",                                                          \
	  N_("the search for a path was ended: too many candidates"))                              \
	X(NO_ISSUER, "no-issuer", "RFC 5280 6.1",                                                  \
	  N_("the certificate of its issuer is not known"))                                        \
	X(UNTRUSTED, "untrusted", "RFC 5280 6.1.1 (d)",                                            \
	  N_("it issued itself, and is not among the trusted certificates"))                       \
	X(STATUS_UNKNOWN, "status-unknown", "RFC 5280 6.1.3 (a)(3)",                               \
	  N_("it is not known whether it was revoked"))                                            \
	X(ON_HOLD, "on-hold", "RFC 5280 5.3.1", N_("it is suspended"))                             \
	X(EXPIRED, "expired", "RFC 5280 6.1.3 (a)(2)", N_("it has expired"))                       \
	X(NOT_YET_VALID, "not-yet-valid", "RFC 5280 6.1.3 (a)(2)", N_("it is not valid yet"))      \
	X(PURPOSE, "purpose", "RFC 5280 4.2.1.12",                                                 \
	  N_("its extended key usage does not allow this purpose"))                                \
	X(KEY_USAGE, "key-usage", "RFC 5280 4.2.1.3", N_("its key usage does not allow this use")) \
	X(POLICY, "policy", "RFC 5280 6.1.5 (g)",                                                  \
	  N_("the path has no certificate policy that is acceptable"))                             \
	X(POLICY_MAPPING, "policy-mapping", "RFC 5280 6.1.4 (a)",                                  \
	  N_("it maps the policy anyPolicy, which is not allowed"))                                \
	X(NAME_CONSTRAINT, "name-constraint", "RFC 5280 6.1.3 (b)(c)",                             \
	  N_("a name in it is outside of what its issuers may name"))                              \
	X(NAME_FORM, "name-form", "RFC 5280 4.2.1.10",                                             \
	  N_("it has a kind of name that is constrained in a way that cannot be judged"))          \
	X(PATH_LEN, "path-length", "RFC 5280 6.1.4 (l)(m)",                                        \
	  N_("there are more authorities below it than allowed"))                                  \
	X(KEY_CERT_SIGN, "key-cert-sign", "RFC 5280 6.1.4 (n)",                                    \
	  N_("its key usage does not allow it to issue certificates"))                             \
	X(NOT_CA, "not-a-ca", "RFC 5280 6.1.4 (k)",                                                \
	  N_("it is not the certificate of an authority"))                                         \
	X(CRITICAL, "critical-extension", "RFC 5280 6.1.4 (o)",                                    \
	  N_("it has a critical extension that is not known here"))                                \
	X(EXTENSION, "extension", "RFC 5280 4.2", N_("one of its extensions is malformed"))        \
	X(WEAK, "weak-algorithm", "ETSI TS 119 312",                                               \
	  N_("it relies on an algorithm or key that is no longer strong enough"))                  \
	X(ALGORITHM, "algorithm", "RFC 5280 6.1.3 (a)(1)",                                         \
	  N_("its signature or key is of a kind that is not supported"))                           \
	X(BAD_SIGNATURE, "bad-signature", "RFC 5280 6.1.3 (a)(1)",                                 \
	  N_("the key of this issuer did not sign it"))                                            \
	X(REVOKED, "revoked", "RFC 5280 6.1.3 (a)(3)", N_("it was revoked"))

enum antin_fault {
#define ANTIN_FAULT_ENUM(sym, id, clause, text) ANTIN_FAULT_##sym,
	ANTIN_FAULTS(ANTIN_FAULT_ENUM)
#undef ANTIN_FAULT_ENUM
	        ANTIN_FAULT_COUNT
};
struct antin_fault_info {
	const char *id, *clause, *text;
};
const struct antin_fault_info *antin_fault_info(enum antin_fault f);

/* Revocation status of one certificate, with the evidence it rests on. */
enum antin_status_kind { ANTIN_STATUS_UNKNOWN, ANTIN_STATUS_GOOD, ANTIN_STATUS_REVOKED };
struct antin_status {
	enum antin_status_kind kind;
	int64_t revoked_at, invalidity; /* ANTIN_NO_TIME: none */
	int reason;                     /* enum antin_crl_reason */
	bool later;                     /* revoked only after the time of the check: kind is GOOD */
	const char *why;                /* marked sentence when unknown */
	const char *source;             /* "crl", "ocsp", NULL none */
	char file[128];                 /* where the evidence was read, safe to show */
	int64_t this_update, next_update; /* ANTIN_NO_TIME: none */
	const char *weak; /* algorithm of the evidence, too weak to prove "good"; NULL strong */
};
/* From when on a revoked certificate is not to be relied on. */
int64_t antin_status_since(const struct antin_status *st);
/* Marked sentence: what the reason means, and whether it says anything against older signatures. */
const char *antin_reason_text(int reason);
/* It says nothing against the key: what was signed before stays (RFC 3161 4, RFC 5280 5.3.1). */
bool antin_reason_harmless(int reason);

enum antin_purpose {
	ANTIN_PURPOSE_ANY,
	ANTIN_PURPOSE_SIGN, /* documents */
	ANTIN_PURPOSE_TLS_SERVER,
	ANTIN_PURPOSE_TLS_CLIENT,
	ANTIN_PURPOSE_TIMESTAMP,
	ANTIN_PURPOSE_OCSP,
	ANTIN_PURPOSE_CRL, /* the key usage cRLSign instead of an extended one */
	ANTIN_PURPOSES
};
enum antin_revocation_mode { ANTIN_REVOCATION_CHAIN, ANTIN_REVOCATION_LEAF, ANTIN_REVOCATION_NONE };

struct antin_path_rules {
	const char *const *policies; /* dotted, NULL-terminated; NULL: any-policy */
	bool explicit_policy, inhibit_mapping, inhibit_any;
	enum antin_revocation_mode revocation;
	enum antin_purpose purpose;
	int64_t max_depth; /* intermediates, self-issued ones not counted; -1: ANTIN_PATH_DEPTH */
};
enum {
	ANTIN_PATH_DEPTH = 16,       /* certificates between target and anchor, all counted */
	ANTIN_PATH_SIGNATURES = 512, /* signatures checked in one search; a slow key counts more */
	ANTIN_PATH_TRIES = 256,      /* whole paths validated in one search */
	ANTIN_PATH_STEPS = 20000,    /* candidates looked at in one search */
	ANTIN_PATH_NAMES = 200000,   /* names compared with constraints in one search, by length */
	ANTIN_PATH_POLICIES = 12000000, /* policies compared with one another in one search */
	ANTIN_PATH_REJECTS = 64,        /* refused candidates remembered */
};

struct antin_path_fault {
	enum antin_fault fault;
	size_t index;     /* place in the chain: 0 is the target */
	char detail[128]; /* the field or value, safe to show; may be "" */
};
/* A candidate that was refused, so that a person can be told why. */
struct antin_path_reject {
	struct antin_cert *cert; /* counted */
	enum antin_fault fault;
	char detail[128];
};

/*
 * What a search found.  On failure `chain` is the try that says most, `faults` what it lacks: the
 * nearest one, but that a path which fails by a revocation comes before one that is only open.
 */
struct antin_path {
	bool valid;
	struct antin_certs chain;      /* target first, anchor last (only when `anchored`) */
	bool anchored;                 /* the chain ends in an anchor, names and signatures fit */
	struct antin_status *statuses; /* one a certificate of the chain; NULL: none asked */
	struct antin_path_fault *faults;
	size_t n_faults;
	struct antin_path_reject rejects[ANTIN_PATH_REJECTS];
	size_t n_rejects;
	bool limited; /* a counter ended the search */
	/* Dotted policies, one a line; any-policy is 2.5.29.32.0. */
	struct antin_bytes user_policies, authority_policies;
	bool explicit_policy; /* the indicator after the last certificate */
	struct {
		size_t steps, signatures, tries, names, policies;
	} work;
};
void antin_path_done(struct antin_path *p);
ANTIN_SCOPED_S(antin_path, antin_path_done);
/* The gravest fault of the chain; NULL when valid. */
const struct antin_path_fault *antin_path_worst(const struct antin_path *p);

struct antin_path_candidate {
	struct antin_cert *cert; /* borrowed from the one who answers */
	bool anchor;
};
struct antin_path_candidates {
	struct antin_path_candidate *items;
	size_t n, cap;
};
void antin_path_candidates_done(struct antin_path_candidates *c);
ANTIN_SCOPED_S(antin_path_candidates, antin_path_candidates_done);
enum antin_rc antin_path_candidates_add(struct antin_path_candidates *c, struct antin_cert *cert,
                                        bool anchor, struct antin_err *err) ANTIN_MUST;

/* Who is looked for: the holder of a name, who signed a certificate or a list. */
struct antin_path_query {
	struct antin_slice name;        /* whole Name */
	struct antin_slice key_id;      /* a hint; p NULL none */
	const struct antin_cert *child; /* what was signed; NULL when it is no certificate */
};

/* The world.  A failing call ends the search with that error. */
struct antin_path_ops {
	/* Adds every known certificate whose subject is that name. */
	enum antin_rc (*issuers)(void *user, const struct antin_path_query *query,
	                         struct antin_path_candidates *out, struct antin_err *err);
	/* True if this very certificate is an anchor. */
	bool (*anchor)(void *user, const struct antin_cert *cert);
	/* Status of path->chain.items[index]; its issuer is the next one.  NULL: never asked. */
	enum antin_rc (*status)(void *user, const struct antin_path *path, size_t index,
	                        struct antin_status *out, struct antin_err *err);
	/* Time of the check. */
	int64_t (*now)(void *user);
	const struct antin_algorithms *algorithms; /* until when each counts; NULL: built in */
	void *user;
	struct antin_memory *memory; /* of what was verified before; NULL: none */
	/* Of paths that all fail the one that lacks least, whatever is known of the others. */
	bool nearest;
};

/*
 * Searches a path from `target` to an anchor.  ANTIN_OK whenever the search could be made: whether
 * it found one is in out->valid.  Failures are those of memory and of the world.
 */
enum antin_rc antin_path_find(const struct antin_path_ops *ops, struct antin_cert *target,
                              const struct antin_path_rules *rules, struct antin_path *out,
                              struct antin_err *err) ANTIN_MUST;

/*
 * Asks the addresses of the issuer that the certificate names, until one of them gave a certificate
 * of that name; all that came is added.  Nothing of it is trusted: it may stand in a path.
 */
enum antin_rc antin_path_fetch_issuers(const struct antin_fetcher *f, struct antin_fetch_log *log,
                                       const struct antin_cert *child, struct antin_certs *out,
                                       struct antin_err *err) ANTIN_MUST;
/* Certificates as such an address answers: DER, PEM, or a CMS that holds nothing else. */
enum antin_rc antin_certs_answer(struct antin_slice bytes, struct antin_certs *out,
                                 struct antin_err *err) ANTIN_MUST;

#endif
