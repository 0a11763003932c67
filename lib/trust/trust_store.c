/*
 * The trust folder of a user: an anchor is a PEM file named by its SHA-256, and its metadata.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <antin/clock.h>
#include <antin/file.h>
#include <antin/list.h>
#include <antin/zip.h>

#include "bundle.h"
#include "trust_read.h"

/* Appends folder/sha256.ending; returns it as text. */
static const char *
file_of(struct antin_bytes *b, const char *folder, const struct antin_cert *cert,
        const char *ending)
{
	char hex[65];

	antin_bytes_clear(b);
	antin_bytes_printf(b, "%s/%s%s", folder,
	                   antin_hex_text((struct antin_slice){cert->sha256, 32}, hex, sizeof(hex)),
	                   ending);
	return antin_bytes_cstr(b);
}

static enum antin_rc
write_metadata(const char *path, enum antin_class class, int64_t now, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	char when[ANTIN_TIME_CAP];
	json_t *json = json_pack("{ss ss ss}", "schema", "antin.anchor/1", "class",
	                         antin_class_id(class), "imported", antin_time_iso(now, when));
	enum antin_rc rc;

	if (!json)
		return antin_fail_memory(err);
	rc = antin_json_write(json, true, &text, err);
	json_decref(json);
	if (rc != ANTIN_OK)
		return rc;
	return antin_file_write(path, antin_bytes_slice(&text), ANTIN_OUTPUT_REPLACE, err);
}

enum antin_rc
antin_trust_import(const char *folder, struct antin_cert *cert, enum antin_class class, int64_t now,
                   struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	ANTIN_SCOPED(antin_bytes) pem = {0};
	const char *file = file_of(&path, folder, cert, ".pem");
	enum antin_rc rc;

	if (!file)
		return antin_fail_memory(err);
	if (access(file, F_OK) == 0) {
		antin_err_set_hint(err, "antin trust list");
		return antin_fail(err, ANTIN_E_CONFLICT, N_("this certificate is trusted already"));
	}
	rc = antin_folder_make(folder, err);
	file = file_of(&path, folder, cert, ".json");
	if (rc == ANTIN_OK)
		rc = file ? write_metadata(file, class, now, err) : antin_fail_memory(err);
	if (rc != ANTIN_OK)
		return rc;
	antin_pem_add(&pem, "CERTIFICATE", cert->der);
	file = file_of(&path, folder, cert, ".pem");
	return file ? antin_file_write(file, antin_bytes_slice(&pem), 0, err)
	            : antin_fail_memory(err);
}

/* What the digits name: an anchor that stands alone, or the file of a signed bundle. */
struct named {
	const struct antin_anchor *anchor;
	const char *bundle;
	size_t n;
};

static void
find_named(const struct antin_trust *t, const struct antin_paths *bundles,
           const struct antin_bytes *wanted, struct named *out)
{
	for (size_t i = 0; i < t->n_anchors; i++) {
		const struct antin_anchor *a = &t->anchors[i];

		if (a->origin || memcmp(a->cert->sha256, wanted->p, wanted->len) != 0)
			continue;
		out->anchor = a;
		out->n++;
	}
	for (size_t i = 0; i < bundles->n; i++) {
		char hex[65];

		(void)antin_hex_text(antin_bytes_slice(wanted), hex, sizeof(hex));
		if (strncmp(antin_path_name(bundles->items[i]), hex, strlen(hex)) != 0)
			continue;
		out->bundle = bundles->items[i];
		out->n++;
	}
}

static enum antin_rc
remove_file(const char *file, struct antin_err *err)
{
	return unlink(file) == 0 || errno == ENOENT
	               ? ANTIN_OK
	               : antin_fail_errno(err, errno, N_("removing a trusted certificate"), file);
}

static enum antin_rc
remove_anchor(const char *folder, const struct antin_anchor *a, struct antin_bytes *name,
              struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	const char *file = file_of(&path, folder, a->cert, ".json");
	enum antin_rc rc = file ? remove_file(a->file, err) : antin_fail_memory(err);

	if (rc == ANTIN_OK)
		rc = remove_file(file, err);
	if (rc == ANTIN_OK)
		antin_name_text_add(name, a->cert->subject);
	return rc;
}

/* One that cannot be read any more is removed too, under the name of its file. */
static enum antin_rc
remove_bundle(const char *path, struct antin_bytes *name, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) bytes = {0};
	ANTIN_SCOPED(antin_bundle) b = {0};
	enum antin_rc rc;

	if (antin_file_read(path, ANTIN_ZIP_MAX, &bytes, NULL) == ANTIN_OK &&
	    antin_signed_read(antin_bytes_slice(&bytes), path, NULL, &b, NULL) == ANTIN_OK)
		antin_name_text_add(name, b.origin.signer->subject);
	else
		antin_bytes_text(name, antin_path_name(path));
	rc = remove_file(path, err);
	return rc == ANTIN_OK ? antin_bytes_check(name, err) : rc;
}

enum antin_rc
antin_trust_remove(const char *folder, const char *hex, struct antin_bytes *name,
                   struct antin_err *err)
{
	ANTIN_SCOPED(antin_trust) t = {0};
	ANTIN_SCOPED(antin_bytes) wanted = {0};
	ANTIN_SCOPED(antin_paths) bundles = {0};
	struct named found = {0};
	enum antin_rc rc = bundle_paths(folder, &bundles, err);

	if (rc == ANTIN_OK)
		rc = trust_alone(&t, folder, err);
	if (rc != ANTIN_OK)
		return rc;
	if (antin_hex_parse(hex, &wanted, NULL) != ANTIN_OK || wanted.len < 4 || wanted.len > 32)
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("give at least eight digits of the SHA-256"));
	find_named(&t, &bundles, &wanted, &found);
	if (found.n > 1)
		return antin_fail(err, ANTIN_E_AMBIGUOUS,
		                  N_("several trusted certificates begin with %s"), hex);
	if (!found.n)
		return antin_fail(err, ANTIN_E_NOT_FOUND,
		                  N_("no trusted certificate begins with %s"), hex);
	return found.anchor ? remove_anchor(folder, found.anchor, name, err)
	                    : remove_bundle(found.bundle, name, err);
}
