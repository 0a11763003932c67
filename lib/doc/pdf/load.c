/*
 * Objects from their place in the file or in an object stream (ISO 32000-1, 7.3.10, 7.5.7).  The
 * number found must be the number asked for, a stream must end where its /Length says.
 */
#include "reader.h"

#include <stdlib.h>
#include <string.h>

#define SENSELESS N_("object stream %u makes no sense")

void
pdf_object_done(struct pdf_object *o)
{
	pdf_tree_done(&o->tree);
	*o = (struct pdf_object){0};
}

enum antin_rc
pdf_window(struct pdf *d, uint64_t at, uint64_t limit, size_t want, struct antin_err *err)
{
	uint64_t size = antin_source_size(d->doc.source);
	uint8_t *to;

	if (limit > size)
		limit = size;
	if (at > limit)
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("byte %llu is beyond the end of the file"),
		                  (unsigned long long)at);
	if (want > limit - at)
		want = (size_t)(limit - at);
	antin_bytes_clear(&d->window);
	to = antin_bytes_grow(&d->window, want);
	if (!to)
		return antin_fail_memory(err);
	return antin_source_read(d->doc.source, at, to, want, err);
}

enum antin_rc
pdf_note_damage(struct pdf *d, enum antin_rc rc, struct antin_err *cause, struct antin_err *err)
{
	if (rc != ANTIN_E_DAMAGED) {
		if (rc != ANTIN_OK && err)
			*err = *cause;
		return rc;
	}
	if (d->doc.damage.rc == ANTIN_OK) {
		d->doc.damage = *cause;
		if (cause->rc != ANTIN_E_DAMAGED)
			(void)antin_fail(&d->doc.damage, ANTIN_E_DAMAGED,
			                 N_("a part of the file cannot be read"));
		d->doc.damage.rc = ANTIN_E_DAMAGED;
	}
	*cause = (struct antin_err){0};
	return ANTIN_OK;
}

/* Called over a window that grows until it holds what is parsed. */
typedef enum antin_rc parse_fn(struct pdf_lex *lx, struct pdf_object *o, struct antin_err *err);

static enum antin_rc
parse_window(struct pdf *d, uint64_t at, uint64_t limit, parse_fn *parse, struct pdf_object *o,
             struct antin_err *err)
{
	size_t want = 2048;

	for (;;) {
		struct pdf_lex lx = {0};
		enum antin_rc rc = pdf_window(d, at, limit, want, err);

		if (rc != ANTIN_OK)
			return rc;
		lx.text = antin_bytes_slice(&d->window);
		lx.final = d->window.len < want;
		rc = parse(&lx, o, err);
		if (rc == ANTIN_OK) {
			antin_bytes_clear(&o->tree.text);
			antin_bytes_add(&o->tree.text, lx.text.p, lx.at);
			o->end = at + lx.at;
			return antin_bytes_check(&o->tree.text, err);
		}
		if (!lx.more)
			return rc;
		if (lx.final)
			return antin_fail(err, ANTIN_E_DAMAGED,
			                  N_("the file ends inside of an object"));
		if (want >= PDF_OBJECT_TEXT)
			return antin_fail(err, ANTIN_E_TOO_LARGE, N_("an object is too large"));
		want *= 4;
	}
}

static enum antin_rc
parse_value(struct pdf_lex *lx, struct pdf_object *o, struct antin_err *err)
{
	return pdf_tree_parse(lx, &o->tree, err);
}

enum antin_rc
pdf_tree_at(struct pdf *d, uint64_t at, struct pdf_tree *out, uint64_t *end, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) o = {0};
	enum antin_rc rc =
	        parse_window(d, at, antin_source_size(d->doc.source), parse_value, &o, err);

	if (rc != ANTIN_OK)
		return rc;
	*end = o.end;
	*out = o.tree;
	o.tree = (struct pdf_tree){0};
	return ANTIN_OK;
}

/* The octets after the word "stream": CRLF or LF (7.3.8.1). */
static enum antin_rc
stream_begin(struct pdf_lex *lx, struct pdf_object *o, struct antin_err *err)
{
	const uint8_t *p = lx->text.p + lx->at;
	size_t left = lx->text.len - lx->at;

	if (left < 2 && !lx->final) {
		lx->more = true;
		return ANTIN_E_DAMAGED;
	}
	if (left >= 1 && p[0] == '\n')
		lx->at += 1;
	else if (left >= 2 && p[0] == '\r' && p[1] == '\n')
		lx->at += 2;
	else
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("a stream does not begin on a line of its own"));
	o->stream = true;
	return ANTIN_OK;
}

/* "12 0 obj", the value, then "endobj" or "stream". */
static enum antin_rc
parse_object(struct pdf_lex *lx, struct pdf_object *o, struct antin_err *err)
{
	int64_t num = 0, gen = 0;
	struct pdf_token t;
	enum antin_rc rc;

	while (lx->at < lx->text.len && pdf_is_space(lx->text.p[lx->at]))
		lx->at++;
	if (lx->at < lx->text.len && (lx->text.p[lx->at] < '0' || lx->text.p[lx->at] > '9'))
		return antin_fail(err, ANTIN_E_DAMAGED, N_("no object begins at the place listed"));
	rc = pdf_lex_int(lx, PDF_OBJECTS, &num, err);
	if (rc == ANTIN_OK)
		rc = pdf_lex_int(lx, 65535, &gen, err);
	if (rc == ANTIN_OK)
		rc = pdf_lex_word(lx, "obj", err);
	if (rc == ANTIN_OK)
		rc = pdf_tree_parse(lx, &o->tree, err);
	if (rc == ANTIN_OK)
		rc = pdf_lex_next(lx, &t, err);
	if (rc != ANTIN_OK)
		return rc;
	o->num = (uint32_t)num;
	o->gen = (uint32_t)gen;
	o->stream = false;
	if (pdf_token_is(lx, &t, "endobj"))
		return ANTIN_OK;
	if (pdf_token_is(lx, &t, "stream") && pdf_is(pdf_root(&o->tree), PDF_DICT))
		return stream_begin(lx, o, err);
	return antin_fail(err, ANTIN_E_DAMAGED, N_("object %u does not end with endobj"), o->num);
}

/* White space, then `word`, from *at on. */
static enum antin_rc
expect_word(struct pdf *d, uint64_t *at, uint64_t limit, const char *word, bool *found,
            struct antin_err *err)
{
	struct pdf_lex lx = {.final = true};
	struct pdf_token t;
	enum antin_rc rc = pdf_window(d, *at, limit, 64, err);

	if (rc != ANTIN_OK)
		return rc;
	lx.text = antin_bytes_slice(&d->window);
	*found = pdf_lex_next(&lx, &t, NULL) == ANTIN_OK && pdf_token_is(&lx, &t, word);
	*at += lx.at;
	return ANTIN_OK;
}

/*
 * 7.3.8.1: the stream is exactly /Length octets, then at most an end of line, then endstream.
 */
static enum antin_rc
stream_end(struct pdf *d, uint64_t limit, struct pdf_object *o, struct antin_err *err)
{
	uint64_t at = o->data + o->data_len;
	const uint8_t *p;
	size_t skip = 0;
	bool found = false;
	enum antin_rc rc;

	if (o->data_len > limit || at > limit)
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("the stream of object %u runs out of the file"), o->num);
	rc = pdf_window(d, at, limit, 16, err);
	if (rc != ANTIN_OK)
		return rc;
	p = d->window.p;
	if (d->window.len > 2 && p[0] == '\r' && p[1] == '\n')
		skip = 2;
	else if (d->window.len > 1 && (p[0] == '\r' || p[0] == '\n'))
		skip = 1;
	if (d->window.len < skip + 9 || memcmp(p + skip, "endstream", 9) != 0)
		return antin_fail(err, ANTIN_E_DAMAGED, N_("the /Length of object %u is wrong"),
		                  o->num);
	at += skip + 9;
	rc = expect_word(d, &at, limit, "endobj", &found, err);
	if (rc == ANTIN_OK && !found)
		rc = antin_fail(err, ANTIN_E_DAMAGED, N_("object %u does not end with endobj"),
		                o->num);
	o->end = at;
	return rc;
}

/* An integer object, for /Length: loaded without looking at any stream. */
static enum antin_rc
load_length(struct pdf *d, unsigned int revision, uint32_t num, int64_t *out, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) o = {0};
	const struct pdf_entry *e = pdf_entry_of(d, revision, num);
	enum antin_rc rc;

	if (!e || e->type != PDF_PLAIN)
		return e && e->type == PDF_PACKED ? pdf_load(d, revision, num, &o, err)
		                                  : ANTIN_E_NOT_FOUND;
	rc = parse_window(d, e->at, antin_source_size(d->doc.source), parse_object, &o, err);
	if (rc != ANTIN_OK)
		return rc;
	if (o.num != num || o.stream || !pdf_int_of(pdf_root(&o.tree), 0, INT64_MAX, out))
		return ANTIN_E_DAMAGED;
	return ANTIN_OK;
}

static enum antin_rc
stream_length(struct pdf *d, unsigned int revision, struct pdf_object *o, struct antin_err *err)
{
	struct pdf_value length = pdf_get(pdf_root(&o->tree), "Length");
	const struct pdf_node *node = pdf_node_of(length);
	int64_t n = -1;

	if (node->kind == PDF_REF && revision != PDF_NO_REVISION && node->v.ref.num != o->num) {
		enum antin_rc rc = load_length(d, revision, node->v.ref.num, &n, err);

		if (rc != ANTIN_OK && rc != ANTIN_E_NOT_FOUND && rc != ANTIN_E_DAMAGED)
			return rc;
	} else {
		(void)pdf_int_of(length, 0, INT64_MAX, &n);
	}
	if (n < 0)
		return antin_fail(err, ANTIN_E_DAMAGED, N_("the /Length of object %u is missing"),
		                  o->num);
	o->data_len = (uint64_t)n;
	return ANTIN_OK;
}

/* What a revision may read: nothing that was appended after it. */
static uint64_t
limit_of(const struct pdf *d, unsigned int revision)
{
	return revision == PDF_NO_REVISION ? antin_source_size(d->doc.source)
	                                   : d->revisions[revision].end;
}

enum antin_rc
pdf_object_at(struct pdf *d, unsigned int revision, uint64_t at, struct pdf_object *out,
              struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) o = {0};
	uint64_t limit = limit_of(d, revision);
	enum antin_rc rc = parse_window(d, at, limit, parse_object, &o, err);

	o.at = at;
	if (rc == ANTIN_OK && o.stream) {
		o.data = o.end;
		rc = stream_length(d, revision, &o, err);
		if (rc == ANTIN_OK)
			rc = stream_end(d, limit, &o, err);
	}
	if (rc != ANTIN_OK)
		return rc;
	pdf_object_done(out);
	*out = o;
	o = (struct pdf_object){0};
	return ANTIN_OK;
}

static void
packed_clear(struct pdf_packed *p)
{
	antin_bytes_done(&p->data);
	free(p->nums);
	free(p->offsets);
	*p = (struct pdf_packed){0};
}

void
pdf_packed_done(struct pdf *d)
{
	for (size_t i = 0; i < PDF_PACKED_KEPT; i++)
		packed_clear(&d->packed[i]);
}

static int
by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Each number once: some readers go by the place that the table names, others by the number. */
static enum antin_rc
packed_once(const struct pdf_packed *p, struct antin_err *err)
{
	uint32_t *sorted = calloc((size_t)p->n + 1, sizeof(*sorted));
	bool twice = false;

	if (!sorted)
		return antin_fail_memory(err);
	memcpy(sorted, p->nums, p->n * sizeof(*sorted));
	qsort(sorted, p->n, sizeof(*sorted), by_number);
	for (uint32_t i = 1; i < p->n; i++)
		twice = twice || sorted[i] == sorted[i - 1];
	free(sorted);
	return twice ? antin_fail(err, ANTIN_E_DAMAGED, SENSELESS, p->container) : ANTIN_OK;
}

/* The pairs of number and offset that an object stream begins with. */
static enum antin_rc
packed_header(struct pdf_packed *p, struct pdf_value dict, struct antin_err *err)
{
	struct pdf_lex lx = {.text = antin_bytes_slice(&p->data), .final = true};
	int64_t n = 0, first = 0, num = 0, offset = 0;
	enum antin_rc rc = ANTIN_OK;

	if (!pdf_name_is(pdf_get(dict, "Type"), "ObjStm") ||
	    !pdf_int_of(pdf_get(dict, "N"), 0, PDF_NODES, &n) ||
	    !pdf_int_of(pdf_get(dict, "First"), 0, (int64_t)p->data.len, &first) ||
	    (uint64_t)n * 4 > p->data.len + 4)
		return antin_fail(err, ANTIN_E_DAMAGED, SENSELESS, p->container);
	lx.text.len = (size_t)first;
	p->nums = calloc((size_t)n + 1, sizeof(*p->nums));
	p->offsets = calloc((size_t)n + 1, sizeof(*p->offsets));
	if (!p->nums || !p->offsets)
		return antin_fail_memory(err);
	for (; p->n < n; p->n++) {
		rc = pdf_lex_int(&lx, PDF_OBJECTS, &num, err);
		if (rc == ANTIN_OK)
			rc = pdf_lex_int(&lx, (int64_t)p->data.len - first, &offset, err);
		if (rc != ANTIN_OK)
			return rc;
		p->nums[p->n] = (uint32_t)num;
		p->offsets[p->n] = (uint32_t)(first + offset);
		/* Readers that go from one to the next find nothing where they go back. */
		if (p->n && p->offsets[p->n] <= p->offsets[p->n - 1])
			return antin_fail(err, ANTIN_E_DAMAGED, SENSELESS, p->container);
	}
	p->offsets[n] = (uint32_t)p->data.len;
	return packed_once(p, err);
}

static enum antin_rc
packed_read(struct pdf *d, unsigned int revision, uint32_t container, struct pdf_packed *p,
            struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) o = {0};
	const struct pdf_entry *e = pdf_entry_of(d, revision, container);
	enum antin_rc rc;

	if (!e || e->type != PDF_PLAIN)
		return antin_fail(err, ANTIN_E_DAMAGED, N_("object stream %u does not exist"),
		                  container);
	/* An object stream whose /Length lies in an object stream could ask for itself. */
	if (d->unpacking)
		return antin_fail(err, ANTIN_E_DAMAGED, SENSELESS, container);
	d->unpacking = true;
	rc = pdf_load(d, revision, container, &o, err);
	d->unpacking = false;
	if (rc != ANTIN_OK)
		return rc;
	if (!o.stream)
		return antin_fail(err, ANTIN_E_DAMAGED, SENSELESS, container);
	p->container = container;
	p->revision = revision;
	rc = pdf_decode(d, &o, &p->data, err);
	return rc == ANTIN_OK ? packed_header(p, pdf_root(&o.tree), err) : rc;
}

/* The object stream, from the few that are kept. */
static enum antin_rc
packed_of(struct pdf *d, unsigned int revision, uint32_t container, struct pdf_packed **out,
          struct antin_err *err)
{
	struct pdf_packed *oldest = &d->packed[0], fresh = {0};
	enum antin_rc rc;

	for (size_t i = 0; i < PDF_PACKED_KEPT; i++) {
		struct pdf_packed *p = &d->packed[i];

		if (p->used && p->container == container && p->revision == revision) {
			p->used = ++d->clock;
			*out = p;
			return ANTIN_OK;
		}
		if (p->used < oldest->used)
			oldest = p;
	}
	rc = packed_read(d, revision, container, &fresh, err);
	if (rc != ANTIN_OK) {
		packed_clear(&fresh);
		return rc;
	}
	packed_clear(oldest);
	*oldest = fresh;
	oldest->used = ++d->clock;
	*out = oldest;
	return ANTIN_OK;
}

static enum antin_rc
load_packed(struct pdf *d, unsigned int revision, const struct pdf_entry *e, struct pdf_object *o,
            struct antin_err *err)
{
	struct pdf_packed *p = NULL;
	struct pdf_lex lx = {.final = true};
	enum antin_rc rc = packed_of(d, revision, (uint32_t)e->at, &p, err);

	if (rc != ANTIN_OK)
		return rc;
	if (e->gen >= p->n || p->nums[e->gen] != e->num)
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("the place of object %u holds another object"), e->num);
	lx.text = antin_bytes_slice(&p->data);
	lx.text.p += p->offsets[e->gen];
	lx.text.len = p->offsets[e->gen + 1] - p->offsets[e->gen];
	rc = pdf_tree_parse(&lx, &o->tree, err);
	if (rc != ANTIN_OK)
		return lx.more ? antin_fail(err, ANTIN_E_DAMAGED,
		                            N_("object %u is cut short in its object stream"),
		                            e->num)
		               : rc;
	o->num = e->num;
	o->packed = true;
	antin_bytes_add(&o->tree.text, lx.text.p, lx.at);
	return antin_bytes_check(&o->tree.text, err);
}

static enum antin_rc
load_entry(struct pdf *d, unsigned int revision, const struct pdf_entry *e, struct pdf_object *o,
           struct antin_err *err)
{
	enum antin_rc rc;

	if (e->type == PDF_PACKED)
		return load_packed(d, revision, e, o, err);
	if (e->type == PDF_BROKEN)
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("line %u of a cross-reference table is not well formed"),
		                  e->num);
	rc = pdf_object_at(d, revision, e->at, o, err);
	if (rc == ANTIN_OK && (o->num != e->num || o->gen != e->gen))
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("the place of object %u holds another object"), e->num);
	return rc;
}

enum antin_rc
pdf_load(struct pdf *d, unsigned int revision, uint32_t num, struct pdf_object *out,
         struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) o = {0};
	const struct pdf_entry *e = pdf_entry_of(d, revision, num);
	enum antin_rc rc;

	if (!e || e->type == PDF_FREE)
		return ANTIN_E_NOT_FOUND;
	rc = load_entry(d, revision, e, &o, err);
	if (rc == ANTIN_OK && pdf_is(pdf_root(&o.tree), PDF_REF))
		rc = antin_fail(err, ANTIN_E_DAMAGED, N_("object %u is only a reference"), num);
	if (rc != ANTIN_OK) {
		antin_err_set_where(err, "object %u", num);
		return rc;
	}
	pdf_object_done(out);
	*out = o;
	o = (struct pdf_object){0};
	return ANTIN_OK;
}

enum antin_rc
pdf_follow(struct pdf *d, unsigned int revision, struct pdf_value v, struct pdf_object *holder,
           struct pdf_value *out, struct antin_err *err)
{
	const struct pdf_node *node = pdf_node_of(v);
	ANTIN_SCOPED(pdf_object) o = {0};
	enum antin_rc rc;

	if (node->kind != PDF_REF) {
		*out = v;
		return ANTIN_OK;
	}
	rc = pdf_load(d, revision, node->v.ref.num, &o, err);
	if (rc != ANTIN_OK && rc != ANTIN_E_NOT_FOUND)
		return rc;
	/* A reference with another generation is one to nothing. */
	if (rc == ANTIN_E_NOT_FOUND || o.gen != node->v.ref.gen) {
		*out = (struct pdf_value){0};
		return ANTIN_OK;
	}
	pdf_object_done(holder);
	*holder = o;
	o = (struct pdf_object){0};
	*out = pdf_root(&holder->tree);
	return ANTIN_OK;
}

enum antin_rc
pdf_follow_key(struct pdf *d, unsigned int revision, struct pdf_value dict, const char *key,
               struct pdf_object *holder, struct pdf_value *out, struct antin_err *err)
{
	return pdf_follow(d, revision, pdf_get(dict, key), holder, out, err);
}

enum antin_rc
pdf_catalog(struct pdf *d, unsigned int revision, struct pdf_object *out, struct antin_err *err)
{
	struct pdf_value root = {0};
	enum antin_rc rc =
	        pdf_follow_key(d, revision, pdf_trailer(d, revision), "Root", out, &root, err);

	if (rc != ANTIN_OK)
		return rc;
	if (!pdf_is(pdf_get(pdf_trailer(d, revision), "Root"), PDF_REF) || out->stream ||
	    !pdf_name_is(pdf_get(root, "Type"), "Catalog") || !pdf_has(root, "Pages"))
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("the catalogue of the file cannot be read"));
	return ANTIN_OK;
}
