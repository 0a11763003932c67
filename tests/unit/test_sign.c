/*
 * The signing flow: results, refusals, a key that fails, a document that changes while the key
 * works, and that nothing is left behind after any of it.
 */
#include "pki.h"
#include "util.h"

#include <stdio.h>
#include <unistd.h>

#include <antin/keystore.h>
#include <antin/sign.h>

static char *folder;

/* A key that does something to the document while it signs. */
struct busy_key {
	struct antin_key base;
	struct antin_key *real;
	void (*meanwhile)(void);
};

static struct antin_key *signing_key;
static struct antin_cert *cert, *ca;
static EVP_PKEY *ca_key;
static struct busy_key busy;

static const char *
in(const char *name)
{
	return util_path(folder, name);
}

static void
copy_in(const char *from, const char *name)
{
	ANTIN_SCOPED(antin_bytes) b = {0};

	util_read(from, &b);
	util_write(in(name), antin_bytes_slice(&b));
}

static enum antin_rc
busy_sign(struct antin_key *k, struct antin_sigalg a, struct antin_slice digest,
          struct antin_bytes *signature, struct antin_err *err)
{
	struct busy_key *b = (struct busy_key *)k;

	b->meanwhile();
	return b->real->ops->sign(b->real, a, digest, signature, err);
}

static void
busy_free(struct antin_key *k)
{
	(void)k;
}

static const struct antin_key_ops busy_ops = {"busy", busy_sign, busy_free};

static struct antin_key *
new_key(enum antin_rc fault)
{
	struct antin_keygen spec = {.type = ANTIN_KEY_P256, .label = "test"};
	struct antin_key *k = NULL;
	struct antin_err err = {0};

	util_ok(antin_key_mock(&spec, fault, 0, &k, &err));
	return k;
}

static struct antin_cert *
certify(const struct antin_key *k, struct pki_spec s)
{
	struct antin_slice spki = antin_public_spki(k->public_key);
	const unsigned char *p = spki.p;
	struct antin_cert *c;

	s.key = d2i_PUBKEY(NULL, &p, (long)spki.len);
	c = pki_cert(s);
	EVP_PKEY_free(s.key);
	return c;
}

static void
set_up(void)
{
	folder = util_scratch();
	copy_in("tests/data/pdf/classic.pdf", "a.pdf");
	ca_key = pki_key();
	ca = pki_cert(pki_ca("CA", "CA", ca_key, ca_key));
	signing_key = new_key(ANTIN_OK);
	cert = certify(signing_key, pki_leaf("Nguy\xe1\xbb\x85n A", "CA", NULL, ca_key));
	busy = (struct busy_key){
	        .base = {.ops = &busy_ops, .public_key = signing_key->public_key},
	        .real = signing_key,
	};
}

static void
tear_down(void)
{
	antin_key_free(signing_key);
	antin_cert_free(cert);
	antin_cert_free(ca);
	EVP_PKEY_free(ca_key);
	util_scratch_remove(folder);
}

static const struct antin_sign_what what = {.now = PKI_NOW,
                                            .name = "Nguy\xe1\xbb\x85n A",
                                            .reason = "Ph\xc3\xaa duy\xe1\xbb\x87t"};

static enum antin_rc
sign(const char *from, const char *to, struct antin_key *key, struct antin_err *err)
{
	struct antin_sign_who who = {key, cert, &ca, 1, {ANTIN_ECDSA, ANTIN_SHA256}};
	ANTIN_OWN_S(antin_sign_job) job = NULL;
	ANTIN_OWN_S(antin_output) out = NULL;
	enum antin_rc rc = antin_sign_open(from, &what, &job, err);

	if (rc == ANTIN_OK)
		rc = antin_output_open(to, 0, &out, err);
	return rc == ANTIN_OK ? antin_sign_run(job, &who, &what, out, err) : rc;
}

START_TEST(result_stands_beside)
{
	ANTIN_SCOPED(antin_bytes) before = {0};
	ANTIN_SCOPED(antin_bytes) after = {0};
	ANTIN_OWN_S(antin_source) source = NULL;
	ANTIN_OWN_S(antin_doc) doc = NULL;
	struct antin_err err = {0};

	util_ok(sign(in("a.pdf"), in("b.pdf"), signing_key, &err));
	ck_assert_uint_eq(util_entries(folder), 2);
	util_read(in("a.pdf"), &before);
	util_read(in("b.pdf"), &after);
	ck_assert_uint_gt(after.len, before.len);
	ck_assert_mem_eq(after.p, before.p, before.len);
	util_ok(antin_source_open(in("b.pdf"), &source, &err));
	util_ok(antin_doc_open(source, &doc, &err));
	ck_assert_uint_eq(doc->n_sigs, 1);
	ck_assert_int_eq(doc->sigs[0].coverage, ANTIN_COVERAGE_ENTIRE_FILE);
	ck_assert_int_eq(doc->sigs[0].time, PKI_NOW);
	ck_assert(antin_slice_is(antin_bytes_slice(&doc->sigs[0].reason), what.reason));
	ck_assert(antin_slice_is(antin_bytes_slice(&doc->sigs[0].name), what.name));
}
END_TEST

START_TEST(done_is_recognised)
{
	ANTIN_OWN_S(antin_sign_job) job = NULL;
	ANTIN_OWN_S(antin_key) other_key = new_key(ANTIN_OK);
	ANTIN_OWN_S(antin_cert) other = certify(other_key, pki_leaf("B", "CA", NULL, ca_key));
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_err err = {0};

	util_ok(sign(in("a.pdf"), in("b.pdf"), signing_key, &err));
	util_ok(antin_sign_open(in("a.pdf"), &what, &job, &err));
	ck_assert_str_eq(antin_sign_about(job)->format, "pdf");
	ck_assert_uint_eq(antin_sign_about(job)->pages, 1);
	ck_assert_uint_eq(antin_sign_about(job)->n_sigs, 0);
	ck_assert(antin_sign_done(job, in("b.pdf"), cert));
	ck_assert(antin_sign_done(job, in("b.pdf"), NULL));
	ck_assert(!antin_sign_done(job, in("b.pdf"), other));
	ck_assert(!antin_sign_done(job, in("a.pdf"), cert));
	ck_assert(!antin_sign_done(job, in("none.pdf"), cert));
	util_read(in("b.pdf"), &b);
	b.p[100] ^= 1;
	util_write(in("b.pdf"), antin_bytes_slice(&b));
	ck_assert(!antin_sign_done(job, in("b.pdf"), cert));
}
END_TEST

START_TEST(keys_that_fail)
{
	static const enum antin_rc faults[] = {ANTIN_E_PIN_WRONG,     ANTIN_E_PIN_LOCKED,
	                                       ANTIN_E_REMOVED,       ANTIN_E_CANCELLED,
	                                       ANTIN_E_BAD_SIGNATURE, ANTIN_E_TOKEN};

	for (size_t i = 0; i < UTIL_COUNT(faults); i++) {
		struct antin_err err = {0};

		antin_key_free(signing_key);
		antin_cert_free(cert);
		signing_key = new_key(faults[i]);
		cert = certify(signing_key, pki_leaf("A", "CA", NULL, ca_key));
		ck_assert_int_ne(sign(in("a.pdf"), in("b.pdf"), signing_key, &err), ANTIN_OK);
		if (faults[i] != ANTIN_E_BAD_SIGNATURE)
			ck_assert_int_eq(err.rc, faults[i]);
		ck_assert_str_eq(err.file, in("a.pdf"));
		ck_assert_uint_eq(util_entries(folder), 1);
	}
}
END_TEST

/* What a key hands out that is not its signature of what it was asked for; says that all is well.
 */
static void
lie_nothing(struct antin_bytes *b)
{
	antin_bytes_clear(b);
}

static void
lie_garbage(struct antin_bytes *b)
{
	for (size_t i = 0; i < b->len; i++)
		b->p[i] = (uint8_t)(i * 37);
}

static void
lie_cut(struct antin_bytes *b)
{
	b->len--;
}

static void
lie_longer(struct antin_bytes *b)
{
	antin_bytes_byte(b, 0);
}

static void
lie_zeros(struct antin_bytes *b)
{
	antin_bytes_clear(b);
	antin_bytes_add(b, "\x30\x06\x02\x01\x00\x02\x01\x00", 8);
}

static void
lie_one_bit(struct antin_bytes *b)
{
	b->p[b->len - 1] ^= 1;
}

static void
lie_huge(struct antin_bytes *b)
{
	for (int i = 0; i < 100000; i++)
		antin_bytes_byte(b, 0x30);
}

static void (*const lies[])(struct antin_bytes *) = {
        lie_nothing, lie_garbage, lie_cut, lie_longer, lie_zeros, lie_one_bit, lie_huge,
};
static void (*lie)(struct antin_bytes *);

static enum antin_rc
lying_sign(struct antin_key *k, struct antin_sigalg a, struct antin_slice digest,
           struct antin_bytes *signature, struct antin_err *err)
{
	struct busy_key *b = (struct busy_key *)k;
	enum antin_rc rc = b->real->ops->sign(b->real, a, digest, signature, err);

	if (rc == ANTIN_OK)
		lie(signature);
	return rc;
}

static const struct antin_key_ops lying_ops = {"lying", lying_sign, busy_free};

START_TEST(keys_that_lie)
{
	struct antin_err err = {0};
	ANTIN_SCOPED(antin_bytes) before = {0};
	ANTIN_SCOPED(antin_bytes) after = {0};

	util_read(in("a.pdf"), &before);
	lie = lies[_i];
	busy.base.ops = &lying_ops;
	ck_assert_int_eq(sign(in("a.pdf"), in("b.pdf"), &busy.base, &err), ANTIN_E_BAD_SIGNATURE);
	ck_assert_int_eq(err.rc, ANTIN_E_BAD_SIGNATURE);
	ck_assert_str_eq(err.file, in("a.pdf"));
	ck_assert_uint_eq(util_entries(folder), 1);
	util_read(in("a.pdf"), &after);
	ck_assert(antin_bytes_equal(&before, &after));
}
END_TEST

/* The right algorithm of a wrong key, or the right key over something else. */
static bool over_something_else;

static enum antin_rc
other_sign(struct antin_key *k, struct antin_sigalg a, struct antin_slice digest,
           struct antin_bytes *signature, struct antin_err *err)
{
	struct busy_key *b = (struct busy_key *)k;
	uint8_t other[ANTIN_DIGEST_MAX] = {0};
	struct antin_slice what_else = {other, digest.len};

	return b->real->ops->sign(b->real, a, over_something_else ? what_else : digest, signature,
	                          err);
}

static const struct antin_key_ops other_ops = {"other", other_sign, busy_free};

START_TEST(keys_that_sign_for_others)
{
	struct antin_key *stranger = new_key(ANTIN_OK);
	struct antin_err err = {0};

	over_something_else = _i == 1;
	busy.base.ops = &other_ops;
	busy.real = over_something_else ? signing_key : stranger;
	ck_assert_int_eq(sign(in("a.pdf"), in("b.pdf"), &busy.base, &err), ANTIN_E_BAD_SIGNATURE);
	ck_assert_uint_eq(util_entries(folder), 1);
	/* The same way with the right key over the right digest goes well. */
	over_something_else = false;
	busy.real = signing_key;
	antin_err_clear(&err);
	util_ok(sign(in("a.pdf"), in("b.pdf"), &busy.base, &err));
	ck_assert_uint_eq(util_entries(folder), 2);
	antin_key_free(stranger);
}
END_TEST

static void
change_end(void)
{
	ANTIN_SCOPED(antin_bytes) b = {0};

	util_read(in("a.pdf"), &b);
	antin_bytes_byte(&b, '\n');
	util_write(in("a.pdf"), antin_bytes_slice(&b));
}

static void
change_middle(void)
{
	ANTIN_SCOPED(antin_bytes) b = {0};

	util_read(in("a.pdf"), &b);
	b.p[b.len / 2] ^= 1;
	util_write(in("a.pdf"), antin_bytes_slice(&b));
}

static void
change_other(void)
{
	copy_in("tests/data/pdf/objstm.pdf", "c.pdf");
	ck_assert_int_eq(rename(in("c.pdf"), in("a.pdf")), 0);
}

static void
change_cut(void)
{
	ck_assert_int_eq(truncate(in("a.pdf"), 100), 0);
}

static void (*const changes[])(void) = {change_end, change_middle, change_other, change_cut};

START_TEST(changed_while_signing)
{
	struct antin_err err = {0};

	busy.meanwhile = changes[_i];
	util_fails(sign(in("a.pdf"), in("b.pdf"), &busy.base, &err), ANTIN_E_CHANGED);
	ck_assert_uint_eq(util_entries(folder), 1);
}
END_TEST

static void
take_name(void)
{
	util_write(in("b.pdf"), antin_slice_text("mine"));
}

START_TEST(name_taken_meanwhile)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_err err = {0};

	busy.meanwhile = take_name;
	util_fails(sign(in("a.pdf"), in("b.pdf"), &busy.base, &err), ANTIN_E_EXISTS);
	util_read(in("b.pdf"), &b);
	ck_assert(antin_slice_is(antin_bytes_slice(&b), "mine"));
	ck_assert_uint_eq(util_entries(folder), 2);
}
END_TEST

START_TEST(refused_before_the_key)
{
	struct antin_err err = {0};

	util_fails(sign(in("none.pdf"), in("b.pdf"), signing_key, &err), ANTIN_E_MISSING);
	antin_err_clear(&err);
	util_fails(sign(folder, in("b.pdf"), signing_key, &err), ANTIN_E_FOLDER);
	antin_err_clear(&err);
	util_write(in("e.pdf"), antin_slice_text(""));
	util_fails(sign(in("e.pdf"), in("b.pdf"), signing_key, &err), ANTIN_E_EMPTY);
	antin_err_clear(&err);
	util_fails(sign(in("a.pdf"), in("e.pdf"), signing_key, &err), ANTIN_E_EXISTS);
	ck_assert_uint_eq(util_entries(folder), 2);
}
END_TEST

/* What a certificate must be to sign at PKI_NOW. */
static const struct {
	int64_t from, to;
	int is_ca;
	uint32_t usage;
	enum antin_rc rc;
} uses[] = {
        {0, 0, 0, PKI_LEAF_USAGE, ANTIN_OK},
        {0, 0, 0, 1U << ANTIN_KU_NON_REPUDIATION, ANTIN_OK},
        {0, 0, 0, 1U << ANTIN_KU_DIGITAL_SIGNATURE, ANTIN_OK},
        {0, 0, 0, 0, ANTIN_OK},
        {0, 0, 0, 1U << ANTIN_KU_KEY_ENCIPHERMENT, ANTIN_E_POLICY},
        {0, 0, 1, PKI_CA_USAGE | PKI_LEAF_USAGE, ANTIN_E_POLICY},
        {PKI_NOW, PKI_NOW, 0, PKI_LEAF_USAGE, ANTIN_OK},
        {PKI_NOW + 1, 0, 0, PKI_LEAF_USAGE, ANTIN_E_NOT_YET_VALID},
        {PKI_NOW - 9, PKI_NOW - 1, 0, PKI_LEAF_USAGE, ANTIN_E_EXPIRED},
};

START_TEST(certificates_that_may_sign)
{
	struct pki_spec s = pki_leaf("A", "CA", NULL, ca_key);
	struct antin_err err = {0};

	s.from = uses[_i].from;
	s.to = uses[_i].to;
	s.ca = uses[_i].is_ca;
	s.path_len = -1;
	s.usage = uses[_i].usage;
	antin_cert_free(cert);
	cert = certify(signing_key, s);
	ck_assert_int_eq(antin_sign_usable(cert, PKI_NOW, &err), uses[_i].rc);
	ck_assert_int_eq(sign(in("a.pdf"), in("b.pdf"), signing_key, NULL), uses[_i].rc);
	ck_assert_uint_eq(util_entries(folder), uses[_i].rc == ANTIN_OK ? 2 : 1);
}
END_TEST

START_TEST(certificate_of_the_key)
{
	ANTIN_OWN_S(antin_key) other_key = new_key(ANTIN_OK);
	ANTIN_OWN_S(antin_cert) other = certify(other_key, pki_leaf("B", "CA", NULL, ca_key));
	ANTIN_SCOPED(antin_certs) given = {0};
	struct antin_cert *found = NULL;
	struct antin_err err = {0};

	util_fails(antin_sign_cert(signing_key, &given, &found, &err), ANTIN_E_NOT_FOUND);
	antin_err_clear(&err);
	util_ok(antin_certs_add(&given, other, &err));
	util_fails(antin_sign_cert(signing_key, &given, &found, &err), ANTIN_E_KEY_MISMATCH);
	antin_err_clear(&err);
	util_ok(antin_certs_add(&given, cert, &err));
	util_ok(antin_sign_cert(signing_key, &given, &found, &err));
	ck_assert_ptr_eq(found, cert);
	util_fails(sign(in("a.pdf"), in("b.pdf"), other_key, &err), ANTIN_E_KEY_MISMATCH);
}
END_TEST

/* Intermediates that really signed go along; roots, namesakes and strangers do not. */
START_TEST(chain_to_embed)
{
	EVP_PKEY *sub_key = pki_key(), *false_key = pki_key();
	ANTIN_OWN_S(antin_cert) sub = pki_cert(pki_ca("Sub", "CA", sub_key, ca_key));
	ANTIN_OWN_S(antin_cert) namesake = pki_cert(pki_ca("Sub", "CA", false_key, ca_key));
	ANTIN_OWN_S(antin_cert) leaf = certify(signing_key, pki_leaf("A", "Sub", NULL, sub_key));
	ANTIN_SCOPED(antin_certs) given = {0};
	ANTIN_SCOPED(antin_certs) chain = {0};
	struct antin_err err = {0};

	util_ok(antin_certs_add(&given, namesake, &err));
	util_ok(antin_certs_add(&given, ca, &err));
	util_ok(antin_certs_add(&given, cert, &err));
	util_ok(antin_certs_add(&given, sub, &err));
	util_ok(antin_sign_chain(signing_key, leaf, &given, &chain, &err));
	ck_assert_uint_eq(chain.n, 2);
	ck_assert_ptr_eq(chain.items[0], leaf);
	ck_assert_ptr_eq(chain.items[1], sub);
	EVP_PKEY_free(sub_key);
	EVP_PKEY_free(false_key);
}
END_TEST

Suite *suite_sign(void);
Suite *
suite_sign(void)
{
	Suite *s = suite_create("sign");
	TCase *tc = tcase_create("sign");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, result_stands_beside);
	tcase_add_test(tc, done_is_recognised);
	tcase_add_test(tc, keys_that_fail);
	tcase_add_loop_test(tc, keys_that_lie, 0, (int)UTIL_COUNT(lies));
	tcase_add_loop_test(tc, keys_that_sign_for_others, 0, 2);
	tcase_add_loop_test(tc, changed_while_signing, 0, (int)UTIL_COUNT(changes));
	tcase_add_test(tc, name_taken_meanwhile);
	tcase_add_test(tc, refused_before_the_key);
	tcase_add_loop_test(tc, certificates_that_may_sign, 0, (int)UTIL_COUNT(uses));
	tcase_add_test(tc, certificate_of_the_key);
	tcase_add_test(tc, chain_to_embed);
	suite_add_tcase(s, tc);
	return s;
}
