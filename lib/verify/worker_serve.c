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

#include <openssl/crypto.h>
#include <openssl/evp.h>

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
	struct worker_file file;  /* whose octets come next */
	struct antin_certs certs; /* that were given */
	struct antin_evidence given;
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
	worker_file_done(&s->file);
	antin_certs_done(&s->certs);
	antin_evidence_done(&s->given);
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

static enum antin_rc
take_file(struct state *s, struct antin_slice body, struct antin_err *err)
{
	worker_file_done(&s->file);
	return worker_file_read(body, &s->file, err);
}

/* What that file holds; evidence of the options has its name already, safe to show. */
static enum antin_rc
take_octets(struct state *s, struct antin_bytes *octets, struct antin_err *err)
{
	struct antin_evidence *const lists[WORKER_WHOSE] = {
	        [WORKER_UNREAD] = &s->given,
	        [WORKER_OPTION] = &s->evidence,
	        [WORKER_OF_TRUST] = &s->w.trust.evidence,
	};
	struct antin_given_file f = {.kind = (enum antin_given_kind)s->file.kind,
	                             .path = s->file.path};
	struct antin_evidence *e = lists[s->file.whose];
	size_t had = e->n;
	enum antin_rc rc;

	if (!f.path)
		return antin_fail(err, ANTIN_E_FORMAT, N_("the worker's %s is not as agreed"),
		                  "file");
	antin_bytes_move(&f.octets, octets);
	rc = antin_given_read(&f, &s->certs, e, err);
	if (s->file.whose != WORKER_UNREAD && e->n > had)
		(void)snprintf(e->items[had].name, sizeof(e->items[had].name), "%s", f.path);
	worker_file_done(&s->file);
	return rc;
}

/* Whether all of it could be read. */
static bool
tell_read(const struct state *s)
{
	ANTIN_SCOPED(antin_bytes) body = {0};
	struct antin_message m = {.type = WORKER_READ};

	if (s->broken.rc != ANTIN_OK) {
		m.type = WORKER_ERROR;
		worker_error_write(&s->broken, &body);
	}
	m.body = antin_bytes_slice(&body);
	return antin_message_send(s->fd, &m, ANTIN_MESSAGE_FOREVER, NULL) == ANTIN_OK;
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
	const struct antin_message *m;
	int fd;
};

static enum antin_rc
judge_file(const struct job *j, struct antin_verify_options *o, struct antin_report *out,
           struct antin_err *err)
{
	const char *name = (const char *)j->m->body.p, *of_content = name + strlen(name) + 1;
	ANTIN_OWN_S(antin_source) src = NULL;
	ANTIN_OWN_S(antin_source) content = NULL;
	enum antin_rc rc = antin_source_fd(j->m->fds[1], name, &src, err);

	if (rc == ANTIN_OK && j->m->n_fds > 2)
		rc = antin_source_fd(j->m->fds[2], of_content, &content, err);
	o->detached = content;
	return rc == ANTIN_OK ? verify_file(src, name, o, false, out, err) : rc;
}

static enum antin_rc
judge_certificate(const struct job *j, const struct antin_verify_options *o,
                  struct antin_report *out, struct antin_err *err)
{
	ANTIN_SCOPED(worker_cert) c = {0};
	enum antin_rc rc = worker_cert_read(j->m->body, &c, err);

	if (rc != ANTIN_OK)
		return rc;
	return antin_verify_cert_files(&c.files, c.name, o, &c.demands, out, err);
}

/* Certificates that were given stand behind those that were told. */
static enum antin_rc
join(struct state *s, struct antin_err *err)
{
	enum antin_rc rc = antin_evidence_join(&s->evidence, &s->given, err);

	return rc == ANTIN_OK
	               ? antin_certs_join(&s->w.trust.intermediates, &s->certs, s->certs.n, err)
	               : rc;
}

/* Nothing is judged without what was told. */
static enum antin_rc
judge(struct state *s, const struct job *j, struct antin_bytes *out, struct antin_err *err)
{
	struct antin_fetcher fetcher = {ask_parent, (void *)(uintptr_t)&j->fd};
	ANTIN_SCOPED(antin_report) report = {0};
	struct antin_verify_options o;
	enum antin_rc rc = s->broken.rc;

	*err = s->broken;
	if (rc == ANTIN_OK)
		rc = join(s, err);
	o = s->w.options;
	if (s->w.fetches)
		o.fetcher = &fetcher;
	if (rc == ANTIN_OK)
		rc = j->m->type == WORKER_CERT ? judge_certificate(j, &o, &report, err)
		                               : judge_file(j, &o, &report, err);
	return rc == ANTIN_OK ? worker_report_write(&report, s->w.options.trust, out, err) : rc;
}

/* ---- signing: neither the key nor the PIN is here ---- */

static enum antin_rc
prepare(struct state *s, const struct job *j, struct antin_bytes *out, struct antin_err *err)
{
	ANTIN_SCOPED(worker_place) p = {0};
	ANTIN_SCOPED(worker_update) u = {0};
	ANTIN_SCOPED(antin_slot) slot = {0};
	ANTIN_OWN_S(antin_source) src = NULL;
	enum antin_rc rc = worker_place_read(j->m->body, &p, err);

	(void)s;
	if (rc == ANTIN_OK)
		rc = antin_source_fd(j->m->fds[1], p.file, &src, err);
	if (rc == ANTIN_OK)
		rc = antin_doc_place(src, &p.place, &u.about, &slot, err);
	if (rc != ANTIN_OK)
		return rc;
	antin_bytes_move(&u.tail, &slot.tail);
	return worker_update_write(&u, out, err);
}

static enum antin_rc
check_signed(struct state *s, const struct job *j, struct antin_bytes *out, struct antin_err *err)
{
	ANTIN_SCOPED(worker_signed) w = {0};
	ANTIN_OWN_S(antin_source) before = NULL;
	ANTIN_OWN_S(antin_source) after = NULL;
	enum antin_rc rc = worker_signed_read(j->m->body, &w, err);

	(void)s;
	(void)out;
	if (rc == ANTIN_OK)
		rc = antin_source_fd(j->m->fds[1], w.place.file, &before, err);
	if (rc == ANTIN_OK)
		rc = antin_source_fd(j->m->fds[2], w.place.file, &after, err);
	return rc == ANTIN_OK ? antin_verify_signed(before, after, &w.wanted, err) : rc;
}

/* ---- one job ---- */

/* What a job of each type is. */
static const struct task {
	int n_fds; /* at least */
	enum worker_message answer;
	enum antin_rc (*work)(struct state *s, const struct job *j, struct antin_bytes *out,
	                      struct antin_err *err);
} tasks[] = {
        [WORKER_JOB] = {2, WORKER_REPORT, judge},
        [WORKER_CERT] = {1, WORKER_REPORT, judge},
        [WORKER_PREPARE] = {2, WORKER_UPDATE, prepare},
        [WORKER_SIGNED] = {3, WORKER_SOUND, check_signed},
};

static enum antin_rc
answer(struct state *s, const struct job *j)
{
	const struct task *t = &tasks[j->m->type];
	ANTIN_SCOPED(antin_bytes) body = {0};
	struct antin_message m = {.type = t->answer};
	struct antin_err err = {0};

	if (t->work(s, j, &body, &err) != ANTIN_OK) {
		m.type = WORKER_ERROR;
		antin_bytes_clear(&body);
		body.failed = false;
		worker_error_write(&err, &body);
	}
	m.body = antin_bytes_slice(&body);
	return antin_message_send(j->fd, &m, ANTIN_MESSAGE_FOREVER, NULL);
}

/* With the one that made it, and without its socket. */
static void
child(struct state *s, const struct antin_message *m, pid_t parent)
{
	const struct job j = {m, m->fds[0]};

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	(void)close(s->fd);
	_exit(getppid() == parent && s->cage->narrow() && answer(s, &j) == ANTIN_OK ? 0 : 1);
}

/* Until the process of the file has ended, or the parent is gone: it does not outlive this one. */
static bool
attend(const struct state *s, pid_t pid, int watch, int *status)
{
	struct pollfd both[] = {{s->fd, 0, 0}, {watch, POLLIN, 0}};

	while (poll(both, 2, -1) < 0 && errno == EINTR)
		continue;
	if (both[0].revents)
		return false;
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		continue;
	return true;
}

static bool
run(struct state *s, const struct antin_message *m)
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

/* With its descriptors; a document has two names, each with its end. */
static bool
is_job(const struct antin_message *m)
{
	const uint8_t *end = m->body.len ? memchr(m->body.p, 0, m->body.len) : NULL;

	if (m->type >= sizeof(tasks) / sizeof(tasks[0]) || !tasks[m->type].work ||
	    m->n_fds < tasks[m->type].n_fds)
		return false;
	return m->type != WORKER_JOB ||
	       (end && end < m->body.p + m->body.len - 1 && !m->body.p[m->body.len - 1]);
}

/* False when there is nothing more to be done. */
static bool
obey(struct state *s, const struct antin_message *m, struct antin_bytes *body)
{
	struct antin_err err = {0};
	enum antin_rc rc = ANTIN_OK;
	bool goes_on = true;

	if (m->type == WORKER_OPTIONS)
		rc = take_options(s, m->body, &err);
	else if (m->type == WORKER_FILE)
		rc = take_file(s, m->body, &err);
	else if (m->type == WORKER_OCTETS)
		rc = take_octets(s, body, &err);
	else if (m->type == WORKER_READ)
		goes_on = tell_read(s);
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

/* A process of a file finds them; else each would look through all that libcrypto has. */
static bool
warm_kinds(void)
{
	static const char *const kinds[][2] = {{"EC", "ECDSA"}, {"RSA", "RSA"}};
	bool warm = true;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		EVP_KEYMGMT *keys = EVP_KEYMGMT_fetch(NULL, kinds[i][0], NULL);
		EVP_SIGNATURE *signatures = EVP_SIGNATURE_fetch(NULL, kinds[i][1], NULL);

		warm = warm && keys && signatures;
		EVP_KEYMGMT_free(keys);
		EVP_SIGNATURE_free(signatures);
	}
	return warm;
}

/*
 * What libcrypto and jansson read and make at their first use, before the cage is shut and once
 * for all files; randomness is drawn anew behind each fork.  The names of libcrypto's old
 * interface, which nobody here looks algorithms up by, would take a millisecond.
 */
static bool
warm_up(void)
{
	const uint64_t fewer = OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ADD_ALL_DIGESTS;
	uint8_t octets[ANTIN_DIGEST_MAX];
	struct antin_slice nothing = {(const uint8_t *)"", 0};
	json_t *seeded = json_object();
	bool warm = seeded != NULL && OPENSSL_init_crypto(fewer, NULL) == 1;

	json_decref(seeded);
	for (int d = ANTIN_SHA1; d < ANTIN_DIGESTS; d++)
		warm = warm &&
		       antin_digest_of((enum antin_digest)d, nothing, octets, NULL) == ANTIN_OK;
	return warm && antin_random(octets, sizeof(octets), NULL) == ANTIN_OK && warm_kinds();
}

int
antin_worker_serve(int fd, const struct antin_worker_cage *cage)
{
	struct antin_message_wanted wanted = {.max = WORKER_OCTETS_MAX,
	                                      .n_fds = ANTIN_MESSAGE_FDS,
	                                      .until = ANTIN_MESSAGE_FOREVER};
	struct worker_hello hello = {.build = worker_sum(), .landlock = cage->landlock()};
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
		if (!obey(&s, &m, &body))
			return 1;
	return 0;
}
