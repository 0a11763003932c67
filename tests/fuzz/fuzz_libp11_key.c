/*
 * cli_libp11_key_read: a line of a process that shares its memory with a vendor's driver.  What is
 * taken is taken again, as the same, when it is written as it should be.
 */
#include "fuzz.h"
#include "inner.h"

static void
word_add(struct antin_bytes *line, const struct antin_bytes *b)
{
	if (line->len)
		antin_bytes_byte(line, ' ');
	if (b->len)
		antin_hex_add(line, antin_bytes_slice(b));
	else
		antin_bytes_byte(line, '-');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_SCOPED(cli_libp11_keys) l = {calloc(2, sizeof(struct cli_libp11_key)), 2, 2};
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};
	struct antin_bytes label = {0};

	antin_bytes_add(&text, data, size < 4096 ? size : 4096);
	if (!antin_bytes_cstr(&text) || !cli_libp11_key_read((char *)text.p, &l.items[0]))
		return 0;
	word_add(&again, &l.items[0].id);
	word_add(&again, &label);
	word_add(&again, &l.items[0].spki);
	if (!antin_bytes_cstr(&again) || !cli_libp11_key_read((char *)again.p, &l.items[1]) ||
	    !antin_slice_equal(antin_bytes_slice(&l.items[0].spki),
	                       antin_bytes_slice(&l.items[1].spki)))
		abort();
	return 0;
}
