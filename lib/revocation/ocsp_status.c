/*
 * What one OCSP answer says about a certificate (RFC 6960): exact CertID, times, authorised
 * responder.
 */
#include <string.h>

#include "revocation.h"

/* Without nextUpdate newer information is always to be had (2.4): good for a day. */
enum { UNDATED_SECONDS = 86400 };

static void
status_of_single(const struct query *q, const struct antin_ocsp_single *s,
                 const struct antin_evidence_item *item, struct antin_status *out)
{
	bool revoked = s->status == ANTIN_OCSP_REVOKED;
	/* 2.2: so is told that it was never issued; no list, which cannot know, lifts that. */
	bool never_issued = s->reason == ANTIN_REASON_HOLD && s->revoked == 0;

	*out = (struct antin_status){
	        .kind = revoked ? ANTIN_STATUS_REVOKED : ANTIN_STATUS_GOOD,
	        .revoked_at = revoked ? s->revoked : ANTIN_NO_TIME,
	        .invalidity = revoked ? s->invalidity : ANTIN_NO_TIME,
	        .reason = revoked && !never_issued ? s->reason : 0,
	        .source = "ocsp",
	        .this_update = s->this_update,
	        .next_update = s->next_update,
	        .weak = evidence_weak(q, item->ocsp->sigalg),
	};
	if (out->next_update == ANTIN_NO_TIME)
		out->next_update = s->this_update + UNDATED_SECONDS;
	memcpy(out->file, item->name, sizeof(out->file));
}

/* Those of an answer's singles that are about the certificate. */
struct about {
	const struct antin_ocsp_single *items[ANTIN_OCSP_SINGLES];
	size_t n;
	bool revoked, unknown;
	int64_t newest;
};

static bool
names_it(const struct antin_ocsp_single *s, struct antin_slice serial,
         const struct antin_certid_issuer *issuers, size_t n)
{
	bool found = false;

	for (size_t i = 0; i < n && antin_slice_equal(s->id.serial, serial) && !found; i++)
		found = antin_certid_matches(&s->id, &issuers[i]);
	return found;
}

/*
 * 4.1.1 has the issuer's name hashed as the certificate writes it; services also hash what the
 * issuer's own certificate has, which may be written another way.
 */
static enum antin_rc
find_answers(const struct query *q, const struct antin_ocsp_response *o, struct about *out,
             struct antin_err *err)
{
	const struct antin_slice names[] = {q->cert->issuer, q->issuer->subject};
	const size_t n = antin_slice_equal(names[0], names[1]) ? 1 : 2;
	struct antin_certid_issuer issuers[2];
	enum antin_rc rc = ANTIN_OK;

	*out = (struct about){.newest = ANTIN_NO_TIME};
	for (size_t i = 0; i < n && rc == ANTIN_OK; i++)
		rc = antin_certid_hashes(names[i], q->issuer->spki, &issuers[i], err);
	for (size_t i = 0; i < o->n && rc == ANTIN_OK; i++) {
		const struct antin_ocsp_single *s = &o->singles[i];

		if (!names_it(s, q->cert->serial, issuers, n))
			continue;
		out->items[out->n++] = s;
		out->revoked |= s->status == ANTIN_OCSP_REVOKED;
		out->unknown |= s->status == ANTIN_OCSP_UNKNOWN;
		out->newest = s->this_update > out->newest ? s->this_update : out->newest;
	}
	return rc;
}

/* Why the answer says no more than "revoked", which counts whatever stands beside it. */
static enum useless
only_revokes(const struct query *q, const struct antin_ocsp_response *o, const struct about *a)
{
	const int64_t latest = evidence_latest(q->r);

	if (o->contradicting)
		return USELESS_CONTRADICTING;
	if (o->produced_at > latest || a->newest > latest)
		return USELESS_FUTURE;
	return o->unknown_critical ? USELESS_CRITICAL : USELESS_NONE;
}

static void
weigh_single(struct tally *t, const struct query *q, const struct antin_evidence_item *e,
             const struct antin_ocsp_single *s, struct said said)
{
	struct antin_status st;

	status_of_single(q, s, e, &st);
	said.status = &st;
	said.remembered = evidence_remembers(q, s->this_update, s->archive_cutoff);
	tally_weigh(t, q, e, &said);
}

enum antin_rc
ocsp_evidence(const struct query *q, const struct antin_evidence_item *e, struct tally *t,
              struct antin_err *err)
{
	struct antin_ocsp_response *o = e->ocsp;
	struct said said = {0};
	enum useless why;
	struct about a;
	enum antin_rc rc;

	if (o->status != ANTIN_OCSP_SUCCESSFUL) {
		tally_useless(t, USELESS_UNANSWERED, e);
		return ANTIN_OK;
	}
	rc = find_answers(q, o, &a, err);
	if (rc != ANTIN_OK || !a.n) {
		tally_useless(t, USELESS_ABSENT, e);
		return rc;
	}
	why = only_revokes(q, o, &a);
	if (why != USELESS_NONE && !a.revoked) {
		tally_useless(t, why, e);
		return ANTIN_OK;
	}
	rc = ocsp_signer(q, o, a.newest, &said.voice, err);
	if (rc != ANTIN_OK || said.voice == VOICE_NONE) {
		tally_useless(t, USELESS_SIGNER, e);
		return rc;
	}
	if (a.unknown)
		tally_useless(t, USELESS_RESPONDER_UNKNOWN, e);
	said.reasons = why == USELESS_NONE ? ALL_REASONS : 0;
	for (size_t i = 0; i < a.n; i++)
		if (a.revoked ? a.items[i]->status == ANTIN_OCSP_REVOKED : !a.unknown)
			weigh_single(t, q, e, a.items[i], said);
	return ANTIN_OK;
}
