/*
 * The network of one run, as the settings have it: antin-fetch beside the program, copies in the
 * cache of the user.
 */
#include "inner.h"

#include <stdlib.h>
#include <string.h>

static enum antin_rc
milliseconds(struct cli *c, const char *name, uint32_t *out, struct antin_err *err)
{
	const char *text = NULL;
	enum antin_rc rc = cli_setting(c, name, &text, err);

	if (rc == ANTIN_OK && text)
		*out = (uint32_t)strtoul(text, NULL, 10) * 1000;
	return rc;
}

/* Without a home nothing is kept. */
static const char *
cache_folder(struct antin_bytes *path)
{
	return cli_path(CLI_PLACE_CACHE, "net", path, NULL) == ANTIN_OK ? antin_bytes_cstr(path)
	                                                                : NULL;
}

enum antin_rc
cli_network(struct cli *c, enum cli_network how, struct antin_net **out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) program = {0};
	ANTIN_SCOPED(antin_bytes) cache = {0};
	struct antin_net_config config = {.now = c->now};
	const char *mode = NULL, *keep = NULL;
	enum antin_rc rc = cli_setting(c, "network.mode", &mode, err);

	if (rc == ANTIN_OK)
		rc = cli_setting(c, "net.allow", &config.allow, err);
	if (rc == ANTIN_OK)
		rc = cli_setting(c, "network.proxy", &config.proxy, err);
	if (rc == ANTIN_OK)
		rc = milliseconds(c, "network.address-seconds", &config.address_ms, err);
	if (rc == ANTIN_OK)
		rc = milliseconds(c, "network.run-seconds", &config.run_ms, err);
	if (rc == ANTIN_OK)
		rc = cli_setting(c, "network.keep-minutes", &keep, err);
	if (rc != ANTIN_OK)
		return rc;
	config.keep = keep ? (uint32_t)strtoul(keep, NULL, 10) * 60 : 0;
	cli_beside("libexec", "antin/antin-fetch", &program);
	config.program = antin_bytes_cstr(&program);
	config.offline = how == CLI_NETWORK_OFFLINE || (mode && strcmp(mode, "offline") == 0);
	config.cache = how == CLI_NETWORK_FRESH ? NULL : cache_folder(&cache);
	if (!config.program)
		return antin_fail_memory(err);
	return antin_net_new(&config, out, err);
}
