/*
 * A store set back to an old copy has forgotten what was revoked since.  What it published then is
 * the only witness: no CRL that tells less of any certificate takes its place, and the check says
 * so.  What the state machine does in the course of things passes.
 */
#include "one_authority.h"

#include <antin/crl.h>
#include <antin/ocsp.h>

static struct antin_cert_row person;

static void
begin(void)
{
	setup();
	memset(&person, 0, sizeof(person));
	authority_person(&w, "An", &person);
}

static void
end(void)
{
	antin_cert_row_done(&person);
	teardown();
}

/* Where the last revocation lies in time, for those that date back to it. */
static int64_t last;

/*
 * h hold, u resume, r revoke, s superseded, k compromised, K compromised since 5 seconds before the
 * last revocation, d superseded since the last revocation; p a CRL, published as a rule
 */
static enum antin_rc
step(char op, struct antin_err *out)
{
	struct antin_err err = {0};
	struct antin_change c = {.kind = ANTIN_CHANGE_REVOKE, .invalidity_at = ANTIN_NULL};
	ANTIN_SCOPED(antin_signer_crl) crl = {0};
	struct antin_changed done;
	uint64_t log;

	w.now += 10;
	if (op == 'p') {
		util_ok(antin_signer_crl(w.signer, "nn", 0, &crl, &err));
		return antin_ca_publish_crl(w.signer, "nn", 0, &crl, &log, out);
	}
	if (op == 'h' || op == 'u')
		c.kind = op == 'h' ? ANTIN_CHANGE_HOLD : ANTIN_CHANGE_RESUME;
	if (op == 's' || op == 'd')
		c.reason = ANTIN_REASON_SUPERSEDED;
	if (op == 'k' || op == 'K')
		c.reason = ANTIN_REASON_KEY_COMPROMISE;
	if (op == 'K' || op == 'd')
		c.invalidity_at = last - (op == 'K' ? 5 : 0);
	util_ok(antin_ca_change(w.signer, &person, &c, &done, &err));
	if (done.revoked_at != ANTIN_NULL)
		last = done.revoked_at;
	return ANTIN_OK;
}

static void
steps(const char *ops)
{
	struct antin_err err = {0};

	for (; *ops; ops++)
		util_ok(step(*ops, &err));
}

static void
copy(const char *from, const char *to)
{
	ANTIN_SCOPED(antin_bytes) bytes = {0};

	util_read(util_path(w.folder, from), &bytes);
	util_write(util_path(w.folder, to), antin_bytes_slice(&bytes));
}

/* Closed, so that the file is all there is; taken up again afterwards. */
static void
save(void)
{
	antin_signer_free(w.signer);
	copy("store.db", "copy.db");
	w.signer = authority_signer(&w);
}

static void
set_back(void)
{
	antin_signer_free(w.signer);
	(void)remove(util_path(w.folder, "store.db-wal"));
	(void)remove(util_path(w.folder, "store.db-shm"));
	copy("copy.db", "store.db");
	w.signer = authority_signer(&w);
}

static uint64_t
published_number(void)
{
	ANTIN_OWN_S(antin_crl) crl = NULL;
	struct antin_err err = {0};
	uint64_t n = 0;

	util_ok(antin_crl_load(util_path(w.folder, "published/nn.crl"), &crl, &err));
	for (size_t i = 0; i < crl->number.len; i++)
		n = n << 8 | crl->number.p[i];
	return n;
}

/* OCSP about that person. */
static enum antin_ocsp_status
ask(void)
{
	ANTIN_SCOPED(antin_issuer_row) by = {0};
	ANTIN_SCOPED(antin_bytes) id = {0};
	ANTIN_SCOPED(antin_signer_ocsp) made = {0};
	ANTIN_OWN_S(antin_cert) issuer = NULL;
	struct antin_slice ids[1];
	struct antin_err err = {0};

	util_ok(antin_store_issuer_find(store(), "nn", &by, &err));
	util_ok(antin_cert_read(antin_bytes_slice(&by.cert), &issuer, &err));
	util_ok(antin_certid_add(&id, ANTIN_SHA1, issuer, antin_bytes_slice(&person.serial), &err));
	ids[0] = antin_bytes_slice(&id);
	util_ok(antin_signer_ocsp(w.signer, ids, 1, (struct antin_slice){0}, &made, &err));
	return made.status;
}

static enum antin_rc
issue(struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) csr = {0};
	ANTIN_SCOPED(antin_signer_issued) made = {0};

	authority_csr(NULL, "Bình", &csr);
	return authority_issue(&w, antin_bytes_slice(&csr), NULL, &made, err);
}

static const struct {
	const char *before, *lost, *after; /* the copy; what it has not; after it was set back */
	bool passes;
} cases[] = {
        {"", "rp", "", false},           {"p", "rp", "", false},       {"p", "hp", "", false},
        {"p", "kp", "", false},          {"php", "sp", "", false}, /* a hold that was made final */
        {"phup", "hp", "", false},                                 /* lifted before, not since */
        {"pp", "hup", "", true},                                   /* as if nothing had been */
        {"php", "up", "", true},     /* held longer than it was: stricter */
        {"psp", "p", "", true},      /* nothing was lost */
        {"psp", "Kp", "", false},    /* the compromise, and its date */
        {"psp", "Kp", "K", true},    /* entered again */
        {"p", "sp", "r", false},     /* entered again, but with a later date */
        {"p", "sp", "h", false},     /* a hold is less */
        {"p", "sp", "d", true},      /* dated back to when it was */
        {"p", "kp", "d", false},     /* a compromise stays one */
        {"p", "hp", "r", true},      /* a hold may become final */
        {"p", "hp", "hu", true},     /* held and lifted again, with both in the log */
        {"php", "uphp", NULL, true}, /* not set back at all, from here on */
        {"p", "hpuphpspKp", NULL, true}, {"p", "hpupkpp", NULL, true},
};

START_TEST(published_tells_no_less)
{
	struct antin_err err = {0};
	enum antin_rc rc = ANTIN_OK;
	uint64_t before;
	bool renewed;

	util_ok(antin_authority_responder_renew(w.signer, "nn", &renewed, &err));
	steps(cases[_i].before);
	save();
	if (!cases[_i].after) {
		steps(cases[_i].lost);
		ck_assert_uint_eq(authority_faults(&w), 0);
		return;
	}
	steps(cases[_i].lost);
	before = published_number();
	set_back();
	ck_assert_uint_gt(authority_faults(&w), 0);
	/* Until it is known what was lost, nobody is told "good", and nothing is issued. */
	ck_assert_int_eq(ask(), ANTIN_OCSP_TRY_LATER);
	util_fails(issue(&err), ANTIN_E_STATE);
	ck_assert_ptr_nonnull(strstr(util_line(&err), "old copy"));
	steps(cases[_i].after);
	/* The numbers of the copy may be behind: one try, and the next has a higher one. */
	for (int i = 0; i < 2; i++) {
		antin_err_clear(&err);
		rc = step('p', &err);
		if (rc != ANTIN_OK)
			ck_assert_msg(rc == ANTIN_E_STATE, "%s", util_line(&err));
	}
	ck_assert_msg((rc == ANTIN_OK) == cases[_i].passes, "%s|%s|%s: %s", cases[_i].before,
	              cases[_i].lost, cases[_i].after, util_line(&err));
	ck_assert_int_eq(published_number() > before, cases[_i].passes);
	ck_assert_int_eq(authority_faults(&w) == 0, cases[_i].passes);
	ck_assert_int_eq(ask() == ANTIN_OCSP_SUCCESSFUL, cases[_i].passes);
	if (!cases[_i].passes)
		ck_assert_ptr_nonnull(strstr(util_line(&err), "old copy"));
}
END_TEST

/* ---- told when it is due ---- */

static enum antin_rc
due(void *user, const struct antin_check_fault *f, struct antin_err *err)
{
	(void)err;
	if (f->alarm && strcmp(f->what, "a revocation is on no CRL yet") == 0)
		++*(size_t *)user;
	return ANTIN_OK;
}

START_TEST(a_revocation_waits_for_its_crl)
{
	static const struct {
		const char *ops;
		size_t want;
	} rows[] = {{"", 0},   {"p", 0},   {"r", 1},    {"rp", 0},   {"pr", 1},
	            {"ph", 1}, {"phu", 0}, {"php", 0},  {"phpu", 0}, {"phps", 1},
	            {"hs", 1}, {"psp", 0}, {"pspK", 1}, {"pspKp", 0}};
	struct antin_err err = {0};
	size_t n = 0;

	steps(rows[_i].ops);
	util_ok(antin_ca_check(w.signer, due, &n, &err));
	ck_assert_msg(n == rows[_i].want, "%s: %zu", rows[_i].ops, n);
	ck_assert_uint_eq(authority_faults(&w), 0);
}
END_TEST

/* ---- published while it is looked at ---- */

static enum antin_rc
publish_meanwhile(void *user, const struct antin_check_fault *f, struct antin_err *err)
{
	ANTIN_OWN_S(antin_signer) other = authority_signer(&w);
	ANTIN_SCOPED(antin_signer_crl) crl = {0};
	size_t *alarms = user;
	uint64_t log;

	ck_assert_msg(f->alarm, "%s: %s", f->what, f->object);
	++*alarms;
	ck_assert_int_eq(antin_signer_crl(other, "nn", 0, &crl, err), ANTIN_OK);
	return antin_ca_publish_crl(other, "nn", 0, &crl, &log, err);
}

START_TEST(a_crl_published_meanwhile_is_no_fault)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	struct antin_err err = {0};
	size_t alarms = 0;
	bool renewed;

	/* An alarm about the responder, in the middle of the check. */
	util_ok(antin_authority_responder_renew(w.signer, "nn", &renewed, &err));
	antin_bytes_printf(&path, "%s/responder", w.folder);
	ck_assert_int_eq(rename(antin_bytes_cstr(&path), util_path(w.folder, "away")), 0);
	steps("rp");
	util_ok(antin_ca_check(w.signer, publish_meanwhile, &alarms, &err));
	ck_assert_uint_eq(alarms, 1);
	ck_assert_uint_eq(published_number(), 2);
}
END_TEST

Suite *suite_ca_set_back(void);
Suite *
suite_ca_set_back(void)
{
	Suite *suite = suite_create("ca_set_back");
	TCase *tc = tcase_create("set back");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_loop_test(tc, published_tells_no_less, 0, UTIL_COUNT(cases));
	tcase_add_loop_test(tc, a_revocation_waits_for_its_crl, 0, 14);
	tcase_add_test(tc, a_crl_published_meanwhile_is_no_fault);
	suite_add_tcase(suite, tc);
	return suite;
}
