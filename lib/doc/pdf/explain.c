/*
 * Explaining objects: roles, reachable new objects, judging dictionaries key by key.  See review.h.
 */
#include <stdlib.h>
#include <string.h>

#include "review.h"

enum antin_rc
pdf_change_add(struct pdf_review *v, enum antin_change_level level, const char *what,
               struct antin_slice detail, uint32_t object, struct antin_err *err)
{
	struct antin_changes *c = v->out;
	struct antin_change *item;

	if (level > c->level)
		c->level = level;
	if (c->n == PDF_CHANGES)
		return ANTIN_OK;
	if (c->n == c->cap) {
		size_t cap = c->cap ? c->cap * 2 : 8;

		item = realloc(c->items, cap * sizeof(*item));
		if (!item)
			return antin_fail_memory(err);
		c->items = item;
		c->cap = cap;
	}
	item = &c->items[c->n++];
	*item = (struct antin_change){.level = level, .what = what, .object = object};
	if (detail.len >= sizeof(item->detail))
		detail.len = sizeof(item->detail) - 1;
	if (detail.len)
		memcpy(item->detail, detail.p, detail.len);
	return ANTIN_OK;
}

struct pdf_touch *
pdf_touch_of(const struct pdf_review *v, uint32_t num)
{
	size_t low = 0, high = v->n_touched;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (v->touched[middle].num == num)
			return &v->touched[middle];
		if (v->touched[middle].num < num)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static int
by_target(const void *a, const void *b)
{
	const struct pdf_backref *x = a, *y = b;
	int order = (x->target > y->target) - (x->target < y->target);

	if (!order)
		order = strcmp(x->key, y->key);
	if (!order)
		order = (x->from > y->from) - (x->from < y->from);
	return order ? order : (int)x->item - (int)y->item;
}

/* References by target, each kind once; NULL if there is none to `num`. */
static const struct pdf_backref *
first_ref(struct pdf_review *v, uint32_t num)
{
	size_t n = 0, low = 0, high;

	if (!v->refs_sorted && v->n_refs) {
		qsort(v->refs, v->n_refs, sizeof(*v->refs), by_target);
		for (size_t i = 0; i < v->n_refs; i++)
			if (i == 0 || by_target(&v->refs[i], &v->refs[n - 1]) != 0)
				v->refs[n++] = v->refs[i];
		v->n_refs = n;
		v->refs_sorted = true;
	}
	for (high = v->n_refs; low < high;) {
		size_t middle = low + (high - low) / 2;

		if (v->refs[middle].target < num)
			low = middle + 1;
		else
			high = middle;
	}
	return low < v->n_refs && v->refs[low].target == num ? &v->refs[low] : NULL;
}

bool
pdf_was_referred(struct pdf_review *v, uint32_t num)
{
	return first_ref(v, num) != NULL;
}

bool
pdf_only_under(struct pdf_review *v, uint32_t num, const char *key, uint32_t from)
{
	const struct pdf_backref *r = first_ref(v, num);

	for (; r && r < v->refs + v->n_refs && r->target == num; r++)
		if (r->item || strcmp(r->key, key) != 0 || (from && r->from != from))
			return false;
	return true;
}

bool
pdf_is_under(struct pdf_review *v, uint32_t num, const char *key)
{
	const struct pdf_backref *r = first_ref(v, num);

	for (; r && r < v->refs + v->n_refs && r->target == num; r++)
		if (strcmp(r->key, key) == 0)
			return true;
	return false;
}

/*
 * 7.8.3, 9.6.5, 12.5.5: such a list stands under a key of its own as a whole, never in an array; so
 * only keys under which none can stand are let pass.
 */
bool
pdf_names_nothing(struct pdf_review *v, uint32_t num)
{
	const struct pdf_backref *r = first_ref(v, num);

	for (; r && r < v->refs + v->n_refs && r->target == num; r++)
		if (!r->item && !r->key[0])
			return false;
	return true;
}

bool
pdf_explain_role(struct pdf_review *v, struct pdf_value raw, const char *key)
{
	struct pdf_touch *t =
	        pdf_is(raw, PDF_REF) ? pdf_touch_of(v, pdf_node_of(raw)->v.ref.num) : NULL;

	if (!t || t->explained)
		return true;
	t->explained =
	        t->existed ? pdf_only_under(v, t->num, key, 0) : !pdf_was_referred(v, t->num);
	return t->explained;
}

/* New objects still to be looked into. */
struct pending {
	uint32_t *nums;
	size_t n;
};

/* Refs of a value: new ones are marked and queued, dangling ones are not good. */
static void
queue_refs(struct pdf_review *v, struct pdf_value value, struct pending *p, bool *good)
{
	uint32_t end = pdf_node_of(value)->next;

	for (uint32_t i = value.node; value.tree && i < end && i < value.tree->n; i++) {
		const struct pdf_node *node = &value.tree->nodes[i];
		struct pdf_touch *t;

		if (node->kind != PDF_REF)
			continue;
		t = pdf_touch_of(v, node->v.ref.num);
		if (!pdf_in_use(v->d, v->young, node->v.ref.num) ||
		    (t && !t->existed && pdf_was_referred(v, t->num)))
			*good = false;
		else if (t && !t->existed && !t->explained)
			p->nums[p->n++] = t->num;
		if (t && !t->existed)
			t->explained = true;
	}
}

enum antin_rc
pdf_explain_tree(struct pdf_review *v, struct pdf_value value, bool *good, struct antin_err *err)
{
	struct pending p = {.nums = calloc(v->n_touched + 1, sizeof(uint32_t))};
	enum antin_rc rc = p.nums ? ANTIN_OK : antin_fail_memory(err);

	if (rc == ANTIN_OK)
		queue_refs(v, value, &p, good);
	while (rc == ANTIN_OK && p.n > 0) {
		ANTIN_SCOPED(pdf_object) o = {0};

		rc = pdf_load(v->d, v->young, p.nums[--p.n], &o, err);
		if (rc == ANTIN_OK)
			queue_refs(v, pdf_root(&o.tree), &p, good);
	}
	free(p.nums);
	return rc;
}

void
pdf_pair_done(struct pdf_pair *p)
{
	pdf_object_done(&p->old_holder);
	pdf_object_done(&p->young_holder);
	*p = (struct pdf_pair){0};
}

enum antin_rc
pdf_pair_of(struct pdf_review *v, struct pdf_value old, struct pdf_value young, const char *key,
            struct pdf_pair *out, struct antin_err *err)
{
	enum antin_rc rc;

	pdf_pair_done(out);
	out->old_raw = key ? pdf_get(old, key) : old;
	out->young_raw = key ? pdf_get(young, key) : young;
	rc = pdf_follow(v->d, v->old, out->old_raw, &out->old_holder, &out->old, err);
	if (rc == ANTIN_OK)
		rc = pdf_follow(v->d, v->young, out->young_raw, &out->young_holder, &out->young,
		                err);
	return rc;
}

static enum antin_rc
is_list(struct pdf_review *v, unsigned int revision, struct pdf_value array, bool *yes,
        struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) holder = {0};
	struct pdf_iter it = pdf_iter_of(array);
	struct pdf_value first = {0};
	enum antin_rc rc = ANTIN_OK;

	*yes = pdf_is(array, PDF_NULL) ||
	       (pdf_is(array, PDF_ARRAY) && pdf_count(array) <= PDF_ITEMS);
	if (*yes && pdf_iter_item(&it, &first))
		rc = pdf_follow(v->d, revision, first, &holder, &first, err);
	*yes = *yes && (pdf_is(first, PDF_DICT) || pdf_is(first, PDF_NULL));
	return rc;
}

enum antin_rc
pdf_pair_is_list(struct pdf_review *v, const struct pdf_pair *p, bool *yes, struct antin_err *err)
{
	enum antin_rc rc = is_list(v, v->old, p->old, yes, err);

	return rc == ANTIN_OK && *yes ? is_list(v, v->young, p->young, yes, err) : rc;
}

/* A value leads to an object that the revision lists. */
static bool
leads_to_touched(const struct pdf_review *v, struct pdf_value value)
{
	uint32_t end = pdf_node_of(value)->next;

	for (uint32_t i = value.node; value.tree && i < end && i < value.tree->n; i++) {
		const struct pdf_node *node = &value.tree->nodes[i];

		if (node->kind == PDF_REF && pdf_touch_of(v, node->v.ref.num))
			return true;
	}
	return false;
}

bool
pdf_pair_same(const struct pdf_review *v, const struct pdf_pair *p)
{
	return pdf_same(p->old_raw, p->young_raw) && !leads_to_touched(v, p->young_raw) &&
	       !leads_to_touched(v, p->young);
}

static enum antin_rc
judge_key(struct pdf_review *v, struct pdf_value old, struct pdf_value young,
          const struct pdf_rule *rules, char key[PDF_NAME + 1], struct antin_err *err)
{
	ANTIN_SCOPED(pdf_pair) p = {0};
	bool good = true;
	enum antin_rc rc = pdf_pair_of(v, old, young, key, &p, err);

	while (rc == ANTIN_OK && rules->key && strcmp(rules->key, key) != 0)
		rules++;
	if (rc != ANTIN_OK)
		return rc;
	/* Without a rule for the key an object behind it is judged where it belongs. */
	if (rules->key ? pdf_pair_same(v, &p) : pdf_same(p.old_raw, p.young_raw))
		key[0] = '\0';
	else if (rules->key)
		rc = rules->judge(v, &p, rules, &good, err);
	else
		good = false;
	if (rc == ANTIN_OK && good)
		key[0] = '\0';
	return rc;
}

enum antin_rc
pdf_judge_dict(struct pdf_review *v, struct pdf_value old, struct pdf_value young,
               const struct pdf_rule *rules, char bad[PDF_NAME + 1], struct antin_err *err)
{
	struct pdf_iter it = pdf_iter_of(young);
	struct pdf_value key, value;
	bool gone = false;
	enum antin_rc rc = ANTIN_OK;

	bad[0] = pdf_count(old) > PDF_ITEMS || pdf_count(young) > PDF_ITEMS ? '*' : '\0';
	bad[1] = '\0';
	while (rc == ANTIN_OK && !bad[0]) {
		if (!pdf_iter_pair(&it, &key, &value)) {
			if (gone)
				break;
			/* Then the keys that are there no more. */
			gone = true;
			it = pdf_iter_of(old);
			continue;
		}
		pdf_name_text(key, bad, PDF_NAME + 1);
		if (gone && pdf_has(young, bad))
			bad[0] = '\0';
		else
			rc = judge_key(v, old, young, rules, bad, err);
	}
	return rc;
}
