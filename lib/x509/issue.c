/*
 * Certificates made (RFC 5280 4): the TBSCertificate from a profile.  See issue.h.
 */
#include <antin/issue.h>

#include <string.h>

#include "extension.h"

enum { DAY = 86400 };

enum antin_rc
antin_issue_serial(uint8_t instance, uint8_t out[ANTIN_SERIAL_SIZE], struct antin_err *err)
{
	if (instance == 0 || instance > 0x7f)
		return antin_fail(err, ANTIN_E_INTERNAL,
		                  N_("the instance number must be 1 to 127"));
	out[0] = instance;
	return antin_random(out + 1, ANTIN_SERIAL_SIZE - 1, err);
}

struct antin_sigalg
antin_issue_sigalg(const struct antin_profile *p, const struct antin_public *issuer_key)
{
	enum antin_key_type type = antin_public_type(issuer_key);
	struct antin_sigalg a = antin_sigalg_default(type);

	if (type == ANTIN_KEY_RSA)
		a.digest = (enum antin_digest)p->digest;
	return a;
}

enum antin_rc
antin_issue_period(const struct antin_profile *p, const struct antin_cert *issuer, int64_t now,
                   int64_t days, struct antin_period *out, struct antin_err *err)
{
	struct antin_period period = {now, 0};

	if (days == 0)
		days = p->days_default;
	if (days < p->days_min || days > p->days_max)
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("the profile %s allows %lld to %lld days, not %lld"), p->id,
		                  (long long)p->days_min, (long long)p->days_max, (long long)days);
	if (issuer && now > issuer->not_after)
		return antin_fail(err, ANTIN_E_EXPIRED, N_("the issuer's certificate has expired"));
	if (issuer && now < issuer->not_before)
		return antin_fail(err, ANTIN_E_NOT_YET_VALID,
		                  N_("the issuer's certificate is not yet valid"));
	period.not_after = now + days * DAY - 1; /* both ends count (RFC 5280 4.1.2.5) */
	if (issuer && period.not_after > issuer->not_after)
		period.not_after = issuer->not_after;
	*out = period;
	return ANTIN_OK;
}

/* ---- extensions: one row each ---- */

/* What the extensions of one certificate are made from. */
struct making {
	const struct antin_issue *i;
	uint8_t key_id[20], authority_id[64];
	size_t authority_id_len;
	struct antin_err *err;
};

static enum antin_rc
add_basic_constraints(const struct making *m, struct antin_bytes *b)
{
	const struct antin_profile *p = m->i->profile;
	size_t seq = antin_der_open(b, ANTIN_SEQUENCE);

	if (p->ca)
		antin_der_add_bool(b, true);
	if (p->ca && p->path_len >= 0)
		antin_der_add_uint(b, (uint64_t)p->path_len);
	antin_der_close(b, seq);
	return ANTIN_OK;
}

static enum antin_rc
add_aki(const struct making *m, struct antin_bytes *b)
{
	size_t seq = antin_der_open(b, ANTIN_SEQUENCE);

	antin_der_add(b, ANTIN_CONTEXT(0),
	              (struct antin_slice){m->authority_id, m->authority_id_len});
	antin_der_close(b, seq);
	return ANTIN_OK;
}

static enum antin_rc
add_url(const struct making *m, const char *pattern, struct antin_bytes *b)
{
	ANTIN_SCOPED(antin_bytes) url = {0};
	enum antin_rc rc = antin_profile_url(pattern, m->i->settings, &url, m->err);

	if (rc == ANTIN_OK)
		antin_der_add(b, ANTIN_CONTEXT(6), antin_bytes_slice(&url));
	return rc;
}

static enum antin_rc
add_access(const struct making *m, const char *method, char *const *patterns, struct antin_bytes *b)
{
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; rc == ANTIN_OK && patterns && patterns[i]; i++) {
		size_t seq = antin_der_open(b, ANTIN_SEQUENCE);

		antin_der_add_oid(b, method);
		rc = add_url(m, patterns[i], b);
		antin_der_close(b, seq);
	}
	return rc;
}

static enum antin_rc
add_aia(const struct making *m, struct antin_bytes *b)
{
	const struct antin_profile *p = m->i->profile;
	size_t seq = antin_der_open(b, ANTIN_SEQUENCE);
	enum antin_rc rc = add_access(m, OID_AD_CA_ISSUERS, p->ca_issuers, b);

	if (rc == ANTIN_OK)
		rc = add_access(m, OID_AD_OCSP, p->ocsp, b);
	antin_der_close(b, seq);
	return rc;
}

static enum antin_rc
add_san(const struct making *m, struct antin_bytes *b)
{
	size_t seq = antin_der_open(b, ANTIN_SEQUENCE);

	for (size_t i = 0; m->i->emails && m->i->emails[i]; i++)
		antin_der_add_text(b, ANTIN_CONTEXT(1), m->i->emails[i]);
	antin_der_close(b, seq);
	return ANTIN_OK;
}

/* PolicyInformation with at most a cPSuri (RFC 5280 4.2.1.4). */
static enum antin_rc
add_policies(const struct making *m, struct antin_bytes *b)
{
	const struct antin_profile *p = m->i->profile;
	size_t outer = antin_der_open(b, ANTIN_SEQUENCE);

	for (size_t i = 0; i < p->n_policies; i++) {
		size_t seq = antin_der_open(b, ANTIN_SEQUENCE), list, qualifier;

		antin_der_add_oid(b, p->policies[i].oid);
		if (p->policies[i].cps) {
			list = antin_der_open(b, ANTIN_SEQUENCE);
			qualifier = antin_der_open(b, ANTIN_SEQUENCE);
			antin_der_add_oid(b, OID_QT_CPS);
			antin_der_add_text(b, ANTIN_IA5, p->policies[i].cps);
			antin_der_close(b, qualifier);
			antin_der_close(b, list);
		}
		antin_der_close(b, seq);
	}
	antin_der_close(b, outer);
	return ANTIN_OK;
}

static enum antin_rc
add_eku(const struct making *m, struct antin_bytes *b)
{
	char *const *eku = m->i->profile->eku;
	size_t seq = antin_der_open(b, ANTIN_SEQUENCE);

	for (size_t i = 0; eku && eku[i]; i++)
		antin_der_add_oid(b, eku[i]);
	antin_der_close(b, seq);
	return ANTIN_OK;
}

static enum antin_rc
add_cdp(const struct making *m, struct antin_bytes *b)
{
	char *const *crl = m->i->profile->crl;
	size_t seq = antin_der_open(b, ANTIN_SEQUENCE);
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; rc == ANTIN_OK && crl && crl[i]; i++) {
		size_t point = antin_der_open(b, ANTIN_SEQUENCE);
		size_t name = antin_der_open(b, ANTIN_CONTEXT_CONS(0));
		size_t full = antin_der_open(b, ANTIN_CONTEXT_CONS(0));

		rc = add_url(m, crl[i], b);
		antin_der_close(b, full);
		antin_der_close(b, name);
		antin_der_close(b, point);
	}
	antin_der_close(b, seq);
	return rc;
}

static enum antin_rc
add_ski(const struct making *m, struct antin_bytes *b)
{
	antin_der_add(b, ANTIN_OCTET_STRING, (struct antin_slice){m->key_id, sizeof(m->key_id)});
	return ANTIN_OK;
}

static enum antin_rc
add_key_usage(const struct making *m, struct antin_bytes *b)
{
	antin_der_add_named_bits(b, m->i->profile->key_usage);
	return ANTIN_OK;
}

static enum antin_rc
add_nocheck(const struct making *m, struct antin_bytes *b)
{
	(void)m;
	antin_der_add_null(b);
	return ANTIN_OK;
}

static const struct {
	const char *oid;
	enum antin_rc (*add)(const struct making *m, struct antin_bytes *b);
} extensions[ANTIN_EXT_KINDS] = {
        [ANTIN_EXT_BASIC_CONSTRAINTS] = {OID_EXT_BASIC, add_basic_constraints},
        [ANTIN_EXT_AKI] = {OID_EXT_AKI, add_aki},
        [ANTIN_EXT_AIA] = {OID_EXT_AIA, add_aia},
        [ANTIN_EXT_SAN] = {OID_EXT_SAN, add_san},
        [ANTIN_EXT_POLICIES] = {OID_EXT_POLICIES, add_policies},
        [ANTIN_EXT_EKU] = {OID_EXT_EKU, add_eku},
        [ANTIN_EXT_CDP] = {OID_EXT_CDP, add_cdp},
        [ANTIN_EXT_SKI] = {OID_EXT_SKI, add_ski},
        [ANTIN_EXT_KEY_USAGE] = {OID_EXT_KEY_USAGE, add_key_usage},
        [ANTIN_EXT_OCSP_NOCHECK] = {OID_OCSP_NOCHECK, add_nocheck},
};

static enum antin_rc
add_extensions(const struct making *m, struct antin_bytes *b)
{
	const struct antin_profile *p = m->i->profile;
	size_t outer = antin_der_open(b, ANTIN_CONTEXT_CONS(3));
	size_t list = antin_der_open(b, ANTIN_SEQUENCE);
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; rc == ANTIN_OK && i < p->n_exts; i++) {
		int kind = p->exts[i].kind;
		struct antin_ext_mark ext;

		/* An optional address that was not given leaves nothing to say. */
		if (kind == ANTIN_EXT_SAN && (!m->i->emails || !m->i->emails[0]))
			continue;
		ext = antin_ext_open(b, extensions[kind].oid, p->exts[i].critical);
		rc = extensions[kind].add(m, b);
		antin_ext_close(b, ext);
	}
	antin_der_close(b, list);
	antin_der_close(b, outer);
	return rc;
}

/* ---- what must hold before anything is made ---- */

static enum antin_rc
check_emails(const struct antin_issue *i, struct antin_err *err)
{
	size_t n = 0;

	for (; i->emails && i->emails[n]; n++)
		if (n == ANTIN_ISSUE_EMAILS || !antin_email_plain(i->emails[n]))
			return antin_fail(err, ANTIN_E_POLICY, N_("not an e-mail address: %s"),
			                  i->emails[n]);
	if (n == 0 && i->profile->email == ANTIN_EMAIL_REQUIRED)
		return antin_fail(err, ANTIN_E_POLICY, N_("the profile %s needs an e-mail address"),
		                  i->profile->id);
	if (n > 0 && i->profile->email == ANTIN_EMAIL_NONE)
		return antin_fail(err, ANTIN_E_POLICY, N_("the profile %s takes no e-mail address"),
		                  i->profile->id);
	return ANTIN_OK;
}

static enum antin_rc
check_issuer(const struct antin_issue *i, struct antin_err *err)
{
	const struct antin_cert *c = i->issuer;

	if (!c && i->profile->kind != ANTIN_PROFILE_ROOT)
		return antin_fail(err, ANTIN_E_POLICY, N_("only a root signs itself"));
	if (!c)
		return ANTIN_OK;
	if (i->profile->kind == ANTIN_PROFILE_ROOT)
		return antin_fail(err, ANTIN_E_POLICY, N_("a root has no issuer"));
	if (!c->is_ca || !c->has_key_usage || !(c->key_usage & 1U << ANTIN_KU_KEY_CERT_SIGN))
		return antin_fail(err, ANTIN_E_POLICY, N_("the issuer may not sign certificates"));
	if (i->profile->ca && c->path_len == 0)
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("no authority may stand below this issuer"));
	if (antin_slice_equal(c->spki, antin_public_spki(i->public_key)))
		return antin_fail(err, ANTIN_E_POLICY, N_("this is the key of the issuer itself"));
	return ANTIN_OK;
}

static enum antin_rc
check_period(const struct antin_issue *i, struct antin_err *err)
{
	const struct antin_period *p = &i->period;
	const struct antin_cert *c = i->issuer;

	if (p->not_after <= p->not_before || p->not_before < 0 ||
	    p->not_after - p->not_before + 1 > i->profile->days_max * DAY)
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("the validity is not what the profile %s allows"),
		                  i->profile->id);
	if (c && (p->not_before < c->not_before || p->not_after > c->not_after))
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("the certificate would outlive its issuer"));
	return ANTIN_OK;
}

static enum antin_rc
check(const struct antin_issue *i, struct antin_err *err)
{
	enum antin_rc rc = check_issuer(i, err);

	if (rc == ANTIN_OK)
		rc = antin_profile_key(i->profile, i->public_key, err);
	if (rc == ANTIN_OK)
		rc = antin_issue_key(i->public_key, err);
	if (rc == ANTIN_OK)
		rc = check_period(i, err);
	if (rc == ANTIN_OK)
		rc = check_emails(i, err);
	if (rc == ANTIN_OK && (i->serial[0] == 0 || i->serial[0] > 0x7f))
		rc = antin_fail(err, ANTIN_E_INTERNAL, N_("the serial number is not positive"));
	if (rc == ANTIN_OK && i->sigalg.digest == ANTIN_SHA1)
		rc = antin_fail(err, ANTIN_E_POLICY, N_("nothing is signed with SHA-1 any more"));
	return rc;
}

/* Key identifiers: of the key, and of the issuer as its own certificate states it. */
static enum antin_rc
identify(struct making *m)
{
	const struct antin_cert *c = m->i->issuer;
	ANTIN_OWN_S(antin_public) issuer = NULL;
	enum antin_rc rc = antin_public_key_id(m->i->public_key, m->key_id, m->err);

	m->authority_id_len = sizeof(m->key_id);
	if (rc != ANTIN_OK)
		return rc;
	if (!c) {
		memcpy(m->authority_id, m->key_id, sizeof(m->key_id));
		return ANTIN_OK;
	}
	if (c->ski.len > 0 && c->ski.len <= sizeof(m->authority_id)) {
		memcpy(m->authority_id, c->ski.p, c->ski.len);
		m->authority_id_len = c->ski.len;
		return ANTIN_OK;
	}
	rc = antin_public_read(c->spki, &issuer, m->err);
	return rc == ANTIN_OK ? antin_public_key_id(issuer, m->authority_id, m->err) : rc;
}

static enum antin_rc
build(struct making *m, struct antin_slice subject, struct antin_bytes *b)
{
	const struct antin_issue *i = m->i;
	struct antin_slice issuer = i->issuer ? i->issuer->subject : subject;
	struct antin_slice spki = antin_public_spki(i->public_key);
	size_t outer = antin_der_open(b, ANTIN_SEQUENCE);
	size_t part = antin_der_open(b, ANTIN_CONTEXT_CONS(0));
	enum antin_rc rc;

	antin_der_add_uint(b, 2); /* v3 */
	antin_der_close(b, part);
	antin_der_add(b, ANTIN_INTEGER, (struct antin_slice){i->serial, sizeof(i->serial)});
	antin_sigalg_add(b, i->sigalg);
	antin_bytes_add(b, issuer.p, issuer.len);
	part = antin_der_open(b, ANTIN_SEQUENCE);
	antin_der_add_time(b, i->period.not_before);
	antin_der_add_time(b, i->period.not_after);
	antin_der_close(b, part);
	antin_bytes_add(b, subject.p, subject.len);
	antin_bytes_add(b, spki.p, spki.len);
	rc = add_extensions(m, b);
	antin_der_close(b, outer);
	return rc == ANTIN_OK ? antin_bytes_check(b, m->err) : rc;
}

enum antin_rc
antin_issue_tbs(const struct antin_issue *i, struct antin_bytes *tbs, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) subject = {0};
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct making m = {.i = i, .err = err};
	enum antin_rc rc = check(i, err);

	if (rc == ANTIN_OK)
		rc = antin_profile_subject(i->profile, i->subject, &subject, err);
	if (rc == ANTIN_OK)
		rc = identify(&m);
	if (rc == ANTIN_OK)
		rc = build(&m, antin_bytes_slice(&subject), &b);
	if (rc != ANTIN_OK)
		return rc;
	antin_bytes_add(tbs, b.p, b.len);
	return antin_bytes_check(tbs, err);
}

enum antin_rc
antin_issue_finish(struct antin_slice tbs, struct antin_sigalg a, struct antin_slice signature,
                   struct antin_bytes *der, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) algorithm = {0};
	struct antin_in outer = antin_in_of(tbs), in;
	struct antin_slice part, inside;

	antin_sigalg_add(&algorithm, a);
	if (!antin_der_enter(&outer, ANTIN_SEQUENCE, &in) || !antin_der_end(&outer) ||
	    !antin_der_take(&in, ANTIN_CONTEXT_CONS(0), &part) || !antin_der_integer(&in, &part) ||
	    !antin_der_whole(&in, ANTIN_SEQUENCE, &inside) ||
	    !antin_slice_equal(inside, antin_bytes_slice(&algorithm)))
		return antin_fail(err, ANTIN_E_INTERNAL,
		                  N_("the algorithm is not the one in the octets to be signed"));
	return antin_signed_add(tbs, a, signature, der, err);
}
