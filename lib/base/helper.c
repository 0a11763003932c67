/*
 * Starting and ending of helper programs.  See helper.h.
 */
#include <antin/helper.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <antin/clock.h>

enum { GRACE_MS = 2000, POLL_MS = 5 };

/* ---- starting ---- */

char **
antin_environment(bool (*wanted)(const char *entry, void *user), void *user)
{
	size_t n = 0, kept = 0;
	char **list;

	while (environ && environ[n])
		n++;
	list = calloc(n + 1, sizeof(char *));
	if (!list)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (wanted(environ[i], user))
			list[kept++] = environ[i];
	return list;
}

/* Sources go above the targets first, so that none is overwritten before its turn. */
static int
files_add(posix_spawn_file_actions_t *files, const struct antin_spawn *s, const int *above)
{
	int failed = 0;

	for (int i = 0; i < s->n_fds && !failed; i++) {
		if (s->fds[i] >= 0)
			failed = posix_spawn_file_actions_adddup2(files, above[i], i);
		else
			failed = posix_spawn_file_actions_addopen(files, i, "/dev/null",
			                                          i == STDIN_FILENO ? O_RDONLY
			                                                            : O_WRONLY,
			                                          0);
	}
	return failed ? failed : posix_spawn_file_actions_addclosefrom_np(files, s->n_fds);
}

/* No terminal that it could ask at, and no signals from its keys. */
static int
attributes_set(posix_spawnattr_t *how)
{
	sigset_t none, all;
	int failed;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	failed = posix_spawnattr_setsigmask(how, &none);
	if (!failed)
		failed = posix_spawnattr_setsigdefault(how, &all);
	if (!failed)
		failed = posix_spawnattr_setflags(how, POSIX_SPAWN_SETSIGMASK |
		                                               POSIX_SPAWN_SETSIGDEF |
		                                               POSIX_SPAWN_SETSID);
	return failed;
}

static int
spawn_with(const struct antin_spawn *s, const int *above, pid_t *pid)
{
	static char *nothing[] = {NULL};
	char *path = strdup(s->program);
	char *words[] = {path, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	int failed = path ? posix_spawn_file_actions_init(&files) : ENOMEM;

	if (failed) {
		free(path);
		return failed;
	}
	failed = posix_spawnattr_init(&how);
	if (!failed) {
		failed = files_add(&files, s, above);
		if (!failed)
			failed = attributes_set(&how);
		if (!failed)
			failed = posix_spawn(pid, s->program, &files, &how,
			                     s->words ? s->words : words,
			                     s->environment ? s->environment : nothing);
		(void)posix_spawnattr_destroy(&how);
	}
	(void)posix_spawn_file_actions_destroy(&files);
	free(path);
	return failed;
}

int
antin_spawn(const struct antin_spawn *s, pid_t *pid)
{
	int above[ANTIN_SPAWN_FDS] = {0}, n = 0, failed = s->n_fds > ANTIN_SPAWN_FDS ? EINVAL : 0;

	for (; n < s->n_fds && !failed; n++) {
		above[n] = s->fds[n] < 0 ? -1 : fcntl(s->fds[n], F_DUPFD_CLOEXEC, ANTIN_SPAWN_FDS);
		failed = s->fds[n] >= 0 && above[n] < 0 ? errno : 0;
	}
	if (!failed)
		failed = spawn_with(s, above, pid);
	while (n > 0)
		if (above[--n] >= 0)
			(void)close(above[n]);
	return failed;
}

bool
antin_spawn_ended(pid_t pid, unsigned int ms, int *status)
{
	int64_t until = antin_milliseconds() + ms;
	pid_t got;

	*status = 0;
	while ((got = waitpid(pid, status, WNOHANG)) == 0 || (got < 0 && errno == EINTR)) {
		if (antin_milliseconds() >= until)
			return false;
		(void)poll(NULL, 0, POLL_MS);
	}
	return true;
}

/* ---- a helper with its socket ---- */

enum antin_rc
antin_helper_start(const char *program, char *const *environment, int error,
                   struct antin_helper *out, struct antin_err *err)
{
	int ends[2], failed;
	int fds[] = {-1, -1, error, -1};
	struct antin_helper h = {.fd = -1, .watch = -1};
	struct antin_spawn s = {.program = program,
	                        .environment = environment,
	                        .fds = fds,
	                        .n_fds = ANTIN_HELPER_FD + 1};

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return antin_fail_errno(err, errno, program, NULL);
	fds[ANTIN_HELPER_FD] = ends[1];
	failed = antin_spawn(&s, &h.pid);
	(void)close(ends[1]);
	h.fd = ends[0];
	h.watch = failed ? -1 : pidfd_open(h.pid, 0);
	if (failed) {
		(void)close(h.fd);
		return antin_fail(err, ANTIN_E_SERVICE, N_("the program %s cannot be run (%s)"),
		                  program, strerrorname_np(failed) ? strerrorname_np(failed) : "?");
	}
	*out = h;
	return ANTIN_OK;
}

void
antin_helper_stop(struct antin_helper *h)
{
	int status;

	if (h->fd < 0)
		return;
	(void)close(h->fd);
	if (h->watch >= 0) {
		struct pollfd p = {h->watch, POLLIN, 0};

		(void)pidfd_send_signal(h->watch, SIGKILL, NULL, 0);
		(void)poll(&p, 1, GRACE_MS);
		(void)close(h->watch);
	} else if (!antin_spawn_ended(h->pid, 0, &status)) {
		(void)kill(h->pid, SIGKILL);
	}
	(void)antin_spawn_ended(h->pid, GRACE_MS, &status);
	*h = (struct antin_helper){.fd = -1, .watch = -1};
}
