/*
 * What a module offers by its own word, asked apart from the core, which has it initialised.
 */
#ifndef ANTIN_TEST_MATRIX_OFFER_H
#define ANTIN_TEST_MATRIX_OFFER_H

#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <p11-kit/pkcs11.h>

#include <antin_p11.h>

static CK_FUNCTION_LIST *module;
static CK_SLOT_ID slot;
static struct antin_token_info token_info;
static struct antin_module *token_module;

/* The core has it initialised, unless it did so in another process; only the questions are ours. */
static bool
module_reach(const char *path)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	void *symbol = library ? dlsym(library, "C_GetFunctionList") : NULL;
	CK_C_GetFunctionList get;

	if (!symbol)
		return false;
	memcpy(&get, &symbol, sizeof(get));
	if (get(&module) != CKR_OK)
		return false;
	if (getenv("P11_APART"))
		(void)module->C_Initialize(NULL); /* NSS tells of its mechanisms without */
	return true;
}

static bool
offers(CK_MECHANISM_TYPE type, CK_FLAGS use, unsigned int bits)
{
	CK_MECHANISM_INFO info;

	return module->C_GetMechanismInfo(slot, type, &info) == CKR_OK &&
	       (info.flags & use) == use && (info.ulMaxKeySize == 0 || info.ulMaxKeySize >= bits);
}

/* By the digest, by the message, or raw. */
static bool
offers_scheme(struct antin_sigalg a, unsigned int bits)
{
	static const CK_MECHANISM_TYPE best[] = {
	        [ANTIN_RSA_PKCS1] = CKM_RSA_PKCS,
	        [ANTIN_RSA_PSS] = CKM_RSA_PKCS_PSS,
	        [ANTIN_ECDSA] = CKM_ECDSA,
	};
	static const CK_MECHANISM_TYPE hashing[][ANTIN_DIGESTS] = {
	        [ANTIN_RSA_PKCS1] = {0, CKM_SHA256_RSA_PKCS, CKM_SHA384_RSA_PKCS,
	                             CKM_SHA512_RSA_PKCS},
	        [ANTIN_RSA_PSS] = {0, CKM_SHA256_RSA_PKCS_PSS, CKM_SHA384_RSA_PKCS_PSS,
	                           CKM_SHA512_RSA_PKCS_PSS},
	        [ANTIN_ECDSA] = {0, CKM_ECDSA_SHA256, CKM_ECDSA_SHA384, CKM_ECDSA_SHA512},
	};

	return offers(best[a.scheme], CKF_SIGN, bits) ||
	       offers(hashing[a.scheme][a.digest], CKF_SIGN, bits) ||
	       (a.scheme != ANTIN_ECDSA && offers(CKM_RSA_X_509, CKF_SIGN, bits));
}

#endif
