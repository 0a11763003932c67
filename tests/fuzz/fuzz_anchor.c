/* The metadata beside an anchor of the trust folder. */
#include "../../lib/verify/trust_read.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct antin_anchor a = {.class = ANTIN_CLASS_FOREIGN,
	                         .imported = ANTIN_NO_TIME,
	                         .limits = ANTIN_NO_LIMITS};
	const struct antin_anchor before = a;
	const json_t *class, *imported;
	json_t *json = NULL;
	enum antin_class again;

	if (antin_json_parse((struct antin_slice){data, size}, "anchor.json", &json, NULL) !=
	    ANTIN_OK)
		return 0;
	if (trust_metadata(json, &a, NULL) != ANTIN_OK) {
		fuzz_never(a.class != before.class || a.imported != before.imported);
		fuzz_never(a.cert || a.file || a.limits.purposes);
		json_decref(json);
		return 0;
	}
	class = json_object_get(json, "class");
	imported = json_object_get(json, "imported");
	fuzz_never(!class && a.class != before.class);
	fuzz_never(class &&
	           (!antin_class_parse(json_string_value(class), &again) || again != a.class));
	fuzz_never(!imported != (a.imported == ANTIN_NO_TIME));
	json_decref(json);
	return 0;
}
