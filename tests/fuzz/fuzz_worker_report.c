/* What a worker says to its parent, by its first octet: a report, an error, a question. */
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
	fuzz_never(antin_report_json(r, NULL, &json, NULL) != ANTIN_OK ||
	           antin_report_text(r, NULL, &plain, &text, NULL) != ANTIN_OK);
	for (size_t i = 0; i < text.len; i++)
		fuzz_never(text.p[i] < 0x20 && text.p[i] != '\n');
	fuzz_never(r->n && antin_report_exit(r) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct antin_slice body = {data + 1, size - 1};
	struct antin_verify_options o = {.trust = &(struct antin_trust){0}};
	ANTIN_SCOPED(antin_report) r = {0};
	ANTIN_SCOPED(worker_ask) ask = {0};
	struct antin_err told = {0}, err = {0};

	if (!size)
		return 0;
	if (data[0] == 'r' && worker_report_read(body, &o, false, &r, &err) == ANTIN_OK)
		shown(&r);
	if (data[0] == 'e' && worker_error_read(body, &told, &err) == ANTIN_OK)
		fuzz_never(!told.rc || !told.n_frames);
	if (data[0] == 'a' && worker_ask_read(body, &ask, &err) == ANTIN_OK)
		fuzz_never((unsigned int)ask.request.kind >= ANTIN_FETCH_KINDS);
	return 0;
}
