/*
 * The network of one run, as the settings have it: antin-fetch beside the program, copies in the
 * cache of the user.
 */
#include "inner.h"

#include <string.h>

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
	const char *mode = NULL;
	uint32_t address = 0, run = 0, keep = 0;
	enum antin_rc rc = cli_setting(c, "network.mode", &mode, err);

	if (rc == ANTIN_OK)
		rc = cli_setting(c, "net.allow", &config.allow, err);
	if (rc == ANTIN_OK)
		rc = cli_setting(c, "network.proxy", &config.proxy, err);
	if (rc == ANTIN_OK)
		rc = cli_setting_number(c, "network.address-seconds", &address, err);
	if (rc == ANTIN_OK)
		rc = cli_setting_number(c, "network.run-seconds", &run, err);
	if (rc == ANTIN_OK)
		rc = cli_setting_number(c, "network.keep-minutes", &keep, err);
	if (rc == ANTIN_OK)
		rc = cli_helper("antin-fetch", &program, err);
	if (rc != ANTIN_OK)
		return rc;
	config.program = antin_bytes_cstr(&program);
	config.address_ms = address * 1000;
	config.run_ms = run * 1000;
	config.keep = keep * 60;
	config.offline = how == CLI_NETWORK_OFFLINE || (mode && strcmp(mode, "offline") == 0);
	config.cache = how == CLI_NETWORK_FRESH ? NULL : cache_folder(&cache);
	return antin_net_new(&config, out, err);
}
