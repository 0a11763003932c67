/*
 * The helper that holds a module: what it is given and what not, when it ends, how often it is
 * started, and what is said when it cannot be.
 */
#include "isolate_world.h"

#include <fcntl.h>
#include <sys/stat.h>

Suite *suite_p11_helper(void);

/* ---- what the helper is given, and what not ---- */

static void
read_proc(pid_t pid, const char *name, char *out, size_t cap)
{
	char path[64];
	FILE *f;
	size_t n;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s", path);
	n = fread(out, 1, cap - 1, f);
	out[n] = '\0';
	for (size_t i = 0; i < n; i++)
		if (!out[i])
			out[i] = '\n';
	(void)fclose(f);
}

START_TEST(clean)
{
	static char text[65536];
	struct service s;
	char link[64], path[64], limit[128];
	int extra;
	pid_t pid;

	if (!w_ready)
		return;
	configure(SLOW_MS);
	put_file(rules, "# none\n");
	(void)setenv("ANTIN_PIN", "975310", 1);
	(void)setenv("LD_PRELOAD_NOT", "x", 1);
	(void)setenv("SOFTHSM2_X", "seen", 1);
	extra = open("/dev/zero", O_RDONLY); /* not marked to be closed */
	ck_assert_int_eq(dup2(extra, 90), 90);
	service_open(&s);
	pid = child_of(getpid());
	ck_assert_int_eq(sign(&s), ANTIN_OK);
	read_proc(pid, "environ", text, sizeof(text));
	ck_assert_msg(!strstr(text, "975310") && !strstr(text, "LD_PRELOAD"), "%s", text);
	ck_assert_msg(strstr(text, "SOFTHSM2_X=seen") && strstr(text, "ANTIN_FAULT_RULES="), "%s",
	              text);
	read_proc(pid, "limits", text, sizeof(text));
	(void)snprintf(limit, sizeof(limit), "%-25s %-20d %-20d", "Max core file size", 0, 0);
	ck_assert_msg(strstr(text, limit) != NULL, "%s", text);
	read_proc(pid, "cmdline", text, sizeof(text));
	ck_assert_msg(!strstr(text, W_PIN) && strstr(text, "p11fault.so"), "%s", text);
	ck_assert_int_eq(getsid(pid), pid); /* no terminal to ask at */
	for (int fd = 0; fd < 100; fd++) {
		ssize_t n;

		(void)snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
		n = readlink(path, link, sizeof(link) - 1);
		link[n > 0 ? n : 0] = '\0';
		ck_assert_msg(!strstr(link, "zero"), "descriptor %d is inherited", fd);
		if (fd < 2)
			ck_assert_str_eq(link, "/dev/null");
		if (fd > 2 && n > 0)
			ck_assert_msg(strncmp(link, "socket:", 7) == 0, "%d: %s", fd, link);
	}
	(void)close(extra);
	(void)close(90);
	antin_key_free(s.key);
	antin_keystore_free(s.store);
	ck_assert(!alive(pid));
}
END_TEST

/* A helper ends with its parent, also when its module hangs at that time. */
START_TEST(dies_with_parent)
{
	int ends[2];
	pid_t parent, child = 0;

	if (!w_ready)
		return;
	ck_assert_int_eq(pipe(ends), 0);
	configure(SLOW_MS);
	rule(_i ? "once" : "#", "C_SignInit", HANGS);
	put_file(once, "");
	parent = fork();
	if (parent == 0) {
		struct service s;

		service_open(&s);
		(void)!write(ends[1], "x", 1);
		(void)!sign(&s);
		(void)pause();
		_exit(0);
	}
	ck_assert_int_eq(read(ends[0], &(char){0}, 1), 1);
	for (int i = 0; i < 1000 && _i && is_there(once); i++)
		(void)usleep(10000); /* until it hangs */
	child = child_of(parent);
	ck_assert_int_gt(child, 0);
	ck_assert_int_eq(kill(parent, SIGKILL), 0);
	ck_assert_int_eq(waitpid(parent, NULL, 0), parent);
	ck_assert_msg(dies(child), "the helper outlives its parent");
}
END_TEST

/* What is meant for the whole group of the service does not reach a running call. */
START_TEST(stays_through_signals)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGPIPE};
	struct service s;
	pid_t pid;

	if (!w_ready)
		return;
	configure(SLOW_MS);
	put_file(rules, "# none\n");
	service_open(&s);
	pid = child_of(getpid());
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		ck_assert_int_eq(kill(pid, signals[i]), 0);
	(void)usleep(20000);
	ck_assert_int_eq(sign(&s), ANTIN_OK);
	ck_assert_int_eq(child_of(getpid()), pid);
	service_close(&s, true);
}
END_TEST

/* ---- a module that dies each time ---- */

/* Starts are counted by a program that stands before the helper. */
START_TEST(not_started_for_ever)
{
	char script[160], log[160], text[1000];
	struct antin_p11_config config = {.call_ms = SLOW_MS,
	                                  .helper = script,
	                                  .helper_environment = PASSED};
	struct service s;
	struct stat st;
	int failed = 0;

	if (!w_ready)
		return;
	(void)snprintf(script, sizeof(script), "%s/helper", w_dir);
	(void)snprintf(log, sizeof(log), "%s/starts", w_dir);
	(void)snprintf(text, sizeof(text), "#!/bin/sh\nprintf . >>%s\nexec %s \"$@\"\n", log,
	               w_helper);
	put_file(script, text);
	ck_assert_int_eq(chmod(script, 0700), 0);
	antin_p11_configure(&config);
	put_file(rules, "# none\n");
	service_open(&s);
	ck_assert_int_eq(sign(&s), ANTIN_OK);
	rule("rv", "C_Initialize", CRASHES);
	ck_assert_int_eq(kill(child_of(getpid()), SIGKILL), 0);
	for (int i = 0; i < 300; i++)
		failed += sign(&s) != ANTIN_OK;
	ck_assert_int_eq(failed, 300);
	ck_assert_int_eq(stat(log, &st), 0);
	ck_assert_msg(st.st_size <= 12, "%ld starts for 300 requests", (long)st.st_size);
	put_file(rules, "# none\n");
	sign_at_last(&s);
	service_close(&s, true);
}
END_TEST

/* ---- modules and helpers that cannot be started ---- */

static const struct {
	const char *helper, *module;
	enum antin_rc rc;
	const char *text;
} starts[] = {
        {"/nonexistent/antin-module", NULL, ANTIN_E_MISSING, "antin-module"},
        {"/bin/true", NULL, ANTIN_E_TOKEN, "ended by itself at dlopen"},
        {NULL, "/etc/passwd", ANTIN_E_FORMAT, "this file cannot be loaded: "},
        {NULL, "/lib/x86_64-linux-gnu/libm.so.6", ANTIN_E_FORMAT,
         "this file is not a PKCS#11 module"},
        {NULL, "/nonexistent.so", ANTIN_E_MISSING, "there is no such PKCS#11 module"},
};

START_TEST(cannot_start)
{
	struct antin_p11_config config = {.call_ms = SLOW_MS};
	struct antin_module *m = NULL;
	struct antin_err err = {0};
	size_t descriptors = count_entries("/proc/self/fd");
	const char *module = starts[_i].module ? starts[_i].module : w_module;

	if (!w_ready || (module[1] != 'n' && !is_there(module)))
		return;
	config.helper = starts[_i].helper ? starts[_i].helper : w_helper;
	antin_p11_configure(&config);
	T_FAILS(antin_module_open(module, &m, &err), starts[_i].rc);
	ck_assert_msg(strstr(w_line(&err), starts[_i].text), "%s", w_line(&err));
	ck_assert_ptr_null(m);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_uint_eq(count_entries("/proc/self/fd"), descriptors);
}
END_TEST

/* A child after fork has no helper, and does not take its parent's. */
START_TEST(not_across_fork)
{
	struct service s;
	int status = -1;
	pid_t pid, child;

	if (!w_ready)
		return;
	configure(SLOW_MS);
	put_file(rules, "# none\n");
	service_open(&s);
	ck_assert_int_eq(sign(&s), ANTIN_OK);
	pid = child_of(getpid());
	child = fork();
	if (child == 0) {
		enum antin_rc rc = sign(&s);

		antin_key_free(s.key);
		antin_keystore_free(s.store);
		_exit(rc == ANTIN_E_INTERNAL ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert(alive(pid));
	ck_assert_int_eq(sign(&s), ANTIN_OK);
	service_close(&s, true);
}
END_TEST

Suite *
suite_p11_helper(void)
{
	Suite *s = suite_create("p11_helper");
	TCase *tc = tcase_create("helper");

	tcase_add_unchecked_fixture(tc, setup, w_end);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, clean);
	tcase_add_loop_test(tc, dies_with_parent, 0, 2);
	tcase_add_test(tc, stays_through_signals);
	tcase_add_test(tc, not_started_for_ever);
	tcase_add_loop_test(tc, cannot_start, 0, sizeof(starts) / sizeof(starts[0]));
	tcase_add_test(tc, not_across_fork);
	suite_add_tcase(s, tc);
	return s;
}
