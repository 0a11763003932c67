/*
 * The subset of JSON Schema (draft 2020-12) that docs/schema uses; a keyword outside of it is an
 * error of the schema, so that no rule is ever silently skipped.  See json.h.
 */
#include <antin/json.h>

#include <ctype.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include <antin/text.h>

/* Where the checked value stands: a chain on the stack, written out only for an error. */
struct place {
	const struct place *above;
	const char *key; /* NULL: an index */
	size_t index, depth;
	const json_t *root; /* the whole schema, for $ref */
};
enum { DEPTH_MAX = 64 };

static void
add_place(struct antin_bytes *b, const struct place *at)
{
	if (!at->above)
		return;
	add_place(b, at->above);
	if (!at->key)
		antin_bytes_printf(b, "[%zu]", at->index);
	else
		antin_bytes_printf(b, "%s%s", b->len ? "." : "", at->key);
}

static void
set_where(struct antin_err *err, const struct place *at)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	const char *text;

	add_place(&path, at);
	text = antin_bytes_cstr(&path);
	antin_err_set_where(err, "%s", text && *text ? text : "$");
}

static enum antin_rc check(const json_t *schema, const json_t *value, const struct place *at,
                           struct antin_err *err);

static enum antin_rc
bad_schema(const char *keyword, struct antin_err *err)
{
	return antin_fail(err, ANTIN_E_CONFIG,
	                  N_("the schema uses %s in a way that is not supported"), keyword);
}

static enum antin_rc
refuse(const struct place *at, const char *keyword, struct antin_err *err)
{
	set_where(err, at);
	return antin_fail(err, ANTIN_E_FORMAT, N_("the value breaks the rule %s of its schema"),
	                  keyword);
}

static bool
has_type(const json_t *value, const char *type)
{
	static const struct {
		const char *name;
		json_type types[2];
	} rows[] = {
	        {"object", {JSON_OBJECT, JSON_OBJECT}}, {"array", {JSON_ARRAY, JSON_ARRAY}},
	        {"string", {JSON_STRING, JSON_STRING}}, {"integer", {JSON_INTEGER, JSON_INTEGER}},
	        {"number", {JSON_INTEGER, JSON_REAL}},  {"boolean", {JSON_TRUE, JSON_FALSE}},
	        {"null", {JSON_NULL, JSON_NULL}},
	};

	for (size_t i = 0; type && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].name, type) == 0)
			return json_typeof(value) == rows[i].types[0] ||
			       json_typeof(value) == rows[i].types[1];
	return false;
}

/* One keyword: what it says, the schema it stands in, the value, where. */
struct rule {
	const char *keyword;
	const json_t *says, *schema, *value;
	const struct place *at;
};

static enum antin_rc
check_type(const struct rule *r, struct antin_err *err)
{
	json_t *one;
	size_t i;

	if (json_is_string(r->says) && has_type(r->value, json_string_value(r->says)))
		return ANTIN_OK;
	json_array_foreach (r->says, i, one)
		if (has_type(r->value, json_string_value(one)))
			return ANTIN_OK;
	return refuse(r->at, r->keyword, err);
}

static enum antin_rc
check_properties(const struct rule *r, struct antin_err *err)
{
	const char *key;
	json_t *member;

	if (!json_is_object(r->says))
		return bad_schema(r->keyword, err);
	json_object_foreach ((json_t *)(uintptr_t)r->value, key, member) {
		struct place in = {r->at, key, 0, r->at->depth + 1, r->at->root};
		const json_t *schema = json_object_get(r->says, key);
		enum antin_rc rc = schema ? check(schema, member, &in, err) : ANTIN_OK;

		if (rc != ANTIN_OK)
			return rc;
	}
	return ANTIN_OK;
}

static enum antin_rc
check_additional(const struct rule *r, struct antin_err *err)
{
	const json_t *known = json_object_get(r->schema, "properties");
	const char *key;
	json_t *member;

	json_object_foreach ((json_t *)(uintptr_t)r->value, key, member) {
		struct place in = {r->at, key, 0, r->at->depth + 1, r->at->root};
		enum antin_rc rc = ANTIN_OK;

		if (json_object_get(known, key))
			continue;
		if (json_is_object(r->says))
			rc = check(r->says, member, &in, err);
		else if (!json_is_true(r->says))
			rc = refuse(&in, r->keyword, err);
		if (rc != ANTIN_OK)
			return rc;
	}
	return ANTIN_OK;
}

static enum antin_rc
check_required(const struct rule *r, struct antin_err *err)
{
	json_t *one;
	size_t i;

	if (!json_is_object(r->value))
		return ANTIN_OK;
	json_array_foreach (r->says, i, one) {
		const char *key = json_string_value(one);
		struct place in = {r->at, key ? key : "?", 0, r->at->depth + 1, r->at->root};

		if (!key || !json_object_get(r->value, key))
			return refuse(&in, r->keyword, err);
	}
	return ANTIN_OK;
}

static enum antin_rc
check_items(const struct rule *r, struct antin_err *err)
{
	json_t *one;
	size_t i;

	json_array_foreach (r->value, i, one) {
		struct place in = {r->at, NULL, i, r->at->depth + 1, r->at->root};
		enum antin_rc rc = check(r->says, one, &in, err);

		if (rc != ANTIN_OK)
			return rc;
	}
	return ANTIN_OK;
}

static enum antin_rc
check_enum(const struct rule *r, struct antin_err *err)
{
	json_t *one;
	size_t i;

	json_array_foreach (r->says, i, one)
		if (json_equal(one, r->value))
			return ANTIN_OK;
	return refuse(r->at, r->keyword, err);
}

static enum antin_rc
check_const(const struct rule *r, struct antin_err *err)
{
	return json_equal(r->says, r->value) ? ANTIN_OK : refuse(r->at, r->keyword, err);
}

/* Patterns are POSIX extended ones; classes like \d, and groups, mean other things elsewhere. */
static bool
pattern_supported(const char *p)
{
	for (; *p; p++) {
		if (*p == '(')
			return false;
		if (*p == '\\' && (isalnum((unsigned char)p[1]) || !*++p))
			return false;
	}
	return true;
}

static enum antin_rc
check_pattern(const struct rule *r, struct antin_err *err)
{
	const char *pattern = json_string_value(r->says);
	regex_t compiled;
	bool match;

	if (!pattern || !pattern_supported(pattern) ||
	    regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return bad_schema(r->keyword, err);
	match = !json_is_string(r->value) ||
	        regexec(&compiled, json_string_value(r->value), 0, NULL, 0) == 0;
	regfree(&compiled);
	return match ? ANTIN_OK : refuse(r->at, r->keyword, err);
}

/* minimum, maximum, minItems, maxItems: a bound and the number it holds for. */
static enum antin_rc
check_bound(const struct rule *r, struct antin_err *err)
{
	bool items = strlen(r->keyword) > strlen("minimum");
	json_int_t bound = json_integer_value(r->says), n = 0;
	bool ok;

	if (!json_is_integer(r->says))
		return bad_schema(r->keyword, err);
	if (items ? !json_is_array(r->value) : !json_is_integer(r->value))
		return ANTIN_OK;
	n = items ? (json_int_t)json_array_size(r->value) : json_integer_value(r->value);
	ok = strncmp(r->keyword, "min", 3) == 0 ? n >= bound : n <= bound;
	return ok ? ANTIN_OK : refuse(r->at, r->keyword, err);
}

static enum antin_rc
check_any_of(const struct rule *r, struct antin_err *err)
{
	json_t *one;
	size_t i;

	json_array_foreach (r->says, i, one) {
		struct place in = *r->at;

		in.depth++;
		if (check(one, r->value, &in, NULL) == ANTIN_OK)
			return ANTIN_OK;
	}
	return refuse(r->at, r->keyword, err);
}

/* "#/$defs/name" or "#" only. */
static enum antin_rc
check_ref(const struct rule *r, struct antin_err *err)
{
	static const char defs[] = "#/$defs/";
	const char *ref = json_string_value(r->says);
	struct place in = *r->at;
	const json_t *schema = NULL;

	in.depth++;
	if (ref && strcmp(ref, "#") == 0)
		schema = in.root;
	else if (ref && strncmp(ref, defs, strlen(defs)) == 0)
		schema = json_object_get(json_object_get(in.root, "$defs"), ref + strlen(defs));
	if (!schema)
		return bad_schema(r->keyword, err);
	return check(schema, r->value, &in, err);
}

static enum antin_rc
check_nothing(const struct rule *r, struct antin_err *err)
{
	(void)r;
	(void)err;
	return ANTIN_OK;
}

static const struct {
	const char *keyword;
	enum antin_rc (*check)(const struct rule *r, struct antin_err *err);
} rules[] = {
        {"type", check_type},           {"properties", check_properties},
        {"required", check_required},   {"additionalProperties", check_additional},
        {"items", check_items},         {"enum", check_enum},
        {"const", check_const},         {"pattern", check_pattern},
        {"minimum", check_bound},       {"maximum", check_bound},
        {"minItems", check_bound},      {"maxItems", check_bound},
        {"anyOf", check_any_of},        {"$ref", check_ref},
        {"$schema", check_nothing},     {"$id", check_nothing},
        {"$defs", check_nothing},       {"title", check_nothing},
        {"description", check_nothing}, {"default", check_nothing},
};

static enum antin_rc
check_keyword(const struct rule *r, struct antin_err *err)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (strcmp(rules[i].keyword, r->keyword) == 0)
			return rules[i].check(r, err);
	return bad_schema(r->keyword, err);
}

static enum antin_rc
check(const json_t *schema, const json_t *value, const struct place *at, struct antin_err *err)
{
	const char *keyword;
	json_t *says;

	if (json_is_true(schema))
		return ANTIN_OK;
	if (!json_is_object(schema) || at->depth > DEPTH_MAX)
		return bad_schema("nesting", err);
	json_object_foreach ((json_t *)(uintptr_t)schema, keyword, says) {
		struct rule r = {keyword, says, schema, value, at};
		enum antin_rc rc = check_keyword(&r, err);

		if (rc != ANTIN_OK)
			return rc;
	}
	return ANTIN_OK;
}

enum antin_rc
antin_json_check(const json_t *schema, const json_t *value, struct antin_err *err)
{
	struct place top = {.root = schema};

	return check(schema, value, &top, err);
}
