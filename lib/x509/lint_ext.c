/*
 * Lint of extensions (RFC 5280 4.2).
 */
#include "lint_internal.h"

#include <string.h>

#include "extension.h"

#define EKU_ANY       "2.5.29.37.0"
#define EKU_SERVER    "1.3.6.1.5.5.7.3.1"
#define EKU_CLIENT    "1.3.6.1.5.5.7.3.2"
#define EKU_CODE      "1.3.6.1.5.5.7.3.3"
#define EKU_EMAIL     "1.3.6.1.5.5.7.3.4"
#define EKU_TIMESTAMP "1.3.6.1.5.5.7.3.8"
#define EKU_OCSP      "1.3.6.1.5.5.7.3.9"

#define BIT(n)    ((uint32_t)1 << (n))
#define SIGNS     (BIT(ANTIN_KU_DIGITAL_SIGNATURE) | BIT(ANTIN_KU_NON_REPUDIATION))
#define ENCIPHERS (BIT(ANTIN_KU_KEY_ENCIPHERMENT) | BIT(ANTIN_KU_DATA_ENCIPHERMENT))

static bool
usage(const struct antin_lint_run *r, unsigned int bit)
{
	return r->c->key_usage & BIT(bit);
}

static bool
critical(const struct antin_lint_run *r, const char *oid)
{
	const struct antin_ext *e = antin_cert_ext(r->c, oid);

	return e && e->critical;
}

void
antin_lint_ku_missing(struct antin_lint_run *r)
{
	if (!r->c->has_key_usage)
		antin_lint_hit(r, "extensions", "keyUsage");
}

void
antin_lint_ku_critical(struct antin_lint_run *r)
{
	if (r->c->has_key_usage && !critical(r, OID_EXT_KEY_USAGE))
		antin_lint_hit(r, "extensions", "keyUsage");
}

void
antin_lint_ku_cert_sign(struct antin_lint_run *r)
{
	if (usage(r, ANTIN_KU_KEY_CERT_SIGN) && !r->c->is_ca)
		antin_lint_hit(r, "extensions", "keyUsage");
}

void
antin_lint_ku_authority(struct antin_lint_run *r)
{
	if (r->c->is_ca && !usage(r, ANTIN_KU_KEY_CERT_SIGN))
		antin_lint_hit(r, "extensions", "keyUsage");
}

void
antin_lint_ku_ec(struct antin_lint_run *r)
{
	if (r->key && antin_public_type(r->key) != ANTIN_KEY_RSA && (r->c->key_usage & ENCIPHERS))
		antin_lint_hit(r, "extensions", "keyUsage");
}

void
antin_lint_ku_mixed(struct antin_lint_run *r)
{
	if (usage(r, ANTIN_KU_NON_REPUDIATION) && (r->c->key_usage & ENCIPHERS))
		antin_lint_hit(r, "extensions", "keyUsage");
}

void
antin_lint_eku_twice(struct antin_lint_run *r)
{
	struct antin_in in = antin_in_of(r->c->eku), rest;
	struct antin_slice a, b;

	while (r->c->has_eku && antin_der_take(&in, ANTIN_OID, &a))
		for (rest = in; antin_der_take(&rest, ANTIN_OID, &b);)
			if (antin_slice_equal(a, b)) {
				antin_lint_hit(r, "extensions", "extKeyUsage");
				return;
			}
}

void
antin_lint_eku_any(struct antin_lint_run *r)
{
	if (antin_cert_has_eku(r->c, EKU_ANY))
		antin_lint_hit(r, "extensions", "extKeyUsage");
}

/* Each purpose is consistent with at least one of these usages (RFC 5280 4.2.1.12). */
static const struct {
	const char *oid;
	uint32_t usages;
} purposes[] = {
        {EKU_SERVER, BIT(ANTIN_KU_DIGITAL_SIGNATURE) | ENCIPHERS | BIT(ANTIN_KU_KEY_AGREEMENT)},
        {EKU_CLIENT, BIT(ANTIN_KU_DIGITAL_SIGNATURE) | BIT(ANTIN_KU_KEY_AGREEMENT)},
        {EKU_CODE, BIT(ANTIN_KU_DIGITAL_SIGNATURE)},
        {EKU_EMAIL, SIGNS | ENCIPHERS | BIT(ANTIN_KU_KEY_AGREEMENT)},
        {EKU_TIMESTAMP, SIGNS},
        {EKU_OCSP, SIGNS},
};

void
antin_lint_eku_usage(struct antin_lint_run *r)
{
	for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++)
		if (r->c->has_key_usage && antin_cert_has_eku(r->c, purposes[i].oid) &&
		    !(r->c->key_usage & purposes[i].usages))
			antin_lint_hit(r, "extensions", "keyUsage");
}

/* True when this purpose is listed and it is the only one. */
static bool
alone(const struct antin_lint_run *r, const char *oid)
{
	struct antin_in in = antin_in_of(r->c->eku);
	struct antin_slice one;

	return antin_cert_has_eku(r->c, oid) && antin_der_take(&in, ANTIN_OID, &one) &&
	       antin_der_end(&in);
}

void
antin_lint_eku_tsa(struct antin_lint_run *r)
{
	if (antin_cert_has_eku(r->c, EKU_TIMESTAMP) &&
	    (!alone(r, EKU_TIMESTAMP) || !critical(r, OID_EXT_EKU)))
		antin_lint_hit(r, "extensions", "extKeyUsage");
}

void
antin_lint_eku_root(struct antin_lint_run *r)
{
	if (r->c->is_ca && antin_cert_self_issued(r->c) && r->c->has_eku)
		antin_lint_hit(r, "extensions", "extKeyUsage");
}

void
antin_lint_eku_ocsp(struct antin_lint_run *r)
{
	if (antin_cert_has_eku(r->c, EKU_OCSP) && !antin_cert_ext(r->c, OID_OCSP_NOCHECK))
		antin_lint_hit(r, "extensions", "ocsp-nocheck");
}

void
antin_lint_nocheck_place(struct antin_lint_run *r)
{
	if (antin_cert_ext(r->c, OID_OCSP_NOCHECK) && !antin_cert_has_eku(r->c, EKU_OCSP))
		antin_lint_hit(r, "extensions", "ocsp-nocheck");
}

void
antin_lint_bc_missing(struct antin_lint_run *r)
{
	if (usage(r, ANTIN_KU_KEY_CERT_SIGN) && !r->c->has_basic_constraints)
		antin_lint_hit(r, "extensions", "basicConstraints");
}

void
antin_lint_bc_critical(struct antin_lint_run *r)
{
	if (r->c->is_ca && !critical(r, OID_EXT_BASIC))
		antin_lint_hit(r, "extensions", "basicConstraints");
}

void
antin_lint_bc_path_len(struct antin_lint_run *r)
{
	if (r->c->path_len >= 0 && (!r->c->is_ca || !usage(r, ANTIN_KU_KEY_CERT_SIGN)))
		antin_lint_hit(r, "extensions", "basicConstraints");
}

void
antin_lint_bc_issuer(struct antin_lint_run *r)
{
	const struct antin_cert *issuer = r->issuer;

	if (!issuer || !r->c->is_ca || issuer->path_len < 0 || antin_cert_self_issued(r->c))
		return;
	if (issuer->path_len == 0 || r->c->path_len >= issuer->path_len)
		antin_lint_hit(r, "extensions", "basicConstraints");
}

void
antin_lint_ski_missing(struct antin_lint_run *r)
{
	if (r->c->ski.len == 0)
		antin_lint_hit(r, "extensions", "subjectKeyIdentifier");
}

void
antin_lint_ski_critical(struct antin_lint_run *r)
{
	if (critical(r, OID_EXT_SKI))
		antin_lint_hit(r, "extensions", "subjectKeyIdentifier");
	if (critical(r, OID_EXT_AKI))
		antin_lint_hit(r, "extensions", "authorityKeyIdentifier");
}

void
antin_lint_aki_missing(struct antin_lint_run *r)
{
	if (r->c->aki.len == 0 && !antin_cert_self_issued(r->c))
		antin_lint_hit(r, "extensions", "authorityKeyIdentifier");
}

void
antin_lint_aki_match(struct antin_lint_run *r)
{
	if (r->issuer && r->issuer->ski.len && r->c->aki.len &&
	    !antin_slice_equal(r->issuer->ski, r->c->aki))
		antin_lint_hit(r, "extensions", "authorityKeyIdentifier");
}

/* The next PolicyInformation: its OID, and an iterator over its qualifiers. */
static bool
next_policy(struct antin_in *list, struct antin_slice *oid, struct antin_in *qualifiers)
{
	struct antin_in info;

	if (!antin_der_enter(list, ANTIN_SEQUENCE, &info) || !antin_der_take(&info, ANTIN_OID, oid))
		return false;
	if (!antin_der_enter(&info, ANTIN_SEQUENCE, qualifiers))
		*qualifiers = (struct antin_in){info.end, info.end};
	return true;
}

static bool
policies(const struct antin_lint_run *r, struct antin_in *list)
{
	const struct antin_ext *e = antin_cert_ext(r->c, OID_EXT_POLICIES);
	struct antin_in outer;

	if (!e)
		return false;
	outer = antin_in_of(e->value);
	return antin_der_enter(&outer, ANTIN_SEQUENCE, list);
}

void
antin_lint_policies_twice(struct antin_lint_run *r)
{
	struct antin_in list, rest, qualifiers;
	struct antin_slice a, b;

	if (!policies(r, &list))
		return;
	while (next_policy(&list, &a, &qualifiers))
		for (rest = list; next_policy(&rest, &b, &qualifiers);)
			if (antin_slice_equal(a, b)) {
				antin_lint_hit(r, "extensions", "certificatePolicies");
				return;
			}
}

void
antin_lint_policies_missing(struct antin_lint_run *r)
{
	if (!r->c->is_ca && !antin_cert_ext(r->c, OID_EXT_POLICIES))
		antin_lint_hit(r, "extensions", "certificatePolicies");
}

/* An absolute http (or https) address of plain characters with a host. */
static bool
is_http(struct antin_slice url, bool tls)
{
	size_t host;

	if (url.len > 7 && memcmp(url.p, "http://", 7) == 0)
		host = 7;
	else if (tls && url.len > 8 && memcmp(url.p, "https://", 8) == 0)
		host = 8;
	else
		return false;
	if (url.p[host] == '/' || url.p[host] == ':')
		return false;
	for (size_t i = 0; i < url.len; i++)
		if (url.p[i] <= ' ' || url.p[i] >= 0x7f || strchr("\"<>\\^`{|}", url.p[i]))
			return false;
	return true;
}

void
antin_lint_cps_url(struct antin_lint_run *r)
{
	struct antin_in list, qualifiers, one;
	struct antin_slice oid, url;

	if (!policies(r, &list))
		return;
	while (next_policy(&list, &oid, &qualifiers))
		while (antin_der_enter(&qualifiers, ANTIN_SEQUENCE, &one))
			if (antin_der_take(&one, ANTIN_OID, &oid) &&
			    antin_der_take(&one, ANTIN_IA5, &url) && !is_http(url, true))
				antin_lint_hit(r, "extensions", "certificatePolicies");
}

void
antin_lint_access_critical(struct antin_lint_run *r)
{
	if (critical(r, OID_EXT_AIA))
		antin_lint_hit(r, "extensions", "authorityInfoAccess");
	if (critical(r, OID_EXT_CDP))
		antin_lint_hit(r, "extensions", "cRLDistributionPoints");
}

enum { URL_DEPTH = 6 }; /* cRLDistributionPoints: five levels down to the URI */

/* True when every uniformResourceIdentifier ([6]) below is an http address. */
static bool
urls_ok(struct antin_slice value, unsigned int depth)
{
	struct antin_in in = antin_in_of(value);
	struct antin_tlv e;

	while (!antin_der_end(&in)) {
		if (!antin_der_next(&in, &e))
			return false;
		if (e.tag == ANTIN_CONTEXT(6) && !is_http(e.value, false))
			return false;
		if ((e.tag & 0x20) && (depth == 0 || !urls_ok(e.value, depth - 1)))
			return false;
	}
	return true;
}

void
antin_lint_url_form(struct antin_lint_run *r)
{
	static const struct {
		const char *oid, *field;
	} lists[] = {
	        {OID_EXT_AIA, "authorityInfoAccess"},
	        {OID_EXT_CDP, "cRLDistributionPoints"},
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const struct antin_ext *e = antin_cert_ext(r->c, lists[i].oid);

		if (e && !urls_ok(e->value, URL_DEPTH))
			antin_lint_hit(r, "extensions", lists[i].field);
	}
}

void
antin_lint_unknown_critical(struct antin_lint_run *r)
{
	static const char *const known[] = {
	        OID_EXT_SKI,
	        OID_EXT_KEY_USAGE,
	        OID_EXT_SAN,
	        OID_EXT_BASIC,
	        OID_EXT_CDP,
	        OID_EXT_POLICIES,
	        OID_EXT_AKI,
	        OID_EXT_EKU,
	        OID_EXT_AIA,
	        "2.5.29.30" /* nameConstraints */,
	        "2.5.29.33" /* policyMappings */,
	        "2.5.29.36" /* policyConstraints */,
	        "2.5.29.54" /* inhibitAnyPolicy */,
	};

	for (size_t i = 0; i < r->c->n_exts; i++) {
		const struct antin_ext *e = &r->c->exts[i];
		bool found = !e->critical;
		char oid[64];

		for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
			found |= antin_oid_is(e->oid, known[k]);
		if (!found)
			antin_lint_hit(r, "extensions", antin_oid_text(e->oid, oid, sizeof(oid)));
	}
}
