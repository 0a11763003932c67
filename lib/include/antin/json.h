/*
 * Strict JSON over jansson: size and depth caps, duplicate keys, trailing text and reals refused;
 * every error names the path of the value ("profiles[2].days").
 */
#ifndef ANTIN_JSON_H
#define ANTIN_JSON_H

#include <jansson.h>

#include <antin/bytes.h>

ANTIN_OWNER(json_t, json_decref);

enum {
	ANTIN_JSON_MAX = 16 * 1024 * 1024,
	ANTIN_JSON_DEPTH = 32,
	ANTIN_JSON_VALUES = 1000000, /* elements and members altogether */
};

/* An object or an array; `name` is for messages. */

enum antin_rc antin_json_parse(struct antin_slice text, const char *name, json_t **out,
                               struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_json_load(const char *path, json_t **out, struct antin_err *err) ANTIN_MUST;
/* In insertion order: compact on one line without newline, or indented by two with a final one. */
enum antin_rc antin_json_write(const json_t *value, bool pretty, struct antin_bytes *out,
                               struct antin_err *err) ANTIN_MUST;

/*
 * Checks a value against a JSON Schema of the subset that docs/schema uses (type, properties,
 * required, additionalProperties, items, enum, const, pattern without groups, minimum, maximum,
 * minItems, maxItems, anyOf, $ref within the document); any other keyword is an error.
 */
enum antin_rc antin_json_check(const json_t *schema, const json_t *value, struct antin_err *err)
        ANTIN_MUST;

/*
 * Setters for building output; 0, or -1 without memory.  Foreign text is given as it is: it is made
 * safe to show (antin_text_safe_add, up to ANTIN_JSON_TEXT characters) here.
 */
enum { ANTIN_JSON_TEXT = 4096 };
int antin_json_set_text(json_t *object, const char *key, struct antin_slice text);
int antin_json_set_hex(json_t *object, const char *key, struct antin_slice octets);
int antin_json_set_time(json_t *object, const char *key, int64_t t); /* ISO 8601, Z */

#endif
