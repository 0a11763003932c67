/*
 * Structs as octets by tables.  See pack.h.
 */
#include "pack.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <antin/memory.h>
#include <antin/text.h>

/* FNV-1a. */
uint64_t
pack_sum(uint64_t sum, const struct pack_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct pack_row *r = &rows[i];
		uint64_t words[] = {r->kind,          r->at,           r->size, r->count, r->n_rows,
		                    (uint64_t)r->min, (uint64_t)r->max};

		for (size_t k = 0; k < PACK_COUNT(words); k++)
			sum = (sum ^ words[k]) * 0x100000001b3;
		sum = pack_sum(sum, r->rows, r->n_rows);
	}
	return sum;
}

/* ---- texts of a report ---- */

struct antin_texts {
	struct antin_texts *next;
	char *text;
};

void
pack_texts_free(struct antin_texts *t)
{
	while (t) {
		struct antin_texts *next = t->next;

		free(t->text);
		free(t);
		t = next;
	}
}

/* Whether making it safe to show would change it; a backslash was one of ours. */
static bool
is_safe(struct antin_slice s, struct antin_bytes *safe)
{
	size_t backslashes = 0;

	for (size_t i = 0; i < s.len; i++)
		backslashes += s.p[i] == '\\';
	antin_text_safe_add(safe, s, SIZE_MAX);
	return safe->len == s.len + backslashes;
}

static const char *
keep_text(struct antin_texts **list, struct antin_slice s)
{
	ANTIN_SCOPED(antin_bytes) safe = {0};
	struct antin_slice kept = is_safe(s, &safe) ? s : antin_bytes_slice(&safe);
	struct antin_texts *t;
	size_t room = 0;
	char *text;

	for (t = *list; t; t = t->next)
		if (antin_slice_is(kept, t->text))
			return t->text;
	t = safe.failed ? NULL : antin_array_grow(NULL, &room, sizeof(*t));
	text = t ? strndup(kept.len ? (const char *)kept.p : "", kept.len) : NULL;
	if (!text) {
		free(t);
		return NULL;
	}
	*t = (struct antin_texts){*list, text};
	*list = t;
	return text;
}

/* ---- writing ---- */

enum { CERT_FINDINGS = 1000 };

static enum antin_rc write_rows(struct packing *p, const struct pack_row *rows, size_t n,
                                const void *from, struct antin_err *err);

static void
put(struct packing *p, const void *octets, size_t len)
{
	antin_bytes_add(p->out, octets, len);
}

static void
put_u32(struct packing *p, size_t v)
{
	uint32_t word = (uint32_t)v;

	put(p, &word, sizeof(word));
}

/* Lengths are one higher than they are: 0 stands for NULL. */
static void
put_text(struct packing *p, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	put_u32(p, text ? len + 1 : 0);
	if (len)
		put(p, text, len);
}

/* What the table says is at `at`. */
static const void *
value(const struct pack_row *r, const void *from)
{
	return (const uint8_t *)from + r->at;
}

static size_t
width(enum pack_kind k)
{
	static const size_t widths[PACK_KINDS] = {
	        [PACK_BOOL] = sizeof(bool),       [PACK_INT] = sizeof(int),
	        [PACK_INT64] = sizeof(int64_t),   [PACK_UINT32] = sizeof(uint32_t),
	        [PACK_UINT64] = sizeof(uint64_t), [PACK_SIZE] = sizeof(size_t),
	};

	return widths[k];
}

typedef enum antin_rc write_fn(struct packing *p, const struct pack_row *r, const void *from,
                               struct antin_err *err);

static enum antin_rc
write_plain(struct packing *p, const struct pack_row *r, const void *from, struct antin_err *err)
{
	(void)err;
	put(p, value(r, from), r->kind == PACK_OCTETS ? r->size : width(r->kind));
	return ANTIN_OK;
}

static enum antin_rc
write_bytes(struct packing *p, const struct pack_row *r, const void *from, struct antin_err *err)
{
	const struct antin_bytes *b = value(r, from);

	(void)err;
	put_u32(p, b->len);
	put(p, b->p, b->len);
	return ANTIN_OK;
}

static enum antin_rc
write_inline(struct packing *p, const struct pack_row *r, const void *from, struct antin_err *err)
{
	(void)err;
	put_text(p, value(r, from));
	return ANTIN_OK;
}

static enum antin_rc
write_text(struct packing *p, const struct pack_row *r, const void *from, struct antin_err *err)
{
	const char *const *text = value(r, from);

	(void)err;
	put_text(p, *text);
	return ANTIN_OK;
}

static enum antin_rc
write_struct(struct packing *p, const struct pack_row *r, const void *from, struct antin_err *err)
{
	return write_rows(p, r->rows, r->n_rows, value(r, from), err);
}

static enum antin_rc
write_items(struct packing *p, const struct pack_row *r, const void *from, struct antin_err *err)
{
	const size_t *count = (const void *)((const uint8_t *)from + r->count);
	const uint8_t *const *list = value(r, from);
	const uint8_t *items = r->kind == PACK_ARRAY ? value(r, from) : *list;
	bool there = items || r->kind != PACK_BESIDE;
	enum antin_rc rc = ANTIN_OK;

	put_u32(p, there ? *count + 1 : 0);
	for (size_t i = 0; items && i < *count && rc == ANTIN_OK; i++)
		rc = write_rows(p, r->rows, r->n_rows, items + i * r->size, err);
	return rc;
}

/* 0 for none, the place of one that came before, or the next place and its DER. */
static enum antin_rc
write_cert(struct packing *p, const struct pack_row *r, const void *from, struct antin_err *err)
{
	struct antin_cert *const *at = value(r, from), *c = *at;
	size_t i = 0;

	while (c && i < p->n_certs && p->certs[i] != c && !antin_cert_equal(p->certs[i], c))
		i++;
	put_u32(p, c ? i + 1 : 0);
	if (!c || i < p->n_certs)
		return ANTIN_OK;
	if (p->n_certs == PACK_CERTS)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("too many certificates"));
	p->certs[p->n_certs++] = c;
	put_u32(p, c->der.len);
	put(p, c->der.p, c->der.len);
	return ANTIN_OK;
}

static enum antin_rc
write_anchor(struct packing *p, const struct pack_row *r, const void *from, struct antin_err *err)
{
	const struct antin_anchor *const *a = value(r, from);

	(void)err;
	put_u32(p, *a ? (size_t)(*a - p->trust->anchors) + 1 : 0);
	return ANTIN_OK;
}

/* Of documents, then of certificates. */
static const struct antin_finding_row *
finding_at(size_t i)
{
	return i < CERT_FINDINGS ? antin_finding_row(i) : antin_cert_finding_row(i - CERT_FINDINGS);
}

static enum antin_rc
write_finding(struct packing *p, const struct pack_row *r, const void *from, struct antin_err *err)
{
	const struct antin_finding_row *const *row = value(r, from);

	for (size_t i = 0; i < (size_t)2 * CERT_FINDINGS; i++)
		if (*row && finding_at(i) == *row) {
			put_u32(p, i);
			return ANTIN_OK;
		}
	return antin_fail(err, ANTIN_E_INTERNAL, N_("a finding is of no table"));
}

static write_fn *const writers[PACK_KINDS] = {
        [PACK_BOOL] = write_plain,      [PACK_INT] = write_plain,    [PACK_INT64] = write_plain,
        [PACK_UINT32] = write_plain,    [PACK_UINT64] = write_plain, [PACK_SIZE] = write_plain,
        [PACK_OCTETS] = write_plain,    [PACK_BYTES] = write_bytes,  [PACK_FOREIGN] = write_inline,
        [PACK_SAFE] = write_inline,     [PACK_HEAP] = write_text,    [PACK_TEXT] = write_text,
        [PACK_STRUCT] = write_struct,   [PACK_ARRAY] = write_items,  [PACK_LIST] = write_items,
        [PACK_BESIDE] = write_items,    [PACK_CERT] = write_cert,    [PACK_ANCHOR] = write_anchor,
        [PACK_FINDING] = write_finding,
};

static enum antin_rc
write_rows(struct packing *p, const struct pack_row *rows, size_t n, const void *from,
           struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < n && rc == ANTIN_OK; i++)
		rc = writers[rows[i].kind](p, &rows[i], from, err);
	return rc;
}

enum antin_rc
pack_write(struct packing *p, const struct pack_row *rows, size_t n, const void *from,
           struct antin_err *err)
{
	enum antin_rc rc = write_rows(p, rows, n, from, err);

	return rc == ANTIN_OK ? antin_bytes_check(p->out, err) : rc;
}

/* ---- reading ---- */

static enum antin_rc read_rows(struct packing *p, const struct pack_row *rows, size_t n, void *into,
                               struct antin_err *err);

static enum antin_rc
bad(struct packing *p, const struct pack_row *r, struct antin_err *err)
{
	if (!p->wrong)
		p->wrong = r->name;
	return antin_fail(err, ANTIN_E_FORMAT, N_("the worker's %s is not as agreed"), p->wrong);
}

static bool
get(struct packing *p, void *to, size_t len)
{
	struct antin_slice s;

	if (!antin_in_take(&p->in, len, &s))
		return false;
	memcpy(to, s.p, len);
	return true;
}

static bool
get_u32(struct packing *p, uint32_t *out)
{
	return get(p, out, sizeof(*out));
}

static bool
within(const struct pack_row *r, int64_t v)
{
	return (r->min == 0 && r->max == 0) || (v >= r->min && v <= r->max);
}

static void *
place(const struct pack_row *r, void *into)
{
	return (uint8_t *)into + r->at;
}

typedef enum antin_rc read_fn(struct packing *p, const struct pack_row *r, void *into,
                              struct antin_err *err);

/* An octet that is neither 0 nor 1 is no bool at all. */
static enum antin_rc
read_bool(struct packing *p, const struct pack_row *r, void *into, struct antin_err *err)
{
	bool *flag = place(r, into);
	uint8_t octet;

	if (!get(p, &octet, 1) || octet > 1)
		return bad(p, r, err);
	*flag = octet == 1;
	return ANTIN_OK;
}

static enum antin_rc
read_int(struct packing *p, const struct pack_row *r, void *into, struct antin_err *err)
{
	int *v = place(r, into);

	return get(p, v, sizeof(*v)) && within(r, *v) ? ANTIN_OK : bad(p, r, err);
}

static enum antin_rc
read_int64(struct packing *p, const struct pack_row *r, void *into, struct antin_err *err)
{
	int64_t *v = place(r, into);

	return get(p, v, sizeof(*v)) && within(r, *v) ? ANTIN_OK : bad(p, r, err);
}

static enum antin_rc
read_plain(struct packing *p, const struct pack_row *r, void *into, struct antin_err *err)
{
	size_t len = r->kind == PACK_OCTETS ? r->size : width(r->kind);

	return get(p, place(r, into), len) ? ANTIN_OK : bad(p, r, err);
}

/* NULL: there is none. */
static bool
get_text(struct packing *p, size_t max, bool *there, struct antin_slice *out)
{
	uint32_t len;

	*out = (struct antin_slice){NULL, 0};
	if (!get_u32(p, &len))
		return false;
	*there = len > 0;
	if (!len)
		return true;
	return len - 1 <= max && antin_in_take(&p->in, len - 1, out) &&
	       (out->len == 0 || !memchr(out->p, 0, out->len));
}

static enum antin_rc
read_inline(struct packing *p, const struct pack_row *r, void *into, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) safe = {0};
	char *to = place(r, into);
	struct antin_slice s;
	bool there;

	if (!get_text(p, r->size - 1, &there, &s) || !there)
		return bad(p, r, err);
	if (r->kind == PACK_SAFE && !is_safe(s, &safe)) {
		(void)antin_text_safe(s, to, r->size);
		return ANTIN_OK;
	}
	if (s.len)
		memcpy(to, s.p, s.len);
	to[s.len] = '\0';
	return ANTIN_OK;
}

static enum antin_rc
read_text(struct packing *p, const struct pack_row *r, void *into, struct antin_err *err)
{
	const char **text = place(r, into);
	const struct antin_texts *before;
	struct antin_slice s;
	bool there;

	if (!get_text(p, PACK_TEXT_MAX, &there, &s))
		return bad(p, r, err);
	if (!there)
		return ANTIN_OK;
	before = *p->texts;
	*text = keep_text(p->texts, s);
	p->n_texts += *p->texts != before;
	if (p->n_texts > PACK_TEXTS)
		return bad(p, r, err);
	return *text ? ANTIN_OK : antin_fail_memory(err);
}

static enum antin_rc
read_heap(struct packing *p, const struct pack_row *r, void *into, struct antin_err *err)
{
	char **text = place(r, into);
	struct antin_slice s;
	bool there;

	if (!get_text(p, (size_t)r->max, &there, &s))
		return bad(p, r, err);
	if (!there)
		return ANTIN_OK;
	*text = strndup(s.len ? (const char *)s.p : "", s.len);
	return *text ? ANTIN_OK : antin_fail_memory(err);
}

static enum antin_rc
read_bytes(struct packing *p, const struct pack_row *r, void *into, struct antin_err *err)
{
	struct antin_bytes *out = place(r, into);
	struct antin_slice s;
	uint32_t len;

	if (!get_u32(p, &len) || len > (uint64_t)r->max || !antin_in_take(&p->in, len, &s))
		return bad(p, r, err);
	antin_bytes_add(out, s.p, s.len);
	return antin_bytes_check(out, err);
}

static enum antin_rc
read_struct(struct packing *p, const struct pack_row *r, void *into, struct antin_err *err)
{
	return read_rows(p, r->rows, r->n_rows, place(r, into), err);
}

static bool
get_count(struct packing *p, const struct pack_row *r, size_t expected, uint32_t *n)
{
	if (!get_u32(p, n) || (*n && (int64_t)*n - 1 > r->max))
		return false;
	if (r->kind == PACK_BESIDE ? *n && *n - 1 != expected : !*n)
		return false;
	/* Each item is at least one octet long. */
	return !*n || *n - 1 <= antin_in_left(&p->in);
}

/* The count grows with the items that are there, so that what was read can be freed at any time. */
static enum antin_rc
read_items(struct packing *p, const struct pack_row *r, void *into, struct antin_err *err)
{
	size_t *count = (void *)((uint8_t *)into + r->count), expected = *count;
	uint8_t *items = place(r, into);
	uint8_t **list = place(r, into);
	enum antin_rc rc = ANTIN_OK;
	uint32_t n;

	if (!get_count(p, r, expected, &n))
		return bad(p, r, err);
	if (!n)
		return ANTIN_OK;
	p->n_items += n - 1;
	if (p->n_items > PACK_ITEMS)
		return bad(p, r, err);
	if (r->kind != PACK_ARRAY) {
		items = calloc(n, r->size);
		if (!items)
			return antin_fail_memory(err);
		*list = items;
	}
	for (uint32_t i = 0; i + 1 < n && rc == ANTIN_OK; i++) {
		*count = r->kind == PACK_BESIDE ? expected : i + 1;
		rc = read_rows(p, r->rows, r->n_rows, items + i * r->size, err);
	}
	return rc;
}

static enum antin_rc
read_cert(struct packing *p, const struct pack_row *r, void *into, struct antin_err *err)
{
	struct antin_cert **out = place(r, into);
	struct antin_err ignored = {0};
	struct antin_slice der;
	uint32_t at, len;
	enum antin_rc rc;

	if (!get_u32(p, &at) || at > p->n_certs + 1 || at < r->min)
		return bad(p, r, err);
	if (at == 0)
		return ANTIN_OK;
	if (at <= p->n_certs) {
		*out = antin_cert_ref(p->certs[at - 1]);
		return ANTIN_OK;
	}
	if (p->n_certs == PACK_CERTS || !get_u32(p, &len) || len > ANTIN_CERT_MAX ||
	    !antin_in_take(&p->in, len, &der))
		return bad(p, r, err);
	rc = antin_memory_cert(p->memory, der, out, &ignored);
	if (rc != ANTIN_OK)
		return rc == ANTIN_E_MEMORY ? antin_fail_memory(err) : bad(p, r, err);
	p->certs[p->n_certs++] = *out;
	return ANTIN_OK;
}

static enum antin_rc
read_anchor(struct packing *p, const struct pack_row *r, void *into, struct antin_err *err)
{
	const struct antin_anchor **out = place(r, into);
	uint32_t at;

	if (!get_u32(p, &at) || at > p->trust->n_anchors)
		return bad(p, r, err);
	*out = at ? &p->trust->anchors[at - 1] : NULL;
	return ANTIN_OK;
}

static enum antin_rc
read_finding(struct packing *p, const struct pack_row *r, void *into, struct antin_err *err)
{
	const struct antin_finding_row **out = place(r, into);
	uint32_t at;

	if (!get_u32(p, &at))
		return bad(p, r, err);
	*out = finding_at(at);
	return *out ? ANTIN_OK : bad(p, r, err);
}

static read_fn *const readers[PACK_KINDS] = {
        [PACK_BOOL] = read_bool,       [PACK_INT] = read_int,      [PACK_INT64] = read_int64,
        [PACK_UINT32] = read_plain,    [PACK_UINT64] = read_plain, [PACK_SIZE] = read_plain,
        [PACK_OCTETS] = read_plain,    [PACK_BYTES] = read_bytes,  [PACK_FOREIGN] = read_inline,
        [PACK_SAFE] = read_inline,     [PACK_HEAP] = read_heap,    [PACK_TEXT] = read_text,
        [PACK_STRUCT] = read_struct,   [PACK_ARRAY] = read_items,  [PACK_LIST] = read_items,
        [PACK_BESIDE] = read_items,    [PACK_CERT] = read_cert,    [PACK_ANCHOR] = read_anchor,
        [PACK_FINDING] = read_finding,
};

static enum antin_rc
read_rows(struct packing *p, const struct pack_row *rows, size_t n, void *into,
          struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < n && rc == ANTIN_OK; i++)
		rc = readers[rows[i].kind](p, &rows[i], into, err);
	return rc;
}

enum antin_rc
pack_read(struct packing *p, const struct pack_row *rows, size_t n, void *into,
          struct antin_err *err)
{
	static const struct pack_row end = {.name = "message"};
	enum antin_rc rc = read_rows(p, rows, n, into, err);

	return rc == ANTIN_OK && antin_in_left(&p->in) ? bad(p, &end, err) : rc;
}
