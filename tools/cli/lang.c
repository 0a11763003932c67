/*
 * The language of the texts.  glibc's gettext wants a locale that exists; C.UTF-8 always does, and
 * LANGUAGE then names the catalogue, so Vietnamese works on a machine without its locale.
 */
#include "inner.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

static bool
starts_vi(const char *text)
{
	return strncmp(text, "vi", 2) == 0 && strchr("_.@:-", text[2]);
}

/* Unknown languages are English; NULL when the text does not say. */
static const char *
lang_of(const char *text)
{
	if (!text || !*text)
		return NULL;
	return starts_vi(text) ? "vi" : "en";
}

/* The locale as gettext looks it up: LC_ALL, LC_MESSAGES, LANG; LANGUAGE first unless that is C. */
static const char *
lang_of_locale(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
	const char *language = getenv("LANGUAGE");

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (!value || !*value)
			continue;
		if (strcmp(value, "C") != 0 && strcmp(value, "POSIX") != 0 && language && *language)
			value = language;
		return lang_of(value);
	}
	return "en";
}

const char *
cli_lang_choose(int option, const char *setting)
{
	const char *found;

	if (option != CLI_LANG_NONE)
		return option == CLI_LANG_VI ? "vi" : "en";
	found = lang_of(getenv("ANTIN_LANG"));
	if (!found)
		found = lang_of(setting);
	return found ? found : lang_of_locale();
}

void
cli_lang_use(const char *lang)
{
	ANTIN_SCOPED(antin_bytes) folder = {0};

	(void)setlocale(LC_CTYPE, "C.UTF-8");
	(void)setlocale(LC_MESSAGES, "C.UTF-8");
	(void)setenv("LANGUAGE", lang, 1);
	cli_share_folder("locale", &folder);
	(void)bindtextdomain("antin", antin_bytes_cstr(&folder));
	(void)bind_textdomain_codeset("antin", "UTF-8");
	(void)textdomain("antin");
}
