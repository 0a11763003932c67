/*
 * What is sent to a time-stamp authority and what comes back: TimeStampReq and TimeStampResp
 * (RFC 3161 2.4.1, 2.4.2).  See timestamp.h.
 */
#include "timestamp_internal.h"

static enum antin_rc
bad_request(const char *where, struct antin_err *err)
{
	antin_err_set_where(err, "%s", where);
	return antin_fail(err, ANTIN_E_FORMAT,
	                  N_("not a time-stamp request that follows RFC 3161 (%s)"), where);
}

/* Whether there are some; what they mean is nobody's business here, but they must be some. */
static bool
read_extensions(struct antin_in *in, bool *some)
{
	enum { MOST = 16 };
	struct antin_ext exts[MOST];
	struct antin_in list;
	size_t n;

	if (!antin_der_peek(in, ANTIN_CONTEXT_CONS(0)))
		return true;
	*some = true;
	return antin_der_enter(in, ANTIN_CONTEXT_CONS(0), &list) &&
	       antin_exts_read(&list, exts, MOST, &n);
}

enum antin_rc
antin_timestamp_request_read(struct antin_slice der, struct antin_timestamp_request *out,
                             struct antin_err *err)
{
	struct antin_in file = antin_in_of(der), in;
	struct antin_timestamp_request r = {0};
	uint64_t version;
	bool known;

	if (der.len > ANTIN_TIMESTAMP_REQUEST_MAX)
		return antin_fail(err, ANTIN_E_TOO_LARGE,
		                  N_("the time-stamp request is too large"));
	if (!antin_der_enter(&file, ANTIN_SEQUENCE, &in) || !antin_der_end(&file))
		return bad_request("TimeStampReq", err);
	if (!antin_der_uint(&in, 1, &version) || version != 1)
		return bad_request("version", err);
	if (!timestamp_imprint_read(&in, &r.imprint, &known))
		return bad_request("messageImprint", err);
	if (!known)
		return timestamp_bad_digest(err);
	if (antin_der_peek(&in, ANTIN_OID) && !antin_der_take(&in, ANTIN_OID, &r.policy))
		return bad_request("reqPolicy", err);
	if (!timestamp_nonce_read(&in, &r.nonce))
		return bad_request("nonce", err);
	if (!timestamp_flag_read(&in, &r.certificates))
		return bad_request("certReq", err);
	if (!read_extensions(&in, &r.extensions) || !antin_der_end(&in))
		return bad_request("extensions", err);
	*out = r;
	return ANTIN_OK;
}

enum antin_rc
antin_timestamp_request_write(const struct antin_timestamp_request *r, struct antin_bytes *out,
                              struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	size_t outer = antin_der_open(&b, ANTIN_SEQUENCE);

	antin_der_add_uint(&b, 1);
	if (!timestamp_imprint_add(&b, &r->imprint) || r->nonce.len > ANTIN_TIMESTAMP_NONCE ||
	    r->extensions)
		return antin_fail(err, ANTIN_E_INTERNAL,
		                  N_("a time-stamp request cannot be encoded"));
	if (r->policy.p)
		antin_der_add_oid_der(&b, r->policy);
	if (r->nonce.p)
		antin_der_add(&b, ANTIN_INTEGER, r->nonce);
	if (r->certificates)
		antin_der_add_bool(&b, true);
	antin_der_close(&b, outer);
	return antin_bytes_join(out, &b, err);
}

static enum antin_rc
bad_response(const char *where, struct antin_err *err)
{
	antin_err_set_where(err, "%s", where);
	return antin_fail(err, ANTIN_E_FORMAT,
	                  N_("not a time-stamp answer that follows RFC 3161 (%s)"), where);
}

static bool
granted(enum antin_timestamp_status status)
{
	return status == ANTIN_TIMESTAMP_GRANTED || status == ANTIN_TIMESTAMP_GRANTED_CHANGED;
}

/* PKIFreeText: at least one UTF8String, of which the first is kept. */
static bool
read_text(struct antin_in *in, struct antin_slice *out)
{
	struct antin_slice more;
	struct antin_in list;

	if (!antin_der_peek(in, ANTIN_SEQUENCE))
		return true;
	if (!antin_der_enter(in, ANTIN_SEQUENCE, &list) || !antin_der_take(&list, ANTIN_UTF8, out))
		return false;
	while (!antin_der_end(&list))
		if (!antin_der_take(&list, ANTIN_UTF8, &more))
			return false;
	return true;
}

enum antin_rc
antin_timestamp_response_read(struct antin_slice der, struct antin_timestamp_response *out,
                              struct antin_err *err)
{
	struct antin_in file = antin_in_of(der), in, status;
	struct antin_timestamp_response r = {0};
	uint64_t number;

	if (der.len > ANTIN_TIMESTAMP_MAX)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("the time-stamp answer is too large"));
	if (!antin_der_enter(&file, ANTIN_SEQUENCE, &in) || !antin_der_end(&file) ||
	    !antin_der_enter(&in, ANTIN_SEQUENCE, &status))
		return bad_response("TimeStampResp", err);
	if (!antin_der_uint(&status, ANTIN_TIMESTAMP_REVOKED, &number))
		return bad_response("status", err);
	r.status = (enum antin_timestamp_status)number;
	if (!read_text(&status, &r.text))
		return bad_response("statusString", err);
	if (antin_der_peek(&status, ANTIN_BIT_STRING) &&
	    !antin_der_named_bits(&status, &r.failures))
		return bad_response("failInfo", err);
	if (!antin_der_end(&status))
		return bad_response("PKIStatusInfo", err);
	if (!antin_der_end(&in) && !antin_der_whole(&in, ANTIN_SEQUENCE, &r.token))
		return bad_response("timeStampToken", err);
	/* With a token exactly when one was granted (2.4.2). */
	if (!antin_der_end(&in) || (r.token.p != NULL) != granted(r.status))
		return bad_response("timeStampToken", err);
	*out = r;
	return ANTIN_OK;
}

enum antin_rc
antin_timestamp_response_write(const struct antin_timestamp_response *r, struct antin_bytes *out,
                               struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	size_t outer = antin_der_open(&b, ANTIN_SEQUENCE);
	size_t status = antin_der_open(&b, ANTIN_SEQUENCE), text;

	if ((r->token.p != NULL) != granted(r->status))
		return antin_fail(err, ANTIN_E_INTERNAL,
		                  N_("a time-stamp answer cannot be encoded"));
	antin_der_add_uint(&b, r->status);
	if (r->text.p) {
		text = antin_der_open(&b, ANTIN_SEQUENCE);
		antin_der_add(&b, ANTIN_UTF8, r->text);
		antin_der_close(&b, text);
	}
	if (r->failures)
		antin_der_add_named_bits(&b, r->failures);
	antin_der_close(&b, status);
	if (r->token.p)
		antin_bytes_add(&b, r->token.p, r->token.len);
	antin_der_close(&b, outer);
	return antin_bytes_join(out, &b, err);
}
