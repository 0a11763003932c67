/*
 * --describe json: all tables of a program as data, for tests and for forms made elsewhere.
 */
#include "inner.h"

static const char *const kinds[] = {
        [CLI_FLAG] = "flag",     [CLI_TEXT] = "text",     [CLI_TEXTS] = "texts",
        [CLI_NUMBER] = "number", [CLI_CHOICE] = "choice", [CLI_TIME] = "time",
};

static json_t *
choices_json(const struct antin_choice *choices)
{
	json_t *list = json_array();

	for (; list && choices && choices->name; choices++)
		(void)json_array_append_new(list, json_string(choices->name));
	return list;
}

static json_t *
option_json(const struct cli_opt *o)
{
	char letter[2] = {o->letter, 0};
	json_t *j = json_pack("{ss ss ss ss sb sb}", "name", o->name, "letter", letter, "kind",
	                      kinds[o->kind], "help", o->help, "required", o->required, "hidden",
	                      o->hidden);

	if (j && o->value)
		(void)json_object_set_new(j, "value", json_string(o->value));
	if (j && o->choices)
		(void)json_object_set_new(j, "choices", choices_json(o->choices));
	if (j && o->kind == CLI_NUMBER) {
		(void)json_object_set_new(j, "min", json_integer(o->min));
		(void)json_object_set_new(j, "max", json_integer(o->max));
	}
	return j;
}

static json_t *
options_json(const struct cli_opt *opts)
{
	json_t *list = json_array();

	for (; list && opts && opts->name; opts++)
		(void)json_array_append_new(list, option_json(opts));
	return list;
}

static json_t *
texts_json(const char *const *texts)
{
	json_t *list = json_array();

	for (; list && texts && *texts; texts++)
		(void)json_array_append_new(list, json_string(*texts));
	return list;
}

static json_t *
command_json(const struct cli_cmd *c)
{
	json_int_t max = c->max_operands > 1000000 ? -1 : (json_int_t)c->max_operands;

	return json_pack("{ss ss sI sI ss ss so so}", "name", c->name, "operands",
	                 c->operands ? c->operands : "", "minOperands", (json_int_t)c->min_operands,
	                 "maxOperands", max, "summary", c->summary, "description",
	                 c->description ? c->description : "", "options", options_json(c->opts),
	                 "examples", texts_json(c->examples));
}

static json_t *
settings_json(void)
{
	json_t *list = json_array();

	for (const struct cli_setting_row *r = cli_setting_rows; list && r->name; r++) {
		json_t *j =
		        json_pack("{ss ss ss? sb ss}", "name", r->name, "kind", kinds[r->kind],
		                  "default", r->initial, "lockable", r->lockable, "help", r->help);

		if (j && r->choices)
			(void)json_object_set_new(j, "choices", choices_json(r->choices));
		(void)json_array_append_new(list, j);
	}
	return list;
}

json_t *
cli_describe_json(const struct cli_program *p)
{
	json_t *commands = json_array();

	for (size_t i = 0; commands && p->commands[i]; i++)
		(void)json_array_append_new(commands, command_json(p->commands[i]));
	return json_pack("{ss ss ss ss so so so so}", "schema", "antin.describe/1", "program",
	                 p->name, "version", ANTIN_VERSION, "summary", p->summary, "common",
	                 options_json(p->common), "global", options_json(cli_global_opts),
	                 "commands", commands, "settings", settings_json());
}
