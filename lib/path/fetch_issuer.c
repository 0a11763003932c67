/*
 * Certificates of an issuer from the addresses that a certificate names (RFC 5280 4.2.2.1): one in
 * DER or PEM, or several in a CMS without signatures (RFC 5652 5, certs-only).
 */
#include <string.h>

#include <antin/path.h>

enum { ADDRESSES_MAX = 4, CERTS_MAX = 64 };

/* SignedData: version, digestAlgorithms, encapContentInfo, certificates [0]; the rest is not read.
 */
static bool
enter_bundle(struct antin_slice der, struct antin_in *certs)
{
	struct antin_in in = antin_in_of(der), info, content, signed_data;
	struct antin_slice oid, skipped;
	uint64_t version;

	return antin_der_enter(&in, ANTIN_SEQUENCE, &info) && antin_der_end(&in) &&
	       antin_der_take(&info, ANTIN_OID, &oid) &&
	       antin_oid_is(oid, "1.2.840.113549.1.7.2") &&
	       antin_der_enter(&info, ANTIN_CONTEXT_CONS(0), &content) &&
	       antin_der_enter(&content, ANTIN_SEQUENCE, &signed_data) &&
	       antin_der_uint(&signed_data, 5, &version) &&
	       antin_der_take(&signed_data, ANTIN_SET, &skipped) &&
	       antin_der_take(&signed_data, ANTIN_SEQUENCE, &skipped) &&
	       antin_der_enter(&signed_data, ANTIN_CONTEXT_CONS(0), certs);
}

static enum antin_rc
read_bundle(struct antin_slice bytes, struct antin_certs *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_in in = antin_in_of(bytes), certs;
	struct antin_slice one;
	enum antin_rc rc = ANTIN_OK;

	if (!antin_ber_frame(&in, &der) || !enter_bundle(antin_bytes_slice(&der), &certs))
		return der.failed ? antin_fail_memory(err)
		                  : antin_fail(err, ANTIN_E_FORMAT, N_("not a certificate"));
	for (size_t i = 0; rc == ANTIN_OK && i < CERTS_MAX; i++) {
		ANTIN_OWN_S(antin_cert) c = NULL;
		struct antin_err quiet = {0};

		if (!antin_der_whole(&certs, ANTIN_SEQUENCE, &one))
			break;
		/* One that cannot be read is none; others may be what is looked for. */
		rc = antin_cert_read(one, &c, &quiet);
		if (rc == ANTIN_OK)
			rc = antin_certs_add(out, c, err);
		else
			rc = rc == ANTIN_E_MEMORY ? antin_fail_memory(err) : ANTIN_OK;
	}
	return rc;
}

enum antin_rc
antin_certs_answer(struct antin_slice bytes, struct antin_certs *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_certs) read = {0};
	struct antin_err quiet = {0};
	enum antin_rc rc = antin_certs_read(bytes, "", &read, &quiet);

	if (rc == ANTIN_E_MEMORY)
		return antin_fail_memory(err);
	if (rc != ANTIN_OK)
		rc = read_bundle(bytes, &read, err);
	return rc == ANTIN_OK ? antin_certs_join(out, &read, CERTS_MAX, err) : rc;
}

/* Whether any of them may be the issuer: the signature is for the search to check. */
static bool
has_subject(const struct antin_certs *l, size_t from, struct antin_slice name)
{
	for (size_t i = from; i < l->n; i++)
		if (antin_name_equal(l->items[i]->subject, name))
			return true;
	return false;
}

static enum antin_rc
ask(const struct antin_fetcher *f, struct antin_fetch_log *log, struct antin_fetch_request q,
    struct antin_certs *out, bool *stored, struct antin_err *err)
{
	ANTIN_SCOPED(antin_fetch_answer) a = {0};
	struct antin_err quiet = {0};
	enum antin_rc rc = antin_fetch(f, &q, log, &a, err);

	*stored = a.how == ANTIN_FETCH_STORED && a.result == ANTIN_FETCHED_ANSWERED;
	if (rc != ANTIN_OK || !a.body.len)
		return rc;
	rc = antin_certs_answer(antin_bytes_slice(&a.body), out, &quiet);
	if (rc == ANTIN_E_MEMORY)
		return antin_fail_memory(err);
	if (rc != ANTIN_OK && log)
		antin_fetch_log_unreadable(log, q.url);
	return ANTIN_OK;
}

enum antin_rc
antin_path_fetch_issuers(const struct antin_fetcher *f, struct antin_fetch_log *log,
                         const struct antin_cert *child, struct antin_certs *out,
                         struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) uris = {0};
	const size_t before = out->n;
	struct antin_slice rest;
	enum antin_rc rc;

	antin_cert_uris(child, "aia-issuers", &uris);
	rc = antin_bytes_check(&uris, err);
	rest = antin_bytes_slice(&uris);
	for (size_t i = 0; i < ADDRESSES_MAX && rest.len && rc == ANTIN_OK; i++) {
		const uint8_t *end = memchr(rest.p, '\n', rest.len);
		struct antin_fetch_request q = {.kind = ANTIN_FETCH_ISSUER,
		                                .url = {rest.p, (size_t)(end - rest.p)}};
		bool stored = false;

		rest = (struct antin_slice){end + 1, rest.len - q.url.len - 1};
		rc = ask(f, log, q, out, &stored, err);
		q.anew = true;
		if (rc == ANTIN_OK && stored && !has_subject(out, before, child->issuer))
			rc = ask(f, log, q, out, &stored, err);
		if (has_subject(out, before, child->issuer))
			break;
	}
	return rc;
}
