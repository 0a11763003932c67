/*
 * Settings: the administrator's file, the user's, a name and a value, with NUL between.  What is
 * locked stays as it is; a value that can be set is what is read afterwards, from the file as from
 * the environment, until it is taken out.
 */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "inner.h"

static char home[] = "/dev/shm/antin-fuzz-XXXXXX";
static const char *const files[] = {"etc/antin.json", "config/antin.json"};

static void
at_home(const char *tail, char path[64])
{
	(void)snprintf(path, 64, "%s/%s", home, tail);
}

static void
clean(void)
{
	static const char *const folders[] = {"etc", "config", "."};
	char path[64];

	for (size_t i = 0; i < 2; i++) {
		at_home(files[i], path);
		(void)unlink(path);
	}
	for (size_t i = 0; i < 3; i++) {
		at_home(folders[i], path);
		(void)rmdir(i < 2 ? path : home);
	}
}

static void
begin(void)
{
	static bool begun;
	char path[64];

	if (begun)
		return;
	begun = true;
	fuzz_never(!mkdtemp(home) || setenv("ANTIN_HOME", home, 1) != 0 || atexit(clean) != 0);
	at_home("etc", path);
	fuzz_never(mkdir(path, 0700) != 0);
	at_home("config", path);
	fuzz_never(mkdir(path, 0700) != 0);
}

/* An empty text is no file. */
static void
put_file(size_t i, const char *text)
{
	char path[64];
	FILE *f;

	at_home(files[i], path);
	(void)unlink(path);
	f = *text ? fopen(path, "w") : NULL;
	fuzz_never(*text && (!f || fputs(text, f) < 0 || fclose(f) != 0));
}

/* The value of a setting as everything makes it; false when a file is refused. */
static bool
value_of(const char *name, struct cli_setting_value *v, char text[8192])
{
	ANTIN_OWN_S(cli_settings) s = NULL;
	struct antin_err err = {0};

	if (cli_settings_load(&s, &err) != ANTIN_OK) {
		fuzz_must(err.rc != ANTIN_E_MEMORY && err.rc != ANTIN_E_INTERNAL);
		return false;
	}
	for (const struct cli_setting_row *row = cli_setting_rows; row->name; row++) {
		fuzz_never(cli_settings_get(s, row->name, v, NULL) != ANTIN_OK);
		fuzz_never(v->locked && (v->origin != CLI_FROM_SYSTEM || !row->lockable));
	}
	if (cli_settings_get(s, name, v, NULL) != ANTIN_OK)
		return false;
	(void)snprintf(text, 8192, "%s", v->value ? v->value : "");
	return true;
}

static void
set(const char *name, const char *value)
{
	struct cli_setting_value before, v;
	struct antin_err err = {0};
	char old[8192], text[8192], variable[64];

	if (!value_of(name, &before, old))
		before.origin = CLI_ORIGINS;
	if (cli_settings_set(name, value, &err) != ANTIN_OK) {
		fuzz_must(err.rc != ANTIN_E_MEMORY && err.rc != ANTIN_E_INTERNAL);
		return;
	}
	if (before.origin == CLI_ORIGINS)
		return;
	if (fuzz_must(value_of(name, &v, text)))
		fuzz_never(v.locked != before.locked ||
		           strcmp(text, before.locked ? old : value) != 0);
	if (!fuzz_must(cli_settings_set(name, NULL, NULL) == ANTIN_OK))
		return;
	fuzz_never(setenv(cli_setting_variable(name, variable, sizeof(variable)), value, 1) != 0);
	if (fuzz_must(value_of(name, &v, text)))
		fuzz_never(strcmp(text, v.locked ? old : value) != 0);
	(void)unsetenv(variable);
	if (fuzz_must(value_of(name, &v, text)))
		fuzz_never(v.origin == CLI_FROM_USER);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_SCOPED(antin_bytes) all = {0};
	const char *part[4];

	begin();
	antin_bytes_add(&all, data, size < 8000 ? size : 8000);
	antin_bytes_add(&all, "\0\0\0", 4);
	if (all.failed)
		return 0;
	for (size_t i = 0, at = 0; i < 4; at += strlen(part[i++]) + 1)
		part[i] = (const char *)all.p + at;
	put_file(0, part[0]);
	put_file(1, part[1]);
	set(part[2], part[3]);
	return 0;
}
