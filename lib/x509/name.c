/*
 * Distinguished names (RFC 5280 4.1.2.4): reading and showing.  See name.h.
 */
#include <antin/name.h>

#include <string.h>

#include <antin/text.h>

#include "name_internal.h"

/* One AttributeTypeAndValue; any type of value is taken, only strings are shown. */
static bool
read_attr(struct antin_in *rdn, size_t number, struct antin_name *n)
{
	struct antin_name_attr *a = &n->attrs[n->n_attrs];
	struct antin_in sequence;
	struct antin_tlv value;

	if (n->n_attrs == ANTIN_NAME_ATTRS || !antin_der_enter(rdn, ANTIN_SEQUENCE, &sequence) ||
	    !antin_der_take(&sequence, ANTIN_OID, &a->oid) || !antin_der_next(&sequence, &value) ||
	    !antin_der_end(&sequence))
		return false;
	a->tag = value.tag;
	a->value = value.value;
	a->rdn = number;
	n->n_attrs++;
	return true;
}

static bool
read_name(struct antin_slice der, struct antin_name *n)
{
	struct antin_in in = antin_in_of(der), sequence, rdn;

	if (der.len > ANTIN_NAME_MAX || !antin_der_enter(&in, ANTIN_SEQUENCE, &sequence) ||
	    !antin_der_end(&in))
		return false;
	for (; !antin_der_end(&sequence); n->n_rdns++) {
		if (!antin_der_enter(&sequence, ANTIN_SET, &rdn) || antin_der_end(&rdn))
			return false;
		while (!antin_der_end(&rdn))
			if (!read_attr(&rdn, n->n_rdns, n))
				return false;
	}
	return true;
}

enum antin_rc
antin_name_read(struct antin_slice der, struct antin_name *out, struct antin_err *err)
{
	struct antin_name n;

	n.n_attrs = 0;
	n.n_rdns = 0;
	if (!read_name(der, &n))
		return antin_fail(err, ANTIN_E_FORMAT,
		                  N_("a name in the certificate is not readable"));
	out->n_rdns = n.n_rdns;
	out->n_attrs = n.n_attrs;
	memcpy(out->attrs, n.attrs, n.n_attrs * sizeof(n.attrs[0]));
	return ANTIN_OK;
}

bool
antin_name_empty(struct antin_slice der)
{
	return der.len == 2 && der.p[0] == ANTIN_SEQUENCE && der.p[1] == 0;
}

static bool
add_code_point(struct antin_bytes *out, uint32_t c)
{
	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return false;
	if (c < 0x80) {
		antin_bytes_byte(out, (uint8_t)c);
	} else if (c < 0x800) {
		antin_bytes_byte(out, (uint8_t)(0xc0 | c >> 6));
		antin_bytes_byte(out, (uint8_t)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		antin_bytes_byte(out, (uint8_t)(0xe0 | c >> 12));
		antin_bytes_byte(out, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
		antin_bytes_byte(out, (uint8_t)(0x80 | (c & 0x3f)));
	} else {
		antin_bytes_byte(out, (uint8_t)(0xf0 | c >> 18));
		antin_bytes_byte(out, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
		antin_bytes_byte(out, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
		antin_bytes_byte(out, (uint8_t)(0x80 | (c & 0x3f)));
	}
	return true;
}

/* Characters of `width` octets each: Latin-1 (what TeletexString holds in practice), UCS-2, UCS-4.
 */
static bool
add_wide(struct antin_bytes *out, struct antin_slice s, size_t width)
{
	if (s.len % width)
		return false;
	for (size_t i = 0; i < s.len; i += width) {
		uint32_t c = 0;

		for (size_t k = 0; k < width; k++)
			c = c << 8 | s.p[i + k];
		if (!add_code_point(out, c))
			return false;
	}
	return true;
}

static bool
is_ascii(struct antin_slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] == 0 || s.p[i] >= 0x80)
			return false;
	return true;
}

bool
antin_name_value(const struct antin_name_attr *a, struct antin_bytes *out)
{
	size_t start = out->len, width = 0;
	bool ok = false;

	if (a->tag == ANTIN_UTF8)
		ok = antin_utf8_valid(a->value);
	else if (a->tag == ANTIN_PRINTABLE || a->tag == ANTIN_IA5 || a->tag == ANTIN_NUMERIC ||
	         a->tag == ANTIN_VISIBLE)
		ok = is_ascii(a->value);
	else
		width = a->tag == ANTIN_TELETEX     ? 1
		        : a->tag == ANTIN_BMP       ? 2
		        : a->tag == ANTIN_UNIVERSAL ? 4
		                                    : 0;
	if (width) {
		ok = add_wide(out, a->value, width);
		if (!ok)
			out->len = start;
	} else if (ok) {
		antin_bytes_add(out, a->value.p, a->value.len);
	}
	return ok;
}

static const char *
oid_of(const char *type)
{
	const struct antin_name_type *row = antin_name_type_by_name(type);

	return row ? row->oid : type;
}

bool
antin_name_get(struct antin_slice der, const char *type, struct antin_bytes *out)
{
	struct antin_name n;
	const char *oid = oid_of(type);

	if (antin_name_read(der, &n, NULL) != ANTIN_OK)
		return false;
	for (size_t i = n.n_attrs; i > 0; i--)
		if (antin_oid_is(n.attrs[i - 1].oid, oid))
			return antin_name_value(&n.attrs[i - 1], out);
	return false;
}

bool
antin_name_get_all(struct antin_slice der, const char *type, struct antin_bytes *out)
{
	struct antin_name n;
	const char *oid = oid_of(type);
	bool any = false;

	if (antin_name_read(der, &n, NULL) != ANTIN_OK)
		return false;
	for (size_t i = 0; i < n.n_attrs; i++) {
		ANTIN_SCOPED(antin_bytes) value = {0};

		if (!antin_oid_is(n.attrs[i].oid, oid) || !antin_name_value(&n.attrs[i], &value))
			continue;
		if (any)
			antin_bytes_text(out, ", ");
		antin_bytes_add(out, value.p, value.len);
		any = true;
	}
	return any;
}

/* RFC 4514 2.4 over text that is safe already (its backslashes are doubled there). */
static void
add_escaped(struct antin_bytes *b, struct antin_slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		bool edge = s.p[i] == ' ' && (i == 0 || i + 1 == s.len);

		if (edge || (i == 0 && s.p[i] == '#') || (s.p[i] && strchr(",+\"<>;", s.p[i])))
			antin_bytes_byte(b, '\\');
		antin_bytes_byte(b, s.p[i]);
	}
}

static void
add_value(struct antin_bytes *b, const struct antin_name_attr *a)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bytes) safe = {0};

	if (!antin_name_value(a, &text)) {
		/* Not a string, or a broken one: its octets, as RFC 4514 2.4 shows the unknown. */
		antin_bytes_byte(b, '#');
		antin_hex_add(b, (struct antin_slice){a->value.p,
		                                      a->value.len < 64 ? a->value.len : 64});
		return;
	}
	antin_text_safe_add(&safe, antin_bytes_slice(&text), ANTIN_SAFE_MAX);
	add_escaped(b, antin_bytes_slice(&safe));
}

const char *
antin_name_type(struct antin_slice oid, char *out, size_t cap)
{
	const struct antin_name_type *row = antin_name_type_by_oid(antin_oid_text(oid, out, cap));

	return row ? row->name : out;
}

void
antin_name_text_add(struct antin_bytes *b, struct antin_slice der)
{
	struct antin_name n;
	char dotted[128];

	if (antin_name_read(der, &n, NULL) != ANTIN_OK) {
		antin_bytes_text(b, "?");
		return;
	}
	for (size_t i = 0; i < n.n_attrs; i++) {
		if (i)
			antin_bytes_text(b, n.attrs[i].rdn == n.attrs[i - 1].rdn ? " + " : ", ");
		antin_bytes_text(b, antin_name_type(n.attrs[i].oid, dotted, sizeof(dotted)));
		antin_bytes_byte(b, '=');
		add_value(b, &n.attrs[i]);
	}
}

int
antin_json_set_name(json_t *object, const char *key, struct antin_slice der)
{
	ANTIN_SCOPED(antin_bytes) text = {0};

	antin_name_text_add(&text, der);
	if (text.failed)
		return -1;
	return json_object_set_new(object, key,
	                           json_stringn(text.p ? (const char *)text.p : "", text.len));
}
