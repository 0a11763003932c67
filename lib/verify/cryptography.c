/*
 * The cryptographic part of a validation (EN 319 102-1 5.2.2 format, 5.2.3 signer, 5.2.7):
 * structure of the CMS, digest of what is covered, signature value.
 */
#include <string.h>

#include <antin/text.h>

#include "verify.h"

static const struct {
	enum antin_cades_form form;
	const char *level;
} forms[] = {
        [ANTIN_SIG_CADES] = {ANTIN_FORM_PADES, "B-B"},
        [ANTIN_SIG_PKCS7] = {ANTIN_FORM_PKCS7, "PKCS7"},
        [ANTIN_SIG_CMS] = {ANTIN_FORM_CADES, "B-B"},
};

/* The signer's certificate: embedded, else among those at hand. */
static struct antin_cert *
find_signer(const struct judging *j)
{
	struct antin_cert *c = antin_cades_signer(j->cms);
	const struct antin_certs *more = &j->o->trust->intermediates;

	for (size_t i = 0; !c && i < more->n; i++)
		if (antin_cades_is_signer(j->cms, more->items[i]))
			c = more->items[i];
	return c;
}

static void
judge_rules(struct judging *j, const struct antin_cert *signer)
{
	const struct antin_cades_problem *problems[ANTIN_CADES_PROBLEMS];
	size_t n = antin_cades_problems(j->cms, forms[j->sig->kind].form, signer, problems);

	for (size_t i = 0; i < n; i++) {
		struct antin_finding *f =
		        find(j->v, problems[i]->fatal ? FIND_CADES : WARN_CADES, NULL);

		f->text = problems[i]->text;
		f->code = problems[i]->code;
		f->clause = problems[i]->clause;
	}
}

/* False when the bytes covered are not those that were signed. */
static enum antin_rc
digest_matches(struct judging *j, uint8_t digest[ANTIN_DIGEST_MAX], bool *yes,
               struct antin_err *err)
{
	enum antin_rc rc = antin_doc_digest(j->doc, j->index, j->cms->digest, digest, err);

	*yes = rc == ANTIN_OK &&
	       antin_slice_equal(j->cms->message_digest,
	                         (struct antin_slice){digest, antin_digest_size(j->cms->digest)});
	return rc;
}

/*
 * A file that carries its content, named for another one or by its own name beside that, must carry
 * that one: who asks whether x.p7s is valid goes on to read x.
 */
static enum antin_rc
judge_other_content(struct judging *j, const uint8_t *digest, struct antin_err *err)
{
	struct antin_source *other = j->doc->detached ? NULL : j->doc->content;
	ANTIN_OWN_S(antin_hash) h = NULL;
	uint8_t of_other[ANTIN_DIGEST_MAX];
	enum antin_rc rc;

	if (!other)
		return ANTIN_OK;
	rc = antin_hash_new(j->cms->digest, &h, err);
	if (rc == ANTIN_OK)
		rc = antin_hash_source(h, other, 0, antin_source_size(other), err);
	if (rc == ANTIN_OK)
		rc = antin_hash_end(h, of_other, err);
	if (rc == ANTIN_OK && memcmp(of_other, digest, antin_digest_size(j->cms->digest)) != 0)
		(void)find(j->v, j->o->detached_named ? FIND_CONTENT_OTHER : FIND_CONTENT_BESIDE,
		           NULL);
	return rc;
}

static void
judge_value(struct judging *j, const uint8_t *digest)
{
	const struct antin_public *key = NULL;
	struct antin_err quiet = {0};
	struct antin_cert *signer = j->v->signer.cert;

	if (!signer)
		return;
	if (antin_cert_public(signer, &key, &quiet) != ANTIN_OK ||
	    antin_cades_verify(j->cms, key,
	                       (struct antin_slice){digest, antin_digest_size(j->cms->digest)},
	                       j->o->memory, &quiet) != ANTIN_OK)
		(void)find(j->v, FIND_SIGNATURE, NULL);
	else
		j->v->intact = true;
}

enum antin_rc
judge_cryptography(struct judging *j, struct antin_err *err)
{
	uint8_t digest[ANTIN_DIGEST_MAX];
	struct antin_cert *signer = find_signer(j);
	bool same = false;
	enum antin_rc rc = ANTIN_OK;

	/* The levels begin with what binds the certificate. */
	j->v->level = j->cms->ess.present ? forms[j->sig->kind].level : "PKCS7";
	j->v->alg = j->cms->alg;
	j->v->alg_known = true;
	if (signer)
		rc = read_signer(&j->v->signer, signer, err);
	else
		(void)find(j->v, FIND_NO_SIGNER, NULL);
	if (rc != ANTIN_OK)
		return rc;
	judge_rules(j, signer);
	if (j->doc->detached && !j->doc->content) {
		(void)find(j->v, FIND_NO_CONTENT, NULL);
		return ANTIN_OK;
	}
	/* A rule was broken, and said so: there is nothing to hash or to compare with. */
	if (!j->cms->message_digest.p || j->sig->coverage == ANTIN_COVERAGE_UNCLEAR)
		return ANTIN_OK;
	rc = digest_matches(j, digest, &same, err);
	if (rc == ANTIN_OK)
		rc = judge_other_content(j, digest, err);
	if (rc != ANTIN_OK)
		return rc;
	if (same)
		judge_value(j, digest);
	else
		(void)find(j->v, FIND_HASH, NULL);
	return ANTIN_OK;
}

enum antin_rc
judge_unknown(struct judging *j, struct antin_err *err)
{
	ANTIN_OWN_S(antin_cades) cms = NULL;
	struct antin_err cause = {0};
	uint8_t digest[ANTIN_DIGEST_MAX];
	bool same = true;
	enum antin_rc rc = antin_cades_read(antin_bytes_slice(&j->sig->cms), &cms, &cause);

	if (rc == ANTIN_E_MEMORY)
		return antin_fail_memory(err);
	if (rc != ANTIN_OK || cms->has_content || !cms->message_digest.p ||
	    j->sig->coverage == ANTIN_COVERAGE_UNCLEAR)
		return ANTIN_OK;
	j->cms = cms;
	rc = digest_matches(j, digest, &same, err);
	j->cms = NULL;
	if (rc == ANTIN_OK && !same)
		(void)find(j->v, FIND_HASH, NULL);
	return rc;
}
