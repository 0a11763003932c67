/*
 * Who may speak about revocation: the issuer itself, another holder of its name that chains to the
 * same anchor (RFC 5280 6.3.3 (f)), a delegated OCSP responder (RFC 6960 4.2.2.2).
 */
#include <stdlib.h>
#include <string.h>

#include "revocation.h"

static const char nocheck[] = "1.3.6.1.5.5.7.48.1.5";

/*
 * The anchor of the path that the evidence is for: another one, in which the signer's path might
 * end first, is a certificate like others here.
 */
static bool
is_same_anchor(const struct query *q, const struct antin_cert *cert)
{
	return antin_cert_equal(cert, q->anchor);
}

static enum antin_rc
world_issuers(void *user, const struct antin_path_query *query, struct antin_path_candidates *out,
              struct antin_err *err)
{
	const struct query *q = user;
	const struct antin_path_ops *w = q->r->world;
	enum antin_rc rc = w->issuers(w->user, query, out, err);

	for (size_t i = 0; rc == ANTIN_OK && i < out->n; i++)
		out->items[i].anchor =
		        out->items[i].anchor && is_same_anchor(q, out->items[i].cert);
	return rc;
}

static bool
world_anchor(void *user, const struct antin_cert *cert)
{
	const struct query *q = user;
	const struct antin_path_ops *w = q->r->world;

	return is_same_anchor(q, cert) && w->anchor && w->anchor(w->user, cert);
}

static int64_t
world_now(void *user)
{
	const struct query *q = user;

	return q->as_of;
}

/* Whether its status is being found out already. */
static bool
in_question(const struct antin_revocation_memo *memo, const struct antin_cert *cert)
{
	for (size_t i = 0; i < memo->n_open; i++)
		if (antin_cert_equal(memo->open[i], cert))
			return true;
	return false;
}

/*
 * Status of a certificate on the way to a signer.  One whose status is being found out already is
 * taken as good: a list may be signed by a key whose own status stands in that list, and if it is
 * revoked there, its own question will say so.  What a proof says of the signature's age says
 * nothing of these.
 */
static enum antin_rc
nested_status(void *user, const struct antin_path *path, size_t index, struct antin_status *out,
              struct antin_err *err)
{
	const struct query *q = user;
	const struct antin_revocation_memo *memo = q->r->memo;
	struct antin_revocation at_check = *q->r;
	const struct antin_cert *cert = path->chain.items[index];
	enum antin_rc rc;

	if (in_question(memo, cert)) {
		out->kind = ANTIN_STATUS_GOOD;
		return ANTIN_OK;
	}
	if (memo->n_open >= ANTIN_REVOCATION_NESTED) {
		out->why = N_("too many lists depend on one another");
		return ANTIN_OK;
	}
	at_check.time = q->as_of;
	at_check.proven = evidence_time(q->r) > q->as_of ? evidence_time(q->r) - q->as_of : 0;
	rc = antin_revocation_status(&at_check, path, index, out, err);
	q->r->heard = at_check.heard;
	return rc;
}

enum antin_rc
signed_by_key(struct antin_revocation *r, const struct antin_evidence_item *e,
              struct antin_cert *signer, bool *yes, struct antin_err *err)
{
	struct antin_revocation_memo *m = r->memo;
	struct antin_memory *memory = r->world->memory;
	const void *what = e->crl ? (const void *)e->crl : (const void *)e->ocsp;
	const struct antin_public *key;
	struct antin_err quiet = {0};
	struct signed_by *more;
	uint8_t id[32];
	enum antin_rc rc = antin_sha256(signer->spki, id, err);

	if (rc != ANTIN_OK)
		return rc;
	for (size_t i = 0; i < m->n_signatures; i++) {
		if (m->signatures[i].what == what && memcmp(m->signatures[i].key, id, 32) == 0) {
			*yes = m->signatures[i].yes;
			return ANTIN_OK;
		}
	}
	if (m->n_signatures == m->cap_signatures) {
		more = antin_array_grow(m->signatures, &m->cap_signatures, sizeof(*more));
		if (!more)
			return antin_fail_memory(err);
		m->signatures = more;
	}
	more = &m->signatures[m->n_signatures++];
	*more = (struct signed_by){.what = what};
	memcpy(more->key, id, sizeof(id));
	if (antin_cert_public(signer, &key, &quiet) == ANTIN_OK)
		more->yes = (e->crl ? antin_crl_verify(e->crl, key, memory, &quiet)
		                    : antin_ocsp_verify(e->ocsp, key, memory, &quiet)) == ANTIN_OK;
	*yes = more->yes;
	return ANTIN_OK;
}

const char *
evidence_weak(const struct query *q, struct antin_slice sigalg)
{
	struct antin_sigalg alg;
	struct antin_err quiet = {0};

	if (antin_sigalg_read(sigalg, &alg, &quiet) != ANTIN_OK ||
	    antin_algorithms_allow(q->r->world->algorithms, &alg, NULL, q->as_of, NULL))
		return NULL;
	return antin_sigalg_name(alg);
}

static bool
may_sign_lists(const struct antin_cert *c)
{
	return !c->has_key_usage || (c->key_usage >> ANTIN_KU_CRL_SIGN & 1);
}

bool
path_lacks_only(const struct antin_path *p, const enum antin_fault *faults, size_t n)
{
	bool only = p->anchored;

	for (size_t i = 0; only && i < p->n_faults; i++) {
		size_t k = 0;

		while (k < n && faults[k] != p->faults[i].fault)
			k++;
		only = k < n;
	}
	return only;
}

static enum voice
path_voice(const struct antin_path *p)
{
	static const enum antin_fault late[] = {ANTIN_FAULT_STATUS_UNKNOWN, ANTIN_FAULT_EXPIRED,
	                                        ANTIN_FAULT_WEAK};

	if (p->valid)
		return VOICE_FULL;
	return path_lacks_only(p, late, sizeof(late) / sizeof(late[0])) ? VOICE_LATE : VOICE_NONE;
}

/* A path for a signer that is not the issuer itself; it must end in the same anchor. */
static enum antin_rc
signer_path(const struct query *q, struct antin_cert *signer, const struct antin_path_rules *rules,
            struct antin_path *found, struct antin_err *err)
{
	struct query inner = *q;
	struct antin_path_ops ops = {.issuers = world_issuers,
	                             .anchor = world_anchor,
	                             .status = nested_status,
	                             .now = world_now,
	                             .algorithms = q->r->world->algorithms,
	                             .user = &inner,
	                             .memory = q->r->world->memory,
	                             .nearest = true};

	if (q->r->memo->searches++ >= REVOCATION_SEARCHES)
		return ANTIN_OK;
	return antin_path_find(&ops, signer, rules, found, err);
}

static enum antin_rc
other_crl_signer(const struct query *q, struct antin_cert *signer,
                 const struct antin_evidence_item *e, enum voice *voice, struct antin_err *err)
{
	static const struct antin_path_rules rules = {.purpose = ANTIN_PURPOSE_CRL,
	                                              .max_depth = -1};
	ANTIN_SCOPED(antin_path) found = {0};
	struct query today = *q;
	bool yes;
	enum antin_rc rc;

	*voice = VOICE_NONE;
	if (!antin_name_equal(signer->subject, e->crl->issuer) || !may_sign_lists(signer))
		return ANTIN_OK;
	rc = signed_by_key(q->r, e, signer, &yes, err);
	if (rc != ANTIN_OK || !yes)
		return rc;
	/* The list may be proven to be old: nothing proves it of certificates found for it. */
	if (q->proven)
		today.as_of = evidence_time(q->r);
	today.proven = false;
	rc = signer_path(&today, signer, &rules, &found, err);
	*voice = path_voice(&found);
	return rc;
}

/*
 * Where the path holds as of a proven time, its issuers may have been revoked since; the path's
 * statuses are found out from the anchor down, so that the issuer's is known.
 */
static enum voice
issuer_voice(const struct query *q, int64_t made)
{
	const struct antin_status *st = q->path->statuses;
	size_t i = q->index + 1;

	if (made > q->issuer->not_after)
		return VOICE_LATE;
	if (q->r->proven <= 0 || !st || i >= q->path->chain.n || !st[i].later)
		return VOICE_FULL;
	/* What existed before the revocation is none of the work of a stolen key. */
	if (q->proven && q->as_of < antin_status_since(&st[i]))
		return VOICE_FULL;
	if (antin_reason_harmless(st[i].reason) && made < st[i].revoked_at)
		return VOICE_FULL;
	return VOICE_LATE;
}

enum antin_rc
crl_signer(const struct query *q, struct antin_crl *crl, enum voice *voice, struct antin_err *err)
{
	ANTIN_SCOPED(antin_path_candidates) found = {0};
	const struct antin_evidence_item e = {.crl = crl};
	const struct antin_path_query who = {.name = crl->issuer, .key_id = crl->aki};
	enum voice other;
	bool yes = false;
	enum antin_rc rc = ANTIN_OK;

	*voice = VOICE_NONE;
	if (antin_name_equal(q->issuer->subject, crl->issuer) && may_sign_lists(q->issuer))
		rc = signed_by_key(q->r, &e, q->issuer, &yes, err);
	if (yes)
		*voice = issuer_voice(q, crl->this_update);
	if (rc != ANTIN_OK || *voice == VOICE_FULL)
		return rc;
	rc = world_issuers((void *)(uintptr_t)q, &who, &found, err);
	for (size_t i = 0; rc == ANTIN_OK && *voice != VOICE_FULL && i < found.n; i++) {
		rc = other_crl_signer(q, found.items[i].cert, &e, &other, err);
		if (other > *voice)
			*voice = other;
	}
	return rc;
}

/* Delegation: issued by the very key of the issuer, for this purpose, and itself in order. */
static enum antin_rc
delegated(const struct query *q, struct antin_cert *c, enum voice *voice, struct antin_err *err)
{
	struct antin_path_rules rules = {.purpose = ANTIN_PURPOSE_OCSP,
	                                 .max_depth = -1,
	                                 .revocation = ANTIN_REVOCATION_LEAF};
	ANTIN_SCOPED(antin_path) found = {0};
	enum antin_rc rc;

	*voice = VOICE_NONE;
	/* Nobody's word, nor that of one who rests on it, tells that he may still give it. */
	if (in_question(q->r->memo, c) || !antin_name_equal(c->issuer, q->issuer->subject) ||
	    !antin_cert_has_eku(c, "1.3.6.1.5.5.7.3.9"))
		return ANTIN_OK;
	if (antin_cert_ext(c, nocheck))
		rules.revocation = ANTIN_REVOCATION_NONE;
	rc = signer_path(q, c, &rules, &found, err);
	if (rc == ANTIN_OK && found.chain.n > 1 &&
	    antin_slice_equal(found.chain.items[1]->spki, q->issuer->spki))
		*voice = path_voice(&found);
	return rc;
}

enum antin_rc
ocsp_signer(const struct query *q, struct antin_ocsp_response *o, int64_t made, enum voice *voice,
            struct antin_err *err)
{
	const struct antin_evidence_item e = {.ocsp = o};
	enum voice other;
	bool yes = false;
	enum antin_rc rc = ANTIN_OK;

	*voice = VOICE_NONE;
	if (antin_ocsp_is_responder(o, q->issuer))
		rc = signed_by_key(q->r, &e, q->issuer, &yes, err);
	if (yes)
		*voice = issuer_voice(q, made);
	for (size_t i = 0; rc == ANTIN_OK && *voice != VOICE_FULL && i < o->certs.n; i++) {
		struct antin_cert *c = o->certs.items[i];

		if (!antin_ocsp_is_responder(o, c))
			continue;
		rc = signed_by_key(q->r, &e, c, &yes, err);
		if (rc == ANTIN_OK && yes)
			rc = delegated(q, c, &other, err);
		if (rc == ANTIN_OK && yes && other > *voice)
			*voice = other;
	}
	return rc;
}
