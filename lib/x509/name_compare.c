/*
 * Comparison of distinguished names (RFC 5280 7.1, with the preparation of RFC 4518).  See name.h.
 */
#include <antin/name.h>

#include <stdlib.h>

#include <utf8proc.h>

#include "name_internal.h"

/* Appends `s` with the white space at its ends cut and runs inside made one (RFC 4518 2.6.1). */
static void
add_squeezed(struct antin_bytes *out, struct antin_slice s)
{
	bool space = false;
	size_t start = out->len;

	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == ' ' || (s.p[i] >= '\t' && s.p[i] <= '\r')) {
			space = out->len > start;
			continue;
		}
		if (space)
			antin_bytes_byte(out, ' ');
		space = false;
		antin_bytes_byte(out, s.p[i]);
	}
}

/* Folds case and compatibility forms, maps invisible characters to nothing (RFC 4518 2.2, 2.3). */
static bool
prepare_text(struct antin_slice s, struct antin_bytes *out)
{
	utf8proc_uint8_t *mapped = NULL;
	utf8proc_ssize_t len;

	len = utf8proc_map(s.p ? s.p : (const uint8_t *)"", (utf8proc_ssize_t)s.len, &mapped,
	                   UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
	                           UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
	if (len >= 0)
		add_squeezed(out, (struct antin_slice){mapped, (size_t)len});
	free(mapped);
	return len >= 0 && !out->failed;
}

static bool
plain(struct antin_slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] < 0x20 || s.p[i] >= 0x7f)
			return false;
	return true;
}

static bool
prepare(const struct antin_name_attr *a, struct antin_bytes *out)
{
	ANTIN_SCOPED(antin_bytes) text = {0};

	if (!antin_name_value(a, &text))
		return false;
	if (!plain(antin_bytes_slice(&text)))
		return prepare_text(antin_bytes_slice(&text), out);
	for (size_t i = 0; i < text.len; i++)
		if (text.p[i] >= 'A' && text.p[i] <= 'Z')
			text.p[i] |= 0x20;
	add_squeezed(out, antin_bytes_slice(&text));
	return !out->failed;
}

static bool
attrs_equal(const struct antin_name_attr *a, const struct antin_name_attr *b)
{
	ANTIN_SCOPED(antin_bytes) x = {0};
	ANTIN_SCOPED(antin_bytes) y = {0};

	if (!antin_slice_equal(a->oid, b->oid))
		return false;
	if (a->tag == b->tag && antin_slice_equal(a->value, b->value))
		return true;
	return prepare(a, &x) && prepare(b, &y) && antin_bytes_equal(&x, &y);
}

/* The attributes of RDN `rdn`: from index `from`, as many as returned. */
static size_t
rdn_size(const struct antin_name *n, size_t from, size_t rdn)
{
	size_t count = 0;

	while (from + count < n->n_attrs && n->attrs[from + count].rdn == rdn)
		count++;
	return count;
}

/* Sets of equal size are equal when each of one has a partner of its own in the other. */
static bool
sets_equal(const struct antin_name_attr *a, const struct antin_name_attr *b, size_t n)
{
	bool used[ANTIN_NAME_ATTRS] = {false};

	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < n && (used[k] || !attrs_equal(&a[i], &b[k])))
			k++;
		if (k == n)
			return false;
		used[k] = true;
	}
	return true;
}

/* The RDNs of x are the first ones of y. */
static bool
begins(const struct antin_name *x, const struct antin_name *y)
{
	size_t i = 0;

	if (x->n_rdns > y->n_rdns)
		return false;
	for (size_t rdn = 0; rdn < x->n_rdns; rdn++) {
		size_t n = rdn_size(x, i, rdn);

		if (n != rdn_size(y, i, rdn) || !sets_equal(&x->attrs[i], &y->attrs[i], n))
			return false;
		i += n;
	}
	return true;
}

bool
antin_name_within(struct antin_slice base, struct antin_slice name)
{
	struct antin_name x, y;

	return antin_name_read(base, &x, NULL) == ANTIN_OK &&
	       antin_name_read(name, &y, NULL) == ANTIN_OK && begins(&x, &y);
}

bool
antin_name_equal(struct antin_slice a, struct antin_slice b)
{
	struct antin_name x, y;

	if (antin_slice_equal(a, b))
		return antin_name_read(a, &x, NULL) == ANTIN_OK;
	return antin_name_read(a, &x, NULL) == ANTIN_OK &&
	       antin_name_read(b, &y, NULL) == ANTIN_OK && x.n_rdns == y.n_rdns && begins(&x, &y);
}
