/*
 * One certificate judged alone (RFC 5280 6, EN 319 102-1 5.2.6): a path, and every fault of it as a
 * finding with certificate, field and clause.
 */
#include <antin/verify_cert.h>

#include <stdlib.h>
#include <string.h>

#include <antin/text.h>

#include "fault.h"
#include "surroundings.h"

const struct antin_choice antin_purpose_choices[] = {
        {"sign", ANTIN_PURPOSE_SIGN},
        {"tls-server", ANTIN_PURPOSE_TLS_SERVER},
        {"tls-client", ANTIN_PURPOSE_TLS_CLIENT},
        {"timestamp", ANTIN_PURPOSE_TIMESTAMP},
        {"ocsp", ANTIN_PURPOSE_OCSP},
        {"any", ANTIN_PURPOSE_ANY},
        {NULL, 0},
};

static struct antin_finding *
add(struct antin_verdict *v, size_t row)
{
	struct antin_finding *f = find_row(v, &fault_rows[row]);

	name_short(v->signer.cert->subject, f->certificate, sizeof(f->certificate));
	return f;
}

/* What the table says more exactly than the fault alone. */
static size_t
row_of(const struct antin_path *p, const struct antin_path_fault *fault)
{
	size_t row = fault_told(p, fault);
	bool good = p->statuses && p->statuses[0].kind == ANTIN_STATUS_GOOD;

	if (row == ANTIN_FAULT_REVOKED && fault->index > 0)
		return FAULT_CA_REVOKED;
	if (row == ANTIN_FAULT_EXPIRED && fault->index == 0 && good && p->n_faults == 1)
		return FAULT_EXPIRED_GOOD;
	return row;
}

/* The gravest first: it decides. */
static void
tell_faults(struct antin_verdict *v)
{
	const struct antin_path *p = &v->path;
	const struct antin_path_fault *worst = antin_path_worst(p);

	if (worst)
		fault_describe(add(v, row_of(p, worst)), p, worst);
	for (size_t i = 0; i < p->n_faults; i++)
		if (&p->faults[i] != worst)
			fault_describe(add(v, row_of(p, &p->faults[i])), p, &p->faults[i]);
}

static void
tell_statuses(struct antin_verdict *v, const struct antin_cert_demands *d)
{
	const struct antin_path *p = &v->path;

	for (size_t i = 0; p->statuses && i + 1 < p->chain.n; i++)
		find_status(v, &p->statuses[i], false);
	if (d->rules.revocation == ANTIN_REVOCATION_NONE)
		(void)add(v, FAULT_NOT_ASKED);
	else if (d->rules.revocation == ANTIN_REVOCATION_LEAF && p->chain.n > 2)
		(void)add(v, FAULT_ONLY_LEAF);
}

/* An anchor has no issuer in the path: only what it says of itself can revoke it. */
static enum antin_rc
tell_own_anchor(struct antin_verdict *v, struct surroundings *s, enum antin_revocation_mode mode,
                struct antin_err *err)
{
	struct antin_status st = {.revoked_at = ANTIN_NO_TIME};
	bool held;
	struct antin_finding *f;
	enum antin_rc rc = ANTIN_OK;

	if (mode != ANTIN_REVOCATION_NONE)
		rc = antin_revocation_status(&s->revocation, &v->path, 0, &st, err);
	if (rc != ANTIN_OK)
		return rc;
	(void)add(v, FAULT_OWN_ANCHOR);
	find_status(v, &st, false);
	if (st.kind != ANTIN_STATUS_REVOKED)
		return ANTIN_OK;
	held = st.reason == ANTIN_REASON_HOLD;
	f = add(v, held ? ANTIN_FAULT_ON_HOLD : ANTIN_FAULT_REVOKED);
	detail_time(f, st.revoked_at);
	if (!held)
		f->arg = antin_reason_text(st.reason);
	return ANTIN_OK;
}

static bool
revoked(const struct antin_path *p)
{
	for (size_t i = 0; i < p->n_faults; i++)
		if (p->faults[i].fault == ANTIN_FAULT_REVOKED ||
		    p->faults[i].fault == ANTIN_FAULT_ON_HOLD)
			return true;
	return false;
}

/* First as one below another anchor: trust in it must not hide a revocation by its issuer. */
static enum antin_rc
search(struct surroundings *s, const struct antin_cert_demands *d, struct antin_path *out,
       struct antin_err *err)
{
	enum antin_rc rc = surroundings_search(s, &d->rules, s->o->time, out, err);

	if (rc != ANTIN_OK || out->valid || revoked(out) ||
	    !antin_trust_anchor(s->o->trust, s->target) || antin_cert_self_issued(s->target))
		return rc;
	antin_path_done(out);
	s->target_counts = true;
	return surroundings_search(s, &d->rules, s->o->time, out, err);
}

static enum antin_rc
judge_path(struct antin_verdict *v, const struct antin_verify_options *o,
           const struct antin_cert_demands *d, struct antin_err *err)
{
	ANTIN_SCOPED(surroundings)
	s = {.o = o, .target = v->signer.cert, .fetcher = o->fetcher, .log = o->fetches};
	struct antin_path *p = &v->path;
	enum antin_rc rc = surroundings_gather(&s, err);

	if (rc == ANTIN_OK)
		rc = search(&s, d, p, err);
	if (rc != ANTIN_OK)
		return rc;
	if (p->anchored)
		v->anchor = antin_trust_anchor_for(o->trust, p->chain.items[p->chain.n - 1],
		                                   d->rules.purpose, o->time);
	if (p->n_faults && !o->trust->n_anchors)
		(void)add(v, FAULT_NO_ANCHORS);
	else
		tell_faults(v);
	tell_statuses(v, d);
	if (p->anchored && p->chain.n == 1)
		rc = tell_own_anchor(v, &s, d->rules.revocation, err);
	return rc;
}

static enum antin_rc
judge(struct antin_verdict *v, const struct antin_verify_options *o,
      const struct antin_cert_demands *d, struct antin_err *err)
{
	bool named = true;
	enum antin_rc rc = ANTIN_OK;

	if (d->name)
		rc = antin_cert_named(v->signer.cert, d->name, &named, err);
	if (rc == ANTIN_OK)
		rc = judge_path(v, o, d, err);
	if (rc != ANTIN_OK)
		return rc;
	if (!named)
		find_detail(add(v, FAULT_NAME), d->name);
	v->kind = antin_kind_of(o->kinds, v->signer.cert, &v->path, v->anchor);
	v->sub = v->n_errors ? v->errors[0].row->sub : ANTIN_SUB_NONE;
	v->indication = antin_sub_indication(v->sub);
	return ANTIN_OK;
}

enum antin_rc
antin_verify_cert(struct antin_cert *cert, const struct antin_verify_options *o,
                  const struct antin_cert_demands *demands, struct antin_verdict *out,
                  struct antin_err *err)
{
	struct antin_verdict v = {.signing_time = ANTIN_NO_TIME, .best_time = o->time};
	enum antin_rc rc = read_signer(&v.signer, cert, err);

	if (rc == ANTIN_OK)
		rc = judge(&v, o, demands, err);
	if (rc == ANTIN_OK)
		*out = v;
	else
		antin_verdict_done(&v);
	return rc;
}

/* ---- files ---- */

static enum antin_rc
read_files(const struct antin_given *files, const char *name, struct antin_certs *out,
           struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; rc == ANTIN_OK && i < files->n; i++)
		rc = antin_given_certs(&files->items[i], out, err);
	if (rc != ANTIN_OK || out->n)
		return rc;
	antin_err_set_file(err, name);
	antin_err_set_hint(err, N_("Name a certificate, or a folder with files *.crt, *.cer, "
	                           "*.der or *.pem."));
	return antin_fail(err, ANTIN_E_NOT_FOUND, N_("there is no certificate in %s"), name);
}

/* The first, with what stands behind it and then the intermediates of the trust at hand. */
static enum antin_rc
judge_first(const struct antin_certs *read, const struct antin_verify_options *o,
            const struct antin_cert_demands *demands, struct antin_report *r, struct antin_err *err)
{
	const struct antin_certs rest = {read->items + 1, read->n - 1},
	                         *more = &o->trust->intermediates;
	struct antin_verify_options with = *o;
	struct antin_trust trust = *o->trust;
	ANTIN_SCOPED(antin_certs) at_hand = {0};
	enum antin_rc rc = antin_certs_join(&at_hand, &rest, rest.n, err);

	if (rc == ANTIN_OK)
		rc = antin_certs_join(&at_hand, more, more->n, err);
	trust.intermediates = at_hand;
	with.trust = &trust;
	with.fetches = &r->fetches;
	r->verdicts = calloc(1, sizeof(*r->verdicts));
	if (rc == ANTIN_OK && !r->verdicts)
		return antin_fail_memory(err);
	if (rc == ANTIN_OK)
		rc = antin_verify_cert(read->items[0], &with, demands, r->verdicts, err);
	r->n = rc == ANTIN_OK;
	return rc;
}

enum antin_rc
antin_verify_cert_files(const struct antin_given *files, const char *name,
                        const struct antin_verify_options *o,
                        const struct antin_cert_demands *demands, struct antin_report *out,
                        struct antin_err *err)
{
	ANTIN_SCOPED(antin_certs) read = {0};
	ANTIN_SCOPED(antin_report)
	r = {.now = o->now, .time = o->time, .assumed = o->assumed, .format = "certificate"};
	enum antin_rc rc = read_files(files, name, &read, err);

	if (rc == ANTIN_OK)
		rc = antin_text_copy(name, &r.file, err);
	if (rc == ANTIN_OK)
		rc = judge_first(&read, o, demands, &r, err);
	if (rc != ANTIN_OK)
		return rc;
	*out = r;
	r = (struct antin_report){0};
	return ANTIN_OK;
}
