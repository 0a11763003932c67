/*
 * cli_libp11_key_add: lines of a process that shares its memory with a vendor's driver.  What is
 * taken is taken again, as the same, when it is written as it should be.
 */
#include <string.h>

#include "fuzz.h"
#include "inner.h"

static void
check_key(const struct cli_libp11_key *k)
{
	ANTIN_SCOPED(cli_libp11_keys) again = {0};
	ANTIN_SCOPED(antin_bytes) line = {0};
	const char *words;

	antin_bytes_text(&line, "key");
	cli_libp11_word_add(&line, antin_bytes_slice(&k->id));
	cli_libp11_word_add(&line, antin_slice_text(k->label));
	cli_libp11_word_add(&line, antin_bytes_slice(&k->spki));
	if (!fuzz_must(antin_bytes_cstr(&line) &&
	               cli_libp11_begins((const char *)line.p, "key", &words) &&
	               cli_libp11_key_add(&again, words)))
		return;
	fuzz_never(!antin_bytes_equal(&k->id, &again.items[0].id) ||
	           strcmp(k->label, again.items[0].label) != 0 ||
	           !antin_bytes_equal(&k->spki, &again.items[0].spki));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_SCOPED(cli_libp11_keys) keys = {0};
	ANTIN_SCOPED(antin_bytes) text = {0};
	const char *words;
	char *rest;

	antin_bytes_add(&text, data, size);
	rest = (char *)(uintptr_t)antin_bytes_cstr(&text);
	for (char *line = rest ? strsep(&rest, "\n") : NULL; line; line = strsep(&rest, "\n"))
		if (cli_libp11_begins(line, "key", &words) && cli_libp11_key_add(&keys, words))
			check_key(&keys.items[keys.n - 1]);
	return 0;
}
