/*
 * cli_libp11: what comes back from a process that may crash, hang or talk nonsense.  The process is
 * a shell script here; with the real one the script tests/cli/token_libp11.sh works.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <antin_p11.h>

#include "inner.h"
#include "util.h"

static char *folder;
static const struct antin_token_info token = {.module = "/usr/lib/x.so",
                                              .slot = 5,
                                              .serial = "0a b"};

static void
setup(void)
{
	folder = util_scratch();
	ck_assert_int_eq(setenv("ANTIN_TOKEN_TIMEOUT", "20", 1), 0);
}

static void
teardown(void)
{
	(void)unsetenv("ANTIN_TOKEN_TIMEOUT");
	util_scratch_remove(folder);
}

/* A process that does this; descriptor 0 is its wire. */
static struct cli_libp11 *
script(const char *body)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	struct antin_err err = {0};
	struct cli_libp11 *x = NULL;
	const char *path = util_path(folder, "script");

	antin_bytes_printf(&text, "#!/bin/sh\nexec 9>&0\ncd '%s'\n%s\n", folder, body);
	util_write(path, antin_bytes_slice(&text));
	ck_assert_int_eq(chmod(path, 0700), 0);
	util_ok(cli_libp11_new(path, &x, &err));
	return x;
}

#define ASKED      "read -r line\n"
#define SAYS(text) "printf '" text "\\n' >&0\n"

/* What a first answer is taken for. */
static const struct {
	const char *body;
	enum antin_rc want;
	const char *text; /* in the error, or the version */
} answers[] = {
        {ASKED SAYS("ok 9.9"), ANTIN_OK, "9.9"},
        {ASKED SAYS("ok"), ANTIN_OK, ""},
        {ASKED "printf 'o' >&0; sleep 0.05; printf 'k 9' >&0; sleep 0.05; printf '\\n' >&0\n",
         ANTIN_OK, "9"},
        {SAYS("ok before it was asked") ASKED, ANTIN_OK, "ok before"},
        {ASKED SAYS("no such\\033[31mthing"), ANTIN_E_UNSUPPORTED, "such\\u{1b}[31mthing"},
        {ASKED SAYS("no"), ANTIN_E_UNSUPPORTED, "libp11 says"},
        {ASKED SAYS("okay"), ANTIN_E_FORMAT, "\"open\" cannot be read"},
        {ASKED SAYS("nothing"), ANTIN_E_FORMAT, "cannot be read"},
        {ASKED SAYS(""), ANTIN_E_FORMAT, "cannot be read"},
        {ASKED SAYS(" ok"), ANTIN_E_FORMAT, "cannot be read"},
        {ASKED SAYS("key 01 72 30"), ANTIN_E_FORMAT, "cannot be read"},
        {ASKED SAYS("ok \\000 9"), ANTIN_E_FORMAT, "cannot be read"},
        {ASKED "head -c 70000 /dev/zero | tr '\\000' o >&9\n", ANTIN_E_FORMAT, "cannot be read"},
        {ASKED, ANTIN_E_TOKEN, "ended at \"open\""},
        {"exit 3", ANTIN_E_TOKEN, "ended"},
        {ASKED "printf 'ok but cut' >&0\n", ANTIN_E_TOKEN, "ended"},
        {ASKED "kill -SEGV $$", ANTIN_E_TOKEN, "crashed at \"open\" with signal 11"},
        {ASKED "kill -ABRT $$", ANTIN_E_TOKEN, "crashed at \"open\" with signal 6"},
        {"exit 127", ANTIN_E_NOT_FOUND, "libp11 is not installed"},
};

START_TEST(answer)
{
	ANTIN_OWN_S(cli_libp11) x = script(answers[_i].body);
	struct antin_err err = {0};
	enum antin_rc want = answers[_i].want, rc = cli_libp11_open(x, &token, NULL, &err);

	ck_assert_msg(rc == want, "%s: %s", answers[_i].body, util_line(&err));
	ck_assert_msg(strstr(want == ANTIN_OK ? cli_libp11_version(x) : util_line(&err),
	                     answers[_i].text) != NULL ||
	                      strstr(answers[_i].body, "before"),
	              "%s: %s", answers[_i].body, util_line(&err));
}
END_TEST

/* After it is over every call fails the same way, at once, and nothing is left to wait for. */
START_TEST(over)
{
	static const struct {
		const char *body;
		enum antin_rc want;
	} rows[] = {{ASKED "exit 1", ANTIN_E_TOKEN},
	            {ASKED SAYS("x") "sleep 100", ANTIN_E_FORMAT},
	            {ASKED "sleep 100", ANTIN_E_TIMEOUT},
	            {"exit 127", ANTIN_E_NOT_FOUND}};

	ck_assert_int_eq(setenv("ANTIN_TOKEN_TIMEOUT", "1", 1), 0);
	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		ANTIN_OWN_S(cli_libp11) x = script(rows[i].body);
		ANTIN_SCOPED(cli_libp11_keys) keys = {0};
		ANTIN_SCOPED(antin_bytes) signature = {0};
		struct antin_err err = {0};
		struct antin_sigalg a = {ANTIN_ECDSA, ANTIN_SHA256};

		util_fails(cli_libp11_open(x, &token, NULL, &err), rows[i].want);
		antin_err_clear(&err);
		util_fails(cli_libp11_login(x, antin_slice_text("1234"), &err), rows[i].want);
		antin_err_clear(&err);
		util_fails(cli_libp11_keys(x, &keys, &err), rows[i].want);
		antin_err_clear(&err);
		util_fails(cli_libp11_sign(x, 0, a, antin_slice_text("x"), &signature, &err),
		           rows[i].want);
		antin_err_clear(&err);
		util_fails(cli_libp11_close(x, &err), rows[i].want);
		ck_assert_uint_eq(keys.n, 0);
		ck_assert_uint_eq(signature.len, 0);
	}
}
END_TEST

/* What is asked, word by word; the PIN is on the wire and nowhere else. */
START_TEST(questions)
{
	ANTIN_OWN_S(cli_libp11)
	x = script("tr '\\000' ' ' </proc/$$/cmdline >cmdline; env >environment; ls /proc/$$/fd "
	           ">open\n"
	           "ps -o tty= -p $$ >terminal\n"
	           "while read -r line; do echo \"$line\" >>asked; printf 'ok\\n' >&0; done");
	ANTIN_SCOPED(antin_bytes) signature = {0};
	ANTIN_SCOPED(cli_libp11_keys) keys = {0};
	ANTIN_SCOPED(antin_bytes) got = {0};
	ANTIN_SCOPED(antin_bytes) about = {0};
	struct antin_err err = {0};

	util_ok(cli_libp11_open(x, &token, NULL, &err));
	util_ok(cli_libp11_open(x, &token, "a='b'", &err));
	util_ok(cli_libp11_login(x, antin_slice_text("13 5\n79"), &err));
	util_ok(cli_libp11_keys(x, &keys, &err));
	util_ok(cli_libp11_sign(x, 7, (struct antin_sigalg){ANTIN_RSA_PSS, ANTIN_SHA384},
	                        antin_slice_text("x"), &signature, &err));
	util_ok(cli_libp11_sign(x, 0, (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA256},
	                        (struct antin_slice){NULL, 0}, &signature, &err));
	util_ok(cli_libp11_close(x, &err));
	util_read(util_path(folder, "asked"), &got);
	ck_assert_str_eq(antin_bytes_cstr(&got),
	                 "open 2f7573722f6c69622f782e736f - 5 30612062\n"
	                 "open 2f7573722f6c69622f782e736f 613d276227 5 30612062\n"
	                 "login 313320350a3739\n"
	                 "keys\n"
	                 "sign 7 pss SHA384 78\n"
	                 "sign 0 ecdsa SHA256 -\n"
	                 "close\n");
	util_read(util_path(folder, "cmdline"), &about);
	util_read(util_path(folder, "environment"), &about);
	ck_assert_ptr_null(strstr(antin_bytes_cstr(&about), "13 5"));
	antin_bytes_clear(&about);
	util_read(util_path(folder, "terminal"), &about);
	ck_assert_int_eq(about.p[0], '?');
	antin_bytes_clear(&about);
	util_read(util_path(folder, "open"), &about); /* 9, 10 and 11 are the shell's own */
	ck_assert_msg(!strpbrk(antin_bytes_cstr(&about), "345678"), "%s", antin_bytes_cstr(&about));
}
END_TEST

static const struct {
	const char *lines;
	size_t n; /* keys; with 99 it must fail */
	const char *id, *label;
	size_t spki;
} lists[] = {
        {SAYS("ok"), 0, "", "", 0},
        {SAYS("key 0a0b 7261 3031") SAYS("ok"), 1, "0a0b", "ra", 2},
        {SAYS("key - - -") SAYS("ok"), 1, "", "", 0},
        {SAYS("key 01 62 30") SAYS("key 02 - -") SAYS("ok"), 2, "01", "b", 1},
        {SAYS("key 01 62 30") SAYS("no more"), 99, "", "", 0},
        {SAYS("key 01 62") SAYS("ok"), 99, "", "", 0},
        {SAYS("key 01 62 30 31") SAYS("ok"), 99, "", "", 0},
        {SAYS("key 01 62 3") SAYS("ok"), 99, "", "", 0},
        {SAYS("key 01 6g 30") SAYS("ok"), 99, "", "", 0},
        {SAYS("key") SAYS("ok"), 99, "", "", 0},
        {SAYS("key 01 62 30 ") SAYS("ok"), 99, "", "", 0},
        {SAYS("keys 01 62 30") SAYS("ok"), 99, "", "", 0},
        {SAYS("key 01 62 30"), 99, "", "", 0},
        {"yes 'key 01 62 30' | head -n 5000 >&9\n" SAYS("ok"), 99, "", "", 0},
        {"yes 'key 01 62 30' | head -n 4000 >&9\n" SAYS("ok"), 4000, "01", "b", 1},
};

START_TEST(list)
{
	ANTIN_SCOPED(antin_bytes) body = {0};
	ANTIN_SCOPED(cli_libp11_keys) keys = {0};
	ANTIN_SCOPED(antin_bytes) id = {0};
	ANTIN_OWN_S(cli_libp11) x = NULL;
	struct antin_err err = {0};
	enum antin_rc rc;

	antin_bytes_printf(&body, "read -r line\n%s", lists[_i].lines);
	x = script(antin_bytes_cstr(&body));
	rc = cli_libp11_keys(x, &keys, &err);
	if (lists[_i].n == 99) {
		ck_assert_msg(rc == ANTIN_E_FORMAT || rc == ANTIN_E_TOKEN ||
		                      rc == ANTIN_E_UNSUPPORTED,
		              "%s: %s", lists[_i].lines, util_line(&err));
		ck_assert_uint_eq(keys.n, 0);
		return;
	}
	ck_assert_msg(rc == ANTIN_OK, "%s: %s", lists[_i].lines, util_line(&err));
	ck_assert_uint_eq(keys.n, lists[_i].n);
	if (!keys.n)
		return;
	antin_hex_add(&id, antin_bytes_slice(&keys.items[0].id));
	ck_assert(antin_slice_is(antin_bytes_slice(&id), lists[_i].id));
	ck_assert_str_eq(keys.items[0].label, lists[_i].label);
	ck_assert_uint_eq(keys.items[0].spki.len, lists[_i].spki);
}
END_TEST

/* A line cut or changed at every place is refused, or read as what it says now. */
START_TEST(key_lines)
{
	static const char good[] = "0a0b 7261 3059301306072a8648ce3d0201";

	for (size_t cut = 0; cut < sizeof(good); cut++)
		for (int c = cut == sizeof(good) - 1 ? -1 : 0;
		     c < 127 && (cut < sizeof(good) - 1 || c < 0); c += 13) {
			ANTIN_SCOPED(cli_libp11_keys) l = {0};
			char line[sizeof(good)];
			bool taken, hexdigit = c > 0 && strchr("0123456789abcdefABCDEF", c);

			memcpy(line, good, sizeof(good));
			if (c >= 0)
				line[cut] = (char)c;
			taken = cli_libp11_key_add(&l, line);
			if (c == -1 || good[cut] == c || (hexdigit && good[cut] != ' '))
				ck_assert_msg(taken, "refused: %s", line);
			else if (c == 0)
				ck_assert_msg(taken == (cut >= 10 && (cut - 10) % 2 == 0),
				              "%zu: %s", cut, line);
			else if (c != ':')
				ck_assert_msg(!taken, "taken: %s", line);
		}
}
END_TEST

/* A signature is taken as it comes, appended, and only when it is hex. */
START_TEST(signature)
{
	static const struct {
		const char *body, *want; /* NULL: refused */
	} rows[] = {{ASKED SAYS("ok 0102ff"), "0102ff"}, {ASKED SAYS("ok"), ""},
	            {ASKED SAYS("ok 0"), NULL},          {ASKED SAYS("ok 01 02"), NULL},
	            {ASKED SAYS("ok zz"), NULL},         {ASKED SAYS("no"), NULL}};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		ANTIN_OWN_S(cli_libp11) x = script(rows[i].body);
		ANTIN_SCOPED(antin_bytes) sig = {0};
		ANTIN_SCOPED(antin_bytes) hex = {0};
		struct antin_err err = {0};
		enum antin_rc rc =
		        cli_libp11_sign(x, 0, (struct antin_sigalg){ANTIN_RSA_PKCS1, ANTIN_SHA256},
		                        antin_slice_text("x"), &sig, &err);

		ck_assert_msg((rc == ANTIN_OK) == (rows[i].want != NULL), "%s: %s", rows[i].body,
		              util_line(&err));
		antin_hex_add(&hex, antin_bytes_slice(&sig));
		ck_assert(
		        antin_slice_is(antin_bytes_slice(&hex), rows[i].want ? rows[i].want : ""));
	}
}
END_TEST

START_TEST(absent)
{
	struct cli_libp11 *x = NULL;
	struct antin_err err = {0};

	util_fails(cli_libp11_new("/nonexistent/antin-libp11", &x, &err), ANTIN_E_NOT_FOUND);
	ck_assert_ptr_null(x);
	ck_assert_ptr_nonnull(
	        strstr(util_line(&err), "/nonexistent/antin-libp11 is not installed"));
	cli_libp11_free(NULL);
}
END_TEST

/* A process that goes on by itself is ended with the object. */
START_TEST(ended)
{
	ANTIN_OWN_S(cli_libp11) x = script("echo $$ >pid; " ASKED SAYS("ok") "exec sleep 100");
	ANTIN_SCOPED(antin_bytes) pid = {0};
	struct antin_err err = {0};

	util_ok(cli_libp11_open(x, &token, NULL, &err));
	util_read(util_path(folder, "pid"), &pid);
	cli_libp11_free(x);
	x = NULL;
	ck_assert_int_ne(kill((pid_t)strtol(antin_bytes_cstr(&pid), NULL, 10), 0), 0);
}
END_TEST

Suite *suite_libp11(void);

Suite *
suite_libp11(void)
{
	Suite *s = suite_create("libp11");
	TCase *t = tcase_create("process");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, answer, 0, (int)UTIL_COUNT(answers));
	tcase_add_test(t, over);
	tcase_add_test(t, questions);
	tcase_add_loop_test(t, list, 0, (int)UTIL_COUNT(lists));
	tcase_add_test(t, key_lines);
	tcase_add_test(t, signature);
	tcase_add_test(t, absent);
	tcase_add_test(t, ended);
	suite_add_tcase(s, t);
	return s;
}
