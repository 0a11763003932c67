/*
 * antin-ca responder: the key and certificate that answer OCSP for an authority.
 */
#include "ca.h"

struct args {
	const char *ca, *key, *keygen, *profile;
	int64_t days;
	struct ca_made_args result;
};

static const struct cli_opt opts[] = {
        CLI_OPT_TEXT(struct args, ca, "ca", 0, "NAME", N_("Authority that it answers for"),
                     .required = true),
        CLI_OPT_TEXT(struct args, key, "key", 0, "URI|FILE",
                     N_("Key of the responder; without it one is made beside the store")),
        CLI_OPT_TEXT(struct args, keygen, "keygen", 0, "ALG",
                     N_("Generate the key: p256, p384, rsa2048, rsa3072 or rsa4096")),
        CLI_OPT_TEXT(struct args, profile, "profile", 0, "PROFILE",
                     N_("Profile of its certificate; without it vn-ocsp")),
        CLI_OPT_NUMBER(struct args, days, "days", 0, "N", 1, 3650,
                       N_("Days that the certificate is valid")),
        CA_MADE_OPTS(struct args, result),
        CLI_OPT_END,
};

static enum antin_rc
make(struct cli *c, struct ca *ca, const void *args, struct antin_signer_issued *made,
     struct antin_err *err)
{
	const struct args *a = args;
	struct antin_authority_responder want = {.ca = a->ca,
	                                         .profile = a->profile,
	                                         .days = a->days,
	                                         .dry_run = a->result.dry_run};
	ANTIN_SCOPED(ca_key_wish) key = {0};
	enum antin_rc rc = ca_key_wished(a->key, a->keygen, "OCSP", &key, err);

	(void)c;
	if (rc != ANTIN_OK)
		return rc;
	want.key_uri = (const char *)key.uri.p;
	want.keygen = key.generate;
	return antin_authority_responder(ca_signer(ca), &want, made, err);
}

static enum antin_rc
run(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct args *a = args;
	struct ca_making m = {"antin-ca.responder/1", &a->result, CA_THERE, make};

	(void)operands;
	return ca_run_making(c, &m, args, err);
}

static const char *const examples[] = {"antin-ca responder --ca root", NULL};
const struct cli_cmd cmd_responder = {
        .name = "responder",
        .operands = "",
        .summary = N_("Give an authority a new key and certificate for answering OCSP"),
        .description =
                N_("init and sub make one already, and crl renews it in time; this is for a key on "
                   "a token, or to replace one at once. The newest answers."),
        .opts = opts,
        .args_size = sizeof(struct args),
        .examples = examples,
        .run = run,
};
