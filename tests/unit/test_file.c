/*
 * Sources and outputs: change detection, what is refused, nothing left behind, full disks.
 */
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char *folder;

static void
set_up(void)
{
	folder = util_scratch();
}

static void
tear_down(void)
{
	(void)chmod(folder, 0700);
	util_scratch_remove(folder);
}

static const char *
in(const char *name)
{
	return util_path(folder, name);
}

static void
holds(const char *path, const char *text)
{
	ANTIN_SCOPED(antin_bytes) b = {0};

	util_read(path, &b);
	util_slice_eq(antin_bytes_slice(&b), antin_slice_text(text));
}

START_TEST(source_reads)
{
	ANTIN_OWN_S(antin_source) s = NULL;
	struct antin_source *second;
	struct antin_err err = {0};
	char piece[8] = "";

	util_write(in("a"), antin_slice_text("0123456789"));
	util_ok(antin_source_open(in("a"), &s, &err));
	ck_assert_uint_eq(antin_source_size(s), 10);
	ck_assert_str_eq(antin_source_name(s), in("a"));
	ck_assert_int_ge(antin_source_descriptor(s), 0);
	util_ok(antin_source_read(s, 3, piece, 4, &err));
	ck_assert_str_eq(piece, "3456");
	util_ok(antin_source_read(s, 10, piece, 0, &err));
	second = antin_source_ref(s);
	antin_source_free(second);
	util_ok(antin_source_read(s, 0, piece, 1, &err));
	util_ok(antin_source_unchanged(s, &err));
	antin_source_free(NULL);
}
END_TEST

START_TEST(source_bounds)
{
	static const struct {
		uint64_t offset;
		size_t len;
	} rows[] = {{0, 11},         {10, 1},       {11, 0},
	            {UINT64_MAX, 1}, {5, SIZE_MAX}, {UINT64_MAX, SIZE_MAX}};
	ANTIN_OWN_S(antin_source) file = NULL;
	ANTIN_OWN_S(antin_source) memory = NULL;
	char piece[16];

	util_write(in("a"), antin_slice_text("0123456789"));
	ck_assert_int_eq(antin_source_open(in("a"), &file, NULL), ANTIN_OK);
	ck_assert_int_eq(antin_source_memory(antin_slice_text("0123456789"), "m", &memory, NULL),
	                 ANTIN_OK);
	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		struct antin_err err = {0};

		util_fails(antin_source_read(file, rows[i].offset, piece, rows[i].len, &err),
		           ANTIN_E_FORMAT);
		antin_err_clear(&err);
		util_fails(antin_source_read(memory, rows[i].offset, piece, rows[i].len, &err),
		           ANTIN_E_FORMAT);
	}
	ck_assert_int_eq(antin_source_descriptor(memory), -1);
	ck_assert_int_eq(antin_source_unchanged(memory, NULL), ANTIN_OK);
}
END_TEST

START_TEST(source_kinds)
{
	ANTIN_OWN_S(antin_source) s = NULL;
	struct antin_err err = {0};

	util_fails(antin_source_open(in("none"), &s, &err), ANTIN_E_MISSING);
	ck_assert_str_eq(err.file, in("none"));
	antin_err_clear(&err);
	util_fails(antin_source_open(folder, &s, &err), ANTIN_E_FOLDER);
	antin_err_clear(&err);
	ck_assert_int_eq(mkfifo(in("fifo"), 0600), 0);
	util_fails(antin_source_open(in("fifo"), &s, &err), ANTIN_E_UNREADABLE);
	antin_err_clear(&err);
	util_fails(antin_source_open("/dev/null", &s, &err), ANTIN_E_UNREADABLE);
	antin_err_clear(&err);
	util_fails(antin_source_open(in("a/b"), &s, &err), ANTIN_E_MISSING);
	antin_err_clear(&err);
	util_fails(antin_source_open("", &s, &err), ANTIN_E_MISSING);
	ck_assert_ptr_null(s);
}
END_TEST

/* Each way of changing a file under the reader is seen. */
static void
change_append(void)
{
	int fd = open(in("a"), O_WRONLY | O_APPEND);

	ck_assert_int_eq(write(fd, "x", 1), 1);
	(void)close(fd);
}

static void
change_content(void)
{
	struct timespec times[2] = {{1, 0}, {1, 1}};

	util_write(in("a"), antin_slice_text("9876543210"));
	ck_assert_int_eq(utimensat(AT_FDCWD, in("a"), times, 0), 0);
}

static void
change_shrink(void)
{
	ck_assert_int_eq(truncate(in("a"), 3), 0);
}

static void
change_replace(void)
{
	util_write(in("b"), antin_slice_text("0123456789"));
	ck_assert_int_eq(rename(in("b"), in("a")), 0);
}

static void (*const changes[])(void) = {change_append, change_content, change_shrink,
                                        change_replace};

START_TEST(source_changes)
{
	ANTIN_OWN_S(antin_source) s = NULL;
	struct antin_err err = {0};

	util_write(in("a"), antin_slice_text("0123456789"));
	util_ok(antin_source_open(in("a"), &s, &err));
	util_ok(antin_source_unchanged(s, &err));
	changes[_i]();
	util_fails(antin_source_unchanged(s, &err), ANTIN_E_CHANGED);
	ck_assert_str_eq(antin_rc_id(err.rc), "changed-while-signing");
}
END_TEST

START_TEST(source_shrinks)
{
	ANTIN_OWN_S(antin_source) s = NULL;
	struct antin_err err = {0};
	char piece[10];

	util_write(in("a"), antin_slice_text("0123456789"));
	util_ok(antin_source_open(in("a"), &s, &err));
	change_shrink();
	util_fails(antin_source_read(s, 0, piece, 10, &err), ANTIN_E_CHANGED);
}
END_TEST

START_TEST(file_reads)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_err err = {0};

	util_write(in("a"), antin_slice_text("0123456789"));
	util_ok(antin_file_read(in("a"), 10, &b, &err));
	ck_assert_uint_eq(b.len, 10);
	antin_bytes_clear(&b);
	util_fails(antin_file_read(in("a"), 9, &b, &err), ANTIN_E_TOO_LARGE);
	antin_err_clear(&err);
	util_fails(antin_file_read(folder, 9, &b, &err), ANTIN_E_FOLDER);
	antin_err_clear(&err);
	util_fails(antin_file_read(in("none"), 9, &b, &err), ANTIN_E_MISSING);
	antin_err_clear(&err);
	antin_bytes_clear(&b);
	util_write(in("empty"), antin_slice_text(""));
	util_ok(antin_file_read(in("empty"), 0, &b, &err));
	ck_assert_uint_eq(b.len, 0);
}
END_TEST

START_TEST(standard_input)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_err err = {0};

	util_write(in("a"), antin_slice_text("from stdin"));
	ck_assert_ptr_nonnull(freopen(in("a"), "rb", stdin));
	util_ok(antin_file_read("-", 100, &b, &err));
	util_slice_eq(antin_bytes_slice(&b), antin_slice_text("from stdin"));
}
END_TEST

START_TEST(secret_files)
{
	static const struct {
		mode_t mode;
		enum antin_rc rc;
	} rows[] = {{0600, ANTIN_OK},       {0400, ANTIN_OK},       {0640, ANTIN_E_POLICY},
	            {0604, ANTIN_E_POLICY}, {0601, ANTIN_E_POLICY}, {0666, ANTIN_E_POLICY}};

	util_write(in("pin"), antin_slice_text("1234"));
	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		ANTIN_SCOPED(antin_bytes) b = {0};
		struct antin_err err = {0};

		ck_assert_int_eq(chmod(in("pin"), rows[i].mode), 0);
		if (rows[i].rc == ANTIN_OK) {
			util_ok(antin_file_read_secret(in("pin"), 100, &b, &err));
			ck_assert(b.secret);
			ck_assert_uint_eq(b.len, 4);
			continue;
		}
		util_fails(antin_file_read_secret(in("pin"), 100, &b, &err), rows[i].rc);
		ck_assert_ptr_nonnull(strstr(antin_err_hint(&err, NULL), "chmod 600"));
		ck_assert_uint_eq(b.len, 0);
	}
}
END_TEST

START_TEST(secret_is_capped)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_err err = {0};

	util_write(in("pin"), antin_slice_text("0123456789"));
	ck_assert_int_eq(chmod(in("pin"), 0600), 0);
	util_fails(antin_file_read_secret(in("pin"), 9, &b, &err), ANTIN_E_TOO_LARGE);
	antin_err_clear(&err);
	util_fails(antin_file_read_secret(in("none"), 9, &b, &err), ANTIN_E_MISSING);
}
END_TEST

START_TEST(output_appears_at_commit)
{
	ANTIN_OWN_S(antin_output) o = NULL;
	struct antin_err err = {0};
	struct stat st;

	(void)umask(022);
	util_ok(antin_output_open(in("a"), 0, &o, &err));
	util_ok(antin_output_write(o, "text", 4, &err));
	ck_assert_int_eq(access(in("a"), F_OK), -1);
	holds(antin_output_temporary(o), "text");
	util_ok(antin_output_commit(o, &err));
	holds(in("a"), "text");
	ck_assert_uint_eq(util_entries(folder), 1);
	ck_assert_int_eq(stat(in("a"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0644);
}
END_TEST

START_TEST(output_abandoned)
{
	struct antin_output *o = NULL;
	struct antin_err err = {0};

	util_ok(antin_output_open(in("a"), ANTIN_OUTPUT_PRIVATE, &o, &err));
	util_ok(antin_output_write(o, "text", 4, &err));
	ck_assert_uint_eq(util_entries(folder), 1);
	antin_output_free(o);
	antin_output_free(NULL);
	ck_assert_uint_eq(util_entries(folder), 0);
}
END_TEST

START_TEST(output_does_not_overwrite)
{
	ANTIN_OWN_S(antin_output) o = NULL;
	struct antin_err err = {0};

	util_write(in("a"), antin_slice_text("old"));
	util_fails(antin_file_write(in("a"), antin_slice_text("new"), 0, &err), ANTIN_E_EXISTS);
	holds(in("a"), "old");
	/* also when the name is taken while the output is being written, or by a dangling link */
	antin_err_clear(&err);
	util_ok(antin_output_open(in("b"), 0, &o, &err));
	util_write(in("b"), antin_slice_text("other"));
	util_fails(antin_output_commit(o, &err), ANTIN_E_EXISTS);
	antin_output_free(ANTIN_TAKE(o));
	holds(in("b"), "other");
	ck_assert_int_eq(symlink("nowhere", in("c")), 0);
	antin_err_clear(&err);
	util_fails(antin_file_write(in("c"), antin_slice_text("new"), 0, &err), ANTIN_E_EXISTS);
	ck_assert_uint_eq(util_entries(folder), 3);
}
END_TEST

START_TEST(output_replaces)
{
	struct antin_err err = {0};
	struct stat st;

	util_write(in("a"), antin_slice_text("old"));
	util_ok(antin_file_write(in("a"), antin_slice_text("new"),
	                         ANTIN_OUTPUT_REPLACE | ANTIN_OUTPUT_PRIVATE, &err));
	holds(in("a"), "new");
	ck_assert_int_eq(stat(in("a"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(mkdir(in("d"), 0700), 0);
	util_fails(antin_file_write(in("d"), antin_slice_text("x"), ANTIN_OUTPUT_REPLACE, &err),
	           ANTIN_E_FOLDER);
	ck_assert_uint_eq(util_entries(folder), 2);
}
END_TEST

START_TEST(output_needs_its_folder)
{
	struct antin_err err = {0};

	util_fails(antin_file_write(in("no/a"), antin_slice_text("x"), 0, &err), ANTIN_E_MISSING);
	antin_err_clear(&err);
	util_write(in("f"), antin_slice_text("x"));
	util_fails(antin_file_write(in("f/a"), antin_slice_text("x"), 0, &err), ANTIN_E_MISSING);
	ck_assert_uint_eq(util_entries(folder), 1);
}
END_TEST

/* Names as long as names can be, with every octet a file name may have. */
START_TEST(output_names)
{
	static const char *const names[] = {
	        "100%s%n", "\xf0\x9f\x98\x80.pdf", "e\xcc\x82.pdf", "\xff\xfe", "a\nb", "-", " "};
	char longest[256];
	struct antin_err err = {0};

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	for (size_t i = 0; i < UTIL_COUNT(names); i++)
		util_ok(antin_file_write(in(names[i]), antin_slice_text("x"), 0, &err));
	util_ok(antin_file_write(in(longest), antin_slice_text("x"), 0, &err));
	ck_assert_uint_eq(util_entries(folder), UTIL_COUNT(names) + 1);
	util_fails(antin_file_write(in("260 characters xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	                               "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	                               "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	                               "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	                               "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
	                            antin_slice_text("x"), 0, &err),
	           ANTIN_E_MISSING);
	ck_assert_uint_eq(util_entries(folder), UTIL_COUNT(names) + 1);
}
END_TEST

START_TEST(output_copies)
{
	ANTIN_OWN_S(antin_source) file = NULL;
	ANTIN_OWN_S(antin_source) memory = NULL;
	ANTIN_OWN_S(antin_output) o = NULL;
	ANTIN_SCOPED(antin_bytes) big = {0};
	ANTIN_SCOPED(antin_bytes) back = {0};
	struct antin_err err = {0};

	for (int i = 0; i < 700000; i++)
		antin_bytes_printf(&big, "%d,", i);
	util_write(in("a"), antin_bytes_slice(&big));
	util_ok(antin_source_open(in("a"), &file, &err));
	util_ok(antin_source_memory(antin_slice_text("0123456789"), "m", &memory, &err));
	util_ok(antin_output_open(in("b"), 0, &o, &err));
	util_ok(antin_output_write(o, "head", 4, &err));
	util_ok(antin_output_copy(o, file, 5, big.len - 5, &err));
	util_ok(antin_output_copy(o, memory, 2, 3, &err));
	util_fails(antin_output_copy(o, memory, 8, 3, &err), ANTIN_E_INTERNAL);
	antin_err_clear(&err);
	util_fails(antin_output_copy(o, memory, UINT64_MAX, 2, &err), ANTIN_E_INTERNAL);
	util_ok(antin_output_commit(o, &err));
	util_read(in("b"), &back);
	ck_assert_uint_eq(back.len, 4 + big.len - 5 + 3);
	ck_assert_mem_eq(back.p, "head", 4);
	ck_assert_mem_eq(back.p + 4, big.p + 5, big.len - 5);
	ck_assert_mem_eq(back.p + back.len - 3, "234", 3);
}
END_TEST

START_TEST(standard_output)
{
	ANTIN_OWN_S(antin_output) o = NULL;
	struct antin_err err = {0};
	int keep = dup(STDOUT_FILENO);
	int to = open(in("out"), O_WRONLY | O_CREAT, 0600);
	struct stat st;

	ck_assert_int_ge(dup2(to, STDOUT_FILENO), 0);
	util_ok(antin_output_open("-", 0, &o, &err));
	ck_assert_ptr_null(antin_output_temporary(o));
	util_ok(antin_output_write(o, "text", 4, &err));
	ck_assert_int_eq(fstat(to, &st), 0);
	ck_assert_int_eq(st.st_size, 0);
	util_ok(antin_output_commit(o, &err));
	(void)dup2(keep, STDOUT_FILENO);
	(void)close(keep);
	(void)close(to);
	holds(in("out"), "text");
}
END_TEST

/* In a child that is not root, for root may write anywhere. */
START_TEST(read_only_folder)
{
	int status = -1;
	pid_t child;

	ck_assert_int_eq(chmod(folder, 0555), 0);
	child = fork();
	if (child == 0) {
		struct antin_err err = {0};
		enum antin_rc rc;

		if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
			_exit(77);
		rc = antin_file_write(in("a"), antin_slice_text("x"), 0, &err);
		_exit(rc == ANTIN_E_NOT_WRITABLE && strcmp(err.file, in("a")) == 0 ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77));
	ck_assert_uint_eq(util_entries(folder), 0);
}
END_TEST

/* A disk of 64 KiB, where mounting is allowed; elsewhere a limit on the file's size. */
START_TEST(full_disk)
{
	ANTIN_SCOPED(antin_bytes) big = {0};
	struct antin_err err = {0};

	(void)antin_bytes_grow(&big, 200000);
	ck_assert_int_eq(mkdir(in("disk"), 0700), 0);
	if (mount("none", in("disk"), "tmpfs", 0, "size=64k") != 0)
		return;
	util_fails(antin_file_write(in("disk/a"), antin_bytes_slice(&big), 0, &err),
	           ANTIN_E_DISK_FULL);
	ck_assert_int_eq(antin_rc_exit(err.rc), 6);
	ck_assert_uint_eq(util_entries(in("disk")), 0);
	(void)umount(in("disk"));
}
END_TEST

START_TEST(folders_are_made)
{
	struct antin_err err = {0};
	struct stat st;

	util_ok(antin_folder_make(in("x/y//z/"), &err));
	ck_assert_int_eq(stat(in("x/y/z"), &st), 0);
	ck_assert(S_ISDIR(st.st_mode));
	ck_assert_uint_eq(st.st_mode & 0777, 0700);
	util_ok(antin_folder_make(in("x/y/z"), &err));
	util_ok(antin_folder_make("/", &err));
	util_write(in("f"), antin_slice_text("x"));
	util_fails(antin_folder_make(in("f/g"), &err), ANTIN_E_MISSING);
	antin_err_clear(&err);
	util_fails(antin_folder_make(in("f"), &err), ANTIN_E_MISSING);
}
END_TEST

/* By octets: capitals first, other alphabets last, in every locale. */
START_TEST(folders_are_listed)
{
	static const char *const names[] = {"...", ".an", "10.pdf", "9.pdf", "B", "a", "a b", "ấn"};
	ANTIN_SCOPED(antin_paths) l = {0};
	struct antin_err err = {0};
	char *slash = NULL;

	for (size_t i = UTIL_COUNT(names); i-- > 0;)
		util_write(in(names[i]), antin_slice_text("x"));
	util_ok(antin_folder_list(folder, &l, &err));
	ck_assert_uint_eq(l.n, UTIL_COUNT(names));
	for (size_t i = 0; i < l.n; i++) {
		ck_assert_str_eq(l.items[i], in(names[i]));
		ck_assert_str_eq(antin_path_name(l.items[i]), names[i]);
	}
	ck_assert_int_ge(asprintf(&slash, "%s/", folder), 0);
	util_ok(antin_folder_list(slash, &l, &err)); /* and what was there is let go */
	free(slash);
	ck_assert_uint_eq(l.n, UTIL_COUNT(names));
	ck_assert_str_eq(l.items[0], in("..."));

	util_fails(antin_folder_list(in("missing"), &l, &err), ANTIN_E_MISSING);
	antin_err_clear(&err);
	util_fails(antin_folder_list(in("B"), &l, &err), ANTIN_E_MISSING);
	antin_err_clear(&err);
	ck_assert_uint_eq(l.n, UTIL_COUNT(names));
	util_ok(antin_folder_make(in("empty"), &err));
	util_ok(antin_folder_list(in("empty"), &l, &err));
	ck_assert_uint_eq(l.n, 0);
}
END_TEST

static const struct {
	const char *path, *name;
	bool ends;
} names[] = {
        {"a.pdf", "a.pdf", true},
        {"x/a.PDF", "a.PDF", true},
        {"/x.pdf/a", "a", false},
        {"a.pdf.p7s", "a.pdf.p7s", false},
        {"a.asice", "a.asice", true},
        {"pdf", "pdf", false},
        {".pdf", ".pdf", true},
        {"x/", "", false},
        {"", "", false},
        {"a.pdf/", "", false},
};

START_TEST(paths_have_endings)
{
	static const char *const endings[] = {".pdf", ".asice", NULL};

	ck_assert_str_eq(antin_path_name(names[_i].path), names[_i].name);
	ck_assert_int_eq(antin_path_ends(names[_i].path, endings), names[_i].ends);
}
END_TEST

Suite *suite_file(void);
Suite *
suite_file(void)
{
	Suite *s = suite_create("file");
	TCase *tc = tcase_create("file");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, source_reads);
	tcase_add_test(tc, source_bounds);
	tcase_add_test(tc, source_kinds);
	tcase_add_loop_test(tc, source_changes, 0, (int)UTIL_COUNT(changes));
	tcase_add_test(tc, source_shrinks);
	tcase_add_test(tc, file_reads);
	tcase_add_test(tc, standard_input);
	tcase_add_test(tc, secret_files);
	tcase_add_test(tc, secret_is_capped);
	tcase_add_test(tc, output_appears_at_commit);
	tcase_add_test(tc, output_abandoned);
	tcase_add_test(tc, output_does_not_overwrite);
	tcase_add_test(tc, output_replaces);
	tcase_add_test(tc, output_needs_its_folder);
	tcase_add_test(tc, output_names);
	tcase_add_test(tc, output_copies);
	tcase_add_test(tc, standard_output);
	tcase_add_test(tc, read_only_folder);
	tcase_add_test(tc, full_disk);
	tcase_add_test(tc, folders_are_made);
	tcase_add_test(tc, folders_are_listed);
	tcase_add_loop_test(tc, paths_have_endings, 0, (int)UTIL_COUNT(names));
	suite_add_tcase(s, tc);
	return s;
}
