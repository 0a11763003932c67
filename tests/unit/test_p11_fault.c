/*
 * Every function of a module answering every code of a set, for ever and once: no hang, the right
 * class, at most one repetition, no login too many, no session left open, and good service after
 * it.
 */
#include "p11_world.h"

#include <p11-kit/pkcs11.h>

#define TOKEN W_TOKEN

Suite *suite_p11_fault(void);

static const struct w_key token_keys[] = {{"p256", "p256", false}, {NULL, NULL, false}};

static void
setup(void)
{
	(void)w_begin_with(token_keys);
}

static const struct {
	unsigned long rv;
	enum antin_rc rc;
	bool again; /* an operation is tried once more after it */
} codes[] = {
        {CKR_GENERAL_ERROR, ANTIN_E_TOKEN, true},
        {CKR_DEVICE_ERROR, ANTIN_E_TOKEN, true},
        {CKR_DEVICE_REMOVED, ANTIN_E_REMOVED, true},
        {CKR_TOKEN_NOT_PRESENT, ANTIN_E_REMOVED, true},
        {CKR_SESSION_HANDLE_INVALID, ANTIN_E_REMOVED, true},
        {CKR_SESSION_CLOSED, ANTIN_E_REMOVED, true},
        {CKR_OBJECT_HANDLE_INVALID, ANTIN_E_TOKEN, true},
        {CKR_KEY_HANDLE_INVALID, ANTIN_E_TOKEN, true},
        {CKR_USER_NOT_LOGGED_IN, ANTIN_E_STATE, true},
        {CKR_OPERATION_ACTIVE, ANTIN_E_TOKEN, true},
        {CKR_HOST_MEMORY, ANTIN_E_MEMORY, false},
        {CKR_DEVICE_MEMORY, ANTIN_E_TOKEN, false},
        {CKR_FUNCTION_FAILED, ANTIN_E_TOKEN, false},
        {CKR_FUNCTION_NOT_SUPPORTED, ANTIN_E_UNSUPPORTED, false},
        {CKR_ARGUMENTS_BAD, ANTIN_E_INTERNAL, false},
        {CKR_SESSION_COUNT, ANTIN_E_BUSY, false},
        {CKR_PIN_INCORRECT, ANTIN_E_PIN_WRONG, false},
        {CKR_PIN_LOCKED, ANTIN_E_PIN_LOCKED, false},
        {CKR_CRYPTOKI_NOT_INITIALIZED, ANTIN_E_TOKEN, true},
        {0x80000001UL, ANTIN_E_TOKEN, false},
        /* from here on in the long run */
        {CKR_CANCEL, ANTIN_E_CANCELLED, false},
        {CKR_SLOT_ID_INVALID, ANTIN_E_REMOVED, true},
        {CKR_NO_EVENT, ANTIN_E_TOKEN, false},
        {CKR_NEED_TO_CREATE_THREADS, ANTIN_E_TOKEN, false},
        {CKR_CANT_LOCK, ANTIN_E_TOKEN, false},
        {CKR_ATTRIBUTE_READ_ONLY, ANTIN_E_UNSUPPORTED, false},
        {CKR_ACTION_PROHIBITED, ANTIN_E_POLICY, false},
        {CKR_DATA_INVALID, ANTIN_E_TOKEN, false},
        {CKR_DATA_LEN_RANGE, ANTIN_E_TOKEN, false},
        {CKR_FUNCTION_CANCELED, ANTIN_E_CANCELLED, false},
        {CKR_FUNCTION_NOT_PARALLEL, ANTIN_E_TOKEN, false},
        {CKR_KEY_SIZE_RANGE, ANTIN_E_UNSUPPORTED, false},
        {CKR_KEY_TYPE_INCONSISTENT, ANTIN_E_NO_MECHANISM, false},
        {CKR_KEY_FUNCTION_NOT_PERMITTED, ANTIN_E_POLICY, false},
        {CKR_OPERATION_NOT_INITIALIZED, ANTIN_E_TOKEN, true},
        {CKR_PIN_INVALID, ANTIN_E_PIN_WRONG, false},
        {CKR_PIN_LEN_RANGE, ANTIN_E_PIN_WRONG, false},
        {CKR_PIN_EXPIRED, ANTIN_E_STATE, false},
        {CKR_PIN_TOO_WEAK, ANTIN_E_POLICY, false},
        {CKR_SESSION_PARALLEL_NOT_SUPPORTED, ANTIN_E_TOKEN, false},
        {CKR_SESSION_READ_ONLY, ANTIN_E_STATE, false},
        {CKR_SESSION_EXISTS, ANTIN_E_BUSY, false},
        {CKR_SESSION_READ_ONLY_EXISTS, ANTIN_E_BUSY, false},
        {CKR_SESSION_READ_WRITE_SO_EXISTS, ANTIN_E_BUSY, false},
        {CKR_SIGNATURE_INVALID, ANTIN_E_TOKEN, false},
        {CKR_SIGNATURE_LEN_RANGE, ANTIN_E_TOKEN, false},
        {CKR_TEMPLATE_INCOMPLETE, ANTIN_E_UNSUPPORTED, false},
        {CKR_TEMPLATE_INCONSISTENT, ANTIN_E_UNSUPPORTED, false},
        {CKR_TOKEN_NOT_RECOGNIZED, ANTIN_E_TOKEN, true},
        {CKR_TOKEN_WRITE_PROTECTED, ANTIN_E_POLICY, false},
        {CKR_USER_PIN_NOT_INITIALIZED, ANTIN_E_STATE, false},
        {CKR_USER_TYPE_INVALID, ANTIN_E_STATE, false},
        {CKR_USER_ANOTHER_ALREADY_LOGGED_IN, ANTIN_E_BUSY, false},
        {CKR_USER_TOO_MANY_TYPES, ANTIN_E_BUSY, false},
        {CKR_DOMAIN_PARAMS_INVALID, ANTIN_E_UNSUPPORTED, false},
        {CKR_INFORMATION_SENSITIVE, ANTIN_E_UNSUPPORTED, false},
        {CKR_MUTEX_BAD, ANTIN_E_TOKEN, false},
        {CKR_MUTEX_NOT_LOCKED, ANTIN_E_TOKEN, false},
        {CKR_FUNCTION_REJECTED, ANTIN_E_CANCELLED, false},
        {CKR_ATTRIBUTE_SENSITIVE, ANTIN_E_UNSUPPORTED, false},
        {CKR_ATTRIBUTE_TYPE_INVALID, ANTIN_E_UNSUPPORTED, false},
        {CKR_ATTRIBUTE_VALUE_INVALID, ANTIN_E_UNSUPPORTED, false},
        {CKR_BUFFER_TOO_SMALL, ANTIN_E_TOKEN, false},
        {CKR_CRYPTOKI_ALREADY_INITIALIZED, ANTIN_E_TOKEN, false},
        {CKR_CURVE_NOT_SUPPORTED, ANTIN_E_UNSUPPORTED, false},
        {CKR_MECHANISM_INVALID, ANTIN_E_NO_MECHANISM, false},
        {CKR_MECHANISM_PARAM_INVALID, ANTIN_E_NO_MECHANISM, false},
        {CKR_USER_ALREADY_LOGGED_IN, ANTIN_E_STATE, false},
        /* no row of their own: as any other */
        {CKR_KEY_NEEDED, ANTIN_E_TOKEN, false},
        {CKR_RANDOM_NO_RNG, ANTIN_E_TOKEN, false},
        {CKR_SAVED_STATE_INVALID, ANTIN_E_TOKEN, false},
        {CKR_UNWRAPPING_KEY_HANDLE_INVALID, ANTIN_E_TOKEN, false},
        {CKR_ENCRYPTED_DATA_INVALID, ANTIN_E_TOKEN, false},
        {CKR_ENCRYPTED_DATA_LEN_RANGE, ANTIN_E_TOKEN, false},
        {CKR_EXCEEDED_MAX_ITERATIONS, ANTIN_E_TOKEN, false},
        {CKR_FIPS_SELF_TEST_FAILED, ANTIN_E_TOKEN, false},
        {CKR_KEY_CHANGED, ANTIN_E_TOKEN, false},
        {CKR_KEY_INDIGESTIBLE, ANTIN_E_TOKEN, false},
        {CKR_KEY_NOT_NEEDED, ANTIN_E_TOKEN, false},
        {CKR_KEY_NOT_WRAPPABLE, ANTIN_E_TOKEN, false},
        {CKR_KEY_UNEXTRACTABLE, ANTIN_E_TOKEN, false},
        {CKR_LIBRARY_LOAD_FAILED, ANTIN_E_TOKEN, false},
        {CKR_NEW_PIN_MODE, ANTIN_E_TOKEN, false},
        {CKR_NEXT_OTP, ANTIN_E_TOKEN, false},
        {CKR_PUBLIC_KEY_INVALID, ANTIN_E_TOKEN, false},
        {CKR_RANDOM_SEED_NOT_SUPPORTED, ANTIN_E_TOKEN, false},
        {CKR_STATE_UNSAVEABLE, ANTIN_E_TOKEN, false},
        {CKR_UNWRAPPING_KEY_SIZE_RANGE, ANTIN_E_TOKEN, false},
        {CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT, ANTIN_E_TOKEN, false},
        {CKR_WRAPPED_KEY_INVALID, ANTIN_E_TOKEN, false},
        {CKR_WRAPPED_KEY_LEN_RANGE, ANTIN_E_TOKEN, false},
        {CKR_WRAPPING_KEY_HANDLE_INVALID, ANTIN_E_TOKEN, false},
        {CKR_WRAPPING_KEY_SIZE_RANGE, ANTIN_E_TOKEN, false},
        {CKR_WRAPPING_KEY_TYPE_INCONSISTENT, ANTIN_E_TOKEN, false},
};
enum { CODES_MOST = sizeof(codes) / sizeof(codes[0]), CODES_FEW = 20 };

static size_t
n_codes(void)
{
	return getenv("ANTIN_LONG") ? CODES_MOST : CODES_FEW;
}

static const char *const function_names[] = {
#define NAME(name) #name,
        FAULT_FUNCTIONS(NAME)
#undef NAME
};

/* Functions whose answer we may shrug at: only clean-up and remarks. */
static bool
no_matter(enum fault_function f)
{
	return f == FAULT_C_CloseSession || f == FAULT_C_Finalize || f == FAULT_C_GetSlotInfo ||
	       f == FAULT_C_Logout || f == FAULT_C_GetInfo;
}

/* Functions that finding and signing call. */
static bool
is_used(enum fault_function f)
{
	static const bool unused[FAULT_FUNCTION_COUNT] = {
	        [FAULT_C_InitToken] = true,       [FAULT_C_InitPIN] = true,
	        [FAULT_C_CreateObject] = true,    [FAULT_C_DestroyObject] = true,
	        [FAULT_C_GenerateKeyPair] = true, [FAULT_C_SetAttributeValue] = true,
	        [FAULT_C_SetPIN] = true,          [FAULT_C_GetMechanismInfo] = true,
	        [FAULT_C_DecryptInit] = true,     [FAULT_C_Decrypt] = true,
	        [FAULT_C_DeriveKey] = true,       [FAULT_C_CopyObject] = true,
	};

	return !unused[f];
}

static enum antin_rc
sign_once(struct antin_key *k, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) sig = {0};
	uint8_t digest[32] = {1, 2, 3};

	antin_err_clear(err);
	return antin_key_sign(k, (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA256},
	                      (struct antin_slice){digest, 32}, &sig, err);
}

static void
control_reset(struct fault_control *c)
{
	*c = (struct fault_control){.tries = -1, .max_sessions = -1, .sessions_at_finalize = -1};
}

/* Codes that mean something else besides to one function. */
static const struct {
	enum fault_function f;
	unsigned long rv;
	enum antin_rc rc;
} others[] = {
        {FAULT_C_GetAttributeValue, CKR_ATTRIBUTE_SENSITIVE, ANTIN_E_NOT_FOUND}, /* not to be had */
        {FAULT_C_GetAttributeValue, CKR_ATTRIBUTE_TYPE_INVALID, ANTIN_E_NOT_FOUND},
        {FAULT_C_GetAttributeValue, CKR_ATTRIBUTE_VALUE_INVALID, ANTIN_E_NOT_FOUND},
        {FAULT_C_Login, CKR_USER_ALREADY_LOGGED_IN, ANTIN_E_TOKEN}, /* and is not */
};

static bool
other_class(enum fault_function f, unsigned long rv, enum antin_rc rc)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (others[i].f == f && others[i].rv == rv && others[i].rc == rc)
			return true;
	return false;
}

/* A token that "is not there" cannot be told from one that was never there. */
static bool
right_class(enum fault_function f, size_t code, enum antin_rc rc)
{
	return rc == codes[code].rc || other_class(f, codes[code].rv, rc) ||
	       (f == FAULT_C_GetTokenInfo && (rc == ANTIN_E_NOT_FOUND || rc == ANTIN_E_REMOVED));
}

static void
check_end(const struct fault_control *c, enum fault_function f, size_t code)
{
	if (f != FAULT_C_CloseSession && c->calls[FAULT_C_Finalize])
		ck_assert_msg(c->sessions_at_finalize == 0, "%s 0x%lx: %ld sessions left open",
		              function_names[f], codes[code].rv, c->sessions_at_finalize);
	ck_assert_int_le(c->bad_logins, 1);
}

/* The fault stays: the operation ends, with the right class, after at most one repetition. */
static void
for_ever(struct fault_control *c, enum fault_function f, size_t code)
{
	struct antin_err err = {0};
	struct antin_key *k = NULL;
	struct antin_keystore *s;
	struct w_pins pins;
	enum antin_rc rc;

	control_reset(c);
	c->rules[0] = (struct fault_rule){f, codes[code].rv, 0, -1};
	c->n_rules = 1;
	w_pins_set(&pins, W_PIN);
	s = w_store(w_fault, &pins);
	rc = antin_keystore_find(s, TOKEN ";object=p256", &k, &err);
	if (rc == ANTIN_OK)
		rc = sign_once(k, &err);
	if (no_matter(f) || !is_used(f))
		ck_assert_msg(rc == ANTIN_OK, "%s: %s", function_names[f], w_line(&err));
	else
		ck_assert_msg(right_class(f, code, rc), "%s 0x%lx gave [%s] %s", function_names[f],
		              codes[code].rv, antin_rc_id(rc), w_line(&err));
	if (f == FAULT_C_SignInit || f == FAULT_C_Sign || f == FAULT_C_FindObjectsInit)
		ck_assert_int_eq(c->calls[f], codes[code].again ? 2 : 1);
	ck_assert_int_le(pins.asked, 2);
	antin_key_free(k);
	antin_keystore_free(s);
	check_end(c, f, code);
}

START_TEST(persistent)
{
	struct fault_control *c;

	if (!w_ready)
		return;
	c = w_control();
	for (size_t code = 0; code < n_codes(); code++)
		for_ever(c, (enum fault_function)_i, code);
}
END_TEST

/* The fault comes once while signing: what can be repeated is delivered, and all is well after it.
 */
static void
one_time(struct fault_control *c, enum fault_function f, size_t code, long skip)
{
	struct antin_err err = {0};
	struct antin_key *k = NULL;
	struct antin_keystore *s;
	struct w_pins pins;
	enum antin_rc rc;
	bool fired, burnt;

	control_reset(c);
	w_pins_set(&pins, W_PIN);
	s = w_store(w_fault, &pins);
	T_OK(antin_keystore_find(s, TOKEN ";object=p256", &k, &err));
	c->rules[0] = (struct fault_rule){f, codes[code].rv, skip, 1};
	c->n_rules = 1;
	rc = sign_once(k, &err);
	fired = c->rules[0].count == 0;
	c->n_rules = 0;
	if (fired && codes[code].again && f != FAULT_C_Login && f != FAULT_C_GetTokenInfo &&
	    f != FAULT_C_GetSessionInfo && f != FAULT_C_GetSlotList)
		ck_assert_msg(rc == ANTIN_OK, "%s 0x%lx was not repeated: %s", function_names[f],
		              codes[code].rv, w_line(&err));
	if (rc != ANTIN_OK)
		ck_assert_msg(right_class(f, code, rc), "%s 0x%lx gave [%s]", function_names[f],
		              codes[code].rv, antin_rc_id(rc));
	burnt = f == FAULT_C_Login && fired &&
	        (codes[code].rc == ANTIN_E_PIN_WRONG || codes[code].rv == CKR_GENERAL_ERROR);
	rc = sign_once(k, &err);
	ck_assert_msg(rc == (burnt ? ANTIN_E_PIN_WRONG : ANTIN_OK), "after %s 0x%lx: %s",
	              function_names[f], codes[code].rv, w_line(&err));
	ck_assert_int_le(c->good_logins + c->bad_logins, 2);
	antin_key_free(k);
	antin_keystore_free(s);
	check_end(c, f, code);
}

START_TEST(once)
{
	struct fault_control *c;

	if (!w_ready || !is_used((enum fault_function)_i))
		return;
	c = w_control();
	for (size_t code = 0; code < n_codes(); code++)
		for (long skip = 0; skip < 2; skip++)
			one_time(c, (enum fault_function)_i, code, skip);
}
END_TEST

static const enum fault_function making[] = {
        FAULT_C_OpenSession,       FAULT_C_Login,
        FAULT_C_FindObjects,       FAULT_C_GenerateKeyPair,
        FAULT_C_SetAttributeValue, FAULT_C_GetAttributeValue,
};

/* A key that could not be made whole is not there, and never is it made twice. */
START_TEST(generate)
{
	struct fault_control *c;
	struct antin_keygen spec = {.type = ANTIN_KEY_P256, .label = "moi"};
	size_t before = 0;

	if (!w_ready)
		return;
	c = w_control();
	for (size_t code = 0; code < n_codes(); code++) {
		struct antin_err err = {0};
		struct antin_key *k = NULL;
		struct antin_keystore *s;
		struct w_pins pins;
		enum antin_rc rc;
		char label[32];

		(void)snprintf(label, sizeof(label), "moi-%d-%zu", _i, code);
		spec.label = label;
		control_reset(c);
		c->rules[0] = (struct fault_rule){making[_i], codes[code].rv, 0, 1};
		c->n_rules = 1;
		w_pins_set(&pins, W_PIN);
		s = w_store(w_fault, &pins);
		rc = antin_keystore_generate(s, TOKEN, &spec, &k, &err);
		ck_assert_int_le(c->calls[FAULT_C_GenerateKeyPair], 2);
		antin_key_free(k);
		antin_keystore_free(s);
		check_end(c, making[_i], code);
		before = w_count(label);
		ck_assert_msg(before == (rc == ANTIN_OK ? 2 : 0), "%s 0x%lx: %s, %zu objects",
		              function_names[making[_i]], codes[code].rv, w_line(&err), before);
	}
}
END_TEST

Suite *
suite_p11_fault(void)
{
	Suite *s = suite_create("p11_fault");
	TCase *tc = tcase_create("matrix");

	tcase_add_unchecked_fixture(tc, setup, w_end);
	tcase_add_loop_test(tc, persistent, 0, FAULT_FUNCTION_COUNT);
	tcase_add_loop_test(tc, once, 0, FAULT_FUNCTION_COUNT);
	tcase_add_loop_test(tc, generate, 0, sizeof(making) / sizeof(making[0]));
	suite_add_tcase(s, tc);
	return s;
}
