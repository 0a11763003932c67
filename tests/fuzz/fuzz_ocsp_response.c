/*
 * OCSP responses: one that is accepted and successful has an answer and octets that were signed,
 * what it calls revoked is never found better, and what a key signed it did not sign with another
 * bit.
 */
#include <string.h>

#include <antin/ocsp.h>

#include "fuzz.h"

static void
find(const struct antin_ocsp_response *r, const struct antin_ocsp_single *s,
     const struct antin_certid_issuer *issuer)
{
	const struct antin_ocsp_single *found = antin_ocsp_find(r, issuer, s->id.serial);

	fuzz_never(!found || !antin_slice_equal(found->id.serial, s->id.serial));
	fuzz_never(s->status == ANTIN_OCSP_REVOKED && found->status != ANTIN_OCSP_REVOKED);
}

/* Asked for by the hashes of its own, and by both kinds of an issuer that is given along. */
static void
answer(const struct antin_ocsp_response *r, const struct antin_ocsp_single *s)
{
	const bool sha1 = s->id.digest == ANTIN_SHA1;
	struct antin_certid_issuer issuer = {0};
	const struct antin_ocsp_single *other;

	memcpy(sha1 ? issuer.name_sha1 : issuer.name_sha256, s->id.name_hash.p,
	       s->id.name_hash.len);
	memcpy(sha1 ? issuer.key_sha1 : issuer.key_sha256, s->id.key_hash.p, s->id.key_hash.len);
	find(r, s, &issuer);
	(sha1 ? issuer.name_sha1 : issuer.name_sha256)[0] ^= 1;
	other = antin_ocsp_find(r, &issuer, s->id.serial);
	fuzz_never(other && antin_slice_equal(other->id.name_hash, s->id.name_hash));
	for (size_t i = 0; i < r->certs.n; i++)
		if (antin_certid_issuer(r->certs.items[i], &issuer, NULL) == ANTIN_OK &&
		    antin_certid_matches(&s->id, &issuer))
			find(r, s, &issuer);
}

static void
answers(const struct antin_ocsp_response *r)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct antin_ocsp_single *s = &r->singles[i];

		fuzz_inside(r->tbs, s->id.der);
		fuzz_never(s->next_update != ANTIN_NO_TIME && s->next_update < s->this_update);
		fuzz_never(s->reason && s->status != ANTIN_OCSP_REVOKED);
		answer(r, s);
	}
}

/* Of DSA with weak numbers a key may have signed everything. */
static void
signature(const struct antin_ocsp_response *r, struct antin_cert *c)
{
	const struct antin_public *key;

	(void)antin_ocsp_is_responder(r, c);
	if (antin_cert_public(c, &key, NULL) != ANTIN_OK ||
	    antin_ocsp_verify(r, key, NULL, NULL) != ANTIN_OK ||
	    antin_public_type(key) == ANTIN_KEY_DSA)
		return;
	for (size_t i = 0; i < 4; i++) {
		ANTIN_SCOPED(antin_bytes) der = {0};
		ANTIN_OWN_S(antin_ocsp_response) other = NULL;

		fuzz_flip(r->der, r->tbs, i, &der);
		fuzz_never(antin_ocsp_response_read(antin_bytes_slice(&der), &other, NULL) ==
		                   ANTIN_OK &&
		           antin_ocsp_verify(other, key, NULL, NULL) == ANTIN_OK);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_OWN_S(antin_ocsp_response) r = NULL;

	if (antin_ocsp_response_read((struct antin_slice){data, size}, &r, NULL) != ANTIN_OK)
		return 0;
	fuzz_never((r->status == ANTIN_OCSP_SUCCESSFUL) != (r->n > 0));
	fuzz_never((r->status == ANTIN_OCSP_SUCCESSFUL) != (r->tbs.p != NULL));
	fuzz_never(r->n && (r->by_name.p != NULL) == (r->by_key.p != NULL));
	fuzz_never(r->status != ANTIN_OCSP_SUCCESSFUL &&
	           antin_ocsp_verify(r, NULL, NULL, NULL) == ANTIN_OK);
	antin_ocsp_response_free(antin_ocsp_response_ref(r));
	answers(r);
	for (size_t i = 0; i < r->certs.n; i++)
		signature(r, r->certs.items[i]);
	return 0;
}
