/*
 * Inside of lib/net: the copies kept between runs.  One is found by kind and address, holds the
 * SHA-256 of its content, and is nothing when anything in it does not fit.
 */
#ifndef ANTIN_NET_KEPT_H
#define ANTIN_NET_KEPT_H

#include <antin/net.h>

bool cache_get(const char *folder, const struct antin_fetch_request *q, int64_t now,
               struct antin_bytes *body, int64_t *fetched);
/* What cannot be kept is not: a full disk does not change a verdict. */
void cache_put(const char *folder, const struct antin_fetch_request *q, int64_t now,
               struct antin_slice body);
enum { CACHE_FILES = 512 };

#endif
