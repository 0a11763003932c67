/*
 * antin_cades_read, _read_counter, _problems and _verify: every slice lies inside the copy, what
 * was signed is a SET, nothing verifies for a content that nobody signed.
 */
#include <antin/cades.h>

#include "fuzz.h"

static void
read_counter(const struct antin_cades *of, size_t i)
{
	ANTIN_OWN_S(antin_cades) c = NULL;

	fuzz_inside(antin_bytes_slice(&of->der), of->counters[i]);
	if (antin_cades_read_counter(of, i, &c, NULL) == ANTIN_OK)
		fuzz_inside(antin_bytes_slice(&c->der), c->signature);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t digest[ANTIN_DIGEST_MAX] = {1};
	const struct antin_cades_problem *problems[ANTIN_CADES_PROBLEMS];
	ANTIN_OWN_S(antin_cades) c = NULL;
	const struct antin_public *key;
	struct antin_cert *signer;

	if (antin_cades_read((struct antin_slice){data, size}, &c, NULL) != ANTIN_OK)
		return 0;
	fuzz_inside(antin_bytes_slice(&c->der), c->message_digest);
	fuzz_inside(antin_bytes_slice(&c->der), c->signature);
	fuzz_never(c->n_time_stamps > c->given_time_stamps);
	for (size_t i = 0; i < c->n_time_stamps; i++)
		fuzz_inside(antin_bytes_slice(&c->der), c->time_stamps[i]);
	fuzz_inside(antin_bytes_slice(&c->der), c->issuer);
	fuzz_never(c->n_counters > c->given_counters);
	for (size_t i = 0; i < c->n_counters; i++)
		read_counter(c, i);
	fuzz_never(c->has_attributes && (c->attributes.len < 2 || c->attributes.p[0] != ANTIN_SET));
	signer = antin_cades_signer(c);
	(void)antin_cades_problems(c, ANTIN_FORM_PADES, signer, problems);
	/* No input can be a signature over this digest, which is nobody's. */
	fuzz_never(signer && antin_cert_public(signer, &key, NULL) == ANTIN_OK &&
	           antin_cades_verify(c, key,
	                              (struct antin_slice){digest, antin_digest_size(c->digest)},
	                              NULL, NULL) == ANTIN_OK);
	return 0;
}
