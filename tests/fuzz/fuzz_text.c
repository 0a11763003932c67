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
	if (!antin_utf8_valid(antin_bytes_slice(&safe)))
		abort();
	for (size_t i = 0; i < safe.len; i++)
		if (safe.p[i] < 0x20 || safe.p[i] == 0x7f)
			abort();
	if (!antin_utf8_valid(antin_slice_text(antin_text_safe(s, small, sizeof(small)))))
		abort();
	if (antin_text_nfc(s, &nfc, NULL) == ANTIN_OK &&
	    !antin_text_is_nfc(antin_bytes_slice(&nfc)))
		abort();
	if ((antin_text_likeness(s, size & 1, &key, NULL) == ANTIN_OK) != antin_utf8_valid(s))
		abort();
	(void)antin_text_mixed_scripts(s);
	return 0;
}
