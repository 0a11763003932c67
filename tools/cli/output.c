/*
 * What a run prints: text or JSON on stdout, remarks and errors on stderr.  See cli.h.
 */
#include "inner.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <antin/text.h>

void
cli_say(struct cli *c, const char *format, ...)
{
	va_list args;

	if (c->json || c->quiet)
		return;
	va_start(args, format);
	(void)vprintf(format, args);
	va_end(args);
}

void
cli_note(struct cli *c, const char *format, ...)
{
	va_list args;

	if (c->quiet)
		return;
	(void)fflush(stdout);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
}

void
cli_json(struct cli *c, json_t *object)
{
	ANTIN_OWN(json_t) owned = object;
	ANTIN_SCOPED(antin_bytes) line = {0};

	if (!c->json || !owned || antin_json_write(owned, false, &line, NULL) != ANTIN_OK)
		return;
	while (line.len && line.p[line.len - 1] == '\n')
		line.len--;
	antin_bytes_byte(&line, '\n');
	(void)fwrite(line.p, 1, line.len, stdout);
	(void)fflush(stdout);
}

const char *
cli_style(const struct cli *c, enum cli_style s)
{
	static const char *const codes[] = {
	        [CLI_PLAIN] = "\033[0m",    [CLI_BOLD] = "\033[1m",   [CLI_GOOD] = "\033[1;32m",
	        [CLI_DOUBT] = "\033[1;33m", [CLI_BAD] = "\033[1;31m",
	};

	return c->color ? codes[s] : "";
}

const char *
cli_translate(const char *text)
{
	return text[0] ? gettext(text) : text;
}

static const char *
safe(const char *text, char *out, size_t cap)
{
	return antin_text_safe((struct antin_slice){(const uint8_t *)text, strlen(text)}, out, cap);
}

/* All frames of the error in one text, outermost first, without place and class. */
static void
message_add(const struct antin_err *err, struct antin_bytes *out)
{
	char frame[2048];

	for (size_t i = err->n_frames; i-- > 0;) {
		antin_bytes_text(out,
		                 antin_err_frame_text(err, i, cli_translate, frame, sizeof(frame)));
		antin_bytes_text(out, i > 0 ? ": " : "");
	}
}

static json_t *
causes(const struct antin_err *err)
{
	json_t *list = json_array();
	char frame[2048];

	for (size_t i = err->n_frames; list && i-- > 0;)
		(void)json_array_append_new(list,
		                            json_string(antin_err_frame_text(err, i, cli_translate,
		                                                             frame,
		                                                             sizeof(frame))));
	return list;
}

/* The command that the person should look at after a usage error. */
static const char *
hint_of(const struct cli *c, const struct antin_err *err, char *out, size_t cap)
{
	const char *command = c->command ? c->command->name : "";

	if (err->hint[0])
		return safe(gettext(err->hint), out, cap);
	if (err->rc != ANTIN_E_USAGE)
		return safe(antin_err_hint(err, cli_translate), out, cap);
	(void)snprintf(out, cap, "%s%s%s --help", c->program->name, *command ? " " : "", command);
	return out;
}

static void
error_json(struct cli *c, const struct antin_err *err, const char *message, const char *hint)
{
	char where[sizeof(err->where) * 8], file[sizeof(err->file) * 8];
	json_t *o =
	        json_pack("{ss ss ss ss ss ss so}", "schema", "antin.error/1", "class",
	                  antin_rc_id(err->rc), "message", message, "where",
	                  safe(err->where, where, sizeof(where)), "file",
	                  safe(err->file, file, sizeof(file)), "hint", hint, "cause", causes(err));

	cli_json(c, o);
}

void
cli_error(struct cli *c, const struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) message = {0};
	char hint[2048], file[4096], where[1300];
	const char *text;

	c->error_shown = true;
	cli_progress_end(c);
	message_add(err, &message);
	text = antin_bytes_cstr(&message);
	if (!text)
		text = "";
	(void)hint_of(c, err, hint, sizeof(hint));
	if (c->json)
		error_json(c, err, text, hint);
	(void)fflush(stdout);
	(void)safe(err->file, file, sizeof(file));
	(void)fprintf(stderr, "%s: ", c->program->name);
	if (c->command && c->command->name[0])
		(void)fprintf(stderr, "%s: ", c->command->name);
	if (file[0] && !strstr(text, file))
		(void)fprintf(stderr, "%s: ", file);
	if (err->where[0])
		(void)fprintf(stderr, "%s: ", safe(err->where, where, sizeof(where)));
	(void)fprintf(stderr, "%s [%s]\n", text, antin_rc_id(err->rc));
	if (hint[0])
		(void)fprintf(stderr, "%s: %s\n", _("hint"), hint);
}
