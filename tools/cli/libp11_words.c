/*
 * The lines between us and antin-libp11: words with a space between them, octets in hex, "-" for
 * none.  See libp11.c.
 */
#include "inner.h"

#include <stdlib.h>
#include <string.h>

#include <antin_p11.h>

enum { KEYS_CAP = 4096 };

bool
cli_libp11_begins(const char *line, const char *word, const char **rest)
{
	size_t len = strlen(word);

	if (strncmp(line, word, len) != 0 || (line[len] && line[len] != ' '))
		return false;
	*rest = line + len + (line[len] == ' ');
	return true;
}

void
cli_libp11_word_add(struct antin_bytes *line, struct antin_slice s)
{
	antin_bytes_byte(line, ' ');
	if (s.len)
		antin_hex_add(line, s);
	else
		antin_bytes_byte(line, '-');
}

void
cli_libp11_keys_done(struct cli_libp11_keys *l)
{
	for (size_t i = 0; i < l->n; i++) {
		antin_bytes_done(&l->items[i].id);
		antin_bytes_done(&l->items[i].spki);
	}
	free(l->items);
	*l = (struct cli_libp11_keys){0};
}

static bool
word_read(char **rest, struct antin_bytes *out)
{
	const char *word = strsep(rest, " ");

	return word && (strcmp(word, "-") == 0 || antin_hex_parse(word, out, NULL) == ANTIN_OK);
}

static bool
key_read(const char *words, struct cli_libp11_key *k)
{
	ANTIN_SCOPED(antin_bytes) copy = {0};
	ANTIN_SCOPED(antin_bytes) label = {0};
	char *rest;

	antin_bytes_text(&copy, words);
	if (!antin_bytes_cstr(&copy))
		return false;
	rest = (char *)copy.p;
	if (!word_read(&rest, &k->id) || !word_read(&rest, &label) || !word_read(&rest, &k->spki) ||
	    rest || !antin_bytes_cstr(&label))
		return false;
	(void)snprintf(k->label, sizeof(k->label), "%s", (char *)label.p);
	return true;
}

bool
cli_libp11_key_add(struct cli_libp11_keys *l, const char *words)
{
	void *items;

	if (l->n >= KEYS_CAP)
		return false;
	if (l->n == l->cap) {
		items = antin_array_grow(l->items, &l->cap, sizeof(l->items[0]));
		if (!items)
			return false;
		l->items = items;
	}
	l->items[l->n] = (struct cli_libp11_key){0};
	return key_read(words, &l->items[l->n++]);
}
