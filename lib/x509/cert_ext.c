/*
 * Certificate extensions (RFC 5280 4.2): those every view carries, and the addresses in others.
 */
#include <antin/cert.h>

#include <string.h>

#include <antin/crl.h>
#include <antin/der.h>

#include "cert_internal.h"
#include "extension.h"

#define OID_SAN      "2.5.29.17"
#define OID_POLICIES "2.5.29.32"
#define OID_CDP      "2.5.29.31"
#define OID_FRESHEST "2.5.29.46"
#define OID_AIA      "1.3.6.1.5.5.7.1.1"
#define OID_OCSP     "1.3.6.1.5.5.7.48.1"
#define OID_CA       "1.3.6.1.5.5.7.48.2"

static bool
read_basic_constraints(struct antin_in *in, struct antin_cert *c)
{
	struct antin_in sequence;
	uint64_t path_len;

	if (!antin_der_enter(in, ANTIN_SEQUENCE, &sequence))
		return false;
	if (antin_der_peek(&sequence, ANTIN_BOOLEAN) && !antin_der_bool(&sequence, &c->is_ca))
		return false;
	if (antin_der_peek(&sequence, ANTIN_INTEGER)) {
		if (!antin_der_uint(&sequence, INT64_MAX, &path_len))
			return false;
		c->path_len = (int64_t)path_len;
	}
	c->has_basic_constraints = true;
	return antin_der_end(&sequence);
}

static bool
read_key_usage(struct antin_in *in, struct antin_cert *c)
{
	c->has_key_usage = antin_der_named_bits(in, &c->key_usage);
	return c->has_key_usage;
}

static bool
read_ski(struct antin_in *in, struct antin_cert *c)
{
	return antin_der_take(in, ANTIN_OCTET_STRING, &c->ski);
}

/* AuthorityKeyIdentifier: of the issuer and serial only the form is checked. */
static bool
read_aki(struct antin_in *in, struct antin_cert *c)
{
	struct antin_in sequence;
	struct antin_slice part;

	if (!antin_der_enter(in, ANTIN_SEQUENCE, &sequence))
		return false;
	if (antin_der_peek(&sequence, ANTIN_CONTEXT(0)) &&
	    !antin_der_take(&sequence, ANTIN_CONTEXT(0), &c->aki))
		return false;
	if (antin_der_peek(&sequence, ANTIN_CONTEXT_CONS(1)) &&
	    !antin_der_take(&sequence, ANTIN_CONTEXT_CONS(1), &part))
		return false;
	if (antin_der_peek(&sequence, ANTIN_CONTEXT(2)) &&
	    !antin_der_take(&sequence, ANTIN_CONTEXT(2), &part))
		return false;
	return antin_der_end(&sequence);
}

static bool
read_eku(struct antin_in *in, struct antin_cert *c)
{
	struct antin_in list;
	struct antin_slice oid;

	if (!antin_der_take(in, ANTIN_SEQUENCE, &c->eku) || c->eku.len == 0)
		return false;
	list = antin_in_of(c->eku);
	while (!antin_der_end(&list))
		if (!antin_der_take(&list, ANTIN_OID, &oid))
			return false;
	c->has_eku = true;
	return true;
}

static const struct {
	const char *oid, *name;
	bool (*read)(struct antin_in *in, struct antin_cert *c);
} readers[] = {
        {"2.5.29.19", "basicConstraints", read_basic_constraints},
        {"2.5.29.15", "keyUsage", read_key_usage},
        {"2.5.29.14", "subjectKeyIdentifier", read_ski},
        {"2.5.29.35", "authorityKeyIdentifier", read_aki},
        {"2.5.29.37", "extKeyUsage", read_eku},
};

enum antin_rc
antin_cert_decode_exts(struct antin_cert *c, struct antin_err *err)
{
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		const struct antin_ext *e = antin_cert_ext(c, readers[i].oid);
		struct antin_in in;

		if (!e)
			continue;
		in = antin_in_of(e->value);
		if (!readers[i].read(&in, c) || !antin_der_end(&in)) {
			antin_err_set_where(err, "%s", readers[i].name);
			return antin_fail(err, ANTIN_E_FORMAT,
			                  N_("the certificate is not readable: %s"),
			                  readers[i].name);
		}
	}
	return ANTIN_OK;
}

const struct antin_ext *
antin_cert_ext(const struct antin_cert *c, const char *dotted)
{
	for (size_t i = 0; i < c->n_exts; i++)
		if (antin_oid_is(c->exts[i].oid, dotted))
			return &c->exts[i];
	return NULL;
}

bool
antin_cert_has_eku(const struct antin_cert *c, const char *dotted)
{
	struct antin_in list = antin_in_of(c->eku);
	struct antin_slice oid;

	while (antin_der_take(&list, ANTIN_OID, &oid))
		if (antin_oid_is(oid, dotted))
			return true;
	return false;
}

bool
antin_cert_eku_alone(const struct antin_cert *c, const char *dotted)
{
	const struct antin_ext *ext = antin_cert_ext(c, "2.5.29.37");
	struct antin_in in = antin_in_of(c->eku);
	struct antin_slice oid;

	return ext && ext->critical && antin_der_take(&in, ANTIN_OID, &oid) &&
	       antin_oid_is(oid, dotted) && antin_der_end(&in);
}

/* One line; what is not printable ASCII is no address and could forge a second line. */
static void
add_line(struct antin_bytes *out, struct antin_slice s)
{
	if (!antin_address_plain(s))
		return;
	antin_bytes_add(out, s.p, s.len);
	antin_bytes_byte(out, '\n');
}

/* Those of a list of GeneralName that have this tag. */
static void
add_general_names(struct antin_bytes *out, struct antin_in names, uint8_t tag)
{
	struct antin_tlv name;

	while (antin_der_next(&names, &name))
		if (name.tag == tag)
			add_line(out, name.value);
}

static void
add_access(struct antin_bytes *out, struct antin_slice value, const char *method)
{
	struct antin_in in = antin_in_of(value), list, one;
	struct antin_slice oid;

	if (!antin_der_enter(&in, ANTIN_SEQUENCE, &list))
		return;
	while (antin_der_enter(&list, ANTIN_SEQUENCE, &one))
		if (antin_der_take(&one, ANTIN_OID, &oid) && antin_oid_is(oid, method))
			add_general_names(out, one, ANTIN_NAME_URI);
}

static void
add_points(struct antin_bytes *out, struct antin_slice value)
{
	struct antin_in in = antin_in_of(value), list, point, name, full;

	if (!antin_der_enter(&in, ANTIN_SEQUENCE, &list))
		return;
	while (antin_der_enter(&list, ANTIN_SEQUENCE, &point))
		if (antin_der_enter(&point, ANTIN_CONTEXT_CONS(0), &name) &&
		    antin_der_enter(&name, ANTIN_CONTEXT_CONS(0), &full))
			add_general_names(out, full, ANTIN_NAME_URI);
}

void
antin_cert_uris(const struct antin_cert *c, const char *which, struct antin_bytes *out)
{
	static const struct {
		const char *which, *oid, *method; /* NULL: distribution points */
	} rows[] = {
	        {"aia-issuers", OID_AIA, OID_CA},
	        {"aia-ocsp", OID_AIA, OID_OCSP},
	        {"cdp", OID_CDP, NULL},
	        {"freshest", OID_FRESHEST, NULL},
	};
	const struct antin_ext *e;
	size_t i = 0;

	while (i + 1 < sizeof(rows) / sizeof(rows[0]) && strcmp(rows[i].which, which) != 0)
		i++;
	e = antin_cert_ext(c, rows[i].oid);
	if (e && rows[i].method)
		add_access(out, e->value, rows[i].method);
	else if (e)
		add_points(out, e->value);
}

void
antin_crl_uris(const struct antin_crl *c, struct antin_bytes *out)
{
	for (size_t i = 0; i < c->n_exts; i++)
		if (antin_oid_is(c->exts[i].oid, OID_FRESHEST))
			add_points(out, c->exts[i].value);
}

bool
antin_cert_alt_names(const struct antin_cert *c, struct antin_in *names)
{
	const struct antin_ext *e = antin_cert_ext(c, OID_SAN);
	struct antin_in in;

	if (!e)
		return false;
	in = antin_in_of(e->value);
	return antin_der_enter(&in, ANTIN_SEQUENCE, names) && antin_der_end(&in);
}

void
antin_cert_emails(const struct antin_cert *c, struct antin_bytes *out)
{
	struct antin_in names;

	if (antin_cert_alt_names(c, &names))
		add_general_names(out, names, ANTIN_NAME_EMAIL);
}

void
antin_cert_policies(const struct antin_cert *c, struct antin_bytes *out)
{
	const struct antin_ext *e = antin_cert_ext(c, OID_POLICIES);
	struct antin_in in, list, policy;
	struct antin_slice oid;
	char dotted[128];

	if (!e)
		return;
	in = antin_in_of(e->value);
	if (!antin_der_enter(&in, ANTIN_SEQUENCE, &list))
		return;
	while (antin_der_enter(&list, ANTIN_SEQUENCE, &policy))
		if (antin_der_take(&policy, ANTIN_OID, &oid))
			antin_bytes_printf(out, "%s\n",
			                   antin_oid_text(oid, dotted, sizeof(dotted)));
}
