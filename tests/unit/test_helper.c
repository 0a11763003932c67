/*
 * Helper programs and their messages: what arrives, in which pieces, cut at every octet, too long,
 * late, with descriptors; what a started program has of ours, and that none is left behind.
 */
#include <antin/helper.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util.h"

enum { MAX = 4 << 20 };

static int ends[2];

static void
pair(void)
{
	ck_assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
}

static void
unpair(void)
{
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static int64_t
in(int ms)
{
	return antin_milliseconds() + ms;
}

static size_t
open_descriptors(void)
{
	return util_entries("/proc/self/fd");
}

/* ---- messages ---- */

static void *
send_in_thread(void *user)
{
	struct antin_err err = {0};

	return antin_message_send(ends[0], user, ANTIN_MESSAGE_FOREVER, &err) == ANTIN_OK ? user
	                                                                                  : NULL;
}

START_TEST(sizes)
{
	static const size_t lengths[] = {0, 1, 7, 8, 4096, 262143, 262144, 262145, MAX};
	struct antin_message_wanted wanted = {.max = MAX, .until = ANTIN_MESSAGE_FOREVER};
	ANTIN_SCOPED(antin_bytes) body = {0};
	uint8_t *octets = malloc(MAX);
	struct antin_err err = {0};

	pair();
	for (size_t i = 0; i < MAX; i++)
		octets[i] = (uint8_t)(i * 7 + i / 253);
	for (size_t i = 0; i < UTIL_COUNT(lengths); i++) {
		struct antin_message m = {.type = 5, .body = {octets, lengths[i]}}, got;
		pthread_t thread;
		void *sent;

		ck_assert(pthread_create(&thread, NULL, send_in_thread, &m) == 0);
		util_ok(antin_message_receive(ends[1], &wanted, &got, &body, &err));
		ck_assert(pthread_join(thread, &sent) == 0 && sent);
		ck_assert_uint_eq(got.type, 5);
		ck_assert_int_eq(got.n_fds, 0);
		util_slice_eq(got.body, m.body);
	}
	unpair();
	free(octets);
}
END_TEST

/* A message in hand-made octets: type, length, body. */
static void
raw(uint32_t type, uint32_t len, const char *text, struct antin_bytes *out)
{
	antin_bytes_clear(out);
	antin_bytes_add(out, &type, sizeof(type));
	antin_bytes_add(out, &len, sizeof(len));
	antin_bytes_text(out, text);
}

START_TEST(cut_everywhere)
{
	struct antin_message_wanted wanted = {.max = 100, .until = in(20000)};
	ANTIN_SCOPED(antin_bytes) whole = {0};
	ANTIN_SCOPED(antin_bytes) body = {0};
	struct antin_message got;

	raw(9, 5, "hello", &whole);
	for (size_t cut = 0; cut <= whole.len; cut++) {
		struct antin_err err = {0};
		enum antin_rc rc;

		pair();
		for (size_t i = 0; i < cut; i++)
			ck_assert(write(ends[0], whole.p + i, 1) == 1);
		(void)close(ends[0]);
		got.type = 77;
		rc = antin_message_receive(ends[1], &wanted, &got, &body, &err);
		if (cut == 0) {
			ck_assert(rc == ANTIN_OK && got.type == ANTIN_MESSAGE_END);
		} else if (cut < whole.len) {
			ck_assert(rc == ANTIN_E_SERVICE && got.type == 77);
			ck_assert(strstr(util_line(&err), "the helper program has ended"));
		} else {
			ck_assert(rc == ANTIN_OK && got.type == 9);
			ck_assert(antin_slice_is(got.body, "hello"));
		}
		(void)close(ends[1]);
	}
}
END_TEST

static const struct {
	uint32_t type, len;
	size_t max;
	enum antin_rc rc;
	const char *says;
} wrong[] = {
        {0, 0, 100, ANTIN_E_FORMAT, "what is no message"},
        {0, 5, 100, ANTIN_E_FORMAT, "what is no message"},
        {1, 6, 5, ANTIN_E_FORMAT, "longer than allowed"},
        {1, 0xffffffff, 1 << 20, ANTIN_E_FORMAT, "longer than allowed"},
        {1, 6, 6, ANTIN_E_TIMEOUT, "no answer in time"},
        {1, 1 << 28, 1 << 30, ANTIN_E_TIMEOUT, "no answer in time"},
};

START_TEST(wrong_messages)
{
	struct antin_message_wanted wanted = {.max = wrong[_i].max, .until = in(30)};
	ANTIN_SCOPED(antin_bytes) octets = {0};
	ANTIN_SCOPED(antin_bytes) body = {0};
	struct antin_message got = {.type = 77};
	struct antin_err err = {0};

	pair();
	raw(wrong[_i].type, wrong[_i].len, "hello", &octets);
	ck_assert(write(ends[0], octets.p, octets.len) == (ssize_t)octets.len);
	util_fails(antin_message_receive(ends[1], &wanted, &got, &body, &err), wrong[_i].rc);
	ck_assert_msg(strstr(util_line(&err), wrong[_i].says), "%s", util_line(&err));
	ck_assert_uint_eq(got.type, 77);
	ck_assert_uint_lt(body.cap, 1 << 20); /* not as much as was announced */
	unpair();
}
END_TEST

START_TEST(nobody_there)
{
	struct antin_message_wanted wanted = {.max = 100, .until = in(30)};
	struct antin_message m = {.type = 1}, got;
	ANTIN_SCOPED(antin_bytes) much = {0};
	ANTIN_SCOPED(antin_bytes) body = {0};
	struct antin_err err = {0};

	pair();
	util_fails(antin_message_receive(ends[1], &wanted, &got, &body, &err), ANTIN_E_TIMEOUT);
	ck_assert(antin_bytes_grow(&much, MAX));
	m.body = antin_bytes_slice(&much);
	antin_err_clear(&err);
	util_fails(antin_message_send(ends[0], &m, in(30), &err), ANTIN_E_TIMEOUT);
	(void)close(ends[1]);
	antin_err_clear(&err);
	util_fails(antin_message_send(ends[0], &m, in(30), &err), ANTIN_E_SERVICE);
	(void)close(ends[0]);
	antin_err_clear(&err);
	m.n_fds = ANTIN_MESSAGE_FDS + 1;
	util_fails(antin_message_send(ends[0], &m, in(30), &err), ANTIN_E_INTERNAL);
}
END_TEST

/* As many as are wanted arrive; no other stays open. */
START_TEST(descriptors)
{
	size_t before = open_descriptors();

	for (int wanted_n = 0; wanted_n <= 2; wanted_n++) {
		struct antin_message_wanted wanted = {.max = 100,
		                                      .n_fds = wanted_n,
		                                      .until = in(20000)};
		struct antin_message m = {.type = 2, .n_fds = 2}, got;
		ANTIN_SCOPED(antin_bytes) body = {0};
		struct stat sent, came;
		struct antin_err err = {0};

		pair();
		m.fds[0] = open("/dev/null", O_RDONLY);
		m.fds[1] = open("/", O_RDONLY);
		m.body = antin_slice_text("two");
		util_ok(antin_message_send(ends[0], &m, in(20000), &err));
		util_ok(antin_message_receive(ends[1], &wanted, &got, &body, &err));
		ck_assert_int_eq(got.n_fds, wanted_n);
		ck_assert(antin_slice_is(got.body, "two"));
		for (int i = 0; i < got.n_fds; i++) {
			ck_assert(fstat(m.fds[i], &sent) == 0 && fstat(got.fds[i], &came) == 0);
			ck_assert(sent.st_ino == came.st_ino && sent.st_dev == came.st_dev);
			ck_assert(fcntl(got.fds[i], F_GETFD) & FD_CLOEXEC);
			(void)close(got.fds[i]);
		}
		(void)close(m.fds[0]);
		(void)close(m.fds[1]);
		unpair();
		ck_assert_uint_eq(open_descriptors(), before);
	}
}
END_TEST

/* Those of a message that broke off are closed, too. */
START_TEST(descriptors_of_half_a_message)
{
	size_t before = open_descriptors();
	struct antin_message_wanted wanted = {.max = 2, .n_fds = 2, .until = in(20000)};
	struct antin_message m = {.type = 2, .n_fds = 1}, got;
	ANTIN_SCOPED(antin_bytes) body = {0};
	struct antin_err err = {0};

	pair();
	m.fds[0] = ends[0];
	m.body = antin_slice_text("long");
	util_ok(antin_message_send(ends[0], &m, in(20000), &err));
	util_fails(antin_message_receive(ends[1], &wanted, &got, &body, &err), ANTIN_E_FORMAT);
	unpair();
	ck_assert_uint_eq(open_descriptors(), before);
}
END_TEST

/* ---- programs ---- */

static void
run(const char *script, char *const *environment, struct antin_bytes *said)
{
	char *const words[] = {(char[]){"sh"}, (char[]){"-c"}, strdup(script), NULL};
	int pipes[2], status = 0;
	char some[512];
	ssize_t n;
	pid_t pid;

	ck_assert(pipe(pipes) == 0);
	{
		/* The third is our first: it must be there still when its turn comes. */
		const int fds[] = {-1, pipes[1], 0, pipes[0]};
		struct antin_spawn s = {.program = "/bin/sh",
		                        .words = words,
		                        .environment = environment,
		                        .fds = fds,
		                        .n_fds = 4};

		ck_assert_int_eq(antin_spawn(&s, &pid), 0);
	}
	(void)close(pipes[1]);
	while ((n = read(pipes[0], some, sizeof(some))) > 0)
		antin_bytes_add(said, some, (size_t)n);
	(void)close(pipes[0]);
	ck_assert(antin_spawn_ended(pid, 20000, &status));
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 3);
	free(words[2]);
	(void)antin_bytes_cstr(said);
}

START_TEST(what_it_has)
{
	char *const environment[] = {(char[]){"PATH=/usr/bin:/bin"}, (char[]){"ONE=1"}, NULL};
	ANTIN_SCOPED(antin_bytes) said = {0};
	int spare = open("/", O_RDONLY);
	sigset_t blocked;

	ck_assert(dup2(spare, 50) == 50);
	(void)setenv("SECRET", "of the parent", 1);
	(void)sigemptyset(&blocked);
	(void)sigaddset(&blocked, SIGUSR1);
	(void)sigprocmask(SIG_BLOCK, &blocked, NULL);
	(void)signal(SIGUSR2, SIG_IGN);
	/* A shell that just started another program may still have all signals blocked for it. */
	run("echo one=$ONE secret=$SECRET; readlink /proc/self/fd/0; "
	    "for fd in /proc/$$/fd/*; do n=${fd##*/}; [ $n -gt 3 ] && [ $n -lt 255 ] && "
	    "echo extra $n $(readlink $fd); done; while read -r line; do case $line in "
	    "Sig[BI]*) echo \"$line\" ;; esac; done </proc/self/status; exit 3",
	    environment, &said);
	ck_assert_msg(strstr((char *)said.p, "one=1 secret=\n/dev/null\n"), "%s", (char *)said.p);
	ck_assert_msg(!strstr((char *)said.p, "extra 50"), "%s", (char *)said.p);
	ck_assert_msg(strstr((char *)said.p, "SigBlk:\t0000000000000000"), "%s", (char *)said.p);
	/* But the two that the C library keeps for itself. */
	ck_assert_msg(strstr((char *)said.p, "SigIgn:\t0000000180000000"), "%s", (char *)said.p);
	(void)close(50);
	(void)close(spare);
}
END_TEST

START_TEST(none_given)
{
	ANTIN_SCOPED(antin_bytes) said = {0};

	(void)setenv("SECRET", "of the parent", 1);
	run("echo secret=$SECRET; exit 3", NULL, &said);
	ck_assert_str_eq((char *)said.p, "secret=\n");
}
END_TEST

START_TEST(cannot_start)
{
	static const struct {
		const char *program, *why;
	} cases[] = {{"/nonexistent/antin-x", "ENOENT"},
	             {"/etc/passwd", "EACCES"},
	             {"/", "EACCES"}};
	size_t before = open_descriptors();

	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		struct antin_helper h = {.fd = -1, .watch = -1};
		struct antin_err err = {0};

		util_fails(antin_helper_start(cases[i].program, NULL, -1, &h, &err),
		           ANTIN_E_SERVICE);
		ck_assert_msg(strstr(util_line(&err), cases[i].program) &&
		                      strstr(util_line(&err), cases[i].why),
		              "%s", util_line(&err));
		ck_assert_int_eq(h.fd, -1);
		antin_helper_stop(&h);
	}
	ck_assert_uint_eq(open_descriptors(), before);
	ck_assert(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}
END_TEST

/* cat reads /dev/null and ends; one that never reads its socket is killed. */
START_TEST(stopped)
{
	static const char *const programs[] = {"/bin/cat", "/usr/bin/yes"};
	size_t before = open_descriptors();

	for (size_t i = 0; i < 2; i++) {
		struct antin_message_wanted wanted = {.max = 10, .until = in(20000)};
		struct antin_helper h = {.fd = -1, .watch = -1};
		ANTIN_SCOPED(antin_bytes) body = {0};
		struct antin_message got = {.type = 77};
		struct antin_err err = {0};

		util_ok(antin_helper_start(programs[i], NULL, -1, &h, &err));
		if (i == 0) {
			util_ok(antin_message_receive(h.fd, &wanted, &got, &body, &err));
			ck_assert_uint_eq(got.type, ANTIN_MESSAGE_END);
		}
		antin_helper_stop(&h);
		antin_helper_stop(&h);
		ck_assert_int_eq(h.fd, -1);
		ck_assert(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
	}
	ck_assert_uint_eq(open_descriptors(), before);
}
END_TEST

START_TEST(not_ended)
{
	const int fds[] = {-1, -1, -1};
	struct antin_spawn s = {.program = "/usr/bin/yes", .fds = fds, .n_fds = 3};
	int status;
	pid_t pid;

	ck_assert_int_eq(antin_spawn(&s, &pid), 0);
	ck_assert(!antin_spawn_ended(pid, 20, &status));
	(void)kill(pid, SIGKILL);
	ck_assert(antin_spawn_ended(pid, 20000, &status));
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	ck_assert(antin_spawn_ended(pid, 20000, &status)); /* somebody has waited for it */
	s.n_fds = ANTIN_SPAWN_FDS + 1;
	ck_assert_int_eq(antin_spawn(&s, &pid), EINVAL);
}
END_TEST

Suite *suite_helper(void);

Suite *
suite_helper(void)
{
	Suite *s = suite_create("helper");
	TCase *tc = tcase_create("helper");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, sizes);
	tcase_add_test(tc, cut_everywhere);
	tcase_add_loop_test(tc, wrong_messages, 0, UTIL_COUNT(wrong));
	tcase_add_test(tc, nobody_there);
	tcase_add_test(tc, descriptors);
	tcase_add_test(tc, descriptors_of_half_a_message);
	tcase_add_test(tc, what_it_has);
	tcase_add_test(tc, none_given);
	tcase_add_test(tc, cannot_start);
	tcase_add_test(tc, stopped);
	tcase_add_test(tc, not_ended);
	suite_add_tcase(s, tc);
	return s;
}
