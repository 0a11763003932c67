/*
 * The process (EN 319 102-1 5.3 basic signatures, 5.5 with time): every signature of a document
 * through document, cryptography, time stamps, trust and times, to one verdict each.
 */
#include <stdlib.h>
#include <string.h>

#include <antin/memory.h>
#include <antin/text.h>

#include "pack.h"
#include "verify.h"

void
antin_verdict_done(struct antin_verdict *v)
{
	antin_cert_free(v->signer.cert);
	antin_bytes_done(&v->signer.name);
	antin_bytes_done(&v->signer.organization);
	antin_bytes_done(&v->signer.unit);
	antin_bytes_done(&v->signer.title);
	antin_bytes_done(&v->signer.email);
	antin_bytes_done(&v->field);
	antin_changes_done(&v->changes);
	antin_path_done(&v->path);
	for (size_t i = 0; i < v->n_stamps; i++) {
		antin_cert_free(v->stamps[i].tsa);
		antin_certs_done(&v->stamps[i].chain);
		antin_bytes_done(&v->stamps[i].serial);
	}
	for (size_t i = 0; i < v->n_counters; i++) {
		antin_cert_free(v->counters[i].signer);
		antin_certs_done(&v->counters[i].chain);
	}
	*v = (struct antin_verdict){0};
}

void
antin_report_done(struct antin_report *r)
{
	for (size_t i = 0; i < r->n; i++)
		antin_verdict_done(&r->verdicts[i]);
	antin_fetch_log_done(&r->fetches);
	free(r->verdicts);
	free(r->file);
	free(r->content);
	pack_texts_free(r->texts);
	*r = (struct antin_report){0};
}

const char *
antin_verdict_heading(const struct antin_verdict *v)
{
	if (v->indication == ANTIN_TOTAL_FAILED)
		return N_("NOT VALID");
	if (v->indication == ANTIN_INDETERMINATE)
		return N_("NOT YET DECIDED");
	if (v->changes.level >= ANTIN_CHANGE_FILL)
		return N_("VALID, with permitted changes after signing");
	return N_("VALID");
}

/* The cause as one sentence for "damaged and cannot be read: %s". */
static void
unreadable(struct judging *j, const struct antin_err *cause)
{
	char text[200];

	(void)antin_err_frame_text(cause, 0, NULL, text, sizeof(text));
	(void)find(j->v, FIND_CMS, text);
}

static enum antin_rc
judge_cms(struct judging *j, struct antin_err *err)
{
	ANTIN_OWN_S(antin_cades) cms = NULL;
	struct antin_err cause = {0};
	enum antin_rc rc = antin_cades_read_signer(antin_doc_cms(j->doc, j->index), j->sig->signer,
	                                           j->o->memory, &cms, &cause);

	if (rc == ANTIN_E_MEMORY)
		return antin_fail_memory(err);
	j->cms = cms;
	judge_times(j);
	if (rc != ANTIN_OK) {
		unreadable(j, &cause);
		return ANTIN_OK;
	}
	rc = judge_cryptography(j, err);
	if (rc == ANTIN_OK)
		rc = judge_now(j, err);
	if (rc == ANTIN_OK)
		rc = judge_time_stamps(j, err);
	if (rc == ANTIN_OK)
		rc = judge_trust(j, err);
	if (rc == ANTIN_OK)
		rc = judge_long_term(j, err);
	if (rc == ANTIN_OK)
		rc = judge_counters(j, err);
	judge_claim(j);
	j->cms = NULL;
	proofs_done(&j->proofs);
	return rc;
}

/* The level counts as far as it is proven; the older form (PKCS7) has none. */
static void
judge_level(struct judging *j)
{
	static const char *const names[] = {
	        [ANTIN_LEVEL_B] = "B-B",
	        [ANTIN_LEVEL_T] = "B-T",
	        [ANTIN_LEVEL_LT] = "B-LT",
	        [ANTIN_LEVEL_LTA] = "B-LTA",
	};
	struct antin_verdict *v = j->v;
	enum antin_level proven = ANTIN_LEVEL_NONE;

	for (size_t i = ANTIN_LEVEL_B; v->level && i <= ANTIN_LEVEL_LTA; i++)
		if (strcmp(names[i], v->level) == 0)
			proven = (enum antin_level)i;
	if (proven >= j->o->min_level)
		return;
	if (v->level)
		(void)find(v, FIND_LEVEL, v->level);
	else
		find(v, FIND_LEVEL, NULL)->arg = N_("unknown");
}

/* Whose service it is, where that is known, and whether anything proves the time. */
static void
judge_service(struct judging *j)
{
	struct antin_verdict *v = j->v;
	bool stamped = false;

	if (v->kind.proven &&
	    (v->kind.class == ANTIN_CLASS_PUBLIC_CA || v->kind.class == ANTIN_CLASS_FOREIGN))
		find(v, WARN_OTHER_SERVICE, NULL)->arg = antin_class_text(v->kind.class);
	/* What stamps the content was there before the signature. */
	for (size_t i = 0; i < v->n_stamps; i++)
		stamped =
		        stamped || (v->stamps[i].valid && v->stamps[i].kind != ANTIN_STAMP_CONTENT);
	if (!stamped)
		(void)find(v, WARN_STAMP_MISSING, NULL);
}

static enum antin_rc
judge_one(const struct antin_verify_options *o, struct antin_doc *doc, size_t index,
          struct antin_verdict *v, struct antin_fetch_log *log, struct antin_err *err)
{
	ANTIN_SCOPED(heard) heard = {0};
	struct judging j = {.o = o,
	                    .doc = doc,
	                    .sig = &doc->sigs[index],
	                    .index = index,
	                    .v = v,
	                    .log = log,
	                    .heard = &heard,
	                    .time = o->time};
	enum antin_rc rc;

	v->signing_time = ANTIN_NO_TIME;
	v->best_time = o->time;
	antin_bytes_add(&v->field, j.sig->field.p, j.sig->field.len);
	rc = antin_bytes_check(&v->field, err);
	if (rc == ANTIN_OK)
		rc = judge_document(&j, err);
	if (rc != ANTIN_OK)
		return rc;
	if (j.sig->kind == ANTIN_SIG_OTHER) {
		judge_times(&j);
		(void)find(v, FIND_FORM, j.sig->subtype);
		rc = judge_unknown(&j, err);
	} else {
		rc = judge_cms(&j, err);
	}
	if (v->signer.cert)
		v->kind = antin_kind_of(o->kinds, v->signer.cert, &v->path, v->anchor);
	judge_service(&j);
	judge_level(&j);
	conclude(v, o->rules);
	return rc;
}

enum antin_rc
verify_digest(struct antin_source *src, uint8_t out[32], struct antin_err *err)
{
	ANTIN_OWN_S(antin_hash) h = NULL;
	uint8_t digest[ANTIN_DIGEST_MAX];
	enum antin_rc rc = antin_hash_new(ANTIN_SHA256, &h, err);

	if (rc == ANTIN_OK)
		rc = antin_hash_source(h, src, 0, antin_source_size(src), err);
	if (rc == ANTIN_OK)
		rc = antin_hash_end(h, digest, err);
	if (rc == ANTIN_OK)
		memcpy(out, digest, 32);
	return rc;
}

/* Time stamps alone give no verdict that could name the damage. */
static enum antin_rc
refuse_damaged(const struct antin_doc *doc, const struct antin_report *r, struct antin_err *err)
{
	if (doc->damage.rc == ANTIN_OK || r->n > 0)
		return ANTIN_OK;
	if (err)
		*err = doc->damage;
	return doc->damage.rc;
}

static enum antin_rc
judge_all(struct antin_doc *doc, const struct antin_verify_options *given, struct antin_report *r,
          struct antin_err *err)
{
	struct antin_verify_options o = *given;
	ANTIN_OWN_S(antin_memory) own = NULL;
	enum antin_rc rc = o.memory ? ANTIN_OK : antin_memory_new(NULL, &own, err);

	/* The signatures of one file share their authorities. */
	if (own)
		o.memory = own;
	if (rc != ANTIN_OK)
		return rc;
	r->verdicts = calloc(doc->n_sigs + 1, sizeof(*r->verdicts));
	if (!r->verdicts)
		return antin_fail_memory(err);
	for (size_t i = 0; i < doc->n_sigs && rc == ANTIN_OK; i++) {
		/* Document time stamps are evidence, not signatures of somebody. */
		if (doc->sigs[i].kind == ANTIN_SIG_TIMESTAMP)
			continue;
		rc = judge_one(&o, doc, i, &r->verdicts[r->n++], &r->fetches, err);
	}
	if (rc == ANTIN_OK)
		rc = refuse_damaged(doc, r, err);
	return rc;
}

/* What a detached signature is over, and what an attached one is believed to be over. */
static enum antin_rc
take_content(struct antin_doc *doc, const struct antin_verify_options *o, struct antin_err *err)
{
	bool file = doc->n_sigs > 0 && doc->sigs[0].kind == ANTIN_SIG_CMS;

	if (!o->detached)
		return ANTIN_OK;
	if (doc->detached || file)
		antin_doc_give_content(doc, o->detached);
	else if (o->detached_named)
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("%s is no detached signature, so --detached has no meaning"),
		                  antin_source_name(doc->source));
	return ANTIN_OK;
}

static enum antin_rc
tell_content(struct antin_doc *doc, bool digests, struct antin_report *r, struct antin_err *err)
{
	uint8_t digest[ANTIN_DIGEST_MAX];
	enum antin_rc rc = ANTIN_OK;

	if (!doc->content)
		return ANTIN_OK;
	if (doc->detached && doc->n_sigs) {
		rc = antin_text_copy(antin_source_name(doc->content), &r->content, err);
		if (rc == ANTIN_OK && digests)
			rc = antin_doc_digest(doc, 0, ANTIN_SHA256, digest, err);
		if (rc == ANTIN_OK && digests)
			memcpy(r->content_sha256, digest, sizeof(r->content_sha256));
	}
	return rc == ANTIN_OK ? antin_source_unchanged(doc->content, err) : rc;
}

enum antin_rc
verify_file(struct antin_source *src, const char *name, const struct antin_verify_options *o,
            bool digests, struct antin_report *out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_doc) doc = NULL;
	ANTIN_SCOPED(antin_report)
	r = {.now = o->now, .time = o->time, .assumed = o->assumed, .rules = o->rules};
	enum antin_rc rc = antin_doc_open(src, &doc, err);

	if (rc == ANTIN_OK)
		rc = take_content(doc, o, err);
	if (rc == ANTIN_OK)
		rc = antin_text_copy(name, &r.file, err);
	if (rc != ANTIN_OK)
		return rc;
	r.format = doc->ops->name;
	if (digests)
		rc = verify_digest(src, r.sha256, err);
	if (rc == ANTIN_OK)
		rc = judge_all(doc, o, &r, err);
	if (rc == ANTIN_OK)
		rc = tell_content(doc, digests, &r, err);
	if (rc == ANTIN_OK)
		rc = antin_source_unchanged(src, err);
	if (rc != ANTIN_OK)
		return rc;
	*out = r;
	r = (struct antin_report){0};
	return ANTIN_OK;
}

enum antin_rc
antin_verify(struct antin_source *src, const char *name, const struct antin_verify_options *o,
             struct antin_report *out, struct antin_err *err)
{
	return verify_file(src, name, o, true, out, err);
}

int
antin_report_exit(const struct antin_report *r)
{
	static const int codes[] = {
	        [ANTIN_TOTAL_PASSED] = 0,
	        [ANTIN_INDETERMINATE] = 3,
	        [ANTIN_TOTAL_FAILED] = 1,
	};
	int code = r->n ? 0 : 4;

	for (size_t i = 0; i < r->n; i++)
		code = antin_exit_worse(code, codes[r->verdicts[i].indication]);
	return code;
}

int
antin_exit_worse(int a, int b)
{
	static const int order[] = {2, 1, 5, 6, 3, 4, 0};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return a;
}
