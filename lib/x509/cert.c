/*
 * Certificates (RFC 5280 4.1): decoding of the form.  See cert.h.
 */
#include <antin/cert.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <antin/der.h>
#include <antin/memory.h>

#include "cert_internal.h"

/* What antin_cert_read allocates: the view, then what others need not see, then the DER. */
struct holder {
	struct antin_cert view;
	atomic_uint refs;
	_Atomic(struct antin_public *) key;
	uint8_t der[];
};

static enum antin_rc
bad(struct antin_err *err, const char *where)
{
	antin_err_set_where(err, "%s", where);
	return antin_fail(err, ANTIN_E_FORMAT, N_("the certificate is not readable: %s"), where);
}

/* A BOOLEAN DEFAULT FALSE.  FALSE written out is not DER but common enough to be taken. */
static bool
default_false(struct antin_in *in, bool *out)
{
	*out = false;
	return !antin_der_peek(in, ANTIN_BOOLEAN) || antin_der_bool(in, out);
}

static bool
read_ext(struct antin_in *list, struct antin_cert *c)
{
	struct antin_ext *e = &c->exts[c->n_exts];
	struct antin_in sequence;

	if (c->n_exts == ANTIN_CERT_EXTS || !antin_der_enter(list, ANTIN_SEQUENCE, &sequence) ||
	    !antin_der_take(&sequence, ANTIN_OID, &e->oid) ||
	    !default_false(&sequence, &e->critical) ||
	    !antin_der_take(&sequence, ANTIN_OCTET_STRING, &e->value) || !antin_der_end(&sequence))
		return false;
	/* RFC 5280 4.2: no extension twice; which of the two would bind is anybody's guess. */
	for (size_t i = 0; i < c->n_exts; i++)
		if (antin_slice_equal(c->exts[i].oid, e->oid))
			return false;
	c->n_exts++;
	return true;
}

static bool
read_exts(struct antin_in *tbs, struct antin_cert *c)
{
	struct antin_in outer, list;

	if (!antin_der_peek(tbs, ANTIN_CONTEXT_CONS(3)))
		return true;
	if (c->version != 3 || !antin_der_enter(tbs, ANTIN_CONTEXT_CONS(3), &outer) ||
	    !antin_der_enter(&outer, ANTIN_SEQUENCE, &list) || !antin_der_end(&outer) ||
	    antin_der_end(&list))
		return false;
	while (!antin_der_end(&list))
		if (!read_ext(&list, c))
			return false;
	return true;
}

static bool
read_version(struct antin_in *tbs, struct antin_cert *c)
{
	struct antin_in outer;
	uint64_t number;

	c->version = 1;
	if (!antin_der_peek(tbs, ANTIN_CONTEXT_CONS(0)))
		return true;
	/* Version 1 is the default and so never written (X.690 11.5). */
	if (!antin_der_enter(tbs, ANTIN_CONTEXT_CONS(0), &outer) ||
	    !antin_der_uint(&outer, 2, &number) || !antin_der_end(&outer) || number == 0)
		return false;
	c->version = (unsigned int)number + 1;
	return true;
}

static bool
read_validity(struct antin_in *tbs, struct antin_cert *c)
{
	struct antin_in validity;

	return antin_der_enter(tbs, ANTIN_SEQUENCE, &validity) &&
	       antin_der_time(&validity, &c->not_before) &&
	       antin_der_time(&validity, &c->not_after) && antin_der_end(&validity);
}

/* An AlgorithmIdentifier: only its shape. */
static bool
algorithm_shaped(struct antin_slice whole)
{
	struct antin_in in = antin_in_of(whole), sequence;
	struct antin_slice oid;
	struct antin_tlv parameters;

	return antin_der_enter(&in, ANTIN_SEQUENCE, &sequence) &&
	       antin_der_take(&sequence, ANTIN_OID, &oid) &&
	       (antin_der_end(&sequence) ||
	        (antin_der_next(&sequence, &parameters) && antin_der_end(&sequence)));
}

static bool
key_shaped(struct antin_slice whole)
{
	struct antin_in in = antin_in_of(whole), spki;
	struct antin_slice algorithm, bits;
	unsigned int unused;

	return antin_der_enter(&in, ANTIN_SEQUENCE, &spki) &&
	       antin_der_whole(&spki, ANTIN_SEQUENCE, &algorithm) && algorithm_shaped(algorithm) &&
	       antin_der_bits(&spki, &bits, &unused) && antin_der_end(&spki);
}

static bool
name_shaped(struct antin_slice whole)
{
	struct antin_name name;

	return antin_name_read(whole, &name, NULL) == ANTIN_OK;
}

/* issuerUniqueID and subjectUniqueID: nobody's any more, but part of the form. */
static bool
skip_unique_id(struct antin_in *tbs, uint8_t tag, const struct antin_cert *c)
{
	struct antin_slice id;

	if (!antin_der_peek(tbs, tag))
		return true;
	return c->version >= 2 && antin_der_take(tbs, tag, &id) && id.len > 0 && id.p[0] <= 7;
}

static enum antin_rc
read_tbs(struct antin_cert *c, struct antin_slice *inner_sigalg, struct antin_err *err)
{
	struct antin_in in = antin_in_of(c->tbs), tbs;

	if (!antin_der_enter(&in, ANTIN_SEQUENCE, &tbs))
		return bad(err, "tbsCertificate");
	if (!read_version(&tbs, c))
		return bad(err, "version");
	if (!antin_der_integer(&tbs, &c->serial))
		return bad(err, "serialNumber");
	if (!antin_der_whole(&tbs, ANTIN_SEQUENCE, inner_sigalg))
		return bad(err, "signature");
	if (!antin_der_whole(&tbs, ANTIN_SEQUENCE, &c->issuer) || !name_shaped(c->issuer))
		return bad(err, "issuer");
	if (!read_validity(&tbs, c))
		return bad(err, "validity");
	if (!antin_der_whole(&tbs, ANTIN_SEQUENCE, &c->subject) || !name_shaped(c->subject))
		return bad(err, "subject");
	if (!antin_der_whole(&tbs, ANTIN_SEQUENCE, &c->spki) || !key_shaped(c->spki))
		return bad(err, "subjectPublicKeyInfo");
	if (!skip_unique_id(&tbs, ANTIN_CONTEXT(1), c) ||
	    !skip_unique_id(&tbs, ANTIN_CONTEXT(2), c))
		return bad(err, "uniqueID");
	if (!read_exts(&tbs, c) || !antin_der_end(&tbs))
		return bad(err, "extensions");
	return antin_cert_decode_exts(c, err);
}

static enum antin_rc
decode(struct antin_cert *c, struct antin_err *err)
{
	struct antin_in in = antin_in_of(c->der), certificate;
	struct antin_slice inner = {NULL, 0};
	unsigned int unused;
	enum antin_rc rc;

	if (!antin_der_enter(&in, ANTIN_SEQUENCE, &certificate) || !antin_der_end(&in) ||
	    !antin_der_whole(&certificate, ANTIN_SEQUENCE, &c->tbs))
		return bad(err, "certificate");
	if (!antin_der_whole(&certificate, ANTIN_SEQUENCE, &c->sigalg) ||
	    !algorithm_shaped(c->sigalg))
		return bad(err, "signatureAlgorithm");
	if (!antin_der_bits(&certificate, &c->signature, &unused) || unused ||
	    c->signature.len == 0 || !antin_der_end(&certificate))
		return bad(err, "signatureValue");
	rc = read_tbs(c, &inner, err);
	if (rc != ANTIN_OK)
		return rc;
	/* RFC 5280 4.1.1.2: only the inner one is signed. */
	if (!antin_slice_equal(inner, c->sigalg))
		return bad(err, "signatureAlgorithm");
	return antin_sha256(c->der, c->sha256, err);
}

enum antin_rc
antin_cert_read(struct antin_slice der, struct antin_cert **out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_cert) c = NULL;
	struct holder *h;
	enum antin_rc rc;

	if (der.len > ANTIN_CERT_MAX)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("a certificate of more than %d bytes"),
		                  ANTIN_CERT_MAX);
	h = calloc(1, sizeof(*h) + der.len);
	if (!h)
		return antin_fail_memory(err);
	atomic_init(&h->refs, 1);
	atomic_init(&h->key, NULL);
	if (der.len)
		memcpy(h->der, der.p, der.len);
	c = (struct antin_cert *)h;
	c->der = (struct antin_slice){h->der, der.len};
	c->path_len = -1;
	rc = decode(c, err);
	if (rc != ANTIN_OK)
		return rc;
	*out = ANTIN_TAKE(c);
	return ANTIN_OK;
}

struct antin_cert *
antin_cert_ref(struct antin_cert *c)
{
	struct holder *h = (struct holder *)c;

	(void)atomic_fetch_add_explicit(&h->refs, 1, memory_order_relaxed);
	return c;
}

void
antin_cert_free(struct antin_cert *c)
{
	struct holder *h = (struct holder *)c;

	if (!h || atomic_fetch_sub_explicit(&h->refs, 1, memory_order_acq_rel) != 1)
		return;
	antin_public_free(atomic_load(&h->key));
	free(h);
}

enum antin_rc
antin_cert_public(struct antin_cert *c, const struct antin_public **out, struct antin_err *err)
{
	struct holder *h = (struct holder *)c;
	struct antin_public *key = atomic_load_explicit(&h->key, memory_order_acquire);
	struct antin_public *other = NULL;
	enum antin_rc rc;

	if (key) {
		*out = key;
		return ANTIN_OK;
	}
	rc = antin_public_read(c->spki, &key, err);
	if (rc != ANTIN_OK)
		return rc;
	/* Two threads may decode at once: the first to store wins. */
	if (!atomic_compare_exchange_strong(&h->key, &other, key)) {
		antin_public_free(key);
		key = other;
	}
	*out = key;
	return ANTIN_OK;
}

enum antin_rc
antin_cert_verify(const struct antin_cert *c, const struct antin_public *issuer,
                  struct antin_memory *memory, struct antin_err *err)
{
	uint8_t digest[ANTIN_DIGEST_MAX];
	struct antin_sigalg a;
	enum antin_rc rc;

	rc = antin_sigalg_read(c->sigalg, &a, err);
	if (rc == ANTIN_OK)
		rc = antin_digest_of(a.digest, c->tbs, digest, err);
	if (rc != ANTIN_OK)
		return rc;
	return antin_memory_verify(memory, issuer, a,
	                           (struct antin_slice){digest, antin_digest_size(a.digest)},
	                           c->signature, err);
}

bool
antin_cert_self_issued(const struct antin_cert *c)
{
	return antin_name_equal(c->issuer, c->subject);
}
