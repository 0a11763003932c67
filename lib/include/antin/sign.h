/*
 * Signing a document, level B-B: open and look, show the plan, sign, verify the result, only then
 * let it appear.  The caller shows and asks in between; a PIN is first needed in antin_sign_run.
 */
#ifndef ANTIN_SIGN_H
#define ANTIN_SIGN_H

#include <antin/worker.h>

/* Who signs; everything is borrowed, for as long as it is used. */
struct antin_sign_who {
	struct antin_key *key;
	struct antin_cert *cert;
	struct antin_cert *const *chain; /* to embed besides; may hold the certificate itself */
	size_t n_chain;
	struct antin_sigalg alg;
};

/* What the person wants said in the document; NULL texts are left out. */
struct antin_sign_what {
	int64_t now;
	const char *name, *reason, *location, *contact;
	int certify; /* DocMDP 1..3; 0 approval */
};

/*
 * The certificate of the key: among `given` when there are any, else the key's own.  KEY_MISMATCH
 * or NOT_FOUND.  Borrowed from where it was found.
 */
enum antin_rc antin_sign_cert(const struct antin_key *key, const struct antin_certs *given,
                              struct antin_cert **out, struct antin_err *err) ANTIN_MUST;
/*
 * Whether this certificate may sign documents now: EXPIRED, NOT_YET_VALID, POLICY (its key usage
 * allows neither signing nor non-repudiation, it is an authority's, its key is too short).
 */
enum antin_rc antin_sign_usable(struct antin_cert *cert, int64_t now, struct antin_err *err)
        ANTIN_MUST;

/*
 * What to embed: the certificate and the intermediates above it that are among `given` or with the
 * key; each signed by the next, self-issued ones left out.
 */
enum antin_rc antin_sign_chain(const struct antin_key *key, struct antin_cert *cert,
                               const struct antin_certs *given, struct antin_certs *out,
                               struct antin_err *err) ANTIN_MUST;

/* One document on its way. */
struct antin_sign_job;
/*
 * Opens the document and finds out whether it can be signed at all.  What stands in it is watched
 * from here on: a change gives ANTIN_E_CHANGED.
 */
enum antin_rc antin_sign_open(const char *path, const struct antin_sign_what *what,
                              struct antin_sign_job **out, struct antin_err *err) ANTIN_MUST;
/*
 * The same where only the worker, which the job borrows, reads documents and results: this process,
 * which has the key, holds what it is told against the octets of the file.
 */
enum antin_rc antin_sign_open_isolated(struct antin_worker *w, const char *path,
                                       const struct antin_sign_what *what,
                                       struct antin_sign_job **out, struct antin_err *err)
        ANTIN_MUST;
/* For the plan: format, pages, signatures already there. */
const struct antin_doc_about *antin_sign_about(const struct antin_sign_job *job);
/*
 * Signs into `out`, has the result read back as a stranger would (signature, coverage, what became
 * of earlier signatures, what else was changed), then commits.  After a failure nothing has
 * appeared.
 */
enum antin_rc antin_sign_run(struct antin_sign_job *job, const struct antin_sign_who *who,
                             const struct antin_sign_what *what, struct antin_output *out,
                             struct antin_err *err) ANTIN_MUST;
/*
 * True if the file at `result` is this document with one more, sound signature over all of it, made
 * with `cert` (NULL: the maker is not looked at): then the document was signed by an earlier run.
 */
bool antin_sign_done(const struct antin_sign_job *job, const char *result, struct antin_cert *cert);
void antin_sign_free(struct antin_sign_job *job);
ANTIN_OWNER_S(antin_sign_job, antin_sign_free);

#endif
