/*
 * Inside the authority: the signer's state, and one issuance from draft to certificate, shared by
 * certificates, authorities and responders.
 */
#ifndef ANTIN_CA_INNER_H
#define ANTIN_CA_INNER_H

#include <antin/cert.h>
#include <antin/issue.h>
#include <antin/profile.h>

#include <antin_ca.h>

#include <sys/stat.h>

enum { ANTIN_SIGNER_KEYS = 16, ANTIN_SIGNER_SEEN = 8 };

/* A published CRL that was looked at and found to be known. */
struct antin_seen {
	int64_t issuer;
	struct stat file;
};

struct antin_signer {
	struct antin_store *store;
	char *profiles, *folder, *actor;
	struct antin_key_opener opener;
	struct antin_clock clock;
	struct antin_key *keys[ANTIN_SIGNER_KEYS]; /* opened before, by their URI */
	char *uris[ANTIN_SIGNER_KEYS];
	size_t n_keys;
	struct antin_seen seen[ANTIN_SIGNER_SEEN];
};

struct antin_store_act antin_signer_act(const struct antin_signer *s);
/* Before any change: the clock is not behind the log, and (unless only tried) what is overdue is
 * given up. */
enum antin_rc antin_signer_ready(struct antin_signer *s, bool dry_run, struct antin_err *err)
        ANTIN_MUST;
/* The key, kept by the signer; KEY_MISMATCH unless it is the one with this public key (if any). */
enum antin_rc antin_signer_key(struct antin_signer *s, const char *uri, struct antin_slice spki,
                               const struct antin_keygen *generate, struct antin_key **out,
                               struct antin_err *err) ANTIN_MUST;

/* Nobody works on this intent any more; one of the future was made by a clock that ran ahead. */
bool antin_intent_left(const struct antin_cert_row *r, int64_t now);

/* A key of the authority's own folder that is not there. */
bool antin_signer_key_gone(const struct antin_signer *s, const char *uri);

/* The newest responder, its certificate, and whether that is neither revoked nor held. */
enum antin_rc antin_signer_responder(struct antin_signer *s, int64_t issuer,
                                     struct antin_responder_row *row, struct antin_cert **cert,
                                     bool *stands, struct antin_err *err) ANTIN_MUST;

/* For a dry run: a key in memory in place of one that would be generated. */
enum antin_rc antin_signer_key_tried(struct antin_signer *s, const struct antin_keygen *generate,
                                     struct antin_key **out, struct antin_err *err) ANTIN_MUST;

/*
 * STATE when this authority signed the CRL that it publishes, but the store knows nothing of it: an
 * old copy, in which what was revoked since stands.  Other files there say nothing.
 */
enum antin_rc antin_published_known(struct antin_signer *s, const struct antin_issuer_row *by,
                                    struct antin_err *err) ANTIN_MUST;
/* Nobody publishes until the descriptor is closed; -1 when nothing was published yet. */
int antin_published_hold(const struct antin_signer *s);

enum { ANTIN_ISSUANCE_SETTINGS = 4 };

/* One certificate being made. */
struct antin_issuance {
	struct antin_signer *s;
	struct antin_store_act act;
	const struct antin_profile *profile;
	struct antin_issuer_row *by;           /* who issues; for a root the one being made */
	struct antin_cert *by_cert;            /* NULL: self-signed */
	struct antin_key *key;                 /* signs */
	struct antin_issuer_row *fresh;        /* the authority being made, or NULL */
	struct antin_responder_row *responder; /* the responder being made, or NULL */
	struct antin_request_row *request;     /* what was asked, or NULL */
	struct antin_issue issue;
	struct antin_bytes subject, tbs, der, warnings;
	struct antin_cert_row row;
};
void antin_issuance_done(struct antin_issuance *i);
ANTIN_SCOPED_S(antin_issuance, antin_issuance_done);
/*
 * Everything that can be known before a signature: the authority and those above it are not revoked
 * or held, the key is nobody else's and not blocked, the names fit the profile, the TBS passes
 * lint.  Set before: s, profile, by, by_cert, key, and of `issue` public_key and emails.
 */
enum antin_rc antin_issuance_draft(struct antin_issuance *i, struct antin_slice subject,
                                   int64_t days, struct antin_err *err) ANTIN_MUST;
/* Intent, signature, comparison, result.  A failure after the intent gives it up. */
enum antin_rc antin_issuance_run(struct antin_issuance *i, struct antin_err *err) ANTIN_MUST;
/* Hands the result over. */
void antin_issuance_result(struct antin_issuance *i, struct antin_signer_issued *out);

#endif
