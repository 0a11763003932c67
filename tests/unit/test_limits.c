/*
 * The bounds of lib/base and lib/x509: each at its last good value and one beyond, with the class
 * and the place of the error; and the parts of objects that are seldom there.
 */
#include <unistd.h>

#include <antin/crl.h>
#include <antin/json.h>
#include <antin/ocsp.h>
#include <antin/request.h>

#include "issued.h"

/* ---- names ---- */

/* Text up to the bound is judged by its content, beyond it is not looked at. */
START_TEST(name_text)
{
	for (size_t len = ANTIN_NAME_MAX - 2; len <= ANTIN_NAME_MAX + 2; len++) {
		ANTIN_SCOPED(antin_bytes) text = {0};
		ANTIN_SCOPED(antin_bytes) der = {0};
		struct antin_err err = {0};

		antin_bytes_text(&text, "CN=");
		while (text.len < len)
			antin_bytes_byte(&text, 'a');
		util_fails(antin_name_parse(antin_bytes_cstr(&text), &der, &err),
		           len > ANTIN_NAME_MAX ? ANTIN_E_TOO_LARGE : ANTIN_E_FORMAT);
		ck_assert_uint_eq(der.len, 0);
	}
}
END_TEST

/* The place of an error counts characters, and octets where the text is no UTF-8. */
START_TEST(name_places)
{
	static const struct {
		const char *text, *where;
	} cases[] = {
	        {"=a", "character 1"},         {"CN=a,=b", "character 6"},
	        {"CN=ấ,=b", "character 6"},    {"CN=ấn tín,O", "character 12"},
	        {"CN=a+,O=b", "character 6"},  {"CN a", "character 4"},
	        {",CN=a", "character 1"},      {"CN=a,", "character 6"},
	        {"CN=a, ,O=b", "character 7"}, {"", "character 1"},
	};

	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) der = {0};
		struct antin_err err = {0};

		util_fails(antin_name_parse(cases[i].text, &der, &err), ANTIN_E_FORMAT);
		ck_assert_msg(strcmp(err.where, cases[i].where) == 0, "<%s>: %s, not %s",
		              cases[i].text, err.where, cases[i].where);
	}
}
END_TEST

/* ---- sizes of objects ---- */

static enum antin_rc
request_of(struct antin_slice s, struct antin_err *err)
{
	ANTIN_OWN_S(antin_request) r = NULL;

	return antin_request_read(s, &r, err);
}

static enum antin_rc
cert_of(struct antin_slice s, struct antin_err *err)
{
	ANTIN_OWN_S(antin_cert) c = NULL;

	return antin_cert_read(s, &c, err);
}

static enum antin_rc
asked_of(struct antin_slice s, struct antin_err *err)
{
	struct antin_ocsp_request r;

	return antin_ocsp_request_read(s, &r, err);
}

START_TEST(sizes)
{
	static const struct {
		enum antin_rc (*read)(struct antin_slice s, struct antin_err *err);
		size_t most;
		const char *says;
	} kinds[] = {
	        {request_of, ANTIN_REQUEST_MAX, "the request is too large"},
	        {cert_of, ANTIN_CERT_MAX, "a certificate of more than"},
	        {asked_of, ANTIN_OCSP_REQUEST_MAX, "the OCSP request is too large"},
	};

	for (size_t i = 0; i < UTIL_COUNT(kinds) * 2; i++) {
		size_t len = kinds[i / 2].most + i % 2;
		ANTIN_SCOPED(antin_bytes) zeros = {0};
		struct antin_err err = {0};

		ck_assert_ptr_nonnull(antin_bytes_grow(&zeros, len));
		util_fails(kinds[i / 2].read(antin_bytes_slice(&zeros), &err),
		           i % 2 ? ANTIN_E_TOO_LARGE : ANTIN_E_FORMAT);
		ck_assert_int_eq(strstr(util_line(&err), kinds[i / 2].says) != NULL, i % 2);
	}
}
END_TEST

/* ---- seldom parts ---- */

/* A signature on an OCSP request is passed over when it is an element, and only then. */
START_TEST(signed_question)
{
	static const struct {
		const char *tail, *where; /* behind tbsRequest; NULL: read */
	} cases[] = {
	        {"", NULL},
	        {"a0023000", NULL},
	        {"a000", NULL},
	        {"a00530030101ff", NULL},
	        {"a0", "optionalSignature"},
	        {"a005", "optionalSignature"},
	        {"a08100", "optionalSignature"},
	        {"a080", "optionalSignature"},
	        {"a0000500", "OCSPRequest"},
	        {"a000a000", "OCSPRequest"},
	        {"a100", "OCSPRequest"},
	        {"3000", "OCSPRequest"},
	        {"00", "OCSPRequest"},
	};
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	ANTIN_SCOPED(antin_bytes) ids = {0};
	ANTIN_SCOPED(antin_bytes) plain = {0};
	struct antin_err err = {0};
	struct antin_slice content;
	struct antin_in in;

	util_ok(antin_certid_add(&ids, ANTIN_SHA256, root.cert, root.cert->serial, &err));
	util_ok(antin_ocsp_request_write(antin_bytes_slice(&ids), (struct antin_slice){NULL, 0},
	                                 &plain, &err));
	in = antin_in_of(antin_bytes_slice(&plain));
	ck_assert(antin_der_take(&in, ANTIN_SEQUENCE, &content));
	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) body = {0};
		ANTIN_SCOPED(antin_bytes) der = {0};
		struct antin_err why = {0};
		enum antin_rc rc;

		antin_bytes_add(&body, content.p, content.len);
		if (cases[i].tail[0])
			util_hex(cases[i].tail, &body);
		antin_der_add(&der, ANTIN_SEQUENCE, antin_bytes_slice(&body));
		rc = asked_of(antin_bytes_slice(&der), &why);
		ck_assert_msg(rc == (cases[i].where ? ANTIN_E_FORMAT : ANTIN_OK), "%s: %s",
		              cases[i].tail, util_line(&why));
		ck_assert_str_eq(why.where, cases[i].where ? cases[i].where : "");
	}
	issued_done(&root);
}
END_TEST

/* An issuer whose certificate states no key identifier: that of its key is put into what it issues,
 * so that chains can still be found by it. */
START_TEST(issuer_without_identifier)
{
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	ANTIN_OWN_S(antin_profile) p = issued_profile("vn-sub-ca");
	ANTIN_OWN_S(antin_key) key = issued_key("p256");
	ANTIN_OWN_S(antin_cert) with = NULL;
	ANTIN_OWN_S(antin_cert) without = NULL;
	ANTIN_SCOPED(antin_bytes) name = {0};
	struct antin_err err = {0};
	struct antin_slice kept = root.cert->ski;
	struct antin_issue i;

	util_ok(antin_name_parse(SUB_NAME, &name, &err));
	i = issued_spec(p, &root, key, antin_bytes_slice(&name));
	with = issued_finish(&i, root.key);
	root.cert->ski = (struct antin_slice){NULL, 0};
	without = issued_finish(&i, root.key);
	util_slice_eq(without->aki, kept);
	util_slice_eq(without->tbs, with->tbs);
	root.cert->ski = kept;
	issued_done(&root);
}
END_TEST

/* ---- output that is held back ---- */

/* Standard output is patched in memory: inside of what was written, nowhere else. */
START_TEST(patches)
{
	static const struct {
		uint64_t offset;
		const char *text, *want; /* NULL: refused */
	} cases[] = {
	        {0, "AB", "AB23456789"}, {8, "AB", "01234567AB"}, {4, "", "0123456789"},
	        {10, "", "0123456789"},  {9, "AB", NULL},         {10, "A", NULL},
	        {11, "", NULL},          {UINT64_MAX, "A", NULL}, {UINT64_MAX - 1, "AB", NULL},
	};

	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		ANTIN_OWN_S(antin_output) o = NULL;
		struct antin_err err = {0};
		const char *text = cases[i].text;
		char got[32] = "";
		int ends[2], keep = dup(STDOUT_FILENO);

		util_ok(antin_output_open("-", 0, &o, &err));
		util_ok(antin_output_write(o, "0123456789", 10, &err));
		if (!cases[i].want) {
			util_fails(antin_output_patch(o, cases[i].offset, text, strlen(text), &err),
			           ANTIN_E_INTERNAL);
			ck_assert_ptr_nonnull(strstr(util_line(&err), "patch beyond the end"));
			(void)close(keep);
			continue;
		}
		util_ok(antin_output_patch(o, cases[i].offset, text, strlen(text), &err));
		ck_assert_int_eq(pipe(ends), 0);
		ck_assert_int_ge(dup2(ends[1], STDOUT_FILENO), 0);
		util_ok(antin_output_commit(o, &err));
		(void)dup2(keep, STDOUT_FILENO);
		(void)close(keep);
		(void)close(ends[1]);
		ck_assert_int_eq((int)read(ends[0], got, sizeof(got) - 1), 10);
		ck_assert_str_eq(got, cases[i].want);
		(void)close(ends[0]);
	}
}
END_TEST

/* A value that is no JSON is said to be none, and what was there stays. */
START_TEST(no_json)
{
	ANTIN_SCOPED(antin_bytes) out = {0};
	struct antin_err err = {0};

	antin_bytes_text(&out, "kept");
	util_fails(antin_json_write(NULL, true, &out, &err), ANTIN_E_INTERNAL);
	ck_assert(antin_slice_is(antin_bytes_slice(&out), "kept"));
	out.failed = true;
	antin_err_clear(&err);
	util_fails(antin_json_write(json_true(), false, &out, &err), ANTIN_E_MEMORY);
}
END_TEST

Suite *suite_limits(void);
Suite *
suite_limits(void)
{
	Suite *s = suite_create("limits");
	TCase *t = tcase_create("limits");

	tcase_add_test(t, name_text);
	tcase_add_test(t, name_places);
	tcase_add_test(t, sizes);
	tcase_add_test(t, signed_question);
	tcase_add_test(t, issuer_without_identifier);
	tcase_add_test(t, patches);
	tcase_add_test(t, no_json);
	suite_add_tcase(s, t);
	return s;
}
