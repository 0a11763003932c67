/*
 * What one CRL says about a certificate (RFC 5280 6.3.3), together with the deltas that belong to
 * it.
 */
#include <string.h>

#include "revocation.h"

static bool
number_at_least(struct antin_slice a, struct antin_slice b)
{
	if (!a.p || !b.p)
		return false;
	if (a.len != b.len)
		return a.len > b.len;
	return memcmp(a.p, b.p, a.len) >= 0;
}

static void
status_of_entry(const struct query *q, const struct antin_crl_entry *e,
                const struct antin_evidence_item *item, struct antin_status *out)
{
	const struct antin_crl *crl = item->crl;

	*out = (struct antin_status){
	        .kind = e ? ANTIN_STATUS_REVOKED : ANTIN_STATUS_GOOD,
	        .revoked_at = e ? e->revoked : ANTIN_NO_TIME,
	        .invalidity = e ? e->invalidity : ANTIN_NO_TIME,
	        .reason = e ? e->reason : 0,
	        .source = "crl",
	        .this_update = crl->this_update,
	        .next_update = crl->next_update,
	        .weak = evidence_weak(q, crl->sigalg),
	};
	memcpy(out->file, item->name, sizeof(out->file));
}

/* 5.3.1: only a suspension can be lifted; a revocation is for ever. */
static bool
may_be_removed(const struct antin_status *st)
{
	return st->kind == ANTIN_STATUS_GOOD || st->reason == ANTIN_REASON_HOLD;
}

/* Applies the newest usable delta to what the complete list said. */
static enum antin_rc
apply_deltas(const struct query *q, const struct antin_crl *complete, struct antin_status *st,
             struct antin_err *err)
{
	const struct antin_evidence *all = q->r->evidence;
	struct antin_crl_entry entry;
	const struct antin_crl *newest = NULL;
	enum voice voice;
	enum antin_rc rc;

	for (size_t i = 0; i < all->n; i++) {
		struct antin_crl *d = all->items[i].crl;
		const struct query own = query_of(q, &all->items[i]);

		if (!d || !d->base.p || d->unknown_critical ||
		    d->this_update > evidence_latest(q->r) || !crl_same_scope(complete, d) ||
		    !number_at_least(complete->number, d->base) ||
		    !number_at_least(d->number, complete->number) ||
		    (newest && newest->this_update >= d->this_update) ||
		    evidence_weak(&own, d->sigalg))
			continue;
		rc = crl_signer(&own, d, &voice, err);
		if (rc != ANTIN_OK)
			return rc;
		if (voice != VOICE_FULL)
			continue;
		newest = d;
		if (antin_crl_lookup(d, q->cert->serial, q->cert->issuer, &entry)) {
			if (entry.reason != ANTIN_REASON_REMOVE)
				status_of_entry(&own, &entry, &all->items[i], st);
			else if (may_be_removed(st))
				status_of_entry(&own, NULL, &all->items[i], st);
		} else if (d->this_update > st->this_update &&
		           evidence_remembers(q, d->this_update, d->expired_on_crl)) {
			st->this_update = d->this_update;
			/* The complete list holds until its own end, whatever came of deltas. */
			if (d->next_update > st->next_update)
				st->next_update = d->next_update;
		}
	}
	return ANTIN_OK;
}

/*
 * A list that cannot show a certificate to be good, since it is for another place, dated ahead of
 * our clock, a delta without its base, or has a critical extension not known here, still tells that
 * its issuer revoked the certificate it names: a revocation is not lost for a rule of reading.  RFC
 * 5280 5.2 and 5.3 only forbid to take the status from a list with such an extension; X.509
 * (2005) 7.3 says what is left: the certificates named are revoked, the others cannot be assumed
 * valid.
 */
static enum antin_rc
revoked_at_least(const struct query *q, const struct antin_evidence_item *e, struct tally *t,
                 struct antin_err *err)
{
	struct antin_crl_entry entry;
	struct antin_status st;
	enum voice voice;
	enum antin_rc rc;

	if (!crl_by_issuer(q->cert, e->crl) || e->crl->idp.only_attribute ||
	    !antin_crl_lookup(e->crl, q->cert->serial, q->cert->issuer, &entry) ||
	    entry.reason == ANTIN_REASON_REMOVE)
		return ANTIN_OK;
	rc = crl_signer(q, e->crl, &voice, err);
	if (rc != ANTIN_OK || voice == VOICE_NONE)
		return rc;
	status_of_entry(q, &entry, e, &st);
	tally_add(t, q, &st, 0);
	return ANTIN_OK;
}

enum antin_rc
crl_evidence(const struct query *q, const struct antin_evidence_item *e, struct tally *t,
             struct antin_err *err)
{
	struct antin_crl *crl = e->crl;
	struct antin_crl_entry entry;
	struct antin_status st;
	uint32_t reasons = 0;
	enum useless why = crl_scope(q->cert, crl, &reasons);
	enum voice voice;
	bool yes;
	enum antin_rc rc;

	if (crl->base.p)
		return revoked_at_least(q, e, t, err);
	if (why == USELESS_NONE && crl->this_update > evidence_latest(q->r))
		why = USELESS_FUTURE;
	if (why == USELESS_NONE && crl->unknown_critical)
		why = USELESS_CRITICAL;
	if (why != USELESS_NONE) {
		tally_useless(t, why, e);
		return revoked_at_least(q, e, t, err);
	}
	rc = crl_signer(q, crl, &voice, err);
	if (rc != ANTIN_OK || voice == VOICE_NONE) {
		tally_useless(t, USELESS_SIGNER, e);
		return rc;
	}
	yes = antin_crl_lookup(crl, q->cert->serial, q->cert->issuer, &entry);
	status_of_entry(q, yes ? &entry : NULL, e, &st);
	/* No delta makes good what the complete list cannot prove. */
	if (!st.weak)
		rc = apply_deltas(q, crl, &st, err);
	if (rc != ANTIN_OK)
		return rc;
	yes = evidence_remembers(q, crl->this_update, crl->expired_on_crl);
	tally_weigh(t, q, e, &(struct said){&st, voice, yes, reasons});
	return ANTIN_OK;
}
