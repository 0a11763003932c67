/*
 * Strict JSON, its schema subset, the setters.
 */
#include "util.h"

#include <string.h>

#include <antin/json.h>

static const struct {
	const char *text;
	enum antin_rc rc;
} documents[] = {
        {"{}", ANTIN_OK},
        {"[]", ANTIN_OK},
        {" {\"a\": [1, -2, true, false, null, \"\\u1ea5\"]}\n", ANTIN_OK},
        {"{\"a\": 9223372036854775807}", ANTIN_OK},
        {"{\"a\": \"[[[[\\\"[[[[\"}", ANTIN_OK},
        {"", ANTIN_E_FORMAT},
        {"1", ANTIN_E_FORMAT},
        {"\"x\"", ANTIN_E_FORMAT},
        {"{", ANTIN_E_FORMAT},
        {"{}}", ANTIN_E_FORMAT},
        {"{} x", ANTIN_E_FORMAT},
        {"{}{}", ANTIN_E_FORMAT},
        {"{\"a\": 1, \"a\": 2}", ANTIN_E_FORMAT},
        {"{\"a\": {\"b\": 1, \"b\": 1}}", ANTIN_E_FORMAT},
        {"{\"a\": 1.5}", ANTIN_E_FORMAT},
        {"[[{\"a\": [1e3]}]]", ANTIN_E_FORMAT},
        {"[1.0]", ANTIN_E_FORMAT},
        {"[9223372036854775808]", ANTIN_E_FORMAT},
        {"[01]", ANTIN_E_FORMAT},
        {"[NaN]", ANTIN_E_FORMAT},
        {"{'a': 1}", ANTIN_E_FORMAT},
        {"{\"a\": 1,}", ANTIN_E_FORMAT},
        {"[1] // x", ANTIN_E_FORMAT},
        {"\xef\xbb\xbf{}", ANTIN_E_FORMAT},
        {"[\"\xff\"]", ANTIN_E_FORMAT},
        {"[\"\\u0000\"]", ANTIN_E_FORMAT},
        {"[\"\\ud800\"]", ANTIN_E_FORMAT},
        {"[\"a\nb\"]", ANTIN_E_FORMAT},
};

START_TEST(parses_strictly)
{
	ANTIN_OWN(json_t) value = NULL;
	struct antin_err err = {0};
	enum antin_rc rc =
	        antin_json_parse(antin_slice_text(documents[_i].text), "n", &value, &err);

	ck_assert_msg(rc == documents[_i].rc, "%s: %s", documents[_i].text, util_line(&err));
	ck_assert_int_eq(value != NULL, rc == ANTIN_OK);
	if (rc != ANTIN_OK)
		ck_assert_str_eq(err.file, "n");
}
END_TEST

START_TEST(place_of_error)
{
	ANTIN_OWN(json_t) value = NULL;
	struct antin_err err = {0};

	util_fails(antin_json_parse(antin_slice_text("{\n  \"a\": x}"), "n", &value, &err),
	           ANTIN_E_FORMAT);
	ck_assert_int_eq(strncmp(err.where, "2:", 2), 0);
}
END_TEST

START_TEST(depth_and_size_caps)
{
	for (size_t depth = 30; depth < 36; depth++) {
		ANTIN_SCOPED(antin_bytes) b = {0};
		ANTIN_OWN(json_t) value = NULL;

		for (size_t i = 0; i < depth; i++)
			antin_bytes_text(&b, i % 2 ? "{\"a\":" : "[");
		antin_bytes_text(&b, "1");
		for (size_t i = depth; i-- > 0;)
			antin_bytes_text(&b, i % 2 ? "}" : "]");
		ck_assert_int_eq(antin_json_parse(antin_bytes_slice(&b), "n", &value, NULL),
		                 depth <= ANTIN_JSON_DEPTH ? ANTIN_OK : ANTIN_E_TOO_LARGE);
	}
}
END_TEST

START_TEST(size_caps)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	ANTIN_OWN(json_t) value = NULL;
	struct antin_err err = {0};
	uint8_t *at;

	antin_bytes_text(&b, "[1");
	for (int i = 0; i < ANTIN_JSON_VALUES; i++)
		antin_bytes_text(&b, ",1");
	antin_bytes_text(&b, "]");
	util_fails(antin_json_parse(antin_bytes_slice(&b), "n", &value, &err), ANTIN_E_TOO_LARGE);
	antin_err_clear(&err);
	antin_bytes_clear(&b);
	at = antin_bytes_grow(&b, ANTIN_JSON_MAX + 1);
	memset(at, ' ', b.len);
	at[0] = '[';
	at[b.len - 1] = ']';
	util_fails(antin_json_parse(antin_bytes_slice(&b), "n", &value, &err), ANTIN_E_TOO_LARGE);
	b.len--;
	at[b.len - 1] = ']';
	util_ok(antin_json_parse(antin_bytes_slice(&b), "n", &value, NULL));
}
END_TEST

/* Cut at every octet: never accepted, never a crash. */
START_TEST(truncated)
{
	static const char text[] = "{\"a\":[1,{\"b\":\"\\u1ea5\xe1\xba\xa5\"},true,null],\"c\":-5}";

	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		ANTIN_OWN(json_t) value = NULL;
		struct antin_slice s = {(const uint8_t *)text, len};

		ck_assert_int_eq(antin_json_parse(s, "n", &value, NULL), ANTIN_E_FORMAT);
	}
}
END_TEST

START_TEST(round_trip)
{
	static const char text[] = "{\"z\":[1,\"\xe1\xba\xa5\"],\"a\":{}}";
	ANTIN_OWN(json_t) value = NULL;
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_err err = {0};

	util_ok(antin_json_parse(antin_slice_text(text), "n", &value, &err));
	util_ok(antin_json_write(value, false, &b, &err));
	ck_assert_str_eq(antin_bytes_cstr(&b), text);
	antin_bytes_clear(&b);
	util_ok(antin_json_write(value, true, &b, &err));
	ck_assert_str_eq(antin_bytes_cstr(&b), "{\n  \"z\": [\n    1,\n    \"\xe1\xba\xa5\"\n  ],\n"
	                                       "  \"a\": {}\n}\n");
}
END_TEST

START_TEST(loads_files)
{
	char *folder = util_scratch();
	ANTIN_OWN(json_t) value = NULL;
	struct antin_err err = {0};

	util_write(util_path(folder, "a.json"), antin_slice_text("{\"a\":1}"));
	util_ok(antin_json_load(util_path(folder, "a.json"), &value, &err));
	ck_assert_int_eq(json_integer_value(json_object_get(value, "a")), 1);
	util_fails(antin_json_load(util_path(folder, "b.json"), &value, &err), ANTIN_E_MISSING);
	util_scratch_remove(folder);
}
END_TEST

static const char schema_text[] =
        "{\"$schema\":\"x\",\"type\":\"object\",\"required\":[\"schema\"],"
        "\"additionalProperties\":false,"
        "\"$defs\":{\"hash\":{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{4}$\"}},"
        "\"properties\":{\"schema\":{\"const\":\"antin.x/1\"},"
        "\"n\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":5},"
        "\"list\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":2,"
        "\"items\":{\"$ref\":\"#/$defs/hash\"}},"
        "\"kind\":{\"enum\":[\"a\",\"b\",null]},"
        "\"either\":{\"anyOf\":[{\"type\":\"null\"},{\"$ref\":\"#/$defs/hash\"}]},"
        "\"many\":{\"type\":[\"string\",\"boolean\"]},"
        "\"map\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\"}},"
        "\"self\":{\"$ref\":\"#\"}}}";

static const struct {
	const char *value, *where; /* where: NULL when it fits */
} values[] = {
        {"{\"schema\":\"antin.x/1\"}", NULL},
        {"{\"schema\":\"antin.x/2\"}", "schema"},
        {"{}", "schema"},
        {"[]", "$"},
        {"{\"schema\":\"antin.x/1\",\"n\":1}", NULL},
        {"{\"schema\":\"antin.x/1\",\"n\":0}", "n"},
        {"{\"schema\":\"antin.x/1\",\"n\":6}", "n"},
        {"{\"schema\":\"antin.x/1\",\"n\":\"1\"}", "n"},
        {"{\"schema\":\"antin.x/1\",\"extra\":1}", "extra"},
        {"{\"schema\":\"antin.x/1\",\"list\":[\"00ff\",\"1234\"]}", NULL},
        {"{\"schema\":\"antin.x/1\",\"list\":[\"00ff\",\"123\"]}", "list[1]"},
        {"{\"schema\":\"antin.x/1\",\"list\":[]}", "list"},
        {"{\"schema\":\"antin.x/1\",\"list\":[\"00ff\",\"00ff\",\"00ff\"]}", "list"},
        {"{\"schema\":\"antin.x/1\",\"kind\":\"b\"}", NULL},
        {"{\"schema\":\"antin.x/1\",\"kind\":null}", NULL},
        {"{\"schema\":\"antin.x/1\",\"kind\":\"c\"}", "kind"},
        {"{\"schema\":\"antin.x/1\",\"either\":null}", NULL},
        {"{\"schema\":\"antin.x/1\",\"either\":\"abcd\"}", NULL},
        {"{\"schema\":\"antin.x/1\",\"either\":\"xyz\"}", "either"},
        {"{\"schema\":\"antin.x/1\",\"many\":true}", NULL},
        {"{\"schema\":\"antin.x/1\",\"many\":1}", "many"},
        {"{\"schema\":\"antin.x/1\",\"map\":{\"k\":1}}", NULL},
        {"{\"schema\":\"antin.x/1\",\"map\":{\"k\":\"v\"}}", "map.k"},
        {"{\"schema\":\"antin.x/1\",\"self\":{\"schema\":\"antin.x/1\",\"n\":9}}", "self.n"},
};

START_TEST(schema_rules)
{
	ANTIN_OWN(json_t) schema = json_loads(schema_text, 0, NULL);
	ANTIN_OWN(json_t) value = json_loads(values[_i].value, 0, NULL);
	struct antin_err err = {0};

	ck_assert(schema && value);
	if (!values[_i].where) {
		util_ok(antin_json_check(schema, value, &err));
		return;
	}
	util_fails(antin_json_check(schema, value, &err), ANTIN_E_FORMAT);
	ck_assert_str_eq(err.where, values[_i].where);
}
END_TEST

static const char *const bad_schemas[] = {
        "{\"oneOf\":[]}",
        "{\"format\":\"date\"}",
        "{\"pattern\":\"(a|b)\"}",
        "{\"pattern\":\"\\\\d\"}",
        "{\"pattern\":\"[\"}",
        "{\"pattern\":1}",
        "{\"minimum\":\"1\"}",
        "{\"$ref\":\"other.json\"}",
        "{\"$ref\":\"#/$defs/none\"}",
        "{\"$ref\":\"#\"}",
        "[]",
        "{\"properties\":[]}",
};

/* A keyword that is not understood is never taken for one that holds. */
START_TEST(schema_refused)
{
	ANTIN_OWN(json_t) schema = json_loads(bad_schemas[_i], 0, NULL);
	ANTIN_OWN(json_t) value = json_string("x");
	struct antin_err err = {0};

	ck_assert_ptr_nonnull(schema);
	util_fails(antin_json_check(schema, value, &err), ANTIN_E_CONFIG);
}
END_TEST

START_TEST(setters)
{
	ANTIN_OWN(json_t) o = json_object();
	ANTIN_SCOPED(antin_bytes) b = {0};

	ck_assert_int_eq(antin_json_set_text(o, "t", UTIL_LITERAL("a\xe2\x80\xae\0\xff\\")), 0);
	ck_assert_int_eq(antin_json_set_text(o, "e", (struct antin_slice){NULL, 0}), 0);
	ck_assert_int_eq(antin_json_set_hex(o, "h", UTIL_LITERAL("\x01\xff")), 0);
	ck_assert_int_eq(antin_json_set_hex(o, "n", (struct antin_slice){NULL, 0}), 0);
	ck_assert_int_eq(antin_json_set_time(o, "w", 1795244709), 0);
	ck_assert_int_eq(antin_json_write(o, false, &b, NULL), ANTIN_OK);
	ck_assert_str_eq(
	        antin_bytes_cstr(&b),
	        "{\"t\":\"a\\\\u{202e}\\\\u{0}\\\\x{ff}\\\\\\\\\",\"e\":\"\",\"h\":\"01ff\","
	        "\"n\":\"\",\"w\":\"2026-11-21T07:05:09Z\"}");
}
END_TEST

Suite *suite_json(void);
Suite *
suite_json(void)
{
	Suite *s = suite_create("json");
	TCase *tc = tcase_create("json");

	tcase_add_loop_test(tc, parses_strictly, 0, (int)UTIL_COUNT(documents));
	tcase_add_test(tc, place_of_error);
	tcase_add_test(tc, depth_and_size_caps);
	tcase_add_test(tc, size_caps);
	tcase_add_test(tc, truncated);
	tcase_add_test(tc, round_trip);
	tcase_add_test(tc, loads_files);
	tcase_add_loop_test(tc, schema_rules, 0, (int)UTIL_COUNT(values));
	tcase_add_loop_test(tc, schema_refused, 0, (int)UTIL_COUNT(bad_schemas));
	tcase_add_test(tc, setters);
	suite_add_tcase(s, tc);
	return s;
}
