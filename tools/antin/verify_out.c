/*
 * What a verification of many files leaves: CSV (RFC 4180, no cell is a formula), a table at the
 * end, and files that appear only when they are whole.
 */
#include "verify.h"

#include <stdlib.h>
#include <string.h>

#include <antin/text.h>

enum antin_rc
verify_sink_open(struct verify_sink *s, const char *name, struct antin_err *err)
{
	if (!name)
		return ANTIN_OK;
	if (strcmp(name, "-") != 0)
		return antin_output_open(name, 0, &s->file, err);
	s->standard = true;
	return ANTIN_OK;
}

/* Standard output is written at once, so that memory does not grow with the number of files. */
enum antin_rc
verify_sink_write(struct verify_sink *s, const struct antin_bytes *b, struct antin_err *err)
{
	enum antin_rc rc = antin_bytes_check(b, err);

	if (rc != ANTIN_OK)
		return rc;
	if (s->file)
		return antin_output_write(s->file, b->p, b->len, err);
	if (s->standard)
		(void)fwrite(b->p, 1, b->len, stdout);
	return ANTIN_OK;
}

enum antin_rc
verify_sink_close(struct verify_sink *s, struct antin_err *err)
{
	return s->file ? antin_output_commit(s->file, err) : ANTIN_OK;
}

void
verify_sink_done(struct verify_sink *s)
{
	antin_output_free(s->file);
	*s = (struct verify_sink){0};
}

/* ---- CSV ---- */

/* A column: where its value stands in the JSON of a signature, or of the file. */
static const struct column {
	const char *name;
	const char *of_file;
	const char *path[2];
} columns[] = {
        {"file", "file", {NULL}},
        {"sha256", "sha256", {NULL}},
        {"format", "format", {NULL}},
        {"field", NULL, {"field"}},
        {"indication", NULL, {"indication"}},
        {"subIndication", NULL, {"subIndication"}},
        {"level", NULL, {"level"}},
        {"signer", NULL, {"signer", "name"}},
        {"organization", NULL, {"signer", "organization"}},
        {"email", NULL, {"signer", "email"}},
        {"serial", NULL, {"signer", "serial"}},
        {"certificate", NULL, {"signer", "sha256"}},
        {"signingTime", NULL, {"signingTime"}},
        {"coverage", NULL, {"coverage"}},
        {"changes", NULL, {"changes", "level"}},
        {"trust", NULL, {"trust", "class"}},
        {"code", NULL, {NULL}},
        {"text", NULL, {NULL}},
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static void
row(struct antin_bytes *out, const char *const cells[COLUMNS])
{
	for (size_t i = 0; i < COLUMNS; i++) {
		if (i)
			antin_bytes_byte(out, ',');
		if (cells[i] && cells[i][0])
			antin_text_csv_add(out, antin_slice_text(cells[i]));
	}
	antin_bytes_text(out, "\r\n");
}

static void
set(const char *cells[COLUMNS], const char *name, const char *value)
{
	for (size_t i = 0; i < COLUMNS; i++)
		if (strcmp(columns[i].name, name) == 0)
			cells[i] = value;
}

void
verify_csv_head(struct antin_bytes *out)
{
	const char *cells[COLUMNS];

	for (size_t i = 0; i < COLUMNS; i++)
		cells[i] = columns[i].name;
	row(out, cells);
}

static void
fill(const char *cells[COLUMNS], const json_t *file, const json_t *signature)
{
	const json_t *first = json_array_get(json_object_get(signature, "errors"), 0);

	for (size_t i = 0; i < COLUMNS; i++) {
		const json_t *v = json_object_get(signature, columns[i].path[0]);

		if (columns[i].of_file)
			v = json_object_get(file, columns[i].of_file);
		else if (columns[i].path[1])
			v = json_object_get(v, columns[i].path[1]);
		cells[i] = json_string_value(v);
	}
	set(cells, "code", json_string_value(json_object_get(first, "code")));
	set(cells, "text", json_string_value(json_object_get(first, "text")));
}

enum antin_rc
verify_csv_report(const json_t *report, struct antin_bytes *out, struct antin_err *err)
{
	const json_t *list = json_object_get(report, "signatures");
	const char *cells[COLUMNS];

	for (size_t i = 0; i < json_array_size(list); i++) {
		fill(cells, report, json_array_get(list, i));
		row(out, cells);
	}
	if (!json_array_size(list)) {
		fill(cells, report, NULL);
		set(cells, "indication", "NO-SIGNATURE");
		row(out, cells);
	}
	return antin_bytes_check(out, err);
}

void
verify_csv_error(const char *file, const struct antin_err *error, struct antin_bytes *out)
{
	ANTIN_SCOPED(antin_bytes) name = {0};
	const char *cells[COLUMNS] = {NULL};
	char text[1024];

	antin_text_safe_add(&name, antin_slice_text(file), ANTIN_SAFE_MAX);
	set(cells, "file", antin_bytes_cstr(&name));
	set(cells, "indication", "ERROR");
	set(cells, "code", antin_rc_id(error->rc));
	set(cells, "text", antin_err_frame_text(error, 0, cli_translate, text, sizeof(text)));
	row(out, cells);
}

/* ---- the table at the end ---- */

void
verify_table(struct cli *c, const struct verify_files *l)
{
	cli_say(c, "\n%s%s%s\n", cli_style(c, CLI_BOLD), _("Result, signatures, file"),
	        cli_style(c, CLI_PLAIN));
	for (size_t i = 0; i < l->n; i++) {
		const struct verify_file *f = &l->list[i];
		const char *outcome = f->outcome ? f->outcome : N_("NOT READABLE");
		ANTIN_SCOPED(antin_bytes) name = {0};
		size_t width;

		if (f->other)
			continue;
		outcome = _(outcome);
		width = antin_text_characters(antin_slice_text(outcome));
		antin_text_safe_add(&name, antin_slice_text(f->path), ANTIN_SAFE_MAX);
		cli_say(c, "%s%*s %3zu  %s\n", outcome, width < 17 ? (int)(17 - width) : 1, "",
		        f->signatures, antin_bytes_cstr(&name) ? (const char *)name.p : "");
	}
}
