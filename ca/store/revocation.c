/*
 * The state of a certificate: one function moves it, with revocation row, event and leaves in the
 * caller's transaction; and the ordered scan that CRLs are written from.
 */
#include "engine.h"

#include <stdio.h>
#include <string.h>

static const struct antin_column revocation_columns[] = {
        ANTIN_INT_AT(antin_revocation_row, id),
        ANTIN_INT_AT(antin_revocation_row, issuer),
        ANTIN_BLOB_AT(antin_revocation_row, serial),
        ANTIN_INT_AT(antin_revocation_row, shard),
        ANTIN_INT_AT(antin_revocation_row, requested_at),
        ANTIN_INT_AT(antin_revocation_row, revoked_at),
        ANTIN_INT_AT(antin_revocation_row, reason),
        ANTIN_INT_AT(antin_revocation_row, invalidity_at),
        ANTIN_INT_AT(antin_revocation_row, not_after),
        ANTIN_INT_AT(antin_revocation_row, rev_seq),
        ANTIN_TEXT_AT(antin_revocation_row, note),
        ANTIN_BLOB_AT(antin_revocation_row, salt),
};
static const struct antin_shape revocation_shape =
        ANTIN_SHAPE_SALTED(antin_revocation_row, revocation_columns);

static const struct antin_column event_columns[] = {
        ANTIN_INT_AT(antin_event_row, id),        ANTIN_INT_AT(antin_event_row, issuer),
        ANTIN_BLOB_AT(antin_event_row, serial),   ANTIN_TEXT_AT(antin_event_row, event),
        ANTIN_INT_AT(antin_event_row, old_state), ANTIN_INT_AT(antin_event_row, new_state),
        ANTIN_INT_AT(antin_event_row, reason),    ANTIN_INT_AT(antin_event_row, at),
        ANTIN_INT_AT(antin_event_row, log_seq),
};
static const struct antin_shape event_shape = ANTIN_SHAPE(antin_event_row, event_columns);

void
antin_revocation_row_done(struct antin_revocation_row *r)
{
	antin_shape_done(&revocation_shape, r);
}

enum antin_rc
antin_store_event_add(struct antin_store *s, struct antin_store_act *act,
                      const struct antin_cert_row *cert, enum antin_cert_state to,
                      const char *event, int64_t reason, struct antin_err *err)
{
	struct antin_value v[9];
	int64_t id;
	enum antin_rc rc = antin_store_number(s, ST_EVENT_NEXT, NULL, 0, 1, &id, err);

	if (rc != ANTIN_OK)
		return rc;
	v[0] = antin_v_int(id);
	v[1] = antin_v_int(cert->issuer);
	v[2] = antin_v_bytes(&cert->serial);
	v[3] = antin_v_text(event);
	v[4] = antin_v_int(cert->state);
	v[5] = antin_v_int((int64_t)to);
	v[6] = antin_v_int(reason);
	v[7] = antin_v_int(act->at);
	v[8] = antin_v_int((int64_t)act->log);
	return antin_store_do_one(s, ST_EVENT_ADD, v, 9, err);
}

/* The number that orders all changes of revocation; never given twice. */
static enum antin_rc
next_seq(struct antin_store *s, int64_t *out, struct antin_err *err)
{
	char text[24];
	enum antin_rc rc = antin_store_number(s, ST_REVOCATION_SEQ, NULL, 0, -1, out, err);

	if (rc == ANTIN_OK && *out < 1)
		rc = antin_fail(err, ANTIN_E_STORE, N_("the count of revocations is missing"));
	if (rc != ANTIN_OK)
		return rc;
	(void)snprintf(text, sizeof(text), "%lld", (long long)*out);
	return antin_store_meta_set(s, "rev_seq", text, err);
}

static enum antin_rc
write_revocation(struct antin_store *s, const struct antin_cert_row *cert,
                 struct antin_revocation_row *r, struct antin_err *err)
{
	struct antin_value v[] = {antin_v_int(cert->issuer),
	                          antin_v_bytes(&cert->serial),
	                          antin_v_int(r->revoked_at),
	                          antin_v_int(r->reason),
	                          antin_v_int(r->invalidity_at),
	                          antin_v_null(),
	                          antin_v_null()};
	enum antin_rc rc = next_seq(s, &r->rev_seq, err);

	if (rc != ANTIN_OK)
		return rc;
	if (cert->state == ANTIN_CERT_HOLD || cert->state == ANTIN_CERT_REVOKED) {
		v[5] = antin_v_int(r->rev_seq);
		v[6] = antin_v_bytes(&r->note);
		v[6].kind = ANTIN_VALUE_TEXT;
		return antin_store_do_one(s, ST_REVOCATION_CHANGE, v, 7, err);
	}
	r->issuer = cert->issuer;
	r->shard = cert->shard;
	r->not_after = cert->not_after;
	antin_bytes_clear(&r->serial);
	antin_bytes_add(&r->serial, cert->serial.p, cert->serial.len);
	return antin_shape_insert(s, &revocation_shape, ST_REVOCATION_ADD, r, ST_REVOCATION_NEXT,
	                          err);
}

enum antin_rc
antin_store_cert_move(struct antin_store *s, struct antin_store_act *act,
                      const struct antin_cert_row *cert, const struct antin_cert_move *move,
                      struct antin_err *err)
{
	struct antin_value key[] = {antin_v_int(cert->issuer), antin_v_bytes(&cert->serial)};
	struct antin_value state[] = {antin_v_int(cert->id), antin_v_int(cert->state),
	                              antin_v_int((int64_t)move->to)};
	struct antin_revocation_row *r = move->revocation;
	enum antin_rc rc;

	rc = r ? write_revocation(s, cert, r, err)
	       : antin_store_do_one(s, ST_REVOCATION_REMOVE, key, 2, err);
	if (rc == ANTIN_OK)
		rc = antin_store_do_one(s, ST_CERT_STATE, state, 3, err);
	if (rc == ANTIN_OK)
		rc = antin_store_log_add(s, act, move->event, ANTIN_TABLE_REVOCATION, key, err);
	if (rc == ANTIN_OK)
		rc = antin_store_log_add(s, act, move->event, ANTIN_TABLE_CERT, key, err);
	if (rc != ANTIN_OK)
		return rc;
	return antin_store_event_add(s, act, cert, move->to, move->event,
	                             r ? r->reason : ANTIN_NULL, err);
}

enum antin_rc
antin_store_revocation_get(struct antin_store *s, int64_t issuer, struct antin_slice serial,
                           struct antin_revocation_row *out, struct antin_err *err)
{
	struct antin_value v[] = {antin_v_int(issuer), antin_v_blob(serial)};
	struct antin_run r = {.stmt = ST_REVOCATION_GET, .values = v, .n = 2};
	bool found = false;
	enum antin_rc rc = antin_shape_get(s, &revocation_shape, &r, out, &found, err);

	if (rc == ANTIN_OK && !found)
		return antin_fail(err, ANTIN_E_NOT_FOUND, N_("the certificate is not revoked"));
	return rc;
}

enum antin_rc
antin_store_revocation_after(struct antin_store *s, int64_t time, struct antin_revocation_row *out,
                             bool *found, struct antin_err *err)
{
	struct antin_value v = antin_v_int(time);
	struct antin_run r = {.stmt = ST_REVOCATION_AFTER, .values = &v, .n = 1};

	return antin_shape_get(s, &revocation_shape, &r, out, found, err);
}

struct scan {
	antin_crl_entry_fn *fn;
	void *user;
};

static enum antin_rc
scan_row(void *user, const struct antin_value *row, size_t n, struct antin_err *err)
{
	const struct scan *scan = user;
	struct antin_crl_entry_row e = {.reason = ANTIN_NULL, .invalidity_at = ANTIN_NULL};

	if (n != 4 || row[0].kind != ANTIN_VALUE_BLOB || row[1].kind != ANTIN_VALUE_INT)
		return antin_fail(err, ANTIN_E_STORE, N_("a row of the store has another form"));
	e.serial = row[0].bytes;
	e.revoked_at = row[1].number;
	if (row[2].kind == ANTIN_VALUE_INT)
		e.reason = row[2].number;
	if (row[3].kind == ANTIN_VALUE_INT)
		e.invalidity_at = row[3].number;
	return scan->fn(scan->user, &e, err);
}

enum antin_rc
antin_store_revocation_scan(struct antin_store *s, int64_t issuer, int64_t shard,
                            antin_crl_entry_fn *fn, void *user, struct antin_err *err)
{
	struct antin_value v[] = {antin_v_int(issuer), antin_v_int(shard)};
	struct scan scan = {fn, user};
	struct antin_run r = {ST_REVOCATION_SCAN, v, 2, scan_row, &scan, 0};

	return s->ops->run(s, &r, err);
}

static enum antin_rc
total_row(void *user, const struct antin_value *row, size_t n, struct antin_err *err)
{
	struct antin_scan_total *t = user;

	if (n != 4)
		return antin_fail(err, ANTIN_E_STORE, N_("a row of the store has another form"));
	t->entries = row[0].number;
	t->last_rev_seq = row[1].number;
	t->last_at = row[2].number > row[3].number ? row[2].number : row[3].number;
	return ANTIN_OK;
}

enum antin_rc
antin_store_revocation_total(struct antin_store *s, int64_t issuer, int64_t shard,
                             struct antin_scan_total *out, struct antin_err *err)
{
	struct antin_value v[] = {antin_v_int(issuer), antin_v_int(shard)};
	struct antin_run r = {ST_REVOCATION_TOTAL, v, 2, total_row, out, 0};

	return s->ops->run(s, &r, err);
}

struct event_each {
	antin_event_fn *fn;
	void *user;
};

static enum antin_rc
event_row(void *user, const void *row, struct antin_err *err)
{
	const struct event_each *e = user;

	return e->fn(e->user, row, err);
}

enum antin_rc
antin_store_event_each(struct antin_store *s, int64_t issuer, struct antin_slice serial,
                       antin_event_fn *fn, void *user, struct antin_err *err)
{
	struct antin_value v[] = {antin_v_int(issuer), antin_v_blob(serial)};
	struct antin_run r = {.stmt = ST_EVENT_EACH, .values = v, .n = 2};
	struct event_each e = {fn, user};

	return antin_shape_each(s, &event_shape, &r, event_row, &e, err);
}
