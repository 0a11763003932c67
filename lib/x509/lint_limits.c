/*
 * Lint of the extensions that limit what is below an authority, and of how critical others may be
 * (RFC 5280 4.2.1.5, 4.2.1.6, 4.2.1.8, 4.2.1.10, 4.2.1.11, 4.2.1.14, 4.2.1.15).
 */
#include "lint_internal.h"

#include "extension.h"

#define OID_EXT_ATTRIBUTES "2.5.29.9"
#define OID_EXT_NAMES      "2.5.29.30"
#define OID_EXT_MAPPINGS   "2.5.29.33"
#define OID_EXT_POLICIES_C "2.5.29.36"
#define OID_EXT_FRESHEST   "2.5.29.46"
#define OID_EXT_ANY        "2.5.29.54"
#define OID_ANY_POLICY     "2.5.29.32.0"

/* What an extension may be: a limit stands with authorities alone, critical or not. */
enum must { MUST_CRITICAL, EITHER_WAY, MUST_NOT };
static const struct limit {
	const char *oid, *name;
	enum must critical;
	bool of_authority;
} limits[] = {
        {OID_EXT_NAMES, "nameConstraints", MUST_CRITICAL, true},
        {OID_EXT_POLICIES_C, "policyConstraints", MUST_CRITICAL, true},
        {OID_EXT_ANY, "inhibitAnyPolicy", MUST_CRITICAL, true},
        {OID_EXT_MAPPINGS, "policyMappings", EITHER_WAY, true},
        {OID_EXT_FRESHEST, "freshestCRL", MUST_NOT, false},
        {OID_EXT_ATTRIBUTES, "subjectDirectoryAttributes", MUST_NOT, false},
};
enum { LIMITS = sizeof(limits) / sizeof(limits[0]) };

static void
critical_wrongly(struct antin_lint_run *r, enum must must)
{
	for (size_t i = 0; i < LIMITS; i++) {
		const struct antin_ext *e = antin_cert_ext(r->c, limits[i].oid);

		if (e && limits[i].critical == must && e->critical != (must == MUST_CRITICAL))
			antin_lint_hit(r, "extensions", limits[i].name);
	}
}

void
antin_lint_limit_critical(struct antin_lint_run *r)
{
	critical_wrongly(r, MUST_CRITICAL);
}

void
antin_lint_never_critical(struct antin_lint_run *r)
{
	critical_wrongly(r, MUST_NOT);
}

void
antin_lint_limit_place(struct antin_lint_run *r)
{
	for (size_t i = 0; i < LIMITS && !r->c->is_ca; i++)
		if (limits[i].of_authority && antin_cert_ext(r->c, limits[i].oid))
			antin_lint_hit(r, "extensions", limits[i].name);
}

/* Each limit is a SEQUENCE of at least one part (4.2.1.5, 4.2.1.10, 4.2.1.11). */
void
antin_lint_limit_empty(struct antin_lint_run *r)
{
	for (size_t i = 0; i < LIMITS; i++) {
		const struct antin_ext *e = antin_cert_ext(r->c, limits[i].oid);
		struct antin_in in = antin_in_of(e ? e->value : (struct antin_slice){NULL, 0}),
		                parts;

		if (e && antin_der_enter(&in, ANTIN_SEQUENCE, &parts) && antin_der_end(&parts))
			antin_lint_hit(r, "extensions", limits[i].name);
	}
}

void
antin_lint_mapping_any(struct antin_lint_run *r)
{
	const struct antin_ext *e = antin_cert_ext(r->c, OID_EXT_MAPPINGS);
	struct antin_in in = antin_in_of(e ? e->value : (struct antin_slice){NULL, 0}), list, one;
	struct antin_slice from, to;
	bool any = false;

	if (!e || !antin_der_enter(&in, ANTIN_SEQUENCE, &list))
		return;
	while (antin_der_enter(&list, ANTIN_SEQUENCE, &one) &&
	       antin_der_take(&one, ANTIN_OID, &from) && antin_der_take(&one, ANTIN_OID, &to))
		any = any || antin_oid_is(from, OID_ANY_POLICY) || antin_oid_is(to, OID_ANY_POLICY);
	if (any)
		antin_lint_hit(r, "extensions", "policyMappings");
}

void
antin_lint_san_critical(struct antin_lint_run *r)
{
	const struct antin_ext *e = antin_cert_ext(r->c, OID_EXT_SAN);

	if (e && e->critical && r->subject.n_attrs)
		antin_lint_hit(r, "extensions", "subjectAltName");
}
