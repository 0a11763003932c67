/*
 * antin token list, show: which tokens are here and what lies on them, without a PIN.
 */
#include "token.h"

#include <antin/text.h>

struct list_args {
	const char *module;
};

static const struct cli_opt list_opts[] = {
        TOKEN_MODULE_OPT(struct list_args, module),
        CLI_OPT_END,
};

static const char *
translate(const char *text)
{
	return _(text);
}

/* A token that cannot be read is listed all the same; what hinders is shown beside it. */
static enum antin_rc
contents(const struct antin_modules *modules, const struct antin_token_info *info,
         struct antin_token_objects *out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_token) t = NULL;
	ANTIN_SCOPED(antin_bytes) uri = {0};
	enum antin_rc rc = antin_p11_uri_of_label(info->label, &uri, err);

	antin_bytes_text(&uri, ";serial=");
	for (const char *p = info->serial; *p; p++)
		antin_bytes_printf(&uri, "%%%02X", (unsigned char)*p);
	if (rc != ANTIN_OK || !antin_bytes_cstr(&uri))
		return antin_fail_memory(err);
	rc = antin_token_open(modules, (const char *)uri.p, &t, err);
	return rc == ANTIN_OK ? antin_token_objects(t, NULL, out, err) : rc;
}

static json_t *
certs_json(struct cli *c, const struct antin_token_objects *l)
{
	json_t *list = json_array();

	for (size_t i = 0; i < l->n; i++)
		if (l->items[i].cert)
			(void)json_array_append_new(list, token_cert_json(c, l->items[i].cert));
	return list;
}

static void
list_one(struct cli *c, const struct antin_modules *modules, const struct antin_token_info *t,
         json_t *list)
{
	ANTIN_SCOPED(antin_token_objects) objects = {0};
	struct antin_err err = {0};
	json_t *j = token_json(t);
	char line[1024];

	token_say(c, t);
	if (t->initialized && contents(modules, t, &objects, &err) != ANTIN_OK) {
		(void)antin_err_line(&err, translate, line, sizeof(line));
		cli_say(c, "  %s\n", line);
		token_set_text(j, "error", antin_rc_id(err.rc));
	}
	for (size_t i = 0; i < objects.n; i++)
		if (objects.items[i].cert)
			token_cert_say(c, objects.items[i].cert);
	(void)json_object_set_new(j, "certificates", certs_json(c, &objects));
	(void)json_array_append_new(list, j);
}

static enum antin_rc
run_list(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct list_args *a = args;
	ANTIN_SCOPED(antin_modules) modules = {0};
	ANTIN_SCOPED(antin_token_infos) tokens = {0};
	json_t *list;
	enum antin_rc rc = token_modules(c, a->module, &modules, err);

	(void)operands;
	if (rc == ANTIN_OK)
		rc = antin_token_list(&modules, &tokens, err);
	if (rc != ANTIN_OK)
		return rc;
	list = json_array();
	for (size_t i = 0; i < tokens.n; i++)
		list_one(c, &modules, &tokens.items[i], list);
	if (tokens.n == 0)
		cli_say(c, "%s\n", _("No token is connected."));
	cli_json(c, json_pack("{ss so}", "schema", "antin.token.list/1", "tokens", list));
	return ANTIN_OK;
}

static const char *const list_examples[] = {"antin token list", "antin token list --json", NULL};
const struct cli_cmd cmd_token_list = {
        .name = "token list",
        .operands = "",
        .summary = N_("List the tokens, the state of their PINs and their certificates"),
        .opts = list_opts,
        .args_size = sizeof(struct list_args),
        .examples = list_examples,
        .run = run_list,
};

struct show_args {
	const char *module, *token;
	struct cli_pin_args pins;
	bool login;
};

static const struct cli_opt show_opts[] = {
        CLI_OPT_TEXT(struct show_args, token, "token", 0, "LABEL|URI",
                     N_("Label or PKCS#11 URI of the token")),
        CLI_OPT_FLAG(struct show_args, login, "login", 0,
                     N_("Give the PIN and show the private keys too")),
        TOKEN_MODULE_OPT(struct show_args, module),
        CLI_PIN_OPTS(struct show_args, pins),
        CLI_OPT_END,
};

static void
object_say(struct cli *c, const struct antin_token_object *o)
{
	ANTIN_SCOPED(antin_bytes) line = {0};

	token_object_text(o, &line);
	cli_say(c, "  %.*s\n    %s\n", (int)line.len, (const char *)line.p, o->uri);
	if (o->cert)
		token_cert_say(c, o->cert);
}

static enum antin_rc
show(struct cli *c, struct antin_token *t, const struct antin_pin_source *pins,
     struct antin_err *err)
{
	ANTIN_SCOPED(antin_token_objects) objects = {0};
	struct antin_token_info info;
	json_t *list;
	enum antin_rc rc = antin_token_objects(t, pins, &objects, err);

	if (rc == ANTIN_OK)
		rc = antin_token_info(t, &info, err);
	if (rc != ANTIN_OK)
		return rc;
	list = json_array();
	token_say(c, &info);
	for (size_t i = 0; i < objects.n; i++) {
		object_say(c, &objects.items[i]);
		(void)json_array_append_new(list, token_object_json(c, &objects.items[i]));
	}
	cli_json(c, json_pack("{ss so so}", "schema", "antin.token.show/1", "token",
	                      token_json(&info), "objects", list));
	return ANTIN_OK;
}

static enum antin_rc
run_show(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct show_args *a = args;
	ANTIN_SCOPED(antin_modules) modules = {0};
	ANTIN_SCOPED(antin_bytes) uri = {0};
	ANTIN_OWN_S(cli_pins) pins = NULL;
	ANTIN_OWN_S(antin_token) t = NULL;
	enum antin_rc rc = token_uri(a->token, &uri, err);

	(void)operands;
	if (rc == ANTIN_OK)
		rc = cli_pins_new(c, &a->pins, &pins, err);
	if (rc == ANTIN_OK)
		rc = token_modules(c, a->module, &modules, err);
	if (rc == ANTIN_OK)
		rc = antin_token_open(&modules, (const char *)uri.p, &t, err);
	return rc == ANTIN_OK ? show(c, t, a->login ? cli_pins_source(pins) : NULL, err) : rc;
}

static const char *const show_examples[] = {
        "antin token show --module softhsm2 --token huong",
        "antin token show --module softhsm2 --token huong --login --pin-file pin --json", NULL};
const struct cli_cmd cmd_token_show = {
        .name = "token show",
        .operands = "",
        .summary = N_("Show one token with its keys and certificates"),
        .opts = show_opts,
        .args_size = sizeof(struct show_args),
        .examples = show_examples,
        .run = run_show,
};
