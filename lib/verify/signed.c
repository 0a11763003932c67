/*
 * Whether a file is what signing was to make of another: read as a stranger's, against the document
 * that it came from.
 */
#include "verify.h"

static enum antin_rc
bad_result(const char *what, struct antin_err *err)
{
	return antin_fail(err, ANTIN_E_INTERNAL,
	                  N_("the signed file did not pass its own check: %s"), what);
}

/* Earlier signatures must stand as before, with nothing worse behind them than a signature. */
static enum antin_rc
check_earlier(struct antin_doc *before, struct antin_doc *after, struct antin_err *err)
{
	if (after->n_sigs != before->n_sigs + 1)
		return bad_result("number of signatures", err);
	for (size_t i = 0; i < before->n_sigs; i++) {
		ANTIN_SCOPED(antin_changes) was = {0};
		ANTIN_SCOPED(antin_changes) is = {0};
		enum antin_rc rc = antin_doc_changes(before, i, &was, err);

		if (rc == ANTIN_OK)
			rc = antin_doc_changes(after, i, &is, err);
		if (rc != ANTIN_OK)
			return rc;
		if (!antin_bytes_equal(&before->sigs[i].cms, &after->sigs[i].cms))
			return bad_result("earlier signature", err);
		if (is.level > ANTIN_CHANGE_FILL && is.level > was.level)
			return bad_result("changes after an earlier signature", err);
	}
	return ANTIN_OK;
}

/* The document is prepared once more: what was appended is that, octet for octet. */
static enum antin_rc
check_update(struct antin_doc *before, struct antin_source *after,
             const struct antin_signed *wanted, struct antin_err *err)
{
	ANTIN_SCOPED(antin_slot) slot = {0};
	ANTIN_SCOPED(antin_bytes) tail = {0};
	uint64_t size = antin_source_size(before->source);
	uint8_t *at;
	enum antin_rc rc = antin_doc_prepare(before, wanted->place, &slot, err);

	if (rc == ANTIN_OK)
		rc = antin_slot_fill(&slot, wanted->cms, err);
	if (rc != ANTIN_OK)
		return rc;
	if (antin_source_size(after) != size + slot.tail.len)
		return bad_result("length of what was appended", err);
	at = antin_bytes_grow(&tail, slot.tail.len);
	if (!at)
		return antin_fail_memory(err);
	rc = antin_source_read(after, size, at, slot.tail.len, err);
	if (rc == ANTIN_OK && !antin_bytes_equal(&tail, &slot.tail))
		rc = bad_result("what was appended", err);
	return rc;
}

static enum antin_rc
check_signer(struct antin_doc *doc, struct antin_cert *cert, struct antin_err *err)
{
	const struct antin_cades_problem *problems[ANTIN_CADES_PROBLEMS];
	const struct antin_public *key;
	uint8_t digest[ANTIN_DIGEST_MAX];
	size_t last = doc->n_sigs - 1;
	ANTIN_OWN_S(antin_cades) c = NULL;
	enum antin_rc rc = antin_cades_read(antin_bytes_slice(&doc->sigs[last].cms), &c, err);

	if (rc == ANTIN_OK && antin_cades_problems(c, ANTIN_FORM_PADES, cert, problems) != 0)
		rc = bad_result(problems[0]->code, err);
	if (rc == ANTIN_OK && !antin_cades_is_signer(c, cert))
		rc = bad_result("signer", err);
	if (rc == ANTIN_OK)
		rc = antin_cert_public(cert, &key, err);
	if (rc == ANTIN_OK)
		rc = antin_doc_digest(doc, last, c->digest, digest, err);
	if (rc != ANTIN_OK)
		return rc;
	return antin_cades_verify(c, key,
	                          (struct antin_slice){digest, antin_digest_size(c->digest)}, NULL,
	                          err);
}

/* The new one: over the whole file. */
static enum antin_rc
check_newest(struct antin_doc *doc, const struct antin_signed *wanted, struct antin_err *err)
{
	const struct antin_doc_sig *sig = &doc->sigs[doc->n_sigs - 1];

	if (sig->kind != ANTIN_SIG_CADES || sig->problem ||
	    sig->coverage != ANTIN_COVERAGE_ENTIRE_FILE)
		return bad_result("coverage", err);
	if (wanted->place && !antin_slice_equal(antin_bytes_slice(&sig->cms), wanted->cms))
		return bad_result("signature value", err);
	return wanted->cert ? check_signer(doc, wanted->cert, err) : ANTIN_OK;
}

enum antin_rc
antin_verify_signed(struct antin_source *before, struct antin_source *after,
                    const struct antin_signed *wanted, struct antin_err *err)
{
	ANTIN_OWN_S(antin_doc) was = NULL;
	ANTIN_OWN_S(antin_doc) is = NULL;
	enum antin_rc rc = antin_doc_open(before, &was, err);

	if (rc == ANTIN_OK && wanted->place)
		rc = check_update(was, after, wanted, err);
	if (rc == ANTIN_OK)
		rc = antin_doc_open(after, &is, err);
	if (rc == ANTIN_OK && is->damage.rc != ANTIN_OK)
		rc = antin_fail(err, ANTIN_E_DAMAGED, N_("a part of the file cannot be read"));
	if (rc == ANTIN_OK)
		rc = check_earlier(was, is, err);
	return rc == ANTIN_OK ? check_newest(is, wanted, err) : rc;
}
