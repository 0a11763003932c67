/*
 * Names: text that is accepted becomes DER that reads, equals itself and is shown as text that
 * gives the same DER again.
 */
#include <antin/name.h>

#include "fuzz.h"

/* A value shown cut short, or an odd character shown escaped, does not come back: rightly. */
static void
round_trip(struct antin_slice der, size_t len)
{
	ANTIN_SCOPED(antin_bytes) shown = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};

	antin_name_text_add(&shown, der);
	fuzz_must(len > 200 || (antin_bytes_cstr(&shown) &&
	                        antin_name_parse((char *)shown.p, &again, NULL) == ANTIN_OK &&
	                        antin_slice_equal(antin_bytes_slice(&again), der)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_slice s = {data, size};

	antin_name_text_add(&text, s); /* as DER */
	(void)antin_name_equal(s, s);
	antin_bytes_clear(&text);
	antin_bytes_add(&text, data, size);
	if (!antin_bytes_cstr(&text) || antin_name_parse((char *)text.p, &der, NULL) != ANTIN_OK)
		return 0;
	fuzz_must(antin_name_equal(antin_bytes_slice(&der), antin_bytes_slice(&der)));
	round_trip(antin_bytes_slice(&der), size);
	return 0;
}
