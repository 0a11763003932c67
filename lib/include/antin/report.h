/*
 * Reports of a validation: text for people and JSON.  Every text from a
 * certificate, document or file name goes through antin_text_safe.
 */
#ifndef ANTIN_REPORT_H
#define ANTIN_REPORT_H

#include <antin/json.h>
#include <antin/verify.h>

/* Escape sequences by kind of line; all "" without colour. */
struct antin_report_style {
	const char *good, *doubt, *bad, *bold, *plain;
};

/* The report in the language of `tr` (NULL: English). */
enum antin_rc antin_report_text(const struct antin_report *r, antin_translate_fn *tr,
                                const struct antin_report_style *style, struct antin_bytes *out,
                                struct antin_err *err) ANTIN_MUST;
/* The worst heading of a report, "NO SIGNATURE" without one; marked. */
const char *antin_report_outcome(const struct antin_report *r);
/* {"schema": "antin.verify/1", ...}; texts of errors and warnings in the language of `tr`. */
enum antin_rc antin_report_json(const struct antin_report *r, antin_translate_fn *tr, json_t **out,
                                struct antin_err *err) ANTIN_MUST;
/*
 * A finding as a sentence: of two %s the first is the certificate, the second what is said of it;
 * one alone is what is said, or the certificate where nothing is.
 */
void antin_finding_text(const struct antin_finding *f, antin_translate_fn *tr,
                        struct antin_bytes *out);
/* The field at fault; "" when none is. */
const char *antin_finding_field(const struct antin_finding *f);

#endif
