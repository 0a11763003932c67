/*
 * Lint after a certificate profile: what its data in ca/profiles/ says of subject, key, times and
 * extensions.
 */
#include <string.h>

#include <antin/issue.h>

#include "extension.h"
#include "lint_internal.h"

static const struct {
	const char *oid, *name;
} extensions[ANTIN_EXT_KINDS] = {
        [ANTIN_EXT_BASIC_CONSTRAINTS] = {OID_EXT_BASIC, "basicConstraints"},
        [ANTIN_EXT_AKI] = {OID_EXT_AKI, "authorityKeyIdentifier"},
        [ANTIN_EXT_AIA] = {OID_EXT_AIA, "authorityInfoAccess"},
        [ANTIN_EXT_SAN] = {OID_EXT_SAN, "subjectAltName"},
        [ANTIN_EXT_POLICIES] = {OID_EXT_POLICIES, "certificatePolicies"},
        [ANTIN_EXT_EKU] = {OID_EXT_EKU, "extendedKeyUsage"},
        [ANTIN_EXT_CDP] = {OID_EXT_CDP, "cRLDistributionPoints"},
        [ANTIN_EXT_SKI] = {OID_EXT_SKI, "subjectKeyIdentifier"},
        [ANTIN_EXT_KEY_USAGE] = {OID_EXT_KEY_USAGE, "keyUsage"},
        [ANTIN_EXT_OCSP_NOCHECK] = {OID_OCSP_NOCHECK, "ocsp-nocheck"},
};

/* Attributes, their values and their order; the string types are name-string's. */
void
antin_lint_profile_subject(struct antin_lint_run *r)
{
	ANTIN_SCOPED(antin_bytes) subject = {0};
	struct antin_err err = {0};
	enum antin_rc rc;

	if (!r->profile)
		return;
	rc = antin_profile_subject(r->profile, r->c->subject, &subject, &err);
	if (rc == ANTIN_E_MEMORY)
		r->failed = true;
	else if (rc != ANTIN_OK)
		antin_lint_hit(r, err.where[0] ? err.where : "subject", NULL);
	else if (!antin_name_equal(antin_bytes_slice(&subject), r->c->subject))
		antin_lint_hit(r, "subject", NULL);
}

void
antin_lint_profile_key(struct antin_lint_run *r)
{
	if (r->profile && (!r->key || antin_profile_key(r->profile, r->key, NULL) != ANTIN_OK))
		antin_lint_hit(r, "subjectPublicKeyInfo", NULL);
}

/* What the authority would sign with, having the issuer's key. */
void
antin_lint_profile_digest(struct antin_lint_run *r)
{
	ANTIN_OWN_S(antin_public) key = NULL;
	struct antin_sigalg a;

	if (!r->profile || !r->issuer ||
	    antin_public_read(r->issuer->spki, &key, NULL) != ANTIN_OK ||
	    antin_sigalg_read(r->c->sigalg, &a, NULL) != ANTIN_OK)
		return;
	if (a.digest != antin_issue_sigalg(r->profile, key).digest)
		antin_lint_hit(r, "signatureAlgorithm", NULL);
}

void
antin_lint_profile_extensions(struct antin_lint_run *r)
{
	const struct antin_profile *p = r->profile;
	size_t at = 0;

	if (!p)
		return;
	for (size_t i = 0; i < p->n_exts; i++) {
		const struct antin_profile_ext *want = &p->exts[i];
		const struct antin_ext *have = at < r->c->n_exts ? &r->c->exts[at] : NULL;

		if (have && antin_oid_is(have->oid, extensions[want->kind].oid) &&
		    have->critical == want->critical) {
			at++;
			continue;
		}
		if (want->kind != ANTIN_EXT_SAN || p->email == ANTIN_EMAIL_REQUIRED) {
			antin_lint_hit(r, "extensions", extensions[want->kind].name);
			return;
		}
	}
	if (at != r->c->n_exts)
		antin_lint_hit(r, "extensions", NULL);
}

void
antin_lint_profile_usage(struct antin_lint_run *r)
{
	if (r->profile && r->c->key_usage != r->profile->key_usage)
		antin_lint_hit(r, "extensions", "keyUsage");
}

void
antin_lint_profile_validity(struct antin_lint_run *r)
{
	if (r->profile &&
	    r->c->not_after - r->c->not_before + 1 > r->profile->days_max * INT64_C(86400))
		antin_lint_hit(r, "validity", NULL);
}

void
antin_lint_profile_authority(struct antin_lint_run *r)
{
	const struct antin_profile *p = r->profile;

	if (p && (r->c->is_ca != p->ca || (p->ca && r->c->path_len != p->path_len)))
		antin_lint_hit(r, "extensions", "basicConstraints");
}

void
antin_lint_profile_email(struct antin_lint_run *r)
{
	ANTIN_SCOPED(antin_bytes) emails = {0};

	if (!r->profile || r->profile->email == ANTIN_EMAIL_OPTIONAL)
		return;
	antin_cert_emails(r->c, &emails);
	if (emails.failed)
		r->failed = true;
	else if ((emails.len > 0) != (r->profile->email == ANTIN_EMAIL_REQUIRED))
		antin_lint_hit(r, "extensions", "subjectAltName");
}

/* Those of the profile, in any order. */
void
antin_lint_profile_purposes(struct antin_lint_run *r)
{
	struct antin_in in = antin_in_of(r->c->eku);
	struct antin_slice oid;
	size_t n = 0;
	bool all = true;

	if (!r->profile)
		return;
	for (; r->profile->eku && r->profile->eku[n]; n++)
		all &= antin_cert_has_eku(r->c, r->profile->eku[n]);
	for (; r->c->has_eku && antin_der_take(&in, ANTIN_OID, &oid) && all; n--)
		all = n > 0;
	if (!all || n)
		antin_lint_hit(r, "extensions", "extendedKeyUsage");
}

/* Those of the profile, in its order. */
void
antin_lint_profile_policies(struct antin_lint_run *r)
{
	ANTIN_SCOPED(antin_bytes) have = {0};
	ANTIN_SCOPED(antin_bytes) want = {0};

	if (!r->profile)
		return;
	antin_cert_policies(r->c, &have);
	for (size_t i = 0; i < r->profile->n_policies; i++)
		antin_bytes_printf(&want, "%s\n", r->profile->policies[i].oid);
	if (have.failed || want.failed)
		r->failed = true;
	else if (!antin_bytes_equal(&have, &want))
		antin_lint_hit(r, "extensions", "certificatePolicies");
}
