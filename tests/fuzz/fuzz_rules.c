/*
 * Rules files: read from a file as from their text; no rules touch what is never up to them, what
 * must be told is told; and the modes they set, written out one by one, are read as the same.
 */
#include <antin/rules.h>

#include "given_file.h"

/* Rules that name each check with its mode. */
static json_t *
written(const struct antin_rules *r)
{
	static const char *const names[] = {"fail", "warn", "ignore"};
	json_t *all = json_object();
	const struct antin_rules_check *c;
	enum antin_rule mode;

	for (size_t i = 0; (c = antin_rules_check(i)); i++) {
		fuzz_never(!antin_rules_mode(r, c->code, &mode));
		fuzz_never(c->told && mode == ANTIN_RULE_IGNORE);
		(void)json_object_set_new(all, c->code, json_string(names[mode]));
	}
	return json_pack("{s:s, s:s, s:i, s:o}", "schema", "antin.rules/1", "name",
	                 antin_rules_name(r), "version", 1, "checks", all);
}

static void
check_rules(const struct antin_rules *r)
{
	static const char *const never[] = {"hash-mismatch", "signature-wrong", "cert-revoked",
	                                    "root-untrusted", "changed-after"};
	ANTIN_OWN_S(antin_rules) again = NULL;
	ANTIN_OWN(json_t) once = written(r);
	ANTIN_OWN(json_t) twice = NULL;
	ANTIN_SCOPED(antin_bytes) text = {0};
	enum antin_rule mode;

	fuzz_never(!antin_rules_name(r)[0]);
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		fuzz_never(antin_rules_mode(r, never[i], &mode));
	if (!fuzz_must(antin_json_write(once, true, &text, NULL) == ANTIN_OK &&
	               antin_rules_read(antin_bytes_slice(&text), "again", &again, NULL) ==
	                       ANTIN_OK))
		return;
	twice = written(again);
	fuzz_never(!json_equal(once, twice));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_OWN_S(antin_rules) r = NULL;
	ANTIN_OWN_S(antin_rules) loaded = NULL;
	const struct antin_slice text = {data, size};
	enum antin_rc rc = antin_rules_read(text, "fuzz", &r, NULL);

	fuzz_must(antin_rules_load(fuzz_file(data, size), &loaded, NULL) == rc);
	fuzz_never((rc == ANTIN_OK) != !!r);
	if (!r || !loaded)
		return 0;
	fuzz_never(!antin_slice_equal(antin_rules_text(loaded), text));
	check_rules(r);
	return 0;
}
