/*
 * Runs programs without a shell, and takes what one prints: for --pin-program and trust stores.
 */
#include "inner.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS_MAX = 32 };

/* Words between blanks; no quoting: a program that needs more is put into a script. */
static size_t
split(char *text, char *words[WORDS_MAX + 1])
{
	size_t n = 0;
	char *save = NULL;

	for (char *w = strtok_r(text, " \t", &save); w && n < WORDS_MAX;
	     w = strtok_r(NULL, " \t", &save))
		words[n++] = w;
	words[n] = NULL;
	return n;
}

static int
start(char *const words[], int out, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	int failed = posix_spawn_file_actions_init(&files);

	if (failed)
		return failed;
	failed = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!failed)
		failed = posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	if (!failed)
		failed = posix_spawnp(pid, words[0], &files, NULL, words, environ);
	(void)posix_spawn_file_actions_destroy(&files);
	return failed;
}

static void
take_output(int fd, size_t max, struct antin_bytes *out)
{
	uint8_t byte;

	for (;;) {
		ssize_t got = read(fd, &byte, 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got != 1)
			return;
		if (out->len < max)
			antin_bytes_byte(out, byte);
	}
}

static bool
ended_well(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

enum antin_rc
cli_program_output(const char *command, size_t max, struct antin_bytes *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) copy = {0};
	char *words[WORDS_MAX + 1];
	int ends[2], failed;
	pid_t pid = 0;

	antin_bytes_text(&copy, command);
	if (!antin_bytes_cstr(&copy))
		return antin_fail_memory(err);
	if (split((char *)copy.p, words) == 0)
		return antin_fail(err, ANTIN_E_USAGE, N_("no program is named"));
	if (pipe2(ends, O_CLOEXEC) != 0)
		return antin_fail_errno(err, errno, words[0], NULL);
	failed = start(words, ends[1], &pid);
	(void)close(ends[1]);
	if (!failed)
		take_output(ends[0], max, out);
	(void)close(ends[0]);
	if (failed)
		return antin_fail_errno(err, failed, words[0], NULL);
	if (!ended_well(pid))
		return antin_fail(err, ANTIN_E_PIN_NEEDED, N_("program %s failed and gave no PIN"),
		                  words[0]);
	return antin_bytes_check(out, err);
}

enum antin_rc
cli_run(char *const *words, struct antin_err *err)
{
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC), failed;
	pid_t pid = 0;

	if (nowhere < 0)
		return antin_fail_errno(err, errno, "/dev/null", NULL);
	failed = start(words, nowhere, &pid);
	(void)close(nowhere);
	if (failed)
		return antin_fail_errno(err, failed, words[0], NULL);
	if (!ended_well(pid))
		return antin_fail(err, ANTIN_E_SERVICE, N_("the program %s failed"), words[0]);
	return ANTIN_OK;
}
