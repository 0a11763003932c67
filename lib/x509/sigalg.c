/*
 * Signature algorithms: AlgorithmIdentifier to scheme and digest and back (RFC 3279, RFC 4055,
 * RFC 5758).  See key.h.
 */
#include <antin/key.h>

#include <stdio.h>
#include <string.h>

#include <antin/der.h>

#include "key_internal.h"

#define OID_PSS  "1.2.840.113549.1.1.10"
#define OID_MGF1 "1.2.840.113549.1.1.8"

struct sigalg_row {
	const char *oid, *name;
	enum antin_scheme scheme;
	enum antin_digest digest;
};

/* The PSS rows share their identifier: the digest stands in the parameters. */
static const struct sigalg_row rows[] = {
        {"1.2.840.113549.1.1.11", "sha256WithRSAEncryption", ANTIN_RSA_PKCS1, ANTIN_SHA256},
        {"1.2.840.113549.1.1.12", "sha384WithRSAEncryption", ANTIN_RSA_PKCS1, ANTIN_SHA384},
        {"1.2.840.113549.1.1.13", "sha512WithRSAEncryption", ANTIN_RSA_PKCS1, ANTIN_SHA512},
        {"1.2.840.10045.4.3.2", "ecdsa-with-SHA256", ANTIN_ECDSA, ANTIN_SHA256},
        {"1.2.840.10045.4.3.3", "ecdsa-with-SHA384", ANTIN_ECDSA, ANTIN_SHA384},
        {"1.2.840.10045.4.3.4", "ecdsa-with-SHA512", ANTIN_ECDSA, ANTIN_SHA512},
        {OID_PSS, "RSASSA-PSS with SHA-256", ANTIN_RSA_PSS, ANTIN_SHA256},
        {OID_PSS, "RSASSA-PSS with SHA-384", ANTIN_RSA_PSS, ANTIN_SHA384},
        {OID_PSS, "RSASSA-PSS with SHA-512", ANTIN_RSA_PSS, ANTIN_SHA512},
        {OID_PSS, "RSASSA-PSS with SHA-1", ANTIN_RSA_PSS, ANTIN_SHA1},
        {"1.2.840.113549.1.1.5", "sha1WithRSAEncryption", ANTIN_RSA_PKCS1, ANTIN_SHA1},
        {"1.2.840.10045.4.1", "ecdsa-with-SHA1", ANTIN_ECDSA, ANTIN_SHA1},
        {"1.2.840.10040.4.3", "dsa-with-SHA1", ANTIN_DSA, ANTIN_SHA1},
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static const struct sigalg_row *
row_of(struct antin_sigalg a)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].scheme == a.scheme && rows[i].digest == a.digest)
			return &rows[i];
	return NULL;
}

const char *
antin_sigalg_name(struct antin_sigalg a)
{
	const struct sigalg_row *row = row_of(a);

	return row ? row->name : "?";
}

struct antin_sigalg
antin_sigalg_default(enum antin_key_type t)
{
	static const struct antin_sigalg defaults[] = {
	        [ANTIN_KEY_RSA] = {ANTIN_RSA_PKCS1, ANTIN_SHA256},
	        [ANTIN_KEY_P256] = {ANTIN_ECDSA, ANTIN_SHA256},
	        [ANTIN_KEY_P384] = {ANTIN_ECDSA, ANTIN_SHA384},
	        [ANTIN_KEY_DSA] = {ANTIN_DSA, ANTIN_SHA1},
	};

	return defaults[t];
}

/* A digest's AlgorithmIdentifier with NULL, as RFC 4055 2.1 has it inside PSS parameters. */
static void
add_digest(struct antin_bytes *b, enum antin_digest d)
{
	size_t sequence = antin_der_open(b, ANTIN_SEQUENCE);

	antin_der_add_oid(b, antin_digest_oid(d));
	antin_der_add_null(b);
	antin_der_close(b, sequence);
}

static void
add_pss(struct antin_bytes *b, enum antin_digest d)
{
	size_t sequence = antin_der_open(b, ANTIN_SEQUENCE), field, mgf;

	/* All of SHA-1's values are defaults, which DER leaves out. */
	if (d != ANTIN_SHA1) {
		field = antin_der_open(b, ANTIN_CONTEXT_CONS(0));
		add_digest(b, d);
		antin_der_close(b, field);
		field = antin_der_open(b, ANTIN_CONTEXT_CONS(1));
		mgf = antin_der_open(b, ANTIN_SEQUENCE);
		antin_der_add_oid(b, OID_MGF1);
		add_digest(b, d);
		antin_der_close(b, mgf);
		antin_der_close(b, field);
		field = antin_der_open(b, ANTIN_CONTEXT_CONS(2));
		antin_der_add_uint(b, antin_digest_size(d));
		antin_der_close(b, field);
	}
	antin_der_close(b, sequence);
}

void
antin_sigalg_add(struct antin_bytes *b, struct antin_sigalg a)
{
	const struct sigalg_row *row = row_of(a);
	size_t sequence = antin_der_open(b, ANTIN_SEQUENCE);

	antin_der_add_oid(b, row ? row->oid : "");
	if (a.scheme == ANTIN_RSA_PKCS1)
		antin_der_add_null(b);
	if (a.scheme == ANTIN_RSA_PSS)
		add_pss(b, a.digest);
	antin_der_close(b, sequence);
}

/* Parameters that are NULL or left out: RFC 4055 2.1 and 5 demand that both be taken. */
static bool
null_or_nothing(struct antin_in *in)
{
	struct antin_slice null;

	if (antin_der_end(in))
		return true;
	return antin_der_take(in, ANTIN_NULL, &null) && null.len == 0 && antin_der_end(in);
}

static bool
read_digest(struct antin_in *in, enum antin_digest *out)
{
	struct antin_in sequence;
	struct antin_slice oid;

	return antin_der_enter(in, ANTIN_SEQUENCE, &sequence) &&
	       antin_der_take(&sequence, ANTIN_OID, &oid) && antin_digest_by_oid(oid, out) &&
	       null_or_nothing(&sequence);
}

static bool
read_mgf(struct antin_in *in, enum antin_digest *out)
{
	struct antin_in sequence;
	struct antin_slice oid;

	return antin_der_enter(in, ANTIN_SEQUENCE, &sequence) &&
	       antin_der_take(&sequence, ANTIN_OID, &oid) && antin_oid_is(oid, OID_MGF1) &&
	       read_digest(&sequence, out) && antin_der_end(&sequence);
}

/*
 * RSASSA-PSS-params.  Only one shape is taken: MGF1 with the digest of the message, a salt as long
 * as the digest, trailer 1.  Other combinations are legal but nobody's, and weaken the scheme.
 */
static bool
read_pss(struct antin_in *in, enum antin_digest *out)
{
	enum antin_digest hash = ANTIN_SHA1, mgf = ANTIN_SHA1;
	uint64_t salt = 20, trailer = 1;
	struct antin_in p, field;

	if (!antin_der_enter(in, ANTIN_SEQUENCE, &p) || !antin_der_end(in))
		return false;
	if (antin_der_peek(&p, ANTIN_CONTEXT_CONS(0)) &&
	    !(antin_der_enter(&p, ANTIN_CONTEXT_CONS(0), &field) && read_digest(&field, &hash) &&
	      antin_der_end(&field)))
		return false;
	if (antin_der_peek(&p, ANTIN_CONTEXT_CONS(1)) &&
	    !(antin_der_enter(&p, ANTIN_CONTEXT_CONS(1), &field) && read_mgf(&field, &mgf) &&
	      antin_der_end(&field)))
		return false;
	if (antin_der_peek(&p, ANTIN_CONTEXT_CONS(2)) &&
	    !(antin_der_enter(&p, ANTIN_CONTEXT_CONS(2), &field) &&
	      antin_der_uint(&field, 1024, &salt) && antin_der_end(&field)))
		return false;
	if (antin_der_peek(&p, ANTIN_CONTEXT_CONS(3)) &&
	    !(antin_der_enter(&p, ANTIN_CONTEXT_CONS(3), &field) &&
	      antin_der_uint(&field, 1, &trailer) && antin_der_end(&field)))
		return false;
	*out = hash;
	return antin_der_end(&p) && hash == mgf && salt == antin_digest_size(hash) && trailer == 1;
}

static enum antin_rc
read_parameters(const struct sigalg_row *row, struct antin_in *in, struct antin_sigalg *out,
                struct antin_err *err)
{
	struct antin_sigalg a = {row->scheme, row->digest};
	bool ok;

	if (row->scheme == ANTIN_RSA_PSS)
		ok = read_pss(in, &a.digest);
	else if (row->scheme == ANTIN_ECDSA || row->scheme == ANTIN_DSA)
		ok = antin_der_end(in); /* RFC 5758 3.2, RFC 3279 2.2.2: absent */
	else
		ok = null_or_nothing(in);
	if (!ok)
		return antin_fail(err,
		                  row->scheme == ANTIN_RSA_PSS ? ANTIN_E_UNSUPPORTED
		                                               : ANTIN_E_FORMAT,
		                  N_("the parameters of the signature algorithm %s are not the "
		                     "expected ones"),
		                  row->scheme == ANTIN_RSA_PSS ? "RSASSA-PSS" : row->name);
	*out = a;
	return ANTIN_OK;
}

enum antin_rc
antin_sigalg_read(struct antin_slice der, struct antin_sigalg *out, struct antin_err *err)
{
	struct antin_in in = antin_in_of(der), sequence;
	struct antin_slice oid;
	char dotted[64];

	if (!antin_der_enter(&in, ANTIN_SEQUENCE, &sequence) || !antin_der_end(&in) ||
	    !antin_der_take(&sequence, ANTIN_OID, &oid))
		return antin_fail(err, ANTIN_E_FORMAT,
		                  N_("the signature algorithm is not readable"));
	for (size_t i = 0; i < ROWS; i++)
		if (antin_oid_is(oid, rows[i].oid))
			return read_parameters(&rows[i], &sequence, out, err);
	return antin_fail(err, ANTIN_E_UNSUPPORTED,
	                  N_("the signature algorithm %s is not supported"),
	                  antin_oid_text(oid, dotted, sizeof(dotted)));
}

/* The kind of key of each scheme; P-256 stands for both curves. */
static const enum antin_key_type key_of[] = {
        [ANTIN_RSA_PKCS1] = ANTIN_KEY_RSA,
        [ANTIN_RSA_PSS] = ANTIN_KEY_RSA,
        [ANTIN_ECDSA] = ANTIN_KEY_P256,
        [ANTIN_DSA] = ANTIN_KEY_DSA,
};

void
antin_sign_params(struct antin_sigalg a, struct antin_sign_params *out)
{
	OSSL_PARAM *p = out->list;

	(void)snprintf(out->digest, sizeof(out->digest), "%s", antin_digest_fetch(a.digest));
	(void)snprintf(out->padding, sizeof(out->padding), "%s",
	               a.scheme == ANTIN_RSA_PSS ? "pss" : "pkcs1");
	(void)snprintf(out->salt, sizeof(out->salt), "digest");
	*p++ = OSSL_PARAM_construct_utf8_string("digest", out->digest, 0);
	if (key_of[a.scheme] == ANTIN_KEY_RSA)
		*p++ = OSSL_PARAM_construct_utf8_string("pad-mode", out->padding, 0);
	if (a.scheme == ANTIN_RSA_PSS) {
		*p++ = OSSL_PARAM_construct_utf8_string("mgf1-digest", out->digest, 0);
		*p++ = OSSL_PARAM_construct_utf8_string("saltlen", out->salt, 0);
	}
	*p = OSSL_PARAM_construct_end();
}

enum antin_rc
antin_sigalg_fits(struct antin_sigalg a, enum antin_key_type type, size_t digest_len,
                  struct antin_err *err)
{
	if (key_of[a.scheme] != (type == ANTIN_KEY_P384 ? ANTIN_KEY_P256 : type) || !row_of(a))
		return antin_fail(
		        err, ANTIN_E_NO_MECHANISM,
		        N_("the signature algorithm %s does not belong to this kind of key"),
		        antin_sigalg_name(a));
	if (digest_len != antin_digest_size(a.digest))
		return antin_fail(err, ANTIN_E_INTERNAL, N_("a digest of %zu octets for %s"),
		                  digest_len, antin_sigalg_name(a));
	return ANTIN_OK;
}
