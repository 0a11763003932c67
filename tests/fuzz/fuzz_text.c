/*
 * antin_text_safe_add, antin_text_nfc, antin_text_likeness: the result is valid UTF-8 without
 * control characters, whatever comes in; a normal form is its own normal form.
 */
#include <antin/text.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct antin_slice s = {data, size};
	ANTIN_SCOPED(antin_bytes) safe = {0};
	ANTIN_SCOPED(antin_bytes) nfc = {0};
	ANTIN_SCOPED(antin_bytes) key = {0};
	char small[24];

	antin_text_safe_add(&safe, s, 4096);
	fuzz_must(antin_utf8_valid(antin_bytes_slice(&safe)));
	for (size_t i = 0; i < safe.len; i++)
		fuzz_never(safe.p[i] < 0x20 || safe.p[i] == 0x7f);
	fuzz_must(antin_utf8_valid(antin_slice_text(antin_text_safe(s, small, sizeof(small)))));
	if (antin_text_nfc(s, &nfc, NULL) == ANTIN_OK)
		fuzz_must(antin_text_is_nfc(antin_bytes_slice(&nfc)));
	fuzz_must((antin_text_likeness(s, size & 1, &key, NULL) == ANTIN_OK) ==
	          antin_utf8_valid(s));
	(void)antin_text_mixed_scripts(s);
	return 0;
}
