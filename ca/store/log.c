/*
 * The log in the store: a leaf names the table, the key and SHA-256 of salt and
 * canonical row, so it holds no personal data; leaves are chained, their number is dense, and they
 * are written in the transaction that changes the row.
 */
#include "engine.h"

#include <stdio.h>
#include <string.h>

#include <antin/clock.h>

static const struct antin_column leaf_columns[] = {
        ANTIN_INT_AT(antin_leaf_row, seq),       ANTIN_INT_AT(antin_leaf_row, at),
        ANTIN_TEXT_AT(antin_leaf_row, actor),    ANTIN_TEXT_AT(antin_leaf_row, action),
        ANTIN_TEXT_AT(antin_leaf_row, tab),      ANTIN_TEXT_AT(antin_leaf_row, row_key),
        ANTIN_BLOB_AT(antin_leaf_row, row_hash), ANTIN_BLOB_AT(antin_leaf_row, leaf_hash),
        ANTIN_BLOB_AT(antin_leaf_row, chain),
};
static const struct antin_shape leaf_shape = ANTIN_SHAPE(antin_leaf_row, leaf_columns);

/* How a covered row is read by its key; the salt is the last column. */
static const struct {
	const char *name;
	enum antin_stmt get, keys;
	size_t n_key;
} tables[ANTIN_TABLES] = {
        [ANTIN_TABLE_PROFILE] = {"profile", ST_PROFILE_GET, ST_PROFILE_KEYS, 2},
        [ANTIN_TABLE_ISSUER] = {"issuer", ST_ISSUER_GET, ST_ISSUER_KEYS, 1},
        [ANTIN_TABLE_RESPONDER] = {"responder", ST_RESPONDER_GET, ST_RESPONDER_KEYS, 1},
        [ANTIN_TABLE_REQUEST] = {"request", ST_REQUEST_GET, ST_REQUEST_KEYS, 1},
        [ANTIN_TABLE_CERT] = {"cert", ST_CERT_GET, ST_CERT_KEYS, 2},
        [ANTIN_TABLE_REVOCATION] = {"revocation", ST_REVOCATION_GET, ST_REVOCATION_KEYS, 2},
        [ANTIN_TABLE_CRL] = {"crl", ST_CRL_GET, ST_CRL_KEYS, 3},
        [ANTIN_TABLE_BLOCKED_KEY] = {"blocked_key", ST_BLOCK_GET, ST_BLOCK_KEYS, 1},
};

static void
add_u64(struct antin_bytes *b, uint64_t n)
{
	for (int i = 56; i >= 0; i -= 8)
		antin_bytes_byte(b, (uint8_t)(n >> i));
}

/* One value: kind, length, content; so that no two rows have the same octets. */
static void
canonical_add(struct antin_bytes *b, const struct antin_value *v)
{
	antin_bytes_byte(b, (uint8_t)v->kind);
	if (v->kind == ANTIN_VALUE_INT) {
		add_u64(b, (uint64_t)v->number);
	} else if (v->kind != ANTIN_VALUE_NULL) {
		add_u64(b, v->bytes.len);
		antin_bytes_add(b, v->bytes.p, v->bytes.len);
	}
}

static enum antin_rc
canonical_row(void *user, const struct antin_value *row, size_t n, struct antin_err *err)
{
	struct antin_bytes *out = user;

	if (n < 2 || row[n - 1].kind != ANTIN_VALUE_BLOB || row[n - 1].bytes.len < 16)
		return antin_fail(err, ANTIN_E_STORE, N_("a row that the log covers has no salt"));
	antin_bytes_add(out, row[n - 1].bytes.p, row[n - 1].bytes.len);
	for (size_t i = 0; i + 1 < n; i++)
		canonical_add(out, &row[i]);
	return antin_bytes_check(out, err);
}

/* SHA-256 of salt and canonical row; `*stands` false (and no hash) when there is no such row. */
static enum antin_rc
row_hash(struct antin_store *s, enum antin_table t, const struct antin_value *key, uint8_t out[32],
         bool *stands, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) bytes = {0};
	struct antin_run r = {tables[t].get, key, tables[t].n_key, canonical_row, &bytes, 0};
	enum antin_rc rc = s->ops->run(s, &r, err);

	if (rc != ANTIN_OK)
		return rc;
	*stands = bytes.len > 0;
	return *stands ? antin_sha256(antin_bytes_slice(&bytes), out, err) : ANTIN_OK;
}

static void
key_text(struct antin_bytes *b, const struct antin_value *key, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			antin_bytes_byte(b, '/');
		if (key[i].kind == ANTIN_VALUE_INT)
			antin_bytes_printf(b, "%lld", (long long)key[i].number);
		else if (key[i].kind == ANTIN_VALUE_BLOB)
			antin_hex_add(b, key[i].bytes);
		else
			antin_bytes_add(b, key[i].bytes.p, key[i].bytes.len);
	}
}

enum antin_rc
antin_leaf_hash(const struct antin_leaf_row *r, uint8_t out[32], struct antin_err *err)
{
	const struct antin_bytes *parts[] = {&r->actor, &r->action, &r->tab, &r->row_key,
	                                     &r->row_hash};
	ANTIN_SCOPED(antin_bytes) b = {0};
	enum antin_rc rc;

	antin_bytes_byte(&b, 0);
	antin_bytes_text(&b, "antin-leaf/1");
	add_u64(&b, (uint64_t)r->seq);
	add_u64(&b, (uint64_t)r->at);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		add_u64(&b, parts[i]->len);
		antin_bytes_add(&b, parts[i]->p, parts[i]->len);
	}
	rc = antin_bytes_check(&b, err);
	return rc == ANTIN_OK ? antin_sha256(antin_bytes_slice(&b), out, err) : rc;
}

enum antin_rc
antin_leaf_chain(struct antin_slice before, const uint8_t leaf[32], uint8_t out[32],
                 struct antin_err *err)
{
	uint8_t both[64];

	if (before.len != 32)
		return antin_fail(err, ANTIN_E_STORE, N_("the head of the log is damaged"));
	memcpy(both, before.p, 32);
	memcpy(both + 32, leaf, 32);
	return antin_sha256((struct antin_slice){both, sizeof(both)}, out, err);
}

static enum antin_rc
head_row(void *user, const struct antin_value *row, size_t n, struct antin_err *err)
{
	struct antin_log_head *h = user;

	if (n != 2 || row[0].kind != ANTIN_VALUE_INT || row[1].bytes.len != 32)
		return antin_fail(err, ANTIN_E_STORE, N_("the head of the log is damaged"));
	h->seq = row[0].number;
	memcpy(h->chain, row[1].bytes.p, 32);
	return ANTIN_OK;
}

enum antin_rc
antin_store_log_head(struct antin_store *s, struct antin_log_head *out, struct antin_err *err)
{
	struct antin_log_head h = {.seq = -1};
	struct antin_run r = {ST_LOG_HEAD, NULL, 0, head_row, &h, 0};
	enum antin_rc rc = s->ops->run(s, &r, err);

	if (rc == ANTIN_OK && h.seq < 0)
		rc = antin_fail(err, ANTIN_E_STORE, N_("the head of the log is missing"));
	if (rc == ANTIN_OK)
		*out = h;
	return rc;
}

/*
 * Dates of revocations, CRLs and leaves only grow; a clock behind the log would sign dates that
 * were never true.  A small step is what time service does to a running clock.
 */
enum antin_rc
antin_store_log_clock(struct antin_store *s, int64_t *now, struct antin_err *err)
{
	char last[ANTIN_TIME_CAP], here[ANTIN_TIME_CAP];
	int64_t at = ANTIN_NULL;
	enum antin_rc rc = antin_store_number(s, ST_LOG_TIME, NULL, 0, ANTIN_NULL, &at, err);

	if (rc != ANTIN_OK || at == ANTIN_NULL || *now >= at)
		return rc;
	if (*now >= at - ANTIN_LOG_STEP) {
		*now = at;
		return ANTIN_OK;
	}
	antin_err_set_hint(err, "antin-ca clock --help");
	return antin_fail(err, ANTIN_E_STATE,
	                  N_("the clock says %s, but the log was written at %s already; "
	                     "correct the clock"),
	                  antin_time_people(*now, ANTIN_VIETNAM_OFFSET, here),
	                  antin_time_people(at, ANTIN_VIETNAM_OFFSET, last));
}

enum antin_rc
antin_store_log_times(struct antin_store *s, int64_t now, int64_t *last, int64_t *known,
                      struct antin_err *err)
{
	struct antin_value v = antin_v_int(now);
	enum antin_rc rc = antin_store_number(s, ST_LOG_TIME, NULL, 0, ANTIN_NULL, last, err);

	if (rc == ANTIN_OK)
		rc = antin_store_number(s, ST_LOG_UNTIL, &v, 1, ANTIN_NULL, known, err);
	return rc;
}

static enum antin_rc
leaf_add(struct antin_store *s, struct antin_leaf_row *leaf, const struct antin_log_head *head,
         struct antin_err *err)
{
	struct antin_value v[ANTIN_VALUES];
	uint8_t hash[32], chain[32];
	enum antin_rc rc = antin_leaf_hash(leaf, hash, err);

	if (rc == ANTIN_OK)
		rc = antin_leaf_chain((struct antin_slice){head->chain, 32}, hash, chain, err);
	if (rc != ANTIN_OK)
		return rc;
	antin_bytes_add(&leaf->leaf_hash, hash, sizeof(hash));
	antin_bytes_add(&leaf->chain, chain, sizeof(chain));
	rc = antin_store_do_one(s, ST_LOG_ADD, v, antin_shape_values(&leaf_shape, leaf, v), err);
	v[0] = antin_v_int(leaf->seq);
	v[1] = antin_v_blob((struct antin_slice){chain, sizeof(chain)});
	if (rc == ANTIN_OK)
		rc = antin_store_do_one(s, ST_LOG_HEAD_SET, v, 2, err);
	return rc;
}

enum antin_rc
antin_store_log_add(struct antin_store *s, struct antin_store_act *act, const char *action,
                    enum antin_table table, const struct antin_value *key, struct antin_err *err)
{
	struct antin_leaf_row leaf = {0};
	struct antin_log_head head;
	uint8_t hash[32];
	bool stands = false;
	enum antin_rc rc = act->back ? ANTIN_OK : antin_store_log_clock(s, &act->at, err);

	if (rc == ANTIN_OK)
		rc = row_hash(s, table, key, hash, &stands, err);
	if (rc == ANTIN_OK)
		rc = antin_store_log_head(s, &head, err);
	if (rc != ANTIN_OK)
		return antin_wrap(err, rc, N_("the log could not be written"));
	leaf.at = act->at;
	leaf.seq = head.seq + 1;
	antin_bytes_text(&leaf.actor, act->actor);
	antin_bytes_text(&leaf.action, action);
	antin_bytes_text(&leaf.tab, tables[table].name);
	key_text(&leaf.row_key, key, tables[table].n_key);
	if (stands)
		antin_bytes_add(&leaf.row_hash, hash, sizeof(hash));
	rc = leaf_add(s, &leaf, &head, err);
	if (rc == ANTIN_OK)
		act->log = (uint64_t)leaf.seq;
	antin_shape_done(&leaf_shape, &leaf);
	return rc == ANTIN_OK ? rc : antin_wrap(err, rc, N_("the log could not be written"));
}

struct leaf_each {
	antin_leaf_fn *fn;
	void *user;
};

static enum antin_rc
leaf_row(void *user, const void *row, struct antin_err *err)
{
	const struct leaf_each *e = user;

	return e->fn(e->user, row, err);
}

enum antin_rc
antin_store_log_each(struct antin_store *s, antin_leaf_fn *fn, void *user, struct antin_err *err)
{
	struct leaf_each e = {fn, user};
	struct antin_run r = {.stmt = ST_LOG_EACH};

	return antin_shape_each(s, &leaf_shape, &r, leaf_row, &e, err);
}

struct compare {
	struct antin_store *s;
	enum antin_table table;
	antin_log_fault_fn *fn;
	void *user;
	size_t rows;
};

static enum antin_rc
last_row(void *user, const struct antin_value *row, size_t n, struct antin_err *err)
{
	struct antin_bytes *out = user;

	(void)err;
	if (n == 1)
		antin_bytes_add(out, row[0].bytes.p, row[0].bytes.len);
	return antin_bytes_check(out, err);
}

static enum antin_rc
compare_row(void *user, const struct antin_value *key, size_t n, struct antin_err *err)
{
	struct compare *c = user;
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bytes) last = {0};
	struct antin_value v[2] = {antin_v_text(tables[c->table].name)};
	struct antin_run r = {ST_LOG_LAST, v, 2, last_row, &last, 0};
	uint8_t hash[32] = {0};
	bool stands = false;
	enum antin_rc rc;

	key_text(&text, key, n);
	if (!antin_bytes_cstr(&text))
		return antin_fail_memory(err);
	v[1] = antin_v_text((const char *)text.p);
	c->rows++;
	rc = row_hash(c->s, c->table, key, hash, &stands, err);
	if (rc == ANTIN_OK)
		rc = c->s->ops->run(c->s, &r, err);
	if (rc != ANTIN_OK ||
	    antin_slice_equal(antin_bytes_slice(&last), (struct antin_slice){hash, sizeof(hash)}))
		return rc;
	return c->fn(c->user, tables[c->table].name, (const char *)text.p,
	             last.len ? N_("differs from its last leaf") : N_("has no leaf"), err);
}

struct standing {
	size_t leaves;
};

static enum antin_rc
standing_row(void *user, const char *text, struct antin_err *err)
{
	struct standing *st = user;

	(void)text;
	(void)err;
	st->leaves++;
	return ANTIN_OK;
}

enum antin_rc
antin_store_log_compare(struct antin_store *s, antin_log_fault_fn *fn, void *user,
                        struct antin_err *err)
{
	struct standing st = {0};
	struct compare c = {.s = s, .fn = fn, .user = user};
	enum antin_rc rc = ANTIN_OK;

	for (int t = 0; rc == ANTIN_OK && t < ANTIN_TABLES; t++) {
		struct antin_run r = {tables[t].keys, NULL, 0, compare_row, &c, 0};

		c.table = (enum antin_table)t;
		rc = s->ops->run(s, &r, err);
	}
	if (rc == ANTIN_OK)
		rc = antin_store_texts(s, ST_LOG_STANDING, standing_row, &st, err);
	/* Rows that were taken away without a leaf: more leaves stand than rows. */
	if (rc == ANTIN_OK && st.leaves > c.rows)
		rc = fn(user, "log_leaf", "", N_("tells of rows that are gone"), err);
	return rc;
}
