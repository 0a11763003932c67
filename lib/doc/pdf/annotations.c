/*
 * Rules for pages: only /Annots may change, by widgets of new signature fields and by comments
 * (ISO 32000-1, 12.5.6.2 markup annotations).
 */
#include <string.h>

#include "review.h"

/* What a person can write on a page; nothing that plays, runs, links or hides. */
static const char *const comments[] = {
        "Text",      "FreeText", "Line",      "Square",    "Circle",
        "Polygon",   "PolyLine", "Highlight", "Underline", "Squiggly",
        "StrikeOut", "Stamp",    "Caret",     "Ink",       "Popup",
};

static bool
is_comment(struct pdf_value dict)
{
	struct pdf_value subtype = pdf_get(dict, "Subtype");

	if (pdf_has(dict, "A") || pdf_has(dict, "AA") || pdf_has(dict, "FT") ||
	    (pdf_has(dict, "Type") && !pdf_name_is(pdf_get(dict, "Type"), "Annot")))
		return false;
	for (size_t i = 0; i < sizeof(comments) / sizeof(comments[0]); i++)
		if (pdf_name_is(subtype, comments[i]))
			return true;
	return false;
}

static enum antin_rc
report_comment(struct pdf_review *v, const char *what, const struct pdf_object *o,
               struct antin_err *err)
{
	char kind[64];

	pdf_name_text(pdf_get(pdf_root(&o->tree), "Subtype"), kind, sizeof(kind));
	return pdf_change_add(v, ANTIN_CHANGE_ANNOTATE, what, antin_slice_text(kind), o->num, err);
}

/*
 * A signature field that is not on its page is put there when it is signed, not before or later;
 * under a certification only if nothing of it is seen.
 */
static enum antin_rc
is_signed_now(struct pdf_review *v, uint32_t num, bool *yes, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) o = {0};
	const struct pdf_touch *t = pdf_touch_of(v, num);
	const struct pdf_field *old = pdf_field_of(&v->old_form, num);
	const struct pdf_field *young = pdf_field_of(&v->young_form, num);
	enum antin_rc rc;

	*yes = old && old->signature && !pdf_field_valued(&v->old_form, old) && t && t->explained &&
	       pdf_field_valued(&v->young_form, young);
	if (!*yes || !v->certified)
		return ANTIN_OK;
	rc = pdf_load(v->d, v->young, num, &o, err);
	*yes = rc == ANTIN_OK && !pdf_widget_visible(pdf_root(&o.tree));
	return rc;
}

/* A new item of /Annots. */
static enum antin_rc
judge_added(struct pdf_review *v, struct pdf_value item, bool *good, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) o = {0};
	uint32_t num = pdf_is(item, PDF_REF) ? pdf_node_of(item)->v.ref.num : 0;
	struct pdf_touch *t = num ? pdf_touch_of(v, num) : NULL;
	enum antin_rc rc = is_signed_now(v, num, good, err);

	if (rc != ANTIN_OK)
		return rc;
	*good = *good || (t && !t->existed && t->explained && pdf_field_of(&v->young_form, num));
	if (*good || !t || t->existed)
		return ANTIN_OK;
	/* Something else explained it: a popup of a comment that was judged before. */
	rc = pdf_load(v->d, v->young, num, &o, err);
	if (rc != ANTIN_OK)
		return rc;
	*good = is_comment(pdf_root(&o.tree)) && !o.stream && !pdf_was_referred(v, num);
	if (!*good)
		return ANTIN_OK;
	t->explained = true;
	rc = pdf_explain_tree(v, pdf_root(&o.tree), good, err);
	if (rc == ANTIN_OK)
		rc = report_comment(v, N_("a comment of the kind %s was added"), &o, err);
	return rc;
}

static enum antin_rc
judge_removed(struct pdf_review *v, struct pdf_value item, bool *good, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) o = {0};
	enum antin_rc rc;

	*good = false;
	if (!pdf_is(item, PDF_REF))
		return ANTIN_OK;
	rc = pdf_load(v->d, v->old, pdf_node_of(item)->v.ref.num, &o, err);
	if (rc != ANTIN_OK)
		return rc == ANTIN_E_NOT_FOUND ? ANTIN_OK : rc;
	*good = is_comment(pdf_root(&o.tree));
	return *good ? report_comment(v, N_("a comment of the kind %s was removed"), &o, err)
	             : ANTIN_OK;
}

/* The old annotations keep their order, since it is the order of drawing. */
static enum antin_rc
judge_annots(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule,
             bool *good, struct antin_err *err)
{
	struct pdf_iter old = pdf_iter_of(p->old), young = pdf_iter_of(p->young);
	struct pdf_value a, b;
	bool more = pdf_iter_item(&old, &a);
	enum antin_rc rc = pdf_pair_is_list(v, p, good, err);

	*good = *good && pdf_is(p->young, PDF_ARRAY) &&
	        pdf_explain_role(v, p->young_raw, rule->key);
	while (*good && rc == ANTIN_OK && pdf_iter_item(&young, &b)) {
		while (*good && rc == ANTIN_OK && more && !pdf_same(a, b) &&
		       pdf_array_holds(p->old, b)) {
			rc = judge_removed(v, a, good, err);
			more = pdf_iter_item(&old, &a);
		}
		if (more && pdf_same(a, b))
			more = pdf_iter_item(&old, &a);
		else if (*good && rc == ANTIN_OK)
			rc = judge_added(v, b, good, err);
	}
	for (; *good && rc == ANTIN_OK && more; more = pdf_iter_item(&old, &a))
		rc = judge_removed(v, a, good, err);
	return rc;
}

static const struct pdf_rule page_rules[] = {
        {"Annots", judge_annots},
        {NULL, NULL},
};

static enum antin_rc
review_page(struct pdf_review *v, const struct pdf_pair *p, struct pdf_touch *t,
            struct antin_err *err)
{
	char bad[PDF_NAME + 1];
	enum antin_rc rc = pdf_judge_dict(v, p->old, p->young, page_rules, bad, err);

	t->explained = true;
	if (rc != ANTIN_OK || !bad[0])
		return rc;
	return pdf_change_add(v, ANTIN_CHANGE_OTHER, N_("the entry %s of a page was changed"),
	                      antin_slice_text(bad), t->num, err);
}

/* An array of annotations that is an object of its own. */
static enum antin_rc
review_array(struct pdf_review *v, struct pdf_pair *p, struct pdf_touch *t, struct antin_err *err)
{
	bool good = pdf_was_referred(v, t->num) && pdf_only_under(v, t->num, "Annots", 0);
	enum antin_rc rc = ANTIN_OK;

	p->young_raw = (struct pdf_value){0};
	if (good)
		rc = judge_annots(v, p, page_rules, &good, err);
	if (rc != ANTIN_OK || !good)
		return rc;
	t->explained = true;
	return rc;
}

static bool
is_words(struct pdf_value v)
{
	return pdf_is(v, PDF_NULL) || pdf_is(v, PDF_STRING) || pdf_is(v, PDF_HEX);
}

/* A text before and after: the /Contents of a page that calls itself a comment are none. */
static enum antin_rc
judge_words(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule, bool *good,
            struct antin_err *err)
{
	(void)v;
	(void)rule;
	(void)err;
	*good = is_words(p->old) && is_words(p->young_raw);
	return ANTIN_OK;
}

static enum antin_rc
judge_drawn(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule, bool *good,
            struct antin_err *err)
{
	(void)rule;
	return pdf_explain_tree(v, p->young_raw, good, err);
}

/*
 * 12.5.2, 12.5.6: what a person changes of a comment.  Only what means nothing in other
 * dictionaries, a page or a graphics state: those can call themselves comments.
 */
static const struct pdf_rule comment_rules[] = {
        {"Contents", judge_words},   {"T", judge_words},        {"Subj", judge_words},
        {"NM", judge_words},         {"M", judge_words},        {"CreationDate", judge_words},
        {"DA", judge_words},         {"DS", judge_words},       {"State", judge_words},
        {"StateModel", judge_words}, {"RC", judge_drawn},       {"AP", judge_drawn},
        {"Popup", judge_drawn},      {"IRT", judge_drawn},      {"Rect", judge_drawn},
        {"F", judge_drawn},          {"Open", judge_drawn},     {"C", judge_drawn},
        {"IC", judge_drawn},         {"Border", judge_drawn},   {"BS", judge_drawn},
        {"BE", judge_drawn},         {"RD", judge_drawn},       {"RT", judge_drawn},
        {"IT", judge_drawn},         {"Q", judge_drawn},        {"L", judge_drawn},
        {"LE", judge_drawn},         {"LL", judge_drawn},       {"LLE", judge_drawn},
        {"CL", judge_drawn},         {"Vertices", judge_drawn}, {"QuadPoints", judge_drawn},
        {"InkList", judge_drawn},    {"Type", judge_drawn},     {NULL, NULL},
};

/* A comment that was there is written anew. */
static enum antin_rc
review_comment(struct pdf_review *v, const struct pdf_pair *p, struct pdf_touch *t,
               struct antin_err *err)
{
	char bad[PDF_NAME + 1];
	enum antin_rc rc = pdf_judge_dict(v, p->old, p->young, comment_rules, bad, err);

	if (rc != ANTIN_OK || bad[0] || !pdf_names_nothing(v, t->num))
		return rc;
	t->explained = true;
	return report_comment(v, N_("a comment of the kind %s was changed"), &p->young_holder, err);
}

static enum antin_rc
review_one(struct pdf_review *v, struct pdf_touch *t, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_pair) p = {0};
	enum antin_rc rc = pdf_load(v->d, v->old, t->num, &p.old_holder, err);

	if (rc == ANTIN_OK)
		rc = pdf_load(v->d, v->young, t->num, &p.young_holder, err);
	if (rc != ANTIN_OK)
		return rc;
	p.old = pdf_root(&p.old_holder.tree);
	p.young = pdf_root(&p.young_holder.tree);
	if (p.old_holder.stream || p.young_holder.stream)
		return ANTIN_OK;
	if (pdf_is(p.old, PDF_ARRAY) && pdf_is(p.young, PDF_ARRAY))
		return review_array(v, &p, t, err);
	if (pdf_name_is(pdf_get(p.old, "Type"), "Page") && !pdf_has(p.old, "Subtype"))
		return review_page(v, &p, t, err);
	if (is_comment(p.old) && is_comment(p.young))
		return review_comment(v, &p, t, err);
	return ANTIN_OK;
}

enum antin_rc
pdf_review_pages(struct pdf_review *v, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < v->n_touched && rc == ANTIN_OK; i++)
		if (v->touched[i].existed && !v->touched[i].explained)
			rc = review_one(v, &v->touched[i], err);
	return rc;
}
