/*
 * A disk that fails under a running authority: each deed, with each kind of failure, at points from
 * its first call to its last.  It is done or told, never half; what was revoked stays revoked, and
 * no answer about a certificate is made up from what could not be read.
 */
#include "authority.h"

#include <antin/crl.h>
#include <antin/ocsp.h>

#include "sqlite_fault.h"

static struct authority w;
static struct antin_cert_row stands, held, revoked; /* as they are before each deed */
static struct antin_bytes csr, store_bytes;

static void
change(const struct antin_cert_row *row, enum antin_change_kind kind)
{
	struct antin_change c = {.kind = kind, .invalidity_at = ANTIN_NULL};
	struct antin_changed done;
	struct antin_err err = {0};

	util_ok(antin_ca_change(w.signer, row, &c, &done, &err));
}

static void
setup(void)
{
	struct antin_err err = {0};
	bool renewed;

	fault_install();
	authority_begin(&w);
	util_ok(antin_authority_responder_renew(w.signer, "nn", &renewed, &err));
	authority_person(&w, "An", &stands);
	authority_person(&w, "Ba", &held);
	authority_person(&w, "Ca", &revoked);
	change(&held, ANTIN_CHANGE_HOLD);
	change(&revoked, ANTIN_CHANGE_REVOKE);
	authority_csr(NULL, "Dung", &csr);
	antin_signer_free(w.signer);
	w.signer = NULL;
	util_read(w.store + strlen("sqlite:"), &store_bytes);
}

static void
teardown(void)
{
	antin_cert_row_done(&stands);
	antin_cert_row_done(&held);
	antin_cert_row_done(&revoked);
	antin_bytes_done(&csr);
	antin_bytes_done(&store_bytes);
	memset(&stands, 0, sizeof(stands));
	memset(&held, 0, sizeof(held));
	memset(&revoked, 0, sizeof(revoked));
	authority_end(&w);
}

/* The world as it was, with nothing of it in any cache. */
static void
again(void)
{
	static const char *const parts[] = {"store.db", "store.db-wal", "store.db-shm"};

	fault_set(FAULT_NONE, SQLITE_OK, 0, false);
	antin_signer_free(w.signer);
	for (size_t i = 0; i < UTIL_COUNT(parts); i++)
		(void)remove(util_path(w.folder, parts[i]));
	util_write(w.store + strlen("sqlite:"), antin_bytes_slice(&store_bytes));
	w.signer = authority_signer(&w);
}

/* ---- deeds ---- */

#define must_ok(call) ck_assert_msg((call) == ANTIN_OK, "%s: %s", #call, util_line(err))

static enum antin_rc
do_issue(struct antin_err *err)
{
	ANTIN_SCOPED(antin_signer_issued) made = {0};
	enum antin_rc rc = authority_issue(&w, antin_bytes_slice(&csr), "once", &made, err);

	ck_assert_msg((rc == ANTIN_OK) == (made.der.len > 0), "%s", util_line(err));
	return rc;
}

static enum antin_rc
do_change(const struct antin_cert_row *row, enum antin_change_kind kind, struct antin_err *err)
{
	struct antin_change c = {.kind = kind, .invalidity_at = ANTIN_NULL};
	struct antin_changed done;

	return antin_ca_change(w.signer, row, &c, &done, err);
}

static enum antin_rc
do_revoke(struct antin_err *err)
{
	return do_change(&stands, ANTIN_CHANGE_REVOKE, err);
}

static enum antin_rc
do_hold(struct antin_err *err)
{
	return do_change(&stands, ANTIN_CHANGE_HOLD, err);
}

static enum antin_rc
do_resume(struct antin_err *err)
{
	return do_change(&held, ANTIN_CHANGE_RESUME, err);
}

static enum antin_rc
do_final(struct antin_err *err)
{
	return do_change(&held, ANTIN_CHANGE_REVOKE, err);
}

static bool
listed(const struct antin_crl *crl, const struct antin_cert_row *row)
{
	struct antin_crl_entry e;

	return antin_crl_lookup(crl, antin_bytes_slice(&row->serial), (struct antin_slice){0}, &e);
}

/* A CRL that comes out has every entry, whatever could not be read on the way. */
static enum antin_rc
do_crl(struct antin_err *err)
{
	ANTIN_SCOPED(antin_signer_crl) made = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(antin_crl) crl = NULL;
	enum antin_rc rc = antin_signer_crl(w.signer, "nn", 0, &made, err);

	if (rc != ANTIN_OK) {
		ck_assert_uint_eq(made.der.len, 0);
		return rc;
	}
	antin_bytes_add(&der, made.der.p, made.der.len);
	must_ok(antin_crl_read(&der, &crl, err));
	ck_assert(listed(crl, &revoked) && listed(crl, &held) && !listed(crl, &stands));
	return rc;
}

/* The status that OCSP gives; -1 for an answer without one. */
static int
asked(const struct antin_cert_row *row, struct antin_err *err)
{
	ANTIN_SCOPED(antin_signer_ocsp) made = {0};
	ANTIN_SCOPED(antin_issuer_row) by = {0};
	ANTIN_SCOPED(antin_bytes) id = {0};
	ANTIN_OWN_S(antin_cert) issuer = NULL;
	ANTIN_OWN_S(antin_ocsp_response) r = NULL;
	struct antin_err told = {0};
	struct antin_slice ids[1];
	enum fault_kind kept = fault.kind;

	/* Only the answer itself is disturbed. */
	fault.kind = FAULT_NONE;
	must_ok(antin_store_issuer_find(antin_signer_store(w.signer), "nn", &by, err));
	must_ok(antin_cert_read(antin_bytes_slice(&by.cert), &issuer, err));
	must_ok(antin_certid_add(&id, ANTIN_SHA1, issuer, antin_bytes_slice(&row->serial), err));
	ids[0] = antin_bytes_slice(&id);
	fault.kind = kept;
	must_ok(antin_signer_ocsp(w.signer, ids, 1, (struct antin_slice){0}, &made, &told));
	must_ok(antin_ocsp_response_read(antin_bytes_slice(&made.der), &r, err));
	if (made.status == ANTIN_OCSP_SUCCESSFUL)
		return (int)r->singles[0].status;
	/* Never "unauthorized", which says that nobody here knows of the authority. */
	ck_assert_msg(made.status == ANTIN_OCSP_INTERNAL || made.status == ANTIN_OCSP_TRY_LATER,
	              "status %d: %s", (int)made.status, util_line(&told));
	*err = told;
	return -1;
}

static enum antin_rc
do_ocsp(struct antin_err *err)
{
	static const struct {
		const struct antin_cert_row *row;
		int status;
	} cases[] = {{&revoked, ANTIN_OCSP_REVOKED},
	             {&held, ANTIN_OCSP_REVOKED},
	             {&stands, ANTIN_OCSP_GOOD}};

	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		int status = asked(cases[i].row, err);

		if (status < 0)
			return err->rc;
		ck_assert_int_eq(status, cases[i].status);
	}
	return ANTIN_OK;
}

static enum antin_rc
count_fault(void *user, const struct antin_check_fault *f, struct antin_err *err)
{
	(void)err;
	if (!f->alarm)
		++*(size_t *)user;
	return ANTIN_OK;
}

/* What cannot be read is a failure of the check or a fault found, never "sound". */
static enum antin_rc
do_check(struct antin_err *err)
{
	size_t n = 0;
	enum antin_rc rc = antin_ca_check(w.signer, count_fault, &n, err);

	if (rc == ANTIN_OK && n > 0)
		return antin_fail(err, ANTIN_E_DAMAGED, "%zu faults", n);
	ck_assert_msg(rc != ANTIN_OK || fault.kind != FAULT_READ || fault.hits == 0,
	              "called sound after %ld failed reads", fault.hits);
	return rc;
}

static const struct deed {
	const char *name;
	enum antin_rc (*run)(struct antin_err *err);
	const struct antin_cert_row *row; /* whose state it changes */
	int64_t from, to;
} deeds[] = {
        {"issue", do_issue, NULL, 0, 0},
        {"revoke", do_revoke, &stands, ANTIN_CERT_VALID, ANTIN_CERT_REVOKED},
        {"hold", do_hold, &stands, ANTIN_CERT_VALID, ANTIN_CERT_HOLD},
        {"resume", do_resume, &held, ANTIN_CERT_HOLD, ANTIN_CERT_VALID},
        {"make final", do_final, &held, ANTIN_CERT_HOLD, ANTIN_CERT_REVOKED},
        {"crl", do_crl, NULL, 0, 0},
        {"ocsp", do_ocsp, NULL, 0, 0},
        {"check", do_check, NULL, 0, 0},
};

static const struct failure {
	const char *name;
	enum fault_kind kind;
	int code;
	bool on;
} failures[] = {
        {"read", FAULT_READ, SQLITE_IOERR_READ, false},
        {"every read", FAULT_READ, SQLITE_IOERR_READ, true},
        {"full", FAULT_WRITE, SQLITE_FULL, true},
        {"write", FAULT_WRITE, SQLITE_IOERR_WRITE, false},
        {"sync", FAULT_SYNC, SQLITE_IOERR_FSYNC, false},
        {"locked for a moment", FAULT_LOCK, SQLITE_BUSY, false},
        {"locked", FAULT_LOCK, SQLITE_BUSY, true},
        {"lock", FAULT_LOCK, SQLITE_IOERR_LOCK, true},
};

static int64_t
state_of(const struct antin_cert_row *row)
{
	ANTIN_SCOPED(antin_cert_row) now = {0};
	struct antin_err err = {0};

	util_ok(antin_store_cert_by_id(antin_signer_store(w.signer), row->id, &now, &err));
	return now.state;
}

/* The store opened anew after the failure: sound, nothing lost, and the deed can be done. */
static void
afterwards(const struct deed *d, enum antin_rc rc, const char *what)
{
	struct antin_err err = {0};
	size_t given_up;
	int64_t state;

	fault_set(FAULT_NONE, SQLITE_OK, 0, false);
	antin_signer_free(w.signer);
	w.signer = authority_signer(&w);
	/* This process still runs, so what it left is overdue only later. */
	w.now += ANTIN_INTENT_DEADLINE + 1;
	util_ok(antin_ca_recover(w.signer, &given_up, &err));
	ck_assert_msg(authority_faults(&w) == 0, "%s: not sound", what);
	ck_assert_msg(authority_in_state(&w, ANTIN_CERT_INTENT, NULL) == 0, "%s: an intent", what);
	ck_assert_int_eq(state_of(&revoked), ANTIN_CERT_REVOKED);
	if (d->row) {
		state = state_of(d->row);
		ck_assert_msg(state == d->to || (rc != ANTIN_OK && state == d->from),
		              "%s: %s left state %lld", what, antin_rc_id(rc), (long long)state);
		if (state == d->to)
			return;
	}
	rc = d->run(&err);
	ck_assert_msg(rc == ANTIN_OK, "%s: not possible afterwards: %s", what, util_line(&err));
	w.now -= ANTIN_INTENT_DEADLINE + 1;
}

START_TEST(done_or_told)
{
	int points = getenv("ANTIN_LONG") ? 12 : 3;
	const struct deed *d = &deeds[(size_t)_i / UTIL_COUNT(failures)];
	const struct failure *f = &failures[(size_t)_i % UTIL_COUNT(failures)];
	struct antin_err err = {0};
	long n, last = 0;

	again();
	fault_set(f->kind, f->code, 0, false);
	util_ok(d->run(&err));
	n = fault.count;
	for (int i = 0; n > 0 && i < points; i++) {
		long at = 1 + (n - 1) * i / (points - 1);
		int64_t now = w.now;
		char what[120];
		enum antin_rc rc;

		if (at == last)
			continue;
		last = at;
		again();
		antin_err_clear(&err);
		fault_set(f->kind, f->code, at, f->on);
		rc = d->run(&err);
		(void)snprintf(what, sizeof(what), "%s, %s at %ld of %ld", d->name, f->name, at, n);
		ck_assert_msg(fault.hits > 0 || fault.count < at, "%s: not reached", what);
		if (rc != ANTIN_OK)
			ck_assert_msg(err.rc == rc &&
			                      (rc == ANTIN_E_IO || rc == ANTIN_E_BUSY ||
			                       rc == ANTIN_E_DISK_FULL || rc == ANTIN_E_STORE ||
			                       rc == ANTIN_E_DAMAGED),
			              "%s: %s: %s", what, antin_rc_id(rc), util_line(&err));
		afterwards(d, rc, what);
		w.now = now;
	}
}
END_TEST

/* A store that cannot be opened says why, and is what it was. */
START_TEST(opening)
{
	const struct failure *f = &failures[_i];
	ANTIN_SCOPED(antin_bytes) after = {0};
	long n;

	again();
	antin_signer_free(w.signer);
	fault_set(f->kind, f->code, 0, false);
	w.signer = authority_signer(&w);
	n = fault.count;
	antin_signer_free(w.signer);
	w.signer = NULL;
	for (long at = 1; at <= n; at++) {
		struct antin_store *s = NULL;
		struct antin_err err = {0};
		enum antin_rc rc;

		fault_set(f->kind, f->code, at, f->on);
		rc = antin_store_open(w.store, false, &s, &err);
		fault_set(FAULT_NONE, SQLITE_OK, 0, false);
		ck_assert_msg((rc == ANTIN_OK) == (s != NULL), "%s at %ld", f->name, at);
		ck_assert_msg(rc != ANTIN_E_NOT_FOUND && rc != ANTIN_E_MISSING, "%s at %ld: %s",
		              f->name, at, util_line(&err));
		antin_store_free(s);
	}
	util_read(w.store + strlen("sqlite:"), &after);
	ck_assert_uint_eq(after.len, store_bytes.len);
	w.signer = authority_signer(&w);
	ck_assert_uint_eq(authority_faults(&w), 0);
}
END_TEST

/* Taken away, replaced by a copy, emptied by name: nothing is read from or written to the old one.
 */
START_TEST(another_file_in_its_place)
{
	const char *path = w.store + strlen("sqlite:");
	struct antin_err err = {0};

	for (int way = 0; way < 3; way++) {
		ANTIN_SCOPED(antin_bytes) aside = {0};

		again();
		util_ok(do_crl(&err)); /* everything has been read once */
		antin_bytes_printf(&aside, "%s.aside", path);
		ck_assert_int_eq(rename(path, antin_bytes_cstr(&aside)), 0);
		if (way)
			util_write(path, way == 1 ? antin_bytes_slice(&store_bytes)
			                          : (struct antin_slice){0});
		for (size_t i = 0; i < UTIL_COUNT(deeds); i++) {
			if (deeds[i].run == do_check || deeds[i].run == do_ocsp)
				continue;
			util_fails(deeds[i].run(&err), ANTIN_E_STORE);
			ck_assert_ptr_nonnull(strstr(util_line(&err), "removed or replaced"));
			antin_err_clear(&err);
		}
		ck_assert_int_eq(asked(&stands, &err), -1);
		ck_assert_int_eq(err.rc, ANTIN_E_STORE);
		antin_err_clear(&err);
		ck_assert_int_eq(rename((const char *)aside.p, path), 0);
		util_ok(do_ocsp(&err));
		ck_assert_uint_eq(authority_faults(&w), 0);
	}
}
END_TEST

Suite *suite_store_faults(void);
Suite *
suite_store_faults(void)
{
	Suite *suite = suite_create("store_faults");
	TCase *tc = tcase_create("faults");

	/* Made once: it is closed again when the tests, each a process of its own, begin. */
	tcase_add_unchecked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, done_or_told, 0, UTIL_COUNT(deeds) * UTIL_COUNT(failures));
	tcase_add_loop_test(tc, opening, 0, UTIL_COUNT(failures));
	tcase_add_test(tc, another_file_in_its_place);
	suite_add_tcase(suite, tc);
	return suite;
}
