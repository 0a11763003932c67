/*
 * antin-ca responder: the key and certificate that answer OCSP for an authority.
 */
#include "ca.h"

struct args {
	const char *ca, *key, *keygen, *profile, *out;
	int64_t days;
	bool dry_run, force;
	struct ca_key_args keys;
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
        CLI_OPT_TEXT(struct args, out, "out", 'o', "FILE", N_("Write the certificate to a file")),
        CLI_OPT_FLAG(struct args, force, "force", 0, N_("Replace a file that exists")),
        CLI_OPT_FLAG(struct args, dry_run, "dry-run", 0,
                     N_("Only try: nothing is signed or changed")),
        CA_KEY_OPTS(struct args, keys),
        CLI_OPT_END,
};

static enum antin_rc
make(struct ca *ca, const struct args *a, struct antin_signer_issued *made, struct antin_err *err)
{
	struct antin_authority_responder want = {.ca = a->ca,
	                                         .profile = a->profile,
	                                         .days = a->days,
	                                         .dry_run = a->dry_run};
	ANTIN_SCOPED(antin_bytes) key = {0};
	struct antin_keygen keygen = {.label = "OCSP"};
	enum antin_rc rc = ANTIN_OK;

	if (a->keygen && !a->key)
		return antin_fail(err, ANTIN_E_USAGE, N_("--keygen needs --key"));
	if (a->keygen)
		rc = antin_keygen_parse(a->keygen, &keygen, err);
	if (rc == ANTIN_OK && a->key)
		rc = ca_key_uri(a->key, &key, err);
	if (rc != ANTIN_OK)
		return rc;
	want.key_uri = (const char *)key.p;
	want.keygen = a->keygen ? &keygen : NULL;
	return antin_authority_responder(ca_signer(ca), &want, made, err);
}

static enum antin_rc
run(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct args *a = args;
	ANTIN_OWN_S(ca) ca = NULL;
	ANTIN_OWN_S(antin_output) out = NULL;
	ANTIN_SCOPED(antin_signer_issued) made = {0};
	enum antin_rc rc = ca_out_open(a->out, a->force, &out, err);

	(void)operands;
	if (rc == ANTIN_OK)
		rc = ca_open(c, &a->keys, false, &ca, err);
	if (rc == ANTIN_OK)
		rc = make(ca, a, &made, err);
	if (rc == ANTIN_OK)
		rc = ca_issued(c, "antin-ca.responder/1", &made, out, err);
	return rc;
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
