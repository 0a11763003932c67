/*
 * Inside of lib/verify: structs as octets between a worker and its parent, both ways by one table.
 * Numbers as they lie in memory: both ends are of one build on one machine.  What is read is
 * hostile: every number is held against its table, every text is safe to show afterwards.
 */
#ifndef ANTIN_PACK_H
#define ANTIN_PACK_H

#include <antin/verify_cert.h>

enum pack_kind {
	PACK_BOOL,
	PACK_INT,   /* int or enum; min..max */
	PACK_INT64, /* min..max, both 0: any */
	PACK_UINT32,
	PACK_UINT64,
	PACK_SIZE,    /* size_t */
	PACK_OCTETS,  /* `size` of them in the struct */
	PACK_BYTES,   /* struct antin_bytes of at most `max` */
	PACK_FOREIGN, /* char[size], as a stranger wrote it */
	PACK_SAFE,    /* char[size], safe to show */
	PACK_HEAP,    /* char *, owned, at most `max`; or NULL */
	PACK_TEXT,    /* const char *, safe to show, kept in the pool; or NULL */
	PACK_STRUCT,  /* `rows` */
	PACK_ARRAY, /* in the struct, at most `max` of `size` octets each; how many is at `count` */
	PACK_LIST,  /* the same behind a pointer, owned */
	PACK_BESIDE,  /* the same, but NULL or as many as `count` says already */
	PACK_CERT,    /* struct antin_cert *, counted; or NULL */
	PACK_ANCHOR,  /* of the trust; or NULL */
	PACK_FINDING, /* a row of a table of findings */
	PACK_KINDS
};
struct pack_row {
	enum pack_kind kind;
	size_t at, size, count;
	int64_t min, max;
	const struct pack_row *rows;
	size_t n_rows;
	const char *name;
};
/* Rows by type and member. */
/* clang-format off */
#define PACK_AT_ROW(k, type, m, ...) {.kind = (k), .name = #m, .at = offsetof(struct type, m), __VA_ARGS__}
#define PACK_AT_FLAG(type, m)        PACK_AT_ROW(PACK_BOOL, type, m, .size = 0)
#define PACK_AT_NUMBER(type, m, lo, hi) PACK_AT_ROW(PACK_INT, type, m, .min = (lo), .max = (hi))
#define PACK_AT_TIME(type, m)        PACK_AT_ROW(PACK_INT64, type, m, .size = 0)
#define PACK_AT_WIDE(type, m)        PACK_AT_ROW(PACK_UINT64, type, m, .size = 0)
#define PACK_AT_SIZE(type, m)        PACK_AT_ROW(PACK_SIZE, type, m, .size = 0)
#define PACK_AT_TEXT(type, m)        PACK_AT_ROW(PACK_TEXT, type, m, .size = 0)
#define PACK_AT_SAFE(type, m)        PACK_AT_ROW(PACK_SAFE, type, m, .size = sizeof(((struct type *)0)->m))
#define PACK_AT_BYTES(type, m, most) PACK_AT_ROW(PACK_BYTES, type, m, .max = (most))
#define PACK_AT_CERT(type, m)        PACK_AT_ROW(PACK_CERT, type, m, .size = 0)
#define PACK_AT_INNER(type, m, table) \
	PACK_AT_ROW(PACK_STRUCT, type, m, .rows = (table), .n_rows = PACK_COUNT(table))
#define PACK_AT_ITEMS(k, type, m, n, item, most, table) \
	PACK_AT_ROW(k, type, m, .count = offsetof(struct type, n), .size = sizeof(item), .max = (most), \
	    .rows = (table), .n_rows = PACK_COUNT(table))
/* clang-format on */
#define PACK_COUNT(table) (sizeof(table) / sizeof((table)[0]))
/* Each bounds what one message makes its reader do, whatever its length allows. */
enum { PACK_TEXT_MAX = 2000, PACK_CERTS = 4096, PACK_TEXTS = 1024, PACK_ITEMS = 1 << 20 };

/* A number of the tables: another when they differ. */
uint64_t pack_sum(uint64_t sum, const struct pack_row *rows, size_t n);

/* Texts that came from a worker and live as long as the report that shows them. */
struct antin_texts;
void pack_texts_free(struct antin_texts *t);

/* One message being written or read. */
struct packing {
	struct antin_bytes *out; /* written to */
	struct antin_in in;      /* read from */
	const struct antin_trust *trust;
	struct antin_texts **texts;
	struct antin_memory *memory;          /* of certificates; may be NULL */
	struct antin_cert *certs[PACK_CERTS]; /* that came before in this message; borrowed */
	size_t n_certs;
	size_t n_texts, n_items; /* of all lists */
	const char *wrong;       /* name of the row that does not hold */
};
/* ANTIN_E_MEMORY, or INTERNAL for what does not fit the table. */
enum antin_rc pack_write(struct packing *p, const struct pack_row *rows, size_t n, const void *from,
                         struct antin_err *err) ANTIN_MUST;
/* Into a zeroed struct, which is to be freed by its owner after a failure, too: FORMAT. */
enum antin_rc pack_read(struct packing *p, const struct pack_row *rows, size_t n, void *into,
                        struct antin_err *err) ANTIN_MUST;

#endif
