/*
 * antin token delete: one key with both its halves, or one certificate, after it was shown and the
 * person has said yes.
 */
#include "token.h"

#include <antin/text.h>

struct delete_args {
	const char *module, *token, *id, *confirm;
	bool cert, key;
	struct cli_pin_args pins;
};

static const struct cli_opt delete_opts[] = {
        TOKEN_OPT(struct delete_args, token),
        CLI_OPT_TEXT(struct delete_args, id, "id", 0, "HEX",
                     N_("Identifier of the object, as token show prints it")),
        CLI_OPT_FLAG(struct delete_args, cert, "only-cert", 0,
                     N_("Take the certificate of that name, not the key")),
        CLI_OPT_FLAG(struct delete_args, key, "only-key", 0,
                     N_("Take the key of that name, not the certificate")),
        CLI_OPT_TEXT(struct delete_args, confirm, "confirm", 0, "TEXT",
                     N_("The answer to the question that is asked before something is lost")),
        TOKEN_MODULE_OPT(struct delete_args, module),
        CLI_PIN_OPTS(struct delete_args, pins),
        CLI_OPT_END,
};

/* "pkcs11:object=...;id=...;type=..." of what was named in one of the ways. */
static enum antin_rc
object_uri(const struct delete_args *a, const char *name, struct antin_bytes *uri,
           struct antin_err *err)
{
	bool whole = name && cli_is_token_uri(name);
	ANTIN_SCOPED(antin_bytes) id = {0};

	if (!name == !a->id || (whole && (a->cert || a->key)) || (a->cert && a->key))
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("name the object once: by URI, by label or with --id"));
	antin_bytes_text(uri, whole ? name : "pkcs11:");
	if (name && !whole) {
		antin_bytes_text(uri, "object=");
		token_uri_add(uri, antin_slice_text(name));
	} else if (a->id) {
		if (antin_hex_parse(a->id, &id, NULL) != ANTIN_OK || id.len == 0)
			return antin_fail(err, ANTIN_E_USAGE,
			                  N_("%s is no identifier in hexadecimal digits"), a->id);
		antin_bytes_text(uri, "id=");
		token_uri_add(uri, antin_bytes_slice(&id));
	}
	if (a->cert || a->key)
		antin_bytes_text(uri, a->cert ? ";type=cert" : ";type=private");
	if (!antin_bytes_cstr(uri))
		return antin_fail_memory(err);
	return antin_p11_uri_check((const char *)uri->p, err);
}

static bool
has_key(const struct antin_token_objects *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->items[i].kind == ANTIN_OBJECT_PRIVATE)
			return true;
	return false;
}

static void
show(struct cli *c, const struct antin_token_info *t, const struct antin_token_objects *l)
{
	char serial[128];

	cli_note(c, "%s\n", _("This is deleted:"));
	for (size_t i = 0; i < l->n; i++) {
		ANTIN_SCOPED(antin_bytes) line = {0};

		token_object_text(&l->items[i], &line);
		cli_note(c, "  %.*s\n", (int)line.len, (const char *)line.p);
	}
	cli_note(c, "  %s: %s\n", _("serial"),
	         antin_text_safe(antin_slice_text(t->serial), serial, sizeof(serial)));
	if (has_key(l))
		cli_note(c, "%s\n",
		         _("A key that is deleted is lost for ever: what was encrypted for it can "
		           "never be read again."));
}

static enum antin_rc
erase(struct cli *c, const struct delete_args *a, const struct token_run *run, const char *uri,
      struct antin_err *err)
{
	const struct antin_pin_source *pins = cli_pins_source(run->pins);
	ANTIN_SCOPED(antin_token_objects) found = {0};
	ANTIN_SCOPED(antin_token_objects) gone = {0};
	struct antin_token_info info;
	json_t *list;
	enum antin_rc rc = antin_token_match(run->token, uri, pins, &found, err);

	if (rc == ANTIN_OK)
		rc = antin_token_info(run->token, &info, err);
	if (rc == ANTIN_OK) {
		show(c, &info, &found);
		rc = token_confirm(c, a->confirm, info.serial,
		                   _("To delete it, type the last four characters of the serial "
		                     "number of the token: "),
		                   err);
	}
	if (rc == ANTIN_OK)
		rc = antin_token_delete(run->token, uri, pins, &gone, err);
	if (rc != ANTIN_OK)
		return rc;
	list = json_array();
	for (size_t i = 0; i < gone.n; i++)
		(void)json_array_append_new(list, token_object_json(c, &gone.items[i]));
	cli_say(c, "%s\n", _("It was deleted."));
	cli_json(c, json_pack("{ss so so}", "schema", "antin.token.delete/1", "token",
	                      token_json(&info), "deleted", list));
	return ANTIN_OK;
}

static enum antin_rc
run_delete(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct delete_args *a = args;
	ANTIN_SCOPED(antin_bytes) uri = {0};
	ANTIN_SCOPED(token_run) run = {.pins = NULL};
	enum antin_rc rc = object_uri(a, operands[0], &uri, err);

	if (rc == ANTIN_OK) /* a URI names the token too, unless --token does */
		rc = token_run_begin(c, a->token ? a->token : (const char *)uri.p, a->module,
		                     &a->pins, &run, err);
	return rc == ANTIN_OK ? erase(c, a, &run, (const char *)uri.p, err) : rc;
}

static const char *const delete_examples[] = {
        "antin token delete pkcs11:object=ky-so-2 --module softhsm2 --pin-file pin --confirm "
        "\"$(antin token show --module softhsm2 --json | jq -r .token.serial)\"",
        NULL};
const struct cli_cmd cmd_token_delete = {
        .name = "token delete",
        .operands = "[LABEL|URI]",
        .max_operands = 1,
        .summary = N_("Delete a key or a certificate from a token"),
        .description =
                N_("Deletes one key with both its halves, or one certificate. What is deleted is "
                   "shown first, and the last four characters of the token's serial number must "
                   "be typed, or given with --confirm. When several match, none is deleted."),
        .opts = delete_opts,
        .args_size = sizeof(struct delete_args),
        .examples = delete_examples,
        .run = run_delete,
};
