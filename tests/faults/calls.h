/*
 * What the preloaded libraries of fail.sh and kill.sh share: the calls that change a file, counted,
 * each handed to the real one unless its fate says otherwise.  The library that includes this
 * defines both fates: struck() counts a call and says whether this is the one, ended() is what
 * becomes of it, after half of what it would have written where halves() says so.
 */
#ifndef ANTIN_TESTS_CALLS_H
#define ANTIN_TESTS_CALLS_H

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static long count;

static long
number(const char *name)
{
	const char *text = getenv(name);

	return text ? strtol(text, NULL, 10) : 0;
}

static int struck(void);
static int halves(void);
static int ended(void);

/* The count goes to this file at the end. */
static void
tell_count(const char *name)
{
	const char *path = getenv(name);
	FILE *f = path ? fopen(path, "w") : NULL;

	if (f) {
		(void)fprintf(f, "%ld\n", count);
		(void)fclose(f);
	}
}

#define REAL(type, name, args)                                                                     \
	static type(*real_##name) args;                                                            \
	if (!real_##name)                                                                          \
	*(void **)(&real_##name) = dlsym(RTLD_NEXT, #name)

ssize_t
pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	REAL(ssize_t, pwrite64, (int, const void *, size_t, off64_t));
	if (struck()) {
		if (halves())
			(void)!real_pwrite64(fd, p, n / 2, at);
		return ended();
	}
	return real_pwrite64(fd, p, n, at);
}

ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
	return pwrite64(fd, p, n, at);
}

ssize_t
write(int fd, const void *p, size_t n)
{
	REAL(ssize_t, write, (int, const void *, size_t));
	if (fd > 2 && struck()) {
		if (halves())
			(void)!real_write(fd, p, n / 2);
		return ended();
	}
	return real_write(fd, p, n);
}

#define STRIKE(type, name, params, args)                                                           \
	type name params                                                                           \
	{                                                                                          \
		REAL(type, name, params);                                                          \
		if (struck())                                                                      \
			return ended();                                                            \
		return real_##name args;                                                           \
	}

STRIKE(int, fsync, (int fd), (fd))
STRIKE(int, fdatasync, (int fd), (fd))
STRIKE(int, ftruncate64, (int fd, off64_t n), (fd, n))
STRIKE(int, rename, (const char *from, const char *to), (from, to))

#endif
