/*
 * Token keys that OpenSSL holds: every use that the bridge is for, judged by the plain public key
 * or by another program (openssl s_server, openssl cmp).  Linked with libantin_p11.so as a
 * stranger's program would be.
 *
 * usage: bridge DIR CHECK[=PORT]...   with P11_MODULE, P11_TOKEN, P11_PIN; DIR/ca.key, DIR/ca.crt
 * Keys "rsa", "p256" and "p384" are made where the token can make them; DIR/KEY.crt are their
 * certificates.  What the token does not offer is skipped by the bridge's own word.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <p11-kit/pkcs11.h>

#include <curl/curl.h>
#include <openssl/cmp.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <antin_bridge.h>

enum { KEYS = 4 };
static struct lent {
	const char *name, *type;
	bool decrypts; /* asked for when it is made */
	EVP_PKEY *key, *plain;
	X509 *cert;
} lent[KEYS] = {
        {"rsa", "rsa2048", true, NULL, NULL, NULL},
        {"p256", "p256", false, NULL, NULL, NULL},
        {"p384", "p384", true, NULL, NULL, NULL},
        {"each-time", NULL, false, NULL, NULL, NULL}, /* made by the script, if at all */
};
static const char *dir, *module_name, *token;
static EVP_PKEY *ca_key;
static X509 *ca;
static unsigned int asked, passed, failed, skipped;
static const char *pin_text;
static struct antin_keystore *store;

static enum antin_rc
pin_get(void *user, const struct antin_pin_request *request, struct antin_bytes *pin,
        struct antin_err *err)
{
	(void)user;
	if (request->last_try)
		return antin_fail(err, ANTIN_E_PIN_LAST_TRY, "the last try is not for tests");
	asked++;
	antin_bytes_text(pin, pin_text);
	return antin_bytes_check(pin, err);
}
static const struct antin_pin_source pins = {.get = pin_get};

static const char *
path(const char *name, const char *end)
{
	static char text[512];

	(void)snprintf(text, sizeof(text), "%s/%s.%s", dir, name, end);
	return text;
}

static bool
say(const char *what, const struct lent *l, bool good)
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
	FILE *f = fopen(path(name, end), "r");
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

	X509V3_set_ctx(&ctx, ca, x, NULL, NULL, 0);
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
	(void)X509_set_issuer_name(x, X509_get_subject_name(ca));
	(void)X509_set_pubkey(x, l->plain);
	add_ext(x, NID_subject_key_identifier, "hash");
	add_ext(x, NID_authority_key_identifier, "keyid");
	add_ext(x, NID_key_usage, "digitalSignature,keyEncipherment,keyAgreement");
	add_ext(x, NID_ext_key_usage, "clientAuth,emailProtection");
	if (!X509_sign(x, ca_key, EVP_sha256()))
		return NULL;
	f = fopen(path(l->name, "crt"), "w");
	if (f) {
		(void)PEM_write_X509(f, x);
		(void)fclose(f);
	}
	return x;
}

static enum antin_rc
key_of(const struct lent *l, struct antin_key **out, struct antin_err *err)
{
	struct antin_keygen spec = {.label = l->name};
	char uri[256];
	const char *given = getenv("P11_KEYS");
	enum antin_rc rc;

	if (given) { /* of a token with keys of its own: the first three, in our order */
		for (ptrdiff_t i = l - lent; *given && i > 0; given++)
			i -= *given == ' ';
		(void)snprintf(uri, sizeof(uri), "%.*s", (int)strcspn(given, " "), given);
		return antin_keystore_find(store, uri, out, err);
	}
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

/* Lends the key for these uses; false, with the reason, when the token cannot do them. */
static bool
lend(struct lent *l, unsigned int uses)
{
	struct antin_err err = {0};
	struct antin_key *k = NULL;
	EVP_PKEY *got = NULL;
	char line[512];
	enum antin_rc rc = key_of(l, &k, &err);
	struct antin_slice spki;
	const unsigned char *p;

	if (rc == ANTIN_OK && !l->plain) {
		spki = antin_public_spki(k->public_key);
		p = spki.p;
		l->plain = d2i_PUBKEY(NULL, &p, (long)spki.len);
	}
	if (rc == ANTIN_OK)
		rc = antin_bridge_key(k, uses, &got, &err);
	if (rc != ANTIN_OK) {
		antin_key_free(k);
		skipped++;
		(void)printf("skipped %s: %s\n", l->name,
		             antin_err_line(&err, NULL, line, sizeof(line)));
		if (rc != ANTIN_E_NO_MECHANISM && rc != ANTIN_E_NOT_FOUND)
			failed++;
		return false;
	}
	if (l->key && got != l->key) {
		(void)printf("FAILED %s: lent twice, two keys\n", l->name);
		failed++;
	}
	EVP_PKEY_free(l->key);
	l->key = got;
	if (!l->cert)
		l->cert = read_pem(l->name, "crt", false);
	if (!l->cert)
		l->cert = certify(l);
	return true;
}

static bool
is_rsa(const struct lent *l)
{
	return EVP_PKEY_get_base_id(l->plain) == EVP_PKEY_RSA;
}

/* ---- signatures ---- */

static bool
sign_one(const struct lent *l, const EVP_MD *md, bool pss)
{
	static const unsigned char text[] = "kính gửi";
	unsigned char sig[1024];
	size_t len = sizeof(sig);
	EVP_MD_CTX *m = EVP_MD_CTX_new(), *v = EVP_MD_CTX_new();
	EVP_PKEY_CTX *a = NULL, *b = NULL;
	bool good = EVP_DigestSignInit(m, &a, md, NULL, l->key) == 1 &&
	            EVP_DigestVerifyInit(v, &b, md, NULL, l->plain) == 1;

	if (good && pss)
		good = EVP_PKEY_CTX_set_rsa_padding(a, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_rsa_padding(b, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(a, RSA_PSS_SALTLEN_DIGEST) == 1;
	good = good && EVP_DigestSignUpdate(m, text, sizeof(text)) == 1 &&
	       EVP_DigestSignFinal(m, sig, &len) == 1 &&
	       EVP_DigestVerify(v, sig, len, text, sizeof(text)) == 1;
	EVP_MD_CTX_free(m);
	EVP_MD_CTX_free(v);
	return good;
}

static bool
sign_request(const struct lent *l)
{
	X509_REQ *r = X509_REQ_new();
	bool good = X509_REQ_set_pubkey(r, l->plain) == 1 &&
	            X509_REQ_sign(r, l->key, EVP_sha256()) > 0 && X509_REQ_verify(r, l->plain) == 1;

	X509_REQ_free(r);
	return good;
}

static bool
sign_cms(const struct lent *l)
{
	BIO *in = BIO_new_mem_buf("van ban", 7), *again = BIO_new_mem_buf("van ban", 7);
	CMS_ContentInfo *c = CMS_sign(l->cert, l->key, NULL, in, CMS_DETACHED | CMS_BINARY);
	X509_STORE *trust = X509_STORE_new();
	bool good = X509_STORE_add_cert(trust, ca) == 1 && c &&
	            CMS_verify(c, NULL, trust, again, NULL, CMS_DETACHED | CMS_BINARY) == 1;

	X509_STORE_free(trust);
	CMS_ContentInfo_free(c);
	BIO_free(in);
	BIO_free(again);
	return good;
}

static void
check_sign(unsigned int port)
{
	static const char *const digests[] = {"SHA256", "SHA384", "SHA512"};

	(void)port;
	for (struct lent *l = lent; l < lent + KEYS; l++) {
		if (!lend(l, ANTIN_BRIDGE_SIGN))
			continue;
		(void)say("EVP_PKEY_eq, X509_check_private_key", l,
		          EVP_PKEY_eq(l->key, l->plain) == 1 &&
		                  X509_check_private_key(l->cert, l->key) == 1);
		for (size_t i = 0; i < 3; i++)
			(void)say(digests[i], l,
			          sign_one(l, EVP_get_digestbyname(digests[i]), false));
		(void)say("X509_REQ_sign", l, sign_request(l));
		(void)say("CMS_sign", l, sign_cms(l));
		if (!is_rsa(l) || !lend(l, ANTIN_BRIDGE_PSS))
			continue;
		for (size_t i = 0; i < 3; i++)
			(void)say("PSS", l, sign_one(l, EVP_get_digestbyname(digests[i]), true));
	}
}

/* ---- TLS with a client certificate that the server wants ---- */

static SSL_CTX *
client_context(const struct lent *l, int version)
{
	SSL_CTX *c = SSL_CTX_new(TLS_client_method());
	bool good = c && SSL_CTX_set_min_proto_version(c, version) == 1 &&
	            SSL_CTX_set_max_proto_version(c, version) == 1 &&
	            SSL_CTX_load_verify_locations(c, path("ca", "crt"), NULL) == 1 &&
	            SSL_CTX_use_certificate(c, l->cert) == 1 &&
	            SSL_CTX_use_PrivateKey(c, l->key) == 1 && SSL_CTX_check_private_key(c) == 1;

	SSL_CTX_set_verify(c, SSL_VERIFY_PEER, NULL);
	if (good)
		return c;
	SSL_CTX_free(c);
	return NULL;
}

/* In TLS 1.3 the server's refusal comes with the first read. */
static bool
tls_talk(const struct lent *l, int version, unsigned int port)
{
	SSL_CTX *c = client_context(l, version);
	BIO *b = c ? BIO_new_ssl_connect(c) : NULL;
	char host[32], page[256] = "";
	bool good = b != NULL;

	(void)snprintf(host, sizeof(host), "127.0.0.1:%u", port);
	if (good)
		(void)BIO_set_conn_hostname(b, host);
	good = good && BIO_do_connect(b) == 1 && BIO_puts(b, "GET / HTTP/1.0\r\n\r\n") > 0 &&
	       BIO_read(b, page, sizeof(page) - 1) > 0 && strstr(page, "200 ok") != NULL;
	BIO_free_all(b);
	SSL_CTX_free(c);
	return good;
}

/* That the server does want a certificate, and not any. */
static void
check_server(unsigned int port)
{
	struct lent wrong = lent[0];
	SSL_CTX *c;

	wrong.key = EVP_EC_gen("P-256");
	wrong.cert = X509_new();
	(void)X509_gmtime_adj(X509_getm_notBefore(wrong.cert), -3600);
	(void)X509_gmtime_adj(X509_getm_notAfter(wrong.cert), 3600);
	(void)X509_set_pubkey(wrong.cert, wrong.key);
	(void)X509_sign(wrong.cert, wrong.key, EVP_sha256());
	c = client_context(&wrong, TLS1_3_VERSION);
	(void)say("a stranger's certificate is refused", NULL,
	          c && !tls_talk(&wrong, TLS1_2_VERSION, port) &&
	                  !tls_talk(&wrong, TLS1_3_VERSION, port));
	SSL_CTX_free(c);
	X509_free(wrong.cert);
	EVP_PKEY_free(wrong.key);
}

static void
check_tls(unsigned int port)
{
	check_server(port);
	for (struct lent *l = lent; l < lent + KEYS; l++) {
		if (!lend(l, ANTIN_BRIDGE_TLS))
			continue;
		(void)say("TLS 1.2", l, tls_talk(l, TLS1_2_VERSION, port));
		(void)say("TLS 1.3", l, tls_talk(l, TLS1_3_VERSION, port));
	}
}

static CURLcode
curl_context(CURL *curl, void *context, void *user)
{
	const struct lent *l = user;

	(void)curl;
	return SSL_CTX_use_certificate(context, l->cert) == 1 &&
	                       SSL_CTX_use_PrivateKey(context, l->key) == 1
	               ? CURLE_OK
	               : CURLE_SSL_CERTPROBLEM;
}

struct page {
	char *last;
	size_t len;
};

static size_t
curl_sink(char *p, size_t size, size_t n, void *user)
{
	struct page *page = user;

	page->last = p;
	page->len += size * n;
	return size * n;
}

static bool
curl_talk(struct lent *l, long version, unsigned int port)
{
	CURL *c = curl_easy_init();
	char url[64];
	struct page got = {NULL, 0};
	long status = 0;
	CURLcode rc;

	(void)snprintf(url, sizeof(url), "https://localhost:%u/", port);
	(void)curl_easy_setopt(c, CURLOPT_URL, url);
	(void)curl_easy_setopt(c, CURLOPT_CAINFO, path("ca", "crt"));
	(void)curl_easy_setopt(c, CURLOPT_SSLVERSION, version);
	(void)curl_easy_setopt(c, CURLOPT_SSL_CTX_FUNCTION, curl_context);
	(void)curl_easy_setopt(c, CURLOPT_SSL_CTX_DATA, l);
	(void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, curl_sink);
	(void)curl_easy_setopt(c, CURLOPT_WRITEDATA, &got);
	(void)curl_easy_setopt(c, CURLOPT_TIMEOUT, 20L);
	rc = curl_easy_perform(c);
	(void)curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(c);
	if (rc != CURLE_OK)
		(void)printf("    libcurl: %s\n", curl_easy_strerror(rc));
	return rc == CURLE_OK && status == 200 && got.len > 0;
}

static void
check_curl(unsigned int port)
{
	for (struct lent *l = lent; l < lent + KEYS; l++) {
		if (!lend(l, ANTIN_BRIDGE_TLS))
			continue;
		(void)say("libcurl, TLS 1.2", l,
		          curl_talk(l, CURL_SSLVERSION_TLSv1_2 | CURL_SSLVERSION_MAX_TLSv1_2,
		                    port));
		(void)say("libcurl, TLS 1.3", l, curl_talk(l, CURL_SSLVERSION_TLSv1_3, port));
	}
}

/* ---- CMS decryption ---- */

enum wrap { WRAP_V15, WRAP_OAEP_SHA1, WRAP_OAEP_SHA256, WRAP_ECDH };

static bool
wrap_for(CMS_ContentInfo *c, const struct lent *l, enum wrap how)
{
	CMS_RecipientInfo *r = CMS_add1_recipient_cert(c, l->cert, CMS_KEY_PARAM);
	EVP_PKEY_CTX *x = r ? CMS_RecipientInfo_get0_pkey_ctx(r) : NULL;

	if (!x || (how != WRAP_OAEP_SHA1 && how != WRAP_OAEP_SHA256))
		return x != NULL;
	return EVP_PKEY_CTX_set_rsa_padding(x, RSA_PKCS1_OAEP_PADDING) == 1 &&
	       (how == WRAP_OAEP_SHA1 || EVP_PKEY_CTX_set_rsa_oaep_md(x, EVP_sha256()) == 1);
}

/* Encrypted for the certificate in software, opened with the key on the token. */
static bool
cms_open(const struct lent *l, enum wrap how)
{
	static const char text[] = "tối mật";
	BIO *in = BIO_new_mem_buf(text, sizeof(text)), *out = BIO_new(BIO_s_mem());
	CMS_ContentInfo *c = CMS_encrypt(NULL, NULL, EVP_aes_256_cbc(), CMS_PARTIAL | CMS_BINARY);
	char got[64] = "";
	bool good = c && wrap_for(c, l, how) && CMS_final(c, in, NULL, CMS_BINARY) == 1 &&
	            CMS_decrypt(c, l->key, l->cert, NULL, out, CMS_BINARY) == 1 &&
	            BIO_read(out, got, sizeof(got)) == (int)sizeof(text) &&
	            memcmp(got, text, sizeof(text)) == 0;

	CMS_ContentInfo_free(c);
	BIO_free(in);
	BIO_free(out);
	return good;
}

static void
check_cms(unsigned int port)
{
	struct lent *rsa = &lent[0], *ec = &lent[2];

	(void)port;
	if (lend(rsa, ANTIN_BRIDGE_DECRYPT))
		(void)say("CMS_decrypt v1.5", rsa, cms_open(rsa, WRAP_V15));
	if (lend(rsa, ANTIN_BRIDGE_OAEP)) {
		(void)say("CMS_decrypt OAEP SHA-1", rsa, cms_open(rsa, WRAP_OAEP_SHA1));
		(void)say("CMS_decrypt OAEP SHA-256", rsa, cms_open(rsa, WRAP_OAEP_SHA256));
	}
	if (lend(ec, ANTIN_BRIDGE_DERIVE))
		(void)say("CMS_decrypt ECDH", ec, cms_open(ec, WRAP_ECDH));
}

/* ---- CMP: an initial request protected and with possession proved by the token key ---- */

static bool
cmp_talk(const struct lent *l, unsigned int port)
{
	OSSL_CMP_CTX *c = OSSL_CMP_CTX_new(NULL, NULL);
	X509_STORE *trust = X509_STORE_new();
	X509 *got = NULL;
	EVP_PKEY *fresh = l->key;
	bool good = X509_STORE_add_cert(trust, ca) == 1 && EVP_PKEY_up_ref(fresh) == 1 &&
	            OSSL_CMP_CTX_set1_server(c, "127.0.0.1") == 1 &&
	            OSSL_CMP_CTX_set_serverPort(c, (int)port) == 1 &&
	            OSSL_CMP_CTX_set1_serverPath(c, "") == 1 &&
	            OSSL_CMP_CTX_set_option(c, OSSL_CMP_OPT_MSG_TIMEOUT, 20) == 1 &&
	            OSSL_CMP_CTX_set1_cert(c, l->cert) == 1 &&
	            OSSL_CMP_CTX_set1_pkey(c, l->key) == 1 &&
	            OSSL_CMP_CTX_set0_trustedStore(c, trust) == 1 &&
	            OSSL_CMP_CTX_set0_newPkey(c, 1, fresh) == 1;

	if (good)
		got = OSSL_CMP_exec_IR_ses(c);
	good = got && X509_cmp(got, l->cert) == 0;
	OSSL_CMP_CTX_free(c);
	return good;
}

static void
check_cmp(unsigned int port)
{
	if (lend(&lent[0], ANTIN_BRIDGE_SIGN))
		(void)say("CMP, initial request", &lent[0], cmp_talk(&lent[0], port));
}

/* ---- what a token goes through ---- */

static CK_FUNCTION_LIST *
raw_module(void)
{
	struct antin_module *m = NULL;
	CK_C_GetFunctionList get;
	CK_FUNCTION_LIST *f = NULL;
	void *library, *symbol;

	if (antin_module_open(module_name, &m, NULL) != ANTIN_OK)
		return NULL;
	library = dlopen(antin_module_path(m), RTLD_NOW | RTLD_LOCAL);
	symbol = library ? dlsym(library, "C_GetFunctionList") : NULL;
	if (symbol) {
		memcpy(&get, &symbol, sizeof(get));
		(void)get(&f);
	}
	antin_module_free(m);
	return f;
}

static void
all_sessions_close(const CK_FUNCTION_LIST *f)
{
	CK_SLOT_ID slots[16];
	CK_ULONG n = 16;

	if (f->C_GetSlotList(CK_TRUE, slots, &n) == CKR_OK)
		while (n)
			(void)f->C_CloseAllSessions(slots[--n]);
}

/* Sessions closed behind our back, then the module finalised and initialised anew. */
static void
check_lost(unsigned int port)
{
	CK_FUNCTION_LIST *f = raw_module();
	CK_C_INITIALIZE_ARGS how = {.flags = CKF_OS_LOCKING_OK};

	(void)port;
	for (struct lent *l = lent; f && l < lent + 3; l++) {
		if (!lend(l, ANTIN_BRIDGE_SIGN))
			continue;
		(void)say("before", l, sign_one(l, EVP_sha256(), false));
		all_sessions_close(f);
		(void)say("after all sessions were closed", l, sign_one(l, EVP_sha256(), false));
		(void)f->C_Finalize(NULL);
		(void)f->C_Initialize(&how);
		(void)say("after the module was started anew", l, sign_one(l, EVP_sha256(), false));
	}
}

static void *
thread(void *user)
{
	const struct lent *l = user;
	size_t good = 0;

	for (int i = 0; i < 25; i++)
		good += sign_one(l, EVP_sha256(), false);
	return (void *)good;
}

static void
check_threads(unsigned int port)
{
	pthread_t threads[8];

	(void)port;
	for (struct lent *l = lent; l < lent + 3; l++) {
		size_t good = 0;

		if (!lend(l, ANTIN_BRIDGE_SIGN))
			continue;
		for (int i = 0; i < 8; i++)
			(void)pthread_create(&threads[i], NULL, thread, l);
		for (int i = 0; i < 8; i++) {
			void *result = NULL;

			(void)pthread_join(threads[i], &result);
			good += (size_t)result;
		}
		(void)say("8 threads, 25 signatures each", l, good == 200);
	}
}

/* A child may not use what its parent opened; the parent goes on. */
static void
check_fork(unsigned int port)
{
	struct lent *l = &lent[0];
	struct antin_err err = {0};
	int status = -1;
	pid_t pid;

	(void)port;
	if (!lend(l, ANTIN_BRIDGE_SIGN))
		return;
	(void)sign_one(l, EVP_sha256(), false);
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		alarm(20);
		_exit(sign_one(l, EVP_sha256(), false) ||
		      antin_bridge_failure(l->key, &err) == ANTIN_OK);
	}
	(void)waitpid(pid, &status, 0);
	(void)say("refused in a child", l, WIFEXITED(status) && WEXITSTATUS(status) == 0);
	(void)say("and goes on in the parent", l, sign_one(l, EVP_sha256(), false));
}

/* A wrong PIN is sent once, when the key is lent and when it must log in again; why is known. */
static void
check_wrong_pin(unsigned int port)
{
	CK_FUNCTION_LIST *f = raw_module();
	struct lent *l = &lent[0];
	struct antin_err err = {0};
	struct antin_key *k = NULL;
	EVP_PKEY *got = NULL;

	(void)port;
	pin_text = "000000";
	asked = 0;
	(void)say("not lent with a wrong PIN", NULL,
	          key_of(l, &k, &err) == ANTIN_OK &&
	                  antin_bridge_key(k, ANTIN_BRIDGE_SIGN, &got, &err) == ANTIN_E_PIN_WRONG);
	antin_key_free(k);
	(void)say("asked once", NULL, asked == 1);
	pin_text = getenv("P11_PIN");
	if (!f || !lend(l, ANTIN_BRIDGE_SIGN))
		return;
	for (int i = 0; i < 3; i++)
		(void)say("then with the right one", l, sign_one(l, EVP_sha256(), false));
	(void)say("asked once again", NULL, asked == 2);
	all_sessions_close(f);
	pin_text = "000001";
	(void)say("after a loss no signature with a wrong PIN", NULL,
	          !sign_one(l, EVP_sha256(), false) && asked == 3);
	(void)say("the reason is known", NULL,
	          antin_bridge_failure(l->key, &err) == ANTIN_E_PIN_WRONG &&
	                  err.rc == ANTIN_E_PIN_WRONG);
	pin_text = getenv("P11_PIN");
	(void)say("then with the right one", l, sign_one(l, EVP_sha256(), false) && asked == 4);
	(void)say("no reason is left", NULL,
	          antin_bridge_failure(l->key, &err) == ANTIN_OK && err.rc == ANTIN_OK);
}

static bool
refused(struct antin_key *k, unsigned int uses, enum antin_rc class, const char *text)
{
	EVP_PKEY *got = NULL;
	struct antin_err err = {0};
	char line[512];
	enum antin_rc rc = antin_bridge_key(k, uses, &got, &err);
	bool good =
	        rc == class && !got && strstr(antin_err_line(&err, NULL, line, sizeof(line)), text);

	if (!good)
		(void)printf("    %s\n", line);
	EVP_PKEY_free(got);
	return good;
}

static void
check_refusals(unsigned int port)
{
	struct antin_keygen spec = {.type = ANTIN_KEY_P256, .label = "software"};
	ANTIN_OWN_S(antin_key) software = NULL;
	struct antin_err err = {0};

	(void)port;
	if (antin_key_mock(&spec, ANTIN_OK, 0, &software, &err) == ANTIN_OK)
		(void)say("a key in software is not lent", NULL,
		          refused(software, ANTIN_BRIDGE_SIGN, ANTIN_E_USAGE, "tokens"));
	(void)say("of a key not lent there is no reason", NULL,
	          antin_bridge_failure(ca_key, &err) == ANTIN_OK);
	for (struct lent *l = lent; l < lent + 2; l++) {
		ANTIN_OWN_S(antin_key) k = NULL;
		bool rsa = l == lent;

		if (key_of(l, &k, &err) != ANTIN_OK)
			continue;
		(void)say("not for what its type cannot do", l,
		          refused(k, rsa ? ANTIN_BRIDGE_DERIVE : ANTIN_BRIDGE_OAEP,
		                  ANTIN_E_NO_MECHANISM, "cannot do"));
	}
}

/* The module is behind the fault module, which hides raw RSA. */
static void
check_no_raw_rsa(unsigned int port)
{
	ANTIN_OWN_S(antin_key) k = NULL;
	struct antin_err err = {0};
	EVP_PKEY *got = NULL;

	(void)port;
	if (!say("the key is found", NULL, key_of(&lent[0], &k, &err) == ANTIN_OK))
		return;
	(void)say("no TLS without raw RSA", NULL,
	          refused(k, ANTIN_BRIDGE_TLS, ANTIN_E_NO_MECHANISM, "CKM_RSA_X_509"));
	(void)say("no OAEP either", NULL,
	          refused(k, ANTIN_BRIDGE_OAEP, ANTIN_E_NO_MECHANISM, "CKM_RSA_X_509"));
	(void)say("the hint names the libp11 that can", NULL,
	          antin_bridge_key(k, ANTIN_BRIDGE_PSS, &got, &err) == ANTIN_E_NO_MECHANISM &&
	                  strstr(antin_err_hint(&err, NULL), "0.4.18") != NULL);
	if (lend(&lent[0], ANTIN_BRIDGE_SIGN | ANTIN_BRIDGE_DECRYPT)) {
		(void)say("v1.5 signatures go on", &lent[0],
		          sign_one(&lent[0], EVP_sha256(), false));
		(void)say("v1.5 decryption too", &lent[0], cms_open(&lent[0], WRAP_V15));
	}
}

/* Only leaves the certificates in DIR. */
static void
check_none(unsigned int port)
{
	(void)port;
	for (struct lent *l = lent; l < lent + KEYS; l++)
		(void)lend(l, 0);
	passed++;
}

static const struct {
	const char *name;
	void (*run)(unsigned int port);
} checks[] = {
        {"none", check_none},         {"sign", check_sign},
        {"tls", check_tls},           {"curl", check_curl},
        {"cms", check_cms},           {"cmp", check_cmp},
        {"lost", check_lost},         {"threads", check_threads},
        {"fork", check_fork},         {"wrong-pin", check_wrong_pin},
        {"refusals", check_refusals}, {"no-raw-rsa", check_no_raw_rsa},
};

static bool
run(const char *word)
{
	size_t len = strcspn(word, "=");
	unsigned int port = word[len] ? (unsigned int)strtoul(word + len + 1, NULL, 10) : 0;

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		if (strlen(checks[i].name) != len || memcmp(checks[i].name, word, len) != 0)
			continue;
		checks[i].run(port);
		return true;
	}
	return false;
}

int
main(int argc, char **argv)
{
	struct antin_err err = {0};

	module_name = getenv("P11_MODULE");
	token = getenv("P11_TOKEN");
	pin_text = getenv("P11_PIN");
	if (argc < 3 || !module_name || !token || !pin_text ||
	    antin_keystore_pkcs11(module_name, &pins, &store, &err) != ANTIN_OK)
		return 2;
	dir = argv[1];
	ca_key = read_pem("ca", "key", true);
	ca = read_pem("ca", "crt", false);
	if (!ca_key || !ca)
		return 2;
	for (int i = 2; i < argc; i++)
		if (!run(argv[i]))
			return 2;
	(void)printf("%u uses good, %u failed, %u skipped\n", passed, failed, skipped);
	for (struct lent *l = lent; l < lent + KEYS; l++) {
		EVP_PKEY_free(l->key);
		EVP_PKEY_free(l->plain);
		X509_free(l->cert);
	}
	antin_keystore_free(store);
	EVP_PKEY_free(ca_key);
	X509_free(ca);
	return failed || !passed;
}
