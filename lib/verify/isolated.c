/*
 * The parent's end of one verification apart.  See worker.h: whatever comes from the worker is held
 * against what was agreed, and what the parent can know by itself it does not ask.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <antin/clock.h>
#include <antin/der.h>
#include <antin/text.h>

#include "verify.h"
#include "worker.h"

struct job {
	struct antin_worker *w;
	const struct antin_verify_options *o;
	const char *name;
	/* Either a document, */
	struct antin_source *src;
	/* or a certificate. */
	const struct antin_given *files;
	const struct antin_cert_demands *demands;

	int fd; /* to the process of this file */
	unsigned int asks;
	int64_t until; /* its answer must be there; what the network takes is added */
	bool over;     /* its process has ended, or will without being asked for more */
	struct antin_fetch_log fetches;
};

static void
job_done(struct job *j)
{
	if (j->fd >= 0)
		(void)close(j->fd);
	antin_fetch_log_done(&j->fetches);
}
ANTIN_SCOPED_S(job, job_done);

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
	struct antin_bytes body;
};

static void
begin_done(struct begin *b)
{
	for (int i = 0; i < b->m.n_fds; i++)
		if (b->ours[i])
			(void)close(b->m.fds[i]);
	antin_bytes_done(&b->body);
}
ANTIN_SCOPED_S(begin, begin_done);

static enum antin_rc
begin_socket(struct job *j, struct begin *b, struct antin_err *err)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return antin_fail_errno(err, errno, "socketpair", NULL);
	j->fd = ends[0];
	b->m.fds[b->m.n_fds] = ends[1];
	b->ours[b->m.n_fds++] = true;
	return ANTIN_OK;
}

static enum antin_rc
begin_document(const struct job *j, struct begin *b, struct antin_err *err)
{
	struct antin_source *const sources[] = {j->src, j->o->detached};
	const char *content = j->o->detached ? antin_source_name(j->o->detached) : "";
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < 2 && sources[i] && rc == ANTIN_OK; i++) {
		rc = file_of(sources[i], &b->m.fds[b->m.n_fds], &b->ours[b->m.n_fds], err);
		b->m.n_fds += rc == ANTIN_OK;
	}
	antin_bytes_add(&b->body, j->name, strlen(j->name) + 1);
	antin_bytes_add(&b->body, content, strlen(content) + 1);
	return rc == ANTIN_OK ? antin_bytes_check(&b->body, err) : rc;
}

static enum antin_rc
send_job(struct job *j, struct antin_err *err)
{
	ANTIN_SCOPED(begin) b = {.m = {.n_fds = 0}};
	enum antin_rc rc = begin_socket(j, &b, err);

	if (rc == ANTIN_OK && j->src)
		rc = begin_document(j, &b, err);
	b.m.type = j->src ? WORKER_JOB : WORKER_CERT;
	if (rc == ANTIN_OK && !j->src)
		rc = worker_cert_write(j->files, j->name, j->demands, &b.body, err);
	b.m.body = antin_bytes_slice(&b.body);
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
fail_ended(struct job *j, struct antin_err *err)
{
	struct antin_err ignored = {0};
	int status = 0;

	if (j->fd >= 0)
		(void)close(j->fd);
	j->fd = -1;
	j->over = settle(j->w, &status, &ignored) == ANTIN_OK;
	if (!j->over || !WIFSIGNALED(status))
		return antin_fail(err, ANTIN_E_SERVICE,
		                  N_("the worker that reads documents ended without a verdict"));
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

static enum antin_rc
answer(struct job *j, struct antin_slice question, struct antin_err *err)
{
	ANTIN_SCOPED(worker_ask) ask = {0};
	ANTIN_SCOPED(antin_fetch_answer) a = {0};
	ANTIN_SCOPED(antin_bytes) body = {0};
	struct antin_message m = {.type = WORKER_ANSWER};
	struct antin_err why = {0};
	enum antin_rc rc = worker_ask_read(question, &ask, &why);

	if (rc == ANTIN_E_MEMORY)
		return antin_fail_memory(err);
	if (rc != ANTIN_OK)
		return worker_fail_talk(err);
	if (!j->o->fetcher || j->asks++ == WORKER_ASKS_AT_ALL)
		return worker_fail_talk(err);
	j->until -= antin_milliseconds();
	if (j->asks <= WORKER_ASKS)
		rc = antin_fetch(j->o->fetcher, &ask.request, &j->fetches, &a, err);
	else
		a.result = ANTIN_FETCHED_SPENT;
	j->until += antin_milliseconds();
	if (rc == ANTIN_OK)
		rc = worker_answer_write(&a, &body, err);
	m.body = antin_bytes_slice(&body);
	if (rc != ANTIN_OK)
		return rc;
	return antin_message_send(j->fd, &m, antin_milliseconds() + (int64_t)j->w->ms, err);
}

/* What was asked is what this side knows of; what could not be read only the worker knows. */
static void
take_fetches(struct job *j, struct antin_report *r)
{
	for (size_t i = 0; i < r->fetches.n; i++)
		for (size_t k = 0; k < j->fetches.n; k++)
			if (r->fetches.items[i].result == ANTIN_FETCHED_UNREADABLE &&
			    j->fetches.items[k].result == ANTIN_FETCHED_ANSWERED &&
			    strcmp(r->fetches.items[i].url, j->fetches.items[k].url) == 0)
				j->fetches.items[k].result = ANTIN_FETCHED_UNREADABLE;
	antin_fetch_log_done(&r->fetches);
	r->fetches = j->fetches;
	j->fetches = (struct antin_fetch_log){0};
}

static enum antin_rc
take_report(struct job *j, struct antin_slice body, struct antin_report *out, struct antin_err *err)
{
	struct antin_err why = {0};
	enum antin_rc rc = worker_report_read(body, j->o, j->demands, out, &why);

	if (rc == ANTIN_E_MEMORY)
		return antin_fail_memory(err);
	if (rc != ANTIN_OK)
		return worker_fail_talk(err);
	take_fetches(j, out);
	return ANTIN_OK;
}

/* What it has to read. */
static uint64_t
octets_of(const struct job *j)
{
	uint64_t size = j->src ? antin_source_size(j->src) : 0;

	if (j->src && j->o->detached)
		size += antin_source_size(j->o->detached);
	for (size_t i = 0; j->files && i < j->files->n; i++)
		size += j->files->items[i].octets.len;
	return size;
}

/* Questions until the verdict. */
static enum antin_rc
converse(struct job *j, struct antin_report *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) body = {0};
	struct antin_message m;
	enum antin_rc rc;

	j->until = antin_milliseconds() + (int64_t)j->w->ms + worker_patience(octets_of(j));
	for (;;) {
		struct antin_message_wanted wanted = {.max = WORKER_REPORT_MAX, .until = j->until};

		rc = worker_hear(j->fd, &wanted, &m, &body, err);
		if (rc == ANTIN_E_SERVICE) {
			antin_err_clear(err);
			return fail_ended(j, err);
		}
		if (rc != ANTIN_OK)
			return rc;
		if (m.type == ANTIN_MESSAGE_END)
			return fail_ended(j, err);
		if (m.type == WORKER_REPORT)
			return take_report(j, m.body, out, err);
		if (m.type == WORKER_ERROR)
			return worker_take_error(m.body, &j->over, err);
		rc = m.type == WORKER_ASK ? answer(j, m.body, err) : worker_fail_talk(err);
		if (rc != ANTIN_OK)
			return rc;
	}
}

/* What this side knows of the document by itself. */
struct known {
	struct antin_source *src, *content;
	uint8_t sha256[32], of_content[32];
};

static enum antin_rc
known_digests(struct known *k, struct antin_err *err)
{
	enum antin_rc rc = k->src ? verify_digest(k->src, k->sha256, err) : ANTIN_OK;

	return rc == ANTIN_OK && k->content ? verify_digest(k->content, k->of_content, err) : rc;
}

static enum antin_rc
known_unchanged(const struct known *k, struct antin_err *err)
{
	enum antin_rc rc = k->src ? antin_source_unchanged(k->src, err) : ANTIN_OK;

	return rc == ANTIN_OK && k->content ? antin_source_unchanged(k->content, err) : rc;
}

static enum antin_rc
known_told(const struct known *k, const char *name, struct antin_report *r, struct antin_err *err)
{
	enum antin_rc rc = antin_text_copy(name, &r->file, err);

	if (rc == ANTIN_OK && r->content)
		rc = k->content ? antin_text_copy(antin_source_name(k->content), &r->content, err)
		                : worker_fail_talk(err);
	memcpy(r->sha256, k->sha256, sizeof(r->sha256));
	if (r->content)
		memcpy(r->content_sha256, k->of_content, sizeof(r->content_sha256));
	return rc;
}

static enum antin_rc
judge(struct job *j, struct antin_report *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_report) r = {0};
	struct known k = {.src = j->src, .content = j->src ? j->o->detached : NULL};
	enum antin_rc rc = send_job(j, err);

	/* While the worker reads, too. */
	if (rc == ANTIN_OK)
		rc = known_digests(&k, err);
	if (rc == ANTIN_OK)
		rc = worker_greet(j->w, err);
	if (rc == ANTIN_OK)
		rc = converse(j, &r, err);
	if (rc == ANTIN_OK)
		rc = known_unchanged(&k, err);
	if (rc == ANTIN_OK)
		rc = known_told(&k, j->name, &r, err);
	if (rc != ANTIN_OK)
		return rc;
	*out = r;
	r = (struct antin_report){0};
	return ANTIN_OK;
}

static enum antin_rc
run(struct job *j, struct antin_report *out, struct antin_err *err)
{
	struct antin_worker *w = j->w;
	struct antin_err ignored = {0};
	enum antin_rc rc;
	int status;

	if (w->owes && settle(w, &status, &ignored) != ANTIN_OK)
		worker_stop(w);
	rc = worker_tell(w, j->o, err);
	if (rc == ANTIN_OK)
		rc = judge(j, out, err);
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

enum antin_rc
antin_verify_isolated(struct antin_worker *w, struct antin_source *src, const char *name,
                      const struct antin_verify_options *o, struct antin_report *out,
                      struct antin_err *err)
{
	ANTIN_SCOPED(job) j = {.w = w, .o = o, .name = name, .src = src, .fd = -1};

	return run(&j, out, err);
}

/* ---- certificates ---- */

/* The octets of the certificate that is meant: taken out of their wrapping, and not looked at. */
static enum antin_rc
target_of(const struct antin_given *files, struct antin_bytes *der, struct antin_err *err)
{
	struct antin_slice octets = files->n ? antin_bytes_slice(&files->items[0].octets)
	                                     : (struct antin_slice){NULL, 0};
	struct antin_in in = antin_in_of(octets);
	struct antin_slice label;
	bool found;

	if (octets.len && octets.p[0] == ANTIN_SEQUENCE) {
		antin_bytes_add(der, octets.p, octets.len);
		return antin_bytes_check(der, err);
	}
	return antin_pem_next(&in, &label, der, &found, err);
}

/* That the verdict is on the certificate of the file, and not on one of the worker's choice. */
static enum antin_rc
check_target(const struct antin_given *files, const struct antin_report *r, struct antin_err *err)
{
	const struct antin_cert *cert = r->n == 1 ? r->verdicts[0].signer.cert : NULL;
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_err ignored = {0};
	enum antin_rc rc = target_of(files, &der, &ignored);

	if (rc == ANTIN_E_MEMORY)
		return antin_fail_memory(err);
	if (rc != ANTIN_OK || !cert || !antin_slice_equal(cert->der, antin_bytes_slice(&der)))
		return worker_fail_talk(err);
	return ANTIN_OK;
}

enum antin_rc
antin_verify_cert_isolated(struct antin_worker *w, const struct antin_given *files,
                           const char *name, const struct antin_verify_options *o,
                           const struct antin_cert_demands *demands, struct antin_report *out,
                           struct antin_err *err)
{
	ANTIN_SCOPED(job)
	j = {.w = w, .o = o, .name = name, .files = files, .demands = demands, .fd = -1};
	ANTIN_SCOPED(antin_report) r = {0};
	enum antin_rc rc = run(&j, &r, err);

	if (rc == ANTIN_OK)
		rc = check_target(files, &r, err);
	if (rc != ANTIN_OK)
		return rc;
	*out = r;
	r = (struct antin_report){0};
	return ANTIN_OK;
}
