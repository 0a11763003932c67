/*
 * Sessions (PKCS#11 v2.40, 11.6): one for each running operation, kept for the next one only after
 * success.  A session that saw a failure may hold a half-done operation and is closed; a lost
 * session or token is looked for once, unless something was changed already.
 */
#include "p11.h"

#include <string.h>

enum antin_rc
antin_p11_check(struct antin_p11_session *s, CK_RV rv, const char *function, struct antin_err *err)
{
	if (rv == CKR_OK)
		return ANTIN_OK;
	s->rv = rv;
	s->function = function;
	return antin_p11_fail(err, rv, function);
}

bool
antin_p11_refused(const struct antin_p11_session *s)
{
	size_t n = s->function ? strlen(s->function) : 0;
	bool early = n > 4 && strcmp(s->function + n - 4, "Init") == 0;

	return s->rv == CKR_MECHANISM_INVALID || s->rv == CKR_MECHANISM_PARAM_INVALID ||
	       (s->rv == CKR_ARGUMENTS_BAD && early);
}

void
antin_p11_forget(struct antin_p11_session *s, struct antin_err *err)
{
	s->rv = CKR_OK;
	s->function = NULL;
	antin_err_clear(err);
}

/* One of another epoch is dead already, and its number may be another's. */
static void
close_handle(struct antin_token *t, unsigned int epoch, CK_SESSION_HANDLE h)
{
	(void)ANTIN_P11_WITHIN(t->module, epoch, ANTIN_P11_SOON, C_CloseSession, h);
}

/* Sessions taken out of the token, to be closed without its lock. */
struct taken {
	CK_SESSION_HANDLE handles[ANTIN_P11_IDLE_MAX];
	size_t n;
	unsigned int epoch;
};

/* Under the token's lock. */
static void
take_idle(struct antin_token *t, struct taken *from)
{
	from->epoch = t->epoch;
	from->n = t->n_idle;
	for (size_t i = 0; i < t->n_idle; i++)
		from->handles[i] = t->idle[i].handle;
	t->n_idle = 0;
}

static void
close_taken(struct antin_token *t, struct taken *from)
{
	while (from->n)
		close_handle(t, from->epoch, from->handles[--from->n]);
}

static void
close_idle(struct antin_token *t)
{
	struct taken idle;

	(void)pthread_mutex_lock(&t->lock);
	take_idle(t, &idle);
	(void)pthread_mutex_unlock(&t->lock);
	close_taken(t, &idle);
}

/* Gives up the login of that session, unless another one was made meanwhile. */
static void
close_login(struct antin_token *t, unsigned int epoch, CK_SESSION_HANDLE login)
{
	bool same;

	(void)pthread_mutex_lock(&t->lock);
	same = t->epoch == epoch && t->login == login;
	if (same) {
		t->login = 0;
		t->logged_in = 0;
	}
	(void)pthread_mutex_unlock(&t->lock);
	if (same && login)
		close_handle(t, epoch, login);
}

static void
sessions_close(struct antin_token *t, bool end)
{
	CK_SESSION_HANDLE login;
	struct taken idle;

	(void)pthread_mutex_lock(&t->lock);
	take_idle(t, &idle);
	t->generation += end;
	login = t->login;
	(void)pthread_mutex_unlock(&t->lock);
	close_taken(t, &idle);
	close_login(t, idle.epoch, login);
}

void
antin_p11_sessions_close(struct antin_token *t)
{
	sessions_close(t, false);
}

void
antin_p11_sessions_end(struct antin_token *t)
{
	sessions_close(t, true);
}

/*
 * A new generation: handles and idle sessions count no more.  The session of the login stays if the
 * module still knows it as logged in, so that the person need not give the PIN again.  What failed
 * in an older generation was given up already: the new one is not to pay for it.
 */
static void
renew(const struct antin_p11_session *s, bool lost)
{
	struct antin_token *t = s->token;
	CK_SESSION_INFO info = {0};
	CK_SESSION_HANDLE login = 0;
	struct taken idle = {.n = 0};
	bool current, alive;

	(void)pthread_mutex_lock(&t->lock);
	current = t->epoch == s->epoch && t->generation == s->generation;
	t->losses += lost;
	if (current) {
		take_idle(t, &idle);
		t->generation++;
		login = t->login;
	}
	(void)pthread_mutex_unlock(&t->lock);
	if (!current)
		return;
	close_taken(t, &idle);
	alive = login && !lost && ANTIN_P11_IN(s, C_GetSessionInfo, login, &info) == CKR_OK &&
	        (info.state == CKS_RO_USER_FUNCTIONS || info.state == CKS_RW_USER_FUNCTIONS);
	if (!alive)
		close_login(t, s->epoch, login);
}

/* What was made before the module was initialised anew is forgotten, not closed. */
void
antin_p11_sessions_forget(struct antin_token *t)
{
	unsigned int epoch = antin_p11_epoch(t->module);

	(void)pthread_mutex_lock(&t->lock);
	if ((int)(epoch - t->epoch) > 0) { /* a slower thread may have read an older one */
		t->epoch = epoch;
		t->generation++;
		t->losses++;
		t->n_idle = 0;
		t->login = 0;
		t->logged_in = 0;
	}
	(void)pthread_mutex_unlock(&t->lock);
}

static CK_RV
open_session(struct antin_p11_session *s)
{
	struct antin_token *t = s->token;
	CK_FLAGS flags = CKF_SERIAL_SESSION | (s->write ? CKF_RW_SESSION : 0);
	CK_RV rv = ANTIN_P11_IN(s, C_OpenSession, antin_p11_slot(t), flags, NULL, NULL, &s->handle);

	if (rv == CKR_SESSION_COUNT) { /* ours that rest may be the ones in the way */
		close_idle(t);
		rv = ANTIN_P11_IN(s, C_OpenSession, antin_p11_slot(t), flags, NULL, NULL,
		                  &s->handle);
	}
	if (rv != CKR_OK)
		s->handle = 0;
	return rv;
}

/* A place among the sessions that may be in use at once, and an idle session if there is one. */
static enum antin_rc
place_take(struct antin_p11_session *s, int64_t until, struct antin_err *err)
{
	struct antin_token *t = s->token;
	bool in_time = true;

	(void)pthread_mutex_lock(&t->lock);
	while (in_time && t->lent >= t->lent_max) {
		int64_t left = until - antin_p11_now();

		in_time = left > 0;
		if (in_time)
			(void)antin_p11_wait(&t->given, &t->lock, (unsigned int)left);
	}
	if (in_time) {
		t->lent++;
		s->lent = true;
		s->generation = t->generation;
		s->epoch = t->epoch;
		if (!s->write && t->n_idle) {
			t->n_idle--;
			s->handle = t->idle[t->n_idle].handle;
			s->copies = t->idle[t->n_idle].copies;
		}
	}
	(void)pthread_mutex_unlock(&t->lock);
	return in_time ? ANTIN_OK
	               : antin_fail(err, ANTIN_E_BUSY, N_("all sessions of the token are in use"));
}

static void
place_give(struct antin_p11_session *s)
{
	struct antin_token *t = s->token;

	(void)pthread_mutex_lock(&t->lock);
	t->lent -= s->lent;
	s->lent = false;
	(void)pthread_cond_signal(&t->given);
	(void)pthread_mutex_unlock(&t->lock);
}

/* The token has no more sessions than those in use: one must come back first. */
static bool
fewer_sessions(struct antin_p11_session *s)
{
	struct antin_token *t = s->token;
	bool others;

	place_give(s);
	(void)pthread_mutex_lock(&t->lock);
	others = t->lent > 0;
	if (others && t->lent < t->lent_max)
		t->lent_max = t->lent;
	(void)pthread_mutex_unlock(&t->lock);
	return others;
}

static enum antin_rc
session_take(struct antin_p11_session *s, struct antin_err *err)
{
	struct antin_token *t = s->token;
	int64_t until = antin_p11_now() + (int64_t)antin_p11_config().call_ms;
	enum antin_rc rc;

	antin_p11_sessions_forget(t);
	rc = antin_p11_token_await(t, s->pins, err);
	while (rc == ANTIN_OK) {
		CK_RV rv;

		rc = place_take(s, until, err);
		if (rc != ANTIN_OK || s->handle)
			return rc;
		rv = open_session(s);
		if (rv != CKR_SESSION_COUNT || !fewer_sessions(s))
			return antin_p11_check(s, rv, "C_OpenSession", err);
	}
	return rc;
}

static void
session_give(struct antin_p11_session *s, bool good)
{
	struct antin_token *t = s->token;
	bool kept = false;

	if (s->handle) {
		(void)pthread_mutex_lock(&t->lock);
		if (good && !s->write && s->generation == t->generation && s->epoch == t->epoch &&
		    t->n_idle < ANTIN_P11_IDLE_MAX) {
			t->idle[t->n_idle++] = (struct antin_p11_idle){s->handle, s->copies};
			kept = true;
		}
		if (!kept && !t->login) /* it may have been the one that was logged in */
			t->logged_in = 0;
		(void)pthread_mutex_unlock(&t->lock);
		if (!kept)
			close_handle(t, s->epoch, s->handle);
		s->handle = 0;
	}
	if (s->lent)
		place_give(s);
}

static void
operation_lock(struct antin_module *m, int (*change)(pthread_mutex_t *))
{
	if (m->quirks.one_operation)
		(void)change(&m->operation_lock);
}

/*
 * What was lost is given up; what can be had again is looked for at the next attempt.  A module is
 * not started again under another token that a person is logged in to.
 */
static void
recover(const struct antin_p11_session *s, enum antin_p11_after after)
{
	renew(s, after != ANTIN_P11_RENEW);
	if (after == ANTIN_P11_RESTART &&
	    (s->rv == CKR_CRYPTOKI_NOT_INITIALIZED || antin_p11_is_gone(s->rv) ||
	     !antin_p11_others_in(s->token)))
		(void)!antin_p11_restart(s->token->module, s->epoch, NULL);
}

/* What took too long once may do so again; what a dead helper wrote to the token nobody knows. */
static bool
only_once(const struct antin_p11_session *s)
{
	return s->final || s->rv == ANTIN_P11_RV_LATE || (s->rv == ANTIN_P11_RV_DIED && s->write);
}

enum antin_rc
antin_token_run(struct antin_token *t, unsigned int how, const struct antin_pin_source *pins,
                enum antin_rc (*run)(struct antin_p11_session *s, void *user,
                                     struct antin_err *err),
                void *user, struct antin_err *err)
{
	int repeats = 1, stale = ANTIN_P11_STALE_MAX;

	for (;;) {
		struct antin_p11_session s = {.token = t,
		                              .pins = pins,
		                              .write = how & ANTIN_P11_WRITE,
		                              .user = how & ANTIN_P11_LOGIN};
		enum antin_rc rc = session_take(&s, err);
		enum antin_p11_after after;

		if (rc == ANTIN_OK && how & ANTIN_P11_LOGIN)
			rc = antin_p11_login(&s, err);
		if (rc == ANTIN_OK) {
			operation_lock(t->module, pthread_mutex_lock);
			rc = run(&s, user, err);
			operation_lock(t->module, pthread_mutex_unlock);
		}
		session_give(&s, rc == ANTIN_OK);
		if (rc == ANTIN_OK) {
			if (t->module->helper)
				antin_p11_helper_good(t->module->helper);
			return ANTIN_OK;
		}
		after = s.rv == CKR_OK ? ANTIN_P11_GIVE_UP : antin_p11_after(s.rv);
		/* Another thread started the module again: this call never reached it. */
		if (s.rv == ANTIN_P11_RV_STALE && !s.final && stale-- > 0) {
			antin_err_clear(err);
			continue;
		}
		if (after != ANTIN_P11_GIVE_UP)
			recover(&s, after);
		if (after == ANTIN_P11_GIVE_UP || only_once(&s) || repeats-- == 0)
			return rc;
		antin_err_clear(err);
	}
}
