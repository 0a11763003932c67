/*
 * PDF strings: octets, text strings (ISO 32000-1, 7.9.2.2) and dates (7.9.4).
 */
#include "object.h"

#include <stdio.h>
#include <string.h>

#include <antin/clock.h>
#include <antin/text.h>

/* A last digit alone counts as if a zero followed (7.3.4.3). */
static void
hex_octets(struct antin_slice s, struct antin_bytes *out)
{
	size_t start = out->len, n = 0;
	uint8_t *to = antin_bytes_grow(out, s.len / 2);

	for (size_t i = 1; to && i + 1 < s.len; i++) {
		int digit = antin_hex_digit(s.p[i]);

		if (digit < 0)
			continue;
		to[n / 2] |= (uint8_t)(n % 2 ? digit : digit << 4);
		n++;
	}
	if (to)
		out->len = start + (n + 1) / 2;
}

/* One to three octal digits; returns how many. */
static size_t
octal_octet(struct antin_slice s, size_t at, struct antin_bytes *out)
{
	unsigned int n = 0;
	size_t used = 0;

	while (used < 3 && at + used < s.len && s.p[at + used] >= '0' && s.p[at + used] <= '7')
		n = n << 3 | (unsigned int)(s.p[at + used++] - '0');
	if (used)
		antin_bytes_byte(out, (uint8_t)n);
	return used;
}

/* What follows a backslash at `at`; returns the octets used (7.3.4.2). */
static size_t
escape(struct antin_slice s, size_t at, struct antin_bytes *out)
{
	static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
	const char *known = memchr(from, s.p[at], sizeof(from) - 1);
	size_t used = octal_octet(s, at, out);

	if (used)
		return used;
	if (s.p[at] == '\r' && at + 1 < s.len && s.p[at + 1] == '\n')
		return 2;
	if (s.p[at] == '\r' || s.p[at] == '\n')
		return 1;
	antin_bytes_byte(out, known ? (uint8_t)to[known - from] : s.p[at]);
	return 1;
}

static void
literal_octets(struct antin_slice s, struct antin_bytes *out)
{
	for (size_t i = 1; i + 1 < s.len; i++) {
		uint8_t c = s.p[i];

		if (c == '\\') {
			i += escape(s, i + 1, out);
		} else if (c == '\r') {
			antin_bytes_byte(out, '\n');
			i += s.p[i + 1] == '\n' ? 1 : 0;
		} else {
			antin_bytes_byte(out, c);
		}
	}
}

void
pdf_string_octets(struct pdf_value v, struct antin_bytes *out)
{
	if (pdf_is(v, PDF_STRING))
		literal_octets(pdf_text_of(v), out);
	else if (pdf_is(v, PDF_HEX))
		hex_octets(pdf_text_of(v), out);
}

static void
add_utf8(struct antin_bytes *out, uint32_t c)
{
	if (c < 0x80) {
		antin_bytes_byte(out, (uint8_t)c);
		return;
	}
	if (c < 0x800) {
		antin_bytes_byte(out, (uint8_t)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			antin_bytes_byte(out, (uint8_t)(0xe0 | c >> 12));
		} else {
			antin_bytes_byte(out, (uint8_t)(0xf0 | c >> 18));
			antin_bytes_byte(out, (uint8_t)(0x80 | (c >> 12 & 63)));
		}
		antin_bytes_byte(out, (uint8_t)(0x80 | (c >> 6 & 63)));
	}
	antin_bytes_byte(out, (uint8_t)(0x80 | (c & 63)));
}

/* PDFDocEncoding where it differs from Latin-1 (annex D.3); 0xfffd is undefined. */
static const uint16_t doc_low[8] = {0x02d8, 0x02c7, 0x02c6, 0x02d9, 0x02dd, 0x02db, 0x02da, 0x02dc};
static const uint16_t doc_high[33] = {
        0x2022, 0x2020, 0x2021, 0x2026, 0x2014, 0x2013, 0x0192, 0x2044, 0x2039, 0x203a, 0x2212,
        0x2030, 0x201e, 0x201c, 0x201d, 0x2018, 0x2019, 0x201a, 0x2122, 0xfb01, 0xfb02, 0x0141,
        0x0152, 0x0160, 0x0178, 0x017d, 0x0131, 0x0142, 0x0153, 0x0161, 0x017e, 0xfffd, 0x20ac,
};

static uint32_t
doc_character(uint8_t c)
{
	if (c >= 0x18 && c <= 0x1f)
		return doc_low[c - 0x18];
	if (c >= 0x80 && c <= 0xa0)
		return doc_high[c - 0x80];
	return c == 0 || c == 0x7f || c == 0xad ? 0xfffd : c;
}

/* Two ASCII letters in one unit: a language or a country. */
static bool
is_code(uint16_t unit)
{
	uint16_t lower = unit | 0x2020;

	return lower >> 8 >= 'a' && lower >> 8 <= 'z' && (lower & 255) >= 'a' &&
	       (lower & 255) <= 'z';
}

/* 7.9.2.2: escape, language, perhaps a country, escape; it names the language and is not shown. */
static void
skip_language(struct antin_in *in)
{
	enum { ESCAPE = 0x1b };
	struct antin_in ahead = *in;
	uint16_t unit;

	for (int codes = 0; codes < 3 && antin_in_u16(&ahead, &unit); codes++) {
		if (unit == ESCAPE && codes > 0)
			*in = ahead;
		if (!is_code(unit))
			return;
	}
}

static void
utf16_add(struct antin_slice s, struct antin_bytes *out)
{
	struct antin_in in = antin_in_of(s);
	uint16_t unit, low;

	while (antin_in_u16(&in, &unit)) {
		uint32_t c = unit;
		struct antin_in ahead = in;

		if (unit == 0x1b)
			skip_language(&in);
		if (in.p != ahead.p)
			continue;
		if (unit >= 0xd800 && unit < 0xdc00 && antin_in_u16(&ahead, &low) &&
		    low >= 0xdc00 && low < 0xe000) {
			c = 0x10000 + ((uint32_t)(unit - 0xd800) << 10) + (low - 0xdc00u);
			in = ahead;
		} else if ((unit >= 0xd800 && unit < 0xe000) || unit == 0) {
			c = 0xfffd;
		}
		add_utf8(out, c);
	}
	if (antin_in_left(&in))
		add_utf8(out, 0xfffd);
}

void
pdf_string_utf8(struct pdf_value v, struct antin_bytes *out)
{
	ANTIN_SCOPED(antin_bytes) raw = {0};
	struct antin_slice s;

	pdf_string_octets(v, &raw);
	s = antin_bytes_slice(&raw);
	if (s.len >= 2 && s.p[0] == 0xfe && s.p[1] == 0xff) {
		utf16_add((struct antin_slice){s.p + 2, s.len - 2}, out);
		return;
	}
	if (s.len >= 3 && memcmp(s.p, "\xef\xbb\xbf", 3) == 0) {
		struct antin_slice rest = {s.p + 3, s.len - 3};

		if (antin_utf8_valid(rest)) {
			antin_bytes_add(out, rest.p, rest.len);
			return;
		}
	}
	for (size_t i = 0; i < s.len; i++)
		add_utf8(out, doc_character(s.p[i]));
}

/* The code point at *at of valid UTF-8; *at moves behind it. */
static uint32_t
take_utf8(const uint8_t *p, size_t *at)
{
	uint8_t first = p[(*at)++];
	int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
	uint32_t c = more ? first & (0x3fu >> more) : first;

	while (more-- > 0)
		c = c << 6 | (p[(*at)++] & 63u);
	return c;
}

static void
utf16_write(struct antin_slice s, struct antin_bytes *out)
{
	antin_bytes_text(out, "<FEFF");
	for (size_t i = 0; i < s.len;) {
		uint32_t c = take_utf8(s.p, &i);

		if (c >= 0x10000)
			antin_bytes_printf(out, "%04X%04X", 0xd800 + ((c - 0x10000) >> 10),
			                   0xdc00 + ((c - 0x10000) & 0x3ff));
		else
			antin_bytes_printf(out, "%04X", c);
	}
	antin_bytes_text(out, ">");
}

enum antin_rc
pdf_string_write(const char *utf8, struct antin_bytes *out, struct antin_err *err)
{
	struct antin_slice s = antin_slice_text(utf8);
	bool plain = true;

	if (!antin_utf8_valid(s))
		return antin_fail(err, ANTIN_E_FORMAT, N_("%s is not valid UTF-8"), utf8);
	for (size_t i = 0; i < s.len; i++)
		plain = plain && s.p[i] >= 0x20 && s.p[i] < 0x7f;
	if (!plain) {
		utf16_write(s, out);
		return antin_bytes_check(out, err);
	}
	antin_bytes_byte(out, '(');
	for (size_t i = 0; i < s.len; i++) {
		if (strchr("()\\", s.p[i]))
			antin_bytes_byte(out, '\\');
		antin_bytes_byte(out, s.p[i]);
	}
	antin_bytes_byte(out, ')');
	return antin_bytes_check(out, err);
}

/* `digits` digits, or `otherwise` when the text has ended. */
static bool
take_digits(const char **p, int digits, int otherwise, int *out)
{
	int n = 0;

	if (!(**p >= '0' && **p <= '9')) {
		*out = otherwise;
		return otherwise >= 0;
	}
	for (int i = 0; i < digits; i++, (*p)++) {
		if (!(**p >= '0' && **p <= '9'))
			return false;
		n = n * 10 + (**p - '0');
	}
	*out = n;
	return true;
}

/* "+07'00'", also without the last apostrophe; "Z"; nothing means UTC. */
static bool
take_zone(const char **p, int *minutes)
{
	int sign = **p == '-' ? -1 : 1, hours, rest;

	*minutes = 0;
	if (**p == '\0')
		return true;
	if (!strchr("+-Z", *(*p)++))
		return false;
	if (!take_digits(p, 2, 0, &hours) || hours > 23)
		return false;
	if (**p == '\'')
		(*p)++;
	if (!take_digits(p, 2, 0, &rest) || rest > 59)
		return false;
	if (**p == '\'')
		(*p)++;
	*minutes = sign * (hours * 60 + rest);
	return **p == '\0';
}

bool
pdf_date_read(struct pdf_value v, int64_t *out)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	struct antin_date d = {0};
	const char *p;
	int zone;

	pdf_string_utf8(v, &text);
	p = antin_bytes_cstr(&text);
	if (!p || strlen(p) != text.len || strncmp(p, "D:", 2) != 0)
		return false;
	p += 2;
	if (!take_digits(&p, 4, -1, &d.year) || !take_digits(&p, 2, 1, &d.month) ||
	    !take_digits(&p, 2, 1, &d.day) || !take_digits(&p, 2, 0, &d.hour) ||
	    !take_digits(&p, 2, 0, &d.minute) || !take_digits(&p, 2, 0, &d.second) ||
	    !take_zone(&p, &zone) || !antin_date_valid(&d))
		return false;
	*out = antin_date_seconds(&d) - (int64_t)zone * 60;
	return true;
}

void
pdf_date_write(int64_t t, struct antin_bytes *out)
{
	struct antin_date d;

	antin_date_of(t + (int64_t)ANTIN_VIETNAM_OFFSET * 60, &d);
	antin_bytes_printf(out, "(D:%04d%02d%02d%02d%02d%02d+07'00')", d.year, d.month, d.day,
	                   d.hour, d.minute, d.second);
}
