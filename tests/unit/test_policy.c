/*
 * Policies (RFC 5280 6.1.2 to 6.1.6): tables of small chains thought through by hand, then many
 * chains made by chance of which OpenSSL's validator must think the same.
 */
#include <openssl/x509v3.h>

#include "util.h"
#include "world.h"

enum { KEYS = 5, CHAIN = 5 };
static EVP_PKEY *keys[KEYS];

static void
make_keys(void)
{
	for (size_t i = 0; i < KEYS; i++)
		keys[i] = pki_key();
}

static void
free_keys(void)
{
	for (size_t i = 0; i < KEYS; i++)
		EVP_PKEY_free(keys[i]);
}

static const char *const oids[] = {"1.2.3.1", "1.2.3.2", "1.2.3.3", "1.2.3.4", "2.5.29.32.0"};
static const char *
oid_of(char letter)
{
	return letter == '*' ? oids[4] : oids[letter - 'A'];
}

/* What one certificate says; letters A to D, "*" any-policy; numbers -1: not said. */
struct says {
	const char *policies; /* NULL: no extension */
	const char *maps;     /* pairs: "ABCD" maps A to B and C to D */
	int explicit_policy, inhibit_mapping, inhibit_any;
	bool self_issued;
};
#define PLAIN(p)                                                                                   \
	{                                                                                          \
		.policies = p, .explicit_policy = -1, .inhibit_mapping = -1, .inhibit_any = -1     \
	}
#define MAPS(p, m)                                                                                 \
	{                                                                                          \
		.policies = p, .maps = m, .explicit_policy = -1, .inhibit_mapping = -1,            \
		.inhibit_any = -1                                                                  \
	}
#define NEEDS(p, e)                                                                                \
	{                                                                                          \
		.policies = p, .explicit_policy = e, .inhibit_mapping = -1, .inhibit_any = -1      \
	}
#define NO_MAPS(p, n)                                                                              \
	{                                                                                          \
		.policies = p, .explicit_policy = -1, .inhibit_mapping = n, .inhibit_any = -1      \
	}
#define NO_ANY(p, n)                                                                               \
	{                                                                                          \
		.policies = p, .explicit_policy = -1, .inhibit_mapping = -1, .inhibit_any = n      \
	}

/* The values of the extensions of one certificate, kept as long as it is made. */
struct values {
	struct antin_bytes policies, maps, constraints, any;
};

static void
values_done(struct values *v)
{
	antin_bytes_done(&v->policies);
	antin_bytes_done(&v->maps);
	antin_bytes_done(&v->constraints);
	antin_bytes_done(&v->any);
}

static void
make_policies(struct antin_bytes *b, const char *letters)
{
	size_t list = antin_der_open(b, ANTIN_SEQUENCE), one;

	for (; *letters; letters++) {
		one = antin_der_open(b, ANTIN_SEQUENCE);
		antin_der_add_oid(b, oid_of(*letters));
		antin_der_close(b, one);
	}
	antin_der_close(b, list);
}

static void
make_maps(struct antin_bytes *b, const char *pairs)
{
	size_t list = antin_der_open(b, ANTIN_SEQUENCE), one;

	for (; pairs[0] && pairs[1]; pairs += 2) {
		one = antin_der_open(b, ANTIN_SEQUENCE);
		antin_der_add_oid(b, oid_of(pairs[0]));
		antin_der_add_oid(b, oid_of(pairs[1]));
		antin_der_close(b, one);
	}
	antin_der_close(b, list);
}

static void
make_constraints(struct antin_bytes *b, int explicit_policy, int inhibit_mapping)
{
	const int numbers[] = {explicit_policy, inhibit_mapping};
	size_t seq = antin_der_open(b, ANTIN_SEQUENCE);

	for (size_t i = 0; i < 2; i++) {
		const uint8_t n = (uint8_t)numbers[i];

		if (numbers[i] >= 0)
			antin_der_add(b, (uint8_t)ANTIN_CONTEXT(i), (struct antin_slice){&n, 1});
	}
	antin_der_close(b, seq);
}

static void
say(struct pki_spec *s, const struct says *what, struct values *v)
{
	size_t n = 0;

	if (what->policies) {
		make_policies(&v->policies, what->policies);
		s->exts[n++] =
		        (struct pki_ext){"2.5.29.32", false, antin_bytes_slice(&v->policies)};
	}
	if (what->maps) {
		make_maps(&v->maps, what->maps);
		s->exts[n++] = (struct pki_ext){"2.5.29.33", true, antin_bytes_slice(&v->maps)};
	}
	if (what->explicit_policy >= 0 || what->inhibit_mapping >= 0) {
		make_constraints(&v->constraints, what->explicit_policy, what->inhibit_mapping);
		s->exts[n++] =
		        (struct pki_ext){"2.5.29.36", true, antin_bytes_slice(&v->constraints)};
	}
	if (what->inhibit_any >= 0) {
		antin_der_add_uint(&v->any, (uint64_t)what->inhibit_any);
		s->exts[n++] = (struct pki_ext){"2.5.29.54", true, antin_bytes_slice(&v->any)};
	}
}

/* root, then `n` certificates below it, the last one the leaf; names change unless self-issued. */
static struct antin_cert *
make_chain(struct world *w, const struct says *says, size_t n)
{
	static const char *const names[] = {"root", "a", "b", "c", "d", "e"};
	const char *issuer = names[0], *subject;
	struct antin_cert *last = world_add(w, pki_ca("root", "root", keys[0], keys[0]), true);

	for (size_t i = 0; i < n; i++) {
		struct values v = {0};
		struct pki_spec s;

		subject = says[i].self_issued ? issuer : names[i + 1];
		s = (i + 1 < n ? pki_ca : pki_leaf)(subject, issuer, keys[i + 1 < KEYS ? i + 1 : 0],
		                                    keys[i]);
		say(&s, &says[i], &v);
		last = world_add(w, s, false);
		values_done(&v);
		issuer = subject;
	}
	return last;
}

/* ---- by hand ---- */

static const struct row {
	const char *what;
	struct says says[4];
	size_t n;
	const char *wanted; /* initial set; NULL any-policy */
	bool explicit_policy, inhibit_mapping, inhibit_any;
	bool valid;
	const char *user, *authority; /* sets when valid */
} rows[] = {
        {"one policy all the way", {PLAIN("A"), PLAIN("A")}, 2, NULL, 0, 0, 0, true, "A", "A"},
        {"wanted", {PLAIN("A"), PLAIN("A")}, 2, "A", true, 0, 0, true, "A", "A"},
        {"not wanted", {PLAIN("A"), PLAIN("A")}, 2, "B", true, 0, 0, false, NULL, NULL},
        {"not wanted, not needed", {PLAIN("A"), PLAIN("A")}, 2, "B", 0, 0, 0, true, "", "A"},
        {"none below", {PLAIN("A"), PLAIN(NULL)}, 2, NULL, 0, 0, 0, true, "", ""},
        {"none below, needed", {PLAIN("A"), PLAIN(NULL)}, 2, NULL, true, 0, 0, false, NULL, NULL},
        {"none above", {PLAIN(NULL), PLAIN("A")}, 2, NULL, true, 0, 0, false, NULL, NULL},
        {"another below", {PLAIN("A"), PLAIN("B")}, 2, NULL, true, 0, 0, false, NULL, NULL},
        {"some in common", {PLAIN("AB"), PLAIN("BC")}, 2, NULL, true, 0, 0, true, "B", "B"},
        {"any above", {PLAIN("*"), PLAIN("AC")}, 2, "C", true, 0, 0, true, "C", "AC"},
        {"any below", {PLAIN("AB"), PLAIN("*")}, 2, "B", true, 0, 0, true, "B", "AB"},
        {"any everywhere", {PLAIN("*"), PLAIN("*")}, 2, NULL, true, 0, 0, true, "*", "*"},
        {"any everywhere, one wanted",
         {PLAIN("*"), PLAIN("*")},
         2,
         "D",
         true,
         0,
         0,
         true,
         "D",
         "*"},
        {"any inhibited from the start",
         {PLAIN("*"), PLAIN("A")},
         2,
         NULL,
         true,
         0,
         true,
         false,
         NULL,
         NULL},
        {"any inhibited below",
         {NO_ANY("A", 0), PLAIN("*")},
         2,
         NULL,
         true,
         0,
         0,
         false,
         NULL,
         NULL},
        {"any inhibited one later",
         {NO_ANY("A", 1), PLAIN("*")},
         2,
         NULL,
         true,
         0,
         0,
         true,
         "A",
         "A"},
        {"needed from here", {NEEDS("A", 0), PLAIN("B")}, 2, NULL, 0, 0, 0, false, NULL, NULL},
        {"needed one later", {NEEDS("A", 1), PLAIN("B")}, 2, NULL, 0, 0, 0, false, NULL, NULL},
        {"needed two later", {NEEDS("A", 2), PLAIN("B")}, 2, NULL, 0, 0, 0, true, "", ""},
        {"the leaf needs it", {PLAIN("A"), NEEDS("B", 0)}, 2, NULL, 0, 0, 0, false, NULL, NULL},
        {"the leaf would need it", {PLAIN("A"), NEEDS("B", 1)}, 2, NULL, 0, 0, 0, true, "", ""},
        {"mapped", {MAPS("A", "AB"), PLAIN("B")}, 2, "A", true, 0, 0, true, "A", "A"},
        {"mapped, the other name wanted",
         {MAPS("A", "AB"), PLAIN("B")},
         2,
         "B",
         true,
         0,
         0,
         false,
         NULL,
         NULL},
        {"mapped, old name below",
         {MAPS("A", "AB"), PLAIN("A")},
         2,
         NULL,
         true,
         0,
         0,
         false,
         NULL,
         NULL},
        {"mapping inhibited",
         {MAPS("A", "AB"), PLAIN("B")},
         2,
         NULL,
         true,
         true,
         0,
         false,
         NULL,
         NULL},
        {"mapping inhibited, not needed",
         {MAPS("A", "AB"), PLAIN("B")},
         2,
         NULL,
         0,
         true,
         0,
         true,
         "",
         ""},
        {"mapped to two", {MAPS("A", "ABAC"), PLAIN("BC")}, 2, "A", true, 0, 0, true, "A", "A"},
        {"two mapped to one",
         {MAPS("AB", "ACBC"), PLAIN("C")},
         2,
         NULL,
         true,
         0,
         0,
         true,
         "AB",
         "AB"},
        {"mapped twice",
         {MAPS("A", "AB"), MAPS("B", "BC"), PLAIN("C")},
         3,
         "A",
         true,
         0,
         0,
         true,
         "A",
         "A"},
        {"mapped from any", {MAPS("*", "AB"), PLAIN("B")}, 2, "A", true, 0, 0, true, "A", "A"},
        {"to any: refused", {MAPS("A", "A*"), PLAIN("A")}, 2, NULL, 0, 0, 0, false, NULL, NULL},
        {"from any: refused", {MAPS("*", "*A"), PLAIN("A")}, 2, NULL, 0, 0, 0, false, NULL, NULL},
        {"mapping inhibited above",
         {NO_MAPS("A", 0), MAPS("A", "AB"), PLAIN("B")},
         3,
         NULL,
         true,
         0,
         0,
         false,
         NULL,
         NULL},
        {"mapping inhibited later",
         {NO_MAPS("A", 1), MAPS("A", "AB"), PLAIN("B")},
         3,
         NULL,
         true,
         0,
         0,
         true,
         "A",
         "A"},
        {"no policies at all", {PLAIN(NULL), PLAIN(NULL)}, 2, NULL, 0, 0, 0, true, "", ""},
        {"no policies at all, needed",
         {PLAIN(NULL), PLAIN(NULL)},
         2,
         NULL,
         true,
         0,
         0,
         false,
         NULL,
         NULL},
};

/* The dotted lines of a set are exactly these letters. */
static void
check_set(const char *what, const struct antin_bytes *have, const char *letters)
{
	size_t lines = 0;
	ANTIN_SCOPED(antin_bytes) copy = {0};
	const char *text;

	antin_bytes_add(&copy, have->p, have->len);
	text = antin_bytes_cstr(&copy);
	for (size_t i = 0; i < have->len; i++)
		lines += have->p[i] == '\n';
	ck_assert_msg(lines == strlen(letters), "%s: \"%s\" is not %s", what, text ? text : "",
	              letters);
	for (; *letters; letters++) {
		char line[32];

		(void)snprintf(line, sizeof(line), "%s\n", oid_of(*letters));
		ck_assert_msg(text && strstr(text, line), "%s: %c is missing in %s", what, *letters,
		              text);
	}
}

static size_t
wanted_oids(const char *letters, const char *out[5])
{
	size_t n = 0;

	for (; letters && *letters; letters++)
		out[n++] = oid_of(*letters);
	out[n] = NULL;
	return n;
}

START_TEST(test_by_hand)
{
	const struct row *r = &rows[_i];
	const char *wanted[5];
	struct antin_path_rules rules = {.max_depth = -1,
	                                 .explicit_policy = r->explicit_policy,
	                                 .inhibit_mapping = r->inhibit_mapping,
	                                 .inhibit_any = r->inhibit_any};
	ANTIN_SCOPED(antin_path) p = {0};
	struct world w = {0};

	if (wanted_oids(r->wanted, wanted))
		rules.policies = wanted;
	world_find(&w, make_chain(&w, r->says, r->n), &rules, &p);
	ck_assert_msg(p.valid == r->valid, "%s: %s", r->what,
	              p.valid ? "valid" : antin_fault_info(antin_path_worst(&p)->fault)->id);
	if (r->valid) {
		check_set(r->what, &p.user_policies, r->user);
		check_set(r->what, &p.authority_policies, r->authority);
	} else {
		enum antin_fault f = antin_path_worst(&p)->fault;

		ck_assert(f == ANTIN_FAULT_POLICY || f == ANTIN_FAULT_POLICY_MAPPING);
	}
	world_done(&w);
}
END_TEST

/* ---- by chance, against OpenSSL ---- */

static uint32_t
chance(uint64_t *state, uint32_t below)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*state >> 33) % below;
}

/* A few letters, each at most once. */
static void
some_letters(uint64_t *st, char out[6])
{
	size_t n = 0;

	for (const char *c = "ABCD"; *c; c++)
		if (chance(st, 2))
			out[n++] = *c;
	if (chance(st, 4) == 0)
		out[n++] = '*';
	if (!n)
		out[n++] = (char)('A' + chance(st, 4));
	out[n] = 0;
}

static void
some_maps(uint64_t *st, char out[6])
{
	size_t pairs = 1 + chance(st, 2);

	for (size_t i = 0; i < pairs; i++) {
		out[2 * i] = (char)('A' + chance(st, 4));
		out[2 * i + 1] = (char)('A' + chance(st, 4));
	}
	/* The same pair twice says nothing more. */
	if (pairs == 2 && out[0] == out[2] && out[1] == out[3])
		pairs = 1;
	out[2 * pairs] = 0;
}

static int
some_number(uint64_t *st)
{
	return chance(st, 5) ? -1 : (int)chance(st, 3);
}

struct letters {
	char policies[6], maps[6];
};

static void
some_says(uint64_t *st, struct says *s, struct letters *l, bool ca)
{
	*s = (struct says)PLAIN(NULL);
	some_letters(st, l->policies);
	some_maps(st, l->maps);
	if (chance(st, 8))
		s->policies = l->policies;
	if (ca && chance(st, 3) == 0)
		s->maps = l->maps;
	s->explicit_policy = some_number(st);
	if (ca) {
		s->inhibit_mapping = some_number(st);
		s->inhibit_any = some_number(st);
	}
}

static X509 *
x509_of(const struct antin_cert *c)
{
	const unsigned char *p = c->der.p;
	X509 *x = d2i_X509(NULL, &p, (long)c->der.len);

	ck_assert_ptr_nonnull(x);
	return x;
}

/* OpenSSL's opinion of the chain: 1 valid. */
static int
openssl_thinks(const struct world *w, const struct antin_path_rules *rules, int *error)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *others = sk_X509_new_null();
	X509 *root = x509_of(w->certs[0]), *leaf = x509_of(w->certs[w->n - 1]);
	X509_VERIFY_PARAM *param;
	unsigned long flags = X509_V_FLAG_POLICY_CHECK;
	int ok;

	ck_assert(X509_STORE_add_cert(store, root));
	for (size_t i = 1; i + 1 < w->n; i++)
		ck_assert(sk_X509_push(others, x509_of(w->certs[i])) > 0);
	ck_assert(X509_STORE_CTX_init(ctx, store, leaf, others));
	param = X509_STORE_CTX_get0_param(ctx);
	flags |= rules->explicit_policy ? X509_V_FLAG_EXPLICIT_POLICY : 0;
	flags |= rules->inhibit_mapping ? X509_V_FLAG_INHIBIT_MAP : 0;
	flags |= rules->inhibit_any ? X509_V_FLAG_INHIBIT_ANY : 0;
	ck_assert(X509_VERIFY_PARAM_set_flags(param, flags));
	X509_VERIFY_PARAM_set_time(param, (time_t)PKI_NOW);
	for (size_t i = 0; rules->policies && rules->policies[i]; i++)
		X509_VERIFY_PARAM_add0_policy(param, OBJ_txt2obj(rules->policies[i], 1));
	if (!rules->policies)
		X509_VERIFY_PARAM_add0_policy(param, OBJ_txt2obj(oids[4], 1));
	ok = X509_verify_cert(ctx);
	*error = X509_STORE_CTX_get_error(ctx);
	X509_STORE_CTX_free(ctx);
	sk_X509_pop_free(others, X509_free);
	X509_STORE_free(store);
	X509_free(root);
	X509_free(leaf);
	return ok;
}

static void
describe(const struct says *says, size_t n, char *out, size_t cap)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(out + at, cap - at, " [%s map %s e%d m%d a%d]",
		                       says[i].policies ? says[i].policies : "-",
		                       says[i].maps ? says[i].maps : "-", says[i].explicit_policy,
		                       says[i].inhibit_mapping, says[i].inhibit_any);
}

/*
 * Where any-policy is inhibited, OpenSSL lets a mapping of a policy that the certificate does not
 * name still make its node from that any-policy (6.1.3 (d)(2) forbids it): there it may say more.
 */
static bool
openssl_may_be_loose(const struct says *says, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (const char *m = says[i].maps; m && *m; m += 2)
			if (says[i].policies && strchr(says[i].policies, '*') &&
			    !strchr(says[i].policies, *m))
				return true;
	return false;
}

START_TEST(test_by_chance)
{
	uint64_t st = 20261122 + (uint64_t)_i;
	size_t valid = 0, refused = 0;

	for (int round = 0; round < 120; round++) {
		size_t n = 2 + chance(&st, CHAIN - 2);
		struct says says[CHAIN];
		struct letters letters[CHAIN];
		char wanted_letters[6], text[400];
		const char *wanted[6];
		struct antin_path_rules rules = {.max_depth = -1,
		                                 .explicit_policy = chance(&st, 2),
		                                 .inhibit_mapping = chance(&st, 6) == 0,
		                                 .inhibit_any = chance(&st, 6) == 0};
		ANTIN_SCOPED(antin_path) p = {0};
		struct world w = {0};
		int ok, error = 0;

		for (size_t i = 0; i < n; i++)
			some_says(&st, &says[i], &letters[i], i + 1 < n);
		some_letters(&st, wanted_letters);
		if (chance(&st, 2) && !strchr(wanted_letters, '*')) {
			(void)wanted_oids(wanted_letters, wanted);
			rules.policies = wanted;
		}
		world_find(&w, make_chain(&w, says, n), &rules, &p);
		ok = openssl_thinks(&w, &rules, &error);
		describe(says, n, text, sizeof(text));
		ck_assert_msg(p.valid == (ok == 1) || (!p.valid && openssl_may_be_loose(says, n)),
		              "%d/%d: we say %d, OpenSSL %d (%s); e%d m%d a%d wanted %s:%s", _i,
		              round, p.valid, ok, X509_verify_cert_error_string(error),
		              rules.explicit_policy, rules.inhibit_mapping, rules.inhibit_any,
		              rules.policies ? wanted_letters : "any", text);
		if (ok == 1)
			valid++;
		else
			refused++;
		world_done(&w);
	}
	ck_assert_uint_gt(valid, 20);
	ck_assert_uint_gt(refused, 20);
}
END_TEST

/* Self-issued authorities leave the counters alone (6.1.4 (h)). */
START_TEST(test_self_issued)
{
	static const struct {
		struct says says[3];
		bool valid;
	} chains[] = {
	        {{NEEDS("A", 1), {"A", NULL, -1, -1, -1, true}, PLAIN("B")}, false},
	        {{NEEDS("A", 2), {"A", NULL, -1, -1, -1, true}, PLAIN("B")}, true},
	        {{NEEDS("A", 2), {"A", NULL, -1, -1, -1, false}, PLAIN("B")}, false},
	        {{NO_ANY("A", 1), {"A", NULL, -1, -1, -1, true}, PLAIN("*")}, true},
	        {{NO_ANY("A", 1), {"A", NULL, -1, -1, -1, false}, PLAIN("*")}, false},
	        {{NO_ANY("A", 0), {"*", NULL, -1, -1, -1, true}, PLAIN("A")}, true},
	        {{NO_ANY("A", 0), {"*", NULL, -1, -1, -1, false}, PLAIN("A")}, false},
	};

	for (size_t i = 0; i < UTIL_COUNT(chains); i++) {
		const bool needed = chains[i].says[0].inhibit_any >= 0;
		struct antin_path_rules rules = {.max_depth = -1, .explicit_policy = needed};
		ANTIN_SCOPED(antin_path) p = {0};
		struct world w = {0};

		world_find(&w, make_chain(&w, chains[i].says, 3), &rules, &p);
		ck_assert_msg(p.valid == chains[i].valid, "row %zu", i);
		world_done(&w);
	}
}
END_TEST

Suite *suite_policy(void);
Suite *
suite_policy(void)
{
	Suite *s = suite_create("policy");
	TCase *c = tcase_create("policy");

	tcase_add_unchecked_fixture(c, make_keys, free_keys);
	tcase_add_loop_test(c, test_by_hand, 0, (int)UTIL_COUNT(rows));
	tcase_add_loop_test(c, test_by_chance, 0, 4);
	tcase_add_test(c, test_self_issued);
	suite_add_tcase(s, c);
	return s;
}
