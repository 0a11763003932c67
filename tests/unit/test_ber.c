/*
 * Frames of indefinite length: made definite, and nothing else let through.
 */
#include <antin/der.h>

#include "util.h"

static const struct row {
	const char *what, *ber, *der; /* hex; NULL: refused */
	size_t left;                  /* octets behind the element */
} rows[] = {
        {"empty", "30800000", "3000"},
        {"one element", "30800201050000", "3003020105"},
        {"two floors", "3080a08002010500000000", "3005a003020105"},
        {"a definite part is copied", "30803003020105 0000", "30053003020105"},
        {"a set", "31800201050000", "3103020105"},
        {"zeros behind", "308002010500000000000000", "3003020105", 5},
        {"something behind", "3080020105000001", "3003020105", 1},
        {"another behind", "30800000 30800000", "3000", 4},
        {"definite", "3003020105", "3003020105", 0},
        {"definite with zeros behind", "30030201050000", "3003020105", 2},
        {"definite, and indefinite inside: not looked at", "300430800000", "300430800000", 0},
        {"definite cut short", "30030201", NULL, 0},
        {"primitive", "020105", "020105", 0},
        {"context-specific", "a18002010500 00", "a103020105", 0},
        {"application", "6080 020105 0000", NULL, 0},
        {"reserved length", "30ff", NULL, 0},
        {"length of nine octets", "3089010000000000000000", NULL, 0},
        {"end of contents alone", "0000", NULL, 0},
        {"end of contents with content", "3080 0001ff 0000", NULL, 0},
        {"a string in definite pieces", "3080 2403040105 0000", NULL, 0},
        {"four floors, one definite", "3080 a080 3080 3003020105 0000 0000 0000",
         "3009a00730053003020105", 0},
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
	struct antin_in in;
	char hex[80] = {0};
	size_t n = 0;

	for (const char *p = r->ber; *p; p++)
		if (*p != ' ')
			hex[n++] = *p;
	util_hex(hex, &ber);
	in = antin_in_of(antin_bytes_slice(&ber));
	ck_assert_msg(antin_ber_frame(&in, &out) == (r->der != NULL), "%s", r->what);
	ck_assert_msg(antin_in_left(&in) == (r->der ? r->left : ber.len), "%s", r->what);
	if (!r->der)
		return;
	util_hex(r->der, &want);
	util_slice_eq(antin_bytes_slice(&out), antin_bytes_slice(&want));
	/* Cut anywhere it is no frame, and nothing is read. */
	for (size_t cut = 0; cut < ber.len - r->left; cut++) {
		ANTIN_SCOPED(antin_bytes) less = {0};

		in = antin_in_of((struct antin_slice){ber.p, cut});
		ck_assert_msg(!antin_ber_frame(&in, &less), "%s cut to %zu", r->what, cut);
		ck_assert_uint_eq(antin_in_left(&in), cut);
	}
	/* What was made is a frame of itself. */
	antin_bytes_clear(&out);
	in = antin_in_of(antin_bytes_slice(&want));
	ck_assert(antin_ber_frame(&in, &out) && antin_der_end(&in));
	util_slice_eq(antin_bytes_slice(&out), antin_bytes_slice(&want));
}
END_TEST

/* Floors without end: refused, not followed. */
START_TEST(test_depth)
{
	enum { DEEPEST = 16, FAR = 100000 };

	for (size_t floors = DEEPEST - 1; floors < FAR; floors += floors < DEEPEST + 1 ? 1 : FAR) {
		ANTIN_SCOPED(antin_bytes) ber = {0};
		ANTIN_SCOPED(antin_bytes) out = {0};
		struct antin_in in;

		for (size_t i = 0; i < floors; i++)
			antin_bytes_add(&ber, "\x30\x80", 2);
		antin_bytes_add(&ber, "\x05\x00", 2);
		for (size_t i = 0; i < floors; i++)
			antin_bytes_add(&ber, "\x00\x00", 2);
		in = antin_in_of(antin_bytes_slice(&ber));
		ck_assert_msg(antin_ber_frame(&in, &out) == (floors < DEEPEST), "%zu", floors);
		ck_assert_uint_eq(antin_in_left(&in), floors < DEEPEST ? 0 : ber.len);
	}
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
