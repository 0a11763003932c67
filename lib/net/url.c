/*
 * Addresses of http and https as certificates name them.  See url.h.
 */
#include "url.h"

#include <string.h>
#include <strings.h>

#include <antin/bytes.h>

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* RFC 3986 2: what may stand in a path or query; what is hidden behind % is no control either. */
static bool
characters_valid(const char *p)
{
	for (; *p; p++) {
		int high, low;

		if (is_alnum(*p) || strchr("-._~:/?@!$&'()*+,;=", *p))
			continue;
		if (*p != '%')
			return false;
		high = antin_hex_digit(p[1]);
		low = high < 0 ? -1 : antin_hex_digit(p[2]);
		if (low < 0 || high < 2 || (high == 7 && low == 15))
			return false;
		p += 2;
	}
	return true;
}

/* RFC 1123 2.1; the last label of a name is never all digits, so that no address hides in it. */
static bool
name_valid(const char *host)
{
	const char *label = host;
	bool number = true;

	for (const char *p = host;; p++) {
		size_t len = (size_t)(p - label);

		if (*p && *p != '.') {
			if (!is_alnum(*p) && *p != '-')
				return false;
			number = number && is_digit(*p);
			continue;
		}
		if (len == 0 || len > 63 || label[0] == '-' || p[-1] == '-')
			return false;
		if (!*p)
			return !number && strncasecmp(label, "0x", 2) != 0;
		label = p + 1;
		number = true;
	}
}

static bool
read_port(const char *p, size_t len, uint16_t *out)
{
	unsigned int port = 0;

	if (len == 0 || len > 5)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!is_digit(p[i]))
			return false;
		port = port * 10 + (unsigned int)(p[i] - '0');
	}
	if (port == 0 || port > 65535)
		return false;
	*out = (uint16_t)port;
	return true;
}

static char
lower(char c)
{
	static const char small[] = "abcdefghijklmnopqrstuvwxyz";

	if (c >= 'A' && c <= 'Z')
		return small[c - 'A'];
	return c;
}

static bool
read_host(const char *p, size_t len, struct url *u)
{
	bool brackets = len > 2 && p[0] == '[' && p[len - 1] == ']';
	struct ip ip;

	if (brackets) {
		p++;
		len -= 2;
	}
	if (len == 0 || len > URL_HOST_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		u->host[i] = lower(p[i]);
	u->host[len] = '\0';
	u->literal = ip_read(u->host, &ip);
	if (brackets || (u->literal && ip.len == 16))
		return brackets && u->literal && ip.len == 16;
	return u->literal || name_valid(u->host);
}

/* host [":" port]; brackets hold the colons of an IPv6 address. */
static bool
read_authority(const char *p, size_t len, struct url *u)
{
	const char *end = p + len, *colon = NULL;

	for (const char *q = p[0] == '[' ? memchr(p, ']', len) : p; q && q < end; q++)
		if (*q == ':' && !colon)
			colon = q;
	if (colon && !read_port(colon + 1, (size_t)(end - colon - 1), &u->port))
		return false;
	return read_host(p, colon ? (size_t)(colon - p) : len, u);
}

bool
url_read(const uint8_t *p, size_t len, struct url *out)
{
	static const struct {
		const char *text;
		bool tls;
		uint16_t port;
	} schemes[] = {{"http://", false, 80}, {"https://", true, 443}};
	const char *rest = NULL;
	struct url u = {0};
	size_t authority;

	if (len == 0 || len > URL_MAX || memchr(p, '\0', len))
		return false;
	memcpy(u.text, p, len);
	for (size_t i = 0; i < 2 && !rest; i++) {
		size_t n = strlen(schemes[i].text);

		if (strncasecmp(u.text, schemes[i].text, n) != 0)
			continue;
		rest = u.text + n;
		u.tls = schemes[i].tls;
		u.port = schemes[i].port;
	}
	if (!rest)
		return false;
	authority = strcspn(rest, "/?");
	if (!read_authority(rest, authority, &u) || !characters_valid(rest + authority))
		return false;
	*out = u;
	return true;
}

/* The same host and port, or from the usual port of http up to that of https. */
bool
url_same_host(const struct url *from, const struct url *to)
{
	if (strcmp(from->host, to->host) != 0 || (from->tls && !to->tls))
		return false;
	return from->port == to->port || (from->port == 80 && to->tls && to->port == 443);
}
