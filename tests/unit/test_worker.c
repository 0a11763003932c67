/*
 * Verification apart: the real worker gives what antin_verify gives; one that hangs, crashes, is
 * killed or is none gives an error and never a verdict, and leaves nothing behind.
 */
#include <pthread.h>
#include <signal.h>

#include "fake_worker.h"
#include "worker_world.h"

/* ---- the real one ---- */

START_TEST(as_in_process)
{
	struct antin_worker *w = worker(NULL, 60000);

	for (int i = 0; i < 3; i++) {
		ANTIN_SCOPED(antin_report) apart = {0};
		ANTIN_SCOPED(antin_report) here = {0};

		must_check(&scene, &here);
		judge(w, &apart);
		ck_assert_int_eq(apart.verdicts[0].indication, ANTIN_TOTAL_PASSED);
		same_report(&here, &apart);
	}
	antin_worker_free(w);
}
END_TEST

/*
 * From a file; changed by one octet it fails, and the next one is as good as before.  The parent
 * verifies the chain of what is valid once.
 */
START_TEST(one_after_another)
{
	struct antin_worker *w = worker(NULL, 60000);
	ANTIN_OWN_S(antin_memory) memory = NULL;
	const char *path = util_path(folder, "y.pdf");
	struct antin_memory_work work;
	struct antin_err err = {0};

	util_ok(antin_memory_new(NULL, &memory, &err));
	scene.options.memory = memory;
	for (int i = 0; i < 4; i++) {
		ANTIN_SCOPED(antin_report) r = {0};
		ANTIN_OWN_S(antin_source) src = NULL;

		scene.pdf.p[60] ^= (uint8_t)(i & 1);
		util_write(path, antin_bytes_slice(&scene.pdf));
		scene.pdf.p[60] ^= (uint8_t)(i & 1);
		util_ok(antin_source_open(path, &src, &err));
		util_ok(antin_verify_isolated(w, src, path, &scene.options, &r, &err));
		ck_assert_int_eq(r.verdicts[0].indication == ANTIN_TOTAL_PASSED, !(i & 1));
		ck_assert_str_eq(r.file, path);
	}
	scene.options.memory = NULL;
	antin_memory_work(memory, &work);
	ck_assert_uint_eq(work.verified, 2);
	ck_assert_uint_eq(work.known, 2);
	ck_assert_uint_eq(work.read, 3);
	antin_worker_free(w);
}
END_TEST

START_TEST(errors_are_the_same)
{
	static const char *const texts[] = {"",           "x",
	                                    "%PDF-1.7\n", "%PDF-1.7\nstartxref\n9\n%%EOF\n",
	                                    "PK\3\4 zip", "\x30\x82",
	                                    "<?xml?>"};
	struct antin_worker *w = worker(NULL, 60000);

	for (size_t i = 0; i < UTIL_COUNT(texts); i++) {
		struct antin_slice bytes = antin_slice_text(texts[i]);
		struct antin_err here = {0}, apart = {0};
		ANTIN_OWN_S(antin_source) src = NULL;
		ANTIN_SCOPED(antin_report) r = {0};
		char a[2000], b[2000];

		ck_assert(antin_source_memory(bytes, "x.pdf", &src, &here) == ANTIN_OK);
		ck_assert(antin_verify(src, "x.pdf", &scene.options, &r, &here) != ANTIN_OK);
		ck_assert(judge_bytes(w, bytes, &r, &apart) == here.rc);
		ck_assert_str_eq(antin_err_line(&here, NULL, a, sizeof(a)),
		                 antin_err_line(&apart, NULL, b, sizeof(b)));
		ck_assert_ptr_null(r.verdicts);
	}
	antin_worker_free(w);
}
END_TEST

/* What was told before counts for nothing: each change of the options changes the verdict. */
START_TEST(options_that_change)
{
	static const char *const wrong[] = {"Somebody", NULL};
	static const char rules_text[] =
	        "{\"schema\": \"antin.rules/1\", \"name\": \"own\", \"version\": 1, "
	        "\"checks\": {\"time-stamp-missing\": \"fail\"}}";
	struct antin_verify_options right = scene.options;
	struct antin_trust empty = {0};
	struct antin_evidence none = {0};
	ANTIN_OWN_S(antin_rules) rules = NULL;
	struct antin_err err = {0};
	struct antin_worker *w = worker(NULL, 60000);

	util_ok(antin_rules_read(antin_slice_text(rules_text), "own", &rules, &err));
	for (int i = 0; i < 14; i++) {
		ANTIN_SCOPED(antin_report) r = {0};
		enum antin_indication is;

		scene.options = right;
		if (i == 1)
			scene.options.trust = &empty;
		if (i == 3)
			scene.options.evidence = &none;
		if (i == 5)
			scene.options.signers = wrong;
		if (i == 7)
			scene.options.rules = rules;
		if (i == 9)
			scene.options.min_level = ANTIN_LEVEL_T;
		if (i == 11)
			scene.options.time = scene.leaf->not_before - 10;
		scene.options.assumed = i == 11;
		judge(w, &r);
		is = r.verdicts[0].indication;
		ck_assert_msg((is == ANTIN_TOTAL_PASSED) == (!(i & 1) || i == 13), "change %d", i);
	}
	scene.options = right;
	antin_worker_free(w);
}
END_TEST

/* A list with the signer's revocation, told in place of the other one. */
START_TEST(evidence_that_changes)
{
	struct antin_worker *w = worker(NULL, 60000);
	static const struct plan revoked = {
	        .revoked = {.serial = SERIAL, .at = PKI_NOW - 60, .reason = 1}};
	struct scene other;

	for (int i = 0; i < 2; i++) {
		ANTIN_SCOPED(antin_report) r = {0};

		judge(w, &r);
		ck_assert_int_eq(r.verdicts[0].indication, ANTIN_TOTAL_PASSED);
	}
	scene_make(&other, &revoked);
	for (int i = 0; i < 2; i++) {
		struct antin_err err = {0};
		ANTIN_SCOPED(antin_report) here = {0};
		ANTIN_SCOPED(antin_report) apart = {0};
		ANTIN_OWN_S(antin_source) src = NULL;

		must_check(&other, &here);
		ck_assert(antin_source_memory(antin_bytes_slice(&other.pdf), "x.pdf", &src, &err) ==
		          ANTIN_OK);
		util_ok(antin_verify_isolated(w, src, "x.pdf", &other.options, &apart, &err));
		same_report(&here, &apart);
	}
	scene_done(&other);
	antin_worker_free(w);
}
END_TEST

START_TEST(landlock_is_told)
{
	struct antin_worker *w = worker("echo", 60000);
	struct antin_err err = {0};
	int version = 0;

	util_ok(antin_worker_landlock(w, &version, &err));
	ck_assert_int_eq(version, 7);
	antin_worker_free(w);
}
END_TEST

/* The parent's death ends the worker and the process of the file, whatever it does. */
START_TEST(orphans_end)
{
	int alive[2];
	char octet;
	pid_t pid;

	ck_assert(pipe(alive) == 0);
	pid = fork();
	if (pid == 0) {
		struct antin_worker *w = worker("hang", 60000);
		ANTIN_SCOPED(antin_report) r = {0};
		struct antin_err err = {0};

		(void)signal(SIGALRM, SIG_DFL);
		(void)ualarm(300000, 0);
		_exit(judge_bytes(w, antin_bytes_slice(&scene.pdf), &r, &err) == ANTIN_OK);
	}
	(void)close(alive[1]);
	ck_assert(waitpid(pid, NULL, 0) == pid);
	/* The helper keeps no descriptor but its own: the pipe ends with our child. */
	ck_assert(read(alive[0], &octet, 1) == 0);
	(void)close(alive[0]);
}
END_TEST

/* ---- starts that fail ---- */

static const struct failure {
	const char *how;
	enum antin_rc rc;
	const char *says;
} failures[] = {
        {"gone", ANTIN_E_SERVICE, "ended at its start"},
        {"mute", ANTIN_E_TIMEOUT, "no answer in time"},
        {"stranger", ANTIN_E_SERVICE, "is of another version"},
        {"short", ANTIN_E_INTERNAL, "answered what was not agreed"},
        {"wordless", ANTIN_E_INTERNAL, "answered what was not agreed"},
        {"long", ANTIN_E_INTERNAL, "answered what was not agreed"},
        {"unshut", ANTIN_E_SERVICE, "cannot be shut in: limits (ENOSYS)"},
        {"crash", ANTIN_E_INTERNAL, "crashed with signal 11"},
        {"sys", ANTIN_E_INTERNAL, "tried what it may not do"},
        {"kill", ANTIN_E_SERVICE, "was killed"},
        {"cpu", ANTIN_E_TIMEOUT, "takes too much time"},
        {"quit", ANTIN_E_SERVICE, "ended without an answer"},
        {"shy", ANTIN_E_SERVICE, "ended without an answer"},
        {"hang", ANTIN_E_TIMEOUT, "no answer in time"},
};

START_TEST(fails)
{
	const struct failure *f = &failures[_i];
	/* Who is waited for in vain is not waited for long; the others answer, however busy it is.
	 */
	struct antin_worker *w = worker(f->how, strstr(f->says, "in time") ? 200 : 60000);

	for (int i = 0; i < 2; i++) {
		ANTIN_SCOPED(antin_report) r = {0};
		struct antin_err err = {0};
		enum antin_rc rc = judge_bytes(w, antin_bytes_slice(&scene.pdf), &r, &err);

		ck_assert_msg(rc == f->rc && strstr(util_line(&err), f->says), "%s: %s", f->how,
		              util_line(&err));
		ck_assert_int_eq(antin_rc_exit(rc), 6);
		ck_assert_str_eq(err.file, "x.pdf");
		ck_assert(!r.verdicts && !r.n);
	}
	antin_worker_free(w);
}
END_TEST

START_TEST(not_there)
{
	struct antin_worker_config c = {"/nonexistent/antin-worker", 0};
	struct antin_worker *w = NULL;
	struct antin_err err = {0};

	util_fails(antin_worker_new(&c, &w, &err), ANTIN_E_SERVICE);
	ck_assert(strstr(util_line(&err), "/nonexistent/antin-worker cannot be run (ENOENT)"));
	ck_assert_ptr_null(w);
}
END_TEST

/* Killed at any moment: an error or a verdict that is right, and the next call works. */
START_TEST(killed_at_any_moment)
{
	for (long at = 0; at < 24; at++) {
		struct antin_worker *w = worker(NULL, 60000);
		ANTIN_SCOPED(antin_report) r = {0};
		ANTIN_SCOPED(antin_report) again = {0};
		struct antin_err err = {0};
		long ns = at * 400000;
		pthread_t killer;

		ck_assert(pthread_create(&killer, NULL, kill_soon, &ns) == 0);
		if (judge_bytes(w, antin_bytes_slice(&scene.pdf), &r, &err) == ANTIN_OK)
			ck_assert_int_eq(r.verdicts[0].indication, ANTIN_TOTAL_PASSED);
		else
			ck_assert_msg(err.rc == ANTIN_E_SERVICE, "%s", util_line(&err));
		ck_assert(pthread_join(killer, NULL) == 0);
		antin_err_clear(&err);
		if (judge_bytes(w, antin_bytes_slice(&scene.pdf), &again, &err) != ANTIN_OK) {
			/* It had died after the verdict: that is found out now, once. */
			ck_assert_int_eq(err.rc, ANTIN_E_SERVICE);
			judge(w, &again);
		}
		ck_assert_int_eq(again.verdicts[0].indication, ANTIN_TOTAL_PASSED);
		antin_worker_free(w);
	}
}
END_TEST

Suite *suite_worker(void);

Suite *
suite_worker(void)
{
	Suite *s = suite_create("worker");
	WORKER_TCASE(tc, "worker");

	tcase_add_test(tc, as_in_process);
	tcase_add_test(tc, one_after_another);
	tcase_add_test(tc, errors_are_the_same);
	tcase_add_test(tc, options_that_change);
	tcase_add_test(tc, evidence_that_changes);
	tcase_add_test(tc, landlock_is_told);
	tcase_add_test(tc, orphans_end);
	tcase_add_loop_test(tc, fails, 0, UTIL_COUNT(failures));
	tcase_add_test(tc, not_there);
	tcase_add_test(tc, killed_at_any_moment);
	suite_add_tcase(s, tc);
	return s;
}
