/*
 * Whether a certificate is for a host, an address or a mailbox (RFC 5280 4.2.1.6, RFC 9525 6,
 * RFC 9598).
 */
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include <antin/text.h>
#include <antin/verify_cert.h>

enum { OTHER_NAME = ANTIN_CONTEXT_CONS(0), HOST_MAX = 253, LABEL_MAX = 63 };

static bool
same_in_any_case(struct antin_slice a, struct antin_slice b)
{
	return a.len == b.len &&
	       (!a.len || strncasecmp((const char *)a.p, (const char *)b.p, a.len) == 0);
}

/* Splits at the first `sep`; false without one. */
static bool
split(struct antin_slice s, uint8_t sep, struct antin_slice *head, struct antin_slice *tail)
{
	const uint8_t *at = s.len ? memchr(s.p, sep, s.len) : NULL;

	if (!at)
		return false;
	*head = (struct antin_slice){s.p, (size_t)(at - s.p)};
	*tail = (struct antin_slice){at + 1, s.len - head->len - 1};
	return true;
}

/* ---- hosts ---- */

static bool
label_fits(struct antin_slice label)
{
	static const char letters[] =
	        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

	if (!label.len || label.len > LABEL_MAX || label.p[0] == '-' ||
	    label.p[label.len - 1] == '-')
		return false;
	for (size_t i = 0; i < label.len; i++)
		if (!memchr(letters, label.p[i], sizeof(letters) - 1))
			return false;
	return true;
}

/* Labels of letters, digits and hyphens; names of other letters are asked for as xn--. */
static bool
host_fits(struct antin_slice host)
{
	struct antin_slice label, rest = host;

	if (!host.len || host.len > HOST_MAX)
		return false;
	while (split(rest, '.', &label, &rest))
		if (!label_fits(label))
			return false;
	return label_fits(rest);
}

/* "*" is a whole label, the first of at least three, and stands for exactly one. */
static bool
host_is(struct antin_slice pattern, struct antin_slice host)
{
	struct antin_slice star, under, label, domain, more, rest;

	if (same_in_any_case(pattern, host))
		return true;
	return split(pattern, '.', &star, &under) && antin_slice_is(star, "*") &&
	       split(under, '.', &more, &rest) && host_fits(under) &&
	       split(host, '.', &label, &domain) && same_in_any_case(under, domain);
}

/* ---- mailboxes ---- */

static bool
mailbox_parts(struct antin_slice box, struct antin_slice *local, struct antin_slice *domain)
{
	return split(box, '@', local, domain) && local->len && domain->len &&
	       !memchr(domain->p, '@', domain->len);
}

static bool
mailbox_is(struct antin_slice box, struct antin_slice wanted)
{
	struct antin_slice local, domain, want_local, want_domain;

	return mailbox_parts(box, &local, &domain) &&
	       mailbox_parts(wanted, &want_local, &want_domain) &&
	       antin_slice_equal(local, want_local) && same_in_any_case(domain, want_domain);
}

/* The mailbox of an otherName of that kind. */
static bool
utf8_mailbox(struct antin_slice other, struct antin_slice *box)
{
	struct antin_in in = antin_in_of(other), value;
	struct antin_slice oid;

	return antin_der_take(&in, ANTIN_OID, &oid) && antin_oid_is(oid, "1.3.6.1.5.5.7.8.9") &&
	       antin_der_enter(&in, ANTIN_CONTEXT_CONS(0), &value) &&
	       antin_der_take(&value, ANTIN_UTF8, box);
}

static bool
in_subject(const struct antin_cert *cert, struct antin_slice wanted)
{
	struct antin_name name;

	if (antin_name_read(cert->subject, &name, NULL) != ANTIN_OK)
		return false;
	for (size_t i = 0; i < name.n_attrs; i++) {
		ANTIN_SCOPED(antin_bytes) value = {0};

		if (antin_oid_is(name.attrs[i].oid, "1.2.840.113549.1.9.1") &&
		    antin_name_value(&name.attrs[i], &value) &&
		    mailbox_is(antin_bytes_slice(&value), wanted))
			return true;
	}
	return false;
}

static bool
for_mailbox(const struct antin_cert *cert, struct antin_slice wanted)
{
	struct antin_in names;
	struct antin_tlv n;
	bool any = false;

	if (!antin_cert_alt_names(cert, &names))
		return in_subject(cert, wanted);
	while (antin_der_next(&names, &n)) {
		struct antin_slice box = n.value;

		if (n.tag != ANTIN_NAME_EMAIL &&
		    (n.tag != OTHER_NAME || !utf8_mailbox(n.value, &box)))
			continue;
		any = true;
		if (mailbox_is(box, wanted))
			return true;
	}
	return !any && in_subject(cert, wanted);
}

/* ---- the three kinds; false: what is asked for cannot be such a name ---- */

/* Some entry of subjectAltName is of that kind and, so compared, that name. */
static bool
any_is(const struct antin_cert *cert, uint8_t tag,
       bool (*is)(struct antin_slice name, struct antin_slice wanted), struct antin_slice wanted)
{
	struct antin_in names;
	struct antin_tlv n;

	if (antin_cert_alt_names(cert, &names))
		while (antin_der_next(&names, &n))
			if (n.tag == tag && is(n.value, wanted))
				return true;
	return false;
}

static bool
host_kind(const struct antin_cert *cert, const char *text, bool *yes)
{
	struct antin_slice host = antin_slice_text(text);

	if (host.len > 1 && host.p[host.len - 1] == '.')
		host.len--;
	if (!host_fits(host))
		return false;
	*yes = any_is(cert, ANTIN_NAME_DNS, host_is, host);
	return true;
}

static bool
address_kind(const struct antin_cert *cert, const char *text, bool *yes)
{
	uint8_t octets[16];
	struct antin_slice address = {octets, 4};

	if (inet_pton(AF_INET, text, octets) != 1) {
		address.len = 16;
		if (inet_pton(AF_INET6, text, octets) != 1)
			return false;
	}
	*yes = any_is(cert, ANTIN_NAME_IP, antin_slice_equal, address);
	return true;
}

static bool
mailbox_kind(const struct antin_cert *cert, const char *text, bool *yes)
{
	struct antin_slice box = antin_slice_text(text), local, domain;

	if (!antin_utf8_valid(box) || !mailbox_parts(box, &local, &domain))
		return false;
	*yes = for_mailbox(cert, box);
	return true;
}

enum antin_rc
antin_cert_named(const struct antin_cert *cert, const char *name, bool *yes, struct antin_err *err)
{
	static const struct {
		const char *prefix;
		bool (*kind)(const struct antin_cert *cert, const char *text, bool *yes);
	} kinds[] = {{"dns:", host_kind}, {"ip:", address_kind}, {"email:", mailbox_kind}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t len = strlen(kinds[i].prefix);

		if (strncmp(name, kinds[i].prefix, len) == 0 &&
		    kinds[i].kind(cert, name + len, yes))
			return ANTIN_OK;
	}
	antin_err_set_hint(err, "--name dns:ca.gov.vn");
	return antin_fail(err, ANTIN_E_USAGE,
	                  N_("the name must be dns:HOST, ip:ADDRESS or email:ADDRESS, not %s"),
	                  name);
}
