/* Distribution points of a certificate, (length, value), against a CRL, the rest: its scope. */
#include "../../lib/revocation/revocation.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t oid[] = {0x55, 0x1d, 0x1f};
	struct antin_cert cert = {.n_exts = 1, .is_ca = size & 1};
	struct antin_in in = {data, data + size};
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(antin_crl) crl = NULL;
	uint32_t reasons, wide;
	struct antin_crl all;
	uint16_t n;

	if (!antin_in_u16(&in, &n) || !antin_in_take(&in, n, &cert.exts[0].value))
		return 0;
	antin_bytes_add(&der, in.p, (size_t)(in.end - in.p));
	if (antin_crl_read(&der, &crl, NULL) != ANTIN_OK)
		return 0;
	cert.exts[0].oid = (struct antin_slice){oid, sizeof(oid)};
	cert.issuer = crl->issuer;
	fuzz_never((crl_scope(&cert, crl, &reasons) == USELESS_NONE) != (reasons != 0));
	fuzz_never(reasons & ~ALL_REASONS || (reasons && crl->idp.only_attribute));
	/* The same list without a point of its own covers no less. */
	all = (struct antin_crl){.issuer = crl->issuer};
	fuzz_never(crl_scope(&cert, &all, &wide) == USELESS_NONE && wide != ALL_REASONS);
	fuzz_never(reasons && !wide);
	fuzz_never(!crl_same_scope(crl, crl));
	return 0;
}
