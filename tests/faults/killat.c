/*
 * Preloaded by kill.sh: the process dies (SIGKILL) just before its Nth call that changes a file, or
 * with half of what that call would have written.  KILLAT=N KILLHALF=1; KILLCOUNT=FILE counts.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
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

/* True when this call is the last one; the caller may still write a half. */
static int
last(void)
{
	long at = number("KILLAT");

	count++;
	if (at == 0 || count != at)
		return 0;
	if (!number("KILLHALF"))
		(void)kill(getpid(), SIGKILL);
	return 1;
}

static void
die(void)
{
	(void)kill(getpid(), SIGKILL);
}

__attribute__((destructor)) static void
tell(void)
{
	const char *path = getenv("KILLCOUNT");
	FILE *f = path ? fopen(path, "w") : NULL;

	if (f) {
		(void)fprintf(f, "%ld\n", count);
		(void)fclose(f);
	}
}

#define REAL(type, name, args)                                                                     \
	static type(*real_##name) args;                                                            \
	if (!real_##name) {                                                                        \
		*(void **)(&real_##name) = dlsym(RTLD_NEXT, #name);                                \
	}

ssize_t
pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	REAL(ssize_t, pwrite64, (int, const void *, size_t, off64_t));
	if (last()) {
		(void)!real_pwrite64(fd, p, n / 2, at);
		die();
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
	if (fd > 2 && last()) {
		(void)!real_write(fd, p, n / 2);
		die();
	}
	return real_write(fd, p, n);
}

#define BEFORE(type, name, params, args)                                                           \
	type name params                                                                           \
	{                                                                                          \
		REAL(type, name, params);                                                          \
		if (last())                                                                        \
			die();                                                                     \
		return real_##name args;                                                           \
	}

BEFORE(int, fsync, (int fd), (fd))
BEFORE(int, fdatasync, (int fd), (fd))
BEFORE(int, ftruncate64, (int fd, off64_t n), (fd, n))
BEFORE(int, rename, (const char *from, const char *to), (from, to))
BEFORE(int, unlink, (const char *path), (path))
