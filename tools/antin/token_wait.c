/*
 * antin token wait: until a token is plugged in, or taken out.
 */
#include "token.h"

#include <limits.h>

struct wait_args {
	const char *module, *token;
	bool removed;
	int64_t timeout;
};

static const struct cli_opt wait_opts[] = {
        TOKEN_OPT(struct wait_args, token),
        CLI_OPT_FLAG(struct wait_args, removed, "removed", 0,
                     N_("Wait until the token is taken out")),
        CLI_OPT_NUMBER(struct wait_args, timeout, "timeout", 0, "SECONDS", 0, 86400,
                       N_("Longest time to wait; 60 seconds if not given"), .initial = 60),
        TOKEN_MODULE_OPT(struct wait_args, module),
        CLI_OPT_END,
};

static enum antin_rc
run_wait(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct wait_args *a = args;
	ANTIN_SCOPED(antin_modules) modules = {0};
	ANTIN_SCOPED(antin_bytes) uri = {0};
	struct antin_token_info info = {0};
	json_t *j;
	enum antin_rc rc = a->token ? token_uri(a->token, &uri, err) : ANTIN_OK;

	(void)operands;
	if (rc == ANTIN_OK)
		rc = token_modules(c, a->module, &modules, err);
	if (rc == ANTIN_OK && a->timeout > 0)
		cli_note(c, "%s\n",
		         a->removed ? _("Waiting until the token is taken out.")
		                    : _("Waiting for the token: plug it in."));
	if (rc == ANTIN_OK)
		rc = antin_token_wait(&modules, (const char *)uri.p, !a->removed,
		                      (unsigned int)a->timeout * 1000, &info, err);
	if (rc != ANTIN_OK)
		return rc;
	j = json_pack("{ss sb}", "schema", "antin.token.wait/1", "present", !a->removed);
	if (a->removed) {
		cli_say(c, "%s\n", _("The token is not there any more."));
	} else {
		token_say(c, &info);
		(void)json_object_set_new(j, "token", token_json(&info));
	}
	cli_json(c, j);
	return ANTIN_OK;
}

static const char *const wait_examples[] = {
        "antin token wait --module softhsm2 --token huong --timeout 5", NULL};
const struct cli_cmd cmd_token_wait = {
        .name = "token wait",
        .operands = "",
        .summary = N_("Wait until a token is plugged in or taken out"),
        .description = N_("Ends at once when the token is there already. Without --token any "
                          "initialised token counts."),
        .opts = wait_opts,
        .args_size = sizeof(struct wait_args),
        .examples = wait_examples,
        .run = run_wait,
};
