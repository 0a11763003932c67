/*
 * CRL numbers, the CRLs signed, and blocked keys.
 */
#include "engine.h"

static const struct antin_column crl_columns[] = {
        ANTIN_INT_AT(antin_crl_row, issuer),      ANTIN_INT_AT(antin_crl_row, shard),
        ANTIN_INT_AT(antin_crl_row, number),      ANTIN_INT_AT(antin_crl_row, state),
        ANTIN_INT_AT(antin_crl_row, this_update), ANTIN_INT_AT(antin_crl_row, next_update),
        ANTIN_INT_AT(antin_crl_row, entries),     ANTIN_INT_AT(antin_crl_row, last_rev_seq),
        ANTIN_BLOB_AT(antin_crl_row, sha256),     ANTIN_BLOB_AT(antin_crl_row, bytes),
        ANTIN_BLOB_AT(antin_crl_row, salt),
};
static const struct antin_shape crl_shape = ANTIN_SHAPE_SALTED(antin_crl_row, crl_columns);

void
antin_crl_row_done(struct antin_crl_row *r)
{
	antin_shape_done(&crl_shape, r);
}

static enum antin_rc
crl_log(struct antin_store *s, struct antin_store_act *act, const char *action,
        const struct antin_crl_row *r, struct antin_err *err)
{
	struct antin_value key[] = {antin_v_int(r->issuer), antin_v_int(r->shard),
	                            antin_v_int(r->number)};

	return antin_store_log_add(s, act, action, ANTIN_TABLE_CRL, key, err);
}

enum antin_rc
antin_store_crl_number(struct antin_store *s, int64_t issuer, int64_t shard, int64_t fence,
                       int64_t *number, struct antin_err *err)
{
	struct antin_value v[] = {antin_v_int(issuer), antin_v_int(shard), antin_v_int(fence)};
	enum antin_rc rc = antin_store_do(s, ST_SCOPE_ADD, v, 2, err);

	if (rc == ANTIN_OK)
		rc = antin_store_number(s, ST_SCOPE_GET, v, 2, -1, number, err);
	if (rc == ANTIN_OK && *number < 1)
		rc = antin_fail(err, ANTIN_E_STORE, N_("the count of CRLs is damaged"));
	if (rc == ANTIN_OK)
		rc = antin_store_do_one(s, ST_SCOPE_BUMP, v, 3, err);
	return rc;
}

enum antin_rc
antin_store_crl_raise(struct antin_store *s, int64_t issuer, int64_t shard, int64_t number,
                      struct antin_err *err)
{
	struct antin_value v[] = {antin_v_int(issuer), antin_v_int(shard), antin_v_int(number)};

	return antin_store_do(s, ST_SCOPE_RAISE, v, 3, err);
}

enum antin_rc
antin_store_crl_add(struct antin_store *s, struct antin_store_act *act, struct antin_crl_row *r,
                    struct antin_err *err)
{
	enum antin_rc rc = antin_shape_insert(s, &crl_shape, ST_CRL_ADD, r, ST_NONE, err);

	return rc == ANTIN_OK ? crl_log(s, act, "crl", r, err) : rc;
}

enum antin_rc
antin_store_crl_published(struct antin_store *s, struct antin_store_act *act,
                          const struct antin_crl_row *r, struct antin_err *err)
{
	struct antin_value v[] = {antin_v_int(r->issuer), antin_v_int(r->shard),
	                          antin_v_int(r->number), antin_v_int(ANTIN_CRL_PUBLISHED)};
	enum antin_rc rc = antin_store_do_one(s, ST_CRL_STATE, v, 4, err);

	return rc == ANTIN_OK ? crl_log(s, act, "crl-published", r, err) : rc;
}

enum antin_rc
antin_store_crl_newest(struct antin_store *s, int64_t issuer, int64_t shard,
                       struct antin_crl_row *out, struct antin_err *err)
{
	struct antin_value v[] = {antin_v_int(issuer), antin_v_int(shard)};
	struct antin_run r = {.stmt = ST_CRL_NEWEST, .values = v, .n = 2};
	bool found = false;
	enum antin_rc rc = antin_shape_get(s, &crl_shape, &r, out, &found, err);

	if (rc == ANTIN_OK && !found)
		return antin_fail(err, ANTIN_E_NOT_FOUND, N_("no CRL has been made yet"));
	return rc;
}

enum antin_rc
antin_store_crl_leaf(struct antin_store *s, int64_t issuer, struct antin_slice sha256, int64_t *seq,
                     struct antin_err *err)
{
	struct antin_value v[] = {antin_v_int(issuer), antin_v_blob(sha256)};

	return antin_store_number(s, ST_CRL_LEAF, v, 2, ANTIN_NULL, seq, err);
}

struct crl_each {
	antin_crl_fn *fn;
	void *user;
};

static enum antin_rc
crl_row(void *user, const void *row, struct antin_err *err)
{
	const struct crl_each *e = user;

	return e->fn(e->user, row, err);
}

enum antin_rc
antin_store_crl_each(struct antin_store *s, antin_crl_fn *fn, void *user, struct antin_err *err)
{
	struct antin_run r = {.stmt = ST_CRL_EACH};
	struct crl_each e = {fn, user};

	return antin_shape_each(s, &crl_shape, &r, crl_row, &e, err);
}

enum antin_rc
antin_store_key_block(struct antin_store *s, struct antin_store_act *act,
                      struct antin_slice spki_hash, const char *source, struct antin_err *err)
{
	struct antin_value v[] = {antin_v_blob(spki_hash), antin_v_text(source),
	                          antin_v_int(act->at), antin_v_null()};
	uint8_t salt[16];
	bool blocked = false;
	enum antin_rc rc = antin_store_key_blocked(s, spki_hash, &blocked, err);

	if (rc != ANTIN_OK || blocked)
		return rc;
	rc = antin_random(salt, sizeof(salt), err);
	v[3] = antin_v_blob((struct antin_slice){salt, sizeof(salt)});
	if (rc == ANTIN_OK)
		rc = antin_store_do_one(s, ST_BLOCK_ADD, v, 4, err);
	if (rc == ANTIN_OK)
		rc = antin_store_log_add(s, act, "key-blocked", ANTIN_TABLE_BLOCKED_KEY, v, err);
	return rc;
}

static enum antin_rc
any_row(void *user, const struct antin_value *row, size_t n, struct antin_err *err)
{
	bool *found = user;

	(void)row;
	(void)n;
	(void)err;
	*found = true;
	return ANTIN_OK;
}

enum antin_rc
antin_store_key_blocked(struct antin_store *s, struct antin_slice spki_hash, bool *out,
                        struct antin_err *err)
{
	struct antin_value v = antin_v_blob(spki_hash);
	bool found = false;
	struct antin_run r = {ST_BLOCK_GET, &v, 1, any_row, &found, 0};
	enum antin_rc rc = s->ops->run(s, &r, err);

	if (rc == ANTIN_OK)
		*out = found;
	return rc;
}
