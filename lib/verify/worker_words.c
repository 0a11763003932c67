/*
 * Options, files, errors, questions to the network and their answers between a worker and its
 * parent.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "verify.h"
#include "worker.h"

/* One more member in one of these needs a row below, and then the new size here. */
_Static_assert(sizeof(struct antin_verify_options) == 120, "a row for each option");
_Static_assert(sizeof(struct antin_fetch_answer) == 64, "a row for each member of the answer");
_Static_assert(sizeof(struct antin_anchor) == 64, "a row for each member of antin_anchor");
_Static_assert(sizeof(struct antin_origin) == 56, "a row for each member of antin_origin");
_Static_assert(sizeof(struct antin_trust) == 104, "a row for each member of antin_trust");
_Static_assert(sizeof(struct antin_cert_demands) == 40, "a row for each demand");
_Static_assert(sizeof(struct antin_given_file) == 48, "a row for each member of a file");

enum {
	NAME_MAX_OCTETS = 65536,
	SIGNERS_MAX = 4096,
	ANCHORS_MAX = 4096,
	POLICIES_MAX = 4096,
	FILES_MAX = 10000
};

/* ---- options ---- */

/* An anchor with the place of its origin in place of the pointer. */
struct told_anchor {
	struct antin_anchor anchor;
	int origin; /* -1: none */
};
struct told {
	struct worker_options w;
	struct told_anchor *anchors;
	size_t n_anchors;
	struct antin_origin *origins;
	size_t n_origins;
};

static const struct pack_row origin_rows[] = {
        PACK_AT_ROW(PACK_HEAP, antin_origin, name, .max = NAME_MAX_OCTETS),
        PACK_AT_ROW(PACK_HEAP, antin_origin, file, .max = NAME_MAX_OCTETS),
        PACK_AT_TEXT(antin_origin, kind),
        PACK_AT_WIDE(antin_origin, sequence),
        PACK_AT_TIME(antin_origin, as_of),
        PACK_AT_TIME(antin_origin, expires),
        PACK_AT_CERT(antin_origin, signer),
};

static const struct pack_row anchor_rows[] = {
        PACK_AT_ROW(PACK_CERT, told_anchor, anchor.cert, .min = 1),
        PACK_AT_NUMBER(told_anchor, anchor.class, 0, ANTIN_CLASSES_N - 1),
        PACK_AT_TIME(told_anchor, anchor.imported),
        PACK_AT_ROW(PACK_HEAP, told_anchor, anchor.file, .max = NAME_MAX_OCTETS),
        PACK_AT_TIME(told_anchor, anchor.limits.from),
        PACK_AT_TIME(told_anchor, anchor.limits.until),
        PACK_AT_ROW(PACK_UINT32, told_anchor, anchor.limits.purposes, .size = 0),
        PACK_AT_NUMBER(told_anchor, origin, -1, ANCHORS_MAX),
};

static const struct pack_row cert_rows[] = {{.kind = PACK_CERT, .name = "intermediates", .min = 1}};
static const struct pack_row text_rows[] = {
        {.kind = PACK_HEAP, .name = "text", .max = NAME_MAX_OCTETS}};

static const struct pack_row told_rows[] = {
        PACK_AT_ITEMS(PACK_LIST, told, origins, n_origins, struct antin_origin, ANCHORS_MAX,
                      origin_rows),
        PACK_AT_ITEMS(PACK_LIST, told, anchors, n_anchors, struct told_anchor, ANCHORS_MAX,
                      anchor_rows),
        PACK_AT_ITEMS(PACK_LIST, told, w.trust.intermediates.items, w.trust.intermediates.n,
                      struct antin_cert *, PACK_CERTS, cert_rows),
        PACK_AT_FLAG(told, w.trust.given),
        PACK_AT_BYTES(told, w.rules, ANTIN_RULES_MAX),
        PACK_AT_BYTES(told, w.kinds, ANTIN_KINDS_MAX),
        PACK_AT_BYTES(told, w.algorithms, ANTIN_ALGORITHMS_MAX),
        PACK_AT_ITEMS(PACK_LIST, told, w.signers, w.n_signers, char *, SIGNERS_MAX, text_rows),
        PACK_AT_FLAG(told, w.fetches),
        PACK_AT_TIME(told, w.options.now),
        PACK_AT_TIME(told, w.options.time),
        PACK_AT_FLAG(told, w.options.assumed),
        PACK_AT_FLAG(told, w.options.whole_file),
        PACK_AT_FLAG(told, w.options.strict_changes),
        PACK_AT_NUMBER(told, w.options.min_level, 0, ANTIN_LEVEL_LTA),
        PACK_AT_FLAG(told, w.options.detached_named),
};

/* Borrowed octets in the shape of owned ones, to be read only. */
static struct antin_bytes
lent(struct antin_slice s)
{
	union {
		const uint8_t *read;
		uint8_t *p;
	} u = {s.p};

	return (struct antin_bytes){.p = u.p, .len = s.len, .cap = s.len};
}

/* Borrowed texts in the shape of owned ones, to be written only. */
static char *
lent_text(const char *text)
{
	union {
		const char *read;
		char *p;
	} u = {text};

	return u.p;
}

static char **
lent_texts(const char *const *texts, size_t *n)
{
	union {
		const char *const *read;
		char **p;
	} u = {texts};

	while (texts && texts[*n])
		(*n)++;
	return u.p;
}

static int
origin_at(const struct antin_trust *t, const struct antin_origin *o)
{
	for (size_t i = 0; o && i < t->n_origins; i++)
		if (t->origins[i] == o)
			return (int)i;
	return -1;
}

static void
tell_trust(const struct antin_trust *t, struct told *told)
{
	told->w.trust = *t;
	for (size_t i = 0; i < t->n_origins; i++)
		told->origins[told->n_origins++] = *t->origins[i];
	for (size_t i = 0; i < t->n_anchors; i++)
		told->anchors[told->n_anchors++] =
		        (struct told_anchor){t->anchors[i], origin_at(t, t->anchors[i].origin)};
}

enum antin_rc
worker_options_write(const struct antin_verify_options *o, struct antin_bytes *out,
                     struct antin_err *err)
{
	struct told told = {.w = {.options = *o, .fetches = o->fetcher != NULL}};
	struct packing p = {.out = out};
	enum antin_rc rc;

	if (o->rules)
		told.w.rules = lent(antin_rules_text(o->rules));
	if (o->kinds)
		told.w.kinds = lent(antin_kinds_text(o->kinds));
	if (o->algorithms)
		told.w.algorithms = lent(antin_algorithms_text(o->algorithms));
	told.w.signers = lent_texts(o->signers, &told.w.n_signers);
	told.origins = calloc(o->trust->n_origins + 1, sizeof(*told.origins));
	told.anchors = calloc(o->trust->n_anchors + 1, sizeof(*told.anchors));
	if (told.origins && told.anchors) {
		tell_trust(o->trust, &told);
		rc = pack_write(&p, told_rows, PACK_COUNT(told_rows), &told, err);
	} else {
		rc = antin_fail_memory(err);
	}
	free(told.origins);
	free(told.anchors);
	return rc;
}

void
worker_options_done(struct worker_options *w)
{
	antin_trust_done(&w->trust);
	antin_bytes_done(&w->rules);
	antin_bytes_done(&w->kinds);
	antin_bytes_done(&w->algorithms);
	for (size_t i = 0; i < w->n_signers; i++)
		free(w->signers[i]);
	free(w->signers);
	pack_texts_free(w->texts);
	*w = (struct worker_options){0};
}

static void
told_done(struct told *t)
{
	for (size_t i = 0; i < t->n_anchors; i++)
		antin_anchor_done(&t->anchors[i].anchor);
	for (size_t i = 0; i < t->n_origins; i++) {
		free(t->origins[i].name);
		free(t->origins[i].file);
		antin_cert_free(t->origins[i].signer);
	}
	free(t->anchors);
	free(t->origins);
	worker_options_done(&t->w);
}
ANTIN_SCOPED_S(told, told_done);

static enum antin_rc
fail_word(const char *what, struct antin_err *err)
{
	return antin_fail(err, ANTIN_E_FORMAT, N_("the worker's %s is not as agreed"), what);
}

/* From the lists of the message to those of the trust, in the same order. */
static enum antin_rc
hear_trust(struct told *t, struct antin_err *err)
{
	struct antin_trust *trust = &t->w.trust;

	for (size_t i = 0; i < t->n_origins; i++) {
		const struct antin_origin *kept;
		enum antin_rc rc = antin_trust_add_origin(trust, &t->origins[i], &kept, err);

		if (rc != ANTIN_OK)
			return rc;
	}
	for (size_t i = 0; i < t->n_anchors; i++) {
		struct antin_anchor *more = trust->anchors;
		int origin = t->anchors[i].origin;

		if (origin >= (int)trust->n_origins)
			return fail_word("origin", err);
		if (trust->n_anchors == trust->cap_anchors)
			more = antin_array_grow(more, &trust->cap_anchors, sizeof(*more));
		if (!more)
			return antin_fail_memory(err);
		trust->anchors = more;
		more += trust->n_anchors++;
		*more = t->anchors[i].anchor;
		more->origin = origin < 0 ? NULL : trust->origins[origin];
		t->anchors[i].anchor = (struct antin_anchor){0};
	}
	return ANTIN_OK;
}

enum antin_rc
worker_options_read(struct antin_slice body, struct worker_options *out, struct antin_err *err)
{
	ANTIN_SCOPED(told) t = {0};
	struct packing p = {.in = antin_in_of(body), .texts = &t.w.texts};
	enum antin_rc rc = pack_read(&p, told_rows, PACK_COUNT(told_rows), &t, err);

	if (rc == ANTIN_OK)
		rc = hear_trust(&t, err);
	if (rc != ANTIN_OK)
		return rc;
	*out = t.w;
	t.w = (struct worker_options){0};
	return ANTIN_OK;
}

/* ---- files ---- */

static const struct pack_row file_rows[] = {
        PACK_AT_NUMBER(worker_file, kind, 0, ANTIN_GIVEN_KINDS - 1),
        PACK_AT_NUMBER(worker_file, whose, 0, WORKER_WHOSE - 1),
        PACK_AT_ROW(PACK_HEAP, worker_file, path, .max = NAME_MAX_OCTETS),
};

enum antin_rc
worker_file_write(enum antin_given_kind kind, enum worker_whose whose, const char *path,
                  struct antin_bytes *out, struct antin_err *err)
{
	const struct worker_file f = {(int)kind, (int)whose, lent_text(path)};
	struct packing p = {.out = out};

	return pack_write(&p, file_rows, PACK_COUNT(file_rows), &f, err);
}

enum antin_rc
worker_file_read(struct antin_slice body, struct worker_file *out, struct antin_err *err)
{
	struct packing p = {.in = antin_in_of(body)};
	enum antin_rc rc = pack_read(&p, file_rows, PACK_COUNT(file_rows), out, err);

	return rc == ANTIN_OK && !out->path ? fail_word("path", err) : rc;
}

void
worker_file_done(struct worker_file *f)
{
	free(f->path);
	*f = (struct worker_file){0};
}

/* ---- a certificate ---- */

/* All are certificates. */
static const struct pack_row given_rows[] = {
        PACK_AT_ROW(PACK_HEAP, antin_given_file, path, .max = NAME_MAX_OCTETS),
        PACK_AT_BYTES(antin_given_file, octets, ANTIN_CERTS_MAX),
};
#define RULE(m) demands.rules.m
static const struct pack_row demand_rows[] = {
        PACK_AT_ROW(PACK_HEAP, worker_cert, name, .max = NAME_MAX_OCTETS),
        PACK_AT_ITEMS(PACK_LIST, worker_cert, files.items, files.n, struct antin_given_file,
                      FILES_MAX, given_rows),
        PACK_AT_ITEMS(PACK_LIST, worker_cert, policies, n_policies, char *, POLICIES_MAX,
                      text_rows),
        PACK_AT_FLAG(worker_cert, RULE(explicit_policy)),
        PACK_AT_FLAG(worker_cert, RULE(inhibit_mapping)),
        PACK_AT_FLAG(worker_cert, RULE(inhibit_any)),
        PACK_AT_NUMBER(worker_cert, RULE(revocation), 0, ANTIN_REVOCATION_NONE),
        PACK_AT_NUMBER(worker_cert, RULE(purpose), 0, ANTIN_PURPOSES - 1),
        PACK_AT_ROW(PACK_INT64, worker_cert, RULE(max_depth), .min = -1, .max = ANTIN_PATH_DEPTH),
        PACK_AT_ROW(PACK_HEAP, worker_cert, wanted, .max = NAME_MAX_OCTETS),
};
#undef RULE

enum antin_rc
worker_cert_write(const struct antin_given *files, const char *name,
                  const struct antin_cert_demands *demands, struct antin_bytes *out,
                  struct antin_err *err)
{
	struct worker_cert c = {.name = lent_text(name),
	                        .files = *files,
	                        .demands = *demands,
	                        .wanted = lent_text(demands->name)};
	struct packing p = {.out = out};

	c.policies = lent_texts(demands->rules.policies, &c.n_policies);
	return pack_write(&p, demand_rows, PACK_COUNT(demand_rows), &c, err);
}

enum antin_rc
worker_cert_read(struct antin_slice body, struct worker_cert *out, struct antin_err *err)
{
	struct packing p = {.in = antin_in_of(body)};
	enum antin_rc rc = pack_read(&p, demand_rows, PACK_COUNT(demand_rows), out, err);
	bool whole = out->name != NULL;

	for (size_t i = 0; i < out->files.n; i++)
		whole = whole && out->files.items[i].path;
	for (size_t i = 0; i < out->n_policies; i++)
		whole = whole && out->policies[i];
	if (rc == ANTIN_OK && !whole)
		return fail_word("certificate", err);
	/* As many as were told, and NULL. */
	out->demands.rules.policies = out->n_policies ? (const char *const *)out->policies : NULL;
	out->demands.name = out->wanted;
	return rc;
}

void
worker_cert_done(struct worker_cert *c)
{
	for (size_t i = 0; i < c->n_policies; i++)
		free(c->policies[i]);
	free(c->policies);
	free(c->name);
	free(c->wanted);
	antin_given_done(&c->files);
	*c = (struct worker_cert){0};
}

/* ---- errors ---- */

struct told_arg {
	int kind;
	int64_t number;
	char *text;
};
struct told_frame {
	const char *format;
	struct told_arg args[ANTIN_ERR_ARGS];
	size_t n_args;
};
struct told_error {
	int rc;
	struct told_frame frames[ANTIN_ERR_FRAMES];
	size_t n_frames;
	char file[sizeof(((struct antin_err *)0)->file)];
	char where[sizeof(((struct antin_err *)0)->where)];
	char hint[sizeof(((struct antin_err *)0)->hint)];
};

static const struct pack_row arg_rows[] = {
        PACK_AT_NUMBER(told_arg, kind, 0, ANTIN_ARG_TEXT),
        PACK_AT_TIME(told_arg, number),
        PACK_AT_ROW(PACK_HEAP, told_arg, text, .max = ANTIN_ERR_POOL),
};
static const struct pack_row frame_rows[] = {
        PACK_AT_TEXT(told_frame, format),
        PACK_AT_ITEMS(PACK_ARRAY, told_frame, args, n_args, struct told_arg, ANTIN_ERR_ARGS,
                      arg_rows),
};
static const struct pack_row error_rows[] = {
        PACK_AT_NUMBER(told_error, rc, 1, ANTIN_RC_COUNT - 1),
        PACK_AT_ITEMS(PACK_ARRAY, told_error, frames, n_frames, struct told_frame, ANTIN_ERR_FRAMES,
                      frame_rows),
        PACK_AT_ROW(PACK_FOREIGN, told_error, file, .size = sizeof(((struct told_error *)0)->file)),
        PACK_AT_ROW(PACK_FOREIGN, told_error, where,
                    .size = sizeof(((struct told_error *)0)->where)),
        PACK_AT_SAFE(told_error, hint),
};

static void
tell_frame(const struct antin_err *e, const struct antin_err_frame *f, struct told_frame *out)
{
	out->format = f->format ? f->format : e->pool + f->kept;
	out->n_args = f->n_args;
	for (size_t i = 0; i < f->n_args; i++) {
		const struct antin_err_arg *a = &f->args[i];

		out->args[i] = (struct told_arg){.kind = (int)a->kind};
		if (a->kind == ANTIN_ARG_TEXT)
			out->args[i].text = lent_text(e->pool + a->value.text);
		else
			out->args[i].number = a->value.number;
	}
}

void
worker_error_write(const struct antin_err *e, struct antin_bytes *out)
{
	struct told_error t = {.rc = (int)e->rc, .n_frames = e->n_frames};
	struct packing p = {.out = out};

	for (size_t i = 0; i < e->n_frames; i++)
		tell_frame(e, &e->frames[i], &t.frames[i]);
	memcpy(t.file, e->file, sizeof(t.file));
	memcpy(t.where, e->where, sizeof(t.where));
	memcpy(t.hint, e->hint, sizeof(t.hint));
	if (pack_write(&p, error_rows, PACK_COUNT(error_rows), &t, NULL) != ANTIN_OK)
		antin_bytes_clear(out);
}

static void
told_error_done(struct told_error *t)
{
	for (size_t i = 0; i < ANTIN_ERR_FRAMES; i++)
		for (size_t k = 0; k < ANTIN_ERR_ARGS; k++)
			free(t->frames[i].args[k].text);
}
ANTIN_SCOPED_S(told_error, told_error_done);

static void
hear_frame(const struct told_error *t, const struct told_frame *f, struct antin_err *err)
{
	struct antin_err_frame frame = {.format = f->format, .n_args = f->n_args};
	const char *texts[ANTIN_ERR_ARGS] = {NULL};

	for (size_t i = 0; i < f->n_args; i++) {
		frame.args[i].kind = (__typeof__(frame.args[i].kind))f->args[i].kind;
		frame.args[i].value.number = f->args[i].number;
		texts[i] = f->args[i].text;
	}
	antin_err_add(err, (enum antin_rc)t->rc, &frame, texts);
}

enum antin_rc
worker_error_read(struct antin_slice body, struct antin_err *told, struct antin_err *err)
{
	struct antin_texts *texts = NULL;
	ANTIN_SCOPED(told_error) t = {0};
	struct packing p = {.in = antin_in_of(body), .texts = &texts};
	enum antin_rc rc = pack_read(&p, error_rows, PACK_COUNT(error_rows), &t, err);

	for (size_t i = 0; rc == ANTIN_OK && i < t.n_frames; i++)
		if (t.frames[i].format)
			hear_frame(&t, &t.frames[i], told);
	pack_texts_free(texts);
	if (rc == ANTIN_OK && !told->n_frames)
		rc = fail_word("error", err);
	if (rc != ANTIN_OK)
		return rc;
	antin_err_set_file(told, t.file);
	antin_err_set_where(told, "%s", t.where);
	antin_err_set_hint(told, "%s", t.hint);
	return ANTIN_OK;
}

/* ---- questions to the network ---- */

struct told_ask {
	int kind;
	bool anew;
	struct antin_bytes url, body;
};
static const struct pack_row ask_rows[] = {
        PACK_AT_NUMBER(told_ask, kind, 0, ANTIN_FETCH_KINDS - 1),
        PACK_AT_FLAG(told_ask, anew),
        PACK_AT_BYTES(told_ask, url, WORKER_ASK_MAX),
        PACK_AT_BYTES(told_ask, body, WORKER_ASK_MAX),
};
static const struct pack_row answer_rows[] = {
        PACK_AT_NUMBER(antin_fetch_answer, result, 0, ANTIN_FETCHED_COUNT - 1),
        PACK_AT_NUMBER(antin_fetch_answer, how, 0, ANTIN_FETCH_HOWS - 1),
        PACK_AT_NUMBER(antin_fetch_answer, status, INT_MIN, INT_MAX),
        PACK_AT_ROW(PACK_UINT32, antin_fetch_answer, ms, .size = 0),
        PACK_AT_TIME(antin_fetch_answer, fetched),
        PACK_AT_TIME(antin_fetch_answer, came),
        PACK_AT_BYTES(antin_fetch_answer, body, WORKER_ANSWER_MAX),
};

enum antin_rc
worker_ask_write(const struct antin_fetch_request *r, struct antin_bytes *out,
                 struct antin_err *err)
{
	struct told_ask t = {(int)r->kind, r->anew, lent(r->url), lent(r->body)};
	struct packing p = {.out = out};

	return pack_write(&p, ask_rows, PACK_COUNT(ask_rows), &t, err);
}

enum antin_rc
worker_ask_read(struct antin_slice body, struct worker_ask *out, struct antin_err *err)
{
	struct told_ask t = {0};
	struct packing p = {.in = antin_in_of(body)};
	enum antin_rc rc = pack_read(&p, ask_rows, PACK_COUNT(ask_rows), &t, err);

	antin_bytes_move(&out->url, &t.url);
	antin_bytes_move(&out->body, &t.body);
	out->request = (struct antin_fetch_request){.kind = (enum antin_fetch_kind)t.kind,
	                                            .anew = t.anew,
	                                            .url = antin_bytes_slice(&out->url),
	                                            .body = antin_bytes_slice(&out->body)};
	return rc;
}

void
worker_ask_done(struct worker_ask *a)
{
	antin_bytes_done(&a->url);
	antin_bytes_done(&a->body);
}

enum antin_rc
worker_answer_write(const struct antin_fetch_answer *a, struct antin_bytes *out,
                    struct antin_err *err)
{
	struct packing p = {.out = out};

	return pack_write(&p, answer_rows, PACK_COUNT(answer_rows), a, err);
}

enum antin_rc
worker_answer_read(struct antin_slice body, struct antin_fetch_answer *out, struct antin_err *err)
{
	struct packing p = {.in = antin_in_of(body)};

	return pack_read(&p, answer_rows, PACK_COUNT(answer_rows), out, err);
}

uint64_t
worker_build(void)
{
	uint64_t sum = worker_report_sum();

	sum = pack_sum(sum, told_rows, PACK_COUNT(told_rows));
	sum = pack_sum(sum, file_rows, PACK_COUNT(file_rows));
	sum = pack_sum(sum, demand_rows, PACK_COUNT(demand_rows));
	sum = pack_sum(sum, error_rows, PACK_COUNT(error_rows));
	sum = pack_sum(sum, ask_rows, PACK_COUNT(ask_rows));
	sum = pack_sum(sum, answer_rows, PACK_COUNT(answer_rows));
	for (const char *c = ANTIN_VERSION; *c; c++)
		sum = (sum ^ (uint8_t)*c) * 0x100000001b3;
	return sum;
}
