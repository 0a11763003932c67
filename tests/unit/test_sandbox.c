/*
 * The cage of helpers (tools/sandbox): each forbidden call is tried by a process of its own in the
 * very cage and outside of it, where it must do something else; what is needed works inside.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __x86_64__
#include <asm/prctl.h>
#endif
#include <sys/ioctl.h>

#include "sandbox.h"
#include "util.h"

/* How a process ended that made one call: by SIGSYS, or with what the call gave. */
enum outcome { SUCCEEDED = 0, /* or an errno */ KILLED = 1000, OTHERWISE = 1001 };

static const struct sandbox plain = {.memory = (uint64_t)1 << 30,
                                     .seconds = 10,
                                     .descriptors = 8,
                                     .keep = 4};

static int
run_in(const struct sandbox *cage, long (*call)(void))
{
	const char *failed;
	int status;
	pid_t pid = fork();

	ck_assert(pid >= 0);
	if (pid == 0) {
		long r;

		if (cage && !sandbox_enter(cage, &failed))
			_exit(255);
		errno = 0;
		r = call();
		_exit(r >= 0 ? SUCCEEDED : errno ? errno : 254);
	}
	ck_assert(waitpid(pid, &status, 0) == pid);
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS ? KILLED : OTHERWISE;
	return WEXITSTATUS(status);
}

#define CALL(name, expression)                                                                     \
	static long do_##name(void)                                                                \
	{                                                                                          \
		return (long)(expression);                                                         \
	}
static char *const no_words[] = {NULL};
static const char nowhere[] = "/nonexistent/antin";
static char octets[1];
static struct iovec one_octet = {octets, 1};

static long
forked(long pid)
{
	if (pid == 0)
		_exit(0);
	return pid;
}

/* Files. */
CALL(openat, openat(AT_FDCWD, "/", O_RDONLY))
CALL(faccessat, syscall(SYS_faccessat, AT_FDCWD, "/", R_OK))
CALL(newfstatat, fstatat(AT_FDCWD, "/", &(struct stat){0}, 0))
CALL(readlinkat, readlinkat(AT_FDCWD, "/proc/self/exe", (char[64]){0}, 64))
CALL(getcwd, syscall(SYS_getcwd, (char[4096]){0}, 4096))
CALL(uname, syscall(SYS_uname, (char[400]){0}))
CALL(prlimit, syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &(struct rlimit){0}))
CALL(ioctl_tiocsti, ioctl(-1, TIOCSTI, "x"))
CALL(fcntl_dup, fcntl(0, F_DUPFD, 0))
CALL(lseek, syscall(SYS_lseek, -1, 0, SEEK_SET))
CALL(openat2, syscall(SYS_openat2, AT_FDCWD, nowhere, (uint64_t[3]){0}, 24))
CALL(unlinkat, syscall(SYS_unlinkat, AT_FDCWD, nowhere, 0))
CALL(renameat2, syscall(SYS_renameat2, AT_FDCWD, nowhere, AT_FDCWD, nowhere, 0))
CALL(linkat, linkat(AT_FDCWD, nowhere, AT_FDCWD, nowhere, 0))
CALL(symlinkat, symlinkat("x", AT_FDCWD, nowhere))
CALL(mkdirat, mkdirat(AT_FDCWD, nowhere, 0700))
CALL(mknodat, mknodat(AT_FDCWD, nowhere, S_IFIFO | 0600, 0))
CALL(fchmodat, syscall(SYS_fchmodat, AT_FDCWD, nowhere, 0600))
CALL(fchownat, fchownat(AT_FDCWD, nowhere, 0, 0, 0))
CALL(truncate, truncate(nowhere, 0))
CALL(ftruncate, ftruncate(-1, 0))
CALL(write_file, syscall(SYS_write, 0, "x", (size_t)1))
CALL(pwrite, pwrite(-1, "x", 1, 0))
CALL(chdir, chdir("/"))
CALL(chroot, chroot(nowhere))
CALL(mount, syscall(SYS_mount, "x", nowhere, "tmpfs", 0, NULL))
CALL(umount, syscall(SYS_umount2, nowhere, 0))
CALL(memfd, syscall(SYS_memfd_create, "x", 0))
CALL(getdents, syscall(SYS_getdents64, -1, NULL, 0))
CALL(name_to_handle, syscall(SYS_name_to_handle_at, AT_FDCWD, "/", NULL, NULL, 0))
CALL(inotify, syscall(SYS_inotify_init1, 0))
CALL(fanotify, syscall(SYS_fanotify_init, 0, 0))

/* The network. */
CALL(socket_inet, socket(AF_INET, SOCK_STREAM, 0))
CALL(socket_unix, socket(AF_UNIX, SOCK_STREAM, 0))
CALL(socket_netlink, socket(AF_NETLINK, SOCK_RAW, 0))
CALL(socketpair, socketpair(AF_UNIX, SOCK_STREAM, 0, (int[2]){0}))
CALL(connect, connect(-1, NULL, 0))
CALL(bind, bind(-1, NULL, 0))
CALL(listen, listen(-1, 1))
CALL(accept, accept(-1, NULL, NULL))
CALL(sendto, sendto(-1, "x", 1, 0, NULL, 0))
CALL(setsockopt, setsockopt(-1, 0, 0, NULL, 0))

/* Other processes, and becoming another. */
CALL(execve, execve(nowhere, no_words, no_words))
CALL(execveat, syscall(SYS_execveat, AT_FDCWD, nowhere, no_words, no_words, 0))
CALL(fork, forked(fork()))
CALL(clone, forked(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)))
CALL(clone3, forked(syscall(SYS_clone3, NULL, 0)))
CALL(ptrace, ptrace(PTRACE_TRACEME, 0, NULL, NULL))
CALL(kill_parent, kill(getppid(), 0))
CALL(kill_all, kill(0x7ffffffe, SIGKILL))
CALL(tgkill_parent, syscall(SYS_tgkill, getppid(), getppid(), 0))
CALL(tkill, syscall(SYS_tkill, 0x7ffffffe, 0))
CALL(pidfd_open, syscall(SYS_pidfd_open, getpid(), 0))
CALL(pidfd_signal, syscall(SYS_pidfd_send_signal, -1, 0, NULL, 0))
CALL(pidfd_getfd, syscall(SYS_pidfd_getfd, -1, 0, 0))
CALL(vm_read, syscall(SYS_process_vm_readv, getpid(), &one_octet, 0, &one_octet, 0, 0))
CALL(vm_write, syscall(SYS_process_vm_writev, getpid(), &one_octet, 0, &one_octet, 0, 0))
CALL(kcmp, syscall(SYS_kcmp, getpid(), getpid(), 0, 0, 0))
CALL(setpriority, setpriority(PRIO_PROCESS, 0, 0))
CALL(sched_setaffinity, syscall(SYS_sched_setaffinity, 0, 0, NULL))
CALL(setns, setns(-1, 0))
CALL(unshare, unshare(0))
CALL(setuid, syscall(SYS_setuid, getuid()))
CALL(setgroups, syscall(SYS_setgroups, -1, NULL))
CALL(capset, syscall(SYS_capset, NULL, NULL))
CALL(setrlimit, setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}))
CALL(personality, syscall(SYS_personality, 0xffffffff))

/* Doors into the kernel. */
CALL(bpf, syscall(SYS_bpf, -1, NULL, 0))
CALL(io_uring, syscall(SYS_io_uring_setup, 0, NULL))
CALL(userfaultfd, syscall(SYS_userfaultfd, -1))
CALL(keyctl, syscall(SYS_keyctl, 0, 0, 0, 0, 0))
CALL(add_key, syscall(SYS_add_key, NULL, NULL, NULL, 0, 0))
CALL(perf_event, syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0))
CALL(init_module, syscall(SYS_init_module, NULL, 0, ""))
CALL(kexec, syscall(SYS_kexec_load, 0, 100, NULL, 0))
CALL(reboot, syscall(SYS_reboot, 0, 0, 0, NULL))
CALL(swapon, syscall(SYS_swapon, nowhere, 0))
CALL(syslog, syscall(SYS_syslog, 10, NULL, 0))
CALL(settime, syscall(SYS_clock_settime, 100, NULL))
CALL(shmget, syscall(SYS_shmget, 0, 0, 0))
CALL(msgget, syscall(SYS_msgget, -1, 0))
CALL(timer, syscall(SYS_timer_create, 100, NULL, NULL))

/* Code of one's own, and another cage. */
CALL(mmap_exec, (long)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
CALL(mprotect_exec, mprotect((void *)4096, 4096, PROT_READ | PROT_EXEC))
CALL(pkey_mprotect, syscall(SYS_pkey_mprotect, 4096, 4096, PROT_READ, -1))
CALL(sigaction, sigaction(SIGSYS, &(struct sigaction){.sa_handler = SIG_IGN}, NULL))
CALL(prctl_dumpable, prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
CALL(prctl_seccomp, prctl(PR_SET_SECCOMP, 0, NULL, 0, 0))
CALL(prctl_name, prctl(PR_SET_NAME, "antin", 0, 0, 0))
CALL(prctl_tsc, prctl(PR_SET_TSC, 100, 0, 0, 0))
CALL(seccomp, syscall(SYS_seccomp, 100, 0, NULL))
CALL(unknown, syscall(100000))
#ifdef __x86_64__
CALL(open, syscall(SYS_open, "/", O_RDONLY))
CALL(x32, syscall(0x40000000 | SYS_getpid))
CALL(arch_prctl, syscall(SYS_arch_prctl, ARCH_GET_FS, &(unsigned long){0}))
CALL(ioperm, syscall(SYS_ioperm, 0, 0, 0))
CALL(modify_ldt, syscall(SYS_modify_ldt, 0, NULL, 0))

/* The interface of 32 bits has other numbers: 20 is getpid there, writev here. */
static long
do_int80(void)
{
	long r = 20;

	__asm__ volatile("int $0x80" : "+a"(r) : : "memory");
	return r;
}
#endif

#define ROW(name, expected)                                                                        \
	{                                                                                          \
#name, do_##name, expected                                                         \
	}
static const struct row {
	const char *name;
	long (*call)(void);
	int inside;
} rows[] = {
        ROW(openat, EPERM),
        ROW(faccessat, EPERM),
        ROW(newfstatat, EPERM),
        ROW(readlinkat, EPERM),
        ROW(getcwd, EPERM),
        ROW(uname, EPERM),
        ROW(prlimit, EPERM),
        ROW(ioctl_tiocsti, EPERM),
        ROW(fcntl_dup, EPERM),
        ROW(lseek, EPERM),
        ROW(openat2, KILLED),
        ROW(unlinkat, KILLED),
        ROW(renameat2, KILLED),
        ROW(linkat, KILLED),
        ROW(symlinkat, KILLED),
        ROW(mkdirat, KILLED),
        ROW(mknodat, KILLED),
        ROW(fchmodat, KILLED),
        ROW(fchownat, KILLED),
        ROW(truncate, KILLED),
        ROW(ftruncate, KILLED),
        ROW(write_file, KILLED),
        ROW(pwrite, KILLED),
        ROW(chdir, KILLED),
        ROW(chroot, KILLED),
        ROW(mount, KILLED),
        ROW(umount, KILLED),
        ROW(memfd, KILLED),
        ROW(getdents, KILLED),
        ROW(name_to_handle, KILLED),
        ROW(inotify, KILLED),
        ROW(fanotify, KILLED),
        ROW(socket_inet, KILLED),
        ROW(socket_unix, KILLED),
        ROW(socket_netlink, KILLED),
        ROW(socketpair, KILLED),
        ROW(connect, KILLED),
        ROW(bind, KILLED),
        ROW(listen, KILLED),
        ROW(accept, KILLED),
        ROW(sendto, KILLED),
        ROW(setsockopt, KILLED),
        ROW(execve, KILLED),
        ROW(execveat, KILLED),
        ROW(fork, KILLED),
        ROW(clone, KILLED),
        ROW(clone3, KILLED),
        ROW(ptrace, KILLED),
        ROW(kill_parent, KILLED),
        ROW(kill_all, KILLED),
        ROW(tgkill_parent, KILLED),
        ROW(tkill, KILLED),
        ROW(pidfd_open, KILLED),
        ROW(pidfd_signal, KILLED),
        ROW(pidfd_getfd, KILLED),
        ROW(vm_read, KILLED),
        ROW(vm_write, KILLED),
        ROW(kcmp, KILLED),
        ROW(setpriority, KILLED),
        ROW(sched_setaffinity, KILLED),
        ROW(setns, KILLED),
        ROW(unshare, KILLED),
        ROW(setuid, KILLED),
        ROW(setgroups, KILLED),
        ROW(capset, KILLED),
        ROW(setrlimit, EPERM),
        ROW(personality, KILLED),
        ROW(bpf, KILLED),
        ROW(io_uring, KILLED),
        ROW(userfaultfd, KILLED),
        ROW(keyctl, KILLED),
        ROW(add_key, KILLED),
        ROW(perf_event, KILLED),
        ROW(init_module, KILLED),
        ROW(kexec, KILLED),
        ROW(reboot, KILLED),
        ROW(swapon, KILLED),
        ROW(syslog, KILLED),
        ROW(settime, KILLED),
        ROW(shmget, KILLED),
        ROW(msgget, KILLED),
        ROW(timer, KILLED),
        ROW(mmap_exec, KILLED),
        ROW(mprotect_exec, KILLED),
        ROW(pkey_mprotect, KILLED),
        ROW(sigaction, KILLED),
        ROW(prctl_dumpable, KILLED),
        ROW(prctl_seccomp, KILLED),
        ROW(prctl_name, KILLED),
        ROW(prctl_tsc, KILLED),
        ROW(seccomp, KILLED),
        ROW(unknown, KILLED),
#ifdef __x86_64__
        ROW(open, EPERM),
        ROW(x32, KILLED),
        ROW(arch_prctl, KILLED),
        ROW(ioperm, KILLED),
        ROW(modify_ldt, KILLED),
        ROW(int80, KILLED),
#endif
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

/* With a sanitizer every refusal is an EPERM, but calls under another interface's numbers. */
static int
expected(const struct row *r)
{
	return r->inside == KILLED && !sandbox_kills() && strcmp(r->name, "int80") != 0 ? EPERM
	                                                                                : r->inside;
}

START_TEST(forbidden)
{
	const struct row *r = &rows[_i];
	int got = run_in(&plain, r->call);

	ck_assert_msg(got == expected(r), "%s inside: %d instead of %d", r->name, got, expected(r));
}
END_TEST

/* What fails inside for other reasons than the cage proves nothing: outside it is something else.
 */
START_TEST(possible_outside)
{
	const struct row *r = &rows[_i];
	int got = run_in(NULL, r->call);

	ck_assert_msg(got != KILLED, "%s is killed outside, too", r->name);
	if (r->inside == EPERM || geteuid() == 0)
		ck_assert_msg(got != expected(r), "%s: %d inside and outside", r->name, got);
}
END_TEST

/* ---- what works inside ---- */

static int channel[2];

static long
do_work(void)
{
	char octet = 0;
	struct iovec data = {&octet, 1};
	struct msghdr m = {.msg_iov = &data, .msg_iovlen = 1};
	struct timespec t;
	struct stat st;
	uint8_t *block = malloc(8 << 20);

	if (!block)
		return -1;
	memset(block, 1, 8 << 20);
	free(block);
	return recvmsg(channel[1], &m, 0) == 1 && octet == 'a' &&
	                       sendmsg(channel[1], &m, MSG_NOSIGNAL) == 1 &&
	                       clock_gettime(CLOCK_REALTIME, &t) == 0 &&
	                       fstat(channel[1], &st) == 0 &&
	                       syscall(SYS_getrandom, &octet, 1, 0) == 1
	               ? 0
	               : -1;
}

START_TEST(needed)
{
	struct sandbox s = plain;
	char octet = 'a';

	ck_assert(socketpair(AF_UNIX, SOCK_STREAM, 0, channel) == 0);
	s.keep = channel[1] + 1;
	ck_assert(write(channel[0], &octet, 1) == 1);
	ck_assert_int_eq(run_in(&s, do_work), SUCCEEDED);
	ck_assert(read(channel[0], &octet, 1) == 1 && octet == 'a');
	(void)close(channel[0]);
	(void)close(channel[1]);
}
END_TEST

static long
do_bomb(void)
{
	errno = 0;
	return malloc((size_t)2 << 30) ? 0 : -1;
}

static long
do_spin(void)
{
	for (volatile unsigned long n = 0;; n++)
		continue;
	return 0;
}

static long
do_abort(void)
{
	abort();
}

static long
do_closed(void)
{
	struct stat st;

	for (int fd = 4; fd < 64; fd++)
		if (fstat(fd, &st) == 0)
			return 0;
	errno = EBADF;
	return -1;
}

START_TEST(limits)
{
	struct sandbox s = plain;
	int spare = open("/dev/null", O_RDONLY);

	ck_assert(spare >= 0 && dup2(spare, 40) == 40);
	ck_assert_int_eq(run_in(NULL, do_closed), SUCCEEDED);
	ck_assert_int_eq(run_in(&plain, do_closed), EBADF);
	if (sandbox_kills()) {
		ck_assert_int_eq(run_in(NULL, do_bomb), SUCCEEDED);
		ck_assert_int_eq(run_in(&plain, do_bomb), ENOMEM);
	}
	s.seconds = 1;
	ck_assert_int_eq(run_in(&s, do_spin), OTHERWISE);
	ck_assert_int_eq(run_in(&plain, do_abort), OTHERWISE); /* SIGABRT, not SIGSYS */
	(void)close(40);
	(void)close(spare);
}
END_TEST

/* ---- rules of one's own, and Landlock behind them ---- */

static const struct sandbox_rule open_rule[] = {{SYS_openat, SANDBOX_ALLOW, 0, 0, 0}};
static const struct sandbox_rule masked_rule[] = {
        {SYS_socket, SANDBOX_ALLOW, 1, ~0U, AF_UNIX},
        {SYS_socket, SANDBOX_ALLOW, 1, ~0U, AF_INET},
};
static const struct sandbox_rule narrow_rule[] = {{SYS_seccomp, SANDBOX_ALLOW, 0, 0, 0},
                                                  {SYS_socket, SANDBOX_ALLOW, 0, 0, 0}};
CALL(open_etc, openat(AT_FDCWD, "/etc", O_RDONLY))
CALL(open_passwd, openat(AT_FDCWD, "/etc/passwd", O_RDONLY))
CALL(open_usr, openat(AT_FDCWD, "/usr", O_RDONLY))
CALL(create, openat(AT_FDCWD, "/etc/antin-sandbox-test", O_WRONLY | O_CREAT | O_EXCL, 0600))

START_TEST(rules_of_its_own)
{
	struct sandbox s = plain;

	s.rules = masked_rule;
	s.n_rules = 2;
	ck_assert_int_eq(run_in(&s, do_socket_unix), SUCCEEDED);
	ck_assert_int_eq(run_in(&s, do_socket_inet), SUCCEEDED);
	ck_assert_int_eq(run_in(&s, do_socket_netlink), sandbox_kills() ? KILLED : EPERM);
	ck_assert_int_eq(run_in(&s, do_openat), EPERM);
	s.n_rules = 1;
	ck_assert_int_eq(run_in(&s, do_socket_inet), sandbox_kills() ? KILLED : EPERM);
	s.n_rules = 10000;
	ck_assert_int_eq(run_in(&s, do_socket_unix), 255);
}
END_TEST

static long
do_narrow(void)
{
	if (socket(AF_UNIX, SOCK_STREAM, 0) < 0 || !sandbox_narrow(NULL, 0))
		return 0;
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

START_TEST(narrower)
{
	struct sandbox s = plain;

	s.rules = narrow_rule;
	s.n_rules = 2;
	ck_assert_int_eq(run_in(&s, do_narrow), sandbox_kills() ? KILLED : EPERM);
	ck_assert_int_eq(run_in(&s, do_seccomp), EINVAL);
}
END_TEST

START_TEST(files_behind_landlock)
{
	static const char *const etc[] = {"/etc", "/nonexistent", NULL};
	static const char *const file[] = {"/etc/passwd", NULL};
	int refused = sandbox_landlock() ? EACCES : SUCCEEDED;
	struct sandbox s = plain;

	s.rules = open_rule;
	s.n_rules = 1;
	ck_assert_int_eq(run_in(&s, do_open_etc), refused);
	ck_assert_int_eq(run_in(&s, do_open_passwd), refused);
	s.readable = file;
	ck_assert_int_eq(run_in(&s, do_open_passwd), SUCCEEDED);
	ck_assert_int_eq(run_in(&s, do_open_etc), refused);
	s.readable = etc;
	ck_assert_int_eq(run_in(&s, do_open_passwd), SUCCEEDED);
	ck_assert_int_eq(run_in(&s, do_open_etc), SUCCEEDED);
	ck_assert_int_eq(run_in(&s, do_open_usr), refused);
	if (sandbox_landlock())
		ck_assert_int_eq(run_in(&s, do_create), EACCES);
}
END_TEST

Suite *suite_sandbox(void);

Suite *
suite_sandbox(void)
{
	Suite *s = suite_create("sandbox");
	TCase *tc = tcase_create("sandbox");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, forbidden, 0, ROWS);
	tcase_add_loop_test(tc, possible_outside, 0, ROWS);
	tcase_add_test(tc, needed);
	tcase_add_test(tc, limits);
	tcase_add_test(tc, rules_of_its_own);
	tcase_add_test(tc, narrower);
	tcase_add_test(tc, files_behind_landlock);
	suite_add_tcase(s, tc);
	return s;
}
