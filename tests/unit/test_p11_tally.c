/*
 * Wrong PINs counted by us: on tokens that tell nothing the third try wants consent, across
 * processes; a stored PIN that was wrong is not sent again by the next run; a damaged file makes
 * careful, not blind.  And no PIN is left in memory after all was closed.
 */
#include "memory_scan.h"
#include "p11_desk.h"

#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>

#include <p11-kit/pkcs11.h>

#include "../../pkcs11/p11.h"

Suite *suite_p11_tally(void);

static const struct w_key token_keys[] = {{"p256", "p256", false}, {NULL, NULL, false}};

static void
token_setup(void)
{
	(void)w_begin_with(token_keys);
}

static char folder[128];

static void
shell(const char *command) /* F names the folder */
{
	(void)setenv("F", folder, 1);
	ck_assert_int_eq(system(command), 0);
}

/* SoftHSM tells of wrong tries by a flag that stays; a TPM does not: mute, the flag is hidden. */
static void
open_desk(struct desk *d, const char *pin, bool mute)
{
	struct antin_p11_config config = {.state = folder};

	if (!folder[0]) { /* each test begins with nothing counted */
		(void)snprintf(folder, sizeof(folder), "%s/state", w_dir);
		shell("rm -rf \"$F\"");
	}
	antin_p11_configure(&config);
	desk_open_as(d, pin, DESK_KEY, mute ? -1 : 3);
	d->control->mute = mute;
}

static int
files(void)
{
	DIR *dir = opendir(folder);
	int n = 0;

	for (const struct dirent *e = dir ? readdir(dir) : NULL; e; e = readdir(dir))
		n += strstr(e->d_name, ".pins") && e->d_name[0] != '.'; /* hidden while written */
	if (dir)
		(void)closedir(dir);
	return n;
}

static unsigned int
wrong_pins(void)
{
	return w_token_info(TOKEN).wrong_pins;
}

/* Two wrong PINs in two runs; the third run asks for consent before anything is sent. */
START_TEST(third_run)
{
	struct desk d;
	struct stat st;
	char path[300], command[256];
	FILE *p;

	if (!w_ready)
		return;
	open_desk(&d, "000001", true);
	ck_assert_int_eq(files(), 0);
	ck_assert_int_eq(sign(&d), ANTIN_E_PIN_WRONG);
	ck_assert_int_eq(files(), 1);
	ck_assert_uint_eq(wrong_pins(), 1);
	desk_close(&d);
	open_desk(&d, "000002", true);
	ck_assert_int_eq(sign(&d), ANTIN_E_PIN_WRONG);
	ck_assert(!d.pins.last_try_seen);
	ck_assert_uint_eq(wrong_pins(), 2);
	desk_close(&d);
	(void)snprintf(command, sizeof(command), "ls %s/*.pins", folder);
	p = popen(command, "r");
	ck_assert(p && fscanf(p, "%299s", path) == 1);
	(void)pclose(p);
	ck_assert(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600);
	ck_assert(stat(folder, &st) == 0 && (st.st_mode & 07777) == 0700);
	shell("! grep -rqE '00000[12]|softhsm' \"$F\""); /* no PIN in it, no path */
	open_desk(&d, "000003", true);
	ck_assert_int_eq(sign(&d), ANTIN_E_PIN_LAST_TRY);
	ck_assert(d.pins.last_try_seen);
	ck_assert_int_eq(d.control->calls[FAULT_C_Login], 0);
	d.pins.pin = W_PIN;
	d.pins.consent = true;
	ck_assert_msg(sign(&d) == ANTIN_OK, "%s", w_line(&d.err));
	ck_assert_int_eq(files(), 0); /* all is well again */
	ck_assert_uint_eq(wrong_pins(), 0);
	desk_close(&d);
}
END_TEST

/* Where the token counts itself, its word alone counts. */
START_TEST(token_tells)
{
	struct desk d;

	if (!w_ready)
		return;
	open_desk(&d, "000001", false);
	ck_assert_int_eq(sign(&d), ANTIN_E_PIN_WRONG);
	ck_assert_int_eq(files(), 0);
	ck_assert_uint_eq(wrong_pins(), 0);
	d.pins.pin = W_PIN;
	ck_assert_msg(sign(&d) == ANTIN_OK, "%s", w_line(&d.err));
	ck_assert(!d.pins.last_try_seen);
	desk_close(&d);
}
END_TEST

/* What each answer to C_Login does to the count. */
static const struct {
	unsigned long rv;
	unsigned int counted;
} answers[] = {
        {CKR_PIN_INCORRECT, 1},
        {CKR_PIN_INVALID, 1},
        {CKR_PIN_LEN_RANGE, 1},
        {CKR_GENERAL_ERROR, 1}, /* ePass2003 */
        {CKR_DEVICE_REMOVED, 1},
        {CKR_DEVICE_ERROR, 1}, /* perhaps it had counted */
        {CKR_FUNCTION_FAILED, 1},
        {CKR_VENDOR_DEFINED | 7, 1},
        {CKR_FUNCTION_CANCELED, 0},
        {CKR_SESSION_HANDLE_INVALID, 0},
        {CKR_USER_ALREADY_LOGGED_IN, 0},
        {CKR_PIN_LOCKED, 0},
        {CKR_PIN_EXPIRED, 0},
        {CKR_SESSION_READ_ONLY_EXISTS, 0},
};

START_TEST(each_answer)
{
	struct desk d;

	if (!w_ready)
		return;
	open_desk(&d, W_PIN, true);
	d.control->rules[0] = (struct fault_rule){FAULT_C_Login, answers[_i].rv, 0, 1};
	d.control->n_rules = 1;
	(void)!sign(&d);
	ck_assert_uint_eq(wrong_pins(), answers[_i].counted);
	ck_assert_int_eq(files(), answers[_i].counted ? 1 : 0);
	desk_close(&d);
	shell("rm -rf \"$F\"");
}
END_TEST

/* A crash between sending and the answer leaves the try counted. */
START_TEST(crash)
{
	struct desk d;
	pid_t pid;
	int status;

	if (!w_ready)
		return;
	open_desk(&d, W_PIN, true);
	desk_close(&d);
	pid = fork();
	if (pid == 0) {
		open_desk(&d, W_PIN, true);
		d.control->rules[0] = (struct fault_rule){FAULT_C_Login, FAULT_HANG, 0, 1};
		d.control->n_rules = 1;
		(void)!sign(&d);
		_exit(0);
	}
	for (int i = 0; i < 2000 && files() == 0; i++)
		(void)usleep(1000);
	(void)kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	open_desk(&d, W_PIN, true);
	ck_assert_uint_eq(wrong_pins(), 1);
	ck_assert_int_eq(sign(&d), ANTIN_OK);
	ck_assert_uint_eq(wrong_pins(), 0);
	desk_close(&d);
}
END_TEST

/* A job with a wrong PIN in its file sends it once, however often it is started. */
START_TEST(stored)
{
	struct desk d;

	if (!w_ready)
		return;
	for (int run = 0; run < 5; run++) {
		open_desk(&d, "000007", true);
		d.pins.source.stored = true;
		ck_assert_int_eq(sign(&d), ANTIN_E_PIN_WRONG);
		ck_assert_int_eq(d.control->calls[FAULT_C_Login], run == 0);
		if (run)
			ck_assert_ptr_nonnull(strstr(w_line(&d.err), "not sent again"));
		desk_close(&d);
	}
	open_desk(&d, "000007", true); /* a person may insist */
	ck_assert_int_eq(sign(&d), ANTIN_E_PIN_WRONG);
	ck_assert_int_eq(d.control->calls[FAULT_C_Login], 1);
	desk_close(&d);
	open_desk(&d, W_PIN, true); /* the file was corrected */
	d.pins.source.stored = true;
	d.pins.consent = true;
	ck_assert_msg(sign(&d) == ANTIN_OK, "%s", w_line(&d.err));
	ck_assert_int_eq(files(), 0);
	desk_close(&d);
}
END_TEST

/* A PIN that was wrong may be the new one. */
START_TEST(renewed)
{
	ANTIN_SCOPED(antin_modules) modules = {0};
	struct antin_token *t = NULL;
	struct w_pins officer, fresh;
	struct antin_err err = {0};
	struct desk d;

	if (!w_ready)
		return;
	open_desk(&d, "000007", true);
	d.pins.source.stored = true;
	ck_assert_int_eq(sign(&d), ANTIN_E_PIN_WRONG);
	w_pins_set(&officer, W_SO_PIN);
	w_pins_set(&fresh, "000007");
	T_OK(antin_modules_load(w_fault, &modules, &err));
	T_OK(antin_token_open(&modules, TOKEN, &t, &err));
	T_OK(antin_token_pin_unblock(t, ANTIN_UNBLOCK_SO, &officer.source, &fresh.source, &err));
	ck_assert_msg(sign(&d) == ANTIN_OK, "%s", w_line(&d.err));
	fresh.pin = W_PIN;
	T_OK(antin_token_pin_unblock(t, ANTIN_UNBLOCK_SO, &officer.source, &fresh.source, &err));
	antin_token_free(t);
	antin_modules_done(&modules);
	desk_close(&d);
	ck_assert_int_eq(files(), 0);
}
END_TEST

/* A file that cannot be read, for whatever reason, asks for consent; a right PIN mends it. */
static const char *const damages[] = {
        "printf 'nonsense' >$(ls $F/*.pins)",
        "printf '' >$(ls $F/*.pins)",
        "chmod 0644 $F/*.pins",
        "printf 'antin-pins 1\\nuser -1\\n' >$(ls $F/*.pins)",
        "printf 'antin-pins 1\\nuser 1' >$(ls $F/*.pins)",
        "head -c 9000 /dev/zero >$(ls $F/*.pins)",
};

START_TEST(damaged)
{
	struct desk d;

	if (!w_ready)
		return;
	open_desk(&d, "000001", true);
	ck_assert_int_eq(sign(&d), ANTIN_E_PIN_WRONG);
	desk_close(&d);
	shell(damages[_i]);
	open_desk(&d, W_PIN, true);
	ck_assert_int_eq(sign(&d), ANTIN_E_PIN_LAST_TRY);
	ck_assert_int_eq(d.control->calls[FAULT_C_Login], 0);
	d.pins.consent = true;
	ck_assert_msg(sign(&d) == ANTIN_OK, "%s", w_line(&d.err));
	ck_assert_uint_eq(wrong_pins(), 0); /* the officer's are still a matter of care */
	desk_close(&d);
	open_desk(&d, W_PIN, true);
	ck_assert_msg(sign(&d) == ANTIN_OK, "%s", w_line(&d.err));
	ck_assert(!d.pins.last_try_seen);
	desk_close(&d);
}
END_TEST

/* Nowhere to write: counted as long as the process lives, and signing goes on. */
START_TEST(no_folder)
{
	struct antin_p11_config config = {.state = _i ? "/proc/khong/duoc" : NULL};
	struct desk d;

	if (!w_ready)
		return;
	open_desk(&d, "000001", true);
	antin_p11_configure(&config);
	ck_assert_int_eq(sign(&d), ANTIN_E_PIN_WRONG);
	d.pins.pin = "000002";
	ck_assert_int_eq(sign(&d), ANTIN_E_PIN_WRONG);
	d.pins.pin = W_PIN;
	ck_assert_int_eq(sign(&d), ANTIN_E_PIN_LAST_TRY);
	ck_assert_int_eq(d.control->calls[FAULT_C_Login], 2);
	d.pins.consent = true;
	ck_assert_msg(sign(&d) == ANTIN_OK, "%s", w_line(&d.err));
	desk_close(&d);
}
END_TEST

/* The file's form: what is written reads back; each octet changed is refused or means something. */
START_TEST(form)
{
	struct antin_p11_tally y = {.wrong = {1, 20, 300}, .salted = true, .n_failed = 3};
	struct antin_p11_tally back = {0};
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};
	static const char *const bad[] = {"",
	                                  "antin-pins 1",
	                                  "antin-pins 2\n",
	                                  "antin-pins 1\n\n",
	                                  "antin-pins 1\nuser\n",
	                                  "antin-pins 1\nuser 1 2\n",
	                                  "antin-pins 1\nuser 12345\n",
	                                  "antin-pins 1\nuser 0x1\n",
	                                  "antin-pins 1\nnobody 1\n",
	                                  "antin-pins 1\nsalt 00\n",
	                                  "antin-pins 1\nwrong user 00\n",
	                                  "antin-pins 1\nuser 1\nuser"};

	for (size_t i = 0; i < 3; i++) {
		y.failed[i].owner = (unsigned int)i;
		memset(y.failed[i].mark, (int)(0x11 * (i + 1)), ANTIN_P11_MARK_SIZE);
	}
	antin_p11_tally_add(&y, &text);
	ck_assert(antin_p11_tally_parse(antin_bytes_slice(&text), &back));
	ck_assert_uint_eq(back.n_failed, 3);
	for (size_t i = 0; i < 3; i++) {
		ck_assert_uint_eq(back.wrong[i], y.wrong[i]);
		ck_assert_uint_eq(back.failed[i].owner, i);
		ck_assert_mem_eq(back.failed[i].mark, y.failed[i].mark, ANTIN_P11_MARK_SIZE);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!antin_p11_tally_parse(antin_slice_text(bad[i]), &back), "%s",
		              bad[i]);
	for (size_t cut = 0; cut < text.len; cut++)
		if (antin_p11_tally_parse((struct antin_slice){text.p, cut}, &back))
			ck_assert_int_eq(text.p[cut - 1], '\n');
	for (size_t at = 0; at < text.len; at++)
		for (int bit = 0; bit < 8; bit++) {
			text.p[at] ^= (uint8_t)(1 << bit);
			if (antin_p11_tally_parse(antin_bytes_slice(&text), &back)) {
				antin_bytes_clear(&again);
				antin_p11_tally_add(&back, &again);
				ck_assert(antin_p11_tally_parse(antin_bytes_slice(&again), &y));
				ck_assert_mem_eq(&y.wrong, &back.wrong, sizeof(y.wrong));
			}
			text.p[at] ^= (uint8_t)(1 << bit);
		}
}
END_TEST

/* More stored PINs than there is room for: the newest are remembered; each belongs to its owner. */
START_TEST(many_failed)
{
	struct antin_p11_tally y = {0};
	struct antin_p11_pin pin = {.why = ANTIN_PIN_USER, .value = {.secret = true}};

	for (int i = 0; i < ANTIN_P11_MARKS + 2; i++) {
		antin_bytes_clear(&pin.value);
		antin_bytes_printf(&pin.value, "pin%d", i);
		ck_assert(!antin_p11_tally_failed(&y, &pin));
		antin_p11_tally_remember(&y, &pin);
		ck_assert(antin_p11_tally_failed(&y, &pin));
	}
	ck_assert_uint_eq(y.n_failed, ANTIN_P11_MARKS);
	pin.why = ANTIN_PIN_SO;
	ck_assert(!antin_p11_tally_failed(&y, &pin));
	pin.why = ANTIN_PIN_CONTEXT; /* the user's, too */
	ck_assert(antin_p11_tally_failed(&y, &pin));
	antin_bytes_clear(&pin.value);
	antin_bytes_text(&pin.value, "pin0");
	ck_assert(!antin_p11_tally_failed(&y, &pin));
	antin_p11_tally_clear(&y, ANTIN_P11_OWNER_SO);
	ck_assert_uint_eq(y.n_failed, ANTIN_P11_MARKS);
	antin_p11_tally_clear(&y, ANTIN_P11_OWNER_USER);
	ck_assert_uint_eq(y.n_failed, 0);
	antin_bytes_done(&pin.value);
}
END_TEST

/* The PIN, made up at run time, is nowhere in the writable memory of the process afterwards. */
static uint8_t masked[24];
static enum antin_rc
get_masked(void *user, const struct antin_pin_request *request, struct antin_bytes *pin,
           struct antin_err *err)
{
	(void)user;
	(void)request;
	for (size_t i = 0; i < sizeof(masked); i++)
		antin_bytes_byte(pin, masked[i] ^ MEMORY_MASK);
	return antin_bytes_check(pin, err);
}

START_TEST(no_pin_left)
{
	struct antin_pin_source source = {.get = get_masked};
	struct w_pins old;
	ANTIN_SCOPED(antin_modules) modules = {0};
	struct antin_token *t = NULL;
	struct antin_err err = {0};
	struct desk d;

	if (!w_ready)
		return;
	ck_assert_int_eq(antin_random(masked, sizeof(masked), NULL), ANTIN_OK);
	open_desk(&d, W_PIN, true);
	w_pins_set(&old, W_PIN);
	T_OK(antin_modules_load(w_fault, &modules, &err));
	T_OK(antin_token_open(&modules, TOKEN, &t, &err));
	{ /* the scan finds what is there */
		ANTIN_SCOPED(antin_bytes) there = {.secret = true};

		ck_assert_int_eq(get_masked(NULL, NULL, &there, NULL), ANTIN_OK);
		ck_assert_uint_ge(memory_count(masked, sizeof(masked)), 1);
	}
	ck_assert_uint_eq(memory_count(masked, sizeof(masked)), 0);
	T_OK(antin_token_pin_change(t, &old.source, &source, &err));
	d.pins.source.get = get_masked;
	ck_assert_msg(sign(&d) == ANTIN_OK, "%s", w_line(&d.err));
	T_OK(antin_token_pin_change(t, &source, &old.source, &err));
	ck_assert_msg(sign(&d) != ANTIN_OK, "the PIN was changed back");
	antin_token_free(t);
	antin_modules_done(&modules);
	desk_close(&d);
	/* SoftHSM itself may keep it: only what we hold is ours to answer for */
	ck_assert_uint_eq(memory_count(masked, sizeof(masked)), 0);
}
END_TEST

Suite *
suite_p11_tally(void)
{
	Suite *s = suite_create("p11_tally");
	TCase *tc = tcase_create("tally"), *alone = tcase_create("file");

	tcase_add_unchecked_fixture(tc, token_setup, w_end);
	tcase_add_test(tc, third_run);
	tcase_add_test(tc, token_tells);
	tcase_add_loop_test(tc, each_answer, 0, sizeof(answers) / sizeof(answers[0]));
	tcase_add_test(tc, crash);
	tcase_add_test(tc, stored);
	tcase_add_test(tc, renewed);
	tcase_add_loop_test(tc, damaged, 0, sizeof(damages) / sizeof(damages[0]));
	tcase_add_loop_test(tc, no_folder, 0, 2);
	tcase_add_test(tc, no_pin_left);
	suite_add_tcase(s, tc);
	tcase_add_test(alone, form);
	tcase_add_test(alone, many_failed);
	suite_add_tcase(s, alone);
	return s;
}
