/*
 * cli_parse: words (cut at NUL) against a table with every kind of option; only usage errors.
 */
#include <stdlib.h>
#include <string.h>

#include "inner.h"

struct args {
	const char *text;
	struct cli_texts texts;
	int64_t number, at;
};
static const struct cli_opt opts[] = {CLI_OPT_TEXT(struct args, text, "out", 'o', "FILE", "O"),
                                      CLI_OPT_TEXTS(struct args, texts, "trust", 't', "PATH", "T"),
                                      CLI_OPT_NUMBER(struct args, number, "days", 'd', "N", 1, 9,
                                                     "D"),
                                      CLI_OPT_TIME(struct args, at, "at", 0, "A"), CLI_OPT_END};
static const struct cli_cmd one = {"token init", "", 0, 3, .opts = opts, .args_size = 64};
static const struct cli_cmd *const commands[] = {&one, NULL};
static const struct cli_program program = {.name = "p", .commands = commands};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[4096] = "", *argv[4100] = {text, NULL};
	struct cli c = {.program = &program};
	struct cli_line line;
	struct antin_err err = {0};

	size = size > sizeof(text) - 2 ? sizeof(text) - 2 : size;
	if (size)
		memcpy(text + 1, data, size);
	for (size_t i = 1, n = 1; i <= size; i += strlen(text + i) + 1, argv[n] = NULL)
		argv[n++] = text + i;
	if (cli_parse(&c, argv, &line, &err) != ANTIN_OK && err.rc != ANTIN_E_USAGE)
		abort();
	cli_line_done(&program, &line);
	return 0;
}
