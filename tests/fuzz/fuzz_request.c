/*
 * Certificate requests: what is accepted was signed by the key in it, so only seeds get through;
 * the rest must be refused without harm.
 */
#include <antin/request.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_OWN_S(antin_request) r = NULL;
	ANTIN_SCOPED(antin_bytes) emails = {0};
	struct antin_err err = {0};

	if (antin_request_read((struct antin_slice){data, size}, &r, &err) != ANTIN_OK) {
		fuzz_never(r || err.rc == ANTIN_OK);
		return 0;
	}
	fuzz_never(!antin_slice_equal(r->der, (struct antin_slice){data, size}) || !r->public_key);
	antin_request_emails(r, &emails);
	return 0;
}
