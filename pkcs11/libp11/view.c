/*
 * antin-libp11: what programs that use libp11 see of a token.  Here libp11 works straight on the
 * vendor's module, in a process of its own that may crash or hang.  tools/cli/libp11.c asks line by
 * line over the socket that is descriptor 0, and judges the answers:
 *
 *   open MODULE ARGS SLOT SERIAL        ok VERSION
 *   login PIN                           ok
 *   keys                                key ID LABEL PUBLIC-KEY (for each), then ok
 *   sign NUMBER SCHEME DIGEST MESSAGE   ok SIGNATURE
 *   close                               ok
 * or "no" with a reason.  Words are hex but for SLOT, NUMBER, SCHEME and DIGEST; "-" is an empty
 * one.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <libp11.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/ui.h>
#include <openssl/x509.h>

enum { LINE_CAP = 16384, WORDS = 4, SIGNATURE_CAP = 2048 };

struct view {
	int in;
	FILE *out;
	PKCS11_CTX *ctx;
	PKCS11_SLOT *slots, *slot; /* all, and the one of the token */
	unsigned int n_slots;
	PKCS11_KEY *keys;
	unsigned int n_keys;
};

static void
say_hex(FILE *f, const unsigned char *p, size_t len)
{
	(void)fputs(len ? " " : " -", f);
	for (size_t i = 0; i < len; i++)
		(void)fprintf(f, "%02x", p[i]);
}

static void
say_no(struct view *v, const char *reason)
{
	const char *text = ERR_reason_error_string(ERR_peek_last_error());

	(void)fprintf(v->out, "no %s\n", reason ? reason : text ? text : "no reason was given");
	ERR_clear_error();
}

static void
say_ok(struct view *v)
{
	(void)fputs("ok\n", v->out);
}

/* Octets with a NUL behind them, so that texts can be read as such; NULL when it is not hex. */
static unsigned char *
unhex(const char *word, size_t *len)
{
	size_t n = strlen(word) / 2;
	unsigned char *out = calloc(1, n + 1);

	*len = 0;
	if (!out || strcmp(word, "-") == 0)
		return out;
	if (OPENSSL_hexstr2buf_ex(out, n + 1, len, word, '\0') == 1)
		return out;
	free(out);
	return NULL;
}

/* ---- what is asked ---- */

/* Nobody is asked for anything here: libp11 would do so at the terminal by itself. */
static int
ask_nobody(UI *ui, UI_STRING *s)
{
	(void)ui;
	(void)s;
	return 0;
}

static bool
load(struct view *v, const char *module, const char *args)
{
	UI_METHOD *silent = UI_create_method("nobody");

	v->ctx = PKCS11_CTX_new();
	if (!v->ctx || !silent)
		return false;
	(void)UI_method_set_reader(silent, ask_nobody);
	(void)PKCS11_set_ui_method(v->ctx, silent, NULL);
	if (*args)
		PKCS11_CTX_init_args(v->ctx, args);
	return PKCS11_CTX_load(v->ctx, module) == 0 &&
	       PKCS11_enumerate_slots(v->ctx, &v->slots, &v->n_slots) == 0;
}

static void
answer_open(struct view *v, char *words[WORDS])
{
	size_t len;
	unsigned char *module = unhex(words[0], &len), *args = unhex(words[1], &len);
	unsigned char *serial = unhex(words[3], &len);
	unsigned long id = strtoul(words[2], NULL, 10);

	if (!module || !args || !serial || v->ctx || !load(v, (char *)module, (char *)args)) {
		say_no(v, NULL);
	} else {
		for (unsigned int i = 0; i < v->n_slots; i++)
			if (PKCS11_get_slotid_from_slot(&v->slots[i]) == id && v->slots[i].token &&
			    strcmp(v->slots[i].token->serialnr, (char *)serial) == 0)
				v->slot = &v->slots[i];
		if (v->slot)
			(void)fprintf(v->out, "ok %s\n", LIBP11_VERSION);
		else
			say_no(v, "the token is not among the slots");
	}
	free(module);
	free(args);
	free(serial);
}

/* Once: libp11 keeps the PIN for itself, until this process ends. */
static void
answer_login(struct view *v, char *words[WORDS])
{
	size_t len;
	unsigned char *pin = unhex(words[0], &len);

	if (!v->slot || !pin)
		say_no(v, "no token was opened");
	else if (PKCS11_login(v->slot, 0, (char *)pin) != 0)
		say_no(v, NULL);
	else
		say_ok(v);
	if (pin)
		OPENSSL_cleanse(pin, len);
	free(pin);
}

static void
answer_key(struct view *v, PKCS11_KEY *k)
{
	EVP_PKEY *pkey = PKCS11_get_private_key(k);
	unsigned char *der = NULL;
	int len = pkey ? i2d_PUBKEY(pkey, &der) : 0;

	(void)fputs("key", v->out);
	say_hex(v->out, k->id, k->id_len);
	say_hex(v->out, (unsigned char *)k->label, k->label ? strlen(k->label) : 0);
	say_hex(v->out, der, len > 0 ? (size_t)len : 0);
	(void)fputc('\n', v->out);
	OPENSSL_free(der);
	EVP_PKEY_free(pkey);
	ERR_clear_error();
}

static void
answer_keys(struct view *v, char *words[WORDS])
{
	(void)words;
	if (!v->slot || PKCS11_enumerate_keys(v->slot->token, &v->keys, &v->n_keys) != 0) {
		say_no(v, v->slot ? NULL : "no token was opened");
		return;
	}
	for (unsigned int i = 0; i < v->n_keys; i++)
		answer_key(v, &v->keys[i]);
	say_ok(v);
}

struct text {
	unsigned char *p;
	size_t len;
};

static bool
sign(EVP_PKEY *pkey, bool pss, const char *digest, struct text message, struct text *signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *how = NULL;
	bool good =
	        ctx && EVP_DigestSignInit(ctx, &how, EVP_get_digestbyname(digest), NULL, pkey) == 1;

	if (good && pss)
		good = EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(how, RSA_PSS_SALTLEN_DIGEST) == 1;
	good = good &&
	       EVP_DigestSign(ctx, signature->p, &signature->len, message.p, message.len) == 1;
	EVP_MD_CTX_free(ctx);
	return good;
}

static void
answer_sign(struct view *v, char *words[WORDS])
{
	unsigned char room[SIGNATURE_CAP];
	struct text signature = {room, sizeof(room)}, message = {NULL, 0};
	unsigned long i = strtoul(words[0], NULL, 10);
	EVP_PKEY *pkey = i < v->n_keys ? PKCS11_get_private_key(&v->keys[i]) : NULL;

	message.p = unhex(words[3], &message.len);
	if (pkey && message.p &&
	    sign(pkey, strcmp(words[1], "pss") == 0, words[2], message, &signature)) {
		(void)fputs("ok", v->out);
		say_hex(v->out, signature.p, signature.len);
		(void)fputc('\n', v->out);
	} else {
		say_no(v, NULL);
	}
	EVP_PKEY_free(pkey);
	free(message.p);
}

static void
answer_close(struct view *v, char *words[WORDS])
{
	(void)words;
	if (v->slot)
		(void)PKCS11_logout(v->slot);
	if (v->slots)
		PKCS11_release_all_slots(v->ctx, v->slots, v->n_slots);
	if (v->ctx)
		PKCS11_CTX_unload(v->ctx);
	say_ok(v);
}

/* ---- lines ---- */

static const struct {
	const char *word;
	int words;
	void (*answer)(struct view *v, char *words[WORDS]);
} questions[] = {
        {"open", 4, answer_open}, {"login", 1, answer_login}, {"keys", 0, answer_keys},
        {"sign", 4, answer_sign}, {"close", 0, answer_close},
};

/* One question; false at the end, or when it is none. */
static bool
answer(struct view *v, char *line)
{
	char *rest = line, *word = strsep(&rest, " "), *words[WORDS] = {NULL};
	int n = 0;

	while (rest && n < WORDS)
		words[n++] = strsep(&rest, " ");
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		if (strcmp(questions[i].word, word) != 0 || questions[i].words != n)
			continue;
		questions[i].answer(v, words);
		return fflush(v->out) == 0 && questions[i].answer != answer_close;
	}
	return false;
}

static bool
read_line(int fd, char line[LINE_CAP])
{
	for (size_t n = 0; n < LINE_CAP; n++) {
		ssize_t got;

		do
			got = read(fd, &line[n], 1);
		while (got < 0 && errno == EINTR);
		if (got != 1)
			return false;
		if (line[n] == '\n') {
			line[n] = '\0';
			return true;
		}
	}
	return false;
}

/* No core file, no other process that looks in, no life without the one that asks. */
static bool
shut_in(void)
{
	const struct rlimit none = {0, 0};

	return setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 &&
	       prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0;
}

/* The module has nothing to read and nowhere to write. */
static bool
take_wire(struct view *v)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	v->in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	v->out = v->in >= 0 ? fdopen(fcntl(v->in, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), "w") : NULL;
	for (int fd = STDIN_FILENO; v->out && nothing >= 0 && fd <= STDERR_FILENO; fd++)
		if (dup2(nothing, fd) < 0)
			return false;
	return v->out && nothing >= 0;
}

int
main(void)
{
	static char line[LINE_CAP];
	struct view v = {.in = -1};

	if (!shut_in() || !take_wire(&v))
		return 2;
	ERR_load_PKCS11_strings();
	while (read_line(v.in, line) && answer(&v, line))
		OPENSSL_cleanse(line, sizeof(line));
	OPENSSL_cleanse(line, sizeof(line));
	_exit(0); /* neither the module's nor libp11's ends are waited for */
}
