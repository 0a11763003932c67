/*
 * Validation of one certificate alone (RFC 5280 section 6, EN 319 102-1 5.2.6): path, revocation,
 * policies, purpose and name; the builder and validator that signatures are judged with.
 */
#ifndef ANTIN_VERIFY_CERT_H
#define ANTIN_VERIFY_CERT_H

#include <antin/given.h>
#include <antin/report.h>

/* What is asked of the certificate besides that a path leads to an anchor. */
struct antin_cert_demands {
	struct antin_path_rules rules; /* max_depth: -1 unless it is limited */
	/* Whom it must be for: "dns:HOST", "ip:ADDRESS", "email:ADDRESS"; NULL: anybody. */
	const char *name;
};

/*
 * Judges the certificate with the anchors, intermediates, lists, algorithms and time of `o`; what
 * `o` says of signatures is not looked at.  ANTIN_OK whenever there is a verdict, good or bad:
 * out->path has chain and policies, errors and warnings their reasons.  An anchor is trusted
 * whoever issued it; when the certificate itself is one, a path to another anchor is preferred, and
 * a revocation on that path counts.  ANTIN_E_USAGE for a name that cannot be read.
 */
enum antin_rc antin_verify_cert(struct antin_cert *cert, const struct antin_verify_options *o,
                                const struct antin_cert_demands *demands, struct antin_verdict *out,
                                struct antin_err *err) ANTIN_MUST;

/*
 * The same of the first certificate in these files, where the others may stand above it; a report
 * with that one verdict and the addresses that were asked.
 */
enum antin_rc antin_verify_cert_files(const struct antin_given *files, const char *name,
                                      const struct antin_verify_options *o,
                                      const struct antin_cert_demands *demands,
                                      struct antin_report *out, struct antin_err *err) ANTIN_MUST;

/* The table of what is said of certificates (fault.c); NULL past its end. */
const struct antin_finding_row *antin_cert_finding_row(size_t i);

/* What was judged, for the reports. */
struct antin_cert_report {
	const char *file; /* as named by the caller */
	const struct antin_verify_options *o;
	const struct antin_cert_demands *demands;
	const struct antin_verdict *verdict;
};
/* The report in the language of `tr` (NULL: English), as antin_report_text. */
enum antin_rc antin_cert_report_text(const struct antin_cert_report *r, antin_translate_fn *tr,
                                     const struct antin_report_style *style,
                                     struct antin_bytes *out, struct antin_err *err) ANTIN_MUST;
/* {"schema": "antin.cert.verify/1", ...}. */
enum antin_rc antin_cert_report_json(const struct antin_cert_report *r, antin_translate_fn *tr,
                                     json_t **out, struct antin_err *err) ANTIN_MUST;
/* "sign", "tls-server"...; NULL-named entry ends. */
extern const struct antin_choice antin_purpose_choices[];

/*
 * Whether the certificate is for that name.  dns: a dNSName of subjectAltName, in any case, where
 * "*" stands for one whole label at the left (RFC 9525 6.3).  ip: an iPAddress, octet by octet.
 * email: an rfc822Name or SmtpUTF8Mailbox, else, when there is none, an emailAddress of the subject
 * (RFC 5280 4.1.2.6); the part before the @ as it is written, the domain in any case.  The common
 * name never counts.  ANTIN_E_USAGE for anything else.
 */
enum antin_rc antin_cert_named(const struct antin_cert *cert, const char *name, bool *yes,
                               struct antin_err *err) ANTIN_MUST;

#endif
