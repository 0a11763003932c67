/*
 * Copies of keys in memory (PKCS#11 v2.40, 11.7 C_CopyObject): a software token whose keys are
 * files signs with one up to twice as fast.  A session has copies of its own, which end with it: so
 * no other thread can take away the one that is being used.
 */
#include "p11.h"

/* While it is made it looks like a second key of the token: nobody may search then. */
static CK_OBJECT_HANDLE
make(struct antin_p11_session *s, CK_OBJECT_HANDLE key)
{
	pthread_rwlock_t *lock = &s->token->module->copy_lock;
	CK_BBOOL no = CK_FALSE;
	CK_ATTRIBUTE in_memory = {CKA_TOKEN, &no, sizeof(no)};
	CK_OBJECT_HANDLE made = 0;
	CK_RV rv;

	(void)pthread_rwlock_wrlock(lock);
	rv = ANTIN_P11_IN(s, C_CopyObject, s->handle, key, &in_memory, 1, &made);
	(void)pthread_rwlock_unlock(lock);
	return rv == CKR_OK ? made : 0;
}

void
antin_p11_copy(struct antin_p11_session *s)
{
	struct antin_p11_copies *all = &s->copies;
	struct antin_p11_copy *c = NULL;

	for (size_t i = 0; i < ANTIN_P11_COPIES && !c; i++)
		if (all->items[i].of == s->key)
			c = &all->items[i];
	if (!c) {
		c = &all->items[all->made++ % ANTIN_P11_COPIES];
		if (c->copy)
			(void)ANTIN_P11_IN(s, C_DestroyObject, s->handle, c->copy);
		*c = (struct antin_p11_copy){s->key, make(s, s->key)};
	}
	if (c->copy)
		s->key = c->copy;
}
