/*
 * Signatures of a PDF (ISO 32000-1, 12.8; EN 319 142-1): which there are, which bytes each covers,
 * and every sign of one that was moved, wrapped or made up.
 */
#include "reader.h"

#include <stdlib.h>
#include <string.h>

#include <antin/der.h>

/* The rules a signature dictionary can break. */
#define NO_RANGE      N_("the signature does not say which bytes it covers")
#define RANGE_START   N_("the signed bytes do not begin at the start of the file")
#define RANGE_WRONG   N_("the signed bytes overlap or lie outside of the file")
#define GAP_WRONG     N_("the gap in the signed bytes is not exactly the signature value")
#define NO_CONTENTS   N_("the signature has no value")
#define HEX_WRONG     N_("the signature value is not written as whole octets")
#define NOT_DER       N_("the signature value is not a signature")
#define PADDING_WRONG N_("bytes other than zero follow the signature value")
#define PACKED        N_("the signature lies in a compressed part of the file")
#define NOT_DICT      N_("the signature field holds no signature")
#define LEFT_OUT      N_("bytes of the signed state of the file are not covered")
#define LISTS_BEYOND  N_("the signed state of the file refers to bytes that came later")
#define SHARED        N_("two fields show the same signature")
#define OUTSIDE_FORM  N_("the signature is not part of the form of the document")
#define CHANGED_LATER N_("the signature was written again after it was made")

struct kind_row {
	const char *subtype;
	enum antin_sig_kind kind;
};
static const struct kind_row kinds[] = {
        {"ETSI.CAdES.detached", ANTIN_SIG_CADES},
        {"adbe.pkcs7.detached", ANTIN_SIG_PKCS7},
        {"ETSI.RFC3161", ANTIN_SIG_TIMESTAMP},
};

static void
read_kind(struct pdf_value dict, struct antin_doc_sig *s)
{
	pdf_name_text(pdf_get(dict, "SubFilter"), s->subtype, sizeof(s->subtype));
	s->kind = ANTIN_SIG_OTHER;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].subtype, s->subtype) == 0)
			s->kind = kinds[i].kind;
	/* ISO 32000-2, table 255: a time stamp is no /Sig; that is a signature made to look so. */
	if (s->kind == ANTIN_SIG_TIMESTAMP && pdf_name_is(pdf_get(dict, "Type"), "Sig"))
		s->kind = ANTIN_SIG_OTHER;
}

/* The first rule broken is kept: it says most. */
static void
set_problem(struct antin_doc_sig *s, const char *problem)
{
	if (!s->problem)
		s->problem = problem;
}

/* /Contents: hexadecimal, whole octets, DER, then zeros only. */
static const char *
read_contents(struct pdf_value contents, struct antin_bytes *cms)
{
	struct antin_slice text = pdf_text_of(contents);
	static const char spaces[] = " \t\n\f\r"; /* and NUL */
	ANTIN_SCOPED(antin_bytes) frame = {0};
	struct antin_in in;
	bool zero = true;
	size_t i;

	if (!pdf_is(contents, PDF_HEX) && !pdf_is(contents, PDF_STRING))
		return NO_CONTENTS;
	if (!pdf_is(contents, PDF_HEX) || text.len % 2 || text.len > 2 * (size_t)ANTIN_CMS_MAX + 2)
		return HEX_WRONG;
	for (i = 0; i < sizeof(spaces); i++)
		if (memchr(text.p, spaces[i], text.len))
			return HEX_WRONG;
	pdf_string_octets(contents, cms);
	for (i = 0; i < cms->len; i++)
		zero = zero && cms->p[i] == 0;
	if (zero)
		return NO_CONTENTS;
	in = antin_in_of(antin_bytes_slice(cms));
	if (cms->p[0] != ANTIN_SEQUENCE || !antin_ber_frame(&in, &frame)) {
		cms->failed = frame.failed;
		return NOT_DER;
	}
	for (i = cms->len - antin_in_left(&in); i < cms->len; i++)
		if (cms->p[i])
			return PADDING_WRONG;
	cms->len -= antin_in_left(&in);
	return NULL;
}

/* /ByteRange: four numbers, two ranges in order inside the file. */
static const char *
read_ranges(struct pdf_value array, uint64_t size, struct antin_range ranges[2])
{
	struct pdf_iter it = pdf_iter_of(array);
	struct pdf_value item;
	int64_t n[4] = {0, 0, 0, 0};
	size_t i = 0;

	if (!pdf_is(array, PDF_ARRAY) || pdf_count(array) != 4)
		return NO_RANGE;
	for (; i < 4 && pdf_iter_item(&it, &item); i++)
		if (!pdf_int_of(item, 0, INT64_MAX, &n[i]))
			return RANGE_WRONG;
	if (n[0] != 0)
		return RANGE_START;
	if (n[1] >= n[2] || (uint64_t)n[2] > size || (uint64_t)n[3] > size - (uint64_t)n[2])
		return RANGE_WRONG;
	ranges[0] = (struct antin_range){0, (uint64_t)n[1]};
	ranges[1] = (struct antin_range){(uint64_t)n[2], (uint64_t)n[3]};
	return NULL;
}

/* The state of the file in which the byte lies. */
static unsigned int
revision_at(const struct pdf *d, uint64_t at)
{
	unsigned int i = 0;

	while (i < pdf_last(d) && at >= d->revisions[i].end)
		i++;
	return i;
}

/* Only white space between two places. */
static enum antin_rc
only_space(struct pdf *d, uint64_t from, uint64_t to, bool *yes, struct antin_err *err)
{
	enum antin_rc rc;

	*yes = from <= to && to - from <= 1024;
	if (!*yes)
		return ANTIN_OK;
	rc = pdf_window(d, from, to, 1024, err);
	for (size_t i = 0; rc == ANTIN_OK && i < d->window.len; i++)
		*yes = *yes && pdf_is_space(d->window.p[i]);
	return rc;
}

/* No table of the signed state may lead to bytes behind it. */
static bool
lists_beyond(const struct pdf *d, unsigned int revision, uint64_t end)
{
	for (size_t i = 0; i < d->n_sections; i++) {
		const struct pdf_section *s = &d->sections[i];

		for (size_t k = 0; s->revision <= revision && k < s->n; k++)
			if (s->entries[k].type == PDF_PLAIN && s->entries[k].at >= end)
				return true;
	}
	return false;
}

/* EN 319 142-1 5.3, and what research calls the coverage class. */
static enum antin_rc
read_coverage(struct pdf *d, struct antin_doc_sig *s, unsigned int *made, struct antin_err *err)
{
	uint64_t end = s->ranges[1].offset + s->ranges[1].length;
	const struct pdf_revision *r;
	bool whole = false;
	enum antin_rc rc;

	*made = revision_at(d, s->ranges[0].length);
	r = &d->revisions[*made];
	s->revision_end = end;
	s->coverage = ANTIN_COVERAGE_PARTIAL;
	rc = only_space(d, r->mark, end, &whole, err);
	if (rc != ANTIN_OK)
		return rc;
	if (!r->mark || !whole) {
		set_problem(s, LEFT_OUT);
	} else if (lists_beyond(d, *made, end)) {
		set_problem(s, LISTS_BEYOND);
	} else {
		bool all = end == antin_source_size(d->doc.source) && *made == pdf_last(d);

		s->coverage = all ? ANTIN_COVERAGE_ENTIRE_FILE : ANTIN_COVERAGE_ENTIRE_REVISION;
	}
	return ANTIN_OK;
}

static enum antin_rc
read_text(struct pdf *d, unsigned int revision, struct pdf_value dict, const char *key,
          struct antin_bytes *out, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) holder = {0};
	struct pdf_value v = {0};
	enum antin_rc rc = pdf_follow_key(d, revision, dict, key, &holder, &v, err);

	if (rc == ANTIN_OK)
		pdf_string_utf8(v, out);
	return rc;
}

static enum antin_rc
read_texts(struct pdf *d, unsigned int revision, struct pdf_value dict, struct antin_doc_sig *s,
           struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) holder = {0};
	struct pdf_value v = {0};
	enum antin_rc rc = read_text(d, revision, dict, "Name", &s->name, err);

	if (rc == ANTIN_OK)
		rc = read_text(d, revision, dict, "Reason", &s->reason, err);
	if (rc == ANTIN_OK)
		rc = read_text(d, revision, dict, "Location", &s->location, err);
	if (rc == ANTIN_OK)
		rc = read_text(d, revision, dict, "ContactInfo", &s->contact, err);
	if (rc == ANTIN_OK)
		rc = pdf_follow_key(d, revision, dict, "M", &holder, &v, err);
	if (rc == ANTIN_OK && !pdf_date_read(v, &s->time))
		s->time = INT64_MIN;
	return rc;
}

/* 12.8.2.2: P of the DocMDP transform; missing means 2, nonsense the strictest. */
static enum antin_rc
read_docmdp(struct pdf *d, unsigned int revision, struct pdf_value reference,
            struct antin_doc_sig *s, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) holder = {0};
	ANTIN_SCOPED(pdf_object) inner = {0};
	struct pdf_value dict = {0}, params = {0};
	int64_t p = 2;
	enum antin_rc rc = pdf_follow(d, revision, reference, &holder, &dict, err);

	if (rc != ANTIN_OK || !pdf_name_is(pdf_get(dict, "TransformMethod"), "DocMDP"))
		return rc;
	rc = pdf_follow_key(d, revision, dict, "TransformParams", &inner, &params, err);
	if (rc == ANTIN_OK && pdf_has(params, "P") && !pdf_int_of(pdf_get(params, "P"), 1, 3, &p))
		p = 1;
	if (rc == ANTIN_OK && (s->docmdp == 0 || p < s->docmdp))
		s->docmdp = (int)p;
	return rc;
}

static enum antin_rc
read_references(struct pdf *d, unsigned int revision, struct pdf_value dict,
                struct antin_doc_sig *s, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) holder = {0};
	struct pdf_value array = {0}, item;
	struct pdf_iter it;
	enum antin_rc rc = pdf_follow_key(d, revision, dict, "Reference", &holder, &array, err);

	it = pdf_iter_of(array);
	while (rc == ANTIN_OK && pdf_is(array, PDF_ARRAY) && pdf_iter_item(&it, &item))
		rc = read_docmdp(d, revision, item, s, err);
	return rc;
}

/* The gap must be the very string of this dictionary: what a moved or copied one never meets. */
static bool
gap_fits(const struct pdf_object *o, struct pdf_value contents, const struct antin_range ranges[2])
{
	const struct pdf_node *node = pdf_node_of(contents);
	uint64_t at = o->at + node->at;

	return ranges[0].length == at && ranges[1].offset == at + node->len;
}

/* A signature dictionary inside of the object `o`. */
static enum antin_rc
read_signature(struct pdf *d, const struct pdf_object *o, struct pdf_value dict,
               struct antin_doc_sig *s, unsigned int *made, struct antin_err *err)
{
	struct pdf_value contents = pdf_get(dict, "Contents");
	const char *problem;
	enum antin_rc rc;

	s->coverage = ANTIN_COVERAGE_UNCLEAR;
	s->time = INT64_MIN;
	*made = pdf_last(d);
	if (!pdf_is(dict, PDF_DICT)) {
		set_problem(s, NOT_DICT);
		return ANTIN_OK;
	}
	read_kind(dict, s);
	set_problem(s, read_ranges(pdf_get(dict, "ByteRange"), antin_source_size(d->doc.source),
	                           s->ranges));
	problem = read_contents(contents, &s->cms);
	if (o->packed)
		set_problem(s, PACKED);
	if (!s->problem && !gap_fits(o, contents, s->ranges))
		set_problem(s, GAP_WRONG);
	if (!s->problem) {
		rc = read_coverage(d, s, made, err);
		if (rc != ANTIN_OK)
			return rc;
		if (pdf_entry_of(d, *made, o->num) != pdf_entry_of(d, pdf_last(d), o->num))
			set_problem(s, CHANGED_LATER);
	}
	set_problem(s, problem);
	rc = read_texts(d, *made, dict, s, err);
	if (rc == ANTIN_OK)
		rc = read_references(d, *made, dict, s, err);
	return rc == ANTIN_OK ? antin_bytes_check(&s->cms, err) : rc;
}

enum antin_rc
pdf_add_signature(struct pdf *d, const struct pdf_object *o, struct pdf_value dict,
                  struct antin_doc_sig **out, struct antin_err *err)
{
	struct antin_doc_sig *s;
	struct pdf_made *made;
	enum antin_rc rc;

	if (d->doc.n_sigs == ANTIN_DOC_SIGS)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("the file has too many signatures"));
	if (!d->doc.sigs)
		d->doc.sigs = calloc(ANTIN_DOC_SIGS, sizeof(*d->doc.sigs));
	if (!d->made)
		d->made = calloc(ANTIN_DOC_SIGS, sizeof(*d->made));
	if (!d->doc.sigs || !d->made)
		return antin_fail_memory(err);
	made = &d->made[d->doc.n_sigs];
	s = &d->doc.sigs[d->doc.n_sigs++];
	made->num = o->num;
	rc = read_signature(d, o, dict, s, &made->revision, err);
	if (rc == ANTIN_OK)
		*out = s;
	return rc;
}

/* The signature that field object `o` shows. */
static enum antin_rc
field_signature(struct pdf *d, const struct pdf_object *o, struct antin_doc_sig **out,
                struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) holder = {0};
	struct pdf_value v = {0};
	struct antin_err cause = {0};
	enum antin_rc rc =
	        pdf_follow_key(d, pdf_last(d), pdf_root(&o->tree), "V", &holder, &v, &cause);

	/* A signature that cannot be read is listed all the same, as none. */
	rc = pdf_note_damage(d, rc, &cause, err);
	if (rc != ANTIN_OK)
		return rc;
	return pdf_add_signature(d, v.tree == &holder.tree ? &holder : o, v, out, err);
}

static enum antin_rc
form_signatures(struct pdf *d, const struct pdf_form *f, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) o = {0};
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; rc == ANTIN_OK && i < f->n; i++) {
		const struct pdf_field *field = &f->fields[i];
		struct antin_doc_sig *s = NULL;

		if (!field->signature || !field->has_value)
			continue;
		rc = pdf_load(d, pdf_last(d), field->num, &o, err);
		if (rc == ANTIN_OK)
			rc = field_signature(d, &o, &s, err);
		if (rc != ANTIN_OK)
			break;
		pdf_field_name(f, i, &s->field);
		for (size_t k = 0; k < f->n; k++)
			if (k != i && field->value && f->fields[k].value == field->value)
				set_problem(s, SHARED);
	}
	return rc;
}

/* A signature field that shows on a page but is not in the form is seen by some readers only. */
static enum antin_rc
stray_signature(struct pdf *d, const struct pdf_form *f, uint32_t num, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) o = {0};
	struct antin_doc_sig *s = NULL;
	enum antin_rc rc = pdf_load(d, pdf_last(d), num, &o, err);

	if (rc != ANTIN_OK || !pdf_name_is(pdf_get(pdf_root(&o.tree), "FT"), "Sig") ||
	    !pdf_has(pdf_root(&o.tree), "V") || pdf_field_of(f, num))
		return rc == ANTIN_E_NOT_FOUND ? ANTIN_OK : rc;
	rc = field_signature(d, &o, &s, err);
	if (rc == ANTIN_OK)
		s->problem = OUTSIDE_FORM;
	return rc;
}

/*
 * All objects of a small file, so that what readers would repair silently is refused; of a large
 * one what was appended.
 */
static enum antin_rc
stray_signatures(struct pdf *d, const struct pdf_form *f, struct antin_err *err)
{
	enum { SMALL = 512, APPENDED = 20000 };
	struct antin_err cause = {0};
	size_t looked = 0;
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < d->n_sections; i++) {
		const struct pdf_section *s = &d->sections[i];

		if (d->n_entries > SMALL && (s->revision == 0 || looked + s->n > APPENDED))
			continue;
		looked += s->n;
		for (size_t k = 0; rc == ANTIN_OK && k < s->n; k++) {
			if (pdf_entry_of(d, pdf_last(d), s->entries[k].num) != &s->entries[k])
				continue;
			rc = stray_signature(d, f, s->entries[k].num, &cause);
			rc = pdf_note_damage(d, rc, &cause, err);
		}
	}
	return rc;
}

static bool
earlier(const struct pdf *d, size_t a, size_t b)
{
	if (d->made[a].revision != d->made[b].revision)
		return d->made[a].revision < d->made[b].revision;
	return d->doc.sigs[a].revision_end < d->doc.sigs[b].revision_end;
}

/* In the order in which they were made. */
static void
sort_signatures(struct pdf *d)
{
	for (size_t i = 1; i < d->doc.n_sigs; i++) {
		for (size_t k = i; k > 0 && earlier(d, k, k - 1); k--) {
			struct antin_doc_sig s = d->doc.sigs[k];
			struct pdf_made made = d->made[k];

			d->doc.sigs[k] = d->doc.sigs[k - 1];
			d->made[k] = d->made[k - 1];
			d->doc.sigs[k - 1] = s;
			d->made[k - 1] = made;
		}
	}
}

enum antin_rc
pdf_signatures(struct pdf *d, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_form) f = {0};
	enum antin_rc rc = pdf_form_read(d, pdf_last(d), &f, err);

	if (rc == ANTIN_OK)
		rc = form_signatures(d, &f, err);
	if (rc == ANTIN_OK)
		rc = stray_signatures(d, &f, err);
	if (rc == ANTIN_OK)
		rc = pdf_find_remains(d, err);
	if (rc == ANTIN_OK)
		sort_signatures(d);
	return rc;
}
