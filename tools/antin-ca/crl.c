/*
 * antin-ca crl: the next CRL of an authority.
 */
#include "ca.h"

struct args {
	const char *ca, *out;
	int64_t shard;
	bool publish, force, dry_run;
	struct ca_key_args keys;
};

static const struct cli_opt opts[] = {
        CLI_OPT_TEXT(struct args, ca, "ca", 0, "NAME", N_("Authority that signs it"),
                     .required = true),
        CLI_OPT_NUMBER(struct args, shard, "shard", 0, "N", 0, 1000000,
                       N_("Part of the certificates; 0, or none given, means all")),
        CLI_OPT_TEXT(struct args, out, "out", 'o', "FILE", N_("Write the CRL to a file (DER)")),
        CLI_OPT_FLAG(struct args, force, "force", 0, N_("Replace a file that exists")),
        CLI_OPT_FLAG(struct args, publish, "publish", 0,
                     N_("Put it where antind finds it; never an older one over a newer")),
        CLI_OPT_FLAG(struct args, dry_run, "dry-run", 0,
                     N_("Only try: nothing is signed or changed")),
        CA_KEY_OPTS(struct args, keys),
        CLI_OPT_END,
};

static void
tell(struct cli *c, const struct args *a, const struct antin_signer_crl *crl, bool renewed,
     enum antin_rc renewal)
{
	char when[ANTIN_TIME_CAP];
	json_t *o = json_pack("{ss ss sI sI sI sb sb sI}", "schema", "antin-ca.crl/1", "ca", a->ca,
	                      "shard", (json_int_t)a->shard, "number", (json_int_t)crl->number,
	                      "entries", (json_int_t)crl->entries, "published", a->publish,
	                      "responderRenewed", renewed, "log", (json_int_t)crl->log);

	cli_say(c, _("CRL %llu of %s: %llu entries, good until %s; log %llu\n"),
	        (unsigned long long)crl->number, a->ca, (unsigned long long)crl->entries,
	        ca_time(crl->next_update, when), (unsigned long long)crl->log);
	if (renewed)
		cli_say(c, _("The OCSP responder of %s has a new key and certificate\n"), a->ca);
	if (!o)
		return;
	(void)antin_json_set_time(o, "thisUpdate", crl->this_update);
	(void)antin_json_set_time(o, "nextUpdate", crl->next_update);
	(void)antin_json_set_hex(o, "sha256", (struct antin_slice){crl->sha256, 32});
	if (renewal != ANTIN_OK)
		(void)json_object_set_new(o, "responderError", json_string(antin_rc_id(renewal)));
	cli_json(c, o);
}

/* What the next one would have; its key is not opened. */
static enum antin_rc
try_it(struct cli *c, struct ca *ca, const struct args *a, struct antin_err *err)
{
	ANTIN_SCOPED(antin_issuer_row) by = {0};
	struct antin_scan_total total = {0};
	int64_t now = c->now;
	enum antin_rc rc = antin_store_log_clock(ca_store(ca), &now, err);

	if (rc == ANTIN_OK)
		rc = antin_store_issuer_find(ca_store(ca), a->ca, &by, err);
	if (rc == ANTIN_OK && a->shard > by.shards)
		rc = antin_fail(err, ANTIN_E_NOT_FOUND, N_("the authority %s has no shard %u"),
		                a->ca, (unsigned int)a->shard);
	if (rc == ANTIN_OK)
		rc = antin_store_revocation_total(ca_store(ca), by.id, a->shard, &total, err);
	if (rc != ANTIN_OK)
		return rc;
	cli_say(c, _("Only tried: the next CRL of %s would have %lld entries\n"), a->ca,
	        (long long)total.entries);
	cli_json(c, json_pack("{ss ss sI sI sb}", "schema", "antin-ca.crl/1", "ca", a->ca, "shard",
	                      (json_int_t)a->shard, "entries", (json_int_t)total.entries, "dryRun",
	                      1));
	return ANTIN_OK;
}

/* What comes after the list is there (exit 7 when it is published and something else failed). */
static enum antin_rc
finish(struct cli *c, struct ca *ca, const struct args *a, const struct antin_signer_crl *crl,
       struct antin_output *out, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK, renewal = ANTIN_OK;
	bool renewed = false;

	if (out)
		rc = antin_output_write(out, crl->der.p, crl->der.len, err);
	if (rc == ANTIN_OK && out)
		rc = antin_output_commit(out, err);
	if (rc != ANTIN_OK && !a->publish)
		return rc;
	/* The key of the authority is open now: the moment to renew what it signed for OCSP. */
	if (rc == ANTIN_OK)
		renewal = antin_authority_responder_renew(ca_signer(ca), a->ca, &renewed, err);
	tell(c, a, crl, renewed, renewal);
	if (rc == ANTIN_OK && renewal == ANTIN_OK)
		return ANTIN_OK;
	c->exit_code = 7;
	if (rc != ANTIN_OK)
		return antin_wrap(err, rc, N_("CRL %llu of %s is published, but not written"),
		                  (unsigned long long)crl->number, a->ca);
	antin_err_set_hint(err, "antin-ca responder --ca %s", a->ca);
	return antin_wrap(
	        err, renewal,
	        N_("CRL %llu of %s is made; only the OCSP responder could not be renewed"),
	        (unsigned long long)crl->number, a->ca);
}

static enum antin_rc
run(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct args *a = args;
	ANTIN_OWN_S(ca) ca = NULL;
	ANTIN_OWN_S(antin_output) out = NULL;
	ANTIN_SCOPED(antin_signer_crl) crl = {0};
	enum antin_rc rc;

	(void)operands;
	if (!a->out && !a->publish && !a->dry_run)
		return antin_fail(err, ANTIN_E_USAGE, N_("crl needs --out or --publish"));
	rc = ca_out_open(a->out, a->force, &out, err);
	if (rc == ANTIN_OK)
		rc = ca_open(c, &a->keys, CA_THERE, &ca, err);
	if (rc == ANTIN_OK && a->dry_run)
		return try_it(c, ca, a, err);
	if (rc == ANTIN_OK)
		rc = antin_signer_crl(ca_signer(ca), a->ca, (unsigned int)a->shard, &crl, err);
	if (rc == ANTIN_OK && a->publish)
		rc = antin_ca_publish_crl(ca_signer(ca), a->ca, (unsigned int)a->shard, &crl,
		                          &crl.log, err);
	if (rc == ANTIN_OK)
		rc = finish(c, ca, a, &crl, out, err);
	return rc;
}

static const char *const examples[] = {"antin-ca crl --ca agencies --out agencies.crl --publish",
                                       NULL};
const struct cli_cmd cmd_crl = {
        .name = "crl",
        .operands = "",
        .summary = N_("Sign the next certificate revocation list"),
        .description = N_(
                "Every certificate that was ever revoked stays on it. Its number only grows. The "
                "OCSP responder beside the store is renewed when half of its time is over; exit 7 "
                "when only that failed."),
        .opts = opts,
        .args_size = sizeof(struct args),
        .examples = examples,
        .run = run,
};
