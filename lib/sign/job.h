/*
 * The inside of a signing job.
 */
#ifndef ANTIN_SIGN_JOB_H
#define ANTIN_SIGN_JOB_H

#include <antin/sign.h>

struct antin_sign_job {
	struct antin_source *source;
	struct antin_doc *doc;
};

#endif
