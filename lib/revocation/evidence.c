/*
 * The heap of CRLs and OCSP answers of one verification.
 */
#include <stdlib.h>

#include <antin/text.h>

#include "revocation.h"

void
antin_evidence_done(struct antin_evidence *e)
{
	for (size_t i = 0; i < e->n; i++) {
		antin_crl_free(e->items[i].crl);
		antin_ocsp_response_free(e->items[i].ocsp);
	}
	free(e->items);
	*e = (struct antin_evidence){0};
}

static enum antin_rc
add(struct antin_evidence *e, const char *name, struct antin_evidence_item **out,
    struct antin_err *err)
{
	if (e->n == ANTIN_EVIDENCE_MAX)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("too many CRLs and OCSP answers"));
	if (e->n == e->cap) {
		size_t cap = e->cap ? e->cap * 2 : 8;
		struct antin_evidence_item *more = realloc(e->items, cap * sizeof(*more));

		if (!more)
			return antin_fail_memory(err);
		e->items = more;
		e->cap = cap;
	}
	*out = &e->items[e->n++];
	**out = (struct antin_evidence_item){.proven = ANTIN_NO_TIME};
	(void)antin_text_safe(antin_slice_text(name), (*out)->name, sizeof((*out)->name));
	return ANTIN_OK;
}

enum antin_rc
antin_evidence_add_crl(struct antin_evidence *e, struct antin_crl *crl, const char *name,
                       struct antin_err *err)
{
	struct antin_evidence_item *item;
	enum antin_rc rc = add(e, name, &item, err);

	if (rc == ANTIN_OK)
		item->crl = antin_crl_ref(crl);
	return rc;
}

enum antin_rc
antin_evidence_add_ocsp(struct antin_evidence *e, struct antin_ocsp_response *r, const char *name,
                        struct antin_err *err)
{
	struct antin_evidence_item *item;
	enum antin_rc rc = add(e, name, &item, err);

	if (rc == ANTIN_OK)
		item->ocsp = antin_ocsp_response_ref(r);
	return rc;
}

enum antin_rc
antin_evidence_join(struct antin_evidence *e, const struct antin_evidence *from,
                    struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; rc == ANTIN_OK && i < from->n; i++) {
		const struct antin_evidence_item *item = &from->items[i];

		rc = item->crl ? antin_evidence_add_crl(e, item->crl, item->name, err)
		               : antin_evidence_add_ocsp(e, item->ocsp, item->name, err);
	}
	return rc;
}
