/*
 * Typed messages over a stream socket: eight octets of type and length, then the body.  See
 * helper.h.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <antin/clock.h>
#include <antin/helper.h>

enum { CHUNK = 256 * 1024 };

struct header {
	uint32_t type, len;
};

union control {
	struct cmsghdr head;
	char space[CMSG_SPACE(ANTIN_MESSAGE_FDS * sizeof(int))];
};

static enum antin_rc
fail_gone(struct antin_err *err)
{
	return antin_fail(err, ANTIN_E_SERVICE, N_("the helper program has ended"));
}

/* Until the socket can be written to, or read from. */
static enum antin_rc
wait_for(int fd, short events, int64_t until, struct antin_err *err)
{
	for (;;) {
		struct pollfd p = {fd, events, 0};
		int64_t left = until - antin_milliseconds();
		int n;

		if (until == ANTIN_MESSAGE_FOREVER)
			left = INT_MAX;
		n = left > 0 ? poll(&p, 1, left < INT_MAX ? (int)left : INT_MAX) : 0;
		if (n > 0)
			return ANTIN_OK;
		if (n < 0 && errno != EINTR)
			return antin_fail_errno(err, errno, "poll", NULL);
		if (left <= 0)
			return antin_fail(err, ANTIN_E_TIMEOUT,
			                  N_("the helper program gave no answer in time"));
	}
}

/* ---- sending ---- */

static void
attach(struct msghdr *h, union control *c, const struct antin_message *m)
{
	size_t len = (size_t)m->n_fds * sizeof(int);

	if (!m->n_fds)
		return;
	memset(c, 0, sizeof(*c));
	h->msg_control = c;
	h->msg_controllen = CMSG_SPACE(len);
	c->head.cmsg_level = SOL_SOCKET;
	c->head.cmsg_type = SCM_RIGHTS;
	c->head.cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(&c->head), m->fds, len);
}

/* What was sent leaves the front of the two parts. */
static void
forward(struct iovec parts[2], size_t sent)
{
	for (int i = 0; i < 2; i++) {
		size_t of = sent < parts[i].iov_len ? sent : parts[i].iov_len;

		parts[i].iov_base = (uint8_t *)parts[i].iov_base + of;
		parts[i].iov_len -= of;
		sent -= of;
	}
}

enum antin_rc
antin_message_send(int fd, const struct antin_message *m, int64_t until, struct antin_err *err)
{
	struct header header = {m->type, (uint32_t)m->body.len};
	union {
		const uint8_t *read;
		void *sent;
	} body = {m->body.p};
	struct iovec parts[2] = {{&header, sizeof(header)}, {body.sent, m->body.len}};
	struct msghdr h = {.msg_iov = parts, .msg_iovlen = 2};
	union control control;

	if (m->body.len > UINT32_MAX || m->n_fds > ANTIN_MESSAGE_FDS)
		return antin_fail(err, ANTIN_E_INTERNAL, N_("a message is too long"));
	attach(&h, &control, m);
	while (parts[0].iov_len + parts[1].iov_len > 0) {
		ssize_t n = sendmsg(fd, &h, MSG_NOSIGNAL | MSG_DONTWAIT);
		enum antin_rc rc = ANTIN_OK;

		if (n > 0) {
			forward(parts, (size_t)n);
			h.msg_control = NULL;
			h.msg_controllen = 0;
		} else if (n < 0 && errno == EAGAIN) {
			rc = wait_for(fd, POLLOUT, until, err);
		} else if (n == 0 || errno != EINTR) {
			rc = fail_gone(err);
		}
		if (rc != ANTIN_OK)
			return rc;
	}
	return ANTIN_OK;
}

/* ---- receiving ---- */

struct receiver {
	int fd;
	const struct antin_message_wanted *wanted;
	struct antin_message *out;
};

static void
take_fds(struct receiver *r, struct msghdr *h)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		for (size_t i = 0; c->cmsg_type == SCM_RIGHTS && i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
			if (r->out->n_fds < r->wanted->n_fds)
				r->out->fds[r->out->n_fds++] = fd;
			else
				(void)close(fd);
		}
	}
}

/* Some octets; 0 at the end.  Without room for descriptors the kernel lets none in. */
static enum antin_rc
some(struct receiver *r, void *to, size_t len, size_t *got, struct antin_err *err)
{
	union control control = {.space = {0}};
	struct iovec part = {to, len};
	struct msghdr h = {.msg_iov = &part, .msg_iovlen = 1};
	enum antin_rc rc;
	ssize_t n;

	for (;;) {
		h.msg_control = r->wanted->n_fds ? &control : NULL;
		h.msg_controllen = r->wanted->n_fds ? sizeof(control) : 0;
		n = recvmsg(r->fd, &h, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
		if (n >= 0)
			break;
		if (errno == EAGAIN) {
			rc = wait_for(r->fd, POLLIN, r->wanted->until, err);
			if (rc != ANTIN_OK)
				return rc;
		} else if (errno == ECONNRESET) {
			n = 0;
			break;
		} else if (errno != EINTR) {
			return antin_fail_errno(err, errno, "recvmsg", NULL);
		}
	}
	if (r->wanted->n_fds)
		take_fds(r, &h);
	*got = (size_t)n;
	return ANTIN_OK;
}

static enum antin_rc
receive_header(struct receiver *r, struct header *header, struct antin_err *err)
{
	uint8_t octets[sizeof(*header)];
	size_t have = 0, got = 1;
	enum antin_rc rc = ANTIN_OK;

	while (rc == ANTIN_OK && have < sizeof(octets) && got) {
		rc = some(r, octets + have, sizeof(octets) - have, &got, err);
		have += rc == ANTIN_OK ? got : 0;
	}
	if (rc != ANTIN_OK)
		return rc;
	if (have && have < sizeof(octets))
		return fail_gone(err);
	memset(header, 0, sizeof(*header));
	if (have)
		memcpy(header, octets, sizeof(*header));
	if (have && header->type == ANTIN_MESSAGE_END)
		return antin_fail(err, ANTIN_E_FORMAT,
		                  N_("the helper program answered what is no message"));
	return ANTIN_OK;
}

/* Memory grows with what has come, not with what is said to come. */
static enum antin_rc
receive_body(struct receiver *r, size_t len, struct antin_bytes *body, struct antin_err *err)
{
	if (len > r->wanted->max)
		return antin_fail(err, ANTIN_E_FORMAT,
		                  N_("a message of the helper program is longer than allowed"));
	while (body->len < len) {
		size_t more = len - body->len < CHUNK ? len - body->len : CHUNK, got;
		enum antin_rc rc = antin_bytes_reserve(body, more)
		                           ? some(r, body->p + body->len, more, &got, err)
		                           : antin_fail_memory(err);

		if (rc == ANTIN_OK && got == 0)
			rc = fail_gone(err);
		if (rc != ANTIN_OK)
			return rc;
		body->len += got;
	}
	return ANTIN_OK;
}

enum antin_rc
antin_message_receive(int fd, const struct antin_message_wanted *wanted, struct antin_message *out,
                      struct antin_bytes *body, struct antin_err *err)
{
	struct antin_message m = {.type = ANTIN_MESSAGE_END};
	struct receiver r = {fd, wanted, &m};
	struct header header = {0, 0};
	enum antin_rc rc = receive_header(&r, &header, err);

	antin_bytes_clear(body);
	if (rc == ANTIN_OK)
		rc = receive_body(&r, header.len, body, err);
	if (rc != ANTIN_OK) {
		while (m.n_fds > 0)
			(void)close(m.fds[--m.n_fds]);
		return rc;
	}
	m.type = header.type;
	m.body = antin_bytes_slice(body);
	*out = m;
	return ANTIN_OK;
}
