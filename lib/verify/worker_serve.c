/*
 * The worker's end: a process that is told the options and reads nothing foreign; for each file it
 * makes a process with fewer rights still, which judges, answers and is gone.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <antin/helper.h>

#include "verify.h"
#include "worker.h"

struct state {
	int fd;
	const struct antin_worker_cage *cage;
	struct worker_options w;
	struct antin_rules *rules;
	struct antin_kinds *kinds;
	struct antin_algorithms *algorithms;
	struct antin_evidence evidence;
	struct antin_err broken; /* what was told could not be used */
};

static void
state_done(struct state *s)
{
	worker_options_done(&s->w);
	antin_rules_free(s->rules);
	antin_kinds_free(s->kinds);
	antin_algorithms_free(s->algorithms);
	antin_evidence_done(&s->evidence);
}
ANTIN_SCOPED_S(state, state_done);

/* ---- what it is told ---- */

static enum antin_rc
take_options(struct state *s, struct antin_slice body, struct antin_err *err)
{
	struct worker_options *w = &s->w;
	enum antin_rc rc = worker_options_read(body, w, err);

	if (rc == ANTIN_OK && w->rules.len)
		rc = antin_rules_read(antin_bytes_slice(&w->rules), "rules", &s->rules, err);
	if (rc == ANTIN_OK && w->kinds.len)
		rc = antin_kinds_read(antin_bytes_slice(&w->kinds), "kinds", &s->kinds, err);
	if (rc == ANTIN_OK && w->algorithms.len)
		rc = antin_algorithms_read(antin_bytes_slice(&w->algorithms), "algorithms",
		                           &s->algorithms, err);
	w->options.trust = &w->trust;
	w->options.rules = s->rules;
	w->options.kinds = s->kinds;
	w->options.algorithms = s->algorithms;
	w->options.evidence = &s->evidence;
	/* As many as were told, and NULL. */
	w->options.signers = w->n_signers ? (const char *const *)w->signers : NULL;
	return rc;
}

/* Which list it is of, the name, NUL, DER. */
static enum antin_rc
take_evidence(struct state *s, const struct antin_message *m, struct antin_err *err)
{
	const uint8_t *nul = m->body.len > 1 ? memchr(m->body.p + 1, 0, m->body.len - 1) : NULL;
	struct antin_evidence *e = &s->evidence;
	struct antin_slice der;
	const char *name;
	enum antin_rc rc;

	if (!nul)
		return antin_fail(err, ANTIN_E_FORMAT, N_("the worker's %s is not as agreed"),
		                  "evidence");
	if (m->body.p[0] == WORKER_OF_TRUST)
		e = &s->w.trust.evidence;
	name = (const char *)m->body.p + 1;
	der = (struct antin_slice){nul + 1, m->body.len - (size_t)(nul + 1 - m->body.p)};
	if (m->type == WORKER_CRL) {
		ANTIN_SCOPED(antin_bytes) copy = {0};
		ANTIN_OWN_S(antin_crl) crl = NULL;

		antin_bytes_add(&copy, der.p, der.len);
		rc = antin_bytes_check(&copy, err);
		if (rc == ANTIN_OK)
			rc = antin_crl_read(&copy, &crl, err);
		if (rc == ANTIN_OK)
			rc = antin_evidence_add_crl(e, crl, "", err);
	} else {
		ANTIN_OWN_S(antin_ocsp_response) ocsp = NULL;

		rc = antin_ocsp_response_read(der, &ocsp, err);
		if (rc == ANTIN_OK)
			rc = antin_evidence_add_ocsp(e, ocsp, "", err);
	}
	/* It was made safe to show where it was read. */
	if (rc == ANTIN_OK)
		(void)snprintf(e->items[e->n - 1].name, sizeof(e->items[0].name), "%s", name);
	return rc;
}

/* ---- one file ---- */

static enum antin_rc
ask_parent(void *user, const struct antin_fetch_request *request, struct antin_fetch_answer *out,
           struct antin_err *err)
{
	struct antin_message_wanted wanted = {.max = WORKER_ANSWER_MAX,
	                                      .until = ANTIN_MESSAGE_FOREVER};
	const int *fd = user;
	struct antin_message m = {.type = WORKER_ASK}, answer;
	ANTIN_SCOPED(antin_bytes) body = {0};
	enum antin_rc rc = worker_ask_write(request, &body, err);

	m.body = antin_bytes_slice(&body);
	if (rc == ANTIN_OK)
		rc = antin_message_send(*fd, &m, ANTIN_MESSAGE_FOREVER, err);
	if (rc == ANTIN_OK)
		rc = antin_message_receive(*fd, &wanted, &answer, &body, err);
	if (rc != ANTIN_OK)
		return rc;
	if (answer.type != WORKER_ANSWER)
		return antin_fail(err, ANTIN_E_SERVICE, N_("the helper program has ended"));
	return worker_answer_read(answer.body, out, err);
}

/* What a message of a job says. */
struct job {
	int fd, file, content; /* -1: none */
	const char *name, *content_name;
};

static enum antin_rc
judge(const struct state *s, struct job *j, struct antin_bytes *out, struct antin_err *err)
{
	struct antin_fetcher fetcher = {ask_parent, &j->fd};
	struct antin_verify_options o = s->w.options;
	ANTIN_SCOPED(antin_report) report = {0};
	ANTIN_OWN_S(antin_source) src = NULL;
	ANTIN_OWN_S(antin_source) content = NULL;
	enum antin_rc rc = antin_source_fd(j->file, j->name, &src, err);

	if (rc == ANTIN_OK && j->content >= 0)
		rc = antin_source_fd(j->content, j->content_name, &content, err);
	o.detached = content;
	if (s->w.fetches)
		o.fetcher = &fetcher;
	if (rc == ANTIN_OK)
		rc = verify_file(src, j->name, &o, false, &report, err);
	return rc == ANTIN_OK ? worker_report_write(&report, o.trust, out, err) : rc;
}

static enum antin_rc
answer(const struct state *s, struct job *j)
{
	ANTIN_SCOPED(antin_bytes) body = {0};
	struct antin_message m = {.type = WORKER_REPORT};
	struct antin_err err = s->broken;

	if (err.rc == ANTIN_OK && judge(s, j, &body, &err) != ANTIN_OK)
		antin_bytes_clear(&body);
	if (err.rc != ANTIN_OK) {
		m.type = WORKER_ERROR;
		body.failed = false;
		worker_error_write(&err, &body);
	}
	m.body = antin_bytes_slice(&body);
	return antin_message_send(j->fd, &m, ANTIN_MESSAGE_FOREVER, NULL);
}

/* With the one that made it, and without its socket. */
static void
child(const struct state *s, const struct antin_message *m, pid_t parent)
{
	const char *name = (const char *)m->body.p;
	struct job j = {m->fds[0], m->fds[1], m->n_fds > 2 ? m->fds[2] : -1, name,
	                name + strlen(name) + 1};

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	(void)close(s->fd);
	_exit(getppid() == parent && s->cage->narrow() && answer(s, &j) == ANTIN_OK ? 0 : 1);
}

/* Until the process of the file has ended, or the parent is gone: then both end. */
static bool
attend(const struct state *s, pid_t pid, int watch, int *status)
{
	struct pollfd both[] = {{s->fd, 0, 0}, {watch, POLLIN, 0}};
	bool alone;

	while (poll(both, 2, -1) < 0 && errno == EINTR)
		continue;
	alone = both[0].revents != 0;
	if (alone)
		(void)pidfd_send_signal(watch, SIGKILL, NULL, 0);
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		continue;
	return !alone;
}

static bool
run(const struct state *s, const struct antin_message *m)
{
	struct antin_message ended = {.type = WORKER_ENDED};
	int status = -1, watch;
	pid_t parent = getpid(), pid = fork();
	bool goes_on = true;

	if (pid == 0)
		child(s, m, parent);
	if (pid > 0) {
		watch = pidfd_open(pid, 0);
		goes_on = attend(s, pid, watch, &status);
		(void)close(watch);
	}
	ended.body = (struct antin_slice){(const uint8_t *)&status, sizeof(status)};
	return goes_on &&
	       antin_message_send(s->fd, &ended, ANTIN_MESSAGE_FOREVER, NULL) == ANTIN_OK;
}

/* ---- its life ---- */

/* Two texts, each with its end. */
static bool
is_job(const struct antin_message *m)
{
	const uint8_t *end = m->body.len ? memchr(m->body.p, 0, m->body.len) : NULL;

	return m->type == WORKER_JOB && m->n_fds >= 2 && end && end < m->body.p + m->body.len - 1 &&
	       !m->body.p[m->body.len - 1];
}

/* False when there is nothing more to be done. */
static bool
obey(struct state *s, const struct antin_message *m)
{
	struct antin_err err = {0};
	enum antin_rc rc = ANTIN_OK;
	bool goes_on = true;

	if (m->type == WORKER_OPTIONS)
		rc = take_options(s, m->body, &err);
	else if (m->type == WORKER_CRL || m->type == WORKER_OCSP)
		rc = take_evidence(s, m, &err);
	else if (is_job(m))
		goes_on = run(s, m);
	else
		goes_on = false;
	if (rc != ANTIN_OK && s->broken.rc == ANTIN_OK)
		s->broken = err;
	for (int i = 0; i < m->n_fds; i++)
		(void)close(m->fds[i]);
	return goes_on;
}

/* What libcrypto and jansson read and make at their first use, before the cage is shut. */
static bool
warm_up(void)
{
	uint8_t digest[ANTIN_DIGEST_MAX];
	struct antin_slice nothing = {(const uint8_t *)"", 0};
	json_t *seeded = json_object();
	bool warm = seeded != NULL;

	json_decref(seeded);
	for (int d = ANTIN_SHA1; d < ANTIN_DIGESTS; d++)
		warm = warm &&
		       antin_digest_of((enum antin_digest)d, nothing, digest, NULL) == ANTIN_OK;
	return warm;
}

int
antin_worker_serve(int fd, const struct antin_worker_cage *cage)
{
	struct antin_message_wanted wanted = {.max = WORKER_EVIDENCE_MAX,
	                                      .n_fds = ANTIN_MESSAGE_FDS,
	                                      .until = ANTIN_MESSAGE_FOREVER};
	struct worker_hello hello = {.build = worker_build(), .landlock = cage->landlock()};
	struct antin_message m = {.type = WORKER_HELLO,
	                          .body = {(const uint8_t *)&hello, sizeof(hello)}};
	ANTIN_SCOPED(antin_bytes) body = {0};
	ANTIN_SCOPED(state) s = {.fd = fd, .cage = cage};
	const char *failed = "libcrypto";

	if (!warm_up() || !cage->shut(&failed)) {
		hello.failed = errno ? errno : EPERM;
		(void)snprintf(hello.what, sizeof(hello.what), "%s", failed);
	}
	if (antin_message_send(fd, &m, ANTIN_MESSAGE_FOREVER, NULL) != ANTIN_OK || hello.failed)
		return 1;
	while (antin_message_receive(fd, &wanted, &m, &body, NULL) == ANTIN_OK &&
	       m.type != ANTIN_MESSAGE_END)
		if (!obey(&s, &m))
			return 1;
	return 0;
}
