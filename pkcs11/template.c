/*
 * Templates of attributes (PKCS#11 v2.40, 4.1): what an object is made with or looked for by.
 */
#include "p11.h"

#include <stdlib.h>

CK_ATTRIBUTE
antin_p11_attribute_of(CK_ATTRIBUTE_TYPE type, struct antin_slice value)
{
	union {
		const uint8_t *given;
		void *taken;
	} u = {.given = value.p};

	return (CK_ATTRIBUTE){type, u.taken, value.len};
}

void
antin_p11_put(struct antin_p11_template *t, CK_ATTRIBUTE_TYPE type, const void *value, size_t len)
{
	t->a[t->n++] = antin_p11_attribute_of(type, (struct antin_slice){value, len});
}

void
antin_p11_put_slice(struct antin_p11_template *t, CK_ATTRIBUTE_TYPE type, struct antin_slice value)
{
	t->a[t->n++] = antin_p11_attribute_of(type, value);
}

void
antin_p11_put_bool(struct antin_p11_template *t, CK_ATTRIBUTE_TYPE type, bool value)
{
	static const CK_BBOOL yes = CK_TRUE, no = CK_FALSE;

	antin_p11_put(t, type, value ? &yes : &no, sizeof(CK_BBOOL));
}

enum antin_rc
antin_p11_count(struct antin_p11_session *s, CK_OBJECT_CLASS kind, CK_ATTRIBUTE_TYPE type,
                struct antin_slice value, size_t *n, struct antin_err *err)
{
	struct antin_p11_template match = {.n = 0};
	CK_OBJECT_HANDLE *handles = NULL;
	enum antin_rc rc;

	antin_p11_put(&match, CKA_CLASS, &kind, sizeof(kind));
	antin_p11_put_slice(&match, type, value);
	rc = antin_p11_find(s, match.a, match.n, &handles, n, err);
	free(handles);
	return rc;
}
