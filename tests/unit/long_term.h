/*
 * Signatures of three years ago with all that is needed to check them today: the signer, the
 * authority above and the first time-stamp authority have ended since; archive time stamps keep
 * what was proven.  Each case changes one thing.
 */
#ifndef ANTIN_TEST_LONG_TERM_H
#define ANTIN_TEST_LONG_TERM_H

#include <antin/archive.h>

#include "cms_file.h"
#include "stamped.h"

#define LT_TEXT "C\xc3\xb4ng v\xc4\x83n s\xe1\xbb\x91 9/2023\n"
#define T_SIGN  (PKI_NOW - 3 * PKI_YEAR)
#define T_STAMP (T_SIGN + 60)
#define T_LIST  (T_SIGN + 3600)
#define T_ARCH  (T_SIGN + DAY)
#define T_AGAIN (PKI_NOW - PKI_YEAR)
#define T_ENDED (PKI_NOW - 2 * PKI_YEAR) /* of signer, authority, first service */

enum { TSA_2_SERIAL = 100, TSA_3_SERIAL = 101, STAMPS_MAX = 3 };
/* Who stamps. */
enum lt_tsa { FIRST, SECOND, THIRD };

/* What an archive time stamp leaves out of its index, or does otherwise. */
struct lt_archive {
	int64_t time; /* 0: T_ARCH for the first, T_AGAIN for the next */
	enum lt_tsa tsa;
	bool no_certs, no_lists, no_second_list, no_stamp, no_values, no_archive;
	bool no_fresh_list; /* none of the root is added for it */
	bool other_content, stranger, no_index, two_indexes, sha384_index;
	bool false_entry, forged, cut_index;
};

struct lt {
	const char *what;
	enum antin_sub sub;
	const char *code;  /* among the findings */
	const char *level; /* NULL: B-LTA of what passed, B-B else */
	int64_t best;      /* 0: T_STAMP of what passed */

	/* Trust and lists of today. */
	struct pki_revoked today_ca, today_tsa, today_tsa_2, of_leaf;
	const char *sha1_until; /* algorithms; NULL: built in */
	bool sha1;              /* certificates and lists of then */
	bool below;             /* the first service is below the signer's authority */
	bool top; /* one more stands above the authority: today_ca is about that one */
	/* What the signature carries. */
	bool no_stamp, other_stamp, no_lists, no_certs, values, ocsp, basic_ocsp, delegate;
	int64_t list_from; /* 0: T_LIST */
	int64_t content;   /* a stamp over the content; 0 none */
	bool content_other;
	size_t n_archives;
	struct lt_archive archives[STAMPS_MAX];
	int64_t tsa_2_to;
	int64_t withdrawn; /* the root is trusted for signers until then; 0 always */
	bool young;        /* nobody has ended yet */
	enum antin_level min_level;
};

/* People and papers of a case. */
struct lt_scene {
	const struct lt *c;
	struct scene s;
	struct antin_cert *tsa[3], *responder, *top;
	struct antin_bytes certs, lists, attrs; /* contents of the sets */
	struct antin_algorithms *algorithms;
	uint8_t digest[ANTIN_DIGEST_MAX]; /* of the content */
	struct antin_bytes signer;        /* SignerInfo to the signature */
};

static void
lt_cert(struct lt_scene *l, struct antin_cert **out, struct pki_spec s)
{
	*out = world_add(&l->s.w, s, false);
}

static void
lt_people(struct lt_scene *l)
{
	const struct lt *c = l->c;
	int64_t end = c->young ? PKI_NOW + PKI_YEAR : T_ENDED;
	struct pki_spec root = pki_ca("State/Root", "State/Root", root_key, root_key);
	struct pki_spec ca = pki_ca("Agency/CA", "State/Root", ca_key, root_key);
	struct pki_spec leaf = pki_leaf("Sở Nội vụ/Nguyễn Văn An", "Agency/CA", leaf_key, ca_key);
	struct pki_spec tsa = pki_leaf(TSA_NAME, "State/Root", other_key, root_key), who;

	root.from = PKI_NOW - 10 * PKI_YEAR;
	root.to = PKI_NOW + 10 * PKI_YEAR;
	ca.from = leaf.from = tsa.from = PKI_NOW - 5 * PKI_YEAR;
	ca.to = leaf.to = tsa.to = end;
	ca.sha1 = leaf.sha1 = tsa.sha1 = c->sha1;
	ca.serial = CA_SERIAL;
	leaf.serial = SERIAL;
	if (c->top) {
		struct pki_spec top = ca;

		top.subject = ca.issuer = "Agency/Top";
		top.key = ca.signer = other_key;
		ca.serial = 0;
		lt_cert(l, &l->top, top);
	}
	l->s.root = world_add(&l->s.w, root, true);
	l->s.ca = world_add(&l->s.w, ca, false);
	l->s.leaf = world_add(&l->s.w, leaf, false);
	eku_of(&tsa, NULL, true);
	tsa.serial = TSA_SERIAL;
	if (c->below) {
		tsa.issuer = "Agency/CA";
		tsa.signer = ca_key;
	}
	lt_cert(l, &l->tsa[FIRST], tsa);
	tsa.issuer = "State/Root";
	tsa.signer = root_key;
	tsa.sha1 = false;
	tsa.serial = TSA_2_SERIAL;
	tsa.to = c->tsa_2_to ? c->tsa_2_to : PKI_NOW + PKI_YEAR;
	lt_cert(l, &l->tsa[SECOND], tsa);
	tsa.serial = TSA_3_SERIAL;
	tsa.to = PKI_NOW + PKI_YEAR;
	lt_cert(l, &l->tsa[THIRD], tsa);
	who = leaf;
	who.subject = "Agency/OCSP";
	who.key = other_key;
	who.serial = 0;
	eku_of(&who, NULL, false);
	{
		static uint8_t eku[] = {0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 9};
		static uint8_t null[] = {5, 0};

		who.exts[0] = (struct pki_ext){"2.5.29.37", false, {eku, sizeof(eku)}};
		who.exts[1] = (struct pki_ext){"1.3.6.1.5.5.7.48.1.5", false, {null, 2}};
	}
	lt_cert(l, &l->responder, who);
}

/* ---- what the signature carries ---- */

static void
lt_attribute(struct antin_bytes *out, const char *oid, struct antin_slice value)
{
	size_t a = antin_der_open(out, ANTIN_SEQUENCE), b;

	antin_der_add_oid(out, oid);
	b = antin_der_open(out, ANTIN_SET);
	antin_bytes_add(out, value.p, value.len);
	antin_der_close(out, b);
	antin_der_close(out, a);
}

/* [1] { format, value } among the lists (RFC 5940). */
static void
lt_other_format(struct antin_bytes *out, const char *oid, struct antin_slice value)
{
	size_t a = antin_der_open(out, ANTIN_CONTEXT_CONS(1));

	antin_der_add_oid(out, oid);
	antin_bytes_add(out, value.p, value.len);
	antin_der_close(out, a);
}

static struct antin_slice
lt_basic(const struct antin_ocsp_response *r)
{
	struct antin_in in = antin_in_of(r->der);
	struct antin_slice skipped, basic;
	struct antin_tlv status;

	ck_assert(antin_der_enter(&in, ANTIN_SEQUENCE, &in) && antin_der_next(&in, &status));
	ck_assert(antin_der_enter(&in, ANTIN_CONTEXT_CONS(0), &in));
	ck_assert(antin_der_enter(&in, ANTIN_SEQUENCE, &in));
	ck_assert(antin_der_take(&in, ANTIN_OID, &skipped));
	ck_assert(antin_der_take(&in, ANTIN_OCTET_STRING, &basic));
	return basic;
}

/* RevocationValues with lists [0] and answers [1]. */
static void
lt_revocation_values(struct antin_bytes *attrs, const struct antin_bytes *lists,
                     const struct antin_bytes *answers)
{
	ANTIN_SCOPED(antin_bytes) value = {0};
	const struct antin_bytes *const parts[] = {lists, answers};
	size_t outer = antin_der_open(&value, ANTIN_SEQUENCE);

	for (uint8_t i = 0; i < 2; i++) {
		size_t a, b;

		if (!parts[i]->len)
			continue;
		a = antin_der_open(&value, (uint8_t)ANTIN_CONTEXT_CONS(i));
		b = antin_der_open(&value, ANTIN_SEQUENCE);
		antin_bytes_add(&value, parts[i]->p, parts[i]->len);
		antin_der_close(&value, b);
		antin_der_close(&value, a);
	}
	antin_der_close(&value, outer);
	lt_attribute(attrs, "1.2.840.113549.1.9.16.2.24", antin_bytes_slice(&value));
}

static void
lt_lists(struct lt_scene *l)
{
	const struct lt *c = l->c;
	int64_t from = c->list_from ? c->list_from : T_LIST;
	struct antin_crl *root = pki_crl((struct pki_list){.issuer = "State/Root",
	                                                   .signer = root_key,
	                                                   .from = from,
	                                                   .to = from + 7 * DAY,
	                                                   .sha1 = c->sha1});
	struct antin_crl *ca = pki_crl((struct pki_list){.issuer = "Agency/CA",
	                                                 .signer = ca_key,
	                                                 .from = from,
	                                                 .to = from + 7 * DAY,
	                                                 .sha1 = c->sha1});
	struct antin_ocsp_response *answer =
	        pki_ocsp((struct pki_answer){.issuer = l->s.ca,
	                                     .serial = l->s.leaf->serial,
	                                     .from = from,
	                                     .to = from + DAY,
	                                     .signer = c->delegate ? other_key : ca_key,
	                                     .delegate = c->delegate ? l->responder : NULL});
	ANTIN_SCOPED(antin_bytes) lists = {0};
	ANTIN_SCOPED(antin_bytes) answers = {0};
	struct antin_slice basic = lt_basic(answer);

	antin_bytes_add(&lists, root->der.p, root->der.len);
	if (!c->ocsp && !c->basic_ocsp)
		antin_bytes_add(&lists, ca->der.p, ca->der.len);
	if (c->top) {
		ANTIN_OWN_S(antin_crl)
		top = pki_crl((struct pki_list){.issuer = "Agency/Top",
		                                .signer = other_key,
		                                .from = from,
		                                .to = from + 7 * DAY});

		antin_bytes_add(&lists, top->der.p, top->der.len);
	}
	if (c->values && (c->ocsp || c->basic_ocsp))
		antin_bytes_add(&answers, basic.p, basic.len);
	else if (c->ocsp)
		lt_other_format(&lists, "1.3.6.1.5.5.7.16.2", answer->der);
	else if (c->basic_ocsp)
		lt_other_format(&lists, "1.3.6.1.5.5.7.48.1.1", basic);
	if (c->values)
		lt_revocation_values(&l->attrs, &lists, &answers);
	else
		antin_bytes_add(&l->lists, lists.p, lists.len);
	antin_crl_free(root);
	antin_crl_free(ca);
	antin_ocsp_response_free(answer);
}

static void
lt_certs(struct lt_scene *l)
{
	ANTIN_SCOPED(antin_bytes) more = {0};
	ANTIN_SCOPED(antin_bytes) value = {0};
	size_t outer;

	antin_bytes_add(&l->certs, l->s.leaf->der.p, l->s.leaf->der.len);
	if (l->c->no_certs)
		return;
	antin_bytes_add(&more, l->s.ca->der.p, l->s.ca->der.len);
	if (l->top)
		antin_bytes_add(&more, l->top->der.p, l->top->der.len);
	if (!l->c->values) {
		antin_bytes_add(&l->certs, more.p, more.len);
		return;
	}
	outer = antin_der_open(&value, ANTIN_SEQUENCE);
	antin_bytes_add(&value, more.p, more.len);
	antin_der_close(&value, outer);
	lt_attribute(&l->attrs, "1.2.840.113549.1.9.16.2.23", antin_bytes_slice(&value));
}

/* The whole, detached. */
static void
lt_assemble(const struct lt_scene *l, struct antin_bytes *out)
{
	size_t m[6];

	antin_bytes_clear(out);
	m[0] = antin_der_open(out, ANTIN_SEQUENCE);
	antin_der_add_oid(out, "1.2.840.113549.1.7.2");
	m[1] = antin_der_open(out, ANTIN_CONTEXT_CONS(0));
	m[2] = antin_der_open(out, ANTIN_SEQUENCE);
	antin_der_add_uint(out, l->lists.len && l->c->ocsp && !l->c->values ? 5 : 1);
	m[3] = antin_der_open(out, ANTIN_SET);
	m[4] = antin_der_open(out, ANTIN_SEQUENCE);
	antin_der_add_oid(out, antin_digest_oid(ANTIN_SHA256));
	antin_der_close(out, m[4]);
	antin_der_close(out, m[3]);
	m[3] = antin_der_open(out, ANTIN_SEQUENCE);
	antin_der_add_oid(out, "1.2.840.113549.1.7.1");
	antin_der_close(out, m[3]);
	antin_der_add(out, ANTIN_CONTEXT_CONS(0), antin_bytes_slice(&l->certs));
	if (l->lists.len)
		antin_der_add(out, ANTIN_CONTEXT_CONS(1), antin_bytes_slice(&l->lists));
	m[3] = antin_der_open(out, ANTIN_SET);
	m[4] = antin_der_open(out, ANTIN_SEQUENCE);
	antin_bytes_add(out, l->signer.p, l->signer.len);
	if (l->attrs.len)
		antin_der_add(out, ANTIN_CONTEXT_CONS(1), antin_bytes_slice(&l->attrs));
	for (int i = 4; i >= 0; i--)
		antin_der_close(out, m[i]);
	ck_assert(!out->failed);
}

/* ---- time stamps ---- */

static void
lt_token(const struct lt_scene *l, enum lt_tsa tsa, int64_t time, struct antin_slice hash,
         EVP_PKEY *key, struct antin_bytes *out)
{
	static const uint8_t serial[] = {0x42};
	const struct antin_timestamp_spec s = {
	        .cms = {.alg = {ANTIN_ECDSA, ANTIN_SHA256},
	                .signer = l->tsa[tsa],
	                .signing_time = INT64_MIN},
	        .policy = "1.2.3.4.1",
	        .imprint = {ANTIN_SHA256, hash},
	        .serial = {serial, sizeof(serial)},
	        .time = time,
	};
	ANTIN_SCOPED(antin_bytes) info = {0};
	ANTIN_SCOPED(antin_bytes) attrs = {0};
	ANTIN_SCOPED(antin_bytes) value = {0};
	struct antin_err err = {0};

	util_ok(antin_timestamp_info(&s, &info, &err));
	util_ok(antin_timestamp_attributes(&s, antin_bytes_slice(&info), &attrs, &err));
	raw_sign(key, EVP_sha256(), antin_bytes_slice(&attrs), &value);
	util_ok(antin_timestamp_build(&s, antin_bytes_slice(&info), antin_bytes_slice(&attrs),
	                              antin_bytes_slice(&value), out, &err));
}

static void
lt_stamp_signature(struct lt_scene *l, struct antin_slice signature)
{
	ANTIN_SCOPED(antin_bytes) token = {0};
	uint8_t hash[ANTIN_DIGEST_MAX];
	struct antin_err err = {0};

	if (l->c->other_stamp)
		signature.len--;
	util_ok(antin_digest_of(ANTIN_SHA256, signature, hash, &err));
	lt_token(l, FIRST, l->c->young ? PKI_NOW - 7000 : T_STAMP, (struct antin_slice){hash, 32},
	         other_key, &token);
	lt_attribute(&l->attrs, "1.2.840.113549.1.9.16.2.14", antin_bytes_slice(&token));
}

/* The index as the case wants it: entries that are left out, false, of another algorithm. */
static void
lt_index(const struct lt_archive *a, const struct antin_cades *c, size_t stamp_at,
         struct antin_bytes *out)
{
	static const uint8_t nothing[48] = {1};
	const enum antin_digest alg = a->sha384_index ? ANTIN_SHA384 : ANTIN_SHA256;
	ANTIN_SCOPED(antin_bytes) whole = {0};
	struct antin_in in, list;
	struct antin_slice part;
	struct antin_err err = {0};
	size_t outer, mark, n = 0;

	util_ok(antin_archive_index(c, alg, &whole, &err));
	in = antin_in_of(antin_bytes_slice(&whole));
	ck_assert(antin_der_enter(&in, ANTIN_SEQUENCE, &in));
	outer = antin_der_open(out, ANTIN_SEQUENCE);
	ck_assert(antin_der_whole(&in, ANTIN_SEQUENCE, &part));
	antin_bytes_add(out, part.p, part.len);
	for (int kind = 0; kind < 3; kind++) {
		ck_assert(antin_der_enter(&in, ANTIN_SEQUENCE, &list));
		mark = antin_der_open(out, ANTIN_SEQUENCE);
		for (n = 0; !antin_der_end(&list); n++) {
			ck_assert(antin_der_whole(&list, ANTIN_OCTET_STRING, &part));
			/* Attributes stand in this order: values, the stamp, the archives. */
			if ((kind == 0 && a->no_certs) || (kind == 1 && a->no_lists) ||
			    (kind == 1 && a->no_second_list && n == 1) ||
			    (kind == 2 && a->no_values && n < 2) ||
			    (kind == 2 && a->no_archive && antin_der_end(&list)) ||
			    (kind == 2 && a->no_stamp && n == stamp_at))
				continue;
			antin_bytes_add(out, part.p, part.len);
		}
		if (kind == 1 && a->false_entry)
			antin_der_add(out, ANTIN_OCTET_STRING,
			              (struct antin_slice){nothing, antin_digest_size(alg)});
		antin_der_close(out, mark);
	}
	if (a->cut_index)
		antin_der_add_null(out);
	antin_der_close(out, outer);
}

static void
lt_stamp_archive(struct lt_scene *l, const struct lt_archive *a, int64_t time)
{
	ANTIN_SCOPED(antin_bytes) cms = {0};
	ANTIN_SCOPED(antin_bytes) index = {0};
	ANTIN_SCOPED(antin_bytes) token = {0};
	ANTIN_SCOPED(antin_bytes) inner = {0};
	ANTIN_SCOPED(antin_bytes) attrs = {0};
	ANTIN_OWN_S(antin_cades) c = NULL;
	struct antin_slice digest = {l->digest, 32};
	uint8_t hash[ANTIN_DIGEST_MAX];
	struct antin_err err = {0};

	lt_assemble(l, &cms);
	util_ok(antin_cades_read(antin_bytes_slice(&cms), &c, &err));
	lt_index(a, c, l->c->values ? 2 : 0, &index);
	l->digest[0] ^= a->other_content;
	util_ok(antin_archive_imprint(c, antin_bytes_slice(&index), ANTIN_SHA256, digest, hash,
	                              &err));
	l->digest[0] ^= a->other_content;
	lt_token(l, a->tsa, a->time ? a->time : time, (struct antin_slice){hash, 32},
	         a->stranger ? leaf_key : other_key, &token);
	for (int i = 0; i < (a->no_index ? 0 : a->two_indexes ? 2 : 1); i++)
		lt_attribute(&inner, "0.4.0.19122.1.5", antin_bytes_slice(&index));
	if (inner.len)
		antin_der_add(&attrs, ANTIN_CONTEXT_CONS(1), antin_bytes_slice(&inner));
	cms_insert(&token, (struct antin_slice){0}, antin_bytes_slice(&attrs));
	lt_attribute(&l->attrs, "0.4.0.1733.2.4", antin_bytes_slice(&token));
}

/* ---- the case ---- */

/* A stamp over the content among the signed attributes, which stay sorted. */
static void
lt_stamp_content(const struct lt_scene *l, struct antin_bytes *attrs)
{
	ANTIN_SCOPED(antin_bytes) token = {0};
	struct antin_in in = antin_in_of(antin_bytes_slice(attrs)), set;
	struct antin_bytes out = {0};
	uint8_t hash[32];
	size_t outer;

	memcpy(hash, l->digest, 32);
	hash[0] ^= l->c->content_other;
	lt_token(l, SECOND, l->c->content, (struct antin_slice){hash, 32}, other_key, &token);
	ck_assert(antin_der_enter(&in, ANTIN_SET, &set));
	outer = antin_der_open(&out, ANTIN_SET);
	antin_bytes_add(&out, set.p, (size_t)(set.end - set.p));
	lt_attribute(&out, "1.2.840.113549.1.9.16.2.20", antin_bytes_slice(&token));
	antin_der_close_set(&out, outer);
	antin_bytes_done(attrs);
	*attrs = out;
}

/* The SignerInfo to its signature. */
static void
lt_sign(struct lt_scene *l)
{
	const struct antin_cades_spec spec = {
	        .alg = {ANTIN_ECDSA, ANTIN_SHA256},
	        .signer = l->s.leaf,
	        .signing_time = INT64_MIN,
	};
	ANTIN_SCOPED(antin_bytes) attrs = {0};
	ANTIN_SCOPED(antin_bytes) value = {0};
	ANTIN_SCOPED(antin_bytes) cms = {0};
	ANTIN_OWN_S(antin_cades) c = NULL;
	struct antin_err err = {0};

	util_ok(antin_digest_of(ANTIN_SHA256, antin_slice_text(LT_TEXT), l->digest, &err));
	util_ok(antin_cades_attributes(&spec, (struct antin_slice){l->digest, 32}, &attrs, &err));
	if (l->c->content)
		lt_stamp_content(l, &attrs);
	raw_sign(leaf_key, EVP_sha256(), antin_bytes_slice(&attrs), &value);
	util_ok(antin_cades_build(&spec, antin_bytes_slice(&attrs), antin_bytes_slice(&value), &cms,
	                          &err));
	util_ok(antin_cades_read(antin_bytes_slice(&cms), &c, &err));
	antin_bytes_add(&l->signer, c->signed_part.p, c->signed_part.len);
	lt_certs(l);
	if (!l->c->no_lists)
		lt_lists(l);
	if (!l->c->no_stamp)
		lt_stamp_signature(l, c->signature);
}

static void
lt_today(struct lt_scene *l)
{
	const struct lt *c = l->c;
	struct pki_list root = {.issuer = "State/Root", .signer = root_key};
	const struct pki_revoked *const all[] = {&c->today_ca, &c->today_tsa, &c->today_tsa_2};
	size_t n = 0;

	for (size_t i = 0; i < UTIL_COUNT(all); i++)
		if (all[i]->serial)
			root.revoked[n++] = *all[i];
	add_list(&l->s, root);
	if (c->young)
		add_list(&l->s, (struct pki_list){.issuer = "Agency/CA", .signer = ca_key});
	if (c->of_leaf.serial)
		add_list(&l->s, (struct pki_list){.issuer = "Agency/CA",
		                                  .signer = ca_key,
		                                  .from = T_SIGN + 2 * DAY,
		                                  .to = T_SIGN + 3 * DAY,
		                                  .revoked = {c->of_leaf}});
}

/* What the next archive needs to say of the service before. */
static void
lt_fresh_list(struct lt_scene *l)
{
	struct antin_crl *root = pki_crl((struct pki_list){.issuer = "State/Root",
	                                                   .signer = root_key,
	                                                   .from = T_AGAIN - 3600,
	                                                   .to = T_AGAIN + 7 * DAY});

	antin_bytes_add(&l->lists, root->der.p, root->der.len);
	antin_crl_free(root);
}

static void
lt_make(struct lt_scene *l, const struct lt *c)
{
	struct antin_err err = {0};
	char json[400];

	memset(l, 0, sizeof(*l));
	l->c = c;
	lt_people(l);
	lt_sign(l);
	for (size_t i = 0; i < c->n_archives; i++) {
		if (i && !c->archives[i].no_fresh_list)
			lt_fresh_list(l);
		lt_stamp_archive(l, &c->archives[i],
		                 c->young ? PKI_NOW - 1800
		                 : i      ? T_AGAIN
		                          : T_ARCH);
	}
	lt_assemble(l, &l->s.pdf);
	util_ok(antin_trust_add(&l->s.trust, l->s.root, ANTIN_CLASS_PUBLIC_SERVICE, "root.crt",
	                        &err));
	lt_today(l);
	if (c->withdrawn) {
		struct antin_anchor *a = &l->s.trust.anchors[0], stamps = *a;

		stamps.limits.purposes = 1u << ANTIN_PURPOSE_TIMESTAMP;
		a->limits.until = c->withdrawn;
		a->limits.purposes = 1u << ANTIN_PURPOSE_SIGN;
		util_ok(antin_trust_add_anchor(&l->s.trust, &stamps, "stamps.crt", &err));
	}
	if (c->sha1_until) {
		(void)snprintf(json, sizeof(json),
		               "{\"schema\": \"antin.algorithms/1\", \"version\": 1, \"digests\": ["
		               "{\"digest\": \"SHA-1\", \"until\": \"%s\", \"clause\": \"x\"},"
		               "{\"digest\": \"SHA-256\", \"clause\": \"x\"}], \"keys\": ["
		               "{\"key\": \"P-256\", \"bits\": 0, \"clause\": \"x\"}]}",
		               c->sha1_until);
		util_ok(antin_algorithms_read(antin_slice_text(json), "x", &l->algorithms, &err));
	}
	l->s.options = (struct antin_verify_options){
	        .trust = &l->s.trust,
	        .evidence = &l->s.evidence,
	        .now = PKI_NOW,
	        .time = PKI_NOW,
	        .algorithms = l->algorithms,
	        .min_level = c->min_level,
	};
}

static void
lt_done(struct lt_scene *l)
{
	antin_bytes_done(&l->certs);
	antin_bytes_done(&l->lists);
	antin_bytes_done(&l->attrs);
	antin_bytes_done(&l->signer);
	antin_algorithms_free(l->algorithms);
	for (size_t i = 0; i < UTIL_COUNT(l->tsa); i++)
		l->tsa[i] = NULL;
	scene_done(&l->s);
}

static enum antin_rc
lt_check(struct lt_scene *l, const char *content, struct antin_report *r)
{
	ANTIN_OWN_S(antin_source) src = NULL;
	ANTIN_OWN_S(antin_source) beside = NULL;
	struct antin_err err = {0};
	enum antin_rc rc;

	util_ok(antin_source_memory(antin_bytes_slice(&l->s.pdf), "x.p7s", &src, &err));
	util_ok(antin_source_memory(antin_slice_text(content), "x", &beside, &err));
	l->s.options.detached = beside;
	antin_report_done(r);
	rc = antin_verify(src, "x.p7s", &l->s.options, r, &err);
	if (rc == ANTIN_OK) {
		ways_report(&l->s.options, r);
		ways_memory(src, "x.p7s", &l->s.options, r);
	}
	l->s.options.detached = NULL;
	return rc;
}

#endif
