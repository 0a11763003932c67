/*
 * Inside the store: the engine table, statements by number, values, and the shapes that map rows
 * to structs.  Nothing outside ca/store includes this.
 */
#ifndef ANTIN_CA_ENGINE_H
#define ANTIN_CA_ENGINE_H

#include <antin_store.h>

#include "statements.h"

struct antin_value {
	enum { ANTIN_VALUE_NULL, ANTIN_VALUE_INT, ANTIN_VALUE_BLOB, ANTIN_VALUE_TEXT } kind;
	int64_t number;
	struct antin_slice bytes;
};
enum { ANTIN_VALUES = 24 };

/* The values of a row are borrowed until the callback returns. */
typedef enum antin_rc antin_row_fn(void *user, const struct antin_value *row, size_t n,
                                   struct antin_err *err);
/* One run of a statement. */
struct antin_run {
	enum antin_stmt stmt;
	const struct antin_value *values;
	size_t n;
	antin_row_fn *row; /* NULL: no rows wanted */
	void *user;
	int64_t changed; /* out: rows changed */
};

struct antin_store_ops {
	const char *name;
	enum antin_rc (*begin)(struct antin_store *s, enum antin_store_mode mode,
	                       struct antin_err *err);
	enum antin_rc (*commit)(struct antin_store *s, struct antin_err *err);
	void (*rollback)(struct antin_store *s);
	enum antin_rc (*run)(struct antin_store *s, struct antin_run *run, struct antin_err *err);
	/* Definitions of a migration, inside a write transaction. */
	enum antin_rc (*define)(struct antin_store *s, const char *sql, struct antin_err *err);
	/* Returns once the log has reached seq here (replicas); at once on one machine. */
	enum antin_rc (*wait)(struct antin_store *s, uint64_t seq, struct antin_err *err);
	void (*info)(struct antin_store *s, struct antin_store_info *out);
	/* Takes the files away; nothing but close may follow. */
	void (*discard)(struct antin_store *s);
	void (*close)(struct antin_store *s);
};

/* The part every engine's struct begins with. */
struct antin_store {
	const struct antin_store_ops *ops;
	char address[4096];
	char folder[4096];
	bool open; /* in a transaction */
	bool made; /* its file was made when it was opened */
};

/* `path` is what follows "sqlite:". */
enum antin_rc antin_sqlite_open(const char *path, bool create, struct antin_store **out,
                                struct antin_err *err) ANTIN_MUST;

/* Values. */
struct antin_value antin_v_int(int64_t n);             /* ANTIN_NULL is NULL */
struct antin_value antin_v_blob(struct antin_slice s); /* empty is NULL */
struct antin_value antin_v_bytes(const struct antin_bytes *b);
struct antin_value antin_v_null(void);
struct antin_value antin_v_text(const char *t); /* NULL is NULL */

/* Runs without rows. */
enum antin_rc antin_store_do(struct antin_store *s, enum antin_stmt stmt,
                             const struct antin_value *values, size_t n, struct antin_err *err)
        ANTIN_MUST;
/* As do, and exactly one row must have been changed, else STATE. */
enum antin_rc antin_store_do_one(struct antin_store *s, enum antin_stmt stmt,
                                 const struct antin_value *values, size_t n, struct antin_err *err)
        ANTIN_MUST;
/* The first column of the single row as a number; `none` when there is no row or it is NULL. */
enum antin_rc antin_store_number(struct antin_store *s, enum antin_stmt stmt,
                                 const struct antin_value *values, size_t n, int64_t none,
                                 int64_t *out, struct antin_err *err) ANTIN_MUST;
/* Shapes: columns of a table in the order of its statements, and where they live in the struct. */
enum antin_column_kind { ANTIN_COL_INT, ANTIN_COL_BLOB, ANTIN_COL_TEXT };
struct antin_column {
	enum antin_column_kind kind;
	size_t offset;
};
struct antin_shape {
	const struct antin_column *columns;
	size_t n, size;
	bool salted; /* the last column is the salt */
};
#define ANTIN_INT_AT(type, field)                                                                  \
	{                                                                                          \
		ANTIN_COL_INT, offsetof(struct type, field) +                                      \
		                       _Generic(((struct type *)0)->field, int64_t : 0)            \
	}
#define ANTIN_BLOB_AT(type, field)                                                                 \
	{                                                                                          \
		ANTIN_COL_BLOB, offsetof(struct type, field) + _Generic(((struct type *)0)->field, \
		                                                        struct antin_bytes : 0)    \
	}
#define ANTIN_TEXT_AT(type, field)                                                                 \
	{                                                                                          \
		ANTIN_COL_TEXT, offsetof(struct type, field) + _Generic(((struct type *)0)->field, \
		                                                        struct antin_bytes : 0)    \
	}
#define ANTIN_SHAPE(type, cols)                                                                    \
	{                                                                                          \
		.columns = (cols), .n = sizeof(cols) / sizeof((cols)[0]),                          \
		.size = sizeof(struct type)                                                        \
	}
#define ANTIN_SHAPE_SALTED(type, cols)                                                             \
	{                                                                                          \
		.columns = (cols), .n = sizeof(cols) / sizeof((cols)[0]),                          \
		.size = sizeof(struct type), .salted = true                                        \
	}

void antin_shape_done(const struct antin_shape *shape, void *row);
/* Values that borrow from the row; returns how many. */
size_t antin_shape_values(const struct antin_shape *shape, const void *row,
                          struct antin_value out[ANTIN_VALUES]);
/* The row of a select, or NOT_FOUND without a frame of its own. */
enum antin_rc antin_shape_get(struct antin_store *s, const struct antin_shape *shape,
                              const struct antin_run *run, void *row, bool *found,
                              struct antin_err *err) ANTIN_MUST;
/* Calls fn with each row as a struct. */
typedef enum antin_rc antin_shape_fn(void *user, const void *row, struct antin_err *err);
enum antin_rc antin_shape_each(struct antin_store *s, const struct antin_shape *shape,
                               const struct antin_run *run, antin_shape_fn *fn, void *user,
                               struct antin_err *err) ANTIN_MUST;
/* Inserts with a fresh salt (last column) and, when `next` is a statement, a fresh id (first). */
enum antin_rc antin_shape_insert(struct antin_store *s, const struct antin_shape *shape,
                                 enum antin_stmt insert, void *row, enum antin_stmt next,
                                 struct antin_err *err) ANTIN_MUST;

/* Tables that the log covers. */
enum antin_table {
	ANTIN_TABLE_PROFILE,
	ANTIN_TABLE_ISSUER,
	ANTIN_TABLE_RESPONDER,
	ANTIN_TABLE_REQUEST,
	ANTIN_TABLE_CERT,
	ANTIN_TABLE_REVOCATION,
	ANTIN_TABLE_CRL,
	ANTIN_TABLE_BLOCKED_KEY,
	ANTIN_TABLES
};
/* Appends a leaf about the row with this key, as it stands now in the same transaction. */
enum antin_rc antin_store_log_add(struct antin_store *s, struct antin_store_act *act,
                                  const char *action, enum antin_table table,
                                  const struct antin_value *key, struct antin_err *err) ANTIN_MUST;

/* The event of a move, after its leaf (act->log). */
enum antin_rc antin_store_event_add(struct antin_store *s, struct antin_store_act *act,
                                    const struct antin_cert_row *cert, enum antin_cert_state to,
                                    const char *event, int64_t reason, struct antin_err *err)
        ANTIN_MUST;
/* The migrations in order; NULL ends. */
extern const char *const antin_schema_versions[];
/* Calls fn with the text of every row's first column. */
enum antin_rc antin_store_texts(struct antin_store *s, enum antin_stmt stmt, antin_fault_fn *fn,
                                void *user, struct antin_err *err) ANTIN_MUST;

#endif
