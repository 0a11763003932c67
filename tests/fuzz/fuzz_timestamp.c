/*
 * Tokens, requests and answers of RFC 3161: every slice lies inside, what is read is written the
 * same, no input is a token over octets that nobody stamped, and of a token that is good none is
 * good with another octet in what was signed.
 */
#include <string.h>

#include <antin/timestamp.h>

#include "fuzz.h"

/* The TSTInfo made of what was read: shorter where something was read over, else the same. */
static void
check_info(const struct antin_timestamp *t)
{
	struct antin_timestamp_spec spec = {.imprint = t->imprint,
	                                    .serial = t->serial,
	                                    .time = t->time,
	                                    .accuracy = t->accuracy,
	                                    .ordering = t->ordering,
	                                    .nonce = t->nonce};
	ANTIN_SCOPED(antin_bytes) again = {0};
	char policy[1024];

	if (spec.serial.len > 1 && !spec.serial.p[0])
		spec.serial = (struct antin_slice){spec.serial.p + 1, spec.serial.len - 1};
	spec.policy = antin_oid_text(t->policy, policy, sizeof(policy));
	if (antin_timestamp_info(&spec, &again, NULL) == ANTIN_OK)
		fuzz_never(again.len == t->cms->content.len &&
		           !antin_slice_equal(antin_bytes_slice(&again), t->cms->content));
}

static bool
good(struct antin_slice der, size_t *at, size_t *len)
{
	ANTIN_OWN_S(antin_timestamp) t = NULL;
	struct antin_cert *tsa;

	if (antin_timestamp_read(der, &t, NULL) != ANTIN_OK)
		return false;
	fuzz_inside(t->cms->content, t->serial);
	fuzz_inside(t->cms->content, t->tsa);
	fuzz_never(t->imprint.hash.len != antin_digest_size(t->imprint.digest));
	check_info(t);
	tsa = antin_cades_signer(t->cms);
	if (!tsa || antin_timestamp_verify(t, tsa, NULL, NULL) != ANTIN_OK)
		return false;
	fuzz_never(antin_timestamp_covers(t, antin_slice_text("nobody's"), NULL) == ANTIN_OK);
	fuzz_never(antin_timestamp_covers(t, antin_slice_text("hello"), NULL) == ANTIN_OK &&
	           antin_timestamp_covers(t, antin_slice_text("hallo"), NULL) == ANTIN_OK);
	*len = t->cms->content.len;
	*at = (size_t)((uint8_t *)memmem(der.p, der.len, t->cms->content.p, *len) - der.p);
	return true;
}

static void
token(struct antin_slice der)
{
	ANTIN_SCOPED(antin_bytes) copy = {0};
	size_t at, len, none[2];

	if (!good(der, &at, &len))
		return;
	antin_bytes_add(&copy, der.p, der.len);
	for (size_t i = 0; i < 16 && !copy.failed; i++) {
		uint8_t *p = &copy.p[at + (i * 7 + der.p[der.len - 1]) % len];

		*p ^= (uint8_t)(1 << i % 8);
		fuzz_never(good(antin_bytes_slice(&copy), &none[0], &none[1]));
		*p ^= (uint8_t)(1 << i % 8);
	}
}

static void
request(struct antin_slice der)
{
	ANTIN_SCOPED(antin_bytes) once = {0};
	struct antin_timestamp_request q, again;

	if (antin_timestamp_request_read(der, &q, NULL) != ANTIN_OK)
		return;
	if (!fuzz_must((antin_timestamp_request_write(&q, &once, NULL) == ANTIN_OK) !=
	               q.extensions) ||
	    q.extensions ||
	    !fuzz_must(antin_timestamp_request_read(antin_bytes_slice(&once), &again, NULL) ==
	               ANTIN_OK))
		return;
	fuzz_never(!antin_slice_equal(q.imprint.hash, again.imprint.hash) ||
	           !antin_slice_equal(q.policy, again.policy) ||
	           !antin_slice_equal(q.nonce, again.nonce) ||
	           q.certificates != again.certificates);
}

static void
answer(struct antin_slice der)
{
	ANTIN_SCOPED(antin_bytes) once = {0};
	struct antin_timestamp_response r, again;

	if (antin_timestamp_response_read(der, &r, NULL) != ANTIN_OK)
		return;
	token(r.token);
	if (!fuzz_must(antin_timestamp_response_write(&r, &once, NULL) == ANTIN_OK &&
	               antin_timestamp_response_read(antin_bytes_slice(&once), &again, NULL) ==
	                       ANTIN_OK))
		return;
	fuzz_never(r.status != again.status || r.failures != again.failures ||
	           !antin_slice_equal(r.text, again.text) ||
	           !antin_slice_equal(r.token, again.token));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct antin_slice der = {data, size};

	token(der);
	request(der);
	answer(der);
	return 0;
}
