/*
 * Shapes: one table per struct maps the columns of its statements to its fields, for binding,
 * reading and freeing.
 */
#include "engine.h"

#include <string.h>

struct antin_value
antin_v_int(int64_t n)
{
	struct antin_value v = {.kind = ANTIN_VALUE_INT, .number = n};

	if (n == ANTIN_NULL)
		v.kind = ANTIN_VALUE_NULL;
	return v;
}

struct antin_value
antin_v_null(void)
{
	return (struct antin_value){.kind = ANTIN_VALUE_NULL};
}

struct antin_value
antin_v_blob(struct antin_slice s)
{
	struct antin_value v = {.kind = ANTIN_VALUE_BLOB, .bytes = s};

	if (s.len == 0)
		v.kind = ANTIN_VALUE_NULL;
	return v;
}

struct antin_value
antin_v_bytes(const struct antin_bytes *b)
{
	return antin_v_blob(antin_bytes_slice(b));
}

struct antin_value
antin_v_text(const char *t)
{
	struct antin_value v = {.kind = ANTIN_VALUE_NULL};

	if (t) {
		v.kind = ANTIN_VALUE_TEXT;
		v.bytes = antin_slice_text(t);
	}
	return v;
}

static struct antin_bytes *
bytes_at(const struct antin_column *c, void *row)
{
	return (struct antin_bytes *)(void *)((char *)row + c->offset);
}

void
antin_shape_done(const struct antin_shape *shape, void *row)
{
	for (size_t i = 0; i < shape->n; i++)
		if (shape->columns[i].kind != ANTIN_COL_INT)
			antin_bytes_done(bytes_at(&shape->columns[i], row));
	memset(row, 0, shape->size);
}

size_t
antin_shape_values(const struct antin_shape *shape, const void *row,
                   struct antin_value out[ANTIN_VALUES])
{
	for (size_t i = 0; i < shape->n; i++) {
		const struct antin_column *c = &shape->columns[i];
		const char *at = (const char *)row + c->offset;
		int64_t number;

		if (c->kind == ANTIN_COL_INT) {
			memcpy(&number, at, sizeof(number));
			out[i] = antin_v_int(number);
			continue;
		}
		out[i] = antin_v_bytes((const struct antin_bytes *)(const void *)at);
		if (c->kind == ANTIN_COL_TEXT)
			out[i].kind = ANTIN_VALUE_TEXT;
	}
	return shape->n;
}

/* Fills a zeroed struct. */
static enum antin_rc
shape_read(const struct antin_shape *shape, const struct antin_value *values, size_t n, void *row,
           struct antin_err *err)
{
	bool failed = n != shape->n;

	for (size_t i = 0; !failed && i < n; i++) {
		const struct antin_column *c = &shape->columns[i];
		struct antin_bytes *b = bytes_at(c, row);
		bool null = values[i].kind == ANTIN_VALUE_NULL;

		if (c->kind == ANTIN_COL_INT) {
			int64_t number = null ? ANTIN_NULL : values[i].number;

			failed = !null && values[i].kind != ANTIN_VALUE_INT;
			memcpy((char *)row + c->offset, &number, sizeof(number));
			continue;
		}
		if (!null && values[i].kind == ANTIN_VALUE_INT)
			failed = true;
		else if (!null)
			antin_bytes_add(b, values[i].bytes.p, values[i].bytes.len);
		if (c->kind == ANTIN_COL_TEXT)
			failed = failed || !antin_bytes_cstr(b);
		failed = failed || b->failed;
	}
	if (failed) {
		antin_shape_done(shape, row);
		return antin_fail(err, ANTIN_E_STORE, N_("a row of the store has another form"));
	}
	return ANTIN_OK;
}

struct get {
	const struct antin_shape *shape;
	void *row;
	bool found;
};

static enum antin_rc
get_row(void *user, const struct antin_value *values, size_t n, struct antin_err *err)
{
	struct get *g = user;

	if (g->found)
		return antin_fail(err, ANTIN_E_STORE,
		                  N_("the store has two rows where one is due"));
	g->found = true;
	return shape_read(g->shape, values, n, g->row, err);
}

enum antin_rc
antin_shape_get(struct antin_store *s, const struct antin_shape *shape, const struct antin_run *run,
                void *row, bool *found, struct antin_err *err)
{
	struct get g = {.shape = shape, .row = row};
	struct antin_run r = *run;
	enum antin_rc rc;

	memset(row, 0, shape->size);
	r.row = get_row;
	r.user = &g;
	rc = s->ops->run(s, &r, err);
	if (rc != ANTIN_OK && g.found)
		antin_shape_done(shape, row);
	if (rc == ANTIN_OK)
		*found = g.found;
	return rc;
}

/* The largest struct that a shape describes. */
union any_row {
	struct antin_profile_row profile;
	struct antin_issuer_row issuer;
	struct antin_responder_row responder;
	struct antin_request_row request;
	struct antin_cert_row cert;
	struct antin_revocation_row revocation;
	struct antin_event_row event;
	struct antin_crl_row crl;
	struct antin_leaf_row leaf;
};

struct each {
	const struct antin_shape *shape;
	antin_shape_fn *fn;
	void *user;
};

static enum antin_rc
each_row(void *user, const struct antin_value *values, size_t n, struct antin_err *err)
{
	const struct each *e = user;
	union any_row row;
	enum antin_rc rc;

	memset(&row, 0, sizeof(row));
	rc = shape_read(e->shape, values, n, &row, err);
	if (rc != ANTIN_OK)
		return rc;
	rc = e->fn(e->user, &row, err);
	antin_shape_done(e->shape, &row);
	return rc;
}

enum antin_rc
antin_shape_each(struct antin_store *s, const struct antin_shape *shape,
                 const struct antin_run *run, antin_shape_fn *fn, void *user, struct antin_err *err)
{
	struct each e = {.shape = shape, .fn = fn, .user = user};
	struct antin_run r = *run;

	r.row = each_row;
	r.user = &e;
	return s->ops->run(s, &r, err);
}

enum antin_rc
antin_shape_insert(struct antin_store *s, const struct antin_shape *shape, enum antin_stmt insert,
                   void *row, enum antin_stmt next, struct antin_err *err)
{
	const struct antin_column *salt = &shape->columns[shape->n - 1];
	struct antin_value values[ANTIN_VALUES];
	enum antin_rc rc = ANTIN_OK;

	if (shape->salted) {
		struct antin_bytes *b = bytes_at(salt, row);
		uint8_t *p;

		antin_bytes_clear(b);
		p = antin_bytes_grow(b, 16);
		rc = p ? antin_random(p, 16, err) : antin_fail_memory(err);
	}
	if (rc == ANTIN_OK && next != ST_NONE) {
		int64_t id;

		rc = antin_store_number(s, next, NULL, 0, 1, &id, err);
		if (rc == ANTIN_OK)
			memcpy((char *)row + shape->columns[0].offset, &id, sizeof(id));
	}
	if (rc != ANTIN_OK)
		return rc;
	return antin_store_do_one(s, insert, values, antin_shape_values(shape, row, values), err);
}
