/*
 * antin-ca init and sub: a root authority, and one below it.
 */
#include "ca.h"

#include <string.h>

struct args {
	const char *ca, *parent, *subject, *key, *keygen, *profile, *url, *ocsp_url;
	int64_t days, crl_days;
	bool no_responder;
	struct ca_made_args result;
};

#define COMMON_OPTS                                                                                \
	CLI_OPT_TEXT(struct args, ca, "ca", 0, "NAME",                                             \
	             N_("Short name of the authority: letters, digits, - and _"),                  \
	             .required = true),                                                            \
	        CLI_OPT_TEXT(struct args, subject, "subject", 0, "DN",                             \
	                     N_("Distinguished name, as C=VN,O=...,CN=..."), .required = true),    \
	        CLI_OPT_TEXT(struct args, key, "key", 0, "URI|FILE",                               \
	                     N_("Key of the authority: a pkcs11: URI or a file"),                  \
	                     .required = true),                                                    \
	        CLI_OPT_TEXT(struct args, keygen, "keygen", 0, "ALG",                              \
	                     N_("Generate the key: rsa3072, rsa4096, p256 or p384")),              \
	        CLI_OPT_TEXT(struct args, profile, "profile", 0, "PROFILE",                        \
	                     N_("Profile of its certificate")),                                    \
	        CLI_OPT_NUMBER(struct args, days, "days", 0, "N", 1, 36500,                        \
	                       N_("Days that the certificate is valid")),                          \
	        CLI_OPT_TEXT(struct args, url, "url", 0, "URL",                                    \
	                     N_("Address under which its CRL and certificate will be found; it "   \
	                        "stands in the certificates that it issues")),                     \
	        CLI_OPT_TEXT(struct args, ocsp_url, "ocsp-url", 0, "URL",                          \
	                     N_("Address of its OCSP service; without it URL/ocsp")),              \
	        CLI_OPT_NUMBER(struct args, crl_days, "crl-days", 0, "N", 1, 3650,                 \
	                       N_("Days that a CRL is good; without it 7")),                       \
	        CLI_OPT_FLAG(struct args, no_responder, "no-responder", 0,                         \
	                     N_("Make no key and certificate for answering OCSP")),                \
	        CA_MADE_OPTS(struct args, result), CLI_OPT_END

static const struct cli_opt init_opts[] = {COMMON_OPTS};
static const struct cli_opt sub_opts[] = {
        CLI_OPT_TEXT(struct args, parent, "parent", 0, "NAME",
                     N_("Authority of this store that issues the certificate"), .required = true),
        COMMON_OPTS,
};

/* Nobody can be reached there, so nobody is asked by mistake. */
static const char nowhere[] = "http://localhost/antin";

/* True when the address of the authority is one where nobody will find it. */
static bool
urls(struct ca *ca, const struct args *a, struct antin_authority *out)
{
	out->url = a->url ? a->url : ca_setting(ca, "url");
	out->ocsp_url = a->ocsp_url ? a->ocsp_url : ca_setting(ca, "ocspUrl");
	if (out->url)
		return false;
	out->url = nowhere;
	return true;
}

/* It stands in every certificate and cannot be changed afterwards, so it is not said in passing. */
static void
warn_nowhere(struct cli *c, struct antin_bytes *warnings)
{
	cli_note(c,
	         _("WARNING: without --url every certificate of this authority names %s, where "
	           "nobody finds its CRLs and its OCSP service; fit for trials only\n"),
	         nowhere);
	if (c->json)
		antin_bytes_printf(warnings, "url: %s is for trials only\n", nowhere);
}

static enum antin_rc
make(struct cli *c, struct ca *ca, const void *args, struct antin_signer_issued *made,
     struct antin_err *err)
{
	const struct args *a = args;
	struct antin_authority want = {.ca = a->ca,
	                               .parent = a->parent,
	                               .profile = a->profile,
	                               .days = a->days,
	                               .crl_days = a->crl_days,
	                               .dry_run = a->result.dry_run};
	ANTIN_SCOPED(antin_bytes) subject = {0};
	ANTIN_SCOPED(ca_key_wish) key = {0};
	bool renewed = false, lost = urls(ca, a, &want);
	enum antin_rc rc = cli_subject(a->subject, &subject, err);

	if (rc == ANTIN_OK)
		rc = ca_key_wished(a->key, a->keygen, a->ca, &key, err);
	if (rc != ANTIN_OK)
		return rc;
	want.subject = antin_bytes_slice(&subject);
	want.key_uri = (const char *)key.uri.p;
	want.keygen = key.generate;
	rc = antin_authority_make(ca_signer(ca), &want, made, err);
	if (rc == ANTIN_OK && !a->result.dry_run && !a->no_responder)
		rc = antin_authority_responder_renew(ca_signer(ca), a->ca, &renewed, err);
	if (rc == ANTIN_OK && lost)
		warn_nowhere(c, &made->warnings);
	return rc;
}

static enum antin_rc
run(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct args *a = args;
	struct ca_making m = {a->parent ? "antin-ca.sub/1" : "antin-ca.init/1", &a->result,
	                      a->parent           ? CA_THERE
	                      : a->result.dry_run ? CA_TRIED
	                                          : CA_MADE,
	                      make};

	(void)operands;
	return ca_run_making(c, &m, args, err);
}

static const char *const init_examples[] = {
        "antin-ca init --ca root --subject \"C=VN,O=Example,CN=Root\" --key root.key --keygen p256 "
        "--out root.crt",
        NULL};
const struct cli_cmd cmd_init = {
        .name = "init",
        .operands = "",
        .summary = N_("Make a root authority, and the store when it is not there"),
        .description = N_(
                "Makes the key (with --keygen) or opens it, signs the root's own certificate and "
                "records both. A key and certificate for answering OCSP are made beside the "
                "store, unless told otherwise."),
        .opts = init_opts,
        .args_size = sizeof(struct args),
        .examples = init_examples,
        .run = run,
};

static const char *const sub_examples[] = {
        "antin-ca sub --ca agencies --parent root --subject \"C=VN,O=Example,CN=Agencies\" "
        "--key agencies.key --keygen p256 --out agencies.crt",
        NULL};
const struct cli_cmd cmd_sub = {
        .name = "sub",
        .operands = "",
        .summary = N_("Make an authority below another one of the same store"),
        .description = N_("As init, with a certificate that the parent signs."),
        .opts = sub_opts,
        .args_size = sizeof(struct args),
        .examples = sub_examples,
        .run = run,
};
