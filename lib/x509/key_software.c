/*
 * Keys in this process's memory: generated or read from a file, signing by OpenSSL.  See
 * keystore.h.
 */
#include <antin/file.h>
#include <antin/keystore.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "key_internal.h"

struct software_key {
	struct antin_key base;
	EVP_PKEY *pkey;
};

static enum antin_rc
software_sign(struct antin_key *k, struct antin_sigalg a, struct antin_slice digest,
              struct antin_bytes *signature, struct antin_err *err)
{
	struct software_key *s = (struct software_key *)k;
	ANTIN_OWN(EVP_PKEY_CTX) ctx = EVP_PKEY_CTX_new_from_pkey(NULL, s->pkey, NULL);
	struct antin_sign_params params = {0};
	uint8_t made[1024];
	size_t len = sizeof(made);

	antin_sign_params(a, &params);
	if (!ctx || EVP_PKEY_sign_init_ex(ctx, params.list) != 1 ||
	    EVP_PKEY_sign(ctx, made, &len, digest.p, digest.len) != 1)
		return antin_fail_crypto(err, ANTIN_E_NO_MECHANISM, antin_sigalg_name(a));
	antin_bytes_add(signature, made, len);
	return antin_bytes_check(signature, err);
}

static void
software_free(struct antin_key *k)
{
	struct software_key *s = (struct software_key *)k;

	EVP_PKEY_free(s->pkey);
	free(s);
}

static const struct antin_key_ops software_ops = {"software", software_sign, software_free};

/* The public half, through the same strict reader as everybody's. */
static enum antin_rc
public_of(EVP_PKEY *pkey, struct antin_public **out, struct antin_err *err)
{
	const char *kind = EVP_PKEY_get0_type_name(pkey);
	unsigned char *der = NULL;
	enum antin_rc rc;
	int len;

	if (!EVP_PKEY_is_a(pkey, "RSA") && !EVP_PKEY_is_a(pkey, "EC"))
		return antin_fail(err, ANTIN_E_UNSUPPORTED,
		                  N_("keys of the kind %s are not supported"), kind ? kind : "?");
	len = i2d_PUBKEY(pkey, &der);
	if (len <= 0)
		return antin_fail_crypto(err, ANTIN_E_FORMAT, "the public half of the key");
	rc = antin_public_read((struct antin_slice){der, (size_t)len}, out, err);
	OPENSSL_free(der);
	return rc;
}

enum antin_rc
antin_key_of_pkey(EVP_PKEY *pkey, const char *uri, struct antin_key **out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_key) k = NULL;
	struct software_key *s = calloc(1, sizeof(*s));
	enum antin_rc rc;

	if (!s)
		return antin_fail_memory(err);
	k = (struct antin_key *)s;
	k->ops = &software_ops;
	rc = public_of(pkey, &k->public_key, err);
	if (rc != ANTIN_OK)
		return rc;
	(void)EVP_PKEY_up_ref(pkey);
	s->pkey = pkey;
	(void)snprintf(k->label, sizeof(k->label), "%s", antin_path_name(uri));
	(void)snprintf(k->uri, sizeof(k->uri), "%s", uri);
	*out = ANTIN_TAKE(k);
	return ANTIN_OK;
}

enum antin_rc
antin_pkey_generate(const struct antin_keygen *spec, EVP_PKEY **out, struct antin_err *err)
{
	EVP_PKEY *pkey;

	if (spec->type == ANTIN_KEY_RSA)
		pkey = EVP_RSA_gen(spec->rsa_bits);
	else
		pkey = EVP_EC_gen(spec->type == ANTIN_KEY_P256 ? "P-256" : "P-384");
	if (!pkey)
		return antin_fail_crypto(err, ANTIN_E_INTERNAL, "a new key");
	*out = pkey;
	return ANTIN_OK;
}

static bool
certified(struct antin_cert *c, const struct antin_public *key)
{
	return antin_slice_equal(c->spki, antin_public_spki(key));
}

/* Several certificates of one key: the one that ends last is the one in use. */
static struct antin_cert *
own_in(const struct antin_certs *l, const struct antin_public *key)
{
	struct antin_cert *own = NULL;

	for (size_t i = 0; i < l->n; i++)
		if (certified(l->items[i], key) &&
		    (!own || l->items[i]->not_after > own->not_after))
			own = l->items[i];
	return own;
}

enum antin_rc
antin_key_chain(struct antin_key *k, const struct antin_certs *found, struct antin_err *err)
{
	struct antin_cert *c = own_in(found, k->public_key), *issuer;

	if (!c)
		return ANTIN_OK;
	k->chain = calloc(found->n, sizeof(struct antin_cert *));
	if (!k->chain)
		return antin_fail_memory(err);
	while (c && k->n_chain < found->n) {
		k->chain[k->n_chain++] = antin_cert_ref(c);
		issuer = antin_cert_self_issued(c) ? NULL : antin_certs_issuer(found, c);
		c = issuer == c ? NULL : issuer;
	}
	return ANTIN_OK;
}
