/*
 * TLS with a client certificate whose key is on a token, through OpenSSL and through libcurl, to
 * openssl s_server that wants one; see bridge.c.
 */
#include <string.h>

#include <curl/curl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "bridge.h"

static SSL_CTX *
client_context(const struct lent *l, int version, const char *sigalgs)
{
	SSL_CTX *c = SSL_CTX_new(TLS_client_method());
	bool good = c && SSL_CTX_set_min_proto_version(c, version) == 1 &&
	            SSL_CTX_set_max_proto_version(c, version) == 1 &&
	            SSL_CTX_load_verify_locations(c, bridge_path("ca", "crt"), NULL) == 1 &&
	            SSL_CTX_use_certificate(c, l->cert) == 1 &&
	            SSL_CTX_use_PrivateKey(c, l->key) == 1 && SSL_CTX_check_private_key(c) == 1 &&
	            (!sigalgs || SSL_CTX_set1_sigalgs_list(c, sigalgs) == 1);

	SSL_CTX_set_verify(c, SSL_VERIFY_PEER, NULL);
	if (good)
		return c;
	SSL_CTX_free(c);
	return NULL;
}

/* In TLS 1.3 the server's refusal comes with the first read. */
static bool
tls_talk(const struct lent *l, int version, const char *sigalgs)
{
	SSL_CTX *c = client_context(l, version, sigalgs);
	BIO *b = c ? BIO_new_ssl_connect(c) : NULL;
	char host[32], page[256] = "";
	bool good = b != NULL;

	(void)snprintf(host, sizeof(host), "127.0.0.1:%u", bridge_tls_port);
	if (good)
		(void)BIO_set_conn_hostname(b, host);
	good = good && BIO_do_connect(b) == 1 && BIO_puts(b, "GET / HTTP/1.0\r\n\r\n") > 0 &&
	       BIO_read(b, page, sizeof(page) - 1) > 0 && strstr(page, "200 ok") != NULL;
	BIO_free_all(b);
	SSL_CTX_free(c);
	return good;
}

/* That the server does want a certificate, and not any. */
bool
bridge_server_judges(void)
{
	struct lent wrong = lent[0];
	SSL_CTX *c;
	bool good;

	wrong.key = EVP_EC_gen("P-256");
	wrong.cert = X509_new();
	(void)X509_gmtime_adj(X509_getm_notBefore(wrong.cert), -3600);
	(void)X509_gmtime_adj(X509_getm_notAfter(wrong.cert), 3600);
	(void)X509_set_pubkey(wrong.cert, wrong.key);
	(void)X509_sign(wrong.cert, wrong.key, EVP_sha256());
	c = client_context(&wrong, TLS1_3_VERSION, NULL);
	good = c && !tls_talk(&wrong, TLS1_2_VERSION, NULL) &&
	       !tls_talk(&wrong, TLS1_3_VERSION, NULL);
	ERR_clear_error();
	SSL_CTX_free(c);
	X509_free(wrong.cert);
	EVP_PKEY_free(wrong.key);
	return good;
}

bool
bridge_tls_v15(const struct lent *l)
{
	return tls_talk(l, TLS1_2_VERSION, "ECDSA+SHA256:RSA+SHA256");
}

bool
bridge_tls_12(const struct lent *l)
{
	return tls_talk(l, TLS1_2_VERSION, NULL);
}

bool
bridge_tls_13(const struct lent *l)
{
	return tls_talk(l, TLS1_3_VERSION, NULL);
}

/* ---- libcurl ---- */

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
curl_talk(const struct lent *l, long version)
{
	CURL *c = curl_easy_init();
	char url[64];
	struct page got = {NULL, 0};
	long status = 0;
	CURLcode rc;

	(void)snprintf(url, sizeof(url), "https://localhost:%u/", bridge_tls_port);
	(void)curl_easy_setopt(c, CURLOPT_URL, url);
	(void)curl_easy_setopt(c, CURLOPT_CAINFO, bridge_path("ca", "crt"));
	(void)curl_easy_setopt(c, CURLOPT_SSLVERSION, version);
	(void)curl_easy_setopt(c, CURLOPT_SSL_CTX_FUNCTION, curl_context);
	(void)curl_easy_setopt(c, CURLOPT_SSL_CTX_DATA, (void *)(uintptr_t)l);
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

bool
bridge_curl_12(const struct lent *l)
{
	return curl_talk(l, CURL_SSLVERSION_TLSv1_2 | CURL_SSLVERSION_MAX_TLSv1_2);
}

bool
bridge_curl_13(const struct lent *l)
{
	return curl_talk(l, CURL_SSLVERSION_TLSv1_3);
}
