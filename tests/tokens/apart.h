/*
 * Modules in processes of their own, where P11_APART names the program antin-module.
 */
#ifndef ANTIN_TEST_TOKENS_APART_H
#define ANTIN_TEST_TOKENS_APART_H

#include <stdlib.h>

#include <antin_p11.h>

static inline void
apart(void)
{
	const struct antin_p11_config config = {
	        .helper = getenv("P11_APART"),
	        .helper_environment = "ANTIN_FAULT_MODULE ANTIN_FAULT_RULES",
	};

	if (config.helper)
		antin_p11_configure(&config);
}

#endif
