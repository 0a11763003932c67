/*
 * Evidence that can revoke and never clear: a weak hash, a critical extension that nobody knows in
 * the list or in an entry (X.509 (2005) 7.3), a delta without its base.  Every such list against
 * every entry, time of the question and company, and a model of the rules written differently.
 */
#include "status_scene.h"

#define ASKED (PKI_NOW - 10 * 86400) /* the question about the past */

enum form {
	WHOLE,          /* nothing wrong: clears too */
	WEAK,           /* SHA-1 */
	CRITICAL_LIST,  /* unknown critical extension of the list */
	CRITICAL_OTHER, /* of another's entry */
	CRITICAL_MINE,  /* of this certificate's entry */
	LONE_DELTA,     /* its base is not here */
	WEAK_DELTA,
	FORMS
};
enum entry { ABSENT, GONE_BEFORE, GONE_AFTER, HELD, REMOVED, ENTRIES };
enum company { ALONE, WITH_OLDER, WITH_NEWER, COMPANIES };

static const int64_t dates[ENTRIES] = {
        [GONE_BEFORE] = ASKED - 86400,
        [GONE_AFTER] = ASKED + 86400,
        [HELD] = ASKED - 86400,
        [REMOVED] = ASKED - 86400,
};
static const int reasons[ENTRIES] = {
        [GONE_BEFORE] = 1,
        [GONE_AFTER] = 4,
        [HELD] = ANTIN_REASON_HOLD,
        [REMOVED] = ANTIN_REASON_REMOVE,
};

static bool
is_delta(enum form f)
{
	return f == LONE_DELTA || f == WEAK_DELTA;
}

static struct pki_list
list_of(enum form f, enum entry e)
{
	struct pki_list l = {.issuer = "ca",
	                     .signer = ca_key,
	                     .number = 5,
	                     .sha1 = f == WEAK || f == WEAK_DELTA,
	                     .unknown_critical = f == CRITICAL_LIST,
	                     .base = is_delta(f) ? 4 : 0};

	if (e != ABSENT)
		l.revoked[0] =
		        (struct pki_revoked){SERIAL, dates[e], reasons[e], f == CRITICAL_MINE};
	if (f == CRITICAL_OTHER)
		l.revoked[e != ABSENT] = (struct pki_revoked){SERIAL + 1, PKI_NOW - 9, 1, true};
	return l;
}

/* What must come out, said without the words of the code. */
static enum antin_status_kind
model(enum form f, enum entry e, enum company c, bool past)
{
	bool clears = f == WHOLE || (f == CRITICAL_MINE && e == ABSENT);
	bool company_clears = c != ALONE;
	bool named = e == GONE_BEFORE || e == GONE_AFTER || e == HELD;
	bool in_force = named && !(past && e == GONE_AFTER);

	/* A suspension ends with a newer list that does not name it. */
	if (in_force && !(e == HELD && c == WITH_NEWER))
		return ANTIN_STATUS_REVOKED;
	if (company_clears)
		return ANTIN_STATUS_GOOD;
	return clears ? ANTIN_STATUS_GOOD : ANTIN_STATUS_UNKNOWN;
}

START_TEST(test_half_lists)
{
	const enum form f = (enum form)_i;

	for (int n = 0; n < ENTRIES * COMPANIES * 2; n++) {
		enum entry e = (enum entry)(n % ENTRIES);
		enum company c = (enum company)(n / ENTRIES % COMPANIES);
		bool past = n / ENTRIES / COMPANIES;
		const struct antin_status *st;
		struct scene s;

		/* removeFromCRL belongs to deltas; a complete list with it is not a case here. */
		if (e == REMOVED && !is_delta(f))
			continue;
		scene_make(&s, NULL, past ? ASKED : 0);
		add_crl(&s, list_of(f, e));
		if (c != ALONE)
			add_crl(&s, (struct pki_list){.issuer = "ca",
			                              .signer = ca_key,
			                              .number = 2,
			                              .from = c == WITH_NEWER ? PKI_NOW - 5
			                                                      : PKI_NOW - 7200});
		st = scene_ask(&s);
		ck_assert_msg(st->kind == model(f, e, c, past),
		              "form %d entry %d company %d past %d: %d", (int)f, (int)e, (int)c,
		              past, (int)st->kind);
		if (st->kind == ANTIN_STATUS_REVOKED)
			ck_assert_int_eq(st->revoked_at, dates[e]);
		if (st->kind == ANTIN_STATUS_UNKNOWN)
			ck_assert_ptr_nonnull(st->why);
		/* A later revocation is told, whatever shows that it was good before. */
		if (e == GONE_AFTER && st->kind == ANTIN_STATUS_GOOD) {
			ck_assert(st->later);
			ck_assert_int_eq(st->revoked_at, dates[e]);
			ck_assert_int_eq(st->reason, reasons[e]);
		}
		ck_assert(s.path.valid == (st->kind == ANTIN_STATUS_GOOD));
		scene_done(&s);
	}
}
END_TEST

/* The weak algorithm is named where it matters: when it decided, or is why nothing did. */
START_TEST(test_weak_is_named)
{
	static const struct {
		enum form form;
		enum entry entry;
		enum company company;
		const char *weak;
		const char *why;
	} rows[] = {
	        {WEAK, GONE_BEFORE, ALONE, "ecdsa-with-SHA1", NULL},
	        {WEAK, GONE_BEFORE, WITH_NEWER, "ecdsa-with-SHA1", NULL},
	        {WEAK_DELTA, GONE_BEFORE, WITH_OLDER, "ecdsa-with-SHA1", NULL},
	        {WEAK, HELD, ALONE, "ecdsa-with-SHA1", NULL},
	        {WEAK, ABSENT, ALONE, "ecdsa-with-SHA1", "no longer strong enough"},
	        {WEAK, ABSENT, WITH_OLDER, NULL, NULL},
	        {WHOLE, GONE_BEFORE, ALONE, NULL, NULL},
	        {CRITICAL_LIST, ABSENT, ALONE, NULL, "critical extension"},
	        {CRITICAL_OTHER, ABSENT, ALONE, NULL, "critical extension"},
	        {LONE_DELTA, ABSENT, ALONE, NULL, "about other certificates"},
	};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		const struct antin_status *st;
		struct scene s;

		scene_make(&s, NULL, 0);
		add_crl(&s, list_of(rows[i].form, rows[i].entry));
		if (rows[i].company != ALONE)
			add_crl(&s, (struct pki_list){.issuer = "ca", .signer = ca_key});
		st = scene_ask(&s);
		ck_assert_msg(!st->weak == !rows[i].weak, "row %zu: %s", i, st->weak);
		if (rows[i].weak)
			ck_assert_str_eq(st->weak, rows[i].weak);
		ck_assert_msg(!st->why == !rows[i].why, "row %zu: %s", i, st->why);
		if (rows[i].why)
			ck_assert_msg(strstr(st->why, rows[i].why) != NULL, "row %zu: %s", i,
			              st->why);
		scene_done(&s);
	}
}
END_TEST

/* Two lists say the same: the strong one is quoted, in either order. */
START_TEST(test_strong_is_quoted)
{
	for (int turn = 0; turn < 2; turn++) {
		const struct antin_status *st;
		struct scene s;

		scene_make(&s, NULL, 0);
		add_crl(&s, list_of(turn ? WEAK : WHOLE, GONE_BEFORE));
		add_crl(&s, list_of(turn ? WHOLE : WEAK, GONE_BEFORE));
		st = scene_ask(&s);
		ck_assert_int_eq(st->kind, ANTIN_STATUS_REVOKED);
		ck_assert_ptr_null(st->weak);
		scene_done(&s);
	}
}
END_TEST

/* A weak list is worth nothing when a stranger made it, or when its octets were changed. */
START_TEST(test_weak_and_forged)
{
	for (int bad = 0; bad < 2; bad++) {
		struct pki_list l = list_of(WEAK, GONE_BEFORE);
		const struct antin_status *st;
		struct scene s;

		scene_make(&s, NULL, 0);
		l.bad_signature = bad;
		l.signer = bad ? ca_key : other_key;
		add_crl(&s, l);
		st = scene_ask(&s);
		ck_assert_int_eq(st->kind, ANTIN_STATUS_UNKNOWN);
		ck_assert_ptr_nonnull(strstr(st->why, "may speak for the issuer"));
		ck_assert_ptr_null(st->weak);
		add_crl(&s, (struct pki_list){.issuer = "ca", .signer = ca_key});
		antin_revocation_done(&s.revocation);
		s.revocation = (struct antin_revocation){.evidence = &s.evidence,
		                                         .world = &s.ops,
		                                         .now = PKI_NOW,
		                                         .time = PKI_NOW};
		ck_assert_int_eq(scene_ask(&s)->kind, ANTIN_STATUS_GOOD);
		scene_done(&s);
	}
}
END_TEST

/* Deltas on a base: a weak one neither lifts a suspension nor makes an old list fresh. */
START_TEST(test_deltas_on_a_base)
{
	static const struct {
		const char *what;
		bool sha1, critical;
		int base_reason, delta_reason; /* -1 not named */
		int64_t base_to;
		enum antin_status_kind kind;
	} rows[] = {
	        {"lifts", false, false, 6, 8, 0, ANTIN_STATUS_GOOD},
	        {"weak lifts", true, false, 6, 8, 0, ANTIN_STATUS_REVOKED},
	        {"unknown lifts", false, true, 6, 8, 0, ANTIN_STATUS_REVOKED},
	        {"refreshes", false, false, -1, -1, PKI_NOW - 60, ANTIN_STATUS_GOOD},
	        {"weak refreshes", true, false, -1, -1, PKI_NOW - 60, ANTIN_STATUS_UNKNOWN},
	        {"unknown refreshes", false, true, -1, -1, PKI_NOW - 60, ANTIN_STATUS_UNKNOWN},
	        {"revokes", false, false, -1, 1, 0, ANTIN_STATUS_REVOKED},
	        {"weak revokes", true, false, -1, 1, 0, ANTIN_STATUS_REVOKED},
	        {"unknown revokes", false, true, -1, 1, 0, ANTIN_STATUS_REVOKED},
	        {"lifts a revocation", false, false, 1, 8, 0, ANTIN_STATUS_REVOKED},
	        {"weak hold becomes revoked", true, false, 6, 1, 0, ANTIN_STATUS_REVOKED},
	        {"nothing", true, true, -1, -1, 0, ANTIN_STATUS_GOOD},
	};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		struct pki_list base = {.issuer = "ca",
		                        .signer = ca_key,
		                        .number = 4,
		                        .from = PKI_NOW - 7200,
		                        .to = rows[i].base_to};
		struct pki_list delta = {.issuer = "ca",
		                         .signer = ca_key,
		                         .number = 5,
		                         .base = 4,
		                         .from = PKI_NOW - 30,
		                         .sha1 = rows[i].sha1,
		                         .unknown_critical = rows[i].critical};
		struct scene s;

		if (rows[i].base_reason > 0)
			base.revoked[0] = (struct pki_revoked){SERIAL, PKI_NOW - 9000,
			                                       rows[i].base_reason, false};
		if (rows[i].delta_reason > 0)
			delta.revoked[0] = (struct pki_revoked){SERIAL, PKI_NOW - 9000,
			                                        rows[i].delta_reason, false};
		for (int turn = 0; turn < 2; turn++) {
			scene_make(&s, NULL, 0);
			add_crl(&s, turn ? base : delta);
			add_crl(&s, turn ? delta : base);
			ck_assert_msg(scene_ask(&s)->kind == rows[i].kind, "%s: %d", rows[i].what,
			              (int)s.path.statuses[0].kind);
			scene_done(&s);
		}
	}
}
END_TEST

/* OCSP answers with a weak hash: the same rule. */
START_TEST(test_weak_answers)
{
	static const struct {
		int status;
		int64_t revoked, time;
		bool list;
		enum antin_status_kind kind;
	} rows[] = {
	        {ANTIN_OCSP_GOOD, 0, 0, false, ANTIN_STATUS_UNKNOWN},
	        {ANTIN_OCSP_GOOD, 0, 0, true, ANTIN_STATUS_GOOD},
	        {ANTIN_OCSP_UNKNOWN, 0, 0, false, ANTIN_STATUS_UNKNOWN},
	        {ANTIN_OCSP_UNKNOWN, 0, 0, true, ANTIN_STATUS_GOOD},
	        {ANTIN_OCSP_REVOKED, PKI_NOW - 99, 0, false, ANTIN_STATUS_REVOKED},
	        {ANTIN_OCSP_REVOKED, PKI_NOW - 99, 0, true, ANTIN_STATUS_REVOKED},
	        {ANTIN_OCSP_REVOKED, PKI_NOW - 99, ASKED, false, ANTIN_STATUS_UNKNOWN},
	        {ANTIN_OCSP_REVOKED, PKI_NOW - 99, ASKED, true, ANTIN_STATUS_GOOD},
	        {ANTIN_OCSP_REVOKED, ASKED - 1, ASKED, true, ANTIN_STATUS_REVOKED},
	};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		const struct antin_status *st;
		struct scene s;

		scene_make(&s, NULL, rows[i].time);
		add_ocsp(&s, (struct pki_answer){.issuer = s.ca,
		                                 .serial = s.leaf->serial,
		                                 .status = rows[i].status,
		                                 .revoked = rows[i].revoked,
		                                 .signer = ca_key,
		                                 .sha1 = true});
		if (rows[i].list)
			add_crl(&s, (struct pki_list){.issuer = "ca", .signer = ca_key});
		st = scene_ask(&s);
		ck_assert_msg(st->kind == rows[i].kind, "row %zu: %d %s", i, (int)st->kind,
		              st->why);
		if (st->kind == ANTIN_STATUS_REVOKED)
			ck_assert_str_eq(st->weak, "ecdsa-with-SHA1");
		scene_done(&s);
	}
}
END_TEST

/* In the days when SHA-1 was strong enough, it clears as any other did. */
START_TEST(test_weak_by_date)
{
	static const int64_t ends = 1483228799; /* 2016-12-31 23:59:59 */

	for (int after = 0; after < 2; after++) {
		struct pki_spec leaf = pki_leaf("leaf", "ca", leaf_key, ca_key);
		struct antin_cert *old[3];
		struct scene s;

		leaf.serial = SERIAL;
		leaf.from = ends - PKI_YEAR;
		leaf.to = PKI_NOW + PKI_YEAR;
		scene_make(&s, pki_cert(leaf), ends + after);
		for (int i = 0; i < 2; i++) {
			struct pki_spec up = i ? pki_ca("ca", "root", ca_key, root_key)
			                       : pki_ca("root", "root", root_key, root_key);

			up.from = ends - PKI_YEAR;
			old[i] = s.w.certs[i];
			s.w.certs[i] = pki_cert(up);
			antin_cert_free(old[i]);
		}
		add_crl(&s, (struct pki_list){.issuer = "ca",
		                              .signer = ca_key,
		                              .from = ends - 60,
		                              .to = ends + 60,
		                              .sha1 = true});
		ck_assert_int_eq(scene_ask(&s)->kind,
		                 after ? ANTIN_STATUS_UNKNOWN : ANTIN_STATUS_GOOD);
		scene_done(&s);
	}
}
END_TEST

Suite *suite_half_evidence(void);
Suite *
suite_half_evidence(void)
{
	Suite *s = suite_create("half_evidence");
	TCase *c = tcase_create("half_evidence");

	tcase_add_unchecked_fixture(c, make_keys, free_keys);
	tcase_add_loop_test(c, test_half_lists, 0, FORMS);
	tcase_add_test(c, test_weak_is_named);
	tcase_add_test(c, test_strong_is_quoted);
	tcase_add_test(c, test_weak_and_forged);
	tcase_add_test(c, test_deltas_on_a_base);
	tcase_add_test(c, test_weak_answers);
	tcase_add_test(c, test_weak_by_date);
	suite_add_tcase(s, c);
	return s;
}
