/*
 * Path building and validation: each fault alone, twins in all positions, work that stays bounded.
 */
#include "world.h"

/* Keys are dear; these are made once and shared by all tests of a process. */
static EVP_PKEY *keys[8];

static void
make_keys(void)
{
	for (size_t i = 0; i < 8; i++)
		keys[i] = pki_key();
}

static void
free_keys(void)
{
	for (size_t i = 0; i < 8; i++)
		EVP_PKEY_free(keys[i]);
}

enum { ROOT, CA, LEAF };

/* root -> ca -> leaf, with one of them changed. */
struct one_fault {
	const char *what;
	size_t where; /* ROOT, CA, LEAF */
	void (*change)(struct pki_spec *s);
	enum antin_fault fault; /* NONE: still valid */
	size_t index;
};

static void
nothing(struct pki_spec *s)
{
	(void)s;
}
static void
past(struct pki_spec *s)
{
	s->from = PKI_NOW - 2 * PKI_YEAR;
	s->to = PKI_NOW - 1;
}
static void
ends_now(struct pki_spec *s)
{
	s->to = PKI_NOW;
}
static void
starts_now(struct pki_spec *s)
{
	s->from = PKI_NOW;
}
static void
future(struct pki_spec *s)
{
	s->from = PKI_NOW + 1;
}
static void
no_ca(struct pki_spec *s)
{
	s->ca = 0;
}
static void
no_constraints(struct pki_spec *s)
{
	s->ca = -1;
}
static void
version_one(struct pki_spec *s)
{
	s->v1 = true;
}
static void
no_usage(struct pki_spec *s)
{
	s->usage = 0;
}
static void
crl_only(struct pki_spec *s)
{
	s->usage = 1u << ANTIN_KU_CRL_SIGN;
}
static void
encipher_only(struct pki_spec *s)
{
	s->usage = 1u << ANTIN_KU_KEY_ENCIPHERMENT;
}
static void
path_len_0(struct pki_spec *s)
{
	s->path_len = 0;
}
static void
bad_signature(struct pki_spec *s)
{
	s->bad_signature = true;
}
static void
sha1(struct pki_spec *s)
{
	s->sha1 = true;
}
static void
no_ids(struct pki_spec *s)
{
	s->no_ids = true;
}
static void
as_authority(struct pki_spec *s)
{
	s->ca = 1;
	s->usage |= PKI_CA_USAGE;
}

static void
critical_unknown(struct pki_spec *s)
{
	static const uint8_t null[] = {5, 0};

	s->exts[0] = (struct pki_ext){"1.2.3.4.5", true, {null, 2}};
}
static void
unknown_plain(struct pki_spec *s)
{
	critical_unknown(s);
	s->exts[0].critical = false;
}

static void
set_eku(struct pki_spec *s, uint8_t last, bool critical)
{
	static uint8_t ekus[2][12];
	uint8_t *eku = ekus[critical];
	const uint8_t der[12] = {0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, last};

	memcpy(eku, der, sizeof(der));
	s->exts[0] = (struct pki_ext){"2.5.29.37", critical, {eku, sizeof(der)}};
}
static void
eku_email(struct pki_spec *s)
{
	set_eku(s, 4, true);
}
static void
eku_timestamp(struct pki_spec *s)
{
	set_eku(s, 8, true);
}
static void
eku_server(struct pki_spec *s)
{
	set_eku(s, 1, false);
}
static void
broken_policies(struct pki_spec *s)
{
	static const uint8_t empty[] = {0x30, 0};

	s->exts[0] = (struct pki_ext){"2.5.29.32", false, {empty, 2}};
}
static void
needs_policy(struct pki_spec *s)
{
	static const uint8_t zero[] = {0x30, 3, 0x80, 1, 0};

	s->exts[0] = (struct pki_ext){"2.5.29.36", true, {zero, 5}};
}
static void
broken_names(struct pki_spec *s)
{
	static const uint8_t empty[] = {0x30, 0};

	s->exts[0] = (struct pki_ext){"2.5.29.30", true, {empty, 2}};
}
static void
other_dn(struct pki_spec *s)
{
	/* permitted: directoryName O=x */
	static const uint8_t der[] = {0x30, 0x16, 0xa0, 0x14, 0x30, 0x12, 0xa4, 0x10,
	                              0x30, 0x0e, 0x31, 0x0c, 0x30, 0x0a, 0x06, 0x03,
	                              0x55, 0x04, 0x0a, 0x0c, 0x03, 'x',  'y',  'z'};

	s->exts[0] = (struct pki_ext){"2.5.29.30", true, {der, sizeof(der)}};
}

static const struct one_fault one_faults[] = {
        {"good", LEAF, nothing, ANTIN_FAULT_NONE, 0},
        {"the last second counts", LEAF, ends_now, ANTIN_FAULT_NONE, 0},
        {"the first second counts", LEAF, starts_now, ANTIN_FAULT_NONE, 0},
        {"leaf expired", LEAF, past, ANTIN_FAULT_EXPIRED, 0},
        {"leaf of tomorrow", LEAF, future, ANTIN_FAULT_NOT_YET_VALID, 0},
        {"ca expired", CA, past, ANTIN_FAULT_EXPIRED, 1},
        {"ca of tomorrow", CA, future, ANTIN_FAULT_NOT_YET_VALID, 1},
        {"root expired", ROOT, past, ANTIN_FAULT_EXPIRED, 2},
        {"ca is none", CA, no_ca, ANTIN_FAULT_NOT_CA, 1},
        {"ca without constraints", CA, no_constraints, ANTIN_FAULT_NOT_CA, 1},
        {"ca of version 1", CA, version_one, ANTIN_FAULT_NOT_CA, 1},
        {"root of version 1", ROOT, version_one, ANTIN_FAULT_NONE, 0},
        {"root is no ca", ROOT, no_ca, ANTIN_FAULT_NOT_CA, 2},
        {"ca without usage", CA, no_usage, ANTIN_FAULT_NONE, 0},
        {"ca for lists only", CA, crl_only, ANTIN_FAULT_KEY_CERT_SIGN, 1},
        {"root for lists only", ROOT, crl_only, ANTIN_FAULT_KEY_CERT_SIGN, 2},
        {"leaf without usage", LEAF, no_usage, ANTIN_FAULT_NONE, 0},
        {"leaf for encipherment", LEAF, encipher_only, ANTIN_FAULT_KEY_USAGE, 0},
        {"ca with length 0", CA, path_len_0, ANTIN_FAULT_NONE, 0},
        {"root with length 0", ROOT, path_len_0, ANTIN_FAULT_PATH_LEN, 1},
        {"leaf that is a ca", LEAF, as_authority, ANTIN_FAULT_NONE, 0},
        {"leaf signature", LEAF, bad_signature, ANTIN_FAULT_NO_ISSUER, 0},
        {"ca signature", CA, bad_signature, ANTIN_FAULT_NO_ISSUER, 1},
        {"leaf with SHA-1", LEAF, sha1, ANTIN_FAULT_WEAK, 0},
        {"ca with SHA-1", CA, sha1, ANTIN_FAULT_WEAK, 1},
        {"root with SHA-1", ROOT, sha1, ANTIN_FAULT_NONE, 0},
        {"no key identifiers", LEAF, no_ids, ANTIN_FAULT_NONE, 0},
        {"no key identifiers above", CA, no_ids, ANTIN_FAULT_NONE, 0},
        {"unknown critical", LEAF, critical_unknown, ANTIN_FAULT_CRITICAL, 0},
        {"unknown critical above", CA, critical_unknown, ANTIN_FAULT_CRITICAL, 1},
        {"unknown critical at the top", ROOT, critical_unknown, ANTIN_FAULT_CRITICAL, 2},
        {"unknown, not critical", LEAF, unknown_plain, ANTIN_FAULT_NONE, 0},
        {"for e-mail", LEAF, eku_email, ANTIN_FAULT_NONE, 0},
        {"for time stamps", LEAF, eku_timestamp, ANTIN_FAULT_PURPOSE, 0},
        {"for servers", LEAF, eku_server, ANTIN_FAULT_PURPOSE, 0},
        {"ca for servers", CA, eku_server, ANTIN_FAULT_PURPOSE, 1},
        {"policies broken", LEAF, broken_policies, ANTIN_FAULT_EXTENSION, 0},
        {"policy demanded above", CA, needs_policy, ANTIN_FAULT_POLICY, 0},
        {"policy demanded by the leaf", LEAF, needs_policy, ANTIN_FAULT_POLICY, 0},
        {"constraints broken", CA, broken_names, ANTIN_FAULT_EXTENSION, 1},
        {"name outside", CA, other_dn, ANTIN_FAULT_NAME_CONSTRAINT, 0},
        {"name outside of the root's", ROOT, other_dn, ANTIN_FAULT_NAME_CONSTRAINT, 1},
};

START_TEST(test_one_fault)
{
	const struct one_fault *t = &one_faults[_i];
	struct pki_spec s[3] = {
	        pki_ca("root", "root", keys[0], keys[0]),
	        pki_ca("ca", "root", keys[1], keys[0]),
	        pki_leaf("leaf", "ca", keys[2], keys[1]),
	};
	ANTIN_SCOPED(antin_path) p = {0};
	const struct antin_path_fault *worst;
	struct world w = {0};

	t->change(&s[t->where]);
	(void)world_add(&w, s[ROOT], true);
	(void)world_add(&w, s[CA], false);
	world_find(&w, world_add(&w, s[LEAF], false), NULL, &p);
	worst = antin_path_worst(&p);
	ck_assert_msg(p.valid == (t->fault == ANTIN_FAULT_NONE), "%s: %s", t->what,
	              worst ? antin_fault_info(worst->fault)->id : "valid");
	ck_assert_msg(p.valid == !worst, "%s", t->what);
	if (worst) {
		ck_assert_msg(worst->fault == t->fault, "%s: %s", t->what,
		              antin_fault_info(worst->fault)->id);
		ck_assert_msg(worst->index == t->index, "%s: %zu", t->what, worst->index);
	} else {
		ck_assert_uint_eq(p.chain.n, 3);
	}
	world_done(&w);
}
END_TEST

/* A good and a bad certificate of one authority: the good way is found wherever the bad one is. */
START_TEST(test_twins)
{
	static void (*const bad[])(struct pki_spec *) = {
	        past,         future,          no_ca,        no_constraints,
	        crl_only,     bad_signature,   sha1,         critical_unknown,
	        eku_server,   broken_policies, needs_policy, other_dn,
	        broken_names,
	};
	size_t kinds = sizeof(bad) / sizeof(bad[0]);
	size_t kind = (size_t)_i % kinds, level = (size_t)_i / kinds % 4;
	bool first = (size_t)_i / kinds / 4 % 2, rekeyed = (size_t)_i / kinds / 8 % 2;
	static const char *const names[] = {"root", "a", "b", "c", "d", "leaf"};
	ANTIN_SCOPED(antin_path) p = {0};
	struct world w = {0};
	struct antin_cert *leaf;

	for (size_t i = 0; i < 5; i++) {
		EVP_PKEY *up = keys[i ? i - 1 : 0];
		struct pki_spec good = pki_ca(names[i], names[i ? i - 1 : 0], keys[i], up);
		struct pki_spec twin = good;

		bad[kind](&twin);
		if (rekeyed)
			twin.key = keys[7];
		if (i == level + 1 && first)
			(void)world_add(&w, twin, false);
		(void)world_add(&w, good, i == 0);
		if (i == level + 1 && !first)
			(void)world_add(&w, twin, false);
	}
	leaf = world_add(&w, pki_leaf("leaf", "d", keys[5], keys[4]), false);
	world_find(&w, leaf, NULL, &p);
	ck_assert(p.valid);
	ck_assert_uint_eq(p.chain.n, 6);
	ck_assert_uint_le(p.work.signatures, 20);
	world_done(&w);
}
END_TEST

/* The same with nothing but the bad one: never a path. */
START_TEST(test_only_bad)
{
	static const struct {
		void (*change)(struct pki_spec *);
		enum antin_fault fault;
	} bad[] = {
	        {past, ANTIN_FAULT_EXPIRED},       {no_ca, ANTIN_FAULT_NOT_CA},
	        {sha1, ANTIN_FAULT_WEAK},          {critical_unknown, ANTIN_FAULT_CRITICAL},
	        {eku_server, ANTIN_FAULT_PURPOSE}, {bad_signature, ANTIN_FAULT_NO_ISSUER},
	};
	size_t kind = (size_t)_i % 6, level = (size_t)_i / 6 + 1;
	static const char *const names[] = {"root", "a", "b", "c", "d"};
	ANTIN_SCOPED(antin_path) p = {0};
	struct world w = {0};

	for (size_t i = 0; i < 5; i++) {
		struct pki_spec s =
		        pki_ca(names[i], names[i ? i - 1 : 0], keys[i], keys[i ? i - 1 : 0]);

		if (i == level)
			bad[kind].change(&s);
		(void)world_add(&w, s, i == 0);
	}
	world_find(&w, world_add(&w, pki_leaf("leaf", "d", keys[5], keys[4]), false), NULL, &p);
	ck_assert(!p.valid);
	ck_assert_int_eq(antin_path_worst(&p)->fault, bad[kind].fault);
	ck_assert_uint_gt(p.n_rejects, 0);
	world_done(&w);
}
END_TEST

START_TEST(test_untrusted_and_missing)
{
	ANTIN_SCOPED(antin_path) p = {0};
	ANTIN_SCOPED(antin_path) q = {0};
	ANTIN_SCOPED(antin_path) r = {0};
	struct world w = {0};
	struct antin_cert *leaf, *root;

	root = world_add(&w, pki_ca("root", "root", keys[0], keys[0]), false);
	leaf = world_add(&w, pki_leaf("leaf", "root", keys[1], keys[0]), false);
	world_find(&w, leaf, NULL, &p);
	ck_assert(!p.valid && !p.anchored);
	ck_assert_int_eq(antin_path_worst(&p)->fault, ANTIN_FAULT_UNTRUSTED);
	ck_assert_uint_eq(antin_path_worst(&p)->index, 1);
	w.anchors[0] = true;
	world_find(&w, root, NULL, &q);
	ck_assert(!q.valid); /* an authority's key usage does not sign documents */
	ck_assert_int_eq(antin_path_worst(&q)->fault, ANTIN_FAULT_KEY_USAGE);
	w.anchors[0] = false;
	w.anchors[1] = true;
	world_find(&w, leaf, NULL, &r);
	ck_assert(r.valid); /* trusted by itself */
	ck_assert_uint_eq(r.chain.n, 1);
	world_done(&w);
}
END_TEST

/* A leaf that is trusted, or merely signed well, is no authority. */
START_TEST(test_leaf_issues_nothing)
{
	for (int trusted = 0; trusted < 2; trusted++) {
		ANTIN_SCOPED(antin_path) p = {0};
		struct world w = {0};

		(void)world_add(&w, pki_ca("root", "root", keys[0], keys[0]), true);
		(void)world_add(&w, pki_leaf("mallory", "root", keys[1], keys[0]), trusted);
		world_find(&w,
		           world_add(&w, pki_leaf("victim", "mallory", keys[2], keys[1]), false),
		           NULL, &p);
		ck_assert(!p.valid);
		ck_assert_int_eq(antin_path_worst(&p)->fault, ANTIN_FAULT_NOT_CA);
		world_done(&w);
	}
}
END_TEST

/* Two authorities that certify each other, a hundred names alike, a chain without end. */
START_TEST(test_loop_ends)
{
	ANTIN_SCOPED(antin_path) p = {0};
	struct world w = {0};

	(void)world_add(&w, pki_ca("a", "b", keys[0], keys[1]), false);
	(void)world_add(&w, pki_ca("b", "a", keys[1], keys[0]), false);
	world_find(&w, world_add(&w, pki_leaf("leaf", "a", keys[2], keys[0]), false), NULL, &p);
	ck_assert(!p.valid);
	ck_assert_uint_le(p.work.signatures, 4);
	world_done(&w);
}
END_TEST

START_TEST(test_cross_mesh_is_bounded)
{
	static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g"};
	ANTIN_SCOPED(antin_path) p = {0};
	ANTIN_SCOPED(antin_path) q = {0};
	struct world w = {0};
	struct antin_cert *leaf;

	for (size_t i = 0; i < 7; i++)
		for (size_t k = 0; k < 7; k++)
			for (int copy = 0; copy < 8; copy++)
				if (i != k)
					(void)world_add(&w,
					                pki_ca(names[i], names[k], keys[i],
					                       keys[k]),
					                false);
	leaf = world_add(&w, pki_leaf("leaf", "a", keys[7], keys[0]), false);
	world_find(&w, leaf, NULL, &p);
	ck_assert(!p.valid);
	ck_assert_uint_le(p.work.signatures, ANTIN_PATH_SIGNATURES);
	ck_assert_uint_le(p.work.steps, ANTIN_PATH_STEPS + 1);
	(void)world_add(&w, pki_ca("g", "g", keys[6], keys[6]), true);
	world_find(&w, leaf, NULL, &q);
	ck_assert(q.valid);
	world_done(&w);
}
END_TEST

START_TEST(test_many_of_one_name)
{
	ANTIN_SCOPED(antin_path) p = {0};
	struct world w = {0};
	struct pki_spec decoy;

	for (size_t i = 0; i < 300; i++) {
		decoy = pki_ca("ca", "root", keys[3 + i % 4], keys[0]);
		decoy.no_ids = true;
		(void)world_add(&w, decoy, false);
	}
	(void)world_add(&w, pki_ca("root", "root", keys[0], keys[0]), true);
	(void)world_add(&w, pki_ca("ca", "root", keys[1], keys[0]), false);
	world_find(&w, world_add(&w, pki_leaf("leaf", "ca", keys[2], keys[1]), false), NULL, &p);
	ck_assert(p.valid);
	ck_assert_uint_le(p.work.signatures, 4); /* the key identifier led the way */
	world_done(&w);
}
END_TEST

static void
long_chain(struct world *w, size_t n, struct antin_cert **leaf)
{
	char name[2][24] = {"root", "root"};

	(void)world_add(w, pki_ca("root", "root", keys[0], keys[0]), true);
	for (size_t i = 1; i <= n; i++) {
		(void)snprintf(name[i % 2], sizeof(name[0]), i < n ? "ca%zu" : "leaf", i);
		*leaf = world_add(w,
		                  (i < n ? pki_ca : pki_leaf)(name[i % 2], name[(i + 1) % 2],
		                                              keys[i % 8], keys[(i - 1) % 8]),
		                  false);
	}
}

START_TEST(test_depth)
{
	static const struct {
		size_t n;
		int64_t max;
		bool valid;
	} rows[] = {{3, -1, true}, {3, 2, true},   {3, 1, false},   {2, 0, false},
	            {1, 0, true},  {16, -1, true}, {17, -1, false}, {40, -1, false}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct antin_path_rules rules = {.max_depth = rows[i].max};
		ANTIN_SCOPED(antin_path) p = {0};
		struct antin_cert *leaf = NULL;
		struct world w = {0};

		long_chain(&w, rows[i].n, &leaf);
		world_find(&w, leaf, &rules, &p);
		ck_assert_msg(p.valid == rows[i].valid, "row %zu", i);
		world_done(&w);
	}
}
END_TEST

/* Self-issued authorities (a new key, signed by the old) count for no length (6.1.4 (l)). */
START_TEST(test_self_issued_not_counted)
{
	ANTIN_SCOPED(antin_path) p = {0};
	struct world w = {0};
	struct pki_spec root = pki_ca("root", "root", keys[0], keys[0]);
	struct pki_spec ca = pki_ca("ca", "root", keys[1], keys[0]);

	ca.path_len = 0;
	(void)world_add(&w, root, true);
	(void)world_add(&w, ca, false);
	(void)world_add(&w, pki_ca("ca", "ca", keys[2], keys[1]), false);
	world_find(&w, world_add(&w, pki_leaf("leaf", "ca", keys[3], keys[2]), false), NULL, &p);
	ck_assert(p.valid);
	ck_assert_uint_eq(p.chain.n, 4);
	world_done(&w);
}
END_TEST

/* Statuses: asked from the anchor down, for all or for the target, and what they make of a path. */
struct statuses {
	struct world *w;
	enum antin_status_kind kinds[4];
	int reason;
	size_t asked;
};

static enum antin_rc
fake_issuers(void *user, const struct antin_path_query *q, struct antin_path_candidates *out,
             struct antin_err *err)
{
	return world_of_issuers(((struct statuses *)user)->w, q, out, err);
}
static bool
fake_anchor(void *user, const struct antin_cert *c)
{
	return world_of_anchor(((struct statuses *)user)->w, c);
}
static int64_t
fake_now(void *user)
{
	return world_of_now(((struct statuses *)user)->w);
}
static enum antin_rc
fake_status(void *user, const struct antin_path *p, size_t index, struct antin_status *out,
            struct antin_err *err)
{
	struct statuses *s = user;

	(void)p, (void)err;
	s->asked++;
	out->kind = s->kinds[index];
	out->reason = s->reason;
	return ANTIN_OK;
}

START_TEST(test_statuses)
{
	static const struct {
		enum antin_revocation_mode mode;
		enum antin_status_kind leaf, ca;
		int reason;
		enum antin_fault fault;
		size_t asked;
	} rows[] = {
	        {ANTIN_REVOCATION_CHAIN, ANTIN_STATUS_GOOD, ANTIN_STATUS_GOOD, 0, ANTIN_FAULT_NONE,
	         2},
	        {ANTIN_REVOCATION_CHAIN, ANTIN_STATUS_REVOKED, ANTIN_STATUS_GOOD, 1,
	         ANTIN_FAULT_REVOKED, 2},
	        {ANTIN_REVOCATION_CHAIN, ANTIN_STATUS_GOOD, ANTIN_STATUS_REVOKED, 1,
	         ANTIN_FAULT_REVOKED, 2},
	        {ANTIN_REVOCATION_CHAIN, ANTIN_STATUS_GOOD, ANTIN_STATUS_UNKNOWN, 0,
	         ANTIN_FAULT_STATUS_UNKNOWN, 2},
	        {ANTIN_REVOCATION_CHAIN, ANTIN_STATUS_REVOKED, ANTIN_STATUS_UNKNOWN,
	         ANTIN_REASON_HOLD, ANTIN_FAULT_ON_HOLD, 2},
	        {ANTIN_REVOCATION_LEAF, ANTIN_STATUS_GOOD, ANTIN_STATUS_REVOKED, 1,
	         ANTIN_FAULT_NONE, 1},
	        {ANTIN_REVOCATION_NONE, ANTIN_STATUS_REVOKED, ANTIN_STATUS_REVOKED, 1,
	         ANTIN_FAULT_NONE, 0},
	};
	struct world w = {0};
	struct antin_cert *leaf;

	(void)world_add(&w, pki_ca("root", "root", keys[0], keys[0]), true);
	(void)world_add(&w, pki_ca("ca", "root", keys[1], keys[0]), false);
	leaf = world_add(&w, pki_leaf("leaf", "ca", keys[2], keys[1]), false);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct statuses s = {&w, {rows[i].leaf, rows[i].ca}, rows[i].reason, 0};
		struct antin_path_ops ops = {fake_issuers, fake_anchor, fake_status,
		                             fake_now,     NULL,        &s};
		struct antin_path_rules rules = {.revocation = rows[i].mode, .max_depth = -1};
		ANTIN_SCOPED(antin_path) p = {0};
		struct antin_err err = {0};

		ck_assert_int_eq(antin_path_find(&ops, leaf, &rules, &p, &err), ANTIN_OK);
		ck_assert_msg(p.valid == (rows[i].fault == ANTIN_FAULT_NONE), "row %zu", i);
		if (!p.valid)
			ck_assert_int_eq(antin_path_worst(&p)->fault, rows[i].fault);
		ck_assert_uint_eq(s.asked, rows[i].asked);
	}
	world_done(&w);
}
END_TEST

START_TEST(test_table_is_whole)
{
	for (int f = 1; f < ANTIN_FAULT_COUNT; f++) {
		const struct antin_fault_info *a = antin_fault_info((enum antin_fault)f);

		ck_assert(a->id[0] && a->text[0] && a->clause[0]);
		for (int g = 1; g < f; g++) {
			ck_assert_str_ne(a->id, antin_fault_info((enum antin_fault)g)->id);
			ck_assert_str_ne(a->text, antin_fault_info((enum antin_fault)g)->text);
		}
	}
	for (int r = -1; r < 16; r++)
		ck_assert_int_gt((int)strlen(antin_reason_text(r)), 5);
}
END_TEST

START_TEST(test_algorithms_by_date)
{
	EVP_PKEY *rsa = EVP_RSA_gen(1024);
	ANTIN_SCOPED(antin_bytes) spki = {0};
	ANTIN_OWN_S(antin_public) key = NULL;
	struct antin_err err = {0};
	const struct antin_sigalg old = {ANTIN_RSA_PKCS1, ANTIN_SHA1};
	const struct antin_sigalg good = {ANTIN_RSA_PKCS1, ANTIN_SHA256};

	pki_add_spki(&spki, rsa);
	ck_assert_int_eq(antin_public_read(antin_bytes_slice(&spki), &key, &err), ANTIN_OK);
	ck_assert(antin_algorithms_allow(NULL, &good, NULL, PKI_NOW, NULL));
	ck_assert(!antin_algorithms_allow(NULL, &old, NULL, PKI_NOW, NULL));
	ck_assert(antin_algorithms_allow(NULL, &old, NULL, 1483228799,
	                                 NULL)); /* the last second of 2016 */
	ck_assert(!antin_algorithms_allow(NULL, &old, NULL, 1483228800, NULL));
	ck_assert(!antin_algorithms_allow(NULL, &good, key, PKI_NOW, NULL));
	ck_assert(antin_algorithms_allow(NULL, NULL, key, 1388534399, NULL));
	ck_assert(!antin_algorithms_allow(NULL, NULL, key, 1388534400, NULL));
	EVP_PKEY_free(rsa);
}
END_TEST

Suite *suite_path(void);
Suite *
suite_path(void)
{
	Suite *s = suite_create("path");
	TCase *c = tcase_create("path");

	tcase_add_unchecked_fixture(c, make_keys, free_keys);
	tcase_add_loop_test(c, test_one_fault, 0,
	                    (int)(sizeof(one_faults) / sizeof(one_faults[0])));
	tcase_add_loop_test(c, test_twins, 0, 13 * 4 * 2 * 2);
	tcase_add_loop_test(c, test_only_bad, 0, 6 * 4);
	tcase_add_test(c, test_untrusted_and_missing);
	tcase_add_test(c, test_leaf_issues_nothing);
	tcase_add_test(c, test_loop_ends);
	tcase_add_test(c, test_cross_mesh_is_bounded);
	tcase_add_test(c, test_many_of_one_name);
	tcase_add_test(c, test_depth);
	tcase_add_test(c, test_self_issued_not_counted);
	tcase_add_test(c, test_statuses);
	tcase_add_test(c, test_table_is_whole);
	tcase_add_test(c, test_algorithms_by_date);
	suite_add_tcase(s, c);
	return s;
}
