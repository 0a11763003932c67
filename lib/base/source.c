/*
 * Sources: a file opened once (or memory), read in pieces and watched for change.  See file.h.
 */
#include <antin/file.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct antin_source {
	unsigned int refs;
	int fd; /* -1 for memory */
	struct antin_slice memory;
	char *name;
	struct stat opened;
	uint64_t size;
};

static struct antin_source *
source_new(int fd, const char *name)
{
	struct antin_source *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->refs = 1;
	s->fd = fd;
	s->name = strdup(name);
	if (!s->name) {
		free(s);
		return NULL;
	}
	return s;
}

enum antin_rc
antin_source_fd(int fd, const char *name, struct antin_source **out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_source) s = source_new(fd, name);

	if (!s) {
		(void)close(fd);
		return antin_fail_memory(err);
	}
	if (fstat(fd, &s->opened) != 0)
		return antin_fail_errno(err, errno, name, name);
	if (S_ISDIR(s->opened.st_mode))
		return antin_fail_errno(err, EISDIR, name, name);
	if (!S_ISREG(s->opened.st_mode)) {
		antin_err_set_file(err, name);
		return antin_fail(err, ANTIN_E_UNREADABLE, N_("%s: not a regular file"), name);
	}
	s->size = (uint64_t)s->opened.st_size;
	*out = ANTIN_TAKE(s);
	return ANTIN_OK;
}

enum antin_rc
antin_source_open(const char *path, struct antin_source **out, struct antin_err *err)
{
	/* O_NONBLOCK: opening a named pipe must not wait for its other end. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return antin_fail_errno(err, errno, path, path);
	return antin_source_fd(fd, path, out, err);
}

enum antin_rc
antin_source_memory(struct antin_slice bytes, const char *name, struct antin_source **out,
                    struct antin_err *err)
{
	struct antin_source *s = source_new(-1, name);

	if (!s)
		return antin_fail_memory(err);
	s->memory = bytes;
	s->size = bytes.len;
	*out = s;
	return ANTIN_OK;
}

struct antin_source *
antin_source_ref(struct antin_source *s)
{
	s->refs++;
	return s;
}

void
antin_source_free(struct antin_source *s)
{
	if (!s || --s->refs > 0)
		return;
	if (s->fd >= 0)
		(void)close(s->fd);
	free(s->name);
	free(s);
}

uint64_t
antin_source_size(const struct antin_source *s)
{
	return s->size;
}

const char *
antin_source_name(const struct antin_source *s)
{
	return s->name;
}

int
antin_source_descriptor(const struct antin_source *s)
{
	return s->fd;
}

static enum antin_rc
read_piece(struct antin_source *s, uint64_t offset, uint8_t *to, size_t len, struct antin_err *err)
{
	while (len > 0) {
		ssize_t got = pread(s->fd, to, len, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return antin_fail_errno(err, errno, s->name, s->name);
		if (got == 0) {
			antin_err_set_file(err, s->name);
			return antin_fail(err, ANTIN_E_CHANGED,
			                  N_("%s became shorter while it was read"), s->name);
		}
		to += got;
		offset += (uint64_t)got;
		len -= (size_t)got;
	}
	return ANTIN_OK;
}

enum antin_rc
antin_source_read(struct antin_source *s, uint64_t offset, void *to, size_t len,
                  struct antin_err *err)
{
	if (offset > s->size || len > s->size - offset) {
		antin_err_set_file(err, s->name);
		antin_err_set_where(err, "byte %llu", (unsigned long long)offset);
		return antin_fail(err, ANTIN_E_FORMAT, N_("%s ends too early"), s->name);
	}
	if (s->fd >= 0)
		return read_piece(s, offset, to, len, err);
	if (len)
		memcpy(to, s->memory.p + offset, len);
	return ANTIN_OK;
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

enum antin_rc
antin_source_unchanged(struct antin_source *s, struct antin_err *err)
{
	struct stat now, named;

	if (s->fd < 0)
		return ANTIN_OK;
	if (fstat(s->fd, &now) == 0 && same_file(&now, &s->opened) &&
	    (stat(s->name, &named) != 0 || same_file(&named, &s->opened)))
		return ANTIN_OK;
	antin_err_set_file(err, s->name);
	return antin_fail(err, ANTIN_E_CHANGED, N_("%s was changed by another program meanwhile"),
	                  s->name);
}

/* Standard input and pipes have no size: read until the end or the cap. */
static enum antin_rc
read_all(int fd, const char *name, size_t max, struct antin_bytes *out, struct antin_err *err)
{
	struct stat st;
	size_t guess = 65536;

	/* One octet more, in which the end shows. */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
		guess = (uint64_t)st.st_size < max ? (size_t)st.st_size + 1 : max;
	for (;;) {
		ssize_t got;

		if (out->cap <= out->len + 1 && !antin_bytes_reserve(out, guess))
			return antin_bytes_check(out, err);
		got = read(fd, out->p + out->len, out->cap - out->len - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return antin_fail_errno(err, errno, name, name);
		if (got == 0)
			return antin_bytes_check(out, err);
		if ((size_t)got > max - out->len) {
			antin_err_set_file(err, name);
			return antin_fail(err, ANTIN_E_TOO_LARGE, N_("%s is larger than %zu bytes"),
			                  name, max);
		}
		out->len += (size_t)got;
	}
}

enum antin_rc
antin_file_read(const char *path, size_t max, struct antin_bytes *out, struct antin_err *err)
{
	bool standard_input = strcmp(path, "-") == 0;
	int fd = standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	enum antin_rc rc;

	if (fd < 0)
		return antin_fail_errno(err, errno, path, path);
	rc = read_all(fd, path, max, out, err);
	if (!standard_input)
		(void)close(fd);
	return rc;
}

enum antin_rc
antin_file_read_secret(const char *path, size_t max, struct antin_bytes *out, struct antin_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	enum antin_rc rc;

	if (fd < 0)
		return antin_fail_errno(err, errno, path, path);
	if (fstat(fd, &st) != 0) {
		rc = antin_fail_errno(err, errno, path, path);
	} else if (S_ISREG(st.st_mode) &&
	           ((st.st_mode & 077) != 0 || (st.st_uid != geteuid() && st.st_uid != 0))) {
		antin_err_set_file(err, path);
		antin_err_set_hint(err, "chmod 600 %s", path);
		rc = antin_fail(err, ANTIN_E_POLICY, N_("%s can be read by others"), path);
	} else {
		out->secret = true;
		rc = read_all(fd, path, max, out, err);
	}
	(void)close(fd);
	return rc;
}
