/*
 * Target: antin_wire_call_get, antin_wire_answer_get.  A call that is read is answered, and that
 * answer is read again; an answer never writes beside the room that its caller gave.
 */
#include <stdlib.h>
#include <string.h>

#include "../../pkcs11/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t in[ANTIN_WIRE_MAX], out[ANTIN_WIRE_MAX];
	struct antin_wire_call c;
	struct antin_wire r = {.p = in, .len = size}, w = {.p = out, .cap = sizeof(out)};
	uint8_t octets[16], value[4], after = 0xa5;
	CK_ULONG n = sizeof(octets);
	CK_ATTRIBUTE asked[] = {{CKA_ID, value, sizeof(value)}, {CKA_LABEL, NULL, 0}};
	struct antin_wire_arg args[] = {{.kind = ANTIN_WIRE_OUT, .p = octets, .count = &n},
	                                {.kind = ANTIN_WIRE_ASK, .p = asked, .n = 2}};
	CK_RV rv;

	if (size > sizeof(in))
		return 0;
	memcpy(in, data, size);
	if (antin_wire_call_get(&r, &c))
		antin_wire_answer_put(&w, &c, CKR_OK);
	antin_wire_call_done(&c);
	r = (struct antin_wire){.p = in, .len = size};
	(void)antin_wire_answer_get(&r, args, 2, &rv);
	if (after != 0xa5 || asked[0].pValue != value || asked[1].pValue)
		abort();
	return 0;
}
