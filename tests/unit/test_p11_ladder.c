/*
 * The ladder of mechanisms, against tokens that lack some: which one is taken for which signature,
 * with the message or the digest alone, what is refused, and certificates, requests and CRLs by a
 * token that signs nothing but what it hashes itself.
 */
#include <p11-kit/pkcs11.h>

#include <antin/clock.h>
#include <antin/crl.h>
#include <antin/request.h>

#include "p11_world.h"

#define TOKEN W_TOKEN

Suite *suite_p11_ladder(void);

/* In the process of the test; the keys are made once before. */
static struct antin_keystore *store;
static struct antin_key *rsa, *ec, *ec384;
static struct fault_control *control;
static struct w_pins pins;

static const struct w_key token_keys[] = {{"rsa2048", "rsa", false},
                                          {"p256", "p256", false},
                                          {"p384", "p384", false},
                                          {NULL, NULL, false}};

static void
setup(void)
{
	(void)w_begin_with(token_keys);
}

/* What this token offers is said before it is asked for the first time. */
static void
begin(const unsigned long hidden[5], bool ecdsa_hashes, unsigned long refused)
{
	struct antin_err err = {0};

	control = w_control();
	*control = (struct fault_control){.tries = -1,
	                                  .max_sessions = -1,
	                                  .ecdsa_hashes = ecdsa_hashes,
	                                  .refused = refused};
	for (; control->n_hidden < 5 && hidden[control->n_hidden]; control->n_hidden++)
		control->hidden[control->n_hidden] = hidden[control->n_hidden];
	w_pins_set(&pins, W_PIN);
	store = w_store(w_fault, &pins);
	T_OK(antin_keystore_find(store, TOKEN ";object=rsa", &rsa, &err));
	T_OK(antin_keystore_find(store, TOKEN ";object=p256", &ec, &err));
	T_OK(antin_keystore_find(store, TOKEN ";object=p384", &ec384, &err));
}

static void
end(void)
{
	antin_key_free(rsa);
	antin_key_free(ec);
	antin_key_free(ec384);
	antin_keystore_free(store);
	ck_assert_int_eq(control->sessions_at_finalize, 0);
}

enum what { DIGEST, MESSAGE };

static enum antin_rc
sign(struct antin_key *k, struct antin_sigalg a, enum what what, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) sig = {0};
	struct antin_slice text = antin_slice_text("văn bản");
	uint8_t digest[ANTIN_DIGEST_MAX];
	struct antin_slice d = {digest, antin_digest_size(a.digest)};
	enum antin_rc rc;

	antin_err_clear(err);
	ck_assert_int_eq(antin_digest_of(a.digest, text, digest, NULL), ANTIN_OK);
	rc = what == MESSAGE ? antin_key_sign_message(k, a, text, &sig, err)
	                     : antin_key_sign(k, a, d, &sig, err);
	if (rc == ANTIN_OK)
		ck_assert_int_eq(antin_public_verify(k->public_key, a, d, antin_bytes_slice(&sig),
		                                     NULL),
		                 ANTIN_OK);
	return rc;
}

#define V15  ANTIN_RSA_PKCS1
#define PSS  ANTIN_RSA_PSS
#define EC   ANTIN_ECDSA
#define D256 ANTIN_SHA256
#define D384 ANTIN_SHA384
#define D512 ANTIN_SHA512
#define RAW  CKM_RSA_X_509

/* By which mechanism it is signed; 0: not at all, and then the error says the words. */
static const struct {
	unsigned long hidden[5], refused;
	struct antin_sigalg a;
	enum what what;
	unsigned long by;
	const char *says;
} rows[] = {
        /* all is there: the best, with digest or message */
        {{0}, 0, {V15, D256}, DIGEST, CKM_RSA_PKCS, NULL},
        {{0}, 0, {V15, D512}, MESSAGE, CKM_RSA_PKCS, NULL},
        {{0}, 0, {PSS, D384}, DIGEST, CKM_RSA_PKCS_PSS, NULL},
        {{0}, 0, {PSS, D384}, MESSAGE, CKM_RSA_PKCS_PSS, NULL},
        {{0}, 0, {EC, D256}, DIGEST, CKM_ECDSA, NULL},
        {{0}, 0, {EC, D512}, MESSAGE, CKM_ECDSA, NULL},
        /* the middle rung: only with the message, and only of this digest */
        {{CKM_RSA_PKCS}, 0, {V15, D256}, MESSAGE, CKM_SHA256_RSA_PKCS, NULL},
        {{CKM_RSA_PKCS}, 0, {V15, D384}, MESSAGE, CKM_SHA384_RSA_PKCS, NULL},
        {{CKM_RSA_PKCS}, 0, {V15, D512}, MESSAGE, CKM_SHA512_RSA_PKCS, NULL},
        {{CKM_RSA_PKCS_PSS}, 0, {PSS, D256}, MESSAGE, CKM_SHA256_RSA_PKCS_PSS, NULL},
        {{CKM_RSA_PKCS_PSS}, 0, {PSS, D384}, MESSAGE, CKM_SHA384_RSA_PKCS_PSS, NULL},
        {{CKM_RSA_PKCS_PSS}, 0, {PSS, D512}, MESSAGE, CKM_SHA512_RSA_PKCS_PSS, NULL},
        {{CKM_ECDSA}, 0, {EC, D256}, MESSAGE, CKM_ECDSA_SHA256, NULL},
        {{CKM_ECDSA}, 0, {EC, D384}, MESSAGE, CKM_ECDSA_SHA384, NULL},
        {{CKM_ECDSA}, 0, {EC, D512}, MESSAGE, CKM_ECDSA_SHA512, NULL},
        /* the last rung: with the digest alone, or where this digest is not hashed */
        {{CKM_RSA_PKCS}, 0, {V15, D256}, DIGEST, RAW, NULL},
        {{CKM_RSA_PKCS_PSS}, 0, {PSS, D512}, DIGEST, RAW, NULL},
        {{CKM_RSA_PKCS, CKM_SHA384_RSA_PKCS}, 0, {V15, D384}, MESSAGE, RAW, NULL},
        {{CKM_RSA_PKCS, CKM_SHA256_RSA_PKCS}, 0, {V15, D384}, MESSAGE, CKM_SHA384_RSA_PKCS, NULL},
        {{CKM_RSA_PKCS_PSS, CKM_SHA256_RSA_PKCS_PSS}, 0, {PSS, D256}, MESSAGE, RAW, NULL},
        /* listed and not taken: the next one */
        {{0}, CKM_RSA_PKCS, {V15, D256}, MESSAGE, CKM_SHA256_RSA_PKCS, NULL},
        {{0}, CKM_RSA_PKCS, {V15, D256}, DIGEST, RAW, NULL},
        {{CKM_RSA_PKCS}, CKM_SHA256_RSA_PKCS, {V15, D256}, MESSAGE, RAW, NULL},
        {{0}, CKM_RSA_PKCS_PSS, {PSS, D384}, MESSAGE, CKM_SHA384_RSA_PKCS_PSS, NULL},
        {{CKM_RSA_PKCS_PSS}, CKM_SHA384_RSA_PKCS_PSS, {PSS, D384}, MESSAGE, RAW, NULL},
        {{0}, CKM_ECDSA, {EC, D384}, MESSAGE, CKM_ECDSA_SHA384, NULL},
        {{0}, CKM_ECDSA, {EC, D384}, DIGEST, 0, "CKR_MECHANISM_INVALID"},
        /* nothing is left */
        {{CKM_RSA_PKCS, RAW},
         0,
         {V15, D256},
         DIGEST,
         0,
         "hashes itself: it offers CKM_SHA256_RSA_PKCS, not CKM_RSA_PKCS"},
        {{CKM_RSA_PKCS_PSS, RAW},
         0,
         {PSS, D512},
         DIGEST,
         0,
         "hashes itself: it offers CKM_SHA512_RSA_PKCS_PSS, not CKM_RSA_PKCS_PSS"},
        {{CKM_ECDSA}, 0, {EC, D256}, DIGEST, 0, "it offers CKM_ECDSA_SHA256, not CKM_ECDSA"},
        {{CKM_RSA_PKCS, RAW, CKM_SHA256_RSA_PKCS},
         0,
         {V15, D256},
         MESSAGE,
         0,
         "does not offer CKM_RSA_PKCS "},
        {{CKM_RSA_PKCS_PSS, RAW, CKM_SHA384_RSA_PKCS_PSS},
         0,
         {PSS, D384},
         MESSAGE,
         0,
         "does not offer CKM_RSA_PKCS_PSS "},
        {{CKM_ECDSA, CKM_ECDSA_SHA512}, 0, {EC, D512}, MESSAGE, 0, "not offer CKM_ECDSA "},
        {{CKM_RSA_PKCS, RAW}, CKM_SHA512_RSA_PKCS, {V15, D512}, MESSAGE, 0, "CKR_MECHANISM"},
};

START_TEST(taken)
{
	struct antin_key *keys[2];
	struct antin_err err = {0};

	if (!w_ready)
		return;
	begin(rows[_i].hidden, true, rows[_i].refused);
	keys[0] = rows[_i].a.scheme == EC ? ec : rsa;
	keys[1] = rows[_i].a.scheme == EC ? ec384 : NULL;
	for (int i = 0; i < 2 && keys[i]; i++) {
		control->signs_by = 0;
		if (rows[_i].by) {
			T_OK(sign(keys[i], rows[_i].a, rows[_i].what, &err));
			ck_assert_uint_eq(control->signs_by, rows[_i].by);
			continue;
		}
		T_FAILS(sign(keys[i], rows[_i].a, rows[_i].what, &err), ANTIN_E_NO_MECHANISM);
		ck_assert_msg(strstr(w_line(&err), rows[_i].says) != NULL, "%s", w_line(&err));
		ck_assert_uint_eq(control->signs_by, 0);
		ck_assert_int_eq(control->calls[FAULT_C_Sign], 0);
	}
	ck_assert_int_eq(pins.asked, 1);
	end();
}
END_TEST

/* A message of any length is given whole: the device hashes it, and so do we, to check. */
START_TEST(lengths)
{
	static const unsigned long hidden[5] = {CKM_RSA_PKCS, CKM_RSA_PKCS_PSS, CKM_ECDSA, RAW};
	static const size_t sizes[] = {0, 1, 31, 32, 33, 48, 64, 127, 128, 1000, 100000};
	struct antin_sigalg a[] = {{V15, D256}, {PSS, D256}, {EC, D256}};
	ANTIN_SCOPED(antin_bytes) text = {0};
	struct antin_err err = {0};

	if (!w_ready)
		return;
	begin(hidden, true, 0);
	(void)antin_bytes_grow(&text, 100000);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (size_t j = 0; j < 3; j++) {
			ANTIN_SCOPED(antin_bytes) sig = {0};
			struct antin_slice s = {text.p, sizes[i]};
			uint8_t digest[ANTIN_DIGEST_MAX];
			struct antin_key *k = a[j].scheme == EC ? ec : rsa;

			T_OK(antin_key_sign_message(k, a[j], s, &sig, &err));
			T_OK(antin_digest_of(D256, s, digest, &err));
			T_OK(antin_public_verify(k->public_key, a[j],
			                         (struct antin_slice){digest, 32},
			                         antin_bytes_slice(&sig), &err));
		}
	end();
}
END_TEST

/* What the device hashed otherwise than it was told does not leave. */
START_TEST(hashes_wrongly)
{
	static const unsigned long hidden[5] = {CKM_RSA_PKCS, RAW};
	struct antin_err err = {0};

	if (!w_ready)
		return;
	begin(hidden, true, 0);
	control->other_message = true;
	T_FAILS(sign(rsa, (struct antin_sigalg){V15, D256}, MESSAGE, &err), ANTIN_E_BAD_SIGNATURE);
	ck_assert_ptr_nonnull(strstr(w_line(&err), "made a wrong signature"));
	control->other_message = false;
	T_OK(sign(rsa, (struct antin_sigalg){V15, D256}, MESSAGE, &err));
	end();
}
END_TEST

static enum antin_rc
crl_rows(void *user, struct antin_crl_writer *w, struct antin_err *err)
{
	const int *rows_wanted = user;
	enum antin_rc rc = ANTIN_OK;

	for (int i = 0; rc == ANTIN_OK && i < *rows_wanted; i++) {
		uint8_t serial[3] = {1, (uint8_t)(i >> 8), (uint8_t)i};
		struct antin_crl_entry e = {{serial, 3},
		                            1700000000,
		                            ANTIN_REASON_SUPERSEDED,
		                            ANTIN_NO_TIME};

		rc = antin_crl_add(w, &e, err);
	}
	return rc;
}

/* Lists around the lengths where the outer header grows, to bytes and to a file. */
static const struct {
	enum antin_scheme scheme;
	int rows;
} lists[] = {{V15, 0}, {V15, 1}, {V15, 3000}, {PSS, 2}, {EC, 0}, {EC, 1}, {EC, 2}, {EC, 3000}};

START_TEST(list)
{
	static const unsigned long hidden[5] = {CKM_RSA_PKCS, CKM_RSA_PKCS_PSS, CKM_ECDSA, RAW};
	static const uint8_t number[] = {7}, aki[20] = {1};
	int n = lists[_i].rows;
	struct antin_key *k;
	ANTIN_SCOPED(antin_bytes) name = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(antin_crl) crl = NULL;
	struct antin_crl_spec spec = {.aki = {aki, sizeof(aki)},
	                              .number = {number, 1},
	                              .this_update = 1700000000,
	                              .next_update = 1700086400,
	                              .expired_on_crl = ANTIN_NO_TIME,
	                              .sigalg = {lists[_i].scheme, D256},
	                              .rows = crl_rows,
	                              .user = &n};
	struct antin_crl_made made;
	struct antin_err err = {0};

	if (!w_ready)
		return;
	begin(hidden, true, 0);
	k = lists[_i].scheme == EC ? ec : rsa;
	T_OK(antin_name_parse("CN=Thử,C=VN", &name, &err));
	spec.issuer = antin_bytes_slice(&name);
	T_OK(antin_crl_write_bytes(&spec, k, &der, &made, &err));
	ck_assert_uint_eq(made.entries, (unsigned int)n);
	T_OK(antin_crl_read(&der, &crl, &err));
	T_OK(antin_crl_verify(crl, k->public_key, NULL, &err));
	ck_assert_int_eq(control->good_signs, 1); /* the digest was not signed first */
	end();
}
END_TEST

/* Rows that differ from run to run end it: what is signed is what is written. */
static enum antin_rc
restless_rows(void *user, struct antin_crl_writer *w, struct antin_err *err)
{
	int *runs = user;
	uint8_t serial[1] = {5};
	struct antin_crl_entry e = {{serial, 1},
	                            1700000000 + ++*runs / 3,
	                            ANTIN_REASON_SUPERSEDED,
	                            ANTIN_NO_TIME};

	return antin_crl_add(w, &e, err);
}

START_TEST(restless_list)
{
	static const unsigned long hidden[5] = {CKM_RSA_PKCS, CKM_RSA_PKCS_PSS, CKM_ECDSA, RAW};
	static const uint8_t number[] = {7}, aki[20] = {1};
	int runs = 0;
	ANTIN_SCOPED(antin_bytes) name = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_crl_spec spec = {.aki = {aki, sizeof(aki)},
	                              .number = {number, 1},
	                              .this_update = 1700000000,
	                              .next_update = 1700086400,
	                              .expired_on_crl = ANTIN_NO_TIME,
	                              .sigalg = {V15, D256},
	                              .rows = restless_rows,
	                              .user = &runs};
	struct antin_err err = {0};

	if (!w_ready)
		return;
	begin(hidden, true, 0);
	T_OK(antin_name_parse("CN=Thử,C=VN", &name, &err));
	spec.issuer = antin_bytes_slice(&name);
	T_FAILS(antin_crl_write_bytes(&spec, rsa, &der, NULL, &err), ANTIN_E_INTERNAL);
	ck_assert_ptr_nonnull(strstr(w_line(&err), "changed while the CRL was made"));
	ck_assert_int_eq(runs, 3);
	ck_assert_int_eq(control->good_signs, 0);
	ck_assert_uint_eq(der.len, 0);
	end();
}
END_TEST

Suite *
suite_p11_ladder(void)
{
	Suite *s = suite_create("p11_ladder");
	TCase *tc = tcase_create("ladder");

	tcase_add_unchecked_fixture(tc, setup, w_end);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, taken, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tc, lengths);
	tcase_add_test(tc, hashes_wrongly);
	tcase_add_loop_test(tc, list, 0, sizeof(lists) / sizeof(lists[0]));
	tcase_add_test(tc, restless_list);
	suite_add_tcase(s, tc);
	return s;
}
