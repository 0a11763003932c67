/*
 * antin_cades_read, _read_counter, _problems and _verify: every slice lies inside the copy, what
 * was signed is a SET, nothing verifies for a content that nobody signed, nor when a bit was
 * changed of what verifies.
 */
#include <string.h>

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

/* Whether the signature is one over the very digest that it carries. */
static bool
verifies(const struct antin_cades *c, const struct antin_public *key)
{
	return antin_cades_verify(c, key, c->message_digest, NULL, NULL) == ANTIN_OK;
}

/* The same with one bit of the signed attributes, or of the signature, changed. */
static void
changed(const struct antin_cades *c, const struct antin_public *key, size_t chosen)
{
	struct antin_in in = antin_in_of(c->signed_part);
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(antin_cades) other = NULL;
	struct antin_tlv tlv;
	struct antin_slice part = c->signature;

	for (size_t i = 0; i < 4 && antin_der_next(&in, &tlv); i++)
		if (tlv.tag == ANTIN_CONTEXT_CONS(0) && chosen % 4)
			part = tlv.value;
	antin_bytes_add(&der, c->der.p, c->der.len);
	if (der.failed || !part.len)
		return;
	der.p[(size_t)(part.p - c->der.p) + chosen / 8 % part.len] ^= (uint8_t)(1U << chosen % 8);
	if (antin_cades_read(antin_bytes_slice(&der), &other, NULL) == ANTIN_OK)
		fuzz_never(verifies(other, key));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t digest[ANTIN_DIGEST_MAX] = {1};
	const struct antin_slice in = {data, size};
	const struct antin_cades_problem *problems[ANTIN_CADES_PROBLEMS];
	ANTIN_OWN_S(antin_cades) c = NULL;
	ANTIN_OWN_S(antin_cades) none = NULL;
	const struct antin_public *key;
	struct antin_cert *signer;

	if (antin_cades_read(in, &c, NULL) != ANTIN_OK)
		return 0;
	fuzz_never(antin_cades_read_signer(in, c->n_signers, NULL, &none, NULL) == ANTIN_OK);
	fuzz_inside(antin_bytes_slice(&c->der), c->message_digest);
	fuzz_inside(antin_bytes_slice(&c->der), c->signature);
	fuzz_inside(antin_bytes_slice(&c->der), c->issuer);
	fuzz_never(c->n_time_stamps > c->given_time_stamps);
	for (size_t i = 0; i < c->n_time_stamps; i++)
		fuzz_inside(antin_bytes_slice(&c->der), c->time_stamps[i]);
	fuzz_never(c->n_counters > c->given_counters);
	for (size_t i = 0; i < c->n_counters; i++)
		read_counter(c, i);
	fuzz_never(c->has_attributes && (c->attributes.len < 2 || c->attributes.p[0] != ANTIN_SET));
	signer = antin_cades_signer(c);
	(void)antin_cades_problems(c, ANTIN_FORM_PADES, signer, problems);
	if (!signer || antin_cert_public(signer, &key, NULL) != ANTIN_OK)
		return 0;
	/* No input can be a signature over this digest, which is nobody's. */
	fuzz_never(antin_cades_verify(c, key,
	                              (struct antin_slice){digest, antin_digest_size(c->digest)},
	                              NULL, NULL) == ANTIN_OK);
	if (verifies(c, key))
		changed(c, key, size * 2654435761U);
	return 0;
}
