/*
 * OCSP by GET: any address either gives octets or is refused, and any octets get an answer that is
 * an OCSP response.
 */
#include <antin_online.h>

#include <antin/ocsp.h>

#include "fuzz.h"

static enum antin_rc
answer(void *user, const struct antin_slice *ids, size_t n, struct antin_slice nonce,
       struct antin_signer_ocsp *out, struct antin_err *err)
{
	(void)user, (void)err;
	if (n < 1 || n > ANTIN_OCSP_IDS || nonce.len > ANTIN_OCSP_NONCE || !ids[0].p)
		abort();
	out->status = ANTIN_OCSP_TRY_LATER;
	antin_ocsp_error_add(&out->der, ANTIN_OCSP_TRY_LATER);
	return ANTIN_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct antin_online_config config = {.ocsp = answer};
	struct antin_signer_ocsp out = {0};
	ANTIN_OWN_S(antin_ocsp_response) r = NULL;
	ANTIN_SCOPED(antin_bytes) path = {0};
	ANTIN_SCOPED(antin_bytes) request = {0};

	antin_bytes_add(&path, data, size);
	if (antin_online_get_request(antin_bytes_cstr(&path), &request, NULL) == ANTIN_OK &&
	    (antin_online_ocsp(&config, antin_bytes_slice(&request), &out, NULL) != ANTIN_OK ||
	     antin_ocsp_response_read(antin_bytes_slice(&out.der), &r, NULL) != ANTIN_OK))
		abort();
	antin_bytes_done(&out.der);
	return 0;
}
