/*
 * Modules that want to be handled in a way of their own, by what they say of themselves (PKCS#11
 * v2.40, 11.4 C_GetInfo).  Each row says what goes wrong without it.
 */
#include "p11.h"

#include <string.h>

static const struct row {
	const char *manufacturer, *description; /* as padded fields begin; "" any */
	struct antin_p11_quirks quirks;
} rows[] = {
        /*
         * 1.9: crashes in C_SignInit while another thread opens a session; signs with RSA by the
         * command that decrypts, so a key that may not decrypt cannot sign; takes CKA_VERIFY for
         * CKA_DECRYPT and CKA_ENCRYPT for CKA_SIGN.
         */
        {"tpm2-software",
         "",
         {.one_operation = true, .rsa_decrypts = true, .no_public_uses = true}},
        /* Looks at the key's file for each signature with it, and at all files for a search. */
        {"SoftHSM", "", {.copies = true, .slow_search = true}},
        /* openCryptoki 3.8: reads a key anew from its file while another thread signs with it. */
        {"IBM", "Meta PKCS11", {.one_operation = true}},
};

/* The last part of the names of files that must not be told to lock. */
static const char *const unlocked[] = {
        /* OpenSC 0.23: C_Sign waits for ever for a lock of its own when the card is pulled out. */
        "opensc-pkcs11.so",
};

bool
antin_p11_locks_badly(const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < sizeof(unlocked) / sizeof(unlocked[0]); i++) {
		size_t end = strlen(unlocked[i]);

		if (len >= end && strcmp(path + len - end, unlocked[i]) == 0)
			return true;
	}
	return false;
}

static bool
begins(const CK_UTF8CHAR *field, size_t cap, const char *with)
{
	size_t len = strlen(with);

	return len <= cap && memcmp(field, with, len) == 0;
}

struct antin_p11_quirks
antin_p11_quirks_of(const CK_INFO *info)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (begins(info->manufacturerID, sizeof(info->manufacturerID),
		           rows[i].manufacturer) &&
		    begins(info->libraryDescription, sizeof(info->libraryDescription),
		           rows[i].description))
			return rows[i].quirks;
	return (struct antin_p11_quirks){0};
}
