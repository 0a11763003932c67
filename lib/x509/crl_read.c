/*
 * Certificate revocation lists read (RFC 5280 5): the list around the entries.  The entries are
 * crl_index.c's.  See crl.h.
 */
#include <antin/crl.h>

#include <stdlib.h>
#include <string.h>

#include <antin/memory.h>

#include "crl_internal.h"
#include "extension.h"

enum antin_rc
antin_crl_broken(struct antin_err *err, const char *where)
{
	antin_err_set_where(err, "%s", where);
	return antin_fail(err, ANTIN_E_FORMAT,
	                  N_("not a revocation list that follows RFC 5280 (%s)"), where);
}

/* distributionPoint [0] DistributionPointName: fullName [0] or nameRelativeToCRLIssuer [1]. */
static bool
read_point(struct antin_in *in, struct antin_crl_idp *idp)
{
	struct antin_in point;

	if (!antin_der_peek(in, ANTIN_CONTEXT_CONS(0)))
		return true;
	if (!antin_der_enter(in, ANTIN_CONTEXT_CONS(0), &point))
		return false;
	if (!antin_der_take(&point, ANTIN_CONTEXT_CONS(0), &idp->full_name) &&
	    !antin_der_take(&point, ANTIN_CONTEXT_CONS(1), &idp->relative))
		return false;
	return antin_der_end(&point);
}

/* [n] BOOLEAN DEFAULT FALSE: written only when true. */
static bool
read_flag(struct antin_in *in, unsigned int n, bool *out)
{
	struct antin_slice value;

	if (!antin_der_peek(in, (uint8_t)ANTIN_CONTEXT(n)))
		return true;
	*out = true;
	return antin_der_take(in, (uint8_t)ANTIN_CONTEXT(n), &value) && value.len == 1 &&
	       value.p[0] == 0xff;
}

static bool
read_reasons(struct antin_in *in, struct antin_crl_idp *idp)
{
	uint8_t bits[8] = {ANTIN_BIT_STRING};
	struct antin_slice value;
	struct antin_in again;

	if (!antin_der_peek(in, ANTIN_CONTEXT(3)))
		return true;
	if (!antin_der_take(in, ANTIN_CONTEXT(3), &value) || value.len > 5)
		return false;
	bits[1] = (uint8_t)value.len;
	memcpy(bits + 2, value.p, value.len);
	again = antin_in_of((struct antin_slice){bits, 2 + value.len});
	idp->some_reasons = true;
	return antin_der_named_bits(&again, &idp->reasons);
}

static bool
read_idp(struct antin_crl *c, struct antin_slice value)
{
	struct antin_in outer = antin_in_of(value), in;
	struct antin_crl_idp *idp = &c->idp;

	idp->present = true;
	if (!antin_der_enter(&outer, ANTIN_SEQUENCE, &in) || !antin_der_end(&outer))
		return false;
	if (!read_point(&in, idp) || !read_flag(&in, 1, &idp->only_user) ||
	    !read_flag(&in, 2, &idp->only_ca) || !read_reasons(&in, idp) ||
	    !read_flag(&in, 4, &idp->indirect) || !read_flag(&in, 5, &idp->only_attribute))
		return false;
	return antin_der_end(&in) && idp->only_user + idp->only_ca + idp->only_attribute <= 1;
}

/* The key identifier alone is kept; issuer and serial are checked for form. */
static bool
read_aki(struct antin_crl *c, struct antin_slice value)
{
	struct antin_in outer = antin_in_of(value), in;
	struct antin_tlv rest;

	if (!antin_der_enter(&outer, ANTIN_SEQUENCE, &in) || !antin_der_end(&outer))
		return false;
	if (antin_der_peek(&in, ANTIN_CONTEXT(0)) &&
	    !antin_der_take(&in, ANTIN_CONTEXT(0), &c->aki))
		return false;
	while (!antin_der_end(&in))
		if (!antin_der_next(&in, &rest))
			return false;
	return true;
}

static bool
read_number_to(struct antin_slice value, struct antin_slice *out)
{
	struct antin_in in = antin_in_of(value);

	return antin_der_integer(&in, out) && antin_der_end(&in) && out->len <= ANTIN_SERIAL_MAX &&
	       out->p[0] < 0x80;
}

static bool
read_number(struct antin_crl *c, struct antin_slice value)
{
	return read_number_to(value, &c->number);
}

static bool
read_base(struct antin_crl *c, struct antin_slice value)
{
	return read_number_to(value, &c->base);
}

static bool
read_expired(struct antin_crl *c, struct antin_slice value)
{
	struct antin_in in = antin_in_of(value);

	return antin_der_generalized(&in, false, &c->expired_on_crl) && antin_der_end(&in);
}

static const struct {
	const char *oid, *name;
	bool (*read)(struct antin_crl *c, struct antin_slice value);
} known[] = {
        {OID_EXT_AKI, "authorityKeyIdentifier", read_aki},
        {OID_EXT_CRL_NUMBER, "cRLNumber", read_number},
        {OID_EXT_DELTA, "deltaCRLIndicator", read_base},
        {OID_EXT_IDP, "issuingDistributionPoint", read_idp},
        {OID_EXT_EXPIRED_ON_CRL, "expiredCertsOnCRL", read_expired},
};

void
antin_crl_set_unknown(struct antin_crl *c, struct antin_slice oid)
{
	if (!c->unknown_critical)
		(void)antin_oid_text(oid, c->unknown_oid, sizeof(c->unknown_oid));
	c->unknown_critical = true;
}

static enum antin_rc
read_extension(struct antin_crl *c, const struct antin_ext *e, struct antin_err *err)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!antin_oid_is(e->oid, known[i].oid))
			continue;
		return known[i].read(c, e->value) ? ANTIN_OK : antin_crl_broken(err, known[i].name);
	}
	if (e->critical)
		antin_crl_set_unknown(c, e->oid);
	return ANTIN_OK;
}

static enum antin_rc
read_extensions(struct antin_crl *c, struct antin_in *in, struct antin_err *err)
{
	struct antin_in wrapped, list;
	enum antin_rc rc = ANTIN_OK;

	if (antin_der_end(in))
		return ANTIN_OK;
	if (c->version != 2 || !antin_der_enter(in, ANTIN_CONTEXT_CONS(0), &wrapped) ||
	    !antin_der_enter(&wrapped, ANTIN_SEQUENCE, &list) || !antin_der_end(&wrapped) ||
	    !antin_exts_read(&list, c->exts, ANTIN_CRL_EXTS, &c->n_exts))
		return antin_crl_broken(err, "crlExtensions");
	for (size_t i = 0; rc == ANTIN_OK && i < c->n_exts; i++)
		rc = read_extension(c, &c->exts[i], err);
	return rc;
}

/* Up to and with nextUpdate. */
static enum antin_rc
read_head(struct antin_crl *c, struct antin_in *in, struct antin_err *err)
{
	struct antin_slice sigalg;
	struct antin_name name;
	uint64_t version = 0;

	if (antin_der_peek(in, ANTIN_INTEGER) && (!antin_der_uint(in, 1, &version) || version != 1))
		return antin_crl_broken(err, "version");
	c->version = (unsigned int)version + 1;
	if (!antin_der_whole(in, ANTIN_SEQUENCE, &sigalg) || !antin_slice_equal(sigalg, c->sigalg))
		return antin_crl_broken(err, "signature");
	if (!antin_der_whole(in, ANTIN_SEQUENCE, &c->issuer))
		return antin_crl_broken(err, "issuer");
	if (antin_name_read(c->issuer, &name, err) != ANTIN_OK || name.n_attrs == 0)
		return antin_crl_broken(err, "issuer");
	if (!antin_der_time(in, &c->this_update))
		return antin_crl_broken(err, "thisUpdate");
	c->next_update = ANTIN_NO_TIME;
	if ((antin_der_peek(in, ANTIN_UTCTIME) || antin_der_peek(in, ANTIN_GENERALIZEDTIME)) &&
	    (!antin_der_time(in, &c->next_update) || c->next_update < c->this_update))
		return antin_crl_broken(err, "nextUpdate");
	return ANTIN_OK;
}

static enum antin_rc
read_tbs(struct antin_crl *c, struct antin_err *err)
{
	struct antin_in outer = antin_in_of(c->tbs), in;
	struct antin_slice entries = {0};
	enum antin_rc rc;

	if (!antin_der_enter(&outer, ANTIN_SEQUENCE, &in))
		return antin_crl_broken(err, "tbsCertList");
	rc = read_head(c, &in, err);
	if (rc != ANTIN_OK)
		return rc;
	if (antin_der_peek(&in, ANTIN_SEQUENCE) &&
	    (!antin_der_take(&in, ANTIN_SEQUENCE, &entries) || entries.len == 0))
		return antin_crl_broken(err, "revokedCertificates");
	rc = read_extensions(c, &in, err);
	if (rc != ANTIN_OK)
		return rc;
	if (!antin_der_end(&in))
		return antin_crl_broken(err, "tbsCertList");
	return antin_crl_index_build(c, entries, err);
}

/* The hash that verification needs is made once: a list is never hashed again. */
static enum antin_rc
digest_begin(struct antin_crl *c, struct antin_err *err)
{
	struct antin_crl_index *x = c->index;

	x->has_digest = antin_sigalg_read(c->sigalg, &x->sigalg, NULL) == ANTIN_OK;
	x->unhashed = antin_in_of(c->tbs);
	if (x->has_digest)
		return antin_hash_new(x->sigalg.digest, &x->hash, err);
	x->unhashed.p = x->unhashed.end;
	return ANTIN_OK;
}

enum antin_rc
antin_crl_hash_ahead(struct antin_crl_index *x, const uint8_t *to, struct antin_err *err)
{
	enum { PIECE = 128 * 1024 };
	struct antin_in *u = &x->unhashed;
	size_t left = (size_t)(u->end - u->p), n = (size_t)(to - u->p) + PIECE;
	const uint8_t *from = u->p;

	if (n > left)
		n = left;
	u->p += n;
	return n ? antin_hash_add(x->hash, from, n, err) : ANTIN_OK;
}

static enum antin_rc
digest_end(struct antin_crl *c, struct antin_err *err)
{
	struct antin_crl_index *x = c->index;
	enum antin_rc rc = antin_crl_hash_ahead(x, x->unhashed.end, err);

	if (rc == ANTIN_OK && x->has_digest)
		rc = antin_hash_end(x->hash, x->digest, err);
	antin_hash_free(x->hash);
	x->hash = NULL;
	return rc;
}

static enum antin_rc
read_outer(struct antin_crl *c, struct antin_err *err)
{
	struct antin_in file = antin_in_of(c->der), in;
	unsigned int unused;
	enum antin_rc rc;

	c->expired_on_crl = ANTIN_NO_TIME;
	if (!antin_der_enter(&file, ANTIN_SEQUENCE, &in) || !antin_der_end(&file))
		return antin_crl_broken(err, "CertificateList");
	if (!antin_der_whole(&in, ANTIN_SEQUENCE, &c->tbs))
		return antin_crl_broken(err, "tbsCertList");
	if (!antin_der_whole(&in, ANTIN_SEQUENCE, &c->sigalg))
		return antin_crl_broken(err, "signatureAlgorithm");
	if (!antin_der_bits(&in, &c->signature, &unused) || unused != 0 || !antin_der_end(&in))
		return antin_crl_broken(err, "signatureValue");
	rc = digest_begin(c, err);
	return rc == ANTIN_OK ? read_tbs(c, err) : rc;
}

enum antin_rc
antin_crl_read(struct antin_bytes *der, struct antin_crl **out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_crl) c = calloc(1, sizeof(*c));
	ANTIN_SCOPED(antin_bytes) own = {0};
	enum antin_rc rc;

	antin_bytes_move(&own, der);
	if (!c || !(c->index = calloc(1, sizeof(*c->index))))
		return antin_fail_memory(err);
	c->index->refs = 1;
	antin_bytes_move(&c->index->der, &own);
	c->der = antin_bytes_slice(&c->index->der);
	if (c->der.len > ANTIN_CRL_MAX)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("the revocation list is too large"));
	rc = read_outer(c, err);
	if (rc == ANTIN_OK)
		rc = digest_end(c, err);
	if (rc == ANTIN_OK)
		*out = ANTIN_TAKE(c);
	return rc;
}

enum antin_rc
antin_crl_read_file(struct antin_bytes *file, const char *path, struct antin_crl **out,
                    struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) der = {0};
	enum antin_rc rc = ANTIN_OK;

	if (file->len > 0 && file->p[0] == ANTIN_SEQUENCE)
		antin_bytes_move(&der, file);
	else
		rc = antin_pem_or_der(antin_bytes_slice(file), "X509 CRL", &der, err);
	if (rc == ANTIN_OK)
		rc = antin_crl_read(&der, out, err);
	if (rc != ANTIN_OK)
		antin_err_set_file(err, path);
	return rc;
}

enum antin_rc
antin_crl_load(const char *path, struct antin_crl **out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) file = {0};
	enum antin_rc rc = antin_file_read(path, ANTIN_CRL_MAX, &file, err);

	return rc == ANTIN_OK ? antin_crl_read_file(&file, path, out, err) : rc;
}

const struct antin_ext *
antin_crl_ext(const struct antin_crl *c, const char *dotted)
{
	return antin_exts_find(c->exts, c->n_exts, dotted);
}

enum antin_rc
antin_crl_verify(const struct antin_crl *c, const struct antin_public *issuer,
                 struct antin_memory *memory, struct antin_err *err)
{
	struct antin_crl_index *x = c->index;
	struct antin_sigalg a;
	struct antin_slice digest = {x->digest, 0};

	if (!x->has_digest)
		return antin_sigalg_read(c->sigalg, &a, err);
	digest.len = antin_digest_size(x->sigalg.digest);
	return antin_memory_verify(memory, issuer, x->sigalg, digest, c->signature, err);
}
