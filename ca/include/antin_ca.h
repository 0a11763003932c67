/*
 * The authority: making it, changing the status of certificates, publishing, looking things up and
 * checking that all of it agrees.  What needs a key goes through the signer.
 */
#ifndef ANTIN_CA_H
#define ANTIN_CA_H

#include <antin/profile.h>

#include <antin_signer.h>
#include <antin_store.h>

/* An authority to be made: a root, or one below a parent of the same store. */
struct antin_authority {
	const char *ca;             /* letters, digits, '-', '_' */
	const char *parent;         /* NULL: a root */
	const char *profile;        /* NULL: vn-root, vn-sub-ca */
	struct antin_slice subject; /* whole Name */
	const char *key_uri;
	const struct antin_keygen *keygen; /* NULL: the key exists */
	int64_t days;                      /* 0: the profile's */
	const char *url;                   /* base of the addresses in certificates */
	const char *ocsp_url;              /* NULL: url and "/ocsp" */
	int64_t crl_days;                  /* how long a CRL is good */
	bool dry_run;
};
/* Planned, signed and active in two transactions, as any certificate; NAME.crt is published. */
enum antin_rc antin_authority_make(struct antin_signer *s, const struct antin_authority *a,
                                   struct antin_signer_issued *out, struct antin_err *err)
        ANTIN_MUST;
/*
 * A certificate for a responder key (profile NULL: vn-ocsp), which answers from then on.  Without
 * key_uri a P-256 key is made in the authority's folder, responder/, mode 0600.
 */
struct antin_authority_responder {
	const char *ca, *profile, *key_uri;
	const struct antin_keygen *keygen; /* NULL: the key exists */
	int64_t days;
	bool dry_run;
};
enum antin_rc antin_authority_responder(struct antin_signer *s,
                                        const struct antin_authority_responder *r,
                                        struct antin_signer_issued *out, struct antin_err *err)
        ANTIN_MUST;

/*
 * Makes a new one when there is none, or when its key lies in the folder and half its life is over,
 * its certificate is revoked or held, or the key is gone.
 */
enum antin_rc antin_authority_responder_renew(struct antin_signer *s, const char *ca, bool *renewed,
                                              struct antin_err *err) ANTIN_MUST;

/*
 * Intents whose process is gone, or older than the longest deadline, become revoked without a
 * reason; an authority that was being made with one is given up.  Every writing call does it
 * first; STATE when the clock stands behind the log (antin_store_log_clock).
 */
enum { ANTIN_INTENT_DEADLINE = 120 };
enum antin_rc antin_ca_recover(struct antin_signer *s, size_t *n, struct antin_err *err) ANTIN_MUST;

/* A profile by its name, from the authority's folder or as shipped; NOT_FOUND names all. */
enum antin_rc antin_ca_profile(struct antin_signer *s, const char *name, struct antin_profile **out,
                               struct antin_err *err) ANTIN_MUST;
/* The names of all profiles, sorted, one a line. */
enum antin_rc antin_ca_profiles(struct antin_signer *s, struct antin_bytes *out,
                                struct antin_err *err) ANTIN_MUST;

/* The one certificate that a person means: a serial in hex or a file; `ca` NULL: any. */
enum antin_rc antin_ca_find(struct antin_signer *s, const char *ca, const char *operand,
                            struct antin_cert_row *out, struct antin_err *err) ANTIN_MUST;

enum antin_change_kind { ANTIN_CHANGE_REVOKE, ANTIN_CHANGE_HOLD, ANTIN_CHANGE_RESUME };
struct antin_changed {
	int64_t from, to; /* enum antin_cert_state */
	int64_t revoked_at;
	uint64_t log;
};
typedef enum antin_rc antin_changed_fn(void *user, const struct antin_cert_row *cert,
                                       const struct antin_changed *done, struct antin_err *err);
struct antin_change {
	enum antin_change_kind kind;
	int reason;             /* enum antin_crl_reason; 0: absent */
	int64_t invalidity_at;  /* ANTIN_NULL: absent */
	const char *note;       /* NULL: none */
	antin_changed_fn *also; /* told of each further certificate that went with it; or NULL */
	void *user;
	bool dry_run;
};
/*
 * The state machine: valid -> hold -> valid | revoked, valid -> revoked; revoked is final but for
 * keyCompromise with an earlier date.  A compromise takes every certificate of the key along,
 * whoever issued it, and blocks the key.  One transaction.
 */
enum antin_rc antin_ca_change(struct antin_signer *s, const struct antin_cert_row *cert,
                              const struct antin_change *change, struct antin_changed *out,
                              struct antin_err *err) ANTIN_MUST;

/*
 * Takes the present for the present again after a clock that ran ahead has written to the log.
 * `now` is read off another clock and within ten minutes of this computer's, and the log is ahead
 * of both; else STATE.  What was revoked under a date to come is dated back to `since`, at least
 * the last entry whose date has come.
 */
enum { ANTIN_CLOCK_AGREES = 600 };
struct antin_clock_correction {
	int64_t now;
	int64_t since;          /* ANTIN_NULL: that entry */
	const char *note;       /* why */
	antin_changed_fn *also; /* told of each dated back; revoked_at is what it was */
	void *user;
	bool dry_run;
};
struct antin_clock_corrected {
	int64_t ahead, now, since; /* the time that the log had; the present; what dates became */
	uint64_t log;
};
enum antin_rc antin_ca_clock(struct antin_signer *s, const struct antin_clock_correction *asked,
                             struct antin_clock_corrected *out, struct antin_err *err) ANTIN_MUST;

/*
 * Puts a CRL of ours into published/ by rename; STATE when a number as high or higher stands there
 * already, or one that tells more of a certificate; CONFLICT when another issuer's does.  *log gets
 * the leaf.
 */
enum antin_rc antin_ca_publish_crl(struct antin_signer *s, const char *ca, unsigned int shard,
                                   const struct antin_signer_crl *crl, uint64_t *log,
                                   struct antin_err *err) ANTIN_MUST;
/* Puts NAME.crt there. */
enum antin_rc antin_ca_publish_cert(struct antin_signer *s, const char *ca, struct antin_slice der,
                                    struct antin_err *err) ANTIN_MUST;

/* The invariants, as in ca/check.c; each fault and alarm is told once. */
struct antin_check_row {
	const char *id;   /* "I5" */
	const char *text; /* what holds, marked for translation */
};
const struct antin_check_row *antin_check_rows(size_t *n);
struct antin_check_fault {
	size_t row;       /* of the table */
	bool alarm;       /* to be seen to, but nothing is wrong in the store */
	const char *what; /* marked for translation */
	const char *object;
};
typedef enum antin_rc antin_check_fn(void *user, const struct antin_check_fault *f,
                                     struct antin_err *err);
enum antin_rc antin_ca_check(struct antin_signer *s, antin_check_fn *fn, void *user,
                             struct antin_err *err) ANTIN_MUST;

#endif
