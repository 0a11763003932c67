/*
 * Walking the page tree.  See pages.h.
 */
#include "pages.h"

#include <stdlib.h>

/* So many nodes are checked; of a larger tree its beginning. */
enum { PAGE_NODES = 4096, PAGE_DEPTH = 64 };

struct page_node {
	uint32_t num, parent;
	unsigned int depth;
};
struct walk {
	struct pdf *d;
	struct page_node *stack; /* still to visit, the next one last */
	size_t n, cap;
	size_t visited, pages;
	uint32_t first;
	bool cut; /* not all was looked at */
};

static enum antin_rc
broken(struct antin_err *err)
{
	return antin_fail(err, ANTIN_E_DAMAGED, N_("the page tree of the file is broken"));
}

static enum antin_rc
push(struct walk *w, uint32_t num, uint32_t parent, unsigned int depth, struct antin_err *err)
{
	struct page_node *grown;

	if (depth > PAGE_DEPTH)
		return broken(err);
	if (w->n == w->cap) {
		grown = realloc(w->stack, (w->cap + 256) * sizeof(*grown));
		if (!grown)
			return antin_fail_memory(err);
		w->stack = grown;
		w->cap += 256;
	}
	w->stack[w->n++] = (struct page_node){num, parent, depth};
	return ANTIN_OK;
}

/* The kids of a node, so that the first comes off the stack first. */
static enum antin_rc
push_kids(struct walk *w, struct pdf_value kids, const struct page_node *of, struct antin_err *err)
{
	struct pdf_iter it = pdf_iter_of(kids);
	struct pdf_value item;
	size_t from = w->n, added = 0;
	enum antin_rc rc = ANTIN_OK;

	while (rc == ANTIN_OK && added < PAGE_NODES && pdf_iter_item(&it, &item)) {
		if (!pdf_is(item, PDF_REF))
			return broken(err);
		rc = push(w, pdf_node_of(item)->v.ref.num, of->num, of->depth + 1, err);
		added++;
	}
	w->cut = w->cut || added == PAGE_NODES;
	for (size_t i = 0; rc == ANTIN_OK && i < added / 2; i++) {
		struct page_node node = w->stack[from + i];

		w->stack[from + i] = w->stack[w->n - 1 - i];
		w->stack[w->n - 1 - i] = node;
	}
	return rc;
}

static enum antin_rc
visit(struct walk *w, const struct page_node *node, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) o = {0};
	ANTIN_SCOPED(pdf_object) holder = {0};
	struct pdf_value dict, kids = {0}, parent;
	enum antin_rc rc = pdf_load(w->d, pdf_last(w->d), node->num, &o, err);

	if (rc != ANTIN_OK)
		return rc == ANTIN_E_NOT_FOUND ? broken(err) : rc;
	dict = pdf_root(&o.tree);
	parent = pdf_get(dict, "Parent");
	if (o.stream || (node->parent && (!pdf_is(parent, PDF_REF) ||
	                                  pdf_node_of(parent)->v.ref.num != node->parent)))
		return broken(err);
	if (pdf_name_is(pdf_get(dict, "Type"), "Page") && node->parent) {
		w->first = w->pages++ ? w->first : node->num;
		return ANTIN_OK;
	}
	rc = pdf_follow_key(w->d, pdf_last(w->d), dict, "Kids", &holder, &kids, err);
	if (rc != ANTIN_OK)
		return rc;
	if (!pdf_name_is(pdf_get(dict, "Type"), "Pages") || !pdf_is(kids, PDF_ARRAY))
		return broken(err);
	return push_kids(w, kids, node, err);
}

static enum antin_rc
walk_pages(struct walk *w, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) catalog = {0};
	struct pdf_value pages;
	enum antin_rc rc = pdf_catalog(w->d, pdf_last(w->d), &catalog, err);

	if (rc != ANTIN_OK)
		return rc;
	pages = pdf_get(pdf_root(&catalog.tree), "Pages");
	if (!pdf_is(pages, PDF_REF))
		return broken(err);
	rc = push(w, pdf_node_of(pages)->v.ref.num, 0, 0, err);
	while (rc == ANTIN_OK && w->n > 0 && !w->cut) {
		struct page_node node = w->stack[--w->n];

		w->cut = w->visited++ >= PAGE_NODES;
		rc = visit(w, &node, err);
	}
	/* A large tree: only down to its first page. */
	while (rc == ANTIN_OK && w->pages == 0 && w->n > 0) {
		struct page_node node = w->stack[--w->n];

		if (w->visited++ >= (size_t)2 * PAGE_NODES)
			return broken(err);
		rc = visit(w, &node, err);
	}
	return rc;
}

enum antin_rc
pdf_first_page(struct pdf *d, uint32_t *num, struct antin_err *err)
{
	struct walk w = {.d = d};
	enum antin_rc rc = walk_pages(&w, err);

	free(w.stack);
	if (rc != ANTIN_OK)
		return rc;
	if (w.pages == 0 || (!w.cut && w.pages != d->doc.pages))
		return broken(err);
	*num = w.first;
	return ANTIN_OK;
}
