/*
 * antin trust bundle: makes a signed bundle of what is trusted here.
 */
#include "cli.h"

#include <string.h>

#include <antin/bundle.h>
#include <antin/file.h>
#include <antin/sign.h>
#include <antin/text.h>

#include "given.h"
#include "trust.h"

struct bundle_args {
	const char *out, *name, *key, *cert, *module;
	struct cli_texts trust, intermediate, crl, ocsp;
	struct cli_pin_args pins;
	int64_t sequence, expires;
	bool force;
};

static const struct cli_opt bundle_opts[] = {
        CLI_OPT_TEXT(struct bundle_args, out, "out", 'o', "FILE", N_("Write the bundle here"),
                     .required = true),
        CLI_OPT_TEXT(struct bundle_args, name, "name", 0, "TEXT",
                     N_("What the bundle calls itself; else the name of its signer")),
        CLI_OPT_NUMBER(struct bundle_args, sequence, "sequence", 0, "N", 1, INT64_C(1) << 53,
                       N_("Number of the bundle, higher than that of every one before"),
                       .required = true),
        CLI_OPT_TIME(struct bundle_args, expires, "expires", 0,
                     N_("Until when a later bundle follows")),
        CLI_OPT_TEXT(struct bundle_args, key, "key", 'k', "URI|FILE",
                     N_("Key that signs: a PKCS#11 URI, a PKCS#8 or PKCS#12 file"),
                     .required = true),
        CLI_OPT_TEXT(struct bundle_args, cert, "cert", 0, "FILE", N_("Certificate of that key")),
        CLI_OPT_TEXT(struct bundle_args, module, "module", 0, "PATH|NAME",
                     N_("PKCS#11 module of the token")),
        CLI_OPT_TEXTS(struct bundle_args, trust, "trust", 0, "PATH",
                      N_("A trust folder or certificates, in place of what is configured")),
        CLI_OPT_TEXTS(struct bundle_args, intermediate, "intermediate", 0, "PATH",
                      N_("Certificates between signers and authorities")),
        CLI_OPT_TEXTS(struct bundle_args, crl, "crl", 0, "PATH", N_("CRLs to send along")),
        CLI_OPT_TEXTS(struct bundle_args, ocsp, "ocsp", 0, "PATH",
                      N_("OCSP answers to send along")),
        CLI_OPT_FLAG(struct bundle_args, force, "force", 'f',
                     N_("Replace files that exist already")),
        CLI_PIN_OPTS(struct bundle_args, pins),
        CLI_OPT_END,
};

static enum antin_rc
gather(struct cli *c, const struct bundle_args *a, struct antin_trust *t, struct antin_err *err)
{
	const struct given_paths paths = {&a->intermediate, &a->crl, &a->ocsp};
	ANTIN_OWN_S(antin_kinds) kinds = NULL;
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; rc == ANTIN_OK && i < a->trust.n; i++)
		rc = trust_take(t, a->trust.items[i], err);
	if (rc == ANTIN_OK)
		rc = trust_configured(c, t, err);
	return rc == ANTIN_OK ? given_trust(t, &t->evidence, &paths, &kinds, err) : rc;
}

struct signing {
	struct antin_keystore *store;
	struct antin_key *key;
	struct antin_certs given;
	struct antin_cert *cert; /* borrowed */
	struct antin_bytes name;
};

static void
signing_done(struct signing *s)
{
	antin_key_free(s->key);
	antin_keystore_free(s->store);
	antin_certs_done(&s->given);
	antin_bytes_done(&s->name);
}
ANTIN_SCOPED_S(signing, signing_done);

static enum antin_rc
open_key(struct cli *c, const struct bundle_args *a, struct cli_pins *pins, struct signing *s,
         struct antin_err *err)
{
	enum antin_rc rc = a->cert ? cli_certs(a->cert, &s->given, err) : ANTIN_OK;

	if (rc == ANTIN_OK)
		rc = cli_keystore(c, a->key, a->module, cli_pins_source(pins), &s->store, err);
	if (rc == ANTIN_OK)
		rc = antin_keystore_find(s->store, a->key, &s->key, err);
	if (rc == ANTIN_OK)
		rc = antin_sign_cert(s->key, &s->given, &s->cert, err);
	if (rc == ANTIN_OK && a->name)
		antin_bytes_text(&s->name, a->name);
	if (rc == ANTIN_OK && !a->name && !antin_name_get(s->cert->subject, "CN", &s->name))
		rc = antin_fail(err, ANTIN_E_USAGE, N_("give the bundle a name with --name"));
	return rc;
}

static enum antin_rc
check_args(const struct cli *c, const struct bundle_args *a, struct antin_err *err)
{
	if (a->name && (antin_text_characters(antin_slice_text(a->name)) > ANTIN_BUNDLE_NAME ||
	                !antin_utf8_valid(antin_slice_text(a->name))))
		return antin_fail(err, ANTIN_E_USAGE, N_("--name is longer than %d characters"),
		                  ANTIN_BUNDLE_NAME);
	if (a->expires != ANTIN_NO_TIME && a->expires <= c->now)
		return antin_fail(err, ANTIN_E_USAGE, N_("--expires is not later than now"));
	return ANTIN_OK;
}

static enum antin_rc
run_bundle(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct bundle_args *a = args;
	ANTIN_SCOPED(antin_trust) t = {0};
	ANTIN_SCOPED(antin_bytes) bytes = {0};
	ANTIN_SCOPED(signing) s = {0};
	ANTIN_OWN_S(cli_pins) pins = NULL;
	struct antin_bundle_spec spec;
	enum antin_rc rc = check_args(c, a, err);

	(void)operands;
	if (rc == ANTIN_OK)
		rc = gather(c, a, &t, err);
	if (rc == ANTIN_OK)
		rc = cli_pins_new(c, &a->pins, &pins, err);
	if (rc == ANTIN_OK)
		rc = open_key(c, a, pins, &s, err);
	if (rc != ANTIN_OK)
		return rc;
	spec = (struct antin_bundle_spec){
	        .name = antin_bytes_cstr(&s.name),
	        .sequence = (uint64_t)a->sequence,
	        .as_of = c->now,
	        .expires = a->expires,
	        .trust = &t,
	        .key = s.key,
	        .signer = s.cert,
	};
	rc = spec.name ? antin_bundle_write(&spec, &bytes, err) : antin_fail_memory(err);
	if (rc == ANTIN_OK)
		rc = antin_file_write(a->out, antin_bytes_slice(&bytes),
		                      a->force ? ANTIN_OUTPUT_REPLACE : 0, err);
	if (rc != ANTIN_OK)
		return rc;
	cli_say(c, _("%s: number %lld with %zu trusted certificates\n"), a->out,
	        (long long)a->sequence, t.n_anchors);
	trust_show(c, s.cert, NULL);
	cli_json(c,
	         json_pack("{ss ss sI sI sI sI}", "schema", "antin.trust.bundle/1", "file", a->out,
	                   "sequence", (json_int_t)a->sequence, "anchors", (json_int_t)t.n_anchors,
	                   "intermediates", (json_int_t)t.intermediates.n, "revocation",
	                   (json_int_t)t.evidence.n));
	return ANTIN_OK;
}

static const char *const bundle_examples[] = {
        "antin trust bundle --trust goc.crt --sequence 8 --key huong.p12 --pin-file pin --out "
        "tin-cay-8.bundle",
        NULL,
};

const struct cli_cmd cmd_trust_bundle = {
        .name = "trust bundle",
        .operands = "",
        .summary = N_("Make a signed bundle of trusted authorities for other computers"),
        .description =
                N_("Puts what is trusted here, or what is given, into one signed file: authorities "
                   "with their class and limits, certificates below them, revocation data. Its "
                   "receivers compare the certificate of the signer once, at antin trust import; "
                   "its number must rise with every bundle."),
        .opts = bundle_opts,
        .args_size = sizeof(struct bundle_args),
        .examples = bundle_examples,
        .run = run_bundle,
};
