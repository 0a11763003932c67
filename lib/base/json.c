/*
 * Strict JSON (RFC 8259, I-JSON's rule on duplicate names) over jansson.  See json.h.
 */
#include <antin/json.h>

#include <stdlib.h>
#include <string.h>

#include <antin/clock.h>
#include <antin/file.h>
#include <antin/text.h>

/* What the scan before parsing counts. */
struct scan {
	size_t depth, deepest, values;
	bool in_text, escaped;
};

static void
scan_octet(struct scan *s, uint8_t c)
{
	if (s->in_text) {
		if (!s->escaped && c == '"')
			s->in_text = false;
		s->escaped = !s->escaped && c == '\\';
		return;
	}
	s->in_text = c == '"';
	s->values += c == ',' || c == '[' || c == '{';
	if (c == '[' || c == '{')
		s->depth++;
	else if ((c == ']' || c == '}') && s->depth)
		s->depth--;
	if (s->depth > s->deepest)
		s->deepest = s->depth;
}

/* The caps hold before the parser allocates anything. */
static enum antin_rc
check_caps(struct antin_slice text, const char *name, struct antin_err *err)
{
	struct scan s = {0};

	if (text.len > ANTIN_JSON_MAX)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("%s is larger than %d bytes"), name,
		                  ANTIN_JSON_MAX);
	for (size_t i = 0; i < text.len; i++)
		scan_octet(&s, text.p[i]);
	if (s.deepest > ANTIN_JSON_DEPTH)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("%s is nested deeper than %d levels"),
		                  name, ANTIN_JSON_DEPTH);
	if (s.values > ANTIN_JSON_VALUES)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("%s has more than %d values"), name,
		                  ANTIN_JSON_VALUES);
	return ANTIN_OK;
}

/*
 * Numbers with a fraction lose digits in other programs; nothing of ours needs them.  No deeper
 * than ANTIN_JSON_DEPTH: check_caps has seen the text.
 */
static bool
has_real(const json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;

	if (json_is_real(value))
		return true;
	json_array_foreach ((json_t *)(uintptr_t)value, i, member)
		if (has_real(member))
			return true;
	json_object_foreach ((json_t *)(uintptr_t)value, key, member)
		if (has_real(member))
			return true;
	return false;
}

enum antin_rc
antin_json_parse(struct antin_slice text, const char *name, json_t **out, struct antin_err *err)
{
	enum antin_rc rc = check_caps(text, name, err);
	ANTIN_OWN(json_t) value = NULL;
	json_error_t e;

	if (rc != ANTIN_OK) {
		antin_err_set_file(err, name);
		return rc;
	}
	value = json_loadb(text.p ? (const char *)text.p : "", text.len, JSON_REJECT_DUPLICATES,
	                   &e);
	if (value && !has_real(value)) {
		*out = ANTIN_TAKE(value);
		return ANTIN_OK;
	}
	antin_err_set_file(err, name);
	if (value)
		return antin_fail(err, ANTIN_E_FORMAT, N_("%s has a number that is not an integer"),
		                  name);
	if (json_error_code(&e) == json_error_out_of_memory)
		return antin_fail_memory(err);
	antin_err_set_where(err, "%d:%d", e.line, e.column);
	return antin_fail(err, ANTIN_E_FORMAT, N_("%s is not valid JSON: %s"), name, e.text);
}

enum antin_rc
antin_json_load(const char *path, json_t **out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	enum antin_rc rc = antin_file_read(path, ANTIN_JSON_MAX, &text, err);

	if (rc != ANTIN_OK)
		return rc;
	return antin_json_parse(antin_bytes_slice(&text), path, out, err);
}

static int
add_piece(const char *piece, size_t len, void *user)
{
	struct antin_bytes *out = (struct antin_bytes *)user;

	antin_bytes_add(out, piece, len);
	return out->failed ? -1 : 0;
}

enum antin_rc
antin_json_write(const json_t *value, bool pretty, struct antin_bytes *out, struct antin_err *err)
{
	size_t flags = JSON_ENCODE_ANY | (pretty ? JSON_INDENT(2) : JSON_COMPACT);

	if (json_dump_callback(value, add_piece, out, flags) != 0) {
		enum antin_rc rc = antin_bytes_check(out, err);

		return rc != ANTIN_OK ? rc
		                      : antin_fail(err, ANTIN_E_INTERNAL,
		                                   N_("the value cannot be written as JSON"));
	}
	if (pretty)
		antin_bytes_byte(out, '\n');
	return antin_bytes_check(out, err);
}

int
antin_json_set_text(json_t *object, const char *key, struct antin_slice text)
{
	ANTIN_SCOPED(antin_bytes) safe = {0};

	antin_text_safe_add(&safe, text, ANTIN_JSON_TEXT);
	if (safe.failed)
		return -1;
	return json_object_set_new(object, key,
	                           json_stringn(safe.p ? (char *)safe.p : "", safe.len));
}

int
antin_json_set_hex(json_t *object, const char *key, struct antin_slice octets)
{
	ANTIN_SCOPED(antin_bytes) hex = {0};

	antin_hex_add(&hex, octets);
	if (hex.failed)
		return -1;
	return json_object_set_new(object, key, json_stringn(hex.p ? (char *)hex.p : "", hex.len));
}

int
antin_json_set_time(json_t *object, const char *key, int64_t t)
{
	char text[ANTIN_TIME_CAP];

	return json_object_set_new(object, key, json_string(antin_time_iso(t, text)));
}
