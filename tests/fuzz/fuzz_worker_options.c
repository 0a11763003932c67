/*
 * The words between a parent and its worker, by the first octet: options, an answer of the network
 * (any other), a file, a certificate, an error, a question (q).  What is taken is written again the
 * same.
 */
#include "../../lib/verify/worker.h"

#include <string.h>

#include <antin/algorithms.h>
#include <antin/kind.h>
#include <antin/rules.h>

#include "fuzz.h"

static void
same(enum antin_rc written, const struct antin_bytes *again, struct antin_slice body)
{
	if (fuzz_must(written == ANTIN_OK))
		fuzz_never(!antin_slice_equal(antin_bytes_slice(again), body));
}

static void
options(struct antin_slice body)
{
	ANTIN_SCOPED(worker_options) w = {0};
	ANTIN_SCOPED(worker_options) second = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};
	ANTIN_OWN_S(antin_rules) rules = NULL;
	ANTIN_OWN_S(antin_kinds) kinds = NULL;
	ANTIN_OWN_S(antin_algorithms) algorithms = NULL;
	struct antin_verify_options o;

	if (worker_options_read(body, &w, NULL) != ANTIN_OK)
		return;
	for (size_t i = 0; i < w.trust.n_anchors; i++)
		fuzz_never(!w.trust.anchors[i].cert);
	o = w.options;
	o.trust = &w.trust;
	if (antin_rules_read(antin_bytes_slice(&w.rules), "r", &rules, NULL) == ANTIN_OK)
		o.rules = rules;
	if (antin_kinds_read(antin_bytes_slice(&w.kinds), "k", &kinds, NULL) == ANTIN_OK)
		o.kinds = kinds;
	if (antin_algorithms_read(antin_bytes_slice(&w.algorithms), "a", &algorithms, NULL) ==
	    ANTIN_OK)
		o.algorithms = algorithms;
	if (!fuzz_must(worker_options_write(&o, &again, NULL) == ANTIN_OK) ||
	    !fuzz_must(worker_options_read(antin_bytes_slice(&again), &second, NULL) == ANTIN_OK))
		return;
	fuzz_never(second.trust.n_anchors != w.trust.n_anchors ||
	           second.trust.n_origins != w.trust.n_origins || second.options.now != o.now);
	fuzz_never(!antin_slice_equal(antin_bytes_slice(&second.rules),
	                              o.rules ? antin_bytes_slice(&w.rules)
	                                      : (struct antin_slice){0}));
}

static void
answer(struct antin_slice body)
{
	ANTIN_SCOPED(antin_fetch_answer) a = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};

	if (worker_answer_read(body, &a, NULL) != ANTIN_OK)
		return;
	fuzz_never((unsigned int)a.how >= ANTIN_FETCH_HOWS || a.body.len > body.len);
	same(worker_answer_write(&a, &again, NULL), &again, body);
}

static void
file(struct antin_slice body)
{
	ANTIN_SCOPED(worker_file) f = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};

	if (worker_file_read(body, &f, NULL) != ANTIN_OK)
		return;
	fuzz_never(f.kind >= ANTIN_GIVEN_KINDS || f.whose >= WORKER_WHOSE);
	same(worker_file_write((enum antin_given_kind)f.kind, (enum worker_whose)f.whose, f.path,
	                       &again, NULL),
	     &again, body);
}

static void
certificate(struct antin_slice body)
{
	ANTIN_SCOPED(worker_cert) c = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};

	if (worker_cert_read(body, &c, NULL) == ANTIN_OK)
		same(worker_cert_write(&c.files, c.name, &c.demands, &again, NULL), &again, body);
}

static void
error(struct antin_slice body)
{
	ANTIN_SCOPED(antin_bytes) once = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};
	struct antin_err told = {0}, second = {0};

	if (worker_error_read(body, &told, NULL) != ANTIN_OK)
		return;
	fuzz_never(!told.rc || !told.n_frames);
	worker_error_write(&told, &once);
	if (!fuzz_must(once.len &&
	               worker_error_read(antin_bytes_slice(&once), &second, NULL) == ANTIN_OK))
		return;
	fuzz_never(told.rc != second.rc);
	worker_error_write(&second, &again);
	same(again.len ? ANTIN_OK : ANTIN_E_MEMORY, &again, antin_bytes_slice(&once));
}

static void
question(struct antin_slice body)
{
	ANTIN_SCOPED(worker_ask) ask = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};

	if (worker_ask_read(body, &ask, NULL) != ANTIN_OK)
		return;
	fuzz_never((unsigned int)ask.request.kind >= ANTIN_FETCH_KINDS);
	same(worker_ask_write(&ask.request, &again, NULL), &again, body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const parts[256])(struct antin_slice) = {['o'] = options,
	                                                       ['f'] = file,
	                                                       ['c'] = certificate,
	                                                       ['e'] = error,
	                                                       ['q'] = question};

	fuzz_never(worker_build() != worker_build());
	if (size)
		(parts[data[0]] ? parts[data[0]]
		                : answer)((struct antin_slice){data + 1, size - 1});
	return 0;
}
