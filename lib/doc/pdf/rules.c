/*
 * Rules for the document catalogue, its validation data (EN 319 142-1, 5.4) and the properties.
 */
#include <string.h>

#include "review.h"

static enum antin_rc
judge_plain(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule, bool *good,
            struct antin_err *err)
{
	(void)rule;
	*good = !pdf_has_refs(p->young_raw) && !pdf_is(p->young_raw, PDF_NULL);
	if (!*good)
		return ANTIN_OK;
	return pdf_change_add(v, ANTIN_CHANGE_LTA, N_("the version of the file format was changed"),
	                      (struct antin_slice){0}, 0, err);
}

static uint32_t
root_of(const struct pdf_review *v)
{
	struct pdf_value root = pdf_get(pdf_trailer(v->d, v->base), "Root");

	return pdf_is(root, PDF_REF) ? pdf_node_of(root)->v.ref.num : 0;
}

/* XMP: a stream of its own that nothing else shows: what is drawn needs no kind (9.6.5). */
static enum antin_rc
judge_metadata(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule,
               bool *good, struct antin_err *err)
{
	uint32_t num = p->young_holder.num;

	*good = pdf_is(p->young_raw, PDF_REF) && p->young_holder.stream &&
	        pdf_name_is(pdf_get(p->young, "Type"), "Metadata") &&
	        pdf_name_is(pdf_get(p->young, "Subtype"), "XML") && !pdf_has_refs(p->young) &&
	        pdf_names_nothing(v, root_of(v)) && pdf_only_under(v, num, rule->key, root_of(v)) &&
	        pdf_explain_role(v, p->young_raw, rule->key);
	if (!*good)
		return ANTIN_OK;
	return pdf_change_add(v, ANTIN_CHANGE_LTA, N_("the description of the file was changed"),
	                      (struct antin_slice){0}, num, err);
}

/* Certificates, CRLs, OCSP answers: none is taken away, what comes is reached from here only. */
static enum antin_rc
judge_data(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule, bool *good,
           struct antin_err *err)
{
	struct pdf_iter it = pdf_iter_of(p->old);
	struct pdf_value item;

	enum antin_rc rc = pdf_pair_is_list(v, p, good, err);

	*good = *good && pdf_is(p->young, PDF_ARRAY) &&
	        pdf_explain_role(v, p->young_raw, rule->key);
	while (*good && pdf_iter_item(&it, &item))
		*good = pdf_array_holds(p->young, item);
	return rc == ANTIN_OK && *good ? pdf_explain_tree(v, p->young, good, err) : rc;
}

/* 12.8.4.4: entries of the VRI are added, never altered; keys are 40 hexadecimal digits. */
static enum antin_rc
judge_vri(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule, bool *good,
          struct antin_err *err)
{
	struct pdf_iter it = pdf_iter_of(p->old);
	struct pdf_value key, value;
	char name[PDF_NAME + 1];

	*good = pdf_is(p->young, PDF_DICT) && pdf_count(p->young) <= PDF_ITEMS &&
	        pdf_count(p->old) <= PDF_ITEMS && pdf_explain_role(v, p->young_raw, rule->key);
	while (*good && pdf_iter_pair(&it, &key, &value)) {
		pdf_name_text(key, name, sizeof(name));
		*good = pdf_same(pdf_get(p->young, name), value);
	}
	it = pdf_iter_of(p->young);
	while (*good && pdf_iter_pair(&it, &key, &value)) {
		pdf_name_text(key, name, sizeof(name));
		*good = strcmp(name, "Type") == 0 ||
		        (strlen(name) == 40 && strspn(name, "0123456789ABCDEFabcdef") == 40);
	}
	return *good ? pdf_explain_tree(v, p->young, good, err) : ANTIN_OK;
}

static enum antin_rc
judge_type(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule, bool *good,
           struct antin_err *err)
{
	(void)v;
	(void)err;
	(void)rule;
	*good = pdf_is(p->old_raw, PDF_NULL) && pdf_name_is(p->young_raw, "DSS");
	return ANTIN_OK;
}

static const struct pdf_rule dss_rules[] = {
        {"Type", judge_type},  {"Certs", judge_data}, {"CRLs", judge_data},
        {"OCSPs", judge_data}, {"VRI", judge_vri},    {NULL, NULL},
};

static enum antin_rc
judge_dss(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule, bool *good,
          struct antin_err *err)
{
	char bad[PDF_NAME + 1];
	enum antin_rc rc;

	*good = pdf_is(p->young, PDF_DICT) && !p->young_holder.stream &&
	        pdf_explain_role(v, p->young_raw, rule->key);
	if (!*good)
		return ANTIN_OK;
	rc = pdf_judge_dict(v, p->old, p->young, dss_rules, bad, err);
	if (rc != ANTIN_OK)
		return rc;
	*good = bad[0] == '\0';
	if (!*good)
		return ANTIN_OK;
	return pdf_change_add(v, ANTIN_CHANGE_LTA, N_("validation data was added"),
	                      (struct antin_slice){0}, p->young_holder.num, err);
}

static const struct pdf_rule catalog_rules[] = {
        {"AcroForm", pdf_judge_form}, {"DSS", judge_dss},           {"Extensions", judge_plain},
        {"Version", judge_plain},     {"Metadata", judge_metadata}, {NULL, NULL},
};

enum antin_rc
pdf_review_catalog(struct pdf_review *v, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_pair) p = {0};
	struct pdf_touch *t;
	char bad[PDF_NAME + 1];
	enum antin_rc rc = pdf_pair_of(v, pdf_trailer(v->d, v->old), pdf_trailer(v->d, v->young),
	                               "Root", &p, err);

	if (rc != ANTIN_OK)
		return rc;
	if (!pdf_is(p.young_raw, PDF_REF) || !pdf_same(p.old_raw, p.young_raw) ||
	    !pdf_name_is(pdf_get(p.young, "Type"), "Catalog"))
		return pdf_change_add(v, ANTIN_CHANGE_OTHER,
		                      N_("the catalogue of the document was replaced"),
		                      (struct antin_slice){0}, p.young_holder.num, err);
	rc = pdf_judge_dict(v, p.old, p.young, catalog_rules, bad, err);
	t = pdf_touch_of(v, p.young_holder.num);
	if (rc == ANTIN_OK && t && !t->explained && !pdf_names_nothing(v, t->num))
		rc = pdf_change_add(v, ANTIN_CHANGE_OTHER, PDF_TWO_PURPOSES,
		                    (struct antin_slice){0}, t->num, err);
	if (t)
		t->explained = true;
	if (rc != ANTIN_OK || !bad[0])
		return rc;
	return pdf_change_add(v, ANTIN_CHANGE_OTHER,
	                      N_("the entry %s of the document catalogue was changed"),
	                      antin_slice_text(bad), p.young_holder.num, err);
}

/* Properties are texts; time and program of the last change go with every update. */
static enum antin_rc
judge_property(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule,
               bool *good, struct antin_err *err)
{
	(void)v;
	(void)rule;
	(void)err;
	*good = pdf_is(p->young_raw, PDF_STRING) || pdf_is(p->young_raw, PDF_HEX) ||
	        pdf_is(p->young_raw, PDF_NAME_KIND);
	return ANTIN_OK;
}

/* When the document was made stays what it was. */
static enum antin_rc
judge_creation(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule,
               bool *good, struct antin_err *err)
{
	enum antin_rc rc = judge_property(v, p, rule, good, err);

	*good = *good && pdf_is(p->old_raw, PDF_NULL);
	return rc;
}

static const struct pdf_rule info_rules[] = {
        {"ModDate", judge_property},      {"Producer", judge_property}, {"Creator", judge_property},
        {"CreationDate", judge_creation}, {"Trapped", judge_property},  {NULL, NULL},
};

enum antin_rc
pdf_review_info(struct pdf_review *v, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_pair) p = {0};
	char bad[PDF_NAME + 1] = "";
	enum antin_rc rc = pdf_pair_of(v, pdf_trailer(v->d, v->old), pdf_trailer(v->d, v->young),
	                               "Info", &p, err);

	if (rc != ANTIN_OK || pdf_pair_same(v, &p))
		return rc;
	if (!pdf_is(p.young_raw, PDF_REF) || !pdf_is(p.young, PDF_DICT) || p.old_holder.stream ||
	    p.young_holder.stream || !pdf_explain_role(v, p.young_raw, "Info"))
		return pdf_change_add(v, ANTIN_CHANGE_OTHER,
		                      N_("the properties of the document were replaced"),
		                      (struct antin_slice){0}, p.young_holder.num, err);
	rc = pdf_judge_dict(v, p.old, p.young, info_rules, bad, err);
	if (rc != ANTIN_OK)
		return rc;
	return bad[0] ? pdf_change_add(v, ANTIN_CHANGE_OTHER,
	                               N_("the property %s of the document was changed"),
	                               antin_slice_text(bad), p.young_holder.num, err)
	              : pdf_change_add(v, ANTIN_CHANGE_LTA,
	                               N_("the date of the last change was set"),
	                               (struct antin_slice){0}, p.young_holder.num, err);
}
