/*
 * The messages between the caller and antin-fetch: what is taken keeps every limit, lies inside the
 * message and is written to the same octets again.  And lines of a server's header: whatever they
 * say of the answer can be asked with.
 */
#include <string.h>

#include "../../lib/net/fetch_wire.h"
#include "fuzz.h"

static void
same(const struct antin_bytes *made, struct antin_slice message)
{
	fuzz_must(antin_slice_equal(antin_bytes_slice(made), message));
}

static void
header(struct antin_slice lines)
{
	ANTIN_SCOPED(antin_bytes) mark = {0};

	while (lines.len) {
		const uint8_t *end = memchr(lines.p, '\n', lines.len);
		size_t len = end ? (size_t)(end - lines.p) + 1 : lines.len;

		wire_mark_from((struct antin_slice){lines.p, len}, &mark);
		fuzz_never(!wire_mark_valid(antin_bytes_slice(&mark)));
		lines = (struct antin_slice){lines.p + len, lines.len - len};
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct antin_slice message = {data, size};
	ANTIN_SCOPED(antin_bytes) request = {0};
	ANTIN_SCOPED(antin_bytes) answer = {0};
	struct wire_request r;
	struct wire_answer a;

	header(message);
	if (wire_request_get(message, &r)) {
		fuzz_never(r.ms > WIRE_TIME_MAX || r.max > WIRE_ANSWER_MAX || r.url.len > URL_MAX);
		fuzz_inside(message, r.url);
		fuzz_inside(message, r.proxy);
		fuzz_never(!wire_mark_valid(r.mark));
		wire_request_put(&r, &request);
		same(&request, message);
	}
	if (wire_answer_get(message, 64, &a)) {
		fuzz_never(a.body.len > 64 ||
		           (a.result == ANTIN_FETCHED_ANSWERED) != !!a.body.len ||
		           !wire_mark_valid(a.mark));
		wire_answer_put(&a, &answer);
		same(&answer, message);
	}
	return 0;
}
