/*
 * antin_json_parse and antin_json_write: what is accepted is written, and read back, the same.
 */
#include <antin/json.h>

#include "given_file.h"

/* Whatever octets are told in an object, it reads back, and the octets with it. */
static void
told(struct antin_slice octets)
{
	ANTIN_OWN(json_t) object = json_object();
	ANTIN_OWN(json_t) again = NULL;
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bytes) hex = {0};

	if (fuzz_must(antin_json_set_text(object, "text", octets) == 0 &&
	              antin_json_set_hex(object, "hex", octets) == 0 &&
	              antin_json_set_time(object, "time", (int64_t)octets.len << 30) == 0 &&
	              antin_json_write(object, octets.len & 1, &text, NULL) == ANTIN_OK &&
	              antin_json_parse(antin_bytes_slice(&text), "told", &again, NULL) == ANTIN_OK))
		fuzz_never(!json_equal(object, again));
	if (again && fuzz_must(antin_hex_parse(json_string_value(json_object_get(again, "hex")),
	                                       &hex, NULL) == ANTIN_OK))
		fuzz_never(!antin_slice_equal(antin_bytes_slice(&hex), octets));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_OWN(json_t) one = NULL;
	ANTIN_OWN(json_t) two = NULL;
	ANTIN_OWN(json_t) loaded = NULL;
	ANTIN_SCOPED(antin_bytes) text = {0};
	const struct antin_slice given = {data, size};
	struct antin_err err = {0};
	enum antin_rc rc = antin_json_parse(given, "input", &one, &err);

	fuzz_must(antin_json_load(fuzz_file(data, size), &loaded, NULL) == rc);
	told((struct antin_slice){data, size < 4096 ? size : 4096});
	fuzz_never(!one != (rc != ANTIN_OK) || !one != (err.n_frames > 0));
	if (!one)
		return 0;
	fuzz_must(antin_json_write(one, size & 1, &text, NULL) == ANTIN_OK &&
	          antin_json_parse(antin_bytes_slice(&text), "output", &two, NULL) == ANTIN_OK);
	fuzz_never((two && !json_equal(one, two)) || (loaded && !json_equal(one, loaded)));
	return 0;
}
