/*
 * A server of HTTP on loopback that behaves badly on demand: the path says how.  One thread a
 * connection; everything that came in is counted.
 */
#ifndef ANTIN_TEST_NET_SERVER_H
#define ANTIN_TEST_NET_SERVER_H

#include <antin/net.h>

#include "util.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SERVER_THREADS = 256 };

struct server {
	int fd;
	unsigned int port;
	pthread_t keeper, threads[SERVER_THREADS];
	size_t n;
	atomic_int connections, requests;
	atomic_bool stop;
	_Atomic(const char *) body; /* of /body */
	atomic_size_t body_len;
};

struct server_call {
	struct server *s;
	int fd;
};

static void
server_say(int fd, const char *text)
{
	(void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
}

/* Says the same again and again, until nobody listens or the test is over. */
static void
server_repeat(struct server *s, int fd, const char *text, int pause_ms)
{
	while (!s->stop && send(fd, text, strlen(text), MSG_NOSIGNAL) > 0)
		(void)poll(NULL, 0, pause_ms);
}

static void
server_wait(struct server *s)
{
	while (!s->stop)
		(void)poll(NULL, 0, 5);
}

/* Fixed answers by path. */
static const struct {
	const char *path, *answer;
} server_answers[] = {
        {"/ok", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"},
        {"/close", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello"},
        {"/chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"},
        {"/cookie",
         "HTTP/1.1 200 OK\r\nSet-Cookie: id=4711; Path=/\r\nContent-Length: 2\r\n\r\nok"},
        {"/404", "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone"},
        {"/500", "HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\noops"},
        {"/206", "HTTP/1.1 206 Partial Content\r\nContent-Length: 4\r\n\r\npart"},
        {"/304", "HTTP/1.1 304 Not Modified\r\n\r\n"},
        {"/401",
         "HTTP/1.1 401 Who\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 1\r\n\r\nx"},
        {"/empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
        {"/short", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly these"},
        {"/cut", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhello"},
        {"/declared", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nhello"},
        {"/negative", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello"},
        {"/garbage", "\x16\x03\x01\x02 this is no HTTP\r\n\r\n"},
        {"/old", "hello from 1991"},
        {"/silent", ""},
        {"/gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\n\x1f\x8b"
                  "bombbo!"},
        {"/to-ok", "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n"},
        {"/to-echo-307", "HTTP/1.1 307 Again\r\nLocation: /echo\r\nContent-Length: 0\r\n\r\n"},
        {"/to-echo-302", "HTTP/1.1 302 Found\r\nLocation: /echo\r\nContent-Length: 0\r\n\r\n"},
        {"/to-self", "HTTP/1.1 302 Found\r\nLocation: /to-self\r\nContent-Length: 0\r\n\r\n"},
        {"/to-file",
         "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"},
        {"/to-ftp",
         "HTTP/1.1 302 Found\r\nLocation: ftp://127.0.0.1/x\r\nContent-Length: 0\r\n\r\n"},
        {"/to-private",
         "HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n"},
        {"/to-port",
         "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"},
        {"/to-nowhere", "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"},
};

/* /marked tells an ETag, /dated a Last-Modified; who has that content already is not sent it. */
static bool
server_marked(struct server *s, int fd, const char *path, const char *request)
{
	const bool dated = strcmp(path, "/dated") == 0;
	char mark[128], text[512];

	if (!dated && strcmp(path, "/marked") != 0)
		return false;
	(void)snprintf(mark, sizeof(mark), dated ? "Sat, 21 Nov 2026 07:05:%02zu GMT" : "\"v%zu\"",
	               (size_t)s->body[0] % 60);
	(void)snprintf(text, sizeof(text), "%s: %s\r\n",
	               dated ? "If-Modified-Since" : "If-None-Match", mark);
	if (s->body_len && strstr(request, text)) {
		server_say(fd, "HTTP/1.1 304 Not Modified\r\n\r\n");
		return true;
	}
	(void)snprintf(text, sizeof(text),
	               "HTTP/1.1 200 OK\r\n%s: %s\r\nContent-Length: %zu\r\n\r\n",
	               dated ? "last-modified" : "ETag", mark, s->body_len);
	server_say(fd, text);
	(void)!send(fd, s->body, s->body_len, MSG_NOSIGNAL);
	return true;
}

static void
server_other(struct server *s, int fd, const char *path, const char *request)
{
	char text[8192];
	const char *body = strstr(request, "\r\n\r\n");

	if (server_marked(s, fd, path, request))
		return;
	if (strcmp(path, "/hang") == 0 || strncmp(path, "/hang-", 6) == 0) {
		server_wait(s);
	} else if (strcmp(path, "/drip") == 0) {
		server_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
		server_repeat(s, fd, "x", 20);
	} else if (strcmp(path, "/endless") == 0) {
		server_say(fd, "HTTP/1.1 200 OK\r\n\r\n");
		memset(text, 'x', sizeof(text) - 1);
		text[sizeof(text) - 1] = '\0';
		server_repeat(s, fd, text, 0);
	} else if (strcmp(path, "/headers") == 0) {
		server_say(fd, "HTTP/1.1 200 OK\r\n");
		server_repeat(s, fd, "X-More: of the same\r\n", 0);
	} else if (strcmp(path, "/to-host") == 0) {
		(void)snprintf(text, sizeof(text),
		               "HTTP/1.1 302 Found\r\nLocation: http://localhost:%u/ok\r\n"
		               "Content-Length: 0\r\n\r\n",
		               s->port);
		server_say(fd, text);
	} else if (strcmp(path, "/body") == 0) {
		(void)snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n",
		               s->body_len);
		server_say(fd, text);
		(void)!send(fd, s->body, s->body_len, MSG_NOSIGNAL);
	} else { /* /echo: what was posted; /request: all of it */
		body = body && strcmp(path, "/echo") == 0 ? body + 4 : request;
		(void)snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n",
		               strlen(body));
		server_say(fd, text);
		server_say(fd, body);
	}
}

/* The head, and of a body as much as is declared; false when the other side is gone. */
static bool
server_hear(struct server *s, int fd, char *request, size_t cap)
{
	size_t n = 0;

	while (!s->stop && n + 1 < cap) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		const char *head, *len;
		ssize_t got;

		if (poll(&p, 1, 20) <= 0)
			continue;
		got = recv(fd, request + n, cap - 1 - n, 0);
		if (got <= 0)
			return false;
		n += (size_t)got;
		request[n] = '\0';
		head = strstr(request, "\r\n\r\n");
		len = strstr(request, "Content-Length: ");
		if (head &&
		    (size_t)(head + 4 - request) + (len ? strtoul(len + 16, NULL, 10) : 0) <= n)
			return true;
	}
	return false;
}

static void *
server_talk(void *user)
{
	struct server_call call = *(struct server_call *)user;
	char request[8192], path[256];

	free(user);
	while (server_hear(call.s, call.fd, request, sizeof(request))) {
		size_t i = 0, n = sizeof(server_answers) / sizeof(server_answers[0]);

		call.s->requests++;
		if (sscanf(request, "%*s %255s", path) != 1)
			break;
		while (i < n && strcmp(server_answers[i].path, path) != 0)
			i++;
		if (i < n)
			server_say(call.fd, server_answers[i].answer);
		else
			server_other(call.s, call.fd, path, request);
		if (strcmp(path, "/ok") != 0 && strcmp(path, "/cookie") != 0 &&
		    strncmp(path, "/to-", 4) != 0)
			break;
	}
	(void)shutdown(call.fd, SHUT_RDWR);
	(void)close(call.fd);
	return NULL;
}

static void *
server_accept(void *user)
{
	struct server *s = user;

	while (!s->stop) {
		struct pollfd p = {.fd = s->fd, .events = POLLIN};
		struct server_call *call;
		int fd;

		if (poll(&p, 1, 20) <= 0 || (fd = accept(s->fd, NULL, NULL)) < 0)
			continue;
		s->connections++;
		call = malloc(sizeof(*call));
		ck_assert(call && s->n < SERVER_THREADS);
		*call = (struct server_call){s, fd};
		ck_assert_int_eq(pthread_create(&s->threads[s->n++], NULL, server_talk, call), 0);
	}
	return NULL;
}

static void
server_begin(struct server *s)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);

	*s = (struct server){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
	ck_assert_int_ge(s->fd, 0);
	ck_assert_int_eq(bind(s->fd, (struct sockaddr *)&a, sizeof(a)), 0);
	ck_assert_int_eq(listen(s->fd, 64), 0);
	ck_assert_int_eq(getsockname(s->fd, (struct sockaddr *)&a, &len), 0);
	s->port = ntohs(a.sin_port);
	ck_assert_int_eq(pthread_create(&s->keeper, NULL, server_accept, s), 0);
}

static void
server_end(struct server *s)
{
	s->stop = true;
	(void)pthread_join(s->keeper, NULL);
	for (size_t i = 0; i < s->n; i++)
		(void)pthread_join(s->threads[i], NULL);
	(void)close(s->fd);
}

/* build/tests/unit/unit → build/libexec/antin/antin-fetch */
static const char *
fetch_program(void)
{
	static char path[4200];
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	ck_assert_int_gt(n, 0);
	self[n] = '\0';
	for (int up = 0; up < 3; up++)
		*strrchr(self, '/') = '\0';
	(void)snprintf(path, sizeof(path), "%s/libexec/antin/antin-fetch", self);
	return path;
}

#endif
