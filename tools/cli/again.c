/*
 * The command line that does again what a run did: from the table of options, quoted for a shell.
 */
#include "cli.h"

#include <string.h>

/* As it is when that is safe, else in quotes; without a backslash, which would be shown twice. */
static void
add_word(struct antin_bytes *b, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	                            "%+,-./:=@_";

	antin_bytes_byte(b, ' ');
	if (*word && !word[strspn(word, plain)]) {
		antin_bytes_text(b, word);
		return;
	}
	antin_bytes_byte(b, '\'');
	for (; *word; word++)
		if (*word == '\'')
			antin_bytes_text(b, "'\"'\"'");
		else
			antin_bytes_byte(b, (uint8_t)*word);
	antin_bytes_byte(b, '\'');
}

static void
add_option(struct antin_bytes *b, const struct cli_opt *o, const char *value)
{
	antin_bytes_printf(b, " --%s", o->name);
	if (value)
		add_word(b, value);
}

static void
add_number(struct antin_bytes *b, const struct cli_opt *o, int64_t value)
{
	char text[32];

	if (value == o->initial)
		return;
	(void)snprintf(text, sizeof(text), "%lld", (long long)value);
	add_option(b, o, text);
}

static void
add_choice(struct antin_bytes *b, const struct cli_opt *o, int value)
{
	for (const struct antin_choice *c = o->choices; c->name && value != o->initial; c++)
		if (c->value == value)
			return add_option(b, o, c->name);
}

static void
add_time(struct antin_bytes *b, const struct cli_opt *o, int64_t value)
{
	char text[ANTIN_TIME_CAP];

	if (value != INT64_MIN)
		add_option(b, o, antin_time_iso(value, text));
}

static void
add_given(struct antin_bytes *b, const struct cli_opt *o, const void *field)
{
	const struct cli_texts *texts = field;

	switch (o->kind) {
	case CLI_FLAG:
		if (*(const bool *)field)
			add_option(b, o, NULL);
		return;
	case CLI_TEXT:
		if (*(const char *const *)field)
			add_option(b, o, *(const char *const *)field);
		return;
	case CLI_TEXTS:
		for (size_t i = 0; i < texts->n; i++)
			add_option(b, o, texts->items[i]);
		return;
	case CLI_NUMBER:
		add_number(b, o, *(const int64_t *)field);
		return;
	case CLI_CHOICE:
		add_choice(b, o, *(const int *)field);
		return;
	case CLI_TIME:
		add_time(b, o, *(const int64_t *)field);
		return;
	}
}

void
cli_again(const struct cli *c, const void *args, const char *operand, const char *const *without,
          struct antin_bytes *out)
{
	antin_bytes_printf(out, "%s %s", c->program->name, c->command->name);
	for (const struct cli_opt *o = c->command->opts; o && o->name; o++) {
		const char *const *w = without;

		while (*w && strcmp(*w, o->name) != 0)
			w++;
		if (!*w)
			add_given(out, o, (const char *)args + o->offset);
	}
	if (operand[0] == '-')
		antin_bytes_text(out, " --");
	add_word(out, operand);
}
