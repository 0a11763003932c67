/*
 * A worker that does as it is bidden: the program that test_worker.c starts in place of the true
 * one.
 */
#ifndef TEST_FAKE_WORKER_H
#define TEST_FAKE_WORKER_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <antin/helper.h>

#include "util.h"
#include "ways.h"

static const char *fake_how;

static bool
fake_shut(const char **failed)
{
	*failed = "limits";
	errno = ENOSYS;
	return strcmp(fake_how, "unshut") != 0;
}

static int
fake_landlock(void)
{
	return 7;
}

/* The socket of a job and its file are the first two descriptors that came. */
static void
fake_echo(void)
{
	char octets[65536];
	ssize_t n;
	off_t at = 0;

	while ((n = pread(5, octets, sizeof(octets), at)) > 0) {
		if (write(4, octets, (size_t)n) != n)
			break;
		at += n;
	}
	(void)shutdown(4, SHUT_WR);
	while (read(4, octets, sizeof(octets)) > 0)
		continue;
	_exit(0);
}

/* The file again and again: one question, its answer, a while. */
static void
fake_drip(void)
{
	const struct timespec a_while = {0, 20000000};
	char octets[4096];
	ssize_t n = pread(5, octets, sizeof(octets), 0);

	while (write(4, octets, (size_t)n) == n &&
	       read(4, octets + n, sizeof(octets) - (size_t)n) > 0)
		(void)nanosleep(&a_while, NULL);
	_exit(0);
}

/* What lies in the folder that it was started in, whatever it is asked. */
static void
fake_say(void)
{
	char octets[65536];
	int fd = open("answer", O_RDONLY);
	ssize_t n;

	while ((n = read(fd, octets, sizeof(octets))) > 0)
		if (write(4, octets, (size_t)n) != n)
			break;
	_exit(0);
}

/* A job with a result to be looked at: its descriptor comes last. */
static bool
fake_sees_result(void)
{
	return fcntl(6, F_GETFD) >= 0;
}

static bool
fake_narrow(void)
{
	static const struct {
		const char *how;
		int signal;
	} deaths[] = {{"crash", SIGSEGV}, {"sys", SIGSYS}, {"kill", SIGKILL}, {"cpu", SIGXCPU}};

	/* Lies about a document, and is honest about its result; or the other way about. */
	if (strcmp(fake_how, "forge") == 0)
		fake_how = fake_sees_result() ? "" : "say";
	else if (strncmp(fake_how, "late-", 5) == 0)
		fake_how = fake_sees_result() ? fake_how + 5 : "";
	if (strcmp(fake_how, "echo") == 0)
		fake_echo();
	if (strcmp(fake_how, "say") == 0)
		fake_say();
	if (strcmp(fake_how, "drip") == 0)
		fake_drip();
	if (strcmp(fake_how, "hang") == 0)
		for (;;)
			(void)pause();
	if (strcmp(fake_how, "quit") == 0)
		_exit(0);
	for (size_t i = 0; i < UTIL_COUNT(deaths); i++)
		if (strcmp(fake_how, deaths[i].how) == 0) {
			(void)signal(deaths[i].signal, SIG_DFL);
			(void)kill(getpid(), deaths[i].signal);
		}
	return strcmp(fake_how, "shy") != 0;
}

int fake_worker(const char *how);

int
fake_worker(const char *how)
{
	static const struct antin_worker_cage cage = {fake_shut, fake_narrow, fake_landlock};
	static const char nobody[2000];
	struct worker_hello hello = {.build = worker_build() + 1};
	struct antin_message m = {.type = WORKER_HELLO,
	                          .body = {(const uint8_t *)&hello, sizeof(hello)}};

	fake_how = how;
	if (strcmp(how, "gone") == 0)
		return 0;
	if (strcmp(how, "mute") == 0)
		for (;;)
			(void)pause();
	if (strcmp(how, "long") == 0)
		m.body = (struct antin_slice){(const uint8_t *)nobody, sizeof(nobody)};
	if (strcmp(how, "stranger") == 0 || strcmp(how, "short") == 0 || m.body.len > 1000 ||
	    strcmp(how, "wordless") == 0) {
		m.body.len -= how[1] == 'h';
		m.type += how[0] == 'w';
		if (antin_message_send(3, &m, ANTIN_MESSAGE_FOREVER, NULL) == ANTIN_OK)
			(void)pause();
		return 1;
	}
	return antin_worker_serve(3, &cage);
}

#endif
