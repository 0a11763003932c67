/*
 * antin verify: judges the signatures of documents and explains the verdict.
 */
#include "verify.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "given.h"
#include "trust.h"

struct args {
	struct cli_texts trust, intermediate, crl, ocsp, signer;
	const char *csv, *html, *rules, *detached;
	int64_t at;
	int min_level;
	bool offline, whole_file, strict;
};

static const struct antin_choice levels[] = {{"b", ANTIN_LEVEL_B},
                                             {"t", ANTIN_LEVEL_T},
                                             {"lt", ANTIN_LEVEL_LT},
                                             {"lta", ANTIN_LEVEL_LTA},
                                             {NULL, 0}};

static const struct cli_opt opts[] = {
        CLI_OPT_TEXT(struct args, detached, "detached", 0, "FILE",
                     N_("What a detached signature is over; else x for the signature x.p7s")),
        CLI_OPT_TEXTS(
                struct args, trust, "trust", 0, "PATH",
                N_("Trust the certificates of this file or folder in place of those imported")),
        CLI_OPT_TEXTS(struct args, intermediate, "intermediate", 0, "PATH",
                      N_("Certificates that may stand between the signer and a trusted one")),
        CLI_OPT_TEXTS(struct args, crl, "crl", 0, "PATH",
                      N_("A certificate revocation list, or a folder of them")),
        CLI_OPT_TEXTS(struct args, ocsp, "ocsp", 0, "PATH",
                      N_("An OCSP answer, or a folder of them")),
        CLI_OPT_TIME(struct args, at, "at", 0,
                     N_("Check as if it were this time, which proves nothing")),
        CLI_OPT_FLAG(struct args, offline, "offline", 0, N_("Never use the network")),
        CLI_OPT_TEXTS(
                struct args, signer, "signer", 0, "TEXT",
                N_("Accept only this signer: exact name, office, e-mail address or the SHA-256 "
                   "of the certificate")),
        CLI_OPT_CHOICE(struct args, min_level, "min-level", 0, "LEVEL", levels,
                       N_("Accept no signature below this level, as far as it is proven: b, t, "
                          "lt or lta"),
                       .initial = ANTIN_LEVEL_NONE),
        CLI_OPT_TEXT(struct args, rules, "rules", 0, "NAME|FILE",
                     N_("What fails, warns or is ignored: public-service (the default), foreign, "
                        "archive, or a file")),
        CLI_OPT_FLAG(struct args, whole_file, "require-whole-file", 0,
                     N_("Every signature must cover the whole file")),
        CLI_OPT_FLAG(struct args, strict, "strict-changes", 0,
                     N_("Allow nothing after a signature but evidence for long-term validity")),
        CLI_OPT_TEXT(struct args, csv, "csv", 0, "FILE|-",
                     N_("Write a table for spreadsheets, one row a signature")),
        CLI_OPT_TEXT(struct args, html, "html", 0, "FILE",
                     N_("Write the report as a page for people, to be printed or kept")),
        CLI_OPT_END,
};

/* What one run works with. */
struct run {
	struct cli *c;
	const struct args *args;
	struct given given;
	struct antin_rules *rules;
	struct antin_verify_options options;
	struct antin_source *detached; /* what --detached names */
	struct verify_files files;
	struct verify_sink csv;
	struct verify_html html;
	size_t passed, indeterminate, failed, unsigned_files, errors;
};

static void
run_done(struct run *r)
{
	given_done(&r->given);
	verify_files_done(&r->files);
	verify_sink_done(&r->csv);
	verify_html_done(&r->html);
	antin_rules_free(r->rules);
	antin_source_free(r->detached);
}
ANTIN_SCOPED_S(run, run_done);

static enum antin_rc
load(struct run *r, const struct args *a, struct antin_err *err)
{
	const struct given_paths paths = {&a->intermediate, &a->crl, &a->ocsp};
	struct antin_trust *t = &r->given.trust;
	enum antin_rc rc = a->trust.n ? trust_may_give(r->c, err) : ANTIN_OK;

	for (size_t i = 0; i < a->trust.n && rc == ANTIN_OK; i++)
		rc = antin_trust_give(t, a->trust.items[i], err);
	if (rc == ANTIN_OK)
		rc = trust_configured(r->c, t, err);
	if (rc == ANTIN_OK)
		rc = given_load(r->c, &paths, a->offline ? CLI_NETWORK_OFFLINE : CLI_NETWORK_AS_SET,
		                &r->given, &r->options, err);
	if (rc == ANTIN_OK && a->detached)
		rc = antin_source_open(a->detached, &r->detached, err);
	if (rc == ANTIN_OK && a->rules)
		rc = trust_rules(a->rules, &r->rules, err);
	r->options.detached_named = r->detached != NULL;
	r->options.rules = r->rules;
	return rc;
}

static enum antin_rc
set_options(struct run *r, const struct args *a, struct antin_err *err)
{
	struct antin_verify_options *o = &r->options;

	o->signers = a->signer.n ? a->signer.items : NULL;
	o->min_level = (enum antin_level)a->min_level;
	o->whole_file = a->whole_file;
	o->strict_changes = a->strict;
	return given_time(r->c, a->at, o, err);
}

static void
count(struct run *r, const struct antin_report *report)
{
	size_t *const counters[] = {
	        [ANTIN_TOTAL_PASSED] = &r->passed,
	        [ANTIN_INDETERMINATE] = &r->indeterminate,
	        [ANTIN_TOTAL_FAILED] = &r->failed,
	};

	for (size_t i = 0; i < report->n; i++)
		(*counters[report->verdicts[i].indication])++;
	if (!report->n)
		r->unsigned_files++;
}

static enum antin_rc
print_text(struct run *r, const struct antin_report *report, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	const struct antin_report_style style = given_style(r->c);
	enum antin_rc rc = antin_report_text(report, cli_translate, &style, &text, err);

	if (rc == ANTIN_OK)
		cli_say(r->c, "%s", antin_bytes_cstr(&text));
	return rc;
}

/* The rows of the CSV and the line of JSON come from the same object. */
static enum antin_rc
print_json(struct run *r, const struct antin_report *report, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) rows = {0};
	ANTIN_OWN(json_t) json = NULL;
	enum antin_rc rc = antin_report_json(report, cli_translate, &json, err);

	if (rc == ANTIN_OK)
		rc = given_isolation(r->given.worker, json, err);
	if (rc == ANTIN_OK && verify_sink_used(&r->csv))
		rc = verify_csv_report(json, &rows, err);
	if (rc == ANTIN_OK)
		rc = verify_sink_write(&r->csv, &rows, err);
	if (rc == ANTIN_OK)
		cli_json(r->c, ANTIN_TAKE(json));
	return rc;
}

static enum antin_rc
print(struct run *r, const struct antin_report *report, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	if (r->c->json || verify_sink_used(&r->csv))
		rc = print_json(r, report, err);
	if (rc == ANTIN_OK)
		rc = verify_html_add(&r->html, r->c, r->args, report, err);
	if (rc == ANTIN_OK && !r->c->json && !r->csv.standard)
		rc = print_text(r, report, err);
	return rc;
}

static enum antin_rc
judge_file(struct run *r, struct verify_file *f, struct antin_err *err)
{
	ANTIN_OWN_S(antin_source) src = NULL;
	ANTIN_OWN_S(antin_source) beside = NULL;
	ANTIN_SCOPED(antin_report) report = {0};
	ANTIN_SCOPED(antin_bytes) signature = {0};
	enum antin_rc rc = verify_file_open(f, &src, err);

	if (rc == ANTIN_OK && !f->other && !r->detached)
		rc = verify_file_beside(f, &beside, err);
	if (rc != ANTIN_OK || f->other)
		return rc;
	r->options.detached = r->detached ? r->detached : beside;
	rc = r->given.worker ? antin_verify_isolated(r->given.worker, src, f->path, &r->options,
	                                             &report, err)
	                     : antin_verify(src, f->path, &r->options, &report, err);
	if (rc == ANTIN_OK && !report.n)
		rc = verify_file_signature(f, &signature, err);
	report.beside = signature.len ? antin_bytes_cstr(&signature) : NULL;
	if (rc == ANTIN_OK)
		rc = print(r, &report, err);
	if (rc != ANTIN_OK)
		return rc;
	count(r, &report);
	f->outcome = antin_report_outcome(&report);
	f->signatures = report.n;
	r->c->exit_code = antin_exit_worse(r->c->exit_code, antin_report_exit(&report));
	return ANTIN_OK;
}

/* What helps with a file that cannot be judged. */
static void
advise(const struct verify_file *f, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) signature = {0};
	struct stat st;

	if (strcmp(f->path, "-") == 0 ||
	    (err->rc == ANTIN_E_UNREADABLE && stat(f->path, &st) == 0 && !S_ISREG(st.st_mode)))
		antin_err_set_hint(err, N_("Save it as a file, and name that file."));
	if (err->rc == ANTIN_E_ENCRYPTED)
		antin_err_set_hint(err, N_("Ask the sender for a file without a password: taking "
		                           "it off can break the signatures."));
	if (err->rc != ANTIN_E_FORMAT || verify_file_signature(f, &signature, NULL) != ANTIN_OK)
		return;
	if (signature.len)
		antin_err_set_hint(err, "antin verify %s", antin_bytes_cstr(&signature));
	antin_err_set_hint(err, N_("Signatures are checked in PDF files and in files of their own "
	                           "(.p7s, .p7m); for certificates there is antin cert verify."));
}

static enum antin_rc
one_file(struct run *r, struct verify_file *f, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) row = {0};
	struct antin_err cause;
	enum antin_rc rc = judge_file(r, f, err), written;

	if (rc == ANTIN_OK)
		return ANTIN_OK;
	advise(f, err);
	antin_err_set_file(err, f->path);
	r->errors++;
	verify_csv_error(f->path, err, &row);
	cause = *err;
	written = verify_sink_write(&r->csv, &row, err);
	if (written == ANTIN_OK)
		written = verify_html_add_error(&r->html, f->path, &cause, err);
	return written == ANTIN_OK ? rc : written;
}

static void
summary(struct run *r, size_t files)
{
	if (r->csv.standard)
		return;
	verify_table(r->c, &r->files);
	cli_say(r->c,
	        _("Files: %zu. Signatures valid: %zu, not yet decided: %zu, not valid: %zu. Files "
	          "without signature: %zu, not readable: %zu.\n"),
	        files, r->passed, r->indeterminate, r->failed, r->unsigned_files, r->errors);
	if (r->files.others)
		cli_say(r->c, _("Not checked in folders, being no document: %zu\n"),
		        r->files.others);
	cli_json(r->c,
	         json_pack("{ss s{sI sI sI sI sI sI sI}}", "schema", "antin.verify/1", "summary",
	                   "files", (json_int_t)files, "passed", (json_int_t)r->passed,
	                   "indeterminate", (json_int_t)r->indeterminate, "failed",
	                   (json_int_t)r->failed, "unsigned", (json_int_t)r->unsigned_files,
	                   "errors", (json_int_t)r->errors, "others", (json_int_t)r->files.others));
}

/* Each error is shown at its file, and the run goes on. */
static void
next_file(struct run *r, struct verify_file *f)
{
	struct antin_err each = {0};
	enum antin_rc rc = one_file(r, f, &each);

	if (f->other)
		r->files.others++;
	if (rc == ANTIN_OK)
		return;
	cli_error(r->c, &each);
	r->c->error_shown = false;
	r->c->exit_code = antin_exit_worse(r->c->exit_code, antin_rc_exit(rc));
}

static enum antin_rc
all_files(struct run *r, struct antin_err *err)
{
	const struct verify_files *l = &r->files;
	/* On a terminal the reports themselves show how far it is. */
	bool quiet = isatty(STDOUT_FILENO);
	size_t others = l->others, files;

	if (!l->batch)
		return one_file(r, &l->list[0], err);
	for (size_t i = 0; i < l->n; i++) {
		if (!quiet)
			cli_progress(r->c, _("Checking files"), i, l->n);
		next_file(r, &l->list[i]);
	}
	cli_progress_end(r->c);
	files = l->n - (l->others - others);
	if (files || l->others) /* else the error says all */
		summary(r, files);
	return ANTIN_OK;
}

/* A folder in which nothing was judged is no success, and leaves no result. */
static enum antin_rc
check_any(const struct run *r, const char *first, struct antin_err *err)
{
	for (size_t i = 0; i < r->files.n; i++)
		if (!r->files.list[i].other)
			return ANTIN_OK;
	antin_err_set_file(err, first);
	antin_err_set_hint(err, N_("Name files, or a folder with PDF files or signatures (.p7s, "
	                           ".p7m)."));
	return antin_fail(err, ANTIN_E_NOT_FOUND, N_("there is no document to check in %s"), first);
}

static enum antin_rc
open_sinks(struct run *r, const struct args *a, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) head = {0};
	enum antin_rc rc;

	if (r->c->json && a->csv && strcmp(a->csv, "-") == 0)
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("only one of --json and --csv - can write to standard "
		                     "output"));
	rc = verify_html_open(&r->html, r->c, a->html, a->csv, err);
	if (rc == ANTIN_OK)
		rc = verify_sink_open(&r->csv, a->csv, err);
	verify_csv_head(&head);
	return rc == ANTIN_OK ? verify_sink_write(&r->csv, &head, err) : rc;
}

static enum antin_rc
run_verify(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	ANTIN_SCOPED(run) r = {.c = c, .args = args};
	struct antin_err closing = {0};
	enum antin_rc rc = set_options(&r, args, err), closed;

	if (rc == ANTIN_OK)
		rc = given_worker(c, &r.given.worker, err);
	if (rc == ANTIN_OK)
		rc = load(&r, args, err);
	if (rc == ANTIN_OK)
		rc = verify_files_collect(operands, &r.files, err);
	if (rc == ANTIN_OK)
		rc = open_sinks(&r, args, err);
	if (rc != ANTIN_OK)
		return rc;
	rc = all_files(&r, err);
	if (rc == ANTIN_OK && check_any(&r, operands[0], err) != ANTIN_OK)
		return ANTIN_E_NOT_FOUND;
	closed = verify_sink_close(&r.csv, &closing);
	if (closed == ANTIN_OK)
		closed = verify_html_close(&r.html, &closing);
	if (closed == ANTIN_OK || rc != ANTIN_OK)
		return rc;
	*err = closing;
	return closed;
}

#define LETTER "antin verify cong-van.signed.pdf --trust goc.crt --crl goc.crl --crl nha-nuoc.crl"
static const char *const examples[] = {
        LETTER, LETTER " --json", LETTER " --csv -", LETTER " --html ket-qua.html", NULL,
};

const struct cli_cmd cmd_verify = {
        .name = "verify",
        .operands = "FILE...",
        .min_operands = 1,
        .max_operands = SIZE_MAX,
        .summary = N_("Check the signatures of documents and explain the result"),
        .description = N_(
                "Judges every signature of each file after ETSI EN 319 102-1: whose it is, whether "
                "the content is unchanged, what it covers, what was changed since, whether the "
                "certificate leads to one that is trusted and was not revoked. A folder stands for "
                "the documents in it and below it; links in it are not followed. A signature in a "
                "file of its own (CMS: .p7s, .p7m) is checked over the content it carries, or over "
                "the file that --detached names, or over x where it is named x.p7s. Only "
                "certificates "
                "that were imported with trust import, or given with --trust, are trusted, and "
                "only those of authorities, or one that its own key signed. A CRL or OCSP answer "
                "with a weak hash, or with a critical extension that is not known, can revoke a "
                "certificate and never show that it is good. Time stamps on a signature prove that "
                "it existed at a time, and certificates that ended or were revoked later are "
                "judged as of then; one that cannot be relied on changes nothing. --signer takes "
                "the name or office as it is written in the certificate, capitals and accents "
                "included, or any e-mail address of it, whose domain may be in any case. The "
                "exit code is "
                "0 when all signatures are valid, 1 when one is not, 3 when one cannot be "
                "decided, 4 when a file carries none, 5 when a file cannot be read as what it "
                "claims to be."),
        .opts = opts,
        .args_size = sizeof(struct args),
        .examples = examples,
        .run = run_verify,
};
