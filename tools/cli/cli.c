/*
 * The main loop of every program: harden, choose the language, parse, run, print the error, exit
 * code.  See cli.h.
 */
#include "inner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Secrets pass through this process: no core dump, no reading by other processes of the user. */
static void
harden(void)
{
	struct rlimit none = {0, 0};

	(void)setrlimit(RLIMIT_CORE, &none);
	/* A file beyond the limit of its size is an error with words, not a death. */
	(void)signal(SIGXFSZ, SIG_IGN);
#ifndef __SANITIZE_ADDRESS__ /* whose leak check attaches to the process */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

/*
 * A descriptor below 3 that was closed would be given to the next file, and what is printed would
 * go into it: it is opened the wrong way round, so that using it still fails.
 */
static bool
keep_standard(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			return false;
	return true;
}

/* --json and --lang count also for errors in the command line itself, wherever they stand. */
static int
look_ahead(struct cli *c, char **argv)
{
	int lang = CLI_LANG_NONE;

	for (char **a = argv + 1; *a && strcmp(*a, "--") != 0; a++) {
		const char *value = NULL;

		if (strcmp(*a, "--json") == 0)
			c->json = true;
		else if (strncmp(*a, "--lang=", 7) == 0)
			value = *a + 7;
		else if (strcmp(*a, "--lang") == 0)
			value = a[1] ? a[1] : "";
		if (value && strcmp(value, "vi") == 0)
			lang = CLI_LANG_VI;
		else if (value && strcmp(value, "en") == 0)
			lang = CLI_LANG_EN;
	}
	return lang;
}

static bool
want_color(const struct cli *c)
{
	const char *setting = NULL;
	const char *term = getenv("TERM");
	const char *off = getenv("NO_COLOR");

	if (!c->settings ||
	    cli_setting((struct cli *)(uintptr_t)c, "ui.color", &setting, NULL) != ANTIN_OK)
		return false;
	if (strcmp(setting, "always") == 0)
		return true;
	return strcmp(setting, "auto") == 0 && isatty(STDOUT_FILENO) && term &&
	       strcmp(term, "dumb") != 0 && !(off && *off);
}

/* A broken configuration must not hide --help: its error is kept until the command is about to run.
 */
static enum antin_rc
settings_open(struct cli *c, int lang_option, struct antin_err *err)
{
	const char *lang = NULL;
	enum antin_rc rc = cli_settings_load(&c->settings, err);

	if (rc == ANTIN_OK)
		rc = cli_setting(c, "lang", &lang, err);
	c->lang = cli_lang_choose(lang_option, lang);
	cli_lang_use(c->lang);
	c->color = want_color(c);
	return rc;
}

static enum antin_rc
print(const struct antin_bytes *b, struct antin_err *err)
{
	enum antin_rc rc = antin_bytes_check(b, err);

	if (rc == ANTIN_OK)
		(void)fwrite(b->p, 1, b->len, stdout);
	return rc;
}

static enum antin_rc
describe(const struct cli_program *p, int form, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_OWN(json_t) json = NULL;
	enum antin_rc rc = ANTIN_OK;

	if (form == CLI_MAN) {
		cli_man_add(p, &text);
	} else if (form == CLI_BASH) {
		cli_bash_add(p, &text);
	} else if (form == CLI_ZSH) {
		cli_zsh_add(p, &text);
	} else {
		json = cli_describe_json(p);
		rc = json ? antin_json_write(json, true, &text, err) : antin_fail_memory(err);
	}
	return rc == ANTIN_OK ? print(&text, err) : rc;
}

static enum antin_rc
version(struct cli *c)
{
	if (c->json)
		cli_json(c, json_pack("{ss ss ss}", "schema", "antin.version/1", "program",
		                      c->program->name, "version", ANTIN_VERSION));
	else
		(void)printf("%s %s\n", c->program->name, ANTIN_VERSION);
	return ANTIN_OK;
}

static enum antin_rc
help(const struct cli *c, const struct cli_line *line, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) text = {0};

	if (line->command)
		cli_help_command(c->program, line->command, &text);
	else
		cli_help_program(c->program, line->group, &text);
	return print(&text, err);
}

static enum antin_rc
run(struct cli *c, char **argv, struct cli_line *line, struct antin_err *err)
{
	struct antin_err config = {0};
	enum antin_rc configured = settings_open(c, look_ahead(c, argv), &config);
	enum antin_rc rc = cli_parse(c, argv, line, err);

	if (rc != ANTIN_OK)
		return rc;
	c->json = line->global.json;
	c->quiet = line->global.quiet;
	c->common = line->common;
	if (line->global.describe)
		return describe(c->program, line->global.describe, err);
	if (line->global.version)
		return version(c);
	if (line->global.help)
		return help(c, line, err);
	if (configured != ANTIN_OK) {
		*err = config;
		return configured;
	}
	rc = cli_tokens_begin(c, err);
	return rc == ANTIN_OK ? line->command->run(c, line->args, line->operands, err) : rc;
}

/* What was printed must have arrived: a full disk behind a redirection is a failure. */
static enum antin_rc
flush(struct antin_err *err)
{
	bool written = fflush(stdout) == 0 && !ferror(stdout);

	if (written)
		return ANTIN_OK;
	if (errno != EBADF)
		return antin_fail_errno(err, errno ? errno : EIO, _("standard output"), NULL);
	antin_err_set_hint(err, N_("Let it go to a terminal, a file or another program."));
	return antin_fail(err, ANTIN_E_IO, N_("standard output is closed"));
}

int
cli_main(const struct cli_program *program, int argc, char **argv)
{
	struct cli c = {.program = program, .clock = antin_clock_system};
	struct cli_line line = {0};
	struct antin_err err = {0};
	enum antin_rc rc;

	harden();
	if (argc < 1)
		return 2;
	if (!keep_standard())
		return antin_rc_exit(ANTIN_E_IO);
	c.terminal = cli_tty_present();
	c.now = antin_now(&c.clock);
	rc = run(&c, argv, &line, &err);
	cli_progress_end(&c);
	if (rc == ANTIN_OK) {
		rc = flush(&err);
		/* A verdict that did not arrive is none; that one failed stays the graver news. */
		if (rc != ANTIN_OK && (c.exit_code == 3 || c.exit_code == 4))
			c.exit_code = 0;
	} else if (c.error_shown && c.exit_code) {
		err.rc = rc;
	}
	if (rc != ANTIN_OK && !c.error_shown)
		cli_error(&c, &err);
	cli_line_done(program, &line);
	cli_settings_free(c.settings);
	if (rc != ANTIN_OK && c.exit_code == 0)
		c.exit_code = antin_rc_exit(rc);
	return c.exit_code;
}
