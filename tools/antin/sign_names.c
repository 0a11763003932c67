/*
 * antin sign: which documents, and under which names their results appear.
 */
#include "sign.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <antin/text.h>

enum { ITEMS_MAX = 10000 };

void
sign_items_done(struct sign_items *l)
{
	for (size_t i = 0; i < l->n; i++) {
		antin_sign_free(l->list[i].job);
		free(l->list[i].path);
		free(l->list[i].result);
	}
	free(l->list);
	*l = (struct sign_items){0};
}

static enum antin_rc
add_item(struct sign_items *l, const char *path, struct antin_err *err)
{
	struct sign_item *list, *item;
	enum antin_rc rc;

	if (l->n == ITEMS_MAX)
		return antin_fail(err, ANTIN_E_USAGE, N_("more than %d files at once"), ITEMS_MAX);
	if (l->n == l->cap) {
		list = antin_array_grow(l->list, &l->cap, sizeof(*list));
		if (!list)
			return antin_fail_memory(err);
		l->list = list;
	}
	item = &l->list[l->n];
	*item = (struct sign_item){0};
	rc = antin_text_copy(path, &item->path, err);
	if (rc == ANTIN_OK)
		l->n++;
	return rc;
}

/* Where the extension of a PDF begins; the end of the name without one. */
static size_t
stem_length(const char *name)
{
	size_t len = strlen(name);

	return len > 4 && strcasecmp(name + len - 4, ".pdf") == 0 ? len - 4 : len;
}

/* The number of the signature that a result's name tells: x.signed is 1, x.signed-2 is 2, x is 0.
 */
static unsigned int
signed_number(const char *stem, size_t len, size_t *base)
{
	static const char mark[] = ".signed";
	size_t end = len, digits = 0;
	unsigned int n = 0, scale = 1;

	for (; end > 0 && digits < 5 && stem[end - 1] >= '0' && stem[end - 1] <= '9'; digits++) {
		n += (unsigned int)(stem[--end] - '0') * scale;
		scale *= 10;
	}
	if (digits == 0)
		n = 1;
	else if (end == 0 || stem[--end] != '-' || n < 2)
		return 0;
	if (end <= strlen(mark) || strncmp(stem + end - strlen(mark), mark, strlen(mark)) != 0)
		return 0;
	*base = end - strlen(mark);
	return n;
}

/* x.pdf, x.signed.pdf, x.signed-2.pdf... */
static void
add_result_name(struct antin_bytes *b, const char *name)
{
	size_t stem = stem_length(name), base = stem;
	unsigned int n = signed_number(name, stem, &base);
	const char *extension = name[stem] ? name + stem : ".pdf";

	antin_bytes_add(b, name, base);
	antin_bytes_text(b, ".signed");
	if (n > 0)
		antin_bytes_printf(b, "-%u", n + 1);
	antin_bytes_text(b, extension);
}

static enum antin_rc
set_result(const struct sign_args *a, struct sign_item *item, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) name = {0};
	const char *file = antin_path_name(item->path);

	if (a->out)
		antin_bytes_text(&name, a->out);
	else if (a->in_place)
		antin_bytes_text(&name, item->path);
	else if (a->out_dir)
		antin_bytes_printf(&name, "%s/", a->out_dir);
	else
		antin_bytes_add(&name, item->path, (size_t)(file - item->path));
	if (!a->out && !a->in_place)
		add_result_name(&name, file);
	if (!antin_bytes_cstr(&name))
		return antin_fail_memory(err);
	return antin_text_copy((const char *)name.p, &item->result, err);
}

/* A document by its name or by its first bytes, and not the result of an earlier run. */
static bool
is_document(const char *path)
{
	const char *name = antin_path_name(path);
	size_t stem = stem_length(name), base;
	ANTIN_OWN_S(antin_source) source = NULL;
	char head[5];

	if (name[0] == '.' || signed_number(name, stem, &base) > 0)
		return false;
	if (antin_source_open(path, &source, NULL) != ANTIN_OK)
		return false;
	if (name[stem])
		return true;
	return antin_source_read(source, 0, head, sizeof(head), NULL) == ANTIN_OK &&
	       memcmp(head, "%PDF-", sizeof(head)) == 0;
}

static enum antin_rc
add_folder(struct sign_items *l, const char *folder, struct antin_err *err)
{
	ANTIN_SCOPED(antin_paths) entries = {0};
	size_t before = l->n;
	enum antin_rc rc = antin_folder_list(folder, &entries, err);

	for (size_t i = 0; rc == ANTIN_OK && i < entries.n; i++)
		if (is_document(entries.items[i]))
			rc = add_item(l, entries.items[i], err);
	if (rc != ANTIN_OK || l->n > before)
		return rc;
	antin_err_set_file(err, folder);
	antin_err_set_hint(err, N_("Name PDF files, or a folder that holds some."));
	return antin_fail(err, ANTIN_E_NOT_FOUND, N_("there is no document to sign in %s"), folder);
}

static enum antin_rc
check_pairs(const struct sign_items *l, struct antin_err *err)
{
	for (size_t i = 0; i < l->n; i++)
		for (size_t j = 0; j < i; j++) {
			if (cli_same_file(l->list[i].path, l->list[j].path)) {
				antin_err_set_file(err, l->list[i].path);
				return antin_fail(err, ANTIN_E_USAGE, N_("%s is given twice"),
				                  l->list[i].path);
			}
			if (strcmp(l->list[i].result, l->list[j].result) == 0)
				return antin_fail(
				        err, ANTIN_E_USAGE,
				        N_("two results would have the name %s: %s and %s"),
				        l->list[i].result, l->list[j].path, l->list[i].path);
		}
	return ANTIN_OK;
}

static enum antin_rc
check_options(const struct sign_args *a, size_t n, struct antin_err *err)
{
	if ((a->out != NULL) + (a->out_dir != NULL) + a->in_place > 1)
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("only one of --out, --out-dir and --in-place can be given"));
	if (a->out && n > 1) {
		antin_err_set_hint(err, "--out-dir DIR");
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("--out names one file, %zu are to be signed"), n);
	}
	return ANTIN_OK;
}

enum antin_rc
sign_items_collect(const struct sign_args *a, char **operands, struct sign_items *out,
                   struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;
	struct stat st;

	for (; rc == ANTIN_OK && *operands; operands++) {
		if (stat(*operands, &st) == 0 && S_ISDIR(st.st_mode))
			rc = add_folder(out, *operands, err);
		else
			rc = add_item(out, *operands, err);
	}
	if (rc == ANTIN_OK)
		rc = check_options(a, out->n, err);
	for (size_t i = 0; rc == ANTIN_OK && i < out->n; i++)
		rc = set_result(a, &out->list[i], err);
	return rc == ANTIN_OK ? check_pairs(out, err) : rc;
}

static enum antin_rc
check_folder(const char *result, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) folder = {0};
	const char *file = antin_path_name(result), *path;
	struct stat st;

	antin_bytes_add(&folder, result, (size_t)(file - result));
	antin_bytes_text(&folder, folder.len ? "." : "./");
	path = antin_bytes_cstr(&folder);
	if (!path)
		return antin_fail_memory(err);
	if (stat(path, &st) != 0)
		return antin_fail_errno(err, errno, result, result);
	if (access(path, W_OK | X_OK) == 0)
		return ANTIN_OK;
	antin_err_set_file(err, result);
	if (errno == EROFS)
		return antin_fail_errno(err, errno, result, result);
	return antin_fail(err, ANTIN_E_NOT_WRITABLE, N_("%s: the folder may not be written"),
	                  result);
}

enum antin_rc
sign_item_check(const struct sign_args *a, const struct sign_item *item, struct antin_err *err)
{
	const char *result = item->result;
	struct stat st;

	if (strcmp(result, "-") == 0)
		return ANTIN_OK;
	if (strlen(antin_path_name(result)) > NAME_MAX) {
		antin_err_set_file(err, result);
		antin_err_set_hint(err, "--out FILE");
		return antin_fail(err, ANTIN_E_NOT_WRITABLE,
		                  N_("the name of the result would be too long: %s"), result);
	}
	if (lstat(result, &st) == 0 && S_ISDIR(st.st_mode))
		return antin_fail_errno(err, EISDIR, result, result);
	if (!a->in_place && cli_same_file(item->path, result)) {
		antin_err_set_hint(err, "--in-place");
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("the result would replace the document %s"), item->path);
	}
	if (!a->force && !a->in_place && lstat(result, &st) == 0)
		return antin_fail_errno(err, EEXIST, result, result);
	return check_folder(result, err);
}
