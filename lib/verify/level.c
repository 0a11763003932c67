/*
 * The level of a signature, as far as it is proven (ETSI EN 319 122-1 6): B-LT when it holds by
 * what it carries alone, B-LTA when an archive time stamp proves all of that.
 */
#include <string.h>

#include "stamp.h"

enum antin_rc
signer_holds(const struct judging *j, enum reach reach, int64_t time, int64_t proven_by, bool *yes,
             struct antin_err *err)
{
	ANTIN_SCOPED(surroundings)
	world = {.o = j->o,
	         .target = j->v->signer.cert,
	         .cms = {j->cms},
	         .proofs = &j->proofs,
	         .reach = reach,
	         .proven_by = proven_by};
	ANTIN_SCOPED(antin_path) p = {0};
	enum antin_rc rc = surroundings_gather(&world, err);

	if (rc == ANTIN_OK)
		rc = surroundings_find(&world, ANTIN_PURPOSE_SIGN, time, &p, err);
	/* One that is its own anchor has nothing that could show it to be good. */
	*yes = rc == ANTIN_OK && p.valid && p.chain.n > 1 &&
	       proofs_links_hold(&j->proofs, j->o, &p, time);
	return rc;
}

/*
 * A signature time stamp whose authority held when it was made, with so much at hand, and the
 * signer by it.  Whether the stamp still counts was judged before.
 */
static enum antin_rc
stamp_holds(const struct judging *j, size_t index, enum reach reach, bool *yes,
            struct antin_err *err)
{
	const struct antin_stamp *stamp = &j->v->stamps[index];
	struct stamp_world w = {.tsa = stamp->tsa, .reach = reach};
	ANTIN_OWN_S(antin_timestamp) t = NULL;
	ANTIN_SCOPED(antin_path) p = {0};
	enum antin_rc rc;

	*yes = false;
	if (!stamp->valid || stamp->kind != ANTIN_STAMP_SIGNATURE)
		return ANTIN_OK;
	rc = antin_timestamp_read(j->cms->time_stamps[index], &t, err);
	if (rc != ANTIN_OK)
		return rc;
	w.time = stamp_proves(t);
	rc = stamp_path(j, t, &w, &p, err);
	if (rc != ANTIN_OK || !p.valid)
		return rc;
	if (reach == REACH_PROVEN &&
	    proofs_of(&j->proofs, j->cms->time_stamps[index], INT64_MAX) == INT64_MAX)
		return ANTIN_OK;
	return signer_holds(j, reach, w.time, INT64_MAX, yes, err);
}

static enum antin_rc
holds(const struct judging *j, enum reach reach, bool *yes, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	*yes = false;
	/* Signature time stamps stand first among all. */
	for (size_t i = 0; rc == ANTIN_OK && !*yes && i < j->cms->n_time_stamps; i++)
		rc = stamp_holds(j, i, reach, yes, err);
	return rc;
}

enum antin_rc
judge_long_term(struct judging *j, struct antin_err *err)
{
	struct antin_verdict *v = j->v;
	bool yes = false;
	enum antin_rc rc = ANTIN_OK;

	if (j->sig->kind != ANTIN_SIG_CMS || v->n_errors || strcmp(v->level, "B-T") != 0)
		return ANTIN_OK;
	rc = holds(j, REACH_EMBEDDED, &yes, err);
	if (rc != ANTIN_OK || !yes)
		return rc;
	v->level = "B-LT";
	if (j->proofs.n)
		rc = holds(j, REACH_PROVEN, &yes, err);
	if (rc == ANTIN_OK && yes && j->proofs.n)
		v->level = "B-LTA";
	return rc;
}
