/*
 * Asking the person at the terminal: /dev/tty, whatever stdin and stdout are.  Echo is off for
 * secrets and comes back also when a signal ends or stops the program; after a stop the question is
 * asked anew.
 */
#include "inner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { ANSWER_MAX = 1024 };

bool
cli_tty_present(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return false;
	(void)close(fd);
	return true;
}

static const int watched[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT};
enum { WATCHED = sizeof(watched) / sizeof(watched[0]) };
static volatile sig_atomic_t caught;

static void
on_signal(int number)
{
	caught = number;
}

/* How signals were before a question. */
struct signals {
	struct sigaction actions[WATCHED];
	sigset_t mask;
};

/*
 * Signals wait while a question is open, but for the moments in which nothing else is done than
 * waiting for the person: none can come between looking for one and falling asleep.
 */
static void
signals_hold(struct signals *before)
{
	struct sigaction sa = {.sa_handler = on_signal};
	sigset_t held;

	caught = 0;
	(void)sigemptyset(&sa.sa_mask);
	(void)sigemptyset(&held);
	for (size_t i = 0; i < WATCHED; i++)
		(void)sigaddset(&held, watched[i]);
	(void)sigprocmask(SIG_BLOCK, &held, &before->mask);
	for (size_t i = 0; i < WATCHED; i++)
		(void)sigaction(watched[i], &sa, &before->actions[i]);
}

/* Whether the program was stopped meanwhile: the shell may have set the terminal in its own way. */
static bool
signals_release(const struct signals *before)
{
	int number = caught;

	for (size_t i = 0; i < WATCHED; i++)
		(void)sigaction(watched[i], &before->actions[i], NULL);
	(void)sigprocmask(SIG_SETMASK, &before->mask, NULL);
	if (number)
		(void)raise(number);
	return number == SIGTSTP || number == SIGCONT;
}

/* One line, without its end; false at the end of input, on a signal, or when it is too long. */
static bool
read_line(int fd, const struct signals *before, struct antin_bytes *answer)
{
	for (;;) {
		struct pollfd ready = {.fd = fd, .events = POLLIN};
		uint8_t byte;
		ssize_t got;

		if (ppoll(&ready, 1, NULL, &before->mask) < 0 && (errno != EINTR || caught))
			return false;
		if (!(ready.revents & (POLLIN | POLLHUP | POLLERR)))
			continue;
		got = read(fd, &byte, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got != 1 || answer->len >= ANSWER_MAX)
			return false;
		if (byte == '\n' || byte == '\r')
			return true;
		antin_bytes_byte(answer, byte);
	}
}

static bool
ask(int fd, const char *prompt, bool echo, const struct signals *before_signals,
    struct antin_bytes *answer)
{
	struct termios before, quiet;
	bool had = tcgetattr(fd, &before) == 0;
	bool done;

	if (had && !echo) {
		quiet = before;
		quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
		if (tcsetattr(fd, TCSAFLUSH, &quiet) != 0)
			return false;
	}
	done = write(fd, prompt, strlen(prompt)) >= 0 && read_line(fd, before_signals, answer);
	if (had && !echo) {
		(void)tcsetattr(fd, TCSAFLUSH, &before);
		if (write(fd, "\n", 1) < 0)
			done = false;
	}
	return done;
}

enum antin_rc
cli_tty_ask(const char *prompt, bool echo, struct antin_bytes *answer, struct antin_err *err)
{
	struct signals before;
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	bool done, again;

	if (fd < 0)
		return antin_fail(err, ANTIN_E_CANCELLED, N_("there is no terminal to ask at"));
	if (!echo)
		answer->secret = true;
	(void)fflush(stdout);
	do {
		antin_bytes_clear(answer);
		signals_hold(&before);
		done = ask(fd, prompt, echo, &before, answer);
		again = signals_release(&before);
	} while (again && !done);
	(void)close(fd);
	if (!done)
		return antin_fail(err, ANTIN_E_CANCELLED, N_("no answer was given"));
	return antin_bytes_check(answer, err);
}

enum antin_rc
cli_ask(struct cli *c, const char *question, struct antin_bytes *answer, struct antin_err *err)
{
	if (!c->terminal)
		return antin_fail(err, ANTIN_E_CANCELLED, N_("there is no terminal to ask at"));
	cli_progress_end(c);
	return cli_tty_ask(question, true, answer, err);
}
