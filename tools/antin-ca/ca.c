/*
 * What the commands of antin-ca share.  See ca.h.
 */
#include "ca.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <antin/text.h>

enum { TOKEN, FILES, STORES };
enum { NAMES = 64 };

struct ca {
	struct cli *cli;
	struct antin_signer *signer;
	struct cli_pins *pins;
	const char *module;
	bool keys;
	struct antin_keystore *stores[STORES]; /* opened on first use */
	json_t *config;
	struct antin_bytes folder; /* of a store being made */
	size_t folder_kept;        /* as much of its path was there before */
	struct {
		int64_t id;
		char name[65];
	} names[NAMES];
	size_t n_names;
};

/* ---- configuration ---- */

static enum antin_rc
load_config(json_t **out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	ANTIN_OWN(json_t) value = NULL;
	const char *key;
	json_t *item;
	enum antin_rc rc = cli_path(CLI_PLACE_SYSTEM, "antin-ca.json", &path, err);

	if (rc != ANTIN_OK)
		return rc;
	if (access((const char *)path.p, F_OK) != 0)
		return ANTIN_OK;
	rc = antin_json_load((const char *)path.p, &value, err);
	if (rc != ANTIN_OK)
		return rc;
	json_object_foreach (value, key, item) {
		static const char *const known[] = {"store", "folder", "url", "ocspUrl", NULL};
		size_t i = 0;

		while (known[i] && strcmp(known[i], key) != 0)
			i++;
		if (!known[i] || !json_is_string(item)) {
			const char *near = antin_text_nearest(key, known);

			rc = antin_fail(err, ANTIN_E_CONFIG, N_("unknown setting %s"), key);
			antin_err_set_file(err, (const char *)path.p);
			if (near && strcmp(near, key) != 0)
				antin_err_set_hint(err, "%s", near);
			return rc;
		}
	}
	*out = ANTIN_TAKE(value);
	return ANTIN_OK;
}

static const char *
text_of(const json_t *config, const char *name)
{
	return json_string_value(json_object_get(config, name));
}

static enum antin_rc
address_of(struct cli *c, const json_t *config, struct antin_bytes *out, struct antin_err *err)
{
	const struct ca_common *common = c->common;
	const char *from = common->store;
	enum antin_rc rc;

	if (!from)
		from = getenv("ANTIN_CA_STORE");
	if (!from || !from[0])
		from = text_of(config, "store");
	if (!from) {
		rc = antin_fail(err, ANTIN_E_CONFIG, N_("no store of an authority is named"));
		antin_err_set_hint(err, "antin-ca --store sqlite:PATH %s", c->command->name);
		return rc;
	}
	antin_bytes_text(out, from);
	return antin_bytes_cstr(out) ? ANTIN_OK : antin_fail_memory(err);
}

enum antin_rc
ca_address(struct cli *c, struct antin_bytes *out, struct antin_err *err)
{
	ANTIN_OWN(json_t) config = NULL;
	enum antin_rc rc = load_config(&config, err);

	return rc == ANTIN_OK ? address_of(c, config, out, err) : rc;
}

const char *
ca_setting(struct ca *ca, const char *name)
{
	return text_of(ca->config, name);
}

/* ---- keys ---- */

static enum antin_rc
open_key(void *user, const char *uri, const struct antin_keygen *generate, struct antin_key **out,
         struct antin_err *err)
{
	struct ca *ca = user;
	size_t which = cli_is_token_uri(uri) ? TOKEN : FILES;
	enum antin_rc rc = ANTIN_OK;

	if (!ca->keys)
		return antin_fail(err, ANTIN_E_INTERNAL, N_("this command opens no key"));
	if (!ca->stores[which])
		rc = cli_keystore(ca->cli, uri, ca->module, cli_pins_source(ca->pins),
		                  &ca->stores[which], err);
	if (rc != ANTIN_OK)
		return rc;
	return generate ? antin_keystore_generate(ca->stores[which], uri, generate, out, err)
	                : antin_keystore_find(ca->stores[which], uri, out, err);
}

/* A key URI as it is kept: files by their full path. */
static enum antin_rc
key_uri(const char *key, struct antin_bytes *out, struct antin_err *err)
{
	char here[4096];

	if (cli_is_token_uri(key) || key[0] == '/') {
		antin_bytes_text(out, key);
	} else {
		if (!getcwd(here, sizeof(here)))
			return antin_fail(err, ANTIN_E_IO, N_("the folder we are in has no name"));
		antin_bytes_printf(out, "%s/%s", here, key);
	}
	return antin_bytes_cstr(out) ? ANTIN_OK : antin_fail_memory(err);
}

void
ca_key_wish_done(struct ca_key_wish *w)
{
	antin_bytes_done(&w->uri);
}

enum antin_rc
ca_key_wished(const char *key, const char *keygen, const char *label, struct ca_key_wish *out,
              struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	if (keygen && !key)
		return antin_fail(err, ANTIN_E_USAGE, N_("--keygen needs --key"));
	if (key)
		rc = key_uri(key, &out->uri, err);
	if (rc == ANTIN_OK && keygen)
		rc = antin_keygen_parse(keygen, &out->keygen, err);
	out->keygen.label = label;
	out->generate = keygen ? &out->keygen : NULL;
	return rc;
}

/* ---- opening ---- */

/* The folder of an SQLite store that is to be made; how much of it there was is remembered. */
static enum antin_rc
make_folder(struct ca *ca, const char *path, struct antin_err *err)
{
	const char *slash = strrchr(path, '/');
	ANTIN_SCOPED(antin_bytes) parent = {0};
	struct stat st;
	enum antin_rc rc;
	size_t kept;

	if (!slash || slash == path)
		return ANTIN_OK;
	antin_bytes_add(&ca->folder, path, (size_t)(slash - path));
	if (!antin_bytes_cstr(&ca->folder))
		return antin_fail_memory(err);
	kept = ca->folder.len;
	antin_bytes_add(&parent, ca->folder.p, kept);
	while (kept && antin_bytes_cstr(&parent) && stat((const char *)parent.p, &st) != 0) {
		while (kept && parent.p[kept - 1] != '/')
			kept--;
		while (kept && parent.p[kept - 1] == '/')
			kept--;
		parent.len = kept;
	}
	ca->folder_kept = kept;
	if (kept == ca->folder.len)
		return ANTIN_OK;
	rc = antin_folder_make((const char *)ca->folder.p, err);
	if (rc == ANTIN_OK && kept &&
	    chmod((const char *)ca->folder.p, antin_mode_shared((const char *)parent.p, 0700)) != 0)
		rc = antin_fail_errno(err, errno, (const char *)ca->folder.p, NULL);
	return rc;
}

/* A broken ceremony leaves nothing behind in which nothing stands. */
static void
leave_nothing(struct ca *ca)
{
	struct antin_bytes *f = &ca->folder;

	if (ca->signer)
		antin_store_discard(ca_store(ca));
	while (f->len > ca->folder_kept && antin_bytes_cstr(f) && rmdir((const char *)f->p) == 0) {
		while (f->len > ca->folder_kept && f->p[f->len - 1] != '/')
			f->len--;
		while (f->len > ca->folder_kept && f->p[f->len - 1] == '/')
			f->len--;
	}
}

/* The store of this address, its folder made where the command may; a rehearsal without a store
 * has one in memory. */
static enum antin_rc
ready_store(struct ca *ca, struct antin_bytes *address, enum ca_open_mode mode,
            struct antin_err *err)
{
	static const char sqlite[] = "sqlite:";
	const char *path = (const char *)address->p + sizeof(sqlite) - 1;

	if (mode == CA_THERE || strncmp((const char *)address->p, sqlite, sizeof(sqlite) - 1) != 0)
		return ANTIN_OK;
	if (mode == CA_MADE)
		return make_folder(ca, path, err);
	if (access(path, F_OK) != 0) {
		antin_bytes_clear(address);
		antin_bytes_text(address, "sqlite::memory:");
	}
	return antin_bytes_cstr(address) ? ANTIN_OK : antin_fail_memory(err);
}

/* Who acts, for the log; that the keys are used in this process is said there too. */
static void
actor(char *out, size_t cap)
{
	const struct passwd *pw = getpwuid(getuid());

	if (pw)
		(void)snprintf(out, cap, "user:%.64s direct", pw->pw_name);
	else
		(void)snprintf(out, cap, "uid:%lu direct", (unsigned long)getuid());
}

enum antin_rc
ca_open(struct cli *c, const struct ca_key_args *keys, enum ca_open_mode mode, struct ca **out,
        struct antin_err *err)
{
	ANTIN_OWN_S(ca) ca = calloc(1, sizeof(*ca));
	ANTIN_SCOPED(antin_bytes) address = {0};
	ANTIN_SCOPED(antin_bytes) profiles = {0};
	char who[96];
	struct antin_signer_config config = {.actor = who,
	                                     .clock = c->clock,
	                                     .create = mode != CA_THERE};
	enum antin_rc rc;

	if (!ca)
		return antin_fail_memory(err);
	ca->cli = c;
	actor(who, sizeof(who));
	rc = load_config(&ca->config, err);
	if (rc == ANTIN_OK)
		rc = address_of(c, ca->config, &address, err);
	if (rc == ANTIN_OK)
		rc = cli_path(CLI_PLACE_SHARE, "profiles", &profiles, err);
	if (rc == ANTIN_OK && keys) {
		ca->module = keys->module;
		ca->keys = true;
		if (keys->isolate)
			rc = cli_tokens_configure(c, &(struct cli_token_how){.isolate = true}, err);
		if (rc == ANTIN_OK)
			rc = cli_pins_new(c, &keys->pins, &ca->pins, err);
	}
	if (rc == ANTIN_OK)
		rc = ready_store(ca, &address, mode, err);
	if (rc == ANTIN_OK) {
		config.store = (const char *)address.p;
		config.profiles = (const char *)profiles.p;
		config.folder = text_of(ca->config, "folder");
		config.keys = (struct antin_key_opener){open_key, ca};
		rc = antin_signer_direct(&config, &ca->signer, err);
	}
	if (rc == ANTIN_E_NOT_WRITABLE)
		antin_err_set_hint(err, "antin-ca --store sqlite:PATH");
	if (rc == ANTIN_OK)
		*out = ANTIN_TAKE(ca);
	else
		leave_nothing(ca);
	return rc;
}

void
ca_free(struct ca *ca)
{
	if (!ca)
		return;
	antin_signer_free(ca->signer);
	for (size_t i = 0; i < STORES; i++)
		antin_keystore_free(ca->stores[i]);
	cli_pins_free(ca->pins);
	json_decref(ca->config);
	antin_bytes_done(&ca->folder);
	free(ca);
}

struct antin_signer *
ca_signer(struct ca *ca)
{
	return ca->signer;
}

struct antin_store *
ca_store(struct ca *ca)
{
	return antin_signer_store(ca->signer);
}

/* ---- results ---- */

enum antin_rc
ca_out_open(const char *path, bool force, struct antin_output **out, struct antin_err *err)
{
	if (!path)
		return ANTIN_OK;
	return antin_output_open(path, force ? ANTIN_OUTPUT_REPLACE : 0, out, err);
}

enum antin_rc
ca_out_cert(struct cli *c, struct antin_output *out, struct antin_slice der, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) pem = {0};
	enum antin_rc rc;

	antin_pem_add(&pem, "CERTIFICATE", der);
	rc = antin_bytes_check(&pem, err);
	if (rc != ANTIN_OK)
		return rc;
	if (!out) {
		cli_say(c, "%.*s", (int)pem.len, (const char *)pem.p);
		return ANTIN_OK;
	}
	rc = antin_output_write(out, pem.p, pem.len, err);
	return rc == ANTIN_OK ? antin_output_commit(out, err) : rc;
}

char *
ca_serial(struct antin_slice serial, char out[CA_SERIAL_CAP])
{
	return antin_hex_groups(serial, out, CA_SERIAL_CAP);
}

char *
ca_serial_hex(struct antin_slice serial, char out[CA_SERIAL_CAP])
{
	return antin_hex_text(serial, out, CA_SERIAL_CAP);
}

const char *
ca_state(int64_t state)
{
	static const char *const words[ANTIN_CERT_STATES] = {
	        [ANTIN_CERT_INTENT] = N_("intent"),
	        [ANTIN_CERT_VALID] = N_("valid"),
	        [ANTIN_CERT_HOLD] = N_("hold"),
	        [ANTIN_CERT_REVOKED] = N_("revoked"),
	};

	return state >= 0 && state < ANTIN_CERT_STATES ? _(words[state]) : "?";
}

char *
ca_time(int64_t t, char out[ANTIN_TIME_CAP])
{
	return antin_time_people(t, ANTIN_VIETNAM_OFFSET, out);
}

const char *
ca_safe(const struct antin_bytes *text)
{
	static _Thread_local char kept[8][2048];
	static _Thread_local size_t next;

	next = (next + 1) % 8;
	return antin_text_safe(antin_bytes_slice(text), kept[next], sizeof(kept[next]));
}

static json_t *
lines_json(const struct antin_bytes *lines)
{
	json_t *list = json_array();
	const char *p = (const char *)lines->p, *end = p ? p + lines->len : p;

	while (p && p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		ANTIN_SCOPED(antin_bytes) safe = {0};

		if (!eol)
			eol = end;
		antin_text_safe_add(&safe,
		                    (struct antin_slice){(const uint8_t *)p, (size_t)(eol - p)},
		                    500);
		(void)json_array_append_new(list, json_stringn((const char *)safe.p, safe.len));
		p = eol + 1;
	}
	return list;
}

/* Each line of warnings as a note. */
static void
warn(struct cli *c, const struct antin_bytes *warnings)
{
	ANTIN_OWN(json_t) list = lines_json(warnings);
	json_t *line;
	size_t i;

	json_array_foreach (list, i, line)
		cli_note(c, _("note: %s\n"), json_string_value(line));
}

static enum antin_rc
tell_tried(struct cli *c, const char *schema, const struct antin_signer_issued *made)
{
	cli_say(c, _("Only tried: nothing was issued or changed\n"));
	cli_json(c, json_pack("{ss sb so}", "schema", schema, "dryRun", 1, "warnings",
	                      lines_json(&made->warnings)));
	return ANTIN_OK;
}

/* The certificate is there for good: what stands in the way of its file can be got round. */
static enum antin_rc
write_issued(struct cli *c, const struct antin_signer_issued *made, struct antin_output *out,
             struct antin_cert **cert, struct antin_err *err)
{
	const struct antin_slice number = {made->serial, made->serial_len};
	char serial[CA_SERIAL_CAP];
	enum antin_rc rc = antin_cert_read(antin_bytes_slice(&made->der), cert, err);

	if (rc == ANTIN_OK)
		rc = ca_out_cert(c, out, (*cert)->der, err);
	if (rc == ANTIN_OK)
		return rc;
	antin_err_set_hint(err, "antin-ca show %s --out FILE", ca_serial_hex(number, serial));
	return antin_wrap(err, rc, N_("the certificate is recorded, but not written"));
}

static enum antin_rc
issued_json(const char *schema, const struct antin_signer_issued *made,
            const struct antin_cert *cert, json_t **out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) pem = {0};
	ANTIN_OWN(json_t) o = NULL;

	antin_pem_add(&pem, "CERTIFICATE", cert->der);
	o = json_pack("{ss sb ss# sb sI so}", "schema", schema, "dryRun", 0, "certificate", pem.p,
	              (int)pem.len, "again", made->again, "log", (json_int_t)made->log, "warnings",
	              lines_json(&made->warnings));
	if (!o || antin_json_set_hex(o, "serial", cert->serial) != 0 ||
	    antin_json_set_time(o, "notBefore", cert->not_before) != 0 ||
	    antin_json_set_time(o, "notAfter", cert->not_after) != 0)
		return antin_fail_memory(err);
	(void)antin_json_set_name(o, "subject", cert->subject);
	*out = ANTIN_TAKE(o);
	return ANTIN_OK;
}

static enum antin_rc
tell_issued(struct cli *c, const char *schema, const struct antin_signer_issued *made,
            struct antin_output *out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_cert) cert = NULL;
	ANTIN_OWN(json_t) json = NULL;
	ANTIN_SCOPED(antin_bytes) subject = {0};
	char serial[CA_SERIAL_CAP], when[ANTIN_TIME_CAP];
	enum antin_rc rc;

	warn(c, &made->warnings);
	if (made->der.len == 0)
		return tell_tried(c, schema, made);
	rc = write_issued(c, made, out, &cert, err);
	if (rc == ANTIN_OK)
		rc = issued_json(schema, made, cert, &json, err);
	if (rc != ANTIN_OK)
		return rc;
	antin_name_text_add(&subject, cert->subject);
	if (out && made->again)
		cli_say(c, _("Certificate %s was issued under this key before: %.*s\n"),
		        ca_serial(cert->serial, serial), (int)subject.len, (const char *)subject.p);
	else if (out)
		cli_say(c, _("Certificate %s for %.*s, valid until %s; log %llu\n"),
		        ca_serial(cert->serial, serial), (int)subject.len, (const char *)subject.p,
		        ca_time(cert->not_after, when), (unsigned long long)made->log);
	cli_json(c, ANTIN_TAKE(json));
	return ANTIN_OK;
}

enum antin_rc
ca_run_making(struct cli *c, const struct ca_making *m, const void *args, struct antin_err *err)
{
	const struct ca_made_args *a = m->result;
	ANTIN_OWN_S(ca) ca = NULL;
	ANTIN_OWN_S(antin_output) out = NULL;
	ANTIN_SCOPED(antin_signer_issued) made = {0};
	enum antin_rc rc = ca_out_open(a->out, a->force, &out, err);

	if (rc == ANTIN_OK)
		rc = ca_open(c, &a->keys, m->mode, &ca, err);
	if (rc != ANTIN_OK)
		return rc;
	rc = m->make(c, ca, args, &made, err);
	if (rc != ANTIN_OK)
		leave_nothing(ca);
	if (rc == ANTIN_E_EXPIRED)
		antin_err_set_hint(err, "antin-ca status");
	return rc == ANTIN_OK ? tell_issued(c, m->schema, &made, out, err) : rc;
}

static enum antin_rc
keep_name(void *user, const struct antin_issuer_row *r, struct antin_err *err)
{
	struct ca *ca = user;

	(void)err;
	if (ca->n_names < NAMES) {
		ca->names[ca->n_names].id = r->id;
		(void)snprintf(ca->names[ca->n_names++].name, sizeof(ca->names[0].name), "%s",
		               (const char *)r->ca.p);
	}
	return ANTIN_OK;
}

const char *
ca_name(struct ca *ca, int64_t issuer)
{
	struct antin_err none = {0};

	if (ca->n_names == 0 &&
	    antin_store_issuer_each(ca_store(ca), keep_name, ca, &none) != ANTIN_OK)
		return "?";
	for (size_t i = 0; i < ca->n_names; i++)
		if (ca->names[i].id == issuer)
			return ca->names[i].name;
	return "?";
}

json_t *
ca_cert_json(struct ca *ca, const struct antin_cert_row *r)
{
	json_t *o =
	        json_pack("{ss ss ss sI}", "ca", ca_name(ca, r->issuer), "state",
	                  antin_cert_state_name(r->state), "profile", (const char *)r->profile.p,
	                  "profileVersion", (json_int_t)r->profile_version);

	if (o && (antin_json_set_hex(o, "serial", antin_bytes_slice(&r->serial)) != 0 ||
	          antin_json_set_text(o, "subject", antin_bytes_slice(&r->subject_text)) != 0 ||
	          antin_json_set_time(o, "notBefore", r->not_before) != 0 ||
	          antin_json_set_time(o, "notAfter", r->not_after) != 0)) {
		json_decref(o);
		return NULL;
	}
	return o;
}

const char *const ca_no_examples[] = {NULL};
