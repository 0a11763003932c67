/*
 * Settings in layers: program < vendor file < system file < user file < environment; a
 * value under "locked" in the system file binds.  One table feeds parser, antin config and manual.
 */
#include "inner.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <antin/file.h>
#include <antin/net.h>
#include <antin/text.h>

static const struct antin_choice lang_choices[] = {{"vi", 1}, {"en", 2}, {NULL, 0}};
static const struct antin_choice network_choices[] = {{"auto", 1}, {"offline", 2}, {NULL, 0}};
static const struct antin_choice color_choices[] = {{"auto", 1},
                                                    {"always", 2},
                                                    {"never", 3},
                                                    {NULL, 0}};

const struct cli_setting_row cli_setting_rows[] = {
        {.name = "lang",
         .kind = CLI_CHOICE,
         .choices = lang_choices,
         .help = N_("Language of the texts; without it the locale decides")},
        {.name = "net.allow",
         .kind = CLI_TEXT,
         .lockable = true,
         .check = antin_net_allow_check,
         .help = N_("Hosts, addresses and networks like 10.1.0.0/16 in private networks or on this "
                    "computer that may be asked for evidence, with blanks between")},
        {.name = "network.address-seconds",
         .kind = CLI_NUMBER,
         .initial = "5",
         .min = 1,
         .max = ANTIN_NET_ADDRESS_MS / 1000,
         .lockable = true,
         .help = N_("Seconds to wait for one address at most")},
        {.name = "network.keep-minutes",
         .kind = CLI_NUMBER,
         .initial = "0",
         .max = 60,
         .lockable = true,
         .help = N_("Minutes for which a revocation list that was fetched is believed without "
                    "asking whether there is a newer one")},
        {.name = "network.mode",
         .kind = CLI_CHOICE,
         .initial = "auto",
         .choices = network_choices,
         .lockable = true,
         .help = N_("Whether evidence that is lacking is asked for over the network")},
        {.name = "network.proxy",
         .kind = CLI_TEXT,
         .lockable = true,
         .check = antin_net_proxy_check,
         .help = N_("Proxy for HTTP, like http://proxy.example.vn:3128; those that the environment "
                    "names do not count")},
        {.name = "network.run-seconds",
         .kind = CLI_NUMBER,
         .initial = "15",
         .min = 1,
         .max = ANTIN_NET_RUN_MS / 1000,
         .lockable = true,
         .help = N_("Seconds to wait for all addresses of one run at most")},
        {.name = "sign.certificate",
         .kind = CLI_TEXT,
         .help = N_("SHA-256 of the certificate to sign with when several on the tokens can")},
        {.name = "token.environment",
         .kind = CLI_TEXT,
         .lockable = true,
         .help = N_("Names of further environment variables that an isolated driver gets")},
        {.name = "token.isolate",
         .kind = CLI_FLAG,
         .initial = "false",
         .lockable = true,
         .help = N_("Whether drivers of tokens run in a process of their own")},
        {.name = "token.module",
         .kind = CLI_TEXT,
         .lockable = true,
         .help = N_("PKCS#11 module of the tokens: a path, or a name known to p11-kit")},
        {.name = "verify.isolate",
         .kind = CLI_FLAG,
         .initial = "true",
         .lockable = true,
         .help = N_("Whether documents are read, to check or to sign them, in a process that "
                    "can do nothing else")},
        {.name = "trust.user",
         .kind = CLI_FLAG,
         .initial = "true",
         .lockable = true,
         .help = N_("Whether trust anchors of the user count beside those of the system")},
        {.name = "ui.color",
         .kind = CLI_CHOICE,
         .initial = "auto",
         .choices = color_choices,
         .help = N_("Colour on the terminal; NO_COLOR in the environment turns it off")},
        {.name = NULL},
};
enum { SETTINGS = sizeof(cli_setting_rows) / sizeof(cli_setting_rows[0]) - 1 };

struct setting_state {
	char *value;
	enum cli_origin origin;
	bool locked;
};

struct cli_settings {
	struct setting_state states[SETTINGS];
};

static const char *const origin_names[CLI_ORIGINS] = {
        [CLI_FROM_PROGRAM] = N_("built in"),
        [CLI_FROM_VENDOR] = N_("defaults of the installation"),
        [CLI_FROM_SYSTEM] = N_("system"),
        [CLI_FROM_USER] = N_("user"),
        [CLI_FROM_ENVIRONMENT] = N_("environment"),
};

const char *
cli_origin_name(enum cli_origin o)
{
	return origin_names[o];
}

const char *
cli_origin_id(enum cli_origin o)
{
	static const char *const ids[CLI_ORIGINS] = {
	        [CLI_FROM_PROGRAM] = "program",         [CLI_FROM_VENDOR] = "vendor",
	        [CLI_FROM_SYSTEM] = "system",           [CLI_FROM_USER] = "user",
	        [CLI_FROM_ENVIRONMENT] = "environment",
	};

	return ids[o];
}

void
cli_settings_free(struct cli_settings *s)
{
	for (size_t i = 0; s && i < SETTINGS; i++)
		free(s->states[i].value);
	free(s);
}

char *
cli_setting_variable(const char *name, char *out, size_t cap)
{
	size_t n = (size_t)snprintf(out, cap, "ANTIN_%s", name);

	for (size_t i = 0; i < n && out[i]; i++)
		out[i] = (char)(isalnum((unsigned char)out[i]) ? toupper((unsigned char)out[i])
		                                               : '_');
	return out;
}

static const struct cli_setting_row *
row_named(const char *name)
{
	for (size_t i = 0; i < SETTINGS; i++)
		if (strcmp(cli_setting_rows[i].name, name) == 0)
			return &cli_setting_rows[i];
	return NULL;
}

static bool
is_section(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < SETTINGS; i++)
		if (strncmp(cli_setting_rows[i].name, name, len) == 0 &&
		    cli_setting_rows[i].name[len] == '.')
			return true;
	return false;
}

static enum antin_rc
fail_unknown(const char *name, enum antin_rc class, struct antin_err *err)
{
	const char *names[SETTINGS + 1];
	const char *near;

	for (size_t i = 0; i < SETTINGS; i++)
		names[i] = cli_setting_rows[i].name;
	names[SETTINGS] = NULL;
	near = antin_text_nearest(name, names);
	if (near)
		return antin_fail(err, class, N_("there is no setting %s; the nearest is %s"), name,
		                  near);
	return antin_fail(err, class, N_("there is no setting %s"), name);
}

static enum antin_rc
check_number(const struct cli_setting_row *row, const char *value, enum antin_rc class,
             struct antin_err *err)
{
	size_t len = strlen(value);
	int64_t n = 0;

	for (size_t i = 0; i < len && len < 10; i++)
		n = value[i] >= '0' && value[i] <= '9' && n >= 0 ? n * 10 + value[i] - '0' : -1;
	if (len && len < 10 && (value[0] != '0' || len == 1) && n >= row->min && n <= row->max)
		return ANTIN_OK;
	return antin_fail(err, class,
	                  N_("setting %s must be a whole number from %lld to %lld, not %s"),
	                  row->name, (long long)row->min, (long long)row->max, value);
}

/* The check speaks of a file of settings; here it may be the command line. */
static enum antin_rc
check_text(const struct cli_setting_row *row, const char *value, enum antin_rc class,
           struct antin_err *err)
{
	enum antin_rc rc = row->check ? row->check(value, err) : ANTIN_OK;

	if (rc != ANTIN_E_CONFIG)
		return rc;
	if (err)
		err->rc = class;
	return class;
}

static enum antin_rc
check_value(const struct cli_setting_row *row, const char *value, enum antin_rc class,
            struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) all = {0};

	if (row->kind == CLI_TEXT && *value &&
	    antin_utf8_valid((struct antin_slice){(const uint8_t *)value, strlen(value)}))
		return check_text(row, value, class, err);
	if (row->kind == CLI_TEXT)
		return antin_fail(err, class, N_("setting %s must be text, and not empty"),
		                  row->name);
	if (row->kind == CLI_NUMBER)
		return check_number(row, value, class, err);
	if (row->kind == CLI_FLAG) {
		if (strcmp(value, "true") == 0 || strcmp(value, "false") == 0)
			return ANTIN_OK;
		return antin_fail(err, class, N_("setting %s must be true or false, not %s"),
		                  row->name, value);
	}
	for (const struct antin_choice *c = row->choices; c->name; c++)
		if (strcmp(c->name, value) == 0)
			return ANTIN_OK;
	cli_choices_add(&all, row->choices, ", ");
	return antin_fail(err, class, N_("setting %s must be one of %s, not %s"), row->name,
	                  antin_bytes_cstr(&all), value);
}

/* What a file is being read as. */
struct layer {
	struct cli_settings *settings;
	enum cli_origin origin;
	bool locked;
};

static enum antin_rc
put(const struct layer *l, const struct cli_setting_row *row, const char *value,
    struct antin_err *err)
{
	struct setting_state *s = &l->settings->states[row - cli_setting_rows];
	char *copy;

	if (s->locked && !l->locked)
		return ANTIN_OK;
	if (l->locked && !row->lockable)
		return antin_fail(err, ANTIN_E_CONFIG, N_("setting %s cannot be locked"),
		                  row->name);
	copy = strdup(value);
	if (!copy)
		return antin_fail_memory(err);
	free(s->value);
	*s = (struct setting_state){copy, l->origin, l->locked};
	return ANTIN_OK;
}

static enum antin_rc
put_json(const struct layer *l, const char *name, const json_t *value, struct antin_err *err)
{
	const struct cli_setting_row *row = row_named(name);
	const char *text = NULL;
	char number[24];
	enum antin_rc rc;

	if (!row)
		return fail_unknown(name, ANTIN_E_CONFIG, err);
	if (row->kind == CLI_FLAG && json_is_boolean(value))
		text = json_is_true(value) ? "true" : "false";
	else if (row->kind == CLI_NUMBER && json_is_integer(value))
		text = number;
	else if (row->kind != CLI_FLAG && row->kind != CLI_NUMBER && json_is_string(value))
		text = json_string_value(value);
	(void)snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
	if (!text)
		return antin_fail(err, ANTIN_E_CONFIG,
		                  N_("setting %s has a value of the wrong type"), name);
	rc = check_value(row, text, ANTIN_E_CONFIG, err);
	return rc == ANTIN_OK ? put(l, row, text, err) : rc;
}

/* {"ui": {"color": "never"}}: sections are one level deep. */
static enum antin_rc
put_object(const struct layer *l, const json_t *object, struct antin_err *err)
{
	const char *key, *inner;
	json_t *value, *leaf;
	enum antin_rc rc = ANTIN_OK;

	json_object_foreach ((json_t *)(uintptr_t)object, key, value) {
		char name[128];

		if (!is_section(key) || !json_is_object(value)) {
			rc = put_json(l, key, value, err);
			if (rc != ANTIN_OK)
				return rc;
			continue;
		}
		json_object_foreach (value, inner, leaf) {
			(void)snprintf(name, sizeof(name), "%s.%s", key, inner);
			rc = put_json(l, name, leaf, err);
			if (rc != ANTIN_OK)
				return rc;
		}
	}
	return rc;
}

enum antin_rc
cli_settings_path(enum cli_origin layer, struct antin_bytes *out, struct antin_err *err)
{
	if (layer == CLI_FROM_VENDOR)
		return cli_path(CLI_PLACE_SHARE, "defaults.json", out, err);
	if (layer == CLI_FROM_SYSTEM)
		return cli_path(CLI_PLACE_SYSTEM, "antin.json", out, err);
	return cli_path(CLI_PLACE_CONFIG, "antin.json", out, err);
}

/* A file of settings as JSON; *out stays NULL when it is not there. */
static enum antin_rc
load_file(const char *path, json_t **out, struct antin_err *err)
{
	struct antin_err inner = {0};
	ANTIN_OWN(json_t) object = NULL;
	enum antin_rc rc = antin_json_load(path, &object, &inner);

	if (rc == ANTIN_E_MISSING)
		return ANTIN_OK;
	if (rc != ANTIN_OK) {
		if (err)
			*err = inner;
		return rc;
	}
	*out = ANTIN_TAKE(object);
	return ANTIN_OK;
}

enum antin_rc
cli_settings_put(struct cli_settings *s, json_t *object, enum cli_origin origin,
                 struct antin_err *err)
{
	struct layer plain = {s, origin, false};
	struct layer binding = {s, origin, true};
	ANTIN_OWN(json_t) locked = NULL;
	enum antin_rc rc;

	if (!json_is_object(object))
		return antin_fail(err, ANTIN_E_CONFIG, N_("the settings are not a JSON object"));
	if (origin == CLI_FROM_SYSTEM) {
		locked = json_incref(json_object_get(object, "locked"));
		(void)json_object_del(object, "locked");
	}
	rc = put_object(&plain, object, err);
	if (rc != ANTIN_OK || !locked)
		return rc;
	if (!json_is_object(locked))
		return antin_fail(err, ANTIN_E_CONFIG, N_("locked must be a JSON object"));
	return put_object(&binding, locked, err);
}

static enum antin_rc
read_layer(struct cli_settings *s, enum cli_origin origin, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	ANTIN_OWN(json_t) object = NULL;
	enum antin_rc rc = cli_settings_path(origin, &path, err);

	if (rc == ANTIN_OK)
		rc = load_file((const char *)path.p, &object, err);
	if (rc != ANTIN_OK || !object)
		return rc;
	rc = cli_settings_put(s, object, origin, err);
	if (rc != ANTIN_OK)
		antin_err_set_file(err, (const char *)path.p);
	return rc;
}

static enum antin_rc
read_environment(struct cli_settings *s, struct antin_err *err)
{
	struct layer l = {s, CLI_FROM_ENVIRONMENT, false};

	for (size_t i = 0; i < SETTINGS; i++) {
		const struct cli_setting_row *row = &cli_setting_rows[i];
		char variable[64];
		const char *value =
		        getenv(cli_setting_variable(row->name, variable, sizeof(variable)));
		enum antin_rc rc;

		if (!value || !*value)
			continue;
		rc = check_value(row, value, ANTIN_E_CONFIG, err);
		if (rc != ANTIN_OK)
			return antin_wrap(err, rc, N_("environment variable %s"), variable);
		rc = put(&l, row, value, err);
		if (rc != ANTIN_OK)
			return rc;
	}
	return ANTIN_OK;
}

/* No HOME is no error here: there is then no file of the user. */
static enum antin_rc
read_user(struct cli_settings *s, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	struct antin_err ignored = {0};

	if (cli_settings_path(CLI_FROM_USER, &path, &ignored) == ANTIN_E_CONFIG)
		return ANTIN_OK;
	return read_layer(s, CLI_FROM_USER, err);
}

enum antin_rc
cli_settings_new(struct cli_settings **out, struct antin_err *err)
{
	ANTIN_OWN_S(cli_settings) s = calloc(1, sizeof(*s));
	struct layer l = {s, CLI_FROM_PROGRAM, false};
	enum antin_rc rc = ANTIN_OK;

	if (!s)
		return antin_fail_memory(err);
	for (size_t i = 0; rc == ANTIN_OK && i < SETTINGS; i++)
		if (cli_setting_rows[i].initial)
			rc = put(&l, &cli_setting_rows[i], cli_setting_rows[i].initial, err);
	if (rc == ANTIN_OK)
		*out = ANTIN_TAKE(s);
	return rc;
}

enum antin_rc
cli_settings_load(struct cli_settings **out, struct antin_err *err)
{
	ANTIN_OWN_S(cli_settings) s = NULL;
	enum antin_rc rc = cli_settings_new(&s, err);

	if (rc == ANTIN_OK)
		rc = read_layer(s, CLI_FROM_VENDOR, err);
	if (rc == ANTIN_OK)
		rc = read_layer(s, CLI_FROM_SYSTEM, err);
	if (rc == ANTIN_OK)
		rc = read_user(s, err);
	if (rc == ANTIN_OK)
		rc = read_environment(s, err);
	if (rc == ANTIN_OK)
		*out = ANTIN_TAKE(s);
	return rc;
}

enum antin_rc
cli_settings_get(const struct cli_settings *s, const char *name, struct cli_setting_value *out,
                 struct antin_err *err)
{
	const struct cli_setting_row *row = row_named(name);
	const struct setting_state *state;

	if (!row)
		return fail_unknown(name, ANTIN_E_USAGE, err);
	state = &s->states[row - cli_setting_rows];
	*out = (struct cli_setting_value){row, state->value, state->origin, state->locked};
	return ANTIN_OK;
}

enum antin_rc
cli_setting(struct cli *c, const char *name, const char **out, struct antin_err *err)
{
	struct cli_setting_value v = {0};
	enum antin_rc rc = cli_settings_get(c->settings, name, &v, err);

	if (rc == ANTIN_OK)
		*out = v.value;
	return rc;
}

bool
cli_setting_locked(const struct cli *c, const char *name)
{
	struct cli_setting_value v = {0};

	return cli_settings_get(c->settings, name, &v, NULL) == ANTIN_OK && v.locked;
}

/* Changes one setting in the JSON of a file; value NULL takes it out, and its section when empty.
 */
static enum antin_rc
change(json_t *object, const struct cli_setting_row *row, const char *value, struct antin_err *err)
{
	const char *dot = strchr(row->name, '.');
	const char *leaf = dot ? dot + 1 : row->name;
	json_t *to = object;
	char section[64];
	int bad = 0;

	if (dot) {
		(void)snprintf(section, sizeof(section), "%.*s", (int)(dot - row->name), row->name);
		to = json_object_get(object, section);
		if (!to && !value)
			return ANTIN_OK;
		if (!to)
			bad = json_object_set_new(object, section, to = json_object());
		else if (!json_is_object(to))
			return antin_fail(err, ANTIN_E_CONFIG,
			                  N_("setting %s has a value of the wrong type"), section);
	}
	if (value && row->kind == CLI_FLAG)
		bad |= json_object_set_new(to, leaf, json_boolean(strcmp(value, "true") == 0));
	else if (value && row->kind == CLI_NUMBER)
		bad |= json_object_set_new(to, leaf, json_integer(strtoll(value, NULL, 10)));
	else if (value)
		bad |= json_object_set_new(to, leaf, json_string(value));
	else
		(void)json_object_del(to, leaf);
	if (dot && json_object_size(to) == 0)
		(void)json_object_del(object, section);
	return bad ? antin_fail_memory(err) : ANTIN_OK;
}

enum antin_rc
cli_settings_set(const char *name, const char *value, struct antin_err *err)
{
	const struct cli_setting_row *row = row_named(name);
	ANTIN_SCOPED(antin_bytes) path = {0};
	ANTIN_SCOPED(antin_bytes) folder = {0};
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_OWN(json_t) object = NULL;
	enum antin_rc rc;

	if (!row)
		return fail_unknown(name, ANTIN_E_USAGE, err);
	rc = value ? check_value(row, value, ANTIN_E_USAGE, err) : ANTIN_OK;
	if (rc == ANTIN_OK)
		rc = cli_settings_path(CLI_FROM_USER, &path, err);
	if (rc == ANTIN_OK)
		rc = load_file((const char *)path.p, &object, err);
	if (rc == ANTIN_OK && !object)
		object = json_object();
	if (rc != ANTIN_OK)
		return rc;
	if (object && !json_is_object(object))
		return antin_fail(err, ANTIN_E_CONFIG, N_("the settings are not a JSON object"));
	rc = object ? change(object, row, value, err) : antin_fail_memory(err);
	if (rc == ANTIN_OK)
		rc = antin_json_write(object, true, &text, err);
	if (rc == ANTIN_OK)
		rc = cli_path(CLI_PLACE_CONFIG, "", &folder, err);
	if (rc == ANTIN_OK)
		rc = antin_folder_make((const char *)folder.p, err);
	if (rc == ANTIN_OK)
		rc = antin_file_write((const char *)path.p, antin_bytes_slice(&text),
		                      ANTIN_OUTPUT_REPLACE, err);
	return rc;
}
