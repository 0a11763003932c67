/*
 * What another process, or another officer, does while an issue is under way: between the first
 * look and the intent (when the key is opened), and between the intent and the result (when it
 * signs).  Nothing that stopped being allowed is handed out, nothing is issued twice.
 */
#include "one_authority.h"

/* The certificates of the two authorities, as make_begin issues them. */
enum { GOC = 1, NN = 2 };

static void
change_of(struct antin_signer *s, int64_t id, enum antin_change_kind kind, int reason)
{
	struct antin_change c = {.kind = kind, .reason = reason, .invalidity_at = ANTIN_NULL};
	ANTIN_SCOPED(antin_cert_row) row = {0};
	struct antin_changed done;
	struct antin_err err = {0};

	util_ok(antin_store_cert_by_id(antin_signer_store(s), id, &row, &err));
	util_ok(antin_ca_change(s, &row, &c, &done, &err));
}

/* ---- an authority that fell ---- */

static const struct fall {
	int64_t id; /* whose certificate */
	enum antin_change_kind kind;
	int reason;
	bool lifted;
	enum antin_rc rc;
} falls[] = {
        {NN, ANTIN_CHANGE_REVOKE, ANTIN_REASON_CA_COMPROMISE, false, ANTIN_E_REVOKED},
        {NN, ANTIN_CHANGE_REVOKE, ANTIN_REASON_CESSATION, false, ANTIN_E_REVOKED},
        {NN, ANTIN_CHANGE_HOLD, 0, false, ANTIN_E_REVOKED},
        {NN, ANTIN_CHANGE_HOLD, 0, true, ANTIN_OK},
        {GOC, ANTIN_CHANGE_REVOKE, ANTIN_REASON_CA_COMPROMISE, false, ANTIN_E_REVOKED},
        {GOC, ANTIN_CHANGE_HOLD, 0, false, ANTIN_E_REVOKED},
        {GOC, ANTIN_CHANGE_HOLD, 0, true, ANTIN_OK},
};
static int falling;

static void
fall(struct authority *world)
{
	ANTIN_OWN_S(antin_signer) other = authority_signer(world);
	const struct fall *f = &falls[falling];

	change_of(other, f->id, f->kind, f->reason);
	if (f->lifted)
		change_of(other, f->id, ANTIN_CHANGE_RESUME, 0);
}

START_TEST(a_fallen_authority_issues_nothing)
{
	const struct fall *f = &falls[_i / 2];
	bool meanwhile = _i % 2;
	ANTIN_SCOPED(antin_bytes) csr = {0};
	ANTIN_SCOPED(antin_signer_issued) made = {0};
	ANTIN_SCOPED(antin_signer_crl) crl = {0};
	struct antin_err err = {0};
	size_t signatures;
	bool renewed = false;
	enum antin_rc rc;

	authority_csr(NULL, "An", &csr);
	falling = _i / 2;
	if (meanwhile)
		w.hook = fall;
	else
		fall(&w);
	signatures = w.signatures;
	rc = authority_issue(&w, antin_bytes_slice(&csr), NULL, &made, &err);
	ck_assert_msg(rc == f->rc, "%s", util_line(&err));
	ck_assert_int_eq(made.der.p != NULL, rc == ANTIN_OK);
	ck_assert_uint_eq(w.signatures - signatures, rc == ANTIN_OK || meanwhile);
	ck_assert_uint_eq(authority_in_state(&w, ANTIN_CERT_INTENT, NULL), 0);
	/* Below it nothing is made either: a root alone needs nobody. */
	antin_err_clear(&err);
	ck_assert_int_eq(authority_make(&w, "ba", f->id == GOC ? "goc" : "nn", &err) == ANTIN_OK,
	                 rc == ANTIN_OK && f->id == GOC);
	antin_err_clear(&err);
	util_ok(authority_make(&w, "bon", NULL, &err));
	/* What it revoked is still told. */
	util_ok(antin_signer_crl(w.signer, "nn", 0, &crl, &err));
	util_ok(antin_authority_responder_renew(w.signer, "nn", &renewed, &err));
	ck_assert(renewed);
	ck_assert_uint_eq(authority_faults(&w), 0);
}
END_TEST

/* ---- a key that was compromised ---- */

static int64_t first;

static void
compromise_first(struct authority *world)
{
	ANTIN_OWN_S(antin_signer) other = authority_signer(world);

	change_of(other, first, ANTIN_CHANGE_REVOKE, ANTIN_REASON_KEY_COMPROMISE);
}

START_TEST(a_key_compromised_meanwhile_gets_no_certificate)
{
	static const struct antin_keygen p256 = {.type = ANTIN_KEY_P256};
	ANTIN_OWN_S(antin_key) key = NULL;
	ANTIN_SCOPED(antin_bytes) csr = {0};
	ANTIN_SCOPED(antin_signer_issued) one = {0};
	struct antin_signer_issued none = {0};
	struct antin_err err = {0};

	util_ok(antin_key_mock(&p256, ANTIN_OK, 0, &key, &err));
	authority_csr(key, "An", &csr);
	util_ok(authority_issue(&w, antin_bytes_slice(&csr), NULL, &one, &err));
	ck_assert_uint_eq(authority_in_state(&w, ANTIN_CERT_VALID, &first), 3);
	w.hook = compromise_first;
	util_fails(authority_issue(&w, antin_bytes_slice(&csr), NULL, &none, &err), ANTIN_E_POLICY);
	ck_assert_ptr_null(none.der.p);
	ck_assert_uint_eq(authority_in_state(&w, ANTIN_CERT_VALID, NULL), 2);
	ck_assert_uint_eq(authority_faults(&w), 0);
}
END_TEST

/* ---- one request, two processes ---- */

static struct antin_slice asked;
static enum antin_rc other_rc;

/* The same request under the same key by somebody else. */
static void
ask_too(struct authority *world)
{
	struct authority other = *world;
	ANTIN_SCOPED(antin_signer_issued) made = {0};
	struct antin_err err = {0};

	other.signer = authority_signer(world);
	other_rc = authority_issue(&other, asked, "k", &made, &err);
	antin_signer_free(other.signer);
}

/* Opens keys as ever, but somebody else comes first, once. */
static bool before_opening;

static enum antin_rc
open_late(void *user, const char *uri, const struct antin_keygen *generate, struct antin_key **out,
          struct antin_err *err)
{
	if (before_opening) {
		before_opening = false;
		ask_too(user);
	}
	return authority_open(user, uri, generate, out, err);
}

static const struct {
	bool given_up; /* the request was tried before, and its intent given up */
	bool opening;  /* the other comes before the intent; else during the signature */
	enum antin_rc ours, others;
} races[] = {
        {false, true, ANTIN_E_BUSY, ANTIN_OK},
        {true, true, ANTIN_E_BUSY, ANTIN_OK},
        {false, false, ANTIN_OK, ANTIN_E_BUSY},
        {true, false, ANTIN_OK, ANTIN_E_BUSY},
};

START_TEST(a_request_key_is_answered_once)
{
	ANTIN_SCOPED(antin_bytes) csr = {0};
	ANTIN_SCOPED(antin_signer_issued) made = {0};
	ANTIN_SCOPED(antin_signer_issued) again = {0};
	struct antin_signer_config config = {.store = w.store,
	                                     .profiles = "ca/profiles",
	                                     .actor = "test",
	                                     .keys = {open_late, &w},
	                                     .clock = util_clock(&w.now)};
	struct antin_err err = {0};
	enum antin_rc rc;

	authority_csr(NULL, "An", &csr);
	asked = antin_bytes_slice(&csr);
	if (races[_i].given_up) {
		w.fault = ANTIN_E_TOKEN;
		util_fails(authority_issue(&w, asked, "k", &made, &err), ANTIN_E_TOKEN);
		w.fault = ANTIN_OK;
		antin_err_clear(&err);
	}
	antin_signer_free(w.signer);
	w.signer = NULL;
	util_ok(antin_signer_direct(&config, &w.signer, &err));
	other_rc = ANTIN_E_INTERNAL;
	before_opening = races[_i].opening;
	if (!races[_i].opening)
		w.hook = ask_too;
	rc = authority_issue(&w, asked, "k", &made, &err);
	ck_assert_msg(rc == races[_i].ours, "%s", util_line(&err));
	ck_assert_int_eq(other_rc, races[_i].others);
	ck_assert_uint_eq(authority_in_state(&w, ANTIN_CERT_VALID, NULL), 3);
	/* Whoever asks again is given the one there is. */
	antin_err_clear(&err);
	util_ok(authority_issue(&w, asked, "k", &again, &err));
	ck_assert(again.again);
	ck_assert_uint_eq(authority_in_state(&w, ANTIN_CERT_VALID, NULL), 3);
	ck_assert_uint_eq(authority_faults(&w), 0);
}
END_TEST

/* ---- a list being signed ---- */

static enum antin_rc
due(void *user, const struct antin_check_fault *f, struct antin_err *err)
{
	(void)err;
	ck_assert_msg(f->alarm, "%s", f->what);
	*(bool *)user = *(bool *)user || strcmp(f->what, "a revocation is on no CRL yet") == 0;
	return ANTIN_OK;
}

/* It has what was revoked when it began; what came meanwhile is told as due, and on the next. */
START_TEST(revoked_while_the_list_is_signed)
{
	ANTIN_SCOPED(antin_cert_row) row = {0};
	ANTIN_SCOPED(antin_signer_crl) one = {0};
	ANTIN_SCOPED(antin_signer_crl) two = {0};
	struct antin_err err = {0};
	bool waits = false;
	uint64_t log;

	authority_person(&w, "An", &row);
	first = row.id;
	w.hook = compromise_first;
	util_ok(antin_signer_crl(w.signer, "nn", 0, &one, &err));
	ck_assert_uint_eq(one.entries, 0);
	util_ok(antin_ca_publish_crl(w.signer, "nn", 0, &one, &log, &err));
	util_ok(antin_ca_check(w.signer, due, &waits, &err));
	ck_assert(waits);
	util_ok(antin_signer_crl(w.signer, "nn", 0, &two, &err));
	ck_assert_uint_eq(two.entries, 1);
	util_ok(antin_ca_publish_crl(w.signer, "nn", 0, &two, &log, &err));
	waits = false;
	util_ok(antin_ca_check(w.signer, due, &waits, &err));
	ck_assert(!waits);
}
END_TEST

Suite *suite_ca_meanwhile(void);
Suite *
suite_ca_meanwhile(void)
{
	Suite *suite = suite_create("ca_meanwhile");
	TCase *tc = tcase_create("meanwhile");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_fallen_authority_issues_nothing, 0, 2 * UTIL_COUNT(falls));
	tcase_add_test(tc, a_key_compromised_meanwhile_gets_no_certificate);
	tcase_add_test(tc, revoked_while_the_list_is_signed);
	tcase_add_loop_test(tc, a_request_key_is_answered_once, 0, UTIL_COUNT(races));
	suite_add_tcase(suite, tc);
	return suite;
}
