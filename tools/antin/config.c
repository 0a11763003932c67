/*
 * antin config: shows the settings with where each comes from, and changes those of the user.
 */
#include "inner.h"

#include <unistd.h>

#include <antin/text.h>

struct args {
	bool remove;
};

static json_t *
value_json(const struct cli_setting_value *v)
{
	return json_pack("{ss ss? ss sb ss}", "name", v->row->name, "value", v->value, "origin",
	                 cli_origin_id(v->origin), "locked", v->locked, "help", v->row->help);
}

static void
say_value(struct cli *c, const struct cli_setting_value *v)
{
	char safe[1024];

	cli_say(c, "%-24s %s  (%s%s%s)\n", v->row->name,
	        v->value ? antin_text_safe(antin_slice_text(v->value), safe, sizeof(safe)) : "-",
	        _(cli_origin_name(v->origin)), v->locked ? ", " : "", v->locked ? _("locked") : "");
}

static enum antin_rc
run_list(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	json_t *list = json_array();

	(void)args;
	(void)operands;
	for (const struct cli_setting_row *r = cli_setting_rows; r->name; r++) {
		struct cli_setting_value v;
		enum antin_rc rc = cli_settings_get(c->settings, r->name, &v, err);

		if (rc != ANTIN_OK) {
			json_decref(list);
			return rc;
		}
		say_value(c, &v);
		(void)json_array_append_new(list, value_json(&v));
	}
	cli_json(c, json_pack("{ss so}", "schema", "antin.config.list/1", "settings", list));
	return ANTIN_OK;
}

static enum antin_rc
run_get(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	struct cli_setting_value v;
	enum antin_rc rc = cli_settings_get(c->settings, operands[0], &v, err);
	char safe[1024];

	(void)args;
	if (rc != ANTIN_OK)
		return rc;
	if (v.value)
		cli_say(c, "%s\n", antin_text_safe(antin_slice_text(v.value), safe, sizeof(safe)));
	cli_json(c,
	         json_pack("{ss so}", "schema", "antin.config.get/1", "setting", value_json(&v)));
	return ANTIN_OK;
}

static const struct cli_opt set_opts[] = {
        CLI_OPT_FLAG(struct args, remove, "default", 0,
                     N_("Take the setting out, so that its default counts again")),
        CLI_OPT_END,
};

static enum antin_rc
run_set(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct args *a = args;
	const char *value = operands[1];
	enum antin_rc rc;

	if (!a->remove && !value)
		return antin_fail(err, ANTIN_E_USAGE, N_("config set needs a value, or --default"));
	if (a->remove && value)
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("config set takes a value or --default, not both"));
	if (cli_setting_locked(c, operands[0]))
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("setting %s is locked by the administrator"), operands[0]);
	rc = cli_settings_set(operands[0], value, err);
	if (rc == ANTIN_OK)
		cli_json(c, json_pack("{ss ss ss?}", "schema", "antin.config.set/1", "name",
		                      operands[0], "value", value));
	return rc;
}

static enum antin_rc
run_path(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	json_t *list = json_array();

	(void)args;
	(void)operands;
	for (enum cli_origin o = CLI_FROM_VENDOR; o <= CLI_FROM_USER; o++) {
		ANTIN_SCOPED(antin_bytes) path = {0};
		enum antin_rc rc = cli_settings_path(o, &path, err);
		char safe[4096];
		bool present;

		if (rc != ANTIN_OK) {
			json_decref(list);
			return rc;
		}
		present = access((const char *)path.p, F_OK) == 0;
		(void)antin_text_safe(antin_bytes_slice(&path), safe, sizeof(safe));
		cli_say(c, "%s  (%s%s%s)\n", safe, _(cli_origin_name(o)), present ? "" : ", ",
		        present ? "" : _("not there"));
		(void)json_array_append_new(list, json_pack("{ss ss sb}", "layer", cli_origin_id(o),
		                                            "path", safe, "present", present));
	}
	cli_json(c, json_pack("{ss so}", "schema", "antin.config.path/1", "files", list));
	return ANTIN_OK;
}

static const char *const list_examples[] = {"antin config list", "antin config list --json", NULL};
const struct cli_cmd cmd_config_list = {
        .name = "config list",
        .operands = "",
        .summary = N_("List the settings, their values and where each comes from"),
        .examples = list_examples,
        .run = run_list,
};

static const char *const get_examples[] = {"antin config get ui.color", NULL};
const struct cli_cmd cmd_config_get = {
        .name = "config get",
        .operands = "NAME",
        .min_operands = 1,
        .max_operands = 1,
        .summary = N_("Print the value of a setting"),
        .examples = get_examples,
        .run = run_get,
};

static const char *const set_examples[] = {"antin config set lang vi",
                                           "antin config set lang --default", NULL};
const struct cli_cmd cmd_config_set = {
        .name = "config set",
        .operands = "NAME [VALUE]",
        .min_operands = 1,
        .max_operands = 2,
        .summary = N_("Change a setting for this user"),
        .description = N_("Writes the setting into the file of the user. A setting that the "
                          "administrator has locked stays as it is."),
        .opts = set_opts,
        .args_size = sizeof(struct args),
        .examples = set_examples,
        .run = run_set,
};

static const char *const path_examples[] = {"antin config path", NULL};
const struct cli_cmd cmd_config_path = {
        .name = "config path",
        .operands = "",
        .summary = N_("List the files that settings are read from"),
        .examples = path_examples,
        .run = run_path,
};
