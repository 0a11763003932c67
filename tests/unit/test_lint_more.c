/*
 * Lint: the rules that need a key, a size, an issuer or a profile of their own to be broken; and
 * that each rule looks only at what it is about.
 */
#include <openssl/bn.h>

#include "issued.h"

/* Numbers of an RSA key, or the SubjectPublicKeyInfo of a good one. */
static void
rsa_spki(const BIGNUM *n, unsigned int e, struct antin_bytes *out)
{
	ANTIN_SCOPED(antin_bytes) key = {0};
	uint8_t octets[1024];
	size_t mark = antin_der_open(&key, ANTIN_SEQUENCE), part;

	ck_assert_int_gt(BN_bn2bin(n, octets), 0);
	antin_der_add_integer(&key, (struct antin_slice){octets, (size_t)BN_num_bytes(n)});
	antin_der_add_uint(&key, e);
	antin_der_close(&key, mark);
	mark = antin_der_open(out, ANTIN_SEQUENCE);
	part = antin_der_open(out, ANTIN_SEQUENCE);
	antin_der_add_oid(out, "1.2.840.113549.1.1.1");
	antin_der_add_null(out);
	antin_der_close(out, part);
	antin_der_add_bits(out, antin_bytes_slice(&key));
	antin_der_close(out, mark);
}

/* A TBSCertificate with these parts and nothing else; empty slices take harmless ones. */
struct parts {
	struct antin_slice issuer, subject, spki;
	size_t padding; /* octets in an extension that means nothing */
	const char *email;
};

static void
build(const struct parts *p, struct antin_bytes *b)
{
	static const uint8_t serial[16] = {0x2a, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
	size_t outer = antin_der_open(b, ANTIN_SEQUENCE), part, list, ext, value;

	part = antin_der_open(b, ANTIN_CONTEXT_CONS(0));
	antin_der_add_uint(b, 2);
	antin_der_close(b, part);
	antin_der_add(b, ANTIN_INTEGER, (struct antin_slice){serial, sizeof(serial)});
	antin_sigalg_add(b, (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA256});
	antin_bytes_add(b, p->issuer.p, p->issuer.len);
	part = antin_der_open(b, ANTIN_SEQUENCE);
	antin_der_add_time(b, ISSUED_NOW);
	antin_der_add_time(b, ISSUED_NOW + 86400);
	antin_der_close(b, part);
	antin_bytes_add(b, p->subject.p, p->subject.len);
	antin_bytes_add(b, p->spki.p, p->spki.len);
	part = antin_der_open(b, ANTIN_CONTEXT_CONS(3));
	list = antin_der_open(b, ANTIN_SEQUENCE);
	ext = antin_der_open(b, ANTIN_SEQUENCE);
	antin_der_add_oid(b, "2.5.29.15");
	antin_der_add_bool(b, true);
	util_hex("0404030206c0", b);
	antin_der_close(b, ext);
	if (p->padding) {
		ext = antin_der_open(b, ANTIN_SEQUENCE);
		antin_der_add_oid(b, "1.3.6.1.4.1.99999.1");
		value = antin_der_open(b, ANTIN_OCTET_STRING);
		ck_assert_ptr_nonnull(antin_bytes_grow(b, p->padding));
		antin_der_close(b, value);
		antin_der_close(b, ext);
	}
	antin_der_close(b, list);
	antin_der_close(b, part);
	antin_der_close(b, outer);
}

static bool
broken(const struct antin_lint *l, const char *rule)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->items[i].rule, rule) == 0)
			return true;
	return false;
}

static bool
breaks(const struct parts *p, const char *rule)
{
	ANTIN_SCOPED(antin_bytes) tbs = {0};
	ANTIN_SCOPED(antin_lint) l = {0};
	struct antin_err err = {0};

	build(p, &tbs);
	util_ok(antin_lint_tbs(antin_bytes_slice(&tbs),
	                       (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA256}, NULL, NULL, &l,
	                       &err));
	ck_assert_msg(!broken(&l, "form"), "the test's certificate is not read");
	return broken(&l, rule);
}

static struct antin_bytes name, key_octets;

static struct parts
harmless(void)
{
	return (struct parts){.issuer = antin_bytes_slice(&name),
	                      .subject = antin_bytes_slice(&name),
	                      .spki = antin_bytes_slice(&key_octets)};
}

static void
make(void)
{
	ANTIN_OWN_S(antin_key) key = issued_key("p256");
	struct antin_slice spki = antin_public_spki(key->public_key);
	struct antin_err err = {0};

	util_ok(antin_name_parse("C=VN,CN=A", &name, &err));
	antin_bytes_add(&key_octets, spki.p, spki.len);
}

static void
drop(void)
{
	antin_bytes_done(&name);
	antin_bytes_done(&key_octets);
}

/* An empty issuer; the subject's own emptiness is another rule. */
START_TEST(issuer_empty)
{
	static const uint8_t empty[] = {0x30, 0x00};
	struct parts p = harmless();

	ck_assert(!breaks(&p, "issuer-empty"));
	p.issuer = (struct antin_slice){empty, sizeof(empty)};
	ck_assert(breaks(&p, "issuer-empty"));
	ck_assert(!breaks(&p, "subject-empty"));
	p = harmless();
	p.subject = (struct antin_slice){empty, sizeof(empty)};
	ck_assert(!breaks(&p, "issuer-empty"));
	ck_assert(breaks(&p, "subject-empty"));
}
END_TEST

/* Ten thousand octets are the most, to the octet. */
START_TEST(size)
{
	struct parts p = harmless();
	bool below = false, above = false;

	for (p.padding = 9600; p.padding < 9800; p.padding++) {
		ANTIN_SCOPED(antin_bytes) tbs = {0};
		size_t whole;

		build(&p, &tbs);
		/* Outer SEQUENCE, algorithm, BIT STRING of 64 zeros. */
		whole = tbs.len + 4 + 12 + 67;
		ck_assert_msg(breaks(&p, "size") == (whole > 10000), "%zu octets", whole);
		below |= whole == 10000;
		above |= whole == 10001;
	}
	ck_assert(below && above);
}
END_TEST

START_TEST(key_small)
{
	static const struct {
		const char *file;
		bool small;
	} cases[] = {{"rsa1024.crt", true},
	             {"alg-rsa-sha256.crt", false},
	             {"alg-p256-sha256.crt", false},
	             {"person.crt", false}};

	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		ANTIN_SCOPED(antin_certs) certs = {0};
		ANTIN_SCOPED(antin_lint) l = {0};
		struct antin_err err = {0};
		char path[128];

		(void)snprintf(path, sizeof(path), "tests/data/x509/%s", cases[i].file);
		util_ok(antin_certs_load(path, &certs, &err));
		util_ok(antin_lint_cert(certs.items[0], NULL, NULL, &l, &err));
		ck_assert_msg(broken(&l, "key-small") == cases[i].small, "%s", cases[i].file);
		/* One fault, one rule. */
		ck_assert(!broken(&l, "key-weak"));
	}
}
END_TEST

/* Each kind of weakness, with the words of the refusal and the rule of the lint. */
static void
judge_weak(const BIGNUM *n, unsigned int e, const char *reason)
{
	ANTIN_SCOPED(antin_bytes) spki = {0};
	ANTIN_OWN_S(antin_public) key = NULL;
	struct antin_err err = {0};
	struct parts p = harmless();
	enum antin_rc rc;

	rsa_spki(n, e, &spki);
	util_ok(antin_public_read(antin_bytes_slice(&spki), &key, &err));
	rc = antin_issue_key(key, &err);
	ck_assert_msg((rc == ANTIN_OK) == !reason, "%s: %s", reason, util_line(&err));
	ck_assert_msg(!reason || rc == ANTIN_E_POLICY, "%s", util_line(&err));
	ck_assert_msg(!reason || strstr(util_line(&err), reason), "%s: %s", reason,
	              util_line(&err));
	p.spki = antin_bytes_slice(&spki);
	if (BN_num_bits(n) >= 2048)
		ck_assert_msg(breaks(&p, "key-weak") == (reason != NULL), "%s", reason);
	else
		ck_assert(breaks(&p, "key-small"));
}

static bool
has_small_factor(const BIGNUM *n)
{
	for (unsigned int d = 3; d <= 751; d += 2)
		if (BN_mod_word(n, d) == 0)
			return true;
	return false;
}

/* Odd and without a small factor: that is all that the judging of a modulus needs of its parts. */
static BIGNUM *
rough(int bits)
{
	BIGNUM *p = BN_new();

	ck_assert(BN_rand(p, bits, BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ODD));
	while (has_small_factor(p))
		ck_assert(BN_sub_word(p, 2));
	ck_assert_int_eq(BN_num_bits(p), bits);
	return p;
}

START_TEST(exponents)
{
	static const struct {
		unsigned int e;
		const char *reason;
	} cases[] = {
	        {65537, NULL},    {3, "65537"},     {17, "65537"},          {257, "65537"},
	        {65535, "65537"}, {65539, "65537"}, {4294967295U, "65537"},
	};
	ANTIN_OWN_S(antin_key) key = issued_key("rsa2048");
	struct antin_in outer = antin_in_of(antin_public_spki(key->public_key)), in, bits, numbers;
	struct antin_slice part, modulus;
	unsigned int unused;
	BIGNUM *n;

	ck_assert(antin_der_enter(&outer, ANTIN_SEQUENCE, &in) &&
	          antin_der_take(&in, ANTIN_SEQUENCE, &part) &&
	          antin_der_bits(&in, &part, &unused));
	bits = antin_in_of(part);
	ck_assert(antin_der_enter(&bits, ANTIN_SEQUENCE, &numbers) &&
	          antin_der_integer(&numbers, &modulus));
	n = BN_bin2bn(modulus.p, (int)modulus.len, NULL);
	for (size_t i = 0; i < UTIL_COUNT(cases); i++)
		judge_weak(n, cases[i].e, cases[i].reason);
	BN_free(n);
}
END_TEST

/* The first, the last and some primes between; the first prime that is not tried. */
START_TEST(small_factors)
{
	static const unsigned int factors[] = {3, 5, 7, 11, 13, 101, 167, 173, 509, 743, 751};
	BIGNUM *p = rough(2100), *n = BN_new();

	for (size_t i = 0; i < UTIL_COUNT(factors); i++) {
		ck_assert(BN_copy(n, p) && BN_mul_word(n, factors[i]));
		judge_weak(n, 65537, "small factor");
	}
	ck_assert(BN_copy(n, p) && BN_mul_word(n, 757));
	judge_weak(n, 65537, NULL);
	BN_free(p);
	BN_free(n);
}
END_TEST

/* Factors at a growing distance: found while the search is cheap, missed when they are far. */
START_TEST(close_factors)
{
	static const struct {
		int shift; /* the distance is about 2^shift */
		const char *reason;
	} cases[] = {{2, "close"}, {64, "close"}, {256, "close"}, {510, "close"}, {900, NULL}};
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *p = rough(1100), *q = BN_new(), *n = BN_new(), *distance = BN_new();

	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		ck_assert(BN_one(distance) && BN_lshift(distance, distance, cases[i].shift));
		ck_assert(BN_add(q, p, distance));
		while (has_small_factor(q))
			ck_assert(BN_add_word(q, 2));
		ck_assert(BN_mul(n, p, q, ctx));
		judge_weak(n, 65537, cases[i].reason);
	}
	BN_free(p);
	BN_free(q);
	BN_free(n);
	BN_free(distance);
	BN_CTX_free(ctx);
}
END_TEST

/* 2048 and 4096 bits are the borders, both allowed; everything beyond is refused. */
START_TEST(sizes)
{
	static const struct {
		int bits;
		const char *reason;
	} cases[] = {{1024, "2048 to 4096"}, {2047, "2048 to 4096"}, {2048, NULL},
	             {2049, NULL},           {4096, NULL},           {4097, "2048 to 4096"}};

	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		BIGNUM *n = rough(cases[i].bits);

		judge_weak(n, 65537, cases[i].reason);
		BN_free(n);
	}
}
END_TEST

/* One thing in the profile that this certificate does not have, and the only rule that says so. */
static char client[] = "1.3.6.1.5.5.7.3.2", mail[] = "1.3.6.1.5.5.7.3.4",
            card[] = "1.3.6.1.4.1.311.20.2.2", answers[] = "1.3.6.1.5.5.7.3.9",
            service[] = "2.16.704.1.1.1.1.1", no_service[] = "1.2.3";
static char *none[] = {NULL}, *one[] = {mail, NULL}, *other[] = {client, mail, answers, NULL},
            *more[] = {client, mail, card, answers, NULL}, *turned[] = {card, mail, client, NULL};
static struct antin_profile_policy policies[] = {{service, NULL}, {no_service, NULL}};

#define SET(name, statement)                                                                       \
	static void set_##name(struct antin_profile *p)                                            \
	{                                                                                          \
		statement;                                                                         \
	}
SET(nothing, (void)p)
SET(title, p->subject[4].required = true)
SET(country, p->subject[0].value[0] = 'L')
SET(one_unit, p->subject[3].repeat = false)
SET(no_unit, p->subject[3].type[0] = 'S'; p->subject[3].type[1] = 0; p->n_subject = 3)
SET(order, struct antin_profile_attr a = p->subject[2]; p->subject[2] = p->subject[5];
    p->subject[5] = a)
SET(rsa_only, p->key_types = 1U << ANTIN_KEY_RSA)
SET(p384_only, p->key_types = 1U << ANTIN_KEY_P384)
SET(sha512, p->digest = ANTIN_SHA512)
SET(critical, p->exts[1].critical = true)
SET(swapped, struct antin_profile_ext e = p->exts[1]; p->exts[1] = p->exts[2]; p->exts[2] = e)
SET(fewer, p->n_exts--)
SET(encipher, p->key_usage |= 1U << 2)
SET(short_term, p->days_max = 1824)
SET(authority, p->ca = true)
SET(no_email, p->email = ANTIN_EMAIL_NONE)
SET(may_email, p->email = ANTIN_EMAIL_OPTIONAL)
SET(no_purpose, p->eku = NULL)
SET(empty_purpose, p->eku = none)
SET(one_purpose, p->eku = one)
SET(other_purpose, p->eku = other)
SET(more_purposes, p->eku = more)
SET(turned_purposes, p->eku = turned)
SET(no_policy, p->n_policies = 0)
SET(two_policies, p->policies = policies; p->n_policies = 2)
SET(other_policy, p->policies = policies + 1)

static const struct profile_case {
	void (*set)(struct antin_profile *p);
	const char *rule, *field; /* NULL: none */
} profile_cases[] = {
        {set_nothing, NULL, NULL},
        {set_title, "profile-subject", "subject.title"},
        {set_country, "profile-subject", "subject.C"},
        {set_one_unit, "profile-subject", "subject.OU"},
        {set_no_unit, "profile-subject", "subject.OU"},
        {set_order, "profile-subject", "subject"},
        {set_rsa_only, "profile-key", "subjectPublicKeyInfo"},
        {set_p384_only, "profile-key", "subjectPublicKeyInfo"},
        {set_sha512, "profile-digest", "signatureAlgorithm"},
        {set_critical, "profile-extensions", "extensions.authorityKeyIdentifier"},
        {set_swapped, "profile-extensions", "extensions.authorityInfoAccess"},
        {set_fewer, "profile-extensions", "extensions"},
        {set_encipher, "profile-usage", "extensions.keyUsage"},
        {set_short_term, "profile-validity", "validity"},
        {set_authority, "profile-authority", "extensions.basicConstraints"},
        {set_no_email, "profile-email", "extensions.subjectAltName"},
        {set_may_email, NULL, NULL},
        {set_no_purpose, "profile-purposes", "extensions.extendedKeyUsage"},
        {set_empty_purpose, "profile-purposes", "extensions.extendedKeyUsage"},
        {set_one_purpose, "profile-purposes", "extensions.extendedKeyUsage"},
        {set_other_purpose, "profile-purposes", "extensions.extendedKeyUsage"},
        {set_more_purposes, "profile-purposes", "extensions.extendedKeyUsage"},
        {set_turned_purposes, NULL, NULL},
        {set_no_policy, "profile-policies", "extensions.certificatePolicies"},
        {set_two_policies, "profile-policies", "extensions.certificatePolicies"},
        {set_other_policy, "profile-policies", "extensions.certificatePolicies"},
};

START_TEST(after_profile)
{
	struct issued root = issued_make("vn-root", "C=VN,O=Ban mẫu,CN=Gốc", NULL, "p256");
	struct issued sub = issued_make("vn-sub-ca", "C=VN,O=Ban mẫu,CN=Dưới", &root, "rsa3072");
	struct issued ee =
	        issued_make("vn-person", "C=VN,L=Hải Vân,O=UBND,OU=Sở,OU=Phòng,CN=Nguyễn Văn An",
	                    &sub, "p256");
	struct antin_err err = {0};

	for (size_t i = 0; i < UTIL_COUNT(profile_cases); i++) {
		const struct profile_case *c = &profile_cases[i];
		ANTIN_OWN_S(antin_profile) p = issued_profile("vn-person");
		ANTIN_SCOPED(antin_lint) l = {0};
		struct antin_profile was = *p;
		size_t n_attrs = p->n_subject;

		c->set(p);
		util_ok(antin_lint_cert(ee.cert, sub.cert, p, &l, &err));
		ck_assert_msg(l.errors == (c->rule ? 1 : 0), "case %zu: %zu errors, first %s at %s",
		              i, l.errors, l.n ? l.items[0].rule : "", l.n ? l.items[0].field : "");
		for (size_t f = 0; c->rule && f < l.n; f++) {
			ck_assert_str_eq(l.items[f].rule, c->rule);
			ck_assert_str_eq(l.items[f].field, c->field);
			ck_assert_str_eq(l.items[f].source, "vn-person");
		}
		/* What was lent is not freed. */
		p->eku = was.eku;
		p->policies = was.policies;
		p->n_policies = was.n_policies;
		p->n_subject = n_attrs;
	}
	issued_done(&ee);
	issued_done(&sub);
	issued_done(&root);
}
END_TEST

/* The exceptions of a profile take findings out of the count, by rule, not by field. */
START_TEST(exceptions)
{
	ANTIN_OWN_S(antin_profile) p = issued_profile("vn-person");
	ANTIN_SCOPED(antin_bytes) tbs = {0};
	static const struct antin_sigalg a = {ANTIN_ECDSA, ANTIN_SHA256};
	struct antin_profile_exception *e = &p->exceptions[p->n_exceptions++];
	struct parts bare = harmless();
	size_t counted = 0;
	struct antin_err err = {0};

	build(&bare, &tbs);
	for (int with = 0; with < 2; with++) {
		ANTIN_SCOPED(antin_lint) l = {0};

		e->rule = with ? strdup("profile-extensions") : strdup("size");
		e->reason = strdup("a test");
		util_ok(antin_lint_tbs(antin_bytes_slice(&tbs), a, NULL, p, &l, &err));
		ck_assert(broken(&l, "profile-extensions"));
		if (with)
			ck_assert_uint_eq(l.errors, counted - 1);
		counted = l.errors;
		ck_assert_int_eq(antin_lint_check(&l, &err), l.errors ? ANTIN_E_LINT : ANTIN_OK);
		ck_assert(with || strstr(util_line(&err), "profile-subject is broken at"));
		antin_err_clear(&err);
		free(e->rule);
		free(e->reason);
		e->rule = e->reason = NULL;
	}
	p->n_exceptions--;
}
END_TEST

/* Nothing found is nothing to refuse; warnings alone do not stop anything. */
START_TEST(check)
{
	struct antin_lint_finding items[] = {
	        {.rule = "a", .level = ANTIN_LINT_WARN, .source = "s", .field = "f"},
	        {.rule = "b",
	         .level = ANTIN_LINT_ERROR,
	         .source = "s",
	         .field = "g",
	         .exception = "why"},
	        {.rule = "c", .level = ANTIN_LINT_ERROR, .source = "RFC 1", .field = "h.i"},
	        {.rule = "d", .level = ANTIN_LINT_ERROR, .source = "s", .field = "j"},
	};
	struct antin_lint l = {.items = items};
	struct antin_err err = {0};

	for (l.n = 0; l.n <= 2; l.n++)
		util_ok(antin_lint_check(&l, &err));
	for (l.n = 3; l.n <= 4; l.n++) {
		util_fails(antin_lint_check(&l, &err), ANTIN_E_LINT);
		ck_assert_str_eq(err.where, "h.i");
		ck_assert_ptr_nonnull(strstr(util_line(&err), "rule c is broken at h.i (RFC 1)"));
		antin_err_clear(&err);
	}
}
END_TEST

Suite *suite_lint_more(void);
Suite *
suite_lint_more(void)
{
	Suite *s = suite_create("lint_more");
	TCase *t = tcase_create("lint_more");

	tcase_add_unchecked_fixture(t, make, drop);
	tcase_add_test(t, issuer_empty);
	tcase_add_test(t, size);
	tcase_add_test(t, key_small);
	tcase_add_test(t, exponents);
	tcase_add_test(t, small_factors);
	tcase_add_test(t, close_factors);
	tcase_add_test(t, sizes);
	tcase_add_test(t, after_profile);
	tcase_add_test(t, exceptions);
	tcase_add_test(t, check);
	suite_add_tcase(s, t);
	return s;
}
