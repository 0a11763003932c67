/*
 * Preloaded by fail.sh: the Nth call that changes a file fails with an error of the disk, after
 * half of what it would have written when FAILHALF is set.  FAILAT=N FAILERR=ENOSPC|EIO|EDQUOT,
 * FAILON for every call from there on; FAILCOUNT=FILE counts the calls.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static long count;

static long
number(const char *name)
{
	const char *text = getenv(name);

	return text ? strtol(text, NULL, 10) : 0;
}

static int
error_wanted(void)
{
	static const struct {
		const char *name;
		int code;
	} errors[] = {{"ENOSPC", ENOSPC}, {"EIO", EIO}, {"EDQUOT", EDQUOT}};
	const char *name = getenv("FAILERR");

	for (size_t i = 0; name && i < sizeof(errors) / sizeof(errors[0]); i++)
		if (strcmp(errors[i].name, name) == 0)
			return errors[i].code;
	return EIO;
}

/* True when this call is to fail. */
static int
fails(void)
{
	long at = number("FAILAT");

	count++;
	if (at == 0 || count < at || (count > at && !number("FAILON")))
		return 0;
	errno = error_wanted();
	return 1;
}

__attribute__((destructor)) static void
tell(void)
{
	const char *path = getenv("FAILCOUNT");
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
	if (fails()) {
		int wanted = errno;

		if (number("FAILHALF"))
			(void)!real_pwrite64(fd, p, n / 2, at);
		errno = wanted;
		return -1;
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
	if (fd > 2 && fails()) {
		int wanted = errno;

		if (number("FAILHALF"))
			(void)!real_write(fd, p, n / 2);
		errno = wanted;
		return -1;
	}
	return real_write(fd, p, n);
}

#define MAYBE(type, name, params, args)                                                            \
	type name params                                                                           \
	{                                                                                          \
		REAL(type, name, params);                                                          \
		if (fails())                                                                       \
			return -1;                                                                 \
		return real_##name args;                                                           \
	}

MAYBE(int, fsync, (int fd), (fd))
MAYBE(int, fdatasync, (int fd), (fd))
MAYBE(int, ftruncate64, (int fd, off64_t n), (fd, n))
MAYBE(int, rename, (const char *from, const char *to), (from, to))
