/*
 * Making an authority (root, or below a parent) and its OCSP responder: issued like any other
 * certificate, with the row of the authority planned before its key signs anything.
 */
#include "signer/inner.h"

#include <antin/ocsp.h>

#include <string.h>

static enum antin_rc
name_ok(const char *ca, struct antin_err *err)
{
	static const char allowed[] =
	        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	size_t len = strlen(ca);

	if (len == 0 || len > 64 || strspn(ca, allowed) != len)
		return antin_fail(
		        err, ANTIN_E_USAGE,
		        N_("the name of an authority is 1 to 64 letters, digits, - and _"));
	return ANTIN_OK;
}

static enum antin_rc
url_ok(const char *url, struct antin_err *err)
{
	if (url && (strncmp(url, "http://", 7) != 0 || strlen(url) < 8 || strlen(url) > 512 ||
	            strpbrk(url, " \t\r\n\"<>\\^`{|}")))
		return antin_fail(err, ANTIN_E_USAGE, N_("%s is no http address"), url);
	return ANTIN_OK;
}

static enum antin_rc
fill_fresh(struct antin_issuer_row *r, const struct antin_authority *a, struct antin_slice spki,
           int64_t now, struct antin_err *err)
{
	struct antin_certid_issuer h;
	size_t len = strlen(a->url ? a->url : "");
	enum antin_rc rc = antin_certid_hashes(a->subject, spki, &h, err);

	if (rc != ANTIN_OK)
		return rc;
	while (len && a->url[len - 1] == '/')
		len--;
	antin_bytes_text(&r->ca, a->ca);
	antin_bytes_add(&r->subject, a->subject.p, a->subject.len);
	antin_bytes_add(&r->spki, spki.p, spki.len);
	antin_bytes_text(&r->key_uri, a->key_uri);
	antin_bytes_add(&r->url, a->url, len);
	antin_bytes_add(&r->ocsp_url, a->url, len);
	antin_bytes_text(&r->ocsp_url, len ? "/ocsp" : "");
	if (a->ocsp_url) {
		antin_bytes_clear(&r->ocsp_url);
		antin_bytes_text(&r->ocsp_url, a->ocsp_url);
	}
	antin_bytes_add(&r->name_sha1, h.name_sha1, sizeof(h.name_sha1));
	antin_bytes_add(&r->name_sha256, h.name_sha256, sizeof(h.name_sha256));
	antin_bytes_add(&r->key_sha1, h.key_sha1, sizeof(h.key_sha1));
	antin_bytes_add(&r->key_sha256, h.key_sha256, sizeof(h.key_sha256));
	r->crl_seconds = (a->crl_days ? a->crl_days : 7) * 86400;
	r->created_at = now;
	if (!antin_bytes_cstr(&r->ca) || !antin_bytes_cstr(&r->url) ||
	    !antin_bytes_cstr(&r->ocsp_url) || !antin_bytes_cstr(&r->key_uri))
		return antin_fail_memory(err);
	return ANTIN_OK;
}

/* Who issues: the parent with its certificate and key, or the new authority itself. */
static enum antin_rc
parent_of(struct antin_signer *s, const char *ca, struct antin_issuer_row *row,
          struct antin_cert **cert, struct antin_key **key, struct antin_err *err)
{
	enum antin_rc rc = antin_store_issuer_find(s->store, ca, row, err);

	if (rc == ANTIN_OK)
		rc = antin_cert_read(antin_bytes_slice(&row->cert), cert, err);
	if (rc == ANTIN_OK && antin_now(&s->clock) > (*cert)->not_after)
		rc = antin_fail(err, ANTIN_E_EXPIRED, N_("the authority %s has expired"), ca);
	if (rc == ANTIN_OK)
		rc = antin_signer_key(s, (const char *)row->key_uri.p,
		                      antin_bytes_slice(&row->spki), NULL, key, err);
	return rc;
}

/* A name in use is told before a key is made for it. */
static enum antin_rc
name_free(struct antin_signer *s, const char *ca, struct antin_err *err)
{
	struct antin_issuer_row r = {0};
	enum antin_rc rc = antin_store_issuer_find(s->store, ca, &r, NULL);

	antin_issuer_row_done(&r);
	if (rc == ANTIN_OK)
		return antin_fail(err, ANTIN_E_CONFLICT, N_("there is an authority %s already"),
		                  ca);
	if (rc != ANTIN_E_NOT_FOUND)
		return antin_fail(err, rc, N_("the authorities could not be read"));
	return ANTIN_OK;
}

struct making {
	struct antin_issuer_row parent, fresh;
	struct antin_cert *by_cert;
	struct antin_profile *profile;
	struct antin_key *own;
};

static void
making_done(struct making *m)
{
	antin_issuer_row_done(&m->parent);
	antin_issuer_row_done(&m->fresh);
	antin_cert_free(m->by_cert);
	antin_profile_free(m->profile);
}
ANTIN_SCOPED_S(making, making_done);

static enum antin_rc
own_key(struct antin_signer *s, const char *uri, const struct antin_keygen *generate, bool dry_run,
        struct antin_key **out, struct antin_err *err)
{
	if (generate && dry_run)
		return antin_signer_key_tried(s, generate, out, err);
	return antin_signer_key(s, uri, (struct antin_slice){0}, generate, out, err);
}

static enum antin_rc
load(struct antin_signer *s, const struct antin_authority *a, struct making *m,
     struct antin_issuance *i, struct antin_err *err)
{
	const char *name = a->profile ? a->profile : a->parent ? "vn-sub-ca" : "vn-root";
	enum antin_rc rc = antin_ca_profile(s, name, &m->profile, err);

	if (rc == ANTIN_OK &&
	    (!m->profile->ca || (m->profile->kind == ANTIN_PROFILE_ROOT) != (a->parent == NULL)))
		rc = antin_fail(err, ANTIN_E_POLICY,
		                N_("the profile %s is not for this kind of authority"), name);
	if (rc == ANTIN_OK)
		rc = name_free(s, a->ca, err);
	if (rc == ANTIN_OK && a->parent)
		rc = parent_of(s, a->parent, &m->parent, &m->by_cert, &i->key, err);
	if (rc == ANTIN_OK)
		rc = own_key(s, a->key_uri, a->keygen, a->dry_run, &m->own, err);
	if (rc != ANTIN_OK)
		return rc;
	if (!a->parent)
		i->key = m->own;
	i->by = a->parent ? &m->parent : &m->fresh;
	i->by_cert = m->by_cert;
	i->profile = m->profile;
	i->fresh = &m->fresh;
	i->issue.public_key = m->own->public_key;
	return ANTIN_OK;
}

static enum antin_rc
draft(struct antin_signer *s, const struct antin_authority *a, struct making *m,
      struct antin_issuance *i, struct antin_err *err)
{
	struct antin_authority named = *a;
	enum antin_rc rc = load(s, a, m, i, err);

	if (rc == ANTIN_OK)
		rc = antin_profile_subject(m->profile, a->subject, &i->subject, err);
	named.subject = antin_bytes_slice(&i->subject);
	if (rc == ANTIN_OK)
		rc = fill_fresh(&m->fresh, &named, antin_public_spki(m->own->public_key),
		                antin_now(&s->clock), err);
	if (rc != ANTIN_OK)
		return rc;
	m->fresh.parent = a->parent ? m->parent.id : ANTIN_NULL;
	antin_bytes_text(&m->fresh.profile, m->profile->id);
	antin_bytes_clear(&i->subject);
	return antin_issuance_draft(i, a->subject, a->days, err);
}

/* What can be refused is refused before a key is generated, which would be left behind. */
static enum antin_rc
rehearse(struct antin_signer *s, const struct antin_authority *a, struct antin_err *err)
{
	ANTIN_SCOPED(antin_issuance) i = {.s = s};
	ANTIN_SCOPED(making) m = {0};
	struct antin_authority tried = *a;

	tried.dry_run = true;
	return draft(s, &tried, &m, &i, err);
}

static enum antin_rc
make(struct antin_signer *s, const struct antin_authority *a, struct antin_signer_issued *out,
     struct antin_err *err)
{
	ANTIN_SCOPED(antin_issuance) i = {.s = s};
	ANTIN_SCOPED(making) m = {0};
	enum antin_rc rc = draft(s, a, &m, &i, err);

	if (rc == ANTIN_OK && !a->dry_run)
		rc = antin_issuance_run(&i, err);
	if (rc == ANTIN_OK && !a->dry_run && antin_signer_folder(s))
		rc = antin_ca_publish_cert(s, a->ca, antin_bytes_slice(&i.der), err);
	if (rc == ANTIN_OK)
		antin_issuance_result(&i, out);
	return rc;
}

enum antin_rc
antin_authority_make(struct antin_signer *s, const struct antin_authority *a,
                     struct antin_signer_issued *out, struct antin_err *err)
{
	enum antin_rc rc = name_ok(a->ca, err);

	if (rc == ANTIN_OK)
		rc = url_ok(a->url, err);
	if (rc == ANTIN_OK)
		rc = url_ok(a->ocsp_url, err);
	if (rc == ANTIN_OK)
		rc = antin_signer_ready(s, a->dry_run, err);
	if (rc == ANTIN_OK && a->keygen && !a->dry_run)
		rc = rehearse(s, a, err);
	if (rc == ANTIN_OK)
		rc = make(s, a, out, err);
	return rc;
}

/* ---- the responder ---- */

/* The responder is named after the authority: its name with another CN. */
static enum antin_rc
responder_name(struct antin_slice issuer, struct antin_bytes *der, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) cn = {0};
	struct antin_name name;
	enum antin_rc rc = antin_name_read(issuer, &name, err);
	size_t all, set, seq;

	if (rc != ANTIN_OK)
		return rc;
	(void)antin_name_get(issuer, "CN", &cn);
	if (cn.len > 50)
		antin_bytes_clear(&cn);
	antin_bytes_text(&cn, cn.len ? " OCSP" : "OCSP responder");
	all = antin_der_open(der, ANTIN_SEQUENCE);
	for (size_t i = 0; i < name.n_attrs; i++) {
		char oid[64];

		(void)antin_oid_text(name.attrs[i].oid, oid, sizeof(oid));
		if (strcmp(oid, "2.5.4.6") != 0 && strcmp(oid, "2.5.4.10") != 0 &&
		    strcmp(oid, "2.5.4.11") != 0)
			continue;
		set = antin_der_open(der, ANTIN_SET);
		seq = antin_der_open(der, ANTIN_SEQUENCE);
		antin_der_add_oid_der(der, name.attrs[i].oid);
		antin_der_add(der, name.attrs[i].tag, name.attrs[i].value);
		antin_der_close(der, seq);
		antin_der_close(der, set);
	}
	set = antin_der_open(der, ANTIN_SET);
	seq = antin_der_open(der, ANTIN_SEQUENCE);
	antin_der_add_oid(der, "2.5.4.3");
	antin_der_add(der, ANTIN_UTF8, antin_bytes_slice(&cn));
	antin_der_close(der, seq);
	antin_der_close(der, set);
	antin_der_close(der, all);
	return antin_bytes_check(der, err);
}

/* Kept in the authority's folder: a key that needs no person, for a certificate that lives short.
 */
static const struct antin_keygen kept = {.type = ANTIN_KEY_P256, .label = "OCSP"};

static enum antin_rc
responder_key(const struct antin_authority_responder *r, struct antin_bytes *uri,
              struct antin_err *err)
{
	uint8_t random[6];
	char hex[16];
	enum antin_rc rc = antin_random(random, sizeof(random), err);

	if (rc != ANTIN_OK)
		return rc;
	(void)antin_hex_text((struct antin_slice){random, sizeof(random)}, hex, sizeof(hex));
	if (r->key_uri)
		antin_bytes_text(uri, r->key_uri);
	else
		antin_bytes_printf(uri, "responder/%s-%s.key", r->ca, hex);
	return antin_bytes_cstr(uri) ? ANTIN_OK : antin_fail_memory(err);
}

static enum antin_rc
responder(struct antin_signer *s, const struct antin_authority_responder *r,
          struct antin_signer_issued *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_responder_row) row = {0};
	ANTIN_SCOPED(making) made = {0};
	struct making *m = &made;
	ANTIN_SCOPED(antin_issuance) i = {.s = s, .by = &m->parent, .responder = &row};
	ANTIN_SCOPED(antin_bytes) name = {0};
	const char *profile = r->profile ? r->profile : "vn-ocsp";
	const struct antin_keygen *keygen = r->key_uri ? r->keygen : &kept;
	ANTIN_SCOPED(antin_bytes) uri = {0};
	enum antin_rc rc = antin_ca_profile(s, profile, &m->profile, err);

	if (rc == ANTIN_OK && m->profile->kind != ANTIN_PROFILE_OCSP)
		rc = antin_fail(err, ANTIN_E_POLICY, N_("the profile %s is not for OCSP"), profile);
	if (rc == ANTIN_OK)
		rc = parent_of(s, r->ca, &m->parent, &m->by_cert, &i.key, err);
	if (rc == ANTIN_OK)
		rc = responder_key(r, &uri, err);
	if (rc == ANTIN_OK)
		rc = own_key(s, (const char *)uri.p, keygen, r->dry_run, &m->own, err);
	if (rc == ANTIN_OK)
		rc = responder_name(m->by_cert->subject, &name, err);
	if (rc != ANTIN_OK)
		return rc;
	antin_bytes_text(&row.key_uri, (const char *)uri.p);
	i.by_cert = m->by_cert;
	i.profile = m->profile;
	i.issue.public_key = m->own->public_key;
	rc = antin_issuance_draft(&i, antin_bytes_slice(&name), r->days, err);
	if (rc == ANTIN_OK && !r->dry_run)
		rc = antin_issuance_run(&i, err);
	if (rc == ANTIN_OK)
		antin_issuance_result(&i, out);
	return rc;
}

enum antin_rc
antin_authority_responder(struct antin_signer *s, const struct antin_authority_responder *r,
                          struct antin_signer_issued *out, struct antin_err *err)
{
	struct antin_authority_responder tried = *r;
	ANTIN_SCOPED(antin_signer_issued) none = {0};
	enum antin_rc rc = antin_signer_ready(s, r->dry_run, err);

	tried.dry_run = true;
	if (rc == ANTIN_OK && !r->dry_run && (r->keygen || !r->key_uri))
		rc = responder(s, &tried, &none, err);
	return rc == ANTIN_OK ? responder(s, r, out, err) : rc;
}

/* Kept in the folder, and not to be used any more or not yet, or gone, or past half of its time. */
static bool
wants_renewal(const struct antin_signer *s, const struct antin_responder_row *r, bool stands)
{
	int64_t now = antin_now(&s->clock);

	/* One whose key is elsewhere is renewed by those who hold that key. */
	if (strncmp((const char *)r->key_uri.p, "responder/", 10) != 0)
		return false;
	return !stands || r->created_at > now + ANTIN_LOG_STEP ||
	       r->not_after - now <= (r->not_after - r->created_at) / 2 ||
	       antin_signer_key_gone(s, (const char *)r->key_uri.p);
}

enum antin_rc
antin_authority_responder_renew(struct antin_signer *s, const char *ca, bool *renewed,
                                struct antin_err *err)
{
	struct antin_authority_responder r = {.ca = ca};
	ANTIN_SCOPED(antin_signer_issued) out = {0};
	ANTIN_SCOPED(antin_issuer_row) by = {0};
	ANTIN_SCOPED(antin_responder_row) row = {0};
	ANTIN_OWN_S(antin_cert) cert = NULL;
	bool stands = false;
	enum antin_rc rc = antin_store_issuer_find(s->store, ca, &by, err);

	*renewed = false;
	if (rc != ANTIN_OK || !antin_signer_folder(s))
		return rc;
	rc = antin_signer_responder(s, by.id, &row, &cert, &stands, NULL);
	if (rc == ANTIN_OK && !wants_renewal(s, &row, stands))
		return ANTIN_OK;
	if (rc != ANTIN_OK && rc != ANTIN_E_NOT_FOUND)
		return antin_fail(err, rc, N_("the OCSP responder could not be read"));
	rc = antin_authority_responder(s, &r, &out, err);
	*renewed = rc == ANTIN_OK;
	return rc;
}
