/*
 * Certificate profiles: those that are shipped, what a profile must not say, and their rules.
 */
#include <dirent.h>

#include "issued.h"

START_TEST(shipped)
{
	static const struct {
		const char *id, *kind;
		bool provisional;
	} all[] = {
	        {"vn-root", "root", false},        {"vn-sub-ca", "sub-ca", false},
	        {"vn-person", "person", true},     {"vn-agency", "agency", false},
	        {"vn-software", "software", true}, {"vn-device", "device", true},
	        {"vn-tsa", "tsa", true},           {"vn-ocsp", "ocsp", true},
	};
	DIR *folder = opendir("ca/profiles");
	const struct dirent *e;
	size_t n = 0;

	ck_assert_ptr_nonnull(folder);
	while ((e = readdir(folder)))
		n += strstr(e->d_name, ".json") != NULL;
	(void)closedir(folder);
	ck_assert_uint_eq(n, UTIL_COUNT(all));
	for (size_t i = 0; i < n; i++) {
		ANTIN_OWN_S(antin_profile) p = issued_profile(all[i].id);

		ck_assert_str_eq(p->id, all[i].id);
		ck_assert_str_eq(antin_profile_kind_name(p->kind), all[i].kind);
		ck_assert_int_eq(p->provisional, all[i].provisional);
		ck_assert(!p->provisional || p->note);
		ck_assert_int_ge(p->version, 1);
	}
	ck_assert_str_eq(antin_profile_kind_name(99), "?");
}
END_TEST

/* A profile that is good; each case replaces one text in it. */
static const char good[] =
        "{\"id\": \"x\", \"version\": 1, \"kind\": \"person\", \"title\": \"X\",\n"
        " \"minDays\": 1, \"maxDays\": 10, \"defaultDays\": 5,\n"
        " \"keyTypes\": [\"rsa\", \"p256\"], \"rsaBits\": [\"3072\"], \"digest\": \"sha256\",\n"
        " \"email\": \"optional\",\n"
        " \"subject\": [{\"type\": \"C\", \"required\": true, \"value\": \"VN\"},\n"
        "  {\"type\": \"OU\", \"repeat\": true}, {\"type\": \"CN\", \"required\": true}],\n"
        " \"extensions\": [{\"name\": \"authorityKeyIdentifier\"}, {\"name\": "
        "\"subjectAltName\"},\n"
        "  {\"name\": \"cRLDistributionPoints\"}, {\"name\": \"subjectKeyIdentifier\"},\n"
        "  {\"name\": \"keyUsage\", \"critical\": true}],\n"
        " \"crl\": [\"{base}/{ca}.crl\"],\n"
        " \"exceptions\": [{\"rule\": \"policies-missing\", \"reason\": \"a test\"}],\n"
        " \"keyUsage\": [\"digitalSignature\"]}";

static const struct {
	const char *what, *from, *to, *said; /* `said` is in the error */
} bad[] = {
        {"unknown key", "\"title\"", "\"titel\"", "titel"},
        {"no id", "\"id\": \"x\", ", "", "id"},
        {"version 0", "\"version\": 1", "\"version\": 0", "version"},
        {"unknown kind", "\"person\"", "\"persona\"", "persona"},
        {"default below the least", "\"defaultDays\": 5", "\"defaultDays\": 11", "defaultDays"},
        {"no key type", "[\"rsa\", \"p256\"]", "[]", "key"},
        {"unknown key type", "\"p256\"", "\"p25\"", "p25"},
        {"RSA without sizes", " \"rsaBits\": [\"3072\"],", "", "rsaBits"},
        {"SHA-1", "\"sha256\"", "\"sha1\"", "sha1"},
        {"empty subject", "{\"type\": \"CN\", \"required\": true}]", "7]", "subject"},
        {"unknown attribute", "\"CN\"", "\"CX\"", "subject"},
        {"attribute twice", "\"OU\"", "\"commonName\"", "twice"},
        {"attribute with a strange key", "\"repeat\"", "\"again\"", "again"},
        {"extension twice", "\"name\": \"subjectAltName\"}", "\"name\": \"keyUsage\"}", "listed"},
        {"extension without content", "\"subjectAltName\"}", "\"certificatePolicies\"}", "listed"},
        {"content without extension", "{\"name\": \"cRLDistributionPoints\"},", "",
         "cRLDistributionPoints"},
        {"no authority key identifier", "{\"name\": \"authorityKeyIdentifier\"},", "",
         "authorityKeyIdentifier"},
        {"no key usage at all", "[\"digitalSignature\"]", "[]", "key"},
        {"key usage of an authority", "[\"digitalSignature\"]", "[\"keyCertSign\"]", "authorities"},
        {"an authority by flag only", "\"email\"", "\"ca\": true, \"email\"", "basicConstraints"},
        {"path length of a person", "\"email\"", "\"pathLen\": 0, \"email\"", "pathLen"},
        {"provisional without a word", "\"email\"", "\"provisional\": true, \"email\"", "note"},
        {"unknown lint rule", "policies-missing", "policy-missing", "policy-missing"},
        {"exception without a reason", ", \"reason\": \"a test\"", "", "reason"},
        {"responder that is none", "\"person\"", "\"ocsp\"", "ocspNoCheck"},
        {"time stamps without purpose", "\"person\"", "\"tsa\"", "timeStamping"},
        {"not JSON", "{\"id\"", "[\"id\"", ""},
        {"a key twice", "\"id\": \"x\"", "\"id\": \"x\", \"id\": \"y\"", ""},
};

static void
replace(const char *from, const char *to, struct antin_bytes *out)
{
	const char *at = strstr(good, from);

	ck_assert_msg(at, "%s", from);
	antin_bytes_add(out, good, (size_t)(at - good));
	antin_bytes_text(out, to);
	antin_bytes_text(out, at + strlen(from));
}

START_TEST(refused)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_OWN_S(antin_profile) p = NULL;
	struct antin_err err = {0};

	replace(bad[_i].from, bad[_i].to, &text);
	ck_assert_msg(antin_profile_read(antin_bytes_slice(&text), "test", &p, &err) != ANTIN_OK,
	              "%s", bad[_i].what);
	ck_assert_ptr_null(p);
	ck_assert_msg(strstr(util_line(&err), bad[_i].said), "%s: %s", bad[_i].what,
	              util_line(&err));
}
END_TEST

START_TEST(read_good)
{
	ANTIN_OWN_S(antin_profile) p = NULL;
	struct antin_err err = {0};
	uint8_t hash[32];

	util_ok(antin_profile_read(antin_slice_text(good), "test", &p, &err));
	util_ok(antin_sha256(antin_slice_text(good), hash, &err));
	ck_assert_mem_eq(p->sha256, hash, 32);
	ck_assert_int_eq(p->path_len, -1);
	ck_assert_uint_eq(p->n_subject, 3);
	ck_assert(p->subject[1].repeat && !p->subject[1].required);
	ck_assert_uint_eq(p->n_exts, 5);
	ck_assert_str_eq(antin_profile_exception(p, "policies-missing"), "a test");
	ck_assert_ptr_null(antin_profile_exception(p, "ku-mixed"));
}
END_TEST

static const struct {
	const char *subject, *result; /* NULL: refused */
} subjects[] = {
        {"CN=A,C=VN", "C=VN, CN=A"},
        {"C=VN,CN=A", "C=VN, CN=A"},
        {"CN=A,OU=hai,C=VN,OU=ba", "C=VN, OU=hai, OU=ba, CN=A"},
        {"CN=A", NULL},
        {"C=VN", NULL},
        {"C=US,CN=A", NULL},
        {"C=VN,CN=A,CN=B", NULL},
        {"C=VN,O=X,CN=A", NULL},
        {"C=VN+CN=A", NULL},
        {"C=VN,title=X,CN=A", NULL},
};

START_TEST(subject)
{
	ANTIN_OWN_S(antin_profile) p = NULL;
	ANTIN_SCOPED(antin_bytes) from = {0};
	ANTIN_SCOPED(antin_bytes) to = {0};
	ANTIN_SCOPED(antin_bytes) text = {0};
	struct antin_err err = {0};

	util_ok(antin_profile_read(antin_slice_text(good), "test", &p, &err));
	if (antin_name_parse(subjects[_i].subject, &from, &err) != ANTIN_OK) {
		ck_assert_ptr_null(subjects[_i].result);
		return;
	}
	if (!subjects[_i].result) {
		util_fails(antin_profile_subject(p, antin_bytes_slice(&from), &to, &err),
		           ANTIN_E_POLICY);
		ck_assert_uint_eq(to.len, 0);
		return;
	}
	util_ok(antin_profile_subject(p, antin_bytes_slice(&from), &to, &err));
	antin_name_text_add(&text, antin_bytes_slice(&to));
	ck_assert_str_eq(antin_bytes_cstr(&text), subjects[_i].result);
}
END_TEST

/* String types are put right where that loses nothing, NFC included. */
START_TEST(string_types)
{
	static const struct {
		const char *name, *want; /* hex of Names; want NULL: refused */
	} cases[] = {
	        {"3019310b3009060355040613025"
	         "64e310a30080603550403130141",
	         "3019310b300906035504061302564e310a300806035504030c0141"},
	        {"301b310b300906035504060c02564e310c300a06035504030c0361cc80",
	         "301a310b300906035504061302564e310b300906035504030c02c3a0"},
	        {"301a310b300906035504061302564e310b300906035504031e020041", NULL},
	        {"3019310b300906035504061302564e310a30080603550403140141", NULL},
	};
	ANTIN_OWN_S(antin_profile) p = NULL;
	struct antin_err err = {0};

	util_ok(antin_profile_read(antin_slice_text(good), "test", &p, &err));
	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) from = {0};
		ANTIN_SCOPED(antin_bytes) to = {0};
		ANTIN_SCOPED(antin_bytes) want = {0};

		antin_err_clear(&err);
		util_hex(cases[i].name, &from);
		if (!cases[i].want) {
			util_fails(antin_profile_subject(p, antin_bytes_slice(&from), &to, &err),
			           ANTIN_E_POLICY);
			continue;
		}
		util_hex(cases[i].want, &want);
		util_ok(antin_profile_subject(p, antin_bytes_slice(&from), &to, &err));
		util_slice_eq(antin_bytes_slice(&to), antin_bytes_slice(&want));
	}
}
END_TEST

START_TEST(keys)
{
	static const struct {
		const char *key;
		bool good;
	} cases[] = {{"rsa2048", false}, {"rsa3072", true}, {"p256", true}, {"p384", false}};
	ANTIN_OWN_S(antin_profile) p = NULL;
	struct antin_err err = {0};

	util_ok(antin_profile_read(antin_slice_text(good), "test", &p, &err));
	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		ANTIN_OWN_S(antin_key) k = issued_key(cases[i].key);
		struct antin_err e = {0};

		ck_assert_int_eq(antin_profile_key(p, k->public_key, &e),
		                 cases[i].good ? ANTIN_OK : ANTIN_E_POLICY);
	}
}
END_TEST

START_TEST(urls)
{
	static const struct antin_profile_setting settings[] = {{"base", "http://x.vn"},
	                                                        {"ca", "cp"},
	                                                        {"ocsp", ""},
	                                                        {NULL, NULL}};
	static const struct {
		const char *pattern, *url; /* NULL: refused */
	} cases[] = {
	        {"{base}/crl/{ca}.crl", "http://x.vn/crl/cp.crl"},
	        {"http://fixed/", "http://fixed/"},
	        {"{ocsp}", NULL},
	        {"{other}", NULL},
	        {"{base", "{base"},
	        {"{}", NULL},
	};

	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) url = {0};
		struct antin_err err = {0};

		if (!cases[i].url) {
			util_fails(antin_profile_url(cases[i].pattern, settings, &url, &err),
			           ANTIN_E_CONFIG);
			ck_assert_uint_eq(url.len, 0);
			continue;
		}
		util_ok(antin_profile_url(cases[i].pattern, settings, &url, &err));
		ck_assert_str_eq(antin_bytes_cstr(&url), cases[i].url);
	}
}
END_TEST

/* The schema made of the tables accepts what is shipped and refuses a misspelling. */
START_TEST(schema)
{
	ANTIN_OWN(json_t) s = antin_profile_schema();
	ANTIN_OWN(json_t) agency = NULL;
	struct antin_err err = {0};

	ck_assert_ptr_nonnull(s);
	util_ok(antin_json_load("ca/profiles/vn-agency.json", &agency, &err));
	util_ok(antin_json_check(s, agency, &err));
	ck_assert_int_eq(json_object_set_new(agency, "colour", json_true()), 0);
	ck_assert_int_ne(antin_json_check(s, agency, &err), ANTIN_OK);
}
END_TEST

Suite *suite_profile(void);
Suite *
suite_profile(void)
{
	Suite *s = suite_create("profile");
	TCase *t = tcase_create("profile");

	tcase_add_test(t, shipped);
	tcase_add_test(t, read_good);
	tcase_add_loop_test(t, refused, 0, UTIL_COUNT(bad));
	tcase_add_loop_test(t, subject, 0, UTIL_COUNT(subjects));
	tcase_add_test(t, string_types);
	tcase_add_test(t, keys);
	tcase_add_test(t, urls);
	tcase_add_test(t, schema);
	suite_add_tcase(s, t);
	return s;
}
