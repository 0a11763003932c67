/*
 * What the parent of a worker sees by itself of a verdict.  A worker that was taken over can lie,
 * but it cannot make a signer of a certificate that no trusted authority issued: the chain that it
 * names must be a path of RFC 5280 6 for whoever reads nothing else.
 */
#include "verify.h"
#include "worker.h"

/* A path that is said to lead from its first certificate to the anchor at its end. */
struct claim {
	const struct antin_certs *chain;
	struct antin_path_rules rules;
	int64_t time;
};

static enum antin_rc
claimed_issuers(void *user, const struct antin_path_query *q, struct antin_path_candidates *out,
                struct antin_err *err)
{
	const struct antin_certs *chain = ((const struct claim *)user)->chain;
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 1; i < chain->n && rc == ANTIN_OK; i++)
		if (antin_name_equal(chain->items[i]->subject, q->name))
			rc = antin_path_candidates_add(out, chain->items[i], i + 1 == chain->n,
			                               err);
	return rc;
}

/* The end of the chain was held against the anchors before. */
static bool
claimed_anchor(void *user, const struct antin_cert *cert)
{
	const struct antin_certs *chain = ((const struct claim *)user)->chain;

	return chain->n == 1 && cert == chain->items[0];
}

static int64_t
claimed_time(void *user)
{
	return ((const struct claim *)user)->time;
}

/* What the rules of this run may let pass (judge_trust.c); of a certificate alone nothing. */
static bool
let_pass(const struct antin_path_fault *f, const struct antin_rules *rules)
{
	enum antin_rule mode = ANTIN_RULE_FAIL;

	return f->index == 0 &&
	       (f->fault == ANTIN_FAULT_KEY_USAGE || f->fault == ANTIN_FAULT_PURPOSE) &&
	       antin_rules_mode(rules, "key-usage", &mode) && mode != ANTIN_RULE_FAIL;
}

static enum antin_rc
claim_holds(struct claim *c, const struct antin_verify_options *o, bool of_cert, bool *holds,
            struct antin_err *err)
{
	const struct antin_path_ops ops = {.issuers = claimed_issuers,
	                                   .anchor = claimed_anchor,
	                                   .now = claimed_time,
	                                   .algorithms = o->algorithms,
	                                   .user = c,
	                                   .memory = o->memory};
	ANTIN_SCOPED(antin_path) found = {0};
	const struct antin_cert *top = c->chain->items[c->chain->n - 1];
	enum antin_rc rc = antin_path_find(&ops, c->chain->items[0], &c->rules, &found, err);

	*holds = rc == ANTIN_OK && found.anchored &&
	         antin_trust_anchor_for(o->trust, top, c->rules.purpose, c->time);
	for (size_t i = 0; *holds && i < found.n_faults; i++)
		*holds = !of_cert && let_pass(&found.faults[i], o->rules);
	return rc;
}

/* From this certificate to the anchor. */
static bool
ends_fit(const struct antin_certs *chain, const struct antin_cert *cert,
         const struct antin_anchor *anchor)
{
	return cert && anchor && chain->n && antin_cert_equal(chain->items[0], cert) &&
	       antin_cert_equal(chain->items[chain->n - 1], anchor->cert);
}

/* Trust in an end certificate does not make a signer of it. */
static bool
is_end_anchor(const struct antin_certs *chain)
{
	return chain->n == 1 && !antin_cert_self_issued(chain->items[0]);
}

static bool
is_wanted(const struct antin_verdict *v, const struct antin_verify_options *o,
          const struct antin_cert_demands *demands)
{
	bool yes = true;

	if (!demands)
		return signer_wanted(v->signer.cert, o->signers);
	return !demands->name ||
	       (antin_cert_named(v->signer.cert, demands->name, &yes, NULL) == ANTIN_OK && yes);
}

/* Where a time stamp is said to prove it, the path may be one of that time. */
static bool
stamped(const struct antin_verdict *v, const struct antin_verify_options *o)
{
	for (size_t i = 0; i < v->n_stamps && v->best_time < o->time; i++)
		if (v->stamps[i].kind != ANTIN_STAMP_CONTENT && v->stamps[i].valid &&
		    v->stamps[i].tsa && v->stamps[i].anchor)
			return true;
	return false;
}

enum antin_rc
worker_passed_holds(const struct antin_verdict *v, const struct antin_verify_options *o,
                    const struct antin_cert_demands *demands, bool *holds, struct antin_err *err)
{
	struct claim c = {.chain = &v->path.chain,
	                  .rules = {.purpose = ANTIN_PURPOSE_SIGN, .max_depth = -1},
	                  .time = o->time};
	enum antin_rc rc;

	*holds = ends_fit(&v->path.chain, v->signer.cert, v->anchor) && is_wanted(v, o, demands) &&
	         (demands || v->intact);
	*holds = *holds && (demands || !is_end_anchor(&v->path.chain));
	if (!*holds)
		return ANTIN_OK;
	if (demands)
		c.rules = demands->rules;
	c.rules.revocation = ANTIN_REVOCATION_NONE;
	rc = claim_holds(&c, o, demands != NULL, holds, err);
	if (rc != ANTIN_OK || *holds || demands || !stamped(v, o))
		return rc;
	c.time = v->best_time;
	return claim_holds(&c, o, false, holds, err);
}

/* Somebody beside the signer: no rule lets a fault of theirs pass. */
struct other {
	const struct antin_certs *chain;
	const struct antin_cert *cert;
	const struct antin_anchor *anchor;
	enum antin_purpose purpose;
	int64_t time;
};

static enum antin_rc
other_holds(const struct other *b, const struct antin_verify_options *o, bool *holds,
            struct antin_err *err)
{
	struct claim c = {.chain = b->chain,
	                  .rules = {.purpose = b->purpose,
	                            .max_depth = -1,
	                            .revocation = ANTIN_REVOCATION_NONE},
	                  .time = b->time};

	*holds = ends_fit(b->chain, b->cert, b->anchor) && !is_end_anchor(b->chain) &&
	         b->time <= o->time;
	return *holds ? claim_holds(&c, o, true, holds, err) : ANTIN_OK;
}

enum antin_rc
worker_others_hold(const struct antin_verdict *v, const struct antin_verify_options *o, bool *holds,
                   struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	*holds = true;
	for (size_t i = 0; i < v->n_stamps && *holds && rc == ANTIN_OK; i++) {
		const struct antin_stamp *s = &v->stamps[i];
		const struct other b = {&s->chain, s->tsa, s->anchor, ANTIN_PURPOSE_TIMESTAMP,
		                        s->judged_at};

		if (s->valid)
			rc = other_holds(&b, o, holds, err);
	}
	for (size_t i = 0; i < v->n_counters && *holds && rc == ANTIN_OK; i++) {
		const struct antin_counter *c = &v->counters[i];
		const struct other b = {&c->chain, c->signer, c->anchor, ANTIN_PURPOSE_SIGN,
		                        c->judged_at};

		if (c->indication == ANTIN_TOTAL_PASSED)
			rc = other_holds(&b, o, holds, err);
	}
	return rc;
}
