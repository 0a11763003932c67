/*
 * Building CAdES / PAdES B-B signatures in two steps: signed attributes, then the SignedData
 * around a signature value (RFC 5652, RFC 5035, ETSI EN 319 122-1).  See cades.h.
 */
#include "cades_internal.h"

#include <string.h>

static size_t
open_attribute(struct antin_bytes *b, const char *oid, size_t *values)
{
	size_t attribute = antin_der_open(b, ANTIN_SEQUENCE);

	antin_der_add_oid(b, oid);
	*values = antin_der_open(b, ANTIN_SET);
	return attribute;
}

static void
close_attribute(struct antin_bytes *b, size_t attribute, size_t values)
{
	antin_der_close(b, values);
	antin_der_close(b, attribute);
}

void
cades_digest_add(struct antin_bytes *b, enum antin_digest d)
{
	size_t sequence = antin_der_open(b, ANTIN_SEQUENCE);

	antin_der_add_oid(b, antin_digest_oid(d));
	antin_der_close(b, sequence);
}

/* signing-certificate-v2 with the signer's hash; SHA-256 is the default and left out by DER. */
static enum antin_rc
add_ess(struct antin_bytes *b, const struct antin_cades_spec *spec, struct antin_err *err)
{
	uint8_t hash[ANTIN_DIGEST_MAX];
	size_t attribute, values, signing, certs, id;
	enum antin_rc rc = antin_digest_of(spec->alg.digest, spec->signer->der, hash, err);

	if (rc != ANTIN_OK)
		return rc;
	attribute = open_attribute(b, OID_ESS_V2, &values);
	signing = antin_der_open(b, ANTIN_SEQUENCE);
	certs = antin_der_open(b, ANTIN_SEQUENCE);
	id = antin_der_open(b, ANTIN_SEQUENCE);
	if (spec->alg.digest != ANTIN_SHA256)
		cades_digest_add(b, spec->alg.digest);
	antin_der_add(b, ANTIN_OCTET_STRING,
	              (struct antin_slice){hash, antin_digest_size(spec->alg.digest)});
	antin_der_close(b, id);
	antin_der_close(b, certs);
	antin_der_close(b, signing);
	close_attribute(b, attribute, values);
	return ANTIN_OK;
}

static const struct cades_content detached_data = {.type = OID_DATA};

enum antin_rc
cades_attributes(const struct antin_cades_spec *spec, const struct cades_content *content,
                 struct antin_slice content_digest, struct antin_bytes *out, struct antin_err *err)
{
	size_t set, attribute, values;
	enum antin_rc rc;

	if (spec->alg.digest == ANTIN_SHA1)
		return antin_fail(err, ANTIN_E_POLICY, N_("SHA-1 is not used for new signatures"));
	if (content_digest.len != antin_digest_size(spec->alg.digest))
		return antin_fail(err, ANTIN_E_INTERNAL, N_("a digest of %zu octets for %s"),
		                  content_digest.len, antin_sigalg_name(spec->alg));
	set = antin_der_open(out, ANTIN_SET);
	attribute = open_attribute(out, OID_CONTENT_TYPE, &values);
	antin_der_add_oid(out, content->type);
	close_attribute(out, attribute, values);
	attribute = open_attribute(out, OID_MESSAGE_DIGEST, &values);
	antin_der_add(out, ANTIN_OCTET_STRING, content_digest);
	close_attribute(out, attribute, values);
	if (spec->signing_time != INT64_MIN) {
		attribute = open_attribute(out, OID_SIGNING_TIME, &values);
		antin_der_add_time(out, spec->signing_time);
		close_attribute(out, attribute, values);
	}
	rc = add_ess(out, spec, err);
	if (rc != ANTIN_OK)
		return rc;
	antin_der_close_set(out, set);
	return antin_bytes_check(out, err);
}

enum antin_rc
antin_cades_attributes(const struct antin_cades_spec *spec, struct antin_slice content_digest,
                       struct antin_bytes *out, struct antin_err *err)
{
	return cades_attributes(spec, &detached_data, content_digest, out, err);
}

static void
add_certificates(struct antin_bytes *b, const struct antin_cades_spec *spec)
{
	size_t set = antin_der_open(b, ANTIN_CONTEXT_CONS(0));

	antin_bytes_add(b, spec->signer->der.p, spec->signer->der.len);
	for (size_t i = 0; i < spec->n_chain; i++)
		if (!antin_cert_equal(spec->chain[i], spec->signer))
			antin_bytes_add(b, spec->chain[i]->der.p, spec->chain[i]->der.len);
	antin_der_close_set(b, set);
}

/* RSA PKCS#1 v1.5 goes by the plain key type, which every verifier of CMS knows (RFC 3370 3.2). */
static void
add_algorithm(struct antin_bytes *b, struct antin_sigalg alg)
{
	size_t sequence;

	if (alg.scheme != ANTIN_RSA_PKCS1) {
		antin_sigalg_add(b, alg);
		return;
	}
	sequence = antin_der_open(b, ANTIN_SEQUENCE);
	antin_der_add_oid(b, OID_RSA_ENCRYPTION);
	antin_der_add_null(b);
	antin_der_close(b, sequence);
}

static void
add_signer(struct antin_bytes *b, const struct antin_cades_spec *spec,
           struct antin_slice attributes, struct antin_slice signature)
{
	size_t set = antin_der_open(b, ANTIN_SET);
	size_t signer = antin_der_open(b, ANTIN_SEQUENCE);
	size_t identifier;

	antin_der_add_uint(b, 1);
	identifier = antin_der_open(b, ANTIN_SEQUENCE);
	antin_bytes_add(b, spec->signer->issuer.p, spec->signer->issuer.len);
	antin_der_add(b, ANTIN_INTEGER, spec->signer->serial);
	antin_der_close(b, identifier);
	cades_digest_add(b, spec->alg.digest);
	/* Signed as SET OF, carried as [0] IMPLICIT (RFC 5652 5.4). */
	antin_bytes_byte(b, ANTIN_CONTEXT_CONS(0));
	antin_bytes_add(b, attributes.p + 1, attributes.len - 1);
	add_algorithm(b, spec->alg);
	antin_der_add(b, ANTIN_OCTET_STRING, signature);
	antin_der_close(b, signer);
	antin_der_close(b, set);
}

static void
add_content(struct antin_bytes *b, const struct cades_content *content)
{
	size_t info = antin_der_open(b, ANTIN_SEQUENCE), explicit;

	antin_der_add_oid(b, content->type);
	if (content->bytes.p) {
		explicit = antin_der_open(b, ANTIN_CONTEXT_CONS(0));
		antin_der_add(b, ANTIN_OCTET_STRING, content->bytes);
		antin_der_close(b, explicit);
	}
	antin_der_close(b, info);
}

enum antin_rc
cades_build(const struct antin_cades_spec *spec, const struct cades_content *content,
            struct antin_slice attributes, struct antin_slice signature, struct antin_bytes *out,
            struct antin_err *err)
{
	struct antin_in in = antin_in_of(attributes);
	size_t info, explicit, data, inner;
	struct antin_slice set;

	if (!antin_der_take(&in, ANTIN_SET, &set) || !antin_der_end(&in))
		return antin_fail(err, ANTIN_E_INTERNAL, N_("the signed attributes are no SET"));
	info = antin_der_open(out, ANTIN_SEQUENCE);
	antin_der_add_oid(out, OID_SIGNED_DATA);
	explicit = antin_der_open(out, ANTIN_CONTEXT_CONS(0));
	data = antin_der_open(out, ANTIN_SEQUENCE);
	/* 3 for what is not plain data (RFC 5652 5.1). */
	antin_der_add_uint(out, strcmp(content->type, OID_DATA) == 0 ? 1 : 3);
	inner = antin_der_open(out, ANTIN_SET);
	cades_digest_add(out, spec->alg.digest);
	antin_der_close(out, inner);
	add_content(out, content);
	add_certificates(out, spec);
	add_signer(out, spec, attributes, signature);
	antin_der_close(out, data);
	antin_der_close(out, explicit);
	antin_der_close(out, info);
	return antin_bytes_check(out, err);
}

enum antin_rc
antin_cades_build(const struct antin_cades_spec *spec, struct antin_slice attributes,
                  struct antin_slice signature, struct antin_bytes *out, struct antin_err *err)
{
	return cades_build(spec, &detached_data, attributes, signature, out, err);
}

enum antin_rc
cades_key_fits(const struct antin_cades_spec *spec, const struct antin_key *key,
               struct antin_err *err)
{
	if (antin_slice_equal(antin_public_spki(key->public_key), spec->signer->spki))
		return ANTIN_OK;
	return antin_fail(err, ANTIN_E_KEY_MISMATCH,
	                  N_("the certificate does not belong to the key"));
}

/* Nothing leaves that would not verify: the bytes are read back as a stranger would read them. */
static enum antin_rc
check_result(struct antin_slice der, struct antin_slice content_digest, struct antin_err *err)
{
	const struct antin_cades_problem *problems[ANTIN_CADES_PROBLEMS];
	ANTIN_OWN_S(antin_cades) c = NULL;
	const struct antin_public *key;
	struct antin_cert *signer;
	enum antin_rc rc = antin_cades_read(der, &c, err);

	if (rc != ANTIN_OK)
		return rc;
	signer = antin_cades_signer(c);
	if (!signer || antin_cades_problems(c, ANTIN_FORM_CADES, signer, problems) != 0)
		return antin_fail(err, ANTIN_E_INTERNAL,
		                  N_("the new signature breaks its own rules"));
	rc = antin_cert_public(signer, &key, err);
	return rc == ANTIN_OK ? antin_cades_verify(c, key, content_digest, NULL, err) : rc;
}

enum antin_rc
antin_cades_sign(const struct antin_cades_spec *spec, struct antin_key *key,
                 struct antin_slice content_digest, struct antin_bytes *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) attributes = {0};
	ANTIN_SCOPED(antin_bytes) signature = {0};
	ANTIN_SCOPED(antin_bytes) cms = {0};
	enum antin_rc rc;

	rc = cades_key_fits(spec, key, err);
	if (rc == ANTIN_OK)
		rc = antin_cades_attributes(spec, content_digest, &attributes, err);
	if (rc == ANTIN_OK)
		rc = antin_key_sign_message(key, spec->alg, antin_bytes_slice(&attributes),
		                            &signature, err);
	if (rc == ANTIN_OK)
		rc = antin_cades_build(spec, antin_bytes_slice(&attributes),
		                       antin_bytes_slice(&signature), &cms, err);
	if (rc == ANTIN_OK)
		rc = check_result(antin_bytes_slice(&cms), content_digest, err);
	if (rc != ANTIN_OK)
		return rc;
	antin_bytes_add(out, cms.p, cms.len);
	return antin_bytes_check(out, err);
}

size_t
antin_cades_size(const struct antin_cades_spec *spec)
{
	/* Attributes, identifiers and lengths stay below this; an RSA signature below its key. */
	size_t size =
	        1024 + spec->signer->der.len + spec->signer->issuer.len + spec->signer->spki.len;

	for (size_t i = 0; i < spec->n_chain; i++)
		size += spec->chain[i]->der.len;
	return size;
}
