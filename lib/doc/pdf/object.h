/*
 * PDF objects (ISO 32000-1, 7.3) as a flat list of nodes over their own text: parsed without
 * recursion, and byte-exact to copy, since every node knows its span.
 */
#ifndef ANTIN_PDF_OBJECT_H
#define ANTIN_PDF_OBJECT_H

#include <antin/bytes.h>

enum pdf_limit {
	PDF_DEPTH = 256,               /* nesting of arrays and dictionaries */
	PDF_NODES = 1000000,           /* of one object */
	PDF_NAME = 1024,               /* octets of a name as written */
	PDF_OBJECT_TEXT = 32 << 20,    /* octets of one object without its stream */
	PDF_OBJECTS = 8388607,         /* highest object number (annex C) */
	PDF_ENTRIES = 4000000,         /* of all cross-reference sections */
	PDF_SECTIONS = 1024,           /* cross-reference sections */
	PDF_STREAM_OUT = 64 << 20,     /* octets of one decoded stream */
	PDF_RATIO = 512,               /* decoded to encoded, beyond the first mebibyte */
	PDF_DECODED_TOTAL = 512 << 20, /* of one document */
};

enum pdf_kind {
	PDF_NULL,
	PDF_BOOL,
	PDF_INT,
	PDF_REAL,
	PDF_STRING, /* (literal) */
	PDF_HEX,    /* <hexadecimal> */
	PDF_NAME_KIND,
	PDF_REF,
	PDF_ARRAY,
	PDF_DICT, /* its nodes: key, value, key, value... */
};

struct pdf_node {
	enum pdf_kind kind;
	uint32_t at, len; /* span in the text, delimiters included */
	uint32_t next;    /* the node behind this one and all it holds */
	union {
		int64_t number; /* integer, boolean */
		uint64_t hash;  /* of a name as it is meant */
		struct {
			uint32_t num, gen;
		} ref;
	} v;
};

struct pdf_tree {
	struct antin_bytes text;
	struct pdf_node *nodes; /* node 0 is the value itself */
	uint32_t n, cap;
};
void pdf_tree_done(struct pdf_tree *t);
ANTIN_SCOPED_S(pdf_tree, pdf_tree_done);

/* A position in text that may be a window on more. */
struct pdf_lex {
	struct antin_slice text;
	size_t at;
	bool final; /* nothing follows the text */
	bool more;  /* a call failed because the text ended; no error was recorded */
};

enum pdf_token_kind {
	PDF_T_END,
	PDF_T_INT,
	PDF_T_REAL,
	PDF_T_STRING,
	PDF_T_HEX,
	PDF_T_NAME,
	PDF_T_WORD,
	PDF_T_ARRAY_OPEN,
	PDF_T_ARRAY_CLOSE,
	PDF_T_DICT_OPEN,
	PDF_T_DICT_CLOSE,
};
struct pdf_token {
	enum pdf_token_kind kind;
	size_t at, len;
	int64_t number; /* PDF_T_INT */
};

bool pdf_is_space(uint8_t c);
bool pdf_is_regular(uint8_t c);
/* The next token, white space and comments skipped; PDF_T_END at the end of final text. */
enum antin_rc pdf_lex_next(struct pdf_lex *lx, struct pdf_token *out, struct antin_err *err)
        ANTIN_MUST;
bool pdf_token_is(const struct pdf_lex *lx, const struct pdf_token *t, const char *word);
/* Consumes exactly this word. */
enum antin_rc pdf_lex_word(struct pdf_lex *lx, const char *word, struct antin_err *err) ANTIN_MUST;
enum antin_rc pdf_lex_int(struct pdf_lex *lx, int64_t max, int64_t *out, struct antin_err *err)
        ANTIN_MUST;

/* One value; spans count from the beginning of lx->text.  t->text is not filled. */
enum antin_rc pdf_tree_parse(struct pdf_lex *lx, struct pdf_tree *t, struct antin_err *err)
        ANTIN_MUST;

/* A value: a node of a tree. */
struct pdf_value {
	const struct pdf_tree *tree;
	uint32_t node;
};
struct pdf_value pdf_root(const struct pdf_tree *t);
const struct pdf_node *pdf_node_of(struct pdf_value v);
struct antin_slice pdf_text_of(struct pdf_value v); /* as written */
bool pdf_is(struct pdf_value v, enum pdf_kind kind);
bool pdf_name_is(struct pdf_value v, const char *name);
bool pdf_int_of(struct pdf_value v, int64_t min, int64_t max, int64_t *out);
/* The name as it is meant, at most cap - 1 octets; "" if it is no name. */
void pdf_name_text(struct pdf_value v, char *out, size_t cap);
/* The value of a key; a null value when it is not there. */
struct pdf_value pdf_get(struct pdf_value dict, const char *key);
bool pdf_has(struct pdf_value dict, const char *key);

/* Iterates over an array's items or a dictionary's pairs. */
struct pdf_iter {
	struct pdf_value in;
	uint32_t at, end;
};
struct pdf_iter pdf_iter_of(struct pdf_value v);
bool pdf_iter_item(struct pdf_iter *it, struct pdf_value *item);
bool pdf_iter_pair(struct pdf_iter *it, struct pdf_value *key, struct pdf_value *value);
size_t pdf_count(struct pdf_value v); /* items or pairs */
/* Same meaning: same kinds, names and tokens; white space and the way of writing are free. */
bool pdf_same(struct pdf_value a, struct pdf_value b);
/* A value without references can change nothing but itself. */
bool pdf_has_refs(struct pdf_value v);
bool pdf_array_holds(struct pdf_value array, struct pdf_value item);

/* Octets of a string, literal or hexadecimal. */
void pdf_string_octets(struct pdf_value v, struct antin_bytes *out);
/* A text string (7.9.2.2) as UTF-8. */
void pdf_string_utf8(struct pdf_value v, struct antin_bytes *out);
/* UTF-8 as a text string: (ASCII) or <FEFF...>. */
enum antin_rc pdf_string_write(const char *utf8, struct antin_bytes *out, struct antin_err *err)
        ANTIN_MUST;
/* Dates (7.9.4): false if it is none. */
bool pdf_date_read(struct pdf_value v, int64_t *out);
void pdf_date_write(int64_t t, struct antin_bytes *out);

#endif
