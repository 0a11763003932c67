/*
 * The key store that a --key value belongs to.  See cli.h.
 */
#include "cli.h"

#include <string.h>

static bool
is_token_uri(const char *key)
{
	return strncmp(key, "pkcs11:", 7) == 0;
}

enum antin_rc
cli_keystore(struct cli *c, const char *key, const char *module,
	     const struct antin_pin_source *pins, struct antin_keystore **out, struct antin_err *err)
{
	(void)c;
	(void)module;
	if (!is_token_uri(key))
		return antin_keystore_file(pins, out, err);
	return antin_fail(err, ANTIN_E_UNSUPPORTED, N_("keys on tokens cannot be used yet"));
}
