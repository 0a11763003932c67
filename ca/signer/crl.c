/*
 * The typed request "crl": a number under a fenced lease, entries in serial order from one read
 * snapshot, signed, and kept before it is handed out (RFC 5280 5).
 */
#include "inner.h"

#include <antin/crl.h>

#include <stdio.h>
#include <string.h>

enum { LEASE_SECONDS = 600 };

struct making {
	struct antin_signer *s;
	struct antin_store_act act;
	struct antin_issuer_row by;
	struct antin_cert *by_cert;
	struct antin_key *key;
	char lease[64];
	int64_t fence;
	struct antin_crl_row row;
	struct antin_crl_made made;
};

static void
making_done(struct making *m)
{
	antin_issuer_row_done(&m->by);
	antin_cert_free(m->by_cert);
	antin_crl_row_done(&m->row);
}

static enum antin_rc
take_number(struct antin_store *s, void *user, struct antin_err *err)
{
	struct making *m = user;
	enum antin_rc rc;

	rc = antin_store_lease_take(s, m->lease, m->act.at, m->act.at + LEASE_SECONDS, &m->fence,
	                            err);
	if (rc != ANTIN_OK)
		return rc;
	return antin_store_crl_number(s, m->by.id, m->row.shard, m->fence, &m->row.number, err);
}

static enum antin_rc
entry(void *user, const struct antin_crl_entry_row *e, struct antin_err *err)
{
	struct antin_crl_entry out = {.serial = e->serial,
	                              .revoked = e->revoked_at,
	                              .reason = e->reason == ANTIN_NULL ? 0 : (int)e->reason,
	                              .invalidity = e->invalidity_at};

	/* NOLINTNEXTLINE(misc-redundant-expression): equal today is what it asks */
	_Static_assert(ANTIN_NO_TIME == ANTIN_NULL, "an absent time has two spellings");
	return antin_crl_add(user, &out, err);
}

static enum antin_rc
rows(void *user, struct antin_crl_writer *w, struct antin_err *err)
{
	const struct making *m = user;

	return antin_store_revocation_scan(m->s->store, m->by.id, m->row.shard, entry, w, err);
}

/*
 * Inside of the snapshot: both passes see the same rows, and the time is neither before any of them
 * nor before the CRL that was made last, also when the clock took a small step back.
 */
static enum antin_rc
write(struct antin_store *s, void *user, struct antin_err *err)
{
	struct making *m = user;
	struct antin_scan_total total = {0};
	uint8_t octets[8];
	struct antin_crl_spec spec = {.issuer = m->by_cert->subject,
	                              .aki = m->by_cert->ski,
	                              .number = {octets, sizeof(octets)},
	                              .expired_on_crl = m->by_cert->not_before,
	                              .sigalg = antin_sigalg_default(
	                                      antin_public_type(m->key->public_key)),
	                              .rows = rows,
	                              .user = m};
	enum antin_rc rc = antin_store_revocation_total(s, m->by.id, m->row.shard, &total, err);

	if (rc != ANTIN_OK)
		return rc;
	for (int i = 0; i < 8; i++)
		octets[i] = (uint8_t)((uint64_t)m->row.number >> (56 - 8 * i));
	m->row.this_update = antin_now(&m->s->clock);
	rc = antin_store_log_clock(s, &m->row.this_update, err);
	if (rc != ANTIN_OK)
		return rc;
	/* One farther ahead was made before the clock was corrected. */
	if (m->row.this_update < total.last_at &&
	    total.last_at <= m->row.this_update + ANTIN_LOG_STEP)
		m->row.this_update = total.last_at;
	spec.this_update = m->row.this_update;
	spec.next_update = m->row.next_update = m->row.this_update + m->by.crl_seconds;
	m->row.last_rev_seq = total.last_rev_seq;
	rc = antin_crl_write_bytes(&spec, m->key, &m->row.bytes, &m->made, err);
	if (rc == ANTIN_OK && m->made.entries != (uint64_t)total.entries)
		rc = antin_fail(err, ANTIN_E_INTERNAL,
		                N_("the CRL has %llu entries, the store %lld"),
		                (unsigned long long)m->made.entries, (long long)total.entries);
	return rc;
}

static enum antin_rc
keep(struct antin_store *s, void *user, struct antin_err *err)
{
	struct making *m = user;
	enum antin_rc rc = antin_store_lease_check(s, m->lease, m->fence, err);

	m->row.entries = (int64_t)m->made.entries;
	m->row.state = ANTIN_CRL_SIGNED;
	antin_bytes_add(&m->row.sha256, m->made.sha256, sizeof(m->made.sha256));
	if (rc == ANTIN_OK)
		rc = antin_store_crl_add(s, &m->act, &m->row, err);
	if (rc == ANTIN_OK)
		rc = antin_store_lease_drop(s, m->lease, m->fence, err);
	return rc;
}

static enum antin_rc
prepare(struct making *m, const char *ca, unsigned int shard, struct antin_err *err)
{
	struct antin_signer *s = m->s;
	enum antin_rc rc = antin_store_issuer_find(s->store, ca, &m->by, err);

	if (rc == ANTIN_OK && shard > (uint64_t)m->by.shards)
		rc = antin_fail(err, ANTIN_E_NOT_FOUND, N_("the authority %s has no shard %u"), ca,
		                shard);
	if (rc == ANTIN_OK)
		rc = antin_cert_read(antin_bytes_slice(&m->by.cert), &m->by_cert, err);
	if (rc == ANTIN_OK)
		rc = antin_signer_key(s, (const char *)m->by.key_uri.p,
		                      antin_bytes_slice(&m->by.spki), NULL, &m->key, err);
	(void)snprintf(m->lease, sizeof(m->lease), "crl/%lld/%u", (long long)m->by.id, shard);
	m->row.issuer = m->by.id;
	m->row.shard = shard;
	return rc;
}

enum antin_rc
antin_signer_crl(struct antin_signer *s, const char *ca, unsigned int shard,
                 struct antin_signer_crl *out, struct antin_err *err)
{
	struct making m = {.s = s, .act = antin_signer_act(s)};
	enum antin_rc rc = antin_signer_ready(s, false, err);

	if (rc == ANTIN_OK)
		rc = prepare(&m, ca, shard, err);
	if (rc == ANTIN_OK)
		rc = antin_store_transact(s->store, ANTIN_STORE_WRITE, take_number, &m, err);
	if (rc == ANTIN_OK)
		rc = antin_store_transact(s->store, ANTIN_STORE_SNAPSHOT, write, &m, err);
	if (rc == ANTIN_OK)
		rc = antin_store_transact(s->store, ANTIN_STORE_WRITE, keep, &m, err);
	if (rc == ANTIN_OK) {
		memset(out, 0, sizeof(*out));
		antin_bytes_move(&out->der, &m.row.bytes);
		out->number = (uint64_t)m.row.number;
		out->entries = m.made.entries;
		out->log = m.act.log;
		out->this_update = m.row.this_update;
		out->next_update = m.row.next_update;
		memcpy(out->sha256, m.made.sha256, sizeof(out->sha256));
	}
	making_done(&m);
	return rc;
}
