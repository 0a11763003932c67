/*
 * Certificate revocation lists (RFC 5280 5): written as a stream with memory flat in the number of
 * entries, read strictly in one scan with an index of offsets and no object an entry.
 */
#ifndef ANTIN_CRL_H
#define ANTIN_CRL_H

#include <antin/cert.h>
#include <antin/file.h>

enum { ANTIN_CRL_MAX = 512 * 1024 * 1024, ANTIN_SERIAL_MAX = 20 };

enum antin_crl_reason { /* RFC 5280 5.3.1; 7 is not used */
	                ANTIN_REASON_UNSPECIFIED = 0,
	                ANTIN_REASON_KEY_COMPROMISE = 1,
	                ANTIN_REASON_CA_COMPROMISE = 2,
	                ANTIN_REASON_AFFILIATION_CHANGED = 3,
	                ANTIN_REASON_SUPERSEDED = 4,
	                ANTIN_REASON_CESSATION = 5,
	                ANTIN_REASON_HOLD = 6,
	                ANTIN_REASON_REMOVE = 8,
	                ANTIN_REASON_PRIVILEGE_WITHDRAWN = 9,
	                ANTIN_REASON_AA_COMPROMISE = 10,
};
const char *antin_crl_reason_name(int reason);           /* "keyCompromise"; "unspecified" for 0 */
bool antin_crl_reason_parse(const char *name, int *out); /* any case, "key-compromise" too */

/* INT64_MIN stands for "no such time". */
#define ANTIN_NO_TIME INT64_MIN

struct antin_crl_entry {
	struct antin_slice serial; /* INTEGER content */
	int64_t revoked;
	int reason;         /* 0: absent */
	int64_t invalidity; /* ANTIN_NO_TIME: absent */
};

/* ---- writing ---- */

struct antin_crl_writer;
/*
 * Gives all entries, by ascending serial (as memcmp over content octets of one length, shorter
 * first), to antin_crl_add.  Is run two or three times and must give the same rows each time.
 */
typedef enum antin_rc antin_crl_rows_fn(void *user, struct antin_crl_writer *w,
                                        struct antin_err *err);
struct antin_crl_spec {
	struct antin_slice issuer; /* whole Name */
	struct antin_slice aki;    /* key identifier of the issuer */
	struct antin_slice number; /* unsigned big-endian octets, at most 20 */
	int64_t this_update, next_update;
	int64_t expired_on_crl; /* expiredCertsOnCRL (X.509 9.5.2.8); ANTIN_NO_TIME: absent */
	const char *shard_url;  /* critical issuingDistributionPoint; NULL for a full list */
	struct antin_sigalg sigalg;
	antin_crl_rows_fn *rows; /* NULL: no entries */
	void *user;
	/* When known from the store: entries' octets (sum of antin_crl_entry_size); else 0 and
	 * size_known false, and the rows are run once more. */
	bool size_known;
	uint64_t size;
};

enum antin_rc antin_crl_add(struct antin_crl_writer *w, const struct antin_crl_entry *e,
                            struct antin_err *err) ANTIN_MUST;
size_t antin_crl_entry_size(const struct antin_crl_entry *e);

struct antin_crl_made {
	uint64_t entries, size;
	uint8_t sha256[32]; /* of the whole CRL */
};
/* To an output that is still empty and not yet committed.  Rows that come in another order or
 * differ from run to run are ANTIN_E_INTERNAL. */
enum antin_rc antin_crl_write(const struct antin_crl_spec *spec, struct antin_key *key,
                              struct antin_output *out, struct antin_crl_made *made,
                              struct antin_err *err) ANTIN_MUST;
/* The same, appended to bytes. */
enum antin_rc antin_crl_write_bytes(const struct antin_crl_spec *spec, struct antin_key *key,
                                    struct antin_bytes *out, struct antin_crl_made *made,
                                    struct antin_err *err) ANTIN_MUST;

/* ---- reading ---- */

/* issuingDistributionPoint (RFC 5280 5.2.5). */
struct antin_crl_idp {
	bool present;
	struct antin_slice full_name; /* content of fullName: GeneralNames; p NULL absent */
	struct antin_slice relative;  /* content of nameRelativeToCRLIssuer; p NULL absent */
	bool only_user, only_ca, only_attribute, indirect;
	bool some_reasons;
	uint32_t reasons; /* ReasonFlags by bit number, when some_reasons */
};

enum { ANTIN_CRL_EXTS = 32 };

/* Read-only for everyone but crl_read.c.  Immutable and safe to share between threads once read. */
struct antin_crl {
	struct antin_slice der, tbs, sigalg, signature;
	unsigned int version;      /* 1 or 2 */
	struct antin_slice issuer; /* whole Name */
	int64_t this_update;
	int64_t next_update;       /* ANTIN_NO_TIME: absent */
	struct antin_slice number; /* INTEGER content; p NULL absent */
	struct antin_slice base;   /* deltaCRLIndicator: INTEGER content; p NULL: not a delta */
	struct antin_slice aki;    /* key identifier; p NULL absent */
	int64_t expired_on_crl;    /* ANTIN_NO_TIME: absent */
	struct antin_crl_idp idp;
	size_t n_exts;
	struct antin_ext exts[ANTIN_CRL_EXTS];
	/* A critical extension that nobody here understands, of the list or of an entry: then the
	 * list must not be used (RFC 5280 5.2, 5.3). */
	bool unknown_critical;
	char unknown_oid[64];
	size_t n_entries;
	struct antin_crl_index *index;
};

/* Takes the bytes over (empty afterwards, also on failure). */
enum antin_rc antin_crl_read(struct antin_bytes *der, struct antin_crl **out, struct antin_err *err)
        ANTIN_MUST;
/* PEM or DER as it stood in a file; takes the octets. */
enum antin_rc antin_crl_read_file(struct antin_bytes *file, const char *path,
                                  struct antin_crl **out, struct antin_err *err) ANTIN_MUST;
/* The URIs of its freshestCRL (RFC 5280 5.2.6): where its deltas are, each with a newline. */
void antin_crl_uris(const struct antin_crl *c, struct antin_bytes *out);
/* PEM or DER in a file. */
enum antin_rc antin_crl_load(const char *path, struct antin_crl **out, struct antin_err *err)
        ANTIN_MUST;
struct antin_crl *antin_crl_ref(struct antin_crl *c);
void antin_crl_free(struct antin_crl *c);
ANTIN_OWNER_S(antin_crl, antin_crl_free);

const struct antin_ext *antin_crl_ext(const struct antin_crl *c, const char *dotted);
/* ANTIN_E_BAD_SIGNATURE unless that key made the signature. */
enum antin_rc antin_crl_verify(const struct antin_crl *c, const struct antin_public *issuer,
                               struct antin_memory *memory, struct antin_err *err) ANTIN_MUST;
/*
 * True when the list has an entry for the serial (INTEGER content).  `cert_issuer` (whole Name) is
 * compared for indirect lists only; p NULL means the list's own issuer.
 */
bool antin_crl_lookup(const struct antin_crl *c, struct antin_slice serial,
                      struct antin_slice cert_issuer, struct antin_crl_entry *out);
/* Every entry in the order of the list; stops at the first failure. */
enum antin_rc antin_crl_each(const struct antin_crl *c,
                             enum antin_rc (*call)(void *user, const struct antin_crl_entry *e,
                                                   struct antin_err *err),
                             void *user, struct antin_err *err) ANTIN_MUST;

#endif
