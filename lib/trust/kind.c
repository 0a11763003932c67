/*
 * The kind of a signer by the rules of kind_read.c.  See kind.h in include/antin.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <antin/text.h>

#include "kind.h"

static const struct {
	const char *id, *text;
} holder_rows[ANTIN_HOLDERS_N] = {
        [ANTIN_HOLDER_UNKNOWN] = {"unknown", N_("holder of unknown kind")},
        [ANTIN_HOLDER_PERSON] = {"person", N_("a person")},
        [ANTIN_HOLDER_AGENCY] = {"agency", N_("an agency or organization")},
        [ANTIN_HOLDER_SERVICE] = {"service", N_("a service or device")},
};

const char *
antin_holder_id(enum antin_holder h)
{
	return holder_rows[h].id;
}

const char *
antin_holder_text(enum antin_holder h)
{
	return holder_rows[h].text;
}

/* ---- names ---- */

bool
kind_like(const char *pattern, struct antin_slice value)
{
	size_t len = strlen(pattern);
	bool front = len && pattern[0] == '*', back = len > front && pattern[len - 1] == '*';
	struct antin_slice part = {(const uint8_t *)pattern + front, len - front - back};

	if (part.len > value.len)
		return false;
	if (front && back)
		return !part.len || memmem(value.p, value.len, part.p, part.len) != NULL;
	if (front)
		value.p += value.len - part.len;
	else if (!back && part.len != value.len)
		return false;
	return !part.len || memcmp(value.p, part.p, part.len) == 0;
}

static bool
value_fits(const struct kind_attr *a, struct antin_slice value)
{
	if (a->capitals && !antin_text_capitals(value))
		return false;
	if (!a->like)
		return true;
	for (size_t i = 0; a->like[i]; i++) {
		ANTIN_SCOPED(antin_bytes) pattern = {0};

		if (antin_text_nfc(antin_slice_text(a->like[i]), &pattern, NULL) == ANTIN_OK &&
		    antin_bytes_cstr(&pattern) && kind_like(antin_bytes_cstr(&pattern), value))
			return true;
	}
	return false;
}

static bool
attr_is(const struct antin_name_attr *attr, const char *type)
{
	char dotted[128], number[128];

	return strcmp(antin_name_type(attr->oid, dotted, sizeof(dotted)), type) == 0 ||
	       strcmp(antin_oid_text(attr->oid, number, sizeof(number)), type) == 0;
}

/* Every value without small letters where that is asked; one like the patterns. */
static bool
attr_fits(const struct kind_attr *a, const struct antin_name *name)
{
	bool found = false, fits = false;

	for (size_t i = 0; i < name->n_attrs; i++) {
		ANTIN_SCOPED(antin_bytes) value = {0};
		ANTIN_SCOPED(antin_bytes) nfc = {0};

		if (!attr_is(&name->attrs[i], a->type))
			continue;
		found = true;
		if (antin_name_value(&name->attrs[i], &value) &&
		    antin_text_nfc(antin_bytes_slice(&value), &nfc, NULL) == ANTIN_OK &&
		    value_fits(a, antin_bytes_slice(&nfc)))
			fits = true;
		else if (a->capitals)
			return false;
	}
	return a->absent ? !found : fits;
}

static bool
name_fits(const struct kind_attr *attrs, size_t n, struct antin_slice der)
{
	struct antin_name name;

	if (antin_name_read(der, &name, NULL) != ANTIN_OK)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!attr_fits(&attrs[i], &name))
			return false;
	return true;
}

/* "C", "L", "O", "OU*", "CN": an entry with a star takes as many as there are. */
static bool
order_fits(char *const *order, struct antin_slice der)
{
	struct antin_name name;
	size_t at = 0;

	if (antin_name_read(der, &name, NULL) != ANTIN_OK)
		return false;
	for (; *order; order++) {
		size_t len = strlen(*order);
		bool any = len > 1 && (*order)[len - 1] == '*';
		char type[64];

		(void)snprintf(type, sizeof(type), "%.*s", (int)(len - any), *order);
		while (any && at < name.n_attrs && attr_is(&name.attrs[at], type))
			at++;
		if (!any && (at == name.n_attrs || !attr_is(&name.attrs[at++], type)))
			return false;
	}
	return at == name.n_attrs;
}

/* ---- rules ---- */

static bool
hash_listed(char *const *hashes, const uint8_t hash[32])
{
	char hex[65];

	(void)antin_hex_text((struct antin_slice){hash, 32}, hex, sizeof(hex));
	for (; hashes && *hashes; hashes++)
		if (strcasecmp(*hashes, hex) == 0)
			return true;
	return false;
}

static bool
authority_is(const struct kind_authority *a, const struct antin_cert *c)
{
	uint8_t key[32];

	if (hash_listed(a->certificates, c->sha256))
		return true;
	return a->keys && antin_sha256(c->spki, key, NULL) == ANTIN_OK && hash_listed(a->keys, key);
}

static const struct kind_authority *
authority_of(const struct antin_kinds *k, const struct antin_cert *c)
{
	for (size_t i = 0; k && i < k->n_authorities; i++)
		if (authority_is(&k->authorities[i], c))
			return &k->authorities[i];
	return NULL;
}

enum antin_class
antin_kinds_class(const struct antin_kinds *kinds, const struct antin_cert *ca)
{
	const struct kind_authority *a = authority_of(kinds, ca);

	return a ? (enum antin_class)a->class : antin_class_guess(ca);
}

void
antin_kinds_classify(const struct antin_kinds *kinds, struct antin_trust *trust)
{
	for (size_t i = 0; i < trust->n_anchors; i++) {
		struct antin_anchor *a = &trust->anchors[i];

		if (a->class == antin_class_guess(a->cert))
			a->class = antin_kinds_class(kinds, a->cert);
	}
}

/* Nearest to the signer first: the service of an authority below a foreign root is its own. */
static const struct kind_authority *
authority_of_path(const struct antin_kinds *k, const struct antin_path *p)
{
	const struct kind_authority *a = NULL;

	for (size_t c = p->chain.n > 1 ? 1 : 0; !a && c < p->chain.n; c++)
		a = authority_of(k, p->chain.items[c]);
	return a;
}

static const struct kind_authority *
authority_by_name(const struct antin_kinds *k, const struct antin_cert *cert)
{
	for (size_t i = 0; i < k->n_authorities; i++) {
		const struct kind_authority *a = &k->authorities[i];

		if (a->n_name && name_fits(a->name, a->n_name, cert->issuer))
			return a;
	}
	return NULL;
}

static bool
has_policy(char *const *wanted, const struct antin_cert *cert)
{
	ANTIN_SCOPED(antin_bytes) lines = {0};

	antin_bytes_byte(&lines, '\n');
	antin_cert_policies(cert, &lines);
	for (; *wanted; wanted++) {
		ANTIN_SCOPED(antin_bytes) line = {0};

		antin_bytes_printf(&line, "\n%s\n", *wanted);
		if (antin_bytes_cstr(&lines) && antin_bytes_cstr(&line) &&
		    strstr(antin_bytes_cstr(&lines), antin_bytes_cstr(&line)))
			return true;
	}
	return false;
}

static bool
has_purpose(char *const *wanted, const struct antin_cert *cert)
{
	for (; *wanted; wanted++)
		if (antin_cert_has_eku(cert, *wanted))
			return true;
	return false;
}

static bool
holder_fits(const struct kind_holder *h, const struct antin_cert *cert, enum antin_class class)
{
	if (h->classes && !(h->classes & 1u << class))
		return false;
	if (h->policies && !has_policy(h->policies, cert))
		return false;
	if (h->purposes && !has_purpose(h->purposes, cert))
		return false;
	if (h->order && !order_fits(h->order, cert->subject))
		return false;
	return name_fits(h->subject, h->n_subject, cert->subject);
}

struct antin_kind
antin_kind_of(const struct antin_kinds *kinds, const struct antin_cert *cert,
              const struct antin_path *path, const struct antin_anchor *anchor)
{
	struct antin_kind kind = {.proven = path->anchored && anchor};
	const struct kind_authority *a = NULL;

	if (kinds)
		a = kind.proven ? authority_of_path(kinds, path) : authority_by_name(kinds, cert);
	if (a) {
		kind.class = (enum antin_class)a->class;
		kind.authority = a->id;
	} else if (kind.proven) {
		kind.class = anchor->class;
	}
	for (size_t i = 0; kinds && i < kinds->n_holders; i++) {
		if (!holder_fits(&kinds->holders[i], cert, kind.class))
			continue;
		kind.holder = (enum antin_holder)kinds->holders[i].holder;
		kind.rule = kinds->holders[i].id;
		break;
	}
	return kind;
}
