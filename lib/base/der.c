/*
 * DER (X.690) reading and writing.  See der.h.
 */
#include <antin/der.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <antin/clock.h>

static bool
read_length(struct antin_in *in, size_t *out)
{
	uint8_t first, octet;
	size_t len = 0;

	if (!antin_in_u8(in, &first))
		return false;
	if (first < 0x80) {
		*out = first;
		return true;
	}
	/* 0x80 is the indefinite form; four octets are more than any cap of ours. */
	if (first == 0x80 || first > 0x84)
		return false;
	for (unsigned int n = first & 0x7f; n > 0; n--) {
		if (!antin_in_u8(in, &octet) || (len == 0 && octet == 0))
			return false;
		len = len << 8 | octet;
	}
	*out = len;
	return len >= 0x80; /* shorter ones have the short form (X.690 10.1) */
}

/* Of the universal types, structures are constructed and nothing else is (X.690 8, 10.2). */
static bool
right_form(uint8_t tag)
{
	enum { EXTERNAL = 8, EMBEDDED_PDV = 11, CHARACTER_STRING = 29 };
	static const uint32_t structures = 1U << EXTERNAL | 1U << EMBEDDED_PDV |
	                                   1U << (ANTIN_SEQUENCE & 0x1f) |
	                                   1U << (ANTIN_SET & 0x1f) | 1U << CHARACTER_STRING;
	bool structure = structures >> (tag & 0x1f) & 1;

	return (tag & 0xc0) || (tag != 0 && structure == ((tag & 0x20) != 0));
}

/* Arcs in base 128, each without leading zeros, the last one ended (X.690 8.19.2). */
static bool
is_oid(struct antin_slice s)
{
	bool begins = true;

	for (size_t i = 0; i < s.len; i++) {
		if (begins && s.p[i] == 0x80)
			return false;
		begins = s.p[i] < 0x80;
	}
	return s.len > 0 && begins;
}

bool
antin_der_next(struct antin_in *in, struct antin_tlv *out)
{
	struct antin_in at = *in;
	struct antin_tlv tlv;
	size_t len;

	if (!antin_in_u8(&at, &tlv.tag) || (tlv.tag & 0x1f) == 0x1f || !right_form(tlv.tag))
		return false;
	if (!read_length(&at, &len) || !antin_in_take(&at, len, &tlv.value))
		return false;
	if (tlv.tag == ANTIN_OID && !is_oid(tlv.value))
		return false;
	tlv.whole = (struct antin_slice){in->p, (size_t)(at.p - in->p)};
	*out = tlv;
	*in = at;
	return true;
}

bool
antin_der_peek(const struct antin_in *in, uint8_t tag)
{
	return in->p < in->end && *in->p == tag;
}

bool
antin_der_end(const struct antin_in *in)
{
	return in->p == in->end;
}

bool
antin_der_take(struct antin_in *in, uint8_t tag, struct antin_slice *value)
{
	struct antin_tlv tlv;

	if (!antin_der_peek(in, tag) || !antin_der_next(in, &tlv))
		return false;
	*value = tlv.value;
	return true;
}

bool
antin_der_whole(struct antin_in *in, uint8_t tag, struct antin_slice *whole)
{
	struct antin_tlv tlv;

	if (!antin_der_peek(in, tag) || !antin_der_next(in, &tlv))
		return false;
	*whole = tlv.whole;
	return true;
}

bool
antin_der_enter(struct antin_in *in, uint8_t tag, struct antin_in *inner)
{
	struct antin_slice value;

	if (!antin_der_take(in, tag, &value))
		return false;
	*inner = antin_in_of(value);
	return true;
}

bool
antin_der_bool(struct antin_in *in, bool *out)
{
	struct antin_in at = *in;
	struct antin_slice v;

	if (!antin_der_take(&at, ANTIN_BOOLEAN, &v) || v.len != 1 ||
	    (v.p[0] != 0 && v.p[0] != 0xff))
		return false;
	*out = v.p[0] != 0;
	*in = at;
	return true;
}

static bool
minimal_integer(struct antin_slice v)
{
	if (v.len == 0)
		return false;
	if (v.len == 1)
		return true;
	return !(v.p[0] == 0 && v.p[1] < 0x80) && !(v.p[0] == 0xff && v.p[1] >= 0x80);
}

bool
antin_der_integer(struct antin_in *in, struct antin_slice *out)
{
	struct antin_in at = *in;
	struct antin_slice v;

	if (!antin_der_take(&at, ANTIN_INTEGER, &v) || !minimal_integer(v))
		return false;
	*out = v;
	*in = at;
	return true;
}

static bool
take_uint(struct antin_in *in, uint8_t tag, uint64_t max, uint64_t *out)
{
	struct antin_in at = *in;
	struct antin_slice v;
	uint64_t n = 0;

	if (!antin_der_take(&at, tag, &v) || !minimal_integer(v) || v.p[0] >= 0x80 || v.len > 9)
		return false;
	if (v.len == 9 && v.p[0] != 0)
		return false;
	for (size_t i = 0; i < v.len; i++)
		n = n << 8 | v.p[i];
	if (n > max)
		return false;
	*out = n;
	*in = at;
	return true;
}

bool
antin_der_uint(struct antin_in *in, uint64_t max, uint64_t *out)
{
	return take_uint(in, ANTIN_INTEGER, max, out);
}

bool
antin_der_enum(struct antin_in *in, uint64_t max, uint64_t *out)
{
	return take_uint(in, ANTIN_ENUMERATED, max, out);
}

bool
antin_der_bits(struct antin_in *in, struct antin_slice *out, unsigned int *unused)
{
	struct antin_in at = *in;
	struct antin_slice v;

	if (!antin_der_take(&at, ANTIN_BIT_STRING, &v) || v.len == 0 || v.p[0] > 7)
		return false;
	if (v.len == 1 && v.p[0] != 0)
		return false;
	if (v.len > 1 && (v.p[v.len - 1] & ((1U << v.p[0]) - 1)) != 0)
		return false;
	*unused = v.p[0];
	*out = (struct antin_slice){v.p + 1, v.len - 1};
	*in = at;
	return true;
}

bool
antin_der_named_bits(struct antin_in *in, uint32_t *out)
{
	struct antin_in at = *in;
	struct antin_slice v;
	unsigned int unused;
	uint32_t bits = 0;

	if (!antin_der_bits(&at, &v, &unused) || v.len > 4)
		return false;
	/* The last bit written must be one (X.690 11.2.2). */
	if (v.len && !(v.p[v.len - 1] & (1U << unused)))
		return false;
	for (size_t i = 0; i < v.len * 8; i++)
		if (v.p[i / 8] & (0x80U >> (i % 8)))
			bits |= (uint32_t)1 << i;
	*out = bits;
	*in = at;
	return true;
}

static bool
digits(struct antin_in *in, size_t n, int *out)
{
	struct antin_slice s;

	if (!antin_in_take(in, n, &s))
		return false;
	*out = 0;
	for (size_t i = 0; i < n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		*out = *out * 10 + (s.p[i] - '0');
	}
	return true;
}

/* A fraction: a point, digits, the last of them not zero (RFC 3161 2.4.2). */
static bool
skip_fraction(struct antin_in *t)
{
	uint8_t c, last = '0';

	if (!antin_in_u8(t, &c) || c != '.')
		return false;
	while (t->p < t->end && *t->p >= '0' && *t->p <= '9')
		last = *t->p++;
	return last != '0';
}

static bool
read_time(struct antin_slice v, bool utc, bool fraction, int64_t *out)
{
	struct antin_in t = antin_in_of(v);
	struct antin_date d;
	uint8_t zulu;

	if (!digits(&t, utc ? 2 : 4, &d.year) || !digits(&t, 2, &d.month) ||
	    !digits(&t, 2, &d.day) || !digits(&t, 2, &d.hour) || !digits(&t, 2, &d.minute) ||
	    !digits(&t, 2, &d.second))
		return false;
	if (utc)
		d.year += d.year < 50 ? 2000 : 1900;
	if (fraction && t.p < t.end && *t.p == '.' && !skip_fraction(&t))
		return false;
	if (!antin_in_u8(&t, &zulu) || zulu != 'Z' || !antin_der_end(&t) || !antin_date_valid(&d))
		return false;
	*out = antin_date_seconds(&d);
	return true;
}

bool
antin_der_time(struct antin_in *in, int64_t *out)
{
	struct antin_in at = *in;
	struct antin_tlv tlv;

	if (!antin_der_next(&at, &tlv))
		return false;
	if (tlv.tag != ANTIN_UTCTIME && tlv.tag != ANTIN_GENERALIZEDTIME)
		return false;
	if (!read_time(tlv.value, tlv.tag == ANTIN_UTCTIME, false, out))
		return false;
	*in = at;
	return true;
}

bool
antin_der_generalized(struct antin_in *in, bool fraction, int64_t *out)
{
	struct antin_in at = *in;
	struct antin_slice v;

	if (!antin_der_take(&at, ANTIN_GENERALIZEDTIME, &v) || !read_time(v, false, fraction, out))
		return false;
	*in = at;
	return true;
}

/* One base-128 number of an OID. */
static bool
read_arc(struct antin_in *in, uint64_t *out)
{
	uint8_t octet;
	uint64_t n = 0;

	for (bool first = true;; first = false) {
		if (!antin_in_u8(in, &octet) || (first && octet == 0x80) || n >> 57)
			return false;
		n = n << 7 | (octet & 0x7f);
		if (octet < 0x80)
			break;
	}
	*out = n;
	return true;
}

char *
antin_oid_text(struct antin_slice oid, char *out, size_t cap)
{
	struct antin_in in = antin_in_of(oid);
	struct antin_bytes b = {0};
	uint64_t arc;
	bool ok = oid.len > 0;

	for (bool first = true; ok && !antin_der_end(&in); first = false) {
		ok = read_arc(&in, &arc);
		if (ok && first) {
			uint64_t root = arc < 80 ? arc / 40 : 2;

			antin_bytes_printf(&b, "%llu.%llu", (unsigned long long)root,
			                   (unsigned long long)(arc - root * 40));
		} else if (ok) {
			antin_bytes_printf(&b, ".%llu", (unsigned long long)arc);
		}
	}
	ok = ok && !b.failed && b.len < cap;
	(void)snprintf(out, cap, "%.*s", ok ? (int)b.len : 1, ok ? (const char *)b.p : "?");
	antin_bytes_done(&b);
	return out;
}

static void
add_arc(struct antin_bytes *b, uint64_t arc)
{
	unsigned int shift = 0;

	while (shift + 7 < 64 && arc >> (shift + 7))
		shift += 7;
	for (;; shift -= 7) {
		antin_bytes_byte(b, (uint8_t)((arc >> shift & 0x7f) | (shift ? 0x80 : 0)));
		if (shift == 0)
			return;
	}
}

/* Digits up to the next point or the end, without leading zeros. */
static bool
parse_arc(const char **p, uint64_t *out)
{
	const char *start = *p;
	uint64_t n = 0;

	for (; **p >= '0' && **p <= '9'; (*p)++) {
		const uint64_t digit = (uint64_t)(**p - '0');

		if (n > (UINT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*out = n;
	return *p > start && !(*start == '0' && *p > start + 1);
}

/* The first two arcs, which X.690 8.19.4 makes one number. */
static bool
parse_first(const char **p, uint64_t *out)
{
	uint64_t root, arc;

	if (!parse_arc(p, &root) || root > 2 || *(*p)++ != '.' || !parse_arc(p, &arc) ||
	    (root < 2 && arc >= 40) || arc > UINT64_MAX - root * 40)
		return false;
	*out = root * 40 + arc;
	return true;
}

/* Arc by arc, without writing the text: this is asked for every extension. */
bool
antin_oid_is(struct antin_slice oid, const char *dotted)
{
	struct antin_in in = antin_in_of(oid);
	const char *p = dotted;
	uint64_t want, arc;
	bool same = parse_first(&p, &want) && read_arc(&in, &arc) && arc == want;

	while (same && *p == '.') {
		p++;
		same = parse_arc(&p, &want) && read_arc(&in, &arc) && arc == want;
	}
	return same && !*p && antin_der_end(&in);
}

enum antin_rc
antin_oid_parse(const char *text, struct antin_bytes *out, struct antin_err *err)
{
	const char *p = text;
	uint64_t arc;
	bool ok = parse_first(&p, &arc);

	if (ok)
		add_arc(out, arc);
	while (ok && *p == '.') {
		p++;
		ok = parse_arc(&p, &arc);
		if (ok)
			add_arc(out, arc);
	}
	if (!ok || *p)
		return antin_fail(err, ANTIN_E_FORMAT, N_("%s is not an object identifier"), text);
	return antin_bytes_check(out, err);
}

size_t
antin_der_open(struct antin_bytes *b, uint8_t tag)
{
	antin_bytes_byte(b, tag);
	return b->len;
}

static size_t
length_octets(size_t len, uint8_t out[5])
{
	size_t n = 0;

	if (len < 0x80) {
		out[0] = (uint8_t)len;
		return 1;
	}
	for (size_t rest = len; rest; rest >>= 8)
		n++;
	out[0] = (uint8_t)(0x80 | n);
	for (size_t i = 0; i < n; i++)
		out[1 + i] = (uint8_t)(len >> (8 * (n - 1 - i)));
	return n + 1;
}

void
antin_der_close(struct antin_bytes *b, size_t mark)
{
	uint8_t octets[5];

	if (b->failed)
		return;
	antin_bytes_insert(b, mark, octets, length_octets(b->len - mark, octets));
}

void
antin_der_add(struct antin_bytes *b, uint8_t tag, struct antin_slice value)
{
	uint8_t octets[5];

	antin_bytes_byte(b, tag);
	antin_bytes_add(b, octets, length_octets(value.len, octets));
	antin_bytes_add(b, value.p, value.len);
}

void
antin_der_add_text(struct antin_bytes *b, uint8_t tag, const char *text)
{
	antin_der_add(b, tag, antin_slice_text(text));
}

void
antin_der_add_bool(struct antin_bytes *b, bool value)
{
	uint8_t octet = value ? 0xff : 0;

	antin_der_add(b, ANTIN_BOOLEAN, (struct antin_slice){&octet, 1});
}

void
antin_der_add_integer(struct antin_bytes *b, struct antin_slice magnitude)
{
	size_t mark;

	while (magnitude.len > 1 && magnitude.p[0] == 0) {
		magnitude.p++;
		magnitude.len--;
	}
	mark = antin_der_open(b, ANTIN_INTEGER);
	if (magnitude.len == 0 || magnitude.p[0] >= 0x80)
		antin_bytes_byte(b, 0);
	antin_bytes_add(b, magnitude.p, magnitude.len);
	antin_der_close(b, mark);
}

void
antin_der_add_uint(struct antin_bytes *b, uint64_t value)
{
	uint8_t octets[8];

	for (size_t i = 0; i < 8; i++)
		octets[i] = (uint8_t)(value >> (56 - 8 * i));
	antin_der_add_integer(b, (struct antin_slice){octets, 8});
}

void
antin_der_add_enum(struct antin_bytes *b, uint8_t value)
{
	const uint8_t octets[] = {0, value};
	const size_t sign = value >= 0x80 ? 1 : 0;

	antin_der_add(b, ANTIN_ENUMERATED, (struct antin_slice){octets + 1 - sign, 1 + sign});
}

void
antin_der_add_null(struct antin_bytes *b)
{
	antin_der_add(b, ANTIN_NULL, (struct antin_slice){NULL, 0});
}

void
antin_der_add_oid(struct antin_bytes *b, const char *dotted)
{
	size_t mark = antin_der_open(b, ANTIN_OID);

	if (antin_oid_parse(dotted, b, NULL) != ANTIN_OK)
		b->failed = true;
	antin_der_close(b, mark);
}

void
antin_der_add_oid_der(struct antin_bytes *b, struct antin_slice oid)
{
	antin_der_add(b, ANTIN_OID, oid);
}

void
antin_der_add_bits(struct antin_bytes *b, struct antin_slice octets)
{
	size_t mark = antin_der_open(b, ANTIN_BIT_STRING);

	antin_bytes_byte(b, 0);
	antin_bytes_add(b, octets.p, octets.len);
	antin_der_close(b, mark);
}

void
antin_der_add_named_bits(struct antin_bytes *b, uint32_t bits)
{
	uint8_t octets[5] = {0};
	unsigned int used = 0;

	for (unsigned int i = 0; i < 32; i++)
		if (bits & (uint32_t)1 << i) {
			octets[1 + i / 8] |= (uint8_t)(0x80U >> (i % 8));
			used = i + 1;
		}
	octets[0] = (uint8_t)((8 - used % 8) % 8);
	antin_der_add(b, ANTIN_BIT_STRING, (struct antin_slice){octets, 1 + (used + 7) / 8});
}

static void
add_time(struct antin_bytes *b, int64_t time, bool utc)
{
	struct antin_date d;
	char text[24];

	antin_date_of(time, &d);
	(void)snprintf(text, sizeof(text), "%0*d%02d%02d%02d%02d%02dZ", utc ? 2 : 4,
	               utc ? d.year % 100 : d.year, d.month, d.day, d.hour, d.minute, d.second);
	antin_der_add_text(b, utc ? ANTIN_UTCTIME : ANTIN_GENERALIZEDTIME, text);
}

void
antin_der_add_time(struct antin_bytes *b, int64_t time)
{
	struct antin_date d;

	antin_date_of(time, &d);
	add_time(b, time, d.year >= 1950 && d.year < 2050);
}

void
antin_der_add_generalized(struct antin_bytes *b, int64_t time)
{
	add_time(b, time, false);
}

static int
compare_elements(const void *a, const void *b)
{
	const struct antin_slice *x = a, *y = b;

	return antin_slice_compare(*x, *y);
}

/* Copies the elements in order into `sorted`; false if the content is no list of elements. */
static bool
sort_elements(struct antin_slice content, struct antin_bytes *sorted)
{
	enum { MOST = 256 };
	struct antin_slice elements[MOST];
	struct antin_in in = antin_in_of(content);
	struct antin_tlv tlv;
	size_t n = 0;

	while (!antin_der_end(&in)) {
		if (n == MOST || !antin_der_next(&in, &tlv))
			return false;
		elements[n++] = tlv.whole;
	}
	if (n > 1)
		qsort(elements, n, sizeof(elements[0]), compare_elements);
	for (size_t i = 0; i < n; i++)
		antin_bytes_add(sorted, elements[i].p, elements[i].len);
	return !sorted->failed;
}

void
antin_der_close_set(struct antin_bytes *b, size_t mark)
{
	ANTIN_SCOPED(antin_bytes) sorted = {0};

	if (b->failed)
		return;
	if (!sort_elements((struct antin_slice){b->p + mark, b->len - mark}, &sorted)) {
		b->failed = true;
		return;
	}
	if (sorted.len)
		memcpy(b->p + mark, sorted.p, sorted.len);
	antin_der_close(b, mark);
}
