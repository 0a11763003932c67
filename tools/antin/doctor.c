/*
 * antin doctor: looks at all that signing needs on this computer, without a PIN, and says what to
 * do.  See doctor.h for what can be found.
 */
#include "doctor.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <antin/text.h>

#include "given.h"
#include "sandbox.h"
#include "token.h"
#include "trust.h"

enum { DAY = 24 * 3600 };

static const struct {
	const char *id, *part;
	enum doctor_state state;
	const char *text, *advice;
} rows[] = {
#define ROW(sym, part, state, text, advice) {#sym, part, DOCTOR_##state, text, advice},
        DOCTOR_ROWS(ROW)
#undef ROW
};

static const struct {
	const char *id, *sign;
	enum cli_style style;
} states[DOCTOR_STATES] = {
        [DOCTOR_GOOD] = {"ok", "✔", CLI_GOOD},
        [DOCTOR_UNKNOWN] = {"unknown", "?", CLI_DOUBT},
        [DOCTOR_WARNING] = {"warning", "!", CLI_DOUBT},
        [DOCTOR_PROBLEM] = {"problem", "✘", CLI_BAD},
};

/* "PIN_FINAL" is pin-final to programs. */
static void
set_code(json_t *j, const char *id)
{
	char code[40];
	size_t n = 0;

	for (; n < sizeof(code) - 1 && id[n]; n++) {
		code[n] = id[n];
		if (id[n] == '_')
			code[n] = '-';
		else if (id[n] >= 'A')
			code[n] |= 0x20;
	}
	code[n] = '\0';
	token_set_text(j, "code", code);
}

void
doctor_find_error(struct doctor *d, enum doctor_code code, const char *subject,
                  const struct antin_err *why)
{
	const char *advice = *rows[code].advice ? _(rows[code].advice) : "";
	char safe[1024], error[1024] = "";
	json_t *j = json_object();

	if (why)
		(void)antin_err_line(why, cli_translate, error, sizeof(error));
	(void)antin_text_safe(antin_slice_text(subject), safe, sizeof(safe));
	d->counts[rows[code].state]++;
	cli_say(d->c, "%s%s%s %s%s%s%s%s\n", cli_style(d->c, states[rows[code].state].style),
	        states[rows[code].state].sign, cli_style(d->c, CLI_PLAIN), safe, *safe ? ": " : "",
	        _(rows[code].text), *error ? ": " : "", error);
	if (*advice)
		cli_say(d->c, "    %s\n", advice);
	set_code(j, rows[code].id);
	token_set_text(j, "part", rows[code].part);
	token_set_text(j, "state", states[rows[code].state].id);
	token_set_text(j, "subject", subject);
	token_set_text(j, "text", _(rows[code].text));
	token_set_text(j, "advice", advice);
	if (why)
		token_set_text(j, "error", antin_rc_id(why->rc));
	(void)json_array_append_new(d->findings, j);
}

void
doctor_find(struct doctor *d, enum doctor_code code, const char *subject)
{
	doctor_find_error(d, code, subject, NULL);
}

/* A file of settings that cannot be read has ended the program before. */
static void
look_at_settings(struct doctor *d)
{
	const char *hash = NULL;
	ANTIN_SCOPED(antin_bytes) octets = {0};

	if (cli_setting(d->c, "sign.certificate", &hash, NULL) == ANTIN_OK && hash &&
	    (antin_hex_parse(hash, &octets, NULL) != ANTIN_OK || octets.len != 32))
		doctor_find(d, DOCTOR_SETTINGS_HASH, "");
	else
		doctor_find(d, DOCTOR_SETTINGS_OK, "");
}

static void
look_at_trust(struct doctor *d)
{
	ANTIN_SCOPED(antin_trust) t = {0};
	struct antin_err err = {0};

	if (trust_configured(d->c, &t, &err) != ANTIN_OK)
		doctor_find_error(d, DOCTOR_TRUST_BROKEN, "", &err);
	else
		doctor_find(d, t.n_anchors ? DOCTOR_TRUST_OK : DOCTOR_TRUST_NONE, "");
}

/* What was written here before cannot be later than now: a day is left for time zones set wrong. */
static void
look_at_clock(struct doctor *d)
{
	static const struct {
		enum cli_place place;
		const char *tail;
	} files[] = {{CLI_PLACE_CONFIG, "antin.json"},
	             {CLI_PLACE_CONFIG, "trust.d"},
	             {CLI_PLACE_STATE, ""},
	             {CLI_PLACE_SYSTEM, "antin.json"},
	             {CLI_PLACE_SYSTEM, "trust.d"}};
	struct stat st;

	for (size_t i = 0; i <= sizeof(files) / sizeof(files[0]); i++) {
		ANTIN_SCOPED(antin_bytes) path = {0};

		if (i == sizeof(files) / sizeof(files[0]))
			antin_bytes_text(&path, "/proc/self/exe");
		else if (cli_path(files[i].place, files[i].tail, &path, NULL) != ANTIN_OK)
			continue;
		if (antin_bytes_cstr(&path) && stat((const char *)path.p, &st) == 0 &&
		    st.st_mtime > d->c->now + DAY) {
			doctor_find(d, DOCTOR_CLOCK_BEHIND, (const char *)path.p);
			return;
		}
	}
	doctor_find(d, DOCTOR_CLOCK_OK, "");
}

/* The worker is started: what keeps it from being shut in shows only then. */
static void
look_at_worker(struct doctor *d)
{
	ANTIN_OWN_S(antin_worker) worker = NULL;
	struct antin_err err = {0};
	int landlock = 0;
	enum antin_rc rc = given_worker(d->c, &worker, &err);

	if (rc == ANTIN_OK && worker)
		rc = antin_worker_landlock(worker, &landlock, &err);
	if (rc != ANTIN_OK)
		doctor_find_error(d, DOCTOR_WORKER_BROKEN, "", &err);
	else if (!worker)
		doctor_find(d, DOCTOR_WORKER_OFF, "");
	else
		doctor_find(d, DOCTOR_WORKER_OK, landlock ? "seccomp, Landlock" : "seccomp");
}

static void
look_at_sandbox(struct doctor *d)
{
	int version = sandbox_landlock();
	char subject[40] = "";

	if (version)
		(void)snprintf(subject, sizeof(subject), "Landlock %d", version);
	doctor_find(d, version ? DOCTOR_SANDBOX_OK : DOCTOR_SANDBOX_NONE, subject);
}

/* The first of these that is set decides (POSIX 8.2). */
static void
look_at_locale(struct doctor *d)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	const char *value = NULL, *dot;

	for (size_t i = 0; i < 3 && !(value && *value); i++)
		value = getenv(names[i]);
	dot = value ? strchr(value, '.') : NULL;
	if (dot && (strncasecmp(dot, ".utf-8", 6) == 0 || strncasecmp(dot, ".utf8", 5) == 0))
		doctor_find(d, DOCTOR_LOCALE_OK, value);
	else
		doctor_find(d, DOCTOR_LOCALE_BAD, value ? value : "");
}

static void
tell(struct doctor *d)
{
	unsigned int problems = d->counts[DOCTOR_PROBLEM], warnings = d->counts[DOCTOR_WARNING];

	if (problems)
		cli_say(d->c, "\n%s: %u, %s: %u\n", _("Problems"), problems, _("warnings"),
		        warnings);
	else
		cli_say(d->c, "\n%s\n",
		        warnings ? _("Nothing that keeps you from signing was found, but see the "
		                     "warnings.")
		                 : _("Everything that was looked at is in order."));
	d->c->exit_code = problems ? 1 : 0;
	cli_json(d->c,
	         json_pack("{ss sb si si so}", "schema", "antin.doctor/1", "ok", problems == 0,
	                   "problems", problems, "warnings", warnings, "findings", d->findings));
}

struct doctor_args {
	const char *module;
};

static const struct cli_opt doctor_opts[] = {
        TOKEN_MODULE_OPT(struct doctor_args, module),
        CLI_OPT_END,
};

static enum antin_rc
run_doctor(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct doctor_args *a = args;
	struct doctor d = {.c = c, .module = a->module, .findings = json_array()};
	enum antin_rc rc;

	(void)operands;
	look_at_settings(&d);
	rc = doctor_tokens(&d, err);
	if (rc == ANTIN_OK) {
		look_at_trust(&d);
		look_at_clock(&d);
		rc = doctor_network(&d, err);
	}
	antin_certs_done(&d.certs);
	if (rc != ANTIN_OK) {
		json_decref(d.findings);
		return rc;
	}
	look_at_worker(&d);
	look_at_sandbox(&d);
	look_at_locale(&d);
	tell(&d);
	return ANTIN_OK;
}

static const char *const doctor_examples[] = {"antin doctor --module softhsm2",
                                              "antin doctor --module softhsm2 --json", NULL};
const struct cli_cmd cmd_doctor = {
        .name = "doctor",
        .operands = "",
        .summary = N_("Look at all that signing needs on this computer, and say what to do"),
        .description =
                N_("Looks at the settings, the drivers of tokens, readers, tokens, the state of "
                   "their PINs, their certificates and expiry, trusted authorities, the clock, "
                   "the addresses that the certificates name, the process that reads documents, "
                   "and the locale. No PIN is asked and "
                   "nothing is changed. Ends with exit code "
                   "1 when a problem was found, 0 when there are only warnings."),
        .opts = doctor_opts,
        .args_size = sizeof(struct doctor_args),
        .examples = doctor_examples,
        .run = run_doctor,
};
