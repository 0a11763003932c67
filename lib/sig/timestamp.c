/*
 * Reading and checking a time-stamp token (RFC 3161 2.4.2, RFC 5816).  See timestamp.h.
 */
#include "timestamp_internal.h"

#include <stdlib.h>

#include <antin/name.h>

#define EKU_TIME_STAMPING "1.3.6.1.5.5.7.3.8"

static enum antin_rc
malformed(const char *where, struct antin_err *err)
{
	antin_err_set_where(err, "%s", where);
	return antin_fail(err, ANTIN_E_FORMAT, N_("not a time stamp that follows RFC 3161 (%s)"),
	                  where);
}

enum antin_rc
timestamp_bad_digest(struct antin_err *err)
{
	antin_err_set_where(err, "messageImprint");
	return antin_fail(err, ANTIN_E_UNSUPPORTED,
	                  N_("the digest that was stamped is of a kind that is not supported"));
}

bool
timestamp_imprint_read(struct antin_in *in, struct antin_imprint *out, bool *known)
{
	struct antin_imprint imprint = {0};
	struct antin_in sequence;

	if (!antin_der_enter(in, ANTIN_SEQUENCE, &sequence) ||
	    !cades_digest_read(&sequence, &imprint.digest, known) ||
	    !antin_der_take(&sequence, ANTIN_OCTET_STRING, &imprint.hash) ||
	    !antin_der_end(&sequence))
		return false;
	if (!*known)
		return true;
	*out = imprint;
	return imprint.hash.len == antin_digest_size(imprint.digest);
}

bool
timestamp_nonce_read(struct antin_in *in, struct antin_slice *out)
{
	if (!antin_der_peek(in, ANTIN_INTEGER))
		return true;
	return antin_der_integer(in, out) && out->len <= ANTIN_TIMESTAMP_NONCE;
}

bool
timestamp_flag_read(struct antin_in *in, bool *out)
{
	if (!antin_der_peek(in, ANTIN_BOOLEAN))
		return true;
	return antin_der_bool(in, out) && *out;
}

/* [n] IMPLICIT INTEGER (1..999), optional, appended in units of `unit` microseconds. */
static bool
read_thousandths(struct antin_in *in, uint8_t tag, uint64_t unit, uint64_t *sum)
{
	struct antin_slice v;
	unsigned int n;

	if (!antin_der_peek(in, tag))
		return true;
	if (!antin_der_take(in, tag, &v) || v.len == 0 || v.len > 2 || (v.p[0] & 0x80))
		return false;
	n = v.len == 1 ? v.p[0] : (unsigned int)v.p[0] << 8 | v.p[1];
	/* Two octets only where one does not do (X.690 8.3.2). */
	if (n == 0 || n > 999 || (v.len == 2 && n < 0x80))
		return false;
	*sum += n * unit;
	return true;
}

static bool
read_accuracy(struct antin_in *in, struct antin_timestamp *t)
{
	struct antin_in sequence;
	uint64_t seconds = 0;

	if (!antin_der_peek(in, ANTIN_SEQUENCE))
		return true;
	if (!antin_der_enter(in, ANTIN_SEQUENCE, &sequence))
		return false;
	if (antin_der_peek(&sequence, ANTIN_INTEGER) &&
	    !antin_der_uint(&sequence, UINT32_MAX, &seconds))
		return false;
	t->has_accuracy = true;
	t->accuracy = seconds * 1000000;
	return read_thousandths(&sequence, ANTIN_CONTEXT(0), 1000, &t->accuracy) &&
	       read_thousandths(&sequence, ANTIN_CONTEXT(1), 1, &t->accuracy) &&
	       antin_der_end(&sequence);
}

/* [0] EXPLICIT, as a GeneralName is a CHOICE. */
static bool
read_tsa(struct antin_in *in, struct antin_timestamp *t)
{
	struct antin_in explicit;
	struct antin_tlv name;

	if (!antin_der_peek(in, ANTIN_CONTEXT_CONS(0)))
		return true;
	if (!antin_der_enter(in, ANTIN_CONTEXT_CONS(0), &explicit) ||
	    !antin_der_next(&explicit, &name) || !antin_der_end(&explicit))
		return false;
	t->tsa = name.whole;
	return true;
}

/* None is known here: one that is critical changes the meaning of all the rest. */
static enum antin_rc
read_extensions(struct antin_in *in, struct antin_err *err)
{
	enum { MOST = 16 };
	struct antin_ext exts[MOST];
	struct antin_in list;
	size_t n;

	if (!antin_der_peek(in, ANTIN_CONTEXT_CONS(1)))
		return ANTIN_OK;
	if (!antin_der_enter(in, ANTIN_CONTEXT_CONS(1), &list) ||
	    !antin_exts_read(&list, exts, MOST, &n))
		return malformed("TSTInfo.extensions", err);
	for (size_t i = 0; i < n; i++)
		if (exts[i].critical)
			return antin_fail(
			        err, ANTIN_E_UNSUPPORTED,
			        N_("a critical extension of the time stamp is not known"));
	return ANTIN_OK;
}

static bool
serial_fits(struct antin_slice serial)
{
	if (serial.p[0] & 0x80)
		return false;
	return serial.len <= ANTIN_TIMESTAMP_SERIAL ||
	       (serial.len == ANTIN_TIMESTAMP_SERIAL + 1 && serial.p[0] == 0);
}

static enum antin_rc
read_info(struct antin_slice der, struct antin_timestamp *t, struct antin_err *err)
{
	struct antin_in file = antin_in_of(der), in;
	uint64_t version;
	enum antin_rc rc;
	bool known;

	if (!antin_der_enter(&file, ANTIN_SEQUENCE, &in) || !antin_der_end(&file))
		return malformed("TSTInfo", err);
	if (!antin_der_uint(&in, 1, &version) || version != 1)
		return malformed("TSTInfo.version", err);
	if (!antin_der_take(&in, ANTIN_OID, &t->policy))
		return malformed("TSTInfo.policy", err);
	if (!timestamp_imprint_read(&in, &t->imprint, &known))
		return malformed("TSTInfo.messageImprint", err);
	if (!known)
		return timestamp_bad_digest(err);
	if (!antin_der_integer(&in, &t->serial) || !serial_fits(t->serial))
		return malformed("TSTInfo.serialNumber", err);
	if (!antin_der_generalized(&in, true, &t->time))
		return malformed("TSTInfo.genTime", err);
	if (!read_accuracy(&in, t))
		return malformed("TSTInfo.accuracy", err);
	if (!timestamp_flag_read(&in, &t->ordering))
		return malformed("TSTInfo.ordering", err);
	if (!timestamp_nonce_read(&in, &t->nonce))
		return malformed("TSTInfo.nonce", err);
	if (!read_tsa(&in, t))
		return malformed("TSTInfo.tsa", err);
	rc = read_extensions(&in, err);
	if (rc != ANTIN_OK)
		return rc;
	return antin_der_end(&in) ? ANTIN_OK : malformed("TSTInfo", err);
}

enum antin_rc
antin_timestamp_read(struct antin_slice der, struct antin_timestamp **out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_timestamp) t = NULL;
	enum antin_rc rc;

	if (der.len > ANTIN_TIMESTAMP_MAX)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("the time stamp is too large"));
	t = calloc(1, sizeof(*t));
	if (!t)
		return antin_fail_memory(err);
	rc = antin_cades_read(der, &t->cms, err);
	if (rc != ANTIN_OK)
		return rc;
	if (!antin_oid_is(t->cms->content_type, OID_TST_INFO) || !t->cms->has_content)
		return malformed("eContentType", err);
	if (t->cms->n_signers != 1)
		return malformed("signerInfos", err);
	rc = read_info(t->cms->content, t, err);
	if (rc == ANTIN_OK)
		*out = ANTIN_TAKE(t);
	return rc;
}

void
antin_timestamp_free(struct antin_timestamp *t)
{
	if (!t)
		return;
	antin_cades_free(t->cms);
	free(t);
}

/* The token's tsa is one of the names of the certificate (2.4.2). */
static bool
name_fits(struct antin_slice tsa, const struct antin_cert *cert)
{
	struct antin_in in = antin_in_of(tsa), directory, names;
	struct antin_tlv name;
	struct antin_slice dn;

	if (antin_der_enter(&in, ANTIN_NAME_DIRECTORY, &directory) &&
	    antin_der_whole(&directory, ANTIN_SEQUENCE, &dn) && antin_der_end(&directory) &&
	    antin_name_equal(dn, cert->subject))
		return true;
	if (!antin_cert_alt_names(cert, &names))
		return false;
	while (!antin_der_end(&names) && antin_der_next(&names, &name))
		if (antin_slice_equal(name.whole, tsa))
			return true;
	return false;
}

static enum antin_rc
check_rules(const struct antin_timestamp *t, const struct antin_cert *tsa, struct antin_err *err)
{
	const struct antin_cades_problem *problems[ANTIN_CADES_PROBLEMS];
	size_t n = antin_cades_problems(t->cms, ANTIN_FORM_TIME_STAMP, tsa, problems);

	for (size_t i = 0; i < n; i++)
		if (problems[i]->fatal)
			return antin_fail(err, ANTIN_E_BAD_SIGNATURE,
			                  N_("the time stamp breaks the rule %s (%s)"),
			                  problems[i]->code, problems[i]->clause);
	if (!antin_cert_eku_alone(tsa, EKU_TIME_STAMPING))
		return antin_fail(
		        err, ANTIN_E_POLICY,
		        N_("the certificate of the time stamp is not for time stamps alone"));
	if (t->tsa.p && !name_fits(t->tsa, tsa))
		return antin_fail(
		        err, ANTIN_E_POLICY,
		        N_("the time stamp names another authority than its certificate"));
	return ANTIN_OK;
}

enum antin_rc
antin_timestamp_verify(const struct antin_timestamp *t, struct antin_cert *tsa,
                       struct antin_memory *memory, struct antin_err *err)
{
	uint8_t digest[ANTIN_DIGEST_MAX];
	const struct antin_public *key;
	enum antin_rc rc = check_rules(t, tsa, err);

	if (rc == ANTIN_OK)
		rc = antin_cert_public(tsa, &key, err);
	if (rc == ANTIN_OK)
		rc = antin_digest_of(t->cms->digest, t->cms->content, digest, err);
	if (rc != ANTIN_OK)
		return rc;
	return antin_cades_verify(t->cms, key,
	                          (struct antin_slice){digest, antin_digest_size(t->cms->digest)},
	                          memory, err);
}

enum antin_rc
antin_timestamp_covers(const struct antin_timestamp *t, struct antin_slice data,
                       struct antin_err *err)
{
	uint8_t digest[ANTIN_DIGEST_MAX];
	enum antin_rc rc = antin_digest_of(t->imprint.digest, data, digest, err);

	if (rc != ANTIN_OK)
		return rc;
	if (antin_slice_equal(t->imprint.hash,
	                      (struct antin_slice){digest, antin_digest_size(t->imprint.digest)}))
		return ANTIN_OK;
	return antin_fail(err, ANTIN_E_BAD_SIGNATURE, N_("the time stamp is over something else"));
}
