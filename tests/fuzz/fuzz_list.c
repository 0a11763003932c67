/*
 * antin_list_read: what is accepted names its signer and a number, is refused under any other pin,
 * and has only anchors that may be one; canonical forms are their own canonical form.
 */
#include <antin/list.h>
#include <antin/xml.h>

#include "fuzz.h"

static void
canonical_twice(struct antin_slice in)
{
	ANTIN_OWN_S(antin_xml) x = NULL;
	ANTIN_OWN_S(antin_xml) y = NULL;
	ANTIN_SCOPED(antin_bytes) once = {0};
	ANTIN_SCOPED(antin_bytes) twice = {0};
	const struct antin_xml_part whole = {.how = ANTIN_XML_C14N};

	if (antin_xml_read(in, &x, NULL) != ANTIN_OK ||
	    antin_xml_canonical(x, &whole, &once, NULL) != ANTIN_OK)
		return;
	if (fuzz_must(antin_xml_read(antin_bytes_slice(&once), &y, NULL) == ANTIN_OK) &&
	    fuzz_must(antin_xml_canonical(y, &whole, &twice, NULL) == ANTIN_OK))
		fuzz_never(!antin_slice_equal(antin_bytes_slice(&once), antin_bytes_slice(&twice)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t nobody[32];
	const struct antin_slice in = {data, size};
	ANTIN_SCOPED(antin_bundle) b = {0};

	canonical_twice(in);
	if (antin_signed_read(in, "l", NULL, &b, NULL) != ANTIN_OK) {
		fuzz_never(b.content.n_anchors || b.origin.signer || b.origin.name);
		return 0;
	}
	fuzz_never(!b.origin.signer || !b.origin.sequence || !b.origin.name);
	for (size_t i = 0; i < b.content.n_anchors; i++)
		fuzz_never(!b.content.anchors[i].limits.purposes);
	antin_bundle_done(&b);
	fuzz_never(antin_list_read(in, "l", nobody, &b, NULL) == ANTIN_OK);
	return 0;
}
