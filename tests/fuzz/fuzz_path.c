/* Paths over certificates, (length, DER) in a row, the anchor first, the target last. */
#include <antin/path.h>

#include "fuzz.h"

static enum antin_rc
issuers(void *user, const struct antin_path_query *q, struct antin_path_candidates *out,
        struct antin_err *err)
{
	const struct antin_certs *l = user;
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; !rc && i < l->n; i++)
		if (antin_name_equal(l->items[i]->subject, q->name))
			rc = antin_path_candidates_add(out, l->items[i], i == 0, err);
	return rc;
}

static int64_t
now(void *user)
{
	return user ? 1767225600 : 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_SCOPED(antin_certs) l = {0};
	ANTIN_SCOPED(antin_path) p = {0};
	struct antin_path_ops ops = {.issuers = issuers, .now = now, .user = &l};
	struct antin_path_rules rules = {.max_depth = -1, .purpose = size % ANTIN_PURPOSES};
	struct antin_in in = {data, data + size};
	struct antin_slice der;

	for (uint16_t n; l.n < 8 && antin_in_u16(&in, &n) && antin_in_take(&in, n, &der);)
		(void)!antin_certs_read(der, "x", &l, NULL);
	fuzz_never(l.n && !antin_path_find(&ops, l.items[l.n - 1], &rules, &p, NULL) && p.valid &&
	           p.n_faults);
	return 0;
}
