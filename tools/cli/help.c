/*
 * --help: short, made from the option tables, at most 80 columns or what the terminal has, in the
 * language of the run.
 */
#include "inner.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <antin/text.h>

enum { WIDTH = 80, NARROW = 60, INDENT_MIN = 8, INDENT_MAX = 30 };

static size_t
width(void)
{
	struct winsize size = {0};

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
		return WIDTH;
	return size.ws_col >= 2 * INDENT_MIN && size.ws_col < WIDTH ? size.ws_col : WIDTH;
}

static size_t
columns(const char *text, size_t len)
{
	return antin_text_characters((struct antin_slice){(const uint8_t *)text, len});
}

static void
spaces(struct antin_bytes *b, size_t n)
{
	while (n-- > 0)
		antin_bytes_byte(b, ' ');
}

void
cli_wrap_add(struct antin_bytes *b, const char *text, size_t indent, size_t width)
{
	size_t column = indent;
	bool first = true;

	while (*text) {
		size_t len = strcspn(text, " ");
		size_t wide = columns(text, len);

		if (!first && column + 1 + wide > width) {
			antin_bytes_byte(b, '\n');
			spaces(b, indent);
			column = indent;
		} else if (!first) {
			antin_bytes_byte(b, ' ');
			column++;
		}
		antin_bytes_add(b, text, len);
		column += wide;
		first = false;
		text += len;
		text += strspn(text, " ");
	}
	antin_bytes_byte(b, '\n');
}

/* A term, then its explanation in a column of its own. */
static void
entry_add(struct antin_bytes *b, const char *term, const char *help, size_t indent)
{
	size_t wide = columns(term, strlen(term));

	antin_bytes_text(b, term);
	if (wide + 1 > indent) {
		antin_bytes_byte(b, '\n');
		wide = 0;
	}
	spaces(b, indent - wide);
	cli_wrap_add(b, help, indent, width());
}

/* "  -o, --out FILE" */
static void
option_term(struct antin_bytes *b, const struct cli_opt *o)
{
	if (o->letter)
		antin_bytes_printf(b, "  -%c, --%s", o->letter, o->name);
	else
		antin_bytes_printf(b, "      --%s", o->name);
	if (o->kind == CLI_CHOICE) {
		antin_bytes_byte(b, ' ');
		cli_choices_add(b, o->choices, "|");
	} else if (o->value) {
		antin_bytes_printf(b, " %s%s", o->value, o->kind == CLI_TEXTS ? "..." : "");
	}
}

static size_t
term_width(const struct cli_opt *o)
{
	ANTIN_SCOPED(antin_bytes) term = {0};

	option_term(&term, o);
	return columns((const char *)term.p, term.len);
}

static size_t
options_indent(const struct cli_opt *const tables[CLI_TABLES])
{
	const size_t most = width() < NARROW ? INDENT_MIN : INDENT_MAX;
	size_t indent = INDENT_MIN;

	for (size_t i = 0; i < CLI_TABLES; i++) {
		for (const struct cli_opt *o = tables[i]; o && o->name; o++) {
			size_t wide = o->hidden ? 0 : term_width(o) + 2;

			if (wide > indent && wide <= most)
				indent = wide;
		}
	}
	return indent;
}

static void
options_add(struct antin_bytes *b, const struct cli_opt *opts, size_t indent)
{
	for (const struct cli_opt *o = opts; o && o->name; o++) {
		ANTIN_SCOPED(antin_bytes) term = {0};

		if (o->hidden)
			continue;
		option_term(&term, o);
		entry_add(b, antin_bytes_cstr(&term), _(o->help), indent);
	}
}

static void
heading_add(struct antin_bytes *b, const char *text)
{
	antin_bytes_printf(b, "\n%s:\n", text);
}

/* Up to the next option or pipe, where a shell line may be broken. */
static size_t
next_break(const char *line)
{
	size_t len = 1;

	while (line[len] && !(line[len] == ' ' && (line[len + 1] == '-' || line[len + 1] == '|')))
		len++;
	return len;
}

/* A shell line, broken before options as a person would at a shell. */
static void
example_add(struct antin_bytes *b, const char *line)
{
	size_t column = 2;

	spaces(b, 2);
	while (*line) {
		size_t len = next_break(line);
		size_t wide = columns(line, len);

		if (column > 2 && column + wide > width() - 2) {
			antin_bytes_text(b, " \\\n   ");
			column = 3;
		}
		antin_bytes_add(b, line, len);
		column += wide;
		line += len;
	}
	antin_bytes_byte(b, '\n');
}

void
cli_help_command(const struct cli_program *p, const struct cli_cmd *cmd, struct antin_bytes *out)
{
	const struct cli_opt *tables[CLI_TABLES];
	ANTIN_SCOPED(antin_bytes) usage = {0};
	size_t indent;

	cli_tables(p, cmd, tables);
	indent = options_indent(tables);
	antin_bytes_printf(&usage, "%s%s%s", p->name, *cmd->name ? " " : "", cmd->name);
	if (cli_opts_count(cmd->opts) > 0)
		antin_bytes_printf(&usage, " [%s]", _("options"));
	if (cmd->operands && cmd->operands[0])
		antin_bytes_printf(&usage, " %s", cmd->operands);
	antin_bytes_printf(out, "%s: ", _("usage"));
	cli_wrap_add(out, antin_bytes_cstr(&usage), columns(_("usage"), strlen(_("usage"))) + 2,
	             width());
	antin_bytes_byte(out, '\n');
	cli_wrap_add(out, _(cmd->summary), 0, width());
	if (cli_opts_count(cmd->opts) > 0)
		heading_add(out, _("options"));
	options_add(out, cmd->opts, indent);
	heading_add(out, _("common options"));
	options_add(out, p->common, indent);
	options_add(out, cli_global_opts, indent);
	if (cmd->examples && cmd->examples[0]) {
		heading_add(out, _("example"));
		example_add(out, cmd->examples[0]);
	}
}

void
cli_help_program(const struct cli_program *p, const char *group, struct antin_bytes *out)
{
	const struct cli_opt *tables[CLI_TABLES];
	size_t indent = 0;

	antin_bytes_printf(out, "%s: %s %s%s%s [%s] ...\n\n", _("usage"), p->name,
	                   group ? group : "", group ? " " : "", _("COMMAND"), _("options"));
	cli_wrap_add(out, _(p->summary), 0, width());
	heading_add(out, _("commands"));
	for (size_t i = 0; p->commands[i]; i++)
		if (strlen(p->commands[i]->name) + 4 > indent)
			indent = strlen(p->commands[i]->name) + 4;
	for (size_t i = 0; p->commands[i]; i++) {
		char term[80];

		if (group && !cli_in_group(p->commands[i], group))
			continue;
		(void)snprintf(term, sizeof(term), "  %s", p->commands[i]->name);
		entry_add(out, term, _(p->commands[i]->summary), indent);
	}
	cli_tables(p, NULL, tables);
	indent = options_indent(tables);
	heading_add(out, _("common options"));
	options_add(out, p->common, indent);
	options_add(out, cli_global_opts, indent);
}
