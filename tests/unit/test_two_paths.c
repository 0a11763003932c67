/*
 * Two paths to two anchors that both fail: what is certain is told before what may still turn out
 * well, in whichever order they are tried; and one that holds is found unless the issuer's word
 * stands against it.
 */
#include "four_keys.h"
#include "util.h"
#include "world.h"

/* What is wrong with the path over one of the authority's two certificates. */
struct side {
	enum antin_status_kind leaf, ca; /* 0: unknown */
	int leaf_reason, ca_reason;
	bool ended, begins, no_ca, weak; /* the authority's certificate */
};
#define GOOD(...)                                                                                  \
	{                                                                                          \
		ANTIN_STATUS_GOOD, ANTIN_STATUS_GOOD, __VA_ARGS__                                  \
	}
#define HELD     ANTIN_REASON_HOLD
#define KEY      ANTIN_REASON_KEY_COMPROMISE
#define REPLACED ANTIN_REASON_SUPERSEDED

static const struct {
	const char *what;
	struct side told, other;
	enum antin_fault fault; /* NONE: valid */
	size_t index;
} pairs[] = {
        /* ---- the target itself: the issuer's word, whatever the other path leaves open ---- */
        {"revoked, and unknown",
         {ANTIN_STATUS_REVOKED, ANTIN_STATUS_GOOD, KEY},
         {0, ANTIN_STATUS_GOOD},
         ANTIN_FAULT_REVOKED,
         0},
        {"replaced, and unknown",
         {ANTIN_STATUS_REVOKED, ANTIN_STATUS_GOOD, REPLACED},
         {0, ANTIN_STATUS_GOOD},
         ANTIN_FAULT_REVOKED,
         0},
        {"revoked, and authority ended",
         {ANTIN_STATUS_REVOKED, ANTIN_STATUS_GOOD, KEY},
         GOOD(.ended = true),
         ANTIN_FAULT_REVOKED,
         0},
        {"revoked, and authority revoked",
         {ANTIN_STATUS_REVOKED, ANTIN_STATUS_GOOD, KEY},
         {ANTIN_STATUS_GOOD, ANTIN_STATUS_REVOKED, 0, KEY},
         ANTIN_FAULT_REVOKED,
         0},
        {"revoked below an unknown authority, and suspended",
         {ANTIN_STATUS_REVOKED, 0, KEY},
         {ANTIN_STATUS_REVOKED, ANTIN_STATUS_GOOD, HELD},
         ANTIN_FAULT_REVOKED,
         0},
        {"suspended, and unknown",
         {ANTIN_STATUS_REVOKED, ANTIN_STATUS_GOOD, HELD},
         {0, ANTIN_STATUS_GOOD},
         ANTIN_FAULT_ON_HOLD,
         0},
        /* ---- the authority ---- */
        {"authority compromised, and unknown",
         {ANTIN_STATUS_GOOD, ANTIN_STATUS_REVOKED, 0, KEY},
         {ANTIN_STATUS_GOOD, 0},
         ANTIN_FAULT_REVOKED,
         1},
        {"authority compromised, and ended",
         {ANTIN_STATUS_GOOD, ANTIN_STATUS_REVOKED, 0, KEY},
         GOOD(.ended = true),
         ANTIN_FAULT_REVOKED,
         1},
        {"authority compromised, and suspended",
         {ANTIN_STATUS_GOOD, ANTIN_STATUS_REVOKED, 0, KEY},
         {ANTIN_STATUS_GOOD, ANTIN_STATUS_REVOKED, 0, HELD},
         ANTIN_FAULT_REVOKED,
         1},
        {"authority compromised, and target suspended",
         {ANTIN_STATUS_GOOD, ANTIN_STATUS_REVOKED, 0, KEY},
         {ANTIN_STATUS_REVOKED, ANTIN_STATUS_GOOD, HELD},
         ANTIN_FAULT_REVOKED,
         1},
        {"authority suspended, and unknown",
         {ANTIN_STATUS_GOOD, ANTIN_STATUS_REVOKED, 0, HELD},
         {ANTIN_STATUS_GOOD, 0},
         ANTIN_FAULT_ON_HOLD,
         1},
        {"authority suspended, and ended",
         {ANTIN_STATUS_GOOD, ANTIN_STATUS_REVOKED, 0, HELD},
         GOOD(.ended = true),
         ANTIN_FAULT_ON_HOLD,
         1},
        /* ---- one certificate of the authority replaced by the other ---- */
        {"unknown, and authority replaced",
         {ANTIN_STATUS_GOOD, 0},
         {ANTIN_STATUS_GOOD, ANTIN_STATUS_REVOKED, 0, REPLACED},
         ANTIN_FAULT_STATUS_UNKNOWN,
         1},
        {"unknown, and ended",
         {0, ANTIN_STATUS_GOOD},
         GOOD(.ended = true),
         ANTIN_FAULT_STATUS_UNKNOWN,
         0},
        {"ended, and not begun", GOOD(.ended = true), GOOD(.begins = true), ANTIN_FAULT_EXPIRED, 1},
        /* ---- what is no path at any time says nothing ---- */
        {"unknown, and no authority",
         {0, ANTIN_STATUS_GOOD},
         GOOD(.no_ca = true),
         ANTIN_FAULT_STATUS_UNKNOWN,
         0},
        {"weak, and no authority", GOOD(.weak = true), GOOD(.no_ca = true), ANTIN_FAULT_WEAK, 1},
        {"unknown, and revoked by no authority",
         {0, ANTIN_STATUS_GOOD},
         {ANTIN_STATUS_REVOKED, ANTIN_STATUS_GOOD, KEY, .no_ca = true},
         ANTIN_FAULT_STATUS_UNKNOWN,
         0},
        /* ---- one of them holds ---- */
        {"good, and unknown", GOOD(0), {0, ANTIN_STATUS_GOOD}, ANTIN_FAULT_NONE, 0},
        {"good, and authority compromised",
         GOOD(0),
         {ANTIN_STATUS_GOOD, ANTIN_STATUS_REVOKED, 0, KEY},
         ANTIN_FAULT_NONE,
         0},
        {"good, and no authority",
         GOOD(0),
         {ANTIN_STATUS_REVOKED, ANTIN_STATUS_GOOD, KEY, .no_ca = true},
         ANTIN_FAULT_NONE,
         0},
};

struct two {
	struct world w;
	struct antin_cert *leaf, *cas[2];
	const struct side *sides[2];
};

static enum antin_rc
issuers(void *user, const struct antin_path_query *q, struct antin_path_candidates *out,
        struct antin_err *err)
{
	return world_of_issuers(&((struct two *)user)->w, q, out, err);
}

static int64_t
now(void *user)
{
	return world_of_now(&((struct two *)user)->w);
}

static enum antin_rc
status(void *user, const struct antin_path *p, size_t index, struct antin_status *out,
       struct antin_err *err)
{
	struct two *t = user;
	const struct side *s = t->sides[p->chain.items[1] == t->cas[1]];

	(void)err;
	out->kind = index ? s->ca : s->leaf;
	out->reason = index ? s->ca_reason : s->leaf_reason;
	return ANTIN_OK;
}

static void
two_make(struct two *t, const struct side *first, const struct side *second)
{
	*t = (struct two){.sides = {first, second}};
	t->leaf = world_add(&t->w, pki_leaf("leaf", "ca", leaf_key, ca_key), false);
	for (int i = 0; i < 2; i++) {
		const struct side *s = t->sides[i];
		EVP_PKEY *const root = i ? other_key : root_key;
		struct pki_spec ca = pki_ca("ca", i ? "second" : "first", ca_key, root);

		(void)world_add(&t->w, pki_ca(ca.issuer, ca.issuer, root, root), true);
		ca.ca = !s->no_ca;
		ca.sha1 = s->weak;
		ca.from = s->begins ? PKI_NOW + 60 : 0;
		ca.to = s->ended ? PKI_NOW - 60 : 0;
		t->cas[i] = world_add(&t->w, ca, false);
	}
}

static void
two_find(struct two *t, bool nearest, struct antin_path *out)
{
	static const struct antin_path_rules rules = {.max_depth = -1,
	                                              .purpose = ANTIN_PURPOSE_SIGN};
	const struct antin_path_ops ops = {
	        .issuers = issuers, .status = status, .now = now, .user = t, .nearest = nearest};
	struct antin_err err = {0};

	util_ok(antin_path_find(&ops, t->leaf, &rules, out, &err));
}

START_TEST(test_told)
{
	for (int turn = 0; turn < 2; turn++) {
		const struct antin_path_fault *worst;
		ANTIN_SCOPED(antin_path) p = {0};
		struct two t;

		two_make(&t, turn ? &pairs[_i].other : &pairs[_i].told,
		         turn ? &pairs[_i].told : &pairs[_i].other);
		two_find(&t, false, &p);
		worst = antin_path_worst(&p);
		ck_assert_msg(p.valid == (pairs[_i].fault == ANTIN_FAULT_NONE), "%s, turn %d",
		              pairs[_i].what, turn);
		if (!p.valid)
			ck_assert_msg(worst->fault == pairs[_i].fault &&
			                      worst->index == pairs[_i].index,
			              "%s, turn %d: %s of %zu", pairs[_i].what, turn,
			              antin_fault_info(worst->fault)->id, worst->index);
		world_done(&t.w);
	}
}
END_TEST

/* Whoever asks what a signer of lists lacks is told the least: he may revoke still. */
START_TEST(test_nearest)
{
	static const struct side open = {ANTIN_STATUS_GOOD, 0},
	                         revoked = {ANTIN_STATUS_REVOKED, ANTIN_STATUS_REVOKED, KEY, KEY};

	for (int turn = 0; turn < 2; turn++) {
		ANTIN_SCOPED(antin_path) p = {0};
		struct two t;

		two_make(&t, turn ? &open : &revoked, turn ? &revoked : &open);
		two_find(&t, true, &p);
		ck_assert(!p.valid && p.anchored);
		ck_assert_uint_eq(p.n_faults, 1);
		ck_assert_int_eq(p.faults[0].fault, ANTIN_FAULT_STATUS_UNKNOWN);
		world_done(&t.w);
	}
}
END_TEST

/* What the issuer said of the target is not taken back by another path that does not hear it. */
START_TEST(test_last_word)
{
	static const struct side good = GOOD(0);
	static const struct {
		struct side said;
		enum antin_fault fault;
	} rows[] = {
	        {{ANTIN_STATUS_REVOKED, ANTIN_STATUS_GOOD, KEY}, ANTIN_FAULT_REVOKED},
	        {{ANTIN_STATUS_REVOKED, ANTIN_STATUS_GOOD, REPLACED}, ANTIN_FAULT_REVOKED},
	        {{ANTIN_STATUS_REVOKED, 0, KEY}, ANTIN_FAULT_REVOKED},
	        {{ANTIN_STATUS_REVOKED, ANTIN_STATUS_GOOD, HELD}, ANTIN_FAULT_ON_HOLD},
	};
	ANTIN_SCOPED(antin_path) p = {0};
	struct two t;

	two_make(&t, &rows[_i].said, &good);
	two_find(&t, false, &p);
	ck_assert(!p.valid && !p.limited);
	ck_assert_int_eq(antin_path_worst(&p)->fault, rows[_i].fault);
	world_done(&t.w);
}
END_TEST

/* "Try later" of one path never hides what is certain of the same path. */
START_TEST(test_hold_and_others)
{
	static const struct {
		struct side side;
		enum antin_fault fault;
	} rows[] = {
	        {{ANTIN_STATUS_REVOKED, ANTIN_STATUS_GOOD, HELD, .ended = true},
	         ANTIN_FAULT_EXPIRED},
	        {{ANTIN_STATUS_REVOKED, ANTIN_STATUS_GOOD, HELD, .no_ca = true},
	         ANTIN_FAULT_NOT_CA},
	        {{ANTIN_STATUS_REVOKED, ANTIN_STATUS_GOOD, HELD, .weak = true}, ANTIN_FAULT_WEAK},
	        {{ANTIN_STATUS_REVOKED, ANTIN_STATUS_REVOKED, HELD, KEY}, ANTIN_FAULT_REVOKED},
	        {{ANTIN_STATUS_REVOKED, 0, HELD}, ANTIN_FAULT_ON_HOLD},
	};
	ANTIN_SCOPED(antin_path) p = {0};
	struct two t;

	two_make(&t, &rows[_i].side, &rows[_i].side);
	two_find(&t, false, &p);
	ck_assert_int_eq(antin_path_worst(&p)->fault, rows[_i].fault);
	world_done(&t.w);
}
END_TEST

Suite *suite_two_paths(void);
Suite *
suite_two_paths(void)
{
	Suite *s = suite_create("two_paths");
	TCase *c = tcase_create("two_paths");

	tcase_add_unchecked_fixture(c, make_keys, free_keys);
	tcase_add_loop_test(c, test_told, 0, UTIL_COUNT(pairs));
	tcase_add_test(c, test_nearest);
	tcase_add_loop_test(c, test_last_word, 0, 4);
	tcase_add_loop_test(c, test_hold_and_others, 0, 5);
	suite_add_tcase(s, c);
	return s;
}
