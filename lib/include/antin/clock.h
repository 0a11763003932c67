/*
 * Time: seconds since 1970-01-01T00:00:00Z as int64_t, always UTC inside; the clock is a parameter
 * of each top call (one `now` an operation).  Texts for machines are ISO 8601 with Z, for people
 * "21/11/2026 14:05:09 (+07:00)".
 */
#ifndef ANTIN_CLOCK_H
#define ANTIN_CLOCK_H

#include <stdbool.h>

#include <antin/err.h>

/* Where `now` comes from; tests give their own. */
struct antin_clock {
	int64_t (*now)(void *user);
	void *user;
};
extern const struct antin_clock antin_clock_system;
int64_t antin_now(const struct antin_clock *clock); /* NULL means the system's */
/* Of a clock that nobody sets: for waiting. */
int64_t antin_milliseconds(void);

enum { ANTIN_TIME_CAP = 40 };
/* "2026-11-21T07:05:09Z"; returns out. */
char *antin_time_iso(int64_t t, char out[ANTIN_TIME_CAP]);
/* "21/11/2026 14:05:09 (+07:00)"; offset in minutes east of UTC; returns out. */
char *antin_time_people(int64_t t, int offset_minutes, char out[ANTIN_TIME_CAP]);
enum { ANTIN_VIETNAM_OFFSET = 7 * 60 };

/*
 * ISO 8601: date, or date T hh:mm[:ss] with Z or +hh:mm; a date alone is its first second in Viet
 * Nam (+07:00).  Every other form, and days that do not exist, are refused with a hint.
 */
enum antin_rc antin_time_parse(const char *text, int64_t *out, struct antin_err *err) ANTIN_MUST;

struct antin_date {
	int year;                 /* 0..9999 */
	int month, day;           /* 1..12, 1..31 */
	int hour, minute, second; /* second 0..59: leap seconds do not exist here */
};
bool antin_date_valid(const struct antin_date *d);
int64_t antin_date_seconds(const struct antin_date *d); /* of a valid date, UTC */
void antin_date_of(int64_t t, struct antin_date *out);  /* clamped to years 0..9999 */

#endif
