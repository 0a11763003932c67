/*
 * The X.509 part of a validation (EN 319 102-1 5.2.6, 5.2.8): path, revocation, algorithms, wished
 * signer; each fault of the path becomes a finding by a table.
 */
#include <stdio.h>
#include <string.h>

#include <antin/clock.h>
#include <antin/text.h>

#include "fault.h"
#include "stamp.h"

/* ---- from faults to findings ---- */

void
detail_time(struct antin_finding *f, int64_t t)
{
	char text[ANTIN_TIME_CAP];

	if (t == ANTIN_NO_TIME)
		return;
	(void)antin_time_people(t, ANTIN_VIETNAM_OFFSET, text);
	memcpy(f->detail, text, sizeof(text));
}

void
name_short(struct antin_slice name, char *out, size_t cap)
{
	ANTIN_SCOPED(antin_bytes) cn = {0};

	if (antin_name_get(name, "CN", &cn) || antin_name_get(name, "O", &cn))
		(void)antin_text_safe(antin_bytes_slice(&cn), out, cap);
	else
		(void)snprintf(out, cap, "?");
}

void
detail_name(struct antin_finding *f, struct antin_slice name)
{
	name_short(name, f->detail, sizeof(f->detail));
}

/* What a fault means for the signer's certificate, and for one above it. */
static const struct meaning {
	enum finding leaf, above;
	const char *text; /* of the former, when not that of its row */
} meanings[ANTIN_FAULT_COUNT] = {
        [ANTIN_FAULT_LIMIT] = {FIND_LIMIT, FIND_LIMIT},
        [ANTIN_FAULT_NO_ISSUER] = {FIND_NO_CHAIN, FIND_NO_CHAIN},
        [ANTIN_FAULT_UNTRUSTED] = {FIND_UNTRUSTED, FIND_UNTRUSTED},
        [ANTIN_FAULT_STATUS_UNKNOWN] = {FIND_STATUS_UNKNOWN, FIND_CA_STATUS_UNKNOWN},
        [ANTIN_FAULT_EXPIRED] = {FIND_EXPIRED, FIND_CA_TIME},
        [ANTIN_FAULT_NOT_YET_VALID] = {FIND_NOT_YET_VALID, FIND_CA_TIME},
        [ANTIN_FAULT_PURPOSE] = {FIND_KEY_USAGE, FIND_CHAIN_CONSTRAINTS,
                                 N_("The extended key usage of the signer's certificate does not "
                                    "allow signing documents.")},
        [ANTIN_FAULT_KEY_USAGE] = {FIND_KEY_USAGE, FIND_KEY_USAGE},
        [ANTIN_FAULT_POLICY] = {FIND_CHAIN_CONSTRAINTS, FIND_CHAIN_CONSTRAINTS},
        [ANTIN_FAULT_POLICY_MAPPING] = {FIND_CHAIN, FIND_CHAIN},
        [ANTIN_FAULT_NAME_CONSTRAINT] = {FIND_CHAIN_CONSTRAINTS, FIND_CHAIN_CONSTRAINTS},
        [ANTIN_FAULT_NAME_FORM] = {FIND_CHAIN_CONSTRAINTS, FIND_CHAIN_CONSTRAINTS},
        [ANTIN_FAULT_PATH_LEN] = {FIND_CHAIN_CONSTRAINTS, FIND_CHAIN_CONSTRAINTS},
        [ANTIN_FAULT_NOT_CA] = {FIND_CHAIN, FIND_CHAIN},
        [ANTIN_FAULT_KEY_CERT_SIGN] = {FIND_CHAIN, FIND_CHAIN},
        [ANTIN_FAULT_CRITICAL] = {FIND_CHAIN, FIND_CHAIN},
        [ANTIN_FAULT_EXTENSION] = {FIND_CHAIN, FIND_CHAIN},
        [ANTIN_FAULT_WEAK] = {FIND_WEAK_CHAIN, FIND_WEAK_CHAIN},
        [ANTIN_FAULT_ALGORITHM] = {FIND_CHAIN, FIND_CHAIN},
        [ANTIN_FAULT_BAD_SIGNATURE] = {FIND_CHAIN, FIND_CHAIN},
        [ANTIN_FAULT_ON_HOLD] = {FIND_ON_HOLD, FIND_CA_ON_HOLD},
        [ANTIN_FAULT_REVOKED] = {FIND_REVOKED, FIND_CA_REVOKED},
};

/* Whether the signer is judged as of a time that a time stamp proves. */
static bool
time_proven(const struct judging *j)
{
	return j->time < j->o->time;
}

static enum finding
refine(const struct judging *j, enum finding f)
{
	const struct antin_path *p = &j->v->path;
	bool good = p->statuses && p->statuses[0].kind == ANTIN_STATUS_GOOD;

	if (f == FIND_NOT_YET_VALID && time_proven(j))
		return FIND_OLDER_THAN_CERT;
	if (f == FIND_EXPIRED && good && p->n_faults == 1)
		return FIND_EXPIRED_GOOD;
	if (f == FIND_NOT_YET_VALID && j->o->assumed)
		return FIND_NOT_YET_VALID_ASSUMED;
	return f;
}

static void
judge_faults(struct judging *j)
{
	const struct antin_path *p = &j->v->path;

	for (size_t i = 0; i < p->n_faults; i++) {
		const struct antin_path_fault *fault = &p->faults[i];
		const enum antin_fault told = fault_told(p, fault);
		const struct meaning *m = &meanings[told];
		struct antin_finding *f =
		        find(j->v, refine(j, fault->index ? m->above : m->leaf), NULL);

		fault_describe(f, p, fault);
		/* A row for several faults leaves the words to the fault. */
		if (strcmp(f->row->why, "%s") == 0)
			f->text = fault_rows[told].why;
		else if (!fault->index)
			f->text = m->text;
	}
}

void
find_status(struct antin_verdict *v, const struct antin_status *st, bool proven)
{
	struct antin_finding *f;

	if (st->weak)
		(void)find(v, WARN_WEAK_EVIDENCE, st->weak);
	if (!st->later)
		return;
	f = find(v, proven ? WARN_REVOKED_SINCE : WARN_LATER_REVOKED, NULL);
	detail_time(f, st->revoked_at);
	f->arg = antin_reason_text(st->reason);
}

/* A signer that is the anchor has no issuer: only what it says of itself can revoke it. */
static void
judge_own_anchor(struct judging *j)
{
	struct antin_verdict *v = j->v;
	const struct antin_status *st = &j->own;
	struct antin_finding *f;

	(void)find(v, WARN_OWN_ANCHOR, NULL);
	find_status(v, st, time_proven(j));
	if (st->kind != ANTIN_STATUS_REVOKED)
		return;
	f = find(v, st->reason == ANTIN_REASON_HOLD ? FIND_ON_HOLD : FIND_REVOKED, NULL);
	detail_time(f, st->revoked_at);
	if (st->reason != ANTIN_REASON_HOLD)
		f->arg = antin_reason_text(st->reason);
}

static void
judge_statuses(struct judging *j)
{
	const struct antin_path *p = &j->v->path;

	for (size_t i = 0; p->statuses && i + 1 < p->chain.n; i++)
		find_status(j->v, &p->statuses[i], time_proven(j));
	if (p->anchored && p->chain.n == 1)
		judge_own_anchor(j);
}

static void
judge_algorithm(struct judging *j)
{
	const struct antin_sigalg *alg = &j->cms->alg;
	struct antin_algorithm_end end;
	struct antin_finding *f;

	if (antin_algorithms_allow(j->o->algorithms, alg, NULL, j->time, &end))
		return;
	f = find(j->v, FIND_WEAK, NULL);
	f->clause =
	        antin_algorithm_text(antin_sigalg_name(*alg), &end, f->detail, sizeof(f->detail));
}

/* ---- the wished signer ---- */

static void
judge_wished(struct judging *j)
{
	if (!signer_wanted(j->v->signer.cert, j->o->signers))
		(void)find(j->v, FIND_SIGNER_WANTED, NULL);
}

/* ---- as of when ---- */

/*
 * A proof of the signature's age covers the signer's certificate, to which the signed attributes
 * bind it, but no authority above: whose key or hash is weak by now, or who stands below a key that
 * was stolen since, could be made up today, unless an archive time stamp proves that it existed
 * before (5.6.2.2).
 */
static void
judge_unproven(struct judging *j)
{
	const struct antin_path *p = &j->v->path;
	const struct antin_certs *chain = &p->chain;
	const size_t first = j->cms->ess.present ? 1 : 0;
	size_t by;

	if (proofs_forgeable(&j->proofs, p, first, &by)) {
		struct antin_finding *f = find(j->v, FIND_CA_REVOKED, NULL);

		name_short(chain->items[by]->subject, f->certificate, sizeof(f->certificate));
		detail_time(f, p->statuses[by].revoked_at);
		f->arg = antin_reason_text(p->statuses[by].reason);
	}
	for (size_t i = first; i + 1 < chain->n; i++) {
		struct antin_finding *f;
		struct weak_link link;

		if (!proofs_weak_link(&j->proofs, j->o, chain, i, &link))
			continue;
		f = find(j->v, FIND_WEAK_CHAIN, NULL);
		f->clause = link.clause;
		f->text = fault_rows[ANTIN_FAULT_WEAK].why;
		name_short(chain->items[i]->subject, f->certificate, sizeof(f->certificate));
		memcpy(f->detail, link.text, sizeof(link.text));
	}
}

static void
judge_anchor(struct judging *j, const struct antin_cert *cert)
{
	const struct antin_anchor *a =
	        antin_trust_anchor_for(j->o->trust, cert, ANTIN_PURPOSE_SIGN, j->time);
	const struct antin_origin *o = a ? a->origin : NULL;

	j->v->anchor = a;
	if (o && o->expires != ANTIN_NO_TIME && o->expires < j->o->now)
		detail_time(find(j->v, WARN_TRUST_OLD, NULL), o->as_of);
}

/* The chain ends in an anchor that is none here. */
static void
judge_limits(struct judging *j, const struct antin_cert *cert)
{
	if (antin_trust_anchor(j->o->trust, cert) &&
	    !antin_trust_anchor_for(j->o->trust, cert, ANTIN_PURPOSE_SIGN, j->time))
		detail_name(find(j->v, FIND_ANCHOR_LIMITS, NULL), cert->subject);
}

/* As of the time at which the signer is judged. */
static enum antin_rc
find_path(struct judging *j, struct antin_err *err)
{
	struct antin_path *p = &j->v->path;
	ANTIN_SCOPED(surroundings)
	s = {.o = j->o,
	     .target = j->v->signer.cert,
	     .cms = {j->cms},
	     /* What was changed is not valid, whatever the network says. */
	     .fetcher = j->v->intact ? j->o->fetcher : NULL,
	     .log = j->log,
	     .heard = j->heard,
	     .proofs = &j->proofs};
	enum antin_rc rc = surroundings_gather(&s, err);

	j->n_broken = s.n_broken;
	j->own = (struct antin_status){.revoked_at = ANTIN_NO_TIME};
	if (rc == ANTIN_OK)
		rc = surroundings_find(&s, ANTIN_PURPOSE_SIGN, j->time, p, err);
	if (rc == ANTIN_OK && p->anchored && p->chain.n == 1)
		rc = antin_revocation_status(&s.revocation, p, 0, &j->own, err);
	return rc;
}

enum antin_rc
judge_now(struct judging *j, struct antin_err *err)
{
	bool any = j->v->signer.cert && j->o->trust->n_anchors;

	return any ? find_path(j, err) : ANTIN_OK;
}

static void
judge_path(struct judging *j)
{
	const struct antin_path *p = &j->v->path;

	judge_algorithm(j);
	if (p->anchored)
		judge_anchor(j, p->chain.items[p->chain.n - 1]);
	judge_faults(j);
	if (!p->anchored && p->chain.n)
		judge_limits(j, p->chain.items[p->chain.n - 1]);
	judge_statuses(j);
	if (time_proven(j))
		judge_unproven(j);
}

/*
 * An anchor that is trusted no more may have lost its key by then: what it is to have said, and
 * below it, must be proven to be from before.
 */
static enum antin_rc
judge_withdrawn(struct judging *j, struct antin_err *err)
{
	const struct antin_anchor *a = j->v->anchor;
	bool holds = false;
	enum antin_rc rc;

	if (!a || antin_trust_anchor_for(j->o->trust, a->cert, ANTIN_PURPOSE_SIGN, j->o->time))
		return ANTIN_OK;
	rc = signer_holds(j, REACH_PROVEN, j->time, a->limits.until, &holds, err);
	if (rc == ANTIN_OK && !holds)
		detail_name(find(j->v, FIND_ANCHOR_LIMITS, NULL), a->cert->subject);
	return rc;
}

/*
 * First as of the check; when that leaves only what a proof of an earlier time may lift, again as
 * of the time that is proven, and then that counts, better or worse.
 */
static enum antin_rc
judge_signer(struct judging *j, struct antin_err *err)
{
	struct antin_verdict *v = j->v;
	const size_t errors = v->n_errors, warnings = v->n_warnings;
	enum antin_rc rc;

	judge_path(j);
	if (v->best_time >= j->o->time || !v->intact)
		return ANTIN_OK;
	if (v->n_errors == errors || !proofs_may_lift(j->o->trust, &v->path)) {
		if (v->best_time < v->signer.cert->not_before)
			detail_time(find(v, WARN_STAMP_EARLY, NULL), v->signer.cert->not_before);
		return ANTIN_OK;
	}
	v->n_errors = errors;
	v->n_warnings = warnings;
	antin_path_done(&v->path);
	v->anchor = NULL;
	j->time = v->best_time;
	detail_time(find(v, WARN_PROVEN, NULL), j->time);
	rc = find_path(j, err);
	if (rc != ANTIN_OK)
		return rc;
	judge_path(j);
	return judge_withdrawn(j, err);
}

enum antin_rc
judge_trust(struct judging *j, struct antin_err *err)
{
	if (!j->v->signer.cert || !j->o->trust->n_anchors) {
		judge_algorithm(j);
		if (!j->v->signer.cert)
			return ANTIN_OK;
		judge_wished(j);
		(void)find(j->v, FIND_NO_ANCHORS, NULL);
		return ANTIN_OK;
	}
	judge_wished(j);
	for (size_t i = 0; i < j->n_broken; i++)
		(void)find(j->v, WARN_CRL_IGNORED, NULL);
	return judge_signer(j, err);
}
