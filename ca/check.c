/*
 * The invariants of the authority, looked at in one snapshot:
 * what the store says of itself, what the certificates say, what is published, what the log says.
 */
#include "signer/inner.h"

#include <antin/crl.h>
#include <antin/file.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { I1, I2, I3, I4, I5, I6, I7, I8, I10, I11, ROWS };

static const struct antin_check_row table[ROWS] = {
        [I1] = {"I1", N_("every signature of an authority has a row that was there before it")},
        [I2] = {"I2", N_("no serial stands twice, and the files of the store are whole")},
        [I3] = {"I3", N_("each certificate is the one that was intended, signed by its authority")},
        [I4] = {"I4", N_("the shard of a certificate never changes")},
        [I5] = {"I5", N_("a revocation stands exactly for the certificates held or revoked")},
        [I6] = {"I6", N_("every change of status has its event")},
        [I7] = {"I7", N_("CRL numbers only grow, and the newest CRL says what the store says")},
        [I8] = {"I8", N_("no CRL, responder or intent is overdue")},
        [I10] = {"I10", N_("the log is dense, chained, and agrees with every row")},
        [I11] = {"I11", N_("an authority has one active generation")},
};

const struct antin_check_row *
antin_check_rows(size_t *n)
{
	*n = ROWS;
	return table;
}

struct check {
	struct antin_signer *s;
	antin_check_fn *fn;
	void *user;
	int64_t now;
	int held; /* antin_published_hold */
	/* of the question being asked */
	size_t row;
	const char *what;
	/* of the log */
	int64_t seq;
	uint8_t chain[32];
};

static enum antin_rc
tell(struct check *c, size_t row, const char *what, const char *object, struct antin_err *err)
{
	struct antin_check_fault f = {row, row == I8, what, object};

	return c->fn(c->user, &f, err);
}

static enum antin_rc
answer(void *user, const char *text, struct antin_err *err)
{
	struct check *c = user;

	return tell(c, c->row, c->what, text, err);
}

/* ---- questions that the store answers ---- */

static const struct {
	enum antin_store_question question;
	size_t row;
	const char *what;
} questions[] = {
        {ANTIN_ASK_INTENT_BLOB, I1, N_("certificate without the octets that were to be signed")},
        {ANTIN_ASK_BLOBLESS, I3, N_("issued certificate without its octets")},
        {ANTIN_ASK_SHARD, I4, N_("revocation with another shard or expiry than its certificate")},
        {ANTIN_ASK_REVOCATION_WITHOUT_STATE, I5, N_("revocation of a certificate that stands")},
        {ANTIN_ASK_STATE_WITHOUT_REVOCATION, I5, N_("held or revoked without a revocation")},
        {ANTIN_ASK_COMPROMISED, I5, N_("a certificate stands though its key was compromised")},
        {ANTIN_ASK_HOLD_REASON, I5, N_("reason and state disagree about a hold")},
        {ANTIN_ASK_EVENTLESS, I6, N_("certificate without any event")},
        {ANTIN_ASK_EVENT_STATE, I6, N_("last event and state disagree")},
        {ANTIN_ASK_EVENT_LEAF, I6, N_("the log does not tell of an event")},
        {ANTIN_ASK_LEAF_EVENT, I6, N_("the log tells of an event that is gone")},
        {ANTIN_ASK_EVENT_ORDER, I6, N_("an event does not follow the one before")},
        {ANTIN_ASK_EVENT_REASON, I6, N_("an event has another reason than its revocation")},
        {ANTIN_ASK_CRL_ORDER, I7, N_("CRL out of order")},
        {ANTIN_ASK_REVOCATION_COUNT, I7, N_("a count that only grows was set back")},
        {ANTIN_ASK_CRL_LEASE, I7, N_("no CRL can be made: its lease was set back")},
        {ANTIN_ASK_TWO_ACTIVE, I11, N_("authority with two active generations")},
};

static enum antin_rc
ask_all(struct check *c, struct antin_err *err)
{
	enum antin_rc rc;

	c->row = I2;
	c->what = N_("the store is damaged");
	rc = antin_store_engine_check(c->s->store, answer, c, err);
	for (size_t i = 0; rc == ANTIN_OK && i < sizeof(questions) / sizeof(questions[0]); i++) {
		c->row = questions[i].row;
		c->what = questions[i].what;
		rc = antin_store_ask(c->s->store, questions[i].question, answer, c, err);
	}
	return rc;
}

/* ---- each certificate ---- */

static bool
hash_is(struct antin_slice bytes, const struct antin_bytes *want)
{
	struct antin_err none = {0};
	uint8_t hash[32];

	return antin_sha256(bytes, hash, &none) == ANTIN_OK &&
	       antin_slice_equal((struct antin_slice){hash, sizeof(hash)}, antin_bytes_slice(want));
}

/* NULL, or what is wrong with an issued certificate. */
static const char *
cert_fault(struct check *c, const struct antin_cert_row *r, struct antin_slice tbs,
           struct antin_slice der)
{
	ANTIN_OWN_S(antin_cert) cert = NULL;
	ANTIN_OWN_S(antin_public) key = NULL;
	ANTIN_SCOPED(antin_issuer_row) by = {0};
	struct antin_err none = {0};

	if (!hash_is(der, &r->cert_hash))
		return N_("the certificate is not the one recorded");
	if (antin_cert_read(der, &cert, &none) != ANTIN_OK)
		return N_("the certificate cannot be read");
	if (!antin_slice_equal(cert->tbs, tbs))
		return N_("the certificate is not the one intended");
	if (!antin_slice_equal(cert->serial, antin_bytes_slice(&r->serial)) ||
	    cert->not_after != r->not_after || cert->not_before != r->not_before ||
	    !antin_slice_equal(cert->subject, antin_bytes_slice(&r->subject)) ||
	    !hash_is(cert->spki, &r->spki_hash))
		return N_("the certificate says something else than its row");
	if (antin_store_issuer_get(c->s->store, r->issuer, &by, &none) != ANTIN_OK ||
	    antin_public_read(antin_bytes_slice(&by.spki), &key, &none) != ANTIN_OK ||
	    antin_cert_verify(cert, key, NULL, &none) != ANTIN_OK)
		return N_("the signature of the certificate does not verify");
	return NULL;
}

static enum antin_rc
cert_row(void *user, const struct antin_cert_row *r, struct antin_err *err)
{
	struct check *c = user;
	ANTIN_SCOPED(antin_bytes) tbs = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_err none = {0};
	const char *fault = NULL;
	char serial[64];

	(void)antin_hex_groups(antin_bytes_slice(&r->serial), serial, sizeof(serial));
	if (antin_store_cert_der(c->s->store, r->id, ANTIN_BLOB_TBS, &tbs, &none) != ANTIN_OK)
		return ANTIN_OK; /* told under I1 */
	if (!hash_is(antin_bytes_slice(&tbs), &r->tbs_hash))
		fault = N_("the intended octets are not the ones recorded");
	else if (r->cert_hash.len &&
	         antin_store_cert_der(c->s->store, r->id, ANTIN_BLOB_CERT, &der, &none) == ANTIN_OK)
		fault = cert_fault(c, r, antin_bytes_slice(&tbs), antin_bytes_slice(&der));
	if (fault)
		return tell(c, I3, fault, serial, err);
	if ((r->state == ANTIN_CERT_VALID || r->state == ANTIN_CERT_HOLD) &&
	    r->not_before > c->now + ANTIN_LOG_STEP)
		return tell(c, I8,
		            N_("a certificate begins in the future: a clock ran ahead; revoke it"),
		            serial, err);
	if (r->state == ANTIN_CERT_INTENT && antin_intent_left(r, c->now))
		return tell(c, I8, N_("an intent was left behind; the next change gives it up"),
		            serial, err);
	return ANTIN_OK;
}

/* Certificates of authorities and responders stand among the issued ones. */
struct wanted {
	struct antin_slice der;
	bool found;
};

static enum antin_rc
wanted_row(void *user, const struct antin_cert_row *r, struct antin_err *err)
{
	struct wanted *w = user;

	(void)err;
	if (r->cert_hash.len && hash_is(w->der, &r->cert_hash))
		w->found = true;
	return ANTIN_OK;
}

static enum antin_rc
must_be_issued(struct check *c, const struct antin_bytes *der, const char *object,
               struct antin_err *err)
{
	ANTIN_OWN_S(antin_cert) cert = NULL;
	struct antin_cert_filter f = ANTIN_CERT_ANY;
	struct wanted w = {.der = antin_bytes_slice(der)};
	struct antin_err none = {0};
	enum antin_rc rc = ANTIN_OK;

	if (antin_cert_read(antin_bytes_slice(der), &cert, &none) == ANTIN_OK) {
		f.serial = cert->serial;
		rc = antin_store_cert_each(c->s->store, &f, wanted_row, &w, err);
	}
	if (rc == ANTIN_OK && !w.found)
		rc = tell(c, I1, N_("a certificate in use was never recorded as issued"), object,
		          err);
	return rc;
}

static enum antin_rc
responder_of(struct check *c, const struct antin_issuer_row *r, struct antin_err *err)
{
	ANTIN_SCOPED(antin_responder_row) row = {0};
	ANTIN_SCOPED(antin_responder_row) again = {0};
	ANTIN_OWN_S(antin_cert) cert = NULL;
	const char *name = (const char *)r->ca.p;
	bool stands = true;
	enum antin_rc rc = antin_store_responder_get(c->s->store, r->id, &row, NULL);

	if (rc != ANTIN_OK)
		return ANTIN_OK;
	rc = must_be_issued(c, &row.cert, name, err);
	if (rc == ANTIN_OK && row.not_after < c->now)
		rc = tell(c, I8, N_("the OCSP responder has expired"), name, err);
	/* What cannot be found is told under I1. */
	(void)!antin_signer_responder(c->s, r->id, &again, &cert, &stands, NULL);
	if (rc == ANTIN_OK && !stands)
		rc = tell(c, I8, N_("the OCSP responder is revoked or held"), name, err);
	if (rc == ANTIN_OK && antin_signer_key_gone(c->s, (const char *)row.key_uri.p))
		rc = tell(c, I8, N_("the key of the OCSP responder is gone"), name, err);
	return rc;
}

static enum antin_rc
issuer_row(void *user, const struct antin_issuer_row *r, struct antin_err *err)
{
	struct check *c = user;
	const char *name = (const char *)r->ca.p;
	enum antin_rc rc = ANTIN_OK;

	if (r->cert.len)
		rc = must_be_issued(c, &r->cert, name, err);
	if (rc == ANTIN_OK && r->state == ANTIN_ISSUER_ACTIVE && r->not_after < c->now)
		rc = tell(c, I8, N_("the authority has expired"), name, err);
	return rc == ANTIN_OK ? responder_of(c, r, err) : rc;
}

/* ---- CRLs ---- */

struct listed {
	struct antin_store *s;
	const struct antin_crl *crl;
	const struct antin_crl_row *row;
	bool missing;
};

/* What was revoked before the CRL was made, and stands, is in it with the same words. */
static enum antin_rc
listed_row(void *user, const struct antin_crl_entry_row *e, struct antin_err *err)
{
	struct listed *l = user;
	struct antin_revocation_row r = {0};
	struct antin_crl_entry got;
	enum antin_rc rc = antin_store_revocation_get(l->s, l->row->issuer, e->serial, &r, err);

	if (rc != ANTIN_OK)
		return rc;
	if (r.rev_seq <= l->row->last_rev_seq &&
	    (!antin_crl_lookup(l->crl, e->serial, (struct antin_slice){0}, &got) ||
	     got.revoked != e->revoked_at || got.invalidity != e->invalidity_at ||
	     got.reason != (e->reason == ANTIN_NULL ? 0 : (int)e->reason)))
		l->missing = true;
	antin_revocation_row_done(&r);
	return ANTIN_OK;
}

static enum antin_rc
newest_crl(struct check *c, const struct antin_crl_row *r, const char *object,
           struct antin_err *err)
{
	ANTIN_OWN_S(antin_crl) crl = NULL;
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct listed l = {.s = c->s->store, .row = r};
	struct antin_scan_total total = {0};
	struct antin_err none = {0};
	enum antin_rc rc = ANTIN_OK;

	if (r->next_update < c->now)
		rc = tell(c, I8, N_("the newest CRL is out of date"), object, err);
	if (rc == ANTIN_OK && r->this_update > c->now + ANTIN_LOG_STEP)
		rc = tell(c, I8, N_("the newest CRL is of the future"), object, err);
	if (rc == ANTIN_OK)
		rc = antin_store_revocation_total(c->s->store, r->issuer, r->shard, &total, err);
	if (rc == ANTIN_OK && total.last_rev_seq > r->last_rev_seq)
		rc = tell(c, I8, N_("a revocation is on no CRL yet"), object, err);
	if (rc != ANTIN_OK || r->bytes.len == 0)
		return rc;
	if (!hash_is(antin_bytes_slice(&r->bytes), &r->sha256))
		return tell(c, I7, N_("the CRL is not the one recorded"), object, err);
	antin_bytes_add(&der, r->bytes.p, r->bytes.len);
	if (antin_crl_read(&der, &crl, &none) != ANTIN_OK)
		return tell(c, I7, N_("the CRL cannot be read"), object, err);
	l.crl = crl;
	rc = antin_store_revocation_scan(c->s->store, r->issuer, r->shard, listed_row, &l, err);
	if (rc == ANTIN_OK && (l.missing || crl->n_entries != (size_t)r->entries))
		rc = tell(c, I7, N_("the newest CRL says something else than the store"), object,
		          err);
	return rc;
}

/* One scope: what its published file is, and the rows as they pass by in order of number. */
struct scope {
	struct check *c;
	int64_t issuer, shard;
	bool any, file;
	uint8_t hash[32];           /* of the file */
	int64_t published, matched; /* highest number published; number that the file has */
};

static enum antin_rc
scope_begin(struct scope *sc, int64_t issuer, int64_t shard, struct antin_err *err)
{
	struct antin_signer *s = sc->c->s;
	ANTIN_SCOPED(antin_issuer_row) by = {0};
	ANTIN_SCOPED(antin_bytes) name = {0};
	ANTIN_SCOPED(antin_bytes) path = {0};
	ANTIN_SCOPED(antin_bytes) file = {0};
	struct antin_err none = {0};
	enum antin_rc rc = antin_store_issuer_get(s->store, issuer, &by, err);

	*sc = (struct scope){.c = sc->c, .issuer = issuer, .shard = shard, .any = true};
	if (rc != ANTIN_OK || !antin_signer_folder(s))
		return rc;
	antin_published_crl_name(&name, (const char *)by.ca.p, (unsigned int)shard);
	if (!antin_bytes_cstr(&name))
		return antin_fail_memory(err);
	rc = antin_published_path(s->folder, (const char *)name.p, &path, err);
	if (rc != ANTIN_OK ||
	    antin_file_read((const char *)path.p, ANTIN_CRL_MAX, &file, &none) != ANTIN_OK)
		return rc;
	sc->file = true;
	return antin_sha256(antin_bytes_slice(&file), sc->hash, err);
}

/* The file is the newest that was published, or one of ours that is newer still. */
static enum antin_rc
scope_end(struct scope *sc, struct antin_err *err)
{
	ANTIN_SCOPED(antin_crl_row) newest = {0};
	char object[64];
	enum antin_rc rc = ANTIN_OK;

	if (!sc->any)
		return ANTIN_OK;
	(void)snprintf(object, sizeof(object), "%lld/%lld", (long long)sc->issuer,
	               (long long)sc->shard);
	if (sc->published && !sc->file && antin_signer_folder(sc->c->s))
		rc = tell(sc->c, I7, N_("the published CRL is gone"), object, err);
	else if (sc->file && sc->matched == 0)
		rc = tell(sc->c, I7, N_("the published CRL is not one recorded here"), object, err);
	else if (sc->file && sc->matched < sc->published)
		rc = tell(sc->c, I7, N_("the published CRL is older than the last one"), object,
		          err);
	if (rc == ANTIN_OK)
		rc = antin_store_crl_newest(sc->c->s->store, sc->issuer, sc->shard, &newest, err);
	return rc == ANTIN_OK ? newest_crl(sc->c, &newest, object, err) : rc;
}

/* An authority whose first CRL is still to come has published none, and revoked nothing. */
static enum antin_rc
first_crl_row(void *user, const struct antin_issuer_row *r, struct antin_err *err)
{
	struct check *c = user;
	ANTIN_SCOPED(antin_crl_row) newest = {0};
	struct antin_scan_total total = {0};
	struct scope sc = {.c = c};
	const char *name = (const char *)r->ca.p;
	enum antin_rc rc = antin_store_crl_newest(c->s->store, r->id, 0, &newest, NULL);

	if (rc == ANTIN_OK || r->state != ANTIN_ISSUER_ACTIVE)
		return ANTIN_OK;
	if (rc != ANTIN_E_NOT_FOUND)
		return antin_fail(err, rc, N_("the CRLs could not be read"));
	rc = scope_begin(&sc, r->id, 0, err);
	if (rc == ANTIN_OK && sc.file)
		rc = tell(c, I7, N_("the published CRL is not one recorded here"), name, err);
	if (rc == ANTIN_OK)
		rc = antin_store_revocation_total(c->s->store, r->id, 0, &total, err);
	if (rc == ANTIN_OK && total.entries)
		rc = tell(c, I8, N_("a revocation is on no CRL yet"), name, err);
	return rc;
}

static enum antin_rc
crl_row(void *user, const struct antin_crl_row *r, struct antin_err *err)
{
	struct scope *sc = user;
	enum antin_rc rc = ANTIN_OK;

	if (!sc->any || sc->issuer != r->issuer || sc->shard != r->shard) {
		rc = scope_end(sc, err);
		if (rc == ANTIN_OK)
			rc = scope_begin(sc, r->issuer, r->shard, err);
	}
	if (rc != ANTIN_OK)
		return rc;
	if (r->state == ANTIN_CRL_PUBLISHED)
		sc->published = r->number;
	if (sc->file &&
	    antin_slice_equal((struct antin_slice){sc->hash, 32}, antin_bytes_slice(&r->sha256)))
		sc->matched = r->number;
	return ANTIN_OK;
}

/* ---- the log ---- */

static enum antin_rc
leaf(void *user, const struct antin_leaf_row *r, struct antin_err *err)
{
	struct check *c = user;
	uint8_t hash[32], chain[32];
	const char *fault = NULL;
	char seq[24];
	enum antin_rc rc = antin_leaf_hash(r, hash, err);

	if (rc == ANTIN_OK)
		rc = antin_leaf_chain((struct antin_slice){c->chain, 32}, hash, chain, err);
	if (rc != ANTIN_OK)
		return rc;
	(void)snprintf(seq, sizeof(seq), "%lld", (long long)r->seq);
	if (r->seq != c->seq + 1)
		fault = N_("leaves are missing before");
	else if (!antin_slice_equal((struct antin_slice){hash, 32},
	                            antin_bytes_slice(&r->leaf_hash)))
		fault = N_("the leaf was changed");
	else if (!antin_slice_equal((struct antin_slice){chain, 32}, antin_bytes_slice(&r->chain)))
		fault = N_("the chain of the log is broken");
	c->seq = r->seq;
	memcpy(c->chain, chain, sizeof(c->chain));
	return fault ? tell(c, I10, fault, seq, err) : ANTIN_OK;
}

static enum antin_rc
differs(void *user, const char *tab, const char *key, const char *what, struct antin_err *err)
{
	char object[256];

	(void)snprintf(object, sizeof(object), "%s %s", tab, key);
	return tell(user, I10, what, object, err);
}

static enum antin_rc
check_log(struct check *c, struct antin_err *err)
{
	struct antin_log_head head;
	enum antin_rc rc = antin_store_log_each(c->s->store, leaf, c, err);

	if (rc == ANTIN_OK)
		rc = antin_store_log_head(c->s->store, &head, err);
	if (rc == ANTIN_OK && (head.seq != c->seq || memcmp(head.chain, c->chain, 32) != 0))
		rc = tell(c, I10, N_("the head of the log is not its last leaf"), "log_head", err);
	if (rc == ANTIN_OK)
		rc = antin_store_log_compare(c->s->store, differs, c, err);
	return rc;
}

/* First of all: until then what is published is held as the snapshot knows it. */
static enum antin_rc
check_crls(struct check *c, struct antin_err *err)
{
	struct scope scope = {.c = c};
	enum antin_rc rc = antin_store_crl_each(c->s->store, crl_row, &scope, err);

	if (rc == ANTIN_OK)
		rc = scope_end(&scope, err);
	if (rc == ANTIN_OK)
		rc = antin_store_issuer_each(c->s->store, first_crl_row, c, err);
	if (c->held >= 0)
		(void)close(c->held);
	c->held = -1;
	return rc;
}

static enum antin_rc
check(struct antin_store *s, void *user, struct antin_err *err)
{
	struct check *c = user;
	struct antin_cert_filter all = ANTIN_CERT_ANY;
	enum antin_rc rc = check_crls(c, err);

	if (rc == ANTIN_OK)
		rc = ask_all(c, err);
	if (rc == ANTIN_OK)
		rc = antin_store_cert_each(s, &all, cert_row, c, err);
	if (rc == ANTIN_OK)
		rc = antin_store_issuer_each(s, issuer_row, c, err);
	return rc == ANTIN_OK ? check_log(c, err) : rc;
}

enum antin_rc
antin_ca_check(struct antin_signer *s, antin_check_fn *fn, void *user, struct antin_err *err)
{
	struct check c = {.s = s, .fn = fn, .user = user, .now = antin_now(&s->clock)};
	enum antin_rc rc;

	c.held = antin_published_hold(s);
	rc = antin_store_transact(s->store, ANTIN_STORE_SNAPSHOT, check, &c, err);
	if (c.held >= 0) /* the snapshot was not to be had */
		(void)close(c.held);
	return rc;
}
