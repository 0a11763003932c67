/*
 * Likeness of names: the key under which two spellings of a Vietnamese name meet, letters that only
 * look alike, and the word nearest to a misspelt one.  See text.h.
 */
#include <antin/text.h>

#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

enum { TONES_MAX = 8, WORD_MAX = 64, NEAR = 2 };

/* The five tone marks: grave, acute, tilde, hook above, dot below. */
static bool
is_tone(int32_t c)
{
	return c == 0x300 || c == 0x301 || c == 0x303 || c == 0x309 || c == 0x323;
}

static bool
is_white(int32_t c)
{
	utf8proc_category_t category = utf8proc_category(c);

	return (c >= '\t' && c <= '\r') || c == 0x85 || category == UTF8PROC_CATEGORY_ZS ||
	       category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

static bool
is_letter(int32_t c)
{
	utf8proc_category_t category = utf8proc_category(c);

	return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

static bool
is_mark(int32_t c)
{
	utf8proc_category_t category = utf8proc_category(c);

	return category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME;
}

/* eth and African d are typed for Đ by people whose keyboard has no Vietnamese. */
static int32_t
one_d(int32_t c, bool fold_marks)
{
	if (c != 0x111 && c != 0xf0 && c != 0x256)
		return c;
	return fold_marks ? 'd' : 0x111;
}

static void
add_character(struct antin_bytes *b, int32_t c)
{
	uint8_t utf8[4];

	antin_bytes_add(b, utf8, (size_t)utf8proc_encode_char(c, utf8));
}

/* The key being written: tones of the running syllable wait until it ends. */
struct key {
	struct antin_bytes *out;
	size_t start;
	int32_t tones[TONES_MAX];
	size_t n_tones;
	bool space; /* white space seen since the last character */
};

static void
end_syllable(struct key *k)
{
	for (size_t i = 0; i < k->n_tones; i++)
		add_character(k->out, k->tones[i]);
	k->n_tones = 0;
}

static void
key_add(struct key *k, int32_t c, bool fold_marks)
{
	if (is_white(c)) {
		end_syllable(k);
		k->space = k->out->len > k->start;
		return;
	}
	if (is_mark(c) && fold_marks)
		return;
	if (is_tone(c) && k->n_tones < TONES_MAX) {
		k->tones[k->n_tones++] = c;
		return;
	}
	if (!is_letter(c) && !is_mark(c))
		end_syllable(k);
	if (k->space)
		antin_bytes_byte(k->out, ' ');
	k->space = false;
	add_character(k->out, one_d(c, fold_marks));
}

enum antin_rc
antin_text_likeness(struct antin_slice s, bool fold_marks, struct antin_bytes *out,
                    struct antin_err *err)
{
	struct key key = {.out = out, .start = out->len};
	utf8proc_uint8_t *folded = NULL;
	utf8proc_ssize_t len, n;
	utf8proc_int32_t c;

	if (!antin_utf8_valid(s))
		return antin_fail(err, ANTIN_E_FORMAT, N_("the text is not valid UTF-8"));
	len = utf8proc_map(s.p, (utf8proc_ssize_t)s.len, &folded,
	                   UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD |
	                           UTF8PROC_IGNORE);
	if (len < 0)
		return antin_fail_memory(err);
	for (utf8proc_ssize_t i = 0; i < len; i += n) {
		n = utf8proc_iterate(folded + i, len - i, &c);
		if (n <= 0)
			break;
		key_add(&key, c, fold_marks);
	}
	end_syllable(&key);
	free(folded);
	return antin_bytes_check(out, err);
}

enum script {
	OTHER,
	LATIN,
	GREEK,
	CYRILLIC,
	ARMENIAN,
	HEBREW,
	ARABIC,
	INDIC,
	THAI,
	LAO,
	GEORGIAN,
	KHMER,
	EAST_ASIAN, /* Han, kana, hangul, bopomofo are written together */
	WIDE_LATIN,
	SYMBOL_LATIN,
};

/* Blocks of letters (UCD Blocks.txt), in order; what is in none is OTHER. */
static const struct {
	int32_t first, last;
	enum script script;
} blocks[] = {
        {0x0041, 0x02ff, LATIN},        {0x0370, 0x03ff, GREEK},
        {0x0400, 0x052f, CYRILLIC},     {0x0530, 0x058f, ARMENIAN},
        {0x0590, 0x05ff, HEBREW},       {0x0600, 0x08ff, ARABIC},
        {0x0900, 0x0dff, INDIC},        {0x0e00, 0x0e7f, THAI},
        {0x0e80, 0x0eff, LAO},          {0x10a0, 0x10ff, GEORGIAN},
        {0x1100, 0x11ff, EAST_ASIAN},   {0x1780, 0x17ff, KHMER},
        {0x1c80, 0x1c8f, CYRILLIC},     {0x1d00, 0x1dbf, LATIN},
        {0x1e00, 0x1eff, LATIN},        {0x1f00, 0x1fff, GREEK},
        {0x2070, 0x209f, SYMBOL_LATIN}, {0x2100, 0x218f, SYMBOL_LATIN},
        {0x2c60, 0x2c7f, LATIN},        {0x2de0, 0x2dff, CYRILLIC},
        {0x2e80, 0x9fff, EAST_ASIAN},   {0xa640, 0xa69f, CYRILLIC},
        {0xa720, 0xa7ff, LATIN},        {0xac00, 0xd7ff, EAST_ASIAN},
        {0xf900, 0xfaff, EAST_ASIAN},   {0xfb00, 0xfb06, SYMBOL_LATIN},
        {0xff21, 0xff5a, WIDE_LATIN},   {0x1d400, 0x1d7ff, SYMBOL_LATIN},
        {0x20000, 0x3ffff, EAST_ASIAN},
};

static enum script
script_of(int32_t c)
{
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		if (c >= blocks[i].first && c <= blocks[i].last)
			return blocks[i].script;
	return OTHER;
}

bool
antin_text_mixed_scripts(struct antin_slice s)
{
	unsigned int seen = 0;
	utf8proc_int32_t c;

	for (size_t i = 0; i < s.len;) {
		utf8proc_ssize_t n = utf8proc_iterate(s.p + i, (utf8proc_ssize_t)(s.len - i), &c);

		if (n <= 0)
			return true;
		i += (size_t)n;
		if (c == 0xd0 || c == 0xf0 || c == 0x189 || c == 0x256)
			return true;
		if (is_letter(c))
			seen |= 1U << script_of(c);
	}
	return (seen & (seen - 1)) != 0;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Edit distance, a swap of neighbours counted once; NEAR + 1 for words that are too long. */
static size_t
distance(const char *a, const char *b)
{
	size_t rows[3][WORD_MAX + 1];
	size_t la = strlen(a), lb = strlen(b);

	if (la > WORD_MAX || lb > WORD_MAX)
		return strcmp(a, b) == 0 ? 0 : NEAR + 1;
	for (size_t j = 0; j <= lb; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			now[j] = least(last[j], now[j - 1]) + 1;
			now[j] = least(now[j], last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
	}
	return rows[la % 3][lb];
}

const char *
antin_text_nearest(const char *word, const char *const *list)
{
	size_t best = NEAR + 1;
	const char *found = NULL;

	for (; *list; list++) {
		size_t d = distance(word, *list);

		/* A word with nothing in common with the entry is not near it. */
		if (d < best && (d == 0 || d < strlen(word))) {
			best = d;
			found = *list;
		}
	}
	return found;
}

bool
antin_text_capitals(struct antin_slice s)
{
	for (size_t i = 0; i < s.len;) {
		utf8proc_int32_t c;
		utf8proc_ssize_t n = utf8proc_iterate(s.p + i, (utf8proc_ssize_t)(s.len - i), &c);

		if (n <= 0 || utf8proc_category(c) == UTF8PROC_CATEGORY_LL)
			return false;
		i += (size_t)n;
	}
	return true;
}
