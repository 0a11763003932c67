/*
 * Keys on a SoftHSM token: found by identity, generated with facts, signing in every scheme, their
 * certificates beside them.
 */
#include "p11_world.h"

#define TOKEN W_TOKEN

static const struct w_key token_keys[] = {{"rsa2048", "rsa", false},
                                          {"p256", "p256", false},
                                          {"p384", "p384", false},
                                          {NULL, NULL, false}};

static void
setup(void)
{
	(void)w_begin_with(token_keys);
}

static const struct {
	const char *object;
	struct antin_sigalg a;
} schemes[] = {
        {"rsa", {ANTIN_RSA_PKCS1, ANTIN_SHA256}}, {"rsa", {ANTIN_RSA_PKCS1, ANTIN_SHA384}},
        {"rsa", {ANTIN_RSA_PKCS1, ANTIN_SHA512}}, {"rsa", {ANTIN_RSA_PSS, ANTIN_SHA256}},
        {"rsa", {ANTIN_RSA_PSS, ANTIN_SHA384}},   {"rsa", {ANTIN_RSA_PSS, ANTIN_SHA512}},
        {"p256", {ANTIN_ECDSA, ANTIN_SHA256}},    {"p256", {ANTIN_ECDSA, ANTIN_SHA384}},
        {"p256", {ANTIN_ECDSA, ANTIN_SHA512}},    {"p384", {ANTIN_ECDSA, ANTIN_SHA256}},
        {"p384", {ANTIN_ECDSA, ANTIN_SHA384}},    {"p384", {ANTIN_ECDSA, ANTIN_SHA512}},
};

START_TEST(every_scheme)
{
	struct w_pins pins;
	ANTIN_OWN_S(antin_keystore) s = NULL;
	ANTIN_OWN_S(antin_key) k = NULL;
	struct antin_err err = {0};
	char uri[80];

	if (!w_ready)
		return;
	w_pins_set(&pins, W_PIN);
	s = w_store(w_module, &pins);
	(void)snprintf(uri, sizeof(uri), TOKEN ";object=%s", schemes[_i].object);
	T_OK(antin_keystore_find(s, uri, &k, &err));
	ck_assert_int_eq(pins.asked, 0); /* the public half is seen without a PIN */
	ck_assert_str_eq(k->label, "thu");
	ck_assert_int_ge((int)strlen(k->serial), 4);
	ck_assert_ptr_nonnull(strstr(k->uri, "type=private"));
	w_sign(k, schemes[_i].a);
	w_sign(k, schemes[_i].a);
	ck_assert_int_eq(pins.asked, 1);
}
END_TEST

Suite *suite_p11_key(void);

Suite *
suite_p11_key(void)
{
	Suite *s = suite_create("p11_key");
	TCase *tc = tcase_create("schemes");

	tcase_add_unchecked_fixture(tc, setup, w_end);
	tcase_add_loop_test(tc, every_scheme, 0, sizeof(schemes) / sizeof(schemes[0]));
	suite_add_tcase(s, tc);
	return s;
}
