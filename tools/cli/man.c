/*
 * --describe man: the manual page in mdoc(7), made from the tables.  A line ".\" BODY" marks where
 * the build puts the hand-written sections of tools/man/NAME.body.
 */
#include "inner.h"

#include <ctype.h>
#include <string.h>

enum { TEXT_WIDTH = 78 };

/* A word in a text line: backslashes and hyphens as roff wants them. */
static void
word_add(struct antin_bytes *b, const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (word[i] == '\\')
			antin_bytes_text(b, "\\e");
		else if (word[i] == '-' && (i == 0 || word[i - 1] == '-'))
			antin_bytes_text(b, "\\-");
		else
			antin_bytes_byte(b, (uint8_t)word[i]);
	}
}

/* Prose: short lines, a new line after each sentence, nothing that looks like a macro. */
static void
prose_add(struct antin_bytes *b, const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t len = strcspn(text, " ");
		bool fits = column > 0 && column + 1 + len <= TEXT_WIDTH;

		if (column > 0)
			antin_bytes_byte(b, fits ? ' ' : '\n');
		if (!fits)
			column = 0;
		if (column == 0 && (*text == '.' || *text == '\''))
			antin_bytes_text(b, "\\&");
		word_add(b, text, len);
		column += len + 1;
		text += len;
		if (len && text[-1] == '.' && *text) {
			antin_bytes_byte(b, '\n');
			column = 0;
		}
		text += strspn(text, " ");
	}
	antin_bytes_byte(b, '\n');
}

/* An argument of a macro: quoted, so that no word is taken for a macro or a delimiter. */
static void
quoted_add(struct antin_bytes *b, const char *text)
{
	antin_bytes_byte(b, '"');
	for (; *text; text++) {
		if (*text == '"')
			antin_bytes_text(b, "\\(dq");
		else
			word_add(b, text, 1);
	}
	antin_bytes_byte(b, '"');
}

static void
sentence_add(struct antin_bytes *b, const char *text)
{
	ANTIN_SCOPED(antin_bytes) full = {0};

	antin_bytes_text(&full, text);
	antin_bytes_byte(&full, '.');
	if (antin_bytes_cstr(&full))
		prose_add(b, (const char *)full.p);
}

static void
option_add(struct antin_bytes *b, const struct cli_opt *o)
{
	antin_bytes_text(b, ".It ");
	if (o->letter)
		antin_bytes_printf(b, "Fl %c , ", o->letter);
	antin_bytes_printf(b, "Fl \\-%s", o->name);
	if (o->value) {
		antin_bytes_text(b, " Ar ");
		quoted_add(b, o->value);
	}
	antin_bytes_byte(b, '\n');
	sentence_add(b, o->help);
	if (o->kind == CLI_CHOICE) {
		ANTIN_SCOPED(antin_bytes) all = {0};

		antin_bytes_text(&all, "One of: ");
		cli_choices_add(&all, o->choices, ", ");
		if (antin_bytes_cstr(&all))
			sentence_add(b, (const char *)all.p);
	}
	if (o->kind == CLI_NUMBER)
		antin_bytes_printf(b, "A number from %lld to %lld.\n", (long long)o->min,
		                   (long long)o->max);
	if (o->kind == CLI_TEXTS)
		antin_bytes_text(b, "It may be given several times.\n");
	if (o->required)
		antin_bytes_text(b, "It must be given.\n");
}

static void
options_add(struct antin_bytes *b, const struct cli_opt *opts)
{
	if (cli_opts_count(opts) == 0)
		return;
	antin_bytes_text(b, ".Bl -tag -width Ds\n");
	for (; opts->name; opts++)
		option_add(b, opts);
	antin_bytes_text(b, ".El\n");
}

static void
operands_add(struct antin_bytes *b, const struct cli_cmd *c)
{
	if (!c->operands || !c->operands[0])
		return;
	antin_bytes_text(b, " Ar ");
	quoted_add(b, c->operands);
}

static void
command_add(struct antin_bytes *b, const struct cli_program *p, const struct cli_cmd *c)
{
	antin_bytes_printf(b, ".Ss %s %s\n", p->name, c->name);
	antin_bytes_printf(b, ".Nm %s Cm %s", p->name, c->name);
	if (cli_opts_count(c->opts) > 0)
		antin_bytes_text(b, " Oo Ar options Oc");
	operands_add(b, c);
	antin_bytes_text(b, "\n.Pp\n");
	sentence_add(b, c->summary);
	if (c->description)
		prose_add(b, c->description);
	options_add(b, c->opts);
}

static void
head_add(struct antin_bytes *b, const struct cli_program *p)
{
	antin_bytes_text(b, ".\\\" Made from the option tables by --describe man.\n");
	antin_bytes_text(b, ".Dd November 22, 2026\n.Dt ");
	for (const char *s = p->name; *s; s++)
		antin_bytes_byte(b, (uint8_t)toupper((unsigned char)*s));
	antin_bytes_printf(b, " %d\n.Os\n.Sh NAME\n.Nm %s\n.Nd ", p->section, p->name);
	antin_bytes_byte(b, (uint8_t)tolower((unsigned char)p->summary[0]));
	antin_bytes_printf(b, "%s\n.Sh SYNOPSIS\n.Nm %s\n", p->summary + 1, p->name);
	antin_bytes_text(b, cli_single(p) ? ".Op Ar options\n"
	                                  : ".Ar command\n.Op Ar options\n.Op Ar operands\n");
}

static void
settings_add(struct antin_bytes *b)
{
	antin_bytes_text(b, ".Sh SETTINGS\n.Bl -tag -width Ds\n");
	for (const struct cli_setting_row *r = cli_setting_rows; r->name; r++) {
		ANTIN_SCOPED(antin_bytes) values = {0};

		antin_bytes_printf(b, ".It Cm %s\n", r->name);
		sentence_add(b, r->help);
		if (r->kind == CLI_FLAG)
			antin_bytes_text(b, "True or false.\n");
		if (r->kind == CLI_NUMBER)
			antin_bytes_printf(b, "A number from %lld to %lld.\n", (long long)r->min,
			                   (long long)r->max);
		if (r->choices)
			antin_bytes_text(&values, "One of: ");
		cli_choices_add(&values, r->choices, ", ");
		if (r->choices && antin_bytes_cstr(&values))
			sentence_add(b, (const char *)values.p);
		if (r->initial)
			antin_bytes_printf(b, "The default is %s.\n", r->initial);
		if (r->lockable)
			antin_bytes_text(b, "The administrator can lock it.\n");
	}
	antin_bytes_text(b, ".El\n");
}

static void
environment_add(struct antin_bytes *b)
{
	antin_bytes_text(b,
	                 ".Sh ENVIRONMENT\n.Bl -tag -width Ds\n"
	                 ".It Ev ANTIN_HOME\nA folder that takes the place of all folders for\n"
	                 "configuration, state, cache and system files.\n"
	                 ".It Ev ANTIN_TOKEN_TIMEOUT\nSeconds that a token's driver may take to\n"
	                 "answer; without it 30, on the pad of a reader 120, to make a key 300.\n");
	for (const struct cli_setting_row *r = cli_setting_rows; r->name; r++) {
		char variable[64];

		antin_bytes_printf(b, ".It Ev %s\nThe setting\n.Cm %s .\n",
		                   cli_setting_variable(r->name, variable, sizeof(variable)),
		                   r->name);
	}
	antin_bytes_text(b, ".It Ev NO_COLOR\nIf set and not empty, no colour is used.\n.El\n");
}

static void
files_add(struct antin_bytes *b)
{
	antin_bytes_text(b, ".Sh FILES\n.Bl -tag -width Ds\n"
	                    ".It Pa /usr/share/antin/defaults.json\nSettings of the installation.\n"
	                    ".It Pa /etc/antin/antin.json\nSettings of the administrator.\n"
	                    "Those under\n.Cm locked\nbind every user.\n"
	                    ".It Pa ~/.config/antin/antin.json\nSettings of the user.\n.El\n");
}

static void
exit_add(struct antin_bytes *b)
{
	static const char *const rows[] = {
	        "Done. For verify: every file has a signature and all signatures are valid",
	        "Refused or failed. For verify: a signature is not valid",
	        "The command line or the configuration is wrong",
	        "For verify: no conclusion is possible with what is known",
	        "For verify: there is no signature in the file",
	        "The input cannot be read as what it claims to be",
	        "A service, token or disk failed, and trying again may help",
	        "Done in part: the same command again does the rest",
	};

	antin_bytes_text(b, ".Sh EXIT STATUS\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		antin_bytes_printf(b, ".It %zu\n", i);
		sentence_add(b, rows[i]);
	}
	antin_bytes_text(b, ".El\n");
}

static void
see_also_add(struct antin_bytes *b, const struct cli_program *p)
{
	static const char *const pages[] = {"antin 1", "antin-ca 1", "antind 8"};
	size_t len = strlen(p->name);
	size_t n = 0;

	antin_bytes_text(b, ".Sh SEE ALSO\n");
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		if (strncmp(pages[i], p->name, len) == 0 && pages[i][len] == ' ')
			continue;
		antin_bytes_printf(b, "%s.Xr %s", n++ ? " ,\n" : "", pages[i]);
	}
	antin_bytes_byte(b, '\n');
}

static void
examples_add(struct antin_bytes *b, const struct cli_program *p)
{
	antin_bytes_text(b, ".Sh EXAMPLES\n");
	for (size_t i = 0; p->commands[i]; i++) {
		const char *const *e = p->commands[i]->examples;

		for (; e && *e; e++) {
			antin_bytes_text(b, ".Dl ");
			quoted_add(b, *e);
			antin_bytes_byte(b, '\n');
		}
	}
}

static void
description_add(struct antin_bytes *b, const struct cli_program *p)
{
	const struct cli_cmd *only = p->commands[0];

	antin_bytes_text(b, ".Sh DESCRIPTION\n");
	sentence_add(b, p->summary);
	if (cli_single(p) && only->description)
		prose_add(b, only->description);
	if (!cli_single(p))
		antin_bytes_text(b, "The commands are described below, each with its options.\n");
	antin_bytes_text(b, "Long options take their value after a space or an equals sign;\n"
	                    "options and operands may be mixed, and\n.Ql \\-\\-\n"
	                    "ends the options.\n.Pp\n");
	if (cli_single(p)) {
		antin_bytes_text(b, "The options are:\n");
		options_add(b, only->opts);
		antin_bytes_text(b, "There are also:\n");
	} else {
		antin_bytes_text(b, "The options of every command are:\n");
	}
	options_add(b, p->common);
	options_add(b, cli_global_opts);
}

void
cli_man_add(const struct cli_program *p, struct antin_bytes *b)
{
	head_add(b, p);
	description_add(b, p);
	if (!cli_single(p))
		antin_bytes_text(b, ".Sh COMMANDS\n");
	for (size_t i = 0; !cli_single(p) && p->commands[i]; i++)
		command_add(b, p, p->commands[i]);
	antin_bytes_text(b, ".\\\" BODY\n");
	settings_add(b);
	environment_add(b);
	files_add(b);
	exit_add(b);
	examples_add(b, p);
	see_also_add(b, p);
}
