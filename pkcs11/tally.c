/*
 * Wrong PINs, counted by us: many tokens do not tell how many tries are left (TPMs never do).  One
 * private file for each token, by its serial, written before a PIN is sent and cleared after a
 * right one.  A stored PIN (of a file, a variable) that was wrong is remembered by a slow salted
 * hash, so that a job which runs each minute does not lock the token.
 */
#include "p11.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <antin/file.h>
#include <antin/text.h>

enum { ROUNDS = 100000, FILE_MAX = 8192 };

static const char *const owners[ANTIN_P11_OWNERS] = {"user", "so", "puk"};

enum antin_p11_owner
antin_p11_owner_of(enum antin_pin_why why)
{
	if (why == ANTIN_PIN_PUK)
		return ANTIN_P11_OWNER_PUK;
	return why == ANTIN_PIN_SO ? ANTIN_P11_OWNER_SO : ANTIN_P11_OWNER_USER;
}

/* By what does not change when a token is named anew. */
static bool
path_of(const struct antin_token *t, struct antin_bytes *out)
{
	struct antin_p11_config config = antin_p11_config();
	ANTIN_SCOPED(antin_bytes) name = {0};
	uint8_t hash[32];
	char hex[33];

	antin_bytes_add(&name, t->identity.manufacturer, sizeof(t->identity.manufacturer));
	antin_bytes_add(&name, t->identity.model, sizeof(t->identity.model));
	antin_bytes_add(&name, t->identity.serial, sizeof(t->identity.serial));
	if (!config.state || name.failed ||
	    antin_sha256(antin_bytes_slice(&name), hash, NULL) != ANTIN_OK)
		return false;
	(void)antin_hex_text((struct antin_slice){hash, 16}, hex, sizeof(hex));
	antin_bytes_printf(out, "%s/%s.pins", config.state, hex);
	return antin_bytes_cstr(out) != NULL;
}

static bool
hex_into(const char *text, uint8_t *out, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	if (strlen(text) != 2 * len || strspn(text, digits) != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)((strchr(digits, text[2 * i]) - digits) << 4 |
		                   (strchr(digits, text[2 * i + 1]) - digits));
	return true;
}

static bool
line_read(char *line, struct antin_p11_tally *y)
{
	char what[16] = "", a[80] = "", b[80] = "", more[2] = "";
	int n = sscanf(line, "%15s %79s %79s %1s", what, a, b, more);

	if (n == 2 && strcmp(what, "salt") == 0)
		return y->salted = hex_into(a, y->salt, sizeof(y->salt));
	for (size_t i = 0; i < ANTIN_P11_OWNERS; i++) {
		if (n == 2 && strcmp(what, owners[i]) == 0 && strlen(a) <= 4 &&
		    strspn(a, "0123456789") == strlen(a)) {
			y->wrong[i] = (unsigned int)strtoul(a, NULL, 10);
			return true;
		}
		if (n == 3 && strcmp(what, "wrong") == 0 && strcmp(a, owners[i]) == 0 &&
		    y->n_failed < ANTIN_P11_FAILED_PINS) {
			struct antin_p11_failed *f = &y->failed[y->n_failed++];

			f->owner = (enum antin_p11_owner)i;
			return y->salted && hex_into(b, f->hash, sizeof(f->hash));
		}
	}
	return false;
}

bool
antin_p11_tally_parse(struct antin_slice text, struct antin_p11_tally *out)
{
	static const char first[] = "antin-pins 1\n";
	struct antin_p11_tally y = {0};
	char line[200];

	if (text.len < sizeof(first) - 1 || memcmp(text.p, first, sizeof(first) - 1) != 0 ||
	    text.p[text.len - 1] != '\n')
		return false;
	for (size_t at = sizeof(first) - 1; at < text.len;) {
		const uint8_t *end = memchr(text.p + at, '\n', text.len - at);
		size_t n = (size_t)(end - (text.p + at));

		if (n >= sizeof(line) || memchr(text.p + at, '\0', n))
			return false;
		memcpy(line, text.p + at, n);
		line[n] = '\0';
		if (!line_read(line, &y))
			return false;
		at += n + 1;
	}
	*out = y;
	return true;
}

void
antin_p11_tally_add(const struct antin_p11_tally *y, struct antin_bytes *out)
{
	char hex[65];

	antin_bytes_text(out, "antin-pins 1\n");
	for (size_t i = 0; i < ANTIN_P11_OWNERS; i++)
		if (y->wrong[i])
			antin_bytes_printf(out, "%s %u\n", owners[i], y->wrong[i]);
	if (y->salted)
		antin_bytes_printf(out, "salt %s\n",
		                   antin_hex_text((struct antin_slice){y->salt, sizeof(y->salt)},
		                                  hex, sizeof(hex)));
	for (size_t i = 0; i < y->n_failed; i++)
		antin_bytes_printf(out, "wrong %s %s\n", owners[y->failed[i].owner],
		                   antin_hex_text((struct antin_slice){y->failed[i].hash, 32}, hex,
		                                  sizeof(hex)));
}

/* A file that is there and cannot be read counts as wrong tries: better one question too many. */
void
antin_p11_tally_load(struct antin_token *t, struct antin_p11_tally *out)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	ANTIN_SCOPED(antin_bytes) text = {.secret = true};

	(void)pthread_mutex_lock(&t->lock);
	*out = t->tally;
	(void)pthread_mutex_unlock(&t->lock);
	if (!path_of(t, &path) || access((const char *)path.p, F_OK) != 0)
		return;
	if (antin_file_read_secret((const char *)path.p, FILE_MAX, &text, NULL) == ANTIN_OK &&
	    antin_p11_tally_parse(antin_bytes_slice(&text), out))
		return;
	*out = (struct antin_p11_tally){0};
	for (size_t i = 0; i < ANTIN_P11_OWNERS; i++)
		out->wrong[i] = ANTIN_P11_TRIES_CAREFUL;
}

static bool
empty(const struct antin_p11_tally *y)
{
	for (size_t i = 0; i < ANTIN_P11_OWNERS; i++)
		if (y->wrong[i])
			return false;
	return y->n_failed == 0;
}

/* Where nothing can be written it is remembered as long as the process lives. */
void
antin_p11_tally_save(struct antin_token *t, const struct antin_p11_tally *y)
{
	struct antin_p11_config config = antin_p11_config();
	ANTIN_SCOPED(antin_bytes) path = {0};
	ANTIN_SCOPED(antin_bytes) text = {.secret = true};

	(void)pthread_mutex_lock(&t->lock);
	t->tally = *y;
	(void)pthread_mutex_unlock(&t->lock);
	if (!path_of(t, &path))
		return;
	if (empty(y)) {
		(void)unlink((const char *)path.p);
		return;
	}
	antin_p11_tally_add(y, &text);
	if (text.failed || antin_folder_make(config.state, NULL) != ANTIN_OK)
		return;
	(void)!antin_file_write((const char *)path.p, antin_bytes_slice(&text),
	                        ANTIN_OUTPUT_REPLACE | ANTIN_OUTPUT_PRIVATE, NULL);
}

static bool
slow_hash(const struct antin_p11_tally *y, const struct antin_p11_pin *pin, uint8_t out[32])
{
	return pin->value.len < 1024 &&
	       PKCS5_PBKDF2_HMAC((const char *)pin->value.p, (int)pin->value.len, y->salt,
	                         sizeof(y->salt), ROUNDS, EVP_sha256(), 32, out) == 1;
}

bool
antin_p11_tally_failed(const struct antin_p11_tally *y, const struct antin_p11_pin *pin)
{
	enum antin_p11_owner owner = antin_p11_owner_of(pin->why);
	uint8_t hash[32];
	bool any = false;

	for (size_t i = 0; i < y->n_failed; i++)
		any = any || y->failed[i].owner == owner;
	if (!any || !slow_hash(y, pin, hash))
		return false;
	for (size_t i = 0; i < y->n_failed; i++)
		if (y->failed[i].owner == owner && CRYPTO_memcmp(y->failed[i].hash, hash, 32) == 0)
			return true;
	return false;
}

void
antin_p11_tally_remember(struct antin_p11_tally *y, const struct antin_p11_pin *pin)
{
	struct antin_p11_failed f = {.owner = antin_p11_owner_of(pin->why)};

	if (!y->salted)
		y->salted = antin_random(y->salt, sizeof(y->salt), NULL) == ANTIN_OK;
	if (!y->salted || !slow_hash(y, pin, f.hash))
		return;
	if (y->n_failed == ANTIN_P11_FAILED_PINS) {
		memmove(&y->failed[0], &y->failed[1], sizeof(y->failed) - sizeof(y->failed[0]));
		y->n_failed--;
	}
	y->failed[y->n_failed++] = f;
}

void
antin_p11_tally_clear(struct antin_p11_tally *y, enum antin_p11_owner owner)
{
	size_t kept = 0;

	y->wrong[owner] = 0;
	for (size_t i = 0; i < y->n_failed; i++)
		if (y->failed[i].owner != owner)
			y->failed[kept++] = y->failed[i];
	y->n_failed = kept;
}
