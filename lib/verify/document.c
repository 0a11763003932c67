/*
 * What the document says about a signature: does it cover what it should, what came after it, and
 * was that allowed (ISO 32000-2 12.8.2.2).
 */
#include <stdio.h>

#include "verify.h"

/* What may be done after a signature without being an error, by DocMDP P; 0 is an approval. */
static const enum antin_change_level permitted[] = {
        [0] = ANTIN_CHANGE_FILL,
        [1] = ANTIN_CHANGE_LTA,
        [2] = ANTIN_CHANGE_FILL,
        [3] = ANTIN_CHANGE_ANNOTATE,
};

/*
 * The narrowest limit of the certifications that stood in the file when this signature was made: a
 * later one was not agreed to by its signer and must not widen what may be done to the document.
 */
enum antin_change_level
document_limit(const struct antin_doc *doc, size_t index, bool strict)
{
	enum antin_change_level least = ANTIN_CHANGE_FILL;
	bool certified = false;

	if (strict)
		return ANTIN_CHANGE_LTA;
	for (size_t i = 0; i <= index; i++) {
		int p = doc->sigs[i].docmdp;

		if (p < 1 || p > 3)
			continue;
		if (!certified || permitted[p] < least)
			least = permitted[p];
		certified = true;
	}
	return least;
}

static void
judge_changes(struct judging *j)
{
	const struct antin_changes *c = &j->v->changes;
	char detail[160];

	/* A tail alone is said below. */
	if (c->level > document_limit(j->doc, j->index, j->o->strict_changes) &&
	    (c->n || !c->unsigned_tail))
		(void)find(j->v, j->o->strict_changes ? FIND_STRICT : FIND_CHANGED, NULL);
	else if (c->level == ANTIN_CHANGE_ANNOTATE)
		(void)find(j->v, WARN_COMMENTED, NULL);
	else if (c->level == ANTIN_CHANGE_FILL)
		(void)find(j->v, WARN_PERMITTED, NULL);
	else if (c->level == ANTIN_CHANGE_LTA)
		(void)find(j->v, WARN_EVIDENCE, NULL);
	if (c->unsigned_tail) {
		(void)snprintf(detail, sizeof(detail), "byte %llu–%llu",
		               (unsigned long long)c->tail_offset,
		               (unsigned long long)(c->tail_offset + c->unsigned_tail - 1));
		(void)find(j->v, FIND_TAIL, detail);
	}
}

/* The whole document counts: a part that nobody can read may be the part that mattered. */
static void
damaged(struct judging *j)
{
	char text[160];

	(void)antin_err_frame_text(&j->doc->damage, 0, NULL, text, sizeof(text));
	(void)find(j->v, FIND_DAMAGED, text);
}

enum antin_rc
judge_document(struct judging *j, struct antin_err *err)
{
	const struct antin_doc_sig *sig = j->sig;
	struct antin_verdict *v = j->v;
	struct antin_err cause = {0};
	enum antin_rc rc;

	v->coverage = sig->coverage;
	v->revision_end = sig->revision_end;
	v->docmdp = sig->docmdp;
	if (j->doc->damage.rc != ANTIN_OK)
		damaged(j);
	if (sig->problem)
		find(v, FIND_DICTIONARY, NULL)->text = sig->problem;
	if (sig->coverage == ANTIN_COVERAGE_PARTIAL || sig->coverage == ANTIN_COVERAGE_UNCLEAR)
		(void)find(v, FIND_COVERAGE, NULL);
	if (j->o->whole_file && sig->coverage != ANTIN_COVERAGE_ENTIRE_FILE)
		(void)find(v, FIND_WHOLE_FILE, NULL);
	rc = antin_doc_changes(j->doc, j->index, &v->changes, &cause);
	if (rc == ANTIN_E_MEMORY || rc == ANTIN_E_IO)
		return antin_fail(err, rc, N_("the changes of the document cannot be read"));
	/* What cannot be explained is not allowed. */
	if (rc != ANTIN_OK)
		(void)find(v, FIND_CHANGED, NULL);
	else
		judge_changes(j);
	return ANTIN_OK;
}
