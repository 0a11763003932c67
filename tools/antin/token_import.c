/*
 * antin token import: writes a certificate to the token, beside its key; that of the authority
 * which issued a certificate on the token too, so that a signature can carry its chain; and, when
 * it is asked for by name, a key pair that was made elsewhere.
 */
#include "token.h"

#include <string.h>

#include <antin/text.h>

struct import_args {
	const char *module, *key, *cert, *p12, *label;
	bool allow;
	struct cli_pin_args pins, passphrase;
};

static const struct cli_opt import_opts[] = {
        CLI_OPT_TEXT(struct import_args, cert, "cert", 0, "FILE",
                     N_("Certificate of the key, in PEM or DER")),
        CLI_OPT_TEXT(struct import_args, p12, "p12", 0, "FILE",
                     N_("Key pair with its certificates, in PKCS#12 or PKCS#8")),
        CLI_OPT_FLAG(struct import_args, allow, "allow-key-import", 0,
                     N_("Write a private key that was outside of the token")),
        CLI_OPT_TEXT(struct import_args, label, "label", 0, "TEXT",
                     N_("Name of the token or of the new key")),
        CLI_OPT_TEXT(struct import_args, key, "key", 0, "URI",
                     N_("Key: a PKCS#11 URI or the file that holds it")),
        TOKEN_MODULE_OPT(struct import_args, module),
        CLI_PIN_OPTS(struct import_args, pins),
        CLI_PASSPHRASE_OPTS(struct import_args, passphrase),
        CLI_OPT_END,
};

static void
tell(struct cli *c, const char *key, const struct antin_certs *certs)
{
	json_t *list = json_array(), *j = json_object();
	char safe[1024];

	cli_say(c, "%s\n", _("Written to the token:"));
	token_set_text(j, "schema", "antin.token.import/1");
	if (key) {
		cli_say(c, "  %s \"%s\"\n", _("private key"),
		        antin_text_safe(antin_slice_text(key), safe, sizeof(safe)));
		token_set_text(j, "key", key);
	}
	for (size_t i = 0; i < certs->n; i++) {
		token_cert_say(c, certs->items[i]);
		(void)json_array_append_new(list, token_cert_json(c, certs->items[i]));
	}
	(void)json_object_set_new(j, "certificates", list);
	cli_json(c, j);
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

/* The key pair first: a certificate goes beside its key. */
static enum antin_rc
import_key(struct cli *c, const struct import_args *a, const struct antin_pin_source *pins,
           struct antin_certs *certs, struct antin_err *err)
{
	ANTIN_SCOPED(token_run) run = {.pins = NULL};
	ANTIN_SCOPED(antin_bytes) pkcs8 = {.secret = true};
	ANTIN_OWN_S(cli_pins) passphrase = NULL;
	ANTIN_OWN_S(antin_key) k = NULL;
	enum antin_rc rc = cli_pins_new(c, &a->passphrase, &passphrase, err);

	if (rc == ANTIN_OK)
		rc = antin_key_file_secret(a->p12, cli_pins_source(passphrase), &k, &pkcs8, err);
	if (rc == ANTIN_OK)
		rc = token_run_begin(c, a->key, a->module, NULL, &run, err);
	if (rc != ANTIN_OK)
		return rc;
	cli_note(c, "%s\n",
	         _("This private key was outside of the token: copies of it may exist. Destroy "
	           "the file when the token has been tried."));
	rc = antin_token_key_import(run.token,
	                            &(struct antin_key_import){a->label, k->public_key,
	                                                       antin_bytes_slice(&pkcs8)},
	                            pins, err);
	for (size_t i = 0; rc == ANTIN_OK && i < k->n_chain; i++)
		rc = antin_certs_add(certs, k->chain[i], err);
	return rc;
}

static enum antin_rc
check_options(const struct import_args *a, struct antin_err *err)
{
	if (!a->cert == !a->p12)
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("name a certificate with --cert, or a key pair with --p12"));
	if (a->p12 && !a->allow) {
		antin_err_set_hint(err, "--allow-key-import");
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("a private key that was outside of the token is written only "
		                     "with --allow-key-import"));
	}
	if (a->p12 && !a->label)
		return antin_fail(err, ANTIN_E_USAGE, N_("a new key needs a label"));
	if (a->cert && (a->allow || a->label))
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("--label and --allow-key-import go with --p12"));
	return ANTIN_OK;
}

/* What is written besides the key: the certificates of the file. */
static enum antin_rc
read_input(struct cli *c, const struct import_args *a, const struct antin_pin_source *pins,
           struct antin_certs *certs, struct antin_err *err)
{
	return a->p12 ? import_key(c, a, pins, certs, err) : cli_certs(a->cert, certs, err);
}

static enum antin_rc
run_import(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct import_args *a = args;
	const char *key = a->key ? a->key : "pkcs11:";
	ANTIN_SCOPED(antin_certs) certs = {0};
	ANTIN_OWN_S(cli_pins) pins = NULL;
	ANTIN_OWN_S(antin_keystore) store = NULL;
	enum antin_rc rc = check_options(a, err);

	(void)operands;
	if (rc != ANTIN_OK)
		return rc;
	rc = cli_pins_new(c, &a->pins, &pins, err);
	if (rc == ANTIN_OK)
		rc = cli_keystore(c, key, a->module, cli_pins_source(pins), &store, err);
	if (rc == ANTIN_OK)
		rc = read_input(c, a, cli_pins_source(pins), &certs, err);
	if (rc == ANTIN_OK)
		rc = store_all(store, key, &certs, err);
	if (rc == ANTIN_OK)
		tell(c, a->label, &certs);
	else
		antin_err_set_file(err, a->cert ? a->cert : a->p12);
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
                   "of the authority which issued a certificate on the token. A key pair made "
                   "elsewhere is taken from --p12 only with --allow-key-import: others may hold "
                   "copies of it, and the token says for ever that it was not made there."),
        .opts = import_opts,
        .args_size = sizeof(struct import_args),
        .examples = import_examples,
        .run = run_import,
};
