/*
 * Verification apart: the real worker gives what antin_verify gives; one that lies, stammers,
 * hangs, crashes or is killed gives an error and never a verdict, and leaves nothing behind.
 */
#include <antin/worker.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <antin/helper.h>

#include "fake_worker.h"
#include "how.h"

/* ---- what the tests share ---- */

static char *folder;
static struct scene scene;

static const char *
program_of(const char *how)
{
	static char path[4200], self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 40);

	ck_assert(n > 0);
	self[n] = '\0';
	if (!how) {
		(void)snprintf(path, sizeof(path), "%s", self);
		for (int up = 0; up < 3; up++)
			*strrchr(path, '/') = '\0';
		n = (ssize_t)strlen(path);
		(void)snprintf(path + n, sizeof(path) - (size_t)n, "/libexec/antin/antin-worker");
		return path;
	}
	(void)snprintf(path, sizeof(path), "%s/fake-worker-%s", folder, how);
	(void)unlink(path);
	ck_assert(symlink(self, path) == 0);
	return path;
}

static struct antin_worker *
worker(const char *how, unsigned int ms)
{
	struct antin_worker_config c = {program_of(how), ms};
	struct antin_worker *w = NULL;
	struct antin_err err = {0};

	util_ok(antin_worker_new(&c, &w, &err));
	return w;
}

static enum antin_rc
judge_bytes(struct antin_worker *w, struct antin_slice bytes, struct antin_report *r,
            struct antin_err *err)
{
	ANTIN_OWN_S(antin_source) src = NULL;

	ck_assert(antin_source_memory(bytes, "x.pdf", &src, err) == ANTIN_OK);
	return antin_verify_isolated(w, src, "x.pdf", &scene.options, r, err);
}

static void
judge(struct antin_worker *w, struct antin_report *r)
{
	struct antin_err err = {0};

	util_ok(judge_bytes(w, antin_bytes_slice(&scene.pdf), r, &err));
}

static void
same_report(const struct antin_report *a, const struct antin_report *b)
{
	char *x = ways_json(a), *y = ways_json(b);

	ck_assert_str_eq(x, y);
	free(x);
	free(y);
}

static size_t n_open;

static void
set_up(void)
{
	static const struct plan good = {.at = 0};

	folder = util_scratch();
	scene_make(&scene, &good);
	n_open = util_entries("/proc/self/fd");
}

/* No descriptor and no process is left. */
static void
tear_down(void)
{
	ck_assert_uint_eq(util_entries("/proc/self/fd"), n_open);
	ck_assert(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
	scene_done(&scene);
	util_scratch_remove(folder);
}

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

/* From a file; changed by one octet it fails, and the next one is as good as before. */
START_TEST(one_after_another)
{
	struct antin_worker *w = worker(NULL, 60000);
	const char *path = util_path(folder, "y.pdf");
	struct antin_err err = {0};

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
        {"quit", ANTIN_E_SERVICE, "ended without a verdict"},
        {"shy", ANTIN_E_SERVICE, "ended without a verdict"},
        {"hang", ANTIN_E_TIMEOUT, "no answer in time"},
};

START_TEST(fails)
{
	const struct failure *f = &failures[_i];
	struct antin_worker *w = worker(f->how, 200);

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
static void *
kill_soon(void *user)
{
	const struct timespec soon = {0, *(long *)user};
	char command[64];

	(void)nanosleep(&soon, NULL);
	(void)snprintf(command, sizeof(command), "pkill -KILL -P %d", (int)getpid());
	(void)!system(command);
	return NULL;
}

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

/* ---- answers made to order ---- */

static void
message(uint32_t type, struct antin_slice body, struct antin_bytes *out)
{
	uint32_t len = (uint32_t)body.len;

	antin_bytes_add(out, &type, sizeof(type));
	antin_bytes_add(out, &len, sizeof(len));
	antin_bytes_add(out, body.p, body.len);
}

static void
true_report(struct antin_bytes *body)
{
	ANTIN_SCOPED(antin_report) r = {0};

	must_check(&scene, &r);
	ck_assert(worker_report_write(&r, scene.options.trust, body, NULL) == ANTIN_OK);
}

START_TEST(cut_at_every_octet)
{
	struct antin_worker *w = worker("echo", 60000);
	ANTIN_SCOPED(antin_bytes) body = {0};
	ANTIN_SCOPED(antin_bytes) whole = {0};
	size_t step;

	true_report(&body);
	message(WORKER_REPORT, antin_bytes_slice(&body), &whole);
	step = whole.len / 400 + 1;
	for (size_t cut = 0; cut <= whole.len; cut += cut < 64 || cut + 64 > whole.len ? 1 : step) {
		ANTIN_SCOPED(antin_report) r = {0};
		struct antin_err err = {0};
		enum antin_rc rc = judge_bytes(w, (struct antin_slice){whole.p, cut}, &r, &err);

		ck_assert_msg((rc == ANTIN_OK) == (cut == whole.len), "cut at %zu: %s", cut,
		              util_line(&err));
		ck_assert(rc == ANTIN_OK || rc == ANTIN_E_SERVICE);
	}
	antin_worker_free(w);
}
END_TEST

/* The body shorter than it was, in a message that is whole. */
START_TEST(short_at_every_octet)
{
	ANTIN_SCOPED(antin_bytes) body = {0};

	true_report(&body);
	for (size_t cut = 0; cut < body.len; cut++) {
		ANTIN_SCOPED(antin_report) r = {0};
		struct antin_slice part = {body.p, cut};
		struct antin_err err = {0};

		util_fails(worker_report_read(part, &scene.options, &r, &err), ANTIN_E_FORMAT);
		ck_assert(!r.verdicts && !r.texts);
	}
	antin_bytes_byte(&body, 0);
	{
		ANTIN_SCOPED(antin_report) r = {0};
		struct antin_err err = {0};

		util_fails(worker_report_read(antin_bytes_slice(&body), &scene.options, &r, &err),
		           ANTIN_E_FORMAT);
	}
}
END_TEST

/* Whatever is changed: no fault of memory, and nobody is VALID whom no anchor stands behind. */
START_TEST(changed_at_every_octet)
{
	ANTIN_SCOPED(antin_bytes) body = {0};
	size_t refused = 0, taken = 0;

	true_report(&body);
	for (size_t at = 0; at < body.len; at++)
		for (unsigned int bit = 0; bit < 8; bit += 3) {
			ANTIN_SCOPED(antin_report) r = {0};
			struct antin_bytes text = {0};
			struct antin_err err = {0};
			enum antin_rc rc;

			body.p[at] ^= (uint8_t)(1u << bit);
			rc = worker_report_read(antin_bytes_slice(&body), &scene.options, &r, &err);
			body.p[at] ^= (uint8_t)(1u << bit);
			refused += rc != ANTIN_OK;
			taken += rc == ANTIN_OK;
			if (rc != ANTIN_OK)
				continue;
			r.file = strdup("x.pdf");
			free(ways_json(&r));
			ways_text(&r, &text);
			antin_bytes_done(&text);
			for (size_t i = 0; i < r.n; i++)
				ck_assert(r.verdicts[i].indication != ANTIN_TOTAL_PASSED ||
				          r.verdicts[i].anchor == scene.trust.anchors);
		}
	ck_assert_uint_gt(refused, taken);
}
END_TEST

static void
lie_chain(struct antin_verdict *v)
{
	struct antin_cert *swap = v->path.chain.items[1];

	v->path.chain.items[1] = v->path.chain.items[2];
	v->path.chain.items[2] = swap;
}
static void
lie_short(struct antin_verdict *v)
{
	antin_cert_free(v->path.chain.items[--v->path.chain.n]);
	free(v->path.statuses);
	v->path.statuses = NULL;
}
static void
lie_middle(struct antin_verdict *v)
{
	antin_cert_free(v->path.chain.items[1]);
	v->path.chain.items[1] = v->path.chain.items[2];
	v->path.chain.n = 2;
	free(v->path.statuses);
	v->path.statuses = NULL;
}
static void
lie_anchor(struct antin_verdict *v)
{
	v->anchor = NULL;
}
static void
lie_intact(struct antin_verdict *v)
{
	v->intact = false;
}
static void
lie_signer(struct antin_verdict *v)
{
	antin_cert_free(v->signer.cert);
	v->signer.cert = antin_cert_ref(v->path.chain.items[1]);
}
static void
lie_nobody(struct antin_verdict *v)
{
	antin_cert_free(v->signer.cert);
	v->signer.cert = NULL;
}
static void
lie_warning(struct antin_verdict *v)
{
	v->warnings[v->n_warnings++] = (struct antin_finding){.row = antin_finding_row(60)};
	ck_assert(antin_finding_row(60)->sub != ANTIN_SUB_NONE);
}
static void
lie_error(struct antin_verdict *v)
{
	v->errors[v->n_errors++] = (struct antin_finding){.row = antin_finding_row(0)};
}
static void
lie_fault(struct antin_verdict *v)
{
	v->path.faults = calloc(1, sizeof(*v->path.faults));
	v->path.faults[0].index = v->path.chain.n;
	v->path.n_faults = 1;
}
static void
lie_time(struct antin_verdict *v)
{
	v->signing_time++;
}

/* The last one is a lie that cannot be seen; the row shows that the others are seen for theirs. */
static const struct {
	void (*lie)(struct antin_verdict *v);
	bool seen;
} lies[] = {
        {lie_chain, true},  {lie_short, true},  {lie_middle, true}, {lie_anchor, true},
        {lie_intact, true}, {lie_nobody, true}, {lie_signer, true}, {lie_warning, true},
        {lie_error, true},  {lie_fault, true},  {lie_time, false},
};

START_TEST(lies_are_seen)
{
	struct antin_worker *w = worker("echo", 60000);
	ANTIN_SCOPED(antin_report) r = {0};
	ANTIN_SCOPED(antin_report) got = {0};
	ANTIN_SCOPED(antin_bytes) body = {0};
	ANTIN_SCOPED(antin_bytes) whole = {0};
	struct antin_err err = {0};
	enum antin_rc rc;

	must_check(&scene, &r);
	lies[_i].lie(&r.verdicts[0]);
	ck_assert(worker_report_write(&r, scene.options.trust, &body, NULL) == ANTIN_OK);
	message(WORKER_REPORT, antin_bytes_slice(&body), &whole);
	rc = judge_bytes(w, antin_bytes_slice(&whole), &got, &err);
	ck_assert_int_eq(rc, lies[_i].seen ? ANTIN_E_INTERNAL : ANTIN_OK);
	if (lies[_i].seen)
		ck_assert_msg(strstr(util_line(&err), "answered what was not agreed"), "%s",
		              util_line(&err));
	antin_worker_free(w);
}
END_TEST

/* The digest of the file is the parent's, whatever the worker judged. */
START_TEST(digest_is_ours)
{
	struct antin_worker *w = worker("echo", 60000);
	ANTIN_SCOPED(antin_bytes) body = {0};
	ANTIN_SCOPED(antin_bytes) whole = {0};
	ANTIN_SCOPED(antin_report) r = {0};
	uint8_t sha256[32];
	struct antin_err err = {0};

	true_report(&body);
	message(WORKER_REPORT, antin_bytes_slice(&body), &whole);
	util_ok(judge_bytes(w, antin_bytes_slice(&whole), &r, &err));
	util_ok(antin_sha256(antin_bytes_slice(&whole), sha256, &err));
	ck_assert_mem_eq(r.sha256, sha256, 32);
	antin_worker_free(w);
}
END_TEST

static const struct {
	uint32_t type;
	const char *body;
	size_t len;
} garbage[] = {
        {WORKER_HELLO, "", 0},         {WORKER_ANSWER, "", 0},
        {WORKER_ENDED, "\0\0\0\0", 4}, {WORKER_REPORT, "", 0},
        {WORKER_ERROR, "", 0},         {WORKER_ERROR, "\1\0\0\0\1\0\0\0", 8},
        {WORKER_ASK, "", 0},           {WORKER_ASK, "\1\0\0\0\1\0\0\0\0\0\0\0\0", 13},
        {WORKER_JOB, "x", 1},          {77, "x", 1},
        {0xffffffff, "", 0},           {WORKER_REPORT, "\5\0\0\0evil", 8},
};

START_TEST(garbage_is_refused)
{
	struct antin_worker *w = worker("echo", 60000);
	ANTIN_SCOPED(antin_bytes) whole = {0};
	struct antin_slice body = {(const uint8_t *)garbage[_i].body, garbage[_i].len};
	ANTIN_SCOPED(antin_report) r = {0};
	struct antin_err err = {0};

	message(garbage[_i].type, body, &whole);
	util_fails(judge_bytes(w, antin_bytes_slice(&whole), &r, &err), ANTIN_E_INTERNAL);
	ck_assert_msg(strstr(util_line(&err), "answered what was not agreed"), "%s",
	              util_line(&err));
	antin_worker_free(w);
}
END_TEST

/* Texts that would move the cursor or hide the end of a line cannot reach a screen. */
START_TEST(texts_are_made_safe)
{
	struct antin_worker *w = worker("echo", 60000);
	ANTIN_SCOPED(antin_report) r = {0};
	ANTIN_SCOPED(antin_report) got = {0};
	ANTIN_SCOPED(antin_bytes) body = {0};
	ANTIN_SCOPED(antin_bytes) whole = {0};
	struct antin_bytes text = {0};
	struct antin_err err = {0};

	must_check(&scene, &r);
	r.verdicts[0].level = "\33[2JB-LTA\xe2\x80\xae";
	r.verdicts[0].warnings[0] = (struct antin_finding){.row = antin_finding_row(0),
	                                                   .text = "a\nb %s",
	                                                   .detail = "\r\33]0;x\7"};
	r.verdicts[0].n_warnings = 1;
	ck_assert(worker_report_write(&r, scene.options.trust, &body, NULL) == ANTIN_OK);
	message(WORKER_REPORT, antin_bytes_slice(&body), &whole);
	util_ok(judge_bytes(w, antin_bytes_slice(&whole), &got, &err));
	ck_assert_str_eq(got.verdicts[0].level, "\\u{1b}[2JB-LTA\\u{202e}");
	ways_text(&got, &text);
	ck_assert(!strchr((char *)text.p, '\33') && !strchr((char *)text.p, '\r'));
	ck_assert_msg(strstr((char *)text.p, "A\\u{a}b \\u{d}\\u{1b}]0;x\\u{7}"), "%s",
	              (char *)text.p);
	antin_bytes_done(&text);
	antin_worker_free(w);
}
END_TEST

/* ---- questions ---- */

static size_t asked;

static enum antin_rc
fetch(void *user, const struct antin_fetch_request *q, struct antin_fetch_answer *a,
      struct antin_err *err)
{
	(void)user;
	(void)err;
	asked++;
	ck_assert_int_eq(q->kind, ANTIN_FETCH_CRL);
	ck_assert(antin_slice_is(q->url, "http://x.vn/a.crl"));
	ck_assert(antin_slice_is(q->body, "body") && q->anew);
	a->result = ANTIN_FETCHED_ANSWERED;
	a->how = ANTIN_FETCH_ASKED;
	antin_bytes_text(&a->body, "answer");
	return ANTIN_OK;
}

START_TEST(asks)
{
	static const struct antin_fetcher fetcher = {fetch, NULL};
	const struct antin_fetch_request q = {.kind = ANTIN_FETCH_CRL,
	                                      .url = antin_slice_text("http://x.vn/a.crl"),
	                                      .body = antin_slice_text("body"),
	                                      .anew = true};
	struct antin_worker *w = worker("echo", 60000);
	ANTIN_SCOPED(antin_bytes) ask = {0};
	ANTIN_SCOPED(antin_bytes) body = {0};
	ANTIN_SCOPED(antin_bytes) whole = {0};
	ANTIN_SCOPED(antin_report) r = {0};
	struct antin_err err = {0};
	size_t n = _i ? WORKER_ASKS + 5 : 2;

	ck_assert(worker_ask_write(&q, &ask, NULL) == ANTIN_OK);
	true_report(&body);
	for (size_t i = 0; i < n; i++)
		message(WORKER_ASK, antin_bytes_slice(&ask), &whole);
	message(WORKER_REPORT, antin_bytes_slice(&body), &whole);
	/* Without a network nothing may be asked. */
	util_fails(judge_bytes(w, antin_bytes_slice(&whole), &r, &err), ANTIN_E_INTERNAL);
	antin_err_clear(&err);
	scene.options.fetcher = &fetcher;
	asked = 0;
	util_ok(judge_bytes(w, antin_bytes_slice(&whole), &r, &err));
	ck_assert_uint_eq(asked, n < WORKER_ASKS ? n : WORKER_ASKS);
	ck_assert_uint_eq(r.fetches.n, 1);
	ck_assert_str_eq(r.fetches.items[0].url, "http://x.vn/a.crl");
	ck_assert_int_eq(r.fetches.items[0].result, ANTIN_FETCHED_ANSWERED);
	ck_assert_uint_eq(r.fetches.items[0].size, 6);
	scene.options.fetcher = NULL;
	antin_worker_free(w);
}
END_TEST

START_TEST(answers_travel)
{
	struct antin_fetch_answer a = {.result = ANTIN_FETCHED_STATUS,
	                               .how = ANTIN_FETCH_STORED,
	                               .status = 503,
	                               .ms = 17,
	                               .fetched = 99,
	                               .came = 98};
	ANTIN_SCOPED(antin_bytes) body = {0};
	struct antin_err err = {0};

	antin_bytes_text(&a.body, "some octets");
	util_ok(worker_answer_write(&a, &body, &err));
	for (size_t cut = 0; cut <= body.len; cut++) {
		ANTIN_SCOPED(antin_fetch_answer) got = {0};
		struct antin_slice part = {body.p, cut};
		enum antin_rc rc = worker_answer_read(part, &got, &err);

		ck_assert_int_eq(rc, cut == body.len ? ANTIN_OK : ANTIN_E_FORMAT);
		if (rc != ANTIN_OK)
			continue;
		ck_assert(got.result == a.result && got.how == a.how && got.status == 503);
		ck_assert(got.ms == 17 && got.fetched == 99 && got.came == 98);
		ck_assert(antin_slice_is(antin_bytes_slice(&got.body), "some octets"));
	}
	antin_fetch_answer_done(&a);
}
END_TEST

Suite *suite_worker(void);

Suite *
suite_worker(void)
{
	Suite *s = suite_create("worker");
	TCase *tc = tcase_create("worker");

	tcase_set_timeout(tc, 120);
	tcase_add_unchecked_fixture(tc, make_keys, free_keys);
	tcase_add_checked_fixture(tc, set_up, tear_down);
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
	tcase_add_test(tc, cut_at_every_octet);
	tcase_add_test(tc, short_at_every_octet);
	tcase_add_test(tc, changed_at_every_octet);
	tcase_add_loop_test(tc, lies_are_seen, 0, UTIL_COUNT(lies));
	tcase_add_test(tc, digest_is_ours);
	tcase_add_loop_test(tc, garbage_is_refused, 0, UTIL_COUNT(garbage));
	tcase_add_test(tc, texts_are_made_safe);
	tcase_add_loop_test(tc, asks, 0, 2);
	tcase_add_test(tc, answers_travel);
	suite_add_tcase(s, tc);
	return s;
}
