/*
 * Calls of PKCS#11 between processes: a call that is taken is written again as one that reads the
 * same, the answer to it reads as what was put in, and an answer of anything writes nowhere but
 * into the room that there is.
 */
#include <string.h>

#include "../../pkcs11/wire.h"
#include "fuzz.h"

static struct antin_wire
writer(uint8_t space[ANTIN_WIRE_MAX])
{
	return (struct antin_wire){.p = space, .cap = ANTIN_WIRE_MAX};
}

static struct antin_wire
reader(const struct antin_wire *w)
{
	return (struct antin_wire){.p = w->p, .len = w->len};
}

static void
same(const struct antin_wire *a, const struct antin_wire *b)
{
	fuzz_never(a->bad != b->bad || a->len != b->len || memcmp(a->p, b->p, a->len) != 0);
}

/* The module's part: something in all the room, lengths that fit, do not, or are unknown. */
static void
fill(struct antin_wire_call *c)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->rooms[i])
			memset(c->args[i].p, 'a' + (int)i, c->rooms[i]);
		c->counts[i] += i;
	}
	for (size_t i = 0; i < c->n_attributes; i++) {
		CK_ATTRIBUTE *a = &c->attributes[i];

		if (!c->attribute_ours[i])
			continue;
		memset(a->pValue, 'A' + (int)i, c->attribute_rooms[i]);
		a->ulValueLen = i & 1 ? CK_UNAVAILABLE_INFORMATION : a->ulValueLen + (i & 2);
	}
}

static void
call(uint8_t *data, size_t size)
{
	static uint8_t once[ANTIN_WIRE_MAX], again[ANTIN_WIRE_MAX];
	static struct antin_wire_call first, second;
	struct antin_wire r = {.p = data, .len = size}, w = writer(once), w2 = writer(again);
	CK_RV rv = size & 8 ? CKR_OK : CKR_BUFFER_TOO_SMALL, told;

	if (antin_wire_call_get(&r, &first)) {
		antin_wire_call_put(&w, (enum antin_wire_function)first.function, first.args,
		                    first.n);
		r = reader(&w);
		if (!fuzz_must(antin_wire_call_get(&r, &second))) {
			antin_wire_call_done(&first);
			antin_wire_call_done(&second);
			return;
		}
		antin_wire_call_put(&w2, (enum antin_wire_function)second.function, second.args,
		                    second.n);
		same(&w, &w2);
		fill(&second);
		w = writer(once);
		w2 = writer(again);
		antin_wire_answer_put(&w, &second, rv);
		r = reader(&w);
		if (!w.bad)
			fuzz_never(!antin_wire_answer_get(&r, first.args, first.n, &told) ||
			           told != rv);
		antin_wire_answer_put(&w2, &first, rv);
		if (!w.bad && rv == CKR_OK)
			same(&w, &w2);
		antin_wire_call_done(&second);
	}
	antin_wire_call_done(&first);
}

static void
answer(uint8_t *data, size_t size)
{
	struct antin_wire r = {.p = data, .len = size};
	uint8_t octets[16], value[4], fixed[12], after = 0xa5;
	CK_ULONG n = sizeof(octets), list[2], m = 2;
	CK_ATTRIBUTE asked[] = {{CKA_ID, value, sizeof(value)}, {CKA_LABEL, NULL, 0}};
	struct antin_wire_arg args[] = {{.kind = ANTIN_WIRE_OUT, .p = octets, .count = &n},
	                                {.kind = ANTIN_WIRE_ASK, .p = asked, .n = 2},
	                                {.kind = ANTIN_WIRE_FIXED, .p = fixed, .n = sizeof(fixed)},
	                                {.kind = ANTIN_WIRE_LIST, .p = list, .count = &m},
	                                {.kind = ANTIN_WIRE_OUT, .count = &n}};
	CK_RV rv;

	(void)antin_wire_answer_get(&r, args, 5, &rv);
	fuzz_never(after != 0xa5 || asked[0].pValue != value || asked[1].pValue);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t in[ANTIN_WIRE_MAX]; /* aligned */

	if (size > sizeof(in))
		return 0;
	memcpy(in, data, size);
	call(in, size);
	answer(in, size);
	return 0;
}
