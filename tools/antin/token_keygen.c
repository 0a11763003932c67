/*
 * antin token keygen: a key pair made on the device, with what the device says about it.
 */
#include "token.h"

#include <string.h>

#include <antin/text.h>

struct keygen_args {
	const char *module, *key, *token, *type, *label;
	struct cli_pin_args pins;
};

static const struct cli_opt keygen_opts[] = {
        CLI_OPT_TEXT(struct keygen_args, key, "key", 0, "URI",
                     N_("Key: a PKCS#11 URI or the file that holds it")),
        TOKEN_OPT(struct keygen_args, token),
        CLI_OPT_TEXT(struct keygen_args, label, "label", 0, "TEXT",
                     N_("Name of the token or of the new key")),
        CLI_OPT_TEXT(struct keygen_args, type, "type", 0, "KIND",
                     N_("Kind of key: rsa2048, rsa3072, rsa4096, p256 or p384"), .required = true),
        TOKEN_MODULE_OPT(struct keygen_args, module),
        CLI_PIN_OPTS(struct keygen_args, pins),
        CLI_OPT_END,
};

static void
tell(struct cli *c, const struct antin_key *k, const struct antin_key_fact *facts)
{
	json_t *j = json_pack("{ss}", "schema", "antin.token.keygen/1");

	cli_say(c, "%s %s\n  %s\n", _("A new key was made on the device:"),
	        antin_public_name(k->public_key), k->uri);
	token_facts_say(c, facts);
	token_set_text(j, "uri", k->uri);
	token_set_text(j, "algorithm", antin_public_name(k->public_key));
	token_set_text(j, "token", k->label);
	token_set_text(j, "serial", k->serial);
	(void)json_object_set_new(j, "facts", token_facts_json(facts));
	cli_json(c, j);
}

static enum antin_rc
run_keygen(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct keygen_args *a = args;
	struct antin_keygen spec = {.label = a->label};
	ANTIN_SCOPED(antin_bytes) uri = {0};
	ANTIN_OWN_S(cli_pins) pins = NULL;
	ANTIN_OWN_S(antin_keystore) store = NULL;
	ANTIN_OWN_S(antin_key) k = NULL;
	enum antin_rc rc = antin_keygen_parse(a->type, &spec, err);

	(void)operands;
	if (rc == ANTIN_OK && !a->key == !a->token)
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("name the new key with --key, or its token with --token"));
	if (rc == ANTIN_OK)
		rc = token_uri(a->key ? a->key : a->token, &uri, err);
	if (rc == ANTIN_OK)
		rc = cli_pins_new(c, &a->pins, &pins, err);
	if (rc == ANTIN_OK)
		rc = cli_keystore(c, (const char *)uri.p, a->module, cli_pins_source(pins), &store,
		                  err);
	if (rc == ANTIN_OK)
		rc = antin_keystore_generate(store, (const char *)uri.p, &spec, &k, err);
	if (rc == ANTIN_OK)
		tell(c, k, antin_keystore_facts(store, k));
	return rc;
}

static const char *const keygen_examples[] = {
        "antin token keygen --key 'pkcs11:token=huong;object=ky-so' --type p256",
        "antin token keygen --token huong --label ky-so-2 --type rsa2048 --pin-file pin", NULL};
const struct cli_cmd cmd_token_keygen = {
        .name = "token keygen",
        .operands = "",
        .summary = N_("Make a key pair on a token"),
        .description =
                N_("The private key is made sensitive and never leaves the device; what the "
                   "device itself reports of it is printed.  A label that a key of the token "
                   "has already is refused."),
        .opts = keygen_opts,
        .args_size = sizeof(struct keygen_args),
        .examples = keygen_examples,
        .run = run_keygen,
};
