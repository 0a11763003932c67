/*
 * Certificate profiles: the table of their JSON, and what must fit together in it.  See profile.h.
 */
#include <antin/profile.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <antin/cert.h>
#include <antin/file.h>
#include <antin/lint.h>

#include "extension.h"
#include "name_internal.h"

enum { PROFILE_MAX = 65536 };

static const struct antin_choice kinds[] = {
        {"root", ANTIN_PROFILE_ROOT},
        {"sub-ca", ANTIN_PROFILE_SUB_CA},
        {"person", ANTIN_PROFILE_PERSON},
        {"agency", ANTIN_PROFILE_AGENCY},
        {"software", ANTIN_PROFILE_SOFTWARE},
        {"device", ANTIN_PROFILE_DEVICE},
        {"tsa", ANTIN_PROFILE_TSA},
        {"ocsp", ANTIN_PROFILE_OCSP},
        {NULL, 0},
};
static const struct antin_choice key_types[] = {
        {"rsa", ANTIN_KEY_RSA},
        {"p256", ANTIN_KEY_P256},
        {"p384", ANTIN_KEY_P384},
        {NULL, 0},
};
static const struct antin_choice rsa_bits[] = {
        {"2048", ANTIN_PROFILE_RSA_2048},
        {"3072", ANTIN_PROFILE_RSA_3072},
        {"4096", ANTIN_PROFILE_RSA_4096},
        {NULL, 0},
};
static const struct antin_choice digests[] = {
        {"sha256", ANTIN_SHA256},
        {"sha384", ANTIN_SHA384},
        {"sha512", ANTIN_SHA512},
        {NULL, 0},
};
static const struct antin_choice emails[] = {
        {"none", ANTIN_EMAIL_NONE},
        {"optional", ANTIN_EMAIL_OPTIONAL},
        {"required", ANTIN_EMAIL_REQUIRED},
        {NULL, 0},
};
static const struct antin_choice usages[] = {
        {"digitalSignature", ANTIN_KU_DIGITAL_SIGNATURE},
        {"nonRepudiation", ANTIN_KU_NON_REPUDIATION},
        {"keyEncipherment", ANTIN_KU_KEY_ENCIPHERMENT},
        {"dataEncipherment", ANTIN_KU_DATA_ENCIPHERMENT},
        {"keyAgreement", ANTIN_KU_KEY_AGREEMENT},
        {"keyCertSign", ANTIN_KU_KEY_CERT_SIGN},
        {"cRLSign", ANTIN_KU_CRL_SIGN},
        {NULL, 0},
};
static const struct antin_choice ext_kinds[] = {
        {"basicConstraints", ANTIN_EXT_BASIC_CONSTRAINTS},
        {"authorityKeyIdentifier", ANTIN_EXT_AKI},
        {"authorityInfoAccess", ANTIN_EXT_AIA},
        {"subjectAltName", ANTIN_EXT_SAN},
        {"certificatePolicies", ANTIN_EXT_POLICIES},
        {"extendedKeyUsage", ANTIN_EXT_EKU},
        {"cRLDistributionPoints", ANTIN_EXT_CDP},
        {"subjectKeyIdentifier", ANTIN_EXT_SKI},
        {"keyUsage", ANTIN_EXT_KEY_USAGE},
        {"ocspNoCheck", ANTIN_EXT_OCSP_NOCHECK},
        {NULL, 0},
};

#define AT(member) offsetof(struct antin_profile, member)
enum { DAYS_MAX = 36600 };

static const struct antin_field fields[] = {
        {"id", ANTIN_FIELD_TEXT, AT(id), 1, 64, NULL, true, N_("Name of the profile")},
        {"version", ANTIN_FIELD_INT, AT(version), 1, 1000000, NULL, true,
         N_("Rises with every change")},
        {"kind", ANTIN_FIELD_CHOICE, AT(kind), 0, 0, kinds, true, N_("What it is for")},
        {"title", ANTIN_FIELD_TEXT, AT(title), 1, 200, NULL, true, N_("One line for people")},
        {"provisional", ANTIN_FIELD_BOOL, AT(provisional), 0, 0, NULL, false,
         N_("No certificate of this kind was seen in the field; note says why")},
        {"note", ANTIN_FIELD_TEXT, AT(note), 1, 1000, NULL, false, N_("Remark for people")},
        {"minDays", ANTIN_FIELD_INT, AT(days_min), 1, DAYS_MAX, NULL, true,
         N_("Shortest validity in days")},
        {"maxDays", ANTIN_FIELD_INT, AT(days_max), 1, DAYS_MAX, NULL, true,
         N_("Longest validity in days")},
        {"defaultDays", ANTIN_FIELD_INT, AT(days_default), 1, DAYS_MAX, NULL, true,
         N_("Validity in days when none is asked for")},
        {"keyTypes", ANTIN_FIELD_BITS, AT(key_types), 0, 0, key_types, true,
         N_("Kinds of keys that are certified")},
        {"rsaBits", ANTIN_FIELD_BITS, AT(rsa_bits), 0, 0, rsa_bits, false,
         N_("Sizes of RSA keys that are certified")},
        {"digest", ANTIN_FIELD_CHOICE, AT(digest), 0, 0, digests, true,
         N_("Digest of the issuer's signature")},
        {"email", ANTIN_FIELD_CHOICE, AT(email), 0, 0, emails, true,
         N_("Whether an e-mail address stands in subjectAltName")},
        {"subject", ANTIN_FIELD_JSON, AT(subject_json), 0, 0, NULL, true,
         N_("Attributes of the subject in their order: type, required, repeat, value")},
        {"extensions", ANTIN_FIELD_JSON, AT(exts_json), 0, 0, NULL, true,
         N_("Extensions in their order: name, critical")},
        {"ca", ANTIN_FIELD_BOOL, AT(ca), 0, 0, NULL, false, N_("The holder issues certificates")},
        {"pathLen", ANTIN_FIELD_INT, AT(path_len), 0, 10, NULL, false,
         N_("How many authorities may stand below; absent: any number")},
        {"keyUsage", ANTIN_FIELD_BITS, AT(key_usage), 0, 0, usages, true,
         N_("What the key may be used for")},
        {"extendedKeyUsage", ANTIN_FIELD_OIDS, AT(eku), 1, 16, NULL, false,
         N_("Purposes, as object identifiers")},
        {"policies", ANTIN_FIELD_JSON, AT(policies_json), 0, 0, NULL, false,
         N_("Certificate policies: oid, cps")},
        {"caIssuers", ANTIN_FIELD_LIST, AT(ca_issuers), 1, 4, NULL, false,
         N_("Addresses of the issuer's certificate; {base}, {ca} and {ocsp} are filled in")},
        {"ocsp", ANTIN_FIELD_LIST, AT(ocsp), 1, 4, NULL, false, N_("Addresses of OCSP")},
        {"crl", ANTIN_FIELD_LIST, AT(crl), 1, 4, NULL, false, N_("Addresses of the CRL")},
        {"exceptions", ANTIN_FIELD_JSON, AT(exceptions_json), 0, 0, NULL, false,
         N_("Lint rules broken on purpose: rule, reason")},
        ANTIN_FIELD_END,
};

#undef AT
#define AT(member) offsetof(struct antin_profile_attr, member)
static const struct antin_field attr_fields[] = {
        {"type", ANTIN_FIELD_TEXT, AT(type), 1, 64, NULL, true, N_("Type, like CN or 2.5.4.12")},
        {"required", ANTIN_FIELD_BOOL, AT(required), 0, 0, NULL, false, N_("Must be present")},
        {"repeat", ANTIN_FIELD_BOOL, AT(repeat), 0, 0, NULL, false, N_("May come again")},
        {"value", ANTIN_FIELD_TEXT, AT(value), 1, 200, NULL, false, N_("The only value allowed")},
        ANTIN_FIELD_END,
};
#undef AT
#define AT(member) offsetof(struct antin_profile_ext, member)
static const struct antin_field ext_fields[] = {
        {"name", ANTIN_FIELD_CHOICE, AT(kind), 0, 0, ext_kinds, true, N_("Name in RFC 5280")},
        {"critical", ANTIN_FIELD_BOOL, AT(critical), 0, 0, NULL, false, N_("Marked critical")},
        ANTIN_FIELD_END,
};
#undef AT
#define AT(member) offsetof(struct antin_profile_policy, member)
static const struct antin_field policy_fields[] = {
        {"oid", ANTIN_FIELD_OID, AT(oid), 0, 0, NULL, true, N_("Object identifier")},
        {"cps", ANTIN_FIELD_TEXT, AT(cps), 1, 200, NULL, false, N_("Address of the statement")},
        ANTIN_FIELD_END,
};
#undef AT
#define AT(member) offsetof(struct antin_profile_exception, member)
static const struct antin_field exception_fields[] = {
        {"rule", ANTIN_FIELD_TEXT, AT(rule), 1, 64, NULL, true, N_("Lint rule")},
        {"reason", ANTIN_FIELD_TEXT, AT(reason), 1, 300, NULL, true, N_("Why it is broken")},
        ANTIN_FIELD_END,
};
#undef AT

/* The lists of objects inside a profile: where they are, and how each is described. */
struct list {
	struct antin_field_rows of;
	size_t json, rows, count;
};
#define LIST(name, table, json, rows, most)                                                        \
	{                                                                                          \
		{name, table, sizeof(((struct antin_profile *)NULL)->rows[0]), most},              \
		        offsetof(struct antin_profile, json),                                      \
		        offsetof(struct antin_profile, rows),                                      \
		        offsetof(struct antin_profile, n_##rows),                                  \
	}
static const struct list lists[] = {
        LIST("subject", attr_fields, subject_json, subject, ANTIN_PROFILE_ATTRS),
        LIST("extensions", ext_fields, exts_json, exts, ANTIN_EXT_KINDS),
        LIST("policies", policy_fields, policies_json, policies, ANTIN_PROFILE_POLICIES),
        LIST("exceptions", exception_fields, exceptions_json, exceptions, ANTIN_PROFILE_EXCEPTIONS),
};
enum { LISTS = sizeof(lists) / sizeof(lists[0]) };

const struct antin_field *
antin_profile_fields(void)
{
	return fields;
}

const char *
antin_profile_kind_name(int kind)
{
	for (const struct antin_choice *c = kinds; c->name; c++)
		if (c->value == kind)
			return c->name;
	return "?";
}

void
antin_profile_free(struct antin_profile *p)
{
	if (!p)
		return;
	for (size_t l = 0; l < LISTS; l++) {
		void *rows;

		memcpy(&rows, (char *)p + lists[l].rows, sizeof(rows));
		antin_fields_rows_done(&lists[l].of, rows,
		                       *(size_t *)(void *)((char *)p + lists[l].count));
	}
	antin_fields_done(fields, p);
	antin_bytes_done(&p->text);
	free(p);
}

static enum antin_rc
read_list(struct antin_profile *p, const struct list *l, struct antin_err *err)
{
	const json_t *array = *(json_t **)(void *)((char *)p + l->json);
	void *rows = NULL;
	enum antin_rc rc = antin_fields_rows(&l->of, array, &rows,
	                                     (size_t *)(void *)((char *)p + l->count), err);

	memcpy((char *)p + l->rows, &rows, sizeof(rows));
	return rc;
}

#define WRONG(err, where, text)                                                                    \
	(antin_err_set_where((err), where), antin_fail((err), ANTIN_E_CONFIG, text))

static const struct antin_profile_ext *
find_ext(const struct antin_profile *p, int kind)
{
	for (size_t i = 0; i < p->n_exts; i++)
		if (p->exts[i].kind == kind)
			return &p->exts[i];
	return NULL;
}

static bool
has_eku(const struct antin_profile *p, const char *oid)
{
	for (size_t i = 0; p->eku && p->eku[i]; i++)
		if (strcmp(p->eku[i], oid) == 0)
			return true;
	return false;
}

#define WRONG_ATTR(err, i, text)                                                                   \
	(antin_err_set_where((err), "subject[%zu].type", (i)),                                     \
	 antin_fail((err), ANTIN_E_CONFIG, text))

static enum antin_rc
check_subject(const struct antin_profile *p, struct antin_err *err)
{
	if (p->n_subject == 0)
		return WRONG(err, "subject", N_("a profile needs at least one subject attribute"));
	for (size_t i = 0; i < p->n_subject; i++) {
		const struct antin_name_type *t = antin_name_type_by_name(p->subject[i].type);

		if (!t)
			return WRONG_ATTR(err, i, N_("unknown type of subject attribute"));
		for (size_t j = 0; j < i; j++)
			if (antin_name_type_by_name(p->subject[j].type) == t)
				return WRONG_ATTR(err, i,
				                  N_("a subject attribute is listed twice"));
	}
	return ANTIN_OK;
}

/* An extension is listed exactly when there is something to put into it. */
static enum antin_rc
check_exts(const struct antin_profile *p, struct antin_err *err)
{
	const bool filled[ANTIN_EXT_KINDS] = {
	        [ANTIN_EXT_BASIC_CONSTRAINTS] = p->ca || find_ext(p, ANTIN_EXT_BASIC_CONSTRAINTS),
	        [ANTIN_EXT_AKI] = find_ext(p, ANTIN_EXT_AKI),
	        [ANTIN_EXT_AIA] = p->ca_issuers || p->ocsp,
	        [ANTIN_EXT_SAN] = p->email != ANTIN_EMAIL_NONE,
	        [ANTIN_EXT_POLICIES] = p->n_policies > 0,
	        [ANTIN_EXT_EKU] = p->eku,
	        [ANTIN_EXT_CDP] = p->crl,
	        [ANTIN_EXT_SKI] = true,
	        [ANTIN_EXT_KEY_USAGE] = true,
	        [ANTIN_EXT_OCSP_NOCHECK] = p->kind == ANTIN_PROFILE_OCSP,
	};

	for (const struct antin_choice *c = ext_kinds; c->name; c++) {
		bool listed = find_ext(p, c->value) != NULL;

		if (listed != filled[c->value]) {
			antin_err_set_where(err, "extensions");
			return antin_fail(err, ANTIN_E_CONFIG,
			                  listed ? N_("the extension %s has nothing in it")
			                         : N_("the extension %s must be listed"),
			                  c->name);
		}
	}
	for (size_t i = 0; i < p->n_exts; i++)
		if (find_ext(p, p->exts[i].kind) != &p->exts[i])
			return WRONG(err, "extensions", N_("an extension is listed twice"));
	if (p->kind != ANTIN_PROFILE_ROOT && !find_ext(p, ANTIN_EXT_AKI))
		return WRONG(err, "extensions",
		             N_("authorityKeyIdentifier must be listed except in a root"));
	return ANTIN_OK;
}

/* What each kind must have, so that no profile makes something else than its name says. */
static enum antin_rc
check_kind(const struct antin_profile *p, struct antin_err *err)
{
	const struct antin_profile_ext *eku = find_ext(p, ANTIN_EXT_EKU);
	const struct antin_profile_ext *basic = find_ext(p, ANTIN_EXT_BASIC_CONSTRAINTS);
	const uint32_t sign = 1U << ANTIN_KU_KEY_CERT_SIGN;
	bool authority = p->kind == ANTIN_PROFILE_ROOT || p->kind == ANTIN_PROFILE_SUB_CA;

	if (p->ca != authority)
		return WRONG(err, "ca", N_("root and sub-ca are authorities, the others are not"));
	if (authority != ((p->key_usage & sign) != 0))
		return WRONG(err, "keyUsage", N_("keyCertSign belongs to authorities"));
	if (authority && (!basic || !basic->critical))
		return WRONG(err, "extensions",
		             N_("basicConstraints must be critical in an authority"));
	if (!authority && p->path_len >= 0)
		return WRONG(err, "pathLen", N_("pathLen belongs to authorities"));
	if (p->kind == ANTIN_PROFILE_TSA &&
	    (!has_eku(p, "1.3.6.1.5.5.7.3.8") || p->eku[1] || !eku || !eku->critical))
		return WRONG(err, "extendedKeyUsage",
		             N_("a time-stamp service has timeStamping alone, and critical"));
	if (p->kind == ANTIN_PROFILE_OCSP && (!has_eku(p, "1.3.6.1.5.5.7.3.9") || p->eku[1]))
		return WRONG(err, "extendedKeyUsage",
		             N_("an OCSP responder has OCSPSigning alone"));
	return ANTIN_OK;
}

static enum antin_rc
check(const struct antin_profile *p, struct antin_err *err)
{
	enum antin_rc rc;

	if (p->days_min > p->days_default || p->days_default > p->days_max)
		return WRONG(err, "defaultDays", N_("defaultDays must be minDays to maxDays"));
	if (p->key_types == 0)
		return WRONG(err, "keyTypes", N_("at least one kind of key must be allowed"));
	if ((p->key_types & 1U << ANTIN_KEY_RSA) && p->rsa_bits == 0)
		return WRONG(err, "rsaBits", N_("RSA keys need rsaBits"));
	if (p->key_usage == 0)
		return WRONG(err, "keyUsage", N_("a key needs at least one use"));
	if (p->provisional && !p->note)
		return WRONG(err, "note", N_("a provisional profile says why in its note"));
	rc = check_subject(p, err);
	if (rc == ANTIN_OK)
		rc = check_exts(p, err);
	if (rc == ANTIN_OK)
		rc = check_kind(p, err);
	for (size_t i = 0; rc == ANTIN_OK && i < p->n_exceptions; i++)
		if (!antin_lint_known(p->exceptions[i].rule)) {
			antin_err_set_where(err, "exceptions[%zu].rule", i);
			rc = antin_fail(err, ANTIN_E_CONFIG, N_("there is no lint rule %s"),
			                p->exceptions[i].rule);
		}
	return rc;
}

static enum antin_rc
fill(struct antin_profile *p, const json_t *json, struct antin_err *err)
{
	enum antin_rc rc = antin_fields_read(fields, json, p, err);

	for (size_t l = 0; rc == ANTIN_OK && l < LISTS; l++)
		rc = read_list(p, &lists[l], err);
	if (rc == ANTIN_OK)
		rc = check(p, err);
	if (rc == ANTIN_OK)
		rc = antin_sha256(antin_bytes_slice(&p->text), p->sha256, err);
	return rc;
}

enum antin_rc
antin_profile_read(struct antin_slice text, const char *name, struct antin_profile **out,
                   struct antin_err *err)
{
	ANTIN_OWN_S(antin_profile) p = NULL;
	ANTIN_OWN(json_t) json = NULL;
	enum antin_rc rc;

	if (text.len > PROFILE_MAX)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("the profile is too large"));
	rc = antin_json_parse(text, name, &json, err);
	if (rc != ANTIN_OK)
		return rc;
	p = calloc(1, sizeof(*p));
	if (!p)
		return antin_fail_memory(err);
	p->path_len = -1;
	antin_bytes_add(&p->text, text.p, text.len);
	rc = antin_bytes_check(&p->text, err);
	if (rc == ANTIN_OK)
		rc = fill(p, json, err);
	if (rc != ANTIN_OK)
		return antin_wrap(err, rc, N_("profile %s"), p->id ? p->id : name);
	*out = ANTIN_TAKE(p);
	return ANTIN_OK;
}

enum antin_rc
antin_profile_load(const char *path, struct antin_profile **out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	enum antin_rc rc = antin_file_read(path, PROFILE_MAX, &text, err);

	if (rc == ANTIN_OK)
		rc = antin_profile_read(antin_bytes_slice(&text), path, out, err);
	if (rc != ANTIN_OK)
		antin_err_set_file(err, path);
	return rc;
}

const char *
antin_profile_exception(const struct antin_profile *p, const char *rule)
{
	for (size_t i = 0; i < p->n_exceptions; i++)
		if (strcmp(p->exceptions[i].rule, rule) == 0)
			return p->exceptions[i].reason;
	return NULL;
}

json_t *
antin_profile_schema(void)
{
	json_t *schema = antin_fields_schema(fields, "antin.profile/1");
	json_t *properties = json_object_get(schema, "properties");

	for (size_t l = 0; schema && l < LISTS; l++) {
		json_t *row = antin_fields_schema(lists[l].of.fields, lists[l].of.path);
		json_t *list = json_pack("{s:s, s:o}", "type", "array", "items", row);

		(void)json_object_del(row, "$id");
		(void)json_object_del(row, "$schema");
		if (!list || json_object_set_new(properties, lists[l].of.path, list) != 0) {
			json_decref(schema);
			return NULL;
		}
	}
	return schema;
}
