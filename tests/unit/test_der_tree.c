/*
 * Every element of a signed object changed in every way that BER allows and DER does not, or taken
 * out, doubled, moved, emptied: certificates, requests, CRLs, OCSP requests and responses
 * (X.690 8 to 11).  What is still read must be read by OpenSSL too, and its signature must not
 * verify for other octets than those that were signed.
 */
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509.h>

#include <antin/crl.h>
#include <antin/ocsp.h>
#include <antin/request.h>

#include "issued.h"

/* ---- the changes ---- */

enum change {
	NONE,
	LONG_LENGTH, /* one octet of length more than needed */
	INDEFINITE,
	HIGH_TAG,   /* the tag number in an octet of its own */
	OTHER_FORM, /* constructed for primitive and back */
	OTHER_CLASS,
	TAIL, /* an element more inside */
	EMPTY,
	TWICE,
	GONE,
	SWAPPED, /* with the one behind it */
	CHANGES,
};
static const char *const change_names[CHANGES] = {"none",     "long length", "indefinite length",
                                                  "high tag", "other form",  "other class",
                                                  "tail",     "empty",       "twice",
                                                  "gone",     "swapped"};

/* None of these is DER, wherever it stands. */
static bool
never_der(enum change c)
{
	return c >= LONG_LENGTH && c <= HIGH_TAG;
}

struct tree {
	size_t target, seen;
	enum change change;
	bool into_octets; /* elements inside of OCTET STRINGs count too */
};

static void
add_long(struct antin_bytes *out, uint8_t tag, const struct antin_bytes *content)
{
	size_t len = content->len;

	antin_bytes_byte(out, tag);
	if (len < 0x80) {
		antin_bytes_byte(out, 0x81);
	} else {
		antin_bytes_byte(out, 0x84);
		antin_bytes_byte(out, 0);
		antin_bytes_byte(out, (uint8_t)(len >> 16));
		antin_bytes_byte(out, (uint8_t)(len >> 8));
	}
	antin_bytes_byte(out, (uint8_t)len);
	antin_bytes_add(out, content->p, len);
}

static void
add_indefinite(struct antin_bytes *out, uint8_t tag, const struct antin_bytes *content)
{
	antin_bytes_byte(out, tag);
	antin_bytes_byte(out, 0x80);
	antin_bytes_add(out, content->p, content->len);
	antin_bytes_add(out, "\0\0", 2);
}

static void
add_high_tag(struct antin_bytes *out, uint8_t tag, const struct antin_bytes *content)
{
	ANTIN_SCOPED(antin_bytes) plain = {0};

	antin_der_add(&plain, tag | 0x1f, antin_bytes_slice(content));
	antin_bytes_byte(out, plain.p[0]);
	antin_bytes_byte(out, tag & 0x1f);
	antin_bytes_add(out, plain.p + 1, plain.len - 1);
}

/* The element at the target; SWAPPED takes the next from `in` as well. */
static void
add_changed(struct tree *t, uint8_t tag, struct antin_bytes *content, struct antin_in *in,
            struct antin_bytes *out)
{
	struct antin_slice s = antin_bytes_slice(content);
	struct antin_tlv next;

	switch (t->change) {
	case LONG_LENGTH:
		add_long(out, tag, content);
		return;
	case INDEFINITE:
		add_indefinite(out, tag, content);
		return;
	case HIGH_TAG:
		add_high_tag(out, tag, content);
		return;
	case OTHER_FORM:
		antin_der_add(out, tag ^ 0x20, s);
		return;
	case OTHER_CLASS:
		antin_der_add(out, tag ^ 0x40, s);
		return;
	case TAIL:
		antin_bytes_add(content, "\x05\x00", 2);
		antin_der_add(out, tag, antin_bytes_slice(content));
		return;
	case EMPTY:
		antin_der_add(out, tag, (struct antin_slice){NULL, 0});
		return;
	case TWICE:
		antin_der_add(out, tag, s);
		antin_der_add(out, tag, s);
		return;
	case GONE:
		return;
	case SWAPPED:
		if (antin_der_next(in, &next))
			antin_bytes_add(out, next.whole.p, next.whole.len);
		antin_der_add(out, tag, s);
		return;
	case NONE:
	case CHANGES:
		antin_der_add(out, tag, s);
		return;
	}
}

static bool
all_der(struct antin_slice s)
{
	struct antin_in in = antin_in_of(s);
	struct antin_tlv e;

	while (!antin_der_end(&in))
		if (!antin_der_next(&in, &e))
			return false;
	return s.len > 0;
}

/* Copies elements, the target changed; lengths around it follow. */
static void
copy(struct tree *t, struct antin_slice elements, struct antin_bytes *out)
{
	struct antin_in in = antin_in_of(elements);
	struct antin_tlv e;

	while (antin_der_next(&in, &e)) {
		ANTIN_SCOPED(antin_bytes) content = {0};
		size_t at = t->seen++;

		if ((e.tag & 0x20) ||
		    (t->into_octets && e.tag == ANTIN_OCTET_STRING && all_der(e.value)))
			copy(t, e.value, &content);
		else
			antin_bytes_add(&content, e.value.p, e.value.len);
		if (at == t->target)
			add_changed(t, e.tag, &content, &in, out);
		else
			antin_der_add(out, e.tag, antin_bytes_slice(&content));
	}
	ck_assert(antin_der_end(&in));
}

/* ---- the objects ---- */

struct world {
	struct issued root;
	struct antin_bytes der;
	struct antin_bytes tbs; /* the octets that were signed */
};

/* What a reader made of octets. */
struct verdict {
	enum antin_rc rc;
	bool verified;
	struct antin_bytes tbs;
};

static void
keep_tbs(struct verdict *v, struct antin_slice tbs, enum antin_rc verified)
{
	v->verified = verified == ANTIN_OK;
	antin_bytes_add(&v->tbs, tbs.p, tbs.len);
}

static void
cert_make(struct world *w)
{
	struct issued sub = issued_make("vn-sub-ca", SUB_NAME, &w->root, "p256");

	antin_bytes_add(&w->der, sub.cert->der.p, sub.cert->der.len);
	issued_done(&sub);
}

static void
cert_read(const struct world *w, struct antin_slice s, struct verdict *v, struct antin_err *err)
{
	ANTIN_OWN_S(antin_cert) c = NULL;
	static const char *const lists[] = {"aia-issuers", "aia-ocsp", "cdp"};
	ANTIN_SCOPED(antin_bytes) text = {0};

	v->rc = antin_cert_read(s, &c, err);
	if (v->rc != ANTIN_OK)
		return;
	keep_tbs(v, c->tbs, antin_cert_verify(c, w->root.key->public_key, NULL, NULL));
	for (size_t i = 0; i < UTIL_COUNT(lists); i++)
		antin_cert_uris(c, lists[i], &text);
	antin_cert_emails(c, &text);
	antin_cert_policies(c, &text);
	ck_assert(!text.failed);
	for (size_t i = 0; i < text.len; i++)
		ck_assert(text.p[i] == '\n' || (text.p[i] > ' ' && text.p[i] < 0x7f));
}

#define THEIRS(name, type)                                                                         \
	static bool name(struct antin_slice s)                                                     \
	{                                                                                          \
		const unsigned char *p = s.p;                                                      \
		type *x = d2i_##type(NULL, &p, (long)s.len);                                       \
		bool whole = x && p == s.p + s.len;                                                \
                                                                                                   \
		type##_free(x);                                                                    \
		ERR_clear_error();                                                                 \
		return whole;                                                                      \
	}
THEIRS(cert_theirs, X509)
THEIRS(request_theirs, X509_REQ)
THEIRS(crl_theirs, X509_CRL)
THEIRS(asked_theirs, OCSP_REQUEST)
THEIRS(answer_theirs, OCSP_RESPONSE)

static void
request_make(struct world *w)
{
	ANTIN_SCOPED(antin_bytes) name = {0};
	struct antin_err err = {0};

	util_ok(antin_name_parse(EE_NAME, &name, &err));
	util_ok(antin_request_write(w->root.key, antin_bytes_slice(&name), "a@b.vn", &w->der,
	                            &err));
}

static void
request_read(const struct world *w, struct antin_slice s, struct verdict *v, struct antin_err *err)
{
	ANTIN_OWN_S(antin_request) r = NULL;

	(void)w;
	v->rc = antin_request_read(s, &r, err);
	if (r)
		keep_tbs(v, r->info, ANTIN_OK);
}

static enum antin_rc
rows(void *user, struct antin_crl_writer *w, struct antin_err *err)
{
	static const uint8_t serials[3][2] = {{0x11, 1}, {0x11, 2}, {0x12, 1}};
	enum antin_rc rc = ANTIN_OK;

	(void)user;
	for (size_t i = 0; rc == ANTIN_OK && i < UTIL_COUNT(serials); i++) {
		struct antin_crl_entry e = {{serials[i], 2}, ISSUED_NOW - 9, 0, ANTIN_NO_TIME};

		e.reason = i ? ANTIN_REASON_KEY_COMPROMISE : 0;
		e.invalidity = i == 2 ? ISSUED_NOW - 99 : ANTIN_NO_TIME;
		rc = antin_crl_add(w, &e, err);
	}
	return rc;
}

static void
crl_make(struct world *w)
{
	static const uint8_t number[] = {1, 2};
	const struct antin_crl_spec spec = {
	        .issuer = w->root.cert->subject,
	        .aki = w->root.cert->ski,
	        .number = {number, 2},
	        .this_update = ISSUED_NOW,
	        .next_update = ISSUED_NOW + 86400,
	        .expired_on_crl = ISSUED_NOW - 1000,
	        .shard_url = "http://ca.gov.vn/1.crl",
	        .sigalg = antin_sigalg_default(antin_public_type(w->root.key->public_key)),
	        .rows = rows,
	};
	struct antin_err err = {0};

	util_ok(antin_crl_write_bytes(&spec, w->root.key, &w->der, NULL, &err));
}

static void
crl_read(const struct world *w, struct antin_slice s, struct verdict *v, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) own = {0};
	ANTIN_OWN_S(antin_crl) c = NULL;

	antin_bytes_add(&own, s.p, s.len);
	v->rc = antin_crl_read(&own, &c, err);
	if (c)
		keep_tbs(v, c->tbs, antin_crl_verify(c, w->root.key->public_key, NULL, NULL));
}

/* CertIDs of the root: one by SHA-1, one by SHA-256. */
static void
ids_of(struct world *w, struct antin_bytes *ids)
{
	struct antin_err err = {0};

	for (int i = 0; i < 2; i++)
		util_ok(antin_certid_add(ids, i ? ANTIN_SHA256 : ANTIN_SHA1, w->root.cert,
		                         w->root.cert->serial, &err));
}

static void
asked_make(struct world *w)
{
	ANTIN_SCOPED(antin_bytes) ids = {0};
	struct antin_err err = {0};

	ids_of(w, &ids);
	util_ok(antin_ocsp_request_write(antin_bytes_slice(&ids), UTIL_LITERAL("0123456789abcdef"),
	                                 &w->der, &err));
}

static void
asked_read(const struct world *w, struct antin_slice s, struct verdict *v, struct antin_err *err)
{
	struct antin_ocsp_request r;

	(void)w;
	v->rc = antin_ocsp_request_read(s, &r, err);
}

static void
answer_make(struct world *w)
{
	ANTIN_SCOPED(antin_bytes) ids = {0};
	struct antin_ocsp_single singles[2] = {{.status = ANTIN_OCSP_REVOKED,
	                                        .revoked = ISSUED_NOW - 7,
	                                        .reason = 1},
	                                       {.status = ANTIN_OCSP_GOOD}};
	struct antin_ocsp_answer a = {.produced_at = ISSUED_NOW, .n = 2, .singles = singles};
	struct antin_err err = {0};
	struct antin_in in;

	ids_of(w, &ids);
	in = antin_in_of(antin_bytes_slice(&ids));
	for (size_t i = 0; i < 2; i++) {
		struct antin_slice id;

		ck_assert(antin_der_whole(&in, ANTIN_SEQUENCE, &id));
		util_ok(antin_certid_read(id, &singles[i].id, &err));
		singles[i].this_update = ISSUED_NOW;
		singles[i].next_update = ISSUED_NOW + 3600;
		singles[i].archive_cutoff = i ? ISSUED_NOW - 1000 : ANTIN_NO_TIME;
		singles[i].invalidity = i ? ANTIN_NO_TIME : ISSUED_NOW - 8;
	}
	a.nonce = UTIL_LITERAL("0123456789abcdef");
	util_ok(antin_ocsp_sign(&a, w->root.key, w->root.cert->der, &w->der, &err));
}

static void
answer_read(const struct world *w, struct antin_slice s, struct verdict *v, struct antin_err *err)
{
	ANTIN_OWN_S(antin_ocsp_response) r = NULL;

	v->rc = antin_ocsp_response_read(s, &r, err);
	if (r && r->status == ANTIN_OCSP_SUCCESSFUL)
		keep_tbs(v, r->tbs, antin_ocsp_verify(r, w->root.key->public_key, NULL, NULL));
}

static const struct kind {
	const char *name;
	void (*make)(struct world *w);
	void (*read)(const struct world *w, struct antin_slice s, struct verdict *v,
	             struct antin_err *err);
	bool (*theirs)(struct antin_slice s);
	bool is_signed;
	size_t least; /* elements that there are, so that none is overlooked */
} kinds[] = {
        {"certificate", cert_make, cert_read, cert_theirs, true, 60},
        {"request", request_make, request_read, request_theirs, true, 40},
        {"CRL", crl_make, crl_read, crl_theirs, true, 50},
        {"OCSP request", asked_make, asked_read, asked_theirs, false, 20},
        {"OCSP response", answer_make, answer_read, answer_theirs, true, 6},
};
enum { KINDS = UTIL_COUNT(kinds) };

static void
world_make(struct world *w, const struct kind *k)
{
	struct verdict v = {0};
	struct antin_err err = {0};

	*w = (struct world){.root = issued_make("vn-root", ROOT_NAME, NULL, "p256")};
	k->make(w);
	k->read(w, antin_bytes_slice(&w->der), &v, &err);
	ck_assert_msg(v.rc == ANTIN_OK && v.verified == k->is_signed, "%s: %s", k->name,
	              util_line(&err));
	ck_assert(k->theirs(antin_bytes_slice(&w->der)));
	antin_bytes_move(&w->tbs, &v.tbs);
}

static void
world_done(struct world *w)
{
	issued_done(&w->root);
	antin_bytes_done(&w->der);
	antin_bytes_done(&w->tbs);
}

static size_t
elements_of(const struct world *w, bool into_octets)
{
	struct tree t = {.target = SIZE_MAX, .into_octets = into_octets};
	ANTIN_SCOPED(antin_bytes) same = {0};

	copy(&t, antin_bytes_slice(&w->der), &same);
	util_slice_eq(antin_bytes_slice(&same), antin_bytes_slice(&w->der));
	return t.seen;
}

/* True for a class that a reader may give for octets of this kind. */
static bool
fit_class(enum antin_rc rc)
{
	return rc == ANTIN_OK || rc == ANTIN_E_FORMAT || rc == ANTIN_E_UNSUPPORTED ||
	       rc == ANTIN_E_BAD_SIGNATURE || rc == ANTIN_E_POLICY;
}

static void
judge(const struct kind *k, const struct world *w, const struct tree *t,
      const struct antin_bytes *der)
{
	struct antin_err err = {0};
	struct verdict v = {0};

	k->read(w, antin_bytes_slice(der), &v, &err);
	ck_assert_msg(fit_class(v.rc), "%s, element %zu, %s: %s", k->name, t->target,
	              change_names[t->change], util_line(&err));
	ck_assert_msg(v.rc == ANTIN_OK || (err.rc == v.rc && err.n_frames > 0), "%s: no text",
	              k->name);
	/* Inside of values that a reader does not open, it cannot judge the form. */
	if (!t->into_octets && v.rc == ANTIN_OK) {
		ck_assert_msg(!never_der(t->change), "%s, element %zu, %s: read", k->name,
		              t->target, change_names[t->change]);
		/* The value of an attribute may be of any type; OpenSSL knows universal ones. */
		ck_assert_msg(t->change == OTHER_CLASS || k->theirs(antin_bytes_slice(der)),
		              "%s, element %zu, %s: read, but not by OpenSSL", k->name, t->target,
		              change_names[t->change]);
	}
	if (v.verified)
		ck_assert_msg(antin_bytes_equal(&v.tbs, &w->tbs), "%s, element %zu, %s: verifies",
		              k->name, t->target, change_names[t->change]);
	antin_bytes_done(&v.tbs);
}

static void
sweep(const struct kind *k, bool into_octets)
{
	struct world w;
	size_t n, changed = 0;

	world_make(&w, k);
	n = elements_of(&w, into_octets);
	ck_assert_msg(n >= k->least, "%s: %zu elements", k->name, n);
	for (size_t i = 0; i < n * CHANGES; i++) {
		struct tree t = {.target = i / CHANGES,
		                 .change = (enum change)(i % CHANGES),
		                 .into_octets = into_octets};
		ANTIN_SCOPED(antin_bytes) der = {0};

		copy(&t, antin_bytes_slice(&w.der), &der);
		ck_assert(!der.failed);
		if (antin_bytes_equal(&der, &w.der)) {
			ck_assert(t.change == NONE || t.change == EMPTY || t.change == SWAPPED);
			continue;
		}
		ck_assert(t.change != NONE);
		judge(k, &w, &t, &der);
		changed++;
	}
	ck_assert_uint_gt(changed, n * (CHANGES - 3));
	world_done(&w);
}

START_TEST(every_element)
{
	sweep(&kinds[_i], false);
}
END_TEST

/* Extensions and the answer inside of an OCSP response stand in OCTET STRINGs. */
START_TEST(inside_of_octets)
{
	sweep(&kinds[_i], true);
}
END_TEST

Suite *suite_der_tree(void);
Suite *
suite_der_tree(void)
{
	Suite *s = suite_create("der_tree");
	TCase *t = tcase_create("der_tree");

	tcase_add_loop_test(t, every_element, 0, KINDS);
	tcase_add_loop_test(t, inside_of_octets, 0, KINDS);
	suite_add_tcase(s, t);
	return s;
}
