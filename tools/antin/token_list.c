/*
 * antin token list, show: which tokens are here and what lies on them, without a PIN.
 */
#include "token.h"

#include <string.h>

#include <antin/text.h>

struct list_args {
	const char *module;
};

static const struct cli_opt list_opts[] = {
        TOKEN_MODULE_OPT(struct list_args, module),
        CLI_OPT_END,
};

/* A token that cannot be read is listed all the same; what hinders is shown beside it. */
static enum antin_rc
contents(const struct antin_modules *modules, const struct antin_token_info *info,
         struct antin_token_objects *out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_token) t = NULL;
	enum antin_rc rc = token_open_listed(modules, info, &t, err);

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
		(void)antin_err_line(&err, cli_translate, line, sizeof(line));
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
        TOKEN_OPT(struct show_args, token),
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
	token_facts_say(c, o->facts);
	if (o->cert)
		token_cert_say(c, o->cert);
}

/* What a support desk asks for on the telephone. */
struct support {
	struct antin_token_info info;
	struct antin_module_info module;
	struct antin_token_mechanisms mechanisms;
	struct antin_token_objects objects;
};

static void
support_done(struct support *s)
{
	antin_token_mechanisms_done(&s->mechanisms);
	antin_token_objects_done(&s->objects);
}
ANTIN_SCOPED_S(support, support_done);

static enum antin_rc
support_read(const struct token_run *run, bool login, struct support *s, struct antin_err *err)
{
	enum antin_rc rc =
	        antin_token_objects(run->token, login ? cli_pins_source(run->pins) : NULL,
	                            &s->objects, err);

	if (rc == ANTIN_OK)
		rc = antin_token_info(run->token, &s->info, err);
	if (rc == ANTIN_OK)
		rc = antin_token_mechanisms(run->token, &s->mechanisms, err);
	for (size_t i = 0; rc == ANTIN_OK && i < run->modules.n; i++)
		if (strcmp(antin_module_path(run->modules.items[i]), s->info.module) == 0)
			rc = antin_module_info(run->modules.items[i], &s->module, err);
	return rc;
}

static void
support_say(struct cli *c, const struct support *s)
{
	const struct antin_token_info *t = &s->info;
	char maker[256], about[256], path[1024];

	cli_say(c, "  %s: %s\n", _("module"),
	        antin_text_safe(antin_slice_text(t->module), path, sizeof(path)));
	cli_say(c, "  %s: %s, %s, %s; PKCS#11 %s\n", _("made by"),
	        antin_text_safe(antin_slice_text(s->module.manufacturer), maker, sizeof(maker)),
	        antin_text_safe(antin_slice_text(s->module.description), about, sizeof(about)),
	        s->module.version, s->module.cryptoki);
	cli_say(c, "  %s %s, %s %s, %s %lu, %s 0x%lx\n", _("firmware"), t->firmware, _("hardware"),
	        t->hardware, _("slot"), t->slot, _("flags"), t->flags);
	cli_say(c, "  %s: %lu-%lu; %s: %s\n", _("length of a PIN"), t->pin_min, t->pin_max,
	        _("security officer"), token_pin_words(t->so_pin));
	cli_say(c, "  %s:", _("mechanisms"));
	for (size_t i = 0; i < s->mechanisms.n; i++)
		if (s->mechanisms.items[i].name)
			cli_say(c, " %s", s->mechanisms.items[i].name + strlen("CKM_"));
	cli_say(c, "\n");
}

static json_t *
support_json(struct cli *c, const struct support *s)
{
	json_t *module = json_object(), *mechanisms = json_array(), *objects = json_array();
	char number[24];

	token_set_text(module, "manufacturer", s->module.manufacturer);
	token_set_text(module, "description", s->module.description);
	token_set_text(module, "version", s->module.version);
	token_set_text(module, "cryptoki", s->module.cryptoki);
	for (size_t i = 0; i < s->mechanisms.n; i++) {
		const struct antin_token_mechanism *m = &s->mechanisms.items[i];

		(void)snprintf(number, sizeof(number), "0x%lx", m->type);
		(void)json_array_append_new(mechanisms, json_string(m->name ? m->name : number));
	}
	for (size_t i = 0; i < s->objects.n; i++)
		(void)json_array_append_new(objects, token_object_json(c, &s->objects.items[i]));
	return json_pack("{ss so so so so}", "schema", "antin.token.show/1", "token",
	                 token_json(&s->info), "moduleInfo", module, "mechanisms", mechanisms,
	                 "objects", objects);
}

static enum antin_rc
show(struct cli *c, const struct token_run *run, bool login, struct antin_err *err)
{
	ANTIN_SCOPED(support) s = {.objects = {0}};
	enum antin_rc rc = support_read(run, login, &s, err);

	if (rc != ANTIN_OK)
		return rc;
	token_say(c, &s.info);
	support_say(c, &s);
	for (size_t i = 0; i < s.objects.n; i++)
		object_say(c, &s.objects.items[i]);
	cli_json(c, support_json(c, &s));
	return ANTIN_OK;
}

static enum antin_rc
run_show(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct show_args *a = args;
	ANTIN_SCOPED(token_run) run = {.pins = NULL};
	enum antin_rc rc = token_run_begin(c, a->token, a->module, &a->pins, &run, err);

	(void)operands;
	return rc == ANTIN_OK ? show(c, &run, a->login, err) : rc;
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
