/*
 * The tables of validation: indications and sub-indications of ETSI EN 319 102-1 5.1.3, and every
 * finding with its sentences "why" and "what to do" (at most 25 words each) and its clause.
 */
#include <stdio.h>
#include <string.h>

#include <antin/text.h>

#include "verify.h"

static const struct sub_row {
	const char *id;
	enum antin_indication indication;
} subs[ANTIN_SUB_COUNT] = {
#define PASSED           ANTIN_TOTAL_PASSED
#define INDETERMINATE    ANTIN_INDETERMINATE
#define FAILED           ANTIN_TOTAL_FAILED
#define SUB_ROW(sym, of) [ANTIN_SUB_##sym] = {#sym, of},
        ANTIN_SUBS(SUB_ROW)
#undef SUB_ROW
};

const char *
antin_indication_id(enum antin_indication i)
{
	static const char *const ids[] = {
	        [ANTIN_TOTAL_PASSED] = "TOTAL-PASSED",
	        [ANTIN_INDETERMINATE] = "INDETERMINATE",
	        [ANTIN_TOTAL_FAILED] = "TOTAL-FAILED",
	};

	return ids[i];
}

const char *
antin_sub_id(enum antin_sub s)
{
	return s == ANTIN_SUB_NONE ? "" : subs[s].id;
}

enum antin_indication
antin_sub_indication(enum antin_sub s)
{
	return subs[s].indication;
}

#define ASK_SENDER  N_("Ask the sender for the original file again; do not act on this one.")
#define ASK_RESIGN  N_("Ask the signer to sign the document again with a certificate in force.")
#define ASK_SIGNING N_("Ask the signer to sign with the certificate issued for signatures.")
#define ASK_LISTS                                                                                  \
	N_("Give a current CRL with --crl or an OCSP answer with --ocsp, then check again.")

const struct antin_finding_row finding_rows[FINDINGS] = {
        [WARN_PERMITTED] = {"permitted-changes", ANTIN_SUB_NONE,
                            N_("After this signature the document was only filled in or signed "
                               "further, which is permitted."),
                            NULL, "ISO 32000-2 12.8.2.2"},
        [WARN_COMMENTED] = {"comments-added", ANTIN_SUB_NONE,
                            N_("Comments were added after this signature, which its signer "
                               "permitted."),
                            NULL, "ISO 32000-2 12.8.2.2"},
        [WARN_EVIDENCE] = {"evidence-added", ANTIN_SUB_NONE,
                           N_("Evidence for long-term validity was added after this signature."),
                           NULL, "ETSI EN 319 142-1 5.4"},
        [WARN_CADES] = {"signature-form", ANTIN_SUB_NONE, "%s", NULL, "ETSI EN 319 122-1 5"},
        [WARN_SEVEN_HOURS] = {"local-time-as-utc", ANTIN_SUB_NONE,
                              N_("The claimed time lies up to seven hours ahead: probably Viet Nam "
                                 "time was recorded as UTC."),
                              NULL, "RFC 5652 11.3"},
        [WARN_TIME_AHEAD] = {"claimed-time-ahead", ANTIN_SUB_NONE,
                             N_("The signing time claimed by the signer lies in the future."), NULL,
                             "RFC 5652 11.3"},
        [WARN_CLAIM_AFTER] = {"claimed-time-after-stamp", ANTIN_SUB_NONE,
                              N_("The signing time claimed by the signer lies after the time stamp "
                                 "of %s."),
                              NULL, "RFC 5652 11.3"},
        [WARN_OTHER_SERVICE] = {"other-service", ANTIN_SUB_NONE,
                                N_("Behind the signer stands another service than that of the "
                                   "Government: %s."),
                                NULL, "ETSI EN 319 102-1 5.2.8"},
        [WARN_STAMP_MISSING] = {"time-stamp-missing", ANTIN_SUB_NONE,
                                N_("No time stamp proves when the signature existed."), NULL,
                                "ETSI EN 319 102-1 5.5"},
        [WARN_STAMP_UNREADABLE] = {"time-stamp-unreadable", ANTIN_SUB_NONE,
                                   N_("A time stamp does not count: it is damaged and cannot be "
                                      "read (%s)."),
                                   NULL, "RFC 3161 2.4.2"},
        [WARN_STAMP_OTHER] = {"time-stamp-over-other", ANTIN_SUB_NONE,
                              N_("A time stamp does not count: it is over something else than this "
                                 "signature."),
                              NULL, "ETSI EN 319 122-1 5.3"},
        [WARN_STAMP_WEAK] = {"time-stamp-weak", ANTIN_SUB_NONE,
                             N_("A time stamp does not count: it uses %s, which is no longer "
                                "strong enough."),
                             NULL, "ETSI TS 119 312"},
        [WARN_STAMP_NO_CERT] = {"time-stamp-authority-missing", ANTIN_SUB_NONE,
                                N_("A time stamp does not count: the certificate of its authority "
                                   "is missing."),
                                NULL, "RFC 3161 2.4.2"},
        [WARN_STAMP_WRONG] = {"time-stamp-wrong", ANTIN_SUB_NONE,
                              N_("A time stamp does not count: %s."), NULL, "RFC 3161 2.4.2"},
        [WARN_STAMP_AHEAD] = {"time-stamp-ahead", ANTIN_SUB_NONE,
                              N_("A time stamp does not count: its time has not come yet (%s)."),
                              NULL, "RFC 3161 2.4.2"},
        [WARN_STAMP_OUTSIDE] = {"time-stamp-outside", ANTIN_SUB_NONE,
                                N_("A time stamp does not count: its time (%s) lies outside of its "
                                   "authority's certificate."),
                                NULL, "ETSI EN 319 102-1 5.4"},
        [WARN_STAMP_AUTHORITY] = {"time-stamp-authority", ANTIN_SUB_NONE,
                                  N_("A time stamp does not count, for a certificate of its "
                                     "authority: %s."),
                                  NULL, "ETSI EN 319 102-1 5.4"},
        [WARN_STAMP_REVOKED] = {"time-stamp-authority-revoked", ANTIN_SUB_NONE,
                                N_("A time stamp does not count: its authority was revoked (%s)."),
                                NULL, "RFC 3161 4"},
        [WARN_STAMP_EARLY] = {"time-stamp-early", ANTIN_SUB_NONE,
                              N_("The time stamp is older than the signer's certificate, which "
                                 "begins on %s."),
                              NULL, "ETSI EN 319 102-1 5.5.4"},
        [WARN_STAMP_MANY] = {"time-stamps-many", ANTIN_SUB_NONE,
                             N_("The signature carries more time stamps than are judged."), NULL,
                             "ETSI EN 319 122-1 5.3"},
        [WARN_STAMP_PARTS] = {"time-stamp-parts", ANTIN_SUB_NONE,
                              N_("An archive time stamp does not cover all that the signature "
                                 "carries; nothing is proven of the rest."),
                              NULL, "ETSI EN 319 122-1 5.5.2"},
        [WARN_PROVEN] =
                {"judged-at-proven-time", ANTIN_SUB_NONE,
                 N_("A time stamp proves that the signature existed on %s; the certificates "
                    "were judged as of then."),
                 NULL, "ETSI EN 319 102-1 5.5.4"},
        [WARN_REVOKED_SINCE] = {"revoked-after-stamp", ANTIN_SUB_NONE,
                                N_("The certificate was revoked after the time that the time stamp "
                                   "proves: %s."),
                                NULL, "ETSI EN 319 102-1 5.5.4"},
        [WARN_LATER_REVOKED] = {"revoked-later", ANTIN_SUB_NONE,
                                N_("The certificate was revoked after the assumed time: %s."), NULL,
                                "RFC 5280 6.1.3 (a)(3)"},
        [WARN_CRL_IGNORED] = {"embedded-crl-ignored", ANTIN_SUB_NONE,
                              N_("A CRL inside the signature cannot be read and was not used."),
                              NULL, "RFC 5652 10.2.1"},
        [WARN_WEAK_EVIDENCE] = {"weak-revocation-data", ANTIN_SUB_NONE,
                                N_("A CRL or OCSP answer is signed with %s, which can show that a "
                                   "certificate was revoked but never that it is good."),
                                NULL, "ETSI TS 119 312"},
        [WARN_OWN_ANCHOR] = {"signer-is-anchor", ANTIN_SUB_NONE,
                             N_("The signer's certificate is itself the trusted one: no authority "
                                "stands above it that could revoke it."),
                             NULL, "RFC 5280 6.1.1 (d)"},
        [WARN_COUNTER] = {"counter-signature", ANTIN_SUB_NONE,
                          N_("The signature is confirmed by a valid counter-signature of \"%s\"."),
                          NULL, "RFC 5652 11.4"},
        [WARN_COUNTER_OPEN] =
                {"counter-signature-undecided", ANTIN_SUB_NONE,
                 N_("A counter-signature confirms the signature, but cannot be relied "
                    "on: %s."),
                 NULL, "RFC 5652 11.4"},
        [WARN_COUNTER_BROKEN] = {"counter-signature-broken", ANTIN_SUB_NONE,
                                 N_("A counter-signature is not valid and confirms nothing: %s."),
                                 NULL, "RFC 5652 11.4"},
        [WARN_COUNTER_MANY] = {"counter-signatures-many", ANTIN_SUB_NONE,
                               N_("There are more counter-signatures, or deeper ones, than are "
                                  "judged."),
                               NULL, "RFC 5652 11.4"},

        /* A check that the rules made a warning, and one that they made an error. */
        [WARN_TRUST_OLD] = {"trust-out-of-date", ANTIN_SUB_NONE,
                            N_("The list of trusted authorities is out of date: it shows the "
                               "state of %s."),
                            NULL, "ETSI TS 119 612 5.3.15"},
        [WARN_RULES] = {"rules-relaxed", ANTIN_SUB_NONE, "%s", NULL, "ETSI EN 319 102-1 5.1.4"},
        [FIND_RULES] = {"rules-demand", ANTIN_SUB_SIG_CONSTRAINTS_FAILURE, "%s",
                        N_("The rules in force do not accept this; ask the signer, or check with "
                           "other --rules."),
                        "ETSI EN 319 102-1 5.1.4", "rules"},
        [FIND_FORM] =
                {"form-unsupported", ANTIN_SUB_GENERIC,
                 N_("This version cannot judge signatures of the form %s."),
                 N_("Check it with another program, or ask the signer to sign in PAdES form."),
                 "ETSI EN 319 142-1 4", "SubFilter"},
        [FIND_STATUS_UNKNOWN] =
                {"revocation-unknown", ANTIN_SUB_TRY_LATER,
                 N_("It is not known whether the signer's certificate was revoked: %s."), ASK_LISTS,
                 "ETSI EN 319 102-1 5.2.6", "cRLDistributionPoints"},
        [FIND_CA_STATUS_UNKNOWN] = {"ca-revocation-unknown", ANTIN_SUB_TRY_LATER,
                                    N_("It is not known whether the authority \"%s\" above the "
                                       "signer was revoked: %s."),
                                    ASK_LISTS, "ETSI EN 319 102-1 5.2.6", "cRLDistributionPoints"},
        [FIND_ON_HOLD] = {"cert-on-hold", ANTIN_SUB_TRY_LATER,
                          N_("The signer's certificate is suspended since %s."),
                          N_("Check again later: the suspension will be lifted or become a "
                             "revocation."),
                          "ETSI EN 319 102-1 5.2.6", "serialNumber"},
        [FIND_CA_ON_HOLD] = {"ca-on-hold", ANTIN_SUB_TRY_LATER,
                             N_("The authority \"%s\" above the signer is suspended since %s."),
                             N_("Check again later, when the authority has decided."),
                             "ETSI EN 319 102-1 5.2.6", "serialNumber"},
        [FIND_NOT_YET_VALID_ASSUMED] =
                {"cert-not-yet-valid", ANTIN_SUB_OUT_OF_BOUNDS_NO_POE,
                 N_("At the assumed time the signer's certificate was not valid yet; it begins "
                    "on %s."),
                 N_("Check again with a later --at, or without it."), "RFC 5280 6.1.3 (a)(2)",
                 "notBefore"},
        [FIND_EXPIRED_GOOD] =
                {"cert-expired-not-revoked", ANTIN_SUB_OUT_OF_BOUNDS_NOT_REVOKED,
                 N_("The signer's certificate expired on %s; nothing proves that the signature is "
                    "older."),
                 ASK_RESIGN, "ETSI EN 319 102-1 5.3.4", "notAfter"},
        [FIND_EXPIRED] = {"cert-expired", ANTIN_SUB_OUT_OF_BOUNDS_NO_POE,
                          N_("The signer's certificate expired on %s and no time stamp proves an "
                             "earlier signature."),
                          ASK_RESIGN, "ETSI EN 319 102-1 5.2.6", "notAfter"},
        [FIND_CA_TIME] = {"ca-outside-validity", ANTIN_SUB_OUT_OF_BOUNDS_NO_POE, "%s",
                          N_("Ask the signer's authority for its current certificate, and give it "
                             "with --intermediate."),
                          "RFC 5280 6.1.3 (a)(2)", "validity"},
        [FIND_SIGNER_WANTED] = {"other-signer", ANTIN_SUB_SIG_CONSTRAINTS_FAILURE,
                                N_("The signer is none of those asked for with --signer."),
                                N_("Compare the name shown above with the person or office you "
                                   "expect."),
                                "ETSI EN 319 102-1 5.2.8", "subject, subjectAltName"},
        [FIND_LEVEL] = {"level-too-low", ANTIN_SUB_SIG_CONSTRAINTS_FAILURE,
                        N_("The proven level of the signature is %s, below what --min-level "
                           "demands."),
                        N_("Ask the signer for a signature of that level, or check with a lower "
                           "--min-level."),
                        "ETSI EN 319 102-1 5.2.8", "unsignedAttrs"},
        [FIND_KEY_USAGE] =
                {"key-usage", ANTIN_SUB_CHAIN_CONSTRAINTS_FAILURE,
                 N_("The key usage of the signer's certificate does not allow signing documents."),
                 ASK_SIGNING, "ETSI EN 319 102-1 5.2.6", "keyUsage"},
        [FIND_WEAK] = {"weak-algorithm", ANTIN_SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
                       N_("The signature uses %s, which is no longer strong enough."), ASK_RESIGN,
                       "ETSI EN 319 102-1 5.2.8", "signatureAlgorithm"},
        [FIND_WEAK_CHAIN] = {"weak-certificate", ANTIN_SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE, "%s",
                             ASK_RESIGN, "ETSI EN 319 102-1 5.2.8",
                             "signatureAlgorithm, subjectPublicKeyInfo"},
        [FIND_CHAIN_CONSTRAINTS] =
                {"chain-constraints", ANTIN_SUB_CHAIN_CONSTRAINTS_FAILURE, "%s",
                 N_("Report this certificate to its authority; do not rely on the signature."),
                 "RFC 5280 6.1", "extensions"},
        [FIND_CHAIN] =
                {"chain-invalid", ANTIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE, "%s",
                 N_("Report this certificate to its authority; do not rely on the signature."),
                 "RFC 5280 6.1", "extensions"},
        [FIND_CA_REVOKED] =
                {"ca-revoked", ANTIN_SUB_REVOKED_CA_NO_POE,
                 N_("The certificate of the authority \"%s\" above the signer was revoked: %s."),
                 N_("Do not rely on the signature; ask the signer to sign again under "
                    "another authority."),
                 "ETSI EN 319 102-1 5.2.6", "serialNumber"},
        [FIND_REVOKED] =
                {"cert-revoked", ANTIN_SUB_REVOKED_NO_POE,
                 N_("The signer's certificate was revoked: %s."),
                 N_("Do not rely on it unless other proof shows that it was signed before; "
                    "ask the signer."),
                 "ETSI EN 319 102-1 5.2.6", "serialNumber"},
        [FIND_LIMIT] = {"search-limit", ANTIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE,
                        N_("The search for a chain was ended because there are too many "
                           "possibilities."),
                        N_("Give only the certificates that are needed, with --trust and "
                           "--intermediate."),
                        "ETSI EN 319 102-1 5.2.6", "issuer"},
        [FIND_NO_CHAIN] = {"issuer-unknown", ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
                           N_("The certificate of the issuing authority \"%s\" is missing."),
                           N_("Get it from the authority and give it with --intermediate."),
                           "ETSI EN 319 102-1 5.2.6", "issuer"},
        [FIND_UNTRUSTED] =
                {"root-untrusted", ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
                 N_("The chain ends in \"%s\", which is not among the certificates you trust."),
                 N_("If you trust it, import it after comparing its fingerprint: antin trust "
                    "import "
                    "FILE."),
                 "ETSI EN 319 102-1 5.2.6", "issuer"},
        [FIND_ANCHOR_LIMITS] =
                {"anchor-limited", ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
                 N_("The authority \"%s\" is trusted, but not for this purpose or not at this "
                    "time."),
                 N_("See with antin trust list what it is trusted for; ask who maintains the "
                    "list."),
                 "ETSI EN 319 102-1 5.2.6", "issuer"},
        [FIND_NO_ANCHORS] =
                {"no-anchors", ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
                 N_("No trusted authority is known on this computer."),
                 N_("Import the root certificate after comparing its fingerprint: antin trust "
                    "import FILE."),
                 "ETSI EN 319 102-1 5.2.6", "issuer"},
        [FIND_NO_SIGNER] = {"signer-certificate-missing", ANTIN_SUB_NO_SIGNING_CERTIFICATE_FOUND,
                            N_("The signature does not carry the certificate of its signer."),
                            N_("Ask the signer for the certificate and give it with "
                               "--intermediate."),
                            "ETSI EN 319 102-1 5.2.3", "certificates"},
        [FIND_STAMP_ORDER] =
                {"time-stamp-order", ANTIN_SUB_TIMESTAMP_ORDER_FAILURE,
                 N_("The content was stamped on %s, after the signature over it is proven to have "
                    "existed."),
                 N_("Report this to the sender: one of the time stamp services was wrong."),
                 "ETSI EN 319 102-1 5.5.4", "content-time-stamp"},
        [FIND_NO_CONTENT] = {"content-missing", ANTIN_SUB_SIGNED_DATA_NOT_FOUND,
                             N_("The file that was signed is not at hand."),
                             N_("Put it beside the signature, or name it with --detached FILE."),
                             "ETSI EN 319 102-1 5.2.7", "eContent"},

        [FIND_OLDER_THAN_CERT] =
                {"signed-before-certificate", ANTIN_SUB_NOT_YET_VALID,
                 N_("A time stamp proves that the signature is older than the signer's "
                    "certificate, "
                    "which begins on %s."),
                 N_("Report this to the authority that issued the certificate; do not rely on the "
                    "signature."),
                 "ETSI EN 319 102-1 5.5.4", "notBefore"},
        [FIND_NOT_YET_VALID] =
                {"cert-not-yet-valid", ANTIN_SUB_NOT_YET_VALID,
                 N_("The signature exists already, but the signer's certificate begins only on "
                    "%s."),
                 N_("Check the clock of this computer; if it is right, do not rely on the "
                    "signature."),
                 "ETSI EN 319 102-1 5.5.4", "notBefore"},
        [FIND_STRICT] = {"changed-strict", ANTIN_SUB_FORMAT_FAILURE,
                         N_("The document was changed after this signature."),
                         N_("Check without --strict-changes to see whether the change was "
                            "permitted."),
                         "ISO 32000-2 12.8.2.2", "incremental update"},
        [FIND_WHOLE_FILE] = {"not-whole-file", ANTIN_SUB_FORMAT_FAILURE,
                             N_("The signature does not cover the whole file, as "
                                "--require-whole-file demands."),
                             N_("Look at what was added after it, or at the last signature of the "
                                "file."),
                             "ETSI EN 319 142-1 5.4", "ByteRange"},
        [FIND_CHANGED] =
                {"changed-after", ANTIN_SUB_FORMAT_FAILURE,
                 N_("The document was changed after this signature beyond what is allowed."),
                 ASK_SENDER, "ISO 32000-2 12.8.2.2", "incremental update"},
        [FIND_TAIL] = {"unsigned-tail", ANTIN_SUB_FORMAT_FAILURE,
                       N_("Behind the end of the document there is data that nobody signed: %s."),
                       ASK_SENDER, "ETSI EN 319 142-1 5.4", "%%EOF"},
        [FIND_COVERAGE] = {"coverage", ANTIN_SUB_FORMAT_FAILURE,
                           N_("The signature leaves out parts of the document that it should "
                              "cover."),
                           ASK_SENDER, "ISO 32000-2 12.8.1", "ByteRange"},
        [FIND_SIGNATURE] = {"signature-wrong", ANTIN_SUB_SIG_CRYPTO_FAILURE,
                            N_("The signature value was not made by the key of the named signer."),
                            ASK_SENDER, "ETSI EN 319 102-1 5.2.7", "signature"},
        [FIND_CADES] = {"signature-form", ANTIN_SUB_FORMAT_FAILURE, "%s", ASK_SENDER,
                        "ETSI EN 319 122-1 5", "signedAttrs"},
        [FIND_CMS] = {"signature-unreadable", ANTIN_SUB_FORMAT_FAILURE,
                      N_("The signature is damaged and cannot be read: %s."), ASK_SENDER,
                      "RFC 5652 5.1", "SignedData"},
        [FIND_DICTIONARY] = {"signature-dictionary", ANTIN_SUB_FORMAT_FAILURE, "%s", ASK_SENDER,
                             "ISO 32000-2 12.8.1", "signature dictionary"},
        [FIND_DAMAGED] = {"document-damaged", ANTIN_SUB_FORMAT_FAILURE,
                          N_("The document is damaged: %s."), ASK_SENDER, "ISO 32000-2 7.5",
                          "xref"},
        [FIND_CONTENT_OTHER] =
                {"content-other", ANTIN_SUB_HASH_FAILURE,
                 N_("The signature carries a content of its own, which is not the file given with "
                    "--detached."),
                 N_("Check without --detached to judge what the signature carries."),
                 "RFC 5652 5.2", "eContent"},
        [FIND_CONTENT_BESIDE] =
                {"content-beside", ANTIN_SUB_HASH_FAILURE,
                 N_("The signature carries a content of its own, which is not the file beside it "
                    "for which it is named."),
                 N_("Do not act on that file; in a folder of its own the signature is judged over "
                    "what it carries."),
                 "RFC 5652 5.2", "eContent"},
        [FIND_HASH] = {"hash-mismatch", ANTIN_SUB_HASH_FAILURE,
                       N_("The signed content was changed after signing."), ASK_SENDER,
                       "ETSI EN 319 102-1 5.2.7", "messageDigest"},
};

const struct antin_finding_row *
antin_finding_row(size_t i)
{
	return i < FINDINGS ? &finding_rows[i] : NULL;
}

static bool
same_check(const struct antin_finding *a, const struct antin_finding *b)
{
	return a->row == b->row && strcmp(a->code ? a->code : "", b->code ? b->code : "") == 0;
}

/*
 * Makes room in a full list.  What tells again of a check that stands there goes first: who writes
 * an unsigned part full of faults must not push out a finding that the rules ask for.
 */
static void
give_up_one(struct antin_finding list[ANTIN_FINDINGS])
{
	for (size_t i = ANTIN_FINDINGS; i-- > 1;) {
		for (size_t k = 0; k < i; k++) {
			if (!same_check(&list[i], &list[k]))
				continue;
			memmove(&list[i], &list[i + 1], (ANTIN_FINDINGS - 1 - i) * sizeof(list[0]));
			return;
		}
	}
}

struct antin_finding *
find_row(struct antin_verdict *v, const struct antin_finding_row *row)
{
	bool warning = row->sub == ANTIN_SUB_NONE;
	struct antin_finding *list = warning ? v->warnings : v->errors;
	size_t *n = warning ? &v->n_warnings : &v->n_errors;

	if (*n == ANTIN_FINDINGS) {
		give_up_one(list);
		--*n;
	}
	list[*n] = (struct antin_finding){.row = row};
	return &list[(*n)++];
}

void
find_detail(struct antin_finding *f, const char *detail)
{
	(void)antin_text_safe(antin_slice_text(detail), f->detail, sizeof(f->detail));
}

struct antin_finding *
find(struct antin_verdict *v, enum finding f, const char *detail)
{
	struct antin_finding *found = find_row(v, &finding_rows[f]);

	if (detail)
		find_detail(found, detail);
	return found;
}

/* What was found keeps its words and its code; what becomes of it changes. */
static void
turn(struct antin_verdict *v, const struct antin_finding *f, enum finding into)
{
	struct antin_finding *turned = find(v, into, NULL);
	const struct antin_finding_row *row = turned->row;

	*turned = *f;
	turned->row = row;
	turned->code = f->code ? f->code : f->row->code;
	turned->text = f->text ? f->text : f->row->why;
	turned->clause = f->clause ? f->clause : f->row->clause;
	if (!f->field[0] && f->row->field)
		(void)snprintf(turned->field, sizeof(turned->field), "%s", f->row->field);
}

/* Each finding to the list that the rules say, in the order in which they were found. */
static void
apply_rules(struct antin_verdict *v, const struct antin_rules *rules)
{
	struct antin_finding found[2 * ANTIN_FINDINGS];
	size_t n = v->n_errors + v->n_warnings;

	memcpy(found, v->errors, v->n_errors * sizeof(found[0]));
	memcpy(found + v->n_errors, v->warnings, v->n_warnings * sizeof(found[0]));
	v->n_errors = v->n_warnings = 0;
	for (size_t i = 0; i < n; i++) {
		const struct antin_finding *f = &found[i];
		bool warning = f->row->sub == ANTIN_SUB_NONE;
		enum antin_rule mode = warning ? ANTIN_RULE_WARN : ANTIN_RULE_FAIL;
		bool known = antin_rules_mode(rules, f->code ? f->code : f->row->code, &mode);

		if (known && mode == ANTIN_RULE_IGNORE)
			continue;
		if (mode == ANTIN_RULE_FAIL && warning)
			turn(v, f, FIND_RULES);
		else if (mode == ANTIN_RULE_WARN && !warning)
			turn(v, f, WARN_RULES);
		else
			*find(v, (enum finding)(f->row - finding_rows), NULL) = *f;
	}
}

void
conclude(struct antin_verdict *v, const struct antin_rules *rules)
{
	size_t heaviest = 0;

	apply_rules(v, rules);
	/* What is not about another certificate is about that of the signer. */
	for (size_t i = 0; i < v->n_errors && v->signer.cert; i++)
		if (!v->errors[i].certificate[0])
			name_short(v->signer.cert->subject, v->errors[i].certificate,
			           sizeof(v->errors[i].certificate));
	v->sub = ANTIN_SUB_NONE;
	for (size_t i = 1; i < v->n_errors; i++)
		if (v->errors[i].row > v->errors[heaviest].row)
			heaviest = i;
	if (v->n_errors) {
		struct antin_finding first = v->errors[heaviest];

		memmove(&v->errors[1], &v->errors[0], heaviest * sizeof(first));
		v->errors[0] = first;
		v->sub = first.row->sub;
	}
	v->indication = antin_sub_indication(v->sub);
}
