/* The metadata beside an anchor of the trust folder. */
#include "../../lib/trust/trust_read.h"
#include "fuzz.h"

/* What limits an anchor is told again as it was read. */
static void
write_again(const struct antin_limits *l)
{
	struct antin_anchor a = {.imported = ANTIN_NO_TIME, .limits = ANTIN_NO_LIMITS};
	ANTIN_OWN(json_t) json = json_object();

	if (!fuzz_must(antin_limits_json(json, l) == 0) ||
	    !fuzz_must(trust_metadata(json, &a, NULL) == ANTIN_OK))
		return;
	fuzz_never(a.limits.from != l->from || a.limits.until != l->until);
	fuzz_never(a.limits.purposes != l->purposes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct antin_anchor a = {.class = ANTIN_CLASS_FOREIGN,
	                         .imported = ANTIN_NO_TIME,
	                         .limits = ANTIN_NO_LIMITS};
	const struct antin_anchor before = a;
	const json_t *class, *imported;
	json_t *json = NULL;

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
	fuzz_never(class && strcmp(json_string_value(class), antin_class_id(a.class)) != 0);
	fuzz_never(!imported != (a.imported == ANTIN_NO_TIME));
	write_again(&a.limits);
	json_decref(json);
	return 0;
}
