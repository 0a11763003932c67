/*
 * antin-ca db migrate: the one command that changes the definitions of a store that exists.
 */
#include "ca.h"

static enum antin_rc
run(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) address = {0};
	int64_t from = 0;
	enum antin_rc rc = ca_address(c, &address, err);

	(void)args;
	(void)operands;
	if (rc == ANTIN_OK)
		rc = antin_store_migrate((const char *)address.p, &from, err);
	if (rc != ANTIN_OK)
		return rc;
	cli_say(c, _("Store %s: from version %lld to %d\n"), ca_safe(&address), (long long)from,
	        ANTIN_STORE_VERSION);
	cli_json(c, json_pack("{ss sI si}", "schema", "antin-ca.db.migrate/1", "from",
	                      (json_int_t)from, "to", ANTIN_STORE_VERSION));
	return ANTIN_OK;
}

static const char *const examples[] = {"antin-ca db migrate", NULL};
const struct cli_cmd cmd_db_migrate = {
        .name = "db migrate",
        .operands = "",
        .summary = N_("Bring a store made by an earlier version up to date"),
        .description = N_("Nothing else ever changes the definitions of a store. Keep a copy of "
                          "the store before."),
        .examples = examples,
        .run = run,
};
