/*
 * Revocations that somebody may want to be lost: what says "revoked" beside an older list that
 * clears, in every way in which it might not be heard.
 */
#include "status_scene.h"

#define GOOD    ANTIN_STATUS_GOOD
#define REVOKED ANTIN_STATUS_REVOKED
#define UNKNOWN ANTIN_STATUS_UNKNOWN
#define THEN    (PKI_NOW - 86400)
#define DAY     86400

static const uint8_t for_ocsp[] = {0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 9};
static const uint8_t null[] = {5, 0};

/* The list that clears, an hour old. */
static void
add_clean(struct scene *s)
{
	add_crl(s, (struct pki_list){.issuer = "ca", .signer = ca_key});
}

static struct pki_spec
delegate_spec(bool nocheck)
{
	struct pki_spec d = pki_leaf("ocsp", "ca", other_key, ca_key);

	d.exts[0] = (struct pki_ext){"2.5.29.37", false, {for_ocsp, sizeof(for_ocsp)}};
	if (nocheck)
		d.exts[1] = (struct pki_ext){"1.3.6.1.5.5.7.48.1.5", false, {null, sizeof(null)}};
	return d;
}

static void
add_answer(struct scene *s, struct antin_cert *delegate, int status)
{
	add_ocsp(s, (struct pki_answer){.issuer = s->ca,
	                                .serial = s->leaf->serial,
	                                .status = status,
	                                .revoked = THEN,
	                                .reason = 1,
	                                .signer = delegate ? other_key : ca_key,
	                                .delegate = delegate});
}

/* permittedSubtrees: one directory name. */
static void
add_permitted(struct antin_bytes *b, const char *name)
{
	size_t seq = antin_der_open(b, ANTIN_SEQUENCE);
	size_t list = antin_der_open(b, ANTIN_CONTEXT_CONS(0));

	pki_add_directory(b, ANTIN_SEQUENCE, name);
	antin_der_close(b, list);
	antin_der_close(b, seq);
}

/*
 * A second anchor, in which the path of the delegate ends first while it does not fit the leaf, or
 * which is the list's signer itself: their word counts by the anchor of the leaf's path as well.
 */
START_TEST(test_two_anchors)
{
	static const struct {
		bool list; /* by another key of the name, or an answer */
		bool revoked, clean;
		enum antin_status_kind kind;
	} rows[] = {
	        {false, true, true, REVOKED}, {false, true, false, REVOKED},
	        {false, false, false, GOOD},  {true, true, true, REVOKED},
	        {true, true, false, REVOKED}, {true, false, false, GOOD},
	};
	ANTIN_OWN_S(antin_cert) delegate = pki_cert(delegate_spec(true));
	ANTIN_SCOPED(antin_bytes) permitted = {0};
	struct pki_spec second = pki_ca("ca", "ca", ca_key, ca_key);
	struct pki_spec lister = pki_ca("ca", "root", other_key, root_key);
	struct scene s;

	add_permitted(&permitted, "ocsp");
	second.exts[0] = (struct pki_ext){"2.5.29.30", true, antin_bytes_slice(&permitted)};
	scene_make(&s, NULL, 0);
	(void)world_add(&s.w, rows[_i].list ? lister : second, true);
	if (rows[_i].clean)
		add_clean(&s);
	if (rows[_i].list)
		add_crl(&s,
		        (struct pki_list){.issuer = "ca",
		                          .signer = other_key,
		                          .revoked = {{rows[_i].revoked ? SERIAL : 5, THEN, 1}}});
	else
		add_answer(&s, delegate, rows[_i].revoked ? ANTIN_OCSP_REVOKED : ANTIN_OCSP_GOOD);
	ck_assert_int_eq(scene_ask(&s)->kind, rows[_i].kind);
	ck_assert_ptr_eq(s.path.chain.items[s.path.chain.n - 1], s.root);
	scene_done(&s);
}
END_TEST

/*
 * Who signed was in order once: expired by now, or nobody tells of him any more.  That can still
 * revoke and clears nobody; one who never was in order does neither.
 */
START_TEST(test_signers_of_old)
{
	static const struct {
		const char *what;
		bool list, nocheck;
		int64_t from, to;
		int gone; /* the signer himself is on the issuer's list: a reason */
		bool counts;
	} rows[] = {
	        {"delegate ended", false, true, 0, PKI_NOW - 1, 0, true},
	        {"delegate ended, not exempt", false, false, 0, PKI_NOW - 1, 0, true},
	        {"delegate not told of", false, false, 0, 0, 0, true},
	        {"delegate not begun", false, true, PKI_NOW + 1, 0, 0, false},
	        {"delegate revoked", false, false, 0, 0, 1, false},
	        {"lister ended", true, true, 0, PKI_NOW - 1, 0, true},
	        {"lister not told of", true, true, 0, 0, 0, true},
	        {"lister not begun", true, true, PKI_NOW + 1, 0, 0, false},
	        {"lister revoked", true, true, 0, 0, 1, false},
	};

	for (int revoked = 0; revoked < 2; revoked++) {
		struct pki_spec d = rows[_i].list ? pki_ca("ca", "root", other_key, root_key)
		                                  : delegate_spec(rows[_i].nocheck);
		ANTIN_OWN_S(antin_cert) delegate = NULL;
		const struct antin_status *st;
		struct scene s;

		d.from = rows[_i].from;
		d.to = rows[_i].to;
		d.serial = SERIAL + 1;
		scene_make(&s, NULL, 0);
		if (rows[_i].list) {
			/* The root's list of the scene would tell of him. */
			antin_evidence_done(&s.evidence);
			(void)world_add(&s.w, d, false);
			add_crl(&s,
			        (struct pki_list){.issuer = "ca",
			                          .signer = other_key,
			                          .revoked = {{revoked ? SERIAL : 5, THEN, 1}}});
		} else {
			delegate = pki_cert(d);
			add_answer(&s, delegate, revoked ? ANTIN_OCSP_REVOKED : ANTIN_OCSP_GOOD);
		}
		if (rows[_i].gone)
			add_crl(&s, (struct pki_list){.issuer = rows[_i].list ? "root" : "ca",
			                              .signer = rows[_i].list ? root_key : ca_key,
			                              .from = THEN - 60,
			                              .to = THEN,
			                              .revoked = {{SERIAL + 1, THEN - 90, 1}}});
		st = scene_ask(&s);
		ck_assert_msg(st->kind == (revoked && rows[_i].counts ? REVOKED : UNKNOWN),
		              "%s: %d %s", rows[_i].what, (int)st->kind, st->why);
		if (!revoked)
			ck_assert_msg((strstr(st->why, "whose own certificate") != NULL) ==
			                      rows[_i].counts,
			              "%s: %s", rows[_i].what, st->why);
		scene_done(&s);
	}
}
END_TEST

/*
 * Asked as if it were earlier, what was made since counts by those who made it: they had begun by
 * then, not by the time that is assumed.
 */
START_TEST(test_signers_of_since)
{
	static const struct {
		bool list, revoked;
		int64_t at, from; /* of the revocation, of the signer's certificate */
		enum antin_status_kind kind;
		bool later;
	} rows[] = {
	        {false, true, -40, -10, REVOKED, false}, {true, true, -40, -10, REVOKED, false},
	        {false, true, -20, -10, GOOD, true},     {true, true, -20, -10, GOOD, true},
	        {false, false, 0, -10, GOOD, false},     {true, false, 0, -10, GOOD, false},
	        {false, true, -40, 1, UNKNOWN, false},   {true, true, -40, 1, UNKNOWN, false},
	};
	struct pki_spec d =
	        rows[_i].list ? pki_ca("ca", "root", other_key, root_key) : delegate_spec(true);
	ANTIN_OWN_S(antin_cert) delegate = NULL;
	const struct antin_status *st;
	struct scene s;

	d.from = PKI_NOW + rows[_i].from * DAY;
	scene_make(&s, NULL, PKI_NOW - 30 * DAY);
	if (rows[_i].list) {
		(void)world_add(&s.w, d, false);
		add_crl(&s, (struct pki_list){.issuer = "ca",
		                              .signer = other_key,
		                              .revoked = {{rows[_i].revoked ? SERIAL : 5,
		                                           PKI_NOW + rows[_i].at * DAY, 1}}});
	} else {
		delegate = pki_cert(d);
		add_ocsp(&s, (struct pki_answer){.issuer = s.ca,
		                                 .serial = s.leaf->serial,
		                                 .status = rows[_i].revoked ? ANTIN_OCSP_REVOKED
		                                                            : ANTIN_OCSP_GOOD,
		                                 .revoked = PKI_NOW + rows[_i].at * DAY,
		                                 .reason = 1,
		                                 .signer = other_key,
		                                 .delegate = delegate});
	}
	st = scene_ask(&s);
	ck_assert_msg(st->kind == rows[_i].kind && st->later == rows[_i].later, "row %d: %d %s", _i,
	              (int)st->kind, st->why);
	scene_done(&s);
}
END_TEST

/* A later revocation shows what came before it for the reasons of its list alone. */
START_TEST(test_later_for_some_reasons)
{
	static const uint8_t key[] = {0x30, 4, 0x83, 2, 6, 0x40}; /* keyCompromise */
	static const uint8_t rest[] = {0x30, 5, 0x83, 3, 7, 0x3f, 0x80};
	static const struct {
		int64_t of_key, of_rest; /* 0 not listed, -1 no such list */
		enum antin_status_kind kind;
		bool later;
	} rows[] = {
	        {THEN, -1, UNKNOWN, false},   {-1, THEN, UNKNOWN, false},
	        {THEN, 0, GOOD, true},        {0, THEN, GOOD, true},
	        {THEN, THEN + 5, GOOD, true}, {THEN, THEN - 3 * DAY, REVOKED, false},
	        {0, 0, GOOD, false},          {THEN - 3 * DAY, -1, REVOKED, false},
	};
	const struct antin_status *st;
	struct scene s;

	for (int hold = 0; hold < 2; hold++) {
		const int reason = hold ? ANTIN_REASON_HOLD : 1;

		scene_make(&s, NULL, THEN - DAY);
		for (int i = 0; i < 2; i++) {
			int64_t at = i ? rows[_i].of_rest : rows[_i].of_key;

			if (at != -1)
				add_crl(&s,
				        (struct pki_list){.issuer = "ca",
				                          .signer = ca_key,
				                          .idp = {i ? rest : key,
				                                  i ? sizeof(rest) : sizeof(key)},
				                          .revoked = {{at ? SERIAL : 5,
				                                       at ? at : THEN,
				                                       i ? 1 : reason}}});
		}
		st = scene_ask(&s);
		ck_assert_msg(st->kind == rows[_i].kind, "row %d hold %d: %d %s", _i, hold,
		              (int)st->kind, st->why);
		ck_assert(st->later == rows[_i].later);
		if (st->kind == UNKNOWN)
			ck_assert_ptr_nonnull(strstr(st->why, "every reason"));
		scene_done(&s);
	}
}
END_TEST

/* One answer with two of them inside: the worse counts, and the better never. */
START_TEST(test_two_in_one_answer)
{
	static const struct {
		int first, second, reason, other_reason;
		bool sha256;
		enum antin_status_kind kind;
		int told; /* reason */
		const char *why;
	} rows[] = {
	        {ANTIN_OCSP_GOOD, ANTIN_OCSP_GOOD, 0, 0, false, GOOD, 0, NULL},
	        {ANTIN_OCSP_GOOD, ANTIN_OCSP_GOOD, 0, 0, true, GOOD, 0, NULL},
	        {ANTIN_OCSP_GOOD, ANTIN_OCSP_REVOKED, 0, 1, false, REVOKED, 1, NULL},
	        {ANTIN_OCSP_REVOKED, ANTIN_OCSP_GOOD, 1, 0, false, REVOKED, 1, NULL},
	        {ANTIN_OCSP_GOOD, ANTIN_OCSP_REVOKED, 0, 1, true, REVOKED, 1, NULL},
	        {ANTIN_OCSP_UNKNOWN, ANTIN_OCSP_REVOKED, 0, 1, false, REVOKED, 1, NULL},
	        {ANTIN_OCSP_GOOD, ANTIN_OCSP_UNKNOWN, 0, 0, false, UNKNOWN, 0, "contradicts"},
	        {ANTIN_OCSP_UNKNOWN, ANTIN_OCSP_GOOD, 0, 0, false, UNKNOWN, 0, "contradicts"},
	        {ANTIN_OCSP_UNKNOWN, ANTIN_OCSP_GOOD, 0, 0, true, UNKNOWN, 0, "does not know"},
	        {ANTIN_OCSP_REVOKED, ANTIN_OCSP_REVOKED, 6, 1, false, REVOKED, 1, NULL},
	        {ANTIN_OCSP_REVOKED, ANTIN_OCSP_REVOKED, 1, 6, true, REVOKED, 1, NULL},
	        {ANTIN_OCSP_REVOKED, ANTIN_OCSP_REVOKED, 4, 1, true, REVOKED, 1, NULL},
	};
	const struct antin_status *st;

	for (int list = 0; list < 2; list++) {
		struct scene s;

		scene_make(&s, NULL, 0);
		if (list)
			add_clean(&s);
		add_ocsp(&s, (struct pki_answer){.issuer = s.ca,
		                                 .serial = s.leaf->serial,
		                                 .status = rows[_i].first,
		                                 .revoked = THEN,
		                                 .reason = rows[_i].reason,
		                                 .signer = ca_key,
		                                 .also = {true, rows[_i].sha256, rows[_i].second,
		                                          rows[_i].other_reason}});
		st = scene_ask(&s);
		ck_assert_msg(st->kind == (list && rows[_i].kind != REVOKED ? GOOD : rows[_i].kind),
		              "row %d list %d: %d %s", _i, list, (int)st->kind, st->why);
		if (st->kind == REVOKED)
			ck_assert_int_eq(st->reason, rows[_i].told);
		if (st->kind == UNKNOWN)
			ck_assert_ptr_nonnull(strstr(st->why, rows[_i].why));
		scene_done(&s);
	}
}
END_TEST

/* "Never issued" (RFC 6960 2.2) is no suspension that a list could end. */
START_TEST(test_never_issued)
{
	for (int never = 0; never < 2; never++) {
		struct scene s;

		scene_make(&s, NULL, 0);
		add_ocsp(&s, (struct pki_answer){.issuer = s.ca,
		                                 .serial = s.leaf->serial,
		                                 .status = ANTIN_OCSP_REVOKED,
		                                 .revoked = never ? 0 : THEN,
		                                 .reason = ANTIN_REASON_HOLD,
		                                 .from = PKI_NOW - 7200,
		                                 .signer = ca_key});
		add_clean(&s);
		ck_assert_int_eq(scene_ask(&s)->kind, never ? REVOKED : GOOD);
		scene_done(&s);
	}
}
END_TEST

/* ---- lists of others, whom the certificate names ---- */

/* A leaf that names `lister` for its lists. */
static struct antin_cert *
leaf_naming(const char *lister)
{
	ANTIN_SCOPED(antin_bytes) points = {0};
	struct pki_spec spec = pki_leaf("leaf", "ca", leaf_key, ca_key);
	size_t list = antin_der_open(&points, ANTIN_SEQUENCE);
	size_t point = antin_der_open(&points, ANTIN_SEQUENCE);

	pki_add_directory(&points, ANTIN_CONTEXT_CONS(2), lister);
	antin_der_close(&points, point);
	antin_der_close(&points, list);
	spec.serial = SERIAL;
	spec.exts[0] = (struct pki_ext){"2.5.29.31", false, antin_bytes_slice(&points)};
	return pki_cert(spec);
}

/* An indirect list that can clear nobody still revokes, if the certificate names who made it. */
START_TEST(test_indirect)
{
	static const uint8_t indirect[] = {0x30, 3, 0x84, 1, 0xff};
	static const uint8_t indirect_cas[] = {0x30, 6, 0x82, 1, 0xff, 0x84, 1, 0xff};
	static const struct {
		const char *what, *named, *of; /* who makes lists, whose certificate is listed */
		int64_t from;
		bool critical, cas;
		uint8_t base;
		enum antin_status_kind kind;
	} rows[] = {
	        {"whole", "lister", "ca", 0, false, false, 0, REVOKED},
	        {"of tomorrow", "lister", "ca", PKI_NOW + 60, false, false, 0, REVOKED},
	        {"unknown critical", "lister", "ca", 0, true, false, 0, REVOKED},
	        {"delta without base", "lister", "ca", 0, false, false, 7, REVOKED},
	        {"for authorities", "lister", "ca", 0, false, true, 0, REVOKED},
	        {"another's certificate", "lister", "root", 0, true, false, 0, GOOD},
	        {"of the lister's own", "lister", NULL, 0, true, false, 0, GOOD},
	        {"not named", "other", "ca", 0, false, false, 0, GOOD},
	        {"not named, unknown critical", "other", "ca", 0, true, false, 0, GOOD},
	};
	struct pki_spec lister = pki_leaf("lister", "root", other_key, root_key);
	struct scene s;

	lister.usage = 1u << ANTIN_KU_CRL_SIGN;
	scene_make(&s, leaf_naming(rows[_i].named), 0);
	(void)world_add(&s.w, lister, false);
	add_clean(&s);
	add_crl(&s,
	        (struct pki_list){.issuer = "lister",
	                          .signer = other_key,
	                          .from = rows[_i].from,
	                          .number = 9,
	                          .base = rows[_i].base,
	                          .unknown_critical = rows[_i].critical,
	                          .idp = {rows[_i].cas ? indirect_cas : indirect,
	                                  rows[_i].cas ? sizeof(indirect_cas) : sizeof(indirect)},
	                          .revoked = {{SERIAL, THEN, 1, false, rows[_i].of}}});
	ck_assert_msg(scene_ask(&s)->kind == rows[_i].kind, "%s: %d", rows[_i].what,
	              (int)s.path.statuses[0].kind);
	scene_done(&s);
}
END_TEST

/* The same serial of the same issuer in several runs of one list: the gravest counts. */
START_TEST(test_runs_of_one_issuer)
{
	static const uint8_t indirect[] = {0x30, 3, 0x84, 1, 0xff};
	static const int orders[][3] = {{8, 6, 1}, {8, 1, 6}, {6, 8, 1},
	                                {6, 1, 8}, {1, 6, 8}, {1, 8, 6}};
	struct pki_list l = {.issuer = "ca",
	                     .signer = ca_key,
	                     .idp = {indirect, sizeof(indirect)},
	                     .revoked = {{SERIAL, THEN, orders[_i][0], false, NULL},
	                                 {SERIAL, THEN, orders[_i][1], false, "ca"},
	                                 {5, THEN, 1, false, "root"},
	                                 {SERIAL, THEN, orders[_i][2], false, "ca"}}};
	struct scene s;

	scene_make(&s, NULL, 0);
	add_clean(&s);
	add_crl(&s, l);
	ck_assert_int_eq(scene_ask(&s)->kind, REVOKED);
	ck_assert_int_eq(s.path.statuses[0].reason, 1);
	scene_done(&s);
}
END_TEST

/*
 * A delta made after the certificate's end may leave it out, and shows no more than its base does:
 * that of the days before was still good.
 */
START_TEST(test_delta_that_forgot)
{
	static const struct {
		int64_t delta, base_to, asked;
		enum antin_status_kind kind;
		int64_t by; /* thisUpdate of what decided */
	} rows[] = {
	        {PKI_NOW - 60, PKI_NOW - 12 * DAY, -15, GOOD, PKI_NOW - 20 * DAY},
	        {PKI_NOW - 60, PKI_NOW - 17 * DAY, -15, UNKNOWN, 0},
	        {PKI_NOW - 11 * DAY, PKI_NOW - 17 * DAY, -15, GOOD, PKI_NOW - 11 * DAY},
	        {PKI_NOW - 60, PKI_NOW - 17 * DAY, 0, UNKNOWN, 0},
	};
	struct pki_spec spec = pki_leaf("leaf", "ca", leaf_key, ca_key);
	const struct antin_status *st;
	struct scene s;

	spec.serial = SERIAL;
	spec.to = PKI_NOW - 10 * DAY;
	scene_make(&s, pki_cert(spec), PKI_NOW + rows[_i].asked * DAY);
	add_crl(&s, (struct pki_list){.issuer = "ca",
	                              .signer = ca_key,
	                              .number = 4,
	                              .from = PKI_NOW - 20 * DAY,
	                              .to = rows[_i].base_to});
	add_crl(&s, (struct pki_list){.issuer = "ca",
	                              .signer = ca_key,
	                              .number = 5,
	                              .base = 4,
	                              .from = rows[_i].delta,
	                              .to = PKI_NOW + DAY});
	st = scene_ask(&s);
	ck_assert_msg(st->kind == rows[_i].kind, "row %d: %d %s", _i, (int)st->kind, st->why);
	if (st->kind == GOOD)
		ck_assert_int_eq(st->this_update, rows[_i].by);
	scene_done(&s);
}
END_TEST

/* A delta that has ended says what it said, and ends nothing of the complete list. */
START_TEST(test_delta_that_ended)
{
	static const struct {
		int64_t base_to, delta_to; /* days */
		bool named;
		enum antin_status_kind kind;
	} rows[] = {
	        {3, -1, false, GOOD}, {3, -1, true, REVOKED},  {3, 1, false, GOOD},
	        {-1, 1, false, GOOD}, {-1, 1, true, REVOKED},  {-1, -1, false, UNKNOWN},
	        {1, 3, false, GOOD},  {-1, -1, true, REVOKED},
	};
	struct scene s;

	scene_make(&s, NULL, 0);
	add_crl(&s, (struct pki_list){.issuer = "ca",
	                              .signer = ca_key,
	                              .number = 4,
	                              .from = PKI_NOW - 4 * DAY,
	                              .to = PKI_NOW + rows[_i].base_to * DAY});
	add_crl(&s,
	        (struct pki_list){.issuer = "ca",
	                          .signer = ca_key,
	                          .number = 5,
	                          .base = 4,
	                          .from = PKI_NOW - 2 * DAY,
	                          .to = PKI_NOW + rows[_i].delta_to * DAY,
	                          .revoked = {{rows[_i].named ? SERIAL : 5, THEN - 2 * DAY, 1}}});
	ck_assert_msg(scene_ask(&s)->kind == rows[_i].kind, "row %d: %d", _i,
	              (int)s.path.statuses[0].kind);
	scene_done(&s);
}
END_TEST

/* ---- a list that came over the network for somebody else ---- */

struct desk {
	struct antin_bytes list;
	size_t asked;
};

static enum antin_rc
desk_fetch(void *user, const struct antin_fetch_request *q, struct antin_fetch_answer *out,
           struct antin_err *err)
{
	struct desk *d = user;

	d->asked++;
	if (q->kind != ANTIN_FETCH_CRL)
		return ANTIN_OK;
	out->how = ANTIN_FETCH_ASKED;
	out->came = PKI_NOW + 20;
	antin_bytes_add(&out->body, d->list.p, d->list.len);
	return antin_bytes_check(&out->body, err);
}

/*
 * Asked for the status of an answer's signer, dated seconds after the run began: it counts for the
 * certificate as well, whose own turn comes after.
 */
START_TEST(test_heard_for_another)
{
	ANTIN_SCOPED(antin_bytes) points = {0};
	struct pki_spec d = delegate_spec(false);
	struct desk desk = {0};
	const struct antin_fetcher fetcher = {desk_fetch, &desk};
	ANTIN_OWN_S(antin_cert) delegate = NULL;
	struct antin_crl *crl = pki_crl((struct pki_list){
	        .issuer = "ca", .signer = ca_key, .from = PKI_NOW + 10, .to = PKI_NOW + DAY});
	size_t list = antin_der_open(&points, ANTIN_SEQUENCE), marks[3];
	struct scene s;

	for (int i = 0; i < 3; i++)
		marks[i] = antin_der_open(&points, i ? ANTIN_CONTEXT_CONS(0) : ANTIN_SEQUENCE);
	antin_der_add_text(&points, ANTIN_CONTEXT(6), "http://a/1.crl");
	for (int i = 3; i-- > 0;)
		antin_der_close(&points, marks[i]);
	antin_der_close(&points, list);
	d.exts[1] = (struct pki_ext){"2.5.29.31", false, antin_bytes_slice(&points)};
	delegate = pki_cert(d);
	antin_bytes_add(&desk.list, crl->der.p, crl->der.len);
	antin_crl_free(crl);
	scene_make(&s, NULL, 0);
	s.revocation.fetcher = &fetcher;
	s.revocation.grows = &s.evidence;
	add_answer(&s, delegate, ANTIN_OCSP_UNKNOWN);
	ck_assert_int_eq(scene_ask(&s)->kind, GOOD);
	ck_assert_str_eq(s.path.statuses[0].source, "crl");
	ck_assert_uint_eq(desk.asked, 1);
	scene_done(&s);
	antin_bytes_done(&desk.list);
}
END_TEST

Suite *suite_lost_revocation(void);
Suite *
suite_lost_revocation(void)
{
	Suite *s = suite_create("lost_revocation");
	TCase *c = tcase_create("lost_revocation");

	tcase_add_unchecked_fixture(c, make_keys, free_keys);
	tcase_add_loop_test(c, test_two_anchors, 0, 6);
	tcase_add_loop_test(c, test_signers_of_old, 0, 9);
	tcase_add_loop_test(c, test_signers_of_since, 0, 8);
	tcase_add_loop_test(c, test_later_for_some_reasons, 0, 8);
	tcase_add_loop_test(c, test_two_in_one_answer, 0, 12);
	tcase_add_test(c, test_never_issued);
	tcase_add_loop_test(c, test_indirect, 0, 9);
	tcase_add_loop_test(c, test_runs_of_one_issuer, 0, 6);
	tcase_add_loop_test(c, test_delta_that_forgot, 0, 4);
	tcase_add_loop_test(c, test_delta_that_ended, 0, 8);
	tcase_add_test(c, test_heard_for_another);
	suite_add_tcase(s, c);
	return s;
}
