/*
 * The command line: one table of options per sub-command feeds the parser, --help, the manual
 * page, completion and the JSON description; one object carries the run (language, output, clock).
 * Commands hold no cryptography and no policy of their own: they read options, call the library,
 * and print.
 */
#ifndef ANTIN_CLI_H
#define ANTIN_CLI_H

#include <stdio.h>

#include <libintl.h>

#include <antin/clock.h>
#include <antin/fields.h>
#include <antin/given.h>
#include <antin/json.h>
#include <antin/keystore.h>
#include <antin/net.h>

#define _(text) gettext(text)

enum cli_kind {
	CLI_FLAG,   /* bool */
	CLI_TEXT,   /* const char * */
	CLI_TEXTS,  /* struct cli_texts: the option may be given again and again */
	CLI_NUMBER, /* int64_t, min..max */
	CLI_CHOICE, /* int, from choices */
	CLI_TIME,   /* int64_t seconds; INT64_MIN when not given */
};

struct cli_texts {
	const char **items;
	size_t n;
};

/* One option.  `help` begins with a capital and has no final stop; texts are marked N_(). */
struct cli_opt {
	const char *name; /* "out", without dashes */
	char letter;      /* 'o', or 0 */
	enum cli_kind kind;
	size_t offset;     /* of the field in the command's args */
	const char *value; /* what stands for the value in help: "FILE"; NULL for flags */
	const char *help;
	const struct antin_choice *choices; /* NULL-named entry ends */
	int64_t min, max;
	int64_t initial; /* of numbers and choices that are not given */
	bool required;
	bool hidden; /* not in --help and completion, but in the manual */
};

/* Type-checked rows: the field must have the type of the kind. */
#define CLI_AT(args, field, type) (offsetof(args, field) + _Generic(((args *)0)->field, type : 0))
#define CLI_OPT_FLAG(args, field, n, l, h)                                                         \
	{                                                                                          \
		.name = (n), .letter = (l), .kind = CLI_FLAG, .offset = CLI_AT(args, field, bool), \
		.help = (h)                                                                        \
	}
#define CLI_OPT_TEXT(args, field, n, l, v, h, ...)                                                 \
	{                                                                                          \
		.name = (n), .letter = (l), .kind = CLI_TEXT,                                      \
		.offset = CLI_AT(args, field, const char *), .value = (v), .help = (h),            \
		__VA_ARGS__                                                                        \
	}
#define CLI_OPT_TEXTS(args, field, n, l, v, h, ...)                                                \
	{                                                                                          \
		.name = (n), .letter = (l), .kind = CLI_TEXTS,                                     \
		.offset = CLI_AT(args, field, struct cli_texts), .value = (v), .help = (h),        \
		__VA_ARGS__                                                                        \
	}
#define CLI_OPT_NUMBER(args, field, n, l, v, lo, hi, h, ...)                                       \
	{                                                                                          \
		.name = (n), .letter = (l), .kind = CLI_NUMBER,                                    \
		.offset = CLI_AT(args, field, int64_t), .value = (v), .min = (lo), .max = (hi),    \
		.help = (h), __VA_ARGS__                                                           \
	}
#define CLI_OPT_CHOICE(args, field, n, l, v, c, h, ...)                                            \
	{                                                                                          \
		.name = (n), .letter = (l), .kind = CLI_CHOICE,                                    \
		.offset = CLI_AT(args, field, int), .value = (v), .choices = (c), .help = (h),     \
		__VA_ARGS__                                                                        \
	}
#define CLI_OPT_TIME(args, field, n, l, h, ...)                                                    \
	{                                                                                          \
		.name = (n), .letter = (l), .kind = CLI_TIME,                                      \
		.offset = CLI_AT(args, field, int64_t), .value = "TIME", .help = (h), __VA_ARGS__  \
	}
#define CLI_OPT_END                                                                                \
	{                                                                                          \
		.name = NULL                                                                       \
	}

struct cli;
struct cli_settings;

/* One sub-command; `name` may have two words ("token init"), or be "": the program's only one. */
struct cli_cmd {
	const char *name;
	const char *operands; /* "FILE..."; "" for none */
	size_t min_operands, max_operands;
	const char *summary;        /* one line, N_() */
	const char *description;    /* a paragraph for the manual, N_() */
	const struct cli_opt *opts; /* NULL: none but those that every command has */
	size_t args_size;
	const char *const *examples; /* shell lines that the tests run; NULL-terminated */
	/* `operands` is NULL-terminated; all texts live as long as the run. */
	enum antin_rc (*run)(struct cli *c, const void *args, char **operands,
	                     struct antin_err *err);
};

struct cli_program {
	const char *name;                      /* "antin" */
	int section;                           /* of the manual: 1 or 8 */
	const char *summary;                   /* N_() */
	const struct cli_cmd *const *commands; /* NULL-terminated */
	const struct cli_opt
	        *common; /* options of the program itself, before the command; or NULL */
	size_t common_size;
};

/* One run of a program; the fields are for reading unless said. */
struct cli {
	const struct cli_program *program;
	const struct cli_cmd *command;
	void *common;         /* the program's own options */
	bool json, quiet;     /* --json --quiet */
	bool color, terminal; /* stdout is one; a person can be asked */
	const char *lang;     /* "vi" or "en" */
	struct antin_clock clock;
	int64_t now;   /* taken once */
	int exit_code; /* commands set it for results that are no errors (verify); else 0 */
	bool error_shown;
	struct cli_settings *settings;
	struct cli_progress *progress; /* cli_progress's own */
};

/* The whole program: parse, run, print the error, return the exit code. */
int cli_main(const struct cli_program *program, int argc, char **argv);

/* Output.  Text goes to stdout unless --quiet or --json; foreign text must be made safe before. */
void cli_say(struct cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Escape sequences for the terminal, "" where colour is off: c is closed with CLI_PLAIN. */
enum cli_style { CLI_PLAIN, CLI_BOLD, CLI_GOOD, CLI_DOUBT, CLI_BAD };
const char *cli_style(const struct cli *c, enum cli_style s);
/* A remark for the person at the terminal: stderr, not with --quiet. */
void cli_note(struct cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* For antin_err_line and its like. */
const char *cli_translate(const char *text);
/* With --json: one object, one line on stdout.  Takes over `object`, which begins with "schema". */
void cli_json(struct cli *c, json_t *object);
/* Prints an error (stderr text with hint; stdout JSON with --json). */
void cli_error(struct cli *c, const struct antin_err *err);
/* Progress after a second: a line that rewrites itself on a terminal, nothing elsewhere. */
void cli_progress(struct cli *c, const char *what, uint64_t done, uint64_t total);
void cli_progress_end(struct cli *c);
/*
 * Appends the command line that does the same again for this operand, quoted for a shell: the
 * options given, but those named in `without` (NULL-terminated).
 */
void cli_again(const struct cli *c, const void *args, const char *operand,
               const char *const *without, struct antin_bytes *out);
/* Asks a question at the terminal and reads one line; CANCELLED without a terminal or answer. */
enum antin_rc cli_ask(struct cli *c, const char *question, struct antin_bytes *answer,
                      struct antin_err *err) ANTIN_MUST;

/*
 * PIN options, the same in every command that needs a PIN: put CLI_PIN_OPTS in the table.  They
 * stand for the user PIN of a token (also one being set) or the passphrase of a key file; a command
 * that needs the security officer's PIN too has CLI_SO_PIN_OPTS and a second source.
 */
struct cli_pin_args {
	const char *pin_file, *pin_env, *pin_program;
	int64_t pin_fd;       /* -1 none */
	const char *last_try; /* the end of a serial: consent without a terminal */
};
#define CLI_PIN_ROWS(args, field, what, file_help, env_help, fd_help, program_help)                \
	CLI_OPT_TEXT(args, field.pin_file, what "-file", 0, "FILE", file_help),                    \
	        CLI_OPT_TEXT(args, field.pin_env, what "-env", 0, "NAME", env_help),               \
	        CLI_OPT_NUMBER(args, field.pin_fd, what "-fd", 0, "N", 0, 1023, fd_help,           \
	                       .initial = -1),                                                     \
	        CLI_OPT_TEXT(args, field.pin_program, what "-program", 0, "PROGRAM", program_help)
#define CLI_LAST_TRY_OPT(args, field)                                                              \
	CLI_OPT_TEXT(args, field.last_try, "last-try", 0, "SERIAL",                                \
	             N_("Use the last try of the token whose serial number ends so"))
#define CLI_PIN_OPTS(args, field)                                                                  \
	CLI_PIN_ROWS(args, field, "pin",                                                           \
	             N_("Read the PIN from the first line of a file with mode 0600"),              \
	             N_("Read the PIN from an environment variable"),                              \
	             N_("Read the PIN from an open file descriptor"),                              \
	             N_("Run a program that prints the PIN")),                                     \
	        CLI_LAST_TRY_OPT(args, field)
/* A PIN that is set in place of the one above. */
#define CLI_NEW_PIN_OPTS(args, field)                                                              \
	CLI_PIN_ROWS(args, field, "new-pin",                                                       \
	             N_("Read the new PIN from the first line of a file with mode 0600"),          \
	             N_("Read the new PIN from an environment variable"),                          \
	             N_("Read the new PIN from an open file descriptor"),                          \
	             N_("Run a program that prints the new PIN"))
#define CLI_PUK_OPTS(args, field)                                                                  \
	CLI_PIN_ROWS(args, field, "puk",                                                           \
	             N_("Read the PUK from the first line of a file with mode 0600"),              \
	             N_("Read the PUK from an environment variable"),                              \
	             N_("Read the PUK from an open file descriptor"),                              \
	             N_("Run a program that prints the PUK"))
#define CLI_PASSPHRASE_OPTS(args, field)                                                           \
	CLI_PIN_ROWS(args, field, "passphrase",                                                    \
	             N_("Read the passphrase from the first line of a file with mode 0600"),       \
	             N_("Read the passphrase from an environment variable"),                       \
	             N_("Read the passphrase from an open file descriptor"),                       \
	             N_("Run a program that prints the passphrase"))
#define CLI_SO_PIN_OPTS(args, field)                                                               \
	CLI_PIN_ROWS(args, field, "so-pin",                                                        \
	             N_("Read the security officer's PIN from a file with mode 0600"),             \
	             N_("Read the security officer's PIN from an environment variable"),           \
	             N_("Read the security officer's PIN from an open file descriptor"),           \
	             N_("Run a program that prints the security officer's PIN"))
/* The last characters of a token's serial, which a person reads off it and types. */
enum { CLI_SERIAL_END = 4 };
const char *cli_serial_end(const char *serial);
/* Whether one of them says where the PIN comes from; else a person is asked. */
bool cli_pins_given(const struct cli_pin_args *args);
struct cli_pins; /* owns what the source needs */
/*
 * A source over these options, else the terminal, else PIN_NEEDED.  More than one option is USAGE.
 * The last try of a token is used only after the person typed the end of its serial, or gave it
 * with --last-try.
 */
enum antin_rc cli_pins_new(struct cli *c, const struct cli_pin_args *args, struct cli_pins **out,
                           struct antin_err *err) ANTIN_MUST;
const struct antin_pin_source *cli_pins_source(struct cli_pins *p);
void cli_pins_free(struct cli_pins *p);
ANTIN_OWNER_S(cli_pins, cli_pins_free);

/*
 * Runs a program without a shell, input or output of ours, and waits for it.  MISSING: it is not
 * installed; SERVICE: it failed.
 */
enum antin_rc cli_run(char *const *words, struct antin_err *err) ANTIN_MUST;

/* The network of this run, by the settings. */
enum cli_network {
	CLI_NETWORK_AS_SET,
	CLI_NETWORK_OFFLINE, /* nothing is asked, whatever they say */
	CLI_NETWORK_FRESH,   /* no copies are taken, none kept */
};
enum antin_rc cli_network(struct cli *c, enum cli_network how, struct antin_net **out,
                          struct antin_err *err) ANTIN_MUST;
/* antin_certs_load, where at least one certificate must be there. */
enum antin_rc cli_certs(const char *path, struct antin_certs *out, struct antin_err *err)
        ANTIN_MUST;
/* As cli_certs, of files that were taken before; takes their octets. */
enum antin_rc cli_certs_read(struct antin_given *files, const char *path, struct antin_certs *out,
                             struct antin_err *err) ANTIN_MUST;
/*
 * From now on this process can read no file, reach nobody and run nothing: it can print, and end.
 * For what is read then; unless the setting verify.isolate is false.  SERVICE when it cannot be.
 */
enum antin_rc cli_shut_in(struct cli *c, struct antin_err *err) ANTIN_MUST;
/* The PKCS#11 module of a run: --module unless the administrator's lock forbids it, or the setting.
 */
enum antin_rc cli_token_module(struct cli *c, const char *option, const char **out,
                               struct antin_err *err) ANTIN_MUST;
/* Whether a key is named by a PKCS#11 URI, not by a file. */
bool cli_is_token_uri(const char *key);
/*
 * The key store that a --key value belongs to: "pkcs11:..." a token, anything else a file.
 * `module` is --module or NULL.  pin-value in a URI is refused (USAGE).
 */
enum antin_rc cli_keystore(struct cli *c, const char *key, const char *module,
                           const struct antin_pin_source *pins, struct antin_keystore **out,
                           struct antin_err *err) ANTIN_MUST;
/*
 * How drivers of tokens are to be run, instead of by the setting token.isolate; before the first
 * token is touched.
 */
struct cli_token_how {
	bool isolate;            /* each in a process of its own */
	const char *environment; /* names of variables that it gets besides; NULL: as set */
	unsigned int timeout;    /* seconds for a call; 0: the usual */
};
enum antin_rc cli_tokens_configure(struct cli *c, const struct cli_token_how *how,
                                   struct antin_err *err) ANTIN_MUST;

/* --subject: what is wrong with it is a wrong command line, not a wrong file. */
enum antin_rc cli_subject(const char *subject, struct antin_bytes *der, struct antin_err *err)
        ANTIN_MUST;

/*
 * What programs that use libp11 see of a token: libp11 straight on the token's module, in a process
 * of its own.  `program` NULL: the one that is installed.  UNSUPPORTED: libp11 says no.  NOT_FOUND:
 * it is not on this computer; TIMEOUT: no answer came in the time of a token's call; TOKEN: the
 * process crashed; FORMAT: it answered nonsense.  After these four it is over, and every call fails
 * the same.
 */
struct antin_token_info;
struct cli_libp11;
struct cli_libp11_key {
	struct antin_bytes id, spki; /* SPKI empty: libp11 cannot read it */
	char label[128];             /* foreign text */
};
struct cli_libp11_keys {
	struct cli_libp11_key *items;
	size_t n, cap;
};
enum antin_rc cli_libp11_new(const char *program, struct cli_libp11 **out, struct antin_err *err)
        ANTIN_MUST;
void cli_libp11_free(struct cli_libp11 *x);
ANTIN_OWNER_S(cli_libp11, cli_libp11_free);
/* Initialises the module with `args` (NULL none) and finds the token by slot and serial. */
enum antin_rc cli_libp11_open(struct cli_libp11 *x, const struct antin_token_info *token,
                              const char *args, struct antin_err *err) ANTIN_MUST;
const char *cli_libp11_version(const struct cli_libp11 *x); /* "" before it was opened */
/* To be called once, and only with a PIN that the token has taken. */
enum antin_rc cli_libp11_login(struct cli_libp11 *x, struct antin_slice pin, struct antin_err *err)
        ANTIN_MUST;
void cli_libp11_keys_done(struct cli_libp11_keys *l);
ANTIN_SCOPED_S(cli_libp11_keys, cli_libp11_keys_done);
enum antin_rc cli_libp11_keys(struct cli_libp11 *x, struct cli_libp11_keys *out,
                              struct antin_err *err) ANTIN_MUST;
/* With key `i` of the list; appends the signature as it came, not verified. */
enum antin_rc cli_libp11_sign(struct cli_libp11 *x, size_t i, struct antin_sigalg a,
                              struct antin_slice message, struct antin_bytes *signature,
                              struct antin_err *err) ANTIN_MUST;
/* Logs out and finalises the module, which may crash or hang too. */
enum antin_rc cli_libp11_close(struct cli_libp11 *x, struct antin_err *err) ANTIN_MUST;

/* Places: ANTIN_HOME moves all of them.  Each is appended with `tail`. */
enum cli_place {
	CLI_PLACE_CONFIG, /* $XDG_CONFIG_HOME/antin */
	CLI_PLACE_STATE,  /* $XDG_STATE_HOME/antin */
	CLI_PLACE_CACHE,  /* $XDG_CACHE_HOME/antin */
	CLI_PLACE_SYSTEM, /* /etc/antin */
	CLI_PLACE_LIB,    /* /var/lib/antin */
	CLI_PLACE_SHARE,  /* share/antin beside the program's bin, else the installed one */
};
enum antin_rc cli_path(enum cli_place place, const char *tail, struct antin_bytes *out,
                       struct antin_err *err) ANTIN_MUST;
/* Where a program that works for this one is ("antin-worker"); appends. */
enum antin_rc cli_helper(const char *name, struct antin_bytes *out, struct antin_err *err)
        ANTIN_MUST;
/* Whether two paths lead to one file, by whatever names. */
bool cli_same_file(const char *a, const char *b);

/*
 * A setting by its dotted name, as text ("token.module"); NULL when unset and without default.
 * settings.c has the table.  A locked setting was bound by the administrator: an option that would
 * override it is refused by the command (POLICY).
 */
enum antin_rc cli_setting(struct cli *c, const char *name, const char **out, struct antin_err *err)
        ANTIN_MUST;
/* One that is true or false, and one that is a number: untouched when it is unset. */
enum antin_rc cli_setting_flag(struct cli *c, const char *name, bool *out, struct antin_err *err)
        ANTIN_MUST;
enum antin_rc cli_setting_number(struct cli *c, const char *name, uint32_t *out,
                                 struct antin_err *err) ANTIN_MUST;
bool cli_setting_locked(const struct cli *c, const char *name);

#endif
