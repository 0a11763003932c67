/*
 * The key store of files: a key in PKCS#8 or PKCS#12, its certificate beside it.  See keystore.h.
 */
#include <antin/keystore.h>

#include <stdlib.h>
#include <sys/stat.h>

#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <antin/file.h>

#include "key_internal.h"

ANTIN_OWNER(PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free);
ANTIN_OWNER(X509_SIG, X509_SIG_free);

enum { KEY_FILE_MAX = 1024 * 1024, SALT = 16, ITERATIONS = 100000 };

static const char *
beside(const char *uri, struct antin_bytes *path)
{
	antin_bytes_printf(path, "%s.crt", uri);
	return antin_bytes_cstr(path);
}

static bool
exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* The certificates of KEY.crt, when there is one. */
static enum antin_rc
load_beside(const char *uri, struct antin_certs *found, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	const char *name = beside(uri, &path);

	if (!name)
		return antin_fail_memory(err);
	return exists(name) ? antin_certs_load(name, found, err) : ANTIN_OK;
}

/* Passes questions on and remembers that there was one. */
struct watched {
	struct antin_pin_source source;
	const struct antin_pin_source *real;
	bool asked;
};

static enum antin_rc
watched_get(void *user, const struct antin_pin_request *request, struct antin_bytes *pin,
            struct antin_err *err)
{
	struct watched *w = user;

	w->asked = true;
	return w->real->get(w->real->user, request, pin, err);
}

/* A key that needs no passphrase is as safe as its file: said when others can read that. */
static void
warn_open(const struct watched *w, const char *uri)
{
	struct stat st;

	if (w->asked || !w->real || !w->real->notice || stat(uri, &st) != 0 || !(st.st_mode & 077))
		return;
	w->real->notice(w->real->user,
	                N_("The key file has no passphrase and others can read it; set its mode to "
	                   "0600."));
}

static enum antin_rc
file_find(struct antin_keystore *s, const char *uri, struct antin_key **out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) bytes = {.secret = true};
	ANTIN_SCOPED(antin_certs) found = {0};
	ANTIN_OWN(EVP_PKEY) pkey = NULL;
	ANTIN_OWN_S(antin_key) k = NULL;
	struct watched w = {.source = {.get = watched_get, .user = &w}, .real = s->pins};
	enum antin_rc rc = antin_file_read(uri, KEY_FILE_MAX, &bytes, err);

	if (rc == ANTIN_OK)
		rc = antin_pkey_read(antin_bytes_slice(&bytes), uri, w.real ? &w.source : NULL,
		                     &pkey, &found, err);
	if (rc == ANTIN_OK)
		rc = load_beside(uri, &found, err);
	if (rc == ANTIN_OK)
		rc = antin_key_of_pkey(pkey, uri, &k, err);
	if (rc == ANTIN_OK)
		rc = antin_key_chain(k, &found, err);
	if (rc != ANTIN_OK) {
		antin_err_set_file(err, uri);
		return rc;
	}
	warn_open(&w, uri);
	*out = ANTIN_TAKE(k);
	return ANTIN_OK;
}

/* A passphrase for a new file; left empty when none is to be had. */
static enum antin_rc
new_passphrase(const struct antin_pin_source *pins, const char *uri, struct antin_bytes *pin,
               struct antin_err *err)
{
	struct antin_pin_request request = {.why = ANTIN_PIN_NEW,
	                                    .label = uri,
	                                    .serial = "",
	                                    .tries_left = -1};
	struct antin_err asking = {0};
	enum antin_rc rc;

	if (!pins)
		return ANTIN_OK;
	rc = pins->get(pins->user, &request, pin, &asking);
	if (rc == ANTIN_OK || rc == ANTIN_E_PIN_NEEDED)
		return ANTIN_OK;
	if (err)
		*err = asking;
	return rc;
}

/* PBES2 with AES-256 and PBKDF2 by HMAC-SHA-256 (RFC 8018). */
static enum antin_rc
seal(PKCS8_PRIV_KEY_INFO *info, const struct antin_bytes *pin, struct antin_bytes *pem,
     struct antin_err *err)
{
	ANTIN_OWN(X509_SIG) sealed = NULL;
	unsigned char salt[SALT], *der = NULL;
	enum antin_rc rc = antin_random(salt, sizeof(salt), err);
	int len;

	if (rc != ANTIN_OK)
		return rc;
	sealed = PKCS8_encrypt(-1, EVP_aes_256_cbc(), (const char *)pin->p, (int)pin->len, salt,
	                       SALT, ITERATIONS, info);
	len = sealed ? i2d_X509_SIG(sealed, &der) : -1;
	if (len <= 0)
		return antin_fail_crypto(err, ANTIN_E_INTERNAL, "the encrypted key");
	antin_pem_add(pem, "ENCRYPTED PRIVATE KEY", (struct antin_slice){der, (size_t)len});
	OPENSSL_free(der);
	return antin_bytes_check(pem, err);
}

static enum antin_rc
encode(EVP_PKEY *pkey, const struct antin_bytes *pin, struct antin_bytes *pem,
       struct antin_err *err)
{
	ANTIN_OWN(PKCS8_PRIV_KEY_INFO) info = EVP_PKEY2PKCS8(pkey);
	ANTIN_SCOPED(antin_bytes) der = {.secret = true};
	unsigned char *p;
	int len;

	if (!info)
		return antin_fail_crypto(err, ANTIN_E_INTERNAL, "the new key");
	if (pin->len > 0)
		return seal(info, pin, pem, err);
	len = i2d_PKCS8_PRIV_KEY_INFO(info, NULL);
	p = len > 0 ? antin_bytes_grow(&der, (size_t)len) : NULL;
	if (!p || i2d_PKCS8_PRIV_KEY_INFO(info, &p) != len)
		return antin_fail_crypto(err, ANTIN_E_INTERNAL, "the new key");
	antin_pem_add(pem, "PRIVATE KEY", antin_bytes_slice(&der));
	return antin_bytes_check(pem, err);
}

static enum antin_rc
file_generate(struct antin_keystore *s, const char *uri, const struct antin_keygen *spec,
              struct antin_key **out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) pin = {.secret = true};
	ANTIN_SCOPED(antin_bytes) pem = {.secret = true};
	ANTIN_OWN(EVP_PKEY) pkey = NULL;
	ANTIN_OWN_S(antin_key) k = NULL;
	enum antin_rc rc;

	/* Before the passphrase is asked; the writing itself refuses too. */
	if (exists(uri)) {
		antin_err_set_file(err, uri);
		return antin_fail(err, ANTIN_E_EXISTS, N_("%s exists already"), uri);
	}
	rc = new_passphrase(s->pins, uri, &pin, err);
	if (rc == ANTIN_OK)
		rc = antin_pkey_generate(spec, &pkey, err);
	if (rc == ANTIN_OK)
		rc = antin_key_of_pkey(pkey, uri, &k, err);
	if (rc == ANTIN_OK)
		rc = encode(pkey, &pin, &pem, err);
	if (rc == ANTIN_OK)
		rc = antin_file_write(uri, antin_bytes_slice(&pem), ANTIN_OUTPUT_PRIVATE, err);
	if (rc == ANTIN_OK)
		*out = ANTIN_TAKE(k);
	return rc;
}

static const struct antin_key_fact *
file_facts(struct antin_keystore *s, const struct antin_key *k)
{
	static const struct antin_key_fact facts[] = {{"CKA_SENSITIVE", 0},
	                                              {"CKA_EXTRACTABLE", 1},
	                                              {"CKA_NEVER_EXTRACTABLE", 0},
	                                              {NULL, -1}};

	(void)s;
	(void)k;
	return facts;
}

/* New certificate first, then those of KEY.crt that belong to other keys: its issuers. */
static enum antin_rc
join(const struct antin_certs *old, const struct antin_cert *cert, const struct antin_key *k,
     struct antin_bytes *pem)
{
	antin_pem_add(pem, "CERTIFICATE", cert->der);
	for (size_t i = 0; i < old->n; i++)
		if (!antin_slice_equal(old->items[i]->spki, antin_public_spki(k->public_key)))
			antin_pem_add(pem, "CERTIFICATE", old->items[i]->der);
	return pem->failed ? ANTIN_E_MEMORY : ANTIN_OK;
}

static bool
of_key(const struct antin_certs *l, const struct antin_key *k)
{
	for (size_t i = 0; i < l->n; i++)
		if (antin_slice_equal(l->items[i]->spki, antin_public_spki(k->public_key)))
			return true;
	return false;
}

static enum antin_rc
file_store(struct antin_keystore *s, const char *uri, struct antin_cert *cert,
           struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	ANTIN_SCOPED(antin_bytes) pem = {0};
	ANTIN_SCOPED(antin_certs) old = {0};
	ANTIN_OWN_S(antin_key) k = NULL;
	const char *name = beside(uri, &path);
	enum antin_rc rc = file_find(s, uri, &k, err);

	if (rc != ANTIN_OK)
		return rc;
	if (!antin_slice_equal(cert->spki, antin_public_spki(k->public_key)))
		return antin_fail(err, ANTIN_E_KEY_MISMATCH,
		                  N_("the certificate does not belong to the key %s"), uri);
	if (name && exists(name)) {
		rc = antin_certs_load(name, &old, err);
		/* A file that is not about this key is somebody else's: never overwritten. */
		if (rc == ANTIN_OK && !of_key(&old, k))
			rc = antin_fail(err, ANTIN_E_EXISTS, N_("%s holds another certificate"),
			                name);
		if (rc != ANTIN_OK)
			return rc;
	}
	if (!name || join(&old, cert, k, &pem) != ANTIN_OK)
		return antin_fail_memory(err);
	return antin_file_write(name, antin_bytes_slice(&pem), ANTIN_OUTPUT_REPLACE, err);
}

static void
file_free(struct antin_keystore *s)
{
	free(s);
}

enum antin_rc
antin_keystore_file(const struct antin_pin_source *pins, struct antin_keystore **out,
                    struct antin_err *err)
{
	static const struct antin_keystore_ops ops = {"file",     file_find,  file_generate,
	                                              file_facts, file_store, file_free};
	struct antin_keystore *s = calloc(1, sizeof(*s));

	if (!s)
		return antin_fail_memory(err);
	s->ops = &ops;
	s->pins = pins;
	*out = s;
	return ANTIN_OK;
}
