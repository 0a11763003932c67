/*
 * The world of the path searches of one signature or time stamp: the anchors, the certificates and
 * the revocation data at hand, and the time as of which a path must hold (EN 319 102-1 5.2.6).
 */
#include "surroundings.h"

void
surroundings_done(struct surroundings *s)
{
	antin_certs_done(&s->fetched);
	antin_evidence_done(&s->evidence);
	antin_revocation_done(&s->revocation);
}

void
heard_done(struct heard *h)
{
	antin_certs_done(&h->issuers);
	antin_evidence_done(&h->evidence);
}

static enum antin_rc
take_heard(struct surroundings *s, struct antin_err *err)
{
	const struct heard *h = s->heard;
	enum antin_rc rc = antin_evidence_join(&s->evidence, &h->evidence, err);

	s->revocation.heard = h->until;
	return rc == ANTIN_OK ? antin_certs_join(&s->fetched, &h->issuers, h->issuers.n, err) : rc;
}

static enum antin_rc
keep_heard(struct surroundings *s, struct antin_err *err)
{
	struct antin_evidence new = {.n = s->evidence.n - s->n_evidence};
	struct antin_certs issuers = {.n = s->fetched.n - s->n_fetched};
	enum antin_rc rc;

	if (new.n)
		new.items = s->evidence.items + s->n_evidence;
	if (issuers.n)
		issuers.items = s->fetched.items + s->n_fetched;
	s->n_evidence += new.n;
	s->n_fetched += issuers.n;
	s->heard->until = s->revocation.heard;
	rc = antin_evidence_join(&s->heard->evidence, &new, err);
	return rc == ANTIN_OK ? antin_certs_join(&s->heard->issuers, &issuers, issuers.n, err) : rc;
}

static bool
is_proven(const struct surroundings *s, int64_t proof)
{
	return proof != ANTIN_NO_TIME && proof <= s->proven_by;
}

/* Whether a certificate that a signature carries counts. */
static bool
in_reach(const struct surroundings *s, const struct antin_cert *cert)
{
	return s->reach != REACH_PROVEN ||
	       (s->proofs && is_proven(s, proofs_time(s->proofs, cert->sha256)));
}

static enum antin_rc
add_matching(const struct surroundings *s, const struct antin_certs *from,
             const struct antin_path_query *q, struct antin_path_candidates *out,
             struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < from->n && rc == ANTIN_OK; i++)
		if (in_reach(s, from->items[i]) &&
		    antin_name_equal(from->items[i]->subject, q->name))
			rc = antin_path_candidates_add(out, from->items[i], false, err);
	return rc;
}

/* Whether the certificate is trusted for what is judged now, as of the time that is proven. */
static bool
anchor_now(const struct surroundings *s, const struct antin_cert *cert)
{
	return antin_trust_anchor_for(s->o->trust, cert, s->purpose, s->revocation.time) != NULL;
}

static enum antin_rc
issuers(void *user, const struct antin_path_query *q, struct antin_path_candidates *out,
        struct antin_err *err)
{
	const struct surroundings *s = user;
	const struct antin_trust *t = s->o->trust;
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < t->n_anchors && rc == ANTIN_OK; i++) {
		struct antin_cert *cert = t->anchors[i].cert;

		if (!antin_name_equal(cert->subject, q->name))
			continue;
		/* One that is not trusted for this is a certificate like others. */
		rc = antin_path_candidates_add(out, cert, anchor_now(s, cert), err);
	}
	if (rc == ANTIN_OK && s->reach == REACH_ALL)
		rc = add_matching(s, &t->intermediates, q, out, err);
	for (size_t i = 0; i < SURROUNDINGS_CMS && s->cms[i] && rc == ANTIN_OK; i++) {
		rc = add_matching(s, &s->cms[i]->certs, q, out, err);
		if (rc == ANTIN_OK)
			rc = add_matching(s, &s->cms[i]->more_certs, q, out, err);
	}
	return rc == ANTIN_OK ? add_matching(s, &s->fetched, q, out, err) : rc;
}

static bool
is_anchor(void *user, const struct antin_cert *cert)
{
	const struct surroundings *s = user;

	/* Trust in the target's own certificate must not cut off the issuer that could revoke it.
	 */
	if (cert == s->target && !s->target_counts && !antin_cert_self_issued(cert))
		return false;
	return anchor_now(s, cert);
}

static int64_t
time_of_path(void *user)
{
	const struct surroundings *s = user;

	return s->revocation.time;
}

static enum antin_rc
status(void *user, const struct antin_path *path, size_t index, struct antin_status *out,
       struct antin_err *err)
{
	struct surroundings *s = user;

	return antin_revocation_status(&s->revocation, path, index, out, err);
}

static int64_t
proof_of(const struct surroundings *s, struct antin_slice der)
{
	uint8_t sha256[32];

	if (!s->proofs || antin_sha256(der, sha256, NULL) != ANTIN_OK)
		return ANTIN_NO_TIME;
	return proofs_time(s->proofs, sha256);
}

static enum antin_rc
add_list(struct surroundings *s, struct antin_slice der, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) copy = {0};
	ANTIN_OWN_S(antin_crl) crl = NULL;
	struct antin_err quiet = {0};

	antin_bytes_add(&copy, der.p, der.len);
	if (antin_crl_read(&copy, &crl, &quiet) == ANTIN_OK)
		return antin_evidence_add_crl(&s->evidence, crl, "CMS", err);
	s->n_broken++;
	return ANTIN_OK;
}

/* OCSPResponse around a BasicOCSPResponse (RFC 6960 4.2.1). */
static void
wrap_basic(struct antin_slice basic, struct antin_bytes *out)
{
	size_t response = antin_der_open(out, ANTIN_SEQUENCE), explicit, bytes;

	antin_der_add_enum(out, 0);
	explicit = antin_der_open(out, ANTIN_CONTEXT_CONS(0));
	bytes = antin_der_open(out, ANTIN_SEQUENCE);
	antin_der_add_oid(out, "1.3.6.1.5.5.7.48.1.1");
	antin_der_add(out, ANTIN_OCTET_STRING, basic);
	antin_der_close(out, bytes);
	antin_der_close(out, explicit);
	antin_der_close(out, response);
}

static enum antin_rc
add_answer(struct surroundings *s, const struct antin_cades_held *held, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) whole = {0};
	ANTIN_OWN_S(antin_ocsp_response) answer = NULL;
	struct antin_err quiet = {0};
	enum antin_rc rc;

	if (held->kind == ANTIN_HELD_BASIC_OCSP)
		wrap_basic(held->der, &whole);
	else
		antin_bytes_add(&whole, held->der.p, held->der.len);
	rc = antin_bytes_check(&whole, err);
	if (rc != ANTIN_OK)
		return rc;
	if (antin_ocsp_response_read(antin_bytes_slice(&whole), &answer, &quiet) == ANTIN_OK)
		return antin_evidence_add_ocsp(&s->evidence, answer, "CMS", err);
	s->n_broken++;
	return ANTIN_OK;
}

/* One piece that a CMS carries; a broken one is told and left out. */
static enum antin_rc
add_held(struct surroundings *s, const struct antin_cades_held *held, struct antin_err *err)
{
	int64_t proven = proof_of(s, held->der);
	size_t before = s->evidence.n;
	enum antin_rc rc;

	if (s->reach == REACH_PROVEN && !is_proven(s, proven))
		return ANTIN_OK;
	rc = held->kind == ANTIN_HELD_CRL ? add_list(s, held->der, err) : add_answer(s, held, err);
	if (s->evidence.n > before)
		s->evidence.items[before].proven = proven;
	return rc;
}

static enum antin_rc
add_embedded(struct surroundings *s, const struct antin_cades *cms, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < cms->n_crls && rc == ANTIN_OK; i++) {
		const struct antin_cades_held held = {ANTIN_HELD_CRL, cms->crls[i]};

		rc = add_held(s, &held, err);
	}
	for (size_t i = 0; i < cms->n_held && rc == ANTIN_OK; i++)
		rc = add_held(s, &cms->held[i], err);
	s->n_broken += cms->n_broken_values;
	return rc;
}

enum antin_rc
surroundings_gather(struct surroundings *s, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	if (s->reach == REACH_ALL)
		rc = antin_evidence_join(&s->evidence, &s->o->trust->evidence, err);
	if (rc == ANTIN_OK && s->reach == REACH_ALL && s->o->evidence)
		rc = antin_evidence_join(&s->evidence, s->o->evidence, err);
	for (size_t i = 0; i < SURROUNDINGS_CMS && s->cms[i] && rc == ANTIN_OK; i++)
		rc = add_embedded(s, s->cms[i], err);
	s->ops = (struct antin_path_ops){
	        .issuers = issuers,
	        .anchor = is_anchor,
	        .status = status,
	        .now = time_of_path,
	        .algorithms = s->o->algorithms,
	        .user = s,
	        .memory = s->o->memory,
	};
	s->revocation = (struct antin_revocation){
	        .evidence = &s->evidence,
	        .world = &s->ops,
	        .now = s->o->now,
	        .time = s->o->time,
	        .fetcher = s->fetcher,
	        .grows = &s->evidence,
	        .log = s->log,
	};
	if (rc == ANTIN_OK && s->heard)
		rc = take_heard(s, err);
	s->n_evidence = s->evidence.n;
	s->n_fetched = s->fetched.n;
	return rc;
}

/* Asks for the issuer that the longest chain lacks; *more tells whether there is one to try. */
static enum antin_rc
fetch_issuer(struct surroundings *s, const struct antin_path *p, bool *more, struct antin_err *err)
{
	const struct antin_cert *top = p->chain.items[p->chain.n - 1];
	const size_t before = s->fetched.n;
	enum antin_rc rc = ANTIN_OK;

	if (s->fetcher && !p->anchored && !antin_cert_self_issued(top))
		rc = antin_path_fetch_issuers(s->fetcher, s->log, top, &s->fetched, err);
	*more = rc == ANTIN_OK && s->fetched.n > before;
	return rc;
}

enum { ROUNDS = 4 };

enum antin_rc
surroundings_search(struct surroundings *s, const struct antin_path_rules *rules, int64_t time,
                    struct antin_path *out, struct antin_err *err)
{
	bool more = true;
	enum antin_rc rc = ANTIN_OK;

	s->purpose = rules->purpose;
	s->revocation.time = time;
	s->revocation.proven = s->o->time - time;
	for (int round = 0; rc == ANTIN_OK && more; round++) {
		more = false;
		antin_path_done(out);
		rc = antin_path_find(&s->ops, s->target, rules, out, err);
		if (rc == ANTIN_OK && round < ROUNDS)
			rc = fetch_issuer(s, out, &more, err);
	}
	return rc == ANTIN_OK && s->heard ? keep_heard(s, err) : rc;
}

enum antin_rc
surroundings_find(struct surroundings *s, enum antin_purpose purpose, int64_t time,
                  struct antin_path *out, struct antin_err *err)
{
	const struct antin_path_rules rules = {.purpose = purpose, .max_depth = -1};

	return surroundings_search(s, &rules, time, out, err);
}
