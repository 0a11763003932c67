/*
 * PDF as one format of the table: probing and opening.
 */
#include "reader.h"

#include <stdlib.h>
#include <string.h>

/* Annex H.3 lets readers look for the header in the first 1,024 bytes. */
enum { HEADER_WITHIN = 1024 };

static const char header[] = "%PDF-";

static bool
pdf_probe(struct antin_slice head)
{
	size_t len = head.len < HEADER_WITHIN ? head.len : HEADER_WITHIN;

	return len && memmem(head.p, len, header, sizeof(header) - 1);
}

static void
pdf_free(struct antin_doc *doc)
{
	struct pdf *d = (struct pdf *)doc;

	pdf_xref_done(d);
	pdf_packed_done(d);
	antin_bytes_done(&d->window);
	free(d->made);
	free(d);
}

static enum antin_rc
check_header(struct pdf *d, struct antin_err *err)
{
	enum antin_rc rc = pdf_window(d, 0, antin_source_size(d->doc.source), 8, err);

	if (rc == ANTIN_OK && (d->window.len < sizeof(header) - 1 ||
	                       memcmp(d->window.p, header, sizeof(header) - 1) != 0))
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("foreign bytes stand before the PDF header"));
	return rc;
}

/* In any of its states: readers go by the first, the last or each trailer. */
static bool
is_encrypted(const struct pdf *d)
{
	for (size_t i = 0; i < d->n_sections; i++)
		if (pdf_has(pdf_root(&d->sections[i].trailer), "Encrypt"))
			return true;
	return false;
}

/* For people only; a page tree is walked when something is put on a page. */
static enum antin_rc
count_pages(struct pdf *d, struct antin_err *err)
{
	ANTIN_SCOPED(pdf_object) catalog = {0};
	ANTIN_SCOPED(pdf_object) holder = {0};
	struct pdf_value pages = {0};
	int64_t n;
	enum antin_rc rc = pdf_catalog(d, pdf_last(d), &catalog, err);

	if (rc == ANTIN_OK)
		rc = pdf_follow_key(d, pdf_last(d), pdf_root(&catalog.tree), "Pages", &holder,
		                    &pages, err);
	if (rc == ANTIN_OK && pdf_int_of(pdf_get(pages, "Count"), 0, PDF_OBJECTS, &n))
		d->doc.pages = (unsigned int)n;
	return rc;
}

static enum antin_rc
read_pages(struct pdf *d, struct antin_err *err)
{
	struct antin_err cause = {0};
	enum antin_rc rc = count_pages(d, &cause);

	return pdf_note_damage(d, rc, &cause, err);
}

/* An unsigned file that goes on after its end may be a cut-off update: nobody can tell. */
static enum antin_rc
check_tail(struct pdf *d, struct antin_err *err)
{
	if (d->tail && d->doc.n_sigs == 0)
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("%llu bytes follow the end mark of the file"),
		                  (unsigned long long)d->tail);
	return ANTIN_OK;
}

/* Where no signature was found, the damage may be why. */
static enum antin_rc
check_damage(const struct pdf *d, struct antin_err *err)
{
	if (d->doc.damage.rc == ANTIN_OK || d->doc.n_sigs > 0)
		return ANTIN_OK;
	if (err)
		*err = d->doc.damage;
	return d->doc.damage.rc;
}

static enum antin_rc
pdf_open(struct antin_source *src, struct antin_doc **out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_doc) owned = NULL;
	struct pdf *d = calloc(1, sizeof(*d));
	enum antin_rc rc;

	if (!d)
		return antin_fail_memory(err);
	owned = &d->doc;
	d->doc.ops = &pdf_ops;
	d->doc.source = antin_source_ref(src);
	rc = check_header(d, err);
	if (rc == ANTIN_OK)
		rc = pdf_xref_read(d, err);
	if (rc == ANTIN_OK && is_encrypted(d))
		rc = antin_fail(err, ANTIN_E_ENCRYPTED, N_("the file is encrypted"));
	if (rc == ANTIN_OK)
		rc = read_pages(d, err);
	if (rc == ANTIN_OK)
		rc = pdf_signatures(d, err);
	if (rc == ANTIN_OK)
		rc = check_tail(d, err);
	if (rc == ANTIN_OK)
		rc = check_damage(d, err);
	if (rc == ANTIN_OK)
		*out = ANTIN_TAKE(owned);
	return rc;
}

const struct antin_doc_ops pdf_ops = {
        .name = "pdf",
        .probe = pdf_probe,
        .open = pdf_open,
        .changes = pdf_changes,
        .prepare = pdf_prepare,
        .hold = pdf_hold,
        .free = pdf_free,
};
