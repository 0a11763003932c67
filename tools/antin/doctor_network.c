/*
 * antin doctor: whether the addresses that the certificates on the tokens name can be reached from
 * here: issuer, revocation list, OCSP service.  Nothing is kept of what they answer.
 */
#include "doctor.h"

#include <string.h>

#include <antin/ocsp.h>
#include <antin/path.h>

#include "trust.h"

/* One run over the addresses. */
struct looking {
	struct doctor *d;
	struct antin_net *net;
	struct antin_trust trust;
	struct antin_certs issuers; /* as they were answered */
	size_t asked;
	bool broken; /* antin-fetch cannot be run */
};

static struct antin_cert *
issuer_of(const struct looking *l, const struct antin_cert *cert)
{
	for (size_t i = 0; i < l->issuers.n; i++)
		if (antin_name_equal(l->issuers.items[i]->subject, cert->issuer))
			return l->issuers.items[i];
	for (size_t i = 0; i < l->trust.n_anchors; i++)
		if (antin_name_equal(l->trust.anchors[i].cert->subject, cert->issuer))
			return l->trust.anchors[i].cert;
	return NULL;
}

/* ---- what was answered ---- */

static bool
is_issuers(struct looking *l, struct antin_slice body)
{
	return antin_certs_answer(body, &l->issuers, NULL) == ANTIN_OK;
}

static bool
is_list(struct looking *l, struct antin_slice body)
{
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(antin_crl) crl = NULL;

	(void)l;
	return antin_pem_or_der(body, "X509 CRL", &der, NULL) == ANTIN_OK &&
	       antin_crl_read(&der, &crl, NULL) == ANTIN_OK;
}

static bool
is_status(struct looking *l, struct antin_slice body)
{
	ANTIN_OWN_S(antin_ocsp_response) r = NULL;

	(void)l;
	return antin_ocsp_response_read(body, &r, NULL) == ANTIN_OK &&
	       r->status == ANTIN_OCSP_SUCCESSFUL;
}

/* Issuers first: a question to an OCSP service names the issuer. */
static const struct {
	const char *which;
	enum antin_fetch_kind kind;
	bool (*fits)(struct looking *l, struct antin_slice body);
} addresses[] = {
        {"aia-issuers", ANTIN_FETCH_ISSUER, is_issuers},
        {"cdp", ANTIN_FETCH_CRL, is_list},
        {"aia-ocsp", ANTIN_FETCH_OCSP, is_status},
};
enum { KINDS = sizeof(addresses) / sizeof(addresses[0]) };

static void
tell(struct looking *l, const struct antin_fetch_request *q, const struct antin_fetch_answer *a,
     bool fits)
{
	static const enum doctor_code codes[ANTIN_FETCHED_COUNT] = {
	        [ANTIN_FETCHED_URL] = DOCTOR_NETWORK_BAD,
	        [ANTIN_FETCHED_PRIVATE] = DOCTOR_NETWORK_PRIVATE,
	        [ANTIN_FETCHED_NO_HELPER] = DOCTOR_NETWORK_BROKEN,
	};
	enum antin_fetch_result result = a->result;
	enum doctor_code code;
	char subject[512];

	if (result == ANTIN_FETCHED_ANSWERED && !fits)
		result = ANTIN_FETCHED_UNREADABLE;
	code = codes[result] ? codes[result] : DOCTOR_NETWORK_SILENT;
	if (result == ANTIN_FETCHED_ANSWERED)
		code = DOCTOR_NETWORK_OK;
	l->broken = result == ANTIN_FETCHED_NO_HELPER;
	(void)snprintf(subject, sizeof(subject), "%.*s (%s)",
	               q->url.len > 200 ? 200 : (int)q->url.len, (const char *)q->url.p,
	               code == DOCTOR_NETWORK_SILENT ? _(antin_fetch_info(result)->text)
	                                             : _(antin_fetch_kind_text(q->kind)));
	doctor_find(l->d, code, subject);
}

/* False without an issuer: then there is nothing to ask about. */
static bool
question(const struct looking *l, const struct antin_cert *cert, struct antin_bytes *out)
{
	ANTIN_SCOPED(antin_bytes) id = {0};
	struct antin_cert *issuer = issuer_of(l, cert);

	return issuer &&
	       antin_certid_add(&id, ANTIN_SHA1, issuer, cert->serial, NULL) == ANTIN_OK &&
	       antin_ocsp_request_write(antin_bytes_slice(&id), (struct antin_slice){NULL, 0}, out,
	                                NULL) == ANTIN_OK;
}

static enum antin_rc
look_at_address(struct looking *l, const struct antin_cert *cert, size_t kind,
                struct antin_slice url, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) body = {0};
	ANTIN_SCOPED(antin_fetch_answer) a = {0};
	struct antin_fetch_request q = {.kind = addresses[kind].kind, .url = url};
	enum antin_rc rc;

	l->asked++;
	if (q.kind == ANTIN_FETCH_OCSP && !question(l, cert, &body)) {
		char subject[256];

		(void)snprintf(subject, sizeof(subject), "%.*s", url.len > 200 ? 200 : (int)url.len,
		               (const char *)url.p);
		doctor_find(l->d, DOCTOR_NETWORK_ISSUER, subject);
		return ANTIN_OK;
	}
	q.body = antin_bytes_slice(&body);
	rc = antin_fetch(antin_net_fetcher(l->net), &q, NULL, &a, err);
	if (rc == ANTIN_OK)
		tell(l, &q, &a, a.body.len && addresses[kind].fits(l, antin_bytes_slice(&a.body)));
	return rc;
}

/* Each address once, whichever certificates name it; a service is asked about each. */
static enum antin_rc
look_at_kind(struct looking *l, const struct antin_cert *cert, size_t kind,
             struct antin_bytes *seen, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) uris = {0};
	const char *line, *end;
	enum antin_rc rc = ANTIN_OK;

	antin_cert_uris(cert, addresses[kind].which, &uris);
	line = antin_bytes_cstr(&uris);
	for (; line && *line && rc == ANTIN_OK && !l->broken; line = end + 1) {
		struct antin_slice url = {(const uint8_t *)line, strcspn(line, "\n")};

		end = line + url.len;
		if (seen->len && memmem(seen->p, seen->len, url.p, url.len + 1))
			continue;
		antin_bytes_add(seen, url.p, url.len + 1);
		rc = look_at_address(l, cert, kind, url, err);
	}
	return rc == ANTIN_OK ? antin_bytes_check(seen, err) : rc;
}

static enum antin_rc
look(struct looking *l, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) seen = {0};
	const struct antin_certs *certs = &l->d->certs;
	enum antin_rc rc = cli_network(l->d->c, CLI_NETWORK_FRESH, &l->net, err);

	for (size_t kind = 0; kind < KINDS; kind++)
		for (size_t i = 0; rc == ANTIN_OK && i < certs->n; i++)
			rc = look_at_kind(l, certs->items[i], kind, &seen, err);
	if (rc == ANTIN_OK && !l->asked)
		doctor_find(l->d, DOCTOR_NETWORK_NONE, "");
	return rc;
}

enum antin_rc
doctor_network(struct doctor *d, struct antin_err *err)
{
	struct looking l = {.d = d};
	const char *mode = NULL;
	enum antin_rc rc = cli_setting(d->c, "network.mode", &mode, err);

	if (rc != ANTIN_OK)
		return rc;
	if (mode && strcmp(mode, "offline") == 0) {
		doctor_find(d, DOCTOR_NETWORK_OFF, "");
		return ANTIN_OK;
	}
	/* A broken folder of trust was told before. */
	(void)!trust_configured(d->c, &l.trust, NULL);
	rc = look(&l, err);
	antin_trust_done(&l.trust);
	antin_certs_done(&l.issuers);
	antin_net_free(l.net);
	return rc;
}
