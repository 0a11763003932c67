/*
 * The world of a path search in tests: known certificates, anchors, a fixed time.
 */
#ifndef TEST_WORLD_H
#define TEST_WORLD_H

#include <antin/path.h>

#include "pki.h"

enum { WORLD_MAX = 1024 };

struct world {
	struct antin_cert *certs[WORLD_MAX]; /* owned */
	bool anchors[WORLD_MAX];
	size_t n;
	int64_t now;
	size_t asked; /* calls of issuers */
	struct antin_memory *memory;
};

PKI_UNUSED static struct antin_cert *
world_add(struct world *w, struct pki_spec s, bool anchor)
{
	ck_assert_uint_lt(w->n, WORLD_MAX);
	w->certs[w->n] = pki_cert(s);
	w->anchors[w->n] = anchor;
	return w->certs[w->n++];
}

PKI_UNUSED static void
world_done(struct world *w)
{
	for (size_t i = 0; i < w->n; i++)
		antin_cert_free(w->certs[i]);
	*w = (struct world){0};
}

PKI_UNUSED static enum antin_rc
world_of_issuers(void *user, const struct antin_path_query *q, struct antin_path_candidates *out,
                 struct antin_err *err)
{
	struct world *w = user;
	enum antin_rc rc = ANTIN_OK;

	w->asked++;
	for (size_t i = 0; i < w->n && rc == ANTIN_OK; i++)
		if (antin_name_equal(w->certs[i]->subject, q->name))
			rc = antin_path_candidates_add(out, w->certs[i], w->anchors[i], err);
	return rc;
}

PKI_UNUSED static bool
world_of_anchor(void *user, const struct antin_cert *c)
{
	struct world *w = user;

	for (size_t i = 0; i < w->n; i++)
		if (w->certs[i] == c)
			return w->anchors[i];
	return false;
}

PKI_UNUSED static int64_t
world_of_now(void *user)
{
	struct world *w = user;

	return w->now ? w->now : PKI_NOW;
}

PKI_UNUSED static struct antin_path_ops
world_ops(struct world *w)
{
	return (struct antin_path_ops){
	        .issuers = world_of_issuers,
	        .anchor = world_of_anchor,
	        .now = world_of_now,
	        .user = w,
	        .memory = w->memory,
	};
}

/* Searches; the caller ends *out with antin_path_done. */
PKI_UNUSED static void
world_find(struct world *w, struct antin_cert *target, const struct antin_path_rules *rules,
           struct antin_path *out)
{
	static const struct antin_path_rules plain = {.max_depth = -1,
	                                              .purpose = ANTIN_PURPOSE_SIGN};
	struct antin_path_ops ops = world_ops(w);
	struct antin_err err = {0};

	ck_assert_int_eq(antin_path_find(&ops, target, rules ? rules : &plain, out, &err),
	                 ANTIN_OK);
}

/* Two searches found the same, refused the same and counted the same. */
PKI_UNUSED static void
world_same(const struct antin_path *a, const struct antin_path *b, const char *what)
{
	bool same = a->valid == b->valid && a->limited == b->limited &&
	            a->anchored == b->anchored && a->chain.n == b->chain.n &&
	            a->n_faults == b->n_faults && a->n_rejects == b->n_rejects &&
	            memcmp(&a->work, &b->work, sizeof(a->work)) == 0;

	for (size_t i = 0; same && i < a->chain.n; i++)
		same = a->chain.items[i] == b->chain.items[i];
	for (size_t i = 0; same && i < a->n_faults; i++)
		same = a->faults[i].fault == b->faults[i].fault &&
		       a->faults[i].index == b->faults[i].index &&
		       strcmp(a->faults[i].detail, b->faults[i].detail) == 0;
	for (size_t i = 0; same && i < a->n_rejects; i++)
		same = a->rejects[i].fault == b->rejects[i].fault &&
		       a->rejects[i].cert == b->rejects[i].cert;
	ck_assert_msg(same, "%s: valid %d and %d, faults %zu and %zu, signatures %zu and %zu", what,
	              (int)a->valid, (int)b->valid, a->n_faults, b->n_faults, a->work.signatures,
	              b->work.signatures);
}

#endif
