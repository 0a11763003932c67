/*
 * Issuing: what is durable when the key is used, what a failure leaves behind, who gives up what.
 */
#include "one_authority.h"

START_TEST(issues_what_was_intended)
{
	ANTIN_SCOPED(antin_cert_row) row = {0};
	ANTIN_SCOPED(antin_issuer_row) by = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_SCOPED(antin_bytes) tbs = {0};
	ANTIN_OWN_S(antin_cert) cert = NULL;
	ANTIN_OWN_S(antin_cert) issuer = NULL;
	const struct antin_public *key;
	struct antin_err err = {0};

	authority_person(&w, "Nguyễn Thị Minh Hường", &row);
	ck_assert_int_eq(row.state, ANTIN_CERT_VALID);
	util_ok(antin_store_cert_der(store(), row.id, ANTIN_BLOB_CERT, &der, &err));
	util_ok(antin_store_cert_der(store(), row.id, ANTIN_BLOB_TBS, &tbs, &err));
	util_ok(antin_cert_read(antin_bytes_slice(&der), &cert, &err));
	util_slice_eq(cert->tbs, antin_bytes_slice(&tbs));
	util_slice_eq(cert->serial, antin_bytes_slice(&row.serial));
	util_ok(antin_store_issuer_find(store(), "nn", &by, &err));
	util_ok(antin_cert_read(antin_bytes_slice(&by.cert), &issuer, &err));
	util_ok(antin_cert_public(issuer, &key, &err));
	util_ok(antin_cert_verify(cert, key, NULL, &err));
	util_slice_eq(cert->aki, issuer->ski);
	ck_assert_uint_eq(authority_faults(&w), 0);
	/* The folder has what others fetch. */
	ck_assert_uint_gt(util_entries(util_path(w.folder, "published")), 1);
}
END_TEST

static bool seen_intent;

static void
look_from_outside(struct authority *world)
{
	ANTIN_OWN_S(antin_signer) other = authority_signer(world);
	ANTIN_SCOPED(antin_bytes) tbs = {0};
	struct antin_err err = {0};
	int64_t id = 0;

	ck_assert_uint_eq(authority_in_state(world, ANTIN_CERT_INTENT, &id), 1);
	util_ok(antin_store_cert_der(antin_signer_store(other), id, ANTIN_BLOB_TBS, &tbs, &err));
	ck_assert_uint_gt(tbs.len, 100);
	seen_intent = true;
}

START_TEST(the_intent_is_durable_before_the_key_is_used)
{
	ANTIN_SCOPED(antin_cert_row) row = {0};

	seen_intent = false;
	w.hook = look_from_outside;
	authority_person(&w, "An", &row);
	ck_assert(seen_intent);
	ck_assert_uint_eq(authority_in_state(&w, ANTIN_CERT_INTENT, NULL), 0);
}
END_TEST

START_TEST(a_failed_signature_is_given_up)
{
	static const enum antin_rc faults[] = {ANTIN_E_TOKEN, ANTIN_E_REMOVED, ANTIN_E_PIN_WRONG};
	ANTIN_SCOPED(antin_bytes) csr = {0};
	struct antin_signer_issued made = {0};
	ANTIN_SCOPED(antin_cert_row) row = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_SCOPED(antin_revocation_row) r = {0};
	struct antin_err err = {0};
	int64_t id = 0;

	authority_csr(NULL, "An", &csr);
	w.fault = faults[_i];
	util_fails(authority_issue(&w, antin_bytes_slice(&csr), "k", &made, &err), faults[_i]);
	ck_assert_ptr_null(made.der.p);
	ck_assert_uint_eq(authority_in_state(&w, ANTIN_CERT_INTENT, NULL), 0);
	ck_assert_uint_eq(authority_in_state(&w, ANTIN_CERT_REVOKED, &id), 1);
	antin_err_clear(&err);
	util_ok(antin_store_cert_by_id(store(), id, &row, &err));
	util_ok(antin_store_revocation_get(store(), row.issuer, antin_bytes_slice(&row.serial), &r,
	                                   &err));
	ck_assert_int_eq(r.reason, ANTIN_NULL);
	util_fails(antin_store_cert_der(store(), id, ANTIN_BLOB_CERT, &der, &err),
	           ANTIN_E_NOT_FOUND);
	/* Asked again under the same key: another serial. */
	w.fault = ANTIN_OK;
	antin_err_clear(&err);
	util_ok(authority_issue(&w, antin_bytes_slice(&csr), "k", &made, &err));
	ck_assert(!made.again);
	ck_assert(!antin_slice_equal((struct antin_slice){made.serial, made.serial_len},
	                             antin_bytes_slice(&row.serial)));
	antin_signer_issued_done(&made);
	ck_assert_uint_eq(authority_faults(&w), 0);
}
END_TEST

static void
give_up_meanwhile(struct authority *world)
{
	ANTIN_OWN_S(antin_signer) other = authority_signer(world);
	struct antin_err err = {0};
	size_t n = 0;

	/* A slow device: by now everybody takes this process for dead. */
	world->now += ANTIN_INTENT_DEADLINE + 1;
	util_ok(antin_ca_recover(other, &n, &err));
	ck_assert_uint_eq(n, 1);
}

START_TEST(what_was_given_up_never_leaves)
{
	ANTIN_SCOPED(antin_bytes) csr = {0};
	struct antin_signer_issued made = {0};
	struct antin_err err = {0};

	authority_csr(NULL, "An", &csr);
	w.hook = give_up_meanwhile;
	util_fails(authority_issue(&w, antin_bytes_slice(&csr), NULL, &made, &err), ANTIN_E_STATE);
	ck_assert_ptr_null(made.der.p);
	ck_assert_uint_eq(authority_in_state(&w, ANTIN_CERT_REVOKED, NULL), 1);
	ck_assert_uint_eq(authority_faults(&w), 0);
}
END_TEST

static void
not_given_up_in_time(struct authority *world)
{
	ANTIN_OWN_S(antin_signer) other = authority_signer(world);
	struct antin_err err = {0};
	size_t n = 9;

	world->now += ANTIN_INTENT_DEADLINE - 1;
	util_ok(antin_ca_recover(other, &n, &err));
	ck_assert_uint_eq(n, 0);
}

START_TEST(the_living_are_left_alone)
{
	ANTIN_SCOPED(antin_cert_row) row = {0};

	w.hook = not_given_up_in_time;
	authority_person(&w, "An", &row);
	ck_assert_int_eq(row.state, ANTIN_CERT_VALID);
}
END_TEST

START_TEST(a_broken_ceremony_leaves_the_name_free)
{
	struct antin_issuer_row r = {0};
	struct antin_err err = {0};

	w.fault = ANTIN_E_TOKEN;
	util_fails(authority_make(&w, "ba", "goc", &err), ANTIN_E_TOKEN);
	antin_err_clear(&err);
	util_fails(antin_store_issuer_find(store(), "ba", &r, &err), ANTIN_E_NOT_FOUND);
	ck_assert_uint_eq(authority_faults(&w), 0);
	w.fault = ANTIN_OK;
	antin_err_clear(&err);
	/* The key is there already; it is nobody's, so it may be used. */
	ck_assert_int_eq(remove(util_path(w.folder, "ba.key")), 0);
	util_ok(authority_make(&w, "ba", "goc", &err));
	util_fails(authority_make(&w, "ba", "goc", &err), ANTIN_E_CONFLICT);
	ck_assert_uint_eq(authority_faults(&w), 0);
}
END_TEST

START_TEST(a_request_key_gives_one_certificate)
{
	ANTIN_SCOPED(antin_bytes) csr = {0};
	ANTIN_SCOPED(antin_bytes) other = {0};
	ANTIN_SCOPED(antin_signer_issued) one = {0};
	ANTIN_SCOPED(antin_signer_issued) two = {0};
	struct antin_signer_issued none = {0};
	struct antin_err err = {0};
	size_t signatures;

	authority_csr(NULL, "An", &csr);
	authority_csr(NULL, "An", &other);
	util_ok(authority_issue(&w, antin_bytes_slice(&csr), "7", &one, &err));
	signatures = w.signatures;
	util_ok(authority_issue(&w, antin_bytes_slice(&csr), "7", &two, &err));
	ck_assert(two.again);
	ck_assert_uint_eq(w.signatures, signatures);
	util_slice_eq(antin_bytes_slice(&one.der), antin_bytes_slice(&two.der));
	util_fails(authority_issue(&w, antin_bytes_slice(&other), "7", &none, &err),
	           ANTIN_E_CONFLICT);
}
END_TEST

START_TEST(a_key_belongs_to_one_name)
{
	static const struct antin_keygen p256 = {.type = ANTIN_KEY_P256};
	ANTIN_OWN_S(antin_key) key = NULL;
	ANTIN_SCOPED(antin_signer_issued) one = {0};
	ANTIN_SCOPED(antin_signer_issued) two = {0};
	ANTIN_SCOPED(antin_bytes) csr = {0};
	ANTIN_SCOPED(antin_bytes) other = {0};
	struct antin_signer_issued none = {0};
	struct antin_err err = {0};

	util_ok(antin_key_mock(&p256, ANTIN_OK, 0, &key, &err));
	authority_csr(key, "Trần Văn An", &csr);
	authority_csr(key, "Trần Văn Ấn", &other);
	util_ok(authority_issue(&w, antin_bytes_slice(&csr), NULL, &one, &err));
	util_ok(authority_issue(&w, antin_bytes_slice(&csr), NULL, &two, &err));
	util_fails(authority_issue(&w, antin_bytes_slice(&other), NULL, &none, &err),
	           ANTIN_E_POLICY);
}
END_TEST

START_TEST(an_authority_issues_in_its_time)
{
	static const struct {
		int64_t shift;
		enum antin_rc rc;
	} cases[] = {
	        {-4, ANTIN_E_NOT_YET_VALID},
	        {-86400, ANTIN_E_STATE}, /* behind the log */
	        {0, ANTIN_OK},
	        {INT64_C(4000) * 86400, ANTIN_E_EXPIRED},
	};
	ANTIN_SCOPED(antin_bytes) csr = {0};
	struct antin_signer_issued made = {0};
	struct antin_err err = {0};
	enum antin_rc rc;

	authority_csr(NULL, "An", &csr);
	w.now += cases[_i].shift;
	rc = authority_issue(&w, antin_bytes_slice(&csr), NULL, &made, &err);
	ck_assert_msg(rc == cases[_i].rc, "%s", util_line(&err));
	antin_signer_issued_done(&made);
}
END_TEST

START_TEST(a_dry_run_changes_nothing)
{
	static const char *const sans[] = {"email:a@haivan.gov.vn", NULL};
	ANTIN_SCOPED(antin_bytes) csr = {0};
	struct antin_signer_issued made = {0};
	struct antin_signer_issue q = {.ca = "nn",
	                               .profile = "vn-person",
	                               .sans = sans,
	                               .dry_run = true};
	struct antin_err err = {0};
	int64_t log = authority_log(&w);
	size_t signatures = w.signatures;

	authority_csr(NULL, "An", &csr);
	q.csr = antin_bytes_slice(&csr);
	util_ok(antin_signer_issue(w.signer, &q, &made, &err));
	ck_assert_uint_eq(made.der.len, 0);
	ck_assert_int_eq(authority_log(&w), log);
	ck_assert_uint_eq(w.signatures, signatures);
	antin_signer_issued_done(&made);
	/* And says what would be refused. */
	q.days = 100000;
	util_fails(antin_signer_issue(w.signer, &q, &made, &err), ANTIN_E_POLICY);
}
END_TEST

START_TEST(a_responder_is_renewed_in_time)
{
	ANTIN_SCOPED(antin_issuer_row) by = {0};
	struct antin_err err = {0};
	int64_t before = 0;

	util_ok(antin_store_issuer_find(store(), "nn", &by, &err));
	for (int i = 0; i < 3; i++) {
		ANTIN_SCOPED(antin_responder_row) r = {0};
		bool renewed = false;

		w.now += i == 2 ? 50 * 86400 : i;
		util_ok(antin_authority_responder_renew(w.signer, "nn", &renewed, &err));
		ck_assert_int_eq(renewed, i != 1);
		util_ok(antin_store_responder_get(store(), by.id, &r, &err));
		ck_assert_int_eq(r.id > before, i != 1);
		before = r.id;
	}
	ck_assert_uint_eq(authority_faults(&w), 0);
}
END_TEST

Suite *suite_ca_issue(void);
Suite *
suite_ca_issue(void)
{
	Suite *suite = suite_create("ca_issue");
	TCase *tc = tcase_create("issue");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, issues_what_was_intended);
	tcase_add_test(tc, the_intent_is_durable_before_the_key_is_used);
	tcase_add_loop_test(tc, a_failed_signature_is_given_up, 0, 3);
	tcase_add_test(tc, what_was_given_up_never_leaves);
	tcase_add_test(tc, the_living_are_left_alone);
	tcase_add_test(tc, a_broken_ceremony_leaves_the_name_free);
	tcase_add_test(tc, a_request_key_gives_one_certificate);
	tcase_add_test(tc, a_key_belongs_to_one_name);
	tcase_add_loop_test(tc, an_authority_issues_in_its_time, 0, 4);
	tcase_add_test(tc, a_dry_run_changes_nothing);
	tcase_add_test(tc, a_responder_is_renewed_in_time);
	suite_add_tcase(suite, tc);
	return suite;
}
