/*
 * Signing with any key: the result is verified before it is handed out.  See key.h.
 */
#include <antin/key.h>

#include <stdlib.h>

#include <antin/cert.h>

#include "key_internal.h"

/* With the message, if it is known. */
static enum antin_rc
sign(struct antin_key *k, struct antin_sigalg a, struct antin_slice digest,
     const struct antin_slice *message, struct antin_bytes *signature, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) made = {0};
	enum antin_rc rc;

	if (a.digest == ANTIN_SHA1)
		return antin_fail(err, ANTIN_E_POLICY, N_("nothing is signed with SHA-1 any more"));
	rc = antin_sigalg_fits(a, antin_public_type(k->public_key), digest.len, err);
	if (rc != ANTIN_OK)
		return rc;
	rc = message && k->ops->sign_message
	             ? k->ops->sign_message(k, a, digest, *message, &made, err)
	             : k->ops->sign(k, a, digest, &made, err);
	if (rc == ANTIN_OK)
		rc = antin_bytes_check(&made, err);
	if (rc != ANTIN_OK)
		return rc;
	rc = antin_public_verify(k->public_key, a, digest, antin_bytes_slice(&made), err);
	if (rc != ANTIN_OK)
		return antin_wrap(err, rc, N_("the key %s made a wrong signature"), k->label);
	antin_bytes_add(signature, made.p, made.len);
	return antin_bytes_check(signature, err);
}

enum antin_rc
antin_key_sign(struct antin_key *k, struct antin_sigalg a, struct antin_slice digest,
               struct antin_bytes *signature, struct antin_err *err)
{
	return sign(k, a, digest, NULL, signature, err);
}

enum antin_rc
antin_key_sign_message(struct antin_key *k, struct antin_sigalg a, struct antin_slice message,
                       struct antin_bytes *signature, struct antin_err *err)
{
	uint8_t digest[ANTIN_DIGEST_MAX];
	enum antin_rc rc = antin_digest_of(a.digest, message, digest, err);

	if (rc != ANTIN_OK)
		return rc;
	return sign(k, a, (struct antin_slice){digest, antin_digest_size(a.digest)}, &message,
	            signature, err);
}

void
antin_key_free(struct antin_key *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < k->n_chain; i++)
		antin_cert_free(k->chain[i]);
	free(k->chain);
	antin_public_free(k->public_key);
	k->ops->free(k);
}
