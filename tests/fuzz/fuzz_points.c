/*
 * Distribution points of a certificate, (length, value), against a CRL, the rest: its scope.  The
 * highest bit of the length: another one issued the certificate.
 */
#include "../../lib/revocation/revocation.h"
#include "fuzz.h"

/* What differs in anything is no list of the same scope. */
static void
same_scope(const struct antin_crl *crl, const struct antin_crl *all)
{
	struct antin_crl other = *crl;

	fuzz_never(!crl_same_scope(crl, crl));
	fuzz_never(crl_same_scope(crl, all) == crl->idp.present);
	other.aki = crl->der;
	fuzz_never(crl_same_scope(crl, &other) == (crl->aki.p != NULL));
	other.issuer = crl->der;
	fuzz_never(crl_same_scope(crl, &other));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t oid[] = {0x55, 0x1d, 0x1f}, name[] = {0x30, 0};
	const struct antin_slice nobody = {name, sizeof(name)};
	struct antin_cert cert = {.is_ca = size & 1};
	struct antin_in in = {data, data + size};
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(antin_crl) crl = NULL;
	uint32_t reasons, wide;
	struct antin_crl all;
	uint16_t n;

	if (!antin_in_u16(&in, &n) || !antin_in_take(&in, n & 0x7fff, &cert.exts[0].value))
		return 0;
	antin_bytes_add(&der, in.p, (size_t)(in.end - in.p));
	if (antin_crl_read(&der, &crl, NULL) != ANTIN_OK)
		return 0;
	cert.n_exts = cert.exts[0].value.len > 0;
	cert.exts[0].oid = (struct antin_slice){oid, sizeof(oid)};
	cert.issuer = n & 0x8000 ? nobody : crl->issuer;
	fuzz_never((crl_scope(&cert, crl, &reasons) == USELESS_NONE) != (reasons != 0));
	fuzz_never(reasons & ~ALL_REASONS || (reasons && crl->idp.only_attribute));
	/* The same list without a point of its own covers no less, but of its issuer alone. */
	all = (struct antin_crl){.issuer = crl->issuer};
	fuzz_never(crl_scope(&cert, &all, &wide) == USELESS_NONE && wide != ALL_REASONS);
	if (antin_name_equal(cert.issuer, crl->issuer))
		fuzz_never(reasons && !wide);
	else
		fuzz_never(wide || (reasons && !crl->idp.indirect));
	same_scope(crl, &all);
	return 0;
}
