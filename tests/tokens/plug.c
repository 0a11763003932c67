/*
 * The card is pulled out and put back while nothing happens, while the PIN is asked for and while
 * it signs; the reader's daemon is killed.  The same key object must go on or say that the token is
 * away; what it took is told beside the bar of three seconds and the module's own C_Initialize.  No
 * wrong signature, no hang, and the person is asked for the PIN once for each time the card went.
 *
 * usage: plug   inside tests/tokens/pcsc.sh DIR -o "-y -d 400"
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/x509.h>

#include <antin_bridge.h>

/* The bar is told, not asserted: a loaded computer may miss it.  Beyond LATEST_MS it is a fault. */
enum { RECOVER_MS = 3000, LATEST_MS = 20000, HANG_S = 300 };

static pid_t card;
static const char *daemon_path;
static unsigned int asked, failed, measured, met;
static void (*meanwhile)(void); /* while the PIN is asked for */
static struct antin_keystore *store;
static struct antin_key *key;
static EVP_PKEY *lent, *plain; /* the same key once more, in OpenSSL's hands */
static long start_ms;          /* what the module needs in C_Initialize */

static long
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
pause_ms(unsigned int ms)
{
	(void)usleep(ms * 1000);
}

static void
pull(void)
{
	(void)kill(card, SIGUSR1);
}

static void
put_back(void)
{
	(void)kill(card, SIGUSR2);
}

static pid_t
daemon_pid(void)
{
	char path[512], text[16] = "";
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s.pid", daemon_path);
	f = fopen(path, "r");
	if (!f)
		return 0;
	(void)!fgets(text, sizeof(text), f);
	(void)fclose(f);
	return (pid_t)strtol(text, NULL, 10);
}

/* Kept from starting again while the file is there. */
static void
daemon_kill(bool stay_away)
{
	char path[512];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s.off", daemon_path);
	if (stay_away) {
		f = fopen(path, "w");
		if (f)
			(void)fclose(f);
	} else {
		(void)unlink(path);
	}
	if (daemon_pid() > 0)
		(void)kill(daemon_pid(), SIGKILL);
}

static void
daemon_back(void)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s.off", daemon_path);
	(void)unlink(path);
}

static enum antin_rc
pin_get(void *user, const struct antin_pin_request *request, struct antin_bytes *pin,
        struct antin_err *err)
{
	(void)user;
	if (request->last_try)
		return antin_fail(err, ANTIN_E_PIN_LAST_TRY, "the last try is not for tests");
	asked++;
	if (meanwhile)
		meanwhile();
	antin_bytes_text(pin, getenv("P11_PIN"));
	return antin_bytes_check(pin, err);
}
static const struct antin_pin_source pins = {.get = pin_get};

static enum antin_rc
sign(struct antin_err *err)
{
	struct antin_sigalg a = antin_sigalg_default(antin_public_type(key->public_key));
	ANTIN_SCOPED(antin_bytes) sig = {0};

	antin_err_clear(err);
	return antin_key_sign_message(key, a, antin_slice_text("công văn"), &sig, err);
}

static void
say(const char *scene, const char *what, bool good, const struct antin_err *err)
{
	char line[512];

	failed += !good;
	(void)printf("%-6s %s: %s\n", good ? "ok" : "FAILED", scene, what);
	if (!good && err && err->rc != ANTIN_OK)
		(void)printf("    %s\n", antin_err_line(err, NULL, line, sizeof(line)));
}

static bool
is_away(enum antin_rc rc)
{
	return rc == ANTIN_E_REMOVED;
}

/* The key that OpenSSL holds. */
static bool
sign_lent(void)
{
	static const unsigned char text[] = "công văn";
	unsigned char sig[512];
	size_t len = sizeof(sig);
	EVP_MD_CTX *m = EVP_MD_CTX_new();
	bool good = EVP_DigestSignInit(m, NULL, EVP_sha256(), NULL, lent) == 1 &&
	            EVP_DigestSign(m, sig, &len, text, sizeof(text)) == 1;

	EVP_MD_CTX_free(m);
	m = EVP_MD_CTX_new();
	good = good && EVP_DigestVerifyInit(m, NULL, EVP_sha256(), NULL, plain) == 1 &&
	       EVP_DigestVerify(m, sig, len, text, sizeof(text)) == 1;
	EVP_MD_CTX_free(m);
	return good;
}

static bool
lend(const char *uri, struct antin_err *err)
{
	struct antin_slice spki = antin_public_spki(key->public_key);
	const unsigned char *p = spki.p;
	struct antin_key *again = NULL;
	enum antin_rc rc = antin_keystore_find(store, uri, &again, err);

	plain = d2i_PUBKEY(NULL, &p, (long)spki.len);
	if (rc == ANTIN_OK)
		rc = antin_bridge_key(again, ANTIN_BRIDGE_SIGN, &lent, err);
	if (rc != ANTIN_OK)
		antin_key_free(again);
	return rc == ANTIN_OK && plain && sign_lent();
}

/* Three seconds and what the module needs for itself. */
static const char *
bar(long took)
{
	static char text[64];
	bool good = took <= RECOVER_MS + start_ms;

	measured++;
	met += good;
	(void)snprintf(text, sizeof(text), "bar %d + %ld ms %s", RECOVER_MS, start_ms,
	               good ? "met" : "not met");
	return text;
}

/* Signs until it works; in time, and with the PIN asked for at most `pins_max` times. */
static void
recover(const char *scene, unsigned int pins_max)
{
	long begin = now_ms(), took;
	unsigned int before = asked;
	struct antin_err err = {0};
	enum antin_rc rc;
	bool honest = true;
	char what[160];

	do {
		rc = sign(&err);
		took = now_ms() - begin;
		honest = honest && (rc == ANTIN_OK || is_away(rc));
		if (rc != ANTIN_OK)
			pause_ms(100);
	} while (rc != ANTIN_OK && took < LATEST_MS);
	(void)snprintf(what, sizeof(what), "signs again after %ld ms; %s", took, bar(took));
	say(scene, what, rc == ANTIN_OK, &err);
	say(scene, "in between it only said that the token is away", honest, &err);
	(void)snprintf(what, sizeof(what), "the PIN was asked for %u times (allowed %u)",
	               asked - before, pins_max);
	say(scene, what, asked - before <= pins_max, NULL);
	before = asked;
	say(scene, "the key that OpenSSL holds signs too, with no PIN",
	    sign_lent() && asked == before, NULL);
}

/* Says so soon that the token is away, and asks for no PIN. */
static void
away(const char *scene)
{
	long begin = now_ms(), took;
	unsigned int before = asked;
	struct antin_err err = {0};
	enum antin_rc rc = sign(&err);
	char what[160];

	took = now_ms() - begin;
	(void)snprintf(what, sizeof(what), "says \"%s\" after %ld ms; %s", antin_rc_id(rc), took,
	               bar(took));
	say(scene, what, is_away(rc) && took <= LATEST_MS, &err);
	say(scene, "no PIN was asked for", asked == before, NULL);
}

/* ---- scenes ---- */

static void
idle(void)
{
	pull();
	pause_ms(700);
	away("pulled out while idle");
	put_back();
	recover("put back after that", 1);
	pull();
	pause_ms(700);
	put_back();
	pause_ms(700);
	recover("out and in while idle", 1);
}

static void *
out_and_in(void *user)
{
	const unsigned int *ms = user;

	pause_ms(ms[0]);
	pull();
	if (ms[1]) {
		pause_ms(ms[1]);
		put_back();
	}
	return NULL;
}

/* The card signs for 400 ms: it goes in the middle of that. */
static void
during_signature(const char *scene, unsigned int in_after)
{
	unsigned int ms[] = {200, in_after};
	struct antin_err err = {0};
	pthread_t t;
	long begin = now_ms();
	enum antin_rc rc;

	(void)pthread_create(&t, NULL, out_and_in, ms);
	rc = sign(&err);
	(void)pthread_join(t, NULL);
	say(scene, rc == ANTIN_OK ? "the signature came all the same" : antin_rc_id(rc),
	    (rc == ANTIN_OK || is_away(rc)) && now_ms() - begin <= LATEST_MS, &err);
	if (!in_after) {
		away(scene);
		put_back();
	}
	recover(scene, 1);
}

static void
prompt_out(void)
{
	meanwhile = NULL;
	pull();
	pause_ms(700);
}

static void
prompt_out_in(void)
{
	prompt_out();
	put_back();
	pause_ms(700);
}

/* The card must be out for a moment first, so that the PIN is wanted. */
static void
during_prompt(const char *scene, void (*what)(void), bool comes_back)
{
	struct antin_err err = {0};
	unsigned int before;
	enum antin_rc rc = ANTIN_OK;

	pull();
	pause_ms(700);
	put_back();
	before = asked;
	meanwhile = what;
	for (int i = 0; i < 60 && asked == before; i++) { /* until the PIN is asked for */
		rc = sign(&err);
		if (asked == before)
			pause_ms(100);
	}
	meanwhile = NULL;
	say(scene, rc == ANTIN_OK ? "the signature came all the same" : antin_rc_id(rc),
	    asked > before && (rc == ANTIN_OK || is_away(rc)) && asked - before <= 2, &err);
	if (!comes_back) {
		away(scene);
		put_back();
	}
	recover(scene, 1);
}

static void *
daemon_killer(void *unused)
{
	(void)unused;
	pause_ms(200);
	daemon_kill(false);
	return NULL;
}

static void
daemon_scenes(void)
{
	struct antin_err err = {0};
	pthread_t t;
	enum antin_rc rc;

	daemon_kill(false);
	recover("pcscd killed while idle", 1);
	daemon_kill(true);
	away("pcscd stopped");
	daemon_back();
	recover("pcscd started again", 1);
	(void)pthread_create(&t, NULL, daemon_killer, NULL);
	rc = sign(&err);
	(void)pthread_join(t, NULL);
	say("pcscd killed in a signature",
	    rc == ANTIN_OK ? "the signature came all the same" : antin_rc_id(rc),
	    rc == ANTIN_OK || is_away(rc), &err);
	recover("pcscd killed in a signature", 1);
}

/* The tries on the card: no PIN was lost on the way. */
static void
log_check(void)
{
	const char *path = getenv("P11_CARD_LOG");
	FILE *f = path ? fopen(path, "r") : NULL;
	char line[64];
	unsigned int right = 0, wrong = 0, used = 0;

	while (f && fgets(line, sizeof(line), f)) {
		right += strncmp(line, "PIN right", 9) == 0;
		wrong += strncmp(line, "PIN wrong", 9) == 0;
		used += strncmp(line, "use 9a", 6) == 0;
	}
	if (f)
		(void)fclose(f);
	(void)printf("the card saw %u right PINs, %u wrong, and used its key %u times\n", right,
	             wrong, used);
	say("at the end", "no wrong PIN reached the card", f && right && !wrong && used, NULL);
}

int
main(void)
{
	const char *module = getenv("P11_MODULE"), *keys = getenv("P11_KEYS");
	const char *pid = getenv("P11_CARD");
	struct antin_err err = {0};
	char uri[64];
	ANTIN_OWN_S(antin_module) loaded = NULL;
	long begin, first;

	daemon_path = getenv("P11_DAEMON");
	card = pid ? (pid_t)strtol(pid, NULL, 10) : 0;
	if (!module || !keys || !daemon_path || card <= 0)
		return 2;
	(void)alarm(HANG_S);
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	(void)snprintf(uri, sizeof(uri), "%.*s", (int)strcspn(keys, " "), keys);
	begin = now_ms();
	if (antin_module_open(module, &loaded, &err) != ANTIN_OK) {
		say("at the beginning", "loads the module", false, &err);
		return 1;
	}
	start_ms = now_ms() - begin;
	begin = now_ms();
	if (antin_keystore_pkcs11(module, &pins, &store, &err) != ANTIN_OK ||
	    antin_keystore_find(store, uri, &key, &err) != ANTIN_OK || sign(&err) != ANTIN_OK) {
		say("at the beginning", "signs", false, &err);
		return 1;
	}
	first = now_ms() - begin;
	if (!lend(uri, &err)) {
		say("at the beginning", "is lent to OpenSSL", false, &err);
		return 1;
	}
	(void)printf("the module started in %ld ms, found its key and signed in %ld ms\n", start_ms,
	             first);
	idle();
	during_signature("pulled out in a signature", 0);
	during_signature("out and in within a signature", 300);
	during_prompt("pulled out while the PIN was asked for", prompt_out, false);
	during_prompt("out and in while the PIN was asked for", prompt_out_in, true);
	daemon_scenes();
	EVP_PKEY_free(lent);
	EVP_PKEY_free(plain);
	antin_key_free(key);
	antin_keystore_free(store);
	log_check();
	(void)printf("the bar of %d ms and %ld ms for C_Initialize: met %u of %u times\n",
	             RECOVER_MS, start_ms, met, measured);
	return failed ? 1 : 0;
}
