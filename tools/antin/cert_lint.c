/*
 * antin cert lint: what certificates get wrong, rule by rule, without judging whether to trust
 * them.
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <antin/lint.h>
#include <antin/text.h>
#include <antin/verify.h>

struct args {
	const char *profile, *issuer;
};

static const struct cli_opt opts[] = {
        CLI_OPT_TEXT(struct args, profile, "profile", 0, "NAME|FILE",
                     N_("Judge after this certificate profile as well")),
        CLI_OPT_TEXT(struct args, issuer, "issuer", 0, "FILE",
                     N_("The certificate of the issuer, when it is not in the same file")),
        CLI_OPT_END,
};

/* The octets of an operand, or why there are none. */
struct taken {
	const char *path;
	struct antin_given files;
	struct antin_err err;
};

/* What one run works with. */
struct run {
	struct cli *c;
	struct antin_profile *profile;
	struct antin_certs issuers;
	struct taken *taken;
	size_t n_taken;
	size_t certificates, errors, warnings, unreadable;
};

static void
run_done(struct run *r)
{
	antin_profile_free(r->profile);
	antin_certs_done(&r->issuers);
	for (size_t i = 0; i < r->n_taken; i++)
		antin_given_done(&r->taken[i].files);
	free(r->taken);
}
ANTIN_SCOPED_S(run, run_done);

/* A name means one of those that came with the program; a path or NAME.json is a file. */
static enum antin_rc
load_profile(const char *name, struct antin_profile **out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) tail = {0};
	ANTIN_SCOPED(antin_bytes) path = {0};
	enum antin_rc rc;

	if (strchr(name, '/') || strchr(name, '.'))
		return antin_profile_load(name, out, err);
	antin_bytes_printf(&tail, "profiles/%s.json", name);
	rc = antin_bytes_check(&tail, err);
	if (rc == ANTIN_OK)
		rc = cli_path(CLI_PLACE_SHARE, antin_bytes_cstr(&tail), &path, err);
	if (rc == ANTIN_OK && access(antin_bytes_cstr(&path), F_OK) != 0) {
		antin_err_set_hint(err, "antin-ca profile list");
		return antin_fail(err, ANTIN_E_MISSING, N_("no profile has the name %s"), name);
	}
	return rc == ANTIN_OK ? antin_profile_load(antin_bytes_cstr(&path), out, err) : rc;
}

static const char *
level_name(const struct antin_lint_finding *f)
{
	return f->level == ANTIN_LINT_ERROR ? "error" : "warning";
}

static void
say_finding(struct cli *c, const struct antin_lint_finding *f)
{
	static const char *const words[] = {
	        [ANTIN_LINT_ERROR] = N_("error"),
	        [ANTIN_LINT_WARN] = N_("warning"),
	};
	char reason[1024];

	cli_say(c, "  %s: %s [%s; %s; %s]\n", f->exception ? _("exception") : _(words[f->level]),
	        _(f->text), f->rule, f->field, f->source);
	if (!f->exception)
		return;
	(void)antin_text_safe(antin_slice_text(f->exception), reason, sizeof(reason));
	cli_say(c, "    %s: %s\n", _("the profile gives as reason"), reason);
}

static json_t *
finding_json(const struct antin_lint_finding *f)
{
	json_t *o = json_pack("{ss ss ss ss}", "rule", f->rule, "level", level_name(f), "source",
	                      f->source, "text", _(f->text));

	(void)antin_json_set_text(o, "field", antin_slice_text(f->field));
	if (f->exception)
		(void)antin_json_set_text(o, "exception", antin_slice_text(f->exception));
	return o;
}

static json_t *
cert_json(const struct antin_cert *c, const struct antin_cert *issuer, const struct antin_lint *l)
{
	json_t *o = json_object(), *list = json_array();

	(void)antin_json_set_name(o, "subject", c->subject);
	(void)antin_json_set_hex(o, "serial", c->serial);
	(void)antin_json_set_hex(o, "sha256", (struct antin_slice){c->sha256, 32});
	(void)json_object_set_new(o, "issuerKnown", json_boolean(issuer));
	(void)json_object_set_new(o, "errors", json_integer((json_int_t)l->errors));
	(void)json_object_set_new(o, "warnings", json_integer((json_int_t)l->warnings));
	for (size_t i = 0; i < l->n; i++)
		(void)json_array_append_new(list, finding_json(&l->items[i]));
	(void)json_object_set_new(o, "findings", list);
	return o;
}

static enum antin_rc
one_cert(struct run *r, const struct antin_certs *file, size_t i, json_t *shown,
         struct antin_err *err)
{
	ANTIN_SCOPED(antin_lint) l = {0};
	ANTIN_SCOPED(antin_bytes) name = {0};
	const struct antin_cert *c = file->items[i], *issuer = antin_certs_issuer(&r->issuers, c);
	enum antin_rc rc;

	if (!issuer)
		issuer = antin_certs_issuer(file, c);
	rc = antin_lint_cert(c, issuer, r->profile, &l, err);
	if (rc != ANTIN_OK)
		return rc;
	antin_name_text_add(&name, c->subject);
	cli_say(r->c, "%s\n", name.len ? antin_bytes_cstr(&name) : "?");
	for (size_t f = 0; f < l.n; f++)
		say_finding(r->c, &l.items[f]);
	if (!l.n)
		cli_say(r->c, "  %s\n", _("no rule is broken"));
	if (!issuer)
		cli_say(r->c, "  %s\n",
		        r->issuers.n ? _("the certificate given with --issuer is not that of the "
		                         "issuer: its rules were left out")
		                     : _("the issuer's certificate was not given: its rules were "
		                         "left out"));
	(void)json_array_append_new(shown, cert_json(c, issuer, &l));
	r->certificates++;
	r->errors += l.errors;
	r->warnings += l.warnings;
	return ANTIN_OK;
}

static enum antin_rc
one_file(struct run *r, struct taken *t, struct antin_err *err)
{
	const char *path = t->path;
	ANTIN_SCOPED(antin_certs) list = {0};
	json_t *shown = json_array(), *o;
	enum antin_rc rc = t->err.rc;

	if (rc == ANTIN_OK)
		rc = cli_certs_read(&t->files, path, &list, err);
	else
		*err = t->err;

	for (size_t i = 0; i < list.n && rc == ANTIN_OK; i++)
		rc = one_cert(r, &list, i, shown, err);
	o = json_pack("{ss}", "schema", "antin.cert.lint/1");
	(void)antin_json_set_text(o, "file", antin_slice_text(path));
	if (r->profile)
		(void)antin_json_set_text(o, "profile", antin_slice_text(r->profile->id));
	(void)json_object_set_new(o, "certificates", shown);
	if (rc == ANTIN_OK)
		cli_json(r->c, o);
	else
		json_decref(o);
	return rc;
}

static void
summary(struct run *r, size_t files)
{
	cli_say(r->c,
	        _("Certificates: %zu. Errors: %zu, warnings: %zu. Files not readable: %zu.\n"),
	        r->certificates, r->errors, r->warnings, r->unreadable);
	if (files > 1)
		cli_json(r->c, json_pack("{ss s{sI sI sI sI sI}}", "schema", "antin.cert.lint/1",
		                         "summary", "files", (json_int_t)files, "certificates",
		                         (json_int_t)r->certificates, "errors",
		                         (json_int_t)r->errors, "warnings", (json_int_t)r->warnings,
		                         "unreadable", (json_int_t)r->unreadable));
}

static void
take(struct taken *t, const char *path)
{
	t->path = path;
	(void)!antin_given_add(&t->files, ANTIN_GIVEN_CERTS, path, &t->err);
}

/* All octets first: what reads them can open nothing any more. */
static enum antin_rc
take_all(struct run *r, const char *issuer, char **operands, struct antin_err *err)
{
	ANTIN_SCOPED(antin_given) issuers = {0};
	size_t n = 0;
	enum antin_rc rc = ANTIN_OK;

	while (operands[n])
		n++;
	r->taken = calloc(n + 1, sizeof(*r->taken));
	if (!r->taken)
		return antin_fail_memory(err);
	for (; r->n_taken < n; r->n_taken++)
		take(&r->taken[r->n_taken], operands[r->n_taken]);
	if (issuer)
		rc = antin_given_add(&issuers, ANTIN_GIVEN_CERTS, issuer, err);
	if (rc == ANTIN_OK)
		rc = cli_shut_in(r->c, err);
	if (rc == ANTIN_OK && issuer)
		rc = cli_certs_read(&issuers, issuer, &r->issuers, err);
	return rc;
}

static enum antin_rc
run(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct args *a = args;
	ANTIN_SCOPED(run) r = {.c = c};
	enum antin_rc rc = a->profile ? load_profile(a->profile, &r.profile, err) : ANTIN_OK;

	if (rc == ANTIN_OK)
		rc = take_all(&r, a->issuer, operands, err);
	for (size_t i = 0; rc == ANTIN_OK && i < r.n_taken; i++) {
		struct antin_err each = {0};
		enum antin_rc got = one_file(&r, &r.taken[i], &each);

		if (got == ANTIN_OK)
			continue;
		if (r.n_taken == 1) {
			*err = each;
			return got;
		}
		r.unreadable++;
		cli_error(c, &each);
		c->error_shown = false;
		c->exit_code = antin_exit_worse(c->exit_code, antin_rc_exit(got));
	}
	if (rc != ANTIN_OK)
		return rc;
	summary(&r, r.n_taken);
	if (r.errors)
		c->exit_code = antin_exit_worse(c->exit_code, 1);
	return ANTIN_OK;
}

static const char *const examples[] = {"antin cert lint goc.crt",
                                       "antin cert lint --issuer nha-nuoc.crt --json huong.crt",
                                       NULL};

const struct cli_cmd cmd_cert_lint = {
        .name = "cert lint",
        .operands = "FILE...",
        .min_operands = 1,
        .max_operands = SIZE_MAX,
        .summary = N_("Find what certificates get wrong"),
        .description =
                N_("Holds each certificate of the files (PEM or DER) or folders against the rules "
                   "that are applied before a certificate is issued, and names for each one that "
                   "is broken the rule, the field and the standard. Whether a certificate can be "
                   "trusted is not judged. The exit code is 1 when there is an error; warnings "
                   "alone, and what the profile breaks on purpose, leave it at 0."),
        .opts = opts,
        .args_size = sizeof(struct args),
        .examples = examples,
        .run = run,
};
