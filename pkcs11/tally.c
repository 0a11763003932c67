/*
 * Wrong PINs, counted by us: many tokens do not tell how many tries are left (TPMs never do).  One
 * private file for each token, by its serial, written before a PIN is sent and cleared after a
 * right one; a lock beside it lets one program at a time give a PIN to that token, so that two at
 * once cannot both take what is one try.
 *
 * A stored PIN (of a file, a variable) that was wrong must not be sent by the next run of a job
 * either, so something of it has to be kept.  A hash, however slow, of six digits is found again in
 * days, and a wrong PIN may be the right one of the token beside it.  What is kept is a mark of 16
 * bits, cut from scrypt (RFC 7914: 32 MiB of memory and a tenth of a second each, salted): one who
 * takes the file and searches all PINs of six digits pays a day of computing and has some fifteen
 * that fit, of eight digits months and some 1,500.  The price is that a right PIN is taken for the
 * wrong one of before once in 65,536 times; typed at the terminal it clears the mark.
 */
#include "p11.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <antin/file.h>
#include <antin/text.h>

enum {
	FILE_MAX = 8192,
	LOCK_NAP_MS = 20,
	SCRYPT_N = 1 << 15,
	SCRYPT_R = 8,
	SCRYPT_MEMORY = 34 << 20, /* 128 * N * r and some */
};

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
path_of(const struct antin_token *t, const char *kind, struct antin_bytes *out)
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
	antin_bytes_printf(out, "%s/%s.%s", config.state, hex, kind);
	return antin_bytes_cstr(out) != NULL;
}

static bool
hex_into(const char *text, uint8_t *out, size_t len)
{
	if (strlen(text) != 2 * len || strspn(text, "0123456789abcdef") != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)(antin_hex_digit(text[2 * i]) << 4 |
		                   antin_hex_digit(text[2 * i + 1]));
	return true;
}

static bool
owner_read(const char *name, enum antin_p11_owner *out)
{
	for (size_t i = 0; i < ANTIN_P11_OWNERS; i++) {
		if (strcmp(name, owners[i]) != 0)
			continue;
		*out = (enum antin_p11_owner)i;
		return true;
	}
	return false;
}

/* "salt HEX", "unsure OWNER", "wrong OWNER HEX", "OWNER NUMBER". */
static bool
line_read(const char *line, struct antin_p11_tally *y)
{
	char what[16] = "", a[80] = "", b[80] = "", more[2] = "";
	int n = sscanf(line, "%15s %79s %79s %1s", what, a, b, more);
	enum antin_p11_owner owner;

	if (n == 2 && strcmp(what, "salt") == 0)
		return y->salted = hex_into(a, y->salt, sizeof(y->salt));
	if (n == 2 && strcmp(what, "unsure") == 0 && owner_read(a, &owner))
		return y->unsure[owner] = true;
	if (n == 2 && owner_read(what, &owner) && strlen(a) <= 4 &&
	    strspn(a, "0123456789") == strlen(a)) {
		y->wrong[owner] = (unsigned int)strtoul(a, NULL, 10);
		return true;
	}
	if (n == 3 && strcmp(what, "wrong") == 0 && owner_read(a, &owner) && y->salted &&
	    y->n_failed < ANTIN_P11_MARKS) {
		struct antin_p11_failed *f = &y->failed[y->n_failed++];

		f->owner = owner;
		return hex_into(b, f->mark, sizeof(f->mark));
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
	for (size_t i = 0; i < ANTIN_P11_OWNERS; i++)
		if (y->unsure[i])
			antin_bytes_printf(out, "unsure %s\n", owners[i]);
	if (y->salted)
		antin_bytes_printf(out, "salt %s\n",
		                   antin_hex_text((struct antin_slice){y->salt, sizeof(y->salt)},
		                                  hex, sizeof(hex)));
	for (size_t i = 0; i < y->n_failed; i++)
		antin_bytes_printf(out, "wrong %s %s\n", owners[y->failed[i].owner],
		                   antin_hex_text((struct antin_slice){y->failed[i].mark,
		                                                       ANTIN_P11_MARK_SIZE},
		                                  hex, sizeof(hex)));
}

/*
 * A file that is there and cannot be read counts as wrong tries: better one question too many.
 * What could not be written is known to this process alone.
 */
void
antin_p11_tally_load(struct antin_token *t, struct antin_p11_tally *out)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	ANTIN_SCOPED(antin_bytes) text = {.secret = true};
	bool kept;

	(void)pthread_mutex_lock(&t->lock);
	*out = t->tally;
	kept = t->tally_kept;
	(void)pthread_mutex_unlock(&t->lock);
	if (kept || !path_of(t, "pins", &path))
		return;
	*out = (struct antin_p11_tally){0};
	if (access((const char *)path.p, F_OK) != 0)
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
		if (antin_p11_tally_count(y, (enum antin_p11_owner)i))
			return false;
	return y->n_failed == 0;
}

static bool
file_save(const struct antin_token *t, const struct antin_p11_tally *y)
{
	struct antin_p11_config config = antin_p11_config();
	ANTIN_SCOPED(antin_bytes) path = {0};
	ANTIN_SCOPED(antin_bytes) text = {.secret = true};

	if (!path_of(t, "pins", &path))
		return false;
	if (empty(y))
		return unlink((const char *)path.p) == 0 || errno == ENOENT;
	antin_p11_tally_add(y, &text);
	return !text.failed && antin_folder_make(config.state, NULL) == ANTIN_OK &&
	       antin_file_write((const char *)path.p, antin_bytes_slice(&text),
	                        ANTIN_OUTPUT_REPLACE | ANTIN_OUTPUT_PRIVATE, NULL) == ANTIN_OK;
}

void
antin_p11_tally_save(struct antin_token *t, const struct antin_p11_tally *y)
{
	bool saved = file_save(t, y);

	(void)pthread_mutex_lock(&t->lock);
	t->tally = *y;
	t->tally_kept = !saved;
	(void)pthread_mutex_unlock(&t->lock);
}

/* Where there are no locks nobody else can be kept out, as where no file can be made. */
static bool
lock_wait(int fd, int64_t until)
{
	while (flock(fd, LOCK_EX | LOCK_NB) != 0 && (errno == EWOULDBLOCK || errno == EINTR)) {
		if (antin_p11_now() >= until)
			return false;
		antin_p11_nap(LOCK_NAP_MS);
	}
	return true;
}

enum antin_rc
antin_p11_tally_lock(struct antin_token *t, int *guard, struct antin_err *err)
{
	struct antin_p11_config config = antin_p11_config();
	ANTIN_SCOPED(antin_bytes) path = {0};
	char label[40];
	int fd;

	if (!path_of(t, "lock", &path) || antin_folder_make(config.state, NULL) != ANTIN_OK)
		return ANTIN_OK;
	fd = open((const char *)path.p, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return ANTIN_OK;
	if (lock_wait(fd, antin_p11_now() + (int64_t)config.call_ms)) {
		*guard = fd + 1;
		return ANTIN_OK;
	}
	(void)close(fd);
	antin_p11_text(t->identity.label, sizeof(t->identity.label), label, sizeof(label));
	return antin_fail(err, ANTIN_E_BUSY, N_("another program is giving a PIN to token \"%s\""),
	                  label);
}

void
antin_p11_tally_unlock(int *guard)
{
	if (*guard)
		(void)close(*guard - 1);
	*guard = 0;
}

static bool
mark_of(const struct antin_p11_tally *y, const struct antin_p11_pin *pin,
        uint8_t out[ANTIN_P11_MARK_SIZE])
{
	uint8_t long_mark[32];
	bool done = EVP_PBE_scrypt((const char *)pin->value.p, pin->value.len, y->salt,
	                           sizeof(y->salt), SCRYPT_N, SCRYPT_R, 1, SCRYPT_MEMORY, long_mark,
	                           sizeof(long_mark)) == 1;

	if (done)
		memcpy(out, long_mark, ANTIN_P11_MARK_SIZE);
	OPENSSL_cleanse(long_mark, sizeof(long_mark));
	return done;
}

/* What cannot be compared is taken for the wrong one. */
bool
antin_p11_tally_failed(const struct antin_p11_tally *y, const struct antin_p11_pin *pin)
{
	enum antin_p11_owner owner = antin_p11_owner_of(pin->why);
	uint8_t mark[ANTIN_P11_MARK_SIZE];
	bool any = false;

	for (size_t i = 0; i < y->n_failed; i++)
		any = any || y->failed[i].owner == owner;
	if (!any)
		return false;
	if (!mark_of(y, pin, mark))
		return true;
	for (size_t i = 0; i < y->n_failed; i++)
		if (y->failed[i].owner == owner &&
		    CRYPTO_memcmp(y->failed[i].mark, mark, sizeof(mark)) == 0)
			return true;
	return false;
}

/* Without a mark the next try wants consent. */
void
antin_p11_tally_remember(struct antin_p11_tally *y, const struct antin_p11_pin *pin)
{
	struct antin_p11_failed f = {.owner = antin_p11_owner_of(pin->why)};

	if (!y->salted)
		y->salted = antin_random(y->salt, sizeof(y->salt), NULL) == ANTIN_OK;
	if (!y->salted || !mark_of(y, pin, f.mark)) {
		y->wrong[f.owner] = ANTIN_P11_TRIES_CAREFUL;
		return;
	}
	if (y->n_failed == ANTIN_P11_MARKS) {
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
	y->unsure[owner] = false;
	for (size_t i = 0; i < y->n_failed; i++)
		if (y->failed[i].owner != owner)
			y->failed[kept++] = y->failed[i];
	y->n_failed = kept;
}

unsigned int
antin_p11_tally_count(const struct antin_p11_tally *y, enum antin_p11_owner owner)
{
	return y->wrong[owner] + y->unsure[owner];
}
