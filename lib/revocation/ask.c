/*
 * Revocation data from the addresses that a certificate names (RFC 5280 4.2.1.13, RFC 6960 3.1),
 * asked for only when what is at hand does not settle its status: lists first, which tell the
 * server nothing of whose certificate is checked and serve for all of one issuer, with their deltas
 * (4.2.1.15, 5.2.6), then OCSP.
 *
 * Requests carry no nonce (RFC 9654 leaves it to the client, RFC 5019 does without): services that
 * answer from copies ignore it, and a question that differs each time could not be asked once a
 * run.  How old an answer may be is held by thisUpdate and nextUpdate as for any other.
 */
#include <stdio.h>
#include <string.h>

#include "revocation.h"

/* Clocks differ: an answer of this moment may be dated so many seconds ahead of ours. */
enum { ADDRESSES_MAX = 8, CLOCKS_DIFFER = 300 };

/* Faults that a proven time may lift: with others the chain to an anchor is none. */
static bool
chains_to_anchor(const struct antin_path *p, size_t index)
{
	static const enum antin_fault lifted[] = {
	        ANTIN_FAULT_STATUS_UNKNOWN, ANTIN_FAULT_EXPIRED, ANTIN_FAULT_NOT_YET_VALID,
	        ANTIN_FAULT_WEAK,           ANTIN_FAULT_PURPOSE, ANTIN_FAULT_KEY_USAGE};

	return index + 1 < p->chain.n &&
	       path_lacks_only(p, lifted, sizeof(lifted) / sizeof(lifted[0]));
}

static enum antin_rc
take_list(const struct query *q, struct antin_slice bytes, const char *name, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(antin_crl) crl = NULL;
	struct antin_err quiet = {0};
	enum antin_rc rc = antin_pem_or_der(bytes, "X509 CRL", &der, &quiet);

	if (rc == ANTIN_OK)
		rc = antin_crl_read(&der, &crl, &quiet);
	return rc == ANTIN_OK ? antin_evidence_add_crl(q->r->grows, crl, name, err) : rc;
}

static enum antin_rc
take_answer(const struct query *q, struct antin_slice bytes, const char *name,
            struct antin_err *err)
{
	ANTIN_OWN_S(antin_ocsp_response) o = NULL;
	struct antin_err quiet = {0};
	enum antin_rc rc = antin_ocsp_response_read(bytes, &o, &quiet);

	return rc == ANTIN_OK ? antin_evidence_add_ocsp(q->r->grows, o, name, err) : rc;
}

/* What evidence from there is called. */
static void
name_of(struct antin_slice url, char name[ANTIN_EVIDENCE_NAME])
{
	(void)snprintf(name, ANTIN_EVIDENCE_NAME, "%.*s", (int)url.len, (const char *)url.p);
}

/* Adds what was answered; what cannot be read is told and left out. */
static enum antin_rc
ask(const struct query *q, const struct antin_fetch_request *request, bool *stored,
    struct antin_err *err)
{
	ANTIN_SCOPED(antin_fetch_answer) a = {0};
	char name[ANTIN_EVIDENCE_NAME];
	struct antin_slice body;
	enum antin_rc rc = antin_fetch(q->r->fetcher, request, q->r->log, &a, err);

	*stored = antin_fetch_kept(&a);
	if (rc != ANTIN_OK || !a.body.len)
		return rc;
	if (a.came && a.came + CLOCKS_DIFFER > q->r->heard)
		q->r->heard = a.came + CLOCKS_DIFFER;
	name_of(request->url, name);
	body = antin_bytes_slice(&a.body);
	rc = request->kind == ANTIN_FETCH_CRL ? take_list(q, body, name, err)
	                                      : take_answer(q, body, name, err);
	if (rc == ANTIN_E_MEMORY)
		return antin_fail_memory(err);
	if (rc != ANTIN_OK && q->r->log)
		antin_fetch_log_unreadable(q->r->log, request->url);
	return ANTIN_OK;
}

/* Asks one address, and anew when a kept copy did not settle it. */
static enum antin_rc
ask_settling(const struct query *q, struct antin_fetch_request *request, struct tally *t,
             struct antin_err *err)
{
	bool stored = true;
	enum antin_rc rc = ANTIN_OK;

	for (int anew = 0; anew < 2 && rc == ANTIN_OK && stored && !settled(q, t); anew++) {
		const size_t from = q->r->grows->n;

		request->anew = anew == 1;
		if (from == ANTIN_EVIDENCE_MAX)
			break;
		rc = ask(q, request, &stored, err);
		if (rc == ANTIN_OK)
			rc = weigh_evidence(q, from, t, err);
	}
	return rc;
}

/* The next of the lines, if there is one. */
static bool
take_line(struct antin_slice *rest, struct antin_slice *out)
{
	const uint8_t *end = rest->len ? memchr(rest->p, '\n', rest->len) : NULL;

	if (!end)
		return false;
	*out = (struct antin_slice){rest->p, (size_t)(end - rest->p)};
	*rest = (struct antin_slice){end + 1, rest->len - out->len - 1};
	return true;
}

static enum antin_rc
ask_each(const struct query *q, const char *which, struct antin_fetch_request *request,
         struct tally *t, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) uris = {0};
	struct antin_slice rest;
	enum antin_rc rc;

	antin_cert_uris(q->cert, which, &uris);
	rc = antin_bytes_check(&uris, err);
	rest = antin_bytes_slice(&uris);
	for (size_t i = 0; i < ADDRESSES_MAX && rc == ANTIN_OK && !settled(q, t) &&
	                   take_line(&rest, &request->url);
	     i++)
		rc = ask_settling(q, request, t, err);
	return rc;
}

/* ---- deltas ---- */

/*
 * Where the deltas are to the complete lists that count for the certificate: the certificate says
 * so, or such a list itself.
 */
static enum antin_rc
delta_addresses(const struct query *q, struct antin_bytes *uris, struct antin_err *err)
{
	const struct antin_evidence *l = q->r->evidence;
	bool complete = false;
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < l->n && rc == ANTIN_OK; i++) {
		const struct query own = query_of(q, &l->items[i]);
		struct antin_crl *crl = l->items[i].crl;
		enum voice voice = VOICE_NONE;
		uint32_t reasons;

		if (!crl || crl->base.p || crl_scope(q->cert, crl, &reasons) != USELESS_NONE)
			continue;
		rc = crl_signer(&own, crl, &voice, err);
		if (voice != VOICE_FULL)
			continue;
		complete = true;
		antin_crl_uris(crl, uris);
	}
	if (rc == ANTIN_OK && complete)
		antin_cert_uris(q->cert, "freshest", uris);
	return rc == ANTIN_OK ? antin_bytes_check(uris, err) : rc;
}

/* An address that is longer than a name may be another's that begins alike. */
static bool
at_hand(const struct antin_evidence *l, struct antin_slice url)
{
	char name[ANTIN_EVIDENCE_NAME];
	bool found = false;

	if (url.len >= sizeof(name))
		return false;
	name_of(url, name);
	for (size_t i = 0; i < l->n && !found; i++)
		found = strcmp(l->items[i].name, name) == 0;
	return found;
}

/*
 * A complete list that names its deltas says that something newer may be told there (RFC 5280
 * 6.3.3 (a)): "good" is not the last word before they were asked for, a revocation is.  One that
 * cannot be had leaves the list as it is, which counts until its nextUpdate.
 */
static enum antin_rc
ask_deltas(const struct query *q, struct tally *t, struct antin_err *err)
{
	struct antin_fetch_request request = {.kind = ANTIN_FETCH_CRL};
	const size_t before = q->r->grows->n;
	ANTIN_SCOPED(antin_bytes) uris = {0};
	struct antin_slice rest;
	bool stored;
	enum antin_rc rc = t->has_revoked ? ANTIN_OK : delta_addresses(q, &uris, err);

	rest = antin_bytes_slice(&uris);
	for (size_t i = 0; i < ADDRESSES_MAX && rc == ANTIN_OK && take_line(&rest, &request.url);
	     i++)
		if (q->r->grows->n < ANTIN_EVIDENCE_MAX && !at_hand(q->r->grows, request.url))
			rc = ask(q, &request, &stored, err);
	if (rc != ANTIN_OK || q->r->grows->n == before)
		return rc;
	/* What the lists said before they had these. */
	*t = (struct tally){.not_held = ANTIN_NO_TIME};
	return weigh_evidence(q, 0, t, err);
}

/* SHA-1 in the CertID only names the issuer; it is what every responder knows (RFC 5019 2.1.1). */
static enum antin_rc
question_of(const struct query *q, struct antin_bytes *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) id = {0};
	enum antin_rc rc = antin_certid_add(&id, ANTIN_SHA1, q->issuer, q->cert->serial, err);

	return rc == ANTIN_OK ? antin_ocsp_request_write(antin_bytes_slice(&id),
	                                                 (struct antin_slice){NULL, 0}, out, err)
	                      : rc;
}

enum antin_rc
ask_addresses(const struct query *q, struct tally *t, struct antin_err *err)
{
	struct antin_fetch_request list = {.kind = ANTIN_FETCH_CRL};
	struct antin_fetch_request question = {.kind = ANTIN_FETCH_OCSP};
	ANTIN_SCOPED(antin_bytes) body = {0};
	enum antin_rc rc;

	if (!q->r->fetcher || !q->r->grows || !chains_to_anchor(q->path, q->index))
		return ANTIN_OK;
	rc = ask_each(q, "cdp", &list, t, err);
	if (rc == ANTIN_OK)
		rc = ask_deltas(q, t, err);
	if (rc == ANTIN_OK && !settled(q, t))
		rc = question_of(q, &body, err);
	question.body = antin_bytes_slice(&body);
	if (rc == ANTIN_OK && !settled(q, t))
		rc = ask_each(q, "aia-ocsp", &question, t, err);
	return rc;
}
