/*
 * The keys of a scene in tests: of a root, an authority, a signer and somebody else.
 */
#ifndef TEST_FOUR_KEYS_H
#define TEST_FOUR_KEYS_H

#include "pki.h"

static EVP_PKEY *root_key, *ca_key, *leaf_key, *other_key;

PKI_UNUSED static void
make_keys(void)
{
	root_key = pki_key();
	ca_key = pki_key();
	leaf_key = pki_key();
	other_key = pki_key();
}

PKI_UNUSED static void
free_keys(void)
{
	EVP_PKEY_free(root_key);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(leaf_key);
	EVP_PKEY_free(other_key);
}

#endif
