/*
 * The path validator (RFC 5280 section 6.1): checks of each certificate in its role as one table,
 * then lengths, names, policies and revocation over the whole chain.  Signatures were checked by
 * the builder.
 */
#include <stdlib.h>
#include <string.h>

#include "path.h"

/* All rules have the form of the table below. NOLINTBEGIN(readability-non-const-parameter) */
static bool
not_yet_valid(const struct validation *v, struct antin_cert *c, char *detail)
{
	(void)detail;
	return v->now < c->not_before;
}

/* notAfter itself is still a second of the validity (4.1.2.5). */
static bool
expired(const struct validation *v, struct antin_cert *c, char *detail)
{
	(void)detail;
	return v->now > c->not_after;
}

/* A version 1 certificate can only be an anchor: nothing in it says that it may issue. */
static bool
not_ca(const struct validation *v, struct antin_cert *c, char *detail)
{
	(void)v, (void)detail;
	return !c->has_basic_constraints || !c->is_ca;
}

static bool
anchor_not_ca(const struct validation *v, struct antin_cert *c, char *detail)
{
	return c->version == 3 && not_ca(v, c, detail);
}

static bool
no_cert_sign(const struct validation *v, struct antin_cert *c, char *detail)
{
	(void)v, (void)detail;
	return c->has_key_usage && !(c->key_usage >> ANTIN_KU_KEY_CERT_SIGN & 1);
}

/* What this validator, the readers of certificates and the users of a path process. */
static const char *const known_extensions[] = {
        "2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.30", "2.5.29.31", "2.5.29.32",
        "2.5.29.33", "2.5.29.35", "2.5.29.36", "2.5.29.37", "2.5.29.46", "2.5.29.54", NULL,
};

static bool
unknown_critical(const struct validation *v, struct antin_cert *c, char *detail)
{
	size_t k;

	(void)v;
	for (size_t i = 0; i < c->n_exts; i++) {
		if (!c->exts[i].critical)
			continue;
		for (k = 0; known_extensions[k]; k++)
			if (antin_oid_is(c->exts[i].oid, known_extensions[k]))
				break;
		if (!known_extensions[k]) {
			(void)antin_oid_text(c->exts[i].oid, detail, DETAIL_CAP);
			return true;
		}
	}
	return false;
}

/* False with the name and its last day when an algorithm or key counts no more. */
static bool
allowed(const struct validation *v, const struct antin_sigalg *alg, const struct antin_public *key,
        char *detail)
{
	struct antin_algorithm_end end;

	if (antin_algorithms_allow(v->ops->algorithms, alg, key, v->now, &end))
		return true;
	(void)antin_algorithm_text(alg ? antin_sigalg_name(*alg) : antin_public_name(key), &end,
	                           detail, DETAIL_CAP);
	return false;
}

static bool
unusable_key(const struct validation *v, struct antin_cert *c, char *detail)
{
	const struct antin_public *key;
	struct antin_err err = {0};

	(void)v, (void)detail;
	return antin_cert_public(c, &key, &err) != ANTIN_OK;
}

static bool
weak_key(const struct validation *v, struct antin_cert *c, char *detail)
{
	const struct antin_public *key;
	struct antin_err err = {0};

	return antin_cert_public(c, &key, &err) == ANTIN_OK && !allowed(v, NULL, key, detail);
}

static bool
weak_signature(const struct validation *v, struct antin_cert *c, char *detail)
{
	struct antin_sigalg alg;
	struct antin_err err = {0};

	return antin_sigalg_read(c->sigalg, &alg, &err) == ANTIN_OK &&
	       !allowed(v, &alg, NULL, detail);
}

static bool
wrong_purpose(const struct validation *v, struct antin_cert *c, char *detail)
{
	(void)detail;
	return !path_purpose(c, v->rules->purpose, false);
}

static bool
wrong_ca_purpose(const struct validation *v, struct antin_cert *c, char *detail)
{
	(void)detail;
	return !path_purpose(c, v->rules->purpose, true);
}

static bool
wrong_key_usage(const struct validation *v, struct antin_cert *c, char *detail)
{
	(void)detail;
	return !path_key_usage(c, v->rules->purpose);
}

/* NOLINTEND(readability-non-const-parameter) */

/* In rising order of gravity, as the faults themselves. */
static const struct check {
	bool roles[3];
	enum antin_fault fault;
	bool (*holds)(const struct validation *v, struct antin_cert *c, char *detail);
} checks[] = {
        {{true, true, true}, ANTIN_FAULT_ALGORITHM, unusable_key},
        {{true, true, true}, ANTIN_FAULT_WEAK, weak_key},
        {{true, true, false}, ANTIN_FAULT_WEAK, weak_signature},
        {{true, true, true}, ANTIN_FAULT_CRITICAL, unknown_critical},
        {{false, true, false}, ANTIN_FAULT_NOT_CA, not_ca},
        {{false, false, true}, ANTIN_FAULT_NOT_CA, anchor_not_ca},
        {{false, true, true}, ANTIN_FAULT_KEY_CERT_SIGN, no_cert_sign},
        {{true, false, false}, ANTIN_FAULT_KEY_USAGE, wrong_key_usage},
        {{true, false, false}, ANTIN_FAULT_PURPOSE, wrong_purpose},
        {{false, true, true}, ANTIN_FAULT_PURPOSE, wrong_ca_purpose},
        {{true, true, true}, ANTIN_FAULT_NOT_YET_VALID, not_yet_valid},
        {{true, true, true}, ANTIN_FAULT_EXPIRED, expired},
};

enum antin_fault
path_local_fault(const struct validation *v, struct antin_cert *c, enum role role, size_t *from,
                 char detail[DETAIL_CAP])
{
	for (; *from < sizeof(checks) / sizeof(checks[0]); (*from)++) {
		const struct check *row = &checks[*from];

		memset(detail, 0, DETAIL_CAP);
		if (row->roles[role] && row->holds(v, c, detail)) {
			(*from)++;
			return row->fault;
		}
	}
	return ANTIN_FAULT_NONE;
}

static enum antin_rc
check_each(struct validation *v, struct antin_err *err)
{
	struct antin_path *p = v->path;
	char detail[DETAIL_CAP];
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < p->chain.n; i++) {
		enum role role = i == 0 ? ROLE_TARGET : ROLE_ISSUER;
		enum antin_fault f;

		if (i > 0 && i + 1 == p->chain.n)
			role = ROLE_ANCHOR;
		for (size_t row = 0; rc == ANTIN_OK;) {
			f = path_local_fault(v, p->chain.items[i], role, &row, detail);
			if (f == ANTIN_FAULT_NONE)
				break;
			rc = path_fault(p, f, i, detail, err);
		}
	}
	return rc;
}

/*
 * 6.1.4 (l) and (m): from the anchor down; self-issued authorities do not count.  The anchor's own
 * limit is respected like that of any other authority (RFC 5937).
 */
static enum antin_rc
check_lengths(struct validation *v, struct antin_err *err)
{
	struct antin_path *p = v->path;
	int64_t left = v->rules->max_depth >= 0 ? v->rules->max_depth : ANTIN_PATH_DEPTH;

	for (size_t i = p->chain.n; i-- > 1;) {
		const struct antin_cert *c = p->chain.items[i];
		bool anchor = i + 1 == p->chain.n;

		if (!anchor && !antin_cert_self_issued(c) && left-- == 0)
			return path_fault(p, ANTIN_FAULT_PATH_LEN, i, NULL, err);
		if (c->path_len >= 0 && c->path_len < left)
			left = c->path_len;
	}
	return ANTIN_OK;
}

static enum antin_rc
record_status(struct antin_path *p, size_t i, struct antin_err *err)
{
	const struct antin_status *st = &p->statuses[i];
	enum antin_fault f = ANTIN_FAULT_STATUS_UNKNOWN;

	if (st->kind == ANTIN_STATUS_GOOD)
		return ANTIN_OK;
	if (st->kind == ANTIN_STATUS_REVOKED)
		f = st->reason == ANTIN_REASON_HOLD ? ANTIN_FAULT_ON_HOLD : ANTIN_FAULT_REVOKED;
	return path_fault(p, f, i, NULL, err);
}

/* 6.1.3 (a)(3), from the anchor down; the anchor itself has no status. */
static enum antin_rc
check_statuses(struct validation *v, struct antin_err *err)
{
	struct antin_path *p = v->path;
	size_t n = v->rules->revocation == ANTIN_REVOCATION_LEAF ? 1 : p->chain.n - 1;
	enum antin_rc rc = ANTIN_OK;

	if (v->rules->revocation == ANTIN_REVOCATION_NONE || !v->ops->status || p->chain.n < 2)
		return ANTIN_OK;
	p->statuses = calloc(p->chain.n, sizeof(*p->statuses));
	if (!p->statuses)
		return antin_fail_memory(err);
	for (size_t i = n; i-- > 0 && rc == ANTIN_OK;) {
		struct antin_status *st = &p->statuses[i];

		*st = (struct antin_status){.revoked_at = ANTIN_NO_TIME,
		                            .invalidity = ANTIN_NO_TIME,
		                            .this_update = ANTIN_NO_TIME,
		                            .next_update = ANTIN_NO_TIME};
		rc = v->ops->status(v->ops->user, p, i, st, err);
		if (rc == ANTIN_OK)
			rc = record_status(p, i, err);
	}
	return rc;
}

enum antin_rc
path_validate(struct validation *v, struct antin_err *err)
{
	static enum antin_rc (*const parts[])(struct validation *, struct antin_err *) = {
	        check_each, check_lengths, path_names, path_policies, check_statuses,
	};
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && rc == ANTIN_OK; i++)
		rc = parts[i](v, err);
	return rc;
}
