/*
 * Remains of signatures: dictionaries with a /ByteRange that no field shows, since the field was
 * taken away or damaged (ISO 32000-1, 12.8.1).  Behind the last sound signature only: what came
 * before it is what its signer saw.
 */
#include <string.h>

#include "reader.h"

#define LOST N_("no field shows this signature: it was removed, or the file is damaged")

/* The next place of the key from *at on; the end of the file if there is none. */
static enum antin_rc
find_key(struct pdf *d, uint64_t *at, struct antin_err *err)
{
	static const char key[] = "/ByteRange";
	enum { STEP = 65536, LEN = sizeof(key) - 1 };
	uint64_t size = antin_source_size(d->doc.source);

	for (; size >= LEN && *at <= size - LEN; *at += d->window.len - LEN + 1) {
		const uint8_t *found;
		enum antin_rc rc = pdf_window(d, *at, size, STEP, err);

		if (rc != ANTIN_OK)
			return rc;
		if (d->window.len < LEN)
			break;
		found = memmem(d->window.p, d->window.len, key, LEN);
		if (found) {
			*at += (uint64_t)(found - d->window.p);
			return ANTIN_OK;
		}
	}
	*at = size;
	return ANTIN_OK;
}

/* The object that begins last before a place, in whichever state of the file. */
static const struct pdf_entry *
entry_before(const struct pdf *d, uint64_t at, unsigned int *revision)
{
	const struct pdf_entry *best = NULL;

	for (size_t i = 0; i < d->n_sections; i++) {
		const struct pdf_section *s = &d->sections[i];

		for (size_t k = 0; k < s->n; k++) {
			const struct pdf_entry *e = &s->entries[k];

			if (e->type != PDF_PLAIN || e->at > at || (best && e->at <= best->at))
				continue;
			best = e;
			*revision = s->revision;
		}
	}
	return best;
}

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Where "N G obj" begins whose "obj" stands at `i`; `i` itself if it is none. */
static size_t
header_start(struct antin_slice s, size_t i)
{
	size_t at = i;

	for (int part = 0; part < 2; part++) {
		size_t end;

		while (at > 0 && pdf_is_space(s.p[at - 1]))
			at--;
		end = at;
		while (at > 0 && is_digit(s.p[at - 1]))
			at--;
		if (at == end)
			return i;
	}
	return at;
}

/* An object that no table lists any more, shortly before a place; 0 if there is none. */
static enum antin_rc
unlisted_before(struct pdf *d, uint64_t at, uint64_t *found, struct antin_err *err)
{
	enum { BACK = 65536, WORD = 3 };
	uint64_t from = at > BACK ? at - BACK : 0;
	enum antin_rc rc = pdf_window(d, from, at, BACK, err);
	struct antin_slice s = antin_bytes_slice(&d->window);

	*found = 0;
	for (size_t i = s.len; rc == ANTIN_OK && i-- > 0 && !*found;) {
		if (s.len - i < WORD || memcmp(s.p + i, "obj", WORD) != 0)
			continue;
		if (header_start(s, i) != i)
			*found = from + header_start(s, i);
	}
	return rc;
}

/*
 * The object around a place, of any state of the file, or left behind by all of them; num 0 if
 * there is none.
 */
static enum antin_rc
object_around(struct pdf *d, uint64_t at, struct pdf_object *o, unsigned int *revision,
              struct antin_err *err)
{
	const struct pdf_entry *e = entry_before(d, at, revision);
	uint64_t start = 0;
	enum antin_rc rc = ANTIN_OK;

	if (e)
		rc = pdf_object_at(d, *revision, e->at, o, err);
	if (rc != ANTIN_OK || (e && at < o->end))
		return rc;
	pdf_object_done(o);
	*revision = pdf_last(d);
	rc = unlisted_before(d, at, &start, err);
	return rc == ANTIN_OK && start ? pdf_object_at(d, PDF_NO_REVISION, start, o, err) : rc;
}

/* 12.8.2.3: rights that a program granted itself are no signature of the document. */
static enum antin_rc
is_usage_right(struct pdf *d, unsigned int revision, uint32_t num, bool *yes, struct antin_err *err)
{
	static const char *const rights[] = {"UR3", "UR"};
	ANTIN_SCOPED(pdf_object) catalog = {0};
	ANTIN_SCOPED(pdf_object) holder = {0};
	struct pdf_value perms = {0};
	enum antin_rc rc = pdf_catalog(d, revision, &catalog, err);

	if (rc == ANTIN_OK)
		rc = pdf_follow_key(d, revision, pdf_root(&catalog.tree), "Perms", &holder, &perms,
		                    err);
	*yes = false;
	for (size_t i = 0; rc == ANTIN_OK && i < sizeof(rights) / sizeof(rights[0]); i++) {
		struct pdf_value right = pdf_get(perms, rights[i]);

		*yes = *yes || (pdf_is(right, PDF_REF) && pdf_node_of(right)->v.ref.num == num);
	}
	return rc;
}

/* The dictionary around a place that looks like a signature; a null value if there is none. */
static struct pdf_value
signature_around(const struct pdf_object *o, uint64_t at)
{
	struct pdf_value found = {0};

	for (uint32_t i = 0; i < o->tree.n && !o->stream; i++) {
		const struct pdf_node *node = &o->tree.nodes[i];
		struct pdf_value dict = {&o->tree, i};

		if (node->kind == PDF_DICT && at > o->at + node->at &&
		    at < o->at + node->at + node->len && pdf_has(dict, "ByteRange") &&
		    pdf_has(dict, "Contents"))
			found = dict;
	}
	return found;
}

static bool
is_listed(const struct pdf *d, uint32_t num)
{
	for (size_t i = 0; i < d->doc.n_sigs; i++)
		if (d->made[i].num == num)
			return true;
	return false;
}

static enum antin_rc
look_around(struct pdf *d, uint64_t at, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) o = {0};
	unsigned int revision = 0;
	struct antin_doc_sig *s = NULL;
	size_t n = d->doc.n_sigs;
	struct pdf_value dict;
	bool right = false;
	enum antin_rc rc = object_around(d, at, &o, &revision, err);

	dict = signature_around(&o, at);
	if (rc != ANTIN_OK || pdf_is(dict, PDF_NULL) || is_listed(d, o.num))
		return rc;
	rc = is_usage_right(d, revision, o.num, &right, err);
	if (rc != ANTIN_OK || right)
		return rc;
	rc = pdf_add_signature(d, &o, dict, &s, err);
	/* Also where it could be read only in part. */
	if (d->doc.n_sigs > n) {
		d->doc.sigs[n].problem = LOST;
		d->remains = true;
	}
	return rc;
}

enum antin_rc
pdf_find_remains(struct pdf *d, struct antin_err *err)
{
	enum { PLACES = 32 };
	uint64_t size = antin_source_size(d->doc.source), at = 0;
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < d->doc.n_sigs; i++)
		if (!d->doc.sigs[i].problem && d->doc.sigs[i].revision_end > at)
			at = d->doc.sigs[i].revision_end;
	for (size_t i = 0; i < PLACES && rc == ANTIN_OK && at < size; i++) {
		struct antin_err cause = {0};

		rc = find_key(d, &at, err);
		if (rc != ANTIN_OK || at == size)
			break;
		/* What cannot be read shows no signature to anybody. */
		rc = look_around(d, at++, &cause);
		rc = rc == ANTIN_E_DAMAGED ? ANTIN_OK : rc;
		if (rc != ANTIN_OK && err)
			*err = cause;
	}
	return rc;
}
