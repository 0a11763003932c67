/*
 * Making a time-stamp token in two steps: TSTInfo and signed attributes, then the SignedData round
 * a signature value (RFC 3161 2.4.2, RFC 5816).  See timestamp.h.
 */
#include "timestamp_internal.h"

bool
timestamp_imprint_add(struct antin_bytes *b, const struct antin_imprint *i)
{
	size_t sequence;

	if (i->hash.len != antin_digest_size(i->digest))
		return false;
	sequence = antin_der_open(b, ANTIN_SEQUENCE);
	cades_digest_add(b, i->digest);
	antin_der_add(b, ANTIN_OCTET_STRING, i->hash);
	antin_der_close(b, sequence);
	return true;
}

static void
add_thousandths(struct antin_bytes *b, uint8_t tag, uint64_t n)
{
	const uint8_t octets[] = {(uint8_t)(n >> 8), (uint8_t)n};
	size_t skip = n < 0x80 ? 1 : 0;

	if (n)
		antin_der_add(b, tag, (struct antin_slice){octets + skip, 2 - skip});
}

static void
add_accuracy(struct antin_bytes *b, uint64_t accuracy)
{
	size_t sequence;

	if (!accuracy)
		return;
	sequence = antin_der_open(b, ANTIN_SEQUENCE);
	if (accuracy >= 1000000)
		antin_der_add_uint(b, accuracy / 1000000);
	add_thousandths(b, ANTIN_CONTEXT(0), accuracy / 1000 % 1000);
	add_thousandths(b, ANTIN_CONTEXT(1), accuracy % 1000);
	antin_der_close(b, sequence);
}

static void
add_tsa(struct antin_bytes *b, struct antin_slice subject)
{
	size_t explicit = antin_der_open(b, ANTIN_CONTEXT_CONS(0));
	size_t directory = antin_der_open(b, ANTIN_NAME_DIRECTORY);

	antin_bytes_add(b, subject.p, subject.len);
	antin_der_close(b, directory);
	antin_der_close(b, explicit);
}

enum antin_rc
antin_timestamp_info(const struct antin_timestamp_spec *spec, struct antin_bytes *out,
                     struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	size_t info = antin_der_open(&b, ANTIN_SEQUENCE);

	if (spec->imprint.digest == ANTIN_SHA1)
		return antin_fail(err, ANTIN_E_POLICY, N_("SHA-1 is not used for new time stamps"));
	antin_der_add_uint(&b, 1);
	antin_der_add_oid(&b, spec->policy);
	if (!timestamp_imprint_add(&b, &spec->imprint) || spec->serial.len == 0 ||
	    spec->serial.len > ANTIN_TIMESTAMP_SERIAL || spec->nonce.len > ANTIN_TIMESTAMP_NONCE ||
	    spec->accuracy / 1000000 > UINT32_MAX)
		return antin_fail(err, ANTIN_E_INTERNAL, N_("a time stamp cannot be encoded"));
	antin_der_add_integer(&b, spec->serial);
	antin_der_add_generalized(&b, spec->time);
	add_accuracy(&b, spec->accuracy);
	if (spec->ordering)
		antin_der_add_bool(&b, true);
	if (spec->nonce.p)
		antin_der_add(&b, ANTIN_INTEGER, spec->nonce);
	if (spec->name_tsa)
		add_tsa(&b, spec->cms.signer->subject);
	antin_der_close(&b, info);
	return antin_bytes_join(out, &b, err);
}

enum antin_rc
antin_timestamp_attributes(const struct antin_timestamp_spec *spec, struct antin_slice info,
                           struct antin_bytes *out, struct antin_err *err)
{
	const struct cades_content content = {OID_TST_INFO, info};
	uint8_t digest[ANTIN_DIGEST_MAX];
	enum antin_rc rc = antin_digest_of(spec->cms.alg.digest, info, digest, err);

	if (rc != ANTIN_OK)
		return rc;
	return cades_attributes(&spec->cms, &content,
	                        (struct antin_slice){digest,
	                                             antin_digest_size(spec->cms.alg.digest)},
	                        out, err);
}

enum antin_rc
antin_timestamp_build(const struct antin_timestamp_spec *spec, struct antin_slice info,
                      struct antin_slice attributes, struct antin_slice signature,
                      struct antin_bytes *out, struct antin_err *err)
{
	const struct cades_content content = {OID_TST_INFO, info};

	return cades_build(&spec->cms, &content, attributes, signature, out, err);
}

/* Nothing leaves that would not verify. */
static enum antin_rc
check_result(const struct antin_timestamp_spec *spec, struct antin_slice der, struct antin_err *err)
{
	ANTIN_OWN_S(antin_timestamp) t = NULL;
	struct antin_cert *signer;
	enum antin_rc rc = antin_timestamp_read(der, &t, err);

	if (rc != ANTIN_OK)
		return rc;
	signer = antin_cades_signer(t->cms);
	if (!signer || t->time != spec->time ||
	    !antin_slice_equal(t->imprint.hash, spec->imprint.hash))
		return antin_fail(err, ANTIN_E_INTERNAL, N_("a time stamp cannot be encoded"));
	return antin_timestamp_verify(t, signer, NULL, err);
}

enum antin_rc
antin_timestamp_sign(const struct antin_timestamp_spec *spec, struct antin_key *key,
                     struct antin_bytes *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) info = {0};
	ANTIN_SCOPED(antin_bytes) attributes = {0};
	ANTIN_SCOPED(antin_bytes) signature = {0};
	ANTIN_SCOPED(antin_bytes) token = {0};
	enum antin_rc rc = cades_key_fits(&spec->cms, key, err);

	if (rc == ANTIN_OK)
		rc = antin_timestamp_info(spec, &info, err);
	if (rc == ANTIN_OK)
		rc = antin_timestamp_attributes(spec, antin_bytes_slice(&info), &attributes, err);
	if (rc == ANTIN_OK)
		rc = antin_key_sign_message(key, spec->cms.alg, antin_bytes_slice(&attributes),
		                            &signature, err);
	if (rc == ANTIN_OK)
		rc = antin_timestamp_build(spec, antin_bytes_slice(&info),
		                           antin_bytes_slice(&attributes),
		                           antin_bytes_slice(&signature), &token, err);
	if (rc == ANTIN_OK)
		rc = check_result(spec, antin_bytes_slice(&token), err);
	return rc == ANTIN_OK ? antin_bytes_join(out, &token, err) : rc;
}
