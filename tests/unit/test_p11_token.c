/*
 * Tokens and modules: identity before everything, loss and return, certificates beside their keys,
 * the mechanism ladder, threads, fork, and what is refused.
 */
#include "p11_world.h"

#include <pthread.h>

#include <p11-kit/pkcs11.h>

#define TOKEN W_TOKEN

Suite *suite_p11_token(void);

static const struct w_key token_keys[] = {{"p256", "p256", false},
                                          {"rsa2048", "rsa", false},
                                          {NULL, NULL, false}};

static void
setup(void)
{
	(void)w_begin_with(token_keys);
}

static void
control_reset(struct fault_control *c)
{
	*c = (struct fault_control){.tries = -1, .max_sessions = -1, .sessions_at_finalize = -1};
}

static enum antin_rc
sign_as(struct antin_key *k, enum antin_scheme scheme, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) sig = {0};
	uint8_t digest[32] = {9};

	antin_err_clear(err);
	return antin_key_sign(k, (struct antin_sigalg){scheme, ANTIN_SHA256},
	                      (struct antin_slice){digest, 32}, &sig, err);
}

/* What cannot name one thing is refused before or after loading, each with its class. */
static const struct {
	const char *module, *uri;
	enum antin_rc rc;
	const char *says;
} bad_names[] = {
        {"MODULE", "pkcs11:token=khong", ANTIN_E_NOT_FOUND, "no token matches"},
        {"MODULE", TOKEN ";object=khong", ANTIN_E_NOT_FOUND, "no such key"},
        {"MODULE", TOKEN, ANTIN_E_AMBIGUOUS, "several keys match"},
        {"MODULE", TOKEN ";object=p256?pin-value=1234", ANTIN_E_USAGE, "PIN"},
        {"MODULE", TOKEN "?pin-source=file:/x", ANTIN_E_USAGE, "PIN"},
        {"MODULE", TOKEN ";colour=red", ANTIN_E_USAGE, "not known"},
        {"MODULE", "pkcs11:token=%zz", ANTIN_E_USAGE, "well formed"},
        {"MODULE", "token=thu", ANTIN_E_USAGE, "pkcs11:"},
        {"MODULE", "pkcs11:slot-id=987654", ANTIN_E_NOT_FOUND, "no token matches"},
        {"/khong/co.so", TOKEN, ANTIN_E_MISSING, "no such PKCS#11 module"},
        {"/etc/passwd", TOKEN, ANTIN_E_FORMAT, "cannot be loaded"},
        {"khong-co", TOKEN, ANTIN_E_NOT_FOUND, "khong-co"},
        {"softhsm", TOKEN, ANTIN_E_NOT_FOUND, "softhsm"},
};

START_TEST(refused_names)
{
	const char *module = bad_names[_i].module;
	struct antin_key *k = NULL;
	struct antin_keystore *s;
	struct antin_err err = {0};
	struct w_pins pins;

	if (!w_ready)
		return;
	w_pins_set(&pins, W_PIN);
	s = w_store(strcmp(module, "MODULE") == 0 ? w_module : module, &pins);
	T_FAILS(antin_keystore_find(s, bad_names[_i].uri, &k, &err), bad_names[_i].rc);
	ck_assert_msg(strstr(w_line(&err), bad_names[_i].says), "%s", w_line(&err));
	ck_assert_ptr_null(k);
	if (strcmp(module, "softhsm") == 0)
		ck_assert_str_eq(err.hint, "Did you mean softhsm2?");
	antin_keystore_free(s);
}
END_TEST

/* Two tokens with one label: both are listed, the serial tells them apart. */
START_TEST(same_label)
{
	ANTIN_SCOPED(antin_modules) modules = {0};
	ANTIN_SCOPED(antin_token_infos) infos = {0};
	ANTIN_OWN_S(antin_token) t = NULL;
	struct antin_err err = {0};
	char uri[80];
	size_t seen = 0;

	if (!w_ready)
		return;
	ck_assert(w_token("doi") && w_token("doi"));
	T_OK(antin_modules_load(w_module, &modules, &err));
	T_FAILS(antin_token_open(&modules, "pkcs11:token=doi", &t, &err), ANTIN_E_AMBIGUOUS);
	ck_assert_ptr_null(t);
	T_OK(antin_token_list(&modules, &infos, NULL));
	for (size_t i = 0; i < infos.n; i++) {
		struct antin_token_info again;

		if (strcmp(infos.items[i].label, "doi") != 0)
			continue;
		seen++;
		ck_assert_ptr_nonnull(strstr(w_line(&err), infos.items[i].serial));
		(void)snprintf(uri, sizeof(uri), "pkcs11:serial=%s", infos.items[i].serial);
		T_OK(antin_token_open(&modules, uri, &t, NULL));
		T_OK(antin_token_info(t, &again, NULL));
		ck_assert_str_eq(again.serial, infos.items[i].serial);
		ck_assert_str_eq(antin_pin_state_name(again.user_pin), "ok");
		antin_token_free(ANTIN_TAKE(t));
	}
	ck_assert_int_eq((int)seen, 2);
}
END_TEST

START_TEST(init)
{
	struct antin_token_setup setup = {.label = "mới tinh",
	                                  .so_pin = antin_slice_text(W_SO_PIN),
	                                  .user_pin = antin_slice_text(W_PIN)};
	ANTIN_SCOPED(antin_modules) modules = {0};
	struct antin_token_info info;
	struct antin_err err = {0};
	struct w_pins officer;
	char serial[24];

	if (!w_ready)
		return;
	w_pins_set(&officer, W_SO_PIN);
	setup.so_pins = &officer.source;
	T_OK(antin_modules_load(w_module, &modules, &err));
	T_OK(antin_token_init(&modules, NULL, &setup, &info, &err));
	ck_assert_int_eq(officer.asked, 0); /* a blank token has none in force */
	ck_assert_str_eq(info.label, "mới tinh");
	ck_assert(info.initialized && info.user_pin == ANTIN_PIN_OK);
	(void)snprintf(serial, sizeof(serial), "%s", info.serial);
	T_FAILS(antin_token_init(&modules, TOKEN, &setup, NULL, &err), ANTIN_E_CONFLICT);
	antin_err_clear(&err);
	setup.erase = true;
	setup.user_pin = antin_slice_text("1");
	T_FAILS(antin_token_init(&modules, "pkcs11:token=m%E1%BB%9Bi%20tinh", &setup, NULL, &err),
	        ANTIN_E_POLICY);
	antin_err_clear(&err);
	setup.user_pin = antin_slice_text(W_PIN);
	officer.pin = "87654321";
	T_FAILS(antin_token_init(&modules, "pkcs11:token=m%E1%BB%9Bi%20tinh", &setup, NULL, &err),
	        ANTIN_E_PIN_WRONG);
	antin_err_clear(&err);
	officer.pin = W_SO_PIN;
	setup.label = "0123456789012345678901234567890123";
	T_FAILS(antin_token_init(&modules, "pkcs11:token=m%E1%BB%9Bi%20tinh", &setup, NULL, &err),
	        ANTIN_E_USAGE);
	antin_err_clear(&err);
	setup.label = "khác";
	T_OK(antin_token_init(&modules, "pkcs11:token=m%E1%BB%9Bi%20tinh", &setup, &info, &err));
	ck_assert_str_eq(info.label, "khác");
	antin_err_clear(&err);
	T_FAILS(antin_token_init(&modules, "pkcs11:token=khong", &setup, NULL, &err),
	        ANTIN_E_NOT_FOUND);
}
END_TEST

/* The ladder: what the token hides is gone round, what it cannot do is named. */
static const struct {
	unsigned long hidden[2], refused;
	enum antin_scheme scheme;
	enum antin_rc rc;
} ladder[] = {
        {{CKM_RSA_PKCS, 0}, 0, ANTIN_RSA_PKCS1, ANTIN_OK},
        {{CKM_RSA_PKCS_PSS, 0}, 0, ANTIN_RSA_PSS, ANTIN_OK},
        {{0, 0}, CKM_RSA_PKCS_PSS, ANTIN_RSA_PSS, ANTIN_OK},
        {{0, 0}, CKM_RSA_PKCS, ANTIN_RSA_PKCS1, ANTIN_OK},
        {{CKM_RSA_PKCS, CKM_RSA_X_509}, 0, ANTIN_RSA_PKCS1, ANTIN_E_NO_MECHANISM},
        {{CKM_RSA_PKCS_PSS, CKM_RSA_X_509}, 0, ANTIN_RSA_PSS, ANTIN_E_NO_MECHANISM},
        {{CKM_RSA_X_509, 0}, CKM_RSA_PKCS_PSS, ANTIN_RSA_PSS, ANTIN_E_NO_MECHANISM},
        {{0, 0}, 0, ANTIN_ECDSA, ANTIN_E_NO_MECHANISM}, /* an RSA key */
};

START_TEST(mechanisms)
{
	struct fault_control *c;
	struct antin_key *k = NULL;
	struct antin_keystore *s;
	struct antin_err err = {0};
	struct w_pins pins;

	if (!w_ready)
		return;
	c = w_control();
	control_reset(c);
	for (int i = 0; i < 2 && ladder[_i].hidden[i]; i++)
		c->hidden[c->n_hidden++] = ladder[_i].hidden[i];
	c->refused = ladder[_i].refused;
	w_pins_set(&pins, W_PIN);
	s = w_store(w_fault, &pins);
	T_OK(antin_keystore_find(s, TOKEN ";object=rsa", &k, &err));
	if (ladder[_i].rc == ANTIN_OK)
		for (enum antin_digest d = ANTIN_SHA256; d <= ANTIN_SHA512; d++)
			w_sign(k, (struct antin_sigalg){ladder[_i].scheme, d});
	else
		T_FAILS(sign_as(k, ladder[_i].scheme, &err), ladder[_i].rc);
	antin_key_free(k);
	antin_keystore_free(s);
	ck_assert_int_eq(c->sessions_at_finalize, 0);
}
END_TEST

/* A device that cuts its signatures short is caught, never handed on. */
START_TEST(short_signature)
{
	static const char *const objects[] = {"rsa", "p256"};
	struct fault_control *c;
	struct antin_key *k = NULL;
	struct antin_keystore *s;
	struct antin_err err = {0};
	struct w_pins pins;
	char uri[80];

	if (!w_ready)
		return;
	c = w_control();
	control_reset(c);
	c->short_signature = 1;
	w_pins_set(&pins, W_PIN);
	s = w_store(w_fault, &pins);
	(void)snprintf(uri, sizeof(uri), TOKEN ";object=%s", objects[_i]);
	T_OK(antin_keystore_find(s, uri, &k, &err));
	T_FAILS(sign_as(k, _i ? ANTIN_ECDSA : ANTIN_RSA_PKCS1, &err), ANTIN_E_TOKEN);
	ck_assert_ptr_nonnull(strstr(w_line(&err), "octets"));
	antin_key_free(k);
	antin_keystore_free(s);
}
END_TEST

/* A module that lies about lengths and counts gets an error, not our memory. */
START_TEST(liar)
{
	struct fault_control *c;
	struct antin_key *k = NULL;
	struct antin_keystore *s;
	struct antin_err err = {0};
	struct w_pins pins;
	enum antin_rc rc;

	if (!w_ready)
		return;
	c = w_control();
	control_reset(c);
	c->lie = (enum fault_lie)_i;
	w_pins_set(&pins, W_PIN);
	s = w_store(w_fault, &pins);
	rc = antin_keystore_find(s, TOKEN ";object=p256", &k, &err);
	if (rc == ANTIN_OK)
		rc = sign_as(k, ANTIN_ECDSA, &err);
	if (_i == FAULT_HONEST)
		ck_assert_int_eq(rc, ANTIN_OK);
	else if (_i == FAULT_LIE_SLOTS) /* cut to what fits */
		ck_assert_msg(rc != ANTIN_E_MEMORY, "%s", w_line(&err));
	else
		ck_assert_msg(rc == ANTIN_E_TOKEN || rc == ANTIN_E_TOO_LARGE, "%d: [%s] %s", _i,
		              antin_rc_id(rc), w_line(&err));
	ck_assert_int_le(c->good_logins + c->bad_logins, 1);
	antin_key_free(k);
	antin_keystore_free(s);
	ck_assert_int_eq(c->sessions_at_finalize, 0);
}
END_TEST

/* Every octet of what the token tells of its objects changed: no crash, no wrong signature out. */
START_TEST(noise)
{
	struct fault_control *c;
	struct antin_err err = {0};
	struct w_pins pins;
	int delivered = 0;

	if (!w_ready)
		return;
	c = w_control();
	for (long at = _i * 40 + 1; at <= _i * 40 + 40; at++) {
		struct antin_key *k = NULL;
		struct antin_keystore *s;

		control_reset(c);
		c->noise = at;
		w_pins_set(&pins, W_PIN);
		s = w_store(w_fault, &pins);
		antin_err_clear(&err);
		if (antin_keystore_find(s, TOKEN ";object=p256", &k, &err) == ANTIN_OK &&
		    sign_as(k, ANTIN_ECDSA, &err) == ANTIN_OK)
			delivered++; /* past the end of the point nothing was changed */
		antin_key_free(k);
		antin_keystore_free(s);
		ck_assert_int_eq(c->sessions_at_finalize, 0);
	}
	ck_assert_msg(delivered == (_i == 0 ? 0 : _i == 1 ? 13 : 40), "%d delivered", delivered);
}
END_TEST

/* All sessions die under a running program, again and again: each signature is delivered. */
START_TEST(sessions_lost)
{
	struct fault_control *c;
	struct antin_key *k = NULL;
	struct antin_keystore *s;
	struct antin_err err = {0};
	struct w_pins pins;

	if (!w_ready)
		return;
	c = w_control();
	control_reset(c);
	w_pins_set(&pins, W_PIN);
	s = w_store(w_fault, &pins);
	T_OK(antin_keystore_find(s, TOKEN ";object=p256", &k, &err));
	for (int i = 0; i < 1000; i++) {
		c->lose_sessions = i % 100 == 50;
		ck_assert_msg(sign_as(k, ANTIN_ECDSA, &err) == ANTIN_OK, "%d: %s", i, w_line(&err));
	}
	ck_assert_int_eq(c->good_logins, 11);
	ck_assert_int_eq(c->bad_logins, 0);
	ck_assert_int_eq(pins.asked, 11);
	ck_assert_int_le(c->sessions, 2);
	antin_key_free(k);
	antin_keystore_free(s);
	ck_assert_int_eq(c->sessions_at_finalize, 0);
}
END_TEST

/* Tokens that have few sessions: one is enough for all that a command does. */
START_TEST(few_sessions)
{
	struct fault_control *c;
	struct antin_keystore *s;
	struct antin_key *k = NULL;
	struct antin_err err = {0};
	struct w_pins pins;
	char label[32];

	if (!w_ready)
		return;
	c = w_control();
	control_reset(c);
	c->max_sessions = _i;
	w_pins_set(&pins, W_PIN);
	s = w_store(w_fault, &pins);
	if (_i == 0) {
		T_FAILS(antin_keystore_find(s, TOKEN ";object=p256", &k, &err), ANTIN_E_BUSY);
	} else {
		T_OK(antin_keystore_find(s, TOKEN ";object=p256", &k, &err));
		w_sign(k, (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA256});
		(void)snprintf(label, sizeof(label), "it-phien-%d", _i);
		antin_key_free(w_generate(s, TOKEN, "p256", label));
		w_sign(k, (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA256});
		antin_key_free(k);
	}
	antin_keystore_free(s);
	ck_assert_int_eq(c->sessions_at_finalize, 0);
}
END_TEST

enum { THREADS = 4, EACH = 100 };

static void *
sign_many(void *user)
{
	struct antin_keystore *s = user;
	struct antin_key *k = NULL;
	struct antin_err err = {0};
	long good = 0;

	if (antin_keystore_find(s, TOKEN ";object=p256", &k, &err) != ANTIN_OK)
		return NULL;
	for (int i = 0; i < EACH; i++)
		good += sign_as(k, ANTIN_ECDSA, &err) == ANTIN_OK;
	antin_key_free(k);
	return good == EACH ? user : NULL;
}

/* Threads, each with its own key store over one module; a module that cannot lock is called alone.
 */
START_TEST(in_threads)
{
	pthread_t threads[THREADS];
	struct antin_keystore *stores[THREADS];
	struct fault_control *c;
	struct w_pins pins[THREADS];
	int asked = 0;

	if (!w_ready)
		return;
	c = w_control();
	control_reset(c);
	c->no_locking = _i;
	for (int i = 0; i < THREADS; i++) {
		w_pins_set(&pins[i], W_PIN);
		stores[i] = w_store(w_fault, &pins[i]);
		ck_assert_int_eq(pthread_create(&threads[i], NULL, sign_many, stores[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		void *result = NULL;

		ck_assert_int_eq(pthread_join(threads[i], &result), 0);
		ck_assert_ptr_eq(result, stores[i]);
		asked += pins[i].asked;
	}
	ck_assert_int_eq(c->calls[FAULT_C_Initialize], _i ? 2 : 1);
	ck_assert_int_ge(c->calls[FAULT_C_Sign], THREADS * EACH);
	ck_assert_int_eq(c->bad_logins, 0);
	ck_assert_int_eq((int)c->good_logins, asked);
	ck_assert_int_ge(asked, 1);
	if (_i)
		ck_assert_int_eq(c->max_in_call, 1);
	for (int i = 0; i < THREADS; i++)
		antin_keystore_free(stores[i]);
	ck_assert_int_eq(c->calls[FAULT_C_Finalize], 1);
	ck_assert_int_eq(c->sessions_at_finalize, 0);
}
END_TEST

/* One module, two stores: the first to go does not end it for the other. */
START_TEST(shared_module)
{
	struct fault_control *c;
	struct antin_keystore *a, *b;
	struct antin_key *k = NULL;
	struct antin_err err = {0};
	struct w_pins pins;

	if (!w_ready)
		return;
	c = w_control();
	control_reset(c);
	w_pins_set(&pins, W_PIN);
	a = w_store(w_fault, &pins);
	b = w_store(w_fault, &pins);
	T_OK(antin_keystore_find(b, TOKEN ";object=rsa", &k, &err));
	antin_key_free(ANTIN_TAKE(k));
	T_OK(antin_keystore_find(a, TOKEN ";object=p256", &k, &err));
	antin_keystore_free(b);
	ck_assert_int_eq(c->calls[FAULT_C_Finalize], 0);
	w_sign(k, (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA256});
	antin_keystore_free(a); /* the key alone holds it now */
	w_sign(k, (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA256});
	ck_assert_int_eq(c->calls[FAULT_C_Finalize], 0);
	antin_key_free(k);
	ck_assert_int_eq(c->calls[FAULT_C_Finalize], 1);
	ck_assert_int_eq(c->calls[FAULT_C_Initialize], 1);
	ck_assert_int_eq(pins.asked, 1);
}
END_TEST

/* In a child of fork the parent's key is refused, and the parent's goes on. */
START_TEST(after_fork)
{
	struct fault_control *c;
	struct antin_keystore *s;
	struct antin_key *k = NULL;
	struct antin_err err = {0};
	struct w_pins pins;
	pid_t pid;
	int status = 0;

	if (!w_ready)
		return;
	c = w_control();
	control_reset(c);
	w_pins_set(&pins, W_PIN);
	s = w_store(w_fault, &pins);
	T_OK(antin_keystore_find(s, TOKEN ";object=p256", &k, &err));
	w_sign(k, (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA256});
	pid = fork();
	if (pid == 0) {
		long before = c->calls[FAULT_C_SignInit] + c->calls[FAULT_C_OpenSession];
		bool refused = sign_as(k, ANTIN_ECDSA, &err) == ANTIN_E_INTERNAL &&
		               strstr(w_line(&err), "fork");

		antin_key_free(k);
		antin_keystore_free(s);
		_exit(refused && c->calls[FAULT_C_Finalize] == 0 &&
		                      before == c->calls[FAULT_C_SignInit] +
		                                        c->calls[FAULT_C_OpenSession]
		              ? 0
		              : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	w_sign(k, (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA256});
	antin_key_free(k);
	antin_keystore_free(s);
}
END_TEST

static const struct {
	const char *name;
	int value;
} wanted_facts[] = {
        {"CKA_SENSITIVE", 1},
        {"CKA_EXTRACTABLE", 0},
        {"CKA_ALWAYS_SENSITIVE", 1},
        {"CKA_NEVER_EXTRACTABLE", 1},
        {"CKA_LOCAL", 1},
        {"CKA_TOKEN", 1},
        {"CKA_SIGN", 1},
        {"CKA_DECRYPT", 0},
        {"CKA_UNWRAP", 0},
        {"CKA_ALWAYS_AUTHENTICATE", 0},
};

START_TEST(facts)
{
	static const char *const types[] = {"rsa2048", "rsa3072", "P256", "p384"};
	static const char *const names[] = {"RSA-2048", "RSA-3072", "P-256", "P-384"};
	struct antin_keygen spec = {.label = types[_i]};
	const struct antin_key_fact *f;
	struct antin_keystore *s;
	struct antin_key *k;
	struct antin_err err = {0};
	struct w_pins pins;
	size_t found = 0;

	if (!w_ready)
		return;
	w_pins_set(&pins, W_PIN);
	s = w_store(w_module, &pins);
	k = w_generate(s, TOKEN, types[_i], types[_i]);
	ck_assert_str_eq(antin_public_name(k->public_key), names[_i]);
	for (f = antin_keystore_facts(s, k); f->name; f++)
		for (size_t i = 0; i < sizeof(wanted_facts) / sizeof(wanted_facts[0]); i++)
			if (strcmp(f->name, wanted_facts[i].name) == 0) {
				ck_assert_msg(f->value == wanted_facts[i].value, "%s", f->name);
				found++;
			}
	ck_assert_int_eq((int)found, (int)(sizeof(wanted_facts) / sizeof(wanted_facts[0])));
	w_sign(k, antin_sigalg_default(antin_public_type(k->public_key)));
	antin_key_free(ANTIN_TAKE(k));
	T_OK(antin_keygen_parse(types[_i], &spec, &err));
	T_FAILS(antin_keystore_generate(s, TOKEN, &spec, &k, &err), ANTIN_E_CONFLICT);
	antin_err_clear(&err);
	spec.label = NULL;
	T_FAILS(antin_keystore_generate(s, TOKEN, &spec, &k, &err), ANTIN_E_USAGE);
	antin_keystore_free(s);
}
END_TEST

/* Certificates: beside their key, with the issuers' as chain; what does not belong is refused. */
START_TEST(certificates)
{
	struct antin_keygen spec = {.type = ANTIN_KEY_P256};
	struct antin_keystore *s;
	struct antin_key *k, *again = NULL, *root = NULL, *sub = NULL;
	struct antin_cert *root_cert, *sub_cert, *own, *older, *other;
	struct antin_err err = {0};
	struct w_pins pins;

	if (!w_ready)
		return;
	w_pins_set(&pins, W_PIN);
	s = w_store(w_module, &pins);
	k = w_generate(s, TOKEN, "p256", "co-chung-thu");
	T_OK(antin_key_mock(&spec, ANTIN_OK, 0, &root, &err));
	T_OK(antin_key_mock(&spec, ANTIN_OK, 0, &sub, &err));
	root_cert = w_certify(root->public_key, "C=VN,CN=Gốc", root, "C=VN,CN=Gốc", 1);
	sub_cert = w_certify(sub->public_key, "C=VN,CN=Nhà nước", root, "C=VN,CN=Gốc", 2);
	older = w_certify(k->public_key, "C=VN,CN=Hường", sub, "C=VN,CN=Nhà nước", 3);
	own = w_certify(k->public_key, "C=VN,CN=Hường", sub, "C=VN,CN=Nhà nước", 4);
	other = w_certify(root->public_key, "C=VN,CN=Khác", sub, "C=VN,CN=Nhà nước", 5);
	T_FAILS(antin_keystore_store(s, TOKEN, sub_cert, &err), ANTIN_E_KEY_MISMATCH);
	antin_err_clear(&err);
	T_FAILS(antin_keystore_store(s, TOKEN, other, &err), ANTIN_E_KEY_MISMATCH);
	antin_err_clear(&err);
	T_OK(antin_keystore_store(s, TOKEN, older, &err));
	T_OK(antin_keystore_store(s, TOKEN, own, &err));
	T_FAILS(antin_keystore_store(s, TOKEN, own, &err), ANTIN_E_CONFLICT);
	antin_err_clear(&err);
	T_OK(antin_keystore_store(s, TOKEN, sub_cert, &err));
	T_OK(antin_keystore_store(s, TOKEN, root_cert, &err));
	T_FAILS(antin_keystore_store(s, TOKEN, other, &err), ANTIN_E_KEY_MISMATCH);
	antin_err_clear(&err);
	T_OK(antin_keystore_find(s, TOKEN ";object=co-chung-thu", &again, &err));
	ck_assert_int_eq((int)again->n_chain, 3);
	ck_assert(antin_slice_equal(again->chain[0]->der, own->der));
	ck_assert(antin_slice_equal(again->chain[1]->der, sub_cert->der));
	ck_assert(antin_slice_equal(again->chain[2]->der, root_cert->der));
	antin_key_free(again);
	antin_key_free(k);
	antin_key_free(root);
	antin_key_free(sub);
	antin_cert_free(root_cert);
	antin_cert_free(sub_cert);
	antin_cert_free(own);
	antin_cert_free(older);
	antin_cert_free(other);
	antin_keystore_free(s);
}
END_TEST

/* Names of modules: p11-kit's configuration, the table, a path; the proxy never. */
START_TEST(modules)
{
	static const char *const names[] = {"softhsm2", "kit-name", "/nowhere", "kit-proxy"};
	static const enum antin_rc classes[] = {ANTIN_OK, ANTIN_OK, ANTIN_E_MISSING,
	                                        ANTIN_E_UNSUPPORTED};
	ANTIN_OWN_S(antin_module) m = NULL;
	ANTIN_OWN_S(antin_module) twice = NULL;
	struct antin_err err = {0};
	char command[2048];

	if (!w_ready)
		return;
	(void)snprintf(command, sizeof(command),
	               "mkdir -p %s/pkcs11/modules && touch %s/p11-kit-proxy.so && "
	               "printf 'module: %s\\n' >%s/pkcs11/modules/kit-name.module && "
	               "printf '# proxy\\n  module:   %s/p11-kit-proxy.so  \\n' "
	               ">%s/pkcs11/modules/kit-proxy.module",
	               w_dir, w_dir, w_module, w_dir, w_dir, w_dir);
	ck_assert_int_eq(system(command), 0);
	(void)setenv("XDG_CONFIG_HOME", w_dir, 1);
	ck_assert_int_eq(antin_module_open(names[_i], &m, &err), classes[_i]);
	if (classes[_i] != ANTIN_OK)
		return;
	T_OK(antin_module_open(w_module, &twice, &err));
	ck_assert_ptr_eq(m, twice); /* one file, one module */
	ck_assert_ptr_nonnull(strstr(antin_module_path(m), "softhsm"));
}
END_TEST

Suite *
suite_p11_token(void)
{
	Suite *s = suite_create("p11_token");
	TCase *tc = tcase_create("token");

	tcase_add_unchecked_fixture(tc, setup, w_end);
	tcase_add_loop_test(tc, refused_names, 0, sizeof(bad_names) / sizeof(bad_names[0]));
	tcase_add_loop_test(tc, modules, 0, 4);
	tcase_add_loop_test(tc, mechanisms, 0, sizeof(ladder) / sizeof(ladder[0]));
	tcase_add_loop_test(tc, short_signature, 0, 2);
	tcase_add_loop_test(tc, liar, 0, FAULT_LIES);
	tcase_add_loop_test(tc, noise, 0, 3);
	tcase_add_test(tc, sessions_lost);
	tcase_add_loop_test(tc, few_sessions, 0, 4);
	tcase_add_loop_test(tc, in_threads, 0, 2);
	tcase_add_test(tc, shared_module);
	tcase_add_test(tc, after_fork);
	tcase_add_loop_test(tc, facts, 0, 4);
	tcase_add_test(tc, certificates);
	tcase_add_test(tc, init);
	tcase_add_test(tc, same_label);
	suite_add_tcase(s, tc);
	return s;
}
