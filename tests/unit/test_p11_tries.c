/*
 * Tries of several programs at once on one card: never more than was agreed to, whatever comes at
 * the same time; answers that leave it open whether a try was spent; what the log is told; and the
 * officer's PIN when a token is begun anew.
 */
#include "p11_world.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include <p11-kit/pkcs11.h>

#include <antin/text.h>

#define TOKEN "pkcs11:token=thu"
#define KEY   TOKEN ";object=p256"

Suite *suite_p11_tries(void);

enum { PROGRAMS = 8 };

static char folder[128];

static const struct w_key token_keys[] = {{"p256", "p256", false}, {NULL, NULL, false}};

static void
setup(void)
{
	if (w_begin_with(token_keys))
		(void)snprintf(folder, sizeof(folder), "%s/state", w_dir);
}

static void
forget(void)
{
	char command[200];

	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

/* What was told to the log. */
static char told[8][512];
static int n_told;

static void
refused(void *user, const struct antin_p11_refusal *what)
{
	(void)user;
	W_TRUE(n_told < 8);
	(void)snprintf(told[n_told++], sizeof(told[0]), "%d %s %s %s %s %u %s", (int)what->why,
	               what->label, what->serial, what->answer, antin_pin_state_name(what->state),
	               what->wrong, strrchr(what->module, '/'));
}

static void
configure(unsigned int call_ms)
{
	struct antin_p11_config config = {.state = folder, .call_ms = call_ms, .refused = refused};

	antin_p11_configure(&config);
}

static enum antin_rc
sign_once(struct w_pins *pins, struct antin_err *err)
{
	struct antin_keystore *s = w_store(w_fault, pins);
	struct antin_key *k = NULL;
	ANTIN_SCOPED(antin_bytes) sig = {0};
	uint8_t digest[32] = {7};
	enum antin_rc rc = antin_keystore_find(s, KEY, &k, err);

	if (rc == ANTIN_OK)
		rc = antin_key_sign(k, (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA256},
		                    (struct antin_slice){digest, 32}, &sig, err);
	antin_key_free(k);
	antin_keystore_free(s);
	return rc;
}

/* What the programs share with the test. */
struct hall {
	struct fault_card card;
	_Atomic int ready;
	_Atomic bool go;
	enum antin_rc rc[PROGRAMS];
	char line[PROGRAMS][300];
};

/*
 * Each row: programs that give PINs at the same moment.  The card has three tries; it tells of them
 * by flags, or not at all.
 */
static const struct {
	const char *what;
	bool mute, stored, same;
	bool right; /* all give the right one */
	bool consent;
	long sent_wrong, sent_right, tries;
	enum antin_rc others; /* what those get whose PIN was not sent */
} crowds[] = {
        {"flags", false, false, false, false, false, 2, 0, 1, ANTIN_E_PIN_LAST_TRY},
        {"own count", true, false, false, false, false, 2, 0, 1, ANTIN_E_PIN_LAST_TRY},
        {"flags, one file", false, true, true, false, false, 1, 0, 2, ANTIN_E_PIN_WRONG},
        {"own count, one file", true, true, true, false, false, 1, 0, 2, ANTIN_E_PIN_WRONG},
        {"all right", false, false, true, true, false, 0, PROGRAMS, 3, ANTIN_OK},
        {"all right, own count", true, true, true, true, false, 0, PROGRAMS, 3, ANTIN_OK},
};

static void
program(struct hall *hall, int row, int i)
{
	struct fault_control *c = w_control();
	struct antin_err err = {0};
	struct w_pins pins;
	char pin[32];

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	*c = (struct fault_control){.tries = -1,
	                            .max_sessions = -1,
	                            .mute = crowds[row].mute,
	                            .card = &hall->card};
	(void)snprintf(pin, sizeof(pin), "%06d", crowds[row].same ? 7 : i);
	w_pins_set(&pins, crowds[row].right ? W_PIN : pin);
	pins.source.stored = crowds[row].stored;
	pins.consent = crowds[row].consent;
	hall->ready++;
	while (!hall->go)
		(void)usleep(200);
	hall->rc[i] = sign_once(&pins, &err);
	(void)snprintf(hall->line[i], sizeof(hall->line[i]), "%s", w_line(&err));
}

START_TEST(at_once)
{
	struct hall *hall = mmap(NULL, sizeof(*hall), PROT_READ | PROT_WRITE,
	                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pids[PROGRAMS];
	long sent = 0;

	if (!w_ready)
		return;
	ck_assert(hall != MAP_FAILED);
	forget();
	configure(0);
	hall->card.tries = 3;
	for (int i = 0; i < PROGRAMS; i++) {
		pids[i] = fork();
		ck_assert_int_ge(pids[i], 0);
		if (pids[i] == 0) {
			program(hall, _i, i);
			_exit(0);
		}
	}
	while (hall->ready < PROGRAMS)
		(void)usleep(200);
	hall->go = true;
	for (int i = 0; i < PROGRAMS; i++) {
		int status = -1;

		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert_msg(status == 0, "%s: program %d", crowds[_i].what, i);
	}
	ck_assert_msg(hall->card.wrong == crowds[_i].sent_wrong, "%s: %ld wrong PINs were sent",
	              crowds[_i].what, hall->card.wrong);
	ck_assert_int_eq(hall->card.right, crowds[_i].sent_right);
	ck_assert_int_eq(hall->card.tries, crowds[_i].tries);
	ck_assert_int_eq(hall->card.max_inside, 1);
	for (int i = 0; i < PROGRAMS; i++) {
		bool answered = strstr(hall->line[i], "CKR_PIN_INCORRECT") != NULL;

		sent += answered;
		ck_assert_msg(hall->rc[i] == (answered ? ANTIN_E_PIN_WRONG : crowds[_i].others),
		              "%s: %s", crowds[_i].what, hall->line[i]);
	}
	ck_assert_int_eq(sent, crowds[_i].sent_wrong);
	(void)munmap(hall, sizeof(*hall));
}
END_TEST

/* Another program that is at it: holds the lock of the one token there is, until it is ended. */
static pid_t
holder(void)
{
	char path[300];
	int ends[2], fd;
	FILE *p;
	pid_t pid;

	(void)snprintf(path, sizeof(path), "ls %s/*.lock", folder);
	p = popen(path, "r");
	ck_assert(p && fscanf(p, "%299s", path) == 1);
	(void)pclose(p);
	ck_assert_int_eq(pipe(ends), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		fd = open(path, O_RDWR | O_CLOEXEC);
		_exit(fd < 0 || flock(fd, LOCK_EX) != 0 || write(ends[1], "!", 1) != 1 ||
		      pause() != 0);
	}
	(void)close(ends[1]);
	ck_assert_int_eq(read(ends[0], path, 1), 1);
	(void)close(ends[0]);
	return pid;
}

/* It keeps others waiting for so long, and no longer; when it dies the way is free. */
START_TEST(busy)
{
	struct fault_control *c = w_control();
	struct antin_err err = {0};
	struct w_pins pins;
	pid_t pid;

	if (!w_ready)
		return;
	forget();
	configure(400);
	*c = (struct fault_control){.tries = -1, .max_sessions = -1};
	w_pins_set(&pins, W_PIN);
	T_OK(sign_once(&pins, &err)); /* makes the file */
	pid = holder();
	c->calls[FAULT_C_Login] = 0;
	T_FAILS(sign_once(&pins, &err), ANTIN_E_BUSY);
	ck_assert_ptr_nonnull(strstr(w_line(&err), "another program is giving a PIN"));
	ck_assert_int_eq(c->calls[FAULT_C_Login], 0);
	(void)kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	antin_err_clear(&err);
	T_OK(sign_once(&pins, &err));
}
END_TEST

static unsigned int
counted(void)
{
	const struct antin_token_info info = w_token_info(TOKEN);

	ck_assert(info.pin_last == (info.wrong_pins >= 2));
	return info.wrong_pins;
}

/* A device that fails again and again does not use up what a person may try; with a wrong PIN
 * before or after it is counted as one.
 */
static const struct {
	const char *steps; /* u: an answer that is not sure; w: a wrong PIN; r: the right one */
	unsigned int counted;
	bool consent; /* wanted at the next try */
} doubts[] = {
        {"u", 1, false},  {"uuuuu", 1, false}, {"w", 1, false},   {"wu", 2, true},
        {"uw", 2, true},  {"uuw", 2, true},    {"ww", 2, true},   {"wr", 0, false},
        {"ur", 0, false}, {"urw", 1, false},   {"wur", 0, false},
};

START_TEST(unsure)
{
	struct fault_control *c = w_control();
	struct antin_err err = {0};
	struct w_pins pins;

	if (!w_ready)
		return;
	forget();
	configure(0);
	for (const char *s = doubts[_i].steps; *s; s++) {
		enum antin_rc rc;
		char pin[32];

		*c = (struct fault_control){.tries = -1, .max_sessions = -1, .mute = true};
		(void)snprintf(pin, sizeof(pin), "%06d", (int)(s - doubts[_i].steps));
		w_pins_set(&pins, *s == 'w' ? pin : W_PIN);
		pins.consent = true;
		c->rules[0] = (struct fault_rule){FAULT_C_Login, CKR_DEVICE_ERROR, 0, 1};
		c->n_rules = *s == 'u';
		antin_err_clear(&err);
		rc = sign_once(&pins, &err);
		ck_assert_msg(rc == (*s == 'w'   ? ANTIN_E_PIN_WRONG
		                     : *s == 'u' ? ANTIN_E_TOKEN
		                                 : ANTIN_OK),
		              "%s at %c: %s", doubts[_i].steps, *s, w_line(&err));
		ck_assert_int_eq(c->calls[FAULT_C_Login], 1);
		if (*s == 'w' && strspn(doubts[_i].steps, "wu") >= 2 && s[1] == '\0')
			ck_assert_ptr_nonnull(strstr(err.hint, "may lock the token"));
	}
	ck_assert_uint_eq(counted(), doubts[_i].counted);
	*c = (struct fault_control){.tries = -1, .max_sessions = -1, .mute = true};
	w_pins_set(&pins, W_PIN);
	antin_err_clear(&err);
	ck_assert_int_eq(sign_once(&pins, &err),
	                 doubts[_i].consent ? ANTIN_E_PIN_LAST_TRY : ANTIN_OK);
	ck_assert(pins.last_try_seen == doubts[_i].consent);
}
END_TEST

/* What another program knows counts here, too: its wrong PIN, and its right one. */
static void
wrong_elsewhere(void)
{
	struct fault_control *c = w_control();
	struct antin_err err = {0};
	struct w_pins pins;

	*c = (struct fault_control){.tries = -1, .max_sessions = -1, .mute = true};
	w_pins_set(&pins, "000009");
	W_TRUE(sign_once(&pins, &err) == ANTIN_E_PIN_WRONG);
}

static void
right_elsewhere(void)
{
	struct antin_err err = {0};
	struct w_pins pins;

	w_pins_set(&pins, W_PIN);
	pins.consent = true;
	W_TRUE(sign_once(&pins, &err) == ANTIN_OK);
}

START_TEST(elsewhere)
{
	struct fault_control *c = w_control();
	struct antin_err err = {0};
	struct antin_keystore *s;
	struct antin_key *k = NULL;
	struct w_pins pins;
	ANTIN_SCOPED(antin_bytes) sig = {0};
	uint8_t digest[32] = {7};
	struct antin_slice d = {digest, 32};
	struct antin_sigalg a = {ANTIN_ECDSA, ANTIN_SHA256};

	if (!w_ready)
		return;
	forget();
	configure(0);
	*c = (struct fault_control){.tries = -1, .max_sessions = -1, .mute = true};
	w_pins_set(&pins, "000001");
	s = w_store(w_fault, &pins);
	T_OK(antin_keystore_find(s, KEY, &k, &err));
	ck_assert_int_eq(antin_key_sign(k, a, d, &sig, NULL), ANTIN_E_PIN_WRONG);
	w_apart(wrong_elsewhere);
	pins.pin = W_PIN;
	ck_assert_int_eq(antin_key_sign(k, a, d, &sig, NULL), ANTIN_E_PIN_LAST_TRY);
	w_apart(right_elsewhere);
	T_OK(antin_key_sign(k, a, d, &sig, &err));
	antin_key_free(k);
	antin_keystore_free(s);
}
END_TEST

/* Each answer, as the log is told: whose, which token, what it said; never for what was no try. */
static const struct {
	unsigned long rv; /* 0: the token's own */
	unsigned long flags;
	const char *pin, *told; /* after the label and serial; NULL nothing */
} logged[] = {
        {0, 0, W_PIN, NULL},
        {0, 0, "000001", "CKR_PIN_INCORRECT ok 1 /p11fault.so"},
        {0, CKF_USER_PIN_FINAL_TRY, "000002", "CKR_PIN_INCORRECT final-try 0 /p11fault.so"},
        {CKR_GENERAL_ERROR, 0, W_PIN, "CKR_GENERAL_ERROR ok 1 /p11fault.so"},
        {CKR_DEVICE_REMOVED, 0, W_PIN, "CKR_DEVICE_REMOVED ok 1 /p11fault.so"},
        {CKR_PIN_LOCKED, 0, W_PIN, "CKR_PIN_LOCKED ok 0 /p11fault.so"},
        {CKR_VENDOR_DEFINED | 5, 0, W_PIN, "0x80000005 ok 1 /p11fault.so"},
        {CKR_FUNCTION_CANCELED, 0, W_PIN, NULL},
        {CKR_SESSION_CLOSED, 0, W_PIN, NULL},
        {CKR_USER_ALREADY_LOGGED_IN, 0, W_PIN, NULL},
};

START_TEST(to_the_log)
{
	struct fault_control *c = w_control();
	struct antin_err err = {0};
	struct w_pins pins;

	if (!w_ready)
		return;
	forget();
	configure(0);
	n_told = 0;
	*c = (struct fault_control){.tries = -1,
	                            .max_sessions = -1,
	                            .mute = true,
	                            .flags = logged[_i].flags};
	c->rules[0] = (struct fault_rule){FAULT_C_Login, logged[_i].rv, 0, 1};
	c->n_rules = logged[_i].rv != 0;
	w_pins_set(&pins, logged[_i].pin);
	pins.consent = true;
	(void)!sign_once(&pins, &err);
	ck_assert_int_eq(n_told, logged[_i].told != NULL);
	if (!logged[_i].told)
		return;
	ck_assert_msg(strstr(told[0], logged[_i].told), "%s", told[0]);
	ck_assert_int_eq(strncmp(told[0], "0 thu ", 6), 0);
	ck_assert_uint_eq(strspn(told[0] + 6, "0123456789abcdef"), 16); /* the serial */
	ck_assert_ptr_null(strstr(told[0], logged[_i].pin));
}
END_TEST

/* Beginning anew with a token that holds something: the officer's PIN has the care of a login. */
static const struct {
	const char *what, *so;
	unsigned long flags;
	bool consent, stored;
	int wrong_before;
	unsigned long rv; /* of C_InitToken; 0 its own */
	enum antin_rc rc;
	const char *says;
	long sent;
	int asked;
} begins[] = {
        {"wrong", "00000001", 0, false, false, 0, 0, ANTIN_E_PIN_WRONG, "CKR_PIN_INCORRECT", 1, 1},
        {"locked", W_SO_PIN, CKF_SO_PIN_LOCKED, true, false, 0, 0, ANTIN_E_PIN_LOCKED, "officer's",
         0, 0},
        {"last", W_SO_PIN, CKF_SO_PIN_FINAL_TRY, false, false, 0, 0, ANTIN_E_PIN_LAST_TRY, "last",
         0, 1},
        {"third", W_SO_PIN, 0, false, false, 2, 0, ANTIN_E_PIN_LAST_TRY, "last", 0, 1},
        {"user's tries do not count", W_SO_PIN, CKF_USER_PIN_LOCKED, false, false, 0,
         CKR_FUNCTION_FAILED, ANTIN_E_TOKEN, "C_InitToken", 1, 1},
        {"empty", "", 0, false, false, 0, 0, ANTIN_E_PIN_WRONG, "not sent", 0, 1},
        {"weak", W_SO_PIN, 0, false, false, 0, CKR_PIN_LOCKED, ANTIN_E_PIN_LOCKED, "is locked", 1,
         1},
        {"pad", "", CKF_PROTECTED_AUTHENTICATION_PATH, false, false, 0, CKR_FUNCTION_FAILED,
         ANTIN_E_TOKEN, "C_InitToken", 1, 0},
        {"pad, last", "", CKF_PROTECTED_AUTHENTICATION_PATH | CKF_SO_PIN_FINAL_TRY, false, false, 0,
         0, ANTIN_E_PIN_LAST_TRY, "last", 0, 1},
};

static enum antin_rc
begin_anew(struct w_pins *so, struct antin_err *err)
{
	struct antin_token_setup setup = {.label = "thu",
	                                  .user_pin = antin_slice_text(W_PIN),
	                                  .erase = true,
	                                  .so_pins = &so->source};
	ANTIN_SCOPED(antin_modules) modules = {0};
	enum antin_rc rc = antin_modules_load(w_fault, &modules, err);

	return rc == ANTIN_OK ? antin_token_init(&modules, TOKEN, &setup, NULL, err) : rc;
}

START_TEST(begin)
{
	struct fault_control *c = w_control();
	struct antin_err err = {0};
	struct w_pins so;

	if (!w_ready)
		return;
	forget();
	configure(0);
	n_told = 0;
	*c = (struct fault_control){.tries = -1, .max_sessions = -1, .mute = true};
	for (int i = 0; i < begins[_i].wrong_before; i++) {
		char pin[32];

		(void)snprintf(pin, sizeof(pin), "1111111%d", i);
		w_pins_set(&so, pin);
		ck_assert_int_eq(begin_anew(&so, NULL), ANTIN_E_PIN_WRONG);
	}
	c->calls[FAULT_C_InitToken] = 0;
	c->pin_octets = 0;
	c->flags = begins[_i].flags;
	c->rules[0] = (struct fault_rule){FAULT_C_InitToken, begins[_i].rv, 0, 1};
	c->n_rules = begins[_i].rv != 0;
	w_pins_set(&so, begins[_i].so);
	so.consent = begins[_i].consent;
	T_FAILS(begin_anew(&so, &err), begins[_i].rc);
	ck_assert_msg(strstr(w_line(&err), begins[_i].says), "%s: %s", begins[_i].what,
	              w_line(&err));
	ck_assert_int_eq(c->calls[FAULT_C_InitToken], begins[_i].sent);
	ck_assert_int_eq(so.asked, begins[_i].asked);
	if (begins[_i].flags & CKF_PROTECTED_AUTHENTICATION_PATH) {
		ck_assert_int_eq(c->pin_octets, 0);
		ck_assert_int_eq(so.noticed, begins[_i].sent);
	}
	ck_assert_int_eq(n_told, begins[_i].wrong_before + (int)begins[_i].sent);
	if (n_told)
		ck_assert_int_eq(told[n_told - 1][0] - '0', ANTIN_PIN_SO);
}
END_TEST

/* The same wrong file again is not sent; the right PIN then does it, and clears the count. */
START_TEST(begin_stored)
{
	struct fault_control *c = w_control();
	struct antin_err err = {0};
	struct w_pins so;

	if (!w_ready)
		return;
	forget();
	configure(0);
	*c = (struct fault_control){.tries = -1, .max_sessions = -1, .mute = true};
	w_pins_set(&so, "00000003");
	so.source.stored = true;
	for (int i = 0; i < 3; i++) {
		antin_err_clear(&err);
		T_FAILS(begin_anew(&so, &err), ANTIN_E_PIN_WRONG);
		ck_assert_int_eq(c->calls[FAULT_C_InitToken], 1);
	}
	so.pin = W_SO_PIN;
	antin_err_clear(&err);
	T_OK(begin_anew(&so, &err));
	ck_assert_int_eq(c->calls[FAULT_C_InitToken], 2);
	ck_assert_uint_eq(counted(), 0);
	w_apart(w_make_keys);
}
END_TEST

/* A new PIN that the token does not like is no wrong PIN, and says so. */
static const struct {
	enum fault_function function;
	unsigned long rv;
	enum antin_rc rc;
} likings[] = {
        {FAULT_C_SetPIN, CKR_PIN_INVALID, ANTIN_E_POLICY},
        {FAULT_C_SetPIN, CKR_PIN_LEN_RANGE, ANTIN_E_POLICY},
        {FAULT_C_SetPIN, CKR_PIN_TOO_WEAK, ANTIN_E_POLICY},
        {FAULT_C_SetPIN, CKR_PIN_INCORRECT, ANTIN_E_PIN_WRONG},
        {FAULT_C_InitPIN, CKR_PIN_INVALID, ANTIN_E_POLICY},
        {FAULT_C_InitPIN, CKR_PIN_LEN_RANGE, ANTIN_E_POLICY},
        {FAULT_C_InitPIN, CKR_PIN_TOO_WEAK, ANTIN_E_POLICY},
        {FAULT_C_InitPIN, CKR_DEVICE_ERROR, ANTIN_E_TOKEN},
};

START_TEST(new_pin)
{
	struct fault_control *c = w_control();
	bool change = likings[_i].function == FAULT_C_SetPIN;
	ANTIN_SCOPED(antin_modules) modules = {0};
	ANTIN_OWN_S(antin_token) t = NULL;
	struct antin_err err = {0};
	struct w_pins now, fresh;

	if (!w_ready)
		return;
	forget();
	configure(0);
	*c = (struct fault_control){.tries = -1, .max_sessions = -1, .mute = true};
	c->rules[0] = (struct fault_rule){likings[_i].function, likings[_i].rv, 0, 1};
	c->n_rules = 1;
	w_pins_set(&now, change ? W_PIN : W_SO_PIN);
	w_pins_set(&fresh, "864208");
	T_OK(antin_modules_load(w_fault, &modules, &err));
	T_OK(antin_token_open(&modules, TOKEN, &t, &err));
	if (change)
		T_FAILS(antin_token_pin_change(t, &now.source, &fresh.source, &err),
		        likings[_i].rc);
	else
		T_FAILS(antin_token_pin_unblock(t, ANTIN_UNBLOCK_SO, &now.source, &fresh.source,
		                                &err),
		        likings[_i].rc);
	ck_assert(!!strstr(w_line(&err), "does not take the new PIN") ==
	          (likings[_i].rc == ANTIN_E_POLICY));
	ck_assert_int_eq(c->calls[likings[_i].function], 1);
	c->n_rules = 0;
	fresh.pin = W_PIN "1"; /* the PIN in force is not taken for a wrong one */
	antin_err_clear(&err);
	if (likings[_i].rc == ANTIN_E_POLICY && change) {
		T_OK(antin_token_pin_change(t, &now.source, &fresh.source, &err));
		now.pin = W_PIN "1";
		fresh.pin = W_PIN;
		T_OK(antin_token_pin_change(t, &now.source, &fresh.source, &err));
	}
}
END_TEST

#define ROWS(a) ((int)(sizeof(a) / sizeof((a)[0])))

Suite *
suite_p11_tries(void)
{
	Suite *s = suite_create("p11_tries");
	TCase *tc = tcase_create("tries");

	tcase_add_unchecked_fixture(tc, setup, w_end);
	tcase_add_loop_test(tc, at_once, 0, ROWS(crowds));
	tcase_add_test(tc, busy);
	tcase_add_loop_test(tc, unsure, 0, ROWS(doubts));
	tcase_add_test(tc, elsewhere);
	tcase_add_loop_test(tc, to_the_log, 0, ROWS(logged));
	tcase_add_loop_test(tc, begin, 0, ROWS(begins));
	tcase_add_test(tc, begin_stored);
	tcase_add_loop_test(tc, new_pin, 0, ROWS(likings));
	suite_add_tcase(s, tc);
	return s;
}
