/*
 * Whoever changes the store behind the program's back is found: every invariant broken on purpose,
 * every column of every table that the log covers changed, rows taken away and slipped in.
 */
#include "authority.h"

#include <unistd.h>

#include <sqlite3.h>

enum { PEOPLE = 4 };

/* Made once; each test works on a copy. */
static char *made;
static int64_t then;

/* What stands in the store: 1 goc, 2 nn, 3 valid, 4 superseded, 5 held, 6 compromised, 7 an intent
 * given up, 8 and 9 the responders; CRLs 1 and 2 of nn, 2 published. */
static void
make_world(void)
{
	static const struct antin_change changes[PEOPLE] = {
	        {.kind = ANTIN_CHANGE_RESUME},
	        {.kind = ANTIN_CHANGE_REVOKE, .reason = 4, .invalidity_at = ANTIN_NULL},
	        {.kind = ANTIN_CHANGE_HOLD, .invalidity_at = ANTIN_NULL, .note = "tìm chưa thấy"},
	        {.kind = ANTIN_CHANGE_REVOKE, .reason = 1, .invalidity_at = ANTIN_NULL},
	};
	static const char *const names[PEOPLE] = {"An", "Bình", "Cường", "Dung"};
	ANTIN_SCOPED(antin_bytes) csr = {0};
	struct antin_signer_issued none = {0};
	struct antin_err err = {0};
	struct authority w;
	bool renewed;

	authority_begin(&w);
	for (int i = 0; i < PEOPLE; i++) {
		ANTIN_SCOPED(antin_cert_row) row = {0};
		struct antin_changed done;

		authority_person(&w, names[i], &row);
		w.now++;
		if (i)
			util_ok(antin_ca_change(w.signer, &row, &changes[i], &done, &err));
	}
	authority_csr(NULL, "Em", &csr);
	w.fault = ANTIN_E_TOKEN;
	util_fails(authority_issue(&w, antin_bytes_slice(&csr), "k", &none, &err), ANTIN_E_TOKEN);
	antin_err_clear(&err);
	w.fault = ANTIN_OK;
	util_ok(antin_authority_responder_renew(w.signer, "nn", &renewed, &err));
	util_ok(antin_authority_responder_renew(w.signer, "goc", &renewed, &err));
	for (int i = 0; i < 2; i++) {
		ANTIN_SCOPED(antin_signer_crl) crl = {0};
		uint64_t log;

		w.now++;
		util_ok(antin_signer_crl(w.signer, "nn", 0, &crl, &err));
		util_ok(antin_ca_publish_crl(w.signer, "nn", 0, &crl, &log, &err));
	}
	then = w.now;
	antin_signer_free(w.signer);
	made = w.folder;
}

static void
drop_world(void)
{
	util_scratch_remove(made);
}

static struct authority w;

static void
copy_file(const char *name)
{
	ANTIN_SCOPED(antin_bytes) bytes = {0};

	util_read(util_path(made, name), &bytes);
	util_write(util_path(w.folder, name), antin_bytes_slice(&bytes));
}

/* The store as it was made, in a folder of this test. */
static void
fresh(void)
{
	(void)remove(util_path(w.folder, "store.db-wal"));
	(void)remove(util_path(w.folder, "store.db-shm"));
	copy_file("store.db");
	copy_file("published/nn.crl");
}

static void
setup(void)
{
	struct antin_err err = {0};

	memset(&w, 0, sizeof(w));
	w.now = then;
	w.folder = util_scratch();
	util_ok(antin_folder_make(util_path(w.folder, "published"), &err));
	ck_assert_int_eq(symlink(util_path(made, "responder"), util_path(w.folder, "responder")),
	                 0);
	(void)snprintf(w.store, sizeof(w.store), "sqlite:%s/store.db", w.folder);
	fresh();
}

static void
teardown(void)
{
	util_scratch_remove(w.folder);
}

static int hand_changed; /* rows, by the last hand */

/* Changes the store as somebody with a shell would, without the program's rules. */
static int
hand(const char *sql)
{
	sqlite3 *db = NULL;
	char *text = NULL;
	int code;

	ck_assert_int_eq(sqlite3_open(util_path(w.folder, "store.db"), &db), SQLITE_OK);
	(void)sqlite3_exec(db, "PRAGMA foreign_keys=OFF; PRAGMA ignore_check_constraints=ON", NULL,
	                   NULL, NULL);
	code = sqlite3_exec(db, sql, NULL, NULL, &text);
	ck_assert_msg(code == SQLITE_OK || (code & 0xff) == SQLITE_CONSTRAINT ||
	                      code == SQLITE_MISMATCH,
	              "%s: %s", sql, text);
	hand_changed = sqlite3_total_changes(db);
	sqlite3_free(text);
	(void)sqlite3_close(db);
	return code;
}

struct found {
	struct antin_bytes text; /* "I3 what: object" one a line */
	size_t faults, alarms;
};

static enum antin_rc
found_row(void *user, const struct antin_check_fault *f, struct antin_err *err)
{
	struct found *found = user;
	size_t n;
	const struct antin_check_row *rows = antin_check_rows(&n);

	(void)err;
	ck_assert_uint_lt(f->row, n);
	ck_assert_ptr_nonnull(f->what);
	ck_assert_ptr_nonnull(f->object);
	antin_bytes_printf(&found->text, "%s%s %s: %s\n", f->alarm ? "due " : "", rows[f->row].id,
	                   f->what, f->object);
	if (f->alarm)
		found->alarms++;
	else
		found->faults++;
	return ANTIN_OK;
}

/* The check over the store as it lies there now; its class. */
static enum antin_rc
look(struct found *found, struct antin_err *err)
{
	ANTIN_OWN_S(antin_signer) s = NULL;
	struct antin_signer_config config = {.store = w.store,
	                                     .actor = "test",
	                                     .clock = util_clock(&w.now)};
	enum antin_rc rc = antin_signer_direct(&config, &s, err);

	memset(found, 0, sizeof(*found));
	if (rc == ANTIN_OK)
		rc = antin_ca_check(s, found_row, found, err);
	ck_assert_ptr_nonnull(antin_bytes_cstr(&found->text));
	return rc;
}

START_TEST(the_world_itself_is_sound)
{
	struct antin_err err = {0};
	struct found found;

	util_ok(look(&found, &err));
	ck_assert_msg(found.faults == 0 && found.alarms == 0, "%s", (const char *)found.text.p);
	antin_bytes_done(&found.text);
}
END_TEST

/* One broken promise each, with the number and words that must be among what is told. */
static const struct {
	const char *sql, *want;
} broken[] = {
        {"DELETE FROM cert_blob WHERE kind = 0 AND cert = 3", "I1 certificate without the octets"},
        {"DELETE FROM cert_blob WHERE kind = 0 AND cert = 7", "I1 certificate without the octets"},
        {"UPDATE cert_blob SET bytes = x'3000' WHERE kind = 0 AND cert = 7",
         "I3 the intended octets are not the ones recorded"},
        {"UPDATE cert SET issuer = 99 WHERE id = 3", "I2 the store is damaged"},
        {"UPDATE cert SET state = 9 WHERE id = 3", "I2 the store is damaged"},
        {"UPDATE status_event SET log_seq = 100000 WHERE id = 1", "I2 the store is damaged"},
        {"DELETE FROM profile WHERE name = 'vn-person'", "I2 the store is damaged"},
        {"INSERT INTO cert_blob VALUES (77, 1, x'00')", "I2 the store is damaged"},
        {"UPDATE cert_blob SET bytes = (SELECT bytes FROM cert_blob WHERE cert = 4 AND kind = 1) "
         "WHERE cert = 3 AND kind = 1",
         "I3 the certificate is not the one recorded"},
        {"UPDATE cert_blob SET bytes = x'3000' WHERE cert = 3 AND kind = 1",
         "I3 the certificate is not the one recorded"},
        {"DELETE FROM cert_blob WHERE cert = 3 AND kind = 1", "I3 issued certificate without"},
        {"UPDATE cert SET cert_hash = zeroblob(32) WHERE id = 3",
         "I3 the certificate is not the one recorded"},
        {"UPDATE cert SET not_after = not_after + 1 WHERE id = 3", "I3 the certificate says"},
        {"UPDATE cert SET not_before = not_before - 1 WHERE id = 3", "I3 the certificate says"},
        {"UPDATE cert SET subject = x'3000' WHERE id = 3", "I3 the certificate says"},
        {"UPDATE cert SET spki_hash = zeroblob(32) WHERE id = 3", "I3 the certificate says"},
        {"UPDATE cert SET serial = x'0102030405060708' WHERE id = 3", "I3 the certificate says"},
        {"UPDATE cert SET issuer = 1 WHERE id = 3", "I3 the signature of the certificate"},
        {"UPDATE issuer SET spki = (SELECT spki FROM issuer WHERE id = 1) WHERE id = 2",
         "I3 the signature of the certificate"},
        {"UPDATE revocation SET shard = 1", "I4 "},
        {"UPDATE cert SET shard = 1 WHERE id = 4", "I4 "},
        {"UPDATE revocation SET not_after = not_after + 1", "I4 "},
        {"DELETE FROM revocation WHERE reason = 4", "I5 held or revoked without a revocation"},
        {"DELETE FROM revocation WHERE reason = 6", "I5 held or revoked without a revocation"},
        {"UPDATE cert SET state = 1 WHERE id = 4", "I5 revocation of a certificate that stands"},
        {"UPDATE cert SET state = 0 WHERE id = 4", "I5 revocation of a certificate that stands"},
        {"UPDATE cert SET state = 3 WHERE id = 3", "I5 held or revoked without a revocation"},
        {"UPDATE cert SET state = 2 WHERE id = 3", "I5 held or revoked without a revocation"},
        {"UPDATE cert SET state = 3 WHERE id = 5", "I5 reason and state disagree about a hold"},
        {"UPDATE cert SET state = 2 WHERE id = 4", "I5 reason and state disagree about a hold"},
        {"UPDATE revocation SET reason = 6 WHERE reason = 4",
         "I5 reason and state disagree about a hold"},
        {"UPDATE revocation SET reason = NULL WHERE reason = 6",
         "I5 reason and state disagree about a hold"},
        {"INSERT INTO blocked_key SELECT spki_hash, 'x', 1, salt FROM cert WHERE id = 3",
         "I5 a certificate stands though its key was compromised"},
        {"INSERT INTO blocked_key SELECT spki_hash, 'x', 1, salt FROM cert WHERE id = 5",
         "I5 a certificate stands though its key was compromised"},
        {"DELETE FROM status_event", "I6 certificate without any event"},
        {"DELETE FROM status_event WHERE event = 'revoke'", "I6 last event and state disagree"},
        {"DELETE FROM status_event WHERE event = 'issue' AND serial IN (SELECT serial FROM cert "
         "WHERE id = 4)",
         "I6 the log tells of an event that is gone"},
        {"DELETE FROM status_event WHERE event = 'issue' AND serial IN (SELECT serial FROM cert "
         "WHERE id = 4)",
         "I6 an event does not follow the one before"},
        {"INSERT INTO status_event SELECT 99, issuer, serial, 'resume', new_state, new_state, "
         "reason, at, log_seq FROM status_event WHERE event = 'hold'",
         "I6 the log does not tell of an event"},
        {"UPDATE status_event SET at = at - 1 WHERE event = 'hold'",
         "I6 the log does not tell of an event"},
        {"UPDATE status_event SET event = 'issue' WHERE event = 'hold'",
         "I6 the log does not tell of an event"},
        {"UPDATE status_event SET log_seq = log_seq - 1 WHERE event = 'hold'",
         "I6 the log does not tell of an event"},
        {"UPDATE status_event SET serial = (SELECT serial FROM cert WHERE id = 3) "
         "WHERE event = 'hold'",
         "I6 the log does not tell of an event"},
        {"UPDATE status_event SET old_state = 2 WHERE event = 'revoke'",
         "I6 an event does not follow the one before"},
        {"UPDATE status_event SET reason = 5 WHERE event = 'revoke'",
         "I6 an event has another reason than its revocation"},
        {"UPDATE status_event SET reason = NULL WHERE event = 'hold'",
         "I6 an event has another reason than its revocation"},
        {"UPDATE status_event SET reason = 1 WHERE event = 'issue'",
         "I6 an event has another reason than its revocation"},
        {"UPDATE meta SET v = '1' WHERE k = 'rev_seq'", "I7 a count that only grows was set back"},
        {"UPDATE meta SET v = 'x' WHERE k = 'rev_seq'", "I7 a count that only grows was set back"},
        {"DELETE FROM meta WHERE k = 'rev_seq'", "I7 a count that only grows was set back"},
        {"DELETE FROM lease", "I7 no CRL can be made: its lease was set back: 2/0"},
        {"UPDATE lease SET fence = 0", "I7 no CRL can be made: its lease was set back: 2/0"},
        {"UPDATE crl_scope SET fence = 99", "I7 no CRL can be made: its lease was set back: 2/0"},
        {"DELETE FROM status_event WHERE event = 'hold'", "I6 last event and state disagree"},
        {"UPDATE status_event SET new_state = 1", "I6 last event and state disagree"},
        {"UPDATE crl_scope SET next_number = 2", "I7 CRL out of order"},
        {"DELETE FROM crl_scope", "I7 CRL out of order"},
        {"UPDATE crl SET this_update = this_update + 9 WHERE number = 1", "I7 CRL out of order"},
        {"UPDATE crl SET bytes = x'3000' WHERE number = 2", "I7 the CRL is not the one recorded"},
        {"UPDATE crl SET entries = entries + 1 WHERE number = 2",
         "I7 the newest CRL says something else"},
        {"UPDATE crl SET sha256 = zeroblob(32) WHERE number = 2",
         "I7 the CRL is not the one recorded"},
        {"UPDATE crl SET sha256 = zeroblob(32) WHERE number = 2",
         "I7 the published CRL is not one recorded here"},
        {"UPDATE revocation SET revoked_at = revoked_at - 1",
         "I7 the newest CRL says something else"},
        {"UPDATE revocation SET reason = 3 WHERE reason = 4",
         "I7 the newest CRL says something else"},
        {"UPDATE revocation SET invalidity_at = revoked_at WHERE reason = 1",
         "I7 the newest CRL says something else"},
        {"DELETE FROM log_leaf WHERE seq = 1", "I10 leaves are missing before: 2"},
        {"DELETE FROM log_leaf WHERE seq = 7", "I10 leaves are missing before: 8"},
        {"DELETE FROM log_leaf WHERE seq = (SELECT MAX(seq) FROM log_leaf)",
         "I10 the head of the log is not its last leaf"},
        {"DELETE FROM log_leaf", "I10 the head of the log is not its last leaf"},
        {"UPDATE log_leaf SET at = at + 1 WHERE seq = 3", "I10 the leaf was changed: 3"},
        {"UPDATE log_leaf SET actor = 'other' WHERE seq = 3", "I10 the leaf was changed: 3"},
        {"UPDATE log_leaf SET action = 'other' WHERE seq = 3", "I10 the leaf was changed: 3"},
        {"UPDATE log_leaf SET tab = 'crl' WHERE seq = 3", "I10 the leaf was changed: 3"},
        {"UPDATE log_leaf SET row_key = '0' WHERE seq = 3", "I10 the leaf was changed: 3"},
        {"UPDATE log_leaf SET row_hash = zeroblob(32) WHERE seq = 3",
         "I10 the leaf was changed: 3"},
        {"UPDATE log_leaf SET row_hash = NULL WHERE seq = 3", "I10 the leaf was changed: 3"},
        {"UPDATE log_leaf SET leaf_hash = zeroblob(32) WHERE seq = 3",
         "I10 the leaf was changed: 3"},
        {"UPDATE log_leaf SET chain = zeroblob(32) WHERE seq = 3",
         "I10 the chain of the log is broken: 3"},
        {"UPDATE log_head SET seq = seq + 1", "I10 the head of the log is not its last leaf"},
        {"UPDATE log_head SET seq = seq - 1", "I10 the head of the log is not its last leaf"},
        {"UPDATE log_head SET chain = zeroblob(32)",
         "I10 the head of the log is not its last leaf"},
        {"UPDATE profile SET body = x'7b7d' WHERE name = 'vn-person'",
         "I10 differs from its last leaf"},
        {"UPDATE issuer SET key_uri = '/other'", "I10 differs from its last leaf: issuer"},
        {"UPDATE issuer SET state = 3 WHERE id = 2", "I10 differs from its last leaf: issuer 2"},
        {"INSERT INTO blocked_key VALUES (zeroblob(32), 'me', 1, zeroblob(16))",
         "I10 has no leaf: blocked_key"},
        {"DELETE FROM blocked_key", "I10 tells of rows that are gone"},
        {"DELETE FROM responder WHERE issuer = 2", "I10 tells of rows that are gone"},
        {"DELETE FROM request", "I10 tells of rows that are gone"},
        {"DELETE FROM crl WHERE number = 1", "I10 tells of rows that are gone"},
        {"DROP INDEX issuer_active; UPDATE issuer SET ca = 'nn', generation = 2 WHERE id = 1",
         "I11 authority with two active generations: nn"},
};

START_TEST(each_broken_promise_is_named)
{
	struct antin_err err = {0};
	struct found found;
	enum antin_rc rc;

	ck_assert_int_eq(hand(broken[_i].sql), SQLITE_OK);
	rc = look(&found, &err);
	ck_assert_msg(rc == ANTIN_OK, "%s: %s", broken[_i].sql, util_line(&err));
	ck_assert_uint_gt(found.faults, 0);
	ck_assert_msg(strstr((const char *)found.text.p, broken[_i].want) != NULL,
	              "%s: wanted %s, told:\n%s", broken[_i].sql, broken[_i].want,
	              (const char *)found.text.p);
	antin_bytes_done(&found.text);
}
END_TEST

/* ---- every column of every table ---- */

static const char *const covered[] = {"profile", "issuer",     "responder", "request",
                                      "cert",    "revocation", "crl",       "blocked_key"};
static const char *const others[] = {"meta",         "log_head",  "log_leaf", "cert_blob",
                                     "status_event", "crl_scope", "lease"};

/* What may be changed unseen, and why it harms nobody; NULL: every column. */
static const struct {
	const char *table, *column, *why;
} harmless[] = {
        {"crl", "bytes", "none, or those of an old list: no one asks for them any more"},
        {"crl_scope", "next_number", "a number may be spent without a list"},
        {"crl_scope", "due_at", "not used"},
        {"crl_scope", "fence", "lower: the lease alone decides"},
        {"lease", "holder", "another waits for its end at most"},
        {"lease", "until", "another waits for its end at most"},
        {"lease", "fence", "higher: the next holder is higher still"},
        {"meta", NULL, "a setting that is damaged is refused when it is used"},
        {"status_event", "id", "a gap in the numbers; their order is looked at"},
        {"status_event", "reason", "what a revocation said before it became a compromise"},
};

static bool
is_harmless(const char *table, const char *column)
{
	for (size_t i = 0; i < UTIL_COUNT(harmless); i++)
		if (strcmp(harmless[i].table, table) == 0 &&
		    (!harmless[i].column || strcmp(harmless[i].column, column) == 0))
			return true;
	return false;
}

struct columns {
	char names[32][40];
	size_t n;
};

static int
column_row(void *user, int n, char **values, char **names)
{
	struct columns *c = user;

	(void)n;
	(void)names;
	(void)snprintf(c->names[c->n++], sizeof(c->names[0]), "%s", values[1]);
	return c->n == 32;
}

static void
columns_of(const char *table, struct columns *out)
{
	sqlite3 *db = NULL;
	char sql[100];

	out->n = 0;
	(void)snprintf(sql, sizeof(sql), "PRAGMA table_info(%s)", table);
	ck_assert_int_eq(sqlite3_open(util_path(w.folder, "store.db"), &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, sql, column_row, out, NULL), SQLITE_OK);
	(void)sqlite3_close(db);
	ck_assert_uint_ge(out->n, 2);
}

/* More, less and nothing for the column $, in rows from the first to the last. */
static const char *const edits[] = {
        "CASE typeof($) WHEN 'integer' THEN $ + 1 WHEN 'text' THEN $ || 'x' "
        "WHEN 'blob' THEN CAST($ || x'00' AS BLOB) ELSE 1 END",
        "CASE typeof($) WHEN 'integer' THEN $ - 1 WHEN 'text' THEN substr($, 2) "
        "WHEN 'blob' THEN zeroblob(length($)) ELSE x'00' END",
        "NULL",
};
static const char *const places[] = {"DESC", "LIMIT 1 OFFSET 0", "LIMIT 1 OFFSET 2"};

/* False when the store does not take it, or there is no such row. */
static bool
edited(const char *table, const char *col, const char *edit, const char *place)
{
	ANTIN_SCOPED(antin_bytes) value = {0};
	char sql[700];

	for (const char *p = edit; *p; p++)
		antin_bytes_printf(&value, "%.*s", *p == '$' ? 40 : 1, *p == '$' ? col : p);
	ck_assert_ptr_nonnull(antin_bytes_cstr(&value));
	(void)snprintf(sql, sizeof(sql),
	               "UPDATE %s SET %s = %s WHERE rowid = (SELECT rowid FROM %s ORDER BY rowid "
	               "%s) AND %s IS NOT %s",
	               table, col, (const char *)value.p, table, place, col, (const char *)value.p);
	return hand(sql) == SQLITE_OK && hand_changed > 0;
}

/* An error is an answer too; silence is not. */
static enum antin_rc
seen(const char *table, const char *col, struct found *found)
{
	struct antin_err err = {0};
	enum antin_rc rc = look(found, &err);

	ck_assert_msg(rc != ANTIN_OK || found->faults > 0 || is_harmless(table, col),
	              "%s.%s was changed unseen", table, col);
	return rc;
}

START_TEST(no_column_of_a_covered_table_can_be_changed)
{
	const char *table = covered[_i];
	struct columns c;

	columns_of(table, &c);
	for (size_t i = 0; i < c.n * UTIL_COUNT(edits); i++) {
		const char *col = c.names[i / UTIL_COUNT(edits)];
		size_t how = i % UTIL_COUNT(edits);
		struct found found;

		fresh();
		if (!edited(table, col, edits[how], places[how % 2]))
			continue;
		if (seen(table, col, &found) == ANTIN_OK && strcmp(col, "bytes") != 0)
			ck_assert_msg(strstr((const char *)found.text.p, "I10 ") != NULL,
			              "%s.%s: the log is silent:\n%s", table, col,
			              (const char *)found.text.p);
		antin_bytes_done(&found.text);
	}
}
END_TEST

START_TEST(no_column_of_another_table_can_be_changed)
{
	const char *table = others[_i];
	struct columns c;
	size_t n = 0;

	columns_of(table, &c);
	for (size_t i = 0; i < c.n * UTIL_COUNT(edits) * UTIL_COUNT(places); i++) {
		const char *col = c.names[i % c.n];
		const char *place = places[i / c.n % UTIL_COUNT(places)];
		struct found found;

		fresh();
		if (!edited(table, col, edits[i / c.n / UTIL_COUNT(places)], place))
			continue;
		(void)seen(table, col, &found);
		antin_bytes_done(&found.text);
		n++;
	}
	ck_assert_uint_gt(n, 3);
}
END_TEST

START_TEST(no_row_of_a_covered_table_can_go)
{
	struct antin_err err = {0};
	struct found found;
	char sql[200];
	enum antin_rc rc;

	(void)snprintf(sql, sizeof(sql), "DELETE FROM %s WHERE rowid = (SELECT MAX(rowid) FROM %s)",
	               covered[_i], covered[_i]);
	ck_assert_int_eq(hand(sql), SQLITE_OK);
	rc = look(&found, &err);
	ck_assert_msg(rc != ANTIN_OK || strstr((const char *)found.text.p, "I10 ") != NULL,
	              "%s: a row went unseen", covered[_i]);
	antin_bytes_done(&found.text);
}
END_TEST

/* Two rows in place of each other, and a row written back as it was before. */
START_TEST(rows_cannot_be_exchanged_or_set_back)
{
	static const char *const hands[] = {
	        "UPDATE cert SET spki_hash = (SELECT spki_hash FROM cert WHERE id = 4) WHERE id = "
	        "3",
	        "UPDATE cert SET subject_text = (SELECT subject_text FROM cert WHERE id = 4), "
	        "salt = (SELECT salt FROM cert WHERE id = 4) WHERE id = 3",
	        "DELETE FROM revocation WHERE reason = 4; DELETE FROM status_event WHERE event = "
	        "'revoke'; UPDATE cert SET state = 1 WHERE id = 4",
	        "DELETE FROM revocation WHERE reason = 1; DELETE FROM blocked_key; DELETE FROM "
	        "status_event WHERE event = 'revoke'; UPDATE cert SET state = 1 WHERE id = 6",
	        "UPDATE revocation SET salt = zeroblob(16)",
	        "UPDATE crl SET state = 0 WHERE number = 2",
	        "UPDATE crl SET bytes = NULL, entries = 0, last_rev_seq = 0",
	        "UPDATE request SET cert = 3",
	        "UPDATE responder SET cert = (SELECT cert FROM responder WHERE id = 1) WHERE id = "
	        "2",
	        "UPDATE issuer SET url = 'http://other.example'",
	};
	struct antin_err err = {0};
	struct found found;

	for (size_t i = 0; i < UTIL_COUNT(hands); i++) {
		fresh();
		ck_assert_int_eq(hand(hands[i]), SQLITE_OK);
		util_ok(look(&found, &err));
		ck_assert_msg(found.faults > 0, "%s", hands[i]);
		antin_bytes_done(&found.text);
	}
}
END_TEST

/* ---- what is only due ---- */

START_TEST(what_is_overdue_is_an_alarm)
{
	static const struct {
		int64_t days;
		const char *want; /* NULL: nothing */
	} cases[] = {
	        {0, NULL},
	        {6, NULL},
	        {8, "due I8 the newest CRL is out of date: 2/0"},
	        {200, "due I8 the OCSP responder has expired: nn"},
	        {40 * 365, "due I8 the authority has expired: goc"},
	};
	struct antin_err err = {0};
	struct found found;

	w.now += cases[_i].days * 86400;
	util_ok(look(&found, &err));
	ck_assert_msg(found.faults == 0, "%s", (const char *)found.text.p);
	ck_assert_uint_eq(found.alarms > 0, cases[_i].want != NULL);
	if (cases[_i].want)
		ck_assert_msg(strstr((const char *)found.text.p, cases[_i].want) != NULL, "%s",
		              (const char *)found.text.p);
	antin_bytes_done(&found.text);
}
END_TEST

/* ---- what is published ---- */

START_TEST(the_published_file_is_the_last_one)
{
	static const struct {
		const char *bytes; /* NULL: gone */
		const char *want;
	} cases[] = {
	        {NULL, "I7 the published CRL is gone"},
	        {"", "I7 the published CRL is not one recorded here"},
	        {"no list", "I7 the published CRL is not one recorded here"},
	        {"\x30\x00", "I7 the published CRL is not one recorded here"},
	};
	const char *path = util_path(w.folder, "published/nn.crl");
	struct antin_err err = {0};
	struct found found;

	if (cases[_i].bytes)
		util_write(path, antin_slice_text(cases[_i].bytes));
	else
		ck_assert_int_eq(remove(path), 0);
	util_ok(look(&found, &err));
	ck_assert_msg(strstr((const char *)found.text.p, cases[_i].want) != NULL, "%s",
	              (const char *)found.text.p);
	antin_bytes_done(&found.text);
}
END_TEST

/* ---- a file that is damaged ---- */

START_TEST(a_damaged_file_is_never_called_sound)
{
	ANTIN_SCOPED(antin_bytes) whole = {0};
	size_t silent = 0, tried = 0;

	util_read(util_path(made, "store.db"), &whole);
	/* The last octets of each page in turn, where its rows begin. */
	for (size_t at = 4000; at + 64 < whole.len; at += 4096) {
		ANTIN_SCOPED(antin_bytes) bytes = {0};
		struct antin_err err = {0};
		struct found found;
		enum antin_rc rc;

		antin_bytes_add(&bytes, whole.p, whole.len);
		for (size_t i = 0; i < 64; i++)
			bytes.p[at + i] ^= 0xff;
		fresh();
		util_write(util_path(w.folder, "store.db"), antin_bytes_slice(&bytes));
		rc = look(&found, &err);
		tried++;
		if (rc == ANTIN_OK && found.faults == 0)
			silent++;
		else if (rc != ANTIN_OK)
			ck_assert_msg(rc == ANTIN_E_DAMAGED || rc == ANTIN_E_STORE ||
			                      rc == ANTIN_E_NOT_FOUND || rc == ANTIN_E_FORMAT,
			              "at %zu: %s", at, util_line(&err));
		antin_bytes_done(&found.text);
	}
	ck_assert_uint_gt(tried, 5);
	/* Octets that no page uses any more may be changed without harm. */
	ck_assert_uint_le(silent * 2, tried);
}
END_TEST

START_TEST(a_file_cut_short_is_damaged)
{
	static const size_t parts[] = {0, 1, 16, 99, 100, 512, 4095, 4096, 4097, 8192, 20480};
	ANTIN_SCOPED(antin_bytes) whole = {0};

	util_read(util_path(made, "store.db"), &whole);
	for (size_t i = 0; i < UTIL_COUNT(parts); i++) {
		struct antin_err err = {0};
		struct found found;
		enum antin_rc rc;

		fresh();
		util_write(util_path(w.folder, "store.db"),
		           (struct antin_slice){whole.p, parts[i]});
		rc = look(&found, &err);
		ck_assert_msg(rc != ANTIN_OK || found.faults > 0, "%zu octets were called sound",
		              parts[i]);
		antin_bytes_done(&found.text);
	}
}
END_TEST

Suite *suite_ca_check(void);
Suite *
suite_ca_check(void)
{
	Suite *suite = suite_create("ca_check");
	TCase *tc = tcase_create("check");

	tcase_add_unchecked_fixture(tc, make_world, drop_world);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_world_itself_is_sound);
	tcase_add_loop_test(tc, each_broken_promise_is_named, 0, UTIL_COUNT(broken));
	tcase_add_loop_test(tc, no_column_of_a_covered_table_can_be_changed, 0,
	                    UTIL_COUNT(covered));
	tcase_add_loop_test(tc, no_column_of_another_table_can_be_changed, 0, UTIL_COUNT(others));
	tcase_add_loop_test(tc, no_row_of_a_covered_table_can_go, 0, UTIL_COUNT(covered));
	tcase_add_test(tc, rows_cannot_be_exchanged_or_set_back);
	tcase_add_loop_test(tc, what_is_overdue_is_an_alarm, 0, 5);
	tcase_add_loop_test(tc, the_published_file_is_the_last_one, 0, 4);
	tcase_add_test(tc, a_damaged_file_is_never_called_sound);
	tcase_add_test(tc, a_file_cut_short_is_damaged);
	suite_add_tcase(suite, tc);
	return suite;
}
