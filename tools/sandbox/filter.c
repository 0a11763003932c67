/*
 * The filter of system calls (seccomp, classic BPF): one run over the rules, the first that fits
 * counts.
 */
#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "rules.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "the system calls of this machine are not known here"
#endif

enum {
	PROGRAM_MAX = 1024,
	PER_RULE = 6,
	X32 = 0x40000000, /* from here on: calls of another interface, under other numbers */
};

struct program {
	struct sock_filter code[PROGRAM_MAX];
	unsigned short n;
};

bool
sandbox_kills(void)
{
	return !SANITIZED;
}

static void
add(struct program *p, uint16_t code, uint32_t k, uint8_t yes, uint8_t no)
{
	p->code[p->n++] = (struct sock_filter){code, yes, no, k};
}

static void
load(struct program *p, size_t offset)
{
	add(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void
answer(struct program *p, uint32_t what)
{
	add(p, BPF_RET | BPF_K, what, 0, 0);
}

/* With the number of the call loaded, and loaded again for the next rule. */
static void
add_rule(struct program *p, const struct sandbox_rule *r)
{
	uint32_t what = r->answer == SANDBOX_ALLOW ? SECCOMP_RET_ALLOW
	                                           : SECCOMP_RET_ERRNO | (uint32_t)EPERM;

	if (!r->arg) {
		add(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)r->call, 0, 1);
		answer(p, what);
		return;
	}
	add(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)r->call, 0, 5);
	load(p, offsetof(struct seccomp_data, args) + (r->arg - 1) * sizeof(uint64_t));
	add(p, BPF_ALU | BPF_AND | BPF_K, r->mask, 0, 0);
	add(p, BPF_JMP | BPF_JEQ | BPF_K, r->value, 0, 1);
	answer(p, what);
	load(p, offsetof(struct seccomp_data, nr));
}

static void
begin(struct program *p, uint32_t otherwise)
{
	load(p, offsetof(struct seccomp_data, arch));
	add(p, BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
	answer(p, SECCOMP_RET_KILL_PROCESS);
	load(p, offsetof(struct seccomp_data, nr));
	add(p, BPF_JMP | BPF_JGE | BPF_K, X32, 0, 1);
	answer(p, otherwise);
}

bool
sandbox_narrow(const struct sandbox_rule *rules, size_t n)
{
	uint32_t otherwise =
	        sandbox_kills() ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ERRNO | (uint32_t)EPERM;
	/* An abort is a signal to oneself. */
	const struct sandbox_rule abort_rule = {SYS_tgkill, SANDBOX_ALLOW, 1, ~0U,
	                                        (uint32_t)getpid()};
	struct program p = {.n = 0};
	struct sock_fprog program = {.filter = p.code};

	if (n > PROGRAM_MAX / PER_RULE - sandbox_rules_n - 4) {
		errno = E2BIG;
		return false;
	}
	begin(&p, otherwise);
	for (size_t i = 0; i < n; i++)
		add_rule(&p, &rules[i]);
	for (size_t i = 0; i < sandbox_rules_n; i++)
		add_rule(&p, &sandbox_rules[i]);
	add_rule(&p, &abort_rule);
	answer(&p, otherwise);
	program.len = p.n;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}
