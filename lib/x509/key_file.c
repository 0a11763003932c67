/*
 * Reading private keys: PKCS#8 (RFC 5958), plain or encrypted, and PKCS#12 (RFC 7292).  OpenSSL
 * decodes; this file decides what is asked, tried and taken.
 */
#include <antin/keystore.h>

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <antin/der.h>

#include "key_internal.h"

ANTIN_OWNER(PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free);
ANTIN_OWNER(X509_SIG, X509_SIG_free);
ANTIN_OWNER(PKCS12, PKCS12_free);

/* A key derivation slower than this is an attack, not a protection. */
enum { ITERATIONS_MAX = 10000000, ALGORITHM_DEPTH = 6 };

struct key_file {
	const char *uri;
	const struct antin_pin_source *pins;
	struct antin_certs *found;
	struct antin_err *err;
};

static enum antin_rc
wrong(const struct key_file *f)
{
	ERR_clear_error();
	return antin_fail(f->err, ANTIN_E_PIN_WRONG, N_("the passphrase of %s is wrong"), f->uri);
}

static enum antin_rc
ask(const struct key_file *f, struct antin_bytes *pin)
{
	struct antin_pin_request request = {.why = ANTIN_PIN_PASSPHRASE,
	                                    .label = f->uri,
	                                    .serial = "",
	                                    .tries_left = -1};
	enum antin_rc rc;

	pin->secret = true;
	if (!f->pins)
		return antin_fail(f->err, ANTIN_E_PIN_NEEDED,
		                  N_("the key file %s has a passphrase"), f->uri);
	rc = f->pins->get(f->pins->user, &request, pin, f->err);
	if (rc == ANTIN_OK && !antin_bytes_cstr(pin))
		rc = antin_fail_memory(f->err);
	/* HMAC takes zeros at the end for none, PKCS#12 ends at the first: no file is made so. */
	if (rc == ANTIN_OK && memchr(pin->p, 0, pin->len))
		rc = wrong(f);
	return rc;
}

static enum antin_rc
unreadable(const struct key_file *f)
{
	ERR_clear_error();
	return antin_fail(f->err, ANTIN_E_FORMAT, N_("%s is not a readable key file"), f->uri);
}

/* True if what failed is an algorithm that this machine's library does not have. */
static bool
lacks_algorithm(void)
{
	unsigned long e;
	bool lacks = false;

	while ((e = ERR_get_error()) != 0) {
		int reason = ERR_GET_REASON(e);

		if (reason == ERR_R_UNSUPPORTED)
			lacks = true;
		if (ERR_GET_LIB(e) == ERR_LIB_EVP &&
		    (reason == EVP_R_UNKNOWN_PBE_ALGORITHM || reason == EVP_R_UNSUPPORTED_CIPHER ||
		     reason == EVP_R_UNSUPPORTED_ALGORITHM || reason == EVP_R_UNSUPPORTED_PRF ||
		     reason == EVP_R_UNSUPPORTED_KEY_DERIVATION_FUNCTION))
			lacks = true;
	}
	return lacks;
}

static enum antin_rc
old_protection(const struct key_file *f)
{
	antin_err_set_hint(f->err, "openssl pkcs12 -legacy -in %s -nodes | openssl pkcs12 -export",
	                   f->uri);
	return antin_fail(f->err, ANTIN_E_UNSUPPORTED,
	                  N_("%s is protected by an old method that is no longer supported"),
	                  f->uri);
}

static enum antin_rc
several(const struct key_file *f)
{
	return antin_fail(f->err, ANTIN_E_AMBIGUOUS, N_("%s holds more than one key"), f->uri);
}

static enum antin_rc
take_info(const struct key_file *f, PKCS8_PRIV_KEY_INFO *info, EVP_PKEY **out)
{
	ANTIN_OWN(EVP_PKEY) pkey = EVP_PKCS82PKEY(info);

	if (!pkey)
		return unreadable(f);
	*out = ANTIN_TAKE(pkey);
	return ANTIN_OK;
}

static enum antin_rc
read_plain(const struct key_file *f, struct antin_slice der, EVP_PKEY **out)
{
	const unsigned char *p = der.p;
	ANTIN_OWN(PKCS8_PRIV_KEY_INFO) info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, (long)der.len);

	if (!info || p != der.p + der.len)
		return unreadable(f);
	return take_info(f, info, out);
}

/* False if some number of rounds in an AlgorithmIdentifier is above what is borne. */
static bool
rounds_bearable(struct antin_in in, unsigned int depth)
{
	struct antin_tlv e;

	while (antin_der_next(&in, &e)) {
		struct antin_in whole = antin_in_of(e.whole);
		uint64_t n;

		if (e.tag == ANTIN_INTEGER && !antin_der_uint(&whole, ITERATIONS_MAX, &n))
			return false;
		if ((e.tag & 0x20) &&
		    (depth == 0 || !rounds_bearable(antin_in_of(e.value), depth - 1)))
			return false;
	}
	return antin_der_end(&in);
}

static enum antin_rc
read_encrypted(const struct key_file *f, struct antin_slice der, EVP_PKEY **out)
{
	const unsigned char *p = der.p;
	ANTIN_OWN(X509_SIG) sealed = d2i_X509_SIG(NULL, &p, (long)der.len);
	struct antin_in in = antin_in_of(der), parts, algorithm;
	ANTIN_OWN(PKCS8_PRIV_KEY_INFO) info = NULL;
	ANTIN_SCOPED(antin_bytes) pin = {.secret = true};
	enum antin_rc rc;

	if (!sealed || p != der.p + der.len || !antin_der_enter(&in, ANTIN_SEQUENCE, &parts) ||
	    !antin_der_enter(&parts, ANTIN_SEQUENCE, &algorithm) ||
	    !rounds_bearable(algorithm, ALGORITHM_DEPTH))
		return unreadable(f);
	rc = ask(f, &pin);
	if (rc != ANTIN_OK)
		return rc;
	ERR_clear_error();
	info = PKCS8_decrypt(sealed, (const char *)pin.p, (int)pin.len);
	if (!info)
		return lacks_algorithm() ? old_protection(f) : wrong(f);
	return take_info(f, info, out);
}

/* OpenSSL's certificate into the list; one that our reader refuses is no reason to lose the key. */
static enum antin_rc
keep_x509(const struct key_file *f, X509 *x)
{
	ANTIN_OWN_S(antin_cert) c = NULL;
	unsigned char *der = NULL;
	int len = i2d_X509(x, &der);
	enum antin_rc rc = ANTIN_OK;

	if (len > 0 &&
	    antin_cert_read((struct antin_slice){der, (size_t)len}, &c, NULL) == ANTIN_OK)
		rc = antin_certs_add(f->found, c, f->err);
	OPENSSL_free(der);
	return rc;
}

static enum antin_rc
keep_all(const struct key_file *f, X509 *own, const STACK_OF(X509) * others)
{
	enum antin_rc rc = own ? keep_x509(f, own) : ANTIN_OK;

	for (int i = 0; rc == ANTIN_OK && i < sk_X509_num(others); i++)
		rc = keep_x509(f, sk_X509_value(others, i));
	return rc;
}

enum { BAGS_DEPTH = 4 };

/* The keys among bags; those deeper than BAGS_DEPTH count as too many. */
static unsigned int
keys_among(const STACK_OF(PKCS12_SAFEBAG) * bags, unsigned int depth)
{
	unsigned int n = 0;

	for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); i++) {
		const PKCS12_SAFEBAG *bag = sk_PKCS12_SAFEBAG_value(bags, i);
		int nid = PKCS12_SAFEBAG_get_nid(bag);

		if (nid == NID_keyBag || nid == NID_pkcs8ShroudedKeyBag)
			n++;
		else if (nid == NID_safeContentsBag)
			n += depth ? keys_among(PKCS12_SAFEBAG_get0_safes(bag), depth - 1) : 2;
	}
	return n;
}

/* How many keys there are: PKCS12_parse takes the first and says nothing of others. */
static unsigned int
keys_in(const PKCS12 *p12, const char *passphrase)
{
	STACK_OF(PKCS7) *safes = PKCS12_unpack_authsafes(p12);
	unsigned int n = 0;

	for (int i = 0; i < sk_PKCS7_num(safes); i++) {
		PKCS7 *safe = sk_PKCS7_value(safes, i);
		STACK_OF(PKCS12_SAFEBAG) *bags =
		        PKCS7_type_is_data(safe) ? PKCS12_unpack_p7data(safe)
		                                 : PKCS12_unpack_p7encdata(safe, passphrase, -1);

		n += keys_among(bags, BAGS_DEPTH);
		sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	}
	sk_PKCS7_pop_free(safes, PKCS7_free);
	ERR_clear_error();
	return n;
}

static enum antin_rc
open_pkcs12(const struct key_file *f, PKCS12 *p12, const char *passphrase, EVP_PKEY **out)
{
	ANTIN_OWN(EVP_PKEY) pkey = NULL;
	STACK_OF(X509) *others = NULL;
	X509 *own = NULL;
	enum antin_rc rc;

	ERR_clear_error();
	if (PKCS12_parse(p12, passphrase, &pkey, &own, &others) != 1) {
		if (lacks_algorithm())
			return old_protection(f);
		return unreadable(f);
	}
	rc = keep_all(f, own, others);
	X509_free(own);
	sk_X509_pop_free(others, X509_free);
	if (rc == ANTIN_OK && !pkey)
		rc = antin_fail(f->err, ANTIN_E_NOT_FOUND, N_("%s holds no private key"), f->uri);
	if (rc == ANTIN_OK && keys_in(p12, passphrase) > 1)
		rc = several(f);
	if (rc == ANTIN_OK)
		*out = ANTIN_TAKE(pkey);
	return rc;
}

static bool
bearable(const PKCS12 *p12)
{
	const ASN1_INTEGER *iterations = NULL;
	int64_t n = 1;

	PKCS12_get0_mac(NULL, NULL, NULL, &iterations, p12);
	return !iterations ||
	       (ASN1_INTEGER_get_int64(&n, iterations) == 1 && n >= 1 && n <= ITERATIONS_MAX);
}

static enum antin_rc
read_pkcs12(const struct key_file *f, struct antin_slice der, EVP_PKEY **out)
{
	const unsigned char *p = der.p;
	ANTIN_OWN(PKCS12) p12 = d2i_PKCS12(NULL, &p, (long)der.len);
	ANTIN_SCOPED(antin_bytes) pin = {.secret = true};
	enum antin_rc rc;

	if (!p12 || p != der.p + der.len || !bearable(p12))
		return unreadable(f);
	if (!PKCS12_mac_present(p12))
		return antin_fail(f->err, ANTIN_E_UNSUPPORTED,
		                  N_("%s has no integrity check and is not taken"), f->uri);
	/* No passphrase and an empty one give different keys; both are "none" to a person. */
	if (PKCS12_verify_mac(p12, NULL, 0) == 1)
		return open_pkcs12(f, p12, NULL, out);
	if (PKCS12_verify_mac(p12, "", 0) == 1)
		return open_pkcs12(f, p12, "", out);
	rc = ask(f, &pin);
	if (rc != ANTIN_OK)
		return rc;
	ERR_clear_error();
	if (PKCS12_verify_mac(p12, (const char *)pin.p, (int)pin.len) != 1)
		return lacks_algorithm() ? old_protection(f) : wrong(f);
	return open_pkcs12(f, p12, (const char *)pin.p, out);
}

/* Which of the three the DER is, by its first element (RFC 5958 2, 3; RFC 7292 4). */
static enum antin_rc
read_der(const struct key_file *f, struct antin_slice der, EVP_PKEY **out)
{
	struct antin_in in = antin_in_of(der), sequence;
	uint64_t version = 0;

	if (!antin_der_enter(&in, ANTIN_SEQUENCE, &sequence))
		return unreadable(f);
	if (antin_der_peek(&sequence, ANTIN_SEQUENCE))
		return read_encrypted(f, der, out);
	if (!antin_der_uint(&sequence, 3, &version))
		return unreadable(f);
	return version == 3 ? read_pkcs12(f, der, out) : read_plain(f, der, out);
}

static enum antin_rc
keep_der(const struct key_file *f, struct antin_slice der)
{
	ANTIN_OWN_S(antin_cert) c = NULL;
	enum antin_rc rc = antin_cert_read(der, &c, f->err);

	if (rc == ANTIN_OK)
		rc = antin_certs_add(f->found, c, f->err);
	return rc;
}

static enum antin_rc
read_pem_block(const struct key_file *f, struct antin_slice label, struct antin_slice der,
               EVP_PKEY **out)
{
	if (antin_slice_is(label, "CERTIFICATE"))
		return keep_der(f, der);
	if (*out)
		return several(f);
	if (antin_slice_is(label, "PRIVATE KEY"))
		return read_plain(f, der, out);
	if (antin_slice_is(label, "ENCRYPTED PRIVATE KEY"))
		return read_encrypted(f, der, out);
	antin_err_set_hint(f->err, "openssl pkcs8 -topk8 -in %s -out KEY.pem", f->uri);
	return antin_fail(f->err, ANTIN_E_UNSUPPORTED, N_("%s is not a PKCS#8 or PKCS#12 key file"),
	                  f->uri);
}

static enum antin_rc
read_pem(const struct key_file *f, struct antin_slice bytes, EVP_PKEY **out)
{
	struct antin_in in = antin_in_of(bytes);
	ANTIN_OWN(EVP_PKEY) pkey = NULL;
	enum antin_rc rc = ANTIN_OK;
	bool found = true;

	while (rc == ANTIN_OK && found) {
		ANTIN_SCOPED(antin_bytes) der = {.secret = true};
		struct antin_slice label;

		rc = antin_pem_next(&in, &label, &der, &found, f->err);
		if (rc == ANTIN_OK && found)
			rc = read_pem_block(f, label, antin_bytes_slice(&der), &pkey);
	}
	if (rc == ANTIN_OK && !pkey)
		rc = antin_fail(f->err, ANTIN_E_NOT_FOUND, N_("%s holds no private key"), f->uri);
	if (rc == ANTIN_OK)
		*out = ANTIN_TAKE(pkey);
	return rc;
}

enum antin_rc
antin_pkey_read(struct antin_slice bytes, const char *uri, const struct antin_pin_source *pins,
                EVP_PKEY **out, struct antin_certs *found, struct antin_err *err)
{
	struct key_file f = {.uri = uri, .pins = pins, .found = found, .err = err};

	if (bytes.len == 0)
		return antin_fail(err, ANTIN_E_EMPTY, N_("%s is empty"), uri);
	if (bytes.p[0] == 0x30)
		return read_der(&f, bytes, out);
	if (antin_pem_looks(bytes))
		return read_pem(&f, bytes, out);
	return unreadable(&f);
}
