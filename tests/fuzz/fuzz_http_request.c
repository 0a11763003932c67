/*
 * OCSP by GET: any address either gives octets or is refused, any octets get an answer that is an
 * OCSP response, and the address made of them gives them again.
 */
#include <antin_online.h>

#include <string.h>

#include <antin/der.h>
#include <antin/ocsp.h>

#include "fuzz.h"

static enum antin_rc
answer(void *user, const struct antin_slice *ids, size_t n, struct antin_slice nonce,
       struct antin_signer_ocsp *out, struct antin_err *err)
{
	(void)user, (void)err;
	fuzz_never(n < 1 || n > ANTIN_OCSP_IDS || nonce.len > ANTIN_OCSP_NONCE || !ids[0].p);
	out->status = ANTIN_OCSP_TRY_LATER;
	antin_ocsp_error_add(&out->der, ANTIN_OCSP_TRY_LATER);
	return ANTIN_OK;
}

/* The address that a client makes of these octets (RFC 6960 A.1) leads back to them. */
static void
check_address(struct antin_slice der)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};
	const char *at;

	antin_base64_add(&text, der);
	antin_bytes_text(&path, "/ocsp//");
	for (size_t i = 0; i < text.len; i++)
		antin_bytes_printf(&path, strchr("+/=", text.p[i]) ? "%%%02X" : "%c", text.p[i]);
	if (!fuzz_must(antin_bytes_cstr(&path) && !text.failed))
		return;
	at = antin_online_request_at((const char *)path.p);
	fuzz_never(!at && der.len > 2 && der.p[0] == ANTIN_SEQUENCE);
	if (at && fuzz_must(antin_online_get_request(at, &again, NULL) == ANTIN_OK))
		fuzz_never(!antin_slice_equal(antin_bytes_slice(&again), der));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct antin_online_config config = {.ocsp = answer};
	struct antin_signer_ocsp out = {0};
	ANTIN_OWN_S(antin_ocsp_response) r = NULL;
	ANTIN_SCOPED(antin_bytes) path = {0};
	ANTIN_SCOPED(antin_bytes) request = {0};
	const char *given, *at;

	antin_bytes_add(&path, data, size);
	given = antin_bytes_cstr(&path);
	if (!given)
		return 0;
	at = antin_online_request_at(given);
	fuzz_never(at && (at < given || at > given + strlen(given) || at[0] != '/'));
	if (antin_online_get_request(at ? at : given, &request, NULL) == ANTIN_OK) {
		check_address(antin_bytes_slice(&request));
		fuzz_must(antin_online_ocsp(&config, antin_bytes_slice(&request), &out, NULL) ==
		                  ANTIN_OK &&
		          antin_ocsp_response_read(antin_bytes_slice(&out.der), &r, NULL) ==
		                  ANTIN_OK);
	}
	antin_bytes_done(&out.der);
	return 0;
}
