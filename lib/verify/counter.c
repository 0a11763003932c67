/*
 * Counter-signatures (RFC 5652 11.4): who signed the value of a signature in turn.  Each gets a
 * verdict of its own, which makes that of the signature neither better nor worse; what is wrong
 * with one is told, and rules may refuse it.
 */
#include "stamp.h"

enum { DEPTH_MAX = 3 };

/* One being judged. */
struct countering {
	struct judging *j;
	struct antin_cades *c;
	struct antin_counter *out;
};

/* "An; it is damaged": of whom it is, and what is wrong. */
static struct antin_finding *
tell(struct countering *k, enum finding f, const char *why)
{
	struct antin_finding *found = find(k->j->v, f, NULL);

	k->out->indication = f == WARN_COUNTER_BROKEN ? ANTIN_TOTAL_FAILED : ANTIN_INDETERMINATE;
	k->out->code = found->row->code;
	k->out->why = why;
	found->arg = why;
	if (k->out->signer)
		detail_name(found, k->out->signer->subject);
	return found;
}

/* The rule that it breaks, if that is one with which it cannot be accepted. */
static const struct antin_cades_problem *
broken_rule(const struct countering *k)
{
	const struct antin_cades_problem *problems[ANTIN_CADES_PROBLEMS];
	size_t n = antin_cades_problems(k->c, ANTIN_FORM_COUNTER, k->out->signer, problems), i = 0;

	while (i < n && !problems[i]->fatal)
		i++;
	return i < n ? problems[i] : NULL;
}

/* Whether the key of its signer signed this value, and nothing else. */
static bool
made_over(const struct countering *k, struct antin_slice value)
{
	const struct antin_public *key = NULL;
	uint8_t buffer[ANTIN_DIGEST_MAX];
	const struct antin_slice digest = {buffer, antin_digest_size(k->c->digest)};

	return antin_digest_of(k->c->digest, value, buffer, NULL) == ANTIN_OK &&
	       antin_cert_public(k->out->signer, &key, NULL) == ANTIN_OK &&
	       antin_cades_verify(k->c, key, digest, k->j->o->memory, NULL) == ANTIN_OK;
}

static void
tell_path(struct countering *k, const struct antin_path *p)
{
	const struct antin_path_fault *worst = antin_path_worst(p);
	struct antin_finding *f = tell(k, WARN_COUNTER_OPEN, antin_fault_info(worst->fault)->text);

	detail_name(f, p->chain.items[worst->index]->subject);
	f->clause = antin_fault_info(worst->fault)->clause;
}

static enum antin_rc
find_path(const struct countering *k, int64_t time, struct antin_path *out, struct antin_err *err)
{
	struct judging *j = k->j;
	ANTIN_SCOPED(surroundings)
	s = {.o = j->o,
	     .target = k->out->signer,
	     .cms = {j->cms},
	     .fetcher = j->v->intact ? j->o->fetcher : NULL,
	     .log = j->log,
	     .heard = j->heard,
	     .proofs = &j->proofs};
	enum antin_rc rc = surroundings_gather(&s, err);

	return rc == ANTIN_OK ? surroundings_find(&s, ANTIN_PURPOSE_SIGN, time, out, err) : rc;
}

static bool
strong(const struct countering *k, int64_t time)
{
	struct antin_algorithm_end end;

	return antin_algorithms_allow(k->j->o->algorithms, &k->c->alg, NULL, time, &end);
}

static void
take_path(struct countering *k, const struct antin_path *p, int64_t time)
{
	struct antin_counter *out = k->out;

	out->judged_at = time;
	if (p->anchored)
		out->anchor = antin_trust_anchor_for(k->j->o->trust, p->chain.items[p->chain.n - 1],
		                                     ANTIN_PURPOSE_SIGN, time);
	out->has_status = p->statuses != NULL;
	if (p->statuses)
		out->status = p->statuses[0];
}

static void
take_chain(struct countering *k, struct antin_path *p)
{
	k->out->chain = p->chain;
	p->chain = (struct antin_certs){0};
}

/* Its own time stamps prove its age; those on the signature were there before it perhaps. */
static enum antin_rc
judge_earlier(struct countering *k, bool *holds, struct antin_err *err)
{
	const struct judging *j = k->j;
	int64_t best = j->o->time;
	ANTIN_SCOPED(antin_path) then = {0};
	enum antin_rc rc = stamps_prove(j, k->c, &best, err);

	if (rc == ANTIN_OK && best < j->o->time)
		rc = find_path(k, best, &then, err);
	*holds = rc == ANTIN_OK && then.valid && strong(k, best) &&
	         proofs_links_hold(&j->proofs, j->o, &then, best);
	if (*holds) {
		take_path(k, &then, best);
		take_chain(k, &then);
	}
	return rc;
}

/* As of the check; when that fails, as of the time at which it is proven to have existed. */
static enum antin_rc
judge_path(struct countering *k, struct antin_err *err)
{
	const int64_t time = k->j->o->time;
	ANTIN_SCOPED(antin_path) now = {0};
	bool holds = false;
	enum antin_rc rc = find_path(k, time, &now, err);

	if (rc != ANTIN_OK)
		return rc;
	take_path(k, &now, time);
	holds = now.valid && strong(k, time);
	if (holds)
		take_chain(k, &now);
	else if (proofs_may_lift(k->j->o->trust, &now))
		rc = judge_earlier(k, &holds, err);
	if (rc != ANTIN_OK)
		return rc;
	if (holds)
		detail_name(find(k->j->v, WARN_COUNTER, NULL), k->out->signer->subject);
	else if (now.valid)
		(void)tell(k, WARN_COUNTER_OPEN, N_("its algorithm is no longer strong enough"));
	else
		tell_path(k, &now);
	return ANTIN_OK;
}

static enum antin_rc
judge_one(struct countering *k, struct antin_slice value, struct antin_err *err)
{
	const struct antin_cades_problem *rule;

	k->out->signing_time = k->c->signing_time;
	k->out->signer = signer_of(k->j, k->c);
	if (k->out->signer)
		(void)antin_cert_ref(k->out->signer);
	rule = broken_rule(k);
	if (rule)
		(void)tell(k, WARN_COUNTER_BROKEN, rule->text);
	else if (!k->out->signer)
		(void)tell(k, WARN_COUNTER_OPEN,
		           N_("the certificate of its signer is not at hand"));
	else if (!made_over(k, value))
		(void)tell(k, WARN_COUNTER_BROKEN,
		           N_("it is not over this signature, or was changed"));
	else
		return judge_path(k, err);
	return ANTIN_OK;
}

/* Number `i` of those of a signature. */
static enum antin_rc
judge_next(struct countering *k, const struct antin_cades *of, size_t i, struct antin_err *err)
{
	enum antin_rc rc = antin_cades_read_counter(of, i, &k->c, NULL);

	if (rc == ANTIN_E_MEMORY)
		return antin_fail_memory(err);
	if (rc == ANTIN_OK)
		return judge_one(k, of->signature, err);
	(void)tell(k, WARN_COUNTER_BROKEN, N_("it is damaged and cannot be read"));
	return ANTIN_OK;
}

/* Those of one signature, each followed by those of itself. */
static enum antin_rc
judge_all(struct judging *j, const struct antin_cades *of, unsigned int depth, bool *left,
          struct antin_err *err)
{
	struct antin_verdict *v = j->v;
	enum antin_rc rc = ANTIN_OK;

	*left = *left || of->given_counters > of->n_counters;
	for (size_t i = 0; i < of->n_counters && rc == ANTIN_OK; i++) {
		struct countering k = {.j = j};

		if (v->n_counters == ANTIN_CADES_COUNTERS || depth > DEPTH_MAX) {
			*left = true;
			return ANTIN_OK;
		}
		k.out = &v->counters[v->n_counters++];
		*k.out = (struct antin_counter){.depth = depth,
		                                .signing_time = ANTIN_NO_TIME,
		                                .judged_at = ANTIN_NO_TIME};
		rc = judge_next(&k, of, i, err);
		if (rc == ANTIN_OK && k.c)
			rc = judge_all(j, k.c, depth + 1, left, err);
		antin_cades_free(k.c);
	}
	return rc;
}

enum antin_rc
judge_counters(struct judging *j, struct antin_err *err)
{
	bool left = false;
	enum antin_rc rc = judge_all(j, j->cms, 1, &left, err);

	if (left)
		(void)find(j->v, WARN_COUNTER_MANY, NULL);
	return rc;
}
