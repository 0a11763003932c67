/*
 * A module in a process of its own: it hangs, crashes and is killed at every function that finding
 * and signing call, under threads, in a row; the program lives, says what happened, and the next
 * signature is made.  No child, descriptor or session is left.  ANTIN_LONG=1: every function, more.
 */
#include "isolate_world.h"

#include <pthread.h>
#include <stdatomic.h>

Suite *suite_p11_isolate(void);

/* ---- a good module ---- */

START_TEST(signs_apart)
{
	struct service s;
	ANTIN_SCOPED(antin_modules) modules = {0};
	struct antin_module_info info;
	pid_t pid;

	if (!w_ready)
		return;
	configure(SLOW_MS);
	put_file(rules, "# none\n");
	service_open(&s);
	pid = child_of(getpid());
	ck_assert_int_gt(pid, 0);
	for (int i = 0; i < 20; i++)
		ck_assert_msg(sign(&s) == ANTIN_OK, "%s", w_line(&s.err));
	ck_assert_int_eq(s.pins.asked, 1);
	ck_assert_int_eq(child_of(getpid()), pid);
	ck_assert_int_eq(antin_modules_load(w_fault, &modules, &s.err), ANTIN_OK);
	ck_assert(antin_module_isolated(modules.items[0]));
	ck_assert_int_eq(antin_module_info(modules.items[0], &info, NULL), ANTIN_OK);
	ck_assert_str_eq(info.manufacturer, "SoftHSM");
	antin_modules_done(&modules);
	service_close(&s, true);
	ck_assert_int_eq(counted("C_Sign"), 20);
	ck_assert_int_eq(counted("C_Login"), 1);
}
END_TEST

/* Not isolated when nobody asked for it. */
START_TEST(inside_by_default)
{
	ANTIN_SCOPED(antin_modules) modules = {0};
	struct antin_err err = {0};

	if (!w_ready)
		return;
	T_OK(antin_modules_load(w_module, &modules, &err));
	ck_assert(!antin_module_isolated(modules.items[0]));
	ck_assert_int_eq(child_of(getpid()), 0);
}
END_TEST

/* ---- each function hangs, and crashes ---- */

/* When the function meets its fault, and what becomes of what was asked for then. */
static const struct fault {
	const char *name;
	enum { FINDING, SIGNING, CLOSING } when;
	enum antin_rc crash; /* OK: what was asked for is done once more */
	enum antin_rc hang;  /* OK: its answer is no matter */
} faults[] = {
        {"C_Sign", SIGNING, ANTIN_OK, ANTIN_E_TIMEOUT},
        {"C_Login", SIGNING, ANTIN_E_TOKEN, ANTIN_E_TIMEOUT}, /* a PIN is not sent twice */
        {"C_GetSlotList", FINDING, ANTIN_OK, ANTIN_E_TIMEOUT},
        {"C_Finalize", CLOSING, ANTIN_OK, ANTIN_OK},
        {"C_SignInit", SIGNING, ANTIN_OK, ANTIN_E_TIMEOUT},
        {"C_OpenSession", SIGNING, ANTIN_OK, ANTIN_E_TIMEOUT},
        {"C_GetSessionInfo", SIGNING, ANTIN_OK, ANTIN_E_TIMEOUT},
        {"C_GetMechanismList", SIGNING, ANTIN_OK, ANTIN_E_TIMEOUT},
        {"C_GetTokenInfo", SIGNING, ANTIN_E_TOKEN, ANTIN_E_TIMEOUT},
        {"C_CopyObject", SIGNING, ANTIN_OK, ANTIN_OK},
        {"C_Initialize", FINDING, ANTIN_E_TOKEN, ANTIN_E_TIMEOUT},
        {"C_GetInfo", FINDING, ANTIN_OK, ANTIN_OK},
        {"C_FindObjectsInit", FINDING, ANTIN_OK, ANTIN_E_TIMEOUT},
        {"C_FindObjects", FINDING, ANTIN_OK, ANTIN_E_TIMEOUT},
        {"C_FindObjectsFinal", FINDING, ANTIN_OK, ANTIN_E_TIMEOUT},
        {"C_GetAttributeValue", FINDING, ANTIN_OK, ANTIN_E_TIMEOUT},
        {"C_OpenSession", FINDING, ANTIN_OK, ANTIN_E_TIMEOUT},
        {"C_GetTokenInfo", FINDING, ANTIN_E_TOKEN, ANTIN_E_TIMEOUT},
        {"C_CloseSession", CLOSING, ANTIN_OK, ANTIN_OK},
};
enum { FAULTS = sizeof(faults) / sizeof(faults[0]), FAULTS_QUICK = 4 };

static int
faults_tried(void)
{
	return getenv("ANTIN_LONG") ? FAULTS : FAULTS_QUICK;
}

static enum antin_rc
find(struct service *s)
{
	antin_err_clear(&s->err);
	return antin_keystore_find(s->store, TOKEN ";object=p256", &s->key, &s->err);
}

static void
met(const struct fault *f, const char *what, enum antin_rc rc, enum antin_rc want,
    const struct service *s)
{
	ck_assert_msg(!is_there(once), "%s is not called", f->name);
	ck_assert_msg(rc == want, "%s %s gave [%s] %s", f->name, what, antin_rc_id(rc),
	              w_line(&s->err));
	if (rc != ANTIN_OK)
		ck_assert_msg(strstr(w_line(&s->err), f->name), "%s: %s", f->name, w_line(&s->err));
}

static void
strike(const struct fault *f, const char *what, enum antin_rc want)
{
	struct service s = {.descriptors = count_entries("/proc/self/fd")};
	enum antin_rc rc;

	rule("once", f->name, what);
	w_pins_set(&s.pins, W_PIN);
	s.pins.source.stored = true;
	s.store = w_store(w_fault, &s.pins);
	if (f->when == FINDING) {
		put_file(once, "");
		rc = find(&s);
		met(f, what, rc, want, &s);
	}
	if (!s.key)
		ck_assert_msg(find(&s) == ANTIN_OK, "%s", w_line(&s.err));
	if (f->when == SIGNING) {
		put_file(once, "");
		rc = sign(&s);
		met(f, what, rc, want, &s);
	}
	for (int i = 0; i < 3; i++)
		ck_assert_msg(sign(&s) == ANTIN_OK, "after %s %s: %s", f->name, what,
		              w_line(&s.err));
	ck_assert_int_le(s.pins.asked, 2);
	if (f->when == CLOSING)
		put_file(once, "");
	service_close(&s, f->when != CLOSING);
	ck_assert_msg(!is_there(once), "%s is not called", f->name);
}

START_TEST(crash)
{
	if (!w_ready || _i >= faults_tried())
		return;
	configure(SLOW_MS);
	strike(&faults[_i], CRASHES, faults[_i].crash);
}
END_TEST

/* Told by its name; not repeated, for it could take as long again. */
START_TEST(hang)
{
	if (!w_ready || (_i > 0 && faults_tried() < FAULTS))
		return;
	configure(HASTY_MS);
	strike(&faults[_i], HANGS, faults[_i].hang);
}
END_TEST

/* ---- what changes a token is never repeated ---- */

static const struct {
	const char *function, *what;
	enum antin_rc rc;
	size_t left; /* objects; nobody can know what a dead module has done */
} makings[] = {
        {"C_GenerateKeyPair", CRASHES, ANTIN_E_TOKEN, 0},
        {"C_GenerateKeyPair", HANGS, ANTIN_E_TIMEOUT, 0},
        {"C_SetAttributeValue", CRASHES, ANTIN_E_TOKEN, 2},
};

START_TEST(made_once)
{
	struct antin_keygen spec = {.type = ANTIN_KEY_P256, .label = "moi"};
	struct antin_key *made = NULL;
	struct service s;
	enum antin_rc rc;

	if (!w_ready)
		return;
	configure(makings[_i].what[9] == '7' ? HASTY_MS : SLOW_MS);
	rule("once", makings[_i].function, makings[_i].what);
	service_open(&s);
	ck_assert_int_eq(sign(&s), ANTIN_OK);
	put_file(once, "");
	rc = antin_keystore_generate(s.store, TOKEN, &spec, &made, &s.err);
	ck_assert_msg(rc == makings[_i].rc, "%s", w_line(&s.err));
	ck_assert_ptr_null(made);
	ck_assert(!is_there(once));
	ck_assert_uint_eq(w_count("moi"), makings[_i].left);
	ck_assert_int_eq(sign(&s), ANTIN_OK);
	service_close(&s, true);
}
END_TEST

/* ---- decryption and key agreement, with a crash in each function once ---- */

static const char *const uses[] = {NULL, "C_DecryptInit", "C_Decrypt", "C_DeriveKey"};

START_TEST(decrypts_and_agrees)
{
	ANTIN_SCOPED(antin_bytes) first = {.secret = true};
	ANTIN_SCOPED(antin_bytes) again = {.secret = true};
	struct antin_keygen ec = {.type = ANTIN_KEY_P256, .decrypts = true};
	struct antin_keygen rsa = {0};
	char labels[2][16];
	struct antin_key *ec_key = NULL, *rsa_key = NULL;
	struct antin_slice point, box;
	uint8_t octets[256] = {1};
	struct service s;

	if (!w_ready || (_i > 0 && !getenv("ANTIN_LONG")))
		return;
	ck_assert_int_eq(antin_keygen_parse("rsa2048", &rsa, NULL), ANTIN_OK);
	rsa.decrypts = true;
	(void)snprintf(labels[0], sizeof(labels[0]), "ec%d", _i); /* one token for all of them */
	(void)snprintf(labels[1], sizeof(labels[1]), "rsa%d", _i);
	ec.label = labels[0];
	rsa.label = labels[1];
	configure(SLOW_MS);
	rule(uses[_i] ? "once" : "#", uses[_i] ? uses[_i] : "", CRASHES);
	service_open(&s);
	ck_assert_int_eq(antin_keystore_generate(s.store, TOKEN, &ec, &ec_key, &s.err), ANTIN_OK);
	ck_assert_int_eq(antin_keystore_generate(s.store, TOKEN, &rsa, &rsa_key, &s.err), ANTIN_OK);
	point = antin_public_spki(ec_key->public_key);
	point = (struct antin_slice){point.p + point.len - 65, 65};
	box = (struct antin_slice){octets, sizeof(octets)};
	ck_assert_msg(antin_token_agree(ec_key, point, &first, &s.err) == ANTIN_OK, "%s",
	              w_line(&s.err));
	ck_assert_uint_eq(first.len, 32);
	if (uses[_i])
		put_file(once, "");
	/* Nothing was encrypted for it: the token's own refusal, whatever happened before. */
	ck_assert_int_eq(antin_token_decrypt(rsa_key, ANTIN_PADDING_OAEP, ANTIN_SHA256, box, &again,
	                                     &s.err),
	                 ANTIN_E_DAMAGED);
	antin_bytes_clear(&again);
	antin_err_clear(&s.err);
	ck_assert_msg(antin_token_agree(ec_key, point, &again, &s.err) == ANTIN_OK, "%s",
	              w_line(&s.err));
	ck_assert(antin_bytes_equal(&first, &again));
	ck_assert(!is_there(once));
	antin_key_free(ec_key);
	antin_key_free(rsa_key);
	service_close(&s, true);
}
END_TEST

/* ---- a PIN whose answer never came ---- */

/*
 * Before the first right login nobody knows whether it was a wrong try: after two it is not sent
 * again.  Once the stored PIN was right, a crash is no wrong try, however often.
 */
START_TEST(pin_and_crash)
{
	struct service s;

	if (!w_ready)
		return;
	configure(SLOW_MS);
	rule("rv", "C_Login", CRASHES);
	service_open(&s);
	ck_assert_int_eq(sign(&s), ANTIN_E_TOKEN);
	ck_assert_int_eq(sign(&s), ANTIN_E_TOKEN);
	ck_assert_msg(sign(&s) == ANTIN_E_PIN_LAST_TRY, "%s", w_line(&s.err));
	s.pins.consent = true;
	put_file(rules, "# none\n");
	ck_assert_int_eq(kill(child_of(getpid()), SIGKILL), 0);
	sign_at_last(&s);
	s.pins.consent = false;
	for (int i = 0; i < 4; i++) {
		rule("once", "C_Login", CRASHES);
		put_file(once, "");
		ck_assert_int_eq(kill(child_of(getpid()), SIGKILL), 0);
		ck_assert_int_eq(sign(&s), ANTIN_E_TOKEN);
		ck_assert_msg(sign(&s) == ANTIN_OK, "%s", w_line(&s.err));
	}
	service_close(&s, true);
}
END_TEST

/* ---- killed under load ---- */

enum { THREADS = 6 };
struct load {
	struct service *service;
	atomic_long good, wanted, bad, turns[THREADS]; /* requests that each has ended */
	atomic_uint threads;
};

static void *
signer(void *user)
{
	struct load *l = user;
	struct antin_sigalg a = {ANTIN_ECDSA, ANTIN_SHA256};
	unsigned int self = l->threads++;

	for (; atomic_fetch_sub(&l->wanted, 1) > 0; l->turns[self]++) {
		ANTIN_SCOPED(antin_bytes) sig = {0};
		struct antin_err err = {0};
		uint8_t octets[32];
		struct antin_slice digest = {octets, sizeof(octets)};

		if (antin_random(octets, sizeof(octets), &err) == ANTIN_OK &&
		    antin_key_sign(l->service->key, a, digest, &sig, &err) == ANTIN_OK &&
		    antin_public_verify(l->service->key->public_key, a, digest,
		                        antin_bytes_slice(&sig), &err) == ANTIN_OK) {
			l->good++;
			continue;
		}
		(void)fprintf(stderr, "lost: %s\n", w_line(&err));
		l->bad++;
	}
	return NULL;
}

/* Each has ended a request since: none that met the last kill will meet the next one. */
static bool
all_turned(struct load *l, long since[THREADS])
{
	for (size_t i = 0; i < THREADS; i++)
		if (l->turns[i] <= since[i] + 1)
			return false;
	for (size_t i = 0; i < THREADS; i++)
		since[i] = l->turns[i];
	return true;
}

START_TEST(killed_under_load)
{
	struct service s;
	struct load l = {.service = &s};
	pthread_t threads[THREADS];
	long last = 0, since[THREADS] = {0}, all = getenv("ANTIN_LONG") ? 10000 : 1200;
	unsigned int kills = 0;

	if (!w_ready)
		return;
	l.wanted = all;
	configure(SLOW_MS);
	put_file(rules, "# none\n");
	service_open(&s);
	ck_assert_int_eq(sign(&s), ANTIN_OK);
	for (size_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, signer, &l), 0);
	while (l.good + l.bad < all) {
		pid_t pid = l.good - last > 150 && all_turned(&l, since) ? child_of(getpid()) : 0;

		if (pid && kill(pid, SIGKILL) == 0) {
			last = l.good;
			kills++;
		}
		(void)usleep(2000);
	}
	for (size_t i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	ck_assert_int_eq(l.bad, 0);
	ck_assert_int_eq(l.good, all);
	ck_assert_uint_ge(kills, 3);
	ck_assert_uint_le((unsigned int)s.pins.asked, kills * 2 + 1);
	service_close(&s, true);
}
END_TEST

/* One thread's hang ends with its deadline; the others' requests go on in the next helper. */
START_TEST(hang_under_load)
{
	struct service s;
	struct load l = {.service = &s};
	pthread_t threads[THREADS];

	if (!w_ready)
		return;
	l.wanted = 600;
	configure(HASTY_MS * 2);
	rule("once", "C_Sign", HANGS);
	service_open(&s);
	ck_assert_int_eq(sign(&s), ANTIN_OK);
	put_file(once, "");
	for (size_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, signer, &l), 0);
	for (size_t i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	ck_assert(!is_there(once));
	ck_assert_int_eq(l.bad, 1);
	ck_assert_int_eq(l.good, 599);
	service_close(&s, true);
}
END_TEST

Suite *
suite_p11_isolate(void)
{
	Suite *s = suite_create("p11_isolate");
	TCase *tc = tcase_create("helper");

	tcase_add_unchecked_fixture(tc, setup, w_end);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, signs_apart);
	tcase_add_test(tc, inside_by_default);
	tcase_add_loop_test(tc, crash, 0, FAULTS);
	tcase_add_loop_test(tc, hang, 0, FAULTS);
	tcase_add_loop_test(tc, made_once, 0, sizeof(makings) / sizeof(makings[0]));
	tcase_add_loop_test(tc, decrypts_and_agrees, 0, sizeof(uses) / sizeof(uses[0]));
	tcase_add_test(tc, pin_and_crash);
	tcase_add_test(tc, killed_under_load);
	tcase_add_test(tc, hang_under_load);
	suite_add_tcase(s, tc);
	return s;
}
