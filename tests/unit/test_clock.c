/*
 * The calendar and the forms of time.
 */
#include "util.h"

#include <string.h>

static const struct {
	const char *text;
	int64_t seconds;
} good[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01T07:00:00+07:00", 0},
        {"1970-01-01", -25200},
        {"2026-11-21T07:05:09Z", 1795244709},
        {"2026-11-21T14:05:09+07:00", 1795244709},
        {"2026-11-21 14:05:09+07:00", 1795244709},
        {"2026-11-21T14:05+07:00", 1795244700},
        {"2026-11-21T02:05:09-05:00", 1795244709},
        {"2026-11-21", 1795194000},
        {"2000-02-29T00:00:00Z", 951782400},
        {"2024-02-29T23:59:59Z", 1709251199},
        {"1969-12-31T23:59:59Z", -1},
        {"1950-01-01T00:00:00Z", -631152000},
        {"2049-12-31T23:59:59Z", 2524607999},
        {"9999-12-31T23:59:59Z", 253402300799},
        {"0000-01-01T00:00:00Z", -62167219200},
};

START_TEST(parses)
{
	struct antin_err err = {0};
	int64_t t = 1;

	util_ok(antin_time_parse(good[_i].text, &t, &err));
	ck_assert_int_eq(t, good[_i].seconds);
}
END_TEST

static const char *const bad[] = {
        "",
        "31/02/2026",
        "21/11/2026",
        "2026-02-31",
        "2026-02-29",
        "1900-02-29",
        "2100-02-29T00:00:00Z",
        "2026-13-01",
        "2026-00-10",
        "2026-01-00",
        "2026-11-31",
        "2026-1-1",
        "26-01-01",
        "20261121",
        "2026-11-21T24:00:00Z",
        "2026-11-21T23:60:00Z",
        "2026-11-21T23:59:60Z",
        "2026-11-21T14:05:09",
        "2026-11-21T14:05:09+7",
        "2026-11-21T14:05:09+0700",
        "2026-11-21T14:05:09+15:00",
        "2026-11-21T14:05:09+07:60",
        "2026-11-21T14Z",
        "2026-11-21T14:05:09Zx",
        "2026-11-21 ",
        "2026-11-21T14:05:09.5Z",
        "tomorrow",
        "2026-11-21t14:05:09Z",
        "+2026-11-21",
        "-2026-11-21",
        "2026-11-21T14:05:Z",
};

START_TEST(refuses_with_hint)
{
	struct antin_err err = {0};
	int64_t t = 77;

	util_fails(antin_time_parse(bad[_i], &t, &err), ANTIN_E_USAGE);
	ck_assert_int_eq(t, 77);
	ck_assert_ptr_nonnull(strstr(antin_err_hint(&err, NULL), "2026-11-21"));
	ck_assert_int_eq(antin_rc_exit(err.rc), 2);
}
END_TEST

/* Every day of 800 years, against counting. */
START_TEST(every_day)
{
	struct antin_date d = {1600, 1, 1, 12, 34, 56}, back = {0};
	int64_t t = antin_date_seconds(&d);

	for (; d.year < 2401; t += 86400) {
		ck_assert(antin_date_valid(&d));
		ck_assert_int_eq(antin_date_seconds(&d), t);
		antin_date_of(t, &back);
		ck_assert_int_eq(memcmp(&back, &d, sizeof(d)), 0);
		d.day++;
		if (!antin_date_valid(&d)) {
			d.day = 1;
			d.month = d.month % 12 + 1;
			d.year += d.month == 1;
		}
	}
	ck_assert_int_eq(d.month, 1);
	ck_assert_int_eq(d.day, 1);
}
END_TEST

START_TEST(texts)
{
	char out[ANTIN_TIME_CAP];

	ck_assert_str_eq(antin_time_iso(1795244709, out), "2026-11-21T07:05:09Z");
	ck_assert_str_eq(antin_time_people(1795244709, ANTIN_VIETNAM_OFFSET, out),
	                 "21/11/2026 14:05:09 (+07:00)");
	ck_assert_str_eq(antin_time_people(1795244709, -210, out), "21/11/2026 03:35:09 (-03:30)");
	ck_assert_str_eq(antin_time_people(0, 0, out), "01/01/1970 00:00:00 (+00:00)");
	ck_assert_str_eq(antin_time_iso(-1, out), "1969-12-31T23:59:59Z");
}
END_TEST

START_TEST(clamped)
{
	char out[ANTIN_TIME_CAP];

	ck_assert_str_eq(antin_time_iso(INT64_MAX, out), "9999-12-31T23:59:59Z");
	ck_assert_str_eq(antin_time_iso(INT64_MIN, out), "0000-01-01T00:00:00Z");
	ck_assert_str_eq(antin_time_people(INT64_MAX, 420, out), "31/12/9999 23:59:59 (+07:00)");
	ck_assert_str_eq(antin_time_people(INT64_MIN, -420, out), "01/01/0000 00:00:00 (-07:00)");
}
END_TEST

START_TEST(invalid_dates)
{
	static const struct antin_date dates[] = {
	        {-1, 1, 1, 0, 0, 0},    {10000, 1, 1, 0, 0, 0}, {2026, 0, 1, 0, 0, 0},
	        {2026, 13, 1, 0, 0, 0}, {2026, 4, 31, 0, 0, 0}, {2026, 1, 1, 24, 0, 0},
	        {2026, 1, 1, 0, 60, 0}, {2026, 1, 1, 0, 0, 60}, {2026, 1, 1, -1, 0, 0},
	        {2026, 1, 1, 0, -1, 0}, {2026, 1, 1, 0, 0, -1}, {2026, 1, -1, 0, 0, 0},
	        {2026, -5, 1, 0, 0, 0},
	};

	for (size_t i = 0; i < UTIL_COUNT(dates); i++)
		ck_assert_msg(!antin_date_valid(&dates[i]), "%zu", i);
}
END_TEST

START_TEST(clock_is_a_parameter)
{
	int64_t fixed = 42;
	struct antin_clock clock = util_clock(&fixed);

	ck_assert_int_eq(antin_now(&clock), 42);
	ck_assert_int_gt(antin_now(NULL), 1700000000);
	ck_assert_int_gt(antin_now(&antin_clock_system), 1700000000);
}
END_TEST

Suite *suite_clock(void);
Suite *
suite_clock(void)
{
	Suite *s = suite_create("clock");
	TCase *tc = tcase_create("clock");

	tcase_add_loop_test(tc, parses, 0, (int)UTIL_COUNT(good));
	tcase_add_loop_test(tc, refuses_with_hint, 0, (int)UTIL_COUNT(bad));
	tcase_add_test(tc, every_day);
	tcase_add_test(tc, texts);
	tcase_add_test(tc, clamped);
	tcase_add_test(tc, invalid_dates);
	tcase_add_test(tc, clock_is_a_parameter);
	suite_add_tcase(s, tc);
	return s;
}
