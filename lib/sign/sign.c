/*
 * Signing one document at level B-B (ETSI EN 319 142-1).  See sign.h.
 */
#include "job.h"

#include <stdlib.h>
#include <string.h>

static struct antin_doc_place
place_of(const struct antin_sign_what *what, size_t reserve)
{
	return (struct antin_doc_place){
	        .reserve = reserve,
	        .time = what->now,
	        .name = what->name,
	        .reason = what->reason,
	        .location = what->location,
	        .contact = what->contact,
	        .certify = what->certify,
	};
}

void
antin_sign_free(struct antin_sign_job *job)
{
	if (!job)
		return;
	antin_doc_free(job->doc);
	antin_source_free(job->source);
	free(job);
}

enum antin_rc
antin_sign_open(const char *path, const struct antin_sign_what *what, struct antin_sign_job **out,
                struct antin_err *err)
{
	ANTIN_OWN_S(antin_sign_job) job = calloc(1, sizeof(*job));
	ANTIN_SCOPED(antin_slot) trial = {0};
	struct antin_doc_place place = place_of(what, 0);
	enum antin_rc rc;

	if (!job)
		return antin_fail_memory(err);
	rc = antin_source_open(path, &job->source, err);
	if (rc == ANTIN_OK)
		rc = antin_doc_open(job->source, &job->doc, err);
	/* A trial: what cannot be signed is said before anybody types a PIN. */
	if (rc == ANTIN_OK)
		rc = antin_doc_prepare(job->doc, &place, &trial, err);
	if (rc == ANTIN_OK)
		*out = ANTIN_TAKE(job);
	else
		antin_err_set_file(err, path);
	return rc;
}

const struct antin_doc *
antin_sign_doc(const struct antin_sign_job *job)
{
	return job->doc;
}

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

/* The new one: ours, over the whole file, and over the bytes that were hashed before the key. */
static enum antin_rc
check_newest(struct antin_doc *doc, struct antin_slice cms, struct antin_slice digest,
             const struct antin_sign_who *who, struct antin_err *err)
{
	const struct antin_cades_problem *problems[ANTIN_CADES_PROBLEMS];
	struct antin_doc_sig *sig = &doc->sigs[doc->n_sigs - 1];
	ANTIN_OWN_S(antin_cades) c = NULL;
	uint8_t of_file[ANTIN_DIGEST_MAX];
	enum antin_rc rc;

	if (sig->kind != ANTIN_SIG_CADES || sig->problem ||
	    sig->coverage != ANTIN_COVERAGE_ENTIRE_FILE)
		return bad_result("coverage", err);
	if (!antin_slice_equal(antin_bytes_slice(&sig->cms), cms))
		return bad_result("signature value", err);
	rc = antin_doc_digest(doc, doc->n_sigs - 1, who->alg.digest, of_file, err);
	if (rc != ANTIN_OK)
		return rc;
	if (!antin_slice_equal((struct antin_slice){of_file, digest.len}, digest))
		return bad_result("content", err);
	rc = antin_cades_read(antin_bytes_slice(&sig->cms), &c, err);
	if (rc != ANTIN_OK)
		return rc;
	if (antin_cades_problems(c, ANTIN_FORM_PADES, who->cert, problems) != 0)
		return bad_result(problems[0]->code, err);
	return antin_cades_verify(c, who->key->public_key, digest, NULL, err);
}

/* Opens what was written: the temporary file, or for standard output the same bytes in memory. */
static enum antin_rc
reopen(struct antin_sign_job *job, const struct antin_slot *slot, struct antin_output *out,
       struct antin_bytes *held, struct antin_source **result, struct antin_err *err)
{
	uint64_t size = antin_source_size(job->source);
	const char *temporary = antin_output_temporary(out);
	uint8_t *at;
	enum antin_rc rc;

	if (temporary)
		return antin_source_open(temporary, result, err);
	at = size < ANTIN_BYTES_MAX ? antin_bytes_grow(held, (size_t)size) : NULL;
	if (!at)
		return antin_fail_memory(err);
	rc = antin_source_read(job->source, 0, at, (size_t)size, err);
	antin_bytes_add(held, slot->tail.p, slot->tail.len);
	if (rc == ANTIN_OK)
		rc = antin_bytes_check(held, err);
	if (rc != ANTIN_OK)
		return rc;
	return antin_source_memory(antin_bytes_slice(held), "-", result, err);
}

/* One run: the slot, the digest of what is signed, the signature. */
struct run {
	struct antin_sign_job *job;
	const struct antin_sign_who *who;
	struct antin_slot slot;
	struct antin_bytes cms;
	uint8_t digest[ANTIN_DIGEST_MAX];
	size_t digest_len;
};

static struct antin_slice
digest_of(const struct run *r)
{
	return (struct antin_slice){r->digest, r->digest_len};
}

static enum antin_rc
check_result(struct run *r, struct antin_output *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) held = {0};
	ANTIN_OWN_S(antin_source) source = NULL;
	ANTIN_OWN_S(antin_doc) doc = NULL;
	enum antin_rc rc = reopen(r->job, &r->slot, out, &held, &source, err);

	if (rc == ANTIN_OK)
		rc = antin_doc_open(source, &doc, err);
	if (rc == ANTIN_OK && doc->damage.rc != ANTIN_OK)
		rc = antin_fail(err, ANTIN_E_DAMAGED, N_("a part of the file cannot be read"));
	if (rc == ANTIN_OK)
		rc = check_earlier(r->job->doc, doc, err);
	if (rc == ANTIN_OK)
		rc = check_newest(doc, antin_bytes_slice(&r->cms), digest_of(r), r->who, err);
	return rc == ANTIN_OK ? rc : antin_wrap(err, rc, N_("checking the result"));
}

/* The file is hashed again behind the key: what was signed is what lies there. */
static enum antin_rc
check_source(struct run *r, struct antin_err *err)
{
	uint8_t again[ANTIN_DIGEST_MAX];
	enum antin_rc rc = antin_source_unchanged(r->job->source, err);

	if (rc == ANTIN_OK)
		rc = antin_slot_digest(&r->slot, r->who->alg.digest, again, err);
	if (rc != ANTIN_OK)
		return rc;
	if (!antin_slice_equal((struct antin_slice){again, r->digest_len}, digest_of(r)))
		return antin_fail(err, ANTIN_E_CHANGED,
		                  N_("%s was changed by another program meanwhile"),
		                  antin_source_name(r->job->source));
	return ANTIN_OK;
}

static enum antin_rc
run_steps(struct run *r, const struct antin_sign_what *what, struct antin_output *out,
          struct antin_err *err)
{
	const struct antin_sign_who *who = r->who;
	struct antin_cades_spec spec = {who->alg, who->cert, who->chain, who->n_chain, INT64_MIN};
	struct antin_doc_place place = place_of(what, antin_cades_size(&spec));
	enum antin_rc rc = antin_source_unchanged(r->job->source, err);

	r->digest_len = antin_digest_size(who->alg.digest);
	if (rc == ANTIN_OK)
		rc = antin_doc_prepare(r->job->doc, &place, &r->slot, err);
	if (rc == ANTIN_OK)
		rc = antin_slot_digest(&r->slot, who->alg.digest, r->digest, err);
	if (rc == ANTIN_OK)
		rc = antin_cades_sign(&spec, who->key, digest_of(r), &r->cms, err);
	if (rc == ANTIN_OK)
		rc = check_source(r, err);
	if (rc == ANTIN_OK)
		rc = antin_slot_write(&r->slot, antin_bytes_slice(&r->cms), out, err);
	if (rc == ANTIN_OK)
		rc = check_result(r, out, err);
	if (rc == ANTIN_OK)
		rc = antin_source_unchanged(r->job->source, err);
	return rc == ANTIN_OK ? antin_output_commit(out, err) : rc;
}

enum antin_rc
antin_sign_run(struct antin_sign_job *job, const struct antin_sign_who *who,
               const struct antin_sign_what *what, struct antin_output *out, struct antin_err *err)
{
	struct run r = {.job = job, .who = who};
	enum antin_rc rc = antin_sign_usable(who->cert, what->now, err);

	if (rc == ANTIN_OK)
		rc = run_steps(&r, what, out, err);
	antin_slot_done(&r.slot);
	antin_bytes_done(&r.cms);
	if (rc != ANTIN_OK)
		antin_err_set_file(err, antin_source_name(job->source));
	return rc;
}
