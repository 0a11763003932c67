/*
 * What a signature carries along for those who check it later: certificate-values and
 * revocation-values (ETSI EN 319 122-1 5.4), OCSP answers among the lists (RFC 5940).  All of it is
 * unsigned: what cannot be read is counted and left out, and proves nothing by being there.
 */
#include "cades_internal.h"

#include <antin/memory.h>

static void
hold(struct antin_cades *c, enum antin_held_kind kind, struct antin_slice der)
{
	if (c->n_held == ANTIN_CADES_HELD)
		c->n_broken_values++;
	else
		c->held[c->n_held++] = (struct antin_cades_held){kind, der};
}

/* CertificateValues ::= SEQUENCE OF Certificate. */
enum antin_rc
cades_certificate_values(struct antin_cades *c, struct antin_slice value, struct antin_err *err)
{
	struct antin_in in = antin_in_of(value), list;
	struct antin_slice der;

	if (!antin_der_enter(&in, ANTIN_SEQUENCE, &list)) {
		c->n_broken_values++;
		return ANTIN_OK;
	}
	while (!antin_der_end(&list)) {
		ANTIN_OWN_S(antin_cert) cert = NULL;
		enum antin_rc rc;

		if (!antin_der_whole(&list, ANTIN_SEQUENCE, &der) ||
		    c->more_certs.n >= ANTIN_CADES_CERTS) {
			c->n_broken_values++;
			return ANTIN_OK;
		}
		if (antin_memory_cert(c->memory, der, &cert, NULL) != ANTIN_OK) {
			c->n_broken_values++;
			continue;
		}
		rc = antin_certs_add(&c->more_certs, cert, err);
		if (rc != ANTIN_OK)
			return rc;
	}
	return ANTIN_OK;
}

/* [n] EXPLICIT SEQUENCE OF one kind, optional. */
static bool
read_list(struct antin_in *in, uint8_t n, enum antin_held_kind kind, struct antin_cades *c)
{
	struct antin_in explicit, list;
	struct antin_slice der;

	if (!antin_der_peek(in, (uint8_t)ANTIN_CONTEXT_CONS(n)))
		return true;
	if (!antin_der_enter(in, (uint8_t)ANTIN_CONTEXT_CONS(n), &explicit) ||
	    !antin_der_enter(&explicit, ANTIN_SEQUENCE, &list) || !antin_der_end(&explicit))
		return false;
	while (!antin_der_end(&list)) {
		if (!antin_der_whole(&list, ANTIN_SEQUENCE, &der))
			return false;
		hold(c, kind, der);
	}
	return true;
}

/* RevocationValues; of otherRevVals [2] no format is defined. */
void
cades_revocation_values(struct antin_cades *c, struct antin_slice value)
{
	struct antin_in in = antin_in_of(value), list;

	if (!antin_der_enter(&in, ANTIN_SEQUENCE, &list) ||
	    !read_list(&list, 0, ANTIN_HELD_CRL, c) ||
	    !read_list(&list, 1, ANTIN_HELD_BASIC_OCSP, c))
		c->n_broken_values++;
}

void
cades_other_revocation(struct antin_cades *c, struct antin_slice value)
{
	struct antin_in in = antin_in_of(value);
	struct antin_slice oid, der;

	if (!antin_der_take(&in, ANTIN_OID, &oid) || !antin_der_whole(&in, ANTIN_SEQUENCE, &der) ||
	    !antin_der_end(&in))
		c->n_broken_values++;
	else if (antin_oid_is(oid, OID_RI_OCSP))
		hold(c, ANTIN_HELD_OCSP, der);
	else if (antin_oid_is(oid, OID_BASIC_OCSP))
		hold(c, ANTIN_HELD_BASIC_OCSP, der);
}
