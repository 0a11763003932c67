/*
 * Objects (PKCS#11 v2.40, 11.7 and chapter 4): searched by template, read with caps.  An object of
 * a type we do not know is skipped, it never hides the others.
 */
#include "p11.h"

#include <stdlib.h>
#include <string.h>

enum { FIND_BY_MAX = 3 };

static enum antin_rc
handles_add(CK_OBJECT_HANDLE **all, size_t *n, const CK_OBJECT_HANDLE *batch, size_t more,
            struct antin_err *err)
{
	CK_OBJECT_HANDLE *grown;

	if (*n + more > ANTIN_P11_FIND_MAX)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("the token has too many objects"));
	grown = realloc(*all, (*n + more) * sizeof(*grown));
	if (!grown)
		return antin_fail_memory(err);
	memcpy(grown + *n, batch, more * sizeof(*batch));
	*all = grown;
	*n += more;
	return ANTIN_OK;
}

static enum antin_rc
find_all(struct antin_p11_session *s, CK_OBJECT_HANDLE **all, size_t *n, struct antin_err *err)
{
	for (;;) {
		CK_OBJECT_HANDLE batch[ANTIN_P11_FIND_BATCH];
		CK_ULONG got = 0;
		CK_RV rv = ANTIN_P11_IN(s, C_FindObjects, s->handle, batch, ANTIN_P11_FIND_BATCH,
		                        &got);
		enum antin_rc rc = antin_p11_check(s, rv, "C_FindObjects", err);

		if (rc != ANTIN_OK || got == 0)
			return rc;
		if (got > ANTIN_P11_FIND_BATCH)
			return antin_fail(err, ANTIN_E_TOKEN,
			                  N_("the token answered more objects than asked for"));
		rc = handles_add(all, n, batch, got, err);
		if (rc != ANTIN_OK)
			return rc;
	}
}

/* Copies in memory are no keys of their own, nor is one that is just being made. */
static enum antin_rc
find_match(struct antin_p11_session *s, CK_ATTRIBUTE *match, size_t n_match, CK_OBJECT_HANDLE **all,
           size_t *n, struct antin_err *err)
{
	CK_RV rv = ANTIN_P11_IN(s, C_FindObjectsInit, s->handle, match, n_match);
	enum antin_rc rc = antin_p11_check(s, rv, "C_FindObjectsInit", err);

	if (rc != ANTIN_OK)
		return rc;
	rc = find_all(s, all, n, err);
	rv = ANTIN_P11_IN(s, C_FindObjectsFinal, s->handle);
	return rc == ANTIN_OK ? antin_p11_check(s, rv, "C_FindObjectsFinal", err) : rc;
}

enum antin_rc
antin_p11_find(struct antin_p11_session *s, const CK_ATTRIBUTE *wanted, size_t n_wanted,
               CK_OBJECT_HANDLE **out, size_t *n, struct antin_err *err)
{
	struct antin_module *m = s->token->module;
	CK_OBJECT_HANDLE *all = NULL;
	CK_BBOOL yes = CK_TRUE;
	CK_ATTRIBUTE match[FIND_BY_MAX + 1];
	size_t count = 0;
	enum antin_rc rc;

	memcpy(match, wanted, n_wanted * sizeof(*wanted));
	if (m->quirks.copies) { /* last: it tells few of many objects apart */
		match[n_wanted++] = (CK_ATTRIBUTE){CKA_TOKEN, &yes, sizeof(yes)};
		(void)pthread_rwlock_rdlock(&m->copy_lock);
	}
	rc = find_match(s, match, n_wanted, &all, &count, err);
	if (m->quirks.copies)
		(void)pthread_rwlock_unlock(&m->copy_lock);
	if (rc != ANTIN_OK) {
		free(all);
		return rc;
	}
	*out = all;
	*n = count;
	return ANTIN_OK;
}

/* Answers that mean "this object has no such attribute to show". */
static bool
absent(CK_RV rv)
{
	return rv == CKR_ATTRIBUTE_TYPE_INVALID || rv == CKR_ATTRIBUTE_SENSITIVE ||
	       rv == CKR_ATTRIBUTE_VALUE_INVALID;
}

enum antin_rc
antin_p11_attribute(struct antin_p11_session *s, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
                    struct antin_bytes *out, struct antin_err *err)
{
	CK_ATTRIBUTE a = {type, NULL, 0};
	CK_RV rv = ANTIN_P11_IN(s, C_GetAttributeValue, s->handle, object, &a, 1);

	antin_bytes_clear(out);
	if (absent(rv) || (rv == CKR_OK && a.ulValueLen == CK_UNAVAILABLE_INFORMATION))
		return ANTIN_OK;
	if (rv != CKR_OK)
		return antin_p11_check(s, rv, "C_GetAttributeValue", err);
	if (a.ulValueLen == 0)
		return ANTIN_OK;
	if (a.ulValueLen > ANTIN_P11_VALUE_MAX)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("an attribute has %lu octets"),
		                  a.ulValueLen);
	a.pValue = antin_bytes_grow(out, a.ulValueLen);
	if (!a.pValue)
		return antin_fail_memory(err);
	rv = ANTIN_P11_IN(s, C_GetAttributeValue, s->handle, object, &a, 1);
	if (rv != CKR_OK || a.ulValueLen > out->len) {
		antin_bytes_clear(out);
		return antin_p11_check(s, rv == CKR_OK ? CKR_GENERAL_ERROR : rv,
		                       "C_GetAttributeValue", err);
	}
	out->len = a.ulValueLen;
	return ANTIN_OK;
}

/* An attribute of a fixed size; *got false when there is none to show. */
static enum antin_rc
fixed(struct antin_p11_session *s, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *a, bool *got,
      struct antin_err *err)
{
	CK_ULONG size = a->ulValueLen;
	CK_RV rv = ANTIN_P11_IN(s, C_GetAttributeValue, s->handle, object, a, 1);

	*got = rv == CKR_OK && a->ulValueLen == size;
	if (rv == CKR_OK || absent(rv) || rv == CKR_BUFFER_TOO_SMALL)
		return ANTIN_OK;
	return antin_p11_check(s, rv, "C_GetAttributeValue", err);
}

enum antin_rc
antin_p11_attribute_ulong(struct antin_p11_session *s, CK_OBJECT_HANDLE object,
                          CK_ATTRIBUTE_TYPE type, CK_ULONG *out, struct antin_err *err)
{
	CK_ULONG value = 0;
	CK_ATTRIBUTE a = {type, &value, sizeof(value)};
	bool got = false;
	enum antin_rc rc = fixed(s, object, &a, &got, err);

	if (rc == ANTIN_OK)
		*out = got ? value : CK_UNAVAILABLE_INFORMATION;
	return rc;
}

enum antin_rc
antin_p11_attribute_bool(struct antin_p11_session *s, CK_OBJECT_HANDLE object,
                         CK_ATTRIBUTE_TYPE type, int *out, struct antin_err *err)
{
	CK_BBOOL value = 0;
	CK_ATTRIBUTE a = {type, &value, sizeof(value)};
	bool got = false;
	enum antin_rc rc = fixed(s, object, &a, &got, err);

	if (rc == ANTIN_OK)
		*out = got ? value != CK_FALSE : -1;
	return rc;
}

bool
antin_p11_same_public(const struct antin_public *a, const struct antin_public *b)
{
	return a && b && antin_slice_equal(antin_public_spki(a), antin_public_spki(b));
}

/* SubjectPublicKeyInfo of an RSA key from its two numbers (RFC 3279 2.3.1). */
static void
rsa_spki(struct antin_slice modulus, struct antin_slice exponent, struct antin_bytes *out)
{
	ANTIN_SCOPED(antin_bytes) key = {0};
	size_t outer, inner = antin_der_open(&key, ANTIN_SEQUENCE);

	antin_der_add_integer(&key, modulus);
	antin_der_add_integer(&key, exponent);
	antin_der_close(&key, inner);
	outer = antin_der_open(out, ANTIN_SEQUENCE);
	inner = antin_der_open(out, ANTIN_SEQUENCE);
	antin_der_add_oid(out, "1.2.840.113549.1.1.1");
	antin_der_add_null(out);
	antin_der_close(out, inner);
	antin_der_add_bits(out, antin_bytes_slice(&key));
	antin_der_close(out, outer);
	out->failed = out->failed || key.failed;
}

/*
 * SubjectPublicKeyInfo of an EC key (RFC 5480).  CKA_EC_POINT is an OCTET STRING; some tokens give
 * the point without it.
 */
static void
ec_spki(struct antin_slice params, struct antin_slice point, struct antin_bytes *out)
{
	struct antin_in in = antin_in_of(point);
	struct antin_slice inner_point;
	size_t outer, inner;

	if (antin_der_take(&in, ANTIN_OCTET_STRING, &inner_point) && antin_der_end(&in))
		point = inner_point;
	outer = antin_der_open(out, ANTIN_SEQUENCE);
	inner = antin_der_open(out, ANTIN_SEQUENCE);
	antin_der_add_oid(out, "1.2.840.10045.2.1");
	antin_bytes_add(out, params.p, params.len);
	antin_der_close(out, inner);
	antin_der_add_bits(out, point);
	antin_der_close(out, outer);
}

/* A key of a kind or size that is none of ours is no error: it only cannot be used. */
static enum antin_rc
public_read(const struct antin_bytes *spki, struct antin_public **out, struct antin_err *err)
{
	struct antin_public *p = NULL;
	enum antin_rc rc = antin_bytes_check(spki, err);

	if (rc != ANTIN_OK)
		return rc;
	if (antin_public_read(antin_bytes_slice(spki), &p, NULL) == ANTIN_OK)
		*out = p;
	return ANTIN_OK;
}

enum antin_rc
antin_p11_public_of(struct antin_p11_session *s, CK_OBJECT_HANDLE object, struct antin_public **out,
                    struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) a = {0};
	ANTIN_SCOPED(antin_bytes) b = {0};
	ANTIN_SCOPED(antin_bytes) spki = {0};
	CK_ULONG type;
	enum antin_rc rc = antin_p11_attribute_ulong(s, object, CKA_KEY_TYPE, &type, err);
	bool rsa, ec;

	*out = NULL;
	if (rc != ANTIN_OK)
		return rc;
	rsa = type == CKK_RSA;
	ec = type == CKK_EC;
	if (!rsa && !ec)
		return ANTIN_OK;
	rc = antin_p11_attribute(s, object, rsa ? CKA_MODULUS : CKA_EC_PARAMS, &a, err);
	if (rc == ANTIN_OK)
		rc = antin_p11_attribute(s, object, rsa ? CKA_PUBLIC_EXPONENT : CKA_EC_POINT, &b,
		                         err);
	if (rc != ANTIN_OK || a.len == 0 || b.len == 0)
		return rc;
	if (rsa)
		rsa_spki(antin_bytes_slice(&a), antin_bytes_slice(&b), &spki);
	else
		ec_spki(antin_bytes_slice(&a), antin_bytes_slice(&b), &spki);
	return public_read(&spki, out, err);
}

void
antin_p11_object_done(struct antin_p11_object *o)
{
	antin_bytes_done(&o->id);
	antin_bytes_done(&o->label);
	antin_public_free(o->public_key);
	antin_cert_free(o->cert);
}

void
antin_p11_objects_done(struct antin_p11_objects *l)
{
	for (size_t i = 0; i < l->n; i++)
		antin_p11_object_done(&l->items[i]);
	free(l->items);
	*l = (struct antin_p11_objects){0};
}

static enum antin_rc
cert_load(struct antin_p11_session *s, struct antin_p11_object *o, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) der = {0};
	const struct antin_public *key = NULL;
	enum antin_rc rc = antin_p11_attribute(s, o->handle, CKA_VALUE, &der, err);

	if (rc != ANTIN_OK || der.len == 0)
		return rc;
	if (antin_cert_read(antin_bytes_slice(&der), &o->cert, NULL) != ANTIN_OK)
		o->cert = NULL;
	if (o->cert && antin_cert_public(o->cert, &key, NULL) == ANTIN_OK) {
		/* counted, so that a copy of the pointer may outlive the certificate */
		if (antin_public_read(o->cert->spki, &o->public_key, NULL) != ANTIN_OK)
			o->public_key = NULL;
	}
	return ANTIN_OK;
}

static enum antin_rc
object_load(struct antin_p11_session *s, struct antin_p11_object *o, struct antin_err *err)
{
	enum antin_rc rc = antin_p11_attribute(s, o->handle, CKA_ID, &o->id, err);

	if (rc == ANTIN_OK)
		rc = antin_p11_attribute(s, o->handle, CKA_LABEL, &o->label, err);
	if (rc != ANTIN_OK)
		return rc;
	return o->kind == CKO_CERTIFICATE ? cert_load(s, o, err)
	                                  : antin_p11_public_of(s, o->handle, &o->public_key, err);
}

static enum antin_rc
objects_load(struct antin_p11_session *s, const CK_OBJECT_CLASS *kind,
             const CK_OBJECT_HANDLE *handles, size_t n, struct antin_p11_objects *out,
             struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	out->items = calloc(n ? n : 1, sizeof(*out->items));
	if (!out->items)
		return antin_fail_memory(err);
	for (size_t i = 0; rc == ANTIN_OK && i < n; i++) {
		struct antin_p11_object *o = &out->items[out->n++];

		o->handle = handles[i];
		if (kind)
			o->kind = *kind;
		else
			rc = antin_p11_attribute_ulong(s, o->handle, CKA_CLASS, &o->kind, err);
		if (rc == ANTIN_OK)
			rc = object_load(s, o, err);
	}
	return rc;
}

static enum antin_rc
objects_find(struct antin_p11_session *s, CK_OBJECT_CLASS *kind, const CK_ATTRIBUTE *const by[2],
             struct antin_p11_objects *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_p11_objects) l = {0};
	CK_ATTRIBUTE match[FIND_BY_MAX] = {{CKA_CLASS, kind, sizeof(*kind)}};
	CK_OBJECT_HANDLE *handles = NULL;
	size_t n_match = kind != NULL, n = 0;
	enum antin_rc rc;

	for (size_t i = 0; i < 2; i++)
		if (by[i])
			match[n_match++] = *by[i];
	rc = antin_p11_find(s, match, n_match, &handles, &n, err);
	if (rc == ANTIN_OK)
		rc = objects_load(s, kind, handles, n, &l, err);
	free(handles);
	if (rc != ANTIN_OK)
		return rc;
	antin_p11_objects_done(out);
	*out = l;
	l = (struct antin_p11_objects){0};
	return ANTIN_OK;
}

enum antin_rc
antin_p11_objects_find(struct antin_p11_session *s, CK_OBJECT_CLASS kind, const CK_ATTRIBUTE *label,
                       const CK_ATTRIBUTE *id, struct antin_p11_objects *out, struct antin_err *err)
{
	return objects_find(s, &kind, (const CK_ATTRIBUTE *const[2]){label, id}, out, err);
}

enum antin_rc
antin_p11_objects_named(struct antin_p11_session *s, const CK_ATTRIBUTE *label,
                        const CK_ATTRIBUTE *id, struct antin_p11_objects *out,
                        struct antin_err *err)
{
	return objects_find(s, NULL, (const CK_ATTRIBUTE *const[2]){label, id}, out, err);
}
