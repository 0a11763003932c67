/*
 * The path builder (RFC 4158 in spirit): depth first over all candidate issuers, best hints first,
 * backtracking when a path does not validate.  A second, shorter search over candidates that were
 * refused finds the path to talk about when none is valid.
 */
#include <stdlib.h>
#include <string.h>

#include "path.h"

/* Result of one signature check, so that none is made twice. */
struct checked {
	const struct antin_cert *child, *issuer;
	enum antin_fault fault;
};

/* What the world answered about an issuer, best hints first: asked for once. */
struct answer {
	struct antin_slice name, key_id;
	struct antin_path_candidates found;
};
enum { ANSWERS = ANTIN_PATH_SIGNATURES + 1, ANSWERS_KEPT = 65536 };

struct search {
	struct validation v; /* v.path is the try being validated */
	struct antin_path *out;
	struct antin_cert *stack[ANTIN_PATH_DEPTH + 2];
	size_t depth;
	struct checked checked[ANTIN_PATH_SIGNATURES];
	size_t n_checked, effort;
	struct answer answers[ANSWERS];
	size_t n_answers, n_kept;
	bool explain;   /* take candidates with faults of their own too */
	bool suspended; /* the target is, by its issuer's word: no other path makes it good */
	size_t allowed_tries, allowed_steps;
	bool done;
};

static enum antin_rc
reject(struct antin_path *p, struct antin_cert *c, enum antin_fault f, const char *detail)
{
	struct antin_path_reject *r = &p->rejects[p->n_rejects];

	for (size_t i = 0; i < p->n_rejects; i++)
		if (p->rejects[i].cert == c && p->rejects[i].fault == f)
			return ANTIN_OK;
	if (p->n_rejects == ANTIN_PATH_REJECTS)
		return ANTIN_OK;
	*r = (struct antin_path_reject){.cert = antin_cert_ref(c), .fault = f};
	for (size_t i = 0; detail && detail[i] && i + 1 < sizeof(r->detail); i++)
		r->detail[i] = detail[i];
	p->n_rejects++;
	return ANTIN_OK;
}

/* Name and key twice in one path is a loop, whatever the certificates (RFC 4158 2.4.2). */
static bool
on_stack(const struct search *s, const struct antin_cert *c)
{
	for (size_t i = 0; i < s->depth; i++)
		if (antin_slice_equal(s->stack[i]->spki, c->spki) &&
		    antin_name_equal(s->stack[i]->subject, c->subject))
			return true;
	return false;
}

/*
 * What a check with a key costs, in checks with P-256 or RSA of 2048 bits: the keys of strangers
 * decide how long a search lasts.
 */
static size_t
effort_of(const struct antin_public *key)
{
	size_t times = antin_public_bits(key) / 2048, square = times * times;

	if (antin_public_type(key) == ANTIN_KEY_P384)
		return 4;
	if (antin_public_type(key) == ANTIN_KEY_DSA)
		return 8 + 8 * square;
	return square ? square : 1;
}

/* Two certificates of one key and one child need only one check. */
static bool
same_check(const struct checked *c, const struct antin_cert *child, const struct antin_cert *issuer)
{
	return c->child == child &&
	       (c->issuer == issuer || antin_slice_equal(c->issuer->spki, issuer->spki));
}

static enum antin_fault
check_signature(struct search *s, struct antin_cert *child, struct antin_cert *issuer)
{
	const struct antin_public *key = NULL;
	struct antin_sigalg alg;
	struct antin_err err = {0};
	struct checked *c = &s->checked[s->n_checked];
	bool readable;

	for (size_t i = 0; i < s->n_checked; i++)
		if (same_check(&s->checked[i], child, issuer))
			return s->checked[i].fault;
	readable = antin_sigalg_read(child->sigalg, &alg, &err) == ANTIN_OK &&
	           antin_cert_public(issuer, &key, &err) == ANTIN_OK;
	s->effort += readable ? effort_of(key) : 1;
	if (s->effort > ANTIN_PATH_SIGNATURES) {
		s->out->limited = true;
		return ANTIN_FAULT_LIMIT;
	}
	s->n_checked++;
	s->out->work.signatures++;
	*c = (struct checked){.child = child, .issuer = issuer};
	if (!readable)
		c->fault = ANTIN_FAULT_ALGORITHM;
	else if (antin_cert_verify(child, key, s->v.ops->memory, &err) != ANTIN_OK)
		c->fault = ANTIN_FAULT_BAD_SIGNATURE;
	return c->fault;
}

enum { POINTS_MAX = 31 };

/* Hints only order the candidates: a wrong or absent one never decides. */
static unsigned int
score(const struct antin_cert *child, const struct antin_path_candidate *c, int64_t now)
{
	unsigned int points = c->anchor ? 8 : 0;

	if (child->aki.p && c->cert->ski.p)
		points += antin_slice_equal(child->aki, c->cert->ski) ? 16 : 0;
	else
		points += 4;
	if (c->cert->not_before <= now && now <= c->cert->not_after)
		points += 2;
	if (c->cert->is_ca)
		points += 1;
	return points;
}

/* By points, and as they came where points are equal; in time that grows as their number does. */
static enum antin_rc
sort_candidates(const struct antin_cert *child, struct antin_path_candidates *l, int64_t now,
                struct antin_err *err)
{
	struct antin_path_candidate *sorted = calloc(l->n + 1, sizeof(*sorted));
	size_t starts[POINTS_MAX + 2] = {0};

	if (!sorted)
		return antin_fail_memory(err);
	for (size_t i = 0; i < l->n; i++)
		starts[POINTS_MAX - score(child, &l->items[i], now) + 1]++;
	for (size_t i = 1; i <= POINTS_MAX; i++)
		starts[i] += starts[i - 1];
	for (size_t i = 0; i < l->n; i++)
		sorted[starts[POINTS_MAX - score(child, &l->items[i], now)]++] = l->items[i];
	free(l->items);
	l->items = sorted;
	l->cap = l->n + 1;
	return ANTIN_OK;
}

/*
 * The candidates for the issuer of a certificate.  Only certificates whose signature was checked
 * are asked about, so that there is room for every answer; too long ones are left to the caller in
 * `own`.
 */
static enum antin_rc
candidates(struct search *s, const struct antin_cert *child, struct antin_path_candidates *own,
           const struct antin_path_candidates **out, struct antin_err *err)
{
	struct antin_path_query query = {.name = child->issuer,
	                                 .key_id = child->aki,
	                                 .child = child};
	struct answer *a;
	enum antin_rc rc;

	for (size_t i = 0; i < s->n_answers; i++) {
		a = &s->answers[i];
		if (antin_slice_equal(a->name, query.name) &&
		    antin_slice_equal(a->key_id, query.key_id)) {
			*out = &a->found;
			return ANTIN_OK;
		}
	}
	*out = own;
	rc = s->v.ops->issuers(s->v.ops->user, &query, own, err);
	if (rc == ANTIN_OK)
		rc = sort_candidates(child, own, s->v.now, err);
	if (rc != ANTIN_OK || s->n_answers == ANSWERS || own->n > ANSWERS_KEPT - s->n_kept)
		return rc;
	a = &s->answers[s->n_answers++];
	*a = (struct answer){query.name, query.key_id, *own};
	s->n_kept += own->n;
	*own = (struct antin_path_candidates){0};
	*out = &a->found;
	return ANTIN_OK;
}

static enum antin_rc
chain_of_stack(const struct search *s, struct antin_path *p, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < s->depth && rc == ANTIN_OK; i++)
		rc = antin_certs_add(&p->chain, s->stack[i], err);
	return rc;
}

/*
 * How much a failed path says of the target, in rising order (EN 319 102-1 5.2.6.4): one that is
 * none at any time says nothing; of the others what is certain comes before what may still turn
 * out well, since a key that was given up stays so, whichever path leads to it.
 */
enum weight { NO_PATH, OPEN, SUSPENDED, TARGET_SUSPENDED, KEY_REVOKED, TARGET_REVOKED };

/* Faults that time or the word of an issuer decides; the last two are those of every path. */
static bool
of_time(const struct antin_path_fault *f)
{
	static const bool rows[ANTIN_FAULT_COUNT] = {
	        [ANTIN_FAULT_STATUS_UNKNOWN] = true, [ANTIN_FAULT_ON_HOLD] = true,
	        [ANTIN_FAULT_EXPIRED] = true,        [ANTIN_FAULT_NOT_YET_VALID] = true,
	        [ANTIN_FAULT_WEAK] = true,           [ANTIN_FAULT_REVOKED] = true,
	};
	return rows[f->fault] || (f->index == 0 && (f->fault == ANTIN_FAULT_PURPOSE ||
	                                            f->fault == ANTIN_FAULT_KEY_USAGE));
}

static enum weight
weight_of(const struct antin_path *p)
{
	enum weight most = OPEN;

	for (size_t i = 0; i < p->n_faults; i++) {
		const struct antin_path_fault *f = &p->faults[i];
		enum weight w = OPEN;

		if (!of_time(f))
			return NO_PATH;
		if (f->fault == ANTIN_FAULT_ON_HOLD)
			w = f->index ? SUSPENDED : TARGET_SUSPENDED;
		else if (f->fault == ANTIN_FAULT_REVOKED && f->index == 0)
			w = TARGET_REVOKED;
		/* An authority's certificate may have been replaced by that of another path. */
		else if (f->fault == ANTIN_FAULT_REVOKED &&
		         !antin_reason_harmless(p->statuses[f->index].reason))
			w = KEY_REVOKED;
		if (w > most)
			most = w;
	}
	return most;
}

/*
 * Which of two failures is told: anchored, of more weight; then what is nearer to success: less
 * grave, fewer, longer.
 */
static bool
is_told(const struct search *s, const struct antin_path *a, const struct antin_path *b)
{
	const struct antin_path_fault *wa = antin_path_worst(a), *wb = antin_path_worst(b);

	if (!b->chain.n || a->anchored != b->anchored)
		return !b->chain.n || a->anchored;
	if (a->anchored && !s->v.ops->nearest && weight_of(a) != weight_of(b))
		return weight_of(a) > weight_of(b);
	if (a->anchored && wa && wb && wa->fault != wb->fault)
		return wa->fault < wb->fault;
	if (a->anchored)
		return a->n_faults < b->n_faults;
	return a->chain.n > b->chain.n;
}

/* Moves what the try found into the result; counters and refusals stay those of the search. */
static void
keep(struct antin_path *out, struct antin_path *try)
{
	struct antin_path old = *out;

	*out = *try;
	memcpy(out->rejects, old.rejects, sizeof(out->rejects));
	out->n_rejects = old.n_rejects;
	out->work = old.work;
	out->limited = old.limited;
	old.n_rejects = 0;
	*try = (struct antin_path){0};
	antin_path_done(&old);
}

/* The stack reaches an anchor: validate it as a whole. */
static enum antin_rc
try_path(struct search *s, struct antin_err *err)
{
	ANTIN_SCOPED(antin_path) try = {.anchored = true};
	const struct antin_path_fault *worst;
	enum antin_rc rc;

	if (s->out->work.tries >= s->allowed_tries) {
		s->out->limited = s->done = true;
		return ANTIN_OK;
	}
	s->out->work.tries++;
	s->v.path = &try;
	rc = chain_of_stack(s, &try, err);
	if (rc == ANTIN_OK)
		rc = path_validate(&s->v, err);
	if (rc != ANTIN_OK)
		return rc;
	worst = antin_path_worst(&try);
	if (!worst && s->suspended)
		return ANTIN_OK;
	if (!worst) {
		try.valid = s->done = true;
		keep(s->out, &try);
		return ANTIN_OK;
	}
	rc = reject(s->out, try.chain.items[worst->index], worst->fault, worst->detail);
	if (!s->v.ops->nearest) {
		s->done = weight_of(&try) == TARGET_REVOKED;
		s->suspended = s->suspended || weight_of(&try) == TARGET_SUSPENDED;
	}
	if (rc == ANTIN_OK && is_told(s, &try, s->out))
		keep(s->out, &try);
	return rc;
}

/* The stack ends without an anchor: remember the longest such try. */
static enum antin_rc
dead_end(struct search *s, struct antin_err *err)
{
	ANTIN_SCOPED(antin_path) try = {0};
	struct antin_cert *top = s->stack[s->depth - 1];
	enum antin_fault f =
	        antin_cert_self_issued(top) ? ANTIN_FAULT_UNTRUSTED : ANTIN_FAULT_NO_ISSUER;
	enum antin_rc rc;

	if (s->out->chain.n >= s->depth || s->out->anchored)
		return ANTIN_OK;
	rc = chain_of_stack(s, &try, err);
	if (rc == ANTIN_OK)
		rc = path_fault(&try, f, s->depth - 1, NULL, err);
	if (rc == ANTIN_OK && is_told(s, &try, s->out))
		keep(s->out, &try);
	return rc;
}

/* Whether a candidate may stand above the top of the stack; a refusal is remembered. */
static enum antin_rc
fits(struct search *s, const struct antin_path_candidate *c, bool *yes)
{
	struct antin_cert *child = s->stack[s->depth - 1];
	char detail[DETAIL_CAP] = "";
	enum antin_fault f = ANTIN_FAULT_NONE;
	size_t row = 0;

	*yes = false;
	if (!antin_name_equal(child->issuer, c->cert->subject) || on_stack(s, c->cert))
		return ANTIN_OK;
	if (!s->explain)
		f = path_local_fault(&s->v, c->cert, c->anchor ? ROLE_ANCHOR : ROLE_ISSUER, &row,
		                     detail);
	if (f == ANTIN_FAULT_NONE)
		f = check_signature(s, child, c->cert);
	*yes = f == ANTIN_FAULT_NONE;
	return *yes ? ANTIN_OK : reject(s->out, c->cert, f, detail);
}

static enum antin_rc search_up(struct search *s, struct antin_err *err);

static enum antin_rc
step(struct search *s, const struct antin_path_candidate *c, bool *went, struct antin_err *err)
{
	bool yes;
	enum antin_rc rc;

	if (++s->out->work.steps > s->allowed_steps) {
		s->out->limited = s->done = true;
		return ANTIN_OK;
	}
	rc = fits(s, c, &yes);
	if (rc != ANTIN_OK || !yes)
		return rc;
	*went = true;
	s->stack[s->depth++] = c->cert;
	rc = c->anchor ? try_path(s, err) : search_up(s, err);
	s->depth--;
	return rc;
}

/* Depth is bounded by the stack's size. */
static enum antin_rc
search_up(struct search *s, struct antin_err *err)
{
	ANTIN_SCOPED(antin_path_candidates) own = {0};
	const struct antin_path_candidates *found = NULL;
	struct antin_cert *top = s->stack[s->depth - 1];
	bool went = false;
	enum antin_rc rc;

	if (s->depth == ANTIN_PATH_DEPTH + 1) {
		s->out->limited = true;
		return reject(s->out, top, ANTIN_FAULT_LIMIT, NULL);
	}
	rc = candidates(s, top, &own, &found, err);
	for (size_t i = 0; rc == ANTIN_OK && !s->done && i < found->n; i++)
		rc = step(s, &found->items[i], &went, err);
	if (rc == ANTIN_OK && !went)
		rc = dead_end(s, err);
	return rc;
}

static enum antin_rc
search_from(struct search *s, struct antin_cert *target, struct antin_err *err)
{
	s->stack[0] = target;
	s->depth = 1;
	s->done = false;
	if (s->v.ops->anchor && s->v.ops->anchor(s->v.ops->user, target))
		return try_path(s, err);
	return search_up(s, err);
}

enum { EXPLAIN_TRIES = 16 };

static void
search_free(struct search *s)
{
	for (size_t i = 0; i < s->n_answers; i++)
		antin_path_candidates_done(&s->answers[i].found);
	free(s);
}

enum antin_rc
antin_path_find(const struct antin_path_ops *ops, struct antin_cert *target,
                const struct antin_path_rules *rules, struct antin_path *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_path) found = {0};
	struct search *s = calloc(1, sizeof(*s));
	enum antin_rc rc;

	if (!s)
		return antin_fail_memory(err);
	s->v = (struct validation){.ops = ops, .rules = rules, .now = ops->now(ops->user)};
	s->out = &found;
	s->allowed_tries = ANTIN_PATH_TRIES;
	s->allowed_steps = ANTIN_PATH_STEPS / 2;
	rc = search_from(s, target, err);
	if (rc == ANTIN_OK && !found.valid && !found.anchored) {
		s->explain = true;
		s->allowed_tries = found.work.tries + EXPLAIN_TRIES;
		s->allowed_steps = ANTIN_PATH_STEPS;
		rc = search_from(s, target, err);
	}
	found.work.names = s->v.names;
	found.work.policies = s->v.policies;
	search_free(s);
	if (rc != ANTIN_OK)
		return rc;
	if (!found.valid && !found.chain.n)
		rc = antin_certs_add(&found.chain, target, err);
	/* A search that was ended does not know what else is missing. */
	if (!found.valid && !found.anchored && found.limited)
		found.n_faults = 0;
	if (rc == ANTIN_OK && !found.valid && !found.n_faults)
		rc = path_fault(&found, ANTIN_FAULT_LIMIT, found.chain.n - 1, NULL, err);
	if (rc == ANTIN_OK) {
		*out = found;
		found = (struct antin_path){0};
	}
	return rc;
}
