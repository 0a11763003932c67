/*
 * Time stamps under attack: octets flipped, tokens moved to other signatures, and times assumed
 * before them.  None proves what it did not prove before.
 */
#include "stamped.h"

/*
 * Each octet of a token that turns REVOKED_NO_POE into TOTAL-PASSED, flipped: then either the
 * verdict is that without a stamp, or what the token says about the time is what it said before.
 */
START_TEST(test_flips)
{
	static const struct stamped c = {.what = "flips", COUNTED};
	size_t counted = 0, refused = 0;
	uint8_t *from, *to;
	struct scene s;

	make_stamped(&s, &c);
	/* From the attribute's identifier to the end of the hole's digits. */
	from = memmem(s.pdf.p, s.pdf.len, "060b2a864886f70d010910020e", 26);
	ck_assert_ptr_nonnull(from);
	from += 26;
	to = memchr(from, '>', (size_t)(s.pdf.p + s.pdf.len - from));
	while (to[-1] == '0')
		to--;
	for (uint8_t *p = from + _i; p < to; p += 4) {
		ANTIN_SCOPED(antin_report) r = {0};
		struct antin_err err = {0};
		const struct antin_verdict *v;
		uint8_t was = *p;

		*p = was == '0' ? '1' : was == '9' ? 'a' : (uint8_t)(was ^ 1);
		util_ok(check(&s, "x.pdf", &r, &err));
		v = &r.verdicts[0];
		if (v->indication == ANTIN_TOTAL_PASSED) {
			ck_assert_msg(v->best_time == BEFORE && v->stamps[0].valid, "at %zu",
			              (size_t)(p - from));
			counted++;
		} else if (v->indication == ANTIN_INDETERMINATE) {
			ck_assert_int_eq(v->sub, ANTIN_SUB_REVOKED_NO_POE);
			ck_assert_int_eq(v->best_time, PKI_NOW);
			refused++;
		}
		*p = was;
	}
	ck_assert_uint_gt(refused, 200);
	ck_assert_uint_lt(counted, refused / 20);
	stamped_done(&s);
}
END_TEST

/* A token moved from one signature to another, or from one document to another, is over neither. */
static struct antin_bytes kept;

static void
cms_keep(struct antin_bytes *cms)
{
	ANTIN_OWN_S(antin_cades) c = NULL;
	struct antin_err err = {0};

	cms_stamp(cms);
	util_ok(antin_cades_read(antin_bytes_slice(cms), &c, &err));
	antin_bytes_clear(&kept);
	antin_bytes_add(&kept, c->time_stamps[0].p, c->time_stamps[0].len);
}

static void
cms_reuse(struct antin_bytes *cms)
{
	ANTIN_SCOPED(antin_bytes) attrs = {0};
	size_t outer = antin_der_open(&attrs, ANTIN_CONTEXT_CONS(1)), marks[2];

	open_attribute(&attrs, marks);
	antin_bytes_add(&attrs, kept.p, kept.len);
	close_attribute(&attrs, marks);
	antin_der_close(&attrs, outer);
	cms_insert(cms, (struct antin_slice){0}, antin_bytes_slice(&attrs));
}

START_TEST(test_moved)
{
	static const struct stamped c = {.what = "moved", COUNTED};
	void (*const ways[])(struct antin_bytes *) = {cms_keep, cms_reuse};

	current = &c;
	make_authority(&c);
	for (size_t i = 0; i < 2; i++) {
		ANTIN_SCOPED(antin_report) r = {0};
		struct how h = c.how;
		struct scene s;

		h.cms = ways[i];
		make_how(&s, &h);
		must_check(&s, &r);
		ck_assert_int_eq(r.verdicts[0].sub, i ? ANTIN_SUB_REVOKED_NO_POE : ANTIN_SUB_NONE);
		ck_assert((find_code(&r.verdicts[0], "time-stamp-over-other") != NULL) == (i == 1));
		scene_done(&s);
	}
	antin_bytes_done(&kept);
	antin_cert_free(authority);
}
END_TEST

/* --at before the stamp: then it does not exist yet. */
START_TEST(test_assumed)
{
	static const struct {
		int64_t at, best;
		enum antin_sub sub;
	} cases[] = {
	        {PKI_NOW - 10, BEFORE, ANTIN_SUB_NONE},
	        {THEN - 1, BEFORE, ANTIN_SUB_NONE},
	        {BEFORE - 200, BEFORE - 200, ANTIN_SUB_NONE},
	        {BEFORE - 301, BEFORE - 301, ANTIN_SUB_NONE},
	};
	static const struct stamped c = {.what = "assumed", COUNTED};

	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		ANTIN_SCOPED(antin_report) r = {0};
		struct scene s;

		make_stamped(&s, &c);
		s.options.time = cases[i].at;
		s.options.assumed = true;
		must_check(&s, &r);
		ck_assert_msg(r.verdicts[0].sub == cases[i].sub, "%zu:%s", i,
		              codes(&r.verdicts[0]));
		ck_assert_int_eq(r.verdicts[0].best_time, cases[i].best);
		ck_assert_int_eq(r.verdicts[0].stamps[0].valid, i < 3);
		stamped_done(&s);
	}
}
END_TEST
Suite *suite_stamp_moved(void);
Suite *
suite_stamp_moved(void)
{
	Suite *s = suite_create("stamp_moved");
	TCase *c = tcase_create("stamp_moved");

	tcase_add_unchecked_fixture(c, make_keys, free_keys);
	tcase_add_loop_test(c, test_flips, 0, 4);
	tcase_add_test(c, test_moved);
	tcase_add_test(c, test_assumed);
	suite_add_tcase(s, c);
	return s;
}
