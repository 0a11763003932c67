/*
 * From a name to a module's file: a path, a name of p11-kit's configuration (pkcs11.conf(5)), or
 * the table of drivers met in the field.  p11-kit itself is not asked to load: it would load them
 * all.
 */
#include "p11.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <antin/file.h>
#include <antin/text.h>

enum system { LINUX, MACOS, WINDOWS, SYSTEMS };
enum { FILES = 4 };
/* `files` are tried in order in each folder; `asked` ones are loaded only by name. */
struct known {
	char name[16];
	bool asked; /* slow, noisy or without a token on most computers */
	const char *files[SYSTEMS][FILES];
};
/*
 * Drivers of vendors before those for many cards: OpenSC reads some of the same tokens with less.
 * What a driver is called on other systems says which is meant by a guide written for one of them.
 */
static const struct known table[] = {
        {"safenet",
         false,
         {{"libeToken.so", "libeTPkcs11.so"},
          {"libeToken.dylib", "libeTPkcs11.dylib"},
          {"eTPKCS11.dll"}}},
        {"idprime", false, {{"libIDPrimePKCS11.so"}, {NULL}, {"IDPrimePKCS1164.dll"}}},
        {"bit4id",
         false,
         {{"bit4id/libbit4xpki.so", "libbit4xpki.so", "bit4id/libbit4ipki.so", "libbit4ipki.so"},
          {"libbit4xpki.dylib", "libbit4ipki.dylib"},
          {"bit4xpki.dll", "bit4ipki.dll", "bit4opki.dll"}}},
        {"feitian",
         false,
         {{"libcastle.so.1.0.0", "libcastle_v2.so.1.0.0"},
          {"libcastle.1.0.0.dylib"},
          {"eps2003csp11.dll", "eps2003csp11v2.dll"}}},
        {"viettel", false, {{NULL}, {NULL}, {"viettel-ca_v6.dll"}}},
        {"vnpt", false, {{NULL}, {NULL}, {"vnpt-ca_csp11.dll"}}},
        {"yubikey",
         false,
         {{"libykcs11.so", "libykcs11.so.2"}, {"libykcs11.dylib"}, {"libykcs11.dll"}}},
        {"opensc",
         false,
         {{"opensc-pkcs11.so", "pkcs11/opensc-pkcs11.so"},
          {"opensc-pkcs11.so"},
          {"opensc-pkcs11.dll"}}},
        {"softhsm2",
         false,
         {{"softhsm/libsofthsm2.so", "libsofthsm2.so"},
          {"softhsm/libsofthsm2.so"},
          {"softhsm2-x64.dll", "softhsm2.dll"}}},
        {"tpm2", true, {{"pkcs11/libtpm2_pkcs11.so", "libtpm2_pkcs11.so.1"}, {NULL}, {NULL}}},
        {"opencryptoki",
         true,
         {{"opencryptoki/libopencryptoki.so", "pkcs11/libopencryptoki.so"}, {NULL}, {NULL}}},
        {"nss",
         true,
         {{"libsoftokn3.so", "nss/libsoftokn3.so"}, {"libsoftokn3.dylib"}, {"softokn3.dll"}}},
};
enum { TABLE_ROWS = sizeof(table) / sizeof(table[0]), ALL_FILES = TABLE_ROWS * SYSTEMS * FILES };

/* Where p11-kit's library stands the other drivers of the system do too. */
static void
system_folder(struct antin_bytes *out)
{
	Dl_info where;
	union {
		P11KitUri *(*function)(void);
		void *address;
	} any = {.function = p11_kit_uri_new};
	const char *end;

	if (!dladdr(any.address, &where) || !where.dli_fname)
		return;
	end = strrchr(where.dli_fname, '/');
	if (end)
		antin_bytes_add(out, where.dli_fname, (size_t)(end - where.dli_fname));
}

static const struct known *
known_row(const char *name)
{
	for (size_t i = 0; i < TABLE_ROWS; i++)
		if (strcmp(name, table[i].name) == 0)
			return &table[i];
	return NULL;
}

static bool
known_file(const struct known *k, const char *folder, struct antin_bytes *path)
{
	for (size_t i = 0; i < FILES && k->files[LINUX][i]; i++) {
		const char *text;

		antin_bytes_clear(path);
		antin_bytes_printf(path, "%s/%s", folder, k->files[LINUX][i]);
		text = antin_bytes_cstr(path);
		if (text && access(text, R_OK) == 0)
			return true;
	}
	antin_bytes_clear(path);
	return false;
}

bool
antin_p11_known_in(const char *name, const char *folder, struct antin_bytes *path)
{
	const struct known *k = known_row(name);

	return k && known_file(k, folder, path);
}

static bool
known_find(const struct known *k, struct antin_bytes *path)
{
	static const char *const folders[] = {"/usr/lib", "/usr/lib64", "/usr/local/lib"};
	ANTIN_SCOPED(antin_bytes) own = {0};
	const char *text;

	system_folder(&own);
	text = own.len ? antin_bytes_cstr(&own) : NULL;
	if (text && known_file(k, text, path))
		return true;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (known_file(k, folders[i], path))
			return true;
	return false;
}

/* A file's name of any system, in any case, is its row's. */
const char *
antin_p11_known_by_file(const char *file)
{
	for (size_t i = 0; i < ALL_FILES; i++) {
		const struct known *k = &table[i / FILES / SYSTEMS];
		const char *known = k->files[i / FILES % SYSTEMS][i % FILES];
		const char *last = known ? strrchr(known, '/') : NULL;

		if (known && strcasecmp(last ? last + 1 : known, file) == 0)
			return k->name;
	}
	return NULL;
}

bool
antin_p11_known_at(size_t i, struct antin_bytes *path)
{
	antin_bytes_clear(path);
	if (i >= TABLE_ROWS)
		return false;
	if (!table[i].asked)
		(void)known_find(&table[i], path);
	return true;
}

const char *
antin_module_known(size_t i)
{
	for (size_t row = 0; row < TABLE_ROWS; row++)
		if (!table[row].asked && i-- == 0)
			return table[row].name;
	return NULL;
}

/* The value of "key: value" in a line, without white space around; false if the key differs. */
static bool
line_value(struct antin_slice line, const char *key, struct antin_slice *value)
{
	size_t n = strlen(key);

	while (line.len && (line.p[0] == ' ' || line.p[0] == '\t')) {
		line.p++;
		line.len--;
	}
	if (line.len <= n || memcmp(line.p, key, n) != 0 || line.p[n] != ':')
		return false;
	line = (struct antin_slice){line.p + n + 1, line.len - n - 1};
	while (line.len && (line.p[0] == ' ' || line.p[0] == '\t')) {
		line.p++;
		line.len--;
	}
	while (line.len && strchr(" \t\r", line.p[line.len - 1]))
		line.len--;
	*value = line;
	return true;
}

/* Reads one .module file: `module` and, for NSS, `x-init-reserved`. */
static void
config_read(struct antin_slice text, struct antin_bytes *path, struct antin_bytes *args)
{
	while (text.len) {
		const uint8_t *end = memchr(text.p, '\n', text.len);
		size_t n = end ? (size_t)(end - text.p) : text.len;
		struct antin_slice line = {text.p, n}, value;

		if (line_value(line, "module", &value)) {
			antin_bytes_clear(path);
			antin_bytes_add(path, value.p, value.len);
		} else if (line_value(line, "x-init-reserved", &value)) {
			antin_bytes_clear(args);
			antin_bytes_add(args, value.p, value.len);
		}
		n += end ? 1 : 0;
		text = (struct antin_slice){text.p + n, text.len - n};
	}
}

/* A module named without a folder stands in pkcs11/ beside p11-kit. */
static void
config_complete(struct antin_bytes *path)
{
	ANTIN_SCOPED(antin_bytes) whole = {0};

	if (path->len == 0 || path->p[0] == '/')
		return;
	system_folder(&whole);
	antin_bytes_text(&whole, "/pkcs11/");
	antin_bytes_add(&whole, path->p, path->len);
	antin_bytes_move(path, &whole);
}

static bool
config_find(const char *name, struct antin_bytes *path, struct antin_bytes *args)
{
	const char *home = getenv("HOME"), *xdg = getenv("XDG_CONFIG_HOME");
	struct antin_bytes files[3] = {{0}, {0}, {0}};

	if (xdg && *xdg)
		antin_bytes_printf(&files[0], "%s/pkcs11/modules/%s.module", xdg, name);
	else if (home && *home)
		antin_bytes_printf(&files[0], "%s/.config/pkcs11/modules/%s.module", home, name);
	antin_bytes_printf(&files[1], "/etc/pkcs11/modules/%s.module", name);
	antin_bytes_printf(&files[2], "/usr/share/p11-kit/modules/%s.module", name);
	for (size_t i = 0; i < 3 && path->len == 0; i++) {
		ANTIN_SCOPED(antin_bytes) text = {0};
		const char *file = files[i].len ? antin_bytes_cstr(&files[i]) : NULL;

		if (file && antin_file_read(file, 65536, &text, NULL) == ANTIN_OK)
			config_read(antin_bytes_slice(&text), path, args);
	}
	for (size_t i = 0; i < 3; i++)
		antin_bytes_done(&files[i]);
	config_complete(path);
	return path->len > 0;
}

enum antin_rc
antin_p11_module_resolve(const char *name, struct antin_bytes *path, struct antin_bytes *args,
                         struct antin_err *err)
{
	const char *names[TABLE_ROWS + 1];
	const char *near = antin_p11_known_by_file(name);
	const struct known *k = known_row(near ? near : name);

	if (strchr(name, '/')) {
		antin_bytes_text(path, name);
		return antin_bytes_check(path, err);
	}
	if (config_find(name, path, args))
		return antin_bytes_check(path, err);
	if (k && known_find(k, path))
		return antin_bytes_check(path, err);
	if (k) {
		(void)antin_fail(err, ANTIN_E_NOT_FOUND,
		                 N_("the driver of %s is not installed on this computer"), k->name);
		antin_err_set_hint(err, N_("Install the driver that came with the token."));
		return ANTIN_E_NOT_FOUND;
	}
	for (size_t i = 0; i < TABLE_ROWS; i++)
		names[i] = table[i].name;
	names[TABLE_ROWS] = NULL;
	(void)antin_fail(err, ANTIN_E_NOT_FOUND, N_("no PKCS#11 module is known as %s"), name);
	near = antin_text_nearest(name, names);
	if (near)
		antin_err_set_hint(err, N_("Did you mean %s?"), near);
	return ANTIN_E_NOT_FOUND;
}
