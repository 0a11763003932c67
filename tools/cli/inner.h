/*
 * What the files of tools/cli share among themselves; commands include cli.h only.
 */
#ifndef ANTIN_CLI_INNER_H
#define ANTIN_CLI_INNER_H

#include "cli.h"

/* The options that every command has. */
struct cli_global {
	bool json, quiet, help, version;
	int lang, describe;
};
enum cli_lang { CLI_LANG_NONE, CLI_LANG_VI, CLI_LANG_EN };
enum cli_describe { CLI_DESCRIBE_NONE, CLI_MAN, CLI_BASH, CLI_ZSH, CLI_JSON };
extern const struct cli_opt cli_global_opts[];

/* A command line taken apart. */
struct cli_line {
	struct cli_global global;
	const struct cli_cmd *command; /* NULL: none named */
	const char *group;             /* "token" named alone, with --help */
	void *common, *args;
	char **operands;
	size_t n_operands;
};
/* On failure c->command says how far it came.  Done in any case. */
enum antin_rc cli_parse(struct cli *c, char **argv, struct cli_line *out, struct antin_err *err)
        ANTIN_MUST;
void cli_line_done(const struct cli_program *program, struct cli_line *line);

/* The tables that a command's options come from, nearest first; NULL entries may occur. */
enum { CLI_TABLES = 3 };
void cli_tables(const struct cli_program *p, const struct cli_cmd *cmd,
                const struct cli_opt *out[CLI_TABLES]);
size_t cli_opts_count(const struct cli_opt *opts);
/* The value is a file or folder, so completion offers their names. */
bool cli_value_is_file(const char *value);
/* "b|t|lt": the names of the choices with this between them. */
void cli_choices_add(struct antin_bytes *b, const struct antin_choice *choices,
                     const char *between);
/* The program is one command, without a word for it. */
bool cli_single(const struct cli_program *p);
/* The commands of a group have names that begin with `group` and a space. */
bool cli_in_group(const struct cli_cmd *cmd, const char *group);

void cli_help_program(const struct cli_program *p, const char *group, struct antin_bytes *out);
void cli_help_command(const struct cli_program *p, const struct cli_cmd *cmd,
                      struct antin_bytes *out);
/* Adds `text` broken at spaces so that no line is longer than `width` characters. */
void cli_wrap_add(struct antin_bytes *b, const char *text, size_t indent, size_t width);

/* --describe: always English. */
void cli_man_add(const struct cli_program *p, struct antin_bytes *b);
void cli_bash_add(const struct cli_program *p, struct antin_bytes *b);
void cli_zsh_add(const struct cli_program *p, struct antin_bytes *b);
json_t *cli_describe_json(const struct cli_program *p);

/* Language of the run: "vi" or "en", from the option, ANTIN_LANG, the setting, the locale. */
const char *cli_lang_choose(int option, const char *setting);
void cli_lang_use(const char *lang);

/* Settings: one row a setting. */
struct cli_setting_row {
	const char *name;    /* "ui.color" */
	enum cli_kind kind;  /* FLAG, TEXT, NUMBER or CHOICE */
	const char *initial; /* as text; NULL: unset */
	const struct antin_choice *choices;
	int64_t min, max; /* of a NUMBER */
	bool lockable;    /* the administrator can bind it */
	const char *help;
	/* What a TEXT must be; CONFIG says what is wrong.  NULL: any. */
	enum antin_rc (*check)(const char *value, struct antin_err *err);
};
extern const struct cli_setting_row cli_setting_rows[];
enum cli_origin {
	CLI_FROM_PROGRAM,
	CLI_FROM_VENDOR,
	CLI_FROM_SYSTEM,
	CLI_FROM_USER,
	CLI_FROM_ENVIRONMENT,
	CLI_ORIGINS
};
const char *cli_origin_name(enum cli_origin o); /* marked for translation */
const char *cli_origin_id(enum cli_origin o);   /* for JSON */
/*
 * libp11_words.c: whether a line begins with a word, and what stands behind it; a word of octets
 * put to a line; and the words "ID LABEL PUBLIC-KEY" as one more key, the list to be freed also
 * when that failed.
 */
bool cli_libp11_begins(const char *line, const char *word, const char **rest);
void cli_libp11_word_add(struct antin_bytes *line, struct antin_slice s);
bool cli_libp11_key_add(struct cli_libp11_keys *l, const char *words);

/* tokens.c: by the settings. */
enum antin_rc cli_tokens_begin(struct cli *c, struct antin_err *err) ANTIN_MUST;
/* How long a call may take; 0: the usual. */
unsigned int cli_tokens_timeout_ms(void);

/* Settings with the values of the program only; and a layer of JSON put on top. */
enum antin_rc cli_settings_new(struct cli_settings **out, struct antin_err *err) ANTIN_MUST;
enum antin_rc cli_settings_put(struct cli_settings *s, json_t *object, enum cli_origin origin,
                               struct antin_err *err) ANTIN_MUST;
/* Reads all layers; on failure nothing is set. */
enum antin_rc cli_settings_load(struct cli_settings **out, struct antin_err *err) ANTIN_MUST;
void cli_settings_free(struct cli_settings *s);
ANTIN_OWNER_S(cli_settings, cli_settings_free);
struct cli_setting_value {
	const struct cli_setting_row *row;
	const char *value; /* NULL: unset */
	enum cli_origin origin;
	bool locked;
};
/* USAGE with the nearest name when there is no such setting. */
enum antin_rc cli_settings_get(const struct cli_settings *s, const char *name,
                               struct cli_setting_value *out, struct antin_err *err) ANTIN_MUST;
/* The file of a layer; the vendor's, the system's or the user's. */
enum antin_rc cli_settings_path(enum cli_origin layer, struct antin_bytes *out,
                                struct antin_err *err) ANTIN_MUST;
/* Writes a setting into the user's file; NULL takes it out. */
enum antin_rc cli_settings_set(const char *name, const char *value, struct antin_err *err)
        ANTIN_MUST;
/* "ui.color" to "ANTIN_UI_COLOR"; returns out. */
char *cli_setting_variable(const char *name, char *out, size_t cap);

/* share/NAME beside the program's folder, else the installed one; appends. */
void cli_share_folder(const char *name, struct antin_bytes *out);

/* The terminal of the person, whatever stdin and stdout are; echo off for secrets. */
bool cli_tty_present(void);
enum antin_rc cli_tty_ask(const char *prompt, bool echo, struct antin_bytes *answer,
                          struct antin_err *err) ANTIN_MUST;

/* Runs a program with the words of `command` and appends what it prints, at most `max` octets. */
enum antin_rc cli_program_output(const char *command, size_t max, struct antin_bytes *out,
                                 struct antin_err *err) ANTIN_MUST;

#endif
