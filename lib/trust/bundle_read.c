/*
 * Reading a trust bundle (docs/formats/bundle.md): nothing of it is looked at before its signature
 * has held, except the archive and the signature themselves.
 */
#include "bundle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <antin/cades.h>
#include <antin/clock.h>
#include <antin/text.h>
#include <antin/zip.h>

#include "trust_read.h"

const struct bundle_part_info bundle_parts[BUNDLE_PARTS] = {
        [BUNDLE_ANCHORS] = {"anchors", "crt"},
        [BUNDLE_INTERMEDIATES] = {"intermediates", "crt"},
        [BUNDLE_CRLS] = {"crls", "crl"},
        [BUNDLE_OCSP] = {"ocsp", "ors"},
};

void
bundle_entry(enum bundle_part part, const uint8_t sha256[32], char *out, size_t cap)
{
	char hex[65];

	(void)snprintf(out, cap, "%s/%s.%s", bundle_parts[part].name,
	               antin_hex_text((struct antin_slice){sha256, 32}, hex, sizeof(hex)),
	               bundle_parts[part].ending);
}

void
antin_bundle_done(struct antin_bundle *b)
{
	free(b->origin.name);
	free(b->origin.file);
	antin_cert_free(b->origin.signer);
	antin_trust_done(&b->content);
	*b = (struct antin_bundle){0};
}

bool
antin_bundle_is(struct antin_slice bytes)
{
	return antin_zip_is(bytes);
}

/* ---- the manifest ---- */

struct manifest {
	char *schema, *name, *as_of, *expires;
	int64_t sequence;
	json_t *parts[BUNDLE_PARTS];
};
#define AT(member) offsetof(struct manifest, member)
static const struct antin_field manifest_fields[] = {
        {"schema", ANTIN_FIELD_TEXT, AT(schema), 1, 40, NULL, true, BUNDLE_SCHEMA},
        {"name", ANTIN_FIELD_TEXT, AT(name), 1, ANTIN_BUNDLE_NAME, NULL, true,
         "What it calls itself"},
        {"sequence", ANTIN_FIELD_INT, AT(sequence), 1, BUNDLE_SEQUENCE_MAX, NULL, true,
         "Rises with every bundle of the signer"},
        {"asOf", ANTIN_FIELD_TEXT, AT(as_of), 1, 40, NULL, true, "The time whose state it shows"},
        {"expires", ANTIN_FIELD_TEXT, AT(expires), 1, 40, NULL, false,
         "Until when a later one follows"},
        {"anchors", ANTIN_FIELD_JSON, AT(parts[BUNDLE_ANCHORS]), 0, 0, NULL, false,
         "Certificates that are trusted"},
        {"intermediates", ANTIN_FIELD_JSON, AT(parts[BUNDLE_INTERMEDIATES]), 0, 0, NULL, false,
         "Certificates below them"},
        {"crls", ANTIN_FIELD_JSON, AT(parts[BUNDLE_CRLS]), 0, 0, NULL, false, "CRLs"},
        {"ocsp", ANTIN_FIELD_JSON, AT(parts[BUNDLE_OCSP]), 0, 0, NULL, false, "OCSP answers"},
        ANTIN_FIELD_END,
};
#undef AT
#define HASH_ROW                                                                                   \
	{                                                                                          \
		"sha256", ANTIN_FIELD_TEXT, offsetof(struct anchor_text, sha256), 64, 64, NULL,    \
		        true, "Of the entry in the archive"                                        \
	}
static const struct antin_field anchor_fields[] = {HASH_ROW, ANCHOR_FIELDS, ANTIN_FIELD_END};
static const struct antin_field other_fields[] = {HASH_ROW, ANTIN_FIELD_END};

/* One bundle being read. */
struct reading {
	const struct antin_zip *zip;
	struct antin_bundle *to;
	bool used[ANTIN_ZIP_ENTRIES];
};

typedef enum antin_rc take_fn(struct reading *r, const struct anchor_text *row, const json_t *json,
                              const struct antin_zip_entry *e, struct antin_err *err);

static enum antin_rc
take_anchor(struct reading *r, const struct anchor_text *row, const json_t *json,
            const struct antin_zip_entry *e, struct antin_err *err)
{
	ANTIN_OWN_S(antin_cert) cert = NULL;
	struct antin_anchor a = {.limits = ANTIN_NO_LIMITS};
	enum antin_rc rc = antin_cert_read(e->bytes, &cert, err);

	if (rc == ANTIN_OK)
		rc = antin_trust_fit(cert, err);
	if (rc != ANTIN_OK)
		return rc;
	a.cert = cert;
	a.class = antin_class_guess(cert);
	a.imported = r->to->origin.as_of;
	rc = trust_limits(row, json, &a, err);
	return rc == ANTIN_OK ? antin_trust_add_anchor(&r->to->content, &a, r->to->origin.file, err)
	                      : rc;
}

static enum antin_rc
take_intermediate(struct reading *r, const struct anchor_text *row, const json_t *json,
                  const struct antin_zip_entry *e, struct antin_err *err)
{
	ANTIN_OWN_S(antin_cert) cert = NULL;
	enum antin_rc rc = antin_cert_read(e->bytes, &cert, err);

	(void)row, (void)json;
	return rc == ANTIN_OK ? antin_certs_add(&r->to->content.intermediates, cert, err) : rc;
}

static enum antin_rc
take_crl(struct reading *r, const struct anchor_text *row, const json_t *json,
         const struct antin_zip_entry *e, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) copy = {0};
	ANTIN_OWN_S(antin_crl) crl = NULL;
	enum antin_rc rc;

	(void)row, (void)json;
	antin_bytes_add(&copy, e->bytes.p, e->bytes.len);
	rc = antin_bytes_check(&copy, err);
	if (rc == ANTIN_OK)
		rc = antin_crl_read(&copy, &crl, err);
	return rc == ANTIN_OK ? antin_evidence_add_crl(&r->to->content.evidence, crl, e->name, err)
	                      : rc;
}

static enum antin_rc
take_ocsp(struct reading *r, const struct anchor_text *row, const json_t *json,
          const struct antin_zip_entry *e, struct antin_err *err)
{
	ANTIN_OWN_S(antin_ocsp_response) answer = NULL;
	enum antin_rc rc = antin_ocsp_response_read(e->bytes, &answer, err);

	(void)row, (void)json;
	return rc == ANTIN_OK
	               ? antin_evidence_add_ocsp(&r->to->content.evidence, answer, e->name, err)
	               : rc;
}

static const struct {
	const struct antin_field *fields;
	take_fn *take;
} parts[BUNDLE_PARTS] = {
        [BUNDLE_ANCHORS] = {anchor_fields, take_anchor},
        [BUNDLE_INTERMEDIATES] = {other_fields, take_intermediate},
        [BUNDLE_CRLS] = {other_fields, take_crl},
        [BUNDLE_OCSP] = {other_fields, take_ocsp},
};

/* The entry that a row names, with the very content that it names. */
static enum antin_rc
entry_of(struct reading *r, enum bundle_part part, const char *hex,
         const struct antin_zip_entry **out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) hash = {0};
	uint8_t real[32];
	char name[ANTIN_ZIP_NAME];
	enum antin_rc rc = antin_hex_parse(hex, &hash, err);

	if (rc != ANTIN_OK)
		return rc;
	if (hash.len != 32)
		return antin_fail(err, ANTIN_E_CONFIG, N_("%s is no SHA-256"), hex);
	bundle_entry(part, hash.p, name, sizeof(name));
	*out = antin_zip_find(r->zip, name);
	if (!*out)
		return antin_fail(err, ANTIN_E_DAMAGED, N_("the bundle lacks its entry %s"), name);
	rc = antin_sha256((*out)->bytes, real, err);
	if (rc == ANTIN_OK && memcmp(real, hash.p, 32) != 0)
		rc = antin_fail(err, ANTIN_E_DAMAGED,
		                N_("the entry %s of the bundle is not what its signer put there"),
		                name);
	r->used[*out - r->zip->items] = true;
	return rc;
}

static enum antin_rc
read_row(struct reading *r, enum bundle_part part, const json_t *json, struct antin_err *err)
{
	struct anchor_text row = {0};
	const struct antin_zip_entry *e = NULL;
	enum antin_rc rc = antin_fields_read(parts[part].fields, json, &row, err);

	if (rc == ANTIN_OK)
		rc = entry_of(r, part, row.sha256, &e, err);
	if (rc == ANTIN_OK) {
		rc = parts[part].take(r, &row, json, e, err);
		if (rc != ANTIN_OK)
			antin_err_set_where(err, "%s", e->name);
	}
	antin_fields_done(parts[part].fields, &row);
	return rc;
}

static enum antin_rc
read_parts(struct reading *r, const struct manifest *m, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (int part = 0; part < BUNDLE_PARTS; part++) {
		const json_t *list = m->parts[part];

		if (list && (!json_is_array(list) || json_array_size(list) > BUNDLE_ROWS))
			return antin_fail(err, ANTIN_E_CONFIG, N_("%s is no list, or too long"),
			                  bundle_parts[part].name);
		for (size_t i = 0; rc == ANTIN_OK && i < json_array_size(list); i++)
			rc = read_row(r, (enum bundle_part)part, json_array_get(list, i), err);
	}
	/* What nobody signed for is not carried along. */
	for (size_t i = 2; rc == ANTIN_OK && i < r->zip->n; i++)
		if (!r->used[i])
			rc = antin_fail(err, ANTIN_E_FORMAT,
			                N_("the entry %s of the bundle is not in its manifest"),
			                r->zip->items[i].name);
	return rc;
}

static enum antin_rc
read_origin(const struct manifest *m, struct antin_origin *o, struct antin_err *err)
{
	enum antin_rc rc;

	if (strcmp(m->schema, BUNDLE_SCHEMA) != 0)
		return antin_fail(err, ANTIN_E_UNSUPPORTED,
		                  N_("%s is no format of bundles that is known here"), m->schema);
	o->kind = "bundle";
	o->sequence = (uint64_t)m->sequence;
	o->expires = ANTIN_NO_TIME;
	rc = antin_time_parse(m->as_of, &o->as_of, err);
	if (rc == ANTIN_OK && m->expires)
		rc = antin_time_parse(m->expires, &o->expires, err);
	if (rc == ANTIN_OK)
		rc = antin_text_copy(m->name, &o->name, err);
	return rc;
}

static enum antin_rc
read_manifest(struct reading *r, struct antin_slice text, struct antin_err *err)
{
	ANTIN_OWN(json_t) json = NULL;
	struct manifest m = {0};
	enum antin_rc rc = antin_json_parse(text, r->to->origin.file, &json, err);

	if (rc == ANTIN_OK)
		rc = antin_fields_read(manifest_fields, json, &m, err);
	if (rc == ANTIN_OK)
		rc = read_origin(&m, &r->to->origin, err);
	if (rc == ANTIN_OK)
		rc = read_parts(r, &m, err);
	antin_fields_done(manifest_fields, &m);
	return rc;
}

/* ---- its signature ---- */

static enum antin_rc
form_holds(const struct antin_cades *c, const struct antin_cert *signer, struct antin_err *err)
{
	const struct antin_cades_problem *problems[ANTIN_CADES_PROBLEMS];
	size_t n = antin_cades_problems(c, ANTIN_FORM_CADES, signer, problems);

	for (size_t i = 0; i < n; i++)
		if (problems[i]->fatal)
			return antin_fail(err, ANTIN_E_FORMAT,
			                  N_("the signature of the bundle has a wrong form: %s"),
			                  problems[i]->text);
	if (c->n_signers != 1 || c->has_content || c->digest == ANTIN_SHA1)
		return antin_fail(err, ANTIN_E_FORMAT,
		                  N_("the signature of the bundle has a wrong form: %s"),
		                  "CAdES-B");
	return ANTIN_OK;
}

/* Who signed the manifest; it holds from here on. */
static enum antin_rc
verify(const struct antin_zip *zip, const uint8_t *pinned, struct antin_cert **out,
       struct antin_err *err)
{
	ANTIN_OWN_S(antin_cades) cms = NULL;
	const struct antin_public *key = NULL;
	struct antin_cert *signer;
	uint8_t digest[ANTIN_DIGEST_MAX];
	enum antin_rc rc = antin_cades_read(zip->items[1].bytes, &cms, err);

	if (rc != ANTIN_OK)
		return rc;
	signer = antin_cades_signer(cms);
	if (!signer)
		return antin_fail(err, ANTIN_E_FORMAT,
		                  N_("the bundle does not carry the certificate of its signer"));
	if (pinned && memcmp(signer->sha256, pinned, 32) != 0)
		return antin_fail(err, ANTIN_E_KEY_MISMATCH,
		                  N_("another one has signed the bundle than is pinned"));
	rc = form_holds(cms, signer, err);
	if (rc == ANTIN_OK)
		rc = antin_cert_public(signer, &key, err);
	if (rc == ANTIN_OK)
		rc = antin_digest_of(cms->digest, zip->items[0].bytes, digest, err);
	if (rc == ANTIN_OK)
		rc = antin_cades_verify(cms, key,
		                        (struct antin_slice){digest,
		                                             antin_digest_size(cms->digest)},
		                        NULL, err);
	if (rc == ANTIN_OK)
		*out = antin_cert_ref(signer);
	return rc;
}

/* The certificate could sign at the time that the bundle tells. */
static enum antin_rc
signer_fits(struct antin_origin *o, struct antin_err *err)
{
	const uint32_t may = 1u << ANTIN_KU_DIGITAL_SIGNATURE | 1u << ANTIN_KU_NON_REPUDIATION;
	const struct antin_cert *c = o->signer;
	const struct antin_public *key = NULL;
	enum antin_rc rc = antin_cert_public(o->signer, &key, err);

	if (rc != ANTIN_OK)
		return rc;
	if (o->as_of < c->not_before || o->as_of > c->not_after ||
	    (c->has_key_usage && !(c->key_usage & may)) ||
	    !antin_algorithms_allow(NULL, NULL, key, o->as_of, NULL))
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("the certificate that signed the bundle could not sign it: "
		                     "its time, its use or its key does not allow it"));
	return ANTIN_OK;
}

enum antin_rc
antin_bundle_read(struct antin_slice bytes, const char *file, const uint8_t *pinned,
                  struct antin_bundle *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_zip) zip = {0};
	ANTIN_SCOPED(antin_bundle) b = {0};
	struct reading *r;
	enum antin_rc rc = antin_zip_read(bytes, &zip, err);

	if (rc == ANTIN_OK && (zip.n < 2 || strcmp(zip.items[0].name, BUNDLE_MANIFEST) != 0 ||
	                       strcmp(zip.items[1].name, BUNDLE_SIGNATURE) != 0))
		rc = antin_fail(err, ANTIN_E_FORMAT,
		                N_("the archive is no bundle: it does not begin with a manifest "
		                   "and its signature"));
	if (rc == ANTIN_OK)
		rc = antin_text_copy(file, &b.origin.file, err);
	if (rc == ANTIN_OK)
		rc = verify(&zip, pinned, &b.origin.signer, err);
	if (rc != ANTIN_OK) {
		antin_err_set_file(err, file);
		return rc;
	}
	r = calloc(1, sizeof(*r));
	if (!r)
		return antin_fail_memory(err);
	r->zip = &zip;
	r->to = &b;
	rc = read_manifest(r, zip.items[0].bytes, err);
	free(r);
	if (rc == ANTIN_OK)
		rc = signer_fits(&b.origin, err);
	if (rc != ANTIN_OK) {
		antin_err_set_file(err, file);
		return rc;
	}
	*out = b;
	b = (struct antin_bundle){0};
	return ANTIN_OK;
}
