/*
 * OCSP requests: 1 to 16 CertIDs inside the bytes, and written again they are the same questions.
 */
#include <antin/ocsp.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_SCOPED(antin_bytes) ids = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};
	struct antin_ocsp_request r, s;

	if (antin_ocsp_request_read((struct antin_slice){data, size}, &r, NULL) != ANTIN_OK)
		return 0;
	fuzz_never(r.n < 1 || r.n > ANTIN_OCSP_IDS || r.nonce.len > ANTIN_OCSP_NONCE);
	for (size_t i = 0; i < r.n; i++) {
		fuzz_inside((struct antin_slice){data, size}, r.ids[i].der);
		antin_bytes_add(&ids, r.ids[i].der.p, r.ids[i].der.len);
	}
	fuzz_must(antin_ocsp_request_write(antin_bytes_slice(&ids), r.nonce, &again, NULL) ==
	                  ANTIN_OK &&
	          antin_ocsp_request_read(antin_bytes_slice(&again), &s, NULL) == ANTIN_OK &&
	          s.n == r.n && antin_slice_equal(s.nonce, r.nonce));
	return 0;
}
