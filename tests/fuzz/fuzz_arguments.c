/*
 * cli_parse: words (cut at NUL) against a table with every kind of option; only usage errors.
 */
#include <string.h>

#include "fuzz.h"
#include "inner.h"

typedef struct {
	const char *text;
	struct cli_texts texts;
	int64_t number, at;
} A;
static const struct cli_opt opts[] = {
        CLI_OPT_TEXT(A, text, "out", 'o', "FILE", "O"),
        CLI_OPT_TEXTS(A, texts, "trust", 't', "PATH", "T"),
        CLI_OPT_NUMBER(A, number, "days", 'd', "N", 1, 9, "D"),
        CLI_OPT_TIME(A, at, "at", 0, "A"),
        CLI_OPT_END,
};
static const struct cli_cmd one = {"token init", "", 0, 3, .opts = opts, .args_size = 64};
static const struct cli_cmd *const commands[] = {&one, NULL};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[4096] = "", *argv[4100] = {text, NULL};
	struct cli c = {.program = &(struct cli_program){.name = "p", .commands = commands}};
	struct antin_err err = {0};
	struct cli_line line;

	size = size > sizeof(text) - 2 ? sizeof(text) - 2 : size;
	memcpy(text + 1, size ? (const char *)data : "", size);
	for (size_t i = 1, n = 1; i <= size; i += strlen(text + i) + 1, argv[n] = NULL)
		argv[n++] = text + i;
	if (cli_parse(&c, argv, &line, &err) != ANTIN_OK && err.rc != ANTIN_E_USAGE)
		abort();
	cli_line_done(c.program, &line);
	return 0;
}
