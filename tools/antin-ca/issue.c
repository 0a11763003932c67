/*
 * antin-ca issue: a certificate from a request under a profile.
 */
#include "ca.h"

#include <antin/request.h>

struct args {
	const char *ca, *profile, *csr, *subject, *request_key, *replaces;
	struct cli_texts san;
	int64_t days;
	struct ca_made_args result;
};

static const struct cli_opt opts[] = {
        CLI_OPT_TEXT(struct args, ca, "ca", 0, "NAME", N_("Authority that issues"),
                     .required = true),
        CLI_OPT_TEXT(struct args, profile, "profile", 0, "PROFILE",
                     N_("What kind of certificate; see profile list"), .required = true),
        CLI_OPT_TEXT(struct args, csr, "csr", 0, "FILE|-", N_("Request (PKCS#10, PEM or DER)"),
                     .required = true),
        CLI_OPT_TEXT(struct args, subject, "subject", 0, "DN",
                     N_("Distinguished name in place of the one in the request")),
        CLI_OPT_TEXTS(struct args, san, "san", 0, "TYPE:NAME",
                      N_("Alternative name, as email:name@agency.gov.vn; without it the e-mail "
                         "addresses of the request")),
        CLI_OPT_NUMBER(struct args, days, "days", 0, "N", 1, 36500,
                       N_("Days that the certificate is valid")),
        CLI_OPT_TEXT(struct args, request_key, "request-key", 0, "KEY",
                     N_("Key of this request: repeated with it, the same certificate is given")),
        CLI_OPT_TEXT(struct args, replaces, "replaces", 0, "SERIAL",
                     N_("Certificate that this one will take the place of")),
        CA_MADE_OPTS(struct args, result),
        CLI_OPT_END,
};

/* What can be wrong with the words of the person is told before any key is opened. */
static enum antin_rc
make(struct cli *c, struct ca *ca, const void *args, struct antin_signer_issued *made,
     struct antin_err *err)
{
	const struct args *a = args;
	ANTIN_OWN_S(antin_request) csr = NULL;
	ANTIN_SCOPED(antin_bytes) subject = {0};
	const char *sans[32] = {NULL};
	struct antin_signer_issue want = {.ca = a->ca,
	                                  .profile = a->profile,
	                                  .days = a->days,
	                                  .request_key = a->request_key,
	                                  .replaces = a->replaces,
	                                  .dry_run = a->result.dry_run};
	enum antin_rc rc = ANTIN_OK;

	(void)c;
	if (a->san.n >= sizeof(sans) / sizeof(sans[0]))
		return antin_fail(err, ANTIN_E_USAGE, N_("too many alternative names"));
	for (size_t i = 0; i < a->san.n; i++)
		sans[i] = a->san.items[i];
	if (a->subject)
		rc = cli_subject(a->subject, &subject, err);
	if (rc == ANTIN_OK)
		rc = antin_request_load(a->csr, &csr, err);
	if (rc != ANTIN_OK)
		return rc;
	want.csr = csr->der;
	want.subject = antin_bytes_slice(&subject);
	want.sans = a->san.n ? sans : NULL;
	return antin_signer_issue(ca_signer(ca), &want, made, err);
}

static enum antin_rc
run(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct args *a = args;
	struct ca_making m = {"antin-ca.issue/1", &a->result, CA_THERE, make};

	(void)operands;
	if (a->result.out && cli_same_file(a->csr, a->result.out)) {
		antin_err_set_file(err, a->csr);
		antin_err_set_hint(err, "--out FILE");
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("the certificate would replace the request %s"), a->csr);
	}
	return ca_run_making(c, &m, args, err);
}

static const char *const examples[] = {
        "antin-ca issue --ca agencies --profile vn-person --csr request.csr "
        "--san email:a@agency.gov.vn --out person.crt",
        NULL};
const struct cli_cmd cmd_issue = {
        .name = "issue",
        .operands = "",
        .summary = N_("Issue a certificate for a request"),
        .description = N_(
                "The request must be signed by its own key. The profile decides every extension; "
                "what does not pass the rules is refused by the name of the rule. The octets to "
                "be signed are recorded before the key is used, so that nothing that was ever "
                "signed can be unknown."),
        .opts = opts,
        .args_size = sizeof(struct args),
        .examples = examples,
        .run = run,
};
