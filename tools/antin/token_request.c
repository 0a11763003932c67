/*
 * antin token request: a certificate request (PKCS#10, RFC 2986) signed by the key it is for.
 */
#include "token.h"

#include <string.h>

#include <antin/file.h>
#include <antin/request.h>
#include <antin/text.h>

struct request_args {
	const char *module, *key, *subject, *email, *out;
	bool force;
	struct cli_pin_args pins;
};

static const struct cli_opt request_opts[] = {
        CLI_OPT_TEXT(struct request_args, key, "key", 0, "URI|FILE",
                     N_("Key: a PKCS#11 URI or the file that holds it"), .required = true),
        CLI_OPT_TEXT(struct request_args, subject, "subject", 0, "DN",
                     N_("Name to certify, as in \"C=VN,O=...,CN=...\""), .required = true),
        CLI_OPT_TEXT(struct request_args, email, "email", 0, "ADDRESS",
                     N_("Electronic mail address to certify")),
        CLI_OPT_TEXT(struct request_args, out, "out", 'o', "FILE",
                     N_("Write the result to this file; - is standard output"), .required = true),
        CLI_OPT_FLAG(struct request_args, force, "force", 0,
                     N_("Do it although something is lost by it")),
        TOKEN_MODULE_OPT(struct request_args, module),
        CLI_PIN_OPTS(struct request_args, pins),
        CLI_OPT_END,
};

static enum antin_rc
find_key(struct cli *c, const struct request_args *a, const struct antin_pin_source *pins,
         struct antin_keystore **store, struct antin_key **k, struct antin_err *err)
{
	enum antin_rc rc = cli_keystore(c, a->key, a->module, pins, store, err);

	return rc == ANTIN_OK ? antin_keystore_find(*store, a->key, k, err) : rc;
}

static enum antin_rc
write_request(struct antin_output *o, const struct antin_bytes *der, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) pem = {0};
	enum antin_rc rc;

	antin_pem_add(&pem, "CERTIFICATE REQUEST", antin_bytes_slice(der));
	if (pem.failed)
		return antin_fail_memory(err);
	rc = antin_output_write(o, pem.p, pem.len, err);
	return rc == ANTIN_OK ? antin_output_commit(o, err) : rc;
}

static void
tell(struct cli *c, const struct request_args *a, const struct antin_key *k,
     const struct antin_bytes *subject, const struct antin_bytes *der)
{
	ANTIN_SCOPED(antin_bytes) name = {0};
	uint8_t hash[32] = {0};
	char safe[1024];
	json_t *j = json_pack("{ss}", "schema", "antin.token.request/1");

	if (strcmp(a->out, "-") == 0) {
		json_decref(j);
		return;
	}
	antin_name_text_add(&name, antin_bytes_slice(subject));
	if (antin_sha256(antin_bytes_slice(der), hash, NULL) == ANTIN_OK)
		(void)antin_json_set_hex(j, "sha256", (struct antin_slice){hash, sizeof(hash)});
	token_set_text(j, "out", a->out);
	token_set_text(j, "algorithm", antin_public_name(k->public_key));
	(void)antin_json_set_name(j, "subject", antin_bytes_slice(subject));
	cli_say(c, "%s %s\n  %.*s\n", _("The request was written to"),
	        antin_text_safe(antin_slice_text(a->out), safe, sizeof(safe)), (int)name.len,
	        (const char *)name.p);
	cli_json(c, j);
}

static enum antin_rc
run_request(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct request_args *a = args;
	ANTIN_SCOPED(antin_bytes) subject = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(cli_pins) pins = NULL;
	ANTIN_OWN_S(antin_keystore) store = NULL;
	ANTIN_OWN_S(antin_key) k = NULL;
	ANTIN_OWN_S(antin_output) o = NULL;
	enum antin_rc rc = cli_subject(a->subject, &subject, err);

	(void)operands;
	if (rc == ANTIN_OK) /* before the PIN */
		rc = antin_output_open(a->out, a->force ? ANTIN_OUTPUT_REPLACE : 0, &o, err);
	if (rc == ANTIN_OK)
		rc = cli_pins_new(c, &a->pins, &pins, err);
	if (rc == ANTIN_OK)
		rc = find_key(c, a, cli_pins_source(pins), &store, &k, err);
	if (rc == ANTIN_OK)
		rc = antin_request_write(k, antin_bytes_slice(&subject), a->email, &der, err);
	if (rc == ANTIN_OK)
		rc = write_request(o, &der, err);
	if (rc == ANTIN_OK)
		tell(c, a, k, &subject, &der);
	return rc;
}

static const char *const request_examples[] = {
        "antin token request --key pkcs11:object=ky-so --subject 'C=VN,CN=Hường' --out huong.csr",
        NULL};
const struct cli_cmd cmd_token_request = {
        .name = "token request",
        .operands = "",
        .summary = N_("Write a certificate request for a key"),
        .opts = request_opts,
        .args_size = sizeof(struct request_args),
        .examples = request_examples,
        .run = run_request,
};
