/* Rules of a verification: whatever is accepted leaves what is wrong for everybody alone. */
#include <antin/rules.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const never[] = {"hash-mismatch", "signature-wrong", "cert-revoked",
	                                    "root-untrusted", "changed-after"};
	ANTIN_OWN_S(antin_rules) r = NULL;
	const struct antin_rules_check *c;
	enum antin_rule mode;

	if (antin_rules_read((struct antin_slice){data, size}, "fuzz", &r, NULL) != ANTIN_OK) {
		fuzz_never(r != NULL);
		return 0;
	}
	fuzz_never(!antin_rules_name(r)[0]);
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		fuzz_never(antin_rules_mode(r, never[i], &mode));
	for (size_t i = 0; (c = antin_rules_check(i)); i++) {
		fuzz_never(!antin_rules_mode(r, c->code, &mode));
		fuzz_never(c->told && mode == ANTIN_RULE_IGNORE);
	}
	return 0;
}
