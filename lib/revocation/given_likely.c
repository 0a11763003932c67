/*
 * What a file is that cannot be read as what it was given for, by its first octets: a person who
 * took the wrong file is told which one it is.
 */
#include <string.h>

#include "given_likely.h"

#define OID_SIGNED_DATA "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"

/* How deep in SEQUENCEs, what stands there, the end of the PEM label or "", what to say. */
#define KINDS(X)                                                                                   \
	X(2, "\xa0\x03", "CERTIFICATE", N_("%s is a certificate"))                                 \
	X(2, "\x02\x01\x01\x30", "X509 CRL", N_("%s is a certificate revocation list (CRL)"))      \
	X(2, "\x02\x01\x00\x30", "REQUEST", N_("%s is a request for a certificate"))               \
	X(1, "\x0a\x01", "", N_("%s is an OCSP answer"))                                           \
	X(1, "\x02\x01\x03", "", N_("%s is a key with its certificates (PKCS#12)"))                \
	X(1, "\x02\x01\x00", "PRIVATE KEY", N_("%s is a private key"))                             \
	X(1, OID_SIGNED_DATA, "PKCS7",                                                             \
	  N_("%s is a signature or a collection of certificates (CMS)"))                           \
	X(0, "%PDF-", "", N_("%s is a PDF document"))

static const struct likely {
	unsigned int depth;
	struct antin_slice head;
	const char *label;
} kinds[] = {
#define HEAD(text)                                                                                 \
	{                                                                                          \
		(const uint8_t *)(text), sizeof(text) - 1                                          \
	}
#define ROW(depth, head, label, text) {depth, HEAD(head), label},
        KINDS(ROW)
#undef ROW
};
enum { N_KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static struct antin_slice
inside(struct antin_slice octets, unsigned int depth)
{
	struct antin_in in = antin_in_of(octets), next;

	for (; depth; depth--, in = next)
		if (!antin_der_enter(&in, ANTIN_SEQUENCE, &next))
			return (struct antin_slice){NULL, 0};
	return (struct antin_slice){in.p, antin_in_left(&in)};
}

/* The first PEM label ends with it: "NEW CERTIFICATE REQUEST", "EC PRIVATE KEY". */
static bool
labelled(struct antin_slice octets, const char *label)
{
	static const char begin[] = "-----BEGIN ";
	const uint8_t *p = memmem(octets.p, octets.len, begin, strlen(begin)), *end;
	size_t len = strlen(label), left;

	if (!p)
		return false;
	p += strlen(begin);
	left = octets.len - (size_t)(p - octets.p);
	end = memmem(p, left < 64 ? left : 64, "-----", 5);
	return end && (size_t)(end - p) >= len && memcmp(end - len, label, len) == 0;
}

/* What a file begins with tells more than a label, which may stand in the text of anything. */
size_t
given_likely(struct antin_slice octets)
{
	size_t i;

	for (i = 0; i < N_KINDS; i++) {
		struct antin_slice s = inside(octets, kinds[i].depth), head = kinds[i].head;

		if (s.p && s.len >= head.len && memcmp(s.p, head.p, head.len) == 0)
			return i;
	}
	if (octets.len && octets.p[0] == ANTIN_SEQUENCE)
		return N_KINDS;
	for (i = 0; i < N_KINDS; i++)
		if (*kinds[i].label && labelled(octets, kinds[i].label))
			return i;
	return N_KINDS;
}

/* One literal for each kind of file. */
enum antin_rc
given_refuse(size_t likely, const char *path, struct antin_err *err)
{
	size_t i = 0;

#define ROW(depth, head, label, text)                                                              \
	if (i++ == likely)                                                                         \
		return antin_fail(err, ANTIN_E_FORMAT, text, path);
	KINDS(ROW)
#undef ROW
	return ANTIN_E_FORMAT;
}
