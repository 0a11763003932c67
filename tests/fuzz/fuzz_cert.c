/*
 * Certificates: what is accepted is copied whole, and its slices lie inside the copy.
 */
#include <antin/cert.h>
#include <antin/text.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_OWN_S(antin_cert) c = NULL;
	ANTIN_SCOPED(antin_bytes) text = {0};
	const struct antin_public *key;

	if (antin_cert_read((struct antin_slice){data, size}, &c, NULL) != ANTIN_OK)
		return 0;
	fuzz_never(!antin_slice_equal(c->der, (struct antin_slice){data, size}));
	fuzz_inside(c->der, c->tbs);
	fuzz_inside(c->der, c->ski);
	fuzz_inside(c->der, c->aki);
	fuzz_inside(c->der, c->eku);
	for (size_t i = 0; i < c->n_exts; i++)
		fuzz_inside(c->der, c->exts[i].value);
	antin_name_text_add(&text, c->subject);
	antin_cert_uris(c, "aia-issuers", &text);
	antin_cert_uris(c, "cdp", &text);
	antin_cert_emails(c, &text);
	fuzz_must(antin_utf8_valid(antin_bytes_slice(&text)));
	if (antin_cert_public(c, &key, NULL) == ANTIN_OK)
		(void)!antin_cert_verify(c, key, NULL, NULL);
	return 0;
}
