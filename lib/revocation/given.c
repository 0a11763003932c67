/*
 * Files that a check is given: taken as octets, and read.  See given.h.
 */
#include <antin/given.h>

#include <stdlib.h>
#include <sys/stat.h>

#include <antin/text.h>

#include "given_likely.h"

enum { FILES_MAX = 10000 };

void
antin_given_file_done(struct antin_given_file *f)
{
	free(f->path);
	antin_bytes_done(&f->octets);
	*f = (struct antin_given_file){0};
}

void
antin_given_done(struct antin_given *g)
{
	for (size_t i = 0; i < g->n; i++)
		antin_given_file_done(&g->items[i]);
	free(g->items);
	*g = (struct antin_given){0};
}

static bool
crl_named(const char *path)
{
	static const char *const endings[] = {".crl", ".pem", ".der", NULL};

	return antin_path_ends(path, endings);
}

static bool
ocsp_named(const char *path)
{
	static const char *const endings[] = {".ors", ".ocsp", ".der", NULL};

	return antin_path_ends(path, endings);
}

static enum antin_rc
read_certs(struct antin_given_file *f, struct antin_certs *certs, struct antin_evidence *evidence,
           struct antin_err *err)
{
	(void)evidence;
	return antin_certs_read(antin_bytes_slice(&f->octets), f->path, certs, err);
}

static enum antin_rc
read_crl(struct antin_given_file *f, struct antin_certs *certs, struct antin_evidence *evidence,
         struct antin_err *err)
{
	ANTIN_OWN_S(antin_crl) crl = NULL;
	enum antin_rc rc = antin_crl_read_file(&f->octets, f->path, &crl, err);

	(void)certs;
	if (rc == ANTIN_OK)
		return antin_evidence_add_crl(evidence, crl, antin_path_name(f->path), err);
	return antin_wrap(err, rc, N_("reading a CRL"));
}

static enum antin_rc
read_ocsp(struct antin_given_file *f, struct antin_certs *certs, struct antin_evidence *evidence,
          struct antin_err *err)
{
	ANTIN_OWN_S(antin_ocsp_response) r = NULL;
	enum antin_rc rc = antin_ocsp_response_read(antin_bytes_slice(&f->octets), &r, err);

	(void)certs;
	if (rc == ANTIN_OK)
		return antin_evidence_add_ocsp(evidence, r, antin_path_name(f->path), err);
	antin_err_set_file(err, f->path);
	return antin_wrap(err, rc, N_("reading an OCSP answer"));
}

static const struct kind {
	size_t max;
	bool (*named)(const char *path);
	enum antin_rc (*read)(struct antin_given_file *f, struct antin_certs *certs,
	                      struct antin_evidence *evidence, struct antin_err *err);
	size_t likely;
	const char *wanted;
} kinds[ANTIN_GIVEN_KINDS] = {
        [ANTIN_GIVEN_CERTS] = {ANTIN_CERTS_MAX, antin_certs_named, read_certs, LIKELY_CERT,
                               N_("Name a certificate, or a folder with files *.crt, *.cer, "
                                  "*.der or *.pem.")},
        [ANTIN_GIVEN_CRL] = {ANTIN_CRL_MAX, crl_named, read_crl, LIKELY_CRL,
                             N_("Name a certificate revocation list: a file *.crl.")},
        [ANTIN_GIVEN_OCSP] = {ANTIN_OCSP_RESPONSE_MAX, ocsp_named, read_ocsp, LIKELY_OCSP,
                              N_("Name an OCSP answer: a file *.ocsp or *.ors.")},
};

static enum antin_rc
add_file(struct antin_given *g, enum antin_given_kind kind, const char *path, struct antin_err *err)
{
	struct antin_given_file f = {.kind = kind};
	struct antin_given_file *items = g->items;
	enum antin_rc rc;

	if (g->n == FILES_MAX)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("more than %d files in one run"),
		                  FILES_MAX);
	if (g->n == g->cap)
		items = antin_array_grow(items, &g->cap, sizeof(*items));
	if (!items)
		return antin_fail_memory(err);
	g->items = items;
	rc = antin_file_read(path, kinds[kind].max, &f.octets, err);
	if (rc == ANTIN_OK)
		rc = antin_text_copy(path, &f.path, err);
	if (rc == ANTIN_OK)
		g->items[g->n++] = f;
	else
		antin_given_file_done(&f);
	return rc;
}

enum antin_rc
antin_given_add(struct antin_given *g, enum antin_given_kind kind, const char *path,
                struct antin_err *err)
{
	ANTIN_SCOPED(antin_paths) l = {0};
	struct stat st;
	enum antin_rc rc;

	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return add_file(g, kind, path, err);
	rc = antin_folder_list(path, &l, err);
	for (size_t i = 0; rc == ANTIN_OK && i < l.n; i++)
		if (kinds[kind].named(l.items[i]))
			rc = add_file(g, kind, l.items[i], err);
	return rc;
}

/* A file of another kind than the one it was given for: which one it is, and what is wanted. */
static enum antin_rc
explain(const struct antin_given_file *f, size_t likely, enum antin_rc rc, struct antin_err *err)
{
	const struct kind *k = &kinds[f->kind];
	struct antin_err other = {0};

	if (rc != ANTIN_E_FORMAT || likely == k->likely || !err)
		return rc;
	if (given_refuse(likely, f->path, &other) == rc && other.n_frames)
		*err = other;
	antin_err_set_file(err, f->path);
	antin_err_set_hint(err, "%s", k->wanted);
	return rc;
}

enum antin_rc
antin_given_certs(const struct antin_given_file *f, struct antin_certs *out, struct antin_err *err)
{
	const struct antin_slice octets = antin_bytes_slice(&f->octets);
	enum antin_rc rc = antin_certs_read(octets, f->path, out, err);

	return explain(f, given_likely(octets), rc, err);
}

enum antin_rc
antin_given_read(struct antin_given_file *f, struct antin_certs *certs,
                 struct antin_evidence *evidence, struct antin_err *err)
{
	const size_t likely = given_likely(antin_bytes_slice(&f->octets));
	enum antin_rc rc = kinds[f->kind].read(f, certs, evidence, err);

	antin_bytes_done(&f->octets);
	return explain(f, likely, rc, err);
}

enum antin_rc
antin_given_read_all(struct antin_given *g, struct antin_certs *certs,
                     struct antin_evidence *evidence, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; rc == ANTIN_OK && i < g->n; i++)
		rc = antin_given_read(&g->items[i], certs, evidence, err);
	return rc;
}
