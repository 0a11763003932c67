/*
 * The store above its engines: opening by address, transactions, migrations, settings, and the
 * small helpers that the typed functions are made of.
 */
#include "engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum antin_rc
antin_store_do(struct antin_store *s, enum antin_stmt stmt, const struct antin_value *values,
               size_t n, struct antin_err *err)
{
	struct antin_run r = {.stmt = stmt, .values = values, .n = n};

	return s->ops->run(s, &r, err);
}

enum antin_rc
antin_store_do_one(struct antin_store *s, enum antin_stmt stmt, const struct antin_value *values,
                   size_t n, struct antin_err *err)
{
	struct antin_run r = {.stmt = stmt, .values = values, .n = n};
	enum antin_rc rc = s->ops->run(s, &r, err);

	if (rc == ANTIN_OK && r.changed != 1)
		return antin_fail(err, ANTIN_E_STATE, N_("the row was changed by somebody else"));
	return rc;
}

struct number {
	int64_t value;
};

static enum antin_rc
number_row(void *user, const struct antin_value *row, size_t n, struct antin_err *err)
{
	struct number *out = user;

	(void)err;
	if (n > 0 && row[0].kind == ANTIN_VALUE_INT)
		out->value = row[0].number;
	return ANTIN_OK;
}

enum antin_rc
antin_store_number(struct antin_store *s, enum antin_stmt stmt, const struct antin_value *values,
                   size_t n, int64_t none, int64_t *out, struct antin_err *err)
{
	struct number number = {none};
	struct antin_run r = {stmt, values, n, number_row, &number, 0};
	enum antin_rc rc = s->ops->run(s, &r, err);

	if (rc == ANTIN_OK)
		*out = number.value;
	return rc;
}

struct texts {
	antin_fault_fn *fn;
	void *user;
};

static enum antin_rc
texts_row(void *user, const struct antin_value *row, size_t n, struct antin_err *err)
{
	const struct texts *t = user;
	ANTIN_SCOPED(antin_bytes) text = {0};
	const char *c;

	if (n == 0 || row[0].kind == ANTIN_VALUE_INT)
		return antin_fail(err, ANTIN_E_STORE, N_("a row of the store has another form"));
	antin_bytes_add(&text, row[0].bytes.p, row[0].bytes.len);
	c = antin_bytes_cstr(&text);
	return c ? t->fn(t->user, c, err) : antin_fail_memory(err);
}

enum antin_rc
antin_store_texts(struct antin_store *s, enum antin_stmt stmt, antin_fault_fn *fn, void *user,
                  struct antin_err *err)
{
	struct texts t = {fn, user};
	struct antin_run r = {stmt, NULL, 0, texts_row, &t, 0};

	return s->ops->run(s, &r, err);
}

enum antin_rc
antin_store_ask(struct antin_store *s, enum antin_store_question q, antin_fault_fn *fn, void *user,
                struct antin_err *err)
{
	_Static_assert(ST_ASK_LAST - ST_ASK_FIRST + 1 == ANTIN_ASKS, "a question has no statement");

	return antin_store_texts(s, (enum antin_stmt)(ST_ASK_FIRST + (int)q), fn, user, err);
}

enum antin_rc
antin_store_transact(struct antin_store *s, enum antin_store_mode mode, antin_store_fn *fn,
                     void *user, struct antin_err *err)
{
	enum antin_rc rc;

	if (s->open)
		return antin_fail(err, ANTIN_E_INTERNAL, N_("a transaction is open already"));
	rc = s->ops->begin(s, mode, err);
	if (rc != ANTIN_OK)
		return rc;
	s->open = true;
	rc = fn(s, user, err);
	if (rc == ANTIN_OK)
		rc = s->ops->commit(s, err);
	if (rc != ANTIN_OK)
		s->ops->rollback(s);
	s->open = false;
	return rc;
}

static enum antin_rc
meta_row(void *user, const struct antin_value *row, size_t n, struct antin_err *err)
{
	struct antin_bytes *out = user;

	if (n != 1 || row[0].kind != ANTIN_VALUE_TEXT)
		return antin_fail(err, ANTIN_E_STORE, N_("a row of the store has another form"));
	antin_bytes_add(out, row[0].bytes.p, row[0].bytes.len);
	return antin_bytes_cstr(out) ? ANTIN_OK : antin_fail_memory(err);
}

enum antin_rc
antin_store_meta_get(struct antin_store *s, const char *key, struct antin_bytes *out,
                     struct antin_err *err)
{
	struct antin_value v[] = {antin_v_text(key)};
	ANTIN_SCOPED(antin_bytes) value = {0};
	struct antin_run r = {ST_META_GET, v, 1, meta_row, &value, 0};
	enum antin_rc rc = s->ops->run(s, &r, err);

	if (rc != ANTIN_OK)
		return rc;
	if (!value.p)
		return antin_fail(err, ANTIN_E_NOT_FOUND, N_("the store has no setting %s"), key);
	antin_bytes_move(out, &value);
	return ANTIN_OK;
}

enum antin_rc
antin_store_meta_set(struct antin_store *s, const char *key, const char *value,
                     struct antin_err *err)
{
	struct antin_value v[] = {antin_v_text(key), antin_v_text(value)};

	return antin_store_do(s, ST_META_SET, v, 2, err);
}

/* What the first version needs beside its tables. */
static enum antin_rc
first_rows(struct antin_store *s, struct antin_err *err)
{
	static const uint8_t origin[32] = {0};
	struct antin_value chain = antin_v_blob((struct antin_slice){origin, sizeof(origin)});
	uint8_t random[17];
	char text[40];
	enum antin_rc rc = antin_random(random, sizeof(random), err);

	if (rc == ANTIN_OK)
		rc = antin_store_do_one(s, ST_LOG_HEAD_INIT, &chain, 1, err);
	if (rc == ANTIN_OK)
		rc = antin_store_meta_set(s, "rev_seq", "0", err);
	/* The first octet of every serial made here: 0x01 to 0x7f, so that no two stores agree. */
	(void)snprintf(text, sizeof(text), "%02x", 1U + random[16] % 0x7fU);
	if (rc == ANTIN_OK)
		rc = antin_store_meta_set(s, "instance", text, err);
	(void)antin_hex_text((struct antin_slice){random, 16}, text, sizeof(text));
	if (rc == ANTIN_OK)
		rc = antin_store_meta_set(s, "id", text, err);
	return rc;
}

struct migration {
	int64_t from;
};

static enum antin_rc
migrate(struct antin_store *s, void *user, struct antin_err *err)
{
	const struct migration *m = user;
	enum antin_rc rc = ANTIN_OK;
	char text[24];

	for (int64_t i = m->from; rc == ANTIN_OK && i < ANTIN_STORE_VERSION; i++) {
		rc = s->ops->define(s, antin_schema_versions[i], err);
		if (rc == ANTIN_OK && i == 0)
			rc = first_rows(s, err);
	}
	(void)snprintf(text, sizeof(text), "%d", ANTIN_STORE_VERSION);
	if (rc == ANTIN_OK)
		rc = antin_store_meta_set(s, "schema", text, err);
	return rc;
}

/* The version that the store has; 0 for an empty one. */
static enum antin_rc
version_of(struct antin_store *s, int64_t *out, struct antin_err *err)
{
	struct antin_store_info info = {0};
	ANTIN_SCOPED(antin_bytes) text = {0};
	enum antin_rc rc;
	char *end;

	s->ops->info(s, &info);
	if (info.version == 0) {
		*out = 0;
		return ANTIN_OK;
	}
	rc = antin_store_meta_get(s, "schema", &text, err);
	if (rc != ANTIN_OK)
		return antin_wrap(err, rc, N_("this is not a store of an authority"));
	*out = strtoll((const char *)text.p, &end, 10);
	if (*end != '\0' || *out < 1)
		return antin_fail(err, ANTIN_E_DAMAGED, N_("the version of the store is damaged"));
	return ANTIN_OK;
}

static enum antin_rc
open_engine(const char *address, bool create, struct antin_store **out, struct antin_err *err)
{
	enum antin_rc rc;

	if (strncmp(address, "sqlite:", 7) != 0 || address[7] == '\0') {
		rc = antin_fail(err, ANTIN_E_USAGE, N_("unknown kind of store %s"), address);
		antin_err_set_hint(err, "--store sqlite:PATH");
		return rc;
	}
	return antin_sqlite_open(address + 7, create, out, err);
}

enum antin_rc
antin_store_open(const char *address, bool create, struct antin_store **out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_store) s = NULL;
	struct migration m = {0};
	enum antin_rc rc = open_engine(address, create, &s, err);

	if (rc == ANTIN_OK)
		rc = version_of(s, &m.from, err);
	if (rc == ANTIN_OK && m.from == 0 && create) {
		rc = antin_store_transact(s, ANTIN_STORE_WRITE, migrate, &m, err);
		m.from = ANTIN_STORE_VERSION;
	}
	if (rc == ANTIN_OK && m.from != ANTIN_STORE_VERSION) {
		rc = antin_fail(err, ANTIN_E_STATE,
		                N_("the store has version %lld, this program needs %d"),
		                (long long)m.from, ANTIN_STORE_VERSION);
		antin_err_set_hint(err, m.from == 0 ? "antin-ca init" : "antin-ca db migrate");
	}
	if (rc != ANTIN_OK) {
		if (s && s->made)
			s->ops->discard(s);
		antin_err_set_file(err, address);
		return rc;
	}
	*out = ANTIN_TAKE(s);
	return ANTIN_OK;
}

static enum antin_rc
discard(struct antin_store *s, void *user, struct antin_err *err)
{
	struct antin_log_head head = {0};
	enum antin_rc rc = antin_store_log_head(s, &head, err);

	(void)user;
	if (rc == ANTIN_OK && head.seq == 0)
		s->ops->discard(s);
	return rc;
}

void
antin_store_discard(struct antin_store *s)
{
	/* In doubt it stays: an empty store harms nobody. */
	if (s->made)
		(void)!antin_store_transact(s, ANTIN_STORE_WRITE, discard, NULL, NULL);
}

unsigned int
antin_mode_shared(const char *folder, unsigned int own)
{
	struct stat st;
	unsigned int group = stat(folder, &st) == 0 ? st.st_mode & (S_IRWXG | S_ISGID) : 0;

	/* Search and set-group-ID are for folders only. */
	return own | (own & S_IXUSR ? group : group & (S_IRGRP | S_IWGRP));
}

enum antin_rc
antin_store_migrate(const char *address, int64_t *from, struct antin_err *err)
{
	ANTIN_OWN_S(antin_store) s = NULL;
	struct migration m = {0};
	enum antin_rc rc = open_engine(address, false, &s, err);

	if (rc == ANTIN_OK)
		rc = version_of(s, &m.from, err);
	if (rc == ANTIN_OK && m.from > ANTIN_STORE_VERSION)
		rc = antin_fail(err, ANTIN_E_STATE,
		                N_("the store has version %lld, this program needs %d"),
		                (long long)m.from, ANTIN_STORE_VERSION);
	if (rc == ANTIN_OK && m.from < ANTIN_STORE_VERSION)
		rc = antin_store_transact(s, ANTIN_STORE_WRITE, migrate, &m, err);
	if (rc == ANTIN_OK)
		*from = m.from;
	else
		antin_err_set_file(err, address);
	return rc;
}

void
antin_store_free(struct antin_store *s)
{
	if (s)
		s->ops->close(s);
}

void
antin_store_info(struct antin_store *s, struct antin_store_info *out)
{
	memset(out, 0, sizeof(*out));
	out->engine = s->ops->name;
	out->address = s->address;
	out->folder = s->folder;
	s->ops->info(s, out);
}
