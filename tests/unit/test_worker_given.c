/*
 * Files that a check is given, and certificates judged apart: the worker, which alone reads them,
 * gives what reading them here gives; none is lost, and a verdict is on the certificate asked for.
 */
#include <antin/given.h>

#include <signal.h>

#include "worker_world.h"

/* ---- files ---- */

/* What can be given of the scene, as octets. */
enum piece { NOTHING, ROOT_LIST, CA_LIST, CA, LEAF, ROOT, STRANGER, GARBAGE, EMPTY, HALF };

static struct antin_slice
octets_of(enum piece piece)
{
	static const uint8_t half[] = {0x30, 0x82, 0x10, 0x00, 0x30};
	const struct antin_evidence_item *lists = scene.evidence.items;
	const struct antin_slice octets[] = {
	        [ROOT_LIST] = lists[0].crl->der,
	        [CA_LIST] = lists[1].crl->der,
	        [CA] = scene.ca->der,
	        [LEAF] = scene.leaf->der,
	        [ROOT] = scene.root->der,
	        [STRANGER] = antin_slice_text("-----BEGIN X-----\nAAAA\n-----END X-----\n"),
	        [GARBAGE] = antin_slice_text("no certificate, no list"),
	        [EMPTY] = {NULL, 0},
	        [HALF] = {half, sizeof(half)},
	};

	return octets[piece];
}

static const char *
write_piece(enum piece piece, bool pem, const char *name)
{
	const char *path = util_path(folder, name);
	const char *label = piece <= CA_LIST ? "X509 CRL" : "CERTIFICATE";
	ANTIN_SCOPED(antin_bytes) text = {0};

	if (pem)
		antin_pem_add(&text, label, octets_of(piece));
	util_write(path, pem ? antin_bytes_slice(&text) : octets_of(piece));
	return path;
}

static void
give(struct antin_given *g, enum antin_given_kind kind, enum piece piece, bool pem)
{
	struct antin_err err = {0};
	char name[40];

	(void)snprintf(name, sizeof(name), "%d-%zu.%s", (int)piece, g->n,
	               kind == ANTIN_GIVEN_CERTS ? "crt" : "crl");
	util_ok(antin_given_add(g, kind, write_piece(piece, pem, name), &err));
}

/* Judged apart with the files, and here with what they hold: the same. */
static void
judge_given(struct antin_worker *w, struct antin_given *files, enum antin_indication wanted)
{
	ANTIN_SCOPED(antin_given) copy = {0};
	ANTIN_SCOPED(antin_report) apart = {0};
	ANTIN_SCOPED(antin_report) here = {0};
	struct antin_evidence evidence = {0}, none = {0};
	struct antin_verify_options told = scene.options;
	struct antin_err err = {0};

	for (size_t i = 0; i < files->n; i++)
		util_ok(antin_given_add(&copy, files->items[i].kind, files->items[i].path, &err));
	util_ok(antin_worker_give(w, files, &err));
	ck_assert_uint_eq(files->n, 0);
	scene.options.evidence = &none;
	judge(w, &apart);
	ck_assert_int_eq(apart.verdicts[0].indication, wanted);
	util_ok(antin_given_read_all(&copy, &scene.trust.intermediates, &evidence, &err));
	scene.options.evidence = &evidence;
	must_check(&scene, &here);
	same_report(&here, &apart);
	antin_certs_done(&scene.trust.intermediates);
	antin_evidence_done(&evidence);
	scene.options = told;
}

static const struct {
	enum piece crls[3], certs[3];
	bool pem, no_chain, revoked;
	enum antin_indication indication;
} given[] = {
        {.crls = {ROOT_LIST, CA_LIST}, .indication = ANTIN_TOTAL_PASSED},
        {.crls = {CA_LIST, ROOT_LIST}, .indication = ANTIN_TOTAL_PASSED, .pem = true},
        {.crls = {CA_LIST}, .indication = ANTIN_INDETERMINATE},
        {.crls = {NOTHING}, .indication = ANTIN_INDETERMINATE},
        {.crls = {ROOT_LIST, CA_LIST}, .revoked = true, .indication = ANTIN_INDETERMINATE},
        {.crls = {ROOT_LIST, CA_LIST}, .no_chain = true, .indication = ANTIN_INDETERMINATE},
        {.crls = {ROOT_LIST, CA_LIST},
         .certs = {CA},
         .no_chain = true,
         .indication = ANTIN_TOTAL_PASSED},
        {.crls = {ROOT_LIST, CA_LIST, CA_LIST},
         .certs = {LEAF, ROOT, CA},
         .no_chain = true,
         .pem = true,
         .indication = ANTIN_TOTAL_PASSED},
};

START_TEST(files_count)
{
	struct plan plan = {.no_chain = given[_i].no_chain};
	struct antin_worker *w = worker(NULL, 60000);
	ANTIN_SCOPED(antin_given) files = {0};

	if (given[_i].revoked)
		plan.revoked =
		        (struct pki_revoked){.serial = SERIAL, .at = PKI_NOW - 60, .reason = 1};
	scene_done(&scene);
	scene_make(&scene, &plan);
	for (size_t i = 0; i < 3; i++) {
		if (given[_i].crls[i])
			give(&files, ANTIN_GIVEN_CRL, given[_i].crls[i], given[_i].pem);
		if (given[_i].certs[i])
			give(&files, ANTIN_GIVEN_CERTS, given[_i].certs[i], given[_i].pem);
	}
	judge_given(w, &files, given[_i].indication);
	antin_worker_free(w);
}
END_TEST

/* One after another, in between verdicts; and a worker that was killed knows all of them anew. */
START_TEST(files_stay)
{
	static const enum piece order[] = {CA_LIST, ROOT_LIST, LEAF, CA};
	struct antin_evidence none = {0};
	struct antin_worker *w = worker(NULL, 60000);
	struct antin_err err = {0};

	scene.options.evidence = &none;
	for (size_t i = 0; i < 2 * UTIL_COUNT(order); i++) {
		ANTIN_SCOPED(antin_given) files = {0};
		ANTIN_SCOPED(antin_report) r = {0};
		ANTIN_SCOPED(antin_report) lost = {0};

		if (i < UTIL_COUNT(order))
			give(&files, i < 2 ? ANTIN_GIVEN_CRL : ANTIN_GIVEN_CERTS, order[i], false);
		util_ok(antin_worker_give(w, &files, &err));
		scene.options.strict_changes = i == 5;
		judge(w, &r);
		ck_assert_int_eq(r.verdicts[0].indication,
		                 i ? ANTIN_TOTAL_PASSED : ANTIN_INDETERMINATE);
		if (i != 6)
			continue;
		ck_assert(kill(w->helper.pid, SIGKILL) == 0);
		/* Whether it had told the end of its last job is left to chance. */
		if (judge_bytes(w, antin_bytes_slice(&scene.pdf), &lost, &err) != ANTIN_OK)
			ck_assert_int_eq(err.rc, ANTIN_E_SERVICE);
		antin_err_clear(&err);
	}
	antin_worker_free(w);
}
END_TEST

static const struct {
	enum antin_given_kind kind;
	enum piece piece;
	enum antin_rc rc;
} broken[] = {
        {ANTIN_GIVEN_CERTS, CA_LIST, ANTIN_E_FORMAT},  {ANTIN_GIVEN_CERTS, GARBAGE, ANTIN_E_FORMAT},
        {ANTIN_GIVEN_CERTS, EMPTY, ANTIN_E_EMPTY},     {ANTIN_GIVEN_CERTS, HALF, ANTIN_E_FORMAT},
        {ANTIN_GIVEN_CERTS, STRANGER, ANTIN_E_FORMAT}, {ANTIN_GIVEN_CRL, CA, ANTIN_E_FORMAT},
        {ANTIN_GIVEN_CRL, GARBAGE, ANTIN_E_FORMAT},    {ANTIN_GIVEN_CRL, EMPTY, ANTIN_E_EMPTY},
        {ANTIN_GIVEN_CRL, HALF, ANTIN_E_FORMAT},       {ANTIN_GIVEN_CRL, STRANGER, ANTIN_E_FORMAT},
        {ANTIN_GIVEN_OCSP, CA, ANTIN_E_FORMAT},        {ANTIN_GIVEN_OCSP, GARBAGE, ANTIN_E_FORMAT},
        {ANTIN_GIVEN_OCSP, EMPTY, ANTIN_E_FORMAT},     {ANTIN_GIVEN_OCSP, HALF, ANTIN_E_FORMAT},
};

/* The same words apart as here, when it is given and whenever something is judged with it. */
START_TEST(broken_files)
{
	const char *path = write_piece(broken[_i].piece, false, "broken");
	struct antin_worker *w = worker(NULL, 60000);
	ANTIN_SCOPED(antin_certs) certs = {0};
	ANTIN_SCOPED(antin_evidence) evidence = {0};
	char lines[3][2000];

	for (int i = 0; i < 3; i++) {
		ANTIN_SCOPED(antin_given) files = {0};
		ANTIN_SCOPED(antin_report) r = {0};
		struct antin_err err = {0};

		util_ok(antin_given_add(&files, broken[_i].kind, path, &err));
		if (i == 0)
			util_fails(antin_given_read_all(&files, &certs, &evidence, &err),
			           broken[_i].rc);
		else if (i == 1)
			util_fails(antin_worker_give(w, &files, &err), broken[_i].rc);
		else
			util_fails(judge_bytes(w, antin_bytes_slice(&scene.pdf), &r, &err),
			           broken[_i].rc);
		(void)antin_err_line(&err, NULL, lines[i], sizeof(lines[i]));
		ck_assert_str_eq(lines[0], lines[i]);
		ck_assert_str_eq(err.file, path);
	}
	ck_assert_uint_eq(certs.n + evidence.n, 0);

	antin_worker_free(w);
}
END_TEST

/* Of a folder only what is named as such; what is not there, or is no file, is told at once. */
START_TEST(folders)
{
	static const struct {
		const char *name;
		bool of[ANTIN_GIVEN_KINDS];
	} names[] = {{"a.crt", {true, false, false}},  {"b.CER", {true, false, false}},
	             {"c.der", {true, true, true}},    {"d.pem", {true, true, false}},
	             {"e.crl", {false, true, false}},  {"f.ors", {false, false, true}},
	             {"g.ocsp", {false, false, true}}, {"h.txt", {false, false, false}},
	             {".i.crt", {false, false, false}}};
	struct antin_err err = {0};

	for (size_t i = 0; i < UTIL_COUNT(names); i++)
		util_write(util_path(folder, names[i].name), antin_slice_text(names[i].name));
	for (int kind = 0; kind < ANTIN_GIVEN_KINDS; kind++) {
		ANTIN_SCOPED(antin_given) g = {0};
		size_t n = 0;

		util_ok(antin_given_add(&g, (enum antin_given_kind)kind, folder, &err));
		for (size_t i = 0; i < UTIL_COUNT(names); i++) {
			const struct antin_given_file *f = &g.items[n];

			if (!names[i].of[kind])
				continue;
			ck_assert_uint_lt(n++, g.n);
			ck_assert_str_eq(antin_path_name(f->path), names[i].name);
			ck_assert(antin_slice_is(antin_bytes_slice(&f->octets), names[i].name));
		}
		ck_assert_uint_eq(n, g.n);
		util_fails(antin_given_add(&g, (enum antin_given_kind)kind,
		                           util_path(folder, "none"), &err),
		           ANTIN_E_MISSING);
		ck_assert_uint_eq(n, g.n);
		antin_err_clear(&err);
	}
}
END_TEST

static const struct {
	const char *how;
	enum antin_rc rc;
	const char *says;
} starts[] = {
        {"gone", ANTIN_E_SERVICE, "ended at its start"},
        {"mute", ANTIN_E_TIMEOUT, "no answer in time"},
        {"stranger", ANTIN_E_SERVICE, "is of another version"},
        {"wordless", ANTIN_E_INTERNAL, "answered what was not agreed"},
        {"unshut", ANTIN_E_SERVICE, "cannot be shut in: limits (ENOSYS)"},
};

START_TEST(worker_that_cannot_be_given)
{
	struct antin_worker *w = worker(starts[_i].how, 200);

	for (int i = 0; i < 2; i++) {
		ANTIN_SCOPED(antin_given) files = {0};
		struct antin_err err = {0};

		give(&files, ANTIN_GIVEN_CERTS, CA, false);
		util_fails(antin_worker_give(w, &files, &err), starts[_i].rc);
		ck_assert_msg(strstr(util_line(&err), starts[_i].says), "%s", util_line(&err));
	}
	antin_worker_free(w);
}
END_TEST

/* ---- certificates ---- */

static const char *const policies[] = {"1.2.3", "2.16.704.1.1", NULL};
static const struct {
	enum piece pieces[3];
	bool pem, own_anchor;
	struct antin_cert_demands demands;
	enum antin_rc rc;
	enum antin_indication indication;
} certs[] = {
        {{LEAF, CA}, .indication = ANTIN_TOTAL_PASSED, .demands = {.rules = {.max_depth = -1}}},
        {{LEAF, ROOT, CA},
         .pem = true,
         .indication = ANTIN_TOTAL_PASSED,
         .demands = {.rules = {.max_depth = -1, .purpose = ANTIN_PURPOSE_SIGN}}},
        {{CA}, .indication = ANTIN_TOTAL_PASSED, .demands = {.rules = {.max_depth = -1}}},
        {{ROOT}, .indication = ANTIN_TOTAL_PASSED, .demands = {.rules = {.max_depth = -1}}},
        {{LEAF}, .indication = ANTIN_INDETERMINATE, .demands = {.rules = {.max_depth = -1}}},
        {{LEAF, CA}, .indication = ANTIN_INDETERMINATE},
        {{LEAF, CA},
         .indication = ANTIN_INDETERMINATE,
         .demands = {.rules = {.max_depth = 3, .policies = policies, .explicit_policy = true}}},
        {{LEAF, CA},
         .indication = ANTIN_INDETERMINATE,
         .demands = {.rules = {.max_depth = 3, .purpose = ANTIN_PURPOSE_TIMESTAMP}}},
        {{LEAF, CA},
         .indication = ANTIN_INDETERMINATE,
         .demands = {.rules = {.max_depth = 3}, .name = "dns:x.vn"}},
        {{LEAF, CA}, .rc = ANTIN_E_USAGE, .demands = {.name = "x.vn"}},
        {{CA_LIST}, .rc = ANTIN_E_FORMAT},
        {{LEAF, GARBAGE}, .rc = ANTIN_E_FORMAT},
        {{EMPTY}, .rc = ANTIN_E_EMPTY},
        {{NOTHING}, .rc = ANTIN_E_NOT_FOUND},
};

static void
take_pieces(size_t row, struct antin_given *files)
{
	for (size_t i = 0; i < 3 && certs[row].pieces[i]; i++)
		give(files, ANTIN_GIVEN_CERTS, certs[row].pieces[i], certs[row].pem);
}

START_TEST(certificates_apart)
{
	struct antin_worker *w = worker(NULL, 60000);
	const struct antin_cert_demands *d = &certs[_i].demands;
	ANTIN_SCOPED(antin_given) files = {0};
	ANTIN_SCOPED(antin_report) here = {0};
	ANTIN_SCOPED(antin_report) apart = {0};
	struct antin_err a = {0}, b = {0};
	const struct antin_verify_options *o = &scene.options;
	char line_a[2000], line_b[2000];

	take_pieces((size_t)_i, &files);
	ck_assert_int_eq(antin_verify_cert_files(&files, "x", o, d, &here, &a), certs[_i].rc);
	ck_assert_int_eq(antin_verify_cert_isolated(w, &files, "x", o, d, &apart, &b),
	                 certs[_i].rc);
	if (certs[_i].rc == ANTIN_OK) {
		struct antin_cert_report r = {here.file, o, d, here.verdicts},
		                         q = {apart.file, o, d, apart.verdicts};
		char *x = ways_cert_json(&r), *y = ways_cert_json(&q);

		ck_assert_str_eq(x, y);
		free(x);
		free(y);
		ck_assert_msg(here.verdicts[0].indication == certs[_i].indication, "row %d: %s", _i,
		              antin_indication_id(here.verdicts[0].indication));
	} else {
		ck_assert(!here.verdicts && !apart.verdicts);
		ck_assert_str_eq(antin_err_line(&a, NULL, line_a, sizeof(line_a)),
		                 antin_err_line(&b, NULL, line_b, sizeof(line_b)));
		ck_assert_str_eq(antin_err_hint(&a, NULL), antin_err_hint(&b, NULL));
	}
	antin_worker_free(w);
}
END_TEST

/* ---- lies about certificates ---- */

/* A true answer about other files, or one that is changed. */
static const struct {
	enum piece asked[2], answered[2];
	bool pem;
	void (*lie)(struct antin_verdict *v);
	bool seen;
} lies[] = {
        {{LEAF, CA}, {LEAF, CA}, .seen = false},
        {{LEAF, CA}, {LEAF, CA}, .pem = true, .seen = false},
        {{CA, LEAF}, {LEAF, CA}, .seen = true},
        {{CA, LEAF}, {LEAF, CA}, .pem = true, .seen = true},
        {{GARBAGE}, {LEAF, CA}, .seen = true},
        {{EMPTY}, {LEAF, CA}, .seen = true},
        {{NOTHING}, {LEAF, CA}, .seen = true},
        {{CA_LIST}, {LEAF, CA}, .seen = true},
        {{STRANGER}, {LEAF, CA}, .seen = true},
        {{ROOT}, {CA}, .seen = true},
};

static void
answer_with(const struct antin_report *r)
{
	ANTIN_SCOPED(antin_bytes) body = {0};
	ANTIN_SCOPED(antin_bytes) whole = {0};

	ck_assert(worker_report_write(r, scene.options.trust, &body, NULL) == ANTIN_OK);
	message(WORKER_REPORT, antin_bytes_slice(&body), &whole);
	util_write("answer", antin_bytes_slice(&whole));
}

START_TEST(other_certificates)
{
	const struct antin_cert_demands d = {.rules = {.max_depth = -1}};
	char *home = getcwd(NULL, 0);
	ANTIN_SCOPED(antin_given) asked = {0};
	ANTIN_SCOPED(antin_given) answered = {0};
	ANTIN_SCOPED(antin_report) r = {0};
	ANTIN_SCOPED(antin_report) got = {0};
	struct antin_worker *w;
	struct antin_err err = {0};
	enum antin_rc rc;

	for (size_t i = 0; i < 2; i++) {
		if (lies[_i].asked[i])
			give(&asked, ANTIN_GIVEN_CERTS, lies[_i].asked[i], lies[_i].pem);
		if (lies[_i].answered[i])
			give(&answered, ANTIN_GIVEN_CERTS, lies[_i].answered[i], false);
	}
	util_ok(antin_verify_cert_files(&answered, "x", &scene.options, &d, &r, &err));
	ck_assert_int_eq(r.verdicts[0].indication, ANTIN_TOTAL_PASSED);
	ck_assert(chdir(folder) == 0);
	answer_with(&r);
	w = worker("say", 60000);
	rc = antin_verify_cert_isolated(w, &asked, "x", &scene.options, &d, &got, &err);
	ck_assert_int_eq(rc, lies[_i].seen ? ANTIN_E_INTERNAL : ANTIN_OK);
	ck_assert_int_eq(got.n, lies[_i].seen ? 0 : 1);
	antin_worker_free(w);
	ck_assert(chdir(home) == 0);
	free(home);
}
END_TEST

/* ---- words ---- */

static enum antin_rc
read_file(struct antin_slice body, struct antin_err *err)
{
	ANTIN_SCOPED(worker_file) f = {0};
	enum antin_rc rc = worker_file_read(body, &f, err);

	ck_assert(rc != ANTIN_OK || (f.path && f.kind >= 0 && f.kind < ANTIN_GIVEN_KINDS &&
	                             f.whose >= 0 && f.whose < WORKER_WHOSE));
	return rc;
}

static enum antin_rc
read_cert(struct antin_slice body, struct antin_err *err)
{
	ANTIN_SCOPED(worker_cert) c = {0};
	enum antin_rc rc = worker_cert_read(body, &c, err);

	ck_assert(rc != ANTIN_OK ||
	          (c.name && (unsigned int)c.demands.rules.purpose < ANTIN_PURPOSES));
	for (size_t i = 0; rc == ANTIN_OK && i < c.n_policies; i++)
		ck_assert(c.demands.rules.policies[i]);
	return rc;
}

static void
write_words(int which, struct antin_bytes *out)
{
	ANTIN_SCOPED(antin_given) files = {0};
	struct antin_err err = {0};

	take_pieces(1, &files);
	if (which)
		util_ok(worker_cert_write(&files, "x", &certs[6].demands, out, &err));
	else
		util_ok(worker_file_write(ANTIN_GIVEN_OCSP, WORKER_OF_TRUST, "a/b.ors", out, &err));
}

START_TEST(words_cut_and_changed)
{
	enum antin_rc (*const readers[])(struct antin_slice, struct antin_err *) = {read_file,
	                                                                            read_cert};
	ANTIN_SCOPED(antin_bytes) body = {0};

	write_words(_i, &body);
	words_hold(readers[_i], &body);
}
END_TEST

Suite *suite_worker_given(void);

Suite *
suite_worker_given(void)
{
	Suite *s = suite_create("worker_given");
	WORKER_TCASE(tc, "worker_given");

	tcase_add_loop_test(tc, files_count, 0, UTIL_COUNT(given));
	tcase_add_test(tc, files_stay);
	tcase_add_loop_test(tc, broken_files, 0, UTIL_COUNT(broken));
	tcase_add_test(tc, folders);
	tcase_add_loop_test(tc, worker_that_cannot_be_given, 0, UTIL_COUNT(starts));
	tcase_add_loop_test(tc, certificates_apart, 0, UTIL_COUNT(certs));
	tcase_add_loop_test(tc, other_certificates, 0, UTIL_COUNT(lies));
	tcase_add_loop_test(tc, words_cut_and_changed, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}
