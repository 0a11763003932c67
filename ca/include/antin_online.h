/*
 * The network side of an authority: OCSP and the distribution of CRLs and certificates over plain
 * HTTP (RFC 6960 appendix A, RFC 5019, RFC 5280 4.2.2.1).  Holds no key and opens no store: answers
 * come from a callback, files from the published folder.  A thread of its own speaks HTTP; the
 * callback runs in its caller's, and while a key hangs there, files and "try later" go on.
 */
#ifndef ANTIN_ONLINE_H
#define ANTIN_ONLINE_H

#include <antin/clock.h>

#include <antin_signer.h>

struct antin_online_config {
	const char *address;               /* "127.0.0.1", "::1"; not used with `socket` */
	uint16_t port;                     /* 0: a free one */
	int socket;                        /* listening already (socket activation); -1: none */
	const char *folder;                /* of the authority; NULL: nothing is distributed */
	unsigned int connections, timeout; /* most at once; idle seconds; 0: defaults */
	unsigned int ocsp_ms;              /* until a request is told to try later; 0: 5000 */
	struct antin_clock clock;
	/* As antin_signer_ocsp, which is what a program gives here. */
	enum antin_rc (*ocsp)(void *user, const struct antin_slice *cert_ids, size_t n,
	                      struct antin_slice nonce, struct antin_signer_ocsp *out,
	                      struct antin_err *err);
	/* One failure of the service itself, in English, one line; may be NULL. */
	void (*report)(void *user, const char *line);
	void *user;
};

enum {
	ANTIN_ONLINE_URI_MAX = 8192, /* octets of an address; beyond: 414 */
	ANTIN_ONLINE_MAX_AGE = 600,  /* seconds that a cache may keep an answer */
};

struct antin_online;
enum antin_rc antin_online_start(const struct antin_online_config *config,
                                 struct antin_online **out, struct antin_err *err) ANTIN_MUST;
uint16_t antin_online_port(const struct antin_online *o);
/* Readable when a request waits for the callback; antin_online_run answers one. */
int antin_online_descriptor(const struct antin_online *o);
void antin_online_run(struct antin_online *o);
void antin_online_free(struct antin_online *o);
ANTIN_OWNER_S(antin_online, antin_online_free);

/* ---- what the server is made of, for its tests ---- */

/* OCSP stands at the top and, for authorities that keep all below one address, at /ocsp. */
const char *antin_online_ocsp_path(const char *path);
/*
 * Where in the address of a GET an OCSP request begins, with the slash before it; NULL: it is none.
 * Slashes may stand doubled where one came with the address of the service and one with the
 * request.
 */
const char *antin_online_request_at(const char *path);
/* The OCSP request in the address of a GET: base64 after the first slash, percent signs decoded. */
enum antin_rc antin_online_get_request(const char *path, struct antin_bytes *der,
                                       struct antin_err *err) ANTIN_MUST;
/* The answer to the octets of a request, whatever they are; malformed ones have one too. */
enum antin_rc antin_online_ocsp(const struct antin_online_config *config,
                                struct antin_slice request, struct antin_signer_ocsp *out,
                                struct antin_err *err) ANTIN_MUST;

/* A published file that an address names. */
struct antin_online_file {
	int fd;
	uint64_t size;
	int64_t modified;
	char etag[64];
	const char *type; /* "application/pkix-crl" */
	unsigned int max_age;
};
/* "/crl/NAME.crl", "/crt/NAME.crt"; NOT_FOUND for every other address. */
enum antin_rc antin_online_file(const char *folder, const char *path, struct antin_online_file *out,
                                struct antin_err *err) ANTIN_MUST;
/* HTTP dates (RFC 9110 5.6.7): IMF-fixdate only is read. */
enum { ANTIN_HTTP_DATE = 32 };
char *antin_http_date(int64_t t, char out[ANTIN_HTTP_DATE]);
bool antin_http_date_parse(const char *text, int64_t *out);

#endif
