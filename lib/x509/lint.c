/*
 * Lint: the table of rules and the run over them.  See lint.h.
 */
#include <antin/lint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "extension.h"
#include "lint_internal.h"

#define E ANTIN_LINT_ERROR
#define W ANTIN_LINT_WARN
/* Stands for the name of the profile. */
#define PROFILE "profile"
/* Viet Nam's list of what may be used: RSA of 2048 bits and more, ECDSA of 256, SHA-2 and SHA-3. */
#define VN_ALGORITHMS "ETSI TS 119 312; Circular 15/2025 (MST), annex"

/* In the order of a certificate's fields; "form" is what the reader itself refuses. */
static const struct antin_lint_rule rules[] = {
        {"form", E, "RFC 5280 4.1", N_("The certificate is not encoded as the standard demands.")},
        {"version", E, "RFC 5280 4.1.2.1", N_("A certificate with extensions has version 3.")},
        {"unique-ids", E, "RFC 5280 4.1.2.8", N_("Unique identifiers must not be used.")},
        {"serial-positive", E, "RFC 5280 4.1.2.2", N_("The serial number must be positive.")},
        {"serial-short", W, "RFC 5280 4.1.2.2; CA/B 7.1",
         N_("The serial number should carry at least 64 random bits.")},
        {"serial-long", E, "RFC 5280 4.1.2.2", N_("The serial number is longer than 20 octets.")},
        {"sigalg-weak", E, VN_ALGORITHMS, N_("SHA-1 must not be used in signatures.")},
        {"validity-order", E, "RFC 5280 4.1.2.5", N_("The validity ends before it begins.")},
        {"time-form", E, "RFC 5280 4.1.2.5",
         N_("Dates up to 2049 are UTCTime, later ones GeneralizedTime.")},
        {"validity-issuer", E, "EN 319 411-1",
         N_("The certificate must not outlive its issuer's certificate.")},
        {"issuer-match", E, "RFC 5280 4.1.2.4",
         N_("The issuer field must equal the issuer's subject, octet by octet.")},
        {"size", E, "RFC 5280 4.1", N_("The certificate is larger than 10,000 octets.")},
        {"key-small", E, VN_ALGORITHMS, N_("An RSA key must have at least 2048 bits.")},
        {"key-weak", E, "CVE-2017-15361", N_("The public key is weak and must not be certified.")},
        {"sigalg-issuer", E, "RFC 5280 4.1.1.2",
         N_("The signature algorithm does not fit the issuer's key.")},
        {"name-country", E, "RFC 5280 appendix A.1",
         N_("A country is two capital letters in a PrintableString.")},
        {"name-string", E, "RFC 5280 4.1.2.4",
         N_("Names must be UTF8String, or the type that the attribute demands.")},
        {"name-utf8", E, "RFC 3629", N_("A name is not valid UTF-8 text.")},
        {"name-nfc", E, "RFC 5280 7.1", N_("A name is not in Unicode form NFC.")},
        {"name-control", E, "RFC 5280 7.1", N_("A name holds control or invisible characters.")},
        {"name-space", W, "RFC 4518 2.6.1",
         N_("A name begins or ends with a space, or has two in a row.")},
        {"name-empty", E, "RFC 5280 appendix A.1", N_("An attribute of a name is empty.")},
        {"name-length", E, "RFC 5280 appendix A.1",
         N_("A name is longer than its upper bound allows.")},
        {"name-joined", E, "X.501 9.3", N_("A step of a name joins several attributes.")},
        {"name-scripts", E, "UTS 39 5.1",
         N_("A name mixes letters of several scripts, or has a look-alike of Đ.")},
        {"name-twice", W, "X.520", N_("An attribute that stands for one thing comes twice.")},
        {"name-misread", W, "RFC 5280 4.1.2.4",
         N_("A name looks like UTF-8 that was read as Latin-1.")},
        {"name-unknown", W, "RFC 4519", N_("An attribute type of a name is not known.")},
        {"subject-empty", E, "RFC 5280 4.1.2.6",
         N_("Without a subject, subjectAltName must be present and critical.")},
        {"issuer-empty", E, "RFC 5280 4.1.2.4", N_("The issuer must have a name.")},
        {"email-subject", W, "RFC 5280 4.1.2.6",
         N_("An e-mail address of the subject belongs into subjectAltName.")},
        {"san-empty", E, "RFC 5280 4.2.1.6", N_("A subjectAltName must name something.")},
        {"san-email", E, "RFC 5280 4.2.1.6", N_("An e-mail address is not well-formed ASCII.")},
        {"ian-empty", W, "RFC 5280 4.2.1.7", N_("An issuerAltName must name something.")},
        {"ku-missing", E, "RFC 5280 4.2.1.3", N_("The key usage must be present.")},
        {"ku-critical", W, "RFC 5280 4.2.1.3", N_("The key usage should be critical.")},
        {"ku-cert-sign", E, "RFC 5280 4.2.1.3",
         N_("Only an authority may have the usage keyCertSign.")},
        {"ku-authority", E, "RFC 5280 4.2.1.3", N_("An authority needs the usage keyCertSign.")},
        {"ku-ec", E, "RFC 8813", N_("An elliptic curve key cannot encipher keys or data.")},
        {"ku-mixed", E, "EN 319 412-2 4.3.2",
         N_("A key that binds its holder must not also encipher.")},
        {"eku-twice", E, "RFC 5280 4.2.1.12", N_("A purpose is listed twice.")},
        {"eku-any", W, "RFC 5280 4.2.1.12", N_("The purpose \"any\" limits nothing.")},
        {"eku-usage", E, "RFC 5280 4.2.1.12", N_("A purpose needs a key usage that is not set.")},
        {"eku-tsa", E, "RFC 3161 2.3",
         N_("A time-stamp certificate has that purpose alone, and critical.")},
        {"eku-root", E, "RFC 5280 4.2.1.12", N_("A root must not be limited to purposes.")},
        {"eku-ocsp", W, "RFC 6960 4.2.2.2.1",
         N_("An OCSP responder's certificate should carry ocsp-nocheck.")},
        {"nocheck-place", E, "RFC 6960 4.2.2.2.1",
         N_("Only an OCSP responder's certificate may carry ocsp-nocheck.")},
        {"bc-missing", E, "RFC 5280 4.2.1.9",
         N_("A key that signs certificates needs basicConstraints with CA.")},
        {"bc-critical", E, "RFC 5280 4.2.1.9",
         N_("The basicConstraints of an authority must be critical.")},
        {"bc-path-len", E, "RFC 5280 4.2.1.9",
         N_("A path length belongs to authorities that sign certificates.")},
        {"bc-issuer", E, "RFC 5280 6.1.4",
         N_("The issuer's path length does not allow this authority.")},
        {"ski-missing", W, "RFC 5280 4.2.1.2", N_("A subject key identifier should be present.")},
        {"ski-critical", E, "RFC 5280 4.2.1.2", N_("Key identifiers must not be critical.")},
        {"aki-missing", E, "RFC 5280 4.2.1.1", N_("An authority key identifier must be present.")},
        {"aki-match", E, "RFC 5280 4.2.1.1",
         N_("The authority key identifier must equal the issuer's.")},
        {"policies-twice", E, "RFC 5280 4.2.1.4", N_("A certificate policy is listed twice.")},
        {"policies-missing", W, "EN 319 411-1", N_("The certificate names no policy.")},
        {"cps-url", W, "RFC 5280 4.2.1.4", N_("The address of a policy statement is not http(s).")},
        {"access-critical", E, "RFC 5280 4.2.2.1",
         N_("Addresses of services must not be critical.")},
        {"url-form", E, "RFC 5280 4.2.1.13",
         N_("The address of a CRL, of OCSP or of the issuer must be a full http address.")},
        {"limit-critical", E, "RFC 5280 4.2.1.10, 4.2.1.11, 4.2.1.14",
         N_("A limit on what stands below an authority must be critical.")},
        {"limit-place", E, "RFC 5280 4.2.1.5, 4.2.1.10, 4.2.1.11, 4.2.1.14",
         N_("Only the certificate of an authority may limit or map what stands below it.")},
        {"limit-empty", E, "RFC 5280 4.2.1.5, 4.2.1.10, 4.2.1.11",
         N_("An extension that must name something is empty.")},
        {"never-critical", E, "RFC 5280 4.2.1.8, 4.2.1.15",
         N_("This extension must not be critical.")},
        {"mapping-any", E, "RFC 5280 4.2.1.5",
         N_("No policy is mapped to or from the policy that stands for any.")},
        {"san-critical", W, "RFC 5280 4.2.1.6",
         N_("Beside a subject's name the subjectAltName should not be critical.")},
        {"unknown-critical", W, "RFC 5280 4.2",
         N_("A critical extension is not known here and stops every reader.")},
        {"profile-subject", E, PROFILE, N_("The subject is not what the profile asks for.")},
        {"profile-key", E, PROFILE, N_("The profile does not allow a key of this kind or size.")},
        {"profile-digest", E, PROFILE, N_("The profile has another digest for the signature.")},
        {"profile-extensions", E, PROFILE,
         N_("The extensions are not those of the profile, in its order.")},
        {"profile-usage", E, PROFILE, N_("The key usage is not the profile's.")},
        {"profile-validity", E, PROFILE, N_("The validity is longer than the profile allows.")},
        {"profile-authority", E, PROFILE,
         N_("Being an authority or not, and its path length, are not the profile's.")},
        {"profile-email", E, PROFILE,
         N_("The profile asks for an e-mail address, or allows none.")},
        {"profile-purposes", E, PROFILE, N_("The purposes are not the profile's.")},
        {"profile-policies", E, PROFILE, N_("The policies are not the profile's.")},
};
enum { RULES = sizeof(rules) / sizeof(rules[0]) };

#define LINT_ROW(name) antin_lint_##name,
/* By position: the check of rules[1 + i]. */
static void (*const checks[])(struct antin_lint_run *r) = {LINT_CHECKS(LINT_ROW)};
_Static_assert(sizeof(checks) / sizeof(checks[0]) + 1 == RULES, "a check for each rule");

const struct antin_lint_rule *
antin_lint_rules(size_t *n)
{
	*n = RULES;
	return rules;
}

bool
antin_lint_known(const char *id)
{
	for (size_t i = 0; i < RULES; i++)
		if (strcmp(rules[i].id, id) == 0)
			return true;
	return false;
}

void
antin_lint_done(struct antin_lint *l)
{
	free(l->items);
	*l = (struct antin_lint){0};
}

static struct antin_lint_finding *
add_finding(struct antin_lint *l)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 16;
		struct antin_lint_finding *items = realloc(l->items, cap * sizeof(*items));

		if (!items)
			return NULL;
		l->items = items;
		l->cap = cap;
	}
	return &l->items[l->n++];
}

void
antin_lint_hit(struct antin_lint_run *r, const char *field, const char *part)
{
	struct antin_lint_finding *f = add_finding(r->out);

	if (!f) {
		r->failed = true;
		return;
	}
	*f = (struct antin_lint_finding){
	        .rule = r->rule->id,
	        .level = r->rule->level,
	        .source = r->profile && strcmp(r->rule->source, PROFILE) == 0 ? r->profile->id
	                                                                      : r->rule->source,
	        .text = r->rule->text,
	        .exception = r->profile ? antin_profile_exception(r->profile, r->rule->id) : NULL,
	};
	(void)snprintf(f->field, sizeof(f->field), "%s%s%s", field, part ? "." : "",
	               part ? part : "");
	if (!f->exception && f->level == ANTIN_LINT_ERROR)
		r->out->errors++;
	if (!f->exception && f->level == ANTIN_LINT_WARN)
		r->out->warnings++;
}

enum antin_rc
antin_lint_cert(const struct antin_cert *c, const struct antin_cert *issuer,
                const struct antin_profile *profile, struct antin_lint *out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_public) key = NULL;
	struct antin_lint_run r = {.c = c, .issuer = issuer, .profile = profile, .out = out};
	enum antin_rc rc = antin_name_read(c->subject, &r.subject, err);

	if (rc == ANTIN_OK)
		rc = antin_name_read(c->issuer, &r.issuer_name, err);
	if (rc != ANTIN_OK)
		return rc;
	if (antin_public_read(c->spki, &key, NULL) == ANTIN_OK)
		r.key = key;
	for (size_t i = 1; i < RULES; i++) {
		r.rule = &rules[i];
		checks[i - 1](&r);
	}
	return r.failed ? antin_fail_memory(err) : ANTIN_OK;
}

enum antin_rc
antin_lint_tbs(struct antin_slice tbs, struct antin_sigalg a, const struct antin_cert *issuer,
               const struct antin_profile *profile, struct antin_lint *out, struct antin_err *err)
{
	static const uint8_t zeros[64];
	struct antin_lint_run r = {.profile = profile, .out = out, .rule = &rules[0]};
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(antin_cert) c = NULL;
	enum antin_rc rc =
	        antin_signed_add(tbs, a, (struct antin_slice){zeros, sizeof(zeros)}, &der, err);

	if (rc != ANTIN_OK)
		return rc;
	rc = antin_cert_read(antin_bytes_slice(&der), &c, NULL);
	if (rc == ANTIN_E_MEMORY)
		return antin_fail_memory(err);
	if (rc != ANTIN_OK) {
		antin_lint_hit(&r, "certificate", NULL);
		return r.failed ? antin_fail_memory(err) : ANTIN_OK;
	}
	return antin_lint_cert(c, issuer, profile, out, err);
}

enum antin_rc
antin_lint_check(const struct antin_lint *l, struct antin_err *err)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct antin_lint_finding *f = &l->items[i];

		if (f->level != ANTIN_LINT_ERROR || f->exception)
			continue;
		antin_err_set_where(err, "%s", f->field);
		return antin_fail(err, ANTIN_E_LINT, N_("rule %s is broken at %s (%s)"), f->rule,
		                  f->field, f->source);
	}
	return ANTIN_OK;
}
