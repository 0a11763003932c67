/*
 * The status of a certificate changes here only (RFC 5280 5.3.1): a table of
 * moves, reasons that fit, dates that do not lie, one transaction.
 */
#include "signer/inner.h"

#include <antin/crl.h>

#include <string.h>

/* What each change does in each state; no row: refused. */
static const struct move {
	enum antin_change_kind kind;
	enum antin_cert_state from, to;
	const char *event;
} moves[] = {
        {ANTIN_CHANGE_REVOKE, ANTIN_CERT_VALID, ANTIN_CERT_REVOKED, "revoke"},
        {ANTIN_CHANGE_REVOKE, ANTIN_CERT_HOLD, ANTIN_CERT_REVOKED, "revoke"},
        {ANTIN_CHANGE_REVOKE, ANTIN_CERT_REVOKED, ANTIN_CERT_REVOKED, "key-compromise"},
        {ANTIN_CHANGE_HOLD, ANTIN_CERT_VALID, ANTIN_CERT_HOLD, "hold"},
        {ANTIN_CHANGE_RESUME, ANTIN_CERT_HOLD, ANTIN_CERT_VALID, "resume"},
};

struct changing {
	struct antin_signer *s;
	struct antin_store_act act;
	const struct antin_change *change;
	const struct antin_cert_row *asked;
	struct antin_changed out;
};

static const struct move *
move_of(enum antin_change_kind kind, int64_t from)
{
	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
		if (moves[i].kind == kind && (int64_t)moves[i].from == from)
			return &moves[i];
	return NULL;
}

static enum antin_rc
refuse_state(const struct antin_cert_row *row, struct antin_err *err)
{
	char serial[64];

	(void)antin_hex_groups(antin_bytes_slice(&row->serial), serial, sizeof(serial));
	return antin_fail(err, ANTIN_E_STATE, N_("certificate %s is in state %s"), serial,
	                  antin_cert_state_name(row->state));
}

static enum antin_rc
is_authority(struct antin_store *s, const struct antin_cert_row *row, bool *out,
             struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(antin_cert) cert = NULL;
	enum antin_rc rc = antin_store_cert_der(s, row->id, ANTIN_BLOB_CERT, &der, err);

	if (rc == ANTIN_OK)
		rc = antin_cert_read(antin_bytes_slice(&der), &cert, err);
	if (rc == ANTIN_OK)
		*out = cert->is_ca;
	return rc;
}

static enum antin_rc
reason_fits(struct antin_store *s, const struct antin_cert_row *row,
            const struct antin_change *change, struct antin_err *err)
{
	bool authority = false;
	enum antin_rc rc;

	if (change->kind != ANTIN_CHANGE_REVOKE)
		return ANTIN_OK;
	if (change->reason == ANTIN_REASON_HOLD) {
		rc = antin_fail(err, ANTIN_E_USAGE, N_("a certificate is held by another command"));
		antin_err_set_hint(err, "antin-ca hold");
		return rc;
	}
	if (change->reason == ANTIN_REASON_REMOVE || change->reason == ANTIN_REASON_AA_COMPROMISE)
		return antin_fail(err, ANTIN_E_POLICY, N_("the reason %s cannot be given here"),
		                  antin_crl_reason_name(change->reason));
	if (change->reason != ANTIN_REASON_CA_COMPROMISE)
		return ANTIN_OK;
	rc = is_authority(s, row, &authority, err);
	if (rc == ANTIN_OK && !authority)
		rc = antin_fail(err, ANTIN_E_POLICY, N_("the reason %s is for authorities only"),
		                antin_crl_reason_name(change->reason));
	return rc;
}

static enum antin_rc
date_fits(const struct antin_cert_row *row, const struct antin_change *change, int64_t now,
          struct antin_err *err)
{
	if (change->invalidity_at == ANTIN_NULL)
		return ANTIN_OK;
	if (change->invalidity_at > now)
		return antin_fail(err, ANTIN_E_POLICY, N_("the invalidity date is in the future"));
	if (change->invalidity_at < row->not_before)
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("the invalidity date is before the certificate began"));
	return ANTIN_OK;
}

/* Revoked is final; only keyCompromise, and only with an earlier date, may still be added. */
static enum antin_rc
upgrade_fits(const struct antin_cert_row *row, const struct antin_revocation_row *old,
             const struct antin_change *change, struct antin_err *err)
{
	int64_t before = old->invalidity_at == ANTIN_NULL ? old->revoked_at : old->invalidity_at;
	char serial[64], when[ANTIN_TIME_CAP];

	(void)antin_hex_groups(antin_bytes_slice(&row->serial), serial, sizeof(serial));
	if (change->reason == ANTIN_REASON_KEY_COMPROMISE && change->invalidity_at != ANTIN_NULL &&
	    change->invalidity_at < before)
		return ANTIN_OK;
	return antin_fail(err, ANTIN_E_STATE, N_("certificate %s was revoked already, at %s"),
	                  serial, antin_time_people(old->revoked_at, ANTIN_VIETNAM_OFFSET, when));
}

struct others {
	int64_t except;
	size_t n;
};

static enum antin_rc
other_row(void *user, const struct antin_cert_row *r, struct antin_err *err)
{
	struct others *o = user;

	(void)err;
	if (r->id != o->except && r->state != ANTIN_CERT_REVOKED)
		o->n++;
	return ANTIN_OK;
}

static enum antin_rc
block_key(struct antin_store *s, struct changing *c, const struct antin_cert_row *row,
          struct antin_err *err)
{
	struct antin_slice hash = antin_bytes_slice(&row->spki_hash);
	struct antin_cert_filter f = ANTIN_CERT_ANY;
	struct others o = {.except = row->id};
	enum antin_rc rc = antin_store_key_block(s, &c->act, hash, "revocation", err);

	f.spki = hash;
	if (rc == ANTIN_OK)
		rc = antin_store_cert_each(s, &f, other_row, &o, err);
	c->out.others = o.n;
	return rc;
}

/* The revocation as it will stand: the first date is kept, what was said before is kept. */
static enum antin_rc
new_row(struct antin_store *s, struct changing *c, const struct antin_cert_row *row,
        struct antin_revocation_row *r, struct antin_err *err)
{
	const struct antin_change *change = c->change;
	struct antin_revocation_row old = {0};
	enum antin_rc rc = ANTIN_OK;

	r->requested_at = r->revoked_at = c->act.at;
	r->reason = change->reason ? change->reason : ANTIN_NULL;
	r->invalidity_at = change->invalidity_at;
	if (change->kind == ANTIN_CHANGE_HOLD)
		r->reason = ANTIN_REASON_HOLD;
	if (row->state != ANTIN_CERT_VALID) {
		rc = antin_store_revocation_get(s, row->issuer, antin_bytes_slice(&row->serial),
		                                &old, err);
		if (rc == ANTIN_OK && row->state == ANTIN_CERT_REVOKED)
			rc = upgrade_fits(row, &old, change, err);
		if (rc == ANTIN_OK) {
			r->revoked_at = old.revoked_at;
			if (r->invalidity_at == ANTIN_NULL)
				r->invalidity_at = old.invalidity_at;
			if (!change->note)
				antin_bytes_add(&r->note, old.note.p, old.note.len);
		}
		antin_revocation_row_done(&old);
	}
	/* invalidityDate may not be after the date that stands (a hold made final). */
	if (rc == ANTIN_OK && r->invalidity_at != ANTIN_NULL && r->invalidity_at > r->revoked_at)
		r->invalidity_at = r->revoked_at;
	antin_bytes_text(&r->note, change->note ? change->note : "");
	return rc;
}

static enum antin_rc
apply(struct antin_store *s, void *user, struct antin_err *err)
{
	struct changing *c = user;
	ANTIN_SCOPED(antin_cert_row) row = {0};
	ANTIN_SCOPED(antin_revocation_row) r = {0};
	struct antin_cert_move move = {.revocation = &r};
	const struct move *m;
	enum antin_rc rc = antin_store_cert_by_id(s, c->asked->id, &row, err);

	if (rc != ANTIN_OK)
		return rc;
	m = move_of(c->change->kind, row.state);
	if (!m || row.cert_hash.len == 0)
		return refuse_state(&row, err);
	rc = reason_fits(s, &row, c->change, err);
	if (rc == ANTIN_OK)
		rc = date_fits(&row, c->change, c->act.at, err);
	if (rc == ANTIN_OK && c->change->kind == ANTIN_CHANGE_RESUME)
		move.revocation = NULL;
	else if (rc == ANTIN_OK)
		rc = new_row(s, c, &row, &r, err);
	move.to = m->to;
	move.event = m->event;
	if (rc == ANTIN_OK)
		rc = antin_store_cert_move(s, &c->act, &row, &move, err);
	if (rc == ANTIN_OK && move.revocation && r.reason == ANTIN_REASON_KEY_COMPROMISE)
		rc = block_key(s, c, &row, err);
	c->out.from = row.state;
	c->out.to = m->to;
	c->out.revoked_at = move.revocation ? r.revoked_at : ANTIN_NULL;
	c->out.log = c->act.log;
	/* A rehearsal goes the whole way and is then undone. */
	if (rc == ANTIN_OK && c->change->dry_run)
		return antin_fail(NULL, ANTIN_E_CANCELLED, N_("only tried"));
	return rc;
}

enum antin_rc
antin_ca_change(struct antin_signer *s, const struct antin_cert_row *cert,
                const struct antin_change *change, struct antin_changed *out, struct antin_err *err)
{
	struct changing c = {.s = s, .act = antin_signer_act(s), .change = change, .asked = cert};
	enum antin_rc rc;

	if (change->note && strlen(change->note) > 1000)
		return antin_fail(err, ANTIN_E_USAGE, N_("the note is longer than 1000 octets"));
	rc = antin_signer_ready(s, change->dry_run, err);
	if (rc == ANTIN_OK)
		rc = antin_store_transact(s->store, ANTIN_STORE_WRITE, apply, &c, err);
	if (rc == ANTIN_E_CANCELLED && change->dry_run) {
		c.out.log = 0;
		rc = ANTIN_OK;
	}
	if (rc == ANTIN_OK)
		*out = c.out;
	return rc;
}
