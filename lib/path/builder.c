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

struct search {
	struct validation v; /* v.path is the try being validated */
	struct antin_path *out;
	struct antin_cert *stack[ANTIN_PATH_DEPTH + 2];
	size_t depth;
	struct checked checked[ANTIN_PATH_SIGNATURES];
	size_t n_checked;
	bool explain; /* take candidates with faults of their own too */
	size_t allowed_tries;
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

static enum antin_fault
check_signature(struct search *s, struct antin_cert *child, struct antin_cert *issuer)
{
	const struct antin_public *key;
	struct antin_sigalg alg;
	struct antin_err err = {0};
	struct checked *c = &s->checked[s->n_checked];

	for (size_t i = 0; i < s->n_checked; i++)
		if (s->checked[i].child == child && s->checked[i].issuer == issuer)
			return s->checked[i].fault;
	if (s->n_checked == ANTIN_PATH_SIGNATURES) {
		s->out->limited = true;
		return ANTIN_FAULT_LIMIT;
	}
	s->n_checked++;
	s->out->work.signatures++;
	*c = (struct checked){.child = child, .issuer = issuer};
	if (antin_sigalg_read(child->sigalg, &alg, &err) != ANTIN_OK ||
	    antin_cert_public(issuer, &key, &err) != ANTIN_OK)
		c->fault = ANTIN_FAULT_ALGORITHM;
	else if (antin_cert_verify(child, key, &err) != ANTIN_OK)
		c->fault = ANTIN_FAULT_BAD_SIGNATURE;
	return c->fault;
}

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

static void
sort_candidates(const struct antin_cert *child, struct antin_path_candidates *l, int64_t now)
{
	for (size_t i = 1; i < l->n; i++) {
		struct antin_path_candidate c = l->items[i];
		unsigned int points = score(child, &c, now);
		size_t at = i;

		for (; at > 0 && score(child, &l->items[at - 1], now) < points; at--)
			l->items[at] = l->items[at - 1];
		l->items[at] = c;
	}
}

static enum antin_rc
chain_of_stack(const struct search *s, struct antin_path *p, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < s->depth && rc == ANTIN_OK; i++)
		rc = antin_certs_add(&p->chain, s->stack[i], err);
	return rc;
}

/* Which of two failures is nearer to success: anchored, less grave, fewer, longer. */
static bool
nearer(const struct antin_path *a, const struct antin_path *b)
{
	const struct antin_path_fault *wa = antin_path_worst(a), *wb = antin_path_worst(b);

	if (!b->chain.n || a->anchored != b->anchored)
		return !b->chain.n || a->anchored;
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
	out->work.steps = old.work.steps;
	out->work.signatures = old.work.signatures;
	out->work.tries = old.work.tries;
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
	if (!worst) {
		try.valid = s->done = true;
		keep(s->out, &try);
		return ANTIN_OK;
	}
	rc = reject(s->out, try.chain.items[worst->index], worst->fault, worst->detail);
	if (rc == ANTIN_OK && nearer(&try, s->out))
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
	if (rc == ANTIN_OK && nearer(&try, s->out))
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

	if (++s->out->work.steps > ANTIN_PATH_STEPS) {
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
	ANTIN_SCOPED(antin_path_candidates) found = {0};
	struct antin_cert *top = s->stack[s->depth - 1];
	struct antin_path_query query;
	bool went = false;
	enum antin_rc rc;

	if (s->depth == ANTIN_PATH_DEPTH + 1) {
		s->out->limited = true;
		return reject(s->out, top, ANTIN_FAULT_LIMIT, NULL);
	}
	query = (struct antin_path_query){.name = top->issuer, .key_id = top->aki, .child = top};
	rc = s->v.ops->issuers(s->v.ops->user, &query, &found, err);
	sort_candidates(top, &found, s->v.now);
	for (size_t i = 0; rc == ANTIN_OK && !s->done && i < found.n; i++)
		rc = step(s, &found.items[i], &went, err);
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
	rc = search_from(s, target, err);
	if (rc == ANTIN_OK && !found.valid && !found.anchored) {
		s->explain = true;
		s->allowed_tries = found.work.tries + EXPLAIN_TRIES;
		found.work.steps = 0;
		rc = search_from(s, target, err);
	}
	free(s);
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
