/*
 * The DER reader: an element that is accepted is what the writer would have made of its content,
 * and so is each value that is read of it; a set that is sorted keeps its octets.
 */
#include <string.h>

#include <antin/der.h>

#include "fuzz.h"

static void
same(struct antin_slice whole, struct antin_bytes *made)
{
	fuzz_must(antin_slice_equal(antin_bytes_slice(made), whole));
	antin_bytes_clear(made);
}

/* What has one form of its own is written in that again. */
static void
values(struct antin_slice whole, struct antin_bytes *made)
{
	struct antin_in in = antin_in_of(whole);
	struct antin_slice s;
	unsigned int unused;
	uint32_t names;
	uint64_t n;
	bool yes;

	if (antin_der_bool(&in, &yes))
		antin_der_add_bool(made, yes);
	else if (antin_der_uint(&in, UINT64_MAX, &n))
		antin_der_add_uint(made, n);
	else if (antin_der_enum(&in, UINT8_MAX, &n))
		antin_der_add_enum(made, (uint8_t)n);
	else if (antin_der_integer(&in, &s) && !(s.p[0] & 0x80))
		antin_der_add_integer(made, s);
	else if (antin_der_named_bits(&in, &names))
		antin_der_add_named_bits(made, names);
	else if (antin_der_bits(&in, &s, &unused) && !unused)
		antin_der_add_bits(made, s);
	else if (antin_der_take(&in, ANTIN_NULL, &s) && !s.len)
		antin_der_add_null(made);
	else
		return;
	same(whole, made);
}

static void
times(struct antin_slice whole, struct antin_bytes *made)
{
	struct antin_in in = antin_in_of(whole), again = in;
	int64_t time, fine;

	if (antin_der_time(&in, &time)) {
		antin_der_add_time(made, time);
		again = antin_in_of(antin_bytes_slice(made));
		fuzz_must(antin_der_time(&again, &fine) && fine == time);
		antin_bytes_clear(made);
	} else if (antin_der_generalized(&again, true, &fine)) {
		antin_der_add_generalized(made, fine);
		again = antin_in_of(antin_bytes_slice(made));
		fuzz_must(antin_der_generalized(&again, false, &time) && fine == time);
		antin_bytes_clear(made);
	}
}

static void
oids(const struct antin_tlv *tlv, struct antin_bytes *made)
{
	char text[128];

	(void)antin_oid_text(tlv->value, text, sizeof(text));
	if (strcmp(text, "?") == 0)
		return;
	fuzz_never(!antin_oid_is(tlv->value, text));
	antin_der_add_oid(made, text);
	same(tlv->whole, made);
	antin_der_add_oid_der(made, tlv->value);
	same(tlv->whole, made);
}

static void
walk(struct antin_slice s, unsigned int depth)
{
	ANTIN_SCOPED(antin_bytes) made = {0};
	struct antin_in in = antin_in_of(s);
	struct antin_tlv tlv;

	while (antin_der_next(&in, &tlv)) {
		antin_der_add(&made, tlv.tag, tlv.value);
		same(tlv.whole, &made);
		values(tlv.whole, &made);
		times(tlv.whole, &made);
		if (tlv.tag == ANTIN_OID)
			oids(&tlv, &made);
		if (tlv.tag == ANTIN_SET) {
			size_t mark = antin_der_open(&made, tlv.tag);

			antin_bytes_add(&made, tlv.value.p, tlv.value.len);
			antin_der_close_set(&made, mark);
			fuzz_must(made.failed || made.len == tlv.whole.len);
			antin_bytes_clear(&made);
		}
		if ((tlv.tag & 0x20) && depth < 16)
			walk(tlv.value, depth + 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bytes) oid = {0};

	walk((struct antin_slice){data, size}, 0);
	/* The same octets as the text of an OID. */
	antin_bytes_add(&text, data, size);
	if (antin_bytes_cstr(&text) && antin_oid_parse((char *)text.p, &oid, NULL) == ANTIN_OK)
		fuzz_never(!antin_oid_is(antin_bytes_slice(&oid), (char *)text.p));
	return 0;
}
