/*
 * The time stamps of a signature (RFC 3161 as attributes of EN 319 122-1 5.2.8, 5.3, 5.5; validated
 * after EN 319 102-1 5.4, 5.6): each counts or is told with its reason; the earliest that counts
 * proves the best signature time.  One that does not count changes nothing else.  What an archive
 * time stamp covers, older stamps among it, is judged as of the time that it proves.
 */
#include <stdlib.h>
#include <string.h>

#include "stamp.h"

enum { CLOCKS_APART = 300, MICRO = 1000000 };

/* One token being judged. */
struct stamping {
	struct judging *j;
	struct antin_slice value; /* of the signature that carries it */
	struct antin_timestamp *t;
	struct antin_stamp *out;
	struct antin_archive *archive; /* of an archive time stamp: what it covers */
};

static struct antin_finding *
refuse(struct stamping *s, enum finding f, const char *detail)
{
	s->out->code = finding_rows[f].code;
	return find(s->j->v, f, detail);
}

int64_t
stamp_proves(const struct antin_timestamp *t)
{
	return t->time + (int64_t)((t->accuracy + MICRO - 1) / MICRO);
}

static struct antin_cert *
among(const struct antin_certs *certs, const struct antin_cades *cms)
{
	for (size_t i = 0; i < certs->n; i++)
		if (antin_cades_is_signer(cms, certs->items[i]))
			return certs->items[i];
	return NULL;
}

struct antin_cert *
signer_of(const struct judging *j, const struct antin_cades *cms)
{
	const struct antin_certs *const lists[] = {&cms->certs, &cms->more_certs, &j->cms->certs,
	                                           &j->cms->more_certs,
	                                           &j->o->trust->intermediates};
	struct antin_cert *c = NULL;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]) && !c; i++)
		c = among(lists[i], cms);
	return c;
}

/* The name of a weak algorithm of the token; NULL if there is none. */
static const char *
weak(const struct stamping *s, struct antin_algorithm_end *end)
{
	const struct antin_sigalg imprint = {ANTIN_RSA_PKCS1, s->t->imprint.digest};
	int64_t time = s->out->judged_at;

	if (!antin_algorithms_allow(s->j->o->algorithms, &imprint, NULL, time, end))
		return antin_digest_name(imprint.digest);
	if (!antin_algorithms_allow(s->j->o->algorithms, &s->t->cms->alg, NULL, time, end))
		return antin_sigalg_name(s->t->cms->alg);
	return NULL;
}

static void
refuse_weak(struct stamping *s, const char *name, const struct antin_algorithm_end *end)
{
	struct antin_finding *f = refuse(s, WARN_STAMP_WEAK, NULL);

	f->clause = antin_algorithm_text(name, end, f->detail, sizeof(f->detail));
}

/*
 * RFC 3161 4, 1: an authority that was revoked for a reason that says nothing against its key keeps
 * what it stamped before.  The list must hold still: a later one may tell that the key was stolen.
 */
static bool
stamped_before(const struct stamping *s, const struct antin_path *p, int64_t time)
{
	const struct antin_status *st = p->statuses;
	if (!st || p->n_faults != 1 || p->faults[0].index != 0 ||
	    p->faults[0].fault != ANTIN_FAULT_REVOKED || !antin_reason_harmless(st->reason) ||
	    st->next_update == ANTIN_NO_TIME || st->next_update < time)
		return false;
	return stamp_proves(s->t) < antin_status_since(st) &&
	       proofs_links_hold(&s->j->proofs, s->j->o, p, time);
}

static void
refuse_path(struct stamping *s, const struct antin_path *p)
{
	const struct antin_path_fault *worst = antin_path_worst(p);
	const struct antin_status *st = p->statuses;
	struct antin_finding *f;

	if (st && worst->fault == ANTIN_FAULT_REVOKED && worst->index == 0) {
		f = refuse(s, WARN_STAMP_REVOKED, NULL);
		detail_time(f, st->revoked_at);
		f->arg = antin_reason_text(st->reason);
		return;
	}
	f = refuse(s, WARN_STAMP_AUTHORITY, NULL);
	detail_name(f, p->chain.items[worst->index]->subject);
	f->arg = antin_fault_info(worst->fault)->text;
	if (worst->fault == ANTIN_FAULT_STATUS_UNKNOWN && st)
		f->arg = st[worst->index].why;
	f->clause = antin_fault_info(worst->fault)->clause;
}

enum antin_rc
stamp_path(const struct judging *j, const struct antin_timestamp *t, const struct stamp_world *w,
           struct antin_path *out, struct antin_err *err)
{
	ANTIN_SCOPED(surroundings)
	world = {.o = j->o,
	         .target = w->tsa,
	         .cms = {t->cms, j->cms},
	         .fetcher = w->reach == REACH_ALL ? j->o->fetcher : NULL,
	         .log = j->log,
	         .heard = w->reach == REACH_ALL ? j->heard : NULL,
	         .proofs = &j->proofs,
	         .reach = w->reach,
	         .proven_by = INT64_MAX};
	enum antin_rc rc = surroundings_gather(&world, err);

	if (rc == ANTIN_OK)
		rc = surroundings_find(&world, ANTIN_PURPOSE_TIMESTAMP, w->time, out, err);
	/* As for signers: the token's attributes bind the authority's own certificate alone. */
	out->valid =
	        rc == ANTIN_OK && out->valid && proofs_links_hold(&j->proofs, j->o, out, w->time);
	return rc;
}

static void
take_path(struct stamping *s, struct antin_path *p, int64_t time)
{
	if (p->anchored)
		s->out->anchor =
		        antin_trust_anchor_for(s->j->o->trust, p->chain.items[p->chain.n - 1],
		                               ANTIN_PURPOSE_TIMESTAMP, time);
	s->out->has_status = p->statuses != NULL;
	if (p->statuses)
		s->out->status = p->statuses[0];
	s->out->valid = p->valid || stamped_before(s, p, time);
	if (!s->out->valid)
		return;
	s->out->chain = p->chain;
	p->chain = (struct antin_certs){0};
}

/* As of the check; when that fails, as of the time at which the token is proven to have existed. */
static enum antin_rc
judge_authority(struct stamping *s, struct antin_err *err)
{
	struct stamp_world w = {.tsa = s->out->tsa, .time = s->j->o->time};
	ANTIN_SCOPED(antin_path) now = {0};
	ANTIN_SCOPED(antin_path) then = {0};
	enum antin_rc rc = stamp_path(s->j, s->t, &w, &now, err);

	if (rc != ANTIN_OK)
		return rc;
	take_path(s, &now, w.time);
	if (!s->out->valid && s->out->judged_at < w.time) {
		w.time = s->out->judged_at;
		rc = stamp_path(s->j, s->t, &w, &then, err);
		if (rc != ANTIN_OK)
			return rc;
		if (then.valid || stamped_before(s, &then, w.time))
			take_path(s, &then, w.time);
	} else {
		s->out->judged_at = w.time;
	}
	if (!s->out->valid)
		refuse_path(s, &now);
	return ANTIN_OK;
}

static enum antin_rc
content_digest(const struct stamping *s, uint8_t out[ANTIN_DIGEST_MAX], struct antin_slice *digest,
               struct antin_err *err)
{
	*digest = (struct antin_slice){out, antin_digest_size(s->t->imprint.digest)};
	return antin_doc_digest(s->j->doc, s->j->index, s->t->imprint.digest, out, err);
}

/* Whether the token is over what its kind says; *cause tells why not. */
static enum antin_rc
covers(struct stamping *s, bool *yes, struct antin_err *cause, struct antin_err *err)
{
	uint8_t buffer[ANTIN_DIGEST_MAX];
	struct antin_slice digest;
	enum antin_rc rc = ANTIN_OK;

	if (s->out->kind == ANTIN_STAMP_SIGNATURE) {
		*yes = antin_timestamp_covers(s->t, s->value, cause) == ANTIN_OK;
		return ANTIN_OK;
	}
	rc = content_digest(s, buffer, &digest, err);
	if (rc != ANTIN_OK)
		return rc;
	*yes = antin_slice_equal(s->t->imprint.hash, digest);
	if (s->out->kind == ANTIN_STAMP_ARCHIVE)
		*yes = antin_archive_check(s->j->cms, s->t, digest, s->archive, cause) == ANTIN_OK;
	return ANTIN_OK;
}

/* What the token alone tells; false when it cannot count. */
static bool
judge_token(struct stamping *s)
{
	struct antin_algorithm_end end;
	struct antin_err cause = {0};
	const char *weakness = weak(s, &end);
	char text[160];

	if (weakness)
		refuse_weak(s, weakness, &end);
	else if (!s->out->tsa)
		(void)refuse(s, WARN_STAMP_NO_CERT, NULL);
	else if (antin_timestamp_verify(s->t, s->out->tsa, s->j->o->memory, &cause) != ANTIN_OK)
		(void)refuse(s, WARN_STAMP_WRONG,
		             antin_err_frame_text(&cause, 0, NULL, text, sizeof(text)));
	else if (s->t->time > s->j->o->time + CLOCKS_APART)
		detail_time(refuse(s, WARN_STAMP_AHEAD, NULL), s->t->time);
	else if (s->t->time < s->out->tsa->not_before ||
	         stamp_proves(s->t) > s->out->tsa->not_after)
		detail_time(refuse(s, WARN_STAMP_OUTSIDE, NULL), s->t->time);
	else
		return true;
	return false;
}

static enum antin_rc
judge_readable(struct stamping *s, struct antin_err *err)
{
	struct antin_err cause = {0};
	bool over = false;
	char text[160];
	enum antin_rc rc = covers(s, &over, &cause, err);

	if (rc != ANTIN_OK)
		return rc;
	if (!over && s->out->kind == ANTIN_STAMP_ARCHIVE)
		(void)refuse(s, WARN_STAMP_WRONG,
		             antin_err_frame_text(&cause, 0, NULL, text, sizeof(text)));
	else if (!over)
		(void)refuse(s, WARN_STAMP_OTHER, NULL);
	else if (judge_token(s))
		return judge_authority(s, err);
	return ANTIN_OK;
}

/* Something is left out that no later stamp covers either. */
static bool
leaves_out(const struct stamping *s)
{
	const struct antin_archive *a = s->archive;

	for (size_t i = 0; i < a->n; i++) {
		const struct antin_archive_object *o = &a->objects[i];

		if (!o->covered && !o->archive &&
		    proofs_of(&s->j->proofs, o->der, INT64_MAX) == INT64_MAX)
			return true;
	}
	return false;
}

/* What a stamp that counts proves. */
static enum antin_rc
draw(struct stamping *s, struct antin_err *err)
{
	struct antin_verdict *v = s->j->v;
	int64_t time = stamp_proves(s->t);

	if (!s->out->valid || s->out->kind == ANTIN_STAMP_CONTENT)
		return ANTIN_OK;
	/* What covers it may have been made by a clock that was behind. */
	if (s->out->judged_at < time)
		time = s->out->judged_at;
	if (time < v->best_time)
		v->best_time = time;
	if (s->out->kind == ANTIN_STAMP_ARCHIVE) {
		if (leaves_out(s))
			(void)find(v, WARN_STAMP_PARTS, NULL);
		return proofs_cover(&s->j->proofs, s->archive, s->j->cms, time, err);
	}
	if (v->intact && strcmp(v->level, "B-B") == 0)
		v->level = "B-T";
	return ANTIN_OK;
}

/* A list of tokens, where the first of them is told, and whose they are. */
struct row_of_stamps {
	enum antin_stamp_kind kind;
	const struct antin_slice *tokens;
	size_t n, at;
	struct antin_slice value;
};

static enum antin_rc
judge_stamp(struct judging *j, const struct row_of_stamps *row, size_t k, struct antin_err *err)
{
	const struct antin_slice der = row->tokens[k];
	struct antin_stamp *out = &j->v->stamps[row->at + k];
	ANTIN_OWN_S(antin_timestamp) t = NULL;
	struct antin_archive archive = {.n = 0};
	struct stamping s = {.j = j, .value = row->value, .out = out, .archive = &archive};
	struct antin_err cause = {0};
	char text[160];
	enum antin_rc rc = antin_timestamp_read(der, &t, &cause);

	if (rc == ANTIN_E_MEMORY)
		return antin_fail_memory(err);
	if (rc != ANTIN_OK) {
		(void)refuse(&s, WARN_STAMP_UNREADABLE,
		             antin_err_frame_text(&cause, 0, NULL, text, sizeof(text)));
		return ANTIN_OK;
	}
	s.t = t;
	out->time = t->time;
	out->has_accuracy = t->has_accuracy;
	out->accuracy = t->accuracy;
	out->judged_at = proofs_of(&j->proofs, der, j->o->time);
	antin_bytes_add(&out->serial, t->serial.p, t->serial.len);
	out->tsa = signer_of(j, t->cms);
	if (out->tsa)
		(void)antin_cert_ref(out->tsa);
	rc = antin_bytes_check(&out->serial, err);
	if (rc == ANTIN_OK)
		rc = judge_readable(&s, err);
	return rc == ANTIN_OK ? draw(&s, err) : rc;
}

/* ---- the order in which they are judged ---- */

static struct row_of_stamps
row_of(struct antin_verdict *v, enum antin_stamp_kind kind, const struct antin_slice *tokens,
       size_t n)
{
	struct row_of_stamps row = {.kind = kind, .tokens = tokens, .n = n, .at = v->n_stamps};

	for (size_t i = 0; i < n; i++)
		v->stamps[v->n_stamps++] = (struct antin_stamp){.kind = kind,
		                                                .time = ANTIN_NO_TIME,
		                                                .judged_at = ANTIN_NO_TIME};
	return row;
}

static int64_t
time_of_token(struct antin_slice der)
{
	ANTIN_OWN_S(antin_timestamp) t = NULL;

	return antin_timestamp_read(der, &t, NULL) == ANTIN_OK ? t->time : ANTIN_NO_TIME;
}

/* The latest first: it proves what the others need. */
static void
latest_first(const struct row_of_stamps *row, size_t order[ANTIN_CADES_STAMPS])
{
	int64_t times[ANTIN_CADES_STAMPS];

	for (size_t i = 0; i < row->n; i++) {
		size_t k = i;

		times[i] = time_of_token(row->tokens[i]);
		for (; k > 0 && times[order[k - 1]] < times[i]; k--)
			order[k] = order[k - 1];
		order[k] = i;
	}
}

static enum antin_rc
judge_row(struct judging *j, const struct row_of_stamps *row, struct antin_err *err)
{
	size_t order[ANTIN_CADES_STAMPS];
	enum antin_rc rc = ANTIN_OK;

	latest_first(row, order);
	for (size_t i = 0; i < row->n && rc == ANTIN_OK; i++) {
		size_t k = row->kind == ANTIN_STAMP_ARCHIVE ? order[i] : i;

		rc = judge_stamp(j, row, k, err);
	}
	return rc;
}

/* What stamps the content comes before the signature (EN 319 102-1 5.5.4). */
static void
judge_order(struct judging *j)
{
	struct antin_verdict *v = j->v;

	for (size_t i = 0; i < v->n_stamps; i++) {
		const struct antin_stamp *s = &v->stamps[i];

		if (s->valid && s->kind == ANTIN_STAMP_CONTENT &&
		    s->time - (int64_t)(s->accuracy / MICRO) > v->best_time)
			detail_time(find(v, FIND_STAMP_ORDER, NULL), s->time);
	}
}

enum antin_rc
judge_time_stamps(struct judging *j, struct antin_err *err)
{
	const struct antin_cades *c = j->cms;
	/* PDF has document time stamps in place of these (EN 319 142-1 6.3). */
	bool whole = j->sig->kind == ANTIN_SIG_CMS && (!j->doc->detached || j->doc->content);
	struct row_of_stamps signature = row_of(j->v, ANTIN_STAMP_SIGNATURE, c->time_stamps,
	                                        c->n_time_stamps),
	                     content = row_of(j->v, ANTIN_STAMP_CONTENT, c->content_stamps,
	                                      whole ? c->n_content_stamps : 0),
	                     archive = row_of(j->v, ANTIN_STAMP_ARCHIVE, c->archives,
	                                      whole ? c->n_archives : 0);
	enum antin_rc rc = judge_row(j, &archive, err);

	signature.value = c->signature;
	if (rc == ANTIN_OK)
		rc = judge_row(j, &signature, err);
	if (rc == ANTIN_OK)
		rc = judge_row(j, &content, err);
	judge_order(j);
	if (c->given_time_stamps > c->n_time_stamps || c->given_archives > c->n_archives)
		(void)find(j->v, WARN_STAMP_MANY, NULL);
	return rc;
}

enum antin_rc
stamps_prove(const struct judging *j, const struct antin_cades *c, int64_t *best,
             struct antin_err *err)
{
	struct antin_verdict *aside = calloc(1, sizeof(*aside));
	struct judging of = *j;
	struct row_of_stamps row;
	enum antin_rc rc;

	if (!aside)
		return antin_fail_memory(err);
	aside->best_time = *best;
	of.v = aside;
	row = row_of(aside, ANTIN_STAMP_SIGNATURE, c->time_stamps, c->n_time_stamps);
	row.value = c->signature;
	rc = judge_row(&of, &row, err);
	*best = aside->best_time;
	antin_verdict_done(aside);
	free(aside);
	return rc;
}
