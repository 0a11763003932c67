/*
 * Certificate policies (RFC 5280 6.1.2 to 6.1.6).  The valid policy tree is kept as a graph: one
 * node a policy and level, with edges to all its parents, so that its size grows with the chain
 * and never with the product of its policies.
 */
#include <stdlib.h>
#include <string.h>

#include "path.h"

enum { POLICIES_MAX = 256, NODES_MAX = 1024, EDGES_MAX = 65536, LEVELS = ANTIN_PATH_DEPTH + 3 };

static const uint8_t any_policy[] = {0x55, 0x1d, 0x20, 0x00};

struct node {
	struct antin_slice policy;
	struct antin_slice *expected; /* NULL: the policy itself */
	size_t n_expected;
	size_t *parents; /* nodes of the level above */
	size_t n_parents;
	bool dead, reached;
};

struct level {
	struct node *nodes;
	size_t n;
};

struct graph {
	struct level levels[LEVELS];
	size_t n; /* levels in use; 0: the tree is NULL */
	size_t edges;
	size_t *compared; /* of the search */
};

struct policy_ext {
	struct antin_slice *policies;
	size_t n;
	bool any, present;
};
struct mapping {
	struct antin_slice issuer, subject;
};
struct mappings {
	struct mapping *items;
	size_t n;
};
/* The counters of 6.1.2 (d) to (f). */
struct counters {
	size_t explicit_policy, inhibit_any, mapping;
};

static void
graph_done(struct graph *g)
{
	for (size_t l = 0; l < LEVELS; l++) {
		for (size_t i = 0; i < g->levels[l].n; i++) {
			free(g->levels[l].nodes[i].expected);
			free(g->levels[l].nodes[i].parents);
		}
		free(g->levels[l].nodes);
	}
	*g = (struct graph){.compared = g->compared};
}
ANTIN_SCOPED_S(graph, graph_done);

static void
policy_ext_done(struct policy_ext *e)
{
	free(e->policies);
}
ANTIN_SCOPED_S(policy_ext, policy_ext_done);

static void
mappings_done(struct mappings *m)
{
	free(m->items);
}
ANTIN_SCOPED_S(mappings, mappings_done);

static bool
is_any(struct antin_slice oid)
{
	return antin_slice_equal(oid, (struct antin_slice){any_policy, sizeof(any_policy)});
}

/* ---- reading the extensions; false: malformed or over the cap ---- */

static bool
read_policies(const struct antin_cert *c, struct policy_ext *out)
{
	const struct antin_ext *ext = antin_cert_ext(c, "2.5.29.32");
	struct antin_in in, list, info;
	struct antin_slice oid;

	if (!ext)
		return true;
	in = antin_in_of(ext->value);
	out->present = true;
	out->policies = calloc(POLICIES_MAX, sizeof(*out->policies));
	if (!out->policies || !antin_der_enter(&in, ANTIN_SEQUENCE, &list) || !antin_der_end(&in) ||
	    antin_der_end(&list))
		return false;
	while (!antin_der_end(&list)) {
		if (!antin_der_enter(&list, ANTIN_SEQUENCE, &info) ||
		    !antin_der_take(&info, ANTIN_OID, &oid))
			return false;
		for (size_t i = 0; i < out->n; i++)
			if (antin_slice_equal(out->policies[i], oid))
				return false;
		if (is_any(oid) && out->any)
			return false;
		out->any |= is_any(oid);
		if (!is_any(oid) && out->n == POLICIES_MAX)
			return false;
		if (!is_any(oid))
			out->policies[out->n++] = oid;
	}
	return true;
}

static bool
read_mappings(const struct antin_cert *c, struct mappings *out)
{
	const struct antin_ext *ext = antin_cert_ext(c, "2.5.29.33");
	struct antin_in in, list, pair;

	if (!ext)
		return true;
	in = antin_in_of(ext->value);
	out->items = calloc(POLICIES_MAX, sizeof(*out->items));
	if (!out->items || !antin_der_enter(&in, ANTIN_SEQUENCE, &list) || !antin_der_end(&in) ||
	    antin_der_end(&list))
		return false;
	while (!antin_der_end(&list)) {
		struct mapping *m = &out->items[out->n];

		if (out->n == POLICIES_MAX || !antin_der_enter(&list, ANTIN_SEQUENCE, &pair) ||
		    !antin_der_take(&pair, ANTIN_OID, &m->issuer) ||
		    !antin_der_take(&pair, ANTIN_OID, &m->subject) || !antin_der_end(&pair))
			return false;
		out->n++;
	}
	return true;
}

static bool
skip_certs(struct antin_in *in, size_t *counter)
{
	uint64_t value;

	if (!antin_der_uint(in, UINT32_MAX, &value))
		return false;
	if (value < *counter)
		*counter = (size_t)value;
	return true;
}

/* [n] IMPLICIT INTEGER lowers the counter. */
static bool
skip_certs_tagged(struct antin_in *in, uint8_t tag, size_t *counter)
{
	struct antin_slice value;
	uint64_t n = 0;

	if (!antin_der_peek(in, tag))
		return true;
	if (!antin_der_take(in, tag, &value) || !value.len || (value.p[0] & 0x80) ||
	    (value.len > 1 && !value.p[0] && !(value.p[1] & 0x80)))
		return false;
	for (size_t i = 0; i < value.len && n <= UINT32_MAX; i++)
		n = n << 8 | value.p[i];
	if (n < *counter)
		*counter = (size_t)n;
	return true;
}

/* policyConstraints and inhibitAnyPolicy: 6.1.4 (i) (j). */
static bool
read_constraints(const struct antin_cert *c, struct counters *k)
{
	const struct antin_ext *ext = antin_cert_ext(c, "2.5.29.36");
	struct antin_in in, seq;

	if (ext) {
		in = antin_in_of(ext->value);
		if (!antin_der_enter(&in, ANTIN_SEQUENCE, &seq) || !antin_der_end(&in) ||
		    antin_der_end(&seq) ||
		    !skip_certs_tagged(&seq, ANTIN_CONTEXT(0), &k->explicit_policy) ||
		    !skip_certs_tagged(&seq, ANTIN_CONTEXT(1), &k->mapping) || !antin_der_end(&seq))
			return false;
	}
	ext = antin_cert_ext(c, "2.5.29.54");
	if (!ext)
		return true;
	in = antin_in_of(ext->value);
	return skip_certs(&in, &k->inhibit_any) && antin_der_end(&in);
}

/* ---- the graph; false: out of memory or over a cap ---- */

static struct node *
add_node(struct level *l, struct antin_slice policy)
{
	struct node *more;

	if (l->n == NODES_MAX)
		return NULL;
	more = realloc(l->nodes, (l->n + 1) * sizeof(*more));
	if (!more)
		return NULL;
	l->nodes = more;
	more[l->n] = (struct node){.policy = policy};
	return &more[l->n++];
}

static struct node *
find_node(const struct graph *g, struct level *l, struct antin_slice policy)
{
	*g->compared += l->n;
	for (size_t i = 0; i < l->n; i++)
		if (!l->nodes[i].dead && antin_slice_equal(l->nodes[i].policy, policy))
			return &l->nodes[i];
	return NULL;
}

/* The child `policy` of node `parent` of the level above, made when it is not there yet. */
static bool
add_child(struct graph *g, struct level *l, struct antin_slice policy, size_t parent)
{
	struct node *node = find_node(g, l, policy);
	size_t *more;

	if (!node)
		node = add_node(l, policy);
	if (!node || g->edges++ > EDGES_MAX || *g->compared > ANTIN_PATH_POLICIES)
		return false;
	*g->compared += node->n_parents;
	for (size_t i = 0; i < node->n_parents; i++)
		if (node->parents[i] == parent)
			return true;
	more = realloc(node->parents, (node->n_parents + 1) * sizeof(*more));
	if (!more)
		return false;
	node->parents = more;
	more[node->n_parents++] = parent;
	return true;
}

static size_t
expected_count(const struct node *n)
{
	return n->expected ? n->n_expected : 1;
}

static struct antin_slice
expected_at(const struct node *n, size_t i)
{
	return n->expected ? n->expected[i] : n->policy;
}

static bool
expects(const struct node *n, struct antin_slice policy)
{
	for (size_t i = 0; i < expected_count(n); i++)
		if (antin_slice_equal(expected_at(n, i), policy))
			return true;
	return false;
}

/* 6.1.3 (d)(1) for one policy of the certificate. */
static bool
match_policy(struct graph *g, struct level *up, struct level *l, struct antin_slice policy)
{
	bool found = false;

	for (size_t i = 0; i < up->n; i++) {
		*g->compared += expected_count(&up->nodes[i]);
		if (up->nodes[i].dead || !expects(&up->nodes[i], policy))
			continue;
		found = true;
		if (!add_child(g, l, policy, i))
			return false;
	}
	for (size_t i = 0; !found && i < up->n; i++)
		if (!up->nodes[i].dead && is_any(up->nodes[i].policy))
			return add_child(g, l, policy, i);
	return *g->compared <= ANTIN_PATH_POLICIES;
}

/* 6.1.3 (d)(2): anyPolicy in the certificate continues what is expected and not yet named. */
static bool
match_any(struct graph *g, struct level *up, struct level *l)
{
	for (size_t i = 0; i < up->n; i++) {
		const struct node *n = &up->nodes[i];

		for (size_t k = 0; !n->dead && k < expected_count(n); k++)
			if (!add_child(g, l, expected_at(n, k), i))
				return false;
	}
	return true;
}

static bool
next_level(struct graph *g, const struct policy_ext *e, bool any_counts)
{
	struct level *up = &g->levels[g->n - 1], *l = &g->levels[g->n];
	bool alive = false;

	for (size_t i = 0; i < e->n; i++)
		if (!match_policy(g, up, l, e->policies[i]))
			return false;
	if (e->any && any_counts && !match_any(g, up, l))
		return false;
	for (size_t i = 0; i < l->n; i++)
		alive |= !l->nodes[i].dead;
	g->n = alive ? g->n + 1 : 0;
	return true;
}

/* The policies that `issuer` is mapped to become what the node expects below. */
static bool
map_node(struct graph *g, struct node *node, const struct mappings *m, struct antin_slice issuer)
{
	*g->compared += m->n;
	free(node->expected);
	node->n_expected = 0;
	node->expected = calloc(m->n, sizeof(*node->expected));
	if (!node->expected)
		return false;
	for (size_t i = 0; i < m->n; i++)
		if (antin_slice_equal(m->items[i].issuer, issuer))
			node->expected[node->n_expected++] = m->items[i].subject;
	return true;
}

static bool
level_alive(const struct level *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (!l->nodes[i].dead)
			return true;
	return false;
}

/* 6.1.4 (b) on the level just made. */
static bool
apply_mappings(struct graph *g, const struct mappings *m, bool allowed)
{
	struct level *l;

	if (!g->n || !m->n)
		return true;
	l = &g->levels[g->n - 1];
	for (size_t i = 0; i < m->n; i++) {
		struct node *node = find_node(g, l, m->items[i].issuer);
		struct node *any =
		        find_node(g, l, (struct antin_slice){any_policy, sizeof(any_policy)});

		if (!allowed && node)
			node->dead = true;
		if (!allowed)
			continue;
		if (!node && any) {
			/* A child of the anyPolicy above, which is the parent of this anyPolicy. */
			size_t parent = any->n_parents ? any->parents[0] : 0;

			if (!add_child(g, l, m->items[i].issuer, parent))
				return false;
			node = find_node(g, l, m->items[i].issuer);
		}
		if (node && !map_node(g, node, m, m->items[i].issuer))
			return false;
	}
	if (!level_alive(l))
		g->n = 0;
	return true;
}

/* ---- the outcome ---- */

/* Marks what the last level still stands on: everything else is pruned (6.1.3 (d)(3)). */
static void
mark_reached(struct graph *g)
{
	for (size_t i = 0; i < g->levels[g->n - 1].n; i++)
		g->levels[g->n - 1].nodes[i].reached = !g->levels[g->n - 1].nodes[i].dead;
	for (size_t l = g->n - 1; l > 0; l--)
		for (size_t i = 0; i < g->levels[l].n; i++) {
			const struct node *n = &g->levels[l].nodes[i];

			for (size_t k = 0; n->reached && k < n->n_parents; k++)
				g->levels[l - 1].nodes[n->parents[k]].reached = true;
		}
}

static void
add_line(struct antin_bytes *b, struct antin_slice oid)
{
	char text[128];

	antin_bytes_printf(b, "%s\n", antin_oid_text(oid, text, sizeof(text)));
}

static bool
wanted(const struct antin_path_rules *rules, struct antin_slice oid)
{
	char text[128];

	if (!rules->policies)
		return true;
	(void)antin_oid_text(oid, text, sizeof(text));
	for (size_t i = 0; rules->policies[i]; i++)
		if (strcmp(rules->policies[i], text) == 0 ||
		    strcmp(rules->policies[i], "2.5.29.32.0") == 0)
			return true;
	return false;
}

/*
 * 6.1.5 (g): the authorities' set are the reached nodes right below an anyPolicy, or anyPolicy
 * itself when it lasts to the end; the user's set is what of it was asked for.
 */
static void
collect(struct graph *g, const struct antin_path_rules *rules, struct antin_path *out)
{
	bool any_lasts = false;

	for (size_t l = 1; l < g->n; l++)
		for (size_t i = 0; i < g->levels[l].n; i++) {
			const struct node *n = &g->levels[l].nodes[i];
			bool last = l + 1 == g->n;

			if (!n->reached || n->n_parents != 1 ||
			    !is_any(g->levels[l - 1].nodes[n->parents[0]].policy))
				continue;
			if (is_any(n->policy) && !last)
				continue;
			any_lasts |= is_any(n->policy);
			add_line(&out->authority_policies, n->policy);
			if (!is_any(n->policy) && wanted(rules, n->policy))
				add_line(&out->user_policies, n->policy);
		}
	for (size_t i = 0; any_lasts && rules->policies && rules->policies[i]; i++) {
		ANTIN_SCOPED(antin_bytes) line = {0};
		const char *have;

		antin_bytes_printf(&line, "%s\n", rules->policies[i]);
		have = antin_bytes_cstr(&out->user_policies);
		if (have && line.len && !strstr(have, antin_bytes_cstr(&line)))
			antin_bytes_add(&out->user_policies, line.p, line.len);
	}
	if (any_lasts && !rules->policies)
		antin_bytes_text(&out->user_policies, "2.5.29.32.0\n");
}

static void
lower(size_t *counter)
{
	if (*counter > 0)
		(*counter)--;
}

/*
 * One certificate, target last; 6.1.3 (d)-(f), then 6.1.4 or 6.1.5 (a)(b).  *part is the extension
 * that is malformed.
 */
static enum antin_fault
one_certificate(struct graph *g, const struct antin_cert *c, bool last, struct counters *k,
                const char **part)
{
	ANTIN_SCOPED(policy_ext) ext = {0};
	ANTIN_SCOPED(mappings) maps = {0};
	bool self_issued = antin_cert_self_issued(c);

	*part = "certificatePolicies";
	if (!read_policies(c, &ext))
		return ANTIN_FAULT_EXTENSION;
	*part = "policyMappings";
	if (!read_mappings(c, &maps))
		return ANTIN_FAULT_EXTENSION;
	*part = "policyConstraints, inhibitAnyPolicy";
	for (size_t i = 0; i < maps.n; i++)
		if (is_any(maps.items[i].issuer) || is_any(maps.items[i].subject))
			return ANTIN_FAULT_POLICY_MAPPING;
	if (g->n && !ext.present)
		g->n = 0;
	if (g->n && !next_level(g, &ext, k->inhibit_any > 0 || (!last && self_issued)))
		return ANTIN_FAULT_LIMIT;
	if (!k->explicit_policy && !g->n)
		return ANTIN_FAULT_POLICY;
	if (!last && !apply_mappings(g, &maps, k->mapping > 0))
		return ANTIN_FAULT_LIMIT;
	if (last || !self_issued) {
		lower(&k->explicit_policy);
		lower(&k->mapping);
		lower(&k->inhibit_any);
	}
	if (last) { /* 6.1.5 (b): only a requireExplicitPolicy of zero counts here */
		struct counters own = {SIZE_MAX, SIZE_MAX, SIZE_MAX};

		if (!read_constraints(c, &own))
			return ANTIN_FAULT_EXTENSION;
		if (own.explicit_policy == 0)
			k->explicit_policy = 0;
		return ANTIN_FAULT_NONE;
	}
	return read_constraints(c, k) ? ANTIN_FAULT_NONE : ANTIN_FAULT_EXTENSION;
}

enum antin_rc
path_policies(struct validation *v, struct antin_err *err)
{
	ANTIN_SCOPED(graph) g = {.compared = &v->policies};
	struct antin_path *p = v->path;
	const struct antin_path_rules *r = v->rules;
	size_t n = p->chain.n - 1;
	struct counters k = {
	        .explicit_policy = r->explicit_policy ? 0 : n + 1,
	        .inhibit_any = r->inhibit_any ? 0 : n + 1,
	        .mapping = r->inhibit_mapping ? 0 : n + 1,
	};
	enum antin_fault f = ANTIN_FAULT_NONE;
	const char *part;

	if (n == 0)
		return ANTIN_OK;
	g.n = 1;
	if (!add_node(&g.levels[0], (struct antin_slice){any_policy, sizeof(any_policy)}))
		return antin_fail_memory(err);
	for (size_t i = n; i-- > 0;) {
		f = one_certificate(&g, p->chain.items[i], i == 0, &k, &part);
		if (f != ANTIN_FAULT_NONE)
			return path_fault(p, f, i, f == ANTIN_FAULT_EXTENSION ? part : NULL, err);
	}
	p->explicit_policy = k.explicit_policy == 0;
	if (g.n) {
		mark_reached(&g);
		collect(&g, r, p);
	}
	if (p->explicit_policy && !p->user_policies.len)
		return path_fault(p, ANTIN_FAULT_POLICY, 0, NULL, err);
	return antin_bytes_check(&p->user_policies, err);
}
