/*
 * Issuers, their OCSP responders, and profiles as they were used.
 */
#include "engine.h"

#include <string.h>

static const struct antin_column issuer_columns[] = {
        ANTIN_INT_AT(antin_issuer_row, id),          ANTIN_TEXT_AT(antin_issuer_row, ca),
        ANTIN_INT_AT(antin_issuer_row, generation),  ANTIN_INT_AT(antin_issuer_row, state),
        ANTIN_INT_AT(antin_issuer_row, parent),      ANTIN_BLOB_AT(antin_issuer_row, subject),
        ANTIN_BLOB_AT(antin_issuer_row, spki),       ANTIN_BLOB_AT(antin_issuer_row, cert),
        ANTIN_TEXT_AT(antin_issuer_row, key_uri),    ANTIN_TEXT_AT(antin_issuer_row, profile),
        ANTIN_TEXT_AT(antin_issuer_row, url),        ANTIN_TEXT_AT(antin_issuer_row, ocsp_url),
        ANTIN_INT_AT(antin_issuer_row, crl_seconds), ANTIN_INT_AT(antin_issuer_row, shards),
        ANTIN_INT_AT(antin_issuer_row, not_before),  ANTIN_INT_AT(antin_issuer_row, not_after),
        ANTIN_BLOB_AT(antin_issuer_row, name_sha1),  ANTIN_BLOB_AT(antin_issuer_row, name_sha256),
        ANTIN_BLOB_AT(antin_issuer_row, key_sha1),   ANTIN_BLOB_AT(antin_issuer_row, key_sha256),
        ANTIN_INT_AT(antin_issuer_row, created_at),  ANTIN_BLOB_AT(antin_issuer_row, salt),
};
static const struct antin_shape issuer_shape = ANTIN_SHAPE_SALTED(antin_issuer_row, issuer_columns);

static const struct antin_column responder_columns[] = {
        ANTIN_INT_AT(antin_responder_row, id),        ANTIN_INT_AT(antin_responder_row, issuer),
        ANTIN_TEXT_AT(antin_responder_row, key_uri),  ANTIN_BLOB_AT(antin_responder_row, cert),
        ANTIN_INT_AT(antin_responder_row, not_after), ANTIN_INT_AT(antin_responder_row, created_at),
        ANTIN_BLOB_AT(antin_responder_row, salt),
};
static const struct antin_shape responder_shape =
        ANTIN_SHAPE_SALTED(antin_responder_row, responder_columns);

static const struct antin_column profile_columns[] = {
        ANTIN_TEXT_AT(antin_profile_row, name),       ANTIN_INT_AT(antin_profile_row, version),
        ANTIN_BLOB_AT(antin_profile_row, sha256),     ANTIN_BLOB_AT(antin_profile_row, body),
        ANTIN_INT_AT(antin_profile_row, active_from), ANTIN_BLOB_AT(antin_profile_row, salt),
};
static const struct antin_shape profile_shape =
        ANTIN_SHAPE_SALTED(antin_profile_row, profile_columns);

void
antin_issuer_row_done(struct antin_issuer_row *r)
{
	antin_shape_done(&issuer_shape, r);
}

void
antin_responder_row_done(struct antin_responder_row *r)
{
	antin_shape_done(&responder_shape, r);
}

static enum antin_rc
issuer_log(struct antin_store *s, struct antin_store_act *act, const char *action, int64_t id,
           struct antin_err *err)
{
	struct antin_value key = antin_v_int(id);

	return antin_store_log_add(s, act, action, ANTIN_TABLE_ISSUER, &key, err);
}

enum antin_rc
antin_store_issuer_add(struct antin_store *s, struct antin_store_act *act,
                       struct antin_issuer_row *r, struct antin_err *err)
{
	struct antin_value ca = antin_v_text((const char *)r->ca.p);
	enum antin_rc rc;

	rc = antin_store_number(s, ST_ISSUER_GENERATION, &ca, 1, 1, &r->generation, err);
	if (rc == ANTIN_OK)
		rc = antin_shape_insert(s, &issuer_shape, ST_ISSUER_ADD, r, ST_ISSUER_NEXT, err);
	return rc == ANTIN_OK ? issuer_log(s, act, "issuer-planned", r->id, err) : rc;
}

enum antin_rc
antin_store_issuer_activate(struct antin_store *s, struct antin_store_act *act,
                            const struct antin_issuer_row *r, struct antin_slice cert,
                            struct antin_err *err)
{
	struct antin_value v[] = {antin_v_int(r->id), antin_v_blob(cert),
	                          antin_v_int(r->not_before), antin_v_int(r->not_after)};
	enum antin_rc rc = antin_store_do_one(s, ST_ISSUER_ACTIVATE, v, 4, err);

	return rc == ANTIN_OK ? issuer_log(s, act, "issuer-active", r->id, err) : rc;
}

enum antin_rc
antin_store_issuer_retire(struct antin_store *s, struct antin_store_act *act, int64_t id,
                          struct antin_err *err)
{
	struct antin_value v = antin_v_int(id);
	enum antin_rc rc = antin_store_do_one(s, ST_ISSUER_RETIRE, &v, 1, err);

	return rc == ANTIN_OK ? issuer_log(s, act, "issuer-abandoned", id, err) : rc;
}

static enum antin_rc
add_name(void *user, const char *text, struct antin_err *err)
{
	struct antin_bytes *names = user;

	(void)err;
	antin_bytes_text(names, names->len ? ", " : "");
	antin_bytes_text(names, text);
	return ANTIN_OK;
}

enum antin_rc
antin_store_issuer_find(struct antin_store *s, const char *ca, struct antin_issuer_row *out,
                        struct antin_err *err)
{
	struct antin_value v = antin_v_text(ca);
	struct antin_run r = {.stmt = ST_ISSUER_FIND, .values = &v, .n = 1};
	ANTIN_SCOPED(antin_bytes) names = {0};
	bool found = false;
	enum antin_rc rc = antin_shape_get(s, &issuer_shape, &r, out, &found, err);

	if (rc != ANTIN_OK || found)
		return rc;
	rc = antin_fail(err, ANTIN_E_NOT_FOUND, N_("there is no active authority %s"), ca);
	if (antin_store_texts(s, ST_ISSUER_NAMES, add_name, &names, NULL) == ANTIN_OK &&
	    names.len && antin_bytes_cstr(&names))
		antin_err_set_hint(err, "--ca: %s", (const char *)names.p);
	return rc;
}

enum antin_rc
antin_store_issuer_get(struct antin_store *s, int64_t id, struct antin_issuer_row *out,
                       struct antin_err *err)
{
	struct antin_value v = antin_v_int(id);
	struct antin_run r = {.stmt = ST_ISSUER_GET, .values = &v, .n = 1};
	bool found = false;
	enum antin_rc rc = antin_shape_get(s, &issuer_shape, &r, out, &found, err);

	if (rc == ANTIN_OK && !found)
		return antin_fail(err, ANTIN_E_NOT_FOUND, N_("there is no issuer %lld"),
		                  (long long)id);
	return rc;
}

struct issuer_each {
	antin_issuer_fn *fn;
	void *user;
};

static enum antin_rc
issuer_row(void *user, const void *row, struct antin_err *err)
{
	const struct issuer_each *e = user;

	return e->fn(e->user, row, err);
}

enum antin_rc
antin_store_issuer_each(struct antin_store *s, antin_issuer_fn *fn, void *user,
                        struct antin_err *err)
{
	struct antin_run r = {.stmt = ST_ISSUER_EACH};
	struct issuer_each e = {fn, user};

	return antin_shape_each(s, &issuer_shape, &r, issuer_row, &e, err);
}

enum antin_rc
antin_store_responder_add(struct antin_store *s, struct antin_store_act *act,
                          struct antin_responder_row *r, struct antin_err *err)
{
	struct antin_value key;
	enum antin_rc rc = antin_shape_insert(s, &responder_shape, ST_RESPONDER_ADD, r,
	                                      ST_RESPONDER_NEXT, err);

	if (rc != ANTIN_OK)
		return rc;
	key = antin_v_int(r->id);
	return antin_store_log_add(s, act, "responder", ANTIN_TABLE_RESPONDER, &key, err);
}

enum antin_rc
antin_store_responder_get(struct antin_store *s, int64_t issuer, struct antin_responder_row *out,
                          struct antin_err *err)
{
	struct antin_value v = antin_v_int(issuer);
	struct antin_run r = {.stmt = ST_RESPONDER_NEWEST, .values = &v, .n = 1};
	bool found = false;
	enum antin_rc rc = antin_shape_get(s, &responder_shape, &r, out, &found, err);

	if (rc == ANTIN_OK && !found) {
		rc = antin_fail(err, ANTIN_E_NOT_FOUND, N_("the authority has no OCSP responder"));
		antin_err_set_hint(err, "antin-ca responder --help");
	}
	return rc;
}

enum antin_rc
antin_store_profile_keep(struct antin_store *s, struct antin_store_act *act, const char *name,
                         int64_t version, struct antin_slice body, struct antin_err *err)
{
	struct antin_value key[] = {antin_v_text(name), antin_v_int(version)};
	struct antin_run r = {.stmt = ST_PROFILE_GET, .values = key, .n = 2};
	struct antin_profile_row row;
	uint8_t hash[32];
	bool found = false;
	enum antin_rc rc = antin_sha256(body, hash, err);

	if (rc == ANTIN_OK)
		rc = antin_shape_get(s, &profile_shape, &r, &row, &found, err);
	if (rc != ANTIN_OK)
		return rc;
	if (found) {
		if (!antin_slice_equal(antin_bytes_slice(&row.sha256),
		                       (struct antin_slice){hash, sizeof(hash)}))
			rc = antin_fail(err, ANTIN_E_CONFLICT,
			                N_("profile %s version %lld was used with other content"),
			                name, (long long)version);
		antin_shape_done(&profile_shape, &row);
		return rc;
	}
	memset(&row, 0, sizeof(row));
	row.version = version;
	row.active_from = act->at;
	antin_bytes_text(&row.name, name);
	antin_bytes_add(&row.sha256, hash, sizeof(hash));
	antin_bytes_add(&row.body, body.p, body.len);
	rc = antin_shape_insert(s, &profile_shape, ST_PROFILE_ADD, &row, ST_NONE, err);
	antin_shape_done(&profile_shape, &row);
	if (rc != ANTIN_OK)
		return rc;
	return antin_store_log_add(s, act, "profile", ANTIN_TABLE_PROFILE, key, err);
}
