/*
 * Reading parsed PDF values: keys, names, iteration, sameness.  See object.h.
 */
#include "object.h"

#include <string.h>

static const struct pdf_node null_node = {.kind = PDF_NULL, .next = 1};
static const struct pdf_tree null_tree = {.nodes = NULL, .n = 0};

struct pdf_value
pdf_root(const struct pdf_tree *t)
{
	return (struct pdf_value){t, 0};
}

static struct pdf_value
null_value(void)
{
	return (struct pdf_value){&null_tree, 0};
}

const struct pdf_node *
pdf_node_of(struct pdf_value v)
{
	return v.tree && v.node < v.tree->n ? &v.tree->nodes[v.node] : &null_node;
}

struct antin_slice
pdf_text_of(struct pdf_value v)
{
	const struct pdf_node *node = pdf_node_of(v);

	if (node == &null_node)
		return antin_slice_text("null");
	return (struct antin_slice){v.tree->text.p + node->at, node->len};
}

bool
pdf_is(struct pdf_value v, enum pdf_kind kind)
{
	return pdf_node_of(v)->kind == kind;
}

static uint8_t
hex_octet(const uint8_t *p)
{
	uint8_t n = 0;

	for (int i = 0; i < 2; i++)
		n = (uint8_t)(n << 4 | (p[i] <= '9' ? p[i] - '0' : (p[i] | 0x20) - 'a' + 10));
	return n;
}

void
pdf_name_text(struct pdf_value v, char *out, size_t cap)
{
	struct antin_slice s = pdf_text_of(v);
	size_t n = 0;

	if (pdf_is(v, PDF_NAME_KIND)) {
		for (size_t i = 1; i < s.len && n + 1 < cap; i++) {
			bool coded = s.p[i] == '#';

			out[n++] = (char)(coded ? hex_octet(s.p + i + 1) : s.p[i]);
			i += coded ? 2 : 0;
		}
	}
	out[n] = '\0';
}

bool
pdf_name_is(struct pdf_value v, const char *name)
{
	char text[PDF_NAME + 1];

	if (!pdf_is(v, PDF_NAME_KIND))
		return false;
	pdf_name_text(v, text, sizeof(text));
	return strcmp(text, name) == 0;
}

bool
pdf_int_of(struct pdf_value v, int64_t min, int64_t max, int64_t *out)
{
	const struct pdf_node *node = pdf_node_of(v);

	if (node->kind != PDF_INT || node->v.number < min || node->v.number > max)
		return false;
	*out = node->v.number;
	return true;
}

struct pdf_iter
pdf_iter_of(struct pdf_value v)
{
	const struct pdf_node *node = pdf_node_of(v);
	bool holds = node->kind == PDF_ARRAY || node->kind == PDF_DICT;

	return (struct pdf_iter){v, v.node + 1, holds ? node->next : 0};
}

bool
pdf_iter_item(struct pdf_iter *it, struct pdf_value *item)
{
	if (it->at >= it->end)
		return false;
	*item = (struct pdf_value){it->in.tree, it->at};
	it->at = it->in.tree->nodes[it->at].next;
	return true;
}

bool
pdf_iter_pair(struct pdf_iter *it, struct pdf_value *key, struct pdf_value *value)
{
	if (!pdf_is(it->in, PDF_DICT))
		return false;
	return pdf_iter_item(it, key) && pdf_iter_item(it, value);
}

size_t
pdf_count(struct pdf_value v)
{
	struct pdf_iter it = pdf_iter_of(v);
	struct pdf_value item;
	size_t n = 0;

	while (pdf_iter_item(&it, &item))
		n++;
	return pdf_is(v, PDF_DICT) ? n / 2 : n;
}

struct pdf_value
pdf_get(struct pdf_value dict, const char *key)
{
	struct pdf_iter it = pdf_iter_of(dict);
	struct pdf_value k, v;

	while (pdf_iter_pair(&it, &k, &v))
		if (pdf_name_is(k, key))
			return v;
	return null_value();
}

bool
pdf_has(struct pdf_value dict, const char *key)
{
	return !pdf_is(pdf_get(dict, key), PDF_NULL);
}

/* By their octets, not by the hash: collisions of that can be made. */
static bool
same_name(struct pdf_value a, struct pdf_value b)
{
	char x[PDF_NAME + 1];

	pdf_name_text(a, x, sizeof(x));
	return pdf_name_is(b, x);
}

/* Programs write strings anew in another form. */
static bool
same_string(struct pdf_value a, struct pdf_value b)
{
	ANTIN_SCOPED(antin_bytes) x = {0};
	ANTIN_SCOPED(antin_bytes) y = {0};

	pdf_string_octets(a, &x);
	pdf_string_octets(b, &y);
	return !x.failed && !y.failed && antin_bytes_equal(&x, &y);
}

static double
decimal(struct antin_slice s)
{
	double n = 0, unit = 1;
	bool fraction = false;

	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '.') {
			fraction = true;
		} else if (s.p[i] >= '0' && s.p[i] <= '9') {
			n = n * 10 + (s.p[i] - '0');
			unit *= fraction ? 10 : 1;
		}
	}
	return s.len && s.p[0] == '-' ? -n / unit : n / unit;
}

/*
 * On a page equal to nine digits: less than that no reader shows, and programs round when they copy
 * a box.  Elsewhere equal: flags are not read from a real, and a matrix enlarges what is small.
 */
static bool
same_number(struct pdf_value a, struct pdf_value b, bool box)
{
	const struct pdf_node *m = pdf_node_of(a), *n = pdf_node_of(b);
	double x, y, apart, size;

	if (m->kind == PDF_INT && n->kind == PDF_INT)
		return m->v.number == n->v.number;
	x = decimal(pdf_text_of(a));
	y = decimal(pdf_text_of(b));
	apart = x > y ? x - y : y - x;
	size = x > 0 ? x : -x;
	if (m->kind == n->kind && !(apart > 0))
		return true;
	return box && apart <= size * 1e-9 && size < 1e6;
}

/* The corners of a page, or of what lies on one. */
static bool
is_box(struct pdf_value v)
{
	static const char *const keys[] = {"Rect",     "MediaBox", "CropBox",
	                                   "BleedBox", "TrimBox",  "ArtBox"};
	struct pdf_value key = v;

	if (!pdf_is(v, PDF_ARRAY) || v.node == 0)
		return false;
	key.node--;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (pdf_name_is(key, keys[i]))
			return true;
	return false;
}

/* Integers and reals, literal and hexadecimal strings are each one class. */
static enum pdf_kind
class_of(const struct pdf_node *node)
{
	if (node->kind == PDF_INT)
		return PDF_REAL;
	return node->kind == PDF_HEX ? PDF_STRING : node->kind;
}

/* One node; what it holds is compared by the caller. */
static bool
same_node(struct pdf_value a, struct pdf_value b, bool box)
{
	const struct pdf_node *x = pdf_node_of(a), *y = pdf_node_of(b);

	if (class_of(x) != class_of(y) || x->next - a.node != y->next - b.node)
		return false;
	switch (class_of(x)) {
	case PDF_NAME_KIND:
		return same_name(a, b);
	case PDF_REF:
		return x->v.ref.num == y->v.ref.num && x->v.ref.gen == y->v.ref.gen;
	case PDF_BOOL:
		return x->v.number == y->v.number;
	case PDF_STRING:
	case PDF_HEX:
		return same_string(a, b);
	case PDF_INT:
	case PDF_REAL:
		return same_number(a, b, box);
	case PDF_NULL:
	case PDF_ARRAY:
	case PDF_DICT:
		break;
	}
	return true;
}

bool
pdf_same(struct pdf_value a, struct pdf_value b)
{
	uint32_t n = pdf_node_of(a)->next - a.node, box = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct pdf_value x = {a.tree, a.node + i}, y = {b.tree, b.node + i};

		if (is_box(x) && is_box(y))
			box = pdf_node_of(x)->next - a.node;
		if (!same_node(x, y, i < box))
			return false;
	}
	return true;
}

bool
pdf_has_refs(struct pdf_value v)
{
	uint32_t end = pdf_node_of(v)->next;

	for (uint32_t i = v.node; v.tree && i < end && i < v.tree->n; i++)
		if (v.tree->nodes[i].kind == PDF_REF)
			return true;
	return false;
}

bool
pdf_array_holds(struct pdf_value array, struct pdf_value item)
{
	struct pdf_iter it = pdf_iter_of(array);
	struct pdf_value each;

	while (pdf_iter_item(&it, &each))
		if (pdf_same(each, item))
			return true;
	return false;
}
