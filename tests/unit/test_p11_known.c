/*
 * The table of known drivers: every file of it is found by its name and in its order, names of
 * other systems mean the same driver, what is not installed is said as that.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "../../pkcs11/p11.h"

Suite *suite_p11_known(void);

/* As vendors' guides have them, written down apart from the table: best first. */
static const struct {
	const char *name, *files[5];
} rows[] = {
        {"safenet", {"libeToken.so", "libeTPkcs11.so"}},
        {"idprime", {"libIDPrimePKCS11.so"}},
        {"bit4id",
         {"bit4id/libbit4xpki.so", "libbit4xpki.so", "bit4id/libbit4ipki.so", "libbit4ipki.so"}},
        {"feitian", {"libcastle.so.1.0.0", "libcastle_v2.so.1.0.0"}},
        {"yubikey", {"libykcs11.so", "libykcs11.so.2"}},
        {"opensc", {"opensc-pkcs11.so", "pkcs11/opensc-pkcs11.so"}},
        {"softhsm2", {"softhsm/libsofthsm2.so", "libsofthsm2.so"}},
        {"tpm2", {"pkcs11/libtpm2_pkcs11.so", "libtpm2_pkcs11.so.1"}},
        {"opencryptoki", {"opencryptoki/libopencryptoki.so", "pkcs11/libopencryptoki.so"}},
        {"nss", {"libsoftokn3.so", "nss/libsoftokn3.so"}},
        {"viettel", {NULL}},
        {"vnpt", {NULL}},
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static char folder[64];

static void
begin(void)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/antin-known.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void
end(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static void
put(const char *file)
{
	char command[512];

	(void)snprintf(command, sizeof(command), "f=%s/%s; mkdir -p $(dirname $f) && touch $f",
	               folder, file);
	ck_assert_int_eq(system(command), 0);
}

/* From the last to the first: the one put in last is the best and is taken. */
START_TEST(files)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	int n = 0;

	while (rows[_i].files[n])
		n++;
	begin();
	ck_assert(!antin_p11_known_in(rows[_i].name, folder, &path));
	put("other.so");
	ck_assert(!antin_p11_known_in(rows[_i].name, folder, &path));
	while (n-- > 0) {
		char want[256];

		put(rows[_i].files[n]);
		ck_assert(antin_p11_known_in(rows[_i].name, folder, &path));
		(void)snprintf(want, sizeof(want), "%s/%s", folder, rows[_i].files[n]);
		ck_assert_str_eq(antin_bytes_cstr(&path), want);
		for (size_t other = 0; other < ROWS; other++) {
			ANTIN_SCOPED(antin_bytes) none = {0};

			ck_assert_int_eq(antin_p11_known_in(rows[other].name, folder, &none),
			                 other == (size_t)_i);
		}
	}
	end();
}
END_TEST

static const struct {
	const char *file, *name;
} names[] = {
        {"libeToken.so", "safenet"},
        {"libeTPkcs11.dylib", "safenet"},
        {"eTPKCS11.dll", "safenet"},
        {"ETPKCS11.DLL", "safenet"},
        {"etpkcs11.dll", "safenet"},
        {"libIDPrimePKCS11.so", "idprime"},
        {"IDPrimePKCS1164.dll", "idprime"},
        {"libbit4xpki.so", "bit4id"},
        {"libbit4ipki.dylib", "bit4id"},
        {"bit4xpki.dll", "bit4id"},
        {"bit4ipki.dll", "bit4id"},
        {"bit4opki.dll", "bit4id"},
        {"libcastle.so.1.0.0", "feitian"},
        {"libcastle.1.0.0.dylib", "feitian"},
        {"eps2003csp11.dll", "feitian"},
        {"eps2003csp11v2.dll", "feitian"},
        {"viettel-ca_v6.dll", "viettel"},
        {"vnpt-ca_csp11.dll", "vnpt"},
        {"libykcs11.dylib", "yubikey"},
        {"libykcs11.dll", "yubikey"},
        {"opensc-pkcs11.so", "opensc"},
        {"opensc-pkcs11.dll", "opensc"},
        {"libsofthsm2.so", "softhsm2"},
        {"softhsm2-x64.dll", "softhsm2"},
        {"libtpm2_pkcs11.so", "tpm2"},
        {"libtpm2_pkcs11.so.1", "tpm2"},
        {"libopencryptoki.so", "opencryptoki"},
        {"softokn3.dll", "nss"},
        {"libsoftokn3.dylib", "nss"},
        /* near ones, and what is never loaded by itself */
        {"", NULL},
        {".so", NULL},
        {"eTPKCS11", NULL},
        {"eTPKCS11.dll.exe", NULL},
        {"xeTPKCS11.dll", NULL},
        {"softhsm/libsofthsm2.so", NULL},
        {"p11-kit-proxy.so", NULL},
        {"libp11-kit.so.0", NULL},
        {"safenet", NULL},
};

START_TEST(by_file)
{
	const char *got = antin_p11_known_by_file(names[_i].file);

	if (names[_i].name)
		ck_assert_str_eq(got ? got : "none", names[_i].name);
	else
		ck_assert_msg(!got, "%s is taken for %s", names[_i].file, got);
}
END_TEST

/* The vendors' own drivers come before those for many cards, and slow ones only by name. */
START_TEST(order)
{
	static const char *const wanted[] = {"safenet", "idprime", "bit4id", "feitian", "viettel",
	                                     "vnpt",    "yubikey", "opensc", "softhsm2"};
	size_t n = sizeof(wanted) / sizeof(wanted[0]);
	ANTIN_SCOPED(antin_bytes) path = {0};
	size_t all = 0;

	for (size_t i = 0; i < n; i++)
		ck_assert_str_eq(antin_module_known(i), wanted[i]);
	ck_assert_ptr_null(antin_module_known(n));
	while (antin_p11_known_at(all, &path)) {
		const char *text = antin_bytes_cstr(&path);

		ck_assert_msg(!strstr(text, "tpm2") && !strstr(text, "opencryptoki") &&
		                      !strstr(text, "softokn"),
		              "%s is loaded unasked", text);
		all++;
	}
	ck_assert_uint_eq(all, ROWS);
}
END_TEST

/* No driver for these on Linux: it is told whose it is, not that the name is unknown. */
static const struct {
	const char *name, *says, *hint;
} absent[] = {
        {"viettel", "the driver of viettel is not installed", "Install the driver"},
        {"VIETTEL-CA_V6.dll", "the driver of viettel is not installed", "Install the driver"},
        {"vnpt-ca_csp11.dll", "the driver of vnpt is not installed", "Install the driver"},
        {"safenett", "no PKCS#11 module is known as safenett", "Did you mean safenet?"},
        {"yubikei", "no PKCS#11 module is known as yubikei", "Did you mean yubikey?"},
        {"hoan-toan-khac", "no PKCS#11 module is known as hoan-toan-khac", NULL},
};

START_TEST(not_there)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	ANTIN_SCOPED(antin_bytes) args = {0};
	struct antin_err err = {0};
	char line[512];

	ck_assert_int_eq(antin_p11_module_resolve(absent[_i].name, &path, &args, &err),
	                 ANTIN_E_NOT_FOUND);
	ck_assert_int_eq(err.rc, ANTIN_E_NOT_FOUND);
	(void)antin_err_line(&err, NULL, line, sizeof(line));
	ck_assert_msg(strstr(line, absent[_i].says) != NULL, "%s", line);
	if (absent[_i].hint)
		ck_assert_msg(strstr(err.hint, absent[_i].hint) != NULL, "%s", err.hint);
	else
		ck_assert_str_eq(err.hint, "");
	ck_assert_uint_eq(path.len, 0);
}
END_TEST

/* By its own name, by that of its file here and by that of another system: one module. */
START_TEST(one_driver)
{
	static const char *const ways[] = {"softhsm2", "libsofthsm2.so", "SoftHSM2-x64.dll"};
	ANTIN_SCOPED(antin_bytes) first = {0};
	ANTIN_SCOPED(antin_bytes) args = {0};
	char wanted[PATH_MAX], got[PATH_MAX];

	if (antin_p11_module_resolve("softhsm2", &first, &args, NULL) != ANTIN_OK) {
		(void)printf("skipped: softhsm2 is not installed\n");
		return;
	}
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		ANTIN_SCOPED(antin_bytes) path = {0};

		ck_assert_int_eq(antin_p11_module_resolve(ways[i], &path, &args, NULL), ANTIN_OK);
		ck_assert_ptr_nonnull(realpath(antin_bytes_cstr(&first), wanted));
		ck_assert_ptr_nonnull(realpath(antin_bytes_cstr(&path), got));
		ck_assert_str_eq(got, wanted);
	}
}
END_TEST

Suite *
suite_p11_known(void)
{
	Suite *s = suite_create("p11_known");
	TCase *tc = tcase_create("known");

	tcase_add_loop_test(tc, files, 0, ROWS);
	tcase_add_loop_test(tc, by_file, 0, sizeof(names) / sizeof(names[0]));
	tcase_add_test(tc, order);
	tcase_add_loop_test(tc, not_there, 0, sizeof(absent) / sizeof(absent[0]));
	tcase_add_test(tc, one_driver);
	suite_add_tcase(s, tc);
	return s;
}
