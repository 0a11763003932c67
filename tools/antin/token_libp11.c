/*
 * antin token check, second part: what programs that use libp11 see of the same token.  libp11
 * stands on the vendor's module in a process of its own (cli_libp11), after our own work is done.
 */
#include "token_check.h"

#include <string.h>

#include <antin/text.h>

struct view {
	struct check *ch;
	struct cli_libp11 *libp11;
	const struct check_libp11 *how;
	struct cli_libp11_keys keys;
	json_t *findings; /* of the whole */
	enum antin_rc over;
	char why[512]; /* it was over */
};

/* What it means that the process is over, or does not come as far as its keys. */
static const struct {
	enum antin_rc rc;
	bool problem;
	const char *code, *text;
} ends[] = {
        {ANTIN_E_TIMEOUT, true, "libp11-hangs",
         N_("a program that uses libp11 hangs with this token's driver")},
        {ANTIN_E_TOKEN, true, "libp11-crashes",
         N_("a program that uses libp11 crashes with this token's driver")},
        {ANTIN_E_FORMAT, true, "libp11-crashes",
         N_("a program that uses libp11 crashes with this token's driver")},
};

static bool
is_over(enum antin_rc rc)
{
	return rc != ANTIN_OK && rc != ANTIN_E_UNSUPPORTED;
}

/* Keeps the first reason for which nothing more can be asked. */
static void
note(struct view *v, enum antin_rc rc, const struct antin_err *err)
{
	if (rc == ANTIN_OK || v->over != ANTIN_OK)
		return;
	v->over = rc;
	(void)antin_err_line(err, cli_translate, v->why, sizeof(v->why));
}

static enum antin_rc
begin(struct view *v, struct antin_err *err)
{
	const struct check_libp11 *how = v->how;
	enum antin_rc rc = cli_libp11_new(NULL, &v->libp11, err);

	return rc == ANTIN_OK ? cli_libp11_open(v->libp11, how->token, how->args, err) : rc;
}

/* The finding of the whole that a step's failure is. */
static void
found_whole(struct view *v, enum antin_rc rc, const char *code, bool problem, const char *text)
{
	v->ch->findings = v->findings;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (ends[i].rc == rc) {
			check_found(v->ch, ends[i].code, ends[i].problem, ends[i].text);
			return;
		}
	if (code && rc == ANTIN_E_UNSUPPORTED)
		check_found(v->ch, code, problem, text);
}

static bool
step(struct view *v, enum antin_rc rc, const struct antin_err *err)
{
	note(v, rc, err);
	return rc == ANTIN_OK;
}

/* Up to the list of its keys.  The PIN goes over once, after our core has logged in with it. */
static bool
reach(struct view *v)
{
	struct antin_err err = {0};
	enum antin_rc rc = begin(v, &err);

	if (!step(v, rc, &err)) {
		found_whole(v, rc, "libp11-no-token", false,
		            N_("programs that use libp11 do not find this token"));
		return false;
	}
	if (v->how->pin.len)
		rc = cli_libp11_login(v->libp11, v->how->pin, &err);
	if (!step(v, rc, &err)) {
		found_whole(v, rc, "libp11-no-login", true,
		            N_("the PIN was right here and is refused to programs with libp11"));
		return false;
	}
	rc = cli_libp11_keys(v->libp11, &v->keys, &err);
	if (!step(v, rc, &err))
		found_whole(v, rc, "libp11-no-list", false,
		            N_("programs that use libp11 cannot list the keys of this token"));
	return rc == ANTIN_OK;
}

/* ---- one key ---- */

enum sees { SEES_SAME, SEES_OTHER, SEES_NONE, SEES_UNKNOWN };
static const char *const sees_ids[] = {
        [SEES_SAME] = "same",
        [SEES_OTHER] = "other",
        [SEES_NONE] = "none",
        [SEES_UNKNOWN] = "unknown",
};

static bool
same_id(const struct cli_libp11_key *k, const char *hex)
{
	ANTIN_SCOPED(antin_bytes) text = {0};

	antin_hex_add(&text, antin_bytes_slice(&k->id));
	return text.len && antin_slice_is(antin_bytes_slice(&text), hex);
}

/* The same public key, whatever its names; else another one under its identifier. */
static enum sees
look(const struct view *v, const struct checked_key *k, size_t *at)
{
	enum sees sees = SEES_NONE;

	for (size_t i = 0; i < v->keys.n; i++) {
		const struct cli_libp11_key *seen = &v->keys.items[i];

		if (antin_slice_equal(antin_bytes_slice(&seen->spki),
		                      antin_public_spki(k->public_key))) {
			*at = i;
			return SEES_SAME;
		}
		if (seen->spki.len && same_id(seen, k->object->id))
			sees = SEES_OTHER;
	}
	return sees;
}

/* Makes a signature there and verifies it here: OK, UNSUPPORTED (refused), BAD_SIGNATURE or over.
 */
static enum antin_rc
try(struct view *v, const struct checked_key *k, size_t at, struct antin_sigalg a)
{
	ANTIN_SCOPED(antin_bytes) signature = {0};
	uint8_t message[32], digest[ANTIN_DIGEST_MAX];
	struct antin_slice text = {message, sizeof(message)};
	struct antin_err err = {0};
	enum antin_rc rc = antin_random(message, sizeof(message), &err);

	if (rc == ANTIN_OK)
		rc = antin_digest_of(a.digest, text, digest, &err);
	if (rc == ANTIN_OK)
		rc = cli_libp11_sign(v->libp11, at, a, text, &signature, &err);
	if (rc == ANTIN_OK &&
	    antin_public_verify(k->public_key, a,
	                        (struct antin_slice){digest, antin_digest_size(a.digest)},
	                        antin_bytes_slice(&signature), NULL) != ANTIN_OK)
		return ANTIN_E_BAD_SIGNATURE;
	if (is_over(rc))
		note(v, rc, &err);
	return rc;
}

struct outcome {
	bool refused, no_pss, wrong;
};

static void
sign_all(struct view *v, const struct checked_key *k, size_t at, json_t *results)
{
	struct outcome o = {false, false, false};

	for (size_t i = 0; i < CHECK_SCHEMES && v->over == ANTIN_OK; i++) {
		struct antin_sigalg a = check_schemes[i];
		enum antin_rc rc;

		if (!(k->signs & 1U << i))
			continue;
		rc = try(v, k, at, a);
		check_say_scheme(v->ch, a, rc == ANTIN_E_BAD_SIGNATURE || is_over(rc),
		                 rc == ANTIN_OK                ? NULL
		                 : rc == ANTIN_E_UNSUPPORTED   ? _("libp11 cannot make it")
		                 : rc == ANTIN_E_BAD_SIGNATURE ? _("it does not verify")
		                                               : v->why);
		check_result(results, a,
		             rc == ANTIN_OK              ? "verified"
		             : rc == ANTIN_E_UNSUPPORTED ? "refused"
		                                         : antin_rc_id(rc));
		o.wrong = o.wrong || rc == ANTIN_E_BAD_SIGNATURE;
		o.no_pss = o.no_pss || (rc == ANTIN_E_UNSUPPORTED && a.scheme == ANTIN_RSA_PSS);
		o.refused = o.refused || (rc == ANTIN_E_UNSUPPORTED && a.scheme != ANTIN_RSA_PSS);
	}
	if (o.wrong)
		check_found(v->ch, "libp11-wrong-signature", true,
		            N_("a signature made through libp11 does not verify"));
	if (o.no_pss)
		check_found(v->ch, "libp11-no-pss", false,
		            N_("libp11 before 0.4.18 makes RSA-PSS only where the token has raw "
		               "RSA (CKM_RSA_X_509)"));
	if (o.refused)
		check_found(v->ch, "libp11-refuses", false,
		            N_("libp11 cannot make every signature that this program can"));
}

static const struct {
	const char *code, *text;
	bool problem;
} sees_findings[] = {
        [SEES_OTHER] = {"libp11-other-key",
                        N_("programs that use libp11 see another public key in its place"), true},
        [SEES_NONE] = {"libp11-no-key", N_("programs that use libp11 do not see this key"), false},
        [SEES_UNKNOWN] = {NULL, NULL, false},
};

static void
view_key(struct view *v, const struct checked_key *k)
{
	ANTIN_SCOPED(antin_bytes) line = {0};
	json_t *results = json_array();
	size_t at = 0;
	enum sees sees = v->over == ANTIN_OK ? look(v, k, &at) : SEES_UNKNOWN;

	(void)json_object_set_new(k->json, "libp11",
	                          json_pack("{ss so}", "publicKey", sees_ids[sees], "signatures",
	                                    results));
	if (sees == SEES_UNKNOWN)
		return;
	token_object_text(k->object, &line);
	cli_say(v->ch->c, "  %.*s\n", (int)line.len, (const char *)line.p);
	v->ch->findings = k->findings;
	if (sees_findings[sees].code)
		check_found(v->ch, sees_findings[sees].code, sees_findings[sees].problem,
		            sees_findings[sees].text);
	if (sees != SEES_SAME)
		return;
	cli_say(v->ch->c, "    ✔ %s\n", _("the same public key"));
	if (k->each_time)
		cli_say(v->ch->c, "    - %s\n",
		        _("not asked for a signature, which would need the PIN again"));
	else
		sign_all(v, k, at, results);
}

/* ---- the whole ---- */

/* In the order of what can be said: by a person's will, for want of libp11 or of a PIN. */
static const char *
not_asked(const struct check_libp11 *how)
{
	if (how->skip)
		return N_("it was not wanted");
	if (how->token->pinpad)
		return N_("the PIN is typed at the reader, and would be needed there again");
	if (how->token->login_required && !how->pin.len)
		return N_("no PIN was given");
	return NULL;
}

static void
view_keys(struct view *v)
{
	struct check *ch = v->ch;
	struct antin_err err = {0};
	enum antin_rc before;

	(void)reach(v);
	before = v->over;
	for (size_t i = 0; i < ch->n_checked; i++)
		if (ch->checked[i].public_key)
			view_key(v, &ch->checked[i]);
	if (v->over == ANTIN_OK)
		note(v, cli_libp11_close(v->libp11, &err), &err);
	if (before == ANTIN_OK && v->over != ANTIN_OK)
		found_whole(v, v->over, NULL, false, NULL);
}

static void
say_skipped(struct check *ch, const char *why)
{
	cli_say(ch->c, "  - %s: %s\n", _("not looked at"), why);
}

void
check_libp11(struct check *ch, const struct check_libp11 *how, json_t *result)
{
	struct view v = {.ch = ch, .how = how, .findings = json_array()};
	const char *reason = not_asked(how), *state = "skipped";

	cli_say(ch->c, "%s\n", _("What programs that use libp11 see:"));
	if (!reason)
		view_keys(&v);
	if (!reason && v.over != ANTIN_E_NOT_FOUND)
		state = v.over == ANTIN_OK ? "seen" : "failed";
	if (reason || v.over == ANTIN_E_NOT_FOUND)
		say_skipped(ch, reason ? _(reason) : v.why);
	else if (v.over != ANTIN_OK)
		cli_say(ch->c, "    %s\n", v.why);
	(void)json_object_set_new(result, "libp11",
	                          json_pack("{ss ss ss so}", "state", state, "version",
	                                    v.libp11 ? cli_libp11_version(v.libp11) : "", "reason",
	                                    reason ? _(reason) : v.why, "findings", v.findings));
	cli_libp11_keys_done(&v.keys);
	cli_libp11_free(v.libp11);
}
