/*
 * Inside of antin-fetch: one request as it came over the socket, and what came of it.
 */
#ifndef TOOL_FETCH_H
#define TOOL_FETCH_H

#include "fetch_wire.h"

struct fetch_request {
	struct wire_request wire; /* borrows from the message */
	char allow[WIRE_CONFIG_MAX + 1], proxy[URL_MAX + 1], mark[WIRE_MARK_MAX + 1];
};

/* What is needed of libcurl, before anything foreign is seen.  False: it cannot be used. */
bool fetch_begin(void);
/* Shuts the process into its cage; false: it cannot be shut. */
bool fetch_shut(void);
/* Content and mark are appended; out->body and out->mark are left to the caller. */
void fetch_one(const struct fetch_request *r, struct wire_answer *out, struct antin_bytes *body,
               struct antin_bytes *mark);

#endif
