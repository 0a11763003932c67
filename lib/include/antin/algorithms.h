/*
 * Until when an algorithm or a length of keys can be relied on (ETSI TS 119 312): a file of dates,
 * antin.algorithms/1, or the table built in.  What the file does not name counts at no time.
 */
#ifndef ANTIN_ALGORITHMS_H
#define ANTIN_ALGORITHMS_H

#include <antin/json.h>
#include <antin/key.h>

/* Immutable once read. */
struct antin_algorithms;
enum { ANTIN_ALGORITHMS_MAX = 65536 };
/* Reads and checks the JSON; every error names the place. */
enum antin_rc antin_algorithms_read(struct antin_slice text, const char *name,
                                    struct antin_algorithms **out, struct antin_err *err)
        ANTIN_MUST;
enum antin_rc antin_algorithms_load(const char *path, struct antin_algorithms **out,
                                    struct antin_err *err) ANTIN_MUST;
void antin_algorithms_free(struct antin_algorithms *a);
ANTIN_OWNER_S(antin_algorithms, antin_algorithms_free);
struct antin_slice antin_algorithms_text(const struct antin_algorithms *a); /* of its file */

/* The end of what is not allowed. */
struct antin_algorithm_end {
	int64_t until;      /* its last second; ANTIN_ALGORITHM_NEVER: it counts at no time */
	const char *clause; /* borrowed from the policy */
};
#define ANTIN_ALGORITHM_NEVER INT64_MIN

/*
 * Whether a signature made with `alg` (NULL: only the key is asked about) by `key` (NULL: only the
 * algorithm) can be relied on at `time`.  `a` NULL is the table built in; `end` may be NULL.
 */
bool antin_algorithms_allow(const struct antin_algorithms *a, const struct antin_sigalg *alg,
                            const struct antin_public *key, int64_t time,
                            struct antin_algorithm_end *end);
/* "SHA-1 (≤ 2016-12-31)", or the name alone; returns the clause. */
const char *antin_algorithm_text(const char *name, const struct antin_algorithm_end *end, char *out,
                                 size_t cap);

#endif
