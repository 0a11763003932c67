/*
 * Which IP addresses may be connected to (RFC 6890 and the IANA registries of special addresses):
 * a name in a certificate must not be able to reach into the network that it is read in.
 */
#include "url.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

bool
ip_read(const char *text, struct ip *out)
{
	*out = (struct ip){0};
	if (inet_pton(AF_INET, text, out->octets) == 1)
		out->len = 4;
	else if (inet_pton(AF_INET6, text, out->octets) == 1)
		out->len = 16;
	return out->len != 0;
}

struct network {
	struct ip base;
	unsigned int bits;
};

static bool
within(const struct ip *a, const struct network *n)
{
	unsigned int whole = n->bits / 8, rest = n->bits % 8;

	if (a->len != n->base.len || memcmp(a->octets, n->base.octets, whole) != 0)
		return false;
	return rest == 0 || (a->octets[whole] ^ n->base.octets[whole]) >> (8 - rest) == 0;
}

#define V4(a, b, c, d, bits)                                                                       \
	{                                                                                          \
		{{a, b, c, d}, 4}, bits                                                            \
	}
#define V6(a, b, c, d, bits)                                                                       \
	{                                                                                          \
		{{a, b, c, d}, 16}, bits                                                           \
	}

/* No place of the public network. */
static const struct network special4[] = {
        V4(0, 0, 0, 0, 8),      V4(10, 0, 0, 0, 8),     V4(100, 64, 0, 0, 10),
        V4(127, 0, 0, 0, 8),    V4(169, 254, 0, 0, 16), V4(172, 16, 0, 0, 12),
        V4(192, 0, 0, 0, 24),   V4(192, 0, 2, 0, 24),   V4(192, 88, 99, 0, 24),
        V4(192, 168, 0, 0, 16), V4(198, 18, 0, 0, 15),  V4(198, 51, 100, 0, 24),
        V4(203, 0, 113, 0, 24), V4(224, 0, 0, 0, 3),
};
static const struct network global6 = V6(0x20, 0, 0, 0, 3);
static const struct network special6[] = {
        V6(0x20, 0x01, 0x00, 0x00, 23), /* protocol assignments, Teredo */
        V6(0x20, 0x01, 0x0d, 0xb8, 32), /* documentation */
        {{{0x3f, 0xff}, 16}, 20},       /* documentation */
};
/* An IPv4 address stands in these behind so many octets: it is what counts. */
static const struct {
	struct network in;
	size_t at;
} carriers[] = {
        {{{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 16}, 96}, 12}, /* mapped */
        {{{{0x00, 0x64, 0xff, 0x9b}, 16}, 96}, 12},                   /* NAT64 */
        {{{{0x20, 0x02}, 16}, 16}, 2},                                /* 6to4 */
};

static bool
is_in(const struct ip *a, const struct network *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (within(a, &list[i]))
			return true;
	return false;
}

static bool
carried(const struct ip *a, struct ip *inner)
{
	for (size_t i = 0; i < sizeof(carriers) / sizeof(carriers[0]); i++) {
		if (!within(a, &carriers[i].in))
			continue;
		*inner = (struct ip){.len = 4};
		memcpy(inner->octets, a->octets + carriers[i].at, 4);
		return true;
	}
	return false;
}

bool
ip_is_public(const struct ip *a)
{
	struct ip inner;

	if (a->len == 16 && carried(a, &inner))
		a = &inner;
	if (a->len == 4)
		return !is_in(a, special4, sizeof(special4) / sizeof(special4[0]));
	return a->len == 16 && within(a, &global6) &&
	       !is_in(a, special6, sizeof(special6) / sizeof(special6[0]));
}

/* ---- net.allow ---- */

static const char separators[] = " \t\n,";

/* The next word; its length, 0 at the end. */
static size_t
next_word(const char **list)
{
	*list += strspn(*list, separators);
	return strcspn(*list, separators);
}

static bool
read_network(const char *word, size_t len, struct network *out)
{
	char text[64];
	const char *slash = memchr(word, '/', len);
	size_t n = slash ? (size_t)(slash - word) : len;
	unsigned int bits = 0;

	if (n >= sizeof(text))
		return false;
	memcpy(text, word, n);
	text[n] = '\0';
	if (!ip_read(text, &out->base))
		return false;
	out->bits = (unsigned int)out->base.len * 8;
	if (!slash)
		return true;
	if (len - n < 2 || len - n > 4)
		return false;
	for (size_t i = n + 1; i < len; i++) {
		if (word[i] < '0' || word[i] > '9')
			return false;
		bits = bits * 10 + (unsigned int)(word[i] - '0');
	}
	if (bits > out->bits)
		return false;
	out->bits = bits;
	return true;
}

static bool
word_is_host(const char *word, size_t len)
{
	uint8_t text[URL_MAX] = "http://";
	struct url u;

	if (len > URL_HOST_MAX)
		return false;
	memcpy(text + 7, word, len);
	return !memchr(word, ':', len) && !memchr(word, '/', len) && !memchr(word, '?', len) &&
	       url_read(text, len + 7, &u);
}

bool
allow_valid(const char *list, size_t *bad_at, size_t *bad_len)
{
	const char *word = list;
	struct network n;
	size_t len;

	for (; (len = next_word(&word)) > 0; word += len) {
		if (read_network(word, len, &n) || word_is_host(word, len))
			continue;
		*bad_at = (size_t)(word - list);
		*bad_len = len;
		return false;
	}
	return true;
}

bool
allow_has_host(const char *list, const char *host)
{
	size_t len;

	for (; (len = next_word(&list)) > 0; list += len)
		if (strlen(host) == len && strncasecmp(list, host, len) == 0)
			return true;
	return false;
}

bool
allow_has_ip(const char *list, const struct ip *a)
{
	struct network n;
	struct ip inner;
	size_t len;

	if (a->len == 16 && carried(a, &inner) && allow_has_ip(list, &inner))
		return true;
	for (; (len = next_word(&list)) > 0; list += len)
		if (read_network(list, len, &n) && within(a, &n))
			return true;
	return false;
}
