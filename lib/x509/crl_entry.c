/*
 * One entry of a revocation list (RFC 5280 5.1.2.6, 5.3), strictly.
 */
#include "crl_internal.h"

#include "extension.h"

static bool
read_reason(struct antin_slice value, int *out)
{
	struct antin_in in = antin_in_of(value);
	uint64_t reason;

	if (!antin_der_enum(&in, ANTIN_REASON_AA_COMPROMISE, &reason) || !antin_der_end(&in) ||
	    reason == 7)
		return false;
	*out = (int)reason;
	return true;
}

static bool
read_invalidity(struct antin_slice value, int64_t *out)
{
	struct antin_in in = antin_in_of(value);

	return antin_der_generalized(&in, false, out) && antin_der_end(&in);
}

static bool
read_cert_issuer(struct antin_slice value, struct antin_slice *out)
{
	struct antin_in in = antin_in_of(value);

	return antin_der_take(&in, ANTIN_SEQUENCE, out) && antin_der_end(&in) && out->len > 0;
}

/* The three entry extensions are all 2.5.29.x: compared by octets, this runs a million times. */
static bool
read_entry_ext(struct antin_in *in, unsigned int *seen, struct antin_crl_decoded *d)
{
	struct antin_ext ext;
	uint8_t last;

	if (!antin_ext_read(in, &ext))
		return false;
	last = ext.oid.len == 3 && ext.oid.p[0] == 0x55 && ext.oid.p[1] == 0x1d ? ext.oid.p[2] : 0;
	if (last != 21 && last != 24 && last != 29) {
		if (ext.critical && !d->unknown.p)
			d->unknown = ext.oid;
		return true;
	}
	if (*seen & 1U << last)
		return false;
	*seen |= 1U << last;
	if (last == 21)
		return read_reason(ext.value, &d->e.reason);
	if (last == 24)
		return read_invalidity(ext.value, &d->e.invalidity);
	return read_cert_issuer(ext.value, &d->cert_issuer);
}

bool
antin_crl_entry_read(struct antin_in *in, unsigned int version, struct antin_crl_decoded *d)
{
	struct antin_in entry, exts;
	unsigned int seen = 0;

	*d = (struct antin_crl_decoded){.e.invalidity = ANTIN_NO_TIME};
	if (!antin_der_enter(in, ANTIN_SEQUENCE, &entry) ||
	    !antin_der_integer(&entry, &d->e.serial) || d->e.serial.len > ANTIN_SERIAL_MAX + 1 ||
	    !antin_der_time(&entry, &d->e.revoked))
		return false;
	if (antin_der_end(&entry))
		return true;
	if (version != 2 || !antin_der_enter(&entry, ANTIN_SEQUENCE, &exts) ||
	    !antin_der_end(&entry) || antin_der_end(&exts))
		return false;
	while (!antin_der_end(&exts))
		if (!read_entry_ext(&exts, &seen, d))
			return false;
	return true;
}
