/*
 * What is said of a fault of a certification path (RFC 5280 6.1; EN 319 102-1 5.2.6): the sentence
 * with the certificate's name (at most 25 words), the field at fault, what to do.
 */
#include "fault.h"

#include <stdio.h>
#include <string.h>

#include <antin/verify_cert.h>

#define ASK_ISSUER N_("Report this certificate to its authority; do not rely on it.")
#define ASK_TIME                                                                                   \
	N_("Ask for a certificate in force, or check with --at the day on which it mattered.")
#define ASK_STATUS                                                                                 \
	N_("Give a current CRL with --crl or an OCSP answer with --ocsp, then check again.")
#define ASK_OTHER N_("Ask the holder for a certificate that was issued for this use.")
#define ASK_AGAIN N_("Check again later: the suspension will be lifted or become a revocation.")
#define ASK_NONE  N_("Do not rely on this certificate; ask its holder for a new one.")
#define ASK_GIVE  N_("Get it from the authority and give it with --intermediate.")

/* Code and clause of a fault are those of its row in path.h: a test holds them together. */
const struct antin_finding_row fault_rows[FAULT_ROWS] = {
        [ANTIN_FAULT_LIMIT] = {"limit", ANTIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE,
                               N_("The search for a chain above \"%s\" was ended: there are too "
                                  "many possibilities."),
                               N_("Give only the certificates that are needed, with --trust and "
                                  "--intermediate."),
                               "RFC 5280 6.1", "issuer"},
        [ANTIN_FAULT_NO_ISSUER] =
                {"no-issuer", ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
                 N_("The certificate of \"%s\" was issued by \"%s\", whose certificate is "
                    "missing."),
                 ASK_GIVE, "RFC 5280 6.1", "issuer"},
        [ANTIN_FAULT_UNTRUSTED] = {"untrusted", ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
                                   N_("The chain ends in \"%s\", which issued itself and is not "
                                      "among the trusted certificates."),
                                   N_("If you trust it, compare its fingerprint and give it with "
                                      "--trust."),
                                   "RFC 5280 6.1.1 (d)", "issuer"},
        [ANTIN_FAULT_STATUS_UNKNOWN] = {"status-unknown", ANTIN_SUB_TRY_LATER,
                                        N_("It is not known whether the certificate of \"%s\" was "
                                           "revoked: %s."),
                                        ASK_STATUS, "RFC 5280 6.1.3 (a)(3)",
                                        "cRLDistributionPoints"},
        [ANTIN_FAULT_EXPIRED] = {"expired", ANTIN_SUB_OUT_OF_BOUNDS_NO_POE,
                                 N_("The certificate of \"%s\" expired on %s."), ASK_TIME,
                                 "RFC 5280 6.1.3 (a)(2)", "notAfter"},
        [ANTIN_FAULT_NOT_YET_VALID] = {"not-yet-valid", ANTIN_SUB_OUT_OF_BOUNDS_NO_POE,
                                       N_("The certificate of \"%s\" is valid only from %s on."),
                                       ASK_TIME, "RFC 5280 6.1.3 (a)(2)", "notBefore"},
        [ANTIN_FAULT_PURPOSE] = {"purpose", ANTIN_SUB_CHAIN_CONSTRAINTS_FAILURE,
                                 N_("The extended key usage of the certificate of \"%s\" does not "
                                    "allow the purpose that was asked for."),
                                 ASK_OTHER, "RFC 5280 4.2.1.12", "extKeyUsage"},
        [ANTIN_FAULT_KEY_USAGE] = {"key-usage", ANTIN_SUB_CHAIN_CONSTRAINTS_FAILURE,
                                   N_("The key usage of the certificate of \"%s\" does not allow "
                                      "the purpose that was asked for."),
                                   ASK_OTHER, "RFC 5280 4.2.1.3", "keyUsage"},
        [ANTIN_FAULT_POLICY] = {"policy", ANTIN_SUB_CHAIN_CONSTRAINTS_FAILURE,
                                N_("At the certificate of \"%s\" no acceptable certificate policy "
                                   "is left in the chain."),
                                N_("Compare the policies of the chain with those that were asked "
                                   "for with --policy."),
                                "RFC 5280 6.1.5 (g)", "certificatePolicies"},
        [ANTIN_FAULT_POLICY_MAPPING] = {"policy-mapping",
                                        ANTIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE,
                                        N_("The certificate of \"%s\" maps the policy anyPolicy, "
                                           "which no authority may do."),
                                        ASK_ISSUER, "RFC 5280 6.1.4 (a)", "policyMappings"},
        [ANTIN_FAULT_NAME_CONSTRAINT] = {"name-constraint", ANTIN_SUB_CHAIN_CONSTRAINTS_FAILURE,
                                         N_("A name in the certificate of \"%s\" is outside of "
                                            "what an authority above it may name."),
                                         ASK_ISSUER, "RFC 5280 6.1.3 (b)(c)",
                                         "subject, subjectAltName"},
        [ANTIN_FAULT_NAME_FORM] = {"name-form", ANTIN_SUB_CHAIN_CONSTRAINTS_FAILURE,
                                   N_("The certificate of \"%s\" has a kind of name whose limits "
                                      "cannot be judged."),
                                   ASK_ISSUER, "RFC 5280 4.2.1.10", "subjectAltName"},
        [ANTIN_FAULT_PATH_LEN] = {"path-length", ANTIN_SUB_CHAIN_CONSTRAINTS_FAILURE,
                                  N_("The authority \"%s\" is one more than the length of the "
                                     "chain allows."),
                                  ASK_ISSUER, "RFC 5280 6.1.4 (l)(m)",
                                  "basicConstraints pathLenConstraint"},
        [ANTIN_FAULT_KEY_CERT_SIGN] = {"key-cert-sign", ANTIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE,
                                       N_("The key usage of the certificate of \"%s\" does not "
                                          "allow it to issue certificates."),
                                       ASK_ISSUER, "RFC 5280 6.1.4 (n)", "keyUsage keyCertSign"},
        [ANTIN_FAULT_NOT_CA] = {"not-a-ca", ANTIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE,
                                N_("\"%s\" stands as an issuer, but its certificate is not that of "
                                   "an authority."),
                                ASK_ISSUER, "RFC 5280 6.1.4 (k)", "basicConstraints cA"},
        [ANTIN_FAULT_CRITICAL] = {"critical-extension", ANTIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE,
                                  N_("The certificate of \"%s\" has a critical extension that is "
                                     "not known here: %s."),
                                  N_("Ask the authority what the extension means; do not rely on "
                                     "the certificate."),
                                  "RFC 5280 6.1.4 (o)", "extensions"},
        [ANTIN_FAULT_EXTENSION] = {"extension", ANTIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE,
                                   N_("An extension of the certificate of \"%s\" is malformed: "
                                      "%s."),
                                   ASK_ISSUER, "RFC 5280 4.2", "extensions"},
        [ANTIN_FAULT_WEAK] = {"weak-algorithm", ANTIN_SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
                              N_("The certificate of \"%s\" relies on %s, which is no longer "
                                 "strong enough."),
                              ASK_NONE, "ETSI TS 119 312",
                              "signatureAlgorithm, subjectPublicKeyInfo"},
        [ANTIN_FAULT_ALGORITHM] = {"algorithm", ANTIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE,
                                   N_("The key or signature of the certificate of \"%s\" is of a "
                                      "kind that is not supported."),
                                   N_("Check it with another program, or ask for a certificate of "
                                      "a usual kind."),
                                   "RFC 5280 6.1.3 (a)(1)", "subjectPublicKeyInfo algorithm"},
        [ANTIN_FAULT_BAD_SIGNATURE] = {"bad-signature", ANTIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE,
                                       N_("The certificate of \"%s\" was not signed by the key of "
                                          "\"%s\", which it names as its issuer."),
                                       N_("Do not rely on this certificate: it is forged, damaged, "
                                          "or of another authority of that name."),
                                       "RFC 5280 6.1.3 (a)(1)", "signatureValue"},
        [ANTIN_FAULT_ON_HOLD] = {"on-hold", ANTIN_SUB_TRY_LATER,
                                 N_("The certificate of \"%s\" is suspended since %s."), ASK_AGAIN,
                                 "RFC 5280 5.3.1", "serialNumber"},
        [ANTIN_FAULT_REVOKED] = {"revoked", ANTIN_SUB_REVOKED_NO_POE,
                                 N_("The certificate of \"%s\" was revoked: %s."), ASK_NONE,
                                 "RFC 5280 6.1.3 (a)(3)", "serialNumber"},

        [FAULT_CA_REVOKED] = {"revoked", ANTIN_SUB_REVOKED_CA_NO_POE,
                              N_("The authority \"%s\" above it was revoked: %s."),
                              N_("Do not rely on this certificate; ask for one of another "
                                 "authority."),
                              "RFC 5280 6.1.3 (a)(3)", "serialNumber"},
        [FAULT_EXPIRED_GOOD] = {"expired", ANTIN_SUB_OUT_OF_BOUNDS_NOT_REVOKED,
                                N_("The certificate of \"%s\" expired on %s; until then it was not "
                                   "revoked."),
                                ASK_TIME, "RFC 5280 6.1.3 (a)(2)", "notAfter"},
        [FAULT_NAME] = {"name-mismatch", ANTIN_SUB_CHAIN_CONSTRAINTS_FAILURE,
                        N_("The certificate of \"%s\" is not for the name that was asked for: %s."),
                        N_("Compare the names in the certificate with the one you expect."),
                        "RFC 5280 4.2.1.6", "subjectAltName"},
        [FAULT_NO_ANCHORS] = {"no-anchors", ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
                              N_("There is no trusted certificate to which that of \"%s\" could "
                                 "lead."),
                              N_("Name the trusted certificates with --trust."),
                              "RFC 5280 6.1.1 (d)", "issuer"},
        [FAULT_OWN_ANCHOR] = {"is-anchor", ANTIN_SUB_NONE,
                              N_("The certificate of \"%s\" is itself a trusted one: no authority "
                                 "above it could revoke it."),
                              NULL, "RFC 5280 6.1.1 (d)", "issuer"},
        [FAULT_NOT_ASKED] = {"revocation-not-asked", ANTIN_SUB_NONE,
                             N_("Nobody asked whether the certificates were revoked."), NULL,
                             "RFC 5280 6.1.3 (a)(3)", "serialNumber"},
        [FAULT_ONLY_LEAF] = {"revocation-leaf-only", ANTIN_SUB_NONE,
                             N_("Nobody asked whether the authorities above \"%s\" were revoked."),
                             NULL, "RFC 5280 6.1.3 (a)(3)", "serialNumber"},
};

const struct antin_finding_row *
antin_cert_finding_row(size_t i)
{
	i++; /* ANTIN_FAULT_NONE has none */
	return i < FAULT_ROWS ? &fault_rows[i] : NULL;
}

/* ---- what is said of it ---- */

static void
say_issuer(struct antin_finding *f, const struct antin_path *p, size_t index)
{
	detail_name(f, p->chain.items[index]->issuer);
}

static void
say_status(struct antin_finding *f, const struct antin_path *p, size_t index)
{
	const struct antin_status *st = &p->statuses[index];

	f->arg = st->why;
	memcpy(f->detail, st->file, sizeof(st->file));
}

static void
say_end(struct antin_finding *f, const struct antin_path *p, size_t index)
{
	detail_time(f, p->chain.items[index]->not_after);
}

static void
say_start(struct antin_finding *f, const struct antin_path *p, size_t index)
{
	detail_time(f, p->chain.items[index]->not_before);
}

static void
say_since(struct antin_finding *f, const struct antin_path *p, size_t index)
{
	detail_time(f, p->statuses[index].revoked_at);
}

static void
say_revoked(struct antin_finding *f, const struct antin_path *p, size_t index)
{
	say_since(f, p, index);
	f->arg = antin_reason_text(p->statuses[index].reason);
}

static void (*const sayings[ANTIN_FAULT_COUNT])(struct antin_finding *f, const struct antin_path *p,
                                                size_t index) = {
        [ANTIN_FAULT_NO_ISSUER] = say_issuer,      [ANTIN_FAULT_BAD_SIGNATURE] = say_issuer,
        [ANTIN_FAULT_STATUS_UNKNOWN] = say_status, [ANTIN_FAULT_EXPIRED] = say_end,
        [ANTIN_FAULT_NOT_YET_VALID] = say_start,   [ANTIN_FAULT_ON_HOLD] = say_since,
        [ANTIN_FAULT_REVOKED] = say_revoked,
};

enum antin_fault
fault_told(const struct antin_path *p, const struct antin_path_fault *fault)
{
	const struct antin_cert *c = p->chain.items[fault->index];

	if (fault->fault != ANTIN_FAULT_NO_ISSUER)
		return fault->fault;
	for (size_t i = 0; i < p->n_rejects; i++) {
		const struct antin_path_reject *r = &p->rejects[i];

		if ((r->fault == ANTIN_FAULT_BAD_SIGNATURE || r->fault == ANTIN_FAULT_ALGORITHM) &&
		    antin_name_equal(r->cert->subject, c->issuer))
			return r->fault;
	}
	return ANTIN_FAULT_NO_ISSUER;
}

/* Of these the path says the field itself. */
static bool
names_field(enum antin_fault f)
{
	return f == ANTIN_FAULT_NAME_CONSTRAINT || f == ANTIN_FAULT_NAME_FORM ||
	       f == ANTIN_FAULT_EXTENSION || f == ANTIN_FAULT_CRITICAL;
}

void
fault_describe(struct antin_finding *f, const struct antin_path *p,
               const struct antin_path_fault *fault)
{
	const enum antin_fault told = fault_told(p, fault);
	const struct antin_cert *c = p->chain.items[fault->index];
	/* A key that cannot be used is the refused issuer's. */
	bool of_issuer = told == ANTIN_FAULT_ALGORITHM && fault->fault == ANTIN_FAULT_NO_ISSUER;

	name_short(of_issuer ? c->issuer : c->subject, f->certificate, sizeof(f->certificate));
	f->clause = fault_rows[told].clause;
	(void)snprintf(f->field, sizeof(f->field), "%s",
	               fault->detail[0] && names_field(told) ? fault->detail
	                                                     : fault_rows[told].field);
	if (sayings[told])
		sayings[told](f, p, fault->index);
	else
		memcpy(f->detail, fault->detail, sizeof(fault->detail));
}
