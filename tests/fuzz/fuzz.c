/*
 * Memory that ends, and what may never be: see fuzz.h.  The linker leads the entry of each target
 * and the allocators of our own code here (--wrap).
 */
#include <stdio.h>

#include "fuzz.h"

#define AT_MOST 256 /* refusals that one input is run with */

static size_t asked, refused;
bool fuzz_refuse_each;

/* The names that --wrap gives to what stands here and to what it stands for. */
int __wrap_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int __real_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
#define ALLOCATOR(name, params, args)                                                              \
	void *__real_##name params;                                                                \
	void *__wrap_##name params;                                                                \
	void *__wrap_##name params                                                                 \
	{                                                                                          \
		return ++asked == refused ? NULL : __real_##name args;                             \
	}

ALLOCATOR(malloc, (size_t n), (n))
ALLOCATOR(calloc, (size_t n, size_t size), (n, size))
ALLOCATOR(realloc, (void *p, size_t n), (p, n))
ALLOCATOR(strdup, (const char *s), (s))
ALLOCATOR(strndup, (const char *s, size_t n), (s, n))

void
fuzz_never(bool fault)
{
	if (!fault)
		return;
	(void)fprintf(stderr, "a property does not hold, allocation refused: %zu\n", refused);
	abort();
}

bool
fuzz_must(bool good)
{
	fuzz_never(!good && (!refused || asked < refused));
	return good;
}

void
fuzz_inside(struct antin_slice whole, struct antin_slice part)
{
	fuzz_never(part.p && (part.p < whole.p || part.p + part.len > whole.p + whole.len));
}

void
fuzz_flip(struct antin_slice whole, struct antin_slice part, size_t i, struct antin_bytes *b)
{
	size_t at = (size_t)(part.p - whole.p) + (i * 31 + whole.p[whole.len - 1]) % part.len;

	antin_bytes_add(b, whole.p, whole.len);
	if (!b->failed)
		b->p[b->len - whole.len + at] ^= (uint8_t)(1 << i % 8);
}

void
fuzz_lines(const struct antin_bytes *b)
{
	uint8_t last = '\n';

	for (size_t i = 0; !b->failed && i < b->len; last = b->p[i++])
		fuzz_never(b->p[i] == '\n' ? last == '\n' : b->p[i] <= ' ' || b->p[i] >= 0x7f);
	fuzz_never(!b->failed && last != '\n');
}

static void
run(const uint8_t *data, size_t size, size_t at)
{
	refused = at;
	asked = 0;
	(void)__real_LLVMFuzzerTestOneInput(data, size);
	refused = 0;
}

/* Of one input in four the fuzzer refuses an allocation. */
static size_t
chosen(const uint8_t *data, size_t size, size_t n)
{
	uint32_t hash = 2166136261;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ data[i]) * 16777619;
	return hash % (4 * n + 1);
}

int
__wrap_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n, one;

	run(data, size, 0);
	n = asked;
	one = chosen(data, size, n);
	if (!fuzz_refuse_each && one <= n)
		run(data, size, one);
	for (size_t at = 1; fuzz_refuse_each && at <= n; at += 1 + n / AT_MOST)
		run(data, size, at);
	return 0;
}
