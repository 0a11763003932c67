/*
 * PINs (PKCS#11 v2.40, 11.6 C_Login): asked for late, sent once, wiped at once.  The token's flags
 * are read just before the question and again just before sending, when no other program of ours
 * can be sending one; the last try goes out only with the consent of the person, and a PIN that was
 * wrong is never sent to that token again.
 */
#include "p11.h"

#include <string.h>

#include <openssl/crypto.h>

enum antin_rc
antin_p11_pin_locked(enum antin_pin_why why, const struct antin_token_info *info,
                     struct antin_err *err)
{
	if (why == ANTIN_PIN_PUK)
		return antin_fail(err, ANTIN_E_PIN_LOCKED,
		                  N_("the PUK of token \"%s\" with serial %s is locked"),
		                  info->label, info->serial);
	return antin_fail(err, ANTIN_E_PIN_LOCKED,
	                  why == ANTIN_PIN_SO
	                          ? N_("the officer's PIN of token \"%s\" with serial %s is locked")
	                          : N_("the PIN of token \"%s\" with serial %s is locked"),
	                  info->label, info->serial);
}

/* Tokens do not tell the state of a PUK. */
enum antin_pin_state
antin_p11_pin_state(enum antin_pin_why why, const struct antin_token_info *info)
{
	if (why == ANTIN_PIN_PUK)
		return ANTIN_PIN_OK;
	return why == ANTIN_PIN_SO ? info->so_pin : info->user_pin;
}

/* What the flags allow before a PIN is asked for or sent. */
static enum antin_rc
pin_allowed(enum antin_pin_why why, const struct antin_token_info *info, struct antin_err *err)
{
	enum antin_pin_state state = antin_p11_pin_state(why, info);

	if (state == ANTIN_PIN_LOCKED)
		return antin_p11_pin_locked(why, info, err);
	if (state == ANTIN_PIN_UNSET)
		return antin_fail(err, ANTIN_E_STATE, N_("token \"%s\" has no user PIN yet"),
		                  info->label);
	return ANTIN_OK;
}

enum antin_rc
antin_p11_pin_look(struct antin_p11_session *s, struct antin_token_info *info,
                   struct antin_err *err)
{
	CK_TOKEN_INFO raw;
	enum antin_rc rc = antin_p11_token_ask(s->token, &raw, err);

	if (rc == ANTIN_OK)
		antin_p11_info_of(s->token->module, antin_p11_slot(s->token), &raw, info);
	else if (rc == ANTIN_E_REMOVED)
		s->rv = CKR_TOKEN_NOT_PRESENT;
	return rc;
}

/* Salted, so that the memory of wrong PINs is no list of guesses for who reads it. */
static enum antin_rc
fingerprint(const struct antin_token *t, const struct antin_p11_pin *pin, uint8_t out[32],
            struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) b = {.secret = true};

	antin_bytes_add(&b, t->salt, sizeof(t->salt));
	antin_bytes_byte(&b, (uint8_t)antin_p11_owner_of(pin->why));
	antin_bytes_add(&b, pin->value.p, pin->value.len);
	return b.failed ? antin_fail_memory(err) : antin_sha256(antin_bytes_slice(&b), out, err);
}

static bool
failed_before(const struct antin_token *t, const uint8_t hash[32])
{
	for (size_t i = 0; i < t->n_failed; i++)
		if (CRYPTO_memcmp(t->failed[i], hash, 32) == 0)
			return true;
	return false;
}

void
antin_p11_pin_remember(struct antin_token *t, const struct antin_p11_pin *pin)
{
	uint8_t hash[32];

	if (pin->pad || fingerprint(t, pin, hash, NULL) != ANTIN_OK)
		return;
	if (t->n_failed == ANTIN_P11_FAILED_PINS) {
		memmove(t->failed[0], t->failed[1], sizeof(t->failed) - sizeof(t->failed[0]));
		t->n_failed--;
	}
	memcpy(t->failed[t->n_failed++], hash, 32);
}

/* By the token's word, or where it says nothing by our own count. */
bool
antin_p11_pin_last(struct antin_token *t, enum antin_pin_why why,
                   const struct antin_token_info *info)
{
	enum antin_pin_state state = antin_p11_pin_state(why, info);
	struct antin_p11_tally y;

	if (state != ANTIN_PIN_OK)
		return state == ANTIN_PIN_FINAL;
	antin_p11_tally_load(t, &y);
	return antin_p11_tally_count(&y, antin_p11_owner_of(why)) >= ANTIN_P11_TRIES_CAREFUL;
}

/* On a reader with a pad only the consent is asked for, and only where one is due. */
static enum antin_rc
pin_ask(struct antin_p11_session *s, const struct antin_token_info *info, struct antin_p11_pin *pin,
        struct antin_err *err)
{
	struct antin_pin_request request = {
	        .why = pin->why,
	        .label = info->label,
	        .serial = info->serial,
	        .tries_left = antin_p11_pin_state(pin->why, info) == ANTIN_PIN_FINAL ? 1 : -1,
	        .last_try = antin_p11_pin_last(s->token, pin->why, info),
	        .pad = info->pinpad,
	};
	enum antin_rc rc;

	pin->pad = info->pinpad;
	pin->consent = request.last_try;
	if (pin->pad && !request.last_try)
		return ANTIN_OK;
	if (pin->pad && (!s->pins || !s->pins->get))
		return antin_fail(err, ANTIN_E_PIN_LAST_TRY,
		                  N_("only one try is left on the reader's pad"));
	if (!s->pins || !s->pins->get)
		return antin_fail(err, ANTIN_E_PIN_NEEDED, N_("token \"%s\" wants its PIN"),
		                  info->label);
	rc = s->pins->get(s->pins->user, &request, &pin->value, err);
	if (pin->pad)
		antin_bytes_done(&pin->value);
	return rc;
}

static bool
is_stored(const struct antin_p11_session *s)
{
	return s->pins && s->pins->stored;
}

/* What can be told without the token is told without it, and costs no try. */
static enum antin_rc
pin_check(struct antin_p11_session *s, const struct antin_token_info *info,
          const struct antin_p11_pin *pin, struct antin_err *err)
{
	struct antin_token *t = s->token;
	struct antin_p11_tally y;
	uint8_t hash[32];
	enum antin_rc rc;

	if (pin->pad)
		return ANTIN_OK;
	if (pin->value.len == 0 || (info->pin_max && pin->value.len > info->pin_max))
		return antin_fail(err, ANTIN_E_PIN_WRONG,
		                  N_("this is no PIN of this token; it was not sent"));
	rc = fingerprint(t, pin, hash, err);
	if (rc != ANTIN_OK)
		return rc;
	antin_p11_tally_load(t, &y);
	if (!failed_before(t, hash) && !(is_stored(s) && antin_p11_tally_failed(&y, pin)))
		return ANTIN_OK;
	rc = antin_fail(err, ANTIN_E_PIN_WRONG,
	                N_("this PIN was wrong for token \"%s\" before; it was not sent again"),
	                info->label);
	if (is_stored(s))
		antin_err_set_hint(err, N_("Type it once at the terminal: a right one is taken "
		                           "from its file again."));
	return rc;
}

enum antin_rc
antin_p11_pin_get(struct antin_p11_session *s, struct antin_p11_pin *pin, struct antin_err *err)
{
	struct antin_token_info info;
	enum antin_rc rc = antin_p11_pin_look(s, &info, err);

	if (rc == ANTIN_OK)
		rc = pin_allowed(pin->why, &info, err);
	if (rc == ANTIN_OK)
		rc = pin_ask(s, &info, pin, err);
	return rc == ANTIN_OK ? pin_check(s, &info, pin, err) : rc;
}

/* Written before the PIN goes out, so that no crash forgets a try. */
static void
count_try(struct antin_token *t, enum antin_p11_owner owner)
{
	struct antin_p11_tally y;

	antin_p11_tally_load(t, &y);
	y.wrong[owner]++;
	antin_p11_tally_save(t, &y);
}

/* The token may have changed since the question: a person types slowly, other programs do not. */
enum antin_rc
antin_p11_pin_admit(struct antin_p11_session *s, struct antin_p11_pin *pin, struct antin_err *err)
{
	struct antin_token_info now;
	enum antin_rc rc = antin_p11_tally_lock(s->token, &pin->guard, err);

	if (rc == ANTIN_OK)
		rc = antin_p11_pin_look(s, &now, err);
	if (rc == ANTIN_OK)
		rc = pin_allowed(pin->why, &now, err);
	if (rc == ANTIN_OK && !pin->consent && antin_p11_pin_last(s->token, pin->why, &now))
		rc = antin_fail(err, ANTIN_E_PIN_LAST_TRY,
		                N_("only one try is left; the PIN was not sent"));
	if (rc == ANTIN_OK)
		rc = pin_check(s, &now, pin, err);
	if (rc == ANTIN_OK) {
		pin->admitted = true;
		count_try(s->token, antin_p11_owner_of(pin->why));
	} else {
		antin_p11_tally_unlock(&pin->guard);
	}
	return rc;
}
