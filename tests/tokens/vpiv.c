/*
 * A virtual PIV card (NIST SP 800-73-4, part 2) behind vpcd, the virtual reader of vsmartcard: with
 * it pcscd and OpenSC run for real with no hardware.
 *
 * usage: vpiv [-y] [-t TRIES] [-d MILLISECONDS] DIR
 * Keys and certificates are DIR/9a.key, DIR/9a.crt, ... (PEM) of the slots 9a, 9c, 9d, 9e.  Each
 * PIN that comes and each use of a key is a line in DIR/log.  -y answers as a YubiKey 4, because
 * OpenSC 0.23 offers EC only for PIV cards that it knows; -d waits in each use of a key.
 * USR1 pulls the card out, USR2 puts it back, HUP restores the tries.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <antin/der.h>

enum { VPCD_PORT = 35963, MESSAGE_MAX = 8192, PIN_SIZE = 8 };
enum status {
	SW_OK = 0x9000,
	SW_TRIES = 0x63c0,
	SW_LENGTH = 0x6700,
	SW_SECURITY = 0x6982,
	SW_BLOCKED = 0x6983,
	SW_CONDITIONS = 0x6985,
	SW_DATA = 0x6a80,
	SW_NOT_FOUND = 0x6a82,
	SW_PARAMETERS = 0x6a86,
	SW_REFERENCE = 0x6a88,
	SW_INSTRUCTION = 0x6d00,
};

struct secret {
	const char *name;
	uint8_t value[PIN_SIZE];
	int left;
};
struct slot {
	uint8_t reference, tag[3];
	const char *file;
	uint8_t algorithm;
	EVP_PKEY *key;
	struct antin_bytes object;
};
static struct slot slots[] = {
        {0x9a, {0x5f, 0xc1, 0x05}, "9a", 0, NULL, {0}},
        {0x9c, {0x5f, 0xc1, 0x0a}, "9c", 0, NULL, {0}},
        {0x9d, {0x5f, 0xc1, 0x0b}, "9d", 0, NULL, {0}},
        {0x9e, {0x5f, 0xc1, 0x01}, "9e", 0, NULL, {0}},
};
enum { SLOTS = sizeof(slots) / sizeof(slots[0]) };

static struct {
	struct secret pin, puk;
	int tries;
	unsigned int delay_ms;
	bool yubikey;
	bool verified, fresh;      /* fresh: nothing came between the PIN and now */
	struct antin_bytes holder; /* the card holder's unique identifier */
	struct antin_bytes chained, answer;
	size_t answered;
	FILE *log;
} card = {
        .pin = {"PIN", "135790\xff\xff", 0},
        .puk = {"PUK", "24681357", 0},
        .tries = 3,
};
static volatile sig_atomic_t pulled, restore;

static void
on_signal(int number)
{
	if (number == SIGHUP)
		restore = 1;
	else
		pulled = number == SIGUSR1;
}

static void
wipe(void)
{
	card.verified = card.fresh = false;
	antin_bytes_clear(&card.chained);
}

/* ---- what is on the card ---- */

static uint8_t
algorithm_of(EVP_PKEY *key)
{
	int bits = EVP_PKEY_get_bits(key);

	if (EVP_PKEY_is_a(key, "EC"))
		return bits == 256 ? 0x11 : 0x14;
	return bits == 3072 ? 0x05 : 0x07;
}

static FILE *
card_file(const char *dir, const char *name, const char *end)
{
	char path[512];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s.%s", dir, name, end);
	f = fopen(path, "r");
	if (!f) {
		perror(path);
		exit(2);
	}
	return f;
}

static void
slot_load(struct slot *s, const char *dir)
{
	FILE *f = card_file(dir, s->file, "key");
	unsigned char *der = NULL;
	X509 *cert;
	size_t outer;
	int len;

	s->key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	(void)fclose(f);
	f = card_file(dir, s->file, "crt");
	cert = PEM_read_X509(f, NULL, NULL, NULL);
	(void)fclose(f);
	len = cert ? i2d_X509(cert, &der) : 0;
	if (!s->key || len <= 0) {
		(void)fprintf(stderr, "vpiv: %s: key or certificate cannot be read\n", s->file);
		exit(2);
	}
	s->algorithm = algorithm_of(s->key);
	outer = antin_der_open(&s->object, 0x53);
	antin_der_add(&s->object, 0x70, (struct antin_slice){der, (size_t)len});
	antin_bytes_add(&s->object, "\x71\x01\x00\xfe\x00", 5);
	antin_der_close(&s->object, outer);
	OPENSSL_free(der);
	X509_free(cert);
}

static void
holder_make(void)
{
	uint8_t guid[16], agency[25];
	size_t outer = antin_der_open(&card.holder, 0x53);

	memset(agency, 0xd1, sizeof(agency));
	if (antin_random(guid, sizeof(guid), NULL) != ANTIN_OK)
		exit(2);
	antin_der_add(&card.holder, 0x30, (struct antin_slice){agency, sizeof(agency)});
	antin_der_add(&card.holder, 0x34, (struct antin_slice){guid, sizeof(guid)});
	antin_der_add_text(&card.holder, 0x35, "20991231");
	antin_bytes_add(&card.holder, "\x3e\x00\xfe\x00", 4);
	antin_der_close(&card.holder, outer);
}

/* ---- commands; each appends its data and gives the status ---- */

struct command {
	uint8_t p1, p2;
	struct antin_slice data;
};

static enum status
select_application(const struct command *c, struct antin_bytes *out)
{
	static const uint8_t answer[] = {0x61, 0x11, 0x4f, 0x06, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00,
	                                 0x79, 0x07, 0x4f, 0x05, 0xa0, 0x00, 0x00, 0x03, 0x08};

	if (c->data.len < 5 || memcmp(c->data.p, "\xa0\x00\x00\x03\x08", 5) != 0)
		return SW_NOT_FOUND;
	wipe();
	antin_bytes_add(out, answer, sizeof(answer));
	return SW_OK;
}

static enum status
get_data(const struct command *c, struct antin_bytes *out)
{
	static const uint8_t discovery[] = {0x7e, 0x12, 0x4f, 0x0b, 0xa0, 0x00, 0x00,
	                                    0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01,
	                                    0x00, 0x5f, 0x2f, 0x02, 0x40, 0x00};
	struct antin_in in = antin_in_of(c->data);
	struct antin_slice tag;

	if (!antin_der_take(&in, 0x5c, &tag))
		return SW_DATA;
	if (tag.len == 1 && tag.p[0] == 0x7e) {
		antin_bytes_add(out, discovery, sizeof(discovery));
		return SW_OK;
	}
	if (tag.len == 3 && memcmp(tag.p, "\x5f\xc1\x02", 3) == 0) {
		antin_bytes_add(out, card.holder.p, card.holder.len);
		return SW_OK;
	}
	for (size_t i = 0; i < SLOTS; i++) {
		if (tag.len != 3 || memcmp(tag.p, slots[i].tag, 3) != 0)
			continue;
		antin_bytes_add(out, slots[i].object.p, slots[i].object.len);
		return SW_OK;
	}
	return SW_NOT_FOUND;
}

static enum status
tries_left(const struct secret *s)
{
	return s->left ? (enum status)(SW_TRIES | s->left) : SW_BLOCKED;
}

/* A wrong one costs a try, whatever it is asked for. */
static enum status
present(struct secret *s, const uint8_t given[PIN_SIZE])
{
	bool right = memcmp(given, s->value, PIN_SIZE) == 0;

	if (!s->left)
		return SW_BLOCKED;
	s->left = right ? card.tries : s->left - 1;
	(void)fprintf(card.log, "%s %s, %d left\n", s->name, right ? "right" : "wrong", s->left);
	return right ? SW_OK : tries_left(s);
}

static enum status
verify(const struct command *c, struct antin_bytes *out)
{
	enum status status;

	(void)out;
	if (c->p2 != 0x80)
		return SW_REFERENCE;
	if (c->p1 == 0xff) {
		card.verified = card.fresh = false;
		return SW_OK;
	}
	if (!c->data.len)
		return card.verified ? SW_OK : tries_left(&card.pin);
	if (c->data.len != PIN_SIZE)
		return SW_DATA;
	status = present(&card.pin, c->data.p);
	card.verified = card.fresh = status == SW_OK;
	return status;
}

/* CHANGE REFERENCE DATA with the PIN, RESET RETRY COUNTER with the PUK: the new PIN follows it. */
static enum status
change(struct secret *by, const struct command *c)
{
	enum status status;

	if (c->data.len != 2 * PIN_SIZE)
		return SW_LENGTH;
	status = present(by, c->data.p);
	if (status != SW_OK)
		return status;
	memcpy(card.pin.value, c->data.p + PIN_SIZE, PIN_SIZE);
	card.pin.left = card.tries;
	return SW_OK;
}

static enum status
change_pin(const struct command *c, struct antin_bytes *out)
{
	(void)out;
	return change(&card.pin, c);
}

static enum status
reset_retry(const struct command *c, struct antin_bytes *out)
{
	(void)out;
	return change(&card.puk, c);
}

static enum status
yubikey_version(const struct command *c, struct antin_bytes *out)
{
	(void)c;
	if (!card.yubikey)
		return SW_INSTRUCTION;
	antin_bytes_add(out, "\x04\x03\x05", 3);
	return SW_OK;
}

/* The bare private-key operation on the challenge: RSA without padding, or ECDSA. */
static bool
sign(EVP_PKEY *key, struct antin_slice challenge, uint8_t *to, size_t *len)
{
	EVP_PKEY_CTX *x = EVP_PKEY_CTX_new(key, NULL);
	bool rsa = EVP_PKEY_is_a(key, "RSA"), good = x && EVP_PKEY_sign_init(x) == 1;

	if (good && rsa)
		good = challenge.len == (size_t)EVP_PKEY_get_size(key) &&
		       EVP_PKEY_CTX_set_rsa_padding(x, RSA_NO_PADDING) == 1;
	good = good && EVP_PKEY_sign(x, to, len, challenge.p, challenge.len) == 1;
	EVP_PKEY_CTX_free(x);
	return good;
}

/* ECDH with the other side's point: the x coordinate (SP 800-73-4 A.4). */
static bool
agree(EVP_PKEY *key, struct antin_slice point, uint8_t *to, size_t *len)
{
	EVP_PKEY *peer = EVP_PKEY_new();
	EVP_PKEY_CTX *x = EVP_PKEY_CTX_new(key, NULL);
	bool good = EVP_PKEY_is_a(key, "EC") && peer && x &&
	            EVP_PKEY_copy_parameters(peer, key) == 1 &&
	            EVP_PKEY_set1_encoded_public_key(peer, point.p, point.len) == 1 &&
	            EVP_PKEY_derive_init(x) == 1 && EVP_PKEY_derive_set_peer(x, peer) == 1 &&
	            EVP_PKEY_derive(x, to, len) == 1;

	EVP_PKEY_CTX_free(x);
	EVP_PKEY_free(peer);
	return good;
}

static struct slot *
slot_of(uint8_t reference)
{
	for (size_t i = 0; i < SLOTS; i++)
		if (slots[i].reference == reference)
			return &slots[i];
	return NULL;
}

/* 9e wants no PIN, 9c one that was given just before. */
static bool
allowed(const struct slot *s)
{
	if (s->reference == 0x9e)
		return true;
	return card.verified && (s->reference != 0x9c || card.fresh);
}

static enum status
authenticate(const struct command *c, struct antin_bytes *out)
{
	struct slot *s = slot_of(c->p2);
	struct antin_in in = antin_in_of(c->data), inner;
	struct antin_tlv t = {0};
	uint8_t result[1024];
	size_t len = sizeof(result), outer;
	bool good;

	if (!s || s->algorithm != c->p1)
		return SW_PARAMETERS;
	if (!allowed(s))
		return SW_SECURITY;
	card.fresh = false;
	if (!antin_der_enter(&in, 0x7c, &inner))
		return SW_DATA;
	while (t.tag != 0x81 && t.tag != 0x85)
		if (!antin_der_next(&inner, &t))
			return SW_DATA;
	if (card.delay_ms)
		(void)usleep(card.delay_ms * 1000);
	good = t.tag == 0x81 ? sign(s->key, t.value, result, &len)
	                     : agree(s->key, t.value, result, &len);
	(void)fprintf(card.log, "use %s\n", s->file);
	if (!good)
		return SW_DATA;
	outer = antin_der_open(out, 0x7c);
	antin_der_add(out, 0x82, (struct antin_slice){result, len});
	antin_der_close(out, outer);
	return SW_OK;
}

static const struct {
	uint8_t instruction;
	enum status (*run)(const struct command *c, struct antin_bytes *out);
} commands[] = {
        {0x20, verify},          {0x24, change_pin},         {0x2c, reset_retry},
        {0x87, authenticate},    {0xa4, select_application}, {0xcb, get_data},
        {0xfd, yubikey_version},
};

static void
status_add(struct antin_bytes *out, unsigned int status)
{
	antin_bytes_byte(out, (uint8_t)(status >> 8));
	antin_bytes_byte(out, (uint8_t)status);
}

/* ---- APDUs (ISO 7816-4): command chaining, and answers in parts of 256 octets ---- */

static enum status
run(const uint8_t *head)
{
	struct command c = {head[2], head[3], antin_bytes_slice(&card.chained)};

	if (restore) {
		restore = 0;
		card.pin.left = card.puk.left = card.tries;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (commands[i].instruction == head[1])
			return commands[i].run(&c, &card.answer);
	return SW_INSTRUCTION;
}

static void
answer_part(struct antin_bytes *out, size_t room, unsigned int status)
{
	size_t left = card.answer.len - card.answered, n = left < room ? left : room;

	if (n)
		antin_bytes_add(out, card.answer.p + card.answered, n);
	card.answered += n;
	left -= n;
	status_add(out, left == 0 ? status : 0x6100 | (left > 255 ? 0 : (unsigned int)left));
}

/* The data of a short or extended command; false when it is cut. */
static bool
data_of(struct antin_slice apdu, struct antin_slice *data)
{
	size_t at = 5, len;

	*data = (struct antin_slice){NULL, 0};
	if (apdu.len <= 5)
		return true;
	len = apdu.p[4];
	if (!len && apdu.len > 7) {
		len = (size_t)apdu.p[5] << 8 | apdu.p[6];
		at = 7;
	}
	if (at + len > apdu.len)
		return false;
	*data = (struct antin_slice){apdu.p + at, len};
	return true;
}

static void
apdu_run(struct antin_slice apdu, struct antin_bytes *out)
{
	static enum status last;
	struct antin_slice data;
	size_t room = apdu.len == 5 && apdu.p[4] ? apdu.p[4] : 256;

	if (apdu.len < 4 || !data_of(apdu, &data)) {
		status_add(out, SW_LENGTH);
		return;
	}
	if (apdu.p[1] == 0xc0) {
		answer_part(out, room, card.answered < card.answer.len ? last : SW_CONDITIONS);
		return;
	}
	antin_bytes_add(&card.chained, data.p, data.len);
	if (apdu.p[0] & 0x10) {
		status_add(out, SW_OK);
		return;
	}
	antin_bytes_clear(&card.answer);
	card.answered = 0;
	last = run(apdu.p);
	antin_bytes_clear(&card.chained);
	answer_part(out, room, last);
}

/* ---- vpcd: messages with a length of two octets; one octet alone is about the power ---- */

static bool
read_all(int fd, uint8_t *to, size_t len)
{
	while (len && !pulled) {
		ssize_t n = read(fd, to, len);

		if (n == 0 || (n < 0 && errno != EINTR))
			return false;
		if (n > 0) {
			to += n;
			len -= (size_t)n;
		}
	}
	return len == 0;
}

static void
message(struct antin_slice in, struct antin_bytes *out)
{
	static const uint8_t plain[] = {0x3b, 0x80, 0x80, 0x01, 0x01};
	static const uint8_t yubikey[] = {0x3b, 0xf8, 0x13, 0x00, 0x00, 0x81, 0x31, 0xfe, 0x15,
	                                  0x59, 0x75, 0x62, 0x69, 0x6b, 0x65, 0x79, 0x34, 0xd4};

	if (in.len > 1)
		apdu_run(in, out);
	else if (in.len && in.p[0] != 4)
		wipe();
	else if (card.yubikey)
		antin_bytes_add(out, yubikey, sizeof(yubikey));
	else
		antin_bytes_add(out, plain, sizeof(plain));
}

static bool
serve_one(int fd)
{
	ANTIN_SCOPED(antin_bytes) out = {0};
	uint8_t head[2], in[MESSAGE_MAX];
	size_t len;

	if (!read_all(fd, head, 2))
		return false;
	len = (size_t)head[0] << 8 | head[1];
	if (len > sizeof(in) || !read_all(fd, in, len))
		return false;
	antin_bytes_add(&out, head, 2); /* room for the length */
	message((struct antin_slice){in, len}, &out);
	if (out.failed || out.len == 2)
		return !out.failed;
	out.p[0] = (uint8_t)((out.len - 2) >> 8);
	out.p[1] = (uint8_t)(out.len - 2);
	return !pulled && write(fd, out.p, out.len) == (ssize_t)out.len;
}

static void
serve(void)
{
	struct sockaddr_in where = {.sin_family = AF_INET,
	                            .sin_port = htons(VPCD_PORT),
	                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	wipe();
	if (fd >= 0 && connect(fd, (struct sockaddr *)&where, sizeof(where)) == 0) {
		while (serve_one(fd))
			continue;
	}
	if (fd >= 0)
		(void)close(fd);
	(void)usleep(20000);
}

int
main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = on_signal};
	char path[512];
	int option;

	while ((option = getopt(argc, argv, "yt:d:")) != -1) {
		if (option == 'y')
			card.yubikey = true;
		else if (option == 't')
			card.tries = (int)strtol(optarg, NULL, 10);
		else if (option == 'd')
			card.delay_ms = (unsigned int)strtoul(optarg, NULL, 10);
		else
			return 2;
	}
	if (optind + 1 != argc)
		return 2;
	for (size_t i = 0; i < SLOTS; i++)
		slot_load(&slots[i], argv[optind]);
	(void)snprintf(path, sizeof(path), "%s/log", argv[optind]);
	card.log = fopen(path, "a");
	if (!card.log)
		return 2;
	(void)setvbuf(card.log, NULL, _IOLBF, 0);
	holder_make();
	card.pin.left = card.puk.left = card.tries;
	(void)sigaction(SIGUSR1, &action, NULL);
	(void)sigaction(SIGUSR2, &action, NULL);
	(void)sigaction(SIGHUP, &action, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	for (;;) {
		if (pulled)
			(void)usleep(20000);
		else
			serve();
	}
}
