/*
 * The table of document formats, and what is the same for all of them: finding the format by
 * content, hashing the signed bytes, writing the result.
 */
#include <antin/doc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <antin/text.h>

#include "cms/container.h"
#include "pdf/reader.h"

static const struct antin_doc_ops *const formats[] = {
        &pdf_ops,
        &cms_ops,
};

/* What other files begin with: magic, a second text near the beginning or "", what to say. */
#define OTHER_FILES(X)                                                                             \
	X("PK\003\004", "opendocument", N_("%s is an OpenDocument file, not a PDF"))               \
	X("PK\003\004", "vnd.etsi.asic", N_("%s is an ASiC container, not a PDF"))                 \
	X("PK\003\004", "[Content_Types].xml",                                                     \
	  N_("%s is an office document (docx, xlsx or pptx), not a PDF"))                          \
	X("PK\003\004", "word/", N_("%s is an office document (docx, xlsx or pptx), not a PDF"))   \
	X("PK\003\004", "", N_("%s is a zip archive, not a PDF"))                                  \
	X("\320\317\021\340", "", N_("%s is an old office document (doc or xls), not a PDF"))      \
	X("\211PNG", "", N_("%s is a picture (PNG), not a PDF"))                                   \
	X("\377\330\377", "", N_("%s is a picture (JPEG), not a PDF"))                             \
	X("GIF8", "", N_("%s is a picture (GIF), not a PDF"))                                      \
	X("II*", "", N_("%s is a picture (TIFF), not a PDF"))                                      \
	X("MM", "\052", N_("%s is a picture (TIFF), not a PDF"))                                   \
	X("%!PS", "", N_("%s is a PostScript file, not a PDF"))                                    \
	X("{\\rtf", "", N_("%s is an RTF document, not a PDF"))                                    \
	X("-----BEGIN ", "", N_("%s is a PEM file (key or certificate), not a PDF"))               \
	X("<?xml", "", N_("%s is an XML file, not a PDF"))                                         \
	X("\357\273\277<?xml", "", N_("%s is an XML file, not a PDF"))                             \
	X("<!DOCTYPE", "", N_("%s is an HTML page, not a PDF"))                                    \
	X("<html", "", N_("%s is an HTML page, not a PDF"))                                        \
	X("\060\202", "", N_("%s is a certificate or a signature (DER), not a PDF"))               \
	X("\060\200", "", N_("%s is a certificate or a signature (BER), not a PDF"))               \
	X("Rar!", "", N_("%s is a rar archive, not a PDF"))                                        \
	X("7z\274\257", "", N_("%s is a 7z archive, not a PDF"))                                   \
	X("\037\213", "", N_("%s is a gzip archive, not a PDF"))                                   \
	X("\177ELF", "", N_("%s is a program, not a PDF"))                                         \
	X("MZ", "This program", N_("%s is a program, not a PDF"))

static bool
looks_like(struct antin_slice head, const char *magic, const char *inside)
{
	size_t len = strlen(magic);

	if (head.len < len || memcmp(head.p, magic, len) != 0)
		return false;
	return !*inside || memmem(head.p, head.len, inside, strlen(inside));
}

/* Valid UTF-8 without control characters, as far as it was read. */
static bool
looks_like_text(struct antin_slice head)
{
	/* The last character may be cut. */
	for (size_t cut = 0; cut < 4 && cut < head.len; cut++) {
		if (!antin_utf8_valid((struct antin_slice){head.p, head.len - cut}))
			continue;
		for (size_t i = 0; i < head.len; i++)
			if (head.p[i] < 0x20 && !strchr("\t\n\f\r", head.p[i]))
				return false;
		return true;
	}
	return false;
}

/* One literal for each kind of file. NOLINTBEGIN(readability-function-size) */
static enum antin_rc
refuse_other(struct antin_slice head, const char *name, struct antin_err *err)
{
	antin_err_set_file(err, name);
	if (head.len == 0)
		return antin_fail(err, ANTIN_E_EMPTY, N_("%s is empty"), name);
#define ROW(magic, inside, text)                                                                   \
	if (looks_like(head, magic, inside))                                                       \
		return antin_fail(err, ANTIN_E_FORMAT, text, name);
	OTHER_FILES(ROW)
#undef ROW
	if (looks_like_text(head))
		return antin_fail(err, ANTIN_E_FORMAT, N_("%s is plain text, not a PDF"), name);
	return antin_fail(err, ANTIN_E_FORMAT, N_("%s is of an unknown kind, not a PDF"), name);
}
/* NOLINTEND(readability-function-size) */

static const struct antin_doc_ops *
format_of(struct antin_slice head)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i]->probe(head))
			return formats[i];
	return NULL;
}

const char *
antin_doc_format(struct antin_slice head)
{
	const struct antin_doc_ops *ops = format_of(head);

	return ops ? ops->name : NULL;
}

enum antin_rc
antin_doc_open(struct antin_source *src, struct antin_doc **out, struct antin_err *err)
{
	uint8_t head[ANTIN_DOC_HEAD];
	uint64_t size = antin_source_size(src);
	size_t len = size < sizeof(head) ? (size_t)size : sizeof(head);
	struct antin_slice s = {head, len};
	const struct antin_doc_ops *ops;
	enum antin_rc rc = antin_source_read(src, 0, head, len, err);

	if (rc != ANTIN_OK)
		return rc;
	ops = format_of(s);
	if (!ops)
		return refuse_other(s, antin_source_name(src), err);
	rc = ops->open(src, out, err);
	if (rc != ANTIN_OK)
		antin_err_set_file(err, antin_source_name(src));
	return rc;
}

static void
sig_done(struct antin_doc_sig *s)
{
	antin_bytes_done(&s->cms);
	antin_bytes_done(&s->field);
	antin_bytes_done(&s->name);
	antin_bytes_done(&s->reason);
	antin_bytes_done(&s->location);
	antin_bytes_done(&s->contact);
}

void
antin_doc_free(struct antin_doc *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->n_sigs; i++)
		sig_done(&d->sigs[i]);
	free(d->sigs);
	antin_bytes_done(&d->cms);
	antin_source_free(d->content);
	antin_source_free(d->source);
	d->ops->free(d);
}

static enum antin_rc
check_index(const struct antin_doc *d, size_t index, struct antin_err *err)
{
	if (index >= d->n_sigs)
		return antin_fail(err, ANTIN_E_NOT_FOUND, N_("there is no signature %zu"),
		                  index + 1);
	return ANTIN_OK;
}

enum antin_rc
antin_doc_digest(struct antin_doc *d, size_t index, enum antin_digest alg,
                 uint8_t out[ANTIN_DIGEST_MAX], struct antin_err *err)
{
	ANTIN_OWN_S(antin_hash) h = NULL;
	enum antin_rc rc = check_index(d, index, err);

	if (rc != ANTIN_OK)
		return rc;
	if (d->ops->digest)
		return d->ops->digest(d, index, alg, out, err);
	if (d->sigs[index].coverage == ANTIN_COVERAGE_UNCLEAR)
		return antin_fail(err, ANTIN_E_FORMAT,
		                  N_("it is not clear which bytes were signed"));
	rc = antin_hash_new(alg, &h, err);
	for (int i = 0; rc == ANTIN_OK && i < 2; i++)
		rc = antin_hash_source(h, d->source, d->sigs[index].ranges[i].offset,
		                       d->sigs[index].ranges[i].length, err);
	return rc == ANTIN_OK ? antin_hash_end(h, out, err) : rc;
}

void
antin_doc_give_content(struct antin_doc *d, struct antin_source *content)
{
	antin_source_free(d->content);
	d->content = content ? antin_source_ref(content) : NULL;
}

struct antin_slice
antin_doc_cms(const struct antin_doc *d, size_t index)
{
	const struct antin_bytes *own = &d->sigs[index].cms;

	return antin_bytes_slice(own->len ? own : &d->cms);
}

void
antin_changes_done(struct antin_changes *c)
{
	free(c->items);
	*c = (struct antin_changes){0};
}

enum antin_rc
antin_doc_changes(struct antin_doc *d, size_t index, struct antin_changes *out,
                  struct antin_err *err)
{
	ANTIN_SCOPED(antin_changes) found = {0};
	enum antin_rc rc = check_index(d, index, err);

	if (rc == ANTIN_OK)
		rc = d->ops->changes(d, index, &found, err);
	if (rc != ANTIN_OK)
		return rc;
	antin_changes_done(out);
	*out = found;
	found = (struct antin_changes){0};
	return ANTIN_OK;
}

enum antin_rc
antin_doc_prepare(struct antin_doc *d, const struct antin_doc_place *place, struct antin_slot *out,
                  struct antin_err *err)
{
	ANTIN_SCOPED(antin_slot) slot = {.source = d->source};
	enum antin_rc rc = d->damage.rc;

	if (rc != ANTIN_OK && err)
		*err = d->damage;
	if (rc == ANTIN_OK)
		rc = d->ops->prepare(d, place, &slot, err);
	if (rc == ANTIN_OK)
		rc = antin_bytes_check(&slot.tail, err);
	if (rc != ANTIN_OK) {
		antin_err_set_file(err, antin_source_name(d->source));
		return rc;
	}
	antin_slot_done(out);
	*out = slot;
	slot = (struct antin_slot){0};
	return ANTIN_OK;
}

enum antin_rc
antin_doc_place(struct antin_source *src, const struct antin_doc_place *place,
                struct antin_doc_about *about, struct antin_slot *out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_doc) doc = NULL;
	enum antin_rc rc = antin_doc_open(src, &doc, err);

	if (rc == ANTIN_OK)
		rc = antin_doc_prepare(doc, place, out, err);
	if (rc != ANTIN_OK)
		return rc;
	*about = (struct antin_doc_about){.pages = doc->pages, .n_sigs = doc->n_sigs};
	(void)snprintf(about->format, sizeof(about->format), "%s", doc->ops->name);
	return ANTIN_OK;
}

enum antin_rc
antin_slot_hold(struct antin_source *src, const struct antin_doc_about *about,
                const struct antin_doc_place *place, struct antin_bytes *update,
                struct antin_slot *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_slot) slot = {.source = src};
	enum antin_rc rc = ANTIN_E_FORMAT;

	antin_bytes_move(&slot.tail, update);
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i]->hold && strcmp(formats[i]->name, about->format) == 0)
			rc = formats[i]->hold(place, &slot, err);
	if (rc == ANTIN_E_FORMAT)
		return antin_fail(err, rc, N_("the worker's %s is not as agreed"), "update");
	if (rc != ANTIN_OK)
		return rc;
	antin_slot_done(out);
	*out = slot;
	slot = (struct antin_slot){0};
	return ANTIN_OK;
}

void
antin_slot_done(struct antin_slot *s)
{
	antin_bytes_done(&s->tail);
	*s = (struct antin_slot){0};
}

enum antin_rc
antin_slot_digest(struct antin_slot *s, enum antin_digest alg, uint8_t out[ANTIN_DIGEST_MAX],
                  struct antin_err *err)
{
	ANTIN_OWN_S(antin_hash) h = NULL;
	uint64_t size = antin_source_size(s->source);
	size_t after = s->hole + s->hole_len + 1;
	enum antin_rc rc = antin_hash_new(alg, &h, err);

	/* The angle brackets belong to the hole: they are not signed. */
	if (rc == ANTIN_OK)
		rc = antin_hash_source(h, s->source, 0, size, err);
	if (rc == ANTIN_OK)
		rc = antin_hash_add(h, s->tail.p, s->hole - 1, err);
	if (rc == ANTIN_OK)
		rc = antin_hash_add(h, s->tail.p + after, s->tail.len - after, err);
	return rc == ANTIN_OK ? antin_hash_end(h, out, err) : rc;
}

enum antin_rc
antin_slot_fill(struct antin_slot *s, struct antin_slice cms, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) hex = {0};
	enum antin_rc rc;

	if (cms.len > s->hole_len / 2)
		return antin_fail(err, ANTIN_E_TOO_LARGE,
		                  N_("the signature needs %zu bytes, %zu were kept for it"),
		                  cms.len, s->hole_len / 2);
	antin_hex_add(&hex, cms);
	rc = antin_bytes_check(&hex, err);
	if (rc != ANTIN_OK)
		return rc;
	memset(s->tail.p + s->hole, '0', s->hole_len);
	if (hex.len)
		memcpy(s->tail.p + s->hole, hex.p, hex.len);
	return ANTIN_OK;
}

enum antin_rc
antin_slot_write(struct antin_slot *s, struct antin_slice cms, struct antin_output *o,
                 struct antin_err *err)
{
	enum antin_rc rc = antin_slot_fill(s, cms, err);

	if (rc == ANTIN_OK)
		rc = antin_source_unchanged(s->source, err);
	if (rc == ANTIN_OK)
		rc = antin_output_copy(o, s->source, 0, antin_source_size(s->source), err);
	return rc == ANTIN_OK ? antin_output_write(o, s->tail.p, s->tail.len, err) : rc;
}
