/*
 * Field tables: a struct read from JSON by an array that describes it.  See fields.h.
 */
#include <antin/fields.h>

#include <stdlib.h>
#include <string.h>

#include <antin/der.h>
#include <antin/text.h>

/* One field being read. */
struct spot {
	const struct antin_field *field;
	const char *path; /* of the object, or "" */
	void *at;
	const size_t *index; /* of the entry in a list, or NULL */
};

static void
set_where(const struct spot *s, struct antin_err *err)
{
	const char *point = *s->path ? "." : "";

	if (s->index)
		antin_err_set_where(err, "%s%s%s[%zu]", s->path, point, s->field->name, *s->index);
	else
		antin_err_set_where(err, "%s%s%s", s->path, point, s->field->name);
}

static enum antin_rc
wrong_type(const struct spot *s, const char *wanted, struct antin_err *err)
{
	set_where(s, err);
	return antin_fail(err, ANTIN_E_CONFIG, N_("%s must be %s"), s->field->name, wanted);
}

static enum antin_rc
out_of_range(const struct spot *s, struct antin_err *err)
{
	const struct antin_field *f = s->field;

	set_where(s, err);
	if (f->kind == ANTIN_FIELD_TEXT)
		return antin_fail(err, ANTIN_E_CONFIG, N_("%s must have %lld to %lld characters"),
		                  f->name, (long long)f->min, (long long)f->max);
	if (f->kind == ANTIN_FIELD_INT)
		return antin_fail(err, ANTIN_E_CONFIG, N_("%s must be %lld to %lld"), f->name,
		                  (long long)f->min, (long long)f->max);
	return antin_fail(err, ANTIN_E_CONFIG, N_("%s must have %lld to %lld entries"), f->name,
	                  (long long)f->min, (long long)f->max);
}

static bool
in_range(const struct antin_field *f, int64_t n)
{
	return n >= f->min && (f->max == 0 || n <= f->max);
}

static enum antin_rc
read_text(const struct spot *s, const json_t *value, struct antin_err *err)
{
	const char *text = json_string_value(value);

	if (!text)
		return wrong_type(s, "text", err);
	if (!in_range(s->field, (int64_t)antin_text_characters(antin_slice_text(text))))
		return out_of_range(s, err);
	return antin_text_copy(text, (char **)s->at, err);
}

static enum antin_rc
read_int(const struct spot *s, const json_t *value, struct antin_err *err)
{
	const struct antin_field *f = s->field;
	json_int_t n = json_integer_value(value);

	if (!json_is_integer(value))
		return wrong_type(s, "an integer", err);
	if ((f->min || f->max) && (n < f->min || n > f->max))
		return out_of_range(s, err);
	*(int64_t *)s->at = n;
	return ANTIN_OK;
}

static enum antin_rc
read_bool(const struct spot *s, const json_t *value, struct antin_err *err)
{
	if (!json_is_boolean(value))
		return wrong_type(s, "true or false", err);
	*(bool *)s->at = json_is_true(value);
	return ANTIN_OK;
}

/* The nearest name becomes the hint: the one thing that helps with a misspelling. */
static void
hint_choice(const struct antin_choice *choices, const char *word, struct antin_err *err)
{
	const char *names[65];
	size_t n = 0;
	const char *near;

	for (; n < 64 && choices[n].name; n++)
		names[n] = choices[n].name;
	names[n] = NULL;
	near = antin_text_nearest(word, names);
	if (near)
		antin_err_set_hint(err, "%s", near);
}

static enum antin_rc
find_choice(const struct spot *s, const json_t *value, const struct antin_choice **out,
            struct antin_err *err)
{
	const char *text = json_string_value(value);

	if (!text)
		return wrong_type(s, "text", err);
	for (const struct antin_choice *c = s->field->choices; c->name; c++)
		if (strcmp(c->name, text) == 0) {
			*out = c;
			return ANTIN_OK;
		}
	set_where(s, err);
	hint_choice(s->field->choices, text, err);
	return antin_fail(err, ANTIN_E_CONFIG, N_("%s: unknown value %s"), s->field->name, text);
}

static enum antin_rc
read_choice(const struct spot *s, const json_t *value, struct antin_err *err)
{
	const struct antin_choice *c;
	enum antin_rc rc = find_choice(s, value, &c, err);

	if (rc == ANTIN_OK)
		*(int *)s->at = c->value;
	return rc;
}

static enum antin_rc
read_bits(const struct spot *s, const json_t *value, struct antin_err *err)
{
	uint32_t bits = 0;
	json_t *one;
	size_t i;

	if (!json_is_array(value))
		return wrong_type(s, "a list", err);
	json_array_foreach (value, i, one) {
		struct spot item = {s->field, s->path, s->at, &i};
		const struct antin_choice *c;
		enum antin_rc rc = find_choice(&item, one, &c, err);

		if (rc != ANTIN_OK)
			return rc;
		if (bits & (uint32_t)1 << c->value) {
			set_where(&item, err);
			return antin_fail(err, ANTIN_E_CONFIG, N_("%s names %s twice"),
			                  s->field->name, c->name);
		}
		bits |= (uint32_t)1 << c->value;
	}
	*(uint32_t *)s->at = bits;
	return ANTIN_OK;
}

static enum antin_rc
check_oid(const struct spot *s, const json_t *value, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) der = {0};
	const char *text = json_string_value(value);

	if (!text)
		return wrong_type(s, "an object identifier", err);
	if (antin_oid_parse(text, &der, NULL) == ANTIN_OK)
		return ANTIN_OK;
	set_where(s, err);
	return antin_fail(err, ANTIN_E_CONFIG, N_("%s is not an object identifier"), text);
}

static enum antin_rc
read_oid(const struct spot *s, const json_t *value, struct antin_err *err)
{
	enum antin_rc rc = check_oid(s, value, err);

	return rc == ANTIN_OK ? read_text(s, value, err) : rc;
}

static void
free_list(char **list)
{
	for (size_t i = 0; list && list[i]; i++)
		free(list[i]);
	free(list);
}

static enum antin_rc
read_entry(const struct spot *item, const json_t *value, char **out, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	if (item->field->kind == ANTIN_FIELD_OIDS)
		rc = check_oid(item, value, err);
	else if (!json_is_string(value) || json_string_length(value) == 0)
		rc = wrong_type(item, "a list of text", err);
	if (rc != ANTIN_OK)
		return rc;
	*out = strdup(json_string_value(value));
	return *out ? ANTIN_OK : antin_fail_memory(err);
}

static enum antin_rc
read_list(const struct spot *s, const json_t *value, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;
	char **list;

	if (!json_is_array(value))
		return wrong_type(s, "a list", err);
	if (!in_range(s->field, (int64_t)json_array_size(value)))
		return out_of_range(s, err);
	list = calloc(json_array_size(value) + 1, sizeof(*list));
	if (!list)
		return antin_fail_memory(err);
	for (size_t i = 0; rc == ANTIN_OK && i < json_array_size(value); i++) {
		struct spot item = {s->field, s->path, s->at, &i};

		rc = read_entry(&item, json_array_get(value, i), &list[i], err);
	}
	if (rc == ANTIN_OK) {
		char **old = *(char ***)s->at;

		*(char ***)s->at = list;
		list = old;
	}
	free_list(list);
	return rc;
}

static enum antin_rc
read_json(const struct spot *s, const json_t *value, struct antin_err *err)
{
	json_t **at = (json_t **)s->at;
	json_t *copy = json_deep_copy(value);

	if (!copy)
		return antin_fail_memory(err);
	json_decref(*at);
	*at = copy;
	return ANTIN_OK;
}

static void
done_text(void *at)
{
	free(*(char **)at);
}

static void
done_list(void *at)
{
	free_list(*(char ***)at);
}

static void
done_json(void *at)
{
	json_decref(*(json_t **)at);
}

struct kind {
	size_t size;
	enum antin_rc (*read)(const struct spot *s, const json_t *value, struct antin_err *err);
	void (*done)(void *at);
	const char *type, *items, *pattern; /* in JSON Schema */
};

/* Loose, for the schema language has no better: reading itself checks the arcs. */
#define OID_PATTERN "^[0-2][.][0-9.]*[0-9]$"

static const struct kind kinds[] = {
        [ANTIN_FIELD_TEXT] = {sizeof(char *), read_text, done_text, "string"},
        [ANTIN_FIELD_INT] = {sizeof(int64_t), read_int, NULL, "integer"},
        [ANTIN_FIELD_BOOL] = {sizeof(bool), read_bool, NULL, "boolean"},
        [ANTIN_FIELD_CHOICE] = {sizeof(int), read_choice, NULL, "string"},
        [ANTIN_FIELD_BITS] = {sizeof(uint32_t), read_bits, NULL, "array", "string"},
        [ANTIN_FIELD_LIST] = {sizeof(char **), read_list, done_list, "array", "string", "."},
        [ANTIN_FIELD_OID] = {sizeof(char *), read_oid, done_text, "string", NULL, OID_PATTERN},
        [ANTIN_FIELD_OIDS] = {sizeof(char **), read_list, done_list, "array", "string",
                              OID_PATTERN},
        [ANTIN_FIELD_JSON] = {sizeof(json_t *), read_json, done_json},
};

static const struct antin_field *
field_named(const struct antin_field *fields, const char *name)
{
	for (; fields->name; fields++)
		if (strcmp(fields->name, name) == 0)
			return fields;
	return NULL;
}

static enum antin_rc
unknown_key(const struct antin_field *fields, const char *path, const char *key,
            struct antin_err *err)
{
	const char *names[129];
	const char *near;
	size_t n = 0;

	for (; n < 128 && fields[n].name; n++)
		names[n] = fields[n].name;
	names[n] = NULL;
	near = antin_text_nearest(key, names);
	if (near)
		antin_err_set_hint(err, "%s", near);
	antin_err_set_where(err, "%s%s%s", path, *path ? "." : "", key);
	return antin_fail(err, ANTIN_E_CONFIG, N_("unknown key %s"), key);
}

enum antin_rc
antin_fields_read_at(const struct antin_field *fields, const json_t *object, const char *path,
                     void *into, struct antin_err *err)
{
	const char *key;
	json_t *value;

	if (!json_is_object(object)) {
		antin_err_set_where(err, "%s", *path ? path : "$");
		return antin_fail(err, ANTIN_E_CONFIG, N_("an object in braces is expected"));
	}
	json_object_foreach ((json_t *)(uintptr_t)object, key, value) {
		const struct antin_field *f = field_named(fields, key);
		struct spot s = {f, path, f ? (char *)into + f->offset : NULL, NULL};
		enum antin_rc rc = f ? kinds[f->kind].read(&s, value, err)
		                     : unknown_key(fields, path, key, err);

		if (rc != ANTIN_OK)
			return rc;
	}
	for (const struct antin_field *f = fields; f->name; f++) {
		struct spot s = {f, path, NULL, NULL};

		if (!f->required || json_object_get(object, f->name))
			continue;
		set_where(&s, err);
		return antin_fail(err, ANTIN_E_CONFIG, N_("%s is missing"), f->name);
	}
	return ANTIN_OK;
}

enum antin_rc
antin_fields_read(const struct antin_field *fields, const json_t *object, void *into,
                  struct antin_err *err)
{
	return antin_fields_read_at(fields, object, "", into, err);
}

enum antin_rc
antin_fields_parse(const struct antin_field_file *f, struct antin_slice text, const char *name,
                   void *into, struct antin_err *err)
{
	ANTIN_OWN(json_t) json = NULL;
	struct antin_bytes *kept;
	const char *schema;
	enum antin_rc rc;

	if (text.len > f->max)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("a file of %s is too large"),
		                  f->schema);
	rc = antin_json_parse(text, name, &json, err);
	if (rc == ANTIN_OK)
		rc = antin_fields_read(f->fields, json, into, err);
	if (rc != ANTIN_OK)
		return rc;
	schema = json_string_value(json_object_get(json, "schema"));
	if (!schema || strcmp(schema, f->schema) != 0) {
		antin_err_set_where(err, "schema");
		return antin_fail(err, ANTIN_E_CONFIG, N_("the schema is not %s"), f->schema);
	}
	if (!f->text)
		return ANTIN_OK;
	kept = (struct antin_bytes *)((char *)into + f->text);
	antin_bytes_add(kept, text.p, text.len);
	return antin_bytes_check(kept, err);
}

static void *
row_of(const struct antin_field_rows *l, void *rows, size_t i)
{
	return (char *)rows + i * l->size;
}

void
antin_fields_rows_done(const struct antin_field_rows *l, void *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		antin_fields_done(l->fields, row_of(l, rows, i));
	free(rows);
}

enum antin_rc
antin_fields_rows(const struct antin_field_rows *l, const json_t *json, void **rows, size_t *n,
                  struct antin_err *err)
{
	size_t given = json_array_size(json);
	enum antin_rc rc = ANTIN_OK;

	*rows = NULL;
	*n = 0;
	if (json && (!json_is_array(json) || given > l->max)) {
		antin_err_set_where(err, "%s", l->path);
		return antin_fail(err, ANTIN_E_CONFIG, N_("%s must be a list of at most %zu"),
		                  l->path, l->max);
	}
	*rows = calloc(given + 1, l->size);
	if (!*rows)
		return antin_fail_memory(err);
	for (size_t i = 0; i < given && rc == ANTIN_OK; i++) {
		char path[128];

		(void)snprintf(path, sizeof(path), "%s[%zu]", l->path, i);
		*n = i + 1; /* before: what was read in part is freed with the rest */
		rc = antin_fields_read_at(l->fields, json_array_get(json, i), path,
		                          row_of(l, *rows, i), err);
	}
	return rc;
}

void
antin_fields_done(const struct antin_field *fields, void *of)
{
	for (const struct antin_field *f = fields; f->name; f++) {
		void *at = (char *)of + f->offset;

		if (kinds[f->kind].done)
			kinds[f->kind].done(at);
		memset(at, 0, kinds[f->kind].size);
	}
}

static json_t *
choice_names(const struct antin_choice *choices)
{
	json_t *names = json_array();

	for (; choices->name; choices++)
		(void)json_array_append_new(names, json_string(choices->name));
	return names;
}

static json_t *
field_schema(const struct antin_field *f)
{
	const struct kind *k = &kinds[f->kind];
	json_t *schema = json_object();
	json_t *named = k->items ? json_object() : schema;

	if (k->type)
		(void)json_object_set_new(schema, "type", json_string(k->type));
	if (k->items)
		(void)json_object_set_new(named, "type", json_string(k->items));
	if (k->pattern)
		(void)json_object_set_new(named, "pattern", json_string(k->pattern));
	if (f->choices)
		(void)json_object_set_new(named, "enum", choice_names(f->choices));
	if (k->items)
		(void)json_object_set_new(schema, "items", named);
	if (f->kind == ANTIN_FIELD_INT && (f->min || f->max)) {
		(void)json_object_set_new(schema, "minimum", json_integer(f->min));
		(void)json_object_set_new(schema, "maximum", json_integer(f->max));
	}
	if (k->items && f->min)
		(void)json_object_set_new(schema, "minItems", json_integer(f->min));
	if (k->items && f->max)
		(void)json_object_set_new(schema, "maxItems", json_integer(f->max));
	if (f->help)
		(void)json_object_set_new(schema, "description", json_string(f->help));
	return schema;
}

json_t *
antin_fields_schema(const struct antin_field *fields, const char *id)
{
	json_t *properties = json_object(), *required = json_array();

	for (const struct antin_field *f = fields; f->name; f++) {
		(void)json_object_set_new(properties, f->name, field_schema(f));
		if (f->required)
			(void)json_array_append_new(required, json_string(f->name));
	}
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:b}", "$schema",
	                 "https://json-schema.org/draft/2020-12/schema", "$id", id, "type",
	                 "object", "properties", properties, "required", required,
	                 "additionalProperties", 0);
}
