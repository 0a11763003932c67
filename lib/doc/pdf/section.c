/*
 * One cross-reference section (ISO 32000-1, 7.5.4 tables, 7.5.8 streams and hybrids): strict forms
 * only, every number once, nothing above /Size.
 */
#include "reader.h"

#include <stdlib.h>
#include <string.h>

void
pdf_section_done(struct pdf_section *s)
{
	pdf_tree_done(&s->trailer);
	free(s->entries);
	*s = (struct pdf_section){0};
}

/* Room for `more` entries, counted against the document's cap. */
static enum antin_rc
reserve_entries(struct pdf *d, struct pdf_section *s, size_t more, struct antin_err *err)
{
	struct pdf_entry *grown;

	if (more > PDF_ENTRIES || d->n_entries + s->n + more > PDF_ENTRIES)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("the file lists too many objects"));
	grown = realloc(s->entries, (s->n + more + 1) * sizeof(*grown));
	if (!grown)
		return antin_fail_memory(err);
	s->entries = grown;
	return ANTIN_OK;
}

static bool
take_decimal(const uint8_t *p, size_t digits, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < digits; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		*out = *out * 10 + (uint64_t)(p[i] - '0');
	}
	return true;
}

/* "nnnnnnnnnn ggggg n" and an end of line of two octets; MuPDF gives what is free 65536. */
static bool
table_entry(const uint8_t *p, struct pdf_entry *e)
{
	uint64_t at, gen;

	if (!take_decimal(p, 10, &at) || p[10] != ' ' || !take_decimal(p + 11, 5, &gen) ||
	    p[16] != ' ' || (p[17] != 'n' && p[17] != 'f') || (p[17] == 'n' && gen > 65535))
		return false;
	if (memcmp(p + 18, " \n", 2) != 0 && memcmp(p + 18, " \r", 2) != 0 &&
	    memcmp(p + 18, "\r\n", 2) != 0)
		return false;
	e->type = p[17] == 'n' ? PDF_PLAIN : PDF_FREE;
	e->at = at;
	e->gen = (uint32_t)gen;
	return true;
}

/* Its object cannot be read; whether that one is needed shows later. */
static enum antin_rc
broken_row(struct pdf *d, struct pdf_entry *e, struct antin_err *err)
{
	struct antin_err cause = {0};
	enum antin_rc rc =
	        antin_fail(&cause, ANTIN_E_DAMAGED,
	                   N_("line %u of a cross-reference table is not well formed"), e->num);

	*e = (struct pdf_entry){.type = PDF_BROKEN, .num = e->num};
	return pdf_note_damage(d, rc, &cause, err);
}

static enum antin_rc
table_entries(struct pdf *d, struct pdf_section *s, uint64_t at, uint32_t first, size_t count,
              struct antin_err *err)
{
	enum { ROW = 20, ROWS = 512 };
	uint8_t rows[ROW * ROWS];
	const size_t start = s->n;
	const bool shifted = first == 1;
	enum antin_rc rc = ANTIN_OK;

	if (count > (antin_source_size(d->doc.source) - at) / ROW)
		return antin_fail(err, ANTIN_E_DAMAGED, N_("a cross-reference table is cut short"));
	rc = reserve_entries(d, s, count, err);
	while (rc == ANTIN_OK && count > 0) {
		size_t n = count < ROWS ? count : ROWS;

		rc = antin_source_read(d->doc.source, at, rows, n * ROW, err);
		for (size_t i = 0; rc == ANTIN_OK && i < n; i++) {
			struct pdf_entry *e = &s->entries[s->n++];

			*e = (struct pdf_entry){.num = first++};
			/* From such a row on some readers count from 0. */
			if (!table_entry(rows + i * ROW, e) ||
			    (shifted && s->n == start + 1 && e->type == PDF_FREE))
				rc = broken_row(d, e, err);
		}
		at += n * ROW;
		count -= n;
	}
	return rc;
}

static size_t
white_space(struct antin_slice s)
{
	size_t n = 0;

	while (n < s.len && (s.p[n] == ' ' || s.p[n] == '\n' || s.p[n] == '\r'))
		n++;
	return n;
}

static bool
take_digits(struct antin_slice s, size_t *at, uint64_t *out)
{
	size_t start = *at;

	for (*out = 0; *at < s.len && *at - start < 10 && s.p[*at] >= '0' && s.p[*at] <= '9'; ++*at)
		*out = *out * 10 + (uint64_t)(s.p[*at] - '0');
	return *at > start;
}

/* Spaces up to and including an end of line. */
static bool
take_line_end(struct antin_slice s, size_t *at)
{
	while (*at < s.len && s.p[*at] == ' ')
		++*at;
	if (*at == s.len || (s.p[*at] != '\n' && s.p[*at] != '\r'))
		return false;
	*at += s.p[*at] == '\r' && *at + 1 < s.len && s.p[*at + 1] == '\n' ? 2 : 1;
	return true;
}

/*
 * "first count" of a subsection, or "trailer" (then *count is SIZE_MAX), just as 7.5.4 writes them:
 * at other forms some readers give up and put the file together anew.
 */
static enum antin_rc
subsection(struct pdf *d, uint64_t at, uint32_t *first, size_t *count, uint64_t *next,
           struct antin_err *err)
{
	static const char word[] = "trailer";
	enum { WORD = sizeof(word) - 1 };
	enum antin_rc rc = pdf_window(d, at, antin_source_size(d->doc.source), 128, err);
	struct antin_slice s = antin_bytes_slice(&d->window);
	uint64_t from = 0, n = 0;
	size_t i = 0, before = white_space(s);

	if (rc != ANTIN_OK)
		return rc;
	if (s.len - before > WORD && memcmp(s.p + before, word, WORD) == 0 &&
	    !pdf_is_regular(s.p[before + WORD])) {
		*count = SIZE_MAX;
		*next = at + before + WORD;
		return ANTIN_OK;
	}
	if (!take_digits(s, &i, &from) || i == s.len || s.p[i++] != ' ' ||
	    !take_digits(s, &i, &n) || !take_line_end(s, &i) || from > PDF_OBJECTS ||
	    from + n > PDF_OBJECTS + 1)
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("a cross-reference table is not well formed"));
	*first = (uint32_t)from;
	*count = (size_t)n;
	*next = at + i;
	return ANTIN_OK;
}

static int
by_number(const void *a, const void *b)
{
	const struct pdf_entry *x = a, *y = b;

	return (x->num > y->num) - (x->num < y->num);
}

/* Entries in order, each number once and below /Size. */
static enum antin_rc
settle_entries(struct pdf_section *s, struct antin_err *err)
{
	bool sorted = true;
	int64_t size;

	if (!pdf_int_of(pdf_get(pdf_root(&s->trailer), "Size"), 1, PDF_OBJECTS + 1, &size))
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("/Size of the file is missing or out of range"));
	for (size_t i = 1; sorted && i < s->n; i++)
		sorted = s->entries[i - 1].num < s->entries[i].num;
	if (!sorted)
		qsort(s->entries, s->n, sizeof(*s->entries), by_number);
	for (size_t i = 1; i < s->n; i++)
		if (s->entries[i - 1].num == s->entries[i].num)
			return antin_fail(
			        err, ANTIN_E_DAMAGED,
			        N_("object %u is listed twice in one cross-reference table"),
			        s->entries[i].num);
	if (s->n && s->entries[s->n - 1].num >= size)
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("object %u is beyond the /Size of the file"),
		                  s->entries[s->n - 1].num);
	return ANTIN_OK;
}

static uint64_t
row_field(const uint8_t **p, int64_t width, uint64_t otherwise)
{
	uint64_t n = 0;

	for (int64_t i = 0; i < width; i++)
		n = n << 8 | *(*p)++;
	return width ? n : otherwise;
}

static enum antin_rc
stream_row(const uint8_t *p, const int64_t w[3], struct pdf_entry *e, struct antin_err *err)
{
	uint64_t type = row_field(&p, w[0], 1), at = row_field(&p, w[1], 0);
	uint64_t gen = row_field(&p, w[2], 0);

	if (type > PDF_PACKED || at >= (uint64_t)1 << 56 || gen > PDF_OBJECTS ||
	    (type == PDF_PACKED && at > PDF_OBJECTS))
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("an entry of a cross-reference stream is out of range"));
	e->type = type;
	e->at = at;
	e->gen = (uint32_t)gen;
	return ANTIN_OK;
}

/* The rows of one pair of /Index, from *row on. */
static enum antin_rc
stream_rows(struct pdf *d, struct pdf_section *s, const int64_t w[3], struct antin_in *in,
            const int64_t pair[2], struct antin_err *err)
{
	size_t width = (size_t)(w[0] + w[1] + w[2]);
	enum antin_rc rc;

	if (pair[0] + pair[1] > PDF_OBJECTS + 1 || (size_t)pair[1] > antin_in_left(in) / width)
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("a cross-reference stream does not hold what it lists"));
	rc = reserve_entries(d, s, (size_t)pair[1], err);
	for (int64_t i = 0; rc == ANTIN_OK && i < pair[1]; i++) {
		struct pdf_entry *e = &s->entries[s->n];
		struct antin_slice row;

		*e = (struct pdf_entry){.num = (uint32_t)(pair[0] + i)};
		if (!antin_in_take(in, width, &row))
			return antin_fail(err, ANTIN_E_INTERNAL,
			                  N_("a cross-reference row is missing"));
		rc = stream_row(row.p, w, e, err);
		s->n += rc == ANTIN_OK ? 1 : 0;
	}
	return rc;
}

static enum antin_rc
stream_index(struct pdf *d, struct pdf_section *s, const int64_t w[3], struct antin_in *in,
             struct antin_err *err)
{
	struct pdf_value dict = pdf_root(&s->trailer), index = pdf_get(dict, "Index");
	struct pdf_iter it = pdf_iter_of(index);
	struct pdf_value first, count;
	int64_t pair[2] = {0, 0};
	enum antin_rc rc = ANTIN_OK;

	if (pdf_has(dict, "Index") && !pdf_is(index, PDF_ARRAY))
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("/Index of a cross-reference stream makes no sense"));
	if (!pdf_has(dict, "Index")) {
		if (!pdf_int_of(pdf_get(dict, "Size"), 1, PDF_OBJECTS + 1, &pair[1]))
			return antin_fail(err, ANTIN_E_DAMAGED,
			                  N_("/Size of the file is missing or out of range"));
		return stream_rows(d, s, w, in, pair, err);
	}
	while (rc == ANTIN_OK && pdf_iter_item(&it, &first)) {
		if (!pdf_iter_item(&it, &count) || !pdf_int_of(first, 0, PDF_OBJECTS, &pair[0]) ||
		    !pdf_int_of(count, 0, PDF_OBJECTS + 1, &pair[1]))
			return antin_fail(err, ANTIN_E_DAMAGED,
			                  N_("/Index of a cross-reference stream makes no sense"));
		rc = stream_rows(d, s, w, in, pair, err);
	}
	return rc;
}

static enum antin_rc
read_widths(struct pdf_value dict, int64_t w[3], struct antin_err *err)
{
	struct pdf_iter it = pdf_iter_of(pdf_get(dict, "W"));
	struct pdf_value item;
	size_t n = 0;

	while (n < 3 && pdf_iter_item(&it, &item) && pdf_int_of(item, 0, 8, &w[n]))
		n++;
	if (n != 3 || pdf_iter_item(&it, &item) || w[1] == 0)
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("/W of a cross-reference stream makes no sense"));
	return ANTIN_OK;
}

static enum antin_rc
read_stream(struct pdf *d, uint64_t offset, struct pdf_section *s, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) o = {0};
	ANTIN_SCOPED(antin_bytes) data = {0};
	struct antin_in in;
	int64_t w[3] = {0, 0, 0};
	enum antin_rc rc = pdf_object_at(d, PDF_NO_REVISION, offset, &o, err);

	if (rc != ANTIN_OK)
		return rc;
	s->stream = true;
	s->own = o.num;
	s->end = o.end;
	if (!o.stream || !pdf_name_is(pdf_get(pdf_root(&o.tree), "Type"), "XRef"))
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("byte %llu holds no cross-reference section"),
		                  (unsigned long long)offset);
	rc = read_widths(pdf_root(&o.tree), w, err);
	if (rc == ANTIN_OK && pdf_has(pdf_root(&o.tree), "XRefStm"))
		rc = antin_fail(err, ANTIN_E_DAMAGED, N_("/XRefStm makes no sense"));
	if (rc == ANTIN_OK)
		rc = pdf_decode(d, &o, &data, err);
	if (rc != ANTIN_OK)
		return rc;
	s->trailer = o.tree;
	o.tree = (struct pdf_tree){0};
	in = antin_in_of(antin_bytes_slice(&data));
	rc = stream_index(d, s, w, &in, err);
	if (rc == ANTIN_OK && antin_in_left(&in) > 0)
		rc = antin_fail(err, ANTIN_E_DAMAGED,
		                N_("a cross-reference stream does not hold what it lists"));
	return rc == ANTIN_OK ? settle_entries(s, err) : rc;
}

static const struct pdf_entry *
find_in(const struct pdf_section *s, uint32_t num)
{
	struct pdf_entry key = {.num = num};

	return s->n ? bsearch(&key, s->entries, s->n, sizeof(key), by_number) : NULL;
}

/*
 * 7.5.8.4: the stream of a hybrid adds what the table hides as free.  Both in use and different
 * would show two documents to two readers.
 */
static enum antin_rc
merge_hybrid(struct pdf *d, struct pdf_section *s, const struct pdf_section *stm,
             struct antin_err *err)
{
	size_t old = s->n;
	enum antin_rc rc = reserve_entries(d, s, stm->n, err);

	if (rc != ANTIN_OK)
		return rc;
	for (size_t i = 0; i < stm->n; i++) {
		const struct pdf_entry *e = &stm->entries[i];
		struct pdf_section table = {.entries = s->entries, .n = old};
		const struct pdf_entry *same = find_in(&table, e->num);

		if (!same) {
			s->entries[s->n++] = *e;
		} else if (same->type == PDF_FREE) {
			s->entries[same - s->entries] = *e;
			s->entries[same - s->entries].hidden = e->type != PDF_FREE;
		} else if (same->type != e->type || same->at != e->at || same->gen != e->gen) {
			return antin_fail(
			        err, ANTIN_E_DAMAGED,
			        N_("the two cross-reference parts disagree about object %u"),
			        e->num);
		}
	}
	qsort(s->entries, s->n, sizeof(*s->entries), by_number);
	return ANTIN_OK;
}

static enum antin_rc
read_hybrid(struct pdf *d, struct pdf_section *s, struct antin_err *err)
{
	struct pdf_section stm = {0};
	int64_t at;
	enum antin_rc rc;

	if (!pdf_has(pdf_root(&s->trailer), "XRefStm"))
		return ANTIN_OK;
	if (!pdf_int_of(pdf_get(pdf_root(&s->trailer), "XRefStm"), 1, INT64_MAX, &at))
		return antin_fail(err, ANTIN_E_DAMAGED, N_("/XRefStm makes no sense"));
	rc = read_stream(d, (uint64_t)at, &stm, err);
	if (rc == ANTIN_OK)
		rc = merge_hybrid(d, s, &stm, err);
	s->forks = pdf_has(pdf_root(&stm.trailer), "Prev") &&
	           !pdf_same(pdf_get(pdf_root(&stm.trailer), "Prev"),
	                     pdf_get(pdf_root(&s->trailer), "Prev"));
	s->stm = (uint64_t)at;
	s->stm_end = stm.end;
	s->own_stm = stm.own;
	pdf_section_done(&stm);
	return rc;
}

static enum antin_rc
read_table(struct pdf *d, uint64_t offset, struct pdf_section *s, struct antin_err *err)
{
	uint64_t at = offset + 4;
	uint32_t first = 0;
	size_t count = 0;
	enum antin_rc rc = pdf_window(d, at, antin_source_size(d->doc.source), 64, err);

	if (rc != ANTIN_OK)
		return rc;
	at += white_space(antin_bytes_slice(&d->window));
	do {
		rc = subsection(d, at, &first, &count, &at, err);
		if (rc == ANTIN_OK && count != SIZE_MAX) {
			rc = table_entries(d, s, at, first, count, err);
			at += (uint64_t)count * 20;
		}
	} while (rc == ANTIN_OK && count != SIZE_MAX);
	if (rc == ANTIN_OK)
		rc = pdf_tree_at(d, at, &s->trailer, &s->end, err);
	if (rc == ANTIN_OK && !pdf_is(pdf_root(&s->trailer), PDF_DICT))
		rc = antin_fail(err, ANTIN_E_DAMAGED, N_("the trailer is not a dictionary"));
	if (rc == ANTIN_OK)
		rc = settle_entries(s, err);
	return rc == ANTIN_OK ? read_hybrid(d, s, err) : rc;
}

enum antin_rc
pdf_section_read(struct pdf *d, uint64_t offset, struct pdf_section *out, struct antin_err *err)
{
	struct pdf_section s = {.offset = offset};
	enum antin_rc rc;

	rc = pdf_window(d, offset, antin_source_size(d->doc.source), 8, err);
	if (rc != ANTIN_OK)
		return rc;
	if (d->window.len > 4 && memcmp(d->window.p, "xref", 4) == 0 &&
	    pdf_is_space(d->window.p[4]))
		rc = read_table(d, offset, &s, err);
	else
		rc = read_stream(d, offset, &s, err);
	if (rc != ANTIN_OK) {
		antin_err_set_where(err, "byte %llu", (unsigned long long)offset);
		pdf_section_done(&s);
		return rc;
	}
	d->n_entries += s.n;
	*out = s;
	return ANTIN_OK;
}
