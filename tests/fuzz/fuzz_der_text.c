/*
 * DER as a line for people: whatever the octets are, the line is UTF-8, without control characters
 * and bounded, and the same octets give the same line.
 */
#include <antin/der.h>
#include <antin/text.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_SCOPED(antin_bytes) line = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};

	antin_der_text_add(&line, (struct antin_slice){data, size}, NULL);
	antin_der_text_add(&again, (struct antin_slice){data, size}, NULL);
	if (line.failed || again.failed)
		return 0;
	fuzz_must(antin_bytes_equal(&line, &again));
	fuzz_must(antin_utf8_valid(antin_bytes_slice(&line)));
	fuzz_never(line.len > 8000);
	for (size_t i = 0; i < line.len; i++)
		fuzz_never(line.p[i] < 0x20 || line.p[i] == 0x7f);
	return 0;
}
