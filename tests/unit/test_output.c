/*
 * cli_main and what it prints: every error class as text and as JSON with its exit code, foreign
 * text escaped, nothing on stdout that does not belong there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>

#include "inner.h"

static const char hostile[] = "a\033[31m\xe2\x80\xae%s%n\n\xff";

struct args {
	int64_t class, code;
	bool foreign, shown, hint;
};

static enum antin_rc
run_fail(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct args *a = args;
	enum antin_rc rc = (enum antin_rc)a->class;

	(void)operands;
	c->exit_code = (int)a->code;
	if (rc == ANTIN_OK) {
		cli_say(c, "said\n");
		cli_note(c, "noted\n");
		cli_json(c, json_pack("{ss}", "schema", "antin.test/1"));
		return ANTIN_OK;
	}
	if (a->foreign) {
		antin_err_set_file(err, hostile);
		antin_err_set_where(err, "%s", hostile);
	}
	if (a->hint)
		antin_err_set_hint(err, "antin trust import %s", a->foreign ? hostile : "FILE");
	rc = antin_fail(err, rc, "the cause is %s", a->foreign ? hostile : "known");
	rc = antin_wrap(err, rc, "around it");
	if (a->shown)
		cli_error(c, err);
	return rc;
}

static const struct cli_opt opts[] = {
        CLI_OPT_NUMBER(struct args, class, "class", 0, "N", 0, ANTIN_RC_COUNT - 1, "Class"),
        CLI_OPT_NUMBER(struct args, code, "code", 0, "N", 0, 99, "Code"),
        CLI_OPT_FLAG(struct args, foreign, "foreign", 0, "Foreign text"),
        CLI_OPT_FLAG(struct args, shown, "shown", 0, "Shown by the command"),
        CLI_OPT_FLAG(struct args, hint, "hint", 0, "Hint of its own"),
        CLI_OPT_END,
};
static const char *const examples[] = {"prog fail", NULL};
static const struct cli_cmd cmd_fail = {.name = "fail",
                                        .operands = "",
                                        .summary = "Fail",
                                        .opts = opts,
                                        .args_size = sizeof(struct args),
                                        .examples = examples,
                                        .run = run_fail};
static const struct cli_cmd *const commands[] = {&cmd_fail, NULL};
static const struct cli_program program = {.name = "prog",
                                           .section = 1,
                                           .summary = "Do",
                                           .commands = commands};
static const struct cli_cmd cmd_only = {.name = "",
                                        .operands = "",
                                        .summary = "Fail",
                                        .opts = opts,
                                        .args_size = sizeof(struct args),
                                        .examples = examples,
                                        .run = run_fail};
static const struct cli_cmd *const only[] = {&cmd_only, NULL};
static const struct cli_program daemon_program = {.name = "progd",
                                                  .section = 8,
                                                  .summary = "Do",
                                                  .commands = only};

struct result {
	int code;
	char out[8192], err[8192];
};

static void
slurp(FILE *f, char *to, size_t cap)
{
	size_t n;

	rewind(f);
	n = fread(to, 1, cap - 1, f);
	to[n] = '\0';
	(void)fclose(f);
}

/* The whole program in a child, as a shell would run it. */
static void
run(const struct cli_program *p, const char *line, struct result *r)
{
	FILE *out = tmpfile(), *err = tmpfile();
	char text[512], *argv[32], *save = NULL;
	int status, argc = 0;
	pid_t pid;

	(void)snprintf(text, sizeof(text), "%s %s", p->name, line);
	for (char *w = strtok_r(text, " ", &save); w; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	argv[argc] = NULL;
	(void)fflush(NULL);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		(void)setenv("ANTIN_HOME", "/nonexistent", 1);
		(void)setenv("ANTIN_LANG", "en", 1);
		(void)dup2(fileno(out), STDOUT_FILENO);
		(void)dup2(fileno(err), STDERR_FILENO);
		status = cli_main(p, argc, argv);
		(void)fflush(NULL);
		_exit(status);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	r->code = WEXITSTATUS(status);
	slurp(out, r->out, sizeof(r->out));
	slurp(err, r->err, sizeof(r->err));
}

static size_t
lines_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* No control character but the line ends, no character that turns the direction. */
static void
assert_clean(const char *text)
{
	ck_assert_ptr_null(strchr(text, '\033'));
	ck_assert_ptr_null(strstr(text, "\xe2\x80\xae"));
	ck_assert_ptr_null(strchr(text, '\xff'));
}

static void
assert_error_json(const char *text, enum antin_rc rc)
{
	static json_t *schema;
	struct antin_err err = {0};
	json_t *object = NULL;

	if (!schema)
		ck_assert_int_eq(antin_json_load("docs/schema/antin.error-1.json", &schema, &err),
		                 ANTIN_OK);
	ck_assert_int_eq(antin_json_parse(antin_slice_text(text), "output", &object, &err),
	                 ANTIN_OK);
	ck_assert_msg(antin_json_check(schema, object, &err) == ANTIN_OK, "%s", text);
	ck_assert_str_eq(json_string_value(json_object_get(object, "class")), antin_rc_id(rc));
	ck_assert_uint_eq(json_array_size(json_object_get(object, "cause")), 2);
	ck_assert_uint_gt(strlen(json_string_value(json_object_get(object, "hint"))), 0);
	json_decref(object);
}

START_TEST(every_class)
{
	enum antin_rc rc = (enum antin_rc)_i;
	struct result r;
	char line[128], want[128];

	(void)snprintf(line, sizeof(line), "fail --class %d", _i);
	run(&program, line, &r);
	ck_assert_int_eq(r.code, antin_rc_exit(rc));
	ck_assert_str_eq(r.out, "");
	(void)snprintf(want, sizeof(want),
	               "prog: fail: around it: the cause is known [%s]\nhint: ", antin_rc_id(rc));
	ck_assert_msg(strncmp(r.err, want, strlen(want)) == 0, "%s", r.err);
	ck_assert_uint_eq(lines_of(r.err), 2);
	(void)snprintf(line, sizeof(line), "fail --json --foreign --hint --class %d", _i);
	run(&program, line, &r);
	ck_assert_int_eq(r.code, antin_rc_exit(rc));
	ck_assert_uint_eq(lines_of(r.out), 1);
	ck_assert_uint_eq(lines_of(r.err), 2);
	assert_clean(r.out);
	assert_clean(r.err);
	assert_error_json(r.out, rc);
}
END_TEST

struct end_row {
	const char *line;
	int code;
	const char *out, *err; /* whole; NULL: not looked at */
};

static const struct end_row ends[] = {
        {"fail", 0, "said\n", "noted\n"},
        {"fail --quiet", 0, "", ""},
        {"fail --json", 0, "{\"schema\":\"antin.test/1\"}\n", "noted\n"},
        {"fail --json --quiet", 0, "{\"schema\":\"antin.test/1\"}\n", ""},
        {"fail --code 3", 3, "said\n", "noted\n"},
        {"fail --code 7 --class 1", 7, "", NULL},
        {"fail --class 1 --shown", 2, "",
         "prog: fail: around it: the cause is known [usage]\nhint: prog fail --help\n"},
        {"fail --class 1 --shown --code 3", 3, "",
         "prog: fail: around it: the cause is known [usage]\nhint: prog fail --help\n"},
        {"fail --class 1 --hint", 2, "",
         "prog: fail: around it: the cause is known [usage]\nhint: antin trust import FILE\n"},
        {"fail --quiet --class 1", 2, "",
         "prog: fail: around it: the cause is known [usage]\nhint: prog fail --help\n"},
        {"--version", 0, "prog " ANTIN_VERSION "\n", ""},
        {"fail --version", 0, "prog " ANTIN_VERSION "\n", ""},
        {"--help", 0, NULL, ""},
        {"fail --help --class 1", 0, NULL, ""},
        {"fail --describe bash", 0, NULL, ""},
        {"", 2, "", "prog: a command is needed [usage]\nhint: prog --help\n"},
};

START_TEST(how_runs_end)
{
	const struct end_row *e = &ends[_i];
	struct result r;

	run(&program, e->line, &r);
	ck_assert_msg(r.code == e->code, "%s: exit %d: %s", e->line, r.code, r.err);
	if (e->out)
		ck_assert_str_eq(r.out, e->out);
	else
		ck_assert_uint_gt(strlen(r.out), 0);
	if (e->err)
		ck_assert_str_eq(r.err, e->err);
}
END_TEST

/* A program without sub-commands: its options stand at once. */
START_TEST(program_of_one_command)
{
	struct result r;

	run(&daemon_program, "", &r);
	ck_assert_int_eq(r.code, 0);
	ck_assert_str_eq(r.out, "said\n");
	run(&daemon_program, "--class 1", &r);
	ck_assert_int_eq(r.code, 2);
	ck_assert_str_eq(r.err,
	                 "progd: around it: the cause is known [usage]\nhint: progd --help\n");
	run(&daemon_program, "word", &r);
	ck_assert_int_eq(r.code, 2);
	ck_assert_ptr_nonnull(strstr(r.err, "word is one operand too many"));
	run(&daemon_program, "--help", &r);
	ck_assert_int_eq(strncmp(r.out, "usage: progd [options]\n", 23), 0);
	run(&daemon_program, "--describe man", &r);
	ck_assert_ptr_nonnull(strstr(r.out, "\n.Dt PROGD 8\n"));
	ck_assert_ptr_null(strstr(r.out, "\n.Sh COMMANDS\n"));
	ck_assert_ptr_nonnull(strstr(r.out, "Fl \\-class"));
}
END_TEST

/* Colour codes only when they are wanted. */
START_TEST(colour)
{
	struct cli c = {.program = &program};

	ck_assert_str_eq(cli_style(&c, CLI_BAD), "");
	c.color = true;
	ck_assert_str_eq(cli_style(&c, CLI_BAD), "\033[1;31m");
	ck_assert_str_eq(cli_style(&c, CLI_PLAIN), "\033[0m");
}
END_TEST

#define ROWS(a) ((int)(sizeof(a) / sizeof((a)[0])))

Suite *suite_output(void);
Suite *
suite_output(void)
{
	Suite *s = suite_create("output");
	TCase *t = tcase_create("output");

	tcase_add_loop_test(t, every_class, 1, ANTIN_RC_COUNT);
	tcase_add_loop_test(t, how_runs_end, 0, ROWS(ends));
	tcase_add_test(t, program_of_one_command);
	tcase_add_test(t, colour);
	suite_add_tcase(s, t);
	return s;
}
