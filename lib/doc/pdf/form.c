/*
 * The interactive form (ISO 32000-1, 12.7): its field tree, breadth first, each field once.
 */
#include "reader.h"

#include <stdlib.h>

void
pdf_form_done(struct pdf_form *f)
{
	for (size_t i = 0; i < f->n; i++)
		antin_bytes_done(&f->fields[i].title);
	free(f->fields);
	free(f->keys);
	*f = (struct pdf_form){0};
}

/* A set of object numbers. */
struct seen {
	uint8_t *bits;
	uint32_t size;
};

static bool
mark_seen(struct seen *s, uint32_t num)
{
	uint8_t bit = (uint8_t)(1 << (num & 7));

	if (num >= s->size || (s->bits[num / 8] & bit))
		return false;
	s->bits[num / 8] |= bit;
	return true;
}

static enum antin_rc
add_field(struct pdf_form *f, uint32_t num, size_t parent, struct antin_err *err)
{
	struct pdf_field *grown;

	if (f->n == f->cap) {
		size_t cap = f->cap ? f->cap * 2 : 16;

		if (f->n >= PDF_FIELDS)
			return antin_fail(err, ANTIN_E_TOO_LARGE,
			                  N_("the form has too many fields"));
		grown = realloc(f->fields, cap * sizeof(*grown));
		if (!grown)
			return antin_fail_memory(err);
		f->fields = grown;
		f->cap = cap;
	}
	f->fields[f->n] = (struct pdf_field){.num = num, .parent = parent};
	if (parent != SIZE_MAX) {
		f->fields[f->n].depth = f->fields[parent].depth + 1;
		f->fields[f->n].signature = f->fields[parent].signature;
	}
	f->n++;
	return ANTIN_OK;
}

/* The fields an array refers to, if they exist. */
static enum antin_rc
add_fields(struct pdf *d, unsigned int revision, struct pdf_form *f, struct seen *seen,
           struct pdf_value array, size_t parent, struct antin_err *err)
{
	struct pdf_iter it = pdf_iter_of(array);
	struct pdf_value item;
	enum antin_rc rc = ANTIN_OK;

	if (!pdf_is(array, PDF_ARRAY))
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("a list of form fields is not an array"));
	if (parent != SIZE_MAX && f->fields[parent].depth >= PDF_FIELD_DEPTH)
		return antin_fail(err, ANTIN_E_DAMAGED, N_("the form is nested too deeply"));
	while (rc == ANTIN_OK && pdf_iter_item(&it, &item)) {
		uint32_t num = pdf_node_of(item)->v.ref.num;

		if (!pdf_is(item, PDF_REF))
			return antin_fail(err, ANTIN_E_DAMAGED,
			                  N_("a form field is not an object of its own"));
		if (!pdf_in_use(d, revision, num))
			continue;
		if (!mark_seen(seen, num))
			return antin_fail(err, ANTIN_E_DAMAGED,
			                  N_("the form lists field %u more than once"), num);
		rc = add_field(f, num, parent, err);
	}
	return rc;
}

static enum antin_rc
read_field(struct pdf *d, unsigned int revision, struct pdf_form *f, struct seen *seen, size_t i,
           struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) o = {0};
	ANTIN_SCOPED(pdf_object) holder = {0};
	struct pdf_value dict, v = {0};
	struct pdf_field *field = &f->fields[i];
	enum antin_rc rc = pdf_load(d, revision, field->num, &o, err);

	if (rc != ANTIN_OK)
		return rc;
	dict = pdf_root(&o.tree);
	if (!pdf_is(dict, PDF_DICT) || o.stream)
		return antin_fail(err, ANTIN_E_DAMAGED, N_("form field %u is not a dictionary"),
		                  field->num);
	if (pdf_has(dict, "FT"))
		field->signature = pdf_name_is(pdf_get(dict, "FT"), "Sig");
	field->has_value = pdf_has(dict, "V");
	if (pdf_is(pdf_get(dict, "V"), PDF_REF))
		field->value = pdf_node_of(pdf_get(dict, "V"))->v.ref.num;
	rc = pdf_follow_key(d, revision, dict, "T", &holder, &v, err);
	if (rc != ANTIN_OK)
		return rc;
	pdf_string_utf8(v, &field->title);
	rc = pdf_follow_key(d, revision, dict, "Kids", &holder, &v, err);
	if (rc == ANTIN_OK && !pdf_is(v, PDF_NULL))
		rc = add_fields(d, revision, f, seen, v, i, err);
	return rc;
}

static enum antin_rc
read_form(struct pdf *d, unsigned int revision, struct pdf_form *f, struct seen *seen,
          struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) catalog = {0};
	ANTIN_SCOPED(pdf_object) form = {0};
	ANTIN_SCOPED(pdf_object) holder = {0};
	struct pdf_value dict = {0}, fields = {0};
	enum antin_rc rc = pdf_catalog(d, revision, &catalog, err);

	if (rc == ANTIN_OK)
		rc = pdf_follow_key(d, revision, pdf_root(&catalog.tree), "AcroForm", &form, &dict,
		                    err);
	if (rc != ANTIN_OK || !pdf_is(dict, PDF_DICT))
		return rc;
	f->present = true;
	f->xfa = pdf_has(dict, "XFA");
	rc = pdf_follow_key(d, revision, dict, "Fields", &holder, &fields, err);
	if (rc == ANTIN_OK && !pdf_is(fields, PDF_NULL))
		rc = add_fields(d, revision, f, seen, fields, SIZE_MAX, err);
	for (size_t i = 0; rc == ANTIN_OK && i < f->n; i++)
		rc = read_field(d, revision, f, seen, i, err);
	return rc;
}

static int
by_number(const void *a, const void *b)
{
	const struct pdf_field_key *x = a, *y = b;

	return (x->num > y->num) - (x->num < y->num);
}

/* Fields by number, for looking them up. */
static enum antin_rc
sort_keys(struct pdf_form *f, struct antin_err *err)
{
	f->keys = calloc(f->n + 1, sizeof(*f->keys));
	if (!f->keys)
		return antin_fail_memory(err);
	for (size_t i = 0; i < f->n; i++)
		f->keys[i] = (struct pdf_field_key){f->fields[i].num, (uint32_t)i};
	qsort(f->keys, f->n, sizeof(*f->keys), by_number);
	return ANTIN_OK;
}

enum antin_rc
pdf_form_read(struct pdf *d, unsigned int revision, struct pdf_form *out, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_form) f = {0};
	struct seen seen = {.bits = calloc(1, d->size / 8 + 1), .size = d->size};
	enum antin_rc rc =
	        seen.bits ? read_form(d, revision, &f, &seen, err) : antin_fail_memory(err);

	free(seen.bits);
	if (rc == ANTIN_OK)
		rc = sort_keys(&f, err);
	if (rc != ANTIN_OK)
		return rc;
	pdf_form_done(out);
	*out = f;
	f = (struct pdf_form){0};
	return ANTIN_OK;
}

void
pdf_field_name(const struct pdf_form *f, size_t i, struct antin_bytes *out)
{
	size_t path[PDF_FIELD_DEPTH + 2] = {0}, n = 0;

	for (; i != SIZE_MAX; i = f->fields[i].parent)
		path[n++] = i;
	while (n-- > 0) {
		const struct antin_bytes *title = &f->fields[path[n]].title;

		if (title->len == 0)
			continue;
		if (out->len)
			antin_bytes_byte(out, '.');
		antin_bytes_add(out, title->p, title->len);
	}
}

const struct pdf_field *
pdf_field_of(const struct pdf_form *f, uint32_t num)
{
	struct pdf_field_key key = {.num = num};
	const struct pdf_field_key *at =
	        f->n ? bsearch(&key, f->keys, f->n, sizeof(key), by_number) : NULL;

	return at ? &f->fields[at->index] : NULL;
}

bool
pdf_field_valued(const struct pdf_form *f, const struct pdf_field *field)
{
	while (field && !field->has_value)
		field = field->parent == SIZE_MAX ? NULL : &f->fields[field->parent];
	return field != NULL;
}
