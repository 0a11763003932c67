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

static bool
made_with(struct antin_doc *doc, struct antin_cert *cert)
{
	const struct antin_doc_sig *sig = &doc->sigs[doc->n_sigs - 1];
	ANTIN_OWN_S(antin_cades) c = NULL;
	const struct antin_public *key;
	uint8_t digest[ANTIN_DIGEST_MAX];

	if (sig->kind != ANTIN_SIG_CADES || sig->problem ||
	    sig->coverage != ANTIN_COVERAGE_ENTIRE_FILE)
		return false;
	if (!cert)
		return true;
	if (antin_cades_read(antin_bytes_slice(&sig->cms), &c, NULL) != ANTIN_OK ||
	    !antin_cades_is_signer(c, cert) || antin_cert_public(cert, &key, NULL) != ANTIN_OK ||
	    antin_doc_digest(doc, doc->n_sigs - 1, c->digest, digest, NULL) != ANTIN_OK)
		return false;
	return antin_cades_verify(c, key,
	                          (struct antin_slice){digest, antin_digest_size(c->digest)}, NULL,
	                          NULL) == ANTIN_OK;
}

bool
antin_sign_done(const struct antin_sign_job *job, const char *result, struct antin_cert *cert)
{
	ANTIN_OWN_S(antin_source) source = NULL;
	ANTIN_OWN_S(antin_doc) doc = NULL;

	return antin_source_open(result, &source, NULL) == ANTIN_OK &&
	       begins_with(source, job->source) && antin_doc_open(source, &doc, NULL) == ANTIN_OK &&
	       doc->damage.rc == ANTIN_OK && doc->n_sigs == job->doc->n_sigs + 1 &&
	       made_with(doc, cert);
}
