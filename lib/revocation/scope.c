/*
 * Whether a CRL speaks about a certificate (RFC 5280 6.3.3 (b), 5.2.5, 4.2.1.13): issuer, kinds of
 * certificates, distribution points and reasons.
 */
#include <string.h>

#include "revocation.h"

enum { POINTS_MAX = 32 };

/* One DistributionPoint. */
struct point {
	struct antin_slice full_name, relative, crl_issuer; /* contents; p NULL absent */
	uint32_t reasons;
	bool has_reasons;
};

static bool
read_point_name(struct antin_in in, struct point *out)
{
	if (antin_der_peek(&in, ANTIN_CONTEXT_CONS(0)))
		return antin_der_take(&in, ANTIN_CONTEXT_CONS(0), &out->full_name) &&
		       antin_der_end(&in);
	return antin_der_take(&in, ANTIN_CONTEXT_CONS(1), &out->relative) && antin_der_end(&in);
}

static bool
read_reasons(struct antin_slice bits, struct point *out)
{
	if (bits.len < 2 || bits.len > 3)
		return false;
	out->has_reasons = true;
	for (size_t bit = 0; bit < (bits.len - 1) * 8; bit++)
		if (bits.p[1 + bit / 8] >> (7 - bit % 8) & 1)
			out->reasons |= 1u << bit;
	return true;
}

static bool
read_point(struct antin_in *list, struct point *out)
{
	struct antin_in in, name;
	struct antin_slice bits;

	*out = (struct point){0};
	if (!antin_der_enter(list, ANTIN_SEQUENCE, &in))
		return false;
	if (antin_der_peek(&in, ANTIN_CONTEXT_CONS(0)) &&
	    (!antin_der_enter(&in, ANTIN_CONTEXT_CONS(0), &name) || !read_point_name(name, out)))
		return false;
	if (antin_der_peek(&in, ANTIN_CONTEXT(1)) &&
	    (!antin_der_take(&in, ANTIN_CONTEXT(1), &bits) || !read_reasons(bits, out)))
		return false;
	if (antin_der_peek(&in, ANTIN_CONTEXT_CONS(2)) &&
	    !antin_der_take(&in, ANTIN_CONTEXT_CONS(2), &out->crl_issuer))
		return false;
	return antin_der_end(&in);
}

/* Appends one GeneralName that stands for issuer + relative name. */
static void
absolute_name(struct antin_bytes *out, struct antin_slice issuer, struct antin_slice relative)
{
	struct antin_in in = antin_in_of(issuer);
	struct antin_slice rdns;
	size_t name, seq, set;

	if (!antin_der_take(&in, ANTIN_SEQUENCE, &rdns))
		return;
	name = antin_der_open(out, ANTIN_CONTEXT_CONS(4));
	seq = antin_der_open(out, ANTIN_SEQUENCE);
	antin_bytes_add(out, rdns.p, rdns.len);
	set = antin_der_open(out, ANTIN_SET);
	antin_bytes_add(out, relative.p, relative.len);
	antin_der_close(out, set);
	antin_der_close(out, seq);
	antin_der_close(out, name);
}

static bool
same_general_name(const struct antin_tlv *a, const struct antin_tlv *b)
{
	if (a->tag != b->tag)
		return false;
	if (a->tag == ANTIN_CONTEXT_CONS(4))
		return antin_name_equal(a->value, b->value);
	return antin_slice_equal(a->value, b->value);
}

/* True when the two lists of GeneralNames have one in common. */
static bool
names_meet(struct antin_slice a, struct antin_slice b)
{
	struct antin_in ina = antin_in_of(a), inb;
	struct antin_tlv x, y;

	while (antin_der_next(&ina, &x))
		for (inb = antin_in_of(b); antin_der_next(&inb, &y);)
			if (same_general_name(&x, &y))
				return true;
	return false;
}

static bool
has_directory_name(struct antin_slice names, struct antin_slice name)
{
	struct antin_in in = antin_in_of(names);
	struct antin_tlv one;

	while (antin_der_next(&in, &one))
		if (one.tag == ANTIN_CONTEXT_CONS(4) && antin_name_equal(one.value, name))
			return true;
	return false;
}

/* The names of the point against those of the list; a side without names meets all. */
static bool
point_names_meet(const struct point *p, const struct antin_crl *crl)
{
	ANTIN_SCOPED(antin_bytes) mine = {0};
	ANTIN_SCOPED(antin_bytes) theirs = {0};
	struct antin_slice a = p->full_name, b = crl->idp.full_name;

	if (!crl->idp.full_name.p && !crl->idp.relative.p)
		return true;
	if (p->relative.p) {
		absolute_name(&mine, crl->issuer, p->relative);
		a = antin_bytes_slice(&mine);
	} else if (!p->full_name.p) {
		a = p->crl_issuer;
	}
	if (crl->idp.relative.p) {
		absolute_name(&theirs, crl->issuer, crl->idp.relative);
		b = antin_bytes_slice(&theirs);
	}
	return names_meet(a, b);
}

static bool
kind_matches(const struct antin_cert *cert, const struct antin_crl_idp *idp)
{
	if (idp->only_attribute)
		return false;
	if (idp->only_user && cert->is_ca)
		return false;
	return !idp->only_ca || cert->is_ca;
}

/* Reasons that this point and this list share; 0 when the point is not about the list. */
static uint32_t
point_reasons(const struct antin_cert *cert, const struct point *p, const struct antin_crl *crl)
{
	uint32_t reasons = ALL_REASONS;

	if (p->crl_issuer.p) {
		if (!crl->idp.indirect || !has_directory_name(p->crl_issuer, crl->issuer))
			return 0;
	} else if (!antin_name_equal(cert->issuer, crl->issuer)) {
		return 0;
	}
	if (!point_names_meet(p, crl))
		return 0;
	if (p->has_reasons)
		reasons &= p->reasons;
	if (crl->idp.some_reasons)
		reasons &= crl->idp.reasons;
	return reasons;
}

/* 6.3.3: without any point, one that names the issuer of the certificate is assumed. */
static uint32_t
assumed_point(const struct antin_cert *cert, const struct antin_crl *crl)
{
	ANTIN_SCOPED(antin_bytes) name = {0};
	size_t mark = antin_der_open(&name, ANTIN_CONTEXT_CONS(4));

	antin_bytes_add(&name, cert->issuer.p, cert->issuer.len);
	antin_der_close(&name, mark);
	return point_reasons(cert, &(struct point){.full_name = antin_bytes_slice(&name)}, crl);
}

/* The certificate's points, none if it has none; false when they cannot be read. */
static bool
points_of(const struct antin_cert *cert, struct antin_in *list)
{
	const struct antin_ext *ext = antin_cert_ext(cert, "2.5.29.31");
	struct antin_in in = antin_in_of(ext ? ext->value : (struct antin_slice){NULL, 0});

	*list = in;
	return !ext || (antin_der_enter(&in, ANTIN_SEQUENCE, list) && antin_der_end(&in));
}

bool
crl_by_issuer(const struct antin_cert *cert, const struct antin_crl *crl)
{
	bool yes = antin_name_equal(cert->issuer, crl->issuer);
	struct antin_in list;
	struct point p;

	if (yes || !crl->idp.indirect || !points_of(cert, &list))
		return yes;
	for (size_t i = 0; !yes && i < POINTS_MAX && read_point(&list, &p); i++)
		yes = p.crl_issuer.p && has_directory_name(p.crl_issuer, crl->issuer);
	return yes;
}

enum useless
crl_scope(const struct antin_cert *cert, const struct antin_crl *crl, uint32_t *reasons)
{
	struct antin_in list;
	struct point p;
	uint32_t shared = 0;

	*reasons = 0;
	if (!antin_name_equal(cert->issuer, crl->issuer) && !crl->idp.indirect)
		return USELESS_ABSENT;
	if (!kind_matches(cert, &crl->idp))
		return USELESS_SCOPE;
	if (!points_of(cert, &list))
		return USELESS_SCOPE;
	for (size_t i = 0; i < POINTS_MAX && !antin_der_end(&list); i++) {
		if (!read_point(&list, &p))
			return USELESS_SCOPE;
		shared |= point_reasons(cert, &p, crl);
	}
	/* A list for everything its issuer made may be found anywhere. */
	*reasons = shared | assumed_point(cert, crl);
	return *reasons ? USELESS_NONE : USELESS_SCOPE;
}

bool
crl_same_scope(const struct antin_crl *a, const struct antin_crl *b)
{
	const struct antin_ext *x = antin_crl_ext(a, "2.5.29.28");
	const struct antin_ext *y = antin_crl_ext(b, "2.5.29.28");

	if (!antin_name_equal(a->issuer, b->issuer) || !x != !y)
		return false;
	if (a->aki.p && b->aki.p && !antin_slice_equal(a->aki, b->aki))
		return false;
	return !x || antin_slice_equal(x->value, y->value);
}
