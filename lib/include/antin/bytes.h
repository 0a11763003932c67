/*
 * Owned bytes that grow, borrowed slices, and the bounded reader for everything parsed by hand.
 * Low-level: knows errors, nothing above.
 */
#ifndef ANTIN_BYTES_H
#define ANTIN_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <antin/err.h>
#include <antin/own.h>

/* Borrowed bytes: valid as long as what they point into. */
struct antin_slice {
	const uint8_t *p;
	size_t len;
};

/*
 * Owned bytes.  {0} is empty and valid.  Appending never fails on the spot: a failure (memory, or
 * over ANTIN_BYTES_MAX) sets `failed`, later calls do nothing, antin_bytes_check says so once.
 */
struct antin_bytes {
	uint8_t *p;
	size_t len, cap;
	bool failed;
	bool secret; /* wiped whenever memory is given back, and in no core file */
	bool apart;  /* bytes.c: in pages of its own */
};

#define ANTIN_BYTES_MAX ((size_t)1 << 30)

void antin_bytes_done(struct antin_bytes *b); /* frees (wipes when secret) and empties */
ANTIN_SCOPED_S(antin_bytes, antin_bytes_done);

void antin_bytes_add(struct antin_bytes *b, const void *p, size_t len);
void antin_bytes_byte(struct antin_bytes *b, uint8_t byte);
void antin_bytes_text(struct antin_bytes *b, const char *text); /* without its NUL */
void antin_bytes_printf(struct antin_bytes *b, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
/* Makes room for `len` more bytes at the end, zeroed, and returns it; NULL on failure. */
uint8_t *antin_bytes_grow(struct antin_bytes *b, size_t len);
/* Makes room for `len` more bytes and one NUL, without adding them; false on failure. */
bool antin_bytes_reserve(struct antin_bytes *b, size_t len);
/* Inserts `len` bytes at `at`. */
void antin_bytes_insert(struct antin_bytes *b, size_t at, const void *p, size_t len);
void antin_bytes_clear(struct antin_bytes *b); /* empties (wipes when secret), keeps memory */
/* Adds a NUL behind the content without counting it; returns it as text, NULL on failure. */
const char *antin_bytes_cstr(struct antin_bytes *b);
/* ANTIN_E_MEMORY if an append failed before. */
enum antin_rc antin_bytes_check(const struct antin_bytes *b, struct antin_err *err) ANTIN_MUST;
/* Appends all of `b`; ANTIN_E_MEMORY if either has failed, and then `out` is as it was. */
enum antin_rc antin_bytes_join(struct antin_bytes *out, const struct antin_bytes *b,
                               struct antin_err *err) ANTIN_MUST;
/* Moves the content: `from` is empty afterwards, what `to` held is freed. */
void antin_bytes_move(struct antin_bytes *to, struct antin_bytes *from);

static inline struct antin_slice
antin_bytes_slice(const struct antin_bytes *b)
{
	return (struct antin_slice){b->p, b->len};
}

struct antin_slice antin_slice_text(const char *text); /* its bytes without the NUL */
bool antin_slice_equal(struct antin_slice a, struct antin_slice b);
static inline bool
antin_bytes_equal(const struct antin_bytes *a, const struct antin_bytes *b)
{
	return antin_slice_equal(antin_bytes_slice(a), antin_bytes_slice(b));
}

int antin_slice_compare(struct antin_slice a, struct antin_slice b); /* as memcmp, then length */
bool antin_slice_is(struct antin_slice a, const char *text);

int antin_hex_digit(int c); /* its value, in any case; -1: it is none */
/* Lower-case hex.  antin_hex_parse takes any case and colons between octets. */
void antin_hex_add(struct antin_bytes *b, struct antin_slice s);
char *antin_hex_text(struct antin_slice s, char *out, size_t cap); /* cut at cap; returns out */
enum antin_rc antin_hex_parse(const char *text, struct antin_bytes *out, struct antin_err *err)
        ANTIN_MUST;
/* Upper-case hex in groups of four characters, for people: "01A4 9F..."; returns out. */
char *antin_hex_groups(struct antin_slice s, char *out, size_t cap);

/* Standard base64 without line breaks; parsing ignores white space, refuses anything else. */
void antin_base64_add(struct antin_bytes *b, struct antin_slice s);
enum antin_rc antin_base64_parse(struct antin_slice text, struct antin_bytes *out,
                                 struct antin_err *err) ANTIN_MUST;

/* Bounded reader: all calls return false, and read nothing, when the bytes are not there. */
struct antin_in {
	const uint8_t *p, *end;
};

static inline struct antin_in
antin_in_of(struct antin_slice s)
{
	/* Without bytes there may be no pointer to add to. */
	return (struct antin_in){s.p, s.len ? s.p + s.len : s.p};
}
static inline size_t
antin_in_left(const struct antin_in *in)
{
	return (size_t)(in->end - in->p);
}
bool antin_in_take(struct antin_in *in, size_t len, struct antin_slice *out) ANTIN_MUST;
bool antin_in_u8(struct antin_in *in, uint8_t *out) ANTIN_MUST;
bool antin_in_u16(struct antin_in *in, uint16_t *out) ANTIN_MUST; /* big-endian */
bool antin_in_u32(struct antin_in *in, uint32_t *out) ANTIN_MUST;

/*
 * `old`, an array of `*cap` items, moved to a place for twice as many (8 at least), and *cap with
 * it; NULL without memory, and then nothing has changed.
 */
void *antin_array_grow(void *old, size_t *cap, size_t item_size);

/* SHA-256 of bytes in memory, for identities and file names, not for signatures. */
enum antin_rc antin_sha256(struct antin_slice s, uint8_t out[32], struct antin_err *err) ANTIN_MUST;
/* Random octets from the CSPRNG. */
enum antin_rc antin_random(uint8_t *out, size_t len, struct antin_err *err) ANTIN_MUST;

#endif
