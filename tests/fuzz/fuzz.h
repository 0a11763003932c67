/*
 * What the targets share: the entry of the fuzzer, memory that ends, and what may never be.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdlib.h>

#include <antin/bytes.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * Each input is run as it is, then again with one allocation refused: by the replay each in its
 * turn, by the fuzzer one that the input's hash chooses.
 */
extern bool fuzz_refuse_each;

/* Ends the run if what never may be is, also where memory ended. */
void fuzz_never(bool fault);

/* Whether something succeeded; ends the run unless it did or memory was refused to it. */
bool fuzz_must(bool good);

/* Ends the run unless `part` is absent or lies in `whole`. */
void fuzz_inside(struct antin_slice whole, struct antin_slice part);

/* Appends `whole` with another bit in `part`, which lies in it: for each `i` another one. */
void fuzz_flip(struct antin_slice whole, struct antin_slice part, size_t i, struct antin_bytes *b);

/* Ends the run unless these are lines, each at least one printable character of ASCII. */
void fuzz_lines(const struct antin_bytes *b);

#endif
