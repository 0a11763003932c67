/*
 * What the targets share: the entry of the fuzzer, and the bounds of what was read.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdlib.h>

#include <antin/bytes.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the run if what never may be is. */
static inline void
fuzz_never(bool fault)
{
	if (fault)
		abort();
}

/* Ends the run unless `part` is absent or lies in `whole`. */
static inline void
fuzz_inside(struct antin_slice whole, struct antin_slice part)
{
	fuzz_never(part.p && (part.p < whole.p || part.p + part.len > whole.p + whole.len));
}

#endif
