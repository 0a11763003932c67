/*
 * A layer under SQLite that fails when it is told to: the Nth read, write, sync or lock of the
 * files of a store gives an error of the disk, or says that another holds the lock.
 */
#ifndef TEST_SQLITE_FAULT_H
#define TEST_SQLITE_FAULT_H

#include <string.h>

#include <sqlite3.h>

#include "util.h"

enum fault_kind { FAULT_NONE, FAULT_READ, FAULT_WRITE, FAULT_SYNC, FAULT_LOCK, FAULT_KINDS };

static struct {
	enum fault_kind kind;
	int code;   /* what SQLite is told */
	long at;    /* this call; 0: none, they are only counted */
	bool on;    /* and every one after it */
	long count; /* calls of the kind so far */
	long hits;
} fault;

static sqlite3_vfs fault_vfs, *fault_real;

struct fault_file {
	sqlite3_file base;
	sqlite3_file *real;
};

static int
fault_hit(enum fault_kind kind)
{
	if (kind == FAULT_NONE || fault.kind != kind)
		return SQLITE_OK;
	fault.count++;
	if (fault.at == 0 || fault.count < fault.at || (fault.count > fault.at && !fault.on))
		return SQLITE_OK;
	fault.hits++;
	return fault.code;
}

static sqlite3_file *
fault_under(sqlite3_file *f)
{
	return ((struct fault_file *)f)->real;
}

/* Calls handed through, after the question whether they are to fail. */
#define FAULT_CALL(kind, name, params, args)                                                       \
	static int fault_##name params                                                             \
	{                                                                                          \
		sqlite3_file *real = fault_under(f);                                               \
		int code = fault_hit(kind);                                                        \
		return code == SQLITE_OK ? real->pMethods->name args : code;                       \
	}
FAULT_CALL(FAULT_NONE, xClose, (sqlite3_file * f), (real))
FAULT_CALL(FAULT_READ, xRead, (sqlite3_file * f, void *p, int n, sqlite3_int64 at),
           (real, p, n, at))
FAULT_CALL(FAULT_WRITE, xWrite, (sqlite3_file * f, const void *p, int n, sqlite3_int64 at),
           (real, p, n, at))
FAULT_CALL(FAULT_WRITE, xTruncate, (sqlite3_file * f, sqlite3_int64 n), (real, n))
FAULT_CALL(FAULT_NONE, xFileSize, (sqlite3_file * f, sqlite3_int64 *n), (real, n))
FAULT_CALL(FAULT_LOCK, xLock, (sqlite3_file * f, int level), (real, level))
FAULT_CALL(FAULT_NONE, xUnlock, (sqlite3_file * f, int level), (real, level))
FAULT_CALL(FAULT_NONE, xCheckReservedLock, (sqlite3_file * f, int *out), (real, out))
FAULT_CALL(FAULT_NONE, xFileControl, (sqlite3_file * f, int op, void *arg), (real, op, arg))
FAULT_CALL(FAULT_NONE, xSectorSize, (sqlite3_file * f), (real))
FAULT_CALL(FAULT_NONE, xDeviceCharacteristics, (sqlite3_file * f), (real))
FAULT_CALL(FAULT_NONE, xShmMap, (sqlite3_file * f, int i, int n, int more, void volatile **p),
           (real, i, n, more, p))
FAULT_CALL(FAULT_NONE, xShmUnmap, (sqlite3_file * f, int gone), (real, gone))

/* Nothing here outlives the process, so nothing waits for a disk. */
static int
fault_xSync(sqlite3_file *f, int flags)
{
	(void)f;
	(void)flags;
	return fault_hit(FAULT_SYNC);
}

static int
fault_xShmLock(sqlite3_file *f, int from, int n, int flags)
{
	sqlite3_file *real = fault_under(f);
	int code = flags & SQLITE_SHM_UNLOCK ? SQLITE_OK : fault_hit(FAULT_LOCK);

	return code == SQLITE_OK ? real->pMethods->xShmLock(real, from, n, flags) : code;
}

static void
fault_xShmBarrier(sqlite3_file *f)
{
	sqlite3_file *real = fault_under(f);

	real->pMethods->xShmBarrier(real);
}

static const sqlite3_io_methods fault_methods = {
        .iVersion = 2,
        .xClose = fault_xClose,
        .xRead = fault_xRead,
        .xWrite = fault_xWrite,
        .xTruncate = fault_xTruncate,
        .xSync = fault_xSync,
        .xFileSize = fault_xFileSize,
        .xLock = fault_xLock,
        .xUnlock = fault_xUnlock,
        .xCheckReservedLock = fault_xCheckReservedLock,
        .xFileControl = fault_xFileControl,
        .xSectorSize = fault_xSectorSize,
        .xDeviceCharacteristics = fault_xDeviceCharacteristics,
        .xShmMap = fault_xShmMap,
        .xShmLock = fault_xShmLock,
        .xShmBarrier = fault_xShmBarrier,
        .xShmUnmap = fault_xShmUnmap,
};

static int
fault_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out)
{
	struct fault_file *file = (struct fault_file *)f;
	int code;

	(void)v;
	file->real = (sqlite3_file *)(file + 1);
	file->base.pMethods = NULL;
	code = fault_real->xOpen(fault_real, name, file->real, flags, out);
	if (file->real->pMethods)
		file->base.pMethods = &fault_methods;
	return code;
}

/* Nobody waits for a lock that never comes free. */
static int
fault_sleep(sqlite3_vfs *v, int us)
{
	(void)v;
	return us;
}

/* From here on every store lies on it. */
static void
fault_install(void)
{
	fault_real = sqlite3_vfs_find(NULL);
	ck_assert_ptr_nonnull(fault_real);
	fault_vfs = *fault_real;
	fault_vfs.zName = "fault";
	fault_vfs.szOsFile = (int)sizeof(struct fault_file) + fault_real->szOsFile;
	fault_vfs.xOpen = fault_open;
	fault_vfs.xSleep = fault_sleep;
	fault_vfs.pNext = NULL;
	ck_assert_int_eq(sqlite3_vfs_register(&fault_vfs, 1), SQLITE_OK);
	memset(&fault, 0, sizeof(fault));
}

static void
fault_set(enum fault_kind kind, int code, long at, bool on)
{
	fault.kind = kind;
	fault.code = code;
	fault.at = at;
	fault.on = on;
	fault.count = fault.hits = 0;
}

#endif
