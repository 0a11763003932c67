/*
 * The floor of algorithms: until when a digest or a key length could be relied on (ETSI TS 119 312
 * and its predecessors), as a table by date.
 */
#include <antin/clock.h>
#include <antin/path.h>

/* Ends are the last second in which a signature could be made with it and relied on. */
static const struct {
	enum antin_digest digest;
	struct antin_date end;
} digests[] = {
        {ANTIN_SHA1, {2016, 12, 31, 23, 59, 59}},
};

static const struct {
	unsigned int below; /* RSA and DSA keys shorter than this */
	struct antin_date end;
} key_sizes[] = {
        {1024, {2000, 12, 31, 23, 59, 59}},
        {2048, {2013, 12, 31, 23, 59, 59}},
};

bool
antin_algorithm_allowed(const struct antin_sigalg *alg, const struct antin_public *key,
                        int64_t time)
{
	for (size_t i = 0; alg && i < sizeof(digests) / sizeof(digests[0]); i++)
		if (digests[i].digest == alg->digest && time > antin_date_seconds(&digests[i].end))
			return false;
	if (!key ||
	    (antin_public_type(key) != ANTIN_KEY_RSA && antin_public_type(key) != ANTIN_KEY_DSA))
		return true;
	for (size_t i = 0; i < sizeof(key_sizes) / sizeof(key_sizes[0]); i++)
		if (antin_public_bits(key) < key_sizes[i].below &&
		    time > antin_date_seconds(&key_sizes[i].end))
			return false;
	return true;
}
