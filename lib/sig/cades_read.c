/*
 * Reading CMS SignedData (RFC 5652) with the attributes of CAdES (RFC 5035, ETSI EN 319 122-1).
 * See cades.h.
 */
#include "cades_internal.h"

#include <stdlib.h>
#include <string.h>

#include <antin/memory.h>

static enum antin_rc
malformed(const char *where, struct antin_err *err)
{
	antin_err_set_where(err, "%s", where);
	return antin_fail(err, ANTIN_E_FORMAT, N_("the signature is not a well-formed CMS object"));
}

static enum antin_rc
too_many(const char *where, struct antin_err *err)
{
	antin_err_set_where(err, "%s", where);
	return antin_fail(err, ANTIN_E_TOO_LARGE,
	                  N_("the signature carries more than is accepted"));
}

bool
cades_digest_read(struct antin_in *in, enum antin_digest *out, bool *known)
{
	struct antin_in sequence;
	struct antin_slice oid, null;

	if (!antin_der_enter(in, ANTIN_SEQUENCE, &sequence) ||
	    !antin_der_take(&sequence, ANTIN_OID, &oid))
		return false;
	*known = antin_digest_by_oid(oid, out);
	if (*known && !antin_der_end(&sequence))
		return antin_der_take(&sequence, ANTIN_NULL, &null) && null.len == 0 &&
		       antin_der_end(&sequence);
	return true;
}

/* Whether `digest` is in the SET of digestAlgorithms. */
static bool
read_declared(struct antin_slice set, enum antin_digest digest, bool *declared)
{
	struct antin_in in = antin_in_of(set);

	*declared = false;
	while (!antin_der_end(&in)) {
		enum antin_digest d;
		bool known;

		if (!cades_digest_read(&in, &d, &known))
			return false;
		*declared = *declared || (known && d == digest);
	}
	return true;
}

static bool
read_content(struct antin_in *in, struct antin_cades *c)
{
	struct antin_in info, explicit;

	if (!antin_der_enter(in, ANTIN_SEQUENCE, &info) ||
	    !antin_der_take(&info, ANTIN_OID, &c->content_type))
		return false;
	if (antin_der_end(&info))
		return true;
	c->has_content = true;
	return antin_der_enter(&info, ANTIN_CONTEXT_CONS(0), &explicit) && antin_der_end(&info) &&
	       antin_der_take(&explicit, ANTIN_OCTET_STRING, &c->content) &&
	       antin_der_end(&explicit);
}

/*
 * CertificateSet: what does not decode as a certificate cannot be anybody's signer or issuer here,
 * and must not make the whole signature unreadable.
 */
static enum antin_rc
read_certs(struct antin_slice set, struct antin_cades *c, struct antin_err *err)
{
	struct antin_in in = antin_in_of(set);
	struct antin_tlv tlv;

	while (!antin_der_end(&in)) {
		ANTIN_OWN_S(antin_cert) cert = NULL;
		enum antin_rc rc;

		if (!antin_der_next(&in, &tlv))
			return malformed("certificates", err);
		if (c->certs.n + c->n_foreign_certs >= ANTIN_CADES_CERTS)
			return too_many("certificates", err);
		if (tlv.tag != ANTIN_SEQUENCE ||
		    antin_memory_cert(c->memory, tlv.whole, &cert, NULL) != ANTIN_OK) {
			c->n_foreign_certs++;
			continue;
		}
		rc = antin_certs_add(&c->certs, cert, err);
		if (rc != ANTIN_OK)
			return rc;
	}
	return ANTIN_OK;
}

/* RevocationInfoChoices: CRLs, and other formats tagged [1]. */
static enum antin_rc
read_crls(struct antin_slice set, struct antin_cades *c, struct antin_err *err)
{
	struct antin_in in = antin_in_of(set);
	struct antin_tlv tlv;

	while (!antin_der_end(&in)) {
		if (!antin_der_next(&in, &tlv))
			return malformed("crls", err);
		if (tlv.tag == ANTIN_CONTEXT_CONS(1))
			cades_other_revocation(c, tlv.value);
		if (tlv.tag != ANTIN_SEQUENCE)
			continue;
		if (c->n_crls == ANTIN_CADES_CRLS)
			return too_many("crls", err);
		c->crls[c->n_crls++] = tlv.whole;
	}
	return ANTIN_OK;
}

/* One attribute: its type, its values, and the first of them. */
struct attribute {
	struct antin_slice oid;
	struct antin_in values;
	struct antin_tlv value;
	size_t n_values;
};

static bool
read_attribute(struct antin_in *in, struct attribute *out)
{
	struct antin_in attribute, values;
	struct antin_tlv tlv;

	*out = (struct attribute){.n_values = 0};
	if (!antin_der_enter(in, ANTIN_SEQUENCE, &attribute) ||
	    !antin_der_take(&attribute, ANTIN_OID, &out->oid) ||
	    !antin_der_enter(&attribute, ANTIN_SET, &values) || !antin_der_end(&attribute))
		return false;
	out->values = values;
	while (!antin_der_end(&values)) {
		if (!antin_der_next(&values, &tlv))
			return false;
		if (out->n_values++ == 0)
			out->value = tlv;
	}
	return true;
}

static bool
attr_content_type(struct antin_in *in, struct antin_cades *c)
{
	return antin_der_take(in, ANTIN_OID, &c->attr_content_type);
}

static bool
attr_message_digest(struct antin_in *in, struct antin_cades *c)
{
	return antin_der_take(in, ANTIN_OCTET_STRING, &c->message_digest);
}

static bool
attr_signing_time(struct antin_in *in, struct antin_cades *c)
{
	return antin_der_time(in, &c->signing_time);
}

static bool
attr_revocation(struct antin_in *in, struct antin_cades *c)
{
	return antin_der_whole(in, ANTIN_SEQUENCE, &c->revocation);
}

/* IssuerSerial: GeneralNames with one directoryName.  Another form is kept empty: matches nobody.
 */
static bool
read_issuer_serial(struct antin_in *in, struct antin_cades_ess *ess)
{
	struct antin_in sequence, names, directory;

	if (!antin_der_enter(in, ANTIN_SEQUENCE, &sequence) ||
	    !antin_der_enter(&sequence, ANTIN_SEQUENCE, &names) ||
	    !antin_der_integer(&sequence, &ess->serial) || !antin_der_end(&sequence))
		return false;
	ess->has_issuer = true;
	if (!antin_der_enter(&names, ANTIN_CONTEXT_CONS(4), &directory) || !antin_der_end(&names))
		return true;
	return antin_der_whole(&directory, ANTIN_SEQUENCE, &ess->issuer) &&
	       antin_der_end(&directory);
}

/* The first ESSCertID(v2) is the signer's (RFC 5035 3); the others are not needed. */
static bool
read_ess(struct antin_in *in, bool v1, struct antin_cades_ess *out)
{
	struct antin_cades_ess ess = {.present = true, .v1 = v1, .digest = ANTIN_SHA256};
	struct antin_in signing, certs, id;
	bool known = true;

	if (!antin_der_enter(in, ANTIN_SEQUENCE, &signing) ||
	    !antin_der_enter(&signing, ANTIN_SEQUENCE, &certs) ||
	    !antin_der_enter(&certs, ANTIN_SEQUENCE, &id))
		return false;
	if (v1)
		ess.digest = ANTIN_SHA1;
	else if (antin_der_peek(&id, ANTIN_SEQUENCE) &&
	         !cades_digest_read(&id, &ess.digest, &known))
		return false;
	if (!antin_der_take(&id, ANTIN_OCTET_STRING, &ess.hash))
		return false;
	if (!antin_der_end(&id) && !read_issuer_serial(&id, &ess))
		return false;
	/* With a digest that is not known nothing can be compared: nobody matches. */
	if (!known)
		ess.hash.len = 0;
	*out = ess;
	return antin_der_end(&id) && (!known || ess.hash.len == antin_digest_size(ess.digest));
}

static bool
attr_ess_v1(struct antin_in *in, struct antin_cades *c)
{
	struct antin_cades_ess ess;

	if (!read_ess(in, true, &ess))
		return false;
	c->ess_v1 = ess;
	if (!c->ess.present)
		c->ess = ess;
	return true;
}

static bool
attr_ess_v2(struct antin_in *in, struct antin_cades *c)
{
	return read_ess(in, false, &c->ess);
}

static bool
attr_protection(struct antin_in *in, struct antin_cades *c)
{
	return antin_der_whole(in, ANTIN_SEQUENCE, &c->protection);
}

struct attribute_row {
	const char *oid;
	bool (*read)(struct antin_in *in, struct antin_cades *c);
};

/* Several may be given; what they prove is judged one by one. */
static bool
attr_content_stamp(struct antin_in *in, struct antin_cades *c)
{
	struct antin_slice token;

	if (!antin_der_whole(in, ANTIN_SEQUENCE, &token))
		return false;
	/* One attribute is given twice: that is said of it, and all of them are refused. */
	if (c->n_content_stamps < ANTIN_CADES_STAMPS)
		c->content_stamps[c->n_content_stamps++] = token;
	return true;
}

static const struct attribute_row signed_rows[] = {
        {OID_CONTENT_TYPE, attr_content_type},
        {OID_MESSAGE_DIGEST, attr_message_digest},
        {OID_SIGNING_TIME, attr_signing_time},
        {OID_ESS_V1, attr_ess_v1},
        {OID_ESS_V2, attr_ess_v2},
        {OID_ADOBE_REVOCATION, attr_revocation},
        {OID_CONTENT_STAMP, attr_content_stamp},
        {OID_PROTECTION, attr_protection},
};

static bool
apply_attribute(const struct attribute *a, struct antin_cades *c)
{
	struct antin_in in;

	for (size_t i = 0; i < sizeof(signed_rows) / sizeof(signed_rows[0]); i++) {
		if (!antin_oid_is(a->oid, signed_rows[i].oid))
			continue;
		if (a->n_values != 1) {
			c->attribute_twice = true;
			return true;
		}
		in = antin_in_of(a->value.whole);
		return signed_rows[i].read(&in, c) && antin_der_end(&in);
	}
	return true;
}

/* The signed attributes: what the signature is over is their encoding as SET OF (RFC 5652 5.4). */
static enum antin_rc
read_signed(struct antin_slice whole, struct antin_slice content, struct antin_cades *c,
            struct antin_err *err)
{
	struct antin_slice seen[ANTIN_CADES_ATTRS], last = {NULL, 0};
	struct antin_in in = antin_in_of(content);
	size_t n = 0;

	c->has_attributes = true;
	c->attributes_sorted = true;
	antin_bytes_add(&c->attributes, whole.p, whole.len);
	if (c->attributes.failed)
		return antin_fail_memory(err);
	c->attributes.p[0] = ANTIN_SET;
	while (!antin_der_end(&in)) {
		struct antin_slice element = {in.p, 0};
		struct attribute a;

		if (n == ANTIN_CADES_ATTRS)
			return too_many("signedAttrs", err);
		if (!read_attribute(&in, &a) || !apply_attribute(&a, c))
			return malformed("signedAttrs", err);
		element.len = (size_t)(in.p - element.p);
		if (last.p && antin_slice_compare(last, element) > 0)
			c->attributes_sorted = false;
		last = element;
		for (size_t i = 0; i < n; i++)
			if (antin_slice_equal(seen[i], a.oid))
				c->attribute_twice = true;
		seen[n++] = a.oid;
	}
	return n > 0 ? ANTIN_OK : malformed("signedAttrs", err);
}

/* As many values as there is room for; several may be in one attribute or in several. */
static void
keep(const struct attribute *a, struct antin_slice *list, size_t *n, size_t cap)
{
	struct antin_in values = a->values;
	struct antin_tlv tlv;

	while (*n < cap && antin_der_next(&values, &tlv))
		list[(*n)++] = tlv.whole;
}

static enum antin_rc
apply_unsigned(const struct attribute *a, struct antin_cades *c, struct antin_err *err)
{
	if (antin_oid_is(a->oid, OID_TIME_STAMP)) {
		c->given_time_stamps += a->n_values;
		keep(a, c->time_stamps, &c->n_time_stamps, ANTIN_CADES_STAMPS);
	} else if (antin_oid_is(a->oid, OID_ARCHIVE_V3)) {
		c->given_archives += a->n_values;
		keep(a, c->archives, &c->n_archives, ANTIN_CADES_STAMPS);
	} else if (antin_oid_is(a->oid, OID_COUNTER_SIGNATURE)) {
		c->given_counters += a->n_values;
		keep(a, c->counters, &c->n_counters, ANTIN_CADES_COUNTERS);
	} else if (antin_oid_is(a->oid, OID_HASH_INDEX_V3)) {
		c->hash_index_twice = c->hash_index_twice || c->hash_index.p || a->n_values != 1;
		c->hash_index = a->value.whole;
	} else if (antin_oid_is(a->oid, OID_REVOCATION_VALUES) && a->n_values == 1) {
		cades_revocation_values(c, a->value.whole);
	} else if (antin_oid_is(a->oid, OID_CERT_VALUES) && a->n_values == 1) {
		return cades_certificate_values(c, a->value.whole, err);
	}
	return ANTIN_OK;
}

static enum antin_rc
read_unsigned(struct antin_slice content, struct antin_cades *c, struct antin_err *err)
{
	struct antin_in in = antin_in_of(content);
	struct attribute a;
	enum antin_rc rc;

	c->unsigned_set = content;
	for (size_t n = 0; !antin_der_end(&in); n++) {
		if (n == ANTIN_CADES_ATTRS)
			return too_many("unsignedAttrs", err);
		if (!read_attribute(&in, &a))
			return malformed("unsignedAttrs", err);
		rc = apply_unsigned(&a, c, err);
		if (rc != ANTIN_OK)
			return rc;
	}
	return ANTIN_OK;
}

/* signatureAlgorithm; plain rsaEncryption (RFC 3370 3.2) takes its digest from digestAlgorithm. */
static enum antin_rc
read_algorithm(struct antin_slice der, struct antin_cades *c, struct antin_err *err)
{
	struct antin_in in = antin_in_of(der), sequence;
	struct antin_slice oid, null;

	if (antin_der_enter(&in, ANTIN_SEQUENCE, &sequence) &&
	    antin_der_take(&sequence, ANTIN_OID, &oid) && antin_oid_is(oid, OID_RSA_ENCRYPTION)) {
		c->alg = (struct antin_sigalg){ANTIN_RSA_PKCS1, c->digest};
		if (!antin_der_end(&sequence) && (!antin_der_take(&sequence, ANTIN_NULL, &null) ||
		                                  null.len != 0 || !antin_der_end(&sequence)))
			return malformed("signatureAlgorithm", err);
		return ANTIN_OK;
	}
	return antin_sigalg_read(der, &c->alg, err);
}

/* SignerIdentifier; version 1 goes with issuer and serial, 3 with a key identifier. */
static bool
read_identifier(struct antin_in *in, uint64_t version, struct antin_cades *c)
{
	struct antin_in sequence;

	if (antin_der_peek(in, ANTIN_CONTEXT(0))) {
		c->version_fits = c->version_fits && version == 3;
		return antin_der_take(in, ANTIN_CONTEXT(0), &c->ski);
	}
	c->version_fits = c->version_fits && version == 1;
	return antin_der_enter(in, ANTIN_SEQUENCE, &sequence) &&
	       antin_der_whole(&sequence, ANTIN_SEQUENCE, &c->issuer) &&
	       antin_der_integer(&sequence, &c->serial) && antin_der_end(&sequence);
}

static enum antin_rc
read_signer(struct antin_in *in, struct antin_cades *c, struct antin_err *err)
{
	struct antin_tlv tlv;
	struct antin_in s;
	enum antin_rc rc = ANTIN_OK;
	uint64_t version;
	bool known;

	if (!antin_der_enter(in, ANTIN_SEQUENCE, &s))
		return malformed("signerInfo", err);
	c->signed_part.p = s.p;
	if (!antin_der_uint(&s, 3, &version) || !read_identifier(&s, version, c) ||
	    !cades_digest_read(&s, &c->digest, &known))
		return malformed("signerInfo", err);
	if (!known)
		return antin_fail(err, ANTIN_E_UNSUPPORTED,
		                  N_("the digest algorithm of the signature is not supported"));
	if (antin_der_peek(&s, ANTIN_CONTEXT_CONS(0)) && antin_der_next(&s, &tlv))
		rc = read_signed(tlv.whole, tlv.value, c, err);
	if (rc != ANTIN_OK)
		return rc;
	if (!antin_der_whole(&s, ANTIN_SEQUENCE, &c->algorithm) ||
	    !antin_der_take(&s, ANTIN_OCTET_STRING, &c->signature))
		return malformed("signerInfo", err);
	c->signed_part.len = (size_t)(s.p - c->signed_part.p);
	rc = read_algorithm(c->algorithm, c, err);
	if (rc == ANTIN_OK && antin_der_peek(&s, ANTIN_CONTEXT_CONS(1)) && antin_der_next(&s, &tlv))
		rc = read_unsigned(tlv.value, c, err);
	if (rc == ANTIN_OK && !antin_der_end(&s))
		return malformed("signerInfo", err);
	return rc;
}

static enum antin_rc
read_signers(struct antin_in *signers, size_t index, struct antin_cades *c, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;
	struct antin_tlv tlv;

	for (; rc == ANTIN_OK && !antin_der_end(signers); c->n_signers++) {
		if (c->n_signers == index)
			rc = read_signer(signers, c, err);
		else if (!antin_der_next(signers, &tlv) || tlv.tag != ANTIN_SEQUENCE)
			return malformed("signerInfos", err);
	}
	if (rc == ANTIN_OK && c->n_signers <= index)
		return antin_fail(err, ANTIN_E_NOT_FOUND, N_("there is no signature %zu"),
		                  index + 1);
	return rc;
}

/* Version 1 is for id-data with plain certificates and signers named by issuer (RFC 5652 5.1). */
static bool
version_fits(uint64_t version, const struct antin_cades *c)
{
	if (c->n_foreign_certs || c->n_signers > 1)
		return version >= 1;
	if (c->ski.p || !antin_oid_is(c->content_type, OID_DATA))
		return version == 3;
	return version == 1;
}

static enum antin_rc
read_signed_data(struct antin_in *in, size_t index, struct antin_cades *c, struct antin_err *err)
{
	struct antin_slice digests;
	struct antin_in signers;
	enum antin_rc rc = ANTIN_OK;
	uint64_t version;

	c->version_fits = true;
	if (!antin_der_uint(in, 5, &version) || !antin_der_take(in, ANTIN_SET, &digests) ||
	    !read_content(in, c))
		return malformed("signedData", err);
	if (antin_der_take(in, ANTIN_CONTEXT_CONS(0), &c->cert_set))
		rc = read_certs(c->cert_set, c, err);
	if (rc == ANTIN_OK && antin_der_take(in, ANTIN_CONTEXT_CONS(1), &c->list_set))
		rc = read_crls(c->list_set, c, err);
	if (rc != ANTIN_OK)
		return rc;
	if (!antin_der_enter(in, ANTIN_SET, &signers) || !antin_der_end(in) ||
	    antin_der_end(&signers))
		return malformed("signerInfos", err);
	rc = read_signers(&signers, index, c, err);
	if (rc != ANTIN_OK)
		return rc;
	c->version_fits = c->version_fits && version_fits(version, c);
	if (!read_declared(digests, c->digest, &c->digest_declared))
		return malformed("digestAlgorithms", err);
	return ANTIN_OK;
}

/* In DER as it stands; of indefinite length in DER, with zeros behind: a document's room. */
static bool
read_frame(struct antin_slice s, struct antin_bytes *der)
{
	struct antin_in in = antin_in_of(s);

	if (s.len < 2 || s.p[1] != 0x80) {
		antin_bytes_add(der, s.p, s.len);
		return true;
	}
	if (!antin_ber_frame(&in, der))
		return false;
	for (; in.p < in.end; in.p++)
		if (*in.p)
			return false;
	return true;
}

enum antin_rc
antin_cades_read(struct antin_slice der, struct antin_cades **out, struct antin_err *err)
{
	return antin_cades_read_signer(der, 0, NULL, out, err);
}

enum antin_rc
antin_cades_read_signer(struct antin_slice der, size_t index, struct antin_memory *memory,
                        struct antin_cades **out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_cades) c = NULL;
	struct antin_in in, info, explicit, data;
	struct antin_slice type;
	enum antin_rc rc;

	if (der.len > ANTIN_CADES_MAX)
		return too_many("contentInfo", err);
	c = calloc(1, sizeof(*c));
	if (!c)
		return antin_fail_memory(err);
	c->signing_time = INT64_MIN;
	c->memory = memory;
	if (!read_frame(der, &c->der))
		return malformed("contentInfo", err);
	rc = antin_bytes_check(&c->der, err);
	if (rc != ANTIN_OK)
		return rc;
	in = antin_in_of(antin_bytes_slice(&c->der));
	if (!antin_der_enter(&in, ANTIN_SEQUENCE, &info) || !antin_der_end(&in) ||
	    !antin_der_take(&info, ANTIN_OID, &type) || !antin_oid_is(type, OID_SIGNED_DATA) ||
	    !antin_der_enter(&info, ANTIN_CONTEXT_CONS(0), &explicit) || !antin_der_end(&info) ||
	    !antin_der_enter(&explicit, ANTIN_SEQUENCE, &data) || !antin_der_end(&explicit))
		return malformed("contentInfo", err);
	rc = read_signed_data(&data, index, c, err);
	c->memory = NULL;
	if (rc == ANTIN_OK)
		*out = ANTIN_TAKE(c);
	return rc;
}

enum antin_rc
antin_cades_read_counter(const struct antin_cades *parent, size_t index, struct antin_cades **out,
                         struct antin_err *err)
{
	ANTIN_OWN_S(antin_cades) c = calloc(1, sizeof(*c));
	struct antin_in in;
	enum antin_rc rc;

	if (!c)
		return antin_fail_memory(err);
	c->signing_time = INT64_MIN;
	c->version_fits = c->digest_declared = true;
	c->n_signers = 1;
	antin_bytes_add(&c->der, parent->counters[index].p, parent->counters[index].len);
	rc = antin_bytes_check(&c->der, err);
	if (rc != ANTIN_OK)
		return rc;
	in = antin_in_of(antin_bytes_slice(&c->der));
	rc = read_signer(&in, c, err);
	if (rc == ANTIN_OK && !antin_der_end(&in))
		return malformed("signerInfo", err);
	if (rc == ANTIN_OK)
		*out = ANTIN_TAKE(c);
	return rc;
}

void
antin_cades_free(struct antin_cades *c)
{
	if (!c)
		return;
	antin_certs_done(&c->certs);
	antin_certs_done(&c->more_certs);
	antin_bytes_done(&c->attributes);
	antin_bytes_done(&c->der);
	free(c);
}
