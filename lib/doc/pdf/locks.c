/*
 * Fields that a signature locked against filling in (ISO 32000-1, 12.8.2.4 and 12.7.4.5).
 */
#include <string.h>

#include "review.h"

struct lock_row {
	const char *name;
	enum pdf_lock_action action;
};
static const struct lock_row lock_rows[] = {
        {"Include", PDF_LOCK_INCLUDE},
        {"Exclude", PDF_LOCK_EXCLUDE},
};

/* What is locked: /Action and /Fields, in a transformation or in the field itself. */
static enum antin_rc
read_lock(struct pdf_review *v, struct pdf_value params, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) list = {0};
	struct pdf_value names = {0}, name;
	struct pdf_lock *l = &v->locks[v->n_locks < PDF_LOCKS ? v->n_locks : 0];
	struct pdf_iter it;
	enum antin_rc rc = pdf_follow_key(v->d, v->base, params, "Fields", &list, &names, err);

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
	while (rc == ANTIN_OK && pdf_iter_item(&it, &name)) {
		ANTIN_SCOPED(pdf_object) holder = {0};

		rc = pdf_follow(v->d, v->base, name, &holder, &name, err);
		if (rc == ANTIN_OK)
			pdf_string_utf8(name, &l->names);
		antin_bytes_byte(&l->names, 0);
	}
	return rc == ANTIN_OK ? antin_bytes_check(&l->names, err) : rc;
}

static enum antin_rc
read_reference(struct pdf_review *v, struct pdf_value reference, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) holder = {0};
	ANTIN_SCOPED(pdf_object) inner = {0};
	struct pdf_value dict = {0}, params = {0};
	enum antin_rc rc = pdf_follow(v->d, v->base, reference, &holder, &dict, err);

	if (rc != ANTIN_OK || !pdf_name_is(pdf_get(dict, "TransformMethod"), "FieldMDP"))
		return rc;
	rc = pdf_follow_key(v->d, v->base, dict, "TransformParams", &inner, &params, err);
	return rc == ANTIN_OK ? read_lock(v, params, err) : rc;
}

/* 12.7.4.5: what the field says shall be locked when it is signed. */
static enum antin_rc
read_own_lock(struct pdf_review *v, struct pdf_value field, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) holder = {0};
	struct pdf_value lock = {0};
	enum antin_rc rc = pdf_follow_key(v->d, v->base, field, "Lock", &holder, &lock, err);

	return rc == ANTIN_OK && pdf_is(lock, PDF_DICT) ? read_lock(v, lock, err) : rc;
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
		rc = read_reference(v, item, err);
	return rc == ANTIN_OK ? read_own_lock(v, pdf_root(&o.tree), err) : rc;
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

/* The field of this name, or one below it. */
static bool
is_below(struct antin_slice name, struct antin_slice top)
{
	return name.len >= top.len && memcmp(name.p, top.p, top.len) == 0 &&
	       (name.len == top.len || name.p[top.len] == '.');
}

/* A name stands for the fields below it too; what a field above is given, they inherit. */
static bool
lock_names(const struct pdf_lock *l, struct antin_slice name)
{
	struct antin_in in = antin_in_of(antin_bytes_slice(&l->names));

	while (antin_in_left(&in)) {
		const uint8_t *end = memchr(in.p, 0, antin_in_left(&in));
		struct antin_slice s = {in.p, end ? (size_t)(end - in.p) : antin_in_left(&in)};

		if (is_below(name, s) || (l->action == PDF_LOCK_INCLUDE && is_below(s, name)))
			return true;
		in.p += s.len + (end ? 1 : 0);
	}
	return false;
}

bool
pdf_is_locked(const struct pdf_review *v, struct antin_slice name)
{
	for (size_t i = 0; i < v->n_locks; i++) {
		const struct pdf_lock *l = &v->locks[i];

		if (l->action == PDF_LOCK_ALL ||
		    lock_names(l, name) == (l->action == PDF_LOCK_INCLUDE))
			return true;
	}
	return false;
}
