/*
 * Tokens, requests and answers of RFC 3161: every slice lies inside, what is read is written the
 * same, no input is a token over octets that nobody stamped.
 */
#include <antin/timestamp.h>

#include "fuzz.h"

static void
token(struct antin_slice der)
{
	ANTIN_OWN_S(antin_timestamp) t = NULL;
	struct antin_cert *tsa;

	if (antin_timestamp_read(der, &t, NULL) != ANTIN_OK)
		return;
	fuzz_inside(t->cms->content, t->serial);
	fuzz_inside(t->cms->content, t->tsa);
	fuzz_never(t->imprint.hash.len != antin_digest_size(t->imprint.digest));
	tsa = antin_cades_signer(t->cms);
	fuzz_never(tsa && antin_timestamp_verify(t, tsa, NULL, NULL) == ANTIN_OK &&
	           antin_timestamp_covers(t, antin_slice_text("nobody's"), NULL) == ANTIN_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct antin_slice der = {data, size};
	ANTIN_SCOPED(antin_bytes) again = {0};
	struct antin_timestamp_request q;
	struct antin_timestamp_response r;

	token(der);
	if (antin_timestamp_request_read(der, &q, NULL) == ANTIN_OK && !q.extensions)
		fuzz_must(antin_timestamp_request_write(&q, &again, NULL) == ANTIN_OK);
	if (antin_timestamp_response_read(der, &r, NULL) == ANTIN_OK)
		token(r.token);
	return 0;
}
