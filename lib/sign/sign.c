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
	antin_source_free(job->source);
	free(job);
}

static enum antin_rc
prepare(struct antin_sign_job *job, const struct antin_doc_place *place, struct antin_slot *slot,
        struct antin_err *err)
{
	if (job->worker)
		return antin_doc_place_isolated(job->worker, job->source, place, &job->about, slot,
		                                err);
	return antin_doc_place(job->source, place, &job->about, slot, err);
}

enum antin_rc
sign_check(const struct antin_sign_job *job, struct antin_source *result,
           const struct antin_signed *wanted, struct antin_err *err)
{
	if (job->worker)
		return antin_verify_signed_isolated(job->worker, job->source, result, wanted, err);
	return antin_verify_signed(job->source, result, wanted, err);
}

enum antin_rc
antin_sign_open_isolated(struct antin_worker *w, const char *path,
                         const struct antin_sign_what *what, struct antin_sign_job **out,
                         struct antin_err *err)
{
	ANTIN_OWN_S(antin_sign_job) job = calloc(1, sizeof(*job));
	ANTIN_SCOPED(antin_slot) trial = {0};
	struct antin_doc_place place = place_of(what, 0);
	enum antin_rc rc;

	if (!job)
		return antin_fail_memory(err);
	job->worker = w;
	rc = antin_source_open(path, &job->source, err);
	/* A trial: what cannot be signed is said before anybody types a PIN. */
	if (rc == ANTIN_OK)
		rc = prepare(job, &place, &trial, err);
	if (rc == ANTIN_OK)
		*out = ANTIN_TAKE(job);
	else
		antin_err_set_file(err, path);
	return rc;
}

enum antin_rc
antin_sign_open(const char *path, const struct antin_sign_what *what, struct antin_sign_job **out,
                struct antin_err *err)
{
	return antin_sign_open_isolated(NULL, path, what, out, err);
}

const struct antin_doc_about *
antin_sign_about(const struct antin_sign_job *job)
{
	return &job->about;
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
	struct antin_doc_place place;
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
	const struct antin_signed wanted = {&r->place, antin_bytes_slice(&r->cms), r->who->cert};
	ANTIN_SCOPED(antin_bytes) held = {0};
	ANTIN_OWN_S(antin_source) source = NULL;
	enum antin_rc rc = reopen(r->job, &r->slot, out, &held, &source, err);

	if (rc == ANTIN_OK)
		rc = sign_check(r->job, source, &wanted, err);
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
	enum antin_rc rc = antin_source_unchanged(r->job->source, err);

	r->place = place_of(what, antin_cades_size(&spec));
	r->digest_len = antin_digest_size(who->alg.digest);
	if (rc == ANTIN_OK)
		rc = prepare(r->job, &r->place, &r->slot, err);
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
