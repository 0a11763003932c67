/*
 * Proofs of existence: which certificates, revocation data and time stamps existed at a time that a
 * later time stamp proves.  Only what an index names is proven, and what lies inside of that.
 */
#include "proofs.h"

#include <stdlib.h>
#include <string.h>

#include <antin/crl.h>

/* More than any honest signature needs; what goes beyond is not proven. */
enum { PROOFS_MAX = 4096 };

void
proofs_done(struct proofs *p)
{
	free(p->items);
	*p = (struct proofs){0};
}

static struct proof *
find(const struct proofs *p, const uint8_t sha256[32])
{
	for (size_t i = 0; i < p->n; i++)
		if (memcmp(p->items[i].sha256, sha256, 32) == 0)
			return &p->items[i];
	return NULL;
}

int64_t
proofs_time(const struct proofs *p, const uint8_t sha256[32])
{
	const struct proof *found = find(p, sha256);

	return found ? found->time : ANTIN_NO_TIME;
}

int64_t
proofs_of(const struct proofs *p, struct antin_slice der, int64_t otherwise)
{
	uint8_t sha256[32];
	int64_t time;

	if (!p->n || antin_sha256(der, sha256, NULL) != ANTIN_OK)
		return otherwise;
	time = proofs_time(p, sha256);
	return time != ANTIN_NO_TIME && time < otherwise ? time : otherwise;
}

static enum antin_rc
add_hash(struct proofs *p, const uint8_t sha256[32], int64_t time, struct antin_err *err)
{
	struct proof *known = find(p, sha256);

	if (known) {
		known->time = time < known->time ? time : known->time;
		return ANTIN_OK;
	}
	if (p->n == PROOFS_MAX)
		return ANTIN_OK;
	if (p->n == p->cap) {
		struct proof *more = antin_array_grow(p->items, &p->cap, sizeof(*more));

		if (!more)
			return antin_fail_memory(err);
		p->items = more;
	}
	p->items[p->n].time = time;
	memcpy(p->items[p->n++].sha256, sha256, 32);
	return ANTIN_OK;
}

static enum antin_rc
proofs_add(struct proofs *p, struct antin_slice der, int64_t time, struct antin_err *err)
{
	uint8_t sha256[32];
	enum antin_rc rc = antin_sha256(der, sha256, err);

	return rc == ANTIN_OK ? add_hash(p, sha256, time, err) : rc;
}

static bool
within(struct antin_slice whole, struct antin_slice part)
{
	return part.p >= whole.p && part.p + part.len <= whole.p + whole.len;
}

/* The revocation data of a CMS that lie in these octets of it; whole.p NULL: all. */
static enum antin_rc
add_held(struct proofs *p, const struct antin_cades *c, struct antin_slice whole, int64_t time,
         struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < c->n_crls && rc == ANTIN_OK; i++)
		if (!whole.p || within(whole, c->crls[i]))
			rc = proofs_add(p, c->crls[i], time, err);
	for (size_t i = 0; i < c->n_held && rc == ANTIN_OK; i++)
		if (!whole.p || within(whole, c->held[i].der))
			rc = proofs_add(p, c->held[i].der, time, err);
	return rc;
}

static enum antin_rc
add_certs(struct proofs *p, const struct antin_certs *certs, int64_t time, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < certs->n && rc == ANTIN_OK; i++)
		rc = add_hash(p, certs->items[i]->sha256, time, err);
	return rc;
}

/* A value of an attribute: a time stamp with all it carries, or a list of certificates. */
static enum antin_rc
add_value(struct proofs *p, struct antin_slice der, int64_t time, struct antin_err *err)
{
	ANTIN_OWN_S(antin_cades) token = NULL;
	struct antin_in in = antin_in_of(der), list;
	struct antin_slice element;
	enum antin_rc rc = antin_cades_read(der, &token, NULL);

	if (rc == ANTIN_E_MEMORY)
		return antin_fail_memory(err);
	if (rc == ANTIN_OK) {
		rc = add_certs(p, &token->certs, time, err);
		if (rc == ANTIN_OK)
			rc = add_certs(p, &token->more_certs, time, err);
		return rc == ANTIN_OK ? add_held(p, token, (struct antin_slice){0}, time, err) : rc;
	}
	rc = ANTIN_OK;
	if (!antin_der_enter(&in, ANTIN_SEQUENCE, &list))
		return ANTIN_OK;
	while (rc == ANTIN_OK && antin_der_whole(&list, ANTIN_SEQUENCE, &element))
		rc = proofs_add(p, element, time, err);
	return rc;
}

enum antin_rc
proofs_cover(struct proofs *p, const struct antin_archive *a, const struct antin_cades *c,
             int64_t time, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < a->n && rc == ANTIN_OK; i++) {
		const struct antin_archive_object *o = &a->objects[i];

		if (!o->covered)
			continue;
		rc = proofs_add(p, o->der, time, err);
		if (rc == ANTIN_OK && o->kind == ANTIN_ARCHIVE_ATTRIBUTE)
			rc = add_value(p, o->der, time, err);
		if (rc == ANTIN_OK)
			rc = add_held(p, c, o->der, time, err);
	}
	return rc;
}

bool
proofs_weak_link(const struct proofs *p, const struct antin_verify_options *o,
                 const struct antin_certs *chain, size_t index, struct weak_link *out)
{
	const struct antin_cert *cert = chain->items[index];
	int64_t proven = proofs_time(p, cert->sha256), time = o->time;
	const struct antin_public *key;
	struct antin_algorithm_end end;
	struct antin_err quiet = {0};
	struct antin_sigalg alg;

	if (proven != ANTIN_NO_TIME && proven < time)
		time = proven;
	if (antin_sigalg_read(cert->sigalg, &alg, &quiet) != ANTIN_OK ||
	    antin_cert_public(chain->items[index + 1], &key, &quiet) != ANTIN_OK)
		return false;
	if (!antin_algorithms_allow(o->algorithms, &alg, NULL, time, &end))
		out->clause = antin_algorithm_text(antin_sigalg_name(alg), &end, out->text,
		                                   sizeof(out->text));
	else if (!antin_algorithms_allow(o->algorithms, NULL, key, time, &end))
		out->clause = antin_algorithm_text(antin_public_name(key), &end, out->text,
		                                   sizeof(out->text));
	else
		return false;
	return true;
}

bool
proofs_forgeable(const struct proofs *p, const struct antin_path *path, size_t first, size_t *by)
{
	for (size_t k = first + 1; path->statuses && k + 1 < path->chain.n; k++) {
		const struct antin_status *st = &path->statuses[k];

		if (!st->later || antin_reason_harmless(st->reason))
			continue;
		for (size_t i = first; i < k; i++) {
			int64_t proven = proofs_time(p, path->chain.items[i]->sha256);

			*by = k;
			if (proven == ANTIN_NO_TIME || proven >= antin_status_since(st))
				return true;
		}
	}
	return false;
}

bool
proofs_may_lift(const struct antin_trust *t, const struct antin_path *p)
{
	static const bool rows[ANTIN_FAULT_COUNT] = {
	        [ANTIN_FAULT_STATUS_UNKNOWN] = true, [ANTIN_FAULT_ON_HOLD] = true,
	        [ANTIN_FAULT_EXPIRED] = true,        [ANTIN_FAULT_WEAK] = true,
	        [ANTIN_FAULT_REVOKED] = true,
	};
	bool may = p->anchored;

	for (size_t i = 0; i < p->n_faults && p->anchored; i++)
		may = may && rows[p->faults[i].fault];
	/* Who is trusted no more may have been then. */
	for (size_t i = 0; i < p->chain.n && !p->anchored; i++)
		may = may || antin_trust_anchor(t, p->chain.items[i]);
	return may;
}

bool
proofs_links_hold(const struct proofs *p, const struct antin_verify_options *o,
                  const struct antin_path *path, int64_t time)
{
	struct weak_link link;
	size_t by;

	for (size_t i = 1; time < o->time && i + 1 < path->chain.n; i++)
		if (proofs_weak_link(p, o, &path->chain, i, &link))
			return false;
	return time == o->time || !proofs_forgeable(p, path, 1, &by);
}
