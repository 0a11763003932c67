/*
 * Object identifiers that the reader, the judge and the writer of CAdES share.
 */
#ifndef ANTIN_CADES_INTERNAL_H
#define ANTIN_CADES_INTERNAL_H

#include <antin/cades.h>

#define OID_DATA              "1.2.840.113549.1.7.1"
#define OID_SIGNED_DATA       "1.2.840.113549.1.7.2"
#define OID_CONTENT_TYPE      "1.2.840.113549.1.9.3"
#define OID_MESSAGE_DIGEST    "1.2.840.113549.1.9.4"
#define OID_SIGNING_TIME      "1.2.840.113549.1.9.5"
#define OID_ESS_V1            "1.2.840.113549.1.9.16.2.12"
#define OID_ESS_V2            "1.2.840.113549.1.9.16.2.47"
#define OID_PROTECTION        "1.2.840.113549.1.9.52"
#define OID_TIME_STAMP        "1.2.840.113549.1.9.16.2.14"
#define OID_TST_INFO          "1.2.840.113549.1.9.16.1.4"
#define OID_CONTENT_STAMP     "1.2.840.113549.1.9.16.2.20"
#define OID_CERT_VALUES       "1.2.840.113549.1.9.16.2.23"
#define OID_REVOCATION_VALUES "1.2.840.113549.1.9.16.2.24"
#define OID_ARCHIVE_V3        "0.4.0.1733.2.4"
#define OID_HASH_INDEX_V3     "0.4.0.19122.1.5"
#define OID_RI_OCSP           "1.3.6.1.5.5.7.16.2"
#define OID_BASIC_OCSP        "1.3.6.1.5.5.7.48.1.1"
#define OID_COUNTER_SIGNATURE "1.2.840.113549.1.9.6"
#define OID_ADOBE_REVOCATION  "1.2.840.113583.1.1.8"
#define OID_RSA_ENCRYPTION    "1.2.840.113549.1.1.1"

/* What a SignedData is over: a type, and the octets where it carries them (p NULL: detached). */
struct cades_content {
	const char *type;
	struct antin_slice bytes;
};
/* antin_cades_attributes and antin_cades_build for any content. */
enum antin_rc cades_attributes(const struct antin_cades_spec *spec,
                               const struct cades_content *content, struct antin_slice digest,
                               struct antin_bytes *out, struct antin_err *err) ANTIN_MUST;
enum antin_rc cades_build(const struct antin_cades_spec *spec, const struct cades_content *content,
                          struct antin_slice attributes, struct antin_slice signature,
                          struct antin_bytes *out, struct antin_err *err) ANTIN_MUST;
/* Certificate-values and revocation-values (EN 319 122-1 5.4); what cannot be read is counted. */
enum antin_rc cades_certificate_values(struct antin_cades *c, struct antin_slice value,
                                       struct antin_err *err) ANTIN_MUST;
void cades_revocation_values(struct antin_cades *c, struct antin_slice value);
/* Revocation data of another format than CRLs (RFC 5940): the content of a choice [1]. */
void cades_other_revocation(struct antin_cades *c, struct antin_slice value);
/* A digest's AlgorithmIdentifier; parameters absent or NULL (RFC 5754 2).  *known false: another
 * digest than those in use. */
bool cades_digest_read(struct antin_in *in, enum antin_digest *out, bool *known) ANTIN_MUST;
/* Without parameters (RFC 5754 2). */
void cades_digest_add(struct antin_bytes *b, enum antin_digest d);
/* ANTIN_E_KEY_MISMATCH unless the spec's certificate is the key's. */
enum antin_rc cades_key_fits(const struct antin_cades_spec *spec, const struct antin_key *key,
                             struct antin_err *err) ANTIN_MUST;

#endif
