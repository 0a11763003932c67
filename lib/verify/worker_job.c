/*
 * The parent's end of one job of a worker: what begins it, what is heard of it, how it ends.  See
 * worker.h: whatever comes from the worker is held against what was agreed.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <antin/clock.h>

#include "worker.h"

void
worker_job_done(struct worker_job *j)
{
	if (j->fd >= 0)
		(void)close(j->fd);
	j->fd = -1;
}

/* The file as a descriptor; what lies in memory goes into one. */
static enum antin_rc
file_of(struct antin_source *src, int *fd, bool *ours, struct antin_err *err)
{
	uint64_t size = antin_source_size(src), at = 0;
	uint8_t piece[65536];
	enum antin_rc rc = ANTIN_OK;

	*fd = antin_source_descriptor(src);
	*ours = *fd < 0;
	if (!*ours)
		return ANTIN_OK;
	*fd = memfd_create("antin", MFD_CLOEXEC);
	if (*fd < 0)
		return antin_fail_errno(err, errno, "memfd_create", NULL);
	while (at < size && rc == ANTIN_OK) {
		size_t n = size - at < sizeof(piece) ? (size_t)(size - at) : sizeof(piece);

		rc = antin_source_read(src, at, piece, n, err);
		if (rc == ANTIN_OK && write(*fd, piece, n) != (ssize_t)n)
			rc = antin_fail_errno(err, errno, "memfd_create", NULL);
		at += n;
	}
	if (rc != ANTIN_OK)
		(void)close(*fd);
	return rc;
}

/* What is sent to begin a job: the other end of its socket first, then files. */
struct begin {
	struct antin_message m;
	bool ours[ANTIN_MESSAGE_FDS]; /* to be closed here */
};

static void
begin_done(struct begin *b)
{
	for (int i = 0; i < b->m.n_fds; i++)
		if (b->ours[i])
			(void)close(b->m.fds[i]);
}
ANTIN_SCOPED_S(begin, begin_done);

static enum antin_rc
begin_socket(struct worker_job *j, struct begin *b, struct antin_err *err)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return antin_fail_errno(err, errno, "socketpair", NULL);
	j->fd = ends[0];
	b->m.fds[b->m.n_fds] = ends[1];
	b->ours[b->m.n_fds++] = true;
	return ANTIN_OK;
}

enum antin_rc
worker_job_send(struct worker_job *j, const struct worker_begin *what, struct antin_err *err)
{
	ANTIN_SCOPED(begin) b = {.m = {.type = what->type, .body = what->body}};
	enum antin_rc rc = begin_socket(j, &b, err);

	for (size_t i = 0; i < WORKER_FILES && what->files[i] && rc == ANTIN_OK; i++) {
		rc = file_of(what->files[i], &b.m.fds[b.m.n_fds], &b.ours[b.m.n_fds], err);
		b.m.n_fds += rc == ANTIN_OK;
	}
	if (rc == ANTIN_OK)
		rc = antin_message_send(j->w->helper.fd, &b.m,
		                        antin_milliseconds() + (int64_t)j->w->ms, err);
	j->w->owes = rc == ANTIN_OK;
	return rc;
}

/* The worker itself tells how the process of the file ended. */
static enum antin_rc
settle(struct antin_worker *w, int *status, struct antin_err *err)
{
	struct antin_message_wanted wanted = {.max = sizeof(*status),
	                                      .until = antin_milliseconds() + WORKER_ENDED_MS};
	ANTIN_SCOPED(antin_bytes) body = {0};
	struct antin_message m;
	enum antin_rc rc;

	*status = 0;
	if (!w->owes)
		return ANTIN_OK;
	rc = antin_message_receive(w->helper.fd, &wanted, &m, &body, err);
	if (rc == ANTIN_OK && (m.type != WORKER_ENDED || m.body.len != sizeof(*status)))
		return worker_fail_talk(err);
	if (rc != ANTIN_OK)
		return rc;
	memcpy(status, m.body.p, sizeof(*status));
	w->owes = false;
	return ANTIN_OK;
}

/* There came no verdict: why. */
static enum antin_rc
fail_ended(struct worker_job *j, struct antin_err *err)
{
	struct antin_err ignored = {0};
	int status = 0;

	if (j->fd >= 0)
		(void)close(j->fd);
	j->fd = -1;
	j->over = settle(j->w, &status, &ignored) == ANTIN_OK;
	if (!j->over || !WIFSIGNALED(status))
		return antin_fail(err, ANTIN_E_SERVICE,
		                  N_("the worker that reads documents ended without an answer"));
	if (WTERMSIG(status) == SIGXCPU)
		return antin_fail(err, ANTIN_E_TIMEOUT,
		                  N_("the document takes too much time to read"));
	if (WTERMSIG(status) == SIGKILL)
		return antin_fail(err, ANTIN_E_SERVICE,
		                  N_("the worker that reads documents was killed"));
	if (WTERMSIG(status) == SIGSYS)
		return antin_fail(err, ANTIN_E_INTERNAL,
		                  N_("the worker that reads documents tried what it may not do and "
		                     "was ended; do not trust this document"));
	return antin_fail(err, ANTIN_E_INTERNAL,
	                  N_("the worker that reads documents crashed with signal %d"),
	                  WTERMSIG(status));
}

enum antin_rc
worker_job_hear(struct worker_job *j, size_t max, struct antin_message *m, struct antin_bytes *body,
                struct antin_err *err)
{
	struct antin_message_wanted wanted = {.max = max, .until = j->until};
	enum antin_rc rc = worker_hear(j->fd, &wanted, m, body, err);

	if (rc == ANTIN_E_SERVICE) {
		antin_err_clear(err);
		return fail_ended(j, err);
	}
	if (rc != ANTIN_OK)
		return rc;
	if (m->type == ANTIN_MESSAGE_END)
		return fail_ended(j, err);
	return m->type == WORKER_ERROR ? worker_take_error(m->body, &j->over, err) : ANTIN_OK;
}

void
worker_job_until(struct worker_job *j, uint64_t octets)
{
	j->until = antin_milliseconds() + (int64_t)j->w->ms + worker_patience(octets);
}

void
worker_job_settle(struct antin_worker *w)
{
	struct antin_err ignored = {0};
	int status;

	if (w->owes && settle(w, &status, &ignored) != ANTIN_OK)
		worker_stop(w);
}

enum antin_rc
worker_job_end(struct worker_job *j, enum antin_rc rc, struct antin_err *err)
{
	struct antin_worker *w = j->w;

	if (rc == ANTIN_OK)
		return ANTIN_OK;
	/* Why it has ended it may have said at its start. */
	if (rc == ANTIN_E_SERVICE && !w->greeted && w->helper.fd >= 0) {
		antin_err_clear(err);
		rc = worker_greet(w, err);
		if (rc == ANTIN_OK)
			rc = fail_ended(j, err);
	}
	if (!j->over)
		worker_stop(w);
	if (rc != ANTIN_E_USAGE) /* that is no fault of the file */
		antin_err_set_file(err, j->name);
	return rc;
}
