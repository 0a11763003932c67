/*
 * No PIN stays in memory of the process after its use: all that can be written is searched, while
 * the PIN is asked for (it is found), after login, after the token was let go, after a refused PIN.
 */
#include "memory_scan.h"
#include "p11_world.h"

#include <stdint.h>

enum { PIN_LEN = 6, MASK = MEMORY_MASK };

/* The PINs stand nowhere in the clear: neither here nor in the buffers of the search. */
static const uint8_t right[PIN_LEN] = {'1' ^ MASK, '3' ^ MASK, '5' ^ MASK,
                                       '7' ^ MASK, '9' ^ MASK, '0' ^ MASK};
static const uint8_t wrong[PIN_LEN] = {'8' ^ MASK, '8' ^ MASK, '4' ^ MASK,
                                       '1' ^ MASK, '7' ^ MASK, '2' ^ MASK};
struct asker {
	const uint8_t *masked;
	unsigned int asked, seen;
};

static enum antin_rc
give(void *user, const struct antin_pin_request *request, struct antin_bytes *pin,
     struct antin_err *err)
{
	struct asker *a = user;

	(void)request;
	for (size_t i = 0; i < PIN_LEN; i++) {
		uint8_t c = a->masked[i] ^ MASK;

		antin_bytes_add(pin, &c, 1);
	}
	a->asked++;
	a->seen += memory_count(a->masked, PIN_LEN);
	return antin_bytes_check(pin, err);
}

static void
make_key(void)
{
	struct w_pins pins;
	struct antin_keystore *s;

	w_pins_set(&pins, W_PIN);
	s = w_store(w_module, &pins);
	antin_key_free(w_generate(s, "pkcs11:token=thu", "p256", "khoa"));
	antin_keystore_free(s);
}

static void
setup(void)
{
	if (w_begin("thu"))
		w_apart(make_key);
}

static struct antin_key *
find(struct antin_keystore *s)
{
	struct antin_key *k = NULL;
	struct antin_err err = {0};

	T_OK(antin_keystore_find(s, "pkcs11:token=thu;object=khoa", &k, &err));
	return k;
}

static enum antin_rc
sign(struct antin_key *k, struct antin_err *err)
{
	uint8_t digest[ANTIN_DIGEST_MAX] = {1};
	struct antin_slice d = {digest, 32};
	ANTIN_SCOPED(antin_bytes) sig = {0};

	return antin_key_sign(k, (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA256}, d, &sig, err);
}

START_TEST(pin_is_gone_after_login)
{
	const char *module = _i == 0 ? w_module : w_fault;
	struct asker a = {.masked = right};
	struct antin_pin_source pins = {.get = give, .user = &a};
	struct antin_keystore *s = NULL;
	struct antin_key *k;
	struct antin_err err = {0};

	if (!w_ready)
		return;
	ck_assert_uint_eq(memory_count(right, PIN_LEN), 0);
	T_OK(antin_keystore_pkcs11(module, &pins, &s, &err));
	k = find(s);
	T_OK(sign(k, &err));
	ck_assert_uint_eq(a.asked, 1);
	ck_assert_uint_ge(a.seen, 1); /* the search does find what is there */
	ck_assert_uint_eq(memory_count(right, PIN_LEN), 0);
	T_OK(sign(k, &err));
	ck_assert_uint_eq(a.asked, 1);
	antin_key_free(k);
	antin_keystore_free(s);
	ck_assert_uint_eq(memory_count(right, PIN_LEN), 0);
}
END_TEST

START_TEST(refused_pin_is_gone_too)
{
	struct asker a = {.masked = wrong};
	struct antin_pin_source pins = {.get = give, .user = &a};
	struct antin_keystore *s = NULL;
	struct antin_key *k;
	struct antin_err err = {0};

	if (!w_ready)
		return;
	T_OK(antin_keystore_pkcs11(w_module, &pins, &s, &err));
	k = find(s);
	T_FAILS(sign(k, &err), ANTIN_E_PIN_WRONG);
	ck_assert_uint_eq(a.asked, 1);
	ck_assert_uint_ge(a.seen, 1);
	ck_assert_uint_eq(memory_count(wrong, PIN_LEN), 0);
	antin_err_clear(&err);
	ck_assert_int_ne(sign(k, &err), ANTIN_OK); /* the same one is not sent again */
	ck_assert_uint_eq(memory_count(wrong, PIN_LEN), 0);
	antin_key_free(k);
	antin_keystore_free(s);
	ck_assert_uint_eq(memory_count(wrong, PIN_LEN), 0);
}
END_TEST

/* A change asks for both, and keeps neither; the old one is given back for the next test. */
START_TEST(changed_pins_are_gone)
{
	static const uint8_t *const order[][2] = {{right, wrong}, {wrong, right}};

	if (!w_ready)
		return;
	for (size_t i = 0; i < 2; i++) {
		struct asker now = {.masked = order[i][0]}, fresh = {.masked = order[i][1]};
		struct antin_pin_source ask_now = {.get = give, .user = &now};
		struct antin_pin_source ask_fresh = {.get = give, .user = &fresh};
		ANTIN_SCOPED(antin_modules) modules = {0};
		ANTIN_OWN_S(antin_token) t = NULL;
		struct antin_err err = {0};

		T_OK(antin_modules_load(w_module, &modules, &err));
		T_OK(antin_token_open(&modules, "pkcs11:token=thu", &t, &err));
		T_OK(antin_token_pin_change(t, &ask_now, &ask_fresh, &err));
		ck_assert_uint_ge(now.seen, 1);
		ck_assert_uint_ge(fresh.seen, 1);
		ck_assert_uint_eq(memory_count(right, PIN_LEN), 0);
		ck_assert_uint_eq(memory_count(wrong, PIN_LEN), 0);
	}
}
END_TEST

Suite *suite_p11_memory(void);

Suite *
suite_p11_memory(void)
{
	Suite *s = suite_create("p11_memory");
	TCase *tc = tcase_create("memory");

	tcase_add_unchecked_fixture(tc, setup, w_end);
	tcase_add_loop_test(tc, pin_is_gone_after_login, 0, 2);
	tcase_add_test(tc, refused_pin_is_gone_too);
	tcase_add_test(tc, changed_pins_are_gone);
	suite_add_tcase(s, tc);
	return s;
}
