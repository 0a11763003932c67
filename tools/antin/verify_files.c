/*
 * The files of a verification: operands, and what folders hold.  Links in folders are never
 * followed: what a person hands over as one folder must not reach out of it.
 */
#include "verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <antin/text.h>

enum { FILES_MAX = 1000000, DEPTH_MAX = 64 };

void
verify_files_done(struct verify_files *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->list[i].path);
	free(l->list);
	*l = (struct verify_files){0};
}

static enum antin_rc
add(struct verify_files *l, const char *path, bool found, struct antin_err *err)
{
	if (l->n >= FILES_MAX)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("more than %d files in one run"),
		                  FILES_MAX);
	if (l->n == l->cap) {
		struct verify_file *more = antin_array_grow(l->list, &l->cap, sizeof(*more));

		if (!more)
			return antin_fail_memory(err);
		l->list = more;
	}
	l->list[l->n] = (struct verify_file){.found = found};
	if (antin_text_copy(path, &l->list[l->n].path, err) != ANTIN_OK)
		return ANTIN_E_MEMORY;
	l->n++;
	return ANTIN_OK;
}

static enum antin_rc walk(struct verify_files *l, const char *folder, unsigned int depth,
                          struct antin_err *err);

/* What cannot be looked into is kept as a file, so that its error is shown in its place. */
static enum antin_rc
add_entry(struct verify_files *l, const char *path, unsigned int depth, struct antin_err *err)
{
	struct stat st;

	if (lstat(path, &st) != 0 || S_ISREG(st.st_mode))
		return add(l, path, true, err);
	if (S_ISDIR(st.st_mode))
		return depth < DEPTH_MAX ? walk(l, path, depth + 1, err) : add(l, path, true, err);
	l->others++;
	return ANTIN_OK;
}

static enum antin_rc
walk(struct verify_files *l, const char *folder, unsigned int depth, struct antin_err *err)
{
	ANTIN_SCOPED(antin_paths) entries = {0};
	enum antin_rc rc = antin_folder_list(folder, &entries, err);

	if (rc != ANTIN_OK && rc != ANTIN_E_MEMORY) {
		antin_err_clear(err);
		return add(l, folder, true, err);
	}
	for (size_t i = 0; rc == ANTIN_OK && i < entries.n; i++)
		rc = add_entry(l, entries.items[i], depth, err);
	return rc;
}

enum antin_rc
verify_files_collect(char **operands, struct verify_files *out, struct antin_err *err)
{
	ANTIN_SCOPED(verify_files) l = {.batch = operands[0] && operands[1]};
	enum antin_rc rc = ANTIN_OK;
	struct stat st;

	for (; rc == ANTIN_OK && *operands; operands++) {
		if (stat(*operands, &st) != 0 || !S_ISDIR(st.st_mode)) {
			rc = add(&l, *operands, false, err);
			continue;
		}
		l.batch = true;
		rc = walk(&l, *operands, 0, err);
	}
	if (rc != ANTIN_OK)
		return rc;
	*out = l;
	l = (struct verify_files){0};
	return ANTIN_OK;
}

/* A file that claims by its name to be a document is judged as one, whatever it begins with. */
static bool
named_as_document(const char *path)
{
	static const char *const endings[] = {".pdf", ".p7s", ".p7m", NULL};

	return antin_path_ends(path, endings);
}

static enum antin_rc
known_kind(const struct verify_file *f, struct antin_source *src, bool *known,
           struct antin_err *err)
{
	uint8_t head[ANTIN_DOC_HEAD];
	uint64_t size = antin_source_size(src);
	size_t len = size < sizeof(head) ? (size_t)size : sizeof(head);
	enum antin_rc rc = antin_source_read(src, 0, head, len, err);

	*known = rc == ANTIN_OK && (named_as_document(f->path) ||
	                            antin_doc_format((struct antin_slice){head, len}) != NULL);
	return rc;
}

/* The name of the signature without its ending; NULL when that is no other name. */
static char *
signed_name(const char *path)
{
	static const char *const endings[] = {".p7s", NULL};
	char *name = antin_path_ends(path, endings) ? strdup(path) : NULL;

	if (name)
		name[strlen(name) - strlen(endings[0])] = 0;
	return name;
}

enum antin_rc
verify_file_beside(const struct verify_file *f, struct antin_source **out, struct antin_err *err)
{
	char *name = signed_name(f->path);
	struct antin_err quiet = {0};
	struct stat st;
	int fd = -1;

	/* As for what folders hold, a link may not lead out of the folder. */
	if (name && name[0] && (f->found ? lstat(name, &st) : stat(name, &st)) == 0 &&
	    S_ISREG(st.st_mode))
		fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK |
		                        (f->found ? O_NOFOLLOW : 0));
	if (fd >= 0 && antin_source_fd(fd, name, out, &quiet) == ANTIN_E_MEMORY) {
		free(name);
		return antin_fail_memory(err);
	}
	free(name);
	return ANTIN_OK;
}

enum antin_rc
verify_file_signature(const struct verify_file *f, struct antin_bytes *out, struct antin_err *err)
{
	struct stat st;

	antin_bytes_printf(out, "%s.p7s", f->path);
	if (!antin_bytes_cstr(out))
		return antin_fail_memory(err);
	if (lstat(antin_bytes_cstr(out), &st) != 0 || !S_ISREG(st.st_mode))
		antin_bytes_done(out);
	return ANTIN_OK;
}

enum antin_rc
verify_file_open(struct verify_file *f, struct antin_source **out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_source) src = NULL;
	enum antin_rc rc;
	bool known;
	int fd;

	if (!f->found)
		return antin_source_open(f->path, out, err);
	fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
	if (fd < 0)
		return antin_fail_errno(err, errno, f->path, f->path);
	rc = antin_source_fd(fd, f->path, &src, err);
	if (rc == ANTIN_OK)
		rc = known_kind(f, src, &known, err);
	if (rc != ANTIN_OK)
		return rc;
	f->other = !known;
	if (known)
		*out = ANTIN_TAKE(src);
	return ANTIN_OK;
}
