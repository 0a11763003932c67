/*
 * One private-key operation by one mechanism (PKCS#11 v2.40, 11.11 C_Sign, 11.9 C_Decrypt, 11.14
 * C_DeriveKey), in one session.  For a key that wants the PIN each time nothing comes between the
 * Init function, C_Login and the operation.
 */
#include "p11.h"

enum { RESULT_MAX = 1024 };

static CK_RV
init(struct antin_p11_session *s, struct antin_p11_operation *op, CK_OBJECT_HANDLE key)
{

	return op->what == ANTIN_P11_SIGN
	               ? ANTIN_P11_IN(s, C_SignInit, s->handle, &op->mechanism, key)
	               : ANTIN_P11_IN(s, C_DecryptInit, s->handle, &op->mechanism, key);
}

static CK_RV
finish(struct antin_p11_session *s, const struct antin_p11_operation *op, uint8_t *to,
       CK_ULONG *len)
{
	union {
		const uint8_t *given;
		CK_BYTE *taken;
	} in = {.given = op->in.p};

	return op->what == ANTIN_P11_SIGN
	               ? ANTIN_P11_IN(s, C_Sign, s->handle, in.taken, op->in.len, to, len)
	               : ANTIN_P11_IN(s, C_Decrypt, s->handle, in.taken, op->in.len, to, len);
}

static const char *const names[][2] = {
        [ANTIN_P11_SIGN] = {"C_SignInit", "C_Sign"},
        [ANTIN_P11_DECRYPT] = {"C_DecryptInit", "C_Decrypt"},
};

/* The PIN, where it is wanted, is asked for before the Init function. */
static enum antin_rc
sign_or_decrypt(struct antin_p11_session *s, struct antin_p11_operation *op,
                struct antin_bytes *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_p11_pin) pin = {.why = ANTIN_PIN_CONTEXT, .value = {.secret = true}};
	CK_ULONG len = RESULT_MAX;
	size_t before = out->len;
	uint8_t *to = antin_bytes_grow(out, len);
	enum antin_rc rc = to ? ANTIN_OK : antin_fail_memory(err);

	if (rc == ANTIN_OK && s->each_time)
		rc = antin_p11_still_in(s, err);
	if (rc == ANTIN_OK && s->each_time)
		rc = antin_p11_pin_get(s, &pin, err);
	if (rc == ANTIN_OK && s->each_time)
		rc = antin_p11_pin_admit(s, &pin, err);
	if (rc == ANTIN_OK)
		rc = antin_p11_check(s, init(s, op, s->key), names[op->what][0], err);
	if (rc != ANTIN_OK)
		antin_p11_pin_withdraw(s, &pin);
	if (rc == ANTIN_OK && s->each_time)
		rc = antin_p11_pin_send(s, s->handle, CKU_CONTEXT_SPECIFIC, &pin, err);
	if (rc == ANTIN_OK)
		rc = antin_p11_check(s, finish(s, op, to, &len), names[op->what][1], err);
	if (rc == ANTIN_OK && len > RESULT_MAX)
		rc = antin_fail(err, ANTIN_E_TOKEN, N_("the token gave a result too long"));
	out->len = before + (rc == ANTIN_OK ? len : 0);
	return rc;
}

/* The shared secret comes as a session object, is read and destroyed. */
static enum antin_rc
derive(struct antin_p11_session *s, struct antin_p11_operation *op, struct antin_bytes *out,
       struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) secret = {.secret = true};
	CK_OBJECT_CLASS kind = CKO_SECRET_KEY;
	CK_KEY_TYPE type = CKK_GENERIC_SECRET;
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_ULONG size = op->size;
	CK_ATTRIBUTE wanted[] = {
	        {CKA_CLASS, &kind, sizeof(kind)}, {CKA_KEY_TYPE, &type, sizeof(type)},
	        {CKA_TOKEN, &no, sizeof(no)},     {CKA_SENSITIVE, &no, sizeof(no)},
	        {CKA_EXTRACTABLE, &yes, 1},       {CKA_VALUE_LEN, &size, sizeof(size)},
	};
	CK_OBJECT_HANDLE made = 0;
	CK_RV rv = ANTIN_P11_IN(s, C_DeriveKey, s->handle, &op->mechanism, s->key, wanted,
	                        sizeof(wanted) / sizeof(wanted[0]), &made);
	enum antin_rc rc = antin_p11_check(s, rv, "C_DeriveKey", err);

	if (rc != ANTIN_OK)
		return rc;
	rc = antin_p11_attribute(s, made, CKA_VALUE, &secret, err);
	(void)ANTIN_P11_IN(s, C_DestroyObject, s->handle, made);
	if (rc == ANTIN_OK && secret.len != op->size)
		return antin_fail(err, ANTIN_E_TOKEN,
		                  N_("the token gave a shared secret of %zu octets, not %zu"),
		                  secret.len, op->size);
	antin_bytes_add(out, secret.p, secret.len);
	return rc == ANTIN_OK ? antin_bytes_check(out, err) : rc;
}

enum antin_rc
antin_p11_operate(struct antin_p11_session *s, struct antin_p11_operation *op,
                  struct antin_bytes *out, struct antin_err *err)
{
	enum antin_rc rc;

	if (op->what == ANTIN_P11_DERIVE)
		return derive(s, op, out, err);
	if (s->each_time)
		(void)pthread_mutex_lock(&s->token->pin_lock);
	rc = sign_or_decrypt(s, op, out, err);
	if (s->each_time)
		(void)pthread_mutex_unlock(&s->token->pin_lock);
	return rc;
}

struct operate_job {
	struct antin_p11_key *key;
	struct antin_p11_operation *op;
	struct antin_bytes *out;
};

static enum antin_rc
operate_run(struct antin_p11_session *s, void *user, struct antin_err *err)
{
	struct operate_job *job = user;
	enum antin_rc rc = antin_p11_key_ready(s, job->key, err);

	return rc == ANTIN_OK ? antin_p11_operate(s, job->op, job->out, err) : rc;
}

enum antin_rc
antin_p11_key_operate(struct antin_key *base, struct antin_p11_operation *op,
                      struct antin_bytes *out, struct antin_err *err)
{
	struct antin_p11_key *k = (struct antin_p11_key *)base;
	struct operate_job job = {k, op, out};

	return antin_token_run(k->token, ANTIN_P11_LOGIN, k->pins, operate_run, &job, err);
}
