/*
 * Rules for the form: new signature fields, signatures in empty ones, values filled in, locks
 * (ISO 32000-1, 12.7, 12.8.2.4; EN 319 142-1).
 */
#include <stdlib.h>
#include <string.h>

#include "review.h"

static bool
has_refs(struct pdf_value value)
{
	uint32_t end = pdf_node_of(value)->next;

	for (uint32_t i = value.node; value.tree && i < end && i < value.tree->n; i++)
		if (value.tree->nodes[i].kind == PDF_REF)
			return true;
	return false;
}

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
	if (rc != ANTIN_OK || !bad[0])
		return rc;
	return pdf_change_add(v, ANTIN_CHANGE_OTHER, N_("the entry %s of the form was changed"),
	                      antin_slice_text(bad), p->young_holder.num, err);
}

/* A widget with an area that is not hidden covers something of the page. */
static bool
is_visible(struct pdf_value dict)
{
	struct pdf_value rect = pdf_get(dict, "Rect"), item;
	struct pdf_iter it = pdf_iter_of(rect);
	struct antin_slice side[4] = {{0}};
	int64_t flags = 0;
	size_t n = 0;

	if (pdf_int_of(pdf_get(dict, "F"), 0, INT32_MAX, &flags) && (flags & (2 | 32)))
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
is_time_stamp(struct pdf_review *v, struct pdf_value dict, bool *yes, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) holder = {0};
	struct pdf_value value = {0};
	enum antin_rc rc = pdf_follow_key(v->d, v->young, dict, "V", &holder, &value, err);

	*yes = pdf_name_is(pdf_get(value, "SubFilter"), "ETSI.RFC3161") &&
	       !pdf_name_is(pdf_get(value, "Type"), "Sig");
	return rc;
}

static enum antin_rc
report_signature(struct pdf_review *v, size_t index, bool value, bool visible, bool stamp,
                 struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) name = {0};
	uint32_t num = v->young_form.fields[index].num;
	/* Under a certification nothing may be put over the page; ISO 32000-2, 12.8.2.2. */
	enum antin_change_level level = visible && v->certified ? ANTIN_CHANGE_ANNOTATE
	                                : stamp && !visible     ? ANTIN_CHANGE_LTA
	                                                        : ANTIN_CHANGE_FILL;

	pdf_field_name(&v->young_form, index, &name);
	if (!value)
		return pdf_change_add(v, level, N_("an empty signature field %s was added"),
		                      antin_bytes_slice(&name), num, err);
	if (stamp)
		return pdf_change_add(v, level,
		                      N_("a document time stamp was added in the field %s"),
		                      antin_bytes_slice(&name), num, err);
	return pdf_change_add(v, level,
	                      visible ? N_("a visible signature was added in the field %s")
	                              : N_("a signature was added in the field %s"),
	                      antin_bytes_slice(&name), num, err);
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

static enum antin_rc
review_new_field(struct pdf_review *v, size_t index, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) o = {0};
	const struct pdf_field *f = &v->young_form.fields[index];
	struct pdf_touch *t = pdf_touch_of(v, f->num);
	bool good, stamp = false;
	enum antin_rc rc = pdf_load(v->d, v->young, f->num, &o, err);

	if (rc != ANTIN_OK)
		return rc;
	good = t && !t->existed && !pdf_was_referred(v, f->num) && f->signature &&
	       known_keys(pdf_root(&o.tree)) &&
	       (f->parent == SIZE_MAX ||
	        !pdf_field_of(&v->old_form, v->young_form.fields[f->parent].num));
	if (good) {
		t->explained = true;
		rc = pdf_explain_tree(v, pdf_root(&o.tree), &good, err);
	}
	if (rc == ANTIN_OK)
		rc = is_time_stamp(v, pdf_root(&o.tree), &stamp, err);
	if (rc != ANTIN_OK)
		return rc;
	if (good)
		return report_signature(v, index, f->has_value || f->parent != SIZE_MAX,
		                        is_visible(pdf_root(&o.tree)), stamp, err);
	return pdf_change_add(v, ANTIN_CHANGE_OTHER,
	                      N_("a field was added that is no plain signature field"),
	                      (struct antin_slice){0}, f->num, err);
}

static enum antin_rc
judge_value(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule, bool *good,
            struct antin_err *err)
{
	(void)rule;
	return pdf_explain_tree(v, p->young_raw, good, err);
}

static enum antin_rc
judge_scalar(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule,
             bool *good, struct antin_err *err)
{
	(void)v;
	(void)rule;
	(void)err;
	*good = !has_refs(p->young_raw);
	return ANTIN_OK;
}

/* An appearance may be made anew, not taken away: that would uncover what lies below. */
static enum antin_rc
judge_appearance(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule,
                 bool *good, struct antin_err *err)
{
	*good = !pdf_is(p->young_raw, PDF_NULL);
	return *good ? judge_value(v, p, rule, good, err) : ANTIN_OK;
}

/*
 * 12.5.3: filling in locks a widget and lets it be printed; to hide or show one is not filling in.
 */
static enum antin_rc
judge_annotation_flags(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule,
                       bool *good, struct antin_err *err)
{
	enum { PRINT = 4, LOCKS = 64 | 128 | 512 };
	int64_t old = 0, young = 0;

	(void)v;
	(void)rule;
	(void)err;
	*good = (pdf_is(p->old, PDF_NULL) || pdf_int_of(p->old, 0, INT32_MAX, &old)) &&
	        (pdf_is(p->young_raw, PDF_NULL) ||
	         pdf_int_of(p->young_raw, 0, INT32_MAX, &young)) &&
	        (young & ~LOCKS) == ((old & ~LOCKS) | (young & PRINT));
	return ANTIN_OK;
}

/* What stands in the form but is no widget cannot be filled in (12.5.6.19). */
static bool
is_widget(struct pdf_value dict)
{
	return !pdf_has(dict, "Subtype") || pdf_name_is(pdf_get(dict, "Subtype"), "Widget");
}

static const struct pdf_rule fill_rules[] = {
        {"V", judge_value},   {"AP", judge_appearance},
        {"AS", judge_scalar}, {"F", judge_annotation_flags},
        {"DA", judge_scalar}, {"Q", judge_scalar},
        {"M", judge_scalar},  {"I", judge_scalar},
        {"Ff", judge_scalar}, {"Type", judge_scalar},
        {NULL, NULL},
};

static bool
lock_names(const struct pdf_lock *l, struct antin_slice name)
{
	struct antin_in in = antin_in_of(antin_bytes_slice(&l->names));

	while (antin_in_left(&in)) {
		const uint8_t *end = memchr(in.p, 0, antin_in_left(&in));
		struct antin_slice s = {in.p, end ? (size_t)(end - in.p) : antin_in_left(&in)};

		/* A name locks the fields below it too. */
		if (name.len >= s.len && memcmp(name.p, s.p, s.len) == 0 &&
		    (name.len == s.len || name.p[s.len] == '.'))
			return true;
		in.p += s.len + (end ? 1 : 0);
	}
	return false;
}

static bool
is_locked(const struct pdf_review *v, struct antin_slice name)
{
	for (size_t i = 0; i < v->n_locks; i++) {
		const struct pdf_lock *l = &v->locks[i];

		if (l->action == PDF_LOCK_ALL ||
		    lock_names(l, name) == (l->action == PDF_LOCK_INCLUDE))
			return true;
	}
	return false;
}

/* An empty signature field that was there gets its signature. */
static enum antin_rc
report_filled(struct pdf_review *v, const struct pdf_pair *p, uint32_t num, struct antin_err *err)
{
	bool stamp = false;
	enum antin_rc rc = is_time_stamp(v, p->young, &stamp, err);

	for (size_t i = 0; rc == ANTIN_OK && i < v->young_form.n; i++)
		if (v->young_form.fields[i].num == num)
			return report_signature(v, i, true, is_visible(p->old), stamp, err);
	return rc;
}

static enum antin_rc
review_changed_field(struct pdf_review *v, size_t index, struct pdf_touch *t, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_pair) p = {0};
	ANTIN_SCOPED(antin_bytes) name = {0};
	const struct pdf_field *f = &v->old_form.fields[index];
	char bad[PDF_NAME + 1];
	enum antin_rc rc = pdf_load(v->d, v->old, f->num, &p.old_holder, err);

	if (rc == ANTIN_OK)
		rc = pdf_load(v->d, v->young, f->num, &p.young_holder, err);
	if (rc != ANTIN_OK)
		return rc;
	p.old = pdf_root(&p.old_holder.tree);
	p.young = pdf_root(&p.young_holder.tree);
	t->explained = true;
	pdf_field_name(&v->old_form, index, &name);
	if (f->signature && f->has_value)
		return pdf_change_add(
		        v, ANTIN_CHANGE_OTHER,
		        N_("the signed field %s was changed or its signature removed"),
		        antin_bytes_slice(&name), f->num, err);
	if (is_locked(v, antin_bytes_slice(&name)))
		return pdf_change_add(v, ANTIN_CHANGE_OTHER, N_("the locked field %s was changed"),
		                      antin_bytes_slice(&name), f->num, err);
	rc = pdf_judge_dict(v, p.old, p.young, fill_rules, bad, err);
	if (rc != ANTIN_OK)
		return rc;
	if (bad[0] || !is_widget(p.old))
		return pdf_change_add(v, ANTIN_CHANGE_OTHER,
		                      N_("the field %s was changed beyond filling it in"),
		                      antin_bytes_slice(&name), f->num, err);
	if (f->signature && pdf_has(p.young, "V"))
		return report_filled(v, &p, f->num, err);
	return pdf_change_add(v, ANTIN_CHANGE_FILL, N_("the field %s was filled in"),
	                      antin_bytes_slice(&name), f->num, err);
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
		else if (t && !t->explained)
			rc = review_changed_field(v, i, t, err);
	}
	return rc;
}

struct lock_row {
	const char *name;
	enum pdf_lock_action action;
};
static const struct lock_row lock_rows[] = {
        {"Include", PDF_LOCK_INCLUDE},
        {"Exclude", PDF_LOCK_EXCLUDE},
};

static enum antin_rc
read_lock(struct pdf_review *v, struct pdf_value reference, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) holder = {0};
	ANTIN_SCOPED(pdf_object) inner = {0};
	ANTIN_SCOPED(pdf_object) list = {0};
	struct pdf_value dict = {0}, params = {0}, names = {0}, name;
	struct pdf_lock *l = &v->locks[v->n_locks < PDF_LOCKS ? v->n_locks : 0];
	struct pdf_iter it;
	enum antin_rc rc = pdf_follow(v->d, v->base, reference, &holder, &dict, err);

	if (rc != ANTIN_OK || !pdf_name_is(pdf_get(dict, "TransformMethod"), "FieldMDP"))
		return rc;
	rc = pdf_follow_key(v->d, v->base, dict, "TransformParams", &inner, &params, err);
	if (rc == ANTIN_OK)
		rc = pdf_follow_key(v->d, v->base, params, "Fields", &list, &names, err);
	if (rc != ANTIN_OK)
		return rc;
	antin_bytes_clear(&l->names);
	l->action = PDF_LOCK_ALL;
	/* More locks than are kept: then everything counts as locked. */
	if (v->n_locks == PDF_LOCKS)
		return ANTIN_OK;
	v->n_locks++;
	for (size_t i = 0; i < sizeof(lock_rows) / sizeof(lock_rows[0]); i++)
		if (pdf_name_is(pdf_get(params, "Action"), lock_rows[i].name))
			l->action = lock_rows[i].action;
	it = pdf_iter_of(names);
	while (pdf_iter_item(&it, &name)) {
		pdf_string_utf8(name, &l->names);
		antin_bytes_byte(&l->names, 0);
	}
	return antin_bytes_check(&l->names, err);
}

static enum antin_rc
read_locks(struct pdf_review *v, uint32_t field, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) o = {0};
	ANTIN_SCOPED(pdf_object) holder = {0};
	ANTIN_SCOPED(pdf_object) list = {0};
	struct pdf_value value = {0}, references = {0}, item;
	struct pdf_iter it;
	enum antin_rc rc = pdf_load(v->d, v->base, field, &o, err);

	if (rc == ANTIN_OK)
		rc = pdf_follow_key(v->d, v->base, pdf_root(&o.tree), "V", &holder, &value, err);
	if (rc == ANTIN_OK)
		rc = pdf_follow_key(v->d, v->base, value, "Reference", &list, &references, err);
	it = pdf_iter_of(references);
	while (rc == ANTIN_OK && pdf_is(references, PDF_ARRAY) && pdf_iter_item(&it, &item))
		rc = read_lock(v, item, err);
	return rc;
}

enum antin_rc
pdf_review_locks(struct pdf_review *v, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_form) form = {0};
	enum antin_rc rc = pdf_form_read(v->d, v->base, &form, err);

	for (size_t i = 0; rc == ANTIN_OK && i < form.n; i++)
		if (form.fields[i].signature && form.fields[i].has_value)
			rc = read_locks(v, form.fields[i].num, err);
	return rc;
}
