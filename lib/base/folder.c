/*
 * What a folder holds, in one order everywhere.  See file.h.
 */
#include <antin/file.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Not alphasort: the order of a run must not hang on the language of who runs it. */
static int
by_octets(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
is_entry(const struct dirent *d)
{
	return strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0;
}

void
antin_paths_done(struct antin_paths *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->items[i]);
	free(l->items);
	*l = (struct antin_paths){0};
}

static char *
path_of(const char *folder, const char *name)
{
	size_t len = strlen(folder);
	char *path = NULL;

	if (asprintf(&path, "%s%s%s", folder, len && folder[len - 1] == '/' ? "" : "/", name) < 0)
		return NULL;
	return path;
}

enum antin_rc
antin_folder_list(const char *folder, struct antin_paths *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_paths) l = {0};
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, is_entry, by_octets);

	if (n < 0)
		return antin_fail_errno(err, errno, N_("reading a folder"), folder);
	l.items = calloc((size_t)n + 1, sizeof(*l.items));
	for (int i = 0; i < n; i++) {
		if (l.items)
			l.items[l.n] = path_of(folder, entries[i]->d_name);
		if (l.items && l.items[l.n])
			l.n++;
		free(entries[i]);
	}
	free(entries);
	if (l.n < (size_t)n)
		return antin_fail_memory(err);
	antin_paths_done(out);
	out->items = ANTIN_TAKE(l.items);
	out->n = l.n;
	l.n = 0;
	return ANTIN_OK;
}

const char *
antin_path_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool
antin_path_ends(const char *path, const char *const *endings)
{
	const char *dot = strrchr(antin_path_name(path), '.');

	for (; dot && *endings; endings++)
		if (strcasecmp(dot, *endings) == 0)
			return true;
	return false;
}
