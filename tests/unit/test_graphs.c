/*
 * Path building over generated graphs: a path is found exactly where a model says that one is, with
 * one bad twin of each kind in all positions, in hundreds of drawn graphs; and graphs made to cost
 * much end by the counters of the search.
 */
#include <antin/memory.h>

#include "graph.h"

/* ---- the world of a graph ---- */

static enum antin_rc
graph_issuers(void *user, const struct antin_path_query *q, struct antin_path_candidates *out,
              struct antin_err *err)
{
	const struct graph *g = user;
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < g->n && rc == ANTIN_OK; i++)
		if (antin_name_equal(g->links[i]->cert->subject, q->name))
			rc = antin_path_candidates_add(out, g->links[i]->cert, false, err);
	for (int k = 0; k < KEYS && rc == ANTIN_OK; k++)
		if (antin_name_equal(roots[k]->subject, q->name))
			rc = antin_path_candidates_add(out, roots[k], g->anchors[k] != NULL, err);
	return rc;
}
static bool
graph_anchor(void *user, const struct antin_cert *c)
{
	const struct graph *g = user;

	for (int k = 0; k < KEYS; k++)
		if (g->anchors[k] == c)
			return true;
	return false;
}
static int64_t
graph_now(void *user)
{
	(void)user;
	return PKI_NOW;
}
static const struct link *
link_by_cert(const struct graph *g, const struct antin_cert *c)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->links[i]->cert == c)
			return g->links[i];
	return NULL;
}
static enum antin_rc
graph_status(void *user, const struct antin_path *p, size_t index, struct antin_status *out,
             struct antin_err *err)
{
	const struct link *l = link_by_cert(user, p->chain.items[index]);

	(void)err;
	out->kind = l && l->defect == REVOKED ? ANTIN_STATUS_REVOKED : ANTIN_STATUS_GOOD;
	return ANTIN_OK;
}

static void
graph_find(struct graph *g, struct antin_memory *memory, struct antin_path *p)
{
	static const struct antin_path_rules rules = {.max_depth = -1,
	                                              .purpose = ANTIN_PURPOSE_SIGN};
	const struct antin_path_ops ops = {graph_issuers, graph_anchor, graph_status,
	                                   graph_now,     NULL,         g,
	                                   memory};
	struct antin_err err = {0};

	util_ok(antin_path_find(&ops, g->leaf, &rules, p, &err));
}

static void
bounded(const struct antin_path *p)
{
	ck_assert_uint_le(p->work.signatures, ANTIN_PATH_SIGNATURES);
	ck_assert_uint_le(p->work.tries, ANTIN_PATH_TRIES + 16);
	ck_assert_uint_le(p->work.steps, ANTIN_PATH_STEPS + 1);
	ck_assert_uint_le(p->n_rejects, ANTIN_PATH_REJECTS);
}

/* What was found is a chain of sound certificates, each issued by the next, up to an anchor. */
static void
must_be_sound(const struct graph *g, const struct antin_path *p)
{
	ck_assert(p->anchored && p->n_faults == 0);
	ck_assert_ptr_eq(p->chain.items[0], g->leaf);
	ck_assert(graph_anchor((void *)(uintptr_t)g, p->chain.items[p->chain.n - 1]));
	for (size_t i = 1; i < p->chain.n; i++) {
		const struct link *l = link_by_cert(g, p->chain.items[i]);

		ck_assert(antin_name_equal(p->chain.items[i - 1]->issuer,
		                           p->chain.items[i]->subject));
		ck_assert(l ? link_sound(g, l) : i + 1 == p->chain.n);
	}
}

/*
 * One memory for all graphs, which thus meets many signatures and certificates again in other
 * company, and one that has room for a single one: neither changes anything in what is found.
 */
static struct antin_memory *memories[2];

static void
memories_begin(void)
{
	static const struct antin_memory_room one = {1, 65536};

	graph_begin();
	ck_assert_int_eq(antin_memory_new(NULL, &memories[0], NULL), ANTIN_OK);
	ck_assert_int_eq(antin_memory_new(&one, &memories[1], NULL), ANTIN_OK);
}

static void
memories_end(void)
{
	for (size_t i = 0; i < UTIL_COUNT(memories); i++)
		antin_memory_free(memories[i]);
	graph_end();
}

static void
must_not_change(struct graph *g, const struct antin_path *cold)
{
	for (size_t i = 0; i < UTIL_COUNT(memories); i++) {
		struct antin_memory_work before, after;

		for (int round = 0; round < (i ? 1 : 2); round++) {
			ANTIN_SCOPED(antin_path) p = {0};

			antin_memory_work(memories[i], &before);
			graph_find(g, memories[i], &p);
			world_same(cold, &p, i ? "room for one" : "room for all");
		}
		antin_memory_work(memories[i], &after);
		if (i == 0)
			ck_assert_uint_eq(after.verified, before.verified);
	}
}

static void
must_agree(struct graph *g, const char *what, uint64_t number)
{
	ANTIN_SCOPED(antin_path) p = {0};
	bool exists = graph_model(g);

	graph_find(g, NULL, &p);
	must_not_change(g, &p);
	ck_assert_msg(p.valid == exists, "%s %llu: found %d, model %d, limited %d, %zu tries", what,
	              (unsigned long long)number, (int)p.valid, (int)exists, (int)p.limited,
	              p.work.tries);
	ck_assert_msg(!p.limited, "%s %llu: limited", what, (unsigned long long)number);
	bounded(&p);
	if (exists)
		must_be_sound(g, &p);
	else
		ck_assert_uint_ge(p.n_faults, 1);
}

/* ---- drawn graphs ---- */

enum { DRAWN = 70, BANDS = 8 };

START_TEST(test_drawn)
{
	size_t valid = 0;

	for (uint64_t i = 0; i < DRAWN; i++) {
		uint64_t seed = (uint64_t)_i * DRAWN + i;
		struct graph g;

		graph_draw(&g, seed, (uint32_t)_i);
		valid += graph_model(&g);
		must_agree(&g, "graph", seed);
	}
	/* Neither side of the model may be empty, or the test shows nothing. */
	ck_assert_uint_gt(valid, DRAWN / 50);
	ck_assert_uint_lt(valid, DRAWN);
}
END_TEST

/* The order in which certificates come to hand never decides. */
START_TEST(test_order)
{
	for (uint64_t seed = 5000; seed < 5060; seed++) {
		struct graph g;

		graph_draw(&g, seed, 3);
		for (int turn = 0; turn < 4; turn++) {
			for (size_t i = 1; i < g.n; i++) {
				size_t other = draw(&g, (uint32_t)i + 1);
				struct link *l = g.links[i];

				g.links[i] = g.links[other];
				g.links[other] = l;
			}
			must_agree(&g, "order", seed);
		}
	}
}
END_TEST

/* ---- one bad twin of each kind, in each position ---- */

/* A chain of `depth` sound authorities; the one at `at` has a twin with the defect, before or
 * after it, by the same key or by another one of its issuer. */
START_TEST(test_twins)
{
	for (int depth = 1; depth < LEVELS; depth++) {
		for (int at = 1; at <= depth; at++) {
			for (int form = 0; form < 8; form++) {
				bool first = form & 1, other = form & 2, sound = form & 4;
				struct graph g = {.depth = depth, .leaf = leaves[depth][0]};
				struct link bad = {.level = at,
				                   .by = other ? 1 : 0,
				                   .defect = (enum defect)_i};

				g.anchors[0] = roots[0];
				g.anchors[1] = at == 1 ? roots[1] : NULL;
				if (first)
					graph_add(&g, bad);
				for (int level = 1; level <= depth; level++)
					if (sound || level != at)
						graph_add(&g, (struct link){.level = level});
				/* The twin's other issuer key is certified as well. */
				if (other && at > 1)
					graph_add(&g, (struct link){.level = at - 1, .key = 1});
				if (!first)
					graph_add(&g, bad);
				must_agree(&g, "twin",
				           UINT64_C(100) * depth + UINT64_C(10) * at + form);
				if (sound)
					ck_assert(graph_model(&g));
				else if (_i != NO_ROOM)
					ck_assert(!graph_model(&g));
			}
		}
	}
}
END_TEST

/* All kinds of bad twins at every level together hide the one sound chain, and are refused by it.
 */
START_TEST(test_among_all_twins)
{
	for (int sound = 0; sound < 2; sound++) {
		struct graph g = {.depth = 3, .leaf = leaves[3][0]};

		g.anchors[0] = roots[0];
		for (int level = 1; level <= 3; level++)
			for (int d = 1; d < DEFECTS; d++)
				if (d != REVOKED && d != NAMES && d != NO_ROOM)
					graph_add(&g, (struct link){.level = level,
					                            .defect = (enum defect)d});
		graph_add(&g, (struct link){.level = 3, .defect = REVOKED});
		graph_add(&g, (struct link){.level = 2, .defect = NAMES});
		graph_add(&g, (struct link){.level = 1, .defect = NO_ROOM});
		for (int level = 1; level <= 3 && sound; level++)
			graph_add(&g, (struct link){.level = level});
		must_agree(&g, "all twins", (uint64_t)sound);
	}
}
END_TEST

/* ---- graphs made to cost much ---- */

enum { MANY = 300 };

static void
search(struct world *w, struct antin_cert *target, struct antin_path *p)
{
	world_find(w, target, NULL, p);
	bounded(p);
	ck_assert_uint_le(w->asked, ANTIN_PATH_STEPS + ANTIN_PATH_TRIES);
}

/* Hundreds of authorities of one name and key that lead nowhere; then one that does. */
START_TEST(test_many_of_one_name_and_key)
{
	for (int found = 0; found < 2; found++) {
		struct world w = {0};
		ANTIN_SCOPED(antin_path) p = {0};
		struct antin_cert *leaf;

		for (int i = 0; i < MANY; i++)
			(void)world_add(&w,
			                pki_ca("N/ca", "N/gone", graph_keys[1][0],
			                       graph_keys[0][0]),
			                false);
		(void)world_add(&w, pki_ca("N/root", "N/root", graph_keys[0][1], graph_keys[0][1]),
		                true);
		if (found)
			(void)world_add(&w,
			                pki_ca("N/ca", "N/root", graph_keys[1][0],
			                       graph_keys[0][1]),
			                false);
		leaf = world_add(&w, pki_leaf("N/leaf", "N/ca", leaf_key, graph_keys[1][0]), false);
		search(&w, leaf, &p);
		ck_assert(p.valid == found);
		world_done(&w);
	}
}
END_TEST

/* Hundreds with the right name and key identifier whose key signed nothing. */
START_TEST(test_many_impostors)
{
	struct world w = {0};
	ANTIN_SCOPED(antin_path) p = {0};
	struct antin_cert *leaf;

	for (int i = 0; i < MANY; i++)
		(void)world_add(&w,
		                pki_ca("N/ca", "N/ca", graph_keys[2][i % KEYS],
		                       graph_keys[2][i % KEYS]),
		                true);
	leaf = world_add(&w, pki_leaf("N/leaf", "N/ca", leaf_key, graph_keys[1][0]), false);
	search(&w, leaf, &p);
	ck_assert(!p.valid && p.n_faults > 0 && p.n_rejects > 0);
	ck_assert_int_eq(p.rejects[0].fault, ANTIN_FAULT_BAD_SIGNATURE);
	world_done(&w);
}
END_TEST

/* Two certificates a level: two to the power of the levels ways, all spoilt at the very top. */
START_TEST(test_ladder)
{
	for (int spoilt = 0; spoilt < 3; spoilt++) {
		struct world w = {0};
		ANTIN_SCOPED(antin_path) p = {0};
		char names[15][16];
		struct antin_cert *leaf;

		for (int i = 0; i < 15; i++)
			(void)snprintf(names[i], sizeof(names[i]), "L/%d", i);
		for (int i = 0; i < 14; i++) {
			for (int twin = 0; twin < 2; twin++) {
				struct pki_spec s =
				        pki_ca(names[i], names[i ? i - 1 : 0],
				               graph_keys[i % 2][twin], graph_keys[(i + 1) % 2][0]);

				s.signer = i ? graph_keys[(i + 1) % 2][0] : s.key;
				if (i == 0)
					spoil(&s, spoilt == 1   ? NAMES
					          : spoilt == 2 ? EXPIRED
					                        : SOUND);
				if (i && twin) /* the same key once more, else nothing branches */
					s.key = graph_keys[i % 2][0];
				(void)world_add(&w, s, i == 0);
			}
		}
		leaf = world_add(&w, pki_leaf("L/leaf", names[13], leaf_key, graph_keys[1][0]),
		                 false);
		search(&w, leaf, &p);
		ck_assert(p.valid == !spoilt);
		world_done(&w);
	}
}
END_TEST

/* A chain longer than the search goes, with an anchor at its end. */
START_TEST(test_deep)
{
	static const int depths[] = {1, ANTIN_PATH_DEPTH - 1, ANTIN_PATH_DEPTH + 1, 60};

	for (size_t d = 0; d < UTIL_COUNT(depths); d++) {
		struct world w = {0};
		ANTIN_SCOPED(antin_path) p = {0};
		char names[61][16];
		struct antin_cert *leaf;

		for (int i = 0; i <= depths[d]; i++)
			(void)snprintf(names[i], sizeof(names[i]), "D/%d", i);
		for (int i = 0; i <= depths[d]; i++)
			(void)world_add(&w,
			                pki_ca(names[i], names[i ? i - 1 : 0], graph_keys[i % 2][0],
			                       graph_keys[i ? (i + 1) % 2 : 0][0]),
			                i == 0);
		leaf = world_add(&w,
		                 pki_leaf("D/leaf", names[depths[d]], leaf_key,
		                          graph_keys[depths[d] % 2][0]),
		                 false);
		search(&w, leaf, &p);
		ck_assert_msg(p.valid == (depths[d] < ANTIN_PATH_DEPTH), "depth %d", depths[d]);
		ck_assert(p.limited == !p.valid);
		world_done(&w);
	}
}
END_TEST

/* Everybody certifies everybody, and nobody is trusted: cycles without end. */
START_TEST(test_mesh)
{
	static const char *const names[] = {"M/0", "M/1", "M/2", "M/3", "M/4", "M/5", "M/6", "M/7"};
	struct world w = {0};
	ANTIN_SCOPED(antin_path) p = {0};
	struct antin_cert *leaf;

	for (size_t a = 0; a < UTIL_COUNT(names); a++)
		for (size_t b = 0; b < UTIL_COUNT(names); b++)
			(void)world_add(&w,
			                pki_ca(names[a], names[b], graph_keys[a % 4][a / 4],
			                       graph_keys[b % 4][b / 4]),
			                false);
	leaf = world_add(&w, pki_leaf("M/leaf", names[0], leaf_key, graph_keys[0][0]), false);
	search(&w, leaf, &p);
	ck_assert(!p.valid && p.n_faults > 0);
	world_done(&w);
}
END_TEST

/* n DNS names one after the other, in the form that `open` begins. */
static void
many_names(struct antin_bytes *out, int n, const char *suffix, bool subtrees)
{
	for (int i = 0; i < n; i++) {
		size_t seq = subtrees ? antin_der_open(out, ANTIN_SEQUENCE) : 0;
		char text[40];

		(void)snprintf(text, sizeof(text), "n%d.%s", i, suffix);
		antin_der_add_text(out, ANTIN_CONTEXT(2), text);
		if (subtrees)
			antin_der_close(out, seq);
	}
}

/* Thousands of constraints against hundreds of names: refused by the counter, not by patience. */
START_TEST(test_giant_constraints)
{
	static const struct {
		int names, constraints;
		enum antin_fault fault;
	} rows[] = {
	        {10, 20, ANTIN_FAULT_NONE},
	        {300, 1500, ANTIN_FAULT_LIMIT},
	        {1, 2000, ANTIN_FAULT_NONE},
	};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		struct world w = {0};
		ANTIN_SCOPED(antin_path) p = {0};
		ANTIN_SCOPED(antin_bytes) limits = {0};
		ANTIN_SCOPED(antin_bytes) names = {0};
		struct pki_spec ca = pki_ca("C/ca", "C/root", graph_keys[1][0], graph_keys[0][0]);
		struct pki_spec leaf = pki_leaf("C/leaf", "C/ca", leaf_key, graph_keys[1][0]);
		size_t seq = antin_der_open(&limits, ANTIN_SEQUENCE), part;
		const struct antin_path_fault *worst;

		part = antin_der_open(&limits, ANTIN_CONTEXT_CONS(1));
		many_names(&limits, rows[i].constraints, "excluded.vn", true);
		antin_der_close(&limits, part);
		antin_der_close(&limits, seq);
		seq = antin_der_open(&names, ANTIN_SEQUENCE);
		many_names(&names, rows[i].names, "gov.vn", false);
		antin_der_close(&names, seq);
		ca.exts[0] = (struct pki_ext){"2.5.29.30", true, antin_bytes_slice(&limits)};
		leaf.exts[0] = (struct pki_ext){"2.5.29.17", false, antin_bytes_slice(&names)};
		(void)world_add(&w, pki_ca("C/root", "C/root", graph_keys[0][0], graph_keys[0][0]),
		                true);
		(void)world_add(&w, ca, false);
		search(&w, world_add(&w, leaf, false), &p);
		worst = antin_path_worst(&p);
		ck_assert_msg((worst ? worst->fault : ANTIN_FAULT_NONE) == rows[i].fault,
		              "row %zu: %s", i, worst ? antin_fault_info(worst->fault)->id : "-");
		ck_assert(p.valid == (rows[i].fault == ANTIN_FAULT_NONE));
		world_done(&w);
	}
}
END_TEST

/* Certificates with policies by the hundred at every level. */
START_TEST(test_huge_policies)
{
	static const int counts[] = {1, 50, 1000};

	for (size_t n = 0; n < UTIL_COUNT(counts); n++) {
		struct world w = {0};
		ANTIN_SCOPED(antin_path) p = {0};
		ANTIN_SCOPED(antin_bytes) policies = {0};
		struct pki_spec s[3] = {
		        pki_ca("P/root", "P/root", graph_keys[0][0], graph_keys[0][0]),
		        pki_ca("P/ca", "P/root", graph_keys[1][0], graph_keys[0][0]),
		        pki_leaf("P/leaf", "P/ca", leaf_key, graph_keys[1][0]),
		};
		size_t seq = antin_der_open(&policies, ANTIN_SEQUENCE);
		struct antin_cert *leaf = NULL;

		for (int i = 0; i < counts[n]; i++) {
			size_t one = antin_der_open(&policies, ANTIN_SEQUENCE);
			char oid[32];

			(void)snprintf(oid, sizeof(oid), "1.2.3.4.%d", i + 1);
			antin_der_add_oid(&policies, oid);
			antin_der_close(&policies, one);
		}
		antin_der_close(&policies, seq);
		for (int i = 0; i < 3; i++) {
			s[i].exts[0] =
			        (struct pki_ext){"2.5.29.32", false, antin_bytes_slice(&policies)};
			leaf = world_add(&w, s[i], i == 0);
		}
		search(&w, leaf, &p);
		/* All of them, or a fault that says so: never some of them in silence. */
		if (p.valid) {
			size_t lines = 0;

			for (size_t i = 0; i < p.user_policies.len; i++)
				lines += p.user_policies.p[i] == '\n';
			ck_assert_uint_eq(lines, (size_t)counts[n]);
		} else {
			ck_assert_int_gt(counts[n], 50);
			ck_assert_uint_gt(p.n_faults, 0);
		}
		world_done(&w);
	}
}
END_TEST

Suite *suite_graphs(void);
Suite *
suite_graphs(void)
{
	Suite *s = suite_create("graphs");
	TCase *c = tcase_create("graphs");

	tcase_add_unchecked_fixture(c, memories_begin, memories_end);
	tcase_add_loop_test(c, test_drawn, 0, BANDS);
	tcase_add_test(c, test_order);
	tcase_add_loop_test(c, test_twins, 1, DEFECTS);
	tcase_add_test(c, test_among_all_twins);
	tcase_add_test(c, test_many_of_one_name_and_key);
	tcase_add_test(c, test_many_impostors);
	tcase_add_test(c, test_ladder);
	tcase_add_test(c, test_deep);
	tcase_add_test(c, test_mesh);
	tcase_add_test(c, test_giant_constraints);
	tcase_add_test(c, test_huge_policies);
	suite_add_tcase(s, c);
	return s;
}
