/* Rules about kinds of signers: whatever is accepted gives each holder a known kind. */
#include <string.h>

#include "../../lib/trust/kind.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_OWN_S(antin_kinds) k = NULL;

	if (antin_kinds_read((struct antin_slice){data, size}, "fuzz", &k, NULL) != ANTIN_OK) {
		fuzz_never(k != NULL);
		return 0;
	}
	fuzz_never(!antin_slice_equal(antin_kinds_text(k), (struct antin_slice){data, size}));
	fuzz_never(strcmp(k->schema, "antin.signers/1") != 0 || k->version < 1);
	for (size_t i = 0; i < k->n_authorities; i++) {
		const struct kind_authority *a = &k->authorities[i];

		fuzz_never(!a->id || a->class == ANTIN_CLASS_UNKNOWN);
		fuzz_never(!a->certificates && !a->keys && !a->n_name);
	}
	for (size_t i = 0; i < k->n_holders; i++) {
		const struct kind_holder *h = &k->holders[i];

		fuzz_never(!h->id || h->holder == ANTIN_HOLDER_UNKNOWN);
		fuzz_never(h->holder >= ANTIN_HOLDERS_N);
		fuzz_never(!h->policies && !h->purposes && !h->n_subject);
		for (size_t j = 0; j < h->n_subject; j++)
			for (char **p = h->subject[j].like; p && *p; p++)
				(void)kind_like(*p, (struct antin_slice){data, size});
	}
	return 0;
}
