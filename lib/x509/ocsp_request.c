/*
 * OCSP requests and CertIDs (RFC 6960 4.1, RFC 5019 2.1, RFC 9654).  See ocsp.h.
 */
#include <antin/ocsp.h>

#include <string.h>

#include "extension.h"
#include "ocsp_internal.h"

/* ---- CertID ---- */

static const uint8_t oid_sha1[] = {0x2b, 0x0e, 0x03, 0x02, 0x1a};
static const uint8_t oid_sha256[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01};

static bool
read_digest(struct antin_in *in, enum antin_digest *out)
{
	struct antin_in algorithm;
	struct antin_slice oid, null;

	if (!antin_der_enter(in, ANTIN_SEQUENCE, &algorithm) ||
	    !antin_der_take(&algorithm, ANTIN_OID, &oid))
		return false;
	/* Parameters NULL or absent (RFC 5754 2). */
	if (antin_der_peek(&algorithm, ANTIN_NULL) &&
	    (!antin_der_take(&algorithm, ANTIN_NULL, &null) || null.len))
		return false;
	if (antin_slice_equal(oid, (struct antin_slice){oid_sha1, sizeof(oid_sha1)}))
		*out = ANTIN_SHA1;
	else if (antin_slice_equal(oid, (struct antin_slice){oid_sha256, sizeof(oid_sha256)}))
		*out = ANTIN_SHA256;
	else
		return false;
	return antin_der_end(&algorithm);
}

bool
antin_certid_next(struct antin_in *in, struct antin_certid *out)
{
	struct antin_certid id = {0};
	struct antin_in list = *in, fields;
	size_t size;

	if (!antin_der_whole(in, ANTIN_SEQUENCE, &id.der) ||
	    !antin_der_enter(&list, ANTIN_SEQUENCE, &fields) || !read_digest(&fields, &id.digest))
		return false;
	size = antin_digest_size(id.digest);
	if (!antin_der_take(&fields, ANTIN_OCTET_STRING, &id.name_hash) ||
	    id.name_hash.len != size ||
	    !antin_der_take(&fields, ANTIN_OCTET_STRING, &id.key_hash) || id.key_hash.len != size ||
	    !antin_der_integer(&fields, &id.serial) || id.serial.len > ANTIN_SERIAL_MAX + 1)
		return false;
	if (!antin_der_end(&fields))
		return false;
	*out = id;
	return true;
}

enum antin_rc
antin_certid_read(struct antin_slice der, struct antin_certid *out, struct antin_err *err)
{
	struct antin_in in = antin_in_of(der);
	struct antin_certid id;

	if (!antin_certid_next(&in, &id) || !antin_der_end(&in))
		return antin_fail(err, ANTIN_E_FORMAT, N_("not a CertID of OCSP"));
	*out = id;
	return ANTIN_OK;
}

/* Content of the BIT STRING of a SubjectPublicKeyInfo. */
static bool
key_octets(struct antin_slice spki, struct antin_slice *out)
{
	struct antin_in outer = antin_in_of(spki), in;
	struct antin_slice algorithm;
	unsigned int unused;

	return antin_der_enter(&outer, ANTIN_SEQUENCE, &in) &&
	       antin_der_take(&in, ANTIN_SEQUENCE, &algorithm) &&
	       antin_der_bits(&in, out, &unused) && unused == 0;
}

enum antin_rc
antin_certid_hashes(struct antin_slice name, struct antin_slice spki,
                    struct antin_certid_issuer *out, struct antin_err *err)
{
	struct antin_certid_issuer made;
	struct antin_slice key;
	uint8_t digest[ANTIN_DIGEST_MAX];
	enum antin_rc rc;

	if (!key_octets(spki, &key))
		return antin_fail(err, ANTIN_E_FORMAT, N_("the public key is not readable"));
	rc = antin_digest_of(ANTIN_SHA1, name, digest, err);
	memcpy(made.name_sha1, digest, sizeof(made.name_sha1));
	if (rc == ANTIN_OK)
		rc = antin_digest_of(ANTIN_SHA1, key, digest, err);
	memcpy(made.key_sha1, digest, sizeof(made.key_sha1));
	if (rc == ANTIN_OK)
		rc = antin_sha256(name, made.name_sha256, err);
	if (rc == ANTIN_OK)
		rc = antin_sha256(key, made.key_sha256, err);
	if (rc == ANTIN_OK)
		*out = made;
	return rc;
}

enum antin_rc
antin_certid_issuer(struct antin_cert *issuer, struct antin_certid_issuer *out,
                    struct antin_err *err)
{
	return antin_certid_hashes(issuer->subject, issuer->spki, out, err);
}

/* The pair of hashes of one kind. */
static void
hashes_of(const struct antin_certid_issuer *issuer, enum antin_digest d, struct antin_slice *name,
          struct antin_slice *key)
{
	bool sha1 = d == ANTIN_SHA1;
	size_t len = antin_digest_size(d);

	*name = (struct antin_slice){sha1 ? issuer->name_sha1 : issuer->name_sha256, len};
	*key = (struct antin_slice){sha1 ? issuer->key_sha1 : issuer->key_sha256, len};
}

bool
antin_certid_matches(const struct antin_certid *id, const struct antin_certid_issuer *issuer)
{
	struct antin_slice name, key;

	if (id->digest != ANTIN_SHA1 && id->digest != ANTIN_SHA256)
		return false;
	hashes_of(issuer, id->digest, &name, &key);
	return antin_slice_equal(name, id->name_hash) && antin_slice_equal(key, id->key_hash);
}

enum antin_rc
antin_certid_add(struct antin_bytes *b, enum antin_digest d, struct antin_cert *issuer,
                 struct antin_slice serial, struct antin_err *err)
{
	struct antin_certid_issuer hashes;
	struct antin_slice name, key;
	size_t outer, algorithm;
	enum antin_rc rc;

	if (d != ANTIN_SHA1 && d != ANTIN_SHA256)
		return antin_fail(err, ANTIN_E_UNSUPPORTED,
		                  N_("a CertID is made with SHA-1 or SHA-256"));
	rc = antin_certid_issuer(issuer, &hashes, err);
	if (rc != ANTIN_OK)
		return rc;
	hashes_of(&hashes, d, &name, &key);
	outer = antin_der_open(b, ANTIN_SEQUENCE);
	algorithm = antin_der_open(b, ANTIN_SEQUENCE);
	antin_der_add_oid(b, antin_digest_oid(d));
	antin_der_add_null(b);
	antin_der_close(b, algorithm);
	antin_der_add(b, ANTIN_OCTET_STRING, name);
	antin_der_add(b, ANTIN_OCTET_STRING, key);
	antin_der_add(b, ANTIN_INTEGER, serial);
	antin_der_close(b, outer);
	return antin_bytes_check(b, err);
}

/* ---- requests ---- */

bool
antin_ocsp_nonce_read(struct antin_slice value, struct antin_slice *out)
{
	struct antin_in in = antin_in_of(value);
	struct antin_slice nonce;

	if (!antin_der_take(&in, ANTIN_OCTET_STRING, &nonce) || !antin_der_end(&in) ||
	    nonce.len == 0 || nonce.len > ANTIN_OCSP_NONCE)
		return false;
	*out = nonce;
	return true;
}

void
antin_ocsp_nonce_add(struct antin_bytes *b, struct antin_slice nonce)
{
	struct antin_ext_mark ext = antin_ext_open(b, OID_OCSP_NONCE, false);

	antin_der_add(b, ANTIN_OCTET_STRING, nonce);
	antin_ext_close(b, ext);
}

static enum antin_rc
malformed(struct antin_err *err, const char *where)
{
	antin_err_set_where(err, "%s", where);
	return antin_fail(err, ANTIN_E_FORMAT, N_("not an OCSP request that follows RFC 6960 (%s)"),
	                  where);
}

/* [n] EXPLICIT Extensions; a critical one that is not known here is refused. */
static bool
read_extensions(struct antin_in *in, uint8_t tag, struct antin_slice *nonce)
{
	enum { MOST = 16 };
	struct antin_ext exts[MOST];
	struct antin_in wrapped, list;
	size_t n;

	if (!antin_der_peek(in, tag))
		return true;
	if (!antin_der_enter(in, tag, &wrapped) ||
	    !antin_der_enter(&wrapped, ANTIN_SEQUENCE, &list) || !antin_der_end(&wrapped) ||
	    !antin_exts_read(&list, exts, MOST, &n))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (nonce && antin_oid_is(exts[i].oid, OID_OCSP_NONCE)) {
			if (!antin_ocsp_nonce_read(exts[i].value, nonce))
				return false;
		} else if (exts[i].critical) {
			return false;
		}
	}
	return true;
}

static enum antin_rc
read_list(struct antin_in *list, struct antin_ocsp_request *r, struct antin_err *err)
{
	struct antin_in one;

	while (!antin_der_end(list)) {
		if (r->n == ANTIN_OCSP_IDS)
			return malformed(err, "requestList: too many");
		if (!antin_der_enter(list, ANTIN_SEQUENCE, &one) ||
		    !antin_certid_next(&one, &r->ids[r->n]))
			return malformed(err, "reqCert");
		r->n++;
		if (!read_extensions(&one, ANTIN_CONTEXT_CONS(0), NULL) || !antin_der_end(&one))
			return malformed(err, "singleRequestExtensions");
	}
	return r->n ? ANTIN_OK : malformed(err, "requestList");
}

/* version [0] DEFAULT v1 is not written; requestorName [1] is of no use and is skipped. */
static enum antin_rc
read_tbs(struct antin_in *in, struct antin_ocsp_request *r, struct antin_err *err)
{
	struct antin_in list;
	struct antin_slice name;
	enum antin_rc rc;

	if (antin_der_peek(in, ANTIN_CONTEXT_CONS(0)))
		return malformed(err, "version");
	if (antin_der_peek(in, ANTIN_CONTEXT_CONS(1)) &&
	    !antin_der_take(in, ANTIN_CONTEXT_CONS(1), &name))
		return malformed(err, "requestorName");
	if (!antin_der_enter(in, ANTIN_SEQUENCE, &list))
		return malformed(err, "requestList");
	rc = read_list(&list, r, err);
	if (rc != ANTIN_OK)
		return rc;
	if (!read_extensions(in, ANTIN_CONTEXT_CONS(2), &r->nonce) || !antin_der_end(in))
		return malformed(err, "requestExtensions");
	return ANTIN_OK;
}

enum antin_rc
antin_ocsp_request_read(struct antin_slice der, struct antin_ocsp_request *out,
                        struct antin_err *err)
{
	struct antin_ocsp_request r = {0};
	struct antin_in file = antin_in_of(der), outer, tbs;
	struct antin_slice signature;
	enum antin_rc rc;

	if (der.len > ANTIN_OCSP_REQUEST_MAX)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("the OCSP request is too large"));
	if (!antin_der_enter(&file, ANTIN_SEQUENCE, &outer) || !antin_der_end(&file) ||
	    !antin_der_enter(&outer, ANTIN_SEQUENCE, &tbs))
		return malformed(err, "OCSPRequest");
	/* A signature is allowed and not looked at: answers do not depend on who asks. */
	if (antin_der_peek(&outer, ANTIN_CONTEXT_CONS(0)) &&
	    !antin_der_take(&outer, ANTIN_CONTEXT_CONS(0), &signature))
		return malformed(err, "optionalSignature");
	if (!antin_der_end(&outer))
		return malformed(err, "OCSPRequest");
	rc = read_tbs(&tbs, &r, err);
	if (rc == ANTIN_OK)
		*out = r;
	return rc;
}

enum antin_rc
antin_ocsp_request_write(struct antin_slice ids, struct antin_slice nonce, struct antin_bytes *out,
                         struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_in in = antin_in_of(ids);
	size_t outer = antin_der_open(&b, ANTIN_SEQUENCE), exts;
	size_t tbs = antin_der_open(&b, ANTIN_SEQUENCE);
	size_t list = antin_der_open(&b, ANTIN_SEQUENCE), wrapped;
	struct antin_slice id;

	while (antin_der_whole(&in, ANTIN_SEQUENCE, &id))
		antin_der_add(&b, ANTIN_SEQUENCE, id);
	antin_der_close(&b, list);
	if (nonce.len) {
		exts = antin_der_open(&b, ANTIN_CONTEXT_CONS(2));
		wrapped = antin_der_open(&b, ANTIN_SEQUENCE);
		antin_ocsp_nonce_add(&b, nonce);
		antin_der_close(&b, wrapped);
		antin_der_close(&b, exts);
	}
	antin_der_close(&b, tbs);
	antin_der_close(&b, outer);
	if (ids.len == 0 || !antin_der_end(&in) || nonce.len > ANTIN_OCSP_NONCE)
		return antin_fail(err, ANTIN_E_INTERNAL, N_("an OCSP request cannot be made"));
	return antin_bytes_join(out, &b, err);
}
