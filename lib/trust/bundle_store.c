/*
 * Bundles in a trust folder: signed/SHA256.bundle, one file a signer, named by the certificate that
 * a person has compared; a later one takes its place by one rename.
 */
#include "bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <antin/clock.h>
#include <antin/file.h>
#include <antin/list.h>
#include <antin/zip.h>

#include "trust_read.h"

static const char *const endings[] = {".bundle", ".xml", NULL};

/* folder/signed/SHA256.bundle (`kind` of endings), or folder/signed. */
static const char *
path_of(struct antin_bytes *b, const char *folder, const struct antin_cert *signer, size_t kind)
{
	char hex[65];

	antin_bytes_clear(b);
	antin_bytes_printf(b, "%s/signed", folder);
	if (signer)
		antin_bytes_printf(b, "/%s%s",
		                   antin_hex_text((struct antin_slice){signer->sha256, 32}, hex,
		                                  sizeof(hex)),
		                   endings[kind]);
	return antin_bytes_cstr(b);
}

static size_t
kind_of(const struct antin_origin *o)
{
	return strcmp(o->kind, "list") == 0;
}

bool
antin_bundle_pinned(const char *folder, const struct antin_origin *o)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	const char *file = path_of(&path, folder, o->signer, kind_of(o));

	return file && access(file, F_OK) == 0;
}

/* A bundle of the folder: its name is the pin. */
static enum antin_rc
load(const char *path, struct antin_bundle *out, struct antin_bytes *bytes, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) pin = {0};
	const char *name = antin_path_name(path);
	char hex[65];
	enum antin_rc rc;

	(void)snprintf(hex, sizeof(hex), "%s", name);
	if (strspn(name, "0123456789abcdef") != 64 || strchr(name, '.') != name + 64 ||
	    antin_hex_parse(hex, &pin, NULL) != ANTIN_OK || pin.len != 32) {
		antin_err_set_file(err, path);
		return antin_fail(err, ANTIN_E_CONFIG,
		                  N_("a signed bundle is named by no certificate"));
	}
	rc = antin_file_read(path, ANTIN_ZIP_MAX, bytes, err);
	if (rc == ANTIN_OK)
		rc = antin_signed_read(antin_bytes_slice(bytes), path, pin.p, out, err);
	return rc;
}

enum { CLOCKS_DIFFER = 86400 };

/*
 * What a bundle says of its own time is its signer's word: who found the key of a certificate that
 * has ended would date back what he makes with it.  So it must be taken while that is valid; from
 * then on it counts without that.
 */
static enum antin_rc
may_be_new(const struct antin_origin *o, int64_t now, struct antin_err *err)
{
	char when[ANTIN_TIME_CAP];

	if (now > o->signer->not_after) {
		antin_err_set_hint(err, N_("Ask its signer for one that is signed with a "
		                           "certificate that is valid today."));
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("the certificate that signed it ended on %s; whoever has its "
		                     "key since then could give it an earlier date"),
		                  antin_time_people(o->signer->not_after, ANTIN_VIETNAM_OFFSET,
		                                    when));
	}
	if (o->as_of > now + CLOCKS_DIFFER) {
		antin_err_set_hint(err, N_("Set the clock of this computer, or tell its signer."));
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("it shows the state of %s, which is still to come"),
		                  antin_time_people(o->as_of, ANTIN_VIETNAM_OFFSET, when));
	}
	return ANTIN_OK;
}

/* Whether `b` may take the place of what is there. */
static enum antin_rc
may_follow(const char *file, const struct antin_bundle *b, struct antin_slice bytes, int64_t now,
           struct antin_err *err)
{
	ANTIN_SCOPED(antin_bundle) former = {0};
	ANTIN_SCOPED(antin_bytes) there = {0};
	bool later;
	enum antin_rc rc;

	if (access(file, F_OK) != 0)
		return may_be_new(&b->origin, now, err);
	rc = load(file, &former, &there, err);
	if (rc != ANTIN_OK)
		return rc;
	later = b->origin.sequence > former.origin.sequence;
	if (later && b->origin.as_of >= former.origin.as_of)
		return may_be_new(&b->origin, now, err);
	antin_err_set_hint(err, "antin trust list");
	if (later)
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("the bundle shows an older state than the one in use, though "
		                     "its number is later; tell its signer"));
	if (antin_slice_equal(antin_bytes_slice(&there), bytes))
		return antin_fail(err, ANTIN_E_STATE, N_("this very bundle is in use already"));
	if (b->origin.sequence == former.origin.sequence)
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("another bundle with the number %llu is in use; tell its "
		                     "signer"),
		                  (unsigned long long)former.origin.sequence);
	return antin_fail(err, ANTIN_E_POLICY,
	                  N_("the bundle has the number %llu, and a later one with %llu is in use"),
	                  (unsigned long long)b->origin.sequence,
	                  (unsigned long long)former.origin.sequence);
}

enum antin_rc
antin_bundle_store(const char *folder, const struct antin_bundle *b, struct antin_slice bytes,
                   int64_t now, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	const char *file = path_of(&path, folder, NULL, 0);
	enum antin_rc rc = file ? antin_folder_make(file, err) : antin_fail_memory(err);
	int lock;

	if (rc != ANTIN_OK)
		return rc;
	/* Two at once would each see the former number. */
	lock = open(file, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock < 0 || flock(lock, LOCK_EX) != 0) {
		rc = antin_fail_errno(err, errno, N_("locking a trust folder"), file);
		if (lock >= 0)
			(void)close(lock);
		return rc;
	}
	file = path_of(&path, folder, b->origin.signer, kind_of(&b->origin));
	rc = file ? may_follow(file, b, bytes, now, err) : antin_fail_memory(err);
	if (rc == ANTIN_OK)
		rc = antin_file_write(file, bytes, ANTIN_OUTPUT_REPLACE, err);
	(void)close(lock);
	return rc;
}

/* ---- in use ---- */

/* What the same signer gave out before, or another one under the name of the list; NULL none. */
static const struct antin_origin *
former_of(const struct antin_trust *t, const struct antin_origin *o)
{
	for (size_t i = 0; i < t->n_origins; i++)
		if (strcmp(t->origins[i]->kind, o->kind) == 0 &&
		    (antin_cert_equal(t->origins[i]->signer, o->signer) ||
		     (kind_of(o) && strcmp(t->origins[i]->name, o->name) == 0)))
			return t->origins[i];
	return NULL;
}

enum antin_rc
antin_bundle_join(struct antin_trust *t, const struct antin_bundle *b, struct antin_err *err)
{
	const struct antin_origin *former = former_of(t, &b->origin), *origin = NULL;
	const struct antin_trust *c = &b->content;
	enum antin_rc rc;

	if (former && former->sequence >= b->origin.sequence)
		return ANTIN_OK;
	if (former)
		trust_drop_origin(t, former);
	rc = antin_trust_add_origin(t, &b->origin, &origin, err);
	for (size_t i = 0; rc == ANTIN_OK && i < c->n_anchors; i++) {
		struct antin_anchor a = c->anchors[i];

		a.origin = origin;
		rc = antin_trust_add_anchor(t, &a, a.file, err);
	}
	if (rc == ANTIN_OK)
		rc = antin_certs_join(&t->intermediates, &c->intermediates, c->intermediates.n,
		                      err);
	return rc == ANTIN_OK ? antin_evidence_join(&t->evidence, &c->evidence, err) : rc;
}

enum antin_rc
bundle_paths(const char *folder, struct antin_paths *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	ANTIN_SCOPED(antin_paths) l = {0};
	const char *place = path_of(&path, folder, NULL, 0);
	size_t kept = 0;
	enum antin_rc rc;

	if (!place)
		return antin_fail_memory(err);
	if (access(place, F_OK) != 0 && errno == ENOENT)
		return ANTIN_OK;
	rc = antin_folder_list(place, &l, err);
	for (size_t i = 0; rc == ANTIN_OK && i < l.n; i++) {
		char *item = l.items[i];

		if (!antin_path_ends(item, endings) || antin_path_name(item)[0] == '.')
			continue;
		l.items[i] = l.items[kept];
		l.items[kept++] = item;
	}
	while (rc == ANTIN_OK && l.n > kept)
		free(l.items[--l.n]);
	*out = l;
	l = (struct antin_paths){0};
	return rc;
}

enum antin_rc
antin_bundle_configured(struct antin_trust *t, const char *folder, struct antin_err *err)
{
	ANTIN_SCOPED(antin_paths) l = {0};
	enum antin_rc rc = bundle_paths(folder, &l, err);

	for (size_t i = 0; rc == ANTIN_OK && i < l.n; i++) {
		ANTIN_SCOPED(antin_bundle) b = {0};
		ANTIN_SCOPED(antin_bytes) bytes = {0};

		rc = load(l.items[i], &b, &bytes, err);
		if (rc == ANTIN_OK)
			rc = antin_bundle_join(t, &b, err);
	}
	return rc;
}
