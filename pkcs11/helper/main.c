/*
 * antin-module: holds one PKCS#11 module apart from the program that uses it.  Started by
 * pkcs11/isolate.c with a socket as descriptor 3, over which connections are handed in; ends when
 * that socket is closed, whatever its module does.
 */
#include "serve.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

struct connection {
	CK_FUNCTION_LIST *f;
	int fd;
};

/* PINs pass through: no core dump, no reading by others; the parent's end is ours. */
static void
harden(void)
{
	static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
	struct rlimit none = {0, 0};

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	/* What is meant for the parent reaches the terminal's and the service's whole group. */
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		(void)signal(ignored[i], SIG_IGN);
}

static void *
serve(void *user)
{
	struct connection c = *(struct connection *)user;

	free(user);
	serve_connection(c.f, c.fd);
	(void)close(c.fd);
	return NULL;
}

/* The descriptor in the next message; -1 when the parent has gone. */
static int
next_connection(void)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	char octet;
	struct iovec data = {&octet, 1};
	struct msghdr m = {.msg_iov = &data,
	                   .msg_iovlen = 1,
	                   .msg_control = &control,
	                   .msg_controllen = sizeof(control)};
	struct cmsghdr *head;
	ssize_t got;
	int fd = -1;

	do
		got = recvmsg(ANTIN_WIRE_CONTROL, &m, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	head = got == 1 ? CMSG_FIRSTHDR(&m) : NULL;
	if (head && head->cmsg_type == SCM_RIGHTS && head->cmsg_len == CMSG_LEN(sizeof(fd)))
		memcpy(&fd, CMSG_DATA(head), sizeof(fd));
	return fd;
}

static bool
begin(CK_FUNCTION_LIST *f, int fd)
{
	struct connection *c = malloc(sizeof(*c));
	pthread_t thread;

	if (!c)
		return false;
	*c = (struct connection){f, fd};
	if (pthread_create(&thread, NULL, serve, c) != 0) {
		free(c);
		return false;
	}
	(void)pthread_detach(thread);
	return true;
}

int
main(int argc, char **argv)
{
	struct antin_wire_hello hello;
	CK_FUNCTION_LIST *f;
	int fd;

	harden();
	if (argc != 2) {
		(void)fputs("antin-module: this program is started by the others\n", stderr);
		return 2;
	}
	f = serve_load(argv[1], &hello);
	if (send(ANTIN_WIRE_CONTROL, &hello, sizeof(hello), MSG_NOSIGNAL) != sizeof(hello) || !f)
		_exit(1);
	while ((fd = next_connection()) >= 0)
		if (!begin(f, fd))
			(void)close(fd);
	_exit(0); /* without the exit handlers of the module, which may hang */
}
