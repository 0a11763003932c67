/*
 * The time stamps on a signature (RFC 3161 as attribute of EN 319 122-1 5.3; validated after EN
 * 319 102-1 5.4): each counts or is told with its reason; the earliest that counts proves the best
 * signature time.  One that does not count changes nothing else.
 */
#include <stdlib.h>
#include <string.h>

#include <antin/timestamp.h>

#include "surroundings.h"
#include "verify.h"

enum { CLOCKS_APART = 300, MICRO = 1000000 };

/* One token being judged. */
struct stamping {
	struct judging *j;
	struct antin_timestamp *t;
	struct antin_stamp *out;
};

static struct antin_finding *
refuse(struct stamping *s, enum finding f, const char *detail)
{
	s->out->code = finding_rows[f].code;
	return find(s->j->v, f, detail);
}

/* The signature existed before the end of this second. */
static int64_t
proven_by(const struct antin_timestamp *t)
{
	return t->time + (int64_t)((t->accuracy + MICRO - 1) / MICRO);
}

static struct antin_cert *
among(const struct antin_certs *certs, const struct antin_cades *cms)
{
	for (size_t i = 0; i < certs->n; i++)
		if (antin_cades_is_signer(cms, certs->items[i]))
			return certs->items[i];
	return NULL;
}

/* The authority's certificate: in the token, else in the signature or among those at hand. */
static struct antin_cert *
find_authority(const struct stamping *s)
{
	struct antin_cert *c = among(&s->t->cms->certs, s->t->cms);

	if (!c)
		c = among(&s->j->cms->certs, s->t->cms);
	return c ? c : among(&s->j->o->trust->intermediates, s->t->cms);
}

/* The name of a weak algorithm of the token; NULL if there is none. */
static const char *
weak(const struct stamping *s, struct antin_algorithm_end *end)
{
	const struct antin_sigalg imprint = {ANTIN_RSA_PKCS1, s->t->imprint.digest};
	int64_t time = s->j->o->time;

	if (!antin_algorithms_allow(s->j->o->algorithms, &imprint, NULL, time, end))
		return antin_digest_name(imprint.digest);
	if (!antin_algorithms_allow(s->j->o->algorithms, &s->t->cms->alg, NULL, time, end))
		return antin_sigalg_name(s->t->cms->alg);
	return NULL;
}

static void
refuse_weak(struct stamping *s, const char *name, const struct antin_algorithm_end *end)
{
	struct antin_finding *f = refuse(s, WARN_STAMP_WEAK, NULL);

	f->clause = antin_algorithm_text(name, end, f->detail, sizeof(f->detail));
}

/*
 * RFC 3161 4, 1: an authority that was revoked for a reason that says nothing against its key keeps
 * what it stamped before.
 */
static bool
stamped_before(const struct stamping *s, const struct antin_path *p)
{
	const struct antin_status *st = p->statuses;
	int64_t since;

	if (!st || p->n_faults != 1 || p->faults[0].index != 0 ||
	    p->faults[0].fault != ANTIN_FAULT_REVOKED || !antin_reason_harmless(st->reason))
		return false;
	since = st->revoked_at;
	if (st->invalidity != ANTIN_NO_TIME && st->invalidity < since)
		since = st->invalidity;
	return proven_by(s->t) < since;
}

static void
refuse_path(struct stamping *s, const struct antin_path *p)
{
	const struct antin_path_fault *worst = antin_path_worst(p);
	const struct antin_status *st = p->statuses;
	struct antin_finding *f;

	if (st && worst->fault == ANTIN_FAULT_REVOKED && worst->index == 0) {
		f = refuse(s, WARN_STAMP_REVOKED, NULL);
		detail_time(f, st->revoked_at);
		f->arg = antin_reason_text(st->reason);
		return;
	}
	f = refuse(s, WARN_STAMP_AUTHORITY, NULL);
	detail_name(f, p->chain.items[worst->index]->subject);
	f->arg = antin_fault_info(worst->fault)->text;
	if (worst->fault == ANTIN_FAULT_STATUS_UNKNOWN && st)
		f->arg = st[worst->index].why;
	f->clause = antin_fault_info(worst->fault)->clause;
}

static enum antin_rc
judge_authority(struct stamping *s, struct antin_err *err)
{
	ANTIN_SCOPED(surroundings)
	world = {.o = s->j->o,
	         .target = s->out->tsa,
	         .cms = {s->t->cms, s->j->cms},
	         .fetcher = s->j->o->fetcher,
	         .log = s->j->log};
	ANTIN_SCOPED(antin_path) p = {0};
	enum antin_rc rc = surroundings_gather(&world, err);

	if (rc == ANTIN_OK)
		rc = surroundings_find(&world, ANTIN_PURPOSE_TIMESTAMP, s->j->o->time, &p, err);
	if (rc != ANTIN_OK)
		return rc;
	if (p.anchored)
		s->out->anchor =
		        antin_trust_anchor_for(s->j->o->trust, p.chain.items[p.chain.n - 1],
		                               ANTIN_PURPOSE_TIMESTAMP, s->j->o->time);
	s->out->has_status = p.statuses != NULL;
	if (p.statuses)
		s->out->status = p.statuses[0];
	s->out->valid = p.valid || stamped_before(s, &p);
	if (!s->out->valid)
		refuse_path(s, &p);
	return ANTIN_OK;
}

/* What the token alone tells; false when it cannot count. */
static bool
judge_token(struct stamping *s)
{
	struct antin_algorithm_end end;
	struct antin_err cause = {0};
	const char *weakness = weak(s, &end);
	char text[160];

	if (antin_timestamp_covers(s->t, s->j->cms->signature, &cause) != ANTIN_OK)
		(void)refuse(s, WARN_STAMP_OTHER, NULL);
	else if (weakness)
		refuse_weak(s, weakness, &end);
	else if (!s->out->tsa)
		(void)refuse(s, WARN_STAMP_NO_CERT, NULL);
	else if (antin_timestamp_verify(s->t, s->out->tsa, &cause) != ANTIN_OK)
		(void)refuse(s, WARN_STAMP_WRONG,
		             antin_err_frame_text(&cause, 0, NULL, text, sizeof(text)));
	else if (s->t->time > s->j->o->time + CLOCKS_APART)
		detail_time(refuse(s, WARN_STAMP_AHEAD, NULL), s->t->time);
	else if (s->t->time < s->out->tsa->not_before || proven_by(s->t) > s->out->tsa->not_after)
		detail_time(refuse(s, WARN_STAMP_OUTSIDE, NULL), s->t->time);
	else
		return true;
	return false;
}

static enum antin_rc
judge_stamp(struct judging *j, struct antin_slice der, struct antin_stamp *out,
            struct antin_err *err)
{
	ANTIN_OWN_S(antin_timestamp) t = NULL;
	struct stamping s = {.j = j, .out = out};
	struct antin_err cause = {0};
	char text[160];
	enum antin_rc rc = antin_timestamp_read(der, &t, &cause);

	if (rc == ANTIN_E_MEMORY)
		return antin_fail_memory(err);
	if (rc != ANTIN_OK) {
		(void)refuse(&s, WARN_STAMP_UNREADABLE,
		             antin_err_frame_text(&cause, 0, NULL, text, sizeof(text)));
		return ANTIN_OK;
	}
	s.t = t;
	out->time = t->time;
	out->has_accuracy = t->has_accuracy;
	out->accuracy = t->accuracy;
	antin_bytes_add(&out->serial, t->serial.p, t->serial.len);
	out->tsa = find_authority(&s);
	if (out->tsa)
		(void)antin_cert_ref(out->tsa);
	rc = antin_bytes_check(&out->serial, err);
	if (rc == ANTIN_OK && judge_token(&s))
		rc = judge_authority(&s, err);
	if (rc == ANTIN_OK && out->valid && proven_by(t) < j->v->best_time)
		j->v->best_time = proven_by(t);
	return rc;
}

enum antin_rc
judge_time_stamps(struct judging *j, struct antin_err *err)
{
	struct antin_verdict *v = j->v;
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < j->cms->n_time_stamps && rc == ANTIN_OK; i++) {
		struct antin_stamp *out = &v->stamps[v->n_stamps++];

		*out = (struct antin_stamp){.time = ANTIN_NO_TIME};
		rc = judge_stamp(j, j->cms->time_stamps[i], out, err);
		if (rc == ANTIN_OK && out->valid && v->intact && strcmp(v->level, "B-B") == 0)
			v->level = "B-T";
	}
	if (j->cms->given_time_stamps > j->cms->n_time_stamps)
		(void)find(v, WARN_STAMP_MANY, NULL);
	return rc;
}
