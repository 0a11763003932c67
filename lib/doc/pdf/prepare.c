/*
 * A place for a new signature (ISO 32000-1, 12.7.4.5 and 12.8; EN 319 142-1, 4 and 5): an invisible
 * signature field on the first page, appended without touching an earlier byte.
 */
#include <stdio.h>
#include <string.h>

#include "pages.h"
#include "update.h"

/* One preparation: what is written where. */
struct work {
	struct pdf *d;
	const struct antin_doc_place *place;
	struct antin_slot *slot;
	struct pdf_update u;
	uint32_t signature, field, page;
	size_t range; /* place of the byte range in the tail */
};

/* Why this file cannot be signed safely. */
static enum antin_rc
refuse_unsafe(struct work *w, const struct pdf_form *form, struct antin_err *err)
{
	struct pdf *d = w->d;

	if (d->tail)
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("%llu bytes follow the end mark of the file"),
		                  (unsigned long long)d->tail);
	if (d->remains)
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("the file holds a signature that no field shows; save it anew "
		                     "in the program it comes from"));
	if (form->xfa)
		return antin_fail(err, ANTIN_E_UNSUPPORTED, N_("the file is an XFA form"));
	if (w->place->certify && d->doc.n_sigs > 0)
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("only the first signature of a file can certify it"));
	for (size_t i = 0; i < d->doc.n_sigs; i++)
		if (d->doc.sigs[i].docmdp == 1)
			return antin_fail(
			        err, ANTIN_E_POLICY,
			        N_("the file was certified so that nothing may be added"));
	return ANTIN_OK;
}

/* Page contents are streams, annotations are dictionaries other than the page itself. */
static enum antin_rc
check_page(struct work *w, const struct pdf_object *page, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) holder = {0};
	struct pdf_value contents = {0}, raw = pdf_get(pdf_root(&page->tree), "Contents");
	struct pdf_value annots = pdf_get(pdf_root(&page->tree), "Annots");
	bool is_stream;
	enum antin_rc rc = pdf_follow(w->d, pdf_last(w->d), raw, &holder, &contents, err);

	if (rc != ANTIN_OK)
		return rc;
	is_stream = pdf_is(raw, PDF_REF) && holder.stream;
	if (pdf_is(annots, PDF_REF) && pdf_node_of(annots)->v.ref.num == page->num)
		is_stream = false;
	else if (pdf_is(contents, PDF_NULL) || pdf_is(contents, PDF_ARRAY))
		is_stream = true;
	if (!is_stream)
		return antin_fail(err, ANTIN_E_DAMAGED, N_("the first page of the file is broken"));
	return ANTIN_OK;
}

/* "SignatureN" above all of that name. */
static void
write_title(const struct pdf_form *form, struct antin_bytes *out)
{
	static const char stem[] = "Signature";
	unsigned long highest = 0;

	for (size_t i = 0; i < form->n; i++) {
		struct antin_in in = antin_in_of(antin_bytes_slice(&form->fields[i].title));
		struct antin_slice head;
		unsigned long n = 0;
		uint8_t digit = 0;

		if (form->fields[i].parent != SIZE_MAX ||
		    !antin_in_take(&in, sizeof(stem) - 1, &head) || !antin_slice_is(head, stem))
			continue;
		while (n <= PDF_OBJECTS && antin_in_u8(&in, &digit) && digit >= '0' && digit <= '9')
			n = n * 10 + digit - '0';
		highest = n > highest && n <= PDF_OBJECTS ? n : highest;
	}
	antin_bytes_printf(out, "%s%lu", stem, highest + 1);
}

/* First of all, so that pdf_hold finds it whatever follows. */
static enum antin_rc
write_signature(struct work *w, struct antin_err *err)
{
	enum antin_rc rc = pdf_update_open(&w->u, w->signature, 0, err);

	if (rc == ANTIN_OK)
		rc = pdf_dictionary_write(w->place, w->slot, w->u.out, &w->range, err);
	pdf_update_close(&w->u);
	return rc;
}

static enum antin_rc
write_field(struct work *w, const struct pdf_form *form, uint32_t page_gen, struct antin_err *err)
{
	struct antin_bytes *out = w->u.out;
	enum antin_rc rc = pdf_update_open(&w->u, w->field, 0, err);

	if (rc != ANTIN_OK)
		return rc;
	antin_bytes_text(out, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (");
	write_title(form, out);
	antin_bytes_printf(out, ") /V %u 0 R /F 132 /Rect [0 0 0 0] /P %u %u R >>", w->signature,
	                   w->page, page_gen);
	pdf_update_close(&w->u);
	return rc;
}

/* Writes an object again with edits of its dictionary. */
static enum antin_rc
rewrite(struct work *w, const struct pdf_object *o, const struct pdf_edit *edits, size_t n,
        struct antin_err *err)
{
	enum antin_rc rc = pdf_update_open(&w->u, o->num, o->gen, err);

	if (rc != ANTIN_OK)
		return rc;
	pdf_edit_write(pdf_root(&o->tree), edits, n, w->u.out);
	pdf_update_close(&w->u);
	return ANTIN_OK;
}

/*
 * `dict`'s array under `key` with the field added.  An array that is an object is written again
 * at once and `value` stays empty, unless `inside`; otherwise `value` is the new text of the key.
 */
static enum antin_rc
extend_array(struct work *w, struct pdf_value dict, const char *key, bool inside,
             struct antin_bytes *value, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) holder = {0};
	struct pdf_value array = {0}, raw = pdf_get(dict, key);
	enum antin_rc rc = pdf_follow(w->d, pdf_last(w->d), raw, &holder, &array, err);

	if (rc != ANTIN_OK)
		return rc;
	if (pdf_is(array, PDF_NULL)) {
		antin_bytes_printf(value, "[%u 0 R]", w->field);
		return ANTIN_OK;
	}
	if (!pdf_is(array, PDF_ARRAY))
		return antin_fail(err, ANTIN_E_DAMAGED, N_("/%s is not an array"), key);
	if (inside || !pdf_is(raw, PDF_REF)) {
		pdf_array_write(array, w->field, value);
		return ANTIN_OK;
	}
	rc = pdf_update_open(&w->u, holder.num, holder.gen, err);
	if (rc != ANTIN_OK)
		return rc;
	pdf_array_write(array, w->field, w->u.out);
	pdf_update_close(&w->u);
	return ANTIN_OK;
}

static enum antin_rc
write_page(struct work *w, const struct pdf_object *page, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) value = {0};
	struct pdf_edit edit = {"Annots", NULL};
	enum antin_rc rc = extend_array(w, pdf_root(&page->tree), "Annots", false, &value, err);

	if (rc != ANTIN_OK || value.len == 0)
		return rc;
	edit.value = antin_bytes_cstr(&value);
	return edit.value ? rewrite(w, page, &edit, 1, err) : antin_fail_memory(err);
}

/* The form's dictionary with the field and the flags "signatures exist", "append only". */
static enum antin_rc
form_text(struct work *w, struct pdf_value form, struct antin_bytes *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) fields = {0};
	struct pdf_edit edits[2] = {{"SigFlags", "3"}, {"Fields", NULL}};
	enum antin_rc rc;

	if (pdf_is(form, PDF_NULL)) {
		antin_bytes_printf(out, "<< /Fields [%u 0 R] /SigFlags 3 >>", w->field);
		return ANTIN_OK;
	}
	/* The list stands inside of the form: some programs find it nowhere else. */
	rc = extend_array(w, form, "Fields", true, &fields, err);
	if (rc != ANTIN_OK)
		return rc;
	edits[1].value = antin_bytes_cstr(&fields);
	pdf_edit_write(form, edits, 2, out);
	return antin_bytes_check(&fields, err);
}

static enum antin_rc
permissions_text(struct work *w, struct pdf_value catalog, struct antin_bytes *out,
                 struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) holder = {0};
	char reference[32];
	struct pdf_edit edit = {"DocMDP", reference};
	struct pdf_value perms = {0};
	enum antin_rc rc =
	        pdf_follow_key(w->d, pdf_last(w->d), catalog, "Perms", &holder, &perms, err);

	if (rc != ANTIN_OK)
		return rc;
	if (pdf_has(perms, "DocMDP"))
		return antin_fail(err, ANTIN_E_POLICY, N_("the file is certified already"));
	(void)snprintf(reference, sizeof(reference), "%u 0 R", w->signature);
	if (pdf_is(perms, PDF_DICT))
		pdf_edit_write(perms, &edit, 1, out);
	else
		antin_bytes_printf(out, "<< /DocMDP %s >>", reference);
	return ANTIN_OK;
}

/* Form and catalogue; the catalogue is written again only if something in it changes. */
static enum antin_rc
write_catalog(struct work *w, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) catalog = {0};
	ANTIN_SCOPED(pdf_object) holder = {0};
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bytes) perms = {0};
	struct pdf_edit edits[2];
	struct pdf_value form = {0};
	char reference[32];
	uint32_t num;
	bool own;
	size_t n = 0;
	enum antin_rc rc = pdf_catalog(w->d, pdf_last(w->d), &catalog, err);

	if (rc == ANTIN_OK)
		rc = pdf_follow_key(w->d, pdf_last(w->d), pdf_root(&catalog.tree), "AcroForm",
		                    &holder, &form, err);
	if (rc == ANTIN_OK)
		rc = form_text(w, form, &text, err);
	if (rc != ANTIN_OK)
		return rc;
	/* A form inside of the catalogue moves out: some programs add to no other kind. */
	own = form.tree == &holder.tree;
	num = own ? holder.num : w->u.next++;
	rc = pdf_update_open(&w->u, num, own ? holder.gen : 0, err);
	antin_bytes_add(w->u.out, text.p, text.len);
	pdf_update_close(&w->u);
	(void)snprintf(reference, sizeof(reference), "%u 0 R", num);
	if (!own)
		edits[n++] = (struct pdf_edit){"AcroForm", reference};
	if (rc == ANTIN_OK && w->place->certify) {
		rc = permissions_text(w, pdf_root(&catalog.tree), &perms, err);
		edits[n++] = (struct pdf_edit){"Perms", antin_bytes_cstr(&perms)};
		if (rc == ANTIN_OK && !edits[n - 1].value)
			rc = antin_fail_memory(err);
	}
	return rc == ANTIN_OK && n > 0 ? rewrite(w, &catalog, edits, n, err) : rc;
}

static enum antin_rc
write_update(struct work *w, const struct pdf_form *form, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) page = {0};
	enum antin_rc rc = pdf_first_page(w->d, &w->page, err);

	if (rc == ANTIN_OK)
		rc = pdf_load(w->d, pdf_last(w->d), w->page, &page, err);
	if (rc == ANTIN_OK)
		rc = check_page(w, &page, err);
	if (rc == ANTIN_OK)
		rc = pdf_update_begin(w->d, &w->slot->tail, &w->u, err);
	if (rc != ANTIN_OK)
		return rc;
	w->signature = w->u.next++;
	w->field = w->u.next++;
	rc = write_signature(w, err);
	if (rc == ANTIN_OK)
		rc = write_field(w, form, page.gen, err);
	if (rc == ANTIN_OK)
		rc = write_page(w, &page, err);
	if (rc == ANTIN_OK)
		rc = write_catalog(w, err);
	if (rc == ANTIN_OK)
		rc = pdf_update_end(&w->u, err);
	return rc == ANTIN_OK ? pdf_range_write(w->slot, w->slot->tail.p + w->range, err) : rc;
}

enum antin_rc
pdf_prepare(struct antin_doc *doc, const struct antin_doc_place *place, struct antin_slot *out,
            struct antin_err *err)
{
	ANTIN_SCOPED(pdf_form) form = {0};
	struct work w = {.d = (struct pdf *)doc, .place = place, .slot = out};
	enum antin_rc rc = pdf_form_read(w.d, pdf_last(w.d), &form, err);

	if (rc == ANTIN_OK && !pdf_place_sensible(place))
		rc = antin_fail(err, ANTIN_E_INTERNAL,
		                N_("the place of a signature makes no sense"));
	if (rc == ANTIN_OK)
		rc = refuse_unsafe(&w, &form, err);
	return rc == ANTIN_OK ? write_update(&w, &form, err) : rc;
}
