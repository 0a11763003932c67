/*
 * Issuing: what the profiles make, judged by OpenSSL; the agency certificate of 2025 as the model;
 * what must be refused.
 */
#include <unistd.h>

#include <openssl/bn.h>
#include <openssl/x509v3.h>

#include "issued.h"

static const struct {
	const char *profile, *subject, *key, *usage;
} leaves[] = {
        {"vn-person", EE_NAME, "p256", "person"},
        {"vn-agency", "C=VN,O=BỘ TÀI CHÍNH,CN=CỤC THUẾ", "rsa3072", "agency"},
        {"vn-software", "CN=Phần mềm ký,O=Bộ Tài chính,C=VN", "p384", "software"},
        {"vn-device", "CN=may-chu-1,O=Bộ Tài chính,C=VN", "p256", "device"},
        {"vn-tsa", "CN=Dấu thời gian,O=Ban Cơ yếu Chính phủ,C=VN", "p256", "tsa"},
        {"vn-ocsp", "CN=OCSP,O=Ban Cơ yếu Chính phủ,C=VN", "p256", "ocsp"},
};

/* OpenSSL builds and accepts the chain, strictly. */
static void
judge_chain(const struct issued *root, const struct issued *sub, const struct issued *ee)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *between = sk_X509_new_null();
	X509 *r = issued_x509(root->cert), *s = issued_x509(sub->cert), *e = issued_x509(ee->cert);

	ck_assert(X509_STORE_add_cert(store, r));
	ck_assert(sk_X509_push(between, s));
	ck_assert(X509_STORE_CTX_init(ctx, store, e, between));
	X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(ctx), ISSUED_NOW + 60);
	ck_assert(X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(ctx),
	                                      X509_V_FLAG_X509_STRICT));
	ck_assert_msg(X509_verify_cert(ctx) == 1, "%s",
	              X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)));
	X509_STORE_CTX_free(ctx);
	sk_X509_free(between);
	X509_STORE_free(store);
	X509_free(r);
	X509_free(s);
	X509_free(e);
}

START_TEST(every_profile)
{
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p384");
	struct issued sub = issued_make("vn-sub-ca", SUB_NAME, &root, "p256");
	struct issued ee =
	        issued_make(leaves[_i].profile, leaves[_i].subject, &sub, leaves[_i].key);
	ANTIN_OWN_S(antin_profile) p = issued_profile(leaves[_i].profile);
	ANTIN_SCOPED(antin_lint) lint = {0};
	struct antin_err err = {0};

	ck_assert(antin_slice_equal(ee.cert->issuer, sub.cert->subject));
	ck_assert_int_eq(ee.cert->serial.p[0], 0x2a);
	ck_assert_uint_eq(ee.cert->serial.len, ANTIN_SERIAL_SIZE);
	ck_assert(!ee.cert->is_ca);
	ck_assert_str_eq(antin_profile_kind_name(p->kind), leaves[_i].usage);
	judge_chain(&root, &sub, &ee);
	util_ok(antin_lint_cert(ee.cert, sub.cert, p, &lint, &err));
	for (size_t i = 0; i < lint.n; i++)
		ck_assert_msg(lint.items[i].exception, "%s: %s at %s", leaves[_i].profile,
		              lint.items[i].rule, lint.items[i].field);
	issued_done(&ee);
	issued_done(&sub);
	issued_done(&root);
}
END_TEST

/* The real certificate, or NULL when the folder is not there. */
static struct antin_cert *
model(const char *name)
{
	const char *shared = getenv("ANTIN_SHARED");
	ANTIN_SCOPED(antin_bytes) file = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_cert *c = NULL;
	struct antin_err err = {0};
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/data/vn/%s", shared ? shared : "../shared", name);
	if (access(path, R_OK) != 0)
		(void)snprintf(path, sizeof(path), "../../shared/data/vn/%s", name);
	if (access(path, R_OK) != 0)
		return NULL;
	util_ok(antin_file_read(path, 65536, &file, &err));
	util_ok(antin_pem_or_der(antin_bytes_slice(&file), "CERTIFICATE", &der, &err));
	util_ok(antin_cert_read(antin_bytes_slice(&der), &c, &err));
	return c;
}

/* Extensions that hold keys of their own; everything else must agree octet by octet. */
static bool
is_own(const struct antin_cert *c, const struct antin_ext *e)
{
	return e == antin_cert_ext(c, "2.5.29.14") || e == antin_cert_ext(c, "2.5.29.35");
}

START_TEST(golden_agency_2025)
{
	static const char *const emails[] = {"cthsm@gdt.gov.vn", NULL};
	ANTIN_OWN_S(antin_cert) real = model("agency-g2-2025.der");
	ANTIN_OWN_S(antin_profile) p = issued_profile("vn-agency");
	struct issued root, sub, ee;
	struct antin_issue i;

	if (!real) {
		(void)fprintf(stderr, "skipped: agency-g2-2025.der is not here (ANTIN_SHARED)\n");
		return;
	}
	root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	sub = issued_make("vn-sub-ca", SUB_NAME, &root, "rsa3072");
	ee.key = issued_key("rsa3072");
	i = issued_spec(p, &sub, ee.key, real->subject);
	i.emails = emails;
	ee.cert = issued_finish(&i, sub.key);
	ck_assert(antin_slice_equal(ee.cert->subject, real->subject));
	ck_assert(antin_slice_equal(ee.cert->sigalg, real->sigalg));
	ck_assert_uint_eq(ee.cert->version, real->version);
	ck_assert_uint_eq(ee.cert->n_exts, real->n_exts);
	for (size_t x = 0; x < real->n_exts; x++) {
		const struct antin_ext *a = &ee.cert->exts[x], *b = &real->exts[x];

		util_slice_eq(a->oid, b->oid);
		ck_assert_int_eq(a->critical, b->critical);
		ck_assert_uint_eq(a->value.len, b->value.len);
		if (!is_own(real, b))
			util_slice_eq(a->value, b->value);
	}
	issued_done(&ee);
	issued_done(&sub);
	issued_done(&root);
}
END_TEST

START_TEST(golden_sub_2018)
{
	ANTIN_OWN_S(antin_cert) real = model("sub-state-agencies-g2.crt");
	struct issued root, sub;

	if (!real) {
		(void)fprintf(stderr, "skipped: sub-state-agencies-g2.crt is not here\n");
		return;
	}
	root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	sub = issued_make("vn-sub-ca", SUB_NAME, &root, "p256");
	ck_assert_uint_eq(sub.cert->n_exts, real->n_exts);
	for (size_t x = 0; x < real->n_exts; x++) {
		util_slice_eq(sub.cert->exts[x].oid, real->exts[x].oid);
		ck_assert_int_eq(sub.cert->exts[x].critical, real->exts[x].critical);
	}
	ck_assert_int_eq(sub.cert->path_len, real->path_len);
	ck_assert_uint_eq(sub.cert->key_usage, real->key_usage);
	issued_done(&sub);
	issued_done(&root);
}
END_TEST

/* Each case makes one thing wrong in a certificate that would be issued. */
struct wrong {
	const char *what;
	enum antin_rc want;
	void (*spoil)(struct antin_issue *i, const struct issued *root, const struct issued *sub);
};

static void
no_email(struct antin_issue *i, const struct issued *root, const struct issued *sub)
{
	(void)root, (void)sub;
	i->emails = NULL;
}

static void
bad_email(struct antin_issue *i, const struct issued *root, const struct issued *sub)
{
	static const char *const emails[] = {"một@hai", NULL};

	(void)root, (void)sub;
	i->emails = emails;
}

static void
outlives(struct antin_issue *i, const struct issued *root, const struct issued *sub)
{
	(void)root;
	i->period.not_after = sub->cert->not_after + 1;
	i->period.not_before = i->period.not_after - 86400;
}

static void
begins_early(struct antin_issue *i, const struct issued *root, const struct issued *sub)
{
	(void)root;
	i->period.not_before = sub->cert->not_before - 1;
	i->period.not_after = i->period.not_before + 86400;
}

static void
too_long(struct antin_issue *i, const struct issued *root, const struct issued *sub)
{
	(void)root, (void)sub;
	i->period.not_after = i->period.not_before + i->profile->days_max * 86400;
}

static void
ends_first(struct antin_issue *i, const struct issued *root, const struct issued *sub)
{
	(void)root, (void)sub;
	i->period.not_after = i->period.not_before - 1;
}

static void
issuer_key(struct antin_issue *i, const struct issued *root, const struct issued *sub)
{
	(void)root;
	i->public_key = sub->key->public_key;
}

static void
self_signed(struct antin_issue *i, const struct issued *root, const struct issued *sub)
{
	(void)root, (void)sub;
	i->issuer = NULL;
}

static void
bad_serial(struct antin_issue *i, const struct issued *root, const struct issued *sub)
{
	(void)root, (void)sub;
	i->serial[0] = 0x80;
}

static void
sha1(struct antin_issue *i, const struct issued *root, const struct issued *sub)
{
	(void)root, (void)sub;
	i->sigalg.digest = ANTIN_SHA1;
}

static void
no_settings(struct antin_issue *i, const struct issued *root, const struct issued *sub)
{
	(void)root, (void)sub;
	i->settings = NULL;
}

static const struct wrong wrongs[] = {
        {"no e-mail", ANTIN_E_POLICY, no_email},
        {"broken e-mail", ANTIN_E_POLICY, bad_email},
        {"outlives the issuer", ANTIN_E_POLICY, outlives},
        {"begins before the issuer", ANTIN_E_POLICY, begins_early},
        {"one second too long", ANTIN_E_POLICY, too_long},
        {"ends before it begins", ANTIN_E_POLICY, ends_first},
        {"key of the issuer", ANTIN_E_POLICY, issuer_key},
        {"a person signs itself", ANTIN_E_POLICY, self_signed},
        {"negative serial", ANTIN_E_INTERNAL, bad_serial},
        {"SHA-1", ANTIN_E_POLICY, sha1},
        {"no addresses", ANTIN_E_CONFIG, no_settings},
};

START_TEST(refused)
{
	static const char *const emails[] = {"a@b.vn", NULL};
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	struct issued sub = issued_make("vn-sub-ca", SUB_NAME, &root, "p256");
	ANTIN_OWN_S(antin_profile) p = issued_profile("vn-person");
	ANTIN_OWN_S(antin_key) key = issued_key("p256");
	ANTIN_SCOPED(antin_bytes) name = {0};
	ANTIN_SCOPED(antin_bytes) tbs = {0};
	struct antin_err err = {0};
	struct antin_issue i;

	util_ok(antin_name_parse(EE_NAME, &name, &err));
	i = issued_spec(p, &sub, key, antin_bytes_slice(&name));
	i.emails = emails;
	util_ok(antin_issue_tbs(&i, &tbs, &err));
	antin_bytes_clear(&tbs);
	wrongs[_i].spoil(&i, &root, &sub);
	ck_assert_msg(antin_issue_tbs(&i, &tbs, &err) == wrongs[_i].want, "%s: %s", wrongs[_i].what,
	              util_line(&err));
	ck_assert_uint_eq(tbs.len, 0);
	issued_done(&sub);
	issued_done(&root);
}
END_TEST

/* A leaf and an authority that may have none below it are no issuers. */
START_TEST(wrong_issuers)
{
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	struct issued sub = issued_make("vn-sub-ca", SUB_NAME, &root, "p256");
	struct issued ee = issued_make("vn-person", EE_NAME, &sub, "p256");
	ANTIN_OWN_S(antin_profile) profile = issued_profile("vn-sub-ca");
	ANTIN_OWN_S(antin_profile) device = issued_profile("vn-device");
	ANTIN_OWN_S(antin_profile) top = issued_profile("vn-root");
	ANTIN_OWN_S(antin_key) key = issued_key("p256");
	ANTIN_SCOPED(antin_bytes) name = {0};
	ANTIN_SCOPED(antin_bytes) tbs = {0};
	const struct {
		const struct antin_profile *profile;
		const struct issued *issuer;
	} cases[] = {{profile, &sub}, {device, &ee}, {top, &root}};

	for (size_t n = 0; n < UTIL_COUNT(cases); n++) {
		struct antin_err err = {0};
		struct antin_issue i;

		antin_bytes_clear(&name);
		util_ok(antin_name_parse(SUB_NAME, &name, &err));
		i = issued_spec(cases[n].profile, NULL, key, antin_bytes_slice(&name));
		i.issuer = cases[n].issuer->cert;
		util_fails(antin_issue_tbs(&i, &tbs, &err), ANTIN_E_POLICY);
	}
	issued_done(&ee);
	issued_done(&sub);
	issued_done(&root);
}
END_TEST

START_TEST(periods)
{
	ANTIN_OWN_S(antin_profile) p = issued_profile("vn-person");
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	struct antin_period got = {0};
	struct antin_err err = {0};

	util_ok(antin_issue_period(p, root.cert, ISSUED_NOW, 1, &got, &err));
	ck_assert_int_eq(got.not_before, ISSUED_NOW);
	ck_assert_int_eq(got.not_after, ISSUED_NOW + 86400 - 1);
	util_ok(antin_issue_period(p, root.cert, root.cert->not_after - 5, 365, &got, &err));
	ck_assert_int_eq(got.not_after, root.cert->not_after);
	util_fails(antin_issue_period(p, root.cert, ISSUED_NOW, 1827, &got, &err), ANTIN_E_POLICY);
	antin_err_clear(&err);
	util_fails(antin_issue_period(p, root.cert, ISSUED_NOW, -1, &got, &err), ANTIN_E_POLICY);
	antin_err_clear(&err);
	util_fails(antin_issue_period(p, root.cert, root.cert->not_after + 1, 1, &got, &err),
	           ANTIN_E_EXPIRED);
	antin_err_clear(&err);
	util_fails(antin_issue_period(p, root.cert, root.cert->not_before - 1, 1, &got, &err),
	           ANTIN_E_NOT_YET_VALID);
	issued_done(&root);
}
END_TEST

/* An RSA public key from numbers. */
static struct antin_public *
rsa_public(const BIGNUM *n, unsigned int e)
{
	ANTIN_SCOPED(antin_bytes) inner = {0};
	ANTIN_SCOPED(antin_bytes) spki = {0};
	struct antin_public *key = NULL;
	struct antin_err err = {0};
	uint8_t octets[1024];
	size_t mark, part;

	ck_assert_int_gt(BN_bn2bin(n, octets), 0);
	mark = antin_der_open(&inner, ANTIN_SEQUENCE);
	antin_der_add_integer(&inner, (struct antin_slice){octets, (size_t)BN_num_bytes(n)});
	antin_der_add_uint(&inner, e);
	antin_der_close(&inner, mark);
	mark = antin_der_open(&spki, ANTIN_SEQUENCE);
	part = antin_der_open(&spki, ANTIN_SEQUENCE);
	antin_der_add_oid(&spki, "1.2.840.113549.1.1.1");
	antin_der_add_null(&spki);
	antin_der_close(&spki, part);
	antin_der_add_bits(&spki, antin_bytes_slice(&inner));
	antin_der_close(&spki, mark);
	util_ok(antin_public_read(antin_bytes_slice(&spki), &key, &err));
	return key;
}

/* n is spoilt; the key must be refused for that reason, and a good one is not. */
static void
judge_key(const BIGNUM *n, unsigned int e, const char *reason)
{
	ANTIN_OWN_S(antin_public) key = rsa_public(n, e);
	struct antin_err err = {0};

	if (!reason) {
		util_ok(antin_issue_key(key, &err));
		return;
	}
	util_fails(antin_issue_key(key, &err), ANTIN_E_POLICY);
	ck_assert_msg(strstr(util_line(&err), reason), "%s", util_line(&err));
}

/* What stands for a prime here: the checks look for factors below 1,000 and no further. */
static bool
like_prime(const BIGNUM *n)
{
	for (unsigned int f = 3; f < 1000; f += 2)
		if (BN_mod_word(n, f) == 0)
			return false;
	return BN_is_odd(n);
}

/* The next such number above 2^bits + offset. */
static void
shape(BIGNUM *n, int bits, unsigned int offset)
{
	ck_assert(BN_one(n) && BN_lshift(n, n, bits) && BN_add_word(n, offset | 1));
	while (!like_prime(n))
		ck_assert(BN_add_word(n, 2));
}

START_TEST(weak_keys)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *p = BN_new(), *q = BN_new(), *n = BN_new(), *m = BN_new(), *x = BN_new();

	shape(p, 1024, 1);
	shape(q, 1023, 99991);
	ck_assert(BN_mul(n, p, q, ctx));
	judge_key(n, 3, "65537");
	/* Factors next to each other. */
	shape(p, 1100, 1);
	ck_assert(BN_copy(q, p) && BN_add_word(q, 2));
	while (!like_prime(q))
		ck_assert(BN_add_word(q, 2));
	ck_assert(BN_mul(n, p, q, ctx));
	judge_key(n, 65537, "close");
	/* A small factor. */
	shape(p, 2100, 1);
	ck_assert(BN_copy(n, p) && BN_mul_word(n, 751));
	judge_key(n, 65537, "small factor");
	/* The fingerprint: a power of 65537 modulo the product of the small primes. */
	ck_assert(BN_one(m) && BN_set_word(x, 65537));
	for (unsigned int d = 3; d <= 167; d += 2) {
		bool prime = true;

		for (unsigned int f = 3; f * f <= d; f += 2)
			prime &= d % f != 0;
		if (prime)
			ck_assert(BN_mul_word(m, d));
	}
	ck_assert(BN_set_word(p, 12345) && BN_mod_exp(n, x, p, m, ctx));
	ck_assert(BN_one(q) && BN_lshift(q, q, 2100) && BN_mul(q, q, m, ctx));
	do
		ck_assert(BN_add(q, q, m) && BN_add(p, q, n));
	while (!like_prime(p));
	judge_key(p, 65537, "ROCA");
	BN_free(p);
	BN_free(q);
	BN_free(n);
	BN_free(m);
	BN_free(x);
	BN_CTX_free(ctx);
}
END_TEST

START_TEST(good_keys)
{
	static const char *const good[] = {"rsa2048", "rsa3072", "p256", "p384"};

	for (size_t i = 0; i < UTIL_COUNT(good); i++) {
		ANTIN_OWN_S(antin_key) k = issued_key(good[i]);
		struct antin_err err = {0};

		util_ok(antin_issue_key(k->public_key, &err));
	}
}
END_TEST

START_TEST(small_parts)
{
	uint8_t serial[ANTIN_SERIAL_SIZE], other[ANTIN_SERIAL_SIZE];
	struct antin_slice nothing = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_err err = {0};

	util_ok(antin_issue_serial(0x7f, serial, &err));
	util_ok(antin_issue_serial(0x7f, other, &err));
	ck_assert_int_eq(serial[0], 0x7f);
	ck_assert_int_ne(memcmp(serial, other, sizeof(serial)), 0);
	util_fails(antin_issue_serial(0, serial, &err), ANTIN_E_INTERNAL);
	antin_err_clear(&err);
	util_fails(antin_issue_serial(0x80, serial, &err), ANTIN_E_INTERNAL);
	antin_err_clear(&err);
	util_fails(antin_issue_finish(nothing, (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA256},
	                              nothing, &der, &err),
	           ANTIN_E_INTERNAL);
	ck_assert_uint_eq(der.len, 0);
}
END_TEST

/* The algorithm outside must be the one inside. */
START_TEST(finish_compares)
{
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_err err = {0};

	util_fails(antin_issue_finish(root.cert->tbs,
	                              (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA384},
	                              root.cert->signature, &der, &err),
	           ANTIN_E_INTERNAL);
	antin_err_clear(&err);
	util_ok(antin_issue_finish(root.cert->tbs, (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA256},
	                           root.cert->signature, &der, &err));
	util_slice_eq(antin_bytes_slice(&der), root.cert->der);
	issued_done(&root);
}
END_TEST

Suite *suite_issue(void);
Suite *
suite_issue(void)
{
	Suite *s = suite_create("issue");
	TCase *t = tcase_create("issue");

	tcase_add_loop_test(t, every_profile, 0, UTIL_COUNT(leaves));
	tcase_add_test(t, golden_agency_2025);
	tcase_add_test(t, golden_sub_2018);
	tcase_add_loop_test(t, refused, 0, UTIL_COUNT(wrongs));
	tcase_add_test(t, wrong_issuers);
	tcase_add_test(t, periods);
	tcase_add_test(t, weak_keys);
	tcase_add_test(t, good_keys);
	tcase_add_test(t, small_parts);
	tcase_add_test(t, finish_compares);
	suite_add_tcase(s, t);
	return s;
}
