/*
 * Revocation: what each CRL and OCSP answer is good for, alone and against one another.
 */
#include "status_scene.h"

#define GOOD    ANTIN_STATUS_GOOD
#define REVOKED ANTIN_STATUS_REVOKED
#define UNKNOWN ANTIN_STATUS_UNKNOWN
#define THEN    (PKI_NOW - 86400)

/* One list: signed by `signer` (0 ca, 1 other, 2 root) under the name `issuer`. */
static const struct list_case {
	const char *what;
	const char *issuer;
	int signer;
	int64_t from, to;
	struct pki_revoked revoked;
	bool sha1, bad, critical;
	enum antin_status_kind kind;
	const char *why; /* part of it */
} list_cases[] = {
        {"clean", "ca", 0, 0, 0, {0}, false, false, false, GOOD, NULL},
        {"another serial", "ca", 0, 0, 0, {SERIAL + 1, THEN, 1}, 0, 0, 0, GOOD, NULL},
        {"listed", "ca", 0, 0, 0, {SERIAL, THEN, 1}, 0, 0, 0, REVOKED, NULL},
        {"listed without reason", "ca", 0, 0, 0, {SERIAL, THEN, 0}, 0, 0, 0, REVOKED, NULL},
        {"on hold", "ca", 0, 0, 0, {SERIAL, THEN, 6}, 0, 0, 0, REVOKED, NULL},
        {"out of date", "ca", 0, THEN, PKI_NOW - 1, {0}, 0, 0, 0, UNKNOWN, "out of date"},
        {"its last second", "ca", 0, THEN, PKI_NOW, {0}, 0, 0, 0, GOOD, NULL},
        {"no next update", "ca", 0, THEN, -1, {0}, 0, 0, 0, UNKNOWN, "out of date"},
        {"out of date but listed",
         "ca",
         0,
         THEN - 9,
         THEN,
         {SERIAL, THEN - 10, 1},
         0,
         0,
         0,
         REVOKED,
         NULL},
        {"of tomorrow", "ca", 0, PKI_NOW + 1, 0, {0}, 0, 0, 0, UNKNOWN, "future"},
        {"of tomorrow and listed",
         "ca",
         0,
         PKI_NOW + 1,
         0,
         {SERIAL, THEN, 1},
         0,
         0,
         0,
         REVOKED,
         NULL},
        {"of tomorrow and listed then",
         "ca",
         0,
         PKI_NOW + 9,
         0,
         {SERIAL, PKI_NOW + 5, 1},
         0,
         0,
         0,
         REVOKED,
         NULL},
        {"listed for tomorrow", "ca", 0, 0, 0, {SERIAL, PKI_NOW + 86400, 1}, 0, 0, 0, REVOKED, 0},
        {"held from tomorrow", "ca", 0, 0, 0, {SERIAL, PKI_NOW + 86400, 6}, 0, 0, 0, REVOKED, 0},
        {"of another issuer", "root", 2, 0, 0, {0}, 0, 0, 0, UNKNOWN, "other certificates"},
        {"another issuer lists it",
         "root",
         2,
         0,
         0,
         {SERIAL, THEN, 1},
         0,
         0,
         0,
         UNKNOWN,
         "other certificates"},
        {"a stranger signs it", "ca", 1, 0, 0, {0}, 0, 0, 0, UNKNOWN, "not signed"},
        {"a stranger lists it", "ca", 1, 0, 0, {SERIAL, THEN, 1}, 0, 0, 0, UNKNOWN, "not signed"},
        {"broken signature", "ca", 0, 0, 0, {0}, 0, true, 0, UNKNOWN, "not signed"},
        {"SHA-1", "ca", 0, 0, 0, {0}, true, 0, 0, UNKNOWN, "no longer strong enough"},
        {"unknown critical", "ca", 0, 0, 0, {0}, 0, 0, true, UNKNOWN, "critical"},
};

static EVP_PKEY *
signer_of(int n)
{
	EVP_PKEY *const all[] = {ca_key, other_key, root_key};

	return all[n];
}

START_TEST(test_list)
{
	const struct list_case *t = &list_cases[_i];
	const struct antin_status *st;
	struct scene s;

	scene_make(&s, NULL, 0);
	add_crl(&s, (struct pki_list){.issuer = t->issuer,
	                              .signer = signer_of(t->signer),
	                              .from = t->from,
	                              .to = t->to,
	                              .revoked = {t->revoked},
	                              .sha1 = t->sha1,
	                              .bad_signature = t->bad,
	                              .unknown_critical = t->critical});
	st = scene_ask(&s);
	ck_assert_msg(st->kind == t->kind, "%s: %d %s", t->what, (int)st->kind, st->why);
	if (t->why)
		ck_assert_msg(st->why && strstr(st->why, t->why), "%s: %s", t->what, st->why);
	if (st->kind == REVOKED) {
		ck_assert_int_eq(st->revoked_at, t->revoked.at);
		ck_assert_int_eq(st->reason, t->revoked.reason);
		ck_assert_str_eq(st->source, "crl");
	}
	ck_assert(s.path.valid == (t->kind == GOOD));
	scene_done(&s);
}
END_TEST

/* An issuer whose key usage forbids lists, and one restricted by scope. */
START_TEST(test_scope)
{
	static const struct {
		const char *what;
		uint8_t der[8];
		size_t len;
		enum antin_status_kind kind;
	} rows[] = {
	        {"users only", {0x30, 3, 0x81, 1, 0xff}, 5, GOOD},
	        {"authorities only", {0x30, 3, 0x82, 1, 0xff}, 5, UNKNOWN},
	        {"attributes only", {0x30, 3, 0x85, 1, 0xff}, 5, UNKNOWN},
	        {"some reasons", {0x30, 4, 0x83, 2, 6, 0x40}, 6, UNKNOWN},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene s;
		const struct antin_status *st;

		scene_make(&s, NULL, 0);
		add_crl(&s, (struct pki_list){.issuer = "ca",
		                              .signer = ca_key,
		                              .idp = {rows[i].der, rows[i].len}});
		st = scene_ask(&s);
		ck_assert_msg(st->kind == rows[i].kind, "%s: %s", rows[i].what, st->why);
		scene_done(&s);
	}
}
END_TEST

/* Who signs an answer: 0 ca, 1 stranger, 2 delegate of the ca, 3 of the root, 4 without purpose. */
static const struct answer_case {
	const char *what;
	int signer;
	int status;
	int64_t from, to;
	bool bad, other_serial, other_issuer;
	enum antin_status_kind kind;
} answer_cases[] = {
        {"good", 0, ANTIN_OCSP_GOOD, 0, 0, 0, 0, 0, GOOD},
        {"revoked", 0, ANTIN_OCSP_REVOKED, 0, 0, 0, 0, 0, REVOKED},
        {"unknown", 0, ANTIN_OCSP_UNKNOWN, 0, 0, 0, 0, 0, UNKNOWN},
        {"delegated", 2, ANTIN_OCSP_GOOD, 0, 0, 0, 0, 0, GOOD},
        {"delegated, revoked", 2, ANTIN_OCSP_REVOKED, 0, 0, 0, 0, 0, REVOKED},
        {"stranger", 1, ANTIN_OCSP_GOOD, 0, 0, 0, 0, 0, UNKNOWN},
        {"stranger, revoked", 1, ANTIN_OCSP_REVOKED, 0, 0, 0, 0, 0, UNKNOWN},
        {"delegate of another", 3, ANTIN_OCSP_GOOD, 0, 0, 0, 0, 0, UNKNOWN},
        {"without the purpose", 4, ANTIN_OCSP_GOOD, 0, 0, 0, 0, 0, UNKNOWN},
        {"without the purpose, revoked", 4, ANTIN_OCSP_REVOKED, 0, 0, 0, 0, 0, UNKNOWN},
        {"bad signature", 0, ANTIN_OCSP_GOOD, 0, 0, true, 0, 0, UNKNOWN},
        {"about another", 0, ANTIN_OCSP_GOOD, 0, 0, 0, true, 0, UNKNOWN},
        {"about another's", 0, ANTIN_OCSP_GOOD, 0, 0, 0, 0, true, UNKNOWN},
        {"out of date", 0, ANTIN_OCSP_GOOD, THEN, THEN + 60, 0, 0, 0, UNKNOWN},
        {"out of date, revoked", 0, ANTIN_OCSP_REVOKED, THEN, THEN + 60, 0, 0, 0, REVOKED},
        {"without end, fresh", 0, ANTIN_OCSP_GOOD, 0, -1, 0, 0, 0, GOOD},
        {"without end, old", 0, ANTIN_OCSP_GOOD, THEN - 1, -1, 0, 0, 0, UNKNOWN},
        {"of tomorrow", 0, ANTIN_OCSP_GOOD, PKI_NOW + 9, 0, 0, 0, 0, UNKNOWN},
        {"of tomorrow, revoked", 0, ANTIN_OCSP_REVOKED, PKI_NOW + 9, 0, 0, 0, 0, REVOKED},
};

static struct antin_cert *
delegate_of(int signer)
{
	static const uint8_t eku[] = {0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 9};
	static const uint8_t null[] = {5, 0};
	struct pki_spec d = pki_leaf("ocsp", signer == 3 ? "root" : "ca", other_key,
	                             signer == 3 ? root_key : ca_key);

	if (signer < 2)
		return NULL;
	if (signer != 4)
		d.exts[0] = (struct pki_ext){"2.5.29.37", false, {eku, sizeof(eku)}};
	else
		d.exts[0] = (struct pki_ext){"1.2.3", false, {null, 2}};
	d.exts[1] = (struct pki_ext){"1.3.6.1.5.5.7.48.1.5", false, {null, 2}};
	return pki_cert(d);
}

START_TEST(test_answer)
{
	const struct answer_case *t = &answer_cases[_i];
	struct antin_cert *delegate = delegate_of(t->signer);
	static const uint8_t other[] = {9};
	const struct antin_status *st;
	struct scene s;

	scene_make(&s, NULL, 0);
	add_ocsp(&s, (struct pki_answer){.issuer = t->other_issuer ? s.root : s.ca,
	                                 .serial = t->other_serial ? (struct antin_slice){other, 1}
	                                                           : s.leaf->serial,
	                                 .status = t->status,
	                                 .revoked = THEN - 5,
	                                 .reason = 4,
	                                 .from = t->from,
	                                 .to = t->to,
	                                 .signer = t->signer ? other_key : ca_key,
	                                 .delegate = delegate,
	                                 .bad_signature = t->bad});
	st = scene_ask(&s);
	ck_assert_msg(st->kind == t->kind, "%s: %d %s", t->what, (int)st->kind, st->why);
	if (st->kind == REVOKED)
		ck_assert_int_eq(st->reason, 4);
	scene_done(&s);
	antin_cert_free(delegate);
}
END_TEST

/* Evidence that says different things: a revocation wins, a suspension until something newer. */
START_TEST(test_conflicts)
{
	static const struct {
		int64_t first, second; /* thisUpdate */
		struct pki_revoked a, b;
		enum antin_status_kind kind;
	} rows[] = {
	        {PKI_NOW - 100, PKI_NOW - 50, {SERIAL, THEN, 1}, {0}, REVOKED},
	        {PKI_NOW - 50, PKI_NOW - 100, {SERIAL, THEN, 1}, {0}, REVOKED},
	        {PKI_NOW - 100, PKI_NOW - 50, {SERIAL, THEN, 6}, {0}, GOOD},
	        {PKI_NOW - 50, PKI_NOW - 100, {SERIAL, THEN, 6}, {0}, REVOKED},
	        {PKI_NOW - 50, PKI_NOW - 100, {SERIAL, THEN, 6}, {SERIAL, THEN, 4}, REVOKED},
	        {PKI_NOW - 100, PKI_NOW - 50, {0}, {0}, GOOD},
	        /* Our clock is late: what it takes for the future revokes all the same. */
	        {PKI_NOW + 50, PKI_NOW - 50, {SERIAL, THEN, 1}, {0}, REVOKED},
	        {PKI_NOW + 50, PKI_NOW - 50, {SERIAL, THEN, 6}, {0}, REVOKED},
	        {PKI_NOW - 50, PKI_NOW + 50, {SERIAL, THEN, 6}, {0}, REVOKED},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene s;
		const struct antin_status *st;

		scene_make(&s, NULL, 0);
		add_crl(&s, (struct pki_list){.issuer = "ca",
		                              .signer = ca_key,
		                              .from = rows[i].first,
		                              .revoked = {rows[i].a}});
		add_crl(&s, (struct pki_list){.issuer = "ca",
		                              .signer = ca_key,
		                              .from = rows[i].second,
		                              .revoked = {rows[i].b}});
		st = scene_ask(&s);
		ck_assert_msg(st->kind == rows[i].kind, "row %zu", i);
		if (i == 4)
			ck_assert_int_eq(st->reason, 4);
		scene_done(&s);
	}
}
END_TEST

START_TEST(test_list_against_answer)
{
	for (int revoked = 0; revoked < 2; revoked++) {
		struct scene s;

		scene_make(&s, NULL, 0);
		add_crl(&s, (struct pki_list){.issuer = "ca",
		                              .signer = ca_key,
		                              .revoked = {{revoked ? SERIAL : 5, THEN, 1}}});
		add_ocsp(&s, (struct pki_answer){.issuer = s.ca,
		                                 .serial = s.leaf->serial,
		                                 .status = revoked ? ANTIN_OCSP_GOOD
		                                                   : ANTIN_OCSP_REVOKED,
		                                 .revoked = THEN,
		                                 .reason = 1,
		                                 .signer = ca_key});
		ck_assert_int_eq(scene_ask(&s)->kind, REVOKED);
		scene_done(&s);
	}
}
END_TEST

/* A time in the past: a later revocation is told and does not count; old lists may be gone. */
START_TEST(test_past)
{
	struct scene s;
	const struct antin_status *st;

	scene_make(&s, NULL, PKI_NOW - 2 * 86400);
	add_crl(&s, (struct pki_list){.issuer = "ca",
	                              .signer = ca_key,
	                              .revoked = {{SERIAL, THEN, 1}}});
	st = scene_ask(&s);
	ck_assert_int_eq(st->kind, GOOD);
	ck_assert(st->later);
	ck_assert_int_eq(st->revoked_at, THEN);
	ck_assert(s.path.valid);
	scene_done(&s);
	scene_make(&s, NULL, PKI_NOW - 2 * 86400);
	add_crl(&s, (struct pki_list){.issuer = "ca", .signer = ca_key});
	st = scene_ask(&s);
	ck_assert_int_eq(st->kind, GOOD);
	ck_assert(!st->later);
	scene_done(&s);
}
END_TEST

/* A revoked authority takes its leaves with it; a revoked list signer its lists. */
START_TEST(test_authority)
{
	struct scene s;

	scene_make(&s, NULL, 0);
	add_crl(&s, (struct pki_list){.issuer = "ca", .signer = ca_key});
	antin_path_done(&s.path);
	ck_assert_int_eq(scene_ask(&s)->kind, GOOD);
	scene_done(&s);
	memset(&s, 0, sizeof(s));
	scene_make(&s, NULL, 0);
	add_crl(&s, (struct pki_list){.issuer = "ca", .signer = ca_key});
	{
		uint64_t serial = 0;

		for (size_t i = 0; i < s.ca->serial.len; i++)
			serial = serial << 8 | s.ca->serial.p[i];
		add_crl(&s, (struct pki_list){.issuer = "root",
		                              .signer = root_key,
		                              .revoked = {{serial, THEN, 2}}});
	}
	(void)scene_ask(&s);
	ck_assert(!s.path.valid);
	ck_assert_int_eq(s.path.statuses[1].kind, REVOKED);
	ck_assert_uint_eq(antin_path_worst(&s.path)->index, 1);
	scene_done(&s);
}
END_TEST

/* A second key of the authority's name signs the list: only with a path of its own. */
START_TEST(test_other_key_of_the_name)
{
	for (int certified = 0; certified < 2; certified++) {
		struct scene s;

		scene_make(&s, NULL, 0);
		if (certified)
			(void)world_add(&s.w, pki_ca("ca", "root", other_key, root_key), false);
		add_crl(&s, (struct pki_list){.issuer = "ca", .signer = other_key});
		ck_assert_int_eq(scene_ask(&s)->kind, certified ? GOOD : UNKNOWN);
		scene_done(&s);
	}
}
END_TEST

/*
 * A list of some reasons says nothing of a suspension: alone it ends none, nor does it together
 * with a list from before.
 */
START_TEST(test_hold_and_some_reasons)
{
	static const uint8_t key[] = {0x30, 4, 0x83, 2, 6, 0x40}, hold[] = {0x30, 4, 0x83, 2, 1, 2};
	static const struct {
		struct antin_slice newest;
		enum antin_status_kind kind;
	} rows[] = {
	        {{key, sizeof(key)}, REVOKED},
	        {{hold, sizeof(hold)}, GOOD},
	        {{NULL, 0}, GOOD},
	};
	const struct pki_list lists[] = {
	        {.issuer = "ca", .signer = ca_key, .from = PKI_NOW - 200},
	        {.issuer = "ca",
	         .signer = ca_key,
	         .from = PKI_NOW - 100,
	         .revoked = {{SERIAL, PKI_NOW - 150, 6}}},
	        {.issuer = "ca",
	         .signer = ca_key,
	         .from = PKI_NOW - 50,
	         .idp = rows[_i / 6].newest},
	};
	static const uint8_t orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
	                                    {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	struct scene s;

	scene_make(&s, NULL, 0);
	for (size_t i = 0; i < 3; i++)
		add_crl(&s, lists[orders[_i % 6][i]]);
	ck_assert_int_eq(scene_ask(&s)->kind, rows[_i / 6].kind);
	scene_done(&s);
}
END_TEST

/* Suspended, later revoked: for what was asked in between it counts from when it was suspended. */
START_TEST(test_hold_then_revoked)
{
	static const struct {
		int64_t asked;
		bool lifted;
		enum antin_status_kind kind;
		int64_t at;
	} rows[] = {
	        {THEN - 50, false, REVOKED, THEN - 100}, {THEN - 150, false, GOOD, THEN - 100},
	        {THEN + 50, false, REVOKED, THEN - 100}, {THEN - 50, true, GOOD, THEN},
	        {THEN + 50, true, REVOKED, THEN},
	};
	const struct antin_status *st;
	struct scene s;

	scene_make(&s, NULL, rows[_i].asked);
	add_crl(&s, (struct pki_list){.issuer = "ca",
	                              .signer = ca_key,
	                              .from = THEN - 90,
	                              .revoked = {{SERIAL, THEN - 100, 6}}});
	if (rows[_i].lifted)
		add_crl(&s, (struct pki_list){.issuer = "ca", .signer = ca_key, .from = THEN - 40});
	add_crl(&s, (struct pki_list){.issuer = "ca",
	                              .signer = ca_key,
	                              .revoked = {{SERIAL, THEN, 4}}});
	st = scene_ask(&s);
	ck_assert_msg(st->kind == rows[_i].kind, "row %d: %d", _i, (int)st->kind);
	ck_assert_int_eq(st->revoked_at, rows[_i].at);
	ck_assert_int_eq(st->reason, 4);
	ck_assert(st->later == (st->kind == GOOD));
	scene_done(&s);
}
END_TEST

/* Of several reasons the one that says most against the key is told, with the earliest date. */
START_TEST(test_graver_reason)
{
	static const struct {
		struct pki_revoked a, b;
		int64_t at;
		int reason;
	} rows[] = {
	        {{SERIAL, THEN, 4}, {SERIAL, THEN, 1}, THEN, 1},
	        {{SERIAL, THEN - 9, 4}, {SERIAL, THEN, 1}, THEN - 9, 1},
	        {{SERIAL, THEN - 9, 5}, {SERIAL, THEN, 0}, THEN - 9, 0},
	        {{SERIAL, THEN - 9, 1}, {SERIAL, THEN, 3}, THEN - 9, 1},
	        {{SERIAL, THEN - 9, 3}, {SERIAL, THEN, 4}, THEN - 9, 3},
	};
	const struct pki_revoked *a = &rows[_i / 2].a, *b = &rows[_i / 2].b;
	const struct antin_status *st;
	struct scene s;

	scene_make(&s, NULL, 0);
	add_crl(&s,
	        (struct pki_list){.issuer = "ca", .signer = ca_key, .revoked = {_i % 2 ? *b : *a}});
	add_crl(&s,
	        (struct pki_list){.issuer = "ca", .signer = ca_key, .revoked = {_i % 2 ? *a : *b}});
	st = scene_ask(&s);
	ck_assert_int_eq(st->kind, REVOKED);
	ck_assert_int_eq(st->revoked_at, rows[_i / 2].at);
	ck_assert_int_eq(st->reason, rows[_i / 2].reason);
	scene_done(&s);
}
END_TEST

/*
 * Delegates whose certificates can be revoked, and who says that they were not: neither one of
 * themselves, nor two of each other, nor three in turn.
 */
START_TEST(test_delegates_of_each_other)
{
	static const uint8_t eku[] = {0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 9};
	static const struct {
		int n;
		bool list;
		enum antin_status_kind kind;
	} rows[] = {
	        {1, false, UNKNOWN}, {2, false, UNKNOWN}, {3, false, UNKNOWN},
	        {1, true, GOOD},     {2, true, GOOD},
	};
	EVP_PKEY *const keys[] = {other_key, leaf_key, root_key};
	const char *const names[] = {"ocsp 1", "ocsp 2", "ocsp 3"};
	struct antin_cert *d[3] = {NULL};
	const int n = rows[_i].n;
	struct scene s;

	scene_make(&s, NULL, 0);
	for (int i = 0; i < n; i++) {
		struct pki_spec spec = pki_leaf(names[i], "ca", keys[i], ca_key);

		spec.serial = SERIAL + 1 + (uint64_t)i;
		spec.exts[0] = (struct pki_ext){"2.5.29.37", false, {eku, sizeof(eku)}};
		d[i] = pki_cert(spec);
	}
	for (int i = 0; i <= n; i++)
		add_ocsp(&s, (struct pki_answer){.issuer = s.ca,
		                                 .serial = i ? d[i % n]->serial : s.leaf->serial,
		                                 .status = ANTIN_OCSP_GOOD,
		                                 .signer = keys[i ? i - 1 : 0],
		                                 .delegate = d[i ? i - 1 : 0]});
	if (rows[_i].list)
		add_crl(&s, (struct pki_list){.issuer = "ca",
		                              .signer = ca_key,
		                              .revoked = {{SERIAL, THEN, 6}}});
	ck_assert_int_eq(scene_ask(&s)->kind, rows[_i].kind);
	scene_done(&s);
	for (int i = 0; i < n; i++)
		antin_cert_free(d[i]);
}
END_TEST

/*
 * Answers of made-up delegates, each with a path to look for: they cannot use up what it takes to
 * look for the true delegate's, so that what it says is lost beside an older list.
 */
START_TEST(test_many_made_up_delegates)
{
	static const uint8_t eku[] = {0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 9};
	struct pki_spec spec = pki_leaf("ocsp", "root", other_key, other_key);
	struct antin_cert *made_up, *delegate = delegate_of(2);
	const struct antin_status *st;
	struct scene s;

	spec.exts[0] = (struct pki_ext){"2.5.29.37", false, {eku, sizeof(eku)}};
	made_up = pki_cert(spec);
	scene_make(&s, NULL, 0);
	for (int i = 0; i < _i; i++)
		add_ocsp(&s, (struct pki_answer){.issuer = s.root,
		                                 .serial = s.ca->serial,
		                                 .status = ANTIN_OCSP_GOOD,
		                                 .signer = other_key,
		                                 .delegate = made_up});
	add_crl(&s, (struct pki_list){.issuer = "ca", .signer = ca_key});
	add_ocsp(&s, (struct pki_answer){.issuer = s.ca,
	                                 .serial = s.leaf->serial,
	                                 .status = ANTIN_OCSP_REVOKED,
	                                 .revoked = THEN,
	                                 .signer = other_key,
	                                 .delegate = delegate});
	st = scene_ask(&s);
	ck_assert_msg(st->kind == (_i < 256 ? REVOKED : UNKNOWN), "%d made up: %d %s", _i,
	              (int)st->kind, st->why);
	ck_assert(!s.path.valid);
	scene_done(&s);
	antin_cert_free(made_up);
	antin_cert_free(delegate);
}
END_TEST

/* The issuer's name written in two ways: an answer about either is one about the certificate. */
START_TEST(test_answer_by_either_name)
{
	static const struct {
		const char *name;
		int status;
		enum antin_status_kind kind;
	} rows[] = {
	        {"ca", ANTIN_OCSP_GOOD, GOOD},       {"CA", ANTIN_OCSP_GOOD, GOOD},
	        {"ca", ANTIN_OCSP_REVOKED, REVOKED}, {"CA", ANTIN_OCSP_REVOKED, REVOKED},
	        {"cA", ANTIN_OCSP_REVOKED, UNKNOWN},
	};
	struct pki_spec spec = pki_leaf("leaf", "CA", leaf_key, ca_key);
	struct antin_cert *named = pki_cert(pki_ca(rows[_i].name, "root", ca_key, root_key));
	struct scene s;

	spec.serial = SERIAL;
	scene_make(&s, pki_cert(spec), 0);
	ck_assert(!antin_slice_equal(s.leaf->issuer, s.ca->subject));
	add_ocsp(&s, (struct pki_answer){.issuer = named,
	                                 .serial = s.leaf->serial,
	                                 .status = rows[_i].status,
	                                 .revoked = THEN,
	                                 .signer = ca_key});
	ck_assert_int_eq(scene_ask(&s)->kind, rows[_i].kind);
	scene_done(&s);
	antin_cert_free(named);
}
END_TEST

START_TEST(test_nothing_at_hand)
{
	struct scene s;
	const struct antin_status *st;

	scene_make(&s, NULL, 0);
	st = scene_ask(&s);
	ck_assert_int_eq(st->kind, UNKNOWN);
	ck_assert_ptr_nonnull(st->why);
	scene_done(&s);
}
END_TEST

Suite *suite_revocation(void);
Suite *
suite_revocation(void)
{
	Suite *s = suite_create("revocation");
	TCase *c = tcase_create("revocation");

	tcase_add_unchecked_fixture(c, make_keys, free_keys);
	tcase_add_loop_test(c, test_list, 0, (int)(sizeof(list_cases) / sizeof(list_cases[0])));
	tcase_add_test(c, test_scope);
	tcase_add_loop_test(c, test_answer, 0,
	                    (int)(sizeof(answer_cases) / sizeof(answer_cases[0])));
	tcase_add_test(c, test_conflicts);
	tcase_add_test(c, test_list_against_answer);
	tcase_add_test(c, test_past);
	tcase_add_test(c, test_authority);
	tcase_add_test(c, test_other_key_of_the_name);
	tcase_add_loop_test(c, test_hold_and_some_reasons, 0, 18);
	tcase_add_loop_test(c, test_hold_then_revoked, 0, 5);
	tcase_add_loop_test(c, test_graver_reason, 0, 10);
	tcase_add_loop_test(c, test_delegates_of_each_other, 0, 5);
	tcase_add_loop_test(c, test_many_made_up_delegates, 255, 257);
	tcase_add_loop_test(c, test_answer_by_either_name, 0, 5);
	tcase_add_test(c, test_nothing_at_hand);
	suite_add_tcase(s, c);
	return s;
}
