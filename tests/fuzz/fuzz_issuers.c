/*
 * What the address of an issuer answers: certificates of which each is whole and read alike again,
 * as many as are taken at most, or a refusal as of a format and nothing.
 */
#include <antin/path.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_SCOPED(antin_certs) found = {0};
	struct antin_err err = {0};
	enum antin_rc rc = antin_certs_answer((struct antin_slice){data, size}, &found, &err);

	fuzz_never(rc != ANTIN_OK && found.n > 0);
	fuzz_never(rc != ANTIN_OK && rc != err.rc);
	fuzz_never(found.n > 64);
	for (size_t i = 0; i < found.n; i++) {
		ANTIN_OWN_S(antin_cert) again = NULL;

		fuzz_must(antin_cert_read(found.items[i]->der, &again, NULL) == ANTIN_OK);
		fuzz_inside(found.items[i]->der, found.items[i]->tbs);
	}
	return 0;
}
