/*
 * Waiting for a token to come or go.  C_WaitForSlotEvent (PKCS#11 v2.40, 11.5) is refused by most
 * modules when it should block, and cannot be ended when it does: the slots are listed again and
 * again instead.
 */
#include "p11.h"

#include <time.h>

enum { LOOK_MS = 250 };

static enum antin_rc
look(const struct antin_modules *modules, struct antin_p11_choice *c, struct antin_err *err)
{
	enum antin_rc rc = antin_p11_choose(modules, c, err);

	if (rc != ANTIN_E_AMBIGUOUS)
		return rc;
	antin_err_clear(err); /* several are there, too */
	return ANTIN_OK;
}

void
antin_p11_nap(unsigned int ms)
{
	struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

	(void)nanosleep(&t, NULL);
}

enum antin_rc
antin_token_wait(const struct antin_modules *modules, const char *uri, bool present,
                 unsigned int timeout_ms, struct antin_token_info *out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_p11_uri) u = NULL;
	enum antin_rc rc = uri ? antin_p11_uri_parse(uri, &u, err) : ANTIN_OK;

	for (unsigned int waited = 0; rc == ANTIN_OK; waited += LOOK_MS) {
		struct antin_p11_choice c = {.uri = u};

		rc = look(modules, &c, err);
		if (rc == ANTIN_OK && (c.n > 0) == present) {
			if (present && out)
				antin_p11_info_of(c.first.module, c.first.slot, &c.first.info, out);
			return ANTIN_OK;
		}
		if (rc == ANTIN_OK && waited >= timeout_ms)
			return antin_fail(err, ANTIN_E_TIMEOUT,
			                  present ? N_("no such token was put in")
			                          : N_("the token was not taken out"));
		if (rc == ANTIN_OK)
			antin_p11_nap(timeout_ms - waited < LOOK_MS ? timeout_ms - waited
			                                            : LOOK_MS);
	}
	return rc;
}
