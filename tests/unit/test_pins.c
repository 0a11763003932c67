/*
 * PIN sources: files, environment, descriptors, programs, the terminal (a pseudo terminal), and the
 * consent to a token's last try.
 */
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include <check.h>

#include <antin/file.h>

#include "inner.h"
#include "util.h"

static const struct cli_program program = {.name = "prog", .section = 1};

static struct cli_pin_args
none(void)
{
	return (struct cli_pin_args){.pin_fd = -1};
}

/* A file with this content and mode; its name. */
static const char *
file_with(const char *content, mode_t mode)
{
	static char path[64];
	int fd;

	(void)snprintf(path, sizeof(path), "/tmp/antin-pin-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, content, strlen(content)), (ssize_t)strlen(content));
	ck_assert_int_eq(fchmod(fd, mode), 0);
	(void)close(fd);
	return path;
}

static enum antin_rc
ask(const struct cli_pin_args *args, const struct antin_pin_request *q, struct antin_bytes *pin,
    struct antin_err *err)
{
	struct cli c = {.program = &program};
	ANTIN_OWN_S(cli_pins) p = NULL;
	enum antin_rc rc = cli_pins_new(&c, args, &p, err);
	const struct antin_pin_source *s;

	if (rc != ANTIN_OK)
		return rc;
	s = cli_pins_source(p);
	return s->get(s->user, q, pin, err);
}

static const struct antin_pin_request plain = {.why = ANTIN_PIN_USER,
                                               .label = "Token",
                                               .serial = "0123456789abcdef",
                                               .tries_left = -1};

struct file_row {
	const char *content;
	mode_t mode;
	enum antin_rc rc;
	const char *pin;
};
static const struct file_row files[] = {
        {"1234", 0600, ANTIN_OK, "1234"},
        {"1234\n", 0600, ANTIN_OK, "1234"},
        {"1234\r\n", 0400, ANTIN_OK, "1234"},
        {"1234\nsecond\n", 0600, ANTIN_OK, "1234"},
        {" 12 34 \n", 0600, ANTIN_OK, " 12 34 "},
        {"", 0600, ANTIN_E_PIN_NEEDED, NULL},
        {"\n1234\n", 0600, ANTIN_E_PIN_NEEDED, NULL},
        {"1234\n", 0644, ANTIN_E_POLICY, NULL},
        {"1234\n", 0660, ANTIN_E_POLICY, NULL},
        {"1234\n", 0604, ANTIN_E_POLICY, NULL},
};

START_TEST(from_files)
{
	const struct file_row *r = &files[_i];
	ANTIN_SCOPED(antin_bytes) pin = {0};
	struct cli_pin_args args = none();
	struct antin_err err = {0};

	args.pin_file = file_with(r->content, r->mode);
	ck_assert_int_eq(ask(&args, &plain, &pin, &err), r->rc);
	if (r->pin) {
		ck_assert_str_eq(antin_bytes_cstr(&pin), r->pin);
		ck_assert(pin.secret);
	} else {
		ck_assert_uint_eq(pin.len, 0);
	}
	(void)unlink(args.pin_file);
}
END_TEST

START_TEST(missing_file)
{
	ANTIN_SCOPED(antin_bytes) pin = {0};
	struct cli_pin_args args = none();
	struct antin_err err = {0};

	args.pin_file = "/tmp/antin-no-such-file";
	ck_assert_int_eq(ask(&args, &plain, &pin, &err), ANTIN_E_MISSING);
	antin_err_clear(&err);
	args.pin_file = "/tmp";
	ck_assert_int_ne(ask(&args, &plain, &pin, &err), ANTIN_OK);
}
END_TEST

START_TEST(from_environment)
{
	ANTIN_SCOPED(antin_bytes) pin = {0};
	struct cli_pin_args args = none();
	struct antin_err err = {0};

	args.pin_env = "ANTIN_TEST_PIN";
	(void)unsetenv("ANTIN_TEST_PIN");
	ck_assert_int_eq(ask(&args, &plain, &pin, &err), ANTIN_E_PIN_NEEDED);
	antin_err_clear(&err);
	(void)setenv("ANTIN_TEST_PIN", "", 1);
	ck_assert_int_eq(ask(&args, &plain, &pin, &err), ANTIN_E_PIN_NEEDED);
	antin_err_clear(&err);
	(void)setenv("ANTIN_TEST_PIN", "8642", 1);
	ck_assert_int_eq(ask(&args, &plain, &pin, &err), ANTIN_OK);
	ck_assert_str_eq(antin_bytes_cstr(&pin), "8642");
	ck_assert_ptr_null(getenv("ANTIN_TEST_PIN"));
}
END_TEST

START_TEST(from_descriptor)
{
	ANTIN_SCOPED(antin_bytes) pin = {0};
	struct cli_pin_args args = none();
	struct antin_err err = {0};
	char rest[8] = {0};
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(write(ends[1], "9753\nrest", 9), 9);
	(void)close(ends[1]);
	args.pin_fd = ends[0];
	ck_assert_int_eq(ask(&args, &plain, &pin, &err), ANTIN_OK);
	ck_assert_str_eq(antin_bytes_cstr(&pin), "9753");
	/* What follows the line belongs to somebody else. */
	ck_assert_int_eq(read(ends[0], rest, sizeof(rest)), 4);
	ck_assert_str_eq(rest, "rest");
	(void)close(ends[0]);
	antin_err_clear(&err);
	ck_assert_int_eq(ask(&args, &plain, &pin, &err), ANTIN_E_PIN_NEEDED);
}
END_TEST

/* A NUL is no character of a PIN: a token and a file would cut it at different places. */
START_TEST(nul_in_pin)
{
	static const struct {
		struct antin_slice content;
		bool refused;
	} cases[] = {
	        {UTIL_LITERAL("12\0"
	                      "34\n"),
	         true},
	        {UTIL_LITERAL("\0"), true},
	        {UTIL_LITERAL("\0"
	                      "1234"),
	         true},
	        {UTIL_LITERAL("1234\0"), true},
	        {UTIL_LITERAL("1234\n\0"), false},
	        {UTIL_LITERAL("1234\r\0\n"), false},
	};
	char *folder = util_scratch();

	for (size_t i = 0; i < UTIL_COUNT(cases) * 3; i++) {
		size_t n = i / 3;
		const char *path = util_path(folder, "pin");
		ANTIN_SCOPED(antin_bytes) pin = {0};
		struct cli_pin_args args = none();
		struct antin_err err = {0};
		char command[512];
		enum antin_rc rc;
		int fd = -1;

		util_write(path, cases[n].content);
		ck_assert_int_eq(chmod(path, 0600), 0);
		(void)snprintf(command, sizeof(command), "cat %s", path);
		if (i % 3 == 0)
			args.pin_file = path;
		else if (i % 3 == 1)
			args.pin_program = command;
		else
			args.pin_fd = fd = open(path, O_RDONLY | O_CLOEXEC);
		rc = ask(&args, &plain, &pin, &err);
		if (fd >= 0)
			(void)close(fd);
		ck_assert_msg(rc == (cases[n].refused ? ANTIN_E_PIN_NEEDED : ANTIN_OK), "%zu: %s",
		              i, util_line(&err));
		if (!cases[n].refused) {
			ck_assert_str_eq(antin_bytes_cstr(&pin), "1234");
			continue;
		}
		ck_assert_ptr_nonnull(strstr(util_line(&err), "NUL byte"));
		ck_assert_ptr_null(strstr(util_line(&err), "12"));
		ck_assert_uint_eq(pin.len, 0);
	}
	util_scratch_remove(folder);
}
END_TEST

struct program_row {
	const char *script; /* NULL: `command` as it stands */
	const char *command;
	enum antin_rc rc;
	const char *pin;
};
static const struct program_row programs[] = {
        {NULL, "echo 1357", ANTIN_OK, "1357"},
        {NULL, "  echo   1357 ", ANTIN_OK, "1357"},
        {NULL, "echo $(id)", ANTIN_OK, "$(id)"}, /* no shell looks at it */
        {NULL, "echo", ANTIN_E_PIN_NEEDED, NULL},
        {NULL, "false", ANTIN_E_PIN_NEEDED, NULL},
        {NULL, "antin-no-such-program", ANTIN_E_MISSING, NULL},
        {NULL, "/tmp", ANTIN_E_UNREADABLE, NULL},
        {NULL, "   ", ANTIN_E_USAGE, NULL},
        {"printf '%s/%s\\n' \"$ANTIN_PIN_WHY\" \"$ANTIN_PIN_LABEL\"", NULL, ANTIN_OK, "user/Token"},
        {"cat; echo 11", NULL, ANTIN_OK, "11"}, /* its stdin is empty */
        {"echo 22; exit 3", NULL, ANTIN_E_PIN_NEEDED, NULL},
        {"kill -9 $$", NULL, ANTIN_E_PIN_NEEDED, NULL},
        {"head -c 100000 /dev/zero | tr '\\0' 7", NULL, ANTIN_OK, NULL},
};

START_TEST(from_programs)
{
	const struct program_row *r = &programs[_i];
	ANTIN_SCOPED(antin_bytes) pin = {0};
	struct cli_pin_args args = none();
	struct antin_err err = {0};
	char command[128];
	const char *script = NULL;

	args.pin_program = r->command;
	if (r->script) {
		script = file_with(r->script, 0600);
		(void)snprintf(command, sizeof(command), "sh %s", script);
		args.pin_program = command;
	}
	ck_assert_int_eq(ask(&args, &plain, &pin, &err), r->rc);
	if (r->pin)
		ck_assert_str_eq(antin_bytes_cstr(&pin), r->pin);
	else if (r->rc == ANTIN_OK)
		ck_assert_uint_eq(pin.len, 1024);
	ck_assert_ptr_null(getenv("ANTIN_PIN_WHY"));
	if (script)
		(void)unlink(script);
}
END_TEST

START_TEST(one_source_only)
{
	ANTIN_SCOPED(antin_bytes) pin = {0};
	struct cli_pin_args args = none();
	struct antin_err err = {0};

	args.pin_file = "a";
	args.pin_fd = 0;
	ck_assert_int_eq(ask(&args, &plain, &pin, &err), ANTIN_E_USAGE);
}
END_TEST

START_TEST(nobody_to_ask)
{
	ANTIN_SCOPED(antin_bytes) pin = {0};
	struct cli_pin_args args = none();
	struct antin_err err = {0};

	ck_assert_int_eq(ask(&args, &plain, &pin, &err), ANTIN_E_PIN_NEEDED);
	ck_assert_uint_eq(pin.len, 0);
}
END_TEST

/* Unattended, the last try is never used, neither at first nor after a PIN that failed. */
START_TEST(last_try_unattended)
{
	ANTIN_SCOPED(antin_bytes) pin = {0};
	struct cli c = {.program = &program};
	struct cli_pin_args args = none();
	struct antin_pin_request last = plain;
	struct antin_err err = {0};
	ANTIN_OWN_S(cli_pins) p = NULL;
	const struct antin_pin_source *s;

	last.last_try = true;
	last.tries_left = 1;
	args.pin_program = "echo 1234";
	ck_assert_int_eq(ask(&args, &last, &pin, &err), ANTIN_E_PIN_LAST_TRY);
	ck_assert_uint_eq(pin.len, 0);
	antin_err_clear(&err);
	ck_assert_int_eq(cli_pins_new(&c, &args, &p, &err), ANTIN_OK);
	s = cli_pins_source(p);
	ck_assert_int_eq(s->get(s->user, &plain, &pin, &err), ANTIN_OK);
	antin_bytes_clear(&pin);
	ck_assert_int_eq(s->get(s->user, &last, &pin, &err), ANTIN_E_PIN_WRONG);
	ck_assert_uint_eq(pin.len, 0);
}
END_TEST

/* What a person sees and types in a child that has a pseudo terminal. */
struct session {
	struct antin_pin_request request;
	const char *typed[3];
	enum antin_rc rc;
	const char *pin;
	const char *shows;
};

static const struct session sessions[] = {
        {{ANTIN_PIN_USER, "Token", "abcd1234", -1, false},
         {"2468\n"},
         ANTIN_OK,
         "2468",
         "PIN of token Token (abcd1234): "},
        {{ANTIN_PIN_USER, "Token", "abcd1234", 2, false},
         {"2468\n"},
         ANTIN_OK,
         "2468",
         "(abcd1234), tries left: 2: "},
        {{ANTIN_PIN_SO, "Token", "abcd1234", -1, false},
         {"87654321\n"},
         ANTIN_OK,
         "87654321",
         "Security officer's PIN of token Token"},
        {{ANTIN_PIN_CONTEXT, "T", "abcd1234", -1, false},
         {"1\n"},
         ANTIN_OK,
         "1",
         "PIN of token T again, for this signature"},
        {{ANTIN_PIN_PASSPHRASE, "a.p12", "", -1, false},
         {"mật khẩu\n"},
         ANTIN_OK,
         "mật khẩu",
         "Passphrase of a.p12: "},
        {{ANTIN_PIN_PUK, "Token", "abcd1234", -1, false},
         {"12345678\n"},
         ANTIN_OK,
         "12345678",
         "PUK of token Token (abcd1234): "},
        {{ANTIN_PIN_USER, "T\033[31m%s", "abcd", -1, false},
         {"1\n"},
         ANTIN_OK,
         "1",
         "T\\u{1b}[31m%s"},
        {{ANTIN_PIN_NEW, "T", "abcd1234", -1, false},
         {"2468\n", "2468\n"},
         ANTIN_OK,
         "2468",
         "The same again: "},
        {{ANTIN_PIN_NEW, "T", "abcd1234", -1, false},
         {"2468\n", "2469\n"},
         ANTIN_E_CANCELLED,
         NULL,
         "The same again: "},
        {{ANTIN_PIN_USER, "T", "abcd1234", -1, false},
         {"\n"},
         ANTIN_E_PIN_NEEDED,
         NULL,
         "PIN of token"},
        {{ANTIN_PIN_USER, "T", "abcd1234", -1, false},
         {"\004"},
         ANTIN_E_CANCELLED,
         NULL,
         "PIN of token"},
        {{ANTIN_PIN_USER, "T", "abcd1234", 1, true},
         {"1234\n", "5678\n"},
         ANTIN_OK,
         "5678",
         "last four characters"},
        {{ANTIN_PIN_USER, "T", "abcdABCD", 1, true},
         {"abcd\n", "5678\n"},
         ANTIN_OK,
         "5678",
         "last four characters"},
        {{ANTIN_PIN_USER, "T", "abcd1234", 1, true},
         {"4321\n"},
         ANTIN_E_PIN_LAST_TRY,
         NULL,
         "One try is left"},
        {{ANTIN_PIN_USER, "T", "abcd1234", 1, true},
         {"\n"},
         ANTIN_E_PIN_LAST_TRY,
         NULL,
         "One try is left"},
        {{ANTIN_PIN_USER, "T", "", 1, true}, {"\n"}, ANTIN_E_PIN_LAST_TRY, NULL, ""},
};

/* In the child: asks, then writes "class PIN" to `out`. */
static void
child(const struct session *s, int out)
{
	ANTIN_SCOPED(antin_bytes) pin = {0};
	struct cli c = {.program = &program, .terminal = true};
	struct cli_pin_args args = none();
	struct antin_err err = {0};
	ANTIN_OWN_S(cli_pins) p = NULL;
	struct termios now;
	enum antin_rc rc = cli_pins_new(&c, &args, &p, &err);

	/* In a session of its own it would outlive a test that is stopped. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (rc == ANTIN_OK)
		rc = cli_pins_source(p)->get(p ? cli_pins_source(p)->user : NULL, &s->request, &pin,
		                             &err);
	(void)tcgetattr(STDIN_FILENO, &now);
	(void)dprintf(out, "%d %d %s", (int)rc, !!(now.c_lflag & ECHO),
	              rc == ANTIN_OK ? antin_bytes_cstr(&pin) : "-");
	cli_pins_free(ANTIN_TAKE(p));
	_exit(0);
}

/* Reads what the terminal shows until it holds a question (": " at the end), or ends. */
static void
read_shown(int fd, char *shown, size_t cap)
{
	for (;;) {
		size_t len = strlen(shown);
		ssize_t got = len < cap - 1 ? read(fd, shown + len, cap - 1 - len) : 0;

		if (got <= 0)
			return;
		shown[len + (size_t)got] = '\0';
		if (strcmp(shown + strlen(shown) - 2, ": ") == 0)
			return;
	}
}

START_TEST(at_a_terminal)
{
	const struct session *s = &sessions[_i];
	char shown[4096] = "", answer[256] = "";
	char *rest = answer;
	int ends[2], fd, rc, echo, status;
	pid_t pid;

	ck_assert_int_eq(pipe(ends), 0);
	pid = forkpty(&fd, NULL, NULL, NULL);
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		child(s, ends[1]);
	(void)close(ends[1]);
	for (size_t i = 0; i < 3 && s->typed[i]; i++) {
		size_t before = strlen(shown);

		read_shown(fd, shown, sizeof(shown));
		if (strlen(shown) == before)
			break;
		ck_assert_int_gt(write(fd, s->typed[i], strlen(s->typed[i])), 0);
		/* So that the next ": " is a new question. */
		(void)strncat(shown, "\n", sizeof(shown) - strlen(shown) - 1);
	}
	ck_assert_int_gt(read(ends[0], answer, sizeof(answer) - 1), 0);
	(void)close(ends[0]);
	(void)close(fd);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	rc = (int)strtol(answer, &rest, 10);
	echo = (int)strtol(rest, NULL, 10);
	ck_assert_msg(rc == (int)s->rc, "%s, shown: %s", antin_rc_id((enum antin_rc)rc), shown);
	ck_assert_int_eq(echo, 1);
	ck_assert_msg(strstr(shown, s->shows), "%s", shown);
	if (s->pin) {
		ck_assert_str_eq(strchr(strchr(answer, ' ') + 1, ' ') + 1, s->pin);
		ck_assert_msg(strlen(s->pin) < 2 || !strstr(shown, s->pin), "the PIN was shown: %s",
		              shown);
	}
}
END_TEST

/* Interrupted at the question, the program ends by the signal and the terminal echoes again. */
START_TEST(interrupted)
{
	char shown[4096] = "";
	struct termios now;
	int slave, fd, status;
	pid_t pid;

	ck_assert_int_eq(openpty(&fd, &slave, NULL, NULL, NULL), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		/* Check has a handler of its own. */
		(void)signal(SIGINT, SIG_DFL);
		(void)login_tty(dup(slave));
		child(&sessions[0], STDERR_FILENO);
	}
	read_shown(fd, shown, sizeof(shown));
	ck_assert_int_eq(tcgetattr(slave, &now), 0);
	ck_assert_int_eq(now.c_lflag & ECHO, 0);
	ck_assert_int_eq(write(fd, "12\003", 3), 3);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
	ck_assert_int_eq(tcgetattr(slave, &now), 0);
	ck_assert_int_ne(now.c_lflag & ECHO, 0);
	(void)close(slave);
	(void)close(fd);
}
END_TEST

#define ROWS(a) ((int)(sizeof(a) / sizeof((a)[0])))

Suite *suite_pins(void);
Suite *
suite_pins(void)
{
	Suite *s = suite_create("pins");
	TCase *t = tcase_create("pins");

	tcase_add_loop_test(t, from_files, 0, ROWS(files));
	tcase_add_test(t, missing_file);
	tcase_add_test(t, nul_in_pin);
	tcase_add_test(t, from_environment);
	tcase_add_test(t, from_descriptor);
	tcase_add_loop_test(t, from_programs, 0, ROWS(programs));
	tcase_add_test(t, one_source_only);
	tcase_add_test(t, nobody_to_ask);
	tcase_add_test(t, last_try_unattended);
	tcase_add_loop_test(t, at_a_terminal, 0, ROWS(sessions));
	tcase_add_test(t, interrupted);
	suite_add_tcase(s, t);
	return s;
}
