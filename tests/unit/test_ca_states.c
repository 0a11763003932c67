/*
 * The whole table of the status of a certificate: each state, each operation, each reason, with and
 * without a date, against a table written down here; what was refused changed nothing, what was
 * done is in the row, the event, the log, the CRL and the OCSP answer alike.
 */
#include "authority.h"

#include <antin/crl.h>
#include <antin/ocsp.h>

static struct authority w;

static void
setup(void)
{
	struct antin_err err = {0};
	bool renewed;

	authority_begin(&w);
	util_ok(antin_authority_responder_renew(w.signer, "nn", &renewed, &err));
	w.now += 1000;
}

static void
teardown(void)
{
	authority_end(&w);
}

static struct antin_store *
store(void)
{
	return antin_signer_store(w.signer);
}

/* How a certificate comes into each state before the operation under test. */
static const struct state {
	const char *name, *path; /* h hold, u resume, r revoke, s superseded, k compromised */
	int64_t state, reason;
} states[] = {
        {"valid", "", ANTIN_CERT_VALID, ANTIN_NULL},
        {"valid again", "hu", ANTIN_CERT_VALID, ANTIN_NULL},
        {"held", "h", ANTIN_CERT_HOLD, 6},
        {"held again", "huh", ANTIN_CERT_HOLD, 6},
        {"revoked", "r", ANTIN_CERT_REVOKED, ANTIN_NULL},
        {"superseded", "s", ANTIN_CERT_REVOKED, 4},
        {"held, superseded", "hs", ANTIN_CERT_REVOKED, 4},
        {"compromised", "k", ANTIN_CERT_REVOKED, 1},
};

/* What may be given for a person's certificate in a state that is not final. */
static const struct {
	int reason;
	enum antin_rc rc;
	int64_t stands; /* reason in the row and on the CRL */
} reasons[] = {
        {ANTIN_REASON_UNSPECIFIED, ANTIN_OK, ANTIN_NULL},
        {ANTIN_REASON_KEY_COMPROMISE, ANTIN_OK, 1},
        {ANTIN_REASON_CA_COMPROMISE, ANTIN_E_POLICY, 0},
        {ANTIN_REASON_AFFILIATION_CHANGED, ANTIN_OK, 3},
        {ANTIN_REASON_SUPERSEDED, ANTIN_OK, 4},
        {ANTIN_REASON_CESSATION, ANTIN_OK, 5},
        {ANTIN_REASON_HOLD, ANTIN_E_USAGE, 0},
        {ANTIN_REASON_REMOVE, ANTIN_E_POLICY, 0},
        {ANTIN_REASON_PRIVILEGE_WITHDRAWN, ANTIN_OK, 9},
        {ANTIN_REASON_AA_COMPROMISE, ANTIN_E_POLICY, 0},
};

static enum antin_rc
change(const struct antin_cert_row *row, char op, int reason, int64_t invalidity,
       struct antin_changed *done, struct antin_err *err)
{
	struct antin_change c = {.kind = ANTIN_CHANGE_REVOKE,
	                         .reason = reason,
	                         .invalidity_at = invalidity};

	if (op == 'h')
		c.kind = ANTIN_CHANGE_HOLD;
	if (op == 'u')
		c.kind = ANTIN_CHANGE_RESUME;
	return antin_ca_change(w.signer, row, &c, done, err);
}

/* The date that stands since then; 0 while it is valid. */
static int64_t
bring(const struct antin_cert_row *row, const char *path)
{
	int64_t since = 0;

	for (; *path; path++) {
		int reason = *path == 's'   ? ANTIN_REASON_SUPERSEDED
		             : *path == 'k' ? ANTIN_REASON_KEY_COMPROMISE
		                            : 0;
		struct antin_changed done;
		struct antin_err err = {0};

		w.now += 10;
		util_ok(change(row, *path, reason, ANTIN_NULL, &done, &err));
		since = *path == 'u' ? 0 : since ? since : w.now;
	}
	w.now += 10;
	return since;
}

struct events {
	size_t n;
	int64_t state, log;
};

static enum antin_rc
event_row(void *user, const struct antin_event_row *r, struct antin_err *err)
{
	struct events *e = user;

	(void)err;
	e->n++;
	e->state = r->new_state;
	e->log = r->log_seq;
	return ANTIN_OK;
}

static struct events
events_of(const struct antin_cert_row *row)
{
	struct events e = {0};
	struct antin_err err = {0};

	util_ok(antin_store_event_each(store(), row->issuer, antin_bytes_slice(&row->serial),
	                               event_row, &e, &err));
	return e;
}

/* What row, CRL and OCSP say must be this. */
static void
stands(const struct antin_cert_row *row, int64_t state, int64_t reason, int64_t since,
       const char *what)
{
	ANTIN_SCOPED(antin_cert_row) now = {0};
	ANTIN_SCOPED(antin_revocation_row) r = {0};
	ANTIN_SCOPED(antin_signer_crl) made = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(antin_crl) crl = NULL;
	struct antin_crl_entry e = {0};
	struct antin_err err = {0};
	bool listed = state != ANTIN_CERT_VALID, found;
	enum antin_rc rc;

	util_ok(antin_store_cert_by_id(store(), row->id, &now, &err));
	ck_assert_msg(now.state == state, "%s: state %lld", what, (long long)now.state);
	rc = antin_store_revocation_get(store(), row->issuer, antin_bytes_slice(&row->serial), &r,
	                                &err);
	ck_assert_msg(rc == (listed ? ANTIN_OK : ANTIN_E_NOT_FOUND), "%s: %s", what,
	              util_line(&err));
	antin_err_clear(&err);
	if (listed) {
		ck_assert_msg(r.reason == reason, "%s: reason %lld", what, (long long)r.reason);
		ck_assert_msg(r.revoked_at == since, "%s: since %lld, not %lld", what,
		              (long long)r.revoked_at, (long long)since);
	}
	util_ok(antin_signer_crl(w.signer, "nn", 0, &made, &err));
	antin_bytes_add(&der, made.der.p, made.der.len);
	util_ok(antin_crl_read(&der, &crl, &err));
	found = antin_crl_lookup(crl, antin_bytes_slice(&row->serial), (struct antin_slice){0}, &e);
	ck_assert_msg(found == listed, "%s: on the CRL %d", what, found);
	if (listed) {
		ck_assert_int_eq(e.revoked, since);
		ck_assert_int_eq(e.reason, reason == ANTIN_NULL ? 0 : reason);
	}
}

/* One cell: from this state, this operation. */
static void
cell(const struct state *from, char op, int reason, enum antin_rc want, int64_t to, int64_t stays)
{
	ANTIN_SCOPED(antin_cert_row) row = {0};
	struct antin_changed done = {.from = -7};
	struct antin_err err = {0};
	struct events before, after;
	char what[120], name[64];
	int64_t since, log;
	enum antin_rc rc;

	(void)snprintf(what, sizeof(what), "%s, %c with reason %d", from->name, op, reason);
	(void)snprintf(name, sizeof(name), "Người %c", op);
	authority_person(&w, name, &row);
	since = bring(&row, from->path);
	before = events_of(&row);
	log = authority_log(&w);
	rc = change(&row, op, reason, ANTIN_NULL, &done, &err);
	ck_assert_msg(rc == want, "%s: %s instead of %s: %s", what, antin_rc_id(rc),
	              antin_rc_id(want), util_line(&err));
	after = events_of(&row);
	if (want == ANTIN_OK) {
		ck_assert_int_eq(done.from, from->state);
		ck_assert_int_eq(done.to, to);
		ck_assert_int_eq((int64_t)done.log, authority_log(&w));
		ck_assert_uint_eq(after.n, before.n + 1);
		ck_assert_int_eq(after.state, to);
		ck_assert_int_gt(after.log, log);
		since = since ? since : w.now;
		stands(&row, to, stays, since, what);
	} else {
		ck_assert_int_eq(done.from, -7);
		ck_assert_uint_eq(after.n, before.n);
		ck_assert_int_eq(authority_log(&w), log);
		stands(&row, from->state, from->reason, since, what);
	}
}

START_TEST(revoke_by_state_and_reason)
{
	const struct state *from = &states[_i];

	for (size_t i = 0; i < UTIL_COUNT(reasons); i++) {
		enum antin_rc want = reasons[i].rc;

		/* Final: the reason is not even looked at for what is not allowed anyway. */
		if (from->state == ANTIN_CERT_REVOKED && want == ANTIN_OK)
			want = ANTIN_E_STATE;
		cell(from, 'r', reasons[i].reason, want, ANTIN_CERT_REVOKED, reasons[i].stands);
	}
	ck_assert_uint_eq(authority_faults(&w), 0);
}
END_TEST

START_TEST(hold_and_resume_by_state)
{
	const struct state *from = &states[_i];

	cell(from, 'h', 0, from->state == ANTIN_CERT_VALID ? ANTIN_OK : ANTIN_E_STATE,
	     ANTIN_CERT_HOLD, 6);
	cell(from, 'u', 0, from->state == ANTIN_CERT_HOLD ? ANTIN_OK : ANTIN_E_STATE,
	     ANTIN_CERT_VALID, ANTIN_NULL);
	ck_assert_uint_eq(authority_faults(&w), 0);
}
END_TEST

/* keyCompromise with an earlier date is the one thing that may be added to what is final. */
START_TEST(compromise_may_be_dated_back)
{
	static const struct {
		const char *path;
		int64_t back; /* seconds before the date that stands; negative: after */
		enum antin_rc rc;
	} cases[] = {
	        {"s", 1, ANTIN_OK},
	        {"s", 100, ANTIN_OK},
	        {"s", 0, ANTIN_E_STATE},
	        {"s", -5, ANTIN_E_STATE},
	        {"r", 1, ANTIN_OK},
	        {"r", 0, ANTIN_E_STATE},
	        {"k", 1, ANTIN_OK},
	        {"k", 0, ANTIN_E_STATE},
	        {"hs", 1, ANTIN_OK},
	        {"hk", 7, ANTIN_OK},
	        {"s", 100000000, ANTIN_E_POLICY},
	};
	ANTIN_SCOPED(antin_cert_row) row = {0};
	ANTIN_SCOPED(antin_revocation_row) r = {0};
	ANTIN_SCOPED(antin_bytes) csr = {0};
	struct antin_changed done;
	struct antin_err err = {0};
	bool blocked = false;
	int64_t since;
	enum antin_rc rc;

	w.now += 200;
	authority_person(&w, "An", &row);
	w.now += 500;
	since = bring(&row, cases[_i].path);
	rc = change(&row, 'r', ANTIN_REASON_KEY_COMPROMISE, since - cases[_i].back, &done, &err);
	ck_assert_msg(rc == cases[_i].rc, "%s by %lld: %s", cases[_i].path,
	              (long long)cases[_i].back, util_line(&err));
	antin_err_clear(&err);
	util_ok(antin_store_revocation_get(store(), row.issuer, antin_bytes_slice(&row.serial), &r,
	                                   &err));
	ck_assert_int_eq(r.revoked_at, since);
	util_ok(antin_store_key_blocked(store(), antin_bytes_slice(&row.spki_hash), &blocked,
	                                &err));
	ck_assert_int_eq(blocked, rc == ANTIN_OK || strchr(cases[_i].path, 'k') != NULL);
	if (rc == ANTIN_OK) {
		ck_assert_int_eq(r.reason, 1);
		ck_assert_int_eq(r.invalidity_at, since - cases[_i].back);
		/* And never forward again. */
		util_fails(change(&row, 'r', ANTIN_REASON_KEY_COMPROMISE, since, &done, &err),
		           ANTIN_E_STATE);
	}
	ck_assert_uint_eq(authority_faults(&w), 0);
}
END_TEST

/* The certificates of authorities: only they may be given cACompromise. */
START_TEST(authorities_by_reason)
{
	static const char *const serial_of[] = {"goc", "nn"};

	for (size_t i = 0; i < UTIL_COUNT(reasons); i++) {
		struct antin_change c = {.kind = ANTIN_CHANGE_REVOKE,
		                         .reason = reasons[i].reason,
		                         .invalidity_at = ANTIN_NULL,
		                         .dry_run = true};
		enum antin_rc want =
		        reasons[i].reason == ANTIN_REASON_CA_COMPROMISE ? ANTIN_OK : reasons[i].rc;
		ANTIN_SCOPED(antin_cert_row) row = {0};
		struct antin_changed done;
		struct antin_err err = {0};
		int64_t log = authority_log(&w);
		enum antin_rc rc;

		util_ok(antin_store_cert_by_id(store(), _i + 1, &row, &err));
		rc = antin_ca_change(w.signer, &row, &c, &done, &err);
		ck_assert_msg(rc == want, "%s, reason %d: %s", serial_of[_i], reasons[i].reason,
		              util_line(&err));
		ck_assert_int_eq(authority_log(&w), log);
	}
}
END_TEST

/* A rehearsal answers as the deed would, from every state, and leaves no trace. */
START_TEST(a_rehearsal_is_the_deed_without_its_trace)
{
	static const char ops[] = "rhu";
	const struct state *from = &states[_i];

	for (const char *op = ops; *op; op++) {
		ANTIN_SCOPED(antin_cert_row) row = {0};
		struct antin_change c = {.kind = *op == 'r'   ? ANTIN_CHANGE_REVOKE
		                                 : *op == 'h' ? ANTIN_CHANGE_HOLD
		                                              : ANTIN_CHANGE_RESUME,
		                         .invalidity_at = ANTIN_NULL,
		                         .dry_run = true};
		struct antin_changed tried = {0}, done = {0};
		struct antin_err err = {0};
		struct events before, after;
		enum antin_rc first, second;
		int64_t log;

		authority_person(&w, "An", &row);
		(void)bring(&row, from->path);
		before = events_of(&row);
		log = authority_log(&w);
		first = antin_ca_change(w.signer, &row, &c, &tried, &err);
		antin_err_clear(&err);
		after = events_of(&row);
		ck_assert_uint_eq(after.n, before.n);
		ck_assert_int_eq(authority_log(&w), log);
		ck_assert_uint_eq(tried.log, 0);
		c.dry_run = false;
		second = antin_ca_change(w.signer, &row, &c, &done, &err);
		ck_assert_int_eq(first, second);
		if (first != ANTIN_OK)
			continue;
		ck_assert_int_eq(tried.from, done.from);
		ck_assert_int_eq(tried.to, done.to);
		ck_assert_int_eq(tried.revoked_at, done.revoked_at);
	}
}
END_TEST

START_TEST(notes_are_kept_and_bounded)
{
	static const size_t lengths[] = {0, 1, 999, 1000, 1001, 5000};

	for (size_t i = 0; i < UTIL_COUNT(lengths); i++) {
		ANTIN_SCOPED(antin_cert_row) row = {0};
		ANTIN_SCOPED(antin_revocation_row) r = {0};
		struct antin_changed done;
		struct antin_err err = {0};
		char note[5001];
		struct antin_change c = {.kind = ANTIN_CHANGE_HOLD,
		                         .invalidity_at = ANTIN_NULL,
		                         .note = note};

		memset(note, 'n', lengths[i]);
		note[lengths[i]] = '\0';
		authority_person(&w, "An", &row);
		if (lengths[i] > 1000) {
			util_fails(antin_ca_change(w.signer, &row, &c, &done, &err), ANTIN_E_USAGE);
			continue;
		}
		util_ok(antin_ca_change(w.signer, &row, &c, &done, &err));
		/* Made final without a note of its own, it keeps the one of the hold. */
		c = (struct antin_change){.kind = ANTIN_CHANGE_REVOKE, .invalidity_at = ANTIN_NULL};
		util_ok(antin_ca_change(w.signer, &row, &c, &done, &err));
		util_ok(antin_store_revocation_get(store(), row.issuer,
		                                   antin_bytes_slice(&row.serial), &r, &err));
		ck_assert_uint_eq(r.note.len, lengths[i]);
	}
	ck_assert_uint_eq(authority_faults(&w), 0);
}
END_TEST

Suite *suite_ca_states(void);
Suite *
suite_ca_states(void)
{
	Suite *suite = suite_create("ca_states");
	TCase *tc = tcase_create("states");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, revoke_by_state_and_reason, 0, UTIL_COUNT(states));
	tcase_add_loop_test(tc, hold_and_resume_by_state, 0, UTIL_COUNT(states));
	tcase_add_loop_test(tc, compromise_may_be_dated_back, 0, 11);
	tcase_add_loop_test(tc, authorities_by_reason, 0, 2);
	tcase_add_loop_test(tc, a_rehearsal_is_the_deed_without_its_trace, 0, UTIL_COUNT(states));
	tcase_add_test(tc, notes_are_kept_and_bounded);
	suite_add_tcase(suite, tc);
	return suite;
}
