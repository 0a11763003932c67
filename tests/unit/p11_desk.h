/*
 * A desk where a person signs by a token whose module can be made to fail, for tests of
 * p11_world.h.
 */
#ifndef ANTIN_TEST_P11_DESK_H
#define ANTIN_TEST_P11_DESK_H

#include "p11_world.h"

#define TOKEN       W_TOKEN
#define DESK_KEY    TOKEN ";object=p256"
#define DESK_UNUSED __attribute__((unused))

static const struct w_key desk_keys[] = {{"rsa2048", "rsa", true},
                                         {"p256", "p256", true},
                                         {NULL, NULL, false}};

static DESK_UNUSED void
setup(void)
{
	(void)w_begin_with(desk_keys);
}

struct desk {
	struct fault_control *control;
	struct w_pins pins;
	struct antin_keystore *store;
	struct antin_key *key;
	struct antin_err err;
};

/* A person who knows this PIN, with that key and so many tries; -1: as many as one likes. */
static void
desk_open_as(struct desk *d, const char *pin, const char *uri, int tries)
{
	struct antin_err err = {0};

	memset(d, 0, sizeof(*d));
	d->control = w_control();
	*d->control = (struct fault_control){.tries = tries,
	                                     .max_sessions = -1,
	                                     .sessions_at_finalize = -1};
	w_pins_set(&d->pins, pin);
	d->store = w_store(w_fault, &d->pins);
	T_OK(antin_keystore_find(d->store, uri, &d->key, &err));
}

static DESK_UNUSED void
desk_open(struct desk *d)
{
	desk_open_as(d, W_PIN, DESK_KEY, -1);
}

static void
desk_close(struct desk *d)
{
	antin_key_free(d->key);
	antin_keystore_free(d->store);
	ck_assert_int_eq(d->control->sessions_at_finalize, 0);
}

static DESK_UNUSED void
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
