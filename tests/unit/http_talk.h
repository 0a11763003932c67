/*
 * A client of the HTTP server of an authority, in the same process: sends text, gathers what is
 * said; and the requests that the suites share.
 */
#ifndef ANTIN_TEST_HTTP_TALK_H
#define ANTIN_TEST_HTTP_TALK_H

#include <arpa/inet.h>
#include <poll.h>
#include <unistd.h>

#include <antin_online.h>

#include "util.h"

#define CLOSE "Host: x\r\nConnection: close\r\n"
#define TYPE  "Content-Type: application/ocsp-request\r\n"
/* A request with one CertID. */
#define QUESTION                                                                                   \
	"MEIwQDA+"                                                                                 \
	"MDwwOjAJBgUrDgMCGgUABBQAAAAAAAAAAAAAAAAAAAAAAAAAAAQUAAAAAAAAAAAAAAAAAAAAAAAAAAACAQU="

static inline int
http_open(const struct antin_online *o)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(antin_online_port(o))};
	int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(s, 0);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	(void)connect(s, (struct sockaddr *)&to, sizeof(to));
	return s;
}

/* Until the server closes; `answers`: this thread is the one that has the keys, too. */
static inline void
http_talk(struct antin_online *o, bool answers, struct antin_slice text, struct antin_bytes *out)
{
	int s = http_open(o);
	size_t sent = 0;

	for (int turns = 0; turns < 2000; turns++) {
		struct pollfd fds[] = {{s, POLLIN, 0}, {antin_online_descriptor(o), POLLIN, 0}};
		char piece[4096];
		ssize_t n =
		        sent < text.len ? send(s, text.p + sent, text.len - sent, MSG_NOSIGNAL) : 0;

		sent += n > 0 ? (size_t)n : 0;
		(void)poll(fds, answers ? 2 : 1, 10);
		if (answers)
			antin_online_run(o);
		n = recv(s, piece, sizeof(piece), 0);
		if (n == 0)
			break;
		if (n > 0)
			antin_bytes_add(out, piece, (size_t)n);
	}
	(void)close(s);
	ck_assert_ptr_nonnull(antin_bytes_cstr(out));
}

#endif
