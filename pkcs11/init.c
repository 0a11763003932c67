/*
 * Initialising a token (PKCS#11 v2.40, 11.5 C_InitToken, 11.6 C_InitPIN): which one, and the two
 * PINs in one go.
 */
#include "p11.h"

#include <string.h>

/* A beginning: on which token, with what. */
struct begin {
	const struct antin_p11_seen *seen;
	const struct antin_token_setup *setup;
	struct antin_p11_session at; /* has no session of its own: for PINs and notices */
	struct antin_p11_pin so;     /* of the officer: in force, or to be set */
};

static void
begin_done(struct begin *b)
{
	antin_p11_pin_done(&b->so);
	antin_token_free(b->at.token);
}
ANTIN_SCOPED_S(begin, begin_done);

/* Lengths that the token gives, checked here so that no half-initialised token is left. */
static enum antin_rc
setup_check(const struct begin *b, struct antin_err *err)
{
	const struct antin_token_setup *setup = b->setup;
	const CK_TOKEN_INFO *info = &b->seen->info;
	size_t label = strlen(setup->label);
	unsigned long max = antin_p11_told(info->ulMaxPinLen);

	if (label == 0 || label > 32)
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("the label of a token has 1 to 32 octets, this one %zu"),
		                  label);
	if (b->so.pad)
		return ANTIN_OK;
	if (!(info->flags & CKF_TOKEN_INITIALIZED) &&
	    (setup->so_pin.len == 0 || (max && setup->so_pin.len > max)))
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("the security officer's PIN does not fit this token"));
	return antin_p11_pin_fits(info, setup->user_pin.len, err);
}

static CK_UTF8CHAR *
octets(struct antin_slice s)
{
	union {
		const uint8_t *given;
		CK_UTF8CHAR *taken;
	} u = {.given = s.p};

	return u.taken;
}

static enum antin_p11_limit
limit_of(const struct begin *b)
{
	return b->so.pad ? ANTIN_P11_PAD : ANTIN_P11_SOON;
}

/* The user's PIN is set by the security officer, in a session of its own that is always closed. */
static enum antin_rc
set_user_pin(struct begin *b, struct antin_err *err)
{
	struct antin_module *m = b->seen->module;
	struct antin_slice fresh = b->setup->user_pin;
	CK_SESSION_HANDLE h = 0;
	const char *step = "C_OpenSession";
	CK_RV rv = ANTIN_P11_CALL(m, C_OpenSession, b->seen->slot,
	                          CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &h);

	if (rv != CKR_OK)
		return antin_p11_fail(err, rv, step);
	step = "C_Login";
	antin_p11_pad_notice(&b->at, &b->so,
	                     N_("Enter the security officer's PIN on the pad of the reader."));
	rv = ANTIN_P11_WITHIN(m, 0, limit_of(b), C_Login, h, CKU_SO, b->so.value.p,
	                      b->so.value.len);
	if (rv == CKR_OK) {
		step = "C_InitPIN";
		antin_p11_pad_notice(&b->at, &b->so,
		                     N_("Enter the new PIN twice on the pad of the reader."));
		rv = ANTIN_P11_WITHIN(m, 0, limit_of(b), C_InitPIN, h,
		                      b->so.pad ? NULL : octets(fresh), b->so.pad ? 0 : fresh.len);
		(void)ANTIN_P11_CALL(m, C_Logout, h);
	}
	(void)ANTIN_P11_CALL(m, C_CloseSession, h);
	return rv == CKR_OK ? ANTIN_OK : antin_p11_fail_fresh(rv, step, err);
}

/* The officer's PIN in force is asked for with the same care as for a login. */
static enum antin_rc
so_pin_get(struct begin *b, struct antin_err *err)
{
	enum antin_rc rc;

	if (!(b->seen->info.flags & CKF_TOKEN_INITIALIZED)) {
		if (!b->so.pad)
			antin_bytes_add(&b->so.value, b->setup->so_pin.p, b->setup->so_pin.len);
		return antin_bytes_check(&b->so.value, err);
	}
	rc = antin_p11_pin_get(&b->at, &b->so, err);
	return rc == ANTIN_OK ? antin_p11_pin_admit(&b->at, &b->so, err) : rc;
}

static enum antin_rc
init_token(struct begin *b, struct antin_err *err)
{
	bool judged = b->so.admitted;
	CK_UTF8CHAR label[32];
	CK_RV rv;
	enum antin_rc rc = ANTIN_OK;

	memset(label, ' ', sizeof(label));
	memcpy(label, b->setup->label, strlen(b->setup->label));
	antin_p11_pad_notice(&b->at, &b->so,
	                     N_("Enter the security officer's PIN on the pad of the reader."));
	rv = ANTIN_P11_WITHIN(b->seen->module, 0, ANTIN_P11_LONG, C_InitToken, b->seen->slot,
	                      b->so.value.p, b->so.value.len, label);
	if (judged)
		rc = antin_p11_pin_judge(&b->at, &b->so, rv, "C_InitToken", err);
	else if (rv != CKR_OK)
		rc = antin_p11_fail_fresh(rv, "C_InitToken", err);
	if (rc == ANTIN_OK)
		antin_p11_pin_renewed(&b->at, ANTIN_PIN_USER);
	return rc;
}

static enum antin_rc
token_setup(const struct antin_p11_seen *seen, const struct antin_token_setup *setup,
            struct antin_err *err)
{
	ANTIN_SCOPED(begin)
	b = {.seen = seen, .setup = setup, .so = {.why = ANTIN_PIN_SO, .value = {.secret = true}}};
	enum antin_rc rc;

	b.at.token = antin_p11_token_of(seen);
	b.at.pins = setup->so_pins;
	if (!b.at.token)
		return antin_fail_memory(err);
	b.so.pad = (seen->info.flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
	rc = setup_check(&b, err);
	if (rc == ANTIN_OK)
		rc = antin_p11_label_check(setup->label, err);
	if (rc == ANTIN_OK)
		rc = so_pin_get(&b, err);
	if (rc == ANTIN_OK)
		rc = init_token(&b, err);
	return rc == ANTIN_OK ? set_user_pin(&b, err) : rc;
}

/* The one blank token, or the one that the URI names. */
static enum antin_rc
setup_choose(const struct antin_modules *modules, const struct antin_p11_uri *uri, bool erase,
             struct antin_p11_choice *c, struct antin_err *err)
{
	enum antin_rc rc;

	*c = (struct antin_p11_choice){.uri = uri, .blank = true};
	rc = antin_p11_choose(modules, c, err);
	if (rc != ANTIN_OK || c->n == 1)
		return rc;
	*c = (struct antin_p11_choice){.uri = uri};
	rc = antin_p11_choose(modules, c, err);
	if (rc != ANTIN_OK && rc != ANTIN_E_AMBIGUOUS)
		return rc;
	if (c->n == 0)
		return antin_fail(err, ANTIN_E_NOT_FOUND, N_("there is no token to initialise"));
	if (!erase || !uri) {
		antin_err_clear(err);
		rc = antin_fail(err, ANTIN_E_CONFLICT, N_("the token is initialised already"));
		antin_err_set_hint(err, N_("To erase it, name it with --token and add --force."));
	}
	return rc;
}

enum antin_rc
antin_token_blank(const struct antin_modules *modules, const char *uri, bool erase,
                  struct antin_token_info *out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_p11_uri) u = NULL;
	ANTIN_OWN_S(antin_token) t = NULL;
	struct antin_p11_choice c;
	enum antin_rc rc = uri ? antin_p11_uri_parse(uri, &u, err) : ANTIN_OK;

	if (rc == ANTIN_OK)
		rc = setup_choose(modules, u, erase, &c, err);
	if (rc != ANTIN_OK)
		return rc;
	antin_p11_info_of(c.first.module, c.first.slot, &c.first.info, out);
	t = antin_p11_token_of(&c.first);
	if (!t)
		return antin_fail_memory(err);
	antin_p11_tries_of(t, out);
	return ANTIN_OK;
}

enum antin_rc
antin_token_init(const struct antin_modules *modules, const char *uri,
                 const struct antin_token_setup *setup, struct antin_token_info *out,
                 struct antin_err *err)
{
	ANTIN_OWN_S(antin_p11_uri) u = NULL;
	struct antin_p11_choice c;
	CK_TOKEN_INFO info;
	CK_RV rv;
	enum antin_rc rc = uri ? antin_p11_uri_parse(uri, &u, err) : ANTIN_OK;

	if (rc == ANTIN_OK)
		rc = setup_choose(modules, u, setup->erase, &c, err);
	if (rc == ANTIN_OK)
		rc = token_setup(&c.first, setup, err);
	if (rc != ANTIN_OK || !out)
		return rc;
	rv = ANTIN_P11_CALL(c.first.module, C_GetTokenInfo, c.first.slot, &info);
	if (rv != CKR_OK)
		return antin_p11_fail(err, rv, "C_GetTokenInfo");
	antin_p11_info_of(c.first.module, c.first.slot, &info, out);
	return ANTIN_OK;
}
