/*
 * antin cert verify: whether a certificate leads to a trusted one, was not revoked, and is for what
 * it is asked for.
 */
#include "cli.h"

#include <antin/verify_cert.h>

#include "given.h"
#include "trust.h"

struct args {
	struct cli_texts trust, intermediate, crl, ocsp, policy;
	const char *name;
	int64_t at, max_depth;
	int revocation, purpose;
	bool explicit_policy, no_mapping, no_any;
};

static const struct antin_choice modes[] = {{"chain", ANTIN_REVOCATION_CHAIN},
                                            {"leaf", ANTIN_REVOCATION_LEAF},
                                            {"none", ANTIN_REVOCATION_NONE},
                                            {NULL, 0}};

static const struct cli_opt opts[] = {
        CLI_OPT_TEXTS(struct args, trust, "trust", 0, "PATH",
                      N_("Trust the certificates of this file or folder, whoever issued them"),
                      .required = true),
        CLI_OPT_TEXTS(struct args, intermediate, "intermediate", 0, "PATH",
                      N_("Certificates that may stand between the certificate and a trusted one")),
        CLI_OPT_TEXTS(struct args, crl, "crl", 0, "PATH",
                      N_("A certificate revocation list, or a folder of them")),
        CLI_OPT_TEXTS(struct args, ocsp, "ocsp", 0, "PATH",
                      N_("An OCSP answer, or a folder of them")),
        CLI_OPT_TIME(struct args, at, "at", 0,
                     N_("Check as if it were this time, which proves nothing")),
        CLI_OPT_TEXTS(struct args, policy, "policy", 0, "OID",
                      N_("Accept this certificate policy; without it any")),
        CLI_OPT_FLAG(struct args, explicit_policy, "require-explicit-policy", 0,
                     N_("The whole chain must have an acceptable policy")),
        CLI_OPT_FLAG(struct args, no_mapping, "inhibit-policy-mapping", 0,
                     N_("Let no authority map one policy to another")),
        CLI_OPT_FLAG(struct args, no_any, "inhibit-any-policy", 0,
                     N_("Let the policy anyPolicy stand for no other")),
        CLI_OPT_CHOICE(struct args, revocation, "revocation", 0, "WHAT", modes,
                       N_("Whose revocation is asked: of the whole chain (the default), of the "
                          "certificate alone (leaf), of none"),
                       .initial = ANTIN_REVOCATION_CHAIN),
        CLI_OPT_NUMBER(struct args, max_depth, "max-depth", 0, "N", 0, ANTIN_PATH_DEPTH,
                       N_("At most so many authorities between the certificate and the trusted "
                          "one; those that issued themselves do not count"),
                       .initial = -1),
        CLI_OPT_CHOICE(struct args, purpose, "purpose", 0, "PURPOSE", antin_purpose_choices,
                       N_("What the certificate is to be used for"), .initial = ANTIN_PURPOSE_ANY),
        CLI_OPT_TEXT(struct args, name, "name", 0, "KIND:NAME",
                     N_("Whom it must be for: dns:HOST, ip:ADDRESS or email:ADDRESS")),
        CLI_OPT_END,
};

/* What one run works with. */
struct run {
	struct cli *c;
	struct antin_given files; /* the certificate first, then what may stand above it */
	struct given given;
	struct antin_verify_options options;
	struct antin_cert_demands demands;
	struct antin_report report;
};

static void
run_done(struct run *r)
{
	antin_report_done(&r->report);
	antin_given_done(&r->files);
	given_done(&r->given);
}
ANTIN_SCOPED_S(run, run_done);

/* Each certificate is an anchor, self-signed or not. */
static enum antin_rc
trust_given(struct antin_trust *t, const char *path, struct antin_err *err)
{
	ANTIN_SCOPED(antin_certs) read = {0};
	enum antin_rc rc = cli_certs(path, &read, err);

	t->given = true;
	for (size_t i = 0; rc == ANTIN_OK && i < read.n; i++)
		rc = antin_trust_add(t, read.items[i], antin_class_guess(read.items[i]), path, err);
	return rc;
}

static enum antin_rc
load(struct run *r, const struct args *a, const char *file, struct antin_err *err)
{
	const struct given_paths paths = {&a->intermediate, &a->crl, &a->ocsp};
	struct antin_trust *t = &r->given.trust;
	enum antin_rc rc = trust_may_give(r->c, err);

	if (rc == ANTIN_OK)
		rc = given_worker(r->c, &r->given.worker, err);
	for (size_t i = 0; i < a->trust.n && rc == ANTIN_OK; i++)
		rc = trust_given(t, a->trust.items[i], err);
	if (rc == ANTIN_OK)
		rc = antin_given_add(&r->files, ANTIN_GIVEN_CERTS, file, err);
	if (rc == ANTIN_OK)
		rc = given_load(r->c, &paths, CLI_NETWORK_AS_SET, &r->given, &r->options, err);
	return rc;
}

static enum antin_rc
check_policies(const struct cli_texts *policies, struct antin_err *err)
{
	for (size_t i = 0; i < policies->n; i++) {
		ANTIN_SCOPED(antin_bytes) oid = {0};

		if (antin_oid_parse(policies->items[i], &oid, NULL) != ANTIN_OK)
			return antin_fail(err, ANTIN_E_USAGE,
			                  N_("--policy must be an OID like 2.16.704.1.1, not %s"),
			                  policies->items[i]);
	}
	return ANTIN_OK;
}

static enum antin_rc
set_options(struct run *r, const struct args *a, struct antin_err *err)
{
	enum antin_rc rc;

	r->demands = (struct antin_cert_demands){
	        .rules = {.policies = a->policy.n ? a->policy.items : NULL,
	                  .explicit_policy = a->explicit_policy,
	                  .inhibit_mapping = a->no_mapping,
	                  .inhibit_any = a->no_any,
	                  .revocation = (enum antin_revocation_mode)a->revocation,
	                  .purpose = (enum antin_purpose)a->purpose,
	                  .max_depth = a->max_depth},
	        .name = a->name,
	};
	rc = given_time(r->c, a->at, &r->options, err);
	return rc == ANTIN_OK ? check_policies(&a->policy, err) : rc;
}

static enum antin_rc
judge(struct run *r, const char *file, struct antin_err *err)
{
	struct antin_worker *w = r->given.worker;

	return w ? antin_verify_cert_isolated(w, &r->files, file, &r->options, &r->demands,
	                                      &r->report, err)
	         : antin_verify_cert_files(&r->files, file, &r->options, &r->demands, &r->report,
	                                   err);
}

static enum antin_rc
print(struct run *r, struct antin_err *err)
{
	const struct antin_cert_report report = {r->report.file, &r->options, &r->demands,
	                                         r->report.verdicts};
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_OWN(json_t) json = NULL;
	const struct antin_report_style style = given_style(r->c);
	enum antin_rc rc;

	r->options.fetches = &r->report.fetches;
	rc = antin_cert_report_text(&report, cli_translate, &style, &text, err);
	if (rc == ANTIN_OK)
		rc = antin_cert_report_json(&report, cli_translate, &json, err);
	if (rc == ANTIN_OK)
		rc = given_isolation(r->given.worker, json, err);
	if (rc != ANTIN_OK)
		return rc;
	cli_say(r->c, "%s", antin_bytes_cstr(&text));
	cli_json(r->c, ANTIN_TAKE(json));
	return ANTIN_OK;
}

static enum antin_rc
run_verify(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	static const int codes[] = {
	        [ANTIN_TOTAL_PASSED] = 0,
	        [ANTIN_INDETERMINATE] = 3,
	        [ANTIN_TOTAL_FAILED] = 1,
	};
	ANTIN_SCOPED(run) r = {.c = c};
	enum antin_rc rc = set_options(&r, args, err);

	if (rc == ANTIN_OK)
		rc = load(&r, args, operands[0], err);
	if (rc == ANTIN_OK)
		rc = judge(&r, operands[0], err);
	if (rc == ANTIN_OK)
		rc = print(&r, err);
	if (rc == ANTIN_OK)
		c->exit_code = codes[r.report.verdicts[0].indication];
	return rc;
}

static const char *const examples[] = {
        "antin cert verify huong.crt --trust goc.crt --intermediate nha-nuoc.crt --crl goc.crl "
        "--crl nha-nuoc.crl",
        "antin cert verify huong.crt --trust goc.crt --intermediate nha-nuoc.crt --crl goc.crl "
        "--crl nha-nuoc.crl --purpose sign --name email:a@agency.gov.vn --json",
        NULL,
};

const struct cli_cmd cmd_cert_verify = {
        .name = "cert verify",
        .operands = "FILE",
        .min_operands = 1,
        .max_operands = 1,
        .summary = N_("Check a certificate and its chain"),
        .description = N_(
                "Judges the first certificate of the file (PEM or DER) or folder after RFC 5280 "
                "section 6; others in it may stand between it and a trusted one. Every "
                "certificate given with --trust is an anchor, whoever issued it. For each "
                "certificate below it a CRL or an OCSP answer must show that it was not revoked, "
                "unless --revocation says otherwise. All possible chains are tried; each "
                "certificate that was refused is named with the reason. The exit code is 0 when "
                "the certificate is valid and 3 when it is not, or cannot be judged: then the "
                "sub-indication of ETSI EN 319 102-1 says why."),
        .opts = opts,
        .args_size = sizeof(struct args),
        .examples = examples,
        .run = run_verify,
};
