/*
 * What a real module decrypts: RSA v1.5 and OAEP with every digest, ECDH on both curves; encrypted
 * and agreed by OpenSSL with the bare public key.  What the module's own list of mechanisms or the
 * key's own attributes leave out must be refused as that; a message that was touched never opens.
 * usage: decipher   with P11_MODULE, P11_TOKEN, P11_PIN, and P11_KEYS (else it makes keys)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <p11-kit/pkcs11.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <antin_p11.h>

#include "apart.h"

static const struct way {
	const char *name, *digest;
	enum antin_padding padding;
	enum antin_digest ours;
} ways[] = {
        {"v1.5", NULL, ANTIN_PADDING_V15, ANTIN_SHA256},
        {"OAEP SHA-1", "SHA1", ANTIN_PADDING_OAEP, ANTIN_SHA1},
        {"OAEP SHA-256", "SHA256", ANTIN_PADDING_OAEP, ANTIN_SHA256},
        {"OAEP SHA-384", "SHA384", ANTIN_PADDING_OAEP, ANTIN_SHA384},
        {"OAEP SHA-512", "SHA512", ANTIN_PADDING_OAEP, ANTIN_SHA512},
};
enum { WAYS = sizeof(ways) / sizeof(ways[0]), MESSAGE = 48 };

static unsigned int passed, failed, skipped;
static struct antin_token_mechanisms offer;
static struct antin_keystore *store;

static enum antin_rc
pin_get(void *user, const struct antin_pin_request *request, struct antin_bytes *pin,
        struct antin_err *err)
{
	(void)user;
	if (request->last_try)
		return antin_fail(err, ANTIN_E_PIN_LAST_TRY, "the last try is not for tests");
	antin_bytes_text(pin, getenv("P11_PIN"));
	return antin_bytes_check(pin, err);
}
static const struct antin_pin_source pins = {.get = pin_get};

static void
say(const char *key, const char *what, const char *result, const struct antin_err *err)
{
	char line[512] = "";

	if (err && err->rc != ANTIN_OK)
		(void)antin_err_line(err, NULL, line, sizeof(line));
	(void)printf("%-9s %-13s %s%s%s\n", key, what, result, *line ? ": " : "", line);
}

static bool
listed(CK_MECHANISM_TYPE type, bool derive)
{
	for (size_t i = 0; i < offer.n; i++)
		if (offer.items[i].type == type)
			return derive ? offer.items[i].derive : offer.items[i].decrypt;
	return false;
}

/* By the module's list and by the attribute of the key, once it was used. */
static bool
could(struct antin_key *k, const struct way *w)
{
	const struct antin_key_fact *f = antin_keystore_facts(store, k);
	const char *name = w ? "CKA_DECRYPT" : "CKA_DERIVE";

	for (; f && f->name; f++)
		if (strcmp(f->name, name) == 0 && f->value == 0)
			return false;
	if (!w)
		return listed(CKM_ECDH1_DERIVE, true);
	return listed(CKM_RSA_X_509, false) ||
	       listed(w->padding == ANTIN_PADDING_OAEP ? CKM_RSA_PKCS_OAEP : CKM_RSA_PKCS, false);
}

static EVP_PKEY *
plain_of(const struct antin_key *k)
{
	struct antin_slice spki = antin_public_spki(k->public_key);
	const unsigned char *p = spki.p;

	return d2i_PUBKEY(NULL, &p, (long)spki.len);
}

static bool
encrypt(const struct antin_key *k, const struct way *w, const uint8_t message[MESSAGE],
        struct antin_bytes *out)
{
	EVP_PKEY *plain = plain_of(k);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, plain, NULL);
	size_t len = 1024;
	uint8_t *to = antin_bytes_grow(out, len);
	bool good = to && EVP_PKEY_encrypt_init(ctx) == 1 &&
	            EVP_PKEY_CTX_set_rsa_padding(ctx, w->digest ? RSA_PKCS1_OAEP_PADDING
	                                                        : RSA_PKCS1_PADDING) == 1;

	if (good && w->digest)
		good = EVP_PKEY_CTX_set_rsa_oaep_md_name(ctx, w->digest, NULL) == 1 &&
		       EVP_PKEY_CTX_set_rsa_mgf1_md_name(ctx, w->digest, NULL) == 1;
	good = good && EVP_PKEY_encrypt(ctx, to, &len, message, MESSAGE) == 1;
	out->len = good ? len : 0;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(plain);
	return good;
}

/* A token may answer a touched message by an error or by other octets, never by the message. */
static bool
stays_shut(struct antin_key *k, const struct way *w, struct antin_bytes *sealed,
           const uint8_t message[MESSAGE])
{
	ANTIN_SCOPED(antin_bytes) opened = {.secret = true};
	struct antin_err err = {0};
	enum antin_rc rc;

	sealed->p[sealed->len - 1] ^= 1;
	rc = antin_token_decrypt(k, w->padding, w->ours, antin_bytes_slice(sealed), &opened, &err);
	if (rc == ANTIN_OK)
		return opened.len != MESSAGE || memcmp(opened.p, message, MESSAGE) != 0;
	return rc == ANTIN_E_DAMAGED;
}

static void
judge(struct antin_key *k, const struct way *w, const char *what, bool good, struct antin_err *err)
{
	const char *key = antin_public_name(k->public_key);

	if (good) {
		passed++;
		say(key, what, "ok", NULL);
	} else if (err->rc != ANTIN_OK && !could(k, w)) {
		skipped++;
		failed += err->rc != ANTIN_E_NO_MECHANISM;
		say(key, what, "not offered", err);
	} else {
		failed++;
		say(key, what, "FAILED", err);
		ERR_print_errors_fp(stdout);
	}
}

static void
open_row(struct antin_key *k, const struct way *w)
{
	ANTIN_SCOPED(antin_bytes) sealed = {0};
	ANTIN_SCOPED(antin_bytes) opened = {.secret = true};
	struct antin_err err = {0};
	uint8_t message[MESSAGE];
	bool good = antin_random(message, MESSAGE, &err) == ANTIN_OK &&
	            encrypt(k, w, message, &sealed) &&
	            antin_token_decrypt(k, w->padding, w->ours, antin_bytes_slice(&sealed), &opened,
	                                &err) == ANTIN_OK &&
	            opened.len == MESSAGE && memcmp(opened.p, message, MESSAGE) == 0 &&
	            stays_shut(k, w, &sealed, message);

	judge(k, w, w->name, good, &err);
}

/* With a key pair of OpenSSL's on the other side: both sides get the same secret. */
static void
agree_row(struct antin_key *k)
{
	ANTIN_SCOPED(antin_bytes) secret = {.secret = true};
	bool p256 = antin_public_type(k->public_key) == ANTIN_KEY_P256;
	EVP_PKEY *peer = EVP_EC_gen(p256 ? "P-256" : "P-384"), *plain = plain_of(k);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, peer, NULL);
	struct antin_err err = {0};
	uint8_t point[128], wanted[64];
	size_t n_point = 0, n = sizeof(wanted);
	bool good = EVP_PKEY_get_octet_string_param(peer, OSSL_PKEY_PARAM_PUB_KEY, point,
	                                            sizeof(point), &n_point) == 1 &&
	            EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, plain) == 1 &&
	            EVP_PKEY_derive(ctx, wanted, &n) == 1 &&
	            antin_token_agree(k, (struct antin_slice){point, n_point}, &secret, &err) ==
	                    ANTIN_OK &&
	            secret.len == n && memcmp(secret.p, wanted, n) == 0;

	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(peer);
	EVP_PKEY_free(plain);
	judge(k, NULL, "ECDH", good, &err);
}

static void
key_rows(struct antin_key *k)
{
	if (antin_public_type(k->public_key) != ANTIN_KEY_RSA)
		agree_row(k);
	for (size_t i = 0; antin_public_type(k->public_key) == ANTIN_KEY_RSA && i < WAYS; i++)
		open_row(k, &ways[i]);
	antin_key_free(k);
}

static void
made_keys(const char *token)
{
	static const char *const kinds[] = {"rsa2048", "rsa3072", "rsa4096", "p256", "p384"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		char label[32];
		struct antin_keygen spec = {0};
		struct antin_err err = {0};
		struct antin_key *k = NULL;
		enum antin_rc rc = antin_keygen_parse(kinds[i], &spec, &err);

		(void)snprintf(label, sizeof(label), "open-%s%s", kinds[i],
		               getenv("P11_APART") ? "-apart" : "");
		spec.label = label;
		spec.decrypts = true;
		if (rc == ANTIN_OK)
			rc = antin_keystore_generate(store, token, &spec, &k, &err);
		if (rc == ANTIN_OK) {
			key_rows(k);
			continue;
		}
		skipped++; /* matrix.c judges whether it may be missing */
		say(kinds[i], "", "not offered", &err);
	}
}

static void
found_keys(const char *uris)
{
	char list[1024], *rest = list;

	(void)snprintf(list, sizeof(list), "%s", uris);
	for (char *uri = strsep(&rest, " "); uri; uri = strsep(&rest, " ")) {
		struct antin_err err = {0};
		struct antin_key *k = NULL;

		if (antin_keystore_find(store, uri, &k, &err) == ANTIN_OK) {
			key_rows(k);
			continue;
		}
		failed++;
		say(uri, "", "FAILED", &err);
	}
}

int
main(void)
{
	const char *name = getenv("P11_MODULE"), *token = getenv("P11_TOKEN");
	const char *keys = getenv("P11_KEYS");
	ANTIN_SCOPED(antin_modules) modules = {0};
	ANTIN_OWN_S(antin_token) t = NULL;
	struct antin_err err = {0};

	apart();
	if (!name || !token || antin_modules_load(name, &modules, &err) != ANTIN_OK ||
	    antin_token_open(&modules, token, &t, &err) != ANTIN_OK ||
	    antin_token_mechanisms(t, &offer, &err) != ANTIN_OK ||
	    antin_keystore_pkcs11(name, &pins, &store, &err) != ANTIN_OK) {
		say("", "", "FAILED", &err);
		return 2;
	}
	if (keys)
		found_keys(keys);
	else
		made_keys(token);
	antin_keystore_free(store);
	antin_token_mechanisms_done(&offer);
	(void)printf("%u opened as OpenSSL sealed them, %u failed, %u not offered\n", passed,
	             failed, skipped);
	return failed || !passed;
}
