/*
 * Rules for a field that was there when the signature was made: filling it in is a new value of its
 * kind, and looks that were made for that value (ISO 32000-1, 12.7.3, 12.5.5, 12.8.2.2).
 */
#include <string.h>

#include "review.h"

enum antin_rc
pdf_inherited(struct pdf_review *v, bool young, size_t i, const char *key,
              struct pdf_object *holder, struct pdf_value *out, struct antin_err *err)
{
	const struct pdf_form *f = young ? &v->young_form : &v->old_form;
	unsigned int revision = young ? v->young : v->old;
	enum antin_rc rc = ANTIN_OK;

	*out = (struct pdf_value){0};
	for (; rc == ANTIN_OK && i != SIZE_MAX && pdf_is(*out, PDF_NULL); i = f->fields[i].parent) {
		rc = pdf_load(v->d, revision, f->fields[i].num, holder, err);
		if (rc == ANTIN_OK)
			rc = pdf_follow_key(v->d, revision, pdf_root(&holder->tree), key, holder,
			                    out, err);
	}
	return rc;
}

/* Programs write texts anew in another encoding: that alone is no new value. */
static bool
same_text(struct pdf_value a, struct pdf_value b)
{
	ANTIN_SCOPED(antin_bytes) x = {0};
	ANTIN_SCOPED(antin_bytes) y = {0};

	pdf_string_utf8(a, &x);
	pdf_string_utf8(b, &y);
	return !x.failed && !y.failed && antin_bytes_equal(&x, &y);
}

static bool
is_text(struct pdf_value v)
{
	return pdf_is(v, PDF_STRING) || pdf_is(v, PDF_HEX);
}

static enum antin_rc
is_new_value(struct pdf_review *v, size_t index, bool *yes, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_pair) p = {0};
	const struct pdf_field *young = pdf_field_of(&v->young_form, v->old_form.fields[index].num);
	bool same = true;
	enum antin_rc rc = pdf_inherited(v, false, index, "V", &p.old_holder, &p.old, err);

	if (rc == ANTIN_OK)
		rc = pdf_inherited(v, true, (size_t)(young - v->young_form.fields), "V",
		                   &p.young_holder, &p.young, err);
	if (rc != ANTIN_OK)
		return rc;
	if (is_text(p.old) && is_text(p.young))
		same = same_text(p.old, p.young);
	else if (p.old_holder.stream && p.young_holder.stream)
		rc = pdf_objects_same(v->d, &p.old_holder, &p.young_holder, &same, err);
	else
		same = pdf_same(p.old, p.young);
	*yes = !same;
	return rc;
}

/* 12.7.4: what each kind of field can have as its value. */
struct value_row {
	const char *type;
	bool text, stream, name, array, dict;
};
static const struct value_row value_rows[] = {
        {"Tx", .text = true, .stream = true},
        {"Btn", .name = true},
        {"Ch", .text = true, .array = true},
        {"Sig", .dict = true},
};

static bool
is_of_kind(const struct value_row *row, const struct pdf_pair *p)
{
	if (pdf_is(p->young_raw, PDF_REF) && p->young_holder.stream)
		return row->stream;
	return (row->text && is_text(p->young)) || (row->name && pdf_is(p->young, PDF_NAME_KIND)) ||
	       (row->array && pdf_is(p->young, PDF_ARRAY)) ||
	       (row->dict && pdf_is(p->young, PDF_DICT));
}

/* The value: of the field's kind, and made in this update; or taken away. */
static enum antin_rc
judge_value(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule, bool *good,
            struct antin_err *err)
{
	uint32_t num = pdf_is(p->young_raw, PDF_REF) ? pdf_node_of(p->young_raw)->v.ref.num : 0;
	const struct pdf_touch *t = num ? pdf_touch_of(v, num) : NULL;

	(void)rule;
	*good = pdf_is(p->young_raw, PDF_NULL) && !pdf_is(v->fill.type, PDF_NULL);
	for (size_t i = 0; i < sizeof(value_rows) / sizeof(value_rows[0]); i++)
		if (pdf_name_is(v->fill.type, value_rows[i].type))
			*good = *good || is_of_kind(&value_rows[i], p);
	*good = *good && (!num || (t && !t->existed));
	return *good ? pdf_explain_tree(v, p->young_raw, good, err) : ANTIN_OK;
}

/* The streams of an appearance dictionary: one, or one of each state, for each occasion. */
struct looks {
	uint32_t nums[256];
	size_t n;
	bool odd; /* something else stands there */
};
enum { LOOKS = sizeof(((struct looks *)0)->nums) / sizeof(uint32_t), LOOK_STEPS = 2 };

static enum antin_rc
gather_looks(struct pdf_review *v, unsigned int revision, struct pdf_value raw, unsigned int step,
             struct looks *out, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) holder = {0};
	struct pdf_value value = {0}, key, each;
	struct pdf_iter it;
	enum antin_rc rc = pdf_follow(v->d, revision, raw, &holder, &value, err);

	if (rc != ANTIN_OK || pdf_is(raw, PDF_NULL))
		return rc;
	if (holder.stream && out->n < LOOKS) {
		out->nums[out->n++] = holder.num;
		return ANTIN_OK;
	}
	out->odd = out->odd || holder.stream || !pdf_is(value, PDF_DICT) || step > LOOK_STEPS;
	it = pdf_iter_of(value);
	while (rc == ANTIN_OK && !out->odd && pdf_iter_pair(&it, &key, &each))
		rc = gather_looks(v, revision, each, step + 1, out, err);
	return rc;
}

enum antin_rc
pdf_judge_looks(struct pdf_review *v, struct pdf_value old, struct pdf_value young, bool *good,
                struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) holder = {0};
	struct looks before = {.n = 0}, after = {.n = 0};
	struct pdf_value dict = {0};
	enum antin_rc rc = gather_looks(v, v->old, old, 0, &before, err);

	if (rc == ANTIN_OK)
		rc = gather_looks(v, v->young, young, 0, &after, err);
	if (rc == ANTIN_OK)
		rc = pdf_follow(v->d, v->young, young, &holder, &dict, err);
	if (rc != ANTIN_OK)
		return rc;
	*good = !after.odd && after.n > 0 && !holder.stream && pdf_has(dict, "N");
	for (size_t i = 0; *good && i < after.n; i++) {
		const struct pdf_touch *t = pdf_touch_of(v, after.nums[i]);

		*good = t && !t->existed;
		for (size_t k = 0; k < before.n; k++)
			*good = *good || before.nums[k] == after.nums[i];
	}
	return *good ? pdf_explain_tree(v, young, good, err) : ANTIN_OK;
}

/* 12.7.4.2.2: a push button has no value, so nobody fills it in. */
static enum antin_rc
drop_push_button(struct pdf_review *v, size_t index, struct antin_err *err)
{
	enum { PUSH = 1 << 16 };
	ANTIN_SCOPED(pdf_object) holder = {0};
	struct pdf_value flags = {0};
	int64_t n = 0;
	enum antin_rc rc = pdf_inherited(v, false, index, "Ff", &holder, &flags, err);

	if (pdf_name_is(v->fill.type, "Btn") && !pdf_is(flags, PDF_NULL) &&
	    (!pdf_int_of(flags, 0, UINT32_MAX, &n) || (n & PUSH)))
		v->fill.type = (struct pdf_value){0};
	return rc;
}

/* Another look needs another value: without one, the page is changed and nothing is filled in. */
static bool
needs_value(struct pdf_review *v)
{
	if (!v->fill.valued)
		v->fill.problem =
		        N_("the field %s looks different although its value did not change");
	return v->fill.valued;
}

static enum antin_rc
judge_appearance(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule,
                 bool *good, struct antin_err *err)
{
	enum antin_rc rc;

	(void)rule;
	*good = needs_value(v);
	if (!*good)
		return ANTIN_OK;
	rc = pdf_judge_looks(v, p->old_raw, p->young_raw, good, err);
	if (!*good)
		v->fill.problem = N_("the field %s shows something that was not made for its new "
		                     "value");
	return rc;
}

/* 12.7.4.2: a button shows the state that is its value, or is off. */
static enum antin_rc
judge_state(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule, bool *good,
            struct antin_err *err)
{
	const struct pdf_field *f = pdf_field_of(&v->young_form, v->fill.num);
	ANTIN_SCOPED(pdf_object) holder = {0};
	struct pdf_value value = {0};
	char state[PDF_NAME + 1];
	enum antin_rc rc = pdf_inherited(v, true, (size_t)(f - v->young_form.fields), "V", &holder,
	                                 &value, err);

	(void)rule;
	pdf_name_text(p->young_raw, state, sizeof(state));
	*good = needs_value(v) && pdf_name_is(v->fill.type, "Btn") &&
	        pdf_is(p->young_raw, PDF_NAME_KIND) &&
	        (strcmp(state, "Off") == 0 || pdf_name_is(value, state));
	return rc;
}

/* 12.7.4.4: which rows of a list are chosen; elsewhere /I means something else. */
static enum antin_rc
judge_rows(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule, bool *good,
           struct antin_err *err)
{
	(void)rule;
	(void)err;
	*good = needs_value(v) && !pdf_has_refs(p->young_raw) &&
	        (pdf_is(p->old_raw, PDF_NULL) || pdf_is(p->old_raw, PDF_ARRAY)) &&
	        (pdf_is(p->young_raw, PDF_NULL) || pdf_is(p->young_raw, PDF_ARRAY));
	return ANTIN_OK;
}

/* How the value is written; of a field above others, theirs too, which did not change. */
static enum antin_rc
judge_style(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule, bool *good,
            struct antin_err *err)
{
	(void)rule;
	(void)err;
	*good = needs_value(v) && !pdf_has_refs(p->young_raw) &&
	        !pdf_is_under(v, v->fill.num, "Parent");
	return ANTIN_OK;
}

static enum antin_rc
judge_date(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule, bool *good,
           struct antin_err *err)
{
	(void)v;
	(void)rule;
	(void)err;
	*good = is_text(p->young_raw);
	return ANTIN_OK;
}

static enum antin_rc
judge_type(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule, bool *good,
           struct antin_err *err)
{
	(void)v;
	(void)rule;
	(void)err;
	*good = pdf_is(p->old_raw, PDF_NULL) && pdf_name_is(p->young_raw, "Annot");
	return ANTIN_OK;
}

/*
 * 12.5.3: filling in locks a widget, and lets it be printed if it was seen before; to hide or to
 * show one is not filling in.
 */
static enum antin_rc
judge_annotation_flags(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule,
                       bool *good, struct antin_err *err)
{
	enum { HIDDEN = 2, PRINT = 4, NO_VIEW = 32, LOCKS = 64 | 128 | 512 };
	int64_t old = 0, young = 0, may = LOCKS;

	(void)rule;
	(void)err;
	*good = (pdf_is(p->old, PDF_NULL) || pdf_int_of(p->old, 0, INT32_MAX, &old)) &&
	        (pdf_is(p->young_raw, PDF_NULL) || pdf_int_of(p->young_raw, 0, INT32_MAX, &young));
	if (v->fill.valued && !(old & (HIDDEN | NO_VIEW | PRINT)))
		may |= PRINT;
	*good = *good && (young & ~may) == (old & ~may);
	if (!*good)
		v->fill.problem = N_("the field %s was hidden, shown or made to print");
	return ANTIN_OK;
}

/* 12.7.3.1: a field that is filled in may be made read-only; its other flags are what it is. */
static enum antin_rc
judge_field_flags(struct pdf_review *v, const struct pdf_pair *p, const struct pdf_rule *rule,
                  bool *good, struct antin_err *err)
{
	enum { READ_ONLY = 1 };
	ANTIN_SCOPED(pdf_object) holder = {0};
	const struct pdf_field *f = pdf_field_of(&v->old_form, v->fill.num);
	struct pdf_value before = {0};
	int64_t old = 0, young = 0;
	enum antin_rc rc = pdf_inherited(v, false, (size_t)(f - v->old_form.fields), rule->key,
	                                 &holder, &before, err);

	*good = (pdf_is(before, PDF_NULL) || pdf_int_of(before, 0, UINT32_MAX, &old)) &&
	        pdf_int_of(p->young_raw, 0, UINT32_MAX, &young) &&
	        (young == old || young == (old | READ_ONLY));
	return rc;
}

static const struct pdf_rule fill_rules[] = {
        {"V", judge_value},
        {"AP", judge_appearance},
        {"AS", judge_state},
        {"DA", judge_style},
        {"F", judge_annotation_flags},
        {"Q", judge_style},
        {"Ff", judge_field_flags},
        {"I", judge_rows},
        {"Type", judge_type},
        {"M", judge_date},
        {NULL, NULL},
};

/* What stands in the form but is no widget cannot be filled in (12.5.6.19). */
static bool
is_widget(struct pdf_value dict)
{
	return !pdf_has(dict, "Subtype") || pdf_name_is(pdf_get(dict, "Subtype"), "Widget");
}

/* An empty signature field that was there gets its signature. */
static enum antin_rc
report_signed(struct pdf_review *v, const struct pdf_pair *p, struct antin_err *err)
{
	const struct pdf_field *f = pdf_field_of(&v->young_form, v->fill.num);
	struct pdf_new_signature s = {.index = (size_t)(f - v->young_form.fields),
	                              .valued = true,
	                              .visible = pdf_widget_visible(p->old),
	                              .there = true};

	return pdf_report_signature(v, &s, err);
}

/* The dictionaries differ: by filling in, or how else. */
static enum antin_rc
judge_field(struct pdf_review *v, const struct pdf_pair *p, struct antin_slice name,
            struct antin_err *err)
{
	char bad[PDF_NAME + 1];
	enum antin_rc rc = pdf_judge_dict(v, p->old, p->young, fill_rules, bad, err);

	if (rc != ANTIN_OK)
		return rc;
	if (bad[0] || !is_widget(p->old))
		return pdf_change_add(v, ANTIN_CHANGE_OTHER,
		                      v->fill.problem
		                              ? v->fill.problem
		                              : N_("the field %s was changed beyond filling it in"),
		                      name, v->fill.num, err);
	/* A kid shows what its field, signed now, has above it. */
	if (pdf_name_is(v->fill.type, "Sig") &&
	    pdf_field_valued(&v->young_form, pdf_field_of(&v->young_form, v->fill.num)))
		return report_signed(v, p, err);
	return pdf_change_add(v, ANTIN_CHANGE_FILL, N_("the field %s was filled in"), name,
	                      v->fill.num, err);
}

enum antin_rc
pdf_review_filled(struct pdf_review *v, size_t index, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_pair) p = {0};
	ANTIN_SCOPED(pdf_object) holder = {0};
	ANTIN_SCOPED(antin_bytes) name = {0};
	const struct pdf_field *f = &v->old_form.fields[index];
	enum antin_rc rc = pdf_load(v->d, v->old, f->num, &p.old_holder, err);

	if (rc == ANTIN_OK)
		rc = pdf_load(v->d, v->young, f->num, &p.young_holder, err);
	if (rc != ANTIN_OK)
		return rc;
	p.old = pdf_root(&p.old_holder.tree);
	p.young = pdf_root(&p.young_holder.tree);
	pdf_field_name(&v->old_form, index, &name);
	if (f->signature && f->has_value)
		return pdf_change_add(
		        v, ANTIN_CHANGE_OTHER,
		        N_("the signed field %s was changed or its signature removed"),
		        antin_bytes_slice(&name), f->num, err);
	if (pdf_is_locked(v, antin_bytes_slice(&name)))
		return pdf_change_add(v, ANTIN_CHANGE_OTHER, N_("the locked field %s was changed"),
		                      antin_bytes_slice(&name), f->num, err);
	if (!pdf_names_nothing(v, f->num))
		return pdf_change_add(v, ANTIN_CHANGE_OTHER, PDF_TWO_PURPOSES,
		                      (struct antin_slice){0}, f->num, err);
	v->fill = (struct pdf_fill){.num = f->num};
	rc = is_new_value(v, index, &v->fill.valued, err);
	if (rc == ANTIN_OK)
		rc = pdf_inherited(v, false, index, "FT", &holder, &v->fill.type, err);
	if (rc == ANTIN_OK)
		rc = drop_push_button(v, index, err);
	if (rc == ANTIN_OK)
		rc = judge_field(v, &p, antin_bytes_slice(&name), err);
	v->fill = (struct pdf_fill){0};
	return rc;
}
