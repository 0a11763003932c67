/*
 * A key for tests that can be told to fail.  See keystore.h.
 */
#include <antin/keystore.h>

#include <stdlib.h>

#include "key_internal.h"

struct mock_key {
	struct antin_key base;
	struct antin_key *real;
	enum antin_rc fault;
	unsigned int left; /* signatures until the fault */
};

static enum antin_rc
mock_sign(struct antin_key *k, struct antin_sigalg a, struct antin_slice digest,
          struct antin_bytes *signature, struct antin_err *err)
{
	struct mock_key *m = (struct mock_key *)k;
	enum antin_rc rc;

	if (m->fault == ANTIN_OK || m->left > 0) {
		m->left -= m->left > 0;
		return m->real->ops->sign(m->real, a, digest, signature, err);
	}
	if (m->fault != ANTIN_E_BAD_SIGNATURE)
		return antin_fail(err, m->fault, N_("the test key fails as it was told to"));
	/* A device that computes wrongly: a signature of the right shape over something else. */
	rc = m->real->ops->sign(m->real, a, digest, signature, err);
	if (rc == ANTIN_OK)
		signature->p[signature->len - 1] ^= 1;
	return rc;
}

static void
mock_free(struct antin_key *k)
{
	struct mock_key *m = (struct mock_key *)k;

	antin_key_free(m->real);
	free(m);
}

static const struct antin_key_ops mock_ops = {"mock", mock_sign, mock_free};

enum antin_rc
antin_key_mock(const struct antin_keygen *spec, enum antin_rc fault, unsigned int after,
               struct antin_key **out, struct antin_err *err)
{
	ANTIN_OWN(EVP_PKEY) pkey = NULL;
	ANTIN_OWN_S(antin_key) real = NULL;
	struct mock_key *m;
	enum antin_rc rc = antin_pkey_generate(spec, &pkey, err);

	if (rc == ANTIN_OK)
		rc = antin_key_of_pkey(pkey, "mock", &real, err);
	if (rc != ANTIN_OK)
		return rc;
	m = calloc(1, sizeof(*m));
	if (!m)
		return antin_fail_memory(err);
	m->base = *real;
	m->base.ops = &mock_ops;
	m->base.public_key = antin_public_ref(real->public_key);
	m->fault = fault;
	m->left = after;
	m->real = ANTIN_TAKE(real);
	*out = (struct antin_key *)m;
	return ANTIN_OK;
}
