/*
 * OCSP responses written (RFC 6960 4.2): the octets to be signed, then the answer.  See ocsp.h.
 */
#include <antin/ocsp.h>

#include <string.h>

#include "extension.h"
#include "ocsp_internal.h"

static const struct {
	int status;
	const char *name;
} statuses[] = {
        {ANTIN_OCSP_SUCCESSFUL, "successful"},    {ANTIN_OCSP_MALFORMED, "malformedRequest"},
        {ANTIN_OCSP_INTERNAL, "internalError"},   {ANTIN_OCSP_TRY_LATER, "tryLater"},
        {ANTIN_OCSP_SIG_REQUIRED, "sigRequired"}, {ANTIN_OCSP_UNAUTHORIZED, "unauthorized"},
};

const char *
antin_ocsp_status_name(int status)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].status == status)
			return statuses[i].name;
	return "unknown";
}

void
antin_ocsp_error_add(struct antin_bytes *b, enum antin_ocsp_status status)
{
	size_t outer = antin_der_open(b, ANTIN_SEQUENCE);

	antin_der_add_enum(b, (uint8_t)status);
	antin_der_close(b, outer);
}

static void
add_revoked(struct antin_bytes *b, const struct antin_ocsp_single *s)
{
	size_t info = antin_der_open(b, ANTIN_CONTEXT_CONS(1)), reason;

	antin_der_add_generalized(b, s->revoked);
	if (s->reason != ANTIN_REASON_UNSPECIFIED) {
		reason = antin_der_open(b, ANTIN_CONTEXT_CONS(0));
		antin_der_add_enum(b, (uint8_t)s->reason);
		antin_der_close(b, reason);
	}
	antin_der_close(b, info);
}

static void
add_time_ext(struct antin_bytes *b, const char *oid, int64_t time)
{
	struct antin_ext_mark ext;

	if (time == ANTIN_NO_TIME)
		return;
	ext = antin_ext_open(b, oid, false);
	antin_der_add_generalized(b, time);
	antin_ext_close(b, ext);
}

static void
add_single(struct antin_bytes *b, const struct antin_ocsp_single *s)
{
	size_t outer = antin_der_open(b, ANTIN_SEQUENCE), part, list;
	struct antin_slice empty = {0};

	antin_bytes_add(b, s->id.der.p, s->id.der.len);
	if (s->status == ANTIN_OCSP_REVOKED)
		add_revoked(b, s);
	else
		antin_der_add(b, s->status == ANTIN_OCSP_GOOD ? ANTIN_CONTEXT(0) : ANTIN_CONTEXT(2),
		              empty);
	antin_der_add_generalized(b, s->this_update);
	if (s->next_update != ANTIN_NO_TIME) {
		part = antin_der_open(b, ANTIN_CONTEXT_CONS(0));
		antin_der_add_generalized(b, s->next_update);
		antin_der_close(b, part);
	}
	if (s->archive_cutoff != ANTIN_NO_TIME || s->invalidity != ANTIN_NO_TIME) {
		part = antin_der_open(b, ANTIN_CONTEXT_CONS(1));
		list = antin_der_open(b, ANTIN_SEQUENCE);
		add_time_ext(b, OID_OCSP_CUTOFF, s->archive_cutoff);
		add_time_ext(b, OID_EXT_INVALIDITY, s->invalidity);
		antin_der_close(b, list);
		antin_der_close(b, part);
	}
	antin_der_close(b, outer);
}

static bool
single_ok(const struct antin_ocsp_single *s)
{
	if (s->id.der.len == 0 || s->status < ANTIN_OCSP_GOOD || s->status > ANTIN_OCSP_UNKNOWN)
		return false;
	return s->next_update == ANTIN_NO_TIME || s->next_update >= s->this_update;
}

enum antin_rc
antin_ocsp_tbs(const struct antin_ocsp_answer *a, struct antin_bytes *tbs, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	size_t outer = antin_der_open(&b, ANTIN_SEQUENCE), part, list;

	part = antin_der_open(&b, ANTIN_CONTEXT_CONS(2)); /* responderID byKey */
	antin_der_add(&b, ANTIN_OCTET_STRING,
	              (struct antin_slice){a->key_hash, sizeof(a->key_hash)});
	antin_der_close(&b, part);
	antin_der_add_generalized(&b, a->produced_at);
	list = antin_der_open(&b, ANTIN_SEQUENCE);
	for (size_t i = 0; i < a->n; i++) {
		if (!single_ok(&a->singles[i]) || a->singles[i].this_update > a->produced_at)
			return antin_fail(err, ANTIN_E_INTERNAL,
			                  N_("an OCSP answer cannot be encoded"));
		add_single(&b, &a->singles[i]);
	}
	antin_der_close(&b, list);
	if (a->n == 0 || a->nonce.len > ANTIN_OCSP_NONCE)
		return antin_fail(err, ANTIN_E_INTERNAL, N_("an OCSP answer cannot be encoded"));
	if (a->nonce.len) {
		part = antin_der_open(&b, ANTIN_CONTEXT_CONS(1));
		list = antin_der_open(&b, ANTIN_SEQUENCE);
		antin_ocsp_nonce_add(&b, a->nonce);
		antin_der_close(&b, list);
		antin_der_close(&b, part);
	}
	antin_der_close(&b, outer);
	return antin_bytes_join(tbs, &b, err);
}

enum antin_rc
antin_ocsp_finish(struct antin_slice tbs, struct antin_sigalg a, struct antin_slice signature,
                  struct antin_slice cert, struct antin_bytes *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	size_t outer = antin_der_open(&b, ANTIN_SEQUENCE), bytes, seq, value, basic, part, list;

	antin_der_add_enum(&b, ANTIN_OCSP_SUCCESSFUL);
	bytes = antin_der_open(&b, ANTIN_CONTEXT_CONS(0));
	seq = antin_der_open(&b, ANTIN_SEQUENCE);
	antin_der_add_oid(&b, OID_OCSP_BASIC);
	value = antin_der_open(&b, ANTIN_OCTET_STRING);
	basic = antin_der_open(&b, ANTIN_SEQUENCE);
	antin_bytes_add(&b, tbs.p, tbs.len);
	antin_sigalg_add(&b, a);
	antin_der_add_bits(&b, signature);
	if (cert.len) {
		part = antin_der_open(&b, ANTIN_CONTEXT_CONS(0));
		list = antin_der_open(&b, ANTIN_SEQUENCE);
		antin_bytes_add(&b, cert.p, cert.len);
		antin_der_close(&b, list);
		antin_der_close(&b, part);
	}
	antin_der_close(&b, basic);
	antin_der_close(&b, value);
	antin_der_close(&b, seq);
	antin_der_close(&b, bytes);
	antin_der_close(&b, outer);
	return antin_bytes_join(out, &b, err);
}

enum antin_rc
antin_ocsp_sign(struct antin_ocsp_answer *a, struct antin_key *key, struct antin_slice cert,
                struct antin_bytes *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) tbs = {0};
	ANTIN_SCOPED(antin_bytes) signature = {0};
	struct antin_sigalg alg = antin_sigalg_default(antin_public_type(key->public_key));
	enum antin_rc rc = antin_public_key_id(key->public_key, a->key_hash, err);

	if (rc == ANTIN_OK)
		rc = antin_ocsp_tbs(a, &tbs, err);
	if (rc == ANTIN_OK)
		rc = antin_key_sign_message(key, alg, antin_bytes_slice(&tbs), &signature, err);
	if (rc == ANTIN_OK)
		rc = antin_ocsp_finish(antin_bytes_slice(&tbs), alg, antin_bytes_slice(&signature),
		                       cert, out, err);
	return rc;
}
