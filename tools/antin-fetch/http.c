/*
 * One request over HTTP with libcurl, held to what was asked: plain http or https, the same host,
 * addresses that may be reached, so many octets, so much time.  Nothing is sent that could tell
 * who asks: no cookie, no password, no referrer, no name of this program.
 */
#include "fetch.h"

#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <antin/clock.h>
#include <curl/curl.h>

enum { REDIRECTS = 3, HEADERS_MAX = 16 * 1024 };

static const struct {
	const char *accept, *content;
} types[ANTIN_FETCH_KINDS] = {
        [ANTIN_FETCH_ISSUER] = {"Accept: application/pkix-cert, application/pkcs7-mime, */*;q=0.1",
                                NULL},
        [ANTIN_FETCH_CRL] = {"Accept: application/pkix-crl, */*;q=0.1", NULL},
        [ANTIN_FETCH_OCSP] = {"Accept: application/ocsp-response",
                              "Content-Type: application/ocsp-request"},
        [ANTIN_FETCH_TRUST] = {"Accept: application/zip, application/xml, */*;q=0.1", NULL},
};

/* One transfer. */
struct transfer {
	const struct fetch_request *r;
	struct url url; /* that is asked now */
	struct antin_bytes *body, *mark;
	size_t headers;
	bool refused; /* an address that may not be reached was met, and no other was tried after */
	bool large;
};

bool
fetch_begin(void)
{
	return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

/* ---- what libcurl calls ---- */

static size_t
on_body(char *p, size_t one, size_t n, void *user)
{
	struct transfer *t = user;

	n *= one;
	if (n > t->r->wire.max - t->body->len) {
		t->large = true;
		return 0;
	}
	antin_bytes_add(t->body, p, n);
	return t->body->failed ? 0 : n;
}

static size_t
on_header(const char *p, size_t one, size_t n, void *user)
{
	struct transfer *t = user;

	n *= one;
	t->headers += n;
	if (t->headers <= HEADERS_MAX) {
		wire_mark_from((struct antin_slice){(const uint8_t *)p, n}, t->mark);
		return n;
	}
	t->large = true;
	return 0;
}

static bool
ip_of(const struct curl_sockaddr *a, struct ip *out)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	*out = (struct ip){0};
	if (a->family == AF_INET && a->addrlen >= sizeof(v4)) {
		memcpy(&v4, &a->addr, sizeof(v4));
		memcpy(out->octets, &v4.sin_addr, out->len = 4);
	} else if (a->family == AF_INET6 && a->addrlen >= sizeof(v6)) {
		memcpy(&v6, &a->addr, sizeof(v6));
		memcpy(out->octets, &v6.sin6_addr, out->len = 16);
	}
	return out->len != 0;
}

/* The address that the name led to just now, whatever it led to before. */
static curl_socket_t
on_open(void *user, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct transfer *t = user;
	const char *allow = t->r->allow;
	struct ip ip;

	t->refused = true;
	if (purpose != CURLSOCKTYPE_IPCXN || a->socktype != SOCK_STREAM || !ip_of(a, &ip))
		return CURL_SOCKET_BAD;
	/* What a proxy may reach is the proxy's to say. */
	if (!t->r->proxy[0] && !ip_is_public(&ip) && !allow_has_ip(allow, &ip) &&
	    !allow_has_host(allow, t->url.host))
		return CURL_SOCKET_BAD;
	t->refused = false;
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

/* ---- one address ---- */

static bool
set_limits(CURL *c, struct transfer *t, uint32_t ms)
{
	const struct fetch_request *r = t->r;

	return !curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) &&
	       !curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L) &&
	       !curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)ms) &&
	       !curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)ms) &&
	       !curl_easy_setopt(c, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)r->wire.max) &&
	       !curl_easy_setopt(c, CURLOPT_BUFFERSIZE, 64L * 1024) &&
	       !curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body) &&
	       !curl_easy_setopt(c, CURLOPT_WRITEDATA, t) &&
	       !curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header) &&
	       !curl_easy_setopt(c, CURLOPT_HEADERDATA, t) &&
	       !curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, on_open) &&
	       !curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, t);
}

/* An empty proxy keeps libcurl from those that the environment names. */
static bool
set_protocol(CURL *c, const struct fetch_request *r, const struct url *url)
{
	return !curl_easy_setopt(c, CURLOPT_URL, url->text) &&
	       !curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https") &&
	       !curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) &&
	       !curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) &&
	       !curl_easy_setopt(c, CURLOPT_HTTP09_ALLOWED, 0L) &&
	       !curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) &&
	       !curl_easy_setopt(c, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L) &&
	       !curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
	       !curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L) &&
	       !curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L) &&
	       !curl_easy_setopt(c, CURLOPT_PROXY, r->proxy) &&
	       !curl_easy_setopt(c, CURLOPT_NOPROXY, "");
}

/* No Expect: it would cost a wait at servers that do not know it. */
static struct curl_slist *
headers_of(const struct fetch_request *r)
{
	struct curl_slist *list = curl_slist_append(NULL, types[r->wire.kind].accept), *more;
	const char *const others[] = {types[r->wire.kind].content, r->mark, "Expect:"};

	for (size_t i = 0; list && i < sizeof(others) / sizeof(others[0]); i++) {
		if (!others[i] || !others[i][0])
			continue;
		more = curl_slist_append(list, others[i]);
		if (!more)
			curl_slist_free_all(list);
		list = more;
	}
	return list;
}

static bool
set_post(CURL *c, const struct fetch_request *r)
{
	if (!types[r->wire.kind].content)
		return true;
	return !curl_easy_setopt(c, CURLOPT_POST, 1L) &&
	       !curl_easy_setopt(c, CURLOPT_POSTFIELDS, (const char *)r->wire.body.p) &&
	       !curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)r->wire.body.len);
}

static enum antin_fetch_result
result_of(CURLcode code, const struct transfer *t)
{
	static const struct {
		CURLcode code;
		enum antin_fetch_result result;
	} rows[] = {
	        {CURLE_COULDNT_RESOLVE_HOST, ANTIN_FETCHED_NO_NAME},
	        {CURLE_COULDNT_RESOLVE_PROXY, ANTIN_FETCHED_NO_NAME},
	        {CURLE_COULDNT_CONNECT, ANTIN_FETCHED_NO_CONNECTION},
	        {CURLE_OPERATION_TIMEDOUT, ANTIN_FETCHED_LATE},
	        {CURLE_FILESIZE_EXCEEDED, ANTIN_FETCHED_LARGE},
	        {CURLE_PEER_FAILED_VERIFICATION, ANTIN_FETCHED_TLS},
	        {CURLE_SSL_CONNECT_ERROR, ANTIN_FETCHED_TLS},
	        {CURLE_SSL_CACERT_BADFILE, ANTIN_FETCHED_TLS},
	        {CURLE_SSL_CERTPROBLEM, ANTIN_FETCHED_TLS},
	        {CURLE_URL_MALFORMAT, ANTIN_FETCHED_URL},
	};

	if (t->large)
		return ANTIN_FETCHED_LARGE;
	if (t->refused)
		return ANTIN_FETCHED_PRIVATE;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].code == code)
			return rows[i].result;
	return ANTIN_FETCHED_BROKEN;
}

/* Where an answer sends on to; what was posted is posted again only where that is said. */
static bool
redirected(CURL *c, const struct fetch_request *r, long status, const struct url *from,
           struct url *to, enum antin_fetch_result *result)
{
	const char *next = NULL;
	bool kept = status == 307 || status == 308;

	if (status < 300 || status > 399 || status == 304)
		return false;
	*result = ANTIN_FETCHED_REDIRECT;
	if (types[r->wire.kind].content && !kept)
		return false;
	return curl_easy_getinfo(c, CURLINFO_REDIRECT_URL, &next) == CURLE_OK && next &&
	       url_read((const uint8_t *)next, strlen(next), to) && url_same_host(from, to);
}

static enum antin_fetch_result
judge_status(long status, size_t len)
{
	if (status != 200)
		return ANTIN_FETCHED_STATUS;
	return len ? ANTIN_FETCHED_ANSWERED : ANTIN_FETCHED_EMPTY;
}

/* True when there is another address to ask, then in *next. */
static bool
ask(CURL *c, struct transfer *t, uint32_t ms, struct wire_answer *out, struct url *next)
{
	const struct fetch_request *r = t->r;
	struct curl_slist *headers = headers_of(r);
	long status = 0;
	CURLcode code;
	bool on = false;

	out->result = ANTIN_FETCHED_BROKEN;
	curl_easy_reset(c);
	if (!headers || !set_limits(c, t, ms) || !set_protocol(c, r, &t->url) || !set_post(c, r) ||
	    curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers) != CURLE_OK) {
		curl_slist_free_all(headers);
		return false;
	}
	code = curl_easy_perform(c);
	curl_slist_free_all(headers);
	(void)curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	out->status = status > 0 && status < 1000 ? (int)status : 0;
	if (code == CURLE_OK) {
		out->result = judge_status(status, t->body->len);
		on = redirected(c, r, status, &t->url, next, &out->result);
	} else {
		out->result = result_of(code, t);
	}
	return on;
}

static void
follow(CURL *c, const struct fetch_request *r, struct transfer *t, struct wire_answer *out)
{
	const int64_t begin = antin_milliseconds();
	struct url next;

	out->result = ANTIN_FETCHED_URL;
	if (!url_read(r->wire.url.p, r->wire.url.len, &t->url))
		return;
	for (int i = 0; i <= REDIRECTS; i++) {
		uint32_t gone = (uint32_t)(antin_milliseconds() - begin);

		out->result = ANTIN_FETCHED_LATE;
		if (gone >= r->wire.ms)
			return;
		antin_bytes_clear(t->body);
		antin_bytes_clear(t->mark);
		t->headers = 0;
		t->refused = t->large = false;
		if (!ask(c, t, r->wire.ms - gone, out, &next))
			return;
		t->url = next;
	}
}

void
fetch_one(const struct fetch_request *r, struct wire_answer *out, struct antin_bytes *body,
          struct antin_bytes *mark)
{
	struct transfer t = {.r = r, .body = body, .mark = mark};
	const int64_t begin = antin_milliseconds();
	CURL *c = curl_easy_init();

	*out = (struct wire_answer){.result = ANTIN_FETCHED_BROKEN};
	if (!c)
		return;
	follow(c, r, &t, out);
	curl_easy_cleanup(c);
	out->ms = (uint32_t)(antin_milliseconds() - begin);
}
