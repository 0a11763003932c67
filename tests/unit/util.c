/*
 * What several unit suites share.  See util.h.
 */
#include "util.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *
util_line(const struct antin_err *err)
{
	static char line[2048];

	return antin_err_line(err, NULL, line, sizeof(line));
}

void
util_hex(const char *hex, struct antin_bytes *out)
{
	struct antin_err err = {0};

	util_ok(antin_hex_parse(hex, out, &err));
}

void
util_slice_equal(struct antin_slice a, struct antin_slice b, const char *file, int line)
{
	char one[1024], two[1024];

	ck_assert_msg(antin_slice_equal(a, b), "%s:%d: %s\n is not %s", file, line,
	              antin_hex_text(a, one, sizeof(one)), antin_hex_text(b, two, sizeof(two)));
}

char *
util_scratch(void)
{
	const char *base = getenv("TMPDIR");
	char *folder = NULL;

	ck_assert_int_gt(asprintf(&folder, "%s/antin-unit-XXXXXX", base && *base ? base : "/tmp"),
	                 0);
	ck_assert_ptr_nonnull(mkdtemp(folder));
	return folder;
}

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void
util_scratch_remove(char *folder)
{
	(void)nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	free(folder);
}

const char *
util_path(const char *folder, const char *name)
{
	static char paths[4][4096];
	static size_t next;
	char *path = paths[next++ % 4];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

void
util_write(const char *path, struct antin_slice bytes)
{
	FILE *f = fopen(path, "wb");

	ck_assert_msg(f != NULL, "%s cannot be written", path);
	ck_assert_uint_eq(bytes.len ? fwrite(bytes.p, 1, bytes.len, f) : 0, bytes.len);
	ck_assert_int_eq(fclose(f), 0);
}

void
util_read(const char *path, struct antin_bytes *out)
{
	char piece[4096];
	FILE *f = fopen(path, "rb");
	size_t got;

	ck_assert_msg(f != NULL, "%s cannot be read", path);
	while ((got = fread(piece, 1, sizeof(piece), f)) > 0)
		antin_bytes_add(out, piece, got);
	(void)fclose(f);
}

size_t
util_entries(const char *folder)
{
	DIR *d = opendir(folder);
	size_t n = 0;

	ck_assert_ptr_nonnull(d);
	for (struct dirent *e = readdir(d); e; e = readdir(d))
		n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	(void)closedir(d);
	return n;
}

static int64_t
still(void *user)
{
	return *(const int64_t *)user;
}

struct antin_clock
util_clock(const int64_t *now)
{
	return (struct antin_clock){still, (void *)(uintptr_t)now};
}
