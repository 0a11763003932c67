/*
 * The chain of cross-reference sections and the revisions it makes (ISO 32000-1, 7.5.5, 7.5.6,
 * annex F).  startxref must be right; nothing is searched for or rebuilt.
 */
#include "reader.h"

#include <stdlib.h>
#include <string.h>

/* The last match of `what` in the file below `from`, scanning backwards. */
static enum antin_rc
find_back(struct pdf *d, const char *what, uint64_t from, uint64_t *found, struct antin_err *err)
{
	enum { STEP = 65536 };
	size_t len = strlen(what);

	while (from >= len) {
		uint64_t begin = from > STEP ? from - STEP : 0;
		enum antin_rc rc = pdf_window(d, begin, from, STEP, err);

		if (rc != ANTIN_OK)
			return rc;
		for (size_t i = d->window.len - len + 1; i-- > 0;) {
			if (memcmp(d->window.p + i, what, len) == 0) {
				*found = begin + i;
				return ANTIN_OK;
			}
		}
		if (begin == 0)
			break;
		from = begin + len - 1;
	}
	return ANTIN_E_NOT_FOUND;
}

/* "startxref N %%EOF" at the beginning of `s`; *used are the octets up to and with %%EOF. */
static bool
end_mark(struct antin_slice s, uint64_t *startxref, size_t *used)
{
	static const char first[] = "startxref", last[] = "%%EOF";
	size_t i = sizeof(first) - 1, digits = 0;

	if (s.len < i || memcmp(s.p, first, i) != 0)
		return false;
	while (i < s.len && pdf_is_space(s.p[i]))
		i++;
	*startxref = 0;
	for (; i < s.len && s.p[i] >= '0' && s.p[i] <= '9' && digits < 18; i++, digits++)
		*startxref = *startxref * 10 + (uint64_t)(s.p[i] - '0');
	if (digits == 0 || i == s.len || !pdf_is_space(s.p[i]))
		return false;
	while (i < s.len && pdf_is_space(s.p[i]))
		i++;
	*used = i + sizeof(last) - 1;
	return *used <= s.len && memcmp(s.p + i, last, sizeof(last) - 1) == 0;
}

/* The last end mark of the file: where it begins, what it points to, where it ends. */
static enum antin_rc
find_end(struct pdf *d, uint64_t *at, uint64_t *startxref, uint64_t *end, struct antin_err *err)
{
	uint64_t size = antin_source_size(d->doc.source), eof = 0;
	size_t used;
	enum antin_rc rc = find_back(d, "%%EOF", size, &eof, err);

	if (rc == ANTIN_E_NOT_FOUND)
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("the file is cut short: it has no end mark"));
	if (rc == ANTIN_OK)
		rc = find_back(d, "startxref", eof, at, err);
	if (rc != ANTIN_OK && rc != ANTIN_E_NOT_FOUND)
		return rc;
	if (rc == ANTIN_OK)
		rc = pdf_window(d, *at, size, 128, err);
	if (rc != ANTIN_OK || !end_mark(antin_bytes_slice(&d->window), startxref, &used) ||
	    *at + used != eof + 5 || *startxref >= *at)
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("the end mark of the file is not preceded by startxref"));
	*end = eof + 5;
	return ANTIN_OK;
}

static enum antin_rc
add_section(struct pdf *d, uint64_t offset, struct antin_err *err)
{
	struct pdf_section *grown;
	enum antin_rc rc;

	for (size_t i = 0; i < d->n_sections; i++)
		if (d->sections[i].offset == offset)
			return antin_fail(err, ANTIN_E_DAMAGED,
			                  N_("the cross-reference sections run in a circle"));
	if (d->n_sections == PDF_SECTIONS)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("the file has too many revisions"));
	grown = realloc(d->sections, (d->n_sections + 1) * sizeof(*grown));
	if (!grown)
		return antin_fail_memory(err);
	d->sections = grown;
	rc = pdf_section_read(d, offset, &d->sections[d->n_sections], err);
	if (rc == ANTIN_OK)
		d->n_sections++;
	return rc;
}

/* From the newest section to the oldest, then turned round. */
static enum antin_rc
read_chain(struct pdf *d, uint64_t startxref, struct antin_err *err)
{
	int64_t prev = (int64_t)startxref;

	for (;;) {
		enum antin_rc rc = add_section(d, (uint64_t)prev, err);
		struct pdf_value trailer;

		if (rc != ANTIN_OK)
			return rc;
		trailer = pdf_root(&d->sections[d->n_sections - 1].trailer);
		if (!pdf_has(trailer, "Prev"))
			break;
		if (!pdf_int_of(pdf_get(trailer, "Prev"), 0,
		                (int64_t)antin_source_size(d->doc.source) - 1, &prev))
			return antin_fail(err, ANTIN_E_DAMAGED, N_("/Prev leads out of the file"));
	}
	for (size_t i = 0; i < d->n_sections / 2; i++) {
		struct pdf_section s = d->sections[i];

		d->sections[i] = d->sections[d->n_sections - 1 - i];
		d->sections[d->n_sections - 1 - i] = s;
	}
	return ANTIN_OK;
}

/* Annex F.3.3: the first object of a linearised file says so. */
static enum antin_rc
first_object(struct pdf *d, struct pdf_tree *out, uint64_t *end, struct antin_err *err)
{
	struct pdf_lex lx = {.final = true};
	struct pdf_token t;
	enum antin_rc rc = pdf_window(d, 0, antin_source_size(d->doc.source), 1024, err);

	if (rc != ANTIN_OK)
		return rc;
	lx.text = antin_bytes_slice(&d->window);
	for (int i = 0; i < 3; i++)
		if (pdf_lex_next(&lx, &t, NULL) != ANTIN_OK ||
		    (i < 2 ? t.kind != PDF_T_INT : !pdf_token_is(&lx, &t, "obj")))
			return ANTIN_OK;
	return pdf_tree_at(d, lx.at, out, end, err);
}

/* The byte behind white space, from `at` on in the window. */
static size_t
skip_space(const struct pdf *d, size_t at)
{
	while (at < d->window.len && pdf_is_space(d->window.p[at]))
		at++;
	return at;
}

/*
 * Annex F.3.1, F.3.4: readers that find /L to be the length of the file begin at the section behind
 * the first object, or behind the first endobj, instead of at startxref.  Whoever appends can make
 * /L fit, so all must agree.
 */
static enum antin_rc
check_linearized(struct pdf *d, struct pdf_value first, uint64_t end, struct antin_err *err)
{
	static const char word[] = "endobj";
	uint64_t size = antin_source_size(d->doc.source);
	int64_t length = 0;
	const uint8_t *found;
	size_t at;
	enum antin_rc rc = pdf_window(d, 0, size, 1024, err);

	if (rc != ANTIN_OK || (pdf_int_of(pdf_get(first, "L"), INT64_MIN, INT64_MAX, &length) &&
	                       (uint64_t)length != size))
		return rc;
	at = skip_space(d, end < d->window.len ? (size_t)end : d->window.len);
	found = memmem(d->window.p, d->window.len, word, sizeof(word) - 1);
	if (found != d->window.p + at ||
	    skip_space(d, at + sizeof(word) - 1) != d->sections[d->n_sections - 1].offset)
		return antin_fail(
		        err, ANTIN_E_DAMAGED,
		        N_("the beginning of the file and its end lead to two versions of it"));
	return ANTIN_OK;
}

static enum antin_rc
read_linearized(struct pdf *d, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_tree) first = {0};
	struct antin_err cause = {0};
	uint64_t end = 0;
	enum antin_rc rc = first_object(d, &first, &end, &cause);

	rc = pdf_note_damage(d, rc, &cause, err);
	d->linearized = pdf_has(pdf_root(&first), "Linearized");
	return rc == ANTIN_OK && d->linearized ? check_linearized(d, pdf_root(&first), end, err)
	                                       : rc;
}

static void
add_revision(struct pdf *d, size_t first, size_t n)
{
	struct pdf_revision *r = &d->revisions[d->n_revisions++];

	*r = (struct pdf_revision){.first = first, .n = n};
	r->startxref = d->sections[first + n - 1].offset;
	for (size_t i = first; i < first + n; i++)
		d->sections[i].revision = d->n_revisions - 1;
}

/* Each section is a revision; only a linearised file has its first one in two, the later in front.
 */
static enum antin_rc
group_revisions(struct pdf *d, struct antin_err *err)
{
	size_t i = 0;
	enum antin_rc rc = read_linearized(d, err);

	if (rc != ANTIN_OK)
		return rc;
	d->revisions = calloc(d->n_sections, sizeof(*d->revisions));
	if (!d->revisions)
		return antin_fail_memory(err);
	if (d->n_sections > 1 && d->sections[1].offset < d->sections[0].offset && d->linearized) {
		add_revision(d, 0, 2);
		i = 2;
	}
	for (; i < d->n_sections; i++) {
		uint64_t before = 0;

		for (size_t k = 0; k < i; k++)
			before = d->sections[k].end > before ? d->sections[k].end : before;
		if (d->sections[i].offset < before)
			return antin_fail(
			        err, ANTIN_E_DAMAGED,
			        N_("the cross-reference sections are not in their order"));
		add_revision(d, i, 1);
	}
	return ANTIN_OK;
}

/* The first end mark behind `from` that points to `startxref`; *mark stays 0 if there is none. */
static enum antin_rc
find_mark(struct pdf *d, uint64_t from, uint64_t startxref, uint64_t *mark, struct antin_err *err)
{
	enum { STEP = 65536, MARK = 128 };
	uint64_t size = antin_source_size(d->doc.source), to;

	for (; from < size; from = to) {
		enum antin_rc rc = pdf_window(d, from, size, STEP, err);
		const uint8_t *p = d->window.p, *end = p + d->window.len;

		if (rc != ANTIN_OK)
			return rc;
		to = from + STEP - MARK;
		while ((p = memmem(p, (size_t)(end - p), "startxref", 9))) {
			uint64_t at;
			size_t used;

			if (end_mark((struct antin_slice){p, (size_t)(end - p)}, &at, &used) &&
			    at == startxref) {
				*mark = from + (uint64_t)(p - d->window.p) + used;
				return ANTIN_OK;
			}
			p += 9;
		}
	}
	return ANTIN_OK;
}

static enum antin_rc
line_end(struct pdf *d, uint64_t at, uint64_t *out, struct antin_err *err)
{
	enum antin_rc rc = pdf_window(d, at, antin_source_size(d->doc.source), 2, err);
	const uint8_t *p = d->window.p;

	if (rc != ANTIN_OK)
		return rc;
	*out = at;
	if (d->window.len >= 1 && (p[0] == '\r' || p[0] == '\n'))
		*out += d->window.len >= 2 && p[0] == '\r' && p[1] == '\n' ? 2 : 1;
	return ANTIN_OK;
}

static enum antin_rc
missing_mark(struct pdf *d, struct antin_err *err)
{
	struct antin_err cause = {0};
	enum antin_rc rc = antin_fail(&cause, ANTIN_E_DAMAGED,
	                              N_("a revision of the file has no end mark of its own"));

	return pdf_note_damage(d, rc, &cause, err);
}

static enum antin_rc
mark_revisions(struct pdf *d, struct antin_err *err)
{
	uint64_t start = 0;
	enum antin_rc rc = ANTIN_OK;

	for (unsigned int i = 0; rc == ANTIN_OK && i < d->n_revisions; i++) {
		struct pdf_revision *r = &d->revisions[i];
		uint64_t from = 0;
		bool early = false;

		for (size_t k = r->first; k < r->first + r->n; k++) {
			const struct pdf_section *s = &d->sections[k];

			from = s->end > from ? s->end : from;
			from = s->stm_end > from ? s->stm_end : from;
			early = early || s->offset < start || (s->stm && s->stm < start);
		}
		r->start = start;
		rc = find_mark(d, from, r->startxref, &r->mark, err);
		if (rc == ANTIN_OK && r->mark)
			rc = line_end(d, r->mark, &r->end, err);
		if (rc == ANTIN_OK && i > 0 && !r->mark && !early && i < pdf_last(d)) {
			r->end = from;
			rc = missing_mark(d, err);
		} else if (rc == ANTIN_OK && i > 0 && (!r->mark || early))
			rc = antin_fail(err, ANTIN_E_DAMAGED,
			                N_("a revision of the file has no end mark of its own"));
		start = r->end;
	}
	return rc;
}

/*
 * What follows the end mark of the newest revision, white space aside; so much of that that readers
 * find startxref no more (annex H.3: in the last 1,024 bytes), and put the file together anew, too.
 */
static enum antin_rc
find_tail(struct pdf *d, uint64_t startxref, struct antin_err *err)
{
	enum { LOOKED_AT = 1024 };
	uint64_t size = antin_source_size(d->doc.source), last = 0;

	if (size - startxref > LOOKED_AT) {
		d->tail_offset = d->limit;
		d->tail = size - d->limit;
		return ANTIN_OK;
	}

	for (uint64_t at = d->limit; at < size; at += d->window.len) {
		enum antin_rc rc = pdf_window(d, at, size, 65536, err);

		if (rc != ANTIN_OK)
			return rc;
		for (size_t i = 0; i < d->window.len; i++) {
			if (pdf_is_space(d->window.p[i]))
				continue;
			if (!last)
				d->tail_offset = at + i;
			last = at + i + 1;
		}
	}
	d->tail = last ? last - d->tail_offset : 0;
	return ANTIN_OK;
}

/* Entries of older sections above the newest /Size do not exist for a reader; that is refused. */
static enum antin_rc
check_size(struct pdf *d, struct antin_err *err)
{
	int64_t size = 0;

	if (!pdf_int_of(pdf_get(pdf_trailer(d, pdf_last(d)), "Size"), 1, PDF_OBJECTS + 1, &size))
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("/Size of the file is missing or out of range"));
	for (size_t i = 0; i < d->n_sections; i++) {
		const struct pdf_section *s = &d->sections[i];

		if (s->n && s->entries[s->n - 1].num >= size)
			return antin_fail(err, ANTIN_E_DAMAGED,
			                  N_("object %u is beyond the /Size of the file"),
			                  s->entries[s->n - 1].num);
	}
	d->size = (uint32_t)size;
	return ANTIN_OK;
}

enum antin_rc
pdf_xref_read(struct pdf *d, struct antin_err *err)
{
	uint64_t at = 0, startxref = 0, end = 0;
	enum antin_rc rc = find_end(d, &at, &startxref, &end, err);

	if (rc == ANTIN_OK)
		rc = read_chain(d, startxref, err);
	if (rc == ANTIN_OK)
		rc = group_revisions(d, err);
	if (rc == ANTIN_OK)
		rc = mark_revisions(d, err);
	if (rc == ANTIN_OK && !d->revisions[pdf_last(d)].mark)
		rc = antin_fail(err, ANTIN_E_DAMAGED,
		                N_("the end mark of the file is not preceded by startxref"));
	if (rc != ANTIN_OK)
		return rc;
	d->limit = d->revisions[pdf_last(d)].end;
	rc = check_size(d, err);
	return rc == ANTIN_OK ? find_tail(d, at, err) : rc;
}

void
pdf_xref_done(struct pdf *d)
{
	for (size_t i = 0; i < d->n_sections; i++)
		pdf_section_done(&d->sections[i]);
	free(d->sections);
	free(d->revisions);
}

static int
by_number(const void *key, const void *entry)
{
	uint32_t num = *(const uint32_t *)key;
	const struct pdf_entry *e = entry;

	return (num > e->num) - (num < e->num);
}

const struct pdf_entry *
pdf_entry_of(const struct pdf *d, unsigned int revision, uint32_t num)
{
	const struct pdf_revision *r = &d->revisions[revision];

	for (size_t i = r->first + r->n; i-- > 0;) {
		const struct pdf_section *s = &d->sections[i];
		const struct pdf_entry *e =
		        s->n ? bsearch(&num, s->entries, s->n, sizeof(*e), by_number) : NULL;

		if (e)
			return e;
	}
	return NULL;
}

bool
pdf_in_use(const struct pdf *d, unsigned int revision, uint32_t num)
{
	const struct pdf_entry *e = pdf_entry_of(d, revision, num);

	return e && e->type != PDF_FREE;
}

const struct pdf_section *
pdf_newest_section(const struct pdf *d, unsigned int revision)
{
	const struct pdf_revision *r = &d->revisions[revision];

	return &d->sections[r->first + r->n - 1];
}

struct pdf_value
pdf_trailer(const struct pdf *d, unsigned int revision)
{
	return pdf_root(&pdf_newest_section(d, revision)->trailer);
}
