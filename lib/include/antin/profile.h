/*
 * Certificate profiles: what a certificate may and must contain.  Data in JSON, versioned, hashed,
 * immutable once read; issuing takes every field and extension from here.
 */
#ifndef ANTIN_PROFILE_H
#define ANTIN_PROFILE_H

#include <antin/fields.h>
#include <antin/key.h>
#include <antin/name.h>

enum antin_profile_kind {
	ANTIN_PROFILE_ROOT,
	ANTIN_PROFILE_SUB_CA,
	ANTIN_PROFILE_PERSON,
	ANTIN_PROFILE_AGENCY,
	ANTIN_PROFILE_SOFTWARE,
	ANTIN_PROFILE_DEVICE,
	ANTIN_PROFILE_TSA,
	ANTIN_PROFILE_OCSP,
};
const char *antin_profile_kind_name(int kind); /* "root", "sub-ca", "person"... */

enum antin_profile_email { ANTIN_EMAIL_NONE, ANTIN_EMAIL_OPTIONAL, ANTIN_EMAIL_REQUIRED };

/* Extensions in the order in which the profile lists them. */
enum antin_profile_ext_kind {
	ANTIN_EXT_BASIC_CONSTRAINTS,
	ANTIN_EXT_AKI,
	ANTIN_EXT_AIA,
	ANTIN_EXT_SAN,
	ANTIN_EXT_POLICIES,
	ANTIN_EXT_EKU,
	ANTIN_EXT_CDP,
	ANTIN_EXT_SKI,
	ANTIN_EXT_KEY_USAGE,
	ANTIN_EXT_OCSP_NOCHECK,
	ANTIN_EXT_KINDS,
};

struct antin_profile_ext {
	int kind; /* enum antin_profile_ext_kind */
	bool critical;
};

/* One attribute of the subject; they stand in this order, absent ones left out. */
struct antin_profile_attr {
	char *type; /* "C", "O", "OU", "2.5.4.12"... */
	bool required;
	bool repeat; /* may come more than once, one RDN each */
	char *value; /* the only value allowed, or NULL */
};

struct antin_profile_policy {
	char *oid, *cps; /* cps may be NULL */
};

/* A lint rule that this profile breaks on purpose. */
struct antin_profile_exception {
	char *rule, *reason;
};

enum { /* bit numbers of key_types and rsa_bits */
       ANTIN_PROFILE_RSA_2048,
       ANTIN_PROFILE_RSA_3072,
       ANTIN_PROFILE_RSA_4096,
};
enum { ANTIN_PROFILE_ATTRS = 24, ANTIN_PROFILE_POLICIES = 8, ANTIN_PROFILE_EXCEPTIONS = 16 };

struct antin_profile {
	char *id; /* "vn-agency" */
	int64_t version;
	int kind;         /* enum antin_profile_kind */
	bool provisional; /* not seen in the field; `note` says why */
	char *note;
	char *title; /* one line for people */

	int64_t days_min, days_max, days_default;
	uint32_t key_types; /* by enum antin_key_type */
	uint32_t rsa_bits;  /* by ANTIN_PROFILE_RSA_* */
	int digest;         /* enum antin_digest of the issuer's signature; P-384 takes SHA-384 */
	int email;          /* enum antin_profile_email */

	size_t n_subject;
	struct antin_profile_attr *subject;
	size_t n_exts;
	struct antin_profile_ext *exts;

	bool ca;
	int64_t path_len; /* -1 none */
	uint32_t key_usage;
	char **eku; /* dotted OIDs; NULL none */
	size_t n_policies;
	struct antin_profile_policy *policies;
	char **ca_issuers, **ocsp, **crl; /* URL patterns: {base} {ocsp} {ca} */
	size_t n_exceptions;
	struct antin_profile_exception *exceptions;

	json_t *subject_json, *exts_json, *policies_json, *exceptions_json; /* as read */
	struct antin_bytes text; /* the JSON as given: what is stored and hashed */
	uint8_t sha256[32];      /* of text */
};

/* Reads and checks the JSON; every error names the place. */
enum antin_rc antin_profile_read(struct antin_slice text, const char *name,
                                 struct antin_profile **out, struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_profile_load(const char *path, struct antin_profile **out,
                                 struct antin_err *err) ANTIN_MUST;
void antin_profile_free(struct antin_profile *p);
ANTIN_OWNER_S(antin_profile, antin_profile_free);
/* NULL, or the exception's reason for this lint rule. */
const char *antin_profile_exception(const struct antin_profile *p, const char *rule);
/* The table, for manual pages and schemas. */
const struct antin_field *antin_profile_fields(void);
json_t *antin_profile_schema(void); /* NULL without memory */

/* What fills the placeholders of URL patterns; a NULL name ends the list. */
struct antin_profile_setting {
	const char *name, *value; /* {"base", "http://ca.gov.vn/pki/pub"}, {"ca", "cpcag2"} */
};
/* Appends the URL of a pattern; ANTIN_E_CONFIG when a placeholder has no value. */
enum antin_rc antin_profile_url(const char *pattern, const struct antin_profile_setting *settings,
                                struct antin_bytes *out, struct antin_err *err) ANTIN_MUST;
/*
 * Checks a subject against the rules and appends it in the profile's order of attributes;
 * `from` and the result are whole Names.
 */
enum antin_rc antin_profile_subject(const struct antin_profile *p, struct antin_slice from,
                                    struct antin_bytes *der, struct antin_err *err) ANTIN_MUST;
/* ANTIN_E_POLICY unless the profile allows this key's type and size. */
enum antin_rc antin_profile_key(const struct antin_profile *p, const struct antin_public *key,
                                struct antin_err *err) ANTIN_MUST;

#endif
