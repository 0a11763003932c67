/*
 * What came after a signature, against what its certification permits (ISO 32000-2 12.8.2.2); and
 * several signatures in one file.
 */
#include "how.h"

/* By DocMDP P (0: approval), the highest level that stays valid. */
static const enum antin_change_level allowed[] = {ANTIN_CHANGE_FILL, ANTIN_CHANGE_LTA,
                                                  ANTIN_CHANGE_FILL, ANTIN_CHANGE_ANNOTATE};

START_TEST(test_certified)
{
	int p = _i / (int)UTIL_COUNT(laters);
	size_t k = (size_t)_i % UTIL_COUNT(laters);

	for (int strict = 0; strict < 2; strict++) {
		const struct how h = {.certify = p, .file = laters[k].make, .strict = strict};
		enum antin_change_level most = strict ? ANTIN_CHANGE_LTA : allowed[p];
		bool fine = laters[k].level <= most;
		ANTIN_SCOPED(antin_report) r = {0};
		struct antin_err err = {0};
		const struct antin_verdict *v;
		struct scene s;

		/* Our own signer refuses to make this one. */
		if (p == 1 && laters[k].make == sign_again)
			continue;
		make_how(&s, &h);
		util_ok(check(&s, "x.pdf", &r, &err));
		v = &r.verdicts[0];
		ck_assert_uint_eq(r.n, laters[k].make == sign_again ? 2 : 1);
		ck_assert_int_eq(v->docmdp, p);
		ck_assert_msg(v->changes.level == laters[k].level, "P=%d, %s: level %d", p,
		              laters[k].what, (int)v->changes.level);
		ck_assert_msg((v->indication == ANTIN_TOTAL_PASSED) == fine, "P=%d, %s:%s", p,
		              laters[k].what, codes(v));
		if (!fine) {
			ck_assert_int_eq(v->sub, ANTIN_SUB_FORMAT_FAILURE);
			ck_assert_str_eq(v->errors[0].row->code,
			                 strict ? "changed-strict" : "changed-after");
		}
		ck_assert_int_eq(v->coverage, laters[k].make == no_change
		                                      ? ANTIN_COVERAGE_ENTIRE_FILE
		                                      : ANTIN_COVERAGE_ENTIRE_REVISION);
		if (r.n == 2)
			ck_assert_int_eq(r.verdicts[1].indication, ANTIN_TOTAL_PASSED);
		scene_done(&s);
	}
}
END_TEST

/* Several signatures: each is judged by itself, the worst gives the exit code. */
START_TEST(test_several)
{
	static const struct how h = {.what = "three"};
	struct antin_err err = {0};
	struct scene s;

	make_how(&s, &h);
	sign_again(&s);
	sign_again(&s);
	for (int damage = 0; damage < 3; damage++) {
		ANTIN_SCOPED(antin_report) r = {0};
		ANTIN_SCOPED(antin_bytes) text = {0};

		if (damage == 1)
			later_comment(&s);
		if (damage == 2)
			page_flipped(&s);
		util_ok(check(&s, "x.pdf", &r, &err));
		ck_assert_uint_eq(r.n, 3);
		for (size_t i = 0; i < 3; i++) {
			const struct antin_verdict *v = &r.verdicts[i];

			ck_assert_int_eq(v->sub, damage == 0   ? ANTIN_SUB_NONE
			                         : damage == 1 ? ANTIN_SUB_FORMAT_FAILURE
			                                       : ANTIN_SUB_HASH_FAILURE);
			ck_assert(v->intact == (damage < 2));
			if (i)
				ck_assert_uint_gt(v->revision_end, v[-1].revision_end);
		}
		ck_assert_int_eq(antin_report_exit(&r), damage ? 1 : 0);
		util_ok(antin_report_text(&r, NULL, NULL, &text, &err));
		ck_assert_ptr_nonnull(strstr(antin_bytes_cstr(&text), "3/3 "));
	}
	scene_done(&s);
}
END_TEST

Suite *suite_certified(void);
Suite *
suite_certified(void)
{
	Suite *s = suite_create("certified");
	TCase *c = tcase_create("certified");

	tcase_add_unchecked_fixture(c, make_keys, free_keys);
	tcase_add_loop_test(c, test_certified, 0, 4 * (int)UTIL_COUNT(laters));
	tcase_add_test(c, test_several);
	suite_add_tcase(s, c);
	return s;
}
