/*
 * Who signed, in words; whether it is who was expected; when, by their own claim.
 */
#include <string.h>

#include <antin/text.h>

#include "verify.h"

enum { SEVEN_HOURS = 7 * 3600, SLACK = 300 };

enum antin_rc
read_signer(struct antin_signer *s, struct antin_cert *cert, struct antin_err *err)
{
	struct antin_slice name = cert->subject;
	struct antin_bytes *const parts[] = {&s->name, &s->organization, &s->unit, &s->title,
	                                     &s->email};

	s->cert = antin_cert_ref(cert);
	(void)antin_name_get(name, "CN", &s->name);
	(void)antin_name_get_all(name, "O", &s->organization);
	(void)antin_name_get_all(name, "OU", &s->unit);
	(void)antin_name_get(name, "title", &s->title);
	antin_cert_emails(cert, &s->email);
	while (s->email.len && s->email.p[s->email.len - 1] == '\n')
		s->email.len--;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		enum antin_rc rc = antin_bytes_check(parts[i], err);

		if (rc != ANTIN_OK)
			return rc;
	}
	return ANTIN_OK;
}

/*
 * The habit of the field: the hour of Viet Nam written down as if it were UTC.  Then the claim lies
 * up to seven hours after the present, or after what the document itself says.
 */
void
judge_times(struct judging *j)
{
	struct antin_verdict *v = j->v;
	int64_t claimed = j->cms && j->cms->signing_time != ANTIN_NO_TIME ? j->cms->signing_time
	                                                                  : ANTIN_NO_TIME;
	int64_t doc = j->sig->time, ahead;

	v->time_attribute = claimed != ANTIN_NO_TIME;
	v->signing_time = v->time_attribute ? claimed : doc;
	if (v->signing_time == ANTIN_NO_TIME)
		return;
	if (v->time_attribute && doc != ANTIN_NO_TIME && claimed - doc > SEVEN_HOURS - SLACK &&
	    claimed - doc < SEVEN_HOURS + SLACK) {
		(void)find(v, WARN_SEVEN_HOURS, NULL);
		return;
	}
	ahead = v->signing_time - j->o->now;
	if (ahead > SLACK)
		(void)find(v, ahead <= SEVEN_HOURS + SLACK ? WARN_SEVEN_HOURS : WARN_TIME_AHEAD,
		           NULL);
}

/* A claim after the proof is wrong; seven hours after it, by the habit above. */
void
judge_claim(struct judging *j)
{
	struct antin_verdict *v = j->v;
	int64_t after;

	if (v->signing_time == ANTIN_NO_TIME || v->best_time >= j->o->time)
		return;
	after = v->signing_time - v->best_time;
	if (after <= SLACK)
		return;
	for (size_t i = 0; i < v->n_warnings; i++)
		if (v->warnings[i].row == &finding_rows[WARN_SEVEN_HOURS] ||
		    v->warnings[i].row == &finding_rows[WARN_TIME_AHEAD])
			return;
	if (after > SEVEN_HOURS - SLACK && after <= SEVEN_HOURS + SLACK)
		(void)find(v, WARN_SEVEN_HOURS, NULL);
	else
		detail_time(find(v, WARN_CLAIM_AFTER, NULL), v->best_time);
}
