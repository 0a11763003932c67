/*
 * One certificate from draft to result: what can be refused is
 * refused first; the exact octets are durable before the key is used; what the key made is compared
 * with them; only what is durable leaves.
 */
#include "signer/inner.h"

#include <antin/lint.h>
#include <antin/text.h>

#include <string.h>

void
antin_issuance_done(struct antin_issuance *i)
{
	antin_bytes_done(&i->subject);
	antin_bytes_done(&i->tbs);
	antin_bytes_done(&i->der);
	antin_bytes_done(&i->warnings);
	antin_cert_row_done(&i->row);
}

/* ---- what is known of the key ---- */

struct bound {
	struct antin_slice subject;
	bool other; /* a certificate of that key names somebody else */
	char serial[64];
};

static enum antin_rc
bound_row(void *user, const struct antin_cert_row *r, struct antin_err *err)
{
	struct bound *b = user;

	(void)err;
	if (!b->other && !antin_name_equal(b->subject, antin_bytes_slice(&r->subject))) {
		b->other = true;
		(void)antin_hex_groups(antin_bytes_slice(&r->serial), b->serial, sizeof(b->serial));
	}
	return ANTIN_OK;
}

struct issuer_key {
	struct antin_slice spki;
	int64_t except; /* the authority being made */
	bool found;
};

static enum antin_rc
issuer_key_row(void *user, const struct antin_issuer_row *r, struct antin_err *err)
{
	struct issuer_key *k = user;

	(void)err;
	if (r->state != ANTIN_ISSUER_RETIRED && r->id != k->except &&
	    antin_slice_equal(k->spki, antin_bytes_slice(&r->spki)))
		k->found = true;
	return ANTIN_OK;
}

/* Not blocked, not an authority's, not bound to another subject. */
static enum antin_rc
key_free(struct antin_store *s, const struct antin_issuance *i, struct antin_err *err)
{
	struct antin_slice hash = antin_bytes_slice(&i->row.spki_hash);
	struct antin_cert_filter f = ANTIN_CERT_ANY;
	struct bound b = {.subject = antin_bytes_slice(&i->subject)};
	struct issuer_key k = {.spki = antin_public_spki(i->issue.public_key),
	                       .except = i->fresh ? i->fresh->id : 0};
	bool blocked = false;
	enum antin_rc rc = antin_store_key_blocked(s, hash, &blocked, err);

	f.spki = hash;
	if (rc == ANTIN_OK && blocked)
		rc = antin_fail(err, ANTIN_E_POLICY,
		                N_("this key is blocked; it was compromised before"));
	if (rc == ANTIN_OK)
		rc = antin_store_issuer_each(s, issuer_key_row, &k, err);
	if (rc == ANTIN_OK && k.found)
		rc = antin_fail(err, ANTIN_E_POLICY, N_("this is the key of an authority"));
	if (rc == ANTIN_OK)
		rc = antin_store_cert_each(s, &f, bound_row, &b, err);
	if (rc == ANTIN_OK && b.other)
		rc = antin_fail(err, ANTIN_E_POLICY,
		                N_("this key is bound to another name by certificate %s"),
		                b.serial);
	return rc;
}

/* ---- who issues ---- */

/*
 * An authority whose certificate, or one above it, is held or revoked issues nothing any more.  A
 * responder it may still have: somebody has to say what it revoked.
 */
static enum antin_rc
authority_stands(struct antin_store *s, const struct antin_issuance *i, struct antin_err *err)
{
	int64_t id = i->by_cert && !i->responder ? i->by->id : ANTIN_NULL;
	enum antin_rc rc = ANTIN_OK;

	while (rc == ANTIN_OK && id != ANTIN_NULL) {
		ANTIN_SCOPED(antin_issuer_row) by = {0};
		ANTIN_SCOPED(antin_cert_row) row = {0};
		ANTIN_OWN_S(antin_cert) cert = NULL;
		char serial[64];

		rc = antin_store_issuer_get(s, id, &by, err);
		if (rc == ANTIN_OK)
			rc = antin_cert_read(antin_bytes_slice(&by.cert), &cert, err);
		if (rc == ANTIN_OK)
			rc = antin_store_cert_get(s, by.parent == ANTIN_NULL ? id : by.parent,
			                          cert->serial, &row, err);
		if (rc != ANTIN_OK)
			return rc;
		if (row.state != ANTIN_CERT_VALID) {
			antin_err_set_hint(err, "antin-ca show %s",
			                   antin_hex_text(cert->serial, serial, sizeof(serial)));
			rc = antin_fail(err, ANTIN_E_REVOKED,
			                N_("the certificate of the authority %s is in state %s"),
			                (const char *)by.ca.p, antin_cert_state_name(row.state));
		}
		/* Parents were there first, so this ends. */
		id = by.parent < id ? by.parent : ANTIN_NULL;
	}
	return rc;
}

/* ---- the draft ---- */

static enum antin_rc
fill_row(struct antin_issuance *i, struct antin_err *err)
{
	struct antin_cert_row *r = &i->row;
	char holder[ANTIN_HOLDER_CAP];
	ANTIN_SCOPED(antin_bytes) all = {0};
	enum antin_rc rc;

	r->request = r->replaces = ANTIN_NULL;
	r->not_before = i->issue.period.not_before;
	r->not_after = i->issue.period.not_after;
	r->profile_version = i->profile->version;
	antin_bytes_text(&r->profile, i->profile->id);
	antin_bytes_add(&r->serial, i->issue.serial, ANTIN_SERIAL_SIZE);
	antin_bytes_add(&r->subject, i->subject.p, i->subject.len);
	antin_name_text_add(&r->subject_text, antin_bytes_slice(&i->subject));
	antin_bytes_text(&r->holder, antin_holder_self(holder));
	antin_bytes_add(&all, r->subject_text.p, r->subject_text.len);
	for (size_t n = 0; i->issue.emails && i->issue.emails[n]; n++)
		antin_bytes_printf(&all, " %s", i->issue.emails[n]);
	rc = antin_text_likeness(antin_bytes_slice(&all), true, &r->likeness, err);
	if (rc == ANTIN_OK &&
	    (!antin_bytes_cstr(&r->profile) || !antin_bytes_cstr(&r->holder) ||
	     !antin_bytes_cstr(&r->subject_text) || !antin_bytes_cstr(&r->likeness)))
		rc = antin_fail_memory(err);
	return rc;
}

static enum antin_rc
serial_new(struct antin_issuance *i, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bytes) octet = {0};
	enum antin_rc rc = antin_store_meta_get(i->s->store, "instance", &text, err);

	if (rc == ANTIN_OK)
		rc = antin_hex_parse((const char *)text.p, &octet, err);
	if (rc == ANTIN_OK && (octet.len != 1 || octet.p[0] < 1 || octet.p[0] > 0x7f))
		rc = antin_fail(err, ANTIN_E_STORE, N_("the instance number is damaged"));
	return rc == ANTIN_OK ? antin_issue_serial(octet.p[0], i->issue.serial, err) : rc;
}

static enum antin_rc
lint(struct antin_issuance *i, struct antin_err *err)
{
	ANTIN_SCOPED(antin_lint) l = {0};
	enum antin_rc rc = antin_lint_tbs(antin_bytes_slice(&i->tbs), i->issue.sigalg, i->by_cert,
	                                  i->profile, &l, err);

	if (rc == ANTIN_OK)
		rc = antin_lint_check(&l, err);
	for (size_t n = 0; rc == ANTIN_OK && n < l.n; n++) {
		const struct antin_lint_finding *f = &l.items[n];

		antin_bytes_printf(&i->warnings, "%s (%s): %s%s%s\n", f->rule, f->field,
		                   f->exception ? "" : f->text,
		                   f->exception ? "allowed by the profile: " : "",
		                   f->exception ? f->exception : "");
	}
	return rc;
}

static void
settings_of(const struct antin_issuer_row *by,
            struct antin_profile_setting out[ANTIN_ISSUANCE_SETTINGS])
{
	size_t n = 0;

	if (by->url.len)
		out[n++] = (struct antin_profile_setting){"base", (const char *)by->url.p};
	if (by->ocsp_url.len)
		out[n++] = (struct antin_profile_setting){"ocsp", (const char *)by->ocsp_url.p};
	out[n++] = (struct antin_profile_setting){"ca", (const char *)by->ca.p};
	out[n] = (struct antin_profile_setting){NULL, NULL};
}

enum antin_rc
antin_issuance_draft(struct antin_issuance *i, struct antin_slice subject, int64_t days,
                     struct antin_err *err)
{
	struct antin_profile_setting settings[ANTIN_ISSUANCE_SETTINGS];
	uint8_t hash[32];
	enum antin_rc rc;

	settings_of(i->by, settings);
	i->act = antin_signer_act(i->s);
	i->issue.profile = i->profile;
	i->issue.issuer = i->by_cert;
	i->issue.settings = settings;
	i->issue.sigalg = antin_issue_sigalg(i->profile, i->key->public_key);
	rc = authority_stands(i->s->store, i, err);
	if (rc == ANTIN_OK && i->by_cert)
		rc = antin_published_known(i->s, i->by, err);
	if (rc == ANTIN_OK)
		rc = antin_profile_key(i->profile, i->issue.public_key, err);
	if (rc == ANTIN_OK)
		rc = antin_profile_subject(i->profile, subject, &i->subject, err);
	if (rc == ANTIN_OK)
		rc = antin_issue_period(i->profile, i->by_cert, i->act.at, days, &i->issue.period,
		                        err);
	if (rc == ANTIN_OK)
		rc = serial_new(i, err);
	if (rc == ANTIN_OK)
		rc = antin_sha256(antin_public_spki(i->issue.public_key), hash, err);
	if (rc != ANTIN_OK)
		return rc;
	antin_bytes_add(&i->row.spki_hash, hash, sizeof(hash));
	i->issue.subject = antin_bytes_slice(&i->subject);
	rc = fill_row(i, err);
	if (rc == ANTIN_OK)
		rc = key_free(i->s->store, i, err);
	if (rc == ANTIN_OK)
		rc = antin_issue_tbs(&i->issue, &i->tbs, err);
	if (rc == ANTIN_OK)
		rc = lint(i, err);
	i->issue.settings = NULL;
	return rc;
}

/* ---- intent and result ---- */

static enum antin_rc
still_active(struct antin_store *s, const struct antin_issuance *i, struct antin_err *err)
{
	struct antin_issuer_row now;
	enum antin_rc rc = antin_store_issuer_get(s, i->by->id, &now, err);

	if (rc != ANTIN_OK)
		return rc;
	if (now.state != ANTIN_ISSUER_ACTIVE)
		rc = antin_fail(err, ANTIN_E_STATE, N_("the authority does not issue any more"));
	antin_issuer_row_done(&now);
	return rc;
}

static enum antin_rc
not_yet_there(struct antin_store *s, const char *ca, struct antin_err *err)
{
	struct antin_issuer_row r;
	enum antin_rc rc = antin_store_issuer_find(s, ca, &r, NULL);

	if (rc == ANTIN_E_NOT_FOUND)
		return ANTIN_OK;
	if (rc != ANTIN_OK)
		return antin_fail(err, rc, N_("the authorities could not be read"));
	antin_issuer_row_done(&r);
	return antin_fail(err, ANTIN_E_CONFLICT, N_("there is an authority %s already"), ca);
}

/* What the draft looked at, while nobody else can write: before the key is used, and after. */
static enum antin_rc
permitted(struct antin_store *s, const struct antin_issuance *i, struct antin_err *err)
{
	enum antin_rc rc = i->by_cert ? still_active(s, i, err) : ANTIN_OK;

	if (rc == ANTIN_OK)
		rc = authority_stands(s, i, err);
	return rc == ANTIN_OK ? key_free(s, i, err) : rc;
}

/* A request stands once, and its answer is made by one process at a time. */
static enum antin_rc
take_up(struct antin_store *s, struct antin_issuance *i, struct antin_err *err)
{
	struct antin_request_row *r = i->request;
	ANTIN_SCOPED(antin_request_row) now = {0};
	enum antin_rc rc = antin_store_request_find(s, (const char *)r->idem_key.p, &now, NULL);

	r->issuer = i->by->id;
	if (rc == ANTIN_E_NOT_FOUND && r->id == 0)
		return antin_store_request_add(s, &i->act, r, "request", err);
	if (rc != ANTIN_OK)
		return antin_fail(err, rc, N_("the requests could not be read"));
	if (now.id != r->id || now.cert != r->cert)
		return antin_fail(err, ANTIN_E_BUSY, N_("this request is being worked on"));
	return ANTIN_OK;
}

/* T1: after this the octets to be signed can never be forgotten. */
static enum antin_rc
intend(struct antin_store *s, void *user, struct antin_err *err)
{
	struct antin_issuance *i = user;
	struct antin_slice text = antin_bytes_slice(&i->profile->text);
	enum antin_rc rc = permitted(s, i, err);

	if (rc == ANTIN_OK)
		rc = antin_store_profile_keep(s, &i->act, i->profile->id, i->profile->version, text,
		                              err);
	if (rc == ANTIN_OK && i->fresh)
		rc = not_yet_there(s, (const char *)i->fresh->ca.p, err);
	if (rc == ANTIN_OK && i->fresh)
		rc = antin_store_issuer_add(s, &i->act, i->fresh, err);
	i->row.issuer = i->by->id;
	if (rc == ANTIN_OK && i->request)
		rc = take_up(s, i, err);
	if (i->request)
		i->row.request = i->request->id;
	if (rc == ANTIN_OK)
		rc = antin_store_cert_intend(s, &i->act, &i->row, antin_bytes_slice(&i->tbs), err);
	if (rc == ANTIN_OK && i->request)
		rc = antin_store_request_cert(s, &i->act, i->request->id, i->row.id, err);
	return rc;
}

/* The octets as they stand in the store, signed; the result taken apart and compared. */
static enum antin_rc
sign(struct antin_issuance *i, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) stored = {0};
	ANTIN_SCOPED(antin_bytes) signature = {0};
	ANTIN_OWN_S(antin_cert) cert = NULL;
	enum antin_rc rc;

	rc = antin_store_cert_der(i->s->store, i->row.id, ANTIN_BLOB_TBS, &stored, err);
	if (rc == ANTIN_OK)
		rc = antin_key_sign_message(i->key, i->issue.sigalg, antin_bytes_slice(&stored),
		                            &signature, err);
	if (rc == ANTIN_OK)
		rc = antin_issue_finish(antin_bytes_slice(&stored), i->issue.sigalg,
		                        antin_bytes_slice(&signature), &i->der, err);
	if (rc == ANTIN_OK)
		rc = antin_cert_read(antin_bytes_slice(&i->der), &cert, err);
	if (rc != ANTIN_OK)
		return rc;
	if (!antin_slice_equal(cert->tbs, antin_bytes_slice(&i->tbs)) ||
	    !antin_slice_equal(cert->serial, antin_bytes_slice(&i->row.serial)))
		return antin_fail(err, ANTIN_E_INTERNAL,
		                  N_("the signed certificate is not the one intended"));
	return antin_cert_verify(cert, i->key->public_key, NULL, err);
}

/* T2: only what this made durable is handed out. */
static enum antin_rc
finish(struct antin_store *s, void *user, struct antin_err *err)
{
	struct antin_issuance *i = user;
	struct antin_slice der = antin_bytes_slice(&i->der);
	enum antin_rc rc = permitted(s, i, err);

	if (rc == ANTIN_OK)
		rc = antin_store_cert_issue(s, &i->act, &i->row, der, err);
	if (rc == ANTIN_OK && i->fresh) {
		i->fresh->not_before = i->row.not_before;
		i->fresh->not_after = i->row.not_after;
		rc = antin_store_issuer_activate(s, &i->act, i->fresh, der, err);
	}
	if (rc == ANTIN_OK && i->responder) {
		antin_bytes_add(&i->responder->cert, der.p, der.len);
		i->responder->not_after = i->row.not_after;
		i->responder->issuer = i->by->id;
		i->responder->created_at = i->act.at;
		rc = antin_store_responder_add(s, &i->act, i->responder, err);
	}
	return rc;
}

/* ---- an intent given up ---- */

struct planned {
	const struct antin_bytes *spki_hash;
	int64_t id;
};

static enum antin_rc
planned_row(void *user, const struct antin_issuer_row *r, struct antin_err *err)
{
	struct planned *p = user;
	uint8_t hash[32];
	enum antin_rc rc = antin_sha256(antin_bytes_slice(&r->spki), hash, err);

	if (rc == ANTIN_OK && r->state == ANTIN_ISSUER_PLANNED &&
	    antin_slice_equal(antin_bytes_slice(p->spki_hash),
	                      (struct antin_slice){hash, sizeof(hash)}))
		p->id = r->id;
	return rc;
}

struct abandon {
	struct antin_store_act act;
	int64_t cert;
};

static enum antin_rc
abandon(struct antin_store *s, void *user, struct antin_err *err)
{
	struct abandon *a = user;
	ANTIN_SCOPED(antin_cert_row) row = {0};
	ANTIN_SCOPED(antin_revocation_row)
	r = {.requested_at = a->act.at,
	     .revoked_at = a->act.at,
	     .reason = ANTIN_NULL,
	     .invalidity_at = ANTIN_NULL};
	struct antin_cert_move move = {ANTIN_CERT_REVOKED, "intent-abandoned", &r};
	struct planned planned = {.spki_hash = &row.spki_hash};
	enum antin_rc rc = antin_store_cert_by_id(s, a->cert, &row, err);

	if (rc != ANTIN_OK || row.state != ANTIN_CERT_INTENT)
		return rc; /* finished, or given up by another process */
	rc = antin_store_cert_move(s, &a->act, &row, &move, err);
	if (rc == ANTIN_OK)
		rc = antin_store_issuer_each(s, planned_row, &planned, err);
	if (rc == ANTIN_OK && planned.id)
		rc = antin_store_issuer_retire(s, &a->act, planned.id, err);
	return rc;
}

/* One intent becomes revoked without reason, and an authority planned with it is retired. */
static enum antin_rc
intent_abandon(struct antin_signer *s, int64_t cert, struct antin_err *err)
{
	struct abandon a = {antin_signer_act(s), cert};

	return antin_store_transact(s->store, ANTIN_STORE_WRITE, abandon, &a, err);
}

enum antin_rc
antin_issuance_run(struct antin_issuance *i, struct antin_err *err)
{
	struct antin_store *s = i->s->store;
	enum antin_rc rc = antin_store_transact(s, ANTIN_STORE_WRITE, intend, i, err);

	if (rc != ANTIN_OK)
		return rc;
	rc = sign(i, err);
	if (rc == ANTIN_OK)
		rc = antin_store_transact(s, ANTIN_STORE_WRITE, finish, i, err);
	if (rc != ANTIN_OK) {
		antin_bytes_clear(&i->der);
		/* When this fails too, recovery finds the intent. */
		(void)!intent_abandon(i->s, i->row.id, NULL);
	}
	return rc;
}

void
antin_issuance_result(struct antin_issuance *i, struct antin_signer_issued *out)
{
	memset(out, 0, sizeof(*out));
	antin_bytes_move(&out->der, &i->der);
	antin_bytes_move(&out->warnings, &i->warnings);
	memcpy(out->serial, i->issue.serial, ANTIN_SERIAL_SIZE);
	out->serial_len = ANTIN_SERIAL_SIZE;
	out->log = i->act.log;
}

/* ---- recovery ---- */

bool
antin_intent_left(const struct antin_cert_row *r, int64_t now)
{
	return r->created_at < now - ANTIN_INTENT_DEADLINE ||
	       r->created_at > now + ANTIN_INTENT_DEADLINE ||
	       antin_holder_gone((const char *)r->holder.p);
}

struct overdue {
	int64_t now;
	int64_t ids[64];
	size_t n;
};

static enum antin_rc
overdue_row(void *user, const struct antin_cert_row *r, struct antin_err *err)
{
	struct overdue *o = user;

	(void)err;
	if (o->n < sizeof(o->ids) / sizeof(o->ids[0]) && antin_intent_left(r, o->now))
		o->ids[o->n++] = r->id;
	return ANTIN_OK;
}

enum antin_rc
antin_ca_recover(struct antin_signer *s, size_t *n, struct antin_err *err)
{
	struct antin_cert_filter f = {.issuer = ANTIN_NULL,
	                              .state = ANTIN_CERT_INTENT,
	                              .expires_before = ANTIN_NULL};
	struct overdue o = {.now = antin_now(&s->clock)};
	enum antin_rc rc = antin_store_log_clock(s->store, &o.now, err);

	*n = 0;
	if (rc != ANTIN_OK)
		return rc;
	do {
		o.n = 0;
		rc = antin_store_cert_each(s->store, &f, overdue_row, &o, err);
		for (size_t i = 0; rc == ANTIN_OK && i < o.n; i++)
			rc = intent_abandon(s, o.ids[i], err);
		*n += o.n;
	} while (rc == ANTIN_OK && o.n == sizeof(o.ids) / sizeof(o.ids[0]));
	return rc;
}

enum antin_rc
antin_signer_ready(struct antin_signer *s, bool dry_run, struct antin_err *err)
{
	int64_t now = antin_now(&s->clock);
	size_t given_up = 0;

	return dry_run ? antin_store_log_clock(s->store, &now, err)
	               : antin_ca_recover(s, &given_up, err);
}
