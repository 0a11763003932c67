/*
 * cli_settings_put: the administrator's file, then the user's; what is locked stays as it is.
 */
#include <string.h>

#include "fuzz.h"
#include "inner.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char user[] = "{\"trust\":{\"user\":true},\"token\":{\"module\":\"mine\"}}";
	ANTIN_OWN(json_t) system = NULL;
	ANTIN_OWN(json_t) mine = json_loads(user, 0, NULL);
	ANTIN_OWN_S(cli_settings) s = NULL;
	struct cli_setting_value before, after;
	struct antin_err err = {0};

	if (antin_json_parse((struct antin_slice){data, size}, "input", &system, NULL) !=
	            ANTIN_OK ||
	    cli_settings_new(&s, NULL) != ANTIN_OK)
		return 0;
	if (cli_settings_put(s, system, CLI_FROM_SYSTEM, &err) != ANTIN_OK) {
		fuzz_must(err.rc == ANTIN_E_CONFIG);
		return 0;
	}
	if (fuzz_must(cli_settings_get(s, "trust.user", &before, NULL) == ANTIN_OK) &&
	    fuzz_must(cli_settings_put(s, mine, CLI_FROM_USER, NULL) == ANTIN_OK) &&
	    fuzz_must(cli_settings_get(s, "trust.user", &after, NULL) == ANTIN_OK))
		fuzz_never(strcmp(after.value, "true") != 0 && !(after.locked && before.locked));
	return 0;
}
