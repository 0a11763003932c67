/*
 * Labels that we give to tokens and keys (PKCS#11 v2.40, 10.4): text that a person can read aloud
 * and type again.  What other programs wrote is taken as it is.
 */
#include "p11.h"

#include <string.h>

#include <antin/text.h>

enum antin_rc
antin_p11_label_check(const char *label, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) plain = {0};
	ANTIN_SCOPED(antin_bytes) shown = {0};
	size_t len = strlen(label);

	/* A backslash is visible; it is only what it would become that differs. */
	for (size_t i = 0; i < len; i++)
		antin_bytes_byte(&plain, label[i] == '\\' ? '/' : (uint8_t)label[i]);
	antin_text_safe_add(&shown, antin_bytes_slice(&plain), ANTIN_SAFE_MAX);
	if (plain.failed || shown.failed)
		return antin_fail_memory(err);
	if (len == 0 || label[0] == ' ' || label[len - 1] == ' ' ||
	    !antin_bytes_equal(&plain, &shown))
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("a label is visible text of at most %d characters, without "
		                     "spaces at its ends"),
		                  ANTIN_SAFE_MAX);
	return ANTIN_OK;
}
