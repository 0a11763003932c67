/*
 * Inside of lib/net and antin-fetch: the messages between them.  Neither side believes the other's
 * numbers.
 */
#ifndef ANTIN_NET_WIRE_H
#define ANTIN_NET_WIRE_H

#include <antin/fetch.h>
#include <antin/helper.h>

#include "url.h"

enum { WIRE_REQUEST = 1, WIRE_ANSWER = 2 }; /* types */
enum {
	WIRE_BODY_MAX = 64 * 1024,   /* what is posted */
	WIRE_CONFIG_MAX = 16 * 1024, /* net.allow */
	WIRE_MARK_MAX = 256,
	WIRE_REQUEST_MAX = 8 * 4 + 2 * URL_MAX + WIRE_BODY_MAX + WIRE_CONFIG_MAX + WIRE_MARK_MAX,
	WIRE_ANSWER_HEAD = 4 * 4 + WIRE_MARK_MAX,
	WIRE_ANSWER_MAX = 64 * 1024 * 1024, /* content of an answer */
	WIRE_TIME_MAX = 60 * 1000,
};

struct wire_request {
	enum antin_fetch_kind kind;
	uint32_t ms;  /* for the whole answer */
	uint32_t max; /* octets of it */
	struct antin_slice url, body, allow, proxy;
	struct antin_slice mark; /* of a copy at hand: only what is newer need be sent */
};
struct wire_answer {
	enum antin_fetch_result result;
	int status;
	uint32_t ms;
	struct antin_slice mark; /* by which the server knows this answer again; "" none */
	struct antin_slice body;
};

/*
 * A mark is the line of a request that asks for what is newer (RFC 9110 13.1.2, 13.1.3):
 * "If-None-Match: ..." or "If-Modified-Since: ...".  "" is one, too: none.
 */
bool wire_mark_valid(struct antin_slice mark);
/* From a line of an answer's head: its ETag, else Last-Modified; others leave `out` alone. */
void wire_mark_from(struct antin_slice line, struct antin_bytes *out);

void wire_request_put(const struct wire_request *r, struct antin_bytes *out);
bool wire_request_get(struct antin_slice message, struct wire_request *out);
void wire_answer_put(const struct wire_answer *a, struct antin_bytes *out);
/* `max`: what was asked for; an answer without octets is none. */
bool wire_answer_get(struct antin_slice message, uint32_t max, struct wire_answer *out);

#endif
