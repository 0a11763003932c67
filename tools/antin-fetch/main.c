/*
 * antin-fetch: the only process of antin that holds a socket of the network.  Started by the
 * others; it takes one request after another from the socket it was started with, and ends with it.
 */
#include "fetch.h"

#include <stdio.h>
#include <string.h>

#include <sys/socket.h>

/* As C text; what has a NUL inside is none. */
static bool
text_of(struct antin_slice s, char *to)
{
	if (s.len)
		memcpy(to, s.p, s.len);
	to[s.len] = '\0';
	return strlen(to) == s.len;
}

/* False at the end, or when what came is no request: who says such things is not to be heard. */
static bool
serve(struct antin_bytes *message)
{
	static const struct antin_message_wanted wanted = {.max = WIRE_REQUEST_MAX,
	                                                   .until = ANTIN_MESSAGE_FOREVER};
	static struct fetch_request r;
	struct antin_message m;
	struct wire_answer a;
	ANTIN_SCOPED(antin_bytes) body = {0};
	ANTIN_SCOPED(antin_bytes) mark = {0};
	ANTIN_SCOPED(antin_bytes) text = {0};

	if (antin_message_receive(ANTIN_HELPER_FD, &wanted, &m, message, NULL) != ANTIN_OK ||
	    m.type != WIRE_REQUEST || !wire_request_get(m.body, &r.wire) ||
	    !text_of(r.wire.allow, r.allow) || !text_of(r.wire.proxy, r.proxy) ||
	    !text_of(r.wire.mark, r.mark))
		return false;
	fetch_one(&r, &a, &body, &mark);
	if (a.result == ANTIN_FETCHED_ANSWERED) {
		a.body = antin_bytes_slice(&body);
		a.mark = antin_bytes_slice(&mark);
	}
	wire_answer_put(&a, &text);
	m = (struct antin_message){.type = WIRE_ANSWER, .body = antin_bytes_slice(&text)};
	return antin_bytes_check(&text, NULL) == ANTIN_OK &&
	       antin_message_send(ANTIN_HELPER_FD, &m, ANTIN_MESSAGE_FOREVER, NULL) == ANTIN_OK;
}

int
main(void)
{
	ANTIN_SCOPED(antin_bytes) message = {0};
	int type;
	socklen_t len = sizeof(type);

	if (getsockopt(ANTIN_HELPER_FD, SOL_SOCKET, SO_TYPE, &type, &len) != 0) {
		(void)fputs("antin-fetch: this program is started by the others\n", stderr);
		return 2;
	}
	if (!fetch_begin() || !fetch_shut())
		return 6;
	while (serve(&message))
		continue;
	return 0;
}
