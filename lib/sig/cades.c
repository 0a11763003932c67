/*
 * Judging a CAdES signature: who it names, which rules it breaks (RFC 5652, RFC 5035, ETSI EN
 * 319 122-1, EN 319 142-1), whether a key made it.  See cades.h.
 */
#include "cades_internal.h"

#include <string.h>

#include <antin/memory.h>

static bool
ess_matches(const struct antin_cades_ess *ess, const struct antin_cert *cert)
{
	uint8_t digest[ANTIN_DIGEST_MAX];

	if (antin_digest_of(ess->digest, cert->der, digest, NULL) != ANTIN_OK)
		return false;
	if (!antin_slice_equal(ess->hash,
	                       (struct antin_slice){digest, antin_digest_size(ess->digest)}))
		return false;
	if (!ess->has_issuer)
		return true;
	return ess->issuer.p && antin_name_equal(ess->issuer, cert->issuer) &&
	       antin_slice_equal(ess->serial, cert->serial);
}

static bool
identifier_matches(const struct antin_cades *c, const struct antin_cert *cert)
{
	if (c->ski.p)
		return cert->ski.p && antin_slice_equal(c->ski, cert->ski);
	return antin_name_equal(c->issuer, cert->issuer) &&
	       antin_slice_equal(c->serial, cert->serial);
}

bool
antin_cades_is_signer(const struct antin_cades *c, const struct antin_cert *cert)
{
	return identifier_matches(c, cert) && (!c->ess.present || ess_matches(&c->ess, cert));
}

struct antin_cert *
antin_cades_signer(const struct antin_cades *c)
{
	for (size_t i = 0; i < c->certs.n; i++)
		if (antin_cades_is_signer(c, c->certs.items[i]))
			return c->certs.items[i];
	return NULL;
}

/* What a rule is judged by. */
struct case_of {
	const struct antin_cades *c;
	enum antin_cades_form form;
	const struct antin_cert *signer;
};

static bool
two_signers(const struct case_of *k)
{
	/* Only a file of its own may carry signatures side by side. */
	return k->form != ANTIN_FORM_CADES && k->c->n_signers != 1;
}

static bool
no_attributes(const struct case_of *k)
{
	return !k->c->has_attributes;
}

static bool
attribute_twice(const struct case_of *k)
{
	return k->c->attribute_twice;
}

static bool
no_digest(const struct case_of *k)
{
	return k->c->has_attributes && !k->c->message_digest.p;
}

static bool
content_type(const struct case_of *k)
{
	const struct antin_cades *c = k->c;

	const char *type = k->form == ANTIN_FORM_TIME_STAMP ? OID_TST_INFO : OID_DATA;

	if (k->form == ANTIN_FORM_COUNTER)
		return false;
	return c->has_attributes && (!antin_slice_equal(c->content_type, c->attr_content_type) ||
	                             !antin_oid_is(c->content_type, type));
}

static bool
counter_type(const struct case_of *k)
{
	return k->form == ANTIN_FORM_COUNTER && k->c->attr_content_type.p;
}

static bool
content_embedded(const struct case_of *k)
{
	return (k->form == ANTIN_FORM_PADES || k->form == ANTIN_FORM_PKCS7) && k->c->has_content;
}

static bool
digests_differ(const struct case_of *k)
{
	return k->c->alg.digest != k->c->digest;
}

static bool
digest_undeclared(const struct case_of *k)
{
	return !k->c->digest_declared;
}

static bool
no_ess(const struct case_of *k)
{
	return k->form != ANTIN_FORM_PKCS7 && !k->c->ess.present;
}

static bool
ess_v1(const struct case_of *k)
{
	return k->c->ess.present && k->c->ess.v1;
}

static bool
signer_mismatch(const struct case_of *k)
{
	return k->signer && !identifier_matches(k->c, k->signer);
}

/* Of two references each must hold (RFC 5035 5.4). */
static bool
ess_mismatch(const struct case_of *k)
{
	const struct antin_cades *c = k->c;

	return k->signer && ((c->ess.present && !ess_matches(&c->ess, k->signer)) ||
	                     (c->ess_v1.present && !ess_matches(&c->ess_v1, k->signer)));
}

/* An AlgorithmIdentifier's content in its two parts; parameters that are NULL are as none. */
static bool
algorithm_parts(struct antin_slice content, struct antin_slice *oid, struct antin_slice *parameters)
{
	static const uint8_t null[] = {ANTIN_NULL, 0};
	struct antin_in in = antin_in_of(content);

	if (!antin_der_take(&in, ANTIN_OID, oid))
		return false;
	*parameters = (struct antin_slice){in.p, (size_t)(in.end - in.p)};
	if (antin_slice_equal(*parameters, (struct antin_slice){null, sizeof(null)}))
		parameters->len = 0;
	return true;
}

static bool
same_algorithm(struct antin_slice a, struct antin_slice b)
{
	struct antin_slice oids[2], parameters[2];

	return algorithm_parts(a, &oids[0], &parameters[0]) &&
	       algorithm_parts(b, &oids[1], &parameters[1]) &&
	       antin_slice_equal(oids[0], oids[1]) &&
	       antin_slice_equal(parameters[0], parameters[1]);
}

/* What was signed names the algorithms that stand outside of it, and no other. */
static bool
unprotected(const struct case_of *k)
{
	struct antin_in in = antin_in_of(k->c->protection), list,
	                whole = antin_in_of(k->c->algorithm);
	struct antin_slice algorithm, used;
	enum antin_digest digest;
	bool known;

	return k->c->protection.p &&
	       (!antin_der_enter(&in, ANTIN_SEQUENCE, &list) ||
	        !cades_digest_read(&list, &digest, &known) || !known || digest != k->c->digest ||
	        !antin_der_take(&list, ANTIN_CONTEXT_CONS(1), &algorithm) ||
	        !antin_der_end(&list) || !antin_der_take(&whole, ANTIN_SEQUENCE, &used) ||
	        !same_algorithm(algorithm, used));
}

static bool
time_in_pades(const struct case_of *k)
{
	return k->form == ANTIN_FORM_PADES && k->c->signing_time != INT64_MIN;
}

static bool
no_signer_certificate(const struct case_of *k)
{
	return antin_cades_signer(k->c) == NULL;
}

static bool
foreign_certificate(const struct case_of *k)
{
	return k->c->n_foreign_certs > 0;
}

static bool
version(const struct case_of *k)
{
	return !k->c->version_fits;
}

static bool
not_sorted(const struct case_of *k)
{
	return k->c->has_attributes && !k->c->attributes_sorted;
}

static const struct {
	struct antin_cades_problem problem;
	bool (*broken)(const struct case_of *k);
} rules[] = {
        {{"two-signers", N_("the signature has more than one signer"), "EN 319 142-1 6.3", true},
         two_signers},
        {{"no-signed-attributes", N_("the signature has no signed attributes"), "EN 319 122-1 5.1",
          true},
         no_attributes},
        {{"attribute-twice", N_("a signed attribute is given twice or has several values"),
          "RFC 5652 5.3", true},
         attribute_twice},
        {{"no-message-digest", N_("the signature does not say which content it is over"),
          "RFC 5652 5.3", true},
         no_digest},
        {{"content-type", N_("the type of the content is not the one that was signed"),
          "EN 319 122-1 5.1.1", true},
         content_type},
        {{"counter-content-type", N_("a counter-signature must not name a type of content"),
          "RFC 5652 11.4", true},
         counter_type},
        {{"content-embedded", N_("the signature carries a content of its own"), "EN 319 142-1 5.2",
          true},
         content_embedded},
        {{"digest-algorithms-differ", N_("the signature names two different digest algorithms"),
          "RFC 5652 5.4", true},
         digests_differ},
        {{"digest-undeclared", N_("the digest algorithm is missing from the list of those used"),
          "RFC 5652 5.1", false},
         digest_undeclared},
        {{"no-ess-certificate", N_("the signature does not bind the signer's certificate"),
          "EN 319 122-1 5.2.2", true},
         no_ess},
        {{"ess-v1", N_("the signer's certificate is bound with SHA-1 only"), "EN 319 122-1 5.2.2.2",
          false},
         ess_v1},
        {{"signer-mismatch", N_("the signature names another certificate than the signer's"),
          "RFC 5652 5.3", true},
         signer_mismatch},
        {{"ess-mismatch", N_("the signature is bound to another certificate"), "RFC 5035 5.4",
          true},
         ess_mismatch},
        {{"algorithm-protection",
          N_("the signature uses other algorithms than those that were signed"), "RFC 6211 2",
          true},
         unprotected},
        {{"no-signer-certificate", N_("the signer's certificate is not in the signature"),
          "EN 319 142-1 6.3", false},
         no_signer_certificate},
        {{"signing-time-in-pades", N_("the time stands inside the signature instead of beside it"),
          "EN 319 142-1 6.3", false},
         time_in_pades},
        {{"foreign-certificate", N_("a certificate in the signature is not readable"),
          "RFC 5652 10.2.3", false},
         foreign_certificate},
        {{"version", N_("a version number in the signature is not the right one"), "RFC 5652 5.1",
          false},
         version},
        {{"attributes-not-sorted", N_("the signed attributes are not in the order of DER"),
          "RFC 5652 5.4", false},
         not_sorted},
};

size_t
antin_cades_problems(const struct antin_cades *c, enum antin_cades_form form,
                     const struct antin_cert *signer,
                     const struct antin_cades_problem *out[ANTIN_CADES_PROBLEMS])
{
	struct case_of k = {c, form, signer};
	size_t n = 0;

	_Static_assert(sizeof(rules) / sizeof(rules[0]) <= ANTIN_CADES_PROBLEMS, "room");
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].broken(&k))
			out[n++] = &rules[i].problem;
	return n;
}

/* True if the signed attributes carry this digest of the content (made with c->digest). */
static bool
digest_matches(const struct antin_cades *c, struct antin_slice content_digest)
{
	return c->message_digest.p && content_digest.len == antin_digest_size(c->digest) &&
	       antin_slice_equal(c->message_digest, content_digest);
}

enum antin_rc
antin_cades_verify(const struct antin_cades *c, const struct antin_public *key,
                   struct antin_slice content_digest, struct antin_memory *memory,
                   struct antin_err *err)
{
	uint8_t digest[ANTIN_DIGEST_MAX];
	enum antin_rc rc;

	/* Without attributes the content itself could pose as attributes (RFC 5652 11). */
	if (!c->has_attributes || c->attribute_twice || c->alg.digest != c->digest)
		return antin_fail(err, ANTIN_E_BAD_SIGNATURE,
		                  N_("the signature does not say clearly what was signed"));
	if (!digest_matches(c, content_digest))
		return antin_fail(err, ANTIN_E_BAD_SIGNATURE,
		                  N_("the content is not the one that was signed"));
	rc = antin_digest_of(c->alg.digest, antin_bytes_slice(&c->attributes), digest, err);
	if (rc != ANTIN_OK)
		return rc;
	return antin_memory_verify(memory, key, c->alg,
	                           (struct antin_slice){digest, antin_digest_size(c->alg.digest)},
	                           c->signature, err);
}
