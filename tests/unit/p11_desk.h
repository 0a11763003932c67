/*
 * A desk where a person signs by a token whose module can be made to fail, for tests of
 * p11_world.h.
 */
#ifndef ANTIN_TEST_P11_DESK_H
#define ANTIN_TEST_P11_DESK_H

#include "p11_world.h"

#define TOKEN "pkcs11:token=thu"

static void
make_keys(void)
{
	static const char *const labels[] = {"rsa", "p256"};
	static const char *const types[] = {"rsa2048", "p256"};
	struct w_pins pins;
	struct antin_keystore *s;

	w_pins_set(&pins, W_PIN);
	s = w_store(w_module, &pins);
	for (size_t i = 0; i < 2; i++) {
		struct antin_keygen spec = {.label = labels[i]};
		struct antin_key *k = NULL;
		struct antin_err err = {0};

		W_OKAY(antin_keygen_parse(types[i], &spec, &err));
		spec.decrypts = true;
		W_OKAY(antin_keystore_generate(s, TOKEN, &spec, &k, &err));
		antin_key_free(k);
	}
	antin_keystore_free(s);
}

static void
setup(void)
{
	if (w_begin("thu"))
		w_apart(make_keys);
}

struct desk {
	struct fault_control *control;
	struct w_pins pins;
	struct antin_keystore *store;
	struct antin_key *key;
	struct antin_err err;
};

static void
desk_open(struct desk *d)
{
	struct antin_err err = {0};

	memset(d, 0, sizeof(*d));
	d->control = w_control();
	*d->control =
	        (struct fault_control){.tries = -1, .max_sessions = -1, .sessions_at_finalize = -1};
	w_pins_set(&d->pins, W_PIN);
	d->store = w_store(w_fault, &d->pins);
	T_OK(antin_keystore_find(d->store, TOKEN ";object=p256", &d->key, &err));
}

static void
desk_close(struct desk *d)
{
	antin_key_free(d->key);
	antin_keystore_free(d->store);
	ck_assert_int_eq(d->control->sessions_at_finalize, 0);
}

static void
rule(struct fault_control *c, enum fault_function f, unsigned long rv, long skip, long count)
{
	c->rules[0] = (struct fault_rule){f, rv, skip, count};
	c->n_rules = 1;
}

static enum antin_rc
sign_digest(struct antin_key *k, const uint8_t digest[32], struct antin_bytes *sig,
            struct antin_err *err)
{
	antin_err_clear(err);
	return antin_key_sign(k, (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA256},
	                      (struct antin_slice){digest, 32}, sig, err);
}

static enum antin_rc
sign(struct desk *d)
{
	ANTIN_SCOPED(antin_bytes) sig = {0};
	uint8_t digest[32] = {3};

	return sign_digest(d->key, digest, &sig, &d->err);
}

#endif
