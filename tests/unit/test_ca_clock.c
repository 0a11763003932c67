/*
 * A clock that ran ahead while something was written: nothing may be written until then, and the
 * one way out takes nothing back.  What was revoked meanwhile is revoked from before it on, on a
 * list of the present that takes the place of the one of the future.
 */
#include "one_authority.h"

#include <sqlite3.h>

#include <antin/crl.h>
#include <antin/ocsp.h>

enum { DAY = 86400, PEOPLE = 4 };

static struct antin_cert_row people[PEOPLE]; /* A valid, B, C and D as the case has it */
static int64_t known, ahead;

static void
begin(void)
{
	struct antin_err err = {0};
	bool renewed;

	setup();
	memset(people, 0, sizeof(people));
	util_ok(antin_authority_responder_renew(w.signer, "nn", &renewed, &err));
	for (size_t i = 0; i < PEOPLE; i++)
		authority_person(&w, "An", &people[i]);
	known = w.now;
}

static void
end(void)
{
	for (size_t i = 0; i < PEOPLE; i++)
		antin_cert_row_done(&people[i]);
	teardown();
}

static enum antin_rc
publish(struct antin_err *err)
{
	ANTIN_SCOPED(antin_signer_crl) crl = {0};
	uint64_t log;
	enum antin_rc rc = antin_signer_crl(w.signer, "nn", 0, &crl, err);

	return rc == ANTIN_OK ? antin_ca_publish_crl(w.signer, "nn", 0, &crl, &log, err) : rc;
}

/* b revoked, c held, d compromised since 5 s, u c resumed, i another issued, p published, o renewed
 */
static enum antin_rc
step(char op, struct antin_err *err)
{
	struct antin_change c = {.kind = ANTIN_CHANGE_REVOKE, .invalidity_at = ANTIN_NULL};
	struct antin_authority_responder r = {.ca = "nn"};
	ANTIN_SCOPED(antin_signer_issued) made = {0};
	ANTIN_SCOPED(antin_bytes) csr = {0};
	struct antin_changed done;

	w.now += 10;
	if (op == 'p')
		return publish(err);
	if (op == 'o')
		return antin_authority_responder(w.signer, &r, &made, err);
	if (op == 'i') {
		authority_csr(NULL, "Mới", &csr);
		return authority_issue(&w, antin_bytes_slice(&csr), NULL, &made, err);
	}
	if (op == 'c' || op == 'u')
		c.kind = op == 'c' ? ANTIN_CHANGE_HOLD : ANTIN_CHANGE_RESUME;
	if (op == 'd') {
		c.reason = ANTIN_REASON_KEY_COMPROMISE;
		c.invalidity_at = w.now - 5;
	}
	return antin_ca_change(w.signer, &people[op == 'u' ? 2 : op - 'a'], &c, &done, err);
}

static void
steps(const char *ops)
{
	struct antin_err err = {0};

	for (; *ops; ops++)
		util_ok(step(*ops, &err));
}

/* These steps under a clock that is `days` ahead; then a thousand seconds of the present later. */
static void
run_ahead(const char *ops, int64_t days)
{
	struct antin_err err = {0};
	int64_t from = w.now;

	w.now += days * DAY;
	steps(ops);
	ahead = w.now;
	w.now = from + 1000;
	for (const char *op = "apbi"; *op; op++) {
		util_fails(*op == 'a' ? antin_ca_recover(w.signer, &(size_t){0}, &err)
		                      : step(*op, &err),
		           ANTIN_E_STATE);
		ck_assert_str_eq(antin_err_hint(&err, NULL), "antin-ca clock --help");
		antin_err_clear(&err);
	}
}

static enum antin_rc
count(void *user, const struct antin_cert_row *cert, const struct antin_changed *done,
      struct antin_err *err)
{
	(void)err;
	ck_assert_int_gt(done->revoked_at, w.now);
	ck_assert_int_eq(done->to, cert->state);
	++*(size_t *)user;
	return ANTIN_OK;
}

static enum antin_rc
correct(int64_t stated, int64_t since, bool dry_run, struct antin_clock_corrected *out, size_t *n,
        struct antin_err *err)
{
	struct antin_clock_correction q = {.now = stated,
	                                   .since = since,
	                                   .note = "pin đồng hồ hết",
	                                   .also = count,
	                                   .user = n,
	                                   .dry_run = dry_run};

	*n = 0;
	return antin_ca_clock(w.signer, &q, out, err);
}

/* ---- what is refused ---- */

static const struct {
	int64_t days;          /* that the clock ran ahead */
	int64_t stated, since; /* from the present; 1: absent */
	enum antin_rc rc;
	const char *text;
} refused[] = {
        {0, 0, 1, ANTIN_E_STATE, "not ahead"},
        {30, 601, 1, ANTIN_E_STATE, "correct it first"},
        {30, -601, 1, ANTIN_E_STATE, "correct it first"},
        {30, 30 * DAY, 1, ANTIN_E_STATE, "correct it first"},
        {30, 0, 10, ANTIN_E_POLICY, "under a date to come"},
        {30, 0, -2000, ANTIN_E_POLICY, "under a date to come"},
        {30, 600, 1, ANTIN_OK, ""},
        {30, -600, 0, ANTIN_OK, ""},
        {30, 0, -900, ANTIN_OK, ""},
};

START_TEST(only_with_the_present_and_within_what_is_known)
{
	struct antin_clock_corrected done = {.ahead = 7};
	int64_t since = refused[_i].since, log;
	struct antin_err err = {0};
	size_t n;
	enum antin_rc rc;

	if (refused[_i].days)
		run_ahead("b", refused[_i].days);
	since = since == 1 ? ANTIN_NULL : w.now + since;
	log = authority_log(&w);
	rc = correct(w.now + refused[_i].stated, since, false, &done, &n, &err);
	ck_assert_msg(rc == refused[_i].rc, "%d: %s", _i, util_line(&err));
	if (rc != ANTIN_OK) {
		ck_assert_ptr_nonnull(strstr(util_line(&err), refused[_i].text));
		ck_assert_int_eq(authority_log(&w), log);
		ck_assert_int_eq(done.ahead, 7);
	}
	ck_assert_uint_eq(authority_faults(&w), 0);
}
END_TEST

START_TEST(an_authority_of_the_future_has_no_way_back)
{
	struct antin_clock_corrected done;
	struct antin_err err = {0};
	size_t n;

	w.now -= INT64_C(400) * DAY;
	util_fails(correct(w.now, ANTIN_NULL, false, &done, &n, &err), ANTIN_E_STATE);
	ck_assert_ptr_nonnull(strstr(util_line(&err), "made again"));
}
END_TEST

/* ---- what becomes of it ---- */

static struct antin_crl *
published(void)
{
	struct antin_crl *crl = NULL;
	struct antin_err err = {0};

	util_ok(antin_crl_load(util_path(w.folder, "published/nn.crl"), &crl, &err));
	return crl;
}

static int
ocsp(const struct antin_cert_row *row, struct antin_ocsp_single *out)
{
	ANTIN_SCOPED(antin_issuer_row) by = {0};
	ANTIN_SCOPED(antin_bytes) id = {0};
	ANTIN_SCOPED(antin_signer_ocsp) made = {0};
	ANTIN_OWN_S(antin_ocsp_response) r = NULL;
	ANTIN_OWN_S(antin_cert) issuer = NULL;
	struct antin_slice ids[1];
	struct antin_err err = {0};

	util_ok(antin_store_issuer_find(store(), "nn", &by, &err));
	util_ok(antin_cert_read(antin_bytes_slice(&by.cert), &issuer, &err));
	util_ok(antin_certid_add(&id, ANTIN_SHA1, issuer, antin_bytes_slice(&row->serial), &err));
	ids[0] = antin_bytes_slice(&id);
	util_ok(antin_signer_ocsp(w.signer, ids, 1, (struct antin_slice){0}, &made, &err));
	if (made.status != ANTIN_OCSP_SUCCESSFUL)
		return -1;
	util_ok(antin_ocsp_response_read(antin_bytes_slice(&made.der), &r, &err));
	*out = r->singles[0];
	return r->singles[0].status;
}

static enum antin_rc
alarm_row(void *user, const struct antin_check_fault *f, struct antin_err *err)
{
	static const struct {
		const char *what;
		char letter;
	} alarms[] = {{"a certificate begins in the future: a clock ran ahead; revoke it", 'f'},
	              {"the newest CRL is of the future", 'p'},
	              {"a revocation is on no CRL yet", 'n'}};
	char *letters = user;

	(void)err;
	for (size_t i = 0; i < UTIL_COUNT(alarms); i++)
		if (f->alarm && strcmp(f->what, alarms[i].what) == 0 &&
		    !strchr(letters, alarms[i].letter))
			letters[strlen(letters)] = alarms[i].letter;
	return ANTIN_OK;
}

static const struct {
	const char *before, *wrong, *after; /* steps at their times */
	int64_t days;
	const char *gone; /* who is revoked or held at the end */
	size_t dated;     /* revocations dated back */
	const char *alarms;
} cases[] = {
        {"p", "b", "", 1, "b", 1, "n"},
        {"p", "bp", "", 400, "b", 1, "pn"},
        {"p", "bcd", "", 30, "bcd", 3, "n"},
        {"p", "bcdp", "", 30, "bcd", 3, "pn"},
        {"cp", "p", "u", 30, "", 0, "p"}, /* lifted later than a list of the future */
        {"p", "cp", "u", 30, "", 1, "pn"},
        {"bp", "p", "", 30, "b", 0, "p"}, /* its date was true */
        {"cp", "p", "", 3000, "c", 0, "p"},
        {"", "bp", "dc", 30, "bcd", 1, "pn"},
        {"p", "ip", "b", 30, "b", 0, "fp"},
        {"p", "o", "", 30, "", 0, "f"},
        {"p", "obpi", "", 100, "b", 1, "fpn"},
};

START_TEST(back_to_the_present)
{
	struct antin_clock_corrected tried, done;
	char letters[8] = "";
	struct antin_err err = {0};
	size_t n, again;
	uint64_t number = 0;
	int64_t log;

	steps(cases[_i].before);
	known = w.now;
	run_ahead(cases[_i].wrong, cases[_i].days);
	if (strchr(cases[_i].before, 'p') || strchr(cases[_i].wrong, 'p')) {
		ANTIN_OWN_S(antin_crl) crl = published();

		number = crl->number.p[crl->number.len - 1];
	}
	log = authority_log(&w);
	util_ok(correct(w.now, ANTIN_NULL, true, &tried, &n, &err));
	ck_assert_int_eq(authority_log(&w), log);
	ck_assert_uint_eq(tried.log, 0);
	util_ok(correct(w.now, ANTIN_NULL, false, &done, &again, &err));
	ck_assert_uint_eq(n, again);
	ck_assert_uint_eq(n, cases[_i].dated);
	ck_assert_int_eq(done.ahead, ahead);
	ck_assert_int_eq(done.since, known);
	ck_assert_int_eq((int64_t)done.log, authority_log(&w));
	ck_assert_uint_eq(authority_faults(&w), 0);
	util_ok(antin_ca_check(w.signer, alarm_row, letters, &err));
	ck_assert_msg(strspn(letters, cases[_i].alarms) == strlen(cases[_i].alarms) &&
	                      strlen(letters) == strlen(cases[_i].alarms),
	              "%d: alarms %s", _i, letters);
	util_fails(correct(w.now, ANTIN_NULL, false, &done, &n, &err), ANTIN_E_STATE);
	antin_err_clear(&err);
	steps(cases[_i].after);
	util_ok(publish(&err));
	{
		ANTIN_OWN_S(antin_crl) crl = published();
		struct antin_ocsp_single single = {0};
		bool renewed;

		ck_assert_uint_gt(crl->number.p[crl->number.len - 1], number);
		ck_assert_int_eq(crl->this_update, w.now);
		util_ok(antin_authority_responder_renew(w.signer, "nn", &renewed, &err));
		ck_assert_int_eq(renewed, strchr(cases[_i].wrong, 'o') != NULL);
		for (size_t i = 0; i < PEOPLE; i++) {
			bool gone = strchr(cases[_i].gone, 'a' + (int)i) != NULL;
			struct antin_crl_entry e;

			ck_assert_int_eq(antin_crl_lookup(crl, antin_bytes_slice(&people[i].serial),
			                                  (struct antin_slice){0}, &e),
			                 gone);
			ck_assert_int_eq(ocsp(&people[i], &single),
			                 gone ? ANTIN_OCSP_REVOKED : ANTIN_OCSP_GOOD);
			if (!gone)
				continue;
			ck_assert_int_le(e.revoked, w.now);
			ck_assert_int_eq(single.revoked, e.revoked);
			if (strchr(cases[_i].wrong, 'a' + (int)i))
				ck_assert_int_eq(e.revoked, known);
		}
	}
	ck_assert_uint_eq(authority_faults(&w), 0);
}
END_TEST

/* ---- who worked on something when the clock ran ahead ---- */

static enum antin_rc
intend(struct antin_store *s, void *user, struct antin_err *err)
{
	struct antin_store_act act = {.at = w.now, .actor = "test"};

	return antin_store_cert_intend(s, &act, user, UTIL_LITERAL("tbs"), err);
}

static void
hand(const char *sql)
{
	sqlite3 *db = NULL;

	ck_assert_int_eq(sqlite3_open(util_path(w.folder, "store.db"), &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_total_changes(db), 1);
	(void)sqlite3_close(db);
}

START_TEST(nobody_waits_for_those_of_the_future)
{
	struct antin_clock_corrected done;
	struct antin_cert_row *row = &people[1];
	char sql[300], holder[ANTIN_HOLDER_CAP];
	struct antin_err err = {0};
	size_t n, given_up = 0;

	w.now += INT64_C(50) * DAY;
	/* An intent of this process, which lives on; a lease of one that nobody here can see. */
	row->serial.p[15] ^= 1;
	row->state = ANTIN_CERT_INTENT;
	antin_bytes_clear(&row->cert_hash);
	antin_bytes_clear(&row->tbs_hash);
	antin_bytes_clear(&row->holder);
	antin_bytes_text(&row->holder, antin_holder_self(holder));
	row->issued_at = ANTIN_NULL;
	util_ok(antin_store_transact(store(), ANTIN_STORE_WRITE, intend, row, &err));
	util_ok(publish(&err));
	(void)snprintf(sql, sizeof(sql),
	               "UPDATE lease SET holder = '%.36s pid:[1] 1 1', until = %lld", holder,
	               (long long)w.now + 600);
	hand(sql);
	util_fails(publish(&err), ANTIN_E_BUSY);
	antin_err_clear(&err);
	w.now -= INT64_C(50) * DAY - 100;
	util_ok(correct(w.now, ANTIN_NULL, false, &done, &n, &err));
	util_ok(antin_ca_recover(w.signer, &given_up, &err));
	ck_assert_uint_eq(given_up, 1);
	util_ok(publish(&err));
	ck_assert_uint_eq(authority_in_state(&w, ANTIN_CERT_INTENT, NULL), 0);
}
END_TEST

Suite *suite_ca_clock(void);
Suite *
suite_ca_clock(void)
{
	Suite *suite = suite_create("ca_clock");
	TCase *tc = tcase_create("clock");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_loop_test(tc, only_with_the_present_and_within_what_is_known, 0,
	                    UTIL_COUNT(refused));
	tcase_add_test(tc, an_authority_of_the_future_has_no_way_back);
	tcase_add_loop_test(tc, back_to_the_present, 0, UTIL_COUNT(cases));
	tcase_add_test(tc, nobody_waits_for_those_of_the_future);
	suite_add_tcase(suite, tc);
	return suite;
}
