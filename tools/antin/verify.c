/*
 * antin verify: judges the signatures of documents and explains the verdict.
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

#include <antin/report.h>

#include "trust.h"

struct args {
	struct cli_texts trust, intermediate, crl, ocsp, signer;
	int64_t at;
	bool offline, whole_file, strict;
};

static const struct cli_opt opts[] = {
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
        CLI_OPT_FLAG(struct args, whole_file, "require-whole-file", 0,
                     N_("Every signature must cover the whole file")),
        CLI_OPT_FLAG(struct args, strict, "strict-changes", 0,
                     N_("Allow nothing after a signature but evidence for long-term validity")),
        CLI_OPT_END,
};

/* What one run works with. */
struct run {
	struct cli *c;
	struct antin_trust trust;
	struct antin_evidence evidence;
	struct antin_verify_options options;
	size_t passed, indeterminate, failed, unsigned_files, errors;
};

static void
run_done(struct run *r)
{
	antin_trust_done(&r->trust);
	antin_evidence_done(&r->evidence);
}
ANTIN_SCOPED_S(run, run_done);

static enum antin_rc
load(struct run *r, const struct args *a, struct antin_err *err)
{
	enum antin_rc rc = a->trust.n ? trust_may_give(r->c, err) : ANTIN_OK;

	for (size_t i = 0; i < a->trust.n && rc == ANTIN_OK; i++)
		rc = antin_trust_give(&r->trust, a->trust.items[i], err);
	if (rc == ANTIN_OK)
		rc = trust_configured(r->c, &r->trust, err);
	for (size_t i = 0; i < a->intermediate.n && rc == ANTIN_OK; i++)
		rc = antin_trust_intermediates(&r->trust, a->intermediate.items[i], err);
	for (size_t i = 0; i < a->crl.n && rc == ANTIN_OK; i++)
		rc = antin_evidence_load_crls(&r->evidence, a->crl.items[i], err);
	for (size_t i = 0; i < a->ocsp.n && rc == ANTIN_OK; i++)
		rc = antin_evidence_load_ocsp(&r->evidence, a->ocsp.items[i], err);
	return rc;
}

static enum antin_rc
set_options(struct run *r, const struct args *a, struct antin_err *err)
{
	struct antin_verify_options *o = &r->options;

	o->trust = &r->trust;
	o->evidence = &r->evidence;
	o->now = o->time = r->c->now;
	o->signers = a->signer.n ? a->signer.items : NULL;
	o->whole_file = a->whole_file;
	o->strict_changes = a->strict;
	if (a->at == INT64_MIN)
		return ANTIN_OK;
	if (a->at > r->c->now)
		return antin_fail(err, ANTIN_E_USAGE, N_("--at lies in the future"));
	o->time = a->at;
	o->assumed = true;
	return ANTIN_OK;
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

static const char *
translate(const char *text)
{
	return _(text);
}

static enum antin_rc
print(struct run *r, const struct antin_report *report, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	const struct antin_report_style style = {
	        .good = cli_style(r->c, CLI_GOOD),
	        .doubt = cli_style(r->c, CLI_DOUBT),
	        .bad = cli_style(r->c, CLI_BAD),
	        .bold = cli_style(r->c, CLI_BOLD),
	        .plain = cli_style(r->c, CLI_PLAIN),
	};
	json_t *json;
	enum antin_rc rc;

	if (r->c->json) {
		rc = antin_report_json(report, translate, &json, err);
		if (rc == ANTIN_OK)
			cli_json(r->c, json);
		return rc;
	}
	rc = antin_report_text(report, translate, &style, &text, err);
	if (rc == ANTIN_OK)
		cli_say(r->c, "%s", antin_bytes_cstr(&text));
	return rc;
}

static enum antin_rc
one_file(struct run *r, const char *file, struct antin_err *err)
{
	ANTIN_OWN_S(antin_source) src = NULL;
	ANTIN_SCOPED(antin_report) report = {0};
	enum antin_rc rc = antin_source_open(file, &src, err);

	if (rc == ANTIN_OK)
		rc = antin_verify(src, file, &r->options, &report, err);
	if (rc == ANTIN_OK)
		rc = print(r, &report, err);
	if (rc != ANTIN_OK) {
		antin_err_set_file(err, file);
		return rc;
	}
	count(r, &report);
	r->c->exit_code = antin_exit_worse(r->c->exit_code, antin_report_exit(&report));
	return ANTIN_OK;
}

static void
summary(struct run *r, size_t files)
{
	cli_say(r->c,
	        _("%zu files: %zu signatures valid, %zu not yet decided, %zu not valid; %zu "
	          "files without signature, %zu not readable\n"),
	        files, r->passed, r->indeterminate, r->failed, r->unsigned_files, r->errors);
	cli_json(r->c, json_pack("{ss s{sI sI sI sI sI sI}}", "schema", "antin.verify/1", "summary",
	                         "files", (json_int_t)files, "passed", (json_int_t)r->passed,
	                         "indeterminate", (json_int_t)r->indeterminate, "failed",
	                         (json_int_t)r->failed, "unsigned", (json_int_t)r->unsigned_files,
	                         "errors", (json_int_t)r->errors));
}

/* Several files: each error is shown at its file, and the run goes on. */
static enum antin_rc
all_files(struct run *r, char **files, struct antin_err *err)
{
	size_t n = 0;

	while (files[n])
		n++;
	if (n == 1)
		return one_file(r, files[0], err);
	for (size_t i = 0; i < n; i++) {
		struct antin_err each = {0};
		enum antin_rc rc = one_file(r, files[i], &each);

		if (rc == ANTIN_OK)
			continue;
		r->errors++;
		cli_error(r->c, &each);
		r->c->error_shown = false;
		r->c->exit_code = antin_exit_worse(r->c->exit_code, antin_rc_exit(rc));
	}
	summary(r, n);
	return ANTIN_OK;
}

static enum antin_rc
run_verify(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	ANTIN_SCOPED(run) r = {.c = c};
	enum antin_rc rc = set_options(&r, args, err);

	if (rc == ANTIN_OK)
		rc = load(&r, args, err);
	if (rc == ANTIN_OK)
		rc = all_files(&r, operands, err);
	return rc;
}

static const char *const examples[] = {
        "antin verify cong-van.signed.pdf --trust goc.crt --crl goc.crl --crl nha-nuoc.crl",
        "antin verify cong-van.signed.pdf --trust goc.crt --crl goc.crl --crl nha-nuoc.crl --json",
        NULL,
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
                "certificate leads to one that is trusted and was not revoked. Only certificates "
                "that were imported with trust import, or given with --trust, are trusted, and "
                "only those of authorities, or one that its own key signed. A CRL or OCSP answer "
                "with a weak hash, or with a critical extension that is not known, can revoke a "
                "certificate and never show that it is good. The exit code is 0 when all "
                "signatures are valid, 1 when one is not, 3 when one cannot be "
                "decided, 4 when a file carries none, 5 when a file cannot be read as what it "
                "claims to be."),
        .opts = opts,
        .args_size = sizeof(struct args),
        .examples = examples,
        .run = run_verify,
};
