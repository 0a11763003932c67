/* What a worker is told of files and certificates, by its first octet; written again the same. */
#include "../../lib/verify/worker.h"

#include "fuzz.h"

static void
file(struct antin_slice body)
{
	ANTIN_SCOPED(worker_file) f = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};

	if (worker_file_read(body, &f, NULL) != ANTIN_OK)
		return;
	fuzz_never(f.kind >= ANTIN_GIVEN_KINDS || f.whose >= WORKER_WHOSE);
	if (fuzz_must(worker_file_write((enum antin_given_kind)f.kind, (enum worker_whose)f.whose,
	                                f.path, &again, NULL) == ANTIN_OK))
		fuzz_never(!antin_slice_equal(body, antin_bytes_slice(&again)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct antin_slice body = {data + 1, size - 1};
	ANTIN_SCOPED(worker_cert) c = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};

	if (size && data[0] == 'f')
		file(body);
	if (!size || data[0] != 'c' || worker_cert_read(body, &c, NULL) != ANTIN_OK)
		return 0;
	if (fuzz_must(worker_cert_write(&c.files, c.name, &c.demands, &again, NULL) == ANTIN_OK))
		fuzz_never(!antin_slice_equal(body, antin_bytes_slice(&again)));
	return 0;
}
