/*
 * What a verification asks for, in which order, and when not: revocation data and issuers from a
 * fetcher that answers by the name of the address, and writes down what it was asked.
 */
#include "status_scene.h"

#include <antin/net.h>

Suite *suite_fetch(void);

/* ---- a fetcher ---- */

static struct {
	struct antin_bytes asked; /* "crl good;ocsp late;" */
	struct scene *scene;
	enum antin_rc fails;
} desk;

static void
list_of(struct pki_list l, struct antin_bytes *out)
{
	struct antin_crl *c = pki_crl(l);

	antin_bytes_add(out, c->der.p, c->der.len);
	antin_crl_free(c);
}

static void
answer_of(struct pki_answer a, struct antin_bytes *out)
{
	struct antin_ocsp_response *r = pki_ocsp(a);

	antin_bytes_add(out, r->der.p, r->der.len);
	antin_ocsp_response_free(r);
}

enum { LONG_AGO = 30 * 24 * 3600 };
#define TEN "0123456789"
#define FAR TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static void
add_uri(struct antin_bytes *b, const char *name, size_t len)
{
	char url[600];

	(void)snprintf(url, sizeof(url), "http://ca.vn/%.*s", (int)len, name);
	antin_der_add_text(b, ANTIN_NAME_URI, url);
}

static void
add_points(struct antin_bytes *b, const char *names)
{
	size_t outer = antin_der_open(b, ANTIN_SEQUENCE);

	for (size_t len; (len = strcspn(names, " ")) > 0; names += len + (names[len] == ' ')) {
		size_t point = antin_der_open(b, ANTIN_SEQUENCE);
		size_t name = antin_der_open(b, ANTIN_CONTEXT_CONS(0));
		size_t full = antin_der_open(b, ANTIN_CONTEXT_CONS(0));

		add_uri(b, names, len);
		antin_der_close(b, full);
		antin_der_close(b, name);
		antin_der_close(b, point);
	}
	antin_der_close(b, outer);
}

/* What stands behind the last part of an address. */
static void
content_of(const char *name, struct antin_bytes *out)
{
	const struct scene *s = desk.scene;
	struct pki_list list = {.issuer = "ca", .signer = ca_key};
	ANTIN_SCOPED(antin_bytes) freshest = {0};
	const char *to = strstr(name, "-at-");
	struct pki_answer answer = {.issuer = s->ca, .serial = s->leaf->serial, .signer = ca_key};
	static const uint8_t try_later[] = {0x30, 3, 10, 1, 3};

	/* "base-at-DELTA" names its delta, "DELTA" is one. */
	if (to)
		add_points(&freshest, to + 4);
	list.freshest = antin_bytes_slice(&freshest);
	if (!to && strstr(name, "delta")) {
		list.base = 1;
		list.number = 2;
		list.from = PKI_NOW - 60;
	}
	if (strstr(name, "hold"))
		list.revoked[0] = (struct pki_revoked){.serial = SERIAL,
		                                       .at = PKI_NOW - 900,
		                                       .reason = ANTIN_REASON_HOLD};
	if (strstr(name, "remove"))
		list.revoked[0] = (struct pki_revoked){.serial = SERIAL,
		                                       .at = PKI_NOW - 900,
		                                       .reason = ANTIN_REASON_REMOVE};
	if (!to && strstr(name, "revoked")) {
		list.revoked[0] = (struct pki_revoked){.serial = SERIAL, .at = PKI_NOW - 600};
		answer.status = ANTIN_OCSP_REVOKED;
		answer.revoked = PKI_NOW - 600;
	}
	if (strstr(name, "base-stale") || (!to && strstr(name, "stale"))) {
		list.from = answer.from = PKI_NOW - LONG_AGO;
		list.to = answer.to = PKI_NOW - LONG_AGO / 2;
	}
	if (strstr(name, "new")) /* made while the program was running */
		list.from = answer.from = PKI_NOW + 330;
	if (!to && strstr(name, "forged"))
		list.bad_signature = answer.bad_signature = true;
	if (!to && strstr(name, "others"))
		list = (struct pki_list){.issuer = "root", .signer = root_key};
	if (strstr(name, "unknown"))
		answer.status = ANTIN_OCSP_UNKNOWN;
	if (!to && strstr(name, "junk"))
		antin_bytes_text(out, "<html>moved</html>");
	else if (strstr(name, "later"))
		antin_bytes_add(out, try_later, sizeof(try_later));
	else if (strstr(name, "ocsp"))
		answer_of(answer, out);
	else
		list_of(list, out);
}

static enum antin_rc
desk_fetch(void *user, const struct antin_fetch_request *q, struct antin_fetch_answer *out,
           struct antin_err *err)
{
	struct antin_ocsp_request question;
	char url[512];

	(void)user;
	ck_assert(antin_net_url_valid(q->url));
	(void)snprintf(url, sizeof(url), "%.*s", (int)q->url.len, (const char *)q->url.p);
	antin_bytes_printf(&desk.asked, "%s%s %s;", antin_fetch_kind_id(q->kind),
	                   q->anew ? "!" : "", strrchr(url, '/') + 1);
	if (desk.fails != ANTIN_OK)
		return antin_fail(err, desk.fails, N_("the desk is closed"));
	ck_assert_int_eq(q->kind == ANTIN_FETCH_OCSP, q->body.len > 0);
	if (q->body.len) {
		ck_assert_int_eq(antin_ocsp_request_read(q->body, &question, NULL), ANTIN_OK);
		ck_assert_uint_eq(question.n, 1);
		ck_assert_ptr_null(question.nonce.p);
		util_slice_eq(question.ids[0].serial, desk.scene->leaf->serial);
	}
	out->result = ANTIN_FETCHED_STATUS;
	out->how = ANTIN_FETCH_ASKED;
	out->status = 404;
	if (strncmp(strrchr(url, '/') + 1, "none", 4) == 0)
		return ANTIN_OK;
	out->result = ANTIN_FETCHED_ANSWERED;
	out->status = 200;
	if (strstr(url, "came"))
		out->came = PKI_NOW + (strstr(url, "early") ? 29 : 30);
	/* "kept-A-then-B": a copy of A, and B when it is asked anew. */
	if (strstr(url, "kept-") && !q->anew) {
		out->how = ANTIN_FETCH_STORED;
		*strstr(url, "-then-") = '\0';
	} else if (strstr(url, "kept-")) {
		memmove(url, strstr(url, "-then-"), strlen(strstr(url, "-then-")) + 1);
	}
	content_of(url, &out->body);
	return ANTIN_OK;
}

static const struct antin_fetcher desk_fetcher = {desk_fetch, NULL};

/* ---- certificates with addresses ---- */

static void
add_access(struct antin_bytes *b, const char *oid, const char *names)
{
	for (size_t len; (len = strcspn(names, " ")) > 0; names += len + (names[len] == ' ')) {
		size_t one = antin_der_open(b, ANTIN_SEQUENCE);

		antin_der_add_oid(b, oid);
		add_uri(b, names, len);
		antin_der_close(b, one);
	}
}

struct addresses {
	const char *lists, *ocsp, *issuers, *deltas; /* NULL none */
	bool unknown_critical;
};

static struct antin_cert *
leaf_with(struct addresses a)
{
	static const uint8_t null[] = {5, 0};
	struct pki_spec spec = pki_leaf("leaf", "ca", leaf_key, ca_key);
	ANTIN_SCOPED(antin_bytes) points = {0};
	ANTIN_SCOPED(antin_bytes) deltas = {0};
	ANTIN_SCOPED(antin_bytes) access = {0};
	size_t n = 0, outer = antin_der_open(&access, ANTIN_SEQUENCE);

	spec.serial = SERIAL;
	if (a.lists) {
		add_points(&points, a.lists);
		spec.exts[n++] = (struct pki_ext){"2.5.29.31", false, antin_bytes_slice(&points)};
	}
	if (a.deltas) {
		add_points(&deltas, a.deltas);
		spec.exts[n++] = (struct pki_ext){"2.5.29.46", false, antin_bytes_slice(&deltas)};
	}
	if (a.ocsp)
		add_access(&access, "1.3.6.1.5.5.7.48.1", a.ocsp);
	if (a.issuers)
		add_access(&access, "1.3.6.1.5.5.7.48.2", a.issuers);
	antin_der_close(&access, outer);
	if (a.ocsp || a.issuers)
		spec.exts[n++] =
		        (struct pki_ext){"1.3.6.1.5.5.7.1.1", false, antin_bytes_slice(&access)};
	if (a.unknown_critical)
		spec.exts[n++] = (struct pki_ext){"1.2.3.4", true, {null, 2}};
	return pki_cert(spec);
}

/* ---- revocation data ---- */

struct one {
	struct addresses at;
	enum antin_status_kind kind;
	const char *asked;
};
static const struct one ones[] = {
        {{.lists = "good"}, ANTIN_STATUS_GOOD, "crl good;"},
        /* What settles it ends the asking; lists come first. */
        {{.lists = "good", .ocsp = "ocsp-good"}, ANTIN_STATUS_GOOD, "crl good;"},
        {{.lists = "good good2"}, ANTIN_STATUS_GOOD, "crl good;"},
        {{.ocsp = "ocsp-good ocsp-2"}, ANTIN_STATUS_GOOD, "ocsp ocsp-good;"},
        {{.lists = "revoked", .ocsp = "ocsp-good"}, ANTIN_STATUS_REVOKED, "crl revoked;"},
        {{.lists = "none revoked good"}, ANTIN_STATUS_REVOKED, "crl none;crl revoked;"},
        {{.ocsp = "ocsp-revoked ocsp-good"}, ANTIN_STATUS_REVOKED, "ocsp ocsp-revoked;"},
        /* What is of no use is passed by. */
        {{.lists = "none", .ocsp = "ocsp-good"}, ANTIN_STATUS_GOOD, "crl none;ocsp ocsp-good;"},
        {{.lists = "junk", .ocsp = "ocsp-good"}, ANTIN_STATUS_GOOD, "crl junk;ocsp ocsp-good;"},
        {{.lists = "stale", .ocsp = "ocsp-good"}, ANTIN_STATUS_GOOD, "crl stale;ocsp ocsp-good;"},
        {{.lists = "others good"}, ANTIN_STATUS_GOOD, "crl others;crl good;"},
        {{.lists = "forged", .ocsp = "ocsp-good"}, ANTIN_STATUS_GOOD, "crl forged;ocsp ocsp-good;"},
        {{.ocsp = "ocsp-unknown ocsp-good"},
         ANTIN_STATUS_GOOD,
         "ocsp ocsp-unknown;ocsp ocsp-good;"},
        {{.ocsp = "later ocsp-good"}, ANTIN_STATUS_GOOD, "ocsp later;ocsp ocsp-good;"},
        {{.ocsp = "ocsp-forged"}, ANTIN_STATUS_UNKNOWN, "ocsp ocsp-forged;"},
        {{.ocsp = "ocsp-stale"}, ANTIN_STATUS_UNKNOWN, "ocsp ocsp-stale;"},
        {{.ocsp = "junk"}, ANTIN_STATUS_UNKNOWN, "ocsp junk;"},
        {{.lists = "none"}, ANTIN_STATUS_UNKNOWN, "crl none;"},
        {{.lists = "forged-revoked"}, ANTIN_STATUS_UNKNOWN, "crl forged-revoked;"},
        {{0}, ANTIN_STATUS_UNKNOWN, ""},
        {{.issuers = "good"}, ANTIN_STATUS_UNKNOWN, ""},
        /* A copy that settles nothing is asked for anew, one that does is not. */
        {{.lists = "kept-stale-then-good"},
         ANTIN_STATUS_GOOD,
         "crl kept-stale-then-good;crl! kept-stale-then-good;"},
        {{.lists = "kept-good-then-revoked"}, ANTIN_STATUS_GOOD, "crl kept-good-then-revoked;"},
        {{.lists = "kept-junk-then-revoked"},
         ANTIN_STATUS_REVOKED,
         "crl kept-junk-then-revoked;crl! kept-junk-then-revoked;"},
        {{.lists = "kept-stale-revoked-then-good"},
         ANTIN_STATUS_REVOKED,
         "crl kept-stale-revoked-then-good;"},
        /* Dated after the run began, but not after it came; later still is made up. */
        {{.lists = "new-came"}, ANTIN_STATUS_GOOD, "crl new-came;"},
        {{.ocsp = "ocsp-new-came"}, ANTIN_STATUS_GOOD, "ocsp ocsp-new-came;"},
        {{.lists = "new-came-revoked"}, ANTIN_STATUS_REVOKED, "crl new-came-revoked;"},
        {{.lists = "new"}, ANTIN_STATUS_UNKNOWN, "crl new;"},
        {{.ocsp = "ocsp-new"}, ANTIN_STATUS_UNKNOWN, "ocsp ocsp-new;"},
        {{.lists = "new-came-early"}, ANTIN_STATUS_UNKNOWN, "crl new-came-early;"},
        {{.ocsp = "ocsp-new-came-early"}, ANTIN_STATUS_UNKNOWN, "ocsp ocsp-new-came-early;"},
        /* A list that names its deltas is no last word but where it revokes. */
        {{.lists = "base-at-delta"}, ANTIN_STATUS_GOOD, "crl base-at-delta;crl delta;"},
        {{.lists = "base-at-delta-revoked"},
         ANTIN_STATUS_REVOKED,
         "crl base-at-delta-revoked;crl delta-revoked;"},
        {{.lists = "good", .deltas = "delta-revoked"},
         ANTIN_STATUS_REVOKED,
         "crl good;crl delta-revoked;"},
        {{.lists = "good", .deltas = "none delta-revoked", .ocsp = "ocsp-good"},
         ANTIN_STATUS_REVOKED,
         "crl good;crl none;crl delta-revoked;"},
        /* Addresses that differ only far behind are two. */
        {{.lists = "good", .deltas = "delta-" FAR "a delta-" FAR "-revoked"},
         ANTIN_STATUS_REVOKED,
         "crl good;crl delta-" FAR "a;crl delta-" FAR "-revoked;"},
        {{.lists = "revoked", .deltas = "delta"}, ANTIN_STATUS_REVOKED, "crl revoked;"},
        /* A suspension is lifted by it, a list that was late made new. */
        {{.lists = "hold", .deltas = "delta-remove"},
         ANTIN_STATUS_GOOD,
         "crl hold;crl delta-remove;"},
        {{.lists = "base-stale-at-delta"}, ANTIN_STATUS_GOOD, "crl base-stale-at-delta;crl delta;"},
        /* One that cannot be had or is another's leaves it as it is. */
        {{.lists = "base-at-none"}, ANTIN_STATUS_GOOD, "crl base-at-none;crl none;"},
        {{.lists = "base-at-junk"}, ANTIN_STATUS_GOOD, "crl base-at-junk;crl junk;"},
        {{.lists = "base-at-delta-forged-revoked"},
         ANTIN_STATUS_GOOD,
         "crl base-at-delta-forged-revoked;crl delta-forged-revoked;"},
        {{.lists = "base-stale-at-none", .ocsp = "ocsp-good"},
         ANTIN_STATUS_GOOD,
         "crl base-stale-at-none;crl none;ocsp ocsp-good;"},
        /* Without a complete list a delta says nothing, and a list of another's is none. */
        {{.deltas = "delta", .ocsp = "ocsp-good"}, ANTIN_STATUS_GOOD, "ocsp ocsp-good;"},
        {{.lists = "none", .deltas = "delta"}, ANTIN_STATUS_UNKNOWN, "crl none;"},
        {{.lists = "forged", .deltas = "delta"}, ANTIN_STATUS_UNKNOWN, "crl forged;"},
        {{.lists = "others", .deltas = "delta"}, ANTIN_STATUS_UNKNOWN, "crl others;"},
        /* So many addresses and no more. */
        {{.lists = "none1 none2 none3 none4 none5 none6 none7 none8 good"},
         ANTIN_STATUS_UNKNOWN,
         "crl none1;crl none2;crl none3;crl none4;crl none5;crl none6;crl none7;crl none8;"},
};

static void
open_desk(struct scene *s, struct addresses a)
{
	scene_make(s, leaf_with(a), 0);
	desk.scene = s;
	desk.fails = ANTIN_OK;
	antin_bytes_clear(&desk.asked);
	s->revocation.fetcher = &desk_fetcher;
	s->revocation.grows = &s->evidence;
}

static void
close_desk(struct scene *s)
{
	scene_done(s);
	antin_bytes_done(&desk.asked);
}

static void
asked_is(const char *want)
{
	const char *have = antin_bytes_cstr(&desk.asked);

	ck_assert_msg(strcmp(have, want) == 0, "asked \"%s\", not \"%s\"", have, want);
}

START_TEST(each)
{
	const struct one *o = &ones[_i];
	ANTIN_SCOPED(antin_fetch_log) log = {0};
	const struct antin_status *st;
	struct scene s;

	open_desk(&s, o->at);
	s.revocation.log = &log;
	st = scene_ask(&s);
	asked_is(o->asked);
	ck_assert_int_eq(st->kind, o->kind);
	if (st->kind != ANTIN_STATUS_UNKNOWN)
		ck_assert_msg(strncmp(st->file, "http://ca.vn/", 13) == 0, "%s", st->file);
	/* The record has each of them, and what could not be read. */
	for (size_t i = 0; i < log.n; i++) {
		const char *name = strrchr(log.items[i].url, '/') + 1;

		ck_assert(strstr(o->asked, name) != NULL);
		if (strcmp(name, "junk") == 0)
			ck_assert_int_eq(log.items[i].result, ANTIN_FETCHED_UNREADABLE);
		if (strncmp(name, "none", 4) == 0)
			ck_assert_int_eq(log.items[i].result, ANTIN_FETCHED_STATUS);
	}
	ck_assert_int_eq(log.n > 0, o->asked[0] != '\0');
	close_desk(&s);
}
END_TEST

/* The same certificate again: nothing is asked a second time, for it is at hand now. */
START_TEST(at_hand)
{
	struct scene s;

	open_desk(&s, (struct addresses){.lists = "good"});
	ck_assert_int_eq(scene_ask(&s)->kind, ANTIN_STATUS_GOOD);
	ck_assert_int_eq(scene_ask(&s)->kind, ANTIN_STATUS_GOOD);
	asked_is("crl good;");
	close_desk(&s);
	open_desk(&s, (struct addresses){.lists = "good", .deltas = "delta"});
	ck_assert_int_eq(scene_ask(&s)->kind, ANTIN_STATUS_GOOD);
	ck_assert_int_eq(scene_ask(&s)->kind, ANTIN_STATUS_GOOD);
	asked_is("crl good;crl delta;");
	close_desk(&s);
}
END_TEST

/* A list that was given says where its deltas are: they are asked for, it alone is not enough. */
START_TEST(given_with_delta)
{
	static const char *const deltas[] = {"delta", "delta-revoked"};
	struct scene s;

	for (size_t i = 0; i < UTIL_COUNT(deltas); i++) {
		ANTIN_SCOPED(antin_bytes) freshest = {0};
		char asked[64];

		open_desk(&s, (struct addresses){0});
		add_points(&freshest, deltas[i]);
		add_crl(&s, (struct pki_list){.issuer = "ca",
		                              .signer = ca_key,
		                              .freshest = antin_bytes_slice(&freshest)});
		ck_assert_int_eq(scene_ask(&s)->kind, i ? ANTIN_STATUS_REVOKED : ANTIN_STATUS_GOOD);
		(void)snprintf(asked, sizeof(asked), "crl %s;", deltas[i]);
		asked_is(asked);
		close_desk(&s);
	}
}
END_TEST

static void
given_good(struct scene *s)
{
	add_crl(s, (struct pki_list){.issuer = "ca", .signer = ca_key});
}
static void
given_revoked(struct scene *s)
{
	add_crl(s, (struct pki_list){.issuer = "ca",
	                             .signer = ca_key,
	                             .revoked = {{.serial = SERIAL, .at = PKI_NOW - 9}}});
}
static void
no_fetcher(struct scene *s)
{
	s->revocation.fetcher = NULL;
}
static void
no_place(struct scene *s)
{
	s->revocation.grows = NULL;
}
static void
anchor_itself(struct scene *s)
{
	s->w.anchors[2] = true;
}

/* When nobody is asked. */
static const struct {
	void (*change)(struct scene *s);
	bool critical;
} quiet[] = {
        {given_good, false},
        {given_revoked, false},
        {no_fetcher, false},
        {no_place, false},
        {anchor_itself, false},
        /* It chains to no anchor that could be relied on. */
        {NULL, true},
};

START_TEST(nobody)
{
	static const struct antin_path_rules rules = {.max_depth = -1};
	struct antin_err err = {0};
	struct scene s;

	open_desk(&s, (struct addresses){.lists = "good",
	                                 .ocsp = "ocsp-good",
	                                 .unknown_critical = quiet[_i].critical});
	if (quiet[_i].change)
		quiet[_i].change(&s);
	util_ok(antin_path_find(&s.ops, s.leaf, &rules, &s.path, &err));
	asked_is("");
	close_desk(&s);
}
END_TEST

/* Without an anchor there is no status to ask for. */
START_TEST(unanchored)
{
	static const struct antin_path_rules rules = {.max_depth = -1};
	struct antin_err err = {0};
	struct scene s;

	open_desk(&s, (struct addresses){.lists = "good", .ocsp = "ocsp-good"});
	s.w.anchors[0] = false;
	util_ok(antin_path_find(&s.ops, s.leaf, &rules, &s.path, &err));
	ck_assert(!s.path.valid && !s.path.anchored);
	asked_is("");
	close_desk(&s);
}
END_TEST

/* When the other side is gone, the verification ends; it does not go on without. */
START_TEST(gone)
{
	static const struct antin_path_rules rules = {.max_depth = -1};
	struct antin_err err = {0};
	struct scene s;

	open_desk(&s, (struct addresses){.lists = "good"});
	desk.fails = ANTIN_E_SERVICE;
	util_fails(antin_path_find(&s.ops, s.leaf, &rules, &s.path, &err), ANTIN_E_SERVICE);
	ck_assert_uint_eq(s.path.chain.n, 0);
	asked_is("crl good;");
	close_desk(&s);
}
END_TEST

/* ---- issuers ---- */

static struct antin_cert *other_ca;

static void
bundle_of(struct antin_bytes *out, bool broken)
{
	size_t info = antin_der_open(out, ANTIN_SEQUENCE), content, data, certs, part;

	antin_der_add_oid(out, "1.2.840.113549.1.7.2");
	content = antin_der_open(out, ANTIN_CONTEXT_CONS(0));
	data = antin_der_open(out, ANTIN_SEQUENCE);
	antin_der_add_uint(out, 1);
	part = antin_der_open(out, ANTIN_SET);
	antin_der_close(out, part);
	part = antin_der_open(out, ANTIN_SEQUENCE);
	antin_der_add_oid(out, "1.2.840.113549.1.7.1");
	antin_der_close(out, part);
	certs = antin_der_open(out, ANTIN_CONTEXT_CONS(0));
	antin_bytes_add(out, other_ca->der.p, other_ca->der.len);
	if (broken) {
		part = antin_der_open(out, ANTIN_SEQUENCE);
		antin_der_add_uint(out, 5);
		antin_der_close(out, part);
	}
	antin_bytes_add(out, desk.scene->ca->der.p, desk.scene->ca->der.len);
	antin_der_close(out, certs);
	part = antin_der_open(out, ANTIN_SET);
	antin_der_close(out, part);
	antin_der_close(out, data);
	antin_der_close(out, content);
	antin_der_close(out, info);
}

static void
issuer_content(const char *name, struct antin_bytes *out)
{
	const struct antin_cert *ca = desk.scene->ca;

	if (strstr(name, "bundle"))
		bundle_of(out, strstr(name, "broken") != NULL);
	else if (strstr(name, "pem"))
		antin_pem_add(out, "CERTIFICATE", ca->der);
	else if (strstr(name, "other"))
		antin_bytes_add(out, other_ca->der.p, other_ca->der.len);
	else if (strstr(name, "junk"))
		antin_bytes_text(out, "<html>");
	else
		antin_bytes_add(out, ca->der.p, ca->der.len);
}

static enum antin_rc
issuer_fetch(void *user, const struct antin_fetch_request *q, struct antin_fetch_answer *out,
             struct antin_err *err)
{
	char url[256];

	(void)user;
	if (desk.fails != ANTIN_OK)
		return antin_fail(err, desk.fails, N_("the desk is closed"));
	(void)snprintf(url, sizeof(url), "%.*s", (int)q->url.len, (const char *)q->url.p);
	antin_bytes_printf(&desk.asked, "%s%s;", strrchr(url, '/') + 1, q->anew ? "!" : "");
	out->how = strstr(url, "kept") && !q->anew ? ANTIN_FETCH_STORED : ANTIN_FETCH_ASKED;
	if (strstr(url, "none"))
		out->result = ANTIN_FETCHED_LATE;
	else if (strstr(url, "kept") && q->anew)
		issuer_content("", &out->body);
	else
		issuer_content(url, &out->body);
	return ANTIN_OK;
}

static const struct {
	const char *addresses, *asked;
	size_t found; /* certificates; 0: none of the issuer's name */
} issuers[] = {
        {"der", "der;", 1},
        {"pem", "pem;", 1},
        {"bundle", "bundle;", 2},
        {"bundle-broken", "bundle-broken;", 2},
        {"none der der2", "none;der;", 1},
        {"junk pem", "junk;pem;", 1},
        {"other der", "other;der;", 2},
        {"other", "other;", 1},
        {"junk", "junk;", 0},
        {"none", "none;", 0},
        {NULL, "", 0},
        {"kept", "kept;", 1},
        {"kept-other", "kept-other;kept-other!;", 2},
        {"kept-junk", "kept-junk;kept-junk!;", 1},
        {"none1 none2 none3 none4 der", "none1;none2;none3;none4;", 0},
};

START_TEST(each_issuer)
{
	static const struct antin_fetcher fetcher = {issuer_fetch, NULL};
	ANTIN_SCOPED(antin_fetch_log) log = {0};
	ANTIN_SCOPED(antin_certs) found = {0};
	struct antin_err err = {0};
	struct scene s;

	open_desk(&s, (struct addresses){.issuers = issuers[_i].addresses, .lists = "good"});
	other_ca = pki_cert(pki_ca("other", "root", other_key, root_key));
	util_ok(antin_path_fetch_issuers(&fetcher, &log, s.leaf, &found, &err));
	asked_is(issuers[_i].asked);
	ck_assert_uint_eq(found.n, issuers[_i].found);
	for (size_t i = 0; i < log.n; i++)
		/* Of a kept one that is junk, what came anew is none. */
		ck_assert_int_eq(log.items[i].result == ANTIN_FETCHED_UNREADABLE,
		                 strstr(log.items[i].url, "junk") &&
		                         (log.items[i].how == ANTIN_FETCH_STORED ||
		                          !strstr(log.items[i].url, "kept")));
	desk.fails = ANTIN_E_SERVICE;
	if (issuers[_i].addresses)
		util_fails(antin_path_fetch_issuers(&fetcher, &log, s.leaf, &found, &err),
		           ANTIN_E_SERVICE);
	antin_cert_free(other_ca);
	close_desk(&s);
}
END_TEST

/* Cut anywhere, or with any octet changed: whole certificates, or none. */
START_TEST(bundles)
{
	ANTIN_SCOPED(antin_bytes) bundle = {0};
	struct scene s;

	open_desk(&s, (struct addresses){0});
	other_ca = pki_cert(pki_ca("other", "root", other_key, root_key));
	bundle_of(&bundle, false);
	for (size_t i = 0; i < bundle.len; i++) {
		ANTIN_SCOPED(antin_certs) found = {0};
		struct antin_err err = {0};

		util_fails(antin_certs_answer((struct antin_slice){bundle.p, i}, &found, &err),
		           ANTIN_E_FORMAT);
		ck_assert_uint_eq(found.n, 0);
	}
	for (size_t i = 0; i < bundle.len; i++) {
		ANTIN_SCOPED(antin_certs) found = {0};
		struct antin_err err = {0};
		enum antin_rc rc;

		bundle.p[i] ^= 0x55;
		rc = antin_certs_answer(antin_bytes_slice(&bundle), &found, &err);
		ck_assert(rc == ANTIN_OK || rc == ANTIN_E_FORMAT);
		ck_assert_uint_le(found.n, 2);
		bundle.p[i] ^= 0x55;
	}
	antin_cert_free(other_ca);
	close_desk(&s);
}
END_TEST

Suite *
suite_fetch(void)
{
	Suite *s = suite_create("fetch");
	TCase *t = tcase_create("fetch");

	tcase_add_checked_fixture(t, make_keys, free_keys);
	tcase_add_loop_test(t, each, 0, (int)UTIL_COUNT(ones));
	tcase_add_test(t, at_hand);
	tcase_add_test(t, given_with_delta);
	tcase_add_loop_test(t, nobody, 0, (int)UTIL_COUNT(quiet));
	tcase_add_test(t, unanchored);
	tcase_add_test(t, gone);
	tcase_add_loop_test(t, each_issuer, 0, (int)UTIL_COUNT(issuers));
	tcase_add_test(t, bundles);
	suite_add_tcase(s, t);
	return s;
}
