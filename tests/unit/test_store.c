/*
 * The same promises over every engine: SQLite on disk and in memory (PostgreSQL joins when its
 * address is in the environment).
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <antin_store.h>

static char folder[64], address[128];

enum { ENGINES = 2, NOW = 1763700000 };

static void
setup(void)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/antin-store-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(address, sizeof(address), "sqlite:%s/store.db", folder);
}

static void
teardown(void)
{
	char command[96];

	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static struct antin_store *
fresh(int engine)
{
	struct antin_store *s = NULL;
	struct antin_err err = {0};
	char line[512];

	ck_assert_msg(antin_store_open(engine ? "sqlite::memory:" : address, true, &s, &err) ==
	                      ANTIN_OK,
	              "%s", antin_err_line(&err, NULL, line, sizeof(line)));
	return s;
}

static void
put(struct antin_bytes *b, const char *text)
{
	antin_bytes_text(b, text);
	ck_assert_ptr_nonnull(antin_bytes_cstr(b));
}

static enum antin_rc
add_issuer(struct antin_store *s, struct antin_store_act *act, struct antin_err *err)
{
	struct antin_issuer_row r = {.parent = ANTIN_NULL, .crl_seconds = 604800};
	enum antin_rc rc;

	put(&r.ca, "root");
	put(&r.subject, "subject");
	put(&r.spki, "spki");
	put(&r.key_uri, "file");
	put(&r.profile, "vn-root");
	put(&r.url, "http://x");
	put(&r.ocsp_url, "http://x/ocsp");
	put(&r.name_sha1, "n1");
	put(&r.name_sha256, "n2");
	put(&r.key_sha1, "k1");
	put(&r.key_sha256, "k2");
	r.created_at = act->at;
	rc = antin_store_issuer_add(s, act, &r, err);
	r.not_after = NOW + 1000000;
	if (rc == ANTIN_OK)
		rc = antin_store_issuer_activate(s, act, &r, antin_slice_text("certificate"), err);
	antin_issuer_row_done(&r);
	if (rc == ANTIN_OK)
		rc = antin_store_profile_keep(s, act, "p", 1, antin_slice_text("{}"), err);
	return rc;
}

/* What a test does inside of a transaction, and whether it then wants it undone. */
struct work {
	struct antin_store_act act;
	struct antin_cert_row *cert;
	struct antin_revocation_row *revocation;
	enum antin_cert_state to;
	int64_t number;
	bool fail;
};

static enum antin_rc
do_issuer(struct antin_store *s, void *user, struct antin_err *err)
{
	struct work *w = user;
	enum antin_rc rc = add_issuer(s, &w->act, err);

	return rc == ANTIN_OK && w->fail ? antin_fail(err, ANTIN_E_CANCELLED, "undone") : rc;
}

static void
fill_cert(struct antin_cert_row *c, uint8_t first)
{
	memset(c, 0, sizeof(*c));
	c->issuer = 1;
	c->request = c->replaces = ANTIN_NULL;
	c->profile_version = 1;
	c->not_after = NOW + 1000;
	antin_bytes_byte(&c->serial, first);
	antin_bytes_text(&c->serial, "123456789012345");
	put(&c->profile, "p");
	put(&c->subject, "s");
	put(&c->subject_text, "CN=Nguyễn");
	put(&c->likeness, "nguyen 100%");
	put(&c->spki_hash, "h");
	put(&c->holder, "me");
}

static enum antin_rc
do_intend(struct antin_store *s, void *user, struct antin_err *err)
{
	struct work *w = user;

	return antin_store_cert_intend(s, &w->act, w->cert, antin_slice_text("tbs"), err);
}

static enum antin_rc
do_issue(struct antin_store *s, void *user, struct antin_err *err)
{
	struct work *w = user;

	return antin_store_cert_issue(s, &w->act, w->cert, antin_slice_text("der"), err);
}

static enum antin_rc
do_move(struct antin_store *s, void *user, struct antin_err *err)
{
	struct work *w = user;
	struct antin_cert_move m = {w->to, "test", w->revocation};

	return antin_store_cert_move(s, &w->act, w->cert, &m, err);
}

static enum antin_rc
write_with(struct antin_store *s, antin_store_fn *fn, struct work *w)
{
	w->act.at = NOW;
	w->act.actor = "test";
	return antin_store_transact(s, ANTIN_STORE_WRITE, fn, w, NULL);
}

static void
issue_one(struct antin_store *s, uint8_t first, struct antin_cert_row *c)
{
	struct work w = {.cert = c};

	fill_cert(c, first);
	ck_assert_int_eq(write_with(s, do_intend, &w), ANTIN_OK);
	ck_assert_int_eq(write_with(s, do_issue, &w), ANTIN_OK);
	c->state = ANTIN_CERT_VALID;
}

static enum antin_rc
count_fault(void *user, const char *tab, const char *key, const char *what, struct antin_err *err)
{
	int *n = user;

	(void)err;
	(void)tab;
	(void)key;
	(void)what;
	++*n;
	return ANTIN_OK;
}

static int
log_faults(struct antin_store *s)
{
	int n = 0;

	ck_assert_int_eq(antin_store_log_compare(s, count_fault, &n, NULL), ANTIN_OK);
	return n;
}

static enum antin_rc
count_text(void *user, const char *text, struct antin_err *err)
{
	int *n = user;

	(void)err;
	ck_assert_ptr_nonnull(text);
	++*n;
	return ANTIN_OK;
}

static int
asked(struct antin_store *s)
{
	int n = 0;

	for (int q = 0; q < ANTIN_ASKS; q++)
		ck_assert_int_eq(antin_store_ask(s, (enum antin_store_question)q, count_text, &n,
		                                 NULL),
		                 ANTIN_OK);
	return n;
}

START_TEST(rolls_back)
{
	ANTIN_OWN_S(antin_store) s = fresh(_i);
	struct work w = {.fail = true};
	struct antin_issuer_row r;
	struct antin_log_head head;

	ck_assert_int_eq(write_with(s, do_issuer, &w), ANTIN_E_CANCELLED);
	ck_assert_int_eq(antin_store_issuer_find(s, "root", &r, NULL), ANTIN_E_NOT_FOUND);
	ck_assert_int_eq(antin_store_log_head(s, &head, NULL), ANTIN_OK);
	ck_assert_int_eq(head.seq, 0);
	w.fail = false;
	ck_assert_int_eq(write_with(s, do_issuer, &w), ANTIN_OK);
	ck_assert_int_eq(antin_store_issuer_find(s, "root", &r, NULL), ANTIN_OK);
	ck_assert_int_eq(r.state, ANTIN_ISSUER_ACTIVE);
	ck_assert_int_eq(r.parent, ANTIN_NULL);
	ck_assert(antin_slice_is(antin_bytes_slice(&r.cert), "certificate"));
	antin_issuer_row_done(&r);
	ck_assert_uint_eq(w.act.log, 3);
	ck_assert_int_eq(log_faults(s), 0);
}
END_TEST

START_TEST(writes_need_a_transaction)
{
	ANTIN_OWN_S(antin_store) s = fresh(_i);

	ck_assert_int_eq(antin_store_meta_set(s, "x", "y", NULL), ANTIN_E_INTERNAL);
}
END_TEST

START_TEST(serial_is_never_used_twice)
{
	ANTIN_OWN_S(antin_store) s = fresh(_i);
	ANTIN_SCOPED(antin_cert_row) c = {0};
	ANTIN_SCOPED(antin_cert_row) again = {0};
	struct work w = {.cert = &again};

	ck_assert_int_eq(write_with(s, do_issuer, &w), ANTIN_OK);
	issue_one(s, 1, &c);
	fill_cert(&again, 1);
	ck_assert_int_eq(write_with(s, do_intend, &w), ANTIN_E_CONFLICT);
	/* An intent is answered once. */
	w.cert = &c;
	ck_assert_int_eq(write_with(s, do_issue, &w), ANTIN_E_STATE);
	ck_assert_int_eq(log_faults(s) + asked(s), 0);
}
END_TEST

static enum antin_rc
one_cert(void *user, const struct antin_cert_row *r, struct antin_err *err)
{
	int *n = user;

	(void)err;
	ck_assert_int_eq(r->state, ANTIN_CERT_VALID);
	++*n;
	return ANTIN_OK;
}

START_TEST(lists_by_filter)
{
	static const struct {
		struct antin_cert_filter f;
		int n;
	} cases[] = {
	        {ANTIN_CERT_ANY, 2},
	        {{.issuer = 1, .state = 1, .expires_before = NOW + 1001, .profile = "p"}, 2},
	        {{.issuer = 2, .state = ANTIN_NULL, .expires_before = ANTIN_NULL}, 0},
	        {{.issuer = ANTIN_NULL, .state = 3, .expires_before = ANTIN_NULL}, 0},
	        {{.issuer = ANTIN_NULL, .state = ANTIN_NULL, .expires_before = NOW + 1000}, 0},
	        {{.issuer = ANTIN_NULL,
	          .state = ANTIN_NULL,
	          .expires_before = ANTIN_NULL,
	          .find = "100%"},
	         2},
	        {{.issuer = ANTIN_NULL,
	          .state = ANTIN_NULL,
	          .expires_before = ANTIN_NULL,
	          .find = "n%n"},
	         0},
	        {{.issuer = ANTIN_NULL,
	          .state = ANTIN_NULL,
	          .expires_before = ANTIN_NULL,
	          .find = "ng_yen"},
	         0},
	};
	ANTIN_OWN_S(antin_store) s = fresh(_i);
	ANTIN_SCOPED(antin_cert_row) a = {0};
	ANTIN_SCOPED(antin_cert_row) b = {0};
	struct work w = {0};

	ck_assert_int_eq(write_with(s, do_issuer, &w), ANTIN_OK);
	issue_one(s, 1, &a);
	issue_one(s, 2, &b);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int n = 0;

		ck_assert_int_eq(antin_store_cert_each(s, &cases[i].f, one_cert, &n, NULL),
		                 ANTIN_OK);
		ck_assert_msg(n == cases[i].n, "case %zu: %d", i, n);
	}
}
END_TEST

static enum antin_rc
note_entry(void *user, const struct antin_crl_entry_row *e, struct antin_err *err)
{
	struct antin_bytes *b = user;

	(void)err;
	antin_bytes_printf(b, "%d:%lld:%lld ", e->serial.p[0], (long long)e->reason,
	                   (long long)(e->invalidity_at == ANTIN_NULL ? -1 : e->invalidity_at));
	return ANTIN_OK;
}

START_TEST(moves_and_scans_in_order)
{
	ANTIN_OWN_S(antin_store) s = fresh(_i);
	struct antin_cert_row c[4];
	static const uint8_t firsts[] = {0x7f, 2, 0x41, 9};
	ANTIN_SCOPED(antin_bytes) seen = {0};
	struct antin_revocation_row got;
	struct antin_scan_total total;
	struct work w = {0};

	ck_assert_int_eq(write_with(s, do_issuer, &w), ANTIN_OK);
	for (int i = 0; i < 4; i++) {
		struct antin_revocation_row r = {.requested_at = NOW,
		                                 .revoked_at = NOW + i,
		                                 .reason = i + 3 > 5 ? 6 : i + 3,
		                                 .invalidity_at = i ? ANTIN_NULL : NOW - 5};

		issue_one(s, firsts[i], &c[i]);
		w = (struct work){.cert = &c[i],
		                  .revocation = &r,
		                  .to = i == 3 ? ANTIN_CERT_HOLD : ANTIN_CERT_REVOKED};
		ck_assert_int_eq(write_with(s, do_move, &w), ANTIN_OK);
		ck_assert_int_eq(r.rev_seq, i + 1);
		/* Moving from a state that is not the stored one any more is refused. */
		ck_assert_int_eq(write_with(s, do_move, &w) == ANTIN_OK, 0);
		antin_revocation_row_done(&r);
		c[i].state = w.to;
	}
	/* The hold is lifted: the row goes, the history and the log stay. */
	w = (struct work){.cert = &c[3], .to = ANTIN_CERT_VALID};
	ck_assert_int_eq(write_with(s, do_move, &w), ANTIN_OK);
	ck_assert_int_eq(antin_store_revocation_get(s, 1, antin_bytes_slice(&c[3].serial), &got,
	                                            NULL),
	                 ANTIN_E_NOT_FOUND);
	ck_assert_int_eq(antin_store_revocation_scan(s, 1, 0, note_entry, &seen, NULL), ANTIN_OK);
	ck_assert_str_eq(antin_bytes_cstr(&seen), "2:4:-1 65:5:-1 127:3:1763699995 ");
	ck_assert_int_eq(antin_store_revocation_total(s, 1, 0, &total, NULL), ANTIN_OK);
	ck_assert_int_eq(total.entries, 3);
	ck_assert_int_eq(total.last_rev_seq, 3);
	ck_assert_int_eq(log_faults(s) + asked(s), 0);
	for (int i = 0; i < 4; i++)
		antin_cert_row_done(&c[i]);
}
END_TEST

START_TEST(refuses_reasons_outside_the_table)
{
	static const int64_t bad[] = {0, 7, 8, 11, -1};
	ANTIN_OWN_S(antin_store) s = fresh(_i);
	ANTIN_SCOPED(antin_cert_row) c = {0};
	struct work w = {.cert = &c, .to = ANTIN_CERT_REVOKED};

	ck_assert_int_eq(write_with(s, do_issuer, &w), ANTIN_OK);
	issue_one(s, 1, &c);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct antin_revocation_row r = {.revoked_at = NOW,
		                                 .reason = bad[i],
		                                 .invalidity_at = ANTIN_NULL};

		w.revocation = &r;
		ck_assert_int_eq(write_with(s, do_move, &w), ANTIN_E_CONFLICT);
		antin_revocation_row_done(&r);
	}
	ck_assert_int_eq(log_faults(s) + asked(s), 0);
}
END_TEST

static enum antin_rc
do_number(struct antin_store *s, void *user, struct antin_err *err)
{
	struct work *w = user;

	return antin_store_crl_number(s, 1, 0, w->number, &w->number, err);
}

START_TEST(crl_numbers_grow_and_fences_hold)
{
	ANTIN_OWN_S(antin_store) s = fresh(_i);
	struct work w = {0};

	ck_assert_int_eq(write_with(s, do_issuer, &w), ANTIN_OK);
	for (int i = 1; i <= 5; i++) {
		w.number = 7;
		ck_assert_int_eq(write_with(s, do_number, &w), ANTIN_OK);
		ck_assert_int_eq(w.number, i);
	}
	w.number = 6; /* a holder that was overtaken */
	ck_assert_int_eq(write_with(s, do_number, &w), ANTIN_E_STATE);
}
END_TEST

static enum antin_rc
do_lease(struct antin_store *s, void *user, struct antin_err *err)
{
	struct work *w = user;

	return antin_store_lease_take(s, "crl", w->number, w->number + 60, &w->number, err);
}

static enum antin_rc
do_lease_check(struct antin_store *s, void *user, struct antin_err *err)
{
	struct work *w = user;

	return antin_store_lease_check(s, "crl", w->number, err);
}

START_TEST(lease_of_the_living_holds)
{
	struct work w = {.number = NOW};
	struct antin_store *s = fresh(0);
	int status = 0;
	pid_t child;

	/* A child takes it and dies with it; before that the parent is refused. */
	antin_store_free(s);
	child = fork();
	if (child == 0) {
		s = fresh(0);
		_exit(write_with(s, do_lease, &w) == ANTIN_OK ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	s = fresh(0);
	ck_assert_int_eq(write_with(s, do_lease, &w), ANTIN_OK);
	ck_assert_int_eq(w.number, 2);
	ck_assert_int_eq(write_with(s, do_lease_check, &w), ANTIN_OK);
	child = fork();
	if (child == 0) {
		struct antin_store *own = fresh(0);

		w.number = NOW;
		_exit(write_with(own, do_lease, &w) == ANTIN_E_BUSY ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	w.number = 1;
	ck_assert_int_eq(write_with(s, do_lease_check, &w), ANTIN_E_STATE);
	antin_store_free(s);
}
END_TEST

START_TEST(knows_who_is_gone)
{
	char self[ANTIN_HOLDER_CAP], other[ANTIN_HOLDER_CAP];
	char *last;

	(void)antin_holder_self(self);
	ck_assert(!antin_holder_gone(self));
	ck_assert(!antin_holder_gone(""));
	ck_assert(!antin_holder_gone("somebody"));
	/* The same number, another start: the process is not the one. */
	(void)snprintf(other, sizeof(other), "%s", self);
	last = strrchr(other, ' ');
	(void)snprintf(last, 3, " 7");
	ck_assert(antin_holder_gone(other));
	/* Another boot. */
	(void)snprintf(other, sizeof(other), "%s", self);
	other[0] = other[0] == 'a' ? 'b' : 'a';
	ck_assert(antin_holder_gone(other));
}
END_TEST

static void
shell(const char *sql)
{
	char command[512];

	(void)snprintf(command, sizeof(command), "sqlite3 %s/store.db \"%s\"", folder, sql);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(tampering_is_seen)
{
	/* Each changes the store behind the program's back; either the log or a question tells. */
	static const char *const hands[] = {
	        "UPDATE cert SET not_after = not_after + 1",
	        "UPDATE cert SET subject_text = 'CN=other'",
	        "UPDATE issuer SET key_uri = 'other'",
	        "UPDATE profile SET body = x'7b7d20'",
	        "DELETE FROM status_event",
	        "DELETE FROM cert_blob WHERE kind = 1",
	        "UPDATE cert SET state = 3",
	        "UPDATE log_leaf SET row_hash = zeroblob(32) WHERE tab = 'cert'",
	        "UPDATE revocation SET reason = 4",
	        "UPDATE revocation SET revoked_at = revoked_at + 9",
	        "DELETE FROM revocation",
	};
	struct antin_store *s = fresh(0);
	ANTIN_SCOPED(antin_cert_row) c = {0};
	ANTIN_SCOPED(antin_cert_row) d = {0};
	ANTIN_SCOPED(antin_revocation_row)
	r = {.revoked_at = NOW, .reason = 1, .invalidity_at = ANTIN_NULL};
	struct work w = {0};

	if (system("command -v sqlite3 >/dev/null") != 0)
		return;
	ck_assert_int_eq(write_with(s, do_issuer, &w), ANTIN_OK);
	issue_one(s, 1, &c);
	issue_one(s, 2, &d);
	w = (struct work){.cert = &d, .revocation = &r, .to = ANTIN_CERT_REVOKED};
	ck_assert_int_eq(write_with(s, do_move, &w), ANTIN_OK);
	ck_assert_int_eq(log_faults(s) + asked(s), 0);
	antin_store_free(s);
	shell(hands[_i]);
	s = fresh(0);
	ck_assert_msg(log_faults(s) + asked(s) > 0, "%s", hands[_i]);
	antin_store_free(s);
}
END_TEST

START_TEST(opening)
{
	static const struct {
		const char *tail;
		bool create;
		enum antin_rc rc;
	} cases[] = {
	        {"/none.db", false, ANTIN_E_MISSING}, {"/no/folder.db", true, ANTIN_E_MISSING},
	        {"", false, ANTIN_E_FOLDER},          {"/text.db", false, ANTIN_E_DAMAGED},
	        {"/text.db", true, ANTIN_E_DAMAGED},  {"/empty.db", false, ANTIN_E_STATE},
	        {"/empty.db", true, ANTIN_OK},        {"/empty.db", false, ANTIN_OK},
	};
	static const char *const kinds[] = {"", "sqlite:", "oracle:x", "/tmp/x.db"};
	struct stat st;
	char path[128];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/text.db", folder);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	for (int i = 0; i < 200; i++)
		(void)fputs("this is no store of an authority\n", f);
	(void)fclose(f);
	(void)snprintf(path, sizeof(path), "%s/empty.db", folder);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	(void)fclose(f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct antin_store *s = NULL;
		enum antin_rc rc;

		(void)snprintf(path, sizeof(path), "sqlite:%s%s", folder, cases[i].tail);
		rc = antin_store_open(path, cases[i].create, &s, NULL);
		ck_assert_msg(rc == cases[i].rc, "%s: %s", cases[i].tail, antin_rc_id(rc));
		antin_store_free(s);
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct antin_store *s = NULL;

		ck_assert_int_eq(antin_store_open(kinds[i], true, &s, NULL), ANTIN_E_USAGE);
	}
	antin_store_free(fresh(0));
	(void)snprintf(path, sizeof(path), "%s/store.db", folder);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
}
END_TEST

START_TEST(another_version_is_refused)
{
	struct antin_store *s = fresh(0);
	int64_t from = 0;

	antin_store_free(s);
	if (system("command -v sqlite3 >/dev/null") != 0)
		return;
	ck_assert_int_eq(antin_store_migrate(address, &from, NULL), ANTIN_OK);
	ck_assert_int_eq(from, ANTIN_STORE_VERSION);
	shell("UPDATE meta SET v = '99' WHERE k = 'schema'");
	ck_assert_int_eq(antin_store_open(address, true, &s, NULL), ANTIN_E_STATE);
	ck_assert_int_eq(antin_store_migrate(address, &from, NULL), ANTIN_E_STATE);
	shell("UPDATE meta SET v = 'x' WHERE k = 'schema'");
	ck_assert_int_eq(antin_store_open(address, false, &s, NULL), ANTIN_E_DAMAGED);
}
END_TEST

START_TEST(profiles_do_not_change)
{
	ANTIN_OWN_S(antin_store) s = fresh(_i);
	struct work w = {0};

	ck_assert_int_eq(write_with(s, do_issuer, &w), ANTIN_OK);
	ck_assert_int_eq(write_with(s, do_issuer, &w), ANTIN_E_CONFLICT); /* two active */
	w.act.log = 0;
	ck_assert_int_eq(log_faults(s), 0);
}
END_TEST

Suite *suite_store(void);
Suite *
suite_store(void)
{
	Suite *suite = suite_create("store");
	TCase *tc = tcase_create("engines");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, rolls_back, 0, ENGINES);
	tcase_add_loop_test(tc, writes_need_a_transaction, 0, ENGINES);
	tcase_add_loop_test(tc, serial_is_never_used_twice, 0, ENGINES);
	tcase_add_loop_test(tc, lists_by_filter, 0, ENGINES);
	tcase_add_loop_test(tc, moves_and_scans_in_order, 0, ENGINES);
	tcase_add_loop_test(tc, refuses_reasons_outside_the_table, 0, ENGINES);
	tcase_add_loop_test(tc, crl_numbers_grow_and_fences_hold, 0, ENGINES);
	tcase_add_loop_test(tc, profiles_do_not_change, 0, ENGINES);
	tcase_add_test(tc, lease_of_the_living_holds);
	tcase_add_test(tc, knows_who_is_gone);
	tcase_add_loop_test(tc, tampering_is_seen, 0, 11);
	tcase_add_test(tc, opening);
	tcase_add_test(tc, another_version_is_refused);
	suite_add_tcase(suite, tc);
	return suite;
}
