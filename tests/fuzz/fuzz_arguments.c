/*
 * Command lines (cli_parse), words ended by NUL: refused with a class, or read and then written in
 * one form, long options first, which reads back as the same.  "." at the start: a program of one
 * command.
 */
#include <string.h>

#include "fuzz.h"
#include "inner.h"

typedef struct {
	const char *text;
	struct cli_texts texts;
	int64_t number, at;
	bool flag;
	int choice;
} A;
static const struct antin_choice levels[] = {{"b", 1}, {"t", 2}, {NULL, 0}};
static const struct cli_opt opts[] = {
        CLI_OPT_TEXT(A, text, "out", 'o', "FILE", "O", .required = true),
        CLI_OPT_TEXTS(A, texts, "trust", 't', "PATH", "T"),
        CLI_OPT_NUMBER(A, number, "days", 'd', "N", -1, 9, "D"),
        CLI_OPT_TIME(A, at, "at", 0, "A"),
        CLI_OPT_FLAG(A, flag, "force", 'f', "F"),
        CLI_OPT_CHOICE(A, choice, "level", 'l', "LEVEL", levels, "L", .hidden = true),
        CLI_OPT_END,
};
static const struct cli_opt common[] = {
        CLI_OPT_FLAG(A, flag, "batch", 'b', "B"),
        CLI_OPT_END,
};
static const struct cli_cmd init = {"token init",          "FILE", 1, 3, .opts = opts,
                                    .args_size = sizeof(A)};
static const struct cli_cmd list = {"token list", "", 0, 0};
static const struct cli_cmd sign = {"sign", "", 0, 1, .opts = opts + 1, .args_size = sizeof(A)};
static const struct cli_cmd only = {"", "", 0, 2, .opts = opts + 1, .args_size = sizeof(A)};
static const struct cli_program several = {.name = "p",
                                           .commands = (const struct cli_cmd *const[]){&init, &list,
                                                                                       &sign, NULL},
                                           .common = common,
                                           .common_size = sizeof(A)};
static const struct cli_program single = {.name = "p",
                                          .commands = (const struct cli_cmd *const[]){&only, NULL}};

/* The words of `text`; what is read points into it. */
static enum antin_rc
parse(const struct cli_program *p, struct antin_bytes *text, struct cli_line *line,
      struct antin_err *err)
{
	struct cli c = {.program = p};
	char *argv[4100] = {(char *)text->p};
	size_t n = 1;

	for (char *at = (char *)text->p; at < (char *)text->p + text->len; at += strlen(at) + 1)
		argv[n++] = at;
	return cli_parse(&c, argv, line, err);
}

static void
word_write(const struct cli_opt *o, const char *value, struct antin_bytes *out)
{
	antin_bytes_printf(out, "--%s%s%s", o->name, value ? "=" : "", value ? value : "");
	antin_bytes_byte(out, 0);
}

static void
option_write(const struct cli_opt *o, const void *at, struct antin_bytes *out)
{
	char text[ANTIN_TIME_CAP];

	if (o->kind == CLI_FLAG && *(const bool *)at)
		word_write(o, NULL, out);
	if (o->kind == CLI_TEXT && *(const char *const *)at)
		word_write(o, *(const char *const *)at, out);
	for (size_t i = 0; o->kind == CLI_TEXTS && i < ((const struct cli_texts *)at)->n; i++)
		word_write(o, ((const struct cli_texts *)at)->items[i], out);
	for (const struct antin_choice *c = o->choices; c && c->name; c++)
		if (c->value == *(const int *)at)
			word_write(o, c->name, out);
	if (o->kind == CLI_TIME && *(const int64_t *)at != INT64_MIN)
		word_write(o, antin_time_iso(*(const int64_t *)at, text), out);
	if (o->kind != CLI_NUMBER || *(const int64_t *)at == o->initial)
		return;
	(void)snprintf(text, sizeof(text), "%lld", *(const long long *)at);
	word_write(o, text, out);
}

static void
options_write(const struct cli_opt *o, const void *args, struct antin_bytes *out)
{
	for (; o && o->name; o++)
		option_write(o, (const char *)args + o->offset, out);
}

static void
line_write(const struct cli_program *p, const struct cli_line *line, struct antin_bytes *out)
{
	options_write(p->common, line->common, out);
	options_write(cli_global_opts, &line->global, out);
	for (const char *c = line->command->name; *c; c += strcspn(c, " "), c += *c == ' ') {
		antin_bytes_add(out, c, strcspn(c, " "));
		antin_bytes_byte(out, 0);
	}
	options_write(line->command->opts, line->args, out);
	antin_bytes_add(out, "--", 3);
	for (size_t i = 0; i < line->n_operands; i++)
		antin_bytes_add(out, line->operands[i], strlen(line->operands[i]) + 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct cli_program *p = size && data[0] == '.' ? &single : &several;
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bytes) once = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};
	struct antin_err err = {0};
	struct cli_line line, second;

	antin_bytes_add(&text, data + (p == &single), size < 4096 ? size - (p == &single) : 4096);
	antin_bytes_byte(&text, 0);
	if (text.failed)
		return 0;
	fuzz_must(parse(p, &text, &line, &err) == ANTIN_OK || err.rc == ANTIN_E_USAGE);
	if (err.rc == ANTIN_OK && line.command) {
		line_write(p, &line, &once);
		if (!once.failed && fuzz_must(parse(p, &once, &second, &err) == ANTIN_OK))
			line_write(p, &second, &again);
		fuzz_must(antin_bytes_equal(&once, &again));
		if (!once.failed)
			cli_line_done(p, &second);
	}
	cli_line_done(p, &line);
	return 0;
}
