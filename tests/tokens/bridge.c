/*
 * Token keys that OpenSSL holds: every use that the bridge is for, judged by the plain public key
 * or by another program (openssl s_server, openssl cmp), before and after what tokens go through.
 * Linked with libantin_p11.so as a stranger's program would be.
 *
 * usage: bridge DIR WORD...   with P11_MODULE, P11_TOKEN, P11_PIN; DIR/ca.key, DIR/ca.crt
 *   words: the name of a check, or tls=PORT, cmp.KEY=PORT for the servers that the checks need
 * Keys "rsa", "p256" and "p384" are made where the token can make them; DIR/KEY.crt are their
 * certificates.  What the token does not offer is told by the bridge's own word.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "bridge.h"

struct lent lent[BRIDGE_KEYS] = {
        {.name = "rsa", .type = "rsa2048", .decrypts = true},
        {.name = "p256", .type = "p256"},
        {.name = "p384", .type = "p384", .decrypts = true},
        {.name = "each-time"}, /* made by the script, if at all */
};
const char *bridge_dir, *bridge_module, *bridge_pin;
unsigned int bridge_asked, bridge_tls_port;
X509 *bridge_ca;
static const char *token;
static EVP_PKEY *ca_key;
static unsigned int passed, failed;
static struct antin_keystore *store;

static enum antin_rc
pin_get(void *user, const struct antin_pin_request *request, struct antin_bytes *pin,
        struct antin_err *err)
{
	(void)user;
	if (request->last_try)
		return antin_fail(err, ANTIN_E_PIN_LAST_TRY, "the last try is not for tests");
	bridge_asked++;
	antin_bytes_text(pin, bridge_pin);
	return antin_bytes_check(pin, err);
}
static const struct antin_pin_source pins = {.get = pin_get};

const char *
bridge_path(const char *name, const char *end)
{
	static char text[512];

	(void)snprintf(text, sizeof(text), "%s/%s.%s", bridge_dir, name, end);
	return text;
}

bool
bridge_say(const char *what, const struct lent *l, bool good)
{
	struct antin_err err = {0};
	char line[512];

	(void)printf("%-6s %s %s\n", good ? "ok" : "FAILED", what, l ? l->name : "");
	passed += good;
	failed += !good;
	if (!good && l && antin_bridge_failure(l->key, &err) != ANTIN_OK)
		(void)printf("    %s\n", antin_err_line(&err, NULL, line, sizeof(line)));
	if (!good)
		ERR_print_errors_fp(stdout);
	ERR_clear_error();
	return good;
}

/* ---- keys and certificates ---- */

static void *
read_pem(const char *name, const char *end, bool key)
{
	FILE *f = fopen(bridge_path(name, end), "r");
	void *out = NULL;

	if (!f)
		return NULL;
	if (key)
		out = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	else
		out = PEM_read_X509(f, NULL, NULL, NULL);
	(void)fclose(f);
	return out;
}

static void
add_ext(X509 *x, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;

	X509V3_set_ctx(&ctx, bridge_ca, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	if (e)
		(void)X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
}

/* By the authority in software; kept in DIR for other programs and the next run. */
static X509 *
certify(const struct lent *l)
{
	X509 *x = X509_new();
	FILE *f;

	(void)X509_set_version(x, X509_VERSION_3);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(x), 100 + (long)(l - lent));
	(void)X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	(void)X509_gmtime_adj(X509_getm_notAfter(x), 864000);
	(void)X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
	                                 (const unsigned char *)l->name, -1, -1, 0);
	(void)X509_set_issuer_name(x, X509_get_subject_name(bridge_ca));
	(void)X509_set_pubkey(x, l->plain);
	add_ext(x, NID_subject_key_identifier, "hash");
	add_ext(x, NID_authority_key_identifier, "keyid");
	add_ext(x, NID_key_usage, "digitalSignature,keyEncipherment,keyAgreement");
	add_ext(x, NID_ext_key_usage, "clientAuth,emailProtection");
	if (!X509_sign(x, ca_key, EVP_sha256()))
		return NULL;
	f = fopen(bridge_path(l->name, "crt"), "w");
	if (f) {
		(void)PEM_write_X509(f, x);
		(void)fclose(f);
	}
	return x;
}

bool
bridge_is_rsa(const struct lent *l)
{
	return EVP_PKEY_get_base_id(l->plain) == EVP_PKEY_RSA;
}

/* Of a token with keys of its own: the first three, in our order. */
static enum antin_rc
key_given(const struct lent *l, const char *given, struct antin_key **out, struct antin_err *err)
{
	char uri[256];

	if (!l->type)
		return antin_fail(err, ANTIN_E_NOT_FOUND, "the token has no such key");
	for (ptrdiff_t i = l - lent; *given && i > 0; given++)
		i -= *given == ' ';
	(void)snprintf(uri, sizeof(uri), "%.*s", (int)strcspn(given, " "), given);
	return antin_keystore_find(store, uri, out, err);
}

enum antin_rc
bridge_key_of(const struct lent *l, struct antin_key **out, struct antin_err *err)
{
	struct antin_keygen spec = {.label = l->name};
	char uri[256];
	const char *given = getenv("P11_KEYS");
	enum antin_rc rc;

	if (given)
		return key_given(l, given, out, err);
	(void)snprintf(uri, sizeof(uri), "%s;object=%s", token, l->name);
	rc = antin_keystore_find(store, uri, out, err);
	if (rc != ANTIN_E_NOT_FOUND || !l->type)
		return rc;
	antin_err_clear(err);
	rc = antin_keygen_parse(l->type, &spec, err);
	spec.label = l->name;
	spec.decrypts = l->decrypts;
	return rc == ANTIN_OK ? antin_keystore_generate(store, token, &spec, out, err) : rc;
}

static bool
each_time(const struct antin_key *k)
{
	const struct antin_key_fact *f = antin_keystore_facts(store, k);

	for (; f && f->name; f++)
		if (strcmp(f->name, "CKA_ALWAYS_AUTHENTICATE") == 0)
			return f->value == 1;
	return false;
}

/* What OpenSSL knows of it without the token. */
static void
know(struct lent *l, const struct antin_key *k)
{
	struct antin_slice spki = antin_public_spki(k->public_key);
	const unsigned char *p = spki.p;

	l->plain = d2i_PUBKEY(NULL, &p, (long)spki.len);
	l->cert = read_pem(l->name, "crt", false);
	if (!l->cert)
		l->cert = certify(l);
}

enum antin_rc
bridge_lend(struct lent *l, unsigned int uses, struct antin_err *err)
{
	struct antin_key *k = NULL;
	EVP_PKEY *got = NULL;
	enum antin_rc rc = bridge_key_of(l, &k, err);

	if (rc != ANTIN_OK)
		return rc;
	if (!l->plain)
		know(l, k);
	rc = antin_bridge_key(k, uses, &got, err);
	if (rc != ANTIN_OK) {
		antin_key_free(k);
		return rc;
	}
	if (!l->key) /* else `k` was freed: the bridge has it already */
		l->each_time = each_time(k);
	else if (got != l->key)
		(void)bridge_say("lent twice gives one key", l, false);
	EVP_PKEY_free(l->key);
	l->key = got;
	return ANTIN_OK;
}

bool
bridge_lent(struct lent *l, unsigned int uses)
{
	struct antin_err err = {0};
	char line[512];
	enum antin_rc rc = bridge_lend(l, uses, &err);

	if (rc == ANTIN_OK)
		return true;
	(void)printf("skipped %s: %s\n", l->name, antin_err_line(&err, NULL, line, sizeof(line)));
	failed += rc != ANTIN_E_NO_MECHANISM && rc != ANTIN_E_NOT_FOUND;
	return false;
}

/* ---- the run ---- */

static void
check_uses(void)
{
	unsigned int bad;

	(void)bridge_say("a stranger's certificate is refused by the server", NULL,
	                 bridge_server_judges());
	bad = bridge_table();
	passed++;
	failed += bad;
}

/* Only leaves the certificates in DIR. */
static void
check_none(void)
{
	struct antin_err err = {0};

	for (struct lent *l = lent; l < lent + BRIDGE_KEYS; l++) {
		antin_err_clear(&err);
		if (bridge_lend(l, 0, &err) != ANTIN_OK && err.rc != ANTIN_E_NO_MECHANISM &&
		    err.rc != ANTIN_E_NOT_FOUND)
			(void)bridge_lent(l, 0);
	}
	passed++;
}

static const struct {
	const char *name;
	void (*run)(void);
} checks[] = {
        {"none", check_none},
        {"uses", check_uses},
        {"threads", bridge_check_threads},
        {"fork", bridge_check_fork},
        {"wrong-pin", bridge_check_wrong_pin},
        {"refusals", bridge_check_refusals},
        {"no-raw-rsa", bridge_check_no_raw_rsa},
};

static bool
port(const char *word, const char *value)
{
	unsigned int n = (unsigned int)strtoul(value, NULL, 10);

	if (strncmp(word, "tls=", 4) == 0) {
		bridge_tls_port = n;
		return true;
	}
	for (struct lent *l = lent; l < lent + BRIDGE_KEYS; l++)
		if (strncmp(word, "cmp.", 4) == 0 &&
		    strncmp(word + 4, l->name, strlen(l->name)) == 0 &&
		    word[4 + strlen(l->name)] == '=') {
			l->cmp_port = n;
			return true;
		}
	return false;
}

static bool
run(const char *word)
{
	const char *value = strchr(word, '=');

	if (value)
		return port(word, value + 1);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (strcmp(checks[i].name, word) == 0) {
			checks[i].run();
			return true;
		}
	return false;
}

int
main(int argc, char **argv)
{
	struct antin_err err = {0};

	bridge_module = getenv("P11_MODULE");
	token = getenv("P11_TOKEN");
	bridge_pin = getenv("P11_PIN");
	if (argc < 3 || !bridge_module || !token || !bridge_pin ||
	    antin_keystore_pkcs11(bridge_module, &pins, &store, &err) != ANTIN_OK)
		return 2;
	bridge_dir = argv[1];
	ca_key = read_pem("ca", "key", true);
	bridge_ca = read_pem("ca", "crt", false);
	if (!ca_key || !bridge_ca)
		return 2;
	for (int i = 2; i < argc; i++)
		if (!run(argv[i]))
			return 2;
	for (struct lent *l = lent; l < lent + BRIDGE_KEYS; l++) {
		EVP_PKEY_free(l->key);
		EVP_PKEY_free(l->plain);
		X509_free(l->cert);
	}
	antin_keystore_free(store);
	EVP_PKEY_free(ca_key);
	X509_free(bridge_ca);
	return failed || !passed;
}
