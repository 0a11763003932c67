/*
 * Until when digests and lengths of keys can be relied on (ETSI TS 119 312 and its predecessors):
 * the table built in, and the file antin.algorithms/1 in its place.  See algorithms.h.
 */
#include <antin/algorithms.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <antin/clock.h>
#include <antin/fields.h>
#include <antin/file.h>

enum { ROWS_MAX = 64, BITS_MAX = 65536 };
#define FOREVER     INT64_MAX
#define CLAUSE      "ETSI TS 119 312"
#define END_OF_2000 978307199
#define END_OF_2013 1388534399
#define END_OF_2016 1483228799

/* A digest, or keys of a type with at least so many bits; `until` is the last second. */
struct limit {
	int of;
	int64_t bits;
	int64_t until;
	const char *clause;
};
struct policy {
	const struct limit *digests, *keys;
	size_t n_digests, n_keys;
};

static const struct limit digests_built_in[] = {
        {ANTIN_SHA1, 0, END_OF_2016, CLAUSE},
        {ANTIN_SHA256, 0, FOREVER, CLAUSE},
        {ANTIN_SHA384, 0, FOREVER, CLAUSE},
        {ANTIN_SHA512, 0, FOREVER, CLAUSE},
};
static const struct limit keys_built_in[] = {
        {ANTIN_KEY_RSA, 0, END_OF_2000, CLAUSE},    {ANTIN_KEY_RSA, 1024, END_OF_2013, CLAUSE},
        {ANTIN_KEY_RSA, 2048, FOREVER, CLAUSE},     {ANTIN_KEY_DSA, 0, END_OF_2000, CLAUSE},
        {ANTIN_KEY_DSA, 1024, END_OF_2013, CLAUSE}, {ANTIN_KEY_DSA, 2048, FOREVER, CLAUSE},
        {ANTIN_KEY_P256, 0, FOREVER, CLAUSE},       {ANTIN_KEY_P384, 0, FOREVER, CLAUSE},
};
static const struct policy built_in = {
        digests_built_in,
        keys_built_in,
        sizeof(digests_built_in) / sizeof(digests_built_in[0]),
        sizeof(keys_built_in) / sizeof(keys_built_in[0]),
};

/* ---- the file ---- */

struct row {
	int of;
	int64_t bits;
	char *until, *clause, *note;
};
struct antin_algorithms {
	char *schema, *note;
	int64_t version;
	json_t *digests_json, *keys_json;
	struct row *digest_rows, *key_rows;
	size_t n_digest_rows, n_key_rows;
	struct limit digests[ROWS_MAX], keys[ROWS_MAX];
	struct policy policy;
	struct antin_bytes text;
};

static const struct antin_choice digest_names[] = {
        {"SHA-1", ANTIN_SHA1},
        {"SHA-256", ANTIN_SHA256},
        {"SHA-384", ANTIN_SHA384},
        {"SHA-512", ANTIN_SHA512},
        {NULL, 0},
};
static const struct antin_choice key_names[] = {
        {"RSA", ANTIN_KEY_RSA},
        {"DSA", ANTIN_KEY_DSA},
        {"P-256", ANTIN_KEY_P256},
        {"P-384", ANTIN_KEY_P384},
        {NULL, 0},
};

#define AT(member) offsetof(struct row, member)
#define ROW_REST                                                                                   \
	{"until",                                                                                  \
	 ANTIN_FIELD_TEXT,                                                                         \
	 AT(until),                                                                                \
	 1,                                                                                        \
	 40,                                                                                       \
	 NULL,                                                                                     \
	 false,                                                                                    \
	 "The last second in which it counts, like 2016-12-31T23:59:59Z; none: no end is known"},  \
	        {"clause", ANTIN_FIELD_TEXT, AT(clause), 1, 100, NULL, true, "Who says so"},       \
	        {"note", ANTIN_FIELD_TEXT, AT(note), 1, 500, NULL, false, "Remark for people"},    \
	        ANTIN_FIELD_END
static const struct antin_field digest_fields[] = {
        {"digest", ANTIN_FIELD_CHOICE, AT(of), 0, 0, digest_names, true, "Name of the digest"},
        ROW_REST,
};
static const struct antin_field key_fields[] = {
        {"key", ANTIN_FIELD_CHOICE, AT(of), 0, 0, key_names, true, "Type of the key"},
        {"bits", ANTIN_FIELD_INT, AT(bits), 0, BITS_MAX, NULL, false,
         "Keys of at least this length, up to the next row's"},
        ROW_REST,
};
#undef AT
#define AT(member) offsetof(struct antin_algorithms, member)
static const struct antin_field fields[] = {
        {"schema", ANTIN_FIELD_TEXT, AT(schema), 1, 64, NULL, true, "antin.algorithms/1"},
        {"version", ANTIN_FIELD_INT, AT(version), 1, 1000000, NULL, true,
         "Rises with every change"},
        {"note", ANTIN_FIELD_TEXT, AT(note), 1, 1000, NULL, false, "Remark for people"},
        {"digests", ANTIN_FIELD_JSON, AT(digests_json), 0, 0, NULL, true,
         "Digests; one that is not there counts at no time"},
        {"keys", ANTIN_FIELD_JSON, AT(keys_json), 0, 0, NULL, true,
         "Keys by type and length; what is not there counts at no time"},
        ANTIN_FIELD_END,
};
#undef AT

static const struct antin_field_rows digest_list = {"digests", digest_fields, sizeof(struct row),
                                                    ROWS_MAX};
static const struct antin_field_rows key_list = {"keys", key_fields, sizeof(struct row), ROWS_MAX};

#define WRONG(path, i, text, err)                                                                  \
	(antin_err_set_where((err), "%s[%zu]", (path), (i)),                                       \
	 antin_fail((err), ANTIN_E_CONFIG, text))

/* A day alone would be one of Viet Nam, and its first second. */
static bool
read_until(const char *text, int64_t *out)
{
	struct antin_err quiet = {0};

	*out = FOREVER;
	return !text || (strchr(text, 'T') && antin_time_parse(text, out, &quiet) == ANTIN_OK);
}

static enum antin_rc
read_limits(const char *path, const struct row *rows, size_t n, struct limit *out,
            struct antin_err *err)
{
	for (size_t i = 0; i < n; i++) {
		out[i] = (struct limit){rows[i].of, rows[i].bits, 0, rows[i].clause};
		if (!read_until(rows[i].until, &out[i].until))
			return WRONG(path, i, N_("until is not a time like 2016-12-31T23:59:59Z"),
			             err);
		for (size_t k = 0; k < i; k++)
			if (out[k].of == out[i].of && out[k].bits == out[i].bits)
				return WRONG(path, i, N_("an earlier row is about the same"), err);
	}
	return ANTIN_OK;
}

static const struct antin_field_file file = {"antin.algorithms/1", fields, ANTIN_ALGORITHMS_MAX,
                                             offsetof(struct antin_algorithms, text)};

static enum antin_rc
fill(struct antin_algorithms *a, struct antin_slice text, const char *name, struct antin_err *err)
{
	void *rows = NULL;
	enum antin_rc rc = antin_fields_parse(&file, text, name, a, err);

	if (rc != ANTIN_OK)
		return rc;
	rc = antin_fields_rows(&digest_list, a->digests_json, &rows, &a->n_digest_rows, err);
	a->digest_rows = rows;
	rows = NULL;
	if (rc == ANTIN_OK)
		rc = antin_fields_rows(&key_list, a->keys_json, &rows, &a->n_key_rows, err);
	a->key_rows = rows;
	if (rc == ANTIN_OK)
		rc = read_limits("digests", a->digest_rows, a->n_digest_rows, a->digests, err);
	if (rc == ANTIN_OK)
		rc = read_limits("keys", a->key_rows, a->n_key_rows, a->keys, err);
	a->policy = (struct policy){a->digests, a->keys, a->n_digest_rows, a->n_key_rows};
	return rc;
}

enum antin_rc
antin_algorithms_read(struct antin_slice text, const char *name, struct antin_algorithms **out,
                      struct antin_err *err)
{
	ANTIN_OWN_S(antin_algorithms) a = calloc(1, sizeof(*a));
	enum antin_rc rc;

	if (!a)
		return antin_fail_memory(err);
	rc = fill(a, text, name, err);
	if (rc == ANTIN_OK)
		*out = ANTIN_TAKE(a);
	return rc;
}

enum antin_rc
antin_algorithms_load(const char *path, struct antin_algorithms **out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	enum antin_rc rc = antin_file_read(path, ANTIN_ALGORITHMS_MAX, &text, err);

	if (rc == ANTIN_OK)
		rc = antin_algorithms_read(antin_bytes_slice(&text), path, out, err);
	if (rc != ANTIN_OK)
		antin_err_set_file(err, path);
	return rc;
}

void
antin_algorithms_free(struct antin_algorithms *a)
{
	if (!a)
		return;
	antin_fields_rows_done(&digest_list, a->digest_rows, a->n_digest_rows);
	antin_fields_rows_done(&key_list, a->key_rows, a->n_key_rows);
	antin_fields_done(fields, a);
	antin_bytes_done(&a->text);
	free(a);
}

struct antin_slice
antin_algorithms_text(const struct antin_algorithms *a)
{
	return antin_bytes_slice(&a->text);
}

/* ---- asking ---- */

/* Of the rows about it, that with the greatest length that it has. */
static bool
counts(const struct limit *rows, size_t n, const struct limit *asked, int64_t time,
       struct antin_algorithm_end *end)
{
	const struct limit *best = NULL;

	for (size_t i = 0; i < n; i++)
		if (rows[i].of == asked->of && rows[i].bits <= asked->bits &&
		    (!best || rows[i].bits > best->bits))
			best = &rows[i];
	*end = (struct antin_algorithm_end){best ? best->until : ANTIN_ALGORITHM_NEVER,
	                                    best ? best->clause : CLAUSE};
	return best && time <= best->until;
}

bool
antin_algorithms_allow(const struct antin_algorithms *a, const struct antin_sigalg *alg,
                       const struct antin_public *key, int64_t time,
                       struct antin_algorithm_end *end)
{
	const struct policy *p = a ? &a->policy : &built_in;
	struct antin_algorithm_end unused;
	struct limit asked = {0};

	if (alg) {
		asked.of = (int)alg->digest;
		if (!counts(p->digests, p->n_digests, &asked, time, end ? end : &unused))
			return false;
	}
	if (!key)
		return true;
	asked.of = (int)antin_public_type(key);
	asked.bits = (int64_t)antin_public_bits(key);
	return counts(p->keys, p->n_keys, &asked, time, end ? end : &unused);
}

const char *
antin_algorithm_text(const char *name, const struct antin_algorithm_end *end, char *out, size_t cap)
{
	char iso[ANTIN_TIME_CAP];

	if (end->until == ANTIN_ALGORITHM_NEVER)
		(void)snprintf(out, cap, "%s", name);
	else
		(void)snprintf(out, cap, "%s (≤ %.10s)", name, antin_time_iso(end->until, iso));
	return end->clause;
}
