/* Paths over strangers' certificates, a sequence of (length, DER): the first is the anchor, the
 * last the target; with policies, constraints and purposes. */
#include <antin/path.h>

static enum antin_rc
issuers(void *user, const struct antin_path_query *q, struct antin_path_candidates *out,
        struct antin_err *err)
{
	const struct antin_certs *l = user;

	for (size_t i = 0; i < l->n; i++)
		if (antin_name_equal(l->items[i]->subject, q->name) &&
		    antin_path_candidates_add(out, l->items[i], i == 0, err) != ANTIN_OK)
			return ANTIN_E_MEMORY;
	return ANTIN_OK;
}

static int64_t
now(void *user)
{
	return user ? 1767225600 : 0;
}
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_SCOPED(antin_certs) l = {0};
	ANTIN_SCOPED(antin_path) p = {0};
	struct antin_path_ops ops = {.issuers = issuers, .now = now, .user = &l};
	struct antin_path_rules rules = {.max_depth = -1, .purpose = size % ANTIN_PURPOSES};
	struct antin_in in = {data, data + size};
	struct antin_slice der;

	for (uint16_t n; l.n < 8 && antin_in_u16(&in, &n) && antin_in_take(&in, n, &der);) {
		ANTIN_OWN_S(antin_cert) c = NULL;

		if (antin_cert_read(der, &c, NULL) != ANTIN_OK ||
		    antin_certs_add(&l, c, NULL) != ANTIN_OK)
			break;
	}
	return l.n && antin_path_find(&ops, l.items[l.n - 1], &rules, &p, NULL) == ANTIN_OK &&
	       p.valid && p.n_faults > 0;
}
