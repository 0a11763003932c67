/*
 * The trust folder: import, class, metadata, removal, and what a broken one does.
 */
#include <stdio.h>
#include <unistd.h>

#include <antin/trust.h>

#include "pki.h"
#include "util.h"

static EVP_PKEY *key;
static char *folder;

static void
begin(void)
{
	key = pki_key();
	folder = util_scratch();
}

static void
end(void)
{
	util_scratch_remove(folder);
	EVP_PKEY_free(key);
}

static const char *
hex_of(const struct antin_cert *c, char out[65])
{
	return antin_hex_text((struct antin_slice){c->sha256, 32}, out, 65);
}

START_TEST(test_import_and_remove)
{
	ANTIN_OWN_S(antin_cert) a = pki_cert(pki_ca("O/a", "O/a", key, key));
	ANTIN_OWN_S(antin_cert) b = pki_cert(pki_ca("O/b", "O/b", key, key));
	ANTIN_SCOPED(antin_bytes) name = {0};
	struct antin_err err = {0};
	char hex[65], beginning[9] = {0};

	util_ok(antin_trust_import(folder, a, ANTIN_CLASS_PUBLIC_CA, PKI_NOW, &err));
	util_ok(antin_trust_import(folder, b, ANTIN_CLASS_UNKNOWN, PKI_NOW, &err));
	util_fails(antin_trust_import(folder, a, ANTIN_CLASS_FOREIGN, PKI_NOW, &err),
	           ANTIN_E_CONFLICT);
	{
		ANTIN_SCOPED(antin_trust) t = {0};
		const struct antin_anchor *found;

		err = (struct antin_err){0};
		util_ok(antin_trust_configured(&t, folder, &err));
		ck_assert_uint_eq(t.n_anchors, 2);
		found = antin_trust_anchor(&t, a);
		ck_assert_ptr_nonnull(found);
		ck_assert_int_eq(found->class, ANTIN_CLASS_PUBLIC_CA);
		ck_assert_int_eq(found->imported, PKI_NOW);
		ck_assert(!t.given);
	}
	(void)hex_of(a, hex);
	util_fails(antin_trust_remove(folder, "0102", &name, &err), ANTIN_E_USAGE);
	err = (struct antin_err){0};
	util_fails(antin_trust_remove(folder, "0000000000000000", &name, &err), ANTIN_E_NOT_FOUND);
	err = (struct antin_err){0};
	memcpy(beginning, hex, 8);
	util_ok(antin_trust_remove(folder, beginning, &name, &err));
	ck_assert_ptr_nonnull(strstr(antin_bytes_cstr(&name), "CN=a"));
	util_fails(antin_trust_remove(folder, hex, &name, &err), ANTIN_E_NOT_FOUND);
	ck_assert_uint_eq(util_entries(folder), 2); /* b and its metadata */
}
END_TEST

START_TEST(test_broken_folder)
{
	static const struct {
		const char *file, *text;
	} rows[] = {
	        {"x.pem", "no certificate"},
	        {"x.crt", ""},
	        {"x.der", "\x30\x03\x02\x01\x01"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ANTIN_SCOPED(antin_trust) t = {0};
		struct antin_err err = {0};

		util_write(util_path(folder, rows[i].file), antin_slice_text(rows[i].text));
		ck_assert_int_ne(antin_trust_configured(&t, folder, &err), ANTIN_OK);
		ck_assert_int_eq(unlink(util_path(folder, rows[i].file)), 0);
	}
}
END_TEST

START_TEST(test_broken_metadata)
{
	static const char *const texts[] = {"{",
	                                    "{\"class\": \"friend\"}",
	                                    "{\"imported\": \"31/02/2026\"}",
	                                    "[]",
	                                    "\"public-ca\"",
	                                    "{\"class\": 1}",
	                                    "{\"class\": null}",
	                                    "{\"class\": [\"public-ca\"]}",
	                                    "{\"imported\": 20261122}",
	                                    "{\"imported\": true}",
	                                    "{\"class\": \"PUBLIC-CA\"}",
	                                    "{\"class\": \"\"}",
	                                    "{\"class\": \"public-ca\"} x",
	                                    ""};
	ANTIN_OWN_S(antin_cert) a = pki_cert(pki_ca("O/a", "O/a", key, key));
	struct antin_err err = {0};
	char hex[65], name[80];

	util_ok(antin_trust_import(folder, a, ANTIN_CLASS_UNKNOWN, PKI_NOW, &err));
	(void)snprintf(name, sizeof(name), "%s.json", hex_of(a, hex));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		ANTIN_SCOPED(antin_trust) t = {0};

		err = (struct antin_err){0};
		util_write(util_path(folder, name), antin_slice_text(texts[i]));
		ck_assert_int_ne(antin_trust_configured(&t, folder, &err), ANTIN_OK);
	}
}
END_TEST

START_TEST(test_missing_is_empty)
{
	ANTIN_SCOPED(antin_trust) t = {0};
	struct antin_err err = {0};

	util_ok(antin_trust_configured(&t, util_path(folder, "nothing"), &err));
	ck_assert_uint_eq(t.n_anchors, 0);
	util_write(util_path(folder, "README"), antin_slice_text("not looked at"));
	util_ok(antin_trust_configured(&t, folder, &err));
	ck_assert_uint_eq(t.n_anchors, 0);
}
END_TEST

START_TEST(test_given)
{
	ANTIN_OWN_S(antin_cert) a = pki_cert(pki_ca("O/a", "O/a", key, key));
	ANTIN_SCOPED(antin_bytes) pem = {0};
	ANTIN_SCOPED(antin_trust) t = {0};
	struct antin_err err = {0};

	antin_pem_add(&pem, "CERTIFICATE", a->der);
	util_write(util_path(folder, "a.pem"), antin_bytes_slice(&pem));
	util_ok(antin_trust_give(&t, util_path(folder, "a.pem"), &err));
	util_ok(antin_trust_give(&t, util_path(folder, "a.pem"), &err));
	ck_assert(t.given);
	ck_assert_uint_eq(t.n_anchors, 1); /* the same twice is one */
	util_fails(antin_trust_give(&t, util_path(folder, "none.pem"), &err), ANTIN_E_MISSING);
	err = (struct antin_err){0};
	util_ok(antin_trust_intermediates(&t, util_path(folder, "a.pem"), &err));
	ck_assert_uint_eq(t.intermediates.n, 1);
}
END_TEST

/*
 * What may be an anchor for documents: authorities, and what nobody else stands behind.  One that
 * may not keeps its neighbours in the file from being trusted.
 */
START_TEST(test_fit)
{
	static const struct {
		const char *what, *subject, *issuer;
		int ca;
		bool own_key, v1, bad, fits;
	} rows[] = {
	        {"root", "O/a", "O/a", 1, true, false, false, true},
	        {"authority below", "O/a", "O/b", 1, false, false, false, true},
	        {"authority below, signature broken", "O/a", "O/b", 1, false, false, true, true},
	        {"root of version 1", "O/a", "O/a", -1, true, true, false, true},
	        {"end, self-signed", "O/a", "O/a", 0, true, false, false, true},
	        {"end without constraints, self-signed", "O/a", "O/a", -1, true, 0, 0, true},
	        {"end", "O/a", "O/b", 0, false, false, false, false},
	        {"end without constraints", "O/a", "O/b", -1, false, false, false, false},
	        {"end of version 1", "O/a", "O/b", -1, false, true, false, false},
	        {"end, own name, another key", "O/a", "O/a", 0, false, false, false, false},
	        {"end, own key, another name", "O/a", "O/b", 0, true, false, false, false},
	        {"end, self-signed, broken", "O/a", "O/a", 0, true, false, true, false},
	};
	EVP_PKEY *other = pki_key();
	ANTIN_OWN_S(antin_cert) root = pki_cert(pki_ca("O/r", "O/r", key, key));

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		struct pki_spec s =
		        pki_ca(rows[i].subject, rows[i].issuer, key, rows[i].own_key ? key : other);
		ANTIN_SCOPED(antin_bytes) pem = {0};
		ANTIN_SCOPED(antin_trust) t = {0};
		ANTIN_OWN_S(antin_cert) c = NULL;
		struct antin_err err = {0};
		char line[400];

		s.ca = rows[i].ca;
		s.v1 = rows[i].v1;
		s.bad_signature = rows[i].bad;
		c = pki_cert(s);
		antin_pem_add(&pem, "CERTIFICATE", root->der);
		antin_pem_add(&pem, "CERTIFICATE", c->der);
		util_write(util_path(folder, "two.pem"), antin_bytes_slice(&pem));
		ck_assert_msg((antin_trust_fit(c, &err) == ANTIN_OK) == rows[i].fits, "%s",
		              rows[i].what);
		err = (struct antin_err){0};
		ck_assert_int_eq(antin_trust_give(&t, util_path(folder, "two.pem"), &err),
		                 rows[i].fits ? ANTIN_OK : ANTIN_E_POLICY);
		ck_assert_uint_eq(t.n_anchors, rows[i].fits ? 2 : 0);
		if (rows[i].fits)
			continue;
		(void)antin_err_line(&err, NULL, line, sizeof(line));
		ck_assert_ptr_nonnull(strstr(line, rows[i].issuer + 2));
		ck_assert_ptr_nonnull(strstr(err.file, "two.pem"));
		ck_assert_ptr_nonnull(strstr(antin_err_hint(&err, NULL), "trust import"));
	}
	EVP_PKEY_free(other);
}
END_TEST

START_TEST(test_classes)
{
	ANTIN_OWN_S(antin_cert) a = pki_cert(pki_ca("O/a", "O/a", key, key));

	for (int i = 0; i < ANTIN_CLASSES_N; i++) {
		ck_assert_uint_gt(strlen(antin_class_text((enum antin_class)i)), 5);
		ck_assert_str_eq(antin_class_choices[i].name, antin_class_id((enum antin_class)i));
		ck_assert_int_eq(antin_class_choices[i].value, i);
	}
	ck_assert_int_eq(antin_class_guess(a), ANTIN_CLASS_UNKNOWN);
}
END_TEST

Suite *suite_trust(void);
Suite *
suite_trust(void)
{
	Suite *s = suite_create("trust");
	TCase *c = tcase_create("trust");

	tcase_add_checked_fixture(c, begin, end);
	tcase_add_test(c, test_import_and_remove);
	tcase_add_test(c, test_broken_folder);
	tcase_add_test(c, test_broken_metadata);
	tcase_add_test(c, test_missing_is_empty);
	tcase_add_test(c, test_given);
	tcase_add_test(c, test_fit);
	tcase_add_test(c, test_classes);
	suite_add_tcase(s, c);
	return s;
}
