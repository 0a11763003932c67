/*
 * What a lent key must stand besides its uses: threads, a fork, wrong PINs, tokens that lack what
 * is wanted; see bridge.c.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bridge.h"

static void *
thread(void *user)
{
	const struct lent *l = user;
	size_t good = 0;

	for (int i = 0; i < 25; i++)
		good += bridge_sign(l);
	return (void *)good;
}

void
bridge_check_threads(void)
{
	pthread_t threads[8];

	for (struct lent *l = lent; l < lent + 3; l++) {
		size_t good = 0;

		if (!bridge_lent(l, ANTIN_BRIDGE_SIGN))
			continue;
		for (int i = 0; i < 8; i++)
			(void)pthread_create(&threads[i], NULL, thread, l);
		for (int i = 0; i < 8; i++) {
			void *result = NULL;

			(void)pthread_join(threads[i], &result);
			good += (size_t)result;
		}
		(void)bridge_say("8 threads, 25 signatures each", l, good == 200);
	}
}

/* A child may not use what its parent opened; the parent goes on. */
void
bridge_check_fork(void)
{
	struct lent *l = &lent[0];
	struct antin_err err = {0};
	int status = -1;
	pid_t pid;

	if (!bridge_lent(l, ANTIN_BRIDGE_SIGN))
		return;
	(void)bridge_sign(l);
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		alarm(20);
		_exit(bridge_sign(l) || antin_bridge_failure(l->key, &err) == ANTIN_OK);
	}
	(void)waitpid(pid, &status, 0);
	(void)bridge_say("refused in a child", l, WIFEXITED(status) && WEXITSTATUS(status) == 0);
	(void)bridge_say("and goes on in the parent", l, bridge_sign(l));
}

/* A wrong PIN is sent once, when the key is lent and when it must log in again; why is known. */
void
bridge_check_wrong_pin(void)
{
	CK_FUNCTION_LIST *f = bridge_raw_module();
	struct lent *l = &lent[0];
	struct antin_err err = {0};
	struct antin_key *k = NULL;
	EVP_PKEY *got = NULL;

	bridge_pin = "000000";
	bridge_asked = 0;
	if (!bridge_say("not lent with a wrong PIN", NULL,
	                bridge_key_of(l, &k, &err) == ANTIN_OK &&
	                        antin_bridge_key(k, ANTIN_BRIDGE_SIGN, &got, &err) ==
	                                ANTIN_E_PIN_WRONG))
		return; /* a key that was lent is no longer ours */
	antin_key_free(k);
	(void)bridge_say("asked once", NULL, bridge_asked == 1);
	bridge_pin = getenv("P11_PIN");
	if (!f || !bridge_lent(l, ANTIN_BRIDGE_SIGN))
		return;
	for (int i = 0; i < 3; i++)
		(void)bridge_say("then with the right one", l, bridge_sign(l));
	(void)bridge_say("asked once again", NULL, bridge_asked == 2);
	bridge_sessions_close(f);
	bridge_pin = "000001";
	(void)bridge_say("after a loss no signature with a wrong PIN", NULL,
	                 !bridge_sign(l) && bridge_asked == 3);
	(void)bridge_say("the reason is known", NULL,
	                 antin_bridge_failure(l->key, &err) == ANTIN_E_PIN_WRONG &&
	                         err.rc == ANTIN_E_PIN_WRONG);
	bridge_pin = getenv("P11_PIN");
	(void)bridge_say("then with the right one", l, bridge_sign(l) && bridge_asked == 4);
	(void)bridge_say("no reason is left", NULL,
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

void
bridge_check_refusals(void)
{
	struct antin_keygen spec = {.type = ANTIN_KEY_P256, .label = "software"};
	ANTIN_OWN_S(antin_key) software = NULL;
	struct antin_err err = {0};

	if (antin_key_mock(&spec, ANTIN_OK, 0, &software, &err) == ANTIN_OK)
		(void)bridge_say("a key in software is not lent", NULL,
		                 refused(software, ANTIN_BRIDGE_SIGN, ANTIN_E_USAGE, "tokens"));
	(void)bridge_say("of a key not lent there is no reason", NULL,
	                 antin_bridge_failure(X509_get0_pubkey(bridge_ca), &err) == ANTIN_OK);
	for (struct lent *l = lent; l < lent + 2; l++) {
		ANTIN_OWN_S(antin_key) k = NULL;
		bool rsa = l == lent;

		if (bridge_key_of(l, &k, &err) != ANTIN_OK)
			continue;
		(void)bridge_say("not for what its type cannot do", l,
		                 refused(k, rsa ? ANTIN_BRIDGE_DERIVE : ANTIN_BRIDGE_OAEP,
		                         ANTIN_E_NO_MECHANISM, "cannot do"));
	}
}

/* The module is behind the fault module, which hides raw RSA. */
void
bridge_check_no_raw_rsa(void)
{
	ANTIN_OWN_S(antin_key) k = NULL;
	struct antin_err err = {0};
	EVP_PKEY *got = NULL;

	if (!bridge_say("the key is found", NULL, bridge_key_of(&lent[0], &k, &err) == ANTIN_OK))
		return;
	(void)bridge_say("no TLS without raw RSA", NULL,
	                 refused(k, ANTIN_BRIDGE_TLS, ANTIN_E_NO_MECHANISM, "CKM_RSA_X_509"));
	(void)bridge_say("no OAEP either", NULL,
	                 refused(k, ANTIN_BRIDGE_OAEP, ANTIN_E_NO_MECHANISM, "CKM_RSA_X_509"));
	(void)bridge_say("the hint names the libp11 that can", NULL,
	                 antin_bridge_key(k, ANTIN_BRIDGE_PSS, &got, &err) ==
	                                 ANTIN_E_NO_MECHANISM &&
	                         strstr(antin_err_hint(&err, NULL), "0.4.18") != NULL);
	if (bridge_lent(&lent[0], ANTIN_BRIDGE_SIGN | ANTIN_BRIDGE_DECRYPT)) {
		(void)bridge_say("v1.5 signatures go on", &lent[0], bridge_sign(&lent[0]));
		(void)bridge_say("v1.5 decryption too", &lent[0], bridge_cms_v15(&lent[0]));
	}
}
