/*
 * Asks antin-libp11 (pkcs11/libp11/view.c), a process that may crash or hang, what programs that
 * use libp11 see of a token.  Nothing that comes from there is believed: signatures are verified
 * here, lines and counts are capped.
 */
#include "inner.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <antin/clock.h>
#include <antin/helper.h>

#include <antin_p11.h>

enum { LINE_CAP = 65536, CALL_MS = 30000, GRACE_MS = 2000, NOT_STARTED = 127 };

struct cli_libp11 {
	int wire;
	pid_t pid;                 /* 0: ended */
	enum antin_rc over;        /* why; every later call fails the same */
	int signal;                /* that ended it */
	unsigned int ms;           /* how long an answer may take */
	const char *asked;         /* the first word of the question */
	struct antin_bytes unread; /* what came behind the line taken last */
	char version[32];
};

/* ---- the process ---- */

/* Nothing open but the wire, as its standard input. */
static int
start(const char *program, int wire, pid_t *pid)
{
	const int fds[] = {wire, -1, -1};
	struct antin_spawn how = {.program = program,
	                          .environment = environ,
	                          .fds = fds,
	                          .n_fds = 3};

	return antin_spawn(&how, pid);
}

/* Unless it ended by itself. */
static void
put_down(pid_t pid, bool at_once, int *status)
{
	*status = 0;
	if (!at_once && antin_spawn_ended(pid, GRACE_MS, status))
		return;
	(void)kill(pid, SIGKILL);
	(void)antin_spawn_ended(pid, GRACE_MS, status);
}

static enum antin_rc
fail_over(const struct cli_libp11 *x, struct antin_err *err)
{
	if (x->over == ANTIN_E_NOT_FOUND)
		return antin_fail(err, x->over, N_("libp11 is not installed"));
	if (x->over == ANTIN_E_TIMEOUT)
		return antin_fail(err, x->over, N_("no answer to \"%s\" within %u seconds"),
		                  x->asked, (x->ms + 999) / 1000);
	if (x->over == ANTIN_E_TOKEN && x->signal)
		return antin_fail(err, x->over, N_("the process crashed at \"%s\" with signal %d"),
		                  x->asked, x->signal);
	if (x->over == ANTIN_E_TOKEN)
		return antin_fail(err, x->over, N_("the process ended at \"%s\""), x->asked);
	return antin_fail(err, x->over, N_("the answer to \"%s\" cannot be read"), x->asked);
}

static enum antin_rc
end(struct cli_libp11 *x, enum antin_rc why, struct antin_err *err)
{
	int status;

	put_down(x->pid, why != ANTIN_E_TOKEN, &status);
	x->pid = 0;
	x->over = why;
	if (why == ANTIN_E_TOKEN && WIFEXITED(status) && WEXITSTATUS(status) == NOT_STARTED)
		x->over = ANTIN_E_NOT_FOUND;
	if (why == ANTIN_E_TOKEN && WIFSIGNALED(status))
		x->signal = WTERMSIG(status);
	return fail_over(x, err);
}

enum antin_rc
cli_libp11_new(const char *program, struct cli_libp11 **out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	ANTIN_OWN_S(cli_libp11) x = calloc(1, sizeof(*x));
	unsigned int ms = cli_tokens_timeout_ms();
	int ends[2], failed;

	if (program)
		antin_bytes_text(&path, program);
	else if (cli_helper("antin-libp11", &path, err) != ANTIN_OK)
		return ANTIN_E_MEMORY;
	if (!x || !antin_bytes_cstr(&path))
		return antin_fail_memory(err);
	x->ms = ms ? ms : CALL_MS;
	x->asked = "";
	x->wire = -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return antin_fail_errno(err, errno, "socketpair", NULL);
	failed = start((const char *)path.p, ends[1], &x->pid);
	(void)close(ends[1]);
	x->wire = ends[0];
	if (failed) {
		x->pid = 0;
		return antin_fail(err, ANTIN_E_NOT_FOUND, N_("%s is not installed"),
		                  (const char *)path.p);
	}
	*out = ANTIN_TAKE(x);
	return ANTIN_OK;
}

void
cli_libp11_free(struct cli_libp11 *x)
{
	int status;

	if (!x)
		return;
	if (x->pid)
		put_down(x->pid, true, &status);
	if (x->wire >= 0)
		(void)close(x->wire);
	antin_bytes_done(&x->unread);
	free(x);
}

const char *
cli_libp11_version(const struct cli_libp11 *x)
{
	return x->version;
}

/* ---- questions and answers ---- */

static enum antin_rc
ask(struct cli_libp11 *x, const char *word, struct antin_bytes *line, struct antin_err *err)
{
	size_t sent = 0;

	if (!x->pid)
		return fail_over(x, err);
	x->asked = word;
	antin_bytes_byte(line, '\n');
	if (line->failed)
		return antin_fail_memory(err);
	while (sent < line->len) {
		ssize_t n = send(x->wire, line->p + sent, line->len - sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return end(x, ANTIN_E_TOKEN, err);
		sent += (size_t)n;
	}
	return ANTIN_OK;
}

static bool
line_taken(struct cli_libp11 *x, struct antin_bytes *line)
{
	struct antin_bytes *u = &x->unread;
	uint8_t *stop = u->len ? memchr(u->p, '\n', u->len) : NULL;
	size_t len = stop ? (size_t)(stop - u->p) : 0;

	if (!stop)
		return false;
	antin_bytes_clear(line);
	antin_bytes_add(line, u->p, len);
	u->len -= len + 1;
	memmove(u->p, stop + 1, u->len);
	return true;
}

static enum antin_rc
next_line(struct cli_libp11 *x, struct antin_bytes *line, struct antin_err *err)
{
	int64_t until = antin_milliseconds() + x->ms;
	char some[4096];

	while (!line_taken(x, line)) {
		int64_t left = until - antin_milliseconds();
		struct pollfd p = {x->wire, POLLIN, 0};
		ssize_t n;

		if (left <= 0)
			return end(x, ANTIN_E_TIMEOUT, err);
		if (poll(&p, 1, (int)left) <= 0)
			continue;
		n = recv(x->wire, some, sizeof(some), 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return end(x, ANTIN_E_TOKEN, err);
		antin_bytes_add(&x->unread, some, (size_t)n);
		if (x->unread.len > LINE_CAP || x->unread.failed)
			return end(x, ANTIN_E_FORMAT, err);
	}
	if (!antin_bytes_cstr(line) || memchr(line->p, 0, line->len))
		return end(x, ANTIN_E_FORMAT, err);
	return ANTIN_OK;
}

/* "ok" and what stands behind it, or "no" and why, which is UNSUPPORTED. */
static enum antin_rc
take_ok(struct cli_libp11 *x, const char *line, const char **rest, struct antin_err *err)
{
	if (cli_libp11_begins(line, "ok", rest))
		return ANTIN_OK;
	if (cli_libp11_begins(line, "no", rest))
		return antin_fail(err, ANTIN_E_UNSUPPORTED, N_("libp11 says: %s"), *rest);
	return end(x, ANTIN_E_FORMAT, err);
}

static enum antin_rc
talk(struct cli_libp11 *x, const char *word, struct antin_bytes *question,
     struct antin_bytes *answer, struct antin_err *err)
{
	const char *rest;
	enum antin_rc rc = ask(x, word, question, err);

	if (rc == ANTIN_OK)
		rc = next_line(x, answer, err);
	if (rc == ANTIN_OK)
		rc = take_ok(x, (const char *)answer->p, &rest, err);
	if (rc != ANTIN_OK)
		return rc;
	answer->len -= (size_t)(rest - (const char *)answer->p);
	memmove(answer->p, rest, answer->len + 1);
	return ANTIN_OK;
}

enum antin_rc
cli_libp11_open(struct cli_libp11 *x, const struct antin_token_info *token, const char *args,
                struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) line = {0};
	ANTIN_SCOPED(antin_bytes) answer = {0};
	enum antin_rc rc;

	antin_bytes_text(&line, "open");
	cli_libp11_word_add(&line, antin_slice_text(token->module));
	cli_libp11_word_add(&line, antin_slice_text(args ? args : ""));
	antin_bytes_printf(&line, " %lu", token->slot);
	cli_libp11_word_add(&line, antin_slice_text(token->serial));
	rc = talk(x, "open", &line, &answer, err);
	if (rc == ANTIN_OK)
		(void)snprintf(x->version, sizeof(x->version), "%s", (char *)answer.p);
	return rc;
}

enum antin_rc
cli_libp11_login(struct cli_libp11 *x, struct antin_slice pin, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) line = {.secret = true};
	ANTIN_SCOPED(antin_bytes) answer = {0};

	antin_bytes_text(&line, "login");
	cli_libp11_word_add(&line, pin);
	return talk(x, "login", &line, &answer, err);
}

enum antin_rc
cli_libp11_keys(struct cli_libp11 *x, struct cli_libp11_keys *out, struct antin_err *err)
{
	ANTIN_SCOPED(cli_libp11_keys) list = {0};
	ANTIN_SCOPED(antin_bytes) line = {0};
	const char *rest;
	enum antin_rc rc;

	antin_bytes_text(&line, "keys");
	rc = ask(x, "keys", &line, err);
	if (rc == ANTIN_OK)
		rc = next_line(x, &line, err);
	while (rc == ANTIN_OK && cli_libp11_begins((const char *)line.p, "key", &rest)) {
		if (!cli_libp11_key_add(&list, rest))
			return end(x, ANTIN_E_FORMAT, err);
		rc = next_line(x, &line, err);
	}
	if (rc == ANTIN_OK)
		rc = take_ok(x, (const char *)line.p, &rest, err);
	if (rc != ANTIN_OK)
		return rc;
	cli_libp11_keys_done(out);
	*out = list;
	list = (struct cli_libp11_keys){0};
	return ANTIN_OK;
}

enum antin_rc
cli_libp11_sign(struct cli_libp11 *x, size_t i, struct antin_sigalg a, struct antin_slice message,
                struct antin_bytes *signature, struct antin_err *err)
{
	static const char *const schemes[] = {
	        [ANTIN_RSA_PKCS1] = "pkcs1", [ANTIN_RSA_PSS] = "pss", [ANTIN_ECDSA] = "ecdsa"};
	static const char *const digests[] = {
	        [ANTIN_SHA256] = "SHA256", [ANTIN_SHA384] = "SHA384", [ANTIN_SHA512] = "SHA512"};
	ANTIN_SCOPED(antin_bytes) line = {0};
	ANTIN_SCOPED(antin_bytes) answer = {0};
	ANTIN_SCOPED(antin_bytes) made = {0};
	enum antin_rc rc;

	antin_bytes_printf(&line, "sign %zu %s %s", i, schemes[a.scheme], digests[a.digest]);
	cli_libp11_word_add(&line, message);
	rc = talk(x, "sign", &line, &answer, err);
	if (rc == ANTIN_OK && antin_hex_parse((char *)answer.p, &made, NULL) != ANTIN_OK)
		rc = end(x, ANTIN_E_FORMAT, err);
	return rc == ANTIN_OK ? antin_bytes_join(signature, &made, err) : rc;
}

enum antin_rc
cli_libp11_close(struct cli_libp11 *x, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) line = {0};
	ANTIN_SCOPED(antin_bytes) answer = {0};

	antin_bytes_text(&line, "close");
	return talk(x, "close", &line, &answer, err);
}
