/*
 * Files: an open source that is read in pieces and watched for change, whole-file reading with a
 * cap, and output that is durable before it is visible (written beside, fsync, rename, fsync of the
 * folder).
 */
#ifndef ANTIN_FILE_H
#define ANTIN_FILE_H

#include <sys/types.h>

#include <antin/bytes.h>

/*
 * Random access to bytes: a file opened once, or memory.  All parsers of documents read through
 * it.  Counted; belongs to one thread at a time.
 */
struct antin_source;

/* A regular file; a folder gives ANTIN_E_FOLDER, nothing there ANTIN_E_MISSING. */
enum antin_rc antin_source_open(const char *path, struct antin_source **out, struct antin_err *err)
        ANTIN_MUST;
/* Takes over an open descriptor; `name` is for messages. */
enum antin_rc antin_source_fd(int fd, const char *name, struct antin_source **out,
                              struct antin_err *err) ANTIN_MUST;
/* Borrowed memory, which must outlive the source. */
enum antin_rc antin_source_memory(struct antin_slice bytes, const char *name,
                                  struct antin_source **out, struct antin_err *err) ANTIN_MUST;
struct antin_source *antin_source_ref(struct antin_source *s);
void antin_source_free(struct antin_source *s); /* drops one reference; takes NULL */
ANTIN_OWNER_S(antin_source, antin_source_free);

uint64_t antin_source_size(const struct antin_source *s); /* at opening */
const char *antin_source_name(const struct antin_source *s);
int antin_source_descriptor(const struct antin_source *s); /* -1 for memory */
/* Exactly len bytes at offset; past the end or a file that shrank is an error. */
enum antin_rc antin_source_read(struct antin_source *s, uint64_t offset, void *to, size_t len,
                                struct antin_err *err) ANTIN_MUST;
/* ANTIN_E_CHANGED if size, time, inode or device differ from opening (also of the path's file). */
enum antin_rc antin_source_unchanged(struct antin_source *s, struct antin_err *err) ANTIN_MUST;

/* The whole file, at most `max` bytes, else ANTIN_E_TOO_LARGE; "-" is standard input. */
enum antin_rc antin_file_read(const char *path, size_t max, struct antin_bytes *out,
                              struct antin_err *err) ANTIN_MUST;
/* As read, for a secret: the mode must be 0600 or stricter and the owner ourselves or root. */
enum antin_rc antin_file_read_secret(const char *path, size_t max, struct antin_bytes *out,
                                     struct antin_err *err) ANTIN_MUST;

/* Output: nothing is visible under the final name before commit, nothing remains after a failure.
 */
struct antin_output;
enum antin_output_flags {
	ANTIN_OUTPUT_REPLACE = 1, /* an existing file is replaced; without it ANTIN_E_EXISTS */
	ANTIN_OUTPUT_PRIVATE = 2, /* mode 0600 */
};
/* "-" is standard output: written at commit. */
enum antin_rc antin_output_open(const char *path, unsigned int flags, struct antin_output **out,
                                struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_output_write(struct antin_output *o, const void *p, size_t len,
                                 struct antin_err *err) ANTIN_MUST;
/* Copies len bytes of the source from offset; by the kernel where it can. */
enum antin_rc antin_output_copy(struct antin_output *o, struct antin_source *from, uint64_t offset,
                                uint64_t len, struct antin_err *err) ANTIN_MUST;
/* Overwrites bytes that were written before. */
enum antin_rc antin_output_patch(struct antin_output *o, uint64_t offset, const void *p, size_t len,
                                 struct antin_err *err) ANTIN_MUST;
/* The temporary file's name while it is open, for checks before the commit; NULL for "-". */
const char *antin_output_temporary(const struct antin_output *o);
/* fsync, rename, fsync of the folder.  On success the output is closed. */
enum antin_rc antin_output_commit(struct antin_output *o, struct antin_err *err) ANTIN_MUST;
void antin_output_free(struct antin_output *o); /* without a commit: removes what was written */
ANTIN_OWNER_S(antin_output, antin_output_free);

/* The three steps at once. */
enum antin_rc antin_file_write(const char *path, struct antin_slice bytes, unsigned int flags,
                               struct antin_err *err) ANTIN_MUST;
/* Folders of the path that are missing are made, mode 0700; durable. */
enum antin_rc antin_folder_make(const char *path, struct antin_err *err) ANTIN_MUST;

/* Paths, "FOLDER/NAME" each, of all that a folder holds, in the order of the octets of the names.
 */
struct antin_paths {
	char **items;
	size_t n;
};
enum antin_rc antin_folder_list(const char *folder, struct antin_paths *out, struct antin_err *err)
        ANTIN_MUST;
void antin_paths_done(struct antin_paths *l);
ANTIN_SCOPED_S(antin_paths, antin_paths_done);

const char *antin_path_name(const char *path); /* what follows the last slash */
/* Whether the name has one of these endings, in letters of either case; the list ends with NULL. */
bool antin_path_ends(const char *path, const char *const *endings);

#endif
