/*
 * Profiles: what is accepted keeps the promises that issuing relies on, and follows the schema that
 * is published.
 */
#include <string.h>

#include <antin/profile.h>

#include "given_file.h"

static void
check_promises(const struct antin_profile *p)
{
	ANTIN_SCOPED(antin_bytes) name = {0};
	ANTIN_SCOPED(antin_bytes) subject = {0};

	fuzz_never(p->days_min < 1 || p->days_min > p->days_default ||
	           p->days_default > p->days_max);
	fuzz_never(p->n_subject < 1 || p->n_exts < 2 || p->key_types == 0 || p->key_usage == 0);
	fuzz_never(p->ca != (p->kind == ANTIN_PROFILE_ROOT || p->kind == ANTIN_PROFILE_SUB_CA));
	fuzz_never(strcmp(antin_profile_kind_name(p->kind), "?") == 0);
	for (size_t i = 0; i < p->n_exceptions; i++)
		fuzz_never(!antin_profile_exception(p, p->exceptions[i].rule));
	fuzz_never(antin_profile_exception(p, "no-such-rule") != NULL);
	if (fuzz_must(antin_name_parse("C=VN,O=A,CN=B", &name, NULL) == ANTIN_OK))
		fuzz_never(antin_profile_subject(p, antin_bytes_slice(&name), &subject, NULL) ==
		                   ANTIN_OK &&
		           subject.len == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct antin_slice text = {data, size};
	ANTIN_OWN_S(antin_profile) p = NULL;
	ANTIN_OWN_S(antin_profile) loaded = NULL;
	ANTIN_OWN(json_t) schema = antin_profile_schema();
	ANTIN_OWN(json_t) given = NULL;
	enum antin_rc rc;

	rc = antin_profile_read(text, "fuzz", &p, NULL);
	fuzz_must(antin_profile_load(fuzz_file(data, size), &loaded, NULL) == rc);
	if (rc != ANTIN_OK)
		return 0;
	check_promises(p);
	fuzz_never(!antin_slice_equal(antin_bytes_slice(&p->text), text));
	fuzz_must(antin_json_parse(text, "fuzz", &given, NULL) == ANTIN_OK &&
	          antin_json_check(schema, given, NULL) == ANTIN_OK);
	return 0;
}
