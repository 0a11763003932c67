/*
 * PDF: open, hash, judge changes, prepare.  A range that is hashed lies in the file around the
 * signature value, texts are UTF-8, and what was prepared begins behind the file.
 */
#include <stdlib.h>

#include <antin/doc.h>
#include <antin/text.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_signature(struct antin_doc *d, size_t i, size_t size)
{
	const struct antin_doc_sig *s = &d->sigs[i];
	uint8_t digest[ANTIN_DIGEST_MAX];
	ANTIN_SCOPED(antin_changes) c = {0};

	if (antin_doc_digest(d, i, ANTIN_SHA256, digest, NULL) == ANTIN_OK &&
	    (s->ranges[0].length >= s->ranges[1].offset || s->revision_end > size))
		abort();
	if (!antin_utf8_valid(antin_bytes_slice(&s->name)) && s->name.len)
		abort();
	if (antin_doc_changes(d, i, &c, NULL) == ANTIN_OK && c.unsigned_tail &&
	    (c.level != ANTIN_CHANGE_OTHER || c.tail_offset + c.unsigned_tail > size))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_OWN_S(antin_source) src = NULL;
	ANTIN_OWN_S(antin_doc) d = NULL;
	ANTIN_SCOPED(antin_slot) slot = {0};
	struct antin_doc_place place = {.reserve = 64, .name = "An"};

	if (antin_source_memory((struct antin_slice){data, size}, "x", &src, NULL) != ANTIN_OK ||
	    antin_doc_open(src, &d, NULL) != ANTIN_OK)
		return 0;
	for (size_t i = 0; i < d->n_sigs; i++)
		check_signature(d, i, size);
	if (antin_doc_prepare(d, &place, &slot, NULL) == ANTIN_OK && slot.ranges[0].length < size)
		abort();
	return 0;
}
