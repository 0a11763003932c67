/*
 * The typed request "ocsp" (RFC 6960): the status of each CertID looked up in one snapshot of the
 * store; good only for a certificate that was issued and stands.
 */
#include "inner.h"

#include <antin/ocsp.h>

#include <string.h>

enum { OCSP_SECONDS = 12 * 3600 };

struct answer {
	struct antin_signer *s;
	const struct antin_slice *ids;
	size_t n;
	struct antin_certid id[ANTIN_OCSP_IDS];
	struct antin_ocsp_single singles[ANTIN_OCSP_IDS];
	int64_t now;
	struct antin_issuer_row by; /* the newest that fits: its responder answers */
	struct antin_responder_row responder;
	struct antin_cert *cert; /* its */
	int64_t issuers[16];     /* every generation with this name and key */
	size_t n_issuers;
};

static void
answer_done(struct answer *a)
{
	antin_issuer_row_done(&a->by);
	antin_responder_row_done(&a->responder);
	antin_cert_free(a->cert);
}

enum antin_rc
antin_signer_responder(struct antin_signer *s, int64_t issuer, struct antin_responder_row *row,
                       struct antin_cert **cert, bool *stands, struct antin_err *err)
{
	ANTIN_SCOPED(antin_responder_row) r = {0};
	ANTIN_SCOPED(antin_cert_row) issued = {0};
	ANTIN_OWN_S(antin_cert) c = NULL;
	enum antin_rc rc = antin_store_responder_get(s->store, issuer, &r, err);

	if (rc == ANTIN_OK)
		rc = antin_cert_read(antin_bytes_slice(&r.cert), &c, err);
	if (rc == ANTIN_OK)
		rc = antin_store_cert_get(s->store, issuer, c->serial, &issued, err);
	if (rc != ANTIN_OK)
		return rc;
	*stands = issued.state == ANTIN_CERT_VALID;
	*cert = ANTIN_TAKE(c);
	*row = r;
	memset(&r, 0, sizeof(r));
	return ANTIN_OK;
}

static bool
issuer_hashes(const struct antin_issuer_row *r, struct antin_certid_issuer *out)
{
	if (r->name_sha1.len != 20 || r->key_sha1.len != 20 || r->name_sha256.len != 32 ||
	    r->key_sha256.len != 32)
		return false;
	memcpy(out->name_sha1, r->name_sha1.p, 20);
	memcpy(out->key_sha1, r->key_sha1.p, 20);
	memcpy(out->name_sha256, r->name_sha256.p, 32);
	memcpy(out->key_sha256, r->key_sha256.p, 32);
	return true;
}

/* All CertIDs of a request must be of this issuer. */
static enum antin_rc
issuer_row(void *user, const struct antin_issuer_row *r, struct antin_err *err)
{
	struct answer *a = user;
	struct antin_certid_issuer hashes;

	(void)err;
	if (r->state == ANTIN_ISSUER_PLANNED || r->cert.len == 0 || !issuer_hashes(r, &hashes))
		return ANTIN_OK;
	for (size_t i = 0; i < a->n; i++)
		if (!antin_certid_matches(&a->id[i], &hashes))
			return ANTIN_OK;
	if (a->n_issuers < sizeof(a->issuers) / sizeof(a->issuers[0]))
		a->issuers[a->n_issuers++] = r->id;
	return ANTIN_OK;
}

static enum antin_rc
fill_revoked(struct answer *a, const struct antin_cert_row *row, struct antin_ocsp_single *out,
             struct antin_err *err)
{
	struct antin_revocation_row r = {0};
	enum antin_rc rc = antin_store_revocation_get(a->s->store, row->issuer,
	                                              antin_bytes_slice(&row->serial), &r, err);

	if (rc != ANTIN_OK)
		return rc;
	out->status = ANTIN_OCSP_REVOKED;
	out->revoked = r.revoked_at;
	out->reason = r.reason == ANTIN_NULL ? 0 : (int)r.reason;
	out->invalidity = r.invalidity_at;
	antin_revocation_row_done(&r);
	return ANTIN_OK;
}

/* An intent is not good, and nobody has it: unknown, as a serial that was never issued. */
static enum antin_rc
fill(struct answer *a, size_t n, struct antin_err *err)
{
	struct antin_ocsp_single *out = &a->singles[n];
	enum antin_rc rc = ANTIN_OK;

	out->id = a->id[n];
	out->status = ANTIN_OCSP_UNKNOWN;
	out->this_update = a->now;
	out->next_update = a->now + OCSP_SECONDS;
	out->archive_cutoff = out->invalidity = ANTIN_NO_TIME;
	if (out->next_update > a->responder.not_after)
		out->next_update = a->responder.not_after;
	for (size_t i = 0; rc == ANTIN_OK && i < a->n_issuers; i++) {
		ANTIN_SCOPED(antin_cert_row) row = {0};
		struct antin_err none = {0};

		rc = antin_store_cert_get(a->s->store, a->issuers[i], a->id[n].serial, &row, &none);
		if (rc == ANTIN_E_NOT_FOUND) {
			rc = ANTIN_OK;
			continue;
		}
		if (rc != ANTIN_OK)
			return antin_fail(err, rc, N_("the status could not be looked up"));
		out->archive_cutoff = a->by.not_before;
		if (row.state == ANTIN_CERT_VALID)
			out->status = ANTIN_OCSP_GOOD;
		else if (row.state == ANTIN_CERT_HOLD || row.state == ANTIN_CERT_REVOKED)
			rc = fill_revoked(a, &row, out, err);
	}
	return rc;
}

static enum antin_rc
look_up(struct antin_store *s, void *user, struct antin_err *err)
{
	struct answer *a = user;
	bool stands = false;
	enum antin_rc rc;

	/* Of a present that the log has behind it, "good" may be what was revoked since. */
	a->now = antin_now(&a->s->clock);
	rc = antin_store_log_clock(s, &a->now, err);
	if (rc == ANTIN_OK)
		rc = antin_store_issuer_each(s, issuer_row, a, err);
	if (rc == ANTIN_OK && a->n_issuers == 0)
		return antin_fail(err, ANTIN_E_NOT_FOUND,
		                  N_("no authority here has this name and key"));
	if (rc == ANTIN_OK)
		rc = antin_store_issuer_get(s, a->issuers[a->n_issuers - 1], &a->by, err);
	if (rc == ANTIN_OK)
		rc = antin_signer_responder(a->s, a->by.id, &a->responder, &a->cert, &stands, err);
	/* Its certificate says that nobody need ask whether it stands: so it is asked here. */
	if (rc == ANTIN_OK && !stands)
		rc = antin_fail(err, ANTIN_E_REVOKED, N_("the OCSP responder is revoked or held"));
	if (rc == ANTIN_OK && a->now > a->responder.not_after)
		rc = antin_fail(err, ANTIN_E_EXPIRED, N_("the OCSP responder has expired"));
	if (rc == ANTIN_OK && a->now < a->cert->not_before)
		rc = antin_fail(err, ANTIN_E_NOT_YET_VALID,
		                N_("the OCSP responder is not valid yet"));
	for (size_t i = 0; rc == ANTIN_OK && i < a->n; i++)
		rc = fill(a, i, err);
	return rc;
}

static enum antin_rc
sign(struct answer *a, struct antin_slice nonce, struct antin_signer_ocsp *out,
     struct antin_err *err)
{
	struct antin_ocsp_answer answer = {.produced_at = a->now,
	                                   .n = a->n,
	                                   .singles = a->singles,
	                                   .nonce = nonce};
	struct antin_key *key;
	enum antin_rc rc = antin_signer_key(a->s, (const char *)a->responder.key_uri.p,
	                                    a->cert->spki, NULL, &key, err);

	if (rc == ANTIN_OK)
		rc = antin_ocsp_sign(&answer, key, a->cert->der, &out->der, err);
	if (rc != ANTIN_OK)
		return rc;
	out->this_update = a->now;
	out->next_update = a->singles[0].next_update;
	out->cacheable = nonce.len == 0;
	return ANTIN_OK;
}

static enum antin_ocsp_status
read_ids(struct answer *a, const struct antin_slice *ids, size_t n, struct antin_slice nonce)
{
	struct antin_err none = {0};

	if (n < 1 || n > ANTIN_OCSP_IDS || nonce.len > ANTIN_OCSP_NONCE)
		return ANTIN_OCSP_MALFORMED;
	for (size_t i = 0; i < n; i++)
		if (antin_certid_read(ids[i], &a->id[i], &none) != ANTIN_OK)
			return ANTIN_OCSP_MALFORMED;
	a->n = n;
	return ANTIN_OCSP_SUCCESSFUL;
}

/* The error answer for a class: what may help when tried again says so. */
static enum antin_ocsp_status
status_of(enum antin_rc rc)
{
	switch ((int)rc) {
	case ANTIN_E_NOT_FOUND:
		return ANTIN_OCSP_UNAUTHORIZED;
	case ANTIN_E_BUSY:
	case ANTIN_E_STATE: /* the clock is behind the log, the store behind what was published */
	case ANTIN_E_TOKEN:
	case ANTIN_E_REMOVED:
	case ANTIN_E_TIMEOUT:
		return ANTIN_OCSP_TRY_LATER;
	default:
		return ANTIN_OCSP_INTERNAL;
	}
}

enum antin_rc
antin_signer_ocsp(struct antin_signer *s, const struct antin_slice *cert_ids, size_t n,
                  struct antin_slice nonce, struct antin_signer_ocsp *out, struct antin_err *err)
{
	struct answer a = {.s = s};
	struct antin_signer_ocsp made = {0};
	enum antin_rc rc = ANTIN_OK;

	made.status = read_ids(&a, cert_ids, n, nonce);
	if (made.status == ANTIN_OCSP_SUCCESSFUL)
		rc = antin_store_transact(s->store, ANTIN_STORE_SNAPSHOT, look_up, &a, err);
	/* After the snapshot, which may be older than a list that is published right now. */
	if (made.status == ANTIN_OCSP_SUCCESSFUL && rc == ANTIN_OK)
		rc = antin_published_known(s, &a.by, err);
	if (made.status == ANTIN_OCSP_SUCCESSFUL && rc == ANTIN_OK)
		rc = sign(&a, nonce, &made, err);
	if (rc != ANTIN_OK)
		made.status = status_of(rc);
	if (made.status != ANTIN_OCSP_SUCCESSFUL) {
		antin_bytes_clear(&made.der);
		made.cacheable = false;
		antin_ocsp_error_add(&made.der, made.status);
	}
	answer_done(&a);
	rc = antin_bytes_check(&made.der, err);
	if (rc != ANTIN_OK) {
		antin_signer_ocsp_done(&made);
		return rc;
	}
	*out = made;
	return ANTIN_OK;
}
