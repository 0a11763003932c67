/*
 * The status of one certificate from all evidence at hand: a revocation that is authentic wins
 * whatever its age, a suspension until something newer lifts it, "good" only while it is fresh and
 * covers every reason.
 */
#include <stdlib.h>
#include <string.h>

#include "revocation.h"

static const char *const sentences[USELESS_COUNT] = {
        [USELESS_NONE] = N_("no CRL and no OCSP answer about it is at hand"),
        [USELESS_ABSENT] = N_("the revocation data at hand are about other certificates"),
        [USELESS_SCOPE] = N_("the CRL at hand does not cover this certificate"),
        [USELESS_REASONS] = N_("the CRLs at hand do not cover every reason of revocation"),
        [USELESS_FUTURE] = N_("the revocation data at hand are dated in the future"),
        [USELESS_CRITICAL] =
                N_("the revocation data at hand use a critical extension not known here"),
        [USELESS_CONTRADICTING] =
                N_("the OCSP answer at hand contradicts itself, so that it clears nobody"),
        [USELESS_FORGOTTEN] =
                N_("the revocation data were made after the certificate expired and may omit it"),
        [USELESS_RESPONDER_UNKNOWN] = N_("the OCSP service does not know the certificate"),
        [USELESS_UNANSWERED] = N_("the OCSP service gave an error instead of an answer"),
        [USELESS_SIGNER] =
                N_("the revocation data are not signed by one who may speak for the issuer"),
        [USELESS_WEAK] = (N_("the revocation data at hand are signed with an algorithm that is no "
                             "longer strong enough")),
        [USELESS_STALE] = N_("the revocation data at hand are out of date"),
        [USELESS_LATE] = (N_("the revocation data come from one whose own certificate had ended, "
                             "was revoked, or has no known status")),
};

void
tally_useless(struct tally *t, enum useless why, const struct antin_evidence_item *e)
{
	if (why <= t->useless)
		return;
	t->useless = why;
	memcpy(t->file, e->name, sizeof(t->file));
}

static bool
newer(const struct antin_status *a, const struct antin_status *b)
{
	return a->this_update > b->this_update;
}

static bool
earlier(const struct antin_status *a, const struct antin_status *b)
{
	if (antin_status_since(a) != antin_status_since(b))
		return antin_status_since(a) < antin_status_since(b);
	if (!a->weak != !b->weak)
		return !a->weak;
	return newer(a, b);
}

/*
 * The earliest date counts, and of the reasons one that speaks against the key: an issuer may learn
 * later that the key of a certificate that was only superseded is in other hands.
 */
static void
add_revoked(struct tally *t, const struct antin_status *st, bool dates)
{
	int reason = st->reason;

	if (t->has_revoked && !antin_reason_harmless(t->revoked.reason))
		reason = t->revoked.reason;
	if (!t->has_revoked || earlier(st, &t->revoked)) {
		t->revoked = *st;
		t->revoked_dates = dates;
	}
	if (antin_reason_harmless(t->revoked.reason) && !antin_reason_harmless(reason))
		t->revoked.reason = reason;
	t->has_revoked = true;
}

/*
 * Whether the revocation counts only from a time after the one asked.  One dated after our own time
 * counts from now: the issuer's clock, or ours, is wrong, and the certificate is on its list.
 */
static bool
is_later(const struct query *q, const struct antin_status *st)
{
	return antin_status_since(st) > q->r->time && q->r->now > q->r->time;
}

void
tally_add(struct tally *t, const struct query *q, const struct antin_status *st, uint32_t reasons)
{
	const uint32_t shown = st->weak ? 0 : reasons;
	bool dates = shown == ALL_REASONS;

	if (st->kind == ANTIN_STATUS_GOOD || is_later(q, st))
		t->reasons |= shown;
	if (st->kind == ANTIN_STATUS_GOOD) {
		if ((reasons & HOLD_REASON) && st->this_update > t->not_held)
			t->not_held = st->this_update;
		if (!t->has_good || newer(st, &t->good))
			t->good = *st;
		t->has_good = true;
	} else if (st->reason == ANTIN_REASON_HOLD) {
		if (!t->has_hold || newer(st, &t->hold)) {
			t->hold = *st;
			t->hold_dates = dates;
		}
		t->has_hold = true;
	} else {
		add_revoked(t, st, dates);
	}
}

bool
evidence_remembers(const struct query *q, int64_t this_update, int64_t kept_since)
{
	if (q->cert->not_after >= this_update)
		return true;
	return kept_since != ANTIN_NO_TIME && kept_since <= q->cert->not_after;
}

int64_t
evidence_time(const struct antin_revocation *r)
{
	return r->time + r->proven;
}

enum { PROOF_SLACK = 300 }; /* seconds by which clocks differ */

struct query
query_of(const struct query *q, const struct antin_evidence_item *e)
{
	const int64_t dated = e->crl ? e->crl->this_update : e->ocsp->produced_at;
	struct query one = *q;

	one.as_of = evidence_time(q->r);
	/* Asked as if it were earlier: what was made since, its signers had begun to make. */
	if (dated > one.as_of && q->r->now > one.as_of)
		one.as_of = dated < q->r->now ? dated : q->r->now;
	/* What claims to be younger than its proof was dated ahead: that is no honest proof. */
	one.proven = e->proven != ANTIN_NO_TIME && e->proven < one.as_of &&
	             dated <= e->proven + PROOF_SLACK;
	/* What is asked about a later time cannot be answered before it. */
	if (one.proven)
		one.as_of = e->proven > q->r->time ? e->proven : q->r->time;
	return one;
}

int64_t
evidence_latest(const struct antin_revocation *r)
{
	return r->heard > r->now ? r->heard : r->now;
}

/*
 * Made after the time asked, or holding still at the check, or when it is proven to have been at
 * hand (EN 319 102-1 5.2.5).  What ended in between says nothing of a revocation that came after it
 * was made.
 */
static bool
fresh(const struct query *q, int64_t this_update, int64_t next_update)
{
	if (this_update >= q->r->time)
		return true;
	return next_update != ANTIN_NO_TIME && q->as_of <= next_update + q->r->grace;
}

static void
weigh_good(struct tally *t, const struct query *q, const struct antin_evidence_item *e,
           const struct said *said)
{
	const struct antin_status *st = said->status;

	if (said->voice == VOICE_LATE) {
		tally_useless(t, USELESS_LATE, e);
	} else if (!said->remembered) {
		tally_useless(t, USELESS_FORGOTTEN, e);
	} else if (!fresh(q, st->this_update, st->next_update)) {
		tally_useless(t, USELESS_STALE, e);
		t->this_update = st->this_update;
		t->next_update = st->next_update;
	} else {
		tally_add(t, q, st, said->reasons);
	}
}

void
tally_weigh(struct tally *t, const struct query *q, const struct antin_evidence_item *e,
            const struct said *said)
{
	const struct antin_status *st = said->status;

	if (st->weak) {
		tally_useless(t, USELESS_WEAK, e);
		t->weak = st->weak;
	}
	if (st->kind == ANTIN_STATUS_REVOKED)
		tally_add(t, q, st, said->voice == VOICE_FULL ? said->reasons : 0);
	else if (!st->weak)
		weigh_good(t, q, e, said);
}

/*
 * A revocation after the time asked leaves the certificate good then, and is still told; if its
 * evidence is not fit to show that, something else must.
 */
static bool
decide_revoked(const struct query *q, const struct antin_status *st, bool dates,
               struct antin_status *out)
{
	bool later = is_later(q, st);

	if (later && !dates)
		return false;
	*out = *st;
	if (later)
		out->kind = ANTIN_STATUS_GOOD;
	out->later = later;
	return true;
}

static void
tell_later(const struct antin_status *st, struct antin_status *out)
{
	out->later = true;
	out->revoked_at = st->revoked_at;
	out->invalidity = st->invalidity;
	out->reason = st->reason;
}

static void
decide(const struct query *q, const struct tally *t, struct antin_status *out)
{
	/* What speaks of other reasons alone does not end a suspension. */
	const bool held = t->has_hold && t->hold.this_update >= t->not_held;
	struct antin_status revoked = t->revoked;
	enum useless why = t->useless;

	/* One that a revocation followed was never lifted: it counts from the beginning. */
	if (t->has_revoked && held && antin_status_since(&t->hold) < revoked.revoked_at)
		revoked.revoked_at = antin_status_since(&t->hold);
	if (t->has_revoked && decide_revoked(q, &revoked, t->revoked_dates, out))
		return;
	if (held && decide_revoked(q, &t->hold, t->hold_dates, out))
		return;
	if ((t->reasons & ALL_REASONS) == ALL_REASONS) {
		*out = t->has_good ? t->good : t->has_revoked ? revoked : t->hold;
		out->kind = ANTIN_STATUS_GOOD;
		if (t->has_revoked)
			tell_later(&revoked, out);
		else if (held)
			tell_later(&t->hold, out);
		return;
	}
	if (t->reasons)
		why = USELESS_REASONS;
	out->kind = ANTIN_STATUS_UNKNOWN;
	out->why = sentences[why];
	memcpy(out->file, t->file, sizeof(out->file));
	if (why == USELESS_WEAK)
		out->weak = t->weak;
	if (why == USELESS_STALE) {
		out->this_update = t->this_update;
		out->next_update = t->next_update;
	}
}

/*
 * Not all signers were looked for: one of them may have revoked the certificate, and whoever wrote
 * the signature may have put so many others beside that one.
 */
static void
doubt(struct antin_status *st)
{
	if (st->kind != ANTIN_STATUS_GOOD)
		return;
	*st = (struct antin_status){.revoked_at = ANTIN_NO_TIME,
	                            .invalidity = ANTIN_NO_TIME,
	                            .this_update = ANTIN_NO_TIME,
	                            .next_update = ANTIN_NO_TIME,
	                            .why = N_("too many lists depend on one another")};
}

bool
settled(const struct query *q, const struct tally *t)
{
	struct antin_status st = {0};

	decide(q, t, &st);
	return st.kind != ANTIN_STATUS_UNKNOWN;
}

/* By copy: the list may grow while an item's signer is looked into. */
enum antin_rc
weigh_evidence(const struct query *q, size_t from, struct tally *t, struct antin_err *err)
{
	const struct antin_evidence *l = q->r->evidence;
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = from; i < l->n && rc == ANTIN_OK; i++) {
		const struct antin_evidence_item e = l->items[i];
		const struct query one = query_of(q, &e);

		rc = e.crl ? crl_evidence(&one, &e, t, err) : ocsp_evidence(&one, &e, t, err);
	}
	return rc;
}

enum antin_rc
antin_revocation_status(struct antin_revocation *r, const struct antin_path *path, size_t index,
                        struct antin_status *out, struct antin_err *err)
{
	struct query q = {.r = r, .path = path, .index = index};
	struct tally t = {.not_held = ANTIN_NO_TIME};
	enum antin_rc rc;

	if (!r->memo)
		r->memo = calloc(1, sizeof(*r->memo));
	if (!r->memo)
		return antin_fail_memory(err);
	q.cert = path->chain.items[index];
	/* The last one of a chain stands for itself. */
	q.issuer = path->chain.items[index + 1 < path->chain.n ? index + 1 : index];
	q.anchor = path->chain.items[path->chain.n - 1];
	if (r->memo->n_open == sizeof(r->memo->open) / sizeof(r->memo->open[0]))
		return antin_fail(err, ANTIN_E_INTERNAL, N_("revocation checks nested too deep"));
	r->memo->open[r->memo->n_open++] = q.cert;
	rc = weigh_evidence(&q, 0, &t, err);
	if (rc == ANTIN_OK)
		rc = ask_addresses(&q, &t, err);
	r->memo->n_open--;
	if (rc == ANTIN_OK)
		decide(&q, &t, out);
	if (rc == ANTIN_OK && r->memo->searches > REVOCATION_SEARCHES)
		doubt(out);
	return rc;
}

void
antin_revocation_done(struct antin_revocation *r)
{
	if (r->memo)
		free(r->memo->signatures);
	free(r->memo);
	*r = (struct antin_revocation){0};
}
