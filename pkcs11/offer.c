/*
 * What a token offers (PKCS#11 v2.40, 11.5 C_GetMechanismList): read once in each generation, and
 * shown with names to who has to say what a device can do.
 */
#include "p11.h"

#include <stdlib.h>

static enum antin_rc
mechanisms_read(struct antin_p11_session *s, struct antin_bytes *out, struct antin_err *err)
{
	struct antin_token *t = s->token;
	ANTIN_SCOPED(antin_bytes) list = {0};
	CK_MECHANISM_TYPE *items;
	CK_ULONG count = 0, room;
	CK_RV rv = ANTIN_P11_IN(s, C_GetMechanismList, antin_p11_slot(t), NULL, &count);
	enum antin_rc rc = antin_p11_check(s, rv, "C_GetMechanismList", err);

	if (rc != ANTIN_OK)
		return rc;
	if (count > 4096)
		return antin_fail(err, ANTIN_E_TOKEN, N_("the token lists too many mechanisms"));
	room = count;
	items = (CK_MECHANISM_TYPE *)(void *)antin_bytes_grow(&list, room * sizeof(*items));
	if (!items)
		return antin_fail_memory(err);
	rv = ANTIN_P11_IN(s, C_GetMechanismList, antin_p11_slot(t), items, &count);
	rc = antin_p11_check(s, rv, "C_GetMechanismList", err);
	if (rc == ANTIN_OK && count > room)
		rc = antin_fail(err, ANTIN_E_TOKEN, N_("the token lists too many mechanisms"));
	if (rc != ANTIN_OK)
		return rc;
	list.len = count * sizeof(*items);
	antin_bytes_move(out, &list);
	return ANTIN_OK;
}

/* Read once in each generation: a token put back may be another model with the same key. */
enum antin_rc
antin_p11_offer_refresh(struct antin_p11_session *s, struct antin_err *err)
{
	struct antin_token *t = s->token;
	ANTIN_SCOPED(antin_bytes) list = {0};
	bool fresh;
	enum antin_rc rc;

	(void)pthread_mutex_lock(&t->lock);
	fresh = t->mechanisms_of == s->generation;
	(void)pthread_mutex_unlock(&t->lock);
	if (fresh)
		return ANTIN_OK;
	rc = mechanisms_read(s, &list, err);
	if (rc != ANTIN_OK)
		return rc;
	(void)pthread_mutex_lock(&t->lock);
	free(t->mechanisms);
	t->n_mechanisms = list.len / sizeof(*t->mechanisms);
	t->mechanisms = (CK_MECHANISM_TYPE *)(void *)list.p;
	list = (struct antin_bytes){0};
	t->mechanisms_of = s->generation;
	(void)pthread_mutex_unlock(&t->lock);
	return ANTIN_OK;
}

bool
antin_p11_offers(struct antin_token *t, CK_MECHANISM_TYPE type)
{
	bool found = false;

	(void)pthread_mutex_lock(&t->lock);
	for (size_t i = 0; i < t->n_mechanisms && !found; i++)
		found = t->mechanisms[i] == type;
	(void)pthread_mutex_unlock(&t->lock);
	return found;
}

#define NAME(type)                                                                                 \
	{                                                                                          \
		type, #type                                                                        \
	}
static const struct {
	CK_MECHANISM_TYPE type;
	const char *name;
} known[] = {
        NAME(CKM_RSA_PKCS_KEY_PAIR_GEN),
        NAME(CKM_RSA_PKCS),
        NAME(CKM_RSA_X_509),
        NAME(CKM_RSA_PKCS_OAEP),
        NAME(CKM_RSA_PKCS_PSS),
        NAME(CKM_SHA1_RSA_PKCS),
        NAME(CKM_SHA256_RSA_PKCS),
        NAME(CKM_SHA384_RSA_PKCS),
        NAME(CKM_SHA512_RSA_PKCS),
        NAME(CKM_SHA1_RSA_PKCS_PSS),
        NAME(CKM_SHA256_RSA_PKCS_PSS),
        NAME(CKM_SHA384_RSA_PKCS_PSS),
        NAME(CKM_SHA512_RSA_PKCS_PSS),
        NAME(CKM_EC_KEY_PAIR_GEN),
        NAME(CKM_ECDSA),
        NAME(CKM_ECDSA_SHA1),
        NAME(CKM_ECDSA_SHA256),
        NAME(CKM_ECDSA_SHA384),
        NAME(CKM_ECDSA_SHA512),
        NAME(CKM_ECDH1_DERIVE),
        NAME(CKM_ECDH1_COFACTOR_DERIVE),
        NAME(CKM_SHA_1),
        NAME(CKM_SHA256),
        NAME(CKM_SHA384),
        NAME(CKM_SHA512),
};

const char *
antin_p11_mechanism_name(CK_MECHANISM_TYPE type)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].type == type)
			return known[i].name;
	return NULL;
}

void
antin_token_mechanisms_done(struct antin_token_mechanisms *l)
{
	free(l->items);
	*l = (struct antin_token_mechanisms){0};
}

/* One that is listed and tells nothing more is shown all the same. */
static struct antin_token_mechanism
describe(struct antin_token *t, CK_MECHANISM_TYPE type)
{
	struct antin_token_mechanism m = {.type = type, .name = antin_p11_mechanism_name(type)};
	CK_MECHANISM_INFO info = {0};

	if (ANTIN_P11_CALL(t->module, C_GetMechanismInfo, antin_p11_slot(t), type, &info) != CKR_OK)
		return m;
	m.min = antin_p11_told(info.ulMinKeySize);
	m.max = antin_p11_told(info.ulMaxKeySize);
	m.sign = info.flags & CKF_SIGN;
	m.decrypt = info.flags & CKF_DECRYPT;
	m.derive = info.flags & CKF_DERIVE;
	m.generate = info.flags & CKF_GENERATE_KEY_PAIR;
	m.hardware = info.flags & CKF_HW;
	return m;
}

static enum antin_rc
list_run(struct antin_p11_session *s, void *user, struct antin_err *err)
{
	struct antin_token_mechanisms *out = user;
	ANTIN_SCOPED(antin_bytes) list = {0};
	const CK_MECHANISM_TYPE *types;
	struct antin_token_mechanisms l;
	enum antin_rc rc = mechanisms_read(s, &list, err);

	if (rc != ANTIN_OK)
		return rc;
	types = (const CK_MECHANISM_TYPE *)(const void *)list.p;
	l.n = list.len / sizeof(*types);
	l.items = calloc(l.n ? l.n : 1, sizeof(*l.items));
	if (!l.items)
		return antin_fail_memory(err);
	for (size_t i = 0; i < l.n; i++)
		l.items[i] = describe(s->token, types[i]);
	antin_token_mechanisms_done(out);
	*out = l;
	return ANTIN_OK;
}

enum antin_rc
antin_token_mechanisms(struct antin_token *t, struct antin_token_mechanisms *out,
                       struct antin_err *err)
{
	return antin_token_run(t, 0, NULL, list_run, out, err);
}
