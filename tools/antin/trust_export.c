/*
 * antin trust export: what is trusted here, for programs that have anchors of their own.
 */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <antin/file.h>

#include "trust.h"

enum target { FOR_NSS = 1, FOR_PEM, FOR_JAVA, FOR_ADOBE };
static const struct antin_choice targets[] = {
        {"nss", FOR_NSS}, {"pem", FOR_PEM}, {"java", FOR_JAVA}, {"adobe", FOR_ADOBE}, {NULL, 0},
};

struct export_args {
	const char *out;
	int target;
	struct cli_texts trust;
	bool force;
};

static const struct cli_opt export_opts[] = {
        CLI_OPT_CHOICE(struct export_args, target, "for", 0, "PROGRAM", targets,
                       N_("Which kind of program is to trust them"), .required = true),
        CLI_OPT_TEXT(struct export_args, out, "out", 'o', "FILE",
                     N_("Write here; a folder for nss"), .required = true),
        CLI_OPT_TEXTS(struct export_args, trust, "trust", 0, "PATH",
                      N_("A trust folder or certificates, in place of what is configured")),
        CLI_OPT_FLAG(struct export_args, force, "force", 'f',
                     N_("Replace files that exist already")),
        CLI_OPT_END,
};

/* ---- NSS ---- */

/* The database is made in a folder beside; its files, in the order in which they are moved. */
static const char *const nss_files[] = {"pkcs11.txt", "key4.db", "cert9.db"};
enum { NSS_FILES = sizeof(nss_files) / sizeof(nss_files[0]) };

static const char *
in_folder(struct antin_bytes *b, const char *folder, const char *name)
{
	antin_bytes_clear(b);
	antin_bytes_printf(b, "%s/%s", folder, name);
	return antin_bytes_cstr(b);
}

static void
nss_clean(const char *folder)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	const char *file = in_folder(&path, folder, "one.der");

	if (file)
		(void)unlink(file);
	for (size_t i = 0; i < NSS_FILES; i++) {
		file = in_folder(&path, folder, nss_files[i]);
		if (file)
			(void)unlink(file);
	}
	(void)rmdir(folder);
}

/* certutil [arguments]: the database is named by `base`, "sql:FOLDER". */
static enum antin_rc
certutil(const char *base, char *const *arguments, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) name = {0};
	char program[] = "certutil", option[] = "-d";
	char *words[16] = {program, option};
	size_t n = 3;
	enum antin_rc rc;

	antin_bytes_text(&name, base);
	if (!antin_bytes_cstr(&name))
		return antin_fail_memory(err);
	words[2] = (char *)name.p;
	for (; *arguments && n + 1 < sizeof(words) / sizeof(words[0]); arguments++)
		words[n++] = *arguments;
	rc = cli_run(words, err);
	if (rc == ANTIN_E_MISSING)
		antin_err_set_hint(err, "apt-get install libnss3-tools");
	return rc;
}

/* `trust` as certutil -t takes it: authorities for mail and documents alone, never for TLS. */
static enum antin_rc
nss_add(const char *base, const char *folder, const struct antin_cert *cert, bool anchor,
        struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	char add[] = "-A", nick[] = "-n", flags[] = "-t", in[] = "-i";
	char name[65], authority[] = ",C,", none[] = ",,";
	const char *file = in_folder(&path, folder, "one.der");
	enum antin_rc rc = file ? antin_file_write(file, cert->der, ANTIN_OUTPUT_REPLACE, err)
	                        : antin_fail_memory(err);

	if (rc != ANTIN_OK)
		return rc;
	(void)antin_hex_text((struct antin_slice){cert->sha256, 32}, name, sizeof(name));
	return certutil(base,
	                (char *[]){add, nick, name, flags, anchor ? authority : none, in,
	                           (char *)path.p, NULL},
	                err);
}

static enum antin_rc
nss_fill(const struct cli *c, const struct antin_trust *t, const char *folder, size_t *n,
         struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) base = {0};
	ANTIN_SCOPED(antin_certs) done = {0};
	char make[] = "-N", empty[] = "--empty-password";
	enum antin_rc rc;

	antin_bytes_printf(&base, "sql:%s", folder);
	if (!antin_bytes_cstr(&base))
		return antin_fail_memory(err);
	rc = certutil((const char *)base.p, (char *[]){make, empty, NULL}, err);
	for (size_t i = 0; rc == ANTIN_OK && i < t->n_anchors; i++) {
		size_t before = done.n;

		if (!antin_limits_allow(&t->anchors[i].limits, ANTIN_PURPOSE_ANY, c->now))
			continue;
		rc = antin_certs_add(&done, t->anchors[i].cert, err);
		if (rc == ANTIN_OK && done.n > before)
			rc = nss_add((const char *)base.p, folder, t->anchors[i].cert, true, err);
	}
	*n = done.n;
	for (size_t i = 0; rc == ANTIN_OK && i < t->intermediates.n; i++) {
		size_t before = done.n;

		rc = antin_certs_add(&done, t->intermediates.items[i], err);
		if (rc == ANTIN_OK && done.n > before)
			rc = nss_add((const char *)base.p, folder, t->intermediates.items[i], false,
			             err);
	}
	if (rc == ANTIN_OK && !*n)
		rc = antin_fail(err, ANTIN_E_NOT_FOUND,
		                N_("no authority is trusted that could be exported"));
	return rc;
}

static enum antin_rc
nss_move(const char *from, const char *to, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) a = {0};
	ANTIN_SCOPED(antin_bytes) b = {0};
	enum antin_rc rc = antin_folder_make(to, err);

	for (size_t i = 0; rc == ANTIN_OK && i < NSS_FILES; i++) {
		const char *old = in_folder(&a, from, nss_files[i]);
		const char *new = in_folder(&b, to, nss_files[i]);

		if (!old || !new)
			return antin_fail_memory(err);
		if (rename(old, new) != 0)
			return antin_fail_errno(err, errno, N_("moving a database of NSS"), new);
	}
	return rc;
}

static enum antin_rc
export_nss(const struct cli *c, const struct export_args *a, const struct antin_trust *t,
           size_t *left_out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) beside = {0};
	size_t n = 0;
	enum antin_rc rc;

	if (!a->force && access(a->out, F_OK) == 0) {
		antin_err_set_file(err, a->out);
		return antin_fail(err, ANTIN_E_EXISTS, N_("it exists already"));
	}
	antin_bytes_printf(&beside, "%s.XXXXXX", a->out);
	if (!antin_bytes_cstr(&beside))
		return antin_fail_memory(err);
	if (!mkdtemp((char *)beside.p))
		return antin_fail_errno(err, errno, N_("making a database of NSS"), a->out);
	rc = nss_fill(c, t, (const char *)beside.p, &n, err);
	if (rc == ANTIN_OK)
		rc = nss_move((const char *)beside.p, a->out, err);
	nss_clean((const char *)beside.p);
	if (rc == ANTIN_OK)
		*left_out = 0;
	return rc;
}

/* ---- the command ---- */

static enum antin_rc
export_file(const struct cli *c, const struct export_args *a, const struct antin_trust *t,
            size_t *left_out, struct antin_err *err)
{
	static const enum antin_trust_form forms[] = {
	        [FOR_PEM] = ANTIN_TRUST_PEM,
	        [FOR_JAVA] = ANTIN_TRUST_PKCS12,
	        [FOR_ADOBE] = ANTIN_TRUST_CMS,
	};
	ANTIN_SCOPED(antin_bytes) bytes = {0};
	enum antin_rc rc = antin_trust_export(t, forms[a->target], c->now, &bytes, left_out, err);

	return rc == ANTIN_OK ? antin_file_write(a->out, antin_bytes_slice(&bytes),
	                                         a->force ? ANTIN_OUTPUT_REPLACE : 0, err)
	                      : rc;
}

static const char *
what_next(int target)
{
	static const char *const texts[] = {
	        [FOR_NSS] = N_("Name this folder to the program: pdfsig -nssdir FOLDER."),
	        [FOR_PEM] = N_("Programs that read PEM trust all of it, for every purpose."),
	        [FOR_JAVA] = N_("A key store of type PKCS12 without a password."),
	        [FOR_ADOBE] = N_("Import it in Acrobat, then set each to be a trusted root."),
	};

	return texts[target];
}

static enum antin_rc
run_export(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct export_args *a = args;
	ANTIN_SCOPED(antin_trust) t = {0};
	size_t left_out = 0;
	enum antin_rc rc = ANTIN_OK;

	(void)operands;
	for (size_t i = 0; rc == ANTIN_OK && i < a->trust.n; i++)
		rc = trust_take(&t, a->trust.items[i], err);
	if (rc == ANTIN_OK)
		rc = trust_configured(c, &t, err);
	if (rc == ANTIN_OK)
		rc = a->target == FOR_NSS ? export_nss(c, a, &t, &left_out, err)
		                          : export_file(c, a, &t, &left_out, err);
	if (rc != ANTIN_OK)
		return rc;
	cli_say(c, "%s: %s\n", a->out, _(what_next(a->target)));
	if (left_out)
		cli_say(c, _("Left out, because they are not trusted as of now: %zu\n"), left_out);
	cli_json(c, json_pack("{ss ss ss sI}", "schema", "antin.trust.export/1", "file", a->out,
	                      "for", targets[a->target - 1].name, "leftOut", (json_int_t)left_out));
	return ANTIN_OK;
}

static const char *const export_examples[] = {
        "antin trust export --trust goc.crt --for java --out tin-cay.p12",
        "antin trust export --trust goc.crt --for adobe --out tin-cay.p7c",
        NULL,
};

const struct cli_cmd cmd_trust_export = {
        .name = "trust export",
        .operands = "",
        .summary = N_("Write what is trusted in the form of another program"),
        .description =
                N_("Writes the authorities that are trusted as of now: for nss a database that "
                   "certutil makes (pdfsig, LibreOffice), for pem certificates behind each other, "
                   "for java a key store of type PKCS12 without a password, for adobe certificates "
                   "in one CMS file. None of them can say until when or for what an authority is "
                   "trusted."),
        .opts = export_opts,
        .args_size = sizeof(struct export_args),
        .examples = export_examples,
        .run = run_export,
};
