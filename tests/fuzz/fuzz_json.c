/*
 * antin_json_parse and antin_json_write: what is accepted is written, and read back, the same.
 */
#include <antin/json.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_OWN(json_t) one = NULL;
	ANTIN_OWN(json_t) two = NULL;
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};
	struct antin_err err = {0};

	if (antin_json_parse((struct antin_slice){data, size}, "input", &one, &err) != ANTIN_OK) {
		if (err.n_frames == 0)
			abort();
		return 0;
	}
	if (antin_json_write(one, size & 1, &text, NULL) != ANTIN_OK ||
	    antin_json_parse(antin_bytes_slice(&text), "output", &two, NULL) != ANTIN_OK ||
	    antin_json_write(two, size & 1, &again, NULL) != ANTIN_OK ||
	    !antin_slice_equal(antin_bytes_slice(&text), antin_bytes_slice(&again)))
		abort();
	return 0;
}
