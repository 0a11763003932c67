/*
 * Searches all memory of the process that can be written for a secret that stands nowhere in the
 * clear: it is given masked, and the search's own buffer is left out and wiped.
 */
#ifndef ANTIN_TEST_MEMORY_SCAN_H
#define ANTIN_TEST_MEMORY_SCAN_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Larger ranges are the shadow of a sanitizer, terabytes of nothing. */
enum { MEMORY_MASK = 0x5a, MEMORY_CHUNK = 1 << 16, MEMORY_MOST = 1 << 28, MEMORY_SECRET = 64 };

static uint8_t memory_chunk[MEMORY_CHUNK + MEMORY_SECRET];

/* Not instrumented: a sanitizer would look at each of some 10^9 octets for itself. */
__attribute__((no_sanitize("thread,address,undefined"))) static unsigned int
memory_count_in(const uint8_t *p, size_t len, const uint8_t *masked, size_t n_masked)
{
	unsigned int n = 0;

	for (size_t i = 0; i + n_masked <= len; i++) {
		size_t j = 0;

		while (j < n_masked && (p[i + j] ^ MEMORY_MASK) == masked[j])
			j++;
		n += j == n_masked;
	}
	return n;
}

/* One range, by pieces that overlap by one byte less than the secret. */
static unsigned int
memory_count_range(FILE *mem, uintptr_t from, uintptr_t to, const uint8_t *masked, size_t n_masked)
{
	uintptr_t mine = (uintptr_t)memory_chunk, mine_end = mine + sizeof(memory_chunk);
	const size_t piece = MEMORY_CHUNK + n_masked - 1;
	unsigned int n = 0;

	while (from < to) {
		size_t want = to - from < piece ? to - from : piece;
		ssize_t got;

		if (from < mine && from + want > mine)
			want = mine - from;
		if (from >= mine && from < mine_end) {
			from = mine_end;
			continue;
		}
		got = pread(fileno(mem), memory_chunk, want, (off_t)from);
		n += got > 0 ? memory_count_in(memory_chunk, (size_t)got, masked, n_masked) : 0;
		from += want == piece ? MEMORY_CHUNK : want;
	}
	memset(memory_chunk, 0, sizeof(memory_chunk));
	return n;
}

/* How often the secret stands in memory; masked is each of its bytes XOR MEMORY_MASK. */
static unsigned int
memory_count(const uint8_t *masked, size_t n_masked)
{
	FILE *maps = fopen("/proc/self/maps", "r"), *mem = fopen("/proc/self/mem", "r");
	char line[512];
	unsigned int n = 0;

	if (!maps || !mem || n_masked == 0 || n_masked > MEMORY_SECRET) {
		(void)fprintf(stderr, "the memory of this process can't be searched\n");
		exit(1);
	}
	while (fgets(line, sizeof(line), maps)) {
		char *end = line;
		unsigned long from = strtoul(line, &end, 16);
		unsigned long to = *end == '-' ? strtoul(end + 1, &end, 16) : 0;

		if (from < to && to - from <= MEMORY_MOST && strncmp(end, " rw", 3) == 0)
			n += memory_count_range(mem, from, to, masked, n_masked);
	}
	(void)fclose(maps);
	(void)fclose(mem);
	return n;
}

#endif
