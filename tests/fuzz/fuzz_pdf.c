/*
 * PDF: a range hashed lies around the value, texts are UTF-8, what is prepared begins behind all.
 */
#include <antin/doc.h>
#include <antin/text.h>

#include "given_file.h"

static const struct antin_doc_place place = {.reserve = 64, .name = "An"};

static void
check_signature(struct antin_doc *d, size_t i, size_t size)
{
	const struct antin_doc_sig *s = &d->sigs[i];
	uint8_t digest[ANTIN_DIGEST_MAX];
	ANTIN_SCOPED(antin_changes) c = {0};

	fuzz_never(antin_doc_digest(d, i, ANTIN_SHA256, digest, NULL) == ANTIN_OK &&
	           (s->ranges[0].length >= s->ranges[1].offset || s->revision_end > size));
	fuzz_never(s->name.len && !antin_utf8_valid(antin_bytes_slice(&s->name)));
	fuzz_never(antin_doc_changes(d, i, &c, NULL) == ANTIN_OK && c.unsigned_tail &&
	           (c.level != ANTIN_CHANGE_OTHER || c.tail_offset + c.unsigned_tail > size));
}

/* Read from a file, in pieces, it is the document that it is in memory. */
static void
check_file(const struct antin_doc *d, const uint8_t *data, size_t size)
{
	ANTIN_OWN_S(antin_source) src = NULL;
	ANTIN_OWN_S(antin_doc) other = NULL;

	if (!fuzz_must(antin_source_open(fuzz_file(data, size), &src, NULL) == ANTIN_OK &&
	               antin_doc_open(src, &other, NULL) == ANTIN_OK))
		return;
	fuzz_never(other->n_sigs != d->n_sigs);
	for (size_t i = 0; i < d->n_sigs; i++)
		fuzz_never(other->sigs[i].revision_end != d->sigs[i].revision_end ||
		           other->sigs[i].ranges[1].offset != d->sigs[i].ranges[1].offset);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_OWN_S(antin_source) src = NULL;
	ANTIN_OWN_S(antin_doc) d = NULL;
	ANTIN_SCOPED(antin_slot) slot = {0};

	if (antin_source_memory((struct antin_slice){data, size}, "x", &src, NULL) != ANTIN_OK ||
	    antin_doc_open(src, &d, NULL) != ANTIN_OK)
		return 0;
	check_file(d, data, size);
	for (size_t i = 0; i < d->n_sigs; i++)
		check_signature(d, i, size);
	fuzz_never(antin_doc_prepare(d, &place, &slot, NULL) == ANTIN_OK &&
	           slot.ranges[0].length < size);
	return 0;
}
