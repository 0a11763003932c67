/*
 * What the token suites share: a SoftHSM token in a scratch folder, the fault module in front of
 * it, and a PIN source that counts how often it is asked.
 */
#ifndef ANTIN_TEST_P11_WORLD_H
#define ANTIN_TEST_P11_WORLD_H

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>

#include <antin/der.h>
#include <antin_p11.h>

#include "../tokens/p11fault.h"

/* For helpers that run outside a test too (fixtures, benches), where libcheck's own would abort. */
#define W_TRUE(x)                                                                                  \
	do {                                                                                       \
		if (!(x)) {                                                                        \
			(void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #x);              \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)
#define W_OKAY(call)                                                                               \
	do {                                                                                       \
		if ((call) != ANTIN_OK) {                                                          \
			(void)fprintf(stderr, "%s: %s\n", #call, w_line(&err));                    \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

#define W_PIN    "135790"
#define W_SO_PIN "24681357"

static char w_dir[64], w_module[512], w_fault[512], w_helper[512];
static bool w_ready;

/* Runs the set-up script; false, with a word, where SoftHSM is not installed. */
static __attribute__((unused)) bool
w_token(const char *label)
{
	char command[512], line[1200] = "", conf[512];
	FILE *p;
	int status;

	(void)snprintf(command, sizeof(command), "tests/tokens/softhsm.sh %s %s", w_dir, label);
	p = popen(command, "r");
	if (!p)
		return false;
	while (fgets(line, sizeof(line), p))
		continue;
	status = pclose(p);
	if (status != 0 ||
	    sscanf(line, "export SOFTHSM2_CONF=%511s P11_MODULE=%511s", conf, w_module) != 2)
		return false;
	(void)setenv("SOFTHSM2_CONF", conf, 1);
	(void)setenv("ANTIN_FAULT_MODULE", w_module, 1);
	return true;
}

static __attribute__((unused)) bool
w_begin(const char *label)
{
	char self[400] = "";
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	(void)snprintf(w_dir, sizeof(w_dir), "%s/antin-p11.XXXXXX",
	               access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"); /* many small files */
	W_TRUE(mkdtemp(w_dir));
	w_ready = w_token(label);
	if (!w_ready)
		(void)printf("skipped: softhsm2 is not installed\n");
	if (n > 0)
		*strrchr(self, '/') = '\0';
	(void)snprintf(w_fault, sizeof(w_fault), "%s/../tokens/p11fault.so", self);
	(void)snprintf(w_helper, sizeof(w_helper), "%s/../../libexec/antin/antin-module", self);
	if (getenv("ANTIN_TEST_APART"))
		antin_p11_configure(
		        &(struct antin_p11_config){.helper = w_helper,
		                                   .helper_environment = "ANTIN_FAULT_MODULE"});
	return w_ready;
}

static __attribute__((unused)) void
w_end(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf %s", w_dir);
	(void)!system(command);
}

/* Runs a step in a child, so that the parent of the tests never loads a module. */
static __attribute__((unused)) void
w_apart(void (*step)(void))
{
	pid_t pid;
	int status = -1;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		step();
		_exit(0);
	}
	(void)waitpid(pid, &status, 0);
	W_TRUE(status == 0);
}

struct w_pins {
	struct antin_pin_source source;
	const char *pin;
	int asked, asked_context, noticed;
	bool consent, last_try_seen;
};

static enum antin_rc
w_get(void *user, const struct antin_pin_request *request, struct antin_bytes *pin,
      struct antin_err *err)
{
	struct w_pins *p = user;

	p->asked++;
	p->asked_context += request->why == ANTIN_PIN_CONTEXT;
	p->last_try_seen = p->last_try_seen || request->last_try;
	if (request->last_try && !p->consent)
		return antin_fail(err, ANTIN_E_PIN_LAST_TRY, "the last try was not allowed");
	W_TRUE(pin->secret);
	antin_bytes_text(pin, p->pin);
	return antin_bytes_check(pin, err);
}

static __attribute__((unused)) void
w_notice(void *user, const char *text)
{
	((struct w_pins *)user)->noticed++;
	W_TRUE(strlen(text) > 5);
}

static __attribute__((unused)) void
w_pins_set(struct w_pins *p, const char *pin)
{
	*p = (struct w_pins){.source = {w_get, w_notice, p}, .pin = pin};
}

/* The controls of the fault module, which must be open. */
static __attribute__((unused)) struct fault_control *
w_control(void)
{
	void *library = dlopen(w_fault, RTLD_NOW | RTLD_LOCAL);
	struct fault_control *(*get)(void);
	void *symbol;

	W_TRUE(library);
	symbol = dlsym(library, "antin_fault_control");
	W_TRUE(symbol);
	memcpy(&get, &symbol, sizeof(get));
	return get();
}

static __attribute__((unused)) struct antin_keystore *
w_store(const char *module, const struct w_pins *pins)
{
	struct antin_keystore *s = NULL;
	struct antin_err err = {0};

	W_TRUE(antin_keystore_pkcs11(module, &pins->source, &s, &err) == ANTIN_OK);
	return s;
}

static __attribute__((unused)) const char *
w_line(const struct antin_err *err)
{
	static char line[1024];

	return antin_err_line(err, NULL, line, sizeof(line));
}

#define T_OK(call)                                                                                 \
	do {                                                                                       \
		enum antin_rc w_rc = (call);                                                       \
		ck_assert_msg(w_rc == ANTIN_OK, "%s: %s", #call, w_line(&err));                    \
	} while (0)
#define T_FAILS(call, class)                                                                       \
	do {                                                                                       \
		enum antin_rc w_rc = (call);                                                       \
		ck_assert_msg(w_rc == (class), "%s gave [%s]: %s", #call, antin_rc_id(w_rc),       \
		              w_line(&err));                                                       \
		ck_assert_int_eq(err.rc, (class));                                                 \
	} while (0)

/* A key pair on the token of that label; the key is given back. */
static __attribute__((unused)) struct antin_key *
w_generate(struct antin_keystore *s, const char *uri, const char *type, const char *label)
{
	struct antin_keygen spec = {.label = label};
	struct antin_key *k = NULL;
	struct antin_err err = {0};

	W_OKAY(antin_keygen_parse(type, &spec, &err));
	W_OKAY(antin_keystore_generate(s, uri, &spec, &k, &err));
	return k;
}

/* A bare certificate (RFC 5280 4.1, version 1) of `key` by `issuer`, signed by the issuer's key. */
static __attribute__((unused)) struct antin_cert *
w_certify(const struct antin_public *key, const char *subject, struct antin_key *issuer_key,
          const char *issuer, unsigned int serial)
{
	struct antin_sigalg a = antin_sigalg_default(antin_public_type(issuer_key->public_key));
	ANTIN_SCOPED(antin_bytes) tbs = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_SCOPED(antin_bytes) sig = {0};
	struct antin_cert *cert = NULL;
	struct antin_err err = {0};
	size_t outer = antin_der_open(&tbs, ANTIN_SEQUENCE), inner;

	antin_der_add_uint(&tbs, serial);
	antin_sigalg_add(&tbs, a);
	W_OKAY(antin_name_parse(issuer, &tbs, &err));
	inner = antin_der_open(&tbs, ANTIN_SEQUENCE);
	antin_der_add_time(&tbs, 1700000000);
	antin_der_add_time(&tbs, 1900000000 + serial);
	antin_der_close(&tbs, inner);
	W_OKAY(antin_name_parse(subject, &tbs, &err));
	antin_bytes_add(&tbs, antin_public_spki(key).p, antin_public_spki(key).len);
	antin_der_close(&tbs, outer);
	W_OKAY(antin_key_sign_message(issuer_key, a, antin_bytes_slice(&tbs), &sig, &err));
	outer = antin_der_open(&der, ANTIN_SEQUENCE);
	antin_bytes_add(&der, tbs.p, tbs.len);
	antin_sigalg_add(&der, a);
	antin_der_add_bits(&der, antin_bytes_slice(&sig));
	antin_der_close(&der, outer);
	W_OKAY(antin_cert_read(antin_bytes_slice(&der), &cert, &err));
	return cert;
}

/* Signs and verifies apart from the key object. */
static __attribute__((unused)) void
w_sign(struct antin_key *k, struct antin_sigalg a)
{
	ANTIN_SCOPED(antin_bytes) sig = {0};
	uint8_t digest[ANTIN_DIGEST_MAX];
	struct antin_slice d = {digest, antin_digest_size(a.digest)};
	struct antin_err err = {0};

	ck_assert_int_eq(antin_random(digest, sizeof(digest), &err), ANTIN_OK);
	T_OK(antin_key_sign(k, a, d, &sig, &err));
	T_OK(antin_public_verify(k->public_key, a, d, antin_bytes_slice(&sig), &err));
	digest[0] ^= 1;
	ck_assert_int_eq(antin_public_verify(k->public_key, a, d, antin_bytes_slice(&sig), NULL),
	                 ANTIN_E_BAD_SIGNATURE);
}

#define W_TOKEN "pkcs11:token=thu"

struct w_key {
	const char *type, *label; /* the list ends with NULL */
	bool decrypts;
};
static const struct w_key *w_wanted;

static void
w_make_keys(void)
{
	struct w_pins pins;
	struct antin_keystore *s;

	w_pins_set(&pins, W_PIN);
	s = w_store(w_module, &pins);
	for (const struct w_key *w = w_wanted; w->type; w++) {
		struct antin_keygen spec = {.label = w->label};
		struct antin_key *k = NULL;
		struct antin_err err = {0};

		W_OKAY(antin_keygen_parse(w->type, &spec, &err));
		spec.decrypts = w->decrypts;
		W_OKAY(antin_keystore_generate(s, W_TOKEN, &spec, &k, &err));
		antin_key_free(k);
	}
	antin_keystore_free(s);
}

/* The token of W_TOKEN with these keys, made in a child; false where there is no SoftHSM. */
static __attribute__((unused)) bool
w_begin_with(const struct w_key *keys)
{
	if (!w_begin("thu"))
		return false;
	w_wanted = keys;
	w_apart(w_make_keys);
	return true;
}

/* Objects of that label on the token, seen by the module itself. */
static inline size_t
w_count(const char *label)
{
	ANTIN_SCOPED(antin_modules) modules = {0};
	ANTIN_SCOPED(antin_token_objects) objects = {0};
	ANTIN_OWN_S(antin_token) t = NULL;
	struct antin_err err = {0};
	struct w_pins pins;
	size_t n = 0;

	w_pins_set(&pins, W_PIN);
	T_OK(antin_modules_load(w_module, &modules, &err));
	T_OK(antin_token_open(&modules, W_TOKEN, &t, &err));
	T_OK(antin_token_objects(t, &pins.source, &objects, &err));
	for (size_t i = 0; i < objects.n; i++)
		n += strcmp(objects.items[i].label, label) == 0;
	return n;
}

/* What is known of the token behind the fault module. */
static __attribute__((unused)) struct antin_token_info
w_token_info(const char *uri)
{
	ANTIN_SCOPED(antin_modules) modules = {0};
	ANTIN_OWN_S(antin_token) t = NULL;
	struct antin_token_info info;
	struct antin_err err = {0};

	T_OK(antin_modules_load(w_fault, &modules, &err));
	T_OK(antin_token_open(&modules, uri, &t, &err));
	T_OK(antin_token_info(t, &info, &err));
	return info;
}

#endif
