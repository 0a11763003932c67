/*
 * Rules for the form: new signature fields, signatures in empty ones, values filled in, locks
 * (ISO 32000-1, 12.7, 12.8.2.4; EN 319 142-1).
 */
#include "review.h"

/* A new top-level field; what it is, is judged with the fields. */
static bool
is_new_field(const struct pdf_review *v, struct pdf_value item)
{
	uint32_t num = pdf_node_of(item)->v.ref.num;
	const struct pdf_touch *t = pdf_is(item, PDF_REF) ? pdf_touch_of(v, num) : NULL;

	return t && !t->existed && pdf_field_of(&v->young_form, num) &&
	       !pdf_field_of(&v->old_form, num);
}

/* The old fields in their order, new ones between or behind them. */
static enum antin_rc
judge_list(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule, bool *good,
           struct antin_err *err)
{
	struct pdf_iter old = pdf_iter_of(p->old), young = pdf_iter_of(p->young);
	struct pdf_value a, b;
	bool more = pdf_iter_item(&old, &a);

	(void)err;
	*good = pdf_is(p->young, PDF_ARRAY) && pdf_explain_role(v, p->young_raw, rule->key);
	while (*good && pdf_iter_item(&young, &b)) {
		if (more && pdf_same(a, b))
			more = pdf_iter_item(&old, &a);
		else
			*good = is_new_field(v, b);
	}
	*good = *good && !more;
	return ANTIN_OK;
}

/* Flags only rise. */
static enum antin_rc
judge_flags(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule, bool *good,
            struct antin_err *err)
{
	int64_t old = 0, young = 0;

	(void)v;
	(void)rule;
	(void)err;
	(void)pdf_int_of(p->old_raw, 0, 3, &old);
	*good = pdf_int_of(p->young_raw, 0, 3, &young) && (old & ~young) == 0;
	return ANTIN_OK;
}

/* A default that was not there before, for the fields that come. */
static enum antin_rc
judge_default(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule,
              bool *good, struct antin_err *err)
{
	(void)rule;
	*good = pdf_is(p->old_raw, PDF_NULL) && !pdf_is(p->young_raw, PDF_NULL);
	return *good ? pdf_explain_tree(v, p->young_raw, good, err) : ANTIN_OK;
}

static enum antin_rc
judge_need(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule, bool *good,
           struct antin_err *err)
{
	(void)v;
	(void)rule;
	(void)err;
	/* Set to true, readers would draw every field anew. */
	*good = pdf_is(p->young_raw, PDF_NULL) ||
	        (pdf_is(p->young_raw, PDF_BOOL) && !pdf_node_of(p->young_raw)->v.number);
	return ANTIN_OK;
}

static const struct pdf_rule form_rules[] = {
        {"Fields", judge_list}, {"SigFlags", judge_flags}, {"NeedAppearances", judge_need},
        {"DR", judge_default},  {"DA", judge_default},     {"Q", judge_default},
        {NULL, NULL},
};

enum antin_rc
pdf_judge_form(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule,
               bool *good, struct antin_err *err)
{
	char bad[PDF_NAME + 1];
	enum antin_rc rc;

	*good = pdf_is(p->young, PDF_DICT) && !p->young_holder.stream &&
	        pdf_explain_role(v, p->young_raw, rule->key);
	if (!*good)
		return ANTIN_OK;
	rc = pdf_judge_dict(v, p->old, p->young, form_rules, bad, err);
	if (rc == ANTIN_OK && !bad[0])
		rc = pdf_judge_drawing(v, p, bad, err);
	if (rc != ANTIN_OK || !bad[0])
		return rc;
	return pdf_change_add(v, ANTIN_CHANGE_OTHER, N_("the entry %s of the form was changed"),
	                      antin_slice_text(bad), p->young_holder.num, err);
}

/* A widget with an area that is shown or printed covers something of the page. */
bool
pdf_widget_visible(struct pdf_value dict)
{
	/* 12.5.3: what toggles is shown as soon as the mouse comes over it. */
	enum { HIDDEN = 2, PRINT = 4, NO_VIEW = 32, TOGGLE = 256 };
	struct pdf_value rect = pdf_get(dict, "Rect"), item;
	struct pdf_iter it = pdf_iter_of(rect);
	struct antin_slice side[4] = {{0}};
	int64_t flags = 0;
	size_t n = 0;

	if (pdf_int_of(pdf_get(dict, "F"), 0, INT32_MAX, &flags) &&
	    ((flags & HIDDEN) || (flags & (NO_VIEW | PRINT | TOGGLE)) == NO_VIEW))
		return false;
	if (!pdf_has(dict, "Rect"))
		return false;
	while (n < 4 && pdf_iter_item(&it, &item))
		side[n++] = pdf_text_of(item);
	if (n != 4)
		return true;
	return !antin_slice_equal(side[0], side[2]) && !antin_slice_equal(side[1], side[3]);
}

/* What a signature's dictionary is: a time stamp adds no statement of a person. */
static enum antin_rc
is_time_stamp(struct pdf_review *v, size_t index, bool *yes, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) holder = {0};
	struct pdf_value value = {0};
	enum antin_rc rc = pdf_inherited(v, true, index, "V", &holder, &value, err);

	*yes = pdf_name_is(pdf_get(value, "SubFilter"), "ETSI.RFC3161") &&
	       !pdf_name_is(pdf_get(value, "Type"), "Sig");
	return rc;
}

/*
 * Under a certification nothing new may be put over the page; ISO 32000-2, 12.8.2.2.  What a time
 * stamp shows there, nobody has signed, and no verdict is given on it: that is a comment.
 */
static enum antin_change_level
level_of(const struct pdf_review *v, const struct pdf_new_signature *s, bool stamp)
{
	if (s->visible && (stamp || (v->certified && !s->there)))
		return ANTIN_CHANGE_ANNOTATE;
	return stamp ? ANTIN_CHANGE_LTA : ANTIN_CHANGE_FILL;
}

enum antin_rc
pdf_report_signature(struct pdf_review *v, const struct pdf_new_signature *s, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) name = {0};
	bool stamp = false;
	const char *what;
	enum antin_rc rc = is_time_stamp(v, s->index, &stamp, err);

	if (rc != ANTIN_OK)
		return rc;
	pdf_field_name(&v->young_form, s->index, &name);
	what = !s->valued   ? N_("an empty signature field %s was added")
	       : stamp      ? N_("a document time stamp was added in the field %s")
	       : s->visible ? N_("a visible signature was added in the field %s")
	                    : N_("a signature was added in the field %s");
	return pdf_change_add(v, level_of(v, s, stamp), what, antin_bytes_slice(&name),
	                      v->young_form.fields[s->index].num, err);
}

/* Keys of a signature field and its widget; no actions, no scripts. */
static const char *const field_keys[] = {
        "Type", "Subtype", "FT", "T",  "TU",   "TM",     "V",      "F",  "Ff",
        "Rect", "P",       "AP", "AS", "MK",   "BS",     "Border", "DA", "DR",
        "Q",    "NM",      "M",  "H",  "Kids", "Parent", "Lock",   "SV", "Contents",
};

static bool
known_keys(struct pdf_value dict)
{
	struct pdf_iter it = pdf_iter_of(dict);
	struct pdf_value key, value;

	while (pdf_iter_pair(&it, &key, &value)) {
		bool known = false;

		for (size_t i = 0; i < sizeof(field_keys) / sizeof(field_keys[0]); i++)
			known = known || pdf_name_is(key, field_keys[i]);
		if (!known)
			return false;
	}
	return true;
}

/* 12.7.3.1: readers go by /Parent too, so it says what /Kids and /Fields say. */
static bool
parent_agrees(const struct pdf_form *f, const struct pdf_field *field, struct pdf_value dict)
{
	struct pdf_value parent = pdf_get(dict, "Parent");

	if (field->parent == SIZE_MAX)
		return pdf_is(parent, PDF_NULL);
	return pdf_is(parent, PDF_REF) &&
	       pdf_node_of(parent)->v.ref.num == f->fields[field->parent].num;
}

/* A new object, a signature field with nothing that acts, below new ones only. */
static bool
is_plain_signature(struct pdf_review *v, const struct pdf_field *f, struct pdf_value dict)
{
	const struct pdf_form *form = &v->young_form;
	const struct pdf_touch *t = pdf_touch_of(v, f->num);

	return t && !t->existed && !pdf_was_referred(v, f->num) && f->signature &&
	       known_keys(dict) && parent_agrees(form, f, dict) &&
	       (f->parent == SIZE_MAX || !pdf_field_of(&v->old_form, form->fields[f->parent].num));
}

/* It gets its signature in a later update. */
static enum antin_rc
is_signed_later(struct pdf_review *v, uint32_t num, bool *yes, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_form) last = {0};
	enum antin_rc rc = pdf_form_read(v->d, pdf_last(v->d), &last, err);

	*yes = rc == ANTIN_OK && pdf_field_valued(&last, pdf_field_of(&last, num));
	return rc;
}

/*
 * Looks are made with the field; a field without a signature has none, and is soon signed if it can
 * be seen: readers cover the page with a mark that says where to sign.
 */
static enum antin_rc
judge_new_looks(struct pdf_review *v, const struct pdf_new_signature *s, struct pdf_value dict,
                const char **problem, struct antin_err *err)
{
	struct pdf_value style = pdf_get(dict, "MK");
	bool good = true, drawn = pdf_has(dict, "AP"), later = false;
	bool styled = !pdf_is(style, PDF_NULL) && (!pdf_is(style, PDF_DICT) || pdf_count(style));
	enum antin_rc rc = ANTIN_OK;

	if (!s->valued && s->visible && !drawn && !styled)
		rc = is_signed_later(v, v->young_form.fields[s->index].num, &later, err);
	if (rc == ANTIN_OK && !s->valued && s->visible && !later) {
		*problem = N_("the signature field %s was added, which holds no signature but "
		              "covers a part of the page");
		return ANTIN_OK;
	}
	if (rc == ANTIN_OK && drawn)
		rc = pdf_judge_looks(v, (struct pdf_value){0}, pdf_get(dict, "AP"), &good, err);
	if (!good)
		*problem = N_("the new signature field %s shows something that was not made for "
		              "it");
	return rc;
}

static enum antin_rc
review_new_field(struct pdf_review *v, size_t index, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) o = {0};
	ANTIN_SCOPED(antin_bytes) name = {0};
	const struct pdf_field *f = &v->young_form.fields[index];
	struct pdf_new_signature s = {.index = index};
	const char *problem = N_("a field was added that is no plain signature field");
	struct pdf_value dict;
	bool good;
	enum antin_rc rc = pdf_load(v->d, v->young, f->num, &o, err);

	if (rc != ANTIN_OK)
		return rc;
	dict = pdf_root(&o.tree);
	s.valued = pdf_field_valued(&v->young_form, f);
	s.visible = pdf_widget_visible(dict);
	good = is_plain_signature(v, f, dict);
	if (good) {
		pdf_touch_of(v, f->num)->explained = true;
		rc = pdf_explain_tree(v, dict, &good, err);
		problem = good ? NULL : problem;
	}
	if (rc == ANTIN_OK && good)
		rc = judge_new_looks(v, &s, dict, &problem, err);
	if (rc != ANTIN_OK)
		return rc;
	if (!problem)
		return pdf_report_signature(v, &s, err);
	pdf_field_name(&v->young_form, index, &name);
	return pdf_change_add(v, ANTIN_CHANGE_OTHER, problem, antin_bytes_slice(&name), f->num,
	                      err);
}

/* A signature that the field shows must be new: an older one moved here would mislead. */
static enum antin_rc
review_values(struct pdf_review *v, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; rc == ANTIN_OK && i < v->young_form.n; i++) {
		const struct pdf_field *f = &v->young_form.fields[i];
		const struct pdf_field *before = pdf_field_of(&v->old_form, f->num);
		const struct pdf_touch *t = f->value ? pdf_touch_of(v, f->value) : NULL;
		bool had = before && before->has_value;

		if (!f->signature || !f->has_value || (had && before->value == f->value && !t))
			continue;
		if (!had && t && !t->existed)
			continue;
		/* Direct dictionaries move with their field: coverage looks after those. */
		if (!f->value && !had)
			continue;
		rc = pdf_change_add(v, ANTIN_CHANGE_OTHER,
		                    N_("a signature was replaced or shown in another field"),
		                    (struct antin_slice){0}, f->num, err);
	}
	return rc;
}

enum antin_rc
pdf_review_fields(struct pdf_review *v, struct antin_err *err)
{
	enum antin_rc rc = review_values(v, err);

	for (size_t i = 0; rc == ANTIN_OK && i < v->young_form.n; i++)
		if (!pdf_field_of(&v->old_form, v->young_form.fields[i].num))
			rc = review_new_field(v, i, err);
	for (size_t i = 0; rc == ANTIN_OK && i < v->old_form.n; i++) {
		struct pdf_touch *t = pdf_touch_of(v, v->old_form.fields[i].num);

		if (!pdf_field_of(&v->young_form, v->old_form.fields[i].num))
			rc = pdf_change_add(v, ANTIN_CHANGE_OTHER, N_("a form field was removed"),
			                    (struct antin_slice){0}, v->old_form.fields[i].num,
			                    err);
		else if (t && !t->explained) {
			t->explained = true;
			rc = pdf_review_filled(v, i, err);
		}
	}
	return rc;
}
