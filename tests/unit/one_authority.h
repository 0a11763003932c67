/*
 * The fixture of a suite that works with one small authority.
 */
#ifndef TEST_ONE_AUTHORITY_H
#define TEST_ONE_AUTHORITY_H

#include "authority.h"

static struct authority w;

AUTHORITY_UNUSED static void
setup(void)
{
	authority_begin(&w);
}

AUTHORITY_UNUSED static void
teardown(void)
{
	authority_end(&w);
}

AUTHORITY_UNUSED static struct antin_store *
store(void)
{
	return antin_signer_store(w.signer);
}

#endif
