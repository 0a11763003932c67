/*
 * A file that holds the input, for what reads files; in memory, one for the whole run.
 */
#ifndef TESTS_FUZZ_GIVEN_FILE_H
#define TESTS_FUZZ_GIVEN_FILE_H

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

/* Its path, good until the next call. */
static inline const char *
fuzz_file(const uint8_t *data, size_t size)
{
	static char path[40];
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("input", MFD_CLOEXEC);
	fuzz_never(fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

#endif
