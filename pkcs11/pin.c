/*
 * PINs (PKCS#11 v2.40, 11.6 C_Login): asked for late, sent once, wiped at once.  The token's flags
 * are read just before the question and again just before sending, the last try goes out only with
 * the consent of the person, and a PIN that was wrong is never sent to that token again.
 */
#include "p11.h"

#include <string.h>

#include <openssl/crypto.h>

static enum antin_rc
fail_locked(enum antin_pin_why why, const struct antin_token_info *info, struct antin_err *err)
{
	return antin_fail(err, ANTIN_E_PIN_LOCKED,
	                  why == ANTIN_PIN_SO
	                          ? N_("the officer's PIN of token \"%s\" with serial %s is locked")
	                          : N_("the PIN of token \"%s\" with serial %s is locked"),
	                  info->label, info->serial);
}

/* Tokens do not tell the state of a PUK. */
static enum antin_pin_state
state_of(enum antin_pin_why why, const struct antin_token_info *info)
{
	if (why == ANTIN_PIN_PUK)
		return ANTIN_PIN_OK;
	return why == ANTIN_PIN_SO ? info->so_pin : info->user_pin;
}

/* What the flags allow before a PIN is asked for or sent. */
static enum antin_rc
pin_allowed(enum antin_pin_why why, const struct antin_token_info *info, struct antin_err *err)
{
	enum antin_pin_state state = state_of(why, info);

	if (state == ANTIN_PIN_LOCKED)
		return fail_locked(why, info, err);
	if (state == ANTIN_PIN_UNSET)
		return antin_fail(err, ANTIN_E_STATE, N_("token \"%s\" has no user PIN yet"),
		                  info->label);
	return ANTIN_OK;
}

static void
notice(const struct antin_pin_source *pins, const char *text)
{
	if (pins && pins->notice)
		pins->notice(pins->user, text);
}

static enum antin_rc
token_state(struct antin_p11_session *s, struct antin_token_info *info, struct antin_err *err)
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

static void
remember(struct antin_token *t, const uint8_t hash[32])
{
	if (t->n_failed == ANTIN_P11_FAILED_PINS) {
		memmove(t->failed[0], t->failed[1], sizeof(t->failed) - sizeof(t->failed[0]));
		t->n_failed--;
	}
	memcpy(t->failed[t->n_failed++], hash, 32);
}

/* By the token's word, or where it says nothing by our own count. */
static bool
is_last(struct antin_token *t, enum antin_pin_why why, const struct antin_token_info *info)
{
	enum antin_pin_state state = state_of(why, info);
	struct antin_p11_tally y;

	if (state != ANTIN_PIN_OK)
		return state == ANTIN_PIN_FINAL;
	antin_p11_tally_load(t, &y);
	return y.wrong[antin_p11_owner_of(why)] >= ANTIN_P11_TRIES_CAREFUL;
}

/* Asks, then looks again: the token may have changed while the person was typing. */
static enum antin_rc
pin_ask(struct antin_p11_session *s, const struct antin_token_info *before,
        struct antin_p11_pin *pin, struct antin_err *err)
{
	bool last = is_last(s->token, pin->why, before);
	struct antin_pin_request request = {
	        .why = pin->why,
	        .label = before->label,
	        .serial = before->serial,
	        .tries_left = state_of(pin->why, before) == ANTIN_PIN_FINAL ? 1 : -1,
	        .last_try = last,
	};
	struct antin_token_info now;
	enum antin_rc rc;

	if (!s->pins || !s->pins->get)
		return antin_fail(err, ANTIN_E_PIN_NEEDED, N_("token \"%s\" wants its PIN"),
		                  before->label);
	rc = s->pins->get(s->pins->user, &request, &pin->value, err);
	if (rc == ANTIN_OK)
		rc = token_state(s, &now, err);
	if (rc == ANTIN_OK)
		rc = pin_allowed(pin->why, &now, err);
	if (rc == ANTIN_OK && state_of(pin->why, &now) == ANTIN_PIN_FINAL && !last)
		return antin_fail(err, ANTIN_E_PIN_LAST_TRY,
		                  N_("only one try is left; the PIN was not sent"));
	return rc;
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

	if (pin->value.len == 0 || (info->pin_max && pin->value.len > info->pin_max))
		return antin_fail(err, ANTIN_E_PIN_WRONG,
		                  N_("this is no PIN of this token; it was not sent"));
	rc = fingerprint(t, pin, hash, err);
	if (rc != ANTIN_OK)
		return rc;
	antin_p11_tally_load(t, &y);
	if (!failed_before(t, hash) && !(s->pins->stored && antin_p11_tally_failed(&y, pin)))
		return ANTIN_OK;
	rc = antin_fail(err, ANTIN_E_PIN_WRONG,
	                N_("this PIN was wrong for token \"%s\" before; it was not sent again"),
	                info->label);
	if (s->pins->stored)
		antin_err_set_hint(err, N_("Type it once at the terminal: a right one is taken "
		                           "from its file again."));
	return rc;
}

enum antin_rc
antin_p11_pin_get(struct antin_p11_session *s, struct antin_p11_pin *pin, struct antin_err *err)
{
	struct antin_token_info before;
	enum antin_rc rc = token_state(s, &before, err);

	if (rc == ANTIN_OK)
		rc = pin_allowed(pin->why, &before, err);
	if (rc != ANTIN_OK)
		return rc;
	pin->pad = before.pinpad;
	if (pin->pad) {
		if (is_last(s->token, pin->why, &before))
			return antin_fail(err, ANTIN_E_PIN_LAST_TRY,
			                  N_("only one try is left on the reader's pad"));
		notice(s->pins, N_("Enter the PIN on the pad of the reader."));
		return ANTIN_OK;
	}
	rc = pin_ask(s, &before, pin, err);
	return rc == ANTIN_OK ? pin_check(s, &before, pin, err) : rc;
}

/* Says what is left, so that nobody guesses on. */
static enum antin_rc
fail_wrong(struct antin_p11_session *s, enum antin_pin_why why, CK_RV rv, struct antin_err *err)
{
	struct antin_token_info now;
	char buffer[32];
	enum antin_rc rc;

	if (token_state(s, &now, NULL) != ANTIN_OK)
		return antin_p11_fail(err, rv, "C_Login");
	if (state_of(why, &now) == ANTIN_PIN_LOCKED)
		return fail_locked(why, &now, err);
	rc = antin_fail(err, ANTIN_E_PIN_WRONG, N_("wrong PIN for token \"%s\" (%s)"), now.label,
	                antin_p11_rv_name(rv, buffer));
	if (state_of(why, &now) == ANTIN_PIN_FINAL)
		antin_err_set_hint(err, N_("One try is left; ask your officer before using it."));
	return rc;
}

static bool
is_wrong(CK_RV rv)
{
	return rv == CKR_PIN_INCORRECT || rv == CKR_PIN_INVALID || rv == CKR_PIN_LEN_RANGE;
}

/* Written before the PIN goes out, so that no crash forgets a try. */
void
antin_p11_pin_count(struct antin_p11_session *s, const struct antin_p11_pin *pin)
{
	struct antin_p11_tally y;

	antin_p11_tally_load(s->token, &y);
	y.wrong[antin_p11_owner_of(pin->why)]++;
	antin_p11_tally_save(s->token, &y);
}

/* A new PIN may be one that was wrong before. */
void
antin_p11_pin_renewed(struct antin_p11_session *s, enum antin_pin_why why)
{
	struct antin_p11_tally y;

	s->token->n_failed = 0;
	antin_p11_tally_load(s->token, &y);
	antin_p11_tally_clear(&y, antin_p11_owner_of(why));
	antin_p11_tally_save(s->token, &y);
}

/* A call without an answer was no wrong try where the same stored PIN was right before. */
static bool
was_right(const struct antin_p11_session *s, enum antin_p11_owner owner, CK_RV rv)
{
	return antin_p11_is_gone(rv) && owner == ANTIN_P11_OWNER_USER && s->pins &&
	       s->pins->stored && s->token->accepted == s->pins;
}

/*
 * A right PIN clears the count.  One that the token refused stays counted, unless the token tells
 * by its flags that it counts itself; what never was a try is taken back.
 */
static void
count_answer(struct antin_p11_session *s, const struct antin_p11_pin *pin, CK_RV rv)
{
	enum antin_p11_owner owner = antin_p11_owner_of(pin->why);
	struct antin_token_info now;
	struct antin_p11_tally y;

	antin_p11_tally_load(s->token, &y);
	if (rv == CKR_OK) {
		antin_p11_tally_clear(&y, owner);
		if (owner == ANTIN_P11_OWNER_USER)
			s->token->accepted = s->pins;
	} else if (was_right(s, owner, rv) ||
	           (!is_wrong(rv) && rv != CKR_GENERAL_ERROR && !antin_p11_is_gone(rv))) {
		y.wrong[owner] -= y.wrong[owner] > 0;
	} else {
		if (is_wrong(rv) && s->pins && s->pins->stored && !pin->pad)
			antin_p11_tally_remember(&y, pin);
		if (token_state(s, &now, NULL) == ANTIN_OK &&
		    state_of(pin->why, &now) != ANTIN_PIN_OK)
			y.wrong[owner] = 0;
	}
	antin_p11_tally_save(s->token, &y);
}

/*
 * Some tokens answer a wrong PIN with a general error: whatever is not success counts as a try, and
 * a PIN is never sent twice by itself (s->final).
 */
enum antin_rc
antin_p11_pin_judge(struct antin_p11_session *s, const struct antin_p11_pin *pin, CK_RV rv,
                    const char *function, struct antin_err *err)
{
	uint8_t hash[32];

	count_answer(s, pin, rv);
	if (rv == CKR_OK)
		return ANTIN_OK;
	s->rv = rv;
	s->function = function;
	s->final = rv != ANTIN_P11_RV_STALE; /* which never reached the module */
	if (!pin->pad && (is_wrong(rv) || rv == CKR_GENERAL_ERROR) &&
	    fingerprint(s->token, pin, hash, NULL) == ANTIN_OK)
		remember(s->token, hash);
	return is_wrong(rv) ? fail_wrong(s, pin->why, rv, err) : antin_p11_fail(err, rv, function);
}

enum antin_rc
antin_p11_pin_send(struct antin_p11_session *s, CK_SESSION_HANDLE handle, CK_USER_TYPE user,
                   const struct antin_p11_pin *pin, struct antin_err *err)
{
	CK_RV rv;

	antin_p11_pin_count(s, pin);
	rv = ANTIN_P11_WITHIN(s->token->module, s->epoch, pin->pad ? ANTIN_P11_PAD : ANTIN_P11_SOON,
	                      C_Login, handle, user, pin->pad ? NULL : pin->value.p,
	                      pin->pad ? 0 : pin->value.len);

	if (rv == CKR_USER_ALREADY_LOGGED_IN && user == CKU_USER) {
		count_answer(s, pin, rv);
		return ANTIN_OK;
	}
	return antin_p11_pin_judge(s, pin, rv, "C_Login", err);
}

/* The module's own word, never a flag of ours: some answer OK to C_Login and are not logged in. */
static enum antin_rc
login_state(struct antin_p11_session *s, bool *in, struct antin_err *err)
{
	CK_SESSION_INFO info = {0};
	CK_RV rv = ANTIN_P11_IN(s, C_GetSessionInfo, s->handle, &info);

	*in = info.state == CKS_RO_USER_FUNCTIONS || info.state == CKS_RW_USER_FUNCTIONS;
	return antin_p11_check(s, rv, "C_GetSessionInfo", err);
}

/*
 * The login is made in a session of its own, which is kept: with some modules the user is logged
 * out when the session of the login is closed.  Where only one session is to be had it is this one.
 */
static enum antin_rc
login_now(struct antin_p11_session *s, const struct antin_p11_pin *pin, struct antin_err *err)
{
	struct antin_token *t = s->token;
	CK_SESSION_HANDLE own = 0;
	CK_RV rv = ANTIN_P11_IN(s, C_OpenSession, antin_p11_slot(t), CKF_SERIAL_SESSION, NULL, NULL,
	                        &own);
	enum antin_rc rc;

	if (rv != CKR_OK && rv != CKR_SESSION_COUNT)
		return antin_p11_check(s, rv, "C_OpenSession", err);
	if (rv != CKR_OK)
		own = 0;
	rc = antin_p11_pin_send(s, own ? own : s->handle, CKU_USER, pin, err);
	if (rc != ANTIN_OK) {
		if (own)
			(void)ANTIN_P11_IN(s, C_CloseSession, own);
		return rc;
	}
	(void)pthread_mutex_lock(&t->lock);
	t->login = own;
	t->logins++;
	(void)pthread_mutex_unlock(&t->lock);
	return ANTIN_OK;
}

/*
 * Before the PIN for one signature goes out: OpenSC takes none without a login, and a login may
 * have been ended behind our back while the card itself still signs with other keys.
 */
enum antin_rc
antin_p11_still_in(struct antin_p11_session *s, struct antin_err *err)
{
	CK_TOKEN_INFO info;
	bool in = false;
	enum antin_rc rc = login_state(s, &in, err);

	if (rc != ANTIN_OK || in)
		return rc;
	rc = antin_p11_token_ask(s->token, &info, err);
	if (rc == ANTIN_OK && (info.flags & CKF_LOGIN_REQUIRED))
		rc = antin_p11_check(s, CKR_USER_NOT_LOGGED_IN, "C_GetSessionInfo", err);
	return rc;
}

static enum antin_rc
login_needed(struct antin_p11_session *s, struct antin_err *err)
{
	ANTIN_SCOPED(antin_p11_pin) pin = {.why = ANTIN_PIN_USER, .value = {.secret = true}};
	CK_TOKEN_INFO info;
	bool in = false;
	enum antin_rc rc = login_state(s, &in, err);

	if (rc != ANTIN_OK || in)
		return rc;
	rc = antin_p11_token_ask(s->token, &info, err);
	if (rc != ANTIN_OK || !(info.flags & CKF_LOGIN_REQUIRED))
		return rc;
	antin_p11_sessions_close(s->token);
	rc = antin_p11_pin_get(s, &pin, err);
	if (rc == ANTIN_OK)
		rc = login_now(s, &pin, err);
	if (rc == ANTIN_OK)
		rc = login_state(s, &in, err);
	if (rc == ANTIN_OK && !in)
		return antin_fail(err, ANTIN_E_TOKEN,
		                  N_("the token took the PIN and did not log in"));
	return rc;
}

enum antin_rc
antin_p11_login(struct antin_p11_session *s, struct antin_err *err)
{
	struct antin_token *t = s->token;
	enum antin_rc rc = ANTIN_OK;
	bool done;

	(void)pthread_mutex_lock(&t->lock);
	done = t->logged_in == s->generation;
	(void)pthread_mutex_unlock(&t->lock);
	if (done)
		return ANTIN_OK;
	(void)pthread_mutex_lock(&t->pin_lock);
	rc = login_needed(s, err);
	if (rc == ANTIN_OK) {
		(void)pthread_mutex_lock(&t->lock);
		t->logged_in = s->generation;
		(void)pthread_mutex_unlock(&t->lock);
	}
	(void)pthread_mutex_unlock(&t->pin_lock);
	return rc;
}
