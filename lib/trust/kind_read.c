/*
 * The file of rules about kinds of signers (antin.signers/1): its tables, read strictly.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <antin/file.h>
#include <antin/text.h>

#include "kind.h"

enum { RULES_MAX = 256, ATTRS_MAX = 16, LIKE_MAX = 64, HASHES_MAX = 64 };

static const struct antin_choice holders[] = {
        {"person", ANTIN_HOLDER_PERSON},
        {"agency", ANTIN_HOLDER_AGENCY},
        {"service", ANTIN_HOLDER_SERVICE},
        {NULL, 0},
};

#define AT(member) offsetof(struct kind_attr, member)
static const struct antin_field attr_fields[] = {
        {"type", ANTIN_FIELD_TEXT, AT(type), 1, 64, NULL, true, "Type, like CN or 2.5.4.12"},
        {"like", ANTIN_FIELD_LIST, AT(like), 1, LIKE_MAX, NULL, false,
         "Values, of which one must be there; * at an end stands for any text"},
        {"absent", ANTIN_FIELD_BOOL, AT(absent), 0, 0, NULL, false, "Must not be there"},
        {"capitals", ANTIN_FIELD_BOOL, AT(capitals), 0, 0, NULL, false,
         "Written without small letters"},
        ANTIN_FIELD_END,
};
#undef AT
#define AT(member) offsetof(struct kind_authority, member)
static const struct antin_field authority_fields[] = {
        {"id", ANTIN_FIELD_TEXT, AT(id), 1, 64, NULL, true, "Name of the rule"},
        {"note", ANTIN_FIELD_TEXT, AT(note), 1, 500, NULL, false, "Remark for people"},
        {"class", ANTIN_FIELD_CHOICE, AT(class), 0, 0, antin_class_choices, true,
         "Whose service it is"},
        {"certificates", ANTIN_FIELD_LIST, AT(certificates), 1, HASHES_MAX, NULL, false,
         "SHA-256 of certificates of the authority, in hex"},
        {"keys", ANTIN_FIELD_LIST, AT(keys), 1, HASHES_MAX, NULL, false,
         "SHA-256 of public keys of the authority, in hex"},
        {"name", ANTIN_FIELD_JSON, AT(name_json), 0, 0, NULL, false,
         "What its name is like, which proves nothing"},
        ANTIN_FIELD_END,
};
#undef AT
#define AT(member) offsetof(struct kind_holder, member)
static const struct antin_field holder_fields[] = {
        {"id", ANTIN_FIELD_TEXT, AT(id), 1, 64, NULL, true, "Name of the rule"},
        {"note", ANTIN_FIELD_TEXT, AT(note), 1, 500, NULL, false, "Remark for people"},
        {"holder", ANTIN_FIELD_CHOICE, AT(holder), 0, 0, holders, true,
         "What holds the certificate"},
        {"classes", ANTIN_FIELD_BITS, AT(classes), 0, 0, antin_class_choices, false,
         "Only below authorities of these kinds"},
        {"policies", ANTIN_FIELD_OIDS, AT(policies), 1, LIKE_MAX, NULL, false,
         "One of these policies must be there"},
        {"purposes", ANTIN_FIELD_OIDS, AT(purposes), 1, LIKE_MAX, NULL, false,
         "One of these purposes must be there"},
        {"order", ANTIN_FIELD_LIST, AT(order), 1, ATTRS_MAX, NULL, false,
         "Types of the subject in their order; OU* stands for any number of them"},
        {"subject", ANTIN_FIELD_JSON, AT(subject_json), 0, 0, NULL, false,
         "What attributes of the subject are like"},
        ANTIN_FIELD_END,
};
#undef AT
#define AT(member) offsetof(struct antin_kinds, member)
static const struct antin_field fields[] = {
        {"schema", ANTIN_FIELD_TEXT, AT(schema), 1, 64, NULL, true, "antin.signers/1"},
        {"version", ANTIN_FIELD_INT, AT(version), 1, 1000000, NULL, true,
         "Rises with every change"},
        {"note", ANTIN_FIELD_TEXT, AT(note), 1, 1000, NULL, false, "Remark for people"},
        {"authorities", ANTIN_FIELD_JSON, AT(authorities_json), 0, 0, NULL, true,
         "Rules about authorities"},
        {"holders", ANTIN_FIELD_JSON, AT(holders_json), 0, 0, NULL, true,
         "Rules about holders; the first that fits counts"},
        ANTIN_FIELD_END,
};
#undef AT

/* ---- lists of objects ---- */

static const struct antin_field_rows authority_rows = {"authorities", authority_fields,
                                                       sizeof(struct kind_authority), RULES_MAX};
static const struct antin_field_rows holder_rows = {"holders", holder_fields,
                                                    sizeof(struct kind_holder), RULES_MAX};

/* ---- what must fit together ---- */

#define WRONG(path, i, text, err)                                                                  \
	(antin_err_set_where((err), "%s[%zu]", (path), (i)),                                       \
	 antin_fail((err), ANTIN_E_CONFIG, text))

static enum antin_rc
read_attrs(const char *path, const json_t *json, struct kind_attr **rows, size_t *n,
           struct antin_err *err)
{
	const struct antin_field_rows l = {path, attr_fields, sizeof(**rows), ATTRS_MAX};
	void *read = NULL;
	enum antin_rc rc = antin_fields_rows(&l, json, &read, n, err);

	*rows = read;
	for (size_t i = 0; i < *n && rc == ANTIN_OK; i++) {
		const struct kind_attr *a = &(*rows)[i];

		if (a->absent ? a->like || a->capitals : !a->like && !a->capitals)
			rc = WRONG(path, i,
			           N_("an attribute is either absent, or has like or capitals"),
			           err);
	}
	return rc;
}

static enum antin_rc
check_hashes(char **hashes, const char *path, size_t i, struct antin_err *err)
{
	for (; hashes && *hashes; hashes++) {
		ANTIN_SCOPED(antin_bytes) hash = {0};

		if (antin_hex_parse(*hashes, &hash, NULL) != ANTIN_OK || hash.len != 32)
			return WRONG(path, i, N_("a SHA-256 has 64 hex digits"), err);
	}
	return ANTIN_OK;
}

static enum antin_rc
read_authority(struct antin_kinds *k, size_t i, struct antin_err *err)
{
	static const char path[] = "authorities";
	struct kind_authority *a = &k->authorities[i];
	char name[64];
	enum antin_rc rc;

	(void)snprintf(name, sizeof(name), "%s[%zu].name", path, i);
	rc = read_attrs(name, a->name_json, &a->name, &a->n_name, err);
	if (rc == ANTIN_OK)
		rc = check_hashes(a->certificates, path, i, err);
	if (rc == ANTIN_OK)
		rc = check_hashes(a->keys, path, i, err);
	if (rc == ANTIN_OK && !a->certificates && !a->keys && !a->n_name)
		rc = WRONG(path, i, N_("an authority needs certificates, keys or a name"), err);
	if (rc == ANTIN_OK && a->class == ANTIN_CLASS_UNKNOWN)
		rc = WRONG(path, i, N_("a rule that tells nothing is no rule"), err);
	return rc;
}

static enum antin_rc
read_holder(struct antin_kinds *k, size_t i, struct antin_err *err)
{
	struct kind_holder *h = &k->holders[i];
	char subject[64];
	enum antin_rc rc;

	(void)snprintf(subject, sizeof(subject), "holders[%zu].subject", i);
	rc = read_attrs(subject, h->subject_json, &h->subject, &h->n_subject, err);
	/* The class and the order alone are those of every holder of an authority. */
	if (rc == ANTIN_OK && !h->policies && !h->purposes && !h->n_subject)
		rc = WRONG("holders", i, N_("a holder needs policies, purposes or a subject"), err);
	return rc;
}

static const struct antin_field_file file = {"antin.signers/1", fields, ANTIN_KINDS_MAX,
                                             offsetof(struct antin_kinds, text)};

static enum antin_rc
fill(struct antin_kinds *k, struct antin_slice text, const char *name, struct antin_err *err)
{
	void *rows = NULL;
	enum antin_rc rc = antin_fields_parse(&file, text, name, k, err);

	if (rc != ANTIN_OK)
		return rc;
	rc = antin_fields_rows(&authority_rows, k->authorities_json, &rows, &k->n_authorities, err);
	k->authorities = rows;
	if (rc != ANTIN_OK)
		return rc;
	rc = antin_fields_rows(&holder_rows, k->holders_json, &rows, &k->n_holders, err);
	k->holders = rows;
	for (size_t i = 0; rc == ANTIN_OK && i < k->n_authorities; i++)
		rc = read_authority(k, i, err);
	for (size_t i = 0; rc == ANTIN_OK && i < k->n_holders; i++)
		rc = read_holder(k, i, err);
	return rc;
}

void
antin_kinds_free(struct antin_kinds *k)
{
	static const struct antin_field_rows attrs = {"", attr_fields, sizeof(struct kind_attr), 0};

	if (!k)
		return;
	for (size_t i = 0; k->authorities && i < k->n_authorities; i++)
		antin_fields_rows_done(&attrs, k->authorities[i].name, k->authorities[i].n_name);
	for (size_t i = 0; k->holders && i < k->n_holders; i++)
		antin_fields_rows_done(&attrs, k->holders[i].subject, k->holders[i].n_subject);
	antin_fields_rows_done(&authority_rows, k->authorities, k->n_authorities);
	antin_fields_rows_done(&holder_rows, k->holders, k->n_holders);
	antin_fields_done(fields, k);
	antin_bytes_done(&k->text);
	free(k);
}

struct antin_slice
antin_kinds_text(const struct antin_kinds *k)
{
	return antin_bytes_slice(&k->text);
}

enum antin_rc
antin_kinds_read(struct antin_slice text, const char *name, struct antin_kinds **out,
                 struct antin_err *err)
{
	ANTIN_OWN_S(antin_kinds) k = calloc(1, sizeof(*k));
	enum antin_rc rc;

	if (!k)
		return antin_fail_memory(err);
	rc = fill(k, text, name, err);
	if (rc == ANTIN_OK)
		*out = ANTIN_TAKE(k);
	return rc;
}

enum antin_rc
antin_kinds_load(const char *path, struct antin_kinds **out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	enum antin_rc rc = antin_file_read(path, ANTIN_KINDS_MAX, &text, err);

	if (rc == ANTIN_OK)
		rc = antin_kinds_read(antin_bytes_slice(&text), path, out, err);
	if (rc != ANTIN_OK)
		antin_err_set_file(err, path);
	return rc;
}
