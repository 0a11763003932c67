/*
 * Where files live (XDG base directories, /etc, /var/lib, beside the program).  ANTIN_HOME moves
 * all that is not part of the installation.
 */
#include "inner.h"

#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>
#include <unistd.h>

struct place {
	const char *variable; /* of XDG; NULL: a fixed place */
	const char *fallback; /* below HOME, or absolute */
	const char *moved;    /* below ANTIN_HOME */
};

static const struct place places[] = {
        [CLI_PLACE_CONFIG] = {"XDG_CONFIG_HOME", ".config", "config"},
        [CLI_PLACE_STATE] = {"XDG_STATE_HOME", ".local/state", "state"},
        [CLI_PLACE_CACHE] = {"XDG_CACHE_HOME", ".cache", "cache"},
        [CLI_PLACE_SYSTEM] = {NULL, "/etc/antin", "etc"},
        [CLI_PLACE_LIB] = {NULL, "/var/lib/antin", "lib"},
        [CLI_PLACE_SHARE] = {NULL, ANTIN_PREFIX "/share/antin", NULL},
};

/* Beside the folder of the running program, "" if it is not laid out so. */
static void
find_beside(const char *folder, const char *name, char *out, size_t cap)
{
	char exe[4096];
	ssize_t len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	char *slash;

	out[0] = '\0';
	if (len <= 0)
		return;
	exe[len] = '\0';
	for (int up = 0; up < 2; up++) {
		slash = strrchr(exe, '/');
		if (!slash)
			return;
		*slash = '\0';
	}
	if ((size_t)snprintf(out, cap, "%s/%s/%s", exe, folder, name) >= cap ||
	    access(out, F_OK) != 0)
		out[0] = '\0';
}

static void
beside(const char *folder, const char *name, struct antin_bytes *out)
{
	char path[4096 + 64];

	find_beside(folder, name, path, sizeof(path));
	if (path[0])
		antin_bytes_text(out, path);
	else
		antin_bytes_printf(out, "%s/%s/%s", ANTIN_PREFIX, folder, name);
}

void
cli_share_folder(const char *name, struct antin_bytes *out)
{
	beside("share", name, out);
}

enum antin_rc
cli_helper(const char *name, struct antin_bytes *out, struct antin_err *err)
{
	beside("libexec/antin", name, out);
	return antin_bytes_cstr(out) ? ANTIN_OK : antin_fail_memory(err);
}

/* XDG: a variable that is empty or not absolute counts as unset. */
static enum antin_rc
xdg_add(const struct place *p, struct antin_bytes *out, struct antin_err *err)
{
	const char *base = getenv(p->variable);
	const char *home = getenv("HOME");

	if (base && base[0] == '/') {
		antin_bytes_printf(out, "%s/antin", base);
		return ANTIN_OK;
	}
	if (!home || home[0] != '/')
		return antin_fail(err, ANTIN_E_CONFIG,
		                  N_("neither HOME nor ANTIN_HOME names a folder"));
	antin_bytes_printf(out, "%s/%s/antin", home, p->fallback);
	return ANTIN_OK;
}

enum antin_rc
cli_path(enum cli_place place, const char *tail, struct antin_bytes *out, struct antin_err *err)
{
	const struct place *p = &places[place];
	const char *moved = getenv("ANTIN_HOME");
	ANTIN_SCOPED(antin_bytes) path = {0};
	enum antin_rc rc = ANTIN_OK;

	if (place == CLI_PLACE_SHARE)
		cli_share_folder("antin", &path);
	else if (moved && moved[0])
		antin_bytes_printf(&path, "%s/%s", moved, p->moved);
	else if (p->variable)
		rc = xdg_add(p, &path, err);
	else
		antin_bytes_text(&path, p->fallback);
	if (rc != ANTIN_OK)
		return rc;
	if (tail && tail[0])
		antin_bytes_printf(&path, "/%s", tail);
	rc = antin_bytes_join(out, &path, err);
	return rc == ANTIN_OK && !antin_bytes_cstr(out) ? antin_fail_memory(err) : rc;
}

bool
cli_same_file(const char *a, const char *b)
{
	struct stat x, y;

	if (strcmp(a, b) == 0)
		return true;
	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}
