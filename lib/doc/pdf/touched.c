/*
 * What a revision lists, whether its bytes are just that, and who referred to it.  See review.h.
 */
#include <stdlib.h>
#include <string.h>

#include "review.h"

#define LEADS_BACK N_("a later table leads into an earlier part of the file")
#define DELETED    N_("an object of the signed version was deleted")
#define NO_OBJECT  N_("bytes were appended that belong to no object")

static int
by_uint(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static size_t
entries_after(const struct pdf *d, unsigned int revision)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n_sections; i++)
		n += d->sections[i].revision > revision ? d->sections[i].n : 0;
	return n;
}

enum antin_rc
pdf_review_targets(struct pdf_review *v, struct antin_err *err)
{
	struct pdf_value root = pdf_get(pdf_trailer(v->d, v->base), "Root");

	v->targets = calloc(entries_after(v->d, v->base) + 2 * v->d->n_sections + 1,
	                    sizeof(*v->targets));
	if (!v->targets)
		return antin_fail_memory(err);
	/* What rules change behind the catalogue is theirs if the catalogue is nothing else. */
	if (pdf_is(root, PDF_REF))
		v->targets[v->n_targets++] = pdf_node_of(root)->v.ref.num;
	for (size_t i = 0; i < v->d->n_sections; i++) {
		const struct pdf_section *s = &v->d->sections[i];

		if (s->revision <= v->base)
			continue;
		v->targets[v->n_targets++] = s->own;
		v->targets[v->n_targets++] = s->own_stm;
		for (size_t k = 0; k < s->n; k++)
			v->targets[v->n_targets++] = s->entries[k].num;
	}
	qsort(v->targets, v->n_targets, sizeof(*v->targets), by_uint);
	return ANTIN_OK;
}

/* Keys whose references rules ask for. */
static const char *const asked[] = {
        "Annots", "Fields", "AcroForm", "Metadata", "DSS", "Certs", "CRLs", "OCSPs", "VRI",
        "Info",   "Root",   "Data",     "Parent",   "Obj", "Popup", "IRT",  "T",     "AN",
};

static const char *
known_key(struct pdf_value key)
{
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		if (pdf_name_is(key, asked[i]))
			return asked[i];
	return "";
}

static enum antin_rc
add_ref(struct pdf_review *v, const struct pdf_backref *ref, struct antin_err *err)
{
	struct pdf_backref *grown;

	if (!bsearch(&ref->target, v->targets, v->n_targets, sizeof(ref->target), by_uint))
		return ANTIN_OK;
	if (v->n_refs == v->cap_refs) {
		size_t cap = v->cap_refs ? v->cap_refs * 2 : 64;

		grown = realloc(v->refs, cap * sizeof(*grown));
		if (!grown)
			return antin_fail_memory(err);
		v->refs = grown;
		v->cap_refs = cap;
	}
	v->refs[v->n_refs++] = *ref;
	v->refs_sorted = false;
	return ANTIN_OK;
}

/* Annotations that readers can draw by themselves, and what else holds such a name. */
static enum antin_rc
note_drawn(struct pdf_review *v, struct pdf_value name, uint32_t num, struct antin_err *err)
{
	uint32_t *grown;

	if ((!pdf_name_is(name, "Widget") && !pdf_name_is(name, "FreeText")) ||
	    (v->n_drawn && v->drawn[v->n_drawn - 1] == num))
		return ANTIN_OK;
	if (v->n_drawn == v->cap_drawn) {
		size_t cap = v->cap_drawn ? v->cap_drawn * 2 : 64;

		grown = realloc(v->drawn, cap * sizeof(*grown));
		if (!grown)
			return antin_fail_memory(err);
		v->drawn = grown;
		v->cap_drawn = cap;
	}
	v->drawn[v->n_drawn++] = num;
	return ANTIN_OK;
}

/* Where a walk over the nodes of an object stands: open dictionaries and arrays. */
struct level {
	uint32_t end;
	bool dict, value_next;
	const char *key;
};

static enum antin_rc
scan_tree(struct pdf_review *v, const struct pdf_tree *t, uint32_t num, struct antin_err *err)
{
	struct level open[PDF_DEPTH + 2];
	size_t n = 1;
	enum antin_rc rc = ANTIN_OK;

	open[0] = (struct level){.end = t->n, .key = ""};
	for (uint32_t i = 0; i < t->n && rc == ANTIN_OK; i++) {
		const struct pdf_node *node = &t->nodes[i];
		struct level *top;

		while (n > 1 && i >= open[n - 1].end)
			n--;
		top = &open[n - 1];
		if (top->dict && !top->value_next) {
			top->key = known_key((struct pdf_value){t, i});
			top->value_next = true;
			continue;
		}
		top->value_next = false;
		if (node->kind == PDF_REF)
			rc = add_ref(v,
			             &(struct pdf_backref){node->v.ref.num, n == 2 ? num : 0,
			                                   top->key, !top->dict},
			             err);
		else if (node->kind == PDF_NAME_KIND)
			rc = note_drawn(v, (struct pdf_value){t, i}, num, err);
		else if (node->kind == PDF_DICT || node->kind == PDF_ARRAY)
			open[n++] =
			        (struct level){node->next, node->kind == PDF_DICT, false, top->key};
	}
	return rc;
}

static enum antin_rc
scan_object(struct pdf_review *v, unsigned int revision, uint32_t num, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) o = {0};
	enum antin_rc rc = pdf_load(v->d, revision, num, &o, err);

	if (rc != ANTIN_OK)
		return rc == ANTIN_E_NOT_FOUND ? ANTIN_OK : rc;
	return scan_tree(v, &o.tree, num, err);
}

enum antin_rc
pdf_review_scan_base(struct pdf_review *v, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < v->d->n_sections; i++) {
		const struct pdf_section *s = &v->d->sections[i];

		for (size_t k = 0; s->revision <= v->base && k < s->n && rc == ANTIN_OK; k++)
			if (pdf_entry_of(v->d, v->base, s->entries[k].num) == &s->entries[k])
				rc = scan_object(v, v->base, s->entries[k].num, err);
	}
	return rc;
}

enum antin_rc
pdf_review_scan_touched(struct pdf_review *v, bool known, struct antin_err *err)
{
	const struct pdf_section *s = pdf_newest_section(v->d, v->young);
	enum antin_rc rc = known ? scan_tree(v, &s->trailer, 0, err) : ANTIN_OK;

	for (size_t i = 0; i < v->n_touched && rc == ANTIN_OK; i++)
		if ((v->touched[i].existed || v->touched[i].explained) == known)
			rc = scan_object(v, v->young, v->touched[i].num, err);
	return rc;
}

static bool
same_place(const struct pdf_entry *a, const struct pdf_entry *b)
{
	return a && b && a->type == b->type && a->at == b->at && a->gen == b->gen &&
	       a->hidden == b->hidden;
}

/* Equal streams octet by octet; both lengths are equal already. */
static enum antin_rc
same_data(struct pdf *d, const struct pdf_object *a, const struct pdf_object *b, bool *same,
          struct antin_err *err)
{
	uint8_t x[4096], y[4096];
	enum antin_rc rc = ANTIN_OK;

	for (uint64_t at = 0; *same && rc == ANTIN_OK && at < a->data_len; at += sizeof(x)) {
		size_t n = a->data_len - at < sizeof(x) ? (size_t)(a->data_len - at) : sizeof(x);

		rc = antin_source_read(d->doc.source, a->data + at, x, n, err);
		if (rc == ANTIN_OK)
			rc = antin_source_read(d->doc.source, b->data + at, y, n, err);
		*same = rc == ANTIN_OK && memcmp(x, y, n) == 0;
	}
	return rc;
}

enum antin_rc
pdf_objects_same(struct pdf *d, const struct pdf_object *a, const struct pdf_object *b, bool *same,
                 struct antin_err *err)
{
	*same = a->stream == b->stream && a->data_len == b->data_len &&
	        pdf_same(pdf_root(&a->tree), pdf_root(&b->tree));
	return same_data(d, a, b, same, err);
}

static enum antin_rc
unchanged(struct pdf_review *v, const struct pdf_object *young, bool *same, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) old = {0};
	enum antin_rc rc = pdf_load(v->d, v->old, young->num, &old, err);

	if (rc != ANTIN_OK)
		return rc;
	/* What refers to the object by the number it had finds it no more (7.3.10). */
	if (old.gen != young->gen)
		return pdf_change_add(v, ANTIN_CHANGE_OTHER, DELETED, (struct antin_slice){0},
		                      young->num, err);
	return pdf_objects_same(v->d, &old, young, same, err);
}

/* Containers of the update itself: its cross-reference streams and object streams. */
static bool
is_container(const struct pdf_review *v, const struct pdf_object *o)
{
	for (size_t i = 0; i < v->d->n_sections; i++) {
		const struct pdf_section *s = &v->d->sections[i];

		if (s->revision != v->young)
			continue;
		if ((s->stream && s->offset == o->at) || (s->stm && s->stm == o->at))
			return true;
		for (size_t k = 0; k < s->n; k++)
			if (s->entries[k].type == PDF_PACKED && s->entries[k].at == o->num)
				return pdf_name_is(pdf_get(pdf_root(&o->tree), "Type"), "ObjStm");
	}
	return false;
}

/* An update leads only to itself: into its own bytes, or into its own object streams. */
static bool
leads_inside(const struct pdf_review *v, const struct pdf_entry *e)
{
	const struct pdf_revision *r = &v->d->revisions[v->young];
	const struct pdf_entry *container;

	if (e->type == PDF_PLAIN)
		return e->at >= r->start && e->at < r->end;
	container = pdf_entry_of(v->d, v->young, (uint32_t)e->at);
	return container && container->type == PDF_PLAIN && container->at >= r->start;
}

/* Readers that find more behind "endstream" than an end of the word read what follows it too. */
static enum antin_rc
check_stream_end(struct pdf_review *v, const struct pdf_object *o, struct antin_err *err)
{
	struct pdf_lex lx = {.final = true};
	struct pdf_token t;
	enum antin_rc rc =
	        o->stream ? pdf_window(v->d, o->data + o->data_len, o->end, 64, err) : ANTIN_OK;

	if (rc != ANTIN_OK || !o->stream)
		return rc;
	lx.text = antin_bytes_slice(&v->d->window);
	if (pdf_lex_next(&lx, &t, NULL) == ANTIN_OK && pdf_token_is(&lx, &t, "endstream"))
		return ANTIN_OK;
	return pdf_change_add(v, ANTIN_CHANGE_OTHER, NO_OBJECT, (struct antin_slice){0}, o->num,
	                      err);
}

static enum antin_rc
look_at(struct pdf_review *v, const struct pdf_entry *e, struct pdf_touch *t, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) o = {0};
	bool same = false;
	enum antin_rc rc = ANTIN_OK;

	if (!leads_inside(v, e)) {
		t->explained = true;
		return pdf_change_add(v, ANTIN_CHANGE_OTHER, LEADS_BACK, (struct antin_slice){0},
		                      e->num, err);
	}
	rc = pdf_load(v->d, v->young, e->num, &o, err);
	if (rc != ANTIN_OK)
		return rc;
	t->plain = e->type == PDF_PLAIN;
	t->at = o.at;
	t->end = o.end;
	rc = check_stream_end(v, &o, err);
	if (rc == ANTIN_OK && t->existed)
		rc = unchanged(v, &o, &same, err);
	t->explained = same || (!t->existed && is_container(v, &o) && !pdf_was_referred(v, e->num));
	return rc;
}

static enum antin_rc
collect_entry(struct pdf_review *v, uint32_t num, struct antin_err *err)
{
	const struct pdf_entry *e = pdf_entry_of(v->d, v->young, num);
	const struct pdf_entry *before = pdf_entry_of(v->d, v->old, num);
	bool existed = before && before->type != PDF_FREE;
	struct pdf_touch *t;
	enum antin_rc rc = ANTIN_OK;

	if (!e || same_place(e, before))
		return ANTIN_OK;
	if (e->type == PDF_FREE)
		return existed ? pdf_change_add(v, ANTIN_CHANGE_OTHER, DELETED,
		                                (struct antin_slice){0}, num, err)
		               : ANTIN_OK;
	/* 7.5.8.4: for readers of the table alone it is deleted. */
	if (e->hidden && existed && !before->hidden)
		rc = pdf_change_add(v, ANTIN_CHANGE_OTHER, DELETED, (struct antin_slice){0}, num,
		                    err);
	if (rc != ANTIN_OK)
		return rc;
	t = &v->touched[v->n_touched++];
	*t = (struct pdf_touch){.num = num, .existed = existed};
	return look_at(v, e, t, err);
}

/* 7.5.8.1: a cross-reference stream need not list itself; some readers then take it all the same.
 */
static enum antin_rc
check_own(struct pdf_review *v, uint32_t num, uint64_t at, struct antin_err *err)
{
	const struct pdf_entry *e = pdf_entry_of(v->d, v->young, num);
	bool in_use = e && e->type != PDF_FREE;

	if (!num || (in_use && e->type == PDF_PLAIN && e->at == at) ||
	    (!in_use && !pdf_was_referred(v, num)))
		return ANTIN_OK;
	return pdf_change_add(v, ANTIN_CHANGE_OTHER, PDF_REPLACED, (struct antin_slice){0}, num,
	                      err);
}

enum antin_rc
pdf_review_collect(struct pdf_review *v, struct antin_err *err)
{
	const struct pdf_revision *r = &v->d->revisions[v->young];
	const struct pdf_section *newest = pdf_newest_section(v->d, v->young);
	size_t n = 0;
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = r->first; i < r->first + r->n; i++)
		n += v->d->sections[i].n;
	free(v->touched);
	v->n_touched = 0;
	v->touched = calloc(n + 1, sizeof(*v->touched));
	if (!v->touched)
		return antin_fail_memory(err);
	/* A later revision has one section: its numbers come in order, each once. */
	rc = check_own(v, newest->own, newest->offset, err);
	if (rc == ANTIN_OK)
		rc = check_own(v, newest->own_stm, newest->stm, err);
	if (rc == ANTIN_OK && newest->forks)
		rc = pdf_change_add(v, ANTIN_CHANGE_OTHER, LEADS_BACK, (struct antin_slice){0},
		                    newest->own_stm, err);
	for (size_t i = r->first; i < r->first + r->n; i++)
		for (size_t k = 0; k < v->d->sections[i].n && rc == ANTIN_OK; k++)
			rc = collect_entry(v, v->d->sections[i].entries[k].num, err);
	return rc;
}

struct part {
	uint64_t at, end;
};

static int
by_place(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* White space and comments, as between objects; or up to startxref, which stands behind them. */
static enum antin_rc
is_blank(struct pdf *d, uint64_t from, uint64_t to, bool last, bool *blank, struct antin_err *err)
{
	enum { MAX = 65536 };
	struct pdf_lex lx = {.final = true};
	struct pdf_token t;
	enum antin_rc rc;

	*blank = to <= from;
	if (to <= from || to - from > MAX)
		return ANTIN_OK;
	rc = pdf_window(d, from, to, MAX, err);
	if (rc != ANTIN_OK)
		return rc;
	lx.text = antin_bytes_slice(&d->window);
	*blank = pdf_lex_next(&lx, &t, NULL) == ANTIN_OK;
	if (*blank && last)
		*blank = pdf_token_is(&lx, &t, "startxref") &&
		         pdf_lex_next(&lx, &t, NULL) == ANTIN_OK && t.kind == PDF_T_INT &&
		         pdf_lex_next(&lx, &t, NULL) == ANTIN_OK;
	*blank = *blank && t.kind == PDF_T_END;
	return ANTIN_OK;
}

static size_t
gather_parts(const struct pdf_review *v, struct part *parts)
{
	const struct pdf_revision *r = &v->d->revisions[v->young];
	size_t n = 0;

	for (size_t i = 0; i < v->n_touched; i++)
		if (v->touched[i].plain)
			parts[n++] = (struct part){v->touched[i].at, v->touched[i].end};
	for (size_t i = r->first; i < r->first + r->n; i++) {
		const struct pdf_section *s = &v->d->sections[i];

		parts[n++] = (struct part){s->offset, s->end};
		if (s->stm)
			parts[n++] = (struct part){s->stm, s->stm_end};
	}
	qsort(parts, n, sizeof(*parts), by_place);
	parts[n++] = (struct part){r->end, r->end};
	return n;
}

/*
 * The appended bytes are exactly the objects and tables that are listed: what readers that repair
 * files would find between them is refused.
 */
enum antin_rc
pdf_review_bytes(struct pdf_review *v, struct antin_err *err)
{
	const struct pdf_revision *r = &v->d->revisions[v->young];
	struct part *parts = calloc(v->n_touched + 2 * r->n + 1, sizeof(*parts));
	uint64_t done = r->start;
	size_t n;
	bool blank = true;
	enum antin_rc rc = ANTIN_OK;

	if (!parts)
		return antin_fail_memory(err);
	n = gather_parts(v, parts);
	for (size_t i = 0; i < n && rc == ANTIN_OK && blank; i++) {
		bool again =
		        i > 0 && parts[i].at == parts[i - 1].at && parts[i].end == parts[i - 1].end;

		if (again)
			continue;
		blank = parts[i].at >= done;
		if (blank)
			rc = is_blank(v->d, done, parts[i].at, i == n - 1, &blank, err);
		done = parts[i].end;
	}
	free(parts);
	if (rc != ANTIN_OK || blank)
		return rc;
	return pdf_change_add(v, ANTIN_CHANGE_OTHER, NO_OBJECT, (struct antin_slice){0}, 0, err);
}
