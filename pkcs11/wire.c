/*
 * The messages of wire.h.  What comes from the helper is foreign: its module may have written
 * anywhere in that process, so every length is held against what was asked for.
 */
#include "wire.h"

#include <stdlib.h>
#include <string.h>

enum { WORD = 8 };
_Static_assert(sizeof(CK_ULONG) == WORD, "numbers of PKCS#11 are words");

enum parameter { PARAMETER_NONE, PARAMETER_OCTETS, PARAMETER_OAEP, PARAMETER_ECDH };

/* ---- words and octets ---- */

static void
put(struct antin_wire *w, uint64_t word)
{
	if (w->bad || w->cap - w->len < WORD) {
		w->bad = true;
		return;
	}
	memcpy(w->p + w->len, &word, WORD);
	w->len += WORD;
}

/* Filled up to whole words, so that what follows is aligned. */
static void
put_octets(struct antin_wire *w, const void *p, size_t n)
{
	size_t room = w->bad ? 0 : w->cap - w->len, filled;

	if (w->bad || n > room || room - n < WORD) {
		w->bad = true;
		return;
	}
	filled = (n + WORD - 1) / WORD * WORD;
	if (n)
		memcpy(w->p + w->len, p, n);
	memset(w->p + w->len + n, 0, filled - n);
	w->len += filled;
}

/* Reading takes from the front: `p` goes forward, `len` down. */
static uint64_t
get(struct antin_wire *w)
{
	uint64_t word = 0;

	if (w->bad || w->len < WORD) {
		w->bad = true;
		return 0;
	}
	memcpy(&word, w->p, WORD);
	w->p += WORD;
	w->len -= WORD;
	return word;
}

static uint8_t *
get_octets(struct antin_wire *w, uint64_t n)
{
	uint8_t *at = w->p;
	size_t filled;

	if (w->bad || n > w->len) {
		w->bad = true;
		return NULL;
	}
	filled = ((size_t)n + WORD - 1) / WORD * WORD;
	if (filled > w->len) {
		w->bad = true;
		return NULL;
	}
	w->p += filled;
	w->len -= filled;
	return at;
}

/* Octets that may be absent altogether: NULL is not the same as none. */
static void
put_optional(struct antin_wire *w, const void *p, size_t n)
{
	put(w, p != NULL);
	put(w, n);
	if (p)
		put_octets(w, p, n);
}

static void *
get_optional(struct antin_wire *w, CK_ULONG *n)
{
	uint64_t there = get(w);

	*n = (CK_ULONG)get(w);
	if (there > 1)
		w->bad = true;
	return there ? get_octets(w, *n) : NULL;
}

/* ---- the call ---- */

static enum parameter
parameter_of(const CK_MECHANISM *m)
{
	if (!m->pParameter)
		return PARAMETER_NONE;
	if (m->mechanism == CKM_RSA_PKCS_OAEP)
		return PARAMETER_OAEP;
	return m->mechanism == CKM_ECDH1_DERIVE ? PARAMETER_ECDH : PARAMETER_OCTETS;
}

static void
put_mechanism(struct antin_wire *w, const CK_MECHANISM *m)
{
	enum parameter how = parameter_of(m);

	put(w, m->mechanism);
	put(w, how);
	if (how == PARAMETER_OAEP) {
		const CK_RSA_PKCS_OAEP_PARAMS *o = m->pParameter;

		put(w, o->hashAlg);
		put(w, o->mgf);
		put(w, o->source);
		put_optional(w, o->pSourceData, o->ulSourceDataLen);
	} else if (how == PARAMETER_ECDH) {
		const CK_ECDH1_DERIVE_PARAMS *e = m->pParameter;

		put(w, e->kdf);
		put_optional(w, e->pSharedData, e->ulSharedDataLen);
		put_optional(w, e->pPublicData, e->ulPublicDataLen);
	} else {
		put_optional(w, m->pParameter, m->ulParameterLen);
	}
}

static void
put_arg(struct antin_wire *w, const struct antin_wire_arg *a)
{
	const CK_ATTRIBUTE *attributes = a->p;

	put(w, a->kind);
	if (a->kind == ANTIN_WIRE_MECHANISM) {
		put_mechanism(w, a->p);
	} else if (a->kind == ANTIN_WIRE_IN) {
		put_optional(w, a->p, a->n);
	} else if (a->kind == ANTIN_WIRE_OUT || a->kind == ANTIN_WIRE_LIST) {
		put(w, a->p != NULL);
		put(w, *a->count);
	} else {
		put(w, a->n);
	}
	for (CK_ULONG i = 0; a->kind == ANTIN_WIRE_TEMPLATE && i < a->n; i++) {
		put(w, attributes[i].type);
		put_optional(w, attributes[i].pValue, attributes[i].ulValueLen);
	}
	for (CK_ULONG i = 0; a->kind == ANTIN_WIRE_ASK && i < a->n; i++) {
		put(w, attributes[i].type);
		put(w, attributes[i].pValue != NULL);
		put(w, attributes[i].ulValueLen);
	}
}

void
antin_wire_call_put(struct antin_wire *w, enum antin_wire_function f,
                    const struct antin_wire_arg *args, size_t n)
{
	put(w, f);
	put(w, n);
	for (size_t i = 0; i < n; i++)
		put_arg(w, &args[i]);
}

static void
get_mechanism(struct antin_wire *w, struct antin_wire_call *c, struct antin_wire_arg *a)
{
	CK_MECHANISM *m = &c->mechanism;
	uint64_t how;

	/* There is room for one, and its parameter is read as what its type makes of it. */
	w->bad = w->bad || m->mechanism || m->pParameter;
	a->p = m;
	m->mechanism = (CK_MECHANISM_TYPE)get(w);
	how = get(w);
	if (how == PARAMETER_OAEP) {
		CK_RSA_PKCS_OAEP_PARAMS *o = &c->parameter.oaep;

		o->hashAlg = (CK_MECHANISM_TYPE)get(w);
		o->mgf = (CK_RSA_PKCS_MGF_TYPE)get(w);
		o->source = (CK_ULONG)get(w);
		o->pSourceData = get_optional(w, &o->ulSourceDataLen);
		m->pParameter = o;
		m->ulParameterLen = sizeof(*o);
	} else if (how == PARAMETER_ECDH) {
		CK_ECDH1_DERIVE_PARAMS *e = &c->parameter.ecdh;

		e->kdf = (CK_ULONG)get(w);
		e->pSharedData = get_optional(w, &e->ulSharedDataLen);
		e->pPublicData = get_optional(w, &e->ulPublicDataLen);
		m->pParameter = e;
		m->ulParameterLen = sizeof(*e);
	} else {
		m->pParameter = get_optional(w, &m->ulParameterLen);
	}
	w->bad = w->bad || how != parameter_of(m);
}

/* Room for what the module gives back. */
static void *
room(struct antin_wire *w, CK_ULONG n)
{
	void *p = w->bad || n > ANTIN_WIRE_MAX ? NULL : calloc(1, n ? n : 1);

	w->bad = w->bad || !p;
	return p;
}

static void
get_attributes(struct antin_wire *w, struct antin_wire_call *c, struct antin_wire_arg *a)
{
	if (a->n > ANTIN_WIRE_ATTRIBUTES - c->n_attributes)
		w->bad = true;
	a->p = &c->attributes[c->n_attributes];
	for (CK_ULONG i = 0; !w->bad && i < a->n; i++) {
		CK_ATTRIBUTE *at = &c->attributes[c->n_attributes];
		uint64_t there;

		at->type = (CK_ATTRIBUTE_TYPE)get(w);
		if (a->kind == ANTIN_WIRE_TEMPLATE) {
			at->pValue = get_optional(w, &at->ulValueLen);
		} else {
			there = get(w);
			at->ulValueLen = (CK_ULONG)get(w);
			at->pValue = there ? room(w, at->ulValueLen) : NULL;
			c->attribute_rooms[c->n_attributes] = at->pValue ? at->ulValueLen : 0;
			c->attribute_ours[c->n_attributes] = at->pValue;
		}
		c->n_attributes++;
	}
}

static void
get_arg(struct antin_wire *w, struct antin_wire_call *c, size_t i)
{
	struct antin_wire_arg *a = &c->args[i];
	uint64_t kind = get(w);

	a->kind = kind < ANTIN_WIRE_KINDS ? (enum antin_wire_kind)kind : ANTIN_WIRE_WORD;
	w->bad = w->bad || kind >= ANTIN_WIRE_KINDS;
	if (a->kind == ANTIN_WIRE_MECHANISM) {
		get_mechanism(w, c, a);
	} else if (a->kind == ANTIN_WIRE_IN) {
		a->p = get_optional(w, &a->n);
	} else if (a->kind == ANTIN_WIRE_OUT || a->kind == ANTIN_WIRE_LIST) {
		uint64_t there = get(w);
		CK_ULONG size = a->kind == ANTIN_WIRE_LIST ? sizeof(CK_ULONG) : 1;

		a->n = c->counts[i] = (CK_ULONG)get(w);
		a->count = &c->counts[i];
		if (there && a->n <= ANTIN_WIRE_MAX)
			a->p = room(w, a->n * size);
		w->bad = w->bad || (there && !a->p);
		c->rooms[i] = a->p ? a->n * size : 0;
	} else {
		a->n = (CK_ULONG)get(w);
	}
	if (a->kind == ANTIN_WIRE_FIXED) {
		a->p = room(w, a->n);
		c->rooms[i] = a->p ? a->n : 0;
	}
	if (a->kind == ANTIN_WIRE_TEMPLATE || a->kind == ANTIN_WIRE_ASK)
		get_attributes(w, c, a);
}

bool
antin_wire_call_get(struct antin_wire *w, struct antin_wire_call *c)
{
	uint64_t n;

	memset(c, 0, sizeof(*c));
	c->function = get(w);
	n = get(w);
	if (w->bad || n > ANTIN_WIRE_ARGS)
		return false;
	for (; c->n < n && !w->bad; c->n++)
		get_arg(w, c, c->n);
	return !w->bad && w->len == 0;
}

static bool
is_ours(enum antin_wire_kind k)
{
	return k == ANTIN_WIRE_OUT || k == ANTIN_WIRE_LIST || k == ANTIN_WIRE_FIXED;
}

void
antin_wire_call_done(struct antin_wire_call *c)
{
	for (size_t i = 0; i < c->n_attributes; i++)
		if (c->attribute_ours[i]) {
			explicit_bzero(c->attributes[i].pValue, c->attribute_rooms[i]);
			free(c->attributes[i].pValue);
		}
	for (size_t i = 0; i < ANTIN_WIRE_ARGS; i++)
		if (is_ours(c->args[i].kind) && c->args[i].p) {
			explicit_bzero(c->args[i].p, c->rooms[i]);
			free(c->args[i].p);
		}
	c->n = c->n_attributes = 0;
}

/* ---- the answer ---- */

static CK_ULONG
least(CK_ULONG a, CK_ULONG b)
{
	return a < b ? a : b;
}

/* The length as the module told it, and the octets of it that there are. */
static void
put_told(struct antin_wire *w, CK_ULONG told, CK_ULONG octets, const void *p)
{
	put(w, told);
	put(w, octets);
	put_octets(w, p, octets);
}

static void
put_result(struct antin_wire *w, const struct antin_wire_call *c, size_t i, CK_RV rv)
{
	const struct antin_wire_arg *a = &c->args[i];
	CK_ULONG size = a->kind == ANTIN_WIRE_LIST ? sizeof(CK_ULONG) : 1;
	const CK_ATTRIBUTE *at = a->p;

	if (a->kind == ANTIN_WIRE_FIXED)
		put_octets(w, a->p, a->n);
	if (a->kind == ANTIN_WIRE_OUT || a->kind == ANTIN_WIRE_LIST) {
		CK_ULONG told = least(*a->count, c->rooms[i] / size) * size;

		put_told(w, *a->count, rv == CKR_OK ? told : 0, a->p);
	}
	for (CK_ULONG k = 0; a->kind == ANTIN_WIRE_ASK && k < a->n; k++) {
		CK_ULONG had = c->attribute_rooms[(size_t)(at - c->attributes) + k];

		put_told(w, at[k].ulValueLen,
		         at[k].ulValueLen == CK_UNAVAILABLE_INFORMATION
		                 ? 0
		                 : least(at[k].ulValueLen, had),
		         at[k].pValue);
	}
}

void
antin_wire_answer_put(struct antin_wire *w, const struct antin_wire_call *c, CK_RV rv)
{
	put(w, rv);
	for (size_t i = 0; i < c->n; i++)
		put_result(w, c, i, rv);
}

/* At most the room that there is; what is said to be longer stays with its length told. */
static CK_ULONG
get_told(struct antin_wire *w, void *p, CK_ULONG cap, CK_ULONG *told)
{
	CK_ULONG n;
	const uint8_t *from;

	*told = (CK_ULONG)get(w);
	n = (CK_ULONG)get(w);
	if (n > cap || (n && !p))
		w->bad = true;
	from = get_octets(w, n);
	if (from && n && !w->bad)
		memcpy(p, from, n);
	return n;
}

static void
get_result(struct antin_wire *w, const struct antin_wire_arg *a, CK_RV rv)
{
	CK_ATTRIBUTE *at = a->p;
	CK_ULONG told;

	if (a->kind == ANTIN_WIRE_FIXED) {
		const uint8_t *from = get_octets(w, a->n);

		if (from && rv == CKR_OK)
			memcpy(a->p, from, a->n);
	}
	if (a->kind == ANTIN_WIRE_OUT || a->kind == ANTIN_WIRE_LIST) {
		CK_ULONG size = a->kind == ANTIN_WIRE_LIST ? sizeof(CK_ULONG) : 1;
		CK_ULONG cap = a->p && *a->count <= ANTIN_WIRE_MAX ? *a->count * size : 0;

		(void)get_told(w, a->p, cap, &told);
		if (!w->bad && (rv == CKR_OK || rv == CKR_BUFFER_TOO_SMALL))
			*a->count = told;
	}
	for (CK_ULONG k = 0; a->kind == ANTIN_WIRE_ASK && k < a->n; k++) {
		(void)get_told(w, at[k].pValue, at[k].pValue ? at[k].ulValueLen : 0, &told);
		if (!w->bad)
			at[k].ulValueLen = told;
	}
}

bool
antin_wire_answer_get(struct antin_wire *w, const struct antin_wire_arg *args, size_t n, CK_RV *rv)
{
	CK_RV got = (CK_RV)get(w);

	for (size_t i = 0; i < n && !w->bad; i++)
		get_result(w, &args[i], got);
	if (w->bad || w->len != 0)
		return false;
	*rv = got;
	return true;
}
