/*
 * antin token: what its sub-commands share.  See token.h.
 */
#include "token.h"

#include <string.h>
#include <strings.h>

#include <antin/text.h>

enum antin_rc
token_modules(struct cli *c, const char *option, struct antin_modules *out, struct antin_err *err)
{
	const char *name = NULL;
	enum antin_rc rc = cli_token_module(c, option, &name, err);

	return rc == ANTIN_OK ? antin_modules_load(name, out, err) : rc;
}

enum antin_rc
token_uri(const char *given, struct antin_bytes *out, struct antin_err *err)
{
	enum antin_rc rc;

	if (!given || cli_is_token_uri(given)) {
		antin_bytes_text(out, given ? given : "pkcs11:");
		if (!antin_bytes_cstr(out))
			return antin_fail_memory(err);
		return antin_p11_uri_check((const char *)out->p, err);
	}
	rc = antin_p11_uri_of_label(given, out, err);
	if (rc != ANTIN_OK)
		return rc;
	if (!antin_bytes_cstr(out))
		return antin_fail_memory(err);
	return ANTIN_OK;
}

void
token_uri_add(struct antin_bytes *uri, struct antin_slice octets)
{
	static const char plain[] =
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (size_t i = 0; i < octets.len; i++)
		antin_bytes_printf(uri,
		                   memchr(plain, octets.p[i], sizeof(plain) - 1) ? "%c" : "%%%02X",
		                   octets.p[i]);
}

void
token_run_done(struct token_run *r)
{
	antin_token_free(r->token);
	cli_pins_free(r->pins);
	antin_modules_done(&r->modules);
}

enum antin_rc
token_run_begin(struct cli *c, const char *named, const char *module,
                const struct cli_pin_args *pins, struct token_run *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) uri = {0};
	enum antin_rc rc = token_uri(named, &uri, err);

	if (rc == ANTIN_OK && pins)
		rc = cli_pins_new(c, pins, &out->pins, err);
	if (rc == ANTIN_OK)
		rc = token_modules(c, module, &out->modules, err);
	return rc == ANTIN_OK
	               ? antin_token_open(&out->modules, (const char *)uri.p, &out->token, err)
	               : rc;
}

enum antin_rc
token_open_listed(const struct antin_modules *modules, const struct antin_token_info *info,
                  struct antin_token **out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) uri = {0};
	enum antin_rc rc = antin_p11_uri_of_label(info->label, &uri, err);

	antin_bytes_text(&uri, ";serial=");
	token_uri_add(&uri, antin_slice_text(info->serial));
	if (rc != ANTIN_OK)
		return rc;
	return antin_bytes_cstr(&uri) ? antin_token_open(modules, (const char *)uri.p, out, err)
	                              : antin_fail_memory(err);
}

void
token_set_text(json_t *object, const char *key, const char *text)
{
	(void)antin_json_set_text(object, key, antin_slice_text(text));
}

static void
token_set_number(json_t *object, const char *key, unsigned long n)
{
	(void)json_object_set_new(object, key, json_integer((json_int_t)n));
}

json_t *
token_json(const struct antin_token_info *t)
{
	json_t *j = json_object();

	token_set_text(j, "label", t->label);
	token_set_text(j, "manufacturer", t->manufacturer);
	token_set_text(j, "model", t->model);
	token_set_text(j, "serial", t->serial);
	token_set_text(j, "module", t->module);
	token_set_text(j, "hardware", t->hardware);
	token_set_text(j, "firmware", t->firmware);
	(void)json_object_set_new(j, "initialized", json_boolean(t->initialized));
	(void)json_object_set_new(j, "loginRequired", json_boolean(t->login_required));
	(void)json_object_set_new(j, "pinpad", json_boolean(t->pinpad));
	(void)json_object_set_new(j, "writeProtected", json_boolean(t->write_protected));
	(void)json_object_set_new(j, "removable", json_boolean(t->removable));
	token_set_text(j, "userPin", antin_pin_state_name(t->user_pin));
	token_set_text(j, "soPin", antin_pin_state_name(t->so_pin));
	token_set_number(j, "pinMin", t->pin_min);
	token_set_number(j, "pinMax", t->pin_max);
	token_set_number(j, "slot", t->slot);
	token_set_number(j, "flags", t->flags);
	return j;
}

static const char *const pin_words[] = {
        [ANTIN_PIN_OK] = N_("PIN in order"),
        [ANTIN_PIN_LOW] = N_("a wrong PIN was given lately"),
        [ANTIN_PIN_FINAL] = N_("one PIN try left"),
        [ANTIN_PIN_LOCKED] = N_("PIN locked"),
        [ANTIN_PIN_UNSET] = N_("no PIN yet"),
};

const char *
token_pin_words(enum antin_pin_state s)
{
	return _(pin_words[s]);
}

void
token_say(struct cli *c, const struct antin_token_info *t)
{
	char label[256], maker[256], model[128], serial[128];

	if (!t->initialized) {
		cli_say(c, "%s (%s)\n", _("A token that is not initialised"),
		        antin_text_safe(antin_slice_text(t->model), model, sizeof(model)));
		return;
	}
	cli_say(c, "%s%s%s\n", cli_style(c, CLI_BOLD),
	        antin_text_safe(antin_slice_text(t->label), label, sizeof(label)),
	        cli_style(c, CLI_PLAIN));
	cli_say(c, "  %s %s, %s: %s\n",
	        antin_text_safe(antin_slice_text(t->manufacturer), maker, sizeof(maker)),
	        antin_text_safe(antin_slice_text(t->model), model, sizeof(model)), _("serial"),
	        antin_text_safe(antin_slice_text(t->serial), serial, sizeof(serial)));
	cli_say(c, "  %s%s%s%s%s\n", _(pin_words[t->user_pin]), t->pinpad ? ", " : "",
	        t->pinpad ? _("PIN on the pad of the reader") : "", t->write_protected ? ", " : "",
	        t->write_protected ? _("write-protected") : "");
}

/* As with the last PIN try. */
enum antin_rc
token_confirm(struct cli *c, const char *given, const char *serial, const char *question,
              struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) answer = {0};
	enum antin_rc rc;

	if (!given) {
		rc = cli_ask(c, question, &answer, err);
		if (rc != ANTIN_OK)
			return rc;
		given = antin_bytes_cstr(&answer);
	}
	if (!given ||
	    (strcasecmp(given, cli_serial_end(serial)) != 0 && strcasecmp(given, serial) != 0))
		return antin_fail(err, ANTIN_E_CANCELLED,
		                  N_("the serial number was not confirmed; nothing was erased"));
	return ANTIN_OK;
}

static const char *
validity(const struct cli *c, const struct antin_cert *cert)
{
	if (c->now < cert->not_before)
		return "not-yet-valid";
	return c->now > cert->not_after ? "expired" : "valid";
}

json_t *
token_cert_json(struct cli *c, const struct antin_cert *cert)
{
	json_t *j = json_object();

	(void)antin_json_set_name(j, "subject", cert->subject);
	(void)antin_json_set_name(j, "issuer", cert->issuer);
	(void)antin_json_set_hex(j, "serial", cert->serial);
	(void)antin_json_set_hex(j, "sha256",
	                         (struct antin_slice){cert->sha256, sizeof(cert->sha256)});
	(void)antin_json_set_time(j, "notBefore", cert->not_before);
	(void)antin_json_set_time(j, "notAfter", cert->not_after);
	(void)json_object_set_new(j, "state", json_string(validity(c, cert)));
	(void)json_object_set_new(j, "authority", json_boolean(cert->is_ca));
	return j;
}

void
token_cert_say(struct cli *c, const struct antin_cert *cert)
{
	ANTIN_SCOPED(antin_bytes) name = {0};
	char safe[1024], until[ANTIN_TIME_CAP];
	const char *state = "";

	if (!antin_name_get(cert->subject, "CN", &name))
		antin_name_text_add(&name, cert->subject);
	if (c->now < cert->not_before)
		state = _("not valid yet");
	else if (c->now > cert->not_after)
		state = _("expired");
	cli_say(c, "  %s %s, %s %s%s%s\n",
	        cert->is_ca ? _("certificate of the authority") : _("certificate of"),
	        antin_text_safe(antin_bytes_slice(&name), safe, sizeof(safe)), _("valid until"),
	        antin_time_people(cert->not_after, ANTIN_VIETNAM_OFFSET, until), *state ? ": " : "",
	        state);
}

json_t *
token_facts_json(const struct antin_key_fact *facts)
{
	json_t *j = json_object();

	for (; facts && facts->name; facts++)
		(void)json_object_set_new(j, facts->name,
		                          facts->value < 0 ? json_null()
		                                           : json_boolean(facts->value));
	return j;
}

void
token_facts_say(struct cli *c, const struct antin_key_fact *facts)
{
	for (; facts && facts->name; facts++)
		cli_say(c, "  %-24s %s\n", facts->name,
		        facts->value < 0 ? _("not told")
		        : facts->value   ? _("yes")
		                         : _("no"));
}

static const char *const kind_words[] = {
        [ANTIN_OBJECT_PRIVATE] = N_("private key"),
        [ANTIN_OBJECT_PUBLIC] = N_("public key"),
        [ANTIN_OBJECT_CERT] = N_("certificate"),
};

json_t *
token_object_json(struct cli *c, const struct antin_token_object *o)
{
	json_t *j = json_object();

	token_set_text(j, "kind", antin_object_kind_name(o->kind));
	token_set_text(j, "label", o->label);
	token_set_text(j, "id", o->id);
	token_set_text(j, "algorithm", o->algorithm);
	token_set_text(j, "uri", o->uri);
	if (o->cert)
		(void)json_object_set_new(j, "certificate", token_cert_json(c, o->cert));
	if (o->facts[0].name)
		(void)json_object_set_new(j, "facts", token_facts_json(o->facts));
	return j;
}

void
token_object_text(const struct antin_token_object *o, struct antin_bytes *out)
{
	char label[1024];

	antin_bytes_printf(out, "%s \"%s\"", _(kind_words[o->kind]),
	                   antin_text_safe(antin_slice_text(o->label), label, sizeof(label)));
	if (*o->algorithm)
		antin_bytes_printf(out, ", %s", o->algorithm);
	if (*o->id)
		antin_bytes_printf(out, ", id %s", o->id);
}
