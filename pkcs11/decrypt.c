/*
 * Decryption and key agreement (RFC 8017 7.1.2 and 7.2.2, SEC 1 3.3.1).  A token that offers no
 * OAEP, or not with this digest, decrypts raw and the padding is taken off here.  What was wrong
 * with a message is never told apart.
 */
#include "p11.h"

#include <string.h>

struct decrypt_job {
	struct antin_p11_key *key;
	enum antin_padding padding;
	enum antin_digest digest;
	struct antin_slice in;
	struct antin_bytes *out;
};

static enum antin_rc
decrypt_whole(struct antin_p11_session *s, const struct decrypt_job *job, CK_MECHANISM_TYPE type,
              struct antin_err *err)
{
	CK_RSA_PKCS_OAEP_PARAMS oaep = {.source = CKZ_DATA_SPECIFIED};
	struct antin_p11_operation op = {.what = ANTIN_P11_DECRYPT, .in = job->in};

	op.mechanism = (CK_MECHANISM){type, NULL, 0};
	if (type == CKM_RSA_PKCS_OAEP) {
		antin_p11_hash_of(job->digest, &oaep.hashAlg, &oaep.mgf);
		op.mechanism.pParameter = &oaep;
		op.mechanism.ulParameterLen = sizeof(oaep);
	}
	return antin_p11_operate(s, &op, job->out, err);
}

static enum antin_rc
decrypt_raw(struct antin_p11_session *s, const struct decrypt_job *job, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) block = {.secret = true};
	struct antin_p11_operation op = {.what = ANTIN_P11_DECRYPT,
	                                 .mechanism = {CKM_RSA_X_509, NULL, 0},
	                                 .in = job->in};
	enum antin_rc rc = antin_p11_operate(s, &op, &block, err);

	if (rc == ANTIN_OK && block.len != job->in.len)
		return antin_fail(err, ANTIN_E_TOKEN, N_("the token gave %zu octets, not %zu"),
		                  block.len, job->in.len);
	return rc == ANTIN_OK ? antin_p11_unpad(job->padding, job->digest, &block, job->out, err)
	                      : rc;
}

/* What tokens say of a message that does not open: as many codes as makers. */
static bool
is_padding(const struct antin_p11_session *s)
{
	return s->function && strcmp(s->function, "C_Decrypt") == 0 &&
	       (s->rv == CKR_ENCRYPTED_DATA_INVALID || s->rv == CKR_ENCRYPTED_DATA_LEN_RANGE ||
	        s->rv == CKR_DATA_INVALID || s->rv == CKR_DATA_LEN_RANGE ||
	        s->rv == CKR_GENERAL_ERROR || s->rv == CKR_FUNCTION_FAILED);
}

static enum antin_rc
unlike(struct antin_p11_session *s, struct antin_err *err)
{
	antin_p11_forget(s, err);
	return antin_p11_fail_padding(err);
}

/* One way after the other; a message that does not open is no reason to try the next. */
static enum antin_rc
decrypt_run(struct antin_p11_session *s, void *user, struct antin_err *err)
{
	struct decrypt_job *job = user;
	CK_MECHANISM_TYPE whole =
	        job->padding == ANTIN_PADDING_OAEP ? CKM_RSA_PKCS_OAEP : CKM_RSA_PKCS;
	bool raw;
	enum antin_rc rc = antin_p11_key_ready(s, job->key, err);

	if (rc == ANTIN_OK)
		rc = antin_p11_offer_refresh(s, err);
	if (rc != ANTIN_OK)
		return rc;
	raw = antin_p11_offers(s->token, CKM_RSA_X_509);
	if (!raw && !antin_p11_offers(s->token, whole))
		return antin_fail(err, ANTIN_E_NO_MECHANISM, N_("the token does not offer %s"),
		                  antin_p11_mechanism_name(whole));
	if (antin_p11_offers(s->token, whole)) {
		rc = decrypt_whole(s, job, whole, err);
		if (rc == ANTIN_OK || !raw || !antin_p11_refused(s))
			return is_padding(s) ? unlike(s, err) : rc;
		antin_p11_forget(s, err);
	}
	rc = decrypt_raw(s, job, err);
	return rc != ANTIN_OK && is_padding(s) ? unlike(s, err) : rc;
}

enum antin_rc
antin_token_decrypt(struct antin_key *k, enum antin_padding padding, enum antin_digest digest,
                    struct antin_slice in, struct antin_bytes *out, struct antin_err *err)
{
	struct antin_p11_key *key = (struct antin_p11_key *)k;
	struct decrypt_job job = {key, padding, digest, in, out};

	if (!antin_key_is_token(k) || antin_public_type(k->public_key) != ANTIN_KEY_RSA)
		return antin_fail(err, ANTIN_E_NO_MECHANISM, N_("this key cannot decrypt"));
	if (in.len != (antin_public_bits(k->public_key) + 7) / 8)
		return antin_p11_fail_padding(err);
	return antin_token_run(key->token, ANTIN_P11_LOGIN, key->pins, decrypt_run, &job, err);
}

struct agree_job {
	struct antin_p11_key *key;
	struct antin_slice peer;
	struct antin_bytes *out;
};

static enum antin_rc
agree_with(struct antin_p11_session *s, const struct agree_job *job, struct antin_slice point,
           struct antin_err *err)
{
	union {
		const uint8_t *given;
		CK_BYTE *taken;
	} u = {.given = point.p};
	CK_ECDH1_DERIVE_PARAMS params = {.kdf = CKD_NULL,
	                                 .ulPublicDataLen = point.len,
	                                 .pPublicData = u.taken};
	struct antin_p11_operation op = {
	        .what = ANTIN_P11_DERIVE,
	        .mechanism = {CKM_ECDH1_DERIVE, &params, sizeof(params)},
	        .size = (job->peer.len - 1) / 2,
	};

	return antin_p11_operate(s, &op, job->out, err);
}

/* The point as it is, as PKCS#11 wants it; then in an OCTET STRING, as older modules do. */
static enum antin_rc
agree_run(struct antin_p11_session *s, void *user, struct antin_err *err)
{
	const struct agree_job *job = user;
	ANTIN_SCOPED(antin_bytes) wrapped = {0};
	enum antin_rc rc = antin_p11_key_ready(s, job->key, err);

	if (rc == ANTIN_OK)
		rc = antin_p11_offer_refresh(s, err);
	if (rc == ANTIN_OK && !antin_p11_offers(s->token, CKM_ECDH1_DERIVE))
		return antin_fail(err, ANTIN_E_NO_MECHANISM, N_("the token does not offer %s"),
		                  "CKM_ECDH1_DERIVE");
	if (rc == ANTIN_OK)
		rc = agree_with(s, job, job->peer, err);
	if (rc == ANTIN_OK || !antin_p11_refused(s))
		return rc;
	antin_p11_forget(s, err);
	antin_der_add(&wrapped, ANTIN_OCTET_STRING, job->peer);
	return wrapped.failed ? antin_fail_memory(err)
	                      : agree_with(s, job, antin_bytes_slice(&wrapped), err);
}

enum antin_rc
antin_token_agree(struct antin_key *k, struct antin_slice peer, struct antin_bytes *out,
                  struct antin_err *err)
{
	struct antin_p11_key *key = (struct antin_p11_key *)k;
	struct agree_job job = {key, peer, out};
	size_t size = antin_public_type(k->public_key) == ANTIN_KEY_P256 ? 65 : 97;

	if (!antin_key_is_token(k) || antin_public_type(k->public_key) == ANTIN_KEY_RSA)
		return antin_fail(err, ANTIN_E_NO_MECHANISM, N_("this key cannot agree on a key"));
	if (peer.len != size || peer.p[0] != 4)
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("the other side's public key is not one for this curve"));
	return antin_token_run(key->token, ANTIN_P11_LOGIN, key->pins, agree_run, &job, err);
}
