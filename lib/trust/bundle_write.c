/*
 * Making a trust bundle (docs/formats/bundle.md): the manifest is written once, and those very
 * octets are signed.
 */
#include "bundle.h"

#include <string.h>

#include <antin/cades.h>
#include <antin/crl.h>
#include <antin/zip.h>

#include "trust_read.h"

/* What is being put together. */
struct making {
	const struct antin_bundle_spec *spec;
	struct antin_zip entries; /* without manifest and signature */
	json_t *manifest;
};

/* One entry, once, and its row of the manifest. */
static enum antin_rc
put(struct making *m, enum bundle_part part, struct antin_slice der, json_t **row,
    struct antin_err *err)
{
	uint8_t sha256[32];
	char name[ANTIN_ZIP_NAME];
	json_t *list = json_object_get(m->manifest, bundle_parts[part].name), *made;
	enum antin_rc rc = antin_sha256(der, sha256, err);

	if (rc != ANTIN_OK)
		return rc;
	bundle_entry(part, sha256, name, sizeof(name));
	if (!antin_zip_find(&m->entries, name))
		rc = antin_zip_add(&m->entries, name, der, err);
	if (rc != ANTIN_OK)
		return rc;
	made = json_object();
	if (antin_json_set_hex(made, "sha256", (struct antin_slice){sha256, 32}) != 0 ||
	    json_array_append_new(list, made) != 0)
		return antin_fail_memory(err);
	if (row)
		*row = made;
	return ANTIN_OK;
}

static enum antin_rc
put_anchors(struct making *m, struct antin_err *err)
{
	const struct antin_trust *t = m->spec->trust;
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; rc == ANTIN_OK && i < t->n_anchors; i++) {
		json_t *row = NULL;

		rc = put(m, BUNDLE_ANCHORS, t->anchors[i].cert->der, &row, err);
		if (rc == ANTIN_OK &&
		    (json_object_set_new(row, "class",
		                         json_string(antin_class_id(t->anchors[i].class))) != 0 ||
		     antin_limits_json(row, &t->anchors[i].limits) != 0))
			rc = antin_fail_memory(err);
	}
	return rc;
}

static enum antin_rc
put_others(struct making *m, struct antin_err *err)
{
	const struct antin_trust *t = m->spec->trust;
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; rc == ANTIN_OK && i < t->intermediates.n; i++)
		rc = put(m, BUNDLE_INTERMEDIATES, t->intermediates.items[i]->der, NULL, err);
	for (size_t i = 0; rc == ANTIN_OK && i < t->evidence.n; i++) {
		const struct antin_evidence_item *e = &t->evidence.items[i];

		rc = e->crl ? put(m, BUNDLE_CRLS, e->crl->der, NULL, err)
		            : put(m, BUNDLE_OCSP, e->ocsp->der, NULL, err);
	}
	return rc;
}

static enum antin_rc
begin(struct making *m, struct antin_err *err)
{
	const struct antin_bundle_spec *s = m->spec;
	int bad;

	m->manifest = json_pack("{ss ss sI}", "schema", BUNDLE_SCHEMA, "name", s->name, "sequence",
	                        (json_int_t)s->sequence);
	bad = antin_json_set_time(m->manifest, "asOf", s->as_of);
	if (s->expires != ANTIN_NO_TIME)
		bad |= antin_json_set_time(m->manifest, "expires", s->expires);
	for (int part = 0; part < BUNDLE_PARTS; part++)
		bad |= json_object_set_new(m->manifest, bundle_parts[part].name, json_array());
	return bad ? antin_fail_memory(err) : ANTIN_OK;
}

static enum antin_rc
sign(const struct antin_bundle_spec *s, struct antin_slice manifest, struct antin_bytes *out,
     struct antin_err *err)
{
	const struct antin_cades_spec how = {
	        .alg = antin_sigalg_default(antin_public_type(s->key->public_key)),
	        .signer = s->signer,
	        .signing_time = s->as_of,
	};
	uint8_t digest[ANTIN_DIGEST_MAX];
	enum antin_rc rc = antin_digest_of(how.alg.digest, manifest, digest, err);

	if (rc != ANTIN_OK)
		return rc;
	return antin_cades_sign(&how, s->key,
	                        (struct antin_slice){digest, antin_digest_size(how.alg.digest)},
	                        out, err);
}

/* Manifest and signature before everything else. */
static enum antin_rc
assemble(const struct making *m, struct antin_bytes *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) manifest = {0};
	ANTIN_SCOPED(antin_bytes) signature = {0};
	ANTIN_SCOPED(antin_zip) zip = {0};
	enum antin_rc rc = antin_json_write(m->manifest, true, &manifest, err);

	if (rc == ANTIN_OK)
		rc = sign(m->spec, antin_bytes_slice(&manifest), &signature, err);
	if (rc == ANTIN_OK)
		rc = antin_zip_add(&zip, BUNDLE_MANIFEST, antin_bytes_slice(&manifest), err);
	if (rc == ANTIN_OK)
		rc = antin_zip_add(&zip, BUNDLE_SIGNATURE, antin_bytes_slice(&signature), err);
	for (size_t i = 0; rc == ANTIN_OK && i < m->entries.n; i++)
		rc = antin_zip_add(&zip, m->entries.items[i].name, m->entries.items[i].bytes, err);
	return rc == ANTIN_OK ? antin_zip_write(&zip, out, err) : rc;
}

enum antin_rc
antin_bundle_write(const struct antin_bundle_spec *spec, struct antin_bytes *out,
                   struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) made = {0};
	ANTIN_SCOPED(antin_bundle) again = {0};
	struct making m = {.spec = spec};
	enum antin_rc rc = begin(&m, err);

	if (rc == ANTIN_OK)
		rc = put_anchors(&m, err);
	if (rc == ANTIN_OK)
		rc = put_others(&m, err);
	if (rc == ANTIN_OK)
		rc = assemble(&m, &made, err);
	antin_zip_done(&m.entries);
	json_decref(m.manifest);
	if (rc == ANTIN_OK)
		rc = antin_bundle_read(antin_bytes_slice(&made), spec->name, spec->signer->sha256,
		                       &again, err);
	return rc == ANTIN_OK ? antin_bytes_join(out, &made, err) : rc;
}
