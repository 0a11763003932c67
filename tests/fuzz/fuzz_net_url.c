/*
 * Addresses, where one may send on to, and net.allow; one item a line, for what follows of it.  An
 * address that is taken is plain ASCII without a fragment, has a port, and is read the same again;
 * an IP address is as public as the IPv6 forms of it; a list that is refused has the word that is
 * wrong.
 */
#include <string.h>

#include "../../lib/net/url.h"
#include "fuzz.h"

static void
check_ip(const char *list, const struct ip *a)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	static const uint8_t translated[12] = {0x00, 0x64, 0xff, 0x9b};
	static const uint8_t *const carriers[] = {mapped, translated};

	for (size_t i = 0; a->len == 4 && i < 2; i++) {
		struct ip b = {.len = 16};

		memcpy(b.octets, carriers[i], 12);
		memcpy(b.octets + 12, a->octets, 4);
		fuzz_never(ip_is_public(a) != ip_is_public(&b));
		fuzz_never(allow_has_ip(list, a) && !allow_has_ip(list, &b));
	}
	fuzz_never(allow_has_ip("", a) || !allow_has_ip("0.0.0.0/0 ::/0", a));
	fuzz_never(ip_is_public(a) &&
	           allow_has_ip("127.0.0.0/8 10.0.0.0/8 fe80::/10 fc00::/7 ff00::/8", a));
}

static void
check_list(const char *list, const struct url *u)
{
	struct ip a;
	size_t at = 0, len = 0;

	fuzz_never(!allow_valid(list, &at, &len) && (len == 0 || at + len > strlen(list)));
	fuzz_never(u && allow_has_host(list, u->host) && !strcasestr(list, u->host));
	if (u && ip_read(u->host, &a))
		check_ip(list, &a);
}

static bool
check_url(const char *text, struct url *u)
{
	struct url again;

	if (!url_read((const uint8_t *)text, strlen(text), u))
		return false;
	fuzz_never(u->port == 0 || strcmp(u->text, text) != 0 || !u->host[0] ||
	           strchr(u->host, '@'));
	for (const char *p = u->text; *p; p++)
		fuzz_never(*p <= ' ' || *p >= 127 || *p == '\\' || *p == '#');
	fuzz_never(!url_read((const uint8_t *)u->text, strlen(text), &again) ||
	           !url_same_host(u, &again));
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	struct url from, to;
	bool taken = false;
	char *rest;

	antin_bytes_add(&text, data, size < 8192 ? size : 8192);
	rest = (char *)(uintptr_t)antin_bytes_cstr(&text);
	fuzz_never(url_read(data, size, &to) && strlen(to.text) != size);
	for (char *line = rest ? strsep(&rest, "\n") : NULL; line; line = strsep(&rest, "\n")) {
		check_list(line, taken ? &from : NULL);
		if (!check_url(line, &to))
			continue;
		fuzz_never(taken && url_same_host(&from, &to) &&
		           (strcmp(from.host, to.host) != 0 || (from.tls && !to.tls)));
		from = to;
		taken = true;
	}
	return 0;
}
