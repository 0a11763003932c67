/*
 * Whether a document was signed by an earlier run, so that a batch can be run again.  See sign.h.
 */
#include "job.h"

#include <string.h>

static bool
begins_with(struct antin_source *whole, struct antin_source *part)
{
	uint64_t left = antin_source_size(part), offset = 0;
	uint8_t a[16384], b[16384];

	if (antin_source_size(whole) <= left)
		return false;
	while (left > 0) {
		size_t n = left < sizeof(a) ? (size_t)left : sizeof(a);

		if (antin_source_read(whole, offset, a, n, NULL) != ANTIN_OK ||
		    antin_source_read(part, offset, b, n, NULL) != ANTIN_OK || memcmp(a, b, n) != 0)
			return false;
		offset += n;
		left -= n;
	}
	return true;
}

bool
antin_sign_done(const struct antin_sign_job *job, const char *result, struct antin_cert *cert)
{
	const struct antin_signed wanted = {.cert = cert};
	ANTIN_OWN_S(antin_source) source = NULL;

	return antin_source_open(result, &source, NULL) == ANTIN_OK &&
	       begins_with(source, job->source) &&
	       sign_check(job, source, &wanted, NULL) == ANTIN_OK;
}
