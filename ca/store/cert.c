/*
 * Certificates from intent to valid, the bytes they are made of, and the requests behind them.
 */
#include "engine.h"

#include <string.h>

static const struct antin_column cert_columns[] = {
        ANTIN_INT_AT(antin_cert_row, id),         ANTIN_INT_AT(antin_cert_row, issuer),
        ANTIN_BLOB_AT(antin_cert_row, serial),    ANTIN_INT_AT(antin_cert_row, state),
        ANTIN_INT_AT(antin_cert_row, shard),      ANTIN_INT_AT(antin_cert_row, request),
        ANTIN_TEXT_AT(antin_cert_row, profile),   ANTIN_INT_AT(antin_cert_row, profile_version),
        ANTIN_BLOB_AT(antin_cert_row, subject),   ANTIN_TEXT_AT(antin_cert_row, subject_text),
        ANTIN_TEXT_AT(antin_cert_row, likeness),  ANTIN_BLOB_AT(antin_cert_row, spki_hash),
        ANTIN_INT_AT(antin_cert_row, not_before), ANTIN_INT_AT(antin_cert_row, not_after),
        ANTIN_BLOB_AT(antin_cert_row, tbs_hash),  ANTIN_BLOB_AT(antin_cert_row, cert_hash),
        ANTIN_INT_AT(antin_cert_row, created_at), ANTIN_INT_AT(antin_cert_row, issued_at),
        ANTIN_INT_AT(antin_cert_row, replaces),   ANTIN_TEXT_AT(antin_cert_row, holder),
        ANTIN_BLOB_AT(antin_cert_row, salt),
};
static const struct antin_shape cert_shape = ANTIN_SHAPE_SALTED(antin_cert_row, cert_columns);

static const struct antin_column request_columns[] = {
        ANTIN_INT_AT(antin_request_row, id),    ANTIN_TEXT_AT(antin_request_row, idem_key),
        ANTIN_TEXT_AT(antin_request_row, kind), ANTIN_INT_AT(antin_request_row, issuer),
        ANTIN_BLOB_AT(antin_request_row, body), ANTIN_BLOB_AT(antin_request_row, body_hash),
        ANTIN_INT_AT(antin_request_row, cert),  ANTIN_INT_AT(antin_request_row, created_at),
        ANTIN_BLOB_AT(antin_request_row, salt),
};
static const struct antin_shape request_shape =
        ANTIN_SHAPE_SALTED(antin_request_row, request_columns);

void
antin_cert_row_done(struct antin_cert_row *r)
{
	antin_shape_done(&cert_shape, r);
}

void
antin_request_row_done(struct antin_request_row *r)
{
	antin_shape_done(&request_shape, r);
}

const char *
antin_cert_state_name(int64_t state)
{
	static const char *const names[ANTIN_CERT_STATES] = {
	        [ANTIN_CERT_INTENT] = "intent",
	        [ANTIN_CERT_VALID] = "valid",
	        [ANTIN_CERT_HOLD] = "hold",
	        [ANTIN_CERT_REVOKED] = "revoked",
	};

	return state >= 0 && state < ANTIN_CERT_STATES ? names[state] : "?";
}

static enum antin_rc
cert_log(struct antin_store *s, struct antin_store_act *act, const char *action,
         const struct antin_cert_row *r, struct antin_err *err)
{
	struct antin_value key[] = {antin_v_int(r->issuer), antin_v_bytes(&r->serial)};

	return antin_store_log_add(s, act, action, ANTIN_TABLE_CERT, key, err);
}

static enum antin_rc
blob_add(struct antin_store *s, int64_t cert, int kind, struct antin_slice bytes,
         struct antin_err *err)
{
	struct antin_value v[] = {antin_v_int(cert), antin_v_int(kind), antin_v_blob(bytes)};

	return antin_store_do_one(s, ST_BLOB_ADD, v, 3, err);
}

enum antin_rc
antin_store_cert_intend(struct antin_store *s, struct antin_store_act *act,
                        struct antin_cert_row *r, struct antin_slice tbs, struct antin_err *err)
{
	uint8_t hash[32];
	enum antin_rc rc = antin_sha256(tbs, hash, err);

	if (rc != ANTIN_OK)
		return rc;
	r->state = ANTIN_CERT_INTENT;
	r->issued_at = ANTIN_NULL;
	r->created_at = act->at;
	antin_bytes_clear(&r->tbs_hash);
	antin_bytes_add(&r->tbs_hash, hash, sizeof(hash));
	rc = antin_shape_insert(s, &cert_shape, ST_CERT_ADD, r, ST_CERT_NEXT, err);
	if (rc == ANTIN_OK)
		rc = blob_add(s, r->id, ANTIN_BLOB_TBS, tbs, err);
	return rc == ANTIN_OK ? cert_log(s, act, "intent", r, err) : rc;
}

enum antin_rc
antin_store_cert_issue(struct antin_store *s, struct antin_store_act *act,
                       const struct antin_cert_row *r, struct antin_slice der,
                       struct antin_err *err)
{
	uint8_t hash[32];
	struct antin_value v[] = {antin_v_int(r->id),
	                          antin_v_blob((struct antin_slice){hash, sizeof(hash)}),
	                          antin_v_int(act->at)};
	enum antin_rc rc = antin_sha256(der, hash, err);

	if (rc == ANTIN_OK)
		rc = antin_store_do_one(s, ST_CERT_ISSUE, v, 3, err);
	if (rc == ANTIN_OK)
		rc = blob_add(s, r->id, ANTIN_BLOB_CERT, der, err);
	if (rc == ANTIN_OK)
		rc = cert_log(s, act, "issue", r, err);
	if (rc != ANTIN_OK)
		return rc;
	return antin_store_event_add(s, act, r, ANTIN_CERT_VALID, "issue", ANTIN_NULL, err);
}

static enum antin_rc
cert_one(struct antin_store *s, const struct antin_run *r, struct antin_cert_row *out,
         struct antin_err *err)
{
	bool found = false;
	enum antin_rc rc = antin_shape_get(s, &cert_shape, r, out, &found, err);

	if (rc == ANTIN_OK && !found)
		return antin_fail(err, ANTIN_E_NOT_FOUND, N_("there is no such certificate"));
	return rc;
}

enum antin_rc
antin_store_cert_get(struct antin_store *s, int64_t issuer, struct antin_slice serial,
                     struct antin_cert_row *out, struct antin_err *err)
{
	struct antin_value v[] = {antin_v_int(issuer), antin_v_blob(serial)};
	struct antin_run r = {.stmt = ST_CERT_GET, .values = v, .n = 2};

	return cert_one(s, &r, out, err);
}

enum antin_rc
antin_store_cert_by_id(struct antin_store *s, int64_t id, struct antin_cert_row *out,
                       struct antin_err *err)
{
	struct antin_value v = antin_v_int(id);
	struct antin_run r = {.stmt = ST_CERT_BY_ID, .values = &v, .n = 1};

	return cert_one(s, &r, out, err);
}

static enum antin_rc
der_row(void *user, const struct antin_value *row, size_t n, struct antin_err *err)
{
	struct antin_bytes *out = user;

	if (n == 1)
		antin_bytes_add(out, row[0].bytes.p, row[0].bytes.len);
	return antin_bytes_check(out, err);
}

enum antin_rc
antin_store_cert_der(struct antin_store *s, int64_t id, int kind, struct antin_bytes *out,
                     struct antin_err *err)
{
	struct antin_value v[] = {antin_v_int(id), antin_v_int(kind)};
	ANTIN_SCOPED(antin_bytes) bytes = {0};
	struct antin_run r = {ST_BLOB_GET, v, 2, der_row, &bytes, 0};
	enum antin_rc rc = s->ops->run(s, &r, err);

	if (rc != ANTIN_OK)
		return rc;
	if (bytes.len == 0)
		return antin_fail(err, ANTIN_E_NOT_FOUND, N_("there is no such certificate"));
	antin_bytes_move(out, &bytes);
	return ANTIN_OK;
}

struct cert_each {
	antin_cert_fn *fn;
	void *user;
};

static enum antin_rc
cert_row(void *user, const void *row, struct antin_err *err)
{
	const struct cert_each *e = user;

	return e->fn(e->user, row, err);
}

/* A pattern that finds `part` anywhere, whatever signs it has. */
static const char *
like_pattern(struct antin_bytes *b, const char *part)
{
	antin_bytes_byte(b, '%');
	for (; *part; part++) {
		if (strchr("%_!", *part))
			antin_bytes_byte(b, '!');
		antin_bytes_byte(b, (uint8_t)*part);
	}
	antin_bytes_byte(b, '%');
	return antin_bytes_cstr(b);
}

enum antin_rc
antin_store_cert_each(struct antin_store *s, const struct antin_cert_filter *f, antin_cert_fn *fn,
                      void *user, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) pattern = {0};
	struct cert_each e = {fn, user};
	struct antin_value v[] = {
	        antin_v_int(f->issuer),   antin_v_int(f->state), antin_v_int(f->expires_before),
	        antin_v_text(f->profile), antin_v_text(NULL),    antin_v_blob(f->serial),
	        antin_v_blob(f->spki)};
	struct antin_run r = {.stmt = ST_CERT_EACH, .values = v, .n = 7};

	if (f->find) {
		const char *text = like_pattern(&pattern, f->find);

		if (!text)
			return antin_fail_memory(err);
		v[4] = antin_v_text(text);
	}
	return antin_shape_each(s, &cert_shape, &r, cert_row, &e, err);
}

static enum antin_rc
request_log(struct antin_store *s, struct antin_store_act *act, const char *action, int64_t id,
            struct antin_err *err)
{
	struct antin_value key = antin_v_int(id);

	return antin_store_log_add(s, act, action, ANTIN_TABLE_REQUEST, &key, err);
}

enum antin_rc
antin_store_request_add(struct antin_store *s, struct antin_store_act *act,
                        struct antin_request_row *r, const char *action, struct antin_err *err)
{
	uint8_t hash[32];
	enum antin_rc rc = antin_sha256(antin_bytes_slice(&r->body), hash, err);

	if (rc != ANTIN_OK)
		return rc;
	antin_bytes_add(&r->body_hash, hash, sizeof(hash));
	r->created_at = act->at;
	rc = antin_shape_insert(s, &request_shape, ST_REQUEST_ADD, r, ST_REQUEST_NEXT, err);
	return rc == ANTIN_OK ? request_log(s, act, action, r->id, err) : rc;
}

enum antin_rc
antin_store_request_find(struct antin_store *s, const char *idem_key, struct antin_request_row *out,
                         struct antin_err *err)
{
	struct antin_value v = antin_v_text(idem_key);
	struct antin_run r = {.stmt = ST_REQUEST_FIND, .values = &v, .n = 1};
	bool found = false;
	enum antin_rc rc = antin_shape_get(s, &request_shape, &r, out, &found, err);

	if (rc == ANTIN_OK && !found)
		return antin_fail(err, ANTIN_E_NOT_FOUND, N_("there is no request %s"), idem_key);
	return rc;
}

enum antin_rc
antin_store_request_cert(struct antin_store *s, struct antin_store_act *act, int64_t id,
                         int64_t cert, struct antin_err *err)
{
	struct antin_value v[] = {antin_v_int(id), antin_v_int(cert)};
	enum antin_rc rc = antin_store_do_one(s, ST_REQUEST_CERT, v, 2, err);

	return rc == ANTIN_OK ? request_log(s, act, "request-answered", id, err) : rc;
}
