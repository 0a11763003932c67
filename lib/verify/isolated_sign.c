/*
 * The parent's end of signing apart: the process with the key does not parse the document.  What
 * comes back is an update of a stranger's, and is held against what was asked for
 * (antin_slot_hold).
 */
#include "worker.h"

/* One question and its answer, of at most `max` octets in `body`. */
static enum antin_rc
ask(struct worker_job *j, const struct worker_begin *what, enum worker_message wanted,
    struct antin_bytes *body, struct antin_err *err)
{
	size_t max = wanted == WORKER_UPDATE ? WORKER_UPDATE_MAX : WORKER_ERROR_MAX;
	struct antin_message m = {0};
	uint64_t octets = 0;
	enum antin_rc rc;

	for (size_t i = 0; i < WORKER_FILES && what->files[i]; i++)
		octets += antin_source_size(what->files[i]);
	worker_job_settle(j->w);
	rc = worker_greet(j->w, err);
	if (rc == ANTIN_OK)
		rc = worker_job_send(j, what, err);
	worker_job_until(j, octets);
	if (rc == ANTIN_OK)
		rc = worker_job_hear(j, max, &m, body, err);
	if (rc == ANTIN_OK && (m.type != wanted || (wanted == WORKER_SOUND && m.body.len)))
		rc = worker_fail_talk(err);
	return rc;
}

static enum antin_rc
take_update(struct antin_slice body, struct antin_source *src, const struct antin_doc_place *place,
            struct antin_doc_about *about, struct antin_slot *out, struct antin_err *err)
{
	ANTIN_SCOPED(worker_update) u = {0};
	struct antin_err why = {0};
	enum antin_rc rc = worker_update_read(body, &u, &why);

	if (rc == ANTIN_OK)
		rc = antin_slot_hold(src, &u.about, place, &u.tail, out, &why);
	if (rc == ANTIN_E_FORMAT)
		return worker_fail_talk(err);
	if (rc == ANTIN_OK)
		*about = u.about;
	else if (err)
		*err = why;
	return rc;
}

enum antin_rc
antin_doc_place_isolated(struct antin_worker *w, struct antin_source *src,
                         const struct antin_doc_place *place, struct antin_doc_about *about,
                         struct antin_slot *out, struct antin_err *err)
{
	ANTIN_SCOPED(worker_job) j = {.w = w, .name = antin_source_name(src), .fd = -1};
	struct worker_begin what = {.type = WORKER_PREPARE, .files = {src}};
	ANTIN_SCOPED(antin_bytes) question = {0};
	ANTIN_SCOPED(antin_bytes) body = {0};
	enum antin_rc rc = worker_place_write(j.name, place, &question, err);

	what.body = antin_bytes_slice(&question);
	if (rc == ANTIN_OK)
		rc = ask(&j, &what, WORKER_UPDATE, &body, err);
	if (rc == ANTIN_OK)
		rc = take_update(antin_bytes_slice(&body), src, place, about, out, err);
	return worker_job_end(&j, rc, err);
}

enum antin_rc
antin_verify_signed_isolated(struct antin_worker *w, struct antin_source *before,
                             struct antin_source *after, const struct antin_signed *wanted,
                             struct antin_err *err)
{
	ANTIN_SCOPED(worker_job) j = {.w = w, .name = antin_source_name(before), .fd = -1};
	struct worker_begin what = {.type = WORKER_SIGNED, .files = {before, after}};
	ANTIN_SCOPED(antin_bytes) question = {0};
	ANTIN_SCOPED(antin_bytes) body = {0};
	enum antin_rc rc = worker_signed_write(j.name, wanted, &question, err);

	what.body = antin_bytes_slice(&question);
	if (rc == ANTIN_OK)
		rc = ask(&j, &what, WORKER_SOUND, &body, err);
	return worker_job_end(&j, rc, err);
}
