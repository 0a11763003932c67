/*
 * The parser of command lines, driven by the option tables.  See cli.h.
 */
#include "inner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <antin/text.h>

static const struct antin_choice langs[] = {{"vi", CLI_LANG_VI}, {"en", CLI_LANG_EN}, {NULL, 0}};
static const struct antin_choice describes[] = {
        {"man", CLI_MAN}, {"bash", CLI_BASH}, {"zsh", CLI_ZSH}, {"json", CLI_JSON}, {NULL, 0}};

const struct cli_opt cli_global_opts[] = {
        CLI_OPT_FLAG(struct cli_global, json, "json", 0,
                     N_("Print the result as JSON, one object a line")),
        CLI_OPT_CHOICE(struct cli_global, lang, "lang", 0, "LANGUAGE", langs,
                       N_("Language of the texts: Vietnamese or English")),
        CLI_OPT_FLAG(struct cli_global, quiet, "quiet", 'q', N_("Print nothing but errors")),
        CLI_OPT_FLAG(struct cli_global, help, "help", 'h',
                     N_("Show what the command takes and end")),
        CLI_OPT_FLAG(struct cli_global, version, "version", 0, N_("Show the version and end")),
        CLI_OPT_CHOICE(
                struct cli_global, describe, "describe", 0, "FORM", describes,
                N_("Write the manual page, a shell completion or all tables as JSON and end"),
                .hidden = true),
        CLI_OPT_END,
};

struct table {
	const struct cli_opt *opts;
	void *args;
	bool *given;
};

struct parser {
	const struct cli_program *program;
	struct cli *c;
	struct table tables[CLI_TABLES];
	char **at; /* the next word */
	struct cli_line *line;
};

size_t
cli_opts_count(const struct cli_opt *opts)
{
	size_t n = 0;

	while (opts && opts[n].name)
		n++;
	return n;
}

void
cli_tables(const struct cli_program *p, const struct cli_cmd *cmd,
           const struct cli_opt *out[CLI_TABLES])
{
	out[0] = cmd ? cmd->opts : NULL;
	out[1] = p->common;
	out[2] = cli_global_opts;
}

bool
cli_in_group(const struct cli_cmd *cmd, const char *group)
{
	size_t len = strlen(group);

	return strncmp(cmd->name, group, len) == 0 && cmd->name[len] == ' ';
}

bool
cli_single(const struct cli_program *p)
{
	return p->commands[0] && p->commands[0]->name[0] == '\0';
}

void
cli_choices_add(struct antin_bytes *b, const struct antin_choice *choices, const char *between)
{
	for (size_t i = 0; choices && choices[i].name; i++) {
		if (i > 0)
			antin_bytes_text(b, between);
		antin_bytes_text(b, choices[i].name);
	}
}

static void *
field(const struct table *t, const struct cli_opt *o)
{
	return (char *)t->args + o->offset;
}

/* What the fields hold before the command line is read. */
static void
set_initial(const struct table *t)
{
	for (const struct cli_opt *o = t->opts; o && o->name; o++) {
		if (o->kind == CLI_NUMBER)
			*(int64_t *)field(t, o) = o->initial;
		else if (o->kind == CLI_CHOICE)
			*(int *)field(t, o) = (int)o->initial;
		else if (o->kind == CLI_TIME)
			*(int64_t *)field(t, o) = INT64_MIN;
	}
}

static enum antin_rc
table_open(struct table *t, const struct cli_opt *opts, void *args, struct antin_err *err)
{
	t->opts = opts;
	t->args = args;
	t->given = calloc(cli_opts_count(opts) + 1, sizeof(*t->given));
	if (!t->given || (opts && !args))
		return antin_fail_memory(err);
	set_initial(t);
	return ANTIN_OK;
}

/* All known option names, for the nearest one. */
static const char *
nearest_option(const struct parser *p, const char *name)
{
	const char *names[256];
	size_t n = 0;

	for (size_t i = 0; i < CLI_TABLES; i++)
		for (const struct cli_opt *o = p->tables[i].opts; o && o->name; o++)
			if (n < 255 && !o->hidden)
				names[n++] = o->name;
	names[n] = NULL;
	return antin_text_nearest(name, names);
}

static const struct cli_opt *
find_option(struct parser *p, const char *name, size_t len, char letter, struct table **table)
{
	for (size_t i = 0; i < CLI_TABLES; i++) {
		for (const struct cli_opt *o = p->tables[i].opts; o && o->name; o++) {
			bool same =
			        letter ? o->letter == letter
			               : strlen(o->name) == len && memcmp(o->name, name, len) == 0;

			if (same) {
				*table = &p->tables[i];
				return o;
			}
		}
	}
	return NULL;
}

static enum antin_rc
put_number(const struct cli_opt *o, const char *value, int64_t *to, struct antin_err *err)
{
	const char *digits = *value == '-' ? value + 1 : value;
	char *end = NULL;
	long long n;

	errno = 0;
	n = strtoll(value, &end, 10);
	if (*digits < '0' || *digits > '9' || *end)
		return antin_fail(err, ANTIN_E_USAGE, N_("option --%s takes a number, not %s"),
		                  o->name, value);
	if (errno || n < o->min || n > o->max)
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("option --%s must be %lld to %lld, not %s"), o->name,
		                  (long long)o->min, (long long)o->max, value);
	*to = n;
	return ANTIN_OK;
}

static enum antin_rc
put_choice(const struct cli_opt *o, const char *value, int *to, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) all = {0};

	for (const struct antin_choice *c = o->choices; c->name; c++) {
		if (strcmp(c->name, value) == 0) {
			*to = c->value;
			return ANTIN_OK;
		}
	}
	cli_choices_add(&all, o->choices, ", ");
	return antin_fail(err, ANTIN_E_USAGE, N_("option --%s must be one of %s, not %s"), o->name,
	                  antin_bytes_cstr(&all), value);
}

static enum antin_rc
put_text_more(struct cli_texts *to, const char *value, struct antin_err *err)
{
	const char **items = realloc(to->items, (to->n + 2) * sizeof(*items));

	if (!items)
		return antin_fail_memory(err);
	items[to->n++] = value;
	items[to->n] = NULL;
	to->items = items;
	return ANTIN_OK;
}

static enum antin_rc
put_value(const struct table *t, const struct cli_opt *o, const char *value, struct antin_err *err)
{
	void *to = field(t, o);

	if (o->kind == CLI_FLAG)
		*(bool *)to = true;
	else if (o->kind == CLI_TEXT)
		*(const char **)to = value;
	else if (o->kind == CLI_TEXTS)
		return put_text_more(to, value, err);
	else if (o->kind == CLI_NUMBER)
		return put_number(o, value, to, err);
	else if (o->kind == CLI_CHOICE)
		return put_choice(o, value, to, err);
	else if (antin_time_parse(value, to, err) != ANTIN_OK)
		return antin_wrap(err, ANTIN_E_USAGE, N_("option --%s"), o->name);
	return ANTIN_OK;
}

/* `inside` is the value in the same word, NULL if none. */
static enum antin_rc
take_option(struct parser *p, struct table *t, const struct cli_opt *o, const char *inside,
            struct antin_err *err)
{
	bool *given = &t->given[o - t->opts];
	const char *value = inside;

	if (*given && o->kind != CLI_TEXTS)
		return antin_fail(err, ANTIN_E_USAGE, N_("option --%s is given twice"), o->name);
	*given = true;
	if (o->kind == CLI_FLAG && inside)
		return antin_fail(err, ANTIN_E_USAGE, N_("option --%s takes no value"), o->name);
	if (o->kind == CLI_FLAG)
		return put_value(t, o, NULL, err);
	if (!inside) {
		value = *p->at;
		/* "--out --force" is a forgotten value, not a file called --force. */
		if (value && strncmp(value, "--", 2) == 0)
			value = NULL;
		if (value)
			p->at++;
	}
	if (!value || !*value)
		return antin_fail(err, ANTIN_E_USAGE, N_("option --%s needs a value: %s"), o->name,
		                  o->value);
	return put_value(t, o, value, err);
}

static enum antin_rc
take_long(struct parser *p, const char *word, struct antin_err *err)
{
	const char *equals = strchr(word, '=');
	size_t len = equals ? (size_t)(equals - word) : strlen(word);
	struct table *t = NULL;
	const struct cli_opt *o = find_option(p, word, len, 0, &t);
	char name[64];
	const char *near;

	if (o)
		return take_option(p, t, o, equals ? equals + 1 : NULL, err);
	(void)snprintf(name, sizeof(name), "%.*s", (int)(len < 60 ? len : 60), word);
	near = nearest_option(p, name);
	if (near)
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("unknown option --%s; the nearest is --%s"), name, near);
	return antin_fail(err, ANTIN_E_USAGE, N_("unknown option --%s"), name);
}

/* "-qo FILE": letters in one word; one that takes a value takes the rest of the word. */
static enum antin_rc
take_letters(struct parser *p, const char *letters, struct antin_err *err)
{
	for (; *letters; letters++) {
		struct table *t = NULL;
		const struct cli_opt *o = find_option(p, NULL, 0, *letters, &t);
		char name[2] = {*letters, 0};
		const char *rest = letters[1] ? letters + 1 : NULL;
		enum antin_rc rc;

		if (!o)
			return antin_fail(err, ANTIN_E_USAGE, N_("unknown option -%s"), name);
		rc = take_option(p, t, o, o->kind == CLI_FLAG ? NULL : rest, err);
		if (rc != ANTIN_OK || o->kind != CLI_FLAG)
			return rc;
	}
	return ANTIN_OK;
}

static bool
is_option(const char *word)
{
	return word[0] == '-' && word[1] != '\0';
}

/* The options at p->at, up to the first word that is none. */
static enum antin_rc
take_options(struct parser *p, struct antin_err *err)
{
	while (*p->at && is_option(*p->at) && strcmp(*p->at, "--") != 0) {
		const char *word = *p->at++;
		enum antin_rc rc = word[1] == '-' ? take_long(p, word + 2, err)
		                                  : take_letters(p, word + 1, err);

		if (rc != ANTIN_OK)
			return rc;
	}
	return ANTIN_OK;
}

static const struct cli_cmd *
command_named(const struct cli_program *p, const char *name)
{
	for (size_t i = 0; p->commands[i]; i++)
		if (strcmp(p->commands[i]->name, name) == 0)
			return p->commands[i];
	return NULL;
}

static bool
group_exists(const struct cli_program *p, const char *word)
{
	for (size_t i = 0; p->commands[i]; i++)
		if (cli_in_group(p->commands[i], word))
			return true;
	return false;
}

static enum antin_rc
fail_command(const struct cli_program *p, const char *name, struct antin_err *err)
{
	char groups[64][32];
	const char *names[256];
	const char *near;
	size_t n = 0, n_groups = 0;

	for (size_t i = 0; p->commands[i] && n < 190; i++) {
		size_t len = strcspn(p->commands[i]->name, " ");

		names[n++] = p->commands[i]->name;
		if (p->commands[i]->name[len] == '\0' || n_groups == 64)
			continue;
		(void)snprintf(groups[n_groups], sizeof(groups[0]), "%.*s",
		               (int)(len < 31 ? len : 31), p->commands[i]->name);
		names[n++] = groups[n_groups++];
	}
	names[n] = NULL;
	near = antin_text_nearest(name, names);
	if (near)
		return antin_fail(err, ANTIN_E_USAGE, N_("unknown command %s; the nearest is %s"),
		                  name, near);
	return antin_fail(err, ANTIN_E_USAGE, N_("unknown command %s"), name);
}

/* "token" without a command of the group behind it. */
static enum antin_rc
take_group(struct parser *p, const char *group, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) all = {0};
	enum antin_rc rc;

	p->at++;
	rc = take_options(p, err);
	if (rc != ANTIN_OK || p->line->global.help || p->line->global.version) {
		p->line->group = group;
		return rc;
	}
	for (size_t i = 0; p->program->commands[i]; i++) {
		if (!cli_in_group(p->program->commands[i], group))
			continue;
		antin_bytes_text(&all, all.len ? ", " : "");
		antin_bytes_text(&all, p->program->commands[i]->name + strlen(group) + 1);
	}
	return antin_fail(err, ANTIN_E_USAGE, N_("%s needs one more word: %s"), group,
	                  antin_bytes_cstr(&all));
}

static enum antin_rc
use_command(struct parser *p, const struct cli_cmd *cmd, struct antin_err *err)
{
	p->c->command = cmd;
	p->line->command = cmd;
	p->line->args = calloc(1, cmd->args_size ? cmd->args_size : 1);
	return table_open(&p->tables[0], cmd->opts, p->line->args, err);
}

static enum antin_rc
take_command(struct parser *p, struct antin_err *err)
{
	const char *first = p->at[0];
	const char *second = p->at[1];
	const struct cli_cmd *found = NULL;
	char both[128];

	if (second && !is_option(second)) {
		(void)snprintf(both, sizeof(both), "%s %s", first, second);
		found = command_named(p->program, both);
	}
	if (found) {
		p->at += 2;
	} else if ((found = command_named(p->program, first))) {
		p->at++;
	} else if (group_exists(p->program, first)) {
		return second && !is_option(second) ? fail_command(p->program, both, err)
		                                    : take_group(p, first, err);
	} else {
		return fail_command(p->program, first, err);
	}
	return use_command(p, found, err);
}

/* Options and operands in any order; "--" ends the options. */
static enum antin_rc
take_rest(struct parser *p, struct antin_err *err)
{
	bool ended = false;

	while (*p->at) {
		if (!ended) {
			enum antin_rc rc = take_options(p, err);

			if (rc != ANTIN_OK)
				return rc;
		}
		if (*p->at && !ended && strcmp(*p->at, "--") == 0) {
			ended = true;
			p->at++;
			continue;
		}
		if (*p->at)
			p->line->operands[p->line->n_operands++] = *p->at++;
	}
	return ANTIN_OK;
}

static enum antin_rc
check_required(const struct parser *p, struct antin_err *err)
{
	for (size_t i = 0; i < CLI_TABLES; i++) {
		const struct table *t = &p->tables[i];

		for (const struct cli_opt *o = t->opts; o && o->name; o++)
			if (o->required && !t->given[o - t->opts])
				return antin_fail(err, ANTIN_E_USAGE,
				                  N_("option --%s is needed: %s"), o->name,
				                  o->value);
	}
	return ANTIN_OK;
}

static enum antin_rc
check_operands(const struct cli_line *l, struct antin_err *err)
{
	const struct cli_cmd *cmd = l->command;

	if (l->n_operands < cmd->min_operands)
		return antin_fail(err, ANTIN_E_USAGE, N_("what is to be worked on is missing: %s"),
		                  cmd->operands);
	if (l->n_operands > cmd->max_operands)
		return antin_fail(err, ANTIN_E_USAGE, N_("%s is one operand too many"),
		                  l->operands[cmd->max_operands]);
	for (size_t i = 0; i < l->n_operands; i++)
		if (!l->operands[i][0])
			return antin_fail(err, ANTIN_E_USAGE,
			                  N_("what is to be worked on is empty: %s"),
			                  cmd->operands);
	return ANTIN_OK;
}

/* Options before the command, and the command; nothing when only help or version is wanted. */
static enum antin_rc
parse_command(struct parser *p, struct antin_err *err)
{
	const struct cli_global *g = &p->line->global;
	enum antin_rc rc;

	if (cli_single(p->program))
		return use_command(p, p->program->commands[0], err);
	rc = take_options(p, err);
	if (rc != ANTIN_OK)
		return rc;
	if (*p->at && strcmp(*p->at, "--") == 0)
		p->at++;
	if (!*p->at)
		return g->help || g->version || g->describe
		               ? ANTIN_OK
		               : antin_fail(err, ANTIN_E_USAGE, N_("a command is needed"));
	return take_command(p, err);
}

static enum antin_rc
parse_words(struct parser *p, struct antin_err *err)
{
	const struct cli_global *g = &p->line->global;
	enum antin_rc rc = parse_command(p, err);

	if (rc == ANTIN_OK && p->line->command)
		rc = take_rest(p, err);
	if (rc != ANTIN_OK || !p->line->command || g->help || g->version || g->describe)
		return rc;
	rc = check_required(p, err);
	return rc == ANTIN_OK ? check_operands(p->line, err) : rc;
}

enum antin_rc
cli_parse(struct cli *c, char **argv, struct cli_line *out, struct antin_err *err)
{
	const struct cli_program *program = c->program;
	struct parser p = {.program = program, .c = c, .at = argv + 1, .line = out};
	size_t n = 0;
	enum antin_rc rc;

	while (argv[n])
		n++;
	*out = (struct cli_line){0};
	out->operands = calloc(n + 1, sizeof(*out->operands));
	out->common = calloc(1, program->common_size ? program->common_size : 1);
	rc = out->operands ? table_open(&p.tables[1], program->common, out->common, err)
	                   : antin_fail_memory(err);
	if (rc == ANTIN_OK)
		rc = table_open(&p.tables[2], cli_global_opts, &out->global, err);
	if (rc == ANTIN_OK)
		rc = parse_words(&p, err);
	for (size_t i = 0; i < CLI_TABLES; i++)
		free(p.tables[i].given);
	return rc;
}

static void
args_done(const struct cli_opt *opts, void *args)
{
	for (const struct cli_opt *o = opts; args && o && o->name; o++)
		if (o->kind == CLI_TEXTS)
			free(((struct cli_texts *)(void *)((char *)args + o->offset))->items);
	free(args);
}

void
cli_line_done(const struct cli_program *program, struct cli_line *line)
{
	args_done(line->command ? line->command->opts : NULL, line->args);
	args_done(program->common, line->common);
	free(line->operands);
	*line = (struct cli_line){0};
}
