/*
 * Rules of a verification: the shipped files, each check under each mode against documents that
 * bring it about, what no rules can change, and wrong files with the place that is wrong.
 */
#include <antin/rules.h>

#include "how.h"

#define FOLDER    "lib/verify/data/"
#define HEAD      "{\"schema\": \"antin.rules/1\", \"name\": \"own\", \"version\": 1"
#define CHECKS(s) HEAD ", \"checks\": {" s "}}"

static const char *const modes[] = {"fail", "warn", "ignore"};

static struct antin_rules *
rules_of(const char *text)
{
	struct antin_rules *r = NULL;
	struct antin_err err = {0};

	util_ok(antin_rules_read(antin_slice_text(text), "own.json", &r, &err));
	return r;
}

static struct antin_rules *
rules_with(const char *code, enum antin_rule mode)
{
	char text[200];

	(void)snprintf(text, sizeof(text), CHECKS("\"%s\": \"%s\""), code, modes[mode]);
	return rules_of(text);
}

/* ---- documents that bring a check about ---- */

static void
leaf_encipher(struct pki_spec *s)
{
	s->usage = 1u << ANTIN_KU_KEY_ENCIPHERMENT;
}
static void
cms_version(struct antin_bytes *cms)
{
	static const uint8_t one[] = {2, 1, 1};
	uint8_t *p = memmem(cms->p, cms->len, one, sizeof(one));

	ck_assert_ptr_nonnull(p);
	p[2] = 3;
}
static const struct how bringers[] = {
        {.what = "no list of the authority", .code = "revocation-unknown", .no_ca_list = true},
        {.what = "no list of the root", .code = "ca-revocation-unknown", .no_root_list = true},
        {.what = "for encipherment", .code = "key-usage", .leaf = leaf_encipher},
        {.what = "revoked later",
         .code = "revoked-later",
         .at = PKI_NOW - 3010,
         .of_leaf = {SERIAL, PKI_NOW - 3000, 1}},
        {.what = "broken list inside", .code = "embedded-crl-ignored", .cms = cms_broken_list},
        {.what = "filled in", .code = "permitted-changes", .file = later_fill},
        {.what = "commented", .code = "comments-added", .certify = 3, .file = later_comment},
        {.what = "date added", .code = "evidence-added", .file = later_date},
        {.what = "hour of Viet Nam",
         .code = "local-time-as-utc",
         .doc_time = PKI_NOW + 7 * 3600 - 60},
        {.what = "tomorrow", .code = "claimed-time-ahead", .doc_time = PKI_NOW + 86400},
        {.what = "no stamp", .code = "time-stamp-missing"},
        {.what = "broken stamp", .code = "time-stamp-unreadable", .cms = cms_time_stamp},
        {.what = "time inside", .code = "signing-time-in-pades", .attr_time = PKI_NOW - 60},
        {.what = "version", .code = "version", .cms = cms_version},
        {.what = "chain not inside",
         .code = "time-stamp-missing",
         .certify = 2,
         .doc_time = PKI_NOW - 9},
};

static const struct antin_rules_check *
check_of(const char *code)
{
	const struct antin_rules_check *c;

	for (size_t i = 0; (c = antin_rules_check(i)); i++)
		if (strcmp(c->code, code) == 0)
			return c;
	ck_abort_msg("%s is no check", code);
	return antin_rules_check(0);
}

static size_t
in_list(const struct antin_finding *list, size_t n, const char *code)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += strcmp(code_of(&list[i]), code) == 0;
	return found;
}

/* A document under one check's mode: where it is told, with what words, and what comes of it. */
START_TEST(test_modes)
{
	const struct how *h = &bringers[_i];
	const struct antin_rules_check *c = check_of(h->code);
	ANTIN_SCOPED(antin_bytes) words = {0};

	for (int m = ANTIN_RULE_FAIL; m <= (c->told ? ANTIN_RULE_WARN : ANTIN_RULE_IGNORE); m++) {
		ANTIN_OWN_S(antin_rules) rules = rules_with(h->code, (enum antin_rule)m);
		ANTIN_SCOPED(antin_report) r = {0};
		ANTIN_SCOPED(antin_bytes) text = {0};
		const struct antin_verdict *v;
		const struct antin_finding *f;
		struct antin_err err = {0};
		struct scene s;

		make_how(&s, h);
		s.options.rules = rules;
		must_check(&s, &r);
		v = &r.verdicts[0];
		f = find_code(v, h->code);
		ck_assert_msg((in_list(v->errors, v->n_errors, h->code) != 0) ==
		                      (m == ANTIN_RULE_FAIL),
		              "%s %s:%s", h->what, modes[m], codes(v));
		ck_assert_msg((in_list(v->warnings, v->n_warnings, h->code) != 0) ==
		                      (m == ANTIN_RULE_WARN),
		              "%s %s:%s", h->what, modes[m], codes(v));
		/* Nothing else is wrong with these. */
		ck_assert_int_eq(v->indication,
		                 m == ANTIN_RULE_FAIL ? ANTIN_INDETERMINATE : ANTIN_TOTAL_PASSED);
		if (m == ANTIN_RULE_FAIL && c->initial != ANTIN_RULE_FAIL)
			ck_assert_int_eq(v->sub, ANTIN_SUB_SIG_CONSTRAINTS_FAILURE);
		/* The words and the clause stay. */
		if (f) {
			antin_bytes_clear(&text);
			antin_finding_text(f, NULL, &text);
			if (words.len)
				ck_assert_str_eq(antin_bytes_cstr(&text), antin_bytes_cstr(&words));
			antin_bytes_clear(&words);
			antin_bytes_add(&words, text.p, text.len);
			ck_assert_ptr_nonnull(f->clause ? f->clause : f->row->clause);
		}
		antin_bytes_clear(&text);
		util_ok(antin_report_text(&r, NULL, NULL, &text, &err));
		ck_assert_ptr_nonnull(strstr(antin_bytes_cstr(&text), "Judged by the rules: own"));
		ck_assert_ptr_null(strstr(antin_bytes_cstr(&text), "%s"));
		if (v->n_errors)
			ck_assert_ptr_nonnull(
			        strstr(antin_bytes_cstr(&text), v->errors[0].row->advice));
		scene_done(&s);
	}
}
END_TEST

static void
cms_many_broken_lists(struct antin_bytes *cms)
{
	ANTIN_SCOPED(antin_bytes) lists = {0};
	size_t mark = antin_der_open(&lists, ANTIN_CONTEXT_CONS(1));

	for (size_t i = 0; i < ANTIN_CADES_CRLS; i++)
		antin_der_close(&lists, antin_der_open(&lists, ANTIN_SEQUENCE));
	antin_der_close(&lists, mark);
	cms_insert(cms, antin_bytes_slice(&lists), (struct antin_slice){0});
}

/* What nobody signed cannot fill the list of findings, so that one that the rules demand is lost.
 */
START_TEST(test_flooded)
{
	struct how h = bringers[_i];
	ANTIN_OWN_S(antin_rules) rules = rules_with(h.code, ANTIN_RULE_FAIL);
	ANTIN_SCOPED(antin_report) r = {0};
	struct scene s;

	if (h.cms)
		return;
	h.cms = cms_many_broken_lists;
	make_how(&s, &h);
	s.options.rules = rules;
	must_check(&s, &r);
	ck_assert_msg(in_list(r.verdicts[0].errors, r.verdicts[0].n_errors, h.code) == 1, "%s:%s",
	              h.what, codes(&r.verdicts[0]));
	ck_assert_int_eq(r.verdicts[0].indication, ANTIN_INDETERMINATE);
	ck_assert_uint_gt(in_list(r.verdicts[0].warnings, r.verdicts[0].n_warnings,
	                          "embedded-crl-ignored"),
	                  0);
	scene_done(&s);
}
END_TEST

/* The same without rules, with the rules that ship as default, and as the table says. */
START_TEST(test_default)
{
	const struct how *h = &bringers[_i];
	struct antin_rules *rules = NULL;
	struct antin_err err = {0};
	char seen[2][600];

	util_ok(antin_rules_load(FOLDER "rules-public-service.json", &rules, &err));
	for (int i = 0; i < 2; i++) {
		ANTIN_SCOPED(antin_report) r = {0};
		struct scene s;

		make_how(&s, h);
		s.options.rules = i ? rules : NULL;
		must_check(&s, &r);
		(void)snprintf(seen[i], sizeof(seen[i]), "%s%s", antin_sub_id(r.verdicts[0].sub),
		               codes(&r.verdicts[0]));
		scene_done(&s);
	}
	ck_assert_str_eq(seen[0], seen[1]);
	ck_assert((strstr(seen[0], h->code) == NULL) ==
	          (check_of(h->code)->initial == ANTIN_RULE_IGNORE));
	antin_rules_free(rules);
}
END_TEST

/* Every code of the table is one that verify can tell, once; the default file names each. */
START_TEST(test_table)
{
	const struct antin_rules_check *c;
	struct antin_rules *rules = NULL;
	const struct antin_finding_row *row;
	struct antin_err err = {0};
	enum antin_rule mode;
	size_t n = 0;

	util_ok(antin_rules_load(FOLDER "rules-public-service.json", &rules, &err));
	ck_assert_str_eq(antin_rules_name(rules), "public-service");
	for (; (c = antin_rules_check(n)); n++) {
		ck_assert(antin_rules_mode(rules, c->code, &mode) && mode == c->initial);
		ck_assert(antin_rules_mode(NULL, c->code, &mode) && mode == c->initial);
		ck_assert(!c->told || c->initial != ANTIN_RULE_IGNORE);
		for (size_t k = 0; k < n; k++)
			ck_assert_str_ne(antin_rules_check(k)->code, c->code);
	}
	ck_assert_uint_gt(n, 30);
	/* What fails a signature as wrong stands in no table, whatever its name. */
	for (size_t i = 0; (row = antin_finding_row(i)); i++)
		if (antin_sub_indication(row->sub) == ANTIN_TOTAL_FAILED)
			ck_assert_msg(!antin_rules_mode(NULL, row->code, &mode), "%s", row->code);
	antin_rules_free(rules);
}
END_TEST

static const struct {
	const char *file, *code;
	enum antin_rule mode;
} shipped[] = {
        {"rules-foreign.json", "key-usage", ANTIN_RULE_WARN},
        {"rules-foreign.json", "ca-revocation-unknown", ANTIN_RULE_WARN},
        {"rules-foreign.json", "revocation-unknown", ANTIN_RULE_FAIL},
        {"rules-foreign.json", "other-service", ANTIN_RULE_IGNORE},
        {"rules-archive.json", "time-stamp-missing", ANTIN_RULE_FAIL},
        {"rules-archive.json", "ess-v1", ANTIN_RULE_FAIL},
        {"rules-archive.json", "key-usage", ANTIN_RULE_FAIL},
        {"rules-archive.json", "permitted-changes", ANTIN_RULE_WARN},
};

START_TEST(test_shipped)
{
	struct antin_rules *rules = NULL;
	struct antin_err err = {0};
	enum antin_rule mode;
	char path[100];

	(void)snprintf(path, sizeof(path), FOLDER "%s", shipped[_i].file);
	util_ok(antin_rules_load(path, &rules, &err));
	ck_assert(antin_rules_mode(rules, shipped[_i].code, &mode));
	ck_assert_int_eq(mode, shipped[_i].mode);
	antin_rules_free(rules);
}
END_TEST

static void
own_changed_page(struct scene *s)
{
	page_flipped(s);
}

/* With every check as lax as it can be: what is wrong for everybody stays wrong. */
START_TEST(test_laxest)
{
	static const struct how wrong[] = {
	        {.what = "page flipped", .file = own_changed_page, .sub = ANTIN_SUB_HASH_FAILURE},
	        {.what = "another key",
	         .stranger_signs = true,
	         .sub = ANTIN_SUB_SIG_CRYPTO_FAILURE},
	        {.what = "page replaced", .file = later_page, .sub = ANTIN_SUB_FORMAT_FAILURE},
	        {.what = "revoked",
	         .of_leaf = {SERIAL, PKI_NOW - 9, 1},
	         .sub = ANTIN_SUB_REVOKED_NO_POE},
	        {.what = "suspended",
	         .of_leaf = {SERIAL, PKI_NOW - 9, 6},
	         .sub = ANTIN_SUB_TRY_LATER},
	        {.what = "authority revoked",
	         .of_ca = {CA_SERIAL, PKI_NOW - 9, 2},
	         .sub = ANTIN_SUB_REVOKED_CA_NO_POE},
	        {.what = "nobody trusted",
	         .no_anchor = true,
	         .sub = ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND},
	        {.what = "SHA-1", .sha1 = true, .sub = ANTIN_SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE},
	        /* These two become warnings, one for each list and one for the form. */
	        {.what = "no lists at all", .no_ca_list = true, .no_root_list = true},
	        {.what = "not bound", .no_ess = true},
	};
	const struct how *h = &wrong[_i];
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_report) r = {0};
	const struct antin_rules_check *c;
	struct antin_rules *rules;
	struct scene s;

	antin_bytes_text(&text, HEAD ", \"checks\": {");
	for (size_t i = 0; (c = antin_rules_check(i)); i++)
		antin_bytes_printf(&text, "%s\"%s\": \"%s\"", i ? ", " : "", c->code,
		                   c->told ? "warn" : "ignore");
	antin_bytes_text(&text, "}}");
	rules = rules_of(antin_bytes_cstr(&text));
	make_how(&s, h);
	s.options.rules = rules;
	must_check(&s, &r);
	ck_assert_msg(r.verdicts[0].sub == h->sub, "%s:%s", h->what, codes(&r.verdicts[0]));
	if (!h->sub)
		ck_assert_uint_eq(r.verdicts[0].n_warnings, h->no_ess ? 1 : 2);
	scene_done(&s);
	antin_rules_free(rules);
}
END_TEST

static const struct {
	const char *text, *says;
	enum antin_rc rc;
} wrongs[] = {
        {"", "", ANTIN_E_FORMAT},
        {"[]", "object", ANTIN_E_CONFIG},
        {"{}", "schema is missing", ANTIN_E_CONFIG},
        {HEAD "}", "checks is missing", ANTIN_E_CONFIG},
        {"{\"schema\": \"antin.rules/2\", \"name\": \"n\", \"version\": 1, \"checks\": {}}",
         "the schema is not antin.rules/1", ANTIN_E_CONFIG},
        {HEAD ", \"checks\": []}", "(checks)", ANTIN_E_CONFIG},
        {HEAD ", \"checks\": {}, \"check\": {}}", "unknown key", ANTIN_E_CONFIG},
        {CHECKS("\"hash-mismatch\": \"warn\""), "(checks.hash-mismatch)", ANTIN_E_CONFIG},
        {CHECKS("\"hash-mismatch\": \"warn\""), "no check that rules can change", ANTIN_E_CONFIG},
        {CHECKS("\"cert-revoked\": \"ignore\""), "no check that rules can change", ANTIN_E_CONFIG},
        {CHECKS("\"nonsense\": \"warn\""), "(checks.nonsense)", ANTIN_E_CONFIG},
        {CHECKS("\"version\": \"Warn\""), "fail, warn or ignore", ANTIN_E_CONFIG},
        {CHECKS("\"version\": 1"), "(checks.version)", ANTIN_E_CONFIG},
        {CHECKS("\"version\": null"), "fail, warn or ignore", ANTIN_E_CONFIG},
        {CHECKS("\"version\": \"warn\", \"version\": \"fail\""), "", ANTIN_E_FORMAT},
        {CHECKS("\"key-usage\": \"ignore\""), "must not be ignored", ANTIN_E_CONFIG},
        {CHECKS("\"revoked-later\": \"ignore\""), "(checks.revoked-later)", ANTIN_E_CONFIG},
        {CHECKS("") " ", NULL, ANTIN_OK},
        {CHECKS("") "x", "", ANTIN_E_FORMAT},
};

START_TEST(test_wrong_files)
{
	struct antin_rules *r = NULL;
	struct antin_err err = {0};
	enum antin_rc rc =
	        antin_rules_read(antin_slice_text(wrongs[_i].text), "own.json", &r, &err);

	ck_assert_msg(rc == wrongs[_i].rc, "%s: %s", wrongs[_i].text, util_line(&err));
	ck_assert((r != NULL) == (rc == ANTIN_OK));
	if (wrongs[_i].says)
		ck_assert_msg(strstr(util_line(&err), wrongs[_i].says) != NULL, "%s",
		              util_line(&err));
	antin_rules_free(r);
}
END_TEST

/* No prefix is read; no flip changes what a check does without changing its name or its mode. */
START_TEST(test_mutations)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	struct antin_err err = {0};
	size_t read = 0;

	util_ok(antin_file_read(FOLDER "rules-archive.json", 65536, &text, &err));
	for (size_t n = 0; n + 2 < text.len; n++) {
		ANTIN_OWN_S(antin_rules) r = NULL;

		ck_assert_int_ne(antin_rules_read((struct antin_slice){text.p, n}, "cut", &r, NULL),
		                 ANTIN_OK);
	}
	for (size_t at = 0; at < text.len; at++) {
		ANTIN_OWN_S(antin_rules) r = NULL;
		uint8_t was = text.p[at];
		enum antin_rule mode;

		text.p[at] ^= 1;
		if (antin_rules_read(antin_bytes_slice(&text), "flip", &r, NULL) == ANTIN_OK) {
			read++;
			ck_assert(antin_rules_mode(r, "time-stamp-missing", &mode) &&
			          mode == ANTIN_RULE_FAIL);
			ck_assert(!antin_rules_mode(r, "hash-mismatch", &mode));
		}
		text.p[at] = was;
	}
	ck_assert_uint_gt(read, 100); /* the note */
	ck_assert_uint_lt(read, text.len / 2);
}
END_TEST

Suite *suite_rules(void);
Suite *
suite_rules(void)
{
	Suite *s = suite_create("rules");
	TCase *c = tcase_create("rules");

	tcase_add_unchecked_fixture(c, make_keys, free_keys);
	tcase_add_loop_test(c, test_modes, 0, (int)UTIL_COUNT(bringers));
	tcase_add_loop_test(c, test_flooded, 0, (int)UTIL_COUNT(bringers));
	tcase_add_loop_test(c, test_default, 0, (int)UTIL_COUNT(bringers));
	tcase_add_test(c, test_table);
	tcase_add_loop_test(c, test_shipped, 0, (int)UTIL_COUNT(shipped));
	tcase_add_loop_test(c, test_laxest, 0, 10);
	tcase_add_loop_test(c, test_wrong_files, 0, (int)UTIL_COUNT(wrongs));
	tcase_add_test(c, test_mutations);
	suite_add_tcase(s, c);
	return s;
}
