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

/* Two octets before, then 30 0c 30 0a 06 03 55 1d 15 04 03 0a 01 and the reason; or anything. */
static inline plain_octets
plain_reason(const uint8_t *p, bool none)
{
	static const plain_octets base = {0,    0,    0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03,
	                                  0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01, 0x00};
	static const plain_octets most[2] = {{255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10},
	                                     {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	                                      255, 255, 255, 255, 255}};

	return plain_within(p - 2, base, most[none]);
}

/*
 * Of digits as far as they may go: the day is one of its month, the hour of a day; every fourth
 * year of 1950 to 2049 is a leap year.
 */
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

/* What an entry of this shape can be long, and what may be looked at behind its front. */
enum { PLAIN_ROOM = 64 };

/* SEQUENCE of a length, INTEGER of another one. */
static inline unsigned int
plain_head(const uint8_t *p)
{
	uint32_t head;

	memcpy(&head, p, sizeof(head));
	return (le32toh(head) & 0x00ff00ff) == (ANTIN_INTEGER << 16 | ANTIN_SEQUENCE);
}

/* The octets of an INTEGER: 00 before one below 80, ff before one from 80 on is one too many. */
static inline unsigned int
plain_serial(const uint8_t *p, size_t n)
{
	unsigned int one = n == 1, least = (uint16_t)((p[0] << 8 | p[1]) + 0x80) >= 0x100;

	return one | least;
}

/* None, or one of the right length, where entries may have one; 7 is not used. */
static inline unsigned int
plain_more(const uint8_t *reason, size_t len, bool reasons)
{
	unsigned int none = !len, whole = len == (reasons ? PLAIN_REASON : 0),
	             used = reason[PLAIN_REASON - 1] != 7;

	return none | (whole & used);
}

/*
 * Where the entry at `p` ends, whose serial has p[3] octets from p + 4; NULL for one of another
 * shape, valid or not, and for one with less than PLAIN_ROOM octets left.  Nothing branches on
 * whether this one has a reason, which no processor can foresee.
 */
static inline const uint8_t *
plain_entry(const uint8_t *p, const uint8_t *end, bool reasons)
{
	const uint8_t *time, *reason;
	plain_octets within;
	size_t len, n;

	if ((size_t)(end - p) < PLAIN_ROOM)
		return NULL;
	n = p[3];
	if (n - 1 > ANTIN_SERIAL_MAX)
		return NULL;
	time = p + 4 + n;
	reason = time + PLAIN_TIME;
	len = p[1] - (2 + n + PLAIN_TIME);
	within = plain_digits(time) & plain_reason(reason, len == 0);
	if (!(plain_head(p) & plain_serial(p + 4, n) & plain_more(reason, len, reasons)))
		return NULL;
	return plain_all(within) && plain_date(time) ? reason + len : NULL;
}

#endif
