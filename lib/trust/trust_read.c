/*
 * What is written about an anchor (antin.anchor/1): its class, and what alone it is trusted for.
 */
#include "trust_read.h"

#include <string.h>

#include <antin/clock.h>

const struct antin_choice trust_purposes[] = {
        {"sign", ANTIN_PURPOSE_SIGN},
        {"timestamp", ANTIN_PURPOSE_TIMESTAMP},
        {NULL, 0},
};

#define AT(member) offsetof(struct anchor_text, member)
static const struct antin_field metadata_fields[] = {
        {"schema", ANTIN_FIELD_TEXT, AT(schema), 1, 40, NULL, false, "antin.anchor/1"},
        {"imported", ANTIN_FIELD_TEXT, AT(imported), 1, 40, NULL, false, "When it was imported"},
        ANCHOR_FIELDS,
        ANTIN_FIELD_END,
};
#undef AT

static enum antin_rc
read_time(const char *text, const char *name, int64_t *out, struct antin_err *err)
{
	enum antin_rc rc;

	if (!text)
		return ANTIN_OK;
	rc = antin_time_parse(text, out, err);
	if (rc != ANTIN_OK)
		antin_err_set_where(err, "%s", name);
	return rc;
}

enum antin_rc
trust_limits(const struct anchor_text *text, const json_t *json, struct antin_anchor *a,
             struct antin_err *err)
{
	struct antin_limits l = ANTIN_NO_LIMITS;
	enum antin_rc rc = read_time(text->from, "trustedFrom", &l.from, err);

	if (rc == ANTIN_OK)
		rc = read_time(text->until, "trustedUntil", &l.until, err);
	if (rc != ANTIN_OK)
		return rc;
	l.purposes = text->purposes;
	/* No purpose at all is no way to say "every purpose". */
	if (json_object_get(json, "purposes") && !l.purposes) {
		antin_err_set_where(err, "purposes");
		return antin_fail(err, ANTIN_E_CONFIG, N_("an anchor is given no purpose"));
	}
	if (l.from != ANTIN_NO_TIME && l.until != ANTIN_NO_TIME && l.from > l.until) {
		antin_err_set_where(err, "trustedUntil");
		return antin_fail(err, ANTIN_E_CONFIG,
		                  N_("an anchor is trusted from later than until"));
	}
	if (json_object_get(json, "class"))
		a->class = (enum antin_class)text->class;
	a->limits = l;
	return ANTIN_OK;
}

int
antin_limits_json(json_t *object, const struct antin_limits *l)
{
	json_t *list;
	int bad = 0;

	if (l->from != ANTIN_NO_TIME)
		bad |= antin_json_set_time(object, "trustedFrom", l->from);
	if (l->until != ANTIN_NO_TIME)
		bad |= antin_json_set_time(object, "trustedUntil", l->until);
	if (!l->purposes)
		return bad;
	list = json_array();
	for (const struct antin_choice *c = trust_purposes; c->name; c++)
		if (l->purposes >> c->value & 1)
			bad |= json_array_append_new(list, json_string(c->name));
	return bad | json_object_set_new(object, "purposes", list);
}

enum antin_rc
trust_metadata(const json_t *json, struct antin_anchor *a, struct antin_err *err)
{
	struct anchor_text text = {0};
	struct antin_anchor made = *a;
	enum antin_rc rc = antin_fields_read(metadata_fields, json, &text, err);

	if (rc == ANTIN_OK)
		rc = read_time(text.imported, "imported", &made.imported, err);
	if (rc == ANTIN_OK)
		rc = trust_limits(&text, json, &made, err);
	if (rc == ANTIN_OK && text.schema && strcmp(text.schema, "antin.anchor/1") != 0)
		rc = antin_fail(err, ANTIN_E_CONFIG, N_("%s is no format of metadata"),
		                text.schema);
	antin_fields_done(metadata_fields, &text);
	if (rc == ANTIN_OK)
		*a = made;
	return rc;
}
