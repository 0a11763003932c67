/*
 * antin_bundle_read: whatever is accepted is octet for octet what would be written from it, and is
 * refused under any other pin.
 */
#include <antin/bundle.h>
#include <antin/zip.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct antin_slice in = {data, size};
	static const uint8_t nobody[32];
	ANTIN_SCOPED(antin_bundle) b = {0};
	ANTIN_SCOPED(antin_zip) z = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};

	if (antin_zip_read(in, &z, NULL) == ANTIN_OK) {
		fuzz_must(antin_zip_write(&z, &again, NULL) == ANTIN_OK &&
		          antin_slice_equal(in, antin_bytes_slice(&again)));
		for (size_t i = 0; i < z.n; i++)
			fuzz_inside(in, z.items[i].bytes);
	}
	if (antin_bundle_read(in, "b", NULL, &b, NULL) != ANTIN_OK) {
		fuzz_never(b.content.n_anchors || b.origin.signer || b.origin.name);
		return 0;
	}
	fuzz_must(z.n > 0);
	fuzz_never(!antin_bundle_is(in) || !b.origin.signer || !b.origin.sequence);
	for (size_t i = 0; i < b.content.n_anchors; i++)
		fuzz_never(antin_trust_fit(b.content.anchors[i].cert, NULL) != ANTIN_OK);
	antin_bundle_done(&b);
	fuzz_never(antin_bundle_read(in, "b", nobody, &b, NULL) == ANTIN_OK);
	return 0;
}
