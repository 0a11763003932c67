/*
 * Certificate profiles: every field with every kind of wrong value, and the place that the error
 * names; what each kind of profile must and must not have.
 */
#include "issued.h"

/* One profile of each kind that the shipped ones give; a case changes one value in one of them. */
struct wrong {
	const char *profile; /* NULL: vn-person */
	const char *at;      /* "subject.0.type" */
	const char *json;    /* the new value; NULL: taken away */
	const char *where;   /* of the error */
	const char *text;    /* in the error */
};

static const struct wrong wrongs[] = {
        /* id */
        {NULL, "id", NULL, "id", "id is missing"},
        {NULL, "id", "7", "id", "id must be text"},
        {NULL, "id", "\"\"", "id", "id must have 1 to 64 characters"},
        {NULL, "id", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", "id",
         "id must have 1 to 64 characters"},
        {NULL, "id", "null", "id", "id must be text"},
        /* version */
        {NULL, "version", NULL, "version", "version is missing"},
        {NULL, "version", "0", "version", "version must be 1 to 1000000"},
        {NULL, "version", "-1", "version", "version must be 1 to 1000000"},
        {NULL, "version", "1000001", "version", "version must be 1 to 1000000"},
        {NULL, "version", "\"1\"", "version", "version must be an integer"},
        {NULL, "version", "true", "version", "version must be an integer"},
        /* kind */
        {NULL, "kind", NULL, "kind", "kind is missing"},
        {NULL, "kind", "\"Person\"", "kind", "kind: unknown value Person"},
        {NULL, "kind", "0", "kind", "kind must be text"},
        {NULL, "kind", "[\"person\"]", "kind", "kind must be text"},
        /* title, note */
        {NULL, "title", NULL, "title", "title is missing"},
        {NULL, "title", "\"\"", "title", "title must have 1 to 200 characters"},
        {NULL, "title", "false", "title", "title must be text"},
        {NULL, "note", "\"\"", "note", "note must have 1 to 1000 characters"},
        {NULL, "note", "{}", "note", "note must be text"},
        {NULL, "note", NULL, "note", "a provisional profile says why in its note"},
        {NULL, "provisional", "1", "provisional", "provisional must be true or false"},
        {NULL, "provisional", "\"true\"", "provisional", "provisional must be true or false"},
        /* days */
        {NULL, "minDays", NULL, "minDays", "minDays is missing"},
        {NULL, "maxDays", NULL, "maxDays", "maxDays is missing"},
        {NULL, "defaultDays", NULL, "defaultDays", "defaultDays is missing"},
        {NULL, "minDays", "0", "minDays", "minDays must be 1 to 36600"},
        {NULL, "maxDays", "36601", "maxDays", "maxDays must be 1 to 36600"},
        {NULL, "defaultDays", "-5", "defaultDays", "defaultDays must be 1 to 36600"},
        {NULL, "defaultDays", "1827", "defaultDays", "defaultDays must be minDays to maxDays"},
        {NULL, "minDays", "1826", "defaultDays", "defaultDays must be minDays to maxDays"},
        {NULL, "maxDays", "1824", "defaultDays", "defaultDays must be minDays to maxDays"},
        {NULL, "maxDays", "\"1826\"", "maxDays", "maxDays must be an integer"},
        {NULL, "maxDays", "9223372036854775807", "maxDays", "maxDays must be 1 to 36600"},
        /* keys */
        {NULL, "keyTypes", NULL, "keyTypes", "keyTypes is missing"},
        {NULL, "keyTypes", "\"rsa\"", "keyTypes", "keyTypes must be a list"},
        {NULL, "keyTypes", "[]", "keyTypes", "at least one kind of key must be allowed"},
        {NULL, "keyTypes", "[\"rsa\", \"rsa\"]", "keyTypes[1]", "keyTypes names rsa twice"},
        {NULL, "keyTypes", "[\"rsa\", 1]", "keyTypes[1]", "keyTypes must be text"},
        {NULL, "keyTypes", "[\"dsa\"]", "keyTypes[0]", "keyTypes: unknown value dsa"},
        {NULL, "keyTypes", "[\"p256\", \"p521\"]", "keyTypes[1]", "unknown value p521"},
        {NULL, "rsaBits", NULL, "rsaBits", "RSA keys need rsaBits"},
        {NULL, "rsaBits", "[]", "rsaBits", "RSA keys need rsaBits"},
        {NULL, "rsaBits", "[\"1024\"]", "rsaBits[0]", "rsaBits: unknown value 1024"},
        {NULL, "rsaBits", "[2048]", "rsaBits[0]", "rsaBits must be text"},
        {NULL, "rsaBits", "[\"3072\", \"4096\", \"3072\"]", "rsaBits[2]", "names 3072 twice"},
        {NULL, "digest", NULL, "digest", "digest is missing"},
        {NULL, "digest", "\"sha1\"", "digest", "digest: unknown value sha1"},
        {NULL, "digest", "\"SHA256\"", "digest", "digest: unknown value SHA256"},
        {NULL, "digest", "256", "digest", "digest must be text"},
        /* email */
        {NULL, "email", NULL, "email", "email is missing"},
        {NULL, "email", "true", "email", "email must be text"},
        {NULL, "email", "\"must\"", "email", "email: unknown value must"},
        {NULL, "email", "\"none\"", "extensions", "the extension subjectAltName has nothing in it"},
        {"vn-root", "email", "\"optional\"", "extensions",
         "the extension subjectAltName must be listed"},
        /* subject */
        {NULL, "subject", NULL, "subject", "subject is missing"},
        {NULL, "subject", "[]", "subject", "a profile needs at least one subject attribute"},
        {NULL, "subject", "{}", "subject", "subject must be a list of at most 24"},
        {NULL, "subject", "\"CN\"", "subject", "subject must be a list of at most 24"},
        {NULL, "subject.0", "\"C\"", "subject[0]", "an object in braces is expected"},
        {NULL, "subject.5", "null", "subject[5]", "an object in braces is expected"},
        {NULL, "subject.0.type", NULL, "subject[0].type", "type is missing"},
        {NULL, "subject.1.type", "\"\"", "subject[1].type", "type must have 1 to 64 characters"},
        {NULL, "subject.2.type", "4", "subject[2].type", "type must be text"},
        {NULL, "subject.3.type", "\"OX\"", "subject[3].type", "unknown type of subject attribute"},
        {NULL, "subject.3.type", "\"1.2.3.4\"", "subject[3].type",
         "unknown type of subject attribute"},
        {NULL, "subject.6.type", "\"commonName\"", "subject[6].type",
         "a subject attribute is listed twice"},
        {NULL, "subject.6.type", "\"2.5.4.3\"", "subject[6].type",
         "a subject attribute is listed twice"},
        {NULL, "subject.0.required", "\"yes\"", "subject[0].required",
         "required must be true or false"},
        {NULL, "subject.3.repeat", "2", "subject[3].repeat", "repeat must be true or false"},
        {NULL, "subject.0.value", "\"\"", "subject[0].value",
         "value must have 1 to 200 characters"},
        {NULL, "subject.0.value", "[\"VN\"]", "subject[0].value", "value must be text"},
        {NULL, "subject.0.max", "1", "subject[0].max", "unknown key max"},
        /* extensions */
        {NULL, "extensions", NULL, "extensions", "extensions is missing"},
        {NULL, "extensions", "null", "extensions", "extensions must be a list of at most 10"},
        {NULL, "extensions.0", "\"keyUsage\"", "extensions[0]", "an object in braces"},
        {NULL, "extensions.0.name", NULL, "extensions[0].name", "name is missing"},
        {NULL, "extensions.0.name", "\"nameConstraints\"", "extensions[0].name",
         "name: unknown value nameConstraints"},
        {NULL, "extensions.2.name", "\"authorityInfoAcess\"", "extensions[2].name",
         "name: unknown value authorityInfoAcess"},
        {NULL, "extensions.1.critical", "\"no\"", "extensions[1].critical",
         "critical must be true or false"},
        {NULL, "extensions.1.oid", "\"2.5.29.35\"", "extensions[1].oid", "unknown key oid"},
        {NULL, "extensions.0.name", "\"keyUsage\"", "extensions", "an extension is listed twice"},
        {NULL, "extensions.1.name", "\"ocspNoCheck\"", "extensions",
         "the extension ocspNoCheck has nothing in it"},
        {NULL, "extensions.7", NULL, "extensions",
         "the extension subjectKeyIdentifier must be listed"},
        {NULL, "extensions.8", NULL, "extensions", "the extension keyUsage must be listed"},
        {NULL, "extensions.2", NULL, "extensions",
         "the extension authorityInfoAccess must be listed"},
        {NULL, "extensions.4", NULL, "extensions",
         "the extension certificatePolicies must be listed"},
        {NULL, "extensions.5", NULL, "extensions", "the extension extendedKeyUsage must be listed"},
        {NULL, "extensions.6", NULL, "extensions",
         "the extension cRLDistributionPoints must be listed"},
        {NULL, "extensions.1", NULL, "extensions",
         "authorityKeyIdentifier must be listed except in a root"},
        {"vn-root", "extensions.0", NULL, "extensions",
         "the extension basicConstraints must be listed"},
        {"vn-root", "extensions.0.critical", "false", "extensions",
         "basicConstraints must be critical in an authority"},
        {"vn-sub-ca", "extensions.0.critical", NULL, "extensions",
         "basicConstraints must be critical in an authority"},
        /* authorities */
        {NULL, "ca", "1", "ca", "ca must be true or false"},
        {NULL, "ca", "true", "ca", "root and sub-ca are authorities, the others are not"},
        {"vn-root", "ca", "false", "ca", "root and sub-ca are authorities"},
        {"vn-sub-ca", "ca", NULL, "ca", "root and sub-ca are authorities"},
        {"vn-sub-ca", "kind", "\"person\"", "ca", "root and sub-ca are authorities"},
        {NULL, "kind", "\"root\"", "ca", "root and sub-ca are authorities"},
        {NULL, "kind", "\"sub-ca\"", "ca", "root and sub-ca are authorities"},
        {NULL, "pathLen", "0", "pathLen", "pathLen belongs to authorities"},
        {"vn-sub-ca", "pathLen", "11", "pathLen", "pathLen must be 0 to 10"},
        {"vn-sub-ca", "pathLen", "-1", "pathLen", "pathLen must be 0 to 10"},
        {"vn-sub-ca", "pathLen", "\"0\"", "pathLen", "pathLen must be an integer"},
        /* keyUsage */
        {NULL, "keyUsage", NULL, "keyUsage", "keyUsage is missing"},
        {NULL, "keyUsage", "[]", "keyUsage", "a key needs at least one use"},
        {NULL, "keyUsage", "[\"contentCommitment\"]", "keyUsage[0]",
         "keyUsage: unknown value contentCommitment"},
        {NULL, "keyUsage", "[\"encipherOnly\"]", "keyUsage[0]", "unknown value encipherOnly"},
        {NULL, "keyUsage", "[\"cRLSign\", \"cRLSign\"]", "keyUsage[1]", "names cRLSign twice"},
        {NULL, "keyUsage", "\"cRLSign\"", "keyUsage", "keyUsage must be a list"},
        {NULL, "keyUsage", "[\"keyCertSign\"]", "keyUsage", "keyCertSign belongs to authorities"},
        {"vn-sub-ca", "keyUsage", "[\"cRLSign\"]", "keyUsage",
         "keyCertSign belongs to authorities"},
        /* extendedKeyUsage */
        {NULL, "extendedKeyUsage", "[]", "extendedKeyUsage",
         "extendedKeyUsage must have 1 to 16 entries"},
        {NULL, "extendedKeyUsage", "{}", "extendedKeyUsage", "extendedKeyUsage must be a list"},
        {NULL, "extendedKeyUsage", "[\"1.3.6.1\", \"emailProtection\"]", "extendedKeyUsage[1]",
         "emailProtection is not an object identifier"},
        {NULL, "extendedKeyUsage", "[\"3.1.1\"]", "extendedKeyUsage[0]",
         "3.1.1 is not an object identifier"},
        {NULL, "extendedKeyUsage", "[\"1.3.\"]", "extendedKeyUsage[0]", "is not an object"},
        {NULL, "extendedKeyUsage", "[7]", "extendedKeyUsage[0]",
         "extendedKeyUsage must be an object identifier"},
        {NULL, "extendedKeyUsage", NULL, "extensions",
         "the extension extendedKeyUsage has nothing in it"},
        {"vn-tsa", "extendedKeyUsage", "[\"1.3.6.1.5.5.7.3.9\"]", "extendedKeyUsage",
         "a time-stamp service has timeStamping alone, and critical"},
        {"vn-tsa", "extendedKeyUsage", "[\"1.3.6.1.5.5.7.3.8\", \"1.3.6.1.5.5.7.3.2\"]",
         "extendedKeyUsage", "a time-stamp service has timeStamping alone, and critical"},
        {"vn-ocsp", "extendedKeyUsage", "[\"1.3.6.1.5.5.7.3.9\", \"1.3.6.1.5.5.7.3.2\"]",
         "extendedKeyUsage", "an OCSP responder has OCSPSigning alone"},
        {"vn-ocsp", "extendedKeyUsage", "[\"1.3.6.1.5.5.7.3.8\"]", "extendedKeyUsage",
         "an OCSP responder has OCSPSigning alone"},
        {"vn-ocsp", "kind", "\"device\"", "extensions",
         "the extension ocspNoCheck has nothing in it"},
        {NULL, "kind", "\"ocsp\"", "extensions", "the extension ocspNoCheck must be listed"},
        {NULL, "kind", "\"tsa\"", "extendedKeyUsage", "a time-stamp service has timeStamping"},
        /* policies */
        {NULL, "policies", "[]", "extensions",
         "the extension certificatePolicies has nothing in it"},
        {NULL, "policies", NULL, "extensions",
         "the extension certificatePolicies has nothing in it"},
        {NULL, "policies", "true", "policies", "policies must be a list of at most 8"},
        {NULL, "policies.0", "\"2.16.704\"", "policies[0]", "an object in braces is expected"},
        {NULL, "policies.0.oid", NULL, "policies[0].oid", "oid is missing"},
        {NULL, "policies.0.oid", "\"2\"", "policies[0].oid", "2 is not an object identifier"},
        {NULL, "policies.0.oid", "\"1.40.1\"", "policies[0].oid", "is not an object identifier"},
        {NULL, "policies.0.oid", "2", "policies[0].oid", "oid must be an object identifier"},
        {NULL, "policies.0.cps", "\"\"", "policies[0].cps", "cps must have 1 to 200 characters"},
        {NULL, "policies.0.uri", "\"x\"", "policies[0].uri", "unknown key uri"},
        /* addresses */
        {NULL, "caIssuers", "[]", "caIssuers", "caIssuers must have 1 to 4 entries"},
        {NULL, "caIssuers", "\"http://x\"", "caIssuers", "caIssuers must be a list"},
        {NULL, "caIssuers", "[\"\"]", "caIssuers[0]", "caIssuers must be a list of text"},
        {NULL, "ocsp", "[\"a\",\"b\",\"c\",\"d\",\"e\"]", "ocsp", "ocsp must have 1 to 4 entries"},
        {NULL, "ocsp", "[\"a\", 1]", "ocsp[1]", "ocsp must be a list of text"},
        {NULL, "crl", "[]", "crl", "crl must have 1 to 4 entries"},
        {NULL, "crl", "[null]", "crl[0]", "crl must be a list of text"},
        {NULL, "crl", NULL, "extensions", "the extension cRLDistributionPoints has nothing in it"},
        /* exceptions */
        {NULL, "exceptions", "{}", "exceptions", "exceptions must be a list of at most 16"},
        {NULL, "exceptions", "[{\"rule\": \"ku-mixed\"}]", "exceptions[0].reason",
         "reason is missing"},
        {NULL, "exceptions", "[{\"reason\": \"x\"}]", "exceptions[0].rule", "rule is missing"},
        {NULL, "exceptions", "[{\"rule\": \"ku-mix\", \"reason\": \"x\"}]", "exceptions[0].rule",
         "there is no lint rule ku-mix"},
        {NULL, "exceptions",
         "[{\"rule\": \"ku-mixed\", \"reason\": \"x\"}, {\"rule\": \"KU-MIXED\", \"reason\": "
         "\"x\"}]",
         "exceptions[1].rule", "there is no lint rule KU-MIXED"},
        {NULL, "exceptions", "[{\"rule\": \"ku-mixed\", \"reason\": \"\"}]", "exceptions[0].reason",
         "reason must have 1 to 300 characters"},
        {NULL, "exceptions", "[{\"rule\": \"ku-mixed\", \"reason\": \"x\", \"until\": 1}]",
         "exceptions[0].until", "unknown key until"},
        /* what nobody knows */
        {NULL, "colour", "\"red\"", "colour", "unknown key colour"},
        {NULL, "ID", "\"x\"", "ID", "unknown key ID"},
        {NULL, "keyusage", "[]", "keyusage", "unknown key keyusage"},
        /* What was revoked stays on every list: nobody can wish otherwise. */
        {NULL, "keepExpired", "false", "keepExpired", "unknown key keepExpired"},
};

static json_t *
step(json_t *at, const char *name)
{
	return json_is_array(at) ? json_array_get(at, strtoul(name, NULL, 10))
	                         : json_object_get(at, name);
}

/* Sets or takes away the value that the path names. */
static void
change(json_t *root, const char *path, const char *json)
{
	json_t *value = json ? json_loads(json, JSON_DECODE_ANY, NULL) : NULL;
	json_t *at = root;
	char name[64];
	size_t len;

	ck_assert_msg(!json || value, "bad JSON in the test: %s", json);
	for (; (len = strcspn(path, "."), path[len] == '.'); path += len + 1) {
		(void)snprintf(name, sizeof(name), "%.*s", (int)len, path);
		at = step(at, name);
		ck_assert_msg(at, "the test names %s, which is not there", name);
	}
	if (json_is_array(at) && value)
		ck_assert_int_eq(json_array_set_new(at, strtoul(path, NULL, 10), value), 0);
	else if (json_is_array(at))
		ck_assert_int_eq(json_array_remove(at, strtoul(path, NULL, 10)), 0);
	else if (value)
		ck_assert_int_eq(json_object_set_new(at, path, value), 0);
	else
		ck_assert_int_eq(json_object_del(at, path), 0);
}

static json_t *
shipped(const char *id)
{
	struct antin_err err = {0};
	json_t *json = NULL;
	char path[128];

	(void)snprintf(path, sizeof(path), "ca/profiles/%s.json", id);
	util_ok(antin_json_load(path, &json, &err));
	return json;
}

static enum antin_rc
read_changed(json_t *json, struct antin_profile **out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) text = {0};

	ck_assert_int_eq(antin_json_write(json, true, &text, NULL), ANTIN_OK);
	return antin_profile_read(antin_bytes_slice(&text), "changed", out, err);
}

START_TEST(wrong_value)
{
	const struct wrong *w = &wrongs[_i];
	ANTIN_OWN(json_t) json = shipped(w->profile ? w->profile : "vn-person");
	ANTIN_OWN_S(antin_profile) p = NULL;
	struct antin_err err = {0};

	change(json, w->at, w->json);
	util_fails(read_changed(json, &p, &err), ANTIN_E_CONFIG);
	ck_assert_ptr_null(p);
	ck_assert_msg(strcmp(err.where, w->where) == 0, "%s=%s: the place is %s, not %s", w->at,
	              w->json, err.where, w->where);
	ck_assert_msg(strstr(util_line(&err), w->text), "%s=%s: %s", w->at, w->json,
	              util_line(&err));
}
END_TEST

/* What may be changed without harm, and how it is read then. */
START_TEST(allowed_value)
{
	static const struct {
		const char *profile, *at, *json;
	} cases[] = {
	        {"vn-person", "provisional", "false"},
	        {"vn-person", "provisional", NULL},
	        {"vn-person", "minDays", "1825"},
	        {"vn-person", "maxDays", "36600"},
	        {"vn-person", "keyTypes", "[\"p384\"]"},
	        {"vn-person", "keyTypes", "[]"},
	        {"vn-person", "rsaBits", "[\"4096\"]"},
	        {"vn-person", "digest", "\"sha512\""},
	        {"vn-person", "email", "\"optional\""},
	        {"vn-person", "subject.0.value", NULL},
	        {"vn-person", "subject.4.type", "\"2.5.4.12\""},
	        {"vn-person", "extensions.0", NULL},
	        {"vn-person", "policies.0.cps", NULL},
	        {"vn-person", "note", "\"seen\""},
	        {"vn-person", "exceptions", "[]"},
	        {"vn-person", "ocsp", NULL},
	        {"vn-sub-ca", "pathLen", NULL},
	        {"vn-sub-ca", "pathLen", "10"},
	};

	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		ANTIN_OWN(json_t) json = shipped(cases[i].profile);
		ANTIN_OWN_S(antin_profile) p = NULL;
		struct antin_err err = {0};
		bool none = cases[i].json && strcmp(cases[i].json, "[]") == 0 &&
		            strcmp(cases[i].at, "keyTypes") == 0;

		change(json, cases[i].at, cases[i].json);
		ck_assert_msg((read_changed(json, &p, &err) == ANTIN_OK) == !none, "%s=%s: %s",
		              cases[i].at, cases[i].json, util_line(&err));
	}
}
END_TEST

/* More rows than there is room for. */
START_TEST(too_many_rows)
{
	static const struct {
		const char *list, *row, *text;
		size_t n;
	} cases[] = {
	        {"subject", "{\"type\": \"C\"}", "a list of at most 24", 25},
	        {"extensions", "{\"name\": \"keyUsage\"}", "a list of at most 10", 11},
	        {"policies", "{\"oid\": \"1.2.3\"}", "a list of at most 8", 9},
	        {"exceptions", "{\"rule\": \"size\", \"reason\": \"x\"}", "a list of at most 16",
	         17},
	};

	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		ANTIN_OWN(json_t) json = shipped("vn-person");
		ANTIN_OWN_S(antin_profile) p = NULL;
		json_t *list = json_array();
		struct antin_err err = {0};

		for (size_t k = 0; k < cases[i].n; k++)
			ck_assert_int_eq(json_array_append_new(list,
			                                       json_loads(cases[i].row, 0, NULL)),
			                 0);
		ck_assert_int_eq(json_object_set_new(json, cases[i].list, list), 0);
		util_fails(read_changed(json, &p, &err), ANTIN_E_CONFIG);
		ck_assert_str_eq(err.where, cases[i].list);
		ck_assert_msg(strstr(util_line(&err), cases[i].text), "%s", util_line(&err));
	}
}
END_TEST

/* The nearest known word becomes the hint. */
START_TEST(hints)
{
	static const struct {
		const char *at, *json, *hint;
	} cases[] = {
	        {"titel", "\"x\"", "title"},
	        {"kind", "\"persona\"", "person"},
	        {"digest", "\"sha-256\"", "sha256"},
	        {"keyUsage", "[\"digitalSignatur\"]", "digitalSignature"},
	        {"extensions.0.name", "\"basicConstraint\"", "basicConstraints"},
	        {"email", "\"require\"", "required"},
	        {"provisionl", "true", "provisional"},
	};

	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		ANTIN_OWN(json_t) json = shipped("vn-person");
		ANTIN_OWN_S(antin_profile) p = NULL;
		struct antin_err err = {0};

		change(json, cases[i].at, cases[i].json);
		util_fails(read_changed(json, &p, &err), ANTIN_E_CONFIG);
		ck_assert_str_eq(antin_err_hint(&err, NULL), cases[i].hint);
	}
}
END_TEST

/* Every field of the table is in the schema, with its help, and every shipped profile fits it. */
START_TEST(table_and_schema)
{
	static const char *const ids[] = {"vn-root",     "vn-sub-ca", "vn-person", "vn-agency",
	                                  "vn-software", "vn-device", "vn-tsa",    "vn-ocsp"};
	ANTIN_OWN(json_t) schema = antin_profile_schema();
	json_t *properties = json_object_get(schema, "properties");
	size_t n = 0;

	for (const struct antin_field *f = antin_profile_fields(); f->name; f++, n++) {
		ck_assert_msg(json_object_get(properties, f->name), "%s", f->name);
		ck_assert_msg(f->help && *f->help, "%s", f->name);
	}
	ck_assert_uint_eq(n, json_object_size(properties));
	for (size_t i = 0; i < UTIL_COUNT(ids); i++) {
		ANTIN_OWN(json_t) json = shipped(ids[i]);
		struct antin_err err = {0};

		util_ok(antin_json_check(schema, json, &err));
	}
}
END_TEST

/* What is refused by type in reading is refused by the schema too. */
START_TEST(schema_agrees)
{
	ANTIN_OWN(json_t) schema = antin_profile_schema();
	size_t agreed = 0;

	for (size_t i = 0; i < UTIL_COUNT(wrongs); i++) {
		const struct wrong *w = &wrongs[i];
		ANTIN_OWN(json_t) json = shipped(w->profile ? w->profile : "vn-person");
		bool shape = strstr(w->text, "is missing") || strstr(w->text, "unknown key") ||
		             strstr(w->text, "must be text") || strstr(w->text, "true or false") ||
		             strstr(w->text, "an integer");

		change(json, w->at, w->json);
		if (!shape)
			continue;
		ck_assert_msg(antin_json_check(schema, json, NULL) != ANTIN_OK, "%s=%s", w->at,
		              w->json);
		agreed++;
	}
	ck_assert_uint_gt(agreed, 40);
}
END_TEST

/* A profile cut anywhere is not JSON; too large a one is not even parsed. */
START_TEST(cut_and_large)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	struct antin_err err = {0};

	util_ok(antin_file_read("ca/profiles/vn-person.json", 65536, &text, &err));
	while (text.len > 0 && text.p[text.len - 1] == '\n')
		text.len--;
	for (size_t len = 0; len < text.len; len += 7) {
		ANTIN_OWN_S(antin_profile) p = NULL;

		ck_assert_int_ne(antin_profile_read((struct antin_slice){text.p, len}, "cut", &p,
		                                    NULL),
		                 ANTIN_OK);
	}
	while (text.len <= 65536)
		antin_bytes_byte(&text, ' ');
	{
		ANTIN_OWN_S(antin_profile) p = NULL;

		util_fails(antin_profile_read(antin_bytes_slice(&text), "large", &p, &err),
		           ANTIN_E_TOO_LARGE);
		ck_assert_ptr_nonnull(strstr(util_line(&err), "the profile is too large"));
	}
}
END_TEST

/* The file is named, and what hinders it. */
START_TEST(files)
{
	char *folder = util_scratch();
	static const struct {
		const char *name, *content;
		enum antin_rc want;
	} cases[] = {
	        {"none.json", NULL, ANTIN_E_MISSING},
	        {"empty.json", "", ANTIN_E_FORMAT},
	        {"list.json", "[]", ANTIN_E_CONFIG},
	        {"object.json", "{}", ANTIN_E_CONFIG},
	        {"twice.json", "{\"id\": \"a\", \"id\": \"b\"}", ANTIN_E_FORMAT},
	};

	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		const char *path = util_path(folder, cases[i].name);
		ANTIN_OWN_S(antin_profile) p = NULL;
		struct antin_err err = {0};

		if (cases[i].content)
			util_write(path, antin_slice_text(cases[i].content));
		util_fails(antin_profile_load(path, &p, &err), cases[i].want);
		ck_assert_str_eq(err.file, path);
	}
	util_scratch_remove(folder);
}
END_TEST

Suite *suite_profile_wrong(void);
Suite *
suite_profile_wrong(void)
{
	Suite *s = suite_create("profile_wrong");
	TCase *t = tcase_create("profile_wrong");

	tcase_add_loop_test(t, wrong_value, 0, UTIL_COUNT(wrongs));
	tcase_add_test(t, allowed_value);
	tcase_add_test(t, too_many_rows);
	tcase_add_test(t, hints);
	tcase_add_test(t, table_and_schema);
	tcase_add_test(t, schema_agrees);
	tcase_add_test(t, cut_and_large);
	tcase_add_test(t, files);
	suite_add_tcase(s, t);
	return s;
}
