/*
 * Profiles: what is accepted keeps the promises that issuing relies on.
 */
#include <antin/profile.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_OWN_S(antin_profile) p = NULL;
	ANTIN_SCOPED(antin_bytes) name = {0};
	ANTIN_SCOPED(antin_bytes) subject = {0};

	if (antin_profile_read((struct antin_slice){data, size}, "fuzz", &p, NULL) != ANTIN_OK)
		return 0;
	fuzz_never(p->days_min < 1 || p->days_min > p->days_default ||
	           p->days_default > p->days_max);
	fuzz_never(p->n_subject < 1 || p->n_exts < 2 || p->key_types == 0 || p->key_usage == 0);
	fuzz_never(p->ca != (p->kind == ANTIN_PROFILE_ROOT || p->kind == ANTIN_PROFILE_SUB_CA));
	if (fuzz_must(antin_name_parse("C=VN,O=A,CN=B", &name, NULL) == ANTIN_OK))
		fuzz_never(antin_profile_subject(p, antin_bytes_slice(&name), &subject, NULL) ==
		                   ANTIN_OK &&
		           subject.len == 0);
	return 0;
}
