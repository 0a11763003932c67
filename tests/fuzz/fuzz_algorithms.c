/* Dates of algorithms: what was once allowed was so at each earlier time; else its end is told. */
#include <antin/algorithms.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t times[] = {4102444800, 1795000000, 1483228800, 978307199, 0};
	ANTIN_OWN_S(antin_algorithms) a = NULL;

	if (antin_algorithms_read((struct antin_slice){data, size}, "fuzz", &a, NULL) != ANTIN_OK) {
		fuzz_never(a != NULL);
		return 0;
	}
	for (int d = 0; d < ANTIN_DIGESTS; d++) {
		const struct antin_sigalg alg = {ANTIN_ECDSA, (enum antin_digest)d};
		bool later = false;

		for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
			struct antin_algorithm_end end = {0};
			bool now = antin_algorithms_allow(a, &alg, NULL, times[i], &end);
			char text[80];

			fuzz_never(later && !now);
			fuzz_never(!now && end.until >= times[i]);
			fuzz_never(!end.clause || !antin_algorithm_text("x", &end, text, 80));
			later = now;
		}
	}
	return 0;
}
