/*
 * Two connections to one store: what a reader sees while another writes, who waits for whom, what
 * a failure in the middle leaves, and a file that cannot be written.
 */
#include "one_authority.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct antin_store *
other_store(void)
{
	struct antin_store *s = NULL;
	struct antin_err err = {0};

	util_ok(antin_store_open(w.store, false, &s, &err));
	return s;
}

struct look {
	struct authority *w;
	int64_t before, inside, id;
	size_t rows_before, rows_inside;
};

/* Within a snapshot: another connection issues, this one must not see it. */
static enum antin_rc
look_twice(struct antin_store *s, void *user, struct antin_err *out)
{
	struct antin_cert_filter all = ANTIN_CERT_ANY;
	struct authority_count first = {0}, second = {0};
	ANTIN_SCOPED(antin_cert_row) row = {0};
	ANTIN_SCOPED(antin_cert_row) seen = {0};
	struct antin_log_head head = {0};
	struct antin_err err = {0}, none = {0};
	struct look *l = user;

	(void)out;
	util_ok(antin_store_log_head(s, &head, &err));
	l->before = head.seq;
	util_ok(antin_store_cert_each(s, &all, authority_count_row, &first, &err));
	authority_person(l->w, "An", &row);
	util_ok(antin_store_log_head(s, &head, &err));
	l->inside = head.seq;
	util_ok(antin_store_cert_each(s, &all, authority_count_row, &second, &err));
	l->rows_before = first.n;
	l->rows_inside = second.n;
	l->id = row.id;
	ck_assert_int_eq(antin_store_cert_by_id(s, row.id, &seen, &none), ANTIN_E_NOT_FOUND);
	return ANTIN_OK;
}

START_TEST(a_snapshot_stands_still)
{
	ANTIN_OWN_S(antin_store) s = other_store();
	ANTIN_SCOPED(antin_cert_row) row = {0};
	struct antin_log_head head = {0};
	struct antin_err err = {0};
	struct look l = {.w = &w};

	util_ok(antin_store_transact(s, ANTIN_STORE_SNAPSHOT, look_twice, &l, &err));
	ck_assert_int_eq(l.before, l.inside);
	ck_assert_uint_eq(l.rows_before, l.rows_inside);
	/* After it everything is there. */
	util_ok(antin_store_log_head(s, &head, &err));
	ck_assert_int_gt(head.seq, l.inside);
	util_ok(antin_store_cert_by_id(s, l.id, &row, &err));
	ck_assert_int_eq(row.state, ANTIN_CERT_VALID);
}
END_TEST

static enum antin_rc
set_then(struct antin_store *s, void *user, struct antin_err *err)
{
	enum antin_rc rc = antin_store_meta_set(s, "test", "new", err);

	if (rc == ANTIN_OK && user)
		rc = antin_fail(err, *(const enum antin_rc *)user, "told to fail");
	return rc;
}

START_TEST(what_fails_is_undone_whatever_the_class)
{
	static const enum antin_rc classes[] = {ANTIN_E_IO,       ANTIN_E_DISK_FULL, ANTIN_E_STATE,
	                                        ANTIN_E_CONFLICT, ANTIN_E_CANCELLED, ANTIN_E_MEMORY,
	                                        ANTIN_E_INTERNAL};
	struct antin_store *s = antin_signer_store(w.signer);
	ANTIN_OWN_S(antin_store) other = other_store();
	ANTIN_SCOPED(antin_bytes) value = {0};
	struct antin_err err = {0};

	for (size_t i = 0; i < UTIL_COUNT(classes); i++) {
		enum antin_rc class = classes[i];

		util_fails(antin_store_transact(s, ANTIN_STORE_WRITE, set_then, &class, &err),
		           class);
		antin_err_clear(&err);
		util_fails(antin_store_meta_get(s, "test", &value, &err), ANTIN_E_NOT_FOUND);
		antin_err_clear(&err);
		util_fails(antin_store_meta_get(other, "test", &value, &err), ANTIN_E_NOT_FOUND);
		antin_err_clear(&err);
	}
	/* The connection is good for the next one, and the other one sees it. */
	util_ok(antin_store_transact(s, ANTIN_STORE_WRITE, set_then, NULL, &err));
	util_ok(antin_store_meta_get(other, "test", &value, &err));
	ck_assert_str_eq((const char *)value.p, "new");
}
END_TEST

static enum antin_rc
nested(struct antin_store *s, void *user, struct antin_err *err)
{
	return antin_store_transact(s, ANTIN_STORE_WRITE, set_then, user, err);
}

START_TEST(transactions_do_not_nest)
{
	struct antin_store *s = antin_signer_store(w.signer);
	ANTIN_SCOPED(antin_bytes) value = {0};
	struct antin_err err = {0};

	util_fails(antin_store_transact(s, ANTIN_STORE_WRITE, nested, NULL, &err),
	           ANTIN_E_INTERNAL);
	antin_err_clear(&err);
	util_fails(antin_store_meta_get(s, "test", &value, &err), ANTIN_E_NOT_FOUND);
	antin_err_clear(&err);
	util_ok(antin_store_transact(s, ANTIN_STORE_WRITE, set_then, NULL, &err));
}
END_TEST

/* A writer in another process holds the store for a while: this one waits and then writes. */
START_TEST(a_writer_waits_for_the_other)
{
	ANTIN_SCOPED(antin_bytes) value = {0};
	struct antin_err err = {0};
	int ready[2], status = 0;
	char byte = 0;
	pid_t child;

	antin_signer_free(w.signer);
	ck_assert_int_eq(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		sqlite3 *db = NULL;
		bool ok = sqlite3_open(util_path(w.folder, "store.db"), &db) == SQLITE_OK &&
		          sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK;

		ok = ok && write(ready[1], "x", 1) == 1;
		(void)usleep(300000);
		ok = ok && sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
		_exit(ok ? 0 : 1);
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	w.signer = authority_signer(&w);
	/* Readers do not wait. */
	util_ok(antin_store_meta_get(antin_signer_store(w.signer), "instance", &value, &err));
	ck_assert_int_eq(waitpid(child, &status, WNOHANG), 0);
	util_ok(antin_store_transact(antin_signer_store(w.signer), ANTIN_STORE_WRITE, set_then,
	                             NULL, &err));
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

/* Who may not write the file is told so; nothing is made in its place. */
START_TEST(a_file_that_cannot_be_written)
{
	struct antin_store *s = NULL;
	struct antin_err err = {0};
	enum antin_rc rc;

	antin_signer_free(w.signer);
	w.signer = NULL;
	ck_assert_int_eq(chmod(util_path(w.folder, "store.db"), 0444), 0);
	ck_assert_int_eq(chmod(w.folder, 0755), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	rc = antin_store_open(w.store, true, &s, &err);
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
	ck_assert_msg(rc == ANTIN_E_NOT_WRITABLE, "%s", util_line(&err));
	ck_assert_ptr_null(s);
	ck_assert_int_eq(chmod(util_path(w.folder, "store.db"), 0600), 0);
	w.signer = authority_signer(&w);
	ck_assert_uint_eq(authority_faults(&w), 0);
}
END_TEST

Suite *suite_store_two(void);
Suite *
suite_store_two(void)
{
	Suite *suite = suite_create("store_two");
	TCase *tc = tcase_create("connections");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_snapshot_stands_still);
	tcase_add_test(tc, what_fails_is_undone_whatever_the_class);
	tcase_add_test(tc, transactions_do_not_nest);
	tcase_add_test(tc, a_writer_waits_for_the_other);
	tcase_add_test(tc, a_file_that_cannot_be_written);
	suite_add_tcase(suite, tc);
	return suite;
}
