/*
 * The cage of antin-fetch: it may resolve names and connect, read the system's configuration and
 * certificates of TLS, and nothing else; no program is started, no file written, nothing listens.
 */
#include "fetch.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>

#include "calls.h"

enum { WHOLE = ~0, NOT_TO_WRITE = O_ACCMODE | O_CREAT | O_TRUNC };

static const struct sandbox_rule rules[] = {
        ALLOW_IF(socket, 1, WHOLE, AF_INET),
        ALLOW_IF(socket, 1, WHOLE, AF_INET6),
        ALLOW_IF(socket, 1, WHOLE, AF_UNIX),    /* services that resolve names */
        ALLOW_IF(socket, 1, WHOLE, AF_NETLINK), /* which addresses this machine has */
        ALLOW(bind),
        ALLOW(connect),
        ALLOW(getsockopt),
        ALLOW(setsockopt),
        ALLOW(getsockname),
        ALLOW(getpeername),
        ALLOW(sendto),
        ALLOW(sendmmsg),
        ALLOW(recvfrom),
        ALLOW(shutdown),
        ALLOW(socketpair), /* threads of libcurl wake each other */
        ALLOW(pipe2),
        ALLOW(eventfd2),
        ALLOW(fcntl),
        ALLOW(ioctl),
        ALLOW(rt_sigaction),
        ALLOW(clock_nanosleep),
        /* Names are resolved in a thread. */
        ALLOW_IF(clone, 1, CLONE_THREAD, CLONE_THREAD),
        ALLOW(clone3),
        ALLOW(rseq),
        ALLOW(set_robust_list),
        ALLOW(sched_getaffinity),
        ALLOW(sigaltstack),
        ALLOW_IF(openat, 3, NOT_TO_WRITE, O_RDONLY),
        ALLOW(newfstatat),
        ALLOW(lseek),
        ALLOW(readlinkat),
        ALLOW(faccessat),
        ALLOW(getdents64),
        ALLOW(uname),
        /* Modules of the resolver and of OpenSSL are loaded when they are needed. */
        ALLOW(mmap),
        ALLOW_IF(write, 1, ~3U, 4), /* 4 to 7: a pipe of libcurl */
#ifdef SYS_access
        ALLOW(access),
        ALLOW(readlink),
        ALLOW_IF(open, 2, NOT_TO_WRITE, O_RDONLY),
        ALLOW(stat),
        ALLOW(pipe),
#endif
};

bool
fetch_shut(void)
{
	static const char *const readable[] = {"/etc", "/usr", "/lib", "/lib64", "/run", NULL};
	static const struct sandbox s = {
	        .memory = (uint64_t)1 << 30,
	        .seconds = 60,
	        .descriptors = 64,
	        .keep = ANTIN_HELPER_FD + 1,
	        .rules = rules,
	        .n_rules = sizeof(rules) / sizeof(rules[0]),
	        .network = true,
	        .readable = readable,
	};
	const char *failed;

	return sandbox_enter(&s, &failed);
}
