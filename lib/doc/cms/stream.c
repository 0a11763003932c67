/*
 * Reading a CMS file in order.  PEM is strict: one block, nothing but white space around it, lines
 * of base64 with their padding at the end alone (RFC 7468 3).
 */
#include "stream.h"

#include <stdlib.h>
#include <string.h>

static const struct armour {
	const char *begin, *end;
} armours[] = {
        {"-----BEGIN CMS-----", "-----END CMS-----"},
        {"-----BEGIN PKCS7-----", "-----END PKCS7-----"},
};
enum { ARMOURS = sizeof(armours) / sizeof(armours[0]) };

static enum antin_rc
cut_short(const struct cms_stream *s, struct antin_err *err)
{
	antin_err_set_where(err, "byte %llu", (unsigned long long)s->at);
	return antin_fail(err, ANTIN_E_FORMAT, N_("the signature file ends too early"));
}

static enum antin_rc
bad_armour(const struct cms_stream *s, struct antin_err *err)
{
	antin_err_set_where(err, "byte %llu", (unsigned long long)s->next);
	return antin_fail(err, ANTIN_E_FORMAT, N_("the PEM of the signature is damaged"));
}

bool
cms_is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The armour that begins here, white space before it passed over; NULL none. */
static const struct armour *
armour_of(struct antin_slice head, size_t *len)
{
	size_t skip = 0;

	while (skip < head.len && cms_is_space(head.p[skip]))
		skip++;
	for (size_t i = 0; i < ARMOURS; i++) {
		size_t n = strlen(armours[i].begin);

		if (head.len - skip <= n || memcmp(head.p + skip, armours[i].begin, n) != 0 ||
		    !cms_is_space(head.p[skip + n]))
			continue;
		*len = skip + n;
		return &armours[i];
	}
	return NULL;
}

bool
cms_stream_armoured(struct antin_slice head)
{
	size_t len;

	return armour_of(head, &len) != NULL;
}

void
cms_stream_done(struct cms_stream *s)
{
	free(s->window);
	*s = (struct cms_stream){0};
}

enum antin_rc
cms_stream_open(struct antin_source *source, struct cms_stream *out, struct antin_err *err)
{
	uint8_t head[256];
	uint64_t size = antin_source_size(source);
	size_t n = size < sizeof(head) ? (size_t)size : sizeof(head), len = 0;
	const struct armour *a;
	enum antin_rc rc = antin_source_read(source, 0, head, n, err);

	if (rc != ANTIN_OK)
		return rc;
	*out = (struct cms_stream){.source = source, .window = malloc(CMS_WINDOW)};
	if (!out->window)
		return antin_fail_memory(err);
	a = armour_of((struct antin_slice){head, n}, &len);
	out->label = a ? a->end : NULL;
	out->next = len;
	return ANTIN_OK;
}

static int
value_of(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* One character of base64; false when it may not stand here. */
static bool
decode(struct cms_stream *s, uint8_t c)
{
	int value = value_of(c);

	if (c == '=') {
		/* Two characters before two of these, three before one; no bits are left over. */
		s->n_pads++;
		return s->n_bits > 0 && s->n_bits <= 4 && s->n_pads * 2 <= s->n_bits &&
		       (s->bits & ((1u << s->n_bits) - 1)) == 0;
	}
	if (value < 0 || s->n_pads)
		return false;
	s->bits = (s->bits << 6 | (uint32_t)value) & 0xffff;
	s->n_bits += 6;
	if (s->n_bits < 8)
		return true;
	s->n_bits -= 8;
	s->window[s->to++] = (uint8_t)(s->bits >> s->n_bits);
	return true;
}

/* Behind the base64: the end line, and white space alone. */
static enum antin_rc
end_line(struct cms_stream *s, struct antin_err *err)
{
	uint64_t left = antin_source_size(s->source) - s->next;
	size_t n = strlen(s->label);
	uint8_t tail[1024];
	enum antin_rc rc;

	/* All characters but the padding make whole octets. */
	if (s->n_bits != 2 * s->n_pads || left < n || left > sizeof(tail))
		return bad_armour(s, err);
	rc = antin_source_read(s->source, s->next, tail, (size_t)left, err);
	if (rc != ANTIN_OK)
		return rc;
	if (memcmp(tail, s->label, n) != 0)
		return bad_armour(s, err);
	for (; n < left; n++)
		if (!cms_is_space(tail[n]))
			return bad_armour(s, err);
	s->dashes = s->ended = true;
	return ANTIN_OK;
}

static enum antin_rc
fill_armoured(struct cms_stream *s, struct antin_err *err)
{
	uint64_t left = antin_source_size(s->source) - s->next;
	size_t n = CMS_WINDOW - s->to, i;
	uint8_t text[8192];
	enum antin_rc rc;

	if (n > sizeof(text))
		n = sizeof(text);
	if (n > left)
		n = (size_t)left;
	if (n == 0)
		return cut_short(s, err);
	rc = antin_source_read(s->source, s->next, text, n, err);
	if (rc != ANTIN_OK)
		return rc;
	for (i = 0; i < n && text[i] != '-'; i++)
		if (!cms_is_space(text[i]) && !decode(s, text[i]))
			break;
	s->next += i;
	if (i == n)
		return ANTIN_OK;
	return text[i] == '-' ? end_line(s, err) : bad_armour(s, err);
}

static enum antin_rc
fill_plain(struct cms_stream *s, struct antin_err *err)
{
	uint64_t left = antin_source_size(s->source) - s->next;
	size_t n = CMS_WINDOW - s->to;
	enum antin_rc rc;

	if (n > left)
		n = (size_t)left;
	rc = antin_source_read(s->source, s->next, s->window + s->to, n, err);
	if (rc != ANTIN_OK)
		return rc;
	s->to += n;
	s->next += n;
	s->ended = n == left;
	return ANTIN_OK;
}

enum antin_rc
cms_stream_peek(struct cms_stream *s, size_t wanted, struct antin_slice *out, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	if (s->to - s->from < wanted && !s->ended && s->from) {
		memmove(s->window, s->window + s->from, s->to - s->from);
		s->to -= s->from;
		s->from = 0;
	}
	while (rc == ANTIN_OK && s->to - s->from < wanted && !s->ended)
		rc = s->label ? fill_armoured(s, err) : fill_plain(s, err);
	*out = (struct antin_slice){s->window + s->from, s->to - s->from};
	return rc;
}

/* What lies in the file as it stands need not be read to be passed over. */
static bool
jump(struct cms_stream *s, uint64_t len)
{
	if (s->label || len > antin_source_size(s->source) - s->next)
		return false;
	s->next += len;
	s->at += len;
	return true;
}

enum antin_rc
cms_stream_pass(struct cms_stream *s, uint64_t len, struct antin_hash *h, struct antin_err *err)
{
	struct antin_slice have;

	while (len > 0) {
		enum antin_rc rc = cms_stream_peek(s, 1, &have, err);
		size_t n = have.len < len ? have.len : (size_t)len;

		if (rc != ANTIN_OK)
			return rc;
		if (n == 0)
			return cut_short(s, err);
		rc = h ? antin_hash_add(h, have.p, n, err) : ANTIN_OK;
		if (rc != ANTIN_OK)
			return rc;
		s->from += n;
		s->at += n;
		len -= n;
		if (len > 0 && !h && jump(s, len))
			return ANTIN_OK;
	}
	return ANTIN_OK;
}

enum antin_rc
cms_stream_copy(struct cms_stream *s, uint64_t len, struct antin_bytes *out, struct antin_err *err)
{
	struct antin_slice have;

	while (len > 0) {
		enum antin_rc rc = cms_stream_peek(s, 1, &have, err);
		size_t n = have.len < len ? have.len : (size_t)len;

		if (rc != ANTIN_OK)
			return rc;
		antin_bytes_add(out, have.p, n);
		/* Nothing was read: the file ends here, which passing says. */
		rc = cms_stream_pass(s, n ? n : len, NULL, err);
		if (rc != ANTIN_OK)
			return rc;
		len -= n;
	}
	return ANTIN_OK;
}
