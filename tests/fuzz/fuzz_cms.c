/*
 * CMS files (lib/doc/cms): what is opened has a SignedData in strict DER without content, a digest
 * that is the same each time, and signers that are read or refused one by one.
 */
#include <string.h>

#include <antin/cades.h>
#include <antin/doc.h>

#include "fuzz.h"

static struct antin_doc *
open_doc(const uint8_t *data, size_t size)
{
	ANTIN_OWN_S(antin_source) src = NULL;
	struct antin_doc *d = NULL;

	if (antin_source_memory((struct antin_slice){data, size}, "x", &src, NULL) != ANTIN_OK ||
	    antin_doc_open(src, &d, NULL) != ANTIN_OK)
		return NULL;
	return d;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t first[ANTIN_DIGEST_MAX] = {0}, second[ANTIN_DIGEST_MAX] = {1};
	ANTIN_OWN_S(antin_doc) d = open_doc(data, size);
	ANTIN_OWN_S(antin_doc) again = d ? open_doc(data, size) : NULL;

	if (!d || strcmp(d->ops->name, "cms") != 0)
		return 0;
	if (!fuzz_must(again != NULL))
		return 0;
	fuzz_never(again->n_sigs != d->n_sigs || d->n_sigs > 32);
	for (size_t i = 0; i < d->n_sigs; i++) {
		ANTIN_OWN_S(antin_cades) c = NULL;

		if (antin_cades_read_signer(antin_doc_cms(d, i), i, NULL, &c, NULL) != ANTIN_OK)
			continue;
		fuzz_never(c->has_content || c->n_signers != d->n_sigs);
		if (fuzz_must((antin_doc_digest(d, i, c->digest, first, NULL) == ANTIN_OK) !=
		              d->detached) &&
		    fuzz_must((antin_doc_digest(again, i, c->digest, second, NULL) == ANTIN_OK) !=
		              d->detached))
			fuzz_never(!d->detached &&
			           memcmp(first, second, antin_digest_size(c->digest)) != 0);
	}
	return 0;
}
