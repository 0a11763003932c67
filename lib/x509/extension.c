/*
 * The list of extensions (RFC 5280 4.1, 4.2).  See extension.h.
 */
#include "extension.h"

#include <string.h>

bool
antin_ext_read(struct antin_in *in, struct antin_ext *out)
{
	struct antin_ext e = {0};
	struct antin_in inner;

	if (!antin_der_enter(in, ANTIN_SEQUENCE, &inner) ||
	    !antin_der_take(&inner, ANTIN_OID, &e.oid))
		return false;
	/* DEFAULT FALSE is never encoded (X.690 11.5). */
	if (antin_der_peek(&inner, ANTIN_BOOLEAN) &&
	    (!antin_der_bool(&inner, &e.critical) || !e.critical))
		return false;
	if (!antin_der_take(&inner, ANTIN_OCTET_STRING, &e.value) || !antin_der_end(&inner))
		return false;
	*out = e;
	return true;
}

bool
antin_exts_read(struct antin_in *in, struct antin_ext *out, size_t max, size_t *n)
{
	*n = 0;
	while (!antin_der_end(in)) {
		if (*n == max || !antin_ext_read(in, &out[*n]))
			return false;
		for (size_t i = 0; i < *n; i++)
			if (antin_slice_equal(out[i].oid, out[*n].oid))
				return false;
		(*n)++;
	}
	return *n > 0;
}

const struct antin_ext *
antin_exts_find(const struct antin_ext *exts, size_t n, const char *dotted)
{
	for (size_t i = 0; i < n; i++)
		if (antin_oid_is(exts[i].oid, dotted))
			return &exts[i];
	return NULL;
}

struct antin_ext_mark
antin_ext_open(struct antin_bytes *b, const char *dotted, bool critical)
{
	struct antin_ext_mark mark;

	mark.outer = antin_der_open(b, ANTIN_SEQUENCE);
	antin_der_add_oid(b, dotted);
	if (critical)
		antin_der_add_bool(b, true);
	mark.inner = antin_der_open(b, ANTIN_OCTET_STRING);
	return mark;
}

void
antin_ext_close(struct antin_bytes *b, struct antin_ext_mark mark)
{
	antin_der_close(b, mark.inner);
	antin_der_close(b, mark.outer);
}

enum antin_rc
antin_signed_add(struct antin_slice tbs, struct antin_sigalg a, struct antin_slice signature,
                 struct antin_bytes *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	size_t outer = antin_der_open(&b, ANTIN_SEQUENCE);

	antin_bytes_add(&b, tbs.p, tbs.len);
	antin_sigalg_add(&b, a);
	antin_der_add_bits(&b, signature);
	antin_der_close(&b, outer);
	return antin_bytes_join(out, &b, err);
}

bool
antin_email_plain(const char *email)
{
	const char *at = strchr(email, '@');

	if (!at || at == email || at[1] == '\0' || strchr(at + 1, '@') || strlen(email) > 254)
		return false;
	for (const char *p = email; *p; p++)
		if (*p <= ' ' || *p >= 0x7f || strchr("\"(),:;<>[\\]", *p))
			return false;
	return true;
}

bool
antin_address_plain(struct antin_slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f)
			return false;
	return s.len > 0;
}

bool
antin_general_names_emails(struct antin_slice names, struct antin_bytes *out)
{
	struct antin_in in = antin_in_of(names);
	struct antin_tlv tlv;

	while (!antin_der_end(&in)) {
		if (!antin_der_next(&in, &tlv))
			return false;
		if (tlv.tag != ANTIN_CONTEXT(1))
			continue;
		/* A line end or NUL inside would make two names of one, or cut it short. */
		if (!antin_address_plain(tlv.value))
			return false;
		antin_bytes_add(out, tlv.value.p, tlv.value.len);
		antin_bytes_byte(out, '\n');
	}
	return true;
}
