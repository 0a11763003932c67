/*
 * The DER reader: an element that is accepted is what the writer would have made of its content.
 */
#include <antin/der.h>

#include "fuzz.h"

static void
walk(struct antin_slice s, unsigned int depth)
{
	struct antin_in in = antin_in_of(s);
	struct antin_tlv tlv;

	while (antin_der_next(&in, &tlv)) {
		ANTIN_SCOPED(antin_bytes) made = {0};
		char text[128];

		antin_der_add(&made, tlv.tag, tlv.value);
		fuzz_must(antin_slice_equal(antin_bytes_slice(&made), tlv.whole));
		if (tlv.tag == ANTIN_OID)
			(void)antin_oid_text(tlv.value, text, sizeof(text));
		if ((tlv.tag & 0x20) && depth < 16)
			walk(tlv.value, depth + 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	walk((struct antin_slice){data, size}, 0);
	return 0;
}
