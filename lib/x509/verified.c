/*
 * Signatures that were verified.  See verified.h.
 */
#include "verified.h"

bool
antin_verified_by(antin_verified *v, const struct antin_public *key)
{
	const struct antin_public *by = atomic_load_explicit(v, memory_order_acquire);

	return by && antin_slice_equal(antin_public_spki(by), antin_public_spki(key));
}

void
antin_verified_add(antin_verified *v, const struct antin_public *key)
{
	struct antin_public *mine = antin_public_ref((struct antin_public *)(uintptr_t)key);
	struct antin_public *none = NULL;

	if (!atomic_compare_exchange_strong(v, &none, mine))
		antin_public_free(mine);
}

void
antin_verified_done(antin_verified *v)
{
	antin_public_free(atomic_exchange(v, NULL));
}
