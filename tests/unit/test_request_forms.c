/*
 * Certificate requests in every form (RFC 2986, RFC 2985): the place of each fault, attributes and
 * extensions, every algorithm that proves possession, files.
 */
#include <antin/request.h>

#include "issued.h"

#define EXT_REQUEST     "06092a864886f70d01090e"
#define CHALLENGE       "06092a864886f70d010907"
#define SAN(len, value) "30" len "0603551d1104" value

/* A request signed properly by its own key around parts that are given as hex. */
struct form {
	const char *what;
	const char *version;    /* NULL: 0 */
	const char *attributes; /* content of [0] */
	const char *behind;     /* behind [0] */
	const char *where;      /* of the error; NULL: read */
	size_t n_attributes, n_exts;
	const char *emails;
	bool bad_emails; /* an address that cannot be one */
};

static const struct form forms[] = {
        {"bare", NULL, "", NULL, NULL, 0, 0, ""},
        {"version 1", "020101", "", NULL, "version", 0, 0, ""},
        {"version below 0", "0201ff", "", NULL, "version", 0, 0, ""},
        {"version of two octets", "02020000", "", NULL, "version", 0, 0, ""},
        {"version as ENUMERATED", "0a0100", "", NULL, "version", 0, 0, ""},
        {"something behind", NULL, "", "0500", "attributes", 0, 0, ""},
        {"attributes twice", NULL, "", "a000", "attributes", 0, 0, ""},
        {"attribute no SEQUENCE", NULL, "0500", NULL, "attributes", 0, 0, ""},
        {"attribute empty", NULL, "3000", NULL, "attributes", 0, 0, ""},
        {"attribute without values", NULL, "300b" CHALLENGE, NULL, "attributes", 0, 0, ""},
        {"attribute with no value", NULL, "300d" CHALLENGE "3100", NULL, "attributes", 0, 0, ""},
        {"attribute with a broken value", NULL, "300f" CHALLENGE "31020c05", NULL, "attributes", 0,
         0, ""},
        {"attribute and more", NULL, "3012" CHALLENGE "31030c01410500", NULL, "attributes", 0, 0,
         ""},
        {"challenge", NULL, "3010" CHALLENGE "31030c0141", NULL, NULL, 1, 0, ""},
        {"challenge twice", NULL,
         "3010" CHALLENGE "31030c0141"
         "3010" CHALLENGE "31030c0142",
         NULL, NULL, 2, 0, ""},
        {"unknown attribute", NULL, "300906022a0331030c0141", NULL, NULL, 1, 0, ""},
        {"extensions empty", NULL, "300f" EXT_REQUEST "31023000", NULL, "attributes", 0, 0, ""},
        {"extensions as text", NULL, "3010" EXT_REQUEST "31030c0141", NULL, "attributes", 0, 0, ""},
        {"two values of extensions", NULL,
         "302b" EXT_REQUEST "311e"
         "300d300b0603551d110404300281"
         "00"
         "300d300b0603551d11040430028100",
         NULL, "attributes", 0, 0, ""},
        {"an address", NULL,
         "3023" EXT_REQUEST "31163014" SAN("12", "0b30098107"
                                                 "6140622e766e78"),
         NULL, NULL, 1, 1, "a@b.vnx\n"},
        {"another name", NULL,
         "3023" EXT_REQUEST "31163014" SAN("12", "0b30098207"
                                                 "6140622e766e78"),
         NULL, NULL, 1, 1, ""},
        {"an address with a line end in it", NULL,
         "3023" EXT_REQUEST "31163014" SAN("12", "0b30098107"
                                                 "6140620a63407e"),
         NULL, NULL, 1, 1, "", true},
        {"an address with a NUL in it", NULL,
         "3023" EXT_REQUEST "31163014" SAN("12", "0b30098107"
                                                 "61406200766e78"),
         NULL, NULL, 1, 1, "", true},
        {"an address with a blank in it", NULL,
         "3023" EXT_REQUEST "31163014" SAN("12", "0b30098107"
                                                 "61406220766e78"),
         NULL, NULL, 1, 1, "", true},
        {"an address with a letter beyond ASCII in it", NULL,
         "3023" EXT_REQUEST "31163014" SAN("12", "0b30098107"
                                                 "614062c3a96e78"),
         NULL, NULL, 1, 1, "", true},
        {"an empty address", NULL, "301c" EXT_REQUEST "310f300d" SAN("0b", "0430028100"), NULL,
         NULL, 1, 1, "", true},
        {"a name that is none", NULL,
         "3023" EXT_REQUEST "31163014" SAN("12", "0b04098107"
                                                 "6140622e766e78"),
         NULL, NULL, 1, 1, "", true},
        {"criticality FALSE", NULL,
         "3021" EXT_REQUEST "31143012"
         "30100603551d1101010004063004810261"
         "40",
         NULL, "attributes", 0, 0, ""},
};

static void
hex_to(struct antin_bytes *b, const char *hex)
{
	if (hex && *hex)
		util_hex(hex, b);
}

/* A key of tests/data: the many forms need no new one each. */
static struct antin_key *
fixed_key(const char *file)
{
	ANTIN_OWN_S(antin_keystore) store = NULL;
	struct antin_err err = {0};
	struct antin_key *k = NULL;
	char path[128];

	(void)snprintf(path, sizeof(path), "tests/data/x509/%s", file);
	util_ok(antin_keystore_file(NULL, &store, &err));
	util_ok(antin_keystore_find(store, path, &k, &err));
	return k;
}

static void
build(const struct form *f, struct antin_key *key, struct antin_bytes *der)
{
	struct antin_slice spki = antin_public_spki(key->public_key);
	struct antin_sigalg a = antin_sigalg_default(antin_public_type(key->public_key));
	ANTIN_SCOPED(antin_bytes) info = {0};
	ANTIN_SCOPED(antin_bytes) signature = {0};
	struct antin_err err = {0};
	size_t mark = antin_der_open(&info, ANTIN_SEQUENCE), list;

	hex_to(&info, f->version ? f->version : "020100");
	util_ok(antin_name_parse("C=VN,CN=A", &info, &err));
	antin_bytes_add(&info, spki.p, spki.len);
	list = antin_der_open(&info, ANTIN_CONTEXT_CONS(0));
	hex_to(&info, f->attributes);
	antin_der_close(&info, list);
	hex_to(&info, f->behind);
	antin_der_close(&info, mark);
	util_ok(antin_key_sign_message(key, a, antin_bytes_slice(&info), &signature, &err));
	util_ok(antin_request_finish(antin_bytes_slice(&info), a, antin_bytes_slice(&signature),
	                             der, &err));
}

START_TEST(every_form)
{
	const struct form *f = &forms[_i];
	ANTIN_OWN_S(antin_key) key = fixed_key("p256.pem");
	ANTIN_OWN_S(antin_request) r = NULL;
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_SCOPED(antin_bytes) emails = {0};
	struct antin_err err = {0};
	enum antin_rc rc;

	build(f, key, &der);
	rc = antin_request_read(antin_bytes_slice(&der), &r, &err);
	if (f->where) {
		ck_assert_msg(rc == ANTIN_E_FORMAT, "%s is read", f->what);
		ck_assert_msg(strcmp(err.where, f->where) == 0, "%s: %s", f->what, util_line(&err));
		ck_assert_ptr_null(r);
		return;
	}
	ck_assert_msg(rc == ANTIN_OK, "%s: %s", f->what, util_line(&err));
	ck_assert_uint_eq(r->n_attributes, f->n_attributes);
	ck_assert_uint_eq(r->n_exts, f->n_exts);
	ck_assert_msg(antin_request_emails(r, &emails) == !f->bad_emails, "%s", f->what);
	ck_assert_msg(antin_slice_is(antin_bytes_slice(&emails), f->emails), "%s", f->what);
}
END_TEST

/* Every algorithm that fits the key proves possession; SHA-1 proves nothing. */
START_TEST(algorithms)
{
	static const struct {
		const char *key;
		enum antin_scheme scheme;
	} kinds[] = {{"rsa2048.pem", ANTIN_RSA_PKCS1},
	             {"rsa2048.pem", ANTIN_RSA_PSS},
	             {"p256.pem", ANTIN_ECDSA},
	             {"p384.pem", ANTIN_ECDSA}};
	static const enum antin_digest digests[] = {ANTIN_SHA1, ANTIN_SHA256, ANTIN_SHA384,
	                                            ANTIN_SHA512};
	struct antin_err err = {0};

	for (size_t i = 0; i < UTIL_COUNT(kinds) * UTIL_COUNT(digests); i++) {
		struct antin_sigalg a = {kinds[i / 4].scheme, digests[i % 4]};
		ANTIN_OWN_S(antin_key) key = fixed_key(kinds[i / 4].key);
		ANTIN_OWN_S(antin_request) r = NULL;
		ANTIN_SCOPED(antin_bytes) name = {0};
		ANTIN_SCOPED(antin_bytes) info = {0};
		ANTIN_SCOPED(antin_bytes) signature = {0};
		ANTIN_SCOPED(antin_bytes) der = {0};
		enum antin_rc rc;

		util_ok(antin_name_parse("CN=A", &name, &err));
		util_ok(antin_request_info(antin_public_spki(key->public_key),
		                           antin_bytes_slice(&name), "a@b.vn", &info, &err));
		rc = antin_key_sign_message(key, a, antin_bytes_slice(&info), &signature, NULL);
		if (a.digest == ANTIN_SHA1 && rc != ANTIN_OK)
			continue; /* the key itself refuses */
		ck_assert_int_eq(rc, ANTIN_OK);
		util_ok(antin_request_finish(antin_bytes_slice(&info), a,
		                             antin_bytes_slice(&signature), &der, &err));
		rc = antin_request_read(antin_bytes_slice(&der), &r, NULL);
		ck_assert_msg(rc == (a.digest == ANTIN_SHA1 ? ANTIN_E_POLICY : ANTIN_OK), "%s: %s",
		              antin_sigalg_name(a), antin_rc_id(rc));
	}
}
END_TEST

/* A request may not borrow another key's signature, key or name. */
START_TEST(swapped_parts)
{
	const struct form f = {.what = "bare", .attributes = ""};
	ANTIN_OWN_S(antin_key) one = fixed_key("p256.pem");
	ANTIN_OWN_S(antin_key) two = issued_key("p256");
	ANTIN_OWN_S(antin_request) a = NULL;
	ANTIN_OWN_S(antin_request) b = NULL;
	ANTIN_OWN_S(antin_request) mixed = NULL;
	ANTIN_SCOPED(antin_bytes) first = {0};
	ANTIN_SCOPED(antin_bytes) second = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_sigalg alg = antin_sigalg_default(ANTIN_KEY_P256);
	struct antin_err err = {0};

	build(&f, one, &first);
	build(&f, two, &second);
	util_ok(antin_request_read(antin_bytes_slice(&first), &a, &err));
	util_ok(antin_request_read(antin_bytes_slice(&second), &b, &err));
	ck_assert_int_ne(memcmp(a->spki_sha256, b->spki_sha256, 32), 0);
	ck_assert_int_ne(memcmp(a->sha256, b->sha256, 32), 0);
	util_ok(antin_request_finish(a->info, alg, b->signature, &der, &err));
	util_fails(antin_request_read(antin_bytes_slice(&der), &mixed, &err),
	           ANTIN_E_BAD_SIGNATURE);
	ck_assert_ptr_nonnull(
	        strstr(util_line(&err), "the request is not signed by the key in it"));
	ck_assert_ptr_null(mixed);
}
END_TEST

START_TEST(files)
{
	char *folder = util_scratch();
	const struct form f = {.what = "bare", .attributes = ""};
	ANTIN_OWN_S(antin_key) key = fixed_key("p256.pem");
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_SCOPED(antin_bytes) pem = {0};
	ANTIN_SCOPED(antin_bytes) two = {0};
	ANTIN_SCOPED(antin_bytes) wrong = {0};
	ANTIN_SCOPED(antin_bytes) large = {0};

	build(&f, key, &der);
	antin_pem_add(&pem, "CERTIFICATE REQUEST", antin_bytes_slice(&der));
	antin_pem_add(&wrong, "CERTIFICATE", antin_bytes_slice(&der));
	for (int i = 0; i < 2; i++)
		antin_bytes_add(&two, pem.p, pem.len);
	ck_assert_ptr_nonnull(antin_bytes_grow(&large, ANTIN_REQUEST_MAX + 1));
	const struct {
		struct antin_slice bytes;
		enum antin_rc want;
	} cases[] = {
	        {antin_bytes_slice(&der), ANTIN_OK},
	        {antin_bytes_slice(&pem), ANTIN_OK},
	        {antin_bytes_slice(&two), ANTIN_E_FORMAT},
	        {antin_bytes_slice(&wrong), ANTIN_E_FORMAT},
	        {UTIL_LITERAL("hello"), ANTIN_E_FORMAT},
	        {{NULL, 0}, ANTIN_E_EMPTY},
	        {antin_bytes_slice(&large), ANTIN_E_TOO_LARGE},
	};
	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		const char *path = util_path(folder, "r.csr");
		ANTIN_OWN_S(antin_request) r = NULL;
		struct antin_err err = {0};
		enum antin_rc rc;

		util_write(path, cases[i].bytes);
		rc = antin_request_load(path, &r, &err);
		ck_assert_msg(rc == cases[i].want, "%zu: %s", i, util_line(&err));
		ck_assert_int_eq(r != NULL, rc == ANTIN_OK);
	}
	util_scratch_remove(folder);
}
END_TEST

Suite *suite_request_forms(void);
Suite *
suite_request_forms(void)
{
	Suite *s = suite_create("request_forms");
	TCase *t = tcase_create("request_forms");

	tcase_add_loop_test(t, every_form, 0, UTIL_COUNT(forms));
	tcase_add_test(t, algorithms);
	tcase_add_test(t, swapped_parts);
	tcase_add_test(t, files);
	suite_add_tcase(s, t);
	return s;
}
