/*
 * The report as one page of HTML for people, a court or a file: complete in itself, no
 * script, nothing loaded, the style allowed by its hash; printed, every signature has a sheet of
 * A4.
 */
#ifndef ANTIN_REPORT_HTML_H
#define ANTIN_REPORT_HTML_H

#include <antin/report.h>

struct antin_html;
/* `lang` is that of `tr`: "vi", "en"; `version` of the program, shown at the foot. */
enum antin_rc antin_html_new(const char *lang, antin_translate_fn *tr, const char *version,
                             struct antin_html **out, struct antin_err *err) ANTIN_MUST;
/* A file that was judged; `command` is the line that does so again, or NULL. */
enum antin_rc antin_html_add(struct antin_html *h, const struct antin_report *r,
                             const char *command, struct antin_err *err) ANTIN_MUST;
/* A file that could not be. */
enum antin_rc antin_html_add_error(struct antin_html *h, const char *file,
                                   const struct antin_err *cause, struct antin_err *err) ANTIN_MUST;
/* Appends the whole page; a table of all files leads it when there are several. */
enum antin_rc antin_html_end(struct antin_html *h, struct antin_bytes *out, struct antin_err *err)
        ANTIN_MUST;
void antin_html_free(struct antin_html *h);
ANTIN_OWNER_S(antin_html, antin_html_free);

#endif
