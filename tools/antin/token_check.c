/*
 * antin token check: every key of a token signs in every way it can, and OpenSSL verifies it; the
 * attributes of the keys and the certificates beside them are judged.
 */
#include "token_check.h"

#include <stdlib.h>
#include <string.h>

#include <antin/text.h>

struct check_args {
	const char *module, *token;
	struct cli_pin_args pins;
	bool no_libp11;
};

static const struct cli_opt check_opts[] = {
        TOKEN_OPT(struct check_args, token),
        TOKEN_MODULE_OPT(struct check_args, module),
        CLI_PIN_OPTS(struct check_args, pins),
        CLI_OPT_FLAG(struct check_args, no_libp11, "no-libp11", 0,
                     N_("Do not look what programs that use libp11 see of the token")),
        CLI_OPT_END,
};

const struct antin_sigalg check_schemes[CHECK_SCHEMES] = {
        {ANTIN_RSA_PKCS1, ANTIN_SHA256}, {ANTIN_RSA_PKCS1, ANTIN_SHA384},
        {ANTIN_RSA_PKCS1, ANTIN_SHA512}, {ANTIN_RSA_PSS, ANTIN_SHA256},
        {ANTIN_RSA_PSS, ANTIN_SHA384},   {ANTIN_RSA_PSS, ANTIN_SHA512},
        {ANTIN_ECDSA, ANTIN_SHA256},     {ANTIN_ECDSA, ANTIN_SHA384},
        {ANTIN_ECDSA, ANTIN_SHA512},
};

/* What an attribute must not be, and how bad it is. */
static const struct {
	const char *fact;
	int bad;
	bool problem;
	const char *code, *text;
} judged[] = {
        {"CKA_SENSITIVE", 0, true, "not-sensitive", N_("the private key can be read in clear")},
        {"CKA_EXTRACTABLE", 1, true, "extractable", N_("the private key can leave the device")},
        {"CKA_NEVER_EXTRACTABLE", 0, false, "was-extractable",
         N_("the private key could leave the device at some time")},
        {"CKA_LOCAL", 0, false, "not-local", N_("the key was not made on the device")},
};

void
check_found(struct check *ch, const char *code, bool problem, const char *text)
{
	ch->problems += problem;
	cli_say(ch->c, "    %s%s%s %s\n", cli_style(ch->c, problem ? CLI_BAD : CLI_DOUBT),
	        problem ? "✘" : "!", cli_style(ch->c, CLI_PLAIN), _(text));
	(void)json_array_append_new(ch->findings, json_pack("{ss sb ss}", "code", code, "problem",
	                                                    (int)problem, "text", _(text)));
}

static int
fact(const struct antin_key_fact *facts, const char *name)
{
	for (; facts->name; facts++)
		if (strcmp(facts->name, name) == 0)
			return facts->value;
	return -1;
}

static void
judge_facts(struct check *ch, const struct antin_token_object *o)
{
	for (size_t i = 0; i < sizeof(judged) / sizeof(judged[0]); i++)
		if (fact(o->facts, judged[i].fact) == judged[i].bad)
			check_found(ch, judged[i].code, judged[i].problem, judged[i].text);
}

/* A certificate under the key's identifier that is not the key's misleads other programs. */
static void
judge_certs(struct check *ch, const struct antin_token_object *o, const struct antin_key *k)
{
	struct antin_slice spki = antin_public_spki(k->public_key);
	size_t own = 0, foreign = 0;

	for (size_t i = 0; i < ch->objects->n; i++) {
		const struct antin_cert *cert = ch->objects->items[i].cert;
		bool ours = cert && antin_slice_equal(cert->spki, spki);

		own += ours;
		foreign += cert && !ours && *o->id && strcmp(ch->objects->items[i].id, o->id) == 0;
		if (ours)
			token_cert_say(ch->c, cert);
	}
	if (foreign)
		check_found(
		        ch, "certificate-mismatch", true,
		        N_("a certificate with the identifier of this key belongs to another key"));
	if (!own)
		check_found(ch, "no-certificate", false, N_("there is no certificate of this key"));
}

/* After one of these the others would only cost tries or time. */
static bool
ends_all(enum antin_rc rc)
{
	return rc == ANTIN_E_PIN_NEEDED || rc == ANTIN_E_PIN_WRONG || rc == ANTIN_E_PIN_LAST_TRY ||
	       rc == ANTIN_E_PIN_LOCKED || rc == ANTIN_E_CANCELLED || rc == ANTIN_E_REMOVED ||
	       rc == ANTIN_E_MEMORY;
}

void
check_say_scheme(struct check *ch, struct antin_sigalg a, bool bad, const char *why)
{
	cli_say(ch->c, "    %s %s%s%s\n",
	        !why  ? "✔"
	        : bad ? "✘"
	              : "-",
	        antin_sigalg_name(a), why ? ": " : "", why ? why : "");
}

void
check_result(json_t *list, struct antin_sigalg a, const char *result)
{
	(void)json_array_append_new(list, json_pack("{ss ss ss}", "algorithm", antin_sigalg_name(a),
	                                            "digest", antin_digest_name(a.digest), "result",
	                                            result));
}

static enum antin_rc
try_scheme(struct check *ch, struct checked_key *at, struct antin_key *k, size_t i,
           struct antin_err *err)
{
	struct antin_sigalg a = check_schemes[i];
	ANTIN_SCOPED(antin_bytes) signature = {0};
	uint8_t message[ANTIN_DIGEST_MAX];
	struct antin_err why = {0};
	const char *result = "verified";
	enum antin_rc rc = antin_random(message, sizeof(message), err);

	if (rc != ANTIN_OK)
		return rc;
	rc = antin_key_sign_message(k, a, (struct antin_slice){message, sizeof(message)},
	                            &signature, &why);
	if (ends_all(rc)) {
		*err = why;
		return rc;
	}
	at->signs |= rc == ANTIN_OK ? 1U << i : 0;
	if (rc == ANTIN_E_NO_MECHANISM)
		result = "not-offered";
	else if (rc != ANTIN_OK)
		result = antin_rc_id(rc);
	check_say_scheme(ch, a, rc != ANTIN_OK && rc != ANTIN_E_NO_MECHANISM,
	                 rc == ANTIN_OK               ? NULL
	                 : rc == ANTIN_E_NO_MECHANISM ? _("the token does not offer it")
	                                              : result);
	check_result(ch->results, a, result);
	if (rc != ANTIN_OK && rc != ANTIN_E_NO_MECHANISM)
		check_found(ch, "signature-failed", true,
		            N_("a signature failed or does not verify"));
	return ANTIN_OK;
}

/* A key that wants the PIN for each signature is asked for one only. */
static enum antin_rc
try_schemes(struct check *ch, struct checked_key *at, struct antin_key *k, struct antin_err *err)
{
	bool rsa = antin_public_type(k->public_key) == ANTIN_KEY_RSA;
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; rc == ANTIN_OK && i < CHECK_SCHEMES && !(at->each_time && at->signs);
	     i++)
		if ((check_schemes[i].scheme != ANTIN_ECDSA) == rsa)
			rc = try_scheme(ch, at, k, i, err);
	if (rc == ANTIN_OK && !at->signs)
		check_found(ch, "cannot-sign", true,
		            N_("the key signs in no way that this program knows"));
	return rc;
}

static struct checked_key *
checked_add(struct check *ch, const struct antin_token_object *o, json_t *j)
{
	struct checked_key *at = &ch->checked[ch->n_checked++];

	ch->findings = json_array();
	ch->results = json_array();
	(void)json_object_set_new(j, "findings", ch->findings);
	(void)json_object_set_new(j, "signatures", ch->results);
	(void)json_array_append_new(ch->keys, j);
	*at = (struct checked_key){.object = o, .json = j, .findings = ch->findings};
	at->each_time = fact(o->facts, "CKA_ALWAYS_AUTHENTICATE") == 1;
	return at;
}

static enum antin_rc
check_key(struct check *ch, const struct antin_token_object *o, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) line = {0};
	ANTIN_OWN_S(antin_key) k = NULL;
	struct antin_err why = {0};
	json_t *j = token_object_json(ch->c, o);
	struct checked_key *at = checked_add(ch, o, j);
	enum antin_rc rc = antin_keystore_find(ch->store, o->uri, &k, &why);

	token_object_text(o, &line);
	if (k && !*o->algorithm)
		antin_bytes_printf(&line, ", %s", antin_public_name(k->public_key));
	cli_say(ch->c, "  %.*s\n", (int)line.len, (const char *)line.p);
	if (ends_all(rc)) {
		*err = why;
		return rc;
	}
	judge_facts(ch, o);
	if (!k) {
		check_found(ch, "no-public-half", true,
		            N_("other programs cannot use this key: its public half is not to be "
		               "found"));
		return ANTIN_OK;
	}
	at->public_key = antin_public_ref(k->public_key);
	token_set_text(j, "algorithm", antin_public_name(k->public_key));
	judge_certs(ch, o, k);
	return try_schemes(ch, at, k, err);
}

static enum antin_rc
check_keys(struct check *ch, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;
	size_t n = 0;

	for (size_t i = 0; rc == ANTIN_OK && i < ch->objects->n; i++) {
		if (ch->objects->items[i].kind != ANTIN_OBJECT_PRIVATE)
			continue;
		rc = check_key(ch, &ch->objects->items[i], err);
		n++;
	}
	if (rc == ANTIN_OK && n == 0)
		cli_say(ch->c, "  %s\n", _("There is no key on it."));
	return rc;
}

struct check_how {
	const struct antin_pin_source *pins;
	const struct antin_modules *modules;
	bool skip; /* libp11 */
};

/* Passes PINs on and keeps the user's, to be shown to the token once more by another program. */
struct listener {
	const struct antin_pin_source *from;
	struct antin_bytes *pin;
};

static enum antin_rc
listen(void *user, const struct antin_pin_request *request, struct antin_bytes *pin,
       struct antin_err *err)
{
	struct listener *l = user;
	enum antin_rc rc = l->from->get(l->from->user, request, pin, err);

	if (rc != ANTIN_OK || request->why != ANTIN_PIN_USER)
		return rc;
	antin_bytes_clear(l->pin);
	antin_bytes_add(l->pin, pin->p, pin->len);
	return antin_bytes_check(l->pin, err);
}

static void
listen_notice(void *user, const char *text)
{
	const struct listener *l = user;

	if (l->from->notice)
		l->from->notice(l->from->user, text);
}

static const char *
module_args(const struct antin_modules *modules, const char *path)
{
	for (size_t i = 0; i < modules->n; i++)
		if (strcmp(antin_module_path(modules->items[i]), path) == 0)
			return antin_module_args(modules->items[i]);
	return NULL;
}

static void
check_done(struct check *ch)
{
	for (size_t i = 0; i < ch->n_checked; i++)
		antin_public_free(ch->checked[i].public_key);
	free(ch->checked);
	json_decref(ch->keys);
	antin_keystore_free(ch->store);
}
ANTIN_SCOPED_S(check, check_done);

static void
report(struct check *ch, const struct check_libp11 *how)
{
	struct cli *c = ch->c;
	json_t *out = json_pack("{ss so sO}", "schema", "antin.token.check/1", "token",
	                        token_json(how->token), "keys", ch->keys);

	if (ch->n_checked)
		check_libp11(ch, how, out);
	cli_say(c, "%s\n", ch->problems ? _("Problems were found.") : _("No problem was found."));
	c->exit_code = ch->problems ? 1 : 0;
	(void)json_object_set_new(out, "ok", json_boolean(ch->problems == 0));
	(void)json_object_set_new(out, "problems", json_integer(ch->problems));
	cli_json(c, out);
}

static enum antin_rc
check(struct cli *c, struct antin_token *t, const struct check_how *how, struct antin_err *err)
{
	ANTIN_SCOPED(antin_token_objects) objects = {0};
	ANTIN_SCOPED(antin_bytes) heard = {.secret = true};
	ANTIN_SCOPED(check) ch = {.c = c, .objects = &objects, .keys = json_array()};
	struct listener listener = {how->pins, &heard};
	struct antin_pin_source pins = {listen, listen_notice, &listener, how->pins->stored};
	struct antin_token_info info;
	enum antin_rc rc = antin_token_objects(t, &pins, &objects, err);

	if (rc == ANTIN_OK)
		rc = antin_token_info(t, &info, err);
	if (rc == ANTIN_OK)
		rc = antin_keystore_pkcs11(info.module, &pins, &ch.store, err);
	ch.checked = calloc(objects.n + 1, sizeof(*ch.checked));
	if (rc == ANTIN_OK && !ch.checked)
		rc = antin_fail_memory(err);
	if (rc != ANTIN_OK)
		return rc;
	token_say(c, &info);
	rc = check_keys(&ch, err);
	if (rc == ANTIN_OK)
		report(&ch, &(struct check_libp11){.token = &info,
		                                   .args = module_args(how->modules, info.module),
		                                   .skip = how->skip,
		                                   .pin = antin_bytes_slice(&heard)});
	return rc;
}

static enum antin_rc
run_check(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct check_args *a = args;
	ANTIN_SCOPED(token_run) run = {.pins = NULL};
	enum antin_rc rc = token_run_begin(c, a->token, a->module, &a->pins, &run, err);

	(void)operands;
	if (rc != ANTIN_OK)
		return rc;
	return check(c, run.token,
	             &(struct check_how){cli_pins_source(run.pins), &run.modules, a->no_libp11},
	             err);
}

static const char *const check_examples[] = {
        "antin token check --module softhsm2 --token huong --pin-file pin", NULL};
const struct cli_cmd cmd_token_check = {
        .name = "token check",
        .operands = "",
        .summary = N_("Let every key of a token sign, and judge what is seen"),
        .description =
                N_("Each key signs random data in every way that the token offers, and OpenSSL "
                   "verifies it. Told besides are keys that can leave the device, keys without a "
                   "certificate and certificates under the identifier of another key. Then libp11, "
                   "which many programs use, looks at the same token in a process of its own, with "
                   "the PIN that was right before: whether it sees the same public keys, and "
                   "whether its signatures verify. A driver that crashes or hangs there is told "
                   "and the check goes on. Nothing is "
                   "written to the token. Ends with exit code 1 when a problem was found."),
        .opts = check_opts,
        .args_size = sizeof(struct check_args),
        .examples = check_examples,
        .run = run_check,
};
