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

	*out = (struct antin_status){
	        .kind = revoked ? ANTIN_STATUS_REVOKED : ANTIN_STATUS_GOOD,
	        .revoked_at = revoked ? s->revoked : ANTIN_NO_TIME,
	        .invalidity = revoked ? s->invalidity : ANTIN_NO_TIME,
	        .reason = revoked ? s->reason : 0,
	        .source = "ocsp",
	        .this_update = s->this_update,
	        .next_update = s->next_update,
	        .weak = evidence_weak(q, item->ocsp->sigalg),
	};
	if (out->next_update == ANTIN_NO_TIME)
		out->next_update = s->this_update + UNDATED_SECONDS;
	memcpy(out->file, item->name, sizeof(out->file));
}

/*
 * The answer about the certificate.  4.1.1 has the issuer's name hashed as the certificate writes
 * it; services also hash what the issuer's own certificate has, which may be written another way.
 */
static enum antin_rc
find_answer(const struct query *q, const struct antin_ocsp_response *o,
            const struct antin_ocsp_single **out, struct antin_err *err)
{
	const struct antin_slice names[] = {q->cert->issuer, q->issuer->subject};
	const size_t n = antin_slice_equal(names[0], names[1]) ? 1 : 2;
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < n && rc == ANTIN_OK; i++) {
		const struct antin_ocsp_single *found;
		struct antin_certid_issuer hashes;

		rc = antin_certid_hashes(names[i], q->issuer->spki, &hashes, err);
		found = rc == ANTIN_OK ? antin_ocsp_find(o, &hashes, q->cert->serial) : NULL;
		if (found && (!*out || found->status == ANTIN_OCSP_REVOKED))
			*out = found;
	}
	return rc;
}

enum antin_rc
ocsp_evidence(const struct query *q, const struct antin_evidence_item *e, struct tally *t,
              struct antin_err *err)
{
	struct antin_ocsp_response *o = e->ocsp;
	const struct antin_ocsp_single *s = NULL;
	struct antin_status st;
	enum voice voice;
	bool kept, ahead;
	enum antin_rc rc;

	if (o->status != ANTIN_OCSP_SUCCESSFUL) {
		tally_useless(t, USELESS_UNANSWERED, e);
		return ANTIN_OK;
	}
	rc = find_answer(q, o, &s, err);
	if (rc != ANTIN_OK || !s) {
		tally_useless(t, USELESS_ABSENT, e);
		return rc;
	}
	ahead = o->produced_at > evidence_latest(q->r) || s->this_update > evidence_latest(q->r);
	if (ahead && s->status != ANTIN_OCSP_REVOKED) {
		tally_useless(t, USELESS_FUTURE, e);
		return ANTIN_OK;
	}
	/* What is not understood cannot make a certificate good, nor a revoked one less so. */
	if (o->unknown_critical && s->status != ANTIN_OCSP_REVOKED) {
		tally_useless(t, USELESS_CRITICAL, e);
		return ANTIN_OK;
	}
	rc = ocsp_signer(q, o, s->this_update, &voice, err);
	if (rc != ANTIN_OK || voice == VOICE_NONE) {
		tally_useless(t, USELESS_SIGNER, e);
		return rc;
	}
	if (s->status == ANTIN_OCSP_UNKNOWN) {
		tally_useless(t, USELESS_RESPONDER_UNKNOWN, e);
		return ANTIN_OK;
	}
	status_of_single(q, s, e, &st);
	/* One dated ahead, or with an extension not understood, says no more than "revoked". */
	kept = evidence_remembers(q, s->this_update, s->archive_cutoff);
	tally_weigh(t, q, e,
	            &(struct said){&st, voice, kept,
	                           ahead || o->unknown_critical ? 0 : ALL_REASONS});
	return ANTIN_OK;
}
