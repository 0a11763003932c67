/*
 * Distinguished names from text (RFC 4514, in the order written).  See name.h.
 */
#include <antin/name.h>

#include <stdio.h>
#include <string.h>

#include <antin/text.h>

#include "name_internal.h"

struct parser {
	const char *text, *p;
	size_t attrs;
	struct antin_err *err;
};

/* Says where: people count characters from one. */
static void
set_place(struct parser *s, const char *at)
{
	struct antin_slice before = {(const uint8_t *)s->text, (size_t)(at - s->text)};

	antin_err_set_where(s->err, "character %zu",
	                    antin_utf8_valid(before) ? antin_text_characters(before) + 1
	                                             : before.len + 1);
}

static void
skip_spaces(struct parser *s)
{
	while (*s->p == ' ')
		s->p++;
}

static enum antin_rc
parse_type(struct parser *s, const struct antin_name_type **out)
{
	char name[64];
	const char *start = s->p, *near;
	size_t len = strcspn(s->p, "= ,+;");

	if (len == 0 || len >= sizeof(name)) {
		set_place(s, start);
		return antin_fail(s->err, ANTIN_E_FORMAT,
		                  N_("the name needs a type and a value here, like CN=..."));
	}
	memcpy(name, start, len);
	name[len] = '\0';
	s->p += len;
	skip_spaces(s);
	if (*s->p != '=') {
		set_place(s, s->p);
		return antin_fail(s->err, ANTIN_E_FORMAT, N_("no = after %s in the name"), name);
	}
	s->p++;
	*out = antin_name_type_by_name(name);
	if (*out)
		return ANTIN_OK;
	near = antin_text_nearest(name, antin_name_type_names());
	if (near)
		antin_err_set_hint(s->err, "%s=", near);
	set_place(s, start);
	return antin_fail(s->err, ANTIN_E_FORMAT, N_("%s is not a known type of name"), name);
}

/* After a backslash: a special character as itself, or an octet as two hexadecimal digits. */
static enum antin_rc
parse_escape(struct parser *s, struct antin_bytes *value)
{
	int high = antin_hex_digit(s->p[1]), low = high < 0 ? -1 : antin_hex_digit(s->p[2]);

	if (s->p[1] && strchr(",+\"\\<>;=# ", s->p[1])) {
		antin_bytes_byte(value, (uint8_t)s->p[1]);
		s->p += 2;
		return ANTIN_OK;
	}
	if (low < 0) {
		set_place(s, s->p);
		return antin_fail(
		        s->err, ANTIN_E_FORMAT,
		        N_("a backslash in the name must stand before one of , + \" \\ < > ; "
		           "= # or two hexadecimal digits"));
	}
	antin_bytes_byte(value, (uint8_t)(high << 4 | low));
	s->p += 3;
	return ANTIN_OK;
}

/* Up to the next unescaped , or +; spaces at the ends count only when escaped. */
static enum antin_rc
parse_value(struct parser *s, struct antin_bytes *value)
{
	size_t keep = 0;
	enum antin_rc rc;

	skip_spaces(s);
	while (*s->p && *s->p != ',' && *s->p != '+') {
		if (strchr("\";<>", *s->p) || (*s->p == '#' && value->len == 0)) {
			set_place(s, s->p);
			return antin_fail(
			        s->err, ANTIN_E_FORMAT,
			        N_("this character needs a backslash before it in a name"));
		}
		if (*s->p == '\\') {
			rc = parse_escape(s, value);
			if (rc != ANTIN_OK)
				return rc;
			keep = value->len;
			continue;
		}
		antin_bytes_byte(value, (uint8_t)*s->p);
		if (*s->p != ' ')
			keep = value->len;
		s->p++;
	}
	if (!value->failed)
		value->len = keep;
	return antin_bytes_check(value, s->err);
}

/* Nothing that a screen would not show as it is: control, bidirectional, invisible characters. */
static bool
shows_itself(struct antin_slice s)
{
	ANTIN_SCOPED(antin_bytes) safe = {0};
	size_t from = 0;

	antin_text_safe_add(&safe, s, SIZE_MAX);
	for (size_t i = 0; i < s.len; i++, from++) {
		if (from >= safe.len || safe.p[from] != s.p[i])
			return false;
		if (s.p[i] == '\\')
			from++; /* a backslash is shown doubled */
	}
	return !safe.failed && from == safe.len;
}

static bool
printable_string(struct antin_slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];
		bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');

		if (!letter && !(c >= '0' && c <= '9') && (c == 0 || !strchr(" '()+,-./:=?", c)))
			return false;
	}
	return true;
}

static bool
printable_ascii(struct antin_slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f)
			return false;
	return true;
}

static bool
two_capitals(struct antin_slice s)
{
	return s.len == 2 && s.p[0] >= 'A' && s.p[0] <= 'Z' && s.p[1] >= 'A' && s.p[1] <= 'Z';
}

/* The value's rules after NFC. */
static enum antin_rc
check_value(const struct antin_name_type *type, struct antin_slice v, struct antin_err *err)
{
	if (v.len == 0)
		return antin_fail(err, ANTIN_E_FORMAT, N_("%s has no value"), type->name);
	if (!shows_itself(v))
		return antin_fail(err, ANTIN_E_FORMAT,
		                  N_("%s has a control, invisible or unassigned character"),
		                  type->name);
	if (type->max == 2 && !two_capitals(v))
		return antin_fail(err, ANTIN_E_FORMAT,
		                  N_("%s must be a country as two capitals, like VN"), type->name);
	if (antin_text_characters(v) > type->max)
		return antin_fail(err, ANTIN_E_FORMAT, N_("%s is longer than %zu characters"),
		                  type->name, type->max);
	if ((type->tag == ANTIN_PRINTABLE && !printable_string(v)) ||
	    (type->tag == ANTIN_IA5 && !printable_ascii(v)))
		return antin_fail(err, ANTIN_E_FORMAT,
		                  N_("%s may only have plain letters, digits and simple signs"),
		                  type->name);
	return ANTIN_OK;
}

static enum antin_rc
parse_attr(struct parser *s, struct antin_bytes *der)
{
	ANTIN_SCOPED(antin_bytes) raw = {0};
	ANTIN_SCOPED(antin_bytes) value = {0};
	const struct antin_name_type *type = NULL;
	const char *at;
	size_t mark;
	enum antin_rc rc;

	skip_spaces(s);
	rc = parse_type(s, &type);
	at = s->p;
	if (rc == ANTIN_OK)
		rc = parse_value(s, &raw);
	if (rc == ANTIN_OK)
		rc = antin_text_nfc(antin_bytes_slice(&raw), &value, s->err);
	if (rc == ANTIN_OK)
		rc = check_value(type, antin_bytes_slice(&value), s->err);
	if (rc == ANTIN_OK && ++s->attrs > ANTIN_NAME_ATTRS)
		rc = antin_fail(s->err, ANTIN_E_TOO_LARGE, N_("the name has more than %d parts"),
		                ANTIN_NAME_ATTRS);
	if (rc != ANTIN_OK) {
		set_place(s, at);
		return rc;
	}
	mark = antin_der_open(der, ANTIN_SEQUENCE);
	antin_der_add_oid(der, type->oid);
	antin_der_add(der, type->tag, antin_bytes_slice(&value));
	antin_der_close(der, mark);
	return ANTIN_OK;
}

static enum antin_rc
parse_rdn(struct parser *s, struct antin_bytes *der)
{
	size_t mark = antin_der_open(der, ANTIN_SET);
	enum antin_rc rc = parse_attr(s, der);

	while (rc == ANTIN_OK && *s->p == '+') {
		s->p++;
		rc = parse_attr(s, der);
	}
	antin_der_close_set(der, mark);
	return rc;
}

enum antin_rc
antin_name_parse(const char *text, struct antin_bytes *der, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) made = {0};
	struct parser s = {.text = text, .p = text, .err = err};
	size_t mark = antin_der_open(&made, ANTIN_SEQUENCE);
	enum antin_rc rc;

	if (strlen(text) > ANTIN_NAME_MAX)
		return antin_fail(err, ANTIN_E_TOO_LARGE,
		                  N_("the name is longer than %d characters"), ANTIN_NAME_MAX);
	rc = parse_rdn(&s, &made);
	while (rc == ANTIN_OK && *s.p == ',') {
		s.p++;
		rc = parse_rdn(&s, &made);
	}
	antin_der_close(&made, mark);
	if (rc == ANTIN_OK && made.len > ANTIN_NAME_MAX)
		rc = antin_fail(err, ANTIN_E_TOO_LARGE, N_("the name is longer than %d characters"),
		                ANTIN_NAME_MAX);
	if (rc == ANTIN_OK)
		rc = antin_bytes_check(&made, err);
	if (rc != ANTIN_OK)
		return rc;
	antin_bytes_add(der, made.p, made.len);
	return antin_bytes_check(der, err);
}
