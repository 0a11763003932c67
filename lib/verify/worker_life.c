/*
 * The parent's end of a worker until its first file: its life, what it says of itself, what it is
 * told.  See worker.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <antin/clock.h>

#include "verify.h"
#include "worker.h"

enum { PATIENCE_MS = 120000 };

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

void
worker_stop(struct antin_worker *w)
{
	antin_helper_stop(&w->helper);
	antin_bytes_clear(&w->options);
	antin_evidence_done(&w->evidence);
	antin_evidence_done(&w->of_trust);
	w->knows = w->greeted = w->owes = w->given_told = false;
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
	worker_stop(w);
	antin_bytes_done(&w->options);
	antin_given_done(&w->given);
	free(w->program);
	free(w);
}

/* ---- what it says of itself ---- */

enum antin_rc
worker_fail_talk(struct antin_err *err)
{
	return antin_fail(err, ANTIN_E_INTERNAL,
	                  N_("the worker that reads documents answered what was not agreed"));
}

/* A message of the worker: what is none is not the document's fault. */
enum antin_rc
worker_hear(int fd, const struct antin_message_wanted *wanted, struct antin_message *m,
            struct antin_bytes *body, struct antin_err *err)
{
	struct antin_err why = {0};
	enum antin_rc rc = antin_message_receive(fd, wanted, m, body, &why);

	if (rc == ANTIN_E_FORMAT)
		return worker_fail_talk(err);
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
		return worker_fail_talk(err);
	memcpy(&hello, m->body.p, sizeof(hello));
	hello.what[sizeof(hello.what) - 1] = '\0';
	if (hello.build != worker_sum())
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

enum antin_rc
worker_greet(struct antin_worker *w, struct antin_err *err)
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
	rc = worker_hear(w->helper.fd, &wanted, &m, &body, err);
	if (rc == ANTIN_OK)
		rc = hear_hello(w, &m, err);
	if (rc != ANTIN_OK)
		worker_stop(w);
	return rc;
}

enum antin_rc
antin_worker_landlock(struct antin_worker *w, int *version, struct antin_err *err)
{
	enum antin_rc rc = worker_greet(w, err);

	if (rc == ANTIN_OK)
		*version = w->landlock;
	return rc;
}

/* ---- what it is told ---- */

static enum antin_rc
send(struct antin_worker *w, enum worker_message type, struct antin_slice body,
     struct antin_err *err)
{
	const struct antin_message m = {.type = type, .body = body};

	return antin_message_send(w->helper.fd, &m, antin_milliseconds() + (int64_t)w->ms, err);
}

/* Octets that nobody copies once more, after what was said of them. */
static enum antin_rc
send_octets(struct antin_worker *w, struct antin_bytes *what, struct antin_slice octets,
            struct antin_err *err)
{
	enum antin_rc rc = send(w, WORKER_FILE, antin_bytes_slice(what), err);

	return rc == ANTIN_OK ? send(w, WORKER_OCTETS, octets, err) : rc;
}

static enum antin_rc
tell_given(struct antin_worker *w, size_t from, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = from; i < w->given.n && rc == ANTIN_OK; i++) {
		const struct antin_given_file *f = &w->given.items[i];
		ANTIN_SCOPED(antin_bytes) what = {0};

		rc = worker_file_write(f->kind, WORKER_UNREAD, f->path, &what, err);
		if (rc == ANTIN_OK)
			rc = send_octets(w, &what, antin_bytes_slice(&f->octets), err);
	}
	w->given_told = rc == ANTIN_OK;
	return rc;
}

enum antin_rc
worker_take_error(struct antin_slice body, bool *told, struct antin_err *err)
{
	struct antin_err theirs = {0}, why = {0};
	enum antin_rc rc = worker_error_read(body, &theirs, &why);

	*told = rc == ANTIN_OK;
	if (rc == ANTIN_E_MEMORY)
		return antin_fail_memory(err);
	if (rc != ANTIN_OK)
		return worker_fail_talk(err);
	if (err)
		*err = theirs;
	return theirs.rc;
}

/* Whether it could read what it was given. */
static enum antin_rc
hear_given(struct antin_worker *w, uint64_t octets, bool *told, struct antin_err *err)
{
	struct antin_message_wanted wanted = {.max = WORKER_ERROR_MAX,
	                                      .until = antin_milliseconds() + (int64_t)w->ms +
	                                               worker_patience(octets)};
	ANTIN_SCOPED(antin_bytes) body = {0};
	struct antin_message m;
	enum antin_rc rc = worker_hear(w->helper.fd, &wanted, &m, &body, err);

	if (rc != ANTIN_OK)
		return rc;
	if (m.type == ANTIN_MESSAGE_END)
		return antin_fail(err, ANTIN_E_SERVICE,
		                  N_("the worker that reads documents ended without an answer"));
	if (m.type == WORKER_ERROR)
		return worker_take_error(m.body, told, err);
	return m.type == WORKER_READ && !m.body.len ? ANTIN_OK : worker_fail_talk(err);
}

static enum antin_rc
give(struct antin_worker *w, size_t from, bool *told, struct antin_err *err)
{
	uint64_t octets = 0;
	enum antin_rc rc = start(w, err);

	for (size_t i = 0; i < w->given.n; i++)
		octets += w->given.items[i].octets.len;
	if (rc == ANTIN_OK)
		rc = tell_given(w, w->given_told ? from : 0, err);
	if (rc == ANTIN_OK)
		rc = send(w, WORKER_READ, (struct antin_slice){NULL, 0}, err);
	/* Why it has ended it may have said at its start. */
	if (rc == ANTIN_E_SERVICE && w->helper.fd >= 0) {
		antin_err_clear(err);
		rc = ANTIN_OK;
	}
	if (rc == ANTIN_OK)
		rc = worker_greet(w, err);
	return rc == ANTIN_OK ? hear_given(w, octets, told, err) : rc;
}

/* To the end of the list; on failure some of them are left. */
static enum antin_rc
take_files(struct antin_given *list, struct antin_given *files, struct antin_err *err)
{
	for (size_t i = 0; i < files->n; i++) {
		struct antin_given_file *items = list->items;

		if (list->n == list->cap)
			items = antin_array_grow(items, &list->cap, sizeof(*items));
		if (!items)
			return antin_fail_memory(err);
		list->items = items;
		items[list->n++] = files->items[i];
		files->items[i] = (struct antin_given_file){0};
	}
	antin_given_done(files);
	return ANTIN_OK;
}

enum antin_rc
antin_worker_give(struct antin_worker *w, struct antin_given *files, struct antin_err *err)
{
	size_t from = w->given.n;
	bool told = false;
	enum antin_rc rc = take_files(&w->given, files, err);

	if (rc != ANTIN_OK || w->given.n == from)
		return rc;
	if (w->knows || w->owes)
		worker_stop(w);
	rc = give(w, from, &told, err);
	if (rc != ANTIN_OK && !told)
		worker_stop(w);
	return rc;
}

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
tell_item(struct antin_worker *w, const struct antin_evidence_item *item, enum worker_whose whose,
          struct antin_err *err)
{
	enum antin_given_kind kind = item->crl ? ANTIN_GIVEN_CRL : ANTIN_GIVEN_OCSP;
	ANTIN_SCOPED(antin_bytes) what = {0};
	enum antin_rc rc = worker_file_write(kind, whose, item->name, &what, err);

	if (rc != ANTIN_OK)
		return rc;
	return send_octets(w, &what, item->crl ? item->crl->der : item->ocsp->der, err);
}

static enum antin_rc
tell_evidence(struct antin_worker *w, const struct antin_evidence *e, struct antin_evidence *told,
              struct antin_err *err)
{
	enum worker_whose whose = told == &w->evidence ? WORKER_OPTION : WORKER_OF_TRUST;
	enum antin_rc rc = e ? antin_evidence_join(told, e, err) : ANTIN_OK;

	for (size_t i = 0; e && i < e->n && rc == ANTIN_OK; i++)
		rc = tell_item(w, &e->items[i], whose, err);
	return rc;
}

/* A worker that was told something else ends: nothing of that is left in the next. */
enum antin_rc
worker_tell(struct antin_worker *w, const struct antin_verify_options *o, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) options = {0};
	enum antin_rc rc = worker_options_write(o, &options, err);

	if (rc != ANTIN_OK)
		return rc;
	if (w->knows && antin_bytes_equal(&options, &w->options) &&
	    same_evidence(&w->evidence, o->evidence) &&
	    same_evidence(&w->of_trust, &o->trust->evidence))
		return ANTIN_OK;
	if (w->knows)
		worker_stop(w);
	rc = start(w, err);
	if (rc == ANTIN_OK && !w->given_told)
		rc = tell_given(w, 0, err);
	if (rc == ANTIN_OK)
		rc = send(w, WORKER_OPTIONS, antin_bytes_slice(&options), err);
	if (rc == ANTIN_OK)
		rc = tell_evidence(w, o->evidence, &w->evidence, err);
	if (rc == ANTIN_OK)
		rc = tell_evidence(w, &o->trust->evidence, &w->of_trust, err);
	if (rc != ANTIN_OK)
		return rc;
	antin_bytes_move(&w->options, &options);
	w->knows = true;
	return ANTIN_OK;
}
