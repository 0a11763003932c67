/*
 * Any DER as one line for people (X.690): what is nested in braces, texts in quotes and safe to
 * show, octets that are no DER as hex.
 */
#include <antin/clock.h>
#include <antin/der.h>
#include <antin/text.h>

#include <stdio.h>

enum { DEEPEST = 12, LONGEST = 4000, OCTETS = 64 };

struct writer {
	struct antin_bytes *out;
	size_t from;
	antin_oid_name_fn *name;
};

static bool
full(const struct writer *w)
{
	return w->out->len - w->from > LONGEST;
}

static void
hex(const struct writer *w, struct antin_slice s)
{
	antin_hex_add(w->out, s.len > OCTETS ? (struct antin_slice){s.p, OCTETS} : s);
	if (s.len > OCTETS)
		antin_bytes_text(w->out, "…");
}

static void
text(const struct writer *w, struct antin_slice s)
{
	antin_bytes_byte(w->out, '"');
	antin_text_safe_add(w->out, s, ANTIN_SAFE_MAX);
	antin_bytes_byte(w->out, '"');
}

static bool
printable(struct antin_slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] < 0x20 || s.p[i] > 0x7e)
			return false;
	return s.len > 0;
}

static bool elements(const struct writer *w, struct antin_slice der, unsigned int depth);

/* Octets that are DER themselves, else hex. */
static void
nested(const struct writer *w, struct antin_slice s, unsigned int depth)
{
	size_t mark = w->out->len;

	antin_bytes_byte(w->out, '{');
	if (s.len && elements(w, s, depth)) {
		antin_bytes_byte(w->out, '}');
		return;
	}
	w->out->len = mark;
	hex(w, s);
}

static void
integer(const struct writer *w, struct antin_slice s)
{
	int64_t value = s.len && s.p[0] & 0x80 ? -1 : 0;

	if (s.len > sizeof(value)) {
		hex(w, s);
		return;
	}
	for (size_t i = 0; i < s.len; i++)
		value = (int64_t)((uint64_t)value << 8 | s.p[i]);
	antin_bytes_printf(w->out, "%lld", (long long)value);
}

static void
oid(const struct writer *w, struct antin_slice s)
{
	char dotted[128];
	const char *name = NULL;

	antin_bytes_text(w->out, antin_oid_text(s, dotted, sizeof(dotted)));
	if (w->name)
		name = w->name(dotted);
	if (name)
		antin_bytes_printf(w->out, " (%s)", name);
}

static void
moment(const struct writer *w, const struct antin_tlv *t)
{
	struct antin_in in = antin_in_of(t->whole);
	char iso[ANTIN_TIME_CAP];
	int64_t time;

	if (antin_der_time(&in, &time))
		antin_bytes_text(w->out, antin_time_iso(time, iso));
	else
		text(w, t->value);
}

/* "101" for three bits; longer ones as hex. */
static void
bits(const struct writer *w, struct antin_slice s)
{
	size_t n = s.len ? (s.len - 1) * 8 - s.p[0] : 0;

	if (!s.len || s.p[0] > 7 || s.len > 5 || (s.len == 1 && s.p[0])) {
		hex(w, s);
		return;
	}
	antin_bytes_byte(w->out, '\'');
	for (size_t i = 0; i < n; i++)
		antin_bytes_byte(w->out, s.p[1 + i / 8] >> (7 - i % 8) & 1 ? '1' : '0');
	antin_bytes_byte(w->out, '\'');
}

static void
primitive(const struct writer *w, const struct antin_tlv *t, unsigned int depth)
{
	switch (t->tag) {
	case ANTIN_BOOLEAN:
		antin_bytes_text(w->out, t->value.len == 1 && t->value.p[0] ? "TRUE" : "FALSE");
		return;
	case ANTIN_INTEGER:
	case ANTIN_ENUMERATED:
		integer(w, t->value);
		return;
	case ANTIN_BIT_STRING:
		bits(w, t->value);
		return;
	case ANTIN_OCTET_STRING:
		nested(w, t->value, depth);
		return;
	case ANTIN_NULL:
		antin_bytes_text(w->out, "NULL");
		return;
	case ANTIN_OID:
		oid(w, t->value);
		return;
	case ANTIN_UTCTIME:
	case ANTIN_GENERALIZEDTIME:
		moment(w, t);
		return;
	case ANTIN_UTF8:
	case ANTIN_NUMERIC:
	case ANTIN_PRINTABLE:
	case ANTIN_TELETEX:
	case ANTIN_IA5:
	case ANTIN_VISIBLE:
		text(w, t->value);
		return;
	default:
		if (t->tag & 0x80 && printable(t->value))
			text(w, t->value);
		else
			hex(w, t->value);
	}
}

static bool
element(const struct writer *w, const struct antin_tlv *t, unsigned int depth)
{
	if (t->tag & 0xc0)
		antin_bytes_printf(w->out, "[%u] ", t->tag & 0x1fU);
	if (!(t->tag & 0x20)) {
		primitive(w, t, depth);
		return true;
	}
	antin_bytes_byte(w->out, '{');
	if (t->value.len && !elements(w, t->value, depth))
		return false;
	antin_bytes_byte(w->out, '}');
	return true;
}

/* False when it is no DER to the end; what was written then is not to be used. */
static bool
elements(const struct writer *w, struct antin_slice der, unsigned int depth)
{
	struct antin_in in = antin_in_of(der);
	struct antin_tlv t;
	const char *between = "";

	if (depth >= DEEPEST)
		return false;
	for (; !antin_der_end(&in); between = ", ") {
		antin_bytes_text(w->out, between);
		if (full(w)) {
			antin_bytes_text(w->out, "…");
			return true;
		}
		if (!antin_der_next(&in, &t) || !element(w, &t, depth + 1))
			return false;
	}
	return true;
}

void
antin_der_text_add(struct antin_bytes *b, struct antin_slice der, antin_oid_name_fn *name)
{
	const struct writer w = {b, b->len, name};

	if (!der.len || elements(&w, der, 0))
		return;
	b->len = w.from;
	hex(&w, der);
}
