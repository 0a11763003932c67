/*
 * PINs: asked late, sent once, the last try only with consent, never the same wrong one twice; and
 * keys that want the PIN for each signature.
 */
#include "p11_desk.h"

#include <p11-kit/pkcs11.h>

Suite *suite_p11_pin(void);

static bool have_always;

static const struct w_key token_keys[] = {{"p256", "p256", false}, {NULL, NULL, false}};

static void
token_setup(void)
{
	char command[1024];

	if (!w_begin_with(token_keys))
		return;
	(void)snprintf(command, sizeof(command),
	               "pkcs11-tool --module %s --token-label thu --login --pin %s --keypairgen "
	               "--key-type EC:secp256r1 --id 0a --label moi-lan --always-auth --usage-sign "
	               ">/dev/null 2>&1",
	               w_module, W_PIN);
	have_always = system(command) == 0;
	if (!have_always)
		(void)printf("skipped: no pkcs11-tool to make a key with the PIN each time\n");
}

/* Three tries, and no PIN asked before there is something to sign. */
static void
open_desk(struct desk *d, const char *pin, const char *uri)
{
	desk_open_as(d, pin, uri, 3);
	ck_assert_int_eq(d->pins.asked, 0);
}

START_TEST(wrong_once)
{
	struct desk d;

	if (!w_ready)
		return;
	open_desk(&d, "000000", DESK_KEY);
	ck_assert_int_eq(sign(&d), ANTIN_E_PIN_WRONG);
	ck_assert_int_eq(d.control->bad_logins, 1);
	ck_assert_ptr_nonnull(strstr(w_line(&d.err), "CKR_PIN_INCORRECT"));
	ck_assert_ptr_null(strstr(w_line(&d.err), "000000"));
	for (int i = 0; i < 5; i++) { /* the same PIN again: asked for, not sent */
		ck_assert_int_eq(sign(&d), ANTIN_E_PIN_WRONG);
		ck_assert_int_eq(d.control->bad_logins, 1);
	}
	d.pins.pin = "000001"; /* another one is a new try, and leaves one */
	ck_assert_int_eq(sign(&d), ANTIN_E_PIN_WRONG);
	ck_assert_int_eq(d.control->tries, 1);
	ck_assert_ptr_nonnull(strstr(d.err.hint, "One try is left"));
	d.pins.pin = W_PIN;
	ck_assert_int_eq(sign(&d), ANTIN_E_PIN_LAST_TRY);
	ck_assert(d.pins.last_try_seen);
	ck_assert_int_eq(d.control->bad_logins, 2);
	d.pins.consent = true;
	ck_assert_int_eq(sign(&d), ANTIN_OK);
	ck_assert_int_eq(d.control->tries, 3);
	ck_assert_int_eq(d.control->good_logins, 1);
	desk_close(&d);
}
END_TEST

START_TEST(last_try_locks)
{
	struct desk d;

	if (!w_ready)
		return;
	open_desk(&d, "000000", DESK_KEY);
	d.control->tries = 1;
	d.pins.consent = true;
	ck_assert_int_eq(sign(&d), ANTIN_E_PIN_LOCKED);
	ck_assert_int_eq(d.control->tries, 0);
	ck_assert_int_eq(d.control->bad_logins, 1);
	d.pins.pin = W_PIN;
	ck_assert_int_eq(sign(&d), ANTIN_E_PIN_LOCKED); /* nothing is asked or sent any more */
	ck_assert_int_eq(d.control->bad_logins, 1);
	ck_assert_int_eq(d.pins.asked, 1);
	desk_close(&d);
}
END_TEST

/* The flags decide before anything is asked. */
static const struct {
	unsigned long flags;
	enum antin_rc rc;
	int asked, noticed;
	bool consent;
} by_flags[] = {
        {CKF_USER_PIN_LOCKED, ANTIN_E_PIN_LOCKED, 0, 0, true},
        {CKF_USER_PIN_FINAL_TRY, ANTIN_E_PIN_LAST_TRY, 1, 0, false},
        {CKF_USER_PIN_FINAL_TRY, ANTIN_OK, 1, 0, true},
        {CKF_USER_PIN_COUNT_LOW, ANTIN_OK, 1, 0, false},
        {CKF_PROTECTED_AUTHENTICATION_PATH, ANTIN_E_INTERNAL, 0, 1, false}, /* SoftHSM: no pad */
        {CKF_PROTECTED_AUTHENTICATION_PATH | CKF_USER_PIN_FINAL_TRY, ANTIN_E_PIN_LAST_TRY, 1, 0,
         false},
        {CKF_PROTECTED_AUTHENTICATION_PATH | CKF_USER_PIN_FINAL_TRY, ANTIN_E_INTERNAL, 1, 1, true},
};

START_TEST(flags)
{
	struct desk d;

	if (!w_ready)
		return;
	open_desk(&d, W_PIN, DESK_KEY);
	d.control->tries = -1;
	d.control->flags = by_flags[_i].flags;
	d.pins.consent = by_flags[_i].consent;
	ck_assert_int_eq(sign(&d), by_flags[_i].rc);
	ck_assert_int_eq(d.pins.asked, by_flags[_i].asked);
	ck_assert_int_eq(d.pins.noticed, by_flags[_i].noticed);
	if (by_flags[_i].rc == ANTIN_E_PIN_LOCKED || by_flags[_i].rc == ANTIN_E_PIN_LAST_TRY)
		ck_assert_int_eq(d.control->calls[FAULT_C_Login], 0);
	if (by_flags[_i].flags & CKF_PROTECTED_AUTHENTICATION_PATH)
		ck_assert_int_eq(d.control->pin_octets, 0);
	desk_close(&d);
}
END_TEST

/* Another program uses up a try while the person is typing. */
static struct fault_control *typing;
static enum antin_rc
get_while_typing(void *user, const struct antin_pin_request *request, struct antin_bytes *pin,
                 struct antin_err *err)
{
	(void)user;
	ck_assert(!request->last_try);
	typing->tries = 1;
	antin_bytes_text(pin, W_PIN);
	return antin_bytes_check(pin, err);
}

START_TEST(changed_while_typing)
{
	struct desk d;

	if (!w_ready)
		return;
	open_desk(&d, W_PIN, DESK_KEY);
	typing = d.control;
	d.pins.source.get = get_while_typing;
	ck_assert_int_eq(sign(&d), ANTIN_E_PIN_LAST_TRY);
	ck_assert_int_eq(d.control->calls[FAULT_C_Login], 0);
	desk_close(&d);
}
END_TEST

START_TEST(not_a_pin)
{
	static char long_pin[400];
	const char *const pins[] = {"", long_pin};
	struct desk d;

	if (!w_ready)
		return;
	memset(long_pin, '1', sizeof(long_pin) - 1);
	open_desk(&d, pins[_i], DESK_KEY);
	ck_assert_int_eq(sign(&d), ANTIN_E_PIN_WRONG);
	ck_assert_int_eq(d.control->calls[FAULT_C_Login], 0);
	desk_close(&d);
}
END_TEST

START_TEST(no_source)
{
	ANTIN_OWN_S(antin_keystore) s = NULL;
	ANTIN_OWN_S(antin_key) k = NULL;
	ANTIN_SCOPED(antin_bytes) sig = {0};
	struct antin_err err = {0};
	uint8_t digest[32] = {0};

	if (!w_ready)
		return;
	T_OK(antin_keystore_pkcs11(w_module, NULL, &s, &err));
	T_OK(antin_keystore_find(s, DESK_KEY, &k, &err));
	T_FAILS(antin_key_sign(k, (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA256},
	                       (struct antin_slice){digest, 32}, &sig, &err),
	        ANTIN_E_PIN_NEEDED);
	ck_assert_int_eq((int)sig.len, 0);
}
END_TEST

/* The PIN each time: asked for each signature, and a wrong one does not poison the next. */
START_TEST(each_time)
{
	struct desk d;

	if (!w_ready || !have_always)
		return;
	open_desk(&d, W_PIN, TOKEN ";object=moi-lan");
	d.control->tries = -1;
	for (int i = 1; i <= 3; i++) {
		ck_assert_msg(sign(&d) == ANTIN_OK, "%s", w_line(&d.err));
		ck_assert_int_eq(d.pins.asked_context, i);
		ck_assert_int_eq(d.control->calls[FAULT_C_Login], i + 1);
	}
	d.pins.pin = "999999";
	ck_assert_int_eq(sign(&d), ANTIN_E_PIN_WRONG);
	ck_assert_int_eq(sign(&d), ANTIN_E_PIN_WRONG);
	ck_assert_int_eq(d.control->bad_logins, 1);
	d.pins.pin = W_PIN;
	ck_assert_msg(sign(&d) == ANTIN_OK, "%s", w_line(&d.err));
	desk_close(&d);
}
END_TEST

/*
 * A login that ended behind our back: it is made anew before the PIN for the signature is asked
 * for, once each, and no PIN goes where it is not taken.
 */
START_TEST(each_time_logged_out)
{
	struct desk d;

	if (!w_ready || !have_always)
		return;
	open_desk(&d, W_PIN, TOKEN ";object=moi-lan");
	d.control->tries = -1;
	ck_assert_msg(sign(&d) == ANTIN_OK, "%s", w_line(&d.err));
	for (int i = 1; i <= 2; i++) {
		d.control->logged_out = true;
		ck_assert_msg(sign(&d) == ANTIN_OK, "%s", w_line(&d.err));
		ck_assert_int_eq(d.pins.asked_context, i + 1);
		ck_assert_int_eq(d.pins.asked, 2 * (i + 1));
		ck_assert_int_eq(d.control->calls[FAULT_C_Login], 2 * (i + 1));
		ck_assert_int_eq(d.control->bad_logins, 0);
		ck_assert(!d.control->logged_out);
	}
	desk_close(&d);
}
END_TEST

Suite *
suite_p11_pin(void)
{
	Suite *s = suite_create("p11_pin");
	TCase *tc = tcase_create("pin");

	tcase_add_unchecked_fixture(tc, token_setup, w_end);
	tcase_add_test(tc, wrong_once);
	tcase_add_test(tc, last_try_locks);
	tcase_add_loop_test(tc, flags, 0, sizeof(by_flags) / sizeof(by_flags[0]));
	tcase_add_test(tc, changed_while_typing);
	tcase_add_loop_test(tc, not_a_pin, 0, 2);
	tcase_add_test(tc, no_source);
	tcase_add_test(tc, each_time);
	tcase_add_test(tc, each_time_logged_out);
	suite_add_tcase(s, tc);
	return s;
}
