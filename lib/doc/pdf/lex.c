/*
 * Tokens and values of PDF (ISO 32000-1, 7.2 and 7.3).  Iterative: depth is a counter, not the
 * stack.  What two readers could understand differently (duplicate keys, odd names) is refused.
 */
#include "object.h"

#include <stdlib.h>
#include <string.h>

enum char_class { REGULAR, SPACE, DELIMITER };

static const uint8_t classes[256] = {
        [0] = SPACE,       ['\t'] = SPACE,    ['\n'] = SPACE,    ['\f'] = SPACE,
        ['\r'] = SPACE,    [' '] = SPACE,     ['('] = DELIMITER, [')'] = DELIMITER,
        ['<'] = DELIMITER, ['>'] = DELIMITER, ['['] = DELIMITER, [']'] = DELIMITER,
        ['{'] = DELIMITER, ['}'] = DELIMITER, ['/'] = DELIMITER, ['%'] = DELIMITER,
};

bool
pdf_is_space(uint8_t c)
{
	return classes[c] == SPACE;
}

bool
pdf_is_regular(uint8_t c)
{
	return classes[c] == REGULAR;
}

/* The text ended inside something: the caller may come back with more of it. */
static enum antin_rc
ended(struct pdf_lex *lx)
{
	lx->more = true;
	return ANTIN_E_DAMAGED;
}

static bool
skip_space(struct pdf_lex *lx)
{
	const uint8_t *p = lx->text.p;
	size_t len = lx->text.len;

	for (; lx->at < len; lx->at++) {
		if (p[lx->at] == '%') {
			while (lx->at < len && p[lx->at] != '\n' && p[lx->at] != '\r')
				lx->at++;
			if (lx->at == len)
				break;
		}
		if (!pdf_is_space(p[lx->at]))
			return true;
	}
	return false;
}

static enum antin_rc
lex_string(struct pdf_lex *lx, struct pdf_token *out)
{
	size_t depth = 0, i = lx->at;

	for (; i < lx->text.len; i++) {
		uint8_t c = lx->text.p[i];

		if (c == '\\')
			i++;
		else if (c == '(')
			depth++;
		else if (c == ')' && --depth == 0)
			break;
	}
	if (i >= lx->text.len)
		return ended(lx);
	out->kind = PDF_T_STRING;
	out->len = i + 1 - lx->at;
	lx->at = i + 1;
	return ANTIN_OK;
}

static enum antin_rc
lex_hex(struct pdf_lex *lx, struct pdf_token *out, struct antin_err *err)
{
	const uint8_t *p = lx->text.p;
	size_t i = lx->at + 1;
	const uint8_t *end = memchr(p + i, '>', lx->text.len - i);
	size_t stop = end ? (size_t)(end - p) : lx->text.len;

	if (!end && !lx->final)
		return ended(lx);
	while (i < stop && (antin_hex_digit(p[i]) >= 0 || pdf_is_space(p[i])))
		i++;
	if (i == lx->text.len)
		return ended(lx);
	if (p[i] != '>')
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("a hexadecimal string contains another character"));
	out->kind = PDF_T_HEX;
	out->len = i + 1 - lx->at;
	lx->at = i + 1;
	return ANTIN_OK;
}

static enum antin_rc
lex_name(struct pdf_lex *lx, struct pdf_token *out, struct antin_err *err)
{
	size_t i = lx->at + 1;

	while (i < lx->text.len && pdf_is_regular(lx->text.p[i]))
		i++;
	if (i == lx->text.len && !lx->final)
		return ended(lx);
	out->kind = PDF_T_NAME;
	out->len = i - lx->at;
	if (out->len > PDF_NAME)
		return antin_fail(err, ANTIN_E_DAMAGED, N_("a name is too long"));
	lx->at = i;
	return ANTIN_OK;
}

/* Digits with an optional sign and point; anything else of regular characters is a word. */
static enum antin_rc
number_or_word(const uint8_t *p, struct pdf_token *out, struct antin_err *err)
{
	size_t i = 0, digits = 0, points = 0;
	int64_t n = 0;

	out->kind = PDF_T_WORD;
	if (out->len > 1 && (p[0] == '+' || p[0] == '-'))
		i = 1;
	for (; i < out->len; i++) {
		if (p[i] == '.') {
			points++;
			continue;
		}
		if (p[i] < '0' || p[i] > '9')
			return ANTIN_OK;
		digits++;
		if (!points && (__builtin_mul_overflow(n, 10, &n) ||
		                __builtin_add_overflow(n, p[i] - '0', &n)))
			return antin_fail(err, ANTIN_E_DAMAGED, N_("a number is too large"));
	}
	if (digits == 0 || points > 1)
		return ANTIN_OK;
	out->kind = points ? PDF_T_REAL : PDF_T_INT;
	out->number = p[0] == '-' ? -n : n;
	return ANTIN_OK;
}

static enum antin_rc
lex_regular(struct pdf_lex *lx, struct pdf_token *out, struct antin_err *err)
{
	size_t i = lx->at;

	while (i < lx->text.len && pdf_is_regular(lx->text.p[i]))
		i++;
	if (i == lx->text.len && !lx->final)
		return ended(lx);
	out->len = i - lx->at;
	lx->at = i;
	return number_or_word(lx->text.p + out->at, out, err);
}

static enum antin_rc
lex_mark(struct pdf_lex *lx, enum pdf_token_kind kind, size_t len, struct pdf_token *out)
{
	out->kind = kind;
	out->len = len;
	lx->at += len;
	return ANTIN_OK;
}

enum antin_rc
pdf_lex_next(struct pdf_lex *lx, struct pdf_token *out, struct antin_err *err)
{
	const uint8_t *p;
	bool twice;

	*out = (struct pdf_token){.kind = PDF_T_END};
	if (!skip_space(lx))
		return lx->final ? ANTIN_OK : ended(lx);
	p = lx->text.p + lx->at;
	out->at = lx->at;
	if (pdf_is_regular(*p))
		return lex_regular(lx, out, err);
	if ((*p == '<' || *p == '>') && lx->at + 1 == lx->text.len)
		return ended(lx);
	twice = (*p == '<' || *p == '>') && p[1] == *p;
	switch (*p) {
	case '(':
		return lex_string(lx, out);
	case '/':
		return lex_name(lx, out, err);
	case '[':
		return lex_mark(lx, PDF_T_ARRAY_OPEN, 1, out);
	case ']':
		return lex_mark(lx, PDF_T_ARRAY_CLOSE, 1, out);
	case '<':
		return twice ? lex_mark(lx, PDF_T_DICT_OPEN, 2, out) : lex_hex(lx, out, err);
	case '>':
		if (twice)
			return lex_mark(lx, PDF_T_DICT_CLOSE, 2, out);
		break;
	default:
		break;
	}
	return antin_fail(err, ANTIN_E_DAMAGED, N_("a character stands where no value can begin"));
}

bool
pdf_token_is(const struct pdf_lex *lx, const struct pdf_token *t, const char *word)
{
	return t->kind == PDF_T_WORD &&
	       antin_slice_is((struct antin_slice){lx->text.p + t->at, t->len}, word);
}

enum antin_rc
pdf_lex_word(struct pdf_lex *lx, const char *word, struct antin_err *err)
{
	struct pdf_token t;
	enum antin_rc rc = pdf_lex_next(lx, &t, err);

	if (rc != ANTIN_OK)
		return rc;
	if (!pdf_token_is(lx, &t, word))
		return antin_fail(err, ANTIN_E_DAMAGED, N_("the word %s is missing"), word);
	return ANTIN_OK;
}

enum antin_rc
pdf_lex_int(struct pdf_lex *lx, int64_t max, int64_t *out, struct antin_err *err)
{
	struct pdf_token t;
	enum antin_rc rc = pdf_lex_next(lx, &t, err);

	if (rc != ANTIN_OK)
		return rc;
	if (t.kind != PDF_T_INT || t.number < 0 || t.number > max)
		return antin_fail(err, ANTIN_E_DAMAGED, N_("a number is missing or out of range"));
	*out = t.number;
	return ANTIN_OK;
}

/* Open arrays and dictionaries. */
struct frames {
	uint32_t node[PDF_DEPTH];
	uint32_t values[PDF_DEPTH]; /* so far; a dictionary's keys count too */
	size_t n;
};

static uint64_t
name_hash(const uint8_t *p, size_t len)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < len; i++) {
		uint8_t c = p[i];

		if (c == '#') {
			c = (uint8_t)((unsigned int)antin_hex_digit(p[i + 1]) << 4 |
			              (unsigned int)antin_hex_digit(p[i + 2]));
			i += 2;
		}
		h = (h ^ c) * 1099511628211u;
	}
	return h;
}

/* "#" must be followed by two digits and not mean NUL (7.3.5). */
static bool
name_well_formed(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (p[i] != '#')
			continue;
		if (i + 2 >= len || antin_hex_digit(p[i + 1]) < 0 ||
		    antin_hex_digit(p[i + 2]) < 0 || (p[i + 1] == '0' && p[i + 2] == '0'))
			return false;
		i += 2;
	}
	return true;
}

static enum antin_rc
add_node(struct pdf_tree *t, enum pdf_kind kind, const struct pdf_token *token,
         struct antin_err *err)
{
	struct pdf_node *node;

	if (t->n == t->cap) {
		uint32_t cap = t->cap ? t->cap * 2 : 32;

		if (t->n >= PDF_NODES)
			return antin_fail(err, ANTIN_E_TOO_LARGE,
			                  N_("an object has too many parts"));
		node = realloc(t->nodes, cap * sizeof(*node));
		if (!node)
			return antin_fail_memory(err);
		t->nodes = node;
		t->cap = cap;
	}
	node = &t->nodes[t->n++];
	*node = (struct pdf_node){.kind = kind,
	                          .at = (uint32_t)token->at,
	                          .len = (uint32_t)token->len,
	                          .next = t->n,
	                          .v.number = token->number};
	return ANTIN_OK;
}

static int
by_hash(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Two keys of one name: readers disagree on which counts.  A made-up collision is refused too. */
static enum antin_rc
refuse_duplicates(const struct pdf_tree *t, uint32_t dict, uint32_t keys, struct antin_err *err)
{
	uint64_t few[32], *hash = few;
	size_t n = 0;
	bool twice = false;

	if (keys > 32)
		hash = malloc(keys * sizeof(*hash));
	if (!hash)
		return antin_fail_memory(err);
	for (uint32_t i = dict + 1; i < t->n && n < keys; i = t->nodes[i + 1].next)
		hash[n++] = t->nodes[i].v.hash;
	qsort(hash, n, sizeof(*hash), by_hash);
	for (size_t i = 1; i < n && !twice; i++)
		twice = hash[i] == hash[i - 1];
	if (hash != few)
		free(hash);
	return twice ? antin_fail(err, ANTIN_E_DAMAGED, N_("a dictionary has one key twice"))
	             : ANTIN_OK;
}

static enum antin_rc
open_frame(struct pdf_tree *t, struct frames *f, const struct pdf_token *token,
           struct antin_err *err)
{
	if (f->n == PDF_DEPTH)
		return antin_fail(err, ANTIN_E_DAMAGED, N_("an object is nested too deeply"));
	f->node[f->n] = t->n;
	f->values[f->n++] = 0;
	return add_node(t, token->kind == PDF_T_DICT_OPEN ? PDF_DICT : PDF_ARRAY, token, err);
}

static enum antin_rc
close_frame(struct pdf_tree *t, struct frames *f, const struct pdf_token *token,
            struct antin_err *err)
{
	enum pdf_kind kind = token->kind == PDF_T_DICT_CLOSE ? PDF_DICT : PDF_ARRAY;
	struct pdf_node *node = f->n ? &t->nodes[f->node[f->n - 1]] : NULL;
	uint32_t values = f->n ? f->values[f->n - 1] : 0;

	if (!node || node->kind != kind || (kind == PDF_DICT && values % 2))
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("an array or dictionary is closed in the wrong place"));
	node->len = (uint32_t)(token->at + token->len) - node->at;
	node->next = t->n;
	f->n--;
	return kind == PDF_DICT ? refuse_duplicates(t, f->node[f->n], values / 2, err) : ANTIN_OK;
}

/* A cheap look ahead, since most numbers are just numbers: false if no "0 R" can follow. */
static bool
may_be_reference(const struct pdf_lex *lx)
{
	const uint8_t *p = lx->text.p;
	size_t i = lx->at, len = lx->text.len;

	while (i < len && pdf_is_space(p[i]))
		i++;
	if (i < len && p[i] != '%' && p[i] != '+' && (p[i] < '0' || p[i] > '9'))
		return false;
	while (i < len && p[i] >= '0' && p[i] <= '9')
		i++;
	while (i < len && pdf_is_space(p[i]))
		i++;
	return i == len || p[i] == 'R' || p[i] == '%' || p[i] == '+';
}

/* "12 0 R": three tokens make one value. */
static enum antin_rc
try_reference(struct pdf_lex *lx, struct pdf_token *first, bool *is_ref, uint32_t *gen,
              struct antin_err *err)
{
	size_t back = lx->at;
	struct pdf_token second, third;
	enum antin_rc rc;

	*is_ref = false;
	if (first->number < 0 || !may_be_reference(lx))
		return ANTIN_OK;
	rc = pdf_lex_next(lx, &second, err);
	if (rc != ANTIN_OK)
		return rc;
	if (second.kind == PDF_T_INT) {
		rc = pdf_lex_next(lx, &third, err);
		if (rc != ANTIN_OK)
			return rc;
		*is_ref = pdf_token_is(lx, &third, "R");
	}
	if (!*is_ref) {
		lx->at = back;
		return ANTIN_OK;
	}
	if (first->number > PDF_OBJECTS || second.number < 0 || second.number > 65535)
		return antin_fail(err, ANTIN_E_DAMAGED, N_("a reference is out of range"));
	*gen = (uint32_t)second.number;
	first->len = third.at + third.len - first->at;
	return ANTIN_OK;
}

static enum antin_rc
add_int(struct pdf_lex *lx, struct pdf_tree *t, struct pdf_token *token, struct antin_err *err)
{
	uint32_t gen = 0;
	bool is_ref;
	enum antin_rc rc = try_reference(lx, token, &is_ref, &gen, err);

	if (rc == ANTIN_OK)
		rc = add_node(t, is_ref ? PDF_REF : PDF_INT, token, err);
	if (rc == ANTIN_OK && is_ref) {
		t->nodes[t->n - 1].v.ref.num = (uint32_t)token->number;
		t->nodes[t->n - 1].v.ref.gen = gen;
	}
	return rc;
}

static enum antin_rc
add_word(struct pdf_lex *lx, struct pdf_tree *t, struct pdf_token *token, struct antin_err *err)
{
	token->number = pdf_token_is(lx, token, "true");
	if (token->number || pdf_token_is(lx, token, "false"))
		return add_node(t, PDF_BOOL, token, err);
	if (pdf_token_is(lx, token, "null"))
		return add_node(t, PDF_NULL, token, err);
	return antin_fail(err, ANTIN_E_DAMAGED, N_("an unknown word stands inside an object"));
}

static enum antin_rc
add_name(struct pdf_lex *lx, struct pdf_tree *t, const struct pdf_token *token,
         struct antin_err *err)
{
	const uint8_t *p = lx->text.p + token->at + 1;
	enum antin_rc rc;

	if (!name_well_formed(p, token->len - 1))
		return antin_fail(err, ANTIN_E_DAMAGED, N_("a name is not well formed"));
	rc = add_node(t, PDF_NAME_KIND, token, err);
	if (rc == ANTIN_OK)
		t->nodes[t->n - 1].v.hash = name_hash(p, token->len - 1);
	return rc;
}

static enum antin_rc
add_value(struct pdf_lex *lx, struct pdf_tree *t, struct frames *f, struct pdf_token *token,
          struct antin_err *err)
{
	switch (token->kind) {
	case PDF_T_INT:
		return add_int(lx, t, token, err);
	case PDF_T_REAL:
		return add_node(t, PDF_REAL, token, err);
	case PDF_T_STRING:
		return add_node(t, PDF_STRING, token, err);
	case PDF_T_HEX:
		return add_node(t, PDF_HEX, token, err);
	case PDF_T_NAME:
		return add_name(lx, t, token, err);
	case PDF_T_WORD:
		return add_word(lx, t, token, err);
	case PDF_T_ARRAY_OPEN:
	case PDF_T_DICT_OPEN:
		return open_frame(t, f, token, err);
	case PDF_T_ARRAY_CLOSE:
	case PDF_T_DICT_CLOSE:
		return close_frame(t, f, token, err);
	case PDF_T_END:
		break;
	}
	return ended(lx);
}

/* Counts a value in its frame; a dictionary's keys must be names. */
static enum antin_rc
count_value(struct pdf_tree *t, struct frames *f, const struct pdf_token *token,
            struct antin_err *err)
{
	uint32_t *values = f->n ? &f->values[f->n - 1] : NULL;

	if (!values || token->kind == PDF_T_ARRAY_CLOSE || token->kind == PDF_T_DICT_CLOSE)
		return ANTIN_OK;
	if (t->nodes[f->node[f->n - 1]].kind == PDF_DICT && *values % 2 == 0 &&
	    token->kind != PDF_T_NAME)
		return antin_fail(err, ANTIN_E_DAMAGED, N_("a dictionary's key is not a name"));
	(*values)++;
	return ANTIN_OK;
}

enum antin_rc
pdf_tree_parse(struct pdf_lex *lx, struct pdf_tree *t, struct antin_err *err)
{
	struct frames f;
	enum antin_rc rc;

	f.n = 0;
	t->n = 0;
	do {
		struct pdf_token token;

		rc = pdf_lex_next(lx, &token, err);
		if (rc == ANTIN_OK)
			rc = count_value(t, &f, &token, err);
		if (rc == ANTIN_OK)
			rc = add_value(lx, t, &f, &token, err);
	} while (rc == ANTIN_OK && f.n > 0);
	return rc;
}

void
pdf_tree_done(struct pdf_tree *t)
{
	antin_bytes_done(&t->text);
	free(t->nodes);
	*t = (struct pdf_tree){0};
}
