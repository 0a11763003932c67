/*
 * Certificate requests (PKCS#10, RFC 2986).  See request.h.
 */
#include <antin/request.h>

#include <stdlib.h>
#include <string.h>

#include <antin/file.h>

#include "extension.h"

#define OID_EXTENSION_REQUEST "1.2.840.113549.1.9.14"

struct request {
	struct antin_request r;
	struct antin_bytes copy;
};

void
antin_request_free(struct antin_request *r)
{
	struct request *own = (struct request *)r;

	if (!own)
		return;
	antin_public_free(own->r.public_key);
	antin_bytes_done(&own->copy);
	free(own);
}

static enum antin_rc
not_a_request(struct antin_err *err, const char *where)
{
	antin_err_set_where(err, "%s", where);
	return antin_fail(err, ANTIN_E_FORMAT,
	                  N_("not a certificate request that follows PKCS #10 (%s)"), where);
}

/* extensionRequest (RFC 2985 5.4.2): a SET of exactly one Extensions. */
static bool
read_extensions(struct antin_in *set, struct antin_request *r)
{
	struct antin_in list;

	return r->n_exts == 0 && antin_der_enter(set, ANTIN_SEQUENCE, &list) &&
	       antin_der_end(set) &&
	       antin_exts_read(&list, r->exts, ANTIN_REQUEST_EXTS, &r->n_exts);
}

static bool
read_attribute(struct antin_in *in, struct antin_request *r)
{
	struct antin_in inner, values, rest;
	struct antin_slice oid;
	struct antin_tlv value;

	if (!antin_der_enter(in, ANTIN_SEQUENCE, &inner) ||
	    !antin_der_take(&inner, ANTIN_OID, &oid) ||
	    !antin_der_enter(&inner, ANTIN_SET, &values) || !antin_der_end(&inner) ||
	    antin_der_end(&values))
		return false;
	for (rest = values; !antin_der_end(&rest);)
		if (!antin_der_next(&rest, &value))
			return false;
	r->n_attributes++;
	if (antin_oid_is(oid, OID_EXTENSION_REQUEST))
		return read_extensions(&values, r);
	return true;
}

static enum antin_rc
read_info(struct antin_request *r, struct antin_err *err)
{
	struct antin_in outer = antin_in_of(r->info), in, attributes;
	uint64_t version;

	if (!antin_der_enter(&outer, ANTIN_SEQUENCE, &in) || !antin_der_uint(&in, 0, &version))
		return not_a_request(err, "version");
	if (!antin_der_whole(&in, ANTIN_SEQUENCE, &r->subject))
		return not_a_request(err, "subject");
	if (!antin_der_whole(&in, ANTIN_SEQUENCE, &r->spki))
		return not_a_request(err, "subjectPKInfo");
	if (!antin_der_enter(&in, ANTIN_CONTEXT_CONS(0), &attributes) || !antin_der_end(&in))
		return not_a_request(err, "attributes");
	while (!antin_der_end(&attributes))
		if (!read_attribute(&attributes, r))
			return not_a_request(err, "attributes");
	return ANTIN_OK;
}

static enum antin_rc
read_outer(struct antin_request *r, struct antin_err *err)
{
	struct antin_in file = antin_in_of(r->der), in;
	unsigned int unused;

	if (!antin_der_enter(&file, ANTIN_SEQUENCE, &in) || !antin_der_end(&file))
		return not_a_request(err, "CertificationRequest");
	if (!antin_der_whole(&in, ANTIN_SEQUENCE, &r->info))
		return not_a_request(err, "certificationRequestInfo");
	if (!antin_der_whole(&in, ANTIN_SEQUENCE, &r->sigalg))
		return not_a_request(err, "signatureAlgorithm");
	if (!antin_der_bits(&in, &r->signature, &unused) || unused != 0 || !antin_der_end(&in))
		return not_a_request(err, "signature");
	return read_info(r, err);
}

/* Proof of possession: the request is signed with the private half of the key it names. */
static enum antin_rc
verify(struct antin_request *r, struct antin_err *err)
{
	uint8_t digest[ANTIN_DIGEST_MAX];
	struct antin_sigalg a;
	enum antin_rc rc = antin_sigalg_read(r->sigalg, &a, err);

	if (rc != ANTIN_OK)
		return rc;
	if (a.digest == ANTIN_SHA1)
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("the request is signed with SHA-1, which proves nothing"));
	rc = antin_digest_of(a.digest, r->info, digest, err);
	if (rc == ANTIN_OK)
		rc = antin_public_verify(r->public_key, a,
		                         (struct antin_slice){digest, antin_digest_size(a.digest)},
		                         r->signature, err);
	if (rc == ANTIN_E_BAD_SIGNATURE)
		return antin_wrap(err, rc, N_("the request is not signed by the key in it"));
	return rc;
}

static enum antin_rc
decode(struct antin_request *r, struct antin_err *err)
{
	struct antin_name name;
	enum antin_rc rc = read_outer(r, err);

	if (rc == ANTIN_OK)
		rc = antin_name_read(r->subject, &name, err);
	if (rc == ANTIN_OK)
		rc = antin_public_read(r->spki, &r->public_key, err);
	if (rc == ANTIN_OK)
		rc = verify(r, err);
	if (rc == ANTIN_OK)
		rc = antin_sha256(r->der, r->sha256, err);
	if (rc == ANTIN_OK)
		rc = antin_sha256(r->spki, r->spki_sha256, err);
	return rc;
}

enum antin_rc
antin_request_read(struct antin_slice der, struct antin_request **out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_request) r = NULL;
	struct request *own;
	enum antin_rc rc;

	if (der.len > ANTIN_REQUEST_MAX)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("the request is too large"));
	own = calloc(1, sizeof(*own));
	if (!own)
		return antin_fail_memory(err);
	r = &own->r;
	antin_bytes_add(&own->copy, der.p, der.len);
	rc = antin_bytes_check(&own->copy, err);
	r->der = antin_bytes_slice(&own->copy);
	if (rc == ANTIN_OK)
		rc = decode(r, err);
	if (rc == ANTIN_OK)
		*out = ANTIN_TAKE(r);
	return rc;
}

enum antin_rc
antin_request_load(const char *path, struct antin_request **out, struct antin_err *err)
{
	static const char other[] = "-----BEGIN NEW CERTIFICATE REQUEST-----";
	ANTIN_SCOPED(antin_bytes) file = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	enum antin_rc rc = antin_file_read(path, ANTIN_REQUEST_MAX, &file, err);
	const char *label;

	if (rc != ANTIN_OK)
		return rc;
	label = file.len && memmem(file.p, file.len, other, sizeof(other) - 1)
	                ? "NEW CERTIFICATE REQUEST"
	                : "CERTIFICATE REQUEST";
	rc = antin_pem_or_der(antin_bytes_slice(&file), label, &der, err);
	if (rc == ANTIN_OK)
		rc = antin_request_read(antin_bytes_slice(&der), out, err);
	if (rc != ANTIN_OK)
		antin_err_set_file(err, path);
	return rc;
}

bool
antin_request_emails(const struct antin_request *r, struct antin_bytes *out)
{
	const struct antin_ext *san = antin_exts_find(r->exts, r->n_exts, OID_EXT_SAN);
	ANTIN_SCOPED(antin_bytes) found = {0};
	struct antin_in in;
	struct antin_slice names;

	if (!san)
		return true;
	in = antin_in_of(san->value);
	if (!antin_der_take(&in, ANTIN_SEQUENCE, &names) || !antin_der_end(&in) ||
	    !antin_general_names_emails(names, &found))
		return false;
	/* Without memory none is told, rather than some. */
	return antin_bytes_join(out, &found, NULL) == ANTIN_OK;
}

/* One attribute, extensionRequest, with one extension, subjectAltName. */
static void
add_email(struct antin_bytes *b, const char *email)
{
	size_t attribute = antin_der_open(b, ANTIN_SEQUENCE), set, list, names;
	struct antin_ext_mark ext;

	antin_der_add_oid(b, OID_EXTENSION_REQUEST);
	set = antin_der_open(b, ANTIN_SET);
	list = antin_der_open(b, ANTIN_SEQUENCE);
	ext = antin_ext_open(b, OID_EXT_SAN, false);
	names = antin_der_open(b, ANTIN_SEQUENCE);
	antin_der_add_text(b, ANTIN_CONTEXT(1), email);
	antin_der_close(b, names);
	antin_ext_close(b, ext);
	antin_der_close(b, list);
	antin_der_close(b, set);
	antin_der_close(b, attribute);
}

enum antin_rc
antin_request_info(struct antin_slice spki, struct antin_slice subject, const char *email,
                   struct antin_bytes *info, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	size_t outer, attributes;

	if (email && !antin_email_plain(email))
		return antin_fail(err, ANTIN_E_USAGE, N_("not an e-mail address: %s"), email);
	outer = antin_der_open(&b, ANTIN_SEQUENCE);
	antin_der_add_uint(&b, 0);
	antin_bytes_add(&b, subject.p, subject.len);
	antin_bytes_add(&b, spki.p, spki.len);
	attributes = antin_der_open(&b, ANTIN_CONTEXT_CONS(0));
	if (email)
		add_email(&b, email);
	antin_der_close(&b, attributes);
	antin_der_close(&b, outer);
	return antin_bytes_join(info, &b, err);
}

enum antin_rc
antin_request_finish(struct antin_slice info, struct antin_sigalg a, struct antin_slice signature,
                     struct antin_bytes *der, struct antin_err *err)
{
	return antin_signed_add(info, a, signature, der, err);
}

enum antin_rc
antin_request_write(struct antin_key *key, struct antin_slice subject, const char *email,
                    struct antin_bytes *der, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) info = {0};
	ANTIN_SCOPED(antin_bytes) signature = {0};
	struct antin_sigalg a = antin_sigalg_default(antin_public_type(key->public_key));
	enum antin_rc rc =
	        antin_request_info(antin_public_spki(key->public_key), subject, email, &info, err);

	if (rc == ANTIN_OK)
		rc = antin_key_sign_message(key, a, antin_bytes_slice(&info), &signature, err);
	if (rc == ANTIN_OK)
		rc = antin_request_finish(antin_bytes_slice(&info), a,
		                          antin_bytes_slice(&signature), der, err);
	return rc;
}
