/*
 * What came after a signature, revision by revision; unexplained is ANTIN_CHANGE_OTHER.  See
 * review.h.
 */
#include <stdio.h>
#include <stdlib.h>

#include "review.h"

static void
review_done(struct pdf_review *v)
{
	for (size_t i = 0; i < PDF_LOCKS; i++)
		antin_bytes_done(&v->locks[i].names);
	pdf_form_done(&v->old_form);
	pdf_form_done(&v->young_form);
	free(v->touched);
	free(v->targets);
	free(v->refs);
	free(v->drawn);
}

/* What no rule has explained. */
static enum antin_rc
report_rest(struct pdf_review *v, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < v->n_touched && rc == ANTIN_OK; i++) {
		const struct pdf_touch *t = &v->touched[i];

		/* A new object that nothing leads to shows nothing; some programs leave such. */
		if (t->explained || (!t->existed && !pdf_was_referred(v, t->num)))
			continue;
		rc = pdf_change_add(v, ANTIN_CHANGE_OTHER,
		                    t->existed ? PDF_REPLACED
		                               : N_("something was added that nothing explains"),
		                    (struct antin_slice){0}, t->num, err);
	}
	return rc;
}

static enum antin_rc
review_revision(struct pdf_review *v, struct antin_err *err)
{
	enum antin_rc rc = pdf_review_collect(v, err);

	if (rc == ANTIN_OK)
		rc = pdf_review_bytes(v, err);
	if (rc == ANTIN_OK)
		rc = pdf_form_read(v->d, v->young, &v->young_form, err);
	if (rc == ANTIN_OK)
		rc = pdf_review_catalog(v, err);
	if (rc == ANTIN_OK)
		rc = pdf_review_fields(v, err);
	if (rc == ANTIN_OK)
		rc = pdf_review_info(v, err);
	if (rc == ANTIN_OK)
		rc = pdf_review_pages(v, err);
	if (rc == ANTIN_OK)
		rc = pdf_review_scan_touched(v, true, err);
	if (rc == ANTIN_OK)
		rc = report_rest(v, err);
	if (rc == ANTIN_OK)
		rc = pdf_review_scan_touched(v, false, err);
	return rc;
}

static enum antin_rc
review_all(struct pdf_review *v, struct antin_err *err)
{
	enum antin_rc rc = pdf_review_targets(v, err);

	if (rc == ANTIN_OK)
		rc = pdf_review_scan_base(v, err);
	if (rc == ANTIN_OK)
		rc = pdf_review_locks(v, err);
	if (rc == ANTIN_OK)
		rc = pdf_form_read(v->d, v->base, &v->old_form, err);
	for (v->young = v->base + 1; rc == ANTIN_OK && v->young <= pdf_last(v->d); v->young++) {
		v->old = v->young - 1;
		rc = review_revision(v, err);
		if (rc != ANTIN_OK)
			break;
		pdf_form_done(&v->old_form);
		v->old_form = v->young_form;
		v->young_form = (struct pdf_form){0};
	}
	return rc;
}

/* Bytes behind the last end mark that no table reaches. */
static enum antin_rc
report_tail(struct pdf_review *v, struct antin_err *err)
{
	const struct pdf *d = v->d;
	char count[24];

	v->out->unsigned_tail = d->tail;
	v->out->tail_offset = d->tail_offset;
	if (!d->tail)
		return ANTIN_OK;
	(void)snprintf(count, sizeof(count), "%llu", (unsigned long long)d->tail);
	return pdf_change_add(v, ANTIN_CHANGE_OTHER, N_("%s bytes follow the end mark of the file"),
	                      antin_slice_text(count), 0, err);
}

enum antin_rc
pdf_changes(struct antin_doc *doc, size_t index, struct antin_changes *out, struct antin_err *err)
{
	struct pdf *d = (struct pdf *)doc;
	struct pdf_review *v = calloc(1, sizeof(*v));
	enum antin_rc rc;

	if (!v)
		return antin_fail_memory(err);
	v->d = d;
	v->out = out;
	v->base = d->made[index].revision;
	for (size_t i = 0; i < doc->n_sigs; i++)
		v->certified =
		        v->certified || (d->made[i].revision <= v->base && doc->sigs[i].docmdp > 0);
	if (pdf_last(d) - v->base > PDF_LATER)
		rc = pdf_change_add(v, ANTIN_CHANGE_OTHER,
		                    N_("the file was changed too often to be judged"),
		                    (struct antin_slice){0}, 0, err);
	else
		rc = v->base < pdf_last(d) ? review_all(v, err) : ANTIN_OK;
	if (rc == ANTIN_OK)
		rc = report_tail(v, err);
	review_done(v);
	free(v);
	return rc;
}
