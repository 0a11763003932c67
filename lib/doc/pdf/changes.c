/*
 * What came after a signature: nothing, or (for now) something that is not explained.
 */
#include "reader.h"

enum antin_rc
pdf_changes(struct antin_doc *doc, size_t index, struct antin_changes *out, struct antin_err *err)
{
	const struct pdf *d = (const struct pdf *)doc;

	out->unsigned_tail = d->tail;
	out->tail_offset = d->tail_offset;
	if (d->made[index] != pdf_last(d))
		return antin_fail(err, ANTIN_E_UNSUPPORTED, N_("later changes cannot be judged"));
	out->level = d->tail ? ANTIN_CHANGE_OTHER : ANTIN_CHANGE_NONE;
	return ANTIN_OK;
}
