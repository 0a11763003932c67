/*
 * One entry of a revocation list (RFC 5280 5.1.2.6, 5.3), strictly; and the same for the few shapes
 * that nearly every entry has, in a few nanoseconds.
 */
#include "crl_internal.h"

#include <endian.h>
#include <string.h>

#include "extension.h"

static bool
read_reason(struct antin_slice value, int *out)
{
	struct antin_in in = antin_in_of(value);
	uint64_t reason;

	if (!antin_der_enum(&in, ANTIN_REASON_AA_COMPROMISE, &reason) || !antin_der_end(&in) ||
	    reason == 7)
		return false;
	*out = (int)reason;
	return true;
}

static bool
read_invalidity(struct antin_slice value, int64_t *out)
{
	struct antin_in in = antin_in_of(value);

	return antin_der_generalized(&in, false, out) && antin_der_end(&in);
}

static bool
read_cert_issuer(struct antin_slice value, struct antin_slice *out)
{
	struct antin_in in = antin_in_of(value);

	return antin_der_take(&in, ANTIN_SEQUENCE, out) && antin_der_end(&in) && out->len > 0;
}

/* The three entry extensions are all 2.5.29.x: compared by octets, this runs a million times. */
static bool
read_entry_ext(struct antin_in *in, unsigned int *seen, struct antin_crl_decoded *d)
{
	struct antin_ext ext;
	uint8_t last;

	if (!antin_ext_read(in, &ext))
		return false;
	last = ext.oid.len == 3 && ext.oid.p[0] == 0x55 && ext.oid.p[1] == 0x1d ? ext.oid.p[2] : 0;
	if (last != 21 && last != 24 && last != 29) {
		if (ext.critical && !d->unknown.p)
			d->unknown = ext.oid;
		return true;
	}
	if (*seen & 1U << last)
		return false;
	*seen |= 1U << last;
	if (last == 21)
		return read_reason(ext.value, &d->e.reason);
	if (last == 24)
		return read_invalidity(ext.value, &d->e.invalidity);
	return read_cert_issuer(ext.value, &d->cert_issuer);
}

bool
antin_crl_entry_read(struct antin_in *in, unsigned int version, struct antin_crl_decoded *d)
{
	struct antin_in entry, exts;
	unsigned int seen = 0;

	*d = (struct antin_crl_decoded){.e.invalidity = ANTIN_NO_TIME};
	if (!antin_der_enter(in, ANTIN_SEQUENCE, &entry) ||
	    !antin_der_integer(&entry, &d->e.serial) || d->e.serial.len > ANTIN_SERIAL_MAX + 1 ||
	    !antin_der_time(&entry, &d->e.revoked))
		return false;
	if (antin_der_end(&entry))
		return true;
	if (version != 2 || !antin_der_enter(&entry, ANTIN_SEQUENCE, &exts) ||
	    !antin_der_end(&entry) || antin_der_end(&exts))
		return false;
	while (!antin_der_end(&exts))
		if (!read_entry_ext(&exts, &seen, d))
			return false;
	return true;
}

/* ---- what nearly every entry looks like ---- */

static bool
eight_digits(const uint8_t *p, uint64_t *pairs)
{
	uint64_t x;

	memcpy(&x, p, sizeof(x));
	x = le64toh(x);
	if ((x & 0xf0f0f0f0f0f0f0f0) != 0x3030303030303030 ||
	    ((x + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) != 0x3030303030303030)
		return false;
	x &= 0x0f0f0f0f0f0f0f0f;
	*pairs = x * 10 + (x >> 8); /* octets 0, 2, 4 and 6 are the numbers of two digits */
	return true;
}

/* YYMMDDhhmmss; in 1950 to 2049 every fourth year is a leap year. */
static bool
plain_time(const uint8_t *p)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	uint64_t day, rest;
	unsigned int year, month;

	if (!eight_digits(p, &day) || !eight_digits(p + 4, &rest))
		return false;
	year = day & 0xff;
	month = (day >> 16 & 0xff) - 1;
	day = (day >> 32 & 0xff) - 1;
	return month < 12 && day < days[month] + (month == 1 && year % 4 == 0 ? 1u : 0u) &&
	       (rest >> 16 & 0xff) < 24 && (rest >> 32 & 0xff) < 60 && (rest >> 48 & 0xff) < 60;
}

bool
antin_crl_entry_plain(struct antin_in *in, unsigned int version, struct antin_slice *serial)
{
	static const uint8_t reason[] = {0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55,
	                                 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01};
	enum { TIME = 15, SHORTEST = 2 + 3 + TIME };
	const uint8_t *p = in->p, *time;
	size_t left = (size_t)(in->end - p), len, n;

	if (left < SHORTEST || p[0] != ANTIN_SEQUENCE || p[1] >= 0x80 || left - 2 < p[1])
		return false;
	len = p[1];
	n = p[3];
	if (p[2] != ANTIN_INTEGER || n == 0 || n > ANTIN_SERIAL_MAX + 1 || len < 2 + n + TIME)
		return false;
	if (n > 1 && ((p[4] == 0 && p[5] < 0x80) || (p[4] == 0xff && p[5] >= 0x80)))
		return false;
	time = p + 4 + n;
	if (time[0] != ANTIN_UTCTIME || time[1] != TIME - 2 || time[TIME - 1] != 'Z' ||
	    !plain_time(time + 2))
		return false;
	len -= 2 + n + TIME;
	if (len != 0 && (version != 2 || len != sizeof(reason) + 1 ||
	                 memcmp(time + TIME, reason, sizeof(reason)) != 0 ||
	                 time[TIME + sizeof(reason)] > ANTIN_REASON_AA_COMPROMISE ||
	                 time[TIME + sizeof(reason)] == 7))
		return false;
	*serial = (struct antin_slice){p + 4, n};
	in->p = p + 2 + p[1];
	return true;
}
