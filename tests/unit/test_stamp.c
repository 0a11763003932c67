/*
 * Time stamps in verdicts: what they prove of a signer whose certificate ended, was revoked or grew
 * weak, and every way in which one does not count.  None makes anything better that it does not
 * prove, whatever is done to its octets.
 */
#include <antin/timestamp.h>

#include "how.h"

#define DAY       86400
#define THEN      (PKI_NOW - 3000) /* of a revocation */
#define BEFORE    (PKI_NOW - 3600) /* of a stamp before it */
#define TSA_NAME  "State/Stamps"
#define YEAR_2015 INT64_C(1425168000)

enum { TSA_SERIAL = 99, TOKENS = 10 };

/* One token; zero is a good one of BEFORE. */
struct token {
	int64_t time;
	uint64_t accuracy;
	bool sha1_imprint, sha1_signature, over_other, of_stranger, no_cert, forged, cut, nonce;
	bool name_tsa, other_name;
};

struct stamped {
	const char *what;
	const char *code; /* among the warnings; NULL: each stamp counts */
	struct how how;   /* with its code and sub-indication */
	int64_t best;     /* 0: nothing is proven */
	void (*tsa)(struct pki_spec *s);
	bool untrusted; /* its issuer is nobody's */
	size_t n;       /* tokens; 0: one */
	bool one_attribute;
	struct token tokens[TOKENS];
};

/* The case that is being made. */
static const struct stamped *current;
static struct antin_cert *authority;

static void
tsa_of_old(struct pki_spec *s)
{
	s->from = YEAR_2015 - PKI_YEAR;
}
static void
tsa_ended(struct pki_spec *s)
{
	s->to = PKI_NOW - DAY;
}
static void
tsa_begins(struct pki_spec *s)
{
	s->from = PKI_NOW + DAY;
}
static void
tsa_recent(struct pki_spec *s)
{
	s->from = BEFORE + 60;
}
static void
eku_of(struct pki_spec *s, const char *extra, bool critical)
{
	static uint8_t der[64];
	ANTIN_SCOPED(antin_bytes) b = {0};
	size_t seq = antin_der_open(&b, ANTIN_SEQUENCE);

	antin_der_add_oid(&b, extra ? extra : "1.3.6.1.5.5.7.3.8");
	if (extra)
		antin_der_add_oid(&b, "1.3.6.1.5.5.7.3.8");
	antin_der_close(&b, seq);
	ck_assert_uint_le(b.len, sizeof(der));
	memcpy(der, b.p, b.len);
	s->exts[0] = (struct pki_ext){"2.5.29.37", critical, {der, b.len}};
}
static void
tsa_not_critical(struct pki_spec *s)
{
	eku_of(s, NULL, false);
}
static void
tsa_also_mail(struct pki_spec *s)
{
	eku_of(s, "1.3.6.1.5.5.7.3.4", true);
}
static void
tsa_for_nothing(struct pki_spec *s)
{
	s->exts[0] = (struct pki_ext){0};
}
static void
tsa_encipher(struct pki_spec *s)
{
	s->usage = 1u << ANTIN_KU_KEY_ENCIPHERMENT;
}
static void
tsa_sha1(struct pki_spec *s)
{
	s->sha1 = true;
}

static void
make_authority(const struct stamped *c)
{
	struct pki_spec s = pki_leaf(TSA_NAME, c->untrusted ? "Lạ/Lạ" : "State/Root", other_key,
	                             c->untrusted ? leaf_key : root_key);

	s.serial = TSA_SERIAL;
	s.from = PKI_NOW - 3 * PKI_YEAR;
	eku_of(&s, NULL, true);
	if (c->tsa)
		c->tsa(&s);
	authority = pki_cert(s);
}

static void
make_token(const struct token *t, struct antin_slice signature, struct antin_bytes *out)
{
	static const uint8_t serial[] = {0x42}, nonce[] = {0x00, 0xd4, 0x31};
	uint8_t digest[ANTIN_DIGEST_MAX];
	struct antin_timestamp_spec s = {
	        .cms = {.alg = {ANTIN_ECDSA, ANTIN_SHA256},
	                .signer = authority,
	                .signing_time = INT64_MIN},
	        .policy = "1.2.3.4.1",
	        .imprint = {ANTIN_SHA256, {digest, 32}},
	        .serial = {serial, sizeof(serial)},
	        .time = t->time ? t->time : BEFORE,
	        .accuracy = t->accuracy,
	        .name_tsa = t->name_tsa,
	        .nonce = {t->nonce ? nonce : NULL, t->nonce ? sizeof(nonce) : 0},
	};
	ANTIN_SCOPED(antin_bytes) info = {0};
	ANTIN_SCOPED(antin_bytes) attrs = {0};
	ANTIN_SCOPED(antin_bytes) value = {0};
	ANTIN_SCOPED(antin_bytes) token = {0};
	struct antin_err err = {0};

	if (t->over_other)
		signature.len--;
	util_ok(antin_digest_of(ANTIN_SHA256, signature, digest, &err));
	util_ok(antin_timestamp_info(&s, &info, &err));
	if (t->other_name)
		pdf_swap(&info, "Stamps", "Stamp5");
	if (t->sha1_imprint) {
		/* The library makes none with SHA-1: 2.16.840.1.101.3.4.2.1 becomes 1.3.14.3.2.26.
		 */
		ANTIN_SCOPED(antin_bytes) weak = {0};
		struct antin_in in = antin_in_of(antin_bytes_slice(&info)), i;
		struct antin_tlv part;
		size_t seq = antin_der_open(&weak, ANTIN_SEQUENCE), imprint, alg;

		ck_assert(antin_der_enter(&in, ANTIN_SEQUENCE, &i));
		for (int k = 0; k < 2; k++) {
			ck_assert(antin_der_next(&i, &part));
			antin_bytes_add(&weak, part.whole.p, part.whole.len);
		}
		ck_assert(antin_der_next(&i, &part));
		util_ok(antin_digest_of(ANTIN_SHA1, signature, digest, &err));
		imprint = antin_der_open(&weak, ANTIN_SEQUENCE);
		alg = antin_der_open(&weak, ANTIN_SEQUENCE);
		antin_der_add_oid(&weak, "1.3.14.3.2.26");
		antin_der_close(&weak, alg);
		antin_der_add(&weak, ANTIN_OCTET_STRING, (struct antin_slice){digest, 20});
		antin_der_close(&weak, imprint);
		antin_bytes_add(&weak, i.p, (size_t)(i.end - i.p));
		antin_der_close(&weak, seq);
		antin_bytes_clear(&info);
		antin_bytes_add(&info, weak.p, weak.len);
	}
	util_ok(antin_timestamp_attributes(&s, antin_bytes_slice(&info), &attrs, &err));
	if (t->sha1_signature) {
		const struct how weak = {.sha1 = true};

		util_ok(antin_digest_of(ANTIN_SHA1, antin_bytes_slice(&info), digest, &err));
		edit_attributes(&weak, &attrs, (struct antin_slice){digest, 20});
		s.cms.alg.digest = ANTIN_SHA1;
	}
	raw_sign(t->of_stranger ? leaf_key : other_key,
	         t->sha1_signature ? EVP_sha1() : EVP_sha256(), antin_bytes_slice(&attrs), &value);
	util_ok(antin_timestamp_build(&s, antin_bytes_slice(&info), antin_bytes_slice(&attrs),
	                              antin_bytes_slice(&value), &token, &err));
	/* Names the certificate, but carries another one. */
	if (t->no_cert)
		pdf_swap(&token, "Stamps", "Stamp5");
	if (t->forged) {
		uint8_t *p = memmem(token.p, token.len, "20261118", 8);

		ck_assert_ptr_nonnull(p);
		p[3] = '5';
	}
	antin_bytes_add(out, token.p, t->cut ? token.len - 1 : token.len);
}

static void
open_attribute(struct antin_bytes *b, size_t marks[2])
{
	marks[0] = antin_der_open(b, ANTIN_SEQUENCE);
	antin_der_add_oid(b, "1.2.840.113549.1.9.16.2.14");
	marks[1] = antin_der_open(b, ANTIN_SET);
}

static void
close_attribute(struct antin_bytes *b, const size_t marks[2])
{
	antin_der_close(b, marks[1]);
	antin_der_close(b, marks[0]);
}

static void
cms_stamp(struct antin_bytes *cms)
{
	ANTIN_OWN_S(antin_cades) c = NULL;
	ANTIN_SCOPED(antin_bytes) attrs = {0};
	struct antin_err err = {0};
	size_t outer = antin_der_open(&attrs, ANTIN_CONTEXT_CONS(1)), marks[2];

	util_ok(antin_cades_read(antin_bytes_slice(cms), &c, &err));
	for (size_t i = 0; i < (current->n ? current->n : 1); i++) {
		ANTIN_SCOPED(antin_bytes) token = {0};

		if (i == 0 || !current->one_attribute)
			open_attribute(&attrs, marks);
		make_token(&current->tokens[i], c->signature, &token);
		/* Cut short it is no DER any more: it lies in an OCTET STRING then. */
		if (current->tokens[i].cut)
			antin_der_add(&attrs, ANTIN_OCTET_STRING, antin_bytes_slice(&token));
		else
			antin_bytes_add(&attrs, token.p, token.len);
		if (i + 1 == (current->n ? current->n : 1) || !current->one_attribute)
			close_attribute(&attrs, marks);
	}
	antin_der_close(&attrs, outer);
	cms_insert(cms, (struct antin_slice){0}, antin_bytes_slice(&attrs));
}

/* The root as it was in 2015 beside the one of today. */
static void
around_old_root(struct scene *s)
{
	struct pki_spec root = pki_ca("State/Root", "State/Root", root_key, root_key);
	struct antin_err err = {0};

	root.from = YEAR_2015 - PKI_YEAR;
	util_ok(antin_trust_add(&s->trust, world_add(&s->w, root, false),
	                        ANTIN_CLASS_PUBLIC_SERVICE, "old.crt", &err));
}

/* The root told of its authorities last before they ended. */
static void
around_last_list(struct scene *s)
{
	add_list(s, (struct pki_list){.issuer = "State/Root",
	                              .signer = root_key,
	                              .from = PKI_NOW - DAY - 900,
	                              .to = PKI_NOW + 60});
}

static void
leaf_ended(struct pki_spec *s)
{
	s->from = PKI_NOW - 2 * PKI_YEAR;
	s->to = PKI_NOW - DAY;
}
static void
leaf_short(struct pki_spec *s)
{
	s->from = PKI_NOW - 2 * DAY;
	s->to = PKI_NOW - DAY;
}
static void
leaf_new(struct pki_spec *s)
{
	s->from = BEFORE + 60;
}
static void
old_sha1(struct pki_spec *s)
{
	s->from = YEAR_2015 - 1000;
	s->sha1 = true;
}
static void
old(struct pki_spec *s)
{
	s->from = YEAR_2015 - 1000;
}
static void
leaf_encipher(struct pki_spec *s)
{
	s->usage = 1u << ANTIN_KU_KEY_ENCIPHERMENT;
}

#define REVOKED           .of_leaf = {SERIAL, THEN, 1}
#define NOT_COUNTED(c)    .code = (c), .how = {REVOKED, .sub = ANTIN_SUB_REVOKED_NO_POE}
#define COUNTED           .best = BEFORE, .how = {REVOKED, .code = "revoked-after-stamp"}
#define TSA_REVOKED(t, r) .of_ca = {TSA_SERIAL, (t), (r)}

static const struct stamped rows[] = {
        /* ---- what a stamp proves ---- */
        {.what = "nothing wrong", .best = BEFORE},
        {.what = "revoked after it", COUNTED},
        {.what = "revoked before it",
         .best = THEN + 60,
         .tokens = {{.time = THEN + 60}},
         .how = {REVOKED, .sub = ANTIN_SUB_REVOKED_NO_POE, .code = "cert-revoked"}},
        {.what = "revoked in its second",
         .best = THEN,
         .tokens = {{.time = THEN}},
         .how = {REVOKED, .sub = ANTIN_SUB_REVOKED_NO_POE, .code = "cert-revoked"}},
        {.what = "revoked in the second after it",
         .best = THEN - 1,
         .tokens = {{.time = THEN - 1}},
         .how = {REVOKED, .code = "revoked-after-stamp"}},
        {.what = "revoked within its accuracy",
         .best = THEN + 400,
         .tokens = {{.accuracy = 1000000000}},
         .how = {REVOKED, .sub = ANTIN_SUB_REVOKED_NO_POE, .code = "cert-revoked"}},
        {.what = "accuracy of a thousandth is a second",
         .best = THEN,
         .tokens = {{.time = THEN - 1, .accuracy = 1}},
         .how = {REVOKED, .sub = ANTIN_SUB_REVOKED_NO_POE, .code = "cert-revoked"}},
        {.what = "suspended after it",
         .best = BEFORE,
         .how = {.of_leaf = {SERIAL, THEN, 6}, .code = "revoked-after-stamp"}},
        {.what = "suspended before it",
         .best = THEN + 1,
         .tokens = {{.time = THEN + 1}},
         .how = {.of_leaf = {SERIAL, THEN, 6}, .sub = ANTIN_SUB_TRY_LATER, .code = "cert-on-hold"}},
        {.what = "authority superseded after it",
         .best = BEFORE,
         .how = {.of_ca = {CA_SERIAL, PKI_NOW - 60, 4}, .code = "revoked-after-stamp"}},
        {.what = "authority superseded before its list",
         .best = BEFORE - 600,
         .tokens = {{.time = BEFORE - 600}},
         .how = {.of_ca = {CA_SERIAL, BEFORE - 60, 4},
                 .sub = ANTIN_SUB_TRY_LATER,
                 .code = "revocation-unknown",
                 .says = "or was revoked itself"}},
        {.what = "authority compromised after it",
         .best = BEFORE,
         .how = {.of_ca = {CA_SERIAL, PKI_NOW - 60, 2},
                 .sub = ANTIN_SUB_TRY_LATER,
                 .code = "revocation-unknown",
                 .says = "or was revoked itself"}},
        {.what = "authority revoked before it",
         .best = BEFORE,
         .how = {.of_ca = {CA_SERIAL, BEFORE - 1, 4},
                 .sub = ANTIN_SUB_REVOKED_CA_NO_POE,
                 .code = "ca-revoked"}},
        {.what = "expired after it, list from between",
         .best = PKI_NOW - 2 * DAY,
         .tokens = {{.time = PKI_NOW - 2 * DAY}},
         .how = {.leaf = leaf_ended,
                 .list_from = PKI_NOW - DAY - 600,
                 .list_to = PKI_NOW - 600,
                 .code = "judged-at-proven-time"}},
        {.what = "expired after it, list older than the stamp and out of date",
         .best = PKI_NOW - 2 * DAY,
         .tokens = {{.time = PKI_NOW - 2 * DAY}},
         .how = {.leaf = leaf_ended,
                 .list_from = PKI_NOW - 3 * DAY,
                 .list_to = PKI_NOW - DAY,
                 .sub = ANTIN_SUB_TRY_LATER,
                 .code = "revocation-unknown",
                 .says = "out of date"}},
        {.what = "expired after it, list older than the stamp and in force",
         .best = PKI_NOW - 2 * DAY,
         .tokens = {{.time = PKI_NOW - 2 * DAY}},
         .how = {.leaf = leaf_ended,
                 .list_from = PKI_NOW - 3 * DAY,
                 .list_to = PKI_NOW + DAY,
                 .code = "judged-at-proven-time"}},
        {.what = "expired after it, list that may have forgotten",
         .best = PKI_NOW - 2 * DAY,
         .tokens = {{.time = PKI_NOW - 2 * DAY}},
         .how = {.leaf = leaf_ended,
                 .sub = ANTIN_SUB_TRY_LATER,
                 .code = "revocation-unknown",
                 .says = "may omit it"}},
        {.what = "expired before it",
         .best = BEFORE,
         .how = {.leaf = leaf_ended,
                 .list_from = PKI_NOW - DAY - 600,
                 .list_to = PKI_NOW + 600,
                 .sub = ANTIN_SUB_OUT_OF_BOUNDS_NOT_REVOKED,
                 .code = "cert-expired-not-revoked"}},
        {.what = "authority expired after it, its list from before its end",
         .best = PKI_NOW - 2 * DAY,
         .tokens = {{.time = PKI_NOW - 2 * DAY}},
         .how = {.ca = leaf_ended,
                 .list_from = PKI_NOW - DAY - 600,
                 .list_to = PKI_NOW - 600,
                 .sub = ANTIN_SUB_TRY_LATER,
                 .code = "ca-revocation-unknown",
                 .says = "may omit it"}},
        {.what = "authority expired after it, both lists from before its end",
         .best = PKI_NOW - 2 * DAY,
         .tokens = {{.time = PKI_NOW - 2 * DAY}},
         .how = {.ca = leaf_ended,
                 .no_root_list = true,
                 .around = around_last_list,
                 .list_from = PKI_NOW - DAY - 600,
                 .list_to = PKI_NOW - 600,
                 .code = "judged-at-proven-time"}},
        {.what = "authority expired after it, and made a list after its end",
         .best = PKI_NOW - 2 * DAY,
         .tokens = {{.time = PKI_NOW - 2 * DAY}},
         .how = {.ca = leaf_ended,
                 .no_root_list = true,
                 .around = around_last_list,
                 .sub = ANTIN_SUB_TRY_LATER,
                 .code = "revocation-unknown",
                 .says = "or was revoked itself"}},
        {.what = "authority expired after it, revoked in a list after its end",
         .best = PKI_NOW - 2 * DAY,
         .tokens = {{.time = PKI_NOW - 2 * DAY}},
         .how = {.ca = leaf_ended,
                 .no_root_list = true,
                 .around = around_last_list,
                 .of_leaf = {SERIAL, PKI_NOW - 3 * DAY, 1},
                 .sub = ANTIN_SUB_REVOKED_NO_POE,
                 .code = "cert-revoked"}},
        {.what = "older than the certificate, which expired",
         .best = PKI_NOW - 3 * DAY,
         .tokens = {{.time = PKI_NOW - 3 * DAY}},
         .how = {.leaf = leaf_short,
                 .sub = ANTIN_SUB_NOT_YET_VALID,
                 .code = "signed-before-certificate",
                 .says = "older than the signer's certificate"}},
        {.what = "older than the certificate, which is in force",
         .code = "time-stamp-early",
         .best = BEFORE,
         .how = {.leaf = leaf_new}},
        {.what = "SHA-1 signature of 2015",
         .best = YEAR_2015,
         .tsa = tsa_of_old,
         .tokens = {{.time = YEAR_2015}},
         .how = {.leaf = old,
                 .ca = old,
                 .sha1 = true,
                 .around = around_old_root,
                 .code = "judged-at-proven-time"}},
        {.what = "SHA-1 certificate of 2015",
         .best = YEAR_2015,
         .tsa = tsa_of_old,
         .tokens = {{.time = YEAR_2015}},
         .how = {.leaf = old_sha1,
                 .ca = old,
                 .around = around_old_root,
                 .code = "judged-at-proven-time"}},
        {.what = "SHA-1 certificate of 2015 that nothing binds",
         .best = YEAR_2015,
         .tsa = tsa_of_old,
         .tokens = {{.time = YEAR_2015}},
         .how = {.leaf = old_sha1,
                 .ca = old,
                 .around = around_old_root,
                 .subfilter = "adbe.pkcs7.detached",
                 .no_ess = true,
                 .sub = ANTIN_SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
                 .code = "weak-certificate"}},
        {.what = "SHA-1 authority of 2015",
         .best = YEAR_2015,
         .tsa = tsa_of_old,
         .tokens = {{.time = YEAR_2015}},
         .how = {.leaf = old,
                 .ca = old_sha1,
                 .around = around_old_root,
                 .sub = ANTIN_SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
                 .code = "weak-certificate"}},
        {.what = "SHA-1 signature of today",
         .best = BEFORE,
         .how = {.sha1 = true,
                 .sub = ANTIN_SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
                 .code = "weak-algorithm"}},
        {.what = "purpose is no question of time",
         .best = BEFORE,
         .how = {REVOKED, .leaf = leaf_encipher, .sub = ANTIN_SUB_REVOKED_NO_POE,
                 .code = "key-usage"}},
        {.what = "level T wanted", .best = BEFORE, .how = {.min_level = ANTIN_LEVEL_T}},
        {.what = "level LT wanted",
         .best = BEFORE,
         .how = {.min_level = ANTIN_LEVEL_LT,
                 .sub = ANTIN_SUB_SIG_CONSTRAINTS_FAILURE,
                 .code = "level-too-low",
                 .says = "level of the signature is B-T"}},
        {.what = "changed page",
         .best = 0,
         .how = {REVOKED, .file = page_flipped, .sub = ANTIN_SUB_HASH_FAILURE}},
        {.what = "another key signed",
         .best = 0,
         .how = {REVOKED, .stranger_signs = true, .sub = ANTIN_SUB_SIG_CRYPTO_FAILURE}},
        {.what = "older form",
         .best = BEFORE,
         .how = {REVOKED, .subfilter = "adbe.pkcs7.detached", .code = "revoked-after-stamp"}},

        /* ---- the claim beside the proof ---- */
        {.what = "claims a later time",
         .best = BEFORE,
         .how = {.doc_time = BEFORE + 1000, .code = "claimed-time-after-stamp"}},
        {.what = "claims the hour of Viet Nam",
         .best = PKI_NOW - 8 * 3600,
         .tokens = {{.time = PKI_NOW - 8 * 3600}},
         .how = {.doc_time = PKI_NOW - 3600 - 20, .code = "local-time-as-utc"}},
        {.what = "claims six hours later",
         .best = PKI_NOW - 8 * 3600,
         .tokens = {{.time = PKI_NOW - 8 * 3600}},
         .how = {.doc_time = PKI_NOW - 2 * 3600, .code = "claimed-time-after-stamp"}},

        /* ---- tokens of every kind that count ---- */
        {.what = "nonce", COUNTED, .tokens = {{.nonce = true}}},
        {.what = "names its authority", COUNTED, .tokens = {{.name_tsa = true}}},
        {.what = "two, the earlier counts",
         COUNTED,
         .n = 2,
         .tokens = {{.time = THEN - 20}, {.time = BEFORE}}},
        {.what = "two in one attribute",
         COUNTED,
         .n = 2,
         .one_attribute = true,
         .tokens = {{.time = BEFORE}, {.time = THEN - 20}}},
        {.what = "a bad one and a good one",
         .code = "time-stamp-over-other",
         COUNTED,
         .n = 2,
         .tokens = {{.time = BEFORE - 60, .over_other = true}, {.time = BEFORE}}},
        {.what = "more than are judged",
         .code = "time-stamps-many",
         COUNTED,
         .n = 9,
         .tokens = {{.time = BEFORE}, {.time = BEFORE}, {.time = BEFORE}}},
        {.what = "slow clock here", .best = PKI_NOW, .tokens = {{.time = PKI_NOW + 300}}},
        {.what = "authority out of use after it",
         .best = BEFORE,
         .how = {REVOKED, TSA_REVOKED(PKI_NOW - 60, 5)}},
        {.what = "authority superseded after it",
         .best = BEFORE,
         .how = {REVOKED, TSA_REVOKED(BEFORE + 1, 4)}},
        {.what = "authority renamed after it",
         .best = BEFORE,
         .how = {REVOKED, TSA_REVOKED(BEFORE + 1, 3)}},

        /* ---- and those that do not ---- */
        {.what = "over another signature",
         NOT_COUNTED("time-stamp-over-other"),
         .tokens = {{.over_other = true}}},
        {.what = "SHA-1 imprint",
         NOT_COUNTED("time-stamp-weak"),
         .tokens = {{.sha1_imprint = true}}},
        {.what = "SHA-1 token",
         NOT_COUNTED("time-stamp-weak"),
         .tokens = {{.sha1_signature = true}}},
        {.what = "forged time", NOT_COUNTED("time-stamp-wrong"), .tokens = {{.forged = true}}},
        {.what = "another key", NOT_COUNTED("time-stamp-wrong"), .tokens = {{.of_stranger = true}}},
        {.what = "another name",
         NOT_COUNTED("time-stamp-wrong"),
         .tokens = {{.name_tsa = true, .other_name = true}}},
        {.what = "without its certificate",
         NOT_COUNTED("time-stamp-authority-missing"),
         .tokens = {{.no_cert = true}}},
        {.what = "not readable", NOT_COUNTED("time-stamp-unreadable"), .tokens = {{.cut = true}}},
        {.what = "of tomorrow",
         .code = "time-stamp-ahead",
         .tokens = {{.time = PKI_NOW + DAY}},
         .how = {REVOKED, .sub = ANTIN_SUB_REVOKED_NO_POE}},
        {.what = "a second too far ahead",
         .code = "time-stamp-ahead",
         .tokens = {{.time = PKI_NOW + 301}}},
        {.what = "before its authority", NOT_COUNTED("time-stamp-outside"), .tsa = tsa_recent},
        {.what = "accuracy reaches behind its authority",
         NOT_COUNTED("time-stamp-outside"),
         .tokens = {{.accuracy = UINT64_C(1) << 50}}},
        {.what = "authority expired, stamped before",
         .code = "time-stamp-authority",
         .tsa = tsa_ended,
         .tokens = {{.time = PKI_NOW - 2 * DAY}},
         .how = {.of_leaf = {SERIAL, PKI_NOW - DAY, 1}, .sub = ANTIN_SUB_REVOKED_NO_POE}},
        {.what = "authority expired, stamped after",
         NOT_COUNTED("time-stamp-outside"),
         .tsa = tsa_ended},
        {.what = "authority not valid yet", NOT_COUNTED("time-stamp-outside"), .tsa = tsa_begins},
        {.what = "purpose not critical", NOT_COUNTED("time-stamp-wrong"), .tsa = tsa_not_critical},
        {.what = "another purpose too", NOT_COUNTED("time-stamp-wrong"), .tsa = tsa_also_mail},
        {.what = "no purpose", NOT_COUNTED("time-stamp-wrong"), .tsa = tsa_for_nothing},
        {.what = "key for encipherment", NOT_COUNTED("time-stamp-authority"), .tsa = tsa_encipher},
        {.what = "SHA-1 authority", NOT_COUNTED("time-stamp-authority"), .tsa = tsa_sha1},
        {.what = "authority of a stranger", NOT_COUNTED("time-stamp-authority"), .untrusted = true},
        {.what = "authority compromised after it",
         .code = "time-stamp-authority-revoked",
         .how = {REVOKED, TSA_REVOKED(PKI_NOW - 60, 1), .sub = ANTIN_SUB_REVOKED_NO_POE}},
        {.what = "authority revoked without a reason",
         .code = "time-stamp-authority-revoked",
         .how = {REVOKED, TSA_REVOKED(PKI_NOW - 60, 0), .sub = ANTIN_SUB_REVOKED_NO_POE}},
        {.what = "authority superseded before it",
         .code = "time-stamp-authority-revoked",
         .how = {REVOKED, TSA_REVOKED(BEFORE - 60, 4), .sub = ANTIN_SUB_REVOKED_NO_POE}},
        {.what = "authority superseded in its second",
         .code = "time-stamp-authority-revoked",
         .how = {REVOKED, TSA_REVOKED(BEFORE, 4), .sub = ANTIN_SUB_REVOKED_NO_POE}},
        {.what = "authority superseded within the accuracy",
         .code = "time-stamp-authority-revoked",
         .tokens = {{.accuracy = 1000001}},
         .how = {REVOKED, TSA_REVOKED(BEFORE + 2, 4), .sub = ANTIN_SUB_REVOKED_NO_POE}},
        {.what = "authority suspended",
         .code = "time-stamp-authority",
         .how = {REVOKED, TSA_REVOKED(PKI_NOW - 60, 6), .sub = ANTIN_SUB_REVOKED_NO_POE}},
        {.what = "status of the authority not known",
         .code = "time-stamp-authority",
         .how = {REVOKED, .no_root_list = true, .sub = ANTIN_SUB_REVOKED_NO_POE}},
        {.what = "nobody is trusted",
         .code = "time-stamp-authority",
         .how = {.no_anchor = true, .sub = ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND}},
};

static void
make_stamped(struct scene *s, const struct stamped *c)
{
	struct how h = c->how;

	current = c;
	make_authority(c);
	h.cms = cms_stamp;
	make_how(s, &h);
}

static void
stamped_done(struct scene *s)
{
	antin_cert_free(authority);
	scene_done(s);
}

static bool
is_code(const char *code, const struct antin_finding *f)
{
	return f && strcmp(code_of(f), code) == 0;
}

START_TEST(test_stamp)
{
	const struct stamped *c = &rows[_i];
	ANTIN_SCOPED(antin_report) r = {0};
	ANTIN_SCOPED(antin_bytes) text = {0};
	const struct antin_verdict *v;
	struct antin_err err = {0};
	bool some = false;
	struct scene s;

	make_stamped(&s, c);
	must_check(&s, &r);
	v = &r.verdicts[0];
	ck_assert_msg(v->sub == c->how.sub, "%s: %s:%s", c->what, antin_sub_id(v->sub), codes(v));
	ck_assert_msg(v->best_time == (c->best ? c->best : PKI_NOW) || !v->intact, "%s: %lld",
	              c->what, (long long)(v->best_time - PKI_NOW));
	if (c->code)
		ck_assert_msg(find_code(v, c->code) != NULL, "%s:%s", c->what, codes(v));
	if (c->how.code)
		ck_assert_msg(find_code(v, c->how.code) != NULL, "%s:%s", c->what, codes(v));
	ck_assert_uint_eq(v->n_stamps, c->n > 8 ? 8 : c->n ? c->n : 1);
	for (size_t i = 0; i < v->n_stamps; i++) {
		ck_assert(v->stamps[i].valid == (v->stamps[i].code == NULL));
		some = some || v->stamps[i].valid;
		if (v->stamps[i].code)
			ck_assert(is_code(v->stamps[i].code, find_code(v, v->stamps[i].code)));
	}
	ck_assert_msg(some == (c->best || !v->intact || c->tokens[0].time == PKI_NOW + 300),
	              "%s:%s", c->what, codes(v));
	if (v->intact && !c->how.subfilter)
		ck_assert_str_eq(v->level, some ? "B-T" : "B-B");
	util_ok(antin_report_text(&r, NULL, NULL, &text, &err));
	if (c->how.says)
		ck_assert_msg(strstr(antin_bytes_cstr(&text), c->how.says) != NULL, "%s: %s",
		              c->what, antin_bytes_cstr(&text));
	ck_assert_ptr_nonnull(strstr(antin_bytes_cstr(&text), "Time stamp: "));
	ck_assert((strstr(antin_bytes_cstr(&text), ", proven; ") != NULL) == some);
	ck_assert_ptr_null(strstr(antin_bytes_cstr(&text), "%s"));
	stamped_done(&s);
}
END_TEST

/* Without the stamp it is never worse, but where the stamp says that the signature is too old. */
START_TEST(test_no_better_than_without)
{
	const struct stamped *c = &rows[_i];
	ANTIN_SCOPED(antin_report) with = {0};
	ANTIN_SCOPED(antin_report) without = {0};
	const struct antin_verdict *a, *b;
	struct scene s;

	make_stamped(&s, c);
	must_check(&s, &with);
	stamped_done(&s);
	make_how(&s, &c->how);
	must_check(&s, &without);
	a = &with.verdicts[0];
	b = &without.verdicts[0];
	ck_assert_uint_eq(b->n_stamps, 0);
	ck_assert_int_eq(b->best_time, PKI_NOW);
	if (!c->best) {
		ck_assert_msg(a->sub == b->sub, "%s", c->what);
		ck_assert_str_eq(a->level, b->level);
	} else if (c->how.sub != ANTIN_SUB_NOT_YET_VALID) {
		ck_assert_msg(a->indication <= b->indication, "%s", c->what);
	}
	if (b->indication == ANTIN_TOTAL_FAILED)
		ck_assert_msg(a->indication == ANTIN_TOTAL_FAILED, "%s", c->what);
	scene_done(&s);
}
END_TEST

/* JSON carries each stamp, by the schema. */
START_TEST(test_stamp_json)
{
	const struct stamped *c = &rows[_i];
	ANTIN_SCOPED(antin_report) r = {0};
	ANTIN_OWN(json_t) schema = NULL;
	ANTIN_OWN(json_t) json = NULL;
	struct antin_err err = {0};
	json_t *sig, *list;
	struct scene s;

	make_stamped(&s, c);
	must_check(&s, &r);
	util_ok(antin_json_load("docs/schema/antin.verify-1.json", &schema, &err));
	util_ok(antin_report_json(&r, NULL, &json, &err));
	util_ok(antin_json_check(schema, json, &err));
	sig = json_array_get(json_object_get(json, "signatures"), 0);
	list = json_object_get(sig, "timestamps");
	ck_assert_uint_eq(json_array_size(list), r.verdicts[0].n_stamps);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const struct antin_stamp *st = &r.verdicts[0].stamps[i];
		json_t *o = json_array_get(list, i);

		ck_assert(json_is_true(json_object_get(o, "valid")) == st->valid);
		ck_assert((json_object_get(o, "code") == NULL) == st->valid);
		ck_assert((json_object_get(o, "time") == NULL) == (st->time == ANTIN_NO_TIME));
		ck_assert((json_object_get(o, "authority") == NULL) == (st->tsa == NULL));
		if (st->valid) {
			ck_assert_ptr_nonnull(json_object_get(o, "trust"));
			ck_assert_ptr_nonnull(json_object_get(o, "revocation"));
		}
	}
	stamped_done(&s);
}
END_TEST

/*
 * Each octet of a token that turns REVOKED_NO_POE into TOTAL-PASSED, flipped: then either the
 * verdict is that without a stamp, or what the token says about the time is what it said before.
 */
START_TEST(test_flips)
{
	static const struct stamped c = {.what = "flips", COUNTED};
	size_t counted = 0, refused = 0;
	uint8_t *from, *to;
	struct scene s;

	make_stamped(&s, &c);
	/* From the attribute's identifier to the end of the hole's digits. */
	from = memmem(s.pdf.p, s.pdf.len, "060b2a864886f70d010910020e", 26);
	ck_assert_ptr_nonnull(from);
	from += 26;
	to = memchr(from, '>', (size_t)(s.pdf.p + s.pdf.len - from));
	while (to[-1] == '0')
		to--;
	for (uint8_t *p = from + _i; p < to; p += 4) {
		ANTIN_SCOPED(antin_report) r = {0};
		struct antin_err err = {0};
		const struct antin_verdict *v;
		uint8_t was = *p;

		*p = was == '0' ? '1' : was == '9' ? 'a' : (uint8_t)(was ^ 1);
		util_ok(check(&s, "x.pdf", &r, &err));
		v = &r.verdicts[0];
		if (v->indication == ANTIN_TOTAL_PASSED) {
			ck_assert_msg(v->best_time == BEFORE && v->stamps[0].valid, "at %zu",
			              (size_t)(p - from));
			counted++;
		} else if (v->indication == ANTIN_INDETERMINATE) {
			ck_assert_int_eq(v->sub, ANTIN_SUB_REVOKED_NO_POE);
			ck_assert_int_eq(v->best_time, PKI_NOW);
			refused++;
		}
		*p = was;
	}
	ck_assert_uint_gt(refused, 200);
	ck_assert_uint_lt(counted, refused / 20);
	stamped_done(&s);
}
END_TEST

/* A token moved from one signature to another, or from one document to another, is over neither. */
static struct antin_bytes kept;

static void
cms_keep(struct antin_bytes *cms)
{
	ANTIN_OWN_S(antin_cades) c = NULL;
	struct antin_err err = {0};

	cms_stamp(cms);
	util_ok(antin_cades_read(antin_bytes_slice(cms), &c, &err));
	antin_bytes_clear(&kept);
	antin_bytes_add(&kept, c->time_stamps[0].p, c->time_stamps[0].len);
}

static void
cms_reuse(struct antin_bytes *cms)
{
	ANTIN_SCOPED(antin_bytes) attrs = {0};
	size_t outer = antin_der_open(&attrs, ANTIN_CONTEXT_CONS(1)), marks[2];

	open_attribute(&attrs, marks);
	antin_bytes_add(&attrs, kept.p, kept.len);
	close_attribute(&attrs, marks);
	antin_der_close(&attrs, outer);
	cms_insert(cms, (struct antin_slice){0}, antin_bytes_slice(&attrs));
}

START_TEST(test_moved)
{
	static const struct stamped c = {.what = "moved", COUNTED};
	void (*const ways[])(struct antin_bytes *) = {cms_keep, cms_reuse};

	current = &c;
	make_authority(&c);
	for (size_t i = 0; i < 2; i++) {
		ANTIN_SCOPED(antin_report) r = {0};
		struct how h = c.how;
		struct scene s;

		h.cms = ways[i];
		make_how(&s, &h);
		must_check(&s, &r);
		ck_assert_int_eq(r.verdicts[0].sub, i ? ANTIN_SUB_REVOKED_NO_POE : ANTIN_SUB_NONE);
		ck_assert((find_code(&r.verdicts[0], "time-stamp-over-other") != NULL) == (i == 1));
		scene_done(&s);
	}
	antin_bytes_done(&kept);
	antin_cert_free(authority);
}
END_TEST

/* --at before the stamp: then it does not exist yet. */
START_TEST(test_assumed)
{
	static const struct {
		int64_t at, best;
		enum antin_sub sub;
	} cases[] = {
	        {PKI_NOW - 10, BEFORE, ANTIN_SUB_NONE},
	        {THEN - 1, BEFORE, ANTIN_SUB_NONE},
	        {BEFORE - 200, BEFORE - 200, ANTIN_SUB_NONE},
	        {BEFORE - 301, BEFORE - 301, ANTIN_SUB_NONE},
	};
	static const struct stamped c = {.what = "assumed", COUNTED};

	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		ANTIN_SCOPED(antin_report) r = {0};
		struct scene s;

		make_stamped(&s, &c);
		s.options.time = cases[i].at;
		s.options.assumed = true;
		must_check(&s, &r);
		ck_assert_msg(r.verdicts[0].sub == cases[i].sub, "%zu:%s", i,
		              codes(&r.verdicts[0]));
		ck_assert_int_eq(r.verdicts[0].best_time, cases[i].best);
		ck_assert_int_eq(r.verdicts[0].stamps[0].valid, i < 3);
		stamped_done(&s);
	}
}
END_TEST

START_TEST(test_every_stamp_row_is_reached)
{
	bool reached[UTIL_COUNT(stamp_codes)] = {false};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++)
		for (size_t k = 0; k < UTIL_COUNT(stamp_codes); k++)
			if ((rows[i].code && strcmp(rows[i].code, stamp_codes[k]) == 0) ||
			    (rows[i].how.code && strcmp(rows[i].how.code, stamp_codes[k]) == 0))
				reached[k] = true;
	for (size_t k = 0; k < UTIL_COUNT(stamp_codes); k++)
		ck_assert_msg(reached[k], "%s is in no case", stamp_codes[k]);
}
END_TEST

Suite *suite_stamp(void);
Suite *
suite_stamp(void)
{
	Suite *s = suite_create("stamp");
	TCase *c = tcase_create("stamp");
	const int n = (int)UTIL_COUNT(rows);

	tcase_add_unchecked_fixture(c, make_keys, free_keys);
	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, test_stamp, 0, n);
	tcase_add_loop_test(c, test_no_better_than_without, 0, n);
	tcase_add_loop_test(c, test_stamp_json, 0, n);
	tcase_add_loop_test(c, test_flips, 0, 4);
	tcase_add_test(c, test_moved);
	tcase_add_test(c, test_assumed);
	tcase_add_test(c, test_every_stamp_row_is_reached);
	suite_add_tcase(s, c);
	return s;
}
