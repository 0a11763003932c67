/*
 * Changing and unblocking PINs, deleting, waiting, and what a token and its module tell of
 * themselves.
 */
#include "p11_world.h"

#include <pthread.h>

#include <p11-kit/pkcs11.h>

#define TOKEN   W_TOKEN
#define NEW_PIN "246802"

Suite *suite_p11_change(void);

static const struct w_key token_keys[] = {{"p256", "mot", false},
                                          {"p256", "hai", false},
                                          {NULL, NULL, false}};

static void
setup(void)
{
	(void)w_begin_with(token_keys);
}

struct desk {
	struct fault_control *control;
	struct antin_modules modules;
	struct antin_token *token;
	struct w_pins now, fresh;
	struct antin_err err;
};

static void
desk_open(struct desk *d, const char *now, const char *fresh)
{
	struct antin_err err = {0};

	memset(d, 0, sizeof(*d));
	d->control = w_control();
	*d->control =
	        (struct fault_control){.tries = 3, .max_sessions = -1, .sessions_at_finalize = -1};
	w_pins_set(&d->now, now);
	w_pins_set(&d->fresh, fresh);
	T_OK(antin_modules_load(w_fault, &d->modules, &err));
	T_OK(antin_token_open(&d->modules, TOKEN, &d->token, &err));
}

static void
desk_close(struct desk *d)
{
	antin_token_free(d->token);
	antin_modules_done(&d->modules);
	ck_assert_int_eq(d->control->sessions_at_finalize, 0);
}

/* Whether this PIN opens the token: asked of the module itself, beside our core. */
static bool
opens(const char *pin)
{
	struct w_pins pins;
	struct antin_keystore *s;
	struct antin_key *k = NULL;
	struct antin_err err = {0};
	ANTIN_SCOPED(antin_bytes) sig = {0};
	uint8_t digest[32] = {1};
	enum antin_rc rc;

	w_pins_set(&pins, pin);
	s = w_store(w_module, &pins);
	T_OK(antin_keystore_find(s, TOKEN ";object=mot", &k, &err));
	rc = antin_key_sign(k, (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA256},
	                    (struct antin_slice){digest, 32}, &sig, &err);
	antin_key_free(k);
	antin_keystore_free(s);
	ck_assert_msg(rc == ANTIN_OK || rc == ANTIN_E_PIN_WRONG, "%s", w_line(&err));
	return rc == ANTIN_OK;
}

enum way { CHANGE, UNBLOCK, OFFICER, PUK };

static enum antin_rc
act(struct desk *d, enum way way)
{
	antin_err_clear(&d->err);
	if (way == CHANGE)
		return antin_token_pin_change(d->token, &d->now.source, &d->fresh.source, &d->err);
	if (way == OFFICER)
		return antin_token_so_pin_change(d->token, &d->now.source, &d->fresh.source,
		                                 &d->err);
	return antin_token_pin_unblock(d->token, way == PUK ? ANTIN_UNBLOCK_PUK : ANTIN_UNBLOCK_SO,
	                               &d->now.source, &d->fresh.source, &d->err);
}

static char long_pin[300];

/* Each way, each thing that can be wrong with the PINs: what is asked, sent, said and changed. */
static const struct {
	const char *what;
	enum way way;
	const char *now, *fresh;
	unsigned long flags;
	enum antin_rc rc;
	const char *says;
	int asked_now, asked_fresh;
	long logins, sets, inits;
	const char *opens, *shut; /* afterwards */
} cases[] = {
        {"change", CHANGE, W_PIN, NEW_PIN, 0, ANTIN_OK, "", 1, 1, 0, 1, 0, NEW_PIN, W_PIN},
        {"change to itself", CHANGE, W_PIN, W_PIN, 0, ANTIN_E_POLICY, "is the old one", 1, 1, 0, 0,
         0, W_PIN, NEW_PIN},
        {"change, wrong PIN", CHANGE, "000000", NEW_PIN, 0, ANTIN_E_PIN_WRONG, "CKR_PIN_INCORRECT",
         1, 1, 0, 1, 0, W_PIN, NEW_PIN},
        {"change, no PIN", CHANGE, "", NEW_PIN, 0, ANTIN_E_PIN_WRONG, "not sent", 1, 0, 0, 0, 0,
         W_PIN, NEW_PIN},
        {"change, PIN too long", CHANGE, long_pin, NEW_PIN, 0, ANTIN_E_PIN_WRONG, "not sent", 1, 0,
         0, 0, 0, W_PIN, NEW_PIN},
        {"change to a short PIN", CHANGE, W_PIN, "123", 0, ANTIN_E_POLICY, "4 to 255", 1, 1, 0, 0,
         0, W_PIN, NEW_PIN},
        {"change to a long PIN", CHANGE, W_PIN, long_pin, 0, ANTIN_E_POLICY, "4 to 255", 1, 1, 0, 0,
         0, W_PIN, NEW_PIN},
        {"change, locked", CHANGE, W_PIN, NEW_PIN, CKF_USER_PIN_LOCKED, ANTIN_E_PIN_LOCKED,
         "is locked", 0, 0, 0, 0, 0, W_PIN, NEW_PIN},
        {"change, last try", CHANGE, W_PIN, NEW_PIN, CKF_USER_PIN_FINAL_TRY, ANTIN_E_PIN_LAST_TRY,
         "last try", 1, 0, 0, 0, 0, W_PIN, NEW_PIN},
        {"unblock", UNBLOCK, W_SO_PIN, NEW_PIN, 0, ANTIN_OK, "", 1, 1, 1, 0, 1, NEW_PIN, W_PIN},
        {"unblock a locked one", UNBLOCK, W_SO_PIN, NEW_PIN, CKF_USER_PIN_LOCKED, ANTIN_OK, "", 1,
         1, 1, 0, 1, NEW_PIN, W_PIN},
        {"unblock, wrong PIN", UNBLOCK, "00000000", NEW_PIN, 0, ANTIN_E_PIN_WRONG,
         "CKR_PIN_INCORRECT", 1, 1, 1, 0, 0, W_PIN, NEW_PIN},
        {"unblock, officer locked", UNBLOCK, W_SO_PIN, NEW_PIN, CKF_SO_PIN_LOCKED,
         ANTIN_E_PIN_LOCKED, "officer's PIN", 0, 0, 0, 0, 0, W_PIN, NEW_PIN},
        {"unblock, officer's last try", UNBLOCK, W_SO_PIN, NEW_PIN, CKF_SO_PIN_FINAL_TRY,
         ANTIN_E_PIN_LAST_TRY, "last try", 1, 0, 0, 0, 0, W_PIN, NEW_PIN},
        {"unblock to a short PIN", UNBLOCK, W_SO_PIN, "1", 0, ANTIN_E_POLICY, "4 to 255", 1, 1, 0,
         0, 0, W_PIN, NEW_PIN},
        {"unblock to the officer's PIN", UNBLOCK, W_SO_PIN, W_SO_PIN, 0, ANTIN_OK, "", 1, 1, 1, 0,
         1, W_SO_PIN, W_PIN},
        {"officer's to itself", OFFICER, W_SO_PIN, W_SO_PIN, 0, ANTIN_E_POLICY, "is the old one", 1,
         1, 0, 0, 0, W_PIN, NEW_PIN},
        {"officer's, wrong PIN", OFFICER, "00000000", NEW_PIN, 0, ANTIN_E_PIN_WRONG,
         "CKR_PIN_INCORRECT", 1, 1, 1, 0, 0, W_PIN, NEW_PIN},
        {"PUK, not locked", PUK, "87654321", NEW_PIN, 0, ANTIN_E_STATE, "is not locked", 0, 0, 0, 0,
         0, W_PIN, NEW_PIN},
        {"PUK, final try", PUK, "87654321", NEW_PIN, CKF_USER_PIN_FINAL_TRY, ANTIN_E_STATE,
         "is not locked", 0, 0, 0, 0, 0, W_PIN, NEW_PIN},
        {"PUK, wrong", PUK, "87654321", NEW_PIN, CKF_USER_PIN_LOCKED, ANTIN_E_PIN_WRONG,
         "CKR_PIN_INCORRECT", 1, 1, 0, 1, 0, W_PIN, NEW_PIN},
};

/* SoftHSM has no PUK: its C_SetPIN takes the user's PIN, which serves to see ours arrive. */
START_TEST(pins)
{
	struct desk d;

	if (!w_ready)
		return;
	memset(long_pin, '7', sizeof(long_pin) - 1);
	desk_open(&d, cases[_i].now, cases[_i].fresh);
	d.control->flags = cases[_i].flags;
	ck_assert_msg(act(&d, cases[_i].way) == cases[_i].rc, "%s: [%s] %s", cases[_i].what,
	              antin_rc_id(d.err.rc), w_line(&d.err));
	if (cases[_i].rc != ANTIN_OK)
		ck_assert_msg(strstr(w_line(&d.err), cases[_i].says), "%s: %s", cases[_i].what,
		              w_line(&d.err));
	ck_assert_msg(!strstr(w_line(&d.err), "000000"), "a PIN in an error");
	ck_assert_int_eq(d.now.asked, cases[_i].asked_now);
	ck_assert_int_eq(d.fresh.asked, cases[_i].asked_fresh);
	ck_assert_int_eq(d.control->calls[FAULT_C_Login], cases[_i].logins);
	ck_assert_int_eq(d.control->calls[FAULT_C_SetPIN], cases[_i].sets);
	ck_assert_int_eq(d.control->calls[FAULT_C_InitPIN], cases[_i].inits);
	ck_assert_int_eq(d.control->calls[FAULT_C_Logout],
	                 cases[_i].logins && cases[_i].rc == ANTIN_OK);
	desk_close(&d);
	ck_assert_msg(opens(cases[_i].opens), "%s", cases[_i].what);
	ck_assert_msg(!opens(cases[_i].shut), "%s", cases[_i].what);
	if (strcmp(cases[_i].opens, W_PIN) == 0)
		return;
	desk_open(&d, W_SO_PIN, W_PIN); /* for the next one */
	ck_assert_msg(act(&d, UNBLOCK) == ANTIN_OK, "%s", w_line(&d.err));
	desk_close(&d);
}
END_TEST

/* A wrong PIN is sent once, however often and in whichever way it is given. */
START_TEST(wrong_sent_once)
{
	struct desk d;

	if (!w_ready)
		return;
	desk_open(&d, "000000", NEW_PIN);
	d.control->tries = -1;
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(act(&d, CHANGE), ANTIN_E_PIN_WRONG);
	ck_assert_int_eq(d.control->calls[FAULT_C_SetPIN], 1);
	d.now.pin = "00000000";
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(act(&d, UNBLOCK), ANTIN_E_PIN_WRONG);
		ck_assert_int_eq(act(&d, OFFICER), ANTIN_E_PIN_WRONG);
	}
	ck_assert_int_eq(d.control->calls[FAULT_C_Login], 1);
	d.now.pin = "000000"; /* the officer's may be what is wrong for the user */
	ck_assert_int_eq(act(&d, UNBLOCK), ANTIN_E_PIN_WRONG);
	ck_assert_int_eq(d.control->calls[FAULT_C_Login], 2);
	d.now.pin = W_PIN;
	ck_assert_msg(act(&d, CHANGE) == ANTIN_OK, "%s", w_line(&d.err));
	d.now.pin = NEW_PIN;
	d.fresh.pin = W_PIN;
	ck_assert_msg(act(&d, CHANGE) == ANTIN_OK, "%s", w_line(&d.err));
	desk_close(&d);
}
END_TEST

/* The officer's own PIN, there and back. */
START_TEST(officer)
{
	struct desk d;

	if (!w_ready)
		return;
	desk_open(&d, W_SO_PIN, "11223344");
	ck_assert_msg(act(&d, OFFICER) == ANTIN_OK, "%s", w_line(&d.err));
	ck_assert_int_eq(act(&d, UNBLOCK), ANTIN_E_PIN_WRONG);
	d.now.pin = "11223344";
	d.fresh.pin = W_SO_PIN;
	ck_assert_msg(act(&d, OFFICER) == ANTIN_OK, "%s", w_line(&d.err));
	desk_close(&d);
	ck_assert(opens(W_PIN));
}
END_TEST

/* On a reader with a pad nothing is asked here, nothing is sent from here. */
START_TEST(pad)
{
	static const struct {
		enum way way;
		enum fault_function function;
		unsigned long flags;
		enum antin_rc rc;
		int noticed, asked; /* for consent only */
		bool consent;
	} pads[] = {
	        {CHANGE, FAULT_C_SetPIN, 0, ANTIN_E_TOKEN, 1, 0, false},
	        {UNBLOCK, FAULT_C_Login, 0, ANTIN_E_TOKEN, 1, 0, false},
	        {OFFICER, FAULT_C_Login, 0, ANTIN_E_TOKEN, 1, 0, false},
	        {CHANGE, FAULT_C_SetPIN, CKF_USER_PIN_FINAL_TRY, ANTIN_E_PIN_LAST_TRY, 0, 1, false},
	        {UNBLOCK, FAULT_C_Login, CKF_SO_PIN_FINAL_TRY, ANTIN_E_PIN_LAST_TRY, 0, 1, false},
	        {CHANGE, FAULT_C_SetPIN, CKF_USER_PIN_FINAL_TRY, ANTIN_E_TOKEN, 1, 1, true},
	        {UNBLOCK, FAULT_C_Login, CKF_SO_PIN_FINAL_TRY, ANTIN_E_TOKEN, 1, 1, true},
	        {PUK, FAULT_C_SetPIN, CKF_USER_PIN_LOCKED, ANTIN_E_TOKEN, 1, 0, false},
	};
	struct desk d;

	if (!w_ready)
		return;
	for (size_t i = 0; i < sizeof(pads) / sizeof(pads[0]); i++) {
		desk_open(&d, W_PIN, NEW_PIN);
		d.control->flags = CKF_PROTECTED_AUTHENTICATION_PATH | pads[i].flags;
		d.control->rules[0] =
		        (struct fault_rule){pads[i].function, CKR_FUNCTION_FAILED, 0, -1};
		d.control->n_rules = 1;
		d.now.consent = pads[i].consent;
		ck_assert_msg(act(&d, pads[i].way) == pads[i].rc, "%zu: %s", i, w_line(&d.err));
		ck_assert_int_eq(d.now.asked + d.fresh.asked, pads[i].asked);
		ck_assert_int_eq(d.now.noticed, pads[i].noticed);
		ck_assert_int_eq(d.control->pin_octets, 0);
		ck_assert_int_eq(d.control->calls[pads[i].function], pads[i].noticed);
		desk_close(&d);
	}
}
END_TEST

/* What a failing function leaves: the old PIN, nobody logged in, no session, nothing sent twice. */
START_TEST(faults)
{
	static const enum fault_function functions[] = {FAULT_C_OpenSession, FAULT_C_Login,
	                                                FAULT_C_SetPIN,      FAULT_C_InitPIN,
	                                                FAULT_C_Logout,      FAULT_C_GetTokenInfo};
	static const unsigned long codes[] = {CKR_GENERAL_ERROR, CKR_DEVICE_REMOVED,
	                                      CKR_SESSION_HANDLE_INVALID, CKR_FUNCTION_FAILED,
	                                      CKR_USER_NOT_LOGGED_IN};
	struct desk d;

	if (!w_ready)
		return;
	for (size_t f = 0; f < sizeof(functions) / sizeof(functions[0]); f++)
		for (size_t c = 0; c < sizeof(codes) / sizeof(codes[0]); c++)
			for (enum way way = CHANGE; way <= OFFICER; way++) {
				enum antin_rc rc;

				desk_open(&d, way == CHANGE ? W_PIN : W_SO_PIN,
				          way == OFFICER ? W_SO_PIN "9" : NEW_PIN);
				d.control->rules[0] =
				        (struct fault_rule){functions[f], codes[c], 0, -1};
				d.control->n_rules = 1;
				rc = act(&d, way);
				if (rc == ANTIN_OK) /* put back what was changed */
					ck_assert(d.control->calls[functions[f]] == 0 ||
					          functions[f] == FAULT_C_Logout);
				else
					ck_assert_int_eq(rc, d.err.rc);
				ck_assert_int_le(d.control->calls[FAULT_C_Login], 1);
				ck_assert_int_le(d.control->calls[FAULT_C_SetPIN], 1);
				ck_assert_int_le(d.control->calls[FAULT_C_InitPIN], 1);
				ck_assert_int_eq(d.control->sessions, 0);
				d.control->n_rules = 0;
				if (rc == ANTIN_OK && way != OFFICER) {
					d.now.pin = W_SO_PIN;
					d.fresh.pin = W_PIN;
					ck_assert_int_eq(act(&d, UNBLOCK), ANTIN_OK);
				} else if (rc == ANTIN_OK) {
					d.now.pin = W_SO_PIN "9";
					d.fresh.pin = W_SO_PIN;
					ck_assert_int_eq(act(&d, OFFICER), ANTIN_OK);
				}
				desk_close(&d);
			}
	ck_assert(opens(W_PIN));
}
END_TEST

static size_t
objects_on(struct antin_token *t, struct w_pins *p)
{
	ANTIN_SCOPED(antin_token_objects) l = {0};
	struct antin_err err = {0};

	T_OK(antin_token_objects(t, &p->source, &l, &err));
	return l.n;
}

/* A key goes whole, a certificate alone, and never more than one of either. */
START_TEST(delete)
{
	struct antin_keystore *s;
	struct antin_key *k;
	struct antin_cert *cert;
	ANTIN_SCOPED(antin_token_objects) gone = {0};
	struct desk d;
	size_t before;
	struct antin_err err = {0};

	if (!w_ready)
		return;
	desk_open(&d, W_PIN, NEW_PIN);
	s = w_store(w_fault, &d.now);
	before = objects_on(d.token, &d.now);
	k = w_generate(s, TOKEN, "p256", "ba");
	cert = w_certify(k->public_key, "C=VN,CN=Ba", k, "C=VN,CN=Ba", 7);
	T_OK(antin_keystore_store(s, TOKEN, cert, &err));
	ck_assert_uint_eq(objects_on(d.token, &d.now), before + 3);
	T_OK(antin_token_match(d.token, TOKEN ";object=ba", &d.now.source, &gone, &err));
	ck_assert_uint_eq(gone.n, 3);
	T_FAILS(antin_token_delete(d.token, TOKEN ";object=ba", &d.now.source, NULL, &err),
	        ANTIN_E_AMBIGUOUS);
	ck_assert_ptr_nonnull(strstr(w_line(&err), "1 keys and 1 certificates"));
	antin_err_clear(&err);
	T_FAILS(antin_token_delete(d.token, TOKEN, &d.now.source, NULL, &err), ANTIN_E_AMBIGUOUS);
	antin_err_clear(&err);
	T_FAILS(antin_token_delete(d.token, TOKEN ";object=khong", &d.now.source, NULL, &err),
	        ANTIN_E_NOT_FOUND);
	antin_err_clear(&err);
	T_FAILS(antin_token_delete(d.token, TOKEN ";type=data", &d.now.source, NULL, &err),
	        ANTIN_E_NOT_FOUND);
	antin_err_clear(&err);
	T_FAILS(antin_token_delete(d.token, "token:", &d.now.source, NULL, &err), ANTIN_E_USAGE);
	antin_err_clear(&err);
	ck_assert_int_eq(d.control->calls[FAULT_C_DestroyObject], 0);
	ck_assert_uint_eq(objects_on(d.token, &d.now), before + 3);
	T_OK(antin_token_delete(d.token, TOKEN ";object=ba;type=cert", &d.now.source, &gone, &err));
	ck_assert_uint_eq(gone.n, 1);
	ck_assert_int_eq(gone.items[0].kind, ANTIN_OBJECT_CERT);
	ck_assert_uint_eq(objects_on(d.token, &d.now), before + 2);
	T_OK(antin_token_delete(d.token, k->uri, &d.now.source, &gone, &err));
	ck_assert_uint_eq(gone.n, 2);
	ck_assert_str_eq(gone.items[1].label, "ba");
	ck_assert_uint_eq(objects_on(d.token, &d.now), before);
	ck_assert_int_eq(d.control->calls[FAULT_C_DestroyObject], 3);
	antin_cert_free(cert);
	antin_key_free(k);
	antin_keystore_free(s);
	desk_close(&d);
}
END_TEST

/* A device that stops half-way leaves the private key: the half that cannot be made again. */
START_TEST(delete_stops)
{
	struct antin_keystore *s;
	struct antin_key *k;
	struct desk d;
	struct antin_err err = {0};

	if (!w_ready)
		return;
	desk_open(&d, W_PIN, NEW_PIN);
	s = w_store(w_fault, &d.now);
	k = w_generate(s, TOKEN, "p256", "nua");
	d.control->rules[0] =
	        (struct fault_rule){FAULT_C_DestroyObject, CKR_SESSION_HANDLE_INVALID, 1, 1};
	d.control->n_rules = 1;
	T_FAILS(antin_token_delete(d.token, k->uri, &d.now.source, NULL, &err), ANTIN_E_REMOVED);
	ck_assert_int_eq(d.control->calls[FAULT_C_DestroyObject], 2); /* and not again */
	w_sign(k, (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA256});
	antin_err_clear(&err);
	T_OK(antin_token_delete(d.token, k->uri, &d.now.source, NULL, &err));
	antin_key_free(k);
	antin_keystore_free(s);
	desk_close(&d);
}
END_TEST

static void *
take_out(void *user)
{
	struct fault_control *c = user;

	(void)usleep(300000);
	c->absent = !c->absent;
	return NULL;
}

/* Coming and going are noticed, and a wait ends. */
START_TEST(waiting)
{
	struct antin_token_info info = {0};
	struct antin_err err = {0};
	pthread_t thread;
	struct desk d;

	if (!w_ready)
		return;
	desk_open(&d, W_PIN, NEW_PIN);
	T_OK(antin_token_wait(&d.modules, TOKEN, true, 0, &info, &err));
	ck_assert_str_eq(info.label, "thu");
	T_OK(antin_token_wait(&d.modules, NULL, true, 0, NULL, &err));
	T_FAILS(antin_token_wait(&d.modules, TOKEN, false, 0, NULL, &err), ANTIN_E_TIMEOUT);
	ck_assert_ptr_nonnull(strstr(w_line(&err), "not taken out"));
	antin_err_clear(&err);
	T_FAILS(antin_token_wait(&d.modules, "pkcs11:token=khac", true, 300, NULL, &err),
	        ANTIN_E_TIMEOUT);
	ck_assert_ptr_nonnull(strstr(w_line(&err), "no such token"));
	antin_err_clear(&err);
	T_OK(antin_token_wait(&d.modules, "pkcs11:token=khac", false, 0, NULL, &err));
	T_FAILS(antin_token_wait(&d.modules, "khac", true, 0, NULL, &err), ANTIN_E_USAGE);
	antin_err_clear(&err);
	ck_assert_int_eq(pthread_create(&thread, NULL, take_out, d.control), 0);
	T_OK(antin_token_wait(&d.modules, TOKEN, false, 5000, NULL, &err));
	ck_assert(d.control->absent);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	T_FAILS(antin_token_wait(&d.modules, TOKEN, true, 0, NULL, &err), ANTIN_E_TIMEOUT);
	antin_err_clear(&err);
	ck_assert_int_eq(pthread_create(&thread, NULL, take_out, d.control), 0);
	T_OK(antin_token_wait(&d.modules, TOKEN, true, 5000, &info, &err));
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	d.control->rules[0] = (struct fault_rule){FAULT_C_GetSlotList, CKR_GENERAL_ERROR, 0, -1};
	d.control->n_rules = 1;
	T_FAILS(antin_token_wait(&d.modules, TOKEN, true, 5000, NULL, &err), ANTIN_E_TOKEN);
	desk_close(&d);
}
END_TEST

START_TEST(told)
{
	ANTIN_SCOPED(antin_token_mechanisms) l = {0};
	struct antin_module_info of_module;
	struct antin_token_info of_token;
	struct antin_err err = {0};
	const struct antin_token_mechanism *ecdsa = NULL, *pair = NULL;
	struct desk d;

	if (!w_ready)
		return;
	desk_open(&d, W_PIN, NEW_PIN);
	T_OK(antin_module_info(d.modules.items[0], &of_module, &err));
	ck_assert_str_eq(of_module.manufacturer, "SoftHSM");
	ck_assert_ptr_nonnull(strstr(of_module.description, "PKCS11"));
	ck_assert_str_eq(of_module.version, "2.6");
	ck_assert_str_eq(of_module.cryptoki, "2.40");
	T_OK(antin_token_info(d.token, &of_token, &err));
	ck_assert_uint_eq(of_token.sessions_max, 0);
	ck_assert(of_token.flags & CKF_TOKEN_INITIALIZED);
	T_OK(antin_token_mechanisms(d.token, &l, &err));
	ck_assert_uint_ge(l.n, 20);
	for (size_t i = 0; i < l.n; i++) {
		ecdsa = l.items[i].type == CKM_ECDSA ? &l.items[i] : ecdsa;
		pair = l.items[i].type == CKM_RSA_PKCS_KEY_PAIR_GEN ? &l.items[i] : pair;
	}
	ck_assert(ecdsa && ecdsa->sign && !ecdsa->decrypt && !ecdsa->generate);
	ck_assert_str_eq(ecdsa->name, "CKM_ECDSA");
	ck_assert(pair && pair->generate && !pair->sign && pair->max >= 4096);
	d.control->rules[0] =
	        (struct fault_rule){FAULT_C_GetMechanismInfo, CKR_MECHANISM_INVALID, 0, -1};
	d.control->n_rules = 1;
	T_OK(antin_token_mechanisms(d.token, &l, &err)); /* listed all the same */
	ck_assert_uint_ge(l.n, 20);
	ck_assert(!l.items[0].sign && l.items[0].max == 0);
	d.control->rules[0] = (struct fault_rule){FAULT_C_GetInfo, CKR_GENERAL_ERROR, 0, -1};
	T_FAILS(antin_module_info(d.modules.items[0], &of_module, &err), ANTIN_E_TOKEN);
	desk_close(&d);
}
END_TEST

Suite *
suite_p11_change(void)
{
	Suite *s = suite_create("p11_change");
	TCase *tc = tcase_create("change");

	tcase_add_unchecked_fixture(tc, setup, w_end);
	tcase_add_loop_test(tc, pins, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tc, wrong_sent_once);
	tcase_add_test(tc, officer);
	tcase_add_test(tc, pad);
	tcase_add_test(tc, faults);
	tcase_add_test(tc, delete);
	tcase_add_test(tc, delete_stops);
	tcase_add_test(tc, waiting);
	tcase_add_test(tc, told);
	suite_add_tcase(s, tc);
	return s;
}
