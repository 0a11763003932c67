/*
 * One name against one constraint (RFC 5280 4.2.1.10), by form: e-mail, DNS, directory name, URI,
 * IP address.  What cannot be judged is said to be so and never passes.
 */
#include <string.h>

#include "path.h"

static char
lower_ascii(uint8_t c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static bool
equal_ascii(struct antin_slice a, struct antin_slice b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (lower_ascii(a.p[i]) != lower_ascii(b.p[i]))
			return false;
	return true;
}

static struct antin_slice
tail(struct antin_slice s, size_t from)
{
	return (struct antin_slice){s.p + from, s.len - from};
}

/* Letters that a host name cannot have make it unjudgeable; "_" and "*" are met in the field. */
static bool
host_plain(struct antin_slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = lower_ascii(s.p[i]);

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && !strchr("-._*", c))
			return false;
		if (!c || (c == '.' && i + 1 < s.len && s.p[i + 1] == '.'))
			return false;
	}
	return true;
}

/* Without the dot of the root, which says nothing. */
static struct antin_slice
rootless(struct antin_slice host)
{
	if (host.len && host.p[host.len - 1] == '.')
		host.len--;
	return host;
}

/* "host" equals, or ends in "." and the base; a base ".x" means below x only. */
static bool
host_within(struct antin_slice host, struct antin_slice base, bool exact)
{
	host = rootless(host);
	base = rootless(base);
	if (base.len && base.p[0] == '.')
		return host.len > base.len && equal_ascii(tail(host, host.len - base.len), base);
	if (equal_ascii(host, base))
		return true;
	return !exact && host.len > base.len && host.p[host.len - base.len - 1] == '.' &&
	       equal_ascii(tail(host, host.len - base.len), base);
}

/* A wildcard name lies within a base that its fixed part lies within. */
static bool
dns_within(struct antin_slice name, struct antin_slice base, bool *known)
{
	*known = name.len > 0 && host_plain(name) && host_plain(base);
	if (!base.len)
		return true;
	return *known && host_within(name, base, false);
}

/* Some of the names that a wildcard stands for lie within the base. */
bool
path_wildcard_meets(uint8_t tag, struct antin_slice name, struct antin_slice base)
{
	return tag == ANTIN_CONTEXT(2) && name.len > 2 && memcmp(name.p, "*.", 2) == 0 &&
	       host_within(base, tail(name, 2), false);
}

static size_t
last_at(struct antin_slice s)
{
	for (size_t i = s.len; i-- > 0;)
		if (s.p[i] == '@')
			return i;
	return SIZE_MAX;
}

/* A base is a mailbox, a host, or ".domain"; one that is none of these would exclude nobody. */
static bool
email_within(struct antin_slice name, struct antin_slice base, bool *known)
{
	size_t at = last_at(name), base_at = last_at(base);
	struct antin_slice host, base_host = base_at == SIZE_MAX ? base : tail(base, base_at + 1);

	*known = at != SIZE_MAX && at > 0 && at + 1 < name.len && !memchr(name.p, '"', name.len);
	if (!*known)
		return false;
	host = tail(name, at + 1);
	*known = host_plain(host) && host_plain(base_host) && base_at != 0;
	if (base_at == SIZE_MAX)
		return !base.len || host_within(host, base, true);
	*known = *known && base_host.len && base_host.p[0] != '.';
	return *known && at == base_at && memcmp(name.p, base.p, at) == 0 &&
	       host_within(host, base_host, true);
}

/* The host of scheme://[user@]host[:port]/...; an address or no host cannot be judged. */
static bool
uri_host(struct antin_slice uri, struct antin_slice *host)
{
	size_t at = 0, end;

	while (at + 2 < uri.len && memcmp(uri.p + at, "://", 3) != 0)
		at++;
	if (at + 3 >= uri.len)
		return false;
	*host = tail(uri, at + 3);
	for (end = 0; end < host->len && !strchr("/?#", (char)host->p[end]); end++)
		continue;
	host->len = end;
	at = last_at(*host);
	if (at != SIZE_MAX)
		*host = tail(*host, at + 1);
	for (end = 0; end < host->len && host->p[end] != ':'; end++)
		continue;
	host->len = end;
	if (!host->len || !host_plain(*host))
		return false;
	for (at = 0; at < host->len; at++)
		if (lower_ascii(host->p[at]) >= 'a')
			return true;
	return false;
}

static bool
uri_within(struct antin_slice name, struct antin_slice base, bool *known)
{
	struct antin_slice host = {0};

	*known = uri_host(name, &host) && base.len && host_plain(base);
	return *known && host_within(host, base, true);
}

static bool
mask_plain(const uint8_t *mask, size_t n)
{
	bool ended = false;

	for (size_t bit = 0; bit < n * 8; bit++) {
		bool set = mask[bit / 8] >> (7 - bit % 8) & 1;

		if (set && ended)
			return false;
		ended |= !set;
	}
	return true;
}

/* The base is an address and a mask; another address family is another kind of name. */
static bool
ip_within(struct antin_slice name, struct antin_slice base, bool *known)
{
	size_t n = base.len / 2;

	*known = (base.len == 8 || base.len == 32) && (name.len == 4 || name.len == 16) &&
	         mask_plain(base.p + n, n);
	if (!*known || name.len != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((name.p[i] & base.p[n + i]) != (base.p[i] & base.p[n + i]))
			return false;
	return true;
}

/* The base's RDNs are the first ones of the name. */
static bool
directory_within(struct antin_slice name, struct antin_slice base, bool *known)
{
	struct antin_name unused;

	*known = antin_name_read(name, &unused, NULL) == ANTIN_OK &&
	         antin_name_read(base, &unused, NULL) == ANTIN_OK;
	return *known && antin_name_within(base, name);
}

bool
path_name_within(uint8_t tag, struct antin_slice name, struct antin_slice base, bool *known)
{
	static const struct {
		uint8_t tag;
		bool (*within)(struct antin_slice, struct antin_slice, bool *);
	} forms[] = {
	        {ANTIN_CONTEXT(1), email_within},
	        {ANTIN_CONTEXT(2), dns_within},
	        {ANTIN_CONTEXT_CONS(4), directory_within},
	        {ANTIN_CONTEXT(6), uri_within},
	        {ANTIN_CONTEXT(7), ip_within},
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (forms[i].tag == tag)
			return forms[i].within(name, base, known);
	*known = false;
	return false;
}
