/*
 * The scene of a status in tests: root -> ca -> leaf and the evidence at hand; the ca's own status
 * is good by a list of the root.
 */
#ifndef TEST_STATUS_SCENE_H
#define TEST_STATUS_SCENE_H

#include <antin/revocation.h>

#include "four_keys.h"
#include "util.h"
#include "world.h"

struct scene {
	struct world w;
	struct antin_cert *root, *ca, *leaf;
	struct antin_evidence evidence;
	struct antin_revocation revocation;
	struct antin_path_ops ops;
	struct antin_path path;
};

enum { SERIAL = 77 };

PKI_UNUSED static enum antin_rc
scene_issuers(void *user, const struct antin_path_query *q, struct antin_path_candidates *out,
              struct antin_err *err)
{
	return world_of_issuers(&((struct scene *)user)->w, q, out, err);
}
PKI_UNUSED static bool
scene_anchor(void *user, const struct antin_cert *c)
{
	return world_of_anchor(&((struct scene *)user)->w, c);
}
PKI_UNUSED static int64_t
scene_now(void *user)
{
	return ((struct scene *)user)->revocation.time;
}
PKI_UNUSED static enum antin_rc
scene_status(void *user, const struct antin_path *p, size_t index, struct antin_status *out,
             struct antin_err *err)
{
	return antin_revocation_status(&((struct scene *)user)->revocation, p, index, out, err);
}

PKI_UNUSED static void
add_crl(struct scene *s, struct pki_list l)
{
	ANTIN_OWN_S(antin_crl) crl = pki_crl(l);
	struct antin_err err = {0};

	util_ok(antin_evidence_add_crl(&s->evidence, crl, "list", &err));
}

PKI_UNUSED static void
add_ocsp(struct scene *s, struct pki_answer a)
{
	struct antin_ocsp_response *r = pki_ocsp(a);
	struct antin_err err = {0};

	util_ok(antin_evidence_add_ocsp(&s->evidence, r, "answer", &err));
	antin_ocsp_response_free(r);
}

/* Takes the leaf over; NULL: the usual one.  `time` 0: now. */
PKI_UNUSED static void
scene_make(struct scene *s, struct antin_cert *leaf, int64_t time)
{
	struct pki_spec spec = pki_leaf("leaf", "ca", leaf_key, ca_key);

	memset(s, 0, sizeof(*s));
	spec.serial = SERIAL;
	s->root = world_add(&s->w, pki_ca("root", "root", root_key, root_key), true);
	s->ca = world_add(&s->w, pki_ca("ca", "root", ca_key, root_key), false);
	s->leaf = leaf ? leaf : pki_cert(spec);
	s->w.certs[s->w.n++] = s->leaf;
	s->ops = (struct antin_path_ops){scene_issuers, scene_anchor, scene_status,
	                                 scene_now,     NULL,         s};
	s->revocation = (struct antin_revocation){.evidence = &s->evidence,
	                                          .world = &s->ops,
	                                          .now = PKI_NOW,
	                                          .time = time ? time : PKI_NOW};
	add_crl(s, (struct pki_list){.issuer = "root",
	                             .signer = root_key,
	                             .from = PKI_NOW - PKI_YEAR,
	                             .to = PKI_NOW + PKI_YEAR});
}

PKI_UNUSED static void
scene_done(struct scene *s)
{
	antin_path_done(&s->path);
	antin_revocation_done(&s->revocation);
	antin_evidence_done(&s->evidence);
	world_done(&s->w);
}

/* The status of the leaf. */
PKI_UNUSED static const struct antin_status *
scene_ask(struct scene *s)
{
	static const struct antin_path_rules rules = {.max_depth = -1};
	struct antin_err err = {0};

	antin_path_done(&s->path);
	util_ok(antin_path_find(&s->ops, s->leaf, &rules, &s->path, &err));
	ck_assert_ptr_nonnull(s->path.statuses);
	return &s->path.statuses[0];
}

#endif
