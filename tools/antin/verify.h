/*
 * antin verify over many files: which ones, and what one run tells of them (report, CSV, table).
 */
#ifndef TOOL_VERIFY_H
#define TOOL_VERIFY_H

#include "cli.h"

#include <antin/file.h>
#include <antin/report_html.h>

/* One file of a run; what came of it is kept for the table at the end. */
struct verify_file {
	char *path;
	bool found;          /* in a folder: no link, and only a known kind counts */
	bool other;          /* of no known kind */
	const char *outcome; /* marked; NULL when it could not be read */
	size_t signatures;
};
struct verify_files {
	struct verify_file *list;
	size_t n, cap;
	size_t others; /* entries of folders that are no document: links, devices, other kinds */
	bool batch;    /* several files, or a folder */
};
void verify_files_done(struct verify_files *l);
ANTIN_SCOPED_S(verify_files, verify_files_done);

/* Each operand; a folder stands for all in it and below it, in the order of the names' octets. */
enum antin_rc verify_files_collect(char **operands, struct verify_files *out, struct antin_err *err)
        ANTIN_MUST;
/* Opens it; *out stays NULL when it is not to be judged, being of no known kind. */
enum antin_rc verify_file_open(struct verify_file *f, struct antin_source **out,
                               struct antin_err *err) ANTIN_MUST;

/* The file x beside a signature named x.p7s; *out stays NULL when there is none. */
enum antin_rc verify_file_beside(const struct verify_file *f, struct antin_source **out,
                                 struct antin_err *err) ANTIN_MUST;

/* The name of a signature x.p7s beside the file x; *out stays empty when there is none. */
enum antin_rc verify_file_signature(const struct verify_file *f, struct antin_bytes *out,
                                    struct antin_err *err) ANTIN_MUST;

/* A further output of the run: a file that appears when it is whole, or standard output. */
struct verify_sink {
	struct antin_output *file;
	bool standard;
};
/* `name` NULL: none.  An existing file is refused. */
enum antin_rc verify_sink_open(struct verify_sink *s, const char *name, struct antin_err *err)
        ANTIN_MUST;
static inline bool
verify_sink_used(const struct verify_sink *s)
{
	return s->file || s->standard;
}
enum antin_rc verify_sink_write(struct verify_sink *s, const struct antin_bytes *b,
                                struct antin_err *err) ANTIN_MUST;
enum antin_rc verify_sink_close(struct verify_sink *s, struct antin_err *err) ANTIN_MUST;
void verify_sink_done(struct verify_sink *s); /* without close nothing appears */

/* The report as HTML: a file that appears when it is whole.  Without --html nothing happens. */
struct verify_html {
	struct antin_html *page;
	struct antin_output *file;
};
/* `csv` is what --csv names: two results cannot have one name. */
enum antin_rc verify_html_open(struct verify_html *h, const struct cli *c, const char *name,
                               const char *csv, struct antin_err *err) ANTIN_MUST;
enum antin_rc verify_html_add(struct verify_html *h, const struct cli *c, const void *args,
                              const struct antin_report *r, struct antin_err *err) ANTIN_MUST;
enum antin_rc verify_html_add_error(struct verify_html *h, const char *file,
                                    const struct antin_err *cause, struct antin_err *err)
        ANTIN_MUST;
enum antin_rc verify_html_close(struct verify_html *h, struct antin_err *err) ANTIN_MUST;
void verify_html_done(struct verify_html *h);

/* Rows of the CSV: the names of the columns, a report (one row a signature), an error. */
void verify_csv_head(struct antin_bytes *out);
enum antin_rc verify_csv_report(const json_t *report, struct antin_bytes *out,
                                struct antin_err *err) ANTIN_MUST;
void verify_csv_error(const char *file, const struct antin_err *error, struct antin_bytes *out);

/* One line a file. */
void verify_table(struct cli *c, const struct verify_files *l);

#endif
