/*
 * PEM and key files: lists are all or nothing, what is read can be written and read again.
 */
#include <antin/cert.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_SCOPED(antin_certs) l = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_SCOPED(antin_bytes) pem = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};
	struct antin_slice s = {data, size};

	fuzz_never(antin_certs_read(s, "fuzz", &l, NULL) != ANTIN_OK && l.n != 0);
	if (antin_pem_or_der(s, "CERTIFICATE", &der, NULL) != ANTIN_OK) {
		fuzz_never(der.len > 0);
		return 0;
	}
	antin_pem_add(&pem, "X", antin_bytes_slice(&der));
	fuzz_must(antin_pem_or_der(antin_bytes_slice(&pem), "X", &again, NULL) == ANTIN_OK &&
	          antin_bytes_equal(&der, &again));
	return 0;
}
