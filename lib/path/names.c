/*
 * Name constraints (RFC 5280 6.1.3 (b)(c), 6.1.4 (g)): every name of a certificate against the
 * subtrees of each authority above it.  Keeping each authority's subtrees apart gives the
 * intersection and the union that the RFC asks for.
 */
#include <string.h>

#include "path.h"

/* One authority's constraints, or one certificate's names. */
struct subtrees {
	struct antin_slice permitted, excluded; /* contents of GeneralSubtrees; p NULL absent */
};

/* One name being judged. */
struct subject_name {
	uint8_t tag;
	struct antin_slice value;
};

enum verdict { WITHIN, OUTSIDE, UNJUDGED, TOO_MANY, MALFORMED, BAD_BASE };

static const enum antin_fault fault_of[] = {
        [WITHIN] = ANTIN_FAULT_NONE,         [OUTSIDE] = ANTIN_FAULT_NAME_CONSTRAINT,
        [UNJUDGED] = ANTIN_FAULT_NAME_FORM,  [TOO_MANY] = ANTIN_FAULT_LIMIT,
        [MALFORMED] = ANTIN_FAULT_EXTENSION, [BAD_BASE] = ANTIN_FAULT_EXTENSION,
};

static bool
read_constraints(const struct antin_cert *c, struct subtrees *out)
{
	const struct antin_ext *ext = antin_cert_ext(c, "2.5.29.30");
	struct antin_in in, seq;

	*out = (struct subtrees){0};
	if (!ext)
		return true;
	in = antin_in_of(ext->value);
	if (!antin_der_enter(&in, ANTIN_SEQUENCE, &seq) || !antin_der_end(&in) ||
	    antin_der_end(&seq))
		return false;
	if (antin_der_peek(&seq, ANTIN_CONTEXT_CONS(0)) &&
	    !antin_der_take(&seq, ANTIN_CONTEXT_CONS(0), &out->permitted))
		return false;
	if (antin_der_peek(&seq, ANTIN_CONTEXT_CONS(1)) &&
	    !antin_der_take(&seq, ANTIN_CONTEXT_CONS(1), &out->excluded))
		return false;
	return antin_der_end(&seq) && (!out->permitted.p || out->permitted.len) &&
	       (!out->excluded.p || out->excluded.len);
}

/* The next base; minimum other than zero and maximum must not be there (4.2.1.10). */
static bool
next_base(struct antin_in *list, struct antin_tlv *base)
{
	struct antin_in seq;

	return antin_der_enter(list, ANTIN_SEQUENCE, &seq) && antin_der_next(&seq, base) &&
	       antin_der_end(&seq);
}

/* A unit of work for each so many octets compared; a directory name is taken apart as well. */
enum { UNIT = 64, DIRECTORY = 6 };

static bool
too_many(struct validation *v, uint8_t tag, size_t octets)
{
	v->names += (1 + octets / UNIT) * (tag == ANTIN_CONTEXT_CONS(4) ? DIRECTORY : 1);
	return v->names > ANTIN_PATH_NAMES;
}

/* Goes through one list: sets *any when a base has the name's form, *match when one fits. */
static enum verdict
walk(struct validation *v, const struct subtrees *s, struct antin_slice bases,
     const struct subject_name *name, bool *any, bool *match)
{
	struct antin_in list = antin_in_of(bases);
	struct antin_tlv base;
	bool known;

	*any = *match = false;
	while (!antin_der_end(&list)) {
		if (!next_base(&list, &base))
			return BAD_BASE;
		if (base.tag != name->tag && too_many(v, 0, 0))
			return TOO_MANY;
		if (base.tag != name->tag)
			continue;
		if (too_many(v, name->tag, name->value.len + base.value.len))
			return TOO_MANY;
		*any = true;
		*match |= path_name_within(name->tag, name->value, base.value, &known) ||
		          (bases.p == s->excluded.p &&
		           path_wildcard_meets(name->tag, name->value, base.value));
		if (!known)
			return UNJUDGED;
	}
	return WITHIN;
}

static enum verdict
judge(struct validation *v, const struct subtrees *s, const struct subject_name *name)
{
	bool any, match;
	enum verdict r = WITHIN;

	if (too_many(v, 0, 0))
		return TOO_MANY;
	if (s->excluded.p)
		r = walk(v, s, s->excluded, name, &any, &match);
	if (r == WITHIN && s->excluded.p && match)
		return OUTSIDE;
	if (r != WITHIN || !s->permitted.p)
		return r;
	r = walk(v, s, s->permitted, name, &any, &match);
	return r == WITHIN && any && !match ? OUTSIDE : r;
}

static enum verdict
judge_alt_names(struct validation *v, const struct antin_cert *c, const struct subtrees *s)
{
	const struct antin_ext *ext = antin_cert_ext(c, "2.5.29.17");
	struct antin_in in, list;
	struct antin_tlv one;
	enum verdict r = WITHIN;

	if (!ext)
		return WITHIN;
	in = antin_in_of(ext->value);
	if (!antin_der_enter(&in, ANTIN_SEQUENCE, &list) || !antin_der_end(&in))
		return MALFORMED;
	while (r == WITHIN && !antin_der_end(&list)) {
		if (!antin_der_next(&list, &one))
			return MALFORMED;
		r = judge(v, s, &(struct subject_name){one.tag, one.value});
	}
	return r;
}

/* emailAddress attributes of the subject count as rfc822Name (4.2.1.10). */
static enum verdict
judge_emails(struct validation *v, const struct antin_cert *c, const struct subtrees *s)
{
	static const uint8_t email[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x01};
	struct antin_name name;
	struct antin_err err = {0};
	enum verdict r = WITHIN;

	if (too_many(v, 0, c->subject.len))
		return TOO_MANY;
	if (antin_name_read(c->subject, &name, &err) != ANTIN_OK)
		return MALFORMED;
	for (size_t i = 0; r == WITHIN && i < name.n_attrs; i++)
		if (antin_slice_equal(name.attrs[i].oid,
		                      (struct antin_slice){email, sizeof(email)}))
			r = judge(v, s,
			          &(struct subject_name){ANTIN_CONTEXT(1), name.attrs[i].value});
	return r;
}

/* Names the part that is not within. */
static enum verdict
judge_certificate(struct validation *v, const struct antin_cert *c, const struct subtrees *s,
                  const char **part)
{
	enum verdict r = WITHIN;

	*part = "subject";
	if (!antin_name_empty(c->subject))
		r = judge(v, s, &(struct subject_name){ANTIN_CONTEXT_CONS(4), c->subject});
	if (r != WITHIN)
		return r;
	*part = "subject emailAddress";
	r = judge_emails(v, c, s);
	if (r != WITHIN)
		return r;
	*part = "subjectAltName";
	return judge_alt_names(v, c, s);
}

enum antin_rc
path_names(struct validation *v, struct antin_err *err)
{
	static const char constraints[] = "nameConstraints";
	struct antin_path *p = v->path;
	struct subtrees s;
	const char *part;
	enum verdict r;

	for (size_t i = p->chain.n; i-- > 0;) {
		if (!read_constraints(p->chain.items[i], &s))
			return path_fault(p, ANTIN_FAULT_EXTENSION, i, constraints, err);
		if (!s.permitted.p && !s.excluded.p)
			continue;
		for (size_t k = i; k-- > 0;) {
			const struct antin_cert *c = p->chain.items[k];

			if (k > 0 && antin_cert_self_issued(c))
				continue;
			r = judge_certificate(v, c, &s, &part);
			if (r == BAD_BASE)
				return path_fault(p, fault_of[r], i, constraints, err);
			if (r != WITHIN)
				return path_fault(p, fault_of[r], k, part, err);
		}
	}
	return ANTIN_OK;
}
