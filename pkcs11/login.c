/*
 * Logging in (PKCS#11 v2.40, 11.6 C_Login): the user once for all sessions of a token, in a session
 * that is kept; the officer, or the user for one operation, in the session that is at work.
 */
#include "p11.h"

static const char *const pad_notices[] = {
        [ANTIN_PIN_USER] = N_("Enter the PIN on the pad of the reader."),
        [ANTIN_PIN_CONTEXT] = N_("Enter the PIN once more on the pad of the reader, for this "
                                 "signature."),
        [ANTIN_PIN_SO] = N_("Enter the security officer's PIN on the pad of the reader."),
};

void
antin_p11_pad_notice(const struct antin_p11_session *s, const struct antin_p11_pin *pin,
                     const char *text)
{
	if (pin->pad && s->pins && s->pins->notice)
		s->pins->notice(s->pins->user, text);
}

enum antin_rc
antin_p11_pin_send(struct antin_p11_session *s, CK_SESSION_HANDLE handle, CK_USER_TYPE user,
                   struct antin_p11_pin *pin, struct antin_err *err)
{
	enum antin_rc rc = pin->admitted ? ANTIN_OK : antin_p11_pin_admit(s, pin, err);
	CK_RV rv;

	if (rc != ANTIN_OK)
		return rc;
	antin_p11_pad_notice(s, pin, pad_notices[pin->why]);
	rv = ANTIN_P11_WITHIN(s->token->module, s->epoch, pin->pad ? ANTIN_P11_PAD : ANTIN_P11_SOON,
	                      C_Login, handle, user, pin->pad ? NULL : pin->value.p,
	                      pin->pad ? 0 : pin->value.len);
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
login_now(struct antin_p11_session *s, struct antin_p11_pin *pin, struct antin_err *err)
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
