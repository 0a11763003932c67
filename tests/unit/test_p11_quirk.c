/*
 * Quirks by what modules say of themselves: exactly the modules of the table have them.
 */
#include <string.h>

#include <check.h>

#include "../../pkcs11/p11.h"

static CK_INFO
info_of(const char *manufacturer, const char *description)
{
	CK_INFO info = {0};

	memset(info.manufacturerID, ' ', sizeof(info.manufacturerID));
	memset(info.libraryDescription, ' ', sizeof(info.libraryDescription));
	memcpy(info.manufacturerID, manufacturer, strlen(manufacturer));
	memcpy(info.libraryDescription, description, strlen(description));
	return info;
}

static const struct {
	const char *manufacturer, *description;
	struct antin_p11_quirks want;
} rows[] = {
        /* as the modules of Debian 12 answer */
        {"tpm2-software.github.io", "TPM2.0 Cryptoki", {true, true, true}},
        {"IBM", "Meta PKCS11 LIBRARY", {.one_operation = true}},
        {"SoftHSM", "Implementation of PKCS11", {0}},
        {"OpenSC Project", "OpenSC smartcard framework", {0}},
        {"Mozilla Foundation", "NSS Internal Crypto Services", {0}},
        /* near ones */
        {"", "", {0}},
        {"", "Meta PKCS11 LIBRARY", {0}},
        {"IBM", "", {0}},
        {"IBM", "meta pkcs11 library", {0}},
        {"IBMx", "Meta PKCS11", {.one_operation = true}}, /* fields are only begun */
        {"tpm2-softwar", "TPM2.0 Cryptoki", {0}},
        {"xtpm2-software.github.io", "TPM2.0 Cryptoki", {0}},
};

START_TEST(a_module_is_known_by_its_own_words)
{
	CK_INFO info = info_of(rows[_i].manufacturer, rows[_i].description);
	struct antin_p11_quirks got = antin_p11_quirks_of(&info);

	ck_assert_msg(got.one_operation == rows[_i].want.one_operation &&
	                      got.rsa_decrypts == rows[_i].want.rsa_decrypts &&
	                      got.no_public_uses == rows[_i].want.no_public_uses,
	              "\"%s\" \"%s\": %d %d %d", rows[_i].manufacturer, rows[_i].description,
	              got.one_operation, got.rsa_decrypts, got.no_public_uses);
}
END_TEST

static const struct {
	const char *path;
	bool want;
} files[] = {
        {"/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so", true},
        {"/usr/lib/pkcs11/onepin-opensc-pkcs11.so", true},
        {"opensc-pkcs11.so", true},
        {"/usr/lib/opensc-pkcs11.so.bak", false},
        {"/usr/lib/opensc-pkcs11.so/x", false},
        {"/opt/opensc-pkcs11/lib.so", false},
        {"pensc-pkcs11.so", false},
        {"/usr/lib/softhsm/libsofthsm2.so", false},
        {"", false},
};

START_TEST(a_module_that_locks_badly_is_known_by_its_file)
{
	ck_assert_msg(antin_p11_locks_badly(files[_i].path) == files[_i].want, "%s",
	              files[_i].path);
}
END_TEST

Suite *suite_p11_quirk(void);

Suite *
suite_p11_quirk(void)
{
	Suite *s = suite_create("p11_quirk");
	TCase *t = tcase_create("rows");

	tcase_add_loop_test(t, a_module_is_known_by_its_own_words, 0,
	                    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_loop_test(t, a_module_that_locks_badly_is_known_by_its_file, 0,
	                    (int)(sizeof(files) / sizeof(files[0])));
	suite_add_tcase(s, t);
	return s;
}
