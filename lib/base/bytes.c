/*
 * Owned bytes, slices, the bounded reader, hex and base64.  See bytes.h.
 */
#include <antin/bytes.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

/*
 * Secrets lie in pages of their own, which no core file gets, also not one that a debugger makes of
 * the running program; and which are not swapped out as far as the system lets us.
 */
static uint8_t *
pages_take(size_t *cap)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *p;

	*cap = (*cap + page - 1) / page * page;
	p = mmap(NULL, *cap, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	(void)madvise(p, *cap, MADV_DONTDUMP);
	(void)mlock(p, *cap);
	return p;
}

/*
 * What is large is better in large pages: reading a revocation list of 50 MB, the system takes
 * twice the time of the copying itself to hand out 12,000 small ones.  Where there are none it
 * stays so.
 */
static void
prefer_large_pages(uint8_t *p, size_t len)
{
	enum { LARGE = 4 << 20 };
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t before = (page - (uintptr_t)p % page) % page;

	if (len >= LARGE)
		(void)madvise(p + before, (len - before) / page * page, MADV_HUGEPAGE);
}

static void
memory_give(struct antin_bytes *b)
{
	if (b->secret)
		OPENSSL_cleanse(b->p, b->cap);
	if (b->apart)
		(void)munmap(b->p, b->cap);
	else
		free(b->p);
}

void
antin_bytes_done(struct antin_bytes *b)
{
	memory_give(b);
	*b = (struct antin_bytes){.secret = b->secret};
}

bool
antin_bytes_reserve(struct antin_bytes *b, size_t more)
{
	size_t need, cap = b->cap ? b->cap : 64;
	uint8_t *p;

	if (b->failed)
		return false;
	/* One octet more than asked for, so that antin_bytes_cstr always has room. */
	if (__builtin_add_overflow(b->len, more, &need) || need >= ANTIN_BYTES_MAX) {
		b->failed = true;
		return false;
	}
	if (need < b->cap)
		return true;
	while (cap <= need)
		cap *= 2;
	p = b->secret ? pages_take(&cap) : malloc(cap);
	if (!p) {
		b->failed = true;
		return false;
	}
	if (!b->secret)
		prefer_large_pages(p, cap);
	if (b->len)
		memcpy(p, b->p, b->len);
	memory_give(b);
	b->p = p;
	b->cap = cap;
	b->apart = b->secret;
	return true;
}

uint8_t *
antin_bytes_grow(struct antin_bytes *b, size_t len)
{
	uint8_t *at;

	if (!antin_bytes_reserve(b, len))
		return NULL;
	at = b->p + b->len;
	memset(at, 0, len);
	b->len += len;
	return at;
}

void
antin_bytes_add(struct antin_bytes *b, const void *p, size_t len)
{
	if (!antin_bytes_reserve(b, len) || len == 0)
		return;
	memcpy(b->p + b->len, p, len);
	b->len += len;
}

void
antin_bytes_byte(struct antin_bytes *b, uint8_t byte)
{
	antin_bytes_add(b, &byte, 1);
}

void
antin_bytes_text(struct antin_bytes *b, const char *text)
{
	antin_bytes_add(b, text, strlen(text));
}

void
antin_bytes_printf(struct antin_bytes *b, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0 || !antin_bytes_reserve(b, (size_t)len + 1)) {
		b->failed = true;
		return;
	}
	va_start(args, format);
	(void)vsnprintf((char *)b->p + b->len, (size_t)len + 1, format, args);
	va_end(args);
	b->len += (size_t)len;
}

void
antin_bytes_insert(struct antin_bytes *b, size_t at, const void *p, size_t len)
{
	if (at > b->len)
		b->failed = true;
	if (!antin_bytes_reserve(b, len) || len == 0)
		return;
	memmove(b->p + at + len, b->p + at, b->len - at);
	memcpy(b->p + at, p, len);
	b->len += len;
}

void
antin_bytes_clear(struct antin_bytes *b)
{
	if (b->secret)
		OPENSSL_cleanse(b->p, b->cap);
	b->len = 0;
	b->failed = false;
}

const char *
antin_bytes_cstr(struct antin_bytes *b)
{
	if (!antin_bytes_reserve(b, 1))
		return NULL;
	b->p[b->len] = '\0';
	return (const char *)b->p;
}

enum antin_rc
antin_bytes_check(const struct antin_bytes *b, struct antin_err *err)
{
	return b->failed ? antin_fail_memory(err) : ANTIN_OK;
}

enum antin_rc
antin_bytes_join(struct antin_bytes *out, const struct antin_bytes *b, struct antin_err *err)
{
	enum antin_rc rc = antin_bytes_check(b, err);

	if (rc != ANTIN_OK)
		return rc;
	antin_bytes_add(out, b->p, b->len);
	return antin_bytes_check(out, err);
}

void
antin_bytes_move(struct antin_bytes *to, struct antin_bytes *from)
{
	struct antin_bytes content = *from;

	antin_bytes_done(to);
	*from = (struct antin_bytes){.secret = from->secret};
	*to = content;
}

void *
antin_array_grow(void *old, size_t *cap, size_t item_size)
{
	size_t more = *cap ? *cap : 8, items, size;
	void *p;

	if (__builtin_add_overflow(*cap, more, &items) ||
	    __builtin_mul_overflow(items, item_size, &size))
		return NULL;
	p = realloc(old, size);
	if (p)
		*cap = items;
	return p;
}

struct antin_slice
antin_slice_text(const char *text)
{
	return (struct antin_slice){(const uint8_t *)text, strlen(text)};
}

bool
antin_slice_equal(struct antin_slice a, struct antin_slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

int
antin_slice_compare(struct antin_slice a, struct antin_slice b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len ? memcmp(a.p, b.p, len) : 0;

	if (order)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

bool
antin_slice_is(struct antin_slice a, const char *text)
{
	return antin_slice_equal(a, antin_slice_text(text));
}

static const char lower[] = "0123456789abcdef";
static const char upper[] = "0123456789ABCDEF";

void
antin_hex_add(struct antin_bytes *b, struct antin_slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		antin_bytes_byte(b, (uint8_t)lower[s.p[i] >> 4]);
		antin_bytes_byte(b, (uint8_t)lower[s.p[i] & 15]);
	}
}

char *
antin_hex_text(struct antin_slice s, char *out, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len && n + 2 < cap; i++) {
		out[n++] = lower[s.p[i] >> 4];
		out[n++] = lower[s.p[i] & 15];
	}
	out[n] = '\0';
	return out;
}

char *
antin_hex_groups(struct antin_slice s, char *out, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len && n + 3 < cap; i++) {
		if (i && i % 2 == 0)
			out[n++] = ' ';
		out[n++] = upper[s.p[i] >> 4];
		out[n++] = upper[s.p[i] & 15];
	}
	out[n] = '\0';
	return out;
}

int
antin_hex_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

enum antin_rc
antin_hex_parse(const char *text, struct antin_bytes *out, struct antin_err *err)
{
	for (const char *p = text; *p;) {
		int high = antin_hex_digit(p[0]);
		int low = high < 0 ? -1 : antin_hex_digit(p[1]);

		if (low < 0)
			return antin_fail(err, ANTIN_E_FORMAT,
			                  N_("%s is not hexadecimal at character %zu"), text,
			                  (size_t)(p - text) + 1);
		antin_bytes_byte(out, (uint8_t)(high << 4 | low));
		p += 2;
		if (*p == ':' && p[1])
			p++;
	}
	return antin_bytes_check(out, err);
}

void
antin_base64_add(struct antin_bytes *b, struct antin_slice s)
{
	size_t start = b->len;
	uint8_t *to = antin_bytes_grow(b, (s.len + 2) / 3 * 4 + 1);

	if (!to)
		return;
	(void)EVP_EncodeBlock(to, s.p, (int)s.len);
	b->len = start + (s.len + 2) / 3 * 4;
}

static int
base64_value(uint8_t c)
{
	static const char digits[] =
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static enum antin_rc
parse_groups(struct antin_slice text, struct antin_bytes *out, struct antin_err *err)
{
	uint32_t group = 0;
	unsigned int digits = 0, padding = 0;
	bool ended = false;

	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.p[i];
		int value = base64_value(c);

		if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
			continue;
		if (c == '=' && digits >= 2)
			padding++;
		else if (value < 0 || padding || ended)
			return antin_fail(err, ANTIN_E_FORMAT, N_("not base64 at byte %zu"), i);
		group = group << 6 | (uint32_t)(c == '=' ? 0 : value);
		if (++digits < 4)
			continue;
		/* Bits under the padding are zero, so that one text is one value (RFC 4648 3.5). */
		if (padding && (group & ((1U << (8 * padding)) - 1)) != 0)
			return antin_fail(err, ANTIN_E_FORMAT, N_("not base64 at byte %zu"), i);
		for (unsigned int k = 0; k < 3 - padding; k++)
			antin_bytes_byte(out, (uint8_t)(group >> (16 - 8 * k)));
		digits = 0;
		group = 0;
		if (padding)
			ended = true;
	}
	if (digits != 0)
		return antin_fail(err, ANTIN_E_FORMAT, N_("base64 is cut short"));
	return antin_bytes_check(out, err);
}

enum antin_rc
antin_base64_parse(struct antin_slice text, struct antin_bytes *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) made = {.secret = out->secret};
	enum antin_rc rc = parse_groups(text, &made, err);

	return rc == ANTIN_OK ? antin_bytes_join(out, &made, err) : rc;
}

bool
antin_in_take(struct antin_in *in, size_t len, struct antin_slice *out)
{
	if (antin_in_left(in) < len)
		return false;
	*out = (struct antin_slice){in->p, len};
	in->p += len;
	return true;
}

static bool
take_number(struct antin_in *in, size_t len, uint32_t *out)
{
	struct antin_slice s;

	if (!antin_in_take(in, len, &s))
		return false;
	*out = 0;
	for (size_t i = 0; i < len; i++)
		*out = *out << 8 | s.p[i];
	return true;
}

bool
antin_in_u8(struct antin_in *in, uint8_t *out)
{
	uint32_t n;

	if (!take_number(in, 1, &n))
		return false;
	*out = (uint8_t)n;
	return true;
}

bool
antin_in_u16(struct antin_in *in, uint16_t *out)
{
	uint32_t n;

	if (!take_number(in, 2, &n))
		return false;
	*out = (uint16_t)n;
	return true;
}

bool
antin_in_u32(struct antin_in *in, uint32_t *out)
{
	return take_number(in, 4, out);
}

enum antin_rc
antin_sha256(struct antin_slice s, uint8_t out[32], struct antin_err *err)
{
	if (EVP_Q_digest(NULL, "SHA256", NULL, s.p ? s.p : (const uint8_t *)"", s.len, out, NULL) !=
	    1)
		return antin_fail_crypto(err, ANTIN_E_INTERNAL, "SHA-256");
	return ANTIN_OK;
}

enum antin_rc
antin_random(uint8_t *out, size_t len, struct antin_err *err)
{
	if (RAND_bytes_ex(NULL, out, len, 0) != 1)
		return antin_fail_crypto(err, ANTIN_E_INTERNAL, "random octets");
	return ANTIN_OK;
}
