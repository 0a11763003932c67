/*
 * The words of signing between a parent and its worker, by the first octet: a place, a result, an
 * update (any other), which is then held against the place that the parent asked for.  What is
 * taken is written again the same; an update that is held has its hole where it says.
 */
#include "../../lib/verify/worker.h"

#include <string.h>

#include "fuzz.h"

static void
same(enum antin_rc written, const struct antin_bytes *again, struct antin_slice body)
{
	if (fuzz_must(written == ANTIN_OK))
		fuzz_never(!antin_slice_equal(antin_bytes_slice(again), body));
}

static void
place(struct antin_slice body)
{
	ANTIN_SCOPED(worker_place) p = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};

	if (worker_place_read(body, &p, NULL) == ANTIN_OK)
		same(worker_place_write(p.file, &p.place, &again, NULL), &again, body);
}

/* The place of one that has none is not written. */
static void
result(struct antin_slice body)
{
	ANTIN_SCOPED(worker_signed) s = {{0}};
	ANTIN_SCOPED(antin_bytes) again = {0};

	if (worker_signed_read(body, &s, NULL) == ANTIN_OK && s.placed)
		same(worker_signed_write(s.place.file, &s.wanted, &again, NULL), &again, body);
}

static void
held(const struct antin_doc_place *asked, const struct worker_update *u, const char *document)
{
	size_t len = 2 * (asked->reserve ? asked->reserve : 16384);
	uint64_t size = strlen(document);
	ANTIN_OWN_S(antin_source) src = NULL;
	ANTIN_SCOPED(antin_slot) slot = {0};
	ANTIN_SCOPED(antin_bytes) tail = {0};
	struct antin_slice text = antin_slice_text(document);

	antin_bytes_add(&tail, u->tail.p, u->tail.len);
	if (!fuzz_must(!tail.failed && antin_source_memory(text, "x", &src, NULL) == ANTIN_OK) ||
	    antin_slot_hold(src, &u->about, asked, &tail, &slot, NULL) != ANTIN_OK)
		return;
	fuzz_never(!antin_slice_equal(antin_bytes_slice(&slot.tail), antin_bytes_slice(&u->tail)));
	fuzz_never(slot.hole_len != len || slot.hole < 1 || slot.hole + len + 1 > slot.tail.len);
	fuzz_never(slot.tail.p[slot.hole - 1] != '<' || slot.tail.p[slot.hole + len] != '>');
	for (size_t i = 0; i < len; i++)
		fuzz_never(slot.tail.p[slot.hole + i] != '0');
	fuzz_never(slot.ranges[0].offset != 0 || slot.ranges[0].length != size + slot.hole - 1);
	fuzz_never(slot.ranges[1].offset != size + slot.hole + len + 1 ||
	           slot.ranges[1].offset + slot.ranges[1].length != size + slot.tail.len);
}

static void
update(struct antin_slice body)
{
	ANTIN_SCOPED(worker_place) p = {0};
	ANTIN_SCOPED(worker_update) u = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};
	struct antin_in in = antin_in_of(body);
	struct antin_slice asked, told;
	uint8_t len;

	if (!antin_in_u8(&in, &len) || !antin_in_take(&in, len, &asked))
		return;
	told = (struct antin_slice){in.p, antin_in_left(&in)};
	if (worker_place_read(asked, &p, NULL) != ANTIN_OK ||
	    worker_update_read(told, &u, NULL) != ANTIN_OK)
		return;
	/* Texts are made safe to show when they are read: a backslash tells of it. */
	if (fuzz_must(worker_update_write(&u, &again, NULL) == ANTIN_OK))
		fuzz_never(!antin_slice_equal(antin_bytes_slice(&again), told) &&
		           !strchr(u.about.format, '\\'));
	held(&p.place, &u, "%PDF-1.7\n%%EOF\n");
	held(&p.place, &u, "%PDF-1.7\n%%EOF");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct antin_slice body = {data + 1, size - 1};

	if (!size)
		return 0;
	fuzz_never(worker_sum() == worker_build());
	if (data[0] == 'p')
		place(body);
	else if (data[0] == 's')
		result(body);
	else
		update(body);
	return 0;
}
