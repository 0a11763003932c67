/*
 * The scope of lists, as a table of everything at once: kind of certificate, the list's
 * issuingDistributionPoint, the certificate's points and its reasons, against a model of RFC 5280
 * 6.3.3 that is written differently; then what the parts cover together, deltas, and delegates.
 */
#include "status_scene.h"

/* Inside of lib/revocation. */
#include "../../lib/revocation/revocation.h"

/* ---- making points and lists ---- */

enum where { NOWHERE, HERE, THERE, RELATIVE }; /* a name: none, a URI, another, below the issuer */

static void
add_place(struct antin_bytes *b, enum where w)
{
	size_t name = antin_der_open(b, ANTIN_CONTEXT_CONS(0)), full, atv;

	if (w == RELATIVE) {
		full = antin_der_open(b, ANTIN_CONTEXT_CONS(1));
		atv = antin_der_open(b, ANTIN_SEQUENCE);
		antin_der_add_oid(b, "2.5.4.3");
		antin_der_add_text(b, ANTIN_UTF8, "part");
		antin_der_close(b, atv);
	} else {
		full = antin_der_open(b, ANTIN_CONTEXT_CONS(0));
		antin_der_add_text(b, ANTIN_CONTEXT(6),
		                   w == HERE ? "http://a/1.crl" : "http://a/2.crl");
	}
	antin_der_close(b, full);
	antin_der_close(b, name);
}

static void
add_reasons(struct antin_bytes *b, uint8_t tag, uint32_t reasons)
{
	ANTIN_SCOPED(antin_bytes) bits = {0};
	struct antin_in in;
	struct antin_slice content;

	antin_der_add_named_bits(&bits, reasons);
	in = antin_in_of(antin_bytes_slice(&bits));
	ck_assert(antin_der_take(&in, ANTIN_BIT_STRING, &content));
	antin_der_add(b, tag, content);
}

struct list_scope {
	enum where where;
	int only; /* 0 everything, 1 users, 2 authorities, 3 attributes */
	uint32_t reasons;
	bool indirect;
};

static void
make_idp(struct antin_bytes *b, const struct list_scope *s)
{
	static const uint8_t yes[] = {0xff};
	size_t seq = antin_der_open(b, ANTIN_SEQUENCE);

	if (s->where)
		add_place(b, s->where);
	if (s->only == 1 || s->only == 2)
		antin_der_add(b, (uint8_t)ANTIN_CONTEXT(s->only), (struct antin_slice){yes, 1});
	if (s->reasons)
		add_reasons(b, ANTIN_CONTEXT(3), s->reasons);
	if (s->indirect)
		antin_der_add(b, ANTIN_CONTEXT(4), (struct antin_slice){yes, 1});
	if (s->only == 3)
		antin_der_add(b, ANTIN_CONTEXT(5), (struct antin_slice){yes, 1});
	antin_der_close(b, seq);
}

struct cert_point {
	bool present;
	enum where where;
	uint32_t reasons;
	bool named_issuer; /* cRLIssuer names the issuer itself */
};

static void
make_points(struct antin_bytes *b, const struct cert_point *p)
{
	size_t list = antin_der_open(b, ANTIN_SEQUENCE), seq = antin_der_open(b, ANTIN_SEQUENCE);

	if (p->where)
		add_place(b, p->where);
	if (p->reasons)
		add_reasons(b, ANTIN_CONTEXT(1), p->reasons);
	if (p->named_issuer)
		pki_add_directory(b, ANTIN_CONTEXT_CONS(2), "ca");
	antin_der_close(b, seq);
	antin_der_close(b, list);
}

static struct antin_cert *
subject_with(const struct cert_point *p, bool authority)
{
	ANTIN_SCOPED(antin_bytes) points = {0};
	struct pki_spec s = authority ? pki_ca("sub", "ca", leaf_key, ca_key)
	                              : pki_leaf("leaf", "ca", leaf_key, ca_key);

	s.serial = 77;
	if (p->present) {
		make_points(&points, p);
		s.exts[0] = (struct pki_ext){"2.5.29.31", false, antin_bytes_slice(&points)};
	}
	return pki_cert(s);
}

static struct antin_crl *
list_with(const struct list_scope *s, const char *issuer, const struct pki_revoked *r)
{
	ANTIN_SCOPED(antin_bytes) idp = {0};
	struct pki_list l = {.issuer = issuer, .signer = ca_key};

	if (r)
		l.revoked[0] = *r;
	if (s->where || s->only || s->reasons || s->indirect) {
		make_idp(&idp, s);
		l.idp = antin_bytes_slice(&idp);
	}
	return pki_crl(l);
}

/* ---- the model ---- */

#define SOME   0x06u /* keyCompromise, cACompromise */
#define OTHERS 0x1f8u

/* Which reasons the list covers for the certificate, thought from the standard's words. */
static uint32_t
model(const struct list_scope *l, const struct cert_point *p, bool authority, bool same_issuer)
{
	uint32_t reasons = 0, of_list = l->reasons ? l->reasons : ALL_REASONS;
	bool names_fit, issuer_fits;

	if (l->only == 3 || (l->only == 1 && authority) || (l->only == 2 && !authority))
		return 0;
	/* The point that stands for "no point": it has the issuer's own name as its name. */
	if (same_issuer && l->where == NOWHERE)
		reasons |= of_list;
	if (!p->present)
		return reasons;
	issuer_fits = p->named_issuer ? l->indirect && same_issuer : same_issuer;
	names_fit = l->where == NOWHERE || (p->where != NOWHERE && l->where == p->where);
	if (issuer_fits && names_fit)
		reasons |= of_list & (p->reasons ? p->reasons : ALL_REASONS);
	return reasons;
}

/* All of it: 4 places x 4 kinds x 3 reasons x indirect, against 14 certificates, two issuers. */
START_TEST(test_scope_of_everything)
{
	static const uint32_t reason_sets[] = {0, SOME, OTHERS};
	struct cert_point p = {.present = _i > 0,
	                       .where = (enum where)((_i - 1) / 2 % 4),
	                       .reasons = reason_sets[(_i - 1) / 8 % 3],
	                       .named_issuer = (_i - 1) % 2};
	size_t covered = 0, refused = 0;

	if (_i == 0)
		p = (struct cert_point){0};
	if (p.present && !p.where && !p.named_issuer)
		return; /* a point that names nothing is malformed */
	for (int authority = 0; authority < 2; authority++) {
		ANTIN_OWN_S(antin_cert) cert = subject_with(&p, authority);

		for (int n = 0; n < 4 * 4 * 3 * 2 * 2; n++) {
			const struct list_scope l = {.where = (enum where)(n % 4),
			                             .only = n / 4 % 4,
			                             .reasons = reason_sets[n / 16 % 3],
			                             .indirect = n / 48 % 2};
			bool same = n / 96 == 0;
			ANTIN_OWN_S(antin_crl) crl = list_with(&l, same ? "ca" : "cb", NULL);
			uint32_t got = 99, want = model(&l, &p, authority, same);
			enum useless why = crl_scope(cert, crl, &got);

			ck_assert_msg(got == want,
			              "authority %d; point %d where %u reasons %x issuer %d; list "
			              "where %u only %d reasons %x indirect %d same %d: %x, not %x",
			              authority, p.present, p.where, p.reasons, p.named_issuer,
			              l.where, l.only, l.reasons, l.indirect, same, got, want);
			ck_assert((why == USELESS_NONE) == (want != 0));
			if (want)
				covered++;
			else
				refused++;
			if (!same && !l.indirect)
				ck_assert_int_eq(why, USELESS_ABSENT);
		}
	}
	ck_assert_uint_gt(covered, 0);
	ck_assert_uint_gt(refused, covered);
}
END_TEST

/* A point cut anywhere covers nothing by itself; only the list for everything remains. */
START_TEST(test_points_cut)
{
	const struct cert_point p = {true, HERE, SOME, false};
	const struct list_scope narrow = {.where = HERE}, wide = {0};
	ANTIN_SCOPED(antin_bytes) points = {0};
	ANTIN_OWN_S(antin_crl) crl = list_with(&narrow, "ca", NULL);
	ANTIN_OWN_S(antin_crl) all = list_with(&wide, "ca", NULL);

	make_points(&points, &p);
	for (size_t n = 0; n <= points.len; n++) {
		struct pki_spec s = pki_leaf("leaf", "ca", leaf_key, ca_key);
		ANTIN_OWN_S(antin_cert) cert = NULL;
		uint32_t got = 0;

		s.exts[0] = (struct pki_ext){"2.5.29.31", false, {points.p, n}};
		cert = pki_cert(s);
		ck_assert((crl_scope(cert, crl, &got) == USELESS_NONE) == (n == points.len));
		ck_assert((crl_scope(cert, all, &got) == USELESS_NONE) == (n == points.len));
	}
}
END_TEST

/* One that covers does not help: behind it stands one that cannot be read. */
START_TEST(test_points_broken_behind)
{
	const struct cert_point p = {true, HERE, SOME, false};
	const struct list_scope narrow = {.where = HERE};
	ANTIN_SCOPED(antin_bytes) one = {0};
	ANTIN_SCOPED(antin_bytes) two = {0};
	ANTIN_OWN_S(antin_crl) crl = list_with(&narrow, "ca", NULL);

	make_points(&one, &p);
	for (int tag = 0; tag < 256; tag++) {
		struct pki_spec s = pki_leaf("leaf", "ca", leaf_key, ca_key);
		ANTIN_OWN_S(antin_cert) cert = NULL;
		size_t mark;
		uint32_t got = 7;

		antin_bytes_clear(&two);
		mark = antin_der_open(&two, ANTIN_SEQUENCE);
		antin_bytes_add(&two, one.p + 2, one.len - 2);
		antin_bytes_add(&two, &(uint8_t){(uint8_t)tag}, 1);
		antin_bytes_add(&two, one.p + 3, one.len - 3);
		antin_der_close(&two, mark);
		s.exts[0] = (struct pki_ext){"2.5.29.31", false, antin_bytes_slice(&two)};
		cert = pki_cert(s);
		ck_assert_int_eq(crl_scope(cert, crl, &got) == USELESS_NONE, tag == ANTIN_SEQUENCE);
		ck_assert_int_eq(got != 0, tag == ANTIN_SEQUENCE);
	}
}
END_TEST

/* ---- what evidence says together ---- */

static void
scene_of(struct scene *s, const struct cert_point *p)
{
	scene_make(s, subject_with(p, false), 0);
}

static void
scene_list(struct scene *s, const struct list_scope *l, const struct pki_revoked *r)
{
	ANTIN_OWN_S(antin_crl) crl = list_with(l, "ca", r);
	struct antin_err err = {0};

	util_ok(antin_evidence_add_crl(&s->evidence, crl, "list", &err));
}

/* Lists by reasons: only all of them together make "good"; any one of them makes "revoked". */
START_TEST(test_reasons_add_up)
{
	static const struct {
		uint32_t parts[3];
		bool good;
	} rows[] = {
	        {{0x1fe}, true},
	        {{SOME}, false},
	        {{SOME, OTHERS}, true},
	        {{OTHERS, SOME}, true},
	        {{SOME, 0xf8}, false},
	        {{SOME, SOME}, false},
	        {{0x02, 0x04, 0x1f8}, true},
	        {{0x02, 0x04, 0x0f8}, false},
	        {{SOME, OTHERS, SOME}, true},
	};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		for (int listed = -1; listed < 3; listed++) {
			const struct cert_point none = {0};
			const struct pki_revoked gone = {77, PKI_NOW - 999, 1};
			const struct antin_status *st;
			struct scene s;

			if (listed >= 0 && !rows[i].parts[listed])
				continue;
			scene_of(&s, &none);
			for (int k = 0; k < 3 && rows[i].parts[k]; k++) {
				const struct list_scope l = {.reasons = rows[i].parts[k]};

				scene_list(&s, &l, k == listed ? &gone : NULL);
			}
			st = scene_ask(&s);
			ck_assert_msg(st->kind == (listed >= 0    ? ANTIN_STATUS_REVOKED
			                           : rows[i].good ? ANTIN_STATUS_GOOD
			                                          : ANTIN_STATUS_UNKNOWN),
			              "row %zu listed in %d: %d", i, listed, (int)st->kind);
			if (st->kind == ANTIN_STATUS_UNKNOWN)
				ck_assert_ptr_nonnull(strstr(st->why, "every reason"));
			scene_done(&s);
		}
	}
}
END_TEST

/* Shards: only the one the certificate points to clears it; a revocation counts in each. */
START_TEST(test_shards)
{
	static const struct {
		enum where first, second;
		int listed; /* in which; -1 none */
		enum antin_status_kind kind;
	} rows[] = {
	        {HERE, NOWHERE, -1, ANTIN_STATUS_GOOD},
	        {THERE, THERE, -1, ANTIN_STATUS_UNKNOWN},
	        {THERE, HERE, -1, ANTIN_STATUS_GOOD},
	        {HERE, THERE, 0, ANTIN_STATUS_REVOKED},
	        {THERE, HERE, 1, ANTIN_STATUS_REVOKED},
	        {THERE, HERE, 0, ANTIN_STATUS_REVOKED},
	        {RELATIVE, THERE, -1, ANTIN_STATUS_UNKNOWN},
	};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		const struct cert_point here = {true, HERE, 0, false};
		const struct pki_revoked gone = {77, PKI_NOW - 999, 1};
		const struct list_scope a = {.where = rows[i].first}, b = {.where = rows[i].second};
		struct scene s;

		scene_of(&s, &here);
		scene_list(&s, &a, rows[i].listed == 0 ? &gone : NULL);
		if (b.where)
			scene_list(&s, &b, rows[i].listed == 1 ? &gone : NULL);
		ck_assert_msg(scene_ask(&s)->kind == rows[i].kind, "row %zu: %d", i,
		              (int)s.path.statuses[0].kind);
		scene_done(&s);
	}
}
END_TEST

/* ---- delegates of an answer: every flaw alone ---- */

enum flaw {
	FLAWLESS,
	NO_PURPOSE,
	OTHER_PURPOSE,
	ANY_PURPOSE,
	OTHER_ISSUER_NAME,
	OTHER_ISSUER_KEY,
	EXPIRED_DELEGATE,
	FUTURE_DELEGATE,
	SHA1_DELEGATE,
	BAD_DELEGATE,
	CRITICAL_DELEGATE,
	NO_USAGE_TO_SIGN,
	FLAWS
};

static struct antin_cert *
delegate(enum flaw f)
{
	static const uint8_t ocsp[] = {0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 9};
	static const uint8_t mail[] = {0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 4};
	static const uint8_t any[] = {0x30, 6, 6, 4, 0x55, 0x1d, 0x25, 0};
	static const uint8_t null[] = {5, 0};
	struct pki_spec d = pki_leaf("ocsp", f == OTHER_ISSUER_NAME ? "root" : "ca", other_key,
	                             f == OTHER_ISSUER_NAME  ? root_key
	                             : f == OTHER_ISSUER_KEY ? leaf_key
	                                                     : ca_key);

	d.exts[0] = (struct pki_ext){"1.3.6.1.5.5.7.48.1.5", false, {null, 2}};
	d.exts[1] = (struct pki_ext){"2.5.29.37", false, {ocsp, sizeof(ocsp)}};
	if (f == OTHER_PURPOSE)
		d.exts[1].value = (struct antin_slice){mail, sizeof(mail)};
	if (f == ANY_PURPOSE)
		d.exts[1].value = (struct antin_slice){any, sizeof(any)};
	if (f == NO_PURPOSE)
		d.exts[1] = (struct pki_ext){0};
	if (f == CRITICAL_DELEGATE)
		d.exts[2] = (struct pki_ext){"1.2.3.4", true, {null, 2}};
	if (f == EXPIRED_DELEGATE)
		d.to = PKI_NOW - 1;
	if (f == FUTURE_DELEGATE)
		d.from = PKI_NOW + 1;
	if (f == NO_USAGE_TO_SIGN)
		d.usage = 1u << ANTIN_KU_KEY_ENCIPHERMENT;
	d.sha1 = f == SHA1_DELEGATE;
	d.bad_signature = f == BAD_DELEGATE;
	return pki_cert(d);
}

/* One that was in order once can still revoke. */
START_TEST(test_delegates)
{
	static const int said[] = {ANTIN_OCSP_GOOD, ANTIN_OCSP_REVOKED};
	const bool late = _i == EXPIRED_DELEGATE || _i == SHA1_DELEGATE;

	for (size_t i = 0; i < 2; i++) {
		const struct cert_point none = {0};
		ANTIN_OWN_S(antin_cert) by = delegate((enum flaw)_i);
		struct antin_ocsp_response *answer;
		const struct antin_status *st;
		struct antin_err err = {0};
		struct scene s;

		scene_of(&s, &none);
		answer = pki_ocsp((struct pki_answer){.issuer = s.ca,
		                                      .serial = s.leaf->serial,
		                                      .status = said[i],
		                                      .revoked = PKI_NOW - 999,
		                                      .signer = other_key,
		                                      .delegate = by});
		util_ok(antin_evidence_add_ocsp(&s.evidence, answer, "answer", &err));
		st = scene_ask(&s);
		if (_i == FLAWLESS || (late && i))
			ck_assert_int_eq(st->kind, i ? ANTIN_STATUS_REVOKED : ANTIN_STATUS_GOOD);
		else
			ck_assert_msg(st->kind == ANTIN_STATUS_UNKNOWN, "flaw %d", _i);
		if (st->kind == ANTIN_STATUS_UNKNOWN)
			ck_assert_ptr_nonnull(strstr(st->why, late ? "own certificate had ended"
			                                           : "may speak for the issuer"));
		ck_assert(s.path.valid == (_i == FLAWLESS && i == 0));
		antin_ocsp_response_free(answer);
		scene_done(&s);
	}
}
END_TEST

/* Order of the evidence never matters. */
START_TEST(test_order_of_evidence)
{
	static const struct pki_revoked none = {0}, gone = {77, PKI_NOW - 999, 1},
	                                held = {77, PKI_NOW - 999, 6},
	                                other = {78, PKI_NOW - 999, 1};
	const struct pki_revoked *const all[] = {&none, &gone, &held, &other};
	static const struct list_scope wide = {0}, users = {.only = 1}, cas = {.only = 2};
	const struct list_scope *const scopes[] = {&wide, &users, &cas};
	enum antin_status_kind kinds[2];

	for (int n = 0; n < 12 * 12; n++) {
		int x = n % 12, y = n / 12;

		for (int turn = 0; turn < 2; turn++) {
			const struct cert_point no_point = {0};
			struct scene s;
			int a = turn ? y : x, b = turn ? x : y;

			scene_of(&s, &no_point);
			scene_list(&s, scopes[a / 4], all[a % 4]);
			scene_list(&s, scopes[b / 4], all[b % 4]);
			kinds[turn] = scene_ask(&s)->kind;
			scene_done(&s);
		}
		ck_assert_msg(kinds[0] == kinds[1], "%d and %d", x, y);
		/* Listed as gone by its issuer: revoked, whatever else says. */
		if (x % 4 == 1 || y % 4 == 1)
			ck_assert_int_eq(kinds[0], ANTIN_STATUS_REVOKED);
		if (x / 4 == 2 && y / 4 == 2 && x % 4 % 3 == 0 && y % 4 % 3 == 0)
			ck_assert_int_eq(kinds[0], ANTIN_STATUS_UNKNOWN);
	}
}
END_TEST

Suite *suite_scope(void);
Suite *
suite_scope(void)
{
	Suite *s = suite_create("scope");
	TCase *c = tcase_create("scope");

	tcase_add_unchecked_fixture(c, make_keys, free_keys);
	tcase_add_loop_test(c, test_scope_of_everything, 0, 25);
	tcase_add_test(c, test_points_cut);
	tcase_add_test(c, test_points_broken_behind);
	tcase_add_test(c, test_reasons_add_up);
	tcase_add_test(c, test_shards);
	tcase_add_loop_test(c, test_delegates, 0, FLAWS);
	tcase_add_test(c, test_order_of_evidence);
	suite_add_tcase(s, c);
	return s;
}
