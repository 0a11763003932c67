/*
 * What the answer to a PIN means (PKCS#11 v2.40, 11.1.6): whether a try was spent, what is counted
 * and remembered, what the person and the log of the system are told.  Never the PIN.
 */
#include "p11.h"

enum verdict {
	RIGHT,
	WRONG,  /* a try was spent */
	LOST,   /* perhaps: the module died over it */
	UNSURE, /* perhaps: a card counts before it compares, and may be pulled out in between */
	UNSENT, /* none was */
};

/* The token did not get so far as to compare. */
static const CK_RV unsent[] = {
        ANTIN_P11_RV_STALE,
        ANTIN_P11_RV_FORKED,
        CKR_ARGUMENTS_BAD,
        CKR_CRYPTOKI_NOT_INITIALIZED,
        CKR_FUNCTION_CANCELED,
        CKR_FUNCTION_NOT_SUPPORTED,
        CKR_FUNCTION_REJECTED,
        CKR_HOST_MEMORY,
        CKR_OPERATION_NOT_INITIALIZED,
        CKR_PIN_EXPIRED,
        CKR_PIN_LOCKED,
        CKR_SESSION_CLOSED,
        CKR_SESSION_EXISTS,
        CKR_SESSION_HANDLE_INVALID,
        CKR_SESSION_READ_ONLY,
        CKR_SESSION_READ_ONLY_EXISTS,
        CKR_SLOT_ID_INVALID,
        CKR_TOKEN_WRITE_PROTECTED,
        CKR_USER_ALREADY_LOGGED_IN,
        CKR_USER_ANOTHER_ALREADY_LOGGED_IN,
        CKR_USER_NOT_LOGGED_IN,
        CKR_USER_PIN_NOT_INITIALIZED,
        CKR_USER_TOO_MANY_TYPES,
        CKR_USER_TYPE_INVALID,
};

static bool
fresh_refused(CK_RV rv)
{
	return rv == CKR_PIN_INVALID || rv == CKR_PIN_LEN_RANGE || rv == CKR_PIN_TOO_WEAK;
}

enum antin_rc
antin_p11_fail_fresh(CK_RV rv, const char *function, struct antin_err *err)
{
	char buffer[32];

	if (!fresh_refused(rv))
		return antin_p11_fail(err, rv, function);
	return antin_fail(err, ANTIN_E_POLICY, N_("the token does not take the new PIN (%s)"),
	                  antin_p11_rv_name(rv, buffer));
}

/* Some tokens answer a wrong PIN with a general error. */
static enum verdict
verdict_of(const struct antin_p11_pin *pin, CK_RV rv)
{
	if (rv == CKR_OK)
		return RIGHT;
	if (pin->renews && fresh_refused(rv))
		return UNSURE;
	if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_INVALID || rv == CKR_PIN_LEN_RANGE ||
	    rv == CKR_GENERAL_ERROR)
		return WRONG;
	for (size_t i = 0; i < sizeof(unsent) / sizeof(unsent[0]); i++)
		if (rv == unsent[i])
			return UNSENT;
	return antin_p11_is_gone(rv) ? LOST : UNSURE;
}

static bool
surely_wrong(const struct antin_p11_pin *pin, CK_RV rv)
{
	return verdict_of(pin, rv) == WRONG && rv != CKR_GENERAL_ERROR;
}

/* What is not sure was no wrong try where the same stored PIN was right before. */
static bool
was_right(const struct antin_p11_session *s, enum antin_p11_owner owner)
{
	return owner == ANTIN_P11_OWNER_USER && s->pins && s->pins->stored &&
	       s->token->accepted == s->pins;
}

/*
 * A right PIN clears the count.  One that the token refused stays counted, unless the token tells
 * by its flags that it counts itself.  Answers that are not sure count as one try together: a
 * device that fails again and again must not make a service ask for consent.
 */
static void
count_answer(struct antin_p11_session *s, const struct antin_p11_pin *pin, CK_RV rv,
             enum verdict verdict, bool told)
{
	enum antin_p11_owner owner = antin_p11_owner_of(pin->why);
	bool stored = s->pins && s->pins->stored && !pin->pad;
	struct antin_p11_tally y;

	if ((verdict == LOST || verdict == UNSURE) && was_right(s, owner))
		verdict = UNSENT;
	antin_p11_tally_load(s->token, &y);
	if (verdict == RIGHT)
		antin_p11_tally_clear(&y, owner);
	if (verdict == RIGHT && owner == ANTIN_P11_OWNER_USER)
		s->token->accepted = s->pins;
	if (verdict == UNSURE || verdict == UNSENT)
		y.wrong[owner] -= y.wrong[owner] > 0;
	y.unsure[owner] = y.unsure[owner] || verdict == UNSURE;
	if (verdict == WRONG && rv != CKR_GENERAL_ERROR && stored)
		antin_p11_tally_remember(&y, pin);
	if (told && verdict != RIGHT) {
		y.wrong[owner] = 0;
		y.unsure[owner] = false;
	}
	antin_p11_tally_save(s->token, &y);
}

static void
log_refusal(struct antin_p11_session *s, const struct antin_p11_pin *pin, CK_RV rv,
            enum antin_pin_state state)
{
	struct antin_p11_config config = antin_p11_config();
	struct antin_p11_refusal what = {.why = pin->why, .state = state};
	struct antin_p11_tally y;
	char label[40], serial[24], buffer[32];

	if (!config.refused)
		return;
	antin_p11_tally_load(s->token, &y);
	antin_p11_text(s->token->identity.label, 32, label, sizeof(label));
	antin_p11_text(s->token->identity.serial, 16, serial, sizeof(serial));
	what.label = label;
	what.serial = serial;
	what.module = s->token->module->path;
	what.answer = antin_p11_rv_name(rv, buffer);
	what.wrong = antin_p11_tally_count(&y, antin_p11_owner_of(pin->why));
	config.refused(config.user, &what);
}

/* Says what is left, so that nobody guesses on. */
static enum antin_rc
fail_wrong(struct antin_p11_session *s, enum antin_pin_why why, CK_RV rv,
           const struct antin_token_info *now, struct antin_err *err)
{
	char buffer[32];
	enum antin_rc rc;

	rc = antin_fail(err, ANTIN_E_PIN_WRONG, N_("wrong PIN for token \"%s\" (%s)"), now->label,
	                antin_p11_rv_name(rv, buffer));
	if (antin_p11_pin_state(why, now) == ANTIN_PIN_FINAL)
		antin_err_set_hint(err, N_("One try is left; ask your officer before using it."));
	else if (antin_p11_pin_last(s->token, why, now))
		antin_err_set_hint(err, N_("The next wrong PIN may lock the token; ask your "
		                           "officer before using another try."));
	return rc;
}

/* `now` is NULL when the token could not be asked. */
static enum antin_rc
fail(struct antin_p11_session *s, const struct antin_p11_pin *pin, CK_RV rv,
     const struct antin_token_info *now, struct antin_err *err)
{
	bool wrong = surely_wrong(pin, rv);
	enum antin_rc rc;

	if (now && (rv == CKR_PIN_LOCKED ||
	            (wrong && antin_p11_pin_state(pin->why, now) == ANTIN_PIN_LOCKED)))
		return antin_p11_pin_locked(pin->why, now, err);
	if (now && wrong)
		return fail_wrong(s, pin->why, rv, now, err);
	if (pin->renews)
		return antin_p11_fail_fresh(rv, s->function, err);
	rc = antin_p11_fail(err, rv, s->function);
	if (rv == CKR_PIN_EXPIRED)
		antin_err_set_hint(err, N_("Set a new PIN with: antin token pin"));
	return rc;
}

/*
 * Whatever is not success counts, and a PIN is never sent twice by itself (s->final).  Of a token
 * that was taken out some modules say much else, so that it is away is told first.
 */
enum antin_rc
antin_p11_pin_judge(struct antin_p11_session *s, struct antin_p11_pin *pin, CK_RV rv,
                    const char *function, struct antin_err *err)
{
	enum verdict verdict = verdict_of(pin, rv);
	struct antin_token_info now;
	enum antin_rc looked = verdict == RIGHT ? ANTIN_OK : antin_p11_pin_look(s, &now, err);
	bool seen = verdict != RIGHT && looked == ANTIN_OK;
	bool away = looked == ANTIN_E_REMOVED && !surely_wrong(pin, rv);
	enum antin_pin_state state = seen ? antin_p11_pin_state(pin->why, &now) : ANTIN_PIN_OK;

	if (!away)
		antin_err_clear(err);
	else if (verdict == WRONG)
		verdict = UNSURE;
	count_answer(s, pin, rv, verdict, state != ANTIN_PIN_OK);
	pin->admitted = false;
	antin_p11_tally_unlock(&pin->guard);
	if (verdict == RIGHT ||
	    (!away && rv == CKR_USER_ALREADY_LOGGED_IN && pin->why == ANTIN_PIN_USER))
		return ANTIN_OK;
	s->rv = away ? CKR_TOKEN_NOT_PRESENT : rv;
	s->function = function;
	s->final = rv != ANTIN_P11_RV_STALE; /* which never reached the module */
	if (verdict == WRONG)
		antin_p11_pin_remember(s->token, pin);
	if (verdict != UNSENT || rv == CKR_PIN_LOCKED)
		log_refusal(s, pin, rv, state);
	return away ? looked : fail(s, pin, rv, seen ? &now : NULL, err);
}

void
antin_p11_pin_withdraw(struct antin_p11_session *s, struct antin_p11_pin *pin)
{
	if (!pin->admitted)
		return;
	count_answer(s, pin, ANTIN_P11_RV_STALE, UNSENT, false);
	pin->admitted = false;
	antin_p11_tally_unlock(&pin->guard);
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
