/*
 * Looking things up: profiles by name, and the certificate a person means.
 */
#include "signer/inner.h"

#include <antin/text.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
profile_name_ok(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len <= 64 && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

enum { PROFILES = 256 };
struct names {
	char *items[PROFILES + 1];
	size_t n;
};

static void
names_done(struct names *n)
{
	for (size_t i = 0; i < n->n; i++)
		free(n->items[i]);
}

static void
names_add(struct names *n, const char *folder)
{
	DIR *d = opendir(folder);

	for (struct dirent *e; d && (e = readdir(d)) && n->n < PROFILES;) {
		size_t len = strlen(e->d_name), i = 0;
		char *name;

		if (len < 6 || strcmp(e->d_name + len - 5, ".json") != 0)
			continue;
		name = strndup(e->d_name, len - 5);
		while (name && i < n->n && strcmp(n->items[i], name) != 0)
			i++;
		if (name && i == n->n && profile_name_ok(name))
			n->items[n->n++] = name;
		else
			free(name);
	}
	if (d)
		(void)closedir(d);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
names_of(struct antin_signer *s, struct names *out)
{
	char path[4200];

	(void)snprintf(path, sizeof(path), "%s/profiles", s->folder);
	if (s->folder[0])
		names_add(out, path);
	names_add(out, s->profiles);
	qsort(out->items, out->n, sizeof(out->items[0]), by_text);
}

enum antin_rc
antin_ca_profiles(struct antin_signer *s, struct antin_bytes *out, struct antin_err *err)
{
	struct names names = {0};

	names_of(s, &names);
	for (size_t i = 0; i < names.n; i++)
		antin_bytes_printf(out, "%s\n", names.items[i]);
	names_done(&names);
	return antin_bytes_check(out, err);
}

static enum antin_rc
unknown_profile(struct antin_signer *s, const char *name, struct antin_err *err)
{
	enum antin_rc rc = antin_fail(err, ANTIN_E_NOT_FOUND, N_("there is no profile %s"), name);
	struct names names = {0};
	const char *near;

	names_of(s, &names);
	near = antin_text_nearest(name, (const char *const *)names.items);
	if (near)
		antin_err_set_hint(err, "--profile %s", near);
	else
		antin_err_set_hint(err, "antin-ca profile list");
	names_done(&names);
	return rc;
}

enum antin_rc
antin_ca_profile(struct antin_signer *s, const char *name, struct antin_profile **out,
                 struct antin_err *err)
{
	ANTIN_OWN_S(antin_profile) p = NULL;
	char path[4300];
	enum antin_rc rc;

	if (!profile_name_ok(name))
		return unknown_profile(s, name, err);
	(void)snprintf(path, sizeof(path), "%s/profiles/%s.json", s->folder, name);
	if (!s->folder[0] || access(path, F_OK) != 0)
		(void)snprintf(path, sizeof(path), "%s/%s.json", s->profiles, name);
	if (access(path, F_OK) != 0)
		return unknown_profile(s, name, err);
	rc = antin_profile_load(path, &p, err);
	if (rc == ANTIN_OK && strcmp(p->id, name) != 0)
		rc = antin_fail(err, ANTIN_E_CONFIG, N_("the profile %s calls itself %s"), name,
		                p->id);
	if (rc == ANTIN_OK)
		*out = ANTIN_TAKE(p);
	return rc;
}

/* ---- certificates ---- */

struct match {
	struct antin_cert_row *out;
	size_t n;
};

static enum antin_rc
match_row(void *user, const struct antin_cert_row *r, struct antin_err *err)
{
	struct match *m = user;

	(void)err;
	if (m->n++ == 0)
		m->out->id = r->id;
	return ANTIN_OK;
}

static enum antin_rc
by_serial(struct antin_signer *s, int64_t issuer, struct antin_slice serial, const char *operand,
          struct antin_cert_row *out, struct antin_err *err)
{
	struct antin_cert_filter f = ANTIN_CERT_ANY;
	struct antin_cert_row first = {0};
	struct match m = {.out = &first};
	enum antin_rc rc;

	f.issuer = issuer;
	f.serial = serial;
	rc = antin_store_cert_each(s->store, &f, match_row, &m, err);
	if (rc != ANTIN_OK)
		return rc;
	if (m.n == 0) {
		rc = antin_fail(err, ANTIN_E_NOT_FOUND, N_("there is no certificate %s"), operand);
		antin_err_set_hint(err, "antin-ca list");
		return rc;
	}
	if (m.n > 1) {
		rc = antin_fail(err, ANTIN_E_AMBIGUOUS,
		                N_("several authorities have a certificate %s"), operand);
		antin_err_set_hint(err, "--ca NAME");
		return rc;
	}
	return antin_store_cert_by_id(s->store, first.id, out, err);
}

/* Hex with colons or spaces between groups; anything else names a file. */
static bool
serial_of(const char *operand, struct antin_bytes *out)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	struct antin_err none = {0};

	for (const char *p = operand; *p; p++)
		if (*p != ' ' && *p != ':')
			antin_bytes_byte(&text, (uint8_t)*p);
	if (text.len < 2 || text.len > 40 || text.len % 2 || !antin_bytes_cstr(&text))
		return false;
	return antin_hex_parse((const char *)text.p, out, &none) == ANTIN_OK;
}

static enum antin_rc
by_file(struct antin_signer *s, int64_t issuer, const char *path, struct antin_cert_row *out,
        struct antin_err *err)
{
	ANTIN_SCOPED(antin_certs) list = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_cert_row row = {0};
	struct stat st;
	enum antin_rc rc;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		rc = antin_fail(err, ANTIN_E_FOLDER, N_("a folder where a certificate is due"));
		antin_err_set_file(err, path);
		return rc;
	}
	rc = antin_certs_load(path, &list, err);
	if (rc == ANTIN_OK && list.n != 1)
		rc = antin_fail(err, ANTIN_E_AMBIGUOUS, N_("the file has %zu certificates"),
		                list.n);
	if (rc == ANTIN_OK)
		rc = by_serial(s, issuer, list.items[0]->serial, path, &row, err);
	if (rc == ANTIN_OK)
		rc = antin_store_cert_der(s->store, row.id, ANTIN_BLOB_CERT, &der, err);
	if (rc == ANTIN_OK && !antin_slice_equal(antin_bytes_slice(&der), list.items[0]->der))
		rc = antin_fail(err, ANTIN_E_NOT_FOUND,
		                N_("the certificate was not issued by an authority of this store"));
	if (rc == ANTIN_OK)
		*out = row;
	else
		antin_cert_row_done(&row);
	return rc;
}

enum antin_rc
antin_ca_find(struct antin_signer *s, const char *ca, const char *operand,
              struct antin_cert_row *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_issuer_row) by = {0};
	ANTIN_SCOPED(antin_bytes) serial = {0};
	enum antin_rc rc = ca ? antin_store_issuer_find(s->store, ca, &by, err) : ANTIN_OK;
	int64_t issuer = ca ? by.id : ANTIN_NULL;

	if (rc != ANTIN_OK)
		return rc;
	if (serial_of(operand, &serial))
		return by_serial(s, issuer, antin_bytes_slice(&serial), operand, out, err);
	rc = by_file(s, issuer, operand, out, err);
	if (rc == ANTIN_E_MISSING)
		antin_err_set_hint(err, "antin-ca list");
	return rc;
}
