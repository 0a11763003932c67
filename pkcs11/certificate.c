/*
 * Certificates on a token: read all, and store one beside its key, matched by the public key and
 * named as the key is, so that every program finds the two together (PKCS#11 v2.40, 4.6).
 */
#include "p11.h"

#include <stdlib.h>
#include <string.h>

enum antin_rc
antin_p11_certificates(struct antin_p11_session *s, struct antin_certs *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_p11_objects) l = {0};
	enum antin_rc rc = antin_p11_objects_find(s, CKO_CERTIFICATE, NULL, NULL, &l, err);

	for (size_t i = 0; rc == ANTIN_OK && i < l.n; i++)
		if (l.items[i].cert)
			rc = antin_certs_add(out, l.items[i].cert, err);
	return rc;
}

struct store_job {
	struct antin_token *token;
	struct antin_cert *cert;
	const struct antin_public *key;
	bool issuer; /* of a certificate on the token */
};

/* The certificate of an authority: named after it, with its key identifier. */
static enum antin_rc
issuer_names(const struct store_job *job, struct antin_p11_object *out, struct antin_err *err)
{
	uint8_t id[20];
	enum antin_rc rc = antin_public_key_id(job->key, id, err);

	if (rc != ANTIN_OK)
		return rc;
	antin_bytes_add(&out->id, id, sizeof(id));
	if (!antin_name_get(job->cert->subject, "CN", &out->label))
		antin_bytes_text(&out->label, "CA");
	return ANTIN_OK;
}

/* The key object, private or public, whose public half the certificate names. */
static enum antin_rc
own_key(struct antin_p11_session *s, struct store_job *job, struct antin_p11_object *out,
        struct antin_err *err)
{
	static const CK_OBJECT_CLASS kinds[] = {CKO_PRIVATE_KEY, CKO_PUBLIC_KEY};
	char token[40];

	for (size_t i = 0; i < 2; i++) {
		ANTIN_SCOPED(antin_p11_objects) l = {0};
		enum antin_rc rc = antin_p11_objects_find(s, kinds[i], NULL, NULL, &l, err);

		for (size_t j = 0; rc == ANTIN_OK && j < l.n; j++) {
			size_t private = 0;

			if (!antin_p11_same_public(l.items[j].public_key, job->key))
				continue;
			rc = antin_p11_count(s, CKO_PRIVATE_KEY, CKA_ID,
			                     antin_bytes_slice(&l.items[j].id), &private, err);
			if (rc != ANTIN_OK || !private)
				continue;
			antin_bytes_move(&out->id, &l.items[j].id);
			antin_bytes_move(&out->label, &l.items[j].label);
			return ANTIN_OK;
		}
		if (rc != ANTIN_OK)
			return rc;
	}
	if (job->issuer)
		return issuer_names(job, out, err);
	antin_p11_text(job->token->identity.label, 32, token, sizeof(token));
	return antin_fail(err, ANTIN_E_KEY_MISMATCH,
	                  N_("no key on token \"%s\" belongs to this certificate"), token);
}

/* Whether it stands there already, and whether it issued one that does. */
static enum antin_rc
look_around(struct antin_p11_session *s, struct store_job *job, struct antin_err *err)
{
	ANTIN_SCOPED(antin_certs) l = {0};
	enum antin_rc rc = antin_p11_certificates(s, &l, err);

	for (size_t i = 0; rc == ANTIN_OK && i < l.n; i++) {
		const struct antin_cert *c = l.items[i];

		if (antin_slice_equal(c->der, job->cert->der))
			return antin_fail(err, ANTIN_E_CONFLICT,
			                  N_("the token holds this certificate already"));
		if (antin_name_equal(c->issuer, job->cert->subject) &&
		    antin_cert_verify(c, job->key, NULL, NULL) == ANTIN_OK)
			job->issuer = true;
	}
	return rc;
}

static enum antin_rc
create(struct antin_p11_session *s, const struct store_job *job, const struct antin_p11_object *key,
       struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) serial = {0};
	CK_OBJECT_CLASS kind = CKO_CERTIFICATE;
	CK_CERTIFICATE_TYPE type = CKC_X_509;
	CK_OBJECT_HANDLE made;
	struct antin_p11_template t = {.n = 0};
	CK_RV rv;

	antin_der_add(&serial, ANTIN_INTEGER, job->cert->serial);
	if (serial.failed)
		return antin_fail_memory(err);
	antin_p11_put(&t, CKA_CLASS, &kind, sizeof(kind));
	antin_p11_put(&t, CKA_CERTIFICATE_TYPE, &type, sizeof(type));
	antin_p11_put_bool(&t, CKA_TOKEN, true);
	antin_p11_put_bool(&t, CKA_PRIVATE, false);
	antin_p11_put_slice(&t, CKA_ID, antin_bytes_slice(&key->id));
	antin_p11_put_slice(&t, CKA_LABEL, antin_bytes_slice(&key->label));
	antin_p11_put_slice(&t, CKA_SUBJECT, job->cert->subject);
	antin_p11_put_slice(&t, CKA_ISSUER, job->cert->issuer);
	antin_p11_put_slice(&t, CKA_VALUE, job->cert->der);
	antin_p11_put_slice(&t, CKA_SERIAL_NUMBER, antin_bytes_slice(&serial));
	rv = ANTIN_P11_IN(s, C_CreateObject, s->handle, t.a, t.n, &made);
	return antin_p11_check(s, rv, "C_CreateObject", err);
}

static enum antin_rc
store_run(struct antin_p11_session *s, void *user, struct antin_err *err)
{
	struct store_job *job = user;
	struct antin_p11_object key = {.kind = CKO_PRIVATE_KEY};
	enum antin_rc rc = look_around(s, job, err);

	if (rc == ANTIN_OK)
		rc = own_key(s, job, &key, err);
	if (rc == ANTIN_OK)
		rc = create(s, job, &key, err);
	antin_p11_object_done(&key);
	return rc;
}

enum antin_rc
antin_p11_store(struct antin_token *t, struct antin_cert *cert, const struct antin_pin_source *pins,
                struct antin_err *err)
{
	struct store_job job = {.token = t, .cert = cert};
	enum antin_rc rc = antin_cert_public(cert, &job.key, err);

	if (rc != ANTIN_OK)
		return rc;
	return antin_token_run(t, ANTIN_P11_LOGIN | ANTIN_P11_WRITE, pins, store_run, &job, err);
}
