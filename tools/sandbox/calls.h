/*
 * Rows of a list of system calls (sandbox.h), for the files that have one.
 */
#ifndef ANTIN_SANDBOX_CALLS_H
#define ANTIN_SANDBOX_CALLS_H

#include <sys/syscall.h>

#include "sandbox.h"

#define ALLOW(name)                                                                                \
	{                                                                                          \
		SYS_##name, SANDBOX_ALLOW, 0, 0, 0                                                 \
	}
#define ALLOW_IF(name, arg, mask, is)                                                              \
	{                                                                                          \
		SYS_##name, SANDBOX_ALLOW, arg, mask, is                                           \
	}
#define REFUSE(name)                                                                               \
	{                                                                                          \
		SYS_##name, SANDBOX_REFUSE, 0, 0, 0                                                \
	}

#endif
