/*
 * The X.509 part of a validation (EN 319 102-1 5.2.6, 5.2.8): path, revocation, algorithms, wished
 * signer; each fault of the path becomes a finding by a table.
 */
#include <string.h>

#include <antin/clock.h>
#include <antin/text.h>

#include "verify.h"

/* The world of one signature's path searches. */
struct surroundings {
	struct judging *j;
	struct antin_evidence evidence;
	struct antin_revocation revocation;
	struct antin_path_ops ops;
};

static void
surroundings_done(struct surroundings *s)
{
	antin_evidence_done(&s->evidence);
	antin_revocation_done(&s->revocation);
}
ANTIN_SCOPED_S(surroundings, surroundings_done);

static enum antin_rc
add_matching(const struct antin_certs *from, const struct antin_path_query *q,
             struct antin_path_candidates *out, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < from->n && rc == ANTIN_OK; i++)
		if (antin_name_equal(from->items[i]->subject, q->name))
			rc = antin_path_candidates_add(out, from->items[i], false, err);
	return rc;
}

static enum antin_rc
issuers(void *user, const struct antin_path_query *q, struct antin_path_candidates *out,
        struct antin_err *err)
{
	const struct surroundings *s = user;
	const struct antin_trust *t = s->j->o->trust;
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < t->n_anchors && rc == ANTIN_OK; i++)
		if (antin_name_equal(t->anchors[i].cert->subject, q->name))
			rc = antin_path_candidates_add(out, t->anchors[i].cert, true, err);
	if (rc == ANTIN_OK)
		rc = add_matching(&t->intermediates, q, out, err);
	if (rc == ANTIN_OK)
		rc = add_matching(&s->j->cms->certs, q, out, err);
	return rc;
}

static bool
is_anchor(void *user, const struct antin_cert *cert)
{
	const struct surroundings *s = user;

	/* Trust in the signer's own certificate must not cut off the issuer that could revoke it.
	 */
	if (cert == s->j->v->signer.cert && !antin_cert_self_issued(cert))
		return false;
	return antin_trust_anchor(s->j->o->trust, cert) != NULL;
}

static int64_t
time_of_checks(void *user)
{
	const struct surroundings *s = user;

	return s->j->o->time;
}

static enum antin_rc
status(void *user, const struct antin_path *path, size_t index, struct antin_status *out,
       struct antin_err *err)
{
	struct surroundings *s = user;

	return antin_revocation_status(&s->revocation, path, index, out, err);
}

/* CRLs that the signature carries; a broken one is told and left out. */
static enum antin_rc
embedded_lists(struct surroundings *s, struct antin_err *err)
{
	const struct antin_cades *cms = s->j->cms;

	for (size_t i = 0; i < cms->n_crls; i++) {
		ANTIN_SCOPED(antin_bytes) copy = {0};
		ANTIN_OWN_S(antin_crl) crl = NULL;
		struct antin_err quiet = {0};
		enum antin_rc rc;

		antin_bytes_add(&copy, cms->crls[i].p, cms->crls[i].len);
		if (antin_crl_read(&copy, &crl, &quiet) != ANTIN_OK) {
			(void)find(s->j->v, WARN_CRL_IGNORED, NULL);
			continue;
		}
		rc = antin_evidence_add_crl(&s->evidence, crl, "CMS", err);
		if (rc != ANTIN_OK)
			return rc;
	}
	return ANTIN_OK;
}

static enum antin_rc
gather(struct surroundings *s, struct antin_err *err)
{
	const struct antin_evidence *given = s->j->o->evidence;
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; given && i < given->n && rc == ANTIN_OK; i++) {
		const struct antin_evidence_item *e = &given->items[i];

		rc = e->crl ? antin_evidence_add_crl(&s->evidence, e->crl, e->name, err)
		            : antin_evidence_add_ocsp(&s->evidence, e->ocsp, e->name, err);
	}
	if (rc == ANTIN_OK)
		rc = embedded_lists(s, err);
	s->ops = (struct antin_path_ops){
	        .issuers = issuers,
	        .anchor = is_anchor,
	        .status = status,
	        .now = time_of_checks,
	        .user = s,
	};
	s->revocation = (struct antin_revocation){
	        .evidence = &s->evidence,
	        .world = &s->ops,
	        .now = s->j->o->now,
	        .time = s->j->o->time,
	};
	return rc;
}

/* ---- from faults to findings ---- */

static void
detail_time(struct antin_finding *f, int64_t t)
{
	char text[ANTIN_TIME_CAP];

	if (t == ANTIN_NO_TIME)
		return;
	(void)antin_time_people(t, ANTIN_VIETNAM_OFFSET, text);
	memcpy(f->detail, text, sizeof(text));
}

static void
detail_name(struct antin_finding *f, struct antin_slice name)
{
	ANTIN_SCOPED(antin_bytes) cn = {0};

	if (antin_name_get(name, "CN", &cn) || antin_name_get(name, "O", &cn))
		(void)antin_text_safe(antin_bytes_slice(&cn), f->detail, sizeof(f->detail));
	else
		f->detail[0] = '?';
}

static void
say_name(struct antin_finding *f, const struct antin_path *p, const struct antin_path_fault *fault)
{
	detail_name(f, p->chain.items[fault->index]->subject);
	f->text = NULL;
}

static void
say_issuer(struct antin_finding *f, const struct antin_path *p,
           const struct antin_path_fault *fault)
{
	detail_name(f, p->chain.items[fault->index]->issuer);
}

static void
say_status(struct antin_finding *f, const struct antin_path *p,
           const struct antin_path_fault *fault)
{
	const struct antin_status *st = &p->statuses[fault->index];

	f->arg = st->why;
	memcpy(f->detail, st->file, sizeof(st->file));
}

static void
say_revoked(struct antin_finding *f, const struct antin_path *p,
            const struct antin_path_fault *fault)
{
	const struct antin_status *st = &p->statuses[fault->index];

	detail_time(f, st->revoked_at);
	f->arg = antin_reason_text(st->reason);
}

static void
say_since(struct antin_finding *f, const struct antin_path *p, const struct antin_path_fault *fault)
{
	detail_time(f, p->statuses[fault->index].revoked_at);
}

static void
say_end(struct antin_finding *f, const struct antin_path *p, const struct antin_path_fault *fault)
{
	detail_time(f, p->chain.items[fault->index]->not_after);
}

static void
say_start(struct antin_finding *f, const struct antin_path *p, const struct antin_path_fault *fault)
{
	detail_time(f, p->chain.items[fault->index]->not_before);
}

static void
say_detail(struct antin_finding *f, const struct antin_path *p,
           const struct antin_path_fault *fault)
{
	(void)p;
	memcpy(f->detail, fault->detail, sizeof(fault->detail));
}

typedef void say_fn(struct antin_finding *f, const struct antin_path *p,
                    const struct antin_path_fault *fault);

/* What a fault means for the signer's certificate, and for one above it. */
static const struct meaning {
	enum finding leaf, above;
	say_fn *say_leaf, *say_above;
} meanings[ANTIN_FAULT_COUNT] = {
        [ANTIN_FAULT_LIMIT] = {FIND_LIMIT, FIND_LIMIT, NULL, NULL},
        [ANTIN_FAULT_NO_ISSUER] = {FIND_NO_CHAIN, FIND_NO_CHAIN, say_issuer, say_issuer},
        [ANTIN_FAULT_UNTRUSTED] = {FIND_UNTRUSTED, FIND_UNTRUSTED, say_name, say_name},
        [ANTIN_FAULT_STATUS_UNKNOWN] = {FIND_STATUS_UNKNOWN, FIND_CA_STATUS_UNKNOWN, say_status,
                                        say_status},
        [ANTIN_FAULT_EXPIRED] = {FIND_EXPIRED, FIND_CA_TIME, say_end, say_name},
        [ANTIN_FAULT_NOT_YET_VALID] = {FIND_NOT_YET_VALID, FIND_CA_TIME, say_start, say_name},
        [ANTIN_FAULT_PURPOSE] = {FIND_KEY_USAGE, FIND_CHAIN_CONSTRAINTS, NULL, say_name},
        [ANTIN_FAULT_KEY_USAGE] = {FIND_KEY_USAGE, FIND_KEY_USAGE, NULL, NULL},
        [ANTIN_FAULT_POLICY] = {FIND_CHAIN_CONSTRAINTS, FIND_CHAIN_CONSTRAINTS, say_name, say_name},
        [ANTIN_FAULT_POLICY_MAPPING] = {FIND_CHAIN, FIND_CHAIN, say_name, say_name},
        [ANTIN_FAULT_NAME_CONSTRAINT] = {FIND_CHAIN_CONSTRAINTS, FIND_CHAIN_CONSTRAINTS, say_name,
                                         say_name},
        [ANTIN_FAULT_NAME_FORM] = {FIND_CHAIN_CONSTRAINTS, FIND_CHAIN_CONSTRAINTS, say_name,
                                   say_name},
        [ANTIN_FAULT_PATH_LEN] = {FIND_CHAIN_CONSTRAINTS, FIND_CHAIN_CONSTRAINTS, say_name,
                                  say_name},
        [ANTIN_FAULT_NOT_CA] = {FIND_CHAIN, FIND_CHAIN, say_name, say_name},
        [ANTIN_FAULT_KEY_CERT_SIGN] = {FIND_CHAIN, FIND_CHAIN, say_name, say_name},
        [ANTIN_FAULT_CRITICAL] = {FIND_CHAIN, FIND_CHAIN, say_name, say_name},
        [ANTIN_FAULT_EXTENSION] = {FIND_CHAIN, FIND_CHAIN, say_name, say_name},
        [ANTIN_FAULT_WEAK] = {FIND_WEAK_CHAIN, FIND_WEAK_CHAIN, say_detail, say_detail},
        [ANTIN_FAULT_ALGORITHM] = {FIND_CHAIN, FIND_CHAIN, say_name, say_name},
        [ANTIN_FAULT_BAD_SIGNATURE] = {FIND_CHAIN, FIND_CHAIN, say_name, say_name},
        [ANTIN_FAULT_ON_HOLD] = {FIND_ON_HOLD, FIND_CA_ON_HOLD, say_since, say_since},
        [ANTIN_FAULT_REVOKED] = {FIND_REVOKED, FIND_CA_REVOKED, say_revoked, say_revoked},
};

static enum finding
refine(const struct judging *j, enum finding f)
{
	const struct antin_path *p = &j->v->path;
	bool good = p->statuses && p->statuses[0].kind == ANTIN_STATUS_GOOD;

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
		const struct meaning *m = &meanings[fault->fault];
		bool leaf = fault->index == 0;
		struct antin_finding *f = find(j->v, refine(j, leaf ? m->leaf : m->above), NULL);
		say_fn *say = leaf ? m->say_leaf : m->say_above;

		f->clause = antin_fault_info(fault->fault)->clause;
		if (say)
			say(f, p, fault);
	}
}

static void
judge_status(struct judging *j, const struct antin_status *st)
{
	struct antin_finding *f;

	if (st->weak)
		(void)find(j->v, WARN_WEAK_EVIDENCE, st->weak);
	if (!st->later)
		return;
	f = find(j->v, WARN_LATER_REVOKED, NULL);
	detail_time(f, st->revoked_at);
	f->arg = antin_reason_text(st->reason);
}

/* A signer that is the anchor has no issuer: only what it says of itself can revoke it. */
static enum antin_rc
judge_own_anchor(struct surroundings *s, struct antin_err *err)
{
	struct antin_verdict *v = s->j->v;
	struct antin_status st = {.revoked_at = ANTIN_NO_TIME};
	struct antin_finding *f;
	enum antin_rc rc = antin_revocation_status(&s->revocation, &v->path, 0, &st, err);

	if (rc != ANTIN_OK)
		return rc;
	(void)find(v, WARN_OWN_ANCHOR, NULL);
	judge_status(s->j, &st);
	if (st.kind != ANTIN_STATUS_REVOKED)
		return ANTIN_OK;
	f = find(v, st.reason == ANTIN_REASON_HOLD ? FIND_ON_HOLD : FIND_REVOKED, NULL);
	detail_time(f, st.revoked_at);
	if (st.reason != ANTIN_REASON_HOLD)
		f->arg = antin_reason_text(st.reason);
	return ANTIN_OK;
}

static enum antin_rc
judge_statuses(struct surroundings *s, struct antin_err *err)
{
	const struct antin_path *p = &s->j->v->path;

	for (size_t i = 0; p->statuses && i + 1 < p->chain.n; i++)
		judge_status(s->j, &p->statuses[i]);
	return p->anchored && p->chain.n == 1 ? judge_own_anchor(s, err) : ANTIN_OK;
}

static void
judge_algorithm(struct judging *j)
{
	const struct antin_sigalg *alg = &j->cms->alg;

	if (!antin_algorithm_allowed(alg, NULL, j->o->time))
		(void)find(j->v, FIND_WEAK, antin_sigalg_name(*alg));
}

/* ---- the wished signer ---- */

static bool
text_is(const char *wanted, const struct antin_bytes *have)
{
	ANTIN_SCOPED(antin_bytes) a = {0};
	ANTIN_SCOPED(antin_bytes) b = {0};

	return have->len && antin_text_nfc(antin_slice_text(wanted), &a, NULL) == ANTIN_OK &&
	       antin_text_nfc(antin_bytes_slice(have), &b, NULL) == ANTIN_OK &&
	       antin_slice_equal(antin_bytes_slice(&a), antin_bytes_slice(&b));
}

static bool
signer_is(const struct antin_signer *s, const char *wanted)
{
	ANTIN_SCOPED(antin_bytes) hash = {0};

	if (antin_hex_parse(wanted, &hash, NULL) == ANTIN_OK && hash.len == 32)
		return memcmp(hash.p, s->cert->sha256, 32) == 0;
	return text_is(wanted, &s->name) || text_is(wanted, &s->organization) ||
	       text_is(wanted, &s->email);
}

static void
judge_wished(struct judging *j)
{
	const char *const *wanted = j->o->signers;

	if (!wanted || !wanted[0])
		return;
	for (; *wanted; wanted++)
		if (signer_is(&j->v->signer, *wanted))
			return;
	(void)find(j->v, FIND_SIGNER_WANTED, NULL);
}

enum antin_rc
judge_trust(struct judging *j, struct antin_err *err)
{
	static const struct antin_path_rules rules = {.purpose = ANTIN_PURPOSE_SIGN,
	                                              .max_depth = -1};
	ANTIN_SCOPED(surroundings) s = {.j = j};
	struct antin_path *p = &j->v->path;
	enum antin_rc rc;

	judge_algorithm(j);
	if (!j->v->signer.cert)
		return ANTIN_OK;
	judge_wished(j);
	if (!j->o->trust->n_anchors) {
		(void)find(j->v, FIND_NO_ANCHORS, NULL);
		return ANTIN_OK;
	}
	rc = gather(&s, err);
	if (rc == ANTIN_OK)
		rc = antin_path_find(&s.ops, j->v->signer.cert, &rules, p, err);
	if (rc != ANTIN_OK)
		return rc;
	if (p->anchored)
		j->v->anchor = antin_trust_anchor(j->o->trust, p->chain.items[p->chain.n - 1]);
	judge_faults(j);
	return judge_statuses(&s, err);
}
