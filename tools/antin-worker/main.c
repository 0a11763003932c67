/*
 * antin-worker: parses and judges documents of strangers (antin/worker.h).  Started with a socket
 * as descriptor 3; ends when that is closed.
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/seccomp.h>

#include <antin/helper.h>
#include <antin/worker.h>

#include "calls.h"

enum { MEMORY = 1 << 30, SECONDS = 900, DESCRIPTORS = 16 };

/* No new thread, no shared memory, no name space of its own: a plain copy of the process. */
enum {
	NOT_PLAIN = CLONE_VM | CLONE_FILES | CLONE_FS | CLONE_SIGHAND | CLONE_THREAD |
	            CLONE_PARENT | CLONE_PTRACE | CLONE_VFORK | CLONE_NEWNS | CLONE_NEWUSER |
	            CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP,
};

/* Until the process of one file has narrowed its cage; this one reads what was given for all. */
static const struct sandbox_rule before[] = {
        ALLOW_IF(clone, 1, NOT_PLAIN, 0),
        ALLOW(set_robust_list),
        ALLOW(wait4),
        ALLOW(pidfd_open),
        ALLOW(getppid),
        ALLOW(tgkill),
        ALLOW_IF(prctl, 1, ~0U, PR_SET_PDEATHSIG),
        ALLOW_IF(seccomp, 1, ~0U, SECCOMP_SET_MODE_FILTER),
};

static bool
shut(const char **failed)
{
	static const struct sandbox cage = {
	        .memory = MEMORY,
	        .seconds = SECONDS,
	        .descriptors = DESCRIPTORS,
	        .keep = ANTIN_HELPER_FD + 1,
	        .rules = before,
	        .n_rules = sizeof(before) / sizeof(before[0]),
	};

	return sandbox_enter(&cage, failed);
}

static bool
narrow(void)
{
	return sandbox_narrow(NULL, 0);
}

int
main(void)
{
	static const struct antin_worker_cage cage = {shut, narrow, sandbox_landlock};
	struct stat st;

	if (fstat(ANTIN_HELPER_FD, &st) != 0 || !S_ISSOCK(st.st_mode)) {
		(void)fputs("antin-worker: this program is started by the others\n", stderr);
		return 2;
	}
	_exit(antin_worker_serve(ANTIN_HELPER_FD, &cage));
}
