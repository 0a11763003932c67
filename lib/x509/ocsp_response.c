/*
 * OCSP responses read (RFC 6960 4.2), strictly, for a verifier.  See ocsp.h.
 */
#include <antin/ocsp.h>

#include <stdlib.h>
#include <string.h>

#include <antin/file.h>
#include <antin/memory.h>

#include "extension.h"
#include "ocsp_internal.h"

enum { RESPONSE_CERTS = 16 };

struct response {
	struct antin_ocsp_response r;
	unsigned int refs;
	struct antin_bytes copy;
};

struct antin_ocsp_response *
antin_ocsp_response_ref(struct antin_ocsp_response *r)
{
	(void)__atomic_add_fetch(&((struct response *)r)->refs, 1, __ATOMIC_RELAXED);
	return r;
}

void
antin_ocsp_response_free(struct antin_ocsp_response *r)
{
	struct response *own = (struct response *)r;

	if (!own || __atomic_sub_fetch(&own->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	antin_certs_done(&own->r.certs);
	antin_bytes_done(&own->copy);
	free(own);
}

static enum antin_rc
broken(struct antin_err *err, const char *where)
{
	antin_err_set_where(err, "%s", where);
	return antin_fail(err, ANTIN_E_FORMAT,
	                  N_("not an OCSP response that follows RFC 6960 (%s)"), where);
}

/* CRLReason as revocationReason [0] has it. */
static bool
read_reason(struct antin_in *in, int *out)
{
	struct antin_in wrapped;
	uint64_t reason;

	if (antin_der_end(in))
		return true;
	if (!antin_der_enter(in, ANTIN_CONTEXT_CONS(0), &wrapped) ||
	    !antin_der_enum(&wrapped, ANTIN_REASON_AA_COMPROMISE, &reason) || reason == 7 ||
	    !antin_der_end(&wrapped))
		return false;
	*out = (int)reason;
	return antin_der_end(in);
}

static bool
read_status(struct antin_in *in, struct antin_ocsp_single *s)
{
	struct antin_slice empty;
	struct antin_in info;

	if (antin_der_enter(in, ANTIN_CONTEXT_CONS(1), &info)) {
		s->status = ANTIN_OCSP_REVOKED;
		return antin_der_generalized(&info, false, &s->revoked) &&
		       read_reason(&info, &s->reason);
	}
	s->status = antin_der_peek(in, ANTIN_CONTEXT(0)) ? ANTIN_OCSP_GOOD : ANTIN_OCSP_UNKNOWN;
	return antin_der_take(in,
	                      s->status == ANTIN_OCSP_GOOD ? ANTIN_CONTEXT(0) : ANTIN_CONTEXT(2),
	                      &empty) &&
	       empty.len == 0;
}

static bool
time_value(const struct antin_ext *e, int64_t *out)
{
	struct antin_in in = antin_in_of(e->value);

	return antin_der_generalized(&in, false, out) && antin_der_end(&in);
}

/* [1] EXPLICIT Extensions into `exts`; none leaves *n at 0. */
static bool
read_exts(struct antin_in *in, struct antin_ext exts[], size_t max, size_t *n)
{
	struct antin_in wrapped, list;

	*n = 0;
	if (antin_der_end(in))
		return true;
	return antin_der_enter(in, ANTIN_CONTEXT_CONS(1), &wrapped) &&
	       antin_der_enter(&wrapped, ANTIN_SEQUENCE, &list) && antin_der_end(&wrapped) &&
	       antin_exts_read(&list, exts, max, n) && antin_der_end(in);
}

static bool
read_single_exts(struct antin_in *in, struct antin_ocsp_response *r, struct antin_ocsp_single *s)
{
	struct antin_ext exts[16];
	size_t n;

	if (!read_exts(in, exts, sizeof(exts) / sizeof(exts[0]), &n))
		return false;
	for (size_t i = 0; i < n; i++) {
		bool ok = true;

		if (antin_oid_is(exts[i].oid, OID_OCSP_CUTOFF))
			ok = time_value(&exts[i], &s->archive_cutoff);
		else if (antin_oid_is(exts[i].oid, OID_EXT_INVALIDITY))
			ok = time_value(&exts[i], &s->invalidity);
		else if (exts[i].critical)
			r->unknown_critical = true;
		if (!ok)
			return false;
	}
	return true;
}

static bool
read_single(struct antin_in *list, struct antin_ocsp_response *r, struct antin_ocsp_single *s)
{
	struct antin_in in, next;

	*s = (struct antin_ocsp_single){.next_update = ANTIN_NO_TIME,
	                                .archive_cutoff = ANTIN_NO_TIME,
	                                .invalidity = ANTIN_NO_TIME};
	if (!antin_der_enter(list, ANTIN_SEQUENCE, &in) || !antin_certid_next(&in, &s->id) ||
	    !read_status(&in, s) || !antin_der_generalized(&in, false, &s->this_update))
		return false;
	if (antin_der_enter(&in, ANTIN_CONTEXT_CONS(0), &next) &&
	    (!antin_der_generalized(&next, false, &s->next_update) || !antin_der_end(&next) ||
	     s->next_update < s->this_update))
		return false;
	return read_single_exts(&in, r, s);
}

static bool
same_answer(const struct antin_ocsp_single *a, const struct antin_ocsp_single *b)
{
	return a->status == b->status && a->revoked == b->revoked && a->reason == b->reason;
}

/* Two answers for one certificate that differ: nothing of the response can clear anybody. */
static bool
contradicts(const struct antin_ocsp_response *r, const struct antin_ocsp_single *s)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct antin_ocsp_single *other = &r->singles[i];

		if (antin_slice_equal(other->id.serial, s->id.serial) &&
		    other->id.digest == s->id.digest &&
		    antin_slice_equal(other->id.name_hash, s->id.name_hash) &&
		    antin_slice_equal(other->id.key_hash, s->id.key_hash) && !same_answer(other, s))
			return true;
	}
	return false;
}

static enum antin_rc
read_singles(struct antin_ocsp_response *r, struct antin_in *list, struct antin_err *err)
{
	while (!antin_der_end(list)) {
		if (r->n == ANTIN_OCSP_SINGLES)
			return broken(err, "responses: too many");
		if (!read_single(list, r, &r->singles[r->n]))
			return broken(err, "SingleResponse");
		r->contradicting = r->contradicting || contradicts(r, &r->singles[r->n]);
		r->n++;
	}
	return r->n ? ANTIN_OK : broken(err, "responses");
}

static bool
read_responder(struct antin_in *in, struct antin_ocsp_response *r)
{
	struct antin_in wrapped;
	struct antin_name name;

	if (antin_der_enter(in, ANTIN_CONTEXT_CONS(1), &wrapped))
		return antin_der_whole(&wrapped, ANTIN_SEQUENCE, &r->by_name) &&
		       antin_der_end(&wrapped) &&
		       antin_name_read(r->by_name, &name, NULL) == ANTIN_OK;
	return antin_der_enter(in, ANTIN_CONTEXT_CONS(2), &wrapped) &&
	       antin_der_take(&wrapped, ANTIN_OCTET_STRING, &r->by_key) && r->by_key.len == 20 &&
	       antin_der_end(&wrapped);
}

static enum antin_rc
read_tbs(struct antin_ocsp_response *r, struct antin_err *err)
{
	struct antin_in outer = antin_in_of(r->tbs), in, list;
	struct antin_ext exts[16];
	enum antin_rc rc;
	size_t n;

	if (!antin_der_enter(&outer, ANTIN_SEQUENCE, &in) ||
	    antin_der_peek(&in, ANTIN_CONTEXT_CONS(0))) /* v1 is the default, not written */
		return broken(err, "tbsResponseData");
	if (!read_responder(&in, r))
		return broken(err, "responderID");
	if (!antin_der_generalized(&in, false, &r->produced_at))
		return broken(err, "producedAt");
	if (!antin_der_enter(&in, ANTIN_SEQUENCE, &list))
		return broken(err, "responses");
	rc = read_singles(r, &list, err);
	if (rc != ANTIN_OK)
		return rc;
	if (!read_exts(&in, exts, sizeof(exts) / sizeof(exts[0]), &n))
		return broken(err, "responseExtensions");
	for (size_t i = 0; i < n; i++) {
		if (antin_oid_is(exts[i].oid, OID_OCSP_NONCE)) {
			if (!antin_ocsp_nonce_read(exts[i].value, &r->nonce))
				return broken(err, "nonce");
		} else if (exts[i].critical) {
			r->unknown_critical = true;
		}
	}
	return ANTIN_OK;
}

/* Certificates that do not decode are left out: only the one that verifies will count. */
static enum antin_rc
read_certs(struct antin_ocsp_response *r, struct antin_in *in, struct antin_err *err)
{
	struct antin_in wrapped, list;
	struct antin_slice der;
	enum antin_rc rc = ANTIN_OK;

	if (antin_der_end(in))
		return ANTIN_OK;
	if (!antin_der_enter(in, ANTIN_CONTEXT_CONS(0), &wrapped) ||
	    !antin_der_enter(&wrapped, ANTIN_SEQUENCE, &list) || !antin_der_end(&wrapped) ||
	    !antin_der_end(in))
		return broken(err, "certs");
	for (size_t i = 0; rc == ANTIN_OK && !antin_der_end(&list); i++) {
		ANTIN_OWN_S(antin_cert) c = NULL;

		if (i == RESPONSE_CERTS || !antin_der_whole(&list, ANTIN_SEQUENCE, &der))
			return broken(err, "certs");
		if (antin_cert_read(der, &c, NULL) == ANTIN_OK)
			rc = antin_certs_add(&r->certs, c, err);
	}
	return rc;
}

static enum antin_rc
read_basic(struct antin_ocsp_response *r, struct antin_slice basic, struct antin_err *err)
{
	struct antin_in outer = antin_in_of(basic), in;
	unsigned int unused;
	enum antin_rc rc;

	if (!antin_der_enter(&outer, ANTIN_SEQUENCE, &in) || !antin_der_end(&outer) ||
	    !antin_der_whole(&in, ANTIN_SEQUENCE, &r->tbs) ||
	    !antin_der_whole(&in, ANTIN_SEQUENCE, &r->sigalg) ||
	    !antin_der_bits(&in, &r->signature, &unused) || unused)
		return broken(err, "BasicOCSPResponse");
	rc = read_certs(r, &in, err);
	return rc == ANTIN_OK ? read_tbs(r, err) : rc;
}

static enum antin_rc
read_outer(struct antin_ocsp_response *r, struct antin_err *err)
{
	struct antin_in file = antin_in_of(r->der), in, wrapped, bytes;
	struct antin_slice oid, basic;
	uint64_t status;

	if (!antin_der_enter(&file, ANTIN_SEQUENCE, &in) || !antin_der_end(&file) ||
	    !antin_der_enum(&in, ANTIN_OCSP_UNAUTHORIZED, &status) || status == 4)
		return broken(err, "responseStatus");
	r->status = (int)status;
	/* responseBytes exactly when successful: an error carries nothing to believe. */
	if (status != ANTIN_OCSP_SUCCESSFUL)
		return antin_der_end(&in) ? ANTIN_OK : broken(err, "responseBytes");
	if (!antin_der_enter(&in, ANTIN_CONTEXT_CONS(0), &wrapped) || !antin_der_end(&in) ||
	    !antin_der_enter(&wrapped, ANTIN_SEQUENCE, &bytes) || !antin_der_end(&wrapped) ||
	    !antin_der_take(&bytes, ANTIN_OID, &oid) ||
	    !antin_der_take(&bytes, ANTIN_OCTET_STRING, &basic) || !antin_der_end(&bytes))
		return broken(err, "responseBytes");
	if (!antin_oid_is(oid, OID_OCSP_BASIC))
		return broken(err, "responseType");
	return read_basic(r, basic, err);
}

enum antin_rc
antin_ocsp_response_read(struct antin_slice der, struct antin_ocsp_response **out,
                         struct antin_err *err)
{
	ANTIN_OWN_S(antin_ocsp_response) r = NULL;
	struct response *own;
	enum antin_rc rc;

	if (der.len > ANTIN_OCSP_RESPONSE_MAX)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("the OCSP response is too large"));
	own = calloc(1, sizeof(*own));
	if (!own)
		return antin_fail_memory(err);
	own->refs = 1;
	r = &own->r;
	antin_bytes_add(&own->copy, der.p, der.len);
	rc = antin_bytes_check(&own->copy, err);
	r->der = antin_bytes_slice(&own->copy);
	if (rc == ANTIN_OK)
		rc = read_outer(r, err);
	if (rc == ANTIN_OK)
		rc = antin_sha256(r->der, r->sha256, err);
	if (rc == ANTIN_OK)
		*out = ANTIN_TAKE(r);
	return rc;
}

enum antin_rc
antin_ocsp_response_load(const char *path, struct antin_ocsp_response **out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) file = {0};
	enum antin_rc rc = antin_file_read(path, ANTIN_OCSP_RESPONSE_MAX, &file, err);

	if (rc == ANTIN_OK)
		rc = antin_ocsp_response_read(antin_bytes_slice(&file), out, err);
	if (rc != ANTIN_OK)
		antin_err_set_file(err, path);
	return rc;
}

/* Should one certificate be answered under two kinds of hashes, the worse answer counts. */
const struct antin_ocsp_single *
antin_ocsp_find(const struct antin_ocsp_response *r, const struct antin_certid_issuer *issuer,
                struct antin_slice serial)
{
	static const int weight[] = {
	        [ANTIN_OCSP_GOOD] = 0, [ANTIN_OCSP_UNKNOWN] = 1, [ANTIN_OCSP_REVOKED] = 2};
	const struct antin_ocsp_single *found = NULL;

	for (size_t i = 0; i < r->n; i++) {
		const struct antin_ocsp_single *s = &r->singles[i];

		if (antin_slice_equal(s->id.serial, serial) &&
		    antin_certid_matches(&s->id, issuer) &&
		    (!found || weight[s->status] > weight[found->status]))
			found = s;
	}
	return found;
}

bool
antin_ocsp_is_responder(const struct antin_ocsp_response *r, struct antin_cert *c)
{
	struct antin_certid_issuer hashes;

	if (r->by_name.p)
		return antin_name_equal(r->by_name, c->subject);
	return r->by_key.p && antin_certid_issuer(c, &hashes, NULL) == ANTIN_OK &&
	       memcmp(r->by_key.p, hashes.key_sha1, sizeof(hashes.key_sha1)) == 0;
}

enum antin_rc
antin_ocsp_verify(const struct antin_ocsp_response *r, const struct antin_public *responder,
                  struct antin_memory *memory, struct antin_err *err)
{
	uint8_t digest[ANTIN_DIGEST_MAX];
	struct antin_sigalg a;
	enum antin_rc rc;

	if (r->status != ANTIN_OCSP_SUCCESSFUL)
		return antin_fail(err, ANTIN_E_SERVICE, N_("the OCSP service answered %s"),
		                  antin_ocsp_status_name(r->status));
	rc = antin_sigalg_read(r->sigalg, &a, err);
	if (rc == ANTIN_OK)
		rc = antin_digest_of(a.digest, r->tbs, digest, err);
	if (rc == ANTIN_OK)
		rc = antin_memory_verify(memory, responder, a,
		                         (struct antin_slice){digest, antin_digest_size(a.digest)},
		                         r->signature, err);
	return rc;
}
