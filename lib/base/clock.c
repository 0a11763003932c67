/*
 * Time: the calendar, ISO 8601, and the clock as a parameter.  See clock.h.
 */
#include <antin/clock.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t
system_now(void *user)
{
	(void)user;
	return (int64_t)time(NULL);
}

const struct antin_clock antin_clock_system = {system_now, NULL};

int64_t
antin_now(const struct antin_clock *clock)
{
	if (!clock)
		clock = &antin_clock_system;
	return clock->now(clock->user);
}

int64_t
antin_milliseconds(void)
{
	struct timespec t = {0, 0};

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool
leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && leap(year));
}

bool
antin_date_valid(const struct antin_date *d)
{
	return d->year >= 0 && d->year <= 9999 && d->month >= 1 && d->month <= 12 && d->day >= 1 &&
	       d->day <= days_in_month(d->year, d->month) && d->hour >= 0 && d->hour <= 23 &&
	       d->minute >= 0 && d->minute <= 59 && d->second >= 0 && d->second <= 59;
}

/* Days from 1970-01-01, by eras of 400 years that begin on 1 March of year 0. */
static int64_t
days_of(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t in_era = y - era * 400;
	int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

int64_t
antin_date_seconds(const struct antin_date *d)
{
	int64_t minutes = (days_of(d->year, d->month, d->day) * 24 + d->hour) * 60 + d->minute;

	return minutes * 60 + d->second;
}

void
antin_date_of(int64_t t, struct antin_date *out)
{
	static const struct antin_date first = {0, 1, 1, 0, 0, 0};
	static const struct antin_date last = {9999, 12, 31, 23, 59, 59};
	int64_t days, rest, era, in_era, year, in_year, m;

	if (t < antin_date_seconds(&first))
		t = antin_date_seconds(&first);
	if (t > antin_date_seconds(&last))
		t = antin_date_seconds(&last);
	days = (t >= 0 ? t : t - 86399) / 86400;
	rest = t - days * 86400;
	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	in_era = days - era * 146097;
	year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	in_year = in_era - (365 * year + year / 4 - year / 100);
	m = (5 * in_year + 2) / 153;
	*out = (struct antin_date){
	        .year = (int)(year + era * 400 + (m >= 10)),
	        .month = (int)(m < 10 ? m + 3 : m - 9),
	        .day = (int)(in_year - (153 * m + 2) / 5 + 1),
	        .hour = (int)(rest / 3600),
	        .minute = (int)(rest / 60 % 60),
	        .second = (int)(rest % 60),
	};
}

char *
antin_time_iso(int64_t t, char out[ANTIN_TIME_CAP])
{
	struct antin_date d;

	antin_date_of(t, &d);
	(void)snprintf(out, ANTIN_TIME_CAP, "%04d-%02d-%02dT%02d:%02d:%02dZ", d.year, d.month,
	               d.day, d.hour, d.minute, d.second);
	return out;
}

char *
antin_time_people(int64_t t, int offset_minutes, char out[ANTIN_TIME_CAP])
{
	int shown = offset_minutes < 0 ? -offset_minutes : offset_minutes;
	struct antin_date d;
	int64_t local;

	if (__builtin_add_overflow(t, (int64_t)offset_minutes * 60, &local))
		local = t; /* far outside of the years shown: clamped anyway */
	antin_date_of(local, &d);
	(void)snprintf(out, ANTIN_TIME_CAP, "%02d/%02d/%04d %02d:%02d:%02d (%c%02d:%02d)", d.day,
	               d.month, d.year, d.hour, d.minute, d.second, offset_minutes < 0 ? '-' : '+',
	               shown / 60 % 100, shown % 60);
	return out;
}

/* Reads exactly n digits; false otherwise. */
static bool
number(const char **p, int n, int *out)
{
	*out = 0;
	for (int i = 0; i < n; i++, (*p)++) {
		if (**p < '0' || **p > '9')
			return false;
		*out = *out * 10 + (**p - '0');
	}
	return true;
}

static bool
literal(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

/* "Z" or "+07:00"; minutes east. */
static bool
zone(const char **p, int *offset)
{
	int sign = **p == '-' ? -1 : 1;
	int hours, minutes;

	*offset = 0;
	if (literal(p, 'Z'))
		return true;
	if (**p != '+' && **p != '-')
		return false;
	(*p)++;
	if (!number(p, 2, &hours) || !literal(p, ':') || !number(p, 2, &minutes))
		return false;
	*offset = sign * (hours * 60 + minutes);
	return hours <= 14 && minutes <= 59;
}

static bool
parse(const char *p, struct antin_date *d, int *offset)
{
	*d = (struct antin_date){0};
	*offset = ANTIN_VIETNAM_OFFSET;
	if (!number(&p, 4, &d->year) || !literal(&p, '-') || !number(&p, 2, &d->month) ||
	    !literal(&p, '-') || !number(&p, 2, &d->day))
		return false;
	if (*p == '\0')
		return true;
	if (!literal(&p, 'T') && !literal(&p, ' '))
		return false;
	if (!number(&p, 2, &d->hour) || !literal(&p, ':') || !number(&p, 2, &d->minute))
		return false;
	if (literal(&p, ':') && !number(&p, 2, &d->second))
		return false;
	return zone(&p, offset) && *p == '\0';
}

enum antin_rc
antin_time_parse(const char *text, int64_t *out, struct antin_err *err)
{
	struct antin_date d;
	int offset;

	if (!parse(text, &d, &offset)) {
		antin_err_set_hint(err, "2026-11-21, 2026-11-21T14:05:09+07:00");
		return antin_fail(err, ANTIN_E_USAGE, N_("%s is not a date in ISO 8601"), text);
	}
	if (!antin_date_valid(&d)) {
		antin_err_set_hint(err, "2026-11-21, 2026-11-21T14:05:09+07:00");
		return antin_fail(err, ANTIN_E_USAGE, N_("%s is a day or time that does not exist"),
		                  text);
	}
	*out = antin_date_seconds(&d) - (int64_t)offset * 60;
	return ANTIN_OK;
}
