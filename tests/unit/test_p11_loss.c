/*
 * What a desk and a server room do to tokens: calls that hang, modules that forget themselves,
 * tokens taken out and put back, other tokens and keys in their place, more threads than sessions,
 * and any fault at any time.  ANTIN_LONG=1 runs the numbers that the issue names.
 */
#include "p11_desk.h"

#include <pthread.h>
#include <time.h>

#include <p11-kit/pkcs11.h>

#include "../../pkcs11/p11.h"

Suite *suite_p11_loss(void);

static bool
long_run(void)
{
	return getenv("ANTIN_LONG") != NULL;
}

static double
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static const char *const function_names[] = {
#define NAME(name) #name,
        FAULT_FUNCTIONS(NAME)
#undef NAME
};

/*
 * The program's part on a desktop: says it and ends; the caller reads what was said.  On a busy
 * machine another function may be late before the one that hangs.
 */
struct ending {
	const char *function;
	int fd;
};

static void
end_late(void *user, const struct antin_p11_late *what)
{
	const struct ending *e = user;
	char line[256];
	int n = snprintf(line, sizeof(line), "%s %u", what->function, what->ms);

	if (strcmp(what->function, e->function) != 0)
		return;
	_exit(write(e->fd, line, (size_t)n) == n && strstr(what->module, "p11fault") ? 6 : 1);
}

/* Everything that the core does with a token, in one go; what fails does not matter here. */
static void
all_there_is(struct antin_keystore *s, struct w_pins *pins, int number)
{
	char label[32], uri[80];
	ANTIN_SCOPED(antin_modules) modules = {0};
	ANTIN_SCOPED(antin_token_mechanisms) list = {0};
	ANTIN_SCOPED(antin_bytes) out = {.secret = true};
	struct antin_token_setup setup = {.label = "moi",
	                                  .so_pin = antin_slice_text(W_SO_PIN),
	                                  .user_pin = antin_slice_text(W_PIN)};
	struct antin_token *t = NULL;
	struct antin_key *k = NULL, *rsa = NULL, *made = NULL;
	struct antin_keygen spec = {.type = ANTIN_KEY_P256, .label = label};
	struct antin_module_info info;
	struct antin_cert *cert;
	uint8_t digest[32] = {1}, box[256] = {0};
	struct w_pins officer;

	w_pins_set(&officer, W_SO_PIN);
	(void)snprintf(label, sizeof(label), "tam%d", number); /* others were left half-way */
	(void)!antin_keystore_find(s, TOKEN ";object=p256", &k, NULL);
	(void)!sign_digest(k, digest, &out, NULL);
	(void)!antin_keystore_find(s, TOKEN ";object=rsa", &rsa, NULL);
	(void)!antin_token_decrypt(rsa, ANTIN_PADDING_V15, ANTIN_SHA256,
	                           (struct antin_slice){box, 256}, &out, NULL);
	memcpy(box, antin_public_spki(k->public_key).p + 26, 65);
	(void)!antin_token_agree(k, (struct antin_slice){box, 65}, &out, NULL);
	(void)!antin_keystore_generate(s, TOKEN, &spec, &made, NULL);
	cert = w_certify(made->public_key, "CN=a", made, "CN=a", 1);
	(void)!antin_keystore_store(s, TOKEN, cert, NULL);
	(void)!antin_modules_load(w_fault, &modules, NULL);
	(void)!antin_module_info(modules.items[0], &info, NULL);
	(void)!antin_token_open(&modules, TOKEN, &t, NULL);
	(void)!antin_token_mechanisms(t, &list, NULL);
	(void)snprintf(uri, sizeof(uri), TOKEN ";object=%s;type=private", label);
	(void)!antin_token_delete(t, uri, &pins->source, NULL, NULL);
	(void)!antin_token_pin_unblock(t, ANTIN_UNBLOCK_SO, &officer.source, &pins->source, NULL);
	(void)!antin_token_pin_change(t, &pins->source, &officer.source, NULL);
	(void)!antin_token_pin_change(t, &officer.source, &pins->source, NULL);
	(void)!antin_token_init(&modules, NULL, &setup, NULL, NULL);
	antin_cert_free(cert);
	antin_token_free(t);
	antin_key_free(k);
	antin_key_free(rsa);
	antin_key_free(made);
}

static void
hanging(enum fault_function f, int fd)
{
	struct ending ending = {function_names[f], fd};
	struct antin_p11_config config = {.call_ms = 200,
	                                  .pad_ms = 210,
	                                  .generate_ms = 220,
	                                  .late = end_late,
	                                  .user = &ending};
	struct fault_control *c = w_control();
	struct antin_keystore *s;
	struct w_pins pins;

	*c = (struct fault_control){.tries = -1, .max_sessions = -1};
	rule(c, f, FAULT_HANG, 0, -1);
	antin_p11_configure(&config);
	w_pins_set(&pins, W_PIN);
	s = w_store(w_fault, &pins);
	all_there_is(s, &pins, (int)f);
	antin_keystore_free(s);
}

/* Every function that hangs is named, with the limit of its kind, and the process ends with 6. */
START_TEST(hang)
{
	enum fault_function f = (enum fault_function)_i;
	char line[256] = "", want[64];
	int ends[2], status = 0;
	ssize_t n;
	pid_t pid;

	if (!w_ready)
		return;
	ck_assert_int_eq(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		hanging(f, ends[1]);
		_exit(0);
	}
	(void)close(ends[1]);
	n = read(ends[0], line, sizeof(line) - 1);
	(void)close(ends[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 6, "%s: status %x, \"%s\"",
	              function_names[f], (unsigned int)status, n > 0 ? line : "");
	(void)snprintf(want, sizeof(want), "%s %d", function_names[f],
	               f == FAULT_C_GenerateKeyPair || f == FAULT_C_InitToken ? 220 : 200);
	ck_assert_str_eq(line, want);
}
END_TEST

/* Told once; a call that comes back late after all is as good as any other. */
static struct antin_p11_late told;
static int told_times;
static void
release_late(void *user, const struct antin_p11_late *what)
{
	struct fault_control *c = user;

	told = *what;
	told_times++;
	(void)usleep(50000);
	c->released = true;
}

START_TEST(late_but_good)
{
	struct desk d;
	struct antin_p11_config config = {.call_ms = 400, .late = release_late};

	if (!w_ready)
		return;
	config.user = w_control();
	antin_p11_configure(&config);
	desk_open(&d);
	rule(d.control, FAULT_C_Sign, FAULT_HANG, 0, 1);
	ck_assert_msg(sign(&d) == ANTIN_OK, "%s", w_line(&d.err));
	ck_assert_int_eq(told_times, 1);
	ck_assert_str_eq(told.function, "C_Sign");
	ck_assert_msg(sign(&d) == ANTIN_OK, "%s", w_line(&d.err));
	ck_assert_int_eq(told_times, 1);
	desk_close(&d);
}
END_TEST

/* A pad gets the time that a person needs. */
START_TEST(pad_time)
{
	struct desk d;
	struct antin_p11_config config = {.call_ms = 5000, .pad_ms = 90, .late = release_late};

	if (!w_ready)
		return;
	config.user = w_control();
	antin_p11_configure(&config);
	desk_open(&d);
	d.control->flags = CKF_PROTECTED_AUTHENTICATION_PATH;
	rule(d.control, FAULT_C_Login, FAULT_HANG, 0, 1);
	(void)!sign(&d);
	ck_assert_int_eq(told_times, 1);
	ck_assert_str_eq(told.function, "C_Login");
	ck_assert_uint_eq(told.ms, 90);
	desk_close(&d);
}
END_TEST

/* A module that lost itself is initialised anew, once, and the signature is delivered. */
static const struct {
	const char *what;
	enum fault_function function;
	unsigned long rv;
	long count; /* 0: the module is finalised behind our back */
	enum antin_rc rc;
	long initialized, signs;
} restarts[] = {
        {"finalised", FAULT_C_SignInit, 0, 0, ANTIN_OK, 2, 1},
        {"not initialised", FAULT_C_Sign, CKR_CRYPTOKI_NOT_INITIALIZED, 1, ANTIN_OK, 2, 2},
        {"not initialised", FAULT_C_Sign, CKR_CRYPTOKI_NOT_INITIALIZED, -1, ANTIN_E_TOKEN, 3, 2},
        {"general error", FAULT_C_Sign, CKR_GENERAL_ERROR, 1, ANTIN_OK, 2, 2},
        {"general error", FAULT_C_OpenSession, CKR_GENERAL_ERROR, 1, ANTIN_OK, 2, 1},
        {"general error", FAULT_C_Sign, CKR_GENERAL_ERROR, -1, ANTIN_E_TOKEN, 3, 2},
        {"device error", FAULT_C_Sign, CKR_DEVICE_ERROR, 1, ANTIN_OK, 1, 2},
        {"session gone", FAULT_C_Sign, CKR_SESSION_HANDLE_INVALID, 1, ANTIN_OK, 1, 2},
        {"out of memory", FAULT_C_Sign, CKR_DEVICE_MEMORY, 1, ANTIN_E_TOKEN, 1, 1},
};

START_TEST(restart)
{
	struct desk d;

	if (!w_ready)
		return;
	desk_open(&d);
	if (restarts[_i].count == 0)
		d.control->stopped = true;
	else
		rule(d.control, restarts[_i].function, restarts[_i].rv, 0, restarts[_i].count);
	ck_assert_msg(sign(&d) == restarts[_i].rc, "%s: %s", restarts[_i].what, w_line(&d.err));
	ck_assert_int_eq(d.control->calls[FAULT_C_Initialize], restarts[_i].initialized);
	ck_assert_int_eq(d.control->calls[FAULT_C_Sign], restarts[_i].signs);
	ck_assert_int_le(d.pins.asked, 2);
	d.control->n_rules = 0;
	ck_assert_msg(sign(&d) == ANTIN_OK, "%s: %s", restarts[_i].what, w_line(&d.err));
	desk_close(&d);
}
END_TEST

/* Where the module belongs to another part of the program it is not taken from it. */
START_TEST(not_ours)
{
	struct desk d;

	if (!w_ready)
		return;
	d.control = w_control();
	memset(&d, 0, sizeof(d));
	d.control = w_control();
	*d.control = (struct fault_control){.tries = -1, .max_sessions = -1};
	rule(d.control, FAULT_C_Initialize, CKR_CRYPTOKI_ALREADY_INITIALIZED, 0, 1);
	{ /* initialised by that other part */
		void *library = dlopen(w_module, RTLD_NOW | RTLD_LOCAL);
		CK_RV (*get)(CK_FUNCTION_LIST **);
		void *symbol = dlsym(library, "C_GetFunctionList");
		CK_FUNCTION_LIST *f = NULL;

		memcpy(&get, &symbol, sizeof(get));
		ck_assert(get(&f) == CKR_OK && f->C_Initialize(NULL) == CKR_OK);
	}
	w_pins_set(&d.pins, W_PIN);
	d.store = w_store(w_fault, &d.pins);
	ck_assert_int_eq(antin_keystore_find(d.store, TOKEN ";object=p256", &d.key, &d.err),
	                 ANTIN_OK);
	rule(d.control, FAULT_C_Sign, CKR_GENERAL_ERROR, 0, 1);
	ck_assert_msg(sign(&d) == ANTIN_OK, "%s", w_line(&d.err));
	antin_key_free(d.key);
	antin_keystore_free(d.store);
	ck_assert_int_eq(d.control->calls[FAULT_C_Initialize], 1);
	ck_assert_int_eq(d.control->calls[FAULT_C_Finalize], 0);
}
END_TEST

/* The module is not started again under another token that somebody is logged in to. */
START_TEST(not_under_others)
{
	struct desk d;
	struct antin_key *other = NULL;
	struct antin_err err = {0};

	if (!w_ready)
		return;
	ck_assert(w_token("khac"));
	desk_open(&d);
	other = w_generate(d.store, "pkcs11:token=khac", "p256", "khoa");
	w_sign(other, (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA256});
	rule(d.control, FAULT_C_Sign, CKR_GENERAL_ERROR, 0, 1);
	ck_assert_msg(sign(&d) == ANTIN_OK, "%s", w_line(&d.err));
	ck_assert_int_eq(d.control->calls[FAULT_C_Initialize], 1);
	rule(d.control, FAULT_C_Sign, CKR_CRYPTOKI_NOT_INITIALIZED, 0, 1); /* all is lost anyhow */
	ck_assert_msg(sign(&d) == ANTIN_OK, "%s", w_line(&d.err));
	ck_assert_int_eq(d.control->calls[FAULT_C_Initialize], 2);
	w_sign(other, (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA256});
	antin_key_free(other);
	ck_assert_int_eq(antin_keystore_find(d.store, "pkcs11:token=khac;object=khoa", &other,
	                                     &err),
	                 ANTIN_OK);
	antin_key_free(other);
	desk_close(&d);
}
END_TEST

static void *
put_back(void *user)
{
	struct fault_control *c = user;

	(void)usleep(400000);
	c->slot_shift = 0x1000; /* into another reader */
	c->absent = false;
	return NULL;
}

/* Taken out, and put back into another slot: the same key goes on, or REMOVED is said. */
START_TEST(taken_out)
{
	struct antin_p11_config config = {.return_ms = _i ? 4000 : 0};
	struct desk d;
	pthread_t thread;

	if (!w_ready)
		return;
	antin_p11_configure(&config);
	desk_open(&d);
	ck_assert_int_eq(sign(&d), ANTIN_OK);
	d.control->absent = true;
	rule(d.control, FAULT_C_SignInit, CKR_DEVICE_REMOVED, 0, 1);
	ck_assert_int_eq(pthread_create(&thread, NULL, put_back, d.control), 0);
	if (_i) {
		double start = seconds();

		ck_assert_msg(sign(&d) == ANTIN_OK, "%s", w_line(&d.err));
		ck_assert_msg(seconds() - start < 3.4, "%.1f s", seconds() - start);
		ck_assert_int_eq(d.pins.noticed, 1);
		ck_assert_int_eq(d.control->calls[FAULT_C_Sign], 2);
	} else {
		ck_assert_int_eq(sign(&d), ANTIN_E_REMOVED);
		ck_assert_ptr_nonnull(strstr(w_line(&d.err), "\"thu\""));
		ck_assert_int_eq(sign(&d), ANTIN_E_REMOVED); /* and no PIN is asked for */
		ck_assert_int_eq(d.pins.asked, 1);
		ck_assert_int_eq(d.pins.noticed, 0);
	}
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_msg(sign(&d) == ANTIN_OK, "%s", w_line(&d.err));
	ck_assert_int_eq(d.pins.asked, 2);
	ck_assert_int_eq(d.control->bad_logins, 0);
	desk_close(&d);
}
END_TEST

/* Taken out while the PIN is on its way: that is told, unless the PIN is known to be wrong. */
static const struct {
	unsigned long rv;
	enum antin_rc rc;
} pulled[] = {
        {CKR_USER_PIN_NOT_INITIALIZED, ANTIN_E_REMOVED},
        {CKR_SESSION_HANDLE_INVALID, ANTIN_E_REMOVED},
        {CKR_FUNCTION_FAILED, ANTIN_E_REMOVED},
        {CKR_GENERAL_ERROR, ANTIN_E_REMOVED},
        {CKR_PIN_INCORRECT, ANTIN_E_PIN_WRONG},
};

START_TEST(taken_out_at_login)
{
	struct desk d;

	if (!w_ready)
		return;
	desk_open(&d);
	d.control->pulled = true;
	rule(d.control, FAULT_C_Login, pulled[_i].rv, 0, 1);
	ck_assert_int_eq(sign(&d), pulled[_i].rc);
	ck_assert_int_eq(d.control->calls[FAULT_C_Login], 1);
	d.control->pulled = false;
	d.control->absent = false;
	if (pulled[_i].rc == ANTIN_E_REMOVED)
		ck_assert_msg(sign(&d) == ANTIN_OK, "%s", w_line(&d.err));
	ck_assert_int_eq(d.control->bad_logins, 1);
	desk_close(&d);
}
END_TEST

/* Another token in the slot gets neither the PIN nor the digest. */
START_TEST(another_token)
{
	struct desk d;
	long logins;

	if (!w_ready)
		return;
	desk_open(&d);
	ck_assert_int_eq(sign(&d), ANTIN_OK);
	logins = d.control->calls[FAULT_C_Login];
	d.control->lose_sessions = true;
	d.control->other_serial = true;
	ck_assert_int_eq(sign(&d), ANTIN_E_REMOVED);
	ck_assert_int_eq(d.control->calls[FAULT_C_Login], logins);
	ck_assert_int_eq(d.control->calls[FAULT_C_Sign], 1);
	d.control->other_serial = false;
	ck_assert_msg(sign(&d) == ANTIN_OK, "%s", w_line(&d.err));
	desk_close(&d);
}
END_TEST

/* The key was made again with the same names while we held it: it is not ours. */
START_TEST(another_key)
{
	struct antin_keygen spec = {.label = "doi"};
	struct antin_keystore *s;
	struct antin_key *k = NULL, *again = NULL;
	struct antin_token *t = NULL;
	ANTIN_SCOPED(antin_modules) modules = {0};
	ANTIN_SCOPED(antin_bytes) id = {0};
	struct antin_err err = {0};
	uint8_t digest[32] = {1};
	ANTIN_SCOPED(antin_bytes) sig = {0};
	struct w_pins pins;

	if (!w_ready)
		return;
	w_pins_set(&pins, W_PIN);
	s = w_store(w_module, &pins);
	T_OK(antin_keygen_parse(_i ? "rsa2048" : "p256", &spec, &err));
	spec.id = antin_slice_text("12345678");
	T_OK(antin_keystore_generate(s, TOKEN, &spec, &k, &err));
	w_sign(k, antin_sigalg_default(antin_public_type(k->public_key)));
	T_OK(antin_modules_load(w_module, &modules, &err));
	T_OK(antin_token_open(&modules, TOKEN, &t, &err));
	T_OK(antin_token_delete(t, TOKEN ";object=doi", &pins.source, NULL, &err));
	ck_assert_int_eq(antin_key_sign(k, antin_sigalg_default(antin_public_type(k->public_key)),
	                                (struct antin_slice){digest, 32}, &sig, &err),
	                 ANTIN_E_NOT_FOUND);
	antin_err_clear(&err);
	T_OK(antin_keystore_generate(s, TOKEN, &spec, &again, &err));
	ck_assert_int_eq(antin_key_sign(k, antin_sigalg_default(antin_public_type(k->public_key)),
	                                (struct antin_slice){digest, 32}, &sig, &err),
	                 ANTIN_E_NOT_FOUND);
	ck_assert_uint_eq(sig.len, 0);
	w_sign(again, antin_sigalg_default(antin_public_type(again->public_key)));
	antin_err_clear(&err);
	T_OK(antin_token_delete(t, TOKEN ";object=doi", &pins.source, NULL, &err));
	antin_token_free(t);
	antin_key_free(k);
	antin_key_free(again);
	antin_keystore_free(s);
}
END_TEST

/* One key, more threads than sessions: each waits its turn, none is told that it is busy. */
enum { THREADS_MAX = 48 };
struct worker {
	struct antin_key *key;
	int count, number, good;
	char first[400];
};

static void *
work(void *user)
{
	struct worker *w = user;
	struct antin_err err = {0};

	for (int i = 0; i < w->count; i++) {
		ANTIN_SCOPED(antin_bytes) sig = {0};
		uint8_t digest[32] = {(uint8_t)i, (uint8_t)(i >> 8), (uint8_t)w->number};

		if (sign_digest(w->key, digest, &sig, &err) == ANTIN_OK)
			w->good++;
		else if (!w->first[0])
			(void)antin_err_line(&err, NULL, w->first, sizeof(w->first));
	}
	return NULL;
}

static const struct {
	long sessions;
	bool no_locking, faults;
} crowds[] = {{-1, false, false}, {1, false, false}, {2, false, false},
              {5, false, false},  {-1, true, false}, {-1, false, true}};

START_TEST(crowd)
{
	static struct worker workers[THREADS_MAX];
	pthread_t threads[THREADS_MAX];
	int n = long_run() ? THREADS_MAX : 12, each = long_run() ? 400 : 25, good = 0;
	struct desk d;

	if (!w_ready)
		return;
	desk_open(&d);
	d.control->max_sessions = crowds[_i].sessions;
	if (crowds[_i].no_locking) { /* known from C_Initialize on */
		desk_close(&d);
		desk_open(&d);
		antin_key_free(d.key);
		antin_keystore_free(d.store);
		d.control->no_locking = true;
		d.store = w_store(w_fault, &d.pins);
		ck_assert_int_eq(antin_keystore_find(d.store, TOKEN ";object=p256", &d.key, &d.err),
		                 ANTIN_OK);
		d.control->max_in_call = 0;
	}
	ck_assert_int_eq(sign(&d), ANTIN_OK);
	for (int i = 0; i < n; i++) {
		workers[i] = (struct worker){.key = d.key, .count = each, .number = i};
		ck_assert_int_eq(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
	}
	for (int i = 0; crowds[_i].faults && i < 20; i++) {
		(void)usleep(5000);
		d.control->lose_sessions = true;
	}
	for (int i = 0; i < n; i++) {
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
		good += workers[i].good;
		if (!crowds[_i].faults)
			ck_assert_msg(workers[i].good == each, "%d: %s", i, workers[i].first);
	}
	/* sessions that die twice under one signature may fail it, never more */
	ck_assert_msg(good >= n * each - (crowds[_i].faults ? 20 * n : 0), "%d of %d", good,
	              n * each);
	ck_assert_int_eq(sign(&d), ANTIN_OK);
	/* a login may find that its session died, as often as they die */
	ck_assert_int_le(d.control->bad_logins, crowds[_i].faults ? 20 : 0);
	if (crowds[_i].no_locking)
		ck_assert_int_eq(d.control->max_in_call, 1);
	if (crowds[_i].sessions > 0)
		ck_assert_int_le(d.control->sessions, crowds[_i].sessions);
	desk_close(&d);
}
END_TEST

/* When no session comes back in time it is said, after the time and not before. */
static void *
sign_thread(void *user)
{
	(void)!sign(user);
	return NULL;
}

START_TEST(all_busy)
{
	struct antin_p11_config config = {.call_ms = 300};
	struct desk d, second;
	pthread_t thread;
	double start;

	if (!w_ready)
		return;
	antin_p11_configure(&config);
	desk_open(&d);
	ck_assert_int_eq(sign(&d), ANTIN_OK);
	d.control->max_sessions = d.control->sessions;
	rule(d.control, FAULT_C_Sign, FAULT_HANG, 0, 1);
	ck_assert_int_eq(pthread_create(&thread, NULL, sign_thread, &d), 0);
	while (d.control->calls[FAULT_C_Sign] < 2)
		(void)usleep(1000);
	second = d;
	start = seconds();
	ck_assert_int_eq(sign(&second), ANTIN_E_BUSY);
	ck_assert(seconds() - start > 0.25);
	d.control->released = true;
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_msg(sign(&d) == ANTIN_OK, "%s", w_line(&d.err));
	desk_close(&d);
}
END_TEST

/* Any code at any function at any time: the process stands, and the next signature is made. */
static const unsigned long any_code[] = {CKR_GENERAL_ERROR,
                                         CKR_DEVICE_ERROR,
                                         CKR_DEVICE_REMOVED,
                                         CKR_TOKEN_NOT_PRESENT,
                                         CKR_SESSION_HANDLE_INVALID,
                                         CKR_SESSION_CLOSED,
                                         CKR_USER_NOT_LOGGED_IN,
                                         CKR_OBJECT_HANDLE_INVALID,
                                         CKR_KEY_HANDLE_INVALID,
                                         CKR_OPERATION_ACTIVE,
                                         CKR_HOST_MEMORY,
                                         CKR_DEVICE_MEMORY,
                                         CKR_FUNCTION_FAILED,
                                         CKR_SESSION_COUNT,
                                         CKR_BUFFER_TOO_SMALL,
                                         CKR_SLOT_ID_INVALID,
                                         CKR_FUNCTION_CANCELED,
                                         CKR_CRYPTOKI_NOT_INITIALIZED,
                                         CKR_ARGUMENTS_BAD,
                                         CKR_MECHANISM_INVALID,
                                         0x80000042UL,
                                         CKR_TOKEN_NOT_RECOGNIZED};

START_TEST(at_random)
{
	unsigned int seed = 20261122;
	int rounds = long_run() ? 5000 : 250, failed = 0;
	struct desk d;

	if (!w_ready)
		return;
	desk_open(&d);
	for (int i = 0; i < rounds; i++) {
		enum fault_function f =
		        (enum fault_function)((unsigned int)rand_r(&seed) % FAULT_FUNCTION_COUNT);
		size_t code = (size_t)rand_r(&seed) % (sizeof(any_code) / sizeof(any_code[0]));
		long before = d.control->calls[FAULT_C_Sign];
		int asked = d.pins.asked;

		if (f == FAULT_C_Login) /* a burnt PIN is not sent again: its own tests */
			continue;
		rule(d.control, f, any_code[code], rand_r(&seed) % 4, rand_r(&seed) % 3 + 1);
		failed += sign(&d) != ANTIN_OK;
		ck_assert_int_le(d.control->calls[FAULT_C_Sign] - before, 2);
		ck_assert_int_le(d.pins.asked - asked, 2);
		d.control->n_rules = 0;
		ck_assert_msg(sign(&d) == ANTIN_OK, "%d: after %s 0x%lx: %s", i, function_names[f],
		              any_code[code], w_line(&d.err));
	}
	ck_assert_int_ge(failed, rounds / 100); /* the faults do arrive */
	ck_assert_int_eq(d.control->bad_logins, 0);
	desk_close(&d);
}
END_TEST

/*
 * The number of the issue: a fault with each hundredth signature and three restarts of the module;
 * all delivered, all valid (antin_key_sign checks each), none twice.
 */
START_TEST(many)
{
	int count = long_run() ? 10000 : 600;
	static uint8_t seen[10000][72];
	struct desk d;

	if (!w_ready)
		return;
	desk_open(&d);
	for (int i = 0; i < count; i++) {
		static const unsigned long codes[] = {CKR_SESSION_HANDLE_INVALID,
		                                      CKR_DEVICE_REMOVED, CKR_GENERAL_ERROR,
		                                      CKR_DEVICE_ERROR, CKR_USER_NOT_LOGGED_IN};
		ANTIN_SCOPED(antin_bytes) sig = {0};
		uint8_t digest[32] = {(uint8_t)i, (uint8_t)(i >> 8)};
		long before = d.control->calls[FAULT_C_Sign];
		bool fault = i % 100 == 50;

		d.control->n_rules = 0;
		if (fault)
			rule(d.control, i % 200 == 50 ? FAULT_C_Sign : FAULT_C_SignInit,
			     codes[i / 100 % 5], 0, 1);
		d.control->stopped = (i - 7) % (count / 4) == 0 && i > 7;
		ck_assert_msg(sign_digest(d.key, digest, &sig, &d.err) == ANTIN_OK, "%d: %s", i,
		              w_line(&d.err));
		ck_assert_int_le(d.control->calls[FAULT_C_Sign] - before, 2);
		memcpy(seen[i], sig.p, sig.len < 72 ? sig.len : 72);
	}
	for (int i = 1; i < count; i++)
		ck_assert_msg(memcmp(seen[i], seen[i - 1], 72) != 0, "%d twice", i);
	ck_assert_int_ge(d.control->calls[FAULT_C_Initialize], 4);
	ck_assert_int_eq(d.control->bad_logins, 0);
	desk_close(&d);
}
END_TEST

Suite *
suite_p11_loss(void)
{
	Suite *s = suite_create("p11_loss");
	TCase *tc = tcase_create("loss");

	tcase_add_unchecked_fixture(tc, setup, w_end);
	if (long_run())
		tcase_set_timeout(tc, 600);
	tcase_add_loop_test(tc, hang, 0, FAULT_FUNCTION_COUNT);
	tcase_add_test(tc, late_but_good);
	tcase_add_test(tc, pad_time);
	tcase_add_loop_test(tc, restart, 0, sizeof(restarts) / sizeof(restarts[0]));
	tcase_add_test(tc, not_ours);
	tcase_add_test(tc, not_under_others);
	tcase_add_loop_test(tc, taken_out, 0, 2);
	tcase_add_loop_test(tc, taken_out_at_login, 0, (int)(sizeof(pulled) / sizeof(pulled[0])));
	tcase_add_test(tc, another_token);
	tcase_add_loop_test(tc, another_key, 0, 2);
	tcase_add_loop_test(tc, crowd, 0, sizeof(crowds) / sizeof(crowds[0]));
	tcase_add_test(tc, all_busy);
	tcase_add_test(tc, at_random);
	tcase_add_test(tc, many);
	suite_add_tcase(s, tc);
	return s;
}
