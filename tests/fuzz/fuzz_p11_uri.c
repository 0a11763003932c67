/*
 * antin_p11_uri_check, antin_p11_uri_of_label: what a URI of strangers may do to us.  A label made
 * into a URI is always a URI that is accepted.
 */
#include <string.h>

#include <antin_p11.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bytes) uri = {0};
	const char *given;

	if (size > 4096)
		return 0;
	antin_bytes_add(&text, data, size);
	given = antin_bytes_cstr(&text);
	if (!given)
		return 0;
	if (antin_p11_uri_check(given, NULL) == ANTIN_OK && strncmp(given, "pkcs11:", 7) != 0)
		abort();
	if (antin_p11_uri_of_label(given, &uri, NULL) != ANTIN_OK)
		return 0;
	if (!antin_bytes_cstr(&uri) || antin_p11_uri_check((const char *)uri.p, NULL) != ANTIN_OK)
		abort();
	return 0;
}
