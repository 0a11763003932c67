/*
 * The signer: the only holder of issuer and OCSP keys.  It takes typed requests,
 * never a digest, reads the rows it needs itself, builds, signs, verifies and answers with DER.
 * Now in process ("direct"); the same functions become the client of a socket.
 */
#ifndef ANTIN_SIGNER_H
#define ANTIN_SIGNER_H

#include <antin/clock.h>
#include <antin/keystore.h>
#include <antin/ocsp.h>

struct antin_store;
struct antin_signer;

/* How the signer comes to keys: by the URI that the store keeps, or by one being introduced. */
struct antin_key_opener {
	/* `generate` NULL: the key must exist. */
	enum antin_rc (*open)(void *user, const char *uri, const struct antin_keygen *generate,
	                      struct antin_key **out, struct antin_err *err);
	void *user;
};

struct antin_signer_config {
	const char *store;    /* "sqlite:PATH", "sqlite::memory:" */
	const char *profiles; /* folder of the profiles as shipped */
	const char *folder;   /* of the authority, for published/; NULL: beside an SQLite store */
	const char *actor;    /* who acts, for the log: "user:root" */
	struct antin_key_opener keys;
	struct antin_clock clock;
	bool create; /* a store that is missing is made (init only) */
};

/* Opens the store and signs in this process.  A schema of another version is refused (STORE). */
enum antin_rc antin_signer_direct(const struct antin_signer_config *config,
                                  struct antin_signer **out, struct antin_err *err) ANTIN_MUST;
void antin_signer_free(struct antin_signer *s);
ANTIN_OWNER_S(antin_signer, antin_signer_free);
/* The store it works on, for readers in the same process; NULL for a remote signer. */
struct antin_store *antin_signer_store(struct antin_signer *s);
/* The folder of the authority; NULL when there is none (memory). */
const char *antin_signer_folder(const struct antin_signer *s);

/* A certificate asked for. */
struct antin_signer_issue {
	const char *ca, *profile;
	struct antin_slice csr; /* DER of a PKCS#10 request, possession proven by its signature */
	struct antin_slice subject; /* whole Name; empty: the request's */
	const char *const *sans;    /* "email:a@b", NULL-terminated; NULL: none */
	int64_t days;               /* 0: the profile's */
	const char *request_key;    /* the same key gives the same certificate; NULL: none */
	const char *replaces;       /* serial that it takes the place of, in hex; NULL: none */
	bool dry_run;               /* everything but the intent and the signature */
};
struct antin_signer_issued {
	struct antin_bytes der; /* empty after a dry run */
	uint8_t serial[20];
	size_t serial_len;
	uint64_t log;                /* number of the last leaf */
	bool again;                  /* it had been issued before under this request key */
	struct antin_bytes warnings; /* one a line: lint warnings and exceptions of the profile */
};
void antin_signer_issued_done(struct antin_signer_issued *i);
ANTIN_SCOPED_S(antin_signer_issued, antin_signer_issued_done);
/* Intent, signature, comparison, result: durable before it is returned. */
enum antin_rc antin_signer_issue(struct antin_signer *s, const struct antin_signer_issue *request,
                                 struct antin_signer_issued *out, struct antin_err *err) ANTIN_MUST;

struct antin_signer_crl {
	struct antin_bytes der;
	uint64_t number, entries, log;
	int64_t this_update, next_update;
	uint8_t sha256[32];
};
void antin_signer_crl_done(struct antin_signer_crl *c);
ANTIN_SCOPED_S(antin_signer_crl, antin_signer_crl_done);
/* The next CRL of a scope; shard 0 is the full CRL.  The row is durable before it is returned. */
enum antin_rc antin_signer_crl(struct antin_signer *s, const char *ca, unsigned int shard,
                               struct antin_signer_crl *out, struct antin_err *err) ANTIN_MUST;

struct antin_signer_ocsp {
	enum antin_ocsp_status status;
	struct antin_bytes der;           /* the whole OCSPResponse, also for an error status */
	int64_t this_update, next_update; /* 0 for an error status */
	bool cacheable;                   /* successful and without nonce */
};
void antin_signer_ocsp_done(struct antin_signer_ocsp *o);
ANTIN_SCOPED_S(antin_signer_ocsp, antin_signer_ocsp_done);
/*
 * Answers for CertIDs (each the whole DER element of the request), all of one issuer.  The status
 * comes from the store: good only for a valid certificate, an intent never, a serial never issued
 * is unknown, an issuer never had is unauthorized.  Returns an error only when even an error
 * answer could not be made; the class of a failure inside is in `err` and the answer tryLater or
 * internalError.
 */
enum antin_rc antin_signer_ocsp(struct antin_signer *s, const struct antin_slice *cert_ids,
                                size_t n, struct antin_slice nonce, struct antin_signer_ocsp *out,
                                struct antin_err *err) ANTIN_MUST;

/*
 * Published files, by the last part of their address: "NAME.crl", "NAME.N.crl" for shard N,
 * "NAME.crt".  Names with any other character than letters, digits, '-', '_' and '.' or beginning
 * with '.' are NOT_FOUND.  Appends the path.
 */
enum antin_rc antin_published_path(const char *folder, const char *name, struct antin_bytes *path,
                                   struct antin_err *err) ANTIN_MUST;
/* Appends "NAME.crl" or "NAME.N.crl" of a scope. */
void antin_published_crl_name(struct antin_bytes *b, const char *ca, unsigned int shard);

#endif
