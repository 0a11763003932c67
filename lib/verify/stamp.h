/*
 * Inside of lib/verify: what the judgement of time stamps shares with that of the level.
 */
#ifndef ANTIN_STAMP_H
#define ANTIN_STAMP_H

#include "surroundings.h"
#include "verify.h"

/* What was stamped existed before the end of this second. */
int64_t stamp_proves(const struct antin_timestamp *t);

/*
 * The certificate of who made a time stamp or a counter-signature: in it, in the signature or among
 * those at hand; or NULL.
 */
struct antin_cert *signer_of(const struct judging *j, const struct antin_cades *cms);

/*
 * What the time stamps on another signature, a counter-signature of this one, prove of its age;
 * what is wrong with one of them is told nowhere.
 */
enum antin_rc stamps_prove(const struct judging *j, const struct antin_cades *c, int64_t *best,
                           struct antin_err *err) ANTIN_MUST;

/*
 * Whether the signer's path holds at this time with so much at hand, of what has to be proven that
 * which was so by then.
 */
enum antin_rc signer_holds(const struct judging *j, enum reach reach, int64_t time,
                           int64_t proven_by, bool *yes, struct antin_err *err) ANTIN_MUST;

/* A search for the path of an authority. */
struct stamp_world {
	struct antin_cert *tsa;
	int64_t time;
	enum reach reach;
};
enum antin_rc stamp_path(const struct judging *j, const struct antin_timestamp *t,
                         const struct stamp_world *w, struct antin_path *out, struct antin_err *err)
        ANTIN_MUST;

#endif
