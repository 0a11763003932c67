/*
 * Field tables: one array describes the fields of a struct as JSON data; reading, range checks,
 * refusal of unknown keys (with the nearest known one), the manual page of the format and its JSON
 * Schema all come from it.  Used by certificate profiles and configurations.
 */
#ifndef ANTIN_FIELDS_H
#define ANTIN_FIELDS_H

#include <antin/json.h>

enum antin_field_kind {
	ANTIN_FIELD_TEXT,   /* char *, owned; min..max characters, max 0: no limit */
	ANTIN_FIELD_INT,    /* int64_t; min..max, both 0: no limit */
	ANTIN_FIELD_BOOL,   /* bool */
	ANTIN_FIELD_CHOICE, /* int: value of one of `choices` */
	ANTIN_FIELD_BITS,   /* uint32_t: array of names from `choices`, each a bit number */
	ANTIN_FIELD_LIST,   /* char **, owned, NULL-terminated: array of text, min..max of them, max
	                       0: no limit */
	ANTIN_FIELD_OID,    /* char *, owned: dotted text */
	ANTIN_FIELD_OIDS,   /* char **, owned, NULL-terminated */
	ANTIN_FIELD_JSON,   /* json_t *, owned: any value, checked by the caller */
};

struct antin_choice {
	const char *name;
	int value;
};

struct antin_field {
	const char *name;
	enum antin_field_kind kind;
	size_t offset;
	int64_t min, max;
	const struct antin_choice *choices; /* NULL-named entry ends */
	bool required;
	const char *help; /* marked for translation */
};

#define ANTIN_FIELD_END                                                                            \
	{                                                                                          \
		.name = NULL                                                                       \
	}

/*
 * Reads a JSON object into the struct at `into` (zeroed or with defaults set by the caller; owned
 * texts there are replaced).  ANTIN_E_CONFIG names the field in `where`; the struct may then be
 * half-read and is given to antin_fields_done as after success.
 */
enum antin_rc antin_fields_read(const struct antin_field *fields, const json_t *object, void *into,
                                struct antin_err *err) ANTIN_MUST;
/* The same for an object inside another one: `path` ("keys[2]") goes before the field's name. */
enum antin_rc antin_fields_read_at(const struct antin_field *fields, const json_t *object,
                                   const char *path, void *into, struct antin_err *err) ANTIN_MUST;
/*
 * A list of at most `max` objects, each read into a struct of `size` octets: *rows is one array to
 * be given to antin_fields_rows_done, on failure too; NULL where `json` is.  `path` names the list.
 */
struct antin_field_rows {
	const char *path;
	const struct antin_field *fields;
	size_t size, max;
};
enum antin_rc antin_fields_rows(const struct antin_field_rows *l, const json_t *json, void **rows,
                                size_t *n, struct antin_err *err) ANTIN_MUST;
void antin_fields_rows_done(const struct antin_field_rows *l, void *rows, size_t n);
/* The text of a file: strict JSON of at most `max` octets, whose text field "schema" says `schema`.
 */
struct antin_field_file {
	const char *schema;
	const struct antin_field *fields;
	size_t max;
	size_t text; /* offset of a struct antin_bytes that gets a copy of the text; 0: none */
};
enum antin_rc antin_fields_parse(const struct antin_field_file *f, struct antin_slice text,
                                 const char *name, void *into, struct antin_err *err) ANTIN_MUST;
/* Frees what the fields own and zeroes it. */
void antin_fields_done(const struct antin_field *fields, void *of);
/* The JSON Schema of the table. */
json_t *antin_fields_schema(const struct antin_field *fields, const char *id);

#endif
