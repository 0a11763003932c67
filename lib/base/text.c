/*
 * Text from strangers: UTF-8, safe display (Unicode categories by utf8proc), HTML and CSV escapes,
 * NFC (UAX 15).  See text.h.
 */
#include <antin/text.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

bool
antin_utf8_valid(struct antin_slice s)
{
	utf8proc_int32_t c;

	for (size_t i = 0; i < s.len;) {
		utf8proc_ssize_t n = utf8proc_iterate(s.p + i, (utf8proc_ssize_t)(s.len - i), &c);

		if (n <= 0 || c == 0)
			return false;
		i += (size_t)n;
	}
	return true;
}

struct span {
	int32_t first, last;
};

/* Characters of a visible category that draw nothing (UCD Default_Ignorable, and blank ones). */
static const struct span invisible[] = {
        {0x034f, 0x034f}, {0x115f, 0x1160},   {0x17b4, 0x17b5},   {0x180b, 0x180f},
        {0x2800, 0x2800}, {0x3164, 0x3164},   {0xfe00, 0xfe0f},   {0xffa0, 0xffa0},
        {0xfffc, 0xfffd}, {0x1d159, 0x1d159}, {0xe0000, 0xe0fff},
};

static const bool shown[] = {
        [UTF8PROC_CATEGORY_LU] = true,  [UTF8PROC_CATEGORY_LL] = true,
        [UTF8PROC_CATEGORY_LT] = true,  [UTF8PROC_CATEGORY_LM] = true,
        [UTF8PROC_CATEGORY_LO] = true,  [UTF8PROC_CATEGORY_MN] = true,
        [UTF8PROC_CATEGORY_MC] = true,  [UTF8PROC_CATEGORY_ME] = true,
        [UTF8PROC_CATEGORY_ND] = true,  [UTF8PROC_CATEGORY_NL] = true,
        [UTF8PROC_CATEGORY_NO] = true,  [UTF8PROC_CATEGORY_PC] = true,
        [UTF8PROC_CATEGORY_PD] = true,  [UTF8PROC_CATEGORY_PS] = true,
        [UTF8PROC_CATEGORY_PE] = true,  [UTF8PROC_CATEGORY_PI] = true,
        [UTF8PROC_CATEGORY_PF] = true,  [UTF8PROC_CATEGORY_PO] = true,
        [UTF8PROC_CATEGORY_SM] = true,  [UTF8PROC_CATEGORY_SC] = true,
        [UTF8PROC_CATEGORY_SK] = true,  [UTF8PROC_CATEGORY_SO] = true,
        [UTF8PROC_CATEGORY_CO] = false, /* the last one: gives the table its size */
};

static bool
is_mark(int32_t c)
{
	utf8proc_category_t category = utf8proc_category(c);

	return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME;
}

static bool
is_shown(int32_t c)
{
	utf8proc_category_t category = utf8proc_category(c);

	if (c == ' ')
		return true;
	for (size_t i = 0; i < sizeof(invisible) / sizeof(invisible[0]); i++)
		if (c >= invisible[i].first && c <= invisible[i].last)
			return false;
	return (size_t)category < sizeof(shown) / sizeof(shown[0]) && shown[category];
}

/* Marks in a row on one base that are still shown: Vietnamese needs two, no script over four. */
enum { MOST_MARKS = 4, PIECE_CAP = 16 };

/*
 * Takes one character (or one broken octet) off the front and writes its safe form; *marks counts
 * combining marks since the last base, MOST_MARKS where there is no base to stand on.
 */
static size_t
next_piece(struct antin_slice *s, int *marks, char piece[PIECE_CAP])
{
	utf8proc_int32_t c;
	utf8proc_ssize_t n = utf8proc_iterate(s->p, (utf8proc_ssize_t)s->len, &c);
	size_t taken = n > 0 ? (size_t)n : 1;
	bool mark = n > 0 && is_mark(c);
	int len;

	if (n <= 0)
		len = snprintf(piece, PIECE_CAP, "\\x{%02x}", s->p[0]);
	else if (c == '\\')
		len = snprintf(piece, PIECE_CAP, "\\\\");
	else if (!is_shown(c) || (mark && *marks >= MOST_MARKS))
		len = snprintf(piece, PIECE_CAP, "\\u{%x}", (unsigned int)c);
	else
		len = snprintf(piece, PIECE_CAP, "%.*s", (int)taken, (const char *)s->p);
	if (mark && *marks < MOST_MARKS)
		(*marks)++;
	else if (!mark)
		*marks = n > 0 && is_shown(c) ? 0 : MOST_MARKS;
	s->p += taken;
	s->len -= taken;
	return (size_t)len;
}

static const char ellipsis[] = "\xe2\x80\xa6";

void
antin_text_safe_add(struct antin_bytes *b, struct antin_slice s, size_t max)
{
	char piece[PIECE_CAP];
	int marks = MOST_MARKS;

	for (size_t n = 0; s.len > 0; n++) {
		if (n == max) {
			antin_bytes_text(b, ellipsis);
			return;
		}
		antin_bytes_add(b, piece, next_piece(&s, &marks, piece));
	}
}

char *
antin_text_safe(struct antin_slice s, char *out, size_t cap)
{
	char piece[PIECE_CAP];
	size_t used = 0;
	int marks = MOST_MARKS;

	for (size_t n = 0; s.len > 0; n++) {
		size_t len = n < ANTIN_SAFE_MAX ? next_piece(&s, &marks, piece) : PIECE_CAP;
		/* Room for the ellipsis is kept unless this was the last piece. */
		size_t need = used + len + (s.len > 0 ? sizeof(ellipsis) : 1);

		if (n == ANTIN_SAFE_MAX || need > cap) {
			if (used + sizeof(ellipsis) <= cap) {
				memcpy(out + used, ellipsis, sizeof(ellipsis) - 1);
				used += sizeof(ellipsis) - 1;
			}
			break;
		}
		memcpy(out + used, piece, len);
		used += len;
	}
	if (cap > 0)
		out[used] = '\0';
	return out;
}

static const char *
html_escape(uint8_t c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void
antin_text_html_add(struct antin_bytes *b, struct antin_slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		const char *escape = html_escape(s.p[i]);

		if (escape)
			antin_bytes_text(b, escape);
		else
			antin_bytes_byte(b, s.p[i]);
	}
}

void
antin_text_csv_add(struct antin_bytes *b, struct antin_slice s)
{
	static const char formula[] = {'=', '+', '-', '@', '\t', '\r'};

	antin_bytes_byte(b, '"');
	/* A cell beginning with one of these would be run as a formula. */
	if (s.len && memchr(formula, s.p[0], sizeof(formula)))
		antin_bytes_byte(b, '\'');
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '"')
			antin_bytes_byte(b, '"');
		antin_bytes_byte(b, s.p[i]);
	}
	antin_bytes_byte(b, '"');
}

static bool
is_ascii(struct antin_slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] == 0 || s.p[i] >= 0x80)
			return false;
	return true;
}

enum antin_rc
antin_text_nfc(struct antin_slice s, struct antin_bytes *out, struct antin_err *err)
{
	utf8proc_uint8_t *composed = NULL;
	utf8proc_ssize_t len;

	if (is_ascii(s)) {
		antin_bytes_add(out, s.p, s.len);
		return antin_bytes_check(out, err);
	}
	if (!antin_utf8_valid(s))
		return antin_fail(err, ANTIN_E_FORMAT, N_("the text is not valid UTF-8"));
	len = utf8proc_map(s.p, (utf8proc_ssize_t)s.len, &composed,
	                   UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (len < 0)
		return antin_fail_memory(err);
	antin_bytes_add(out, composed, (size_t)len);
	free(composed);
	return antin_bytes_check(out, err);
}

bool
antin_text_is_nfc(struct antin_slice s)
{
	ANTIN_SCOPED(antin_bytes) nfc = {0};

	if (is_ascii(s))
		return true;
	return antin_text_nfc(s, &nfc, NULL) == ANTIN_OK &&
	       antin_slice_equal(antin_bytes_slice(&nfc), s);
}

size_t
antin_text_characters(struct antin_slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += (s.p[i] & 0xc0) != 0x80;
	return n;
}

enum antin_rc
antin_text_copy(const char *text, char **out, struct antin_err *err)
{
	char *copy = strdup(text);

	if (!copy)
		return antin_fail_memory(err);
	free(*out);
	*out = copy;
	return ANTIN_OK;
}
