/*
 * Frames of indefinite length: made definite, and nothing else let through.
 */
#include <antin/cades.h>

#include "util.h"

/* Inside of lib/sig. */
bool antin_cades_frame(struct antin_slice ber, struct antin_bytes *out);

static const struct row {
	const char *what, *ber, *der; /* hex; NULL: refused */
} rows[] = {
        {"empty", "30800000", "3000"},
        {"one element", "30800201050000", "3003020105"},
        {"two floors", "3080a08002010500000000", "3005a003020105"},
        {"a definite part is copied", "30803003020105 0000", "30053003020105"},
        {"a set", "31800201050000", "3103020105"},
        {"zeros behind", "308002010500000000000000", "3003020105"},
        {"something behind", "3080020105000001", NULL},
        {"no end", "3080020105", NULL},
        {"half an end", "308002010500", NULL},
        {"an end too early", "3080a0800201050000", NULL},
        {"a string in pieces", "3080248004010500000000", NULL},
        {"a primitive without length", "308002800000", NULL},
        {"a length that is not minimal", "30800281010500 00", NULL},
        {"a length past the end", "308002050500000000", NULL},
        {"a high tag", "30801f0101050000", NULL},
        {"nothing", "30", NULL},
};

START_TEST(test_frames)
{
	const struct row *r = &rows[_i];
	ANTIN_SCOPED(antin_bytes) ber = {0};
	ANTIN_SCOPED(antin_bytes) want = {0};
	ANTIN_SCOPED(antin_bytes) out = {0};
	char hex[80] = {0};
	size_t n = 0;

	for (const char *p = r->ber; *p; p++)
		if (*p != ' ')
			hex[n++] = *p;
	util_hex(hex, &ber);
	ck_assert_msg(antin_cades_frame(antin_bytes_slice(&ber), &out) == (r->der != NULL), "%s",
	              r->what);
	if (!r->der)
		return;
	util_hex(r->der, &want);
	util_slice_eq(antin_bytes_slice(&out), antin_bytes_slice(&want));
	/* Cut anywhere it is no frame, as long as an end is missing. */
	for (size_t cut = 0; cut < want.len; cut++) {
		ANTIN_SCOPED(antin_bytes) less = {0};

		ck_assert(!antin_cades_frame((struct antin_slice){ber.p, cut}, &less));
	}
}
END_TEST

/* Floors without end: refused, not followed. */
START_TEST(test_depth)
{
	ANTIN_SCOPED(antin_bytes) ber = {0};
	ANTIN_SCOPED(antin_bytes) out = {0};

	for (size_t i = 0; i < 100000; i++)
		antin_bytes_add(&ber, "\x30\x80", 2);
	ck_assert(!antin_cades_frame(antin_bytes_slice(&ber), &out));
}
END_TEST

Suite *suite_ber(void);
Suite *
suite_ber(void)
{
	Suite *s = suite_create("ber");
	TCase *c = tcase_create("ber");

	tcase_add_loop_test(c, test_frames, 0, (int)UTIL_COUNT(rows));
	tcase_add_test(c, test_depth);
	suite_add_tcase(s, c);
	return s;
}
