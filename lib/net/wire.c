/*
 * The messages to and from antin-fetch.  See fetch_wire.h.
 */
#include "fetch_wire.h"

static void
put(struct antin_bytes *b, uint32_t v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		antin_bytes_byte(b, (uint8_t)(v >> shift));
}

static void
put_part(struct antin_bytes *b, struct antin_slice s)
{
	put(b, (uint32_t)s.len);
	antin_bytes_add(b, s.p, s.len);
}

static bool
get_part(struct antin_in *in, size_t max, struct antin_slice *out)
{
	uint32_t len;

	return antin_in_u32(in, &len) && len <= max && antin_in_take(in, len, out);
}

void
wire_request_put(const struct wire_request *r, struct antin_bytes *out)
{
	put(out, (uint32_t)r->kind);
	put(out, r->ms);
	put(out, r->max);
	put_part(out, r->url);
	put_part(out, r->body);
	put_part(out, r->allow);
	put_part(out, r->proxy);
}

bool
wire_request_get(struct antin_slice message, struct wire_request *out)
{
	struct antin_in in = antin_in_of(message);
	struct wire_request r;
	uint32_t kind;

	if (!antin_in_u32(&in, &kind) || kind >= ANTIN_FETCH_KINDS || !antin_in_u32(&in, &r.ms) ||
	    r.ms == 0 || r.ms > WIRE_TIME_MAX || !antin_in_u32(&in, &r.max) || r.max == 0 ||
	    r.max > WIRE_ANSWER_MAX || !get_part(&in, URL_MAX, &r.url) ||
	    !get_part(&in, WIRE_BODY_MAX, &r.body) || !get_part(&in, WIRE_CONFIG_MAX, &r.allow) ||
	    !get_part(&in, URL_MAX, &r.proxy) || antin_in_left(&in))
		return false;
	r.kind = (enum antin_fetch_kind)kind;
	*out = r;
	return true;
}

void
wire_answer_put(const struct wire_answer *a, struct antin_bytes *out)
{
	put(out, (uint32_t)a->result);
	put(out, (uint32_t)a->status);
	put(out, a->ms);
	antin_bytes_add(out, a->body.p, a->body.len);
}

bool
wire_answer_get(struct antin_slice message, uint32_t max, struct wire_answer *out)
{
	struct antin_in in = antin_in_of(message);
	struct wire_answer a;
	uint32_t result, status;

	if (!antin_in_u32(&in, &result) || result >= ANTIN_FETCHED_COUNT ||
	    !antin_in_u32(&in, &status) || status > 999 || !antin_in_u32(&in, &a.ms) ||
	    antin_in_left(&in) > max ||
	    (result == ANTIN_FETCHED_ANSWERED) != (antin_in_left(&in) > 0))
		return false;
	a.result = (enum antin_fetch_result)result;
	a.status = (int)status;
	a.body = (struct antin_slice){in.p, antin_in_left(&in)};
	*out = a;
	return true;
}
