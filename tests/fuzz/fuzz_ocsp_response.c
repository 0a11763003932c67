/*
 * OCSP responses: one that is accepted and successful has an answer and octets that were signed.
 */
#include <antin/ocsp.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_OWN_S(antin_ocsp_response) r = NULL;

	if (antin_ocsp_response_read((struct antin_slice){data, size}, &r, NULL) != ANTIN_OK)
		return 0;
	fuzz_never((r->status == ANTIN_OCSP_SUCCESSFUL) != (r->n > 0));
	fuzz_never((r->status == ANTIN_OCSP_SUCCESSFUL) != (r->tbs.p != NULL));
	fuzz_never(r->n && (r->by_name.p != NULL) == (r->by_key.p != NULL));
	for (size_t i = 0; i < r->n; i++) {
		const struct antin_ocsp_single *s = &r->singles[i];

		fuzz_inside(r->tbs, s->id.der);
		fuzz_never(s->next_update != ANTIN_NO_TIME && s->next_update < s->this_update);
	}
	for (size_t i = 0; i < r->certs.n; i++)
		(void)antin_ocsp_is_responder(r, r->certs.items[i]);
	return 0;
}
