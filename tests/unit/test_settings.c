/*
 * Settings: layers, locks, refusals and writing, over files in a scratch folder.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include <antin/file.h>

#include "inner.h"

static char home[64];

static void
put_file(const char *folder, const char *content)
{
	char path[256];
	struct antin_err err = {0};

	(void)snprintf(path, sizeof(path), "%s/%s", home, folder);
	ck_assert_int_eq(antin_folder_make(path, &err), ANTIN_OK);
	(void)snprintf(path, sizeof(path), "%s/%s/antin.json", home, folder);
	ck_assert_int_eq(antin_file_write(path, antin_slice_text(content), ANTIN_OUTPUT_REPLACE,
	                                  &err),
	                 ANTIN_OK);
}

static void
begin(void)
{
	(void)snprintf(home, sizeof(home), "/tmp/antin-settings-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(home));
	(void)setenv("ANTIN_HOME", home, 1);
	(void)unsetenv("ANTIN_LANG");
	for (const struct cli_setting_row *r = cli_setting_rows; r->name; r++) {
		char variable[64];

		(void)unsetenv(cli_setting_variable(r->name, variable, sizeof(variable)));
	}
}

static void
end(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf %s", home);
	ck_assert_int_eq(system(command), 0);
}

struct layer_row {
	const char *system, *user, *variable, *value; /* file contents; environment */
	const char *name, *want;
	enum cli_origin origin;
	bool locked;
};

static const struct layer_row layers[] = {
        {NULL, NULL, NULL, NULL, "ui.color", "auto", CLI_FROM_PROGRAM, false},
        {NULL, NULL, NULL, NULL, "lang", NULL, CLI_FROM_PROGRAM, false},
        {"{\"ui\":{\"color\":\"never\"}}", NULL, NULL, NULL, "ui.color", "never", CLI_FROM_SYSTEM,
         false},
        {"{\"ui\":{\"color\":\"never\"}}", "{\"ui\":{\"color\":\"always\"}}", NULL, NULL,
         "ui.color", "always", CLI_FROM_USER, false},
        {"{\"ui\":{\"color\":\"never\"}}", "{\"ui\":{\"color\":\"always\"}}", "ANTIN_UI_COLOR",
         "auto", "ui.color", "auto", CLI_FROM_ENVIRONMENT, false},
        {NULL, "{\"ui\":{\"color\":\"always\"}}", "ANTIN_UI_COLOR", "", "ui.color", "always",
         CLI_FROM_USER, false},
        {NULL, "{\"lang\":\"vi\"}", NULL, NULL, "lang", "vi", CLI_FROM_USER, false},
        {"{\"trust\":{\"user\":false}}", "{\"trust\":{\"user\":true}}", NULL, NULL, "trust.user",
         "true", CLI_FROM_USER, false},
        {"{\"locked\":{\"trust\":{\"user\":false}}}", "{\"trust\":{\"user\":true}}",
         "ANTIN_TRUST_USER", "true", "trust.user", "false", CLI_FROM_SYSTEM, true},
        {"{\"locked\":{\"trust\":{\"user\":false}},\"trust\":{\"user\":true}}", NULL, NULL, NULL,
         "trust.user", "false", CLI_FROM_SYSTEM, true},
        {"{\"locked\":{\"token\":{\"module\":\"softhsm2\"}}}", NULL, NULL, NULL, "trust.user",
         "true", CLI_FROM_PROGRAM, false},
        {"{}", "{}", NULL, NULL, "trust.user", "true", CLI_FROM_PROGRAM, false},
        {"{\"locked\":{}}", NULL, NULL, NULL, "trust.user", "true", CLI_FROM_PROGRAM, false},
};

START_TEST(layers_in_order)
{
	const struct layer_row *l = &layers[_i];
	ANTIN_OWN_S(cli_settings) s = NULL;
	struct cli_setting_value v;
	struct antin_err err = {0};

	begin();
	if (l->system)
		put_file("etc", l->system);
	if (l->user)
		put_file("config", l->user);
	if (l->variable)
		(void)setenv(l->variable, l->value, 1);
	ck_assert_int_eq(cli_settings_load(&s, &err), ANTIN_OK);
	ck_assert_int_eq(cli_settings_get(s, l->name, &v, &err), ANTIN_OK);
	ck_assert(l->want ? v.value && strcmp(v.value, l->want) == 0 : !v.value);
	ck_assert_int_eq(v.origin, l->origin);
	ck_assert_int_eq(v.locked, l->locked);
	end();
}
END_TEST

struct refuse_row {
	const char *system, *user, *variable, *value;
	const char *says;
};

static const struct refuse_row refusals[] = {
        {NULL, "{\"ui\":{\"colour\":\"never\"}}", NULL, NULL,
         "there is no setting ui.colour; the nearest is ui.color"},
        {NULL, "{\"frobnicate\":1}", NULL, NULL, "there is no setting frobnicate"},
        {NULL, "{\"ui\":3}", NULL, NULL, "there is no setting ui"},
        {NULL, "{\"ui\":{\"color\":\"blue\"}}", NULL, NULL,
         "setting ui.color must be one of auto, always, never, not blue"},
        {NULL, "{\"ui\":{\"color\":true}}", NULL, NULL,
         "setting ui.color has a value of the wrong type"},
        {NULL, "{\"trust\":{\"user\":\"true\"}}", NULL, NULL,
         "setting trust.user has a value of the wrong type"},
        {NULL, "{\"token\":{\"module\":\"\"}}", NULL, NULL,
         "setting token.module must be text, and not empty"},
        {NULL, "{\"lang\":null}", NULL, NULL, "setting lang has a value of the wrong type"},
        {NULL, "[]", NULL, NULL, "the settings are not a JSON object"},
        {NULL, "{\"locked\":{\"trust\":{\"user\":true}}}", NULL, NULL,
         "there is no setting locked"},
        {"{\"locked\":{\"lang\":\"vi\"}}", NULL, NULL, NULL, "setting lang cannot be locked"},
        {"{\"locked\":[]}", NULL, NULL, NULL, "locked must be a JSON object"},
        {"{\"locked\":{\"trust\":{\"usr\":false}}}", NULL, NULL, NULL,
         "there is no setting trust.usr; the nearest is trust.user"},
        {NULL, NULL, "ANTIN_UI_COLOR", "blue",
         "setting ui.color must be one of auto, always, never"},
        {NULL, NULL, "ANTIN_TRUST_USER", "yes",
         "setting trust.user must be true or false, not yes"},
        {NULL, NULL, "ANTIN_TOKEN_MODULE", "\xff", "setting token.module must be text"},
};

START_TEST(refuses)
{
	const struct refuse_row *r = &refusals[_i];
	ANTIN_OWN_S(cli_settings) s = NULL;
	struct antin_err err = {0};
	char text[1024];

	begin();
	if (r->system)
		put_file("etc", r->system);
	if (r->user)
		put_file("config", r->user);
	if (r->variable)
		(void)setenv(r->variable, r->value, 1);
	ck_assert_int_eq(cli_settings_load(&s, &err), ANTIN_E_CONFIG);
	ck_assert_ptr_null(s);
	(void)antin_err_line(&err, NULL, text, sizeof(text));
	ck_assert_msg(strstr(text, r->says), "%s", text);
	if (r->system || r->user)
		ck_assert_msg(strstr(err.file, "antin.json"), "%s", err.file);
	end();
}
END_TEST

/* Cut at every place a file of settings is either whole or refused, and never half read. */
START_TEST(truncated_files)
{
	static const char whole[] = "{\"lang\":\"vi\",\"ui\":{\"color\":\"never\"}}";
	struct antin_err err = {0};

	begin();
	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		ANTIN_OWN_S(cli_settings) s = NULL;
		char cut[sizeof(whole)];

		(void)snprintf(cut, sizeof(cut), "%.*s", (int)len, whole);
		put_file("config", cut);
		antin_err_clear(&err);
		ck_assert_int_ne(cli_settings_load(&s, &err), ANTIN_OK);
		ck_assert_ptr_null(s);
	}
	end();
}
END_TEST

struct set_row {
	const char *before, *name, *value, *after;
	enum antin_rc rc;
};

static const struct set_row sets[] = {
        {NULL, "lang", "vi", "{\"lang\":\"vi\"}", ANTIN_OK},
        {NULL, "ui.color", "never", "{\"ui\":{\"color\":\"never\"}}", ANTIN_OK},
        {"{\"lang\":\"vi\"}", "lang", "en", "{\"lang\":\"en\"}", ANTIN_OK},
        {"{\"lang\":\"vi\"}", "trust.user", "false", "{\"lang\":\"vi\",\"trust\":{\"user\":false}}",
         ANTIN_OK},
        {"{\"ui\":{\"color\":\"never\"},\"lang\":\"vi\"}", "ui.color", NULL, "{\"lang\":\"vi\"}",
         ANTIN_OK},
        {"{\"lang\":\"vi\"}", "ui.color", NULL, "{\"lang\":\"vi\"}", ANTIN_OK},
        {"{\"lang\":\"vi\"}", "ui.color", "blue", "{\"lang\":\"vi\"}", ANTIN_E_USAGE},
        {"{\"lang\":\"vi\"}", "ui.colr", "never", "{\"lang\":\"vi\"}", ANTIN_E_USAGE},
        {"{\"lang\":", "lang", "en", NULL, ANTIN_E_FORMAT},
        {"[]", "lang", "en", "[]", ANTIN_E_CONFIG},
        {"{\"ui\":3}", "ui.color", "never", "{\"ui\":3}", ANTIN_E_CONFIG},
        {"{\"ui\":[]}", "ui.color", NULL, "{\"ui\":[]}", ANTIN_E_CONFIG},
};

START_TEST(writes_settings)
{
	const struct set_row *r = &sets[_i];
	struct antin_err err = {0};
	char path[256];
	json_t *got = NULL, *want = NULL;

	begin();
	if (r->before)
		put_file("config", r->before);
	ck_assert_int_eq(cli_settings_set(r->name, r->value, &err), r->rc);
	(void)snprintf(path, sizeof(path), "%s/config/antin.json", home);
	if (r->after) {
		antin_err_clear(&err);
		ck_assert_int_eq(antin_json_load(path, &got, &err), ANTIN_OK);
		want = json_loads(r->after, 0, NULL);
		ck_assert(json_equal(got, want));
	}
	json_decref(got);
	json_decref(want);
	end();
}
END_TEST

/* Every row has what its users need. */
START_TEST(table_is_sound)
{
	const struct cli_setting_row *r = &cli_setting_rows[_i];
	char variable[64];

	if (!r->name)
		return;
	ck_assert_ptr_nonnull(r->help);
	ck_assert(r->help[0] >= 'A' && r->help[0] <= 'Z');
	ck_assert_int_ne(r->help[strlen(r->help) - 1], '.');
	ck_assert((r->kind == CLI_CHOICE) == (r->choices != NULL));
	ck_assert(r->kind == CLI_CHOICE || r->kind == CLI_FLAG || r->kind == CLI_TEXT ||
	          r->kind == CLI_NUMBER);
	ck_assert((r->kind == CLI_NUMBER) == (r->max > r->min));
	ck_assert(!r->check || r->kind == CLI_TEXT);
	(void)cli_setting_variable(r->name, variable, sizeof(variable));
	ck_assert(strncmp(variable, "ANTIN_", 6) == 0);
	ck_assert_uint_eq(strspn(variable, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"), strlen(variable));
}
END_TEST

#define ROWS(a) ((int)(sizeof(a) / sizeof((a)[0])))

Suite *suite_settings(void);
Suite *
suite_settings(void)
{
	Suite *s = suite_create("settings");
	TCase *t = tcase_create("settings");

	tcase_add_loop_test(t, layers_in_order, 0, ROWS(layers));
	tcase_add_loop_test(t, refuses, 0, ROWS(refusals));
	tcase_add_test(t, truncated_files);
	tcase_add_loop_test(t, writes_settings, 0, ROWS(sets));
	tcase_add_loop_test(t, table_is_sound, 0, 4);
	suite_add_tcase(s, t);
	return s;
}
