/*
 * What the address of an issuer answers: certificates of which each is whole and read alike again,
 * as many as are taken at most, or a refusal as of a format and nothing.  Of those the issuer of
 * another is one whose key signed it.
 */
#include <antin/path.h>

#include "fuzz.h"

static void
issuers(const struct antin_certs *found)
{
	for (size_t i = 0; i < found->n; i++) {
		const struct antin_cert *c = found->items[i];
		struct antin_cert *issuer = antin_certs_issuer(found, c);
		const struct antin_public *key;

		if (issuer)
			fuzz_must(antin_name_equal(issuer->subject, c->issuer) &&
			          antin_cert_public(issuer, &key, NULL) == ANTIN_OK &&
			          antin_cert_verify(c, key, NULL, NULL) == ANTIN_OK);
	}
}

/* Into a list that has one already: all that are new, or none. */
static void
join(const struct antin_certs *found)
{
	ANTIN_SCOPED(antin_certs) list = {0};
	enum antin_rc rc;

	if (!found->n ||
	    !fuzz_must(antin_certs_add(&list, found->items[found->n - 1], NULL) == ANTIN_OK))
		return;
	rc = antin_certs_join(&list, found, found->n, NULL);
	fuzz_must(rc == ANTIN_OK);
	fuzz_never(list.n != (rc == ANTIN_OK ? found->n : 1));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_SCOPED(antin_certs) found = {0};
	ANTIN_SCOPED(antin_certs) file = {0};
	const struct antin_slice whole = {data, size};
	struct antin_err err = {0};
	enum antin_rc rc = antin_certs_answer(whole, &found, &err);

	fuzz_never(rc != ANTIN_OK && found.n > 0);
	fuzz_never(rc != ANTIN_OK && rc != err.rc);
	fuzz_never(found.n > 64);
	for (size_t i = 0; i < found.n; i++) {
		ANTIN_OWN_S(antin_cert) again = NULL;

		fuzz_must(antin_cert_read(found.items[i]->der, &again, NULL) == ANTIN_OK);
		fuzz_inside(found.items[i]->der, found.items[i]->tbs);
	}
	issuers(&found);
	join(&found);
	if (antin_certs_read(whole, "a file", &file, NULL) == ANTIN_OK)
		fuzz_must(rc == ANTIN_OK && (found.n == file.n || found.n == 64));
	else
		fuzz_never(file.n > 0);
	return 0;
}
