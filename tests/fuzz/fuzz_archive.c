/*
 * Archive time stamps (lib/sig/archive.c) and the values a signature carries: an index can be made
 * of whatever is read, all that is named lies inside, and no stamp is over a content that is
 * nobody's.
 */
#include <antin/archive.h>

#include "fuzz.h"

static void
check(const struct antin_cades *c, struct antin_slice token)
{
	static const uint8_t digest[ANTIN_DIGEST_MAX] = {1};
	static struct antin_archive archive;
	ANTIN_OWN_S(antin_timestamp) t = NULL;

	if (antin_timestamp_read(token, &t, NULL) != ANTIN_OK)
		return;
	fuzz_inside(antin_bytes_slice(&t->cms->der), t->cms->hash_index);
	fuzz_never(antin_archive_check(c, t,
	                               (struct antin_slice){digest,
	                                                    antin_digest_size(t->imprint.digest)},
	                               &archive, NULL) == ANTIN_OK);
	for (size_t i = 0; i < archive.n; i++)
		fuzz_inside(antin_bytes_slice(&c->der), archive.objects[i].der);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_OWN_S(antin_cades) c = NULL;
	ANTIN_SCOPED(antin_bytes) index = {0};

	if (antin_cades_read((struct antin_slice){data, size}, &c, NULL) != ANTIN_OK)
		return 0;
	for (size_t i = 0; i < c->n_held; i++)
		fuzz_inside(antin_bytes_slice(&c->der), c->held[i].der);
	fuzz_inside(antin_bytes_slice(&c->der), c->signed_part);
	fuzz_never(antin_archive_index(c, ANTIN_SHA256, &index, NULL) == ANTIN_OK && !index.len);
	for (size_t i = 0; i < c->n_archives; i++)
		check(c, c->archives[i]);
	for (size_t i = 0; i < c->n_content_stamps; i++)
		check(c, c->content_stamps[i]);
	return 0;
}
