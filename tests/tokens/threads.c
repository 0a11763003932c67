/*
 * Many threads on one token: each finds the key by itself and signs, every signature is verified
 * apart.  usage: threads THREADS SIGNATURES   with P11_MODULE, P11_TOKEN, P11_PIN
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <antin_p11.h>

#include "apart.h"

struct worker {
	pthread_t thread;
	const char *module, *uri;
	unsigned long count, good;
	unsigned int asked;
	char line[512];
};

static enum antin_rc
pin_get(void *user, const struct antin_pin_request *request, struct antin_bytes *pin,
        struct antin_err *err)
{
	struct worker *w = user;
	const char *text = getenv("P11_PIN");

	if (request->last_try)
		return antin_fail(err, ANTIN_E_PIN_LAST_TRY, "the last try is not for tests");
	w->asked++;
	antin_bytes_text(pin, text ? text : "");
	return antin_bytes_check(pin, err);
}

static enum antin_rc
sign_one(struct antin_key *k, unsigned long i, struct antin_err *err)
{
	struct antin_sigalg a = antin_sigalg_default(antin_public_type(k->public_key));
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bytes) sig = {0};
	uint8_t digest[ANTIN_DIGEST_MAX];
	struct antin_slice d = {digest, antin_digest_size(a.digest)};
	enum antin_rc rc;

	antin_bytes_printf(&text, "%p %lu", (void *)k, i);
	rc = antin_digest_of(a.digest, antin_bytes_slice(&text), digest, err);
	if (rc == ANTIN_OK)
		rc = k->ops->sign(k, a, d, &sig, err);
	return rc == ANTIN_OK
	               ? antin_public_verify(k->public_key, a, d, antin_bytes_slice(&sig), err)
	               : rc;
}

static void *
work(void *user)
{
	struct worker *w = user;
	struct antin_pin_source pins = {.get = pin_get, .user = w};
	ANTIN_OWN_S(antin_keystore) s = NULL;
	ANTIN_OWN_S(antin_key) k = NULL;
	struct antin_err err = {0};
	enum antin_rc rc = antin_keystore_pkcs11(w->module, &pins, &s, &err);

	for (unsigned long i = 0; rc == ANTIN_OK && i < w->count; i++) {
		if (i % 50 == 0) { /* found anew, while others sign */
			antin_key_free(k);
			k = NULL;
			rc = antin_keystore_find(s, w->uri, &k, &err);
		}
		if (rc == ANTIN_OK)
			rc = sign_one(k, i, &err);
		w->good += rc == ANTIN_OK;
	}
	if (rc != ANTIN_OK)
		(void)antin_err_line(&err, NULL, w->line, sizeof(w->line));
	return NULL;
}

/* One key for all, kept from an earlier run. */
static bool
prepare(struct worker *w, const char *token, char *uri, size_t cap)
{
	struct antin_keygen spec = {.type = ANTIN_KEY_RSA, .rsa_bits = 2048, .label = "threads"};
	struct antin_pin_source pins = {.get = pin_get, .user = w};
	ANTIN_OWN_S(antin_keystore) s = NULL;
	ANTIN_OWN_S(antin_key) k = NULL;
	struct antin_err err = {0};
	enum antin_rc rc = antin_keystore_pkcs11(w->module, &pins, &s, &err);

	if (rc == ANTIN_OK)
		rc = antin_keystore_generate(s, token, &spec, &k, &err);
	if (rc != ANTIN_OK && rc != ANTIN_E_CONFLICT) {
		(void)printf("%s\n", antin_err_line(&err, NULL, w->line, sizeof(w->line)));
		return false;
	}
	(void)snprintf(uri, cap, "%s;object=threads;type=private", token);
	return true;
}

int
main(int argc, char **argv)
{
	enum { THREADS_MAX = 64 };
	static struct worker workers[THREADS_MAX + 1];
	const char *module = getenv("P11_MODULE"), *token = getenv("P11_TOKEN");
	unsigned long n = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
	unsigned long each = argc == 3 ? strtoul(argv[2], NULL, 10) : 0, good = 0;
	char uri[256];

	apart();
	workers[THREADS_MAX].module = module;
	if (!module || !token || !n || n > THREADS_MAX ||
	    !prepare(&workers[THREADS_MAX], token, uri, sizeof(uri)))
		return 2;
	for (unsigned long i = 0; i < n; i++) {
		workers[i] = (struct worker){.module = module, .uri = uri, .count = each};
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
			return 2;
	}
	for (unsigned long i = 0; i < n; i++) {
		(void)pthread_join(workers[i].thread, NULL);
		good += workers[i].good;
		if (workers[i].line[0])
			(void)printf("thread %lu: %s\n", i, workers[i].line);
	}
	(void)printf("%lu threads, %lu of %lu signatures verified\n", n, good, n * each);
	return good == n * each ? 0 : 1;
}
