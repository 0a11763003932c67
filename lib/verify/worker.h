/*
 * Inside of lib/verify: what a worker and its parent say to each other (docs/architecture.md).
 */
#ifndef ANTIN_WORKER_INNER_H
#define ANTIN_WORKER_INNER_H

#include <antin/helper.h>
#include <antin/worker.h>

#include "pack.h"

/* Towards the worker on its socket, then towards the parent on the socket of a job. */
enum worker_message {
	WORKER_HELLO = 1, /* the worker: struct worker_hello; ready to read what is foreign */
	WORKER_OPTIONS,   /* all but files and evidence */
	WORKER_FILE,      /* struct worker_file */
	WORKER_OCTETS,    /* what that file holds */
	WORKER_READ,      /* have all files been read?  The worker: the same, or WORKER_ERROR */
	WORKER_JOB,       /* names of file and content; descriptors: socket, file, content if any */
	WORKER_CERT,      /* struct worker_cert; descriptor: socket */
	WORKER_ENDED,     /* the worker: how the process of the job ended, as of wait */
	WORKER_REPORT,    /* the job: its verdicts */
	WORKER_ERROR,     /* the job: why there are none */
	WORKER_ASK,       /* the job: an address */
	WORKER_ANSWER,    /* the parent: what came of it */
	WORKER_PREPARE,   /* struct worker_place; descriptors: socket, file */
	WORKER_UPDATE,    /* the job: struct worker_update */
	WORKER_SIGNED,    /* struct worker_signed; descriptors: socket, file, result */
	WORKER_SOUND,     /* the job: it is */
};
enum {
	WORKER_OPTIONS_MAX = 64 << 20,
	WORKER_OCTETS_MAX = 512 << 20,
	WORKER_CERT_MAX = 128 << 20,
	WORKER_NAME_MAX = 65536,
	WORKER_REPORT_MAX = 32 << 20,
	WORKER_ERROR_MAX = 65536,
	WORKER_ASK_MAX = 65536,
	WORKER_ANSWER_MAX = 256 << 20,
	WORKER_UPDATE_MAX = 128 << 20,
	WORKER_ASKS = 512,         /* in one job; more are told that the time is spent, */
	WORKER_ASKS_AT_ALL = 4096, /* and these are no honest worker's */
	WORKER_HELLO_MS = 20000,
	WORKER_ENDED_MS = 5000,
};

/* Both ends must be of one build: tables and structs are the language. */
struct worker_hello {
	uint64_t build;
	int32_t landlock; /* its version; 0: the system has none */
	int32_t failed;   /* errno of a cage that could not be shut; then `what` */
	char what[32];
};
uint64_t worker_report_sum(void);
uint64_t worker_build(void); /* of the tables of a check and the version, */
uint64_t worker_sum(void);   /* and of those of signing */

/* A file that is told: how its octets are to be read, and whose it is. */
enum worker_whose {
	WORKER_UNREAD,   /* as it was given: nobody has looked at it yet */
	WORKER_OPTION,   /* evidence of the options, by its name */
	WORKER_OF_TRUST, /* evidence that came with the trust */
	WORKER_WHOSE
};
struct worker_file {
	int kind; /* enum antin_given_kind */
	int whose;
	char *path;
};
void worker_file_done(struct worker_file *f);
ANTIN_SCOPED_S(worker_file, worker_file_done);
enum antin_rc worker_file_write(enum antin_given_kind kind, enum worker_whose whose,
                                const char *path, struct antin_bytes *out, struct antin_err *err)
        ANTIN_MUST;
enum antin_rc worker_file_read(struct antin_slice body, struct worker_file *out,
                               struct antin_err *err) ANTIN_MUST;

/* What is asked of a certificate; what is read is to be freed after a failure, too. */
struct worker_cert {
	char *name; /* of the file, as the caller names it */
	struct antin_given files;
	struct antin_cert_demands demands;
	char **policies; /* of the demands */
	size_t n_policies;
	char *wanted;
};
void worker_cert_done(struct worker_cert *c);
ANTIN_SCOPED_S(worker_cert, worker_cert_done);
enum antin_rc worker_cert_write(const struct antin_given *files, const char *name,
                                const struct antin_cert_demands *demands, struct antin_bytes *out,
                                struct antin_err *err) ANTIN_MUST;
enum antin_rc worker_cert_read(struct antin_slice body, struct worker_cert *out,
                               struct antin_err *err) ANTIN_MUST;

/* What the worker is told. */
struct worker_options {
	struct antin_verify_options options; /* pointers of its own below */
	struct antin_trust trust;
	struct antin_bytes rules, kinds, algorithms; /* their files; empty: none */
	char **signers;
	size_t n_signers;
	bool fetches; /* the parent answers WORKER_ASK */
	struct antin_texts *texts;
};
void worker_options_done(struct worker_options *w);
ANTIN_SCOPED_S(worker_options, worker_options_done);

/* Verdicts of a report, and errors, as bodies of messages. */
enum antin_rc worker_report_write(const struct antin_report *r, const struct antin_trust *trust,
                                  struct antin_bytes *out, struct antin_err *err) ANTIN_MUST;
/* `demands`: what was asked of a certificate, where there is no signature to be intact; or NULL. */
enum antin_rc worker_report_read(struct antin_slice body, const struct antin_verify_options *o,
                                 const struct antin_cert_demands *demands, struct antin_report *out,
                                 struct antin_err *err) ANTIN_MUST;
/* Whether what is said to have passed is that for who knows nothing but its chain. */
enum antin_rc worker_passed_holds(const struct antin_verdict *v,
                                  const struct antin_verify_options *o,
                                  const struct antin_cert_demands *demands, bool *holds,
                                  struct antin_err *err) ANTIN_MUST;
/* The same of each time stamp that is said to count, and of each counter-signature. */
enum antin_rc worker_others_hold(const struct antin_verdict *v,
                                 const struct antin_verify_options *o, bool *holds,
                                 struct antin_err *err) ANTIN_MUST;
enum antin_rc worker_options_write(const struct antin_verify_options *o, struct antin_bytes *out,
                                   struct antin_err *err) ANTIN_MUST;
enum antin_rc worker_options_read(struct antin_slice body, struct worker_options *out,
                                  struct antin_err *err) ANTIN_MUST;
void worker_error_write(const struct antin_err *e, struct antin_bytes *out);
/* What the worker says that went wrong; FORMAT in err if it says that nothing did. */
enum antin_rc worker_error_read(struct antin_slice body, struct antin_err *told,
                                struct antin_err *err) ANTIN_MUST;

/* A question to the network and its answer; what is read is to be freed after a failure, too. */
struct worker_ask {
	struct antin_fetch_request request;
	struct antin_bytes url, body;
};
void worker_ask_done(struct worker_ask *a);
ANTIN_SCOPED_S(worker_ask, worker_ask_done);
enum antin_rc worker_ask_write(const struct antin_fetch_request *r, struct antin_bytes *out,
                               struct antin_err *err) ANTIN_MUST;
enum antin_rc worker_ask_read(struct antin_slice body, struct worker_ask *out,
                              struct antin_err *err) ANTIN_MUST;
enum antin_rc worker_answer_write(const struct antin_fetch_answer *a, struct antin_bytes *out,
                                  struct antin_err *err) ANTIN_MUST;
enum antin_rc worker_answer_read(struct antin_slice body, struct antin_fetch_answer *out,
                                 struct antin_err *err) ANTIN_MUST;

/* What a signature needs to know; what is read is to be freed after a failure, too. */
struct worker_place {
	char *file; /* as the caller names it */
	struct antin_doc_place place;
	char *name, *reason, *location, *contact; /* of the place */
};
void worker_place_done(struct worker_place *p);
ANTIN_SCOPED_S(worker_place, worker_place_done);
enum antin_rc worker_place_write(const char *file, const struct antin_doc_place *place,
                                 struct antin_bytes *out, struct antin_err *err) ANTIN_MUST;
enum antin_rc worker_place_read(struct antin_slice body, struct worker_place *out,
                                struct antin_err *err) ANTIN_MUST;

/* A document prepared: what is appended to it. */
struct worker_update {
	struct antin_doc_about about;
	struct antin_bytes tail;
};
void worker_update_done(struct worker_update *u);
ANTIN_SCOPED_S(worker_update, worker_update_done);
enum antin_rc worker_update_write(const struct worker_update *u, struct antin_bytes *out,
                                  struct antin_err *err) ANTIN_MUST;
enum antin_rc worker_update_read(struct antin_slice body, struct worker_update *out,
                                 struct antin_err *err) ANTIN_MUST;

/* What a result is to be; what is read is to be freed after a failure, too. */
struct worker_signed {
	struct antin_signed wanted; /* pointers of its own below */
	struct worker_place place;
	bool placed;
	struct antin_bytes cms;
};
void worker_signed_done(struct worker_signed *s);
ANTIN_SCOPED_S(worker_signed, worker_signed_done);
enum antin_rc worker_signed_write(const char *file, const struct antin_signed *wanted,
                                  struct antin_bytes *out, struct antin_err *err) ANTIN_MUST;
enum antin_rc worker_signed_read(struct antin_slice body, struct worker_signed *out,
                                 struct antin_err *err) ANTIN_MUST;

/* ---- the parent's end (worker_life.c) ---- */

struct antin_worker {
	char *program;
	unsigned int ms;
	struct antin_helper helper;
	bool greeted, owes; /* its hello was read; it has still to say how the last job ended */
	int landlock;
	struct antin_given given; /* files that count in all its verifications */
	bool given_told;
	/* What it was told, to see whether that still holds. */
	bool knows;
	struct antin_bytes options;
	struct antin_evidence evidence, of_trust;
};
void worker_stop(struct antin_worker *w);
/* Reads its hello, unless that is done: is it of this build, and shut in? */
enum antin_rc worker_greet(struct antin_worker *w, struct antin_err *err) ANTIN_MUST;
/* Tells it the options, unless it knows them. */
enum antin_rc worker_tell(struct antin_worker *w, const struct antin_verify_options *o,
                          struct antin_err *err) ANTIN_MUST;
/* INTERNAL: it does not keep to the protocol. */
enum antin_rc worker_fail_talk(struct antin_err *err) ANTIN_MUST;
enum antin_rc worker_hear(int fd, const struct antin_message_wanted *wanted,
                          struct antin_message *m, struct antin_bytes *body, struct antin_err *err)
        ANTIN_MUST;
/* The error that it tells becomes ours; *told false: it was none. */
enum antin_rc worker_take_error(struct antin_slice body, bool *told, struct antin_err *err)
        ANTIN_MUST;
/* ---- one job (worker_job.c) ---- */

struct worker_job {
	struct antin_worker *w;
	const char *name; /* of the file, for errors */
	int fd;           /* to the process of this file; -1 none yet */
	int64_t until;    /* its answer must be there; what the network takes is added */
	bool over;        /* its process has ended, or will without being asked for more */
};
void worker_job_done(struct worker_job *j);
ANTIN_SCOPED_S(worker_job, worker_job_done);
enum { WORKER_FILES = ANTIN_MESSAGE_FDS - 1 };
struct worker_begin {
	enum worker_message type;
	struct antin_slice body;
	struct antin_source *files[WORKER_FILES]; /* NULL: no more */
};
/* First: what the last job still has to tell. */
void worker_job_settle(struct antin_worker *w);
enum antin_rc worker_job_send(struct worker_job *j, const struct worker_begin *what,
                              struct antin_err *err) ANTIN_MUST;
/* So long it has, from now on, when it is so much that it has to read. */
void worker_job_until(struct worker_job *j, uint64_t octets);
/* Its next message of at most `max` octets; its error, or that it has ended, is ours. */
enum antin_rc worker_job_hear(struct worker_job *j, size_t max, struct antin_message *m,
                              struct antin_bytes *body, struct antin_err *err) ANTIN_MUST;
/* Last, with what came of it: a worker that failed is not asked again. */
enum antin_rc worker_job_end(struct worker_job *j, enum antin_rc rc, struct antin_err *err)
        ANTIN_MUST;
/* Milliseconds that so many octets may take besides. */
static inline int64_t
worker_patience(uint64_t octets)
{
	return (int64_t)(octets / 1024);
}

#endif
