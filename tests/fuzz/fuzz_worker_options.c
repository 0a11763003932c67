/* What a parent tells its worker: options, or an answer of the network; written again the same. */
#include "../../lib/verify/worker.h"

#include "fuzz.h"

static void
options(struct antin_slice body)
{
	ANTIN_SCOPED(worker_options) w = {0};
	ANTIN_SCOPED(worker_options) second = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};
	struct antin_verify_options o;

	if (worker_options_read(body, &w, NULL) != ANTIN_OK)
		return;
	for (size_t i = 0; i < w.trust.n_anchors; i++)
		fuzz_never(!w.trust.anchors[i].cert);
	o = w.options;
	o.trust = &w.trust;
	if (!fuzz_must(worker_options_write(&o, &again, NULL) == ANTIN_OK) ||
	    !fuzz_must(worker_options_read(antin_bytes_slice(&again), &second, NULL) == ANTIN_OK))
		return;
	fuzz_never(second.trust.n_anchors != w.trust.n_anchors ||
	           second.trust.n_origins != w.trust.n_origins || second.options.now != o.now);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct antin_slice body = {data + 1, size - 1};
	ANTIN_SCOPED(antin_fetch_answer) a = {0};

	if (size && data[0] == 'o')
		options(body);
	else if (size && worker_answer_read(body, &a, NULL) == ANTIN_OK)
		fuzz_never((unsigned int)a.how >= ANTIN_FETCH_HOWS || a.body.len > size);
	return 0;
}
