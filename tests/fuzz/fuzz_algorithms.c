/* Dates of algorithms: what was once allowed was so at each earlier time; else its end is told. */
#include <antin/algorithms.h>

#include "fuzz.h"

/* The base point of P-256 as a key. */
static const char p256[] = "3059301306072a8648ce3d020106082a8648ce3d030107034200"
                           "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                           "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t times[] = {4102444800, 1795000000, 1483228800, 978307199, 0};
	ANTIN_OWN_S(antin_algorithms) a = NULL;
	ANTIN_OWN_S(antin_public) key = NULL;
	ANTIN_SCOPED(antin_bytes) spki = {0};

	if (!fuzz_must(antin_hex_parse(p256, &spki, NULL) == ANTIN_OK &&
	               antin_public_read(antin_bytes_slice(&spki), &key, NULL) == ANTIN_OK))
		return 0;
	if (antin_algorithms_read((struct antin_slice){data, size}, "fuzz", &a, NULL) != ANTIN_OK) {
		fuzz_never(a != NULL);
		return 0;
	}
	fuzz_never(!antin_slice_equal(antin_algorithms_text(a), (struct antin_slice){data, size}));
	/* The last one is the key alone. */
	for (int d = 0; d <= ANTIN_DIGESTS; d++) {
		const struct antin_sigalg alg = {ANTIN_ECDSA, (enum antin_digest)d};
		bool later = false;

		for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
			struct antin_algorithm_end end = {0};
			bool now = antin_algorithms_allow(a, d < ANTIN_DIGESTS ? &alg : NULL,
			                                  d < ANTIN_DIGESTS ? NULL : key, times[i],
			                                  &end);
			char text[80];

			fuzz_never(later && !now);
			fuzz_never(!now && end.until >= times[i]);
			fuzz_never(!end.clause || !antin_algorithm_text("x", &end, text, 80));
			later = now;
		}
	}
	return 0;
}
