/*
 * Graphs of authorities in tests: levels of one name each with several keys, certified across and
 * within a level, drawn by a number from a pool of certificates that is made once; and a model that
 * says by reachability alone whether a valid path exists.
 */
#ifndef TEST_GRAPH_H
#define TEST_GRAPH_H

#include "util.h"
#include "world.h"

enum { LEVELS = 4, KEYS = 3, POOL = LEVELS * KEYS * KEYS * 2 * 9 };

/* What is wrong with one certificate of an authority. */
enum defect {
	SOUND,
	EXPIRED,
	WRONG_USE, /* extended key usage for servers */
	NOT_CA,
	NO_CONSTRAINTS,
	NAMES, /* permits other names only */
	REVOKED,
	WEAK,
	NO_ROOM, /* pathLenConstraint 0 above another authority */
	DEFECTS
};

/* One certificate: subject (level, key), issued by (level - 1, by) or within its level. */
struct link {
	struct antin_cert *cert; /* owned; NULL not made yet */
	int level, key, by;
	bool within;
	enum defect defect;
};

static EVP_PKEY *graph_keys[LEVELS][KEYS], *leaf_key;
static struct link pool[POOL];
static const char *const level_names[LEVELS] = {"G/root", "G/one", "G/two", "G/three"};

struct graph {
	uint64_t state;
	struct link *links[POOL];
	size_t n;
	struct antin_cert *anchors[KEYS]; /* self-signed; NULL: this key is not trusted */
	struct antin_cert *leaf;
	int leaf_by;
	int depth; /* the level that issued the leaf */
};

static struct antin_cert *roots[KEYS], *leaves[LEVELS][KEYS];

PKI_UNUSED static uint32_t
draw(struct graph *g, uint32_t below)
{
	g->state ^= g->state << 13;
	g->state ^= g->state >> 7;
	g->state ^= g->state << 17;
	return (uint32_t)(g->state >> 33) % below;
}

PKI_UNUSED static void
spoil(struct pki_spec *s, enum defect d)
{
	static const uint8_t server[] = {0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1};
	/* permitted: directoryName O=xyz */
	static const uint8_t names[] = {0x30, 0x16, 0xa0, 0x14, 0x30, 0x12, 0xa4, 0x10,
	                                0x30, 0x0e, 0x31, 0x0c, 0x30, 0x0a, 0x06, 0x03,
	                                0x55, 0x04, 0x0a, 0x0c, 0x03, 'x',  'y',  'z'};

	if (d == EXPIRED)
		s->to = PKI_NOW - 1;
	if (d == WRONG_USE)
		s->exts[0] = (struct pki_ext){"2.5.29.37", true, {server, sizeof(server)}};
	if (d == NOT_CA)
		s->ca = 0;
	if (d == NO_CONSTRAINTS)
		s->ca = -1;
	if (d == NAMES)
		s->exts[0] = (struct pki_ext){"2.5.29.30", true, {names, sizeof(names)}};
	if (d == NO_ROOM)
		s->path_len = 0;
	s->sha1 = d == WEAK;
}

/* The link of the pool with these coordinates, made when it is first asked for. */
PKI_UNUSED static struct link *
link_of(const struct link *want)
{
	int at = want->level;
	struct link *l;
	struct pki_spec s;

	at = at * KEYS + want->key;
	at = at * KEYS + want->by;
	at = at * 2 + want->within;
	l = &pool[at * 9 + (int)want->defect];
	if (l->cert)
		return l;
	*l = *want;
	s = pki_ca(level_names[l->level], level_names[l->within ? l->level : l->level - 1],
	           graph_keys[l->level][l->key],
	           graph_keys[l->within ? l->level : l->level - 1][l->by]);
	spoil(&s, l->defect);
	l->cert = pki_cert(s);
	return l;
}

PKI_UNUSED static void
graph_begin(void)
{
	for (int i = 0; i < LEVELS; i++)
		for (int k = 0; k < KEYS; k++)
			graph_keys[i][k] = pki_key();
	leaf_key = pki_key();
	for (int k = 0; k < KEYS; k++)
		roots[k] = pki_cert(
		        pki_ca(level_names[0], level_names[0], graph_keys[0][k], graph_keys[0][k]));
	for (int i = 0; i < LEVELS; i++)
		for (int k = 0; k < KEYS; k++)
			leaves[i][k] = pki_cert(
			        pki_leaf("G/leaf", level_names[i], leaf_key, graph_keys[i][k]));
}

PKI_UNUSED static void
graph_end(void)
{
	for (int i = 0; i < LEVELS; i++)
		for (int k = 0; k < KEYS; k++) {
			EVP_PKEY_free(graph_keys[i][k]);
			antin_cert_free(leaves[i][k]);
		}
	EVP_PKEY_free(leaf_key);
	for (int k = 0; k < KEYS; k++)
		antin_cert_free(roots[k]);
	for (size_t i = 0; i < POOL; i++)
		antin_cert_free(pool[i].cert);
}

PKI_UNUSED static void
graph_add(struct graph *g, struct link want)
{
	struct link *l = link_of(&want);

	for (size_t i = 0; i < g->n; i++)
		if (g->links[i] == l)
			return;
	g->links[g->n++] = l;
}

/* Draws a graph: `bad` in ten of its certificates are spoilt. */
PKI_UNUSED static void
graph_draw(struct graph *g, uint64_t seed, uint32_t bad)
{
	*g = (struct graph){.state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
	for (int i = 0; i < 5; i++)
		(void)draw(g, 2);
	g->depth = 1 + (int)draw(g, LEVELS - 1);
	for (int k = 0; k < KEYS; k++)
		g->anchors[k] = k == 0 || draw(g, 3) == 0 ? roots[k] : NULL;
	for (uint32_t n = 4 + draw(g, 12); n > 0; n--) {
		struct link want = {.level = 1 + (int)draw(g, (uint32_t)g->depth),
		                    .key = (int)draw(g, KEYS),
		                    .by = (int)draw(g, KEYS),
		                    .within = draw(g, 5) == 0,
		                    .defect = SOUND};

		if (want.within && want.key == want.by)
			continue;
		if (draw(g, 10) < bad)
			want.defect = (enum defect)(1 + draw(g, DEFECTS - 1));
		graph_add(g, want);
	}
	g->leaf_by = (int)draw(g, KEYS);
	g->leaf = leaves[g->depth][g->leaf_by];
}

PKI_UNUSED static bool
link_sound(const struct graph *g, const struct link *l)
{
	/* No room above the lowest level, unless nothing but a new key of the same name follows. */
	if (l->defect == NO_ROOM)
		return l->level == g->depth;
	return l->defect == SOUND;
}

/* Reachability: from the key that signed the leaf up to a trusted key of the root. */
PKI_UNUSED static bool
graph_model(const struct graph *g)
{
	bool reached[LEVELS][KEYS] = {{false}};
	bool more = true;

	reached[g->depth][g->leaf_by] = true;
	while (more) {
		more = false;
		for (size_t i = 0; i < g->n; i++) {
			const struct link *l = g->links[i];
			bool *up = &reached[l->within ? l->level : l->level - 1][l->by];

			if (link_sound(g, l) && reached[l->level][l->key] && !*up)
				*up = more = true;
		}
	}
	for (int k = 0; k < KEYS; k++)
		if (g->anchors[k] && reached[0][k])
			return true;
	return false;
}

#endif
