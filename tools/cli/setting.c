/*
 * Settings as what they mean to a run: a switch, a number.  settings.c has checked what they hold.
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

enum antin_rc
cli_setting_flag(struct cli *c, const char *name, bool *out, struct antin_err *err)
{
	const char *value = NULL;
	enum antin_rc rc = cli_setting(c, name, &value, err);

	if (rc == ANTIN_OK && value)
		*out = strcmp(value, "true") == 0;
	return rc;
}

enum antin_rc
cli_setting_number(struct cli *c, const char *name, uint32_t *out, struct antin_err *err)
{
	const char *value = NULL;
	enum antin_rc rc = cli_setting(c, name, &value, err);

	if (rc == ANTIN_OK && value)
		*out = (uint32_t)strtoul(value, NULL, 10);
	return rc;
}
