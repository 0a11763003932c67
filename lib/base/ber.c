/*
 * The frame of a CMS in BER (RFC 5652 allows it; NSS, and with it pdfsig, writes it): elements of
 * indefinite length (X.690 8.1.3.6) become definite ones.  What is signed is DER already and is
 * copied octet by octet; every other freedom of BER stays refused by the strict reader.
 */
#include <antin/der.h>

enum { BER_DEPTH = 16 };

static bool
end_of_contents(struct antin_in *in)
{
	if (antin_in_left(in) < 2 || in->p[0] || in->p[1])
		return false;
	in->p += 2;
	return true;
}

/* One element; the recursion ends at BER_DEPTH. */
static bool
element(struct antin_in *in, struct antin_bytes *out, unsigned int depth)
{
	struct antin_tlv tlv;
	uint8_t tag;
	size_t mark;

	if (antin_in_left(in) < 2 || depth == BER_DEPTH)
		return false;
	if (in->p[1] != 0x80) {
		if (!antin_der_next(in, &tlv))
			return false;
		antin_bytes_add(out, tlv.whole.p, tlv.whole.len);
		return true;
	}
	tag = in->p[0];
	/* Pieces of strings would have to be joined: nobody needs them here. */
	if (tag != ANTIN_SEQUENCE && tag != ANTIN_SET && (tag & 0xe0) != 0xa0)
		return false;
	in->p += 2;
	mark = antin_der_open(out, tag);
	while (!end_of_contents(in))
		if (!element(in, out, depth + 1))
			return false;
	antin_der_close(out, mark);
	return true;
}

bool
antin_ber_frame(struct antin_in *in, struct antin_bytes *out)
{
	struct antin_in rest = *in;

	if (!element(&rest, out, 0) || out->failed)
		return false;
	*in = rest;
	return true;
}
