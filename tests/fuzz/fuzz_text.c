/*
 * Text of strangers: what is shown is valid UTF-8 without control characters, says all that was
 * there (its escapes undone give the octets again, also those of HTML and CSV), and is cut only
 * where it says so; a normal form is its own normal form; keys of likeness and nearest words.
 */
#include <string.h>

#include <antin/text.h>

#include "fuzz.h"

static void
character_add(struct antin_bytes *b, unsigned int c)
{
	if (c < 0x80)
		antin_bytes_byte(b, (uint8_t)c);
	for (int shift = c < 0x800     ? 6
	                 : c < 0x10000 ? 12
	                               : 18,
	         first = shift;
	     c >= 0x80 && shift >= 0; shift -= 6)
		antin_bytes_byte(b, (uint8_t)((shift == first ? first == 6    ? 0xc0
		                                                : first == 12 ? 0xe0
		                                                              : 0xf0
		                                              : 0x80) |
		                              (c >> shift & 0x3f)));
}

/* The octets that a safe text stands for. */
static void
undo_safe(const char *p, struct antin_bytes *out)
{
	char *end = NULL;

	for (; *p; p++) {
		if (p[0] != '\\') {
			antin_bytes_byte(out, (uint8_t)*p);
		} else if (p[1] == '\\') {
			antin_bytes_byte(out, '\\');
			p++;
		} else if (p[1] == 'x') {
			antin_bytes_byte(out, (uint8_t)strtoul(p + 3, &end, 16));
			p = end;
		} else {
			character_add(out, (unsigned int)strtoul(p + 3, &end, 16));
			p = end;
		}
	}
}

static void
check_safe(struct antin_slice s)
{
	ANTIN_SCOPED(antin_bytes) safe = {0};
	ANTIN_SCOPED(antin_bytes) back = {0};
	const char *text;
	char small[40];

	antin_text_safe_add(&safe, s, SIZE_MAX);
	text = antin_bytes_cstr(&safe);
	if (!text)
		return;
	fuzz_never(!antin_utf8_valid(antin_bytes_slice(&safe)));
	for (size_t i = 0; i < safe.len; i++)
		fuzz_never(safe.p[i] < 0x20 || safe.p[i] == 0x7f);
	undo_safe(text, &back);
	fuzz_must(antin_slice_equal(antin_bytes_slice(&back), s));
	for (size_t cap = 0; cap <= sizeof(small); cap++) {
		size_t len = cap ? strlen(antin_text_safe(s, small, cap)) : 0;
		bool cut = len >= 3 && strcmp(small + len - 3, "\xe2\x80\xa6") == 0;

		fuzz_never(cap && len >= cap);
		fuzz_never(cap > 3 && len != safe.len && !cut);
		fuzz_never(len && strncmp(text, small, cut ? len - 3 : len) != 0);
	}
	(void)antin_text_safe(s, NULL, 0);
}

static void
check_html(struct antin_slice s)
{
	static const char *const pairs[][2] = {
	        {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}};
	ANTIN_SCOPED(antin_bytes) html = {0};
	ANTIN_SCOPED(antin_bytes) back = {0};

	antin_text_html_add(&html, s);
	if (html.failed)
		return;
	fuzz_never(html.len && (memchr(html.p, '<', html.len) || memchr(html.p, '"', html.len)));
	for (size_t i = 0; i < html.len;) {
		size_t k = 0, n = 1;

		while (k < 5 && (html.len - i < strlen(pairs[k][0]) ||
		                 memcmp(html.p + i, pairs[k][0], strlen(pairs[k][0])) != 0))
			k++;
		fuzz_never(html.p[i] == '&' && k == 5);
		n = k < 5 ? strlen(pairs[k][0]) : 1;
		antin_bytes_byte(&back, k < 5 ? (uint8_t)pairs[k][1][0] : html.p[i]);
		i += n;
	}
	fuzz_must(antin_slice_equal(antin_bytes_slice(&back), s));
}

static void
check_csv(struct antin_slice s)
{
	ANTIN_SCOPED(antin_bytes) csv = {0};
	ANTIN_SCOPED(antin_bytes) back = {0};
	size_t at;

	antin_text_csv_add(&csv, s);
	if (csv.failed)
		return;
	fuzz_never(csv.p[0] != '"' || csv.p[csv.len - 1] != '"');
	at = csv.len - 2 > s.len && csv.p[1] == '\'' && s.len && s.p[0] != '\'' ? 2 : 1;
	fuzz_never(memchr("=+-@\t\r", csv.p[at], 6) && at == 1 && s.len);
	for (; at < csv.len - 1; at++) {
		at += csv.p[at] == '"';
		antin_bytes_byte(&back, csv.p[at]);
	}
	fuzz_must(antin_slice_equal(antin_bytes_slice(&back), s));
}

static void
check_words(struct antin_slice s)
{
	ANTIN_SCOPED(antin_bytes) word = {0};
	const char *list[] = {"network.mode", "", NULL};
	const char *near;

	antin_bytes_add(&word, s.p, s.len);
	list[1] = antin_bytes_cstr(&word);
	if (!list[1])
		return;
	near = antin_text_nearest(list[1], list);
	fuzz_never(!near || strcmp(near, list[1]) != 0);
	(void)antin_text_nearest(list[1], (const char *const[]){"network.mode", "lang", NULL});
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct antin_slice s = {data, size < 8192 ? size : 8192};
	ANTIN_SCOPED(antin_bytes) nfc = {0};
	ANTIN_SCOPED(antin_bytes) key = {0};
	bool valid = antin_utf8_valid(s);
	char *copy = NULL;

	check_safe(s);
	check_html(s);
	check_csv(s);
	check_words(s);
	if (antin_text_nfc(s, &nfc, NULL) == ANTIN_OK) {
		fuzz_must(antin_text_is_nfc(antin_bytes_slice(&nfc)));
		fuzz_must(antin_text_is_nfc(s) == antin_slice_equal(antin_bytes_slice(&nfc), s));
		fuzz_must(antin_bytes_cstr(&nfc) &&
		          antin_text_copy((char *)nfc.p, &copy, NULL) == ANTIN_OK);
		free(copy);
	}
	fuzz_must((antin_text_likeness(s, size & 1, &key, NULL) == ANTIN_OK) == valid);
	fuzz_never(!antin_utf8_valid(antin_bytes_slice(&key)));
	fuzz_never(valid && antin_text_characters(s) > s.len);
	(void)antin_text_mixed_scripts(s);
	(void)antin_text_capitals(s);
	return 0;
}
