/*
 * Lint of a certificate's basic fields, its key and its agreement with the issuer.
 */
#include "lint_internal.h"

#include <string.h>

#include <antin/issue.h>

#include "extension.h"

enum { SIZE_MAX_CERT = 10000, SERIAL_MIN = 8, RSA_MIN = 2048 };

void
antin_lint_version(struct antin_lint_run *r)
{
	if (r->c->version != 3)
		antin_lint_hit(r, "version", NULL);
}

/* The elements of the TBSCertificate, one by one. */
static bool
tbs_enter(const struct antin_cert *c, struct antin_in *in)
{
	struct antin_in outer = antin_in_of(c->tbs);

	return antin_der_enter(&outer, ANTIN_SEQUENCE, in);
}

void
antin_lint_unique_ids(struct antin_lint_run *r)
{
	struct antin_in in;
	struct antin_tlv e;

	if (!tbs_enter(r->c, &in))
		return;
	while (antin_der_next(&in, &e))
		if (e.tag == ANTIN_CONTEXT(1) || e.tag == ANTIN_CONTEXT(2))
			antin_lint_hit(r, "tbsCertificate",
			               e.tag == ANTIN_CONTEXT(1) ? "issuerUniqueID"
			                                         : "subjectUniqueID");
}

void
antin_lint_serial_positive(struct antin_lint_run *r)
{
	struct antin_slice s = r->c->serial;

	if (s.len == 0 || s.p[0] >= 0x80 || (s.len == 1 && s.p[0] == 0))
		antin_lint_hit(r, "serialNumber", NULL);
}

void
antin_lint_serial_short(struct antin_lint_run *r)
{
	if (r->c->serial.len < SERIAL_MIN)
		antin_lint_hit(r, "serialNumber", NULL);
}

void
antin_lint_serial_long(struct antin_lint_run *r)
{
	if (r->c->serial.len > 20)
		antin_lint_hit(r, "serialNumber", NULL);
}

void
antin_lint_sigalg_weak(struct antin_lint_run *r)
{
	struct antin_sigalg a;

	if (antin_sigalg_read(r->c->sigalg, &a, NULL) != ANTIN_OK || a.digest == ANTIN_SHA1)
		antin_lint_hit(r, "signatureAlgorithm", NULL);
}

void
antin_lint_validity_order(struct antin_lint_run *r)
{
	if (r->c->not_after < r->c->not_before)
		antin_lint_hit(r, "validity", NULL);
}

void
antin_lint_time_form(struct antin_lint_run *r)
{
	const int64_t year_2050 = INT64_C(2524608000);
	const int64_t times[] = {r->c->not_before, r->c->not_after};
	struct antin_in in, validity;
	struct antin_tlv e;
	struct antin_slice part;

	if (!tbs_enter(r->c, &in))
		return;
	if (antin_der_peek(&in, ANTIN_CONTEXT_CONS(0)) && !antin_der_next(&in, &e))
		return;
	if (!antin_der_integer(&in, &part) || !antin_der_whole(&in, ANTIN_SEQUENCE, &part) ||
	    !antin_der_whole(&in, ANTIN_SEQUENCE, &part) ||
	    !antin_der_enter(&in, ANTIN_SEQUENCE, &validity))
		return;
	for (size_t i = 0; i < 2 && antin_der_next(&validity, &e); i++)
		if ((e.tag == ANTIN_UTCTIME) != (times[i] < year_2050))
			antin_lint_hit(r, "validity", i ? "notAfter" : "notBefore");
}

void
antin_lint_validity_issuer(struct antin_lint_run *r)
{
	if (r->issuer && r->c->not_after > r->issuer->not_after)
		antin_lint_hit(r, "validity", "notAfter");
}

void
antin_lint_issuer_match(struct antin_lint_run *r)
{
	if (r->issuer && !antin_slice_equal(r->c->issuer, r->issuer->subject))
		antin_lint_hit(r, "issuer", NULL);
}

void
antin_lint_size(struct antin_lint_run *r)
{
	if (r->c->der.len > SIZE_MAX_CERT)
		antin_lint_hit(r, "certificate", NULL);
}

void
antin_lint_key_small(struct antin_lint_run *r)
{
	if (r->key && antin_public_type(r->key) == ANTIN_KEY_RSA &&
	    antin_public_bits(r->key) < RSA_MIN)
		antin_lint_hit(r, "subjectPublicKeyInfo", NULL);
}

void
antin_lint_key_weak(struct antin_lint_run *r)
{
	if (r->key && antin_public_bits(r->key) >= 256 &&
	    !(antin_public_type(r->key) == ANTIN_KEY_RSA && antin_public_bits(r->key) < RSA_MIN) &&
	    antin_issue_key(r->key, NULL) != ANTIN_OK)
		antin_lint_hit(r, "subjectPublicKeyInfo", NULL);
}

void
antin_lint_sigalg_issuer(struct antin_lint_run *r)
{
	ANTIN_OWN_S(antin_public) key = NULL;
	struct antin_sigalg a;

	if (!r->issuer || antin_sigalg_read(r->c->sigalg, &a, NULL) != ANTIN_OK ||
	    antin_public_read(r->issuer->spki, &key, NULL) != ANTIN_OK)
		return;
	if ((antin_public_type(key) == ANTIN_KEY_RSA) != (a.scheme != ANTIN_ECDSA))
		antin_lint_hit(r, "signatureAlgorithm", NULL);
}
