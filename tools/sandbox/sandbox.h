/*
 * The cage of a helper that reads what strangers wrote: limits of its resources, no further rights,
 * no files (Landlock, where the kernel has it) and no system calls but those listed (seccomp).
 */
#ifndef ANTIN_SANDBOX_H
#define ANTIN_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A system call that is not listed ends the process: who makes one was taken over, and what it says
 * afterwards must not be heard.  REFUSE answers EPERM to calls that the C library and libcrypto
 * make by themselves and can do without.  Later rules about the same call count where the
 * arguments of the earlier ones do not fit.
 */
enum sandbox_answer { SANDBOX_ALLOW, SANDBOX_REFUSE };
struct sandbox_rule {
	int call; /* SYS_... */
	enum sandbox_answer answer;
	unsigned int arg;     /* that must fit, counted from 1; 0: whatever they are */
	uint32_t mask, value; /* low word of the argument, masked */
};

struct sandbox {
	uint64_t memory;                  /* octets of address space; 0: as it is */
	uint64_t seconds;                 /* of processor time; 0: as it is */
	uint64_t descriptors;             /* that may be open; 0: as it is */
	int keep;                         /* descriptors below this one stay open */
	const struct sandbox_rule *rules; /* besides those that every cage has */
	size_t n_rules;
	bool writes;                 /* what is open may grow: standard output is a file */
	bool network;                /* Landlock does not keep it from connecting */
	const char *const *readable; /* files and folders, NULL-terminated; NULL none */
};

/*
 * Shuts the cage around this process, which must have one thread.  False when it cannot be shut:
 * then `failed` says what could not be done, errno why, and nothing foreign may be read.  A missing
 * Landlock is no failure.
 */
bool sandbox_enter(const struct sandbox *s, const char **failed);
/* A narrower list of calls in a process that is in its cage; nothing else changes. */
bool sandbox_narrow(const struct sandbox_rule *rules, size_t n);
/* Version of the kernel's Landlock; 0: it has none, or it is switched off. */
int sandbox_landlock(void);
/* False in builds with a sanitizer, whose own calls must not end the process: all get EPERM. */
bool sandbox_kills(void);

#endif
