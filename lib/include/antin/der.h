/*
 * DER (X.690): a strict reader over a bounded slice and a writer over owned bytes.  The reader
 * takes definite, minimal lengths and low tag numbers only: anything else is not DER and is
 * refused.
 */
#ifndef ANTIN_DER_H
#define ANTIN_DER_H

#include <antin/bytes.h>

enum antin_tag {
	ANTIN_BOOLEAN = 0x01,
	ANTIN_INTEGER = 0x02,
	ANTIN_BIT_STRING = 0x03,
	ANTIN_OCTET_STRING = 0x04,
	ANTIN_NULL = 0x05,
	ANTIN_OID = 0x06,
	ANTIN_ENUMERATED = 0x0a,
	ANTIN_UTF8 = 0x0c,
	ANTIN_NUMERIC = 0x12,
	ANTIN_PRINTABLE = 0x13,
	ANTIN_TELETEX = 0x14,
	ANTIN_IA5 = 0x16,
	ANTIN_UTCTIME = 0x17,
	ANTIN_GENERALIZEDTIME = 0x18,
	ANTIN_VISIBLE = 0x1a,
	ANTIN_UNIVERSAL = 0x1c,
	ANTIN_BMP = 0x1e,
	ANTIN_SEQUENCE = 0x30,
	ANTIN_SET = 0x31,
};
/* Context-specific tags: primitive [n] and constructed [n]. */
#define ANTIN_CONTEXT(n)      (0x80 | (n))
#define ANTIN_CONTEXT_CONS(n) (0xa0 | (n))

struct antin_tlv {
	uint8_t tag;
	struct antin_slice value; /* content octets */
	struct antin_slice whole; /* identifier, length and content */
};

/* The next element, whatever its tag; false when empty, cut short or not DER.  A string in pieces,
 * a structure that is primitive and an OID without its form are not DER. */
bool antin_der_next(struct antin_in *in, struct antin_tlv *out) ANTIN_MUST;
/* The next element if it has this tag; otherwise false and nothing is read. */
bool antin_der_take(struct antin_in *in, uint8_t tag, struct antin_slice *value) ANTIN_MUST;
/* As take, but gives the whole element. */
bool antin_der_whole(struct antin_in *in, uint8_t tag, struct antin_slice *whole) ANTIN_MUST;
/* As take, for something inside of which reading goes on. */
bool antin_der_enter(struct antin_in *in, uint8_t tag, struct antin_in *inner) ANTIN_MUST;
/* True if the next element has this tag. */
bool antin_der_peek(const struct antin_in *in, uint8_t tag);
bool antin_der_end(const struct antin_in *in); /* nothing left */

bool antin_der_bool(struct antin_in *in, bool *out) ANTIN_MUST; /* 00 or ff only */
/* INTEGER content, minimal; any size and sign. */
bool antin_der_integer(struct antin_in *in, struct antin_slice *out) ANTIN_MUST;
/* INTEGER 0..max. */
bool antin_der_uint(struct antin_in *in, uint64_t max, uint64_t *out) ANTIN_MUST;
/* ENUMERATED 0..max. */
bool antin_der_enum(struct antin_in *in, uint64_t max, uint64_t *out) ANTIN_MUST;
/* BIT STRING with unused bits that are zero; *unused 0..7. */
bool antin_der_bits(struct antin_in *in, struct antin_slice *out, unsigned int *unused) ANTIN_MUST;
/* A named bit list (RFC 5280 keyUsage): bit n of *out is named bit n; 9..32 bits, minimal form. */
bool antin_der_named_bits(struct antin_in *in, uint32_t *out) ANTIN_MUST;
/* UTCTime or GeneralizedTime as RFC 5280 4.1.2.5 has them (Zulu, seconds, no fraction). */
bool antin_der_time(struct antin_in *in, int64_t *out) ANTIN_MUST;
/* GeneralizedTime only; a fraction is allowed if `fraction` (RFC 3161) and dropped. */
bool antin_der_generalized(struct antin_in *in, bool fraction, int64_t *out) ANTIN_MUST;

/*
 * Appends the next element with its indefinite lengths (BER, X.690 8.1.3.6) made definite; false
 * when it is none, or uses any other freedom of BER, and then nothing is read.
 */
bool antin_ber_frame(struct antin_in *in, struct antin_bytes *out) ANTIN_MUST;

/* OID content octets as dotted text; returns out, "?" when it does not fit or is no OID. */
char *antin_oid_text(struct antin_slice oid, char *out, size_t cap);
/* True if these content octets are the OID that `dotted` names. */
bool antin_oid_is(struct antin_slice oid, const char *dotted);
/* Dotted text to content octets. */
enum antin_rc antin_oid_parse(const char *text, struct antin_bytes *out, struct antin_err *err)
        ANTIN_MUST;

/* Writer: open a constructed element, write into it, close it with the mark that open gave. */
size_t antin_der_open(struct antin_bytes *b, uint8_t tag);
void antin_der_close(struct antin_bytes *b, size_t mark);
void antin_der_add(struct antin_bytes *b, uint8_t tag, struct antin_slice value);
void antin_der_add_text(struct antin_bytes *b, uint8_t tag, const char *text);
void antin_der_add_bool(struct antin_bytes *b, bool value);
void antin_der_add_uint(struct antin_bytes *b, uint64_t value);
/* INTEGER from unsigned big-endian octets: leading zeros cut, sign octet added. */
void antin_der_add_integer(struct antin_bytes *b, struct antin_slice magnitude);
void antin_der_add_enum(struct antin_bytes *b, uint8_t value);
void antin_der_add_null(struct antin_bytes *b);
void antin_der_add_oid(struct antin_bytes *b, const char *dotted); /* a constant; bad = failed */
void antin_der_add_oid_der(struct antin_bytes *b, struct antin_slice oid);
void antin_der_add_bits(struct antin_bytes *b, struct antin_slice octets); /* no unused bits */
void antin_der_add_named_bits(struct antin_bytes *b, uint32_t bits);       /* minimal form */
/* UTCTime to 2049, GeneralizedTime after (RFC 5280 4.1.2.5). */
void antin_der_add_time(struct antin_bytes *b, int64_t time);
void antin_der_add_generalized(struct antin_bytes *b, int64_t time);
/* Sorts the elements of the SET (OF) opened at `mark` (X.690 11.6), then closes it. */
void antin_der_close_set(struct antin_bytes *b, size_t mark);

/* A word for an OID, or NULL. */
typedef const char *antin_oid_name_fn(const char *dotted);
/*
 * Appends any DER as one line that is safe to show, cut when it is long: "{2.5.29.32.0, [1] "x"}".
 * What is no DER comes as hex.  `name` may be NULL.
 */
void antin_der_text_add(struct antin_bytes *b, struct antin_slice der, antin_oid_name_fn *name);

#endif
