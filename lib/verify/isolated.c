/*
 * The parent's end of one verification apart: what the parent can know by itself it does not ask.
 */
#include <stdlib.h>
#include <string.h>

#include <antin/clock.h>
#include <antin/der.h>
#include <antin/text.h>

#include "verify.h"
#include "worker.h"

struct job {
	struct worker_job talk;
	const struct antin_verify_options *o;
	/* Either a document, */
	struct antin_source *src;
	/* or a certificate. */
	const struct antin_given *files;
	const struct antin_cert_demands *demands;

	unsigned int asks;
	struct antin_fetch_log fetches;
};

static void
job_done(struct job *j)
{
	worker_job_done(&j->talk);
	antin_fetch_log_done(&j->fetches);
}
ANTIN_SCOPED_S(job, job_done);

static enum antin_rc
send_job(struct job *j, struct antin_err *err)
{
	struct antin_source *content = j->src ? j->o->detached : NULL;
	const char *of_content = content ? antin_source_name(content) : "";
	struct worker_begin what = {.type = j->src ? WORKER_JOB : WORKER_CERT,
	                            .files = {j->src, content}};
	ANTIN_SCOPED(antin_bytes) body = {0};
	enum antin_rc rc = ANTIN_OK;

	if (j->src) {
		antin_bytes_add(&body, j->talk.name, strlen(j->talk.name) + 1);
		antin_bytes_add(&body, of_content, strlen(of_content) + 1);
		rc = antin_bytes_check(&body, err);
	} else {
		rc = worker_cert_write(j->files, j->talk.name, j->demands, &body, err);
	}
	what.body = antin_bytes_slice(&body);
	return rc == ANTIN_OK ? worker_job_send(&j->talk, &what, err) : rc;
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
	j->talk.until -= antin_milliseconds();
	if (j->asks <= WORKER_ASKS)
		rc = antin_fetch(j->o->fetcher, &ask.request, &j->fetches, &a, err);
	else
		a.result = ANTIN_FETCHED_SPENT;
	j->talk.until += antin_milliseconds();
	if (rc == ANTIN_OK)
		rc = worker_answer_write(&a, &body, err);
	m.body = antin_bytes_slice(&body);
	if (rc != ANTIN_OK)
		return rc;
	return antin_message_send(j->talk.fd, &m, antin_milliseconds() + (int64_t)j->talk.w->ms,
	                          err);
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

	worker_job_until(&j->talk, octets_of(j));
	do {
		rc = worker_job_hear(&j->talk, WORKER_REPORT_MAX, &m, &body, err);
		if (rc == ANTIN_OK && m.type == WORKER_REPORT)
			return take_report(j, m.body, out, err);
		if (rc == ANTIN_OK)
			rc = m.type == WORKER_ASK ? answer(j, m.body, err) : worker_fail_talk(err);
	} while (rc == ANTIN_OK);
	return rc;
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
		rc = worker_greet(j->talk.w, err);
	if (rc == ANTIN_OK)
		rc = converse(j, &r, err);
	if (rc == ANTIN_OK)
		rc = known_unchanged(&k, err);
	if (rc == ANTIN_OK)
		rc = known_told(&k, j->talk.name, &r, err);
	if (rc != ANTIN_OK)
		return rc;
	*out = r;
	r = (struct antin_report){0};
	return ANTIN_OK;
}

static enum antin_rc
run(struct job *j, struct antin_report *out, struct antin_err *err)
{
	enum antin_rc rc;

	worker_job_settle(j->talk.w);
	rc = worker_tell(j->talk.w, j->o, err);
	if (rc == ANTIN_OK)
		rc = judge(j, out, err);
	return worker_job_end(&j->talk, rc, err);
}

enum antin_rc
antin_verify_isolated(struct antin_worker *w, struct antin_source *src, const char *name,
                      const struct antin_verify_options *o, struct antin_report *out,
                      struct antin_err *err)
{
	ANTIN_SCOPED(job) j = {.talk = {.w = w, .name = name, .fd = -1}, .o = o, .src = src};

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
	j = {.talk = {.w = w, .name = name, .fd = -1}, .o = o, .files = files, .demands = demands};
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
