/*
 * Certificates, keys and signatures beside plain OpenSSL in the same run; prints microseconds a
 * call and the ratio.
 * usage: bench_x509 [SECONDS-PER-ROW]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <antin/cert.h>
#include <antin/file.h>
#include <antin/keystore.h>

/* What the rows work on; made before the clock runs. */
static struct {
	struct antin_bytes person, rsa;
	struct antin_cert *cert;
	const struct antin_public *public_key;
	struct antin_key *key;
	EVP_PKEY *pkey;
	EVP_MD *md;
	struct antin_bytes signature;
	uint8_t digest[32];
} w;

static const struct antin_sigalg ecdsa = {ANTIN_ECDSA, ANTIN_SHA256};

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	(void)fprintf(stderr, "bench_x509: %s failed\n", what);
	exit(1);
}

static void
ours_decode(const struct antin_bytes *der, bool key)
{
	ANTIN_OWN_S(antin_cert) c = NULL;
	const struct antin_public *p;

	must(antin_cert_read(antin_bytes_slice(der), &c, NULL) == ANTIN_OK, "decode");
	must(!key || antin_cert_public(c, &p, NULL) == ANTIN_OK, "key");
}

static void
theirs_decode(const struct antin_bytes *der, bool key)
{
	const unsigned char *p = der->p;
	X509 *x = d2i_X509(NULL, &p, (long)der->len);
	EVP_PKEY *k;

	must(x != NULL, "d2i_X509");
	if (key) {
		k = X509_get_pubkey(x);
		must(k != NULL, "X509_get_pubkey");
		EVP_PKEY_free(k);
	}
	X509_free(x);
}

static void
ours_p256(void)
{
	ours_decode(&w.person, true);
}
static void
theirs_p256(void)
{
	theirs_decode(&w.person, true);
}
static void
ours_rsa(void)
{
	ours_decode(&w.rsa, true);
}
static void
theirs_rsa(void)
{
	theirs_decode(&w.rsa, true);
}

static void
ours_spki(void)
{
	ANTIN_OWN_S(antin_public) p = NULL;

	must(antin_public_read(w.cert->spki, &p, NULL) == ANTIN_OK, "public key");
}

static void
theirs_spki(void)
{
	const unsigned char *p = w.cert->spki.p;
	EVP_PKEY *k = d2i_PUBKEY(NULL, &p, (long)w.cert->spki.len);

	must(k != NULL, "d2i_PUBKEY");
	EVP_PKEY_free(k);
}

/* With ours every signature is verified before it leaves. */
static void
ours_sign(void)
{
	struct antin_slice d = {w.digest, 32};

	antin_bytes_clear(&w.signature);
	must(antin_key_sign(w.key, ecdsa, d, &w.signature, NULL) == ANTIN_OK, "sign");
}

static void
ours_sign_unverified(void)
{
	struct antin_slice d = {w.digest, 32};

	antin_bytes_clear(&w.signature);
	must(w.key->ops->sign(w.key, ecdsa, d, &w.signature, NULL) == ANTIN_OK, "sign");
}

static void
theirs_sign(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(w.pkey, NULL);
	unsigned char out[128];
	size_t len = sizeof(out);

	must(ctx && EVP_PKEY_sign_init(ctx) == 1 && EVP_PKEY_CTX_set_signature_md(ctx, w.md) == 1 &&
	             EVP_PKEY_sign(ctx, out, &len, w.digest, 32) == 1,
	     "EVP_PKEY_sign");
	EVP_PKEY_CTX_free(ctx);
}

static void
ours_verify(void)
{
	struct antin_slice d = {w.digest, 32};

	must(antin_public_verify(w.public_key, ecdsa, d, antin_bytes_slice(&w.signature), NULL) ==
	             ANTIN_OK,
	     "verify");
}

static void
theirs_verify(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(w.pkey, NULL);

	must(ctx && EVP_PKEY_verify_init(ctx) == 1 &&
	             EVP_PKEY_CTX_set_signature_md(ctx, w.md) == 1 &&
	             EVP_PKEY_verify(ctx, w.signature.p, w.signature.len, w.digest, 32) == 1,
	     "EVP_PKEY_verify");
	EVP_PKEY_CTX_free(ctx);
}

static const struct {
	const char *what;
	void (*ours)(void), (*theirs)(void);
} rows[] = {
        {"certificate with P-256 key", ours_p256, theirs_p256},
        {"certificate with RSA-2048 key", ours_rsa, theirs_rsa},
        {"P-256 public key", ours_spki, theirs_spki},
        {"P-256 sign, verified (theirs not)", ours_sign, theirs_sign},
        {"P-256 sign, not verified", ours_sign_unverified, theirs_sign},
        {"P-256 verify", ours_verify, theirs_verify},
};

static double
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Microseconds of CPU a call. */
static double
measure(void (*call)(void), double limit)
{
	double start, used = 0;
	long n = 0;

	call();
	start = seconds();
	while (used < limit) {
		for (int i = 0; i < 20; i++)
			call();
		n += 20;
		used = seconds() - start;
	}
	return used / (double)n * 1e6;
}

static void
load(const char *path, const char *label, struct antin_bytes *der)
{
	ANTIN_SCOPED(antin_bytes) pem = {0};

	must(antin_file_read(path, 65536, &pem, NULL) == ANTIN_OK &&
	             antin_pem_or_der(antin_bytes_slice(&pem), label, der, NULL) == ANTIN_OK,
	     path);
}

/* The material lies in the checkout that holds the build folder this program is in. */
static void
go_home(void)
{
	char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	must(len > 0, "/proc/self/exe");
	path[len] = '\0';
	for (int i = 0; i < 4; i++) {
		char *slash = strrchr(path, '/');

		must(slash != NULL, path);
		*slash = '\0';
	}
	must(chdir(path) == 0, path);
}

static void
prepare(void)
{
	ANTIN_OWN_S(antin_keystore) store = NULL;
	FILE *f;

	go_home();
	f = fopen("tests/data/x509/p256.pem", "r");
	load("tests/data/x509/person.crt", "CERTIFICATE", &w.person);
	load("tests/data/x509/sub.crt", "CERTIFICATE", &w.rsa);
	must(antin_keystore_file(NULL, &store, NULL) == ANTIN_OK &&
	             antin_keystore_find(store, "tests/data/x509/p256.pem", &w.key, NULL) ==
	                     ANTIN_OK,
	     "key");
	w.pkey = f ? PEM_read_PrivateKey(f, NULL, NULL, NULL) : NULL;
	w.md = EVP_MD_fetch(NULL, "SHA256", NULL);
	must(w.pkey && w.md, "key of OpenSSL");
	(void)fclose(f);
	must(antin_cert_read(antin_bytes_slice(&w.person), &w.cert, NULL) == ANTIN_OK &&
	             antin_cert_public(w.cert, &w.public_key, NULL) == ANTIN_OK,
	     "certificate");
	memset(w.digest, 0x5a, sizeof(w.digest));
	ours_sign();
}

int
main(int argc, char **argv)
{
	double limit = argc > 1 ? strtod(argv[1], NULL) : 0.5;

	prepare();
	(void)printf("%-36s %10s %10s %8s\n", "", "ours us", "OpenSSL us", "ratio");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		double ours = measure(rows[i].ours, limit), theirs = measure(rows[i].theirs, limit);

		(void)printf("%-36s %10.1f %10.1f %7.2fx\n", rows[i].what, ours, theirs,
		             theirs / ours);
	}
	antin_cert_free(w.cert);
	antin_key_free(w.key);
	EVP_PKEY_free(w.pkey);
	EVP_MD_free(w.md);
	antin_bytes_done(&w.person);
	antin_bytes_done(&w.rsa);
	antin_bytes_done(&w.signature);
	return 0;
}
