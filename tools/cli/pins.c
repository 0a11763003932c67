/*
 * Where PINs come from: the terminal, a private file, the environment, a descriptor or a program;
 * and the consent to the last try.  See cli.h.
 */
#include "inner.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <antin/file.h>
#include <antin/text.h>

enum { PIN_MAX = 1024 };

struct cli_pins {
	struct antin_pin_source source;
	struct cli *cli;
	struct cli_pin_args args;
	struct antin_bytes kept; /* of the environment and the descriptor: they are read once */
	char *file, *program;
	char sent_to[40]; /* serial of the token that got the PIN last */
};

/* The first line; an empty one is no PIN. */
static enum antin_rc
first_line(struct antin_bytes *pin, struct antin_err *err)
{
	size_t len = 0;

	while (len < pin->len && pin->p[len] != '\n' && pin->p[len] != '\r')
		len++;
	if (pin->p)
		explicit_bzero(pin->p + len, pin->len - len);
	pin->len = len;
	return len ? antin_bytes_check(pin, err)
	           : antin_fail(err, ANTIN_E_PIN_NEEDED, N_("the PIN given is empty"));
}

static enum antin_rc
from_file(const struct cli_pins *p, struct antin_bytes *pin, struct antin_err *err)
{
	enum antin_rc rc = antin_file_read_secret(p->file, PIN_MAX, pin, err);

	return rc == ANTIN_OK ? first_line(pin, err) : rc;
}

static enum antin_rc
from_kept(const struct cli_pins *p, struct antin_bytes *pin, struct antin_err *err)
{
	antin_bytes_add(pin, p->kept.p, p->kept.len);
	return antin_bytes_check(pin, err);
}

static const char *const why_names[] = {
        [ANTIN_PIN_USER] = "user",
        [ANTIN_PIN_SO] = "so",
        [ANTIN_PIN_CONTEXT] = "context",
        [ANTIN_PIN_NEW] = "new",
        [ANTIN_PIN_PASSPHRASE] = "passphrase",
        [ANTIN_PIN_PUK] = "puk",
};

static enum antin_rc
from_program(const struct cli_pins *p, const struct antin_pin_request *q, struct antin_bytes *pin,
             struct antin_err *err)
{
	enum antin_rc rc;

	(void)setenv("ANTIN_PIN_WHY", why_names[q->why], 1);
	(void)setenv("ANTIN_PIN_LABEL", q->label ? q->label : "", 1);
	rc = cli_program_output(p->program, PIN_MAX, pin, err);
	(void)unsetenv("ANTIN_PIN_WHY");
	(void)unsetenv("ANTIN_PIN_LABEL");
	return rc == ANTIN_OK ? first_line(pin, err) : rc;
}

static const char *const prompts[] = {
        [ANTIN_PIN_USER] = N_("PIN of token %s"),
        [ANTIN_PIN_SO] = N_("Security officer's PIN of token %s"),
        [ANTIN_PIN_CONTEXT] = N_("PIN of token %s again, for this signature"),
        [ANTIN_PIN_NEW] = N_("New PIN for %s"),
        [ANTIN_PIN_PASSPHRASE] = N_("Passphrase of %s"),
        [ANTIN_PIN_PUK] = N_("PUK of token %s"),
};

static void
prompt_add(struct antin_bytes *b, const struct antin_pin_request *q)
{
	const char *format = _(prompts[q->why]);
	const char *place = strstr(format, "%s");
	char label[1024];

	(void)antin_text_safe(antin_slice_text(q->label ? q->label : ""), label, sizeof(label));
	antin_bytes_add(b, format, place ? (size_t)(place - format) : strlen(format));
	antin_bytes_text(b, label);
	antin_bytes_text(b, place ? place + 2 : "");
	if (q->serial && q->serial[0])
		antin_bytes_printf(b, " (%s)",
		                   antin_text_safe(antin_slice_text(q->serial), label,
		                                   sizeof(label)));
	if (q->tries_left >= 0) {
		antin_bytes_text(b, ", ");
		antin_bytes_printf(b, "%s: %d", _("tries left"), q->tries_left);
	}
	antin_bytes_text(b, ": ");
}

static enum antin_rc
ask_again(const struct antin_bytes *pin, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) second = {.secret = true};
	ANTIN_SCOPED(antin_bytes) prompt = {0};
	enum antin_rc rc;

	antin_bytes_printf(&prompt, "%s: ", _("The same again"));
	rc = cli_tty_ask(antin_bytes_cstr(&prompt), false, &second, err);
	if (rc != ANTIN_OK)
		return rc;
	if (!antin_bytes_equal(&second, pin))
		return antin_fail(err, ANTIN_E_CANCELLED, N_("the two entries differ"));
	return ANTIN_OK;
}

static enum antin_rc
from_terminal(const struct antin_pin_request *q, struct antin_bytes *pin, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) prompt = {0};
	enum antin_rc rc;

	prompt_add(&prompt, q);
	if (!antin_bytes_cstr(&prompt))
		return antin_fail_memory(err);
	rc = cli_tty_ask((const char *)prompt.p, false, pin, err);
	if (rc == ANTIN_OK && pin->len == 0)
		return antin_fail(err, ANTIN_E_PIN_NEEDED, N_("the PIN given is empty"));
	if (rc == ANTIN_OK && q->why == ANTIN_PIN_NEW)
		rc = ask_again(pin, err);
	return rc;
}

const char *
cli_serial_end(const char *serial)
{
	size_t len = strlen(serial);

	return len > CLI_SERIAL_END ? serial + len - CLI_SERIAL_END : serial;
}

/* At least as much of the serial's end as would be typed: it names the one token that is meant. */
static enum antin_rc
consent_given(const char *given, const char *serial, struct antin_err *err)
{
	size_t n = strlen(given), len = strlen(serial);

	if (n <= len && (n >= CLI_SERIAL_END || n == len) &&
	    strcasecmp(serial + len - n, given) == 0)
		return ANTIN_OK;
	return antin_fail(err, ANTIN_E_PIN_LAST_TRY,
	                  N_("--last-try names another token; the PIN was not sent"));
}

/* The last digits of the serial, typed by the person who holds the token in the hand. */
static enum antin_rc
consent(const struct cli_pins *p, const struct antin_pin_request *q, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) question = {0};
	ANTIN_SCOPED(antin_bytes) answer = {0};
	const char *serial = q->serial ? q->serial : "";
	enum antin_rc rc;

	if (p->args.last_try && *serial)
		return consent_given(p->args.last_try, serial, err);
	if (!p->cli->terminal || !*serial) {
		rc = antin_fail(err, ANTIN_E_PIN_LAST_TRY,
		                N_("this may be the last try; the PIN was not sent"));
		antin_err_set_hint(err, N_("Ask your officer first. To use the try, add --last-try "
		                           "with the end of the token's serial number."));
		return rc;
	}
	antin_bytes_printf(
	        &question, "%s\n%s: ",
	        q->tries_left == 1 ? _("One try is left: a wrong PIN locks the token.")
	                           : _("Wrong PINs were given: another one may lock the token."),
	        _("To use it, type the last four characters of the token's serial number"));
	if (!antin_bytes_cstr(&question) ||
	    cli_tty_ask((const char *)question.p, true, &answer, NULL) != ANTIN_OK ||
	    !antin_bytes_cstr(&answer) ||
	    strcasecmp((const char *)answer.p, cli_serial_end(serial)) != 0)
		return antin_fail(err, ANTIN_E_PIN_LAST_TRY,
		                  N_("the last try was not confirmed; the PIN was not sent"));
	return ANTIN_OK;
}

/* Its answer is the same in the next run, without anybody thinking: a program's often, too. */
bool
cli_pins_given(const struct cli_pin_args *a)
{
	return a->pin_file || a->pin_env || a->pin_program || a->pin_fd >= 0;
}

static bool
from_person(const struct cli_pins *p)
{
	return !cli_pins_given(&p->args);
}

/* An unattended source must not use up a token: what it gave has failed when one try is left. */
static enum antin_rc
allowed(struct cli_pins *p, const struct antin_pin_request *q, struct antin_err *err)
{
	const char *serial = q->serial ? q->serial : "";

	if (from_person(p) && !p->cli->terminal && !q->pad)
		return antin_fail(err, ANTIN_E_PIN_NEEDED,
		                  N_("a PIN is needed, and there is no terminal to ask at"));
	if (q->last_try && !q->pad && !from_person(p) && serial[0] &&
	    strcmp(serial, p->sent_to) == 0)
		return antin_fail(err, ANTIN_E_PIN_WRONG,
		                  N_("this PIN was sent before; it is not sent again"));
	return q->last_try ? consent(p, q, err) : ANTIN_OK;
}

static enum antin_rc
get(void *user, const struct antin_pin_request *q, struct antin_bytes *pin, struct antin_err *err)
{
	struct cli_pins *p = user;
	ANTIN_SCOPED(antin_bytes) got = {.secret = true};
	enum antin_rc rc = allowed(p, q, err);

	if (rc != ANTIN_OK || q->pad)
		return rc;
	if (p->file)
		rc = from_file(p, &got, err);
	else if (p->program)
		rc = from_program(p, q, &got, err);
	else if (from_person(p))
		rc = from_terminal(q, &got, err);
	else
		rc = from_kept(p, &got, err);
	if (rc != ANTIN_OK)
		return rc;
	/* Tokens and key files would each make something else of it. */
	if (memchr(got.p, 0, got.len))
		return antin_fail(err, ANTIN_E_PIN_NEEDED,
		                  N_("the PIN given has a NUL byte in it: write it as plain text"));
	(void)snprintf(p->sent_to, sizeof(p->sent_to), "%s", q->serial ? q->serial : "");
	pin->secret = true;
	antin_bytes_move(pin, &got);
	return ANTIN_OK;
}

static void
notice(void *user, const char *text)
{
	struct cli_pins *p = user;

	cli_note(p->cli, "%s\n", _(text));
}

/* Taken out of the environment, so that no program started from here sees it. */
static enum antin_rc
keep_environment(struct cli_pins *p, struct antin_err *err)
{
	char *value = getenv(p->args.pin_env);

	if (!value)
		return antin_fail(err, ANTIN_E_PIN_NEEDED, N_("environment variable %s is not set"),
		                  p->args.pin_env);
	antin_bytes_text(&p->kept, value);
	explicit_bzero(value, strlen(value));
	(void)unsetenv(p->args.pin_env);
	return first_line(&p->kept, err);
}

static enum antin_rc
keep_descriptor(struct cli_pins *p, struct antin_err *err)
{
	int fd = (int)p->args.pin_fd;

	while (p->kept.len < PIN_MAX) {
		uint8_t byte;
		ssize_t got = read(fd, &byte, 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return antin_fail(err, ANTIN_E_PIN_NEEDED,
			                  N_("descriptor %d cannot be read"), fd);
		if (got == 0 || byte == '\n')
			break;
		antin_bytes_byte(&p->kept, byte);
	}
	return first_line(&p->kept, err);
}

void
cli_pins_free(struct cli_pins *p)
{
	if (!p)
		return;
	antin_bytes_done(&p->kept);
	free(p->file);
	free(p->program);
	free(p);
}

const struct antin_pin_source *
cli_pins_source(struct cli_pins *p)
{
	return &p->source;
}

static enum antin_rc
keep(struct cli_pins *p, struct antin_err *err)
{
	const struct cli_pin_args *a = &p->args;

	if (a->pin_file && !(p->file = strdup(a->pin_file)))
		return antin_fail_memory(err);
	if (a->pin_program && !(p->program = strdup(a->pin_program)))
		return antin_fail_memory(err);
	if (a->pin_env)
		return keep_environment(p, err);
	return a->pin_fd >= 0 ? keep_descriptor(p, err) : ANTIN_OK;
}

enum antin_rc
cli_pins_new(struct cli *c, const struct cli_pin_args *args, struct cli_pins **out,
             struct antin_err *err)
{
	ANTIN_OWN_S(cli_pins) p = NULL;
	enum antin_rc rc;

	if (!!args->pin_file + !!args->pin_env + !!args->pin_program + (args->pin_fd >= 0) > 1)
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("only one source of the PIN can be named"));
	p = calloc(1, sizeof(*p));
	if (!p)
		return antin_fail_memory(err);
	p->source = (struct antin_pin_source){get, notice, p, cli_pins_given(args)};
	p->cli = c;
	p->args = *args;
	p->kept.secret = true;
	rc = keep(p, err);
	if (rc == ANTIN_OK)
		*out = ANTIN_TAKE(p);
	return rc;
}
