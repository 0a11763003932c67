/*
 * System calls of a process that reads, computes, and talks over the descriptors it was given.
 */
#include "rules.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "calls.h"

enum { WHOLE = ~0, STDERR = 2 };

/* The most frequent ones first. */
const struct sandbox_rule sandbox_rules[] = {
        ALLOW(pread64),
        ALLOW(read),
        ALLOW(futex),
        ALLOW(brk),
        /* No memory becomes code. */
        ALLOW_IF(mmap, 3, PROT_EXEC, 0),
        ALLOW_IF(mprotect, 3, PROT_EXEC, 0),
        ALLOW(munmap),
        ALLOW(mremap),
        ALLOW(madvise),
        ALLOW(recvmsg),
        ALLOW(sendmsg),
        ALLOW(ppoll),
        ALLOW(close),
        ALLOW(fstat),
        ALLOW_IF(newfstatat, 4, WHOLE, AT_EMPTY_PATH),
        ALLOW(clock_gettime),
        ALLOW(getrandom),
        ALLOW(getpid),
        ALLOW(gettid),
        ALLOW(sysinfo), /* how much memory qsort may take */
        ALLOW(sched_yield),
        ALLOW(restart_syscall),
        ALLOW(rt_sigreturn),
        ALLOW(rt_sigprocmask),
        ALLOW(exit),
        ALLOW(exit_group),
        /* The last words of an abort; standard error is what the parent made of it. */
        ALLOW_IF(write, 1, WHOLE, STDERR),
        ALLOW_IF(writev, 1, WHOLE, STDERR),

        REFUSE(openat),
        REFUSE(faccessat),
        REFUSE(newfstatat),
        REFUSE(statx),
        REFUSE(readlinkat),
        REFUSE(getcwd),
        REFUSE(ioctl),
        REFUSE(fcntl),
        REFUSE(lseek),
        REFUSE(uname),
        REFUSE(prlimit64),
        REFUSE(sched_getaffinity),
#if SANITIZED
        ALLOW(sigaltstack), /* each thread's end gives its stack for signals back */
#endif
#ifdef SYS_faccessat2
        REFUSE(faccessat2),
#endif
#ifdef SYS_poll /* calls that only older machines have */
        ALLOW(poll),
        REFUSE(open),
        REFUSE(access),
        REFUSE(stat),
        REFUSE(lstat),
        REFUSE(readlink),
        REFUSE(getrlimit),
#endif
};
const size_t sandbox_rules_n = sizeof(sandbox_rules) / sizeof(sandbox_rules[0]);
