/*
 * The program's part in calls to tokens: how long they may take, where wrong PINs are counted and
 * logged, and what is done about a driver that does not answer.  See antin_p11.h.
 */
#include "inner.h"

#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

#include <antin/text.h>
#include <antin_p11.h>

enum { RETURN_MS = 3000, RETURN_PERSON_MS = 15000, TIMEOUT_MAX_S = 3600 };

/*
 * The call cannot be ended, and its thread may hold any lock: what was going on is given up with
 * the process, whose memory with its PINs goes back to the system.
 */
static void
late(void *user, const struct antin_p11_late *what)
{
	struct cli *c = user;
	struct antin_err err = {0};

	(void)antin_fail(&err, ANTIN_E_TIMEOUT,
	                 N_("the token's driver did not answer to %s within %u seconds"),
	                 what->function, (what->ms + 999) / 1000);
	antin_err_set_file(&err, what->module);
	antin_err_set_hint(&err, N_("Take the token out, put it back and try again."));
	cli_error(c, &err);
	(void)fflush(NULL);
	_exit(antin_rc_exit(err.rc));
}

static const char *const whose[] = {
        [ANTIN_PIN_USER] = "user PIN",
        [ANTIN_PIN_CONTEXT] = "user PIN for one signature",
        [ANTIN_PIN_SO] = "security officer PIN",
        [ANTIN_PIN_PUK] = "PUK",
};

/*
 * In the system's log (syslog, authpriv), in English: who finds the token locked can see there when
 * it was tried, by which program and user.  Neither the PIN nor its length.
 */
static void
refused(void *user, const struct antin_p11_refusal *what)
{
	const struct cli *c = user;
	char serial[64], label[160], module[512];

	openlog(c->program->name, LOG_PID, LOG_AUTHPRIV);
	syslog(LOG_WARNING,
	       "%s refused by token serial=%s label=\"%s\" answer=%s state=%s counted=%u uid=%u "
	       "module=%s",
	       whose[what->why],
	       antin_text_safe(antin_slice_text(what->serial), serial, sizeof(serial)),
	       antin_text_safe(antin_slice_text(what->label), label, sizeof(label)), what->answer,
	       antin_pin_state_name(what->state), what->wrong, (unsigned int)getuid(),
	       antin_text_safe(antin_slice_text(what->module), module, sizeof(module)));
	closelog();
}

/* ANTIN_TOKEN_TIMEOUT, in seconds, for slow readers and for tests; 0 the usual. */
unsigned int
cli_tokens_timeout_ms(void)
{
	const char *text = getenv("ANTIN_TOKEN_TIMEOUT");
	long s = text ? strtol(text, NULL, 10) : 0;

	return s > 0 && s <= TIMEOUT_MAX_S ? (unsigned int)s * 1000 : 0;
}

enum antin_rc
cli_tokens_configure(struct cli *c, const struct cli_token_how *how, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) state = {0};
	ANTIN_SCOPED(antin_bytes) helper = {0};
	const char *environment = NULL;
	struct antin_p11_config config = {
	        .call_ms = how->timeout ? how->timeout * 1000 : cli_tokens_timeout_ms(),
	        .return_ms = c->terminal ? RETURN_PERSON_MS : RETURN_MS,
	        .late = late,
	        .refused = refused,
	        .user = c,
	};
	enum antin_rc rc = cli_setting(c, "token.environment", &environment, err);

	if (rc == ANTIN_OK && how->isolate)
		rc = cli_helper("antin-module", &helper, err);
	if (rc != ANTIN_OK)
		return rc;
	config.pad_ms = config.call_ms;
	config.generate_ms = config.call_ms;
	config.helper = helper.len ? (const char *)helper.p : NULL;
	config.helper_environment = how->environment ? how->environment : environment;
	if (cli_path(CLI_PLACE_STATE, "tokens", &state, NULL) == ANTIN_OK)
		config.state = antin_bytes_cstr(&state);
	antin_p11_configure(&config);
	return ANTIN_OK;
}

enum antin_rc
cli_tokens_begin(struct cli *c, struct antin_err *err)
{
	struct cli_token_how how = {0};
	enum antin_rc rc = cli_setting_flag(c, "token.isolate", &how.isolate, err);

	return rc == ANTIN_OK ? cli_tokens_configure(c, &how, err) : rc;
}
