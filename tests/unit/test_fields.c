/*
 * Field tables: reading, refusals with their place, writing back, the schema.
 */
#include "util.h"

#include <stdlib.h>
#include <string.h>

#include <antin/fields.h>

struct sample {
	char *name;
	int64_t days, any;
	bool open;
	int kind;
	uint32_t usage;
	char **urls;
	char *policy;
	char **policies;
	json_t *extra;
};

static const struct antin_choice kinds[] = {{"person", 1}, {"agency", 2}, {NULL, 0}};
static const struct antin_choice usages[] = {{"digitalSignature", 0},
                                             {"nonRepudiation", 1},
                                             {"decipherOnly", 8},
                                             {NULL, 0}};

static const struct antin_field table[] = {
        {"name", ANTIN_FIELD_TEXT, offsetof(struct sample, name), 3, 5, NULL, true, "A name"},
        {"days", ANTIN_FIELD_INT, offsetof(struct sample, days), 1, 7300, NULL, false, "Days"},
        {"any", ANTIN_FIELD_INT, offsetof(struct sample, any), 0, 0, NULL, false, NULL},
        {"open", ANTIN_FIELD_BOOL, offsetof(struct sample, open), 0, 0, NULL, false, NULL},
        {"kind", ANTIN_FIELD_CHOICE, offsetof(struct sample, kind), 0, 0, kinds, false, NULL},
        {"usage", ANTIN_FIELD_BITS, offsetof(struct sample, usage), 0, 0, usages, false, NULL},
        {"urls", ANTIN_FIELD_LIST, offsetof(struct sample, urls), 1, 2, NULL, false, NULL},
        {"policy", ANTIN_FIELD_OID, offsetof(struct sample, policy), 0, 0, NULL, false, NULL},
        {"policies", ANTIN_FIELD_OIDS, offsetof(struct sample, policies), 0, 3, NULL, false, NULL},
        {"extra", ANTIN_FIELD_JSON, offsetof(struct sample, extra), 0, 0, NULL, false, NULL},
        ANTIN_FIELD_END,
};

static const char full[] =
        "{\"name\":\"\xe1\xba\xa5\xe1\xba\xa5n\",\"days\":365,\"any\":-5,\"open\":true,"
        "\"kind\":\"agency\",\"usage\":[\"digitalSignature\",\"decipherOnly\"],"
        "\"urls\":[\"http://a\",\"http://b\"],\"policy\":\"2.5.29.32.0\","
        "\"policies\":[\"1.2.3\",\"2.999.1\"],\"extra\":{\"k\":[1]}}";

START_TEST(reads_every_kind)
{
	ANTIN_OWN(json_t) object = json_loads(full, 0, NULL);
	static const struct sample none = {0};
	struct sample s = {0};
	struct antin_err err = {0};

	util_ok(antin_fields_read(table, object, &s, &err));
	ck_assert_str_eq(s.name, "\xe1\xba\xa5\xe1\xba\xa5n");
	ck_assert_int_eq(s.days, 365);
	ck_assert_int_eq(s.any, -5);
	ck_assert(s.open);
	ck_assert_int_eq(s.kind, 2);
	ck_assert_uint_eq(s.usage, 0x101);
	ck_assert_str_eq(s.urls[0], "http://a");
	ck_assert_str_eq(s.urls[1], "http://b");
	ck_assert_ptr_null(s.urls[2]);
	ck_assert_str_eq(s.policy, "2.5.29.32.0");
	ck_assert_str_eq(s.policies[0], "1.2.3");
	ck_assert_str_eq(s.policies[1], "2.999.1");
	ck_assert_ptr_null(s.policies[2]);
	ck_assert(json_equal(s.extra, json_object_get(object, "extra")));
	antin_fields_done(table, &s);
	ck_assert_mem_eq(&s, &none, sizeof(s));
}
END_TEST

START_TEST(defaults_are_replaced)
{
	ANTIN_OWN(json_t) object = json_loads(full, 0, NULL);
	ANTIN_OWN(json_t) few = json_pack("{s:s}", "name", "abc");
	struct sample s = {.name = strdup("old"), .days = 7, .urls = calloc(1, sizeof(char *))};
	struct antin_err err = {0};

	util_ok(antin_fields_read(table, few, &s, &err));
	ck_assert_int_eq(s.days, 7);
	ck_assert_str_eq(s.name, "abc");
	util_ok(antin_fields_read(table, object, &s, &err));
	util_ok(antin_fields_read(table, object, &s, &err));
	ck_assert_int_eq(s.days, 365);
	antin_fields_done(table, &s);
}
END_TEST

static const struct {
	const char *text, *where, *message, *hint; /* hint: NULL when it is the class's */
} refused[] = {
        {"[]", "$", "object", NULL},
        {"{}", "name", "name is missing", NULL},
        {"{\"name\":1}", "name", "must be text", NULL},
        {"{\"name\":\"ab\"}", "name", "3 to 5 characters", NULL},
        {"{\"name\":\"abcdef\"}", "name", "3 to 5 characters", NULL},
        {"{\"name\":null}", "name", "must be text", NULL},
        {"{\"days\":0}", "days", "must be 1 to 7300", NULL},
        {"{\"days\":7301}", "days", "must be 1 to 7300", NULL},
        {"{\"days\":\"1\"}", "days", "an integer", NULL},
        {"{\"open\":1}", "open", "true or false", NULL},
        {"{\"kind\":\"agancy\"}", "kind", "unknown value agancy", "agency"},
        {"{\"kind\":\"zzzzzzz\"}", "kind", "unknown value zzzzzzz", NULL},
        {"{\"kind\":7}", "kind", "text", NULL},
        {"{\"usage\":\"x\"}", "usage", "list", NULL},
        {"{\"usage\":[\"nonRepudiation\",\"digitalsignature\"]}", "usage[1]",
         "unknown value digitalsignature", "digitalSignature"},
        {"{\"usage\":[\"nonRepudiation\",\"nonRepudiation\"]}", "usage[1]", "twice", NULL},
        {"{\"usage\":[1]}", "usage[0]", "text", NULL},
        {"{\"urls\":[]}", "urls", "1 to 2 entries", NULL},
        {"{\"urls\":[\"a\",\"b\",\"c\"]}", "urls", "1 to 2 entries", NULL},
        {"{\"urls\":[\"a\",\"\"]}", "urls[1]", "list of text", NULL},
        {"{\"urls\":[\"a\",7]}", "urls[1]", "list of text", NULL},
        {"{\"urls\":\"a\"}", "urls", "list", NULL},
        {"{\"policy\":\"1.2.x\"}", "policy", "object identifier", NULL},
        {"{\"policy\":12}", "policy", "object identifier", NULL},
        {"{\"policies\":[\"1.2.3\",\"3.1\"]}", "policies[1]", "object identifier", NULL},
        {"{\"policies\":[null]}", "policies[0]", "object identifier", NULL},
        {"{\"dyas\":5}", "dyas", "unknown key dyas", "days"},
        {"{\"colour\":5}", "colour", "unknown key colour", NULL},
};

START_TEST(refuses_with_place)
{
	ANTIN_OWN(json_t) object = json_loads(refused[_i].text, 0, NULL);
	struct sample s = {0};
	struct antin_err err = {0};

	ck_assert_ptr_nonnull(object);
	util_fails(antin_fields_read(table, object, &s, &err), ANTIN_E_CONFIG);
	ck_assert_str_eq(err.where, refused[_i].where);
	ck_assert_msg(strstr(util_line(&err), refused[_i].message) != NULL, "%s", util_line(&err));
	ck_assert_str_eq(antin_err_hint(&err, NULL),
	                 refused[_i].hint ? refused[_i].hint : antin_rc_hint(ANTIN_E_CONFIG));
	antin_fields_done(table, &s);
}
END_TEST

START_TEST(nested_paths)
{
	ANTIN_OWN(json_t) object = json_pack("{s:i}", "days", 0);
	ANTIN_OWN(json_t) list = json_pack("{s:[i]}", "usage", 0);
	struct sample s = {0};
	struct antin_err err = {0};

	util_fails(antin_fields_read_at(table, object, "sub[3]", &s, &err), ANTIN_E_CONFIG);
	ck_assert_str_eq(err.where, "sub[3].days");
	antin_err_clear(&err);
	util_fails(antin_fields_read_at(table, list, "sub", &s, &err), ANTIN_E_CONFIG);
	ck_assert_str_eq(err.where, "sub.usage[0]");
	antin_err_clear(&err);
	util_fails(antin_fields_read_at(table, json_null(), "sub", &s, &err), ANTIN_E_CONFIG);
	ck_assert_str_eq(err.where, "sub");
}
END_TEST

/* What the schema language cannot say. */
static bool
beyond_schema(const char *message)
{
	return strstr(message, "missing") || strstr(message, "characters") ||
	       strstr(message, "twice");
}

START_TEST(schema_agrees)
{
	ANTIN_OWN(json_t) schema = antin_fields_schema(table, "x");
	ANTIN_OWN(json_t) good = json_loads(full, 0, NULL);
	struct antin_err err = {0};

	ck_assert_ptr_nonnull(schema);
	util_ok(antin_json_check(schema, good, &err));
	for (size_t i = 0; i < UTIL_COUNT(refused); i++) {
		ANTIN_OWN(json_t) bad = json_loads(refused[i].text, 0, NULL);

		if (!json_object_get(bad, "name"))
			(void)json_object_set_new(bad, "name", json_string("abc"));
		if (beyond_schema(refused[i].message))
			continue;
		ck_assert_msg(antin_json_check(schema, bad, NULL) == ANTIN_E_FORMAT, "%s",
		              refused[i].text);
	}
}
END_TEST

Suite *suite_fields(void);
Suite *
suite_fields(void)
{
	Suite *s = suite_create("fields");
	TCase *tc = tcase_create("fields");

	tcase_add_test(tc, reads_every_kind);
	tcase_add_test(tc, defaults_are_replaced);
	tcase_add_loop_test(tc, refuses_with_place, 0, (int)UTIL_COUNT(refused));
	tcase_add_test(tc, nested_paths);
	tcase_add_test(tc, schema_agrees);
	suite_add_tcase(s, tc);
	return s;
}
