/*
 * The anchors and intermediates of a run: read from files and folders, with metadata beside.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <antin/clock.h>
#include <antin/file.h>
#include <antin/text.h>

#include "verify.h"

enum { ANCHORS_MAX = 4096 };

void
antin_trust_done(struct antin_trust *t)
{
	for (size_t i = 0; i < t->n_anchors; i++) {
		antin_cert_free(t->anchors[i].cert);
		free(t->anchors[i].file);
	}
	free(t->anchors);
	antin_certs_done(&t->intermediates);
	*t = (struct antin_trust){0};
}

const struct antin_anchor *
antin_trust_anchor(const struct antin_trust *t, const struct antin_cert *cert)
{
	for (size_t i = 0; i < t->n_anchors; i++)
		if (memcmp(t->anchors[i].cert->sha256, cert->sha256, 32) == 0)
			return &t->anchors[i];
	return NULL;
}

static enum antin_rc
make_room(struct antin_trust *t, struct antin_err *err)
{
	size_t cap = t->cap_anchors ? t->cap_anchors * 2 : 8;
	struct antin_anchor *more;

	if (t->n_anchors < t->cap_anchors)
		return ANTIN_OK;
	if (t->n_anchors == ANCHORS_MAX)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("too many trusted certificates"));
	more = realloc(t->anchors, cap * sizeof(*more));
	if (!more)
		return antin_fail_memory(err);
	t->anchors = more;
	t->cap_anchors = cap;
	return ANTIN_OK;
}

enum antin_rc
antin_trust_add(struct antin_trust *t, struct antin_cert *cert, enum antin_class class,
                const char *file, struct antin_err *err)
{
	enum antin_rc rc;
	char *copy = NULL;

	if (antin_trust_anchor(t, cert))
		return ANTIN_OK;
	rc = make_room(t, err);
	if (rc == ANTIN_OK)
		rc = antin_text_copy(file, &copy, err);
	if (rc != ANTIN_OK)
		return rc;
	t->anchors[t->n_anchors++] = (struct antin_anchor){
	        .cert = antin_cert_ref(cert),
	        .class = class,
	        .imported = ANTIN_NO_TIME,
	        .file = copy,
	};
	return ANTIN_OK;
}

/* Made by the very key that it is for: nobody else stands behind it. */
static bool
self_signed(struct antin_cert *c)
{
	const struct antin_public *key;

	return antin_cert_self_issued(c) && antin_cert_public(c, &key, NULL) == ANTIN_OK &&
	       antin_cert_verify(c, key, NULL) == ANTIN_OK;
}

enum antin_rc
antin_trust_fit(struct antin_cert *cert, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) name = {0};

	if (cert->is_ca || self_signed(cert))
		return ANTIN_OK;
	antin_name_text_add(&name, cert->issuer);
	if (!antin_bytes_cstr(&name))
		return antin_fail_memory(err);
	antin_err_set_hint(err, "antin trust import ISSUER.crt");
	return antin_fail(err, ANTIN_E_POLICY,
	                  N_("only the certificate of an authority can be trusted; this one was "
	                     "issued by %s"),
	                  antin_bytes_cstr(&name));
}

/* All of one file or folder, so that none is trusted when one of them may not be. */
static enum antin_rc
fit_all(const struct antin_certs *read, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; rc == ANTIN_OK && i < read->n; i++)
		rc = antin_trust_fit(read->items[i], err);
	return rc;
}

enum antin_rc
antin_trust_give(struct antin_trust *t, const char *path, struct antin_err *err)
{
	ANTIN_SCOPED(antin_certs) read = {0};
	enum antin_rc rc = antin_certs_load(path, &read, err);

	t->given = true;
	if (rc == ANTIN_OK) {
		rc = fit_all(&read, err);
		if (rc != ANTIN_OK)
			antin_err_set_file(err, path);
	}
	for (size_t i = 0; rc == ANTIN_OK && i < read.n; i++)
		rc = antin_trust_add(t, read.items[i], antin_class_guess(read.items[i]), path, err);
	return rc;
}

enum antin_rc
antin_trust_intermediates(struct antin_trust *t, const char *path, struct antin_err *err)
{
	return antin_certs_load(path, &t->intermediates, err);
}

/* A text of the metadata, NULL when absent. */
static enum antin_rc
text_of(const json_t *json, const char *key, const char **out, struct antin_err *err)
{
	const json_t *value = json_object_get(json, key);

	*out = json_string_value(value);
	if (value && !*out)
		return antin_fail(err, ANTIN_E_CONFIG, N_("%s: it is not a text"), key);
	return ANTIN_OK;
}

enum antin_rc
trust_metadata(const json_t *json, struct antin_anchor *a, struct antin_err *err)
{
	enum antin_class class_read = a->class;
	int64_t time = a->imported;
	const char *class = NULL, *imported = NULL;
	enum antin_rc rc;

	if (!json_is_object(json))
		return antin_fail(err, ANTIN_E_CONFIG,
		                  N_("the metadata of an anchor are no "
		                     "JSON object"));
	rc = text_of(json, "class", &class, err);
	if (rc == ANTIN_OK)
		rc = text_of(json, "imported", &imported, err);
	if (rc != ANTIN_OK)
		return rc;
	if (class && !antin_class_parse(class, &class_read))
		return antin_fail(err, ANTIN_E_CONFIG, N_("class: unknown value %s"), class);
	if (imported)
		rc = antin_time_parse(imported, &time, err);
	if (rc != ANTIN_OK)
		return rc;
	a->class = class_read;
	a->imported = time;
	return ANTIN_OK;
}

static enum antin_rc
read_metadata(const char *file, struct antin_anchor *a, struct antin_err *err)
{
	json_t *json = NULL;
	enum antin_rc rc;

	if (access(file, F_OK) != 0)
		return ANTIN_OK;
	rc = antin_json_load(file, &json, err);
	if (rc != ANTIN_OK)
		return rc;
	rc = trust_metadata(json, a, err);
	json_decref(json);
	if (rc != ANTIN_OK)
		antin_err_set_file(err, file);
	return rc;
}

static enum antin_rc
configured_file(struct antin_trust *t, const char *path, struct antin_err *err)
{
	ANTIN_SCOPED(antin_certs) read = {0};
	ANTIN_SCOPED(antin_bytes) beside = {0};
	enum antin_rc rc = antin_certs_load(path, &read, err);

	antin_bytes_printf(&beside, "%.*s.json", (int)(strrchr(path, '.') - path), path);
	if (!antin_bytes_cstr(&beside))
		return antin_fail_memory(err);
	for (size_t i = 0; rc == ANTIN_OK && i < read.n; i++) {
		size_t before = t->n_anchors;

		rc = antin_trust_add(t, read.items[i], antin_class_guess(read.items[i]), path, err);
		if (rc == ANTIN_OK && t->n_anchors > before)
			rc = read_metadata(antin_bytes_cstr(&beside), &t->anchors[before], err);
	}
	return rc;
}

static enum antin_rc
configured_entry(struct antin_trust *t, const char *path, struct antin_err *err)
{
	struct stat st;

	if (strcmp(antin_path_name(path), "intermediates") == 0 && stat(path, &st) == 0 &&
	    S_ISDIR(st.st_mode))
		return antin_trust_intermediates(t, path, err);
	return antin_certs_named(path) ? configured_file(t, path, err) : ANTIN_OK;
}

enum antin_rc
antin_trust_configured(struct antin_trust *t, const char *folder, struct antin_err *err)
{
	ANTIN_SCOPED(antin_paths) l = {0};
	struct stat st;
	enum antin_rc rc = ANTIN_OK;

	if (stat(folder, &st) != 0 && errno == ENOENT)
		return ANTIN_OK;
	rc = antin_folder_list(folder, &l, err);
	for (size_t i = 0; rc == ANTIN_OK && i < l.n; i++)
		rc = configured_entry(t, l.items[i], err);
	return rc;
}
