/*
 * A clock that once ran ahead has left entries of the future in the log, before which nothing may
 * be written.  The present is taken back here, and only here: by somebody who read it off another
 * clock and says why.  Nothing is forgotten by it: the log and the numbers of CRLs go on, and what
 * was revoked under a date to come is dated back to before it, never forward.
 */
#include "signer/inner.h"

#include <string.h>

enum { FIRST_ISSUER = 1 };

struct correcting {
	struct antin_store_act act;
	const struct antin_clock_correction *asked;
	struct antin_clock_corrected out;
};

static enum antin_rc
times_fit(struct antin_store *s, struct correcting *c, struct antin_err *err)
{
	const struct antin_clock_correction *q = c->asked;
	struct antin_clock_corrected *o = &c->out;
	char one[ANTIN_TIME_CAP], two[ANTIN_TIME_CAP];
	int64_t known = ANTIN_NULL;
	enum antin_rc rc = antin_store_log_times(s, o->now, &o->ahead, &known, err);

	if (rc != ANTIN_OK)
		return rc;
	(void)antin_time_people(o->now, ANTIN_VIETNAM_OFFSET, one);
	if (q->now > o->now + ANTIN_CLOCK_AGREES || q->now < o->now - ANTIN_CLOCK_AGREES)
		return antin_fail(
		        err, ANTIN_E_STATE,
		        N_("the clock of this computer says %s, not %s; correct it first"), one,
		        antin_time_people(q->now, ANTIN_VIETNAM_OFFSET, two));
	if (o->ahead == ANTIN_NULL || o->ahead <= o->now + ANTIN_LOG_STEP)
		return antin_fail(
		        err, ANTIN_E_STATE,
		        N_("the log is not ahead of the clock: nothing is to be corrected"));
	if (known == ANTIN_NULL)
		return antin_fail(err, ANTIN_E_STATE,
		                  N_("the authority itself was made by a clock that ran ahead; it "
		                     "has to be made again"));
	o->since = q->since == ANTIN_NULL ? known : q->since;
	if (o->since < known || o->since > o->now)
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("what was revoked under a date to come was revoked between %s "
		                     "and %s"),
		                  antin_time_people(known, ANTIN_VIETNAM_OFFSET, two), one);
	return ANTIN_OK;
}

/* When it was revoked nobody knows; that it was between these two is certain. */
static enum antin_rc
date_back(struct antin_store *s, struct correcting *c, struct antin_revocation_row *r,
          struct antin_err *err)
{
	ANTIN_SCOPED(antin_cert_row) row = {0};
	struct antin_cert_move move = {.event = "clock", .revocation = r};
	struct antin_changed done = {.revoked_at = r->revoked_at};
	enum antin_rc rc =
	        antin_store_cert_get(s, r->issuer, antin_bytes_slice(&r->serial), &row, err);

	if (rc != ANTIN_OK)
		return rc;
	done.from = done.to = row.state;
	move.to = (enum antin_cert_state)row.state;
	r->revoked_at = c->out.since;
	if (r->invalidity_at != ANTIN_NULL && r->invalidity_at > r->revoked_at)
		r->invalidity_at = r->revoked_at;
	rc = antin_store_cert_move(s, &c->act, &row, &move, err);
	done.log = c->asked->dry_run ? 0 : c->act.log;
	return rc == ANTIN_OK ? c->asked->also(c->asked->user, &row, &done, err) : rc;
}

static enum antin_rc
date_all_back(struct antin_store *s, struct correcting *c, struct antin_err *err)
{
	for (;;) {
		ANTIN_SCOPED(antin_revocation_row) r = {0};
		bool found = false;
		enum antin_rc rc = antin_store_revocation_after(s, c->out.now, &r, &found, err);

		if (rc == ANTIN_OK && found)
			rc = date_back(s, c, &r, err);
		if (rc != ANTIN_OK || !found)
			return rc;
	}
}

/* Kept as what was asked of the authority, so that the log covers its words. */
static enum antin_rc
record(struct antin_store *s, struct correcting *c, struct antin_err *err)
{
	ANTIN_SCOPED(antin_request_row) r = {.issuer = FIRST_ISSUER, .cert = ANTIN_NULL};
	char ahead[ANTIN_TIME_CAP], now[ANTIN_TIME_CAP], since[ANTIN_TIME_CAP];
	uint8_t random[16];
	enum antin_rc rc = antin_random(random, sizeof(random), err);

	if (rc != ANTIN_OK)
		return rc;
	antin_bytes_text(&r.kind, "clock");
	antin_bytes_text(&r.idem_key, "clock-");
	antin_hex_add(&r.idem_key, (struct antin_slice){random, sizeof(random)});
	antin_bytes_printf(&r.body, "antin-clock/1\nahead %s\nnow %s\nsince %s\nnote %s\n",
	                   antin_time_iso(c->out.ahead, ahead), antin_time_iso(c->out.now, now),
	                   antin_time_iso(c->out.since, since), c->asked->note);
	if (!antin_bytes_cstr(&r.kind) || !antin_bytes_cstr(&r.idem_key))
		return antin_fail_memory(err);
	rc = antin_bytes_check(&r.body, err);
	return rc == ANTIN_OK ? antin_store_request_add(s, &c->act, &r, "clock", err) : rc;
}

static enum antin_rc
correct(struct antin_store *s, void *user, struct antin_err *err)
{
	struct correcting *c = user;
	enum antin_rc rc = times_fit(s, c, err);

	if (rc == ANTIN_OK)
		rc = record(s, c, err);
	if (rc == ANTIN_OK)
		rc = date_all_back(s, c, err);
	c->out.log = c->asked->dry_run ? 0 : c->act.log;
	/* A rehearsal goes the whole way and is then undone. */
	if (rc == ANTIN_OK && c->asked->dry_run)
		return antin_fail(NULL, ANTIN_E_CANCELLED, N_("only tried"));
	return rc;
}

enum antin_rc
antin_ca_clock(struct antin_signer *s, const struct antin_clock_correction *asked,
               struct antin_clock_corrected *out, struct antin_err *err)
{
	struct correcting c = {.act = antin_signer_act(s), .asked = asked};
	enum antin_rc rc;

	if (strlen(asked->note) > 1000)
		return antin_fail(err, ANTIN_E_USAGE, N_("the note is longer than 1000 octets"));
	c.act.back = true;
	c.out.now = c.act.at;
	rc = antin_store_transact(s->store, ANTIN_STORE_WRITE, correct, &c, err);
	if (rc == ANTIN_E_CANCELLED && asked->dry_run)
		rc = ANTIN_OK;
	if (rc == ANTIN_OK)
		*out = c.out;
	return rc;
}
