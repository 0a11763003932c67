/*
 * Who signs: the certificate of a key, whether it may sign now, which certificates go along.  See
 * sign.h.
 */
#include <antin/sign.h>

#include <antin/clock.h>

enum antin_rc
antin_sign_cert(const struct antin_key *key, const struct antin_certs *given,
                struct antin_cert **out, struct antin_err *err)
{
	struct antin_slice spki = antin_public_spki(key->public_key);

	for (size_t i = 0; i < given->n; i++)
		if (antin_slice_equal(given->items[i]->spki, spki)) {
			*out = given->items[i];
			return ANTIN_OK;
		}
	if (given->n)
		return antin_fail(err, ANTIN_E_KEY_MISMATCH,
		                  N_("the certificate given does not belong to the key"));
	if (key->n_chain == 0) {
		antin_err_set_hint(err, "--cert FILE");
		return antin_fail(err, ANTIN_E_NOT_FOUND,
		                  N_("no certificate is stored with the key of %s"), key->label);
	}
	*out = key->chain[0];
	return ANTIN_OK;
}

enum antin_rc
antin_sign_usable(struct antin_cert *cert, int64_t now, struct antin_err *err)
{
	const uint32_t signs = 1U << ANTIN_KU_DIGITAL_SIGNATURE | 1U << ANTIN_KU_NON_REPUDIATION;
	char when[ANTIN_TIME_CAP];
	const struct antin_public *key;
	enum antin_rc rc;

	if (now > cert->not_after)
		return antin_fail(err, ANTIN_E_EXPIRED, N_("the certificate expired on %s"),
		                  antin_time_people(cert->not_after, ANTIN_VIETNAM_OFFSET, when));
	if (now < cert->not_before)
		return antin_fail(err, ANTIN_E_NOT_YET_VALID,
		                  N_("the certificate is valid only from %s"),
		                  antin_time_people(cert->not_before, ANTIN_VIETNAM_OFFSET, when));
	if (cert->is_ca)
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("the certificate is that of an authority, not of a signer"));
	if (cert->has_key_usage && !(cert->key_usage & signs))
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("the certificate is not meant for signing documents"));
	rc = antin_cert_public(cert, &key, err);
	if (rc == ANTIN_OK && antin_public_type(key) == ANTIN_KEY_RSA &&
	    antin_public_bits(key) < 2048)
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("an RSA key of %u bits is too short for new signatures"),
		                  antin_public_bits(key));
	return rc;
}

/* The certificate among these that signed `c`, or NULL. */
static struct antin_cert *
issuer_among(struct antin_cert *const *items, size_t n, const struct antin_cert *c)
{
	for (size_t i = 0; i < n; i++) {
		const struct antin_public *key;

		if (items[i]->is_ca && antin_name_equal(items[i]->subject, c->issuer) &&
		    antin_cert_public(items[i], &key, NULL) == ANTIN_OK &&
		    antin_cert_verify(c, key, NULL, NULL) == ANTIN_OK)
			return items[i];
	}
	return NULL;
}

enum antin_rc
antin_sign_chain(const struct antin_key *key, struct antin_cert *cert,
                 const struct antin_certs *given, struct antin_certs *out, struct antin_err *err)
{
	enum { LONGEST = 8 };
	enum antin_rc rc = antin_certs_add(out, cert, err);
	struct antin_cert *c = cert;

	for (int i = 0; rc == ANTIN_OK && i < LONGEST; i++) {
		struct antin_cert *issuer = issuer_among(given->items, given->n, c);

		if (!issuer)
			issuer = issuer_among(key->chain, key->n_chain, c);
		if (!issuer || antin_cert_self_issued(issuer))
			return ANTIN_OK;
		rc = antin_certs_add(out, issuer, err);
		c = issuer;
	}
	return rc;
}
