/*
 * The messages to and from antin-fetch.  See fetch_wire.h.
 */
#include "fetch_wire.h"

#include <string.h>
#include <strings.h>

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

/* What a server says of an answer, and what is said to it when the same is asked for again. */
static const struct {
	const char *said, *asked;
} marks[] = {
        {"Last-Modified:", "If-Modified-Since: "},
        {"ETag:", "If-None-Match: "},
};
enum { MARKS = sizeof(marks) / sizeof(marks[0]) };

static bool
begins(struct antin_slice s, const char *with)
{
	size_t len = strlen(with);

	return s.len >= len && strncasecmp((const char *)s.p, with, len) == 0;
}

bool
wire_mark_valid(struct antin_slice mark)
{
	bool known = mark.len == 0;

	for (size_t i = 0; i < MARKS; i++)
		known = known ||
		        (begins(mark, marks[i].asked) && mark.len > strlen(marks[i].asked));
	for (size_t i = 0; i < mark.len && known; i++)
		known = mark.p[i] >= ' ' && mark.p[i] <= '~';
	return known && mark.len <= WIRE_MARK_MAX;
}

/* The later row tells more exactly what has changed: it stays. */
void
wire_mark_from(struct antin_slice line, struct antin_bytes *out)
{
	ANTIN_SCOPED(antin_bytes) made = {0};
	size_t i = 0, at;

	while (i < MARKS && !begins(line, marks[i].said))
		i++;
	if (i == MARKS || (i == 0 && out->len))
		return;
	at = strlen(marks[i].said);
	while (at < line.len && line.p[at] == ' ')
		at++;
	while (line.len > at && strchr("\r\n ", line.p[line.len - 1]))
		line.len--;
	antin_bytes_text(&made, marks[i].asked);
	antin_bytes_add(&made, line.p + at, line.len - at);
	if (!made.failed && wire_mark_valid(antin_bytes_slice(&made)))
		antin_bytes_move(out, &made);
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
	put_part(out, r->mark);
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
	    !get_part(&in, URL_MAX, &r.proxy) || !get_part(&in, WIRE_MARK_MAX, &r.mark) ||
	    !wire_mark_valid(r.mark) || antin_in_left(&in))
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
	put_part(out, a->mark);
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
	    !get_part(&in, WIRE_MARK_MAX, &a.mark) || !wire_mark_valid(a.mark) ||
	    antin_in_left(&in) > max ||
	    (result == ANTIN_FETCHED_ANSWERED) != (antin_in_left(&in) > 0))
		return false;
	a.result = (enum antin_fetch_result)result;
	a.status = (int)status;
	a.body = (struct antin_slice){in.p, antin_in_left(&in)};
	*out = a;
	return true;
}
