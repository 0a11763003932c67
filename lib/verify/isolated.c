/*
 * The parent's end of a verification apart.  See worker.h: whatever comes from the worker is held
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
#include <antin/helper.h>
#include <antin/text.h>

#include "verify.h"
#include "worker.h"

enum { PATIENCE_MS = 120000, OCTETS_A_MS = 1024 };

struct antin_worker {
	char *program;
	unsigned int ms;
	struct antin_helper helper;
	bool greeted, owes; /* its hello was read; it has still to say how the last job ended */
	int landlock;
	/* What it was told, to see whether that still holds. */
	bool knows;
	struct antin_bytes options;
	struct antin_evidence given, of_trust;
};

/* ---- its life ---- */

static bool
is_passed(const char *entry, void *user)
{
	/* An administrator's choice of cryptography, and what sanitizers are told. */
	static const char *const names[] = {"OPENSSL_CONF=", "OPENSSL_MODULES=", "ASAN_OPTIONS=",
	                                    "UBSAN_OPTIONS="};

	(void)user;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(entry, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static void
stop(struct antin_worker *w)
{
	antin_helper_stop(&w->helper);
	antin_bytes_clear(&w->options);
	antin_evidence_done(&w->given);
	antin_evidence_done(&w->of_trust);
	w->knows = w->greeted = w->owes = false;
}

static enum antin_rc
start(struct antin_worker *w, struct antin_err *err)
{
#ifdef __SANITIZE_ADDRESS__
	int error = STDERR_FILENO; /* its findings */
#else
	int error = -1;
#endif
	char **environment;
	enum antin_rc rc;

	if (w->helper.fd >= 0)
		return ANTIN_OK;
	environment = antin_environment(is_passed, NULL);
	if (!environment)
		return antin_fail_memory(err);
	rc = antin_helper_start(w->program, environment, error, &w->helper, err);
	free(environment);
	return rc;
}

enum antin_rc
antin_worker_new(const struct antin_worker_config *c, struct antin_worker **out,
                 struct antin_err *err)
{
	ANTIN_OWN_S(antin_worker) w = calloc(1, sizeof(*w));
	enum antin_rc rc;

	if (!w)
		return antin_fail_memory(err);
	w->helper = (struct antin_helper){.fd = -1, .watch = -1};
	w->ms = c->ms ? c->ms : PATIENCE_MS;
	w->program = strdup(c->program);
	if (!w->program)
		return antin_fail_memory(err);
	rc = start(w, err);
	if (rc == ANTIN_OK)
		*out = ANTIN_TAKE(w);
	return rc;
}

void
antin_worker_free(struct antin_worker *w)
{
	if (!w)
		return;
	stop(w);
	antin_bytes_done(&w->options);
	free(w->program);
	free(w);
}

/* ---- what it says of itself ---- */

static enum antin_rc
fail_talk(struct antin_err *err)
{
	return antin_fail(err, ANTIN_E_INTERNAL,
	                  N_("the worker that reads documents answered what was not agreed"));
}

/* A message of the worker: what is none is not the document's fault. */
static enum antin_rc
hear(int fd, const struct antin_message_wanted *wanted, struct antin_message *m,
     struct antin_bytes *body, struct antin_err *err)
{
	struct antin_err why = {0};
	enum antin_rc rc = antin_message_receive(fd, wanted, m, body, &why);

	if (rc == ANTIN_E_FORMAT)
		return fail_talk(err);
	if (rc != ANTIN_OK && err)
		*err = why;
	return rc;
}

static enum antin_rc
hear_hello(struct antin_worker *w, const struct antin_message *m, struct antin_err *err)
{
	struct worker_hello hello;

	if (m->type == ANTIN_MESSAGE_END)
		return antin_fail(err, ANTIN_E_SERVICE, N_("the program %s ended at its start"),
		                  w->program);
	if (m->type != WORKER_HELLO || m->body.len != sizeof(hello))
		return fail_talk(err);
	memcpy(&hello, m->body.p, sizeof(hello));
	hello.what[sizeof(hello.what) - 1] = '\0';
	if (hello.build != worker_build())
		return antin_fail(err, ANTIN_E_SERVICE,
		                  N_("the program %s is of another version: install anew"),
		                  w->program);
	if (hello.failed)
		return antin_fail(err, ANTIN_E_SERVICE,
		                  N_("the worker that reads documents cannot be shut in: %s (%s)"),
		                  hello.what,
		                  strerrorname_np(hello.failed) ? strerrorname_np(hello.failed)
		                                                : "?");
	w->landlock = hello.landlock > 0 ? hello.landlock : 0;
	w->greeted = true;
	return ANTIN_OK;
}

static enum antin_rc
greet(struct antin_worker *w, struct antin_err *err)
{
	int64_t patience = (int64_t)w->ms;
	struct antin_message_wanted wanted = {.max = sizeof(struct worker_hello),
	                                      .until = antin_milliseconds() +
	                                               (patience < WORKER_HELLO_MS
	                                                        ? patience
	                                                        : WORKER_HELLO_MS)};
	ANTIN_SCOPED(antin_bytes) body = {0};
	struct antin_message m;
	enum antin_rc rc = start(w, err);

	if (rc != ANTIN_OK || w->greeted)
		return rc;
	rc = hear(w->helper.fd, &wanted, &m, &body, err);
	if (rc == ANTIN_OK)
		rc = hear_hello(w, &m, err);
	if (rc != ANTIN_OK)
		stop(w);
	return rc;
}

enum antin_rc
antin_worker_landlock(struct antin_worker *w, int *version, struct antin_err *err)
{
	enum antin_rc rc = greet(w, err);

	if (rc == ANTIN_OK)
		*version = w->landlock;
	return rc;
}

/* ---- telling it the options ---- */

/* What is told is immutable: the same objects are the same evidence. */
static bool
same_evidence(const struct antin_evidence *told, const struct antin_evidence *now)
{
	if (told->n != (now ? now->n : 0))
		return false;
	for (size_t i = 0; i < told->n; i++)
		if (told->items[i].crl != now->items[i].crl ||
		    told->items[i].ocsp != now->items[i].ocsp)
			return false;
	return true;
}

static enum antin_rc
tell_item(struct antin_worker *w, const struct antin_evidence_item *item, int whose,
          struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) body = {0};
	struct antin_slice der = item->crl ? item->crl->der : item->ocsp->der;
	struct antin_message m = {.type = item->crl ? WORKER_CRL : WORKER_OCSP};
	enum antin_rc rc;

	antin_bytes_byte(&body, (uint8_t)whose);
	antin_bytes_add(&body, item->name, strlen(item->name) + 1);
	antin_bytes_add(&body, der.p, der.len);
	rc = antin_bytes_check(&body, err);
	m.body = antin_bytes_slice(&body);
	if (rc != ANTIN_OK)
		return rc;
	return antin_message_send(w->helper.fd, &m, antin_milliseconds() + (int64_t)w->ms, err);
}

static enum antin_rc
tell_evidence(struct antin_worker *w, const struct antin_evidence *e, struct antin_evidence *told,
              struct antin_err *err)
{
	int whose = told == &w->given ? WORKER_GIVEN : WORKER_OF_TRUST;
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; e && i < e->n && rc == ANTIN_OK; i++) {
		const struct antin_evidence_item *item = &e->items[i];

		rc = item->crl ? antin_evidence_add_crl(told, item->crl, item->name, err)
		               : antin_evidence_add_ocsp(told, item->ocsp, item->name, err);
		if (rc == ANTIN_OK)
			rc = tell_item(w, item, whose, err);
	}
	return rc;
}

/* A worker that was told something else ends: nothing of that is left in the next. */
static enum antin_rc
tell(struct antin_worker *w, const struct antin_verify_options *o, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) options = {0};
	struct antin_message m = {.type = WORKER_OPTIONS};
	enum antin_rc rc = worker_options_write(o, &options, err);

	m.body = antin_bytes_slice(&options);
	if (rc != ANTIN_OK)
		return rc;
	if (w->knows && antin_slice_equal(m.body, antin_bytes_slice(&w->options)) &&
	    same_evidence(&w->given, o->evidence) &&
	    same_evidence(&w->of_trust, &o->trust->evidence))
		return ANTIN_OK;
	if (w->knows)
		stop(w);
	rc = start(w, err);
	if (rc == ANTIN_OK)
		rc = antin_message_send(w->helper.fd, &m, antin_milliseconds() + (int64_t)w->ms,
		                        err);
	if (rc == ANTIN_OK)
		rc = tell_evidence(w, o->evidence, &w->given, err);
	if (rc == ANTIN_OK)
		rc = tell_evidence(w, &o->trust->evidence, &w->of_trust, err);
	if (rc != ANTIN_OK)
		return rc;
	antin_bytes_move(&w->options, &options);
	w->knows = true;
	return ANTIN_OK;
}

/* ---- one file ---- */

struct job {
	struct antin_worker *w;
	const struct antin_verify_options *o;
	struct antin_source *src;
	const char *name;
	int fd; /* to the process of this file */
	unsigned int asks;
	bool over; /* its process has ended, or will without being asked for more */
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

/* The other end of its socket, then the files; which of them are to be closed here. */
static enum antin_rc
job_files(struct job *j, struct antin_message *m, bool ours[ANTIN_MESSAGE_FDS],
          struct antin_err *err)
{
	struct antin_source *const sources[] = {j->src, j->o->detached};
	enum antin_rc rc = ANTIN_OK;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return antin_fail_errno(err, errno, "socketpair", NULL);
	j->fd = ends[0];
	m->fds[m->n_fds] = ends[1];
	ours[m->n_fds++] = true;
	for (size_t i = 0; i < 2 && sources[i] && rc == ANTIN_OK; i++) {
		rc = file_of(sources[i], &m->fds[m->n_fds], &ours[m->n_fds], err);
		m->n_fds += rc == ANTIN_OK;
	}
	return rc;
}

static enum antin_rc
send_job(struct job *j, struct antin_err *err)
{
	const char *content = j->o->detached ? antin_source_name(j->o->detached) : "";
	struct antin_message m = {.type = WORKER_JOB};
	bool ours[ANTIN_MESSAGE_FDS] = {false};
	ANTIN_SCOPED(antin_bytes) names = {0};
	enum antin_rc rc = job_files(j, &m, ours, err);

	antin_bytes_add(&names, j->name, strlen(j->name) + 1);
	antin_bytes_add(&names, content, strlen(content) + 1);
	m.body = antin_bytes_slice(&names);
	if (rc == ANTIN_OK)
		rc = antin_bytes_check(&names, err);
	if (rc == ANTIN_OK)
		rc = antin_message_send(j->w->helper.fd, &m,
		                        antin_milliseconds() + (int64_t)j->w->ms, err);
	for (int i = 0; i < m.n_fds; i++)
		if (ours[i])
			(void)close(m.fds[i]);
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
		return fail_talk(err);
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
		return fail_talk(err);
	if (!j->o->fetcher)
		return fail_talk(err);
	if (j->asks++ < WORKER_ASKS)
		rc = antin_fetch(j->o->fetcher, &ask.request, &j->fetches, &a, err);
	else
		a.result = ANTIN_FETCHED_SPENT;
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
	enum antin_rc rc = worker_report_read(body, j->o, out, &why);

	if (rc == ANTIN_E_MEMORY)
		return antin_fail_memory(err);
	if (rc != ANTIN_OK)
		return fail_talk(err);
	take_fetches(j, out);
	return ANTIN_OK;
}

static enum antin_rc
take_error(struct job *j, struct antin_slice body, struct antin_err *err)
{
	struct antin_err told = {0}, why = {0};
	enum antin_rc rc = worker_error_read(body, &told, &why);

	if (rc == ANTIN_E_MEMORY)
		return antin_fail_memory(err);
	if (rc != ANTIN_OK)
		return fail_talk(err);
	if (err)
		*err = told;
	j->over = true;
	return told.rc;
}

/* Questions until the verdict. */
static enum antin_rc
converse(struct job *j, struct antin_report *out, struct antin_err *err)
{
	uint64_t size = antin_source_size(j->src) +
	                (j->o->detached ? antin_source_size(j->o->detached) : 0);
	int64_t patience = (int64_t)j->w->ms + (int64_t)(size / OCTETS_A_MS);
	ANTIN_SCOPED(antin_bytes) body = {0};
	struct antin_message m;
	enum antin_rc rc;

	for (;;) {
		struct antin_message_wanted wanted = {.max = WORKER_REPORT_MAX,
		                                      .until = antin_milliseconds() + patience};

		rc = hear(j->fd, &wanted, &m, &body, err);
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
			return take_error(j, m.body, err);
		rc = m.type == WORKER_ASK ? answer(j, m.body, err) : fail_talk(err);
		if (rc != ANTIN_OK)
			return rc;
	}
}

static enum antin_rc
judge(struct job *j, struct antin_report *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_report) r = {0};
	struct antin_source *content = j->o->detached;
	uint8_t sha256[32], of_content[32] = {0};
	enum antin_rc rc = send_job(j, err);

	/* While the worker reads, too. */
	if (rc == ANTIN_OK)
		rc = verify_digest(j->src, sha256, err);
	if (rc == ANTIN_OK && content)
		rc = verify_digest(content, of_content, err);
	if (rc == ANTIN_OK)
		rc = greet(j->w, err);
	if (rc == ANTIN_OK)
		rc = converse(j, &r, err);
	if (rc == ANTIN_OK)
		rc = antin_source_unchanged(j->src, err);
	if (rc == ANTIN_OK && content)
		rc = antin_source_unchanged(content, err);
	if (rc == ANTIN_OK)
		rc = antin_text_copy(j->name, &r.file, err);
	if (rc == ANTIN_OK && r.content)
		rc = content ? antin_text_copy(antin_source_name(content), &r.content, err)
		             : fail_talk(err);
	if (rc != ANTIN_OK)
		return rc;
	memcpy(r.sha256, sha256, sizeof(sha256));
	if (r.content)
		memcpy(r.content_sha256, of_content, sizeof(of_content));
	*out = r;
	r = (struct antin_report){0};
	return ANTIN_OK;
}

enum antin_rc
antin_verify_isolated(struct antin_worker *w, struct antin_source *src, const char *name,
                      const struct antin_verify_options *o, struct antin_report *out,
                      struct antin_err *err)
{
	ANTIN_SCOPED(job) j = {.w = w, .o = o, .src = src, .name = name, .fd = -1};
	struct antin_err ignored = {0};
	enum antin_rc rc;
	int status;

	if (w->owes && settle(w, &status, &ignored) != ANTIN_OK)
		stop(w);
	rc = tell(w, o, err);
	if (rc == ANTIN_OK)
		rc = judge(&j, out, err);
	if (rc == ANTIN_OK)
		return ANTIN_OK;
	/* Why it has ended it may have said at its start. */
	if (rc == ANTIN_E_SERVICE && !w->greeted && w->helper.fd >= 0) {
		antin_err_clear(err);
		rc = greet(w, err);
		if (rc == ANTIN_OK)
			rc = fail_ended(&j, err);
	}
	if (!j.over)
		stop(w);
	antin_err_set_file(err, name);
	return rc;
}
