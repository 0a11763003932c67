/*
 * The command line: parser, help, manual, completion and language from the option tables.
 */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "inner.h"

enum { COLOR_RED = 1, COLOR_GREEN };
static const struct antin_choice colors[] = {{"red", COLOR_RED}, {"green", COLOR_GREEN}, {NULL, 0}};

struct args {
	bool force;
	const char *out;
	struct cli_texts trust;
	int64_t days;
	int64_t fd;
	int color;
	int64_t at;
	struct cli_pin_args pins;
};

static const struct cli_opt opts[] = {
        CLI_OPT_FLAG(struct args, force, "force", 'f', "Replace what exists"),
        CLI_OPT_TEXT(struct args, out, "out", 'o', "FILE", "Write the result there"),
        CLI_OPT_TEXTS(struct args, trust, "trust", 't', "PATH", "Trust these certificates"),
        CLI_OPT_NUMBER(struct args, days, "days", 'd', "N", 1, 7300, "Days that it is valid"),
        CLI_OPT_NUMBER(struct args, fd, "fd", 0, "N", 0, 1023, "A descriptor", .initial = -1),
        CLI_OPT_CHOICE(struct args, color, "color", 0, "COLOR", colors, "Its colour"),
        CLI_OPT_TIME(struct args, at, "at", 0, "Time of the checks"),
        CLI_PIN_OPTS(struct args, pins),
        CLI_OPT_END,
};
static const struct cli_opt need_opts[] = {
        CLI_OPT_TEXT(struct args, out, "subject", 0, "DN", "Whose it is", .required = true),
        CLI_OPT_END,
};

static enum antin_rc
run_none(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	(void)c;
	(void)args;
	(void)operands;
	(void)err;
	return ANTIN_OK;
}

static const char *const examples[] = {"prog sign letter.pdf", NULL};
static const struct cli_cmd cmd_sign = {
        .name = "sign",
        .operands = "FILE...",
        .min_operands = 1,
        .max_operands = SIZE_MAX,
        .summary = "Sign files",
        .description = "First sentence. Second one, with a -dash and a \\ in it.",
        .opts = opts,
        .args_size = sizeof(struct args),
        .examples = examples,
        .run = run_none,
};
static const struct cli_cmd cmd_token_init = {
        .name = "token init",
        .operands = "",
        .summary = "Begin with a token",
        .opts = need_opts,
        .args_size = sizeof(struct args),
        .examples = examples,
        .run = run_none,
};
static const struct cli_cmd cmd_stamp = {
        .name = "stamp",
        .operands = "FILE",
        .min_operands = 1,
        .max_operands = 1,
        .summary = "Stamp a file",
        .opts = opts,
        .args_size = sizeof(struct args),
        .examples = examples,
        .run = run_none,
};
static const struct cli_cmd cmd_stamp_verify = {
        .name = "stamp verify",
        .operands = "FILE TSR",
        .min_operands = 2,
        .max_operands = 2,
        .summary = "Check a stamp",
        .examples = examples,
        .run = run_none,
};
static const struct cli_cmd *const commands[] = {&cmd_sign, &cmd_token_init, &cmd_stamp,
                                                 &cmd_stamp_verify, NULL};

struct common {
	const char *store;
};
static const struct cli_opt common_opts[] = {
        CLI_OPT_TEXT(struct common, store, "store", 0, "URI", "Where it is recorded"),
        CLI_OPT_END,
};
static const struct cli_program program = {
        .name = "prog",
        .section = 1,
        .summary = "Do things",
        .commands = commands,
        .common = common_opts,
        .common_size = sizeof(struct common),
};

/* Splits at blanks and parses; the words must live as long as the result. */
struct run {
	char text[512];
	char *argv[64];
	struct cli c;
	struct cli_line line;
	struct antin_err err;
	enum antin_rc rc;
};

static void
parse(struct run *r, const char *text)
{
	size_t n = 0;
	char *save = NULL;

	memset(r, 0, sizeof(*r));
	r->c.program = &program;
	(void)snprintf(r->text, sizeof(r->text), "prog %s", text);
	for (char *w = strtok_r(r->text, " ", &save); w; w = strtok_r(NULL, " ", &save))
		r->argv[n++] = w;
	r->rc = cli_parse(&r->c, r->argv, &r->line, &r->err);
}

static void
done(struct run *r)
{
	cli_line_done(&program, &r->line);
}

struct good_row {
	const char *text, *command;
	size_t operands;
	const char *out;
	int64_t days, fd;
	int color;
	bool force;
	size_t trusts;
};

static const struct good_row good[] = {
        {"sign a", "sign", 1, NULL, 0, -1, 0, false, 0},
        {"sign a b c", "sign", 3, NULL, 0, -1, 0, false, 0},
        {"sign --out x a", "sign", 1, "x", 0, -1, 0, false, 0},
        {"sign --out=x a", "sign", 1, "x", 0, -1, 0, false, 0},
        {"sign --out=--force a", "sign", 1, "--force", 0, -1, 0, false, 0},
        {"sign --out - a", "sign", 1, "-", 0, -1, 0, false, 0},
        {"sign - --out -", "sign", 1, "-", 0, -1, 0, false, 0},
        {"sign -o x a", "sign", 1, "x", 0, -1, 0, false, 0},
        {"sign -ox a", "sign", 1, "x", 0, -1, 0, false, 0},
        {"sign -fox a", "sign", 1, "x", 0, -1, 0, true, 0},
        {"sign a --force b", "sign", 2, NULL, 0, -1, 0, true, 0},
        {"sign -f -- --out", "sign", 1, NULL, 0, -1, 0, true, 0},
        {"sign -- a -- b", "sign", 3, NULL, 0, -1, 0, false, 0},
        {"sign --days 1 a", "sign", 1, NULL, 1, -1, 0, false, 0},
        {"sign --days=7300 a", "sign", 1, NULL, 7300, -1, 0, false, 0},
        {"sign --fd 0 a", "sign", 1, NULL, 0, 0, 0, false, 0},
        {"sign --color green a", "sign", 1, NULL, 0, -1, COLOR_GREEN, false, 0},
        {"sign -t a -t b --trust=c x", "sign", 1, NULL, 0, -1, 0, false, 3},
        {"--store s sign a", "sign", 1, NULL, 0, -1, 0, false, 0},
        {"sign --store=s a", "sign", 1, NULL, 0, -1, 0, false, 0},
        {"--json sign a --quiet", "sign", 1, NULL, 0, -1, 0, false, 0},
        {"-- sign a", "sign", 1, NULL, 0, -1, 0, false, 0},
        {"stamp verify", "stamp verify", 0, NULL, 0, 0, 0, false, 0},
        {"stamp f", "stamp", 1, NULL, 0, -1, 0, false, 0},
        {"stamp verify f t", "stamp verify", 2, NULL, 0, 0, 0, false, 0},
        {"token init --subject CN=x", "token init", 0, "CN=x", 0, 0, 0, false, 0},
};

START_TEST(good_lines)
{
	const struct good_row *g = &good[_i];
	struct run r;
	const struct args *a;

	parse(&r, g->text);
	if (strcmp(g->text, "stamp verify") == 0) {
		ck_assert_int_eq(r.rc,
		                 ANTIN_E_USAGE); /* the longer command wins, and lacks files */
		ck_assert_ptr_eq(r.c.command, &cmd_stamp_verify);
		done(&r);
		return;
	}
	ck_assert_msg(r.rc == ANTIN_OK, "%s: class %s", g->text, antin_rc_id(r.rc));
	ck_assert_str_eq(r.line.command->name, g->command);
	ck_assert_uint_eq(r.line.n_operands, g->operands);
	ck_assert_ptr_null(r.line.operands[g->operands]);
	if (r.line.command->opts == opts) {
		a = r.line.args;
		ck_assert_int_eq(a->days, g->days);
		ck_assert_int_eq(a->fd, g->fd);
		ck_assert_int_eq(a->color, g->color);
		ck_assert_int_eq(a->force, g->force);
		ck_assert_uint_eq(a->trust.n, g->trusts);
		ck_assert_int_eq(a->at, INT64_MIN);
		ck_assert_int_eq(a->pins.pin_fd, -1);
		ck_assert(g->out ? a->out && strcmp(a->out, g->out) == 0 : !a->out);
	}
	if (strstr(g->text, "store"))
		ck_assert_str_eq(((struct common *)r.line.common)->store, "s");
	done(&r);
}
END_TEST

struct bad_row {
	const char *text, *message;
};

static const struct bad_row bad[] = {
        {"", "a command is needed"},
        {"sgn a", "unknown command sgn; the nearest is sign"},
        {"tokn", "unknown command tokn; the nearest is token"},
        {"frobnicate", "unknown command frobnicate"},
        {"token", "token needs one more word: init"},
        {"token inti", "unknown command token inti; the nearest is token init"},
        {"token nothing", "unknown command token nothing"},
        {"sign", "what is to be worked on is missing: FILE..."},
        {"stamp a b", "b is one operand too many"},
        {"token init x --subject y", "x is one operand too many"},
        {"token init", "option --subject is needed: DN"},
        {"sign --ou x a", "unknown option --ou; the nearest is --out"},
        {"sign --frobnicate a", "unknown option --frobnicate"},
        {"sign --frobnicate=1 a", "unknown option --frobnicate"},
        {"sign --jsno a", "unknown option --jsno; the nearest is --json"},
        {"sign --describ man a", "unknown option --describ"},
        {"sign -x a", "unknown option -x"},
        {"sign -fx a", "unknown option -x"},
        {"sign --out", "option --out needs a value: FILE"},
        {"sign -o", "option --out needs a value: FILE"},
        {"sign --out= a", "option --out needs a value: FILE"},
        {"sign --out --force a", "option --out needs a value: FILE"},
        {"sign --out -- a", "option --out needs a value: FILE"},
        {"sign --force=yes a", "option --force takes no value"},
        {"sign --out a --out b c", "option --out is given twice"},
        {"sign -f --force a", "option --force is given twice"},
        {"--json sign --json a", "option --json is given twice"},
        {"sign --days x a", "option --days takes a number, not x"},
        {"sign --days 1x a", "option --days takes a number, not 1x"},
        {"sign --days=+1 a", "option --days takes a number, not +1"},
        {"sign --days=- a", "option --days takes a number, not -"},
        {"sign --days 0x10 a", "option --days takes a number, not 0x10"},
        {"sign --days 0 a", "option --days must be 1 to 7300, not 0"},
        {"sign --days 7301 a", "option --days must be 1 to 7300, not 7301"},
        {"sign --days=-5 a", "option --days must be 1 to 7300, not -5"},
        {"sign --days 99999999999999999999 a",
         "option --days must be 1 to 7300, not 99999999999999999999"},
        {"sign --color blue a", "option --color must be one of red, green, not blue"},
        {"sign --color Red a", "option --color must be one of red, green, not Red"},
        {"sign --at 31/02/2026 a", "option --at: 31/02/2026 is not a date in ISO 8601"},
        {"sign --at 2026-02-31 a", "option --at: 2026-02-31 is a day or time that does not exist"},
        {"sign --lang fr a", "option --lang must be one of vi, en, not fr"},
        {"--out x sign a", "unknown option --out"},
};

START_TEST(bad_lines)
{
	const struct bad_row *b = &bad[_i];
	char text[1024], want[1024];
	struct run r;

	parse(&r, b->text);
	ck_assert_int_eq(r.rc, ANTIN_E_USAGE);
	ck_assert_int_eq(antin_rc_exit(r.rc), 2);
	(void)antin_err_line(&r.err, NULL, text, sizeof(text));
	(void)snprintf(want, sizeof(want), "%s [usage]", b->message);
	ck_assert_str_eq(text, want);
	done(&r);
}
END_TEST

START_TEST(help_skips_checks)
{
	static const char *const lines[] = {
	        "sign --help", "token init --help", "--help",        "token --help",
	        "-h",          "sign --version",    "--describe=man"};
	struct run r;

	parse(&r, lines[_i]);
	ck_assert_int_eq(r.rc, ANTIN_OK);
	ck_assert(r.line.global.help || r.line.global.version || r.line.global.describe);
	done(&r);
}
END_TEST

START_TEST(times_are_parsed)
{
	struct run r;

	parse(&r, "sign --at 2026-11-21T07:05:09Z a");
	ck_assert_int_eq(r.rc, ANTIN_OK);
	ck_assert_int_eq(((struct args *)r.line.args)->at, 1795244709);
	done(&r);
}
END_TEST

static size_t
longest_line(const char *text)
{
	size_t longest = 0;

	while (*text) {
		size_t len = strcspn(text, "\n");
		size_t wide = 0;

		for (size_t i = 0; i < len; i++)
			wide += ((unsigned char)text[i] & 0xc0) != 0x80;
		longest = wide > longest ? wide : longest;
		text += len + (text[len] == '\n');
	}
	return longest;
}

START_TEST(help_is_complete_and_narrow)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	const char *text;

	cli_help_command(&program, &cmd_sign, &b);
	text = antin_bytes_cstr(&b);
	ck_assert_ptr_nonnull(strstr(text, "usage: prog sign [options] FILE...\n"));
	ck_assert_ptr_nonnull(strstr(text, "  -o, --out FILE "));
	ck_assert_ptr_nonnull(strstr(text, "  -t, --trust PATH... "));
	ck_assert_ptr_nonnull(strstr(text, "      --color red|green "));
	ck_assert_ptr_nonnull(strstr(text, "      --store URI "));
	ck_assert_ptr_nonnull(strstr(text, "  -h, --help "));
	ck_assert_ptr_null(strstr(text, "--describe"));
	ck_assert_uint_le(longest_line(text), 80);
	antin_bytes_clear(&b);
	cli_help_program(&program, "stamp", &b);
	text = antin_bytes_cstr(&b);
	ck_assert_ptr_nonnull(strstr(text, "  stamp verify"));
	ck_assert_ptr_null(strstr(text, "  sign"));
}
END_TEST

struct wrap_row {
	const char *text;
	size_t indent, width;
	const char *want;
};
static const struct wrap_row wraps[] = {
        {"", 0, 10, "\n"},
        {"a b", 0, 10, "a b\n"},
        {"aaaa bbbb cccc", 0, 9, "aaaa bbbb\ncccc\n"},
        {"aaaa bbbb cccc", 2, 9, "aaaa\n  bbbb\n  cccc\n"},
        {"one  two", 0, 80, "one two\n"},
        {"toolongforaline x", 0, 5, "toolongforaline\nx\n"},
        {"chứng thư số", 0, 9, "chứng thư\nsố\n"},
};

START_TEST(wraps_at_words)
{
	ANTIN_SCOPED(antin_bytes) b = {0};

	cli_wrap_add(&b, wraps[_i].text, wraps[_i].indent, wraps[_i].width);
	ck_assert_str_eq(antin_bytes_cstr(&b), wraps[_i].want);
}
END_TEST

START_TEST(manual_escapes)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	const char *text;

	cli_man_add(&program, &b);
	text = antin_bytes_cstr(&b);
	ck_assert_ptr_nonnull(
	        strstr(text, "\nFirst sentence.\nSecond one, with a \\-dash and a \\e in it.\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n.It Fl o , Fl \\-out Ar \"FILE\"\n"));
	ck_assert_ptr_nonnull(strstr(text, "One of: red, green.\n"));
	ck_assert_ptr_nonnull(strstr(text, "A number from 1 to 7300.\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n.\\\" BODY\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n.Dl \"prog sign letter.pdf\"\n"));
}
END_TEST

START_TEST(describes_all_as_json)
{
	json_t *j = cli_describe_json(&program);
	json_t *schema = NULL;
	struct antin_err err = {0};
	const json_t *first;

	ck_assert_ptr_nonnull(j);
	ck_assert_int_eq(antin_json_load("docs/schema/antin.describe-1.json", &schema, &err),
	                 ANTIN_OK);
	ck_assert_uint_eq(json_array_size(json_object_get(j, "commands")), 4);
	first = json_array_get(json_object_get(j, "commands"), 0);
	ck_assert_int_eq(json_integer_value(json_object_get(first, "maxOperands")), -1);
	ck_assert_uint_eq(json_array_size(json_object_get(first, "options")), 12);
	/* Without the command that has no option table. */
	(void)json_array_remove(json_object_get(j, "commands"), 3);
	ck_assert_int_eq(antin_json_check(schema, j, &err), ANTIN_OK);
	json_decref(schema);
	json_decref(j);
}
END_TEST

struct lang_row {
	int option;
	const char *environment, *setting, *lc_all, *lang, *language, *want;
};
static const struct lang_row lang_rows[] = {
        {CLI_LANG_VI, "en", "en", "C", NULL, NULL, "vi"},
        {CLI_LANG_EN, "vi", "vi", "vi_VN", NULL, NULL, "en"},
        {CLI_LANG_NONE, "vi", "en", "C", NULL, NULL, "vi"},
        {CLI_LANG_NONE, NULL, "vi", "C", NULL, NULL, "vi"},
        {CLI_LANG_NONE, NULL, "en", "vi_VN.UTF-8", NULL, NULL, "en"},
        {CLI_LANG_NONE, NULL, NULL, "vi_VN", NULL, NULL, "vi"},
        {CLI_LANG_NONE, NULL, NULL, "vi_VN.UTF-8", NULL, NULL, "vi"},
        {CLI_LANG_NONE, NULL, NULL, NULL, "vi", NULL, "vi"},
        {CLI_LANG_NONE, NULL, NULL, "C", "vi_VN", NULL, "en"},
        {CLI_LANG_NONE, NULL, NULL, "C", NULL, "vi", "en"},
        {CLI_LANG_NONE, NULL, NULL, "en_US.UTF-8", NULL, "vi:en", "vi"},
        {CLI_LANG_NONE, NULL, NULL, NULL, "en_US.UTF-8", NULL, "en"},
        {CLI_LANG_NONE, NULL, NULL, "", "", NULL, "en"},
        {CLI_LANG_NONE, NULL, NULL, NULL, NULL, NULL, "en"},
        {CLI_LANG_NONE, NULL, NULL, "vista", NULL, NULL, "en"},
        {CLI_LANG_NONE, "vi_VN", NULL, NULL, NULL, NULL, "vi"},
};

static void
put_variable(const char *name, const char *value)
{
	if (value)
		(void)setenv(name, value, 1);
	else
		(void)unsetenv(name);
}

START_TEST(chooses_language)
{
	const struct lang_row *l = &lang_rows[_i];

	put_variable("ANTIN_LANG", l->environment);
	put_variable("LC_ALL", l->lc_all);
	put_variable("LC_MESSAGES", NULL);
	put_variable("LANG", l->lang);
	put_variable("LANGUAGE", l->language);
	ck_assert_str_eq(cli_lang_choose(l->option, l->setting), l->want);
}
END_TEST

START_TEST(values_that_are_files)
{
	static const char *const yes[] = {"FILE", "PATH", "URI|FILE", "FILE|-", "CERT", "PROGRAM"};
	static const char *const no[] = {"N", "TIME", "NAME", "DN", "URL", "TEXT"};

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		ck_assert_msg(cli_value_is_file(yes[i]), "%s", yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		ck_assert_msg(!cli_value_is_file(no[i]), "%s", no[i]);
	ck_assert(!cli_value_is_file(NULL));
}
END_TEST

struct path_row {
	enum cli_place place;
	const char *home, *xdg, *moved, *want;
};
static const struct path_row path_rows[] = {
        {CLI_PLACE_CONFIG, "/h", NULL, NULL, "/h/.config/antin/x"},
        {CLI_PLACE_CONFIG, "/h", "/c", NULL, "/c/antin/x"},
        {CLI_PLACE_CONFIG, "/h", "relative", NULL, "/h/.config/antin/x"},
        {CLI_PLACE_CONFIG, "/h", "/c", "/m", "/m/config/x"},
        {CLI_PLACE_CONFIG, NULL, NULL, NULL, NULL},
        {CLI_PLACE_STATE, "/h", NULL, NULL, "/h/.local/state/antin/x"},
        {CLI_PLACE_STATE, "/h", NULL, "/m", "/m/state/x"},
        {CLI_PLACE_CACHE, "/h", NULL, NULL, "/h/.cache/antin/x"},
        {CLI_PLACE_SYSTEM, NULL, NULL, NULL, "/etc/antin/x"},
        {CLI_PLACE_SYSTEM, NULL, NULL, "/m", "/m/etc/x"},
        {CLI_PLACE_LIB, NULL, NULL, "", "/var/lib/antin/x"},
        {CLI_PLACE_LIB, NULL, NULL, "/m", "/m/lib/x"},
};

START_TEST(places)
{
	const struct path_row *p = &path_rows[_i];
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_err err = {0};
	enum antin_rc rc;

	put_variable("HOME", p->home);
	put_variable("XDG_CONFIG_HOME", p->xdg);
	put_variable("XDG_STATE_HOME", NULL);
	put_variable("XDG_CACHE_HOME", NULL);
	put_variable("ANTIN_HOME", p->moved);
	rc = cli_path(p->place, "x", &b, &err);
	if (!p->want) {
		ck_assert_int_eq(rc, ANTIN_E_CONFIG);
		ck_assert_uint_eq(b.len, 0);
		return;
	}
	ck_assert_int_eq(rc, ANTIN_OK);
	ck_assert_str_eq(antin_bytes_cstr(&b), p->want);
}
END_TEST

#define ROWS(a) ((int)(sizeof(a) / sizeof((a)[0])))

Suite *suite_cli(void);
Suite *
suite_cli(void)
{
	Suite *s = suite_create("cli");
	TCase *t = tcase_create("cli");

	tcase_add_loop_test(t, good_lines, 0, ROWS(good));
	tcase_add_loop_test(t, bad_lines, 0, ROWS(bad));
	tcase_add_loop_test(t, help_skips_checks, 0, 7);
	tcase_add_test(t, times_are_parsed);
	tcase_add_test(t, help_is_complete_and_narrow);
	tcase_add_loop_test(t, wraps_at_words, 0, ROWS(wraps));
	tcase_add_test(t, manual_escapes);
	tcase_add_test(t, describes_all_as_json);
	tcase_add_loop_test(t, chooses_language, 0, ROWS(lang_rows));
	tcase_add_test(t, values_that_are_files);
	tcase_add_loop_test(t, places, 0, ROWS(path_rows));
	suite_add_tcase(s, t);
	return s;
}
