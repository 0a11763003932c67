/*
 * Output that is durable before it is visible: written beside the final name, fsync, rename, fsync
 * of the folder.  See file.h.
 */
#include <antin/file.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct antin_output {
	int fd;
	bool standard; /* standard output */
	bool replace;
	char *path, *temporary;
	struct antin_bytes held; /* for standard output: nothing is written before the commit */
};

/* The folder part of a path, "." if none; to be freed. */
static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup(".");
	return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

static enum antin_rc
sync_folder(const char *path, struct antin_err *err)
{
	char *folder = folder_of(path);
	int fd, saved = 0;

	if (!folder)
		return antin_fail_memory(err);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* A folder that may not be read can still be written: then there is no way to sync it. */
	if (fd < 0 && errno != EACCES)
		saved = errno;
	if (fd >= 0) {
		if (fsync(fd) != 0 && errno != EINVAL)
			saved = errno;
		(void)close(fd);
	}
	free(folder);
	return saved ? antin_fail_errno(err, saved, path, path) : ANTIN_OK;
}

void
antin_output_free(struct antin_output *o)
{
	if (!o)
		return;
	if (o->fd >= 0) {
		(void)close(o->fd);
		(void)unlink(o->temporary);
	}
	antin_bytes_done(&o->held);
	free(o->path);
	free(o->temporary);
	free(o);
}

/* What stands at the final name is looked at before any work is done. */
static enum antin_rc
check_target(const char *path, bool replace, struct antin_err *err)
{
	struct stat st;

	/* Whatever else is in the way, the temporary file beside it meets as well. */
	if (lstat(path, &st) != 0 && errno == ENAMETOOLONG)
		return antin_fail_errno(err, errno, path, path);
	if (lstat(path, &st) != 0)
		return ANTIN_OK;
	if (S_ISDIR(st.st_mode))
		return antin_fail_errno(err, EISDIR, path, path);
	if (!replace)
		return antin_fail_errno(err, EEXIST, path, path);
	return ANTIN_OK;
}

static enum antin_rc
make_temporary(struct antin_output *o, bool private, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) name = {0};
	char *folder = folder_of(o->path);
	mode_t mask;

	if (!folder)
		return antin_fail_memory(err);
	/* A short name of our own: the final one may be as long as names can be. */
	antin_bytes_printf(&name, "%s/.antin-XXXXXX", folder);
	free(folder);
	o->temporary = antin_bytes_cstr(&name) ? strdup((const char *)name.p) : NULL;
	if (!o->temporary)
		return antin_fail_memory(err);
	o->fd = mkostemp(o->temporary, O_CLOEXEC);
	if (o->fd < 0) {
		int saved = errno == EACCES || errno == EPERM ? EROFS : errno;

		if (saved == EROFS && errno != EROFS) {
			antin_err_set_file(err, o->path);
			return antin_fail(err, ANTIN_E_NOT_WRITABLE,
			                  N_("%s: the folder may not be written"), o->path);
		}
		return antin_fail_errno(err, saved, o->path, o->path);
	}
	mask = umask(0);
	(void)umask(mask);
	if (fchmod(o->fd, private ? 0600 : 0666 & ~mask) != 0)
		return antin_fail_errno(err, errno, o->path, o->path);
	return ANTIN_OK;
}

enum antin_rc
antin_output_open(const char *path, unsigned int flags, struct antin_output **out,
                  struct antin_err *err)
{
	ANTIN_OWN_S(antin_output) o = calloc(1, sizeof(*o));
	enum antin_rc rc;

	if (!o)
		return antin_fail_memory(err);
	o->fd = -1;
	o->standard = strcmp(path, "-") == 0;
	o->replace = flags & ANTIN_OUTPUT_REPLACE;
	o->path = strdup(path);
	if (!o->path)
		return antin_fail_memory(err);
	if (!o->standard) {
		rc = check_target(path, o->replace, err);
		if (rc == ANTIN_OK)
			rc = make_temporary(o, flags & ANTIN_OUTPUT_PRIVATE, err);
		if (rc != ANTIN_OK)
			return rc;
	}
	*out = ANTIN_TAKE(o);
	return ANTIN_OK;
}

static enum antin_rc
write_all(int fd, const char *name, const uint8_t *p, size_t len, struct antin_err *err)
{
	while (len > 0) {
		ssize_t put = write(fd, p, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return antin_fail_errno(err, errno, name, name);
		p += put;
		len -= (size_t)put;
	}
	return ANTIN_OK;
}

enum antin_rc
antin_output_write(struct antin_output *o, const void *p, size_t len, struct antin_err *err)
{
	if (!o->standard)
		return write_all(o->fd, o->path, p, len, err);
	antin_bytes_add(&o->held, p, len);
	return antin_bytes_check(&o->held, err);
}

/* Copies inside the kernel as far as that goes; *offset and *len say what is left. */
static void
copy_in_kernel(struct antin_output *o, struct antin_source *from, uint64_t *offset, uint64_t *len)
{
	int fd = antin_source_descriptor(from);

	if (fd < 0 || o->standard)
		return;
	while (*len > 0) {
		off_t at = (off_t)*offset;
		size_t piece = *len > ((size_t)1 << 30) ? (size_t)1 << 30 : (size_t)*len;
		ssize_t put = copy_file_range(fd, &at, o->fd, NULL, piece, 0);

		if (put <= 0)
			return;
		*offset += (uint64_t)put;
		*len -= (uint64_t)put;
	}
}

enum antin_rc
antin_output_copy(struct antin_output *o, struct antin_source *from, uint64_t offset, uint64_t len,
                  struct antin_err *err)
{
	enum { PIECE = 1 << 20 };
	enum antin_rc rc = ANTIN_OK;
	uint8_t *piece;

	if (offset > antin_source_size(from) || len > antin_source_size(from) - offset)
		return antin_fail(err, ANTIN_E_INTERNAL, N_("copy beyond the end of %s"), o->path);
	copy_in_kernel(o, from, &offset, &len);
	if (len == 0)
		return ANTIN_OK;
	piece = malloc(PIECE);
	if (!piece)
		return antin_fail_memory(err);
	while (rc == ANTIN_OK && len > 0) {
		size_t n = len < PIECE ? (size_t)len : PIECE;

		rc = antin_source_read(from, offset, piece, n, err);
		if (rc == ANTIN_OK)
			rc = antin_output_write(o, piece, n, err);
		offset += n;
		len -= n;
	}
	free(piece);
	return rc;
}

enum antin_rc
antin_output_patch(struct antin_output *o, uint64_t offset, const void *p, size_t len,
                   struct antin_err *err)
{
	ssize_t put;

	if (o->standard) {
		if (offset > o->held.len || len > o->held.len - offset)
			return antin_fail(err, ANTIN_E_INTERNAL, N_("patch beyond the end"));
		memcpy(o->held.p + offset, p, len);
		return ANTIN_OK;
	}
	do
		put = pwrite(o->fd, p, len, (off_t)offset);
	while (put < 0 && errno == EINTR);
	if (put != (ssize_t)len)
		return antin_fail_errno(err, put < 0 ? errno : EIO, o->path, o->path);
	return ANTIN_OK;
}

const char *
antin_output_temporary(const struct antin_output *o)
{
	return o->temporary;
}

/* Without replace the name must still be free: link refuses to overwrite, rename does not. */
static int
put_in_place(struct antin_output *o)
{
	if (o->replace)
		return rename(o->temporary, o->path);
	if (renameat2(AT_FDCWD, o->temporary, AT_FDCWD, o->path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (link(o->temporary, o->path) != 0)
		return -1;
	(void)unlink(o->temporary);
	return 0;
}

enum antin_rc
antin_output_commit(struct antin_output *o, struct antin_err *err)
{
	if (o->standard)
		return write_all(STDOUT_FILENO, "-", o->held.p, o->held.len, err);
	if (fsync(o->fd) != 0 || put_in_place(o) != 0)
		return antin_fail_errno(err, errno, o->path, o->path);
	(void)close(o->fd);
	o->fd = -1;
	return sync_folder(o->path, err);
}

enum antin_rc
antin_file_write(const char *path, struct antin_slice bytes, unsigned int flags,
                 struct antin_err *err)
{
	ANTIN_OWN_S(antin_output) o = NULL;
	enum antin_rc rc = antin_output_open(path, flags, &o, err);

	if (rc == ANTIN_OK)
		rc = antin_output_write(o, bytes.p, bytes.len, err);
	if (rc == ANTIN_OK)
		rc = antin_output_commit(o, err);
	return rc;
}

enum antin_rc
antin_folder_make(const char *path, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) part = {0};
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return ANTIN_OK;
	for (const char *p = path; *p; p++) {
		bool last = p[1] == '\0';

		antin_bytes_byte(&part, (uint8_t)*p);
		if (!last && p[1] != '/')
			continue;
		if (!antin_bytes_cstr(&part))
			return antin_fail_memory(err);
		if (mkdir((const char *)part.p, 0700) == 0) {
			enum antin_rc rc = sync_folder((const char *)part.p, err);

			if (rc != ANTIN_OK)
				return rc;
		} else if (errno == EACCES || errno == EPERM) {
			return antin_fail(err, ANTIN_E_NOT_WRITABLE,
			                  N_("%s: the folder may not be written"), path);
		} else if (errno != EEXIST && errno != EISDIR) {
			return antin_fail_errno(err, errno, path, path);
		}
	}
	if (stat(path, &st) != 0)
		return antin_fail_errno(err, errno, path, path);
	if (!S_ISDIR(st.st_mode))
		return antin_fail_errno(err, ENOTDIR, path, path);
	return ANTIN_OK;
}
