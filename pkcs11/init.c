/*
 * Initialising a token (PKCS#11 v2.40, 11.5 C_InitToken, 11.6 C_InitPIN): which one, and the two
 * PINs in one go.
 */
#include "p11.h"

#include <string.h>

/* Lengths that the token gives, checked here so that no half-initialised token is left. */
static enum antin_rc
setup_check(const struct antin_token_setup *setup, const CK_TOKEN_INFO *info, struct antin_err *err)
{
	size_t label = strlen(setup->label);
	unsigned long max = antin_p11_told(info->ulMaxPinLen);

	if (label == 0 || label > 32)
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("the label of a token has 1 to 32 octets, this one %zu"),
		                  label);
	if (setup->so_pin.len == 0 || (max && setup->so_pin.len > max))
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

/* The user's PIN is set by the security officer, in a session of its own that is always closed. */
static enum antin_rc
set_user_pin(struct antin_module *m, CK_SLOT_ID slot, const struct antin_token_setup *setup,
             struct antin_err *err)
{
	CK_SESSION_HANDLE h = 0;
	const char *step = "C_OpenSession";
	CK_RV rv = ANTIN_P11_CALL(m, C_OpenSession, slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL,
	                          NULL, &h);

	if (rv != CKR_OK)
		return antin_p11_fail(err, rv, step);
	step = "C_Login";
	rv = ANTIN_P11_CALL(m, C_Login, h, CKU_SO, octets(setup->so_pin), setup->so_pin.len);
	if (rv == CKR_OK) {
		step = "C_InitPIN";
		rv = ANTIN_P11_CALL(m, C_InitPIN, h, octets(setup->user_pin), setup->user_pin.len);
		(void)ANTIN_P11_CALL(m, C_Logout, h);
	}
	(void)ANTIN_P11_CALL(m, C_CloseSession, h);
	return rv == CKR_OK ? ANTIN_OK : antin_p11_fail(err, rv, step);
}

static enum antin_rc
token_setup(const struct antin_p11_seen *seen, const struct antin_token_setup *setup,
            struct antin_err *err)
{
	struct antin_module *m = seen->module;
	CK_UTF8CHAR label[32];
	CK_RV rv;
	enum antin_rc rc = setup_check(setup, &seen->info, err);

	if (rc == ANTIN_OK)
		rc = antin_p11_label_check(setup->label, err);
	if (rc != ANTIN_OK)
		return rc;
	memset(label, ' ', sizeof(label));
	memcpy(label, setup->label, strlen(setup->label));
	rv = ANTIN_P11_WITHIN(m, 0, ANTIN_P11_LONG, C_InitToken, seen->slot, octets(setup->so_pin),
	                      setup->so_pin.len, label);
	if (rv != CKR_OK)
		return antin_p11_fail(err, rv, "C_InitToken");
	return set_user_pin(m, seen->slot, setup, err);
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
	struct antin_p11_choice c;
	enum antin_rc rc = uri ? antin_p11_uri_parse(uri, &u, err) : ANTIN_OK;

	if (rc == ANTIN_OK)
		rc = setup_choose(modules, u, erase, &c, err);
	if (rc == ANTIN_OK)
		antin_p11_info_of(c.first.module, c.first.slot, &c.first.info, out);
	return rc;
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
