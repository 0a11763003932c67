/*
 * antin token import: writes a certificate to the token, beside its key; that of the authority
 * which issued a certificate on the token too, so that a signature can carry its chain.
 */
#include "token.h"

#include <string.h>

#include <antin/text.h>

struct import_args {
	const char *module, *key, *cert;
	struct cli_pin_args pins;
};

static const struct cli_opt import_opts[] = {
        CLI_OPT_TEXT(struct import_args, cert, "cert", 0, "FILE",
                     N_("Certificate of the key, in PEM or DER"), .required = true),
        CLI_OPT_TEXT(struct import_args, key, "key", 0, "URI",
                     N_("Key: a PKCS#11 URI or the file that holds it")),
        TOKEN_MODULE_OPT(struct import_args, module),
        CLI_PIN_OPTS(struct import_args, pins),
        CLI_OPT_END,
};

static void
tell(struct cli *c, const struct antin_certs *certs)
{
	json_t *list = json_array();

	cli_say(c, "%s\n", _("Written to the token:"));
	for (size_t i = 0; i < certs->n; i++) {
		token_cert_say(c, certs->items[i]);
		(void)json_array_append_new(list, token_cert_json(c, certs->items[i]));
	}
	cli_json(c, json_pack("{ss so}", "schema", "antin.token.import/1", "certificates", list));
}

/* That of the person first: the token knows the issuer of what it holds. */
static enum antin_rc
store_all(struct antin_keystore *store, const char *key, const struct antin_certs *certs,
          struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (int authorities = 0; authorities < 2; authorities++)
		for (size_t i = 0; rc == ANTIN_OK && i < certs->n; i++)
			if (certs->items[i]->is_ca == authorities)
				rc = antin_keystore_store(store, key, certs->items[i], err);
	return rc;
}

static enum antin_rc
run_import(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct import_args *a = args;
	const char *key = a->key ? a->key : "pkcs11:";
	const char *module = NULL;
	ANTIN_SCOPED(antin_certs) certs = {0};
	ANTIN_OWN_S(cli_pins) pins = NULL;
	ANTIN_OWN_S(antin_keystore) store = NULL;
	enum antin_rc rc = antin_certs_load(a->cert, &certs, err);

	(void)operands;
	if (rc == ANTIN_OK && certs.n == 0)
		rc = antin_fail(err, ANTIN_E_NOT_FOUND, N_("there is no certificate in %s"),
		                a->cert);
	if (rc == ANTIN_OK)
		rc = cli_pins_new(c, &a->pins, &pins, err);
	if (rc == ANTIN_OK)
		rc = token_module(c, a->module, &module, err);
	if (rc == ANTIN_OK)
		rc = cli_keystore(c, key, module, cli_pins_source(pins), &store, err);
	if (rc == ANTIN_OK)
		rc = store_all(store, key, &certs, err);
	if (rc == ANTIN_OK)
		tell(c, &certs);
	else
		antin_err_set_file(err, a->cert);
	return rc;
}

static const char *const import_examples[] = {
        "antin token import --key pkcs11:token=huong --cert huong.crt", NULL};
const struct cli_cmd cmd_token_import = {
        .name = "token import",
        .operands = "",
        .summary = N_("Write a certificate to the token that holds its key"),
        .description =
                N_("A certificate whose key is not on the token is refused, unless it is that "
                   "of the authority which issued a certificate on the token."),
        .opts = import_opts,
        .args_size = sizeof(struct import_args),
        .examples = import_examples,
        .run = run_import,
};
