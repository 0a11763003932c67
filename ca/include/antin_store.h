/*
 * The store of an authority: engines run prepared statements, typed functions above them are
 * written once.  Rows own their bytes; NULL numbers are ANTIN_NULL; an empty blob is NULL.
 */
#ifndef ANTIN_STORE_H
#define ANTIN_STORE_H

#include <antin/bytes.h>

#define ANTIN_NULL INT64_MIN

struct antin_store;

enum antin_store_mode { ANTIN_STORE_SNAPSHOT, ANTIN_STORE_WRITE };
enum { ANTIN_STORE_VERSION = 1 };

struct antin_store_info {
	const char *engine;  /* "sqlite" */
	const char *address; /* as given */
	const char *folder;  /* of the file; "" in memory */
	int64_t version;     /* of the schema; 0 none yet */
	char durability[40]; /* "wal, full" */
};

/*
 * "sqlite:PATH" or "sqlite::memory:".  A missing file is MISSING unless `create`; a schema that is
 * absent is made only with `create`; any version but ours is STATE.
 */
enum antin_rc antin_store_open(const char *address, bool create, struct antin_store **out,
                               struct antin_err *err) ANTIN_MUST;
/* Opens whatever the version and brings it up to date; *from gets what it was. */
enum antin_rc antin_store_migrate(const char *address, int64_t *from, struct antin_err *err)
        ANTIN_MUST;
void antin_store_free(struct antin_store *s);
/* Takes the files away when this handle made them and nothing was ever recorded there. */
void antin_store_discard(struct antin_store *s);
/*
 * The mode of something made in a folder: `own`, and for the group what the folder grants it, so
 * that the administrator decides with one chmod who besides the owner works with a store.
 */
unsigned int antin_mode_shared(const char *folder, unsigned int own);
ANTIN_OWNER_S(antin_store, antin_store_free);
void antin_store_info(struct antin_store *s, struct antin_store_info *out);

/* Runs `fn` in one transaction: committed (durable) when it returns ANTIN_OK, else rolled back. */
typedef enum antin_rc antin_store_fn(struct antin_store *s, void *user, struct antin_err *err);
enum antin_rc antin_store_transact(struct antin_store *s, enum antin_store_mode mode,
                                   antin_store_fn *fn, void *user, struct antin_err *err)
        ANTIN_MUST;

/* Who does what and when; carried into each leaf of the log. */
struct antin_store_act {
	int64_t at;
	const char *actor;
	bool back;    /* its time may lie before the log's (antin_ca_clock) */
	uint64_t log; /* out: number of the last leaf written */
};

/* Settings of the store itself. */
enum antin_rc antin_store_meta_get(struct antin_store *s, const char *key, struct antin_bytes *out,
                                   struct antin_err *err) ANTIN_MUST; /* NOT_FOUND */
enum antin_rc antin_store_meta_set(struct antin_store *s, const char *key, const char *value,
                                   struct antin_err *err) ANTIN_MUST;

/* Profiles: written once, never changed (CONFLICT when name and version stand for other bytes). */
struct antin_profile_row {
	int64_t version, active_from;
	struct antin_bytes name, sha256, body, salt;
};
enum antin_rc antin_store_profile_keep(struct antin_store *s, struct antin_store_act *act,
                                       const char *name, int64_t version, struct antin_slice body,
                                       struct antin_err *err) ANTIN_MUST;

enum antin_issuer_state {
	ANTIN_ISSUER_PLANNED,
	ANTIN_ISSUER_ACTIVE,
	ANTIN_ISSUER_REVOKE_ONLY,
	ANTIN_ISSUER_RETIRED,
};
struct antin_issuer_row {
	int64_t id, generation, state, parent, crl_seconds, shards, not_before, not_after;
	int64_t created_at;
	struct antin_bytes ca, subject, spki, cert, key_uri, profile, url, ocsp_url;
	struct antin_bytes name_sha1, name_sha256, key_sha1, key_sha256, salt;
};
void antin_issuer_row_done(struct antin_issuer_row *r);
ANTIN_SCOPED_S(antin_issuer_row, antin_issuer_row_done);
typedef enum antin_rc antin_issuer_fn(void *user, const struct antin_issuer_row *r,
                                      struct antin_err *err);
/* Sets r->id; generation is the next of that authority. */
enum antin_rc antin_store_issuer_add(struct antin_store *s, struct antin_store_act *act,
                                     struct antin_issuer_row *r, struct antin_err *err) ANTIN_MUST;
/* planned -> active with its certificate. */
enum antin_rc antin_store_issuer_activate(struct antin_store *s, struct antin_store_act *act,
                                          const struct antin_issuer_row *r, struct antin_slice cert,
                                          struct antin_err *err) ANTIN_MUST;
/* planned -> retired: the ceremony was broken off. */
enum antin_rc antin_store_issuer_retire(struct antin_store *s, struct antin_store_act *act,
                                        int64_t id, struct antin_err *err) ANTIN_MUST;
/* The active generation; NOT_FOUND names the authorities that exist. */
enum antin_rc antin_store_issuer_find(struct antin_store *s, const char *ca,
                                      struct antin_issuer_row *out, struct antin_err *err)
        ANTIN_MUST;
enum antin_rc antin_store_issuer_get(struct antin_store *s, int64_t id,
                                     struct antin_issuer_row *out, struct antin_err *err)
        ANTIN_MUST;
enum antin_rc antin_store_issuer_each(struct antin_store *s, antin_issuer_fn *fn, void *user,
                                      struct antin_err *err) ANTIN_MUST;

/* The certificate and key that answer OCSP for an issuer; the newest counts. */
struct antin_responder_row {
	int64_t id, issuer, not_after, created_at;
	struct antin_bytes key_uri, cert, salt;
};
void antin_responder_row_done(struct antin_responder_row *r);
ANTIN_SCOPED_S(antin_responder_row, antin_responder_row_done);
enum antin_rc antin_store_responder_add(struct antin_store *s, struct antin_store_act *act,
                                        struct antin_responder_row *r, struct antin_err *err)
        ANTIN_MUST;
enum antin_rc antin_store_responder_get(struct antin_store *s, int64_t issuer,
                                        struct antin_responder_row *out, struct antin_err *err)
        ANTIN_MUST;

struct antin_request_row {
	int64_t id, issuer, cert, created_at;
	struct antin_bytes idem_key, kind, body, body_hash, salt;
};
void antin_request_row_done(struct antin_request_row *r);
ANTIN_SCOPED_S(antin_request_row, antin_request_row_done);
enum antin_rc antin_store_request_add(struct antin_store *s, struct antin_store_act *act,
                                      struct antin_request_row *r, const char *action,
                                      struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_store_request_find(struct antin_store *s, const char *idem_key,
                                       struct antin_request_row *out, struct antin_err *err)
        ANTIN_MUST;
enum antin_rc antin_store_request_cert(struct antin_store *s, struct antin_store_act *act,
                                       int64_t id, int64_t cert, struct antin_err *err) ANTIN_MUST;

enum antin_cert_state {
	ANTIN_CERT_INTENT,
	ANTIN_CERT_VALID,
	ANTIN_CERT_HOLD,
	ANTIN_CERT_REVOKED,
	ANTIN_CERT_STATES
};
const char *antin_cert_state_name(int64_t state); /* "valid" */
struct antin_cert_row {
	int64_t id, issuer, state, shard, request, profile_version, not_before, not_after;
	int64_t created_at, issued_at, replaces;
	struct antin_bytes serial, profile, subject, subject_text, likeness, spki_hash, tbs_hash;
	struct antin_bytes cert_hash, holder, salt;
};
void antin_cert_row_done(struct antin_cert_row *r);
ANTIN_SCOPED_S(antin_cert_row, antin_cert_row_done);
typedef enum antin_rc antin_cert_fn(void *user, const struct antin_cert_row *r,
                                    struct antin_err *err);
/* State intent with the exact bytes to be signed; sets r->id.  A serial in use is CONFLICT. */
enum antin_rc antin_store_cert_intend(struct antin_store *s, struct antin_store_act *act,
                                      struct antin_cert_row *r, struct antin_slice tbs,
                                      struct antin_err *err) ANTIN_MUST;
/* intent -> valid with the certificate, event and leaf; STATE when it is no intent any more. */
enum antin_rc antin_store_cert_issue(struct antin_store *s, struct antin_store_act *act,
                                     const struct antin_cert_row *r, struct antin_slice der,
                                     struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_store_cert_get(struct antin_store *s, int64_t issuer, struct antin_slice serial,
                                   struct antin_cert_row *out, struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_store_cert_by_id(struct antin_store *s, int64_t id, struct antin_cert_row *out,
                                     struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_store_cert_der(struct antin_store *s, int64_t id, int kind,
                                   struct antin_bytes *out, struct antin_err *err) ANTIN_MUST;
enum { ANTIN_BLOB_TBS = 0, ANTIN_BLOB_CERT = 1 };

struct antin_cert_filter {
	int64_t issuer, state;     /* ANTIN_NULL: any */
	int64_t expires_before;    /* ANTIN_NULL: any */
	const char *profile;       /* NULL: any */
	const char *find;          /* part of the likeness key; NULL: any */
	struct antin_slice serial; /* empty: any */
	struct antin_slice spki;   /* SHA-256 of the SPKI; empty: any */
};
#define ANTIN_CERT_ANY                                                                             \
	{                                                                                          \
		.issuer = ANTIN_NULL, .state = ANTIN_NULL, .expires_before = ANTIN_NULL            \
	}
enum antin_rc antin_store_cert_each(struct antin_store *s, const struct antin_cert_filter *f,
                                    antin_cert_fn *fn, void *user, struct antin_err *err)
        ANTIN_MUST;

struct antin_revocation_row {
	int64_t id, issuer, shard, requested_at, revoked_at, reason, invalidity_at, not_after;
	int64_t rev_seq;
	struct antin_bytes serial, note, salt;
};
void antin_revocation_row_done(struct antin_revocation_row *r);
ANTIN_SCOPED_S(antin_revocation_row, antin_revocation_row_done);
/* One entry of a CRL, straight from the covering index. */
struct antin_crl_entry_row {
	struct antin_slice serial;
	int64_t revoked_at, reason, invalidity_at; /* ANTIN_NULL where absent */
};
typedef enum antin_rc antin_crl_entry_fn(void *user, const struct antin_crl_entry_row *e,
                                         struct antin_err *err);
/*
 * Moves a certificate to another state: revocation row written, changed or (NULL) taken away,
 * state, event and leaves, as part of the caller's transaction.  Sets revocation->rev_seq.
 */
struct antin_cert_move {
	enum antin_cert_state to;
	const char *event;
	struct antin_revocation_row *revocation;
};
enum antin_rc antin_store_cert_move(struct antin_store *s, struct antin_store_act *act,
                                    const struct antin_cert_row *cert,
                                    const struct antin_cert_move *move, struct antin_err *err)
        ANTIN_MUST;
enum antin_rc antin_store_revocation_get(struct antin_store *s, int64_t issuer,
                                         struct antin_slice serial,
                                         struct antin_revocation_row *out, struct antin_err *err)
        ANTIN_MUST;
/* One that is dated after this time. */
enum antin_rc antin_store_revocation_after(struct antin_store *s, int64_t time,
                                           struct antin_revocation_row *out, bool *found,
                                           struct antin_err *err) ANTIN_MUST;
/* Entries of a scope in the order of their serials. */
enum antin_rc antin_store_revocation_scan(struct antin_store *s, int64_t issuer, int64_t shard,
                                          antin_crl_entry_fn *fn, void *user, struct antin_err *err)
        ANTIN_MUST;
struct antin_scan_total {
	int64_t entries, last_rev_seq;
	int64_t last_at; /* of the newest entry, or of the CRL before; 0: neither */
};
enum antin_rc antin_store_revocation_total(struct antin_store *s, int64_t issuer, int64_t shard,
                                           struct antin_scan_total *out, struct antin_err *err)
        ANTIN_MUST;

struct antin_event_row {
	int64_t id, issuer, old_state, new_state, reason, at, log_seq;
	struct antin_bytes serial, event;
};
typedef enum antin_rc antin_event_fn(void *user, const struct antin_event_row *r,
                                     struct antin_err *err);
enum antin_rc antin_store_event_each(struct antin_store *s, int64_t issuer,
                                     struct antin_slice serial, antin_event_fn *fn, void *user,
                                     struct antin_err *err) ANTIN_MUST;

enum antin_crl_state { ANTIN_CRL_SIGNED, ANTIN_CRL_PUBLISHED, ANTIN_CRL_SUPERSEDED };
struct antin_crl_row {
	int64_t issuer, shard, number, state, this_update, next_update, entries, last_rev_seq;
	struct antin_bytes sha256, bytes, salt;
};
void antin_crl_row_done(struct antin_crl_row *r);
ANTIN_SCOPED_S(antin_crl_row, antin_crl_row_done);
typedef enum antin_rc antin_crl_fn(void *user, const struct antin_crl_row *r,
                                   struct antin_err *err);
/* The next number of a scope; it is spent even when no CRL comes of it. */
enum antin_rc antin_store_crl_number(struct antin_store *s, int64_t issuer, int64_t shard,
                                     int64_t fence, int64_t *number, struct antin_err *err)
        ANTIN_MUST;
/* The next number is at least this one from now on. */
enum antin_rc antin_store_crl_raise(struct antin_store *s, int64_t issuer, int64_t shard,
                                    int64_t number, struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_store_crl_add(struct antin_store *s, struct antin_store_act *act,
                                  struct antin_crl_row *r, struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_store_crl_published(struct antin_store *s, struct antin_store_act *act,
                                        const struct antin_crl_row *r, struct antin_err *err)
        ANTIN_MUST;
/* The highest number of the scope (NOT_FOUND before the first). */
enum antin_rc antin_store_crl_newest(struct antin_store *s, int64_t issuer, int64_t shard,
                                     struct antin_crl_row *out, struct antin_err *err) ANTIN_MUST;
/* The leaf that tells that the CRL with this hash was made; ANTIN_NULL: none of this issuer's. */
enum antin_rc antin_store_crl_leaf(struct antin_store *s, int64_t issuer, struct antin_slice sha256,
                                   int64_t *seq, struct antin_err *err) ANTIN_MUST;
/* All rows in order of scope and number, without their bytes. */
enum antin_rc antin_store_crl_each(struct antin_store *s, antin_crl_fn *fn, void *user,
                                   struct antin_err *err) ANTIN_MUST;

enum antin_rc antin_store_key_block(struct antin_store *s, struct antin_store_act *act,
                                    struct antin_slice spki_hash, const char *source,
                                    struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_store_key_blocked(struct antin_store *s, struct antin_slice spki_hash,
                                      bool *out, struct antin_err *err) ANTIN_MUST;

/* Who holds a lease or an intent: boot, process and its start; `now` and `until` in seconds. */
enum { ANTIN_HOLDER_CAP = 128 };
char *antin_holder_self(char out[ANTIN_HOLDER_CAP]);
/* True when that process certainly runs no more. */
bool antin_holder_gone(const char *holder);
/* Takes or renews; BUSY while another holds it.  The fence grows with each new holder. */
enum antin_rc antin_store_lease_take(struct antin_store *s, const char *name, int64_t now,
                                     int64_t until, int64_t *fence, struct antin_err *err)
        ANTIN_MUST;
/* Within the writing transaction: STATE unless the lease still has this fence. */
enum antin_rc antin_store_lease_check(struct antin_store *s, const char *name, int64_t fence,
                                      struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_store_lease_drop(struct antin_store *s, const char *name, int64_t fence,
                                     struct antin_err *err) ANTIN_MUST;

/* The log. */
struct antin_leaf_row {
	int64_t seq, at;
	struct antin_bytes actor, action, tab, row_key, row_hash, leaf_hash, chain;
};
typedef enum antin_rc antin_leaf_fn(void *user, const struct antin_leaf_row *r,
                                    struct antin_err *err);
/* SHA-256 of 0x00 and the canonical leaf (RFC 9162 2.1.1), and of the chain so far with it. */
enum antin_rc antin_leaf_hash(const struct antin_leaf_row *r, uint8_t out[32],
                              struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_leaf_chain(struct antin_slice before, const uint8_t leaf[32], uint8_t out[32],
                               struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_store_log_each(struct antin_store *s, antin_leaf_fn *fn, void *user,
                                   struct antin_err *err) ANTIN_MUST;
struct antin_log_head {
	int64_t seq;
	uint8_t chain[32];
};
enum antin_rc antin_store_log_head(struct antin_store *s, struct antin_log_head *out,
                                   struct antin_err *err) ANTIN_MUST;
/*
 * The present, which is never before the last leaf: STATE when `*now` is by more than this many
 * seconds, as the clock stepped back; raised to it when by less.
 */
enum { ANTIN_LOG_STEP = 5 };
enum antin_rc antin_store_log_clock(struct antin_store *s, int64_t *now, struct antin_err *err)
        ANTIN_MUST;
/* The time of the last leaf, and the latest of all that is not after `now`; or ANTIN_NULL. */
enum antin_rc antin_store_log_times(struct antin_store *s, int64_t now, int64_t *last,
                                    int64_t *known, struct antin_err *err) ANTIN_MUST;
/*
 * Compares every row that the log covers with the last leaf about it.  `fn` is told of each row
 * that differs, stands without a leaf, or is gone though its leaf says it stands.
 */
typedef enum antin_rc antin_log_fault_fn(void *user, const char *tab, const char *key,
                                         const char *what, struct antin_err *err);
enum antin_rc antin_store_log_compare(struct antin_store *s, antin_log_fault_fn *fn, void *user,
                                      struct antin_err *err) ANTIN_MUST;

/* Questions of the check: each row found is a fault; `fn` gets its text. */
typedef enum antin_rc antin_fault_fn(void *user, const char *text, struct antin_err *err);
enum antin_store_question {
	ANTIN_ASK_REVOCATION_WITHOUT_STATE, /* I5 */
	ANTIN_ASK_STATE_WITHOUT_REVOCATION, /* I5 */
	ANTIN_ASK_HOLD_REASON,              /* I5 */
	ANTIN_ASK_SHARD,                    /* I4 */
	ANTIN_ASK_EVENTLESS,                /* I6 */
	ANTIN_ASK_EVENT_STATE,              /* I6 */
	ANTIN_ASK_CRL_ORDER,                /* I7 */
	ANTIN_ASK_TWO_ACTIVE,               /* I11 */
	ANTIN_ASK_BLOBLESS,                 /* I3 */
	ANTIN_ASK_INTENT_BLOB,              /* I1 */
	ANTIN_ASK_EVENT_LEAF,               /* I6 */
	ANTIN_ASK_LEAF_EVENT,               /* I6 */
	ANTIN_ASK_EVENT_ORDER,              /* I6 */
	ANTIN_ASK_EVENT_REASON,             /* I6 */
	ANTIN_ASK_REVOCATION_COUNT,         /* I7 */
	ANTIN_ASK_CRL_LEASE,                /* I7 */
	ANTIN_ASK_COMPROMISED,              /* I5 */
	ANTIN_ASKS
};
enum antin_rc antin_store_ask(struct antin_store *s, enum antin_store_question q,
                              antin_fault_fn *fn, void *user, struct antin_err *err) ANTIN_MUST;
/* The engine's own check of its files (pages, indexes, foreign keys). */
enum antin_rc antin_store_engine_check(struct antin_store *s, antin_fault_fn *fn, void *user,
                                       struct antin_err *err) ANTIN_MUST;

#endif
