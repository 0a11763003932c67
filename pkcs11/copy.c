/*
 * Copies of keys in memory (PKCS#11 v2.40, 11.7 C_CopyObject): a software token whose keys are
 * files signs with one up to twice as fast.  The copy stays in the module, keeps the attributes of
 * the key and ends with the session of the login, in which it is made.
 */
#include "p11.h"

/* Made by one thread, while the login cannot change. */
static CK_OBJECT_HANDLE
make(struct antin_p11_session *s, CK_SESSION_HANDLE login, CK_OBJECT_HANDLE key)
{
	CK_BBOOL no = CK_FALSE;
	CK_ATTRIBUTE in_memory = {CKA_TOKEN, &no, sizeof(no)};
	CK_OBJECT_HANDLE made = 0;

	if (!login || ANTIN_P11_IN(s, C_CopyObject, login, key, &in_memory, 1, &made) != CKR_OK)
		return 0;
	return made;
}

static bool
take(struct antin_p11_session *s, struct antin_p11_key *k, CK_SESSION_HANDLE *login)
{
	struct antin_token *t = s->token;
	bool known;

	(void)pthread_mutex_lock(&t->lock);
	known = k->copy_of == t->logins && k->copy_generation == s->generation;
	*login = t->login;
	if (known && k->copy)
		s->key = k->copy;
	(void)pthread_mutex_unlock(&t->lock);
	return known;
}

CK_OBJECT_HANDLE
antin_p11_copy(struct antin_p11_session *s, struct antin_p11_key *k)
{
	struct antin_token *t = s->token;
	CK_SESSION_HANDLE login;

	if (take(s, k, &login))
		return s->key;
	(void)pthread_mutex_lock(&t->pin_lock);
	if (!take(s, k, &login)) {
		CK_OBJECT_HANDLE made = make(s, login, s->key);

		(void)pthread_mutex_lock(&t->lock);
		k->copy = made;
		k->copy_of = t->logins;
		k->copy_generation = s->generation;
		k->copy_epoch = s->epoch;
		(void)pthread_mutex_unlock(&t->lock);
		s->key = made ? made : s->key;
	}
	(void)pthread_mutex_unlock(&t->pin_lock);
	return s->key;
}

/* A person at the prompt is not waited for: the copy ends with the login anyhow. */
void
antin_p11_copy_drop(struct antin_p11_key *k)
{
	struct antin_token *t = k->token;
	CK_SESSION_HANDLE login;
	bool alive;

	if (!k->copy || pthread_mutex_trylock(&t->pin_lock) != 0)
		return;
	(void)pthread_mutex_lock(&t->lock);
	login = t->login;
	alive = login && k->copy_of == t->logins && k->copy_epoch == t->epoch;
	(void)pthread_mutex_unlock(&t->lock);
	if (alive)
		(void)ANTIN_P11_WITHIN(t->module, k->copy_epoch, ANTIN_P11_SOON, C_DestroyObject,
		                       login, k->copy);
	(void)pthread_mutex_unlock(&t->pin_lock);
}
