/*
 * Addresses and net.allow.  An address that is taken is plain ASCII without a fragment, has a port,
 * and is read the same again; a list that is refused has the word that is wrong.
 */
#include <string.h>

#include "../../lib/net/url.h"
#include "fuzz.h"

static void
allow(const uint8_t *data, size_t size)
{
	struct ip a = {.len = size & 1 ? 4 : 16};
	size_t at = 0, len = 0;
	char list[4097];

	size = size < sizeof(list) ? size : sizeof(list) - 1;
	memcpy(list, data, size);
	list[size] = '\0';
	memcpy(a.octets, data, size < a.len ? size : a.len);
	fuzz_never(!allow_valid(list, &at, &len) && (len == 0 || at + len > strlen(list)));
	fuzz_never(allow_has_ip(list, &a) && allow_has_host("", "ca.gov.vn"));
	fuzz_never(allow_has_host(list, "ca.gov.vn") && !strcasestr(list, "ca.gov.vn"));
	(void)ip_is_public(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct url u, again;

	allow(data, size);
	if (!url_read(data, size, &u))
		return 0;
	fuzz_never(u.port == 0 || strlen(u.text) != size || !u.host[0] || strchr(u.host, '@'));
	for (const char *p = u.text; *p; p++)
		fuzz_never(*p <= ' ' || *p >= 127 || *p == '\\' || *p == '#');
	fuzz_never(!url_read((uint8_t *)u.text, size, &again) || !url_same_host(&u, &again));
	return 0;
}
