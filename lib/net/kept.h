/*
 * Inside of lib/net: the copies kept between runs.  One is found by kind and address, holds the
 * SHA-256 of its content, and is nothing when anything in it does not fit.
 */
#ifndef ANTIN_NET_KEPT_H
#define ANTIN_NET_KEPT_H

#include <antin/net.h>

#define DAYS(n) ((int64_t)(n)*24 * 3600) /* in seconds */

struct copy {
	struct antin_bytes body;
	struct antin_bytes mark; /* as fetch_wire.h has it */
	int64_t fetched; /* when all of it was sent: never later than now, nor long before */
};
void copy_done(struct copy *c);
ANTIN_SCOPED_S(copy, copy_done);

/* False, and nothing in *out that counts, when there is no copy that is whole and not too old. */
bool cache_get(const char *folder, const struct antin_fetch_request *q, int64_t now,
               struct copy *out);
/* What cannot be kept is not: a full disk does not change a verdict. */
void cache_put(const char *folder, const struct antin_fetch_request *q, int64_t now,
               struct antin_slice mark, struct antin_slice body);
/* The copy is of a list that was made after the one that came, and not ahead of our time. */
bool copy_is_newer(const struct copy *c, const struct antin_fetch_request *q,
                   const struct antin_fetch_answer *came, int64_t now);
enum { CACHE_FILES = 512 };

#endif
