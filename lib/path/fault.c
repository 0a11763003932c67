/*
 * The tables of path building: faults with their clauses and sentences, reasons of revocation; and
 * the bookkeeping of what a search found.
 */
#include <stdlib.h>

#include <antin/text.h>

#include "path.h"

static const struct antin_fault_info faults[ANTIN_FAULT_COUNT] = {
#define FAULT_ROW(sym, id, clause, text) [ANTIN_FAULT_##sym] = {id, clause, text},
        ANTIN_FAULTS(FAULT_ROW)
#undef FAULT_ROW
};

const struct antin_fault_info *
antin_fault_info(enum antin_fault f)
{
	return &faults[(size_t)f < ANTIN_FAULT_COUNT ? f : ANTIN_FAULT_NONE];
}

/* RFC 5280 5.3.1; 7 is not used. */
static const char *const reasons[] = {
        [ANTIN_REASON_UNSPECIFIED] = N_("no reason is given"),
        [ANTIN_REASON_KEY_COMPROMISE] =
                N_("the private key is no longer in the hands of its owner alone"),
        [ANTIN_REASON_CA_COMPROMISE] = N_("the authority itself lost control of its key"),
        [ANTIN_REASON_AFFILIATION_CHANGED] =
                N_("the name or office of the owner changed; the key was not compromised"),
        [ANTIN_REASON_SUPERSEDED] =
                N_("another certificate replaced it; the key was not compromised"),
        [ANTIN_REASON_CESSATION] = N_("it was no longer needed; the key was not compromised"),
        [ANTIN_REASON_HOLD] = N_("it is suspended for the time being"),
        [ANTIN_REASON_REMOVE] = N_("its suspension was lifted"),
        [ANTIN_REASON_PRIVILEGE_WITHDRAWN] = N_("the right to use it was withdrawn from its owner"),
        [ANTIN_REASON_AA_COMPROMISE] = N_("an attribute authority lost control of its key"),
};

const char *
antin_reason_text(int reason)
{
	size_t n = sizeof(reasons) / sizeof(reasons[0]);
	bool known = reason >= 0 && (size_t)reason < n && reasons[reason];

	return reasons[known ? reason : ANTIN_REASON_UNSPECIFIED];
}

int64_t
antin_status_since(const struct antin_status *st)
{
	if (st->invalidity != ANTIN_NO_TIME && st->invalidity < st->revoked_at)
		return st->invalidity;
	return st->revoked_at;
}

/* A reason that is not given is none of these. */
bool
antin_reason_harmless(int reason)
{
	return reason == ANTIN_REASON_AFFILIATION_CHANGED || reason == ANTIN_REASON_SUPERSEDED ||
	       reason == ANTIN_REASON_CESSATION;
}

void
antin_path_done(struct antin_path *p)
{
	antin_certs_done(&p->chain);
	free(p->statuses);
	free(p->faults);
	for (size_t i = 0; i < p->n_rejects; i++)
		antin_cert_free(p->rejects[i].cert);
	antin_bytes_done(&p->user_policies);
	antin_bytes_done(&p->authority_policies);
	*p = (struct antin_path){0};
}

const struct antin_path_fault *
antin_path_worst(const struct antin_path *p)
{
	const struct antin_path_fault *worst = NULL;

	for (size_t i = 0; i < p->n_faults; i++)
		if (!worst || p->faults[i].fault > worst->fault)
			worst = &p->faults[i];
	return worst;
}

enum antin_rc
path_fault(struct antin_path *p, enum antin_fault f, size_t index, const char *detail,
           struct antin_err *err)
{
	struct antin_path_fault *more = realloc(p->faults, (p->n_faults + 1) * sizeof(*more));

	if (!more)
		return antin_fail_memory(err);
	p->faults = more;
	more += p->n_faults++;
	*more = (struct antin_path_fault){.fault = f, .index = index};
	(void)antin_text_safe(antin_slice_text(detail ? detail : ""), more->detail,
	                      sizeof(more->detail));
	return ANTIN_OK;
}

void
antin_path_candidates_done(struct antin_path_candidates *c)
{
	free(c->items);
	*c = (struct antin_path_candidates){0};
}

enum antin_rc
antin_path_candidates_add(struct antin_path_candidates *c, struct antin_cert *cert, bool anchor,
                          struct antin_err *err)
{
	if (c->n == c->cap) {
		size_t cap = c->cap ? c->cap * 2 : 8;
		struct antin_path_candidate *more = realloc(c->items, cap * sizeof(*more));

		if (!more)
			return antin_fail_memory(err);
		c->items = more;
		c->cap = cap;
	}
	c->items[c->n++] = (struct antin_path_candidate){.cert = cert, .anchor = anchor};
	return ANTIN_OK;
}
