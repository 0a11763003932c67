/*
 * Inside of lib/verify: what a worker and its parent say to each other (docs/architecture.md).
 */
#ifndef ANTIN_WORKER_INNER_H
#define ANTIN_WORKER_INNER_H

#include <antin/worker.h>

#include "pack.h"

/* Towards the worker on its socket, then towards the parent on the socket of a job. */
enum worker_message {
	WORKER_HELLO = 1, /* the worker: struct worker_hello; ready to read what is foreign */
	WORKER_OPTIONS,   /* all but evidence */
	WORKER_CRL,       /* one CRL: whose it is, its name, NUL, DER */
	WORKER_OCSP,      /* the same of an OCSP answer */
	WORKER_JOB,       /* names of file and content; descriptors: socket, file, content if any */
	WORKER_ENDED,     /* the worker: how the process of the job ended, as of wait */
	WORKER_REPORT,    /* the job: its verdicts */
	WORKER_ERROR,     /* the job: why there are none */
	WORKER_ASK,       /* the job: an address */
	WORKER_ANSWER,    /* the parent: what came of it */
};
/* First octet of evidence: whose it is. */
enum { WORKER_GIVEN = 'g', WORKER_OF_TRUST = 't' };
enum {
	WORKER_OPTIONS_MAX = 64 << 20,
	WORKER_EVIDENCE_MAX = 512 << 20,
	WORKER_NAME_MAX = 65536,
	WORKER_REPORT_MAX = 32 << 20,
	WORKER_ASK_MAX = 65536,
	WORKER_ANSWER_MAX = 256 << 20,
	WORKER_ASKS = 512, /* in one job */
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
uint64_t worker_build(void); /* of all tables and the version */

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
enum antin_rc worker_report_read(struct antin_slice body, const struct antin_verify_options *o,
                                 struct antin_report *out, struct antin_err *err) ANTIN_MUST;
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

#endif
