/*
 * The inside of a signing job.
 */
#ifndef ANTIN_SIGN_JOB_H
#define ANTIN_SIGN_JOB_H

#include <antin/sign.h>

struct antin_sign_job {
	struct antin_worker *worker; /* borrowed; NULL: documents are read in this process */
	struct antin_source *source;
	struct antin_doc_about about;
};

/* Whether `result` is the document of the job, signed as wanted. */
enum antin_rc sign_check(const struct antin_sign_job *job, struct antin_source *result,
                         const struct antin_signed *wanted, struct antin_err *err) ANTIN_MUST;

#endif
