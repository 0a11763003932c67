/*
 * What readers draw by themselves, by the fonts and the style of the form: widgets and texts on the
 * page without looks, and every widget where the form asks for that (ISO
 * 32000-1, 12.7.2, 12.7.3.3).
 */
#include <stdio.h>

#include "review.h"

/* Readers are asked to draw every widget anew. */
static bool
asks_to_draw(struct pdf_value form)
{
	struct pdf_value need = pdf_get(form, "NeedAppearances");

	return !pdf_is(need, PDF_NULL) && (!pdf_is(need, PDF_BOOL) || pdf_node_of(need)->v.number);
}

/* 12.5.5: the normal look is a stream, or one of each state. */
static enum antin_rc
has_look(struct pdf_review *v, struct pdf_value dict, bool *yes, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) holder = {0};
	ANTIN_SCOPED(pdf_object) look = {0};
	struct pdf_value looks = {0}, normal = {0};
	enum antin_rc rc = pdf_follow_key(v->d, v->old, dict, "AP", &holder, &looks, err);

	if (rc == ANTIN_OK)
		rc = pdf_follow_key(v->d, v->old, looks, "N", &look, &normal, err);
	*yes = look.stream || (pdf_is(normal, PDF_DICT) && pdf_count(normal) > 0 &&
	                       pdf_is(pdf_get(dict, "AS"), PDF_NAME_KIND));
	return rc;
}

/* A text into which nothing is filled in, or no field at all: who draws it shows nothing. */
static enum antin_rc
is_blank(struct pdf_review *v, const struct pdf_field *f, struct pdf_value dict, bool *yes,
         struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) holder = {0};
	struct pdf_value type = pdf_get(dict, "FT");
	enum antin_rc rc = ANTIN_OK;

	if (f)
		rc = pdf_inherited(v, false, (size_t)(f - v->old_form.fields), "FT", &holder, &type,
		                   err);
	*yes = (pdf_is(type, PDF_NULL) || pdf_name_is(type, "Tx")) &&
	       (f ? !pdf_field_valued(&v->old_form, f)
	          : !pdf_has(dict, "V") && !pdf_has(dict, "Parent"));
	return rc;
}

/* The object shows something that readers draw; with `looks`, or shows its looks. */
static enum antin_rc
shows(struct pdf_review *v, uint32_t num, bool looks, bool *yes, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) o = {0};
	const struct pdf_field *f = pdf_field_of(&v->old_form, num);
	struct pdf_value dict;
	bool widget, look = false, blank = false;
	enum antin_rc rc = pdf_load(v->d, v->old, num, &o, err);

	if (rc != ANTIN_OK)
		return rc == ANTIN_E_NOT_FOUND ? ANTIN_OK : rc;
	dict = pdf_root(&o.tree);
	widget = pdf_name_is(pdf_get(dict, "Subtype"), "Widget");
	/* What stands deeper inside is not looked into. */
	*yes = !f && !widget && !pdf_name_is(pdf_get(dict, "Subtype"), "FreeText");
	if (*yes || (f ? f->signature : pdf_name_is(pdf_get(dict, "FT"), "Sig")) ||
	    (!widget && pdf_has(dict, "Kids")))
		return ANTIN_OK;
	rc = has_look(v, dict, &look, err);
	if (rc == ANTIN_OK && !look && (f || widget))
		rc = is_blank(v, f, dict, &blank, err);
	*yes = look ? looks && (f || widget) : !blank;
	return rc;
}

static enum antin_rc
any_shows(struct pdf_review *v, bool looks, bool *yes, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	*yes = false;
	for (size_t i = 0; !*yes && rc == ANTIN_OK && i < v->old_form.n; i++)
		rc = shows(v, v->old_form.fields[i].num, looks, yes, err);
	/* Readers draw those too that hang in no form. */
	for (size_t i = 0; !*yes && rc == ANTIN_OK && i < v->n_drawn; i++)
		rc = shows(v, v->drawn[i], looks, yes, err);
	return rc;
}

enum antin_rc
pdf_judge_drawing(struct pdf_review *v, const struct pdf_pair *p, char bad[PDF_NAME + 1],
                  struct antin_err *err)
{
	static const char *const keys[] = {"DR", "DA", "Q"};
	const char *changed = NULL;
	bool shown = false, asked = asks_to_draw(p->young);
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (pdf_has(p->young, keys[i]) && !pdf_has(p->old, keys[i]))
			changed = keys[i];
	if (changed && asked)
		shown = true;
	else if (changed)
		rc = any_shows(v, false, &shown, err);
	if (rc == ANTIN_OK && !shown && asks_to_draw(p->old) && !asked) {
		changed = "NeedAppearances";
		rc = any_shows(v, true, &shown, err);
	}
	if (rc == ANTIN_OK && shown)
		(void)snprintf(bad, PDF_NAME + 1, "%s", changed);
	return rc;
}
