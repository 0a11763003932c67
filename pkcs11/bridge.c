/*
 * Token keys lent to OpenSSL through libp11 (see antin_bridge.h).  The order is the one that holds:
 * the token open, the key put into the facade, then under one lock a context of libp11 over our own
 * file, its one slot, its one key.  Contexts are never freed: an EVP_PKEY points into its own.
 * Each key has a context of its own because libp11 moves its list of keys when it grows.
 */
#include "facade.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <libp11.h>

#include <antin_bridge.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* the whole of lending a key */
static EVP_PKEY *lent[ANTIN_FACADE_KEYS + 1];            /* by slot */

/* ---- what the token must offer ---- */

struct need {
	unsigned int use;
	bool rsa;
	CK_MECHANISM_TYPE type;
	const char *name, *fact; /* what the key must be allowed */
	const char *since;       /* the libp11 that can do with less */
};
static const struct need needs[] = {
        {ANTIN_BRIDGE_SIGN, true, CKM_RSA_PKCS, "CKM_RSA_PKCS", "CKA_SIGN", NULL},
        {ANTIN_BRIDGE_SIGN, false, CKM_ECDSA, "CKM_ECDSA", "CKA_SIGN", NULL},
        {ANTIN_BRIDGE_PSS, true, CKM_RSA_X_509, "CKM_RSA_X_509", "CKA_SIGN", "0.4.18"},
        {ANTIN_BRIDGE_DECRYPT, true, CKM_RSA_PKCS, "CKM_RSA_PKCS", "CKA_DECRYPT", NULL},
        {ANTIN_BRIDGE_OAEP, true, CKM_RSA_X_509, "CKM_RSA_X_509", "CKA_DECRYPT", "0.4.18"},
        {ANTIN_BRIDGE_DERIVE, false, CKM_ECDH1_DERIVE, "CKM_ECDH1_DERIVE", "CKA_DERIVE", NULL},
};

struct check_job {
	struct antin_p11_key *key;
	bool rsa;
	unsigned int uses;
};

static bool
forbidden(const struct antin_p11_key *k, const char *name)
{
	for (const struct antin_key_fact *f = k->facts; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return f->value == 0;
	return false;
}

static enum antin_rc
need_check(const struct check_job *job, const struct need *n, struct antin_err *err)
{
	enum antin_rc rc;

	if (n->rsa != job->rsa || !(n->use & job->uses))
		return ANTIN_OK;
	if (forbidden(job->key, n->fact))
		return antin_fail(err, ANTIN_E_NO_MECHANISM,
		                  N_("the key on the token may not be used for this: %s is no"),
		                  n->fact);
	if (antin_p11_offers(job->key->token, n->type))
		return ANTIN_OK;
	rc = antin_fail(err, ANTIN_E_NO_MECHANISM, N_("the token does not offer %s"), n->name);
	if (n->since)
		antin_err_set_hint(
		        err,
		        N_("libp11 %s or later can do without; else use a key of another kind."),
		        n->since);
	return rc;
}

static enum antin_rc
check_run(struct antin_p11_session *s, void *user, struct antin_err *err)
{
	const struct check_job *job = user;
	enum antin_rc rc = antin_p11_key_ready(s, job->key, err);

	if (rc == ANTIN_OK)
		rc = antin_p11_offer_refresh(s, err);
	for (size_t i = 0; rc == ANTIN_OK && i < sizeof(needs) / sizeof(needs[0]); i++)
		rc = need_check(job, &needs[i], err);
	return rc;
}

/* Logs in and finds the private key, so that nothing is left to fail in a handshake. */
static enum antin_rc
uses_check(struct antin_key *key, unsigned int uses, struct antin_err *err)
{
	struct antin_p11_key *k = (struct antin_p11_key *)key;
	struct check_job job = {k, antin_public_type(key->public_key) == ANTIN_KEY_RSA, uses};
	const unsigned int rsa_only = ANTIN_BRIDGE_PSS | ANTIN_BRIDGE_DECRYPT | ANTIN_BRIDGE_OAEP;

	if (uses & ANTIN_BRIDGE_TLS)
		job.uses |= ANTIN_BRIDGE_SIGN | (job.rsa ? ANTIN_BRIDGE_PSS : 0);
	if (uses & (job.rsa ? (unsigned int)ANTIN_BRIDGE_DERIVE : rsa_only))
		return antin_fail(err, ANTIN_E_NO_MECHANISM,
		                  N_("this key cannot do what it is wanted for"));
	return antin_token_run(k->token, ANTIN_P11_LOGIN, k->pins, check_run, &job, err);
}

/* ---- lending ---- */

/* The shared library that this code stands in. */
static enum antin_rc
own_path(char path[PATH_MAX], struct antin_err *err)
{
	Dl_info where;
	union {
		CK_RV (*function)(CK_FUNCTION_LIST **);
		void *address;
	} us = {.function = C_GetFunctionList};

	if (!dladdr(us.address, &where) || !where.dli_fname || !realpath(where.dli_fname, path))
		return antin_fail(err, ANTIN_E_INTERNAL, N_("the library cannot find itself"));
	return ANTIN_OK;
}

static EVP_PKEY *
take(PKCS11_CTX *ctx)
{
	PKCS11_SLOT *slots = NULL;
	PKCS11_KEY *keys = NULL;
	unsigned int n_slots = 0, n_keys = 0;

	if (PKCS11_enumerate_slots(ctx, &slots, &n_slots) != 0 || n_slots != 1 || !slots[0].token)
		return NULL;
	if (PKCS11_enumerate_keys(slots[0].token, &keys, &n_keys) != 0 || n_keys != 1)
		return NULL;
	return PKCS11_get_private_key(&keys[0]);
}

static enum antin_rc
lend_new(struct antin_key *key, size_t *slot, struct antin_err *err)
{
	char path[PATH_MAX];
	PKCS11_CTX *ctx;
	enum antin_rc rc = own_path(path, err);

	if (rc != ANTIN_OK)
		return rc;
	ctx = PKCS11_CTX_new();
	if (!ctx || PKCS11_CTX_load(ctx, path) != 0)
		return antin_fail_crypto(err, ANTIN_E_INTERNAL, N_("libp11 made no key"));
	rc = antin_facade_add(key, slot, err);
	if (rc != ANTIN_OK)
		return rc;
	lent[*slot] = take(ctx);
	if (lent[*slot])
		return ANTIN_OK;
	antin_facade_drop();
	return antin_fail_crypto(err, ANTIN_E_INTERNAL, N_("libp11 made no key"));
}

/* A key that was lent before is given again, and the second one freed. */
static enum antin_rc
lend(struct antin_key *key, EVP_PKEY **out, struct antin_err *err)
{
	size_t slot;
	bool again = antin_facade_find(key, &slot);
	enum antin_rc rc = again ? ANTIN_OK : lend_new(key, &slot, err);

	if (rc != ANTIN_OK)
		return rc;
	(void)EVP_PKEY_up_ref(lent[slot]);
	*out = lent[slot];
	if (again)
		antin_key_free(key);
	return ANTIN_OK;
}

enum antin_rc
antin_bridge_key(struct antin_key *key, unsigned int uses, EVP_PKEY **out, struct antin_err *err)
{
	enum antin_rc rc;

	if (!antin_key_is_token(key))
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("only keys on tokens are lent to OpenSSL"));
	rc = uses_check(key, uses, err);
	if (rc != ANTIN_OK)
		return rc;
	(void)pthread_mutex_lock(&lock);
	rc = lend(key, out, err);
	(void)pthread_mutex_unlock(&lock);
	return rc;
}

enum antin_rc
antin_bridge_failure(const EVP_PKEY *pkey, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	(void)pthread_mutex_lock(&lock);
	for (size_t i = 1; i <= ANTIN_FACADE_KEYS; i++)
		if (lent[i] && lent[i] == pkey)
			rc = antin_facade_failure(i, err);
	(void)pthread_mutex_unlock(&lock);
	return rc;
}
