/*
 * Verification apart: the files of strangers are parsed and judged by a process (antin-worker) that
 * has no network, no files, no keys and hardly a system call; only the verdict, or what signing
 * appends to a document, comes back, and is read as hostile.  docs/architecture.md says what a
 * worker that was taken over can still do; examples/verify_isolated.c is a whole program.
 */
#ifndef ANTIN_WORKER_H
#define ANTIN_WORKER_H

#include <antin/verify_cert.h>

struct antin_worker;

struct antin_worker_config {
	const char *program; /* libexec/antin/antin-worker */
	unsigned int ms;     /* for one file, besides its size and the network; 0: two minutes */
};
/* Starts the worker and does not wait for it. */
enum antin_rc antin_worker_new(const struct antin_worker_config *c, struct antin_worker **out,
                               struct antin_err *err) ANTIN_MUST;
void antin_worker_free(struct antin_worker *w); /* ends the process; takes NULL */
ANTIN_OWNER_S(antin_worker, antin_worker_free);
/* Version of the Landlock that keeps it from files besides the filter of calls; 0: none. */
enum antin_rc antin_worker_landlock(struct antin_worker *w, int *version, struct antin_err *err)
        ANTIN_MUST;

/*
 * Certificates, CRLs and OCSP answers that count in every verification from now on, besides those
 * of the options: they are read in the worker alone.  Takes the files over.  The error of one that
 * cannot be read is told here, as antin_given_read tells it, and by each verification.
 */
enum antin_rc antin_worker_give(struct antin_worker *w, struct antin_given *files,
                                struct antin_err *err) ANTIN_MUST;

/*
 * antin_verify in a process that is new for each file.  The options are told to the worker when
 * they are another struct than before: until the worker is freed they, and what they point to, must
 * stay as they are.  When the worker ends, hangs or answers what it should not there is an error
 * and no verdict, and the next call starts another.
 */
enum antin_rc antin_verify_isolated(struct antin_worker *w, struct antin_source *src,
                                    const char *name, const struct antin_verify_options *o,
                                    struct antin_report *out, struct antin_err *err) ANTIN_MUST;

/* As antin_verify_cert_files; the verdict is on the very certificate of the files. */
enum antin_rc antin_verify_cert_isolated(struct antin_worker *w, const struct antin_given *files,
                                         const char *name, const struct antin_verify_options *o,
                                         const struct antin_cert_demands *demands,
                                         struct antin_report *out, struct antin_err *err)
        ANTIN_MUST;

/*
 * As antin_doc_place: the update comes from the worker and is held by antin_slot_hold; no part of
 * the document is parsed here.  Works without options or files having been told.
 */
enum antin_rc antin_doc_place_isolated(struct antin_worker *w, struct antin_source *src,
                                       const struct antin_doc_place *place,
                                       struct antin_doc_about *about, struct antin_slot *out,
                                       struct antin_err *err) ANTIN_MUST;
/* As antin_verify_signed, by a process that has not prepared the update. */
enum antin_rc antin_verify_signed_isolated(struct antin_worker *w, struct antin_source *before,
                                           struct antin_source *after,
                                           const struct antin_signed *wanted, struct antin_err *err)
        ANTIN_MUST;

/*
 * The worker itself, for the program antin-worker: `shut` closes the cage around the process,
 * `narrow` around the process of one file; each false, with errno and its part named, when it
 * cannot.  Returns the program's exit code when the parent is gone.
 */
struct antin_worker_cage {
	bool (*shut)(const char **failed);
	bool (*narrow)(void);
	int (*landlock)(void);
};
int antin_worker_serve(int fd, const struct antin_worker_cage *cage);

#endif
