/*
 * Certificates: what is accepted is copied whole and its slices lie inside the copy, what is listed
 * is found again, and what a key signed it did not sign with another bit.
 */
#include <antin/cert.h>
#include <antin/text.h>

#include "fuzz.h"

static void
extensions(const struct antin_cert *c)
{
	struct antin_in list = antin_in_of(c->eku);
	bool known = false, alone = false;
	struct antin_slice oid;
	char dotted[128];
	size_t n = 0;

	for (size_t i = 0; i < c->n_exts; i++) {
		fuzz_inside(c->der, c->exts[i].value);
		known = *antin_oid_text(c->exts[i].oid, dotted, sizeof(dotted)) != '?';
		fuzz_never(known && antin_cert_ext(c, dotted) != &c->exts[i]);
	}
	for (; antin_der_take(&list, ANTIN_OID, &oid); n++) {
		known = *antin_oid_text(oid, dotted, sizeof(dotted)) != '?';
		fuzz_never(known && !antin_cert_has_eku(c, dotted));
		alone |= antin_cert_eku_alone(c, dotted);
	}
	fuzz_never(c->has_eku != (n > 0) || (alone && n != 1));
	fuzz_never(!n && antin_cert_has_eku(c, "2.5.29.37.0"));
}

static void
texts(const struct antin_cert *c)
{
	static const char *const which[] = {"aia-issuers", "aia-ocsp", "cdp", "freshest"};
	ANTIN_SCOPED(antin_bytes) name = {0};
	ANTIN_SCOPED(antin_bytes) lines = {0};

	antin_name_text_add(&name, c->subject);
	fuzz_must(antin_utf8_valid(antin_bytes_slice(&name)));
	for (size_t i = 0; i < sizeof(which) / sizeof(which[0]); i++)
		antin_cert_uris(c, which[i], &lines);
	antin_cert_emails(c, &lines);
	antin_cert_policies(c, &lines);
	fuzz_lines(&lines);
}

/* Of the key in the certificate itself; one of DSA with weak numbers may have signed everything. */
static void
signature(struct antin_cert *c)
{
	const struct antin_public *key, *again;

	if (antin_cert_public(c, &key, NULL) != ANTIN_OK)
		return;
	fuzz_must(antin_cert_public(c, &again, NULL) == ANTIN_OK && again == key);
	if (antin_cert_verify(c, key, NULL, NULL) != ANTIN_OK ||
	    antin_public_type(key) == ANTIN_KEY_DSA)
		return;
	for (size_t i = 0; i < 4; i++) {
		ANTIN_SCOPED(antin_bytes) der = {0};
		ANTIN_OWN_S(antin_cert) other = NULL;

		fuzz_flip(c->der, c->tbs, i, &der);
		fuzz_never(antin_cert_read(antin_bytes_slice(&der), &other, NULL) == ANTIN_OK &&
		           antin_cert_verify(other, key, NULL, NULL) == ANTIN_OK);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_OWN_S(antin_cert) c = NULL;

	if (antin_cert_read((struct antin_slice){data, size}, &c, NULL) != ANTIN_OK)
		return 0;
	fuzz_never(!antin_slice_equal(c->der, (struct antin_slice){data, size}));
	fuzz_inside(c->der, c->tbs);
	fuzz_inside(c->der, c->ski);
	fuzz_inside(c->der, c->aki);
	fuzz_inside(c->der, c->eku);
	fuzz_must(antin_cert_self_issued(c) || !antin_slice_equal(c->issuer, c->subject));
	antin_cert_free(antin_cert_ref(c));
	extensions(c);
	texts(c);
	signature(c);
	return 0;
}
