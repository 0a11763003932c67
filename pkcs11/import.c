/*
 * A key pair from outside written to a token (PKCS#11 v2.40, 11.7 C_CreateObject): the private half
 * cannot leave again, and CKA_LOCAL tells for ever that it was not made there.
 */
#include "p11.h"

enum { PARTS = 8 };

struct import_job {
	const struct antin_key_import *what;
	struct antin_slice rsa[PARTS]; /* n e d p q dp dq qi (RFC 8017 A.1.2) */
	struct antin_slice curve, secret;
	struct antin_bytes point; /* of EC, as CKA_EC_POINT has it */
	uint8_t id[20];
	bool is_rsa;
};

static bool
read_rsa(struct antin_in *in, struct import_job *job)
{
	uint64_t version;

	if (!antin_der_uint(in, 0, &version))
		return false;
	for (size_t i = 0; i < PARTS; i++) {
		struct antin_slice *s = &job->rsa[i];

		if (!antin_der_integer(in, s))
			return false;
		while (s->len > 1 && s->p[0] == 0) {
			s->p++;
			s->len--;
		}
	}
	return antin_der_end(in);
}

static bool
read_ec(struct antin_in *in, struct import_job *job)
{
	uint64_t version;

	return antin_der_uint(in, 1, &version) && version == 1 &&
	       antin_der_take(in, ANTIN_OCTET_STRING, &job->secret);
}

/* RFC 5958 2: version, algorithm, the key in an OCTET STRING. */
static enum antin_rc
read_pkcs8(struct import_job *job, struct antin_err *err)
{
	struct antin_in in = antin_in_of(job->what->pkcs8), info, algorithm, inner;
	struct antin_slice oid, key;
	uint64_t version;
	bool good = antin_der_enter(&in, ANTIN_SEQUENCE, &info) &&
	            antin_der_uint(&info, 1, &version) &&
	            antin_der_enter(&info, ANTIN_SEQUENCE, &algorithm) &&
	            antin_der_take(&algorithm, ANTIN_OID, &oid) &&
	            antin_der_take(&info, ANTIN_OCTET_STRING, &key);

	if (good && !job->is_rsa)
		good = antin_der_whole(&algorithm, ANTIN_OID, &job->curve);
	if (good) {
		struct antin_in body = antin_in_of(key);

		good = antin_der_enter(&body, ANTIN_SEQUENCE, &inner) &&
		       (job->is_rsa ? read_rsa(&inner, job) : read_ec(&inner, job));
	}
	return good ? ANTIN_OK
	            : antin_fail(err, ANTIN_E_FORMAT, N_("the private key cannot be read"));
}

/* The point that a SubjectPublicKeyInfo ends with, wrapped as PKCS#11 wants it. */
static enum antin_rc
read_point(struct import_job *job, struct antin_err *err)
{
	struct antin_in in = antin_in_of(antin_public_spki(job->what->public_key)), spki;
	struct antin_slice algorithm, point;
	unsigned int unused;

	if (!antin_der_enter(&in, ANTIN_SEQUENCE, &spki) ||
	    !antin_der_whole(&spki, ANTIN_SEQUENCE, &algorithm) ||
	    !antin_der_bits(&spki, &point, &unused))
		return antin_fail(err, ANTIN_E_FORMAT, N_("the public key cannot be read"));
	antin_der_add(&job->point, ANTIN_OCTET_STRING, point);
	return antin_bytes_check(&job->point, err);
}

static enum antin_rc
free_place(struct antin_p11_session *s, const struct import_job *job, struct antin_err *err)
{
	struct antin_slice names[] = {{job->id, sizeof(job->id)},
	                              antin_slice_text(job->what->label)};
	static const CK_ATTRIBUTE_TYPE types[] = {CKA_ID, CKA_LABEL};

	for (size_t i = 0; i < 2; i++) {
		size_t n = 0;
		enum antin_rc rc = antin_p11_count(s, CKO_PRIVATE_KEY, types[i], names[i], &n, err);

		if (rc != ANTIN_OK)
			return rc;
		if (n)
			return antin_fail(err, ANTIN_E_CONFLICT,
			                  N_("the token holds this key or one of this label "
			                     "already"));
	}
	return ANTIN_OK;
}

static void
common(struct antin_p11_template *t, const struct import_job *job, const CK_OBJECT_CLASS *kind,
       const CK_KEY_TYPE *type)
{
	antin_p11_put(t, CKA_CLASS, kind, sizeof(*kind));
	antin_p11_put(t, CKA_KEY_TYPE, type, sizeof(*type));
	antin_p11_put_bool(t, CKA_TOKEN, true);
	antin_p11_put(t, CKA_ID, job->id, sizeof(job->id));
	antin_p11_put_slice(t, CKA_LABEL, antin_slice_text(job->what->label));
}

static void
private_half(struct antin_p11_template *t, const struct import_job *job)
{
	static const CK_ATTRIBUTE_TYPE parts[PARTS] = {CKA_MODULUS,          CKA_PUBLIC_EXPONENT,
	                                               CKA_PRIVATE_EXPONENT, CKA_PRIME_1,
	                                               CKA_PRIME_2,          CKA_EXPONENT_1,
	                                               CKA_EXPONENT_2,       CKA_COEFFICIENT};

	antin_p11_put_bool(t, CKA_PRIVATE, true);
	antin_p11_put_bool(t, CKA_SENSITIVE, true);
	antin_p11_put_bool(t, CKA_EXTRACTABLE, false);
	antin_p11_put_bool(t, CKA_SIGN, true);
	for (size_t i = 0; job->is_rsa && i < PARTS; i++)
		antin_p11_put_slice(t, parts[i], job->rsa[i]);
	if (!job->is_rsa) {
		antin_p11_put_slice(t, CKA_EC_PARAMS, job->curve);
		antin_p11_put_slice(t, CKA_VALUE, job->secret);
	}
}

static void
public_half(struct antin_p11_template *t, const struct import_job *job)
{
	antin_p11_put_bool(t, CKA_PRIVATE, false);
	antin_p11_put_bool(t, CKA_VERIFY, true);
	if (job->is_rsa) {
		antin_p11_put_slice(t, CKA_MODULUS, job->rsa[0]);
		antin_p11_put_slice(t, CKA_PUBLIC_EXPONENT, job->rsa[1]);
	} else {
		antin_p11_put_slice(t, CKA_EC_PARAMS, job->curve);
		antin_p11_put_slice(t, CKA_EC_POINT, antin_bytes_slice(&job->point));
	}
}

static enum antin_rc
import_run(struct antin_p11_session *s, void *user, struct antin_err *err)
{
	const struct import_job *job = user;
	static const CK_OBJECT_CLASS private_kind = CKO_PRIVATE_KEY, public_kind = CKO_PUBLIC_KEY;
	CK_KEY_TYPE type = job->is_rsa ? CKK_RSA : CKK_EC;
	struct antin_p11_template private = {.n = 0}, public = {.n = 0};
	CK_OBJECT_HANDLE made = 0, other = 0;
	CK_RV rv;
	enum antin_rc rc = free_place(s, job, err);

	if (rc != ANTIN_OK)
		return rc;
	common(&private, job, &private_kind, &type);
	private_half(&private, job);
	common(&public, job, &public_kind, &type);
	public_half(&public, job);
	rv = ANTIN_P11_IN(s, C_CreateObject, s->handle, private.a, private.n, &made);
	rc = antin_p11_check(s, rv, "C_CreateObject", err);
	if (rc != ANTIN_OK)
		return rc;
	s->final = true; /* a second try would leave a second key */
	rv = ANTIN_P11_IN(s, C_CreateObject, s->handle, public.a, public.n, &other);
	rc = antin_p11_check(s, rv, "C_CreateObject", err);
	if (rc != ANTIN_OK)
		(void)ANTIN_P11_IN(s, C_DestroyObject, s->handle, made);
	return rc;
}

enum antin_rc
antin_token_key_import(struct antin_token *t, const struct antin_key_import *what,
                       const struct antin_pin_source *pins, struct antin_err *err)
{
	struct import_job job = {.what = what};
	enum antin_rc rc = antin_p11_label_check(what->label, err);

	job.is_rsa = antin_public_type(what->public_key) == ANTIN_KEY_RSA;
	if (rc == ANTIN_OK)
		rc = antin_public_key_id(what->public_key, job.id, err);
	if (rc == ANTIN_OK)
		rc = read_pkcs8(&job, err);
	if (rc == ANTIN_OK && !job.is_rsa)
		rc = read_point(&job, err);
	if (rc == ANTIN_OK)
		rc = antin_token_run(t, ANTIN_P11_LOGIN | ANTIN_P11_WRITE, pins, import_run, &job,
		                     err);
	antin_bytes_done(&job.point);
	return rc;
}
