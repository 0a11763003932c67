/*
 * What a worker says to its parent of a document, behind the options that it was told (their length
 * in four octets first): a report that is taken is written again the same and can be shown, and
 * none says passed but of the holder of a chain whose signatures lead to an anchor of the parent.
 */
#include "../../lib/verify/worker.h"

#include <string.h>

#include <antin/report.h>

#include "fuzz.h"

static void
shown(struct antin_report *r)
{
	static const struct antin_report_style plain = {"", "", "", "", ""};
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_OWN(json_t) json = NULL;

	r->file = strdup("x.pdf");
	if (!r->file || !fuzz_must(antin_report_json(r, NULL, &json, NULL) == ANTIN_OK &&
	                           antin_report_text(r, NULL, &plain, &text, NULL) == ANTIN_OK))
		return;
	for (size_t i = 0; i < text.len; i++)
		fuzz_never(text.p[i] < 0x20 && text.p[i] != '\n');
	fuzz_never(r->n && antin_report_exit(r) == 0 &&
	           r->verdicts[0].indication != ANTIN_TOTAL_PASSED);
}

static void
check_passed(const struct antin_verdict *v, const struct antin_trust *trust)
{
	const struct antin_certs *chain = &v->path.chain;
	const struct antin_public *key;

	fuzz_never(!v->intact || v->n_errors || !v->anchor || v->anchor < trust->anchors ||
	           v->anchor >= trust->anchors + trust->n_anchors || !chain->n);
	fuzz_never(memcmp(v->signer.cert->sha256, chain->items[0]->sha256, 32) != 0 ||
	           memcmp(v->anchor->cert->sha256, chain->items[chain->n - 1]->sha256, 32) != 0);
	for (size_t i = 0; i + 1 < chain->n; i++)
		fuzz_must(antin_cert_public(chain->items[i + 1], &key, NULL) == ANTIN_OK &&
		          antin_cert_verify(chain->items[i], key, NULL, NULL) == ANTIN_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct antin_cert_demands any = {.rules = {.max_depth = -1}};
	ANTIN_SCOPED(worker_options) told = {0};
	ANTIN_SCOPED(antin_report) r = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};
	struct antin_slice body;
	uint32_t len;

	if (size < 5)
		return 0;
	memcpy(&len, data + 1, sizeof(len));
	if (len > size - 5 ||
	    worker_options_read((struct antin_slice){data + 5, len}, &told, NULL) != ANTIN_OK)
		return 0;
	told.options.trust = &told.trust;
	body = (struct antin_slice){data + 5 + len, size - 5 - len};
	if (worker_report_read(body, &told.options, data[0] == 'c' ? &any : NULL, &r, NULL) !=
	    ANTIN_OK)
		return 0;
	/* Texts are made safe to show when they are read: a backslash tells of it. */
	if (fuzz_must(worker_report_write(&r, &told.trust, &again, NULL) == ANTIN_OK))
		fuzz_never(!antin_slice_equal(antin_bytes_slice(&again), body) &&
		           !memchr(again.p, '\\', again.len));
	fuzz_never(worker_report_sum() == 0);
	for (size_t i = 0; data[0] != 'c' && i < r.n; i++)
		if (r.verdicts[i].indication == ANTIN_TOTAL_PASSED)
			check_passed(&r.verdicts[i], &told.trust);
	shown(&r);
	return 0;
}
