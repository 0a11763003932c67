/*
 * Inside of lib/verify: parts that the reports on documents and on certificates share.
 */
#ifndef ANTIN_VERIFY_REPORT_INNER_H
#define ANTIN_VERIFY_REPORT_INNER_H

#include <antin/report.h>

#include "verify.h"

/* ---- text ---- */

struct report_writer {
	const struct antin_report *r; /* NULL: no document */
	antin_translate_fn *tr;
	const struct antin_report_style *style;
	struct antin_bytes *out;
};
extern const struct antin_report_style report_plain;
const char *report_say(const struct report_writer *w, const char *marked);
/* "  label: " and then the caller's text and a line end. */
void report_label(const struct report_writer *w, const char *marked);
/* Mark, heading and whose it is; one line. */
void report_heading(const struct report_writer *w, const struct antin_verdict *v);
/* Office and kind of the holder. */
void report_holder(const struct report_writer *w, const struct antin_verdict *v);
/* What is known of the signature, each line as "  label: value" or "    - item". */
void report_facts(const struct report_writer *w, const struct antin_verdict *v);
/* Result, why, what to do, notes. */
void report_findings(const struct report_writer *w, const struct antin_verdict *v);

/* What a file without any is told of: two lines. */
void report_unsigned(const struct antin_report *r, antin_translate_fn *tr, struct antin_bytes *out);

/* ---- checks, as the HTML report lists them ---- */

enum report_result { REPORT_PASSED, REPORT_FAILED, REPORT_UNDECIDED, REPORT_NOT_DONE };
struct report_check {
	const char *what; /* marked; NULL: was not asked for */
	enum report_result result;
	struct antin_bytes evidence; /* safe to show; a line each */
};
enum { REPORT_CHECKS = 9 };
void report_checks(const struct antin_verdict *v, antin_translate_fn *tr,
                   struct report_check checks[REPORT_CHECKS]);
void report_checks_done(struct report_check checks[REPORT_CHECKS]);

/* ---- JSON ---- */

/* Sets a text when there is one; nothing foreign is left out of antin_text_safe. */
int report_set_safe(json_t *o, const char *key, struct antin_slice s);
json_t *report_status_json(const struct antin_status *st);
json_t *report_trust_json(const struct antin_anchor *a);
json_t *report_kind_json(const struct antin_kind *k);
json_t *report_findings_json(const struct antin_finding *f, size_t n, antin_translate_fn *tr);

#endif
