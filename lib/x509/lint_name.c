/*
 * Lint of names (RFC 5280 4.1.2.4, 4.1.2.6, 4.2.1.6, appendix A.1).
 */
#include "lint_internal.h"

#include <string.h>

#include <antin/text.h>

#include "extension.h"
#include "name_internal.h"

/* One attribute, its type when the table has it, and where it stands. */
struct attr {
	const struct antin_name_attr *a;
	const struct antin_name_type *type; /* NULL unknown */
	char oid[64];
};

/* Runs a check over every attribute of the subject: the issuer's name was linted when it was made.
 */
static void
each(struct antin_lint_run *r, bool (*broken)(const struct attr *at))
{
	for (size_t i = 0; i < r->subject.n_attrs; i++) {
		struct attr at = {.a = &r->subject.attrs[i]};

		(void)antin_oid_text(at.a->oid, at.oid, sizeof(at.oid));
		at.type = antin_name_type_by_oid(at.oid);
		if (broken(&at))
			antin_lint_hit(r, "subject", at.type ? at.type->name : at.oid);
	}
}

static bool
is_text(const struct attr *at)
{
	return at->a->tag == ANTIN_UTF8 || at->a->tag == ANTIN_PRINTABLE || at->a->tag == ANTIN_IA5;
}

static bool
country(const struct attr *at)
{
	const struct antin_name_attr *a = at->a;

	if (strcmp(at->oid, "2.5.4.6") != 0)
		return false;
	return a->tag != ANTIN_PRINTABLE || a->value.len != 2 || a->value.p[0] < 'A' ||
	       a->value.p[0] > 'Z' || a->value.p[1] < 'A' || a->value.p[1] > 'Z';
}

void
antin_lint_name_country(struct antin_lint_run *r)
{
	each(r, country);
}

static bool
string_type(const struct attr *at)
{
	uint8_t tag = at->type ? at->type->tag : ANTIN_UTF8;

	if (strcmp(at->oid, "2.5.4.6") == 0)
		return false; /* name-country speaks */
	/* PrintableString stays allowed where UTF8String is usual. */
	return at->a->tag != tag && !(tag == ANTIN_UTF8 && at->a->tag == ANTIN_PRINTABLE);
}

void
antin_lint_name_string(struct antin_lint_run *r)
{
	each(r, string_type);
}

static bool
not_utf8(const struct attr *at)
{
	return is_text(at) && !antin_utf8_valid(at->a->value);
}

void
antin_lint_name_utf8(struct antin_lint_run *r)
{
	each(r, not_utf8);
}

static bool
not_nfc(const struct attr *at)
{
	return is_text(at) && antin_utf8_valid(at->a->value) && !antin_text_is_nfc(at->a->value);
}

void
antin_lint_name_nfc(struct antin_lint_run *r)
{
	each(r, not_nfc);
}

/* What cannot be shown as it is, is not part of a name. */
static bool
control(const struct attr *at)
{
	ANTIN_SCOPED(antin_bytes) safe = {0};
	ANTIN_SCOPED(antin_bytes) plain = {0};

	if (!is_text(at))
		return false;
	antin_text_safe_add(&safe, at->a->value, 4096);
	for (size_t i = 0; i < at->a->value.len; i++) {
		antin_bytes_byte(&plain, at->a->value.p[i]);
		if (at->a->value.p[i] == '\\')
			antin_bytes_byte(&plain, '\\');
	}
	return !antin_bytes_equal(&safe, &plain);
}

void
antin_lint_name_control(struct antin_lint_run *r)
{
	each(r, control);
}

static bool
spaces(const struct attr *at)
{
	struct antin_slice v = at->a->value;

	if (!is_text(at) || v.len == 0)
		return false;
	return v.p[0] == ' ' || v.p[v.len - 1] == ' ' || memmem(v.p, v.len, "  ", 2);
}

void
antin_lint_name_space(struct antin_lint_run *r)
{
	each(r, spaces);
}

static bool
empty(const struct attr *at)
{
	return at->a->value.len == 0;
}

void
antin_lint_name_empty(struct antin_lint_run *r)
{
	each(r, empty);
}

/* Bounds count characters, after NFC. */
static bool
too_long(const struct attr *at)
{
	ANTIN_SCOPED(antin_bytes) nfc = {0};

	if (!at->type || !is_text(at) || antin_text_nfc(at->a->value, &nfc, NULL) != ANTIN_OK)
		return false;
	return antin_text_characters(antin_bytes_slice(&nfc)) > at->type->max;
}

void
antin_lint_name_length(struct antin_lint_run *r)
{
	each(r, too_long);
}

void
antin_lint_name_joined(struct antin_lint_run *r)
{
	if (r->subject.n_attrs != r->subject.n_rdns)
		antin_lint_hit(r, "subject", NULL);
}

static bool
scripts(const struct attr *at)
{
	return is_text(at) && antin_utf8_valid(at->a->value) &&
	       antin_text_mixed_scripts(at->a->value);
}

void
antin_lint_name_scripts(struct antin_lint_run *r)
{
	each(r, scripts);
}

void
antin_lint_name_twice(struct antin_lint_run *r)
{
	static const char *const single[] = {"2.5.4.6", "2.5.4.3", "2.5.4.5"};

	for (size_t s = 0; s < sizeof(single) / sizeof(single[0]); s++) {
		size_t found = 0;

		for (size_t i = 0; i < r->subject.n_attrs; i++)
			found += antin_oid_is(r->subject.attrs[i].oid, single[s]);
		if (found > 1)
			antin_lint_hit(r, "subject", antin_name_type_by_oid(single[s])->name);
	}
}

/*
 * UTF-8 octets taken for Latin-1 and encoded again: a first octet (C3, C4, C5, C6, E1 as
 * characters) followed by one of U+0080..U+00BF, both as two octets.
 */
static bool
misread(const struct attr *at)
{
	struct antin_slice v = at->a->value;

	for (size_t i = 0; i + 3 < v.len; i++)
		if (v.p[i] == 0xc3 && (v.p[i + 1] >= 0x83 && v.p[i + 1] <= 0xa1) &&
		    v.p[i + 2] == 0xc2 && v.p[i + 3] >= 0x80 && v.p[i + 3] <= 0xbf)
			return true;
	return false;
}

void
antin_lint_name_misread(struct antin_lint_run *r)
{
	each(r, misread);
}

static bool
unknown(const struct attr *at)
{
	return !at->type;
}

void
antin_lint_name_unknown(struct antin_lint_run *r)
{
	each(r, unknown);
}

void
antin_lint_subject_empty(struct antin_lint_run *r)
{
	const struct antin_ext *san = antin_cert_ext(r->c, OID_EXT_SAN);

	if (r->subject.n_attrs == 0 && (r->c->is_ca || !san || !san->critical))
		antin_lint_hit(r, "subject", NULL);
}

void
antin_lint_issuer_empty(struct antin_lint_run *r)
{
	if (r->issuer_name.n_attrs == 0)
		antin_lint_hit(r, "issuer", NULL);
}

void
antin_lint_email_subject(struct antin_lint_run *r)
{
	ANTIN_SCOPED(antin_bytes) emails = {0};
	ANTIN_SCOPED(antin_bytes) subject = {0};

	antin_cert_emails(r->c, &emails);
	if (!antin_name_get_all(r->c->subject, "emailAddress", &subject) || subject.len == 0)
		return;
	if (!emails.len || !memmem(emails.p, emails.len, subject.p, subject.len))
		antin_lint_hit(r, "subject", "emailAddress");
}

/* A GeneralNames that is empty, or has an empty name in it. */
static bool
names_empty(const struct antin_ext *e)
{
	struct antin_in outer = antin_in_of(e->value), in;
	struct antin_tlv name;

	if (!antin_der_enter(&outer, ANTIN_SEQUENCE, &in) || !antin_der_end(&outer) ||
	    antin_der_end(&in))
		return true;
	while (!antin_der_end(&in))
		if (!antin_der_next(&in, &name) || name.value.len == 0)
			return true;
	return false;
}

void
antin_lint_san_empty(struct antin_lint_run *r)
{
	const struct antin_ext *e = antin_cert_ext(r->c, OID_EXT_SAN);

	if (e && names_empty(e))
		antin_lint_hit(r, "extensions", "subjectAltName");
}

static bool
email_ok(struct antin_slice value)
{
	ANTIN_SCOPED(antin_bytes) text = {0};

	antin_bytes_add(&text, value.p, value.len);
	return antin_bytes_cstr(&text) && strlen((const char *)text.p) == value.len &&
	       antin_email_plain((const char *)text.p);
}

void
antin_lint_san_email(struct antin_lint_run *r)
{
	const struct antin_ext *e = antin_cert_ext(r->c, OID_EXT_SAN);
	struct antin_in outer, names;
	struct antin_tlv name;

	if (!e)
		return;
	outer = antin_in_of(e->value);
	if (!antin_der_enter(&outer, ANTIN_SEQUENCE, &names))
		return;
	while (antin_der_next(&names, &name))
		if (name.tag == ANTIN_CONTEXT(1) && name.value.len && !email_ok(name.value))
			antin_lint_hit(r, "extensions", "subjectAltName");
}

void
antin_lint_ian_empty(struct antin_lint_run *r)
{
	const struct antin_ext *e = antin_cert_ext(r->c, "2.5.29.18");

	if (e && names_empty(e))
		antin_lint_hit(r, "extensions", "issuerAltName");
}
