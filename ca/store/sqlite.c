/*
 * The SQLite engine: write-ahead log, synchronous=FULL, BEGIN IMMEDIATE, foreign keys on, on a
 * local disk only.  Statements are prepared on first use and kept.
 */
#include "engine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <sqlite3.h>

enum { BUSY_MS = 10000 };

struct sqlite {
	struct antin_store store;
	sqlite3 *db;
	dev_t device; /* the file as it was opened; no inode in memory */
	ino_t inode;
	sqlite3_stmt *prepared[ST_COUNT];
};

static enum antin_rc
class_of(int code)
{
	static const struct {
		int code;
		enum antin_rc rc;
	} table[] = {
	        {SQLITE_BUSY, ANTIN_E_BUSY},         {SQLITE_LOCKED, ANTIN_E_BUSY},
	        {SQLITE_FULL, ANTIN_E_DISK_FULL},    {SQLITE_READONLY, ANTIN_E_NOT_WRITABLE},
	        {SQLITE_PERM, ANTIN_E_NOT_WRITABLE}, {SQLITE_CANTOPEN, ANTIN_E_NOT_WRITABLE},
	        {SQLITE_IOERR, ANTIN_E_IO},          {SQLITE_CONSTRAINT, ANTIN_E_CONFLICT},
	        {SQLITE_CORRUPT, ANTIN_E_DAMAGED},   {SQLITE_NOTADB, ANTIN_E_DAMAGED},
	        {SQLITE_NOMEM, ANTIN_E_MEMORY},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].code == (code & 0xff))
			return table[i].rc;
	return ANTIN_E_STORE;
}

static enum antin_rc
fail_db(struct sqlite *q, int code, struct antin_err *err)
{
	return antin_fail(err, class_of(code), N_("the store answered: %s"),
	                  q->db ? sqlite3_errmsg(q->db) : sqlite3_errstr(code));
}

static enum antin_rc
sql(struct sqlite *q, const char *text, struct antin_err *err)
{
	int code = sqlite3_exec(q->db, text, NULL, NULL, NULL);

	return code == SQLITE_OK ? ANTIN_OK : fail_db(q, code, err);
}

static const char *
path_of(const struct sqlite *q)
{
	return q->store.address + strlen("sqlite:");
}

/* A file taken away or replaced stays open here: what is written to it is lost, what it says old.
 */
static enum antin_rc
still_there(const struct sqlite *q, struct antin_err *err)
{
	struct stat st;

	if (q->inode == 0 ||
	    (stat(path_of(q), &st) == 0 && st.st_dev == q->device && st.st_ino == q->inode))
		return ANTIN_OK;
	return antin_fail(err, ANTIN_E_STORE,
	                  N_("the file of the store was removed or replaced while it was open"));
}

static enum antin_rc
sqlite_begin(struct antin_store *s, enum antin_store_mode mode, struct antin_err *err)
{
	struct sqlite *q = (struct sqlite *)s;
	/* The snapshot is taken by the first read, so it is made here. */
	enum antin_rc rc = sql(q,
	                       mode == ANTIN_STORE_WRITE
	                               ? "BEGIN IMMEDIATE"
	                               : "BEGIN DEFERRED; SELECT 1 FROM sqlite_schema LIMIT 1",
	                       err);

	if (rc == ANTIN_OK)
		rc = still_there(q, err);
	if (rc != ANTIN_OK)
		s->ops->rollback(s);
	return rc;
}

static enum antin_rc
sqlite_commit(struct antin_store *s, struct antin_err *err)
{
	return sql((struct sqlite *)s, "COMMIT", err);
}

static void
sqlite_rollback(struct antin_store *s)
{
	struct sqlite *q = (struct sqlite *)s;

	if (!sqlite3_get_autocommit(q->db))
		(void)sqlite3_exec(q->db, "ROLLBACK", NULL, NULL, NULL);
}

static int
bind(sqlite3_stmt *st, int i, const struct antin_value *v)
{
	const char *text = v->bytes.p ? (const char *)v->bytes.p : "";

	switch (v->kind) {
	case ANTIN_VALUE_INT:
		return sqlite3_bind_int64(st, i, v->number);
	case ANTIN_VALUE_BLOB:
		return sqlite3_bind_blob64(st, i, v->bytes.p, v->bytes.len, SQLITE_STATIC);
	case ANTIN_VALUE_TEXT:
		return sqlite3_bind_text64(st, i, text, v->bytes.len, SQLITE_STATIC, SQLITE_UTF8);
	case ANTIN_VALUE_NULL:
	default:
		return sqlite3_bind_null(st, i);
	}
}

static struct antin_value
column(sqlite3_stmt *st, int i)
{
	struct antin_value v = {.kind = ANTIN_VALUE_NULL};
	int type = sqlite3_column_type(st, i);

	if (type == SQLITE_INTEGER) {
		v.kind = ANTIN_VALUE_INT;
		v.number = sqlite3_column_int64(st, i);
	} else if (type == SQLITE_TEXT || type == SQLITE_BLOB) {
		v.kind = type == SQLITE_TEXT ? ANTIN_VALUE_TEXT : ANTIN_VALUE_BLOB;
		v.bytes.p = type == SQLITE_TEXT ? sqlite3_column_text(st, i)
		                                : sqlite3_column_blob(st, i);
		v.bytes.len = (size_t)sqlite3_column_bytes(st, i);
	}
	return v;
}

static enum antin_rc
prepare(struct sqlite *q, enum antin_stmt stmt, sqlite3_stmt **out, struct antin_err *err)
{
	int code;

	if (stmt <= ST_NONE || stmt >= ST_COUNT || !antin_statements[stmt])
		return antin_fail(err, ANTIN_E_INTERNAL, N_("statement %d has no text"), (int)stmt);
	if (!q->prepared[stmt]) {
		code = sqlite3_prepare_v3(q->db, antin_statements[stmt], -1,
		                          SQLITE_PREPARE_PERSISTENT, &q->prepared[stmt], NULL);
		if (code != SQLITE_OK)
			return fail_db(q, code, err);
	}
	*out = q->prepared[stmt];
	if (sqlite3_stmt_busy(*out))
		return antin_fail(err, ANTIN_E_INTERNAL, N_("statement %d is running"), (int)stmt);
	return ANTIN_OK;
}

static enum antin_rc
step(struct sqlite *q, sqlite3_stmt *st, struct antin_run *run, struct antin_err *err)
{
	struct antin_value row[ANTIN_VALUES];
	int n = sqlite3_column_count(st), code;
	enum antin_rc rc = ANTIN_OK;

	if (n > ANTIN_VALUES)
		return antin_fail(err, ANTIN_E_INTERNAL, N_("a row of the store is too wide"));
	while (rc == ANTIN_OK && (code = sqlite3_step(st)) != SQLITE_DONE) {
		if (code != SQLITE_ROW)
			return fail_db(q, code, err);
		for (int i = 0; i < n; i++)
			row[i] = column(st, i);
		if (run->row)
			rc = run->row(run->user, row, (size_t)n, err);
	}
	return rc;
}

static enum antin_rc
sqlite_run(struct antin_store *s, struct antin_run *run, struct antin_err *err)
{
	struct sqlite *q = (struct sqlite *)s;
	sqlite3_stmt *st = NULL;
	int code = SQLITE_OK;
	enum antin_rc rc = prepare(q, run->stmt, &st, err);

	if (rc != ANTIN_OK)
		return rc;
	if (!sqlite3_stmt_readonly(st) && !s->open)
		return antin_fail(err, ANTIN_E_INTERNAL, N_("a write outside of a transaction"));
	for (size_t i = 0; code == SQLITE_OK && i < run->n; i++)
		code = bind(st, (int)i + 1, &run->values[i]);
	rc = code == SQLITE_OK ? step(q, st, run, err) : fail_db(q, code, err);
	run->changed = sqlite3_stmt_readonly(st) ? 0 : sqlite3_changes64(q->db);
	(void)sqlite3_reset(st);
	(void)sqlite3_clear_bindings(st);
	return rc;
}

static enum antin_rc
sqlite_define(struct antin_store *s, const char *text, struct antin_err *err)
{
	return sql((struct sqlite *)s, text, err);
}

static enum antin_rc
sqlite_wait(struct antin_store *s, uint64_t seq, struct antin_err *err)
{
	(void)s;
	(void)seq;
	(void)err;
	return ANTIN_OK;
}

static int
first_number(void *user, int n, char **values, char **names)
{
	int64_t *out = user;

	(void)names;
	if (n > 0 && values[0])
		*out = strtoll(values[0], NULL, 10);
	return 0;
}

static void
sqlite_info(struct antin_store *s, struct antin_store_info *out)
{
	struct sqlite *q = (struct sqlite *)s;
	int64_t tables = 0;

	(void)sqlite3_exec(q->db, "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'meta'",
	                   first_number, &tables, NULL);
	out->version = tables ? ANTIN_STORE_VERSION : 0;
	(void)snprintf(out->durability, sizeof(out->durability), "%s",
	               s->folder[0] ? "wal, synchronous full" : "memory");
}

static void
sqlite_close(struct antin_store *s)
{
	struct sqlite *q = (struct sqlite *)s;

	for (size_t i = 0; i < ST_COUNT; i++)
		(void)sqlite3_finalize(q->prepared[i]);
	(void)sqlite3_close(q->db);
	free(q);
}

/* Inside of a write transaction, so that nobody else is half-way through one. */
static void
sqlite_discard(struct antin_store *s)
{
	static const char *const parts[] = {"-wal", "-shm", ""};
	struct sqlite *q = (struct sqlite *)s;
	char path[sizeof(s->address) + 8];
	int on = 1;

	if (q->inode == 0)
		return;
	/* Closing must not touch files of these names any more: they may be another's by then. */
	if (q->db) {
		(void)sqlite3_db_config(q->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, &on);
		(void)sqlite3_file_control(q->db, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
	}
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", path_of(q), parts[i]);
		(void)unlink(path);
	}
}

static const struct antin_store_ops sqlite_ops = {
        .name = "sqlite",
        .begin = sqlite_begin,
        .commit = sqlite_commit,
        .rollback = sqlite_rollback,
        .run = sqlite_run,
        .define = sqlite_define,
        .wait = sqlite_wait,
        .discard = sqlite_discard,
        .info = sqlite_info,
        .close = sqlite_close,
};

/* SQLite's locks and shared memory do not work over a network file system. */
static enum antin_rc
local_disk(const char *path, struct antin_err *err)
{
	static const unsigned long remote[] = {0x6969,     0x517b,     0xff534d42,
	                                       0xfe534d42, 0x73757245, 0x01021997};
	struct statfs fs;

	if (statfs(path, &fs) != 0)
		return antin_fail_errno(err, errno, N_("cannot look at the disk"), path);
	for (size_t i = 0; i < sizeof(remote) / sizeof(remote[0]); i++)
		if (((unsigned long)fs.f_type & 0xffffffffUL) == remote[i])
			return antin_fail(err, ANTIN_E_UNSUPPORTED,
			                  N_("an SQLite store must lie on a local disk"));
	return ANTIN_OK;
}

static void
folder_of(struct antin_store *s, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 1;

	(void)snprintf(s->folder, sizeof(s->folder), "%.*s", (int)(len ? len : 1),
	               slash ? path : ".");
}

/* The file is there and ours to read and write; when `create` it is made, `*made` says so. */
static int
open_file(const char *folder, const char *path, bool create, bool *made)
{
	int fd = create ? open(path, O_RDWR | O_CLOEXEC | O_CREAT | O_EXCL, 0600) : -1;

	*made = fd >= 0;
	if (fd >= 0 && fchmod(fd, antin_mode_shared(folder, 0600)) != 0) {
		(void)close(fd);
		return -1;
	}
	return fd >= 0 ? fd : open(path, O_RDWR | O_CLOEXEC);
}

static enum antin_rc
file_ready(struct sqlite *q, const char *path, bool create, struct antin_err *err)
{
	struct stat st;
	int fd = open_file(q->store.folder, path, create, &q->store.made);
	int saved = errno;

	if (fd < 0 && saved == EISDIR)
		return antin_fail(err, ANTIN_E_FOLDER, N_("the store is a folder"));
	if (fd < 0 && (saved == EACCES || saved == EROFS))
		return antin_fail(err, ANTIN_E_NOT_WRITABLE, N_("the store cannot be written"));
	if (fd < 0) {
		enum antin_rc rc = antin_fail_errno(err, saved, N_("cannot open the store"), path);

		if (saved == ENOENT && !create)
			antin_err_set_hint(err, "antin-ca --store sqlite:%s init --help", path);
		return rc;
	}
	saved = fstat(fd, &st) == 0 ? 0 : errno;
	(void)close(fd);
	if (saved)
		return antin_fail_errno(err, saved, N_("cannot open the store"), path);
	if (!S_ISREG(st.st_mode))
		return antin_fail(err, ANTIN_E_FORMAT, N_("the store is no ordinary file"));
	q->device = st.st_dev;
	q->inode = st.st_ino;
	return local_disk(path, err);
}

static enum antin_rc
settings(struct sqlite *q, bool memory, struct antin_err *err)
{
	enum antin_rc rc;
	int on = 0;

	(void)sqlite3_busy_timeout(q->db, BUSY_MS);
	(void)sqlite3_extended_result_codes(q->db, 1);
	(void)sqlite3_db_config(q->db, SQLITE_DBCONFIG_DEFENSIVE, 1, &on);
	(void)sqlite3_db_config(q->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, &on);
	rc = sql(q, "PRAGMA foreign_keys=ON; PRAGMA synchronous=FULL; PRAGMA cell_size_check=ON",
	         err);
	if (rc == ANTIN_OK && !memory) {
		int64_t full = 0;

		rc = sql(q, "PRAGMA journal_mode=WAL", err);
		(void)sqlite3_exec(q->db, "PRAGMA synchronous", first_number, &full, NULL);
		if (rc == ANTIN_OK && full != 2)
			rc = antin_fail(err, ANTIN_E_STORE, N_("the store cannot write durably"));
	}
	return rc;
}

enum antin_rc
antin_sqlite_open(const char *path, bool create, struct antin_store **out, struct antin_err *err)
{
	bool memory = strcmp(path, ":memory:") == 0;
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (memory ? SQLITE_OPEN_MEMORY : 0);
	struct sqlite *q;
	enum antin_rc rc;
	int code;

	if (strlen(path) >= sizeof(q->store.folder) - 16)
		return antin_fail(err, ANTIN_E_USAGE, N_("the path of the store is too long"));
	q = calloc(1, sizeof(*q));
	if (!q)
		return antin_fail_memory(err);
	q->store.ops = &sqlite_ops;
	(void)snprintf(q->store.address, sizeof(q->store.address), "sqlite:%s", path);
	if (!memory)
		folder_of(&q->store, path);
	rc = memory ? ANTIN_OK : file_ready(q, path, create, err);
	if (rc == ANTIN_OK) {
		code = sqlite3_open_v2(path, &q->db, flags, NULL);
		rc = code == SQLITE_OK ? settings(q, memory, err) : fail_db(q, code, err);
	}
	if (rc != ANTIN_OK) {
		if (q->store.made)
			sqlite_discard(&q->store);
		sqlite_close(&q->store);
		return rc;
	}
	*out = (struct antin_store *)q;
	return ANTIN_OK;
}

static int
first_text(void *user, int n, char **values, char **names)
{
	struct antin_bytes *out = user;

	(void)names;
	for (int i = 0; i < n; i++) {
		antin_bytes_text(out, i ? " " : "");
		antin_bytes_text(out, values[i] ? values[i] : "-");
	}
	antin_bytes_byte(out, '\n');
	return 0;
}

enum antin_rc
antin_store_engine_check(struct antin_store *s, antin_fault_fn *fn, void *user,
                         struct antin_err *err)
{
	struct sqlite *q = (struct sqlite *)s;
	ANTIN_SCOPED(antin_bytes) text = {0};
	const char *found;
	int code;

	code = sqlite3_exec(q->db, "PRAGMA integrity_check(20)", first_text, &text, NULL);
	if (code != SQLITE_OK)
		return fail_db(q, code, err);
	found = antin_bytes_cstr(&text);
	if (!found || strcmp(found, "ok\n") == 0)
		antin_bytes_clear(&text);
	code = sqlite3_exec(q->db, "PRAGMA foreign_key_check", first_text, &text, NULL);
	if (code != SQLITE_OK)
		return fail_db(q, code, err);
	found = antin_bytes_cstr(&text);
	if (!found)
		return antin_fail_memory(err);
	return text.len ? fn(user, found, err) : ANTIN_OK;
}
