/*
 * The typed request "issue": a PKCS#10 request under a profile, answered with a certificate; the
 * same request key gives the same certificate.
 */
#include "inner.h"

#include <antin/request.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct asked {
	struct antin_issuer_row by;
	struct antin_cert *by_cert;
	struct antin_profile *profile;
	struct antin_request *csr;
	struct antin_bytes emails; /* of the request, one a line */
	const char *list[ANTIN_ISSUE_EMAILS + 1];
	struct antin_request_row row;
};

static void
asked_done(struct asked *a)
{
	antin_issuer_row_done(&a->by);
	antin_cert_free(a->by_cert);
	antin_profile_free(a->profile);
	antin_request_free(a->csr);
	antin_bytes_done(&a->emails);
	antin_request_row_done(&a->row);
}

/* "email:a@b" of the officer; without any, the addresses that the request itself names. */
static enum antin_rc
emails(struct asked *a, const char *const *sans, struct antin_err *err)
{
	size_t n = 0;
	char *next = NULL;

	for (size_t i = 0; sans && sans[i]; i++) {
		if (strncmp(sans[i], "email:", 6) != 0)
			return antin_fail(err, ANTIN_E_USAGE,
			                  N_("unknown kind of alternative name %s"), sans[i]);
		if (n == ANTIN_ISSUE_EMAILS)
			return antin_fail(err, ANTIN_E_USAGE, N_("too many alternative names"));
		a->list[n++] = sans[i] + 6;
	}
	if (n || a->profile->email == ANTIN_EMAIL_NONE)
		return ANTIN_OK;
	if (!antin_request_emails(a->csr, &a->emails))
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("the request asks for a damaged e-mail address"));
	if (!antin_bytes_cstr(&a->emails))
		return antin_fail_memory(err);
	for (char *p = strtok_r((char *)a->emails.p, "\n", &next); p;
	     p = strtok_r(NULL, "\n", &next)) {
		if (n == ANTIN_ISSUE_EMAILS)
			return antin_fail(err, ANTIN_E_POLICY, N_("too many alternative names"));
		a->list[n++] = p;
	}
	return ANTIN_OK;
}

static enum antin_rc
load(struct antin_signer *s, const struct antin_signer_issue *q, struct asked *a,
     struct antin_err *err)
{
	int64_t now = antin_now(&s->clock);
	enum antin_rc rc = antin_store_issuer_find(s->store, q->ca, &a->by, err);

	if (rc == ANTIN_OK)
		rc = antin_cert_read(antin_bytes_slice(&a->by.cert), &a->by_cert, err);
	if (rc == ANTIN_OK && now > a->by_cert->not_after)
		rc = antin_fail(err, ANTIN_E_EXPIRED, N_("the authority %s has expired"), q->ca);
	if (rc == ANTIN_OK && now < a->by_cert->not_before)
		rc = antin_fail(err, ANTIN_E_NOT_YET_VALID, N_("the authority %s is not valid yet"),
		                q->ca);
	if (rc == ANTIN_OK)
		rc = antin_ca_profile(s, q->profile, &a->profile, err);
	if (rc == ANTIN_OK && a->profile->ca)
		rc = antin_fail(err, ANTIN_E_POLICY, N_("the profile %s is for authorities"),
		                q->profile);
	if (rc == ANTIN_OK)
		rc = antin_request_read(q->csr, &a->csr, err);
	return rc == ANTIN_OK ? emails(a, q->sans, err) : rc;
}

/* What was asked, as it is kept: one value a line, the request itself by its hash and in base64. */
static enum antin_rc
body(const struct antin_signer_issue *q, struct antin_bytes *out, struct antin_err *err)
{
	antin_bytes_printf(out, "antin-request/1\nca %s\nprofile %s\ndays %lld\nsubject ", q->ca,
	                   q->profile, (long long)q->days);
	antin_hex_add(out, q->subject);
	for (size_t i = 0; q->sans && q->sans[i]; i++)
		antin_bytes_printf(out, "\nsan %s", q->sans[i]);
	antin_bytes_printf(out, "\nreplaces %s\ncsr ", q->replaces ? q->replaces : "");
	antin_base64_add(out, q->csr);
	antin_bytes_byte(out, '\n');
	return antin_bytes_check(out, err);
}

/* The answer given before under this key; `*again` false when there is none to give. */
static enum antin_rc
answered(struct antin_signer *s, const struct antin_signer_issue *q, struct asked *a,
         struct antin_signer_issued *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_request_row) found = {0};
	ANTIN_SCOPED(antin_cert_row) cert = {0};
	struct antin_err none = {0};
	enum antin_rc rc = antin_store_request_find(s->store, q->request_key, &found, &none);

	if (rc == ANTIN_E_NOT_FOUND)
		return ANTIN_OK;
	if (rc != ANTIN_OK)
		return antin_fail(err, rc, N_("the requests could not be read"));
	if (!antin_bytes_equal(&found.body, &a->row.body))
		return antin_fail(err, ANTIN_E_CONFLICT,
		                  N_("the request key %s stands for another request"),
		                  q->request_key);
	a->row.id = found.id;
	a->row.cert = found.cert;
	rc = antin_store_cert_by_id(s->store, found.cert, &cert, err);
	if (rc == ANTIN_OK && cert.state == ANTIN_CERT_INTENT)
		rc = antin_fail(err, ANTIN_E_BUSY, N_("this request is being worked on"));
	if (rc != ANTIN_OK || cert.cert_hash.len == 0)
		return rc; /* given up before: asked for again, with a new serial */
	rc = antin_store_cert_der(s->store, cert.id, ANTIN_BLOB_CERT, &out->der, err);
	memcpy(out->serial, cert.serial.p, cert.serial.len);
	out->serial_len = cert.serial.len;
	out->again = true;
	return rc;
}

static enum antin_rc
replaced(struct antin_issuance *i, const struct antin_signer_issue *q, struct antin_err *err)
{
	ANTIN_SCOPED(antin_cert_row) old = {0};
	enum antin_rc rc = antin_ca_find(i->s, q->ca, q->replaces, &old, err);

	if (rc == ANTIN_OK)
		i->row.replaces = old.id;
	return rc;
}

static void
note_wishes(const struct antin_request *csr, struct antin_bytes *warnings)
{
	char oid[64];

	for (size_t i = 0; i < csr->n_exts; i++) {
		(void)antin_oid_text(csr->exts[i].oid, oid, sizeof(oid));
		if (strcmp(oid, "2.5.29.17") != 0)
			antin_bytes_printf(warnings, "request: extension %s is not copied\n", oid);
	}
}

static enum antin_rc
issue(struct antin_signer *s, const struct antin_signer_issue *q, struct asked *a,
      struct antin_signer_issued *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_issuance) i = {.s = s, .by = &a->by, .by_cert = a->by_cert};
	struct antin_slice subject = q->subject.len ? q->subject : a->csr->subject;
	enum antin_rc rc;

	i.profile = a->profile;
	i.request = &a->row;
	i.issue.public_key = a->csr->public_key;
	i.issue.emails = a->list;
	rc = antin_signer_key(s, (const char *)a->by.key_uri.p, antin_bytes_slice(&a->by.spki),
	                      NULL, &i.key, err);
	note_wishes(a->csr, &i.warnings);
	if (rc == ANTIN_OK)
		rc = antin_issuance_draft(&i, subject, q->days, err);
	if (rc == ANTIN_OK && q->replaces)
		rc = replaced(&i, q, err);
	if (rc == ANTIN_OK && !q->dry_run)
		rc = antin_issuance_run(&i, err);
	if (rc == ANTIN_OK)
		antin_issuance_result(&i, out);
	return rc;
}

static enum antin_rc
asked_row(const struct antin_signer_issue *q, struct antin_request_row *row, struct antin_err *err)
{
	uint8_t random[16];
	char text[40];
	enum antin_rc rc = body(q, &row->body, err);

	/* Without a key of the caller's the request has one of its own. */
	if (rc == ANTIN_OK && !q->request_key)
		rc = antin_random(random, sizeof(random), err);
	if (rc != ANTIN_OK)
		return rc;
	(void)snprintf(text, sizeof(text), "auto-");
	if (!q->request_key)
		(void)antin_hex_text((struct antin_slice){random, sizeof(random)}, text + 5,
		                     sizeof(text) - 5);
	row->cert = ANTIN_NULL;
	antin_bytes_text(&row->kind, "issue");
	antin_bytes_text(&row->idem_key, q->request_key ? q->request_key : text);
	return antin_bytes_cstr(&row->idem_key) ? ANTIN_OK : antin_fail_memory(err);
}

enum antin_rc
antin_signer_issue(struct antin_signer *s, const struct antin_signer_issue *request,
                   struct antin_signer_issued *out, struct antin_err *err)
{
	struct antin_signer_issued made = {0};
	struct asked a = {0};
	enum antin_rc rc = antin_signer_ready(s, request->dry_run, err);

	if (rc == ANTIN_OK)
		rc = load(s, request, &a, err);
	if (rc == ANTIN_OK)
		rc = asked_row(request, &a.row, err);
	if (rc == ANTIN_OK && request->request_key)
		rc = answered(s, request, &a, &made, err);
	if (rc == ANTIN_OK && !made.again)
		rc = issue(s, request, &a, &made, err);
	asked_done(&a);
	if (rc == ANTIN_OK)
		*out = made;
	else
		antin_signer_issued_done(&made);
	return rc;
}
