/*
 * Lists of certificates, from bytes, files and folders.  See cert.h.
 */
#include <antin/cert.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <antin/file.h>

enum { MOST = 10000 };

void
antin_certs_done(struct antin_certs *l)
{
	for (size_t i = 0; i < l->n; i++)
		antin_cert_free(l->items[i]);
	free(l->items);
	*l = (struct antin_certs){0};
}

enum antin_rc
antin_certs_add(struct antin_certs *l, struct antin_cert *c, struct antin_err *err)
{
	for (size_t i = 0; i < l->n; i++)
		if (antin_cert_equal(l->items[i], c))
			return ANTIN_OK;
	if (l->n == MOST)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("more than %d certificates"), MOST);
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 8;
		struct antin_cert **items = realloc(l->items, cap * sizeof(struct antin_cert *));

		if (!items)
			return antin_fail_memory(err);
		l->items = items;
		l->cap = cap;
	}
	l->items[l->n++] = antin_cert_ref(c);
	return ANTIN_OK;
}

enum antin_rc
antin_certs_join(struct antin_certs *l, const struct antin_certs *more, size_t most,
                 struct antin_err *err)
{
	const size_t before = l->n;
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; rc == ANTIN_OK && i < more->n && i < most; i++)
		rc = antin_certs_add(l, more->items[i], err);
	while (rc != ANTIN_OK && l->n > before)
		antin_cert_free(l->items[--l->n]);
	return rc;
}

static enum antin_rc
add_der(struct antin_slice der, struct antin_certs *out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_cert) c = NULL;
	enum antin_rc rc = antin_cert_read(der, &c, err);

	if (rc == ANTIN_OK)
		rc = antin_certs_add(out, c, err);
	return rc;
}

/* RFC 7468 5.1 and the older labels that mean the same. */
static bool
certificate_label(struct antin_slice label)
{
	return antin_slice_is(label, "CERTIFICATE") || antin_slice_is(label, "X509 CERTIFICATE");
}

static enum antin_rc
read_pem(struct antin_slice bytes, struct antin_certs *out, struct antin_err *err)
{
	struct antin_in in = antin_in_of(bytes);
	enum antin_rc rc = ANTIN_OK;
	bool found = true;
	size_t n = 0;

	while (rc == ANTIN_OK && found) {
		ANTIN_SCOPED(antin_bytes) der = {0};
		struct antin_slice label;

		rc = antin_pem_next(&in, &label, &der, &found, err);
		if (rc != ANTIN_OK || !found)
			continue;
		if (!certificate_label(label))
			return antin_fail(err, ANTIN_E_FORMAT,
			                  N_("PEM block %zu is not a certificate"), n + 1);
		rc = add_der(antin_bytes_slice(&der), out, err);
		if (rc != ANTIN_OK)
			return antin_wrap(err, rc, N_("PEM block %zu"), n + 1);
		n++;
	}
	return rc;
}

enum antin_rc
antin_certs_read(struct antin_slice bytes, const char *name, struct antin_certs *out,
                 struct antin_err *err)
{
	ANTIN_SCOPED(antin_certs) read = {0};
	enum antin_rc rc;

	if (bytes.len == 0)
		rc = antin_fail(err, ANTIN_E_EMPTY, N_("%s is empty"), name);
	else if (bytes.p[0] == 0x30)
		rc = add_der(bytes, &read, err);
	else if (antin_pem_looks(bytes))
		rc = read_pem(bytes, &read, err);
	else
		rc = antin_fail(err, ANTIN_E_FORMAT, N_("%s is not a certificate"), name);
	if (rc == ANTIN_OK)
		rc = antin_certs_join(out, &read, read.n, err);
	if (rc != ANTIN_OK)
		antin_err_set_file(err, name);
	return rc;
}

static enum antin_rc
load_file(const char *path, struct antin_certs *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) bytes = {0};
	enum antin_rc rc = antin_file_read(path, ANTIN_CERTS_MAX, &bytes, err);

	if (rc == ANTIN_OK)
		rc = antin_certs_read(antin_bytes_slice(&bytes), path, out, err);
	return rc;
}

struct antin_cert *
antin_certs_issuer(const struct antin_certs *l, const struct antin_cert *c)
{
	const struct antin_public *key;

	for (size_t i = 0; i < l->n; i++)
		if (antin_name_equal(l->items[i]->subject, c->issuer) &&
		    antin_cert_public(l->items[i], &key, NULL) == ANTIN_OK &&
		    antin_cert_verify(c, key, NULL, NULL) == ANTIN_OK)
			return l->items[i];
	return NULL;
}

bool
antin_certs_named(const char *path)
{
	static const char *const endings[] = {".crt", ".cer", ".der", ".pem", NULL};

	return antin_path_name(path)[0] != '.' && antin_path_ends(path, endings);
}

static enum antin_rc
load_folder(const char *path, struct antin_certs *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_paths) l = {0};
	enum antin_rc rc = antin_folder_list(path, &l, err);

	for (size_t i = 0; rc == ANTIN_OK && i < l.n; i++)
		if (antin_certs_named(l.items[i]))
			rc = load_file(l.items[i], out, err);
	return rc;
}

enum antin_rc
antin_certs_load(const char *path, struct antin_certs *out, struct antin_err *err)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return load_folder(path, out, err);
	return load_file(path, out, err);
}
