/*
 * The anchors and intermediates of a run: read from files and folders, with metadata beside.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <antin/bundle.h>
#include <antin/file.h>
#include <antin/given.h>
#include <antin/text.h>

#include "trust_read.h"

enum { ANCHORS_MAX = 4096 };

void
antin_anchor_done(struct antin_anchor *a)
{
	antin_cert_free(a->cert);
	free(a->file);
	*a = (struct antin_anchor){0};
}

static void
origin_free(struct antin_origin *o)
{
	free(o->name);
	free(o->file);
	antin_cert_free(o->signer);
	free(o);
}

void
trust_drop_origin(struct antin_trust *t, const struct antin_origin *o)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->n_anchors; i++) {
		if (t->anchors[i].origin == o)
			antin_anchor_done(&t->anchors[i]);
		else
			t->anchors[kept++] = t->anchors[i];
	}
	t->n_anchors = kept;
	kept = 0;
	for (size_t i = 0; i < t->n_origins; i++) {
		if (t->origins[i] == o)
			origin_free(t->origins[i]);
		else
			t->origins[kept++] = t->origins[i];
	}
	t->n_origins = kept;
}

void
antin_trust_done(struct antin_trust *t)
{
	for (size_t i = 0; i < t->n_anchors; i++)
		antin_anchor_done(&t->anchors[i]);
	free(t->anchors);
	for (size_t i = 0; i < t->n_origins; i++)
		origin_free(t->origins[i]);
	free(t->origins);
	antin_certs_done(&t->intermediates);
	antin_evidence_done(&t->evidence);
	*t = (struct antin_trust){0};
}

const struct antin_anchor *
antin_trust_anchor(const struct antin_trust *t, const struct antin_cert *cert)
{
	for (size_t i = 0; i < t->n_anchors; i++)
		if (antin_cert_equal(t->anchors[i].cert, cert))
			return &t->anchors[i];
	return NULL;
}

bool
antin_limits_allow(const struct antin_limits *l, enum antin_purpose purpose, int64_t time)
{
	return (l->from == ANTIN_NO_TIME || time >= l->from) &&
	       (l->until == ANTIN_NO_TIME || time <= l->until) &&
	       (!l->purposes || purpose == ANTIN_PURPOSE_ANY || l->purposes >> purpose & 1);
}

const struct antin_anchor *
antin_trust_anchor_for(const struct antin_trust *t, const struct antin_cert *cert,
                       enum antin_purpose purpose, int64_t time)
{
	for (size_t i = 0; i < t->n_anchors; i++)
		if (antin_cert_equal(t->anchors[i].cert, cert) &&
		    antin_limits_allow(&t->anchors[i].limits, purpose, time))
			return &t->anchors[i];
	return NULL;
}

/* One more of it would change nothing. */
static bool
known(const struct antin_trust *t, const struct antin_anchor *a)
{
	for (size_t i = 0; i < t->n_anchors; i++) {
		const struct antin_limits *l = &t->anchors[i].limits;

		if (antin_cert_equal(t->anchors[i].cert, a->cert) &&
		    (l->from == ANTIN_NO_TIME || l->from == a->limits.from) &&
		    (l->until == ANTIN_NO_TIME || l->until == a->limits.until) &&
		    (!l->purposes || l->purposes == a->limits.purposes))
			return true;
	}
	return false;
}

enum antin_rc
antin_trust_add_anchor(struct antin_trust *t, const struct antin_anchor *a, const char *file,
                       struct antin_err *err)
{
	enum antin_rc rc;
	char *copy = NULL;

	if (known(t, a))
		return ANTIN_OK;
	if (t->n_anchors == ANCHORS_MAX)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("too many trusted certificates"));
	if (t->n_anchors == t->cap_anchors) {
		struct antin_anchor *more =
		        antin_array_grow(t->anchors, &t->cap_anchors, sizeof(*more));

		if (!more)
			return antin_fail_memory(err);
		t->anchors = more;
	}
	rc = antin_text_copy(file, &copy, err);
	if (rc != ANTIN_OK)
		return rc;
	t->anchors[t->n_anchors] = *a;
	t->anchors[t->n_anchors].file = copy;
	(void)antin_cert_ref(t->anchors[t->n_anchors++].cert);
	return ANTIN_OK;
}

enum antin_rc
antin_trust_add(struct antin_trust *t, struct antin_cert *cert, enum antin_class class,
                const char *file, struct antin_err *err)
{
	return antin_trust_add_anchor(t,
	                              &(struct antin_anchor){
	                                      .cert = cert,
	                                      .class = class,
	                                      .imported = ANTIN_NO_TIME,
	                                      .limits = ANTIN_NO_LIMITS,
	                              },
	                              file, err);
}

enum antin_rc
antin_trust_add_origin(struct antin_trust *t, const struct antin_origin *o,
                       const struct antin_origin **out, struct antin_err *err)
{
	struct antin_origin *copy;
	enum antin_rc rc;

	if (t->n_origins == t->cap_origins) {
		struct antin_origin **more = antin_array_grow(t->origins, &t->cap_origins,
		                                              sizeof(struct antin_origin *));

		if (!more)
			return antin_fail_memory(err);
		t->origins = more;
	}
	copy = malloc(sizeof(*copy));
	if (!copy)
		return antin_fail_memory(err);
	*copy = *o;
	copy->name = copy->file = NULL;
	(void)antin_cert_ref(copy->signer);
	rc = antin_text_copy(o->name, &copy->name, err);
	if (rc == ANTIN_OK)
		rc = antin_text_copy(o->file, &copy->file, err);
	if (rc != ANTIN_OK) {
		origin_free(copy);
		return rc;
	}
	*out = t->origins[t->n_origins++] = copy;
	return ANTIN_OK;
}

/* Made by the very key that it is for: nobody else stands behind it. */
static bool
self_signed(struct antin_cert *c)
{
	const struct antin_public *key;

	return antin_cert_self_issued(c) && antin_cert_public(c, &key, NULL) == ANTIN_OK &&
	       antin_cert_verify(c, key, NULL, NULL) == ANTIN_OK;
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
	ANTIN_SCOPED(antin_given) files = {0};
	ANTIN_SCOPED(antin_certs) read = {0};
	enum antin_rc rc = antin_given_add(&files, ANTIN_GIVEN_CERTS, path, err);

	t->given = true;
	if (rc == ANTIN_OK)
		rc = antin_given_read_all(&files, &read, NULL, err);
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
		struct antin_anchor a = {
		        .cert = read.items[i],
		        .class = antin_class_guess(read.items[i]),
		        .imported = ANTIN_NO_TIME,
		        .limits = ANTIN_NO_LIMITS,
		};

		rc = read_metadata(antin_bytes_cstr(&beside), &a, err);
		if (rc == ANTIN_OK)
			rc = antin_trust_add_anchor(t, &a, path, err);
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
trust_alone(struct antin_trust *t, const char *folder, struct antin_err *err)
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

enum antin_rc
antin_trust_configured(struct antin_trust *t, const char *folder, struct antin_err *err)
{
	enum antin_rc rc = trust_alone(t, folder, err);

	/* After those that stand alone, which somebody compared himself. */
	return rc == ANTIN_OK ? antin_bundle_configured(t, folder, err) : rc;
}
