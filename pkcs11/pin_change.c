/*
 * Changing and unblocking PINs (PKCS#11 v2.40, 11.5 C_InitPIN, C_SetPIN): the same care as for a
 * login, since a wrong old PIN, officer's PIN or PUK uses up a try as well.  Nothing is repeated
 * once a PIN was sent.
 */
#include "p11.h"

#include <string.h>

struct change {
	const struct antin_pin_source *fresh;
	enum antin_pin_why why; /* whose PIN is asked for first */
	bool same_owner;        /* the new PIN takes its place */
};

enum antin_rc
antin_p11_pin_fits(const CK_TOKEN_INFO *info, size_t len, struct antin_err *err)
{
	unsigned long min = antin_p11_told(info->ulMinPinLen),
	              max = antin_p11_told(info->ulMaxPinLen);

	if (len < (min ? min : 1) || (max && len > max))
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("this token takes a PIN of %lu to %lu characters"),
		                  min ? min : 1, max ? max : 255);
	return ANTIN_OK;
}

/* The new PIN; left without octets where the pad takes it. */
static enum antin_rc
fresh_get(struct antin_p11_session *s, const struct change *c, const struct antin_p11_pin *now,
          struct antin_bytes *fresh, struct antin_err *err)
{
	CK_TOKEN_INFO info;
	char label[40], serial[24];
	struct antin_pin_request request = {.why = ANTIN_PIN_NEW,
	                                    .label = label,
	                                    .serial = serial,
	                                    .tries_left = -1};
	enum antin_rc rc;

	if (now->pad)
		return ANTIN_OK;
	rc = antin_p11_token_ask(s->token, &info, err);
	if (rc != ANTIN_OK)
		return rc;
	antin_p11_text(info.label, sizeof(info.label), label, sizeof(label));
	antin_p11_text(info.serialNumber, sizeof(info.serialNumber), serial, sizeof(serial));
	if (!c->fresh || !c->fresh->get)
		return antin_fail(err, ANTIN_E_PIN_NEEDED, N_("a new PIN is needed"));
	rc = c->fresh->get(c->fresh->user, &request, fresh, err);
	if (rc == ANTIN_OK)
		rc = antin_p11_pin_fits(&info, fresh->len, err);
	if (rc == ANTIN_OK && c->same_owner && antin_bytes_equal(fresh, &now->value))
		return antin_fail(err, ANTIN_E_POLICY, N_("the new PIN is the old one"));
	return rc;
}

static const char *const pad_notices[] = {
        [ANTIN_PIN_USER] = N_("On the pad of the reader, enter the PIN in force, then the new one "
                              "twice."),
        [ANTIN_PIN_SO] = N_("On the pad of the reader, enter the security officer's PIN in force, "
                            "then the new one twice."),
        [ANTIN_PIN_PUK] = N_("On the pad of the reader, enter the PUK, then the new PIN twice."),
};

/* C_SetPIN: whose PIN it is follows from who is logged in; nobody means the user. */
static enum antin_rc
set_pin(struct antin_p11_session *s, struct antin_p11_pin *now, const struct antin_bytes *fresh,
        struct antin_err *err)
{
	enum antin_rc rc = antin_p11_pin_admit(s, now, err);
	CK_RV rv;

	if (rc != ANTIN_OK)
		return rc;
	now->renews = true;
	antin_p11_pad_notice(s, now, pad_notices[now->why]);
	rv = ANTIN_P11_WITHIN(s->token->module, s->epoch, now->pad ? ANTIN_P11_PAD : ANTIN_P11_SOON,
	                      C_SetPIN, s->handle, now->value.p, now->value.len, fresh->p,
	                      fresh->len);
	if (rv == CKR_OK)
		antin_p11_pin_renewed(s, now->why == ANTIN_PIN_SO ? now->why : ANTIN_PIN_USER);
	return antin_p11_pin_judge(s, now, rv, "C_SetPIN", err);
}

static enum antin_rc
change_run(struct antin_p11_session *s, void *user, struct antin_err *err)
{
	const struct change *c = user;
	ANTIN_SCOPED(antin_p11_pin) now = {.why = c->why, .value = {.secret = true}};
	ANTIN_SCOPED(antin_bytes) fresh = {.secret = true};
	enum antin_rc rc;

	rc = antin_p11_pin_get(s, &now, err);
	if (rc == ANTIN_OK)
		rc = fresh_get(s, c, &now, &fresh, err);
	return rc == ANTIN_OK ? set_pin(s, &now, &fresh, err) : rc;
}

/* The officer may log in only when no read-only session is open (v2.40, 11.6 C_Login). */
static enum antin_rc
as_officer(struct antin_p11_session *s, const struct change *c,
           enum antin_rc (*act)(struct antin_p11_session *s, struct antin_p11_pin *now,
                                const struct antin_bytes *fresh, struct antin_err *err),
           struct antin_err *err)
{
	ANTIN_SCOPED(antin_p11_pin) now = {.why = c->why, .value = {.secret = true}};
	ANTIN_SCOPED(antin_bytes) fresh = {.secret = true};
	enum antin_rc rc = antin_p11_pin_get(s, &now, err);

	if (rc == ANTIN_OK)
		rc = fresh_get(s, c, &now, &fresh, err);
	if (rc != ANTIN_OK)
		return rc;
	rc = antin_p11_pin_send(s, s->handle, CKU_SO, &now, err);
	if (rc != ANTIN_OK)
		return rc;
	s->final = true;
	rc = act(s, &now, &fresh, err);
	(void)ANTIN_P11_IN(s, C_Logout, s->handle);
	return rc;
}

static enum antin_rc
init_pin(struct antin_p11_session *s, struct antin_p11_pin *now, const struct antin_bytes *fresh,
         struct antin_err *err)
{
	CK_RV rv;

	antin_p11_pad_notice(s, now, N_("Enter the new PIN twice on the pad of the reader."));
	rv = ANTIN_P11_WITHIN(s->token->module, s->epoch, now->pad ? ANTIN_P11_PAD : ANTIN_P11_SOON,
	                      C_InitPIN, s->handle, fresh->p, fresh->len);
	if (rv == CKR_OK) {
		antin_p11_pin_renewed(s, ANTIN_PIN_USER);
		return ANTIN_OK;
	}
	s->rv = rv;
	s->function = "C_InitPIN";
	return antin_p11_fail_fresh(rv, s->function, err);
}

static enum antin_rc
officer_run(struct antin_p11_session *s, void *user, struct antin_err *err)
{
	return as_officer(s, user, set_pin, err);
}

static enum antin_rc
unblock_run(struct antin_p11_session *s, void *user, struct antin_err *err)
{
	return as_officer(s, user, init_pin, err);
}

/*
 * With the PUK: tokens that take it do so in C_SetPIN, while nobody is logged in.  One whose PIN is
 * not locked would take it for the old PIN and count a wrong try.
 */
static enum antin_rc
puk_run(struct antin_p11_session *s, void *user, struct antin_err *err)
{
	CK_TOKEN_INFO info;
	enum antin_rc rc = antin_p11_token_ask(s->token, &info, err);

	if (rc != ANTIN_OK)
		return rc;
	if (!(info.flags & CKF_USER_PIN_LOCKED))
		return antin_fail(err, ANTIN_E_STATE,
		                  N_("the PIN is not locked; the PUK was not sent"));
	return change_run(s, user, err);
}

/* In a session of its own, after all others were closed: nobody is logged in then. */
static enum antin_rc
alone(struct antin_token *t, const struct antin_pin_source *now, struct change *c,
      enum antin_rc (*run)(struct antin_p11_session *s, void *user, struct antin_err *err),
      struct antin_err *err)
{
	antin_p11_sessions_close(t);
	return antin_token_run(t, ANTIN_P11_WRITE, now, run, c, err);
}

enum antin_rc
antin_token_pin_change(struct antin_token *t, const struct antin_pin_source *now,
                       const struct antin_pin_source *fresh, struct antin_err *err)
{
	struct change c = {fresh, ANTIN_PIN_USER, true};

	return alone(t, now, &c, change_run, err);
}

enum antin_rc
antin_token_so_pin_change(struct antin_token *t, const struct antin_pin_source *now,
                          const struct antin_pin_source *fresh, struct antin_err *err)
{
	struct change c = {fresh, ANTIN_PIN_SO, true};

	return alone(t, now, &c, officer_run, err);
}

enum antin_rc
antin_token_pin_unblock(struct antin_token *t, enum antin_unblock by,
                        const struct antin_pin_source *now, const struct antin_pin_source *fresh,
                        struct antin_err *err)
{
	struct change c = {fresh, by == ANTIN_UNBLOCK_PUK ? ANTIN_PIN_PUK : ANTIN_PIN_SO, false};

	return alone(t, now, &c, by == ANTIN_UNBLOCK_PUK ? puk_run : unblock_run, err);
}
