/*
 * One entry of a revocation list of the shape that nearly all have: a UTCTime and no extension but
 * a reason that is not critical.  It accepts nothing that antin_crl_entry_read would not; as part
 * of the scan of a million entries it costs a few nanoseconds.
 */
#ifndef ANTIN_X509_CRL_PLAIN_H
#define ANTIN_X509_CRL_PLAIN_H

#include <endian.h>
#include <string.h>

#include <antin/crl.h>

/* Sixteen octets, looked at together. */
typedef uint8_t plain_octets __attribute__((vector_size(16)));

/* All ones where an octet is at least `base` and at most so far above it. */
static inline plain_octets
plain_within(const uint8_t *p, plain_octets base, plain_octets most)
{
	plain_octets v;

	memcpy(&v, p, sizeof(v));
	return (plain_octets)(v - base <= most);
}

static inline bool
plain_all(plain_octets within)
{
	uint64_t half[2];

	memcpy(half, &within, sizeof(half));
	return (half[0] & half[1]) == UINT64_MAX;
}

enum { PLAIN_TIME = 15, PLAIN_REASON = 14 };

/* The octet before, then 17 0d YYMMDDhhmmss Z: each digit as far as it may go by itself. */
static inline plain_octets
plain_digits(const uint8_t *time)
{
	static const plain_octets base = {0,   0x17, 0x0d, '0', '0', '0', '0', '0',
	                                  '0', '0',  '0',  '0', '0', '0', '0', 'Z'};
	static const plain_octets most = {255, 0, 0, 9, 9, 1, 9, 3, 9, 2, 9, 5, 9, 5, 9, 0};

	return plain_within(time - 1, base, most);
}

/* Two octets before, then 30 0c 30 0a 06 03 55 1d 15 04 03 0a 01 and the reason. */
static inline plain_octets
plain_reason(const uint8_t *p)
{
	static const plain_octets base = {0,    0,    0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03,
	                                  0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01, 0x00};
	static const plain_octets most = {255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10};

	return plain_within(p - 2, base, most);
}

/* Of digits: the day is one of its month, the hour of a day; every fourth year of 1950 to 2049 is a
 * leap year. */
static inline bool
plain_date(const uint8_t *time)
{
	static const uint8_t days[2][20] = {{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31},
	                                    {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}};
	uint64_t pairs;

	/* YYMMDDhh: octets 0, 2, 4 and 6 become the numbers of two digits. */
	memcpy(&pairs, time + 2, sizeof(pairs));
	pairs = le64toh(pairs) & 0x0f0f0f0f0f0f0f0f;
	pairs = pairs * 10 + (pairs >> 8);
	return (pairs >> 32 & 0xff) - 1 < days[(pairs & 3) == 0][pairs >> 16 & 0xff] &&
	       (pairs >> 48 & 0xff) < 24;
}

/*
 * Where the entry at `p` ends, with the length of its serial, which begins four octets after `p`;
 * NULL for one of another shape, valid or not.
 */
static inline const uint8_t *
plain_entry(const uint8_t *p, const uint8_t *end, unsigned int version, size_t *serial)
{
	enum { SHORTEST = 2 + 3 + PLAIN_TIME };
	const uint8_t *time;
	plain_octets within;
	size_t left = (size_t)(end - p), len, n;

	if (left < SHORTEST || p[0] != ANTIN_SEQUENCE || p[1] >= 0x80 || left - 2 < p[1])
		return NULL;
	len = p[1];
	n = p[3];
	if (p[2] != ANTIN_INTEGER || n - 1 > ANTIN_SERIAL_MAX || len < 2 + n + PLAIN_TIME)
		return NULL;
	/* 00 before an octet below 80, ff before one from 80 on: the first is one too many. */
	if (n > 1 && (uint16_t)((p[4] << 8 | p[5]) + 0x80) < 0x100)
		return NULL;
	time = p + 4 + n;
	within = plain_digits(time);
	if (len != 2 + n + PLAIN_TIME) {
		if (version != 2 || len != 2 + n + PLAIN_TIME + PLAIN_REASON ||
		    time[PLAIN_TIME + PLAIN_REASON - 1] == 7)
			return NULL;
		within &= plain_reason(time + PLAIN_TIME);
	}
	*serial = n;
	return plain_all(within) && plain_date(time) ? p + 2 + len : NULL;
}

#endif
