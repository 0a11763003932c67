/*
 * antin token init: a fresh token with its two PINs.  One that holds something is erased only by
 * name, with --force and the end of its serial typed or given.
 */
#include "token.h"

#include <string.h>

struct init_args {
	const char *module, *token, *label, *confirm;
	bool force;
	struct cli_pin_args pins, so_pins;
};

static const struct cli_opt init_opts[] = {
        CLI_OPT_TEXT(struct init_args, label, "label", 0, "TEXT",
                     N_("Name of the token or of the new key"), .required = true),
        TOKEN_OPT(struct init_args, token),
        CLI_OPT_FLAG(struct init_args, force, "force", 0,
                     N_("Do it although something is lost by it")),
        CLI_OPT_TEXT(struct init_args, confirm, "confirm", 0, "TEXT",
                     N_("The answer to the question that is asked before something is lost")),
        TOKEN_MODULE_OPT(struct init_args, module),
        CLI_PIN_OPTS(struct init_args, pins),
        CLI_SO_PIN_OPTS(struct init_args, so_pins),
        CLI_OPT_END,
};

static enum antin_rc
confirm(struct cli *c, const struct init_args *a, const struct antin_token_info *t,
        struct antin_err *err)
{
	if (!t->initialized)
		return ANTIN_OK;
	return token_confirm(c, a->confirm, t->serial,
	                     _("All keys and certificates on this token will be lost.  To go on, "
	                       "type the last four characters of its serial number: "),
	                     err);
}

/* Two tokens with one label can only be told apart by their serials. */
static enum antin_rc
label_free(const struct init_args *a, const struct antin_modules *modules,
           const struct antin_token_info *chosen, struct antin_err *err)
{
	ANTIN_SCOPED(antin_token_infos) l = {0};
	enum antin_rc rc = antin_token_list(modules, &l, err);

	for (size_t i = 0; rc == ANTIN_OK && i < l.n; i++)
		if (l.items[i].initialized && strcmp(l.items[i].label, a->label) == 0 &&
		    strcmp(l.items[i].serial, chosen->serial) != 0)
			return antin_fail(err, ANTIN_E_CONFLICT,
			                  N_("a token with the label \"%s\" is connected already"),
			                  a->label);
	return rc;
}

/* Where the PINs come from, and those that are set here: none where the reader has a pad. */
struct init_pins {
	struct cli_pins *so, *user;
	struct antin_bytes so_pin, user_pin;
};

static void
init_pins_done(struct init_pins *p)
{
	antin_bytes_done(&p->so_pin);
	antin_bytes_done(&p->user_pin);
	cli_pins_free(p->so);
	cli_pins_free(p->user);
}
ANTIN_SCOPED_S(init_pins, init_pins_done);

static enum antin_rc
new_pin(struct cli_pins *from, const char *whose, struct antin_bytes *pin, struct antin_err *err)
{
	struct antin_pin_request request = {.why = ANTIN_PIN_NEW,
	                                    .label = whose,
	                                    .serial = "",
	                                    .tries_left = -1};
	const struct antin_pin_source *source = cli_pins_source(from);

	return source->get(source->user, &request, pin, err);
}

static enum antin_rc
pins_get(struct cli *c, const struct init_args *a, const struct antin_token_info *before,
         struct init_pins *p, struct antin_err *err)
{
	struct cli_pin_args so = a->so_pins;
	enum antin_rc rc;

	so.last_try = a->pins.last_try;
	rc = cli_pins_new(c, &so, &p->so, err);
	if (rc == ANTIN_OK)
		rc = cli_pins_new(c, &a->pins, &p->user, err);
	if (rc == ANTIN_OK && !before->initialized && !before->pinpad)
		rc = new_pin(p->so, _("the security officer"), &p->so_pin, err);
	if (rc == ANTIN_OK && !before->pinpad)
		rc = new_pin(p->user, a->label, &p->user_pin, err);
	return rc;
}

static enum antin_rc
initialise(struct cli *c, const struct init_args *a, const struct antin_modules *modules,
           const char *uri, const struct antin_token_info *before, struct antin_err *err)
{
	ANTIN_SCOPED(init_pins)
	p = {.so_pin = {.secret = true}, .user_pin = {.secret = true}};
	struct antin_token_setup setup = {.label = a->label, .erase = before->initialized};
	struct antin_token_info after;
	enum antin_rc rc = pins_get(c, a, before, &p, err);

	if (rc != ANTIN_OK)
		return rc;
	setup.so_pin = antin_bytes_slice(&p.so_pin);
	setup.user_pin = antin_bytes_slice(&p.user_pin);
	setup.so_pins = cli_pins_source(p.so);
	rc = antin_token_init(modules, uri, &setup, &after, err);
	if (rc != ANTIN_OK)
		return rc;
	cli_say(c, "%s\n", _("The token is ready."));
	token_say(c, &after);
	cli_json(c,
	         json_pack("{ss so}", "schema", "antin.token.init/1", "token", token_json(&after)));
	return ANTIN_OK;
}

static enum antin_rc
run_init(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct init_args *a = args;
	ANTIN_SCOPED(antin_modules) modules = {0};
	ANTIN_SCOPED(antin_bytes) uri = {0};
	struct antin_token_info before;
	enum antin_rc rc = a->token ? token_uri(a->token, &uri, err) : ANTIN_OK;

	(void)operands;
	if (rc == ANTIN_OK)
		rc = token_modules(c, a->module, &modules, err);
	if (rc == ANTIN_OK)
		rc = antin_token_blank(&modules, (const char *)uri.p, a->force, &before, err);
	if (rc == ANTIN_OK)
		rc = label_free(a, &modules, &before, err);
	if (rc == ANTIN_OK)
		rc = confirm(c, a, &before, err);
	return rc == ANTIN_OK ? initialise(c, a, &modules, (const char *)uri.p, &before, err) : rc;
}

static const char *const init_examples[] = {
        "antin token init --module softhsm2 --label huong --pin-file pin --so-pin-file so.pin",
        NULL};
const struct cli_cmd cmd_token_init = {
        .name = "token init",
        .operands = "",
        .summary = N_("Initialise a token and set its PINs"),
        .description =
                N_("Takes the token that is not initialised yet.  One that is initialised is "
                   "erased only when --token names it, with --force, and after the end of its "
                   "serial number was typed or given with --confirm; it wants the security "
                   "officer's PIN in force, and a wrong one uses up a try."),
        .opts = init_opts,
        .args_size = sizeof(struct init_args),
        .examples = init_examples,
        .run = run_init,
};
