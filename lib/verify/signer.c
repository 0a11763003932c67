/*
 * Who signed, in words; whether it is who was expected; when, by their own claim.
 */
#include <string.h>

#include <antin/text.h>
#include <antin/verify_cert.h>

#include "verify.h"

enum { SEVEN_HOURS = 7 * 3600, SLACK = 300 };

/* Every address that counts, as on one line; of the subject only where no other stands (RFC 5280
 * 4.1.2.6). */
static void
read_emails(struct antin_bytes *out, const struct antin_cert *cert)
{
	ANTIN_SCOPED(antin_bytes) lines = {0};

	antin_cert_emails(cert, &lines);
	for (size_t i = 0; i + 1 < lines.len; i++)
		if (lines.p[i] == '\n')
			antin_bytes_text(out, ", ");
		else
			antin_bytes_byte(out, lines.p[i]);
	if (!lines.len)
		(void)antin_name_get_all(cert->subject, "emailAddress", out);
}

/* Some attribute of that type is the text, in NFC. */
static bool
attribute_is(const struct antin_cert *cert, const char *dotted, struct antin_slice wanted)
{
	struct antin_name name;

	if (antin_name_read(cert->subject, &name, NULL) != ANTIN_OK)
		return false;
	for (size_t i = 0; i < name.n_attrs; i++) {
		ANTIN_SCOPED(antin_bytes) value = {0};
		ANTIN_SCOPED(antin_bytes) nfc = {0};

		if (antin_oid_is(name.attrs[i].oid, dotted) &&
		    antin_name_value(&name.attrs[i], &value) && value.len &&
		    antin_text_nfc(antin_bytes_slice(&value), &nfc, NULL) == ANTIN_OK &&
		    antin_slice_equal(antin_bytes_slice(&nfc), wanted))
			return true;
	}
	return false;
}

static bool
address_is(const struct antin_cert *cert, const struct antin_bytes *wanted)
{
	ANTIN_SCOPED(antin_bytes) name = {0};
	bool yes = false;

	antin_bytes_text(&name, "email:");
	antin_bytes_add(&name, wanted->p, wanted->len);
	return antin_bytes_cstr(&name) &&
	       antin_cert_named(cert, antin_bytes_cstr(&name), &yes, NULL) == ANTIN_OK && yes;
}

/* 64 digits, also in groups as the reports show them; then *yes is the answer. */
static bool
hash_is(const struct antin_cert *cert, const char *wanted, bool *yes)
{
	ANTIN_SCOPED(antin_bytes) digits = {0};
	ANTIN_SCOPED(antin_bytes) hash = {0};

	for (const char *p = wanted; *p; p++)
		if (*p != ' ')
			antin_bytes_byte(&digits, (uint8_t)*p);
	if (!antin_bytes_cstr(&digits) ||
	    antin_hex_parse(antin_bytes_cstr(&digits), &hash, NULL) != ANTIN_OK || hash.len != 32)
		return false;
	*yes = memcmp(hash.p, cert->sha256, 32) == 0;
	return true;
}

static bool
signer_is(const struct antin_cert *cert, const char *wanted)
{
	ANTIN_SCOPED(antin_bytes) nfc = {0};
	bool yes = false;

	if (hash_is(cert, wanted, &yes))
		return yes;
	if (antin_text_nfc(antin_slice_text(wanted), &nfc, NULL) != ANTIN_OK || !nfc.len)
		return false;
	return attribute_is(cert, "2.5.4.3", antin_bytes_slice(&nfc)) ||
	       attribute_is(cert, "2.5.4.10", antin_bytes_slice(&nfc)) || address_is(cert, &nfc);
}

bool
signer_wanted(const struct antin_cert *cert, const char *const *wanted)
{
	if (!wanted || !wanted[0])
		return true;
	while (*wanted && !signer_is(cert, *wanted))
		wanted++;
	return *wanted != NULL;
}

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
	read_emails(&s->email, cert);
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
