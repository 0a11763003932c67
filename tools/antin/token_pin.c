/*
 * antin token pin, unblock: a new PIN in place of one that is known, or of one that is locked.
 */
#include "token.h"

#include <antin/text.h>

struct pin_args {
	const char *module, *token;
	bool so, puk;
	struct cli_pin_args pins, fresh, so_pins, puks;
};

static const struct cli_opt pin_opts[] = {
        TOKEN_OPT(struct pin_args, token),
        CLI_OPT_FLAG(struct pin_args, so, "so", 0,
                     N_("Change the security officer's PIN, not that of the user")),
        TOKEN_MODULE_OPT(struct pin_args, module),
        CLI_PIN_OPTS(struct pin_args, pins),
        CLI_NEW_PIN_OPTS(struct pin_args, fresh),
        CLI_SO_PIN_OPTS(struct pin_args, so_pins),
        CLI_OPT_END,
};

static const struct cli_opt unblock_opts[] = {
        TOKEN_OPT(struct pin_args, token),
        CLI_OPT_FLAG(struct pin_args, puk, "puk", 0,
                     N_("Unblock with the PUK, not with the security officer's PIN")),
        TOKEN_MODULE_OPT(struct pin_args, module),
        CLI_SO_PIN_OPTS(struct pin_args, so_pins),
        CLI_PUK_OPTS(struct pin_args, puks),
        CLI_NEW_PIN_OPTS(struct pin_args, fresh),
        CLI_LAST_TRY_OPT(struct pin_args, pins),
        CLI_OPT_END,
};

/* The token, and where the code in force and the new PIN come from. */
struct change {
	struct token_run run; /* its PINs are the code in force */
	struct cli_pins *fresh;
	struct antin_token_info info;
};

static void
change_done(struct change *ch)
{
	token_run_done(&ch->run);
	cli_pins_free(ch->fresh);
}
ANTIN_SCOPED_S(change, change_done);

static enum antin_rc
change_open(struct cli *c, const struct pin_args *a, const struct cli_pin_args *now,
            struct change *ch, struct antin_err *err)
{
	struct cli_pin_args with_consent = *now;
	enum antin_rc rc = cli_pins_new(c, &a->fresh, &ch->fresh, err);

	with_consent.last_try = a->pins.last_try;
	if (rc == ANTIN_OK)
		rc = token_run_begin(c, a->token, a->module, &with_consent, &ch->run, err);
	return rc == ANTIN_OK ? antin_token_info(ch->run.token, &ch->info, err) : rc;
}

/* What was done stays done when the token cannot be asked afterwards: it is shown as it was. */
static enum antin_rc
tell(struct cli *c, const char *schema, const char *text, struct change *ch)
{
	(void)!antin_token_info(ch->run.token, &ch->info, NULL);
	cli_say(c, "%s\n", text);
	token_say(c, &ch->info);
	cli_json(c, json_pack("{ss so}", "schema", schema, "token", token_json(&ch->info)));
	return ANTIN_OK;
}

static enum antin_rc
run_pin(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct pin_args *a = args;
	ANTIN_SCOPED(change) ch = {.fresh = NULL};
	const struct antin_pin_source *now, *fresh;
	enum antin_rc rc;

	(void)operands;
	if (cli_pins_given(a->so ? &a->pins : &a->so_pins))
		return antin_fail(err, ANTIN_E_USAGE,
		                  a->so ? N_("with --so the PIN in force comes from --so-pin-file "
		                             "and its kind, not from --pin-file")
		                        : N_("the security officer's PIN is of use only with "
		                             "--so"));
	rc = change_open(c, a, a->so ? &a->so_pins : &a->pins, &ch, err);
	if (rc != ANTIN_OK)
		return rc;
	now = cli_pins_source(ch.run.pins);
	fresh = cli_pins_source(ch.fresh);
	rc = a->so ? antin_token_so_pin_change(ch.run.token, now, fresh, err)
	           : antin_token_pin_change(ch.run.token, now, fresh, err);
	return rc == ANTIN_OK ? tell(c, "antin.token.pin/1", _("The PIN was changed."), &ch) : rc;
}

static enum antin_rc
run_unblock(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct pin_args *a = args;
	bool puk = a->puk || cli_pins_given(&a->puks);
	ANTIN_SCOPED(change) ch = {.fresh = NULL};
	enum antin_rc rc;

	(void)operands;
	if (puk && cli_pins_given(&a->so_pins))
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("give the PUK or the security officer's PIN, not both"));
	rc = change_open(c, a, puk ? &a->puks : &a->so_pins, &ch, err);
	if (rc == ANTIN_OK)
		rc = antin_token_pin_unblock(ch.run.token,
		                             puk ? ANTIN_UNBLOCK_PUK : ANTIN_UNBLOCK_SO,
		                             cli_pins_source(ch.run.pins),
		                             cli_pins_source(ch.fresh), err);
	return rc == ANTIN_OK ? tell(c, "antin.token.unblock/1",
	                             _("The PIN was unblocked and set anew."), &ch)
	                      : rc;
}

static const char *const pin_examples[] = {
        "antin token pin --module softhsm2 --token huong --pin-file pin --new-pin-file pin.moi",
        NULL};
const struct cli_cmd cmd_token_pin = {
        .name = "token pin",
        .operands = "",
        .summary = N_("Change the PIN of a token"),
        .description =
                N_("Asks for the PIN in force once and for the new one twice. A wrong PIN uses up "
                   "a try of the token and is never sent again. On a reader with a pad all is "
                   "typed there."),
        .opts = pin_opts,
        .args_size = sizeof(struct pin_args),
        .examples = pin_examples,
        .run = run_pin,
};

static const char *const unblock_examples[] = {
        "antin token unblock --module softhsm2 --token huong --so-pin-file so.pin --new-pin-file "
        "pin.moi",
        NULL};
const struct cli_cmd cmd_token_unblock = {
        .name = "token unblock",
        .operands = "",
        .summary = N_("Set a new PIN where the old one is locked or forgotten"),
        .description = N_("Needs the security officer's PIN, or the PUK that came with the token. "
                          "What lies on the token stays. Wrong codes use up tries here too; when "
                          "these are gone the token can only be erased."),
        .opts = unblock_opts,
        .args_size = sizeof(struct pin_args),
        .examples = unblock_examples,
        .run = run_unblock,
};
