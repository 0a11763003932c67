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
	struct antin_change change;
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
static bool
dates_back(const struct antin_change *change, const struct antin_revocation_row *old)
{
	int64_t before = old->invalidity_at == ANTIN_NULL ? old->revoked_at : old->invalidity_at;

	return change->reason == ANTIN_REASON_KEY_COMPROMISE &&
	       change->invalidity_at != ANTIN_NULL && change->invalidity_at < before;
}

struct standing {
	char serial[64]; /* "": none */
};

static enum antin_rc
standing_row(void *user, const struct antin_cert_row *r, struct antin_err *err)
{
	struct standing *s = user;

	(void)err;
	if (r->state == ANTIN_CERT_VALID || r->state == ANTIN_CERT_HOLD)
		(void)antin_hex_text(antin_bytes_slice(&r->serial), s->serial, sizeof(s->serial));
	return ANTIN_OK;
}

/* Whoever tells of a compromise is not sent away while a certificate of the key still stands. */
static enum antin_rc
refuse_again(struct antin_store *s, const struct antin_cert_row *row,
             const struct antin_revocation_row *old, const struct antin_change *change,
             struct antin_err *err)
{
	struct antin_cert_filter f = ANTIN_CERT_ANY;
	struct standing other = {""};
	char serial[64], when[ANTIN_TIME_CAP];
	enum antin_rc rc = ANTIN_OK;

	f.spki = antin_bytes_slice(&row->spki_hash);
	if (change->reason == ANTIN_REASON_KEY_COMPROMISE)
		rc = antin_store_cert_each(s, &f, standing_row, &other, err);
	if (rc != ANTIN_OK)
		return rc;
	if (other.serial[0])
		antin_err_set_hint(err, "antin-ca revoke %s --reason keyCompromise", other.serial);
	else if (change->reason == ANTIN_REASON_KEY_COMPROMISE)
		antin_err_set_hint(err, "--invalidity TIME");
	(void)antin_hex_groups(antin_bytes_slice(&row->serial), serial, sizeof(serial));
	return antin_fail(err, ANTIN_E_STATE, N_("certificate %s was revoked already, at %s"),
	                  serial, antin_time_people(old->revoked_at, ANTIN_VIETNAM_OFFSET, when));
}

/* The revocation as it will stand: the first date is kept, what was said before is kept. */
static enum antin_rc
new_row(struct antin_store *s, struct changing *c, const struct antin_cert_row *row,
        struct antin_revocation_row *r, struct antin_err *err)
{
	const struct antin_change *change = &c->change;
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
		if (rc == ANTIN_OK && row->state == ANTIN_CERT_REVOKED && !dates_back(change, &old))
			rc = refuse_again(s, row, &old, change, err);
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
move_one(struct antin_store *s, struct changing *c, const struct antin_cert_row *row,
         struct antin_changed *done, struct antin_err *err)
{
	ANTIN_SCOPED(antin_revocation_row) r = {0};
	bool lift = c->change.kind == ANTIN_CHANGE_RESUME;
	const struct move *m = move_of(c->change.kind, row->state);
	struct antin_cert_move move = {.revocation = lift ? NULL : &r};
	enum antin_rc rc;

	if (!m || row->cert_hash.len == 0)
		return refuse_state(row, err);
	move.to = m->to;
	move.event = m->event;
	rc = lift ? ANTIN_OK : new_row(s, c, row, &r, err);
	if (rc == ANTIN_OK)
		rc = antin_store_cert_move(s, &c->act, row, &move, err);
	done->from = row->state;
	done->to = m->to;
	done->revoked_at = lift ? ANTIN_NULL : r.revoked_at;
	done->log = c->change.dry_run ? 0 : c->act.log;
	return rc;
}

/* ---- a key in other hands ---- */

static enum antin_rc
remember(void *user, const struct antin_cert_row *r, struct antin_err *err)
{
	antin_bytes_add(user, &r->id, sizeof(r->id));
	return antin_bytes_check(user, err);
}

/* What stands goes; what is final is dated back where it was later; an intent finds the key
 * blocked. */
static enum antin_rc
take_along(struct antin_store *s, struct changing *c, int64_t id, struct antin_err *err)
{
	ANTIN_SCOPED(antin_cert_row) row = {0};
	ANTIN_SCOPED(antin_revocation_row) old = {0};
	struct changing one = *c;
	struct antin_changed done;
	enum antin_rc rc = antin_store_cert_by_id(s, id, &row, err);

	if (rc != ANTIN_OK || row.state == ANTIN_CERT_INTENT || row.cert_hash.len == 0)
		return rc;
	one.change.reason = ANTIN_REASON_KEY_COMPROMISE;
	if (one.change.invalidity_at != ANTIN_NULL && one.change.invalidity_at < row.not_before)
		one.change.invalidity_at = row.not_before;
	if (row.state == ANTIN_CERT_REVOKED) {
		rc = antin_store_revocation_get(s, row.issuer, antin_bytes_slice(&row.serial), &old,
		                                err);
		if (rc != ANTIN_OK || !dates_back(&one.change, &old))
			return rc;
	}
	rc = move_one(s, &one, &row, &done, err);
	c->act.log = one.act.log;
	return rc == ANTIN_OK && c->change.also ? c->change.also(c->change.user, &row, &done, err)
	                                        : rc;
}

static enum antin_rc
compromise(struct antin_store *s, struct changing *c, const struct antin_cert_row *named,
           struct antin_err *err)
{
	struct antin_slice hash = antin_bytes_slice(&named->spki_hash);
	struct antin_cert_filter f = ANTIN_CERT_ANY;
	ANTIN_SCOPED(antin_bytes) ids = {0};
	enum antin_rc rc = antin_store_key_block(s, &c->act, hash, "revocation", err);

	f.spki = hash;
	if (rc == ANTIN_OK)
		rc = antin_store_cert_each(s, &f, remember, &ids, err);
	for (size_t at = 0; rc == ANTIN_OK && at < ids.len; at += sizeof(int64_t)) {
		int64_t id;

		memcpy(&id, ids.p + at, sizeof(id));
		if (id != named->id)
			rc = take_along(s, c, id, err);
	}
	return rc;
}

static enum antin_rc
apply(struct antin_store *s, void *user, struct antin_err *err)
{
	struct changing *c = user;
	ANTIN_SCOPED(antin_cert_row) row = {0};
	int reason = c->change.kind == ANTIN_CHANGE_REVOKE ? c->change.reason : 0;
	enum antin_rc rc = antin_store_cert_by_id(s, c->asked->id, &row, err);

	if (rc != ANTIN_OK)
		return rc;
	if (!move_of(c->change.kind, row.state) || row.cert_hash.len == 0)
		return refuse_state(&row, err);
	rc = reason_fits(s, &row, &c->change, err);
	if (rc == ANTIN_OK)
		rc = date_fits(&row, &c->change, c->act.at, err);
	if (rc == ANTIN_OK)
		rc = move_one(s, c, &row, &c->out, err);
	if (rc == ANTIN_OK &&
	    (reason == ANTIN_REASON_KEY_COMPROMISE || reason == ANTIN_REASON_CA_COMPROMISE))
		rc = compromise(s, c, &row, err);
	c->out.log = c->change.dry_run ? 0 : c->act.log;
	/* A rehearsal goes the whole way and is then undone. */
	if (rc == ANTIN_OK && c->change.dry_run)
		return antin_fail(NULL, ANTIN_E_CANCELLED, N_("only tried"));
	return rc;
}

enum antin_rc
antin_ca_change(struct antin_signer *s, const struct antin_cert_row *cert,
                const struct antin_change *change, struct antin_changed *out, struct antin_err *err)
{
	struct changing c = {.s = s, .act = antin_signer_act(s), .change = *change, .asked = cert};
	enum antin_rc rc;

	if (change->note && strlen(change->note) > 1000)
		return antin_fail(err, ANTIN_E_USAGE, N_("the note is longer than 1000 octets"));
	rc = antin_signer_ready(s, change->dry_run, err);
	if (rc == ANTIN_OK)
		rc = antin_store_transact(s->store, ANTIN_STORE_WRITE, apply, &c, err);
	if (rc == ANTIN_E_CANCELLED && change->dry_run)
		rc = ANTIN_OK;
	if (rc == ANTIN_OK)
		*out = c.out;
	return rc;
}
