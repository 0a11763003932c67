/*
 * Inside of lib/net and antin-fetch: addresses of http and https (RFC 3986, RFC 9110 4.2), read
 * strictly; and which addresses of the network nobody may be sent to.
 */
#ifndef ANTIN_NET_URL_H
#define ANTIN_NET_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { URL_MAX = 2048, URL_HOST_MAX = 253 };

struct url {
	bool tls;
	bool literal; /* the host is an IP address */
	uint16_t port;
	char host[URL_HOST_MAX + 1]; /* lower case, without brackets */
	char text[URL_MAX + 1];      /* the whole, as it is asked */
};
/*
 * ASCII only, no user, no fragment, no port 0, no control character, hidden or not; a host is a
 * name of letters, digits, hyphens and dots or an IP address in its usual form.
 */
bool url_read(const uint8_t *p, size_t len, struct url *out);
/* Whether the second is a place that the first may send on to. */
bool url_same_host(const struct url *from, const struct url *to);

/* An address: 4 octets or 16. */
struct ip {
	uint8_t octets[16];
	size_t len;
};
bool ip_read(const char *text, struct ip *out);
/* An address that everybody on the network reaches; loopback, private ones and others are not. */
bool ip_is_public(const struct ip *a);

/*
 * net.allow: words with blanks or commas between, each a host name, an address or a network
 * ("10.1.0.0/16").
 */
bool allow_valid(const char *list, size_t *bad_at, size_t *bad_len);
bool allow_has_host(const char *list, const char *host);
bool allow_has_ip(const char *list, const struct ip *a);

#endif
