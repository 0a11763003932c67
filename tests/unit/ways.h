/*
 * Every verdict and every error that a suite makes goes the way from a worker to its parent, too:
 * what is shown of it must be the same to the octet.
 */
#ifndef TEST_WAYS_H
#define TEST_WAYS_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <antin/memory.h>
#include <antin/report.h>

#include "../../lib/verify/worker.h"

static inline char *
ways_json(const struct antin_report *r)
{
	json_t *json = NULL;
	char *text;

	ck_assert(antin_report_json(r, NULL, &json, NULL) == ANTIN_OK);
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	ck_assert_ptr_nonnull(text);
	return text;
}

static inline void
ways_text(const struct antin_report *r, struct antin_bytes *out)
{
	static const struct antin_report_style plain = {"", "", "", "", ""};

	ck_assert(antin_report_text(r, NULL, &plain, out, NULL) == ANTIN_OK);
	ck_assert_ptr_nonnull(antin_bytes_cstr(out));
}

/* What the parent knows by itself. */
static inline void
ways_complete(const struct antin_report *from, struct antin_report *r)
{
	r->file = strdup(from->file);
	memcpy(r->sha256, from->sha256, sizeof(r->sha256));
	memcpy(r->content_sha256, from->content_sha256, sizeof(r->content_sha256));
}

/* What the worker is told is what it understood. */
static inline void
ways_options(const struct antin_verify_options *o)
{
	struct antin_verify_options understood;
	ANTIN_SCOPED(worker_options) w = {0};
	struct antin_bytes told = {0}, again = {0};

	ck_assert(worker_options_write(o, &told, NULL) == ANTIN_OK);
	ck_assert(worker_options_read(antin_bytes_slice(&told), &w, NULL) == ANTIN_OK);
	ck_assert_uint_eq(w.trust.n_anchors, o->trust->n_anchors);
	ck_assert_uint_eq(w.rules.len, o->rules ? antin_rules_text(o->rules).len : 0);
	understood = w.options;
	understood.trust = &w.trust;
	understood.rules = o->rules;
	understood.kinds = o->kinds;
	understood.algorithms = o->algorithms;
	understood.fetcher = o->fetcher;
	understood.signers = w.n_signers ? (const char *const *)w.signers : NULL;
	ck_assert(worker_options_write(&understood, &again, NULL) == ANTIN_OK);
	ck_assert(antin_bytes_equal(&told, &again));
	antin_bytes_done(&told);
	antin_bytes_done(&again);
}

static inline void
ways_same(const struct antin_report *r, const struct antin_report *came)
{
	struct antin_bytes text = {0}, text_came = {0};
	char *json = ways_json(r), *json_came = ways_json(came);

	ck_assert_str_eq(json, json_came);
	ways_text(r, &text);
	ways_text(came, &text_came);
	ck_assert_str_eq((char *)text.p, (char *)text_came.p);
	free(json);
	free(json_came);
	antin_bytes_done(&text);
	antin_bytes_done(&text_came);
}

static inline void
ways_report(const struct antin_verify_options *o, const struct antin_report *r)
{
	ANTIN_SCOPED(antin_report) came = {0};
	struct antin_bytes body = {0};
	struct antin_err err = {0};
	char line[400];

	ck_assert(worker_report_write(r, o->trust, &body, &err) == ANTIN_OK);
	ck_assert_msg(worker_report_read(antin_bytes_slice(&body), o, NULL, &came, &err) ==
	                      ANTIN_OK,
	              "%s", antin_err_line(&err, NULL, line, sizeof(line)));
	ways_complete(r, &came);
	ways_same(r, &came);
	ck_assert_int_eq(antin_report_exit(r), antin_report_exit(&came));
	for (size_t i = 0; i < r->n; i++) {
		ck_assert_uint_eq(r->verdicts[i].path.n_rejects, came.verdicts[i].path.n_rejects);
		ck_assert_uint_eq(r->verdicts[i].path.n_faults, came.verdicts[i].path.n_faults);
		ck_assert_ptr_eq(r->verdicts[i].anchor, came.verdicts[i].anchor);
	}
	antin_bytes_done(&body);
}

/*
 * The same file again with what a memory holds of all that the suite judged before, and then of
 * itself: the verdict stays the same to the octet, and the second time nothing is verified and no
 * certificate of the signature read.
 */
static inline void
ways_memory(struct antin_source *src, const char *name, const struct antin_verify_options *o,
            const struct antin_report *r)
{
	enum { FIRST = 32, EACH = 16 }; /* suites that judge a thousand files take some of them */
	static struct antin_memory *memory;
	static unsigned int n;
	struct antin_verify_options remembering = *o;
	struct antin_memory_work before, after;

	/* Fetchers of tests count how often they are asked. */
	if (o->fetcher || (n++ >= FIRST && n % EACH))
		return;
	if (!memory)
		ck_assert(antin_memory_new(NULL, &memory, NULL) == ANTIN_OK);
	remembering.memory = memory;
	for (int i = 0; i < 2; i++) {
		ANTIN_SCOPED(antin_report) again = {0};

		antin_memory_work(memory, &before);
		ck_assert(antin_verify(src, name, &remembering, &again, NULL) == ANTIN_OK);
		antin_memory_work(memory, &after);
		ways_same(r, &again);
	}
	ck_assert_uint_eq(after.verified, before.verified);
	ck_assert_uint_eq(after.read, before.read);
}

static inline char *
ways_cert_json(const struct antin_cert_report *r)
{
	struct antin_bytes out = {0};
	json_t *json = NULL;
	char *text;

	ck_assert(antin_cert_report_json(r, NULL, &json, NULL) == ANTIN_OK);
	ck_assert(antin_cert_report_text(r, NULL, NULL, &out, NULL) == ANTIN_OK);
	ck_assert(json_object_set_new(json, "text", json_stringn((char *)out.p, out.len)) == 0);
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	antin_bytes_done(&out);
	ck_assert_ptr_nonnull(text);
	return text;
}

/* The verdict on a certificate. */
static inline void
ways_cert(const struct antin_cert_report *r)
{
	struct antin_report from = {.format = "certificate", .n = 1};
	ANTIN_SCOPED(antin_report) came = {0};
	struct antin_cert_report other = *r;
	struct antin_bytes body = {0};
	struct antin_err err = {0};
	char line[400], *a, *b;

	from.verdicts = (struct antin_verdict *)(uintptr_t)r->verdict;
	ck_assert(worker_report_write(&from, r->o->trust, &body, &err) == ANTIN_OK);
	ck_assert_msg(worker_report_read(antin_bytes_slice(&body), r->o, r->demands, &came, &err) ==
	                      ANTIN_OK,
	              "%s", antin_err_line(&err, NULL, line, sizeof(line)));
	other.verdict = came.verdicts;
	a = ways_cert_json(r);
	b = ways_cert_json(&other);
	ck_assert_str_eq(a, b);
	free(a);
	free(b);
	antin_bytes_done(&body);
}

static inline void
ways_error(const struct antin_err *e)
{
	struct antin_err came = {0}, err = {0};
	struct antin_bytes body = {0};
	char line[2000], line_came[2000];

	worker_error_write(e, &body);
	ck_assert(worker_error_read(antin_bytes_slice(&body), &came, &err) == ANTIN_OK);
	ck_assert_int_eq(e->rc, came.rc);
	ck_assert_str_eq(antin_err_line(e, NULL, line, sizeof(line)),
	                 antin_err_line(&came, NULL, line_came, sizeof(line_came)));
	ck_assert_str_eq(antin_err_hint(e, NULL), antin_err_hint(&came, NULL));
	ck_assert_str_eq(e->file, came.file);
	antin_bytes_done(&body);
}

#endif
