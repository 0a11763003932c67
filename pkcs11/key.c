/*
 * Keys on a token by identity: the public half names the key, CKA_ID and CKA_LABEL help to find its
 * object, and handles are only good within one generation.  A signature is made in one session: for
 * a key that wants the PIN each time nothing comes between C_SignInit, C_Login and C_Sign.
 */
#include "p11.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const CK_ATTRIBUTE_TYPE fact_types[] = {
        CKA_TOKEN,
        CKA_PRIVATE,
        CKA_SENSITIVE,
        CKA_EXTRACTABLE,
        CKA_ALWAYS_SENSITIVE,
        CKA_NEVER_EXTRACTABLE,
        CKA_LOCAL,
        CKA_ALWAYS_AUTHENTICATE,
        CKA_SIGN,
        CKA_DECRYPT,
        CKA_UNWRAP,
        CKA_DERIVE,
};
static const char *const fact_names[] = {
        "CKA_TOKEN",
        "CKA_PRIVATE",
        "CKA_SENSITIVE",
        "CKA_EXTRACTABLE",
        "CKA_ALWAYS_SENSITIVE",
        "CKA_NEVER_EXTRACTABLE",
        "CKA_LOCAL",
        "CKA_ALWAYS_AUTHENTICATE",
        "CKA_SIGN",
        "CKA_DECRYPT",
        "CKA_UNWRAP",
        "CKA_DERIVE",
};
#define FACTS (sizeof(fact_types) / sizeof(fact_types[0]))
_Static_assert(FACTS < (size_t)ANTIN_P11_FACTS_MAX, "room for the NULL-named end");

enum antin_rc
antin_p11_facts(struct antin_p11_session *s, CK_OBJECT_HANDLE object,
                struct antin_key_fact facts[ANTIN_P11_FACTS_MAX], struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; rc == ANTIN_OK && i < FACTS; i++) {
		facts[i].name = fact_names[i];
		rc = antin_p11_attribute_bool(s, object, fact_types[i], &facts[i].value, err);
	}
	facts[FACTS] = (struct antin_key_fact){.name = NULL};
	return rc;
}

/* Which of the private keys with our CKA_ID is ours; RSA ones tell by themselves, EC ones do not.
 */
static enum antin_rc
pick(const struct antin_p11_key *k, struct antin_p11_objects *l, CK_OBJECT_HANDLE *out,
     struct antin_err *err)
{
	size_t sure = 0, maybe = 0, labelled = 0;
	CK_OBJECT_HANDLE of_sure = 0, of_maybe = 0, of_label = 0;

	for (size_t i = 0; i < l->n; i++) {
		const struct antin_p11_object *o = &l->items[i];

		if (antin_p11_same_public(o->public_key, k->base.public_key)) {
			of_sure = o->handle;
			sure++;
		} else if (!o->public_key) {
			of_maybe = o->handle;
			maybe++;
			if (antin_bytes_equal(&o->label, &k->object_label)) {
				of_label = o->handle;
				labelled++;
			}
		}
	}
	if (sure == 0 && maybe == 0)
		return antin_fail(err, ANTIN_E_NOT_FOUND,
		                  N_("the private key is not on token \"%s\""), k->base.label);
	if (sure == 0 && maybe > 1 && labelled != 1)
		return antin_fail(err, ANTIN_E_AMBIGUOUS,
		                  N_("several private keys on token \"%s\" have this identifier"),
		                  k->base.label);
	*out = sure ? of_sure : maybe == 1 ? of_maybe : of_label;
	return ANTIN_OK;
}

static CK_KEY_TYPE
key_type(const struct antin_public *p)
{
	return antin_public_type(p) == ANTIN_KEY_RSA ? CKK_RSA : CKK_EC;
}

/* Drops the objects whose key type is another one, so that RSA and EC may share an identifier. */
static enum antin_rc
of_type(struct antin_p11_session *s, const struct antin_p11_key *k, struct antin_p11_objects *l,
        struct antin_err *err)
{
	for (size_t i = 0; i < l->n; i++) {
		CK_ULONG type;
		enum antin_rc rc =
		        antin_p11_attribute_ulong(s, l->items[i].handle, CKA_KEY_TYPE, &type, err);

		if (rc != ANTIN_OK)
			return rc;
		if (type == key_type(k->base.public_key))
			continue;
		antin_p11_object_done(&l->items[i]);
		l->items[i--] = l->items[--l->n];
	}
	return ANTIN_OK;
}

/*
 * A private key that was just seen or made is used by its handle.  A slower thread of an older
 * generation keeps its handle to itself: numbers may come back as those of other keys.
 */
enum antin_rc
antin_p11_key_bind(struct antin_p11_session *s, struct antin_p11_key *k, CK_OBJECT_HANDLE handle,
                   struct antin_err *err)
{
	struct antin_key_fact facts[ANTIN_P11_FACTS_MAX];
	int always_auth = -1;
	enum antin_rc rc = antin_p11_facts(s, handle, facts, err);

	if (rc == ANTIN_OK)
		rc = antin_p11_attribute_bool(s, handle, CKA_ALWAYS_AUTHENTICATE, &always_auth,
		                              err);
	if (rc != ANTIN_OK)
		return rc;
	(void)pthread_mutex_lock(&s->token->lock);
	if (!k->facts[0].name) /* whoever has a pointer to them reads them without the lock */
		memcpy(k->facts, facts, sizeof(facts));
	if (s->generation >= k->handle_of) {
		k->always_auth = always_auth;
		k->handle = handle;
		k->handle_of = s->generation;
	}
	s->key = handle;
	s->each_time = always_auth == 1;
	(void)pthread_mutex_unlock(&s->token->lock);
	return ANTIN_OK;
}

/*
 * An EC private key does not tell its public half; where the token holds public keys with its
 * identifier, one of them must be ours, else another key was put in its place.
 */
static enum antin_rc
still_ours(struct antin_p11_session *s, const struct antin_p11_key *k, struct antin_err *err)
{
	ANTIN_SCOPED(antin_p11_objects) l = {0};
	CK_ATTRIBUTE id = {CKA_ID, k->id.p, k->id.len};
	size_t others = 0;
	enum antin_rc rc = ANTIN_OK;

	if (k->id.len)
		rc = antin_p11_objects_find(s, CKO_PUBLIC_KEY, NULL, &id, &l, err);
	if (rc == ANTIN_OK)
		rc = of_type(s, k, &l, err);
	for (size_t i = 0; rc == ANTIN_OK && i < l.n; i++) {
		if (antin_p11_same_public(l.items[i].public_key, k->base.public_key))
			return ANTIN_OK;
		others += l.items[i].public_key != NULL;
	}
	if (rc == ANTIN_OK && others)
		return antin_fail(err, ANTIN_E_NOT_FOUND,
		                  N_("another key is in the place of this one on token \"%s\""),
		                  k->base.label);
	return rc;
}

static enum antin_rc
find_handle(struct antin_p11_session *s, struct antin_p11_key *k, struct antin_err *err)
{
	ANTIN_SCOPED(antin_p11_objects) l = {0};
	CK_ATTRIBUTE id = {CKA_ID, k->id.p, k->id.len};
	CK_ATTRIBUTE label = {CKA_LABEL, k->object_label.p, k->object_label.len};
	CK_OBJECT_HANDLE handle = 0;
	enum antin_rc rc;

	rc = antin_p11_objects_find(s, CKO_PRIVATE_KEY,
	                            k->id.len || !label.ulValueLen ? NULL : &label,
	                            k->id.len ? &id : NULL, &l, err);
	if (rc == ANTIN_OK)
		rc = of_type(s, k, &l, err);
	if (rc == ANTIN_OK)
		rc = pick(k, &l, &handle, err);
	if (rc == ANTIN_OK && antin_public_type(k->base.public_key) != ANTIN_KEY_RSA)
		rc = still_ours(s, k, err);
	return rc == ANTIN_OK ? antin_p11_key_bind(s, k, handle, err) : rc;
}

/* The handle is found anew in each generation; several threads may do so at once. */
enum antin_rc
antin_p11_key_ready(struct antin_p11_session *s, struct antin_p11_key *k, struct antin_err *err)
{
	struct antin_token *t = s->token;
	bool known;
	enum antin_rc rc = ANTIN_OK;

	(void)pthread_mutex_lock(&t->lock);
	known = k->handle_of == s->generation;
	if (known) {
		s->key = k->handle;
		s->each_time = k->always_auth == 1;
	}
	(void)pthread_mutex_unlock(&t->lock);
	if (!known)
		rc = find_handle(s, k, err);
	if (rc != ANTIN_OK)
		return rc;
	if (t->module->quirks.copies && !s->each_time && !s->write)
		antin_p11_copy(s);
	return ANTIN_OK;
}

struct sign_job {
	struct antin_p11_key *key;
	struct antin_sigalg a;
	struct antin_slice digest;
	const struct antin_slice *message; /* NULL when only the digest is known */
	struct antin_bytes *out;
};

static enum antin_rc
sign_rung(struct antin_p11_session *s, const struct sign_job *job, struct antin_p11_rung *rung,
          struct antin_err *err)
{
	const struct antin_public *public_key = job->key->base.public_key;
	ANTIN_SCOPED(antin_bytes) data = {0};
	ANTIN_SCOPED(antin_bytes) raw = {0};
	struct antin_p11_operation op = {.what = ANTIN_P11_SIGN};
	/* The ladder has no rung that hashes where there is no message. */
	struct antin_slice in = rung->hashes && job->message ? *job->message : job->digest;
	enum antin_rc rc = antin_p11_prepare(public_key, job->a, rung, in, &data, err);

	if (rc != ANTIN_OK)
		return rc;
	op.mechanism = (CK_MECHANISM){rung->type, rung->has_pss ? &rung->pss : NULL,
	                              rung->has_pss ? sizeof(rung->pss) : 0};
	op.in = antin_bytes_slice(&data);
	rc = antin_p11_operate(s, &op, &raw, err);
	if (rc != ANTIN_OK)
		return rc;
	return antin_p11_signature(public_key, antin_bytes_slice(&raw), job->out, err);
}

static enum antin_rc
sign_run(struct antin_p11_session *s, void *user, struct antin_err *err)
{
	struct sign_job *job = user;
	struct antin_p11_rung rungs[ANTIN_P11_RUNGS];
	size_t n = 0;
	enum antin_rc rc = antin_p11_key_ready(s, job->key, err);

	if (rc == ANTIN_OK)
		rc = antin_p11_ladder(s, job->a, job->message != NULL, rungs, &n, err);
	for (size_t i = 0; rc == ANTIN_OK && i < n; i++) {
		rc = sign_rung(s, job, &rungs[i], err);
		if (rc == ANTIN_OK || i + 1 == n || !antin_p11_refused(s))
			return rc;
		antin_p11_forget(s, err);
		rc = ANTIN_OK;
	}
	return rc;
}

static enum antin_rc
sign_by(struct sign_job *job, struct antin_err *err)
{
	struct antin_p11_key *k = job->key;
	bool rsa = antin_public_type(k->base.public_key) == ANTIN_KEY_RSA;

	if (rsa != (job->a.scheme != ANTIN_ECDSA) ||
	    job->digest.len != antin_digest_size(job->a.digest))
		return antin_fail(err, ANTIN_E_NO_MECHANISM,
		                  N_("this key cannot make a signature of this kind"));
	return antin_token_run(k->token, ANTIN_P11_LOGIN, k->pins, sign_run, job, err);
}

static enum antin_rc
key_sign(struct antin_key *base, struct antin_sigalg a, struct antin_slice digest,
         struct antin_bytes *signature, struct antin_err *err)
{
	struct sign_job job = {(struct antin_p11_key *)base, a, digest, NULL, signature};

	return sign_by(&job, err);
}

static enum antin_rc
key_sign_message(struct antin_key *base, struct antin_sigalg a, struct antin_slice digest,
                 struct antin_slice message, struct antin_bytes *signature, struct antin_err *err)
{
	struct sign_job job = {(struct antin_p11_key *)base, a, digest, &message, signature};

	return sign_by(&job, err);
}

static void
key_free(struct antin_key *base)
{
	struct antin_p11_key *k = (struct antin_p11_key *)base;

	antin_bytes_done(&k->id);
	antin_bytes_done(&k->object_label);
	antin_token_free(k->token);
	free(k);
}

static const struct antin_key_ops token_ops = {"token", key_sign, key_free, key_sign_message};

bool
antin_key_is_token(const struct antin_key *k)
{
	return k->ops == &token_ops;
}

enum antin_rc
antin_p11_key_new(struct antin_token *t, const struct antin_p11_object *from,
                  const struct antin_pin_source *pins, struct antin_p11_key **out,
                  struct antin_err *err)
{
	struct antin_p11_key *k = calloc(1, sizeof(*k));
	CK_OBJECT_CLASS kind = CKO_PRIVATE_KEY;

	if (!k)
		return antin_fail_memory(err);
	k->base.ops = &token_ops;
	k->base.public_key = antin_public_ref(from->public_key);
	k->token = antin_p11_token_ref(t);
	k->pins = pins;
	k->always_auth = -1;
	antin_bytes_add(&k->id, from->id.p, from->id.len);
	antin_bytes_add(&k->object_label, from->label.p, from->label.len);
	antin_p11_text(t->identity.label, 32, k->base.label, sizeof(k->base.label));
	antin_p11_text(t->identity.serial, 16, k->base.serial, sizeof(k->base.serial));
	antin_p11_uri_write(&t->identity, &kind, antin_bytes_slice(&k->id),
	                    antin_bytes_slice(&k->object_label), k->base.uri, sizeof(k->base.uri));
	if (k->id.failed || k->object_label.failed) {
		antin_key_free(&k->base);
		return antin_fail_memory(err);
	}
	*out = k;
	return ANTIN_OK;
}
