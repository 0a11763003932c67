/*
 * antin trust import, list, remove: the certificates that are trusted.
 */
#include "cli.h"

#include <antin/text.h>

#include "trust.h"

/* ---- import ---- */

struct import_args {
	const char *fingerprint;
	int class;
};

static const struct cli_opt import_opts[] = {
        CLI_OPT_TEXT(struct import_args, fingerprint, "fingerprint", 0, "HEX",
                     N_("The SHA-256 that the certificate must have; needed without a terminal")),
        CLI_OPT_CHOICE(struct import_args, class, "class", 0, "CLASS", antin_class_choices,
                       N_("What kind of service the authority belongs to")),
        CLI_OPT_END,
};

static enum antin_rc
load_one(const char *path, struct antin_certs *out, struct antin_err *err)
{
	enum antin_rc rc = cli_certs(path, out, err);

	if (rc == ANTIN_OK && out->n != 1) {
		rc = antin_fail(err, ANTIN_E_AMBIGUOUS,
		                N_("%zu certificates are there; import one at a time"), out->n);
		antin_err_set_file(err, path);
	}
	return rc;
}

/* --fingerprint, read before anything is shown: a wrong command line says nothing of the file. */
static enum antin_rc
fingerprint_read(const char *text, struct antin_bytes *hash, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) plain = {0};

	for (; *text; text++)
		if (*text != ' ' && *text != ':')
			antin_bytes_byte(&plain, (uint8_t)*text);
	if (!antin_bytes_cstr(&plain) ||
	    antin_hex_parse(antin_bytes_cstr(&plain), hash, NULL) != ANTIN_OK || hash->len != 32)
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("--fingerprint takes the 64 hex digits of a SHA-256"));
	return ANTIN_OK;
}

static json_t *
anchor_json(const struct antin_anchor *a)
{
	json_t *o = json_object();

	(void)antin_json_set_name(o, "subject", a->cert->subject);
	(void)antin_json_set_hex(o, "sha256", (struct antin_slice){a->cert->sha256, 32});
	(void)json_object_set_new(o, "class", json_string(antin_class_id(a->class)));
	(void)antin_json_set_time(o, "notBefore", a->cert->not_before);
	(void)antin_json_set_time(o, "notAfter", a->cert->not_after);
	if (a->imported != ANTIN_NO_TIME)
		(void)antin_json_set_time(o, "imported", a->imported);
	(void)antin_limits_json(o, &a->limits);
	if (a->origin)
		(void)antin_json_set_text(o, "origin", antin_slice_text(a->origin->name));
	(void)antin_json_set_text(o, "file", antin_slice_text(a->file));
	return o;
}

static enum antin_rc
import_anchor(struct cli *c, const struct import_args *a, char *path,
              const struct antin_bytes *hash, struct antin_err *err)
{
	ANTIN_SCOPED(antin_certs) read = {0};
	ANTIN_SCOPED(antin_bytes) folder = {0};
	ANTIN_OWN_S(antin_kinds) kinds = NULL;
	struct antin_anchor anchor = {.imported = c->now, .limits = ANTIN_NO_LIMITS};
	enum antin_rc rc = load_one(path, &read, err);

	if (rc != ANTIN_OK)
		return rc;
	anchor.cert = read.items[0];
	anchor.file = path;
	rc = antin_trust_fit(anchor.cert, err);
	if (rc != ANTIN_OK) {
		antin_err_set_file(err, path);
		return rc;
	}
	rc = trust_kinds(&kinds, err);
	if (rc != ANTIN_OK)
		return rc;
	anchor.class =
	        a->class ? (enum antin_class)a->class : antin_kinds_class(kinds, anchor.cert);
	trust_show(c, anchor.cert, antin_class_text(anchor.class));
	rc = trust_compare(c, anchor.cert, hash, err);
	if (rc == ANTIN_OK)
		rc = trust_folder(CLI_PLACE_CONFIG, &folder, err);
	if (rc == ANTIN_OK)
		rc = antin_trust_import(antin_bytes_cstr(&folder), anchor.cert, anchor.class,
		                        c->now, err);
	if (rc != ANTIN_OK)
		return rc;
	cli_say(c, "%s\n", _("It is trusted from now on."));
	cli_json(c, json_pack("{ss so}", "schema", "antin.trust.import/1", "anchor",
	                      anchor_json(&anchor)));
	return ANTIN_OK;
}

static enum antin_rc
run_import(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct import_args *a = args;
	ANTIN_SCOPED(antin_bytes) hash = {0};
	enum antin_rc rc = a->fingerprint ? fingerprint_read(a->fingerprint, &hash, err) : ANTIN_OK;

	if (rc == ANTIN_OK)
		rc = trust_user_may(c, err);
	if (rc != ANTIN_OK)
		return rc;
	if (!trust_is_signed(operands[0]))
		return import_anchor(c, a, operands[0], &hash, err);
	if (a->class)
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("a bundle tells the class of each authority itself; leave out "
		                     "--class"));
	return trust_import_signed(c, operands[0], &hash, err);
}

static const char *const import_examples[] = {
        "antin trust import goc.crt --fingerprint \"$(openssl x509 -in goc.crt -noout -fingerprint "
        "-sha256 | cut -d= -f2)\"",
        NULL,
};

const struct cli_cmd cmd_trust_import = {
        .name = "trust import",
        .operands = "FILE",
        .min_operands = 1,
        .max_operands = 1,
        .summary = N_("Trust the root certificate of an authority, or a signed bundle"),
        .description =
                N_("Shows the certificate and its SHA-256 fingerprint and asks for the last "
                   "eight digits, which must come from a source other than the file itself: a "
                   "letter, a gazette, a call. Without a terminal the whole fingerprint is "
                   "given as an option. Of a signed bundle it is the certificate that signed it "
                   "which is shown and pinned; later bundles of the same signer need no "
                   "comparison."),
        .opts = import_opts,
        .args_size = sizeof(struct import_args),
        .examples = import_examples,
        .run = run_import,
};

/* ---- list and remove ---- */

static json_t *
list_anchor(struct cli *c, const struct antin_anchor *a)
{
	const struct antin_limits *l = &a->limits;
	char from[ANTIN_TIME_CAP] = "…", to[ANTIN_TIME_CAP] = "…";

	trust_show(c, a->cert, antin_class_text(a->class));
	if (l->from != ANTIN_NO_TIME)
		(void)antin_time_people(l->from, ANTIN_VIETNAM_OFFSET, from);
	if (l->until != ANTIN_NO_TIME)
		(void)antin_time_people(l->until, ANTIN_VIETNAM_OFFSET, to);
	if (l->from != ANTIN_NO_TIME || l->until != ANTIN_NO_TIME)
		cli_say(c, "%s: %s – %s\n", _("Trusted for what is proven to be of"), from, to);
	if (l->purposes == 1u << ANTIN_PURPOSE_SIGN)
		cli_say(c, "%s\n", _("Trusted for signatures alone."));
	if (l->purposes == 1u << ANTIN_PURPOSE_TIMESTAMP)
		cli_say(c, "%s\n", _("Trusted for time stamps alone."));
	cli_say(c, "\n");
	return anchor_json(a);
}

static enum antin_rc
run_list(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	ANTIN_SCOPED(antin_trust) t = {0};
	ANTIN_OWN_S(antin_kinds) kinds = NULL;
	enum antin_rc rc = trust_configured(c, &t, err);
	json_t *anchors, *origins;

	(void)args, (void)operands;
	if (rc == ANTIN_OK)
		rc = trust_kinds(&kinds, err);
	if (rc != ANTIN_OK)
		return rc;
	antin_kinds_classify(kinds, &t);
	anchors = json_array();
	for (size_t i = 0; i < t.n_anchors; i++)
		(void)json_array_append_new(anchors, list_anchor(c, &t.anchors[i]));
	origins = json_array();
	for (size_t i = 0; i < t.n_origins; i++) {
		trust_show_origin(c, t.origins[i]);
		cli_say(c, "\n");
		(void)json_array_append_new(origins, trust_origin_json(c, t.origins[i]));
	}
	if (!t.n_anchors)
		cli_say(c, "%s\n",
		        _("No authority is trusted yet. Import one: antin trust import FILE"));
	cli_json(c, json_pack("{ss so so}", "schema", "antin.trust.list/1", "anchors", anchors,
	                      "signed", origins));
	return ANTIN_OK;
}

static const char *const list_examples[] = {"antin trust list", NULL};

const struct cli_cmd cmd_trust_list = {
        .name = "trust list",
        .operands = "",
        .summary = N_("List the certificates that are trusted"),
        .description = N_("Lists what was imported by this user and what the administrator of the "
                          "machine has configured."),
        .examples = list_examples,
        .run = run_list,
};

static enum antin_rc
run_remove(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) folder = {0};
	ANTIN_SCOPED(antin_bytes) name = {0};
	enum antin_rc rc = trust_folder(CLI_PLACE_CONFIG, &folder, err);

	(void)args;
	if (rc == ANTIN_OK)
		rc = antin_trust_remove(antin_bytes_cstr(&folder), operands[0], &name, err);
	if (rc != ANTIN_OK)
		return rc;
	cli_say(c, "%s: %s\n", _("No longer trusted"), antin_bytes_cstr(&name));
	cli_json(c, json_pack("{ss ss%}", "schema", "antin.trust.remove/1", "subject",
	                      (const char *)name.p, name.len));
	return ANTIN_OK;
}

static const char *const remove_examples[] = {
        "antin trust remove \"$(openssl x509 -in goc.crt -noout -fingerprint -sha256 | cut -d= "
        "-f2)\"",
        NULL,
};

const struct cli_cmd cmd_trust_remove = {
        .name = "trust remove",
        .operands = "SHA256",
        .min_operands = 1,
        .max_operands = 1,
        .summary = N_("Trust a certificate no longer"),
        .description =
                N_("Takes an imported certificate out of the trusted ones. It is named by its "
                   "SHA-256 fingerprint, at least the first eight digits."),
        .examples = remove_examples,
        .run = run_remove,
};
